/* SPDX-License-Identifier: MIT */
/* Keys change with the file: what was sealed with the old ones is either the whole kit or nothing.
 * So everything is made ready beside it, and one rename decides. */
#include "app/kit/rekey.h"

#include <string.h>

#include "app/base/file.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/db/transaction.h"
#include "app/kit/escrow.h"
#include "app/kit/rekey-private.h"
#include "app/store/connector-store.h"
#include "app/store/lead-store.h"
#include "app/store/ledger.h"
#include "app/store/old-key-store.h"
#include "app/store/person-seed.h"
#include "app/trust/trust-list.h"

#define BIT(i) (1u << (i))

static const char *const KEY_NAMES[DK_KEY_COUNT]
    = { "open", "device-sign", "device-age", "lead", "send", "admin" };

static int stop_at; /* of dk_kit_rekey_set_stop */
static void (*stop) (void);

void
dk_kit_rekey_set_stop (int step, void (*call) (void))
{
  stop_at = step;
  stop = call;
}

static void
pass (DkRekeyStep step)
{
  if (stop != NULL && stop_at == (int) step)
    stop ();
}

static DkDbKeys
keys_of (const DkDirectory *directory, const DkKeyring *keyring)
{
  DkDbKeys keys = { .open_key = dk_keyring_get (keyring, DK_KEY_OPEN) };

  memcpy (keys.uuid, dk_directory_file_uuid (directory), sizeof keys.uuid);
  return keys;
}

static gboolean
note_renewed (DkKit *kit, DkStore *store, const DkRekeyCause *cause, guint renew, GError **error)
{
  g_autoptr (json_t) body = json_object ();
  json_t *names = json_array ();

  for (int i = 0; i < DK_KEY_COUNT; i++)
    if ((renew & BIT (i)) != 0)
      json_array_append_new (names, json_string (KEY_NAMES[i]));
  json_object_set_new (body, "renewed", names);
  json_object_set_new (body, "key_epoch", json_integer (dk_directory_key_epoch (kit->directory)));
  dk_json_set_text (body, "why", cause->why);
  dk_store_sign_body (store, "keys-renewed", "", body);
  return dk_ledger_append (store, "keys-renewed", NULL, 0, body, NULL, error);
}

/* The person signs for the new keys, the device for the new chain. */
static void
state_device (DkStore *store, json_t *body)
{
  const DkStoreIdentity *identity = dk_store_identity (store);
  g_autofree char *sign = dk_text_hex (identity->device_sign_public, 32);
  g_autofree char *age = dk_text_hex (identity->device_age_public, 32);

  dk_json_set_text (body, "device_sign", sign);
  dk_json_set_text (body, "device_age", age);
}

static gboolean
note_cause (DkStore *store, const DkRekeyCause *cause, guint renew, GError **error)
{
  if (cause->kind == NULL)
    return TRUE;
  if ((renew & BIT (DK_KEY_DEVICE_SIGN)) != 0)
    state_device (store, cause->body);
  dk_store_sign_body (store, cause->kind, cause->object, cause->body);
  return dk_ledger_append (store, cause->kind, cause->object, 0, cause->body, NULL, error);
}

/* One chain has one device key, so that it can be checked with minisign alone. */
static gboolean
start_chain (DkStore *store, guint renew, GError **error)
{
  return (renew & BIT (DK_KEY_DEVICE_SIGN)) == 0
         || dk_ledger_start_chain_of_device (store, NULL, error);
}

/* Whom the kit trusts for content is signed by the admin key. */
static gboolean
sign_trust_again (DkKit *kit, DkStore *store, const DkKeyring *after, guint renew, GError **error)
{
  return (renew & BIT (DK_KEY_ADMIN)) == 0
         || dk_trust_sign_again (store, after, dk_directory_key_epoch (kit->directory), error);
}

/* In one transaction of the new file: what lies in it sealed with keys of before, and the entries.
 * The store has the keys of before. */
