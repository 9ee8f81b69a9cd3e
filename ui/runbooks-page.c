/* SPDX-License-Identifier: MIT */
#include "ui/runbooks-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/card.h"
#include "ui/contact-card.h"
#include "ui/rows-view.h"
#include "ui/runbook-panel.h"
#include "ui/runbook-work.h"

#define WIDE_PX 1150 /* room for list, text and card side by side */

struct _DkRunbooksPage {
  DkPage parent_instance;
  GtkLabel *count;
  GtkToggleButton *lead;
  GtkWidget *strip_box;
  GtkBox *strip;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkWidget *empty;
  DkRowsView *list;
  DkRunbookPanel *panel;
  DkContactCard *card;
  char *wanted;      /* key to show once the list is there */
  char *strip_shown; /* what it tells: compared before it is made anew */
  gboolean loaded;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (DkRunbooksPage, dk_runbooks_page, DK_TYPE_PAGE)

static const DkRowsColumn columns[] = {
  { N_ ("Title"), 130, TRUE },
  { N_ ("Reviewed"), 104, FALSE },
  { N_ ("Owner"), 84, FALSE },
};

static char *
cell_text (gpointer data, guint column)
{
  const DkRunbookRow *row = data;

  switch (column) {
  case 0:
    return row->is_run ? g_strdup_printf (_ ("RUN  %s"), row->title) : g_strdup (row->title);
  case 1:
    return g_strdup (row->state);
  default:
    return g_strdup (row->owner);
  }
}

static const char *
row_key (gpointer row)
{
  return ((const DkRunbookRow *) row)->key;
}

static gboolean
row_strong (gpointer row)
{
  return ((const DkRunbookRow *) row)->is_open || ((const DkRunbookRow *) row)->is_overdue;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static gboolean
with_lead (DkRunbooksPage *self)
{
  return gtk_toggle_button_get_active (self->lead);
}

static void
show_key (DkRunbooksPage *self, const char *key)
{
  dk_runbook_panel_show (self->panel, key, with_lead (self));
  dk_page_update_actions (DK_PAGE (self));
}

static void
show_wanted (DkRunbooksPage *self)
{
  g_autofree char *key = g_steal_pointer (&self->wanted);

  if (key != NULL && !dk_rows_view_select (self->list, key))
    show_key (self, key);
}

static void
on_strip (GtkButton *button, DkRunbooksPage *self)
{
  g_autofree char *key = g_strdup (g_object_get_data (G_OBJECT (button), "key"));

  if (!dk_rows_view_select (self->list, key))
    show_key (self, key);
  dk_runbook_panel_focus (self->panel);
}

static void
show_strip (DkRunbooksPage *self, const GPtrArray *rows)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++) {
    const DkRunbookRow *row = rows->pdata[i];
    if (row->is_open)
      g_string_append_printf (text, "%s %s\n", row->key, row->state);
  }
  gtk_widget_set_visible (self->strip_box, text->len > 0);
  if (g_strcmp0 (text->str, self->strip_shown) == 0)
    return;
  g_free (self->strip_shown);
  self->strip_shown = g_strdup (text->str);
  dk_card_clear (GTK_WIDGET (self->strip));
  for (guint i = 0; i < rows->len; i++) {
    const DkRunbookRow *row = rows->pdata[i];
    g_autofree char *words
        = g_strdup_printf (_ ("%s: %s, %s"), row->title, row->state, row->owner);
    GtkWidget *button;
    if (!row->is_open)
      continue;
    button = gtk_button_new_with_label (words);
    g_object_set_data_full (G_OBJECT (button), "key", g_strdup (row->key), g_free);
    g_signal_connect (button, "clicked", G_CALLBACK (on_strip), self);
    gtk_container_add (GTK_CONTAINER (self->strip), button);
  }
  gtk_widget_show_all (GTK_WIDGET (self->strip));
}

static void
show_count (DkRunbooksPage *self, const GPtrArray *rows)
{
  g_autofree char *text = NULL;
  guint runbooks = 0;
  guint overdue = 0;

  for (guint i = 0; i < rows->len; i++) {
    const DkRunbookRow *row = rows->pdata[i];
    runbooks += row->is_run ? 0 : 1;
    overdue += row->is_overdue ? 1 : 0;
  }
  text = overdue > 0 ? g_strdup_printf (_ ("%u, review due for %u"), runbooks, overdue)
                     : g_strdup_printf ("%u", runbooks);
  gtk_label_set_text (self->count, text);
}

static void
show_rows (gpointer owner, gpointer result, const GError *error)
{
  DkRunbooksPage *self = owner;
  GPtrArray *rows = result;

  if (dk_page_failed (DK_PAGE (self), error)) {
    gtk_toggle_button_set_active (self->lead, FALSE);
    return;
  }
  self->loaded = TRUE;
  show_strip (self, rows);
  show_count (self, rows);
  gtk_stack_set_visible_child (self->list_stack, rows->len > 0 ? self->list_box : self->empty);
  self->filling = TRUE;
  dk_rows_view_take_rows (self->list, rows);
  self->filling = FALSE;
  show_wanted (self);
}

