/* SPDX-License-Identifier: MIT */
#include "ui/ticket-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/model/number.h"
#include "ui/card.h"
#include "ui/form-view.h"
#include "ui/looked-up.h"
#include "ui/note-entry.h"
#include "ui/ticket-log.h"
#include "ui/ticket-steps.h"
#include "ui/ticket-work.h"

#define KEEP_AFTER_MS 400

typedef enum { ORDER_SAVE, ORDER_NOTE, ORDER_RESOLVE, ORDER_AMEND, ORDER_VOID } Order;

struct _DkTicketPage {
  DkPage parent_instance;
  GtkLabel *number;
  GtkComboBoxText *choice; /* of forms, while there is no number */
  GtkLabel *state;
  GtkLabel *spelling;
  GtkLabel *priority;
  DkFormView *form;
  GtkScrolledWindow *side;
  GtkBox *facts;
  DkTicketLog *log;
  DkNoteEntry *note;
  GtkButton *take_over;
  DkTicketView *view;  /* what is loaded; NULL while a new one has no number */
  char *draft_number;  /* of the draft that is typed into */
  DkPolicy *policy;
  guint keep_timer;
  gboolean begun;      /* the number was asked for */
  gboolean dirty;      /* typed since it was kept */
  gboolean amending;
  gboolean log_in_sight; /* the side is kept at the newest line of the log */
  gboolean promoting;  /* a call that becomes a full ticket when it is saved */
  gboolean save_waits; /* Save was pressed before the number came */
  gboolean save_final;
  Order order;         /* what was asked of the kit last */
  gboolean safety_asked; /* the person was told that nobody asked about patient safety */
};

G_DEFINE_FINAL_TYPE (DkTicketPage, dk_ticket_page, DK_TYPE_PAGE)

static gboolean
is_saved (DkTicketPage *self)
{
  return self->view != NULL && self->view->ticket != NULL;
}

/* The draft of a colleague is read, not typed into. */
static gboolean
is_foreign (DkTicketPage *self)
{
  return self->view != NULL && self->view->draft_of != NULL;
}

static gboolean
is_frozen (DkTicketPage *self)
{
  return is_saved (self)
         && (self->view->ticket->finalized || self->view->ticket->state == DK_TICKET_VOID);
}

static void
show_priority (DkTicketPage *self)
{
  g_autoptr (json_t) answers = dk_form_view_get_answers (self->form);
  g_autofree char *text
      = dk_ticket_priority_words (self->policy, dk_form_view_get_form (self->form), answers);

  gtk_label_set_text (self->priority, text);
}

static void
show_number (DkTicketPage *self, const char *number)
{
  g_autofree char *spelled = NULL;
  g_autofree char *text = NULL;

  if (number == NULL) {
    gtk_label_set_text (self->number, _ ("New ticket"));
    gtk_label_set_text (self->spelling, _ ("The number comes with the first key."));
    return;
  }
  gtk_widget_hide (GTK_WIDGET (self->choice));
  spelled = dk_number_spell (number);
  text = g_strdup_printf (_ ("Tell the caller: %s"), spelled);
  gtk_label_set_text (self->number, number);
  gtk_label_set_text (self->spelling, text);
}

static void
show_state (DkTicketPage *self)
{
  g_autofree char *text = NULL;

  if (is_saved (self) && self->dirty)
    text
        = g_strdup (self->amending ? _ ("amending, not stored yet") : _ ("changed, not saved yet"));
  else if (is_saved (self))
    text = dk_ticket_standing (self->view->ticket);
  else if (is_foreign (self))
    text = g_strdup_printf (_ ("draft of %s"), self->view->draft_of);
  else if (self->dirty)
    text = g_strdup (_ ("typing…"));
  else if (self->draft_number != NULL)
    text = g_strdup (_ ("draft, kept"));
  gtk_label_set_text (self->state, text != NULL ? text : "");
}

/* The log of a saved ticket is read from its newest line, facts looked up from the top. */
static void
on_side_changed (GtkAdjustment *adjustment, DkTicketPage *self)
{
  gtk_adjustment_set_value (adjustment, self->log_in_sight
                                            ? gtk_adjustment_get_upper (adjustment)
                                            : gtk_adjustment_get_lower (adjustment));
}

