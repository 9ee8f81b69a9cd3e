/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/db/statement.h"
#include "app/db/transaction.h"
#include "app/trust/trust-private.h"

#define NAME_BYTES_MAX 100
#define REASON_BYTES_MAX 1000
#define KEY_ID_DIGITS 16

static gboolean
may_change (DkStore *store, GError **error)
{
  if (dk_store_is_read_only (store))
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "Nothing can be stored now: the disk is full or refuses. Nothing was changed; "
                 "make room or have the right to write put in order, lock the kit and try again.");
  else if (dk_keyring_get (dk_store_keys (store), DK_KEY_ADMIN) == NULL)
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "%s may not change whose packs are accepted: that needs the kit's administrator. "
                 "Nothing was changed.",
                 dk_store_user (store));
  else
    return TRUE;
  return FALSE;
}

/* What counts now, to be changed; only with `force` from a list that does not hold. */
static DkTrust *
begin_change (DkStore *store, gboolean force, GError **error)
{
  g_autoptr (DkTrust) trust = NULL;

  if (!may_change (store, error))
    return NULL;
  trust = dk_trust_compute (store, TRUE, error);
  if (trust == NULL || trust->holds || force)
    return g_steal_pointer (&trust);
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "%s Nothing was changed. Look at what is left with dkit trust list, compare it with "
               "your paper, and sign it anew with dkit trust fold --force.",
               (const char *) g_ptr_array_index (trust->problems, 0));
  return NULL;
}

