/* SPDX-License-Identifier: MIT */
#include "app/db/statement.h"

#include <string.h>

#include "app/db/connection-private.h"

#define PREPARE_TRIES 3

struct DkStmt {
  DkDb *db;
  const char *sql;
  sqlite3_stmt *handle; /* NULL if it could not be prepared */
  int prepare_rc;
  int bind_rc; /* the first bind that failed */
};

static void
finalize (gpointer data)
{
  DkStmt *stmt = data;

  (void) sqlite3_finalize (stmt->handle);
  g_free (stmt);
}

void
dk_db_clear_statements (DkDb *db)
{
  g_assert (db->lent == 0);
  g_hash_table_remove_all (db->statements);
}

static DkStmt *
take_idle (DkDb *db, const char *sql)
{
  GPtrArray *idle = g_hash_table_lookup (db->statements, sql);

  if (idle == NULL || idle->len == 0)
    return NULL;
  return g_ptr_array_steal_index_fast (idle, idle->len - 1);
}

/* The first statement on a table of FTS opens that table by statements of its own. An interrupt
 * that falls into them comes out as SQLITE_ERROR, as a fault of the SQL does; a fault comes
 * again. */
static const char *
compile (DkStmt *stmt)
{
  const char *rest = NULL;

  for (int i = 0; i < PREPARE_TRIES; i++) {
    stmt->prepare_rc = sqlite3_prepare_v3 (stmt->db->handle, stmt->sql, -1,
                                           SQLITE_PREPARE_PERSISTENT, &stmt->handle, &rest);
    if ((stmt->prepare_rc & 0xff) != SQLITE_ERROR)
      break;
  }
  return rest;
}

static DkStmt *
prepare (DkDb *db, const char *sql)
{
  DkStmt *stmt = g_new0 (DkStmt, 1);
  const char *rest;

  stmt->db = db;
  stmt->sql = sql;
  rest = compile (stmt);
  if ((stmt->prepare_rc & 0xff) == SQLITE_ERROR || stmt->prepare_rc == SQLITE_AUTH)
    g_error ("SQL \"%s\": %s", sql, sqlite3_errmsg (db->handle));
  if (stmt->prepare_rc == SQLITE_OK && (stmt->handle == NULL || *rest != '\0'))
    g_error ("SQL \"%s\": not one statement", sql);
  return stmt;
}

DkStmt *
dk_stmt_new (DkDb *db, const char *sql)
{
  DkStmt *stmt;

  dk_db_check_owner (db);
  stmt = take_idle (db, sql);
  if (stmt == NULL)
    stmt = prepare (db, sql);
  db->lent++;
  return stmt;
}

void
dk_stmt_free (DkStmt *stmt)
{
  GPtrArray *idle;

  if (stmt == NULL)
    return;
  dk_db_check_owner (stmt->db);
  g_assert (stmt->db->lent > 0);
  stmt->db->lent--;
  if (stmt->handle == NULL) {
    finalize (stmt);
    return;
  }
  (void) sqlite3_reset (stmt->handle);
  (void) sqlite3_clear_bindings (stmt->handle);
  stmt->bind_rc = SQLITE_OK;
  idle = g_hash_table_lookup (stmt->db->statements, stmt->sql);
  if (idle == NULL) {
    idle = g_ptr_array_new_with_free_func (finalize);
    g_hash_table_insert (stmt->db->statements, (gpointer) (guintptr) stmt->sql, idle);
  }
  g_ptr_array_add (idle, stmt);
}

static void
note_bind (DkStmt *stmt, int rc)
{
  if (stmt->bind_rc == SQLITE_OK)
    stmt->bind_rc = rc;
  if (rc == SQLITE_RANGE || rc == SQLITE_MISUSE)
    g_error ("SQL \"%s\": a value is bound where there is no place for it", stmt->sql);
}

void
dk_stmt_bind_text (DkStmt *stmt, int position, const char *text)
{
  if (stmt->handle != NULL)
    note_bind (stmt, sqlite3_bind_text (stmt->handle, position, text, -1, SQLITE_TRANSIENT));
}

void
dk_stmt_bind_int (DkStmt *stmt, int position, gint64 number)
{
  if (stmt->handle != NULL)
    note_bind (stmt, sqlite3_bind_int64 (stmt->handle, position, number));
}

void
dk_stmt_bind_blob (DkStmt *stmt, int position, const void *bytes, gsize size)
{
  if (stmt->handle == NULL)
    return;
  if (bytes != NULL && size == 0)
    note_bind (stmt, sqlite3_bind_zeroblob (stmt->handle, position, 0));
  else
    note_bind (stmt, sqlite3_bind_blob64 (stmt->handle, position, bytes, size, SQLITE_TRANSIENT));
}

void
dk_stmt_bind_null (DkStmt *stmt, int position)
{
  if (stmt->handle != NULL)
    note_bind (stmt, sqlite3_bind_null (stmt->handle, position));
}

static gboolean
fail_step (DkStmt *stmt, int rc, GError **error)
{
  (void) dk_db_set_error (stmt->db, rc, error);
  if (stmt->handle != NULL) {
    (void) sqlite3_reset (stmt->handle);
    (void) sqlite3_clear_bindings (stmt->handle);
  }
  stmt->bind_rc = SQLITE_OK;
  return FALSE;
}

gboolean
dk_stmt_step (DkStmt *stmt, gboolean *has_row, GError **error)
{
  int rc;

  dk_db_check_owner (stmt->db);
  if (stmt->handle == NULL)
    return fail_step (stmt, stmt->prepare_rc, error);
  if (stmt->bind_rc != SQLITE_OK)
    return fail_step (stmt, stmt->bind_rc, error);
  if (!dk_db_finish_rollback (stmt->db, error))
    return FALSE;
  if (!sqlite3_stmt_readonly (stmt->handle) && !dk_db_check_writable (stmt->db, error))
    return FALSE;
  rc = sqlite3_step (stmt->handle);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    return fail_step (stmt, rc, error);
  if (rc == SQLITE_DONE)
    (void) sqlite3_reset (stmt->handle);
  *has_row = rc == SQLITE_ROW;
  return TRUE;
}

gboolean
dk_stmt_run (DkStmt *stmt, GError **error)
{
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (has_row)
    g_error ("SQL \"%s\": returns rows, but was run as if it did not", stmt->sql);
  (void) sqlite3_clear_bindings (stmt->handle);
  return TRUE;
}

const char *
dk_stmt_text (DkStmt *stmt, int column)
{
  return (const char *) sqlite3_column_text (stmt->handle, column);
}

gint64
dk_stmt_int (DkStmt *stmt, int column)
{
  return sqlite3_column_int64 (stmt->handle, column);
}

const void *
dk_stmt_blob (DkStmt *stmt, int column, gsize *size)
{
  const void *bytes = sqlite3_column_blob (stmt->handle, column);

  *size = (gsize) sqlite3_column_bytes (stmt->handle, column);
  return bytes;
}

gboolean
dk_stmt_is_null (DkStmt *stmt, int column)
{
  return sqlite3_column_type (stmt->handle, column) == SQLITE_NULL;
}
