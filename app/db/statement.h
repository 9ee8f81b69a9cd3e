/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/connection.h"

G_BEGIN_DECLS

/* A prepared statement on loan from its connection, which keeps it compiled for the next time the
 * same SQL is asked for. Bind, then run or step. A failed bind is reported by the run or step that
 * follows. Thread of the connection. */
typedef struct DkStmt DkStmt;

/* Borrows the statement for sql, reset and without values; free gives it back. An error in the SQL
 * is a fault of the program and ends it. sql must live as long as the connection (a literal). */
DkStmt *dk_stmt_new (DkDb *db, const char *sql);

/* Values by position from 1. Text and bytes are copied; NULL binds NULL. */
void dk_stmt_bind_text (DkStmt *stmt, int position, const char *text);
/* Binds an integer. */
void dk_stmt_bind_int (DkStmt *stmt, int position, gint64 number);
/* Binds bytes, copied; NULL binds NULL. */
void dk_stmt_bind_blob (DkStmt *stmt, int position, const void *bytes, gsize size);
/* Binds NULL. */
void dk_stmt_bind_null (DkStmt *stmt, int position);

/* Goes to the next row: *has_row tells if there is one. After the last row the statement is reset.
 */
gboolean dk_stmt_step (DkStmt *stmt, gboolean *has_row, GError **error) DK_CHECKED;

/* Runs a statement that returns no rows, then resets it with its values cleared, so that it can be
 * bound again. */
gboolean dk_stmt_run (DkStmt *stmt, GError **error) DK_CHECKED;

/* Columns of the current row from 0, borrowed until the next step. NULL for NULL. */
const char *dk_stmt_text (DkStmt *stmt, int column);
/* Integer of a column, 0 for NULL. */
gint64 dk_stmt_int (DkStmt *stmt, int column);
/* Bytes of a column, borrowed until the next step; NULL and size 0 for NULL. */
const void *dk_stmt_blob (DkStmt *stmt, int column, gsize *size);
/* TRUE for NULL. */
gboolean dk_stmt_is_null (DkStmt *stmt, int column);

/* Gives the statement back; NULL is fine. */
void dk_stmt_free (DkStmt *stmt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkStmt, dk_stmt_free)

G_END_DECLS
