/* SPDX-License-Identifier: MIT */
#include "app/store/ticket-answers.h"

#include <string.h>

#include "app/base/text.h"
#include "app/store/form-world.h"
#include "app/store/ticket-private.h"

void
dk_ticket_answers_clear (DkTicketAnswers *answers)
{
  g_clear_pointer (&answers->state, dk_form_state_free);
  g_clear_pointer (&answers->body, json_decref);
}

void
dk_ticket_answers_set_form (json_t *body, const DkForm *form)
{
  dk_json_set_text (body, "form", dk_form_id (form));
  dk_json_set_text (body, "form_version", dk_form_version (form));
  dk_json_set_text (body, "form_hash", dk_form_hash (form));
}

char *
dk_ticket_mask_keys (const char *text)
{
  g_autoptr (json_t) list = json_array ();

  json_array_append_new (list, dk_json_string (text));
  (void) dk_form_mask_keys (list);
  return g_strdup (json_string_value (json_array_get (list, 0)));
}

/* Every name must be a field of the form, so that a mistyped one is not kept where nobody looks. */
static gboolean
check_names (const DkForm *form, const json_t *answers, GError **error)
{
  const char *name;
  json_t *value;

  json_object_foreach ((json_t *) (guintptr) answers, name,
                       value) if (dk_form_find (form, name) == NULL)
  {
    g_autofree char *shown = dk_text_printable (name, FALSE);
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The form %s has no field \"%s\". Nothing was changed; `dkit form show %s` lists "
                 "its fields.",
                 dk_form_id (form), shown, dk_form_id (form));
    return FALSE;
  }
  return TRUE;
}

/* What nobody types into has the value that the ticket has, or that the form gives; one that the
 * form computes is computed anew anyhow. */
static gboolean
check_readonly (const DkForm *form, const DkTicket *ticket, const json_t *changes, GError **error)
{
  g_autoptr (json_t) defaults = NULL;

  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    const json_t *given
        = field->name != NULL ? json_object_get (changes, field->name) : NULL;
    g_autoptr (json_t) was
        = ticket != NULL && given != NULL ? dk_ticket_get_field (ticket, field->name) : NULL;
    if (given == NULL || !field->readonly || field->has_calculation || json_equal (given, was)
        || (was == NULL && dk_form_has_computed_default (form, field)))
      continue;
    if (defaults == NULL)
      defaults = dk_form_defaults (form);
    if (json_is_null (given) ? was == NULL
                             : json_equal (given, json_object_get (defaults, field->name)))
      continue;
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s: is read only, and nobody types into it; its value comes with the form %s. "
                 "Nothing was changed.",
                 field->label, dk_form_id (form));
    return FALSE;
  }
  return TRUE;
}

/* A ticket always has a time, so that it can be corrected but not taken away. */
static gboolean
check_happened (const DkTicket *ticket, const json_t *changes, GError **error)
{
  const json_t *value = json_object_get (changes, "happened_at");
  gint64 ms = 0;

  if (json_is_null (value) && ticket != NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s: happened_at cannot be left empty; give the right time instead. Nothing was "
                 "changed.",
                 ticket->number);
    return FALSE;
  }
  return !json_is_string (value)
         || !dk_time_parse (json_string_value (value), "happened_at", &ms, NULL)
         || dk_ticket_check_time ("happened_at", ms, error);
}

/* The ticket's fields with `changes` laid over them. */
static json_t *
merge (const DkForm *form, const DkTicket *ticket, const json_t *changes)
{
  json_t *merged = json_object ();

  for (guint i = 0; ticket != NULL && i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    json_t *value = field->name != NULL ? dk_ticket_get_field (ticket, field->name) : NULL;
    if (value != NULL)
      json_object_set_new (merged, field->name, value);
  }
  if (changes != NULL)
    json_object_update (merged, (json_t *) (guintptr) changes);
  return merged;
}

/* Words that were erased cannot fit any rule, and the ticket must go on all the same. Whoever types
 * the same words is not excused by that: what is changed now must fit. */
static gboolean
is_erased (const DkTicket *ticket, const json_t *changes, const DkFormProblem *problem)
{
  g_autoptr (json_t) value
      = ticket != NULL && problem->row == DK_FORM_NO_ROW
                && json_object_get (changes, problem->field) == NULL
            ? dk_ticket_get_field (ticket, problem->field)
            : NULL;

  return g_strcmp0 (json_string_value (value), DK_TICKET_STAND_IN) == 0;
}

/* Rules that were not looked at ask for nothing: a gate would stand open. */
static gboolean
check_in_time (const DkForm *form, const DkFormState *state, GError **error)
{
  gboolean is_late = FALSE;
  const char *why = dk_form_state_unchecked (state, &is_late);

  if (!is_late)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The rules of the form %s could not be checked in time (%s). Nothing was changed; "
               "the author of the form must simplify its rules. Until then write it as a call log, "
               "or on paper.",
               dk_form_id (form), why);
  return FALSE;
}