static gboolean
seal_again (DkKit *kit, DkStore *store, const DkKeyring *after, const DkRekeyCause *cause,
            guint renew, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_transaction_new (dk_store_db (store), error);
  guint32 epoch = dk_directory_key_epoch (kit->directory);
  g_autofree char *seq = g_strdup_printf ("%" G_GUINT64_FORMAT, dk_directory_seq (kit->directory));

  return transaction != NULL
         && (cause->forget_seed == NULL
             || dk_person_seed_forget (store, cause->forget_seed, error))
         && dk_connector_store_reseal (store, after, error)
         && dk_person_seed_reseal (store, kit->keys, after, error)
         && dk_lead_store_reseal (store, kit->keys, after, error)
         && dk_old_key_store_keep (store, DK_KEY_LEAD, kit->keys, after, epoch - 1, error)
         && dk_old_key_store_keep (store, DK_KEY_DEVICE_AGE, kit->keys, after, epoch - 1, error)
         && dk_store_set_public_keys (store, after, error)
         && dk_lead_store_sign_key (dk_store_db (store), dk_store_identity (store)->kit_id, after,
                                    epoch, error)
         && dk_escrow_vouch_again (store, kit->keys, after, epoch, error)
         && dk_store_set_setting (store, "dir_seq", seq, error)
         && dk_kit_note_copies (store, kit->directory, error)
         && sign_trust_again (kit, store, after, renew, error)
         && start_chain (store, renew, error) && note_cause (store, cause, renew, error)
         && note_renewed (kit, store, cause, renew, error)
         && dk_transaction_commit (transaction, error);
}

/* The new file, whole, closed and durable under its own name. */
static gboolean
make_file (DkKit *kit, const char *path, const DkKeyring *after, const DkRekeyCause *cause,
           guint renew, const DkJob *job, GError **error)
{
  g_autoptr (GBytes) directory = dk_directory_bytes (kit->directory, after);
  DkDbKeys keys = keys_of (kit->directory, after);
  g_autoptr (DkStore) store = NULL;
  g_autoptr (DkDb) db = NULL;

  dk_kit_discard_database (path);
  if (!dk_db_copy (kit->db, path, directory, &keys, job, error))
    return FALSE;
  pass (DK_REKEY_COPIED);
  db = dk_db_open (path, &keys, error);
  store = db != NULL ? dk_store_new (db, dk_store_user (kit->store), kit->keys, error) : NULL;
  if (store == NULL)
    return FALSE;
  dk_store_set_person (store, kit->person);
  if (!seal_again (kit, store, after, cause, renew, error))
    return FALSE;
  pass (DK_REKEY_SEALED);
  g_clear_pointer (&store, dk_store_free);
  if (!dk_db_close (&db, error))
    return FALSE;
  pass (DK_REKEY_MADE);
  return TRUE;
}

/* Opens what lies at kit.db now; the watchers of the store before go on with it. */
static gboolean
reopen (DkKit *kit, GError **error)
{
  g_autoptr (DkStore) before = g_steal_pointer (&kit->store);

  g_clear_pointer (&kit->journal_given_up, g_free); /* the file was closed in order */
  if (!dk_kit_open_store (kit, error)) {
    g_prefix_error (error, "The kit could not be opened again. What was stored is safe; lock it "
                           "and unlock it. ");
    return FALSE;
  }
  dk_store_take_watches (kit->store, before);
  return TRUE;
}

static void
take_keys (DkKit *kit, DkKeyring **after)
{
  dk_keyring_free (kit->keys);
  kit->keys = g_steal_pointer (after);
  /* The admin who did this is in the directory, and the newest change record starts at the key that
   * person vouches for. */
  if (!dk_directory_renew_person (kit->directory, kit->person)
      && dk_person_info (kit->person)->kind != DK_SLOT_RECOVERY) /* who made the code before void */
    g_assert_not_reached ();
}

/* The rename was made, and the disk did not confirm it: the new file is in place all the same. */
static gboolean
tell_unconfirmed (GError *failed, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_PARTIAL,
               "The keys are changed, but the disk did not confirm it (%s): after a power cut the "
               "kit could be as it was before. Lock it and look whether the change is there.",
               failed->message);
  return FALSE;
}

/* The old file is closed with an empty journal before the new one takes its name, so that no
 * journal of the one can lie beside the other. */
