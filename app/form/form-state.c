/* SPDX-License-Identifier: MIT */
#include "app/form/state-private.h"

#include <string.h>

static const DkField *
field_at (const DkFormState *state, guint i)
{
  return g_ptr_array_index (state->form->fields, i);
}

static guint
field_count (const DkFormState *state)
{
  return state->form->fields->len;
}

static gboolean
is_end (const DkField *field)
{
  return field->type == DK_FIELD_GROUP_END || field->type == DK_FIELD_REPEAT_END;
}

static void
clear_cell (DkCell *cell)
{
  g_clear_pointer (&cell->value, json_decref);
  g_clear_pointer (&cell->choices, g_ptr_array_unref);
}

static void
add_cell (DkFormState *state, const DkField *field)
{
  DkCell cell = { .is_own_relevant = TRUE, .is_relevant = TRUE, .is_required = field->required };
  g_array_append_val (state->cells[field->index], cell);
}

guint
dk_form_state_rows_of (const DkFormState *state, const DkField *field)
{
  return state->cells[field->index] != NULL ? state->cells[field->index]->len : 0;
}

DkCell *
dk_form_state_cell (const DkFormState *state, const DkField *field, int row)
{
  guint i = field->repeat != NULL ? (guint) row : 0;
  return i < dk_form_state_rows_of (state, field)
             ? &g_array_index (state->cells[field->index], DkCell, i)
             : NULL;
}

static const DkField *
find_repeat (const DkFormState *state, const char *name)
{
  const DkField *field = dk_form_find (state->form, name);
  return field != NULL && field->type == DK_FIELD_REPEAT_BEGIN ? field : NULL;
}

guint
dk_form_state_row_count (DkFormState *state, const char *repeat)
{
  const DkField *field = find_repeat (state, repeat);
  return field != NULL ? (guint) json_array_size (state->row_strangers[field->index]) : 0;
}

/* Puts a value into its cell; TRUE if it is another one than before. */
static gboolean
put_value (DkCell *cell, const json_t *value)
{
  const json_t *given = value != NULL && !json_is_null (value) ? value : NULL;
  if (given == cell->value || (given != NULL && json_equal (given, cell->value))) {
    return FALSE;
  }
  json_t *copy = given != NULL ? json_deep_copy (given) : NULL;
  g_clear_pointer (&cell->value, json_decref);
  cell->value = copy;
  return TRUE;
}

static void
append_row (DkFormState *state, const DkField *repeat)
{
  json_array_append_new (state->row_strangers[repeat->index], json_object ());
  for (guint i = repeat->index + 1; field_at (state, i)->repeat == repeat; i++) {
    if (!is_end (field_at (state, i))) {
      add_cell (state, field_at (state, i));
    }
  }
}

static void
load_row (DkFormState *state, const DkField *repeat, int row, const json_t *object)
{
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) object, name, value) {
    const DkField *field = dk_form_find (state->form, name);
    if (field != NULL && field->repeat == repeat && dk_form_has_value (field)) {
      put_value (dk_form_state_cell (state, field, row), value);
    } else {
      json_t *strangers = json_array_get (state->row_strangers[repeat->index], (gsize) row);
      json_object_set (strangers, name, value);
    }
  }
}

static void
drop_rows (DkFormState *state, const DkField *repeat)
{
  json_array_clear (state->row_strangers[repeat->index]);
  for (guint i = repeat->index + 1; field_at (state, i)->repeat == repeat; i++) {
    if (!is_end (field_at (state, i))) {
      g_array_set_size (state->cells[i], 0);
    }
  }
}

/* What is no list of rows stays as it is, for the check to name. */
static void
load_rows (DkFormState *state, const DkField *repeat, const json_t *value)
{
  DkCell *cell = dk_form_state_cell (state, repeat, DK_FORM_NO_ROW);
  gboolean is_empty = value == NULL || json_is_null (value);
  drop_rows (state, repeat);
  put_value (cell, NULL);
  if (!is_empty && dk_form_check_value (repeat, value) != NULL) {
    put_value (cell, value);
    return;
  }
  for (gsize i = 0; !is_empty && i < json_array_size (value); i++) {
    append_row (state, repeat);
    load_row (state, repeat, (int) i, json_array_get (value, i));
  }
}

static void
load_answers (DkFormState *state, const json_t *answers)
{
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) answers, name, value) {
    const DkField *field = dk_form_find (state->form, name);
    if (field != NULL && field->repeat == NULL && field->type == DK_FIELD_REPEAT_BEGIN) {
      load_rows (state, field, value);
    } else if (field != NULL && field->repeat == NULL && dk_form_has_value (field)) {
      put_value (dk_form_state_cell (state, field, DK_FORM_NO_ROW), value);
    } else {
      json_object_set (state->strangers, name, value);
    }
  }
}

gboolean
dk_form_has_computed_default (const DkForm *form, const DkField *field)
{
  return form->logic[field->index].expressions[DK_LOGIC_DEFAULT] != NULL;
}

