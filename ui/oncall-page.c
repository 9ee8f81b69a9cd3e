/* SPDX-License-Identifier: MIT */
#include "ui/oncall-page.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "ui/contact-card.h"
#include "ui/contact-work.h"
#include "ui/oncall-work.h"
#include "ui/rows-view.h"

struct _DkOncallPage {
  DkPage parent_instance;
  GtkEntry *at;
  GtkLabel *moment;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkWidget *empty;
  DkRowsView *list;
  DkContactCard *card;
  gint64 at_ms;   /* 0 = now */
  char *wanted;   /* service to show once the list is there */
};

G_DEFINE_FINAL_TYPE (DkOncallPage, dk_oncall_page, DK_TYPE_PAGE)

enum { COLUMN_SERVICE, COLUMN_TIER, COLUMN_NAME, COLUMN_NUMBER, COLUMN_UNTIL };

static const DkRowsColumn columns[] = {
  { N_ ("Service"), 92, TRUE },
  { N_ ("Call"), 58, FALSE },
  { N_ ("Who"), 100, TRUE },
  { N_ ("Number to try first"), 146, TRUE },
  { N_ ("Until, then"), 76, TRUE },
};

/* "23 Nov 09:00, then Telecom on call" */
static char *
until_text (const DkOnCallRow *row)
{
  g_autofree char *until = dk_oncall_until_words (row, dk_clock_wall_ms ());

  return row->next != NULL ? g_strdup_printf (_ ("%s, then %s"), until, row->next)
                           : g_steal_pointer (&until);
}

/* "Mobile 919-555-0100"; a mark takes the place of the kind, since both would not be seen:
 * "919-555-0100 · CORRECTED HERE". NULL for none. */
static char *
number_text (const DkOnCallRow *row)
{
  if (row->number == NULL)
    return g_strdup (row->mark);
  return row->mark != NULL ? g_strdup_printf ("%s · %s", row->number, row->mark)
                           : g_strdup_printf ("%s %s", row->kind, row->number);
}

static char *
cell_text (gpointer data, guint column)
{
  const DkOnCallRow *row = data;

  switch (column) {
  case COLUMN_SERVICE:
    return g_strdup (row->service_name);
  case COLUMN_TIER:
    return dk_tier_words (row->tier);
  case COLUMN_NAME:
    return g_strdup_printf ("%s%s", row->name, row->is_outside ? _ (" (outside hours)") : "");
  case COLUMN_NUMBER:
    return number_text (row);
  default:
    return until_text (row);
  }
}

static const char *
row_key (gpointer row)
{
  return ((const DkOnCallRow *) row)->key;
}

