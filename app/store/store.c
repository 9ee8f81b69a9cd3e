/* SPDX-License-Identifier: MIT */
#include "app/store/store.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/model/number.h"
#include "app/store/content-store.h"
#include "app/store/ledger-private.h"
#include "app/store/store-private.h"

struct DkStore {
  DkDb *db;
  DkStoreIdentity identity;
  char *user;
  const DkKeyring *keys;
  const DkPerson *person;
  guint32 key_epoch;
  GPtrArray *lead_recipients;
  gpointer memo;
  GDestroyNotify free_memo;
  gboolean is_read_only;
  DkPolicy *policy;
  char chain[9];
  gint64 loading;
  guint written_back;
  gboolean has_rested;
  DkStoreChanged anchor_changed;
  gpointer anchor_data;
  DkStoreChanged changed;
  gpointer data;
};

DkDb *
dk_store_db (DkStore *store)
{
  return store->db;
}

const DkStoreIdentity *
dk_store_identity (DkStore *store)
{
  return &store->identity;
}

gboolean
dk_store_has_rested (DkStore *store)
{
  return store->has_rested;
}

void
dk_store_set_rested (DkStore *store, gboolean rested)
{
  store->has_rested = rested;
}

guint
dk_store_written_back (DkStore *store)
{
  return store->written_back;
}

void
dk_store_set_written_back (DkStore *store, guint frames)
{
  store->written_back = frames;
}

gint64
dk_store_loading (DkStore *store)
{
  return store->loading;
}

void
dk_store_set_loading (DkStore *store, gint64 pack)
{
  store->loading = pack;
}

const char *
dk_store_user (DkStore *store)
{
  return store->user;
}

const DkKeyring *
dk_store_keys (DkStore *store)
{
  return store->keys;
}

void
dk_store_set_person (DkStore *store, const DkPerson *person)
{
  store->person = person;
}

const DkPerson *
dk_store_person (DkStore *store)
{
  return store->person;
}

void
dk_store_set_memo (DkStore *store, gpointer memo, GDestroyNotify free_memo)
{
  if (store->memo != NULL)
    store->free_memo (store->memo);
  store->memo = memo;
  store->free_memo = free_memo;
}

gpointer
dk_store_memo (DkStore *store)
{
  return store->memo;
}

GPtrArray *
dk_store_lead_recipients (DkStore *store)
{
  return store->lead_recipients;
}

void
dk_store_set_lead_recipients (DkStore *store, GPtrArray *keys)
{
  g_ptr_array_ref (keys);
  g_clear_pointer (&store->lead_recipients, g_ptr_array_unref);
  store->lead_recipients = keys;
}

void
dk_store_set_key_epoch (DkStore *store, guint32 epoch)
{
  store->key_epoch = epoch;
}

guint32
dk_store_key_epoch (DkStore *store)
{
  return store->key_epoch;
}

const DkPolicy *
dk_store_policy (DkStore *store)
{
  return store->policy;
}

const char *
dk_store_chain (DkStore *store)
{
  return store->chain;
}

