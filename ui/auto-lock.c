/* SPDX-License-Identifier: MIT */
#include "ui/auto-lock.h"

#include <glib/gstdio.h>

#include "app/base/platform.h"

#define LOOK_EVERY_S 1
#define DEFAULT_IDLE_S 300
#define LATE_EVENTS_MAX 500u
#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER "org.freedesktop.login1.Manager"

/* All of them send ActiveChanged (b) when the screen is locked. */
static const char *const screen_savers[] = {
  "org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver",
  "org.mate.ScreenSaver",        "org.xfce.ScreenSaver",
};

struct DkAutoLock {
  void (*lock) (gpointer data, gboolean in_hurry);
  gpointer data;
  gint64 active_ms;
  int idle_s;
  guint timer;
  gulong hook;
  guint signal;
  GDBusConnection *system;
  GDBusConnection *session;
  guint sleep_watch;
  guint session_watch;
  guint screen_watches[G_N_ELEMENTS (screen_savers)];
  int sleep_brake; /* as long as this descriptor is open logind waits; -1 = none */
  GCancellable *cancellable;
};

/* Of every widget, so that typing in a dialog counts like typing in the window. */
static gboolean
note_event (GSignalInvocationHint *hint, guint count, const GValue *values, gpointer data)
{
  DkAutoLock *self = data;
  const GdkEvent *event = g_value_get_boxed (&values[1]);

  switch (gdk_event_get_event_type (event)) {
  case GDK_KEY_PRESS:
  case GDK_BUTTON_PRESS:
  case GDK_SCROLL:
  case GDK_MOTION_NOTIFY:
  case GDK_TOUCH_BEGIN:
    self->active_ms = dk_platform_boottime_ms ();
    break;
  default:
    break;
  }
  return TRUE;
}

static gboolean
is_editable (GtkWidget *widget)
{
  if (GTK_IS_TEXT_VIEW (widget))
    return gtk_text_view_get_editable (GTK_TEXT_VIEW (widget));
  return GTK_IS_EDITABLE (widget) && gtk_editable_get_editable (GTK_EDITABLE (widget));
}

/* A key that goes into the text that has the focus, and does nothing else. */
static gboolean
writes_words (GdkEvent *event)
{
  const guint no_letter = gtk_accelerator_get_default_mod_mask () & ~(guint) GDK_SHIFT_MASK;
  const guint key = event->key.keyval;
  GtkWidget *widget = gtk_get_event_widget (event);
  GtkWidget *window = widget != NULL ? gtk_widget_get_toplevel (widget) : NULL;

  if (!GTK_IS_WINDOW (window) || !is_editable (gtk_window_get_focus (GTK_WINDOW (window)))
      || (event->key.state & no_letter) != 0)
    return FALSE;
  return key == GDK_KEY_BackSpace || key == GDK_KEY_Delete || key == GDK_KEY_Left
         || key == GDK_KEY_Right || g_unichar_isprint (gdk_keyval_to_unicode (key));
}

typedef enum { LATE_NOW, LATE_AFTERWARDS, LATE_STOP } Late;

static Late
judge_late (GdkEvent *event)
{
  switch (gdk_event_get_event_type (event)) {
  case GDK_KEY_PRESS:
    if (event->key.is_modifier)
      return LATE_AFTERWARDS;
    return writes_words (event) ? LATE_NOW : LATE_STOP;
  case GDK_BUTTON_PRESS:
  case GDK_TOUCH_BEGIN:
  case GDK_DELETE:
    return LATE_STOP;
  case GDK_KEY_RELEASE:
  case GDK_BUTTON_RELEASE:
  case GDK_MOTION_NOTIFY:
  case GDK_SCROLL:
  case GDK_TOUCH_UPDATE:
  case GDK_TOUCH_END:
  case GDK_TOUCH_CANCEL:
    return LATE_AFTERWARDS;
  default:
    return LATE_NOW;
  }
}

/* Letters that were typed before the lock was asked for and wait in the queue of the display: they
 * go into their text. The first key or click that does something else ends this; it comes to a
 * window then that has nothing left to be pressed. */
static void
take_late_letters (void)
{
  g_autoptr (GPtrArray) afterwards
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gdk_event_free);
  Late late = LATE_NOW;

  for (guint i = 0; i < LATE_EVENTS_MAX && late != LATE_STOP; i++) {
    GdkEvent *event = gdk_event_get ();
    if (event == NULL)
      break;
    late = judge_late (event);
    if (late != LATE_NOW) {
      g_ptr_array_add (afterwards, event);
      continue;
    }
    gtk_main_do_event (event);
    gdk_event_free (event);
  }
  for (guint i = 0; i < afterwards->len; i++)
    gdk_event_put (afterwards->pdata[i]);
}

