/* SPDX-License-Identifier: MIT */
#include "app/form/expression-private.h"

#include <math.h>
#include <string.h>

void
dk_term_clear (DkTerm *term)
{
  g_clear_pointer (&term->owned, g_free);
  term->text = NULL;
}

void
dk_term_set_number (DkTerm *term, double number)
{
  *term = (DkTerm){ .kind = DK_VALUE_NUMBER, .number = number };
}

void
dk_term_set_truth (DkTerm *term, gboolean truth)
{
  *term = (DkTerm){ .kind = DK_VALUE_BOOLEAN, .truth = truth != FALSE };
}

void
dk_term_set_text (DkTerm *term, const char *borrowed)
{
  *term = (DkTerm){ .kind = DK_VALUE_TEXT, .text = borrowed != NULL ? borrowed : "" };
}

void
dk_term_take_text (DkTerm *term, char *take)
{
  *term = (DkTerm){ .kind = DK_VALUE_TEXT, .text = take != NULL ? take : "", .owned = take };
}

static double
text_to_number (const char *text)
{
  double number = dk_number_from_text (text);

  if (!isnan (number)) {
    return number;
  }
  DkMomentText moment = dk_moment_read (text);
  return dk_moment_days (&moment);
}

double
dk_term_number (const DkTerm *term)
{
  switch (term->kind) {
  case DK_VALUE_NUMBER:
    return term->number;
  case DK_VALUE_BOOLEAN:
    return term->truth ? 1 : 0;
  default:
    return text_to_number (term->text);
  }
}

static gboolean
get_truth (const DkTerm *term)
{
  switch (term->kind) {
  case DK_VALUE_NUMBER:
    return term->number != 0 && !isnan (term->number);
  case DK_VALUE_BOOLEAN:
    return term->truth;
  default:
    return *term->text != '\0';
  }
}

/* Makes the term itself a text. */
static void
hold_text (DkTerm *term)
{
  if (term->kind == DK_VALUE_NUMBER) {
    dk_term_take_text (term, dk_number_to_text (term->number));
  } else if (term->kind == DK_VALUE_BOOLEAN) {
    dk_term_set_text (term, term->truth ? "true" : "false");
  }
}

const DkNode *
dk_node_part (const DkNode *node, guint i)
{
  const DkNode *part = node->first;

  while (i-- > 0) {
    part = part->next;
  }
  return part;
}

gboolean
dk_run_charge (DkRun *run, gsize bytes, GError **error)
{
  if (bytes > run->work_left) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "the texts of this expression are too long to be looked at as it asks");
    return FALSE;
  }
  run->work_left -= bytes;
  return TRUE;
}

gboolean
dk_run_number (DkRun *run, const DkNode *call, guint i, double *out, GError **error)
{
  g_auto (DkTerm) term = { 0 };

  if (!dk_run_node (run, dk_node_part (call, i), &term, error)) {
    return FALSE;
  }
  *out = dk_term_number (&term);
  return TRUE;
}

gboolean
dk_run_truth (DkRun *run, const DkNode *call, guint i, gboolean *out, GError **error)
{
  g_auto (DkTerm) term = { 0 };

  if (!dk_run_node (run, dk_node_part (call, i), &term, error)) {
    return FALSE;
  }
  *out = get_truth (&term);
  return TRUE;
}

gboolean
dk_run_text (DkRun *run, const DkNode *call, guint i, DkTerm *out, GError **error)
{
  if (!dk_run_node (run, dk_node_part (call, i), out, error)) {
    return FALSE;
  }
  hold_text (out);
  return TRUE;
}

GPtrArray *
dk_run_rows (DkRun *run, const DkNode *rows)
{
  const DkExpressionWorld *world = run->world;
  GPtrArray *texts = world->rows != NULL ? world->rows (world->data, rows->text) : NULL;

  if (texts == NULL) {
    texts = g_ptr_array_new_with_free_func (g_free);
    g_ptr_array_add (texts,
                     world->field != NULL ? world->field (world->data, rows->text) : NULL);
  }
  return texts;
}

/* Two times are compared as such if both are: dateTimes as moments, a date and a dateTime as days,
 * times of day by the clock. */
