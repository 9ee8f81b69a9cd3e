/* SPDX-License-Identifier: MIT */
#include "ui/application.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "app/base/error.h"
#include "app/base/platform.h"
#include "app/base/text.h"
#include "app/kit/kit.h"
#include "ui/clipboard.h"
#include "ui/paper-work.h"
#include "ui/shell-actions.h"
#include "ui/window.h"

/* From the process that locked to the fresh one. Arguments are seen by everybody on the PC, this by
 * the same user alone, and not for long. */
#define REFUSED "DOWNTIME_KIT_REFUSED"
#define REFUSED_CHARS_MAX 600u
#define REFUSED_BYTES_MAX 4000u

struct _DkApplication {
  GtkApplication parent_instance;
  char **argv;
  char *folder;
  char *user;
  gboolean ask_user; /* somebody else is to unlock: no name is offered */
  int idle_max_s;    /* locks after so many idle seconds at the latest, 0 = as policy says */
  int exit_code;
  gboolean restart;
  char *refused; /* what was refused before the lock that led here, or leads away; NULL = nothing */
};

G_DEFINE_FINAL_TYPE (DkApplication, dk_application, GTK_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "kit", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Folder of the kit"), N_ ("DIR") },
  { "user", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Who unlocks"), N_ ("NAME") },
  { "ask-user", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  { "lock-after", 0, 0, G_OPTION_ARG_INT, NULL,
    N_ ("Lock after this many idle seconds, if policy does not lock earlier"), N_ ("SECONDS") },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
  { NULL },
};

/* One process per kit, not per person at the PC: the folder is part of the name on the bus. */
static char *
bus_name_for (const char *folder)
{
  g_autofree char *path = g_canonicalize_filename (folder, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);

  return g_strdup_printf ("%s.k%.16s", DK_APPLICATION_ID, hash);
}

static int
on_local_options (GApplication *application, GVariantDict *values, gpointer data)
{
  DkApplication *self = DK_APPLICATION (application);
  g_autofree char *given = NULL;
  g_autofree char *name = NULL;

  if (g_variant_dict_contains (values, "version")) {
    g_print ("downtime-kit %s\n", DK_VERSION);
    return 0;
  }
  (void) g_variant_dict_lookup (values, "kit", "^ay", &given);
  (void) g_variant_dict_lookup (values, "user", "s", &self->user);
  (void) g_variant_dict_lookup (values, "lock-after", "i", &self->idle_max_s);
  self->ask_user = g_variant_dict_contains (values, "ask-user");
  self->folder = dk_kit_default_folder (given);
  name = bus_name_for (self->folder);
  g_application_set_application_id (application, name);
  return -1;
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/downtimekit/ui/style.css");
  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                             GTK_STYLE_PROVIDER (provider),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
dk_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (dk_application_parent_class)->startup (application);
  load_style ();
  dk_shell_actions_set_keys (GTK_APPLICATION (application));
  dk_clipboard_watch ();
  dk_paper_work_note_usual_size ();
  dk_kit_thread_start ();
}

static void
dk_application_activate (GApplication *application)
{
  DkApplication *self = DK_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL) {
    window = GTK_WINDOW (dk_window_new (GTK_APPLICATION (application), self->folder, self->user,
                                        self->ask_user, self->refused));
    g_clear_pointer (&self->refused, g_free);
    dk_window_set_idle_max_s (DK_WINDOW (window), self->idle_max_s);
  }
  gtk_window_present (window);
}

static void
dk_application_finalize (GObject *object)
{
  DkApplication *self = DK_APPLICATION (object);

  g_strfreev (self->argv);
  g_free (self->folder);
  g_free (self->user);
  g_free (self->refused);
  G_OBJECT_CLASS (dk_application_parent_class)->finalize (object);
}

static void
dk_application_class_init (DkApplicationClass *class)
{
  G_OBJECT_CLASS (class)->finalize = dk_application_finalize;
  G_APPLICATION_CLASS (class)->startup = dk_application_startup;
  G_APPLICATION_CLASS (class)->activate = dk_application_activate;
}

static void
dk_application_init (DkApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_signal_connect (self, "handle-local-options", G_CALLBACK (on_local_options), NULL);
}

/* Takes it out of the environment, its bytes included, so that neither children nor others find
 * it. */
static char *
take_refused (void)
{
  char *place = getenv (REFUSED);
  g_autofree char *raw = NULL;
  g_autofree char *valid = NULL;
  g_autofree char *line = NULL;

  if (place == NULL)
    return NULL;
  raw = g_strndup (place, REFUSED_BYTES_MAX);
  memset (place, 0, strlen (place));
  g_unsetenv (REFUSED);
  valid = g_utf8_make_valid (raw, -1);
  line = dk_text_printable (valid, FALSE);
  return *line != '\0' ? dk_text_shorten (line, REFUSED_CHARS_MAX) : NULL;
}

/* For the fresh process. */
static void
put_refused (const char *refused)
{
  g_autofree char *valid = g_utf8_make_valid (refused, -1);
  g_autofree char *text = dk_text_shorten (valid, REFUSED_CHARS_MAX);

  if (!g_setenv (REFUSED, text, TRUE))
    g_printerr ("%s\n", text);
}

DkApplication *
dk_application_new (char **argv)
{
  DkApplication *self = g_object_new (DK_TYPE_APPLICATION, "flags", G_APPLICATION_DEFAULT_FLAGS,
                                      "register-session", FALSE, NULL);

  self->argv = g_strdupv (argv);
  self->refused = take_refused ();
  return self;
}

/* The arguments of this process with another answer to who unlocks. */
static char **
arguments_for (char **argv, const char *user)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; argv[i] != NULL; i++) {
    if (g_str_equal (argv[i], "--user") && argv[i + 1] != NULL)
      i++;
    else if (!g_str_has_prefix (argv[i], "--user=") && !g_str_equal (argv[i], "--ask-user"))
      g_strv_builder_add (builder, argv[i]);
  }
  if (user != NULL) {
    g_strv_builder_add (builder, "--user");
    g_strv_builder_add (builder, user);
  } else {
    g_strv_builder_add (builder, "--ask-user");
  }
  return g_strv_builder_end (builder);
}

void
dk_application_restart (DkApplication *self, const char *user, const char *refused)
{
  char **argv = arguments_for (self->argv, user);

  g_strfreev (self->argv);
  self->argv = argv;
  self->restart = TRUE;
  g_free (self->refused);
  self->refused = g_strdup (refused);
  g_application_quit (G_APPLICATION (self));
}

void
dk_application_set_exit_code (DkApplication *self, int code)
{
  self->exit_code = code;
}

int
dk_application_finish (DkApplication *self, int status)
{
  g_autoptr (GError) error = NULL;

  if (!dk_kit_thread_stop (&error)) {
    g_printerr ("%s\n", error->message);
    self->exit_code = dk_error_exit_code (error);
  }
  if (self->restart && self->refused != NULL)
    put_refused (self->refused);
  if (self->restart && !dk_platform_restart_process (self->argv, &error)) {
    g_printerr ("%s\n", error->message);
    if (self->refused != NULL)
      g_printerr ("%s\n", self->refused);
    return dk_error_exit_code (error);
  }
  return status != 0 ? status : self->exit_code;
}
