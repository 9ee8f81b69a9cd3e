/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/rows-model.h"

G_BEGIN_DECLS

#define DK_TYPE_ROWS_VIEW (dk_rows_view_get_type ())
G_DECLARE_FINAL_TYPE (DkRowsView, dk_rows_view, DK, ROWS_VIEW, GtkTreeView)

/* A list in fixed-height mode. Replacing its rows keeps the selected key and the scrolled place.
 * Signals: `picked` when another row was selected (also when the selection went), `row-activated`
 * for Enter and double click. */

/* Makes the columns; called once. */
void dk_rows_view_set_spec (DkRowsView *self, const DkRowsSpec *spec);

/* Shows other rows; takes the array. */
void dk_rows_view_take_rows (DkRowsView *self, GPtrArray *rows);

/* Shows more rows below; takes the array. Selection and place stay. */
void dk_rows_view_append_rows (DkRowsView *self, GPtrArray *rows);

/* The selected row, borrowed until the rows are replaced; NULL if none is. */
gpointer dk_rows_view_get_selected (DkRowsView *self);

/* Selects the row of that key and scrolls to it; FALSE if it is not in the list. */
gboolean dk_rows_view_select (DkRowsView *self, const char *key);

/* Selects the first row, if there is one. */
void dk_rows_view_select_first (DkRowsView *self);

/* Number of rows. */
guint dk_rows_view_count (DkRowsView *self);

G_END_DECLS