static gboolean
compare_moments (const char *left, const char *right, int *order)
{
  if (!g_ascii_isdigit (*left) || !g_ascii_isdigit (*right)) {
    return FALSE;
  }
  DkMomentText a = dk_moment_read (left);
  DkMomentText b = dk_moment_read (right);
  if (a.kind == DK_MOMENT_NONE || b.kind == DK_MOMENT_NONE
      || (a.kind == DK_MOMENT_CLOCK) != (b.kind == DK_MOMENT_CLOCK)) {
    return FALSE;
  }
  gint64 difference = a.days - b.days;
  if (a.kind == DK_MOMENT_CLOCK) {
    difference = a.clock_ms - b.clock_ms;
  } else if (a.kind == DK_MOMENT_DATE_TIME && b.kind == DK_MOMENT_DATE_TIME) {
    difference = a.utc_ms - b.utc_ms;
  }
  *order = difference < 0 ? -1 : difference > 0;
  return TRUE;
}

static gboolean
is_filled_text (const DkTerm *term)
{
  return term->kind == DK_VALUE_TEXT && *term->text != '\0';
}

static gboolean
is_equal (const DkNode *node, const DkTerm *left, const DkTerm *right)
{
  int order = 0;

  if (left->kind == DK_VALUE_BOOLEAN || right->kind == DK_VALUE_BOOLEAN) {
    return (get_truth (left) != FALSE) == (get_truth (right) != FALSE);
  }
  if (left->kind == DK_VALUE_NUMBER || right->kind == DK_VALUE_NUMBER
      || (node->of_numbers && is_filled_text (left) && is_filled_text (right))) {
    return dk_term_number (left) == dk_term_number (right);
  }
  return strcmp (left->text, right->text) == 0
         || (compare_moments (left->text, right->text, &order) && order == 0);
}

/* With NaN on a side nothing holds, so that the order cannot be told as one number. */
static gboolean
holds_order (DkOperator operation, const DkTerm *left, const DkTerm *right)
{
  int order = 0;
  double a = 0;
  double b = 0;

  if (left->kind == DK_VALUE_TEXT && right->kind == DK_VALUE_TEXT
      && compare_moments (left->text, right->text, &order)) {
    a = order;
  } else {
    a = dk_term_number (left);
    b = dk_term_number (right);
  }
  switch (operation) {
  case DK_OPERATOR_LESS:
    return a < b;
  case DK_OPERATOR_LESS_EQUAL:
    return a <= b;
  case DK_OPERATOR_GREATER:
    return a > b;
  default:
    return a >= b;
  }
}

/* Two dateTimes are as far from each other as the time that went by, also over a night in which
 * the clocks are changed. */
static double
subtract (const DkTerm *left, const DkTerm *right)
{
  if (left->kind == DK_VALUE_TEXT && right->kind == DK_VALUE_TEXT) {
    DkMomentText a = dk_moment_read (left->text);
    DkMomentText b = dk_moment_read (right->text);

    if (a.kind == DK_MOMENT_DATE_TIME && b.kind == DK_MOMENT_DATE_TIME) {
      return (double) (a.utc_ms - b.utc_ms) / 86400000.0;
    }
  }
  return dk_term_number (left) - dk_term_number (right);
}

static double
calculate (DkOperator operation, const DkTerm *left, const DkTerm *right)
{
  double a = dk_term_number (left);
  double b = dk_term_number (right);

  switch (operation) {
  case DK_OPERATOR_PLUS:
    return a + b;
  case DK_OPERATOR_MINUS:
    return subtract (left, right);
  case DK_OPERATOR_TIMES:
    return a * b;
  case DK_OPERATOR_DIV:
    return a / b;
  default:
    return fmod (a, b);
  }
}

static gboolean
run_chain (DkRun *run, const DkNode *node, DkTerm *out, GError **error)
{
  gboolean ends_with = node->operation == DK_OPERATOR_OR;

  for (const DkNode *part = node->first; part != NULL; part = part->next) {
    g_auto (DkTerm) term = { 0 };

    if (!dk_run_node (run, part, &term, error)) {
      return FALSE;
    }
    if (get_truth (&term) == ends_with) {
      dk_term_set_truth (out, ends_with);
      return TRUE;
    }
  }
  dk_term_set_truth (out, !ends_with);
  return TRUE;
}

