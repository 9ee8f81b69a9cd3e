/* SPDX-License-Identifier: MIT */
/* Columns of XLSForm take what they can; each key that they would not give back as it was stands in
 * the column dk_json, which is found out by reading the sheets again. */
#include "app/xlsform/xlsform-export.h"

#include <string.h>

#include "app/xlsform/import-private.h"

typedef struct {
  DkSheet *sheet;
  GHashTable *columns; /* title -> column + 1 */
  GError *error;
} Writer;

static void
writer_clear (Writer *writer)
{
  g_clear_pointer (&writer->columns, g_hash_table_unref);
  g_clear_error (&writer->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Writer, writer_clear)

static Writer
writer_on (DkSheet *sheet)
{
  Writer writer = { sheet, NULL, NULL };

  writer.columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return writer;
}

/* The first error stays. */
static gboolean
set_cell (Writer *writer, guint row, guint column, const char *text)
{
  return writer->error == NULL && dk_sheet_set (writer->sheet, row, column, text, &writer->error);
}

static guint
column_titled (Writer *writer, const char *title)
{
  guint column = GPOINTER_TO_UINT (g_hash_table_lookup (writer->columns, title));

  if (column > 0)
    return column - 1;
  column = g_hash_table_size (writer->columns);
  g_hash_table_insert (writer->columns, g_strdup (title), GUINT_TO_POINTER (column + 1));
  set_cell (writer, 0, column, title);
  return column;
}

/* A cell of a workbook cannot hold each text. */
static gboolean
fits_cell (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if ((c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0) || (c & 0xfffe) == 0xfffe)
      return FALSE;
  }
  return TRUE;
}

/* "_x0041_" is how a workbook writes a character. */
static gboolean
looks_escaped (const char *text)
{
  for (const char *p = strstr (text, "_x"); p != NULL; p = strstr (p + 1, "_x"))
    if (strspn (p + 2, "0123456789abcdefABCDEF") >= 4 && p[6] == '_')
      return TRUE;
  return FALSE;
}

static void
put (Writer *writer, guint row, const char *title, const char *text)
{
  if (text == NULL || *text == '\0' || !fits_cell (text) || looks_escaped (text)
      || writer->error != NULL)
    return;
  set_cell (writer, row, column_titled (writer, title), text);
}

