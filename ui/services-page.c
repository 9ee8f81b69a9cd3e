/* SPDX-License-Identifier: MIT */
#include "ui/services-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/ask-panel.h"
#include "ui/card.h"
#include "ui/contact-card.h"
#include "ui/contact-work.h"
#include "ui/document-view.h"
#include "ui/rows-view.h"
#include "ui/service-work.h"

#define WIDE_PX 1100 /* room for list, text and card side by side */

struct _DkServicesPage {
  DkPage parent_instance;
  GtkLabel *count;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkWidget *empty;
  DkRowsView *list;
  GtkBox *asked; /* where a panel stands */
  GtkWidget *head;
  GtkLabel *name;
  GtkLabel *facts;
  GtkLabel *say;
  GtkLabel *warning;
  DkDocumentView *sheet;
  DkContactCard *card;
  DkAskPanel *panel; /* NULL if nothing is asked */
  char *wanted;      /* id to show once the list is there */
  char *shown;       /* id in the detail */
};

G_DEFINE_FINAL_TYPE (DkServicesPage, dk_services_page, DK_TYPE_PAGE)

static const DkRowsColumn columns[] = {
  { N_ ("Service"), 150, TRUE },
  { N_ ("How critical"), 150, FALSE },
};

static char *
cell_text (gpointer data, guint column)
{
  const DkService *service = data;

  return g_strdup (column == 0 ? service->name : dk_criticality_words (service->criticality));
}

static const char *
row_key (gpointer row)
{
  return ((const DkService *) row)->id;
}

static gboolean
row_strong (gpointer row)
{
  return ((const DkService *) row)->criticality == 1;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static void
show_view (gpointer owner, gpointer result, const GError *error)
{
  DkServicesPage *self = owner;
  DkServiceView *view = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (g_strcmp0 (view->id, self->shown) == 0) {
    gtk_label_set_text (self->name, view->name);
    gtk_label_set_text (self->facts, view->facts);
    gtk_label_set_text (self->say, view->say != NULL
                                       ? view->say
                                       : _ ("No words are agreed. Say that it is known, that it is "
                                            "worked on, and give the ticket number."));
    gtk_label_set_text (self->warning, view->warning != NULL ? view->warning : "");
    gtk_widget_set_visible (GTK_WIDGET (self->warning), view->warning != NULL);
    dk_document_view_show (self->sheet, view->sheet);
    gtk_widget_show (self->head);
  }
  dk_service_view_free (view);
}

static void
load_view (DkServicesPage *self, const char *id)
{
  if (g_strcmp0 (id, self->shown) != 0)
    dk_ask_panel_drop (&self->panel);
  if (id != self->shown) {
    g_free (self->shown);
    self->shown = g_strdup (id);
  }
  dk_kit_run (self, &(DkKitCall) { .work = dk_service_work_view,
                                   .reply = show_view,
                                   .data = g_strdup (self->shown),
                                   .data_free = g_free,
                                   .result_free = dk_service_view_free });
}

static void
show_wanted (DkServicesPage *self)
{
  g_autofree char *id = g_steal_pointer (&self->wanted);

  if (id != NULL && !dk_rows_view_select (self->list, id))
    load_view (self, id);
}

static void
show_list (gpointer owner, gpointer result, const GError *error)
{
  DkServicesPage *self = owner;
  g_autofree char *text = NULL;
  guint n;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_rows_view_take_rows (self->list, result);
  n = dk_rows_view_count (self->list);
  text = g_strdup_printf (g_dngettext (NULL, "%u service", "%u services", n), n);
  gtk_label_set_text (self->count, text);
  gtk_stack_set_visible_child (self->list_stack, n > 0 ? self->list_box : self->empty);
  if (self->wanted == NULL && self->shown == NULL)
    dk_rows_view_select_first (self->list);
  show_wanted (self);
}

static void
dk_services_page_refresh (DkPage *page)
{
  dk_kit_run (page, &(DkKitCall) { .work = dk_service_work_list,
                                   .reply = show_list,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
dk_services_page_open (DkPage *page, const char *id)
{
  DkServicesPage *self = DK_SERVICES_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  if (dk_rows_view_count (self->list) > 0)
    show_wanted (self);
}

static void
dk_services_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_SERVICES_PAGE (page)->list));
}

static void
dk_services_page_seal (DkPage *page)
{
  DkServicesPage *self = DK_SERVICES_PAGE (page);

  if (self->panel != NULL)
    dk_ask_panel_seal (self->panel);
  dk_contact_card_seal (self->card);
}

static void
on_picked (DkRowsView *list, DkServicesPage *self)
{
  const DkService *service = dk_rows_view_get_selected (list);

  /* A list that is loaded again tells its selection again: the place in the text stays. */
  if (service != NULL && g_strcmp0 (service->id, self->shown) != 0)
    load_view (self, service->id);
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkServicesPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->sheet));
}

