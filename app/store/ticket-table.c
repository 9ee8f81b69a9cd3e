/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/limits.h"
#include "app/store/ledger.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"
#include "app/store/ticket-private.h"

#define COLUMNS \
  "number, uid, form, form_version, form_hash, state, finalized, paper, impact, urgency," \
  " priority, safety, summary, details, caller, callback, location, device, service," \
  " support_group, resolution, happened_ms, recorded_ms, handed_over_ms, resolved_ms," \
  " outage, user, handover, handover_target, handover_reason, handover_sent_ms," \
  " handover_attempts, itsm_id, disposition, answers, safety_known, legal_hold," \
  " written_by, written_ms"
#define LIST_MAX 100000
#define LIST_DEFAULT 500

static void
bind_texts (DkStmt *stmt, const DkTicket *t)
{
  g_autofree char *answers = dk_json_canonical (t->answers, NULL);

  dk_stmt_bind_text (stmt, 1, t->number);
  dk_stmt_bind_text (stmt, 2, t->uid != NULL ? t->uid : "");
  dk_stmt_bind_text (stmt, 3, t->form != NULL ? t->form : "");
  dk_stmt_bind_text (stmt, 4, t->form_version);
  dk_stmt_bind_text (stmt, 5, t->form_hash);
  dk_stmt_bind_text (stmt, 13, t->summary);
  dk_stmt_bind_text (stmt, 14, t->details);
  dk_stmt_bind_text (stmt, 15, t->caller);
  dk_stmt_bind_text (stmt, 16, t->callback);
  dk_stmt_bind_text (stmt, 17, t->location);
  dk_stmt_bind_text (stmt, 18, t->device);
  dk_stmt_bind_text (stmt, 19, t->service);
  dk_stmt_bind_text (stmt, 20, t->group);
  dk_stmt_bind_text (stmt, 21, t->resolution);
  dk_stmt_bind_text (stmt, 26, t->outage);
  dk_stmt_bind_text (stmt, 27, t->user);
  dk_stmt_bind_text (stmt, 29, t->handover_target);
  dk_stmt_bind_text (stmt, 30, t->handover_reason);
  dk_stmt_bind_text (stmt, 33, t->itsm_id);
  dk_stmt_bind_text (stmt, 34, t->disposition);
  dk_stmt_bind_text (stmt, 35, answers);
  dk_stmt_bind_text (stmt, 38, t->written_by);
}

static void
bind_numbers (DkStmt *stmt, const DkTicket *t)
{
  dk_stmt_bind_int (stmt, 6, t->state);
  dk_stmt_bind_int (stmt, 7, t->finalized);
  dk_stmt_bind_int (stmt, 8, t->paper);
  dk_stmt_bind_int (stmt, 9, t->impact);
  dk_stmt_bind_int (stmt, 10, t->urgency);
  dk_stmt_bind_int (stmt, 11, t->priority);
  dk_stmt_bind_int (stmt, 12, t->safety);
  dk_stmt_bind_int (stmt, 22, t->happened_ms);
  dk_stmt_bind_int (stmt, 23, t->recorded_ms);
  dk_stmt_bind_int (stmt, 24, t->handed_over_ms);
  dk_stmt_bind_int (stmt, 25, t->resolved_ms);
  dk_stmt_bind_int (stmt, 28, t->handover);
  dk_stmt_bind_int (stmt, 31, t->handover_sent_ms);
  dk_stmt_bind_int (stmt, 32, t->handover_attempts);
  dk_stmt_bind_int (stmt, 36, t->safety_known);
  dk_stmt_bind_int (stmt, 37, t->legal_hold);
  dk_stmt_bind_int (stmt, 39, t->written_ms);
}

static gboolean
put_row (DkStore *store, const DkTicket *ticket, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO ticket (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
      " ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30,"
      " ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39) ON CONFLICT (number) DO UPDATE SET"
      " uid = ?2, form = ?3,"
      " form_version = ?4, form_hash = ?5, state = ?6, finalized = ?7, paper = ?8, impact = ?9,"
      " urgency = ?10, priority = ?11, safety = ?12, summary = ?13, details = ?14, caller = ?15,"
      " callback = ?16, location = ?17, device = ?18, service = ?19, support_group = ?20,"
      " resolution = ?21, happened_ms = ?22, recorded_ms = ?23, handed_over_ms = ?24,"
      " resolved_ms = ?25, outage = ?26, user = ?27, handover = ?28, handover_target = ?29,"
      " handover_reason = ?30, handover_sent_ms = ?31, handover_attempts = ?32, itsm_id = ?33,"
      " disposition = ?34, answers = ?35, safety_known = ?36, legal_hold = ?37,"
      " written_by = ?38, written_ms = ?39");

  bind_texts (stmt, ticket);
  bind_numbers (stmt, ticket);
  return dk_stmt_run (stmt, error);
}