static gboolean
has_computed_default (const DkFormState *state, const DkField *field)
{
  return dk_form_has_computed_default (state->form, field);
}

static void
put_fixed_default (DkFormState *state, const DkField *field, int row)
{
  if (field->default_value == NULL || has_computed_default (state, field)) {
    return;
  }
  g_autoptr (json_t) value = dk_form_convert (field, field->default_value, NULL);
  put_value (dk_form_state_cell (state, field, row), value);
}

static void
mark_own (DkFormState *state, const DkField *field, int row)
{
  dk_form_state_mark (state, field->index,
                      DK_LOGIC_BIT (DK_LOGIC_REQUIRED) | DK_LOGIC_BIT (DK_LOGIC_FILTER)
                          | DK_LOGIC_BIT (DK_LOGIC_CONSTRAINT),
                      row);
}

static void
put_computed_default (DkFormState *state, const DkField *field, int row)
{
  g_auto (DkValue) result = { 0 };
  if (!has_computed_default (state, field)
      || !dk_form_state_evaluate (state, field, row, DK_LOGIC_DEFAULT, NULL, &result, NULL)) {
    return;
  }
  g_autoptr (json_t) value = dk_form_value_of_result (field, &result);
  if (put_value (dk_form_state_cell (state, field, row), value)) {
    mark_own (state, field, row);
    dk_form_state_mark_dependants (state, field, row);
    dk_form_state_settle (state);
  }
}

static void
forget_changes (DkFormState *state)
{
  for (guint i = 0; i < field_count (state); i++) {
    for (guint row = 0; row < dk_form_state_rows_of (state, field_at (state, i)); row++) {
      g_array_index (state->cells[i], DkCell, row).changed = 0;
    }
  }
}

static DkFormState *
make_state (DkForm *form, const DkFormWorld *world)
{
  DkFormState *state = g_new0 (DkFormState, 1);
  state->form = dk_form_ref (form);
  state->world = world != NULL ? *world : (DkFormWorld) { 0 };
  state->strangers = json_object ();
  state->cells = g_new0 (GArray *, field_count (state));
  state->row_strangers = g_new0 (json_t *, field_count (state));
  state->row_texts = g_new0 (GPtrArray *, field_count (state));
  state->dirty = g_new0 (guint, field_count (state));
  state->dirty_row = g_new0 (int, field_count (state));
  dk_form_state_begin (state);
  for (guint i = 0; i < field_count (state); i++) {
    const DkField *field = field_at (state, i);
    if (is_end (field)) {
      continue;
    }
    state->cells[i] = g_array_new (FALSE, TRUE, sizeof (DkCell));
    g_array_set_clear_func (state->cells[i], (GDestroyNotify) clear_cell);
    if (field->repeat == NULL) {
      add_cell (state, field);
    }
    if (field->type == DK_FIELD_REPEAT_BEGIN) {
      state->row_strangers[i] = json_array ();
    }
  }
  return state;
}

static void
settle_all (DkFormState *state)
{
  for (guint i = 0; i < field_count (state); i++) {
    dk_form_state_mark (state, i, DK_LOGIC_ALL, DK_FORM_NO_ROW);
  }
  dk_form_state_settle (state);
}

void
dk_form_state_refresh (DkFormState *state)
{
  g_clear_pointer (&state->unchecked, g_free);
  state->is_late = FALSE;
  dk_form_state_begin (state);
  settle_all (state);
}

static void
start_new (DkFormState *state)
{
  for (guint i = 0; i < field_count (state); i++) {
    if (field_at (state, i)->repeat == NULL) {
      put_fixed_default (state, field_at (state, i), DK_FORM_NO_ROW);
    }
  }
  settle_all (state);
  for (guint i = 0; i < field_count (state); i++) {
    if (field_at (state, i)->repeat == NULL) {
      put_computed_default (state, field_at (state, i), DK_FORM_NO_ROW);
    }
  }
}

DkFormState *
dk_form_state_new (DkForm *form, const json_t *answers, const DkFormWorld *world)
{
  g_return_val_if_fail (form != NULL, NULL);
  DkFormState *state = make_state (form, world);
  if (answers == NULL) {
    start_new (state);
  } else {
    load_answers (state, answers);
    settle_all (state);
  }
  forget_changes (state);
  return state;
}

/* Everything in the rows of a repeat, and all that reads its rows. */
static void
mark_repeat (DkFormState *state, const DkField *repeat, int row)
{
  dk_form_state_mark_dependants (state, repeat, DK_FORM_NO_ROW);
  for (guint i = repeat->index + 1; field_at (state, i)->repeat == repeat; i++) {
    const GArray *dependants = state->form->logic[i].dependants;
    dk_form_state_mark (state, i, DK_LOGIC_ALL, row);
    g_clear_pointer (&state->row_texts[i], g_ptr_array_unref);
    for (guint k = 0; dependants != NULL && k < dependants->len; k++) {
      const DkDependant *dependant = &g_array_index (dependants, DkDependant, k);
      if (dependant->of_all_rows) {
        dk_form_state_mark (state, dependant->field, dependant->kinds, DK_FORM_NO_ROW);
      }
    }
  }
  dk_form_state_cell (state, repeat, DK_FORM_NO_ROW)->changed |= DK_FORM_CHANGED_ROWS;
}

