/* SPDX-License-Identifier: MIT */
#include "ui/paper-page.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "ui/paper-rows.h"
#include "ui/reason-dialog.h"
#include "ui/rows-view.h"

struct _DkPaperPage {
  DkPage parent_instance;
  GtkLabel *summary;
  GtkLabel *outcome;
  GtkToggleButton *filter_out;
  DkRowsView *units;
  DkRowsView *list;
  GtkLabel *empty;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkLabel *number;
  GtkLabel *fate;
  GtkWidget *key_in;
  GtkWidget *again;
  GtkWidget *missing;
  GtkWidget *lost;
  GtkWidget *found;
  GtkWidget *void_it;
  DkPaperView *view;
  char *wanted; /* number to show once the list is there */
};

G_DEFINE_FINAL_TYPE (DkPaperPage, dk_paper_page, DK_TYPE_PAGE)

/* A row of the upper list: all paper, or that of a unit. */
enum { UNIT_NAME, UNIT_TOTAL, UNIT_OUT, UNIT_ENTERED, UNIT_VOID, UNIT_MISSING, UNIT_LOST };

static const char *
unit_words (const DkPaperCount *count)
{
  return count->unit != NULL ? count->unit : _ ("(no unit)");
}

static char *
unit_text (gpointer row, guint column)
{
  const DkPaperCount *count = row;
  const guint values[] = { 0,           count->total,   count->issued, count->entered,
                           count->voided, count->missing, count->lost };

  return column == UNIT_NAME ? g_strdup (unit_words (count))
                             : g_strdup_printf ("%u", values[column]);
}

static const char *
unit_key (gpointer row)
{
  return unit_words (row);
}

static gboolean
unit_strong (gpointer row)
{
  const DkPaperCount *count = row;

  return count->issued + count->missing > 0;
}

static const DkRowsColumn unit_columns[] = {
  { N_ ("Unit"), 150, TRUE },    { N_ ("Issued"), 72, FALSE }, { N_ ("Still out"), 76, FALSE },
  { N_ ("Keyed in"), 76, FALSE }, { N_ ("Void"), 60, FALSE },   { N_ ("Missing"), 72, FALSE },
  { N_ ("Lost"), 60, FALSE },
};
static const DkRowsSpec unit_spec
    = { unit_columns, G_N_ELEMENTS (unit_columns), unit_text, unit_key, unit_strong };

static char *
number_text (gpointer data, guint column)
{
  const DkPaperRow *row = data;

  switch (column) {
  case 0:
    return g_strdup (row->number);
  case 1:
    return g_strdup (dk_paper_state_words (row->state));
  case 2:
    return g_strdup (row->unit);
  case 3:
    return g_strdup (row->form);
  default:
    return row->issued_ms > 0 ? dk_time_format_short (row->issued_ms, dk_clock_wall_ms ())
                              : g_strdup ("");
  }
}

static const char *
number_key (gpointer row)
{
  return ((const DkPaperRow *) row)->number;
}

static gboolean
number_strong (gpointer row)
{
  return g_strcmp0 (((const DkPaperRow *) row)->state, "missing") == 0;
}

static const DkRowsColumn number_columns[] = {
  { N_ ("Number"), 130, FALSE }, { N_ ("State"), 84, FALSE },  { N_ ("Unit"), 90, TRUE },
  { N_ ("Form"), 110, TRUE },    { N_ ("Issued"), 70, FALSE },
};
static const DkRowsSpec number_spec
    = { number_columns, G_N_ELEMENTS (number_columns), number_text, number_key, number_strong };

/* Nobody has it back yet. */
static gboolean
is_out (const DkPaperRow *row)
{
  return g_strcmp0 (row->state, "issued") == 0 || g_strcmp0 (row->state, "missing") == 0;
}

/* The rows are those of the view; a list frees none of its own. */
static void
show_numbers (DkPaperPage *self)
{
  const DkPaperCount *unit = dk_rows_view_get_selected (self->units);
  gboolean only_out = gtk_toggle_button_get_active (self->filter_out);
  GPtrArray *rows = g_ptr_array_new ();

  for (guint i = 0; self->view != NULL && i < self->view->rows->len; i++) {
    DkPaperRow *row = self->view->rows->pdata[i];
    gboolean is_unit = unit == NULL || unit == self->view->account->all
                       || dk_paper_is_same_unit (unit->unit, row->unit);
    if (is_unit && (!only_out || is_out (row)))
      g_ptr_array_add (rows, row);
  }
  gtk_stack_set_visible_child (self->list_stack,
                               rows->len > 0 ? self->list_box : GTK_WIDGET (self->empty));
  gtk_label_set_text (self->empty,
                      self->view != NULL && self->view->rows->len > 0
                          ? _ ("Every number of this paper is accounted for.")
                          : _ ("No numbers were issued on paper yet. Print makes numbered forms."));
  dk_rows_view_take_rows (self->list, rows);
}

