/* SPDX-License-Identifier: MIT */
#include "tests/db/db-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

const DkDbKeys *
dk_fixture_keys (guint n)
{
  static DkDbKeys keys[4];
  guint8 open_key[DK_KEY_SIZE];

  g_assert_cmpuint (n, <, G_N_ELEMENTS (keys));
  if (keys[n].open_key == NULL) {
    memset (open_key, (int) (0x40 + n), sizeof open_key);
    keys[n].open_key = dk_secret_new_copy (open_key, sizeof open_key);
    memset (keys[n].uuid, (int) (0xa0 + n), sizeof keys[n].uuid);
  }
  return &keys[n];
}

GBytes *
dk_fixture_directory (void)
{
  guint8 *bytes = g_malloc (DK_DB_DIRECTORY_SIZE);

  memset (bytes, 0x5a, DK_DB_DIRECTORY_SIZE);
  return g_bytes_new_take (bytes, DK_DB_DIRECTORY_SIZE);
}

DkDb *
dk_fixture_create (const char *path, guint n)
{
  g_autoptr (GBytes) directory = dk_fixture_directory ();
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_db_create (path, directory, dk_fixture_keys (n), &error);

  g_assert_no_error (error);
  return db;
}

DkDb *
dk_fixture_open (const char *path, guint n)
{
  g_autoptr (GError) error = NULL;
  DkDb *db = dk_db_open (path, dk_fixture_keys (n), &error);

  g_assert_no_error (error);
  return db;
}

void
dk_fixture_close (DkDb *db)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = dk_db_close (&db, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

void
dk_fixture_exec (DkDb *db, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = dk_db_exec (db, sql, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

gint64
dk_fixture_int (DkDb *db, const char *sql)
{
  sqlite3_stmt *stmt = NULL;
  gint64 number;

  g_assert_cmpint (sqlite3_prepare_v2 (db->handle, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (stmt, 0);
  g_assert_cmpint (sqlite3_finalize (stmt), ==, SQLITE_OK);
  return number;
}

static int
add_row (void *data, int columns, char **values, char **names)
{
  GString *dump = data;

  for (int i = 0; i < columns; i++)
    g_string_append_printf (dump, "%s|", values[i] != NULL ? values[i] : "NULL");
  g_string_append_c (dump, '\n');
  return 0;
}

char *
dk_fixture_dump (sqlite3 *handle)
{
  GString *dump = g_string_new (NULL);
  g_autoptr (GPtrArray) queries = g_ptr_array_new_with_free_func (g_free);
  sqlite3_stmt *stmt = NULL;
  int rc;

  rc = sqlite3_exec (handle, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name",
                     add_row, dump, NULL);
  g_assert_cmpint (rc, ==, SQLITE_OK);
  rc = sqlite3_prepare_v2 (handle,
                           "SELECT CASE WHEN sql LIKE '%WITHOUT ROWID%' "
                           "THEN 'SELECT * FROM \"' || name || '\" ORDER BY 1, 2' "
                           "ELSE 'SELECT rowid, * FROM \"' || name || '\" ORDER BY rowid' END "
                           "FROM sqlite_schema WHERE type = 'table' ORDER BY name",
                           -1, &stmt, NULL);
  g_assert_cmpint (rc, ==, SQLITE_OK);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    g_ptr_array_add (queries, g_strdup ((const char *) sqlite3_column_text (stmt, 0)));
  (void) sqlite3_finalize (stmt);
  for (guint i = 0; i < queries->len; i++) {
    rc = sqlite3_exec (handle, g_ptr_array_index (queries, i), add_row, dump, NULL);
    g_assert_cmpint (rc, ==, SQLITE_OK);
  }
  return g_string_free (dump, FALSE);
}

GBytes *
dk_fixture_pages (DkDb *db)
{
  sqlite3 *plain = NULL;
  sqlite3_backup *backup;
  sqlite3_int64 size = 0;
  unsigned char *copy;
  GBytes *pages;

  g_assert_cmpint (sqlite3_open_v2 (":memory:", &plain, SQLITE_OPEN_READWRITE, NULL), ==,
                   SQLITE_OK);
  backup = sqlite3_backup_init (plain, "main", dk_db_get_unguarded (db), "main");
  g_assert_nonnull (backup);
  g_assert_cmpint (sqlite3_backup_step (backup, -1), ==, SQLITE_DONE);
  g_assert_cmpint (sqlite3_backup_finish (backup), ==, SQLITE_OK);
  copy = sqlite3_serialize (plain, "main", &size, 0);
  g_assert_nonnull (copy);
  pages = g_bytes_new (copy, (gsize) size);
  sqlite3_free (copy);
  g_assert_cmpint (sqlite3_close (plain), ==, SQLITE_OK);
  return pages;
}

GBytes *
dk_fixture_read (const char *path)
{
  char *content = NULL;
  gsize size = 0;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &content, &size, &error))
    return NULL;
  return g_bytes_new_take (content, size);
}

void
dk_fixture_write (const char *path, GBytes *bytes)
{
  gsize size;
  const char *data;
  int fd;

  if (bytes == NULL) {
    (void) g_remove (path);
    return;
  }
  data = g_bytes_get_data (bytes, &size);
  fd = g_open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  g_assert_true (g_close (fd, NULL));
}

void
dk_fixture_flip (const char *path, gsize offset, guint8 mask)
{
  guint8 byte;
  int fd = g_open (path, O_RDWR, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (pread (fd, &byte, 1, (off_t) offset), ==, 1);
  byte ^= mask;
  g_assert_cmpint (pwrite (fd, &byte, 1, (off_t) offset), ==, 1);
  g_assert_true (g_close (fd, NULL));
}

char *
dk_fixture_wal (const char *path)
{
  return g_strconcat (path, "-wal", NULL);
}

void
dk_fixture_kill (DkDb *db)
{
  db->sealed->failed = TRUE;
  dk_db_free (db);
}
