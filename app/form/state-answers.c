/* SPDX-License-Identifier: MIT */
#include "app/form/state-private.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/model/ticket.h"

#define CHOICES_NAMED 12u
#define CHOICE_CHARACTERS 40u
#define FOLLOW_UP_BYTES_MAX (1u << 20) /* texts of all that follow from one ticket */

typedef enum { KEEP_ALL, KEEP_APPLYING, KEEP_LEFT_OUT } Keep;

static const DkField *
field_at (const DkFormState *state, guint i)
{
  return g_ptr_array_index (state->form->fields, i);
}

static gboolean
is_kept (const DkField *field, const DkCell *cell, Keep keep)
{
  if (cell->value == NULL) {
    return FALSE;
  }
  switch (keep) {
  case KEEP_ALL:
    return TRUE;
  case KEEP_APPLYING:
    return cell->is_relevant;
  case KEEP_LEFT_OUT:
    return !cell->is_relevant && !field->has_calculation;
  }
  return FALSE;
}

static json_t *
collect_row (const DkFormState *state, const DkField *repeat, guint row, Keep keep)
{
  json_t *object = json_object ();
  for (guint i = repeat->index + 1; field_at (state, i)->repeat == repeat; i++) {
    const DkField *field = field_at (state, i);
    const DkCell *cell = dk_form_state_cell (state, field, (int) row);
    if (cell != NULL && is_kept (field, cell, keep)) {
      json_object_set (object, field->name, cell->value);
    }
  }
  if (keep != KEEP_LEFT_OUT) {
    json_object_update_missing (object,
                                json_array_get (state->row_strangers[repeat->index], row));
  }
  return object;
}

/* Rows of a repeat; NULL if nothing of them is kept. What is left out keeps its row number. */
static json_t *
collect_rows (const DkFormState *state, const DkField *repeat, Keep keep)
{
  g_autoptr (json_t) rows = json_array ();
  gboolean is_worth = FALSE;
  for (guint row = 0; row < json_array_size (state->row_strangers[repeat->index]); row++) {
    json_t *object = collect_row (state, repeat, row, keep);
    is_worth = is_worth || keep != KEEP_LEFT_OUT || json_object_size (object) > 0;
    json_array_append_new (rows, object);
  }
  return is_worth ? g_steal_pointer (&rows) : NULL;
}

static json_t *
collect (const DkFormState *state, Keep keep)
{
  json_t *answers = json_object ();
  for (guint i = 0; i < state->form->fields->len; i++) {
    const DkField *field = field_at (state, i);
    const DkCell *cell = dk_form_state_cell (state, field, DK_FORM_NO_ROW);
    if (field->repeat != NULL || cell == NULL) {
      continue;
    }
    if (is_kept (field, cell, keep)) {
      json_object_set (answers, field->name, cell->value);
    } else if (field->type == DK_FIELD_REPEAT_BEGIN
               && (cell->is_relevant || keep != KEEP_APPLYING)) {
      json_t *rows = collect_rows (state, field, keep);
      if (rows != NULL) {
        json_object_set_new (answers, field->name, rows);
      }
    }
  }
  if (keep != KEEP_LEFT_OUT) {
    json_object_update_missing (answers, state->strangers);
  }
  return answers;
}

json_t *
dk_form_state_draft (DkFormState *state)
{
  return collect (state, KEEP_ALL);
}

json_t *
dk_form_state_answers (DkFormState *state)
{
  return collect (state, KEEP_APPLYING);
}

json_t *
dk_form_state_left_out (DkFormState *state)
{
  g_autoptr (json_t) answers = collect (state, KEEP_LEFT_OUT);
  return json_object_size (answers) > 0 ? g_steal_pointer (&answers) : NULL;
}

