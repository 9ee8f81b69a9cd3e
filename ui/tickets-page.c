/* SPDX-License-Identifier: MIT */
#include "ui/tickets-page.h"

#include <glib/gi18n.h>

#include "ui/card.h"
#include "ui/rows-view.h"
#include "ui/ticket-work.h"

struct _DkTicketsPage {
  DkPage parent_instance;
  GtkToggleButton *filter_open;
  GtkToggleButton *filter_safety;
  GtkToggleButton *filter_waiting;
  GtkToggleButton *filter_drafts;
  GtkToggleButton *filter_all;
  GtkLabel *count;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkWidget *empty;
  DkRowsView *list;
  GtkBox *details;
  char *shown; /* number in the details */
};

G_DEFINE_FINAL_TYPE (DkTicketsPage, dk_tickets_page, DK_TYPE_PAGE)

enum { COLUMN_NUMBER, COLUMN_PRIORITY, COLUMN_TIME, COLUMN_SUMMARY, COLUMN_UNIT, COLUMN_STATE };

static const DkRowsColumn columns[] = {
  { N_ ("Number"), 124, FALSE }, { N_ ("Priority"), 84, FALSE }, { N_ ("Time"), 60, FALSE },
  { N_ ("Summary"), 140, TRUE }, { N_ ("Unit"), 72, FALSE },     { N_ ("State"), 96, FALSE },
};

