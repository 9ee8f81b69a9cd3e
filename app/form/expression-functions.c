/* SPDX-License-Identifier: MIT */
#include "app/form/expression-private.h"

#include <math.h>
#include <string.h>

#include "app/base/clock.h"

static gboolean
call_not (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  gboolean truth = FALSE;

  if (!dk_run_truth (run, call, 0, &truth, error)) {
    return FALSE;
  }
  dk_term_set_truth (out, !truth);
  return TRUE;
}

static gboolean
call_boolean (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  gboolean truth = FALSE;

  if (!dk_run_truth (run, call, 0, &truth, error)) {
    return FALSE;
  }
  dk_term_set_truth (out, truth);
  return TRUE;
}

static gboolean
call_boolean_from_string (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) text = { 0 };

  if (!dk_run_text (run, call, 0, &text, error)) {
    return FALSE;
  }
  dk_term_set_truth (out, g_str_equal (text.text, "true") || g_str_equal (text.text, "1"));
  return TRUE;
}

static gboolean
call_true (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  dk_term_set_truth (out, TRUE);
  return TRUE;
}

static gboolean
call_false (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  dk_term_set_truth (out, FALSE);
  return TRUE;
}

static gboolean
call_if (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  gboolean truth = FALSE;

  return dk_run_truth (run, call, 0, &truth, error)
         && dk_run_node (run, dk_node_part (call, truth ? 1 : 2), out, error);
}

static gboolean
is_empty (const DkTerm *term)
{
  return (term->kind == DK_VALUE_TEXT && *term->text == '\0')
         || (term->kind == DK_VALUE_NUMBER && isnan (term->number));
}

static gboolean
call_coalesce (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  for (const DkNode *part = call->first; part != NULL; part = part->next) {
    g_auto (DkTerm) term = { 0 };

    if (!dk_run_node (run, part, &term, error)) {
      return FALSE;
    }
    if (!is_empty (&term)) {
      *out = term;
      term.owned = NULL;
      return TRUE;
    }
  }
  dk_term_set_text (out, "");
  return TRUE;
}

static gboolean
call_once (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  const char *current = run->world->current;

  if (current != NULL && *current != '\0') {
    dk_term_set_text (out, current);
    return dk_run_charge (run, strlen (current), error);
  }
  return dk_run_node (run, call->first, out, error);
}

static gboolean
call_number (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  double number = 0;

  if (!dk_run_number (run, call, 0, &number, error)) {
    return FALSE;
  }
  dk_term_set_number (out, number);
  return TRUE;
}

static gboolean
call_int (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  double number = 0;

  if (!dk_run_number (run, call, 0, &number, error)) {
    return FALSE;
  }
  dk_term_set_number (out, trunc (number));
  return TRUE;
}

static gboolean
call_abs (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  double number = 0;

  if (!dk_run_number (run, call, 0, &number, error)) {
    return FALSE;
  }
  dk_term_set_number (out, fabs (number));
  return TRUE;
}

static gboolean
call_pow (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  double base = 0;
  double power = 0;

  if (!dk_run_number (run, call, 0, &base, error)
      || !dk_run_number (run, call, 1, &power, error)) {
    return FALSE;
  }
  dk_term_set_number (out, pow (base, power));
  return TRUE;
}

static gboolean
call_round (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  double number = 0;
  double places = 0;

  if (!dk_run_number (run, call, 0, &number, error)
      || (call->count == 2 && !dk_run_number (run, call, 1, &places, error))) {
    return FALSE;
  }
  gboolean is_sane = places >= -30 && places <= 30;
  dk_term_set_number (out, is_sane ? dk_number_round (number, (int) trunc (places))
                                   : (double) NAN);
  return TRUE;
}

static gboolean
call_now (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  gint64 now_ms = run->world->now_ms;

  dk_term_take_text (out, dk_time_format_local (now_ms != 0 ? now_ms : dk_clock_wall_ms ()));
  return TRUE;
}

static gboolean
call_today (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  gint64 now_ms = run->world->now_ms;
  char *text = dk_time_format_local (now_ms != 0 ? now_ms : dk_clock_wall_ms ());

  text[strcspn (text, "T")] = '\0';
  dk_term_take_text (out, text);
  return TRUE;
}

