/* SPDX-License-Identifier: MIT */
#include "app/import/ldap.h"

#include <lber.h>
#include <ldap.h>
#include <string.h>

#include "app/base/file.h"
#include "app/base/text.h"
#include "app/import/ldap-private.h"

#define PAGE_DEFAULT 500
#define PAGE_MAX 5000
#define TIMEOUT_DEFAULT_S 30
#define TOTAL_TIMEOUT_S 900
#define POLL_US (200 * 1000)
#define ANSWER_BYTES_MAX (8u << 20)
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

typedef struct {
  LDAP *ldap;
  const DkLdapQuery *query;
  const DkJob *job;
  DkImportList *list;
  DkDraft *draft;
  GChecksum *sum;
  char *base;
  gint64 until_us;
  guint timeout_s;
  guint entries;
  guint references;
} Session;

static void
close_ldap (LDAP *ldap)
{
  if (ldap != NULL)
    (void) ldap_unbind_ext_s (ldap, NULL, NULL);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LDAP, close_ldap)

static void
free_message (LDAPMessage *message)
{
  if (message != NULL)
    (void) ldap_msgfree (message);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LDAPMessage, free_message)

gboolean
dk_ldap_is_url (const char *text)
{
  return g_str_has_prefix (text, "ldaps://") || g_str_has_prefix (text, "ldap://");
}

static DkError
code_of (int rc)
{
  switch (rc) {
  case LDAP_INVALID_CREDENTIALS:
  case LDAP_INAPPROPRIATE_AUTH:
  case LDAP_STRONG_AUTH_REQUIRED:
  case LDAP_CONFIDENTIALITY_REQUIRED:
  case LDAP_INSUFFICIENT_ACCESS:
  case LDAP_UNWILLING_TO_PERFORM:
    return DK_ERROR_DENIED;
  case LDAP_NO_SUCH_OBJECT:
    return DK_ERROR_NOT_FOUND;
  case LDAP_INVALID_DN_SYNTAX:
  case LDAP_FILTER_ERROR:
  case LDAP_PARAM_ERROR:
    return DK_ERROR_USAGE;
  case LDAP_SIZELIMIT_EXCEEDED:
  case LDAP_ADMINLIMIT_EXCEEDED:
  case LDAP_TIMELIMIT_EXCEEDED:
    return DK_ERROR_PARTIAL;
  case LDAP_NO_MEMORY:
    return DK_ERROR_MEMORY;
  default:
    return DK_ERROR_UNREACHABLE;
  }
}

static const char *
advice_of (int rc)
{
  switch (rc) {
  case LDAP_INVALID_CREDENTIALS:
    return "Check the name (--bind) and the password file.";
  case LDAP_NO_SUCH_OBJECT:
  case LDAP_INVALID_DN_SYNTAX:
    return "Check the base (--base), like dc=example,dc=org.";
  case LDAP_FILTER_ERROR:
    return "Check the filter (--filter), like (department=Service Desk).";
  case LDAP_SIZELIMIT_EXCEEDED:
  case LDAP_ADMINLIMIT_EXCEEDED:
  case LDAP_TIMELIMIT_EXCEEDED:
    return "The server gives no more than a part, and a part would look as if the others were "
           "gone. Ask for fewer with --base or --filter, or have its limit raised.";
  default:
    return "Check the address and the network, and its certificate: it must be made for the name "
           "in the address and be signed by a CA that is known here or given with --ca-file, and "
           "the clock of this PC must be right.";
  }
}

/* What the library knows beyond the code; without control characters. New string. */
static char *
diagnosis (LDAP *ldap)
{
  char *text = NULL;
  g_autofree char *shown = NULL;

  if (ldap == NULL || ldap_get_option (ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text) != 0
      || text == NULL)
    return g_strdup ("");
  if (*text != '\0' && strstr (text, "unknown error") == NULL) {
    g_autofree char *valid = g_utf8_make_valid (text, -1);
    g_autofree char *cut = dk_text_shorten (valid, 200);
    g_autofree char *plain = dk_text_printable (cut, FALSE);
    shown = g_strdup_printf (" (%s)", plain);
  }
  ldap_memfree (text);
  return shown != NULL ? g_steal_pointer (&shown) : g_strdup ("");
}

static gboolean
fail (const Session *session, int rc, const char *doing, GError **error)
{
  g_autofree char *more = diagnosis (session->ldap);

  g_set_error (error, DK_ERROR, code_of (rc), "%s %s failed: %s%s. Nothing was stored. %s", doing,
               session->query->url, ldap_err2string (rc), more, advice_of (rc));
  return FALSE;
}

static gboolean
set_option (LDAP *ldap, int option, const void *value)
{
  return ldap_set_option (ldap, option, value) == LDAP_OPT_SUCCESS;
}

