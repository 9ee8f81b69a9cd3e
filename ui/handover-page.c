/* SPDX-License-Identifier: MIT */
#include "ui/handover-page.h"

#include <glib/gi18n.h>

#include "app/model/ticket.h"
#include "ui/handover-work.h"
#include "ui/rows-view.h"
#include "ui/ticket-work.h"

struct _DkHandoverPage {
  DkPage parent_instance;
  GtkWidget *to_label;
  GtkComboBoxText *connector;
  GtkButton *hand_over;
  GtkWidget *stop;
  GtkLabel *words;
  GtkProgressBar *progress;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkWidget *empty;
  DkRowsView *list;
  GCancellable *running; /* while a hand-over is under way */
  gboolean may_send;
  guint to_send; /* of those in the list: what is not delivered yet */
};

G_DEFINE_FINAL_TYPE (DkHandoverPage, dk_handover_page, DK_TYPE_PAGE)

enum { COLUMN_NUMBER, COLUMN_PRIORITY, COLUMN_TIME, COLUMN_SUMMARY, COLUMN_WHY, COLUMN_NEXT };

static const DkRowsColumn columns[] = {
  { N_ ("Number"), 136, FALSE },        { N_ ("Priority"), 92, FALSE },
  { N_ ("Recorded"), 96, FALSE },       { N_ ("Summary"), 200, FALSE },
  { N_ ("Where it stands"), 200, TRUE }, { N_ ("What happens next"), 220, FALSE },
};

static const char *
next_step (const DkTicket *ticket)
{
  switch (ticket->handover) {
  case DK_HANDOVER_UNKNOWN:
  case DK_HANDOVER_SENDING:
    return _ ("looked for first, never sent blindly");
  case DK_HANDOVER_REFUSED:
    return _ ("amend it, then hand over again");
  case DK_HANDOVER_DELIVERED:
    return _ ("compare it in the ITSM");
  default:
    return _ ("sent with the next hand-over");
  }
}

static char *
cell_text (gpointer row, guint column)
{
  const DkTicket *ticket = row;

  switch (column) {
  case COLUMN_NUMBER:
    return g_strdup (ticket->number);
  case COLUMN_PRIORITY:
    return dk_ticket_priority_text (ticket->priority);
  case COLUMN_TIME:
    return dk_time_format_short (ticket->recorded_ms, dk_clock_wall_ms ());
  case COLUMN_SUMMARY:
    return g_strdup_printf ("%s%s", ticket->safety ? _ ("SAFETY  ") : "",
                            ticket->summary != NULL ? ticket->summary : "");
  case COLUMN_WHY:
    if (ticket->handover_reason != NULL)
      return g_strdup (ticket->handover_reason);
    return dk_ticket_standing (ticket);
  default:
    return g_strdup (next_step (ticket));
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
  return ((const DkTicket *) row)->safety;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static void
show_words (DkHandoverPage *self)
{
  const char *type = gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->connector));
  gboolean has_way = type != NULL;
  guint n = self->to_send;
  g_autofree char *label
      = g_strdup_printf (g_dngettext (NULL, "Hand over %u ticket", "Hand over %u tickets", n), n);

  gtk_button_set_label (self->hand_over, label);
  gtk_widget_set_visible (GTK_WIDGET (self->connector), has_way);
  gtk_widget_set_visible (self->to_label, has_way);
  if (!has_way)
    gtk_label_set_text (
        self->words, _ ("No ITSM is set up in this kit. A lead sets one up with “dkit itsm add”; "
                        "until then a CSV copy can be carried by hand."));
  else if (!self->may_send)
    gtk_label_set_text (self->words,
                        _ ("Handing over needs a lead, a reconciler or an administrator. "
                           "What waits here is safe until then."));
  else if (g_str_has_prefix (type, "file"))
    gtk_label_set_text (self->words,
                        _ ("Two CSV files are written to the folder. What is in them counts as "
                           "delivered, never as verified: somebody compares it in the ITSM."));
  else
    gtk_label_set_text (
        self->words, _ ("The oldest one goes first and alone; only if it reads back right do the "
                        "others follow. Each ends in the ITSM once."));
}

static void
show_connectors (DkHandoverPage *self, const GPtrArray *names, const GPtrArray *types)
{
  g_autofree char *active = gtk_combo_box_text_get_active_text (self->connector);

  gtk_combo_box_text_remove_all (self->connector);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *id = g_strdup_printf ("%s %u", (char *) types->pdata[i], i);
    gtk_combo_box_text_append (self->connector, id, names->pdata[i]);
    if (i == 0 || g_strcmp0 (active, names->pdata[i]) == 0)
      gtk_combo_box_set_active (GTK_COMBO_BOX (self->connector), (int) i);
  }
}

static void
show_view (gpointer owner, gpointer result, const GError *error)
{
  DkHandoverPage *self = owner;
  DkHandoverView *view = result;
  guint n;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  self->may_send = view->may_send;
  show_connectors (self, view->connectors, view->types);
  self->to_send = 0;
  for (guint i = 0; i < view->tickets->len; i++)
    self->to_send
        += ((const DkTicket *) view->tickets->pdata[i])->handover != DK_HANDOVER_DELIVERED ? 1 : 0;
  dk_rows_view_take_rows (self->list, g_steal_pointer (&view->tickets));
  n = dk_rows_view_count (self->list);
  gtk_stack_set_visible_child (self->list_stack, n > 0 ? self->list_box : self->empty);
  show_words (self);
  dk_handover_view_free (view);
  dk_page_update_actions (DK_PAGE (self));
}

