/* SPDX-License-Identifier: MIT */
/* Each open database has a VFS of its own, so that a key reaches only the files of its kit and
 * nothing is looked up in a table of the process. The file is locked from opening to closing: the
 * journal is judged under that lock, and SQLite's own lock calls have nothing left to do. */
#include "app/db/sealed-private.h"

#include <string.h>

static char *base_name;

void
dk_sealed_vfs_set_base (const char *name)
{
  g_free (base_name);
  base_name = g_strdup (name);
}

int
dk_sealed_fail (DkSealed *sealed, int rc)
{
  if (rc != SQLITE_OK)
    sealed->failed = TRUE;
  return rc;
}

static sqlite3_file *
get_raw (sqlite3_file *file)
{
  return (sqlite3_file *) ((DkSealedFile *) file + 1);
}

int
dk_sealed_raw_read (sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
  return file->pMethods->xRead (file, bytes, size, offset);
}

int
dk_sealed_raw_write (sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
  return file->pMethods->xWrite (file, bytes, size, offset);
}

static int
close_file (sqlite3_file *file)
{
  DkSealedFile *own = (DkSealedFile *) file;
  sqlite3_file *raw = get_raw (file);
  int flushed = SQLITE_OK;
  int rc;

  if (own->kind == DK_SEALED_JOURNAL) {
    flushed = own->sealed->failed ? SQLITE_OK : dk_sealed_wal_flush (own->sealed);
    own->sealed->wal.file = NULL;
  } else {
    own->sealed->file = NULL;
  }
  rc = raw->pMethods->xClose (raw);
  return flushed != SQLITE_OK ? flushed : rc;
}

static int
read_file (sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
  DkSealedFile *own = (DkSealedFile *) file;

  if (own->kind == DK_SEALED_JOURNAL)
    return dk_sealed_wal_read (own->sealed, bytes, size, offset);
  return dk_sealed_page_read (own->sealed, bytes, size, offset);
}

static int
write_file (sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
  DkSealedFile *own = (DkSealedFile *) file;

  if (own->kind == DK_SEALED_JOURNAL)
    return dk_sealed_wal_write (own->sealed, bytes, size, offset);
  return dk_sealed_page_write (own->sealed, bytes, size, offset);
}

static int
truncate_file (sqlite3_file *file, sqlite3_int64 size)
{
  DkSealedFile *own = (DkSealedFile *) file;

  if (own->kind == DK_SEALED_JOURNAL)
    return dk_sealed_wal_truncate (own->sealed, size);
  return dk_sealed_page_truncate (own->sealed, size);
}

static int
sync_file (sqlite3_file *file, int flags)
{
  DkSealedFile *own = (DkSealedFile *) file;

  if (own->kind == DK_SEALED_JOURNAL)
    return dk_sealed_wal_sync (own->sealed, flags);
  return dk_sealed_page_sync (own->sealed, flags);
}

static int
get_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  DkSealedFile *own = (DkSealedFile *) file;
  int rc;

  if (own->kind == DK_SEALED_JOURNAL) {
    *size = dk_sealed_wal_size (own->sealed);
    return SQLITE_OK;
  }
  rc = get_raw (file)->pMethods->xFileSize (get_raw (file), size);
  if (rc == SQLITE_OK)
    *size = MAX (0, *size - (sqlite3_int64) DK_DB_PREFIX_SIZE);
  return dk_sealed_fail (own->sealed, rc);
}

static int
lock_file (sqlite3_file *file, int level)
{
  return SQLITE_OK;
}

static int
check_reserved_lock (sqlite3_file *file, int *reserved)
{
  *reserved = 0;
  return SQLITE_OK;
}

static int
control_file (sqlite3_file *file, int op, void *argument)
{
  DkSealedFile *own = (DkSealedFile *) file;

  switch (op) {
  case SQLITE_FCNTL_CKPT_START:
    own->sealed->checkpoint_begun = TRUE;
    return SQLITE_OK;
  case SQLITE_FCNTL_CKPT_DONE:
    /* The cut to size comes after this, so the mark stays until the database is synced. */
    return SQLITE_OK;
  case SQLITE_FCNTL_PERSIST_WAL:
  case SQLITE_FCNTL_HAS_MOVED:
  case SQLITE_FCNTL_LAST_ERRNO:
    return get_raw (file)->pMethods->xFileControl (get_raw (file), op, argument);
  default:
    return SQLITE_NOTFOUND; /* sizes are hints, and memory maps would show sealed bytes */
  }
}

static int
get_sector_size (sqlite3_file *file)
{
  return get_raw (file)->pMethods->xSectorSize (get_raw (file));
}

