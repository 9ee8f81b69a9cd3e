/* SPDX-License-Identifier: MIT */
/* Goal: a search that is typed over ends as interrupted or not at all, at whatever moment the next
 * key falls, and never the program. Method: SQLite's memory is asked for by a function of the test,
 * which interrupts at the n-th piece while the first statement on a table of FTS is prepared, for
 * each n. Control: SQLite alone tells some of these as faults of the SQL. */
#include "tests/db/db-fixture.h"

#define WORDS_SQL "SELECT rowid FROM words WHERE words MATCH 'ward'"
#define INTERRUPTS_MAX 2000

static sqlite3_mem_methods memory;
static sqlite3 *interrupted;
static int left; /* pieces until then; 0 = never */

static void *
allocate (int size)
{
  if (left > 0 && --left == 0)
    sqlite3_interrupt (interrupted);
  return memory.xMalloc (size);
}

/* The result of SQLite's own call. */
static int
prepare_raw (const char *path, int after)
{
  DkDb *db = dk_fixture_open (path, 0);
  sqlite3_stmt *stmt = NULL;
  int rc;

  interrupted = db->handle;
  left = after;
  rc = sqlite3_prepare_v2 (db->handle, WORDS_SQL, -1, &stmt, NULL);
  left = 0;
  (void) sqlite3_finalize (stmt);
  dk_fixture_close (db);
  return rc & 0xff;
}

/* FALSE if it was prepared before the interrupt came. */
static gboolean
prepare (const char *path, int after)
{
  DkDb *db = dk_fixture_open (path, 0);
  gboolean came;

  interrupted = db->handle;
  left = after;
  dk_stmt_free (dk_stmt_new (db, WORDS_SQL));
  came = left == 0;
  left = 0;
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM words WHERE words MATCH 'ward'"), ==,
                   1);
  dk_fixture_close (db);
  return came;
}

static void
test_no_fault_of_the_sql (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  DkDb *db = dk_fixture_create (path, 0);
  int as_faults = 0;
  int after = 1;

  dk_fixture_exec (db, "CREATE VIRTUAL TABLE words USING fts5 (text)");
  dk_fixture_exec (db, "INSERT INTO words (text) VALUES ('the printer of the ward')");
  dk_fixture_close (db);
  for (; after < INTERRUPTS_MAX && prepare (path, after); after++)
    as_faults += prepare_raw (path, after) == SQLITE_ERROR;
  g_test_message ("%d interrupts, %d told as faults by SQLite alone", after - 1, as_faults);
  g_assert_cmpint (after, >, 20);
  g_assert_cmpint (after, <, INTERRUPTS_MAX);
  g_assert_cmpint (as_faults, >, 0);
  dk_test_remove (folder);
}

int
main (int argc, char **argv)
{
  sqlite3_mem_methods ours;

  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_GETMALLOC, &memory), ==, SQLITE_OK);
  ours = memory;
  ours.xMalloc = allocate;
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MALLOC, &ours), ==, SQLITE_OK);
  dk_test_init (&argc, &argv);
  g_test_add_func ("/db/interrupt/is-no-fault-of-the-sql", test_no_fault_of_the_sql);
  return dk_test_run ();
}
