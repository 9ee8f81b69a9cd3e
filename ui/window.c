/* SPDX-License-Identifier: MIT */
#include "ui/window.h"

#include <glib/gi18n.h>

#include "ui/application.h"
#include "ui/auto-lock.h"
#include "ui/kit-thread.h"
#include "ui/shell-actions.h"
#include "ui/unlock-page.h"

struct _DkWindow {
  GtkApplicationWindow parent_instance;
  GtkWidget *unlock;
  GtkWidget *shell;
  DkAutoLock *auto_lock;
};

G_DEFINE_FINAL_TYPE (DkWindow, dk_window, GTK_TYPE_APPLICATION_WINDOW)

static void
lock_by_itself (gpointer data)
{
  dk_window_lock (data);
}

static void
on_facts_changed (DkShell *shell, DkWindow *self)
{
  const DkFacts *facts = dk_shell_facts (shell);
  g_autofree char *title = g_strdup_printf (_ ("Downtime Kit: %s %s"), facts->station, facts->site);

  gtk_window_set_title (GTK_WINDOW (self), title);
  dk_auto_lock_set_idle_min (self->auto_lock, facts->idle_min);
}

static void
on_unlocked (DkUnlockPage *page, DkWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  dk_application_set_exit_code (DK_APPLICATION (application), 0);
  gtk_container_remove (GTK_CONTAINER (self), self->unlock);
  self->unlock = NULL;
  self->shell = dk_shell_new ();
  g_signal_connect (self->shell, "facts-changed", G_CALLBACK (on_facts_changed), self);
  gtk_container_add (GTK_CONTAINER (self), self->shell);
  dk_shell_go (DK_SHELL (self->shell), "now", NULL);
  self->auto_lock = dk_auto_lock_new (GTK_WINDOW (self), lock_by_itself, self);
}

static void
on_held (DkUnlockPage *page, DkWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  dk_application_set_exit_code (DK_APPLICATION (application), 7);
}

/* Everything typed is in the queue of the kit's thread before the kit is closed behind it. */
static void
close_kit (DkWindow *self)
{
  g_autoptr (GError) error = NULL;

  if (self->shell != NULL)
    dk_shell_seal (DK_SHELL (self->shell));
  if (!dk_kit_thread_stop (&error))
    g_warning ("%s", error->message);
}

static gboolean
on_delete (GtkWidget *widget, GdkEvent *event, gpointer data)
{
  close_kit (DK_WINDOW (widget));
  return GDK_EVENT_PROPAGATE;
}

/* The style sheet has a second set of colours for light words on a dark ground. Which of the two a
 * theme has is told by its colours, not by its name. */
static void
dk_window_style_updated (GtkWidget *widget)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA ink;
  gboolean dark;

  GTK_WIDGET_CLASS (dk_window_parent_class)->style_updated (widget);
  gtk_style_context_get_color (style, GTK_STATE_FLAG_NORMAL, &ink);
  dark = ink.red + ink.green + ink.blue > 1.5;
  if (dark && !gtk_style_context_has_class (style, "dark"))
    gtk_style_context_add_class (style, "dark");
  else if (!dark && gtk_style_context_has_class (style, "dark"))
    gtk_style_context_remove_class (style, "dark");
}

static void
dk_window_dispose (GObject *object)
{
  g_clear_pointer (&DK_WINDOW (object)->auto_lock, dk_auto_lock_free);
  G_OBJECT_CLASS (dk_window_parent_class)->dispose (object);
}

static void
dk_window_class_init (DkWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dk_window_dispose;
  GTK_WIDGET_CLASS (class)->style_updated = dk_window_style_updated;
}

static void
dk_window_init (DkWindow *self)
{
  gtk_window_set_default_size (GTK_WINDOW (self), 1180, 760);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Downtime Kit"));
  gtk_window_set_icon_name (GTK_WINDOW (self), DK_APPLICATION_ID);
  g_signal_connect (self, "delete-event", G_CALLBACK (on_delete), NULL);
  dk_shell_actions_add (G_ACTION_MAP (self));
}

GtkWidget *
dk_window_new (GtkApplication *application, const char *folder, const char *user)
{
  DkWindow *self = g_object_new (DK_TYPE_WINDOW, "application", application, "show-menubar", FALSE,
                                 NULL);

  self->unlock = dk_unlock_page_new (folder, user);
  g_signal_connect (self->unlock, "unlocked", G_CALLBACK (on_unlocked), self);
  g_signal_connect (self->unlock, "held", G_CALLBACK (on_held), self);
  gtk_container_add (GTK_CONTAINER (self), self->unlock);
  dk_unlock_page_focus (DK_UNLOCK_PAGE (self->unlock));
  return GTK_WIDGET (self);
}

DkShell *
dk_window_get_shell (DkWindow *self)
{
  return self->shell != NULL ? DK_SHELL (self->shell) : NULL;
}

void
dk_window_lock (DkWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  close_kit (self);
  dk_application_restart (DK_APPLICATION (application));
}
