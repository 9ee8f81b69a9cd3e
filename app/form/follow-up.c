/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <string.h>

typedef struct {
  const DkForm *form;
  const char *pointer;
  GError **error;
  gboolean is_good;
} TemplateCheck;

void
dk_form_follow_up_rule_free (DkFollowUpRule *rule)
{
  g_free (rule->form);
  dk_expression_free (rule->relevant);
  g_ptr_array_unref (rule->names);
  g_ptr_array_unref (rule->texts);
  g_free (rule);
}

gboolean
dk_form_split_template (const char *text,
                        void (*add) (gpointer data, const char *text, const char *name),
                        gpointer data)
{
  const char *open = strstr (text, "${");
  while (open != NULL) {
    const char *close = strchr (open, '}');
    if (close == NULL) {
      return FALSE;
    }
    g_autofree char *plain = g_strndup (text, (gsize) (open - text));
    g_autofree char *name = g_strstrip (g_strndup (open + 2, (gsize) (close - open - 2)));
    if (*plain != '\0') {
      add (data, plain, NULL);
    }
    add (data, NULL, name);
    text = close + 1;
    open = strstr (text, "${");
  }
  if (*text != '\0') {
    add (data, text, NULL);
  }
  return TRUE;
}

static void
check_piece (gpointer data, const char *text, const char *name)
{
  TemplateCheck *check = data;
  const DkField *field = name != NULL ? dk_form_find (check->form, name) : NULL;
  gboolean is_readable = field != NULL && dk_form_has_value (field) && field->repeat == NULL;
  if (text != NULL || !check->is_good || is_readable) {
    return;
  }
  check->is_good = dk_form_fault (check->error, check->pointer,
                                  "${%s} names no field outside of repeats", name);
}

static gboolean
read_texts (const DkForm *form, const json_t *set, const char *pointer, DkFollowUpRule *rule,
            GError **error)
{
  const char *key = NULL;
  json_t *value = NULL;
  if (set != NULL && !json_is_object (set)) {
    return dk_form_fault (error, pointer, "an object of texts is expected here");
  }
  json_object_foreach ((json_t *) set, key, value) {
    g_autofree char *place = dk_form_join_pointer (pointer, key);
    TemplateCheck check = { form, place, error, TRUE };
    if (!dk_form_name_is_valid (key)) {
      return dk_form_fault (error, place, "this is no name of a field");
    }
    if (!json_is_string (value) || json_string_length (value) > DK_FORM_LABEL_BYTES) {
      return dk_form_fault (error, place, "a text is expected here");
    }
    if (!dk_form_split_template (json_string_value (value), check_piece, &check)) {
      return dk_form_fault (error, place, "\"${\" has no \"}\"");
    }
    if (!check.is_good) {
      return FALSE;
    }
    g_ptr_array_add (rule->names, g_strdup (key));
    g_ptr_array_add (rule->texts, g_strdup (json_string_value (value)));
  }
  return TRUE;
}

static gboolean
read_condition (const DkForm *form, const json_t *value, const char *pointer, DkFollowUpRule *rule,
                GError **error)
{
  if (value == NULL) {
    return TRUE;
  }
  if (!json_is_string (value)) {
    return dk_form_fault (error, pointer, "an expression is expected here, as a text");
  }
  rule->relevant = dk_form_read_expression (json_string_value (value), pointer, error);
  if (rule->relevant == NULL) {
    return FALSE;
  }
  const char *const *columns = dk_expression_columns (rule->relevant);
  if (columns[0] != NULL) {
    return dk_form_fault (error, pointer, "\"%s\" is no value; a field is written ${%s}",
                          columns[0], columns[0]);
  }
  return dk_form_check_references (form, rule->relevant, NULL, pointer, error);
}

static gboolean
read_rule (DkForm *form, const json_t *block, const char *pointer, GError **error)
{
  static const char *const known[] = { "form", "relevant", "set", NULL };
  if (!dk_form_check_keys (block, pointer, known, error)) {
    return FALSE;
  }
  DkFollowUpRule *rule = g_new0 (DkFollowUpRule, 1);
  rule->names = g_ptr_array_new_with_free_func (g_free);
  rule->texts = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (form->follow_ups, rule);
  g_autofree char *form_place = g_strdup_printf ("%s/form", pointer);
  g_autofree char *relevant_place = g_strdup_printf ("%s/relevant", pointer);
  g_autofree char *set_place = g_strdup_printf ("%s/set", pointer);
  const char *id = dk_json_get_text (block, "form");
  if (id == NULL || !dk_form_name_is_valid (id)) {
    return dk_form_fault (error, form_place, "the id of a form is expected here");
  }
  rule->form = g_strdup (id);
  return read_condition (form, json_object_get (block, "relevant"), relevant_place, rule, error)
         && read_texts (form, json_object_get (block, "set"), set_place, rule, error);
}

gboolean
dk_form_read_follow_ups (const DkFormReader *reader, GError **error)
{
  const json_t *rules = json_object_get (reader->root, "follow_up");
  if (rules == NULL) {
    return TRUE;
  }
  if (!json_is_array (rules) || json_array_size (rules) > DK_FORM_FOLLOW_UPS_MAX) {
    return dk_form_fault (error, "/follow_up", "a list of at most %u is expected here",
                          DK_FORM_FOLLOW_UPS_MAX);
  }
  for (gsize i = 0; i < json_array_size (rules); i++) {
    g_autofree char *pointer = g_strdup_printf ("/follow_up/%" G_GSIZE_FORMAT, i);
    if (!read_rule (reader->form, json_array_get (rules, i), pointer, error)) {
      return FALSE;
    }
  }
  return TRUE;
}
