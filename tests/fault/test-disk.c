/* SPDX-License-Identifier: MIT */
/* Goal: the simulator of power cuts (disk.h) records all that is done, changes nothing, and its
 * cuts leave what a disk may leave and nothing else. Method: small programs of file calls, whose
 * possible outcomes are known, are cut often; every outcome that is allowed must come up and no
 * other. */
#include "tests/fault/disk.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/base/file.h"
#include "app/base/platform.h"
#include "tests/support/support.h"

#define CUTS 400

static GRand *rng;

typedef struct {
  char *root;
  char *a;
  char *b;
} Place;

static void
place_init (Place *place)
{
  g_autofree char *folder = dk_test_folder_new ();

  place->root = dk_platform_real_path (folder);
  place->a = g_build_filename (place->root, "a", NULL);
  place->b = g_build_filename (place->root, "b", NULL);
}

static void
place_clear (Place *place)
{
  dk_test_remove (place->root);
  g_free (place->root);
  g_free (place->a);
  g_free (place->b);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static int
open_new (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT, 0600);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
write_at (int fd, char byte, gsize size, off_t at)
{
  g_autofree char *bytes = g_malloc (size);

  memset (bytes, byte, size);
  g_assert_cmpint (pwrite (fd, bytes, size, at), ==, (gssize) size);
}

static void
put (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* A place with the file `a` on it, and the recording under way. */
static void
begin_with_old (Place *place)
{
  place_init (place);
  put (place->a, "old");
  dk_disk_record (place->root);
}

/* Writes "new" into a file that is opened for that; how it is synced before it is closed. */
static void
write_new (const char *path, int (*sync_call) (int fd))
{
  int fd = open_new (path);

  g_assert_cmpint (write (fd, "new", 3), ==, 3);
  if (sync_call != NULL)
    g_assert_cmpint (sync_call (fd), ==, 0);
  (void) close (fd);
}

/* "-" for a file that is not there, "?" for one that holds garbage. */
static char *
show (const char *path)
{
  g_autofree char *text = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, NULL))
    return g_strdup ("-");
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_islower (text[i]))
      return g_strdup ("?");
  return g_steal_pointer (&text);
}

/* Cuts at the end of the record. What the two files hold must be one of the outcomes, which are
 * "A B" separated by commas, and each of them must come up. */
static void
assert_outcomes (Place *place, DkDiskLog *log, const char *outcomes)
{
  g_auto (GStrv) allowed = g_strsplit (outcomes, ",", -1);
  guint seen[8] = { 0 };
  const DkDiskModel model = { .sector = 512 };

  for (guint i = 0; i < CUTS; i++) {
    g_autofree char *a = NULL;
    g_autofree char *b = NULL;
    g_autofree char *outcome = NULL;
    gboolean found = FALSE;
    (void) dk_disk_cut (log, dk_disk_log_length (log), &model, rng);
    a = show (place->a);
    b = show (place->b);
    outcome = g_strconcat (a, " ", b, NULL);
    for (guint k = 0; allowed[k] != NULL; k++)
      if (strcmp (allowed[k], outcome) == 0) {
        found = TRUE;
        seen[k]++;
      }
    if (!found)
      g_error ("\"%s\" is none of %s", outcome, outcomes);
  }
  for (guint k = 0; allowed[k] != NULL; k++)
    g_assert_cmpuint (seen[k], >, 0);
}

static void
test_unsynced (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (DkDiskLog) log = NULL;

  begin_with_old (&place);
  write_new (place.a, NULL);
  log = dk_disk_take_log ();
  assert_outcomes (&place, log, "old -,new -,? -");
}

static void
test_synced (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (DkDiskLog) log = NULL;

  begin_with_old (&place);
  write_new (place.a, fdatasync);
  log = dk_disk_take_log ();
  assert_outcomes (&place, log, "new -");
}

