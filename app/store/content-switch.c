/* SPDX-License-Identifier: MIT */
/* One small transaction brings a loaded pack into force; what nobody sees any more goes piece by
 * piece afterwards. */
#include "app/store/content-store.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/store/content-private.h"
#include "app/store/ledger.h"
#include "app/store/search-private.h"

#define PIECE 200
#define FRAMES_MAX 300
#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

static gboolean
mark_applied (DkStore *store, const DkPackFacts *facts, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "UPDATE pack SET applied_ms = ?2 WHERE id = ?1");
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, facts->id);

  dk_stmt_bind_int (stmt, 1, facts->id);
  dk_stmt_bind_int (stmt, 2, dk_clock_wall_ms ());
  return dk_stmt_run (stmt, error) && dk_store_set_setting (store, "pack", id, error);
}

/* A policy that cannot be read must not come into force: every unlock reads it. */
static gboolean
check_policy (DkStore *store, gint64 pack, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT source FROM document WHERE pack = ?1 AND name = 'policy'");
  g_autoptr (json_t) document = NULL;
  g_autoptr (DkPolicy) policy = NULL;
  gboolean has_row;
  const char *text;

  dk_stmt_bind_int (stmt, 1, pack);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  text = dk_stmt_text (stmt, 0);
  document = dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "The policy", error);
  policy = document != NULL ? dk_policy_parse (document, error) : NULL;
  return policy != NULL;
}

/* The body of the entry: what comes into force, and what it takes the place of. */
static json_t *
make_applied_body (DkStore *store, const DkPackFacts *facts, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) before = dk_content_store_current (store, &failed);
  const char *manifest = facts->manifest != NULL ? facts->manifest : "";
  g_autofree char *manifest_hash
      = g_compute_checksum_for_string (G_CHECKSUM_SHA256, manifest, -1);
  gint64 contacts_before = 0;
  gint64 contacts = 0;
  json_t *body;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  if (!dk_content_store_count_contacts (store, 0, &contacts_before, error)
      || !dk_content_store_count_contacts (store, facts->id, &contacts, error))
    return NULL;
  body = json_object ();
  dk_json_set_text (body, "name", facts->name);
  json_object_set_new (body, "sequence", json_integer (facts->sequence));
  dk_json_set_text (body, "manifest_sha256", manifest_hash);
  json_object_set_new (body, "contacts_before", json_integer (contacts_before));
  json_object_set_new (body, "contacts_after", json_integer (contacts));
  if (before != NULL && g_strcmp0 (before->name, facts->name) != 0)
    dk_json_set_text (body, "replaces", before->name);
  return body;
}

static gboolean
write_more (DkStore *store, const DkContentSwitch *more, json_t *body, GError **error)
{
  if (more == NULL)
    return TRUE;
  if (more->counts != NULL)
    json_object_update ((json_t *) body, (json_t *) (guintptr) more->counts);
  return more->also == NULL || more->also (store, more->data, error);
}

gboolean
dk_content_store_switch_with (DkStore *store, const DkPackFacts *facts, const DkContentSwitch *more,
                              GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  g_autoptr (json_t) body = NULL;

  if (transaction == NULL || !check_policy (store, facts->id, error))
    return FALSE;
  body = make_applied_body (store, facts, error);
  if (body == NULL || !write_more (store, more, body, error) || !mark_applied (store, facts, error)
      || !dk_ledger_append (store, "pack-applied", facts->name, 0, body, NULL, error)
      || !dk_store_commit (store, transaction, FALSE, error))
    return FALSE;
  dk_content_store_abandon (store, facts->id);
  return dk_store_load_policy (store, error);
}

gboolean
dk_content_store_switch (DkStore *store, const DkPackFacts *facts, GError **error)
{
  return dk_content_store_switch_with (store, facts, NULL, error);
}

/* A pack that is not wanted any more: a load that broke off, or an applied one that is neither in
 * force nor the one before. 0 if there is none. */
static gboolean
find_superseded (DkStore *store, gint64 *pack, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT id FROM pack WHERE id < ?1 AND id <> ?2 AND (applied_ms = 0 OR id NOT IN"
      " (SELECT id FROM pack WHERE applied_ms > 0 AND id < ?1 ORDER BY id DESC LIMIT 2))"
      " ORDER BY id LIMIT 1");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, DK_CONTENT_OWN);
  dk_stmt_bind_int (stmt, 2, dk_store_loading (store));
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *pack = has_row ? dk_stmt_int (stmt, 0) : 0;
  return TRUE;
}

