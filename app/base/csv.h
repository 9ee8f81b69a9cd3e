/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes CSV that a spreadsheet opens without harm (RFC 4180, CR LF, UTF-8 with BOM so that Excel
 * and Power Query know it). A field that a spreadsheet would take for a formula gets a ' before it:
 * one that begins, after blanks, with = + - @ TAB CR or their full-width twins (OWASP ASVS 1.2.10).
 * A reader of ours takes exactly one such ' off again. Not thread-safe. */
typedef struct DkCsv DkCsv;

/* An empty table with its BOM written. Free with dk_csv_free. */
DkCsv *dk_csv_new (void);

/* Adds a field to the current row; NULL is an empty field. */
void dk_csv_add (DkCsv *csv, const char *text);

/* Adds a number as it is. */
void dk_csv_add_int (DkCsv *csv, gint64 number);

/* What a reader takes of a field: without the ' that dk_csv_add puts before a formula. Points into
 * the text. */
const char *dk_csv_without_escape (const char *text);

/* Ends the row. */
void dk_csv_end_row (DkCsv *csv);

/* The whole file so far, borrowed until the next change; size in bytes. */
const char *dk_csv_get (const DkCsv *csv, gsize *size);

/* Frees the table; NULL is fine. */
void dk_csv_free (DkCsv *csv);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkCsv, dk_csv_free)

G_END_DECLS