/* A certificate must hold, whatever files of this PC say: those are not read (LDAPNOINIT). */
static gboolean
set_tls (const Session *session, GError **error)
{
  LDAP *ldap = session->ldap;
  const char *ca = session->query->ca_file;
  int demand = LDAP_OPT_X_TLS_DEMAND;
  int protocol = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
  int client = 0;

  if (ca == NULL && dk_file_exists (SYSTEM_CA))
    ca = SYSTEM_CA;
  if (session->query->ca_file != NULL && !dk_file_exists (ca)) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "There is no file %s with the CA of the server. Nothing was stored.", ca);
    return FALSE;
  }
  if (set_option (ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand)
      && set_option (ldap, LDAP_OPT_X_TLS_PROTOCOL_MIN, &protocol)
      && (ca == NULL || set_option (ldap, LDAP_OPT_X_TLS_CACERTFILE, ca))
      && set_option (ldap, LDAP_OPT_X_TLS_NEWCTX, &client))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The CA in %s cannot be used: it must be a certificate in PEM form. Nothing was "
               "stored.",
               ca != NULL ? ca : "this system");
  return FALSE;
}

static gboolean
set_options (Session *session, GError **error)
{
  LDAP *ldap = session->ldap;
  struct timeval wait = { session->timeout_s, 0 };
  int version = LDAP_VERSION3;

  if (!set_option (ldap, LDAP_OPT_PROTOCOL_VERSION, &version)
      || !set_option (ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF)
      || !set_option (ldap, LDAP_OPT_NETWORK_TIMEOUT, &wait)
      || !set_option (ldap, LDAP_OPT_TIMEOUT, &wait))
    return fail (session, LDAP_LOCAL_ERROR, "Preparing to ask", error);
  return set_tls (session, error);
}

static void
limit_answers (LDAP *ldap)
{
  ber_len_t most = ANSWER_BYTES_MAX;
  Sockbuf *buffer = NULL;

  if (ldap_get_option (ldap, LDAP_OPT_SOCKBUF, &buffer) == LDAP_OPT_SUCCESS && buffer != NULL)
    (void) ber_sockbuf_ctrl (buffer, LBER_SB_OPT_SET_MAX_INCOMING, &most);
}

static gboolean
check_query (const DkLdapQuery *query, GError **error)
{
  const char *host = query->url != NULL ? strstr (query->url, "://") : NULL;

  if (host == NULL || !dk_ldap_is_url (query->url) || strpbrk (host + 3, "/?@ ") != NULL
      || host[3] == '\0') {
    g_set_error_literal (error, DK_ERROR, DK_ERROR_USAGE,
                         "A directory is named as ldaps://HOST[:PORT], or ldap://HOST[:PORT] with "
                         "StartTLS. Nothing was stored.");
    return FALSE;
  }
  if ((query->bind != NULL) != (query->password != NULL)) {
    g_set_error_literal (error, DK_ERROR, DK_ERROR_USAGE,
                         "A name (--bind) and a password go together. Nothing was stored.");
    return FALSE;
  }
  return TRUE;
}

static gboolean
log_in (const Session *session, GError **error)
{
  const DkLdapQuery *query = session->query;
  struct berval none = { 0, NULL };
  struct berval secret = none;
  int rc;

  if (query->password != NULL) {
    secret.bv_val = (char *) (guintptr) dk_secret_get (query->password);
    secret.bv_len = dk_secret_size (query->password);
    if (secret.bv_len == 0) {
      /* the standard takes an empty password for an anonymous visitor and says "welcome" */
      g_set_error_literal (error, DK_ERROR, DK_ERROR_DENIED,
                           "The password is empty. Nothing was stored.");
      return FALSE;
    }
  }
  rc = ldap_sasl_bind_s (session->ldap, query->bind != NULL ? query->bind : "", LDAP_SASL_SIMPLE,
                         &secret, NULL, NULL, NULL);
  return rc == LDAP_SUCCESS || fail (session, rc, "Logging on to", error);
}

/* TLS comes before anything else is said. */
static gboolean
connect_session (Session *session, GError **error)
{
  int rc;

  (void) g_setenv ("LDAPNOINIT", "1", TRUE);
  rc = ldap_initialize (&session->ldap, session->query->url);
  if (rc != LDAP_SUCCESS)
    return fail (session, rc, "Connecting to", error);
  if (!set_options (session, error))
    return FALSE;
  if (g_str_has_prefix (session->query->url, "ldap://")) {
    rc = ldap_start_tls_s (session->ldap, NULL, NULL);
    if (rc != LDAP_SUCCESS)
      return fail (session, rc, "StartTLS with", error);
  } else {
    rc = ldap_connect (session->ldap);
    if (rc != LDAP_SUCCESS)
      return fail (session, rc, "Connecting to", error);
  }
  if (!ldap_tls_inplace (session->ldap))
    return fail (session, LDAP_CONNECT_ERROR, "TLS with", error);
  limit_answers (session->ldap);
  return log_in (session, error);
}

