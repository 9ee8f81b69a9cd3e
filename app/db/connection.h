/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/base/job.h"
#include "app/base/secret.h"

G_BEGIN_DECLS

/* One open sealed database: SQLite over the shim that seals every page and journal frame
 * (FORMAT.md). It belongs to the thread that opened it; every call asserts that, save
 * dk_db_interrupt. SQLite's and the shim's codes are translated here: DK_ERROR_DAMAGED (a page or
 * the journal is damaged, old, or of another kit), _STORAGE (disk refused; after it the connection
 * refuses all writes until it is opened anew), _BUSY, _NEWER, _INVALID (a constraint), _FAILED. */
typedef struct DkDb DkDb;

/* What opens a kit file. Copied where it is passed. */
typedef struct {
  const DkSecret *open_key; /* 32 bytes: the `open` key of the kit */
  guint8 uuid[16];          /* of this file, from its slot directory */
} DkDbKeys;

/* Size of the slot directory region: two copies of 64 KiB at the start of the file. The two note
 * blocks behind it belong to this room. */
#define DK_DB_DIRECTORY_COPY_SIZE (64u << 10)
#define DK_DB_DIRECTORY_SIZE (2 * DK_DB_DIRECTORY_COPY_SIZE)
#define DK_DB_PREFIX_SIZE (136u << 10)

/* Makes a new sealed file with the given slot directory (DK_DB_DIRECTORY_SIZE bytes, both copies)
 * and empty notes, durable when it returns, and opens it with an empty database in it.
 * DK_ERROR_INVALID if the file exists. Free with dk_db_free. */
DkDb *dk_db_create (const char *path, GBytes *directory, const DkDbKeys *keys,
                    GError **error) DK_CHECKED;

/* Opens an existing sealed file, replaying its journal if, and only if, the note of the file says
 * that it is this one. A file that once held a database and is empty now is DK_ERROR_DAMAGED. */
DkDb *dk_db_open (const char *path, const DkDbKeys *keys, GError **error) DK_CHECKED;

/* As dk_db_open, but where the journal is missing, old or damaged it goes on with what is there:
 * the journal is set aside, never used, and every page is read. For a person's decision with a
 * reason (the caller checks who and enters it). */
DkDb *dk_db_open_without_journal (const char *path, const DkDbKeys *keys,
                                  GError **error) DK_CHECKED;

/* What a person must be told after opening (a foreign journal was set aside), or NULL. Borrowed. */
const char *dk_db_notice (DkDb *db);

/* Writes back, truncates the journal, closes. FALSE if the write-back failed; the connection is
 * gone in either case, and nothing that was committed is lost. db becomes NULL. */
gboolean dk_db_close (DkDb **db, GError **error) DK_CHECKED;

/* Closes without caring for the result; NULL is fine. */
void dk_db_free (DkDb *db);

/* Runs one or more SQL statements that return nothing. */
gboolean dk_db_exec (DkDb *db, const char *sql, GError **error) DK_CHECKED;

/* From now on every statement that would change something is DK_ERROR_STORAGE. */
gboolean dk_db_refuse_changes (DkDb *db, GError **error) DK_CHECKED;

/* Id of the last row that was inserted. */
gint64 dk_db_last_id (DkDb *db);

/* Rows changed by the last statement. */
gint64 dk_db_changes (DkDb *db);

/* Rows changed since it was opened, those of full-text indexes included. */
gint64 dk_db_total_changes (DkDb *db);

/* TRUE while a transaction is open on it. */
gboolean dk_db_in_transaction (DkDb *db);

/* Copies journal frames into the database; truncate also empties the journal (lock, close). */
gboolean dk_db_checkpoint (DkDb *db, gboolean truncate, GError **error) DK_CHECKED;

/* SQLite's integrity_check and foreign_key_check, every page read. DK_ERROR_DAMAGED. */
gboolean dk_db_check (DkDb *db, GError **error) DK_CHECKED;

/* Makes the statement that runs now fail with G_IO_ERROR_CANCELLED. Any thread, while db lives. */
void dk_db_interrupt (DkDb *db);

/* Writes one copy (0 or 1) of the slot directory in the open file, syncs it, reads it back and
 * compares. The caller writes the older copy first. */
gboolean dk_db_write_directory (DkDb *db, guint copy, GBytes *bytes, GError **error) DK_CHECKED;

/* Both copies of the slot directory of a file that may be locked or damaged: DK_DB_DIRECTORY_SIZE
 * bytes, or DK_ERROR_DAMAGED if the file is shorter, DK_ERROR_NOT_FOUND. Any thread; not while
 * this process has the file open (closing a second handle would drop SQLite's locks). */
GBytes *dk_db_read_directory (const char *path, GError **error) DK_CHECKED;

/* A copy that is being made of an open database, in steps, between which the database may be
 * written: the copy follows. Thread of the connection, which outlives it. */
typedef struct DkDbCopy DkDbCopy;

/* About 2 ms of work. */
#define DK_DB_COPY_PAGES 64

/* Begins a copy into a new sealed file with the given slot directory and keys: another uuid, and
 * for a re-keyed kit another `open` key. DK_ERROR_INVALID if path exists. Free with
 * dk_db_copy_free. */
DkDbCopy *dk_db_copy_new (DkDb *db, const char *path, GBytes *directory, const DkDbKeys *keys,
                          GError **error) DK_CHECKED;

/* The copy need not be durable, since it is only read and removed again: the last step then waits
 * for no disk. */
void dk_db_copy_leave_unsynced (DkDbCopy *copy);

/* Copies some pages; *left tells how many remain. With the last one the file is made durable and
 * gets its name. */
gboolean dk_db_copy_step (DkDbCopy *copy, guint pages, guint *left, GError **error) DK_CHECKED;

/* Frees it; a copy that was not finished is removed. NULL is fine. */
void dk_db_copy_free (DkDbCopy *copy);

/* All steps at once. Progress counts pages. */
gboolean dk_db_copy (DkDb *db, const char *path, GBytes *directory, const DkDbKeys *keys,
                     const DkJob *job, GError **error) DK_CHECKED;

/* dk_db_copy under the same `open` key: random uuid, and the directory of this file made fit for
 * it. The file opens with the same passphrases. */
gboolean dk_db_backup (DkDb *db, const char *path, const DkJob *job, GError **error) DK_CHECKED;

/* Both copies of the slot directory as they stand in the open file. New reference. */
GBytes *dk_db_get_directory (DkDb *db, GError **error) DK_CHECKED;

/* Frames in the journal since it was last emptied: for figures and tests. */
guint dk_db_journal_frames (DkDb *db);

/* Applies the schema files that are newer than the database's version, each in one transaction
 * with its version number. DK_ERROR_NEWER if the database is newer than the program. */
gboolean dk_db_migrate (DkDb *db, GError **error) DK_CHECKED;

/* The newest schema version that this program knows. Any thread. */
int dk_db_schema_version (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDb, dk_db_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDbCopy, dk_db_copy_free)

G_END_DECLS
