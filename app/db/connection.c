/* SPDX-License-Identifier: MIT */
#include "app/db/connection-private.h"

#include <string.h>

#include "app/base/file.h"

#define CHECK_MESSAGES_MAX 3

void
dk_db_check_owner (DkDb *db)
{
  g_assert (db != NULL && db->owner == g_thread_self ());
}

/* After opening, no statement may change what the shim relies on, or bring in another file.
 * VACUUM attaches a file without a name. */
static int
guard (void *data, int action, const char *first, const char *second, const char *database,
       const char *trigger)
{
  static const char *const fixed[] = {
    "auto_vacuum",     "data_store_directory", "encoding",       "foreign_keys",
    "journal_mode",    "journal_size_limit",   "locking_mode",   "mmap_size",
    "page_size",       "recursive_triggers",   "secure_delete",  "synchronous",
    "temp_store",      "temp_store_directory", "trusted_schema", "wal_autocheckpoint",
    "writable_schema",
  };

  if (action == SQLITE_ATTACH && (first == NULL || *first != '\0'))
    return SQLITE_DENY;
  if (action != SQLITE_PRAGMA || second == NULL)
    return SQLITE_OK;
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (g_ascii_strcasecmp (first, fixed[i]) == 0)
      return SQLITE_DENY;
  return SQLITE_OK;
}

/* The order matters: without exclusive locking SQLite would want shared memory for the journal, and
 * the first read of a table must find everything set. */
static int
set_up (DkDb *db)
{
  static const char first[] = "PRAGMA locking_mode=EXCLUSIVE;"
                              "PRAGMA temp_store=MEMORY;"
                              "PRAGMA journal_mode=WAL;"
                              "PRAGMA synchronous=FULL;"
                              "PRAGMA cache_size=-65536;"
                              "PRAGMA cell_size_check=ON;"
                              "PRAGMA trusted_schema=OFF;"
                              "PRAGMA recursive_triggers=ON;"
                              "PRAGMA foreign_keys=ON;"
                              "SELECT count(*) FROM sqlite_schema;";
  int rc = sqlite3_exec (db->handle, first, NULL, NULL, NULL);

  if (rc != SQLITE_OK)
    return rc;
  if (db->sealed->wal.file == NULL)
    return SQLITE_CORRUPT; /* page 1 is whole, yet not of a database in WAL mode */
  (void) sqlite3_limit (db->handle, SQLITE_LIMIT_ATTACHED, 1);
  rc = sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_set_authorizer (db->handle, guard, NULL);
  return rc;
}

static void
close_handle (DkDb *db)
{
  int rc;

  if (db->handle == NULL)
    return;
  dk_db_clear_statements (db);
  rc = sqlite3_close (db->handle);
  g_assert (rc == SQLITE_OK); /* else a statement was not given back */
  db->handle = NULL;
}

void
dk_db_free (DkDb *db)
{
  if (db == NULL)
    return;
  dk_db_check_owner (db);
  close_handle (db);
  g_hash_table_unref (db->statements);
  dk_sealed_free (db->sealed);
  dk_secret_free (db->open_key);
  g_free (db);
}

static DkDb *
open_file (const char *path, const DkDbKeys *keys, gboolean go_on, GError **error)
{
  g_autoptr (DkDb) db = g_new0 (DkDb, 1);
  int rc;

  db->owner = g_thread_self ();
  db->sealed = dk_sealed_new (keys, FALSE);
  db->sealed->go_on = go_on;
  db->open_key = dk_secret_dup (keys->open_key);
  db->statements
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  if (!dk_file_exists (path)) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "There is no kit file \"%s\". Check the folder.", path);
    return NULL;
  }
  rc = sqlite3_open_v2 (path, &db->handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
                            | SQLITE_OPEN_EXRESCODE,
                        db->sealed->vfs_name);
  if (rc == SQLITE_OK)
    rc = set_up (db);
  if (rc != SQLITE_OK) {
    (void) dk_db_set_error (db, rc, error);
    return NULL;
  }
  db->is_open = TRUE;
  return g_steal_pointer (&db);
}

DkDb *
dk_db_open (const char *path, const DkDbKeys *keys, GError **error)
{
  return open_file (path, keys, FALSE, error);
}

DkDb *
dk_db_open_without_journal (const char *path, const DkDbKeys *keys, GError **error)
{
  g_autoptr (DkDb) db = open_file (path, keys, TRUE, error);

  if (db == NULL || !dk_db_check (db, error))
    return NULL;
  return g_steal_pointer (&db);
}

void
dk_db_discard_file (const char *path)
{
  g_autoptr (GError) error = NULL;

  if (!dk_file_remove (path, &error))
    g_debug ("%s", error->message);
}

static gboolean
make_file (const char *path, GBytes *content, GError **error)
{
  g_autofree char *making = g_strconcat (path, ".new", NULL);
  g_autoptr (GError) local = NULL;
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);

  if (!dk_file_replace (making, bytes, size, DK_FILE_DURABLE, error))
    return FALSE;
  if (dk_file_rename_new (making, path, &local))
    return TRUE;
  dk_db_discard_file (making);
  if (g_error_matches (local, DK_ERROR, DK_ERROR_BUSY))
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "There is a file \"%s\" already. Nothing was changed; choose another name.", path);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

