/* SPDX-License-Identifier: MIT */
#include "ui/ask-panel.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/base/json.h"
#include "app/base/limits.h"
#include "ui/kept-words.h"
#include "ui/page.h"

#define KEEP_AFTER_MS 400

struct _DkAskPanel {
  GtkBox parent_instance;
  char *key;
  GtkComboBox *choice; /* NULL = there is none */
  GtkEntry *texts[DK_ASK_TEXTS];
  gboolean optional[DK_ASK_TEXTS];
  GtkWidget *button;
  guint keep_timer;
  gboolean loading;
  gboolean is_done;
};

G_DEFINE_FINAL_TYPE (DkAskPanel, dk_ask_panel, GTK_TYPE_BOX)

static guint answered_signal;
static guint left_signal;

static gboolean
has_words (DkAskPanel *self)
{
  for (guint i = 0; i < DK_ASK_TEXTS; i++) {
    g_autofree char *text = dk_ask_panel_text (self, i);
    if (text != NULL)
      return TRUE;
  }
  return FALSE;
}

/* NULL if there is nothing to keep. */
static char *
write_words (DkAskPanel *self)
{
  g_autoptr (json_t) words = NULL;

  if (!has_words (self))
    return NULL;
  words = json_pack ("{s:i}", "choice", (int) dk_ask_panel_choice (self));
  for (guint i = 0; i < DK_ASK_TEXTS && self->texts[i] != NULL; i++) {
    const char name[] = { (char) ('a' + (char) i), '\0' };
    dk_json_set_text (words, name, gtk_entry_get_text (self->texts[i]));
  }
  return dk_json_text (words, TRUE);
}

/* The panel may be gone by then: nobody is told, and nothing is left to tell. */
static void
on_kept (gpointer owner, gpointer result, const GError *error)
{
  GtkWidget *page = gtk_widget_get_ancestor (owner, DK_TYPE_PAGE);

  if (page != NULL)
    (void) dk_page_failed (DK_PAGE (page), error);
}

static void
keep (DkAskPanel *self, const char *words)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_kept_words_put,
                                   .reply = on_kept,
                                   .data = dk_kept_text_new (self->key, words),
                                   .data_free = dk_kept_text_free });
}

void
dk_ask_panel_seal (DkAskPanel *self)
{
  g_autofree char *words = NULL;

  if (self->keep_timer == 0)
    return;
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  words = write_words (self);
  keep (self, words);
}

void
dk_ask_panel_drop (DkAskPanel **panel)
{
  if (*panel == NULL)
    return;
  dk_ask_panel_seal (*panel);
  gtk_widget_destroy (GTK_WIDGET (*panel));
  *panel = NULL;
}

static gboolean
keep_after_pause (gpointer data)
{
  dk_ask_panel_seal (data);
  return G_SOURCE_REMOVE;
}

static gboolean
is_complete (DkAskPanel *self)
{
  for (guint i = 0; i < DK_ASK_TEXTS && self->texts[i] != NULL; i++) {
    g_autofree char *text = dk_ask_panel_text (self, i);
    if (text == NULL && !self->optional[i])
      return FALSE;
  }
  return TRUE;
}

static void
on_changed (DkAskPanel *self)
{
  gtk_widget_set_sensitive (self->button, is_complete (self));
  if (self->loading || self->is_done)
    return;
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  self->keep_timer = g_timeout_add (KEEP_AFTER_MS, keep_after_pause, self);
}

static void
on_answer (DkAskPanel *self)
{
  if (!is_complete (self))
    return;
  /* Before the step as well: it may be refused. */
  dk_ask_panel_seal (self);
  g_signal_emit (self, answered_signal, 0);
}

static void
on_back (DkAskPanel *self)
{
  dk_ask_panel_seal (self);
  g_signal_emit (self, left_signal, 0);
}

/* Enter goes on to the next line, from the last one it answers. */
static void
on_enter (GtkEntry *entry, DkAskPanel *self)
{
  for (guint i = 0; i + 1 < DK_ASK_TEXTS && self->texts[i + 1] != NULL; i++)
    if (self->texts[i] == entry) {
      gtk_widget_grab_focus (GTK_WIDGET (self->texts[i + 1]));
      return;
    }
  on_answer (self);
}

static gboolean
on_key (DkAskPanel *self, GdkEventKey *event)
{
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  on_back (self);
  return GDK_EVENT_STOP;
}

static void
dk_ask_panel_dispose (GObject *object)
{
  DkAskPanel *self = DK_ASK_PANEL (object);

  g_clear_handle_id (&self->keep_timer, g_source_remove);
  G_OBJECT_CLASS (dk_ask_panel_parent_class)->dispose (object);
}

static void
dk_ask_panel_finalize (GObject *object)
{
  g_free (DK_ASK_PANEL (object)->key);
  G_OBJECT_CLASS (dk_ask_panel_parent_class)->finalize (object);
}

static void
dk_ask_panel_class_init (DkAskPanelClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dk_ask_panel_dispose;
  G_OBJECT_CLASS (class)->finalize = dk_ask_panel_finalize;
  answered_signal = g_signal_new ("answered", DK_TYPE_ASK_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
  left_signal = g_signal_new ("left", DK_TYPE_ASK_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
}

static void
dk_ask_panel_init (DkAskPanel *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "card");
  g_signal_connect (self, "key-press-event", G_CALLBACK (on_key), NULL);
}

static void
add_words (DkAskPanel *self, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 36);
  if (class != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  gtk_container_add (GTK_CONTAINER (self), label);
}

static void
add_labelled (DkAskPanel *self, const char *label_text, GtkWidget *control)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (label_text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), control);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "field-label");
  gtk_container_add (GTK_CONTAINER (self), label);
  gtk_container_add (GTK_CONTAINER (self), control);
}

