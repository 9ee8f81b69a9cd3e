/* SPDX-License-Identifier: MIT */
#include "ui/calls-page.h"

#include <glib/gi18n.h>

#include "ui/draft-keeper.h"
#include "ui/lookup.h"
#include "ui/rows-view.h"
#include "ui/ticket-work.h"

struct _DkCallsPage {
  DkPage parent_instance;
  GtkLabel *number;
  GtkEntry *words;
  GtkEntry *caller;
  GtkEntry *location;
  GtkEntry *callback;
  GtkToggleButton *safety;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkWidget *empty;
  DkRowsView *list;
  DkForm *form;
  DkDraftKeeper *keeper; /* of the line that is typed */
  GQueue sent; /* of DkTicketJob: lines that are being stored */
  gboolean clearing;
  gboolean store_waits; /* for the number */
};

G_DEFINE_FINAL_TYPE (DkCallsPage, dk_calls_page, DK_TYPE_PAGE)

enum { COLUMN_TIME, COLUMN_NUMBER, COLUMN_CALLER, COLUMN_UNIT, COLUMN_CALLBACK, COLUMN_WORDS,
       COLUMN_STATE };

static const DkRowsColumn columns[] = {
  { N_ ("Time"), 96, FALSE },      { N_ ("Number"), 132, FALSE }, { N_ ("Caller"), 120, FALSE },
  { N_ ("Unit"), 92, FALSE },      { N_ ("Call back"), 88, FALSE }, { N_ ("Words"), 220, TRUE },
  { N_ ("State"), 104, FALSE },
};

static char *
cell_text (gpointer row, guint column)
{
  const DkTicket *ticket = row;

  switch (column) {
  case COLUMN_TIME:
    return dk_time_format_short (ticket->happened_ms != 0 ? ticket->happened_ms
                                                          : ticket->recorded_ms,
                                 dk_clock_wall_ms ());
  case COLUMN_NUMBER:
    return g_strdup (ticket->number);
  case COLUMN_CALLER:
    return g_strdup (ticket->caller);
  case COLUMN_UNIT:
    return g_strdup (ticket->location);
  case COLUMN_CALLBACK:
    return g_strdup (ticket->callback);
  case COLUMN_WORDS:
    return g_strdup_printf ("%s%s", ticket->safety ? _ ("SAFETY  ") : "",
                            ticket->summary != NULL ? ticket->summary : "");
  default:
    return g_strdup (dk_ticket_standing_word (ticket));
  }
}

static const char *
row_key (gpointer row)
{
  return ((const DkTicket *) row)->number;
}

static gboolean
row_strong (gpointer row)
{
  const DkTicket *ticket = row;

  return ticket->safety && ticket->state == DK_TICKET_OPEN;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static void
set_text (json_t *answers, const char *name, GtkEntry *entry)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (entry)));

  dk_json_set_text (answers, name, *text != '\0' ? text : NULL);
}

static json_t *
read_answers (DkCallsPage *self)
{
  json_t *answers = json_object ();

  set_text (answers, "summary", self->words);
  set_text (answers, "caller", self->caller);
  set_text (answers, "location", self->location);
  set_text (answers, "callback", self->callback);
  if (gtk_toggle_button_get_active (self->safety))
    json_object_set_new (answers, "safety", json_true ());
  return answers;
}

static gboolean
is_empty (DkCallsPage *self)
{
  g_autoptr (json_t) answers = read_answers (self);

  return json_object_size (answers) == 0;
}

static void
show_text (GtkEntry *entry, const json_t *answers, const char *name)
{
  gtk_entry_set_text (entry, dk_json_get_text (answers, name) ?: "");
}

/* Another line: of this draft, NULL = a new one. */
static void
show_line (DkCallsPage *self, const json_t *answers, const char *draft)
{
  self->clearing = TRUE;
  show_text (self->words, answers, "summary");
  show_text (self->caller, answers, "caller");
  show_text (self->location, answers, "location");
  show_text (self->callback, answers, "callback");
  gtk_toggle_button_set_active (self->safety, dk_json_get_bool (answers, "safety", FALSE));
  self->clearing = FALSE;
  if (draft != NULL)
    dk_draft_keeper_adopt (self->keeper, draft);
  else
    dk_draft_keeper_reset (self->keeper);
  self->store_waits = FALSE;
  gtk_label_set_text (self->number, draft != NULL ? draft : "");
}

static void store_call (DkCallsPage *self);

