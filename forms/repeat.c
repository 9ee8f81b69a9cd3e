/* SPDX-License-Identifier: MIT */
#include "forms/repeat-private.h"

#include "forms/choices-private.h"
#include "forms/font-private.h"

#define COLUMNS_MAX 14u
#define TITLE_CHARS_MAX 90
#define TITLE_LINE_CHARS 96u /* of small letters across the page, the edges of columns taken off */
#define TITLE_LINES_MAX 18u
#define BOXES_MAX 3u        /* choices that are ticked in a cell */
#define BOXES_CHARS_MAX 24
#define CHOICES_CHARS_MAX 60 /* of the choices that a title names */

DkField *
dk_repeat_field_new (const char *name, const char *label, char *const *columns,
                     const guint *widths)
{
  DkField *field = g_new0 (DkField, 1);
  field->type = columns != NULL ? DK_FIELD_NOTE : DK_FIELD_TEXT;
  field->name = g_strdup (name);
  field->label = g_strdup (label);
  field->paper = columns != NULL ? DK_PAPER_TABLE : DK_PAPER_BOX;
  field->paper_width = 12;
  field->paper_lines = 1;
  if (columns != NULL) {
    field->paper_columns = g_strdupv ((char **) columns);
    field->paper_column_widths
        = g_memdup2 (widths, g_strv_length (field->paper_columns) * sizeof *widths);
  }
  return field;
}

void
dk_repeat_field_free (DkField *field)
{
  if (field != NULL) {
    g_free (field->name);
    g_free (field->label);
    g_free (field->hint);
    g_strfreev (field->paper_columns);
    g_free (field->paper_column_widths);
    g_free (field);
  }
}

static gboolean
has_value (const json_t *rows, const char *name)
{
  for (gsize i = 0; i < json_array_size (rows); i++) {
    const json_t *value = json_object_get (json_array_get (rows, i), name);
    if (value != NULL && !json_is_null (value)) {
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
is_column (const DkField *field, const DkField *repeat, const json_t *rows)
{
  gboolean has_words = field->type == DK_FIELD_NOTE || field->type == DK_FIELD_GROUP_BEGIN
                       || field->type == DK_FIELD_GROUP_END;
  return field->repeat == repeat && !has_words && field->type != DK_FIELD_REPEAT_END
         && field->type != DK_FIELD_REPEAT_BEGIN
         && (field->paper != DK_PAPER_NONE || has_value (rows, field->name));
}

static GPtrArray *
find_columns (const DkForm *form, const DkField *repeat, const json_t *rows)
{
  GPtrArray *columns = g_ptr_array_new ();
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (is_column (field, repeat, rows)) {
      g_ptr_array_add (columns, (gpointer) field);
    }
  }
  return columns;
}

static char *
join_choices (const DkField *field, const char *before, const char *between)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; field->choices != NULL && i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    g_string_append_printf (text, "%s%s%s", i > 0 ? between : "", before, choice->label);
  }
  return g_string_free (text, FALSE);
}

/* Boxes to tick; "" if the choices are too many or too long for a cell. */
static char *
make_boxes (const DkField *field, const DkPaperWords *words)
{
  if (field->type == DK_FIELD_ACKNOWLEDGE) {
    return g_strdup ("☐");
  }
  if (field->type == DK_FIELD_BOOLEAN) {
    return g_strdup_printf ("☐ %s  ☐ %s", words->yes, words->no);
  }
  g_autofree char *boxes = join_choices (field, "☐ ", "  ");
  gboolean fits = field->choices != NULL && field->choices->len <= BOXES_MAX
                  && g_utf8_strlen (boxes, -1) <= BOXES_CHARS_MAX
                  && dk_font_covers (DK_FONT_REGULAR, boxes);
  return fits ? g_steal_pointer (&boxes) : g_strdup ("");
}

