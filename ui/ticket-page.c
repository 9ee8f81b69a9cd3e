/* SPDX-License-Identifier: MIT */
#include "ui/ticket-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/model/number.h"
#include "ui/card.h"
#include "ui/looked-up.h"
#include "ui/ticket-page-private.h"

G_DEFINE_FINAL_TYPE (DkTicketPage, dk_ticket_page, DK_TYPE_PAGE)

/* A paper form is keyed in. */
static gboolean
is_paper (DkTicketPage *self)
{
  return self->view != NULL && self->view->paper != NULL && !is_foreign (self);
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
  dk_form_picker_hide (self->choice);
  spelled = dk_number_spell (number);
  text = g_strdup_printf (_ ("Tell the caller: %s"), spelled);
  gtk_label_set_text (self->number, number);
  gtk_label_set_text (self->spelling, text);
}

static void
show_state (DkTicketPage *self)
{
  g_autofree char *text = NULL;

  if ((is_saved (self) || self->storing) && self->dirty)
    text
        = g_strdup (self->amending ? _ ("amending, not stored yet") : _ ("changed, not saved yet"));
  else if (is_saved (self))
    text = dk_ticket_standing (self->view->ticket);
  else if (is_foreign (self))
    text = g_strdup_printf (_ ("draft of %s"), self->view->draft_of);
  else if (dk_draft_keeper_has_failed (self->keeper))
    text = g_strdup (_ ("not kept yet"));
  else if (dk_draft_keeper_is_dirty (self->keeper))
    text = g_strdup (_ ("typing…"));
  else if (is_paper (self) && !self->typed)
    text = g_strdup (_ ("paper, not keyed in yet"));
  else if (dk_draft_keeper_number (self->keeper) != NULL)
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

/* A new form with its defaults; the paper tells itself since when. */
static void
show_answers (DkTicketPage *self)
{
  g_autoptr (json_t) draft = NULL;

  dk_form_view_set_world (self->form, self->view->operator_name, self->view->patterns);
  dk_form_view_set_form (self->form, self->view->form);
  dk_form_view_set_answers (self->form, self->view->answers);
  if (!is_paper (self) || self->view->answers != NULL)
    return;
  draft = dk_form_view_get_draft (self->form);
  (void) json_object_del (draft, "happened_at");
  dk_form_view_set_answers (self->form, draft);
}

static void
show_view (DkTicketPage *self)
{
  show_answers (self);
  dk_ticket_keyback_show (self->keyback, is_paper (self) ? self->view->paper : NULL);
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
  g_clear_pointer (&self->view, dk_ticket_view_free);
  dk_draft_keeper_reset (self->keeper);
  dk_ticket_orders_reset (self);
  self->dirty = FALSE;
  self->typed = FALSE;
  self->amending = FALSE;
  self->promoting = FALSE;
  self->save_waits = FALSE;
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
  else if (is_paper (self))
    dk_ticket_keyback_focus (self->keyback);
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
  if (self->is_new) {
    dk_ticket_view_free (result);
    return;
  }
  before = g_strdup (shown_number (self));
  reset (self);
  self->view = result;
  if (g_strcmp0 (before, self->view->number) != 0)
    dk_card_clear (GTK_WIDGET (self->facts));
  dk_policy_free (self->policy);
  self->policy = g_steal_pointer (&self->view->policy);
  if (self->view->ticket == NULL && !is_foreign (self))
    dk_draft_keeper_adopt (self->keeper, self->view->number);
  self->typed = self->view->answers != NULL;
  show_view (self);
  focus_start (self);
}

static void
on_promoted_loaded (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;

  on_loaded (owner, result, error);
  if (error != NULL || self->is_new || !is_saved (self) || is_frozen (self))
    return;
  self->promoting = TRUE;
  self->dirty = TRUE;
  dk_form_view_focus (self->form);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
               _ ("Same number, nothing to retype: add what is missing, then Save."));
  show_state (self);
  dk_page_update_actions (DK_PAGE (self));
}

void
dk_ticket_page_load (DkTicketPage *self, const char *number)
{
  self->is_new = FALSE;
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_load,
                                   .reply = on_loaded,
                                   .data = g_strdup (number),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_ticket_view_free });
}

static void
show_log (DkTicketPage *self)
{
  self->log_in_sight = TRUE;
  self->amending = is_frozen (self); /* what is typed comes after what was finalised */
  dk_ticket_log_show (self->log, self->view);
  show_state (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->note), self->view->ticket->state != DK_TICKET_VOID);
  dk_page_update_actions (DK_PAGE (self));
}

/* The form stands as it is typed; the ticket and its log are as they are now. */
static void
take_log (DkTicketPage *self, DkTicketView *now)
{
  DkTicketView *view = self->view;
  DkTicketView before = *view;

  view->ticket = g_steal_pointer (&now->ticket);
  view->entries = g_steal_pointer (&now->entries);
  view->lead_notes = g_steal_pointer (&now->lead_notes);
  now->ticket = before.ticket;
  now->entries = before.entries;
  now->lead_notes = before.lead_notes;
  show_log (self);
}

