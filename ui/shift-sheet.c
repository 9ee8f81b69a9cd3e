/* SPDX-License-Identifier: MIT */
#include "ui/shift-sheet.h"

#include <glib/gi18n.h>

#include "ui/card.h"
#include "ui/page.h"
#include "ui/readiness-work.h"
#include "ui/ready-words.h"

struct _DkShiftSheet {
  GtkBox parent_instance;
  GtkGrid *items;
  GtkEntry *note;
  GtkWidget *sign;
  GtkLabel *left_words;
  DkShiftWork *work; /* NULL until it has begun */
  GPtrArray *yes;    /* of GtkRadioButton, one for each item */
  GPtrArray *no;
  gboolean signing;
};

G_DEFINE_FINAL_TYPE (DkShiftSheet, dk_shift_sheet, GTK_TYPE_BOX)

static guint signed_signal;
static guint left_signal;

static DkPage *
page_of (DkShiftSheet *self)
{
  return DK_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (self), DK_TYPE_PAGE));
}

static DkShiftAnswer
answer_of (DkShiftSheet *self, guint i)
{
  if (gtk_toggle_button_get_active (self->yes->pdata[i]))
    return DK_SHIFT_YES;
  return gtk_toggle_button_get_active (self->no->pdata[i]) ? DK_SHIFT_NO : DK_SHIFT_OPEN;
}

static void
show_left (DkShiftSheet *self)
{
  guint open = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->yes->len; i++)
    open += answer_of (self, i) == DK_SHIFT_OPEN ? 1 : 0;
  text = open > 0 ? g_strdup_printf (g_dngettext (NULL, "%u question is open", "%u questions are "
                                                                              "open", open), open)
                  : g_strdup (_ ("Everything is answered: sign."));
  gtk_label_set_text (self->left_words, text);
  gtk_widget_set_sensitive (self->sign, open == 0 && self->work != NULL && !self->signing);
}

/* To the next question, or to the note behind the last one. */
static void
go_on (DkShiftSheet *self, guint from)
{
  for (guint i = 0; i < self->yes->len; i++) {
    guint at = (from + 1 + i) % self->yes->len;
    if (answer_of (self, at) == DK_SHIFT_OPEN) {
      gtk_widget_grab_focus (self->yes->pdata[at]);
      return;
    }
  }
  gtk_widget_grab_focus (GTK_WIDGET (self->note));
}

/* The buttons of a pair leave each other. */
static void
on_toggled (GtkToggleButton *button, DkShiftSheet *self)
{
  guint at = 0;

  if (gtk_toggle_button_get_active (button)) {
    if (g_ptr_array_find (self->yes, button, &at))
      gtk_toggle_button_set_active (self->no->pdata[at], FALSE);
    else if (g_ptr_array_find (self->no, button, &at))
      gtk_toggle_button_set_active (self->yes->pdata[at], FALSE);
  }
  show_left (self);
}

static gboolean
on_key (GtkWidget *button, GdkEventKey *event, DkShiftSheet *self)
{
  guint at = 0;
  guint key = gdk_keyval_to_lower (event->keyval);

  if ((event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK)) != 0
      || (key != GDK_KEY_y && key != GDK_KEY_n))
    return GDK_EVENT_PROPAGATE;
  if (!g_ptr_array_find (self->yes, button, &at) && !g_ptr_array_find (self->no, button, &at))
    return GDK_EVENT_PROPAGATE;
  gtk_toggle_button_set_active (key == GDK_KEY_y ? self->yes->pdata[at] : self->no->pdata[at],
                                TRUE);
  go_on (self, at);
  return GDK_EVENT_STOP;
}

static GtkWidget *
add_answer (DkShiftSheet *self, GPtrArray *buttons, const char *words, const char *question)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (words);
  g_autofree char *name = g_strdup_printf ("%s: %s", words, question);

  gtk_widget_set_size_request (button, 96, 42);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "answer");
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_object_set_data (G_OBJECT (button), DK_TAKES_LETTERS, self);
  g_ptr_array_add (buttons, button);
  g_signal_connect (button, "toggled", G_CALLBACK (on_toggled), self);
  g_signal_connect (button, "key-press-event", G_CALLBACK (on_key), self);
  return button;
}

static void
add_item (DkShiftSheet *self, const DkShiftItem *item, int row)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *question = gtk_label_new (_ (item->question));
  g_autofree char *text
      = g_strdup_printf ("%s: %s", dk_ready_words (item->state), item->detail);
  GtkWidget *detail = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (question), 0);
  gtk_label_set_xalign (GTK_LABEL (detail), 0);
  gtk_label_set_line_wrap (GTK_LABEL (question), TRUE);
  gtk_label_set_line_wrap (GTK_LABEL (detail), TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (question), "say");
  if (item->state != DK_READY_GREEN)
    gtk_style_context_add_class (gtk_widget_get_style_context (detail),
                                 dk_ready_class (item->state));
  gtk_container_add (GTK_CONTAINER (words), question);
  gtk_container_add (GTK_CONTAINER (words), detail);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_grid_attach (self->items, words, 0, row, 1, 1);
  gtk_grid_attach (self->items, add_answer (self, self->yes, _ ("Yes"), item->question), 1, row, 1,
                   1);
  gtk_grid_attach (self->items, add_answer (self, self->no, _ ("No"), item->question), 2, row, 1,
                   1);
}

