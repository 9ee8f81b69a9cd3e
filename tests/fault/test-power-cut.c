/* SPDX-License-Identifier: MIT */
/* Goal: a power cut at any moment loses nothing that was acknowledged and leaves a file that
 * opens. Method: every call that changes the disk is recorded (disk.h) during a workload of
 * commits, spilled transactions, write-backs, restarts of the journal, VACUUM and re-openings,
 * during a migration and during a copy; then the folder is rebuilt as a cut at random moments of
 * each phase could have left it, with sectors of 512 and of 4,096 bytes, and opened. Some of these
 * openings are cut again. Controls: the same without SQLite's syncs, and with a disk that lies
 * about them, must lose. */
#include <glib/gstdio.h>

#include "app/base/platform.h"
#include "tests/db/db-fixture.h"
#include "tests/fault/disk.h"

#define TRANSACTIONS 70
#define EMPTY_BEFORE 20
#define MIGRATION_ROWS 40
#define LONG_FACTOR 4

typedef enum { COMMIT, PASSIVE, TRUNCATE, VACUUM, RECOVERY, MIGRATION, COPY, PHASES } Phase;

static const char *const phase_names[PHASES] = {
  "commit", "checkpoint", "truncating checkpoint", "vacuum", "recovery", "migration", "copy",
};

typedef struct {
  char *folder;
  char *path;
  char *copy_path;
  gint64 sums[TRANSACTIONS + 1]; /* the content after each transaction, in one number */
  DkDiskLog *log;
} Work;

static GRand *rng;
static guint cuts_made[PHASES];

static DkDiskModel
choose_model (guint i)
{
  return (DkDiskModel){ .sector = i % 2 == 0 ? 512 : 4096 };
}

#define CONTENT \
  "SELECT (SELECT coalesce (sum (v * id + length (pad)), 0) FROM t) * 1000 + (SELECT n FROM c)"

static gint64
get_content (DkDb *db)
{
  return dk_fixture_int (db, CONTENT);
}

/* -1 if it cannot be read, as in files that a control has spoilt. */
static gint64
try_int (DkDb *db, const char *sql)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (db, sql);
  gboolean has_row;

  return dk_stmt_step (stmt, &has_row, NULL) && has_row ? dk_stmt_int (stmt, 0) : -1;
}

static void
work_init (Work *work)
{
  g_autofree char *folder = dk_test_folder_new ();

  *work = (Work){ .folder = dk_platform_real_path (folder) };
  work->path = g_build_filename (work->folder, "kit.db", NULL);
  work->copy_path = g_build_filename (work->folder, "copy.db", NULL);
}

