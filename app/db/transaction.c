/* SPDX-License-Identifier: MIT */
#include "app/db/transaction.h"

#include "app/db/connection-private.h"

struct DkTransaction {
  DkDb *db;
  gboolean ended;
};

static int
run (DkDb *db, const char *sql)
{
  return sqlite3_exec (db->handle, sql, NULL, NULL, NULL);
}

gboolean
dk_db_finish_rollback (DkDb *db, GError **error)
{
  int rc;

  if (!db->rollback_due)
    return TRUE;
  rc = run (db, "ROLLBACK");
  db->rollback_due = !sqlite3_get_autocommit (db->handle);
  return db->rollback_due ? dk_db_set_error (db, rc, error) : TRUE;
}

gboolean
dk_db_in_transaction (DkDb *db)
{
  dk_db_check_owner (db);
  return db->in_transaction;
}

DkTransaction *
dk_transaction_new (DkDb *db, GError **error)
{
  DkTransaction *transaction;
  int rc;

  dk_db_check_owner (db);
  g_assert (!db->in_transaction);
  if (!dk_db_check_writable (db, error))
    return NULL;
  db->in_transaction = TRUE;
  rc = run (db, "BEGIN IMMEDIATE");
  if (rc != SQLITE_OK) {
    (void) dk_db_set_error (db, rc, error);
    db->in_transaction = FALSE;
    return NULL;
  }
  transaction = g_new0 (DkTransaction, 1);
  transaction->db = db;
  return transaction;
}

/* SQLite may have rolled back by itself, as after an I/O error. */
static void
roll_back (DkTransaction *transaction)
{
  DkDb *db = transaction->db;

  if (!sqlite3_get_autocommit (db->handle))
    (void) run (db, "ROLLBACK");
  db->rollback_due = !sqlite3_get_autocommit (db->handle);
  transaction->ended = TRUE;
  db->in_transaction = FALSE;
}

gboolean
dk_transaction_commit (DkTransaction *transaction, GError **error)
{
  DkDb *db = transaction->db;
  int rc;

  dk_db_check_owner (db);
  g_assert (!transaction->ended);
  if (sqlite3_get_autocommit (db->handle)) {
    /* An earlier statement failed in a way that undid everything, and the caller went on. */
    roll_back (transaction);
    g_set_error_literal (error, DK_ERROR, DK_ERROR_STORAGE,
                         "An error before undid this step: it is NOT stored. Try it again.");
    return FALSE;
  }
  rc = run (db, "COMMIT");
  if (rc != SQLITE_OK) {
    (void) dk_db_set_error (db, rc, error);
    roll_back (transaction);
    return FALSE;
  }
  transaction->ended = TRUE;
  db->in_transaction = FALSE;
  return TRUE;
}

void
dk_transaction_free (DkTransaction *transaction)
{
  if (transaction == NULL)
    return;
  dk_db_check_owner (transaction->db);
  if (!transaction->ended)
    roll_back (transaction);
  g_free (transaction);
}
