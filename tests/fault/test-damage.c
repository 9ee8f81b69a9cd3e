/* SPDX-License-Identifier: MIT */
/* Goal: no damage to a kit file or its journal is taken for the truth, and what can be survived is
 * survived. Method: a small kit of known content, closed or killed with a live journal; bytes are
 * changed, pages moved, files cut; each result must be an error or exactly the known content, and
 * both outcomes are counted against a minimum. */
#include <string.h>

#include "tests/db/db-fixture.h"
#include "tests/fault/fault-vfs.h"

#define COMMITS 12

typedef struct {
  char *folder;
  char *path;
  char *wal;
  GBytes *file_bytes;
  GBytes *wal_bytes;
} Fixture;

typedef struct {
  guint refused;
  guint whole;
  guint shorter; /* the last transaction or more is missing */
} Outcomes;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = dk_test_folder_new ();
  f->path = g_build_filename (f->folder, "kit.db", NULL);
  f->wal = dk_fixture_wal (f->path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->file_bytes, g_bytes_unref);
  g_clear_pointer (&f->wal_bytes, g_bytes_unref);
  dk_test_remove (f->folder);
  g_free (f->wal);
  g_free (f->path);
  g_free (f->folder);
}

static void
keep_files (Fixture *f)
{
  f->file_bytes = dk_fixture_read (f->path);
  f->wal_bytes = dk_fixture_read (f->wal);
}

static void
restore_files (Fixture *f)
{
  dk_fixture_write (f->path, f->file_bytes);
  dk_fixture_write (f->wal, f->wal_bytes);
}

/* COMMITS transactions of one row; if live, half of them are also written back and the program is
 * killed. */
static void
make_kit (Fixture *f, gboolean live)
{
  DkDb *db = dk_fixture_create (f->path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, pad)");
  g_assert_true (dk_db_checkpoint (db, TRUE, NULL));
  for (guint i = 0; i < COMMITS; i++) {
    if (i == COMMITS / 2)
      g_assert_true (dk_db_checkpoint (db, FALSE, NULL));
    dk_fixture_exec (db, "INSERT INTO t (pad) VALUES (zeroblob(2000))");
    if (i == COMMITS / 2) /* restart: a generation of six */
      g_assert_cmpuint (dk_db_journal_frames (db), <=, 3);
  }
  if (live)
    dk_fixture_kill (db);
  else
    dk_fixture_close (db);
  keep_files (f);
}

/* Opens the kit, reads all of it, and says what came of it. */
static void
judge (Fixture *f, Outcomes *outcomes)
{
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_db_open (f->path, dk_fixture_keys (0), &error);
  gint64 rows;

  if (db == NULL || !dk_db_check (db, &error)) {
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    outcomes->refused++;
    if (db != NULL)
      dk_fixture_kill (db);
    return;
  }
  rows = dk_fixture_int (db, "SELECT count(*) FROM t");
  g_assert_cmpint (dk_fixture_int (db, "SELECT max(id) FROM t"), ==, rows);
  g_assert_cmpint (rows, <=, COMMITS);
  if (rows == COMMITS)
    outcomes->whole++;
  else
    outcomes->shorter++;
  dk_fixture_kill (db);
}

static Outcomes
flip_each (Fixture *f, const char *path, gsize from, gsize to, gsize step)
{
  Outcomes outcomes = { 0 };

  for (gsize at = from; at < to; at += step) {
    restore_files (f);
    dk_fixture_flip (path, at, (guint8) (1u << (at % 8)));
    judge (f, &outcomes);
  }
  g_test_message ("%" G_GSIZE_FORMAT " bytes: %u refused, %u whole, %u shorter", (to - from) / step,
                  outcomes.refused, outcomes.whole, outcomes.shorter);
  return outcomes;
}

