/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Power cuts for everything below one folder. A program that links this has its own open, write,
 * rename, fsync and so on in place of the C library's, for itself and for the libraries that it
 * uses; while a recording runs they also write down what was done. From the record the folder is
 * rebuilt as a cut before any of the calls could have left it:
 * - file content that was not synced: each sector is kept, lost, or garbage;
 * - names (made, renamed, removed): in the order in which they were changed, as a journaling file
 *   system keeps them. Syncing a file or folder makes durable what concerns it and what came
 *   before; of the rest any beginning may have reached the disk.
 * What a sector holds beside the bytes of a lost write is left alone, as SQLite assumes and disks
 * promise for a sector that was not finished. Nothing here waits for a real disk: syncs are not
 * passed on. One thread. */

typedef struct DkDiskLog DkDiskLog;

#define DK_DISK_PHASES 16

/* How a cut is played. */
typedef struct {
  guint sector;           /* 512 or 4096 */
  gboolean syncs_ignored; /* for controls: a disk that lies about its syncs */
  gboolean whole_garbage; /* a torn sector takes with it what else stands in it */
} DkDiskModel;

/* Call before dk_test_init: test folders lie in memory where the system has a place for that. */
void dk_disk_use_memory (void);

/* Begins to record all below root, an absolute path without links. What is there is durable. */
void dk_disk_record (const char *root);

/* Adds a mark: all up to number n has been acknowledged. */
void dk_disk_mark (guint n);

/* What is done from here on belongs to this phase (below DK_DISK_PHASES). Recording begins with
 * phase 0. */
void dk_disk_phase (guint phase);

/* Ends the recording. Free with dk_disk_log_free. */
DkDiskLog *dk_disk_take_log (void);

/* Number of calls in the record. */
guint dk_disk_log_length (const DkDiskLog *log);

/* Number of calls of this phase that change something. */
guint dk_disk_log_count (const DkDiskLog *log, guint phase);

/* A random moment of a phase, which has some: just before or just after one of its calls, or after
 * the mark that follows it. */
guint dk_disk_log_pick (const DkDiskLog *log, guint phase, GRand *rng);

/* Rebuilds root as a cut before call `point` could have left it. Returns the highest mark before
 * the point. */
guint dk_disk_cut (const DkDiskLog *log, guint point, const DkDiskModel *model, GRand *rng);

/* Rebuilds root with everything that was recorded, as if all of it had been synced. */
void dk_disk_finish (const DkDiskLog *log);

/* Everything below root as text: names, sizes, hashes. New string. */
char *dk_disk_describe (const char *root);

/* Frees it; NULL is fine. */
void dk_disk_log_free (DkDiskLog *log);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDiskLog, dk_disk_log_free)

G_END_DECLS
