/* SPDX-License-Identifier: MIT */
#include "ui/now-watch.h"

#include <glib/gi18n.h>

#include "ui/card.h"
#include "ui/page.h"
#include "ui/readiness-work.h"
#include "ui/ready-words.h"
#include "ui/runbook-work.h"

#define RED_SHOWN 5u

struct _DkNowWatch {
  GtkBox parent_instance;
  GtkWidget *runs_title;
  GtkWidget *runs;
  GtkWidget *ready_title;
  GtkWidget *ready;
  char *runs_shown; /* what they tell: compared before they are made anew */
  gint64 look_shown;
  gboolean with_details;
};

G_DEFINE_FINAL_TYPE (DkNowWatch, dk_now_watch, GTK_TYPE_BOX)

static DkPage *
page_of (DkNowWatch *self)
{
  return DK_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (self), DK_TYPE_PAGE));
}

static void
add_button (GtkWidget *box, const char *words, const char *page, const char *id)
{
  GtkWidget *button = dk_page_link_new (page, id);
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_container_add (GTK_CONTAINER (button), label);
  gtk_container_add (GTK_CONTAINER (box), button);
}

static void
show_runs (gpointer owner, gpointer result, const GError *error)
{
  DkNowWatch *self = owner;
  g_autoptr (GPtrArray) rows = result;
  g_autoptr (GString) text = g_string_new (NULL);

  if (error != NULL) {
    (void) dk_page_failed (page_of (self), error);
    return;
  }
  for (guint i = 0; i < rows->len; i++) {
    const DkRunbookRow *row = rows->pdata[i];
    g_string_append_printf (text, "%s %s\n", row->key, row->state);
  }
  if (g_strcmp0 (text->str, self->runs_shown) == 0)
    return;
  g_free (self->runs_shown);
  self->runs_shown = g_strdup (text->str);
  dk_card_clear (self->runs);
  for (guint i = 0; i < rows->len; i++) {
    const DkRunbookRow *row = rows->pdata[i];
    g_autofree char *words = g_strdup_printf (_ ("%s: %s, started by %s"), row->title, row->state,
                                              row->owner);
    add_button (self->runs, words, "runbooks", row->key);
  }
  gtk_widget_show_all (self->runs);
  gtk_widget_set_visible (self->runs_title, rows->len > 0);
}

static void
add_red (DkNowWatch *self, const DkFinding *finding)
{
  g_autofree char *words = g_strdup_printf ("%s  %s: %s", dk_ready_words (finding->state),
                                            finding->check->title, finding->detail);
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (label, finding->remedy);
  gtk_container_add (GTK_CONTAINER (self->ready), label);
}

static void
show_ready (gpointer owner)
{
  DkNowWatch *self = owner;
  const DkReadinessLook *look = dk_readiness_look ();
  g_autofree char *words = NULL;
  guint shown = 0;

  if (look->findings == NULL || look->at_ms == self->look_shown)
    return;
  self->look_shown = look->at_ms;
  dk_card_clear (self->ready);
  gtk_widget_set_visible (self->ready_title, look->red + look->amber > 0);
  if (look->red + look->amber == 0)
    return;
  words = g_strdup_printf (_ ("%u red and %u amber of %u checks: look at them"), look->red,
                           look->amber, look->findings->len);
  add_button (self->ready, words, "readiness", NULL);
  for (guint i = 0; self->with_details && i < look->findings->len && shown < RED_SHOWN; i++) {
    const DkFinding *finding = look->findings->pdata[i];
    if (finding->state != DK_READY_RED)
      continue;
    add_red (self, finding);
    shown++;
  }
  gtk_widget_show_all (self->ready);
}

void
dk_now_watch_refresh (DkNowWatch *self, gboolean with_details)
{
  if (self->with_details != with_details)
    self->look_shown = 0;
  self->with_details = with_details;
  dk_kit_run (self, &(DkKitCall) { .work = dk_runbook_work_open_runs,
                                   .reply = show_runs,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
  dk_readiness_look_start (self, FALSE, show_ready);
}

static void
dk_now_watch_finalize (GObject *object)
{
  g_free (DK_NOW_WATCH (object)->runs_shown);
  G_OBJECT_CLASS (dk_now_watch_parent_class)->finalize (object);
}

static void
dk_now_watch_class_init (DkNowWatchClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_now_watch_finalize;
}

static GtkWidget *
add_title (DkNowWatch *self, const char *words)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "section");
  gtk_container_add (GTK_CONTAINER (self), label);
  return label;
}

static GtkWidget *
add_box (DkNowWatch *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_widget_show (box);
  gtk_container_add (GTK_CONTAINER (self), box);
  return box;
}

static void
dk_now_watch_init (DkNowWatch *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->runs_title = add_title (self, _ ("Runbooks in progress"));
  self->runs = add_box (self);
  self->ready_title = add_title (self, _ ("Not ready for the next outage"));
  self->ready = add_box (self);
}