static gboolean
is_offered (DkFormState *state, const DkField *field, int row, const char *name)
{
  const GPtrArray *choices = dk_form_state_offered (state, field, row);
  for (guint i = 0; i < choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (choices, i);
    if (g_strcmp0 (choice->name, name) == 0) {
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
fits_the_filter (DkFormState *state, const DkField *field, int row, const json_t *value)
{
  if (state->form->logic[field->index].expressions[DK_LOGIC_FILTER] == NULL) {
    return TRUE;
  }
  if (!json_is_array (value)) {
    g_autofree char *name = dk_form_value_text (field, value);
    return is_offered (state, field, row, name);
  }
  for (gsize i = 0; i < json_array_size (value); i++) {
    if (!is_offered (state, field, row, json_string_value (json_array_get (value, i)))) {
      return FALSE;
    }
  }
  return TRUE;
}

static char *
refuse_choice (DkFormState *state, const DkField *field, int row)
{
  const GPtrArray *choices = dk_form_state_offered (state, field, row);
  g_autoptr (GString) text
      = g_string_new ("is not one of the choices for what is answered above");
  if (choices->len == 0) {
    g_string_append (text, ", which leaves none; look at the answers above");
  }
  for (guint i = 0; i < choices->len && i < CHOICES_NAMED; i++) {
    const DkChoice *choice = g_ptr_array_index (choices, i);
    g_autofree char *label = dk_text_shorten (choice->label, CHOICE_CHARACTERS);
    g_string_append_printf (text, "%s%s", i == 0 ? "; choose from " : ", ", label);
  }
  g_string_append (text, choices->len > CHOICES_NAMED ? ", ..." : "");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
judge_constraint (DkFormState *state, const DkField *field, int row, gboolean *is_unsure)
{
  g_auto (DkValue) truth = { 0 };
  g_autoptr (GError) error = NULL;
  if (state->form->logic[field->index].expressions[DK_LOGIC_CONSTRAINT] == NULL) {
    return NULL;
  }
  if (!dk_form_state_evaluate (state, field, row, DK_LOGIC_CONSTRAINT, NULL, &truth, &error)) {
    *is_unsure = TRUE;
    return g_strdup_printf ("the rule for this answer could not be checked (%s); nothing with it "
                            "becomes final",
                            error->message);
  }
  if (dk_value_to_truth (&truth)) {
    return NULL;
  }
  if (field->message_words != NULL) {
    return dk_form_state_text (state, field->message_words, row);
  }
  return g_strdup (field->constraint_message != NULL ? field->constraint_message
                                                     : "does not fit the rule of this form");
}

/* What is wrong with the value of a cell; NULL if it fits. *is_unsure (may be NULL) is TRUE if the
 * rule could not be checked, which blocks nothing. New string. */
static char *
judge (DkFormState *state, const DkField *field, int row, gboolean *is_unsure)
{
  const DkCell *cell = dk_form_state_cell (state, field, row);
  gboolean unused = FALSE;
  if (cell == NULL || (cell->value == NULL || dk_form_is_missing (field, cell->value))) {
    return NULL;
  }
  const char *message = dk_form_check_value (field, cell->value);
  if (message != NULL) {
    return g_strdup (message);
  }
  if (!fits_the_filter (state, field, row, cell->value)) {
    return refuse_choice (state, field, row);
  }
  return judge_constraint (state, field, row, is_unsure != NULL ? is_unsure : &unused);
}

char *
dk_form_state_problem (DkFormState *state, const char *name, int row)
{
  const DkField *field = dk_form_find (state->form, name);
  dk_form_state_begin (state);
  return field != NULL ? judge (state, field, row, NULL) : NULL;
}

static void
check_cell (DkFormState *state, const DkField *field, int row, GPtrArray *problems)
{
  const DkCell *cell = dk_form_state_cell (state, field, row);
  int place = field->repeat != NULL ? row : DK_FORM_NO_ROW;
  if (!cell->is_relevant) {
    return;
  }
  if (dk_form_is_missing (field, cell->value)) {
    if (cell->is_required) {
      dk_form_add_problem (problems, field->name, place,
                           field->type == DK_FIELD_ACKNOWLEDGE ? "must be ticked"
                                                               : "must be filled in");
    }
    return;
  }
  gboolean is_unsure = FALSE;
  g_autofree char *message = judge (state, field, row, &is_unsure);
  if (message != NULL && !is_unsure) {
    dk_form_add_problem (problems, field->name, place, message);
  }
}

static void
check_strangers (const json_t *strangers, int row, GPtrArray *problems)
{
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) strangers, name, value) {
    gboolean is_column = row == DK_FORM_NO_ROW && dk_ticket_is_column (name);
    if (!is_column && !json_is_null (value)) {
      dk_form_add_problem (problems, name, row, "this form has no such field");
    }
  }
}

static void
check_repeat (DkFormState *state, const DkField *repeat, GPtrArray *problems)
{
  const DkCell *cell = dk_form_state_cell (state, repeat, DK_FORM_NO_ROW);
  const json_t *strangers = state->row_strangers[repeat->index];
  if (!cell->is_relevant) {
    return;
  }
  if (cell->value != NULL) {
    dk_form_add_problem (problems, repeat->name, DK_FORM_NO_ROW,
                         dk_form_check_value (repeat, cell->value));
  } else if (repeat->required && json_array_size (strangers) == 0) {
    dk_form_add_problem (problems, repeat->name, DK_FORM_NO_ROW, "needs at least one row");
  }
  for (guint row = 0; row < json_array_size (strangers); row++) {
    for (guint i = repeat->index + 1; field_at (state, i)->repeat == repeat; i++) {
      if (dk_form_has_value (field_at (state, i))) {
        check_cell (state, field_at (state, i), (int) row, problems);
      }
    }
    check_strangers (json_array_get (strangers, row), (int) row, problems);
  }
}

GPtrArray *
dk_form_state_check (DkFormState *state)
{
  GPtrArray *problems
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_form_problem_free);
  dk_form_state_begin (state);
  for (guint i = 0; i < state->form->fields->len; i++) {
    const DkField *field = field_at (state, i);
    if (field->type == DK_FIELD_REPEAT_BEGIN) {
      check_repeat (state, field, problems);
    } else if (field->repeat == NULL && dk_form_has_value (field)) {
      check_cell (state, field, DK_FORM_NO_ROW, problems);
    }
  }
  check_strangers (state->strangers, DK_FORM_NO_ROW, problems);
  return problems;
}

typedef struct {
  DkFormState *state;
  GString *text;
  gboolean is_whole; /* one reference and nothing else: the value, not its words */
} Template;

static void
add_piece (gpointer data, const char *text, const char *name)
{
  Template *template = data;
  /* No field takes more: what is longer by one piece is refused as it would be if it were whole. */
  if (template->text->len > DK_LIMIT_FIELD_BYTES) {
    return;
  }
  if (text != NULL) {
    g_string_append (template->text, text);
    return;
  }
  const DkField *field = dk_form_find (template->state->form, name);
  const DkCell *cell = dk_form_state_cell (template->state, field, DK_FORM_NO_ROW);
  const json_t *value = cell->is_relevant ? cell->value : NULL;
  g_autofree char *words = template->is_whole ? dk_form_value_text (field, value)
                                              : dk_form_show (field, value);
  g_string_append (template->text, words);
}

static char *
fill_template (DkFormState *state, const char *text)
{
  g_autoptr (GString) filled = g_string_new (NULL);
  gsize size = strlen (text);
  gboolean is_whole = g_str_has_prefix (text, "${") && strchr (text, '}') == text + size - 1;
  Template template = { state, filled, is_whole };
  gboolean is_split = dk_form_split_template (text, add_piece, &template);
  g_assert_true (is_split);
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

void
dk_follow_up_free (DkFollowUp *follow_up)
{
  if (follow_up == NULL) {
    return;
  }
  g_free (follow_up->form);
  g_clear_pointer (&follow_up->answers, json_decref);
  g_free (follow_up);
}

static gboolean
applies (DkFormState *state, const DkFollowUpRule *rule)
{
  g_auto (DkValue) truth = { 0 };
  return rule->relevant == NULL
         || !dk_form_state_evaluate_whole (state, rule->relevant, &truth, NULL)
         || dk_value_to_truth (&truth);
}

/* What has no room any more is null, so that whoever takes the answers sees that one is missing. */
static void
fill_answers (DkFormState *state, const DkFollowUpRule *rule, gsize *room, json_t *answers)
{
  for (guint i = 0; i < rule->names->len; i++) {
    g_autofree char *text
        = *room > 0 ? fill_template (state, g_ptr_array_index (rule->texts, i)) : NULL;
    gsize size = text != NULL ? strlen (text) : 0;
    gboolean fits = text != NULL && size <= *room;
    *room = fits ? *room - size : 0;
    json_object_set_new (answers, g_ptr_array_index (rule->names, i),
                         fits ? json_string (text) : json_null ());
  }
}

GPtrArray *
dk_form_state_follow_ups (DkFormState *state)
{
  gsize room = FOLLOW_UP_BYTES_MAX;
  GPtrArray *follow_ups
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_follow_up_free);
  dk_form_state_begin (state);
  for (guint i = 0; i < state->form->follow_ups->len; i++) {
    const DkFollowUpRule *rule = g_ptr_array_index (state->form->follow_ups, i);
    if (!applies (state, rule)) {
      continue;
    }
    DkFollowUp *follow_up = g_new0 (DkFollowUp, 1);
    follow_up->rule = i;
    follow_up->form = g_strdup (rule->form);
    follow_up->answers = json_object ();
    fill_answers (state, rule, &room, follow_up->answers);
    g_ptr_array_add (follow_ups, follow_up);
  }
  return follow_ups;
}
