/* SPDX-License-Identifier: MIT */
/* Rows of a definition while they are made, and what is told about them. */
#include <string.h>

#include "app/base/text.h"
#include "app/xlsform/import-private.h"

#define SHOWN_CHARACTERS 120

/* Where labels wait until all columns of the row are read: no key of a definition. */
#define PLAIN "plain:"

DkImportRow *
dk_import_row_new (guint at)
{
  DkImportRow *row = g_new0 (DkImportRow, 1);

  row->row = json_object ();
  row->at = at;
  row->cells = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return row;
}

void
dk_import_row_free (DkImportRow *row)
{
  if (row == NULL)
    return;
  json_decref (row->row);
  g_hash_table_unref (row->cells);
  g_free (row);
}

void
dk_import_row_set (DkImportRow *row, const char *key, guint column, json_t *value)
{
  json_object_set_new (row->row, key, value);
  g_hash_table_insert (row->cells, g_strdup (key), GUINT_TO_POINTER (column + 1));
}

gboolean
dk_import_is_filled (const char *text)
{
  return text[strspn (text, " \t\r\n")] != '\0';
}

static void
finding_free (gpointer data)
{
  DkXlsformFinding *finding = data;

  g_free (finding->place);
  g_free (finding->what);
  g_free (finding->why);
  g_free (finding);
}

GPtrArray *
dk_import_findings_new (void)
{
  return g_ptr_array_new_with_free_func (finding_free);
}

void
dk_import_add (DkImport *import, const DkSheet *sheet, guint row, guint column, gboolean kept,
               const char *what, const char *why)
{
  DkXlsformFinding *finding;
  g_autofree char *shown = dk_text_printable (what, FALSE);

  import->out->left_out += kept ? 0 : 1;
  if (import->out->findings->len >= DK_IMPORT_FINDINGS_MAX)
    return;
  finding = g_new0 (DkXlsformFinding, 1);
  finding->place = dk_sheet_place (sheet, row, column);
  finding->what = dk_text_shorten (shown, SHOWN_CHARACTERS);
  finding->why = g_strdup (why);
  finding->kept = kept;
  g_ptr_array_add (import->out->findings, finding);
}

gboolean
dk_import_refuse (GError **error, const DkSheet *sheet, guint row, guint column,
                  const char *format, ...)
{
  g_autofree char *place = dk_sheet_place (sheet, row, column);
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "No form can be made of this. %s: %s. Nothing was written; correct the sheet there.",
               place, what);
  return FALSE;
}

/* A label that a definition takes: one that is too long ends with a sign, and is told. */
static char *
fit_label (DkImport *import, const DkSheet *sheet, guint row, guint column, const char *text)
{
  g_autofree char *clean = NULL;
  const char *end = NULL;

  if (sheet == import->sheets->choices && strstr (text, "${") != NULL)
    dk_import_add (import, sheet, row, column, FALSE, text,
                   "the value of an answer is not shown within a choice; the words are kept as "
                   "they stand");
  if (strlen (text) <= DK_IMPORT_LABEL_BYTES_MAX)
    return g_strdup (text);
  clean = dk_text_clean_line (text);
  if (strlen (clean) <= DK_IMPORT_LABEL_BYTES_MAX)
    return g_steal_pointer (&clean);
  dk_import_add (import, sheet, row, column, FALSE, text,
                 "longer than 4000 bytes: the end of it was left out");
  (void) g_utf8_validate_len (clean, DK_IMPORT_LABEL_BYTES_MAX - 8, &end);
  clean[end - clean] = '\0';
  return g_strconcat (clean, " \xe2\x80\xa6", NULL);
}

