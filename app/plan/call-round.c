/* SPDX-License-Identifier: MIT */
#include "app/plan/call-round.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/plan/correction.h"
#include "app/plan/plan-private.h"
#include "app/store/content-store.h"

#define MINUTE_MS 60000
#define NUMBER_BYTES_MAX 200

static const char *const RESULTS[]
    = { DK_CALL_REACHED,      DK_CALL_MESSAGE_LEFT, DK_CALL_NO_ANSWER, DK_CALL_BUSY,
        DK_CALL_WRONG_NUMBER, DK_CALL_DECLINED,     DK_CALL_SKIPPED,   NULL };

const char *const *
dk_call_results (void)
{
  return RESULTS;
}

static void
attempt_free (gpointer data)
{
  DkCallAttempt *attempt = data;

  g_free (attempt->contact);
  g_free (attempt->number);
  g_free (attempt->result);
  g_free (attempt->person);
  g_free (attempt->note);
  g_free (attempt);
}

void
dk_call_round_free (DkCallRound *round)
{
  if (round == NULL)
    return;
  g_free (round->uid);
  g_free (round->ref);
  g_free (round->title);
  g_free (round->pack);
  g_free (round->started_by);
  g_free (round->ended_by);
  g_free (round->note);
  dk_call_tree_free (round->tree);
  g_clear_pointer (&round->attempts, g_ptr_array_unref);
  g_free (round);
}

void
dk_call_next_free (DkCallNext *next)
{
  if (next == NULL)
    return;
  g_free (next->contact_id);
  dk_contact_free (next->contact);
  g_free (next->kind);
  g_free (next->number);
  g_free (next->say);
  g_free (next->instead_of);
  g_free (next);
}

/* The last result for a contact; NULL if nobody tried. */
static const DkCallAttempt *
last_attempt (const DkCallRound *round, const char *contact)
{
  for (guint i = round->attempts->len; contact != NULL && i > 0; i--) {
    const DkCallAttempt *attempt = g_ptr_array_index (round->attempts, i - 1);
    if (strcmp (attempt->contact, contact) == 0)
      return attempt;
  }
  return NULL;
}

static gboolean
has_result (const DkCallRound *round, const char *contact, const char *result)
{
  const DkCallAttempt *last = last_attempt (round, contact);

  return last != NULL && strcmp (last->result, result) == 0;
}

DkCallState
dk_call_round_state (const DkCallRound *round, guint place)
{
  const DkCall *call = g_ptr_array_index (round->tree->calls, place);

  if (has_result (round, call->contact, DK_CALL_REACHED)
      || has_result (round, call->contact, DK_CALL_SKIPPED)
      || has_result (round, call->instead, DK_CALL_REACHED))
    return DK_CALL_SETTLED;
  if (last_attempt (round, call->contact) != NULL)
    return DK_CALL_TRYING;
  return call->by != NULL && has_result (round, call->by, DK_CALL_REACHED) ? DK_CALL_DELEGATED
                                                                           : DK_CALL_OPEN;
}

#define FACTS \
  "SELECT r.uid, r.ref, r.title, r.pack, r.started_ms, r.started_by, r.ended_ms, r.ended_by," \
  " r.note, s.source, r.id FROM run AS r JOIN run_source AS s ON s.version = r.version" \
  " WHERE r.kind = 'calls'"

static gboolean
read_attempts (DkStore *store, DkCallRound *round, gint64 run, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT contact, number, result, person, at_ms, note FROM call_attempt"
                           " WHERE run = ?1 ORDER BY id");
  gboolean has_row;

  round->attempts = g_ptr_array_new_with_free_func (attempt_free);
  dk_stmt_bind_int (stmt, 1, run);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkCallAttempt *attempt;
    if (!has_row)
      return TRUE;
    attempt = g_new0 (DkCallAttempt, 1);
    attempt->contact = g_strdup (dk_stmt_text (stmt, 0));
    attempt->number = g_strdup (dk_stmt_text (stmt, 1));
    attempt->result = g_strdup (dk_stmt_text (stmt, 2));
    attempt->person = g_strdup (dk_stmt_text (stmt, 3));
    attempt->at_ms = dk_stmt_int (stmt, 4);
    attempt->note = g_strdup (dk_stmt_text (stmt, 5));
    g_ptr_array_add (round->attempts, attempt);
  }
  return FALSE;
}

