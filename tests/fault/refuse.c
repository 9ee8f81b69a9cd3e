/* SPDX-License-Identifier: MIT */
/* Declared under other names, for the headers define some of these as inline functions. Which files
 * lie below the folder is known from their opening: a process that guards its memory may not look
 * into /proc. */
#define _GNU_SOURCE 1

#include "tests/fault/refuse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/fault/taken-calls.h"

#define FILES_MAX 1024

int refuse_open (const char *path, int flags, ...) TAKES (open);
int refuse_open64 (const char *path, int flags, ...) TAKES (open64);
int refuse_close (int fd) TAKES (close);
ssize_t refuse_read (int fd, void *bytes, size_t size) TAKES (read);
ssize_t refuse_pread (int fd, void *bytes, size_t size, off_t at) TAKES (pread);
ssize_t refuse_pread64 (int fd, void *bytes, size_t size, off_t at) TAKES (pread64);
ssize_t refuse_write (int fd, const void *bytes, size_t size) TAKES (write);
ssize_t refuse_pwrite (int fd, const void *bytes, size_t size, off_t at) TAKES (pwrite);
ssize_t refuse_pwrite64 (int fd, const void *bytes, size_t size, off_t at) TAKES (pwrite64);
ssize_t refuse_writev (int fd, const struct iovec *parts, int count) TAKES (writev);
int refuse_ftruncate (int fd, off_t size) TAKES (ftruncate);
int refuse_ftruncate64 (int fd, off_t size) TAKES (ftruncate64);
int refuse_fsync (int fd) TAKES (fsync);
int refuse_fdatasync (int fd) TAKES (fdatasync);
int refuse_rename (const char *from, const char *to) TAKES (rename);
int refuse_link (const char *from, const char *to) TAKES (link);
int refuse_unlink (const char *path) TAKES (unlink);
int refuse_mkdir (const char *path, mode_t mode) TAKES (mkdir);

typedef enum { CALL_OTHER, CALL_ROOM, CALL_WRITE } Call; /* a write takes room as well */

static char root[PATH_MAX];
static char flag_file[PATH_MAX]; /* "" in a program that is told by calls */
static gboolean watched[FILES_MAX];
static RefuseKind kind;
static guint chosen;
static guint calls;
static gboolean has_failed;

__attribute__ ((constructor)) static void
take_environment (void)
{
  const char *folder = g_getenv ("DK_REFUSE_ROOT");
  const char *flag = g_getenv ("DK_REFUSE_WHILE");

  if (folder == NULL || flag == NULL)
    return;
  g_strlcpy (flag_file, flag, sizeof flag_file);
  refuse_begin (folder, REFUSE_FULL, 1);
}

void
refuse_begin (const char *folder, RefuseKind new_kind, guint call)
{
  g_strlcpy (root, folder, sizeof root);
  kind = new_kind;
  chosen = call;
  calls = 0;
  has_failed = FALSE;
}

guint
refuse_end (void)
{
  kind = REFUSE_NOTHING;
  return calls;
}

gboolean
refuse_has_failed (void)
{
  return has_failed;
}

static gboolean
is_below (const char *path)
{
  gsize length = strlen (root);

  return length > 0 && strncmp (path, root, length) == 0
         && (path[length] == '/' || path[length] == '\0');
}

static gboolean
is_watched (int fd)
{
  return root[0] != '\0' && fd >= 0 && fd < FILES_MAX && watched[fd];
}

static gboolean
counts (Call call)
{
  switch (kind) {
  case REFUSE_FULL:
    return call != CALL_OTHER;
  case REFUSE_SHORT:
    return call == CALL_WRITE;
  default:
    return TRUE;
  }
}

/* TRUE if this call is to fail, with errno; one that is only cut short has errno 0. */
static gboolean
must_fail (Call call)
{
  if (!counts (call))
    return FALSE;
  if (flag_file[0] != '\0' && syscall (SYS_access, flag_file, F_OK) != 0)
    return FALSE;
  calls++;
  if (kind == REFUSE_NOTHING || calls < chosen)
    return FALSE;
  if (calls > chosen && (kind == REFUSE_ONCE || kind == REFUSE_SHORT))
    return FALSE;
  has_failed = TRUE;
  if (kind == REFUSE_SHORT)
    errno = 0;
  else if (kind == REFUSE_FULL)
    errno = ENOSPC;
  else
    errno = call != CALL_OTHER && calls % 2 == 0 ? ENOSPC : EIO;
  return TRUE;
}