/* A ticket is found by its number, its words and the people in it. */
static gboolean
put_findable (DkStore *store, const DkTicket *t, GError **error)
{
  g_autofree char *words
      = g_strjoin (" ", t->summary != NULL ? t->summary : "", t->caller != NULL ? t->caller : "",
                   t->location != NULL ? t->location : "", t->device != NULL ? t->device : "",
                   t->callback != NULL ? t->callback : "", t->itsm_id != NULL ? t->itsm_id : "",
                   t->details != NULL ? t->details : "", NULL);
  g_autofree char *snippet
      = g_strdup_printf ("%s%s%s", dk_ticket_state_name (t->state), t->caller != NULL ? " · " : "",
                         t->caller != NULL ? t->caller : "");
  g_autofree char *title
      = g_strdup_printf ("%s  %s", t->number, t->summary != NULL ? t->summary : "");
  DkFindable findable = {
    .kind = "ticket",
    .ref = t->number,
    .title = title,
    .snippet = snippet,
    .words = words,
  };

  return dk_search_put (store, &findable, error);
}

gboolean
dk_ticket_table_put (DkStore *store, const DkTicket *ticket, GError **error)
{
  return put_row (store, ticket, error) && put_findable (store, ticket, error);
}

gboolean
dk_ticket_record (DkStore *store, DkTicket *ticket, const char *kind, gint64 happened_ms,
                  const json_t *body, GError **error)
{
  g_autoptr (DkEntry) entry = NULL;

  return dk_ledger_append (store, kind, ticket->number, happened_ms, body, &entry, error)
         && dk_ticket_apply (ticket, entry, error) && dk_ticket_table_put (store, ticket, error);
}

static void
read_texts (DkStmt *stmt, DkTicket *t)
{
  t->number = g_strdup (dk_stmt_text (stmt, 0));
  t->uid = g_strdup (dk_stmt_text (stmt, 1));
  t->form = g_strdup (dk_stmt_text (stmt, 2));
  t->form_version = g_strdup (dk_stmt_text (stmt, 3));
  t->form_hash = g_strdup (dk_stmt_text (stmt, 4));
  t->summary = g_strdup (dk_stmt_text (stmt, 12));
  t->details = g_strdup (dk_stmt_text (stmt, 13));
  t->caller = g_strdup (dk_stmt_text (stmt, 14));
  t->callback = g_strdup (dk_stmt_text (stmt, 15));
  t->location = g_strdup (dk_stmt_text (stmt, 16));
  t->device = g_strdup (dk_stmt_text (stmt, 17));
  t->service = g_strdup (dk_stmt_text (stmt, 18));
  t->group = g_strdup (dk_stmt_text (stmt, 19));
  t->resolution = g_strdup (dk_stmt_text (stmt, 20));
  t->outage = g_strdup (dk_stmt_text (stmt, 25));
  t->user = g_strdup (dk_stmt_text (stmt, 26));
  t->handover_target = g_strdup (dk_stmt_text (stmt, 28));
  t->handover_reason = g_strdup (dk_stmt_text (stmt, 29));
  t->itsm_id = g_strdup (dk_stmt_text (stmt, 32));
  t->disposition = g_strdup (dk_stmt_text (stmt, 33));
  t->written_by = g_strdup (dk_stmt_text (stmt, 37));
}

/* All but the answers. */
static DkTicket *
read_columns (DkStmt *stmt)
{
  DkTicket *t = dk_ticket_new ();

  read_texts (stmt, t);
  t->state = (DkTicketState) dk_stmt_int (stmt, 5);
  t->finalized = dk_stmt_int (stmt, 6) != 0;
  t->paper = dk_stmt_int (stmt, 7) != 0;
  t->impact = (int) dk_stmt_int (stmt, 8);
  t->urgency = (int) dk_stmt_int (stmt, 9);
  t->priority = (int) dk_stmt_int (stmt, 10);
  t->safety = dk_stmt_int (stmt, 11) != 0;
  t->happened_ms = dk_stmt_int (stmt, 21);
  t->recorded_ms = dk_stmt_int (stmt, 22);
  t->handed_over_ms = dk_stmt_int (stmt, 23);
  t->resolved_ms = dk_stmt_int (stmt, 24);
  t->handover = (DkHandover) dk_stmt_int (stmt, 27);
  t->handover_sent_ms = dk_stmt_int (stmt, 30);
  t->handover_attempts = (int) dk_stmt_int (stmt, 31);
  t->safety_known = dk_stmt_int (stmt, 35) != 0;
  t->legal_hold = dk_stmt_int (stmt, 36) != 0;
  t->written_ms = dk_stmt_int (stmt, 38);
  return t;
}

/* NULL if the row is not one that this program wrote. */
static DkTicket *
read_row (DkStmt *stmt)
{
  const char *answers = dk_stmt_text (stmt, 34);
  gint64 state = dk_stmt_int (stmt, 5);
  gint64 handover = dk_stmt_int (stmt, 27);
  g_autoptr (json_t) parsed = NULL;
  DkTicket *t;

  if (answers != NULL)
    parsed = dk_json_parse (answers, strlen (answers), DK_LIMIT_ENTRY_BODY_BYTES, "A ticket", NULL);
  if (!json_is_object (parsed) || !dk_json_is_plain (parsed) || state < DK_TICKET_DRAFT
      || state > DK_TICKET_VOID || handover < DK_HANDOVER_NONE || handover > DK_HANDOVER_VERIFIED)
    return NULL;
  t = read_columns (stmt);
  json_decref (t->answers);
  t->answers = g_steal_pointer (&parsed);
  return t;
}

