/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/sealed-private.h"

G_BEGIN_DECLS

struct DkDb {
  GThread *owner;
  sqlite3 *handle;
  DkSealed *sealed;
  DkSecret *open_key;
  GHashTable *statements; /* SQL to GPtrArray of idle DkStmt */
  guint lent;             /* statements that were not given back */
  gboolean is_open;        /* opening has come to its end */
  gboolean in_transaction; /* or one is about to begin */
  gboolean rollback_due; /* there was no memory for it */
};

/* Asserts the thread. */
void dk_db_check_owner (DkDb *db);

/* A rollback needs some memory too. One for which there was none is done here; until then nothing
 * is read as if it were stored, and nothing written beside it. DK_ERROR_MEMORY. */
gboolean dk_db_finish_rollback (DkDb *db, GError **error) DK_CHECKED;

/* FALSE with DK_ERROR_STORAGE once the disk has refused, or as dk_db_finish_rollback. */
gboolean dk_db_check_writable (DkDb *db, GError **error) DK_CHECKED;

/* Sets the error for a result code of SQLite; the connection knows more than the code. Returns
 * FALSE. */
gboolean dk_db_set_error (DkDb *db, int rc, GError **error);

/* For tests: SQLite's own handle, without the guard on PRAGMA and ATTACH. */
sqlite3 *dk_db_get_unguarded (DkDb *db);

/* Removes a half-made file; if that fails too it is merely left over. */
void dk_db_discard_file (const char *path);

/* Frees the statements that wait for use. */
void dk_db_clear_statements (DkDb *db);

/* Applies scripts number `version + 1` to count, each in one transaction with its number. */
gboolean dk_db_migrate_scripts (DkDb *db, const char *const *scripts, guint count, GError **error)
    DK_CHECKED;

G_END_DECLS
