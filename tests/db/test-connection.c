/* SPDX-License-Identifier: MIT */
/* Goal: what the rooms above rely on holds: data comes back, errors are told apart, nothing is
 * read from or written to a file of another kind. Method: small sealed files in a folder of the
 * test, opened, changed behind the back of the program, opened again. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/crypto/directory.h"
#include "tests/db/db-fixture.h"

typedef struct {
  char *folder;
  char *path;
  char *wal;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = dk_test_folder_new ();
  f->path = g_build_filename (f->folder, "kit.db", NULL);
  f->wal = dk_fixture_wal (f->path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  dk_test_remove (f->folder);
  g_free (f->wal);
  g_free (f->path);
  g_free (f->folder);
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)");
  dk_fixture_exec (db, "BEGIN");
  for (guint i = 0; i < 500; i++) {
    g_autoptr (DkStmt) stmt = dk_stmt_new (db, "INSERT INTO t (text) VALUES (?)");
    g_autoptr (GError) error = NULL;
    dk_stmt_bind_text (stmt, 1, "the pharmacy printer on ward 4 prints no labels");
    g_assert_true (dk_stmt_run (stmt, &error));
    g_assert_no_error (error);
  }
  g_assert_cmpint (dk_db_last_id (db), ==, 500);
  dk_fixture_exec (db, "COMMIT");
  g_assert_cmpuint (dk_db_journal_frames (db), >=, 9);
  dk_fixture_close (db);
  g_assert_false (g_file_test (f->wal, G_FILE_TEST_EXISTS));

  db = dk_fixture_open (f->path, 0);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, 500);
  g_assert_null (dk_db_notice (db));
  g_assert_true (dk_db_check (db, NULL));
  dk_fixture_kill (db);

  db = dk_fixture_open (f->path, 0);
  dk_fixture_exec (db, "INSERT INTO t (text) VALUES ('kept')");
  dk_fixture_kill (db);
  g_assert_true (g_file_test (f->wal, G_FILE_TEST_EXISTS));
  db = dk_fixture_open (f->path, 0);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t WHERE text = 'kept'"), ==, 1);
  dk_fixture_close (db);
}

/* Who only looked something up must not be told that words are lost, and who typed must be. */
static void
test_lost_words_are_told (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autoptr (DkTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;

  dk_fixture_exec (db, "CREATE TABLE t (text TEXT); INSERT INTO t VALUES ('kept')");
  g_assert_true (dk_db_refuse_changes (db, NULL));
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, 1);
  g_assert_false (dk_db_exec (db, "DELETE FROM t", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "NOT stored"));
  g_clear_error (&error);
  transaction = dk_transaction_new (db, &error);
  g_assert_null (transaction);
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "NOT stored"));
  g_clear_error (&error);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, 1);
  dk_fixture_close (db);
  g_assert_cmpint (g_mkdir (f->wal, 0700), ==, 0);
  db = dk_db_open (f->path, dk_fixture_keys (0), &error);
  g_assert_null (db);
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "Nothing was changed"));
  g_assert_null (strstr (error->message, "NOT stored"));
}

static void
assert_refused (Fixture *f, guint kit, DkError code)
{
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_db_open (f->path, dk_fixture_keys (kit), &error);

  g_assert_null (db);
  g_assert_error (error, DK_ERROR, (gint) code);
  g_assert_cmpuint (strlen (error->message), >, 20);
}

