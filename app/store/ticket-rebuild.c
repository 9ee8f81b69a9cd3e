/* SPDX-License-Identifier: MIT */
/* The tables of tickets and paper say what the ledger says, and nothing else: here that is asked,
 * and done. */
#include <string.h>

#include "app/model/number.h"
#include "app/store/ledger.h"
#include "app/store/store-private.h"
#include "app/store/ticket-private.h"
#include "app/store/ticket-store.h"

#define STEP_ROWS 100

typedef struct {
  DkStore *store;
  GHashTable *entered; /* numbers that became tickets */
  GHashTable *voided;  /* numbers with an entry that voids them */
  GHashTable *astray;  /* numbers that were missing or lost -> the state after that */
  gboolean may_write;  /* else the first difference is an error */
  guint mended;
  DkTransaction *transaction;
  guint in_step;
} Rebuild;

static gboolean
is_same_text (const DkTicket *a, const DkTicket *b)
{
  const char *const pairs[][2] = {
    { a->number, b->number },
    { a->uid, b->uid },
    { a->form, b->form },
    { a->form_version, b->form_version },
    { a->form_hash, b->form_hash },
    { a->summary, b->summary },
    { a->details, b->details },
    { a->caller, b->caller },
    { a->callback, b->callback },
    { a->location, b->location },
    { a->device, b->device },
    { a->service, b->service },
    { a->group, b->group },
    { a->resolution, b->resolution },
    { a->outage, b->outage },
    { a->user, b->user },
    { a->handover_target, b->handover_target },
    { a->handover_reason, b->handover_reason },
    { a->itsm_id, b->itsm_id },
    { a->disposition, b->disposition },
    { a->written_by, b->written_by },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (g_strcmp0 (pairs[i][0], pairs[i][1]) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
is_same (const DkTicket *a, const DkTicket *b)
{
  return is_same_text (a, b) && a->state == b->state && a->finalized == b->finalized
         && a->paper == b->paper && a->impact == b->impact && a->urgency == b->urgency
         && a->priority == b->priority && a->safety == b->safety
         && a->safety_known == b->safety_known && a->happened_ms == b->happened_ms
         && a->recorded_ms == b->recorded_ms && a->handed_over_ms == b->handed_over_ms
         && a->resolved_ms == b->resolved_ms && a->handover == b->handover
         && a->handover_sent_ms == b->handover_sent_ms
         && a->handover_attempts == b->handover_attempts && a->legal_hold == b->legal_hold
         && a->written_ms == b->written_ms && json_equal (a->answers, b->answers);
}

/* A row differs: an error, or room for it in the step that is open. */
static gboolean
begin_mending (Rebuild *r, const char *number, GError **error)
{
  if (!r->may_write) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The table does not say of %s what the ledger says. The ledger counts, and has "
                 "all the words.",
                 number);
    return FALSE;
  }
  if (r->transaction == NULL)
    r->transaction = dk_store_begin (r->store, error);
  return r->transaction != NULL;
}

static gboolean
end_step (Rebuild *r, GError **error)
{
  gboolean done
      = r->transaction == NULL || dk_store_commit (r->store, r->transaction, FALSE, error);

  g_clear_pointer (&r->transaction, dk_transaction_free);
  r->in_step = 0;
  return done;
}

static gboolean
count_mended (Rebuild *r, GError **error)
{
  r->mended++;
  return ++r->in_step < STEP_ROWS || end_step (r, error);
}

static gboolean
rebuild_ticket (Rebuild *r, const char *number, GError **error)
{
  g_autoptr (DkTicket) row = NULL;
  g_autoptr (DkTicket) folded = dk_ticket_fold (r->store, number, error);

  if (folded == NULL || !dk_ticket_table_get (r->store, number, &row, error))
    return FALSE;
  if (row != NULL && is_same (row, folded))
    return TRUE;
  return begin_mending (r, number, error) && dk_ticket_table_put (r->store, folded, error)
         && count_mended (r, error);
}

/* Objects of all entries of a kind of this station, in order. New table; order in *list. */
static GHashTable *
read_objects (DkStore *store, const char *kind, GPtrArray *list, GError **error)
{
  g_autoptr (GHashTable) objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store),
                                         "SELECT object FROM entry WHERE kind = ?1 AND station = ?2"
                                         " AND object <> '' ORDER BY id");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, kind);
  dk_stmt_bind_text (stmt, 2, dk_store_identity (store)->station);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&objects);
    if (list != NULL && !g_hash_table_contains (objects, dk_stmt_text (stmt, 0)))
      g_ptr_array_add (list, g_strdup (dk_stmt_text (stmt, 0)));
    (void) g_hash_table_add (objects, g_strdup (dk_stmt_text (stmt, 0)));
  }
  return NULL;
}

