/* SPDX-License-Identifier: MIT */
/* Goal: a schema step is done wholly or not at all, a newer kit is left alone, and a kit of each
 * landed version opens and becomes the same as a new one. Method: lists of small scripts, one of
 * them wrong; the scripts of the program itself; and tests/data/kit-NNN.db, one file per version.
 * With DK_WRITE_FIXTURE=1 in the environment the file of the current version is written: once, when
 * it lands. */
#include "tests/db/db-fixture.h"

static const char *const steps[] = {
  "CREATE TABLE a (x); INSERT INTO a VALUES (1);",
  "CREATE TABLE b (y); UPDATE a SET x = x + 1;",
  "CREATE TABLE c (z);",
};

static const char *const broken[] = {
  "CREATE TABLE a (x); INSERT INTO a VALUES (1);",
  "CREATE TABLE b (y); UPDATE a SET x = 100; INSERT INTO nowhere VALUES (1);",
};

static DkDb *
make (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);

  return dk_fixture_create (path, 0);
}

static void
test_steps (void)
{
  DkDb *db = make ();
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_db_migrate_scripts (db, steps, 1, &error));
  g_assert_true (dk_db_migrate_scripts (db, steps, 3, &error));
  g_assert_true (dk_db_migrate_scripts (db, steps, 3, &error));
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA user_version"), ==, 3);
  g_assert_cmpint (dk_fixture_int (db, "SELECT sum(x) FROM a"), ==, 2);
  dk_fixture_close (db);
}

static void
test_broken_step (void)
{
  DkDb *db = make ();
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_db_migrate_scripts (db, broken, 2, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (dk_fixture_int (db, "SELECT sum(x) FROM a"), ==, 1);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM sqlite_schema"), ==, 1);
  dk_fixture_close (db);
}

static void
test_newer (void)
{
  DkDb *db = make ();
  g_autoptr (GError) error = NULL;

  dk_fixture_exec (db, "PRAGMA user_version=9999");
  g_assert_false (dk_db_migrate (db, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NEWER);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA user_version"), ==, 9999);
  dk_fixture_close (db);
}

static void
test_own_schema (void)
{
  DkDb *db = make ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (dk_db_schema_version (), >=, 1);
  g_assert_true (dk_db_migrate (db, &error));
  g_assert_no_error (error);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA user_version"), ==, dk_db_schema_version ());
  g_assert_true (dk_db_check (db, &error));
  dk_fixture_close (db);
}

static char *
get_schema (DkDb *db)
{
  sqlite3_stmt *stmt = NULL;
  GString *schema = g_string_new (NULL);
  int rc = sqlite3_prepare_v2 (db->handle,
                               "SELECT type || name || coalesce (sql, '') FROM sqlite_schema "
                               "ORDER BY type, name",
                               -1, &stmt, NULL);

  g_assert_cmpint (rc, ==, SQLITE_OK);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    g_string_append_printf (schema, "%s\n", (const char *) sqlite3_column_text (stmt, 0));
  (void) sqlite3_finalize (stmt);
  return g_string_free (schema, FALSE);
}

static void
check_landed (GBytes *content, const char *fresh_schema)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  g_autofree char *schema = NULL;
  g_autoptr (GError) error = NULL;
  DkDb *db;

  dk_fixture_write (path, content);
  db = dk_fixture_open (path, 0);
  g_assert_true (dk_db_migrate (db, &error));
  g_assert_no_error (error);
  g_assert_true (dk_db_check (db, &error));
  schema = get_schema (db);
  g_assert_cmpstr (schema, ==, fresh_schema);
  dk_fixture_close (db);
}

static void
test_landed_versions (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "kit.db", NULL);
  g_autofree char *schema = NULL;
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_fixture_create (path, 0);
  guint landed = 0;

  g_assert_true (dk_db_migrate (db, &error));
  schema = get_schema (db);
  dk_fixture_close (db);
  for (int version = 1; version <= dk_db_schema_version (); version++) {
    g_autofree char *name = g_strdup_printf ("tests/data/kit-%03d.db", version);
    g_autofree char *kept = dk_test_source_path (name);
    g_autoptr (GBytes) content = dk_fixture_read (kept);
    if (content == NULL && version == dk_db_schema_version ()) {
      if (g_getenv ("DK_WRITE_FIXTURE") == NULL)
        break;
      content = dk_fixture_read (path);
      dk_fixture_write (kept, content);
    }
    g_assert_nonnull (content); /* every version before the current one has landed */
    check_landed (content, schema);
    landed++;
  }
  g_test_message ("%u landed versions opened", landed);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/db/migrate/each-step-once", test_steps);
  g_test_add_func ("/db/migrate/broken-step-leaves-nothing", test_broken_step);
  g_test_add_func ("/db/migrate/newer-kit-is-left-alone", test_newer);
  g_test_add_func ("/db/migrate/schema-of-the-program", test_own_schema);
  g_test_add_func ("/db/migrate/landed-versions-open", test_landed_versions);
  return dk_test_run ();
}