/* The first value of an attribute; NULL. New string. */
static char *
first_value (LDAP *ldap, LDAPMessage *entry, const char *attribute)
{
  struct berval **values = ldap_get_values_len (ldap, entry, attribute);
  char *text = values != NULL && values[0] != NULL
                   ? g_strndup (values[0]->bv_val, values[0]->bv_len)
                   : NULL;

  if (values != NULL)
    ldap_value_free_len (values);
  return text;
}

/* The base that the server itself names. */
static gboolean
find_base (Session *session, GError **error)
{
  char *attributes[] = { (char *) "defaultNamingContext", (char *) "namingContexts", NULL };
  g_autoptr (LDAPMessage) answer = NULL;
  LDAPMessage *entry;
  int rc;

  if (session->query->base != NULL) {
    session->base = g_strdup (session->query->base);
    return TRUE;
  }
  rc = ldap_search_ext_s (session->ldap, "", LDAP_SCOPE_BASE, "(objectClass=*)", attributes, 0,
                          NULL, NULL, NULL, 1, &answer);
  entry = rc == LDAP_SUCCESS ? ldap_first_entry (session->ldap, answer) : NULL;
  for (guint i = 0; entry != NULL && session->base == NULL && attributes[i] != NULL; i++)
    session->base = first_value (session->ldap, entry, attributes[i]);
  if (session->base != NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
               "%s does not say where people are. Nothing was stored; give --base, like "
               "dc=example,dc=org.",
               session->query->url);
  return FALSE;
}

static gboolean
take_attribute (Session *session, LDAPMessage *entry, const char *name)
{
  struct berval **values = ldap_get_values_len (session->ldap, entry, name);
  gboolean ok = TRUE;

  for (guint i = 0; values != NULL && values[i] != NULL && ok; i++) {
    g_checksum_update (session->sum, (const guchar *) values[i]->bv_val,
                       (gssize) values[i]->bv_len);
    ok = dk_ldap_take_value (session->draft, name, values[i]->bv_val, values[i]->bv_len);
  }
  if (values != NULL)
    ldap_value_free_len (values);
  return ok;
}

static void
take_entry (Session *session, LDAPMessage *entry)
{
  char *raw = ldap_get_dn (session->ldap, entry);
  g_autofree char *dn = g_utf8_make_valid (raw != NULL ? raw : "?", -1);
  gboolean ok = TRUE;

  ldap_memfree (raw);
  session->entries++;
  dk_draft_clear (session->draft);
  g_checksum_update (session->sum, (const guchar *) dn, -1);
  for (guint i = 0; DK_LDAP_ATTRIBUTES[i] != NULL && ok; i++)
    ok = take_attribute (session, entry, DK_LDAP_ATTRIBUTES[i]);
  dk_draft_set (session->draft, DK_DRAFT_REFERENCE, dn);
  if (ok)
    dk_draft_finish (session->draft, session->list, dn);
  else
    dk_import_list_reject (session->list, dn, NULL, "One of its values is larger than 16 KiB.");
}

/* One message of the answer, waited for in short pieces so that a person can stop it. *type gets
 * its kind. */
static LDAPMessage *
next_message (Session *session, int id, int *type, GError **error)
{
  gint64 until = g_get_monotonic_time () + (gint64) session->timeout_s * G_USEC_PER_SEC;

  for (;;) {
    struct timeval wait = { 0, POLL_US };
    LDAPMessage *message = NULL;
    int rc = LDAP_SUCCESS;
    gint64 now;
    if (!dk_job_step (session->job, session->entries, 0, "asking the directory", error))
      return NULL;
    *type = ldap_result (session->ldap, id, LDAP_MSG_ONE, &wait, &message);
    if (*type > 0)
      return message;
    if (*type < 0) {
      (void) ldap_get_option (session->ldap, LDAP_OPT_RESULT_CODE, &rc);
      (void) fail (session, rc != LDAP_SUCCESS ? rc : LDAP_SERVER_DOWN, "Reading from", error);
      return NULL;
    }
    now = g_get_monotonic_time ();
    if (now > until || now > session->until_us) {
      (void) fail (session, LDAP_TIMEOUT, "Reading from", error);
      return NULL;
    }
  }
}