static gboolean
follow_paper (const DkEntry *entry, gpointer data, GError **error)
{
  GHashTable *astray = data;

  const char *state = strcmp (entry->kind, DK_ENTRY_PAPER_FOUND) == 0  ? "issued"
                      : strcmp (entry->kind, DK_ENTRY_PAPER_LOST) == 0 ? "lost"
                                                                       : "missing";

  g_hash_table_insert (astray, g_strdup (entry->object), (gpointer) (guintptr) state);
  return TRUE;
}

/* Paper that nobody found, by its number. New table. */
static GHashTable *
read_astray (DkStore *store, GError **error)
{
  static const char *const kinds[]
      = { DK_ENTRY_PAPER_MISSING, DK_ENTRY_PAPER_LOST, DK_ENTRY_PAPER_FOUND, NULL };
  g_autoptr (GHashTable) astray = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return dk_ledger_each (store, kinds, follow_paper, astray, error) ? g_steal_pointer (&astray)
                                                                    : NULL;
}

/* What a row of `paper` must be. *there: there is one. */
static gboolean
is_paper_right (Rebuild *r, const DkPaperRow *row, gboolean *right, gboolean *there,
                GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (r->store), "SELECT form = ?2 AND unit IS ?3 AND issued_ms = ?4"
                                             " AND state = ?5 FROM paper"
                                             " WHERE number = ?1");

  dk_stmt_bind_text (stmt, 1, row->number);
  dk_stmt_bind_text (stmt, 2, row->form);
  dk_stmt_bind_text (stmt, 3, row->unit);
  dk_stmt_bind_int (stmt, 4, row->issued_ms);
  dk_stmt_bind_text (stmt, 5, row->state);
  if (!dk_stmt_step (stmt, there, error))
    return FALSE;
  *right = *there && dk_stmt_int (stmt, 0) != 0;
  return TRUE;
}

/* What became of a number on paper. Static. */
static const char *
find_state (Rebuild *r, const char *number)
{
  const char *astray = g_hash_table_lookup (r->astray, number);

  return g_hash_table_contains (r->entered, number)  ? "entered"
         : g_hash_table_contains (r->voided, number) ? "void"
         : astray != NULL                            ? astray
                                                     : "issued";
}

/* issued NULL: a number that was skipped. One that was keyed in had no row in kits of before, which
 * is no difference, and is mended. */
static gboolean
rebuild_paper_number (Rebuild *r, const DkEntry *issued, const char *number, GError **error)
{
  const char *form = issued != NULL ? dk_json_get_text (issued->body, "form") : NULL;
  const char *unit = issued != NULL ? dk_json_get_text (issued->body, "unit") : NULL;
  const DkPaperRow row
      = { .number = (char *) (guintptr) number,
          .form = (char *) (guintptr) (issued != NULL ? form : DK_PAPER_FORM_NOT_KNOWN),
          .state = (char *) (guintptr) find_state (r, number),
          .unit = (char *) (guintptr) unit,
          .issued_ms = issued != NULL ? issued->happened_ms : 0 };
  gboolean is_old;
  gboolean right;
  gboolean there;

  if (!is_paper_right (r, &row, &right, &there, error))
    return FALSE;
  is_old = issued == NULL && !there && !r->may_write && g_hash_table_contains (r->entered, number);
  return right || is_old
         || (begin_mending (r, number, error) && dk_paper_table_put (r->store, &row, error)
             && count_mended (r, error));
}

static gboolean
was_skipped (const GPtrArray *skips, const char *station, const char *text)
{
  DkNumber number;

  if (!dk_number_parse (text, &number, NULL) || strcmp (number.station, station) != 0)
    return FALSE;
  for (guint i = 0; i < skips->len; i++) {
    const DkEntry *entry = g_ptr_array_index (skips, i);
    if (strcmp (entry->station, station) == 0
        && number.counter >= (guint64) dk_json_get_int (entry->body, "from", G_MAXINT64)
        && number.counter <= (guint64) dk_json_get_int (entry->body, "to", 0))
      return TRUE;
  }
  return FALSE;
}