static gboolean
run_operator (DkRun *run, const DkNode *node, DkTerm *out, GError **error)
{
  g_auto (DkTerm) left = { 0 };
  g_auto (DkTerm) right = { 0 };

  if (node->operation <= DK_OPERATOR_AND) {
    return run_chain (run, node, out, error);
  }
  if (!dk_run_node (run, node->first, &left, error)
      || !dk_run_node (run, node->first->next, &right, error)) {
    return FALSE;
  }
  if (node->operation <= DK_OPERATOR_NOT_EQUAL) {
    gboolean equal = is_equal (node, &left, &right);
    dk_term_set_truth (out, equal == (node->operation == DK_OPERATOR_EQUAL));
  } else if (node->operation <= DK_OPERATOR_GREATER_EQUAL) {
    dk_term_set_truth (out, holds_order (node->operation, &left, &right));
  } else {
    dk_term_set_number (out, calculate (node->operation, &left, &right));
  }
  return TRUE;
}

static gboolean
run_word (DkRun *run, const DkNode *node, DkTerm *out, GError **error)
{
  const DkExpressionWorld *world = run->world;
  char *(*ask) (gpointer, const char *)
      = node->kind == DK_NODE_COLUMN ? world->column : world->field;

  dk_term_take_text (out, ask != NULL ? ask (world->data, node->text) : NULL);
  return dk_run_charge (run, strlen (out->text), error);
}

static gboolean
run_leaf (DkRun *run, const DkNode *node, DkTerm *out, GError **error)
{
  switch (node->kind) {
  case DK_NODE_TEXT:
    dk_term_set_text (out, node->text);
    return TRUE;
  case DK_NODE_NUMBER:
    dk_term_set_number (out, node->number);
    return TRUE;
  case DK_NODE_CURRENT:
    dk_term_set_text (out, run->world->current);
    return dk_run_charge (run, strlen (out->text), error);
  case DK_NODE_PARENT:
    dk_term_set_number (out, run->world->row);
    return TRUE;
  default:
    return run_word (run, node, out, error);
  }
}

gboolean
dk_run_node (DkRun *run, const DkNode *node, DkTerm *out, GError **error)
{
  double number = 0;
  gboolean ok = FALSE;

  switch (node->kind) {
  case DK_NODE_CALL:
    ok = node->function->call (run, node, out, error);
    break;
  case DK_NODE_OPERATOR:
    ok = run_operator (run, node, out, error);
    break;
  case DK_NODE_MINUS:
    ok = dk_run_number (run, node, 0, &number, error);
    if (ok) {
      dk_term_set_number (out, -number);
    }
    break;
  default:
    ok = run_leaf (run, node, out, error);
    break;
  }
  if (!ok) {
    dk_term_clear (out);
  }
  return ok;
}

gboolean
dk_expression_evaluate (const DkExpression *expression, const DkExpressionWorld *world,
                        DkValue *out, GError **error)
{
  g_return_val_if_fail (expression != NULL && out != NULL, FALSE);
  static const DkExpressionWorld nothing = { 0 };
  DkRun run = { .world = world != NULL ? world : &nothing,
                .work_left = DK_EXPRESSION_WORK_BYTES };
  g_auto (DkTerm) term = { 0 };

  if (!dk_run_node (&run, expression->root, &term, error)) {
    return FALSE;
  }
  *out = (DkValue){ .kind = term.kind, .number = term.number, .truth = term.truth };
  if (term.kind == DK_VALUE_TEXT) {
    out->text = term.owned != NULL ? g_steal_pointer (&term.owned) : g_strdup (term.text);
  }
  return TRUE;
}

static DkTerm
borrow_value (const DkValue *value)
{
  return (DkTerm){ .kind = value->kind,
                   .number = value->number,
                   .truth = value->truth,
                   .text = value->text != NULL ? value->text : "" };
}

char *
dk_value_to_text (const DkValue *value)
{
  g_return_val_if_fail (value != NULL, NULL);
  DkTerm term = borrow_value (value);

  hold_text (&term);
  return term.owned != NULL ? term.owned : g_strdup (term.text);
}

gboolean
dk_value_to_truth (const DkValue *value)
{
  g_return_val_if_fail (value != NULL, FALSE);
  DkTerm term = borrow_value (value);

  return get_truth (&term) != FALSE;
}

void
dk_value_clear (DkValue *value)
{
  if (value != NULL) {
    g_clear_pointer (&value->text, g_free);
  }
}
