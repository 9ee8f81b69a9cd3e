/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a list shows of a row. row is borrowed. */
typedef struct {
  const char *title; /* of the column, untranslated */
  int width;         /* in pixels at normal text size */
  gboolean expand;
} DkRowsColumn;

typedef struct {
  const DkRowsColumn *columns;
  guint n_columns;
  char *(*text) (gpointer row, guint column); /* new string, NULL = empty */
  const char *(*key) (gpointer row);          /* what a row is known by over refreshes */
  gboolean (*strong) (gpointer row);          /* drawn bold; NULL = never */
} DkRowsSpec;

#define DK_TYPE_ROWS_MODEL (dk_rows_model_get_type ())
G_DECLARE_FINAL_TYPE (DkRowsModel, dk_rows_model, DK, ROWS_MODEL, GObject)

/* A flat GtkTreeModel over an array that only grows: cells are made when they are drawn, so a
 * list of 100,000 rows costs no more than its array. Columns are those of the spec, then one
 * integer: the weight of the text. Takes a reference to rows; spec must outlive it. */
DkRowsModel *dk_rows_model_new (GPtrArray *rows, const DkRowsSpec *spec);

/* Appends rows, which belong to the model afterwards; the array is left empty. */
void dk_rows_model_append (DkRowsModel *self, GPtrArray *rows);

/* Row i, borrowed; NULL if there is none. */
gpointer dk_rows_model_get (DkRowsModel *self, guint i);

/* Number of rows. */
guint dk_rows_model_count (DkRowsModel *self);

G_END_DECLS
