/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/expression.h"
#include "app/xlsform/columns-private.h"
#include "app/xlsform/xlsform-import.h"

#define DK_IMPORT_FINDINGS_MAX 5000u
#define DK_IMPORT_DEPTH_MAX 5u          /* of groups, as app/form has it */
#define DK_IMPORT_LABEL_BYTES_MAX 4000u /* likewise */
#define DK_IMPORT_NAME_BYTES_MAX 64u    /* likewise */
#define DK_IMPORT_ROWS_MAX 2000u        /* likewise */
#define DK_IMPORT_CHOICES_MAX 1000u     /* of a list, likewise */

/* A row of the definition and the cells that it comes from. */
typedef struct DkImportRow DkImportRow;
struct DkImportRow {
  json_t *row;
  guint at;                  /* row of the sheet */
  GHashTable *cells;         /* "label/en" -> column + 1 */
  const DkImportRow *repeat; /* that it lies in, by dk_import_index; NULL */
};

typedef struct {
  char *name;
  GPtrArray *rows; /* of DkImportRow */
} DkImportList;

/* An XLSForm while it is read. */
typedef struct {
  const DkFormSheets *sheets;
  DkXlsform *out;
  json_t *head;             /* keys of the top */
  GHashTable *head_cells;   /* key -> column + 1 */
  guint head_row;
  GPtrArray *rows;          /* of DkImportRow: the survey */
  GPtrArray *lists;         /* of DkImportList in order */
  GHashTable *list_by_name; /* as it stands in the sheets -> DkImportList */
  GHashTable *names;        /* of a row as it stands there -> as it is in the definition */
  GHashTable *taken;        /* names of rows in the definition */
  GPtrArray *open;          /* of DkImportOpen: groups and repeats */
  GArray *choice_columns;
} DkImport;

/* A group or repeat that is not closed yet. */
typedef struct {
  gboolean is_repeat;         /* in the definition */
  gboolean was_repeat;        /* as it is written */
  guint at;                   /* row of the sheet */
} DkImportOpen;

/* What a word of the column `type` means. */
typedef struct {
  const char *word;        /* small letters, one blank between words, "begin group" with a blank */
  const char *type;        /* of the definition; NULL: the row is left out */
  const char *calculation; /* of what is computed; NULL */
  const char *preset;      /* default of what is filled in once, and then readonly; NULL */
  const char *why;         /* what is lost or changed; NULL */
  gboolean kept;           /* it is only written another way */
} DkTypeWord;

typedef struct {
  const DkTypeWord *word;
  char *list;        /* after select_one and the like, as it stands there; NULL */
  gboolean or_other;
} DkTypeCell;

/* Reads a type; *out is owned by the caller (free list). FALSE if the word is not known. */
gboolean dk_type_read (const char *text, DkTypeCell *out);

/* Adds a finding at a cell. */
void dk_import_add (DkImport *import, const DkSheet *sheet, guint row, guint column,
                    gboolean kept, const char *what, const char *why);

/* Sets DK_ERROR_INVALID with the cell. Always FALSE. */
gboolean dk_import_refuse (GError **error, const DkSheet *sheet, guint row, guint column,
                           const char *format, ...) G_GNUC_PRINTF (5, 6);

/* An empty list of findings. */
GPtrArray *dk_import_findings_new (void);
/* An empty list of lists of choices. */
GPtrArray *dk_import_lists_new (void);

/* New row. */
DkImportRow *dk_import_row_new (guint at);
/* Frees it. */
void dk_import_row_free (DkImportRow *row);
/* Sets a key of the row that comes from this column; takes value. */
void dk_import_row_set (DkImportRow *row, const char *key, guint column, json_t *value);

/* Adds a label that stands in a column to the row, under its language or, without one, as
 * `plain`, until dk_import_finish_labels. */
void dk_import_add_label (DkImport *import, const DkSheet *sheet, DkImportRow *row,
                          const DkColumn *column, const char *text);
/* Makes "text" or {"en": "text"} of what was added. */
void dk_import_finish_labels (DkImport *import, const DkSheet *sheet, DkImportRow *row);

/* Reads compact JSON of a cell. NULL with an error. New reference. */
json_t *dk_import_json (const DkSheet *sheet, guint row, const DkColumn *column, const char *text,
                        GError **error);

/* Lays the keys of the cell dk_json over a row: null takes a key away. */
gboolean dk_import_overlay (const DkSheet *sheet, guint row, const GArray *columns, json_t *into,
                            GError **error);

/* Straight quotes in place of those of word processors. New string. */
char *dk_import_plain_quotes (const char *text);

/* TRUE if the cell holds more than blanks. */
gboolean dk_import_is_filled (const char *text);

/* A name that the definition takes and that is not taken yet; remembers both. New string. */
char *dk_import_make_name (DkImport *import, const char *wanted, const char *type,
                           const char *list);
/* A name for a list. New string. */
char *dk_import_list_name (const char *wanted);
/* Rewrites ${...} of names that were changed. */
void dk_import_rename (DkImport *import);

gboolean dk_import_choices (DkImport *import, GError **error) DK_CHECKED;
gboolean dk_import_survey (DkImport *import, GError **error) DK_CHECKED;
/* The list that a cell names; NULL if there is none. */
DkImportList *dk_import_find_list (DkImport *import, const char *name);
/* A copy of a list that has a choice "other" as well. */
DkImportList *dk_import_list_with_other (DkImport *import, DkImportList *list);
/* Takes columns away that no choice_filter reads. */
void dk_import_prune_columns (DkImport *import);
/* Takes groups away that lie too deep; what they hold takes over their conditions. */
void dk_import_dissolve (DkImport *import);
/* Rows by their names (borrowed), and the repeat of each row. New table. */
GHashTable *dk_import_index (DkImport *import);
/* Why app/form would not take what an expression reads in this row; NULL if it would. New
 * string. */
char *dk_import_refuse_expression (GHashTable *by_name, const DkImportRow *from,
                                   const DkExpression *expression, gboolean is_filter);
/* A label with [name] for each ${name} that it cannot tell, and *why (new string); NULL if there is
 * none. New string. */
char *dk_import_plain_words (GHashTable *by_name, const DkImportRow *from, const char *text,
                             char **why);
/* A label without the marks of Markdown and HTML; NULL if it has none. New string. */
char *dk_import_plain_marks (const char *text);
/* Takes these off the labels of a row, but for those that dk_json gives, and tells it. */
void dk_import_take_marks (DkImport *import, const DkSheet *sheet, const GArray *columns,
                           DkImportRow *row);
/* Takes expressions away that are not understood, then what does not pass dk_form_parse. */
gboolean dk_import_check (DkImport *import, GError **error) DK_CHECKED;

/* The definition as the sheets say it, without anything that is judged over all rows: no name is
 * changed in an expression, nothing is left out for app/form. For the writer of sheets. New
 * reference. */
json_t *dk_xlsform_read_plain (const DkFormSheets *sheets, GError **error) DK_CHECKED;

/* The rows and lists as one definition. New reference. */
json_t *dk_import_build (const DkImport *import);
