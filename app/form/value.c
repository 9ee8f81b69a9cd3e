/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <math.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/form/expression-private.h"
#include "app/model/device.h"

#define REMOVED_KEY "[recovery key removed]"
#define KEY_WORDS_DEPTH 16u

static char *
join_names (const json_t *names)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (gsize i = 0; i < json_array_size (names); i++) {
    const char *name = json_string_value (json_array_get (names, i));
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", name != NULL ? name : "");
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
dk_form_value_text (const DkField *field, const json_t *value)
{
  if (json_is_string (value)) {
    return g_strdup (json_string_value (value));
  }
  if (json_is_integer (value)) {
    return g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  }
  if (json_is_boolean (value) && field->type == DK_FIELD_ACKNOWLEDGE) {
    return g_strdup (json_is_true (value) ? "OK" : "");
  }
  if (json_is_boolean (value)) {
    return g_strdup (json_is_true (value) ? "yes" : "no");
  }
  if (json_is_array (value)) {
    return join_names (value);
  }
  const char *name = field->type == DK_FIELD_FILE ? dk_json_get_text (value, "name") : NULL;
  return g_strdup (name != NULL ? name : "");
}

/* A dateTime given to a date or a time of day keeps the part that fits. */
static char *
cut_moment (const DkField *field, const char *text)
{
  gboolean is_date_time = strlen (text) >= 16 && text[10] == 'T';
  if (is_date_time && field->type == DK_FIELD_DATE) {
    return g_strndup (text, 10);
  }
  if (is_date_time && field->type == DK_FIELD_TIME) {
    return g_strndup (text + 11, 5);
  }
  return g_strdup (text);
}

/* That day on this PC and the part of it that went by; NULL outside of the years 1 to 9999. */
static char *
moment_text (double days)
{
  g_autofree char *date = dk_moment_date_text (days);
  if (date == NULL) {
    return NULL;
  }
  int seconds = (int) floor ((days - floor (days)) * 86400 + 0.5);
  g_autoptr (GDateTime) first = g_date_time_new_local (1970, 1, 1, 0, 0, 0);
  g_autoptr (GDateTime) midnight = g_date_time_add_days (first, (int) floor (days));
  g_autoptr (GDateTime) at = midnight != NULL ? g_date_time_add_seconds (midnight, seconds) : NULL;
  return at != NULL ? dk_time_format_local (g_date_time_to_unix (at) * 1000) : NULL;
}

/* What a number or a boolean is in a field of this type, as ODK has it: a number of days is a date
 * in a date, and what is whole has no fraction. New string. */
static char *
result_text (const DkField *field, const DkValue *result)
{
  double number = result->kind == DK_VALUE_NUMBER ? result->number : result->truth ? 1 : 0;
  char *text = NULL;
  if (result->kind != DK_VALUE_TEXT && field->type == DK_FIELD_INTEGER) {
    return dk_number_to_text (trunc (number));
  }
  if (result->kind == DK_VALUE_NUMBER && field->type == DK_FIELD_DATE) {
    text = dk_moment_date_text (number);
  } else if (result->kind == DK_VALUE_NUMBER && field->type == DK_FIELD_DATE_TIME) {
    text = moment_text (number);
  }
  return text != NULL ? text : dk_value_to_text (result);
}

json_t *
dk_form_value_of_result (const DkField *field, const DkValue *result)
{
  if (result->kind == DK_VALUE_NUMBER && !isfinite (result->number)) {
    return NULL;
  }
  g_autofree char *whole = result_text (field, result);
  g_autofree char *text = cut_moment (field, whole);
  if (field->type == DK_FIELD_CALCULATE) {
    g_autofree char *clean = dk_text_clean (text);
    gboolean fits = *clean != '\0' && strlen (clean) <= DK_LIMIT_FIELD_BYTES;
    return fits ? json_string (clean) : NULL;
  }
  json_t *value = dk_form_convert (field, text, NULL);
  if (json_is_null (value)) {
    g_clear_pointer (&value, json_decref);
  }
  return value;
}

json_t *
dk_form_convert_rows (const DkForm *form, const DkField *repeat, const char *text, GError **error)
{
  g_autoptr (json_t) rows = dk_form_convert (repeat, text, error);
  for (gsize i = 0; i < json_array_size (rows); i++) {
    const char *name = NULL;
    json_t *value = NULL;
    void *next = NULL;
    json_t *row = json_array_get (rows, i);
    json_object_foreach_safe (row, next, name, value)
    {
      const DkField *field = dk_form_find (form, name);
      if (field != NULL && field->readonly && !field->has_calculation) {
        g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                     "%s %" G_GSIZE_FORMAT ", %s: is read only, and nobody types into it",
                     repeat->label, i + 1, field->label);
        return NULL;
      }
      if (field == NULL || field->repeat != repeat || !json_is_string (value)) {
        continue;
      }
      json_t *converted = dk_form_convert (field, json_string_value (value), error);
      if (converted == NULL) {
        g_prefix_error (error, "%s %" G_GSIZE_FORMAT ", ", repeat->label, i + 1);
        return NULL;
      }
      json_object_set_new (row, name, converted);
    }
  }
  return g_steal_pointer (&rows);
}

