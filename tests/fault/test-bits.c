/* SPDX-License-Identifier: MIT */
/* Goal: no flipped bit, no lost end and no exchanged page of a kit file or its journal is read as
 * something else than what was written. Method: a kit with pages of every sort; each byte of the
 * first page, of an interior one, a leaf and one of a long value, each byte of three frames, random
 * bits anywhere, the file cut at many lengths, pages exchanged. What opens must give exactly the
 * known rows; what does not must say that it is damaged. DK_LONG=1: each bit, each length. Control:
 * the comparison notices one row that was changed. */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/db/db-fixture.h"
#include "tests/fault/fault-vfs.h"

#define ROWS 300
#define RANDOM_FLIPS 5000
#define FRAMES 3
#define CUT_STEP 251

typedef struct {
  guint tried;
  guint refused;
  guint whole;
} Outcomes;

static char *path;
static char *wal;
static GBytes *file_bytes; /* of the closed kit */
static GBytes *live_bytes; /* of one that was killed, and its journal */
static GBytes *live_journal;
static char *truth;
static char *live_truth;

static void
make_rows (DkDb *db)
{
  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, pad BLOB);"
                       "CREATE INDEX ti ON t (name);"
                       "CREATE VIRTUAL TABLE f USING fts5 (words);");
  for (guint i = 0; i < ROWS; i++) {
    g_autofree char *sql
        = g_strdup_printf ("INSERT INTO t (name, pad) VALUES ('name %u', zeroblob(%u));"
                           "INSERT INTO f VALUES ('printer %u')",
                           i * 7919 % 1000, i % 60 * 10, i);
    dk_fixture_exec (db, sql);
  }
  dk_fixture_exec (db, "INSERT INTO t (name, pad) VALUES ('long', "
                       "CAST(replace(hex(zeroblob(9000)), '0', 'O') AS BLOB))");
}

static char *
get_dump (DkDb *db)
{
  g_autofree char *dump = dk_fixture_dump (db->handle);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, dump, -1);
}

static void
prepare (void)
{
  DkDb *db = dk_fixture_create (path, 0);

  make_rows (db);
  truth = get_dump (db);
  dk_fixture_close (db);
  file_bytes = dk_fixture_read (path);
  db = dk_fixture_open (path, 0);
  for (guint i = 0; i < 6; i++)
    dk_fixture_exec (db, "UPDATE t SET name = name || 'x' WHERE id % 90 = 5");
  live_truth = get_dump (db);
  dk_fixture_kill (db);
  live_bytes = dk_fixture_read (path);
  live_journal = dk_fixture_read (wal);
}

static void
put_back (gboolean live)
{
  dk_fixture_write (path, live ? live_bytes : file_bytes);
  dk_fixture_write (wal, live ? live_journal : NULL);
}

static void
judge (const char *expected, Outcomes *outcomes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  DkDb *db = dk_db_open (path, dk_fixture_keys (0), &error);

  outcomes->tried++;
  if (db == NULL || !dk_db_check (db, &error)) {
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    outcomes->refused++;
  } else {
    content = get_dump (db);
    g_assert_cmpstr (content, ==, expected);
    outcomes->whole++;
  }
  if (db != NULL)
    dk_fixture_kill (db);
}

static void
flip (const char *name, gsize at, guint8 mask, Outcomes *outcomes)
{
  guint whole = outcomes->whole;

  dk_fixture_flip (name, at, mask);
  judge (name == path ? truth : live_truth, outcomes);
  if (outcomes->whole > whole)
    put_back (name != path); /* it was written to */
  else
    dk_fixture_flip (name, at, mask);
}

static void
flip_range (const char *name, gsize from, gsize size, Outcomes *outcomes)
{
  for (gsize at = from; at < from + size; at++)
    for (guint bit = 0; bit < 8; bit++)
      if (bit == at % 8 || dk_test_is_long ())
        flip (name, at, (guint8) (1u << bit), outcomes);
}

/* Number (from 1) of a page of this sort: the first byte of its content, 'O' for one that holds a
 * part of the long value. */
static guint
find_page (GBytes *pages, guint8 sort)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (pages, &size);

  for (guint n = 2; n <= size / DK_SEALED_PAGE_SIZE; n++) {
    const guint8 *page = data + (gsize) (n - 1) * DK_SEALED_PAGE_SIZE;
    if (sort == 'O' ? page[4] == 'O' && page[2000] == 'O' : page[0] == sort)
      return n;
  }
  g_assert_not_reached ();
}

static void
test_pages (void)
{
  static const guint8 sorts[] = { 1, 0x05, 0x0d, 'O' };
  g_autoptr (GBytes) pages = NULL;
  Outcomes outcomes = { 0 };
  DkDb *db;

  put_back (FALSE);
  db = dk_fixture_open (path, 0);
  pages = dk_fixture_pages (db);
  dk_fixture_kill (db);
  put_back (FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (sorts); i++) {
    guint n = sorts[i] == 1 ? 1 : find_page (pages, sorts[i]);
    flip_range (path, DK_DB_PREFIX_SIZE + (gsize) (n - 1) * DK_SEALED_PAGE_SIZE,
                DK_SEALED_PAGE_SIZE, &outcomes);
  }
  g_test_message ("%u bits in 4 pages: %u refused, %u read", outcomes.tried, outcomes.refused,
                  outcomes.whole);
  g_assert_cmpuint (outcomes.tried, >=, 4 * DK_SEALED_PAGE_SIZE);
  g_assert_cmpuint (outcomes.whole, ==, 0);
}