static gboolean
exchange (DkKit *kit, const char *made, DkKeyring **after, GBytes *before, GError **error)
{
  g_autofree char *path = dk_kit_file (kit->folder, DK_KIT_DATABASE);
  g_autoptr (GError) failed = NULL;
  gboolean done = dk_db_close (&kit->db, &failed);

  pass (DK_REKEY_OLD_CLOSED);
  done = done && dk_file_rename (made, path, &failed);
  pass (DK_REKEY_RENAMED);
  if (!done && dk_file_exists (made)) {
    dk_kit_take_back_directory (kit, before);
    if (reopen (kit, error))
      g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  take_keys (kit, after);
  if (!reopen (kit, error))
    return FALSE;
  pass (DK_REKEY_REOPENED);
  return done || tell_unconfirmed (failed, error);
}

/* The change stands; what lies outside of kit.db is renewed at the next unlock as well. */
static void
renew_outside (DkKit *kit)
{
  g_autoptr (GError) failed = NULL;

  if (!dk_kit_write_anchor (kit, FALSE, &failed)) {
    g_debug ("the anchor was not replaced: %s", failed->message);
    g_clear_error (&failed);
  }
  pass (DK_REKEY_ANCHORED);
  if (!dk_station_write (kit, &failed)) {
    g_debug ("station.json was not replaced: %s", failed->message);
    g_clear_error (&failed);
  }
  if (!dk_escrow_renew (kit, &failed))
    dk_kit_add_message (kit, "The escrow could not be renewed: %s", failed->message);
}

/* Everything up to the exchange. On failure the directory in memory is not what the file has. */
static gboolean
prepare (DkKit *kit, const char *made, const DkRekeyCause *cause, const DkKeyring *after,
         guint renew, const DkJob *job, GError **error)
{
  if (!dk_kit_check_room (kit, "No keys were changed", error)
      || !dk_directory_rekey (kit->directory, kit->keys, after, error))
    return FALSE;
  dk_directory_renew_wrap (kit->directory, kit->person);
  dk_directory_sign (kit->directory, after);
  return dk_ledger_checkpoint (kit->store, error)
         && make_file (kit, made, after, cause, renew, job, error);
}

gboolean
dk_kit_rekey_for (DkKit *kit, const DkRekeyCause *cause, const DkJob *job, GError **error)
{
  guint renew = cause->renew | BIT (DK_KEY_OPEN);
  g_autofree char *made = dk_kit_file (kit->folder, DK_KIT_REKEY);
  g_autoptr (GBytes) before = NULL;
  g_autoptr (DkKeyring) after = NULL;
  gboolean done;

  dk_kit_stop_backup (kit);
  before = cause->before != NULL ? g_bytes_ref (cause->before)
                                 : dk_db_get_directory (kit->db, error);
  if (before == NULL)
    return FALSE;
  after = dk_keyring_new_renewed (kit->keys, renew);
  if (!prepare (kit, made, cause, after, renew, job, error)) {
    dk_kit_discard_database (made);
    dk_kit_take_back_directory (kit, before);
    return FALSE;
  }
  done = exchange (kit, made, &after, before, error);
  if (done)
    renew_outside (kit);
  else
    dk_kit_discard_database (made);
  return done;
}

gboolean
dk_kit_rekey (DkKit *kit, guint renew, const char *why, const DkJob *job, GError **error)
{
  DkRekeyCause cause = { .renew = renew, .why = why };

  return dk_kit_require_admin (kit, "change the keys of this kit", error)
         && dk_kit_rekey_for (kit, &cause, job, error);
}

gboolean
dk_kit_renew_device (DkKit *kit, const char *reason, const DkJob *job, GError **error)
{
  g_autofree char *clean = dk_text_clean (reason);
  g_autoptr (json_t) body = json_object ();
  DkRekeyCause cause = { .renew = BIT (DK_KEY_DEVICE_SIGN) | BIT (DK_KEY_DEVICE_AGE),
                         .why = "device-renewed", .kind = "device-renewed", .object = "",
                         .body = body };

  if (!dk_kit_require_admin (kit, "give this PC new keys", error))
    return FALSE;
  if (*clean == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say why this PC gets new keys. Nothing was changed.");
    return FALSE;
  }
  dk_json_set_text (body, "reason", clean);
  return dk_kit_rekey_for (kit, &cause, job, error);
}
