/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/base/secret.h"

G_BEGIN_DECLS

/* What differs between systems. Only platform-*.c of this room calls POSIX or Windows directly. */

typedef struct DkFileLock DkFileLock;

typedef enum {
  DK_FILE_ABSENT,
  DK_FILE_REGULAR,
  DK_FILE_FOLDER,
  DK_FILE_LINK,
  DK_FILE_OTHER /* device, pipe, socket */
} DkFileKind;

/* Takes the one lock of a kit, held until freed or until the process ends in whatever way. The
 * file is made if needed and names the holder. DK_ERROR_BUSY tells the holder's pid and user;
 * DK_ERROR_STORAGE. Any thread. */
DkFileLock *dk_platform_lock_file (const char *path, GError **error) DK_CHECKED;

/* For who may not write the lock file: shares its lock, so that nobody takes it meanwhile, and
 * makes no file. *lock becomes NULL if there is none. DK_ERROR_BUSY as above; DK_ERROR_DENIED,
 * _STORAGE if it cannot even be read. Any thread. */
gboolean dk_platform_share_lock (const char *path, DkFileLock **lock, GError **error) DK_CHECKED;

/* Gives the lock up; NULL is fine. */
void dk_file_lock_free (DkFileLock *lock);

/* Makes the process hard to look into: no core dumps, not traceable, freed memory overwritten. A
 * write beyond the size that files may have becomes an error (EFBIG) instead of the end. Called
 * first in main, before any secret exists. */
void dk_platform_harden_process (void);

/* From now on a write to a program that ended without reading is an error (EPIPE) instead of the
 * end of this process. Any thread. */
void dk_platform_keep_on_broken_pipe (void);

/* A stable id of this PC (systemd's machine-id), hashed so that the raw value is never stored:
 * 32 hex digits, or 32 zeros where there is none. New string. */
char *dk_platform_machine_id (void);

/* Id of this boot, "" where there is none. New string. */
char *dk_platform_boot_id (void);

/* Time since boot in ms, suspended time included. */
gint64 dk_platform_boottime_ms (void);

/* Login name of the person at this PC, "?" if unknown. New string. */
char *dk_platform_user_name (void);

/* CPU time of this process so far in microseconds; for figures, never for control. */
gint64 dk_platform_cpu_us (void);

/* CPU time of the calling thread so far in microseconds: what bounds work that a busy PC must not
 * cut short. */
gint64 dk_platform_thread_cpu_us (void);

/* Memory in bytes that a program can get now without others being pushed out to disk, 0 if unknown.
 */
guint64 dk_platform_available_memory (void);

/* Asks on the terminal without echo. DK_ERROR_USAGE where there is no terminal. New secret. */
DkSecret *dk_platform_ask_passphrase (const char *prompt, GError **error) DK_CHECKED;

/* Reads the first line of a file, or of standard input for "-", without its line end, straight into
 * memory of the caller (so that a passphrase never passes through a buffer of the C library). A
 * line that does not fit gives size_max. DK_ERROR_NOT_FOUND, _DENIED, _FAILED. Any thread. */
gboolean dk_platform_read_line (const char *path, guint8 *out, gsize size_max, gsize *size,
                                GError **error) DK_CHECKED;

/* TRUE if path lies on a network file system or in a folder that a known sync program mirrors;
 * kind then names it (static text). */
gboolean dk_platform_is_shared_path (const char *path, const char **kind);

/* The one name of a folder or file: absolute and without links. Of what does not exist, the
 * absolute name as it was given. New string. Any thread. */
char *dk_platform_real_path (const char *path);

/* Makes an open file's content durable (fsync). FALSE with errno set by the system. */
gboolean dk_platform_sync_fd (int fd) DK_CHECKED;

/* Makes a folder's entries durable. TRUE where the system has no such notion. */
gboolean dk_platform_sync_folder (const char *path) DK_CHECKED;

/* Opens a file for reading, -1 with errno. The descriptor is not inherited by children. */
int dk_platform_open_file (const char *path) DK_CHECKED;

/* Makes a file that must not exist yet, with this mode whatever the umask says, and opens it for
 * writing, -1 with errno. */
int dk_platform_create_file (const char *path, int mode) DK_CHECKED;

/* Mode for a new file in this folder: 0660 if the folder is setgid, else 0600. */
int dk_platform_file_mode (const char *folder);

/* What an open file is: kind and, of a regular file, its size in bytes. FALSE with errno. */
gboolean dk_platform_file_facts (int fd, DkFileKind *kind, guint64 *size) DK_CHECKED;

/* What stands at a path, a link itself being no regular file. Never fails: what cannot be looked at
 * counts as absent. */
DkFileKind dk_platform_path_kind (const char *path);

/* TRUE if this is a folder of this user, and no link to one, that nobody else may look into. */
gboolean dk_platform_is_private_folder (const char *path);

/* Reads size bytes from where the file stands, pipes as well, fewer only at its end; -1 with
 * errno. */
gssize dk_platform_read_on (int fd, void *out, gsize size) DK_CHECKED;

/* Reads size bytes at offset, fewer only at the end of the file; -1 with errno. */
gssize dk_platform_read_at (int fd, void *out, gsize size, guint64 offset) DK_CHECKED;

/* Writes all bytes; FALSE with errno. */
gboolean dk_platform_write_all (int fd, const void *bytes, gsize size) DK_CHECKED;

/* Gives a file a second name: 1 done, 0 the name exists, -1 this file system has no such thing (or
 * another reason, with errno). */
int dk_platform_link (const char *from, const char *to) DK_CHECKED;

/* Asks the system to drop what it holds of an open file in memory. Best effort. */
void dk_platform_forget_cached (int fd);

/* Renames without replacing: 1 done, 0 the target exists, -1 with errno. */
int dk_platform_rename_new (const char *from, const char *to) DK_CHECKED;

/* Replaces this process by a fresh one of the same program with the arguments argv, so that no
 * memory of it is left. Returns only on failure: DK_ERROR_FAILED. Files must be closed; other
 * threads end without notice. */
gboolean dk_platform_restart_process (char **argv, GError **error) DK_CHECKED;

/* A file of these bytes in memory alone, at its start, for a call that wants a file descriptor; the
 * caller closes it. -1 with DK_ERROR_FAILED. */
int dk_platform_memory_file (const void *bytes, gsize size, GError **error) DK_CHECKED;

/* Asks the login manager on this system bus to wait with sleep, some seconds at most, until the
 * descriptor is closed that held is given; who and why are for people. held is called on the main
 * loop, and not at all if there is no login manager or the call was cancelled. */
void dk_platform_hold_sleep (GDBusConnection *system, const char *who, const char *why,
                             GCancellable *cancellable, void (*held) (int fd, gpointer data),
                             gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFileLock, dk_file_lock_free)

G_END_DECLS
