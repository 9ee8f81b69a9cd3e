/* SPDX-License-Identifier: MIT */
/* One pass in the order of the form is enough: each row comes after all that decides about it. What
 * nothing follows from (required, choices, rules) is looked at in a second pass. */
#include "app/form/state-private.h"

#include "app/base/clock.h"
#include "app/base/platform.h"

#define CALL_US (G_USEC_PER_SEC / 2)

/* What an expression is evaluated for. */
typedef struct {
  DkFormState *state;
  const DkField *field; /* NULL: the form as a whole */
  int row;
  const DkChoice *choice;
} Scope;

static char *
read_field (gpointer data, const char *name)
{
  const Scope *scope = data;
  const DkField *target = dk_form_find (scope->state->form, name);
  const DkCell *cell
      = target != NULL ? dk_form_state_cell (scope->state, target, scope->row) : NULL;
  return cell != NULL && cell->is_relevant ? dk_form_value_text (target, cell->value) : NULL;
}

static GPtrArray *
collect_texts (DkFormState *state, const DkField *target)
{
  gboolean is_repeat = target->type == DK_FIELD_REPEAT_BEGIN;
  const DkField *repeat = is_repeat ? target : target->repeat;
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  guint rows = dk_form_state_cell (state, repeat, DK_FORM_NO_ROW)->is_relevant
                   ? dk_form_state_row_count (state, repeat->name)
                   : 0;
  for (guint row = 0; row < rows; row++) {
    const DkCell *cell = dk_form_state_cell (state, target, (int) row);
    if (is_repeat) {
      g_ptr_array_add (texts, g_strdup ("1"));
    } else if (cell->is_relevant) {
      g_ptr_array_add (texts, dk_form_value_text (target, cell->value));
    }
  }
  return texts;
}

/* Kept until one of them changes: each row may ask for all of them. */
static GPtrArray *
read_rows (gpointer data, const char *name)
{
  const Scope *scope = data;
  const DkField *target = dk_form_find (scope->state->form, name);
  if (target == NULL || (target->type != DK_FIELD_REPEAT_BEGIN && target->repeat == NULL)) {
    return NULL;
  }
  GPtrArray **kept = &scope->state->row_texts[target->index];
  if (*kept == NULL) {
    *kept = collect_texts (scope->state, target);
  }
  return g_ptr_array_ref (*kept);
}

static char *
read_column (gpointer data, const char *name)
{
  const Scope *scope = data;
  if (scope->choice == NULL) {
    return NULL;
  }
  if (g_str_equal (name, "name")) {
    return g_strdup (scope->choice->name);
  }
  return g_strdup (g_str_equal (name, "label")
                       ? scope->choice->label
                       : dk_json_get_text (scope->choice->columns, name));
}

static char *
read_table (gpointer data, const char *table, const char *column, const char *key_column,
            const char *key)
{
  const Scope *scope = data;
  const DkFormWorld *world = &scope->state->world;
  if (world->pull == NULL) {
    scope->state->is_pull_missing = TRUE;
    return NULL;
  }
  return world->pull (world->data, table, column, key_column, key);
}

void
dk_form_state_begin (DkFormState *state)
{
  state->deadline_us = dk_platform_thread_cpu_us () + CALL_US;
}

static gboolean
run_expression (Scope *scope, const DkExpression *expression, const char *current, DkValue *out,
                GError **error)
{
  if (dk_platform_thread_cpu_us () > scope->state->deadline_us) {
    scope->state->is_late = TRUE;
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "the rules of this form take too long");
    return FALSE;
  }
  gboolean is_in_row = scope->field != NULL && scope->field->repeat != NULL;
  const DkExpressionWorld world = {
    .field = read_field,
    .rows = read_rows,
    .column = read_column,
    .pull = read_table,
    .current = current,
    .operator_name = scope->state->world.operator_name,
    .now_ms = scope->state->now_ms,
    .data = scope,
    .row = is_in_row ? (guint) scope->row + 1 : 0,
  };
  return dk_expression_evaluate (expression, &world, out, error);
}

