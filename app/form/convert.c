/* SPDX-License-Identifier: MIT */
#include "app/form/form-private.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"

#define INTEGER_MAX (G_GINT64_CONSTANT (1) << 53)
#define DECIMAL_BYTES_MAX 32
#define AHEAD_MINUTES_MAX 10

static const char *const yes_words[] = { "yes", "y", "true", "1", "on", "x", "ja", "j", NULL };
static const char *const no_words[] = { "no", "n", "false", "0", "off", "nein", NULL };

static json_t *
refuse (const DkField *field, GError **error, const char *what)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s", field->label, what);
  return NULL;
}

gboolean
dk_form_decimal_is_valid (const char *text)
{
  const char *c = *text == '-' ? text + 1 : text;
  gsize whole = strspn (c, "0123456789");
  if (whole == 0 || strlen (text) > DECIMAL_BYTES_MAX) {
    return FALSE;
  }
  c += whole;
  if (*c == '\0') {
    return TRUE;
  }
  gsize part = *c == '.' ? strspn (c + 1, "0123456789") : 0;
  return part > 0 && c[1 + part] == '\0';
}

gboolean
dk_form_clock_is_valid (const char *text)
{
  if (strlen (text) != 5 || text[2] != ':' || !g_ascii_isdigit (text[0])
      || !g_ascii_isdigit (text[1]) || !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4])) {
    return FALSE;
  }
  return (text[0] - '0') * 10 + text[1] - '0' < 24 && text[3] < '6';
}

gboolean
dk_form_date_is_valid (const char *text)
{
  if (strlen (text) != 10 || text[4] != '-' || text[7] != '-'
      || strspn (text, "0123456789-") != 10) {
    return FALSE;
  }
  guint64 year = g_ascii_strtoull (text, NULL, 10);
  guint64 month = g_ascii_strtoull (text + 5, NULL, 10);
  guint64 day = g_ascii_strtoull (text + 8, NULL, 10);
  return year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= 31
         && g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year);
}

/* "9:14", "0914" and "14:05" to "HH:MM"; NULL if it is no time of day. */
static char *
read_clock (const char *text)
{
  gsize size = strlen (text);
  gboolean bare = size >= 3 && size <= 4 && strspn (text, "0123456789") == size;
  g_autofree char *padded = NULL;
  if (bare) {
    gsize hour = size - 2;
    padded = g_strdup_printf ("%s%.*s:%s", hour == 1 ? "0" : "", (int) hour, text, text + hour);
  } else {
    padded = g_strdup_printf ("%s%s", size == 4 ? "0" : "", text);
  }
  return dk_form_clock_is_valid (padded) ? g_steal_pointer (&padded) : NULL;
}

/* The last moment that showed this time of day: at 00:10 somebody who writes 23:50 means the
 * evening before. A clock on the wall may be a few minutes ahead of the PC's, no more. */
static gint64
last_time_of_day (const char *clock)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  int hour = (clock[0] - '0') * 10 + clock[1] - '0';
  int minute = (clock[3] - '0') * 10 + clock[4] - '0';
  g_autoptr (GDateTime) then
      = g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now),
                               g_date_time_get_day_of_month (now), hour, minute, 0);
  if (g_date_time_difference (then, now) > AHEAD_MINUTES_MAX * G_TIME_SPAN_MINUTE) {
    g_autoptr (GDateTime) before = g_date_time_add_days (then, -1);
    return g_date_time_to_unix (before) * 1000;
  }
  return g_date_time_to_unix (then) * 1000;
}

static json_t *
convert_date_time (const DkField *field, const char *text, GError **error)
{
  gint64 at_ms = 0;
  g_autofree char *clock = read_clock (text);
  if (g_ascii_strcasecmp (text, "now") == 0) {
    at_ms = dk_clock_wall_ms ();
  } else if (clock != NULL) {
    at_ms = last_time_of_day (clock);
  } else if (!dk_time_parse (text, field->label, &at_ms, NULL)) {
    return refuse (field, error, "this is no date and time; write 14:05 or 2026-11-22 14:05");
  }
  g_autofree char *shown = dk_time_format_local (at_ms);
  return json_string (shown);
}

static json_t *
convert_date (const DkField *field, const char *text, GError **error)
{
  if (g_ascii_strcasecmp (text, "today") == 0) {
    g_autoptr (GDateTime) now = g_date_time_new_now_local ();
    g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
    return json_string (today);
  }
  if (!dk_form_date_is_valid (text)) {
    return refuse (field, error, "this is no date; write it as 2026-11-22");
  }
  return json_string (text);
}