static gboolean
get_setting (DkDb *db, const char *key, char **value, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (db, "SELECT value FROM setting WHERE key = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, key);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *value = has_row ? g_strdup (dk_stmt_text (stmt, 0)) : NULL;
  return TRUE;
}

static gboolean
set_setting (DkDb *db, const char *key, const char *value, GError **error)
{
  g_autoptr (DkStmt) stmt = NULL;

  if (value == NULL) {
    stmt = dk_stmt_new (db, "DELETE FROM setting WHERE key = ?1");
  } else {
    stmt = dk_stmt_new (db, "INSERT INTO setting (key, value) VALUES (?1, ?2)"
                            " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    dk_stmt_bind_text (stmt, 2, value);
  }
  dk_stmt_bind_text (stmt, 1, key);
  return dk_stmt_run (stmt, error);
}

char *
dk_store_get_setting (DkStore *store, const char *key, GError **error)
{
  char *value = NULL;

  return get_setting (store->db, key, &value, error) ? value : NULL;
}

gboolean
dk_store_set_setting (DkStore *store, const char *key, const char *value, GError **error)
{
  return set_setting (store->db, key, value, error);
}

gboolean
dk_store_set_chain (DkStore *store, const char *chain, GError **error)
{
  if (!set_setting (store->db, "chain", chain, error))
    return FALSE;
  g_strlcpy (store->chain, chain, sizeof store->chain);
  return TRUE;
}

void
dk_store_restore_chain (DkStore *store, const char *chain)
{
  g_strlcpy (store->chain, chain, sizeof store->chain);
}

static gboolean
write_public_keys (DkDb *db, const DkStoreIdentity *identity, GError **error)
{
  g_autofree char *sign = dk_text_hex (identity->device_sign_public, 32);
  g_autofree char *age = dk_text_hex (identity->device_age_public, 32);
  g_autofree char *lead = dk_text_hex (identity->lead_public, 32);

  return set_setting (db, "sign_public", sign, error)
         && set_setting (db, "age_public", age, error)
         && set_setting (db, "lead_public", lead, error);
}

gboolean
dk_store_set_public_keys (DkStore *store, const DkKeyring *keys, GError **error)
{
  dk_keyring_public (keys, DK_KEY_DEVICE_SIGN, store->identity.device_sign_public);
  dk_keyring_public (keys, DK_KEY_DEVICE_AGE, store->identity.device_age_public);
  dk_keyring_public (keys, DK_KEY_LEAD, store->identity.lead_public);
  return write_public_keys (store->db, &store->identity, error);
}

static gboolean
write_identity (DkDb *db, const DkStoreIdentity *identity, GError **error)
{
  g_autofree char *created = dk_time_format_utc (dk_clock_wall_ms ());

  return set_setting (db, "kit_id", identity->kit_id, error)
         && set_setting (db, "station", identity->station, error)
         && set_setting (db, "site", identity->site, error)
         && write_public_keys (db, identity, error)
         && set_setting (db, "created", created, error) && set_setting (db, "counter", "0", error);
}

gboolean
dk_store_init (DkDb *db, const DkStoreIdentity *identity, const DkKeyring *keys, const char *user,
               GError **error)
{
  return dk_store_init_with (db, identity, keys, user, NULL, error);
}

gboolean
dk_store_init_with (DkDb *db, const DkStoreIdentity *identity, const DkKeyring *keys,
                    const char *user, const json_t *facts, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_transaction_new (db, error);
  DkStore store = { .db = db, .identity = *identity, .keys = keys };
  gboolean done;

  if (transaction == NULL || !write_identity (db, identity, error))
    return FALSE;
  store.user = g_strdup (user);
  done = dk_ledger_begin_chain (&store, "kit-init", NULL, facts, error)
         && dk_transaction_commit (transaction, error);
  g_free (store.user);
  return done;
}

static gboolean
read_text (DkDb *db, const char *key, char *out, gsize size, GError **error)
{
  g_autofree char *value = NULL;

  if (!get_setting (db, key, &value, error))
    return FALSE;
  if (value == NULL || g_strlcpy (out, value, size) >= size) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "This kit does not say its %s. Restore it from a backup.", key);
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_key (DkDb *db, const char *key, guint8 out[32], GError **error)
{
  char hex[65];

  if (!read_text (db, key, hex, sizeof hex, error))
    return FALSE;
  if (!dk_text_unhex (hex, out, 32)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED, "The key %s of this kit is damaged.", key);
    return FALSE;
  }
  return TRUE;
}

/* Names of files are made of these, and everybody of the kit can write the settings. */
static gboolean
check_names (const DkStore *store, GError **error)
{
  const char *kit_id = store->identity.kit_id;

  if (strspn (kit_id, "0123456789abcdef") == 32 && dk_ledger_is_chain_id (store->chain)
      && dk_number_station_is_valid (store->identity.station))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "What this kit is called (kit, station, chain) is damaged or was changed. Nothing "
               "was changed now; keep the file and put back the latest backup.");
  return FALSE;
}

