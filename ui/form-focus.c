/* SPDX-License-Identifier: MIT */
#include "ui/form-focus.h"

#include "ui/form-rows.h"

/* Room that is kept in sight around a field, in pixels: for its label above, words below. */
#define SEEN_ABOVE 36
#define SEEN_BELOW 48

struct DkFormFocus {
  GtkWidget *view;
  void (*left) (DkFormField *field, gpointer data);
  gpointer data;
  GtkWidget *window;   /* that is listened to, weak */
  DkFormField *current; /* has the focus, weak */
  gboolean is_changed; /* since it has the focus */
};

static void
set_current (DkFormFocus *self, DkFormField *field)
{
  if (self->current != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->current), (gpointer *) &self->current);
  self->current = field;
  if (field != NULL)
    g_object_add_weak_pointer (G_OBJECT (field), (gpointer *) &self->current);
  self->is_changed = FALSE;
}

/* The whole field with its label and its problem is scrolled into sight, not the input alone. */
static void
scroll_to (DkFormFocus *self, GtkWidget *field)
{
  GtkWidget *scroller = gtk_widget_get_ancestor (self->view, GTK_TYPE_SCROLLED_WINDOW);
  int height = gtk_widget_get_allocated_height (field);
  int y;

  if (scroller == NULL
      || !gtk_widget_translate_coordinates (field, self->view, 0, 0, NULL, &y))
    return;
  gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)),
                             y - SEEN_ABOVE, y + height + SEEN_BELOW);
}

static void
on_set_focus (GtkWindow *window, GtkWidget *focus, DkFormFocus *self)
{
  GtkWidget *now = focus != NULL && gtk_widget_is_ancestor (focus, self->view)
                       ? gtk_widget_get_ancestor (focus, DK_TYPE_FORM_FIELD)
                       : NULL;
  DkFormField *left = self->current;
  gboolean changed = self->is_changed;

  if (now == GTK_WIDGET (left))
    return;
  set_current (self, now != NULL ? DK_FORM_FIELD (now) : NULL);
  if (left != NULL && changed)
    self->left (left, self->data);
  if (now != NULL)
    scroll_to (self, now);
}

static gboolean
on_window_key (GtkWidget *window, GdkEventKey *event, DkFormFocus *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  return focus != NULL && gtk_widget_is_ancestor (focus, self->view)
         && dk_form_rows_take_key (focus, event);
}

static void
stop_listening (DkFormFocus *self)
{
  if (self->window == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->window, self);
  g_object_remove_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  self->window = NULL;
}

static void
on_hierarchy_changed (GtkWidget *view, GtkWidget *before, DkFormFocus *self)
{
  GtkWidget *window = gtk_widget_get_toplevel (view);

  stop_listening (self);
  if (!GTK_IS_WINDOW (window))
    return;
  self->window = window;
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &self->window);
  g_signal_connect_after (window, "set-focus", G_CALLBACK (on_set_focus), self);
  g_signal_connect (window, "key-press-event", G_CALLBACK (on_window_key), self);
}

DkFormFocus *
dk_form_focus_new (GtkWidget *view, void (*left) (DkFormField *field, gpointer data),
                   gpointer data)
{
  DkFormFocus *self = g_new0 (DkFormFocus, 1);

  self->view = view;
  self->left = left;
  self->data = data;
  g_signal_connect (view, "hierarchy-changed", G_CALLBACK (on_hierarchy_changed), self);
  return self;
}

DkFormField *
dk_form_focus_get (const DkFormFocus *self)
{
  return self->current;
}

void
dk_form_focus_changed (DkFormFocus *self)
{
  self->is_changed = TRUE;
}

void
dk_form_focus_clear (DkFormFocus *self)
{
  set_current (self, NULL);
}

void
dk_form_focus_free (DkFormFocus *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->view, self);
  stop_listening (self);
  set_current (self, NULL);
  g_free (self);
}