/* A long choice does not make the panel wider. */
static void
shorten_cells (GtkWidget *combo)
{
  GList *cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (combo));

  for (GList *l = cells; l != NULL; l = l->next)
    g_object_set (l->data, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  g_list_free (cells);
}

static void
add_choice (DkAskPanel *self, const DkAskQuestion *question)
{
  GtkWidget *combo = gtk_combo_box_text_new ();

  for (guint i = 0; question->choices[i] != NULL; i++)
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), question->choices[i]);
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), 0);
  shorten_cells (combo);
  self->choice = GTK_COMBO_BOX (combo);
  g_signal_connect_swapped (combo, "changed", G_CALLBACK (on_changed), self);
  add_labelled (self, question->choice, combo);
}

static void
add_text (DkAskPanel *self, guint i, const char *label)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_max_length (GTK_ENTRY (entry), DK_LIMIT_SUMMARY_BYTES);
  self->texts[i] = GTK_ENTRY (entry);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect (entry, "activate", G_CALLBACK (on_enter), self);
  add_labelled (self, label, entry);
}

static void
add_buttons (DkAskPanel *self, const char *words)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *back = gtk_button_new_with_mnemonic (_ ("_Back (Esc)"));

  self->button = gtk_button_new_with_mnemonic (words);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->button), "suggested-action");
  gtk_widget_set_tooltip_text (back, _ ("What you typed is kept and stands here again."));
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (on_answer), self);
  g_signal_connect_swapped (back, "clicked", G_CALLBACK (on_back), self);
  gtk_container_add (GTK_CONTAINER (box), self->button);
  gtk_container_add (GTK_CONTAINER (box), back);
  gtk_container_add (GTK_CONTAINER (self), box);
}

GtkWidget *
dk_ask_panel_new (const DkAskQuestion *question)
{
  DkAskPanel *self = g_object_new (DK_TYPE_ASK_PANEL, NULL);

  self->key = g_strdup (question->key);
  add_words (self, question->title, "card-title");
  add_words (self, question->what, NULL);
  self->loading = TRUE;
  add_buttons (self, question->button);
  if (question->choice != NULL)
    add_choice (self, question);
  for (guint i = 0; i < DK_ASK_TEXTS && question->labels[i] != NULL; i++) {
    self->optional[i] = question->optional[i];
    add_text (self, i, question->labels[i]);
  }
  gtk_box_reorder_child (GTK_BOX (self), gtk_widget_get_parent (self->button), -1);
  self->loading = FALSE;
  on_changed (self);
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  gtk_widget_show_all (GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

/* What is typed by now counts more than what was kept. */
static void
show_kept (gpointer owner, gpointer result, const GError *error)
{
  DkAskPanel *self = owner;
  DkKeptText *kept = result;
  g_autoptr (json_t) words = NULL;

  if (error == NULL && kept->words != NULL && !has_words (self))
    words = dk_json_parse (kept->words, strlen (kept->words), DK_LIMIT_JSON_BYTES, "Kept words",
                           NULL);
  dk_kept_text_free (kept);
  if (words == NULL)
    return;
  self->loading = TRUE;
  dk_ask_panel_choose (self, (guint) MAX (dk_json_get_int (words, "choice", 0), 0));
  for (guint i = 0; i < DK_ASK_TEXTS && self->texts[i] != NULL; i++) {
    const char name[] = { (char) ('a' + (char) i), '\0' };
    const char *text = dk_json_get_text (words, name);
    gtk_entry_set_text (self->texts[i], text != NULL ? text : "");
    gtk_editable_set_position (GTK_EDITABLE (self->texts[i]), -1);
  }
  self->loading = FALSE;
}

void
dk_ask_panel_begin (DkAskPanel *self)
{
  gtk_widget_grab_focus (self->choice != NULL ? GTK_WIDGET (self->choice)
                                              : GTK_WIDGET (self->texts[0]));
  dk_kit_run (self, &(DkKitCall) { .work = dk_kept_words_get,
                                   .reply = show_kept,
                                   .data = g_strdup (self->key),
                                   .data_free = g_free,
                                   .result_free = dk_kept_text_free });
}

guint
dk_ask_panel_choice (DkAskPanel *self)
{
  return self->choice != NULL ? (guint) MAX (gtk_combo_box_get_active (self->choice), 0) : 0;
}

void
dk_ask_panel_choose (DkAskPanel *self, guint choice)
{
  if (self->choice != NULL
      && (int) choice < gtk_tree_model_iter_n_children (gtk_combo_box_get_model (self->choice),
                                                        NULL))
    gtk_combo_box_set_active (self->choice, (int) choice);
}

char *
dk_ask_panel_text (DkAskPanel *self, guint i)
{
  g_autofree char *text = NULL;

  if (i >= DK_ASK_TEXTS || self->texts[i] == NULL)
    return NULL;
  text = g_strstrip (g_strdup (gtk_entry_get_text (self->texts[i])));
  return *text != '\0' ? g_steal_pointer (&text) : NULL;
}

void
dk_ask_panel_done (DkAskPanel *self)
{
  g_clear_handle_id (&self->keep_timer, g_source_remove);
  self->is_done = TRUE;
  keep (self, NULL);
}
