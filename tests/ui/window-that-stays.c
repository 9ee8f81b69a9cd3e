/* SPDX-License-Identifier: MIT */
/* The control of test_memory.py: the program as it is, but locking does not replace the process and
 * freed memory is not overwritten. A search that finds nothing in this one finds nothing at all. */
#include <gtk/gtk.h>

#include "app/base/platform.h"
#include "ui/application.h"

/* The linker puts these in the place of the calls of that name (--wrap). */
gboolean __wrap_dk_platform_restart_process (char **argv, GError **error);
void __wrap_dk_platform_harden_process (void);

/* Windows of the application; what belongs to them goes along. */
static void
destroy_windows (void)
{
  GList *windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    (void) g_object_ref (l->data);
  for (GList *l = windows; l != NULL; l = l->next) {
    if (GTK_IS_APPLICATION_WINDOW (l->data))
      gtk_widget_destroy (l->data);
    g_object_unref (l->data);
  }
  g_list_free (windows);
}

gboolean
__wrap_dk_platform_restart_process (char **argv, GError **error)
{
  g_autoptr (DkApplication) again = dk_application_new (argv);

  destroy_windows ();
  (void) g_application_run (G_APPLICATION (again), (int) g_strv_length (argv), argv);
  return TRUE;
}

void
__wrap_dk_platform_harden_process (void)
{
}
