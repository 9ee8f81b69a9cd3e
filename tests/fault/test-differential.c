/* SPDX-License-Identifier: MIT */
/* Goal: SQL on a sealed file gives what it gives on a plain one. Method: random statements run on
 * both, tables with and without rowid, full text, blobs over several pages, with small caches,
 * savepoints in savepoints, write-backs of every kind, VACUUM, kills and re-openings of the sealed
 * one in between; codes, counts of changes and dumps must be equal throughout. Control: one byte of
 * one page changed is an error or another dump. */
#include <glib/gstdio.h>

#include "tests/db/db-fixture.h"
#include "tests/fault/fault-vfs.h"

#define STATEMENTS 20000
#define LONG_FACTOR 10
#define CONTROL_PAGES 40

static const char schema[]
    = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB);"
      "CREATE INDEX ta ON t (a); CREATE TABLE u (id INTEGER, h TEXT);"
      "CREATE TABLE w (a TEXT, b INTEGER, c, PRIMARY KEY (a, b)) WITHOUT ROWID;"
      "CREATE INDEX wc ON w (c); CREATE VIRTUAL TABLE s USING fts5 (text);";

static GRand *rng;
static guint statements;

/* SQL for a blob that differs from others of the same size. */
static char *
make_blob (guint id, guint size)
{
  return g_strdup_printf ("CAST(substr(replace(hex(zeroblob(%u)), '00', '%u,'), 1, %u) AS BLOB)",
                          size / 2 + 1, id, size);
}

static char *
make_statement (void)
{
  guint id = (guint) g_rand_int_range (rng, 0, 400);
  guint size = (guint) g_rand_int_range (rng, 0, g_rand_int_range (rng, 0, 20) == 0 ? 20000 : 5000);
  g_autofree char *blob = make_blob (id, size);

  statements++;
  switch (g_rand_int_range (rng, 0, 15)) {
  case 0:
  case 1:
  case 2:
  case 3:
    return g_strdup_printf ("INSERT OR REPLACE INTO t VALUES (%u, 'name %u', %s)", id, id * 7 % 50,
                            blob);
  case 4:
  case 5:
    return g_strdup_printf ("UPDATE t SET b = %s, a = a || 'x' WHERE id %% 37 = %u", blob, id % 37);
  case 12:
    return g_strdup_printf ("INSERT OR REPLACE INTO w VALUES ('key %u', %u, %s)", id / 9, id % 9,
                            blob);
  case 13:
    return g_strdup_printf ("UPDATE w SET b = b + 9, c = %u WHERE b %% 13 = %u", id, id % 13);
  case 14:
    return g_strdup_printf ("DELETE FROM w WHERE a > 'key %u' AND b < %u", id / 9, id % 30);
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

  switch (g_rand_int_range (rng, 0, 7)) {
  case 3:
    return g_strdup_printf ("SAVEPOINT p; %s; SAVEPOINT q; %s; ROLLBACK TO q; %s; RELEASE q; %s", a,
                            b, c, g_rand_boolean (rng) ? "RELEASE p" : "ROLLBACK TO p; RELEASE p");
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
  static const int modes[] = { SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL,
                               SQLITE_CHECKPOINT_RESTART, SQLITE_CHECKPOINT_TRUNCATE };

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
    g_assert_cmpint (sqlite3_wal_checkpoint_v2 (
                         db->handle, "main", modes[round / 6 % G_N_ELEMENTS (modes)], NULL, NULL),
                     ==, SQLITE_OK);
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
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  DkDb *db = dk_fixture_create (path, 0);
  sqlite3 *plain = NULL;
  guint wanted = dk_test_is_long () ? STATEMENTS * LONG_FACTOR : STATEMENTS;
  guint compared = 0;
  guint failed = 0;

  g_assert_cmpint (sqlite3_open (":memory:", &plain), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (plain, schema, NULL, NULL, NULL), ==, SQLITE_OK);
  dk_fixture_exec (db, schema);
  for (guint i = 0; statements < wanted; i++) {
    g_autofree char *sql = make_block ();
    g_autoptr (GError) error = NULL;
    int rc = sqlite3_exec (plain, sql, NULL, NULL, NULL);
    g_assert_cmpint (dk_db_exec (db, sql, &error), ==, rc == SQLITE_OK);
    failed += rc != SQLITE_OK;
    g_assert_cmpint (sqlite3_get_autocommit (plain), ==, sqlite3_get_autocommit (db->handle));
    if (!sqlite3_get_autocommit (plain)) { /* refused in the middle */
      g_assert_cmpint (sqlite3_exec (plain, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
      dk_fixture_exec (db, "ROLLBACK");
    }
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
  g_test_message ("%u statements, %u blocks refused by both, %u equal dumps", statements, failed,
                  compared);
  g_assert_cmpuint (statements, >=, 20000);
  g_assert_cmpuint (compared, >=, 30);
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

static void
test_control (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  g_autoptr (GBytes) whole = NULL;
  guint found = 0;
  DkDb *db = dk_fixture_create (path, 0);

  dk_fixture_exec (db, schema);
  for (guint i = 0; i < 400; i++) {
    g_autofree char *sql = make_statement ();
    (void) sqlite3_exec (db->handle, sql, NULL, NULL, NULL);
  }
  dk_fixture_close (db);
  whole = dk_fixture_read (path);
  for (guint i = 0; i < CONTROL_PAGES; i++) {
    dk_fixture_write (path, whole);
    dk_fixture_flip (path, DK_DB_PREFIX_SIZE + i * DK_SEALED_PAGE_SIZE + i * 97 % 4096, 1);
    db = dk_db_open (path, dk_fixture_keys (0), NULL);
    found += db == NULL || !dk_db_check (db, NULL);
    if (db != NULL)
      dk_fixture_kill (db);
  }
  g_test_message ("control: %u of %u changed bytes were found", found, CONTROL_PAGES);
  g_assert_cmpuint (found, ==, CONTROL_PAGES);
}

int
main (int argc, char **argv)
{
  if (g_access ("/dev/shm", 3) == 0)
    g_assert_true (g_setenv ("TMPDIR", "/dev/shm", TRUE));
  dk_test_init (&argc, &argv);
  dk_fault_install (); /* syncs cost time and are not what is tested here */
  rng = g_rand_new_with_seed (20261122);
  g_test_add_func ("/fault/differential/random-sql-equals-plain-sqlite", test_random_sql);
  g_test_add_func ("/fault/differential/frames-rewritten-within-a-transaction",
                   test_rewritten_frames);
  g_test_add_func ("/fault/differential/control-finds-a-changed-byte", test_control);
  return dk_test_run ();
}