static int
open_file (const char *path, int flags, int mode)
{
  gboolean concerns = root[0] != '\0' && is_below (path);
  gboolean is_new = concerns && (flags & O_CREAT) != 0 && syscall (SYS_access, path, F_OK) != 0;
  int fd;

  /* A program that is watched from outside finds room for a name, as file systems mostly have. */
  if (concerns && must_fail (is_new && flag_file[0] == '\0' ? CALL_ROOM : CALL_OTHER))
    return -1;
  fd = (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
  if (fd >= 0 && fd < FILES_MAX)
    watched[fd] = is_below (path);
  return fd;
}

DEFINE_OPEN (refuse_open)
DEFINE_OPEN (refuse_open64)

int
refuse_close (int fd)
{
  if (fd >= 0 && fd < FILES_MAX)
    watched[fd] = FALSE;
  return (int) syscall (SYS_close, fd);
}

ssize_t
refuse_read (int fd, void *bytes, size_t size)
{
  if (is_watched (fd) && must_fail (CALL_OTHER))
    return -1;
  return syscall (SYS_read, fd, bytes, size);
}

ssize_t
refuse_pread (int fd, void *bytes, size_t size, off_t at)
{
  if (is_watched (fd) && must_fail (CALL_OTHER))
    return -1;
  return syscall (SYS_pread64, fd, bytes, size, at);
}

ssize_t
refuse_pread64 (int fd, void *bytes, size_t size, off_t at)
{
  return refuse_pread (fd, bytes, size, at);
}

/* Half of what was to be written is there, as a full disk leaves it. at < 0: where the file
 * stands. */
static ssize_t
write_half (int fd, const void *bytes, size_t size, off_t at)
{
  int saved = errno;
  ssize_t done = at >= 0 ? syscall (SYS_pwrite64, fd, bytes, size - size / 2, at)
                         : syscall (SYS_write, fd, bytes, size - size / 2);

  errno = saved;
  return saved == 0 ? done : -1;
}

ssize_t
refuse_write (int fd, const void *bytes, size_t size)
{
  if (is_watched (fd) && must_fail (CALL_WRITE))
    return write_half (fd, bytes, size, -1);
  return syscall (SYS_write, fd, bytes, size);
}

ssize_t
refuse_pwrite (int fd, const void *bytes, size_t size, off_t at)
{
  if (is_watched (fd) && must_fail (CALL_WRITE))
    return write_half (fd, bytes, size, at);
  return syscall (SYS_pwrite64, fd, bytes, size, at);
}

ssize_t
refuse_pwrite64 (int fd, const void *bytes, size_t size, off_t at)
{
  return refuse_pwrite (fd, bytes, size, at);
}

ssize_t
refuse_writev (int fd, const struct iovec *parts, int count)
{
  if (is_watched (fd) && must_fail (CALL_ROOM))
    return -1;
  return syscall (SYS_writev, fd, parts, count);
}

int
refuse_ftruncate (int fd, off_t size)
{
  if (is_watched (fd) && must_fail (CALL_OTHER))
    return -1;
  return (int) syscall (SYS_ftruncate, fd, size);
}

int
refuse_ftruncate64 (int fd, off_t size)
{
  return refuse_ftruncate (fd, size);
}

int
refuse_fsync (int fd)
{
  return is_watched (fd) && must_fail (CALL_OTHER) ? -1 : 0;
}

int
refuse_fdatasync (int fd)
{
  return refuse_fsync (fd);
}

int
refuse_rename (const char *from, const char *to)
{
  if ((is_below (from) || is_below (to)) && must_fail (CALL_OTHER))
    return -1;
  return (int) syscall (SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
refuse_link (const char *from, const char *to)
{
  if (is_below (to) && must_fail (CALL_ROOM))
    return -1;
  return (int) syscall (SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
refuse_unlink (const char *path)
{
  if (is_below (path) && must_fail (CALL_OTHER))
    return -1;
  return (int) syscall (SYS_unlinkat, AT_FDCWD, path, 0);
}

int
refuse_mkdir (const char *path, mode_t mode)
{
  if (is_below (path) && must_fail (CALL_ROOM))
    return -1;
  return (int) syscall (SYS_mkdirat, AT_FDCWD, path, mode);
}
