/* SPDX-License-Identifier: MIT */
/* Nothing of a definition is skipped silently: a key that is not understood would change what a
 * field means, on screen here and on the paper of another station there. */
#include "app/form/form-private.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/model/ticket.h"

#define SHEET_LINES_MAX 30

gboolean
dk_form_fault (GError **error, const char *pointer, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This form cannot be used. At %s: %s. Nothing was changed; correct the form's "
               "definition there.",
               *pointer != '\0' ? pointer : "its top", what);
  return FALSE;
}

char *
dk_form_join_pointer (const char *pointer, const char *key)
{
  g_autoptr (GString) text = g_string_new (pointer);
  g_string_append_c (text, '/');
  for (const char *c = key; *c != '\0'; c++) {
    if (*c == '~') {
      g_string_append (text, "~0");
    } else if (*c == '/') {
      g_string_append (text, "~1");
    } else {
      g_string_append_c (text, *c);
    }
  }
  return dk_text_printable (text->str, FALSE);
}

gboolean
dk_form_check_keys (const json_t *object, const char *pointer, const char *const *known,
                    GError **error)
{
  if (!json_is_object (object)) {
    return dk_form_fault (error, pointer, "an object is expected here");
  }
  const char *key = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) object, key, value) {
    if (!g_strv_contains (known, key)) {
      g_autofree char *place = dk_form_join_pointer (pointer, key);
      return dk_form_fault (error, place, "this key is not known");
    }
  }
  return TRUE;
}