static gboolean
read_identity (DkStore *store, GError **error)
{
  DkStoreIdentity *identity = &store->identity;

  return read_text (store->db, "kit_id", identity->kit_id, sizeof identity->kit_id, error)
         && read_text (store->db, "station", identity->station, sizeof identity->station, error)
         && read_text (store->db, "site", identity->site, sizeof identity->site, error)
         && read_text (store->db, "chain", store->chain, sizeof store->chain, error)
         && read_key (store->db, "sign_public", identity->device_sign_public, error)
         && read_key (store->db, "age_public", identity->device_age_public, error)
         && read_key (store->db, "lead_public", identity->lead_public, error)
         && check_names (store, error);
}

/* Everybody of the kit can write the setting; who holds the key itself need not believe it. */
static void
take_own_lead_key (DkStore *store)
{
  if (dk_keyring_get (store->keys, DK_KEY_LEAD) != NULL)
    dk_keyring_public (store->keys, DK_KEY_LEAD, store->identity.lead_public);
}

gboolean
dk_store_read_counter (DkStore *store, guint64 *counter, GError **error)
{
  char text[32];

  if (!read_text (store->db, "counter", text, sizeof text, error))
    return FALSE;
  *counter = g_ascii_strtoull (text, NULL, 10);
  return TRUE;
}

gboolean
dk_store_write_counter (DkStore *store, guint64 counter, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, counter);

  return set_setting (store->db, "counter", text, error);
}

DkStore *
dk_store_new (DkDb *db, const char *user, const DkKeyring *keys, GError **error)
{
  g_autoptr (DkStore) store = g_new0 (DkStore, 1);

  store->db = db;
  store->user = g_strdup (user);
  store->keys = keys;
  if (!read_identity (store, error) || !dk_store_load_policy (store, error))
    return NULL;
  take_own_lead_key (store);
  return g_steal_pointer (&store);
}

gboolean
dk_store_load_policy (DkStore *store, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (json_t) document = dk_content_store_document (store, "policy", &failed);
  DkPolicy *policy;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  policy = document != NULL ? dk_policy_parse (document, error) : dk_policy_new ();
  if (policy == NULL)
    return FALSE;
  dk_policy_free (store->policy);
  store->policy = policy;
  return TRUE;
}

void
dk_store_set_read_only (DkStore *store)
{
  store->is_read_only = TRUE;
}

gboolean
dk_store_is_read_only (const DkStore *store)
{
  return store->is_read_only;
}

DkTransaction *
dk_store_begin (DkStore *store, GError **error)
{
  if (store->is_read_only) {
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "This kit was opened for reading, since the disk refused: this is NOT stored. "
                 "Note it on paper, make room on the disk or have the right to write there put in "
                 "order, then lock and unlock the kit.");
    return NULL;
  }
  return dk_transaction_new (store->db, error);
}

gboolean
dk_store_commit (DkStore *store, DkTransaction *transaction, gboolean number_issued, GError **error)
{
  if (!dk_transaction_commit (transaction, error))
    return FALSE;
  if (store->anchor_changed != NULL)
    store->anchor_changed (number_issued, store->anchor_data);
  if (store->changed != NULL)
    store->changed (number_issued, store->data);
  return TRUE;
}

void
dk_store_set_anchor_watch (DkStore *store, DkStoreChanged changed, gpointer data)
{
  store->anchor_changed = changed;
  store->anchor_data = data;
}

void
dk_store_set_watch (DkStore *store, DkStoreChanged changed, gpointer data)
{
  store->changed = changed;
  store->data = data;
}

void
dk_store_take_watches (DkStore *store, const DkStore *from)
{
  store->anchor_changed = from->anchor_changed;
  store->anchor_data = from->anchor_data;
  store->changed = from->changed;
  store->data = from->data;
}

void
dk_store_free (DkStore *store)
{
  if (store == NULL)
    return;
  dk_policy_free (store->policy);
  dk_store_set_memo (store, NULL, NULL);
  g_clear_pointer (&store->lead_recipients, g_ptr_array_unref);
  g_free (store->user);
  g_free (store);
}