static json_t *
convert_clock (const DkField *field, const char *text, GError **error)
{
  g_autofree char *clock = read_clock (text);
  if (clock == NULL) {
    return refuse (field, error, "this is no time of day; write it as 14:05");
  }
  return json_string (clock);
}

static json_t *
convert_number (const DkField *field, const char *text, GError **error)
{
  if (field->type == DK_FIELD_INTEGER) {
    gint64 number = 0;
    if (!g_ascii_string_to_signed (text, 10, -INTEGER_MAX, INTEGER_MAX, &number, NULL)) {
      return refuse (field, error, "this is no whole number; write digits only");
    }
    return json_integer (number);
  }
  g_autofree char *point = g_strdelimit (g_strdup (text), ",", '.');
  if (!dk_form_decimal_is_valid (point)) {
    return refuse (field, error, "this is no number; write it as 12.5");
  }
  return json_string (point);
}

static json_t *
convert_boolean (const DkField *field, const char *text, GError **error)
{
  g_autofree char *folded = g_ascii_strdown (text, -1);
  if (g_strv_contains (yes_words, folded)) {
    return json_true ();
  }
  if (g_strv_contains (no_words, folded)) {
    return json_false ();
  }
  return refuse (field, error, "answer yes or no");
}

static const DkChoice *
find_choice (const DkField *field, const char *text)
{
  for (guint i = 0; i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (g_str_equal (choice->name, text)) {
      return choice;
    }
  }
  g_autofree char *wanted = dk_text_fold (text);
  for (guint i = 0; i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    g_autofree char *name = dk_text_fold (choice->name);
    g_autofree char *label = dk_text_fold (choice->label);
    if (g_str_equal (name, wanted) || g_str_equal (label, wanted)) {
      return choice;
    }
  }
  return NULL;
}

static json_t *
refuse_choice (const DkField *field, const char *text, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < field->choices->len && i < 12; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", choice->name);
  }
  if (field->choices->len > 12) {
    g_string_append (names, ", ...");
  }
  g_autofree char *printable = dk_text_printable (text, FALSE);
  g_autofree char *shown = dk_text_shorten (printable, 40);
  g_autofree char *what
      = g_strdup_printf ("\"%s\" is not one of the choices; choose from %s", shown, names->str);
  return refuse (field, error, what);
}

static json_t *
convert_one (const DkField *field, const char *text, GError **error)
{
  const DkChoice *choice = find_choice (field, text);
  if (choice == NULL) {
    return refuse_choice (field, text, error);
  }
  return dk_form_is_integer_choice (field) ? json_integer (*choice->name - '0')
                                           : json_string (choice->name);
}

/* Choices are kept in the order of the list, so that equal answers are equal bytes. */
static json_t *
convert_multiple (const DkField *field, const char *text, GError **error)
{
  const char *delimiters = strpbrk (text, ",;\n") != NULL ? ",;\n" : " ";
  g_auto (GStrv) parts = find_choice (field, text) != NULL ? g_strsplit (text, "\n", -1)
                                                           : g_strsplit_set (text, delimiters, -1);
  g_autoptr (GHashTable) picked = g_hash_table_new (NULL, NULL);
  for (gsize i = 0; parts[i] != NULL; i++) {
    g_strstrip (parts[i]);
    if (*parts[i] == '\0') {
      continue;
    }
    const DkChoice *choice = find_choice (field, parts[i]);
    if (choice == NULL) {
      return refuse_choice (field, parts[i], error);
    }
    g_hash_table_add (picked, (gpointer) choice);
  }
  json_t *names = json_array ();
  for (guint i = 0; i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (g_hash_table_contains (picked, choice)) {
      json_array_append_new (names, json_string (choice->name));
    }
  }
  return names;
}

static json_t *
convert_text (const DkField *field, const char *text, GError **error)
{
  gboolean is_long = dk_form_is_multiline (field);
  g_autofree char *line = is_long ? g_strdup (text) : dk_text_clean_line (text);
  gsize limit = g_str_equal (field->name, "summary") ? DK_LIMIT_SUMMARY_BYTES
                                                     : DK_LIMIT_FIELD_BYTES;
  if (strlen (line) > limit) {
    g_autofree char *what = g_strdup_printf (
        "this text is too long (%" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT
        "); shorten it, or move the rest to a note",
        strlen (line), limit);
    return refuse (field, error, what);
  }
  return json_string (line);
}

