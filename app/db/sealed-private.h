/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

#include "app/db/connection.h"
#include "app/db/sealed-codec-private.h"

G_BEGIN_DECLS

/* The shim between SQLite and the disk: one of these for each open database, with a VFS of its own.
 * Not thread-safe; SQLite's result codes are the errors here, sentences for people are in `error`
 * and `notice`. */

/* Records that one write takes: unixWrite cuts a write of 128 KiB or more without a word. */
#define DK_SEALED_BATCH_MAX 31
G_STATIC_ASSERT (DK_SEALED_BATCH_MAX *DK_SEALED_FRAME_RECORD_SIZE < 131072);

/* All that is known of the journal. */
typedef struct {
  sqlite3_file *file; /* borrowed while SQLite has it open */
  gboolean has_header;
  guint8 header[DK_SEALED_WAL_HEADER_SIZE];
  guint64 generation;
  guint32 frames;    /* written, or found whole at opening */
  guint32 committed; /* frames up to the last one that ends a transaction */
  guint32 synced;    /* of those, how many are known to be durable */
  gboolean dirty;    /* written since the last sync */
  gboolean pending;  /* a frame header has come, its page has not */
  guint32 pending_index;
  guint8 pending_header[DK_SEALED_FRAME_HEADER_SIZE];
  guint32 batch_start;
  guint32 batch_count;
  guint rewrites; /* how often SQLite wrote a frame header alone: for tests */
  guint8 *batch;  /* records that wait for one write */
  guint8 *plain;  /* DK_SEALED_FRAME_PLAIN_SIZE */
  guint8 *record;
} DkSealedWal;

typedef struct {
  sqlite3_vfs vfs;
  char *vfs_name;
  sqlite3_vfs *base;
  char *path; /* as SQLite spells it */
  char *wal_path;
  DkSealedKeys keys;
  gboolean is_copy;    /* a file that is being made: no notes, no journal */
  gboolean go_on;      /* a person decided to do without a journal that is missing or old */
  sqlite3_file *file;  /* the database file below, borrowed while it is open */
  DkNote note;         /* the one that counts */
  gboolean note_lost;  /* the other note is no valid note: torn or damaged */
  gboolean file_dirty; /* pages were written since the last sync */
  gboolean checkpoint_begun;
  gboolean failed; /* the disk refused once: nothing is written any more */
  gboolean damaged;    /* that was a page that does not check */
  guint8 *scratch; /* one page */
  DkSealedWal wal;
  GError *error; /* why opening was refused */
  char *notice;  /* what a person must be told after opening */
} DkSealed;

typedef enum { DK_SEALED_DATABASE, DK_SEALED_JOURNAL } DkSealedKind;

/* What SQLite sees as an open file; the file below lies behind it. */
typedef struct {
  sqlite3_file base;
  DkSealed *sealed;
  DkSealedKind kind;
} DkSealedFile;

/* Makes and registers a VFS for one database. */
DkSealed *dk_sealed_new (const DkDbKeys *keys, gboolean is_copy);

/* Frees it; SQLite has closed its files before. */
void dk_sealed_free (DkSealed *sealed);

/* Remembers that the disk refused, unless rc is SQLITE_OK. Returns rc. */
int dk_sealed_fail (DkSealed *sealed, int rc);

/* Calls of the file below, any size up to 64 KiB. A short read is SQLITE_IOERR_SHORT_READ with the
 * rest zeroed. */
int dk_sealed_raw_read (sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset);
/* Writes. */
int dk_sealed_raw_write (sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset);

/* Reads both notes of the file below and takes the higher one. SQLITE_IOERR_DATA if neither is
 * whole. */
int dk_sealed_note_load (DkSealed *sealed);

/* Writes the next note and syncs it. */
int dk_sealed_note_write (DkSealed *sealed, DkNoteState state, guint64 generation,
                          guint32 checkpoint);

/* Decides what the journal beside the database is (FORMAT.md, "At opening"): it is kept for SQLite
 * to replay, removed, or set aside. Anything but SQLITE_OK leaves a sentence in `error`. */
int dk_sealed_judge (DkSealed *sealed);

/* What a look at a journal file found. */
typedef struct {
  gboolean exists;  /* and is not empty */
  gboolean whole;   /* a header of this file was found */
  gboolean foreign; /* no such header, but one of another file */
  guint64 generation;
  gboolean damaged; /* a frame that was durable is not whole */
  gboolean reached; /* a transaction ends where the note says that a write-back began */
} DkSealedScan;

/* Reads a journal file below: its header into scan, and if the generation is `wanted` (0: any) its
 * frames into sealed->wal. */
int dk_sealed_wal_scan (DkSealed *sealed, sqlite3_file *file, guint64 wanted, DkSealedScan *scan);

/* Forgets what is known of the journal. */
void dk_sealed_wal_reset (DkSealed *sealed);

/* SQLite's calls on the journal. */
int dk_sealed_wal_read (DkSealed *sealed, void *bytes, int size, sqlite3_int64 offset);
/* Writes a header, a frame header or a page. */
int dk_sealed_wal_write (DkSealed *sealed, const void *bytes, int size, sqlite3_int64 offset);
/* Syncs; the first commit of a generation is promised here. */
int dk_sealed_wal_sync (DkSealed *sealed, int flags);
/* Notes that everything in the journal is in the database; the caller then removes its content. */
int dk_sealed_wal_retire (DkSealed *sealed);
/* Cuts it to size, as SQLite counts. */
int dk_sealed_wal_truncate (DkSealed *sealed, sqlite3_int64 size);
/* Its size, as SQLite counts. */
sqlite3_int64 dk_sealed_wal_size (const DkSealed *sealed);
/* Writes what waits. */
int dk_sealed_wal_flush (DkSealed *sealed);

/* SQLite's calls on the database. */
int dk_sealed_page_read (DkSealed *sealed, void *bytes, int size, sqlite3_int64 offset);
/* Writes one page. */
int dk_sealed_page_write (DkSealed *sealed, const void *bytes, int size, sqlite3_int64 offset);
/* Syncs. */
int dk_sealed_page_sync (DkSealed *sealed, int flags);
/* Cuts to size, as SQLite counts. */
int dk_sealed_page_truncate (DkSealed *sealed, sqlite3_int64 size);

/* Opens every page record of the database file below that the journal does not replace.
 * SQLITE_IOERR_DATA for the first that is not whole; *number is then its number. */
int dk_sealed_page_check_all (DkSealed *sealed, guint32 *number);

/* The bytes of a new file: directory, notes, the first page of an empty database. New reference. */
GBytes *dk_sealed_new_file (const DkDbKeys *keys, GBytes *directory);

/* For tests: the name of the VFS below those made from now on; NULL is the system's own. */
void dk_sealed_vfs_set_base (const char *name);

/* For tests: what the notes are good for is shown by switching them off. */
void dk_sealed_vfs_set_notes (gboolean enabled);

G_END_DECLS