static void
count_calls (DkCallRound *round)
{
  for (guint i = 0; i < round->tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (round->tree->calls, i);
    if (dk_call_round_state (round, i) != DK_CALL_SETTLED)
      round->open++;
    else if (!has_result (round, call->contact, DK_CALL_SKIPPED))
      round->reached++;
  }
}

/* The row that the statement stands on, whole. New round. */
static DkCallRound *
read_round (DkStore *store, DkStmt *stmt, GError **error)
{
  g_autoptr (DkCallRound) round = g_new0 (DkCallRound, 1);
  const char *source = dk_stmt_text (stmt, 9);
  g_autoptr (json_t) json = dk_json_parse (source, strlen (source), DK_LIMIT_ENTRY_BODY_BYTES,
                                           "The call tree of this round", error);

  round->uid = g_strdup (dk_stmt_text (stmt, 0));
  round->ref = g_strdup (dk_stmt_text (stmt, 1));
  round->title = g_strdup (dk_stmt_text (stmt, 2));
  round->pack = g_strdup (dk_stmt_text (stmt, 3));
  round->started_ms = dk_stmt_int (stmt, 4);
  round->started_by = g_strdup (dk_stmt_text (stmt, 5));
  round->ended_ms = dk_stmt_int (stmt, 6);
  round->ended_by = g_strdup (dk_stmt_text (stmt, 7));
  round->note = g_strdup (dk_stmt_text (stmt, 8));
  round->tree = json != NULL ? dk_call_tree_from_json (json, error) : NULL;
  if (round->tree == NULL || !read_attempts (store, round, dk_stmt_int (stmt, 10), error))
    return NULL;
  count_calls (round);
  return g_steal_pointer (&round);
}

GPtrArray *
dk_call_round_list (DkStore *store, gboolean only_open, GError **error)
{
  g_autoptr (GPtrArray) rounds
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_call_round_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      FACTS " AND (?1 = 0 OR r.ended_ms = 0) ORDER BY r.ended_ms > 0, r.id DESC LIMIT ?2");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, only_open);
  dk_stmt_bind_int (stmt, 2, DK_PLAN_LIST_MAX);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkCallRound *round;
    if (!has_row)
      return g_steal_pointer (&rounds);
    round = read_round (store, stmt, error);
    if (round == NULL)
      return NULL;
    g_ptr_array_add (rounds, round);
  }
  return NULL;
}

DkCallRound *
dk_call_round_load (DkStore *store, const char *uid, GError **error)
{
  g_autofree char *whole = dk_plan_find_run (store, DK_PLAN_CALLS, uid, error);
  g_autoptr (DkStmt) stmt = NULL;
  gboolean has_row;

  if (whole == NULL)
    return NULL;
  stmt = dk_stmt_new (dk_store_db (store), FACTS " AND r.uid = ?1");
  dk_stmt_bind_text (stmt, 1, whole);
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (!has_row) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The tree of the round %s is missing from the tables. The ledger has it; `dkit "
                 "kit repair` writes the tables anew.",
                 whole);
    return NULL;
  }
  return read_round (store, stmt, error);
}

static DkCallRound *
start_round (DkStore *store, const DkCallTree *tree, GError **error)
{
  g_autoptr (json_t) json = dk_call_tree_to_json (tree);
  g_autoptr (json_t) none = json_array ();
  g_autofree char *source = dk_json_canonical (json, NULL);
  g_autofree char *uid
      = dk_plan_start (store, DK_PLAN_CALLS, tree->id, tree->title, source, none, error);

  return uid != NULL ? dk_call_round_load (store, uid, error) : NULL;
}

DkCallRound *
dk_call_round_start (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkCallTree) tree = dk_content_store_call_tree (store, id, error);

  if (tree == NULL || !dk_call_tree_check (tree, error))
    return NULL;
  return start_round (store, tree, error);
}

DkCallRound *
dk_call_round_start_for_leads (DkStore *store, const DkCallTree *tree, GError **error)
{
  g_autoptr (DkCallTree) bare = dk_call_tree_new ();

  if (!dk_plan_is_lead (store)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "%s may not run a call tree for leads: that is for a lead, a reconciler or an "
                 "administrator. Nothing was changed.",
                 dk_store_user (store));
    return NULL;
  }
  bare->id = g_strdup (tree->id);
  bare->title = g_strdup_printf ("%s (for leads)", tree->id);
  bare->audience = g_strdup ("lead");
  for (guint i = 0; i < tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (tree->calls, i);
    DkCall *copy = dk_call_tree_add (bare, call->contact);
    copy->by = g_strdup (call->by);
    copy->instead = g_strdup (call->instead);
    copy->wait_min = call->wait_min;
  }
  return dk_call_tree_check (bare, error) ? start_round (store, bare, error) : NULL;
}