static void
test_frames (void)
{
  Outcomes outcomes = { 0 };
  gsize count;

  put_back (TRUE);
  count = (g_bytes_get_size (live_journal) - 1024) / DK_SEALED_FRAME_RECORD_SIZE;
  g_assert_cmpuint (count, >, 3 * FRAMES);
  for (guint i = 0; i < FRAMES; i++)
    flip_range (wal, 1024 + i * (count / 4) * DK_SEALED_FRAME_RECORD_SIZE,
                DK_SEALED_FRAME_RECORD_SIZE, &outcomes);
  g_test_message ("%u bits in %u of %u frames: %u refused, %u read", outcomes.tried, FRAMES,
                  (guint) count, outcomes.refused, outcomes.whole);
  g_assert_cmpuint (outcomes.tried, >=, FRAMES * DK_SEALED_FRAME_RECORD_SIZE);
  g_assert_cmpuint (outcomes.whole, ==, 0);
}

/* In the slot directory, which others check, and in the unused parts of the notes nothing is lost
 * by a flipped bit. */
static void
test_anywhere (void)
{
  g_autoptr (GRand) rng = g_rand_new_with_seed (20261122);
  guint count = dk_test_is_long () ? RANDOM_FLIPS * 10 : RANDOM_FLIPS;
  gsize size = g_bytes_get_size (file_bytes);
  Outcomes outcomes = { 0 };

  put_back (FALSE);
  for (guint i = 0; i < count; i++) {
    gsize from = i % 10 == 0 ? 0 : DK_DB_DIRECTORY_SIZE;
    flip (path, (gsize) g_rand_int_range (rng, (gint32) from, (gint32) size),
          (guint8) (1u << g_rand_int_range (rng, 0, 8)), &outcomes);
  }
  g_test_message ("%u bits anywhere: %u refused, %u read as they were written", outcomes.tried,
                  outcomes.refused, outcomes.whole);
  g_assert_cmpuint (outcomes.refused, >=, count * 7 / 10);
}

static void
test_cut (void)
{
  gsize size = g_bytes_get_size (file_bytes);
  gsize step = dk_test_is_long () ? 1 : CUT_STEP;
  Outcomes outcomes = { 0 };

  dk_fixture_write (wal, NULL);
  for (gsize cut = 0; cut < size; cut += step) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (file_bytes, 0, cut);
    dk_fixture_write (path, part);
    judge (truth, &outcomes);
  }
  g_test_message ("cut at %u lengths: %u refused, %u read", outcomes.tried, outcomes.refused,
                  outcomes.whole);
  g_assert_cmpuint (outcomes.tried, >=, 500);
  g_assert_cmpuint (outcomes.whole, ==, 0);
}

static void
test_exchanged (void)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (file_bytes, &size);
  guint count = (guint) ((size - DK_DB_PREFIX_SIZE) / DK_SEALED_PAGE_SIZE);
  guint step = dk_test_is_long () ? 1 : 5;
  Outcomes outcomes = { 0 };

  for (guint a = 0; a < count; a += step)
    for (guint b = a + 1; b < count; b += step) {
      g_autofree guint8 *changed = g_memdup2 (data, size);
      guint8 *first = changed + DK_DB_PREFIX_SIZE + (gsize) a * DK_SEALED_PAGE_SIZE;
      guint8 *second = changed + DK_DB_PREFIX_SIZE + (gsize) b * DK_SEALED_PAGE_SIZE;
      g_autoptr (GBytes) bytes = NULL;
      memcpy (first, data + (second - changed), DK_SEALED_PAGE_SIZE);
      memcpy (second, data + (first - changed), DK_SEALED_PAGE_SIZE);
      bytes = g_bytes_new (changed, size);
      dk_fixture_write (path, bytes);
      judge (truth, &outcomes);
    }
  g_test_message ("%u pairs of %u pages exchanged: %u refused, %u read", outcomes.tried, count,
                  outcomes.refused, outcomes.whole);
  g_assert_cmpuint (outcomes.tried, >=, 20);
  g_assert_cmpuint (outcomes.whole, ==, 0);
}

static void
test_control (void)
{
  g_autofree char *content = NULL;
  DkDb *db;

  put_back (FALSE);
  db = dk_fixture_open (path, 0);
  dk_fixture_exec (db, "UPDATE t SET name = 'other' WHERE id = 7");
  content = get_dump (db);
  dk_fixture_kill (db);
  g_assert_cmpstr (content, !=, truth);
  g_test_message ("control: one changed row was noticed");
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  int rc;

  if (g_access ("/dev/shm", 3) == 0)
    g_assert_true (g_setenv ("TMPDIR", "/dev/shm", TRUE));
  dk_test_init (&argc, &argv);
  dk_fault_install (); /* syncs cost time and are not what is tested here */
  folder = dk_test_folder_new ();
  path = g_build_filename (folder, "kit.db", NULL);
  wal = dk_fixture_wal (path);
  prepare ();
  g_test_add_func ("/fault/bits/each-byte-of-four-pages", test_pages);
  g_test_add_func ("/fault/bits/each-byte-of-three-frames", test_frames);
  g_test_add_func ("/fault/bits/anywhere", test_anywhere);
  g_test_add_func ("/fault/bits/cut-anywhere", test_cut);
  g_test_add_func ("/fault/bits/pages-exchanged", test_exchanged);
  g_test_add_func ("/fault/bits/control-notices-a-row", test_control);
  rc = dk_test_run ();
  g_free (truth);
  g_free (live_truth);
  g_bytes_unref (file_bytes);
  g_bytes_unref (live_bytes);
  g_bytes_unref (live_journal);
  g_free (wal);
  g_free (path);
  return rc;
}
