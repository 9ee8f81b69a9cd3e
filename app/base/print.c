/* SPDX-License-Identifier: MIT */
#include "app/base/print.h"

#include <string.h>

#include "app/base/platform.h"

#define WAIT_S 8u
#define QUEUE_BYTES_MAX 127u
#define QUEUES_MAX 200u
#define NO_PRINTER                                                                               \
  "This PC has no printer. Nothing was printed; save the PDF to a USB stick and print it from a " \
  "PC that has one."

/* A program at work; on the main context of the thread that waits for it. */
typedef struct {
  GMainLoop *loop;
  GCancellable *cancellable;
  GBytes *out;
  GBytes *err;
  GError *error;
} Run;

static gboolean
give_up (gpointer data)
{
  g_cancellable_cancel (((Run *) data)->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *run = data;

  (void) g_subprocess_communicate_finish (G_SUBPROCESS (source), result, &run->out, &run->err,
                                          &run->error);
  g_main_loop_quit (run->loop);
}

static char *
text_of (GBytes *bytes)
{
  gsize size = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autofree char *raw = g_strndup (data != NULL ? data : "", size);

  return g_utf8_make_valid (raw, -1);
}

static gboolean
judge (GSubprocess *process, Run *run, const char *program, char **out, GError **error)
{
  g_autofree char *said = NULL;

  if (g_error_matches (run->error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE)) {
    g_subprocess_force_exit (process);
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "The print service of this PC (%s) ended before it had read the pages. Nothing "
                 "was printed; choose another printer, or save the PDF to a USB stick.",
                 program);
    return FALSE;
  }
  if (run->error != NULL) {
    g_subprocess_force_exit (process);
    g_set_error (error, DK_ERROR, DK_ERROR_UNREACHABLE,
                 "The print service of this PC did not answer within %u s. Nothing is known to be "
                 "printed; look at the printer, or save the PDF to a USB stick.",
                 WAIT_S);
    return FALSE;
  }
  if (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != 0) {
    said = text_of (run->err);
    g_strstrip (said);
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "%s. Nothing was printed; choose another printer, or save the PDF to a USB stick.",
                 *said != '\0' ? said : program);
    return FALSE;
  }
  if (out != NULL)
    *out = text_of (run->out);
  return TRUE;
}

/* Runs argv without a shell, with input on its standard input, and waits WAIT_S at most. */
static gboolean
run_program (const char *const *argv, GBytes *input, char **out, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSource) timer = g_timeout_source_new_seconds (WAIT_S);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      (input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : G_SUBPROCESS_FLAGS_NONE)
      | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  Run run = { loop, cancellable, NULL, NULL, NULL };
  g_autoptr (GSubprocess) process = NULL;
  gboolean is_done;

  dk_platform_keep_on_broken_pipe ();
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_main_context_push_thread_default (context);
  process = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (process != NULL) {
    g_source_set_callback (timer, give_up, &run, NULL);
    (void) g_source_attach (timer, context);
    g_subprocess_communicate_async (process, input, cancellable, on_done, &run);
    g_main_loop_run (loop);
    g_source_destroy (timer);
  }
  g_main_context_pop_thread_default (context);
  is_done = process != NULL && judge (process, &run, argv[0], out, error);
  g_clear_pointer (&run.out, g_bytes_unref);
  g_clear_pointer (&run.err, g_bytes_unref);
  g_clear_error (&run.error);
  return is_done;
}

static gboolean
has_programs (void)
{
  g_autofree char *lp = g_find_program_in_path ("lp");
  g_autofree char *lpstat = g_find_program_in_path ("lpstat");

  return lp != NULL && lpstat != NULL;
}

/* "system default destination: NAME". NULL if there is none. New string. */
static char *
read_default (void)
{
  const char *const argv[] = { "lpstat", "-d", NULL };
  g_autofree char *text = NULL;
  const char *name;

  if (!run_program (argv, NULL, &text, NULL))
    return NULL;
  name = strstr (text, ": ");
  return name != NULL ? g_strstrip (g_strdup (name + 2)) : NULL;
}

/* No queue can mean that nobody was there to name one: lpstat -e of CUPS 2.4 then ends well and
 * says nothing, another one fails. failed is what it said, NULL if it ended well. Always FALSE. */
