/* SPDX-License-Identifier: MIT */
/* Goal: sealing and opening a file ends with all of it or with what was there before, whatever goes
 * wrong. Method: chunk edges, damage, a cut between chunks, a full disk (a limit on file size),
 * cancelling; after each the folder is looked at. */
#include "app/container/age-file.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "app/base/file.h"
#include "tests/support/support.h"

#define SIZE_MAX_READ (2u << 20)

typedef struct {
  char *folder;
  char *plain;
  char *sealed;
  char *opened;
  DkSecret *key;
  guint8 public_key[32];
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = dk_test_folder_new ();
  f->plain = g_build_filename (f->folder, "plain", NULL);
  f->sealed = g_build_filename (f->folder, "sealed", NULL);
  f->opened = g_build_filename (f->folder, "opened", NULL);
  f->key = dk_secret_new_random (32);
  dk_box_public (f->public_key, f->key);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  dk_test_remove (f->folder);
  dk_secret_free (f->key);
  g_free (f->opened);
  g_free (f->sealed);
  g_free (f->plain);
  g_free (f->folder);
}

static void
put (const char *path, const void *bytes, gsize size)
{
  g_assert_true (dk_file_replace (path, bytes, size, DK_FILE_NOT_SYNCED, NULL));
}

static void
make_plain (Fixture *f, gsize size)
{
  g_autofree char *text = g_strnfill (size, 'q');

  put (f->plain, text, size);
}

static GBytes *
get (const char *path)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = dk_file_read (path, SIZE_MAX_READ, &error);

  g_assert_no_error (error);
  return bytes;
}

static void
seal (Fixture *f, gboolean armored)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_age_seal_file (f->plain, f->sealed, f->public_key, 1, armored, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static guint
count_files (Fixture *f)
{
  g_autoptr (GPtrArray) names = dk_file_list (f->folder, 100, NULL);

  return names->len;
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  static const gsize sizes[] = { 0, 1, 65535, 65536, 65537, 131072, 1u << 20 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes) * 2; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) before = NULL;
    g_autoptr (GBytes) after = NULL;
    GStatBuf facts;

    make_plain (f, sizes[i / 2]);
    seal (f, i % 2 == 1);
    g_assert_true (dk_age_open_file (f->sealed, f->opened, f->key, NULL, &error));
    g_assert_no_error (error);
    before = get (f->plain);
    after = get (f->opened);
    g_assert_true (g_bytes_equal (before, after));
    g_assert_cmpuint (count_files (f), ==, 3);
    g_assert_cmpint (g_stat (f->opened, &facts), ==, 0);
    g_assert_cmpuint (facts.st_mode & 07777, ==, 0600);
  }
}

/* In the folder of a group what is sealed is for the group, what was opened is not. */
static void
test_modes (Fixture *f, gconstpointer data)
{
  GStatBuf sealed;
  GStatBuf opened;

  g_assert_cmpint (g_chmod (f->folder, 02770), ==, 0);
  make_plain (f, 10);
  seal (f, FALSE);
  g_assert_true (dk_age_open_file (f->sealed, f->opened, f->key, NULL, NULL));
  g_assert_cmpint (g_stat (f->sealed, &sealed), ==, 0);
  g_assert_cmpint (g_stat (f->opened, &opened), ==, 0);
  g_assert_cmpuint (sealed.st_mode & 07777, ==, 0660);
  g_assert_cmpuint (opened.st_mode & 07777, ==, 0600);
}

static void
test_in_place (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;

  make_plain (f, 200000);
  before = get (f->plain);
  g_assert_true (dk_age_seal_file (f->plain, f->plain, f->public_key, 1, FALSE, NULL, NULL));
  g_assert_true (dk_age_open_file (f->plain, f->plain, f->key, NULL, NULL));
  after = get (f->plain);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_cmpuint (count_files (f), ==, 1);
}

