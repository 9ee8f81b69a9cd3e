/* SPDX-License-Identifier: MIT */
/* What app/form does not take is taken away, row by row, as long as a form is left. */
#include <string.h>

#include "app/base/platform.h"
#include "app/form/expression.h"
#include "app/xlsform/import-private.h"

#define TRIES_MAX 500u
#define TRIES_US (1200 * 1000)

static const char *const expressions[] = { "relevant",    "required",      "constraint",
                                           "calculation", "choice_filter", "default", NULL };

static guint
column_of (const DkImportRow *row, const char *key)
{
  guint column = GPOINTER_TO_UINT (g_hash_table_lookup (row->cells, key));

  if (column == 0)
    column = GPOINTER_TO_UINT (g_hash_table_lookup (row->cells, "type"));
  if (column == 0)
    column = GPOINTER_TO_UINT (g_hash_table_lookup (row->cells, "name"));
  return column > 0 ? column - 1 : 0;
}

/* Finds the cell that a pointer means: "label/en" before "label" before the row. */
static guint
cell_of (const DkImportRow *row, char **parts)
{
  g_autofree char *both
      = parts[0] != NULL && parts[1] != NULL ? g_strjoin ("/", parts[0], parts[1], NULL) : NULL;

  if (both != NULL && g_hash_table_contains (row->cells, both))
    return column_of (row, both);
  return column_of (row, parts[0] != NULL ? parts[0] : "type");
}

/* The message of a constraint that was taken away. */
static void
drop_message (DkImport *import, DkImportRow *row)
{
  const json_t *message = json_object_get (row->row, "constraint_message");
  g_autofree char *shown = message == NULL           ? NULL
                           : json_is_string (message) ? g_strdup (json_string_value (message))
                                                      : dk_json_text (message, TRUE);

  if (shown == NULL)
    return;
  dk_import_add (import, import->sheets->survey, row->at, column_of (row, "constraint_message"),
                 FALSE, shown, "its constraint was left out");
  json_object_del (row->row, "constraint_message");
}

/* Takes a key away; what is computed stays as a row that is empty, since others may read it. */
static void
drop_key (DkImport *import, DkImportRow *row, const char *key, const char *why)
{
  const json_t *value = json_object_get (row->row, key);
  g_autofree char *shown = json_is_string (value) ? g_strdup (json_string_value (value))
                                                  : dk_json_text (value, TRUE);

  dk_import_add (import, import->sheets->survey, row->at, column_of (row, key), FALSE, shown, why);
  json_object_del (row->row, key);
  if (strcmp (key, "calculation") == 0
      && g_strcmp0 (dk_json_get_text (row->row, "type"), "calculate") == 0)
    dk_json_set_text (row->row, "calculation", "''");
  if (strcmp (key, "constraint") == 0)
    drop_message (import, row);
}