static void
test_notes_closed (Fixture *f, gconstpointer data)
{
  Outcomes a, b;

  make_kit (f, FALSE);
  a = flip_each (f, f->path, DK_DB_DIRECTORY_SIZE, DK_DB_DIRECTORY_SIZE + 512, 1);
  b = flip_each (f, f->path, DK_DB_DIRECTORY_SIZE + 4096, DK_DB_DIRECTORY_SIZE + 4096 + 512, 1);
  g_assert_cmpuint (a.shorter + b.shorter, ==, 0);
  g_assert_cmpuint (a.refused + b.refused, ==, 512); /* the note before names a journal */
  g_assert_cmpuint (a.whole + b.whole, ==, 512);
}

/* The journal is where it belongs: nobody may be sent to look for it. */
static void
test_note_is_named (Fixture *f, gconstpointer data)
{
  guint named = 0;

  make_kit (f, FALSE);
  for (guint block = 0; block < 2; block++) {
    g_autoptr (GError) error = NULL;
    DkDb *db;
    restore_files (f);
    dk_fixture_flip (f->path, DK_DB_DIRECTORY_SIZE + block * 4096, 1);
    db = dk_db_open (f->path, dk_fixture_keys (0), &error);
    if (db != NULL) {
      dk_fixture_close (db);
      continue;
    }
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    g_assert_nonnull (strstr (error->message, "The note in this kit file"));
    g_assert_null (strstr (error->message, "missing or old"));
    db = dk_db_open_without_journal (f->path, dk_fixture_keys (0), NULL);
    g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, COMMITS);
    dk_fixture_close (db);
    named++;
  }
  g_assert_cmpuint (named, ==, 1);
}

static void
test_notes_live (Fixture *f, gconstpointer data)
{
  Outcomes a, b;

  make_kit (f, TRUE);
  a = flip_each (f, f->path, DK_DB_DIRECTORY_SIZE, DK_DB_DIRECTORY_SIZE + 512, 1);
  b = flip_each (f, f->path, DK_DB_DIRECTORY_SIZE + 4096, DK_DB_DIRECTORY_SIZE + 4096 + 512, 1);
  g_assert_cmpuint (a.whole + b.whole, ==, 1024);
}

static void
test_both_notes (Fixture *f, gconstpointer data)
{
  Outcomes outcomes = { 0 };

  make_kit (f, FALSE);
  dk_fixture_flip (f->path, DK_DB_DIRECTORY_SIZE + 100, 1);
  dk_fixture_flip (f->path, DK_DB_DIRECTORY_SIZE + 4096 + 100, 1);
  judge (f, &outcomes);
  g_assert_cmpuint (outcomes.refused, ==, 1);
}

static void
test_journal_header (Fixture *f, gconstpointer data)
{
  Outcomes outcomes;

  make_kit (f, TRUE);
  outcomes = flip_each (f, f->wal, 0, 1024, 1);
  g_assert_cmpuint (outcomes.whole, ==, 1024); /* the other copy counts */
  restore_files (f);
  dk_fixture_flip (f->wal, 5, 1);
  dk_fixture_flip (f->wal, 512 + 5, 1);
  memset (&outcomes, 0, sizeof outcomes);
  judge (f, &outcomes);
  g_assert_cmpuint (outcomes.refused, ==, 1);
}

static void
test_journal_frames (Fixture *f, gconstpointer data)
{
  gsize size, last;
  Outcomes early, late;

  make_kit (f, TRUE);
  size = g_bytes_get_size (f->wal_bytes);
  last = size - 2 * DK_SEALED_FRAME_RECORD_SIZE;
  early = flip_each (f, f->wal, 1024, last - 2 * DK_SEALED_FRAME_RECORD_SIZE, 31);
  g_assert_cmpuint (early.refused, >, 300);
  g_assert_cmpuint (early.whole + early.shorter, ==, 0);
  late = flip_each (f, f->wal, size - DK_SEALED_FRAME_RECORD_SIZE, size, 31);
  g_assert_cmpuint (late.whole, ==, 0);
  g_assert_cmpuint (late.shorter, >, 100); /* as a torn tail: only the anchor can tell */
}

