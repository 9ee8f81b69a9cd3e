/* SPDX-License-Identifier: MIT */
#include "ui/people-page.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "ui/code-dialog.h"
#include "ui/person-dialog.h"
#include "ui/rows-view.h"

struct _DkPeoplePage {
  DkPage parent_instance;
  GtkLabel *words;
  GtkWidget *working;
  DkRowsView *list;
  GtkWidget *admin_box;
  GtkWidget *reset;
  DkPeopleView *view; /* rights alone: the rows are the list's */
};

G_DEFINE_FINAL_TYPE (DkPeoplePage, dk_people_page, DK_TYPE_PAGE)

enum { COLUMN_NAME, COLUMN_ROLE, COLUMN_KIND, COLUMN_UNTIL };

static const DkRowsColumn columns[] = {
  { N_ ("Name"), 240, TRUE },
  { N_ ("Role"), 120, FALSE },
  { N_ ("Kind"), 220, FALSE },
  { N_ ("Access ends"), 220, FALSE },
};

static gboolean
has_ended (const DkPersonRow *row)
{
  return row->valid_until_ms != 0 && row->valid_until_ms < dk_clock_wall_ms ();
}

static char *
until_text (const DkPersonRow *row)
{
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *day = NULL;

  if (row->valid_until_ms == 0)
    return g_strdup (_ ("never"));
  end = g_date_time_new_from_unix_local (row->valid_until_ms / 1000);
  day = g_date_time_format (end, "%Y-%m-%d");
  return has_ended (row) ? g_strdup_printf (_ ("EXPIRED %s"), day) : g_steal_pointer (&day);
}

static char *
cell_text (gpointer data, guint column)
{
  const DkPersonRow *row = data;

  switch (column) {
  case COLUMN_NAME:
    return row->is_me ? g_strdup_printf (_ ("%s (you)"), row->name) : g_strdup (row->name);
  case COLUMN_ROLE:
    return g_strdup (dk_role_name (row->role));
  case COLUMN_KIND:
    return g_strdup (row->kind == DK_SLOT_RECOVERY ? _ ("printed recovery code")
                     : row->kind == DK_SLOT_SHARED ? _ ("shared, asks for a name")
                                                   : _ ("person"));
  default:
    return until_text (row);
  }
}

static const char *
row_key (gpointer row)
{
  return ((const DkPersonRow *) row)->name;
}

