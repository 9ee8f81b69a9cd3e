/* SPDX-License-Identifier: MIT */
#include "ui/ticket-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/model/number.h"
#include "ui/card.h"
#include "ui/form-view.h"
#include "ui/reason-dialog.h"
#include "ui/ticket-work.h"

#define KEEP_AFTER_MS 400

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
  GtkBox *log;
  GtkEntry *note;
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
  gboolean safety_asked; /* the person was told that nobody asked about patient safety */
};

G_DEFINE_FINAL_TYPE (DkTicketPage, dk_ticket_page, DK_TYPE_PAGE)

static gboolean
is_saved (DkTicketPage *self)
{
  return self->view != NULL && self->view->ticket != NULL;
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
show_log (DkTicketPage *self)
{
  gint64 now = dk_clock_wall_ms ();

  dk_card_clear (GTK_WIDGET (self->log));
  for (guint i = 0; self->view != NULL && i < self->view->entries->len; i++) {
    g_autofree char *text
        = dk_ticket_entry_text (self->view->form, self->view->entries->pdata[i], now);
    GtkWidget *label = gtk_label_new (text);
    gtk_label_set_xalign (GTK_LABEL (label), 0);
    gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
    gtk_widget_show (label);
    gtk_container_add (GTK_CONTAINER (self->log), label);
  }
}

static void
show_view (DkTicketPage *self)
{
  dk_form_view_set_form (self->form, self->view->form);
  dk_form_view_set_answers (self->form, self->view->answers);
  dk_form_view_set_editable (self->form, !is_frozen (self) || self->amending);
  show_number (self, self->view->number);
  self->log_in_sight = is_saved (self);
  show_log (self);
  show_priority (self);
  show_state (self);
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
    gtk_widget_grab_focus (GTK_WIDGET (self->note));
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
  if (self->view->ticket == NULL) {
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
  show_log (self);
  show_state (self);
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
show_contact (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autoptr (DkContact) contact = result;

  if (contact == NULL)
    return;
  add_facts (self, dk_card_new_contact (contact));
  if (contact->numbers->len > 0)
    (void) dk_form_view_fill (self->form, "callback",
                              ((DkContactNumber *) contact->numbers->pdata[0])->value);
}

static void
show_service (gpointer owner, gpointer result, const GError *error)
{
  g_autoptr (DkService) service = result;

  if (service != NULL)
    add_facts (DK_TICKET_PAGE (owner), dk_card_new_service (service));
}

static void
show_row (gpointer owner, gpointer result, const GError *error)
{
  g_autoptr (json_t) row = result;

  if (row != NULL)
    add_facts (DK_TICKET_PAGE (owner), dk_card_new_row (row));
}

static void
free_row (gpointer row)
{
  json_decref (row);
}

static void
on_looked_up (DkFormView *form, const char *kind, const char *id, DkTicketPage *self)
{
  DkKitCall call = { .data = g_strdup (id), .data_free = g_free };

  on_edited (form, self);
  if (g_str_equal (kind, "contact")) {
    call.work = dk_ticket_work_contact;
    call.reply = show_contact;
    call.result_free = (GDestroyNotify) dk_contact_free;
  } else if (g_str_equal (kind, "service")) {
    call.work = dk_ticket_work_service;
    call.reply = show_service;
    call.result_free = (GDestroyNotify) dk_service_free;
  } else {
    g_free (call.data);
    call.work = dk_ticket_work_row;
    call.reply = show_row;
    call.data = dk_ticket_order_new (NULL, kind, NULL, id);
    call.data_free = dk_ticket_order_free;
    call.result_free = free_row;
  }
  dk_kit_run (self, &call);
}

static void
on_saved (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autofree char *number = result;
  g_autofree char *text = NULL;

  if (dk_page_failed (DK_PAGE (self), error)) {
    self->save_final = FALSE;
    return;
  }
  self->dirty = FALSE;
  text = g_strdup_printf (
      is_frozen (self)    ? _ ("%s: stored with its time and your name.")
      : self->save_final ? _ ("%s is finalised and waits for hand-over. Tell the caller the "
                              "number.")
                         : _ ("%s is stored. Tell the caller the number. Once nothing is missing, "
                              "finalise it, so that it can be handed over."),
      number);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, text);
  load (self, number);
}

static void
run_order (DkTicketPage *self, DkKitWork work, DkTicketOrder *order)
{
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

static void
amend_with_reason (GtkWidget *owner, const char *reason)
{
  DkTicketPage *self = DK_TICKET_PAGE (owner);

  if (is_saved (self))
    run_order (self, dk_ticket_work_amend,
               dk_ticket_order_new (self->view->form, self->view->number,
                                    dk_form_view_get_changes (self->form), reason));
}

static void
save_amendment (DkTicketPage *self)
{
  static const DkReasonQuestion question
      = { .title = N_ ("Amend this ticket"),
          .what
          = N_ ("The ticket stays as it was finalised; the change is linked to it with your name "
                "and this reason."),
          .label = N_ ("_Reason for the change"),
          .button = N_ ("_Store amendment") };
  DkReasonQuestion shown = { _ (question.title), _ (question.what), _ (question.label),
                             _ (question.button) };

  dk_reason_dialog_ask (GTK_WIDGET (self), &shown, amend_with_reason);
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
    save_amendment (self);
    return;
  }
  if (is_saved (self)) {
    order = dk_ticket_order_new (self->view->form, self->view->number,
                                 dk_form_view_get_changes (self->form), NULL);
    order->final = final;
    run_order (self, self->promoting ? dk_ticket_work_promote : dk_ticket_work_change, order);
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
  run_order (self, dk_ticket_work_save, order);
}

static void
void_with_reason (GtkWidget *owner, const char *reason)
{
  DkTicketPage *self = DK_TICKET_PAGE (owner);

  if (is_saved (self))
    run_order (self, dk_ticket_work_void,
               dk_ticket_order_new (NULL, self->view->number, NULL, reason));
}

static void
resolve_with_words (GtkWidget *owner, const char *words)
{
  DkTicketPage *self = DK_TICKET_PAGE (owner);

  if (is_saved (self))
    run_order (self, dk_ticket_work_resolve,
               dk_ticket_order_new (self->view->form, self->view->number, NULL, words));
}

static void
ask_void (DkTicketPage *self)
{
  const DkReasonQuestion question = {
    _ ("Void this ticket"),
    _ ("The ticket is not handed over. Its number, its words and its log stay on the account."),
    _ ("_Reason for voiding it"), _ ("_Void: the number stays")
  };

  dk_reason_dialog_ask (GTK_WIDGET (self), &question, void_with_reason);
}

static void
ask_resolve (DkTicketPage *self)
{
  const DkReasonQuestion question
      = { _ ("Resolve this ticket"),
          _ ("The ticket is marked resolved now. It can still be changed until it is finalised."),
          _ ("_What solved it"), _ ("_Resolve ticket") };

  dk_reason_dialog_ask (GTK_WIDGET (self), &question, resolve_with_words);
}

static void
on_note (GtkEntry *entry, DkTicketPage *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (entry)));

  if (*text == '\0' || !is_saved (self))
    return;
  gtk_entry_set_text (entry, "");
  run_order (self, dk_ticket_work_note, dk_ticket_order_new (NULL, self->view->number, NULL, text));
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

  if (g_str_equal (action, "save"))
    save (self, FALSE);
  else if (g_str_equal (action, "finalise"))
    save (self, TRUE);
  else if (g_str_equal (action, "resolve"))
    ask_resolve (self);
  else if (g_str_equal (action, "amend"))
    start_amending (self);
  else if (g_str_equal (action, "void"))
    ask_void (self);
  else if (g_str_equal (action, "print"))
    dk_page_go (page, "print", self->view->number);
}

/* Words typed into a saved ticket are stored as a change, those of an amendment without its reason
 * as a line of the log: leaving and locking lose nothing. */
static void
dk_ticket_page_seal (DkPage *page)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);
  DkKitWork work = self->amending || self->promoting ? dk_ticket_work_note_changes
                                                     : dk_ticket_work_change;

  keep_now (self);
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