/* The number came, or could not be drawn. */
static void
on_told (DkPage *page)
{
  DkCallsPage *self = DK_CALLS_PAGE (page);
  const char *number = dk_draft_keeper_number (self->keeper);

  gtk_label_set_text (self->number, number != NULL ? number : "");
  if (dk_draft_keeper_has_failed (self->keeper))
    self->store_waits = FALSE;
  if (self->store_waits && number != NULL)
    store_call (self);
}

static DkForm *
get_form (DkPage *page)
{
  return DK_CALLS_PAGE (page)->form;
}

static json_t *
get_answers (DkPage *page)
{
  return read_answers (DK_CALLS_PAGE (page));
}

static gboolean
is_changed (DkPage *page)
{
  return !is_empty (DK_CALLS_PAGE (page));
}

static const DkDraftSource draft_source = { get_form, get_answers, is_changed, on_told };

static void
on_changed (GtkWidget *widget, DkCallsPage *self)
{
  if (!self->clearing && self->form != NULL)
    dk_draft_keeper_edited (self->keeper);
}

static void
on_voided (gpointer owner, gpointer result, const GError *error)
{
  g_free (result);
  if (!dk_page_failed (DK_PAGE (owner), error))
    dk_page_say (DK_PAGE (owner), GTK_MESSAGE_INFO,
                 _ ("The call was taken back. Its number stays on the account as void."));
}

static void
take_back (DkPage *page, gpointer data)
{
  dk_kit_run (page, &(DkKitCall) { .work = dk_ticket_work_void,
                                   .reply = on_voided,
                                   .data = dk_ticket_job_new (NULL, data, NULL,
                                                                _ ("taken back right away")),
                                   .data_free = dk_ticket_job_free,
                                   .result_free = g_free });
}

/* The call that was refused stands in the line again, if nothing else was begun there. */
static void
put_back (DkCallsPage *self, const DkTicketJob *sent)
{
  if (!dk_draft_keeper_is_begun (self->keeper) && is_empty (self))
    show_line (self, sent->answers, sent->number);
}

static void
on_stored (gpointer owner, gpointer result, const GError *error)
{
  DkCallsPage *self = owner;
  DkTicketDone *done = result;
  DkTicketJob *sent = g_queue_pop_head (&self->sent);
  g_autofree char *text = NULL;

  if (error != NULL)
    put_back (self, sent);
  dk_ticket_job_free (sent);
  if (dk_page_failed (DK_PAGE (self), error))
    return;
  text = g_strdup_printf (_ ("Call %s is stored. Tell the caller the number.%s"), done->number,
                          done->more != NULL ? done->more : "");
  dk_page_say_with_undo (DK_PAGE (self), text, take_back, g_strdup (done->number), g_free);
  dk_ticket_done_free (done);
}

/* The line is free for the next call at once: what is typed from now on is that one's. */
static void
store_call (DkCallsPage *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_entry_get_text (self->words)));
  const char *number = dk_draft_keeper_number (self->keeper);
  DkTicketJob *job;

  self->store_waits = FALSE;
  gtk_widget_grab_focus (GTK_WIDGET (self->words));
  if (*text == '\0' || self->form == NULL)
    return;
  dk_draft_keeper_seal (self->keeper); /* it may be refused */
  if (number == NULL) {
    self->store_waits = TRUE;
    return;
  }
  job = dk_ticket_job_new (self->form, number, read_answers (self), NULL);
  g_queue_push_tail (&self->sent,
                     dk_ticket_job_new (NULL, number, json_incref (job->answers), NULL));
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_save,
                                   .reply = on_stored,
                                   .data = job,
                                   .data_free = dk_ticket_job_free,
                                   .result_free = dk_ticket_done_free });
  show_line (self, NULL, NULL);
}

static void
on_store (GtkEntry *entry, DkCallsPage *self)
{
  store_call (self);
}

static gpointer
list_calls (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const DkTicketFilter filter = { .form = DK_FORM_CALL };

  return dk_ticket_store_list (dk_kit_store (kit), &filter, error);
}

static void
show_calls (gpointer owner, gpointer result, const GError *error)
{
  DkCallsPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_rows_view_take_rows (self->list, result);
  gtk_stack_set_visible_child (self->list_stack, dk_rows_view_count (self->list) > 0
                                                     ? self->list_box
                                                     : self->empty);
}

static void
on_form_loaded (gpointer owner, gpointer result, const GError *error)
{
  DkCallsPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_form_unref (self->form);
  self->form = result;
  if (!is_empty (self))
    dk_draft_keeper_edited (self->keeper);
}

