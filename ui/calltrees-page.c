/* SPDX-License-Identifier: MIT */
#include "ui/calltrees-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/call-round.h"
#include "ui/ask-panel.h"
#include "ui/calltree-work.h"
#include "ui/contact-card.h"
#include "ui/contact-work.h"
#include "ui/document-view.h"
#include "ui/kept-words.h"
#include "ui/rows-view.h"

#define KEEP_AFTER_MS 400
#define WIDE_PX 1150 /* room for list, round and card side by side */

struct _DkCalltreesPage {
  DkPage parent_instance;
  GtkStack *list_stack;
  GtkWidget *list_box;
  GtkWidget *empty;
  DkRowsView *list;
  GtkWidget *head;
  GtkLabel *title;
  GtkLabel *facts;
  GtkLabel *say;
  GtkWidget *start;
  GtkWidget *end;
  GtkWidget *wrong;
  GtkBox *asked; /* where a panel stands */
  GtkStack *body;
  GtkWidget *tree_box;
  GtkWidget *round_box;
  DkDocumentView *sheet;
  GtkWidget *results; /* note and buttons */
  GtkWidget *numbers;
  GtkLabel *whom;
  GtkLabel *number;
  GtkLabel *words;
  GtkEntry *note;
  DkRowsView *calls;
  DkContactCard *card;
  DkAskPanel *panel;  /* NULL if nothing is asked */
  DkCallView *view;   /* NULL until something is picked */
  const DkCallTarget *target; /* of the view: whom the buttons are about; NULL = nobody */
  char *wanted;       /* key to show once the list is there */
  char *shown;        /* key in the detail */
  guint keep_timer;
  gboolean showing;   /* the lists are being filled */
  gboolean storing;   /* a result is on its way: the next one waits for whom it is about */
};

G_DEFINE_FINAL_TYPE (DkCalltreesPage, dk_calltrees_page, DK_TYPE_PAGE)

static const DkRowsColumn columns[] = {
  { N_ ("Call tree"), 110, TRUE },
  { N_ ("Where it stands"), 150, TRUE },
};

static char *
cell_text (gpointer data, guint column)
{
  const DkCallTreeRow *row = data;

  return g_strdup (column == 0 ? row->title : row->state);
}

static const char *
row_key (gpointer row)
{
  return ((const DkCallTreeRow *) row)->key;
}

static gboolean
row_strong (gpointer row)
{
  return ((const DkCallTreeRow *) row)->is_open;
}

static const DkRowsSpec spec
    = { columns, G_N_ELEMENTS (columns), cell_text, row_key, row_strong };

static const DkRowsColumn call_columns[] = {
  { N_ ("Who"), 130, TRUE },
  { N_ ("Number"), 120, TRUE },
  { N_ ("State"), 96, TRUE },
  { N_ ("Last"), 100, TRUE },
};

/* A mark takes the place of the kind, which stands above with the number to try. */
static char *
number_text (const DkCallTarget *call)
{
  if (call->number == NULL)
    return g_strdup (call->mark);
  return call->mark != NULL ? g_strdup_printf ("%s · %s", call->number, call->mark)
                            : g_strdup_printf ("%s %s", call->kind, call->number);
}

static char *
call_text (gpointer data, guint column)
{
  const DkCallTarget *call = data;

  switch (column) {
  case 0:
    return g_strdup (call->name);
  case 1:
    return number_text (call);
  case 2:
    return g_strdup (call->state);
  default:
    return g_strdup (call->last);
  }
}

static const char *
call_key (gpointer row)
{
  return ((const DkCallTarget *) row)->contact;
}

static gboolean
call_strong (gpointer row)
{
  return ((const DkCallTarget *) row)->is_open;
}

static const DkRowsSpec call_spec
    = { call_columns, G_N_ELEMENTS (call_columns), call_text, call_key, call_strong };

