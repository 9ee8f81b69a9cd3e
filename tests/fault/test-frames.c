/* SPDX-License-Identifier: MIT */
/* Goal: a commit costs what the design says: one sync and a write for each 31 frames; three syncs,
 * two notes and a header more where it starts a generation of the journal. Method: commits of many
 * sizes, counted by a VFS below the shim. This is a promise about disks, so there is no slack. */
#include "tests/db/db-fixture.h"
#include "tests/fault/fault-vfs.h"

#define COMMITS 300

static guint
divide_up (guint a, guint b)
{
  return (a + b - 1) / b;
}

static guint
commit_rows (DkDb *db, guint rows)
{
  g_autofree char *sql = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT %u) "
      "INSERT INTO t SELECT NULL, zeroblob(3500) FROM n",
      rows);
  guint before = dk_db_journal_frames (db);
  guint after;

  dk_fault_reset ();
  dk_fixture_exec (db, sql);
  after = dk_db_journal_frames (db);
  return after > before ? after - before : after;
}

static void
test_costs (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  guint starts = 0;
  guint histogram[12] = { 0 };
  DkDb *db;

  dk_fault_install ();
  db = dk_fixture_create (path, 0);
  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, pad)");
  (void) sqlite3_wal_autocheckpoint (dk_db_get_unguarded (db), 0);
  for (guint i = 0; i < COMMITS; i++) {
    gboolean starts_generation = i % 25 == 0;
    guint frames, writes;
    DkFaultCounts counts;
    if (starts_generation)
      g_assert_true (dk_db_checkpoint (db, i % 50 == 0, NULL));
    frames = commit_rows (db, 1 + i * 7 % 100);
    counts = dk_fault_counts ();
    writes = divide_up (frames, 31);
    g_assert_cmpuint (counts.syncs[DK_FAULT_JOURNAL], ==, 1);
    g_assert_cmpuint (counts.syncs[DK_FAULT_DATABASE], ==, starts_generation ? 2 : 0);
    g_assert_cmpuint (counts.writes[DK_FAULT_DATABASE], ==, starts_generation ? 2 : 0);
    g_assert_cmpuint (counts.writes[DK_FAULT_JOURNAL], ==, writes + (starts_generation ? 1 : 0));
    starts += starts_generation;
    histogram[MIN (writes, G_N_ELEMENTS (histogram) - 1)]++;
  }
  for (guint i = 1; i < G_N_ELEMENTS (histogram); i++)
    if (histogram[i] > 0)
      g_test_message ("%u writes: %u commits", i, histogram[i]);
  g_test_message ("%u commits, %u started a generation: each with the syncs and writes promised",
                  COMMITS, starts);
  g_assert_cmpuint (starts, >=, 10);
  dk_fixture_close (db);
  dk_fault_remove ();
  dk_test_remove (folder);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/fault/frames/syncs-and-writes-of-a-commit", test_costs);
  return dk_test_run ();
}
