/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1 /* memfd_create */

#include "app/base/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/text.h"

#define HOLDER_TRIES 20
#define HOLDER_PAUSE_US 10000

struct DkFileLock {
  int fd;
};

/* Whoever has just taken the lock writes its name a moment later. */
static void
read_holder (int fd, char *text, gsize size_max)
{
  for (guint i = 0; i < HOLDER_TRIES; i++) {
    gssize size = dk_platform_read_at (fd, text, size_max - 1, 0);
    text[MAX (size, 0)] = '\0';
    if (strchr (text, '\n') != NULL)
      return;
    g_usleep (HOLDER_PAUSE_US);
  }
}

/* The holder as it wrote itself down: "PID USER". A lock can be free while the text still names the
 * last holder, so the text is read only when the lock is refused. */
static void
set_busy_error (int fd, const char *path, GError **error)
{
  char text[128] = "";
  g_autofree char *holder = NULL;

  read_holder (fd, text, sizeof text);
  holder = dk_text_printable (g_strstrip (text), FALSE);
  if (*holder == '\0')
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
                 "This kit is open in another process (%s). Lock it there, then try again.", path);
  else
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
                 "This kit is open already: process %s. Nothing was changed. Lock it there, then "
                 "try again.",
                 holder);
}

/* The umask must not take from the group what the folder gives it. */
static void
set_file_mode (int fd, int mode)
{
  struct stat facts;

  if (fstat (fd, &facts) == 0 && (facts.st_mode & 0777) != (mode_t) mode
      && facts.st_uid == geteuid () && fchmod (fd, (mode_t) mode) != 0)
    g_debug ("the mode of a new file could not be set");
}

static DkFileLock *
new_lock (int fd)
{
  DkFileLock *lock = g_new0 (DkFileLock, 1);

  lock->fd = fd;
  return lock;
}

DkFileLock *
dk_platform_lock_file (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *user = dk_platform_user_name ();
  g_autofree char *text = g_strdup_printf ("%d %s\n", (int) getpid (), user);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, dk_platform_file_mode (folder));
  int saved = errno;

  if (fd < 0) {
    g_set_error (error, DK_ERROR, saved == EACCES ? DK_ERROR_DENIED : DK_ERROR_STORAGE,
                 "Could not open %s: %s. The kit stays closed. Make room on the disk or check it "
                 "and the rights to it, then try again.",
                 path, g_strerror (saved));
    return NULL;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
    set_busy_error (fd, path, error);
    (void) close (fd);
    return NULL;
  }
  set_file_mode (fd, dk_platform_file_mode (folder));
  if (ftruncate (fd, 0) != 0 || !dk_platform_write_all (fd, text, strlen (text)))
    g_debug ("the lock file could not name its holder");
  return new_lock (fd);
}

gboolean
dk_platform_share_lock (const char *path, DkFileLock **lock, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  int saved = errno;

  if (fd < 0 && saved == ENOENT) {
    *lock = NULL;
    return TRUE;
  }
  if (fd < 0) {
    g_set_error (error, DK_ERROR, saved == EACCES ? DK_ERROR_DENIED : DK_ERROR_STORAGE,
                 "Could not read %s: %s. The kit stays closed. Check the disk and the rights to "
                 "the kit's folder, then try again.",
                 path, g_strerror (saved));
    return FALSE;
  }
  if (flock (fd, LOCK_SH | LOCK_NB) != 0) {
    set_busy_error (fd, path, error);
    (void) close (fd);
    return FALSE;
  }
  *lock = new_lock (fd);
  return TRUE;
}

void
dk_file_lock_free (DkFileLock *lock)
{
  if (lock == NULL)
    return;
  (void) close (lock->fd);
  g_free (lock);
}

void
dk_platform_harden_process (void)
{
  const struct rlimit none = { 0, 0 };

  (void) setrlimit (RLIMIT_CORE, &none);
  (void) prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  /* A file that may not grow any more is to be an error with words, not the end of the program. */
  (void) signal (SIGXFSZ, SIG_IGN);
#ifdef M_PERTURB
  (void) mallopt (M_PERTURB, 0xa5);
#endif
}

static char *
read_small_file (const char *path)
{
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_strdup ("");
  return g_strstrip (text);
}

void
dk_platform_keep_on_broken_pipe (void)
{
  (void) signal (SIGPIPE, SIG_IGN);
}

char *
dk_platform_machine_id (void)
{
  g_autofree char *raw = read_small_file ("/etc/machine-id");
  g_autofree char *salted = g_strconcat ("downtime-kit machine v1:", raw, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, salted, -1);

  return *raw == '\0' ? g_strnfill (32, '0') : g_strndup (hash, 32);
}

char *
dk_platform_boot_id (void)
{
  return read_small_file ("/proc/sys/kernel/random/boot_id");
}

