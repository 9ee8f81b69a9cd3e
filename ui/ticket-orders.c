/* SPDX-License-Identifier: MIT */
#include <glib/gi18n.h>

#include "ui/ticket-page-private.h"

static void
on_saved (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autofree char *number = result;
  g_autofree char *done = NULL;
  g_autofree char *text = NULL;

  if (dk_page_failed (DK_PAGE (self), error)) {
    self->save_final = FALSE;
    return;
  }
  if (self->order == DK_TICKET_DID_SAVE || self->order == DK_TICKET_DID_AMEND)
    self->dirty = FALSE;
  done = dk_ticket_did_words (self->order, self->save_final, number);
  text = g_strconcat (done, self->more, NULL);
  dk_page_say (DK_PAGE (self), self->more != NULL ? GTK_MESSAGE_WARNING : GTK_MESSAGE_INFO, text);
  g_clear_pointer (&self->more, g_free);
  dk_ticket_page_refresh (self, number);
}

static void
run_order (DkTicketPage *self, DkTicketDid kind, DkKitWork work, DkTicketJob *order)
{
  self->order = kind;
  dk_kit_run (self, &(DkKitCall) { .work = work,
                                   .reply = on_saved,
                                   .data = order,
                                   .data_free = dk_ticket_job_free,
                                   .result_free = g_free });
}

/* TRUE if the form may be stored; otherwise the problems stand beside the fields. */
static gboolean
check (DkTicketPage *self)
{
  g_autofree char *more = NULL;
  g_autofree char *text = NULL;

  if (!dk_ticket_keyback_check (self->keyback))
    return FALSE;
  more = dk_form_view_check (self->form);
  if (more == NULL)
    return TRUE;
  text = g_strdup_printf (
      "%s %s",
      is_saved (self)
          ? _ ("Not stored yet: a field below needs another look. Nothing is lost.")
          : _ ("Not stored as a ticket yet: a field below needs another look. What was typed "
               "is kept as a draft; the number stays."),
      more);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING, g_strchomp (text));
  return FALSE;
}

/* Words typed into a saved ticket are stored as a change, those that do not fit or are of an
 * amendment without its reason as a line of the log. */
static void
seal_changes (DkTicketPage *self)
{
  DkKitWork work = self->amending || self->promoting ? dk_ticket_work_note_changes
                                                     : dk_ticket_work_seal_changes;

  if (!is_saved (self) || !self->dirty)
    return;
  self->dirty = FALSE;
  dk_kit_run (self, &(DkKitCall) { .work = work,
                                   .data = dk_ticket_job_new (
                                       self->view->form, self->view->number,
                                       dk_form_view_get_changes (self->form), NULL),
                                   .data_free = dk_ticket_job_free,
                                   .result_free = g_free });
}

/* A step whose words were asked for. A void ticket takes no change any more, so what is typed goes
 * before it. */
static void
do_step (GtkWidget *owner, const char *number, const char *step, const char *words)
{
  DkTicketPage *self = DK_TICKET_PAGE (owner);
  static const struct {
    const char *step;
    DkTicketDid kind;
    DkKitWork work;
  } kinds[] = { { DK_STEP_RESOLVE, DK_TICKET_DID_RESOLVE, dk_ticket_work_resolve },
                { DK_STEP_AMEND, DK_TICKET_DID_AMEND, dk_ticket_work_amend },
                { DK_STEP_VOID, DK_TICKET_DID_VOID, dk_ticket_work_void } };

  if (!is_saved (self) || !g_str_equal (self->view->number, number))
    return;
  if (g_str_equal (step, DK_STEP_VOID))
    seal_changes (self);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (step, kinds[i].step))
      run_order (self, kinds[i].kind, kinds[i].work,
                 dk_ticket_job_new (self->view->form, number,
                                      kinds[i].kind == DK_TICKET_DID_AMEND
                                          ? dk_form_view_get_changes (self->form)
                                          : NULL,
                                      words));
}

void
dk_ticket_orders_step (DkTicketPage *self, const char *step)
{
  dk_ticket_step_ask (DK_PAGE (self), self->view->number, step, do_step);
}

/* TRUE if the ticket may be finalised: asked once, a person may still finalise it unanswered. */
static gboolean
check_safety (DkTicketPage *self)
{
  g_autoptr (json_t) answers = dk_form_view_get_answers (self->form);

  if (self->safety_asked || dk_form_find (dk_form_view_get_form (self->form), "safety") == NULL
      || json_object_get (answers, "safety") != NULL)
    return TRUE;
  self->safety_asked = TRUE;
  dk_form_view_show_problem (self->form, "safety", _ ("Patient safety was not asked."));
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING,
               _ ("Patient safety was not asked. Not finalised yet; what was typed is kept. Ask "
                  "now, or press Save and finalise once more to leave it open."));
  return FALSE;
}