/* What a pack leaves, a piece of each table at a time; the row of the pack goes last. */
static const char *const pieces[] = {
  "DELETE FROM name_word WHERE pack = ?1"
  " AND word IN (SELECT word FROM name_word WHERE pack = ?1 LIMIT ?2)",
  "DELETE FROM contact WHERE id IN (SELECT id FROM contact WHERE pack = ?1 LIMIT ?2)",
  "DELETE FROM runbook WHERE id IN (SELECT id FROM runbook WHERE pack = ?1 LIMIT ?2)",
  "DELETE FROM service WHERE id IN (SELECT id FROM service WHERE pack = ?1 LIMIT ?2)",
  "DELETE FROM device WHERE id IN (SELECT id FROM device WHERE pack = ?1 LIMIT ?2)",
  "DELETE FROM shift WHERE id IN (SELECT id FROM shift WHERE pack = ?1 LIMIT ?2)",
  "DELETE FROM call_tree WHERE pack = ?1"
  " AND ref IN (SELECT ref FROM call_tree WHERE pack = ?1 LIMIT ?2)",
  "DELETE FROM form WHERE pack = ?1 AND ref IN (SELECT ref FROM form WHERE pack = ?1 LIMIT ?2)",
  "DELETE FROM document WHERE pack = ?1"
  " AND name IN (SELECT name FROM document WHERE pack = ?1 LIMIT ?2)",
};

static gboolean
remove_piece (DkStore *store, const char *sql, gint64 pack, gboolean *is_empty, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), sql);

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_int (stmt, 2, PIECE);
  if (!dk_stmt_run (stmt, error))
    return FALSE;
  *is_empty = dk_db_changes (dk_store_db (store)) < PIECE;
  return TRUE;
}

/* Numbers that came with a pack are told for a while, however soon it is superseded; those of a
 * load that broke off never came. */
static gboolean
keep_number_changes (DkStore *store, gint64 pack, GError **error)
{
  static const char *const keep[] = {
    "INSERT OR REPLACE INTO number_change (contact, value, pack, was, changed_ms, cause)"
    " SELECT c.contact, c.value, 0, c.was, p.applied_ms, c.cause FROM number_change AS c"
    " JOIN pack AS p ON p.id = c.pack WHERE c.pack = ?1 AND p.applied_ms > ?2",
    "DELETE FROM number_change WHERE pack = ?1 AND ?2 IS NOT NULL",
  };

  for (guint i = 0; i < G_N_ELEMENTS (keep); i++) {
    g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), keep[i]);
    dk_stmt_bind_int (stmt, 1, pack);
    dk_stmt_bind_int (stmt, 2, dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS);
    if (!dk_stmt_run (stmt, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
remove_pack_row (DkStore *store, gint64 pack, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), "DELETE FROM pack WHERE id = ?1");

  dk_stmt_bind_int (stmt, 1, pack);
  return keep_number_changes (store, pack, error) && dk_stmt_run (stmt, error);
}

static gboolean
remove_until (DkStore *store, gint64 pack, gint64 deadline_us, GError **error)
{
  gboolean is_empty = FALSE;

  if (!dk_search_remove_some (store, pack, deadline_us, &is_empty, error))
    return FALSE;
  for (guint i = 0; is_empty && i < G_N_ELEMENTS (pieces); i++)
    do {
      if (!remove_piece (store, pieces[i], pack, &is_empty, error))
        return FALSE;
      if (g_get_monotonic_time () > deadline_us)
        return TRUE;
    } while (!is_empty);
  return !is_empty || remove_pack_row (store, pack, error);
}

/* The turn of housekeeping comes after each piece of work: a long journal first, then merging. */
gboolean
dk_content_store_rest (DkStore *store, gboolean *did, GError **error)
{
  guint frames = dk_db_journal_frames (dk_store_db (store));
  gboolean stepwise = FALSE;

  *did = TRUE;
  if (frames > FRAMES_MAX && frames != dk_store_written_back (store)) {
    dk_store_set_written_back (store, frames);
    return dk_db_checkpoint (dk_store_db (store), FALSE, error);
  }
  *did = FALSE;
  dk_store_set_rested (store, !dk_store_has_rested (store));
  return !dk_store_has_rested (store)
         || (dk_search_is_stepwise (store, &stepwise, error)
             && (!stepwise || dk_search_merge_some (store, did, error)));
}

/* Nothing is left to remove: the last pieces are merged, then commits do it again. */
static gboolean
finish (DkStore *store, gboolean *more, GError **error)
{
  gboolean stepwise;

  *more = FALSE;
  if (dk_store_loading (store) != 0)
    return TRUE;
  if (!dk_search_is_stepwise (store, &stepwise, error))
    return FALSE;
  if (!stepwise)
    return TRUE;
  if (!dk_search_merge_some (store, more, error))
    return FALSE;
  return *more || dk_search_set_stepwise (store, FALSE, error);
}

static gboolean
make_stepwise (DkStore *store, GError **error)
{
  gboolean stepwise;

  return dk_search_is_stepwise (store, &stepwise, error)
         && (stepwise || dk_search_set_stepwise (store, TRUE, error));
}

gboolean
dk_content_store_remove_step (DkStore *store, gboolean *more, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + DK_STEP_US;
  g_autoptr (DkTransaction) transaction = NULL;
  gboolean did = FALSE;
  gint64 pack;

  if (!find_superseded (store, &pack, error))
    return FALSE;
  if (pack == 0)
    return finish (store, more, error);
  *more = TRUE;
  if (!make_stepwise (store, error) || !dk_content_store_rest (store, &did, error))
    return FALSE;
  if (did)
    return TRUE;
  transaction = dk_store_begin (store, error);
  return transaction != NULL && remove_until (store, pack, deadline_us, error)
         && dk_transaction_commit (transaction, error);
}
