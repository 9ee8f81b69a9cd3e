/* SPDX-License-Identifier: MIT */
/* Goal: of a folder the newest packs are found, and nothing outside of it is ever read.
 * Method: folders with files of known times, links, pipes and odd names; paths that are no places
 * of this PC. */
#include "app/net/folder.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "tests/support/support.h"

#define SIZE_MAX_TAKEN 1000

static void
put (const char *folder, const char *name, gsize size, time_t modified)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = g_strnfill (size, 'x');
  struct utimbuf times = { .actime = modified, .modtime = modified };
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, (gssize) size, &error);
  g_assert_no_error (error);
  g_assert_cmpint (utime (path, &times), ==, 0);
}

static char *
names_of (const char *path, guint count_max)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files = dk_folder_find (path, ".dkpack", SIZE_MAX_TAKEN, count_max, &error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (files == NULL)
    return g_strdup (error->code == DK_ERROR_NOT_FOUND ? "none" : "refused");
  for (guint i = 0; i < files->len; i++) {
    const DkFolderFile *file = g_ptr_array_index (files, i);
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", file->name);
  }
  return g_strdup (names->str);
}

static void
expect (const char *path, guint count_max, const char *names)
{
  g_autofree char *got = names_of (path, count_max);

  g_assert_cmpstr (got, ==, names);
}

static void
test_order (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *one = g_build_filename (folder, "b.dkpack", NULL);

  expect (folder, 10, "none");
  put (folder, "a.dkpack", 10, 1000);
  put (folder, "b.dkpack", 10, 3000);
  put (folder, "pack-9.dkpack", 10, 2000);
  put (folder, "pack-10.DKPACK", 10, 2000);
  put (folder, "x.zip", 10, 9000);
  put (folder, ".hidden.dkpack", 10, 9000);
  put (folder, ".dkpack", 10, 9000);
  expect (folder, 10, "b.dkpack pack-10.DKPACK pack-9.dkpack a.dkpack");
  expect (folder, 2, "b.dkpack pack-10.DKPACK");
  expect (one, 2, "b.dkpack");
}

static void
test_large (void)
{
  g_autofree char *folder = dk_test_folder_new ();

  put (folder, "large.dkpack", SIZE_MAX_TAKEN + 1, 5000);
  expect (folder, 10, "large.dkpack");
  put (folder, "small.dkpack", SIZE_MAX_TAKEN, 1000);
  expect (folder, 10, "small.dkpack");
}

static void
test_links (void)
{
  g_autofree char *outside = dk_test_folder_new ();
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *secret = g_build_filename (outside, "secret.dkpack", NULL);
  g_autofree char *out = g_build_filename (folder, "out.dkpack", NULL);
  g_autofree char *in = g_build_filename (folder, "in.dkpack", NULL);
  g_autofree char *loop = g_build_filename (folder, "loop.dkpack", NULL);
  g_autofree char *pipe = g_build_filename (folder, "pipe.dkpack", NULL);
  g_autofree char *sub = g_build_filename (folder, "sub.dkpack", NULL);

  put (outside, "secret.dkpack", 10, 9000);
  put (folder, "data", 10, 4000);
  g_assert_cmpint (symlink (secret, out), ==, 0);
  g_assert_cmpint (symlink ("loop.dkpack", loop), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  expect (folder, 10, "none");
  expect (out, 10, "none");
  g_assert_cmpint (symlink ("data", in), ==, 0);
  expect (folder, 10, "in.dkpack");
  expect (outside, 10, "secret.dkpack");
}

static void
test_paths (void)
{
  static const char *const wrong[]
      = { "",        "packs",         "./packs",      "//server/share", "\\\\server\\share",
          "C:\\x",   "/srv/../etc",   "/srv/a\nb",    "smb://server/x", "file:///srv",
          "/srv/..", "/srv/\\\\x/..", "/srv/\xff\xfe" };
  static const char *const right[] = { "/srv/packs", "/media/stick", "/srv/a..b" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (dk_folder_check (wrong[i], FALSE, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (right); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_true (dk_folder_check (right[i], FALSE, &error));
    g_assert_no_error (error);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/net/folder/the-newest-comes-first", test_order);
  g_test_add_func ("/net/folder/what-is-too-large-hides-nothing", test_large);
  g_test_add_func ("/net/folder/links-do-not-lead-out", test_links);
  g_test_add_func ("/net/folder/only-absolute-paths-of-this-pc", test_paths);
  return dk_test_run ();
}
