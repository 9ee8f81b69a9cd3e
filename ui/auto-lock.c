/* SPDX-License-Identifier: MIT */
#include "ui/auto-lock.h"

#define LOOK_EVERY_S 5
#define DEFAULT_IDLE_MIN 5

struct DkAutoLock {
  GtkWindow *window;
  void (*lock) (gpointer data);
  gpointer data;
  gint64 active_us;
  int idle_min;
  guint timer;
  GDBusConnection *system;
  GDBusConnection *session;
  guint sleep_watch;
  guint screen_watch;
  GCancellable *cancellable;
};

static gboolean
on_event (GtkWidget *widget, GdkEvent *event, DkAutoLock *self)
{
  switch (gdk_event_get_event_type (event)) {
  case GDK_KEY_PRESS:
  case GDK_BUTTON_PRESS:
  case GDK_SCROLL:
  case GDK_MOTION_NOTIFY:
    self->active_us = g_get_monotonic_time ();
    break;
  default:
    break;
  }
  return GDK_EVENT_PROPAGATE;
}

static void
lock_now (DkAutoLock *self)
{
  if (self->timer == 0)
    return;
  self->timer = 0;
  self->lock (self->data);
}

static gboolean
look (gpointer data)
{
  DkAutoLock *self = data;
  gint64 idle_s = (g_get_monotonic_time () - self->active_us) / G_USEC_PER_SEC;

  if (self->idle_min == 0 || idle_s < (gint64) self->idle_min * 60)
    return G_SOURCE_CONTINUE;
  lock_now (self);
  return G_SOURCE_REMOVE;
}

/* PrepareForSleep and ActiveChanged both carry one boolean: it begins. */
static void
on_begins (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
           const char *signal, GVariant *parameters, gpointer data)
{
  gboolean begins = FALSE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &begins);
  if (begins)
    lock_now (data);
}

/* Cancelled once the watcher is gone, so data is looked at only after the result. */
static void
on_system_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);
  DkAutoLock *self = data;

  if (bus == NULL)
    return;
  self->system = g_steal_pointer (&bus);
  self->sleep_watch = g_dbus_connection_signal_subscribe (
      self->system, "org.freedesktop.login1", "org.freedesktop.login1.Manager", "PrepareForSleep",
      "/org/freedesktop/login1", NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_begins, self, NULL);
}

static void
on_session_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);
  DkAutoLock *self = data;

  if (bus == NULL)
    return;
  self->session = g_steal_pointer (&bus);
  self->screen_watch = g_dbus_connection_signal_subscribe (
      self->session, NULL, "org.freedesktop.ScreenSaver", "ActiveChanged", NULL, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_begins, self, NULL);
}

DkAutoLock *
dk_auto_lock_new (GtkWindow *window, void (*lock) (gpointer data), gpointer data)
{
  DkAutoLock *self = g_new0 (DkAutoLock, 1);

  self->window = window;
  self->lock = lock;
  self->data = data;
  self->idle_min = DEFAULT_IDLE_MIN;
  self->active_us = g_get_monotonic_time ();
  gtk_widget_add_events (GTK_WIDGET (window), GDK_POINTER_MOTION_MASK | GDK_SCROLL_MASK);
  g_signal_connect (window, "event", G_CALLBACK (on_event), self);
  self->cancellable = g_cancellable_new ();
  self->timer = g_timeout_add_seconds (LOOK_EVERY_S, look, self);
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_system_bus, self);
  g_bus_get (G_BUS_TYPE_SESSION, self->cancellable, on_session_bus, self);
  return self;
}

void
dk_auto_lock_set_idle_min (DkAutoLock *self, int minutes)
{
  self->idle_min = MAX (minutes, 0);
}

void
dk_auto_lock_free (DkAutoLock *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->window, self);
  if (self->system != NULL)
    g_dbus_connection_signal_unsubscribe (self->system, self->sleep_watch);
  if (self->session != NULL)
    g_dbus_connection_signal_unsubscribe (self->session, self->screen_watch);
  g_clear_object (&self->system);
  g_clear_object (&self->session);
  g_free (self);
}
