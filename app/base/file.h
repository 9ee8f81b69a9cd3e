/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* Files are whole values here: read with a bound, replaced by rename. A new file gets mode 0660 in
 * a setgid folder (the machine's kit, shared by a group), else 0600. Nothing else in the program
 * opens files by hand. Errors: DK_ERROR_NOT_FOUND, _INVALID (too big), _DENIED (no right),
 * _STORAGE (could not be written durably). Any thread. */

typedef enum {
  DK_FILE_DURABLE,   /* file and folder are synced before the call returns */
  DK_FILE_NOT_SYNCED /* atomic, but a power cut may bring the old content back */
} DkFileDurability;

/* The whole file, refused if it is larger than size_max. Of a pipe or a device all that comes from
 * it until its end. DK_ERROR_FAILED if a file changed its size meanwhile. New reference. */
GBytes *dk_file_read (const char *path, gsize size_max, GError **error) DK_CHECKED;

/* Size bytes from offset; a shorter file gives fewer. New reference. */
GBytes *dk_file_read_part (const char *path, guint64 offset, gsize size,
                           GError **error) DK_CHECKED;

/* Writes a temporary file beside path and renames it over path: a reader sees the old content or
 * the new, never a part. */
gboolean dk_file_replace (const char *path, const void *data, gsize size,
                          DkFileDurability durability, GError **error) DK_CHECKED;

/* May path be written with dk_file_replace as a file that a person named: nothing is there, or a
 * regular file? A folder, link, device or pipe is DK_ERROR_INVALID. */
gboolean dk_file_check_output (const char *path, GError **error) DK_CHECKED;

/* Renames within one file system, replacing `to`, and syncs the folder of `to`. The caller has
 * synced the file itself. */
gboolean dk_file_rename (const char *from, const char *to, GError **error) DK_CHECKED;

/* As dk_file_rename, but DK_ERROR_BUSY if `to` exists already. */
gboolean dk_file_rename_new (const char *from, const char *to, GError **error) DK_CHECKED;

/* Removes a file; one that is not there counts as removed. */
gboolean dk_file_remove (const char *path, GError **error) DK_CHECKED;

/* Makes a folder and those above it, unless they exist: private to the user (0700), or of the group
 * (2770) in a setgid folder. */
gboolean dk_file_make_folder (const char *path, GError **error) DK_CHECKED;

/* Makes what was renamed, made or removed in a folder durable. */
gboolean dk_file_sync_folder (const char *path, GError **error) DK_CHECKED;

/* TRUE if something of that name exists. */
gboolean dk_file_exists (const char *path);

/* Names in a folder, sorted bytewise, at most count_max (more is DK_ERROR_INVALID).
 * New array of new strings. */
GPtrArray *dk_file_list (const char *path, guint count_max, GError **error) DK_CHECKED;

G_END_DECLS
