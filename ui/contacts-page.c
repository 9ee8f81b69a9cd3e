/* SPDX-License-Identifier: MIT */
#include "ui/contacts-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/contact-card.h"
#include "ui/contact-work.h"
#include "ui/rows-view.h"

#define DEVICE "device:"
#define ROWS_AT_ONCE 100u /* are loaded without scrolling, if there are so many */

struct _DkContactsPage {
  DkPage parent_instance;
  GtkLabel *count;
  GtkToggleButton *filters[DK_CONTACTS_CHANGED + 1];
  GtkStack *list_stack;
  GtkScrolledWindow *list_box;
  GtkLabel *empty;
  DkRowsView *list;
  DkContactCard *card;
  DkContactPiece *last; /* rows taken out; NULL before the first piece */
  GCancellable *running; /* a piece is on its way */
  gint64 total;
  char *stamp;  /* of what is shown */
  char *wanted; /* id to show once the list is there */
};

G_DEFINE_FINAL_TYPE (DkContactsPage, dk_contacts_page, DK_TYPE_PAGE)

enum { COLUMN_NAME, COLUMN_ROLE, COLUMN_SITE, COLUMN_NUMBERS };

static const DkRowsColumn columns[] = {
  { N_ ("Name"), 150, TRUE },
  { N_ ("Role or team"), 92, TRUE },
  { N_ ("Site"), 62, FALSE },
  { N_ ("Numbers, in the order to try"), 150, TRUE },
};

static char *
cell_text (gpointer data, guint column)
{
  const DkContactRow *row = data;

  switch (column) {
  case COLUMN_NAME:
    return g_strdup (row->name);
  case COLUMN_ROLE:
    return g_strdup (row->role);
  case COLUMN_SITE:
    return g_strdup (row->site);
  default:
    return g_strdup_printf ("%s%s%s%s",
                            row->is_corrected ? _ ("CORRECTED HERE  ")
                            : row->is_changed ? _ ("CHANGED  ")
                                              : "",
                            row->marks != NULL ? row->marks : "", row->marks != NULL ? "  " : "",
                            row->numbers);
  }
}

static const char *
row_key (gpointer row)
{
  return ((const DkContactRow *) row)->id;
}

static gboolean
row_strong (gpointer row)
{
  const DkContactRow *contact = row;

  return contact->is_changed || contact->is_corrected || contact->marks != NULL;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static DkContactsShown
shown (DkContactsPage *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->filters); i++)
    if (gtk_toggle_button_get_active (self->filters[i]))
      return (DkContactsShown) i;
  return DK_CONTACTS_ALL;
}

static const char *
words_of_empty (DkContactsShown what, gint64 total)
{
  if (total == 0)
    return _ ("No contacts yet: they come with a content pack. Ask the kit administrator for one.");
  switch (what) {
  case DK_CONTACTS_ON_CALL:
    return _ ("The content names nobody who is on call now. All shows everybody.");
  case DK_CONTACTS_CHANGED:
    return _ ("No number changed within 14 days.");
  default:
    return _ ("Nobody here. All shows everybody.");
  }
}

static void
show_count (DkContactsPage *self)
{
  guint n = dk_rows_view_count (self->list);
  g_autofree char *text = NULL;

  if (self->last->place.is_over)
    text = g_strdup_printf (g_dngettext (NULL, "%u contact", "%u contacts", n), n);
  else
    text = g_strdup_printf (_ ("the first %u, more as you scroll; typing searches all %d"), n,
                            (int) self->total);
  gtk_label_set_text (self->count, text);
  gtk_label_set_text (self->empty, words_of_empty (self->last->shown, self->total));
  gtk_stack_set_visible_child (self->list_stack,
                               n > 0 || !self->last->place.is_over ? GTK_WIDGET (self->list_box)
                                                                   : GTK_WIDGET (self->empty));
}

static void
show_wanted (DkContactsPage *self)
{
  g_autofree char *id = g_steal_pointer (&self->wanted);

  if (id != NULL && g_str_has_prefix (id, DEVICE))
    dk_contact_card_show_device (self->card, id + strlen (DEVICE));
  else if (id != NULL && !dk_rows_view_select (self->list, id))
    dk_contact_card_show (self->card, id);
}

static void load_more (DkContactsPage *self);

/* TRUE if the end of the list is near to what is seen. */
static gboolean
wants_more (DkContactsPage *self)
{
  GtkAdjustment *scroll = gtk_scrolled_window_get_vadjustment (self->list_box);
  double page = gtk_adjustment_get_page_size (scroll);

  return dk_rows_view_count (self->list) < ROWS_AT_ONCE
         || gtk_adjustment_get_value (scroll) + 3 * page >= gtk_adjustment_get_upper (scroll);
}

static void
show_piece (gpointer owner, gpointer result, const GError *error)
{
  DkContactsPage *self = owner;
  DkContactPiece *piece = result;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->running);
  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (piece->is_first) {
    self->total = piece->total;
    dk_rows_view_take_rows (self->list, g_steal_pointer (&piece->rows));
  } else {
    dk_rows_view_append_rows (self->list, g_steal_pointer (&piece->rows));
  }
  dk_contact_piece_free (self->last);
  self->last = piece;
  show_count (self);
  dk_page_update_actions (DK_PAGE (self));
  show_wanted (self);
  load_more (self);
}

static void
load_piece (DkContactsPage *self, DkContactPiece *order)
{
  self->running = g_cancellable_new ();
  dk_kit_run (self, &(DkKitCall) { .work = dk_contact_work_piece,
                                   .reply = show_piece,
                                   .data = order,
                                   .data_free = dk_contact_piece_free,
                                   .result_free = dk_contact_piece_free,
                                   .cancellable = self->running });
}