static void
test_refuses_what_is_no_kit (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) directory = dk_fixture_directory ();
  g_autoptr (GError) error = NULL;
  DkDb *db;

  assert_refused (f, 0, DK_ERROR_NOT_FOUND);
  g_assert_null (dk_db_read_directory (f->path, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  db = dk_fixture_create (f->path, 0);
  dk_fixture_close (db);
  assert_refused (f, 1, DK_ERROR_DAMAGED);
  g_assert_null (dk_db_create (f->path, directory, dk_fixture_keys (0), &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  dk_fixture_write (f->path, directory);
  assert_refused (f, 0, DK_ERROR_DAMAGED);
}

static void
test_cut_kit_is_damaged_never_empty (Fixture *f, gconstpointer data)
{
  static const gsize sizes[] = {
    0, 1, 131072, 135168, DK_DB_PREFIX_SIZE, DK_DB_PREFIX_SIZE + 1, DK_DB_PREFIX_SIZE + 4095
  };
  g_autoptr (GBytes) whole = NULL;

  dk_fixture_close (dk_fixture_create (f->path, 0));
  whole = dk_fixture_read (f->path);
  g_assert_cmpuint (g_bytes_get_size (whole), ==, DK_DB_PREFIX_SIZE + 4096);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (whole, 0, sizes[i]);
    dk_fixture_write (f->path, cut);
    assert_refused (f, 0, DK_ERROR_DAMAGED);
    g_assert_false (g_file_test (f->wal, G_FILE_TEST_EXISTS));
  }
}

static void
test_one_holder (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);

  assert_refused (f, 0, DK_ERROR_BUSY);
  dk_fixture_exec (db, "CREATE TABLE t (x)");
  assert_refused (f, 0, DK_ERROR_BUSY);
  dk_fixture_exec (db, "INSERT INTO t VALUES (1)");
  dk_fixture_close (db);
  db = dk_fixture_open (f->path, 0);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, 1);
  dk_fixture_close (db);
}

static void
test_guarded (Fixture *f, gconstpointer data)
{
  static const char *const denied[] = {
    "ATTACH 'other.db' AS other", "VACUUM INTO 'other.db'",     "PRAGMA journal_mode=DELETE",
    "PRAGMA synchronous=OFF",     "PRAGMA locking_mode=NORMAL", "PRAGMA page_size=1024",
    "PRAGMA temp_store=FILE",     "PRAGMA trusted_schema=ON",
  };
  DkDb *db = dk_fixture_create (f->path, 0);

  for (guint i = 0; i < G_N_ELEMENTS (denied); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (dk_db_exec (db, denied[i], &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  }
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA synchronous"), ==, 2);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA foreign_keys"), ==, 1);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA recursive_triggers"), ==, 1);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA temp_store"), ==, 2);
  g_assert_cmpint (dk_fixture_int (db, "PRAGMA trusted_schema"), ==, 0);
  dk_fixture_close (db);
}

static void
test_errors_are_told_apart (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autoptr (GError) error = NULL;

  dk_fixture_exec (db, "CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1);"
                       "CREATE TRIGGER frozen BEFORE DELETE ON t "
                       "BEGIN SELECT RAISE (ABORT, 'it is frozen'); END;");
  g_assert_false (dk_db_exec (db, "INSERT INTO t VALUES (1)", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (dk_db_exec (db, "DELETE FROM t", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "it is frozen"));
  g_clear_error (&error);
  g_assert_false (dk_db_exec (db, "SELEKT 1", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, 1);
  dk_fixture_close (db);
}

static void
test_transactions (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);

  dk_fixture_exec (db, "CREATE TABLE t (x)");
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkTransaction) transaction = dk_transaction_new (db, &error);
    g_autoptr (DkStmt) stmt = dk_stmt_new (db, "INSERT INTO t VALUES (?1)");
    g_assert_no_error (error);
    dk_stmt_bind_int (stmt, 1, i);
    g_assert_true (dk_stmt_run (stmt, &error));
    if (i == 1)
      g_assert_true (dk_transaction_commit (transaction, &error));
  }
  g_assert_cmpint (dk_fixture_int (db, "SELECT sum(x) FROM t"), ==, 1);
  dk_fixture_exec (db, "BEGIN; SAVEPOINT a; INSERT INTO t VALUES (10); SAVEPOINT b;"
                       "INSERT INTO t VALUES (100); ROLLBACK TO b; RELEASE a; COMMIT;");
  g_assert_cmpint (dk_fixture_int (db, "SELECT sum(x) FROM t"), ==, 11);
  dk_fixture_close (db);
}

