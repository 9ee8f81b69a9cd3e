/* SPDX-License-Identifier: MIT */
#include "ui/clipboard.h"

#define KEPT_S 10

static guint timer;

/* The selection that is made by marking text is left as it is: it goes with the mark, and with the
 * process. */
static GtkClipboard *
clipboard (void)
{
  return gtk_clipboard_get (GDK_SELECTION_CLIPBOARD);
}

/* The window of another program that pasted from us is known here as well, as a foreign one. */
static gboolean
is_ours (void)
{
  GdkWindow *owner = gdk_selection_owner_get (GDK_SELECTION_CLIPBOARD);

  return owner != NULL && gdk_window_get_window_type (owner) != GDK_WINDOW_FOREIGN;
}

static gboolean
time_is_over (gpointer data)
{
  timer = 0;
  dk_clipboard_clear ();
  return G_SOURCE_REMOVE;
}

/* Each new owner starts the time anew, so a second copy has its full 10 s, and somebody else's text
 * is never taken away. */
static void
on_owner_changed (GtkClipboard *self, GdkEvent *event, gpointer data)
{
  g_clear_handle_id (&timer, g_source_remove);
  if (is_ours ())
    timer = g_timeout_add_seconds (KEPT_S, time_is_over, NULL);
}

void
dk_clipboard_watch (void)
{
  g_signal_connect (clipboard (), "owner-change", G_CALLBACK (on_owner_changed), NULL);
}

void
dk_clipboard_clear (void)
{
  g_clear_handle_id (&timer, g_source_remove);
  if (!is_ours ())
    return;
  gtk_clipboard_set_can_store (clipboard (), NULL, 0);
  gtk_clipboard_clear (clipboard ());
}
