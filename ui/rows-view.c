/* SPDX-License-Identifier: MIT */
#include "ui/rows-view.h"

#include <glib/gi18n.h>

struct _DkRowsView {
  GtkTreeView parent_instance;
  const DkRowsSpec *spec;
  DkRowsModel *model;
  gboolean replacing;
};

G_DEFINE_FINAL_TYPE (DkRowsView, dk_rows_view, GTK_TYPE_TREE_VIEW)

static guint picked_signal;

static void
on_selection_changed (GtkTreeSelection *selection, DkRowsView *self)
{
  if (!self->replacing)
    g_signal_emit (self, picked_signal, 0);
}

static void
dk_rows_view_dispose (GObject *object)
{
  g_clear_object (&DK_ROWS_VIEW (object)->model);
  G_OBJECT_CLASS (dk_rows_view_parent_class)->dispose (object);
}

static void
dk_rows_view_class_init (DkRowsViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dk_rows_view_dispose;
  picked_signal = g_signal_new ("picked", DK_TYPE_ROWS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
dk_rows_view_init (DkRowsView *self)
{
  GtkTreeSelection *selection = gtk_tree_view_get_selection (GTK_TREE_VIEW (self));

  gtk_tree_view_set_enable_search (GTK_TREE_VIEW (self), FALSE);
  gtk_tree_selection_set_mode (selection, GTK_SELECTION_BROWSE);
  g_signal_connect (selection, "changed", G_CALLBACK (on_selection_changed), self);
}

void
dk_rows_view_set_spec (DkRowsView *self, const DkRowsSpec *spec)
{
  g_assert (self->spec == NULL);
  self->spec = spec;
  for (guint i = 0; i < spec->n_columns; i++) {
    GtkCellRenderer *cell = gtk_cell_renderer_text_new ();
    GtkTreeViewColumn *column = gtk_tree_view_column_new_with_attributes (
        _ (spec->columns[i].title), cell, "text", (gint) i, "weight", (gint) spec->n_columns,
        NULL);
    g_object_set (cell, "ellipsize", PANGO_ELLIPSIZE_END, "ypad", 5, NULL);
    gtk_tree_view_column_set_sizing (column, GTK_TREE_VIEW_COLUMN_FIXED);
    gtk_tree_view_column_set_fixed_width (column, spec->columns[i].width);
    gtk_tree_view_column_set_expand (column, spec->columns[i].expand);
    gtk_tree_view_column_set_resizable (column, TRUE);
    (void) gtk_tree_view_append_column (GTK_TREE_VIEW (self), column);
  }
  gtk_tree_view_set_fixed_height_mode (GTK_TREE_VIEW (self), TRUE);
}

void
dk_rows_view_take_rows (DkRowsView *self, GPtrArray *rows)
{
  g_autoptr (GPtrArray) owned = rows;
  gpointer selected = dk_rows_view_get_selected (self);
  g_autofree char *key = selected != NULL ? g_strdup (self->spec->key (selected)) : NULL;
  GtkAdjustment *scroll = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self));
  double place = scroll != NULL ? gtk_adjustment_get_value (scroll) : 0;

  self->replacing = TRUE;
  gtk_tree_view_set_model (GTK_TREE_VIEW (self), NULL);
  g_clear_object (&self->model);
  self->model = dk_rows_model_new (owned, self->spec);
  gtk_tree_view_set_model (GTK_TREE_VIEW (self), GTK_TREE_MODEL (self->model));
  if (key == NULL || !dk_rows_view_select (self, key))
    gtk_tree_selection_unselect_all (gtk_tree_view_get_selection (GTK_TREE_VIEW (self)));
  self->replacing = FALSE;
  if (scroll != NULL)
    gtk_adjustment_set_value (scroll, place);
  g_signal_emit (self, picked_signal, 0);
}

void
dk_rows_view_append_rows (DkRowsView *self, GPtrArray *rows)
{
  g_autoptr (GPtrArray) owned = rows;

  if (self->model == NULL)
    dk_rows_view_take_rows (self, g_steal_pointer (&owned));
  else
    dk_rows_model_append (self->model, owned);
}

gpointer
dk_rows_view_get_selected (DkRowsView *self)
{
  GtkTreeSelection *selection = gtk_tree_view_get_selection (GTK_TREE_VIEW (self));
  GtkTreeModel *model = NULL;
  GtkTreeIter iter;
  g_autoptr (GtkTreePath) path = NULL;

  if (self->model == NULL || !gtk_tree_selection_get_selected (selection, &model, &iter))
    return NULL;
  path = gtk_tree_model_get_path (model, &iter);
  return dk_rows_model_get (self->model, (guint) gtk_tree_path_get_indices (path)[0]);
}

gboolean
dk_rows_view_select (DkRowsView *self, const char *key)
{
  for (guint i = 0; self->model != NULL && i < dk_rows_model_count (self->model); i++) {
    g_autoptr (GtkTreePath) path = NULL;
    if (g_strcmp0 (self->spec->key (dk_rows_model_get (self->model, i)), key) != 0)
      continue;
    path = gtk_tree_path_new_from_indices ((gint) i, -1);
    gtk_tree_view_set_cursor (GTK_TREE_VIEW (self), path, NULL, FALSE);
    return TRUE;
  }
  return FALSE;
}

void
dk_rows_view_select_first (DkRowsView *self)
{
  if (dk_rows_view_count (self) > 0)
    (void) dk_rows_view_select (self, self->spec->key (dk_rows_model_get (self->model, 0)));
}

guint
dk_rows_view_count (DkRowsView *self)
{
  return self->model != NULL ? dk_rows_model_count (self->model) : 0;
}
