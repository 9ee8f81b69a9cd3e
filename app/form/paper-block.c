/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <string.h>

#define GRID_COLUMNS 12
#define TABLE_COLUMNS_MAX 12
#define TABLE_ROWS_MAX 60
#define COMB_CELLS_MAX 40
#define LINES_MAX 40

static const char *const kind_words[] = { "box", "comb", "checks", "signature", "table", "none" };

static gboolean
is_ticked (const DkField *field)
{
  return field->type == DK_FIELD_SELECT_ONE || field->type == DK_FIELD_SELECT_MULTIPLE
         || field->type == DK_FIELD_BOOLEAN || field->type == DK_FIELD_ACKNOWLEDGE;
}

gboolean
dk_form_read_number (const json_t *block, const char *key, const char *pointer, guint max,
                     guint *out, GError **error)
{
  const json_t *value = json_object_get (block, key);
  if (value == NULL) {
    return TRUE;
  }
  if (!json_is_integer (value) || json_integer_value (value) < 1
      || json_integer_value (value) > max) {
    g_autofree char *place = g_strdup_printf ("%s/%s", pointer, key);
    return dk_form_fault (error, place, "a whole number from 1 to %u is expected here", max);
  }
  *out = (guint) json_integer_value (value);
  return TRUE;
}

static gboolean
read_kind (const json_t *block, const char *pointer, DkField *field, GError **error)
{
  const json_t *value = json_object_get (block, "as");
  g_autofree char *place = g_strdup_printf ("%s/as", pointer);
  if (value == NULL) {
    return TRUE;
  }
  const char *word = json_string_value (value);
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (kind_words); i++) {
    if (!g_str_equal (word, kind_words[i])) {
      continue;
    }
    field->paper = (DkPaperKind) i;
    if (field->paper == DK_PAPER_CHECKS && !is_ticked (field)) {
      return dk_form_fault (error, place, "only a select, a boolean or an acknowledge is ticked");
    }
    if (field->paper == DK_PAPER_TABLE && field->type != DK_FIELD_NOTE
        && field->type != DK_FIELD_REPEAT_BEGIN) {
      return dk_form_fault (error, place, "only a note or a repeat can be a table");
    }
    if (field->paper == DK_PAPER_COMB && is_ticked (field)) {
      return dk_form_fault (error, place, "a field that is ticked cannot be a comb");
    }
    return TRUE;
  }
  return dk_form_fault (error, place, "box, comb, checks, signature, table or none is expected");
}

static gboolean
read_column (const json_t *value, const char *pointer, const DkFormReader *reader,
             GPtrArray *titles, guint *width, GError **error)
{
  static const char *const known[] = { "label", "w", NULL };
  char *title = NULL;
  *width = 1;
  if (!dk_form_check_keys (value, pointer, known, error)
      || !dk_form_read_number (value, "w", pointer, GRID_COLUMNS, width, error)) {
    return FALSE;
  }
  g_autofree char *place = g_strdup_printf ("%s/label", pointer);
  if (!dk_form_read_label (reader, json_object_get (value, "label"), place, &title, error)) {
    return FALSE;
  }
  if (title == NULL) {
    return dk_form_fault (error, place, "a column needs a label");
  }
  g_ptr_array_add (titles, title);
  return TRUE;
}

static gboolean
read_columns (const json_t *block, const char *pointer, const DkFormReader *reader, DkField *field,
              GError **error)
{
  const json_t *columns = json_object_get (block, "columns");
  gboolean is_table = field->paper == DK_PAPER_TABLE && field->type == DK_FIELD_NOTE;
  g_autofree char *place = g_strdup_printf ("%s/columns", pointer);
  if (columns == NULL && !is_table) {
    return TRUE;
  }
  gsize count = json_array_size (columns);
  if (!is_table || count == 0 || count > TABLE_COLUMNS_MAX) {
    return dk_form_fault (error, place, "only a note that is a table has columns, 1 to %d of them",
                          TABLE_COLUMNS_MAX);
  }
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  field->paper_column_widths = g_new0 (guint, count);
  for (gsize i = 0; i < count; i++) {
    g_autofree char *column = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, place, i);
    if (!read_column (json_array_get (columns, i), column, reader, titles,
                      &field->paper_column_widths[i], error)) {
      return FALSE;
    }
  }
  g_ptr_array_add (titles, NULL);
  field->paper_columns = (char **) g_ptr_array_steal (titles, NULL);
  return TRUE;
}

static gboolean
read_numbers (const json_t *block, const char *place, DkField *field, GError **error)
{
  return dk_form_read_number (block, "w", place, GRID_COLUMNS, &field->paper_width, error)
         && dk_form_read_number (block, "h", place, LINES_MAX, &field->paper_lines, error)
         && dk_form_read_number (block, "cells", place, COMB_CELLS_MAX, &field->paper_cells, error)
         && dk_form_read_number (block, "rows", place, TABLE_ROWS_MAX, &field->paper_rows, error);
}

static guint
usual_rows (const DkField *field)
{
  if (field->paper == DK_PAPER_TABLE) {
    return 4;
  }
  return field->type == DK_FIELD_REPEAT_BEGIN ? 1 : 0;
}

gboolean
dk_form_read_paper (const DkFormReader *reader, const json_t *block, const char *pointer,
                    DkField *field, GError **error)
{
  static const char *const known[] = { "as", "w", "h", "cells", "rows", "columns", NULL };
  gboolean is_long = dk_form_is_multiline (field);
  gboolean is_wide = is_long || field->type == DK_FIELD_NOTE || dk_form_is_bracket (field);
  g_autofree char *place = g_strdup_printf ("%s/pdf", pointer);
  field->paper = is_ticked (field) ? DK_PAPER_CHECKS : DK_PAPER_BOX;
  field->paper_width = is_wide ? GRID_COLUMNS : GRID_COLUMNS / 2;
  field->paper_lines = is_long ? 4 : 1;
  if (block == NULL && field->type == DK_FIELD_CALCULATE) {
    field->paper = DK_PAPER_NONE;
  }
  if (block != NULL
      && (!dk_form_check_keys (block, place, known, error)
          || !read_kind (block, place, field, error)
          || !read_numbers (block, place, field, error))) {
    return FALSE;
  }
  if (field->paper == DK_PAPER_COMB && field->paper_cells == 0) {
    field->paper_cells = 8;
  }
  if (field->paper_rows == 0) {
    field->paper_rows = usual_rows (field);
  }
  return read_columns (block, place, reader, field, error);
}
