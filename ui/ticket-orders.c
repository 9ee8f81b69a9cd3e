/* SPDX-License-Identifier: MIT */
#include <glib/gi18n.h>

#include "ui/ticket-page-private.h"

/* An order on its way, shared with the kit's thread. What is typed behind it counts from what it
 * carries. */
struct DkTicketOrder {
  DkTicketDid kind;
  gboolean final;
  gboolean sealed; /* by leaving or locking */
  guint turn;      /* of the page */
  json_t *draft;   /* the form as it was sent; NULL: it was not */
  DkKitWork after; /* for what is typed behind it, if the page is left */
  gboolean stored; /* kit's thread alone */
};

/* An order for the queue. If the one before it was refused, its words are stored with this one. */
typedef struct {
  DkTicketOrder *order;
  DkKitWork work;
  DkTicketJob *job;
  DkTicketOrder *before; /* NULL: nothing is */
  DkKitWork work_refused;
  json_t *all; /* answers then */
} Parcel;

static void
clear_order (gpointer data)
{
  json_decref (((DkTicketOrder *) data)->draft);
}

static void
unref_order (gpointer order)
{
  if (order != NULL)
    g_atomic_rc_box_release_full (order, clear_order);
}

static Parcel *
new_parcel (DkTicketPage *self, DkTicketDid kind, DkKitWork work, DkTicketJob *job)
{
  Parcel *parcel = g_new0 (Parcel, 1);

  parcel->order = g_atomic_rc_box_new0 (DkTicketOrder);
  parcel->order->kind = kind;
  parcel->order->final = job->final;
  parcel->order->turn = self->turn;
  parcel->order->after = job->final || kind == DK_TICKET_DID_AMEND ? dk_ticket_work_note_changes
                                                                   : dk_ticket_work_seal_changes;
  parcel->work = work;
  parcel->job = job;
  return parcel;
}

static void
free_parcel (gpointer data)
{
  Parcel *parcel = data;

  unref_order (parcel->order);
  unref_order (parcel->before);
  dk_ticket_job_free (parcel->job);
  json_decref (parcel->all);
  g_free (parcel);
}

/* -> DkTicketDone */
static gpointer
work_parcel (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  Parcel *parcel = data;
  DkTicketDone *done;
  gpointer result;

  if (parcel->before != NULL && !parcel->before->stored) {
    parcel->work = parcel->work_refused;
    json_decref (parcel->job->answers);
    parcel->job->answers = json_incref (parcel->all);
  }
  result = parcel->work (kit, parcel->job, cancellable, error);
  if (result == NULL)
    return NULL;
  parcel->order->stored = TRUE;
  if (parcel->work == dk_ticket_work_save || parcel->work == dk_ticket_work_change)
    return result;
  done = g_new0 (DkTicketDone, 1);
  done->number = result == DK_KIT_DONE ? g_strdup (parcel->job->number) : result;
  return done;
}

/* What was refused counts again, and what was typed since. */
static void
take_form_back (DkTicketPage *self)
{
  json_decref (dk_form_view_count_from (self->form, g_steal_pointer (&self->sent_before)));
  if (is_saved (self) || self->storing)
    self->dirty = TRUE;
  else
    dk_draft_keeper_edited (self->keeper);
}

static void
settle_form (DkTicketPage *self, DkTicketOrder *order, gboolean stored)
{
  gboolean is_latest = order == self->latest;

  if (order->draft == NULL || order->turn != self->turn)
    return;
  if (is_latest)
    g_clear_pointer (&self->latest, unref_order);
  if (!stored && !order->sealed && self->storing) {
    self->storing = FALSE; /* it is a draft still */
    if (self->dirty)
      dk_draft_keeper_edited (self->keeper);
    self->dirty = FALSE;
  }
  if (!stored) {
    /* What was sealed behind it has all its words. */
    if (is_latest)
      take_form_back (self);
    return;
  }
  json_decref (self->sent_before);
  self->sent_before = is_latest ? NULL : json_incref (order->draft);
  if (!order->sealed)
    self->promoting = FALSE;
}

/* They are answered in the order in which they were sent. */
static void
on_answered (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  DkTicketOrder *order = g_queue_pop_head (&self->orders);
  DkTicketDone *done = result;
  g_autofree char *words = NULL;
  g_autofree char *text = NULL;

  settle_form (self, order, error == NULL);
  if (dk_page_failed (DK_PAGE (self), error)) {
    self->save_waits = FALSE;
    dk_page_update_actions (DK_PAGE (self));
  } else if (order->sealed) {
    dk_ticket_orders_go_on (self);
  } else {
    words = dk_ticket_did_words (order->kind, order->final, done->number);
    text = g_strconcat (words, done->more, NULL);
    dk_page_say (DK_PAGE (self), done->more != NULL ? GTK_MESSAGE_WARNING : GTK_MESSAGE_INFO,
                 text);
    dk_ticket_page_refresh (self, done->number);
  }
  dk_ticket_done_free (done);
  unref_order (order);
}

