/* SPDX-License-Identifier: MIT */
#include "app/form/state-private.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/model/answer-words.h"
#include "app/model/device.h"

#define FILE_NAME_BYTES 255u

void
dk_form_problem_free (DkFormProblem *problem)
{
  if (problem == NULL) {
    return;
  }
  g_free (problem->field);
  g_free (problem->message);
  g_free (problem);
}

void
dk_form_add_problem (GPtrArray *problems, const char *field, int row, const char *message)
{
  DkFormProblem *problem = g_new0 (DkFormProblem, 1);
  problem->field = g_strdup (field);
  problem->row = row;
  problem->message = g_strdup (message);
  g_ptr_array_add (problems, problem);
}

gboolean
dk_form_is_missing (const DkField *field, const json_t *value)
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
  return dk_form_find_choice (field, name) != NULL;
}

static const char *
check_text (const DkField *field, const json_t *value)
{
  gsize limit = g_str_equal (field->name, "summary") ? DK_LIMIT_SUMMARY_BYTES
                                                     : DK_LIMIT_FIELD_BYTES;
  if (!json_is_string (value)) {
    return "must be a text";
  }
  if (json_string_length (value) > limit) {
    return "is too long; move the rest to a note";
  }
  return dk_device_find_key (json_string_value (value), NULL) == NULL
             ? NULL
             : "holds a disk recovery key; take the key out: only its ID is kept";
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

G_STATIC_ASSERT (DK_FORM_FILE_BYTES == 5u << 20);

static const char *
check_file (const DkField *field, const json_t *value)
{
  const char *name = dk_json_get_text (value, "name");
  const char *type = dk_json_get_text (value, "type");
  gint64 size = dk_json_get_int (value, "size", -1);
  if (name == NULL || *name == '\0' || strlen (name) > FILE_NAME_BYTES
      || strpbrk (name, "/\\") != NULL || type == NULL || strlen (type) > FILE_NAME_BYTES
      || !dk_answer_is_file (value) || json_object_size (value) != 4) {
    return "must be a file with its name, type, size and sha256";
  }
  if (size < 0 || size > DK_FORM_FILE_BYTES) {
    return "is too large; a file may have 5 MiB";
  }
  return field->is_image && !g_str_has_prefix (type, "image/") ? "must be a picture" : NULL;
}

G_STATIC_ASSERT (DK_FORM_ROWS_MAX == 500);

static const char *
check_repeat (const json_t *value)
{
  if (!json_is_array (value)) {
    return "must be a list of rows";
  }
  if (json_array_size (value) > DK_FORM_ROWS_MAX) {
    return "has too many rows; a list holds 500";
  }
  for (gsize i = 0; i < json_array_size (value); i++) {
    if (!json_is_object (json_array_get (value, i))) {
      return "holds something that is no row";
    }
  }
  return NULL;
}

const char *
dk_form_check_value (const DkField *field, const json_t *value)
{
  switch (field->type) {
  case DK_FIELD_TEXT:
  case DK_FIELD_LOOKUP:
  case DK_FIELD_CALCULATE:
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
  case DK_FIELD_FILE:
    return check_file (field, value);
  case DK_FIELD_REPEAT_BEGIN:
    return check_repeat (value);
  case DK_FIELD_NOTE:
  case DK_FIELD_GROUP_BEGIN:
  case DK_FIELD_GROUP_END:
  case DK_FIELD_REPEAT_END:
    break;
  }
  return "takes no value";
}

json_t *
dk_form_defaults (const DkForm *form)
{
  g_autoptr (DkFormState) state = dk_form_state_new ((DkForm *) (guintptr) form, NULL, NULL);
  json_t *answers = dk_form_state_draft (state);
  for (guint i = 0; i < form->fields->len; i++) {
    const DkField *field = g_ptr_array_index (form->fields, i);
    if (field->has_calculation) {
      json_object_del (answers, field->name);
    }
  }
  return answers;
}

/* "Devices 2, Host" for the second row of a repeat. New string. */
static char *
name_place (const DkForm *form, const DkFormProblem *problem)
{
  const DkField *field = dk_form_find (form, problem->field);
  if (field == NULL) {
    return dk_text_printable (problem->field, FALSE);
  }
  if (problem->row < 0 || field->repeat == NULL) {
    return g_strdup (field->label);
  }
  return g_strdup_printf ("%s %d, %s", field->repeat->label, problem->row + 1, field->label);
}

char *
dk_form_problems_text (const DkForm *form, GPtrArray *problems)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < problems->len; i++) {
    const DkFormProblem *problem = g_ptr_array_index (problems, i);
    g_autofree char *place = name_place (form, problem);
    gboolean is_sentence = g_str_has_suffix (problem->message, ".");
    g_string_append_printf (text, "%s%s: %s%s", i > 0 ? " " : "", place, problem->message,
                            is_sentence ? "" : ".");
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