static gboolean
language_is_valid (const char *language)
{
  gsize size = strlen (language);
  if (size < 2 || size > 16 || !g_ascii_islower (language[0]) || !g_ascii_islower (language[1])) {
    return FALSE;
  }
  return strspn (language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
         == size;
}

static const char *
pick_language (const json_t *labels, const DkForm *form)
{
  const char *text = dk_json_get_text (labels, form->language);
  if (text == NULL) {
    g_autofree char *base = g_strdup (form->language);
    g_strdelimit (base, "-_.@", '\0');
    text = dk_json_get_text (labels, base);
  }
  if (text == NULL) {
    text = dk_json_get_text (labels, form->default_language);
  }
  if (text == NULL) {
    const char *first = json_object_iter_key (json_object_iter ((json_t *) labels));
    text = first != NULL ? dk_json_get_text (labels, first) : NULL;
  }
  return text;
}

static gboolean
check_label (const json_t *value, const char *pointer, GError **error)
{
  if (!json_is_string (value)) {
    return dk_form_fault (error, pointer, "a text is expected here");
  }
  gsize size = json_string_length (value);
  g_autofree char *clean = dk_text_clean_line (json_string_value (value));
  if (*clean == '\0') {
    return dk_form_fault (error, pointer, "this text is empty");
  }
  if (size > DK_FORM_LABEL_BYTES) {
    return dk_form_fault (error, pointer, "this text has more than %u bytes", DK_FORM_LABEL_BYTES);
  }
  return TRUE;
}

gboolean
dk_form_read_label (const DkFormReader *reader, const json_t *value, const char *pointer,
                    char **out, GError **error)
{
  if (value == NULL) {
    return TRUE;
  }
  if (!json_is_object (value)) {
    if (!check_label (value, pointer, error)) {
      return FALSE;
    }
    *out = dk_text_clean_line (json_string_value (value));
    return TRUE;
  }
  const char *key = NULL;
  json_t *text = NULL;
  json_object_foreach ((json_t *) value, key, text) {
    g_autofree char *place = dk_form_join_pointer (pointer, key);
    if (!language_is_valid (key)) {
      return dk_form_fault (error, place, "this is no language code, such as \"en\" or \"de\"");
    }
    if (!check_label (text, place, error)) {
      return FALSE;
    }
  }
  const char *picked = pick_language (value, reader->form);
  if (picked == NULL) {
    return dk_form_fault (error, pointer, "there is no text in any language");
  }
  *out = dk_text_clean_line (picked);
  return TRUE;
}

gboolean
dk_form_name_is_valid (const char *name)
{
  gsize size = strlen (name);
  if (size == 0 || size > DK_FORM_NAME_BYTES || (!g_ascii_isalpha (*name) && *name != '_')) {
    return FALSE;
  }
  return strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == size;
}

static gboolean
read_names (DkForm *form, const json_t *root, const char *language, GError **error)
{
  const char *id = dk_json_get_text (root, "form_id");
  const char *version = dk_json_get_text (root, "version");
  if (id == NULL || !dk_form_name_is_valid (id) || strlen (id) > DK_LIMIT_NAME_BYTES) {
    return dk_form_fault (error, "/form_id",
                          "a name of letters, digits and dashes is expected here");
  }
  if (version == NULL || *version == '\0' || strlen (version) > DK_LIMIT_NAME_BYTES
      || !g_str_is_ascii (version) || strpbrk (version, " \t\n/") != NULL) {
    return dk_form_fault (error, "/version", "a short text without blanks is expected here");
  }
  const json_t *fallback = json_object_get (root, "default_language");
  if (fallback != NULL
      && (!json_is_string (fallback) || !language_is_valid (json_string_value (fallback)))) {
    return dk_form_fault (error, "/default_language",
                          "a language code is expected here, such as \"en\" or \"de\"");
  }
  form->id = g_strdup (id);
  form->version = g_strdup (version);
  form->language = g_strdup (language);
  form->default_language = g_strdup (fallback != NULL ? json_string_value (fallback) : "en");
  return TRUE;
}

static gboolean
read_itsm (const json_t *itsm, GError **error)
{
  static const char *const known[] = { "table", NULL };
  if (itsm == NULL) {
    return TRUE;
  }
  if (!dk_form_check_keys (itsm, "/itsm", known, error)) {
    return FALSE;
  }
  if (dk_json_get_text (itsm, "table") == NULL) {
    return dk_form_fault (error, "/itsm/table", "a text is expected here");
  }
  return TRUE;
}

static gboolean
read_classification (DkForm *form, const json_t *root, GError **error)
{
  const json_t *value = json_object_get (root, "classification");
  form->is_lead_only = value != NULL;
  if (value != NULL && g_strcmp0 (json_string_value (value), "lead") != 0) {
    return dk_form_fault (error, "/classification", "only \"lead\" is known here");
  }
  return TRUE;
}

static gboolean
read_sheet (DkForm *form, const json_t *block, GError **error)
{
  static const char *const known[] = { "lines", "orientation", NULL };
  if (block == NULL) {
    return TRUE;
  }
  if (!dk_form_check_keys (block, "/pdf", known, error)
      || !dk_form_read_number (block, "lines", "/pdf", SHEET_LINES_MAX, &form->paper_lines,
                               error)) {
    return FALSE;
  }
  const json_t *orientation = json_object_get (block, "orientation");
  const char *word = json_string_value (orientation);
  form->is_landscape = g_strcmp0 (word, "landscape") == 0;
  if (orientation != NULL && !form->is_landscape && g_strcmp0 (word, "portrait") != 0) {
    return dk_form_fault (error, "/pdf/orientation", "\"portrait\" or \"landscape\" is expected");
  }
  return TRUE;
}

static gboolean
read_head (DkFormReader *reader, const char *language, GError **error)
{
  static const char *const known[]
      = { "form_id", "version", "title", "choices", "survey", "itsm", "default_language", "pdf",
          "follow_up", "classification", NULL };
  DkForm *form = reader->form;
  const json_t *root = reader->root;
  if (!dk_form_check_keys (root, "", known, error) || !read_names (form, root, language, error)
      || !dk_form_read_label (reader, json_object_get (root, "title"), "/title", &form->title,
                              error)) {
    return FALSE;
  }
  if (form->title == NULL) {
    return dk_form_fault (error, "/title", "a form needs a title");
  }
  return read_itsm (json_object_get (root, "itsm"), error)
         && read_classification (form, root, error)
         && read_sheet (form, json_object_get (root, "pdf"), error)
         && dk_form_read_choices (reader, error);
}

static const char *
bracket_word (const DkField *field)
{
  return field->type == DK_FIELD_GROUP_BEGIN || field->type == DK_FIELD_GROUP_END ? "group"
                                                                                  : "repeat";
}

static gboolean
close_bracket (DkField *field, GPtrArray *open, const char *pointer, GError **error)
{
  const DkField *begin = open->len > 0 ? g_ptr_array_index (open, open->len - 1) : NULL;
  DkFieldType expected = field->type == DK_FIELD_GROUP_END ? DK_FIELD_GROUP_BEGIN
                                                           : DK_FIELD_REPEAT_BEGIN;
  if (begin == NULL) {
    return dk_form_fault (error, pointer, "no %s is open here that could end",
                          bracket_word (field));
  }
  if (begin->type != expected) {
    return dk_form_fault (error, pointer, "the %s \"%s\" must end first", bracket_word (begin),
                          begin->name);
  }
  field->name = g_strdup (begin->name);
  field->group = begin->group;
  field->repeat = begin->repeat;
  g_ptr_array_set_size (open, (gint) open->len - 1);
  return TRUE;
}

static gboolean
open_bracket (DkField *field, GPtrArray *open, const char *pointer, GError **error)
{
  if (open->len == DK_FORM_GROUP_DEPTH_MAX) {
    return dk_form_fault (error, pointer, "groups may lie %u deep at most",
                          DK_FORM_GROUP_DEPTH_MAX);
  }
  if (field->type == DK_FIELD_REPEAT_BEGIN && field->repeat != NULL) {
    return dk_form_fault (error, pointer, "a repeat cannot lie in the repeat \"%s\"",
                          field->repeat->name);
  }
  g_ptr_array_add (open, field);
  return TRUE;
}

static gboolean
add_field (DkForm *form, DkField *field, GPtrArray *open, const char *pointer, GError **error)
{
  field->index = form->fields->len;
  g_ptr_array_add (form->fields, field);
  if (field->type == DK_FIELD_GROUP_END || field->type == DK_FIELD_REPEAT_END) {
    return close_bracket (field, open, pointer, error);
  }
  if (!g_hash_table_insert (form->by_name, field->name, field)) {
    return dk_form_fault (error, pointer, "the name \"%s\" is taken by a row above", field->name);
  }
  if (open->len > 0) {
    field->group = g_ptr_array_index (open, open->len - 1);
    field->repeat = field->group->type == DK_FIELD_REPEAT_BEGIN ? field->group
                                                                : field->group->repeat;
  }
  if (field->repeat != NULL && dk_ticket_is_column (field->name)) {
    return dk_form_fault (error, pointer, "\"%s\" feeds the ticket and cannot lie in a repeat",
                          field->name);
  }
  return dk_form_is_bracket (field) ? open_bracket (field, open, pointer, error) : TRUE;
}

static gboolean
read_survey (DkFormReader *reader, GError **error)
{
  DkForm *form = reader->form;
  const json_t *survey = json_object_get (reader->root, "survey");
  if (!json_is_array (survey) || json_array_size (survey) == 0
      || json_array_size (survey) > DK_FORM_FIELDS_MAX) {
    return dk_form_fault (error, "/survey", "a list of 1 to %u rows is expected here",
                          DK_FORM_FIELDS_MAX);
  }
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  form->logic = g_new0 (DkFieldLogic, json_array_size (survey));
  for (gsize i = 0; i < json_array_size (survey); i++) {
    g_autofree char *pointer = g_strdup_printf ("/survey/%" G_GSIZE_FORMAT, i);
    const json_t *row = json_array_get (survey, i);
    DkField *field = dk_form_read_field (reader, row, pointer, error);
    if (field == NULL || !add_field (form, field, open, pointer, error)
        || !dk_form_read_logic (form, field, row, pointer, error)) {
      return FALSE;
    }
  }
  if (open->len > 0) {
    const DkField *begin = g_ptr_array_index (open, open->len - 1);
    return dk_form_fault (error, "/survey", "the %s \"%s\" has no end_%s", bracket_word (begin),
                          begin->name, bracket_word (begin));
  }
  return TRUE;
}

static gboolean
read_definition (DkFormReader *reader, const char *language, GError **error)
{
  return read_head (reader, language, error) && read_survey (reader, error)
         && dk_form_check_columns (reader, error) && dk_form_link_logic (reader->form, error)
         && dk_form_link_words (reader, error)
         && dk_form_read_follow_ups (reader, error);
}

DkForm *
dk_form_parse (const char *text, gsize size, const char *language, GError **error)
{
  g_autoptr (json_t) root = dk_json_parse (text, size, DK_LIMIT_JSON_BYTES, "the form", error);
  if (root == NULL) {
    return NULL;
  }
  g_autoptr (DkForm) form = g_new0 (DkForm, 1);
  form->references = 1;
  form->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_form_field_free);
  form->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  form->follow_ups
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_form_follow_up_rule_free);
  g_autoptr (GHashTable) lists = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  DkFormReader reader = { .form = form, .root = root, .lists = lists };
  if (!read_definition (&reader, language != NULL ? language : "en", error)) {
    return NULL;
  }
  form->source = dk_json_canonical (root, NULL);
  form->hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, form->source, -1);
  return g_steal_pointer (&form);
}
