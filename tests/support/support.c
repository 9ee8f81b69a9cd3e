/* SPDX-License-Identifier: MIT */
#include "tests/support/support.h"

#include <glib/gstdio.h>
#include <string.h>

static char *test_root;
static guint folder_count;

static void
set_private_folder (const char *variable, const char *name)
{
  g_autofree char *path = g_build_filename (test_root, name, NULL);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_true (g_setenv (variable, path, TRUE));
}

void
dk_test_init (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (test_root);
  test_root = g_dir_make_tmp ("dk-test-XXXXXX", &error);
  g_assert_no_error (error);
  set_private_folder ("HOME", "home");
  set_private_folder ("XDG_DATA_HOME", "data");
  set_private_folder ("XDG_CONFIG_HOME", "config");
  set_private_folder ("XDG_STATE_HOME", "state");
  set_private_folder ("XDG_CACHE_HOME", "cache");
  set_private_folder ("XDG_RUNTIME_DIR", "runtime");
  g_unsetenv ("DOWNTIME_KIT");
  g_test_init (argc, argv, NULL);
}

int
dk_test_run (void)
{
  int result = g_test_run ();

  dk_test_remove (test_root);
  g_clear_pointer (&test_root, g_free);
  return result;
}

char *
dk_test_folder_new (void)
{
  g_autofree char *name = g_strdup_printf ("folder-%u", ++folder_count);
  g_autofree char *path = g_build_filename (test_root, name, NULL);

  g_assert_nonnull (test_root);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  return g_steal_pointer (&path);
}

static void
remove_children (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    dk_test_remove (child);
  }
}

void
dk_test_remove (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK)) {
    (void) g_chmod (path, 0700); /* a test may have taken the right away */
    remove_children (path);
  }
  (void) g_remove (path);
}

static char *
join_root (const char *variable, const char *name)
{
  const char *root = g_getenv (variable);

  if (root == NULL)
    g_error ("%s is not set: run the tests with `meson test`", variable);
  return g_build_filename (root, name, NULL);
}

char *
dk_test_source_path (const char *name)
{
  return join_root ("DK_SOURCE_ROOT", name);
}

char *
dk_test_build_path (const char *name)
{
  return join_root ("DK_BUILD_ROOT", name);
}

gboolean
dk_test_have_program (const char *name)
{
  g_autofree char *path = g_find_program_in_path (name);
  g_autofree char *reason = g_strdup_printf ("the program %s is not installed", name);

  if (path == NULL)
    g_test_skip (reason);
  return path != NULL;
}

gboolean
dk_test_is_long (void)
{
  return g_strcmp0 (g_getenv ("DK_LONG"), "1") == 0;
}

typedef struct {
  GSubprocess *process;
  GCancellable *give_up;
  GBytes *out;
  GBytes *err;
  gboolean done;
  gboolean timed_out;
} Run;

static void
finish_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *run = data;
  g_autoptr (GError) error = NULL;

  run->done = TRUE;
  if (!g_subprocess_communicate_finish (run->process, result, &run->out, &run->err, &error)) {
    if (!run->timed_out && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
      g_assert_no_error (error);
  }
}

static gboolean
give_up_cb (gpointer data)
{
  Run *run = data;

  run->timed_out = TRUE;
  g_subprocess_force_exit (run->process);
  /* A grandchild may hold the pipes open for ever: do not wait for their end. */
  g_cancellable_cancel (run->give_up);
  return G_SOURCE_REMOVE;
}

static char *
dup_bytes (GBytes *bytes, gsize *size)
{
  const char *data = bytes == NULL ? "" : g_bytes_get_data (bytes, size);
  char *copy;

  if (bytes == NULL)
    *size = 0;
  copy = g_malloc0 (*size + 1);
  if (*size > 0)
    memcpy (copy, data, *size);
  return copy;
}

static DkTestOutput *
describe_run (Run *run)
{
  DkTestOutput *output = g_new0 (DkTestOutput, 1);

  output->timed_out = run->timed_out;
  output->exit_code = -1;
  if (g_subprocess_get_if_signaled (run->process))
    output->signal = g_subprocess_get_term_sig (run->process);
  else if (g_subprocess_get_if_exited (run->process) && !run->timed_out)
    output->exit_code = g_subprocess_get_exit_status (run->process);
  output->out = dup_bytes (run->out, &output->out_size);
  output->err = dup_bytes (run->err, &output->err_size);
  return output;
}

DkTestOutput *
dk_test_spawn (const char *const *argv, GBytes *input, guint timeout_s)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) limit = g_timeout_source_new_seconds (timeout_s);
  g_autoptr (GCancellable) give_up = g_cancellable_new ();
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  Run run = { .give_up = give_up };
  DkTestOutput *output;

  process = g_subprocess_newv (argv,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                   G_SUBPROCESS_FLAGS_STDERR_PIPE,
                               &error);
  g_assert_no_error (error);
  run.process = process;
  g_main_context_push_thread_default (context);
  g_source_set_callback (limit, give_up_cb, &run, NULL);
  g_source_attach (limit, context);
  g_subprocess_communicate_async (process, input != NULL ? input : nothing, give_up, finish_cb,
                                  &run);
  while (!run.done)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (limit);
  g_main_context_pop_thread_default (context);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  output = describe_run (&run);
  g_clear_pointer (&run.out, g_bytes_unref);
  g_clear_pointer (&run.err, g_bytes_unref);
  return output;
}

void
dk_test_output_free (DkTestOutput *output)
{
  if (output == NULL)
    return;
  g_free (output->out);
  g_free (output->err);
  g_free (output);
}
