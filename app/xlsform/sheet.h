/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

#define DK_SHEET_ROWS_MAX 20000u
#define DK_SHEET_COLUMNS_MAX 500u
#define DK_SHEET_CELLS_MAX 500000u
#define DK_SHEET_CELL_BYTES_MAX 32767u
#define DK_SHEET_TEXT_BYTES_MAX (16u << 20) /* of all cells */

/* One sheet of a workbook, or one CSV file: texts by row and column, both from 0. An empty cell is
 * not there. One thread at a time. */
typedef struct DkSheet DkSheet;

/* An empty sheet. Free with dk_sheet_free. */
DkSheet *dk_sheet_new (const char *name);

/* Its name, borrowed. */
const char *dk_sheet_name (const DkSheet *sheet);

/* Sets a cell that is not set yet; an empty text is passed over. DK_ERROR_INVALID, with the place:
 * outside of the bounds above, set already, no UTF-8. */
gboolean dk_sheet_set (DkSheet *sheet, guint row, guint column, const char *text,
                       GError **error) DK_CHECKED;

/* Text of a cell, borrowed, "" if there is none. */
const char *dk_sheet_get (const DkSheet *sheet, guint row, guint column);

/* Number of rows up to the last one that has a cell. */
guint dk_sheet_rows (const DkSheet *sheet);
/* Number of columns up to the last one that has a cell. */
guint dk_sheet_columns (const DkSheet *sheet);

/* How a spreadsheet calls a cell: "survey!C12". New string. */
char *dk_sheet_place (const DkSheet *sheet, guint row, guint column);

/* TRUE if both have the same texts in the same cells. */
gboolean dk_sheet_equals (const DkSheet *a, const DkSheet *b);

/* Reads a CSV file with app/import/table.h: its dialects and encodings. A row has the number of the
 * line of the file where it begins, as a spreadsheet shows it as long as no cell before it holds a
 * line break. `file` names it in messages. DK_ERROR_INVALID. */
DkSheet *dk_sheet_from_csv (GBytes *bytes, const char *file, const char *name,
                            GError **error) DK_CHECKED;

/* As dk_sheet_from_csv; rows may be longer than the first one. */
DkSheet *dk_sheet_from_wide_csv (GBytes *bytes, const char *file, const char *name,
                                 GError **error) DK_CHECKED;

/* CSV as app/base/csv.h writes it: what a spreadsheet would take for a formula has a ' before it,
 * which dk_sheet_from_csv takes off again. New bytes. */
GBytes *dk_sheet_to_csv (const DkSheet *sheet);

/* Frees it; NULL is fine. */
void dk_sheet_free (DkSheet *sheet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkSheet, dk_sheet_free)

G_END_DECLS
