/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/xlsform/sheet.h"

G_BEGIN_DECLS

#define DK_XLSX_BYTES_MAX (20u << 20)
#define DK_XLSX_SHEETS_MAX 16u

/* TRUE for the name of a sheet that is to be read. */
typedef gboolean (*DkXlsxWanted) (const char *name);

/* Reads a workbook of Office Open XML (ECMA-376, .xlsx): its sheets in order, as DkSheet in a new
 * array; one that is not wanted (NULL: all are) is empty, and its cells are not looked at.
 * FORMAT.md says what becomes of each kind of cell. Nothing but the bytes is read, nothing is
 * written; at most 64 members, 64 MiB unpacked, 16 sheets. `name` is the file in messages.
 * DK_ERROR_INVALID in words: no zip, another kind of spreadsheet, encrypted, damaged, too large.
 * Any thread. */
GPtrArray *dk_xlsx_read (GBytes *bytes, const char *name, DkXlsxWanted wanted,
                         GError **error) DK_CHECKED;

/* TRUE for bytes that are a spreadsheet's file of whatever kind, and no text. */
gboolean dk_xlsx_is_binary (GBytes *bytes);

G_END_DECLS
