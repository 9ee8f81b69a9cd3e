/* SPDX-License-Identifier: MIT */
/* Tickets that another one asks for once it is final: a key that was released must be renewed. They
 * are saved in the same transaction, so that none is forgotten, whenever the program ends. */
#include <string.h>

#include "app/base/text.h"
#include "app/store/content-store.h"
#include "app/store/form-world.h"
#include "app/store/ledger.h"
#include "app/store/store-private.h"
#include "app/store/ticket-answers.h"
#include "app/store/ticket-private.h"

/* A note has an end, and it must not keep the ticket from being saved. */
#define PROBLEMS_CHARACTERS 2000

/* Not needed for the ticket itself, so that what goes wrong with it is told and stops nothing. */
static gboolean
is_of_form (const GError *error)
{
  return g_error_matches (error, DK_ERROR, DK_ERROR_NOT_FOUND)
         || g_error_matches (error, DK_ERROR, DK_ERROR_INVALID);
}

static gboolean
note (DkStore *store, DkTicket *ticket, const char *text, const char *member, const char *number,
      GError **error)
{
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "text", text);
  if (member != NULL)
    dk_json_set_text (body, member, number);
  return dk_ticket_record (store, ticket, DK_ENTRY_TICKET_NOTE, 0, body, error);
}

/* Defaults of the form with the texts laid over them; what cannot be read is told in *problems. New
 * reference. */
static json_t *
make_answers (DkStore *store, DkForm *form, const DkFollowUp *wish, GString *problems)
{
  DkFormWorld world;
  g_autoptr (DkFormState) state = NULL;
  const char *name;
  json_t *text;

  dk_store_form_world (store, &world);
  state = dk_form_state_new (form, NULL, &world);
  json_object_foreach (wish->answers, name, text) {
    const DkField *field = dk_form_find (form, name);
    g_autoptr (GError) fault = NULL;
    g_autoptr (json_t) value
        = field != NULL && json_is_string (text)
              ? dk_form_convert (field, json_string_value (text), &fault)
              : NULL;
    if (value != NULL)
      dk_form_state_set (state, name, DK_FORM_NO_ROW, value);
    else
      g_string_append_printf (problems, " %s", fault != NULL ? fault->message : name);
  }
  return dk_form_state_draft (state);
}

static gboolean
save_final (DkStore *store, DkForm *form, const char *parent, DkTicketAnswers *prepared,
            char **number, GError **error)
{
  g_autoptr (DkTicket) child = dk_ticket_new ();
  g_autofree char *words = g_strdup_printf ("Follows from %s.", parent);

  child->number = dk_ticket_next_number (store, error);
  dk_json_set_text (prepared->body, "follows", parent);
  if (child->number == NULL
      || !dk_ticket_record_new (store, form, child, prepared->body, 0, error)
      || !dk_ticket_record (store, child, DK_ENTRY_TICKET_FINAL, 0, NULL, error)
      || !note (store, child, words, "follows", parent, error))
    return FALSE;
  *number = g_strdup (child->number);
  return TRUE;
}

static gboolean
save_draft (DkStore *store, DkForm *form, const char *parent, const json_t *answers, char **number,
            GError **error)
{
  g_autofree char *next = dk_ticket_next_number (store, error);
  g_autoptr (json_t) body = json_object ();

  if (next == NULL)
    return FALSE;
  dk_json_set_text (body, "number", next);
  dk_json_set_text (body, "form", dk_form_id (form));
  dk_json_set_text (body, "follows", parent);
  if (!dk_ledger_append (store, DK_ENTRY_NUMBER_ISSUED, next, 0, body, NULL, error)
      || !dk_draft_table_put (store, next, dk_form_id (form), answers, error))
    return FALSE;
  *number = g_steal_pointer (&next);
  return TRUE;
}

/* "Follow-up DT-A07-0043-X: Rotate the recovery key." */
static char *
describe (const char *number, const DkForm *form, const char *missing)
{
  if (missing == NULL)
    return g_strdup_printf ("Follow-up %s: %s.", number, dk_form_title (form));
  return g_strdup_printf ("Follow-up %s: %s. It is a draft, to be ended by hand: %s", number,
                          dk_form_title (form), missing);
}

static gboolean
make_one (DkStore *store, DkTicket *parent, DkForm *form, const DkFollowUp *wish, char **number,
          GError **error)
{
  g_autoptr (GString) problems = g_string_new (NULL);
  g_autoptr (json_t) answers = make_answers (store, form, wish, problems);
  g_auto (DkTicketAnswers) prepared = { 0 };
  g_autoptr (GError) fault = NULL;
  g_autofree char *words = NULL;
  g_autofree char *told = NULL;
  gboolean fits = dk_ticket_answers_prepare (store, form, NULL, answers, &prepared, &fault)
                  && dk_ticket_answers_check_final (form, &prepared, &fault);

  if (fits && problems->len == 0) {
    if (!save_final (store, form, parent->number, &prepared, number, error))
      return FALSE;
    words = describe (*number, form, NULL);
  } else {
    if (fault != NULL)
      g_string_append_printf (problems, " %s", fault->message);
    if (!save_draft (store, form, parent->number, answers, number, error))
      return FALSE;
    told = dk_text_shorten (g_strstrip (problems->str), PROBLEMS_CHARACTERS);
    words = describe (*number, form, told);
  }
  return note (store, parent, words, "follow_up", *number, error);
}

static gboolean
make_or_tell (DkStore *store, DkTicket *parent, const DkFollowUp *wish, GPtrArray *numbers,
              GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkForm) form = dk_content_store_form (store, wish->form, &fault);
  g_autofree char *words = NULL;
  char *number = NULL;

  if (form != NULL) {
    if (!make_one (store, parent, form, wish, &number, error))
      return FALSE;
    g_ptr_array_add (numbers, number);
    return TRUE;
  }
  if (!is_of_form (fault)) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  words = g_strdup_printf ("A follow-up on the form \"%s\" is due and could not be made: %s Do it "
                           "by hand.",
                           wish->form, fault->message);
  return note (store, parent, words, NULL, NULL, error);
}

static gboolean
was_wished (const GPtrArray *before, const DkFollowUp *wish)
{
  for (guint i = 0; before != NULL && i < before->len; i++) {
    const DkFollowUp *old = g_ptr_array_index (before, i);
    if (old->rule == wish->rule && strcmp (old->form, wish->form) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
dk_ticket_follow_up (DkStore *store, DkTicket *parent, DkFormState *state, const GPtrArray *before,
                     GPtrArray *numbers, GError **error)
{
  g_autoptr (GPtrArray) wishes = dk_form_state_follow_ups (state);

  for (guint i = 0; i < wishes->len; i++) {
    const DkFollowUp *wish = g_ptr_array_index (wishes, i);
    if (!was_wished (before, wish) && !make_or_tell (store, parent, wish, numbers, error))
      return FALSE;
  }
  return TRUE;
}

GPtrArray *
dk_ticket_store_follow_ups (DkStore *store, const char *number, GError **error)
{
  g_autoptr (GPtrArray) numbers = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *canonical = NULL;

  if (!dk_ticket_check_number (store, number, &canonical, error)
      || (entries = dk_ledger_of_object (store, canonical, error)) == NULL)
    return NULL;
  for (guint i = 0; i < entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    const char *follow_up = dk_json_get_text (entry->body, "follow_up");
    if (follow_up != NULL)
      g_ptr_array_add (numbers, g_strdup (follow_up));
  }
  return g_steal_pointer (&numbers);
}