/* A draft tells whose it is, unless it is one's own. */
static char *
standing (const DkTicket *ticket)
{
  if (ticket->state != DK_TICKET_DRAFT || ticket->user == NULL)
    return g_strdup (dk_ticket_standing_word (ticket));
  return g_strdup_printf (_ ("draft, %s"), ticket->user);
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
    return ticket->recorded_ms != 0
               ? dk_time_format_short (ticket->recorded_ms, dk_clock_wall_ms ())
               : NULL;
  case COLUMN_SUMMARY:
    return g_strdup_printf ("%s%s", ticket->safety ? _ ("SAFETY  ") : "",
                            ticket->summary != NULL ? ticket->summary : _ ("(no words yet)"));
  case COLUMN_UNIT:
    return g_strdup (ticket->location);
  default:
    return standing (ticket);
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

  return ticket->safety && ticket->state <= DK_TICKET_OPEN;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

/* What is wanted of the list. */
typedef struct {
  DkTicketFilter filter;
  gboolean drafts_only;
} Wish;

/* The first text that was typed, in the order of the form. */
static const char *
first_words (const json_t *answers)
{
  const char *summary = dk_json_get_text (answers, "summary");
  const char *name;
  json_t *value;

  if (summary != NULL)
    return summary;
  json_object_foreach ((json_t *) answers, name, value)
    if (json_is_string (value) && *json_string_value (value) != '\0'
        && !g_str_equal (name, "happened_at"))
      return json_string_value (value);
  return NULL;
}

/* A draft has no row among the tickets yet; what is typed so far stands for it. */
static DkTicket *
new_row_of_draft (const DkDraft *draft)
{
  DkTicket *ticket = dk_ticket_new ();

  ticket->number = g_strdup (draft->number);
  ticket->summary = g_strdup (first_words (draft->answers));
  ticket->location = g_strdup (dk_json_get_text (draft->answers, "location"));
  ticket->safety = dk_json_get_bool (draft->answers, "safety", FALSE);
  ticket->recorded_ms = draft->updated_ms;
  ticket->user = g_strdup (draft->is_mine ? NULL : draft->user);
  return ticket;
}

static gboolean
add_drafts (DkStore *store, GPtrArray *tickets, GError **error)
{
  g_autoptr (GPtrArray) drafts = dk_ticket_store_list_drafts (store, error);

  for (guint i = 0; drafts != NULL && i < drafts->len; i++)
    g_ptr_array_insert (tickets, 0, new_row_of_draft (drafts->pdata[i]));
  return drafts != NULL;
}

static gpointer
list_tickets (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  const Wish *wish = data;
  DkStore *store = dk_kit_store (kit);
  g_autoptr (GPtrArray) tickets
      = wish->drafts_only ? g_ptr_array_new_with_free_func ((GDestroyNotify) dk_ticket_free)
                          : dk_ticket_store_list (store, &wish->filter, error);

  if (tickets == NULL)
    return NULL;
  if (!wish->filter.safety_only && !wish->filter.waiting_only
      && !add_drafts (store, tickets, error))
    return NULL;
  return g_steal_pointer (&tickets);
}

static void
show_tickets (gpointer owner, gpointer result, const GError *error)
{
  DkTicketsPage *self = owner;
  g_autofree char *text = NULL;
  guint n;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_rows_view_take_rows (self->list, result);
  n = dk_rows_view_count (self->list);
  if (gtk_toggle_button_get_active (self->filter_drafts))
    text = g_strdup_printf (g_dngettext (NULL, "%u draft", "%u drafts", n), n);
  else
    text = g_strdup_printf (g_dngettext (NULL, "%u ticket or call", "%u tickets and calls", n),
                            n);
  gtk_label_set_text (self->count, text);
  gtk_stack_set_visible_child (self->list_stack, n > 0 ? self->list_box : self->empty);
  dk_page_update_actions (DK_PAGE (self));
}

static void
dk_tickets_page_refresh (DkPage *page)
{
  DkTicketsPage *self = DK_TICKETS_PAGE (page);
  Wish *wish = g_new0 (Wish, 1);
  DkTicketFilter *filter = &wish->filter;

  filter->safety_only = gtk_toggle_button_get_active (self->filter_safety);
  filter->waiting_only = gtk_toggle_button_get_active (self->filter_waiting);
  filter->open_only = gtk_toggle_button_get_active (self->filter_open) || filter->safety_only;
  wish->drafts_only = gtk_toggle_button_get_active (self->filter_drafts);
  dk_kit_run (page, &(DkKitCall) { .work = list_tickets,
                                   .reply = show_tickets,
                                   .data = wish,
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
on_filter (GtkToggleButton *button, DkTicketsPage *self)
{
  if (gtk_toggle_button_get_active (button))
    dk_tickets_page_refresh (DK_PAGE (self));
}

static void
add_line (DkTicketsPage *self, const char *text, const char *class)
{
  GtkWidget *label = dk_card_add_words (GTK_WIDGET (self->details), text, class);

  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_widget_show (label);
}

static void
show_details (gpointer owner, gpointer result, const GError *error)
{
  DkTicketsPage *self = owner;
  g_autoptr (DkTicketView) view = result;
  gint64 now = dk_clock_wall_ms ();

  if (dk_page_failed (DK_PAGE (self), error) || g_strcmp0 (view->number, self->shown) != 0)
    return;
  dk_card_clear (GTK_WIDGET (self->details));
  add_line (self, view->number, "ticket-number");
  for (guint i = 0; i < dk_form_field_count (view->form); i++) {
    const DkField *field = dk_form_field (view->form, i);
    json_t *value = field->name != NULL ? json_object_get (view->answers, field->name) : NULL;
    g_autofree char *text
        = value != NULL && !json_is_null (value) ? dk_form_show (field, value) : NULL;
    g_autofree char *label
        = field->label_words != NULL
              ? dk_form_fill (view->form, field->label_words, view->answers, NULL, NULL)
              : g_strdup (field->label);
    if (text == NULL || *text == '\0')
      continue;
    add_line (self, label, "field-label");
    add_line (self, text, NULL);
  }
  add_line (self, _ ("Log"), "section");
  for (guint i = 0; i < view->entries->len; i++) {
    g_autofree char *text = dk_ticket_entry_text (view->form, view->entries->pdata[i], now);
    add_line (self, text, NULL);
  }
}

static void
on_picked (DkRowsView *list, DkTicketsPage *self)
{
  const DkTicket *ticket = dk_rows_view_get_selected (list);

  dk_page_update_actions (DK_PAGE (self));
  g_clear_pointer (&self->shown, g_free);
  if (ticket == NULL) {
    dk_card_clear (GTK_WIDGET (self->details));
    return;
  }
  self->shown = g_strdup (ticket->number);
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_load,
                                   .reply = show_details,
                                   .data = g_strdup (ticket->number),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_ticket_view_free });
}

static void
open_selected (DkTicketsPage *self)
{
  const DkTicket *ticket = dk_rows_view_get_selected (self->list);

  if (ticket != NULL)
    dk_page_go (DK_PAGE (self), "ticket", ticket->number);
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkTicketsPage *self)
{
  open_selected (self);
}

static gboolean
dk_tickets_page_can (DkPage *page, const char *action)
{
  const DkTicket *ticket = dk_rows_view_get_selected (DK_TICKETS_PAGE (page)->list);

  if (g_str_equal (action, "open"))
    return ticket != NULL;
  return g_str_equal (action, "print") && ticket != NULL && ticket->state != DK_TICKET_DRAFT;
}

static void
dk_tickets_page_act (DkPage *page, const char *action)
{
  DkTicketsPage *self = DK_TICKETS_PAGE (page);
  const DkTicket *ticket = dk_rows_view_get_selected (self->list);

  if (g_str_equal (action, "print"))
    dk_page_go (page, "print", ticket->number);
  else
    open_selected (self);
}

static void
dk_tickets_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_TICKETS_PAGE (page)->list));
}

static void
dk_tickets_page_finalize (GObject *object)
{
  g_free (DK_TICKETS_PAGE (object)->shown);
  G_OBJECT_CLASS (dk_tickets_page_parent_class)->finalize (object);
}

static void
dk_tickets_page_class_init (DkTicketsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_tickets_page_finalize;
  page_class->refresh = dk_tickets_page_refresh;
  page_class->enter = dk_tickets_page_enter;
  page_class->can = dk_tickets_page_can;
  page_class->act = dk_tickets_page_act;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/tickets-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, filter_open);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, filter_safety);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, filter_waiting);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, filter_drafts);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, filter_all);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, count);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkTicketsPage, details);
  gtk_widget_class_bind_template_callback (widget_class, on_filter);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
dk_tickets_page_init (DkTicketsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
}