/* What came of it is told with more than the number. */
static void
on_ticket_saved (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  DkTicketDone *done = result;

  g_free (self->more);
  self->more = done != NULL ? g_strdup (done->more) : NULL;
  on_saved (owner, done != NULL ? g_strdup (done->number) : NULL, error);
  dk_ticket_done_free (done);
}

static void
run_saving (DkTicketPage *self, DkKitWork work, DkTicketJob *order)
{
  self->order = DK_TICKET_DID_SAVE;
  dk_kit_run (self, &(DkKitCall) { .work = work,
                                   .reply = on_ticket_saved,
                                   .data = order,
                                   .data_free = dk_ticket_job_free,
                                   .result_free = dk_ticket_done_free });
}

/* The answers that do not apply go along: the store keeps them beside the ticket. */
static void
save_new (DkTicketPage *self, gboolean final)
{
  DkTicketJob *job
      = dk_ticket_job_new (dk_form_view_get_form (self->form),
                           dk_draft_keeper_number (self->keeper),
                           dk_form_view_get_draft (self->form), NULL);

  dk_draft_keeper_seal (self->keeper);
  dk_ticket_keyback_seal (self->keyback);
  job->final = final;
  job->written_by = dk_ticket_keyback_writer (self->keyback);
  job->written_ms = dk_ticket_keyback_written_ms (self->keyback);
  run_saving (self, dk_ticket_work_save, job);
}

void
dk_ticket_orders_save (DkTicketPage *self, gboolean final)
{
  DkTicketJob *order;

  self->save_waits = FALSE;
  if (!check (self) || (final && !self->amending && !check_safety (self)))
    return;
  self->save_final = final;
  if (self->amending) {
    dk_ticket_orders_step (self, DK_STEP_AMEND);
    return;
  }
  if (is_saved (self)) {
    order = dk_ticket_job_new (self->view->form, self->view->number,
                                 dk_form_view_get_changes (self->form), NULL);
    order->final = final;
    if (self->promoting)
      run_order (self, DK_TICKET_DID_SAVE, dk_ticket_work_promote, order);
    else
      run_saving (self, dk_ticket_work_change, order);
    return;
  }
  if (dk_draft_keeper_number (self->keeper) == NULL)
    self->save_waits = dk_draft_keeper_is_begun (self->keeper);
  else
    save_new (self, final);
}

static DkTicketJob *
take_note (DkTicketPage *self)
{
  gboolean lead_only = FALSE;
  g_autofree char *text = dk_note_entry_take (self->note, &lead_only);
  DkTicketJob *order = dk_ticket_job_new (NULL, self->view->number, NULL, text);

  order->lead_only = lead_only;
  return order;
}

static void
on_noted (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autofree char *number = result;
  g_autofree char *words = NULL;

  dk_note_entry_settle (self->note, error == NULL);
  if (dk_page_failed (DK_PAGE (self), error))
    return;
  words = dk_ticket_did_words (DK_TICKET_DID_NOTE, FALSE, number);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, words);
  dk_ticket_page_refresh (self, number);
}

void
dk_ticket_orders_note (DkTicketPage *self)
{
  if (is_saved (self))
    dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_note,
                                     .reply = on_noted,
                                     .data = take_note (self),
                                     .data_free = dk_ticket_job_free,
                                     .result_free = g_free });
}

static void
on_taken_over (gpointer owner, gpointer result, const GError *error)
{
  g_autofree char *number = result;

  if (!dk_page_failed (DK_PAGE (owner), error))
    dk_ticket_page_load (owner, number);
}

void
dk_ticket_orders_take_over (DkTicketPage *self)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_take_over,
                                   .reply = on_taken_over,
                                   .data = g_strdup (self->view->number),
                                   .data_free = g_free,
                                   .result_free = g_free });
}

/* Leaving and locking lose nothing: a line of the log is stored as itself, words for a step with
 * the ticket. */
void
dk_ticket_orders_seal (DkPage *page)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);

  if (!is_saved (self) && !is_foreign (self))
    dk_draft_keeper_seal (self->keeper);
  dk_ticket_keyback_seal (self->keyback);
  dk_ticket_step_seal (page);
  if (is_saved (self) && dk_note_entry_has_words (self->note))
    dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_note,
                                     .data = take_note (self),
                                     .data_free = dk_ticket_job_free,
                                     .result_free = g_free });
  seal_changes (self);
}
