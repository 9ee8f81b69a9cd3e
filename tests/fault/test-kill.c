/* SPDX-License-Identifier: MIT */
/* Goal: killing the program at any moment loses nothing that it acknowledged. Method: a small
 * program commits and counts aloud; it is killed after 5 to 65 ms, the kit is opened and counted,
 * and the next round goes on with the same kit. */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/db/db-fixture.h"

#define ROUNDS 40
#define ROUNDS_LONG 200

static const char *writer;

/* Another program holds the kit. */
static void
assert_busy (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_db_open (path, dk_fixture_keys (0), &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
}

static guint
run_and_kill (const char *path, guint64 delay_us)
{
  const char *argv[] = { writer, path, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;
  int out;
  guint acknowledged = 0;
  char bytes[4096];
  gssize got;

  g_spawn_async_with_pipes (NULL, (char **) (guintptr) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                            NULL, &pid, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  got = read (out, bytes, 1); /* it has begun */
  acknowledged += got > 0 ? 1 : 0;
  assert_busy (path);
  g_usleep (delay_us);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  while ((got = read (out, bytes, sizeof bytes)) > 0)
    acknowledged += (guint) got;
  (void) waitpid (pid, NULL, 0);
  (void) close (out);
  return acknowledged;
}

static void
test_kill (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  guint rounds = dk_test_is_long () ? ROUNDS_LONG : ROUNDS;
  guint acknowledged = 0;
  guint with_journal = 0;
  guint unacknowledged = 0;
  DkDb *db = dk_fixture_create (path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, pad); CREATE TABLE c (n);"
                       "INSERT INTO c VALUES (0); CREATE VIRTUAL TABLE s USING fts5 (text)");
  dk_fixture_close (db);
  for (guint i = 0; i < rounds; i++) {
    gint64 rows;
    acknowledged += run_and_kill (path, (guint64) g_test_rand_int_range (5000, 65000));
    db = dk_fixture_open (path, 0);
    with_journal += dk_db_journal_frames (db) > 0;
    rows = dk_fixture_int (db, "SELECT count(*) FROM t");
    g_assert_cmpint (rows, >=, acknowledged);
    g_assert_cmpint (rows, <=, acknowledged + 1);
    g_assert_cmpint (dk_fixture_int (db, "SELECT n FROM c"), ==, rows);
    g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM s WHERE s MATCH 'row'"), ==, rows);
    g_assert_true (dk_db_check (db, NULL));
    unacknowledged += (guint) (rows - acknowledged);
    acknowledged = (guint) rows;
    dk_fixture_kill (db);
  }
  g_test_message ("%u kills, %u with a journal to replay: %u rows, 0 lost, %u more than was said",
                  rounds, with_journal, acknowledged, unacknowledged);
  g_assert_cmpuint (with_journal, >=, rounds / 2);
  g_assert_cmpuint (acknowledged, >=, rounds);
  dk_test_remove (folder);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_assert_cmpint (argc, ==, 2);
  writer = argv[1];
  g_test_add_func ("/fault/kill/loses-nothing-acknowledged", test_kill);
  return dk_test_run ();
}
