/* SPDX-License-Identifier: MIT */
#include "ui/runbook-panel.h"

#include <glib/gi18n.h>
#include <string.h>
#include <time.h>

#include "app/plan/run.h"
#include "ui/ask-panel.h"
#include "ui/document-view.h"
#include "ui/page.h"
#include "ui/paper-out.h"
#include "ui/runbook-work.h"

typedef enum { ASK_SKIP, ASK_NOTE, ASK_END, ASK_WRONG, ASK_STEP_WRONG } Asked;

struct _DkRunbookPanel {
  GtkBox parent_instance;
  GtkBox *asked;
  GtkWidget *head;
  GtkLabel *title;
  GtkLabel *facts;
  GtkLabel *warning;
  GtkWidget *start;
  GtkWidget *note;
  GtkWidget *end;
  GtkWidget *origin;
  GtkButton *print;
  GtkWidget *wrong;
  GtkWidget *steps;
  GtkLabel *step;
  GtkWidget *done;
  GtkWidget *skip;
  GtkWidget *reopen;
  DkDocumentView *document;
  GtkWidget *notes_box;
  GtkLabel *notes;
  DkAskPanel *panel; /* NULL if nothing is asked */
  Asked what;
  char *asked_step;
  char *shown;         /* key; NULL until something is shown */
  gboolean with_lead;
  DkRunbookView *view; /* what came last; its document is drawn already */
  gint64 wanted_us;    /* when it was asked for, and the time at work by then */
  clock_t wanted_cpu;
  gulong painted;
};

G_DEFINE_FINAL_TYPE (DkRunbookPanel, dk_runbook_panel, GTK_TYPE_BOX)

static guint started_signal;
static guint link_signal;

static DkPage *
page_of (DkRunbookPanel *self)
{
  return DK_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (self), DK_TYPE_PAGE));
}

static gboolean
failed (DkRunbookPanel *self, const GError *error)
{
  return error != NULL && dk_page_failed (page_of (self), error);
}

static const DkStepMark *
find_mark (DkRunbookPanel *self, const char *id)
{
  for (guint i = 0; self->view != NULL && self->view->marks != NULL && id != NULL
                    && i < self->view->marks->len; i++) {
    const DkStepMark *mark = self->view->marks->pdata[i];
    if (g_str_equal (mark->id, id))
      return mark;
  }
  return NULL;
}

/* A step for leads that nobody ticked has no mark yet: it is open. */
static DkStepState
state_of_step (DkRunbookPanel *self, const char *id)
{
  const DkStepMark *mark = find_mark (self, id);

  return mark != NULL ? mark->state : DK_STEP_OPEN;
}

/* The buttons are about the chosen step. */
static void
show_step (DkRunbookPanel *self)
{
  const char *words = NULL;
  const char *id = dk_document_view_current_step (self->document, &words);
  gboolean may = self->view != NULL && self->view->is_run && !self->view->is_over && id != NULL
                 && self->panel == NULL; /* a question needs the room */
  DkStepState state = may ? state_of_step (self, id) : DK_STEP_OPEN;

  gtk_widget_set_visible (self->steps, may);
  gtk_label_set_text (self->step, words != NULL ? words : "");
  gtk_widget_set_visible (self->done, state == DK_STEP_OPEN);
  gtk_widget_set_visible (self->skip, state == DK_STEP_OPEN);
  gtk_widget_set_visible (self->reopen, state != DK_STEP_OPEN);
}

static void
show_head (DkRunbookPanel *self)
{
  const DkRunbookView *view = self->view;

  gtk_label_set_text (self->title, view->title);
  gtk_label_set_text (self->facts, view->facts);
  gtk_label_set_text (self->warning, view->warning != NULL ? view->warning : "");
  gtk_widget_set_visible (GTK_WIDGET (self->warning), view->warning != NULL);
  gtk_widget_set_visible (self->start, !view->is_run && view->has_steps);
  gtk_widget_set_visible (self->note, view->is_run);
  gtk_widget_set_visible (self->end, view->is_run && !view->is_over);
  gtk_widget_set_visible (self->origin, view->is_run);
  gtk_widget_set_visible (self->wrong, !view->is_run);
  gtk_button_set_label (self->print, view->is_run ? _ ("_Print record") : _ ("_Print card"));
  gtk_widget_show (self->head);
}