/* Compact, in ASCII, with nothing that fits_cell would refuse. New string. */
static char *
cell_json (const json_t *json)
{
  char *text = json_dumps (json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII
                                     | JSON_ENCODE_ANY);
  g_autoptr (GString) out = g_string_new (text);

  free (text);
  g_string_replace (out, "_x", "\\u005fx", 0);
  g_string_replace (out, "\x7f", "\\u007f", 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
put_json (Writer *writer, guint row, const char *title, const json_t *json)
{
  g_autofree char *text = json != NULL ? cell_json (json) : NULL;

  put (writer, row, title, text);
}

static void
put_label (Writer *writer, guint row, const char *key, const json_t *label)
{
  const char *language;
  json_t *text;

  if (json_is_string (label))
    put (writer, row, key, json_string_value (label));
  if (!json_is_object (label))
    return;
  json_object_foreach ((json_t *) label, language, text) {
    g_autofree char *name = dk_language_title (language);
    g_autofree char *title = g_strconcat (key, "::", name, NULL);
    put (writer, row, title, json_string_value (text));
  }
}

static void
put_flag (Writer *writer, guint row, const char *title, const json_t *flag)
{
  if (json_is_boolean (flag))
    put (writer, row, title, json_is_true (flag) ? "yes" : "no");
  else
    put (writer, row, title, json_string_value (flag));
}

/* The list of yes and no, whose name no list of the form has. */
static char *
yes_no_list (const json_t *definition)
{
  const json_t *choices = json_object_get (definition, "choices");
  char *name = g_strdup ("dk_yes_no");

  for (guint i = 2; json_object_get (choices, name) != NULL; i++) {
    g_free (name);
    name = g_strdup_printf ("dk_yes_no_%u", i);
  }
  return name;
}

static gboolean
is_lookup (const char *type)
{
  static const char *const lookups[] = { "contact", "device", "location", "service", "group",
                                         "operator", NULL };

  return g_strv_contains (lookups, type);
}

/* Types of ours as the nearest one that other programs know. */
static void
put_type (Writer *writer, guint row, const char *type, const char *yes_no)
{
  if (is_lookup (type)) {
    put (writer, row, "type", "text");
    put (writer, row, "dk_type", type);
  } else if (g_str_equal (type, "boolean")) {
    g_autofree char *select = g_strconcat ("select_one ", yes_no, NULL);
    put (writer, row, "type", select);
    put (writer, row, "dk_type", type);
  } else {
    put (writer, row, "type", type);
  }
}

static void
put_row (Writer *writer, guint at, const json_t *row, const char *yes_no)
{
  static const char *const texts[] = { "relevant", "constraint", "calculation", "choice_filter",
                                       "default", "appearance" };

  put_type (writer, at, json_string_value (json_object_get (row, "type")), yes_no);
  put (writer, at, "name", dk_json_get_text (row, "name"));
  put_label (writer, at, "label", json_object_get (row, "label"));
  put_label (writer, at, "hint", json_object_get (row, "hint"));
  put_flag (writer, at, "required", json_object_get (row, "required"));
  put_flag (writer, at, "read_only", json_object_get (row, "readonly"));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    put (writer, at, texts[i], dk_json_get_text (row, texts[i]));
  put_label (writer, at, "constraint_message", json_object_get (row, "constraint_message"));
  put_json (writer, at, "dk_pdf", json_object_get (row, "pdf"));
  put_json (writer, at, "dk_itsm", json_object_get (row, "itsm"));
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Languages of the form's labels, its own one first, then by their codes. New array. */
static GPtrArray *
list_languages (const json_t *definition)
{
  const char *own = dk_json_get_text (definition, "default_language");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *out = g_ptr_array_new ();
  gsize index;
  json_t *row;
  const char *language;
  json_t *text;

  own = own != NULL ? own : "en";
  json_array_foreach (json_object_get (definition, "survey"), index, row)
    json_object_foreach (json_object_get (row, "label"), language, text)
      if (!g_str_equal (language, own) && g_hash_table_add (seen, (gpointer) (guintptr) language))
        g_ptr_array_add (out, (gpointer) (guintptr) language);
  g_ptr_array_sort (out, compare_texts);
  if (out->len > 0)
    g_ptr_array_insert (out, 0, (gpointer) (guintptr) own);
  return out;
}

static gboolean
is_used (const json_t *rows, const char *key, const char *language)
{
  gsize index;
  json_t *row;

  json_array_foreach (rows, index, row) {
    const json_t *value = json_object_get (row, key);
    if (language != NULL ? json_object_get (value, language) != NULL
                         : value != NULL && !json_is_object (value))
      return TRUE;
  }
  return FALSE;
}

/* The columns that people look for first stand first; the others come as they are needed. */
static void
begin_columns (Writer *writer, const json_t *definition, const json_t *rows, const char *titles)
{
  g_auto (GStrv) words = g_strsplit (titles, " ", -1);
  g_autoptr (GPtrArray) languages = list_languages (definition);

  for (guint i = 0; words[i] != NULL; i++) {
    gboolean always = i < 2;
    const char *key = g_str_equal (words[i], "read_only") ? "readonly" : words[i];
    if (always || is_used (rows, key, NULL))
      (void) column_titled (writer, words[i]);
    for (guint j = 0; j < languages->len; j++) {
      const char *language = g_ptr_array_index (languages, j);
      g_autofree char *name = dk_language_title (language);
      g_autofree char *title = g_strconcat (words[i], "::", name, NULL);
      if (is_used (rows, key, language))
        (void) column_titled (writer, title);
    }
  }
}

static void
write_survey (Writer *writer, const json_t *definition, const char *yes_no)
{
  const json_t *survey = json_object_get (definition, "survey");

  begin_columns (writer, definition, survey,
                 "type name label hint required relevant constraint constraint_message "
                 "calculation choice_filter default appearance read_only");
  for (gsize i = 0; i < json_array_size (survey); i++)
    put_row (writer, (guint) i + 1, json_array_get (survey, i), yes_no);
}

/* The columns of a list that only a choice_filter reads, and the usual two. */
static void
put_choice (Writer *writer, guint at, const char *list, const json_t *choice)
{
  static const char *const usual[] = { "list_name", "name", "label", "dk_type", "dk_json", NULL };
  const char *key;
  json_t *value;

  put (writer, at, "list_name", list);
  put (writer, at, "name", dk_json_get_text (choice, "name"));
  put_label (writer, at, "label", json_object_get (choice, "label"));
  json_object_foreach ((json_t *) choice, key, value)
    if (!g_strv_contains (usual, key))
      put (writer, at, key, json_string_value (value));
}

static gboolean
has_boolean (const json_t *definition)
{
  gsize index;
  json_t *row;

  json_array_foreach (json_object_get (definition, "survey"), index, row)
    if (g_strcmp0 (dk_json_get_text (row, "type"), "boolean") == 0)
      return TRUE;
  return FALSE;
}

static const char *
yes_no_in (const char *language, gboolean yes)
{
  static const char *const words[][3]
      = { { "de", "Ja", "Nein" }, { "fr", "Oui", "Non" }, { "es", "S\xc3\xad", "No" } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i][0], language))
      return words[i][yes ? 1 : 2];
  return yes ? "Yes" : "No";
}

/* The choices of what other programs have no type for; they are no list of the form. */
static void
put_yes_no (Writer *writer, const json_t *definition, guint at, const char *list)
{
  g_autoptr (GPtrArray) languages = list_languages (definition);

  for (guint i = 0; i < 2; i++) {
    put (writer, at + i, "list_name", list);
    put (writer, at + i, "name", i == 0 ? "yes" : "no");
    if (languages->len == 0)
      put (writer, at + i, "label", i == 0 ? "Yes" : "No");
    for (guint j = 0; j < languages->len; j++) {
      const char *language = g_ptr_array_index (languages, j);
      g_autofree char *name = dk_language_title (language);
      g_autofree char *title = g_strconcat ("label::", name, NULL);
      put (writer, at + i, title, yes_no_in (language, i == 0));
    }
    put (writer, at + i, "dk_type", "boolean");
  }
}

static void
write_choices (Writer *writer, const json_t *definition, const char *yes_no)
{
  const char *list;
  json_t *rows;
  guint at = 1;

  begin_columns (writer, definition, NULL, "list_name name");
  json_object_foreach (json_object_get (definition, "choices"), list, rows) {
    gsize index;
    json_t *choice;
    json_array_foreach (rows, index, choice)
      put_choice (writer, at++, list, choice);
  }
  if (has_boolean (definition))
    put_yes_no (writer, definition, at, yes_no);
}

/* The title of the form in its own language, for programs that know one. */
static const char *
plain_title (const json_t *definition)
{
  const json_t *title = json_object_get (definition, "title");
  const char *own = dk_json_get_text (definition, "default_language");
  const char *text = dk_json_get_text (title, own != NULL ? own : "en");

  if (json_is_string (title))
    return json_string_value (title);
  if (text == NULL)
    text = json_string_value (json_object_iter_value (json_object_iter ((json_t *) title)));
  return text;
}

static void
write_settings (Writer *writer, const json_t *definition)
{
  const char *language = dk_json_get_text (definition, "default_language");
  g_autofree char *language_title = language != NULL ? dk_language_title (language) : NULL;
  const json_t *title = json_object_get (definition, "title");

  put (writer, 1, "form_title", plain_title (definition));
  put (writer, 1, "form_id", dk_json_get_text (definition, "form_id"));
  put (writer, 1, "version", dk_json_get_text (definition, "version"));
  put (writer, 1, "default_language", language_title);
  if (json_is_object (title))
    put_json (writer, 1, "dk_title", title);
  put_json (writer, 1, "dk_pdf", json_object_get (definition, "pdf"));
  put_json (writer, 1, "dk_itsm", json_object_get (definition, "itsm"));
  put_json (writer, 1, "dk_follow_up", json_object_get (definition, "follow_up"));
  put (writer, 1, "dk_classification", dk_json_get_text (definition, "classification"));
}

/* What must be laid over `read` to get `wanted`; NULL if they are the same. New reference. */
static json_t *
difference (const json_t *wanted, const json_t *read, const char *const *passed)
{
  json_t *out = json_object ();
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) wanted, key, value)
    if (!g_strv_contains (passed, key) && !json_equal (value, json_object_get (read, key)))
      json_object_set (out, key, value);
  json_object_foreach ((json_t *) read, key, value)
    if (!g_strv_contains (passed, key) && json_object_get (wanted, key) == NULL)
      json_object_set_new (out, key, json_null ());
  if (json_object_size (out) > 0)
    return out;
  json_decref (out);
  return NULL;
}