gint64
dk_platform_boottime_ms (void)
{
  struct timespec t = { 0 };

  (void) clock_gettime (CLOCK_BOOTTIME, &t);
  return (gint64) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

char *
dk_platform_user_name (void)
{
  const struct passwd *entry = getpwuid (getuid ());

  return g_strdup (entry != NULL ? entry->pw_name : "?");
}

gint64
dk_platform_cpu_us (void)
{
  struct timespec t = { 0 };

  (void) clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

gint64
dk_platform_thread_cpu_us (void)
{
  struct timespec t = { 0 };

  (void) clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

guint64
dk_platform_available_memory (void)
{
  static const char label[] = "MemAvailable:";
  g_autofree char *text = read_small_file ("/proc/meminfo");
  const char *line = strstr (text, label);

  return line != NULL ? g_ascii_strtoull (line + sizeof label - 1, NULL, 10) << 10 : 0;
}

/* Byte by byte, so that nothing behind the line is taken from a pipe that others read on. */
static gboolean
read_line (int fd, guint8 *out, gsize size_max, gsize *size)
{
  gsize n = 0;

  while (n < size_max) {
    guint8 byte;
    gssize got = read (fd, &byte, 1);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return FALSE;
    if (got == 0 || byte == '\n')
      break;
    out[n++] = byte;
  }
  if (n > 0 && n < size_max && out[n - 1] == '\r')
    n--;
  *size = n;
  return TRUE;
}

gboolean
dk_platform_read_line (const char *path, guint8 *out, gsize size_max, gsize *size, GError **error)
{
  gboolean is_stdin = strcmp (path, "-") == 0;
  int fd = is_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && read_line (fd, out, size_max, size);

  if (!done)
    g_set_error (error, DK_ERROR,
                 errno == ENOENT ? DK_ERROR_NOT_FOUND
                 : errno == EACCES ? DK_ERROR_DENIED
                                   : DK_ERROR_FAILED,
                 "Could not read %s: %s.", path, g_strerror (errno));
  if (fd >= 0 && !is_stdin)
    (void) close (fd);
  return done;
}

DkSecret *
dk_platform_ask_passphrase (const char *prompt, GError **error)
{
  g_autoptr (DkSecret) buffer = dk_secret_new (DK_LIMIT_PASSPHRASE_BYTES + 2);
  struct termios shown;
  struct termios hidden;
  gsize size = 0;
  gboolean read_ok;
  int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC);

  if (fd < 0 || tcgetattr (fd, &shown) != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
                 "There is no terminal to ask for the passphrase on. Nothing was done.");
    if (fd >= 0)
      (void) close (fd);
    return NULL;
  }
  hidden = shown;
  hidden.c_lflag &= ~(tcflag_t) ECHO;
  (void) tcsetattr (fd, TCSAFLUSH, &hidden);
  read_ok = dk_platform_write_all (fd, prompt, strlen (prompt))
            && read_line (fd, dk_secret_get_mutable (buffer), dk_secret_size (buffer), &size);
  (void) tcsetattr (fd, TCSAFLUSH, &shown);
  read_ok = dk_platform_write_all (fd, "\n", 1) && read_ok;
  (void) close (fd);
  if (!read_ok || size == 0 || size > DK_LIMIT_PASSPHRASE_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_USAGE, "No passphrase was typed. Nothing was done.");
    return NULL;
  }
  return dk_secret_new_copy (dk_secret_get (buffer), size);
}

/* Magic numbers of statfs(2) for file systems that lie on another machine. */
static const char *
network_file_system (const char *path)
{
  g_autofree char *existing = g_canonicalize_filename (path, NULL);
  struct statfs facts;

  while (statfs (existing, &facts) != 0) {
    g_autofree char *parent = g_path_get_dirname (existing);
    if (strcmp (parent, existing) == 0)
      return NULL;
    g_free (existing);
    existing = g_steal_pointer (&parent);
  }
  switch ((guint32) facts.f_type) {
  case 0x6969:
    return "a network folder (NFS)";
  case 0xff534d42:
  case 0xfe534d42:
  case 0x517b:
    return "a network folder (SMB)";
  case 0x01021997:
    return "a folder shared by a virtual machine's host";
  default:
    return NULL;
  }
}

gboolean
dk_platform_is_shared_path (const char *path, const char **kind)
{
  static const struct {
    const char *part;
    const char *kind;
  } synced[] = {
    { "/OneDrive", "a folder that OneDrive mirrors" },
    { "/Dropbox", "a folder that Dropbox mirrors" },
    { "/Nextcloud", "a folder that Nextcloud mirrors" },
    { "/Google Drive", "a folder that Google Drive mirrors" },
    { "/iCloud", "a folder that iCloud mirrors" },
  };
  const char *network = network_file_system (path);

  if (network != NULL) {
    *kind = network;
    return TRUE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (synced); i++)
    if (strstr (path, synced[i].part) != NULL) {
      *kind = synced[i].kind;
      return TRUE;
    }
  return FALSE;
}

