/* SPDX-License-Identifier: MIT */
/* Goal: a migration that the disk refuses anywhere changes nothing that counts, and one that is
 * refused for another reason leaves the file byte for byte. Method: the first landed schema;
 * each write, sync and truncation below the shim refused in turn, once and for good, as a full
 * disk does; then the file must open, be of a landed schema, and become the new one. A
 * newer kit and a script that fails: the bytes of the file before and after. */
#include "tests/db/db-fixture.h"
#include "tests/fault/fault-vfs.h"

static char *folder;
static char *path;

static GBytes *
prepare (void)
{
  g_autofree char *kept = dk_test_source_path ("tests/data/kit-001.db");
  GBytes *content = dk_fixture_read (kept);

  g_assert_nonnull (content);
  folder = dk_test_folder_new ();
  path = g_build_filename (folder, "kit.db", NULL);
  return content;
}

static void
clean_up (void)
{
  dk_test_remove (folder);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&path, g_free);
}

static void
put_back (GBytes *content)
{
  g_autofree char *wal = dk_fixture_wal (path);

  dk_fixture_write (path, content);
  dk_fixture_write (wal, NULL);
}

/* TRUE if it was done. */
static gboolean
migrate (void)
{
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_db_open (path, dk_fixture_keys (0), &error);
  gboolean done = db != NULL && dk_db_migrate (db, &error);

  if (!done) {
    g_assert_nonnull (error);
    g_assert_true (error->domain == DK_ERROR);
  }
  if (db != NULL && !dk_db_close (&db, NULL))
    g_assert_null (db);
  return done;
}

static void
check_after (gboolean done)
{
  DkDb *db = dk_fixture_open (path, 0);
  gint64 version = dk_fixture_int (db, "PRAGMA user_version");
  g_autoptr (GError) error = NULL;

  g_assert_true (version >= 1 && version <= dk_db_schema_version ());
  if (done)
    g_assert_cmpint (version, ==, dk_db_schema_version ());
  g_assert_true (dk_db_check (db, NULL));
  g_assert_true (dk_db_migrate (db, &error));
  g_assert_no_error (error);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA user_version"), ==, dk_db_schema_version ());
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(legal_hold) FROM ticket"), ==, 0);
  dk_fixture_close (db);
}

static void
refuse_each (GBytes *start, gboolean sticky)
{
  guint total;
  guint refused = 0;

  put_back (start);
  dk_fault_reset ();
  g_assert_true (migrate ());
  total = dk_fault_calls ();
  for (guint k = 1; k <= total; k++) {
    gboolean done;
    put_back (start);
    dk_fault_reset ();
    dk_fault_fail_at (k, sticky);
    done = migrate ();
    g_assert_true (dk_fault_has_failed ());
    refused += !done;
    dk_fault_reset ();
    check_after (done);
  }
  g_test_message ("%u calls, each refused %s: %u migrations refused, all kits old or new, all "
                  "finished later",
                  total, sticky ? "for good" : "once", refused);
  g_assert_cmpuint (total, >=, 10);
  g_assert_cmpuint (refused, >=, total / 4);
}

static void
test_full_disk (void)
{
  g_autoptr (GBytes) start = prepare ();

  dk_fault_install ();
  refuse_each (start, TRUE);
  refuse_each (start, FALSE);
  dk_fault_remove ();
  clean_up ();
}

static void
assert_untouched (GBytes *before)
{
  g_autoptr (GBytes) after = dk_fixture_read (path);

  g_assert_true (g_bytes_equal (before, after));
}

static void
test_newer (void)
{
  g_autoptr (GBytes) content = prepare ();
  g_autoptr (GBytes) newer = NULL;
  g_autoptr (GError) error = NULL;
  DkDb *db;

  put_back (content);
  db = dk_fixture_open (path, 0);
  dk_fixture_exec (db, "PRAGMA user_version=9999");
  dk_fixture_close (db);
  newer = dk_fixture_read (path);
  db = dk_fixture_open (path, 0);
  g_assert_false (dk_db_migrate (db, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NEWER);
  dk_fixture_close (db);
  assert_untouched (newer);
  clean_up ();
}

static void
test_failing_script (void)
{
  static const char *const scripts[]
      = { "",
          "CREATE TABLE b (y); UPDATE setting SET value = 'x'; INSERT INTO nowhere VALUES (1);" };
  g_autoptr (GBytes) content = prepare ();
  g_autoptr (GError) error = NULL;
  DkDb *db;

  put_back (content);
  db = dk_fixture_open (path, 0);
  g_assert_false (dk_db_migrate_scripts (db, scripts, 2, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  dk_fixture_close (db);
  assert_untouched (content);
  clean_up ();
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/fault/migrate-full/each-refused-call", test_full_disk);
  g_test_add_func ("/fault/migrate-full/newer-kit-keeps-its-bytes", test_newer);
  g_test_add_func ("/fault/migrate-full/failing-script-keeps-the-bytes", test_failing_script);
  return dk_test_run ();
}
