/* SPDX-License-Identifier: MIT */
#include "app/readiness/attest.h"

#include <string.h>

#include "app/base/text.h"
#include "app/readiness/readiness-private.h"
#include "app/store/ledger.h"

#define TEXT_BYTES_MAX 2000
#define MINUTE_MS 60000
#define LOOKED_AT_MAX 20
#define RED_AT 2 /* times the age that the policy allows */

static const DkAttested ATTESTED[] = {
  { "drill", "Was an outage rehearsed with this kit, from the first call to the hand-over?",
    FALSE },
  { "cable", "Did somebody log on to this PC with the network cable pulled, and unlock the kit?",
    FALSE },
  { "recovery-keys",
    "Where is the offline source of recovery keys of disks, who opens it, and did it open?", TRUE },
  { "domain", "Can this PC be used when the domain (AD, DNS) is down?", FALSE },
  { "endpoint-protection",
    "Does this PC run other endpoint protection than the rest, or can it be started without?",
    FALSE },
  { "power", "Is this PC with its printer on a socket with emergency power?", FALSE },
  { NULL, NULL, FALSE },
};

const DkAttested *
dk_attested_list (void)
{
  return ATTESTED;
}

static const DkAttested *
find_attested (const char *check)
{
  for (const DkAttested *a = ATTESTED; a->check != NULL; a++)
    if (strcmp (a->check, check) == 0)
      return a;
  return NULL;
}

static gboolean
refuse_unknown (const char *check, GError **error)
{
  g_autofree char *shown = dk_text_printable (check, FALSE);
  g_autoptr (GString) names = g_string_new (NULL);

  for (const DkAttested *a = ATTESTED; a->check != NULL; a++)
    dk_ready_append_name (names, a->check);
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "There is nothing to attest of the name \"%s\". Nothing was entered; it is one of: "
               "%s.",
               shown, names->str);
  return FALSE;
}

/* Words for an attestation, cleaned; *clean becomes NULL if there are none. */
static gboolean
read_text (const DkAttested *attested, gboolean is_good, const char *text, char **clean,
           GError **error)
{
  g_autofree char *made = NULL;

  if (text != NULL
      && !dk_text_check (text, strlen (text), TEXT_BYTES_MAX, "the text of --text", error))
    return FALSE;
  made = dk_text_clean (text != NULL ? text : "");
  if (*made == '\0' && (attested->needs_text || !is_good)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "That needs words: %s Nothing was entered; give --text WORDS.",
                 is_good ? attested->question : "what is not in order, and what follows?");
    return FALSE;
  }
  *clean = *made != '\0' ? g_steal_pointer (&made) : NULL;
  return TRUE;
}

static gboolean
write_entry (DkStore *store, const char *check, gint64 at_ms, json_t *body, GError **error)
{
  if (dk_store_is_read_only (store)) {
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "Nothing can be stored in this kit now, so that was not entered. Write it on "
                 "paper with your name and the time.");
    return FALSE;
  }
  dk_store_sign_body (store, DK_ENTRY_READINESS_ATTESTED, check, body);
  return dk_ledger_note_at (store, DK_ENTRY_READINESS_ATTESTED, check, at_ms, body, error);
}

gboolean
dk_readiness_attest (DkReadiness *readiness, const char *check, gboolean is_good, const char *text,
                     gint64 at_ms, GError **error)
{
  const DkAttested *attested = find_attested (check);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *clean = NULL;
  gint64 now = dk_ready_now (readiness);

  if (attested == NULL)
    return refuse_unknown (check, error);
  if (at_ms > now + MINUTE_MS) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "That time is still to come. Nothing was entered; --at is when it was done.");
    return FALSE;
  }
  if (!read_text (attested, is_good, text, &clean, error))
    return FALSE;
  dk_json_set_text (body, "answer", is_good ? "yes" : "no");
  dk_json_set_text (body, "text", clean);
  return write_entry (dk_kit_store (readiness->kit), check, at_ms > 0 ? at_ms : now, body, error);
}

static DkAttestation *
read_attestation (const DkEntry *entry)
{
  DkAttestation *made = g_new0 (DkAttestation, 1);

  made->check = g_strdup (entry->object);
  made->text = g_strdup (dk_json_get_text (entry->body, "text"));
  made->user = g_strdup (entry->user);
  made->is_good = g_strcmp0 (dk_json_get_text (entry->body, "answer"), "yes") == 0;
  made->at_ms = entry->happened_ms;
  return made;
}