char *
dk_platform_real_path (const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  char *real = realpath (absolute, NULL);
  char *copy = g_strdup (real != NULL ? real : absolute);

  free (real);
  return copy;
}

gboolean
dk_platform_sync_fd (int fd)
{
  return fsync (fd) == 0;
}

gboolean
dk_platform_sync_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean done;
  int saved;

  if (fd < 0)
    return FALSE;
  done = fsync (fd) == 0;
  saved = errno;
  (void) close (fd);
  errno = saved;
  /* Some file systems have no such call; their renames are as durable as they get. */
  return done || saved == EINVAL;
}

int
dk_platform_open_file (const char *path)
{
  return open (path, O_RDONLY | O_CLOEXEC);
}

int
dk_platform_create_file (const char *path, int mode)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

  if (fd >= 0)
    set_file_mode (fd, mode);
  return fd;
}

int
dk_platform_file_mode (const char *folder)
{
  struct stat facts;

  return stat (folder, &facts) == 0 && (facts.st_mode & S_ISGID) != 0 ? 0660 : 0600;
}

static DkFileKind
kind_of (mode_t mode)
{
  return S_ISREG (mode)   ? DK_FILE_REGULAR
         : S_ISDIR (mode) ? DK_FILE_FOLDER
         : S_ISLNK (mode) ? DK_FILE_LINK
                          : DK_FILE_OTHER;
}

gboolean
dk_platform_file_facts (int fd, DkFileKind *kind, guint64 *size)
{
  struct stat facts;

  if (fstat (fd, &facts) != 0)
    return FALSE;
  *kind = kind_of (facts.st_mode);
  *size = S_ISREG (facts.st_mode) && facts.st_size > 0 ? (guint64) facts.st_size : 0;
  return TRUE;
}

DkFileKind
dk_platform_path_kind (const char *path)
{
  struct stat facts;

  return lstat (path, &facts) == 0 ? kind_of (facts.st_mode) : DK_FILE_ABSENT;
}

gboolean
dk_platform_is_private_folder (const char *path)
{
  struct stat facts;

  return lstat (path, &facts) == 0 && S_ISDIR (facts.st_mode) && facts.st_uid == geteuid ()
         && (facts.st_mode & 077) == 0;
}

gssize
dk_platform_read_on (int fd, void *out, gsize size)
{
  gsize done = 0;

  while (done < size) {
    gssize got = read (fd, (guint8 *) out + done, size - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    done += (gsize) got;
  }
  return (gssize) done;
}

gssize
dk_platform_read_at (int fd, void *out, gsize size, guint64 offset)
{
  gsize done = 0;

  while (done < size) {
    gssize got = pread (fd, (guint8 *) out + done, size - done, (off_t) (offset + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    done += (gsize) got;
  }
  return (gssize) done;
}

gboolean
dk_platform_write_all (int fd, const void *bytes, gsize size)
{
  gsize done = 0;

  while (done < size) {
    gssize put = write (fd, (const guint8 *) bytes + done, size - done);
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      return FALSE;
    done += (gsize) put;
  }
  return TRUE;
}

int
dk_platform_link (const char *from, const char *to)
{
  if (link (from, to) == 0)
    return 1;
  return errno == EEXIST ? 0 : -1;
}

void
dk_platform_forget_cached (int fd)
{
  (void) posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
}

int
dk_platform_rename_new (const char *from, const char *to)
{
  /* A hard link refuses an existing name on every POSIX file system; where there are no links
   * (FAT), the check and the rename are two steps. */
  if (link (from, to) == 0) {
    (void) unlink (from);
    return 1;
  }
  if (errno == EEXIST)
    return 0;
  if (access (to, F_OK) == 0)
    return 0;
  return rename (from, to) == 0 ? 1 : -1;
}

gboolean
dk_platform_restart_process (char **argv, GError **error)
{
  /* By its path rather than by the link, so that an update takes effect at the next lock. */
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);
  char *end = path != NULL ? strstr (path, " (deleted)") : NULL;

  if (end != NULL)
    *end = '\0';
  (void) execv (path != NULL ? path : argv[0], argv);
  g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
               "The kit is locked and safe, but the window could not start again: %s. Start it by "
               "hand.",
               g_strerror (errno));
  return FALSE;
}

int
dk_platform_memory_file (const void *bytes, gsize size, GError **error)
{
  int fd = memfd_create ("downtime-kit", MFD_CLOEXEC);

  if (fd >= 0 && dk_platform_write_all (fd, bytes, size) && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
               "Could not prepare the page in memory: %s. Nothing was printed; save it as PDF.",
               g_strerror (errno));
  if (fd >= 0)
    (void) close (fd);
  return -1;
}