/* Without the promise of safe overwrites SQLite would pad and split frames. It is what SQLite takes
 * for granted too: a write that a power cut tears spoils nothing beside the bytes written. */
static int
get_characteristics (sqlite3_file *file)
{
  int below = get_raw (file)->pMethods->xDeviceCharacteristics (get_raw (file));

  return (below & SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN) | SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* Version 1: no shared memory and no memory maps. */
static const sqlite3_io_methods io_methods = {
  .iVersion = 1,
  .xClose = close_file,
  .xRead = read_file,
  .xWrite = write_file,
  .xTruncate = truncate_file,
  .xSync = sync_file,
  .xFileSize = get_file_size,
  .xLock = lock_file,
  .xUnlock = lock_file,
  .xCheckReservedLock = check_reserved_lock,
  .xFileControl = control_file,
  .xSectorSize = get_sector_size,
  .xDeviceCharacteristics = get_characteristics,
};

static DkSealed *
get_sealed (sqlite3_vfs *vfs)
{
  return vfs->pAppData;
}

static int
refuse_file (DkSealed *sealed, DkError code, const char *text)
{
  g_clear_error (&sealed->error);
  sealed->error = g_error_new_literal (DK_ERROR, code, text);
  return SQLITE_CANTOPEN;
}

static int
check_notes (DkSealed *sealed)
{
  sqlite3_int64 size = 0;
  int rc = sealed->file->pMethods->xFileSize (sealed->file, &size);

  if (rc != SQLITE_OK)
    return rc;
  if (size < DK_DB_PREFIX_SIZE + DK_SEALED_PAGE_SIZE)
    return refuse_file (sealed, DK_ERROR_DAMAGED,
                        "This kit file was cut off: what it held is not in it. Nothing was "
                        "changed. Put back the latest backup of it.");
  rc = dk_sealed_note_load (sealed);
  if (rc == SQLITE_IOERR_DATA)
    return refuse_file (sealed, DK_ERROR_DAMAGED,
                        "The notes of this kit file that name its journal are damaged. Nothing "
                        "was changed. Put back the latest backup of it.");
  return rc == SQLITE_OK ? dk_sealed_judge (sealed) : rc;
}

static int
open_database (DkSealed *sealed, const char *name, DkSealedFile *own, int flags, int below_flags)
{
  sqlite3_file *raw = get_raw (&own->base);
  int rc;

  if ((below_flags & SQLITE_OPEN_READONLY) != 0)
    return refuse_file (sealed, DK_ERROR_DENIED,
                        "You may read this kit file but not write it. Nothing was changed. Ask "
                        "whoever set this PC up to give you the right to its folder.");
  rc = raw->pMethods->xLock (raw, SQLITE_LOCK_SHARED);
  if (rc == SQLITE_OK)
    rc = raw->pMethods->xLock (raw, SQLITE_LOCK_EXCLUSIVE);
  if (rc != SQLITE_OK)
    return rc;
  sealed->path = g_strdup (name);
  sealed->wal_path = g_strconcat (name, "-wal", NULL);
  sealed->file = raw;
  rc = sealed->is_copy ? SQLITE_OK : check_notes (sealed);
  if (rc != SQLITE_OK)
    sealed->file = NULL;
  return rc;
}

static int
open_journal (DkSealed *sealed, DkSealedFile *own)
{
  sealed->wal.file = get_raw (&own->base);
  return SQLITE_OK;
}

static int
open_file (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  DkSealed *sealed = get_sealed (vfs);
  DkSealedFile *own = (DkSealedFile *) file;
  sqlite3_file *raw = get_raw (file);
  int below_flags = 0;
  gboolean is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  gboolean is_journal = (flags & SQLITE_OPEN_WAL) != 0;
  int rc;

  memset (own, 0, sizeof *own);
  if (name == NULL || is_database == is_journal
      || (is_database && (sealed->path != NULL || (flags & SQLITE_OPEN_CREATE) != 0))
      || (is_journal
          && (sealed->is_copy || sealed->wal.file != NULL
              || g_strcmp0 (name, sealed->wal_path) != 0)))
    return SQLITE_CANTOPEN;
  rc = sealed->base->xOpen (sealed->base, name, raw, flags, &below_flags);
  if (rc == SQLITE_OK) {
    own->sealed = sealed;
    own->kind = is_database ? DK_SEALED_DATABASE : DK_SEALED_JOURNAL;
    rc = is_database ? open_database (sealed, name, own, flags, below_flags)
                     : open_journal (sealed, own);
    if (rc != SQLITE_OK)
      (void) raw->pMethods->xClose (raw);
  }
  if (rc != SQLITE_OK)
    return rc;
  own->base.pMethods = &io_methods;
  if (out_flags != NULL)
    *out_flags = below_flags;
  return SQLITE_OK;
}

static int
delete_file (sqlite3_vfs *vfs, const char *name, int sync_folder)
{
  DkSealed *sealed = get_sealed (vfs);
  int rc;

  if (g_strcmp0 (name, sealed->wal_path) != 0)
    return SQLITE_OK; /* there is no other file that could have been made */
  rc = dk_sealed_wal_retire (sealed);
  if (rc == SQLITE_OK)
    rc = sealed->base->xDelete (sealed->base, name, sync_folder);
  if (rc == SQLITE_OK)
    dk_sealed_wal_reset (sealed);
  return rc;
}

static int
access_file (sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
  DkSealed *sealed = get_sealed (vfs);

  *result = 0;
  if (g_strcmp0 (name, sealed->wal_path) != 0)
    return SQLITE_OK;
  return sealed->base->xAccess (sealed->base, name, flags, result);
}

static int
get_full_path (sqlite3_vfs *vfs, const char *name, int size, char *out)
{
  sqlite3_vfs *base = get_sealed (vfs)->base;

  return base->xFullPathname (base, name, size, out);
}

static int
get_randomness (sqlite3_vfs *vfs, int size, char *out)
{
  dk_random (out, (gsize) size);
  return size;
}

static int
sleep_us (sqlite3_vfs *vfs, int microseconds)
{
  sqlite3_vfs *base = get_sealed (vfs)->base;

  return base->xSleep (base, microseconds);
}

static int
get_time (sqlite3_vfs *vfs, double *days)
{
  sqlite3_vfs *base = get_sealed (vfs)->base;

  return base->xCurrentTime (base, days);
}

static int
get_last_error (sqlite3_vfs *vfs, int size, char *out)
{
  sqlite3_vfs *base = get_sealed (vfs)->base;

  return base->xGetLastError != NULL ? base->xGetLastError (base, size, out) : 0;
}

DkSealed *
dk_sealed_new (const DkDbKeys *keys, gboolean is_copy)
{
  static gint counter;
  DkSealed *sealed = g_new0 (DkSealed, 1);
  int rc;

  dk_crypto_init ();
  sealed->base = sqlite3_vfs_find (base_name);
  g_assert (sealed->base != NULL);
  sealed->vfs_name = g_strdup_printf ("dk-sealed-%d", g_atomic_int_add (&counter, 1));
  sealed->is_copy = is_copy;
  dk_sealed_keys_init (&sealed->keys, keys->open_key, keys->uuid);
  sealed->scratch = g_malloc (DK_SEALED_PAGE_SIZE);
  sealed->wal.plain = g_malloc (DK_SEALED_FRAME_PLAIN_SIZE);
  sealed->wal.record = g_malloc (DK_SEALED_FRAME_RECORD_SIZE);
  sealed->wal.batch = g_malloc (DK_SEALED_BATCH_MAX * DK_SEALED_FRAME_RECORD_SIZE);
  sealed->vfs = (sqlite3_vfs){
    .iVersion = 1,
    .szOsFile = (int) sizeof (DkSealedFile) + sealed->base->szOsFile,
    .mxPathname = sealed->base->mxPathname,
    .zName = sealed->vfs_name,
    .pAppData = sealed,
    .xOpen = open_file,
    .xDelete = delete_file,
    .xAccess = access_file,
    .xFullPathname = get_full_path,
    .xRandomness = get_randomness,
    .xSleep = sleep_us,
    .xCurrentTime = get_time,
    .xGetLastError = get_last_error,
  };
  rc = sqlite3_vfs_register (&sealed->vfs, 0);
  g_assert (rc == SQLITE_OK);
  return sealed;
}

void
dk_sealed_free (DkSealed *sealed)
{
  g_assert (sealed->file == NULL && sealed->wal.file == NULL);
  (void) sqlite3_vfs_unregister (&sealed->vfs);
  dk_sealed_keys_clear (&sealed->keys);
  dk_secret_wipe (sealed->scratch, DK_SEALED_PAGE_SIZE);
  dk_secret_wipe (sealed->wal.plain, DK_SEALED_FRAME_PLAIN_SIZE);
  g_free (sealed->scratch);
  g_free (sealed->wal.plain);
  g_free (sealed->wal.record);
  g_free (sealed->wal.batch);
  g_clear_error (&sealed->error);
  g_free (sealed->notice);
  g_free (sealed->path);
  g_free (sealed->wal_path);
  g_free (sealed->vfs_name);
  g_free (sealed);
}
