/* SPDX-License-Identifier: MIT */
#include "ui/contacts-page.h"

#include <glib/gi18n.h>

#include "app/store/content-store.h"
#include "ui/card.h"
#include "ui/rows-view.h"
#include "ui/ticket-work.h"

struct _DkContactsPage {
  DkPage parent_instance;
  GtkLabel *count;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkWidget *empty;
  DkRowsView *list;
  GtkBox *card;
  char *wanted; /* id to show once the list is there, or beyond the list */
  gboolean loaded;
};

G_DEFINE_FINAL_TYPE (DkContactsPage, dk_contacts_page, DK_TYPE_PAGE)

enum { COLUMN_NAME, COLUMN_ROLE, COLUMN_SITE, COLUMN_NUMBERS };

static const DkRowsColumn columns[] = {
  { N_ ("Name"), 200, FALSE },
  { N_ ("Role or team"), 170, FALSE },
  { N_ ("Site"), 70, FALSE },
  { N_ ("Numbers, in the order to try"), 200, TRUE },
};

static char *
cell_text (gpointer row, guint column)
{
  const DkContact *contact = row;

  switch (column) {
  case COLUMN_NAME:
    return g_strdup (contact->name);
  case COLUMN_ROLE:
    return g_strdup (contact->role != NULL && *contact->role != '\0' ? contact->role
                                                                     : contact->team);
  case COLUMN_SITE:
    return g_strdup (contact->site);
  default:
    return dk_card_numbers_line (contact, 3);
  }
}

static const char *
row_key (gpointer row)
{
  return ((const DkContact *) row)->id;
}

static const DkRowsSpec spec = { columns, G_N_ELEMENTS (columns), cell_text, row_key, NULL };

static gpointer
list_contacts (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  return dk_content_store_contacts (dk_kit_store (kit), 0, error);
}

static void
show_card (gpointer owner, gpointer result, const GError *error)
{
  DkContactsPage *self = owner;
  g_autoptr (DkContact) contact = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_card_clear (GTK_WIDGET (self->card));
  gtk_container_add (GTK_CONTAINER (self->card), dk_card_new_contact (contact));
}

static void
load_card (DkContactsPage *self, const char *id)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_contact,
                                   .reply = show_card,
                                   .data = g_strdup (id),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) dk_contact_free });
}

static void
show_wanted (DkContactsPage *self)
{
  g_autofree char *id = g_steal_pointer (&self->wanted);

  if (id != NULL && !dk_rows_view_select (self->list, id))
    load_card (self, id);
}

static void
show_contacts (gpointer owner, gpointer result, const GError *error)
{
  DkContactsPage *self = owner;
  g_autofree char *text = NULL;
  guint n;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  self->loaded = TRUE;
  dk_rows_view_take_rows (self->list, result);
  n = dk_rows_view_count (self->list);
  text = g_strdup_printf (g_dngettext (NULL, "%u contact", "%u contacts", n), n);
  gtk_label_set_text (self->count, text);
  gtk_stack_set_visible_child (self->list_stack, n > 0 ? self->list_box : self->empty);
  show_wanted (self);
}

/* Contacts change with the content alone, not with each ticket. */
static void
dk_contacts_page_refresh (DkPage *page)
{
  if (!DK_CONTACTS_PAGE (page)->loaded)
    dk_kit_run (page, &(DkKitCall) { .work = list_contacts,
                                     .reply = show_contacts,
                                     .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
dk_contacts_page_open (DkPage *page, const char *id)
{
  DkContactsPage *self = DK_CONTACTS_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  if (self->loaded)
    show_wanted (self);
}

static void
dk_contacts_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_CONTACTS_PAGE (page)->list));
}

static void
on_picked (DkRowsView *list, DkContactsPage *self)
{
  const DkContact *contact = dk_rows_view_get_selected (list);

  dk_card_clear (GTK_WIDGET (self->card));
  if (contact != NULL)
    gtk_container_add (GTK_CONTAINER (self->card), dk_card_new_contact (contact));
}

static void
dk_contacts_page_finalize (GObject *object)
{
  g_free (DK_CONTACTS_PAGE (object)->wanted);
  G_OBJECT_CLASS (dk_contacts_page_parent_class)->finalize (object);
}

static void
dk_contacts_page_class_init (DkContactsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_contacts_page_finalize;
  page_class->refresh = dk_contacts_page_refresh;
  page_class->open = dk_contacts_page_open;
  page_class->enter = dk_contacts_page_enter;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/contacts-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, count);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, card);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
}

static void
dk_contacts_page_init (DkContactsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
}
