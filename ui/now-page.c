/* SPDX-License-Identifier: MIT */
#include "ui/now-page.h"

#include <glib/gi18n.h>

#include "ui/card.h"
#include "ui/facts.h"
#include "ui/now-plan.h"
#include "ui/now-watch.h"
#include "ui/ticket-work.h"

#define OVERDUE_SHOWN 8u

struct _DkNowPage {
  DkPage parent_instance;
  GtkBox *tiles;
  DkNowPlan *plan;
  DkNowWatch *watch;
  GtkBox *lines;
  GtkWidget *first;
  char *taking_to; /* page of the draft that is being taken over */
};

G_DEFINE_FINAL_TYPE (DkNowPage, dk_now_page, DK_TYPE_PAGE)

/* Drafts of calls go on in the line of the calls page. */
typedef struct {
  char *number;
  char *words;
  char *of; /* the colleague who types it; NULL = the person who unlocked */
  gboolean is_call;
} Draft;

typedef struct {
  DkFacts *facts;
  GPtrArray *drafts; /* of Draft */
} Overview;

static void
free_draft (gpointer data)
{
  Draft *draft = data;

  g_free (draft->number);
  g_free (draft->words);
  g_free (draft->of);
  g_free (draft);
}

static void
free_overview (gpointer data)
{
  Overview *overview = data;

  dk_facts_free (overview->facts);
  g_clear_pointer (&overview->drafts, g_ptr_array_unref);
  g_free (overview);
}

static gpointer
load_overview (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error)
{
  Overview *overview = g_new0 (Overview, 1);
  g_autoptr (GPtrArray) drafts = NULL;

  overview->drafts = g_ptr_array_new_with_free_func (free_draft);
  overview->facts = dk_facts_load (kit, NULL, cancellable, error);
  drafts = overview->facts != NULL ? dk_ticket_store_list_drafts (dk_kit_store (kit), error) : NULL;
  for (guint i = 0; drafts != NULL && i < drafts->len; i++) {
    DkDraft *kept = drafts->pdata[i];
    Draft *draft = g_new0 (Draft, 1);
    draft->number = g_strdup (kept->number);
    draft->words = g_strdup (dk_json_get_text (kept->answers, "summary"));
    draft->of = kept->is_mine ? NULL : g_strdup (kept->user);
    draft->is_call = g_strcmp0 (kept->form, DK_FORM_CALL) == 0;
    g_ptr_array_add (overview->drafts, draft);
  }
  if (drafts == NULL)
    g_clear_pointer (&overview, free_overview);
  return overview;
}

static void
on_target (GtkButton *button, DkNowPage *self)
{
  g_autofree char *page = g_strdup (g_object_get_data (G_OBJECT (button), "page"));
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (button), "id"));

  dk_page_go (DK_PAGE (self), page, id);
}

static GtkWidget *
new_button (DkNowPage *self, const char *page, const char *id, GCallback clicked)
{
  GtkWidget *button = gtk_button_new ();

  g_object_set_data_full (G_OBJECT (button), "page", g_strdup (page), g_free);
  g_object_set_data_full (G_OBJECT (button), "id", g_strdup (id), g_free);
  g_signal_connect (button, "clicked", clicked, self);
  return button;
}

static void
add_tile (DkNowPage *self, guint n, const char *words, const char *page, gboolean grave)
{
  GtkWidget *button = new_button (self, page, NULL, G_CALLBACK (on_target));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  g_autofree char *text = g_strdup_printf ("%u", n);
  g_autofree char *name = g_strdup_printf ("%u %s", n, words);
  GtkWidget *number = gtk_label_new (text);
  GtkWidget *label = gtk_label_new (words);

  gtk_style_context_add_class (gtk_widget_get_style_context (number), "tile-number");
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  if (grave && n > 0)
    gtk_style_context_add_class (gtk_widget_get_style_context (button), "grave");
  gtk_container_add (GTK_CONTAINER (box), number);
  gtk_container_add (GTK_CONTAINER (box), label);
  gtk_container_add (GTK_CONTAINER (button), box);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_show_all (button);
  gtk_container_add (GTK_CONTAINER (self->tiles), button);
  if (self->first == NULL)
    self->first = button;
}

static void
add_words (DkNowPage *self, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  gtk_widget_show (label);
  gtk_container_add (GTK_CONTAINER (self->lines), label);
}

static void
on_taken_over (gpointer owner, gpointer result, const GError *error)
{
  DkNowPage *self = owner;
  g_autofree char *number = result;
  g_autofree char *page = g_steal_pointer (&self->taking_to);

  if (!dk_page_failed (DK_PAGE (self), error))
    dk_page_go (DK_PAGE (self), page, number);
}

static void
on_take_over (GtkButton *button, DkNowPage *self)
{
  g_free (self->taking_to);
  self->taking_to = g_strdup (g_object_get_data (G_OBJECT (button), "page"));
  dk_kit_run (self, &(DkKitCall) { .work = dk_ticket_work_take_over,
                                   .reply = on_taken_over,
                                   .data = g_strdup (g_object_get_data (G_OBJECT (button), "id")),
                                   .data_free = g_free,
                                   .result_free = g_free });
}

