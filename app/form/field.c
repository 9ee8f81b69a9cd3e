/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <string.h>

#include "app/base/text.h"

typedef struct {
  const char *word;
  DkFieldType type;
} TypeWord;

static const TypeWord type_words[] = {
  { "text", DK_FIELD_TEXT },
  { "integer", DK_FIELD_INTEGER },
  { "decimal", DK_FIELD_DECIMAL },
  { "date", DK_FIELD_DATE },
  { "time", DK_FIELD_TIME },
  { "dateTime", DK_FIELD_DATE_TIME },
  { "select_one", DK_FIELD_SELECT_ONE },
  { "select_multiple", DK_FIELD_SELECT_MULTIPLE },
  { "boolean", DK_FIELD_BOOLEAN },
  { "note", DK_FIELD_NOTE },
  { "acknowledge", DK_FIELD_ACKNOWLEDGE },
  { "contact", DK_FIELD_LOOKUP },
  { "device", DK_FIELD_LOOKUP },
  { "location", DK_FIELD_LOOKUP },
  { "service", DK_FIELD_LOOKUP },
  { "group", DK_FIELD_LOOKUP },
  { "operator", DK_FIELD_LOOKUP },
  { "begin_group", DK_FIELD_GROUP_BEGIN },
  { "end_group", DK_FIELD_GROUP_END },
};

static const char *const text_columns[] = { "summary", "details", "caller", "callback", "location",
                                            "device",  "service", "group",  "resolution", NULL };

static void
choice_free (DkChoice *choice)
{
  g_free (choice->name);
  g_free (choice->label);
  g_free (choice);
}

void
dk_form_field_free (DkField *field)
{
  if (field == NULL) {
    return;
  }
  g_free (field->name);
  g_free (field->lookup);
  g_free (field->label);
  g_free (field->hint);
  g_free (field->appearance);
  g_free (field->default_value);
  g_clear_pointer (&field->choices, g_ptr_array_unref);
  g_strfreev (field->paper_columns);
  g_free (field->paper_column_widths);
  g_free (field);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkField, dk_form_field_free)

gboolean
dk_form_is_integer_choice (const DkField *field)
{
  return field->type == DK_FIELD_SELECT_ONE
         && (g_str_equal (field->name, "impact") || g_str_equal (field->name, "urgency"));
}

static gboolean
take_choices (DkField *field, const json_t *list, const char *language, GError **error)
{
  field->choices = g_ptr_array_new_with_free_func ((GDestroyNotify) choice_free);
  for (gsize i = 0; i < json_array_size (list); i++) {
    const json_t *row = json_array_get (list, i);
    DkChoice *choice = g_new0 (DkChoice, 1);
    choice->name = g_strdup (dk_json_get_text (row, "name"));
    g_ptr_array_add (field->choices, choice);
    if (!dk_form_read_label (json_object_get (row, "label"), "/choices", language, &choice->label,
                             error)) {
      return FALSE;
    }
    if (choice->label == NULL) {
      choice->label = g_strdup (choice->name);
    }
  }
  return TRUE;
}

static gboolean
read_type (DkField *field, const json_t *row, const char *pointer, const json_t *choices,
           const char *language, GError **error)
{
  g_autofree char *place = g_strdup_printf ("%s/type", pointer);
  const char *text = dk_json_get_text (row, "type");
  if (text == NULL) {
    return dk_form_fault (error, place, "a row needs a type");
  }
  g_auto (GStrv) parts = g_strsplit (text, " ", 2);
  const TypeWord *found = NULL;
  for (gsize i = 0; parts[0] != NULL && i < G_N_ELEMENTS (type_words); i++) {
    if (g_str_equal (parts[0], type_words[i].word)) {
      found = &type_words[i];
    }
  }
  g_autofree char *shown = dk_text_printable (text, FALSE);
  if (found == NULL) {
    return dk_form_fault (error, place, "the type \"%s\" is not %s", shown,
                          g_str_equal (text, "calculate") ? "supported by this version" : "known");
  }
  field->type = found->type;
  if (found->type == DK_FIELD_LOOKUP) {
    field->lookup = g_strdup (found->word);
  }
  if (found->type != DK_FIELD_SELECT_ONE && found->type != DK_FIELD_SELECT_MULTIPLE) {
    return parts[1] == NULL ? TRUE : dk_form_fault (error, place, "\"%s\" takes no list", parts[0]);
  }
  const json_t *list = parts[1] != NULL ? json_object_get (choices, parts[1]) : NULL;
  if (list == NULL) {
    return dk_form_fault (error, place, "\"%s\" names no list of /choices", shown);
  }
  return take_choices (field, list, language, error);
}

static gboolean
read_flag (const json_t *row, const char *key, const char *pointer, gboolean *out, GError **error)
{
  const json_t *value = json_object_get (row, key);
  if (value != NULL && !json_is_boolean (value)) {
    g_autofree char *place = g_strdup_printf ("%s/%s", pointer, key);
    return dk_form_fault (error, place, "true or false is expected here");
  }
  *out = json_is_true (value);
  return TRUE;
}