gboolean
dk_ticket_answers_check_final (const DkForm *form, const DkTicketAnswers *answers, GError **error)
{
  const char *why = dk_form_state_unchecked (answers->state, NULL);

  if (why == NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "A rule of the form %s could not be checked, and without it nothing becomes final "
               "(%s). Nothing was changed; shorten that answer, or keep the ticket open. The "
               "author of the form must simplify this rule.",
               dk_form_id (form), why);
  return FALSE;
}

static gboolean
check_state (const DkForm *form, const DkTicket *ticket, const json_t *changes, DkFormState *state,
             GError **error)
{
  g_autoptr (GPtrArray) problems = dk_form_state_check (state);
  g_autofree char *text = NULL;

  if (!check_in_time (form, state, error))
    return FALSE;
  for (guint i = problems->len; i > 0; i--)
    if (is_erased (ticket, changes, g_ptr_array_index (problems, i - 1)))
      g_ptr_array_remove_index (problems, i - 1);
  if (problems->len == 0)
    return TRUE;
  text = dk_form_problems_text (form, problems);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s Nothing was changed.", text);
  return FALSE;
}

/* What the policy makes of these answers; 0 where neither impact and urgency nor safety say. */
static int
priority_of (DkStore *store, const DkTicket *ticket, const json_t *answers)
{
  int impact = (int) dk_json_get_int (answers, "impact", ticket != NULL ? ticket->impact : 0);
  int urgency = (int) dk_json_get_int (answers, "urgency", ticket != NULL ? ticket->urgency : 0);
  gboolean safety
      = dk_json_get_bool (answers, "safety", ticket != NULL ? ticket->safety : FALSE);

  if (impact >= 1 && impact <= 3 && urgency >= 1 && urgency <= 3)
    return dk_policy_priority (dk_store_policy (store), impact, urgency, safety, NULL);
  return safety ? dk_store_policy (store)->safety_floor : 0;
}

/* What is there and what was changed, and null for what the ticket had and has no more. A null that
 * clears nothing is not told, least of all for the time: left empty in a new form that means now,
 * and a null in the ledger would say that there is no time. */
static json_t *
changed_fields (const DkForm *form, const DkTicket *ticket, const json_t *changes,
                const json_t *answers)
{
  json_t *fields = json_object ();

  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    json_t *now = field->name != NULL ? json_object_get (answers, field->name) : NULL;
    g_autoptr (json_t) was
        = ticket != NULL && field->name != NULL ? dk_ticket_get_field (ticket, field->name) : NULL;
    gboolean is_given = field->name != NULL && json_object_get (changes, field->name) != NULL;
    if (field->name == NULL || field->repeat != NULL)
      continue;
    if (now != NULL && !json_is_null (now)) {
      if (is_given || was == NULL || !json_equal (was, now))
        json_object_set (fields, field->name, now);
    } else if (was != NULL && strcmp (field->name, "happened_at") != 0) {
      json_object_set_new (fields, field->name, json_null ());
    }
  }
  return fields;
}

static json_t *
make_body (DkStore *store, const DkForm *form, const DkTicket *ticket, const json_t *changes,
           DkFormState *state)
{
  g_autoptr (json_t) answers = dk_form_state_answers (state);
  json_t *left_out = dk_form_state_left_out (state);
  json_t *body = json_object ();
  int priority = priority_of (store, ticket, answers);

  json_object_set_new (body, "fields", changed_fields (form, ticket, changes, answers));
  if (priority > 0)
    json_object_set_new (body, "priority", json_integer (priority));
  /* No rule looked at what does not apply, that of recovery keys neither. */
  (void) dk_form_mask_keys (left_out);
  if (json_object_size (left_out) > 0)
    json_object_set (body, "left_out", left_out);
  json_decref (left_out);
  return body;
}

gboolean
dk_ticket_answers_prepare (DkStore *store, const DkForm *form, const DkTicket *ticket,
                           const json_t *changes, DkTicketAnswers *out, GError **error)
{
  g_autoptr (json_t) merged = merge (form, ticket, changes);
  g_auto (DkTicketAnswers) answers = { 0 };
  DkFormWorld world;

  if (!check_names (form, changes, error) || !check_readonly (form, ticket, changes, error))
    return FALSE;
  dk_store_form_world (store, &world);
  answers.state = dk_form_state_new ((DkForm *) (guintptr) form, merged, &world);
  if (!check_state (form, ticket, changes, answers.state, error)
      || !check_happened (ticket, changes, error))
    return FALSE;
  answers.body = make_body (store, form, ticket, changes, answers.state);
  *out = answers;
  memset (&answers, 0, sizeof answers);
  return TRUE;
}

GPtrArray *
dk_ticket_answers_wishes (DkStore *store, const DkForm *form, const DkTicket *ticket)
{
  g_autoptr (json_t) merged = merge (form, ticket, NULL);
  g_autoptr (DkFormState) state = NULL;
  g_autoptr (GPtrArray) wishes = NULL;
  DkFormWorld world;

  dk_store_form_world (store, &world);
  state = dk_form_state_new ((DkForm *) (guintptr) form, merged, &world);
  wishes = dk_form_state_follow_ups (state);
  if (dk_form_state_unchecked (state, NULL) != NULL)
    g_ptr_array_set_size (wishes, 0);
  return g_steal_pointer (&wishes);
}
