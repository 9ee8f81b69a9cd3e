/* SPDX-License-Identifier: MIT */
/* Hands the ledger of an open kit to the rules, with every column, since the verifier trusts
 * none. */
#include <string.h>

#include "app/store/ledger-check-private.h"
#include "app/store/ledger-private.h"
#include "app/store/store-private.h"

/* Columns: station chain seq hash line salt body erased_by kind object. */
static void
read_row (DkStmt *stmt, DkLedgerRow *row)
{
  static const guint8 no_hash[32];
  gsize hash_size;

  row->station = dk_stmt_text (stmt, 0);
  row->chain = dk_stmt_text (stmt, 1);
  row->seq = dk_stmt_int (stmt, 2);
  row->hash = dk_stmt_blob (stmt, 3, &hash_size);
  if (hash_size != 32)
    row->hash = no_hash;
  row->line = dk_stmt_blob (stmt, 4, &row->line_size);
  row->salt = dk_stmt_blob (stmt, 5, &row->salt_size);
  row->body = dk_stmt_blob (stmt, 6, &row->body_size);
  row->is_marked = !dk_stmt_is_null (stmt, 7);
  row->erased_by = dk_stmt_int (stmt, 7);
  row->kind = dk_stmt_text (stmt, 8);
  row->object = dk_stmt_text (stmt, 9);
}

static gboolean
feed_entries (DkStore *store, DkLedgerCheck *check, const DkJob *job, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT e.station, e.chain, e.seq, e.hash, e.line, b.salt, b.body, b.erased_by, e.kind,"
      " e.object FROM entry AS e LEFT JOIN entry_body AS b ON b.entry = e.id"
      " ORDER BY e.station, e.chain, e.seq, e.hash");
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    DkLedgerRow row;
    if (!has_row)
      return TRUE;
    read_row (stmt, &row);
    dk_ledger_check_row (check, &row);
    if (!dk_job_step (job, (guint64) dk_ledger_check_count (check), 0, "Checking the ledger",
                      error))
      return FALSE;
  }
  return FALSE;
}

static gboolean
feed_checkpoints (DkStore *store, DkLedgerCheck *check, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT chain, seq, message, signature FROM checkpoint"
                                          " ORDER BY chain, seq");
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    gsize message_size;
    gsize signature_size;
    const char *message = has_row ? dk_stmt_blob (stmt, 2, &message_size) : NULL;
    const char *signature = has_row ? dk_stmt_blob (stmt, 3, &signature_size) : NULL;
    if (!has_row)
      return TRUE;
    dk_ledger_check_checkpoint (check, dk_stmt_text (stmt, 0), dk_stmt_int (stmt, 1), message,
                                message_size, signature, signature_size);
  }
  return FALSE;
}

/* What no entry leads to: a current chain without entries, words without an entry. */
static gboolean
check_rest (DkStore *store, DkLedgerCheck *check, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT 1 FROM entry_body WHERE entry NOT IN (SELECT id FROM entry)");
  gboolean stray;
  gint64 seq;

  if (!dk_ledger_head (store, NULL, &seq, NULL, error) || !dk_stmt_step (stmt, &stray, error))
    return FALSE;
  if (seq == 0)
    dk_ledger_check_add (check, DK_FINDING_CHAIN_EMPTY, dk_store_chain (store), 0);
  if (stray)
    dk_ledger_check_add (check, DK_FINDING_WORDS_STRAY, "", 0);
  return TRUE;
}

DkLedgerReport *
dk_ledger_verify (DkStore *store, const char *held_head, const DkJob *job, GError **error)
{
  return dk_ledger_verify_with (store, NULL, held_head, job, error);
}

DkLedgerReport *
dk_ledger_verify_with (DkStore *store, const GArray *people, const char *held_head,
                       const DkJob *job, GError **error)
{
  const DkStoreIdentity *identity = dk_store_identity (store);
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, 32);
  g_autoptr (DkLedgerCheck) check = NULL;

  g_array_append_vals (keys, identity->device_sign_public, 1);
  check = dk_ledger_check_new (keys, identity->station, TRUE);
  dk_ledger_check_own (check, identity->kit_id, people);
  if ((held_head != NULL && !dk_ledger_check_hold (check, held_head, error))
      || !feed_entries (store, check, job, error) || !feed_checkpoints (store, check, error)
      || !check_rest (store, check, error))
    return NULL;
  return dk_ledger_check_finish (check);
}