/* A result may be given for whom the buttons are about. */
static gboolean
may_try (DkCalltreesPage *self)
{
  return self->view != NULL && self->view->uid != NULL && !self->view->is_over
         && self->target != NULL && !self->storing;
}

static const char *
words_of_nobody (const DkCallView *view)
{
  if (view->is_over)
    return _ ("This round has ended.");
  return view->open == 0 ? _ ("Everybody is settled: end the round.")
                         : _ ("Nothing is left for this desk: colleagues who were reached make the "
                              "open calls. Pick one below when they report.");
}

static void
show_say (DkCalltreesPage *self, const char *say)
{
  g_autofree char *text = say != NULL ? g_strdup_printf (_ ("Say: “%s”"), say)
                                      : g_strdup (_ ("No words to say are agreed."));

  gtk_label_set_text (self->say, text);
}

/* What is to be known before the call; NULL for nothing. */
static char *
words_of_target (const DkCallTarget *target)
{
  if (target->mark == NULL || target->words == NULL)
    return g_strdup (target->mark != NULL ? target->mark : target->words);
  return g_strdup_printf ("%s. %s", target->mark, target->words);
}

static void
show_target (DkCalltreesPage *self)
{
  const DkCallTarget *target = self->target;
  g_autofree char *whom = NULL;
  g_autofree char *number = NULL;
  g_autofree char *words = target != NULL ? words_of_target (target) : NULL;

  gtk_widget_set_visible (self->results, target != NULL && !self->view->is_over);
  gtk_widget_set_visible (self->numbers, target != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->number), target != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->words), words != NULL);
  if (target == NULL) {
    gtk_label_set_text (self->whom, words_of_nobody (self->view));
    return;
  }
  whom = g_strdup_printf (_ ("Call %s"), target->name);
  number = target->number != NULL
               ? g_strdup_printf ("%s  %s", target->kind, target->number)
               : g_strdup (_ ("No number is left to try: skip, or use the radio or a runner."));
  gtk_label_set_text (self->whom, whom);
  gtk_label_set_text (self->number, number);
  gtk_label_set_text (self->words, words != NULL ? words : "");
  show_say (self, target->say);
}

static void
show_head (DkCalltreesPage *self)
{
  const DkCallView *view = self->view;
  gboolean is_round = view->uid != NULL;

  gtk_label_set_text (self->title, view->title);
  gtk_label_set_text (self->facts, view->facts);
  show_say (self, view->say);
  gtk_widget_set_visible (self->start, !is_round);
  gtk_widget_set_visible (self->wrong, !is_round);
  gtk_widget_set_visible (self->end, is_round && !view->is_over);
  gtk_stack_set_visible_child (self->body, is_round ? self->round_box : self->tree_box);
  gtk_widget_show (self->head);
  gtk_widget_show (GTK_WIDGET (self->body));
}

/* The rows of the list of calls are those of the view, which lives as long as they do. */
static void
show_calls (DkCalltreesPage *self)
{
  GPtrArray *rows = g_ptr_array_new ();

  for (guint i = 0; i < self->view->calls->len; i++)
    g_ptr_array_add (rows, self->view->calls->pdata[i]);
  dk_rows_view_take_rows (self->calls, rows);
}

static void on_note_kept (gpointer owner, gpointer result, const GError *error);

static char *
note_key (DkCalltreesPage *self)
{
  return g_strdup_printf ("%s:note", self->view->key);
}

static void
keep_note (DkCalltreesPage *self)
{
  g_autofree char *key = NULL;

  if (self->keep_timer == 0)
    return;
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  key = note_key (self);
  dk_kit_run (self, &(DkKitCall) {
                        .work = dk_kept_words_put,
                        .reply = on_note_kept,
                        .data = dk_kept_text_new (key, gtk_entry_get_text (self->note)),
                        .data_free = dk_kept_text_free });
}

static void
on_note_kept (gpointer owner, gpointer result, const GError *error)
{
  (void) dk_page_failed (DK_PAGE (owner), error);
}