static void
add_label (DkImport *import, const DkSheet *sheet, DkImportRow *row, const DkColumn *column,
           const char *text)
{
  g_autofree char *label = fit_label (import, sheet, row->at, column->column, text);
  g_autofree char *waiting = g_strconcat (PLAIN, column->key, NULL);
  g_autofree char *place = g_strconcat (column->key, "/",
                                        column->language != NULL ? column->language : "", NULL);
  json_t *labels;

  g_hash_table_insert (row->cells, g_strdup (place), GUINT_TO_POINTER (column->column + 1));
  if (!g_hash_table_contains (row->cells, column->key))
    g_hash_table_insert (row->cells, g_strdup (column->key),
                         GUINT_TO_POINTER (column->column + 1));
  if (column->language == NULL) {
    json_object_set_new (row->row, waiting, dk_json_string (label));
    return;
  }
  labels = json_object_get (row->row, column->key);
  if (labels == NULL) {
    labels = json_object ();
    json_object_set_new (row->row, column->key, labels);
  }
  json_object_set_new (labels, column->language, dk_json_string (label));
}

void
dk_import_add_label (DkImport *import, const DkSheet *sheet, DkImportRow *row,
                     const DkColumn *column, const char *text)
{
  g_autofree char *words = dk_text_clean_line (text);

  if (*words != '\0') /* a blank without a break in it is no label either */
    add_label (import, sheet, row, column, text);
}

/* What stands in a column without a language is of the form's own one. */
static void
finish_label (DkImport *import, const DkSheet *sheet, DkImportRow *row, const char *key)
{
  g_autofree char *waiting = g_strconcat (PLAIN, key, NULL);
  g_autofree char *place = g_strconcat (key, "/", NULL);
  json_t *plain = json_object_get (row->row, waiting);
  json_t *labels = json_object_get (row->row, key);
  const char *own = dk_json_get_text (import->head, "default_language");

  if (plain == NULL)
    return;
  if (own == NULL)
    own = "en";
  if (labels == NULL)
    json_object_set (row->row, key, plain);
  else if (json_object_get (labels, own) == NULL)
    json_object_set (labels, own, plain);
  else
    dk_import_add (import, sheet, row->at,
                   GPOINTER_TO_UINT (g_hash_table_lookup (row->cells, place)) - 1, FALSE,
                   json_string_value (plain), "the same language has a column of its own");
  json_object_del (row->row, waiting);
}

void
dk_import_finish_labels (DkImport *import, const DkSheet *sheet, DkImportRow *row)
{
  finish_label (import, sheet, row, "label");
  finish_label (import, sheet, row, "hint");
  finish_label (import, sheet, row, "guidance_hint");
  finish_label (import, sheet, row, "constraint_message");
}

json_t *
dk_import_json (const DkSheet *sheet, guint row, const DkColumn *column, const char *text,
                GError **error)
{
  g_autoptr (GError) reason = NULL;
  json_t *json = dk_json_parse (text, strlen (text), DK_SHEET_CELL_BYTES_MAX, "this cell",
                                &reason);

  if (json != NULL && dk_json_is_plain (json))
    return json;
  if (json != NULL)
    json_decref (json);
  (void) dk_import_refuse (error, sheet, row, column->column, "compact JSON is expected here; %s",
                           reason != NULL ? reason->message : "it holds what a form does not");
  return NULL;
}

gboolean
dk_import_overlay (const DkSheet *sheet, guint row, const GArray *columns, json_t *into,
                   GError **error)
{
  const DkColumn *column = dk_columns_find (columns, "dk_json");
  const char *text = column != NULL ? dk_sheet_get (sheet, row, column->column) : "";
  g_autoptr (json_t) json = NULL;
  const char *key;
  json_t *value;

  if (!dk_import_is_filled (text))
    return TRUE;
  json = dk_import_json (sheet, row, column, text, error);
  if (json == NULL)
    return FALSE;
  if (!json_is_object (json))
    return dk_import_refuse (error, sheet, row, column->column, "an object is expected here");
  json_object_foreach (json, key, value) {
    if (json_is_null (value))
      json_object_del (into, key);
    else
      json_object_set (into, key, value);
  }
  return TRUE;
}