static void
show_notes (DkRunbookPanel *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const GPtrArray *notes = self->view->notes;

  for (guint i = 0; notes != NULL && i < notes->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", (const char *) notes->pdata[i]);
  gtk_label_set_text (self->notes, text->str);
  gtk_widget_set_visible (self->notes_box, text->len > 0);
}

static void
show_marks (DkRunbookPanel *self)
{
  for (guint i = 0; self->view->marks != NULL && i < self->view->marks->len; i++)
    dk_document_view_mark_step (self->document, self->view->marks->pdata[i]);
}

/* Told where G_MESSAGES_DEBUG asks for it. */
static void
on_painted (GdkFrameClock *frames, DkRunbookPanel *self)
{
  g_debug ("runbook painted %" G_GINT64_FORMAT " ms after it was asked for, %d ms at work",
           (g_get_monotonic_time () - self->wanted_us) / 1000,
           (int) ((clock () - self->wanted_cpu) * 1000 / CLOCKS_PER_SEC));
  g_clear_signal_handler (&self->painted, frames);
}

static void
wait_for_paint (DkRunbookPanel *self)
{
  GdkFrameClock *frames = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  if (frames != NULL && self->painted == 0)
    self->painted = g_signal_connect_object (frames, "after-paint", G_CALLBACK (on_painted), self,
                                             0);
}

static void
take_view (DkRunbookPanel *self, DkRunbookView *view)
{
  dk_runbook_view_free (self->view);
  self->view = view;
  if (view->document != NULL) {
    if (view->is_run)
      dk_document_view_take_run (self->document, g_steal_pointer (&view->document));
    else
      dk_document_view_take (self->document, g_steal_pointer (&view->document));
    wait_for_paint (self);
  }
  show_head (self);
  show_notes (self);
  show_marks (self);
}

static void
show_view (gpointer owner, gpointer result, const GError *error)
{
  DkRunbookPanel *self = owner;
  DkRunbookView *view = result;
  gboolean is_new;

  if (failed (self, error))
    return;
  if (g_strcmp0 (view->key, self->shown) != 0) {
    dk_runbook_view_free (view);
    return;
  }
  is_new = view->document != NULL;
  take_view (self, view);
  if (is_new && view->is_run && !view->is_over)
    (void) dk_document_view_go_to_open (self->document);
  show_step (self);
}

static DkRunbookOrder *
new_order (DkRunbookPanel *self)
{
  DkRunbookOrder *order = dk_runbook_order_new (self->shown);

  order->with_lead = self->with_lead;
  return order;
}

static void
run_order (DkRunbookPanel *self, DkKitWork work, DkKitReply reply, DkRunbookOrder *order,
           GDestroyNotify result_free)
{
  dk_kit_run (self, &(DkKitCall) { .work = work,
                                   .reply = reply,
                                   .data = order,
                                   .data_free = dk_runbook_order_free,
                                   .result_free = result_free });
}

static void
drop_panel (DkRunbookPanel *self)
{
  if (self->panel == NULL)
    return;
  dk_ask_panel_drop (&self->panel);
  g_clear_pointer (&self->asked_step, g_free);
  show_step (self);
}

void
dk_runbook_panel_show (DkRunbookPanel *self, const char *key, gboolean with_lead)
{
  if (g_strcmp0 (key, self->shown) == 0 && with_lead == self->with_lead)
    return;
  drop_panel (self);
  self->wanted_us = g_get_monotonic_time ();
  self->wanted_cpu = clock ();
  if (key != self->shown) {
    g_free (self->shown);
    self->shown = g_strdup (key);
  }
  self->with_lead = with_lead;
  run_order (self, dk_runbook_work_view, show_view, new_order (self), dk_runbook_view_free);
}

const char *
dk_runbook_panel_key (DkRunbookPanel *self)
{
  return self->shown;
}

void
dk_runbook_panel_refresh (DkRunbookPanel *self)
{
  DkRunbookOrder *order;

  if (self->view == NULL || !self->view->is_run)
    return;
  order = new_order (self);
  order->marks_only = TRUE;
  run_order (self, dk_runbook_work_view, show_view, order, dk_runbook_view_free);
}

void
dk_runbook_panel_focus (DkRunbookPanel *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->document));
}

