/* SPDX-License-Identifier: MIT */
/* The functions below have the names of the C library's, so that this program and its libraries
 * call them; each does its work by the system call. They are declared under other names here, for
 * the headers define some of them as inline functions. */
#define _GNU_SOURCE 1

#include "tests/fault/disk-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/fault/taken-calls.h"

int disk_open (const char *path, int flags, ...) TAKES (open);
int disk_open64 (const char *path, int flags, ...) TAKES (open64);
int disk_open_2 (const char *path, int flags) TAKES (__open_2);
int disk_open64_2 (const char *path, int flags) TAKES (__open64_2);
int disk_openat (int folder, const char *path, int flags, ...) TAKES (openat);
int disk_openat64 (int folder, const char *path, int flags, ...) TAKES (openat64);
int disk_creat (const char *path, mode_t mode) TAKES (creat);
int disk_creat64 (const char *path, mode_t mode) TAKES (creat64);
ssize_t disk_write (int fd, const void *bytes, size_t size) TAKES (write);
ssize_t disk_pwrite (int fd, const void *bytes, size_t size, off_t at) TAKES (pwrite);
ssize_t disk_pwrite64 (int fd, const void *bytes, size_t size, off_t at) TAKES (pwrite64);
ssize_t disk_writev (int fd, const struct iovec *parts, int count) TAKES (writev);
int disk_ftruncate (int fd, off_t size) TAKES (ftruncate);
int disk_ftruncate64 (int fd, off_t size) TAKES (ftruncate64);
int disk_fsync (int fd) TAKES (fsync);
int disk_fdatasync (int fd) TAKES (fdatasync);
int disk_rename (const char *from, const char *to) TAKES (rename);
int disk_link (const char *from, const char *to) TAKES (link);
int disk_unlink (const char *path) TAKES (unlink);
int disk_rmdir (const char *path) TAKES (rmdir);
int disk_remove (const char *path) TAKES (remove);
int disk_mkdir (const char *path, mode_t mode) TAKES (mkdir);

static DkDiskLog *recording;
static guint phase;
static GHashTable *inodes; /* inode as text to the number of its file, or to DK_DISK_NO_FILE */
static GHashTable *folder_names; /* inode of a folder to its name */