char *
dk_import_plain_quotes (const char *text)
{
  g_autoptr (GString) out = g_string_new (text);

  g_string_replace (out, "\xe2\x80\x98", "'", 0);
  g_string_replace (out, "\xe2\x80\x99", "'", 0);
  g_string_replace (out, "\xe2\x80\x9c", "\"", 0);
  g_string_replace (out, "\xe2\x80\x9d", "\"", 0);
  g_string_replace (out, "\xc2\xa0", " ", 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* The expression as app/form reads it, straight quotes in place of others; NULL if it does not. */
static DkExpression *
parse_expression (DkImportRow *row, const char *key, GError **error)
{
  const char *text = dk_json_get_text (row->row, key);
  DkExpression *parsed = dk_expression_parse (text, error);
  g_autofree char *plain = parsed == NULL ? dk_import_plain_quotes (text) : NULL;

  if (parsed != NULL)
    return parsed;
  parsed = dk_expression_parse (plain, NULL);
  if (parsed != NULL) {
    g_clear_error (error);
    dk_json_set_text (row->row, key, plain);
  }
  return parsed;
}

static void
check_expression (DkImport *import, GHashTable *by_name, DkImportRow *row, const char *key)
{
  const char *text = dk_json_get_text (row->row, key);
  g_autoptr (GError) reason = NULL;
  g_autoptr (DkExpression) parsed = NULL;
  g_autofree char *refused = NULL;

  if (text == NULL || (strcmp (key, "default") == 0 && !dk_form_default_is_expression (text)))
    return;
  parsed = parse_expression (row, key, &reason);
  if (parsed != NULL)
    refused = dk_import_refuse_expression (by_name, row, parsed,
                                           strcmp (key, "choice_filter") == 0);
  if (parsed == NULL || refused != NULL)
    drop_key (import, row, key, refused != NULL ? refused : reason->message);
}

/* What `${name}` would tell is no field here, or one that cannot be told: its name stands there. */
static void
check_text (DkImport *import, GHashTable *by_name, DkImportRow *row, char **parts, json_t *text)
{
  g_autofree char *why = NULL;
  g_autofree char *plain
      = json_is_string (text)
            ? dk_import_plain_words (by_name, row, json_string_value (text), &why)
            : NULL;

  if (plain == NULL)
    return;
  dk_import_add (import, import->sheets->survey, row->at, cell_of (row, parts), FALSE,
                 json_string_value (text), why);
  json_string_set (text, plain);
}

static void
check_words (DkImport *import, GHashTable *by_name, DkImportRow *row, const char *key)
{
  json_t *label = json_object_get (row->row, key);
  char *parts[] = { (char *) (guintptr) key, NULL, NULL };
  const char *language;
  json_t *text;

  if (!json_is_object (label)) {
    check_text (import, by_name, row, parts, label);
    return;
  }
  json_object_foreach (label, language, text) {
    parts[1] = (char *) (guintptr) language;
    check_text (import, by_name, row, parts, text);
  }
}

static void
check_row (DkImport *import, GHashTable *by_name, DkImportRow *row)
{
  static const char *const words[] = { "label", "hint", "constraint_message" };

  for (guint i = 0; expressions[i] != NULL; i++)
    check_expression (import, by_name, row, expressions[i]);
  if (json_object_get (row->row, "constraint_message") != NULL
      && json_object_get (row->row, "constraint") == NULL)
    drop_key (import, row, "constraint_message", "this row has no constraint that could fail");
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    check_words (import, by_name, row, words[i]);
}

json_t *
dk_import_build (const DkImport *import)
{
  json_t *root = json_copy (import->head);
  json_t *survey = json_array ();
  json_t *choices = json_object ();

  for (guint i = 0; i < import->rows->len; i++)
    json_array_append (survey, ((DkImportRow *) g_ptr_array_index (import->rows, i))->row);
  for (guint i = 0; i < import->lists->len; i++) {
    const DkImportList *list = g_ptr_array_index (import->lists, i);
    json_t *rows = json_array ();
    for (guint j = 0; j < list->rows->len; j++)
      json_array_append (rows, ((DkImportRow *) g_ptr_array_index (list->rows, j))->row);
    json_object_set_new (choices, list->name, rows);
  }
  json_object_set_new (root, "survey", survey);
  if (import->lists->len > 0)
    json_object_set_new (root, "choices", choices);
  else
    json_decref (choices);
  return root;
}

/* "/survey/3/relevant" of the message of app/form, and what it says; FALSE if there is none. */
static gboolean
split_message (const char *message, char **pointer, char **what)
{
  const char *at = strstr (message, "At /");
  const char *colon = at != NULL ? strstr (at, ": ") : NULL;
  const char *end = colon != NULL ? g_strrstr (colon, ". Nothing was changed") : NULL;

  if (end == NULL)
    return FALSE;
  *pointer = g_strndup (at + 3, (gsize) (colon - at - 3));
  *what = g_strndup (colon + 2, (gsize) (end - colon - 2));
  return TRUE;
}

/* The row of the definition that a number names; NULL. */
static DkImportRow *
row_at (GPtrArray *rows, const char *number)
{
  guint64 index = number != NULL ? g_ascii_strtoull (number, NULL, 10) : G_MAXUINT64;

  return number != NULL && g_ascii_isdigit (*number) && index < rows->len
             ? g_ptr_array_index (rows, index)
             : NULL;
}

static gboolean
refuse_choice (const DkImport *import, char **parts, const char *what, GError **error)
{
  for (guint i = 0; parts[1] != NULL && i < import->lists->len; i++) {
    const DkImportList *list = g_ptr_array_index (import->lists, i);
    const DkImportRow *row = strcmp (list->name, parts[1]) == 0 && parts[2] != NULL
                                 ? row_at (list->rows, parts[2])
                                 : NULL;
    if (row != NULL)
      return dk_import_refuse (error, import->sheets->choices, row->at,
                               cell_of (row, parts + 3), "%s", what);
    if (strcmp (list->name, parts[1]) == 0 && list->rows->len > 0) {
      row = g_ptr_array_index (list->rows, 0);
      return dk_import_refuse (error, import->sheets->choices, row->at, 0, "%s", what);
    }
  }
  return dk_import_refuse (error, import->sheets->survey, 0, 0, "%s", what);
}

/* Says where in the sheets the fault is that stands at a pointer of the definition. */
static gboolean
refuse_pointer (const DkImport *import, char **parts, const char *what, GError **error)
{
  const DkImportRow *row = NULL;

  if (g_strcmp0 (parts[0], "choices") == 0)
    return refuse_choice (import, parts, what, error);
  if (g_strcmp0 (parts[0], "survey") == 0 && parts[1] != NULL)
    row = row_at (import->rows, parts[1]);
  if (row != NULL)
    return dk_import_refuse (error, import->sheets->survey, row->at, cell_of (row, parts + 2),
                             "%s", what);
  if (import->sheets->settings != NULL && parts[0] != NULL
      && g_hash_table_contains (import->head_cells, parts[0]))
    return dk_import_refuse (
        error, import->sheets->settings, import->head_row,
        GPOINTER_TO_UINT (g_hash_table_lookup (import->head_cells, parts[0])) - 1, "%s", what);
  return dk_import_refuse (error, import->sheets->survey, 0, 0, "%s", what);
}

static gboolean
may_be_dropped (const DkImportRow *row, const char *key)
{
  static const char *const keys[]
      = { "relevant",    "required",   "constraint", "constraint_message", "calculation",
          "choice_filter", "default", "appearance", "readonly",           NULL };

  return row != NULL && key != NULL && g_strv_contains (keys, key)
         && json_object_get (row->row, key) != NULL
         && !(strcmp (key, "calculation") == 0
              && g_strcmp0 (dk_json_get_text (row->row, key), "''") == 0);
}

/* Takes away what the message is about; FALSE with an error if the form cannot be without it. */
static gboolean
answer_fault (DkImport *import, const GError *reason, GError **error)
{
  g_autofree char *pointer = NULL;
  g_autofree char *what = NULL;
  g_auto (GStrv) parts = NULL;
  DkImportRow *row = NULL;
  const char *key;

  if (!split_message (reason->message, &pointer, &what))
    return dk_import_refuse (error, import->sheets->survey, 0, 0, "%s", reason->message);
  parts = g_strsplit (pointer + 1, "/", 6);
  if (g_strcmp0 (parts[0], "survey") == 0 && parts[1] != NULL)
    row = row_at (import->rows, parts[1]);
  key = row != NULL ? parts[2] : NULL;
  if (!may_be_dropped (row, key))
    return refuse_pointer (import, parts, what, error);
  drop_key (import, row, key, what);
  if (strcmp (key, "choice_filter") == 0)
    dk_import_prune_columns (import);
  return TRUE;
}

/* Too much was taken away already: the form would not be the one that was meant. */
static gboolean
refuse_rest (const DkImport *import, const GError *reason, GError **error)
{
  g_autofree char *pointer = NULL;
  g_autofree char *what = NULL;
  g_autofree char *whole = NULL;
  g_auto (GStrv) parts = NULL;

  if (!split_message (reason->message, &pointer, &what))
    return dk_import_refuse (error, import->sheets->survey, 0, 0, "%s", reason->message);
  parts = g_strsplit (pointer + 1, "/", 6);
  whole = g_strconcat ("too much of this sheet is not supported; at last: ", what, NULL);
  return refuse_pointer (import, parts, whole, error);
}

gboolean
dk_import_check (DkImport *import, GError **error)
{
  g_autoptr (GHashTable) by_name = dk_import_index (import);
  gint64 begin = dk_platform_thread_cpu_us ();

  for (guint i = 0; i < import->rows->len; i++)
    check_row (import, by_name, g_ptr_array_index (import->rows, i));
  dk_import_dissolve (import);
  dk_import_prune_columns (import);
  for (guint tries = 0;; tries++) {
    g_autoptr (json_t) root = dk_import_build (import);
    g_autofree char *text = dk_json_text (root, TRUE);
    g_autoptr (GError) reason = NULL;
    g_autoptr (DkForm) form = dk_form_parse (text, strlen (text), "en", &reason);
    if (form != NULL) {
      import->out->definition = g_steal_pointer (&root);
      return TRUE;
    }
    if (tries >= TRIES_MAX || dk_platform_thread_cpu_us () - begin > TRIES_US)
      return refuse_rest (import, reason, error);
    if (!answer_fault (import, reason, error))
      return FALSE;
  }
}
