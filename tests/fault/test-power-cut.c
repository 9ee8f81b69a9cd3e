/* SPDX-License-Identifier: MIT */
/* Goal: a power cut at any moment loses nothing that was acknowledged and leaves a kit that opens.
 * Method: a workload with write-backs, restarts of the journal, spilled transactions, VACUUM and
 * re-openings is recorded below the shim; then the disk is rebuilt as a cut before each of many
 * operations could have left it, unsynced 512-byte sectors kept, lost or garbage, and opened. Some
 * of these openings are cut again. Control: the same without syncs of the journal must lose. */
#include <glib/gstdio.h>

#include "tests/db/db-fixture.h"
#include "tests/fault/fault-vfs.h"

#define TRANSACTIONS 70
#define CUTS 1000
#define CUTS_LONG 8000

typedef struct {
  char *folder;
  char *path;
  gint64 sums[TRANSACTIONS + 1]; /* the content after each transaction, in one number */
  DkFaultLog *log;
  GBytes *start;
} Work;

static GRand *rng;

static gint64
get_content (DkDb *db)
{
  return dk_fixture_int (db, "SELECT (SELECT coalesce (sum (v * id + length (pad)), 0) FROM t) * "
                             "1000 + (SELECT n FROM c)");
}

static void
run_transaction (DkDb *db, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql
      = g_strdup_printf ("UPDATE c SET n = %u; INSERT INTO t VALUES (%u, 1, zeroblob (%u));"
                         "UPDATE t SET v = v + %u WHERE id %% 7 = %u;%s",
                         n, n, n * 61 % 3000, n, n % 7,
                         n % 11 == 5 ? "UPDATE t SET pad = zeroblob (5000); UPDATE t SET v = v + 1;"
                                       "UPDATE t SET pad = zeroblob (1000);"
                                     : "");
  g_autoptr (DkTransaction) transaction = dk_transaction_new (db, &error);

  dk_fixture_exec (db, sql);
  g_assert_true (dk_transaction_commit (transaction, &error));
}

static DkDb *
prepare (DkDb *db, gboolean with_syncs)
{
  dk_fixture_exec (db, "PRAGMA cache_size=10");
  if (!with_syncs)
    (void) sqlite3_exec (dk_db_get_unguarded (db), "PRAGMA synchronous=OFF", NULL, NULL, NULL);
  return db;
}

static void
record_work (Work *work, gboolean with_syncs)
{
  DkDb *db = dk_fixture_create (work->path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, v, pad); CREATE TABLE c (n);"
                       "INSERT INTO c VALUES (0)");
  work->sums[0] = get_content (db);
  dk_fixture_close (db);
  work->start = dk_fixture_read (work->path);
  dk_fault_record ();
  db = prepare (dk_fixture_open (work->path, 0), with_syncs);
  for (guint n = 1; n <= TRANSACTIONS; n++) {
    run_transaction (db, n);
    dk_fault_mark (n);
    work->sums[n] = get_content (db);
    if (n % 5 == 0)
      g_assert_true (dk_db_checkpoint (db, n % 20 == 0, NULL));
    if (n % 31 == 0)
      dk_fixture_exec (db, "VACUUM");
    if (n % 23 == 0) {
      dk_fixture_close (db);
      db = prepare (dk_fixture_open (work->path, 0), with_syncs);
    }
  }
  dk_fixture_close (db);
  work->log = dk_fault_take_log ();
}

/* Opens what a cut left. TRUE if all that was acknowledged is there and no more than one more. */
static gboolean
is_sound (Work *work, const char *path, guint acknowledged)
{
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_db_open (path, dk_fixture_keys (0), &error);
  gboolean sound;
  gint64 n;

  if (db == NULL)
    return FALSE;
  n = dk_fixture_int (db, "SELECT n FROM c");
  sound = n >= acknowledged && n <= (gint64) acknowledged + 1 && n <= TRANSACTIONS
          && get_content (db) == work->sums[n] && dk_db_notice (db) == NULL;
  sound = dk_db_check (db, &error) && sound;
  dk_fixture_kill (db);
  return sound;
}

/* Opens what a cut left, goes on a little, cuts that as well. */
static gboolean
is_sound_after_second_cut (Work *work, const char *path, guint acknowledged)
{
  g_autofree char *wal_path = dk_fixture_wal (path);
  g_autoptr (GBytes) file = dk_fixture_read (path);
  g_autoptr (GBytes) wal = dk_fixture_read (wal_path);
  g_autoptr (DkFaultLog) log = NULL;
  g_autoptr (GError) error = NULL;
  DkDb *db;
  guint point;

  dk_fault_record ();
  db = dk_db_open (path, dk_fixture_keys (0), &error);
  if (db == NULL)
    return FALSE;
  dk_fixture_exec (db, "CREATE TABLE IF NOT EXISTS later (x)");
  g_assert_true (dk_db_checkpoint (db, FALSE, NULL));
  dk_fixture_exec (db, "INSERT INTO later VALUES (1)");
  dk_fixture_close (db);
  log = dk_fault_take_log ();
  point = (guint) g_rand_int_range (rng, 0, (gint32) dk_fault_log_length (log) + 1);
  (void) dk_fault_cut (log, point, rng, file, wal, path);
  return is_sound (work, path, acknowledged);
}

static guint
cut_often (Work *work, guint cuts, const char *what)
{
  g_autofree char *path = g_build_filename (work->folder, "cut.db", NULL);
  guint bad = 0;
  guint in_write_back = 0;
  guint length = dk_fault_log_length (work->log);

  for (guint i = 0; i < cuts; i++) {
    guint point = (guint) g_rand_int_range (rng, 0, (gint32) length + 1);
    guint acknowledged = dk_fault_cut (work->log, point, rng, work->start, NULL, path);
    gboolean sound = i % 4 == 3 ? is_sound_after_second_cut (work, path, acknowledged)
                                : is_sound (work, path, acknowledged);
    bad += !sound;
    in_write_back += point < length && dk_fault_log_is_write_back (work->log, point);
    if (!sound && g_test_verbose ())
      g_test_message ("point %u of %u, %u acknowledged", point, length, acknowledged);
  }
  g_test_message ("%s: %u cuts over %u operations, %u within a write-back, %u twice: "
                  "%u lost or bad",
                  what, cuts, length, in_write_back, cuts / 4, bad);
  g_assert_cmpuint (in_write_back, >=, cuts / 20);
  return bad;
}

static void
run (gboolean with_syncs, guint cuts, guint bad_min, guint bad_max)
{
  Work work = { .folder = dk_test_folder_new () };
  guint bad;

  work.path = g_build_filename (work.folder, "kit.db", NULL);
  dk_fault_install ();
  record_work (&work, with_syncs);
  bad = cut_often (&work, cuts, with_syncs ? "as it is" : "control");
  g_assert_cmpuint (bad, >=, bad_min);
  g_assert_cmpuint (bad, <=, bad_max);
  dk_fault_remove ();
  dk_fault_log_free (work.log);
  g_bytes_unref (work.start);
  dk_test_remove (work.folder);
  g_free (work.path);
  g_free (work.folder);
}

static void
test_power_cut (void)
{
  run (TRUE, dk_test_is_long () ? CUTS_LONG : CUTS, 0, 0);
}

static void
test_control (void)
{
  run (FALSE, 150, 50, 150);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  rng = g_rand_new_with_seed (20261122);
  g_test_add_func ("/fault/power-cut/loses-nothing-acknowledged", test_power_cut);
  g_test_add_func ("/fault/power-cut/control-without-syncs-loses", test_control);
  return dk_test_run ();
}