/* FALSE if the rows that are read are not one for each row that was written. */
static gboolean
put_differences (Writer *writer, const json_t *wanted, const json_t *read, guint at)
{
  static const char *const nothing[] = { NULL };

  if (json_array_size (wanted) != json_array_size (read))
    return FALSE;
  for (gsize i = 0; i < json_array_size (wanted); i++) {
    g_autoptr (json_t) over
        = difference (json_array_get (wanted, i), json_array_get (read, i), nothing);
    put_json (writer, at + (guint) i, "dk_json", over);
  }
  return TRUE;
}

static gboolean
put_all_differences (Writer *survey, Writer *choices, Writer *settings, const json_t *definition,
                     const json_t *read)
{
  static const char *const parts[] = { "survey", "choices", NULL };
  const json_t *lists = json_object_get (read, "choices");
  g_autoptr (json_t) over = difference (definition, read, parts);
  const char *list;
  json_t *rows;
  guint at = 1;

  put_json (settings, 1, "dk_json", over);
  json_object_foreach (json_object_get (definition, "choices"), list, rows) {
    if (!put_differences (choices, rows, json_object_get (lists, list), at))
      return FALSE;
    at += (guint) json_array_size (rows);
  }
  return put_differences (survey, json_object_get (definition, "survey"),
                          json_object_get (read, "survey"), 1);
}

