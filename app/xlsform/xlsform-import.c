/* SPDX-License-Identifier: MIT */
#include "app/xlsform/xlsform-import.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/xlsform/import-private.h"

static void
take_head (DkImport *import, const char *key, guint column, json_t *value)
{
  json_object_set_new (import->head, key, value);
  g_hash_table_insert (import->head_cells, g_strdup (key), GUINT_TO_POINTER (column + 1));
}

/* An id as packs take it: a-z, 0-9 and -. New string. */
static char *
plain_id (const char *text)
{
  g_autofree char *ascii = g_str_to_ascii (text, "C");
  GString *out = g_string_new (NULL);

  g_strstrip (ascii);
  if (!g_ascii_isalpha (*ascii))
    g_string_append (out, "form-");
  for (const char *p = ascii; *p != '\0' && out->len < DK_LIMIT_NAME_BYTES; p++)
    g_string_append_c (out, g_ascii_isalnum (*p) ? g_ascii_tolower (*p) : '-');
  return g_string_free (out, FALSE);
}

/* A version without blanks. New string. */
static char *
plain_version (const char *text)
{
  g_autofree char *ascii = g_str_to_ascii (text, "C");
  GString *out = g_string_new (NULL);

  g_strstrip (ascii);
  for (const char *p = ascii; *p != '\0' && out->len < DK_LIMIT_NAME_BYTES; p++)
    g_string_append_c (out, g_ascii_isgraph (*p) && *p != '/' ? *p : '-');
  return g_string_free (out, FALSE);
}

static void
take_word (DkImport *import, const DkSheet *sheet, const DkColumn *column, const char *text)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *plain
      = g_str_equal (column->key, "form_id") ? plain_id (text) : plain_version (text);

  if (strcmp (plain, trimmed) != 0)
    dk_import_add (import, sheet, import->head_row, column->column, TRUE, trimmed,
                   "small letters, digits and dashes stand in an id, and no blanks in a version");
  take_head (import, column->key, column->column, dk_json_string (plain));
}

static void
take_language (DkImport *import, const DkSheet *sheet, const DkColumn *column, const char *text)
{
  g_autofree char *code = dk_language_code (text);

  if (code != NULL)
    take_head (import, column->key, column->column, dk_json_string (code));
  else if (g_ascii_strcasecmp (text, "default") != 0)
    dk_import_add (import, sheet, import->head_row, column->column, FALSE, text,
                   "no code is known for this language; write \"Name (xx)\"");
}

static gboolean
take_setting (DkImport *import, const DkSheet *sheet, const DkColumn *column, const char *text,
              GError **error)
{
  static const char *const blocks[] = { "itsm", "pdf", "follow_up", "dk_title", NULL };
  const char *key = column->key;

  if (g_str_equal (key, "form_id") || g_str_equal (key, "version")) {
    take_word (import, sheet, column, text);
  } else if (g_str_equal (key, "default_language")) {
    take_language (import, sheet, column, text);
  } else if (g_str_equal (key, "title") || g_str_equal (key, "classification")) {
    if (json_object_get (import->head, key) == NULL)
      take_head (import, key, column->column, dk_json_string (text));
  } else if (g_strv_contains (blocks, key)) {
    json_t *json = dk_import_json (sheet, import->head_row, column, text, error);
    if (json == NULL)
      return FALSE;
    take_head (import, g_str_equal (key, "dk_title") ? "title" : key, column->column, json);
  } else if (g_str_equal (key, "left")) {
    dk_import_add (import, sheet, import->head_row, column->column, FALSE, text, column->why);
  } else if (*key == '\0') {
    dk_import_add (import, sheet, import->head_row, column->column, FALSE, text,
                   "this setting is not known");
  }
  return TRUE;
}

static gboolean
read_settings (DkImport *import, GError **error)
{
  const DkSheet *sheet = import->sheets->settings;
  g_autoptr (GArray) columns = NULL;
  guint header = 0;

  if (sheet == NULL || dk_sheet_rows (sheet) == 0)
    return TRUE;
  columns = dk_columns_read (sheet, DK_SETTING_COLUMNS, &header);
  import->head_row = header + 1;
  for (guint i = 0; i < columns->len; i++) {
    const DkColumn *column = &g_array_index (columns, DkColumn, i);
    const char *text = dk_sheet_get (sheet, import->head_row, column->column);
    if (dk_import_is_filled (text) && !take_setting (import, sheet, column, text, error))
      return FALSE;
  }
  for (guint row = header + 2; row < dk_sheet_rows (sheet); row++)
    for (guint i = 0; i < columns->len; i++)
      if (dk_import_is_filled (dk_sheet_get (sheet, row, i)))
        dk_import_add (import, sheet, row, i, FALSE, dk_sheet_get (sheet, row, i),
                       "settings stand in one row");
  return dk_import_overlay (sheet, import->head_row, columns, import->head, error);
}