void
dk_runbook_panel_seal (DkRunbookPanel *self)
{
  if (self->panel != NULL)
    dk_ask_panel_seal (self->panel);
}

static void
on_step_stored (gpointer owner, gpointer result, const GError *error)
{
  DkRunbookPanel *self = owner;
  DkRunbookView *view = result;
  gboolean is_shown;

  if (failed (self, error))
    return;
  is_shown = g_strcmp0 (view->key, self->shown) == 0;
  if (self->panel != NULL && is_shown) {
    dk_ask_panel_done (self->panel);
    drop_panel (self);
    dk_runbook_panel_focus (self);
  }
  if (!is_shown) {
    dk_runbook_view_free (view);
    return;
  }
  take_view (self, view);
  if (state_of_step (self, dk_document_view_current_step (self->document, NULL)) != DK_STEP_OPEN
      && !dk_document_view_go_to_open (self->document) && !view->is_over)
    dk_page_say (page_of (self), GTK_MESSAGE_INFO,
                 _ ("No step is open any more. End the run when all is done (Alt+U)."));
  if (view->is_over)
    dk_page_say (page_of (self), GTK_MESSAGE_INFO,
                 _ ("The run has ended. Its record can be printed; notes may still be added."));
  show_step (self);
}

static void
set_step (DkRunbookPanel *self, const char *id, const char *state, const char *words)
{
  DkRunbookOrder *order = new_order (self);

  order->step = g_strdup (id);
  order->state = g_strdup (state);
  order->words = g_strdup (words);
  run_order (self, dk_runbook_work_step, on_step_stored, order, dk_runbook_view_free);
}

static void
on_step_opened (gpointer owner, gpointer result, const GError *error)
{
  DkRunbookPanel *self = owner;
  DkRunbookView *view = result;

  if (failed (self, error))
    return;
  if (g_strcmp0 (view->key, self->shown) == 0) {
    take_view (self, view);
    show_step (self);
  } else {
    dk_runbook_view_free (view);
  }
}

static void
open_step (DkRunbookPanel *self, const char *id)
{
  DkRunbookOrder *order = new_order (self);

  order->step = g_strdup (id);
  order->state = g_strdup (DK_RUN_STEP_OPEN);
  run_order (self, dk_runbook_work_step, on_step_opened, order, dk_runbook_view_free);
}

static void
on_done (GtkButton *button, DkRunbookPanel *self)
{
  set_step (self, dk_document_view_current_step (self->document, NULL), DK_RUN_STEP_DONE, NULL);
}

static void
on_reopen (GtkButton *button, DkRunbookPanel *self)
{
  open_step (self, dk_document_view_current_step (self->document, NULL));
}

static void
on_step_picked (DkDocumentView *document, const char *id, DkRunbookPanel *self)
{
  show_step (self);
}

static void
on_step_toggled (DkDocumentView *document, const char *id, DkRunbookPanel *self)
{
  if (self->view == NULL || !self->view->is_run || self->view->is_over)
    return;
  if (state_of_step (self, id) == DK_STEP_OPEN)
    set_step (self, id, DK_RUN_STEP_DONE, NULL);
  else
    open_step (self, id);
}

static void
on_started (gpointer owner, gpointer result, const GError *error)
{
  g_autofree char *key = result;

  if (!failed (owner, error))
    g_signal_emit (owner, started_signal, 0, key);
}

static void
on_start (GtkButton *button, DkRunbookPanel *self)
{
  run_order (self, dk_runbook_work_start, on_started, new_order (self), g_free);
}

static void
on_origin (GtkButton *button, DkRunbookPanel *self)
{
  g_autofree char *target = g_strdup_printf ("runbook:%s", self->view->ref);

  g_signal_emit (self, link_signal, 0, target);
}

static void
on_link (DkDocumentView *document, const char *target, DkRunbookPanel *self)
{
  g_signal_emit (self, link_signal, 0, target);
}

static void
on_left (DkAskPanel *panel, DkRunbookPanel *self)
{
  drop_panel (self);
  dk_runbook_panel_focus (self);
}