static void
dk_handover_page_refresh (DkPage *page)
{
  dk_kit_run (page, &(DkKitCall) { .work = dk_handover_work_load,
                                   .reply = show_view,
                                   .result_free = dk_handover_view_free });
}

static void
set_running (DkHandoverPage *self, GCancellable *running)
{
  g_set_object (&self->running, running);
  gtk_widget_set_visible (self->stop, running != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), running != NULL);
  gtk_progress_bar_set_fraction (self->progress, 0);
  dk_page_update_actions (DK_PAGE (self));
}

static void
on_progress (gpointer owner, guint64 n, guint64 total)
{
  DkHandoverPage *self = owner;

  if (total > 0)
    gtk_progress_bar_set_fraction (self->progress, (double) n / (double) total);
  else
    gtk_progress_bar_pulse (self->progress);
}

static void
on_done (gpointer owner, const DkHandoverResult *result, const GError *error)
{
  DkHandoverPage *self = owner;

  set_running (self, NULL);
  if (result != NULL)
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING, result->words);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
                 _ ("Stopped. What was sent is noted; the rest waits as before."));
  else
    (void) dk_page_failed (DK_PAGE (self), error);
  dk_handover_page_refresh (DK_PAGE (self));
}

static void
on_folder_chosen (GtkDialog *dialog, int response, DkHandoverPage *self)
{
  g_autofree char *folder = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));

  gtk_widget_destroy (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_ACCEPT && folder != NULL)
    dk_handover_write_csv (G_OBJECT (self), folder, on_done);
}

static void
ask_folder (DkHandoverPage *self)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (
      _ ("Folder for the CSV files"), GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))),
      GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Back"), GTK_RESPONSE_CANCEL,
      _ ("_Write CSV copy"), GTK_RESPONSE_ACCEPT, NULL);

  gtk_window_set_modal (GTK_WINDOW (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_folder_chosen), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
start (DkHandoverPage *self)
{
  g_autofree char *name = gtk_combo_box_text_get_active_text (self->connector);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  set_running (self, cancellable);
  dk_handover_start (G_OBJECT (self), name, cancellable, on_progress, on_done);
}

static gboolean
dk_handover_page_can (DkPage *page, const char *action)
{
  DkHandoverPage *self = DK_HANDOVER_PAGE (page);
  gboolean waits = dk_rows_view_count (self->list) > 0 && self->running == NULL;

  if (g_str_equal (action, "hand-over"))
    return waits && self->to_send > 0 && self->may_send
           && gtk_combo_box_get_active (GTK_COMBO_BOX (self->connector)) >= 0;
  if (g_str_equal (action, "csv"))
    return waits;
  if (g_str_equal (action, "stop"))
    return self->running != NULL;
  return g_str_equal (action, "open") && dk_rows_view_get_selected (self->list) != NULL;
}

static void
open_selected (DkHandoverPage *self)
{
  const DkTicket *ticket = dk_rows_view_get_selected (self->list);

  if (ticket != NULL)
    dk_page_go (DK_PAGE (self), "ticket", ticket->number);
}

static void
dk_handover_page_act (DkPage *page, const char *action)
{
  DkHandoverPage *self = DK_HANDOVER_PAGE (page);

  if (g_str_equal (action, "hand-over"))
    start (self);
  else if (g_str_equal (action, "csv"))
    ask_folder (self);
  else if (g_str_equal (action, "stop"))
    g_cancellable_cancel (self->running);
  else
    open_selected (self);
}

static void
dk_handover_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_HANDOVER_PAGE (page)->list));
}

static void
on_connector (GtkComboBox *combo, DkHandoverPage *self)
{
  show_words (self);
  dk_page_update_actions (DK_PAGE (self));
}

static void
on_picked (DkRowsView *list, DkHandoverPage *self)
{
  dk_page_update_actions (DK_PAGE (self));
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkHandoverPage *self)
{
  open_selected (self);
}

static void
dk_handover_page_dispose (GObject *object)
{
  DkHandoverPage *self = DK_HANDOVER_PAGE (object);

  if (self->running != NULL)
    g_cancellable_cancel (self->running);
  g_clear_object (&self->running);
  G_OBJECT_CLASS (dk_handover_page_parent_class)->dispose (object);
}

/* The engine stops between two tickets; what was sent is noted before the kit is closed. */
static void
dk_handover_page_seal (DkPage *page)
{
  DkHandoverPage *self = DK_HANDOVER_PAGE (page);

  if (self->running != NULL)
    g_cancellable_cancel (self->running);
}

static void
dk_handover_page_class_init (DkHandoverPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_handover_page_dispose;
  page_class->refresh = dk_handover_page_refresh;
  page_class->enter = dk_handover_page_enter;
  page_class->can = dk_handover_page_can;
  page_class->act = dk_handover_page_act;
  page_class->seal = dk_handover_page_seal;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/handover-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, to_label);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, connector);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, hand_over);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, stop);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, words);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, progress);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkHandoverPage, list);
  gtk_widget_class_bind_template_callback (widget_class, on_connector);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
dk_handover_page_init (DkHandoverPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
}