static void
show_units (DkPaperPage *self)
{
  const DkPaperAccount *account = self->view->account;
  GPtrArray *rows = g_ptr_array_new ();

  account->all->unit = account->all->unit != NULL ? account->all->unit : g_strdup (_ ("All paper"));
  g_ptr_array_add (rows, account->all);
  for (guint i = 0; i < account->units->len; i++)
    g_ptr_array_add (rows, account->units->pdata[i]);
  dk_rows_view_take_rows (self->units, rows);
  if (dk_rows_view_get_selected (self->units) == NULL)
    dk_rows_view_select_first (self->units);
}

/* The first range that is open, and that there are more. New string. */
static char *
name_unknown (const GPtrArray *unknown)
{
  if (unknown->len < 2)
    return g_strdup (unknown->len > 0 ? unknown->pdata[0] : "");
  return g_strdup_printf (
      g_dngettext (NULL, "%s, and %u more range", "%s, and %u more ranges", unknown->len - 1),
      (const char *) unknown->pdata[0], unknown->len - 1);
}

static void
show_summary (DkPaperPage *self)
{
  const DkPaperCount *all = self->view->account->all;
  const GPtrArray *unknown = self->view->account->unknown;
  guint open = all->issued + all->missing;
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self->outcome));
  g_autofree char *gone = name_unknown (unknown);
  g_autofree char *text = g_strdup_printf (
      _ ("%u issued: %u keyed in, %u void, %u missing, %u lost, %u still out"), all->total,
      all->entered, all->voided, all->missing, all->lost, all->issued);
  g_autofree char *outcome
      = open == 0 && unknown->len > 0
            ? g_strdup_printf (_ ("Given out before this kit was restored or copied, and not "
                                  "counted here: %s."),
                               gone)
        : open == 0 ? g_strdup (_ ("Every number is accounted for."))
                  : g_strdup_printf (g_dngettext (NULL, "%u number is not accounted for yet.",
                                                  "%u numbers are not accounted for yet.", open),
                                     open);

  gtk_label_set_text (self->summary, all->total > 0 ? text : "");
  gtk_label_set_text (self->outcome, all->total + unknown->len > 0 ? outcome : "");
  gtk_style_context_remove_class (style, "ready-green");
  gtk_style_context_remove_class (style, "ready-amber");
  gtk_style_context_add_class (style,
                               open + unknown->len == 0 ? "ready-green" : "ready-amber");
}

static void
show_view (gpointer owner, gpointer result, const GError *error)
{
  DkPaperPage *self = owner;
  DkPaperView *before = self->view;
  g_autofree char *wanted = NULL;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  self->view = result;
  wanted = g_steal_pointer (&self->wanted);
  show_units (self);
  show_summary (self);
  show_numbers (self);
  if (wanted != NULL && !dk_rows_view_select (self->list, wanted)) {
    gtk_toggle_button_set_active (self->filter_out, FALSE);
    (void) dk_rows_view_select (self->list, wanted);
  }
  dk_paper_view_free (before);
}

static void
dk_paper_page_refresh (DkPage *page)
{
  dk_kit_run (page, &(DkKitCall) { .work = dk_paper_rows_load,
                                   .reply = show_view,
                                   .result_free = dk_paper_view_free });
}

static void
dk_paper_page_open (DkPage *page, const char *id)
{
  DkPaperPage *self = DK_PAPER_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  dk_paper_page_refresh (page);
}

static void
dk_paper_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_PAPER_PAGE (page)->units));
}

static void
on_unit (DkRowsView *list, DkPaperPage *self)
{
  show_numbers (self);
}

static void
on_filter (GtkToggleButton *button, DkPaperPage *self)
{
  if (self->view != NULL)
    show_numbers (self);
}

static void
add_line (GString *text, const char *format, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (format, "%s", 2);

  if (value != NULL && *value != '\0')
    g_string_append_printf (text, "%s%s%s%s", text->len > 0 ? "\n" : "", parts[0], value,
                            parts[1] != NULL ? parts[1] : "");
}

static char *
by_whom (gint64 when_ms, const char *who)
{
  g_autofree char *time
      = when_ms > 0 ? dk_time_format_short (when_ms, dk_clock_wall_ms ()) : g_strdup ("");

  return g_strdup_printf ("%s%s%s", time, who != NULL ? ", " : "", who != NULL ? who : "");
}