/* A number counts days; text is a date, a dateTime, a time of day, or nothing. */
static gboolean
read_moment (DkRun *run, const DkNode *call, DkMomentText *out, GError **error)
{
  g_auto (DkTerm) term = { 0 };

  if (!dk_run_node (run, call->first, &term, error)) {
    return FALSE;
  }
  double days = dk_term_number (&term);
  DkMomentText moment = { .kind = DK_MOMENT_NONE };

  if (term.kind == DK_VALUE_TEXT) {
    moment = dk_moment_read (term.text);
  }
  if (moment.kind == DK_MOMENT_NONE && fabs (days) < 4e6) {
    moment.kind = DK_MOMENT_DATE;
    moment.days = (gint64) floor (days);
    moment.clock_ms = (gint64) ((days - floor (days)) * 86400000.0);
  }
  *out = moment;
  return TRUE;
}

static gboolean
call_date (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  DkMomentText moment;

  if (!read_moment (run, call, &moment, error)) {
    return FALSE;
  }
  gboolean has_day = moment.kind == DK_MOMENT_DATE || moment.kind == DK_MOMENT_DATE_TIME;
  dk_term_take_text (out, has_day ? dk_moment_date_text ((double) moment.days) : NULL);
  return TRUE;
}

static gboolean
call_decimal_date_time (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) term = { 0 };
  DkMomentText moment = { .kind = DK_MOMENT_NONE };

  if (!dk_run_node (run, call->first, &term, error)) {
    return FALSE;
  }
  if (term.kind == DK_VALUE_TEXT) {
    moment = dk_moment_read (term.text);
  }
  dk_term_set_number (out, moment.kind == DK_MOMENT_DATE_TIME
                               ? (double) moment.utc_ms / 86400000.0
                               : dk_term_number (&term));
  return TRUE;
}

static gboolean
call_decimal_time (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  DkMomentText moment;

  if (!read_moment (run, call, &moment, error)) {
    return FALSE;
  }
  dk_term_set_number (out, moment.kind == DK_MOMENT_NONE
                               ? (double) NAN
                               : (double) moment.clock_ms / 86400000.0);
  return TRUE;
}

static gboolean
call_format_date (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  DkMomentText moment;
  g_auto (DkTerm) format = { 0 };

  if (!read_moment (run, call, &moment, error) || !dk_run_text (run, call, 1, &format, error)
      || !dk_run_charge (run, strlen (format.text), error)) {
    return FALSE;
  }
  gboolean has_day = moment.kind == DK_MOMENT_DATE || moment.kind == DK_MOMENT_DATE_TIME;
  dk_term_take_text (out, has_day ? dk_moment_format (&moment, format.text) : NULL);
  return TRUE;
}

static gboolean
call_position (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  dk_term_set_number (out, run->world->row);
  return TRUE;
}

static gboolean
call_operator (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  dk_term_set_text (out, run->world->operator_name);
  return TRUE;
}

static gboolean
call_pulldata (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  const DkExpressionWorld *world = run->world;
  const DkNode *table = call->first;
  g_auto (DkTerm) key = { 0 };

  if (!dk_run_text (run, call, 3, &key, error)) {
    return FALSE;
  }
  char *found = NULL;
  if (world->pull != NULL && *key.text != '\0') {
    found = world->pull (world->data, table->text, table->next->text, table->next->next->text,
                         key.text);
  }
  dk_term_take_text (out, found);
  return dk_run_charge (run, strlen (out->text), error);
}

/* Numbers of all rows, or of several arguments; those that are not answered are passed over. */
static gboolean
read_numbers (DkRun *run, const DkNode *call, GArray *out, GError **error)
{
  for (guint i = 0; i < call->count; i++) {
    const DkNode *part = dk_node_part (call, i);

    if (part->kind != DK_NODE_ROWS) {
      double number = 0;
      if (!dk_run_number (run, call, i, &number, error)) {
        return FALSE;
      }
      g_array_append_val (out, number);
      continue;
    }
    g_autoptr (GPtrArray) texts = dk_run_rows (run, part);
    for (guint j = 0; j < texts->len; j++) {
      DkTerm term;
      dk_term_set_text (&term, texts->pdata[j]);
      double number = dk_term_number (&term);
      g_array_append_val (out, number);
    }
  }
  return dk_run_charge (run, out->len * sizeof (double), error);
}

static gboolean
call_sum (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));
  double sum = 0;

  if (!read_numbers (run, call, numbers, error)) {
    return FALSE;
  }
  for (guint i = 0; i < numbers->len; i++) {
    double number = g_array_index (numbers, double, i);
    sum += isnan (number) ? 0 : number;
  }
  dk_term_set_number (out, sum);
  return TRUE;
}

static gboolean
find_extreme (DkRun *run, const DkNode *call, gboolean wants_largest, DkTerm *out, GError **error)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));
  double best = (double) NAN;

  if (!read_numbers (run, call, numbers, error)) {
    return FALSE;
  }
  for (guint i = 0; i < numbers->len; i++) {
    double number = g_array_index (numbers, double, i);
    if (!isnan (number) && (isnan (best) || (wants_largest ? number > best : number < best))) {
      best = number;
    }
  }
  dk_term_set_number (out, best);
  return TRUE;
}