static void
test_journal_cut (Fixture *f, gconstpointer data)
{
  Outcomes outcomes = { 0 };
  gsize size;

  make_kit (f, TRUE);
  size = g_bytes_get_size (f->wal_bytes);
  for (gsize cut = 0; cut < size; cut += 173) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (f->wal_bytes, 0, cut);
    restore_files (f);
    dk_fixture_write (f->wal, part);
    judge (f, &outcomes);
  }
  g_test_message ("%u refused, %u shorter", outcomes.refused, outcomes.shorter);
  g_assert_cmpuint (outcomes.whole, ==, 0);
  g_assert_cmpuint (outcomes.refused, >=, 30); /* nothing promised may be missing altogether */
  g_assert_cmpuint (outcomes.shorter, >=, 100);
}

static void
test_pages (Fixture *f, gconstpointer data)
{
  gsize size;
  Outcomes outcomes;

  make_kit (f, FALSE);
  size = g_bytes_get_size (f->file_bytes);
  outcomes = flip_each (f, f->path, DK_DB_PREFIX_SIZE, size, 29);
  g_assert_cmpuint (outcomes.refused, >, 500);
  g_assert_cmpuint (outcomes.whole + outcomes.shorter, ==, 0);
}

static void
test_pages_moved_and_zeroed (Fixture *f, gconstpointer data)
{
  Outcomes outcomes = { 0 };
  guint count;

  make_kit (f, FALSE);
  count = (guint) ((g_bytes_get_size (f->file_bytes) - DK_DB_PREFIX_SIZE) / DK_SEALED_PAGE_SIZE);
  for (guint i = 0; i < 2 * count; i++) {
    gsize size;
    const guint8 *data_before = g_bytes_get_data (f->file_bytes, &size);
    g_autofree guint8 *changed = g_memdup2 (data_before, size);
    guint8 *page = changed + DK_DB_PREFIX_SIZE + (gsize) (i / 2) * DK_SEALED_PAGE_SIZE;
    const guint8 *other
        = data_before + DK_DB_PREFIX_SIZE + (gsize) ((i / 2 + 1) % count) * DK_SEALED_PAGE_SIZE;
    g_autoptr (GBytes) bytes = NULL;
    if (i % 2 == 0)
      memset (page, 0, DK_SEALED_PAGE_SIZE);
    else
      memcpy (page, other, DK_SEALED_PAGE_SIZE);
    bytes = g_bytes_new (changed, size);
    dk_fixture_write (f->path, bytes);
    judge (f, &outcomes);
  }
  g_assert_cmpuint (outcomes.refused, ==, 2 * count);
  g_assert_cmpuint (count, >=, 8);
}

static void
test_file_cut (Fixture *f, gconstpointer data)
{
  Outcomes outcomes = { 0 };
  gsize size;
  guint cuts = 0;

  make_kit (f, FALSE);
  size = g_bytes_get_size (f->file_bytes);
  for (gsize cut = DK_DB_PREFIX_SIZE - 512; cut < size; cut += 256) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (f->file_bytes, 0, cut);
    dk_fixture_write (f->path, part);
    judge (f, &outcomes);
    cuts++;
  }
  g_assert_cmpuint (outcomes.refused, ==, cuts);
  g_assert_cmpuint (cuts, >, 100);
}

static void
test_torn_first_page (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  Outcomes outcomes = { 0 };

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, pad)");
  for (guint i = 0; i < COMMITS; i++)
    dk_fixture_exec (db, "INSERT INTO t (pad) VALUES (zeroblob(2000))");
  g_assert_true (dk_db_checkpoint (db, FALSE, NULL));
  dk_fixture_kill (db);
  keep_files (f);
  for (guint at = 0; at < DK_SEALED_PAGE_SIZE; at += 511) {
    restore_files (f);
    dk_fixture_flip (f->path, DK_DB_PREFIX_SIZE + at, 0x10);
    judge (f, &outcomes);
  }
  g_assert_cmpuint (outcomes.whole, ==, 9);
  /* Without the journal the same page is damage, and so is the missing journal. */
  dk_fixture_flip (f->path, DK_DB_PREFIX_SIZE, 0x10);
  dk_fixture_write (f->wal, NULL);
  judge (f, &outcomes);
  g_assert_cmpuint (outcomes.refused, ==, 1);
}