static void
show_items (gpointer owner, gpointer result, const GError *error)
{
  DkShiftSheet *self = owner;
  const GPtrArray *items;

  if (dk_page_failed (page_of (self), error))
    return;
  dk_shift_work_free (self->work);
  self->work = result;
  self->signing = FALSE;
  dk_card_clear (GTK_WIDGET (self->items));
  g_ptr_array_set_size (self->yes, 0);
  g_ptr_array_set_size (self->no, 0);
  gtk_entry_set_text (self->note, "");
  items = dk_shift_check_items (self->work->check);
  for (guint i = 0; i < items->len; i++)
    add_item (self, items->pdata[i], (int) i);
  gtk_widget_show_all (GTK_WIDGET (self->items));
  show_left (self);
  if (self->yes->len > 0)
    gtk_widget_grab_focus (self->yes->pdata[0]);
}

void
dk_shift_sheet_begin (DkShiftSheet *self)
{
  dk_kit_run (self, &(DkKitCall) { .work = dk_shift_work_begin,
                                   .reply = show_items,
                                   .result_free = dk_shift_work_free });
}

static void
on_signed (gpointer owner, gpointer result, const GError *error)
{
  DkShiftSheet *self = owner;

  self->signing = FALSE;
  if (dk_page_failed (page_of (self), error)) {
    show_left (self);
    return;
  }
  g_clear_pointer (&self->work, dk_shift_work_free);
  g_signal_emit (self, signed_signal, 0);
}

static void
on_sign (GtkButton *button, DkShiftSheet *self)
{
  DkShiftOrder *order = g_new0 (DkShiftOrder, 1);
  g_autofree char *note = g_strstrip (g_strdup (gtk_entry_get_text (self->note)));

  order->work = self->work;
  order->answers = g_new0 (DkShiftAnswer, self->yes->len);
  for (guint i = 0; i < self->yes->len; i++)
    order->answers[i] = answer_of (self, i);
  order->note = *note != '\0' ? g_steal_pointer (&note) : NULL;
  self->signing = TRUE;
  show_left (self);
  dk_kit_run (self, &(DkKitCall) { .work = dk_shift_work_sign,
                                   .reply = on_signed,
                                   .data = order,
                                   .data_free = dk_shift_order_free });
}

static void
on_note_entered (GtkEntry *entry, DkShiftSheet *self)
{
  if (gtk_widget_get_sensitive (self->sign))
    on_sign (NULL, self);
}

static void
on_back (GtkButton *button, DkShiftSheet *self)
{
  g_signal_emit (self, left_signal, 0);
}

static gboolean
on_sheet_key (DkShiftSheet *self, GdkEventKey *event)
{
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  on_back (NULL, self);
  return GDK_EVENT_STOP;
}

/* A signature under way still needs the work: then it stays, and the process ends soon. */
static void
dk_shift_sheet_finalize (GObject *object)
{
  DkShiftSheet *self = DK_SHIFT_SHEET (object);

  if (!self->signing)
    dk_shift_work_free (self->work);
  g_ptr_array_unref (self->yes);
  g_ptr_array_unref (self->no);
  G_OBJECT_CLASS (dk_shift_sheet_parent_class)->finalize (object);
}

static void
dk_shift_sheet_class_init (DkShiftSheetClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = dk_shift_sheet_finalize;
  signed_signal = g_signal_new ("signed", DK_TYPE_SHIFT_SHEET, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
  left_signal = g_signal_new ("left", DK_TYPE_SHIFT_SHEET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/downtimekit/ui/shift-sheet.ui");
  gtk_widget_class_bind_template_child (widget_class, DkShiftSheet, items);
  gtk_widget_class_bind_template_child (widget_class, DkShiftSheet, note);
  gtk_widget_class_bind_template_child (widget_class, DkShiftSheet, sign);
  gtk_widget_class_bind_template_child (widget_class, DkShiftSheet, left_words);
  gtk_widget_class_bind_template_callback (widget_class, on_note_entered);
  gtk_widget_class_bind_template_callback (widget_class, on_sign);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
}

static void
dk_shift_sheet_init (DkShiftSheet *self)
{
  self->yes = g_ptr_array_new ();
  self->no = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "key-press-event", G_CALLBACK (on_sheet_key), NULL);
}
