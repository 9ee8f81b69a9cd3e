/* SPDX-License-Identifier: MIT */
#include "app/store/paper-store.h"

#include "app/store/store-private.h"

void
dk_paper_row_free (DkPaperRow *row)
{
  if (row == NULL)
    return;
  g_free (row->number);
  g_free (row->form);
  g_free (row->state);
  g_free (row->unit);
  g_free (row);
}

GPtrArray *
dk_paper_store_list (DkStore *store, const char *state, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_paper_row_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT number, form, state, unit, issued_ms FROM paper"
                           " WHERE ?1 IS NULL OR state = ?1 ORDER BY issued_ms, number");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, state);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkPaperRow *row;
    if (!has_row)
      return g_steal_pointer (&rows);
    row = g_new0 (DkPaperRow, 1);
    row->number = g_strdup (dk_stmt_text (stmt, 0));
    row->form = g_strdup (dk_stmt_text (stmt, 1));
    row->state = g_strdup (dk_stmt_text (stmt, 2));
    row->unit = g_strdup (dk_stmt_text (stmt, 3));
    row->issued_ms = dk_stmt_int (stmt, 4);
    g_ptr_array_add (rows, row);
  }
  return NULL;
}