static gboolean
row_strong (gpointer row)
{
  return ((const DkPersonRow *) row)->is_me;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static void
show_words (DkPeoplePage *self)
{
  const char *text
      = self->view->recovery_used
            ? _ ("This kit was opened with its recovery code. An administrator makes a new code "
                 "below; until then the envelope is empty.")
        : self->view->is_admin
            ? _ ("Everybody here opens the kit with a passphrase of their own. Each step asks for "
                 "yours again and leaves a line in the ledger.")
        : self->view->is_lead
            ? _ ("A lead gives front-line people a new passphrase. Everything else about people "
                 "is done by an administrator.")
            : _ ("People are added and removed by an administrator; a forgotten passphrase is "
                 "replaced by a lead. You change your own in the menu.");

  gtk_label_set_text (self->words, text);
  gtk_widget_set_visible (self->admin_box, self->view->is_admin);
  gtk_widget_set_visible (self->reset, self->view->is_admin || self->view->is_lead);
}

static void
show_people (gpointer owner, gpointer result, const GError *error)
{
  DkPeoplePage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_people_view_free (self->view);
  self->view = result;
  dk_rows_view_take_rows (self->list, g_steal_pointer (&self->view->rows));
  show_words (self);
  dk_page_update_actions (DK_PAGE (self));
}

static void
dk_people_page_refresh (DkPage *page)
{
  dk_kit_run (page, &(DkKitCall) { .work = dk_people_work_load,
                                   .reply = show_people,
                                   .result_free = dk_people_view_free });
}

static void
set_working (GtkWidget *page, gboolean working)
{
  if (DK_IS_PEOPLE_PAGE (page))
    gtk_widget_set_visible (DK_PEOPLE_PAGE (page)->working, working);
}

static void
on_done (gpointer owner, gpointer data, const GError *error)
{
  DkPeopleResult *result = data;

  set_working (owner, FALSE);
  if (!dk_page_failed (owner, error))
    dk_page_say (owner, GTK_MESSAGE_INFO, result->text);
  if (result != NULL && result->code != NULL)
    dk_code_dialog_show (owner, result);
  else
    dk_people_result_free (result);
  dk_page_refresh (owner);
}

static void
run_order (GtkWidget *owner, DkPeopleOrder *order)
{
  set_working (owner, TRUE);
  dk_page_say (DK_PAGE (owner), GTK_MESSAGE_OTHER,
               _ ("Working: keys are derived and written. This takes some seconds; what is typed "
                  "meanwhile is kept."));
  dk_kit_run (owner, &(DkKitCall) { .work = dk_people_work_do,
                                    .reply = on_done,
                                    .data = order,
                                    .data_free = dk_people_order_free,
                                    .result_free = dk_people_result_free });
}

void
dk_people_change_own (DkPage *page)
{
  dk_person_dialog_ask (GTK_WIDGET (page), DK_PEOPLE_OWN, NULL, run_order);
}

static const struct {
  const char *action;
  DkPeopleStep step;
} actions[] = {
  { "person-add", DK_PEOPLE_ADD },       { "person-change", DK_PEOPLE_CHANGE },
  { "person-reset", DK_PEOPLE_RESET },   { "person-remove", DK_PEOPLE_REMOVE },
  { "recovery-rotate", DK_PEOPLE_ROTATE },
};

static gboolean
may_step (const DkPeopleView *view, DkPeopleStep step, const DkPersonRow *row)
{
  if (step == DK_PEOPLE_ADD || step == DK_PEOPLE_ROTATE)
    return view->is_admin;
  if (row == NULL || row->kind == DK_SLOT_RECOVERY)
    return FALSE;
  if (step == DK_PEOPLE_RESET)
    return !row->is_me
           && (view->is_admin || (view->is_lead && row->role == DK_ROLE_FRONTLINE));
  return view->is_admin && (step == DK_PEOPLE_CHANGE || !row->is_me);
}

static gboolean
dk_people_page_can (DkPage *page, const char *action)
{
  DkPeoplePage *self = DK_PEOPLE_PAGE (page);

  for (gsize i = 0; self->view != NULL && i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (action, actions[i].action))
      return may_step (self->view, actions[i].step, dk_rows_view_get_selected (self->list));
  return FALSE;
}

static void
dk_people_page_act (DkPage *page, const char *action)
{
  DkPeoplePage *self = DK_PEOPLE_PAGE (page);

  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (action, actions[i].action))
      dk_person_dialog_ask (GTK_WIDGET (self), actions[i].step,
                            actions[i].step == DK_PEOPLE_ADD
                                    || actions[i].step == DK_PEOPLE_ROTATE
                                ? NULL
                                : dk_rows_view_get_selected (self->list),
                            run_order);
}

static void
dk_people_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_PEOPLE_PAGE (page)->list));
}

static void
on_picked (DkRowsView *list, DkPeoplePage *self)
{
  dk_page_update_actions (DK_PAGE (self));
}

static void
dk_people_page_finalize (GObject *object)
{
  dk_people_view_free (DK_PEOPLE_PAGE (object)->view);
  G_OBJECT_CLASS (dk_people_page_parent_class)->finalize (object);
}

static void
dk_people_page_class_init (DkPeoplePageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_people_page_finalize;
  page_class->refresh = dk_people_page_refresh;
  page_class->enter = dk_people_page_enter;
  page_class->can = dk_people_page_can;
  page_class->act = dk_people_page_act;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/people-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkPeoplePage, words);
  gtk_widget_class_bind_template_child (widget_class, DkPeoplePage, working);
  gtk_widget_class_bind_template_child (widget_class, DkPeoplePage, list);
  gtk_widget_class_bind_template_child (widget_class, DkPeoplePage, admin_box);
  gtk_widget_class_bind_template_child (widget_class, DkPeoplePage, reset);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
}

static void
dk_people_page_init (DkPeoplePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
}
