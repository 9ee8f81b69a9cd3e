/* SPDX-License-Identifier: MIT */
/* Goal: a file is the old one or the new one, never a part; bounds hold; a kit shared by a group
 * stays shared whatever the umask. Method: files in a folder of the test, with the folder made
 * unwritable or missing where a failure is wanted. */
#include "app/base/file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/support.h"

typedef struct {
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = dk_test_folder_new ();
  f->path = g_build_filename (f->folder, "value.json", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  dk_test_remove (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static void
put (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_file_replace (path, text, strlen (text), DK_FILE_NOT_SYNCED, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_content (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = dk_file_read (path, 1000, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static guint
mode_of (const char *path)
{
  GStatBuf facts;

  g_assert_cmpint (g_stat (path, &facts), ==, 0);
  return facts.st_mode & 07777;
}

static guint
count_files (Fixture *f)
{
  g_autoptr (GPtrArray) names = dk_file_list (f->folder, 100, NULL);

  return names->len;
}

/* A reader that opened the old file goes on reading the old file. */
static void
test_replace (Fixture *f, gconstpointer data)
{
  char old[8] = "";
  int fd;

  put (f->path, "first");
  fd = g_open (f->path, O_RDONLY | O_CLOEXEC, 0);
  g_assert_true (dk_file_replace (f->path, "2", 1, DK_FILE_DURABLE, NULL));
  g_assert_cmpint (read (fd, old, sizeof old), ==, 5);
  g_assert_cmpmem (old, 5, "first", 5);
  g_assert_true (g_close (fd, NULL));
  assert_content (f->path, "2");
  put (f->path, "");
  assert_content (f->path, "");
  g_assert_cmpuint (count_files (f), ==, 1);
}

static void
test_failed_replace (Fixture *f, gconstpointer data)
{
  g_autofree char *inside = g_build_filename (f->folder, "not", "there", NULL);
  g_autofree char *taken = g_build_filename (f->folder, "taken", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_file_replace (inside, "x", 1, DK_FILE_DURABLE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (g_mkdir (taken, 0700), ==, 0);
  g_assert_false (dk_file_replace (taken, "x", 1, DK_FILE_DURABLE, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (count_files (f), ==, 1); /* no temporary file stays */
}

static void
test_bounds (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) part = NULL;
  g_autoptr (GBytes) beyond = NULL;

  put (f->path, "0123456789");
  g_assert_null (dk_file_read (f->path, 9, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_file_read (f->folder, 9, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_file_read ("/nowhere/at/all", 9, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  part = dk_file_read_part (f->path, 8, 10, NULL);
  g_assert_cmpmem (g_bytes_get_data (part, NULL), g_bytes_get_size (part), "89", 2);
  beyond = dk_file_read_part (f->path, 100, 10, NULL);
  g_assert_cmpuint (g_bytes_get_size (beyond), ==, 0);
}

static void
test_modes (Fixture *f, gconstpointer data)
{
  g_autofree char *shared = g_build_filename (f->folder, "shared", NULL);
  g_autofree char *file = g_build_filename (shared, "file", NULL);
  g_autofree char *below = g_build_filename (shared, "incoming", NULL);
  g_autofree char *own = g_build_filename (f->folder, "a", "b", NULL);
  mode_t before = umask (0077);

  put (f->path, "x");
  g_assert_cmpuint (mode_of (f->path), ==, 0600);
  g_assert_cmpint (g_mkdir (shared, 0700), ==, 0);
  g_assert_cmpint (g_chmod (shared, 02770), ==, 0);
  put (file, "x");
  g_assert_cmpuint (mode_of (file), ==, 0660);
  g_assert_true (dk_file_make_folder (below, NULL));
  g_assert_cmpuint (mode_of (below), ==, 02770);
  g_assert_true (dk_file_make_folder (own, NULL));
  g_assert_cmpuint (mode_of (own), ==, 0700);
  g_assert_true (dk_file_make_folder (own, NULL));
  (void) umask (before);
}

static void
test_rename (Fixture *f, gconstpointer data)
{
  g_autofree char *other = g_build_filename (f->folder, "other", NULL);
  g_autoptr (GError) error = NULL;

  put (f->path, "a");
  put (other, "b");
  g_assert_false (dk_file_rename_new (f->path, other, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  assert_content (other, "b");
  assert_content (f->path, "a");
  g_assert_true (dk_file_rename (f->path, other, NULL));
  assert_content (other, "a");
  g_assert_true (dk_file_rename_new (other, f->path, NULL));
  assert_content (f->path, "a");
  g_assert_false (dk_file_exists (other));
  g_assert_true (dk_file_remove (other, NULL));
  g_assert_true (dk_file_remove (f->path, NULL));
}

static void
test_list (Fixture *f, gconstpointer data)
{
  g_autofree char *second = g_build_filename (f->folder, "a", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = NULL;

  put (f->path, "x");
  put (second, "x");
  names = dk_file_list (f->folder, 2, NULL);
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "a");
  g_assert_null (dk_file_list (f->folder, 1, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_file_list ("/nowhere/at/all", 1, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  ADD ("/base/file/replaces-as-a-whole", test_replace);
  ADD ("/base/file/failed-replace-leaves-nothing", test_failed_replace);
  ADD ("/base/file/reads-within-bounds", test_bounds);
  ADD ("/base/file/group-folder-keeps-its-group", test_modes);
  ADD ("/base/file/renames-without-replacing", test_rename);
  ADD ("/base/file/lists-sorted-and-bounded", test_list);
  return dk_test_run ();
}