/* What was at the target is still there, and no part of the new file is. */
static void
assert_refused (Fixture *f, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) kept = NULL;

  put (f->opened, "old", 3);
  g_assert_false (dk_age_open_file (f->sealed, f->opened, f->key, NULL, &error));
  g_assert_error (error, DK_ERROR, code);
  kept = get (f->opened);
  g_assert_cmpmem (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept), "old", 3);
  g_assert_true (dk_file_remove (f->opened, NULL));
  g_clear_error (&error);
  g_assert_false (dk_age_open_file (f->sealed, f->opened, f->key, NULL, &error));
  g_assert_error (error, DK_ERROR, code);
  g_assert_cmpuint (count_files (f), ==, 2);
}

static void
test_never_a_part (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) sealed = NULL;
  g_autofree guint8 *changed = NULL;
  gsize size;
  guint refused = 0;

  make_plain (f, 3 * 65536);
  seal (f, FALSE);
  sealed = get (f->sealed);
  size = g_bytes_get_size (sealed);
  for (gsize cut = 1; cut <= size; cut += 65536 + 16, refused++) {
    put (f->sealed, g_bytes_get_data (sealed, NULL), size - cut);
    assert_refused (f, DK_ERROR_DAMAGED);
    put (f->sealed, g_bytes_get_data (sealed, NULL), size - cut + 1);
    if (cut > 1)
      assert_refused (f, DK_ERROR_DAMAGED);
  }
  changed = g_memdup2 (g_bytes_get_data (sealed, NULL), size);
  changed[size - 1] ^= 1;
  put (f->sealed, changed, size);
  assert_refused (f, DK_ERROR_DAMAGED);
  put (f->sealed, "words", 5);
  assert_refused (f, DK_ERROR_INVALID);
  g_assert_cmpuint (refused, ==, 4);
}

static void
test_missing_files_are_told (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *nowhere = g_build_filename (f->folder, "missing", "file", NULL);

  g_assert_false (dk_age_seal_file (f->plain, f->sealed, f->public_key, 1, FALSE, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (dk_age_open_file (f->sealed, f->opened, f->key, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  make_plain (f, 10);
  g_assert_false (dk_age_seal_file (f->plain, nowhere, f->public_key, 1, FALSE, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_assert_cmpuint (count_files (f), ==, 1);
}

static void
test_full_disk (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct rlimit before;
  struct rlimit limit;

  make_plain (f, 1u << 20);
  (void) signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = (struct rlimit){ 300000, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_false (dk_age_seal_file (f->plain, f->sealed, f->public_key, 1, FALSE, NULL, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
  g_assert_cmpuint (count_files (f), ==, 1);
}

typedef struct {
  GCancellable *cancellable;
  guint64 last;
  guint64 total;
} Seen;

static void
see (guint64 done, guint64 total, const char *phase, gpointer data)
{
  Seen *seen = data;

  g_assert_cmpuint (done, >=, seen->last);
  g_assert_cmpuint (done, <=, total);
  seen->last = done;
  seen->total = total;
  if (seen->cancellable != NULL)
    g_cancellable_cancel (seen->cancellable);
}

static void
test_progress_and_cancelling (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Seen seen = { NULL, 0, 0 };
  DkJob job = { cancellable, see, &seen };

  make_plain (f, 1u << 20);
  g_assert_true (dk_age_seal_file (f->plain, f->sealed, f->public_key, 1, FALSE, &job, &error));
  g_assert_cmpuint (seen.last, ==, 1u << 20);
  g_assert_cmpuint (seen.total, ==, 1u << 20);
  seen = (Seen){ cancellable, 0, 0 };
  g_usleep (110000); /* progress is told at most ten times a second */
  g_assert_false (dk_age_open_file (f->sealed, f->opened, f->key, &job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (f), ==, 2);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
#define ADD(path, function) \
  g_test_add ("/container/age-file/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("round-trip", test_round_trip);
  ADD ("opened-is-for-the-user-alone", test_modes);
  ADD ("in-place", test_in_place);
  ADD ("never-a-part", test_never_a_part);
  ADD ("missing-files-are-told", test_missing_files_are_told);
  ADD ("a-full-disk-leaves-nothing", test_full_disk);
  ADD ("progress-and-cancelling", test_progress_and_cancelling);
#undef ADD
  return dk_test_run ();
}
