/* SPDX-License-Identifier: MIT */
#include "app/form/expression-private.h"

#include <math.h>
#include <string.h>

#define TRANSLATED_MAX 200

static const char blanks[] = " \t\r\n";

/* First argument, or `.` if there is none. */
static gboolean
read_text_or_current (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  if (call->count == 0) {
    dk_term_set_text (out, run->world->current);
  } else if (!dk_run_text (run, call, 0, out, error)) {
    return FALSE;
  }
  return dk_run_charge (run, strlen (out->text), error);
}

static gboolean
read_two (DkRun *run, const DkNode *call, DkTerm *first, DkTerm *second, GError **error)
{
  return dk_run_text (run, call, 0, first, error) && dk_run_text (run, call, 1, second, error)
         && dk_run_charge (run, strlen (first->text) + strlen (second->text), error);
}

static gboolean
call_string (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  return dk_run_text (run, call, 0, out, error);
}

static gboolean
call_string_length (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };

  if (!read_text_or_current (run, call, &text, error)) {
    return FALSE;
  }
  dk_term_set_number (out, (double) g_utf8_strlen (text.text, -1));
  return TRUE;
}

/* The next name of a list that blanks divide; NULL at its end. */
static const char *
next_name (const char **at, gsize *size)
{
  const char *start = *at + strspn (*at, blanks);

  *size = strcspn (start, blanks);
  *at = start + *size;
  return *size > 0 ? start : NULL;
}

static gboolean
call_selected (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) list = { 0 };
  g_auto (DkTerm) wanted = { 0 };
  gsize wanted_size = 0;
  gsize size = 0;

  if (!read_two (run, call, &list, &wanted, error)) {
    return FALSE;
  }
  const char *rest = wanted.text;
  const char *name = next_name (&rest, &wanted_size);
  const char *at = list.text;
  const char *item = next_name (&at, &size);
  /* No name is looked for: true as long as nothing is selected. */
  gboolean found = name == NULL && item == NULL;
  gboolean is_one_name = name != NULL && rest[strspn (rest, blanks)] == '\0';
  for (; item != NULL && is_one_name && !found; item = next_name (&at, &size)) {
    found = size == wanted_size && strncmp (item, name, size) == 0;
  }
  dk_term_set_truth (out, found);
  return TRUE;
}

static gboolean
call_count_selected (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) list = { 0 };
  gsize size = 0;
  guint count = 0;

  if (!read_text_or_current (run, call, &list, error)) {
    return FALSE;
  }
  const char *at = list.text;
  while (next_name (&at, &size) != NULL) {
    count++;
  }
  dk_term_set_number (out, count);
  return TRUE;
}

static gboolean
call_selected_at (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) list = { 0 };
  double index = 0;
  gsize size = 0;

  if (!read_text_or_current (run, call, &list, error)
      || !dk_run_number (run, call, 1, &index, error)) {
    return FALSE;
  }
  const char *at = list.text;
  const char *item = next_name (&at, &size);
  index = isnan (index) ? 0 : trunc (index);
  for (; item != NULL && index > 0; index--) {
    item = next_name (&at, &size);
  }
  dk_term_take_text (out, item != NULL && index == 0 ? g_strndup (item, size) : NULL);
  return TRUE;
}

static gboolean
call_regex (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  g_auto (DkTerm) words = { 0 };
  g_autoptr (DkPattern) made = NULL;
  const DkPattern *pattern = call->pattern;
  gboolean found = FALSE;

  if (!read_two (run, call, &text, &words, error)) {
    return FALSE;
  }
  if (pattern == NULL) {
    pattern = made = dk_pattern_new (words.text, NULL, error);
  }
  if (pattern == NULL || !dk_run_charge (run, 1000 + 100 * strlen (text.text), error)
      || !dk_pattern_matches (pattern, text.text, &found, error)) {
    return FALSE;
  }
  dk_term_set_truth (out, found);
  return TRUE;
}

