/* SPDX-License-Identifier: MIT */
#include "ui/rows-model.h"

struct _DkRowsModel {
  GObject parent_instance;
  GPtrArray *rows;
  const DkRowsSpec *spec;
};

static void tree_model_init (GtkTreeModelIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DkRowsModel, dk_rows_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_TREE_MODEL, tree_model_init))

static gboolean
set_iter (DkRowsModel *self, GtkTreeIter *iter, gint i)
{
  gboolean valid = i >= 0 && (guint) i < self->rows->len;

  iter->stamp = valid ? 1 : 0;
  iter->user_data = GINT_TO_POINTER (valid ? i : 0);
  return valid;
}

static GtkTreeModelFlags
get_flags (GtkTreeModel *model)
{
  return GTK_TREE_MODEL_LIST_ONLY | GTK_TREE_MODEL_ITERS_PERSIST;
}

static gint
get_n_columns (GtkTreeModel *model)
{
  return (gint) DK_ROWS_MODEL (model)->spec->n_columns + 1;
}

static GType
get_column_type (GtkTreeModel *model, gint column)
{
  return column == (gint) DK_ROWS_MODEL (model)->spec->n_columns ? G_TYPE_INT : G_TYPE_STRING;
}

static gboolean
get_iter (GtkTreeModel *model, GtkTreeIter *iter, GtkTreePath *path)
{
  return gtk_tree_path_get_depth (path) == 1
         && set_iter (DK_ROWS_MODEL (model), iter, gtk_tree_path_get_indices (path)[0]);
}

static GtkTreePath *
get_path (GtkTreeModel *model, GtkTreeIter *iter)
{
  return gtk_tree_path_new_from_indices (GPOINTER_TO_INT (iter->user_data), -1);
}

static void
get_value (GtkTreeModel *model, GtkTreeIter *iter, gint column, GValue *value)
{
  DkRowsModel *self = DK_ROWS_MODEL (model);
  gpointer row = self->rows->pdata[GPOINTER_TO_INT (iter->user_data)];

  if (column == (gint) self->spec->n_columns) {
    gboolean strong = self->spec->strong != NULL && self->spec->strong (row);
    g_value_init (value, G_TYPE_INT);
    g_value_set_int (value, strong ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    return;
  }
  g_value_init (value, G_TYPE_STRING);
  g_value_take_string (value, self->spec->text (row, (guint) column));
}

static gboolean
iter_next (GtkTreeModel *model, GtkTreeIter *iter)
{
  return set_iter (DK_ROWS_MODEL (model), iter, GPOINTER_TO_INT (iter->user_data) + 1);
}

static gboolean
iter_previous (GtkTreeModel *model, GtkTreeIter *iter)
{
  return set_iter (DK_ROWS_MODEL (model), iter, GPOINTER_TO_INT (iter->user_data) - 1);
}

static gboolean
iter_children (GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent)
{
  return parent == NULL && set_iter (DK_ROWS_MODEL (model), iter, 0);
}

static gboolean
iter_has_child (GtkTreeModel *model, GtkTreeIter *iter)
{
  return FALSE;
}

static gint
iter_n_children (GtkTreeModel *model, GtkTreeIter *iter)
{
  return iter != NULL ? 0 : (gint) DK_ROWS_MODEL (model)->rows->len;
}

static gboolean
iter_nth_child (GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent, gint n)
{
  return parent == NULL && set_iter (DK_ROWS_MODEL (model), iter, n);
}

static gboolean
iter_parent (GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *child)
{
  return FALSE;
}

static void
tree_model_init (GtkTreeModelIface *iface)
{
  iface->get_flags = get_flags;
  iface->get_n_columns = get_n_columns;
  iface->get_column_type = get_column_type;
  iface->get_iter = get_iter;
  iface->get_path = get_path;
  iface->get_value = get_value;
  iface->iter_next = iter_next;
  iface->iter_previous = iter_previous;
  iface->iter_children = iter_children;
  iface->iter_has_child = iter_has_child;
  iface->iter_n_children = iter_n_children;
  iface->iter_nth_child = iter_nth_child;
  iface->iter_parent = iter_parent;
}

static void
dk_rows_model_finalize (GObject *object)
{
  g_clear_pointer (&DK_ROWS_MODEL (object)->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (dk_rows_model_parent_class)->finalize (object);
}

static void
dk_rows_model_class_init (DkRowsModelClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_rows_model_finalize;
}

static void
dk_rows_model_init (DkRowsModel *self)
{
}

DkRowsModel *
dk_rows_model_new (GPtrArray *rows, const DkRowsSpec *spec)
{
  DkRowsModel *self = g_object_new (DK_TYPE_ROWS_MODEL, NULL);

  self->rows = g_ptr_array_ref (rows);
  self->spec = spec;
  return self;
}

void
dk_rows_model_append (DkRowsModel *self, GPtrArray *rows)
{
  while (rows->len > 0) {
    g_autoptr (GtkTreePath) path
        = gtk_tree_path_new_from_indices ((gint) self->rows->len, -1);
    GtkTreeIter iter;
    g_ptr_array_add (self->rows, g_ptr_array_steal_index (rows, 0));
    (void) set_iter (self, &iter, (gint) self->rows->len - 1);
    gtk_tree_model_row_inserted (GTK_TREE_MODEL (self), path, &iter);
  }
}

gpointer
dk_rows_model_get (DkRowsModel *self, guint i)
{
  return i < self->rows->len ? self->rows->pdata[i] : NULL;
}

guint
dk_rows_model_count (DkRowsModel *self)
{
  return self->rows->len;
}