static gboolean
explain_none (const GError *failed, GError **error)
{
  const char *const argv[] = { "lpstat", "-r", NULL };
  g_autofree char *text = NULL;
  g_autoptr (GError) silent = NULL;

  if (failed == NULL && (!has_programs () || (run_program (argv, NULL, &text, &silent)
                                              && strstr (text, "is not running") == NULL))) {
    g_set_error_literal (error, DK_ERROR, DK_ERROR_NOT_FOUND, NO_PRINTER);
    return FALSE;
  }
  g_set_error_literal (error, DK_ERROR, DK_ERROR_UNREACHABLE,
                       "The print service of this PC does not answer or is not running, so its "
                       "printers are not known. Nothing was printed; start it (systemctl start "
                       "cups) and try again, or save the PDF to a USB stick.");
  if (failed != NULL)
    g_debug ("lpstat: %s", failed->message);
  return FALSE;
}

GPtrArray *
dk_print_queues (GError **error)
{
  const char *const argv[] = { "lpstat", "-e", NULL };
  g_autoptr (GPtrArray) queues = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;
  g_autofree char *preferred = NULL;
  g_autoptr (GError) failed = NULL;
  g_auto (GStrv) lines = NULL;

  if (has_programs () && !run_program (argv, NULL, &text, &failed)
      && g_error_matches (failed, DK_ERROR, DK_ERROR_UNREACHABLE)) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  preferred = text != NULL ? read_default () : NULL;
  for (char **line = lines; *line != NULL && queues->len < QUEUES_MAX; line++) {
    if (*g_strstrip (*line) == '\0')
      continue;
    g_ptr_array_insert (queues, g_strcmp0 (*line, preferred) == 0 ? 0 : -1, g_strdup (*line));
  }
  if (queues->len > 0)
    return g_steal_pointer (&queues);
  (void) explain_none (failed, error);
  return NULL;
}

/* What a print service takes as a name, and no option. */
static gboolean
check_queue (const char *queue, GError **error)
{
  gsize size = strlen (queue);

  if (size > 0 && size <= QUEUE_BYTES_MAX && *queue != '-' && strpbrk (queue, " \t/#") == NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "\"%s\" is no name of a printer. Nothing was printed; lpstat -e lists them.", queue);
  return FALSE;
}

static gboolean
has_queue (const char *queue, GError **error)
{
  g_autoptr (GPtrArray) queues = dk_print_queues (error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (queues == NULL)
    return FALSE;
  for (guint i = 0; i < queues->len; i++) {
    if (strcmp (queues->pdata[i], queue) == 0)
      return TRUE;
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", (char *) queues->pdata[i]);
  }
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "This PC has no printer \"%s\". Nothing was printed; it has: %s.", queue,
               names->str);
  return FALSE;
}

gboolean
dk_print_send (const char *queue, const char *title, const char *media, GBytes *pdf,
               GError **error)
{
  g_autofree char *option = g_strconcat ("media=", media, NULL);
  const char *const argv[]
      = { "lp", "-d", queue, "-t", title, "-o", option, NULL };

  return check_queue (queue, error) && has_queue (queue, error)
         && run_program (argv, pdf, NULL, error);
}

/* The line after "printer NAME disabled since ... -" tells the reason. */
static char *
reason_of (const char *text)
{
  const char *line = strchr (text, '\n');
  g_autofree char *reason = line != NULL ? g_strstrip (g_strdup (line)) : NULL;

  if (reason != NULL)
    reason[strcspn (reason, "\n")] = '\0';
  return g_strdup_printf ("it is stopped%s%s", reason != NULL && *reason != '\0' ? ": " : "",
                          reason != NULL ? reason : "");
}

char *
dk_print_why_not (const char *queue)
{
  const char *const printer[] = { "lpstat", "-p", queue, NULL };
  const char *const accepts[] = { "lpstat", "-a", queue, NULL };
  g_autofree char *state = NULL;
  g_autofree char *answer = NULL;

  if (!has_programs () || !check_queue (queue, NULL)
      || !run_program (printer, NULL, &state, NULL))
    return NULL;
  if (strstr (state, " disabled since") != NULL)
    return reason_of (state);
  if (run_program (accepts, NULL, &answer, NULL) && strstr (answer, "not accepting") != NULL)
    return g_strdup ("it takes no jobs now");
  return NULL;
}