static void
load_more (DkContactsPage *self)
{
  if (self->running == NULL && self->last != NULL && !self->last->place.is_over
      && wants_more (self))
    load_piece (self, dk_contact_piece_new (self->last->shown, self->last));
}

static void
load_first (DkContactsPage *self)
{
  if (self->running != NULL)
    dk_kit_cancel (self->running);
  g_clear_object (&self->running);
  load_piece (self, dk_contact_piece_new (shown (self), NULL));
}

static void
on_scrolled (GtkAdjustment *adjustment, DkContactsPage *self)
{
  load_more (self);
}

static void
on_filter (GtkToggleButton *button, DkContactsPage *self)
{
  if (gtk_toggle_button_get_active (button) && self->stamp != NULL)
    load_first (self);
}

static void
on_stamp (gpointer owner, gpointer result, const GError *error)
{
  DkContactsPage *self = owner;
  g_autofree char *stamp = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (g_strcmp0 (stamp, self->stamp) != 0 || shown (self) == DK_CONTACTS_ON_CALL)
    load_first (self);
  else
    show_wanted (self);
  g_free (self->stamp);
  self->stamp = g_steal_pointer (&stamp);
  dk_contact_card_refresh (self->card);
}

/* Contacts change with the content and with corrections, not with each ticket. */
static void
dk_contacts_page_refresh (DkPage *page)
{
  dk_kit_run (page, &(DkKitCall) { .work = dk_contact_work_stamp,
                                   .reply = on_stamp,
                                   .result_free = g_free });
}

static void
dk_contacts_page_open (DkPage *page, const char *id)
{
  DkContactsPage *self = DK_CONTACTS_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  if (self->last != NULL && self->running == NULL)
    show_wanted (self);
}

static void
dk_contacts_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_CONTACTS_PAGE (page)->list));
}

static void
dk_contacts_page_seal (DkPage *page)
{
  dk_contact_card_seal (DK_CONTACTS_PAGE (page)->card);
}

static gboolean
dk_contacts_page_can (DkPage *page, const char *action)
{
  DkContactsPage *self = DK_CONTACTS_PAGE (page);

  return g_str_equal (action, "print") && dk_rows_view_count (self->list) > 0;
}

/* The page for printing shows the list first, and asks again who takes it along. */
static void
dk_contacts_page_act (DkPage *page, const char *action)
{
  g_autofree char *id = g_strdup_printf ("contacts:%d", (int) shown (DK_CONTACTS_PAGE (page)));

  dk_page_go (page, "print", id);
}

static void
on_picked (DkRowsView *list, DkContactsPage *self)
{
  const DkContactRow *row = dk_rows_view_get_selected (list);

  if (row != NULL)
    dk_contact_card_show (self->card, row->id);
}

/* Enter goes on to the card, where the first number is to be copied. */
static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkContactsPage *self)
{
  (void) gtk_widget_child_focus (GTK_WIDGET (self->card), GTK_DIR_TAB_FORWARD);
}

static void
dk_contacts_page_dispose (GObject *object)
{
  DkContactsPage *self = DK_CONTACTS_PAGE (object);

  if (self->running != NULL)
    dk_kit_cancel (self->running);
  g_clear_object (&self->running);
  G_OBJECT_CLASS (dk_contacts_page_parent_class)->dispose (object);
}

static void
dk_contacts_page_finalize (GObject *object)
{
  DkContactsPage *self = DK_CONTACTS_PAGE (object);

  g_free (self->wanted);
  g_free (self->stamp);
  dk_contact_piece_free (self->last);
  G_OBJECT_CLASS (dk_contacts_page_parent_class)->finalize (object);
}

static void
bind_filter (GtkWidgetClass *widget_class, const char *name, DkContactsShown filter)
{
  gtk_widget_class_bind_template_child_full (
      widget_class, name, FALSE,
      G_STRUCT_OFFSET (DkContactsPage, filters) + (gssize) (filter * sizeof (GtkToggleButton *)));
}

static void
dk_contacts_page_class_init (DkContactsPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_contacts_page_dispose;
  G_OBJECT_CLASS (class)->finalize = dk_contacts_page_finalize;
  page_class->refresh = dk_contacts_page_refresh;
  page_class->open = dk_contacts_page_open;
  page_class->enter = dk_contacts_page_enter;
  page_class->seal = dk_contacts_page_seal;
  page_class->can = dk_contacts_page_can;
  page_class->act = dk_contacts_page_act;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  g_type_ensure (DK_TYPE_CONTACT_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/contacts-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, count);
  bind_filter (widget_class, "filter_all", DK_CONTACTS_ALL);
  bind_filter (widget_class, "filter_site", DK_CONTACTS_SITE);
  bind_filter (widget_class, "filter_on_call", DK_CONTACTS_ON_CALL);
  bind_filter (widget_class, "filter_vendors", DK_CONTACTS_VENDORS);
  bind_filter (widget_class, "filter_changed", DK_CONTACTS_CHANGED);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkContactsPage, card);
  gtk_widget_class_bind_template_callback (widget_class, on_filter);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
dk_contacts_page_init (DkContactsPage *self)
{
  GtkAdjustment *scroll;

  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
  scroll = gtk_scrolled_window_get_vadjustment (self->list_box);
  g_signal_connect_object (scroll, "value-changed", G_CALLBACK (on_scrolled), self, 0);
  dk_contact_card_set_hint (self->card, _ ("Pick somebody, or just type a name or a number."));
}
