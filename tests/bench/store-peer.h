/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* A database of the benches, encrypted or plain. One implementation for each library: both have
 * SQLite's own symbols, so they never meet in one program. */
typedef struct {
  sqlite3 *handle;
  void *owner; /* what the implementation needs to close it */
} StorePeer;

/* Opens the file at path, or makes a new one. The same settings everywhere: one connection without
 * a mutex, write-ahead log, full sync, pages of 4,096 bytes, a cache of 64 MiB. An error ends the
 * program. */
StorePeer store_peer_open (const char *path, gboolean encrypted, gboolean create);

/* Writes everything back and closes. */
void store_peer_close (StorePeer *peer);

/* Runs SQL; an error ends the program. */
void store_peer_run (sqlite3 *handle, const char *sql);

/* Opens a plain file with the settings above; `first` is run before anything else. For the
 * implementations. */
sqlite3 *store_peer_open_plain (const char *path, const char *first);

/* The name and version of the library. */
char *store_peer_describe (void);

G_END_DECLS
