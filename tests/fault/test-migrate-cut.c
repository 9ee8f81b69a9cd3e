/* SPDX-License-Identifier: MIT */
/* Goal: a kit of the first schema, in the middle of becoming one of this program's schema, is
 * after a power cut at any moment of the old or the new one, or whole of a landed one between
 * them, with every row, and the next opening finishes. Method: the first landed schema with rows
 * in it; opening, migrating and closing are recorded (disk.h), and the folder is rebuilt as a cut
 * before each of the calls could have left it, with sectors of 512 and of 4,096 bytes. Control:
 * the same steps without one transaction around them leave a schema that is neither. */
#include <string.h>

#include "tests/db/db-fixture.h"
#include "tests/fault/disk.h"

#define ROWS 40
#define REPEATS 10 /* of each moment and sector size, with other luck */
#define POINTS_MIN 400

typedef enum { STATE_OLD, STATE_BETWEEN, STATE_NEW, STATE_BAD, STATE_COUNT } State;

typedef struct {
  char *folder;
  char *path;
  char *old_schema;
  char *new_schema;
  gint64 new_version;
  GPtrArray *landed; /* of char *: schema of version 1 + place, as the kept kits have it */
  char *rows;
  DkDiskLog *log;
} Work;

static char *
get_text (DkDb *db, const char *sql)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (db, sql);
  gboolean has_row = FALSE;

  g_assert_true (dk_stmt_step (stmt, &has_row, NULL));
  g_assert_true (has_row);
  return g_strdup (dk_stmt_text (stmt, 0));
}

static char *
get_schema (DkDb *db)
{
  return get_text (db, "SELECT group_concat (x, char (10)) FROM (SELECT type || name ||"
                       " coalesce (sql, '') AS x FROM sqlite_schema ORDER BY type, name)");
}

/* Columns of the first schema alone. */
static char *
get_rows (DkDb *db)
{
  return get_text (
      db, "SELECT (SELECT group_concat (number || summary || answers) FROM (SELECT * FROM ticket"
          " ORDER BY id)) || (SELECT group_concat (key || value) FROM setting)"
          " || (SELECT group_concat (hex (line)) FROM (SELECT * FROM entry ORDER BY id))");
}

static void
fill (DkDb *db)
{
  for (guint i = 1; i <= ROWS; i++) {
    g_autofree char *sql = g_strdup_printf (
        "INSERT INTO ticket (number, uid, form, state, finalized, paper, impact, urgency, priority,"
        " safety, safety_known, summary, happened_ms, recorded_ms, handed_over_ms, resolved_ms,"
        " handover, handover_sent_ms, handover_attempts, answers) VALUES ('DT-A07-%04u', 'u', 'f',"
        " 1, 0, 0, 1, 1, 1, 0, 0, 'printer %u', 1, 1, 0, 0, 0, 0, 0, '{}');"
        "INSERT INTO entry (station, chain, seq, hash, kind, object, line) VALUES ('A07',"
        " '0badcafe', %u, x'%02x', 'k', '', zeroblob (400));"
        "INSERT INTO setting VALUES ('k%u', 'v');",
        i, i, i, i, i);
    dk_fixture_exec (db, sql);
  }
}

static char *
fresh_schema (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "fresh.db", NULL);
  DkDb *db = dk_fixture_create (path, 0);
  char *schema;

  g_assert_true (dk_db_migrate (db, NULL));
  schema = get_schema (db);
  dk_fixture_close (db);
  return schema;
}

static char *
landed_schema (const char *folder, guint version)
{
  g_autofree char *name = g_strdup_printf ("tests/data/kit-%03u.db", version);
  g_autofree char *kept = dk_test_source_path (name);
  g_autofree char *path = g_build_filename (folder, "landed.db", NULL);
  g_autofree char *wal = dk_fixture_wal (path);
  g_autoptr (GBytes) content = dk_fixture_read (kept);
  DkDb *db;
  char *schema;

  dk_fixture_write (path, content);
  dk_fixture_write (wal, NULL);
  db = dk_fixture_open (path, 0);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA user_version"), ==, version);
  schema = get_schema (db);
  dk_fixture_close (db);
  return schema;
}

static void
prepare (Work *work)
{
  g_autofree char *kept = dk_test_source_path ("tests/data/kit-001.db");
  g_autoptr (GBytes) content = dk_fixture_read (kept);
  g_autofree char *outside = dk_test_folder_new ();
  DkDb *db;

  work->folder = dk_test_folder_new ();
  work->path = g_build_filename (work->folder, "kit.db", NULL);
  dk_fixture_write (work->path, content);
  db = dk_fixture_open (work->path, 0);
  fill (db);
  work->old_schema = get_schema (db);
  work->rows = get_rows (db);
  dk_fixture_close (db);
  work->new_schema = fresh_schema (outside);
  work->new_version = dk_db_schema_version ();
  work->landed = g_ptr_array_new_with_free_func (g_free);
  for (guint version = 1; version < work->new_version; version++)
    g_ptr_array_add (work->landed, landed_schema (outside, version));
  dk_test_remove (outside);
  g_assert_cmpstr (work->old_schema, !=, work->new_schema);
}

