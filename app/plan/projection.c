/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/plan/plan-private.h"
#include "app/store/ledger.h"

const char *const DK_PLAN_KINDS[] = {
  DK_ENTRY_RUN_STARTED,       DK_ENTRY_RUN_STEP,     DK_ENTRY_RUN_ENDED,
  DK_ENTRY_CALL_ATTEMPT,      DK_ENTRY_CONTACT_CORRECTED,
  DK_ENTRY_CORRECTION_ADOPTED, DK_ENTRY_CORRECTION_WITHDRAWN, NULL,
};

static gboolean
set_damaged (const DkEntry *entry, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "Entry %s:%" G_GINT64_FORMAT " (%s) is none that this program wrote. Nothing was "
               "changed; `dkit audit verify` tells more.",
               entry->chain, entry->seq, entry->kind);
  return FALSE;
}

/* TRUE if all these members are texts. */
static gboolean
has_texts (const DkEntry *entry, const char *const *names, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (dk_json_get_text (entry->body, names[i]) == NULL)
      return set_damaged (entry, error);
  return TRUE;
}

static gboolean
put_source (DkStore *store, const DkEntry *entry, GError **error)
{
  const json_t *steps = json_object_get (entry->body, "steps");
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "INSERT OR IGNORE INTO run_source (version, source,"
                                          " steps) VALUES (?1, ?2, ?3)");
  g_autofree char *text = NULL;

  if (dk_json_get_text (entry->body, "source") == NULL)
    return TRUE;
  if (!json_is_array (steps))
    return set_damaged (entry, error);
  text = dk_json_canonical (steps, NULL);
  dk_stmt_bind_text (stmt, 1, dk_json_get_text (entry->body, "version"));
  dk_stmt_bind_text (stmt, 2, dk_json_get_text (entry->body, "source"));
  dk_stmt_bind_text (stmt, 3, text);
  return dk_stmt_run (stmt, error);
}

static gboolean
apply_started (DkStore *store, const DkEntry *entry, GError **error)
{
  static const char *const needed[] = { "kind", "ref", "title", "pack", "version", NULL };
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO run (uid, kind, ref, title, pack, version, started_ms, started_by, ended_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)");

  if (!has_texts (entry, needed, error) || !put_source (store, entry, error))
    return FALSE;
  dk_stmt_bind_text (stmt, 1, entry->object);
  for (int i = 0; needed[i] != NULL; i++)
    dk_stmt_bind_text (stmt, 2 + i, dk_json_get_text (entry->body, needed[i]));
  dk_stmt_bind_int (stmt, 7, entry->happened_ms);
  dk_stmt_bind_text (stmt, 8, entry->user);
  return dk_stmt_run (stmt, error);
}

/* The last word on a step, or on the contact of a call. */
static gboolean
put_step (DkStore *store, const DkEntry *entry, const char *step, const char *state, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO run_step (run, step, state, person, at_ms, note)"
      " SELECT id, ?2, ?3, ?4, ?5, ?6 FROM run WHERE uid = ?1"
      " ON CONFLICT (run, step) DO UPDATE SET state = ?3, person = ?4, at_ms = ?5, note = ?6");

  dk_stmt_bind_text (stmt, 1, entry->object);
  dk_stmt_bind_text (stmt, 2, step);
  dk_stmt_bind_text (stmt, 3, state);
  dk_stmt_bind_text (stmt, 4, entry->user);
  dk_stmt_bind_int (stmt, 5, entry->happened_ms);
  dk_stmt_bind_text (stmt, 6, dk_json_get_text (entry->body, "note"));
  return dk_stmt_run (stmt, error);
}

static gboolean
apply_step (DkStore *store, const DkEntry *entry, GError **error)
{
  static const char *const needed[] = { "step", "state", NULL };

  return has_texts (entry, needed, error)
         && put_step (store, entry, dk_json_get_text (entry->body, "step"),
                      dk_json_get_text (entry->body, "state"), error);
}

