/* SPDX-License-Identifier: MIT */
/* Everybody of a kit can write its settings, so the public key that front-line people seal to
 * counts only with the signature of an administrator, and only for the key epoch in force: an older
 * statement would bring back the key of somebody who is no lead any more. */
#include <string.h>

#include "app/base/json.h"
#include "app/base/text.h"
#include "app/store/lead-store.h"
#include "app/store/store-private.h"

#define SETTING "lead_statement"
#define STATEMENT_BYTES_MAX 1024

/* FORMAT.md, "Words for leads". */
static char *
message_of (const char *kit_id, guint32 key_epoch, const char *lead)
{
  return g_strdup_printf ("dk-lead-key v1\n%s\n%u\n%s", kit_id, key_epoch, lead);
}

gboolean
dk_lead_store_sign_key (DkDb *db, const char *kit_id, const DkKeyring *keys, guint32 key_epoch,
                        GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (db, "INSERT INTO setting (key, value) VALUES ('" SETTING "', ?1)"
                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  g_autoptr (json_t) statement = json_object ();
  g_autofree char *lead = NULL;
  g_autofree char *message = NULL;
  g_autofree char *hex = NULL;
  g_autofree char *text = NULL;
  guint8 public_key[32];
  guint8 signature[64];

  dk_keyring_public (keys, DK_KEY_LEAD, public_key);
  lead = dk_text_hex (public_key, sizeof public_key);
  message = message_of (kit_id, key_epoch, lead);
  dk_sign (signature, message, strlen (message), dk_keyring_get (keys, DK_KEY_ADMIN));
  hex = dk_text_hex (signature, sizeof signature);
  json_object_set_new (statement, "v", json_integer (1));
  json_object_set_new (statement, "key_epoch", json_integer (key_epoch));
  dk_json_set_text (statement, "kit", kit_id);
  dk_json_set_text (statement, "lead", lead);
  dk_json_set_text (statement, "signature", hex);
  text = dk_json_canonical (statement, NULL);
  dk_stmt_bind_text (stmt, 1, text);
  return dk_stmt_run (stmt, error);
}

static gboolean
is_signed_by (const json_t *statement, const char *kit_id, guint32 key_epoch,
              const guint8 admin_key[32])
{
  const char *lead = dk_json_get_text (statement, "lead");
  g_autofree char *message = lead != NULL ? message_of (kit_id, key_epoch, lead) : NULL;
  guint8 signature[64];

  return lead != NULL
         && dk_text_unhex (dk_json_get_text (statement, "signature"), signature, sizeof signature)
         && dk_verify (signature, message, strlen (message), admin_key);
}

/* *holds tells if `out` was filled. What cannot be read does not hold: that is no error, since an
 * administrator's next unlock writes it anew. */
static gboolean
read_statement (DkStore *store, guint8 out[32], gboolean *holds, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = dk_store_get_setting (store, SETTING, &failed);
  const DkPerson *person = dk_store_person (store);
  g_autoptr (json_t) statement = NULL;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (text != NULL)
    statement = dk_json_parse (text, strlen (text), STATEMENT_BYTES_MAX, "The statement", NULL);
  *holds = statement != NULL && person != NULL
           && is_signed_by (statement, dk_store_identity (store)->kit_id,
                            dk_store_key_epoch (store), dk_person_admin_key (person))
           && dk_text_unhex (dk_json_get_text (statement, "lead"), out, 32);
  return TRUE;
}

gboolean
dk_lead_store_check_key (DkStore *store, gboolean *holds, GError **error)
{
  const DkKeyring *keys = dk_store_keys (store);
  guint8 stated[32];
  guint8 own[32];

  if (!read_statement (store, stated, holds, error))
    return FALSE;
  if (!*holds || dk_keyring_get (keys, DK_KEY_LEAD) == NULL)
    return TRUE;
  dk_keyring_public (keys, DK_KEY_LEAD, own);
  *holds = dk_equal (own, stated, sizeof own);
  return TRUE;
}

gboolean
dk_lead_store_key (DkStore *store, guint8 out[32], GError **error)
{
  gboolean holds;

  if (dk_keyring_get (dk_store_keys (store), DK_KEY_LEAD) != NULL) {
    dk_keyring_public (dk_store_keys (store), DK_KEY_LEAD, out);
    return TRUE;
  }
  if (!read_statement (store, out, &holds, error))
    return FALSE;
  if (holds)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "No administrator has vouched for the leads' key of this kit yet, so a note cannot "
               "be sealed for leads alone. The note was NOT stored. Tell the lead in person or "
               "write it on paper; an administrator only has to unlock this kit once.");
  return FALSE;
}
