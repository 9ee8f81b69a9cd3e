/* SPDX-License-Identifier: MIT */
#include "ui/window.h"

#include <glib/gi18n.h>

#include "ui/application.h"
#include "ui/auto-lock.h"
#include "ui/backup-run.h"
#include "ui/clipboard.h"
#include "ui/kit-thread.h"
#include "ui/pack-run.h"
#include "ui/recovery-page.h"
#include "ui/shell-actions.h"
#include "ui/unlock-page.h"

/* A person waits for the next one: what takes longer is made after the next unlock. */
#define BACKUP_LIMIT_MS 5000
#define TIDY_AFTER_S 5

struct _DkWindow {
  GtkApplicationWindow parent_instance;
  GtkWidget *unlock;
  GtkWidget *recovery; /* in its place; NULL as a rule */
  GtkWidget *shell;
  char *folder;
  DkAutoLock *auto_lock;
  int idle_max_s; /* 0 = as the policy says */
  char *refused; /* before the lock that led to this window; NULL = nothing, or it was read */
  gboolean locking;
  gboolean closed; /* the kit is; the process ends */
  char *next_user; /* offered after locking; NULL = none */
  gboolean leaving; /* the window is closed rather than locked */
};

G_DEFINE_FINAL_TYPE (DkWindow, dk_window, GTK_TYPE_APPLICATION_WINDOW)

static void
set_idle (DkWindow *self, int idle_min)
{
  int seconds = idle_min * 60;

  if (self->idle_max_s > 0)
    seconds = MIN (seconds, self->idle_max_s);
  dk_auto_lock_set_idle_s (self->auto_lock, seconds);
}

static void start_lock (DkWindow *self, gboolean in_hurry);

static void
lock_by_itself (gpointer data, gboolean in_hurry)
{
  start_lock (data, in_hurry);
}

static void
on_facts_changed (DkShell *shell, DkWindow *self)
{
  const DkFacts *facts = dk_shell_facts (shell);
  g_autofree char *title = g_strdup_printf (_ ("Downtime Kit: %s %s"), facts->station, facts->site);

  gtk_window_set_title (GTK_WINDOW (self), title);
  set_idle (self, facts->idle_min);
}

/* Nothing happens if the kit is locked by then. */
static gboolean
tidy (gpointer nothing)
{
  dk_pack_run_tidy ();
  return G_SOURCE_REMOVE;
}

static void
on_unlocked (GtkWidget *page, DkWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  dk_application_set_exit_code (DK_APPLICATION (application), 0);
  self->next_user = DK_IS_UNLOCK_PAGE (page) ? dk_unlock_page_get_user (DK_UNLOCK_PAGE (page))
                                             : g_strdup ("recovery");
  gtk_container_remove (GTK_CONTAINER (self), page);
  g_clear_pointer (&self->refused, g_free);
  self->unlock = NULL;
  self->recovery = NULL;
  self->shell = dk_shell_new ();
  g_signal_connect (self->shell, "facts-changed", G_CALLBACK (on_facts_changed), self);
  gtk_container_add (GTK_CONTAINER (self), self->shell);
  dk_shell_go (DK_SHELL (self->shell), "now", NULL);
  self->auto_lock = dk_auto_lock_new (lock_by_itself, self);
  (void) g_timeout_add_seconds (TIDY_AFTER_S, tidy, NULL);
}

static void show_unlock (DkWindow *self, const char *user, gboolean ask_user);

static void
on_back (DkRecoveryPage *page, DkWindow *self)
{
  gtk_container_remove (GTK_CONTAINER (self), g_steal_pointer (&self->recovery));
  show_unlock (self, NULL, FALSE);
}

static void
on_recover (DkUnlockPage *page, DkWindow *self)
{
  gtk_container_remove (GTK_CONTAINER (self), g_steal_pointer (&self->unlock));
  self->recovery = dk_recovery_page_new (self->folder);
  g_signal_connect (self->recovery, "unlocked", G_CALLBACK (on_unlocked), self);
  g_signal_connect (self->recovery, "back", G_CALLBACK (on_back), self);
  gtk_container_add (GTK_CONTAINER (self), self->recovery);
  dk_recovery_page_focus (DK_RECOVERY_PAGE (self->recovery));
}

static void
on_held (DkUnlockPage *page, DkWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  dk_application_set_exit_code (DK_APPLICATION (application), 7);
}

static void
show_unlock (DkWindow *self, const char *user, gboolean ask_user)
{
  self->unlock = dk_unlock_page_new (self->folder, user, ask_user);
  g_signal_connect (self->unlock, "unlocked", G_CALLBACK (on_unlocked), self);
  g_signal_connect (self->unlock, "held", G_CALLBACK (on_held), self);
  g_signal_connect (self->unlock, "recover", G_CALLBACK (on_recover), self);
  if (self->refused != NULL)
    dk_unlock_page_tell_refused (DK_UNLOCK_PAGE (self->unlock), self->refused);
  gtk_container_add (GTK_CONTAINER (self), self->unlock);
  dk_unlock_page_focus (DK_UNLOCK_PAGE (self->unlock));
}

/* Everything typed is in the queue of the kit's thread before the kit is closed behind it. Gives
 * what was refused and nobody was told of, in the words of the refusal; NULL if nothing was. */
static char *
close_kit (DkWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *refused = NULL;

  dk_clipboard_clear ();
  dk_backup_run_cancel ();
  dk_pack_run_cancel ();
  if (self->shell != NULL && !self->locking)
    dk_shell_seal (DK_SHELL (self->shell));
  if (dk_kit_thread_stop (&error))
    return dk_kit_thread_take_refused ();
  refused = dk_kit_thread_take_refused ();
  return refused != NULL ? g_strdup_printf ("%s %s", refused, error->message)
                         : g_strdup (error->message);
}