static gboolean
keep_after_pause (gpointer data)
{
  keep_note (data);
  return G_SOURCE_REMOVE;
}

static void
on_note_changed (GtkEditable *editable, DkCalltreesPage *self)
{
  if (self->showing)
    return;
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  self->keep_timer = g_timeout_add (KEEP_AFTER_MS, keep_after_pause, self);
}

static void
show_note (gpointer owner, gpointer result, const GError *error)
{
  DkCalltreesPage *self = owner;
  DkKeptText *kept = result;
  g_autofree char *key = self->view != NULL ? note_key (self) : NULL;

  if (error == NULL && g_strcmp0 (kept->key, key) == 0 && kept->words != NULL
      && *gtk_entry_get_text (self->note) == '\0') {
    self->showing = TRUE;
    gtk_entry_set_text (self->note, kept->words);
    self->showing = FALSE;
  }
  dk_kept_text_free (kept);
}

static void
load_note (DkCalltreesPage *self)
{
  self->showing = TRUE;
  gtk_entry_set_text (self->note, "");
  self->showing = FALSE;
  dk_kit_run (self, &(DkKitCall) { .work = dk_kept_words_get,
                                   .reply = show_note,
                                   .data = note_key (self),
                                   .data_free = g_free,
                                   .result_free = dk_kept_text_free });
}

static void
show_view (gpointer owner, gpointer result, const GError *error)
{
  DkCalltreesPage *self = owner;
  DkCallView *view = result;
  gboolean is_same;

  self->storing = FALSE;
  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (g_strcmp0 (view->key, self->shown) != 0) {
    dk_call_view_free (view);
    return;
  }
  is_same = self->view != NULL && g_str_equal (self->view->key, view->key);
  if (!is_same)
    keep_note (self);
  self->showing = TRUE;
  dk_rows_view_take_rows (self->calls, g_ptr_array_new ());
  self->target = NULL;
  dk_call_view_free (self->view);
  self->view = view;
  show_head (self);
  show_calls (self);
  self->target = view->next;
  self->showing = FALSE;
  if (view->uid != NULL)
    show_target (self);
  else
    dk_document_view_show (self->sheet, view->sheet);
  if (!is_same && view->uid != NULL)
    load_note (self);
}

static void
load_view (DkCalltreesPage *self)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_calltree_work_view,
                                   .reply = show_view,
                                   .data = g_strdup (self->shown),
                                   .data_free = g_free,
                                   .result_free = dk_call_view_free });
}

static void
pick (DkCalltreesPage *self, const char *key)
{
  if (g_strcmp0 (key, self->shown) == 0)
    return;
  dk_ask_panel_drop (&self->panel);
  g_free (self->shown);
  self->shown = g_strdup (key);
  load_view (self);
}

static void
show_list (gpointer owner, gpointer result, const GError *error)
{
  DkCalltreesPage *self = owner;
  g_autofree char *key = NULL;
  guint n;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  dk_rows_view_take_rows (self->list, result);
  n = dk_rows_view_count (self->list);
  gtk_stack_set_visible_child (self->list_stack, n > 0 ? self->list_box : self->empty);
  key = g_steal_pointer (&self->wanted);
  if (key != NULL && !dk_rows_view_select (self->list, key))
    pick (self, key);
  else if (key == NULL && self->shown == NULL)
    dk_rows_view_select_first (self->list);
}

static void
dk_calltrees_page_refresh (DkPage *page)
{
  DkCalltreesPage *self = DK_CALLTREES_PAGE (page);

  dk_kit_run (page, &(DkKitCall) { .work = dk_calltree_work_list,
                                   .reply = show_list,
                                   .result_free = (GDestroyNotify) g_ptr_array_unref });
  if (self->view != NULL && self->view->uid != NULL && !self->storing)
    load_view (self);
}