/* The draft is a ticket now, and was typed on meanwhile. Takes the view. */
static void
take_ticket (DkTicketPage *self, DkTicketView *now)
{
  dk_form_unref (now->form);
  now->form = dk_form_ref (dk_form_view_get_form (self->form));
  dk_ticket_view_free (self->view);
  self->view = now;
  self->storing = FALSE;
  dk_draft_keeper_reset (self->keeper);
  dk_ticket_keyback_show (self->keyback, NULL);
  show_number (self, now->number);
  show_log (self);
}

static void
on_refreshed (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autoptr (DkTicketView) view = result;
  gboolean waits = self->save_waits;

  if (view != NULL && g_strcmp0 (view->number, shown_number (self)) != 0)
    return;
  if (view == NULL || view->ticket == NULL || !(is_saved (self) || self->storing)
      || !(self->dirty || self->latest != NULL)) {
    on_loaded (owner, g_steal_pointer (&view), error);
  } else if (is_saved (self)) {
    take_log (self, view);
  } else {
    take_ticket (self, g_steal_pointer (&view));
  }
  self->save_waits = waits && error == NULL;
  dk_ticket_orders_go_on (self);
}

void
dk_ticket_page_refresh (DkTicketPage *self, const char *number)
{
  if (g_strcmp0 (shown_number (self), number) != 0)
    return;
  self->is_new = FALSE;
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_load,
                                   .reply = on_refreshed,
                                   .data = g_strdup (number),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_ticket_view_free });
}

static void
on_new_loaded (gpointer owner, gpointer result, const GError *error)
{
  DkTicketPage *self = owner;
  g_autoptr (DkTicketView) view = result;

  if (dk_page_failed (DK_PAGE (self), error) || !self->is_new
      || dk_draft_keeper_is_begun (self->keeper))
    return;
  dk_policy_free (self->policy);
  self->policy = g_steal_pointer (&view->policy);
  dk_form_view_set_world (self->form, view->operator_name, view->patterns);
  dk_form_view_set_form (self->form, view->form);
  dk_form_view_set_editable (self->form, TRUE);
  dk_form_view_set_answers (self->form, NULL);
  show_priority (self);
  dk_form_view_focus (self->form);
}

static void
load_form (DkTicketPage *self, const char *id)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_load_new,
                                   .reply = on_new_loaded,
                                   .data = g_strdup (id),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_ticket_view_free });
}

static void
on_picked (DkFormPicker *picker, const char *id, DkTicketPage *self)
{
  if (!dk_draft_keeper_is_begun (self->keeper) && self->view == NULL)
    load_form (self, id);
}

static void
start_new (DkTicketPage *self)
{
  reset (self);
  self->is_new = TRUE;
  dk_card_clear (GTK_WIDGET (self->facts));
  if (self->policy == NULL)
    self->policy = dk_policy_new ();
  dk_ticket_keyback_show (self->keyback, NULL);
  dk_form_view_set_form (self->form, NULL);
  show_number (self, NULL);
  dk_ticket_log_show (self->log, self->view);
  show_state (self);
  show_take_over (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->note), FALSE);
  load_form (self, "");
  dk_form_picker_load (self->choice);
}

/* The number came, or what was typed is kept now. */
static void
on_told (DkPage *page)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);

  if (self->view == NULL)
    show_number (self, dk_draft_keeper_number (self->keeper));
  show_state (self);
  dk_page_update_actions (page);
  if (dk_draft_keeper_has_failed (self->keeper))
    self->save_waits = FALSE;
  if (self->save_waits && dk_draft_keeper_number (self->keeper) != NULL)
    dk_ticket_orders_save (self, self->waits_final);
}

static DkForm *
get_form (DkPage *page)
{
  return dk_form_view_get_form (DK_TICKET_PAGE (page)->form);
}

static json_t *
get_draft (DkPage *page)
{
  return dk_form_view_get_draft (DK_TICKET_PAGE (page)->form);
}

static gboolean
is_changed (DkPage *page)
{
  return dk_form_view_is_changed (DK_TICKET_PAGE (page)->form);
}

static const DkDraftSource draft_source = { get_form, get_draft, is_changed, on_told };

static void
on_edited (DkFormView *form, DkTicketPage *self)
{
  self->typed = TRUE;
  self->row_removed = FALSE;
  if (self->safety_asked)
    dk_form_view_show_problem (form, "safety", NULL);
  if (is_saved (self) || self->storing)
    self->dirty = TRUE;
  else
    dk_draft_keeper_edited (self->keeper);
  show_priority (self);
  show_state (self);
  dk_page_update_actions (DK_PAGE (self));
}

static void
on_attached (DkFormView *form, GBytes *bytes, DkTicketPage *self)
{
  dk_draft_keeper_attach (self->keeper, is_saved (self) ? self->view->number : NULL, bytes);
}