static gboolean
read_words (DkField *field, const json_t *row, const char *pointer, const char *language,
            GError **error)
{
  g_autofree char *label_place = g_strdup_printf ("%s/label", pointer);
  g_autofree char *hint_place = g_strdup_printf ("%s/hint", pointer);
  if (!dk_form_read_label (json_object_get (row, "label"), label_place, language, &field->label,
                           error)
      || !dk_form_read_label (json_object_get (row, "hint"), hint_place, language, &field->hint,
                              error)) {
    return FALSE;
  }
  if (field->label == NULL) {
    field->label = g_strdup (field->name);
  }
  const json_t *appearance = json_object_get (row, "appearance");
  if (appearance == NULL) {
    return TRUE;
  }
  field->appearance = g_strdup (json_string_value (appearance));
  if (field->type != DK_FIELD_TEXT || g_strcmp0 (field->appearance, "multiline") != 0) {
    g_autofree char *place = g_strdup_printf ("%s/appearance", pointer);
    return dk_form_fault (error, place, "only \"multiline\" of a text is known");
  }
  return TRUE;
}

static gboolean
check_itsm (const json_t *block, const char *pointer, GError **error)
{
  static const char *const known[] = { "field", "lookup", "table", NULL };
  g_autofree char *place = g_strdup_printf ("%s/itsm", pointer);
  if (block == NULL) {
    return TRUE;
  }
  if (!dk_form_check_keys (block, place, known, error)) {
    return FALSE;
  }
  const char *key = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) block, key, value) {
    if (!json_is_string (value)) {
      return dk_form_fault (error, place, "the value of \"%s\" must be a text", key);
    }
  }
  return TRUE;
}

static gboolean
choices_are_one_to_three (const DkField *field)
{
  for (guint i = 0; i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (strlen (choice->name) != 1 || *choice->name < '1' || *choice->name > '3') {
      return FALSE;
    }
  }
  return TRUE;
}

/* The columns of a ticket mean the same in every form. */
static gboolean
check_column (const DkField *field, const char *pointer, GError **error)
{
  if (g_strv_contains (text_columns, field->name)
      && field->type != DK_FIELD_TEXT && field->type != DK_FIELD_LOOKUP) {
    return dk_form_fault (error, pointer, "\"%s\" must be a text or a lookup in every form",
                          field->name);
  }
  if (g_str_equal (field->name, "impact") || g_str_equal (field->name, "urgency")) {
    if (field->type != DK_FIELD_SELECT_ONE || !choices_are_one_to_three (field)) {
      return dk_form_fault (error, pointer,
                            "\"%s\" must be a select_one whose choices are named 1, 2 and 3",
                            field->name);
    }
  }
  if (g_str_equal (field->name, "safety") && field->type != DK_FIELD_BOOLEAN) {
    return dk_form_fault (error, pointer, "\"safety\" must be a boolean in every form");
  }
  if (g_str_equal (field->name, "happened_at") && field->type != DK_FIELD_DATE_TIME) {
    return dk_form_fault (error, pointer, "\"happened_at\" must be a dateTime in every form");
  }
  return TRUE;
}

static gboolean
read_default (DkField *field, const json_t *row, const char *pointer, GError **error)
{
  const json_t *value = json_object_get (row, "default");
  if (value == NULL) {
    return TRUE;
  }
  g_autofree char *place = g_strdup_printf ("%s/default", pointer);
  if (!json_is_string (value) || *json_string_value (value) == '\0') {
    return dk_form_fault (error, place, "a text is expected here");
  }
  field->default_value = g_strdup (json_string_value (value));
  if ((field->type == DK_FIELD_DATE_TIME && g_str_equal (field->default_value, "now()"))
      || (field->type == DK_FIELD_DATE && g_str_equal (field->default_value, "today()"))) {
    return TRUE;
  }
  g_autoptr (GError) reason = NULL;
  g_autoptr (json_t) converted = dk_form_convert (field, field->default_value, &reason);
  if (converted == NULL) {
    return dk_form_fault (error, place, "this value does not fit: %s", reason->message);
  }
  return TRUE;
}

DkField *
dk_form_read_field (const json_t *row, const char *pointer, const json_t *choices,
                    const char *language, GError **error)
{
  static const char *const known[] = { "type",     "name",    "label",      "hint", "required",
                                       "readonly", "default", "appearance", "pdf",  "itsm",
                                       NULL };
  static const char *const end_known[] = { "type", NULL };
  if (!dk_form_check_keys (row, pointer, known, error)) {
    return NULL;
  }
  g_autoptr (DkField) field = g_new0 (DkField, 1);
  if (!read_type (field, row, pointer, choices, language, error)) {
    return NULL;
  }
  if (field->type == DK_FIELD_GROUP_END) {
    gboolean alone = dk_form_check_keys (row, pointer, end_known, error);
    field->paper = DK_PAPER_NONE;
    field->paper_width = 12;
    field->paper_lines = 1;
    return alone ? g_steal_pointer (&field) : NULL;
  }
  const char *name = dk_json_get_text (row, "name");
  if (name == NULL || !dk_form_name_is_valid (name)) {
    g_autofree char *place = g_strdup_printf ("%s/name", pointer);
    dk_form_fault (error, place, "a row needs a name of letters, digits and underscores");
    return NULL;
  }
  field->name = g_strdup (name);
  if (!read_flag (row, "required", pointer, &field->required, error)
      || !read_flag (row, "readonly", pointer, &field->readonly, error)
      || !read_words (field, row, pointer, language, error)
      || !check_column (field, pointer, error) || !read_default (field, row, pointer, error)
      || !check_itsm (json_object_get (row, "itsm"), pointer, error)
      || !dk_form_read_paper (json_object_get (row, "pdf"), pointer, language, field, error)) {
    return NULL;
  }
  return g_steal_pointer (&field);
}