void
dk_form_state_set (DkFormState *state, const char *name, int row, const json_t *value)
{
  const DkField *field = dk_form_find (state->form, name);
  dk_form_state_begin (state);
  if (field != NULL && field->type == DK_FIELD_REPEAT_BEGIN) {
    load_rows (state, field, value);
    mark_repeat (state, field, DK_FORM_NO_ROW);
    dk_form_state_settle (state);
    return;
  }
  DkCell *cell = field != NULL ? dk_form_state_cell (state, field, row) : NULL;
  if (cell == NULL || !dk_form_has_value (field) || field->has_calculation) {
    return;
  }
  int place = field->repeat != NULL ? row : DK_FORM_NO_ROW;
  if (put_value (cell, value)) {
    mark_own (state, field, place);
    dk_form_state_mark_dependants (state, field, place);
  }
  dk_form_state_settle (state);
}

int
dk_form_state_add_row (DkFormState *state, const char *repeat)
{
  const DkField *field = find_repeat (state, repeat);
  guint count = dk_form_state_row_count (state, repeat);
  if (field == NULL || count >= DK_FORM_ROWS_MAX) {
    return -1;
  }
  dk_form_state_begin (state);
  put_value (dk_form_state_cell (state, field, DK_FORM_NO_ROW), NULL);
  append_row (state, field);
  for (guint i = field->index + 1; field_at (state, i)->repeat == field; i++) {
    put_fixed_default (state, field_at (state, i), (int) count);
  }
  mark_repeat (state, field, (int) count);
  dk_form_state_settle (state);
  for (guint i = field->index + 1; field_at (state, i)->repeat == field; i++) {
    put_computed_default (state, field_at (state, i), (int) count);
  }
  return (int) count;
}

void
dk_form_state_remove_row (DkFormState *state, const char *repeat, guint row)
{
  const DkField *field = find_repeat (state, repeat);
  if (field == NULL || row >= dk_form_state_row_count (state, repeat)) {
    return;
  }
  dk_form_state_begin (state);
  json_array_remove (state->row_strangers[field->index], row);
  for (guint i = field->index + 1; field_at (state, i)->repeat == field; i++) {
    if (!is_end (field_at (state, i))) {
      g_array_remove_index (state->cells[i], row);
    }
  }
  mark_repeat (state, field, DK_FORM_NO_ROW);
  dk_form_state_settle (state);
}

static const DkCell *
find_cell (const DkFormState *state, const char *name, int row)
{
  const DkField *field = dk_form_find (state->form, name);
  return field != NULL ? dk_form_state_cell (state, field, row) : NULL;
}

const json_t *
dk_form_state_get (DkFormState *state, const char *name, int row)
{
  const DkCell *cell = find_cell (state, name, row);
  return cell != NULL ? cell->value : NULL;
}

gboolean
dk_form_state_is_relevant (DkFormState *state, const char *name, int row)
{
  const DkCell *cell = find_cell (state, name, row);
  return cell != NULL && cell->is_relevant;
}

gboolean
dk_form_state_is_required (DkFormState *state, const char *name, int row)
{
  const DkCell *cell = find_cell (state, name, row);
  return cell != NULL && cell->is_relevant && cell->is_required;
}

GArray *
dk_form_state_take_changes (DkFormState *state)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (DkFormChange));
  for (guint i = 0; i < field_count (state); i++) {
    const DkField *field = field_at (state, i);
    for (guint row = 0; row < dk_form_state_rows_of (state, field); row++) {
      DkCell *cell = &g_array_index (state->cells[i], DkCell, row);
      if (cell->changed != 0) {
        DkFormChange change = { field, field->repeat != NULL ? (int) row : DK_FORM_NO_ROW,
                                (DkFormChanges) cell->changed };
        g_array_append_val (changes, change);
        cell->changed = 0;
      }
    }
  }
  return changes;
}

void
dk_form_state_free (DkFormState *state)
{
  if (state == NULL) {
    return;
  }
  for (guint i = 0; i < field_count (state); i++) {
    g_clear_pointer (&state->cells[i], g_array_unref);
    g_clear_pointer (&state->row_strangers[i], json_decref);
    g_clear_pointer (&state->row_texts[i], g_ptr_array_unref);
  }
  json_decref (state->strangers);
  g_free (state->unchecked);
  g_free (state->cells);
  g_free (state->row_strangers);
  g_free (state->row_texts);
  g_free (state->dirty);
  g_free (state->dirty_row);
  dk_form_unref (state->form);
  g_free (state);
}