/* Syncing a new file keeps its name as well, and what was done to names before. */
static void
test_sync_keeps_name (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (DkDiskLog) log = NULL;

  begin_with_old (&place);
  g_assert_cmpint (unlink (place.a), ==, 0);
  write_new (place.b, fsync);
  log = dk_disk_take_log ();
  assert_outcomes (&place, log, "- new");
}

/* A removal that nothing followed may be undone, and a later name cannot be there without it. */
static void
test_names_in_order (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (DkDiskLog) log = NULL;
  int fd;

  begin_with_old (&place);
  g_assert_cmpint (g_remove (place.a), ==, 0);
  fd = open_new (place.b);
  (void) close (fd);
  log = dk_disk_take_log ();
  assert_outcomes (&place, log, "old -,- -,- ");
}

static void
test_rename (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (DkDiskLog) careful = NULL;
  g_autoptr (DkDiskLog) careless = NULL;
  g_autoptr (GError) error = NULL;

  begin_with_old (&place);
  g_assert_true (dk_file_replace (place.a, "new", 3, DK_FILE_DURABLE, &error));
  careful = dk_disk_take_log ();
  assert_outcomes (&place, careful, "new -");
  put (place.a, "old");
  dk_disk_record (place.root);
  write_new (place.b, NULL);
  g_assert_cmpint (g_rename (place.b, place.a), ==, 0);
  g_assert_true (dk_file_sync_folder (place.root, &error));
  careless = dk_disk_take_log ();
  assert_outcomes (&place, careless, " -,new -,? -");
}

/* Four bytes that are no garbage. */
static gboolean
is_run (const char *bytes)
{
  return memcmp (bytes, "oooo", 4) == 0 || memcmp (bytes, "nnnn", 4) == 0;
}

/* What a lost sector leaves: whole sectors of old and new, of the size that was asked for. */
static void
test_sectors (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (DkDiskLog) log = NULL;
  guint torn[2] = { 0 };
  int fd;

  place_init (&place);
  fd = open_new (place.a);
  write_at (fd, 'o', 16384, 0);
  dk_disk_record (place.root);
  write_at (fd, 'n', 16384 - 100, 100);
  (void) close (fd);
  log = dk_disk_take_log ();
  for (guint i = 0; i < CUTS; i++) {
    DkDiskModel model = { .sector = i % 2 == 0 ? 512 : 4096 };
    g_autofree char *bytes = NULL;
    gsize size;
    (void) dk_disk_cut (log, dk_disk_log_length (log), &model, rng);
    g_assert_true (g_file_get_contents (place.a, &bytes, &size, NULL));
    g_assert_cmpuint (size, ==, 16384);
    for (guint at = 0; at < 100; at++)
      g_assert_cmpint (bytes[at], ==, 'o');
    for (guint at = 4096; at + 4 < size; at++) {
      gboolean at_border = (at + 1) % model.sector == 0;
      gboolean is_text = is_run (bytes + at - 3) && is_run (bytes + at + 1);
      if (is_text && bytes[at] != bytes[at + 1] && !at_border)
        g_assert_not_reached ();
      torn[i % 2] += is_text && bytes[at] != bytes[at + 1];
    }
  }
  g_assert_cmpuint (torn[0], >, torn[1]);
  g_assert_cmpuint (torn[1], >, 0);
}

