/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"
#include "app/model/backup-rule.h"

G_BEGIN_DECLS

/* A backup of an open kit: one sealed copy, made in short steps on the thread that owns the kit,
 * then written into one container for each place on any thread (slow), then entered on the owner's
 * thread. A copy counts only after it was read back from its place and opened. One at a time for
 * each kit. */
typedef struct DkKitBackup DkKitBackup;

/* Begins a backup into the file that a person named. What stands there is refused with
 * DK_ERROR_INVALID unless it is an earlier backup of this kit, which goes only when the new one has
 * been verified. DK_ERROR_STORAGE if the disk of the kit has no room for the copy, _BUSY if another
 * one is under way. Owner's thread; free with dk_kit_backup_free. */
DkKitBackup *dk_kit_backup_new (DkKit *kit, const char *path, GError **error) DK_CHECKED;

/* Begins a backup into those folders of the policy where one is due; *backup becomes NULL if there
 * is none. A folder that is not there now (a medium that is not plugged in) is passed over and
 * named by dk_kit_backup_messages, or in a message of the kit if nothing else is due. Owner's
 * thread. */
gboolean dk_kit_backup_new_due (DkKit *kit, DkBackupMode mode, DkKitBackup **backup,
                                GError **error) DK_CHECKED;

/* Copies for about 2 ms; *more tells if it is to be called again. The kit may be written to between
 * two steps. DK_ERROR_BUSY if the kit was given other keys meanwhile. Owner's thread. */
gboolean dk_kit_backup_step (DkKitBackup *backup, gboolean *more, GError **error) DK_CHECKED;

/* Writes, syncs, reads back, opens and checks the copy, then gives it its name; in folders of the
 * policy the oldest beyond its count go afterwards. Fails only if no place got one; what went wrong
 * elsewhere is in dk_kit_backup_messages. Any thread, after the last step; the kit is not used. */
gboolean dk_kit_backup_write (DkKitBackup *backup, const DkJob *job, GError **error) DK_CHECKED;

/* Enters what was made. Owner's thread. */
gboolean dk_kit_backup_finish (DkKitBackup *backup, GError **error) DK_CHECKED;

/* Files that were written, verified and named: strings, borrowed. */
GPtrArray *dk_kit_backup_files (DkKitBackup *backup);

/* Sentences for the person about places that got no copy: strings, borrowed. */
GPtrArray *dk_kit_backup_messages (DkKitBackup *backup);

/* Frees it and removes what is unfinished. Owner's thread, as long as the kit is open. NULL is
 * fine. */
void dk_kit_backup_free (DkKitBackup *backup);

/* All of dk_kit_backup_new, step, write and finish at once. Slow. Owner's thread. */
gboolean dk_kit_backup (DkKit *kit, const char *path, const DkJob *job, GError **error) DK_CHECKED;

/* All of it for what is due by policy: what the command line calls before it closes the kit, and
 * the window at lock. Places that got no copy are messages of the kit, not errors. Slow only if
 * something is due. Owner's thread. */
gboolean dk_kit_backup_auto (DkKit *kit, DkBackupMode mode, const DkJob *job,
                             GError **error) DK_CHECKED;

/* One line of what is known about backups. Text owned by the array. */
typedef struct {
  char *folder; /* NULL: files that people named */
  gint64 last_ms;
  gboolean is_there;
  const char *state; /* green amber red; static */
} DkBackupHealth;

/* For `doctor` and the window: each folder of the policy, and the files that people named if there
 * is no such folder. Never empty. New array of DkBackupHealth. */
GPtrArray *dk_kit_backup_health (DkKit *kit, GError **error) DK_CHECKED;

/* Writes ledger, words and their checkpoints as a container whose payload is sealed to this age
 * recipient, for unzip, minisign, age and b2sum (app/container/FORMAT.md). An export of the vault:
 * for leads, reconcilers and admins with a slot of their own (DK_ERROR_DENIED), with a reason. What
 * stands at path as in dk_kit_backup_new. Slow. Owner's thread. */
gboolean dk_kit_backup_to (DkKit *kit, const char *path, const char *recipient, const char *reason,
                           const DkJob *job, GError **error) DK_CHECKED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkKitBackup, dk_kit_backup_free)

G_END_DECLS