static gboolean
refuse_text (GError **error, const char *why)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This form cannot be written as sheets: %s. Nothing was written; its JSON holds all "
               "of it.",
               why);
  return FALSE;
}

static gboolean
check_written (Writer *const *writers, GError **error)
{
  for (guint i = 0; writers[i] != NULL; i++)
    if (writers[i]->error != NULL)
      return refuse_text (error, writers[i]->error->message);
  return TRUE;
}

static gboolean
write_sheets (DkFormSheets *sheets, const json_t *definition, GError **error)
{
  g_auto (Writer) survey = writer_on (sheets->survey);
  g_auto (Writer) choices = writer_on (sheets->choices);
  g_auto (Writer) settings = writer_on (sheets->settings);
  Writer *const writers[] = { &survey, &choices, &settings, NULL };
  g_autofree char *yes_no = yes_no_list (definition);
  g_autoptr (json_t) read = NULL;

  write_survey (&survey, definition, yes_no);
  write_choices (&choices, definition, yes_no);
  write_settings (&settings, definition);
  if (!check_written (writers, error))
    return FALSE;
  read = dk_xlsform_read_plain (sheets, error);
  if (read == NULL)
    return FALSE;
  if (!put_all_differences (&survey, &choices, &settings, definition, read))
    return refuse_text (error, "a name in it is one that no cell can hold");
  return check_written (writers, error);
}

static gboolean
check_exact (const DkFormSheets *sheets, const json_t *definition, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (DkXlsform) again = dk_xlsform_import (sheets, &reason);

  if (again == NULL)
    return refuse_text (error, reason->message);
  if (!json_equal (again->definition, definition))
    return refuse_text (error, "read back it would be another one");
  return TRUE;
}

DkFormSheets *
dk_xlsform_export (const json_t *definition, GError **error)
{
  g_autoptr (DkFormSheets) sheets = g_new0 (DkFormSheets, 1);

  sheets->id = g_strdup (dk_json_get_text (definition, "form_id"));
  sheets->survey = dk_sheet_new ("survey");
  sheets->choices = dk_sheet_new ("choices");
  sheets->settings = dk_sheet_new ("settings");
  sheets->others = g_ptr_array_new_with_free_func (g_free);
  if (!write_sheets (sheets, definition, error) || !check_exact (sheets, definition, error))
    return NULL;
  return g_steal_pointer (&sheets);
}

