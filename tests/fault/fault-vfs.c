/* SPDX-License-Identifier: MIT */
#include "tests/fault/fault-vfs.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/db/sealed-private.h"

#define SECTOR 512

typedef enum { WRITE, TRUNCATE, SYNC, CREATE, DELETE, MARK } OpKind;

typedef struct {
  OpKind kind;
  DkFaultFile file;
  sqlite3_int64 offset; /* or size, or number of the mark */
  GBytes *data;
} Op;

struct DkFaultLog {
  GArray *ops;
};

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
static DkFaultLog *recording;

static void
clear_op (gpointer data)
{
  Op *op = data;

  g_clear_pointer (&op->data, g_bytes_unref);
}

static void
record (OpKind kind, DkFaultFile file, sqlite3_int64 offset, const void *data, gsize size)
{
  Op op = { .kind = kind, .file = file, .offset = offset };

  if (recording == NULL)
    return;
  if (data != NULL)
    op.data = g_bytes_new (data, size);
  g_array_append_val (recording->ops, op);
}

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
  record (WRITE, which, offset, bytes, (gsize) size);
  return get_raw (file)->pMethods->xWrite (get_raw (file), bytes, size, offset);
}

static int
truncate_file (sqlite3_file *file, sqlite3_int64 size)
{
  DkFaultFile which = ((FaultFile *) file)->which;

  counts.truncates[which]++;
  if (must_fail ())
    return SQLITE_IOERR_TRUNCATE;
  record (TRUNCATE, which, size, NULL, 0);
  return get_raw (file)->pMethods->xTruncate (get_raw (file), size);
}

static int
sync_file (sqlite3_file *file, int flags)
{
  DkFaultFile which = ((FaultFile *) file)->which;

  counts.syncs[which]++;
  if (must_fail ())
    return SQLITE_IOERR_FSYNC;
  record (SYNC, which, 0, NULL, 0);
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
  return SECTOR;
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
  gboolean exists = g_file_test (name, G_FILE_TEST_EXISTS);
  int rc;

  memset (own, 0, sizeof *own);
  if (must_fail ())
    return SQLITE_CANTOPEN;
  rc = get_base ()->xOpen (get_base (), name, get_raw (file), flags, out_flags);
  if (rc != SQLITE_OK)
    return rc;
  own->which = (flags & SQLITE_OPEN_WAL) != 0 ? DK_FAULT_JOURNAL : DK_FAULT_DATABASE;
  own->base.pMethods = &io_methods;
  if (!exists)
    record (CREATE, own->which, 0, NULL, 0);
  return SQLITE_OK;
}