static void
load_rows (DkRunbooksPage *self)
{
  DkRunbookOrder *order = dk_runbook_order_new (NULL);

  order->with_lead = with_lead (self);
  dk_kit_run (self, &(DkKitCall) { .work = dk_runbook_work_list,
                                   .reply = show_rows,
                                   .data = order,
                                   .data_free = dk_runbook_order_free,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
show_may_lead (gpointer owner, gpointer result, const GError *error)
{
  if (error == NULL)
    gtk_widget_set_visible (GTK_WIDGET (DK_RUNBOOKS_PAGE (owner)->lead),
                            GPOINTER_TO_INT (result) == 2);
}

static void
dk_runbooks_page_refresh (DkPage *page)
{
  DkRunbooksPage *self = DK_RUNBOOKS_PAGE (page);

  if (!self->loaded)
    dk_kit_run (page, &(DkKitCall) { .work = dk_runbook_work_may_lead, .reply = show_may_lead });
  /* With the part for leads it is loaded on asking alone: each time is an entry. */
  if (!self->loaded || !with_lead (self))
    load_rows (self);
  dk_runbook_panel_refresh (self->panel);
}

static void
dk_runbooks_page_open (DkPage *page, const char *id)
{
  DkRunbooksPage *self = DK_RUNBOOKS_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  if (self->loaded)
    show_wanted (self);
}

static void
dk_runbooks_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_RUNBOOKS_PAGE (page)->list));
}

static gboolean
dk_runbooks_page_can (DkPage *page, const char *action)
{
  DkRunbooksPage *self = DK_RUNBOOKS_PAGE (page);

  return (g_str_equal (action, "print") || g_str_equal (action, "save-pdf"))
         && dk_runbook_panel_key (self->panel) != NULL;
}

static void
dk_runbooks_page_act (DkPage *page, const char *action)
{
  dk_runbook_panel_print (DK_RUNBOOKS_PAGE (page)->panel, g_str_equal (action, "save-pdf"));
}

static void
dk_runbooks_page_seal (DkPage *page)
{
  dk_runbook_panel_seal (DK_RUNBOOKS_PAGE (page)->panel);
  dk_contact_card_seal (DK_RUNBOOKS_PAGE (page)->card);
}

static void
on_picked (DkRowsView *list, DkRunbooksPage *self)
{
  const DkRunbookRow *row = dk_rows_view_get_selected (list);

  if (row != NULL && !self->filling)
    show_key (self, row->key);
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkRunbooksPage *self)
{
  dk_runbook_panel_focus (self->panel);
}

static void
on_started (DkRunbookPanel *panel, const char *key, DkRunbooksPage *self)
{
  g_free (self->wanted);
  self->wanted = g_strdup (key);
  load_rows (self);
  show_key (self, key);
  dk_runbook_panel_focus (panel);
}

static void
on_lead (GtkToggleButton *button, DkRunbooksPage *self)
{
  const char *key = dk_runbook_panel_key (self->panel);

  load_rows (self);
  if (key != NULL)
    dk_runbook_panel_show (self->panel, key, with_lead (self));
}

/* Where there is no room for three columns the card takes the place of the list. */
static void
show_card (DkRunbooksPage *self, const char *id)
{
  gboolean is_wide = gtk_widget_get_allocated_width (GTK_WIDGET (self)) >= WIDE_PX;

  dk_contact_card_show (self->card, id);
  gtk_widget_show (GTK_WIDGET (self->card));
  gtk_widget_set_visible (GTK_WIDGET (self->list_stack), is_wide);
}

static void
on_card_closed (DkContactCard *card, DkRunbooksPage *self)
{
  gtk_widget_hide (GTK_WIDGET (card));
  gtk_widget_show (GTK_WIDGET (self->list_stack));
  dk_runbook_panel_focus (self->panel);
}

static void
on_link (DkRunbookPanel *panel, const char *target, DkRunbooksPage *self)
{
  const char *id = strchr (target, ':') + 1;

  if (g_str_has_prefix (target, "contact:")) {
    show_card (self, id);
  } else if (g_str_has_prefix (target, "service:")) {
    dk_page_go (DK_PAGE (self), "services", id);
  } else if (g_str_has_prefix (target, "runbook:")) {
    dk_runbooks_page_open (DK_PAGE (self), target);
    dk_runbook_panel_focus (panel);
  } else {
    g_autofree char *text = g_strdup_printf (
        _ ("%s is outside of this kit and may not be reachable now. Nothing was opened."), target);
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, text);
  }
}

static void
dk_runbooks_page_finalize (GObject *object)
{
  g_free (DK_RUNBOOKS_PAGE (object)->wanted);
  g_free (DK_RUNBOOKS_PAGE (object)->strip_shown);
  G_OBJECT_CLASS (dk_runbooks_page_parent_class)->finalize (object);
}

static void
dk_runbooks_page_class_init (DkRunbooksPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_runbooks_page_finalize;
  page_class->refresh = dk_runbooks_page_refresh;
  page_class->open = dk_runbooks_page_open;
  page_class->enter = dk_runbooks_page_enter;
  page_class->can = dk_runbooks_page_can;
  page_class->act = dk_runbooks_page_act;
  page_class->seal = dk_runbooks_page_seal;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  g_type_ensure (DK_TYPE_RUNBOOK_PANEL);
  g_type_ensure (DK_TYPE_CONTACT_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/runbooks-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, count);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, lead);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, strip_box);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, strip);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, panel);
  gtk_widget_class_bind_template_child (widget_class, DkRunbooksPage, card);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_lead);
  gtk_widget_class_bind_template_callback (widget_class, on_started);
  gtk_widget_class_bind_template_callback (widget_class, on_link);
  gtk_widget_class_bind_template_callback (widget_class, on_card_closed);
}

static void
dk_runbooks_page_init (DkRunbooksPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
  dk_contact_card_set_closable (self->card);
}