static void
test_statements_are_reused (Fixture *f, gconstpointer data)
{
  static const char sql[] = "SELECT x, y FROM t WHERE x >= ?1 ORDER BY x";
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autoptr (GError) error = NULL;
  gboolean has_row = FALSE;
  gsize size = 1;

  dk_fixture_exec (db, "CREATE TABLE t (x, y); INSERT INTO t VALUES (1, x''), (2, x'0102'),"
                       "(3, NULL), (4, 'four')");
  {
    g_autoptr (DkStmt) outer = dk_stmt_new (db, sql);
    g_autoptr (DkStmt) inner = dk_stmt_new (db, sql);
    dk_stmt_bind_int (outer, 1, 2);
    g_assert_true (dk_stmt_step (outer, &has_row, &error) && has_row);
    g_assert_cmpint (dk_stmt_int (outer, 0), ==, 2);
    g_assert_cmpmem (dk_stmt_blob (outer, 1, &size), 2, "\1\2", 2);
    dk_stmt_bind_int (inner, 1, 4);
    g_assert_true (dk_stmt_step (inner, &has_row, &error) && has_row);
    g_assert_cmpstr (dk_stmt_text (inner, 1), ==, "four");
    g_assert_true (dk_stmt_step (outer, &has_row, &error) && has_row);
    g_assert_true (dk_stmt_is_null (outer, 1));
    g_assert_null (dk_stmt_text (outer, 1));
    g_assert_true (dk_stmt_step (inner, &has_row, &error) && !has_row);
  }
  for (guint i = 0; i < 3; i++) {
    g_autoptr (DkStmt) again = dk_stmt_new (db, sql);
    g_assert_true (dk_stmt_step (again, &has_row, &error));
    g_assert_false (has_row); /* the value of the last loan is gone */
  }
  dk_fixture_close (db);
}

static gpointer
interrupt_soon (gpointer data)
{
  for (guint i = 0; i < 200; i++) {
    g_usleep (5000);
    dk_db_interrupt (data);
  }
  return NULL;
}