static void
work_clear (Work *work)
{
  dk_disk_log_free (work->log);
  dk_test_remove (work->folder);
  g_free (work->copy_path);
  g_free (work->path);
  g_free (work->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* Nothing that reached the folder is missing in the record. */
static void
end_record (Work *work)
{
  g_autofree char *real = dk_disk_describe (work->folder);
  g_autofree char *rebuilt = NULL;

  work->log = dk_disk_take_log ();
  dk_disk_finish (work->log);
  rebuilt = dk_disk_describe (work->folder);
  g_assert_cmpstr (real, ==, rebuilt);
}

static void
close_and_end (Work *work, DkDb *db)
{
  dk_fixture_close (db);
  end_record (work);
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

/* Too large for the cache, so it reaches the journal before it is given up. */
static void
roll_back (DkDb *db)
{
  dk_fixture_exec (db, "BEGIN; UPDATE t SET pad = zeroblob (7000); ROLLBACK");
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
check_point (DkDb *db, gboolean truncate)
{
  dk_disk_phase (truncate ? TRUNCATE : PASSIVE);
  g_assert_true (dk_db_checkpoint (db, truncate, NULL));
}

static void
record_work (Work *work, gboolean with_syncs)
{
  DkDb *db = dk_fixture_create (work->path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, v, pad); CREATE TABLE c (n);"
                       "INSERT INTO c VALUES (0)");
  work->sums[0] = get_content (db);
  dk_fixture_close (db);
  dk_disk_record (work->folder);
  db = prepare (dk_fixture_open (work->path, 0), with_syncs);
  for (guint n = 1; n <= TRANSACTIONS; n++) {
    dk_disk_phase (COMMIT);
    if (n % 10 == 1)
      roll_back (db);
    run_transaction (db, n);
    dk_disk_mark (n);
    work->sums[n] = get_content (db);
    if (n % 5 == 0)
      check_point (db, n % 20 == 0);
    if (n % 31 == 0) {
      dk_disk_phase (VACUUM);
      dk_fixture_exec (db, "VACUUM");
      g_assert_true (dk_db_checkpoint (db, FALSE, NULL));
    }
    if (n % 23 == 0) {
      dk_disk_phase (TRUNCATE);
      dk_fixture_close (db);
      db = prepare (dk_fixture_open (work->path, 0), with_syncs);
    }
  }
  dk_disk_phase (TRUNCATE);
  close_and_end (work, db);
}

/* Opens what a cut left, NULL if that does not go. */
static DkDb *
open_left (const Work *work)
{
  return dk_db_open (work->path, dk_fixture_keys (0), NULL);
}

/* Opens what a cut left. TRUE if all that was acknowledged is there and no more than one more. */
static gboolean
is_sound (Work *work, guint acknowledged)
{
  g_autoptr (GError) error = NULL;
  DkDb *db = open_left (work);
  gboolean sound;
  gint64 n;

  if (db == NULL)
    return FALSE;
  n = try_int (db, "SELECT n FROM c");
  sound = n >= acknowledged && n <= (gint64) acknowledged + 1 && n <= TRANSACTIONS
          && try_int (db, CONTENT) == work->sums[n] && dk_db_notice (db) == NULL;
  sound = dk_db_check (db, &error) && sound;
  dk_fixture_kill (db);
  return sound;
}

/* Opens what a cut left, goes on a little, and cuts that as well. What was seen at the first
 * opening may not be gone after the second. */
static gboolean
is_sound_after_second_cut (Work *work, guint acknowledged, const DkDiskModel *model)
{
  g_autoptr (DkDiskLog) log = NULL;
  g_autoptr (GError) error = NULL;
  DkDb *db;
  guint seen = 0;
  guint phase;
  guint mark;

  dk_disk_record (work->folder);
  dk_disk_phase (RECOVERY);
  db = dk_db_open (work->path, dk_fixture_keys (0), &error);
  if (db != NULL) {
    seen = (guint) dk_fixture_int (db, "SELECT n FROM c");
    dk_disk_mark (seen);
    dk_disk_phase (COMMIT);
    dk_fixture_exec (db, "CREATE TABLE IF NOT EXISTS later (x)");
    check_point (db, FALSE);
    dk_disk_phase (COMMIT);
    dk_fixture_exec (db, "INSERT INTO later VALUES (1)");
    dk_disk_phase (TRUNCATE);
    dk_fixture_close (db);
  }
  log = dk_disk_take_log ();
  if (db == NULL || seen < acknowledged)
    return FALSE;
  phase = g_rand_int_range (rng, 0, 3) > 0 ? RECOVERY : (guint) g_rand_int_range (rng, 0, VACUUM);
  if (dk_disk_log_count (log, phase) == 0)
    phase = COMMIT;
  cuts_made[RECOVERY] += phase == RECOVERY;
  mark = dk_disk_cut (log, dk_disk_log_pick (log, phase, rng), model, rng);
  return is_sound (work, MAX (mark, acknowledged));
}

/* Cuts at moments of one phase. Returns how often something was lost or did not open. */
static guint
cut_phase (Work *work, Phase phase, guint cuts, DkDiskModel special, gboolean twice)
{
  guint bad = 0;

  for (guint i = 0; i < cuts; i++) {
    guint point = dk_disk_log_pick (work->log, phase, rng);
    DkDiskModel model = special.sector != 0 ? special : choose_model (i);
    guint acknowledged = dk_disk_cut (work->log, point, &model, rng);
    gboolean sound = twice ? is_sound_after_second_cut (work, acknowledged, &model)
                           : is_sound (work, acknowledged);
    bad += !sound;
    if (!sound && g_test_verbose ())
      g_test_message ("%s: point %u of %u, %u acknowledged, sectors of %u", phase_names[phase],
                      point, dk_disk_log_length (work->log), acknowledged, model.sector);
  }
  if (!twice)
    cuts_made[phase] += cuts;
  return bad;
}

static void
demand (Phase phase, guint bad, guint calls, guint cuts_min)
{
  g_autofree char *where = calls > 0 ? g_strdup_printf (" in %u calls", calls) : g_strdup ("");

  g_test_message ("%s: %u cuts%s: %u lost or bad", phase_names[phase], cuts_made[phase], where,
                  bad);
  g_assert_cmpuint (bad, ==, 0);
  g_assert_cmpuint (cuts_made[phase], >=, cuts_min);
}

static guint
scale (guint cuts)
{
  return dk_test_is_long () ? cuts * LONG_FACTOR : cuts;
}

static void
test_work (void)
{
  static const guint cuts[]
      = { [COMMIT] = 1500, [PASSIVE] = 700, [TRUNCATE] = 500, [VACUUM] = 400 };
  g_auto (Work) work = { 0 };
  const DkDiskModel none = { 0 };
  guint bad = 0;

  work_init (&work);
  record_work (&work, TRUE);
  for (Phase phase = COMMIT; phase <= VACUUM; phase++)
    demand (phase, cut_phase (&work, phase, scale (cuts[phase]), none, FALSE),
            dk_disk_log_count (work.log, phase), scale (cuts[phase]));
  for (Phase phase = COMMIT; phase <= VACUUM; phase++)
    bad += cut_phase (&work, phase, scale (450), none, TRUE);
  demand (RECOVERY, bad, 0, scale (900));
}

/* Journals that were begun and hold no commit: a transaction that was taken back, a kit that was
 * only read. Their notes can be torn as well. */
static void
record_empty_journals (Work *work)
{
  DkDb *db = dk_fixture_create (work->path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, v, pad); CREATE TABLE c (n);"
                       "INSERT INTO c VALUES (0)");
  for (guint n = 1; n <= EMPTY_BEFORE; n++)
    run_transaction (db, n);
  work->sums[EMPTY_BEFORE] = get_content (db);
  dk_fixture_close (db);
  dk_disk_record (work->folder);
  for (guint n = EMPTY_BEFORE + 1; n <= EMPTY_BEFORE + 3; n++) {
    db = prepare (dk_fixture_open (work->path, 0), TRUE);
    roll_back (db);
    dk_fixture_close (db);
    db = prepare (dk_fixture_open (work->path, 0), TRUE);
    roll_back (db);
    roll_back (db);
    run_transaction (db, n);
    dk_disk_mark (n);
    work->sums[n] = get_content (db);
    check_point (db, TRUE);
    roll_back (db);
    dk_fixture_close (db);
  }
  end_record (work);
}

static void
test_empty_journals (void)
{
  g_auto (Work) work = { 0 };
  guint draws = scale (10);
  guint cuts = 0;
  guint bad = 0;

  work_init (&work);
  record_empty_journals (&work);
  for (guint point = 0; point <= dk_disk_log_length (work.log); point++)
    for (guint i = 0; i < draws; i++) {
      DkDiskModel model = choose_model (i);
      guint mark = dk_disk_cut (work.log, point, &model, rng);
      bad += !is_sound (&work, MAX (mark, EMPTY_BEFORE));
      cuts++;
    }
  g_test_message ("journals without a commit: %u cuts in %u calls: %u lost or bad", cuts,
                  dk_disk_log_length (work.log), bad);
  g_assert_cmpuint (bad, ==, 0);
  g_assert_cmpuint (cuts, >=, 500);
}

static void
test_controls (void)
{
  const DkDiskModel worse = { .sector = 4096, .whole_garbage = TRUE };
  const DkDiskModel small = { .sector = 512 };
  const DkDiskModel lying = { .sector = 4096, .syncs_ignored = TRUE };
  g_auto (Work) unsynced = { 0 };
  g_auto (Work) work = { 0 };
  guint bad;

  work_init (&unsynced);
  record_work (&unsynced, FALSE);
  bad = cut_phase (&unsynced, COMMIT, 150, small, FALSE);
  g_test_message ("control, synchronous=OFF: 150 cuts: %u lost or bad", bad);
  g_assert_cmpuint (bad, >=, 45);
  work_init (&work);
  record_work (&work, TRUE);
  bad = cut_phase (&work, COMMIT, 150, lying, FALSE);
  g_test_message ("control, a disk that lies about syncs: 150 cuts: %u lost or bad", bad);
  g_assert_cmpuint (bad, >=, 45);
  bad = cut_phase (&work, COMMIT, 150, worse, FALSE);
  g_test_message ("for the record, a disk that spoils whole sectors of 4096: 150 cuts: %u lost or "
                  "bad",
                  bad);
}

/* A file of the first form, with rows, that is brought to the newest one. */
static void
record_migration (Work *work)
{
  g_autofree char *path = dk_test_source_path ("app/db/schema/001-kit.sql");
  g_autofree char *script = NULL;
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_fixture_create (work->path, 0);

  g_assert_true (g_file_get_contents (path, &script, NULL, NULL));
  g_assert_true (dk_db_migrate_scripts (db, (const char *const[]){ script }, 1, &error));
  for (guint i = 0; i < MIGRATION_ROWS; i++) {
    g_autofree char *sql = g_strdup_printf (
        "INSERT INTO setting (key, value) VALUES ('k%u', hex (zeroblob (%u)))", i, i * 97 % 900);
    dk_fixture_exec (db, sql);
  }
  dk_fixture_close (db);
  dk_disk_record (work->folder);
  dk_disk_phase (MIGRATION);
  db = dk_fixture_open (work->path, 0);
  g_assert_true (dk_db_migrate (db, &error));
  dk_disk_mark (1);
  close_and_end (work, db);
}

/* The form before or the form after, nothing between, and it can be brought on. */
static gboolean
is_migrated (Work *work, guint acknowledged)
{
  g_autoptr (GError) error = NULL;
  DkDb *db = open_left (work);
  gint64 version;
  gboolean sound;

  if (db == NULL)
    return FALSE;
  version = dk_fixture_int (db, "PRAGMA user_version");
  sound = version >= (acknowledged > 0 ? dk_db_schema_version () : 1)
          && version <= dk_db_schema_version ();
  sound = dk_db_migrate (db, &error) && sound;
  sound = dk_db_check (db, &error) && sound;
  sound = sound && dk_fixture_int (db, "SELECT count(*) FROM setting") == MIGRATION_ROWS
          && dk_fixture_int (db, "PRAGMA user_version") == dk_db_schema_version ();
  dk_fixture_kill (db);
  return sound;
}

static void
test_migration (void)
{
  g_auto (Work) work = { 0 };
  guint cuts = scale (500);
  guint bad = 0;

  if (dk_db_schema_version () < 2) {
    g_test_skip ("there is one form of the file so far, so nothing to bring on");
    return;
  }
  work_init (&work);
  record_migration (&work);
  for (guint i = 0; i < cuts; i++) {
    DkDiskModel model = choose_model (i);
    guint point = dk_disk_log_pick (work.log, MIGRATION, rng);
    bad += !is_migrated (&work, dk_disk_cut (work.log, point, &model, rng));
  }
  cuts_made[MIGRATION] = cuts;
  demand (MIGRATION, bad, dk_disk_log_count (work.log, MIGRATION), cuts);
}

static gboolean
make_copy (DkDb *db, const char *path)
{
  g_autoptr (GBytes) directory = dk_fixture_directory ();
  g_autoptr (GError) error = NULL;

  return dk_db_copy (db, path, directory, dk_fixture_keys (1), NULL, &error);
}

static void
record_copy (Work *work)
{
  DkDb *db = dk_fixture_create (work->path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, v, pad); CREATE TABLE c (n);"
                       "INSERT INTO c VALUES (0)");
  for (guint n = 1; n <= TRANSACTIONS; n++)
    run_transaction (db, n);
  work->sums[TRANSACTIONS] = get_content (db);
  dk_disk_record (work->folder);
  dk_disk_phase (COPY);
  g_assert_true (make_copy (db, work->copy_path));
  dk_disk_mark (TRANSACTIONS);
  end_record (work);
  dk_fixture_kill (db);
}

/* The source as it was; the copy whole under its name, or not there and made by the next try. */
static gboolean
is_copied (Work *work, guint acknowledged)
{
  g_autoptr (GError) error = NULL;
  DkDb *db = open_left (work);
  gboolean sound;

  if (db == NULL)
    return FALSE;
  sound = get_content (db) == work->sums[TRANSACTIONS] && dk_db_check (db, &error);
  if (!g_file_test (work->copy_path, G_FILE_TEST_EXISTS))
    sound = acknowledged == 0 && sound && make_copy (db, work->copy_path);
  dk_fixture_kill (db);
  db = dk_db_open (work->copy_path, dk_fixture_keys (1), &error);
  if (db == NULL)
    return FALSE;
  sound = get_content (db) == work->sums[TRANSACTIONS] && sound;
  sound = dk_db_check (db, &error) && sound;
  dk_fixture_kill (db);
  return sound;
}

static void
test_copy (void)
{
  g_auto (Work) work = { 0 };
  guint cuts = scale (500);
  guint bad = 0;

  work_init (&work);
  record_copy (&work);
  for (guint i = 0; i < cuts; i++) {
    DkDiskModel model = choose_model (i);
    guint point = dk_disk_log_pick (work.log, COPY, rng);
    bad += !is_copied (&work, dk_disk_cut (work.log, point, &model, rng));
  }
  cuts_made[COPY] = cuts;
  demand (COPY, bad, dk_disk_log_count (work.log, COPY), cuts);
}

/* The seed is fixed unless DK_SEED says another one; salts and nonces are random all the same. */
static GRand *
make_rng (void)
{
  const char *seed = g_getenv ("DK_SEED");

  return g_rand_new_with_seed (seed != NULL ? (guint32) g_ascii_strtoull (seed, NULL, 10)
                                            : 20261122);
}

int
main (int argc, char **argv)
{
  dk_disk_use_memory ();
  dk_test_init (&argc, &argv);
  rng = make_rng ();
  g_test_add_func ("/fault/power-cut/loses-nothing-acknowledged", test_work);
  g_test_add_func ("/fault/power-cut/journals-without-a-commit", test_empty_journals);
  g_test_add_func ("/fault/power-cut/controls-without-syncs-lose", test_controls);
  g_test_add_func ("/fault/power-cut/migration-is-whole-or-not-at-all", test_migration);
  g_test_add_func ("/fault/power-cut/copy-is-whole-or-not-there", test_copy);
  return dk_test_run ();
}