static gboolean
call_contains (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  g_auto (DkTerm) part = { 0 };

  if (!read_two (run, call, &text, &part, error)) {
    return FALSE;
  }
  dk_term_set_truth (out, strstr (text.text, part.text) != NULL);
  return TRUE;
}

static gboolean
call_starts_with (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  g_auto (DkTerm) part = { 0 };

  if (!read_two (run, call, &text, &part, error)) {
    return FALSE;
  }
  dk_term_set_truth (out, g_str_has_prefix (text.text, part.text));
  return TRUE;
}

static gboolean
call_ends_with (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  g_auto (DkTerm) part = { 0 };

  if (!read_two (run, call, &text, &part, error)) {
    return FALSE;
  }
  dk_term_set_truth (out, g_str_has_suffix (text.text, part.text));
  return TRUE;
}

static gboolean
call_substring_before (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  g_auto (DkTerm) part = { 0 };

  if (!read_two (run, call, &text, &part, error)) {
    return FALSE;
  }
  const char *place = strstr (text.text, part.text);
  dk_term_take_text (out, place != NULL ? g_strndup (text.text, (gsize) (place - text.text))
                                        : NULL);
  return TRUE;
}

static gboolean
call_substring_after (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  g_auto (DkTerm) part = { 0 };

  if (!read_two (run, call, &text, &part, error)) {
    return FALSE;
  }
  const char *place = strstr (text.text, part.text);
  dk_term_take_text (out, place != NULL ? g_strdup (place + strlen (part.text)) : NULL);
  return TRUE;
}

/* An index of substr() from 0; one below 0 counts from the end. */
static glong
clamp_index (double index, glong length)
{
  double whole = isnan (index) ? 0 : trunc (index);

  if (whole < 0) {
    whole += (double) length;
  }
  return (glong) CLAMP (whole, 0, (double) length);
}

static gboolean
call_substr (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  double start = 0;
  double end = HUGE_VAL;

  if (!read_text_or_current (run, call, &text, error)
      || !dk_run_number (run, call, 1, &start, error)
      || (call->count == 3 && !dk_run_number (run, call, 2, &end, error))) {
    return FALSE;
  }
  glong length = g_utf8_strlen (text.text, -1);
  glong from = clamp_index (start, length);
  glong to = clamp_index (end, length);
  dk_term_take_text (out, from < to ? g_utf8_substring (text.text, from, to) : NULL);
  return TRUE;
}

static void
translate (const char *text, const gunichar *from, glong from_count, const gunichar *to,
           glong to_count, GString *out)
{
  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    gunichar c = g_utf8_get_char (text);
    glong i = 0;

    while (i < from_count && from[i] != c) {
      i++;
    }
    if (i == from_count) {
      g_string_append_unichar (out, c);
    } else if (i < to_count) {
      g_string_append_unichar (out, to[i]);
    }
  }
}

static gboolean
call_translate (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  g_auto (DkTerm) from = { 0 };
  g_auto (DkTerm) to = { 0 };
  glong from_count = 0;
  glong to_count = 0;

  if (!read_two (run, call, &text, &from, error) || !dk_run_text (run, call, 2, &to, error)) {
    return FALSE;
  }
  g_autofree gunichar *letters = g_utf8_to_ucs4_fast (from.text, -1, &from_count);
  g_autofree gunichar *others = g_utf8_to_ucs4_fast (to.text, -1, &to_count);
  gsize work = strlen (text.text) * (gsize) (from_count + 1) / 16;
  if (from_count > TRANSLATED_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "translate() takes at most %d characters to replace", TRANSLATED_MAX);
    return FALSE;
  }
  if (!dk_run_charge (run, work, error)) {
    return FALSE;
  }
  GString *made = g_string_sized_new (strlen (text.text));
  translate (text.text, letters, from_count, others, to_count, made);
  dk_term_take_text (out, g_string_free (made, FALSE));
  return TRUE;
}

