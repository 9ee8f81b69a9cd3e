/* SPDX-License-Identifier: MIT */
#include <locale.h>

#include <glib/gi18n.h>
#include <pango/pangocairo.h>

#include "app/base/platform.h"
#include "ui/application.h"
#include "ui/ui-resources.h"

int
main (int argc, char **argv)
{
  g_autoptr (DkApplication) application = NULL;

  /* The window draws with the CPU; probing for OpenGL costs time and 58 MB. */
  (void) g_setenv ("GDK_GL", "disable", FALSE);
  dk_platform_harden_process ();
  (void) setlocale (LC_ALL, "");
  (void) bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  (void) textdomain (GETTEXT_PACKAGE);
  application = dk_application_new (argv);
  /* Pango reads the list of fonts in a thread: it is ready when the first text is drawn. After
   * everything that writes to the environment. */
  (void) pango_cairo_font_map_get_default ();
  dk_ui_register_resource ();
  return dk_application_finish (application,
                                g_application_run (G_APPLICATION (application), argc, argv));
}
