/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Drives that somebody put into this PC: USB sticks and the like that are mounted and can be
 * written. */
typedef struct {
  char *name;   /* "STICK", as the file manager shows it */
  char *folder; /* where it is mounted */
} DkDrive;

/* Those that are there now: mounts of removable drives, and what is mounted below /media and
 * /run/media; where DOWNTIME_KIT_DRIVES is set, the folders in that one as well (for PCs that mount
 * elsewhere). By name. New array of DkDrive. Main thread. */
GPtrArray *dk_drives_list (void);

/* Saves a PDF on a drive as name, with a number behind it if that is taken: written, synced, read
 * back from the medium and compared. The path, or NULL with the reason in words. New string. Slow:
 * not on the main thread. */
char *dk_drive_save (const char *folder, const char *name, GBytes *pdf, GError **error);

/* Frees the drive; NULL is fine. */
void dk_drive_free (DkDrive *drive);

G_END_DECLS