static void
show_fate (gpointer owner, gpointer result, const GError *error)
{
  DkPaperPage *self = owner;
  g_autoptr (DkPaperFate) fate = result;
  const DkPaperRow *row = dk_rows_view_get_selected (self->list);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *issued = NULL;
  g_autofree char *changed = NULL;

  if (dk_page_failed (DK_PAGE (self), error) || row == NULL
      || g_strcmp0 (row->number, fate->number) != 0)
    return;
  issued = by_whom (fate->issued_ms, fate->issued_by);
  changed = fate->changed_ms > 0 ? by_whom (fate->changed_ms, fate->changed_by) : NULL;
  add_line (text, "%s", dk_paper_state_words (fate->state));
  add_line (text, _ ("Form: %s"), fate->form);
  add_line (text, _ ("Unit: %s"), fate->unit);
  add_line (text, _ ("Issued: %s"), issued);
  add_line (text, _ ("Since: %s"), changed);
  add_line (text, _ ("Reason: %s"), fate->reason);
  add_line (text, _ ("Keyed in as: %s"), fate->keyed_form);
  add_line (text, _ ("Says: %s"), fate->summary);
  add_line (text, _ ("Written by: %s"), fate->written_by);
  gtk_label_set_text (self->fate, text->str);
}

static void
show_steps (DkPaperPage *self, const DkPaperRow *row)
{
  const char *state = row != NULL ? row->state : "";
  gboolean issued = g_strcmp0 (state, "issued") == 0;
  gboolean missing = g_strcmp0 (state, "missing") == 0;
  gboolean lost = g_strcmp0 (state, "lost") == 0;

  gtk_widget_set_visible (self->key_in, issued || missing || lost);
  gtk_widget_set_visible (self->again, issued || missing);
  gtk_widget_set_visible (self->missing, issued);
  gtk_widget_set_visible (self->lost, issued || missing);
  gtk_widget_set_visible (self->found, missing || lost);
  gtk_widget_set_visible (self->void_it, issued || missing || lost);
}

static void
on_number (DkRowsView *list, DkPaperPage *self)
{
  const DkPaperRow *row = dk_rows_view_get_selected (list);

  gtk_label_set_text (self->number, row != NULL ? row->number : "");
  gtk_label_set_text (self->fate, row != NULL ? "" : _ ("Pick a number to see what became of it."));
  show_steps (self, row);
  if (row != NULL)
    dk_kit_run (self, &(DkKitCall) { .work = dk_paper_rows_fate,
                                     .reply = show_fate,
                                     .data = g_strdup (row->number),
                                     .data_free = g_free,
                                     .result_free = (GDestroyNotify) dk_paper_fate_free });
}

static void
on_done (gpointer owner, gpointer result, const GError *error)
{
  g_autofree char *text = result;

  if (dk_page_failed (DK_PAGE (owner), error))
    return;
  dk_page_say (DK_PAGE (owner), GTK_MESSAGE_INFO, text);
  dk_paper_page_refresh (DK_PAGE (owner));
}

static void
do_step (DkPaperPage *self, DkPaperStep step, const char *number, const char *reason)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_paper_rows_step,
                                   .reply = on_done,
                                   .data = dk_paper_step_order_new (step, number, reason),
                                   .data_free = dk_paper_step_order_free,
                                   .result_free = g_free });
}

/* What is asked about; belongs to the dialog. */
typedef struct {
  DkPaperStep step;
  char *number;
} Asked;

static void
free_asked (gpointer data)
{
  g_free (((Asked *) data)->number);
  g_free (data);
}

static void
on_reason (GtkWidget *owner, gpointer data, const char *reason)
{
  const Asked *asked = data;

  do_step (DK_PAPER_PAGE (owner), asked->step, asked->number, reason);
}

/* A reason is a line of a moment, with the number beside it: it is not kept. */
static void
on_keep (GtkWidget *owner, gpointer data, const char *words)
{
}

static void
on_left (GtkWidget *owner, gpointer data, gboolean is_discarded)
{
}