int
dk_disk_real_open (const char *path, int flags, int mode)
{
  return (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
}

/* Name below the root, NULL if it lies elsewhere. New string. */
static char *
name_of (const char *path)
{
  g_autofree char *full = NULL;
  gsize length;

  if (recording == NULL)
    return NULL;
  full = g_canonicalize_filename (path, NULL);
  length = strlen (recording->root);
  if (strncmp (full, recording->root, length) != 0)
    return NULL;
  if (full[length] == '\0')
    return g_strdup ("");
  return full[length] == '/' ? g_strdup (full + length + 1) : NULL;
}

static char *
key_of (const struct stat *facts)
{
  return g_strdup_printf ("%lu:%lu", (gulong) facts->st_dev, (gulong) facts->st_ino);
}

/* FALSE if what is open there does not lie below the root. */
static gboolean
find_file (int fd, guint *file, char **folder)
{
  struct stat facts;
  g_autofree char *key = NULL;
  gpointer value;

  if (recording == NULL || fstat (fd, &facts) != 0)
    return FALSE;
  key = key_of (&facts);
  *folder = g_strdup (g_hash_table_lookup (folder_names, key));
  *file = DK_DISK_NO_FILE;
  if (*folder != NULL)
    return TRUE;
  if (!g_hash_table_lookup_extended (inodes, key, NULL, &value))
    return FALSE;
  *file = GPOINTER_TO_UINT (value);
  return TRUE;
}

static guint
find_named_file (const char *path)
{
  struct stat facts;
  g_autofree char *key = NULL;
  gpointer value;

  if (lstat (path, &facts) != 0)
    return DK_DISK_NO_FILE;
  key = key_of (&facts);
  if (!g_hash_table_lookup_extended (inodes, key, NULL, &value))
    return DK_DISK_NO_FILE;
  return GPOINTER_TO_UINT (value);
}

static DkDiskOp *
add (DkDiskKind kind, guint file)
{
  DkDiskOp op = { .kind = kind, .phase = phase, .file = file };

  g_array_append_val (recording->ops, op);
  return &g_array_index (recording->ops, DkDiskOp, recording->ops->len - 1);
}

static void
add_name (DkDiskKind kind, guint file, const char *name, const char *to)
{
  DkDiskOp *op = add (kind, file);

  op->name = g_strdup (name);
  op->to = g_strdup (to);
}

static void
know_folder (const char *path, const char *name)
{
  struct stat facts;

  g_assert_cmpint (lstat (path, &facts), ==, 0);
  g_hash_table_replace (folder_names, key_of (&facts), g_strdup (name));
}

static void
know_file (const struct stat *facts, guint file)
{
  g_autofree char *key = key_of (facts);

  g_hash_table_remove (folder_names, key);
  g_hash_table_replace (inodes, g_steal_pointer (&key), GUINT_TO_POINTER (file));
}

static int
open_file (const char *path, int flags, int mode)
{
  g_autofree char *name = name_of (path);
  struct stat facts;
  gboolean is_new = name != NULL && lstat (path, &facts) != 0;
  int fd = dk_disk_real_open (path, flags, mode);

  if (fd < 0 || name == NULL || fstat (fd, &facts) != 0 || !S_ISREG (facts.st_mode))
    return fd;
  if (is_new) {
    guint file = recording->files++;
    know_file (&facts, file);
    add_name (DK_DISK_CREATE, file, name, NULL);
  } else if ((flags & O_TRUNC) != 0) {
    (void) add (DK_DISK_TRUNCATE, find_named_file (path));
  }
  return fd;
}

DEFINE_OPEN (disk_open)
DEFINE_OPEN (disk_open64)

int
disk_open_2 (const char *path, int flags)
{
  return open_file (path, flags, 0);
}

int
disk_open64_2 (const char *path, int flags)
{
  return open_file (path, flags, 0);
}

static int
open_below (int folder, const char *path, int flags, int mode)
{
  g_autofree char *link = NULL;
  g_autofree char *base = NULL;
  g_autofree char *full = NULL;

  if (recording == NULL || folder == AT_FDCWD || g_path_is_absolute (path))
    return folder == AT_FDCWD || g_path_is_absolute (path)
               ? open_file (path, flags, mode)
               : (int) syscall (SYS_openat, folder, path, flags, mode);
  link = g_strdup_printf ("/proc/self/fd/%d", folder);
  base = g_file_read_link (link, NULL);
  full = g_build_filename (base != NULL ? base : "/", path, NULL);
  return open_file (full, flags, mode);
}

int
disk_openat (int folder, const char *path, int flags, ...)
{
  int mode;

  MODE_OF (flags, mode);
  return open_below (folder, path, flags, mode);
}

int
disk_openat64 (int folder, const char *path, int flags, ...)
{
  int mode;

  MODE_OF (flags, mode);
  return open_below (folder, path, flags, mode);
}

int
disk_creat (const char *path, mode_t mode)
{
  return open_file (path, O_CREAT | O_WRONLY | O_TRUNC, (int) mode);
}

int
disk_creat64 (const char *path, mode_t mode)
{
  return open_file (path, O_CREAT | O_WRONLY | O_TRUNC, (int) mode);
}

static void
add_write (int fd, const void *bytes, gssize size, gint64 at)
{
  g_autofree char *folder = NULL;
  int saved = errno;
  guint file;
  DkDiskOp *op;

  if (size <= 0 || !find_file (fd, &file, &folder)) {
    errno = saved;
    return;
  }
  op = add (DK_DISK_WRITE, file);
  op->offset = at >= 0 ? at : (gint64) lseek (fd, 0, SEEK_CUR) - size;
  op->data = g_bytes_new (bytes, (gsize) size);
  errno = saved;
}

ssize_t
disk_write (int fd, const void *bytes, size_t size)
{
  ssize_t done = syscall (SYS_write, fd, bytes, size);

  if (recording != NULL)
    add_write (fd, bytes, done, -1);
  return done;
}

ssize_t
disk_pwrite (int fd, const void *bytes, size_t size, off_t at)
{
  ssize_t done = syscall (SYS_pwrite64, fd, bytes, size, at);

  if (recording != NULL)
    add_write (fd, bytes, done, at);
  return done;
}

ssize_t
disk_pwrite64 (int fd, const void *bytes, size_t size, off_t at)
{
  return disk_pwrite (fd, bytes, size, at);
}

/* Part by part: what comes between two of them is allowed to. */
ssize_t
disk_writev (int fd, const struct iovec *parts, int count)
{
  ssize_t all = 0;

  if (recording == NULL)
    return syscall (SYS_writev, fd, parts, count);
  for (int i = 0; i < count; i++) {
    ssize_t done = disk_write (fd, parts[i].iov_base, parts[i].iov_len);
    if (done < 0)
      return all > 0 ? all : done;
    all += done;
    if ((size_t) done < parts[i].iov_len)
      break;
  }
  return all;
}

int
disk_ftruncate (int fd, off_t size)
{
  int done = (int) syscall (SYS_ftruncate, fd, size);
  g_autofree char *folder = NULL;
  guint file;

  if (done == 0 && find_file (fd, &file, &folder))
    add (DK_DISK_TRUNCATE, file)->offset = size;
  return done;
}

int
disk_ftruncate64 (int fd, off_t size)
{
  return disk_ftruncate (fd, size);
}

int
disk_fsync (int fd)
{
  g_autofree char *folder = NULL;
  struct stat facts;
  guint file;

  if (fstat (fd, &facts) != 0)
    return -1;
  if (find_file (fd, &file, &folder))
    add_name (folder != NULL ? DK_DISK_SYNC_FOLDER : DK_DISK_SYNC, file, folder, NULL);
  return 0;
}

int
disk_fdatasync (int fd)
{
  return disk_fsync (fd);
}

int
disk_rename (const char *from, const char *to)
{
  g_autofree char *name = name_of (from);
  g_autofree char *new_name = name_of (to);
  guint file = name != NULL ? find_named_file (from) : DK_DISK_NO_FILE;
  int done = (int) syscall (SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);

  if (done != 0 || (name == NULL && new_name == NULL))
    return done;
  g_assert_true (name != NULL && new_name != NULL); /* across the root: not modelled */
  add_name (DK_DISK_RENAME, file, name, new_name);
  if (file == DK_DISK_NO_FILE)
    know_folder (to, new_name);
  return done;
}

int
disk_link (const char *from, const char *to)
{
  g_autofree char *name = name_of (to);
  int done = (int) syscall (SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);

  if (done == 0 && name != NULL)
    add_name (DK_DISK_LINK, find_named_file (to), name, NULL);
  return done;
}

int
disk_unlink (const char *path)
{
  g_autofree char *name = name_of (path);
  guint file = name != NULL ? find_named_file (path) : DK_DISK_NO_FILE;
  int done = (int) syscall (SYS_unlinkat, AT_FDCWD, path, 0);

  if (done == 0 && name != NULL)
    add_name (DK_DISK_REMOVE, file, name, NULL);
  return done;
}

int
disk_rmdir (const char *path)
{
  g_autofree char *name = name_of (path);
  int done = (int) syscall (SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);

  if (done == 0 && name != NULL)
    add_name (DK_DISK_REMOVE_FOLDER, DK_DISK_NO_FILE, name, NULL);
  return done;
}

int
disk_remove (const char *path)
{
  struct stat facts;

  if (lstat (path, &facts) != 0)
    return -1;
  return S_ISDIR (facts.st_mode) ? disk_rmdir (path) : disk_unlink (path);
}

int
disk_mkdir (const char *path, mode_t mode)
{
  g_autofree char *name = name_of (path);
  int done = (int) syscall (SYS_mkdirat, AT_FDCWD, path, mode);

  if (done == 0 && name != NULL) {
    know_folder (path, name);
    add_name (DK_DISK_MAKE_FOLDER, DK_DISK_NO_FILE, name, NULL);
  }
  return done;
}

static void
clear_op (gpointer data)
{
  DkDiskOp *op = data;

  g_free (op->name);
  g_free (op->to);
  g_clear_pointer (&op->data, g_bytes_unref);
}

static void
free_start (gpointer data)
{
  DkDiskStart *start = data;

  g_free (start->name);
  g_clear_pointer (&start->content, g_bytes_unref);
  g_free (start);
}

static void
take_start (DkDiskLog *log, const char *path, const char *name)
{
  DkDiskStart *start = g_new0 (DkDiskStart, 1);
  struct stat facts;
  char *bytes;
  gsize size;

  start->name = g_strdup (name);
  g_ptr_array_add (log->start, start);
  g_assert_cmpint (lstat (path, &facts), ==, 0);
  if (S_ISDIR (facts.st_mode)) {
    g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
    const char *child;
    know_folder (path, name);
    while ((child = g_dir_read_name (folder)) != NULL) {
      g_autofree char *below = g_build_filename (path, child, NULL);
      g_autofree char *below_name = g_build_filename (name, child, NULL);
      take_start (log, below, below_name);
    }
    return;
  }
  g_assert_true (S_ISREG (facts.st_mode));
  for (guint i = 0; i < log->start->len; i++)
    if (g_ptr_array_index (log->start, i) == start)
      know_file (&facts, i);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  start->content = g_bytes_new_take (bytes, size);
}

void
dk_disk_use_memory (void)
{
  if (g_access ("/dev/shm", W_OK | X_OK) == 0)
    g_assert_true (g_setenv ("TMPDIR", "/dev/shm", TRUE));
}

void
dk_disk_record (const char *root)
{
  DkDiskLog *log = g_new0 (DkDiskLog, 1);

  g_assert_null (recording);
  log->root = g_strdup (root);
  log->ops = g_array_new (FALSE, TRUE, sizeof (DkDiskOp));
  g_array_set_clear_func (log->ops, clear_op);
  log->start = g_ptr_array_new_with_free_func (free_start);
  inodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  folder_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  take_start (log, root, "");
  log->files = log->start->len;
  phase = 0;
  recording = log;
}

void
dk_disk_mark (guint n)
{
  if (recording != NULL)
    add (DK_DISK_MARK, DK_DISK_NO_FILE)->offset = n;
}

void
dk_disk_phase (guint new_phase)
{
  g_assert_cmpuint (new_phase, <, DK_DISK_PHASES);
  phase = new_phase;
}

DkDiskLog *
dk_disk_take_log (void)
{
  g_clear_pointer (&inodes, g_hash_table_unref);
  g_clear_pointer (&folder_names, g_hash_table_unref);
  return g_steal_pointer (&recording);
}

void
dk_disk_log_free (DkDiskLog *log)
{
  if (log == NULL)
    return;
  g_array_unref (log->ops);
  g_ptr_array_unref (log->start);
  g_free (log->root);
  g_free (log);
}