gboolean
dk_readiness_attested (DkReadiness *readiness, const char *check, DkAttestation **found,
                       GError **error)
{
  g_autoptr (GPtrArray) entries = NULL;

  readiness->store = dk_kit_store (readiness->kit);
  entries = dk_ready_entries (readiness, DK_ENTRY_READINESS_ATTESTED, check, LOOKED_AT_MAX, error);
  if (entries == NULL)
    return FALSE;
  *found = NULL;
  for (guint i = 0; i < entries->len && *found == NULL; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    if (json_object_get (entry->body, "signed") != NULL
        && dk_store_check_signed (readiness->store, entry->kind, entry->object, entry->body))
      *found = read_attestation (entry);
  }
  return TRUE;
}

void
dk_attestation_free (DkAttestation *attestation)
{
  if (attestation == NULL)
    return;
  g_free (attestation->check);
  g_free (attestation->text);
  g_free (attestation->user);
  g_free (attestation);
}

static int
days_of (const DkReadinessPolicy *policy, const char *check)
{
  const struct {
    const char *check;
    int days;
  } list[] = {
    { "drill", policy->drill_days },
    { "cable", policy->cable_days },
    { "recovery-keys", policy->recovery_keys_days },
    { "domain", policy->domain_days },
    { "endpoint-protection", policy->endpoint_protection_days },
    { "power", policy->power_days },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (list); i++)
    if (strcmp (list[i].check, check) == 0)
      return list[i].days;
  g_assert_not_reached ();
}

/* One rule for all: said and young enough is green, older than the policy allows amber, older than
 * twice that, never said, or found wanting is red. */
static gboolean
check_attested (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  const DkAttested *attested = find_attested (finding->check->name);
  int days = days_of (&readiness->policy->readiness, attested->check);
  g_autoptr (DkAttestation) found = NULL;
  g_autofree char *remedy = g_strdup_printf ("Try it, then say so: dkit readiness attest %s%s.",
                                             attested->check,
                                             attested->needs_text ? " --text WORDS" : "");
  g_autofree char *age = NULL;
  g_autofree char *words = NULL;
  gint64 old_ms;

  if (!dk_readiness_attested (readiness, attested->check, &found, error))
    return FALSE;
  if (found == NULL)
    return dk_ready_red (finding, remedy, "Nobody has answered this yet: %s", attested->question);
  old_ms = MAX (0, dk_ready_now (readiness) - found->at_ms);
  age = dk_time_format_age (old_ms);
  words = found->text != NULL ? g_strconcat (" ", found->text, NULL) : g_strdup ("");
  if (!found->is_good)
    return dk_ready_red (finding, remedy, "Not in order, says %s (%s ago):%s", found->user, age,
                         words);
  if (old_ms > RED_AT * days * DK_READY_DAY_MS)
    return dk_ready_red (finding, remedy, "Last attested by %s %s ago; every %d days is wanted.%s",
                         found->user, age, days, words);
  if (old_ms > days * DK_READY_DAY_MS)
    return dk_ready_amber (finding, remedy,
                           "Last attested by %s %s ago; every %d days is wanted.%s", found->user,
                           age, days, words);
  return dk_ready_green (finding, "Attested by %s %s ago.%s", found->user, age, words);
}

const DkReadyCheck DK_READY_ATTESTED_CHECKS[] = {
  { { "shift-check", "Check at the begin of the shift", "shift lead", FALSE },
    dk_ready_check_shift },
  { { "drill", "Last drill", "shift lead", FALSE }, check_attested },
  { { "cable", "Log-on with the cable pulled", "desktop support", FALSE }, check_attested },
  { { "recovery-keys", "Offline source of recovery keys", "desktop support", FALSE },
    check_attested },
  { { "domain", "Independent of the domain", "desktop support", FALSE }, check_attested },
  { { "endpoint-protection", "Independent of endpoint protection", "desktop support", FALSE },
    check_attested },
  { { "power", "Emergency power", "facilities", FALSE }, check_attested },
  { { NULL, NULL, NULL, FALSE }, NULL },
};