static void
add_facts (DkTicketPage *self, GtkWidget *card)
{
  self->log_in_sight = FALSE;
  gtk_container_add (GTK_CONTAINER (self->facts), card);
  gtk_box_reorder_child (self->facts, card, 0);
}

static void
show_take_over (DkTicketPage *self)
{
  g_autofree char *label = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->take_over), is_foreign (self));
  if (!is_foreign (self))
    return;
  label = g_strdup_printf (_ ("Take over the draft of %s"), self->view->draft_of);
  gtk_button_set_label (self->take_over, label);
}

static void
show_view (DkTicketPage *self)
{
  dk_form_view_set_form (self->form, self->view->form);
  dk_form_view_set_answers (self->form, self->view->answers);
  dk_form_view_set_editable (self->form,
                             !is_foreign (self) && (!is_frozen (self) || self->amending));
  show_number (self, self->view->number);
  self->log_in_sight = is_saved (self);
  dk_ticket_log_show (self->log, self->view);
  show_priority (self);
  show_state (self);
  show_take_over (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->note),
                            is_saved (self) && self->view->ticket->state != DK_TICKET_VOID);
  dk_page_update_actions (DK_PAGE (self));
}

static void
reset (DkTicketPage *self)
{
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  g_clear_pointer (&self->view, dk_ticket_view_free);
  g_clear_pointer (&self->draft_number, g_free);
  self->begun = FALSE;
  self->dirty = FALSE;
  self->amending = FALSE;
  self->promoting = FALSE;
  self->save_waits = FALSE;
  self->save_final = FALSE;
  self->safety_asked = FALSE;
}

/* What is stored is not to be overtyped by chance: work on it goes on in the log. */
static void
focus_start (DkTicketPage *self)
{
  if (is_saved (self) && !self->amending && gtk_widget_get_sensitive (GTK_WIDGET (self->note)))
    dk_note_entry_focus (self->note);
  else if (is_foreign (self))
    gtk_widget_grab_focus (GTK_WIDGET (self->take_over));
  else
    dk_form_view_focus (self->form);
}

static void
on_loaded (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autofree char *before = NULL;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  before = g_strdup (self->view != NULL ? self->view->number : self->draft_number);
  reset (self);
  self->view = result;
  if (g_strcmp0 (before, self->view->number) != 0)
    dk_card_clear (GTK_WIDGET (self->facts));
  dk_policy_free (self->policy);
  self->policy = g_steal_pointer (&self->view->policy);
  if (self->view->ticket == NULL && !is_foreign (self)) {
    self->draft_number = g_strdup (self->view->number);
    self->begun = TRUE;
  }
  show_view (self);
  focus_start (self);
}

static void
on_promoted_loaded (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;

  on_loaded (owner, result, error);
  if (error != NULL || !is_saved (self) || is_frozen (self))
    return;
  self->promoting = TRUE;
  self->dirty = TRUE;
  dk_form_view_focus (self->form);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
               _ ("Same number, nothing to retype: add what is missing, then Save."));
  show_state (self);
  dk_page_update_actions (DK_PAGE (self));
}

static void
load (DkTicketPage *self, const char *number)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_load,
                                   .reply = on_loaded,
                                   .data = g_strdup (number),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_ticket_view_free });
}

static void
on_form_loaded (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autoptr (DkForm) form = result;
  g_autoptr (json_t) defaults = NULL;

  if (dk_page_failed (DK_PAGE (self), error) || self->begun)
    return;
  defaults = dk_form_defaults (form);
  dk_form_view_set_form (self->form, form);
  dk_form_view_set_answers (self->form, defaults);
  show_priority (self);
  dk_form_view_focus (self->form);
}

static void
load_form (DkTicketPage *self, const char *id)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_form,
                                   .reply = on_form_loaded,
                                   .data = g_strdup (id),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_form_unref });
}

