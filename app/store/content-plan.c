/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/store/content-private.h"
#include "app/store/search-private.h"

#define DEVICES_DEFAULT 1000

static DkShift *
read_shift (DkStmt *stmt)
{
  DkShift *shift = dk_shift_new ();

  shift->service = g_strdup (dk_stmt_text (stmt, 0));
  shift->tier = (int) dk_stmt_int (stmt, 1);
  shift->contact = g_strdup (dk_stmt_text (stmt, 2));
  shift->timezone = g_strdup (dk_stmt_text (stmt, 3));
  shift->starts = g_strdup (dk_stmt_text (stmt, 4));
  shift->ends = g_strdup (dk_stmt_text (stmt, 5));
  shift->repeat_days = (int) dk_stmt_int (stmt, 6);
  shift->until = g_strdup (dk_stmt_text (stmt, 7));
  shift->note = g_strdup (dk_stmt_text (stmt, 8));
  return shift;
}

GPtrArray *
dk_content_store_shifts (DkStore *store, const char *service, GError **error)
{
  g_autoptr (GPtrArray) shifts = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_shift_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT service, tier, contact, timezone, starts, ends, repeat_days, until, note FROM shift"
      " WHERE pack = " DK_IN_FORCE " AND (?1 IS NULL OR service = ?1)"
      " ORDER BY service, tier, starts, id");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, service);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&shifts);
    g_ptr_array_add (shifts, read_shift (stmt));
  }
  return NULL;
}

static DkCallTree *
read_call_tree (DkStmt *stmt, GError **error)
{
  const char *text = dk_stmt_text (stmt, 0);
  g_autoptr (json_t) json
      = dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "A call tree", error);

  return json != NULL ? dk_call_tree_from_json (json, error) : NULL;
}

GPtrArray *
dk_content_store_call_trees (DkStore *store, GError **error)
{
  g_autoptr (GPtrArray) trees = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_call_tree_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT source FROM call_tree WHERE pack = " DK_IN_FORCE
                           " ORDER BY title COLLATE NOCASE, ref");
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    DkCallTree *tree;
    if (!has_row)
      return g_steal_pointer (&trees);
    tree = read_call_tree (stmt, error);
    if (tree == NULL)
      return NULL;
    g_ptr_array_add (trees, tree);
  }
  return NULL;
}

DkCallTree *
dk_content_store_call_tree (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT source FROM call_tree WHERE pack = " DK_IN_FORCE " AND ref = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, id);
  if (!dk_stmt_step (stmt, &has_row, error)
      || (!has_row && !dk_content_not_found (error, "call tree", id)))
    return NULL;
  return read_call_tree (stmt, error);
}

static DkDevice *
read_device (DkStmt *stmt)
{
  DkDevice *device = dk_device_new ();

  device->host = g_strdup (dk_stmt_text (stmt, 0));
  device->owner = g_strdup (dk_stmt_text (stmt, 1));
  device->location = g_strdup (dk_stmt_text (stmt, 2));
  device->os = g_strdup (dk_stmt_text (stmt, 3));
  device->serial = g_strdup (dk_stmt_text (stmt, 4));
  device->recovery_key_id = g_strdup (dk_stmt_text (stmt, 5));
  device->note = g_strdup (dk_stmt_text (stmt, 6));
  return device;
}

#define DEVICE_COLUMNS "ref, owner, location, os, serial, recovery_key_id, note"

GPtrArray *
dk_content_store_devices (DkStore *store, guint limit, GError **error)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_device_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT " DEVICE_COLUMNS " FROM device WHERE pack = " DK_IN_FORCE
                           " ORDER BY ref LIMIT ?1");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, limit > 0 ? limit : DEVICES_DEFAULT);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&devices);
    g_ptr_array_add (devices, read_device (stmt));
  }
  return NULL;
}

/* As it is written first, which an index finds; people type it in either case. */
DkDevice *
dk_content_store_device (DkStore *store, const char *host, GError **error)
{
  static const char *const questions[] = {
    "SELECT " DEVICE_COLUMNS " FROM device WHERE pack = " DK_IN_FORCE " AND ref = ?1",
    "SELECT " DEVICE_COLUMNS " FROM device WHERE pack = " DK_IN_FORCE
    " AND ref = (SELECT ref FROM found WHERE pack = " DK_IN_FORCE
    " AND name = ?2 AND kind = 'device' AND ref = ?1 COLLATE NOCASE ORDER BY id LIMIT 1)",
  };
  g_autofree char *name = dk_search_name ("device", host);
  gboolean has_row;

  for (guint i = 0; i < G_N_ELEMENTS (questions); i++) {
    g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), questions[i]);
    dk_stmt_bind_text (stmt, 1, host);
    if (i > 0)
      dk_stmt_bind_text (stmt, 2, name);
    if (!dk_stmt_step (stmt, &has_row, error))
      return NULL;
    if (has_row)
      return read_device (stmt);
  }
  (void) dk_content_not_found (error, "device", host);
  return NULL;
}
