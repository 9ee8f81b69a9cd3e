/* SPDX-License-Identifier: MIT */
#include "ui/now-plan.h"

#include <glib/gi18n.h>

#include "app/base/clock.h"
#include "ui/calltree-work.h"
#include "ui/card.h"
#include "ui/oncall-work.h"
#include "ui/page.h"

#define SERVICES_SHOWN 6u
#define COLUMNS 3u
#define NAME_CHARS 24

struct _DkNowPlan {
  GtkBox parent_instance;
  GtkWidget *rounds;
  GtkWidget *title;
  GtkWidget *grid;
  char *rounds_shown; /* what they tell: compared before they are made anew */
  char *people_shown;
};

G_DEFINE_FINAL_TYPE (DkNowPlan, dk_now_plan, GTK_TYPE_BOX)

static DkPage *
page_of (DkNowPlan *self)
{
  return DK_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (self), DK_TYPE_PAGE));
}

static void
add_label (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), NAME_CHARS);
  if (class != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  gtk_container_add (GTK_CONTAINER (box), label);
}

static void
add_person (DkNowPlan *self, const DkOnCallRow *row, guint place)
{
  GtkWidget *button = dk_page_link_new ("oncall", row->service);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *until = dk_oncall_until_words (row, dk_clock_wall_ms ());
  g_autofree char *name = g_strdup_printf (
      _ ("%s: %s, %s, until %s%s%s"), row->service_name, row->name,
      row->number != NULL ? row->number : _ ("no number"), until, row->mark != NULL ? ", " : "",
      row->mark != NULL ? row->mark : "");
  g_autofree char *who
      = row->is_outside ? g_strdup_printf (_ ("%s, OUTSIDE HOURS"), row->name)
                        : g_strdup (row->name);

  add_label (box, row->service_name, "field-label");
  add_label (box, row->number != NULL ? row->number : _ ("no number"), "number-aloud");
  if (row->mark != NULL)
    add_label (box, row->mark, "changed");
  add_label (box, who, row->contact == NULL || row->is_outside ? "warn" : NULL);
  gtk_container_add (GTK_CONTAINER (button), box);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_set_hexpand (button, TRUE);
  gtk_grid_attach (GTK_GRID (self->grid), button, (int) (place % COLUMNS),
                   (int) (place / COLUMNS), 1, 1);
}

/* Tier 1 of each service, most critical first; the rows come in that order. */
static GPtrArray *
choose_people (const GPtrArray *rows)
{
  GPtrArray *chosen = g_ptr_array_new ();
  const char *service = NULL;

  for (guint i = 0; i < rows->len && chosen->len < SERVICES_SHOWN; i++) {
    const DkOnCallRow *row = rows->pdata[i];
    if (g_strcmp0 (row->service, service) == 0)
      continue;
    service = row->service;
    g_ptr_array_add (chosen, (gpointer) row);
  }
  return chosen;
}

static char *
describe_people (const GPtrArray *people)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < people->len; i++) {
    const DkOnCallRow *row = people->pdata[i];
    g_string_append_printf (text, "%s %s %s %d %" G_GINT64_FORMAT "\n", row->key,
                            row->number != NULL ? row->number : "",
                            row->mark != NULL ? row->mark : "", row->is_outside,
                            row->until_ms);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
show_people (gpointer owner, gpointer result, const GError *error)
{
  DkNowPlan *self = owner;
  g_autoptr (GPtrArray) rows = result;
  g_autoptr (GPtrArray) people = NULL;
  g_autofree char *text = NULL;

  if (error != NULL) {
    (void) dk_page_failed (page_of (self), error);
    return;
  }
  people = choose_people (rows);
  text = describe_people (people);
  if (g_strcmp0 (text, self->people_shown) == 0)
    return;
  g_free (self->people_shown);
  self->people_shown = g_steal_pointer (&text);
  dk_card_clear (self->grid);
  for (guint i = 0; i < people->len; i++)
    add_person (self, people->pdata[i], i);
  gtk_widget_show_all (self->grid);
  gtk_widget_set_visible (self->title, people->len > 0);
  gtk_widget_set_visible (self->grid, people->len > 0);
}

static void
show_rounds (gpointer owner, gpointer result, const GError *error)
{
  DkNowPlan *self = owner;
  g_autoptr (GPtrArray) rows = result;
  g_autoptr (GString) text = g_string_new (NULL);

  if (error != NULL) {
    (void) dk_page_failed (page_of (self), error);
    return;
  }
  for (guint i = 0; i < rows->len; i++) {
    const DkCallTreeRow *row = rows->pdata[i];
    if (row->is_open)
      g_string_append_printf (text, "%s %s\n", row->key, row->state);
  }
  if (g_strcmp0 (text->str, self->rounds_shown) == 0)
    return;
  g_free (self->rounds_shown);
  self->rounds_shown = g_strdup (text->str);
  dk_card_clear (self->rounds);
  for (guint i = 0; i < rows->len; i++) {
    const DkCallTreeRow *row = rows->pdata[i];
    g_autofree char *words
        = g_strdup_printf (_ ("Go on calling: %s, %s"), row->title, row->state);
    GtkWidget *button;
    if (!row->is_open)
      continue;
    button = dk_page_link_new ("calltrees", row->key);
    gtk_button_set_label (GTK_BUTTON (button), words);
    gtk_label_set_xalign (GTK_LABEL (gtk_bin_get_child (GTK_BIN (button))), 0);
    gtk_container_add (GTK_CONTAINER (self->rounds), button);
  }
  gtk_widget_show_all (self->rounds);
}

void
dk_now_plan_refresh (DkNowPlan *self)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_calltree_work_list,
                                   .reply = show_rounds,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
  dk_kit_run (self, &(DkKitCall) { .work = dk_oncall_work_rows,
                                   .reply = show_people,
                                   .data = dk_oncall_work_moment (0),
                                   .data_free = g_free,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
}

static void
dk_now_plan_finalize (GObject *object)
{
  g_free (DK_NOW_PLAN (object)->rounds_shown);
  g_free (DK_NOW_PLAN (object)->people_shown);
  G_OBJECT_CLASS (dk_now_plan_parent_class)->finalize (object);
}

static void
dk_now_plan_class_init (DkNowPlanClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_now_plan_finalize;
}

static void
dk_now_plan_init (DkNowPlan *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->rounds = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->title = gtk_label_new (_ ("On call now, most critical services first (all: Alt+5)"));
  self->grid = gtk_grid_new ();
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->title), "section");
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 6);
  gtk_grid_set_column_homogeneous (GTK_GRID (self->grid), TRUE);
  gtk_container_add (GTK_CONTAINER (self), self->rounds);
  gtk_container_add (GTK_CONTAINER (self), self->title);
  gtk_container_add (GTK_CONTAINER (self), self->grid);
}
