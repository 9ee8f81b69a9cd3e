/* SPDX-License-Identifier: MIT */
#include "app/store/old-key-store.h"

#include <string.h>

#include "app/store/store-private.h"

#define SECRET_SIZE 32
#define SEALED_SIZE (SECRET_SIZE + 48) /* dk_box_seal */
#define KEPT_MAX 1000 /* one for each change of keys */

/* One row: what is needed to seal it again. */
typedef struct {
  guint8 public_key[32];
  guint32 epoch;
  guint8 sealed[SEALED_SIZE];
} Row;

static const char *
kind_of (DkKeyId key)
{
  g_assert (key == DK_KEY_LEAD || key == DK_KEY_DEVICE_AGE);
  return key == DK_KEY_LEAD ? "lead" : "device-age";
}

/* Newest first. A row of another size can be no key, and is passed over. New array of Row. */
static GArray *
read_rows (DkStore *store, DkKeyId key, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT public, sealed, key_epoch FROM old_key"
                                          " WHERE kind = ?1 ORDER BY key_epoch DESC LIMIT ?2");
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, kind_of (key));
  dk_stmt_bind_int (stmt, 2, KEPT_MAX);
  while (dk_stmt_step (stmt, &has_row, error)) {
    Row row;
    gsize public_size;
    gsize sealed_size;
    const void *public_key;
    const void *sealed;
    if (!has_row)
      return g_steal_pointer (&rows);
    public_key = dk_stmt_blob (stmt, 0, &public_size);
    sealed = dk_stmt_blob (stmt, 1, &sealed_size);
    if (public_size != sizeof row.public_key || sealed_size != sizeof row.sealed)
      continue;
    memcpy (row.public_key, public_key, sizeof row.public_key);
    memcpy (row.sealed, sealed, sizeof row.sealed);
    row.epoch = (guint32) CLAMP (dk_stmt_int (stmt, 2), 0, G_MAXUINT32);
    g_array_append_val (rows, row);
  }
  return NULL;
}

static gboolean
put_row (DkStore *store, DkKeyId key, const guint8 public_key[32], guint32 epoch,
         const DkSecret *secret, const DkKeyring *after, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "INSERT INTO old_key (public, kind, key_epoch, sealed)"
                                          " VALUES (?1, ?2, ?3, ?4)"
                                          " ON CONFLICT (public) DO UPDATE SET kind = ?2,"
                                          " key_epoch = ?3, sealed = ?4");
  guint8 sealed[SEALED_SIZE];
  guint8 successor[32];

  dk_keyring_public (after, key, successor);
  dk_box_seal (sealed, dk_secret_get (secret), dk_secret_size (secret), successor);
  dk_stmt_bind_blob (stmt, 1, public_key, 32);
  dk_stmt_bind_text (stmt, 2, kind_of (key));
  dk_stmt_bind_int (stmt, 3, epoch);
  dk_stmt_bind_blob (stmt, 4, sealed, sizeof sealed);
  return dk_stmt_run (stmt, error);
}

/* NULL if the row is sealed to another key or damaged: it is then of no use to anybody. */
static DkSecret *
open_row (const Row *row, const DkSecret *secret_key)
{
  g_autoptr (DkSecret) opened = dk_secret_new (SECRET_SIZE);
  guint8 public_key[32];

  dk_box_public (public_key, secret_key);
  if (!dk_box_open (dk_secret_get_mutable (opened), row->sealed, sizeof row->sealed, public_key,
                    secret_key))
    return NULL;
  return g_steal_pointer (&opened);
}

gboolean
dk_old_key_store_keep (DkStore *store, DkKeyId key, const DkKeyring *before,
                       const DkKeyring *after, guint32 epoch, GError **error)
{
  const DkSecret *current = dk_keyring_get (before, key);
  g_autoptr (GArray) rows = NULL;
  guint8 public_key[32];

  if (dk_secret_equal (current, dk_keyring_get (after, key)))
    return TRUE;
  rows = read_rows (store, key, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    const Row *row = &g_array_index (rows, Row, i);
    g_autoptr (DkSecret) secret = open_row (row, current);
    if (secret != NULL && !put_row (store, key, row->public_key, row->epoch, secret, after, error))
      return FALSE;
  }
  dk_keyring_public (before, key, public_key);
  return put_row (store, key, public_key, epoch, current, after, error);
}

GPtrArray *
dk_old_key_store_list (DkStore *store, DkKeyId key, GError **error)
{
  const DkSecret *current = dk_keyring_get (dk_store_keys (store), key);
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_secret_free);
  g_autoptr (GArray) rows = NULL;

  if (current == NULL)
    return g_steal_pointer (&secrets);
  g_ptr_array_add (secrets, dk_secret_dup (current));
  rows = read_rows (store, key, error);
  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < rows->len; i++) {
    DkSecret *secret = open_row (&g_array_index (rows, Row, i), current);
    if (secret != NULL)
      g_ptr_array_add (secrets, secret);
  }
  return g_steal_pointer (&secrets);
}

gpointer
dk_old_key_store_try (GPtrArray *secrets, DkOldKeyOpener open, gpointer data, GError **error)
{
  g_autoptr (GError) refused = NULL;

  g_assert (secrets->len > 0);
  for (guint i = 0; i < secrets->len; i++) {
    g_autoptr (GError) failed = NULL;
    gpointer opened = open (g_ptr_array_index (secrets, i), data, &failed);
    gboolean is_other_key = g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED);
    if (opened != NULL)
      return opened;
    if (refused == NULL || !is_other_key) {
      g_clear_error (&refused);
      refused = g_steal_pointer (&failed);
    }
    if (!is_other_key)
      break;
  }
  g_propagate_error (error, g_steal_pointer (&refused));
  return NULL;
}