static void
on_choice (GtkComboBox *choice, DkTicketPage *self)
{
  const char *id = gtk_combo_box_get_active_id (choice);

  if (id != NULL && !self->begun && self->view == NULL)
    load_form (self, id);
}

/* A choice of one is none: the field is shown where the content brings more forms. */
static void
show_choice (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autoptr (GPtrArray) titles = result;
  guint count = 0;

  if (dk_page_failed (DK_PAGE (self), error) || self->begun || self->view != NULL)
    return;
  g_signal_handlers_block_by_func (self->choice, on_choice, self);
  gtk_combo_box_text_remove_all (self->choice);
  for (guint i = 0; i < titles->len; i++) {
    const DkFormTitle *title = titles->pdata[i];
    if (g_str_equal (title->id, DK_FORM_CALL))
      continue;
    gtk_combo_box_text_append (self->choice, title->id, title->title);
    count++;
  }
  (void) gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->choice), DK_FORM_TICKET);
  g_signal_handlers_unblock_by_func (self->choice, on_choice, self);
  gtk_widget_set_visible (GTK_WIDGET (self->choice), count > 1);
}

static void
start_new (DkTicketPage *self)
{
  reset (self);
  dk_card_clear (GTK_WIDGET (self->facts));
  if (self->policy == NULL)
    self->policy = dk_policy_new ();
  dk_form_view_set_form (self->form, NULL);
  show_number (self, NULL);
  dk_ticket_log_show (self->log, self->view);
  show_state (self);
  show_take_over (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->note), FALSE);
  load_form (self, "");
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_forms,
                                   .reply = show_choice,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
on_kept (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;

  if (error != NULL)
    self->dirty = TRUE;
  (void) dk_page_failed (DK_PAGE (self), error);
  show_state (self);
}

static void
keep_now (DkTicketPage *self)
{
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  if (!self->dirty || self->draft_number == NULL || is_saved (self))
    return;
  self->dirty = FALSE;
  dk_kit_run (self, &(DkKitCall) {
                        .work = dk_ticket_work_keep,
                        .reply = on_kept,
                        .data = dk_ticket_order_new (dk_form_view_get_form (self->form),
                                                     self->draft_number,
                                                     dk_form_view_get_answers (self->form), NULL),
                        .data_free = dk_ticket_order_free });
}

static gboolean
keep_after_pause (gpointer data)
{
  DkTicketPage *self = data;

  self->keep_timer = 0;
  keep_now (self);
  return G_SOURCE_REMOVE;
}

static void save (DkTicketPage *self, gboolean final);

static void
on_begun (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error)) {
    self->begun = FALSE;
    return;
  }
  if (self->draft_number != NULL || !self->begun) {
    g_free (result);
    return;
  }
  self->draft_number = result;
  show_number (self, self->draft_number);
  keep_now (self);
  show_state (self);
  dk_page_update_actions (DK_PAGE (self));
  if (self->save_waits)
    save (self, self->save_final);
}

static void
on_edited (DkFormView *form, DkTicketPage *self)
{
  static gpointer none[] = { NULL };
  static const GPtrArray no_problems = { none, 0 };

  self->dirty = TRUE;
  if (self->safety_asked)
    dk_form_view_show_problems (form, &no_problems);
  show_priority (self);
  show_state (self);
  dk_page_update_actions (DK_PAGE (self));
  if (is_saved (self))
    return;
  if (!self->begun) {
    self->begun = TRUE;
    dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_begin,
                                     .reply = on_begun,
                                     .data = dk_ticket_order_new (
                                         dk_form_view_get_form (form), NULL,
                                         dk_form_view_get_answers (form), NULL),
                                     .data_free = dk_ticket_order_free,
                                     .result_free = g_free });
    return;
  }
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  self->keep_timer = g_timeout_add (KEEP_AFTER_MS, keep_after_pause, self);
}

static void
show_looked_up (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  DkLookedUp *found = result;

  if (found == NULL)
    return;
  add_facts (self, dk_looked_up_card (found));
  if (dk_looked_up_callback (found) != NULL)
    (void) dk_form_view_fill (self->form, "callback", dk_looked_up_callback (found));
  dk_looked_up_free (found);
}

