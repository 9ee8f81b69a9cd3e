/* SPDX-License-Identifier: MIT */
/* The tables are small beside the ledger, so that they are compared by writing them anew in a
 * transaction that is rolled back where nothing differs. */
#include "app/plan/rebuild.h"

#include <string.h>

#include "app/plan/plan-private.h"
#include "app/store/ledger.h"

/* A table by its rows as text, in one order; and how it is emptied. Children before parents. */
typedef struct {
  const char *name;
  const char *rows;
  const char *empty;
} Table;

static const Table TABLES[] = {
  { "run_step",
    "SELECT json_array (r.uid, s.step, s.state, s.person, s.at_ms, s.note) FROM run_step AS s"
    " JOIN run AS r ON r.id = s.run ORDER BY 1",
    "DELETE FROM run_step" },
  { "call_attempt",
    "SELECT json_array (r.uid, c.contact, c.number, c.result, c.person, c.at_ms, c.note,"
    " (SELECT count (*) FROM call_attempt AS b WHERE b.run = c.run AND b.id < c.id))"
    " FROM call_attempt AS c JOIN run AS r ON r.id = c.run ORDER BY 1",
    "DELETE FROM call_attempt" },
  { "run",
    "SELECT json_array (uid, kind, ref, title, pack, version, started_ms, started_by, ended_ms,"
    " ended_by, note) FROM run ORDER BY 1",
    "DELETE FROM run" },
  { "run_source", "SELECT json_array (version, source, steps) FROM run_source ORDER BY 1",
    "DELETE FROM run_source" },
  { "correction",
    "SELECT json_array (ticket, contact, field, was, value, person, at_ms, state) FROM correction"
    " ORDER BY 1",
    "DELETE FROM correction" },
};

/* Rows of a table: text -> how many. New table. */
static GHashTable *
read_rows (DkStore *store, const Table *table, GError **error)
{
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), table->rows);
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    const char *text;
    if (!has_row)
      return g_steal_pointer (&rows);
    text = dk_stmt_text (stmt, 0);
    g_hash_table_insert (rows, g_strdup (text),
                         GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (rows, text))
                                           + 1));
  }
  return NULL;
}

/* Rows of one that the other has not, or less often. */
static guint
count_missing (GHashTable *rows, GHashTable *other)
{
  GHashTableIter iter;
  gpointer key;
  gpointer value;
  guint count = 0;

  g_hash_table_iter_init (&iter, rows);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    guint here = GPOINTER_TO_UINT (value);
    guint there = GPOINTER_TO_UINT (g_hash_table_lookup (other, key));
    count += here > there ? here - there : 0;
  }
  return count;
}

static gboolean
apply_entry (const DkEntry *entry, gpointer data, GError **error)
{
  return dk_plan_apply (data, entry, error);
}

static gboolean
write_anew (DkStore *store, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (TABLES); i++) {
    g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), TABLES[i].empty);
    if (!dk_stmt_run (stmt, error))
      return FALSE;
  }
  return dk_ledger_each (store, DK_PLAN_KINDS, apply_entry, store, error);
}

/* Writes the tables anew in the caller's transaction. *wrong: rows that were not right; *first: the
 * first table with one, static. */
static gboolean
write_and_compare (DkStore *store, guint *wrong, const char **first, GError **error)
{
  GHashTable *before[G_N_ELEMENTS (TABLES)] = { NULL };
  gboolean done = TRUE;

  *wrong = 0;
  for (gsize i = 0; done && i < G_N_ELEMENTS (TABLES); i++) {
    before[i] = read_rows (store, &TABLES[i], error);
    done = before[i] != NULL;
  }
  done = done && write_anew (store, error);
  for (gsize i = 0; done && i < G_N_ELEMENTS (TABLES); i++) {
    g_autoptr (GHashTable) now = read_rows (store, &TABLES[i], error);
    guint count;
    done = now != NULL;
    count = done ? MAX (count_missing (now, before[i]), count_missing (before[i], now)) : 0;
    if (count > 0 && *wrong == 0)
      *first = TABLES[i].name;
    *wrong += count;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (TABLES); i++)
    g_clear_pointer (&before[i], g_hash_table_unref);
  return done;
}

gboolean
dk_plan_check_projection (DkStore *store, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;
  const char *first = NULL;
  guint wrong;

  if (dk_store_is_read_only (store))
    return TRUE;
  transaction = dk_transaction_new (dk_store_db (store), error);
  if (transaction == NULL || !write_and_compare (store, &wrong, &first, error))
    return FALSE;
  if (wrong == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The table %s does not say what the ledger says. The ledger counts, and has all "
               "the words.",
               first);
  return FALSE;
}

gboolean
dk_plan_rebuild (DkStore *store, guint *mended, const DkJob *job, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  g_autoptr (json_t) body = json_object ();
  const char *first = NULL;
  guint wrong;

  if (transaction == NULL || !write_and_compare (store, &wrong, &first, error)
      || !dk_job_step (job, 1, 1, "Reading the ledger", error))
    return FALSE;
  json_object_set_new (body, "rows", json_integer (wrong));
  dk_json_set_text (body, "table", first);
  if (wrong > 0
      && (!dk_ledger_append (store, "lists-rebuilt", NULL, 0, body, NULL, error)
          || !dk_store_commit (store, transaction, FALSE, error)))
    return FALSE;
  *mended = wrong;
  return TRUE;
}