static void
finish (Work *work)
{
  dk_disk_log_free (work->log);
  dk_test_remove (work->folder);
  g_free (work->folder);
  g_free (work->path);
  g_free (work->old_schema);
  g_free (work->new_schema);
  g_ptr_array_unref (work->landed);
  g_free (work->rows);
}

/* The scripts after the first one, each statement for itself. */
static void
migrate_in_pieces (DkDb *db)
{
  static const char *const pieces[]
      = { "CREATE TABLE piece_one (x)", "ALTER TABLE ticket ADD COLUMN piece_two INTEGER",
          "CREATE TABLE piece_three (x)", "PRAGMA user_version=2" };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    dk_fixture_exec (db, pieces[i]);
}

static void
record (Work *work, gboolean in_pieces)
{
  g_autoptr (GError) error = NULL;
  DkDb *db;

  dk_disk_record (work->folder);
  db = dk_fixture_open (work->path, 0);
  if (in_pieces) {
    migrate_in_pieces (db);
    g_free (work->new_schema);
    work->new_schema = get_schema (db);
    work->new_version = 2;
  } else {
    g_assert_true (dk_db_migrate (db, &error));
    g_assert_no_error (error);
  }
  dk_disk_mark (1);
  dk_fixture_close (db);
  work->log = dk_disk_take_log ();
}

static State
open_after (Work *work)
{
  DkDb *db = dk_fixture_open (work->path, 0);
  g_autofree char *schema = get_schema (db);
  g_autofree char *rows = get_rows (db);
  gint64 version = dk_fixture_int (db, "PRAGMA user_version");
  State state = STATE_BAD;

  g_assert_cmpstr (rows, ==, work->rows);
  g_assert_true (dk_db_check (db, NULL));
  g_assert_null (dk_db_notice (db));
  if (version == 1 && strcmp (schema, work->old_schema) == 0)
    state = STATE_OLD;
  else if (version == work->new_version && strcmp (schema, work->new_schema) == 0)
    state = STATE_NEW;
  else if (version > 1 && version < work->new_version
           && strcmp (schema, g_ptr_array_index (work->landed, version - 1)) == 0)
    state = STATE_BETWEEN;
  dk_fixture_kill (db);
  return state;
}

static void
finish_migration (Work *work)
{
  DkDb *db = dk_fixture_open (work->path, 0);
  g_autofree char *schema = NULL;
  g_autofree char *rows = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_db_migrate (db, &error));
  g_assert_no_error (error);
  schema = get_schema (db);
  rows = get_rows (db);
  g_assert_cmpstr (schema, ==, work->new_schema);
  g_assert_cmpstr (rows, ==, work->rows);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA user_version"), ==, dk_db_schema_version ());
  dk_fixture_close (db);
}

static void
run (gboolean in_pieces, guint *points, guint counts[STATE_COUNT])
{
  static const DkDiskModel models[] = { { .sector = 512 }, { .sector = 4096 } };
  g_autoptr (GRand) rng = g_rand_new_with_seed (2);
  Work work = { 0 };

  prepare (&work);
  record (&work, in_pieces);
  for (guint point = 0; point <= dk_disk_log_length (work.log); point++)
    for (guint k = 0; k < G_N_ELEMENTS (models) * REPEATS; k++) {
      guint acknowledged = dk_disk_cut (work.log, point, &models[k % 2], rng);
      State state = open_after (&work);
      counts[state]++;
      (*points)++;
      if (in_pieces)
        continue;
      g_assert_cmpint (state, !=, STATE_BAD);
      if (acknowledged > 0)
        g_assert_cmpint (state, ==, STATE_NEW);
      finish_migration (&work);
    }
  finish (&work);
}

static void
test_every_point (void)
{
  guint counts[STATE_COUNT] = { 0 };
  guint points = 0;

  run (FALSE, &points, counts);
  g_test_message ("%u cuts: %u of the old schema, %u of one between, %u of the new one, 0 of none; "
                  "all rows there, all finished later",
                  points, counts[STATE_OLD], counts[STATE_BETWEEN], counts[STATE_NEW]);
  g_assert_cmpuint (points, >=, POINTS_MIN);
  g_assert_cmpuint (counts[STATE_OLD], >=, 10);
  g_assert_cmpuint (counts[STATE_BETWEEN], >=, 10);
  g_assert_cmpuint (counts[STATE_NEW], >=, 10);
}

static void
test_control (void)
{
  guint counts[STATE_COUNT] = { 0 };
  guint points = 0;

  run (TRUE, &points, counts);
  g_test_message ("control: %u cuts of a migration in pieces: %u left a schema that is neither",
                  points, counts[STATE_BAD]);
  g_assert_cmpuint (counts[STATE_BAD], >=, 10);
}

int
main (int argc, char **argv)
{
  dk_disk_use_memory ();
  dk_test_init (&argc, &argv);
  g_test_add_func ("/fault/migrate-cut/old-or-new-with-every-row", test_every_point);
  g_test_add_func ("/fault/migrate-cut/control-in-pieces-leaves-a-half", test_control);
  return dk_test_run ();
}
