/* SPDX-License-Identifier: MIT */
#include "app/authoring/source-table.h"

#include "app/base/limits.h"

DkCsvTable *
dk_source_load_table (DkSourceReader *reader, const char *name)
{
  gsize size;
  g_autofree char *text = dk_source_load (reader, name, DK_LIMIT_CONTENT_FILE_BYTES, &size);
  GError *error = NULL;
  DkCsvTable *table;

  if (text == NULL)
    return NULL;
  table = dk_csv_table_parse (text, size, name, &error);
  if (table == NULL)
    dk_source_take_error (reader, name, error);
  return table;
}

const char *
dk_source_field (const DkCsvTable *table, guint row, const char *column)
{
  int at = dk_csv_table_find (table, column);

  return at >= 0 ? dk_csv_table_get (table, row, (guint) at) : "";
}

DkPlace
dk_source_field_place (const DkCsvTable *table, guint row, const char *column)
{
  int at = dk_csv_table_find (table, column);

  return dk_csv_table_place (table, row, at >= 0 ? (guint) at : 0);
}
