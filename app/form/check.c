/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/model/ticket.h"

static void
problem_free (DkFormProblem *problem)
{
  g_free (problem->field);
  g_free (problem->message);
  g_free (problem);
}

static void
add_problem (GPtrArray *problems, const char *field, const char *message)
{
  DkFormProblem *problem = g_new0 (DkFormProblem, 1);
  problem->field = g_strdup (field);
  problem->message = g_strdup (message);
  g_ptr_array_add (problems, problem);
}

static gboolean
has_value (const DkField *field)
{
  return field->type != DK_FIELD_NOTE && field->type != DK_FIELD_GROUP_BEGIN
         && field->type != DK_FIELD_GROUP_END;
}

static gboolean
is_missing (const DkField *field, const json_t *value)
{
  if (value == NULL || json_is_null (value)) {
    return TRUE;
  }
  if (field->type == DK_FIELD_ACKNOWLEDGE) {
    return !json_is_true (value);
  }
  if (json_is_string (value)) {
    g_autofree char *clean = dk_text_clean_line (json_string_value (value));
    return *clean == '\0';
  }
  return json_is_array (value) && json_array_size (value) == 0;
}

static gboolean
is_choice (const DkField *field, const json_t *value)
{
  g_autofree char *name = NULL;
  if (dk_form_is_integer_choice (field)) {
    if (!json_is_integer (value)) {
      return FALSE;
    }
    name = g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  } else {
    name = g_strdup (json_string_value (value));
  }
  for (guint i = 0; name != NULL && i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (g_str_equal (choice->name, name)) {
      return TRUE;
    }
  }
  return FALSE;
}

static const char *
check_text (const DkField *field, const json_t *value)
{
  gsize limit = g_str_equal (field->name, "summary") ? DK_LIMIT_SUMMARY_BYTES
                                                     : DK_LIMIT_FIELD_BYTES;
  if (!json_is_string (value)) {
    return "must be a text";
  }
  return json_string_length (value) <= limit ? NULL : "is too long; move the rest to a note";
}

static const char *
check_choices (const DkField *field, const json_t *value)
{
  if (field->type == DK_FIELD_SELECT_ONE) {
    return is_choice (field, value) ? NULL : "must be one of the choices";
  }
  if (!json_is_array (value)) {
    return "must be a list of choices";
  }
  for (gsize i = 0; i < json_array_size (value); i++) {
    if (!is_choice (field, json_array_get (value, i))) {
      return "holds something that is not one of the choices";
    }
  }
  return NULL;
}

static const char *
check_time (const DkField *field, const json_t *value)
{
  const char *text = json_string_value (value);
  gint64 at_ms = 0;
  if (field->type == DK_FIELD_DATE) {
    return text != NULL && dk_form_date_is_valid (text) ? NULL : "must be a date";
  }
  if (field->type == DK_FIELD_TIME) {
    return text != NULL && dk_form_clock_is_valid (text) ? NULL : "must be a time of day";
  }
  return text != NULL && dk_time_parse (text, field->name, &at_ms, NULL)
             ? NULL
             : "must be a date and time";
}

/* What is wrong with a value, in words; NULL if it fits. */
static const char *
check_value (const DkField *field, const json_t *value)
{
  switch (field->type) {
  case DK_FIELD_TEXT:
  case DK_FIELD_LOOKUP:
    return check_text (field, value);
  case DK_FIELD_INTEGER:
    return json_is_integer (value) ? NULL : "must be a whole number";
  case DK_FIELD_DECIMAL:
    return json_is_string (value) && dk_form_decimal_is_valid (json_string_value (value))
               ? NULL
               : "must be a number";
  case DK_FIELD_DATE:
  case DK_FIELD_TIME:
  case DK_FIELD_DATE_TIME:
    return check_time (field, value);
  case DK_FIELD_SELECT_ONE:
  case DK_FIELD_SELECT_MULTIPLE:
    return check_choices (field, value);
  case DK_FIELD_BOOLEAN:
  case DK_FIELD_ACKNOWLEDGE:
    return json_is_boolean (value) ? NULL : "must be yes or no";
  case DK_FIELD_NOTE:
  case DK_FIELD_GROUP_BEGIN:
  case DK_FIELD_GROUP_END:
    break;
  }
  return "takes no value";
}

static void
check_unknown (const DkForm *form, const json_t *answers, GPtrArray *problems)
{
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) answers, name, value) {
    const DkField *field = dk_form_find (form, name);
    gboolean is_known = field != NULL ? has_value (field) : dk_ticket_is_column (name);
    if (!is_known && !json_is_null (value)) {
      add_problem (problems, name, "this form has no such field");
    }
  }
}

GPtrArray *
dk_form_check (const DkForm *form, const json_t *answers)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func ((GDestroyNotify) problem_free);
  for (guint i = 0; i < form->fields->len; i++) {
    const DkField *field = g_ptr_array_index (form->fields, i);
    if (!has_value (field)) {
      continue;
    }
    const json_t *value = json_object_get (answers, field->name);
    if (is_missing (field, value)) {
      if (field->required) {
        add_problem (problems, field->name,
                     field->type == DK_FIELD_ACKNOWLEDGE ? "must be ticked" : "must be filled in");
      }
      continue;
    }
    const char *message = check_value (field, value);
    if (message != NULL) {
      add_problem (problems, field->name, message);
    }
  }
  check_unknown (form, answers, problems);
  return problems;
}

json_t *
dk_form_defaults (const DkForm *form)
{
  json_t *answers = json_object ();
  for (guint i = 0; i < form->fields->len; i++) {
    const DkField *field = g_ptr_array_index (form->fields, i);
    if (field->default_value == NULL) {
      continue;
    }
    gsize size = strlen (field->default_value);
    gboolean is_call = (field->type == DK_FIELD_DATE || field->type == DK_FIELD_DATE_TIME)
                       && g_str_has_suffix (field->default_value, "()");
    g_autofree char *text = g_strndup (field->default_value, is_call ? size - 2 : size);
    json_t *value = dk_form_convert (field, text, NULL);
    if (value != NULL) {
      json_object_set_new (answers, field->name, value);
    }
  }
  return answers;
}

char *
dk_form_problems_text (const DkForm *form, GPtrArray *problems)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < problems->len; i++) {
    const DkFormProblem *problem = g_ptr_array_index (problems, i);
    const DkField *field = dk_form_find (form, problem->field);
    g_autofree char *name = dk_text_printable (problem->field, FALSE);
    g_string_append_printf (text, "%s%s: %s.", i > 0 ? " " : "",
                            field != NULL ? field->label : name, problem->message);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