/* A definition needs an id, a version and a title; XLSForm does not. */
static void
complete_head (DkImport *import)
{
  const DkSheet *sheet = import->sheets->settings != NULL ? import->sheets->settings
                                                          : import->sheets->survey;
  g_autofree char *id = plain_id (import->sheets->id);

  if (json_object_get (import->head, "form_id") == NULL) {
    dk_import_add (import, sheet, 0, 0, TRUE, id, "the form has no id; it is called as its file");
    json_object_set_new (import->head, "form_id", dk_json_string (id));
  }
  if (json_object_get (import->head, "version") == NULL) {
    dk_import_add (import, sheet, 0, 0, TRUE, "1", "the form has no version; it is 1");
    json_object_set_new (import->head, "version", json_string ("1"));
  }
  if (json_object_get (import->head, "title") == NULL)
    json_object_set (import->head, "title", json_object_get (import->head, "form_id"));
}

static void
tell_other_sheets (DkImport *import)
{
  static const char *const parts[] = { "entities", "external_choices", "osm", NULL };

  for (guint i = 0; i < import->sheets->others->len; i++) {
    const char *name = g_ptr_array_index (import->sheets->others, i);
    g_autofree char *small = g_ascii_strdown (name, -1);
    g_autoptr (DkSheet) sheet = dk_sheet_new (name);
    gboolean is_part = g_strv_contains (parts, small);
    dk_import_add (import, sheet, 0, 0, !is_part, name,
                   is_part ? "this sheet of a form is not supported"
                           : "the sheet is no part of a form");
  }
}

static gboolean
read_all (DkImport *import, GError **error)
{
  if (!read_settings (import, error))
    return FALSE;
  complete_head (import);
  return dk_import_choices (import, error) && dk_import_survey (import, error);
}

static gboolean
judge_all (DkImport *import, GError **error)
{
  dk_import_rename (import);
  tell_other_sheets (import);
  return dk_import_check (import, error);
}

static void
import_clear (DkImport *import)
{
  json_decref (import->head);
  g_hash_table_unref (import->head_cells);
  g_ptr_array_unref (import->rows);
  g_hash_table_unref (import->list_by_name);
  g_ptr_array_unref (import->lists);
  g_hash_table_unref (import->names);
  g_hash_table_unref (import->taken);
  g_ptr_array_unref (import->open);
  g_clear_pointer (&import->choice_columns, g_array_unref);
  dk_xlsform_free (import->out);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkImport, import_clear)

static DkImport
import_of (const DkFormSheets *sheets)
{
  DkImport import = { .sheets = sheets };

  import.out = g_new0 (DkXlsform, 1);
  import.out->findings = dk_import_findings_new ();
  import.head = json_object ();
  import.head_cells = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  import.rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_import_row_free);
  import.lists = dk_import_lists_new ();
  import.list_by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  import.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  import.taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  import.open = g_ptr_array_new_with_free_func (g_free);
  return import;
}

DkXlsform *
dk_xlsform_import (const DkFormSheets *sheets, GError **error)
{
  g_auto (DkImport) import = import_of (sheets);

  if (!read_all (&import, error) || !judge_all (&import, error))
    return NULL;
  return g_steal_pointer (&import.out);
}

json_t *
dk_xlsform_read_plain (const DkFormSheets *sheets, GError **error)
{
  g_auto (DkImport) import = import_of (sheets);

  return read_all (&import, error) ? dk_import_build (&import) : NULL;
}

json_t *
dk_xlsform_findings_json (const DkXlsform *xlsform, gboolean kept)
{
  json_t *list = json_array ();

  for (guint i = 0; i < xlsform->findings->len; i++) {
    const DkXlsformFinding *finding = g_ptr_array_index (xlsform->findings, i);
    if (finding->kept == kept)
      json_array_append_new (list, json_pack ("{s:s, s:s, s:s}", "place", finding->place, "what",
                                              finding->what, "why", finding->why));
  }
  return list;
}

void
dk_xlsform_free (DkXlsform *xlsform)
{
  if (xlsform == NULL)
    return;
  json_decref (xlsform->definition);
  g_clear_pointer (&xlsform->findings, g_ptr_array_unref);
  g_free (xlsform);
}