static void
on_reported (gpointer owner, gpointer result, const GError *error)
{
  DkRunbookPanel *self = owner;
  g_autofree char *number = result;
  g_autofree char *text = NULL;

  if (failed (self, error))
    return;
  if (self->panel != NULL)
    dk_ask_panel_done (self->panel);
  on_left (self->panel, self);
  text = g_strdup_printf (_ ("Stored. The owner is told by %s with the next hand-over."), number);
  dk_page_say (page_of (self), GTK_MESSAGE_INFO, text);
}

static void
on_answered (DkAskPanel *panel, DkRunbookPanel *self)
{
  DkRunbookOrder *order = new_order (self);

  order->words = dk_ask_panel_text (panel, 0);
  order->step = g_strdup (self->asked_step);
  if (self->what == ASK_WRONG || self->what == ASK_STEP_WRONG) {
    g_free (order->key);
    order->key = g_strdup_printf ("runbook:%s", self->view->ref);
    run_order (self, dk_runbook_work_report, on_reported, order, g_free);
  } else if (self->what == ASK_SKIP) {
    order->state = g_strdup (DK_RUN_STEP_SKIPPED);
    run_order (self, dk_runbook_work_step, on_step_stored, order, dk_runbook_view_free);
  } else {
    run_order (self, self->what == ASK_NOTE ? dk_runbook_work_note : dk_runbook_work_end,
               on_step_stored, order, dk_runbook_view_free);
  }
}

/* One question at a time, above what it is about. */
static void
ask (DkRunbookPanel *self, Asked what, const char *step, const DkAskQuestion *question)
{
  g_autofree char *kept = g_strdup (step);

  drop_panel (self);
  self->what = what;
  self->asked_step = g_steal_pointer (&kept);
  self->panel = DK_ASK_PANEL (dk_ask_panel_new (question));
  g_signal_connect (self->panel, "answered", G_CALLBACK (on_answered), self);
  g_signal_connect (self->panel, "left", G_CALLBACK (on_left), self);
  gtk_container_add (GTK_CONTAINER (self->asked), GTK_WIDGET (self->panel));
  show_step (self);
  dk_ask_panel_begin (self->panel);
}

static void
on_skip (GtkButton *button, DkRunbookPanel *self)
{
  const char *words = NULL;
  const char *id = dk_document_view_current_step (self->document, &words);
  g_autofree char *key = g_strdup_printf ("%s:%s:skip", self->shown, id);
  g_autofree char *title = g_strdup_printf (_ ("Skip: %.80s"), words);

  ask (self, ASK_SKIP, id, &(DkAskQuestion) {
      .key = key,
      .title = title,
      .what = _ ("The reason stands in the record beside your name. The step can be opened again."),
      .labels = { _ ("_Why is it skipped") },
      .button = _ ("Skip the s_tep") });
}

static void
on_note (GtkButton *button, DkRunbookPanel *self)
{
  g_autofree char *key = g_strdup_printf ("%s:note", self->shown);

  ask (self, ASK_NOTE, NULL, &(DkAskQuestion) {
      .key = key,
      .title = _ ("Add a note to this run"),
      .what = _ ("It stands in the record with your name and the time."),
      .labels = { _ ("N_ote") },
      .button = _ ("S_tore the note") });
}

static void
on_end (GtkButton *button, DkRunbookPanel *self)
{
  g_autofree char *key = g_strdup_printf ("%s:end", self->shown);
  g_autofree char *what
      = self->view->open == 0
            ? g_strdup (_ ("Every step is done or skipped. The record stays as it is."))
            : g_strdup_printf (g_dngettext (NULL, "%u step is still open: say why it was not "
                                                  "needed. The record keeps it as open.",
                                            "%u steps are still open: say why they were not "
                                            "needed. The record keeps them as open.",
                                            self->view->open),
                               self->view->open);

  ask (self, ASK_END, NULL, &(DkAskQuestion) {
      .key = key,
      .title = _ ("End this run"),
      .what = what,
      .labels = { self->view->open == 0 ? _ ("N_ote, if there is something to say")
                                        : _ ("_Why it ends now") },
      .optional = { self->view->open == 0 },
      .button = _ ("End _the run") });
}