static void
undo_in_form (DkPage *page, gpointer nothing)
{
  if (DK_TICKET_PAGE (page)->row_removed)
    (void) dk_form_view_undo (DK_TICKET_PAGE (page)->form);
  else
    dk_page_say (page, GTK_MESSAGE_INFO,
                 _ ("Something else was done since, so nothing was taken back. Ctrl+Z takes back "
                    "step by step."));
}

static void
on_row_removed (DkFormView *form, const char *words, DkTicketPage *self)
{
  self->row_removed = TRUE;
  dk_page_say_with_undo (DK_PAGE (self), words, undo_in_form, NULL, NULL);
}

static void
on_rows_full (DkFormView *form, const char *words, DkTicketPage *self)
{
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING, words);
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
  if (g_str_equal (kind, "operator"))
    return;
  dk_kit_run (self, &(DkKitCall) { .work = dk_looked_up_load,
                                   .reply = show_looked_up,
                                   .data = dk_ticket_job_new (NULL, kind, NULL, id),
                                   .data_free = dk_ticket_job_free,
                                   .result_free = dk_looked_up_free });
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

static void
on_note (DkNoteEntry *entry, DkTicketPage *self)
{
  dk_ticket_orders_note (self);
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
    return saved ? self->dirty && (!is_frozen (self) || self->amending)
                 : dk_draft_keeper_is_begun (self->keeper);
  if (g_str_equal (action, "finalise"))
    return saved ? live && !is_frozen (self) && !self->promoting
                 : dk_draft_keeper_is_begun (self->keeper);
  if (g_str_equal (action, "resolve"))
    return live && !is_frozen (self) && self->view->ticket->state == DK_TICKET_OPEN;
  if (g_str_equal (action, "amend"))
    return live && is_frozen (self) && !self->amending;
  if (g_str_equal (action, "void"))
    return live;
  if (g_str_equal (action, "undo") || g_str_equal (action, "redo"))
    return *action == 'u' ? dk_form_view_can_undo (self->form)
                          : dk_form_view_can_redo (self->form);
  return g_str_equal (action, "print") && saved;
}

static void
dk_ticket_page_act (DkPage *page, const char *action)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);

  if (g_str_equal (action, "take-over"))
    dk_ticket_orders_take_over (self);
  else if (g_str_equal (action, "save"))
    dk_ticket_orders_save (self, FALSE);
  else if (g_str_equal (action, "finalise"))
    dk_ticket_orders_save (self, TRUE);
  else if (g_str_equal (action, "resolve"))
    dk_ticket_orders_step (self, DK_STEP_RESOLVE);
  else if (g_str_equal (action, "amend"))
    start_amending (self);
  else if (g_str_equal (action, "void"))
    dk_ticket_orders_step (self, DK_STEP_VOID);
  else if (g_str_equal (action, "undo") || g_str_equal (action, "redo"))
    (void) (*action == 'u' ? dk_form_view_undo (self->form) : dk_form_view_redo (self->form));
  else if (g_str_equal (action, "print"))
    dk_page_go (page, "print", self->view->number);
}

static void
load_promoted (DkTicketPage *self, const char *number)
{
  self->is_new = FALSE;
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_load_promoted,
                                   .reply = on_promoted_loaded,
                                   .data = g_strdup (number),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_ticket_view_free });
}

static void
dk_ticket_page_open (DkPage *page, const char *id)
{
  DkTicketPage *self = DK_TICKET_PAGE (page);

  dk_ticket_orders_seal (page);
  if (*id == '\0')
    start_new (self);
  else if (g_str_has_prefix (id, "promote:"))
    load_promoted (self, id + strlen ("promote:"));
  else
    dk_ticket_page_load (self, id);
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

  g_clear_pointer (&self->keeper, dk_draft_keeper_free);
  dk_ticket_orders_clear (self);
  g_clear_pointer (&self->view, dk_ticket_view_free);
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
  page_class->seal = dk_ticket_orders_seal;
  g_type_ensure (DK_TYPE_FORM_PICKER);
  g_type_ensure (DK_TYPE_FORM_VIEW);
  g_type_ensure (DK_TYPE_NOTE_ENTRY);
  g_type_ensure (DK_TYPE_TICKET_KEYBACK);
  g_type_ensure (DK_TYPE_TICKET_LOG);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/ticket-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, number);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, choice);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, state);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, spelling);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, priority);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, form);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, keyback);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, side);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, facts);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, log);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, note);
  gtk_widget_class_bind_template_child (widget_class, DkTicketPage, take_over);
  gtk_widget_class_bind_template_callback (widget_class, on_edited);
  gtk_widget_class_bind_template_callback (widget_class, on_attached);
  gtk_widget_class_bind_template_callback (widget_class, on_row_removed);
  gtk_widget_class_bind_template_callback (widget_class, on_rows_full);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_looked_up);
  gtk_widget_class_bind_template_callback (widget_class, on_note);
}

static void
dk_ticket_page_init (DkTicketPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->keeper = dk_draft_keeper_new (DK_PAGE (self), &draft_source);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->side), "changed",
                           G_CALLBACK (on_side_changed), self, 0);
}