static gboolean
call_normalize_space (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };
  gsize size = 0;

  if (!read_text_or_current (run, call, &text, error)) {
    return FALSE;
  }
  g_autoptr (GString) made = g_string_new (NULL);
  const char *at = text.text;
  for (const char *word = next_name (&at, &size); word != NULL; word = next_name (&at, &size)) {
    if (made->len > 0) {
      g_string_append_c (made, ' ');
    }
    g_string_append_len (made, word, (gssize) size);
  }
  dk_term_take_text (out, g_strdup (made->str));
  return TRUE;
}

static gboolean
append_bounded (DkRun *run, GString *out, const char *text, GError **error)
{
  gsize size = strlen (text);

  if (out->len + size > DK_EXPRESSION_TEXT_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "the text that is put together is longer than %u bytes",
                 DK_EXPRESSION_TEXT_BYTES);
    return FALSE;
  }
  g_string_append_len (out, text, (gssize) size);
  return dk_run_charge (run, size, error);
}

/* Arguments from number `first` on, each row of a ${name} on its own. */
static gboolean
join_parts (DkRun *run, const DkNode *call, guint first, const char *between, DkTerm *out,
            GError **error)
{
  g_autoptr (GString) made = g_string_new (NULL);
  gboolean is_first = TRUE;

  for (guint i = first; i < call->count; i++) {
    const DkNode *part = dk_node_part (call, i);
    g_autoptr (GPtrArray) rows = part->kind == DK_NODE_ROWS ? dk_run_rows (run, part) : NULL;
    g_auto (DkTerm) term = { 0 };

    if (rows == NULL && !dk_run_text (run, call, i, &term, error)) {
      return FALSE;
    }
    guint count = rows != NULL ? rows->len : 1;
    for (guint j = 0; j < count; j++) {
      const char *text = rows != NULL ? rows->pdata[j] : term.text;
      if ((!is_first && !append_bounded (run, made, between, error))
          || !append_bounded (run, made, text != NULL ? text : "", error)) {
        return FALSE;
      }
      is_first = FALSE;
    }
  }
  dk_term_take_text (out, g_strdup (made->str));
  return TRUE;
}

static gboolean
call_concat (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  return join_parts (run, call, 0, "", out, error);
}

static gboolean
call_join (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) between = { 0 };

  return dk_run_text (run, call, 0, &between, error)
         && join_parts (run, call, 1, between.text, out, error);
}

const DkFunction dk_text_functions[] = {
  { "string", 1, 1, DK_ROWS_NEVER, call_string },
  { "string-length", 0, 1, DK_ROWS_NEVER, call_string_length },
  { "selected", 2, 2, DK_ROWS_NEVER, call_selected },
  { "selected-at", 2, 2, DK_ROWS_NEVER, call_selected_at },
  { "count-selected", 1, 1, DK_ROWS_NEVER, call_count_selected },
  { "regex", 2, 2, DK_ROWS_NEVER, call_regex },
  { "contains", 2, 2, DK_ROWS_NEVER, call_contains },
  { "starts-with", 2, 2, DK_ROWS_NEVER, call_starts_with },
  { "ends-with", 2, 2, DK_ROWS_NEVER, call_ends_with },
  { "substr", 2, 3, DK_ROWS_NEVER, call_substr },
  { "substring-before", 2, 2, DK_ROWS_NEVER, call_substring_before },
  { "substring-after", 2, 2, DK_ROWS_NEVER, call_substring_after },
  { "translate", 3, 3, DK_ROWS_NEVER, call_translate },
  { "number-on-file", 2, 2, DK_ROWS_NEVER, dk_call_number_on_file },
  { "normalize-space", 0, 1, DK_ROWS_NEVER, call_normalize_space },
  { "concat", 1, DK_FUNCTION_MANY, DK_ROWS_NEVER, call_concat },
  { "join", 2, DK_FUNCTION_MANY, DK_ROWS_AFTER_FIRST, call_join },
  { NULL, 0, 0, DK_ROWS_NEVER, NULL },
};
