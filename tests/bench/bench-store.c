/* SPDX-License-Identifier: MIT */
/* What sealing costs: the sealed database against plain SQLite of the same library with the same
 * settings, interleaved in one run, thread CPU time, medians. In memory (/dev/shm), so that the
 * disk does not hide the difference. Prints one line for each figure, `name value limit`, and ends
 * with 1 if a limit is exceeded. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/db/db-fixture.h"

#define ROUNDS 9
#define COMMITS 2000
#define ROWS 60000

typedef struct {
  sqlite3 *handle;
  DkDb *db; /* NULL: plain */
} Store;

static char *folder;

static double
get_cpu_ms (void)
{
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void
run_sql (sqlite3 *handle, const char *sql)
{
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static char *
get_path (gboolean sealed)
{
  return g_build_filename (folder, sealed ? "sealed.db" : "plain.db", NULL);
}

static void
remove_files (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autofree char *path = get_path (i == 1);
    g_autofree char *wal = dk_fixture_wal (path);
    (void) g_remove (path);
    (void) g_remove (wal);
  }
}

static Store
open_store (gboolean sealed, gboolean create)
{
  g_autofree char *path = get_path (sealed);
  Store store = { 0 };

  if (sealed) {
    store.db = create ? dk_fixture_create (path, 0) : dk_fixture_open (path, 0);
    store.handle = store.db->handle;
    return store;
  }
  g_assert_cmpint (sqlite3_open (path, &store.handle), ==, SQLITE_OK);
  run_sql (store.handle, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY;"
                         "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                         "PRAGMA cache_size=-65536; PRAGMA cell_size_check=ON;");
  return store;
}

static void
close_store (Store *store)
{
  if (store->db != NULL)
    dk_fixture_close (store->db);
  else
    g_assert_cmpint (sqlite3_close (store->handle), ==, SQLITE_OK);
}

static const char insert_sql[]
    = "INSERT INTO t (a, b) VALUES (abs (random ()) % 100000, "
      "'Badge reader at the east entrance shows a red light; the caller stands outside with a "
      "patient trolley and needs the door released by hand. Extension 4711, ward 6, 14:05.')";

static double
measure_commits (gboolean sealed)
{
  Store store = open_store (sealed, TRUE);
  sqlite3_stmt *stmt = NULL;
  double begin, used;

  run_sql (store.handle, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);"
                         "CREATE INDEX ta ON t (a)");
  g_assert_cmpint (sqlite3_prepare_v2 (store.handle, insert_sql, -1, &stmt, NULL), ==, SQLITE_OK);
  begin = get_cpu_ms ();
  for (guint i = 0; i < COMMITS; i++) {
    g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_DONE);
    (void) sqlite3_reset (stmt);
  }
  used = get_cpu_ms () - begin;
  (void) sqlite3_finalize (stmt);
  close_store (&store);
  return used;
}

static void
fill (gboolean sealed)
{
  Store store = open_store (sealed, TRUE);
  g_autofree char *sql = g_strdup_printf (
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);"
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT %u) "
      "INSERT INTO t SELECT i, i, printf ('%%.300c', 'x') || i FROM n",
      ROWS);

  run_sql (store.handle, sql);
  close_store (&store);
}

static double
measure_scan (gboolean sealed)
{
  Store store = open_store (sealed, FALSE);
  double begin = get_cpu_ms ();
  double used;

  run_sql (store.handle, "SELECT sum (length (b)) FROM t WHERE b LIKE '%zz%' OR a > 0");
  used = get_cpu_ms () - begin;
  close_store (&store);
  return used;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static gboolean
report (const char *name, double (*measure) (gboolean sealed), gboolean fresh, double per,
        double limit)
{
  double used[2][ROUNDS];
  double plain, sealed, ratio;

  for (guint i = 0; i < ROUNDS; i++) {
    if (fresh)
      remove_files ();
    for (guint kind = 0; kind < 2; kind++)
      used[kind][i] = measure (kind == 1);
  }
  plain = get_median (used[0]);
  sealed = get_median (used[1]);
  ratio = sealed / plain;
  g_print ("%s-plain-us %.2f\n%s-sealed-us %.2f\n", name, plain * 1e3 / per, name,
           sealed * 1e3 / per);
  g_print ("%s-ratio %.2f limit %.2f %s\n", name, ratio, limit, ratio <= limit ? "ok" : "EXCEEDED");
  return ratio <= limit;
}

int
main (int argc, char **argv)
{
  gboolean ok;

  dk_crypto_init ();
  folder = g_strdup ("/dev/shm/dk-bench-XXXXXX");
  if (g_mkdtemp (folder) == NULL) {
    g_printerr ("no /dev/shm here: skipped\n");
    return 77;
  }
  ok = report ("commit-cpu", measure_commits, TRUE, COMMITS, 2.2);
  remove_files ();
  fill (FALSE);
  fill (TRUE);
  ok = report ("full-scan-cpu", measure_scan, FALSE, 1, 1.9) && ok;
  remove_files ();
  (void) g_rmdir (folder);
  g_free (folder);
  return ok ? 0 : 1;
}