static gboolean
refuse (GError **error, DkError code, const char *why)
{
  g_set_error (error, DK_ERROR, code, "%s Nothing was changed.", why);
  return FALSE;
}

static gboolean
is_in_tree (const DkCallTree *tree, const char *contact)
{
  for (guint i = 0; i < tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (tree->calls, i);
    if (strcmp (call->contact, contact) == 0 || g_strcmp0 (call->instead, contact) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
dk_call_round_try (DkStore *store, const char *uid, const char *contact, const char *number,
                   const char *result, const char *note, GError **error)
{
  g_autoptr (DkCallRound) round = dk_call_round_load (store, uid, error);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *clean = NULL;
  g_autofree char *clean_number = NULL;

  if (round == NULL || !dk_plan_check_open (store, round->uid, error)
      || !dk_plan_clean ("The note", note, &clean, error)
      || !dk_plan_clean ("The number", number, &clean_number, error))
    return FALSE;
  if (clean_number != NULL && strlen (clean_number) > NUMBER_BYTES_MAX)
    return refuse (error, DK_ERROR_INVALID, "The number is too long.");
  if (!g_strv_contains (RESULTS, result))
    return refuse (error, DK_ERROR_INVALID,
                   "The result of a call is reached, message-left, no-answer, busy, wrong-number, "
                   "declined or skipped.");
  if (strcmp (result, DK_CALL_SKIPPED) == 0 && clean == NULL)
    return refuse (error, DK_ERROR_INVALID,
                   "Say why this call is skipped: whoever takes over has to know.");
  if (!is_in_tree (round->tree, contact))
    return refuse (error, DK_ERROR_NOT_FOUND, "This contact is not in the tree of this round.");
  dk_json_set_text (body, "contact", contact);
  dk_json_set_text (body, "number", clean_number);
  dk_json_set_text (body, "result", result);
  dk_json_set_text (body, "note", clean);
  return dk_plan_change (store, DK_ENTRY_CALL_ATTEMPT, round->uid, body, error);
}

gboolean
dk_call_round_end (DkStore *store, const char *uid, const char *note, GError **error)
{
  g_autoptr (DkCallRound) round = dk_call_round_load (store, uid, error);
  g_autoptr (json_t) body = json_object ();
  g_autofree char *clean = NULL;

  if (round == NULL || !dk_plan_check_open (store, round->uid, error)
      || !dk_plan_clean ("The note", note, &clean, error))
    return FALSE;
  if (round->open > 0 && clean == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%u %s not settled yet. The round was not ended: go on, or say why it ends all "
                 "the same.",
                 round->open, round->open == 1 ? "call is" : "calls are");
    return FALSE;
  }
  dk_json_set_text (body, "note", clean);
  json_object_set_new (body, "open", json_integer (round->open));
  return dk_plan_change (store, DK_ENTRY_RUN_ENDED, round->uid, body, error);
}

/* `since` is the place of the first attempt that counts. */
static gboolean
was_tried (const DkCallRound *round, const char *contact, const char *number, guint since)
{
  for (guint i = since; i < round->attempts->len; i++) {
    const DkCallAttempt *attempt = g_ptr_array_index (round->attempts, i);
    if (strcmp (attempt->contact, contact) == 0 && g_strcmp0 (attempt->number, number) == 0)
      return TRUE;
  }
  return FALSE;
}

/* A number that was said to be wrong is not called again. */
static gboolean
is_wrong (const DkCallRound *round, const char *contact, const char *number)
{
  for (guint i = 0; i < round->attempts->len; i++) {
    const DkCallAttempt *attempt = g_ptr_array_index (round->attempts, i);
    if (strcmp (attempt->contact, contact) == 0 && g_strcmp0 (attempt->number, number) == 0
        && strcmp (attempt->result, DK_CALL_WRONG_NUMBER) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The first number of a contact that this turn has not tried; NULL if none is left. */
static const DkContactNumber *
next_number (const DkCallRound *round, const DkContact *contact, guint since)
{
  for (guint i = 0; contact != NULL && i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    if (!was_tried (round, contact->id, number->value, since)
        && !is_wrong (round, contact->id, number->value))
      return number;
  }
  return NULL;
}

/* The contact with its corrections; *contact NULL if the lists for everybody have none. */
static gboolean
read_contact (DkStore *store, const char *id, DkContact **contact, GError **error)
{
  g_autoptr (GError) failed = NULL;

  *contact = dk_correction_contact (store, id, &failed);
  if (failed == NULL || g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* Attempts for a call, of its contact and of who stands in; when the last one was, and where in the
 * list the current turn begins: behind the last pause that was at least as long as the wait. */
typedef struct {
  guint count;
  guint since;
  gint64 last_ms;
} Tries;

static gint64
wait_of (const DkCall *call)
{
  return (gint64) (call->wait_min > 0 ? call->wait_min : DK_CALL_WAIT_MIN) * MINUTE_MS;
}

static Tries
tries_of (const DkCallRound *round, const DkCall *call)
{
  Tries tries = { 0 };

  for (guint i = 0; i < round->attempts->len; i++) {
    const DkCallAttempt *attempt = g_ptr_array_index (round->attempts, i);
    if (strcmp (attempt->contact, call->contact) != 0
        && g_strcmp0 (attempt->contact, call->instead) != 0)
      continue;
    if (tries.count > 0 && attempt->at_ms - tries.last_ms >= wait_of (call))
      tries.since = i;
    tries.count++;
    tries.last_ms = attempt->at_ms;
  }
  return tries;
}

static DkCallNext *
make_next (const DkCallRound *round, guint place, const char *contact_id, DkContact *contact,
           const DkContactNumber *number)
{
  const DkCall *call = g_ptr_array_index (round->tree->calls, place);
  DkCallNext *next = g_new0 (DkCallNext, 1);

  next->call = place;
  next->contact_id = g_strdup (contact_id);
  next->contact = contact;
  next->kind = number != NULL ? g_strdup (number->kind) : NULL;
  next->number = number != NULL ? g_strdup (number->value) : NULL;
  next->say = g_strdup (call->say != NULL ? call->say : round->tree->say);
  if (strcmp (contact_id, call->contact) != 0)
    next->instead_of = g_strdup (call->contact);
  return next;
}

/* Who declined is not asked again as long as somebody can be tried instead. */
static gboolean
may_try (const DkCallRound *round, const DkCall *call, const char *contact_id)
{
  if (!has_result (round, contact_id, DK_CALL_DECLINED))
    return TRUE;
  return call->instead == NULL;
}

/* What is to be done for one call that is not settled. New, NULL on an error. */
static DkCallNext *
next_of_call (DkStore *store, const DkCallRound *round, guint place, gint64 now_ms, GError **error)
{
  const DkCall *call = g_ptr_array_index (round->tree->calls, place);
  const char *const ids[] = { call->contact, call->instead };
  Tries tries = tries_of (round, call);
  gboolean waited = tries.count > 0 && now_ms - tries.last_ms >= wait_of (call);
  guint since = waited ? round->attempts->len : tries.since;
  DkContact *contact = NULL;
  DkCallNext *next;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    const DkContactNumber *number;
    if (ids[i] == NULL || !may_try (round, call, ids[i]))
      continue;
    if (!read_contact (store, ids[i], &contact, error))
      return NULL;
    number = next_number (round, contact, since);
    if (number != NULL || (contact == NULL && !was_tried (round, ids[i], NULL, since))) {
      next = make_next (round, place, ids[i], contact, number);
      next->attempts = tries.count;
      return next;
    }
    g_clear_pointer (&contact, dk_contact_free);
  }
  if (!read_contact (store, call->contact, &contact, error))
    return NULL;
  next = make_next (round, place, call->contact, contact, next_number (round, contact,
                                                                       round->attempts->len));
  next->attempts = tries.count;
  next->due_ms = tries.count > 0 ? tries.last_ms + wait_of (call) : 0;
  return next;
}

gboolean
dk_call_round_next (DkStore *store, const DkCallRound *round, gint64 now_ms, DkCallNext **next,
                    GError **error)
{
  g_autoptr (DkCallNext) best = NULL;

  for (guint i = 0; i < round->tree->calls->len; i++) {
    DkCallState state = dk_call_round_state (round, i);
    DkCallNext *one;
    if (state != DK_CALL_OPEN && state != DK_CALL_TRYING)
      continue;
    one = next_of_call (store, round, i, now_ms, error);
    if (one == NULL)
      return FALSE;
    if (best == NULL || one->due_ms < best->due_ms) {
      dk_call_next_free (best);
      best = one;
    } else {
      dk_call_next_free (one);
    }
    if (best->due_ms == 0)
      break;
  }
  *next = g_steal_pointer (&best);
  return TRUE;
}
