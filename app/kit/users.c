/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/crypto/minisign.h"
#include "app/db/statement.h"
#include "app/db/transaction.h"
#include "app/kit/kit-private.h"
#include "app/store/ledger.h"

#define SIGNERS_MAX 16
#define SEALED_SEED_SIZE (32 + 48)

static gboolean
require_admin (DkKit *kit, const char *what, GError **error)
{
  if (dk_keyring_get (kit->keys, DK_KEY_ADMIN) != NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "%s may not %s: that needs the kit's administrator. Nothing was changed.",
               dk_person_info (kit->person)->name, what);
  return FALSE;
}

gboolean
dk_kit_check_slot (DkKit *kit, const char *name, const DkSecret *passphrase, GError **error)
{
  g_autoptr (GBytes) bytes = dk_directory_bytes (kit->directory, kit->keys);
  g_autoptr (DkDirectory) again
      = dk_directory_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, error);
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;

  return again != NULL
         && dk_directory_unlock (again, name, passphrase, dk_clock_wall_ms (), &keys, &person,
                                 error);
}

/* A lead can give a front-line person a new passphrase: the seed, sealed to the lead key. */
static gboolean
keep_seed_for_lead (DkKit *kit, const DkSlotInfo *info, const DkSecret *seed, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (kit->db, "INSERT OR REPLACE INTO person_seed (slot, sealed) VALUES (?1, ?2)");
  guint8 sealed[SEALED_SEED_SIZE];

  if (info->role != DK_ROLE_FRONTLINE)
    return TRUE;
  dk_box_seal (sealed, dk_secret_get (seed), dk_secret_size (seed),
               dk_store_identity (kit->store)->lead_public);
  dk_stmt_bind_blob (stmt, 1, info->id, sizeof info->id);
  dk_stmt_bind_blob (stmt, 2, sealed, sizeof sealed);
  return dk_stmt_run (stmt, error);
}

static gboolean
note_directory (DkKit *kit, const char *kind, const char *name, const char *role, GError **error)
{
  g_autoptr (json_t) body = json_object ();
  g_autofree char *seq = g_strdup_printf ("%" G_GUINT64_FORMAT, dk_directory_seq (kit->directory));

  dk_json_set_text (body, "name", name);
  dk_json_set_text (body, "role", role);
  dk_store_sign_body (kit->store, kind, name, body);
  return dk_store_set_setting (kit->store, "dir_seq", seq, error)
         && dk_ledger_note (kit->store, kind, name, body, error);
}

/* Two names that look alike could not be told apart in an entry or on the phone. */
static gboolean
check_name_is_new (DkKit *kit, const char *name, GError **error)
{
  g_autofree char *folded = dk_text_fold (name);

  for (guint i = 0; i < dk_directory_count (kit->directory); i++) {
    DkSlotInfo info;
    g_autofree char *other = NULL;
    dk_directory_info (kit->directory, i, &info);
    other = dk_text_fold (info.name);
    if (strcmp (info.name, name) == 0 || strcmp (other, folded) != 0)
      continue;
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This kit has %s already, and the two names would be mixed up. Nothing was "
                 "changed; choose a name that differs in more than capitals and accents.",
                 info.name);
    return FALSE;
  }
  return TRUE;
}

gboolean
dk_kit_add_user (DkKit *kit, const char *name, DkRole role, const DkSecret *passphrase,
                 gint64 valid_until_ms, DkKdfParams kdf, GError **error)
{
  g_autoptr (DkSecret) seed = NULL;
  DkSlotInfo info;

  if (!require_admin (kit, "add people", error) || !check_name_is_new (kit, name, error)
      || !dk_directory_add (kit->directory, DK_SLOT_PERSON, role, name, valid_until_ms, passphrase,
                            kdf, kit->keys, &seed, error))
    return FALSE;
  dk_directory_sign (kit->directory, kit->keys);
  dk_directory_info (kit->directory, (guint) dk_directory_find (kit->directory, name), &info);
  if (!dk_kit_check_slot (kit, name, passphrase, error)
      || !keep_seed_for_lead (kit, &info, seed, error)) {
    /* Not written yet, and no later write may bring it in. */
    dk_directory_remove (kit->directory, (guint) dk_directory_find (kit->directory, name));
    dk_directory_sign (kit->directory, kit->keys);
    return FALSE;
  }
  return dk_kit_write_directory (kit, error)
         && note_directory (kit, "user-added", name, dk_role_name (role), error);
}

gboolean
dk_kit_change_passphrase (DkKit *kit, const DkSecret *passphrase, DkKdfParams kdf, GError **error)
{
  const char *name = dk_person_info (kit->person)->name;

  return dk_directory_rewrap (kit->directory, kit->person, passphrase, kdf, error)
         && dk_kit_check_slot (kit, name, passphrase, error) && dk_kit_write_directory (kit, error)
         && dk_ledger_note (kit->store, "passphrase-changed", name, NULL, error);
}

GPtrArray *
dk_kit_trusted_signers (DkKit *kit, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *stored = dk_store_get_setting (kit->store, "signers", error);
  g_autoptr (json_t) list = NULL;

  if (stored == NULL)
    return NULL;
  list = dk_json_parse (stored, strlen (stored), 1u << 20, "The signers", error);
  if (list == NULL)
    return NULL;
  for (gsize i = 0; i < json_array_size (list); i++)
    g_ptr_array_add (texts, g_strdup (json_string_value (json_array_get (list, i))));
  return g_steal_pointer (&texts);
}

static gboolean
store_signers (DkKit *kit, GPtrArray *texts, const char *added, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;
  g_autoptr (json_t) list = json_array ();
  g_autoptr (json_t) body = json_object ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < texts->len; i++)
    json_array_append_new (list, dk_json_string (g_ptr_array_index (texts, i)));
  text = dk_json_canonical (list, NULL);
  dk_json_set_text (body, "signer", added);
  dk_store_sign_body (kit->store, "trust-added", "", body);
  transaction = dk_transaction_new (kit->db, error);
  return transaction != NULL && dk_store_set_setting (kit->store, "signers", text, error)
         && dk_ledger_append (kit->store, "trust-added", NULL, 0, body, NULL, error)
         && dk_transaction_commit (transaction, error) && dk_station_write (kit, error);
}

gboolean
dk_kit_trust (DkKit *kit, const char *public_key_text, GError **error)
{
  g_autoptr (GPtrArray) texts = NULL;
  g_autofree char *canonical = NULL;
  DkMinisignPublic key;

  if (!require_admin (kit, "change whose packs are accepted", error)
      || !dk_minisign_public_parse (public_key_text, &key, error))
    return FALSE;
  canonical = dk_minisign_public_text (&key);
  texts = dk_kit_trusted_signers (kit, error);
  if (texts == NULL)
    return FALSE;
  if (g_ptr_array_find_with_equal_func (texts, canonical, g_str_equal, NULL))
    return TRUE;
  if (texts->len >= SIGNERS_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%d signers are trusted already; remove one first. Nothing was changed.",
                 SIGNERS_MAX);
    return FALSE;
  }
  g_ptr_array_add (texts, g_strdup (canonical));
  return store_signers (kit, texts, canonical, error);
}