static gboolean
evaluate (Scope *scope, const DkExpression *expression, const char *current, DkValue *out,
          GError **error)
{
  DkFormState *state = scope->state;
  g_autoptr (GError) fault = NULL;
  if (run_expression (scope, expression, current, out, &fault)) {
    return TRUE;
  }
  if (state->unchecked == NULL) {
    state->unchecked = g_strdup_printf (
        "%s: %s", scope->field != NULL ? scope->field->name : "follow_up", fault->message);
  }
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

const char *
dk_form_state_unchecked (const DkFormState *state, gboolean *is_late)
{
  if (is_late != NULL) {
    *is_late = state->is_late;
  }
  return state->unchecked;
}

gboolean
dk_form_state_evaluate (DkFormState *state, const DkField *field, int row, DkLogicKind kind,
                        const DkChoice *choice, DkValue *out, GError **error)
{
  Scope scope = { state, field, row, choice };
  const DkExpression *expression = state->form->logic[field->index].expressions[kind];
  const DkCell *cell = dk_form_state_cell (state, field, row);
  g_autofree char *current = kind != DK_LOGIC_RELEVANT && dk_form_has_value (field)
                                 ? dk_form_value_text (field, cell->value)
                                 : NULL;
  return evaluate (&scope, expression, current, out, error);
}

gboolean
dk_form_state_evaluate_whole (DkFormState *state, const DkExpression *expression, DkValue *out,
                              GError **error)
{
  Scope scope = { state, NULL, DK_FORM_NO_ROW, NULL };
  return evaluate (&scope, expression, NULL, out, error);
}

void
dk_form_state_mark (DkFormState *state, guint field, guint kinds, int row)
{
  if (state->dirty[field] == 0) {
    state->dirty_row[field] = row;
  } else if (state->dirty_row[field] != row) {
    state->dirty_row[field] = DK_FORM_NO_ROW;
  }
  state->dirty[field] |= kinds;
}

void
dk_form_state_mark_dependants (DkFormState *state, const DkField *field, int row)
{
  const GArray *dependants = state->form->logic[field->index].dependants;
  g_clear_pointer (&state->row_texts[field->index], g_ptr_array_unref);
  for (guint i = 0; dependants != NULL && i < dependants->len; i++) {
    const DkDependant *dependant = &g_array_index (dependants, DkDependant, i);
    const DkField *target = g_ptr_array_index (state->form->fields, dependant->field);
    gboolean is_same_row
        = field->repeat != NULL && target->repeat == field->repeat && !dependant->of_all_rows;
    dk_form_state_mark (state, dependant->field, dependant->kinds,
                        is_same_row ? row : DK_FORM_NO_ROW);
  }
}

/* What cannot be evaluated is no reason to hide a field or to ask for it. */
static gboolean
ask_truth (DkFormState *state, const DkField *field, int row, DkLogicKind kind,
           const DkChoice *choice, gboolean fallback)
{
  g_auto (DkValue) value = { 0 };
  if (!dk_form_state_evaluate (state, field, row, kind, choice, &value, NULL)) {
    return fallback;
  }
  return dk_value_to_truth (&value);
}

static gboolean
has_kind (const DkFormState *state, const DkField *field, DkLogicKind kind)
{
  return state->form->logic[field->index].expressions[kind] != NULL;
}

static gboolean
settle_relevance (DkFormState *state, const DkField *field, int row, guint kinds)
{
  DkCell *cell = dk_form_state_cell (state, field, row);
  if ((kinds & DK_LOGIC_BIT (DK_LOGIC_RELEVANT)) != 0
      && has_kind (state, field, DK_LOGIC_RELEVANT)) {
    cell->is_own_relevant
        = ask_truth (state, field, row, DK_LOGIC_RELEVANT, NULL, TRUE);
  }
  const DkCell *outer = field->group != NULL ? dk_form_state_cell (state, field->group, row) : NULL;
  guint8 is_relevant = cell->is_own_relevant && (outer == NULL || outer->is_relevant);
  if (cell->is_relevant == is_relevant) {
    return FALSE;
  }
  cell->is_relevant = is_relevant;
  cell->changed |= DK_FORM_CHANGED_RELEVANT;
  return TRUE;
}

static gboolean
settle_calculation (DkFormState *state, const DkField *field, int row)
{
  DkCell *cell = dk_form_state_cell (state, field, row);
  if (!cell->is_relevant) {
    return FALSE;
  }
  g_auto (DkValue) result = { 0 };
  state->is_pull_missing = FALSE;
  gboolean is_known = dk_form_state_evaluate (state, field, row, DK_LOGIC_CALCULATION, NULL,
                                              &result, NULL);
  if (state->is_pull_missing) {
    return FALSE;
  }
  g_autoptr (json_t) value = is_known ? dk_form_value_of_result (field, &result) : NULL;
  if (value == cell->value || json_equal (value, cell->value)) {
    return FALSE;
  }
  g_clear_pointer (&cell->value, json_decref);
  cell->value = g_steal_pointer (&value);
  cell->changed |= DK_FORM_CHANGED_VALUE;
  dk_form_state_mark (state, field->index,
                      DK_LOGIC_BIT (DK_LOGIC_REQUIRED) | DK_LOGIC_BIT (DK_LOGIC_FILTER)
                          | DK_LOGIC_BIT (DK_LOGIC_CONSTRAINT),
                      row);
  return TRUE;
}

static void
settle_value (DkFormState *state, const DkField *field, int row, guint kinds)
{
  gboolean has_changed = settle_relevance (state, field, row, kinds);
  if (has_kind (state, field, DK_LOGIC_CALCULATION)) {
    has_changed = settle_calculation (state, field, row) || has_changed;
  }
  if (has_changed) {
    dk_form_state_mark_dependants (state, field, row);
  }
}

static void
settle_rest (DkFormState *state, const DkField *field, int row, guint kinds)
{
  DkCell *cell = dk_form_state_cell (state, field, row);
  if ((kinds & DK_LOGIC_BIT (DK_LOGIC_REQUIRED)) != 0
      && has_kind (state, field, DK_LOGIC_REQUIRED)) {
    guint8 is_required = (guint8) ask_truth (state, field, row, DK_LOGIC_REQUIRED, NULL, FALSE);
    cell->changed |= cell->is_required != is_required ? DK_FORM_CHANGED_REQUIRED : 0;
    cell->is_required = is_required;
  }
  if ((kinds & DK_LOGIC_BIT (DK_LOGIC_FILTER)) != 0 && has_kind (state, field, DK_LOGIC_FILTER)) {
    g_clear_pointer (&cell->choices, g_ptr_array_unref);
    cell->changed |= DK_FORM_CHANGED_CHOICES | DK_FORM_CHANGED_PROBLEM;
  }
  if ((kinds & DK_LOGIC_BIT (DK_LOGIC_CONSTRAINT)) != 0
      && has_kind (state, field, DK_LOGIC_CONSTRAINT)) {
    cell->changed |= DK_FORM_CHANGED_PROBLEM;
  }
  if ((kinds & DK_LOGIC_LABEL) != 0 && (field->label_words != NULL || field->hint_words != NULL)) {
    cell->changed |= DK_FORM_CHANGED_LABEL;
  }
}

static void
settle_field (DkFormState *state, const DkField *field, guint kinds, int row,
              void (*settle) (DkFormState *state, const DkField *field, int row, guint kinds))
{
  guint count = dk_form_state_rows_of (state, field);
  if (row != DK_FORM_NO_ROW && (guint) row < count) {
    settle (state, field, row, kinds);
    return;
  }
  for (guint i = 0; i < count; i++) {
    settle (state, field, (int) i, kinds);
  }
}

void
dk_form_state_settle (DkFormState *state)
{
  const GArray *clocks = state->form->clocks;
  gint64 now_ms = state->world.now_ms != 0 ? state->world.now_ms : dk_clock_wall_ms ();
  for (guint i = 0; now_ms != state->now_ms && i < clocks->len; i++) {
    const DkDependant *clock = &g_array_index (clocks, DkDependant, i);
    dk_form_state_mark (state, clock->field, clock->kinds, DK_FORM_NO_ROW);
  }
  state->now_ms = now_ms;
  for (guint i = 0; i < state->form->fields->len; i++) {
    guint index = state->form->order[i];
    guint kinds = state->dirty[index] & DK_LOGIC_DECIDES;
    if (kinds != 0) {
      state->dirty[index] &= ~DK_LOGIC_DECIDES;
      settle_field (state, g_ptr_array_index (state->form->fields, index), kinds,
                    state->dirty_row[index], settle_value);
    }
  }
  for (guint i = 0; i < state->form->fields->len; i++) {
    guint kinds = state->dirty[i];
    if (kinds != 0) {
      settle_field (state, g_ptr_array_index (state->form->fields, i), kinds, state->dirty_row[i],
                    settle_rest);
      state->dirty[i] = 0;
    }
  }
}

static GPtrArray *
filter_choices (DkFormState *state, const DkField *field, int row)
{
  GPtrArray *left = g_ptr_array_new ();
  for (guint i = 0; i < field->choices->len; i++) {
    DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (ask_truth (state, field, row, DK_LOGIC_FILTER, choice, TRUE)) {
      g_ptr_array_add (left, choice);
    }
  }
  return left;
}

const GPtrArray *
dk_form_state_offered (DkFormState *state, const DkField *field, int row)
{
  DkCell *cell = dk_form_state_cell (state, field, row);
  if (!has_kind (state, field, DK_LOGIC_FILTER)) {
    return field->choices;
  }
  if (cell->choices == NULL) {
    cell->choices = filter_choices (state, field, row);
  }
  return cell->choices;
}

GPtrArray *
dk_form_state_choices (DkFormState *state, const char *name, int row)
{
  const DkField *field = dk_form_find (state->form, name);
  GPtrArray *left = g_ptr_array_new ();
  if (field == NULL || field->choices == NULL || dk_form_state_cell (state, field, row) == NULL) {
    return left;
  }
  dk_form_state_begin (state);
  g_ptr_array_extend (left, (GPtrArray *) (guintptr) dk_form_state_offered (state, field, row),
                      NULL, NULL);
  return left;
}