static void
on_looked_up (DkFormView *form, const char *kind, const char *id, DkTicketPage *self)
{
  on_edited (form, self);
  dk_kit_run (self, &(DkKitCall) { .work = dk_looked_up_load,
                                   .reply = show_looked_up,
                                   .data = dk_ticket_order_new (NULL, kind, NULL, id),
                                   .data_free = dk_ticket_order_free,
                                   .result_free = dk_looked_up_free });
}

static char *
describe_done (DkTicketPage *self, const char *number)
{
  switch (self->order) {
  case ORDER_NOTE:
    return g_strdup_printf (_ ("%s: the line is in the log, with its time and your name."), number);
  case ORDER_RESOLVE:
    return g_strdup_printf (_ ("%s is resolved. Once nothing is missing, finalise it, so that it "
                               "can be handed over."),
                            number);
  case ORDER_AMEND:
    return g_strdup_printf (_ ("%s: stored with its time and your name."), number);
  case ORDER_VOID:
    return g_strdup_printf (_ ("%s is void. Its number, its words and its log stay on the "
                               "account."),
                            number);
  default:
    return g_strdup_printf (
        self->save_final ? _ ("%s is finalised and waits for hand-over. Tell the caller the "
                              "number.")
                         : _ ("%s is stored. Tell the caller the number. Once nothing is missing, "
                              "finalise it, so that it can be handed over."),
        number);
  }
}

static void
on_saved (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autofree char *number = result;
  g_autofree char *text = NULL;

  dk_note_entry_settle (self->note, error == NULL);
  if (dk_page_failed (DK_PAGE (self), error)) {
    self->save_final = FALSE;
    return;
  }
  self->dirty = FALSE;
  text = describe_done (self, number);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, text);
  load (self, number);
}

static void
run_order (DkTicketPage *self, Order kind, DkKitWork work, DkTicketOrder *order)
{
  self->order = kind;
  dk_kit_run (self, &(DkKitCall) { .work = work,
                                   .reply = on_saved,
                                   .data = order,
                                   .data_free = dk_ticket_order_free,
                                   .result_free = g_free });
}

/* TRUE if the form may be stored; otherwise the problems stand beside the fields. */
static gboolean
check (DkTicketPage *self)
{
  g_autoptr (json_t) answers = dk_form_view_get_answers (self->form);
  g_autoptr (GPtrArray) problems = dk_form_check (dk_form_view_get_form (self->form), answers);

  dk_form_view_show_problems (self->form, problems);
  if (problems->len == 0)
    return TRUE;
  dk_page_say (
      DK_PAGE (self), GTK_MESSAGE_WARNING,
      is_saved (self)
          ? _ ("Not stored yet: a field below needs another look. Nothing is lost.")
          : _ ("Not stored as a ticket yet: a field below needs another look. What was typed "
               "is kept as a draft; the number stays."));
  return FALSE;
}

/* A step whose words were asked for. */
static void
do_step (GtkWidget *owner, const char *number, const char *step, const char *words)
{
  DkTicketPage *self = DK_TICKET_PAGE (owner);
  static const struct {
    const char *step;
    Order kind;
    DkKitWork work;
  } kinds[] = { { DK_STEP_RESOLVE, ORDER_RESOLVE, dk_ticket_work_resolve },
                { DK_STEP_AMEND, ORDER_AMEND, dk_ticket_work_amend },
                { DK_STEP_VOID, ORDER_VOID, dk_ticket_work_void } };

  if (!is_saved (self) || !g_str_equal (self->view->number, number))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (step, kinds[i].step))
      run_order (self, kinds[i].kind, kinds[i].work,
                 dk_ticket_order_new (self->view->form, number,
                                      kinds[i].kind == ORDER_AMEND
                                          ? dk_form_view_get_changes (self->form)
                                          : NULL,
                                      words));
}

static void
ask_step (DkTicketPage *self, const char *step)
{
  dk_ticket_step_ask (DK_PAGE (self), self->view->number, step, do_step);
}

