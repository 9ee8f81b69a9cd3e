/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A VFS below the shim whose two files lie in memory, whatever the path: a database and what ends
 * in "-wal". One thread. */

/* Registers it and puts it below the shim. */
void dk_memory_vfs_install (void);

/* Puts the content of both files in place (copied). NULL journal: there is none. */
void dk_memory_vfs_set (const guint8 *database, gsize size, const guint8 *journal,
                        gsize journal_size);

G_END_DECLS