static void
on_wrong (GtkButton *button, DkRunbookPanel *self)
{
  g_autofree char *key = g_strdup_printf ("runbook:%s:wrong", self->view->ref);
  g_autofree char *title = g_strdup_printf (_ ("Something is wrong: %s"), self->view->title);

  ask (self, ASK_WRONG, NULL, &(DkAskQuestion) {
      .key = key,
      .title = title,
      .what = _ ("Your words go to the owner of the runbook with the next hand-over. Nothing "
                 "changes here."),
      .labels = { _ ("What is wr_ong") },
      .button = _ ("Send to the o_wner") });
}

static void
on_step_wrong (GtkButton *button, DkRunbookPanel *self)
{
  const char *words = NULL;
  const char *id = dk_document_view_current_step (self->document, &words);
  g_autofree char *key = g_strdup_printf ("runbook:%s:%s:wrong", self->view->ref, id);
  g_autofree char *title = g_strdup_printf (_ ("This step is wrong: %.80s"), words);

  ask (self, ASK_STEP_WRONG, id, &(DkAskQuestion) {
      .key = key,
      .title = title,
      .what = _ ("Your words and this step go to the owner of the runbook with the next hand-over. "
                 "The run goes on as it is."),
      .labels = { _ ("What is wr_ong") },
      .button = _ ("Send to the o_wner") });
}

static void
show_paper (gpointer owner, DkPaperJob *job, const GError *error)
{
  DkRunbookPanel *self = owner;
  gboolean to_file = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (self), "to-file")) != 0;

  if (failed (self, error))
    return;
  if (to_file)
    dk_paper_out_save (GTK_WIDGET (self), job);
  else
    dk_paper_out_print (GTK_WIDGET (self), job);
  dk_paper_job_free (job);
}

static void
lay_out (gpointer owner, gpointer result, const GError *error)
{
  if (!failed (owner, error))
    dk_paper_job_lay_out (G_OBJECT (owner), result, show_paper);
}

void
dk_runbook_panel_print (DkRunbookPanel *self, gboolean to_file)
{
  if (self->view == NULL)
    return;
  g_object_set_data (G_OBJECT (self), "to-file", GINT_TO_POINTER (to_file ? 1 : 0));
  run_order (self, dk_runbook_work_paper, lay_out, new_order (self), dk_paper_job_free);
}

static void
on_print (GtkButton *button, DkRunbookPanel *self)
{
  dk_runbook_panel_print (self, FALSE);
}

static void
dk_runbook_panel_finalize (GObject *object)
{
  DkRunbookPanel *self = DK_RUNBOOK_PANEL (object);

  g_free (self->asked_step);
  g_free (self->shown);
  dk_runbook_view_free (self->view);
  G_OBJECT_CLASS (dk_runbook_panel_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, asked);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, head);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, title);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, facts);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, warning);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, start);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, note);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, end);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, origin);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, print);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, wrong);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, steps);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, step);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, done);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, skip);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, reopen);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, document);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, notes_box);
  gtk_widget_class_bind_template_child (class, DkRunbookPanel, notes);
}

static void
bind_callbacks (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_callback (class, on_start);
  gtk_widget_class_bind_template_callback (class, on_note);
  gtk_widget_class_bind_template_callback (class, on_end);
  gtk_widget_class_bind_template_callback (class, on_origin);
  gtk_widget_class_bind_template_callback (class, on_print);
  gtk_widget_class_bind_template_callback (class, on_wrong);
  gtk_widget_class_bind_template_callback (class, on_done);
  gtk_widget_class_bind_template_callback (class, on_skip);
  gtk_widget_class_bind_template_callback (class, on_reopen);
  gtk_widget_class_bind_template_callback (class, on_step_wrong);
  gtk_widget_class_bind_template_callback (class, on_link);
  gtk_widget_class_bind_template_callback (class, on_step_picked);
  gtk_widget_class_bind_template_callback (class, on_step_toggled);
}

static void
dk_runbook_panel_class_init (DkRunbookPanelClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_runbook_panel_finalize;
  started_signal = g_signal_new ("started", DK_TYPE_RUNBOOK_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  link_signal = g_signal_new ("link-opened", DK_TYPE_RUNBOOK_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                              NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (DK_TYPE_DOCUMENT_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/runbook-panel.ui");
  bind_children (widget_class);
  bind_callbacks (widget_class);
}

static void
dk_runbook_panel_init (DkRunbookPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
