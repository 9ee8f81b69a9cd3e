/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/memory-vfs.h"

#include <string.h>

#include "app/db/sealed-private.h"

#define NAME "dk-memory"
#define SIZE_MAX_FILE (8u << 20)

typedef struct {
  GByteArray *bytes;
  gboolean exists;
} Content;

typedef struct {
  sqlite3_file base;
  Content *content;
} MemoryFile;

static Content contents[2];

static Content *
content_of (const char *name)
{
  return &contents[g_str_has_suffix (name, "-wal") ? 1 : 0];
}

static int
close_file (sqlite3_file *file)
{
  return SQLITE_OK;
}

static int
read_file (sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
  const GByteArray *bytes = ((MemoryFile *) file)->content->bytes;
  gsize there = offset < (sqlite3_int64) bytes->len ? bytes->len - (gsize) offset : 0;
  gsize part = MIN (there, (gsize) size);

  if (part > 0)
    memcpy (out, bytes->data + offset, part);
  memset ((guint8 *) out + part, 0, (gsize) size - part);
  return part == (gsize) size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
resize_file (sqlite3_file *file, sqlite3_int64 size)
{
  GByteArray *bytes = ((MemoryFile *) file)->content->bytes;
  guint before = bytes->len;

  if (size > SIZE_MAX_FILE)
    return SQLITE_FULL;
  g_byte_array_set_size (bytes, (guint) size);
  if (size > before)
    memset (bytes->data + before, 0, (gsize) size - before);
  return SQLITE_OK;
}

static int
write_file (sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
  GByteArray *bytes = ((MemoryFile *) file)->content->bytes;

  if (offset + size > (sqlite3_int64) bytes->len && resize_file (file, offset + size) != SQLITE_OK)
    return SQLITE_FULL;
  memcpy (bytes->data + offset, data, (gsize) size);
  return SQLITE_OK;
}

static int
do_nothing (sqlite3_file *file, int argument)
{
  return SQLITE_OK;
}

static int
get_size (sqlite3_file *file, sqlite3_int64 *size)
{
  *size = ((MemoryFile *) file)->content->bytes->len;
  return SQLITE_OK;
}

static int
is_reserved (sqlite3_file *file, int *result)
{
  *result = 0;
  return SQLITE_OK;
}

static int
control (sqlite3_file *file, int op, void *argument)
{
  return SQLITE_NOTFOUND;
}

static int
sector_size (sqlite3_file *file)
{
  return 4096;
}

static int
characteristics (sqlite3_file *file)
{
  return 0;
}

static const sqlite3_io_methods methods = {
  .iVersion = 1,
  .xClose = close_file,
  .xRead = read_file,
  .xWrite = write_file,
  .xTruncate = resize_file,
  .xSync = do_nothing,
  .xFileSize = get_size,
  .xLock = do_nothing,
  .xUnlock = do_nothing,
  .xCheckReservedLock = is_reserved,
  .xFileControl = control,
  .xSectorSize = sector_size,
  .xDeviceCharacteristics = characteristics,
};

static int
open_file (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  Content *content = content_of (name);

  content->exists = TRUE;
  *(MemoryFile *) file = (MemoryFile){ { &methods }, content };
  if (out_flags != NULL)
    *out_flags = flags;
  return SQLITE_OK;
}

static int
delete_file (sqlite3_vfs *vfs, const char *name, int sync_folder)
{
  Content *content = content_of (name);

  if (!content->exists)
    return SQLITE_IOERR_DELETE_NOENT;
  content->exists = FALSE;
  g_byte_array_set_size (content->bytes, 0);
  return SQLITE_OK;
}

static int
access_file (sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
  *result = content_of (name)->exists;
  return SQLITE_OK;
}

static int
get_full_path (sqlite3_vfs *vfs, const char *name, int size, char *out)
{
  return g_strlcpy (out, name, (gsize) size) < (gsize) size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int
sleep_not (sqlite3_vfs *vfs, int microseconds)
{
  return microseconds;
}

static int
get_time (sqlite3_vfs *vfs, double *days)
{
  *days = 2461000.5;
  return SQLITE_OK;
}

static int
fill_random (sqlite3_vfs *vfs, int size, char *out)
{
  memset (out, 7, (gsize) size);
  return size;
}

void
dk_memory_vfs_install (void)
{
  static sqlite3_vfs vfs = {
    .iVersion = 1,
    .szOsFile = sizeof (MemoryFile),
    .mxPathname = 512,
    .zName = NAME,
    .xOpen = open_file,
    .xDelete = delete_file,
    .xAccess = access_file,
    .xFullPathname = get_full_path,
    .xRandomness = fill_random,
    .xSleep = sleep_not,
    .xCurrentTime = get_time,
  };
  int rc = sqlite3_vfs_register (&vfs, 0);

  g_assert_cmpint (rc, ==, SQLITE_OK);
  contents[0].bytes = g_byte_array_new ();
  contents[1].bytes = g_byte_array_new ();
  dk_sealed_vfs_set_base (NAME);
}

void
dk_memory_vfs_set (const guint8 *database, gsize size, const guint8 *journal, gsize journal_size)
{
  g_byte_array_set_size (contents[0].bytes, 0);
  g_byte_array_append (contents[0].bytes, database, (guint) size);
  contents[0].exists = TRUE;
  g_byte_array_set_size (contents[1].bytes, 0);
  contents[1].exists = journal != NULL;
  if (journal_size > 0)
    g_byte_array_append (contents[1].bytes, journal, (guint) journal_size);
}
