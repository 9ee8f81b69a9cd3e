/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* Files that wait in a folder of this PC or on a stick: found, bounded, never changed. What others
 * put there is trusted for nothing. Any thread. */

/* A file that was found; text is owned. */
typedef struct {
  char *name;         /* without folder */
  char *path;         /* where it really lies: absolute, no link */
  guint64 size;       /* bytes */
  gint64 modified_ms; /* as its file system says */
} DkFolderFile;

/* Refuses what is not the absolute path of a place on this PC: a relative path, one with "..", a
 * UNC or other network name, control characters. With only_local also a path on a network file
 * system or in a folder that a sync program mirrors: what station.json names while the kit is
 * locked, since nobody vouches for it. DK_ERROR_INVALID. */
gboolean dk_folder_check (const char *path, gboolean only_local, GError **error) DK_CHECKED;

/* Regular files directly in the folder whose names end in `suffix` (any case), the newest first
 * and of equal times the highest name (numbers by value). Links are followed only to files that lie
 * in the folder as well. Files larger than size_max are left out unless they are all there is; so
 * are those after the first count_max. `path` may also be one such file itself. DK_ERROR_NOT_FOUND
 * if there is none or the folder is not there (a stick that is not plugged in), _INVALID as
 * dk_folder_check or with too many files, _DENIED. New array of DkFolderFile. */
GPtrArray *dk_folder_find (const char *path, const char *suffix, guint64 size_max,
                           guint count_max, GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_folder_file_free (DkFolderFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFolderFile, dk_folder_file_free)

G_END_DECLS
