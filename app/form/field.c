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
  { "begin_repeat", DK_FIELD_REPEAT_BEGIN },
  { "end_repeat", DK_FIELD_REPEAT_END },
  { "calculate", DK_FIELD_CALCULATE },
  { "image", DK_FIELD_FILE },
  { "file", DK_FIELD_FILE },
};

/* How a control may look, by type; the screen may pass over it. */
static const struct {
  const char *type;
  const char *word;
} appearances[] = {
  { "text", "multiline" },          { "text", "numbers" },
  { "select_one", "minimal" },      { "select_one", "autocomplete" },
  { "select_multiple", "minimal" }, { "select_multiple", "autocomplete" },
  { "begin_group", "field-list" },  { "begin_repeat", "field-list" },
};

static const char *const text_columns[] = { "summary", "details", "caller", "callback", "location",
                                            "device",  "service", "group",  "resolution", NULL };

void
dk_form_field_free (DkField *field)
{
  if (field == NULL) {
    return;
  }
  g_free (field->name);
  g_free (field->list);
  g_free (field->lookup);
  g_free (field->label);
  g_free (field->hint);
  g_free (field->label_words);
  g_free (field->hint_words);
  g_free (field->message_words);
  g_free (field->appearance);
  g_free (field->default_value);
  g_free (field->constraint_message);
  g_clear_pointer (&field->choices, g_ptr_array_unref);
  g_strfreev (field->paper_columns);
  g_free (field->paper_column_widths);
  g_free (field);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkField, dk_form_field_free)

gboolean
dk_form_is_bracket (const DkField *field)
{
  return field->type == DK_FIELD_GROUP_BEGIN || field->type == DK_FIELD_GROUP_END
         || field->type == DK_FIELD_REPEAT_BEGIN || field->type == DK_FIELD_REPEAT_END;
}

gboolean
dk_form_has_value (const DkField *field)
{
  return field->type != DK_FIELD_NOTE && !dk_form_is_bracket (field);
}

gboolean
dk_form_is_multiline (const DkField *field)
{
  return field->type == DK_FIELD_TEXT && g_strcmp0 (field->appearance, "multiline") == 0;
}

gboolean
dk_form_is_integer_choice (const DkField *field)
{
  return field->type == DK_FIELD_SELECT_ONE
         && (g_str_equal (field->name, "impact") || g_str_equal (field->name, "urgency"));
}

static const TypeWord *
find_type (const char *word)
{
  for (gsize i = 0; word != NULL && i < G_N_ELEMENTS (type_words); i++) {
    if (g_str_equal (word, type_words[i].word)) {
      return &type_words[i];
    }
  }
  return NULL;
}

static gboolean
read_type (const DkFormReader *reader, DkField *field, const json_t *row, const char *pointer,
           GError **error)
{
  g_autofree char *place = g_strdup_printf ("%s/type", pointer);
  const char *text = dk_json_get_text (row, "type");
  if (text == NULL) {
    return dk_form_fault (error, place, "a row needs a type");
  }
  g_auto (GStrv) parts = g_strsplit (text, " ", 2);
  const TypeWord *found = find_type (parts[0]);
  g_autofree char *printable = dk_text_printable (text, FALSE);
  g_autofree char *shown = dk_text_shorten (printable, 80);
  if (found == NULL) {
    return dk_form_fault (error, place, "the type \"%s\" is not known", shown);
  }
  field->type = found->type;
  field->is_image = g_str_equal (found->word, "image");
  if (found->type == DK_FIELD_LOOKUP) {
    field->lookup = g_strdup (found->word);
  }
  if (found->type != DK_FIELD_SELECT_ONE && found->type != DK_FIELD_SELECT_MULTIPLE) {
    return parts[1] == NULL ? TRUE : dk_form_fault (error, place, "\"%s\" takes no list", parts[0]);
  }
  GPtrArray *list = parts[1] != NULL ? g_hash_table_lookup (reader->lists, parts[1]) : NULL;
  if (list == NULL) {
    return dk_form_fault (error, place, "\"%s\" names no list of /choices", shown);
  }
  field->list = g_strdup (parts[1]);
  field->choices = g_ptr_array_ref (list);
  return TRUE;
}

