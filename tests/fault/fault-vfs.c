/* SPDX-License-Identifier: MIT */
#include "tests/fault/fault-vfs.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/db/sealed-private.h"

typedef struct {
  sqlite3_file base;
  DkFaultFile which;
} FaultFile;

static sqlite3_vfs fault_vfs;
static DkFaultCounts counts;
static guint calls;
static guint fail_call;
static gboolean fail_sticky;
static gboolean has_failed;

static gboolean
must_fail (void)
{
  calls++;
  if (fail_call == 0 || calls < fail_call || (calls > fail_call && !fail_sticky))
    return FALSE;
  has_failed = TRUE;
  return TRUE;
}

static sqlite3_file *
get_raw (sqlite3_file *file)
{
  return (sqlite3_file *) ((FaultFile *) file + 1);
}

static sqlite3_vfs *
get_base (void)
{
  return fault_vfs.pAppData;
}

static int
close_file (sqlite3_file *file)
{
  return get_raw (file)->pMethods->xClose (get_raw (file));
}

static int
read_file (sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
  if (must_fail ())
    return SQLITE_IOERR_READ;
  return get_raw (file)->pMethods->xRead (get_raw (file), bytes, size, offset);
}

static int
write_file (sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
  DkFaultFile which = ((FaultFile *) file)->which;
  gboolean fails = must_fail ();

  counts.writes[which]++;
  if (fails) {
    (void) get_raw (file)->pMethods->xWrite (get_raw (file), bytes, size / 2, offset);
    return calls % 2 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  return get_raw (file)->pMethods->xWrite (get_raw (file), bytes, size, offset);
}

static int
truncate_file (sqlite3_file *file, sqlite3_int64 size)
{
  DkFaultFile which = ((FaultFile *) file)->which;

  counts.truncates[which]++;
  if (must_fail ())
    return SQLITE_IOERR_TRUNCATE;
  return get_raw (file)->pMethods->xTruncate (get_raw (file), size);
}

static int
sync_file (sqlite3_file *file, int flags)
{
  DkFaultFile which = ((FaultFile *) file)->which;

  counts.syncs[which]++;
  if (must_fail ())
    return SQLITE_IOERR_FSYNC;
  return SQLITE_OK;
}

static int
get_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  if (must_fail ())
    return SQLITE_IOERR_FSTAT;
  return get_raw (file)->pMethods->xFileSize (get_raw (file), size);
}

static int
lock_file (sqlite3_file *file, int level)
{
  return get_raw (file)->pMethods->xLock (get_raw (file), level);
}

static int
unlock_file (sqlite3_file *file, int level)
{
  return get_raw (file)->pMethods->xUnlock (get_raw (file), level);
}

static int
check_reserved_lock (sqlite3_file *file, int *reserved)
{
  return get_raw (file)->pMethods->xCheckReservedLock (get_raw (file), reserved);
}

static int
control_file (sqlite3_file *file, int op, void *argument)
{
  return get_raw (file)->pMethods->xFileControl (get_raw (file), op, argument);
}

static int
get_sector_size (sqlite3_file *file)
{
  return 512;
}

static int
get_characteristics (sqlite3_file *file)
{
  return 0;
}

static const sqlite3_io_methods io_methods = {
  .iVersion = 1,
  .xClose = close_file,
  .xRead = read_file,
  .xWrite = write_file,
  .xTruncate = truncate_file,
  .xSync = sync_file,
  .xFileSize = get_file_size,
  .xLock = lock_file,
  .xUnlock = unlock_file,
  .xCheckReservedLock = check_reserved_lock,
  .xFileControl = control_file,
  .xSectorSize = get_sector_size,
  .xDeviceCharacteristics = get_characteristics,
};

static int
open_file (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  FaultFile *own = (FaultFile *) file;
  int rc;

  memset (own, 0, sizeof *own);
  if (must_fail ())
    return SQLITE_CANTOPEN;
  rc = get_base ()->xOpen (get_base (), name, get_raw (file), flags, out_flags);
  if (rc != SQLITE_OK)
    return rc;
  own->which = (flags & SQLITE_OPEN_WAL) != 0 ? DK_FAULT_JOURNAL : DK_FAULT_DATABASE;
  own->base.pMethods = &io_methods;
  return SQLITE_OK;
}

static int
delete_file (sqlite3_vfs *vfs, const char *name, int sync_folder)
{
  if (must_fail ())
    return SQLITE_IOERR_DELETE;
  return get_base ()->xDelete (get_base (), name, sync_folder);
}

static int
access_file (sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
  if (must_fail ())
    return SQLITE_IOERR_ACCESS;
  return get_base ()->xAccess (get_base (), name, flags, result);
}

static int
get_full_path (sqlite3_vfs *vfs, const char *name, int size, char *out)
{
  return get_base ()->xFullPathname (get_base (), name, size, out);
}

static int
sleep_us (sqlite3_vfs *vfs, int microseconds)
{
  return 0;
}

static int
get_time (sqlite3_vfs *vfs, double *days)
{
  return get_base ()->xCurrentTime (get_base (), days);
}

void
dk_fault_install (void)
{
  if (fault_vfs.pAppData == NULL) {
    sqlite3_vfs *base = sqlite3_vfs_find (NULL);
    int rc;
    fault_vfs = (sqlite3_vfs){
      .iVersion = 1,
      .szOsFile = (int) sizeof (FaultFile) + base->szOsFile,
      .mxPathname = base->mxPathname,
      .zName = DK_FAULT_VFS,
      .pAppData = base,
      .xOpen = open_file,
      .xDelete = delete_file,
      .xAccess = access_file,
      .xFullPathname = get_full_path,
      .xSleep = sleep_us,
      .xCurrentTime = get_time,
    };
    rc = sqlite3_vfs_register (&fault_vfs, 0);
    g_assert_cmpint (rc, ==, SQLITE_OK);
  }
  dk_fault_reset ();
  dk_sealed_vfs_set_base (DK_FAULT_VFS);
}

void
dk_fault_remove (void)
{
  dk_sealed_vfs_set_base (NULL);
}

DkFaultCounts
dk_fault_counts (void)
{
  return counts;
}

guint
dk_fault_calls (void)
{
  return calls;
}

void
dk_fault_reset (void)
{
  memset (&counts, 0, sizeof counts);
  calls = 0;
  fail_call = 0;
  has_failed = FALSE;
}

void
dk_fault_fail_at (guint call, gboolean sticky)
{
  fail_call = call;
  fail_sticky = sticky;
}

gboolean
dk_fault_has_failed (void)
{
  return has_failed;
}