/* TRUE if the ticket may be finalised: asked once, a person may still finalise it unanswered. */
static gboolean
check_safety (DkTicketPage *self)
{
  DkFormProblem problem = { (char *) "safety", (char *) _ ("Patient safety was not asked.") };
  gpointer list[] = { &problem };
  const GPtrArray problems = { list, 1 };
  g_autoptr (json_t) answers = dk_form_view_get_answers (self->form);

  if (self->safety_asked || dk_form_find (dk_form_view_get_form (self->form), "safety") == NULL
      || json_object_get (answers, "safety") != NULL)
    return TRUE;
  self->safety_asked = TRUE;
  dk_form_view_show_problems (self->form, &problems);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING,
               _ ("Patient safety was not asked. Not finalised yet; what was typed is kept. Ask "
                  "now, or press Save and finalise once more to leave it open."));
  return FALSE;
}

static void
save (DkTicketPage *self, gboolean final)
{
  DkTicketOrder *order;

  self->save_waits = FALSE;
  if (!check (self) || (final && !self->amending && !check_safety (self)))
    return;
  self->save_final = final;
  if (self->amending) {
    ask_step (self, DK_STEP_AMEND);
    return;
  }
  if (is_saved (self)) {
    order = dk_ticket_order_new (self->view->form, self->view->number,
                                 dk_form_view_get_changes (self->form), NULL);
    order->final = final;
    run_order (self, ORDER_SAVE,
               self->promoting ? dk_ticket_work_promote : dk_ticket_work_change, order);
    return;
  }
  if (self->draft_number == NULL) {
    self->save_waits = self->begun;
    return;
  }
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  order = dk_ticket_order_new (dk_form_view_get_form (self->form), self->draft_number,
                               dk_form_view_get_answers (self->form), NULL);
  order->final = final;
  run_order (self, ORDER_SAVE, dk_ticket_work_save, order);
}

static DkTicketOrder *
take_note (DkTicketPage *self)
{
  gboolean lead_only = FALSE;
  g_autofree char *text = dk_note_entry_take (self->note, &lead_only);
  DkTicketOrder *order = dk_ticket_order_new (NULL, self->view->number, NULL, text);

  order->lead_only = lead_only;
  return order;
}

static void
on_note (DkNoteEntry *entry, DkTicketPage *self)
{
  if (is_saved (self))
    run_order (self, ORDER_NOTE, dk_ticket_work_note, take_note (self));
}

static void
on_taken_over (gpointer owner, gpointer result, const GError *error)
{
  g_autofree char *number = result;

  if (!dk_page_failed (DK_PAGE (owner), error))
    load (owner, number);
}

static void
take_over (DkTicketPage *self)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_take_over,
                                   .reply = on_taken_over,
                                   .data = g_strdup (self->view->number),
                                   .data_free = g_free,
                                   .result_free = g_free });
}

static void
start_amending (DkTicketPage *self)
{
  self->amending = TRUE;
  dk_form_view_set_editable (self->form, TRUE);
  dk_form_view_focus (self->form);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
               _ ("Change what was wrong, then Save: you are asked for a reason. The finalised "
                  "ticket stays as it is."));
  show_state (self);
  dk_page_update_actions (DK_PAGE (self));
}

static gboolean
dk_ticket_page_can (DkPage *page, const char *action)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);
  gboolean saved = is_saved (self);
  gboolean live = saved && self->view->ticket->state != DK_TICKET_VOID
                  && self->view->ticket->handover != DK_HANDOVER_VERIFIED;

  if (g_str_equal (action, "take-over"))
    return is_foreign (self);
  if (g_str_equal (action, "save"))
    return saved ? self->dirty && (!is_frozen (self) || self->amending) : self->begun;
  if (g_str_equal (action, "finalise"))
    return saved ? live && !is_frozen (self) && !self->promoting : self->begun;
  if (g_str_equal (action, "resolve"))
    return live && !is_frozen (self) && self->view->ticket->state == DK_TICKET_OPEN;
  if (g_str_equal (action, "amend"))
    return live && is_frozen (self) && !self->amending;
  if (g_str_equal (action, "void"))
    return live;
  return g_str_equal (action, "print") && saved;
}