/* A file and the rows of a repeat are given as JSON. */
static json_t *
convert_document (const DkField *field, const char *text, GError **error)
{
  g_autoptr (json_t) value
      = dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, field->label, error);
  if (value == NULL) {
    return NULL;
  }
  const char *problem = dk_json_is_plain (value) ? dk_form_check_value (field, value)
                                                 : "write decimal numbers as texts";
  return problem == NULL ? g_steal_pointer (&value) : refuse (field, error, problem);
}

json_t *
dk_form_convert (const DkField *field, const char *text, GError **error)
{
  g_return_val_if_fail (field != NULL, NULL);
  g_autofree char *clean = dk_text_clean (text != NULL ? text : "");
  if (*clean == '\0') {
    return json_null ();
  }
  switch (field->type) {
  case DK_FIELD_TEXT:
  case DK_FIELD_LOOKUP:
    return convert_text (field, clean, error);
  case DK_FIELD_INTEGER:
  case DK_FIELD_DECIMAL:
    return convert_number (field, clean, error);
  case DK_FIELD_DATE:
    return convert_date (field, clean, error);
  case DK_FIELD_TIME:
    return convert_clock (field, clean, error);
  case DK_FIELD_DATE_TIME:
    return convert_date_time (field, clean, error);
  case DK_FIELD_SELECT_ONE:
    return convert_one (field, clean, error);
  case DK_FIELD_SELECT_MULTIPLE:
    return convert_multiple (field, clean, error);
  case DK_FIELD_BOOLEAN:
  case DK_FIELD_ACKNOWLEDGE:
    return convert_boolean (field, clean, error);
  case DK_FIELD_FILE:
  case DK_FIELD_REPEAT_BEGIN:
    return convert_document (field, clean, error);
  case DK_FIELD_CALCULATE:
    return refuse (field, error, "this is computed and cannot be typed");
  case DK_FIELD_NOTE:
  case DK_FIELD_GROUP_BEGIN:
  case DK_FIELD_GROUP_END:
  case DK_FIELD_REPEAT_END:
    break;
  }
  return refuse (field, error, "this row of the form holds words only and takes no value");
}

static char *
show_choice (const DkField *field, const json_t *value)
{
  g_autofree char *name = NULL;
  if (json_is_integer (value)) {
    name = g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  } else {
    name = g_strdup (json_string_value (value));
  }
  for (guint i = 0; name != NULL && i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (g_str_equal (choice->name, name)) {
      return g_strdup (choice->label);
    }
  }
  return g_steal_pointer (&name);
}

static char *
show_list (const DkField *field, const json_t *value)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (gsize i = 0; i < json_array_size (value); i++) {
    const json_t *item = json_array_get (value, i);
    g_autofree char *label = field->choices != NULL ? show_choice (field, item) : NULL;
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", label != NULL ? label : "");
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
show_file (const json_t *value)
{
  const char *name = dk_json_get_text (value, "name");
  gint64 size = dk_json_get_int (value, "size", 0);
  g_autofree char *shown = size < 1024 ? g_strdup_printf ("%" G_GINT64_FORMAT " bytes", size)
                                       : g_strdup_printf ("%" G_GINT64_FORMAT " kB", size / 1024);
  return g_strdup_printf ("%s (%s)", name != NULL ? name : "", shown);
}

char *
dk_form_show (const DkField *field, const json_t *value)
{
  g_return_val_if_fail (field != NULL, NULL);
  gint64 at_ms = 0;
  if (value == NULL || json_is_null (value)) {
    return g_strdup ("");
  }
  if (json_is_boolean (value)) {
    return g_strdup (json_is_true (value) ? "Yes" : "No");
  }
  if (field->type == DK_FIELD_REPEAT_BEGIN && json_is_array (value)) {
    gsize count = json_array_size (value);
    return g_strdup_printf ("%" G_GSIZE_FORMAT " %s", count, count == 1 ? "row" : "rows");
  }
  if (field->type == DK_FIELD_FILE && json_is_object (value)) {
    return show_file (value);
  }
  if (json_is_array (value)) {
    return show_list (field, value);
  }
  if (field->type == DK_FIELD_DATE_TIME && json_is_string (value)
      && dk_time_parse (json_string_value (value), field->label, &at_ms, NULL)) {
    return dk_time_format_short (at_ms, 0);
  }
  if (field->choices != NULL && (json_is_string (value) || json_is_integer (value))) {
    return show_choice (field, value);
  }
  if (json_is_integer (value)) {
    return g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  }
  return g_strdup (json_is_string (value) ? json_string_value (value) : "");
}
