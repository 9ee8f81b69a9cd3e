/* SPDX-License-Identifier: MIT */
/* Goal: a secret is read whole or refused, compared rightly, and wiped. Method: files with every
 * kind of line end; the memory itself is checked where a fault is visible to the program. */
#include "app/base/secret.h"

#include <string.h>

#include "app/base/limits.h"
#include "tests/support/support.h"

static void
assert_line (const char *content, gsize size, const char *expected)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "passphrase", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) secret = NULL;

  g_assert_true (g_file_set_contents (path, content, (gssize) size, NULL));
  secret = dk_secret_new_from_file (path, &error);
  if (expected == NULL) {
    g_assert_null (secret);
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpmem (dk_secret_get (secret), dk_secret_size (secret), expected, strlen (expected));
}

static void
test_from_file (void)
{
  g_autofree char *longest = g_strnfill (DK_LIMIT_PASSPHRASE_BYTES, 'x');
  g_autofree char *longer = g_strnfill (DK_LIMIT_PASSPHRASE_BYTES + 1, 'x');
  g_autofree char *much_longer = g_strnfill (100000, 'x');
  g_autoptr (GError) error = NULL;

  assert_line ("correct horse\n", 14, "correct horse");
  assert_line ("correct horse\r\nsecond\n", 22, "correct horse");
  assert_line ("correct horse", 13, "correct horse");
  assert_line (" both ends \n", 12, " both ends ");
  assert_line ("\n", 1, NULL);
  assert_line ("\r\n", 2, NULL);
  assert_line ("", 0, NULL);
  assert_line (longest, DK_LIMIT_PASSPHRASE_BYTES, longest);
  assert_line (longer, DK_LIMIT_PASSPHRASE_BYTES + 1, NULL);
  assert_line (much_longer, 100000, NULL);
  g_assert_null (dk_secret_new_from_file ("/nowhere/at/all", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

static void
test_values (void)
{
  g_autoptr (DkSecret) a = dk_secret_new_copy ("abcd", 4);
  g_autoptr (DkSecret) b = dk_secret_dup (a);
  g_autoptr (DkSecret) c = dk_secret_new_copy ("abce", 4);
  g_autoptr (DkSecret) d = dk_secret_new_copy ("abc", 3);
  g_autoptr (DkSecret) none = dk_secret_new (0);
  g_autoptr (DkSecret) random1 = dk_secret_new_random (32);
  g_autoptr (DkSecret) random2 = dk_secret_new_random (32);

  g_assert_true (dk_secret_equal (a, b));
  g_assert_false (dk_secret_equal (a, c));
  g_assert_false (dk_secret_equal (a, d));
  g_assert_false (dk_secret_equal (random1, random2));
  g_assert_cmpuint (dk_secret_size (none), ==, 0);
  g_assert_null (dk_secret_dup (NULL));
  dk_secret_free (NULL);
  dk_secret_get_mutable (b)[0] = 'x';
  g_assert_cmpmem (dk_secret_get (a), 4, "abcd", 4);
}

static void
test_wipe (void)
{
  char text[] = "secret words";

  dk_secret_wipe (text, sizeof text);
  for (gsize i = 0; i < sizeof text; i++)
    g_assert_cmpint (text[i], ==, 0);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/base/secret/first-line-of-a-file", test_from_file);
  g_test_add_func ("/base/secret/copies-and-compares", test_values);
  g_test_add_func ("/base/secret/wipes", test_wipe);
  return dk_test_run ();
}