DkDb *
dk_db_create (const char *path, GBytes *directory, const DkDbKeys *keys, GError **error)
{
  g_autoptr (GBytes) content = dk_sealed_new_file (keys, directory);

  if (!make_file (path, content, error))
    return NULL;
  return dk_db_open (path, keys, error);
}

gboolean
dk_db_close (DkDb **db, GError **error)
{
  gboolean ok;

  dk_db_check_owner (*db);
  ok = dk_db_check_writable (*db, error) && dk_db_checkpoint (*db, TRUE, error);
  g_clear_pointer (db, dk_db_free);
  return ok;
}

const char *
dk_db_notice (DkDb *db)
{
  dk_db_check_owner (db);
  return db->sealed->notice;
}

gboolean
dk_db_exec (DkDb *db, const char *sql, GError **error)
{
  int rc;

  dk_db_check_owner (db);
  if (!dk_db_check_writable (db, error))
    return FALSE;
  rc = sqlite3_exec (db->handle, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK ? TRUE : dk_db_set_error (db, rc, error);
}

gboolean
dk_db_refuse_changes (DkDb *db, GError **error)
{
  return dk_db_exec (db, "PRAGMA query_only=ON", error);
}

gint64
dk_db_last_id (DkDb *db)
{
  dk_db_check_owner (db);
  return sqlite3_last_insert_rowid (db->handle);
}

gint64
dk_db_total_changes (DkDb *db)
{
  dk_db_check_owner (db);
  return sqlite3_total_changes64 (db->handle);
}

gint64
dk_db_changes (DkDb *db)
{
  dk_db_check_owner (db);
  return sqlite3_changes64 (db->handle);
}

gboolean
dk_db_checkpoint (DkDb *db, gboolean truncate, GError **error)
{
  int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  int rc;

  dk_db_check_owner (db);
  if (!dk_db_check_writable (db, error))
    return FALSE;
  rc = sqlite3_wal_checkpoint_v2 (db->handle, "main", mode, NULL, NULL);
  return rc == SQLITE_OK ? TRUE : dk_db_set_error (db, rc, error);
}

static gboolean
collect_findings (DkDb *db, const char *sql, gboolean (*is_fine) (sqlite3_stmt *stmt),
                  GString *findings, GError **error)
{
  sqlite3_stmt *stmt = NULL;
  guint count = 0;
  int rc = sqlite3_prepare_v2 (db->handle, sql, -1, &stmt, NULL);

  while (rc == SQLITE_OK && (rc = sqlite3_step (stmt)) == SQLITE_ROW) {
    rc = SQLITE_OK;
    if (!is_fine (stmt) && count++ < CHECK_MESSAGES_MAX)
      g_string_append_printf (findings, "%s%s", findings->len > 0 ? "; " : "",
                              (const char *) sqlite3_column_text (stmt, 0));
  }
  if (rc != SQLITE_DONE)
    (void) dk_db_set_error (db, rc, error);
  (void) sqlite3_finalize (stmt);
  return rc == SQLITE_DONE;
}

static gboolean
is_ok_row (sqlite3_stmt *stmt)
{
  return g_strcmp0 ((const char *) sqlite3_column_text (stmt, 0), "ok") == 0;
}

static gboolean
is_never_fine (sqlite3_stmt *stmt)
{
  return FALSE;
}

static gboolean
report_findings (const char *findings, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "This kit file is damaged (%s). What can be read is still there: keep the file and "
               "put back the latest backup.",
               findings);
  return FALSE;
}

/* The pages first, and not through SQLite: a damaged page that it reads ends all writing. */
gboolean
dk_db_check (DkDb *db, GError **error)
{
  g_autoptr (GString) findings = g_string_new (NULL);
  guint32 number = 0;
  int rc;

  dk_db_check_owner (db);
  if (!dk_db_check_writable (db, error) || !dk_db_checkpoint (db, FALSE, error))
    return FALSE;
  rc = dk_sealed_page_check_all (db->sealed, &number);
  if (rc == SQLITE_IOERR_DATA) {
    g_string_append_printf (findings, "page %u does not check", number);
    return report_findings (findings->str, error);
  }
  if (rc != SQLITE_OK)
    return dk_db_set_error (db, rc, error);
  if (!collect_findings (db, "PRAGMA integrity_check(3)", is_ok_row, findings, error)
      || !collect_findings (db, "PRAGMA foreign_key_check", is_never_fine, findings, error))
    return FALSE;
  return findings->len == 0 || report_findings (findings->str, error);
}

void
dk_db_interrupt (DkDb *db)
{
  sqlite3_interrupt (db->handle);
}

guint
dk_db_journal_frames (DkDb *db)
{
  dk_db_check_owner (db);
  return db->sealed->wal.committed;
}

sqlite3 *
dk_db_get_unguarded (DkDb *db)
{
  (void) sqlite3_set_authorizer (db->handle, NULL, NULL);
  return db->handle;
}
