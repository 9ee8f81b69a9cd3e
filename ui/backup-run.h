/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/backup.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* Backups by policy behind the person's work: short steps on the kit's thread, the slow part on a
 * thread of its own. One at a time. Main thread. */

/* Called on the main loop when it is over. messages: sentences about places that got no copy,
 * borrowed, may be empty; files: how many were written and verified. */
typedef void (*DkBackupDone) (gpointer owner, guint files, const GPtrArray *messages);

/* Looks what is due and makes it; done is called in any case, unless owner is gone by then. begun,
 * which may be NULL, is called once something is due indeed. While one is under way: nothing. */
void dk_backup_run_start (GObject *owner, DkBackupMode mode, void (*begun) (gpointer owner),
                          DkBackupDone done);

/* Before locking: makes what is due then, or waits for the one that is under way, but not longer
 * than limit_ms: what is not done by then is given up and made after the next unlock. Then over is
 * called, always. */
void dk_backup_run_at_lock (GObject *owner, guint limit_ms, void (*over) (gpointer owner));

/* Gives up what is under way: the PC sleeps, or the keys are changed. */
void dk_backup_run_cancel (void);

G_END_DECLS
