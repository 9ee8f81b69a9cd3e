/* SPDX-License-Identifier: MIT */
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include "app/base/platform.h"

typedef struct {
  void (*held) (int fd, gpointer data);
  gpointer data;
} Wish;

static void
on_inhibited (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Wish *wish = data;
  g_autoptr (GUnixFDList) descriptors = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (source), &descriptors, result, &error);

  if (reply == NULL || descriptors == NULL || g_unix_fd_list_get_length (descriptors) == 0)
    g_debug ("sleep is not held back: %s", error != NULL ? error->message : "no answer");
  else
    wish->held (g_unix_fd_list_get (descriptors, 0, NULL), wish->data);
}

void
dk_platform_hold_sleep (GDBusConnection *system, const char *who, const char *why,
                        GCancellable *cancellable, void (*held) (int fd, gpointer data),
                        gpointer data)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->held = held;
  wish->data = data;
  g_dbus_connection_call_with_unix_fd_list (
      system, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
      "Inhibit", g_variant_new ("(ssss)", "sleep", who, why, "delay"), G_VARIANT_TYPE ("(h)"),
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, cancellable, on_inhibited, wish);
}