static void
test_interrupt (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("interrupt", interrupt_soon, db);

  g_assert_false (dk_db_exec (db,
                              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                              "LIMIT 2000000000) SELECT sum(i) FROM n",
                              &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  dk_fixture_exec (db, "CREATE TABLE t (x)");
  dk_fixture_close (db);
}

static void
test_directory_beside_open_file (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autofree guint8 *bytes = g_malloc (DK_DB_DIRECTORY_COPY_SIZE);
  g_autoptr (GBytes) copy = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GError) error = NULL;

  memset (bytes, 0x77, DK_DB_DIRECTORY_COPY_SIZE);
  copy = g_bytes_new (bytes, DK_DB_DIRECTORY_COPY_SIZE);
  g_assert_true (dk_db_write_directory (db, 1, copy, &error));
  before = dk_db_get_directory (db, &error);
  assert_refused (f, 0, DK_ERROR_BUSY); /* the lock was not dropped */
  dk_fixture_close (db);
  after = dk_db_read_directory (f->path, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_cmpint (((const guint8 *) g_bytes_get_data (after, NULL))[0], ==, 0x5a);
  g_assert_cmpmem ((const guint8 *) g_bytes_get_data (after, NULL) + DK_DB_DIRECTORY_COPY_SIZE,
                   DK_DB_DIRECTORY_COPY_SIZE, bytes, DK_DB_DIRECTORY_COPY_SIZE);
}

static void
test_vacuum (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autoptr (GBytes) whole = NULL;

  dk_fixture_exec (db, "CREATE TABLE t (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT "
                       "i + 1 FROM n LIMIT 3000) INSERT INTO t SELECT randomblob(700) FROM n;"
                       "DELETE FROM t WHERE rowid % 10 > 0;");
  g_assert_true (dk_db_checkpoint (db, TRUE, NULL));
  dk_fixture_exec (db, "VACUUM");
  g_assert_true (dk_db_check (db, NULL));
  g_assert_cmpint (dk_fixture_int (db, "SELECT count(*) FROM t"), ==, 300);
  dk_fixture_close (db);
  whole = dk_fixture_read (f->path);
  g_assert_cmpuint (g_bytes_get_size (whole), <, 500000);
  db = dk_fixture_open (f->path, 0);
  g_assert_true (dk_db_check (db, NULL));
  dk_fixture_close (db);
}

static void
test_copy_follows_writes (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autofree char *path = g_build_filename (f->folder, "copy.db", NULL);
  g_autoptr (GBytes) directory = dk_fixture_directory ();
  g_autoptr (DkDbCopy) copy = NULL;
  g_autoptr (GError) error = NULL;
  guint left = 1;

  dk_fixture_exec (db, "CREATE TABLE t (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT "
                       "i + 1 FROM n LIMIT 400) INSERT INTO t SELECT randomblob(3000) FROM n;");
  copy = dk_db_copy_new (db, path, directory, dk_fixture_keys (1), &error);
  g_assert_no_error (error);
  for (guint i = 0; left > 0; i++) {
    g_assert_true (dk_db_copy_step (copy, 50, &left, &error));
    if (i < 3)
      dk_fixture_exec (db, "UPDATE t SET x = zeroblob(3000) WHERE rowid % 3 = 0");
  }
  g_clear_pointer (&copy, dk_db_copy_free);
  g_assert_false (dk_db_copy (db, path, directory, dk_fixture_keys (1), NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  {
    DkDb *other = dk_fixture_open (path, 1);
    g_autofree char *a = dk_fixture_dump (db->handle);
    g_autofree char *b = dk_fixture_dump (other->handle);
    g_assert_cmpstr (a, ==, b);
    g_assert_true (dk_db_check (other, NULL));
    dk_fixture_exec (other, "DELETE FROM t");
    dk_fixture_close (other);
  }
  dk_fixture_close (db);
}

static void
test_backup_opens_with_the_same_code (Fixture *f, gconstpointer data)
{
  static const guint8 kit_id[16] = { 1, 2, 3 };
  g_autoptr (DkDirectory) directory = dk_directory_new (kit_id);
  g_autoptr (DkKeyring) keyring = dk_keyring_new_random ();
  g_autoptr (DkSecret) code = dk_secret_new_random (16);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) copied = NULL;
  g_autoptr (DkDirectory) of_copy = NULL;
  g_autoptr (DkKeyring) unlocked = NULL;
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->folder, "backup.db", NULL);
  DkDbKeys keys = { .open_key = dk_keyring_get (keyring, DK_KEY_OPEN) };
  DkDb *db;
  int copy;

  g_assert_true (dk_directory_add (directory, DK_SLOT_RECOVERY, DK_ROLE_ADMIN, "recovery", 0, code,
                                   dk_kdf_default (), keyring, NULL, &error));
  dk_directory_sign (directory, keyring);
  bytes = dk_directory_bytes (directory, keyring);
  memcpy (keys.uuid, dk_directory_file_uuid (directory), sizeof keys.uuid);
  db = dk_db_create (f->path, bytes, &keys, &error);
  g_assert_no_error (error);
  dk_fixture_exec (db, "CREATE TABLE t (x); INSERT INTO t VALUES (42)");
  g_assert_true (dk_db_backup (db, path, NULL, &error));
  dk_fixture_close (db);

  copied = dk_db_read_directory (path, &error);
  of_copy
      = dk_directory_parse (g_bytes_get_data (copied, NULL), DK_DB_DIRECTORY_SIZE, &copy, &error);
  g_assert_no_error (error);
  g_assert_cmpint (memcmp (dk_directory_file_uuid (of_copy), keys.uuid, 16), !=, 0);
  g_assert_true (dk_directory_unlock (of_copy, "recovery", code, 0, &unlocked, &person, &error));
  keys.open_key = dk_keyring_get (unlocked, DK_KEY_OPEN);
  g_assert_null (dk_db_open (path, &keys, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_clear_error (&error);
  memcpy (keys.uuid, dk_directory_file_uuid (of_copy), sizeof keys.uuid);
  db = dk_db_open (path, &keys, &error);
  g_assert_no_error (error);
  g_assert_cmpint (dk_fixture_int (db, "SELECT x FROM t"), ==, 42);
  dk_fixture_close (db);
}

static void
test_unfinished_copy_is_removed (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autofree char *path = g_build_filename (f->folder, "copy.db", NULL);
  g_autofree char *making = g_build_filename (f->folder, "copy.db.new", NULL);
  g_autoptr (GBytes) directory = dk_fixture_directory ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DkJob job = { .cancellable = cancellable };
  g_autoptr (GError) error = NULL;

  dk_fixture_exec (db, "CREATE TABLE t (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT "
                       "i + 1 FROM n LIMIT 400) INSERT INTO t SELECT randomblob(3000) FROM n;");
  g_cancellable_cancel (cancellable);
  g_assert_false (dk_db_copy (db, path, directory, dk_fixture_keys (1), &job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (making, G_FILE_TEST_EXISTS));
  dk_fixture_close (db);
}

static gboolean
holds (const char *bytes, gsize size, const char *text)
{
  gsize length = strlen (text);

  for (gsize i = 0; i + length <= size; i++)
    if (memcmp (bytes + i, text, length) == 0)
      return TRUE;
  return FALSE;
}

static void
test_nothing_readable_on_disk (Fixture *f, gconstpointer data)
{
  DkDb *db = dk_fixture_create (f->path, 0);
  g_autoptr (GBytes) wal = NULL;
  g_autoptr (GBytes) file = NULL;

  dk_fixture_exec (db, "CREATE VIRTUAL TABLE s USING fts5 (text); CREATE TABLE t (x)");
  dk_fixture_exec (db, "BEGIN");
  for (guint i = 0; i < 50; i++)
    dk_fixture_exec (db, "INSERT INTO s VALUES ('MARKER-of-the-test');"
                         "INSERT INTO t VALUES ('MARKER-of-the-test')");
  dk_fixture_exec (db, "COMMIT");
  wal = dk_fixture_read (f->wal);
  g_assert_cmpuint (g_bytes_get_size (wal), >, 10000);
  dk_fixture_close (db);
  file = dk_fixture_read (f->path);
  for (guint i = 0; i < 2; i++) {
    gsize size;
    const char *bytes = g_bytes_get_data (i == 0 ? wal : file, &size);
    g_assert_false (holds (bytes, size, "MARKER"));
    g_assert_false (holds (bytes, size, "SQLite"));
    g_assert_false (holds (bytes, size, "CREATE"));
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
#define ADD(name, function) \
  g_test_add ("/db/connection/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("round-trip", test_round_trip);
  ADD ("refuses-what-is-no-kit", test_refuses_what_is_no_kit);
  ADD ("cut-kit-is-damaged-never-empty", test_cut_kit_is_damaged_never_empty);
  ADD ("one-holder", test_one_holder);
  ADD ("settings-and-other-files-are-guarded", test_guarded);
  ADD ("errors-are-told-apart", test_errors_are_told_apart);
  ADD ("lost-words-are-told-and-only-those", test_lost_words_are_told);
  ADD ("transactions", test_transactions);
  ADD ("statements-are-reused", test_statements_are_reused);
  ADD ("interrupt-cancels", test_interrupt);
  ADD ("directory-written-beside-open-file", test_directory_beside_open_file);
  ADD ("vacuum", test_vacuum);
  ADD ("copy-follows-writes", test_copy_follows_writes);
  ADD ("backup-opens-with-the-same-code", test_backup_opens_with_the_same_code);
  ADD ("unfinished-copy-is-removed", test_unfinished_copy_is_removed);
  ADD ("nothing-readable-on-disk", test_nothing_readable_on_disk);
  return dk_test_run ();
}
