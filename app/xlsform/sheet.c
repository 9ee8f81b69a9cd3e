/* SPDX-License-Identifier: MIT */
#include "app/xlsform/sheet.h"

#include <string.h>

#include "app/base/csv.h"
#include "app/base/text.h"
#include "app/import/table.h"

struct DkSheet {
  char *name;
  GHashTable *cells; /* cell_key -> text */
  guint rows;
  guint columns;
  gsize text_bytes;
};

static gpointer
cell_key (guint row, guint column)
{
  return GUINT_TO_POINTER (row * DK_SHEET_COLUMNS_MAX + column + 1);
}

DkSheet *
dk_sheet_new (const char *name)
{
  DkSheet *sheet = g_new0 (DkSheet, 1);

  sheet->name = g_strdup (name);
  sheet->cells = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, g_free);
  return sheet;
}

void
dk_sheet_free (DkSheet *sheet)
{
  if (sheet == NULL)
    return;
  g_free (sheet->name);
  g_hash_table_unref (sheet->cells);
  g_free (sheet);
}

const char *
dk_sheet_name (const DkSheet *sheet)
{
  return sheet->name;
}

static gboolean
refuse (const DkSheet *sheet, guint row, guint column, const char *what, GError **error)
{
  g_autofree char *place = dk_sheet_place (sheet, row, column);

  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s. Nothing was changed.", place, what);
  return FALSE;
}

gboolean
dk_sheet_set (DkSheet *sheet, guint row, guint column, const char *text, GError **error)
{
  gsize size = strlen (text);

  if (size == 0)
    return TRUE;
  if (row >= DK_SHEET_ROWS_MAX)
    return refuse (sheet, row, column, "the sheet has more than 20000 rows; this is no form",
                   error);
  if (column >= DK_SHEET_COLUMNS_MAX)
    return refuse (sheet, row, column, "the sheet has more than 500 columns; this is no form",
                   error);
  if (size > DK_SHEET_CELL_BYTES_MAX)
    return refuse (sheet, row, column, "the cell holds more than 32767 bytes; shorten it", error);
  if (!g_utf8_validate (text, -1, NULL))
    return refuse (sheet, row, column, "the cell holds bytes that are no text (UTF-8)", error);
  if (g_hash_table_size (sheet->cells) >= DK_SHEET_CELLS_MAX
      || sheet->text_bytes + size > DK_SHEET_TEXT_BYTES_MAX)
    return refuse (sheet, row, column, "the sheet holds far more text than a form has", error);
  if (g_hash_table_contains (sheet->cells, cell_key (row, column)))
    return refuse (sheet, row, column, "the cell stands in the file twice", error);
  g_hash_table_insert (sheet->cells, cell_key (row, column), g_strdup (text));
  sheet->text_bytes += size;
  sheet->rows = MAX (sheet->rows, row + 1);
  sheet->columns = MAX (sheet->columns, column + 1);
  return TRUE;
}

const char *
dk_sheet_get (const DkSheet *sheet, guint row, guint column)
{
  const char *text = NULL;

  if (row < sheet->rows && column < sheet->columns)
    text = g_hash_table_lookup (sheet->cells, cell_key (row, column));
  return text != NULL ? text : "";
}

guint
dk_sheet_rows (const DkSheet *sheet)
{
  return sheet->rows;
}

guint
dk_sheet_columns (const DkSheet *sheet)
{
  return sheet->columns;
}

char *
dk_sheet_place (const DkSheet *sheet, guint row, guint column)
{
  g_autofree char *name = dk_text_printable (sheet->name, FALSE);
  char letters[8];
  guint at = sizeof letters - 1;
  guint rest = MIN (column, 99999u) + 1;

  letters[at] = '\0';
  for (; rest > 0; rest = (rest - 1) / 26)
    letters[--at] = (char) ('A' + (rest - 1) % 26);
  return g_strdup_printf ("%s!%s%u", name, letters + at, row + 1);
}

gboolean
dk_sheet_equals (const DkSheet *a, const DkSheet *b)
{
  GHashTableIter iter;
  gpointer key;
  gpointer text;

  if (g_hash_table_size (a->cells) != g_hash_table_size (b->cells))
    return FALSE;
  g_hash_table_iter_init (&iter, a->cells);
  while (g_hash_table_iter_next (&iter, &key, &text))
    if (g_strcmp0 (text, g_hash_table_lookup (b->cells, key)) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
read_csv_row (DkSheet *sheet, const DkTable *table, const char *file, GError **error)
{
  guint row = dk_table_row_number (table);

  for (guint i = 0; i < dk_table_columns (table); i++)
    if (!dk_sheet_set (sheet, row - 1, i, dk_table_get (table, i), error)) {
      g_prefix_error (error, "%s: ", file);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_csv_rows (DkSheet *sheet, DkTable *table, const char *file, GError **error)
{
  DkTableStep step;

  while ((step = dk_table_next (table)) != DK_TABLE_END) {
    if (step == DK_TABLE_BROKEN) {
      g_autofree char *place = dk_table_place (table);
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s Nothing was changed.", place,
                   dk_table_fault (table));
      return FALSE;
    }
    if (!read_csv_row (sheet, table, file, error))
      return FALSE;
  }
  return TRUE;
}

static DkSheet *
read_csv (GBytes *bytes, const char *file, const char *name, guint columns, GError **error)
{
  g_autoptr (DkTable) table = dk_table_new (bytes, file, error);
  g_autoptr (DkSheet) sheet = NULL;
  guint row;

  if (table == NULL)
    return NULL;
  sheet = dk_sheet_new (name);
  row = dk_table_row_number (table);
  for (guint i = 0; i < dk_table_columns (table); i++)
    if (!dk_sheet_set (sheet, row - 1, i, dk_table_column (table, i), error))
      return NULL;
  dk_table_widen (table, columns);
  return read_csv_rows (sheet, table, file, error) ? g_steal_pointer (&sheet) : NULL;
}

DkSheet *
dk_sheet_from_csv (GBytes *bytes, const char *file, const char *name, GError **error)
{
  return read_csv (bytes, file, name, 0, error);
}

DkSheet *
dk_sheet_from_wide_csv (GBytes *bytes, const char *file, const char *name, GError **error)
{
  return read_csv (bytes, file, name, DK_SHEET_COLUMNS_MAX, error);
}

GBytes *
dk_sheet_to_csv (const DkSheet *sheet)
{
  g_autoptr (DkCsv) csv = dk_csv_new ();
  const char *text;
  gsize size;

  for (guint row = 0; row < sheet->rows; row++) {
    for (guint column = 0; column < sheet->columns; column++)
      dk_csv_add (csv, dk_sheet_get (sheet, row, column));
    dk_csv_end_row (csv);
  }
  text = dk_csv_get (csv, &size);
  return g_bytes_new (text, size);
}