static void
dk_ticket_page_act (DkPage *page, const char *action)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);

  if (g_str_equal (action, "take-over"))
    take_over (self);
  else if (g_str_equal (action, "save"))
    save (self, FALSE);
  else if (g_str_equal (action, "finalise"))
    save (self, TRUE);
  else if (g_str_equal (action, "resolve"))
    ask_step (self, DK_STEP_RESOLVE);
  else if (g_str_equal (action, "amend"))
    start_amending (self);
  else if (g_str_equal (action, "void"))
    ask_step (self, DK_STEP_VOID);
  else if (g_str_equal (action, "print"))
    dk_page_go (page, "print", self->view->number);
}

/* Words typed into a saved ticket are stored as a change, those of an amendment without its reason
 * as a line of the log, a line of the log as itself, words for a step with the ticket: leaving
 * and locking lose nothing. */
static void
dk_ticket_page_seal (DkPage *page)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);
  DkKitWork work = self->amending || self->promoting ? dk_ticket_work_note_changes
                                                     : dk_ticket_work_change;

  keep_now (self);
  dk_ticket_step_seal (page);
  if (is_saved (self) && dk_note_entry_has_words (self->note))
    dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_note,
                                     .data = take_note (self),
                                     .data_free = dk_ticket_order_free,
                                     .result_free = g_free });
  if (!is_saved (self) || !self->dirty)
    return;
  self->dirty = FALSE;
  dk_kit_run (self, &(DkKitCall) { .work = work,
                                   .data = dk_ticket_order_new (
                                       self->view->form, self->view->number,
                                       dk_form_view_get_changes (self->form), NULL),
                                   .data_free = dk_ticket_order_free,
                                   .result_free = g_free });
}

static void
dk_ticket_page_open (DkPage *page, const char *id)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);

  dk_ticket_page_seal (page);
  if (*id == '\0')
    start_new (self);
  else if (g_str_has_prefix (id, "promote:"))
    dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_load_promoted,
                                     .reply = on_promoted_loaded,
                                     .data = g_strdup (id + strlen ("promote:")),
                                     .data_free = g_free,
                                     .result_free = (GDestroyNotify) dk_ticket_view_free });
  else
    load (self, id);
}

static void
dk_ticket_page_enter (DkPage *page)
{
  focus_start (DK_TICKET_PAGE (page));
}

static void
dk_ticket_page_dispose (GObject *object)
{
  DkTicketPage *self = DK_TICKET_PAGE (object);

  g_clear_handle_id (&self->keep_timer, g_source_remove);
  g_clear_pointer (&self->view, dk_ticket_view_free);
  g_clear_pointer (&self->draft_number, g_free);
  g_clear_pointer (&self->policy, dk_policy_free);
  G_OBJECT_CLASS (dk_ticket_page_parent_class)->dispose (object);
}

static void
dk_ticket_page_class_init (DkTicketPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_ticket_page_dispose;
  page_class->enter = dk_ticket_page_enter;
  page_class->open = dk_ticket_page_open;
  page_class->can = dk_ticket_page_can;
  page_class->act = dk_ticket_page_act;
  page_class->seal = dk_ticket_page_seal;
  g_type_ensure (DK_TYPE_FORM_VIEW);
  g_type_ensure (DK_TYPE_NOTE_ENTRY);
  g_type_ensure (DK_TYPE_TICKET_LOG);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/ticket-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, number);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, choice);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, state);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, spelling);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, priority);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, form);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, side);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, facts);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, log);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, note);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, take_over);
  gtk_widget_class_bind_template_callback (widget_class, on_edited);
  gtk_widget_class_bind_template_callback (widget_class, on_choice);
  gtk_widget_class_bind_template_callback (widget_class, on_looked_up);
  gtk_widget_class_bind_template_callback (widget_class, on_note);
}

static void
dk_ticket_page_init (DkTicketPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->side), "changed",
                           G_CALLBACK (on_side_changed), self, 0);
}