/* Where there is no room for three columns the card takes the place of the list. */
static void
show_card (DkServicesPage *self, const char *id)
{
  gboolean is_wide = gtk_widget_get_allocated_width (GTK_WIDGET (self)) >= WIDE_PX;

  dk_contact_card_show (self->card, id);
  gtk_widget_show (GTK_WIDGET (self->card));
  gtk_widget_set_visible (GTK_WIDGET (self->list_stack), is_wide);
}

static void
on_card_closed (DkContactCard *card, DkServicesPage *self)
{
  gtk_widget_hide (GTK_WIDGET (card));
  gtk_widget_show (GTK_WIDGET (self->list_stack));
  gtk_widget_grab_focus (GTK_WIDGET (self->sheet));
}

static void
on_link (DkDocumentView *document, const char *target, DkServicesPage *self)
{
  const char *id = strchr (target, ':') + 1;

  if (g_str_has_prefix (target, "contact:")) {
    show_card (self, id);
  } else if (g_str_has_prefix (target, "service:")) {
    dk_services_page_open (DK_PAGE (self), id);
  } else {
    dk_page_go (DK_PAGE (self), "runbooks", target);
  }
}

static void
on_left (DkAskPanel *panel, DkServicesPage *self)
{
  dk_ask_panel_drop (&self->panel);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
on_stored (gpointer owner, gpointer result, const GError *error)
{
  DkServicesPage *self = owner;
  g_autofree char *number = result;
  g_autofree char *text = NULL;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (self->panel != NULL)
    dk_ask_panel_done (self->panel);
  on_left (self->panel, self);
  text = g_strdup_printf (_ ("Stored. The owner is told by %s with the next hand-over."), number);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, text);
}

static void
on_reported (DkAskPanel *panel, DkServicesPage *self)
{
  DkContentOrder *order = g_new0 (DkContentOrder, 1);

  order->kind = g_strdup ("service");
  order->id = g_strdup (self->shown);
  order->words = dk_ask_panel_text (panel, 0);
  dk_kit_run (self, &(DkKitCall) { .work = dk_contact_work_report,
                                   .reply = on_stored,
                                   .data = order,
                                   .data_free = dk_content_order_free,
                                   .result_free = g_free });
}

static void
on_wrong (GtkButton *button, DkServicesPage *self)
{
  g_autofree char *key = g_strdup_printf ("service:%s:wrong", self->shown);
  g_autofree char *title
      = g_strdup_printf (_ ("Something is wrong: %s"), gtk_label_get_text (self->name));

  dk_ask_panel_drop (&self->panel);
  self->panel = DK_ASK_PANEL (dk_ask_panel_new (&(DkAskQuestion) {
      .key = key,
      .title = title,
      .what = _ ("Your words go to the owner of the service with the next hand-over. Nothing "
                 "changes here."),
      .labels = { _ ("_What is wrong") },
      .button = _ ("_Send to the owner") }));
  g_signal_connect (self->panel, "answered", G_CALLBACK (on_reported), self);
  g_signal_connect (self->panel, "left", G_CALLBACK (on_left), self);
  gtk_container_add (GTK_CONTAINER (self->asked), GTK_WIDGET (self->panel));
  dk_ask_panel_begin (self->panel);
}

static void
dk_services_page_finalize (GObject *object)
{
  g_free (DK_SERVICES_PAGE (object)->wanted);
  g_free (DK_SERVICES_PAGE (object)->shown);
  G_OBJECT_CLASS (dk_services_page_parent_class)->finalize (object);
}

static void
dk_services_page_class_init (DkServicesPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_services_page_finalize;
  page_class->refresh = dk_services_page_refresh;
  page_class->open = dk_services_page_open;
  page_class->enter = dk_services_page_enter;
  page_class->seal = dk_services_page_seal;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  g_type_ensure (DK_TYPE_DOCUMENT_VIEW);
  g_type_ensure (DK_TYPE_CONTACT_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/services-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, count);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, asked);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, head);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, name);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, facts);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, say);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, warning);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, sheet);
  gtk_widget_class_bind_template_child (widget_class, DkServicesPage, card);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_link);
  gtk_widget_class_bind_template_callback (widget_class, on_wrong);
  gtk_widget_class_bind_template_callback (widget_class, on_card_closed);
}

static void
dk_services_page_init (DkServicesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
  dk_contact_card_set_closable (self->card);
}
