/* SPDX-License-Identifier: MIT */
/* While a kit is open its slot directory is read and written through SQLite's own handle: closing
 * a second descriptor of the file would drop the locks of the first. */
#include "app/db/connection-private.h"

#include <string.h>

#include "app/base/file.h"

G_STATIC_ASSERT (DK_DB_DIRECTORY_COPY_SIZE <= 65536);

GBytes *
dk_db_read_directory (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dk_file_read_part (path, 0, DK_DB_DIRECTORY_SIZE, error);

  if (bytes == NULL)
    return NULL;
  if (g_bytes_get_size (bytes) < DK_DB_DIRECTORY_SIZE) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "\"%s\" was cut off or is no kit file. Nothing was changed. Put back the latest "
                 "backup of it.",
                 path);
    return NULL;
  }
  return g_steal_pointer (&bytes);
}

GBytes *
dk_db_get_directory (DkDb *db, GError **error)
{
  g_autofree guint8 *bytes = g_malloc (DK_DB_DIRECTORY_SIZE);
  int rc = SQLITE_OK;

  dk_db_check_owner (db);
  for (guint copy = 0; rc == SQLITE_OK && copy < 2; copy++)
    rc = dk_sealed_raw_read (db->sealed->file, bytes + (gsize) copy * DK_DB_DIRECTORY_COPY_SIZE,
                             DK_DB_DIRECTORY_COPY_SIZE,
                             (sqlite3_int64) copy * DK_DB_DIRECTORY_COPY_SIZE);
  if (rc != SQLITE_OK) {
    (void) dk_db_set_error (db, rc, error);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&bytes), DK_DB_DIRECTORY_SIZE);
}

gboolean
dk_db_write_directory (DkDb *db, guint copy, GBytes *bytes, GError **error)
{
  g_autofree guint8 *read_back = g_malloc (DK_DB_DIRECTORY_COPY_SIZE);
  sqlite3_file *file = db->sealed->file;
  sqlite3_int64 offset = (sqlite3_int64) copy * DK_DB_DIRECTORY_COPY_SIZE;
  const void *data = g_bytes_get_data (bytes, NULL);
  int rc;

  dk_db_check_owner (db);
  g_assert (copy < 2 && g_bytes_get_size (bytes) == DK_DB_DIRECTORY_COPY_SIZE);
  if (!dk_db_check_writable (db, error))
    return FALSE;
  rc = dk_sealed_raw_write (file, data, DK_DB_DIRECTORY_COPY_SIZE, offset);
  if (rc == SQLITE_OK)
    rc = file->pMethods->xSync (file, SQLITE_SYNC_NORMAL);
  if (rc == SQLITE_OK)
    rc = dk_sealed_raw_read (file, read_back, DK_DB_DIRECTORY_COPY_SIZE, offset);
  if (rc == SQLITE_OK && memcmp (read_back, data, DK_DB_DIRECTORY_COPY_SIZE) != 0)
    rc = SQLITE_IOERR_WRITE;
  return dk_sealed_fail (db->sealed, rc) == SQLITE_OK ? TRUE : dk_db_set_error (db, rc, error);
}