/* "Device *", "State (left / moved / gone)". What is asked for in some rows alone has no star. */
static char *
make_title (const DkField *field, gboolean has_boxes)
{
  gboolean is_always
      = field->required && (!field->has_condition || field->repeat->has_condition);
  g_autofree char *choices = join_choices (field, "", " / ");
  gboolean names = !has_boxes && *choices != '\0'
                   && g_utf8_strlen (choices, -1) <= CHOICES_CHARS_MAX;
  return g_strdup_printf ("%s%s%s%s%s%s%s", field->label, is_always ? " *" : "",
                          names ? " (" : "", names ? choices : "", names ? ")" : "",
                          field->hint != NULL ? " · " : "",
                          field->hint != NULL ? field->hint : "");
}

/* What was not answered keeps its boxes, so that it can still be ticked. */
static char **
make_row (const GPtrArray *columns, const json_t *row, char *const *blank,
          const DkPaperWords *words)
{
  char **texts = g_new0 (char *, columns->len + 1);
  for (guint i = 0; i < columns->len; i++) {
    const DkField *field = g_ptr_array_index (columns, i);
    const json_t *value = json_object_get (row, field->name);
    texts[i] = value == NULL || json_is_null (value) ? g_strdup (blank[i])
                                                     : dk_cell_show (field, value, words);
  }
  return texts;
}

/* The title of a column with its hint, in lines that leave room for rows. */
static gboolean
title_fits (const DkField *field, guint total)
{
  gsize chars = (gsize) g_utf8_strlen (field->label, -1);
  gsize more = field->hint != NULL ? (gsize) g_utf8_strlen (field->hint, -1) : 0;
  guint on_line = TITLE_LINE_CHARS * field->paper_width / total;
  return chars <= TITLE_CHARS_MAX && (more == 0 || chars + more <= on_line * TITLE_LINES_MAX);
}

static gboolean
fits_a_table (const GPtrArray *columns)
{
  guint total = 0;
  for (guint i = 0; i < columns->len; i++) {
    total += ((const DkField *) g_ptr_array_index (columns, i))->paper_width;
  }
  for (guint i = 0; i < columns->len; i++) {
    if (!title_fits (g_ptr_array_index (columns, i), total)) {
      return FALSE;
    }
  }
  return columns->len > 0 && columns->len <= COLUMNS_MAX;
}

DkRepeatTable *
dk_repeat_table_new (const DkForm *form, const DkField *repeat, const json_t *value,
                     const json_t *choices, const DkPaperWords *words)
{
  g_autoptr (GPtrArray) columns = find_columns (form, repeat, value);
  g_autoptr (GPtrArray) narrowed = dk_choices_keep_new ();
  if (repeat->paper != DK_PAPER_TABLE || !fits_a_table (columns)) {
    return NULL;
  }
  DkRepeatTable *table = g_new0 (DkRepeatTable, 1);
  g_auto (GStrv) titles = g_new0 (char *, columns->len + 1);
  g_autofree guint *widths = g_new0 (guint, columns->len);
  table->row_blank = g_new0 (char *, columns->len + 1);
  for (guint i = 0; i < columns->len; i++) {
    const DkField *field = dk_choices_narrow (choices, form, g_ptr_array_index (columns, i), NULL,
                                              narrowed);
    table->row_blank[i] = make_boxes (field, words);
    titles[i] = make_title (field, *table->row_blank[i] != '\0');
    widths[i] = field->paper_width;
  }
  table->field = dk_repeat_field_new (repeat->name, repeat->label, titles, widths);
  table->field->hint = g_strdup (repeat->hint);
  table->field->paper_rows = repeat->paper_rows;
  table->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  for (gsize i = 0; i < json_array_size (value); i++) {
    g_ptr_array_add (table->rows, make_row (columns, json_array_get (value, i), table->row_blank,
                                            words));
  }
  return table;
}

void
dk_repeat_table_free (DkRepeatTable *table)
{
  if (table != NULL) {
    dk_repeat_field_free (table->field);
    g_ptr_array_unref (table->rows);
    g_strfreev (table->row_blank);
    g_free (table);
  }
}