static int
delete_file (sqlite3_vfs *vfs, const char *name, int sync_folder)
{
  if (must_fail ())
    return SQLITE_IOERR_DELETE;
  record (DELETE, g_str_has_suffix (name, "-wal") ? DK_FAULT_JOURNAL : DK_FAULT_DATABASE, 0, NULL,
          0);
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
  g_clear_pointer (&recording, dk_fault_log_free);
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

void
dk_fault_record (void)
{
  dk_fault_reset ();
  recording = g_new0 (DkFaultLog, 1);
  recording->ops = g_array_new (FALSE, TRUE, sizeof (Op));
  g_array_set_clear_func (recording->ops, clear_op);
}

void
dk_fault_mark (guint n)
{
  record (MARK, DK_FAULT_DATABASE, n, NULL, 0);
}

DkFaultLog *
dk_fault_take_log (void)
{
  return g_steal_pointer (&recording);
}

guint
dk_fault_log_length (const DkFaultLog *log)
{
  return log->ops->len;
}

gboolean
dk_fault_log_is_write_back (const DkFaultLog *log, guint i)
{
  const Op *op = &g_array_index (log->ops, Op, i);

  return op->kind == WRITE && op->file == DK_FAULT_DATABASE && op->offset >= DK_DB_PREFIX_SIZE;
}

void
dk_fault_log_free (DkFaultLog *log)
{
  if (log == NULL)
    return;
  g_array_unref (log->ops);
  g_free (log);
}

/* One file as the disk has it: what is durable, and the operations that are not. */
typedef struct {
  GByteArray *durable; /* NULL: was never made */
  GPtrArray *pending;
  gboolean linked; /* its name is durable */
  gboolean deleted;
} DiskFile;

static DiskFile *
disk_file_new (GBytes *content)
{
  DiskFile *file = g_new0 (DiskFile, 1);

  file->durable = g_byte_array_new ();
  file->pending = g_ptr_array_new ();
  file->linked = content != NULL;
  if (content != NULL)
    g_byte_array_append (file->durable, g_bytes_get_data (content, NULL),
                         (guint) g_bytes_get_size (content));
  return file;
}

static void
disk_file_free (gpointer data)
{
  DiskFile *file = data;

  g_byte_array_unref (file->durable);
  g_ptr_array_unref (file->pending);
  g_free (file);
}

static void
set_size (GByteArray *bytes, guint size)
{
  guint before = bytes->len;

  g_byte_array_set_size (bytes, size);
  if (size > before)
    memset (bytes->data + before, 0, size - before);
}

static void
put_bytes (GByteArray *bytes, guint offset, const guint8 *data, guint size)
{
  if (bytes->len < offset + size)
    set_size (bytes, offset + size);
  memcpy (bytes->data + offset, data, size);
}

static void
apply (GByteArray *bytes, const Op *op)
{
  gsize size;

  if (op->kind == TRUNCATE) {
    set_size (bytes, (guint) op->offset);
  } else {
    const guint8 *data = g_bytes_get_data (op->data, &size);
    put_bytes (bytes, (guint) op->offset, data, (guint) size);
  }
}

static void
apply_partly (GByteArray *bytes, const Op *op, GRand *rng, double keep)
{
  gsize size;
  const guint8 *data;

  if (op->kind == TRUNCATE) {
    if (g_rand_double (rng) < keep)
      apply (bytes, op);
    return;
  }
  data = g_bytes_get_data (op->data, &size);
  for (guint done = 0; done < size;) {
    guint at = (guint) op->offset + done;
    guint part = MIN (SECTOR - at % SECTOR, (guint) size - done);
    guint8 garbage[SECTOR];
    if (g_rand_double (rng) < keep) {
      put_bytes (bytes, at, data + done, part);
    } else if (g_rand_int_range (rng, 0, 6) == 0) {
      for (guint i = 0; i < part; i++)
        garbage[i] = (guint8) g_rand_int (rng);
      put_bytes (bytes, at, garbage, part);
    }
    done += part;
  }
}

static void
sync_disk_file (DiskFile *file)
{
  for (guint i = 0; i < file->pending->len; i++)
    apply (file->durable, g_ptr_array_index (file->pending, i));
  g_ptr_array_set_size (file->pending, 0);
  file->linked = TRUE;
}

static void
write_image (const char *path, const DiskFile *file, GRand *rng, double keep)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_byte_array_append (bytes, file->durable->data, file->durable->len);
  for (guint i = 0; i < file->pending->len; i++)
    apply_partly (bytes, g_ptr_array_index (file->pending, i), rng, keep);
  g_file_set_contents_full (path, (const char *) bytes->data, (gssize) bytes->len,
                            G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

/* A name that was not synced may be there or not, and a removed file may be back. */
static const DiskFile *
choose_journal (GPtrArray *journals, GRand *rng)
{
  guint first = 0;
  gboolean may_be_absent = TRUE;
  guint choice;

  for (guint i = 0; i < journals->len; i++) {
    const DiskFile *file = g_ptr_array_index (journals, i);
    if (file->linked) {
      first = i;
      may_be_absent = file->deleted;
    } else if (file->deleted) {
      may_be_absent = TRUE;
    }
  }
  if (journals->len == 0)
    return NULL;
  choice = (guint) g_rand_int_range (rng, (gint32) first,
                                     (gint32) (journals->len + (may_be_absent ? 1 : 0)));
  return choice < journals->len ? g_ptr_array_index (journals, choice) : NULL;
}

static DiskFile *
play (const DkFaultLog *log, guint point, DiskFile *database, GPtrArray *journals, guint *mark)
{
  for (guint i = 0; i < point; i++) {
    Op *op = &g_array_index (log->ops, Op, i);
    DiskFile *file = database;
    if (op->file == DK_FAULT_JOURNAL && op->kind == CREATE)
      g_ptr_array_add (journals, disk_file_new (NULL));
    if (op->file == DK_FAULT_JOURNAL)
      file = g_ptr_array_index (journals, journals->len - 1);
    if (op->kind == MARK)
      *mark = (guint) op->offset;
    else if (op->kind == SYNC)
      sync_disk_file (file);
    else if (op->kind == DELETE)
      file->deleted = TRUE;
    else if (op->kind != CREATE)
      g_ptr_array_add (file->pending, op);
  }
  return database;
}

guint
dk_fault_cut (const DkFaultLog *log, guint point, GRand *rng, GBytes *database, GBytes *journal,
              const char *path)
{
  static const double keeps[] = { 0.0, 0.3, 0.7, 0.95, 1.0 };
  g_autofree char *wal_path = g_strconcat (path, "-wal", NULL);
  g_autoptr (GPtrArray) journals = g_ptr_array_new_with_free_func (disk_file_free);
  DiskFile *file = disk_file_new (database);
  double keep = keeps[g_rand_int_range (rng, 0, G_N_ELEMENTS (keeps))];
  const DiskFile *chosen;
  guint mark = 0;

  if (journal != NULL)
    g_ptr_array_add (journals, disk_file_new (journal));
  play (log, point, file, journals, &mark);
  write_image (path, file, rng, keep);
  disk_file_free (file);
  chosen = choose_journal (journals, rng);
  (void) g_remove (wal_path);
  if (chosen != NULL)
    write_image (wal_path, chosen, rng, keep);
  return mark;
}