/* The end of a page: takes the cookie of the next one. */
static gboolean
take_result (Session *session, LDAPMessage *message, struct berval *cookie, GError **error)
{
  LDAPControl **controls = NULL;
  LDAPControl *page;
  ber_int_t estimate = 0;
  int rc = LDAP_SUCCESS;
  int parsed = ldap_parse_result (session->ldap, message, &rc, NULL, NULL, NULL, &controls, 0);

  ber_memfree (cookie->bv_val);
  *cookie = (struct berval){ 0, NULL };
  page = controls != NULL ? ldap_control_find (LDAP_CONTROL_PAGEDRESULTS, controls, NULL) : NULL;
  if (parsed == LDAP_SUCCESS && rc == LDAP_SUCCESS && page != NULL)
    parsed = ldap_parse_pageresponse_control (session->ldap, page, &estimate, cookie);
  if (controls != NULL)
    ldap_controls_free (controls);
  if (rc == LDAP_REFERRAL)
    rc = LDAP_NO_SUCH_OBJECT;
  if (parsed == LDAP_SUCCESS && rc == LDAP_SUCCESS)
    return TRUE;
  return fail (session, rc != LDAP_SUCCESS ? rc : parsed, "Asking", error);
}

static gboolean
read_page (Session *session, int id, struct berval *cookie, GError **error)
{
  for (;;) {
    int type = 0;
    g_autoptr (LDAPMessage) message = next_message (session, id, &type, error);
    if (message == NULL)
      return FALSE;
    if (type == LDAP_RES_SEARCH_RESULT)
      return take_result (session, message, cookie, error);
    if (type == LDAP_RES_SEARCH_REFERENCE)
      session->references++;
    else if (session->entries >= DK_IMPORT_RECORDS_MAX)
      return fail (session, LDAP_ADMINLIMIT_EXCEEDED, "Asking", error);
    else
      take_entry (session, ldap_first_entry (session->ldap, message));
  }
}

static gboolean
ask_page (Session *session, struct berval *cookie, GError **error)
{
  const DkLdapQuery *query = session->query;
  ber_int_t size = (ber_int_t) (query->page > 0 ? MIN (query->page, PAGE_MAX) : PAGE_DEFAULT);
  LDAPControl *page = NULL;
  LDAPControl *controls[2] = { NULL, NULL };
  int id = 0;
  int rc = ldap_create_page_control (session->ldap, size, cookie, 0, &page);

  if (rc == LDAP_SUCCESS) {
    controls[0] = page;
    rc = ldap_search_ext (session->ldap, session->base, LDAP_SCOPE_SUBTREE,
                          query->filter != NULL ? query->filter : DK_LDAP_FILTER,
                          (char **) (guintptr) DK_LDAP_ATTRIBUTES, 0, controls, NULL, NULL,
                          LDAP_NO_LIMIT, &id);
  }
  if (page != NULL)
    ldap_control_free (page);
  if (rc != LDAP_SUCCESS)
    return fail (session, rc, "Asking", error);
  return read_page (session, id, cookie, error);
}

static gboolean
ask (Session *session, GError **error)
{
  struct berval cookie = { 0, NULL };
  guint pages = 0;
  gboolean ok = connect_session (session, error) && find_base (session, error);

  while (ok) {
    ok = ask_page (session, &cookie, error);
    pages++;
    if (!ok || cookie.bv_len == 0)
      break;
  }
  ber_memfree (cookie.bv_val);
  if (!ok)
    return FALSE;
  dk_import_list_note (session->list, "%u entr%s below %s, in %u page%s.", session->entries,
                       session->entries == 1 ? "y" : "ies", session->base, pages,
                       pages == 1 ? "" : "s");
  if (session->references > 0)
    dk_import_list_note (session->list,
                         "%u references to other servers were not followed; ask those by "
                         "themselves if people are missing.",
                         session->references);
  return TRUE;
}

DkImportList *
dk_ldap_read (const DkLdapQuery *query, const DkJob *job, GError **error)
{
  g_autoptr (DkImportList) list = NULL;
  g_autoptr (DkDraft) draft = NULL;
  g_autoptr (GChecksum) sum = NULL;
  Session session = { .query = query, .job = job };
  gboolean ok;

  if (!check_query (query, error))
    return NULL;
  session.list = list = dk_import_list_new (query->url);
  session.draft = draft = dk_draft_new ();
  session.sum = sum = g_checksum_new (G_CHECKSUM_SHA256);
  session.timeout_s = query->timeout_s > 0 ? query->timeout_s : TIMEOUT_DEFAULT_S;
  session.until_us = g_get_monotonic_time () + TOTAL_TIMEOUT_S * (gint64) G_USEC_PER_SEC;
  ok = ask (&session, error);
  close_ldap (session.ldap);
  g_free (session.base);
  if (!ok)
    return NULL;
  list->sha256 = g_strdup (g_checksum_get_string (sum));
  return g_steal_pointer (&list);
}
