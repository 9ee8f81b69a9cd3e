/* SPDX-License-Identifier: MIT */
/* Goal: what the tests stand on holds by itself. Method: programs with known output, end and
 * duration; folders counted before and after. */
#include "tests/support/support.h"

#include <string.h>

static void
test_captures_output_and_exit_code (void)
{
  const char *const argv[] = { "sh", "-c", "cat; echo oops >&2; exit 3", NULL };
  g_autoptr (GBytes) input = g_bytes_new_static ("a\0b", 3);
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, input, 10);

  g_assert_cmpint (output->exit_code, ==, 3);
  g_assert_cmpmem (output->out, output->out_size, "a\0b", 3);
  g_assert_cmpstr (output->err, ==, "oops\n");
  g_assert_false (output->timed_out);
}

static void
test_tells_the_signal (void)
{
  const char *const argv[] = { "sh", "-c", "kill -9 $$", NULL };
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 10);

  g_assert_cmpint (output->exit_code, ==, -1);
  g_assert_cmpint (output->signal, ==, 9);
}

static void
test_ends_what_takes_too_long (void)
{
  const char *const argv[] = { "sh", "-c", "sleep 20 & sleep 20", NULL };
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 1);

  g_assert_true (output->timed_out);
  g_assert_cmpint (output->exit_code, ==, -1);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10 * G_USEC_PER_SEC);
}

static void
test_home_is_private (void)
{
  const char *const argv[] = { "sh", "-c", "echo $HOME $XDG_DATA_HOME", NULL };
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 10);

  g_assert_true (g_str_has_prefix (output->out, g_get_tmp_dir ()));
  g_assert_nonnull (strstr (output->out, "dk-test-"));
  g_assert_nonnull (strstr (g_get_user_data_dir (), "dk-test-"));
}

static void
test_folder_is_new_and_removable (void)
{
  g_autofree char *first = dk_test_folder_new ();
  g_autofree char *second = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (first, "file", NULL);

  g_assert_cmpstr (first, !=, second);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  dk_test_remove (first);
  g_assert_false (g_file_test (first, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (second, G_FILE_TEST_IS_DIR));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/support/spawn/captures-output-and-exit-code",
                   test_captures_output_and_exit_code);
  g_test_add_func ("/support/spawn/tells-the-signal", test_tells_the_signal);
  g_test_add_func ("/support/spawn/ends-what-takes-too-long", test_ends_what_takes_too_long);
  g_test_add_func ("/support/home/is-private", test_home_is_private);
  g_test_add_func ("/support/folder/is-new-and-removable", test_folder_is_new_and_removable);
  return dk_test_run ();
}