static gboolean
call_min (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  return find_extreme (run, call, FALSE, out, error);
}

static gboolean
call_max (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  return find_extreme (run, call, TRUE, out, error);
}

static gboolean
call_count (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_autoptr (GPtrArray) texts = dk_run_rows (run, call->first);

  dk_term_set_number (out, texts->len);
  return TRUE;
}

static gboolean
call_count_non_empty (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_autoptr (GPtrArray) texts = dk_run_rows (run, call->first);
  guint count = 0;

  for (guint i = 0; i < texts->len; i++) {
    const char *text = texts->pdata[i];
    count += text != NULL && *text != '\0' ? 1 : 0;
  }
  dk_term_set_number (out, count);
  return TRUE;
}

const DkFunction dk_value_functions[] = {
  { "not", 1, 1, DK_ROWS_NEVER, call_not },
  { "boolean", 1, 1, DK_ROWS_NEVER, call_boolean },
  { "boolean-from-string", 1, 1, DK_ROWS_NEVER, call_boolean_from_string },
  { "true", 0, 0, DK_ROWS_NEVER, call_true },
  { "false", 0, 0, DK_ROWS_NEVER, call_false },
  { "if", 3, 3, DK_ROWS_NEVER, call_if },
  { "coalesce", 2, DK_FUNCTION_MANY, DK_ROWS_NEVER, call_coalesce },
  { "once", 1, 1, DK_ROWS_NEVER, call_once },
  { "number", 1, 1, DK_ROWS_NEVER, call_number },
  { "int", 1, 1, DK_ROWS_NEVER, call_int },
  { "abs", 1, 1, DK_ROWS_NEVER, call_abs },
  { "pow", 2, 2, DK_ROWS_NEVER, call_pow },
  { "round", 1, 2, DK_ROWS_NEVER, call_round },
  { "now", 0, 0, DK_ROWS_NEVER, call_now },
  { "today", 0, 0, DK_ROWS_NEVER, call_today },
  { "date", 1, 1, DK_ROWS_NEVER, call_date },
  { "decimal-date-time", 1, 1, DK_ROWS_NEVER, call_decimal_date_time },
  { "decimal-time", 1, 1, DK_ROWS_NEVER, call_decimal_time },
  { "format-date", 2, 2, DK_ROWS_NEVER, call_format_date },
  { "format-date-time", 2, 2, DK_ROWS_NEVER, call_format_date },
  { "position", 1, 1, DK_ROWS_NEVER, call_position },
  { "operator", 0, 0, DK_ROWS_NEVER, call_operator },
  { "pulldata", 4, 4, DK_ROWS_NEVER, call_pulldata },
  { "count", 1, 1, DK_ROWS_IF_ALONE, call_count },
  { "count-non-empty", 1, 1, DK_ROWS_IF_ALONE, call_count_non_empty },
  { "sum", 1, 1, DK_ROWS_IF_ALONE, call_sum },
  { "min", 1, DK_FUNCTION_MANY, DK_ROWS_IF_ALONE, call_min },
  { "max", 1, DK_FUNCTION_MANY, DK_ROWS_IF_ALONE, call_max },
  { NULL, 0, 0, DK_ROWS_NEVER, NULL },
};

/* Functions of ODK and of XPath 1.0 that a form may bring along, so that the message tells "not
 * supported" from a slip of the pen. */
static const char *const foreign_functions[]
    = { "acos", "area", "asin", "atan", "atan2", "base64-decode", "ceiling", "checklist", "cos",
        "current", "date-time", "digest", "distance", "enclosed-area", "exp", "exp10",
        "extract-signed", "floor", "geofence", "id", "indexed-repeat", "instance",
        "intersects", "is-selected", "jr:choice-name", "jr:itext", "lang", "last", "local-name",
        "log", "log10", "name", "namespace-uri", "pi", "property", "random", "randomize", "sin",
        "sqrt", "substring", "tan", "uuid", "version", "weighted-checklist", NULL };

static const DkFunction *
find_in (const DkFunction *table, const char *name)
{
  for (; table->name != NULL; table++) {
    if (strcmp (table->name, name) == 0) {
      return table;
    }
  }
  return NULL;
}

const DkFunction *
dk_function_find (const char *name)
{
  const DkFunction *found = find_in (dk_value_functions, name);

  return found != NULL ? found : find_in (dk_text_functions, name);
}

gboolean
dk_function_is_foreign (const char *name)
{
  return g_strv_contains (foreign_functions, name);
}