/* Rows that the new list has taken in. */
static gboolean
remove_rows (DkStore *store, const DkTrust *trust, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "DELETE FROM fleet_change WHERE name = ?1 AND sequence <= ?2");
  const char *name;
  json_t *sequence;

  json_object_foreach (trust->sequences, name, sequence) {
    dk_stmt_bind_text (stmt, 1, name);
    dk_stmt_bind_int (stmt, 2, json_integer_value (sequence));
    if (!dk_stmt_run (stmt, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_list (DkStore *store, const DkTrust *trust, const DkTrustCause *cause, GError **error)
{
  g_autoptr (json_t) document = dk_trust_document (trust);
  g_autoptr (DkTransaction) transaction = dk_transaction_new (dk_store_db (store), error);

  return transaction != NULL
         && dk_trust_list_write (store, document, trust->seq_noted + 1, dk_store_keys (store),
                                 dk_store_key_epoch (store), cause, error)
         && remove_rows (store, trust, error) && dk_transaction_commit (transaction, error)
         && dk_trust_settle (store, NULL, error);
}

static gboolean
refuse (GError **error, DkError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
refuse (GError **error, DkError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list values;

  va_start (values, format);
  message = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error (error, DK_ERROR, code, "%s Nothing was changed.", message);
  return FALSE;
}

static gboolean
has_id (const DkTrust *trust, const char *id)
{
  for (guint i = 0; i < trust->signers->len; i++)
    if (strcmp (((const DkTrustSigner *) g_ptr_array_index (trust->signers, i))->id, id) == 0)
      return TRUE;
  return FALSE;
}

/* An administrator has the paper in hand: a revocation of this key, or of its id, is over. */
static void
forgive (DkTrust *trust, const DkMinisignPublic *key)
{
  const DkTrustRevoked *revoked;

  while ((revoked = dk_trust_find_revoked (trust, key)) != NULL)
    g_ptr_array_remove (trust->revoked, (gpointer) (guintptr) revoked);
}

gboolean
dk_trust_add (DkStore *store, const char *public_key, const char *name, GError **error)
{
  g_autoptr (DkTrust) trust = NULL;
  g_autofree char *clean = name != NULL ? dk_text_clean_line (name) : NULL;
  g_autofree char *at = dk_time_format_utc (dk_clock_wall_ms ());
  g_autofree char *id = NULL;
  DkTrustCause cause = { .change = "add" };
  DkMinisignPublic key;

  if (!may_change (store, error) || !dk_minisign_public_parse (public_key, &key, error))
    return FALSE;
  id = dk_minisign_id_text (key.id);
  trust = begin_change (store, FALSE, error);
  if (trust == NULL)
    return FALSE;
  if (dk_trust_find_signer (trust, &key) != NULL)
    return TRUE;
  if (clean != NULL && (*clean == '\0' || strlen (clean) > NAME_BYTES_MAX))
    return refuse (error, DK_ERROR_INVALID, "A signer's name has 1 to %d bytes.", NAME_BYTES_MAX);
  if (has_id (trust, id))
    return refuse (error, DK_ERROR_INVALID,
                   "Another key with the id %s is trusted already. Ids are chosen by who makes a "
                   "key; compare both fingerprints with your paper.",
                   id);
  if (trust->signers->len >= DK_TRUST_SIGNERS_MAX)
    return refuse (error, DK_ERROR_INVALID,
                   "%d signers are trusted already; remove one first.", DK_TRUST_SIGNERS_MAX);
  forgive (trust, &key);
  (void) dk_trust_put_signer (trust, &key, clean, at, "list");
  cause.signer = id;
  return write_list (store, trust, &cause, error);
}

static gboolean
check_reason (const char *reason, char **clean, GError **error)
{
  *clean = dk_text_clean (reason != NULL ? reason : "");
  if (**clean != '\0' && strlen (*clean) <= REASON_BYTES_MAX)
    return TRUE;
  return refuse (error, DK_ERROR_INVALID, "Say why, in at most %d bytes: --reason T.",
                 REASON_BYTES_MAX);
}

/* An id as a person types it: minisign's own output lacks leading zeros. NULL, with the error set,
 * for what is none. New string. */
static char *
read_id (const char *typed, GError **error)
{
  gsize size = strlen (typed);
  g_autofree char *upper = g_ascii_strup (typed, -1);

  if (size >= 1 && size <= KEY_ID_DIGITS && strspn (upper, "0123456789ABCDEF") == size)
    return g_strdup_printf ("%.*s%s", (int) (KEY_ID_DIGITS - size), "0000000000000000", upper);
  (void) refuse (error, DK_ERROR_INVALID,
                 "A key id has 16 digits of 0-9 and A-F, as dkit trust list shows them.");
  return NULL;
}

/* The one signer with this id; NULL if there is none. */
static const DkTrustSigner *
find_id (const DkTrust *trust, const char *id)
{
  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    if (strcmp (signer->id, id) == 0)
      return signer;
  }
  return NULL;
}

static gboolean
refuse_last (const char *id, GError **error)
{
  return refuse (error, DK_ERROR_INVALID,
                 "%s is the only signer whom this kit trusts: without it no pack is accepted, and "
                 "phone numbers and runbooks stay as they are until another signer is trusted. "
                 "Trust that one first (dkit trust add), or say --force.",
                 id);
}

gboolean
dk_trust_remove (DkStore *store, const char *key_id, const char *reason, gboolean force,
                 GError **error)
{
  g_autoptr (DkTrust) trust = begin_change (store, FALSE, error);
  g_autofree char *id = trust != NULL ? read_id (key_id, error) : NULL;
  const DkTrustSigner *signer = id != NULL ? find_id (trust, id) : NULL;
  g_autofree char *clean = NULL;
  DkTrustCause cause = { .change = "remove", .signer = id };

  if (id == NULL)
    return FALSE;
  if (signer == NULL)
    return refuse (error, DK_ERROR_NOT_FOUND,
                   "This kit trusts no signer with the id %s; dkit trust list shows them.", id);
  if (!check_reason (reason, &clean, error))
    return FALSE;
  if (trust->signers->len == 1 && !force)
    return refuse_last (id, error);
  (void) dk_trust_drop_signer (trust, &signer->public_key);
  cause.reason = clean;
  return write_list (store, trust, &cause, error);
}

gboolean
dk_trust_revoke (DkStore *store, const char *key_id, const char *reason, gboolean force,
                 GError **error)
{
  g_autoptr (DkTrust) trust = begin_change (store, FALSE, error);
  g_autofree char *id = trust != NULL ? read_id (key_id, error) : NULL;
  const DkTrustSigner *signer = id != NULL ? find_id (trust, id) : NULL;
  g_autofree char *clean = NULL;
  g_autofree char *key = signer != NULL ? g_strdup (signer->key) : NULL;
  DkTrustCause cause = { .change = "revoke", .signer = id };

  if (id == NULL || !check_reason (reason, &clean, error))
    return FALSE;
  if (signer != NULL && trust->signers->len == 1 && !force)
    return refuse_last (signer->id, error);
  if (!dk_trust_put_revoked (trust, key != NULL ? key : id, "list"))
    return refuse (error, DK_ERROR_INVALID, "The key %s is revoked already, or %d keys are.", id,
                   DK_TRUST_REVOKED_MAX);
  cause.reason = clean;
  return write_list (store, trust, &cause, error);
}

gboolean
dk_trust_fold (DkStore *store, gboolean force, GError **error)
{
  g_autoptr (DkTrust) trust = begin_change (store, force, error);
  DkTrustCause cause = { .change = "fold" };

  if (trust == NULL)
    return FALSE;
  if (trust->is_unsigned && !force)
    return refuse (error, DK_ERROR_INVALID,
                   "%s There is nothing to sign before that: the first signer makes the list.",
                   DK_TRUST_OLDER);
  cause.passed_over = trust->problems->len;
  return write_list (store, trust, &cause, error);
}