static void
show_row (const DkForm *form, const DkField *repeat, const json_t *row, GString *text)
{
  const char *divider = "";
  for (guint i = repeat->index + 1; dk_form_field (form, i)->repeat == repeat; i++) {
    const DkField *field = dk_form_field (form, i);
    const json_t *value = dk_form_has_value (field) ? json_object_get (row, field->name) : NULL;
    g_autofree char *shown = dk_form_show (field, value);
    if (*shown != '\0') {
      g_autofree char *label = field->label_words != NULL
                                   ? dk_form_fill (form, field->label_words, NULL, row, NULL)
                                   : g_strdup (field->label);
      g_string_append_printf (text, "%s%s %s", divider, label, shown);
      divider = ", ";
    }
  }
}

char *
dk_form_show_rows (const DkForm *form, const DkField *repeat, const json_t *rows)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (gsize i = 0; i < json_array_size (rows); i++) {
    g_string_append_printf (text, "%s%s %" G_GSIZE_FORMAT ": ", i > 0 ? "\n" : "", repeat->label,
                            i + 1);
    show_row (form, repeat, json_array_get (rows, i), text);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The text without its keys; NULL if there is none in it. */
static char *
mask_text (const char *text, guint *count)
{
  gsize size = 0;
  const char *key = dk_device_find_key (text, &size);
  if (key == NULL) {
    return NULL;
  }
  g_autoptr (GString) masked = g_string_new (NULL);
  while (key != NULL) {
    g_string_append_len (masked, text, key - text);
    g_string_append (masked, REMOVED_KEY);
    text = key + size;
    key = dk_device_find_key (text, &size);
    *count += 1;
  }
  g_string_append (masked, text);
  return g_string_free (g_steal_pointer (&masked), FALSE);
}

static guint
mask_value (json_t *value, guint depth)
{
  guint count = 0;
  const char *name = NULL;
  json_t *member = NULL;
  if (depth == KEY_WORDS_DEPTH) {
    return 0;
  }
  if (json_is_string (value)) {
    g_autofree char *masked = mask_text (json_string_value (value), &count);
    if (masked != NULL) {
      json_string_set (value, masked);
    }
    return count;
  }
  for (gsize i = 0; i < json_array_size (value); i++) {
    count += mask_value (json_array_get (value, i), depth + 1);
  }
  if (json_is_object (value)) {
    json_object_foreach (value, name, member) {
      count += mask_value (member, depth + 1);
    }
  }
  return count;
}

guint
dk_form_mask_keys (json_t *document)
{
  return mask_value (document, 0);
}