static void
dk_calltrees_page_open (DkPage *page, const char *id)
{
  DkCalltreesPage *self = DK_CALLTREES_PAGE (page);

  g_free (self->wanted);
  self->wanted = g_strdup (id);
  if (dk_rows_view_count (self->list) > 0 && dk_rows_view_select (self->list, id))
    g_clear_pointer (&self->wanted, g_free);
}

static void
dk_calltrees_page_enter (DkPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (DK_CALLTREES_PAGE (page)->list));
}

static void
dk_calltrees_page_seal (DkPage *page)
{
  DkCalltreesPage *self = DK_CALLTREES_PAGE (page);

  keep_note (self);
  if (self->panel != NULL)
    dk_ask_panel_seal (self->panel);
  dk_contact_card_seal (self->card);
}

static void
on_picked (DkRowsView *list, DkCalltreesPage *self)
{
  const DkCallTreeRow *row = dk_rows_view_get_selected (list);

  if (row != NULL)
    pick (self, row->key);
}

/* Somebody calls back, or is met in the corridor: a row that is picked is whom the buttons are
 * about. */
static void
on_call_picked (DkRowsView *list, DkCalltreesPage *self)
{
  const DkCallTarget *row = dk_rows_view_get_selected (list);

  if (self->showing || row == NULL || self->view == NULL)
    return;
  self->target = row;
  show_target (self);
}

static void
show_card (DkCalltreesPage *self)
{
  gboolean is_wide = gtk_widget_get_allocated_width (GTK_WIDGET (self)) >= WIDE_PX;

  gtk_widget_show (GTK_WIDGET (self->card));
  gtk_widget_set_visible (GTK_WIDGET (self->list_stack), is_wide);
}

static void
on_card_closed (DkContactCard *card, DkCalltreesPage *self)
{
  gtk_widget_hide (GTK_WIDGET (card));
  gtk_widget_show (GTK_WIDGET (self->list_stack));
  if (self->view != NULL && self->view->uid != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->note));
}

static void
on_link (DkDocumentView *document, const char *target, DkCalltreesPage *self)
{
  if (!g_str_has_prefix (target, "contact:"))
    return;
  dk_contact_card_show (self->card, target + strlen ("contact:"));
  show_card (self);
}

static void
on_number (GtkButton *button, DkCalltreesPage *self)
{
  if (self->target == NULL)
    return;
  dk_contact_card_show (self->card, self->target->contact);
  show_card (self);
}

static void
on_started (gpointer owner, gpointer result, const GError *error)
{
  DkCalltreesPage *self = owner;
  g_autofree char *key = result;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  g_free (self->wanted);
  self->wanted = g_strdup (key);
  dk_calltrees_page_refresh (DK_PAGE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->note));
}

static void
on_start (GtkButton *button, DkCalltreesPage *self)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_calltree_work_start,
                                   .reply = on_started,
                                   .data = g_strdup (self->view->key + strlen ("tree:")),
                                   .data_free = g_free,
                                   .result_free = g_free });
}

/* What is known of the number that was wrong goes into the correction of the contact. */
static void
offer_correction (DkCalltreesPage *self)
{
  if (self->target->number == NULL)
    return;
  dk_contact_card_correct (self->card, self->target->contact, self->target->field,
                           self->target->number);
  show_card (self);
}

static void
on_tried (gpointer owner, gpointer result, const GError *error)
{
  DkCalltreesPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error)) {
    self->storing = FALSE;
    show_target (self);
    return;
  }
  gtk_entry_set_text (self->note, "");
  keep_note (self);
  load_view (self);
}

