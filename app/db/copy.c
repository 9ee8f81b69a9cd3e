/* SPDX-License-Identifier: MIT */
/* A copy is made under another name and renamed when it is whole and durable. It needs no journal:
 * half of one is thrown away. */
#include "app/db/connection-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/base/file.h"
#include "app/crypto/directory.h"

struct DkDbCopy {
  DkDb *source;
  char *path;
  char *making;
  DkSealed *sealed;
  sqlite3 *handle;
  sqlite3_backup *backup;
  gboolean is_unsynced;
};

static void
close_target (DkDbCopy *copy)
{
  if (copy->backup != NULL)
    (void) sqlite3_backup_finish (copy->backup);
  copy->backup = NULL;
  if (copy->handle != NULL)
    (void) sqlite3_close (copy->handle);
  copy->handle = NULL;
}

void
dk_db_copy_free (DkDbCopy *copy)
{
  if (copy == NULL)
    return;
  dk_db_check_owner (copy->source);
  close_target (copy);
  if (copy->sealed != NULL)
    dk_sealed_free (copy->sealed);
  if (copy->making != NULL)
    dk_db_discard_file (copy->making);
  g_free (copy->making);
  g_free (copy->path);
  g_free (copy);
}

static gboolean
fail_copy (DkDbCopy *copy, int rc, GError **error)
{
  gboolean no_memory = (rc & 0xff) == SQLITE_NOMEM || rc == SQLITE_IOERR_NOMEM;

  g_assert (rc != SQLITE_OK);
  if (!no_memory && (copy->sealed->failed || rc == SQLITE_CANTOPEN || copy->handle == NULL))
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "The copy \"%s\" could not be written (%s). The kit itself is safe. Make room "
                 "there or choose another place.",
                 copy->path, sqlite3_errstr (rc));
  else
    (void) dk_db_set_error (copy->source, rc, error);
  return FALSE;
}

static int
open_target (DkDbCopy *copy)
{
  int reserved = DK_SEALED_RESERVED;
  int rc = sqlite3_open_v2 (copy->making, &copy->handle,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                            copy->sealed->vfs_name);

  if (rc == SQLITE_OK)
    rc = sqlite3_file_control (copy->handle, NULL, SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec (copy->handle,
                       "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY;"
                       "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;",
                       NULL, NULL, NULL);
  if (rc != SQLITE_OK)
    return rc;
  copy->backup = sqlite3_backup_init (copy->handle, "main", copy->source->handle, "main");
  return copy->backup != NULL ? SQLITE_OK : sqlite3_extended_errcode (copy->handle);
}

DkDbCopy *
dk_db_copy_new (DkDb *db, const char *path, GBytes *directory, const DkDbKeys *keys, GError **error)
{
  g_autoptr (DkDbCopy) copy = g_new0 (DkDbCopy, 1);
  g_autoptr (GBytes) content = dk_sealed_new_file (keys, directory);
  int rc;

  dk_db_check_owner (db);
  copy->source = db;
  if (dk_file_exists (path)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "There is a file \"%s\" already. Nothing was changed; choose another name.", path);
    return NULL;
  }
  copy->path = g_strdup (path);
  copy->making = g_strconcat (path, ".new", NULL);
  if (!dk_file_replace (copy->making, g_bytes_get_data (content, NULL), DK_DB_PREFIX_SIZE,
                        DK_FILE_DURABLE, error))
    return NULL;
  copy->sealed = dk_sealed_new (keys, TRUE);
  rc = open_target (copy);
  if (rc != SQLITE_OK) {
    (void) fail_copy (copy, rc, error);
    return NULL;
  }
  return g_steal_pointer (&copy);
}

void
dk_db_copy_leave_unsynced (DkDbCopy *copy)
{
  copy->is_unsynced = TRUE;
}

static gboolean
rename_unsynced (DkDbCopy *copy, GError **error)
{
  if (g_rename (copy->making, copy->path) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
               "The copy \"%s\" could not be written (%s). The kit itself is safe. Check the disk "
               "and try again.",
               copy->path, g_strerror (errno));
  return FALSE;
}

static gboolean
finish (DkDbCopy *copy, GError **error)
{
  int rc = sqlite3_backup_finish (copy->backup);

  copy->backup = NULL;
  if (rc == SQLITE_OK && !copy->is_unsynced)
    rc = dk_sealed_page_sync (copy->sealed, SQLITE_SYNC_NORMAL);
  if (rc != SQLITE_OK)
    return fail_copy (copy, rc, error);
  close_target (copy);
  if (!(copy->is_unsynced ? rename_unsynced (copy, error)
                          : dk_file_rename_new (copy->making, copy->path, error)))
    return FALSE;
  g_clear_pointer (&copy->making, g_free);
  return TRUE;
}

gboolean
dk_db_copy_step (DkDbCopy *copy, guint pages, guint *left, GError **error)
{
  int rc;

  dk_db_check_owner (copy->source);
  g_assert (copy->backup != NULL && pages > 0 && pages < G_MAXINT);
  if (!dk_db_finish_rollback (copy->source, error))
    return FALSE;
  rc = sqlite3_backup_step (copy->backup, (int) pages);
  if (rc != SQLITE_OK && rc != SQLITE_DONE)
    return fail_copy (copy, rc, error);
  if (rc == SQLITE_DONE && !finish (copy, error))
    return FALSE;
  *left = rc == SQLITE_DONE ? 0 : MAX (1, (guint) sqlite3_backup_remaining (copy->backup));
  return TRUE;
}

gboolean
dk_db_copy (DkDb *db, const char *path, GBytes *directory, const DkDbKeys *keys, const DkJob *job,
            GError **error)
{
  g_autoptr (DkDbCopy) copy = dk_db_copy_new (db, path, directory, keys, error);
  guint left = 1;
  guint total = 0;

  if (copy == NULL)
    return FALSE;
  while (left > 0) {
    if (!dk_db_copy_step (copy, DK_DB_COPY_PAGES, &left, error))
      return FALSE;
    total = MAX (total, left + DK_DB_COPY_PAGES);
    if (left > 0 && !dk_job_step (job, total - left, total, "Copying the kit", error))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_db_backup (DkDb *db, const char *path, const DkJob *job, GError **error)
{
  DkDbKeys keys = { .open_key = db->open_key };
  g_autoptr (GBytes) own = dk_db_get_directory (db, error);
  g_autoptr (GBytes) directory = NULL;

  if (own == NULL)
    return FALSE;
  dk_random (keys.uuid, sizeof keys.uuid);
  directory = dk_directory_bytes_for_new_file (own, keys.uuid, db->open_key, error);
  if (directory == NULL)
    return FALSE;
  return dk_db_copy (db, path, directory, &keys, job, error);
}