/* Whom to call first stands out among the tiers; so does a tier without anybody. */
static gboolean
row_strong (gpointer data)
{
  const DkOnCallRow *row = data;

  return row->tier == 1 || row->contact == NULL;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static void
show_moment (DkOncallPage *self)
{
  gint64 at_ms = self->at_ms != 0 ? self->at_ms : dk_clock_wall_ms ();
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (at_ms / 1000);
  g_autofree char *words = g_date_time_format (time, "%A %-d %B %H:%M");
  g_autofree char *text
      = self->at_ms == 0 ? g_strdup_printf (_ ("now: %s"), words) : g_strdup (words);

  gtk_style_context_remove_class (gtk_widget_get_style_context (GTK_WIDGET (self->moment)),
                                  "problem");
  gtk_label_set_text (self->moment, text);
}

static void
show_wanted (DkOncallPage *self, const GPtrArray *rows)
{
  g_autofree char *service = g_steal_pointer (&self->wanted);

  for (guint i = 0; service != NULL && i < rows->len; i++) {
    const DkOnCallRow *row = rows->pdata[i];
    if (g_str_equal (row->service, service)) {
      (void) dk_rows_view_select (self->list, row->key);
      return;
    }
  }
}

static void
show_rows (gpointer owner, gpointer result, const GError *error)
{
  DkOncallPage *self = owner;
  g_autoptr (GPtrArray) rows = NULL;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  rows = g_ptr_array_ref (result);
  show_moment (self);
  dk_rows_view_take_rows (self->list, result);
  gtk_stack_set_visible_child (self->list_stack, rows->len > 0 ? self->list_box : self->empty);
  show_wanted (self, rows);
  dk_contact_card_refresh (self->card);
}

static void
dk_oncall_page_refresh (DkPage *page)
{
  DkOncallPage *self = DK_ONCALL_PAGE (page);

  dk_kit_run (page, &(DkKitCall) { .work = dk_oncall_work_rows,
                                   .reply = show_rows,
                                   .data = dk_oncall_work_moment (self->at_ms),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

/* "02:30" is the next time that the clock shows it. */
static gboolean
read_clock (const char *text, gint64 now_ms, gint64 *at_ms)
{
  g_autoptr (GRegex) shape = g_regex_new ("^([01]?\\d|2[0-3])[:.]([0-5]\\d)$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_ms / 1000);
  g_autoptr (GDateTime) then = NULL;
  g_autoptr (GDateTime) tomorrow = g_date_time_add_days (now, 1);
  g_autofree char *hour = NULL;
  g_autofree char *minute = NULL;
  GDateTime *day = now;

  if (!g_regex_match (shape, text, 0, &match))
    return FALSE;
  hour = g_match_info_fetch (match, 1);
  minute = g_match_info_fetch (match, 2);
  for (guint i = 0; i < 2; i++) {
    g_clear_pointer (&then, g_date_time_unref);
    then = g_date_time_new_local (g_date_time_get_year (day),
                                  g_date_time_get_month (day),
                                  g_date_time_get_day_of_month (day),
                                  (int) g_ascii_strtoll (hour, NULL, 10),
                                  (int) g_ascii_strtoll (minute, NULL, 10), 0);
    if (then != NULL && g_date_time_to_unix (then) * 1000 + 59999 >= now_ms)
      break;
    day = tomorrow;
  }
  if (then == NULL)
    return FALSE;
  *at_ms = g_date_time_to_unix (then) * 1000;
  return TRUE;
}

static gboolean
read_moment (const char *typed, gint64 *at_ms)
{
  g_autofree char *text = g_strstrip (g_strdup (typed));
  gint64 now_ms = dk_clock_wall_ms ();

  if (*text == '\0' || g_ascii_strcasecmp (text, "now") == 0
      || g_utf8_collate (text, _ ("now")) == 0) {
    *at_ms = 0;
    return TRUE;
  }
  if (read_clock (text, now_ms, at_ms))
    return TRUE;
  for (char *p = text; *p != '\0'; p++)
    *p = *p == ' ' ? 'T' : *p;
  return dk_time_parse (text, "The time", at_ms, NULL);
}

static void
on_at (GtkEntry *entry, DkOncallPage *self)
{
  gint64 at_ms;

  if (!read_moment (gtk_entry_get_text (entry), &at_ms)) {
    gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->moment)),
                                 "problem");
    gtk_label_set_text (self->moment,
                        _ ("Not a time. Type 02:30, or 2026-11-23 02:30, or now, then Enter."));
    return;
  }
  self->at_ms = at_ms;
  dk_oncall_page_refresh (DK_PAGE (self));
}

static void
on_now (GtkButton *button, DkOncallPage *self)
{
  gtk_entry_set_text (self->at, _ ("now"));
  on_at (self->at, self);
}

static void
on_trees (GtkButton *button, DkOncallPage *self)
{
  dk_page_go (DK_PAGE (self), "calltrees", NULL);
}

static void
on_picked (DkRowsView *list, DkOncallPage *self)
{
  const DkOnCallRow *row = dk_rows_view_get_selected (list);

  if (row != NULL && row->number != NULL)
    dk_contact_card_show (self->card, row->contact);
  else if (row != NULL)
    dk_contact_card_show (self->card, NULL);
}

static void
on_row_activated (GtkTreeView *view, GtkTreePath *path, GtkTreeViewColumn *column,
                  DkOncallPage *self)
{
  (void) gtk_widget_child_focus (GTK_WIDGET (self->card), GTK_DIR_TAB_FORWARD);
}

static void
dk_oncall_page_open (DkPage *page, const char *id)
{
  DkOncallPage *self = DK_ONCALL_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
}

static void
dk_oncall_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_ONCALL_PAGE (page)->list));
}

static void
dk_oncall_page_seal (DkPage *page)
{
  dk_contact_card_seal (DK_ONCALL_PAGE (page)->card);
}

static void
dk_oncall_page_finalize (GObject *object)
{
  g_free (DK_ONCALL_PAGE (object)->wanted);
  G_OBJECT_CLASS (dk_oncall_page_parent_class)->finalize (object);
}

static void
dk_oncall_page_class_init (DkOncallPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_oncall_page_finalize;
  page_class->refresh = dk_oncall_page_refresh;
  page_class->open = dk_oncall_page_open;
  page_class->enter = dk_oncall_page_enter;
  page_class->seal = dk_oncall_page_seal;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  g_type_ensure (DK_TYPE_CONTACT_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/oncall-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkOncallPage, at);
  gtk_widget_class_bind_template_child (widget_class, DkOncallPage, moment);
  gtk_widget_class_bind_template_child (widget_class, DkOncallPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkOncallPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkOncallPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkOncallPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkOncallPage, card);
  gtk_widget_class_bind_template_callback (widget_class, on_at);
  gtk_widget_class_bind_template_callback (widget_class, on_now);
  gtk_widget_class_bind_template_callback (widget_class, on_trees);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
dk_oncall_page_init (DkOncallPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
  gtk_entry_set_text (self->at, _ ("now"));
  dk_contact_card_set_hint (self->card, _ ("Pick a line: all numbers of that person, and whom to "
                                           "try if nobody answers, stand here."));
}
