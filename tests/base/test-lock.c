/* SPDX-License-Identifier: MIT */
/* Goal: one process holds a kit; a second one is told who. Method: this program starts itself, and
 * the child tries the lock that the parent holds. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/base/platform.h"
#include "tests/support/support.h"

#define TRY "--try"

static const char *program;

/* The child: exit code of the error, its message on standard output. */
static int
try_lock (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkFileLock) lock = dk_platform_lock_file (path, &error);

  if (lock == NULL)
    g_print ("%s", error->message);
  return dk_error_exit_code (error);
}

static DkTestOutput *
run_child (const char *path)
{
  return dk_test_spawn ((const char *const[]){ program, TRY, path, NULL }, NULL, 20);
}

static void
test_second_process (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.lock", NULL);
  g_autofree char *user = dk_platform_user_name ();
  g_autofree char *holder = g_strdup_printf ("%d %s", (int) getpid (), user);
  g_autoptr (GError) error = NULL;
  DkFileLock *lock = dk_platform_lock_file (path, &error);
  g_autoptr (DkTestOutput) busy = NULL;
  g_autoptr (DkTestOutput) freed = NULL;

  g_assert_no_error (error);
  busy = run_child (path);
  g_assert_cmpint (busy->exit_code, ==, 7);
  g_assert_nonnull (strstr (busy->out, holder));
  dk_file_lock_free (lock);
  freed = run_child (path);
  g_assert_cmpint (freed->exit_code, ==, 0);
  /* The child has ended without giving the lock up: it is free all the same. */
  lock = dk_platform_lock_file (path, &error);
  g_assert_no_error (error);
  dk_file_lock_free (lock);
}

/* What the file says is shown to a person: it must not steer the terminal. */
static void
test_holder_is_shown_harmlessly (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.lock", NULL);
  g_autoptr (DkFileLock) lock = dk_platform_lock_file (path, NULL);
  g_autoptr (DkTestOutput) busy = NULL;
  FILE *file = g_fopen (path, "w");

  g_assert_nonnull (lock);
  g_assert_cmpint (fputs ("1 \x1b[2Jroot\n", file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
  busy = run_child (path);
  g_assert_cmpint (busy->exit_code, ==, 7);
  g_assert_null (strchr (busy->out, '\x1b'));
}

/* Who has just taken the lock is still writing its name. */
static void
test_holder_is_awaited (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.lock", NULL);
  g_autoptr (GError) error = NULL;
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  pid_t child;

  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  child = fork ();
  if (child == 0) {
    (void) usleep (60000);
    _exit (write (fd, "4711 anna\n", 10) == 10 ? 0 : 1);
  }
  g_assert_null (dk_platform_lock_file (path, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "4711 anna"));
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  (void) close (fd);
}

static void
test_missing_folder (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_platform_lock_file ("/nowhere/at/all", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], TRY) == 0)
    return try_lock (argv[2]);
  program = argv[0];
  dk_test_init (&argc, &argv);
  g_test_add_func ("/base/lock/second-process-is-told-who-holds-it", test_second_process);
  g_test_add_func ("/base/lock/holder-is-shown-harmlessly", test_holder_is_shown_harmlessly);
  g_test_add_func ("/base/lock/holder-that-is-still-writing-is-awaited", test_holder_is_awaited);
  g_test_add_func ("/base/lock/missing-folder", test_missing_folder);
  return dk_test_run ();
}