static gboolean
apply_attempt (DkStore *store, const DkEntry *entry, GError **error)
{
  static const char *const needed[] = { "contact", "result", NULL };
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO call_attempt (run, contact, number, result, person, at_ms,"
                           " note) SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM run WHERE uid = ?1");

  if (!has_texts (entry, needed, error))
    return FALSE;
  dk_stmt_bind_text (stmt, 1, entry->object);
  dk_stmt_bind_text (stmt, 2, dk_json_get_text (entry->body, "contact"));
  dk_stmt_bind_text (stmt, 3, dk_json_get_text (entry->body, "number"));
  dk_stmt_bind_text (stmt, 4, dk_json_get_text (entry->body, "result"));
  dk_stmt_bind_text (stmt, 5, entry->user);
  dk_stmt_bind_int (stmt, 6, entry->happened_ms);
  dk_stmt_bind_text (stmt, 7, dk_json_get_text (entry->body, "note"));
  return dk_stmt_run (stmt, error)
         && put_step (store, entry, dk_json_get_text (entry->body, "contact"),
                      dk_json_get_text (entry->body, "result"), error);
}

static gboolean
apply_ended (DkStore *store, const DkEntry *entry, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store),
                     "UPDATE run SET ended_ms = ?2, ended_by = ?3, note = ?4 WHERE uid = ?1");

  dk_stmt_bind_text (stmt, 1, entry->object);
  dk_stmt_bind_int (stmt, 2, entry->happened_ms);
  dk_stmt_bind_text (stmt, 3, entry->user);
  dk_stmt_bind_text (stmt, 4, dk_json_get_text (entry->body, "note"));
  return dk_stmt_run (stmt, error);
}

static gboolean
apply_correction (DkStore *store, const DkEntry *entry, GError **error)
{
  static const char *const needed[] = { "field", "ticket", NULL };
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO correction (contact, field, was, value, person, at_ms,"
                           " state, ticket) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7)");

  if (!has_texts (entry, needed, error))
    return FALSE;
  dk_stmt_bind_text (stmt, 1, entry->object);
  dk_stmt_bind_text (stmt, 2, dk_json_get_text (entry->body, "field"));
  dk_stmt_bind_text (stmt, 3, dk_json_get_text (entry->body, "was"));
  dk_stmt_bind_text (stmt, 4, dk_json_get_text (entry->body, "value"));
  dk_stmt_bind_text (stmt, 5, entry->user);
  dk_stmt_bind_int (stmt, 6, entry->happened_ms);
  dk_stmt_bind_text (stmt, 7, dk_json_get_text (entry->body, "ticket"));
  return dk_stmt_run (stmt, error);
}

static gboolean
settle_correction (DkStore *store, const DkEntry *entry, const char *state, GError **error)
{
  static const char *const needed[] = { "ticket", NULL };
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "UPDATE correction SET state = ?2 WHERE ticket = ?1 AND contact = ?3");

  if (!has_texts (entry, needed, error))
    return FALSE;
  dk_stmt_bind_text (stmt, 1, dk_json_get_text (entry->body, "ticket"));
  dk_stmt_bind_text (stmt, 2, state);
  dk_stmt_bind_text (stmt, 3, entry->object);
  return dk_stmt_run (stmt, error);
}

gboolean
dk_plan_apply (DkStore *store, const DkEntry *entry, GError **error)
{
  if (strcmp (entry->kind, DK_ENTRY_RUN_STARTED) == 0)
    return apply_started (store, entry, error);
  if (strcmp (entry->kind, DK_ENTRY_RUN_STEP) == 0)
    return apply_step (store, entry, error);
  if (strcmp (entry->kind, DK_ENTRY_CALL_ATTEMPT) == 0)
    return apply_attempt (store, entry, error);
  if (strcmp (entry->kind, DK_ENTRY_RUN_ENDED) == 0)
    return apply_ended (store, entry, error);
  if (strcmp (entry->kind, DK_ENTRY_CONTACT_CORRECTED) == 0)
    return apply_correction (store, entry, error);
  if (strcmp (entry->kind, DK_ENTRY_CORRECTION_ADOPTED) == 0)
    return settle_correction (store, entry, "adopted", error);
  if (strcmp (entry->kind, DK_ENTRY_CORRECTION_WITHDRAWN) == 0)
    return settle_correction (store, entry, "withdrawn", error);
  return TRUE;
}

gboolean
dk_plan_record (DkStore *store, const char *kind, const char *object, const json_t *body,
                GError **error)
{
  g_autoptr (DkEntry) entry = NULL;

  return dk_ledger_append (store, kind, object, 0, body, &entry, error)
         && dk_plan_apply (store, entry, error);
}

gboolean
dk_plan_change (DkStore *store, const char *kind, const char *object, const json_t *body,
                GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  return transaction != NULL && dk_plan_record (store, kind, object, body, error)
         && dk_store_commit (store, transaction, FALSE, error);
}