/* One damaged row must not take the list away from the people who need it: the ledger has the
 * words, and where even that cannot be folded, what can be read of the row is shown. */
static DkTicket *
read_row_or_fold (DkStore *store, DkStmt *stmt)
{
  DkTicket *ticket = read_row (stmt);

  if (ticket == NULL) {
    g_debug ("the row of %s is damaged; the ledger's is shown", dk_stmt_text (stmt, 0));
    ticket = dk_ticket_fold (store, dk_stmt_text (stmt, 0), NULL);
  }
  if (ticket == NULL || ticket->number == NULL) {
    dk_ticket_free (ticket);
    ticket = read_columns (stmt);
    ticket->state = CLAMP (ticket->state, DK_TICKET_DRAFT, DK_TICKET_VOID);
    ticket->handover = CLAMP (ticket->handover, DK_HANDOVER_NONE, DK_HANDOVER_VERIFIED);
  }
  return ticket;
}

gboolean
dk_ticket_table_get (DkStore *store, const char *number, DkTicket **ticket, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT " COLUMNS " FROM ticket WHERE number = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *ticket = has_row ? read_row (stmt) : NULL;
  return TRUE;
}

DkTicket *
dk_ticket_store_load (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT " COLUMNS " FROM ticket WHERE number = ?1");
  g_autofree char *canonical = NULL;
  gboolean has_row;

  if (!dk_ticket_check_number (store, number, &canonical, error))
    return NULL;
  dk_stmt_bind_text (stmt, 1, canonical);
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (!has_row) {
    (void) dk_ticket_refuse_number (store, canonical, DK_ERROR_NOT_FOUND, error);
    return NULL;
  }
  return read_row_or_fold (store, stmt);
}

/* "Waiting" = finalized and on its way; the SQL mirrors dk_ticket_is_eligible. */
#define IS_EXPECTED                                           \
  "state <> 4 AND handover <> 8 AND number NOT LIKE 'DR-%'"   \
  " AND (disposition IS NULL OR disposition = 'accepted')"
#define IS_WAITING "finalized = 1 AND " IS_EXPECTED

GPtrArray *
dk_ticket_store_list (DkStore *store, const DkTicketFilter *filter, GError **error)
{
  static const DkTicketFilter all = { 0 };
  const DkTicketFilter *f = filter != NULL ? filter : &all;
  g_autoptr (GPtrArray) tickets = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_ticket_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      f->oldest_first
          ? "SELECT " COLUMNS " FROM ticket WHERE (?1 = 0 OR state < 3) AND (?2 = 0 OR safety = 1)"
            " AND (?3 = 0 OR (" IS_WAITING ")) AND (?4 IS NULL OR form = ?4)"
            " ORDER BY recorded_ms, id LIMIT ?5"
          : "SELECT " COLUMNS " FROM ticket WHERE (?1 = 0 OR state < 3) AND (?2 = 0 OR safety = 1)"
            " AND (?3 = 0 OR (" IS_WAITING ")) AND (?4 IS NULL OR form = ?4)"
            " ORDER BY safety = 1 AND state < 3 DESC, id DESC LIMIT ?5");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, f->open_only);
  dk_stmt_bind_int (stmt, 2, f->safety_only);
  dk_stmt_bind_int (stmt, 3, f->waiting_only);
  dk_stmt_bind_text (stmt, 4, f->form);
  dk_stmt_bind_int (stmt, 5, f->limit > 0 ? MIN (f->limit, LIST_MAX) : LIST_DEFAULT);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&tickets);
    g_ptr_array_add (tickets, read_row_or_fold (store, stmt));
  }
  return NULL;
}

gboolean
dk_ticket_store_count (DkStore *store, DkTicketCounts *out, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT count(*) FILTER (WHERE form = 'call-log' AND state < 3),"
      " count(*) FILTER (WHERE form <> 'call-log' AND state < 3),"
      " count(*) FILTER (WHERE " IS_WAITING "),"
      " count(*) FILTER (WHERE " IS_WAITING " AND handover = 7),"
      " count(*) FILTER (WHERE " IS_EXPECTED " AND handover <> 7)"
      " FROM ticket");
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  out->calls = (guint) dk_stmt_int (stmt, 0);
  out->open = (guint) dk_stmt_int (stmt, 1);
  out->waiting = (guint) dk_stmt_int (stmt, 2);
  out->delivered = (guint) dk_stmt_int (stmt, 3);
  out->not_handed_over = (guint) dk_stmt_int (stmt, 4);
  return TRUE;
}

DkTicket *
dk_ticket_fold (DkStore *store, const char *number, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, number, error);
  g_autoptr (DkTicket) ticket = dk_ticket_new ();

  if (entries == NULL)
    return NULL;
  for (guint i = 0; i < entries->len; i++)
    if (!dk_ticket_apply (ticket, g_ptr_array_index (entries, i), error))
      return NULL;
  return g_steal_pointer (&ticket);
}
