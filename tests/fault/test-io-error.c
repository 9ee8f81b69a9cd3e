/* SPDX-License-Identifier: MIT */
/* Goal: whichever call the disk refuses, nothing that was acknowledged is lost, nothing is written
 * afterwards, and the next opening finds a whole kit. Method: one workload, with the k-th call
 * below the shim failing, for each k, once and for ever; short writes included. */
#include "tests/db/db-fixture.h"
#include "tests/fault/fault-vfs.h"

#define TRANSACTIONS 12

typedef struct {
  guint acknowledged;
  guint attempted;
  guint errors;
  guint after_failure; /* commits that succeeded although the connection had failed */
} Result;

static gboolean
insert (DkDb *db, guint n, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_transaction_new (db, error);
  g_autoptr (DkStmt) stmt = NULL;

  if (transaction == NULL)
    return FALSE;
  stmt = dk_stmt_new (db, "INSERT INTO t VALUES (?1, zeroblob(3000))");
  dk_stmt_bind_int (stmt, 1, n);
  return dk_stmt_run (stmt, error) && dk_transaction_commit (transaction, error);
}

static void
note_error (Result *result, GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == DK_ERROR);
  g_assert_cmpint (error->code, !=, DK_ERROR_INVALID);
  g_assert_cmpint (error->code, !=, DK_ERROR_BUSY);
  result->errors++;
}

static Result
work (const char *path)
{
  Result result = { 0 };
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_db_open (path, dk_fixture_keys (0), &error);

  if (db == NULL) {
    note_error (&result, error);
    return result;
  }
  for (guint n = 1; n <= TRANSACTIONS; n++) {
    g_autoptr (GError) local = NULL;
    gboolean had_failed = db->sealed->failed;
    result.attempted = n;
    if (insert (db, n, &local)) {
      result.acknowledged++;
      result.after_failure += had_failed;
      g_assert_cmpuint (result.acknowledged, ==, n);
    } else {
      note_error (&result, local);
      break;
    }
    if (n % 5 == 0 && !dk_db_checkpoint (db, n == 10, &error)) {
      note_error (&result, error);
      break;
    }
  }
  g_clear_error (&error);
  if (result.errors > 0 && db->sealed->failed) {
    g_assert_false (insert (db, 1000, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
    g_clear_error (&error);
  }
  if (!dk_db_close (&db, &error))
    note_error (&result, error);
  return result;
}

static void
check_after (const char *path, const Result *result)
{
  DkDb *db;
  gint64 rows;

  dk_fault_reset ();
  db = dk_fixture_open (path, 0);
  rows = dk_fixture_int (db, "SELECT count(*) FROM t");
  g_assert_cmpint (rows, >=, result->acknowledged);
  g_assert_cmpint (rows, <=, result->attempted);
  g_assert_cmpint (dk_fixture_int (db, "SELECT coalesce (max(id), 0) FROM t"), ==, rows);
  g_assert_true (dk_db_check (db, NULL));
  g_assert_null (dk_db_notice (db));
  dk_fixture_exec (db, "INSERT INTO t VALUES (500, 1)");
  dk_fixture_close (db);
}

static void
run (gboolean sticky)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  g_autofree char *wal = dk_fixture_wal (path);
  g_autoptr (GBytes) start = NULL;
  DkDb *db;
  guint total, reported = 0, acknowledged = 0;

  dk_fault_install ();
  db = dk_fixture_create (path, 0);
  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, pad)");
  dk_fixture_kill (db); /* so that opening replays a journal */
  {
    g_autoptr (GBytes) journal = dk_fixture_read (wal);
    start = dk_fixture_read (path);
    dk_fault_reset ();
    (void) work (path);
    total = dk_fault_calls ();
    for (guint k = 1; k <= total; k++) {
      Result result;
      dk_fixture_write (path, start);
      dk_fixture_write (wal, journal);
      dk_fault_reset ();
      dk_fault_fail_at (k, sticky);
      result = work (path);
      g_assert_true (dk_fault_has_failed ());
      g_assert_cmpuint (result.after_failure, ==, 0);
      reported += result.errors > 0;
      acknowledged += result.acknowledged;
      check_after (path, &result);
    }
  }
  dk_fault_remove ();
  g_test_message ("%u calls, each failed %s: %u reported, %u acknowledged commits, 0 lost", total,
                  sticky ? "for ever" : "once", reported, acknowledged);
  g_assert_cmpuint (total, >=, 80);
  g_assert_cmpuint (reported, >=, total * 8 / 10);
  dk_test_remove (folder);
}

static void
test_once (void)
{
  run (FALSE);
}

static void
test_sticky (void)
{
  run (TRUE);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/fault/io-error/each-call-once", test_once);
  g_test_add_func ("/fault/io-error/each-call-for-ever", test_sticky);
  return dk_test_run ();
}
