/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* A VFS below the shim, over the system's own: it counts, fails on demand, and records what would
 * reach the disk, so that a power cut at any moment can be played afterwards. Syncs are not passed
 * on: nothing here depends on a real power cut, and the experiments stay fast. One thread. */

#define DK_FAULT_VFS "dk-fault"

typedef enum { DK_FAULT_DATABASE, DK_FAULT_JOURNAL, DK_FAULT_FILES } DkFaultFile;

typedef struct {
  guint writes[DK_FAULT_FILES];
  guint syncs[DK_FAULT_FILES];
  guint truncates[DK_FAULT_FILES];
} DkFaultCounts;

/* Registers the VFS and puts it below the shim. */
void dk_fault_install (void);

/* Puts the system's own below the shim again. */
void dk_fault_remove (void);

/* What was called since the last reset. */
DkFaultCounts dk_fault_counts (void);

/* All calls since the last reset. */
guint dk_fault_calls (void);

/* Counts from zero, fails nothing, records nothing. */
void dk_fault_reset (void);

/* The call of that number (from 1) fails; if sticky, all that follow as well. */
void dk_fault_fail_at (guint call, gboolean sticky);

/* TRUE if a call has failed since the last reset. */
gboolean dk_fault_has_failed (void);

/* Begins to record. */
void dk_fault_record (void);

/* Adds a mark to the record: number n has been acknowledged. */
void dk_fault_mark (guint n);

/* What was recorded; recording ends. */
typedef struct DkFaultLog DkFaultLog;
DkFaultLog *dk_fault_take_log (void);

/* Number of operations. */
guint dk_fault_log_length (const DkFaultLog *log);

/* TRUE if operation i belongs to a write-back: it writes to the database. */
gboolean dk_fault_log_is_write_back (const DkFaultLog *log, guint i);

/* Writes to path and path-wal what a power cut before operation `point` could have left, given what
 * the files held when recording began (NULL: absent). Each 512-byte sector that was not synced is
 * kept, lost, or garbage. Returns the highest mark before the point. */
guint dk_fault_cut (const DkFaultLog *log, guint point, GRand *rng, GBytes *database,
                    GBytes *journal, const char *path);

/* Frees it. */
void dk_fault_log_free (DkFaultLog *log);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFaultLog, dk_fault_log_free)

G_END_DECLS
