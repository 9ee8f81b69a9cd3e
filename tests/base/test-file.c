/* SPDX-License-Identifier: MIT */
/* Goal: a file is the old one or the new one, never a part; bounds hold; a kit shared by a group
 * stays shared whatever the umask. Method: files in a folder of the test, with the folder made
 * unwritable or missing where a failure is wanted. */
#include "app/base/file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/base/platform.h"
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

/* What flows into a pipe until it is closed, in parts. */
static gpointer
feed (gpointer data)
{
  int fd = g_open (data, O_WRONLY | O_CLOEXEC, 0);
  g_autofree char *text = g_strnfill (100000, 'x');

  g_assert_cmpint (fd, >=, 0);
  for (int i = 0; i < 2; i++)
    if (!dk_platform_write_all (fd, text, 100000))
      break;
  (void) g_close (fd, NULL);
  return NULL;
}

static void
test_pipe (Fixture *f, gconstpointer data)
{
  static const struct {
    gsize size_max;
    gsize size; /* 0 = refused */
  } cases[] = { { 200000, 200000 }, { 300001, 200000 }, { 1u << 20, 200000 }, { 199999, 0 },
                { 100001, 0 },      { 1, 0 } };

  (void) signal (SIGPIPE, SIG_IGN);
  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    GThread *writer = g_thread_new ("feed", feed, f->path);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = dk_file_read (f->path, cases[i].size_max, &error);
    (void) g_thread_join (writer);
    if (cases[i].size > 0) {
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, cases[i].size);
    } else {
      g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
      g_assert_null (bytes);
    }
  }
}

/* Each bound near each size, so that no step of a growing buffer is off by one. */
static void
test_every_bound (Fixture *f, gconstpointer data)
{
  for (gsize size = 0; size < 12; size++) {
    g_autofree char *text = g_strnfill (size, 'y');
    put (f->path, text);
    for (gsize bound = 0; bound < 12; bound++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = dk_file_read (f->path, bound, &error);
      g_assert_true ((bytes != NULL) == (size <= bound));
      g_assert_true ((error == NULL) == (size <= bound));
      if (bytes != NULL)
        g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, size);
    }
  }
}

/* A writer that never ends: a read gives a state that the file had, or refuses it. */
static gpointer
change (gpointer data)
{
  Fixture *f = data;
  int fd = g_open (f->path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);

  for (int i = 0; i < 3000; i++) {
    g_assert_cmpint (write (fd, "0123456789", 10), ==, 10);
    if (i % 100 == 99)
      g_assert_cmpint (ftruncate (fd, 0), ==, 0);
  }
  (void) g_close (fd, NULL);
  return NULL;
}

static void
test_changing_file (Fixture *f, gconstpointer data)
{
  GThread *writer;
  guint whole = 0;
  guint refused = 0;

  put (f->path, "");
  writer = g_thread_new ("change", change, f);
  for (int i = 0; i < 500; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = dk_file_read (f->path, 1000, &error);
    if (bytes == NULL) {
      g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
      refused++;
      continue;
    }
    g_assert_cmpuint (g_bytes_get_size (bytes) % 10, ==, 0);
    whole++;
  }
  (void) g_thread_join (writer);
  g_test_message ("whole %u, refused %u", whole, refused);
  g_assert_cmpuint (whole, >, 0);
}

static void
test_output (Fixture *f, gconstpointer data)
{
  g_autofree char *link = g_build_filename (f->folder, "link", NULL);
  g_autofree char *dangling = g_build_filename (f->folder, "dangling", NULL);
  g_autofree char *pipe = g_build_filename (f->folder, "pipe", NULL);
  const char *const refused[] = { link, dangling, pipe, f->folder, "/dev/null" };

  g_assert_true (dk_file_check_output (f->path, NULL));
  put (f->path, "x");
  g_assert_true (dk_file_check_output (f->path, NULL));
  g_assert_cmpint (symlink (f->path, link), ==, 0);
  g_assert_cmpint (symlink ("/nowhere/at/all", dangling), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (dk_file_check_output (refused[i], &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
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
  ADD ("/base/file/reads-a-pipe-to-its-end", test_pipe);
  ADD ("/base/file/holds-every-bound", test_every_bound);
  ADD ("/base/file/no-half-of-a-changing-file", test_changing_file);
  ADD ("/base/file/replaces-regular-files-alone", test_output);
  ADD ("/base/file/group-folder-keeps-its-group", test_modes);
  ADD ("/base/file/renames-without-replacing", test_rename);
  ADD ("/base/file/lists-sorted-and-bounded", test_list);
  return dk_test_run ();
}
