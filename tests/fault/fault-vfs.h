/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* A VFS below the shim, over the system's own: it counts and fails on demand. Syncs are not passed
 * on: nothing here depends on a real power cut (disk.h plays those). One thread. */

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

/* Counts from zero, fails nothing. */
void dk_fault_reset (void);

/* The call of that number (from 1) fails; if sticky, all that follow as well. */
void dk_fault_fail_at (guint call, gboolean sticky);

/* TRUE if a call has failed since the last reset. */
gboolean dk_fault_has_failed (void);

G_END_DECLS