/* Numbers that were skipped, and that a step names. */
static gboolean
rebuild_skipped (Rebuild *r, GError **error)
{
  GHashTable *const tables[] = { r->entered, r->voided, r->astray };
  const char *station = dk_store_identity (r->store)->station;
  g_autoptr (GPtrArray) skips = dk_ledger_of_kind (r->store, "skipped", error);

  for (gsize i = 0; skips != NULL && skips->len > 0 && i < G_N_ELEMENTS (tables); i++) {
    GHashTableIter iter;
    gpointer number;
    g_hash_table_iter_init (&iter, tables[i]);
    while (g_hash_table_iter_next (&iter, &number, NULL))
      if (was_skipped (skips, station, number)
          && !rebuild_paper_number (r, NULL, number, error))
        return FALSE;
  }
  return skips != NULL;
}

static gboolean
rebuild_paper (Rebuild *r, GError **error)
{
  g_autoptr (GPtrArray) issues = dk_ledger_of_kind (r->store, DK_ENTRY_PAPER_ISSUE, error);

  for (guint i = 0; issues != NULL && i < issues->len; i++) {
    const DkEntry *entry = g_ptr_array_index (issues, i);
    const char *first = dk_json_get_text (entry->body, "first");
    gint64 copies = dk_json_get_int (entry->body, "copies", 0);
    DkNumber number;
    if (first == NULL || dk_json_get_text (entry->body, "form") == NULL
        || strcmp (entry->station, dk_store_identity (r->store)->station) != 0
        || !dk_number_parse (first, &number, NULL))
      continue;
    for (gint64 k = 0; k < copies; k++) {
      g_autofree char *text
          = dk_number_format (number.station, number.counter + (guint64) k, number.drill);
      if (!rebuild_paper_number (r, entry, text, error))
        return FALSE;
    }
  }
  return issues != NULL;
}

static gboolean
rebuild_all (Rebuild *r, const DkJob *job, GError **error)
{
  g_autoptr (GPtrArray) numbers = g_ptr_array_new_with_free_func (g_free);

  r->entered = read_objects (r->store, DK_ENTRY_TICKET_NEW, numbers, error);
  if (r->entered == NULL)
    return FALSE;
  r->voided = read_objects (r->store, DK_ENTRY_TICKET_VOID, NULL, error);
  if (r->voided == NULL)
    return FALSE;
  r->astray = read_astray (r->store, error);
  if (r->astray == NULL)
    return FALSE;
  for (guint i = 0; i < numbers->len; i++)
    if (!rebuild_ticket (r, g_ptr_array_index (numbers, i), error)
        || !dk_job_step (job, i + 1, numbers->len, "Reading the ledger", error))
      return FALSE;
  return rebuild_paper (r, error) && rebuild_skipped (r, error) && end_step (r, error);
}

static gboolean
run (Rebuild *r, const DkJob *job, GError **error)
{
  gboolean done = rebuild_all (r, job, error);

  g_clear_pointer (&r->transaction, dk_transaction_free);
  g_clear_pointer (&r->entered, g_hash_table_unref);
  g_clear_pointer (&r->voided, g_hash_table_unref);
  g_clear_pointer (&r->astray, g_hash_table_unref);
  return done;
}

gboolean
dk_ticket_store_rebuild (DkStore *store, guint *mended, const DkJob *job, GError **error)
{
  Rebuild r = { .store = store, .may_write = TRUE };
  g_autoptr (json_t) body = json_object ();

  if (!run (&r, job, error))
    return FALSE;
  json_object_set_new (body, "rows", json_integer (r.mended));
  if (r.mended > 0 && !dk_ledger_note (store, "lists-rebuilt", NULL, body, error))
    return FALSE;
  *mended = r.mended;
  return TRUE;
}

/* Rows that no entry knows. */
static gboolean
check_none_invented (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT number FROM ticket WHERE number NOT IN (SELECT"
                           " object FROM entry WHERE kind = '" DK_ENTRY_TICKET_NEW "') LIMIT 1");
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The table has %s, and the ledger knows nothing of it. The ledger counts.",
               dk_stmt_text (stmt, 0));
  return FALSE;
}

gboolean
dk_ticket_store_check_projection (DkStore *store, GError **error)
{
  Rebuild r = { .store = store };

  return run (&r, NULL, error) && check_none_invented (store, error);
}