static void
test_go_on_without_journal (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  DkDb *db;

  make_kit (f, TRUE);
  dk_fixture_write (f->wal, NULL);
  g_assert_null (dk_db_open (f->path, dk_fixture_keys (0), &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "journal of this kit is missing or old"));
  g_clear_error (&error);
  db = dk_db_open_without_journal (f->path, dk_fixture_keys (0), &error);
  g_assert_no_error (error);
  g_assert_nonnull (dk_db_notice (db));
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, COMMITS / 2);
  dk_fixture_exec (db, "INSERT INTO t (pad) VALUES ('again')");
  dk_fixture_close (db);
  /* The journal comes back too late: it is of another moment now. */
  dk_fixture_write (f->wal, f->wal_bytes);
  db = dk_fixture_open (f->path, 0);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, COMMITS / 2 + 1);
  dk_fixture_close (db);
}

/* Without its last note a kit may say less than was promised: then the journal must be there. */
static void
test_lost_note_and_lost_journal (Fixture *f, gconstpointer data)
{
  Outcomes outcomes = { 0 };
  DkDb *db = dk_fixture_create (f->path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, pad)");
  g_assert_true (dk_db_checkpoint (db, TRUE, NULL));
  for (guint i = 0; i < COMMITS; i++)
    dk_fixture_exec (db, "INSERT INTO t (pad) VALUES (zeroblob(2000))");
  dk_fixture_kill (db);
  keep_files (f);
  for (guint i = 0; i < 4; i++) {
    restore_files (f);
    dk_fixture_flip (f->path, DK_DB_DIRECTORY_SIZE + (gsize) (i % 2) * 4096 + 30, 1);
    if (i < 2)
      dk_fixture_write (f->wal, NULL);
    judge (f, &outcomes);
  }
  g_assert_cmpuint (outcomes.refused, ==, 2);
  g_assert_cmpuint (outcomes.whole, ==, 2);
}

static void
test_foreign_journal_is_set_aside (Fixture *f, gconstpointer data)
{
  g_autofree char *other = g_build_filename (f->folder, "other.db", NULL);
  g_autofree char *other_wal = dk_fixture_wal (other);
  g_autoptr (GBytes) foreign = NULL;
  DkDb *db = dk_fixture_create (other, 1);

  dk_fixture_exec (db, "CREATE TABLE u (x)");
  dk_fixture_kill (db);
  foreign = dk_fixture_read (other_wal);
  make_kit (f, FALSE);
  for (guint i = 1; i <= 2; i++) {
    g_autofree char *aside = g_strdup_printf ("%s.set-aside-%u", f->wal, i);
    g_autoptr (GBytes) kept = NULL;
    dk_fixture_write (f->wal, foreign);
    db = dk_fixture_open (f->path, 0);
    g_assert_nonnull (strstr (dk_db_notice (db), aside));
    g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, COMMITS);
    dk_fixture_close (db);
    kept = dk_fixture_read (aside);
    g_assert_true (g_bytes_equal (kept, foreign));
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_fault_install (); /* syncs cost time and are not what is tested here */
#define ADD(name, function) \
  g_test_add ("/fault/damage/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("each-byte-of-the-notes-of-a-closed-kit", test_notes_closed);
  ADD ("newest-note-flipped-is-named", test_note_is_named);
  ADD ("each-byte-of-the-notes-of-a-live-kit", test_notes_live);
  ADD ("both-notes", test_both_notes);
  ADD ("each-byte-of-the-journal-header", test_journal_header);
  ADD ("bytes-of-the-journal-frames", test_journal_frames);
  ADD ("journal-cut", test_journal_cut);
  ADD ("bytes-of-the-pages", test_pages);
  ADD ("pages-moved-and-zeroed", test_pages_moved_and_zeroed);
  ADD ("file-cut", test_file_cut);
  ADD ("torn-first-page-is-taken-from-the-journal", test_torn_first_page);
  ADD ("go-on-without-journal", test_go_on_without_journal);
  ADD ("lost-note-and-lost-journal", test_lost_note_and_lost_journal);
  ADD ("foreign-journal-is-set-aside", test_foreign_journal_is_set_aside);
  return dk_test_run ();
}