/* What is in a hurry overtakes a lock that takes its time. */
static void
lock_now (DkAutoLock *self, gboolean in_hurry)
{
  gboolean is_first = self->timer != 0;

  if (!is_first && !in_hurry)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  if (is_first)
    take_late_letters ();
  self->lock (self->data, in_hurry);
}

static gboolean
look (gpointer data)
{
  DkAutoLock *self = data;
  gint64 idle_ms = dk_platform_boottime_ms () - self->active_ms;

  if (self->idle_s == 0 || idle_ms < (gint64) self->idle_s * 1000)
    return G_SOURCE_CONTINUE;
  lock_now (self, FALSE);
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
    lock_now (data, g_str_equal (signal, "PrepareForSleep"));
}

static void
on_session_lock (GDBusConnection *bus, const char *sender, const char *path,
                 const char *interface, const char *signal, GVariant *parameters, gpointer data)
{
  lock_now (data, FALSE);
}

static void
on_sleep_held (int fd, gpointer data)
{
  ((DkAutoLock *) data)->sleep_brake = fd;
}

/* The session that this process belongs to. Where logind does not know it, the lock of any session
 * of this PC counts: one lock too many costs a passphrase, one too few an open kit. Calls are
 * cancelled once the watcher is gone, so data is looked at only after the result. */
static void
on_own_session (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  DkAutoLock *self = data;
  const char *path = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply != NULL)
    g_variant_get (reply, "(&o)", &path);
  self->session_watch = g_dbus_connection_signal_subscribe (
      self->system, LOGIND, "org.freedesktop.login1.Session", "Lock", path, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_session_lock, self, NULL);
}

static void
on_system_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);
  const char *session = g_getenv ("XDG_SESSION_ID");
  DkAutoLock *self = data;

  if (bus == NULL)
    return;
  self->system = g_steal_pointer (&bus);
  g_dbus_connection_set_exit_on_close (self->system, FALSE);
  self->sleep_watch = g_dbus_connection_signal_subscribe (
      self->system, LOGIND, LOGIND_MANAGER, "PrepareForSleep", LOGIND_PATH, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_begins, self, NULL);
  dk_platform_hold_sleep (self->system, "Downtime Kit", "The kit is locked first",
                          self->cancellable, on_sleep_held, self);
  g_dbus_connection_call (self->system, LOGIND, LOGIND_PATH, LOGIND_MANAGER, "GetSession",
                          g_variant_new ("(s)", session != NULL ? session : "auto"),
                          G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable,
                          on_own_session, self);
}

static void
on_session_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, NULL);
  DkAutoLock *self = data;

  if (bus == NULL)
    return;
  self->session = g_steal_pointer (&bus);
  for (gsize i = 0; i < G_N_ELEMENTS (screen_savers); i++)
    self->screen_watches[i] = g_dbus_connection_signal_subscribe (
        self->session, NULL, screen_savers[i], "ActiveChanged", NULL, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_begins, self, NULL);
}

DkAutoLock *
dk_auto_lock_new (void (*lock) (gpointer data, gboolean in_hurry), gpointer data)
{
  DkAutoLock *self = g_new0 (DkAutoLock, 1);

  self->lock = lock;
  self->data = data;
  self->idle_s = DEFAULT_IDLE_S;
  self->active_ms = dk_platform_boottime_ms ();
  self->sleep_brake = -1;
  self->signal = g_signal_lookup ("event", GTK_TYPE_WIDGET);
  self->hook = g_signal_add_emission_hook (self->signal, 0, note_event, self, NULL);
  self->cancellable = g_cancellable_new ();
  self->timer = g_timeout_add_seconds (LOOK_EVERY_S, look, self);
  g_bus_get (G_BUS_TYPE_SYSTEM, self->cancellable, on_system_bus, self);
  g_bus_get (G_BUS_TYPE_SESSION, self->cancellable, on_session_bus, self);
  return self;
}

void
dk_auto_lock_set_idle_s (DkAutoLock *self, int seconds)
{
  self->idle_s = MAX (seconds, 0);
}

void
dk_auto_lock_free (DkAutoLock *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_signal_remove_emission_hook (self->signal, self->hook);
  if (self->sleep_watch != 0)
    g_dbus_connection_signal_unsubscribe (self->system, self->sleep_watch);
  if (self->session_watch != 0)
    g_dbus_connection_signal_unsubscribe (self->system, self->session_watch);
  for (gsize i = 0; i < G_N_ELEMENTS (screen_savers); i++)
    if (self->screen_watches[i] != 0)
      g_dbus_connection_signal_unsubscribe (self->session, self->screen_watches[i]);
  g_clear_object (&self->system);
  g_clear_object (&self->session);
  if (self->sleep_brake >= 0)
    (void) g_close (self->sleep_brake, NULL);
  g_free (self);
}