static void
add_draft (DkNowPage *self, const Draft *draft)
{
  GtkWidget *button = new_button (self, draft->is_call ? "calls" : "ticket", draft->number,
                                  draft->of != NULL ? G_CALLBACK (on_take_over)
                                                    : G_CALLBACK (on_target));
  const char *words = draft->words != NULL ? draft->words : _ ("(no summary yet)");
  g_autofree char *text
      = draft->of != NULL
            ? g_strdup_printf (_ ("Take over the draft of %s: %s, %s"), draft->of, draft->number,
                               words)
            : g_strdup_printf (_ ("Continue %s: %s"), draft->number, words);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_container_add (GTK_CONTAINER (button), label);
  gtk_widget_show_all (button);
  gtk_container_add (GTK_CONTAINER (self->lines), button);
}

static void
add_overdue (DkNowPage *self, const GPtrArray *overdue)
{
  g_autofree char *rest = NULL;

  if (overdue->len == 0)
    return;
  add_words (self, _ ("Runbooks whose review is due"), "section");
  for (guint i = 0; i < MIN (overdue->len, OVERDUE_SHOWN); i++)
    add_words (self, overdue->pdata[i], NULL);
  if (overdue->len > OVERDUE_SHOWN) {
    rest = g_strdup_printf (_ ("and %u more, marked in the list of runbooks"),
                            overdue->len - OVERDUE_SHOWN);
    add_words (self, rest, "dim-label");
  }
}

static void
show_overview (gpointer owner, gpointer result, const GError *error)
{
  DkNowPage *self = owner;
  Overview *overview = result;
  const DkFacts *facts;
  gboolean had_focus;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  facts = overview->facts;
  had_focus = self->first != NULL && gtk_widget_has_focus (self->first);
  self->first = NULL;
  dk_card_clear (GTK_WIDGET (self->tiles));
  dk_card_clear (GTK_WIDGET (self->lines));
  add_tile (self, facts->safety_open, _ ("open with patient safety"), "tickets", TRUE);
  add_tile (self, facts->counts.calls, _ ("calls open"), "calls", FALSE);
  add_tile (self, facts->counts.open, _ ("tickets open"), "tickets", FALSE);
  add_tile (self, facts->counts.waiting, _ ("finalised, wait for hand-over"),
            facts->may_send ? "handover" : "tickets", FALSE);
  if (overview->drafts->len > 0)
    add_words (self, _ ("Unfinished: nothing typed was lost"), "section");
  for (guint i = 0; i < overview->drafts->len; i++)
    add_draft (self, overview->drafts->pdata[i]);
  add_words (self, _ ("What to do"), "section");
  add_words (self,
             _ ("F2 takes a call in one line, Ctrl+N starts a full ticket; both have a number "
                "with the first key."),
             NULL);
  add_words (self,
             _ ("Just type to find a person, a runbook or a ticket. Ctrl+L locks the kit when "
                "you leave."),
             NULL);
  if (facts->counts.waiting > 0 && facts->may_send)
    add_words (self, _ ("When the ITSM is back: Hand-over (Alt+9) sends what waits, once."), NULL);
  add_overdue (self, facts->overdue);
  dk_now_watch_refresh (self->watch, facts->may_send);
  if (had_focus)
    gtk_widget_grab_focus (self->first);
  free_overview (overview);
}

static void
dk_now_page_refresh (DkPage *page)
{
  dk_kit_run (page, &(DkKitCall) { .work = load_overview,
                                   .reply = show_overview,
                                   .result_free = free_overview });
  dk_now_plan_refresh (DK_NOW_PAGE (page)->plan);
}

static void
dk_now_page_enter (DkPage *page)
{
  DkNowPage *self = DK_NOW_PAGE (page);

  if (self->first != NULL)
    gtk_widget_grab_focus (self->first);
}

static void
dk_now_page_finalize (GObject *object)
{
  g_free (DK_NOW_PAGE (object)->taking_to);
  G_OBJECT_CLASS (dk_now_page_parent_class)->finalize (object);
}

static void
dk_now_page_class_init (DkNowPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_now_page_finalize;
  DK_PAGE_CLASS (class)->refresh = dk_now_page_refresh;
  DK_PAGE_CLASS (class)->enter = dk_now_page_enter;
  g_type_ensure (DK_TYPE_NOW_PLAN);
  g_type_ensure (DK_TYPE_NOW_WATCH);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/downtimekit/ui/now-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DkNowPage, tiles);
  gtk_widget_class_bind_template_child (widget_class, DkNowPage, plan);
  gtk_widget_class_bind_template_child (widget_class, DkNowPage, watch);
  gtk_widget_class_bind_template_child (widget_class, DkNowPage, lines);
}

static void
dk_now_page_init (DkNowPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