/* Takes the parcel. */
static void
send_parcel (DkTicketPage *self, Parcel *parcel)
{
  g_queue_push_tail (&self->orders, g_atomic_rc_box_acquire (parcel->order));
  dk_kit_run (self, &(DkKitCall) { .work = work_parcel,
                                   .reply = on_answered,
                                   .data = parcel,
                                   .data_free = free_parcel,
                                   .result_free = dk_ticket_done_free });
}

/* The same with what is in the form: changes count from now on. */
static void
send_form (DkTicketPage *self, Parcel *parcel)
{
  json_t *draft = dk_form_view_get_draft (self->form);
  json_t *before = dk_form_view_count_from (self->form, json_incref (draft));

  parcel->order->draft = draft;
  if (self->sent_before == NULL)
    self->sent_before = before;
  else
    json_decref (before);
  unref_order (self->latest);
  self->latest = g_atomic_rc_box_acquire (parcel->order);
  self->dirty = FALSE;
  send_parcel (self, parcel);
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

/* What is on its way and what was typed behind it. */
static json_t *
get_all_changes (DkTicketPage *self)
{
  json_t *before = dk_form_view_count_from (self->form, json_incref (self->sent_before));
  json_t *all = dk_form_view_get_changes (self->form);

  json_decref (dk_form_view_count_from (self->form, before));
  return all;
}

/* Words typed into a saved ticket are stored as a change, those that do not fit or are of an
 * amendment without its reason as a line of the log. What was sent and is refused goes along; a
 * draft stays one then. */
static void
seal_changes (DkTicketPage *self)
{
  DkTicketOrder *latest = self->latest;
  DkKitWork work = self->amending || self->promoting || is_frozen (self)
                       ? dk_ticket_work_note_changes
                       : dk_ticket_work_seal_changes;
  Parcel *parcel;

  if (!(is_saved (self) || self->storing)
      || !(self->dirty || (latest != NULL && !latest->sealed)))
    return;
  parcel = new_parcel (self, DK_TICKET_DID_SAVE, latest != NULL ? latest->after : work,
                       dk_ticket_job_new (dk_form_view_get_form (self->form), shown_number (self),
                                          dk_form_view_get_changes (self->form), NULL));
  parcel->order->sealed = TRUE;
  parcel->order->after = parcel->work;
  if (latest != NULL) {
    parcel->before = g_atomic_rc_box_acquire (latest);
    parcel->work_refused = self->storing ? dk_ticket_work_keep : work;
    parcel->all
        = self->storing ? dk_form_view_get_draft (self->form) : get_all_changes (self);
  }
  send_form (self, parcel);
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
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    gboolean amends = kinds[i].kind == DK_TICKET_DID_AMEND;
    json_t *changes;
    if (!g_str_equal (step, kinds[i].step))
      continue;
    changes = amends ? dk_form_view_get_changes (self->form) : NULL;
    (amends ? send_form : send_parcel) (
        self, new_parcel (self, kinds[i].kind, kinds[i].work,
                          dk_ticket_job_new (self->view->form, number, changes, words)));
  }
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
  self->storing = TRUE;
  send_form (self, new_parcel (self, DK_TICKET_DID_SAVE, dk_ticket_work_save, job));
}

void
dk_ticket_orders_save (DkTicketPage *self, gboolean final)
{
  DkTicketJob *order;

  self->save_waits = FALSE;
  if (self->storing || self->latest != NULL) {
    self->save_waits = self->dirty || final; /* otherwise all of it is on its way */
    self->waits_final = final;
    return;
  }
  self->waits_final = final;
  if (!check (self) || (final && !self->amending && !check_safety (self)))
    return;
  if (self->amending) {
    dk_ticket_orders_step (self, DK_STEP_AMEND);
    return;
  }
  if (is_saved (self)) {
    order = dk_ticket_job_new (self->view->form, self->view->number,
                                 dk_form_view_get_changes (self->form), NULL);
    order->final = final;
    send_form (self, new_parcel (self, DK_TICKET_DID_SAVE,
                                 self->promoting ? dk_ticket_work_promote : dk_ticket_work_change,
                                 order));
    return;
  }
  if (dk_draft_keeper_number (self->keeper) == NULL)
    self->save_waits = dk_draft_keeper_is_begun (self->keeper);
  else
    save_new (self, final);
}

void
dk_ticket_orders_go_on (DkTicketPage *self)
{
  if (!self->save_waits || self->latest != NULL || !is_saved (self))
    return;
  self->save_waits = FALSE;
  if (self->dirty || (self->waits_final && !is_frozen (self)))
    dk_ticket_orders_save (self, self->waits_final);
}

void
dk_ticket_orders_reset (DkTicketPage *self)
{
  self->turn++;
  self->storing = FALSE;
  g_clear_pointer (&self->latest, unref_order);
  g_clear_pointer (&self->sent_before, json_decref);
}

void
dk_ticket_orders_clear (DkTicketPage *self)
{
  dk_ticket_orders_reset (self);
  g_queue_clear_full (&self->orders, unref_order);
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

  if (!is_saved (self) && !is_foreign (self) && !self->storing)
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