static void
try (DkCalltreesPage *self, const char *result)
{
  g_autofree char *note = g_strstrip (g_strdup (gtk_entry_get_text (self->note)));
  gboolean is_skip = g_str_equal (result, DK_CALL_SKIPPED);
  DkCallOrder *order;

  if (!may_try (self))
    return;
  if (is_skip && *note == '\0') {
    dk_page_say (DK_PAGE (self), GTK_MESSAGE_WARNING,
                 _ ("Nothing was stored: a call is skipped with a reason. Type it beside Note, "
                    "then press Skip again."));
    gtk_widget_grab_focus (GTK_WIDGET (self->note));
    return;
  }
  order = g_new0 (DkCallOrder, 1);
  order->uid = g_strdup (self->view->uid);
  order->contact = g_strdup (self->target->contact);
  order->number = is_skip ? NULL : g_strdup (self->target->number);
  order->result = g_strdup (result);
  order->note = *note != '\0' ? g_steal_pointer (&note) : NULL;
  if (g_str_equal (result, DK_CALL_WRONG_NUMBER))
    offer_correction (self);
  self->storing = TRUE;
  dk_kit_run (self, &(DkKitCall) { .work = dk_calltree_work_try,
                                   .reply = on_tried,
                                   .data = order,
                                   .data_free = dk_call_order_free });
}

static void
on_result (GtkButton *button, DkCalltreesPage *self)
{
  try (self, gtk_widget_get_name (GTK_WIDGET (button)));
}

static void
on_ended (gpointer owner, gpointer result, const GError *error)
{
  DkCalltreesPage *self = owner;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (self->panel != NULL) {
    dk_ask_panel_done (self->panel);
    dk_ask_panel_drop (&self->panel);
  }
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO,
               _ ("The round has ended. Who was tried, when and by whom stays in the ledger."));
  dk_calltrees_page_refresh (DK_PAGE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
end_round (DkCalltreesPage *self, char *note)
{
  DkCallOrder *order = g_new0 (DkCallOrder, 1);

  order->uid = g_strdup (self->view->uid);
  order->note = note;
  dk_kit_run (self, &(DkKitCall) { .work = dk_calltree_work_end,
                                   .reply = on_ended,
                                   .data = order,
                                   .data_free = dk_call_order_free });
}

static void
on_end_answered (DkAskPanel *panel, DkCalltreesPage *self)
{
  end_round (self, dk_ask_panel_text (panel, 0));
}

static void
on_left (DkAskPanel *panel, DkCalltreesPage *self)
{
  dk_ask_panel_drop (&self->panel);
  gtk_widget_grab_focus (self->view->uid != NULL ? GTK_WIDGET (self->note)
                                                 : GTK_WIDGET (self->list));
}

static void
ask (DkCalltreesPage *self, const DkAskQuestion *question, GCallback answered)
{
  dk_ask_panel_drop (&self->panel);
  self->panel = DK_ASK_PANEL (dk_ask_panel_new (question));
  g_signal_connect (self->panel, "answered", answered, self);
  g_signal_connect (self->panel, "left", G_CALLBACK (on_left), self);
  gtk_container_add (GTK_CONTAINER (self->asked), GTK_WIDGET (self->panel));
  dk_ask_panel_begin (self->panel);
}

static void
on_end (GtkButton *button, DkCalltreesPage *self)
{
  g_autofree char *key = g_strdup_printf ("%s:end", self->view->key);
  g_autofree char *what = NULL;

  if (self->view->open == 0) {
    end_round (self, NULL);
    return;
  }
  what = g_strdup_printf (g_dngettext (NULL,
                                       "%u call is not settled. It stays in the ledger as it is.",
                                       "%u calls are not settled. They stay in the ledger as they "
                                       "are.",
                                       self->view->open),
                          self->view->open);
  ask (self,
       &(DkAskQuestion) { .key = key,
                          .title = _ ("End the round before everybody was reached"),
                          .what = what,
                          .labels = { _ ("Wh_y it ends now") },
                          .button = _ ("_Finish the round") },
       G_CALLBACK (on_end_answered));
}

static void
on_reported (gpointer owner, gpointer result, const GError *error)
{
  DkCalltreesPage *self = owner;
  g_autofree char *number = result;
  g_autofree char *text = NULL;

  if (dk_page_failed (DK_PAGE (self), error))
    return;
  if (self->panel != NULL) {
    dk_ask_panel_done (self->panel);
    dk_ask_panel_drop (&self->panel);
  }
  text = g_strdup_printf (_ ("Stored. The owner is told by %s with the next hand-over."), number);
  dk_page_say (DK_PAGE (self), GTK_MESSAGE_INFO, text);
  gtk_widget_grab_focus (GTK_WIDGET (self->list));
}

static void
on_wrong_answered (DkAskPanel *panel, DkCalltreesPage *self)
{
  DkContentOrder *order = g_new0 (DkContentOrder, 1);

  order->kind = g_strdup ("call-tree");
  order->id = g_strdup (self->view->key + strlen ("tree:"));
  order->words = dk_ask_panel_text (panel, 0);
  dk_kit_run (self, &(DkKitCall) { .work = dk_contact_work_report,
                                   .reply = on_reported,
                                   .data = order,
                                   .data_free = dk_content_order_free,
                                   .result_free = g_free });
}

static void
on_wrong (GtkButton *button, DkCalltreesPage *self)
{
  g_autofree char *key = g_strdup_printf ("%s:wrong", self->view->key);
  g_autofree char *title = g_strdup_printf (_ ("Something is wrong: %s"), self->view->title);

  ask (self,
       &(DkAskQuestion) { .key = key,
                          .title = title,
                          .what = _ ("Your words go to the owner of the call tree with the next "
                                     "hand-over. Nothing changes here."),
                          .labels = { _ ("_What is wrong") },
                          .button = _ ("_Send to the owner") },
       G_CALLBACK (on_wrong_answered));
}

static void
dk_calltrees_page_dispose (GObject *object)
{
  g_clear_handle_id (&DK_CALLTREES_PAGE (object)->keep_timer, g_source_remove);
  G_OBJECT_CLASS (dk_calltrees_page_parent_class)->dispose (object);
}

static void
dk_calltrees_page_finalize (GObject *object)
{
  DkCalltreesPage *self = DK_CALLTREES_PAGE (object);

  g_free (self->wanted);
  g_free (self->shown);
  dk_call_view_free (self->view);
  G_OBJECT_CLASS (dk_calltrees_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, list_box);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, empty);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, list);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, head);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, title);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, facts);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, say);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, start);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, end);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, wrong);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, asked);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, body);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, tree_box);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, round_box);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, sheet);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, results);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, numbers);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, whom);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, number);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, words);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, note);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, calls);
  gtk_widget_class_bind_template_child (widget_class, DkCalltreesPage, card);
}

