/* SPDX-License-Identifier: MIT */
#include "app/store/person-seed.h"

#include <string.h>

#include "app/store/store-private.h"

#define SLOT_SIZE 16
#define SEED_SIZE 32
#define SEALED_SIZE (SEED_SIZE + 48) /* dk_box_seal */

typedef struct {
  guint8 slot[SLOT_SIZE];
  guint8 sealed[SEALED_SIZE];
} Row;

static gboolean
put_row (DkStore *store, const guint8 slot[16], const DkSecret *seed, const guint8 lead[32],
         GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "INSERT INTO person_seed (slot, sealed) VALUES (?1, ?2)"
                                          " ON CONFLICT (slot) DO UPDATE SET sealed = ?2");
  guint8 sealed[SEALED_SIZE];

  g_assert (dk_secret_size (seed) == SEED_SIZE);
  dk_box_seal (sealed, dk_secret_get (seed), SEED_SIZE, lead);
  dk_stmt_bind_blob (stmt, 1, slot, SLOT_SIZE);
  dk_stmt_bind_blob (stmt, 2, sealed, sizeof sealed);
  return dk_stmt_run (stmt, error);
}

gboolean
dk_person_seed_keep (DkStore *store, const guint8 slot[16], const DkSecret *seed, GError **error)
{
  return put_row (store, slot, seed, dk_store_identity (store)->lead_public, error);
}

gboolean
dk_person_seed_forget (DkStore *store, const guint8 slot[16], GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "DELETE FROM person_seed WHERE slot = ?1");

  dk_stmt_bind_blob (stmt, 1, slot, SLOT_SIZE);
  return dk_stmt_run (stmt, error);
}

static DkSecret *
open_seed (const guint8 *sealed, gsize size, const DkSecret *lead)
{
  g_autoptr (DkSecret) seed = dk_secret_new (SEED_SIZE);
  guint8 public_key[32];

  if (lead == NULL || size != SEALED_SIZE)
    return NULL;
  dk_box_public (public_key, lead);
  if (!dk_box_open (dk_secret_get_mutable (seed), sealed, size, public_key, lead))
    return NULL;
  return g_steal_pointer (&seed);
}

gboolean
dk_person_seed_get (DkStore *store, const guint8 slot[16], DkSecret **seed, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT sealed FROM person_seed WHERE slot = ?1");
  gboolean has_row;
  gsize size;
  const guint8 *sealed;

  dk_stmt_bind_blob (stmt, 1, slot, SLOT_SIZE);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *seed = NULL;
  if (!has_row)
    return TRUE;
  sealed = dk_stmt_blob (stmt, 0, &size);
  *seed = open_seed (sealed, size, dk_keyring_get (dk_store_keys (store), DK_KEY_LEAD));
  return TRUE;
}

/* New array of Row. */
static GArray *
read_rows (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT slot, sealed FROM person_seed LIMIT ?1");
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, DK_DIRECTORY_SLOTS);
  while (dk_stmt_step (stmt, &has_row, error)) {
    Row row = { 0 };
    gsize slot_size;
    gsize size;
    const void *slot;
    const void *sealed;
    if (!has_row)
      return g_steal_pointer (&rows);
    slot = dk_stmt_blob (stmt, 0, &slot_size);
    sealed = dk_stmt_blob (stmt, 1, &size);
    if (slot_size != SLOT_SIZE || size != SEALED_SIZE)
      continue;
    memcpy (row.slot, slot, SLOT_SIZE);
    memcpy (row.sealed, sealed, SEALED_SIZE);
    g_array_append_val (rows, row);
  }
  return NULL;
}

gboolean
dk_person_seed_reseal (DkStore *store, const DkKeyring *before, const DkKeyring *after,
                       GError **error)
{
  g_autoptr (GArray) rows = read_rows (store, error);
  guint8 lead[32];

  if (rows == NULL)
    return FALSE;
  dk_keyring_public (after, DK_KEY_LEAD, lead);
  for (guint i = 0; i < rows->len; i++) {
    const Row *row = &g_array_index (rows, Row, i);
    g_autoptr (DkSecret) seed
        = open_seed (row->sealed, SEALED_SIZE, dk_keyring_get (before, DK_KEY_LEAD));
    gboolean done = seed != NULL ? put_row (store, row->slot, seed, lead, error)
                                 : dk_person_seed_forget (store, row->slot, error);
    if (!done)
      return FALSE;
  }
  return TRUE;
}
