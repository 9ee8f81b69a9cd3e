/* SPDX-License-Identifier: MIT */
#include "ui/form-rows.h"

#include <glib/gi18n.h>

struct _DkFormRows {
  GtkBox parent_instance;
  const DkField *repeat;
  GtkWidget *title;
  GtkWidget *list;
  GtkWidget *add;
  GPtrArray *cards;   /* borrowed of the list */
  GPtrArray *removes; /* the button of each card, borrowed */
  gboolean editable;
};

G_DEFINE_FINAL_TYPE (DkFormRows, dk_form_rows, GTK_TYPE_BOX)

enum { ADD, REMOVE, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
add_class (GtkWidget *widget, const char *name)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (widget), name);
}

static void
on_add (GtkButton *button, DkFormRows *self)
{
  g_signal_emit (self, signals[ADD], 0);
}

static void
on_remove (GtkButton *button, DkFormRows *self)
{
  guint row;

  if (g_ptr_array_find (self->removes, button, &row))
    g_signal_emit (self, signals[REMOVE], 0, (int) row);
}

/* The button comes last, so that Tab reaches the fields first. */
static GtkWidget *
new_remove (DkFormRows *self)
{
  GtkWidget *button
      = gtk_button_new_from_icon_name ("edit-delete-symbolic", GTK_ICON_SIZE_BUTTON);
  g_autofree char *spoken
      = g_strdup_printf (_ ("Remove %s %u"), self->repeat->label, self->cards->len + 1);

  atk_object_set_name (gtk_widget_get_accessible (button), spoken);
  gtk_widget_set_tooltip_text (button, _ ("Remove this row (Ctrl+Shift+Delete)"));
  gtk_widget_set_valign (button, GTK_ALIGN_END);
  gtk_widget_set_sensitive (button, self->editable);
  g_signal_connect (button, "clicked", G_CALLBACK (on_remove), self);
  g_ptr_array_add (self->removes, button);
  return button;
}

GtkWidget *
dk_form_rows_append (DkFormRows *self, gboolean side_by_side)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *fields = gtk_box_new (
      side_by_side ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL, side_by_side ? 12 : 6);
  g_autofree char *text = g_strdup_printf ("%u", self->cards->len + 1);
  g_autofree char *spoken = g_strdup_printf ("%s %s", self->repeat->label, text);
  GtkWidget *number = gtk_label_new (text);

  add_class (card, "row-card");
  add_class (number, "row-number");
  gtk_widget_set_valign (number, GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (card), spoken);
  gtk_box_set_homogeneous (GTK_BOX (fields), side_by_side);
  gtk_box_pack_start (GTK_BOX (card), number, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (card), fields, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (card), new_remove (self), FALSE, FALSE, 0);
  g_ptr_array_add (self->cards, card);
  gtk_widget_show_all (card);
  gtk_container_add (GTK_CONTAINER (self->list), card);
  return fields;
}

guint
dk_form_rows_count (DkFormRows *self)
{
  return self->cards->len;
}

void
dk_form_rows_clear (DkFormRows *self)
{
  for (guint i = 0; i < self->cards->len; i++)
    gtk_widget_destroy (self->cards->pdata[i]);
  g_ptr_array_set_size (self->cards, 0);
  g_ptr_array_set_size (self->removes, 0);
}

void
dk_form_rows_set_editable (DkFormRows *self, gboolean editable)
{
  self->editable = editable;
  gtk_widget_set_sensitive (self->add, editable);
  for (guint i = 0; i < self->removes->len; i++)
    gtk_widget_set_sensitive (self->removes->pdata[i], editable);
}

gboolean
dk_form_rows_take_key (GtkWidget *focus, const GdkEventKey *event)
{
  const guint known = GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_MOD1_MASK;
  GtkWidget *widget = gtk_widget_get_ancestor (focus, DK_TYPE_FORM_ROWS);
  guint modifiers = event->state & known;
  DkFormRows *self;

  if (widget == NULL)
    return FALSE;
  self = DK_FORM_ROWS (widget);
  if (modifiers == GDK_CONTROL_MASK
      && (event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter)) {
    g_signal_emit (self, signals[ADD], 0);
    return TRUE;
  }
  if (modifiers != (GDK_CONTROL_MASK | GDK_SHIFT_MASK) || event->keyval != GDK_KEY_Delete)
    return FALSE;
  for (guint i = 0; i < self->cards->len; i++)
    if (gtk_widget_is_ancestor (focus, self->cards->pdata[i])) {
      g_signal_emit (self, signals[REMOVE], 0, (int) i);
      return TRUE;
    }
  return FALSE;
}

void
dk_form_rows_focus_add (DkFormRows *self)
{
  gtk_widget_grab_focus (self->add);
}

static void
dk_form_rows_finalize (GObject *object)
{
  g_ptr_array_unref (DK_FORM_ROWS (object)->cards);
  g_ptr_array_unref (DK_FORM_ROWS (object)->removes);
  G_OBJECT_CLASS (dk_form_rows_parent_class)->finalize (object);
}

static void
dk_form_rows_class_init (DkFormRowsClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_form_rows_finalize;
  signals[ADD] = g_signal_new ("add-row", DK_TYPE_FORM_ROWS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  signals[REMOVE] = g_signal_new ("remove-row", DK_TYPE_FORM_ROWS, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
dk_form_rows_init (DkFormRows *self)
{
  self->cards = g_ptr_array_new ();
  self->removes = g_ptr_array_new ();
  self->editable = TRUE;
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
}

GtkWidget *
dk_form_rows_new (const DkField *repeat)
{
  DkFormRows *self = g_object_new (DK_TYPE_FORM_ROWS, NULL);
  g_autofree char *text = g_strdup_printf (_ ("Add %s (Ctrl+Enter)"), repeat->label);

  self->repeat = repeat;
  self->title = gtk_label_new (repeat->label);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  add_class (self->title, "section");
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->add = gtk_button_new_with_label (text);
  gtk_widget_set_halign (self->add, GTK_ALIGN_START);
  g_signal_connect (self->add, "clicked", G_CALLBACK (on_add), self);
  gtk_container_add (GTK_CONTAINER (self), self->title);
  gtk_container_add (GTK_CONTAINER (self), self->list);
  gtk_container_add (GTK_CONTAINER (self), self->add);
  gtk_widget_show_all (GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
dk_form_rows_set_title (DkFormRows *self, const char *title)
{
  gtk_label_set_text (GTK_LABEL (self->title), title);
}
