/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/source-private.h"
#include "app/base/file.h"
#include "app/base/json.h"
#include "app/base/limits.h"
#include "app/form/form.h"
#include "app/xlsform/xlsform-import.h"
#include "app/xlsform/xlsx-read.h"

#define OLDER_ROWS_MAX 500
#define OLDER_LABEL_BYTES 1000

static const DkPlace file_start = { 1, 1 };

static gboolean
has_other_key (const json_t *object, const char *const *known)
{
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) object, key, value) {
    if (!g_strv_contains (known, key))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_long_label (const json_t *label)
{
  const char *language;
  json_t *text;

  if (json_is_string (label))
    return json_string_length (label) > OLDER_LABEL_BYTES;
  json_object_foreach ((json_t *) label, language, text) {
    if (json_string_length (text) > OLDER_LABEL_BYTES)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_newer_row (const json_t *row)
{
  static const char *const keys[]
      = { "type", "name", "label", "hint", "required", "readonly", "default", "appearance", "pdf",
          "itsm", NULL };
  static const char *const types[] = { "calculate", "image", "file", "begin_repeat", "end_repeat",
                                       NULL };
  static const char *const defaults[] = { "now()", "today()", NULL };
  const char *type = dk_json_get_text (row, "type");
  const char *appearance = dk_json_get_text (row, "appearance");
  const char *value = dk_json_get_text (row, "default");

  return has_other_key (row, keys) || (type != NULL && g_strv_contains (types, type))
         || json_is_string (json_object_get (row, "required"))
         || is_long_label (json_object_get (row, "label"))
         || is_long_label (json_object_get (row, "hint"))
         || (appearance != NULL && strcmp (appearance, "multiline") != 0)
         || (value != NULL && strpbrk (value, "($") != NULL && !g_strv_contains (defaults, value));
}

/* TRUE if programs before DK_PACK_FORMS_APP cannot read the form: they would call it damaged. */
static gboolean
is_newer_form (const json_t *root)
{
  static const char *const keys[]
      = { "form_id", "version", "title", "choices", "survey", "itsm", NULL };
  static const char *const choice_keys[] = { "name", "label", NULL };
  const json_t *survey = json_object_get (root, "survey");
  const char *list;
  json_t *choices;

  if (has_other_key (root, keys) || json_array_size (survey) > OLDER_ROWS_MAX)
    return TRUE;
  for (gsize i = 0; i < json_array_size (survey); i++)
    if (is_newer_row (json_array_get (survey, i)))
      return TRUE;
  json_object_foreach (json_object_get (root, "choices"), list, choices) {
    for (gsize i = 0; i < json_array_size (choices); i++)
      if (has_other_key (json_array_get (choices, i), choice_keys))
        return TRUE;
  }
  return FALSE;
}

/* A form under its id, which the file must be called as. */
static void
add_form (DkSourceReader *reader, const char *name, const DkForm *form)
{
  g_autofree char *leaf = g_path_get_basename (name);
  g_autofree char *expected = g_strconcat (dk_form_id (form), strrchr (leaf, '.'), NULL);
  const char *source = dk_form_source (form);
  g_autoptr (json_t) root
      = dk_json_parse (source, strlen (source), DK_LIMIT_JSON_BYTES, "the form", NULL);
  json_t *object;

  if (!g_str_equal (expected, leaf) || !dk_content_id_is_valid (dk_form_id (form))) {
    dk_source_problem (reader, name, file_start,
                       "the file must have the name of its form: %s, of a-z, 0-9 and -", expected);
    return;
  }
  reader->has_forms = reader->has_forms || is_newer_form (root);
  dk_source_add_id (reader, "form", dk_form_id (form), name, file_start);
  object = json_object ();
  dk_json_set_text (object, "id", dk_form_id (form));
  dk_json_set_text (object, "source", dk_form_source (form));
  json_array_append_new (reader->source->forms, object);
}

static void
add_text (DkSourceReader *reader, const char *name, const char *text, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse (text, size, "en", &error);

  if (form != NULL)
    add_form (reader, name, form);
  else
    dk_source_problem (reader, name, file_start, "%s", error->message);
}

void
dk_source_read_form (DkSourceReader *reader, const char *name)
{
  gsize size;
  g_autofree char *text = dk_source_load (reader, name, DK_LIMIT_JSON_BYTES, &size);

  if (text != NULL)
    add_text (reader, name, text, size);
}

static DkXlsform *
import_file (const DkSourceReader *reader, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (reader->folder, name, NULL);
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_XLSX_BYTES_MAX, error);
  g_autoptr (DkFormSheets) sheets = NULL;

  if (bytes == NULL)
    return NULL;
  sheets = dk_form_sheets_from_bytes (bytes, name, error);
  return sheets != NULL ? dk_xlsform_import (sheets, error) : NULL;
}

void
dk_source_read_form_sheets (DkSourceReader *reader, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkXlsform) xlsform = import_file (reader, name, &error);
  g_autofree char *text = NULL;

  if (xlsform == NULL) {
    dk_source_problem (reader, name, file_start, "%s", error->message);
    return;
  }
  for (guint i = 0; i < xlsform->findings->len; i++) {
    const DkXlsformFinding *finding = g_ptr_array_index (xlsform->findings, i);
    if (!finding->kept)
      dk_source_warn (reader, name, file_start, "%s: \"%s\" is left out: %s", finding->place,
                      finding->what, finding->why);
  }
  text = dk_json_text (xlsform->definition, TRUE);
  if (dk_content_find_recovery_key (text) != NULL)
    dk_source_problem (reader, name, file_start,
                       "this holds what looks like a disk recovery key of 48 digits; such keys are "
                       "never put into a pack");
  else
    add_text (reader, name, text, strlen (text));
}
