/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/platform.h"

G_BEGIN_DECLS

/* Turns errno into the code that says what the user can do about it. `verb` as in "Could not write
 * PATH". */
void dk_file_set_error (GError **error, int saved, gboolean writing, const char *verb,
                        const char *path);

/* Opens anything but a folder for reading and tells what it is; -1 with the error set. */
int dk_file_open (const char *path, DkFileKind *kind, guint64 *size, GError **error) DK_CHECKED;

/* A new file of a random name in the folder of path, open for writing; *name gets a new string with
 * its path. Mode 0600 if it is private, else as the folder says. -1 with the error set. */
int dk_file_open_temporary (const char *path, gboolean is_private, char **name,
                            GError **error) DK_CHECKED;

G_END_DECLS