static void
ask_reason (DkPaperPage *self, DkPaperStep step)
{
  const DkPaperRow *row = dk_rows_view_get_selected (self->list);
  gboolean lose = step == DK_PAPER_LOSE;
  g_autofree char *title = NULL;
  Asked *asked;

  if (row == NULL)
    return;
  title = g_strdup_printf (lose ? _ ("Give up %s as lost") : _ ("Void %s"), row->number);
  asked = g_new0 (Asked, 1);
  asked->step = step;
  asked->number = g_strdup (row->number);
  dk_reason_dialog_ask (
      GTK_WIDGET (self),
      &(DkReasonQuestion) {
          .title = title,
          .what = lose ? _ ("The form is nowhere to be found. Its number counts as accounted for, "
                            "with your reason; if it turns up it can still be keyed in.")
                       : _ ("The form is spoiled and will not be keyed in. Its number stays on the "
                            "account, with your reason."),
          .label = _ ("_Reason"),
          .button = lose ? _ ("_Give up as lost") : _ ("_Void the number") },
      &(DkReasonReplies) { .done = on_reason,
                           .keep = on_keep,
                           .left = on_left,
                           .data = asked,
                           .data_free = free_asked });
}

static void
on_missing (GtkButton *button, DkPaperPage *self)
{
  const DkPaperRow *row = dk_rows_view_get_selected (self->list);

  if (row != NULL)
    do_step (self, DK_PAPER_MISS, row->number, NULL);
}

static void
on_found (GtkButton *button, DkPaperPage *self)
{
  const DkPaperRow *row = dk_rows_view_get_selected (self->list);

  if (row != NULL)
    do_step (self, DK_PAPER_FIND, row->number, NULL);
}

static void
on_lost (GtkButton *button, DkPaperPage *self)
{
  ask_reason (self, DK_PAPER_LOSE);
}

static void
on_void (GtkButton *button, DkPaperPage *self)
{
  ask_reason (self, DK_PAPER_VOID);
}

static void
key_in (DkPaperPage *self)
{
  const DkPaperRow *row = dk_rows_view_get_selected (self->list);

  if (row != NULL)
    dk_page_go (DK_PAGE (self), "ticket", row->number);
}

static void
on_key_in (GtkButton *button, DkPaperPage *self)
{
  key_in (self);
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkPaperPage *self)
{
  key_in (self);
}

static void
on_again (GtkButton *button, DkPaperPage *self)
{
  const DkPaperRow *row = dk_rows_view_get_selected (self->list);
  g_autofree char *id = row != NULL ? g_strdup_printf ("again:%s", row->number) : NULL;

  if (id != NULL)
    dk_page_go (DK_PAGE (self), "print", id);
}

static void
dk_paper_page_finalize (GObject *object)
{
  dk_paper_view_free (DK_PAPER_PAGE (object)->view);
  g_free (DK_PAPER_PAGE (object)->wanted);
  G_OBJECT_CLASS (dk_paper_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_child (class, DkPaperPage, summary);
  gtk_widget_class_bind_template_child (class, DkPaperPage, outcome);
  gtk_widget_class_bind_template_child (class, DkPaperPage, filter_out);
  gtk_widget_class_bind_template_child (class, DkPaperPage, units);
  gtk_widget_class_bind_template_child (class, DkPaperPage, list);
  gtk_widget_class_bind_template_child (class, DkPaperPage, list_stack);
  gtk_widget_class_bind_template_child (class, DkPaperPage, list_box);
  gtk_widget_class_bind_template_child (class, DkPaperPage, empty);
  gtk_widget_class_bind_template_child (class, DkPaperPage, number);
  gtk_widget_class_bind_template_child (class, DkPaperPage, fate);
  gtk_widget_class_bind_template_child (class, DkPaperPage, key_in);
  gtk_widget_class_bind_template_child (class, DkPaperPage, again);
  gtk_widget_class_bind_template_child (class, DkPaperPage, missing);
  gtk_widget_class_bind_template_child (class, DkPaperPage, lost);
  gtk_widget_class_bind_template_child (class, DkPaperPage, found);
  gtk_widget_class_bind_template_child (class, DkPaperPage, void_it);
}

static void
dk_paper_page_class_init (DkPaperPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_paper_page_finalize;
  page_class->refresh = dk_paper_page_refresh;
  page_class->open = dk_paper_page_open;
  page_class->enter = dk_paper_page_enter;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/paper-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_unit);
  gtk_widget_class_bind_template_callback (widget_class, on_number);
  gtk_widget_class_bind_template_callback (widget_class, on_filter);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_key_in);
  gtk_widget_class_bind_template_callback (widget_class, on_again);
  gtk_widget_class_bind_template_callback (widget_class, on_missing);
  gtk_widget_class_bind_template_callback (widget_class, on_lost);
  gtk_widget_class_bind_template_callback (widget_class, on_found);
  gtk_widget_class_bind_template_callback (widget_class, on_void);
}

static void
dk_paper_page_init (DkPaperPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->units, &unit_spec);
  dk_rows_view_set_spec (self->list, &number_spec);
}
