/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/yaml.h"

G_BEGIN_DECLS

/* Tables as spreadsheets write them: UTF-8 with or without BOM, comma or (if the first line has no
 * comma outside of quotes) semicolon, RFC 4180 quotes, first row = names of the columns. Empty
 * lines are skipped. A ' that stands before a sign of a formula, as app/base/csv.h writes it, is
 * taken off. */
typedef struct DkCsvTable DkCsvTable;

/* Reads a whole table. Bounds: DK_LIMIT_CSV_FIELDS, DK_LIMIT_CSV_FIELD_BYTES,
 * DK_LIMIT_CONTENT_FILE_BYTES, 500,000 rows. `name` is the file in messages, which begin
 * "name:line:column: ". A broken quote, a row with more or fewer fields than the header, a
 * repeated or empty column name: DK_ERROR_INVALID. Free with dk_csv_table_free. Any thread. */
DkCsvTable *dk_csv_table_parse (const char *text, gsize size, const char *name, GError **error)
    DK_CHECKED;

/* Number of columns. */
guint dk_csv_table_columns (const DkCsvTable *table);

/* Name of column i, borrowed. */
const char *dk_csv_table_column (const DkCsvTable *table, guint column);

/* Index of the column of that name; -1 if there is none. */
int dk_csv_table_find (const DkCsvTable *table, const char *name);

/* Number of rows without the header. */
guint dk_csv_table_rows (const DkCsvTable *table);

/* A field, borrowed; "" if it is empty. */
const char *dk_csv_table_get (const DkCsvTable *table, guint row, guint column);

/* Where a field begins. */
DkPlace dk_csv_table_place (const DkCsvTable *table, guint row, guint column);

/* Frees the table; NULL is fine. */
void dk_csv_table_free (DkCsvTable *table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkCsvTable, dk_csv_table_free)

G_END_DECLS