static void
dk_calltrees_page_class_init (DkCalltreesPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  DkPageClass *page_class = DK_PAGE_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dk_calltrees_page_dispose;
  G_OBJECT_CLASS (class)->finalize = dk_calltrees_page_finalize;
  page_class->refresh = dk_calltrees_page_refresh;
  page_class->open = dk_calltrees_page_open;
  page_class->enter = dk_calltrees_page_enter;
  page_class->seal = dk_calltrees_page_seal;
  g_type_ensure (DK_TYPE_ROWS_VIEW);
  g_type_ensure (DK_TYPE_DOCUMENT_VIEW);
  g_type_ensure (DK_TYPE_CONTACT_CARD);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/calltrees-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_call_picked);
  gtk_widget_class_bind_template_callback (widget_class, on_link);
  gtk_widget_class_bind_template_callback (widget_class, on_number);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
  gtk_widget_class_bind_template_callback (widget_class, on_end);
  gtk_widget_class_bind_template_callback (widget_class, on_wrong);
  gtk_widget_class_bind_template_callback (widget_class, on_result);
  gtk_widget_class_bind_template_callback (widget_class, on_note_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_card_closed);
}

static void
dk_calltrees_page_init (DkCalltreesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  dk_rows_view_set_spec (self->list, &spec);
  dk_rows_view_set_spec (self->calls, &call_spec);
  dk_contact_card_set_closable (self->card);
}
