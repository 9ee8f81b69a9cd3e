/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/base/json.h"
#include "app/import/import-list.h"

G_BEGIN_DECLS

/* Tables of people as other programs write them: the encoding (UTF-8 with or without BOM, UTF-16
 * of either order with or without BOM, else Windows-1252) and the dialect (comma, semicolon, tab or
 * bar; quotes doubled; CR, LF or CR LF; a first line `sep=;`) are found out. The first row names
 * the columns. Rows are read one after the other; one that is broken is told and passed over, and
 * reading goes on with the next line. Any thread, one table one thread. */
typedef struct DkTable DkTable;

#define DK_TABLE_COLUMNS_MAX 1000

/* Reads encoding, dialect and header. `name` is the file in messages, which begin "name:line:".
 * DK_ERROR_INVALID: no text at all, larger than DK_LIMIT_CONTENT_FILE_BYTES, no header, more than
 * DK_TABLE_COLUMNS_MAX columns. Free with dk_table_free. */
DkTable *dk_table_new (GBytes *bytes, const char *name, GError **error) DK_CHECKED;

/* Lets the rows that follow have up to `columns` fields, also where the first one has fewer: the
 * further columns have no name. */
void dk_table_widen (DkTable *table, guint columns);

/* "UTF-8", "UTF-16LE", "Windows-1252", ...; static. */
const char *dk_table_encoding (const DkTable *table);

/* The byte between two fields. */
char dk_table_delimiter (const DkTable *table);

/* Number of columns; the name of one of them, borrowed, "" if it has none. */
guint dk_table_columns (const DkTable *table);
/* Name of column i, borrowed. */
const char *dk_table_column (const DkTable *table, guint column);

typedef enum {
  DK_TABLE_ROW,    /* a row is there to be asked for */
  DK_TABLE_BROKEN, /* one that cannot be read: dk_table_fault says why */
  DK_TABLE_END
} DkTableStep;

/* Goes to the next row; empty ones are passed over. */
DkTableStep dk_table_next (DkTable *table);

/* A field of the current row, borrowed until the next step; "" where the row ends early. A ' that
 * stands before the sign of a formula, as app/base/csv.h writes it, is taken off. */
const char *dk_table_get (const DkTable *table, guint column);

/* TRUE if the current row has fewer fields than the header. */
gboolean dk_table_row_is_short (const DkTable *table);

/* "name:line" of the current row. New string. */
char *dk_table_place (const DkTable *table);

/* Number of the current row, from 1, as a spreadsheet program counts: a line within quotes is no
 * row, an empty one is. */
guint dk_table_row_number (const DkTable *table);

/* Why the row is broken, a sentence, borrowed until the next step. */
const char *dk_table_fault (const DkTable *table);

/* Bytes read and in all, for progress. */
void dk_table_progress (const DkTable *table, guint64 *done, guint64 *total);

/* Frees the table; NULL is fine. */
void dk_table_free (DkTable *table);

/* How columns become fields of a contact. */
typedef struct DkTableMap DkTableMap;

/* Guesses by the names of the columns: those of pack folders, Outlook, Google Contacts, csvde and
 * Excel lists of people in English, German and French. New map. */
DkTableMap *dk_table_map_guess (const DkTable *table);

/* Lays `TARGET="Column"` words over a map: a target is a field (id key name given family role team
 * site tier hours timezone languages audience note type login manager email) or number:KIND or
 * numberN:KIND; "TARGET=" takes the target away. DK_ERROR_USAGE or _NOT_FOUND names what is
 * known. */
gboolean dk_table_map_set (DkTableMap *map, const DkTable *table, const char *const *words,
                           GError **error) DK_CHECKED;

/* Map as JSON, an array of {target, column} in the order of the columns, to be remembered. New
 * reference. */
json_t *dk_table_map_to_json (const DkTableMap *map, const DkTable *table);

/* A remembered map; columns that the table does not have (any more) are left out, and *missing (if
 * wanted; new string or NULL) names them. DK_ERROR_INVALID. */
DkTableMap *dk_table_map_from_json (const json_t *json, const DkTable *table, char **missing,
                                    GError **error) DK_CHECKED;

/* Frees the map; NULL is fine. */
void dk_table_map_free (DkTableMap *map);

/* Reads all rows with the map. DK_ERROR_INVALID if the map gives no name or nothing to reach
 * anybody by; the message lists the columns and says how to map them. New list. */
DkImportList *dk_table_read (DkTable *table, const DkTableMap *map, const DkJob *job,
                             GError **error) DK_CHECKED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkTable, dk_table_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkTableMap, dk_table_map_free)

G_END_DECLS
