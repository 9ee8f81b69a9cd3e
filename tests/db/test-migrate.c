/* SPDX-License-Identifier: MIT */
/* Goal: a schema step is done wholly or not at all, a newer kit is left alone, and a kit of each
 * landed version opens and becomes the same as a new one. Method: lists of small scripts, one of
 * them wrong; the scripts of the program itself; and tests/data/kit-NNN.db, one file per version.
 * With DK_WRITE_FIXTURE=1 in the environment the file of the current version is written: once, when
 * it lands. From version 3 on it has a row in each table that came with its version, which must be
 * there still when it was opened. */
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

/* One row in each table of version 3. */
static const char rows_of_003[]
    = "INSERT INTO pack VALUES (1, 'hospital', 'Hospital', 7, 1, 2, 3, '{}', '{}', NULL);"
      "INSERT INTO contact (pack, ref, name, tier, numbers, type, login, manager, since_ms) VALUES"
      " (1, 'amy', 'Amy', 1, '[]', 'person', 'amy1', 'bob', 4);"
      "INSERT INTO own_contact VALUES ('amy', 'phones', 'key-7', 5, 'anna');"
      "INSERT INTO import_mapping VALUES ('phones', '{}');"
      "INSERT INTO number_change VALUES ('amy', '555 0001', 1, '555 0000', 6, 'pack hospital 7');"
      "INSERT INTO found (pack, kind, ref, title, snippet, name, words, digits, site) VALUES"
      " (1, 'contact', 'amy', 'Amy', '', 'amy', '', '', 'cary');"
      "INSERT INTO name_word VALUES (1, 'abcd', 'dcba');"
      "INSERT INTO shift VALUES (1, 1, 'ehr', 1, 'amy', 'America/New_York', '2026-11-23T08:00',"
      " '2026-11-24T08:00', 7, '2027-11-23', 'a note');"
      "INSERT INTO call_tree VALUES (1, 'outage', 'Outage', '{}');"
      "INSERT INTO device VALUES (1, 1, 'PC1', 'amy', 'Ward 3', 'Windows', 'S1', 'key', 'a note');"
      "INSERT INTO run_source VALUES ('00ff', '# Runbook', '[]');"
      "INSERT INTO run VALUES (1, '00112233445566778899aabbccddeeff', 'runbook', 'r1', 'Runbook',"
      " 'hospital 7', '00ff', 1, 'anna', 2, 'anna', 'a note');"
      "INSERT INTO run_step VALUES (1, 's1', 'skipped', 'anna', 3, 'a reason');"
      "INSERT INTO call_attempt VALUES (1, 1, 'amy', '555 0001', 'reached', 'anna', 4, 'a note');"
      "INSERT INTO correction VALUES (1, 'amy', 'number:desk', '555 0000', '555 0001', 'anna', 5,"
      " 'open', 'A07-00001');"
      "INSERT INTO trust_list VALUES (1, '{}', 'a signature');"
      "INSERT INTO fleet_change VALUES ('hospital', 7, '{}', '{}', '{}', 3);";

static const char *const filled_in_003[]
    = { "contact",    "own_contact", "import_mapping", "number_change", "found",      "name_word",
        "shift",      "call_tree",   "device",         "run_source",    "run",        "run_step",
        "call_attempt", "correction", "trust_list",    "fleet_change" };

/* One row in each table that came or got columns with version 4. */
static const char rows_of_004[]
    = "INSERT INTO attached VALUES (1, 'DT-A07-0001-V', 'ab12', x'89504e47');"
      "INSERT INTO ticket VALUES (1, 'DT-A07-0001-V', 'uid', 'call-log', '1', 'hash', 1, 0, 1, 0,"
      " 0, 0, 0, 0, 'words', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 2, 0, 0, NULL,"
      " 'anna', 0, NULL, NULL, 0, 0, NULL, NULL, '{}', 0, 'Nurse K', 7);";

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
check_rows (DkDb *db)
{
  for (guint i = 0; i < G_N_ELEMENTS (filled_in_003); i++) {
    g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM %s", filled_in_003[i]);
    g_test_message ("%s", sql);
    g_assert_cmpint (dk_fixture_int (db, sql), ==, 1);
  }
  g_assert_cmpint (dk_fixture_int (db, "SELECT since_ms FROM contact WHERE manager = 'bob'"), ==,
                   4);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM pragma_foreign_key_check"), ==, 0);
}

static void
check_rows_of_004 (DkDb *db)
{
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM attached WHERE length (content) = 4"),
                   ==, 1);
  g_assert_cmpint (
      dk_fixture_int (db, "SELECT written_ms FROM ticket WHERE written_by = 'Nurse K'"), ==, 7);
}

static void
check_landed (int version, GBytes *content, const char *fresh_schema)
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
  if (version >= 3)
    check_rows (db);
  if (version >= 4)
    check_rows_of_004 (db);
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
  dk_fixture_exec (db, rows_of_003);
  dk_fixture_exec (db, rows_of_004);
  check_rows (db);
  check_rows_of_004 (db);
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
    check_landed (version, content, schema);
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