static void
dk_calls_page_refresh (DkPage *page)
{
  dk_kit_run (page, &(DkKitCall) { .work = list_calls,
                                   .reply = show_calls,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
dk_calls_page_enter (DkPage *page)
{
  DkCallsPage *self = DK_CALLS_PAGE (page);

  gtk_widget_grab_focus (GTK_WIDGET (self->words));
  if (self->form == NULL)
    dk_kit_run (page, &(DkKitCall) { .work = dk_ticket_work_form,
                                     .reply = on_form_loaded,
                                     .data = g_strdup (DK_FORM_CALL),
                                     .data_free = g_free,
                                     .result_free = (GDestroyNotify) dk_form_unref });
}

static void
on_view_loaded (gpointer owner, gpointer result, const GError *error)
{
  DkCallsPage *self = owner;
  g_autoptr (DkTicketView) view = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (g_strcmp0 (dk_draft_keeper_number (self->keeper), view->number) != 0) {
    dk_draft_keeper_seal (self->keeper);
    show_line (self, view->answers, view->number);
  }
  gtk_entry_grab_focus_without_selecting (self->words);
  gtk_editable_set_position (GTK_EDITABLE (self->words), -1);
}

/* Goes on with a call that was typed and not stored. */
static void
dk_calls_page_open (DkPage *page, const char *id)
{
  dk_kit_run (page, &(DkKitCall) { .work = dk_ticket_work_load,
                                   .reply = on_view_loaded,
                                   .data = g_strdup (id),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_ticket_view_free });
}

static gboolean
dk_calls_page_can (DkPage *page, const char *action)
{
  const DkTicket *ticket = dk_rows_view_get_selected (DK_CALLS_PAGE (page)->list);

  return g_str_equal (action, "promote") && ticket != NULL && !ticket->finalized
         && ticket->state != DK_TICKET_VOID;
}

static void
dk_calls_page_act (DkPage *page, const char *action)
{
  const DkTicket *ticket = dk_rows_view_get_selected (DK_CALLS_PAGE (page)->list);
  g_autofree char *target = g_strconcat ("promote:", ticket->number, NULL);

  dk_page_go (page, "ticket", target);
}

static void
on_picked (DkRowsView *list, DkCallsPage *self)
{
  dk_page_update_actions (DK_PAGE (self));
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkCallsPage *self)
{
  const DkTicket *ticket = dk_rows_view_get_selected (self->list);

  if (ticket != NULL)
    dk_page_go (DK_PAGE (self), "ticket", ticket->number);
}

static void
dk_calls_page_seal (DkPage *page)
{
  dk_draft_keeper_seal (DK_CALLS_PAGE (page)->keeper);
}

static void
on_looked_up (const char *kind, const char *id, gpointer data)
{
  on_changed (NULL, data);
}

static void
on_called (gpointer owner, gpointer result, const GError *error)
{
  DkCallsPage *self = owner;
  g_autoptr (DkContact) contact = result;

  if (contact != NULL && contact->numbers->len > 0
      && *gtk_entry_get_text (self->callback) == '\0')
    gtk_entry_set_text (self->callback, ((DkContactNumber *) contact->numbers->pdata[0])->value);
}

static void
on_caller_looked_up (const char *kind, const char *id, gpointer data)
{
  on_changed (NULL, data);
  dk_kit_run (data, &(DkKitCall) { .work = dk_ticket_work_contact,
                                   .reply = on_called,
                                   .data = g_strdup (id),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_contact_free });
}

static void
dk_calls_page_dispose (GObject *object)
{
  DkCallsPage *self = DK_CALLS_PAGE (object);

  g_clear_pointer (&self->keeper, dk_draft_keeper_free);
  g_queue_clear_full (&self->sent, dk_ticket_job_free);
  g_clear_pointer (&self->form, dk_form_unref);
  G_OBJECT_CLASS (dk_calls_page_parent_class)->dispose (object);
}

static void
dk_calls_page_class_init (DkCallsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_calls_page_dispose;
  page_class->refresh = dk_calls_page_refresh;
  page_class->enter = dk_calls_page_enter;
  page_class->open = dk_calls_page_open;
  page_class->can = dk_calls_page_can;
  page_class->act = dk_calls_page_act;
  page_class->seal = dk_calls_page_seal;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/calls-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, number);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, words);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, caller);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, location);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, callback);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, safety);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkCallsPage, list);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_store);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
dk_calls_page_init (DkCallsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->keeper = dk_draft_keeper_new (DK_PAGE (self), &draft_source);
  dk_rows_view_set_spec (self->list, &spec);
  dk_lookup_attach (self->caller, "contact", on_caller_looked_up, self);
  dk_lookup_attach (self->location, "location", on_looked_up, self);
}