/* Folders, links, appending, cutting, positions, replaced files: what the record knows about. */
static void
do_many_things (const char *root)
{
  g_autofree char *folder = g_build_filename (root, "folder", NULL);
  g_autofree char *moved = g_build_filename (root, "moved", NULL);
  g_autofree char *inner = g_build_filename (folder, "inner", NULL);
  g_autofree char *linked = g_build_filename (root, "linked", NULL);
  g_autofree char *a = g_build_filename (root, "a", NULL);
  g_autoptr (GError) error = NULL;
  int fd;

  g_assert_true (dk_file_make_folder (folder, &error));
  fd = open (inner, O_WRONLY | O_CREAT | O_APPEND, 0600);
  g_assert_cmpint (write (fd, "one", 3), ==, 3);
  g_assert_cmpint (write (fd, "two", 3), ==, 3);
  g_assert_cmpint (pwrite (fd, "three", 5, 100), ==, 5);
  g_assert_cmpint (ftruncate (fd, 50), ==, 0);
  (void) close (fd);
  fd = open (inner, O_WRONLY | O_TRUNC);
  g_assert_cmpint (write (fd, "four", 4), ==, 4);
  (void) close (fd);
  g_assert_cmpint (dk_platform_rename_new (inner, linked), ==, 1);
  put (inner, "five");
  g_assert_true (dk_file_replace (a, "six", 3, DK_FILE_NOT_SYNCED, &error));
  g_assert_cmpint (g_rename (folder, moved), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_cmpint (g_unlink (linked), ==, 0);
  g_assert_cmpint (open (linked, O_RDONLY), ==, -1);
  g_assert_cmpint (g_rmdir (moved), ==, -1);
}

static void
test_complete (void)
{
  g_auto (Place) recorded = { 0 };
  g_auto (Place) plain = { 0 };
  g_autoptr (DkDiskLog) log = NULL;
  g_autofree char *with = NULL;
  g_autofree char *without = NULL;
  g_autofree char *rebuilt = NULL;

  place_init (&recorded);
  place_init (&plain);
  put (recorded.a, "before");
  put (plain.a, "before");
  do_many_things (plain.root);
  dk_disk_record (recorded.root);
  do_many_things (recorded.root);
  log = dk_disk_take_log ();
  without = dk_disk_describe (plain.root);
  with = dk_disk_describe (recorded.root);
  g_assert_cmpstr (with, ==, without);
  g_assert_nonnull (strstr (with, "moved/inner 4 "));
  dk_disk_finish (log);
  rebuilt = dk_disk_describe (recorded.root);
  g_assert_cmpstr (rebuilt, ==, with);
}

static void
test_marks (void)
{
  g_auto (Place) place = { 0 };
  g_autoptr (DkDiskLog) log = NULL;
  const DkDiskModel model = { .sector = 512 };
  guint seen[3] = { 0 };

  place_init (&place);
  dk_disk_record (place.root);
  put (place.a, "one");
  dk_disk_mark (1);
  dk_disk_phase (1);
  put (place.a, "two");
  dk_disk_mark (2);
  log = dk_disk_take_log ();
  g_assert_cmpuint (dk_disk_log_count (log, 0), >, 0);
  g_assert_cmpuint (dk_disk_log_count (log, 2), ==, 0);
  for (guint i = 0; i < CUTS; i++) {
    guint mark = dk_disk_cut (log, dk_disk_log_pick (log, 1, rng), &model, rng);
    g_assert_cmpuint (mark, >=, 1);
    g_assert_cmpuint (mark, <=, 2);
    seen[mark]++;
  }
  g_assert_cmpuint (seen[1], >, 0);
  g_assert_cmpuint (seen[2], >, 0);
}

int
main (int argc, char **argv)
{
  dk_disk_use_memory ();
  dk_test_init (&argc, &argv);
  rng = g_rand_new_with_seed (20261122);
  g_test_add_func ("/fault/disk/records-all-and-changes-nothing", test_complete);
  g_test_add_func ("/fault/disk/knows-phases-and-marks", test_marks);
  g_test_add_func ("/fault/disk/what-was-not-synced-may-be-lost", test_unsynced);
  g_test_add_func ("/fault/disk/what-was-synced-is-there", test_synced);
  g_test_add_func ("/fault/disk/a-sync-keeps-the-name", test_sync_keeps_name);
  g_test_add_func ("/fault/disk/names-change-in-order", test_names_in_order);
  g_test_add_func ("/fault/disk/replacing-needs-the-sync-before-the-rename", test_rename);
  g_test_add_func ("/fault/disk/sectors-are-whole", test_sectors);
  return dk_test_run ();
}