static void
finish_lock (gpointer data)
{
  DkWindow *self = data;
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autofree char *refused = NULL;

  if (self->closed)
    return;
  self->closed = TRUE;
  refused = close_kit (self);
  /* The kit is closed: the PC may sleep. */
  g_clear_pointer (&self->auto_lock, dk_auto_lock_free);
  /* Who closes the window has to hear of it as well. */
  if (self->leaving && refused == NULL)
    g_application_quit (G_APPLICATION (application));
  else
    dk_application_restart (DK_APPLICATION (application), self->next_user, refused);
}

/* What was typed in them is sealed by then. */
static void
close_dialogs (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *link = windows; link != NULL; link = link->next)
    (void) g_object_ref (link->data);
  for (GList *link = windows; link != NULL; link = link->next) {
    if (GTK_IS_DIALOG (link->data))
      gtk_widget_destroy (link->data);
    g_object_unref (link->data);
  }
}

/* Nothing of the kit is to be seen or done any more, while the backup is made. */
static void
hide_shell (DkWindow *self)
{
  g_auto (GStrv) actions = g_action_group_list_actions (G_ACTION_GROUP (self));
  GtkWidget *label = gtk_label_new (_ ("Locking. What was typed is stored; a backup is made if one "
                                       "is due."));

  for (char **name = actions; *name != NULL; name++)
    g_simple_action_set_enabled (
        G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), *name)), FALSE);
  gtk_widget_hide (self->shell);
  (void) g_object_ref (self->shell);
  gtk_container_remove (GTK_CONTAINER (self), self->shell);
  gtk_widget_show (label);
  gtk_container_add (GTK_CONTAINER (self), label);
}

static void
start_lock (DkWindow *self, gboolean in_hurry)
{
  if (self->shell == NULL)
    return;
  if (self->locking) {
    if (in_hurry)
      finish_lock (self);
    return;
  }
  dk_shell_seal (DK_SHELL (self->shell));
  dk_clipboard_clear ();
  self->locking = TRUE;
  if (in_hurry) {
    finish_lock (self);
    return;
  }
  close_dialogs ();
  dk_kit_thread_hush (); /* a page that is told something may open a dialog */
  hide_shell (self);
  dk_backup_run_at_lock (G_OBJECT (self), BACKUP_LIMIT_MS, finish_lock);
}

static gboolean
on_delete (GtkWidget *widget, GdkEvent *event, gpointer data)
{
  DkWindow *self = DK_WINDOW (widget);

  if (self->shell == NULL) {
    g_autofree char *refused = close_kit (self);
    if (refused != NULL)
      g_warning ("%s", refused);
    return GDK_EVENT_PROPAGATE;
  }
  self->leaving = TRUE;
  start_lock (self, FALSE);
  return GDK_EVENT_STOP;
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

/* The keys of the program are those of its window; to lock is possible from everywhere. */
static gboolean
on_dialog_key (GtkWidget *dialog, GdkEventKey *event, DkWindow *self)
{
  const guint modifiers = event->state & gtk_accelerator_get_default_mod_mask ();

  if (gdk_keyval_to_lower (event->keyval) != GDK_KEY_l
      || (modifiers & ~GDK_SHIFT_MASK) != GDK_CONTROL_MASK || self->shell == NULL)
    return GDK_EVENT_PROPAGATE;
  if ((modifiers & GDK_SHIFT_MASK) != 0)
    dk_window_switch_user (self);
  else
    dk_window_lock (self);
  return GDK_EVENT_STOP;
}

void
dk_window_adopt (GtkWindow *dialog, GtkWidget *owner)
{
  GtkWidget *window = gtk_widget_get_toplevel (owner);

  g_signal_connect_object (dialog, "key-press-event", G_CALLBACK (on_dialog_key), window, 0);
  gtk_window_set_transient_for (dialog, GTK_WINDOW (window));
  if (gtk_style_context_has_class (gtk_widget_get_style_context (window), "dark"))
    gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (dialog)), "dark");
}

static void
dk_window_dispose (GObject *object)
{
  g_clear_pointer (&DK_WINDOW (object)->auto_lock, dk_auto_lock_free);
  g_clear_pointer (&DK_WINDOW (object)->folder, g_free);
  g_clear_pointer (&DK_WINDOW (object)->next_user, g_free);
  g_clear_pointer (&DK_WINDOW (object)->refused, g_free);
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
dk_window_new (GtkApplication *application, const char *folder, const char *user,
               gboolean ask_user, const char *refused)
{
  DkWindow *self = g_object_new (DK_TYPE_WINDOW, "application", application, "show-menubar", FALSE,
                                 NULL);

  self->folder = g_strdup (folder);
  self->refused = g_strdup (refused);
  show_unlock (self, user, ask_user);
  return GTK_WIDGET (self);
}

DkShell *
dk_window_get_shell (DkWindow *self)
{
  return self->shell != NULL ? DK_SHELL (self->shell) : NULL;
}

void
dk_window_set_idle_max_s (DkWindow *self, int seconds)
{
  self->idle_max_s = MAX (seconds, 0);
}

void
dk_window_lock (DkWindow *self)
{
  start_lock (self, FALSE);
}

void
dk_window_switch_user (DkWindow *self)
{
  g_clear_pointer (&self->next_user, g_free);
  start_lock (self, FALSE);
}
