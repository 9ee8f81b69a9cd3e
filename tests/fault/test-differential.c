/* SPDX-License-Identifier: MIT */
/* Goal: SQL on a sealed file gives what it gives on a plain one. Method: some thousand random
 * statements run on both, with small caches, savepoints, write-backs, VACUUM, kills and re-openings
 * of the sealed one in between; the dumps must be equal throughout. */
#include "tests/db/db-fixture.h"
#include "tests/fault/fault-vfs.h"

#define STATEMENTS 4000

static GRand *rng;

static char *
make_statement (void)
{
  guint id = (guint) g_rand_int_range (rng, 0, 400);
  guint size = (guint) g_rand_int_range (rng, 0, 6000);

  switch (g_rand_int_range (rng, 0, 12)) {
  case 0:
  case 1:
  case 2:
  case 3:
    return g_strdup_printf ("INSERT OR REPLACE INTO t VALUES (%u, 'name %u', zeroblob(%u))", id,
                            id * 7 % 50, size);
  case 4:
  case 5:
    return g_strdup_printf ("UPDATE t SET b = zeroblob(%u), a = a || 'x' WHERE id %% 17 = %u", size,
                            id % 17);
  case 6:
    return g_strdup_printf ("DELETE FROM t WHERE id BETWEEN %u AND %u", id, id + 20);
  case 7:
    return g_strdup_printf ("INSERT INTO s (text) VALUES ('word%u word%u other')", id, id / 10);
  case 8:
    return g_strdup_printf ("DELETE FROM s WHERE s MATCH 'word%u'", id);
  case 9:
    return g_strdup_printf ("UPDATE s SET text = 'changed word%u' WHERE rowid = %u", id, id);
  case 10:
    return g_strdup_printf ("INSERT INTO u SELECT id, hex(b) FROM t WHERE id < %u LIMIT 30", id);
  default:
    return g_strdup_printf ("DELETE FROM u WHERE id > %u", id);
  }
}

static char *
make_block (void)
{
  g_autofree char *a = make_statement ();
  g_autofree char *b = make_statement ();
  g_autofree char *c = make_statement ();

  switch (g_rand_int_range (rng, 0, 6)) {
  case 0:
    return g_strdup_printf ("BEGIN; %s; %s; %s; COMMIT", a, b, c);
  case 1:
    return g_strdup_printf ("BEGIN; %s; SAVEPOINT p; %s; ROLLBACK TO p; %s; RELEASE p; COMMIT", a,
                            b, c);
  case 2:
    return g_strdup_printf ("BEGIN; %s; %s; ROLLBACK", a, b);
  default:
    return g_steal_pointer (&a);
  }
}

static DkDb *
disturb (DkDb *db, sqlite3 *plain, const char *path, guint round)
{
  switch (round % 6) {
  case 0:
    dk_fixture_close (db);
    return dk_fixture_open (path, 0);
  case 1:
    dk_fixture_kill (db);
    return dk_fixture_open (path, 0);
  case 2:
    dk_fixture_exec (db, "VACUUM"); /* it may number rows anew, so on both */
    g_assert_cmpint (sqlite3_exec (plain, "VACUUM", NULL, NULL, NULL), ==, SQLITE_OK);
    return db;
  case 3:
    g_assert_true (dk_db_checkpoint (db, TRUE, NULL));
    return db;
  default:
    g_assert_true (dk_db_checkpoint (db, FALSE, NULL));
    return db;
  }
}

static void
assert_equal (DkDb *db, sqlite3 *plain)
{
  g_autofree char *a = dk_fixture_dump (db->handle);
  g_autofree char *b = dk_fixture_dump (plain);

  g_assert_true (g_str_equal (a, b)); /* too long to be printed */
}

static void
test_random_sql (void)
{
  static const char schema[] = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB);"
                               "CREATE INDEX ta ON t (a); CREATE TABLE u (id INTEGER, h TEXT);"
                               "CREATE VIRTUAL TABLE s USING fts5 (text);";
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  DkDb *db = dk_fixture_create (path, 0);
  sqlite3 *plain = NULL;
  guint compared = 0;

  g_assert_cmpint (sqlite3_open (":memory:", &plain), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (plain, schema, NULL, NULL, NULL), ==, SQLITE_OK);
  dk_fixture_exec (db, schema);
  for (guint i = 0; i < STATEMENTS; i++) {
    g_autofree char *sql = make_block ();
    g_autoptr (GError) error = NULL;
    int rc = sqlite3_exec (plain, sql, NULL, NULL, NULL);
    g_assert_cmpint (dk_db_exec (db, sql, &error), ==, rc == SQLITE_OK);
    g_assert_cmpint (sqlite3_changes64 (plain), ==, sqlite3_changes64 (db->handle));
    if (i % 100 == 99) {
      db = disturb (db, plain, path, i / 100);
      if (i / 100 % 2 == 0)
        dk_fixture_exec (db, "PRAGMA cache_size=20");
    }
    if (i % 200 == 199) {
      assert_equal (db, plain);
      compared++;
    }
  }
  g_assert_true (dk_db_check (db, NULL));
  g_test_message ("%u statements, %u equal dumps", STATEMENTS, compared);
  g_assert_cmpuint (compared, >=, 20);
  dk_fixture_close (db);
  g_assert_cmpint (sqlite3_close (plain), ==, SQLITE_OK);
}

static void
test_rewritten_frames (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  DkDb *db = dk_fixture_create (path, 0);
  guint before;

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, v, pad);"
                       "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                       "LIMIT 600) INSERT INTO t SELECT i, 0, zeroblob(1000) FROM n;"
                       "PRAGMA cache_size=20;");
  before = db->sealed->wal.rewrites;
  dk_fixture_exec (db, "BEGIN; UPDATE t SET v = v + 1; UPDATE t SET v = v + 1 WHERE id % 2 = 0;"
                       "UPDATE t SET v = v + 1, pad = pad || 'x'; COMMIT");
  g_test_message ("%u headers rewritten", db->sealed->wal.rewrites - before);
  g_assert_cmpuint (db->sealed->wal.rewrites - before, >, 100);
  dk_fixture_kill (db);
  db = dk_fixture_open (path, 0);
  g_assert_cmpint (dk_fixture_int (db, "SELECT sum(v) FROM t"), ==, 600 * 2 + 300);
  g_assert_true (dk_db_check (db, NULL));
  dk_fixture_close (db);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_fault_install (); /* syncs cost time and are not what is tested here */
  rng = g_rand_new_with_seed (20261122);
  g_test_add_func ("/fault/differential/random-sql-equals-plain-sqlite", test_random_sql);
  g_test_add_func ("/fault/differential/frames-rewritten-within-a-transaction",
                   test_rewritten_frames);
  return dk_test_run ();
}