/* `required` may be an expression, which is read later. */
static gboolean
read_required (DkField *field, const json_t *row, const char *pointer, GError **error)
{
  const json_t *value = json_object_get (row, "required");
  if (value != NULL && !json_is_boolean (value) && !json_is_string (value)) {
    g_autofree char *place = g_strdup_printf ("%s/required", pointer);
    return dk_form_fault (error, place, "true, false or an expression is expected here");
  }
  field->required = json_is_true (value);
  return TRUE;
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

/* *words: as the form has them if they tell of other answers; *out: without these. */
static gboolean
read_word (const DkFormReader *reader, const json_t *row, const char *key, const char *pointer,
           char **out, char **words, GError **error)
{
  g_autofree char *place = g_strdup_printf ("%s/%s", pointer, key);
  g_autofree char *text = NULL;
  if (!dk_form_read_label (reader, json_object_get (row, key), place, &text, error)) {
    return FALSE;
  }
  if (text == NULL || strstr (text, "${") == NULL) {
    *out = g_steal_pointer (&text);
    return TRUE;
  }
  *out = dk_form_words_without_answers (text);
  *words = g_steal_pointer (&text);
  return TRUE;
}

gboolean
dk_form_appearance_is_known (const char *type, const char *word)
{
  gsize size = strcspn (type, " ");
  for (gsize i = 0; i < G_N_ELEMENTS (appearances); i++) {
    if (strlen (appearances[i].type) == size && strncmp (appearances[i].type, type, size) == 0
        && g_str_equal (appearances[i].word, word)) {
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
read_words (const DkFormReader *reader, DkField *field, const json_t *row, const char *pointer,
            GError **error)
{
  if (!read_word (reader, row, "label", pointer, &field->label, &field->label_words, error)
      || !read_word (reader, row, "hint", pointer, &field->hint, &field->hint_words, error)
      || !read_word (reader, row, "constraint_message", pointer, &field->constraint_message,
                     &field->message_words, error)) {
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
  if (field->appearance == NULL
      || !dk_form_appearance_is_known (dk_json_get_text (row, "type"), field->appearance)) {
    g_autofree char *place = g_strdup_printf ("%s/appearance", pointer);
    return dk_form_fault (error, place,
                          "\"multiline\" or \"numbers\" of a text, \"minimal\" or "
                          "\"autocomplete\" of a select and \"field-list\" of a group are known");
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
  if (!dk_form_has_value (field) || field->type == DK_FIELD_FILE
      || field->type == DK_FIELD_CALCULATE) {
    return dk_form_fault (error, place, "this row takes no default");
  }
  field->default_value = g_strdup (json_string_value (value));
  if (dk_form_default_is_expression (field->default_value)) {
    return TRUE;
  }
  g_autoptr (GError) reason = NULL;
  g_autoptr (json_t) converted = dk_form_convert (field, field->default_value, &reason);
  if (converted == NULL) {
    return dk_form_fault (error, place, "this value does not fit: %s", reason->message);
  }
  return TRUE;
}

static gboolean
check_row_keys (const DkField *field, const json_t *row, const char *pointer, GError **error)
{
  static const char *const known[]
      = { "type",     "name",       "label",              "hint",        "required",
          "readonly", "default",    "appearance",         "pdf",         "itsm",
          "relevant", "constraint", "constraint_message", "calculation", "choice_filter",
          NULL };
  static const char *const end_known[] = { "type", NULL };
  gboolean is_end = field->type == DK_FIELD_GROUP_END || field->type == DK_FIELD_REPEAT_END;
  return dk_form_check_keys (row, pointer, is_end ? end_known : known, error);
}

static gboolean
read_name (DkField *field, const json_t *row, const char *pointer, GError **error)
{
  const char *name = dk_json_get_text (row, "name");
  if (name == NULL || !dk_form_name_is_valid (name)) {
    g_autofree char *place = g_strdup_printf ("%s/name", pointer);
    return dk_form_fault (error, place, "a row needs a name of letters, digits and underscores");
  }
  field->name = g_strdup (name);
  return TRUE;
}

DkField *
dk_form_read_field (const DkFormReader *reader, const json_t *row, const char *pointer,
                    GError **error)
{
  if (!json_is_object (row)) {
    dk_form_fault (error, pointer, "an object is expected here");
    return NULL;
  }
  g_autoptr (DkField) field = g_new0 (DkField, 1);
  if (!read_type (reader, field, row, pointer, error)
      || !check_row_keys (field, row, pointer, error)) {
    return NULL;
  }
  if (field->type == DK_FIELD_GROUP_END || field->type == DK_FIELD_REPEAT_END) {
    field->paper = DK_PAPER_NONE;
    field->paper_width = 12;
    field->paper_lines = 1;
    return g_steal_pointer (&field);
  }
  if (!read_name (field, row, pointer, error) || !read_required (field, row, pointer, error)
      || !read_flag (row, "readonly", pointer, &field->readonly, error)
      || !read_words (reader, field, row, pointer, error)
      || !check_column (field, pointer, error) || !read_default (field, row, pointer, error)
      || !check_itsm (json_object_get (row, "itsm"), pointer, error)
      || !dk_form_read_paper (reader, json_object_get (row, "pdf"), pointer, field, error)) {
    return NULL;
  }
  return g_steal_pointer (&field);
}
