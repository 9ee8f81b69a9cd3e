/* SPDX-License-Identifier: MIT */
/* Nothing of a definition is skipped silently: a key that is not understood would change what a
 * field means, on screen here and on the paper of another station there. */
#include "app/form/form-private.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"

static const char *const later_keys[] = { "relevant",    "constraint",    "constraint_message",
                                          "calculation", "choice_filter", NULL };

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

static char *
join_pointer (const char *pointer, const char *key)
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
    g_autofree char *place = join_pointer (pointer, key);
    if (g_strv_contains (later_keys, key)) {
      return dk_form_fault (error, place, "this key is not supported by this version");
    }
    if (!g_strv_contains (known, key)) {
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
pick_language (const json_t *labels, const char *language)
{
  const char *text = dk_json_get_text (labels, language);
  if (text == NULL) {
    g_autofree char *base = g_strdup (language);
    g_strdelimit (base, "-_.@", '\0');
    text = dk_json_get_text (labels, base);
  }
  if (text == NULL) {
    text = dk_json_get_text (labels, "en");
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
dk_form_read_label (const json_t *value, const char *pointer, const char *language, char **out,
                    GError **error)
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
    g_autofree char *place = join_pointer (pointer, key);
    if (!language_is_valid (key)) {
      return dk_form_fault (error, place, "this is no language code, such as \"en\" or \"de\"");
    }
    if (!check_label (text, place, error)) {
      return FALSE;
    }
  }
  const char *picked = pick_language (value, language);
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
is_clean (const char *text)
{
  g_autofree char *clean = dk_text_clean_line (text);
  return g_str_equal (clean, text);
}

static gboolean
check_choice_list (const json_t *list, const char *pointer, GError **error)
{
  static const char *const known[] = { "name", "label", NULL };
  if (!json_is_array (list) || json_array_size (list) == 0
      || json_array_size (list) > DK_FORM_CHOICES_MAX) {
    return dk_form_fault (error, pointer, "a list of 1 to %u choices is expected here",
                          DK_FORM_CHOICES_MAX);
  }
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < json_array_size (list); i++) {
    g_autofree char *place = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, pointer, i);
    const json_t *choice = json_array_get (list, i);
    if (!dk_form_check_keys (choice, place, known, error)) {
      return FALSE;
    }
    const char *name = dk_json_get_text (choice, "name");
    g_autofree char *label_place = g_strdup_printf ("%s/label", place);
    g_autofree char *label = NULL;
    if (name == NULL || *name == '\0' || strlen (name) > DK_FORM_NAME_BYTES
        || strpbrk (name, " ,;") != NULL || !is_clean (name)) {
      return dk_form_fault (error, place, "a choice needs a name without blanks and commas");
    }
    if (!g_hash_table_add (seen, (char *) name)) {
      return dk_form_fault (error, place, "this choice stands in the list twice");
    }
    if (!dk_form_read_label (json_object_get (choice, "label"), label_place, "en", &label, error)) {
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_choices (const json_t *choices, GError **error)
{
  if (choices == NULL) {
    return TRUE;
  }
  if (!json_is_object (choices)) {
    return dk_form_fault (error, "/choices", "an object of lists is expected here");
  }
  const char *key = NULL;
  json_t *list = NULL;
  json_object_foreach ((json_t *) choices, key, list) {
    g_autofree char *place = join_pointer ("/choices", key);
    if (!dk_form_name_is_valid (key)) {
      return dk_form_fault (error, place, "this is no name for a list");
    }
    if (!check_choice_list (list, place, error)) {
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
read_head (DkForm *form, const json_t *root, const char *language, GError **error)
{
  static const char *const known[] = { "form_id", "version", "title", "choices",
                                       "survey",  "itsm",    NULL };
  static const char *const itsm_known[] = { "table", NULL };
  if (!dk_form_check_keys (root, "", known, error)) {
    return FALSE;
  }
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
  form->id = g_strdup (id);
  form->version = g_strdup (version);
  form->language = g_strdup (language);
  if (!dk_form_read_label (json_object_get (root, "title"), "/title", language, &form->title,
                           error)) {
    return FALSE;
  }
  if (form->title == NULL) {
    return dk_form_fault (error, "/title", "a form needs a title");
  }
  const json_t *itsm = json_object_get (root, "itsm");
  if (itsm != NULL) {
    if (!dk_form_check_keys (itsm, "/itsm", itsm_known, error)) {
      return FALSE;
    }
    if (dk_json_get_text (itsm, "table") == NULL) {
      return dk_form_fault (error, "/itsm/table", "a text is expected here");
    }
  }
  return check_choices (json_object_get (root, "choices"), error);
}

static gboolean
add_field (DkForm *form, DkField *field, GPtrArray *open_groups, const char *pointer,
           GError **error)
{
  g_ptr_array_add (form->fields, field);
  if (field->type == DK_FIELD_GROUP_END) {
    if (open_groups->len == 0) {
      return dk_form_fault (error, pointer, "no group is open here that could end");
    }
    DkField *group = g_ptr_array_index (open_groups, open_groups->len - 1);
    field->name = g_strdup (group->name);
    g_ptr_array_set_size (open_groups, (gint) open_groups->len - 1);
    return TRUE;
  }
  if (!g_hash_table_insert (form->by_name, field->name, field)) {
    return dk_form_fault (error, pointer, "the name \"%s\" is taken by a row above", field->name);
  }
  if (field->type == DK_FIELD_GROUP_BEGIN) {
    if (open_groups->len == DK_FORM_GROUP_DEPTH_MAX) {
      return dk_form_fault (error, pointer, "groups may lie %u deep at most",
                            DK_FORM_GROUP_DEPTH_MAX);
    }
    g_ptr_array_add (open_groups, field);
  }
  return TRUE;
}

static gboolean
read_survey (DkForm *form, const json_t *root, GError **error)
{
  const json_t *survey = json_object_get (root, "survey");
  if (!json_is_array (survey) || json_array_size (survey) == 0
      || json_array_size (survey) > DK_FORM_FIELDS_MAX) {
    return dk_form_fault (error, "/survey", "a list of 1 to %u rows is expected here",
                          DK_FORM_FIELDS_MAX);
  }
  g_autoptr (GPtrArray) open_groups = g_ptr_array_new ();
  for (gsize i = 0; i < json_array_size (survey); i++) {
    g_autofree char *pointer = g_strdup_printf ("/survey/%" G_GSIZE_FORMAT, i);
    DkField *field = dk_form_read_field (json_array_get (survey, i), pointer,
                                         json_object_get (root, "choices"), form->language, error);
    if (field == NULL || !add_field (form, field, open_groups, pointer, error)) {
      return FALSE;
    }
  }
  if (open_groups->len > 0) {
    const DkField *group = g_ptr_array_index (open_groups, open_groups->len - 1);
    return dk_form_fault (error, "/survey", "the group \"%s\" has no end_group", group->name);
  }
  return TRUE;
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
  if (!read_head (form, root, language != NULL ? language : "en", error)
      || !read_survey (form, root, error)) {
    return NULL;
  }
  form->source = dk_json_canonical (root, NULL);
  form->hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, form->source, -1);
  return g_steal_pointer (&form);
}
