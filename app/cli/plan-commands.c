/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/cli/cli.h"
#include "app/cli/contact-show.h"
#include "app/cli/lead-content.h"
#include "app/content/markdown.h"
#include "app/plan/call-round.h"
#include "app/plan/correction.h"
#include "app/plan/feedback.h"
#include "app/plan/oncall.h"
#include "app/store/content-store.h"

#define UID_SHOWN 8
#define STEP_ID_TYPED_MIN 4

static json_t *
numbers_json (const DkContact *contact, const DkCliMarks *marks)
{
  json_t *numbers = json_array ();

  for (guint i = 0; contact != NULL && i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    gint64 changed = dk_number_changes_find (marks->changes, contact->id, number->value);
    json_array_append_new (
        numbers, json_pack ("{s:o, s:o, s:i, s:o, s:o}", "kind", dk_json_string (number->kind),
                            "value", dk_json_string (number->value), "order", (int) i + 1,
                            "changed_at", dk_cli_time (changed), "corrected",
                            dk_cli_corrected_json (marks, contact->id, number->value)));
  }
  return numbers;
}

static json_t *
on_call_json (const DkOnCall *row, const DkCliMarks *marks)
{
  json_t *json = json_object ();

  json_object_set_new (json, "service", dk_json_string (row->service));
  json_object_set_new (json, "service_name", dk_json_string (row->service_name));
  json_object_set_new (json, "tier", json_integer (row->tier));
  json_object_set_new (json, "contact", dk_json_string (row->contact_id));
  json_object_set_new (json, "name",
                       dk_json_string (row->contact != NULL ? row->contact->name : NULL));
  json_object_set_new (json, "new_since",
                       dk_cli_time (row->contact != NULL ? dk_contact_new_since (row->contact)
                                                         : 0));
  json_object_set_new (json, "origin",
                       row->contact != NULL ? dk_cli_origin_json (row->contact) : json_null ());
  json_object_set_new (json, "numbers", numbers_json (row->contact, marks));
  json_object_set_new (json, "until", dk_cli_time (row->until_ms));
  json_object_set_new (json, "next", dk_json_string (row->next));
  json_object_set_new (json, "hours_now", dk_json_string (row->there));
  json_object_set_new (json, "outside_hours", json_boolean (row->outside_hours));
  json_object_set_new (json, "note", dk_json_string (row->note));
  return json;
}

static void
say_numbers (DkCli *cli, const DkContact *contact, const DkCliMarks *marks)
{
  for (guint i = 0; contact != NULL && i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *mark = dk_cli_number_mark (marks, contact->id, number->value);
    dk_cli_say (cli, "       %u. %-7s %s%s", i + 1, number->kind, number->value, mark);
  }
}

static void
say_origin (DkCli *cli, const DkContact *contact)
{
  g_autofree char *origin = contact != NULL ? dk_contact_origin_words (contact) : NULL;

  if (origin != NULL)
    dk_cli_say (cli, "     %s", origin);
}

/* As it is said: the name, the id where the lists have none. NULL if nobody follows. New string. */
static char *
next_name (DkCli *cli, const DkOnCall *row)
{
  g_autoptr (DkContact) next = row->next != NULL
                                   ? dk_correction_contact (dk_cli_store (cli), row->next, NULL)
                                   : NULL;

  return g_strdup (next != NULL ? next->name : row->next);
}

static void
say_on_call (DkCli *cli, const DkOnCall *row, const DkCliMarks *marks, gint64 now_ms)
{
  g_autofree char *until
      = row->until_ms > 0 ? dk_time_format_short (row->until_ms, now_ms) : NULL;
  g_autofree char *mark = dk_cli_new_mark (row->contact);
  g_autofree char *next = next_name (cli, row);

  dk_cli_say (cli, "  %d  %s%s%s%s%s%s", row->tier,
              row->contact != NULL ? row->contact->name : row->contact_id,
              until != NULL ? "  until " : "", until != NULL ? until : "",
              next != NULL ? ", then " : "", next != NULL ? next : "", mark);
  say_origin (cli, row->contact);
  if (row->there != NULL)
    dk_cli_say (cli, "     %s%s", row->outside_hours ? "!! " : "", row->there);
  if (row->note != NULL)
    dk_cli_say (cli, "     %s", row->note);
  if (row->contact == NULL)
    dk_cli_say (cli, "     not in the lists for everybody; leads see the numbers");
  say_numbers (cli, row->contact, marks);
}

/* Leads see those of the lists for leads as well. */
static void
fill_lead_contact (DkCli *cli, DkOnCall *row, const DkCliMarks *marks)
{
  if (row->contact != NULL
      || dk_keyring_get (dk_store_keys (dk_cli_store (cli)), DK_KEY_LEAD) == NULL)
    return;
  row->contact = dk_cli_contact (cli, row->contact_id, NULL);
  if (row->contact != NULL)
    dk_correction_apply (row->contact, marks->corrections);
}

static gboolean
run_oncall (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *at = dk_args_get (args, "at");
  gint64 at_ms = dk_clock_wall_ms ();
  g_autoptr (GPtrArray) rows = NULL;
  g_auto (DkCliMarks) marks = { NULL, NULL };
  const char *service = NULL;
  json_t *list;

  if (at != NULL && !dk_time_parse (at, "--at", &at_ms, error))
    return FALSE;
  rows = dk_oncall_at (dk_cli_store (cli), dk_args_get (args, "service"), at_ms, error);
  if (rows == NULL || !dk_cli_marks_load (cli, NULL, &marks, error))
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < rows->len; i++) {
    DkOnCall *row = g_ptr_array_index (rows, i);
    fill_lead_contact (cli, row, &marks);
    if (g_strcmp0 (service, row->service) != 0)
      dk_cli_say (cli, "%s%s (%s)", i > 0 ? "\n" : "", row->service_name, row->service);
    service = row->service;
    say_on_call (cli, row, &marks, dk_clock_wall_ms ());
    json_array_append_new (list, on_call_json (row, &marks));
  }
  if (rows->len == 0)
    dk_cli_say (cli, "NOBODY is on call then%s, as far as the content of this kit says.",
                dk_args_has (args, "service") ? " for this service" : "");
  dk_cli_take_document (cli, list);
  return TRUE;
}

static gboolean
run_tree_list (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) trees = dk_cli_call_trees (cli, error);
  json_t *list;

  if (trees == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < trees->len; i++) {
    const DkCallTree *tree = g_ptr_array_index (trees, i);
    dk_cli_say (cli, "%-24s %s (%u calls)%s", tree->id, tree->title, tree->calls->len,
                g_strcmp0 (tree->audience, "lead") == 0 ? "  (lead only)" : "");
    json_array_append_new (list, dk_call_tree_to_json (tree));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

static gboolean
run_tree_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkCallTree) tree = dk_cli_call_tree (cli, dk_args_word (args, 0), error);

  if (tree == NULL)
    return FALSE;
  dk_cli_say (cli, "%s", tree->title);
  if (tree->say != NULL)
    dk_cli_say (cli, "say: %s", tree->say);
  for (guint i = 0; i < tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (tree->calls, i);
    dk_cli_say (cli, "%3u. %s%s%s%s%s", i + 1, call->contact,
                call->by != NULL ? "  called by " : "", call->by != NULL ? call->by : "",
                call->instead != NULL ? "  else " : "",
                call->instead != NULL ? call->instead : "");
    if (call->say != NULL)
      dk_cli_say (cli, "     say: %s", call->say);
  }
  dk_cli_take_document (cli, dk_call_tree_to_json (tree));
  return TRUE;
}

static const char *
state_name (DkCallState state)
{
  static const char *const names[] = { [DK_CALL_OPEN] = "open",
                                       [DK_CALL_TRYING] = "trying",
                                       [DK_CALL_DELEGATED] = "delegated",
                                       [DK_CALL_SETTLED] = "settled" };

  return names[state];
}

static json_t *
calls_json (const DkCallRound *round)
{
  json_t *calls = json_array ();

  for (guint i = 0; i < round->tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (round->tree->calls, i);
    json_array_append_new (calls, json_pack ("{s:o, s:o, s:s}", "contact",
                                             dk_json_string (call->contact), "by",
                                             dk_json_string (call->by), "state",
                                             state_name (dk_call_round_state (round, i))));
  }
  return calls;
}

static json_t *
attempts_json (const DkCallRound *round)
{
  json_t *list = json_array ();

  for (guint i = 0; i < round->attempts->len; i++) {
    const DkCallAttempt *attempt = g_ptr_array_index (round->attempts, i);
    json_t *json = json_object ();
    json_object_set_new (json, "contact", dk_json_string (attempt->contact));
    json_object_set_new (json, "number", dk_json_string (attempt->number));
    json_object_set_new (json, "result", dk_json_string (attempt->result));
    json_object_set_new (json, "person", dk_json_string (attempt->person));
    json_object_set_new (json, "at", dk_cli_time (attempt->at_ms));
    json_object_set_new (json, "note", dk_json_string (attempt->note));
    json_array_append_new (list, json);
  }
  return list;
}

static json_t *
next_json (const DkCallNext *next, const DkCliMarks *marks)
{
  json_t *json;

  if (next == NULL)
    return json_null ();
  json = json_object ();
  json_object_set_new (json, "contact", dk_json_string (next->contact_id));
  json_object_set_new (json, "name",
                       dk_json_string (next->contact != NULL ? next->contact->name : NULL));
  json_object_set_new (json, "new_since",
                       dk_cli_time (next->contact != NULL ? dk_contact_new_since (next->contact)
                                                          : 0));
  json_object_set_new (json, "kind", dk_json_string (next->kind));
  json_object_set_new (json, "number", dk_json_string (next->number));
  json_object_set_new (json, "number_changed_at",
                       dk_cli_time (next->number != NULL
                                        ? dk_number_changes_find (marks->changes, next->contact_id,
                                                                  next->number)
                                        : 0));
  json_object_set_new (json, "corrected",
                       dk_cli_corrected_json (marks, next->contact_id, next->number));
  json_object_set_new (json, "origin",
                       next->contact != NULL ? dk_cli_origin_json (next->contact) : json_null ());
  json_object_set_new (json, "say", dk_json_string (next->say));
  json_object_set_new (json, "instead_of", dk_json_string (next->instead_of));
  json_object_set_new (json, "attempts", json_integer (next->attempts));
  json_object_set_new (json, "not_before", dk_cli_time (next->due_ms));
  return json;
}

static json_t *
round_json (const DkCallRound *round)
{
  json_t *json = json_object ();

  json_object_set_new (json, "round", dk_json_string (round->uid));
  json_object_set_new (json, "calltree", dk_json_string (round->ref));
  json_object_set_new (json, "title", dk_json_string (round->title));
  json_object_set_new (json, "pack", dk_json_string (round->pack));
  json_object_set_new (json, "started_at", dk_cli_time (round->started_ms));
  json_object_set_new (json, "started_by", dk_json_string (round->started_by));
  json_object_set_new (json, "ended_at", dk_cli_time (round->ended_ms));
  json_object_set_new (json, "ended_by", dk_json_string (round->ended_by));
  json_object_set_new (json, "note", dk_json_string (round->note));
  json_object_set_new (json, "reached", json_integer (round->reached));
  json_object_set_new (json, "open", json_integer (round->open));
  json_object_set_new (json, "calls", calls_json (round));
  json_object_set_new (json, "attempts", attempts_json (round));
  return json;
}

static void
say_next (DkCli *cli, const DkCallRound *round, const DkCallNext *next, const DkCliMarks *marks)
{
  g_autofree char *is_new = next != NULL ? dk_cli_new_mark (next->contact) : NULL;

  if (next == NULL) {
    dk_cli_say (cli, "Nothing is left for the desk to call. dkit calltree end %.*s", UID_SHOWN,
                round->uid);
    return;
  }
  if (next->due_ms > 0) {
    g_autofree char *due = dk_time_format_short (next->due_ms, dk_clock_wall_ms ());
    dk_cli_say (cli, "Nobody is to be called now; again at %s:", due);
  }
  dk_cli_say (cli, "NEXT  %s%s%s%s%s",
              next->contact != NULL ? next->contact->name : next->contact_id,
              next->instead_of != NULL ? ", since nobody reached " : "",
              next->instead_of != NULL ? next->instead_of : "",
              next->number == NULL ? ": no number is left, send somebody" : "", is_new);
  if (next->number != NULL) {
    g_autofree char *mark = dk_cli_number_mark (marks, next->contact_id, next->number);
    dk_cli_say (cli, "      %s  %s%s", next->kind, next->number, mark);
  }
  say_origin (cli, next->contact);
  if (next->say != NULL)
    dk_cli_say (cli, "say   %s", next->say);
  dk_cli_say (cli, "then  dkit calltree try %.*s %s RESULT", UID_SHOWN, round->uid,
              next->contact_id);
}

static void
say_round (DkCli *cli, const DkCallRound *round)
{
  gint64 now = dk_clock_wall_ms ();
  g_autofree char *began = dk_time_format_short (round->started_ms, now);

  dk_cli_say (cli, "Round %.*s: %s", UID_SHOWN, round->uid, round->title);
  dk_cli_say (cli, "started %s by %s; %u reached, %u not settled%s", began, round->started_by,
              round->reached, round->open, round->ended_ms > 0 ? "; ENDED" : "");
  for (guint i = 0; i < round->tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (round->tree->calls, i);
    dk_cli_say (cli, "%3u. %-9s %s%s%s", i + 1, state_name (dk_call_round_state (round, i)),
                call->contact, call->by != NULL ? "  called by " : "",
                call->by != NULL ? call->by : "");
  }
  for (guint i = 0; i < round->attempts->len; i++) {
    const DkCallAttempt *attempt = g_ptr_array_index (round->attempts, i);
    g_autofree char *when = dk_time_format_short (attempt->at_ms, now);
    dk_cli_say (cli, "     %s %s: %s %s%s%s%s%s", when, attempt->person, attempt->contact,
                attempt->result, attempt->number != NULL ? " " : "",
                attempt->number != NULL ? attempt->number : "", attempt->note != NULL ? ": " : "",
                attempt->note != NULL ? attempt->note : "");
  }
}

/* What leads see of a round of theirs, which keeps no words and, as a rule, calls people of their
 * lists. */
static void
fill_lead_words (DkCli *cli, const DkCallRound *round, DkCallNext *next, const DkCliMarks *marks)
{
  g_autoptr (DkCallTree) whole = NULL;
  const DkCall *call;

  if (dk_keyring_get (dk_store_keys (dk_cli_store (cli)), DK_KEY_LEAD) == NULL)
    return;
  if (next->contact == NULL) {
    next->contact = dk_cli_contact (cli, next->contact_id, NULL);
    if (next->contact != NULL)
      dk_correction_apply (next->contact, marks->corrections);
  }
  if (next->number == NULL && next->attempts == 0 && next->contact != NULL
      && next->contact->numbers->len > 0) {
    const DkContactNumber *first = g_ptr_array_index (next->contact->numbers, 0);
    next->kind = g_strdup (first->kind);
    next->number = g_strdup (first->value);
  }
  if (g_strcmp0 (round->tree->audience, "lead") == 0)
    whole = dk_cli_call_tree (cli, round->ref, NULL);
  if (whole == NULL || next->call >= whole->calls->len || next->say != NULL)
    return;
  call = g_ptr_array_index (whole->calls, next->call);
  next->say = g_strdup (call->say != NULL ? call->say : whole->say);
}

/* The round with what is to be done next. */
static gboolean
show_round (DkCli *cli, const char *uid, gboolean whole, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (DkCallRound) round = dk_call_round_load (store, uid, error);
  g_autoptr (DkCallNext) next = NULL;
  g_auto (DkCliMarks) marks = { NULL, NULL };
  json_t *json;

  if (round == NULL || !dk_cli_marks_load (cli, NULL, &marks, error)
      || (round->ended_ms == 0
          && !dk_call_round_next (store, round, dk_clock_wall_ms (), &next, error)))
    return FALSE;
  if (next != NULL)
    fill_lead_words (cli, round, next, &marks);
  if (whole)
    say_round (cli, round);
  if (round->ended_ms == 0)
    say_next (cli, round, next, &marks);
  json = round_json (round);
  json_object_set_new (json, "next", next_json (next, &marks));
  dk_cli_take_document (cli, json);
  return TRUE;
}

static gboolean
run_tree_start (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *id = dk_args_word (args, 0);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkCallRound) round = dk_call_round_start (store, id, &failed);

  if (round == NULL && g_error_matches (failed, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_autoptr (DkCallTree) hidden = dk_cli_call_tree (cli, id, NULL);
    if (hidden != NULL) {
      g_clear_error (&failed);
      round = dk_call_round_start_for_leads (store, hidden, &failed);
    }
  }
  if (round == NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  return show_round (cli, round->uid, TRUE, error);
}

static gboolean
run_tree_next (DkCli *cli, const DkArgs *args, GError **error)
{
  return show_round (cli, dk_args_word (args, 0), FALSE, error);
}

static gboolean
read_note (DkCli *cli, const DkArgs *args, char **note, GError **error)
{
  const char *given = dk_args_get (args, "note");

  *note = given != NULL ? dk_cli_read_value (cli, given, "the note", error) : NULL;
  return given == NULL || *note != NULL;
}

/* The number that is to be called next, if it is of this contact; NULL else. New string. */
static gboolean
read_next_number (DkCli *cli, const char *uid, const char *contact, char **number, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (DkCallRound) round = dk_call_round_load (store, uid, error);
  g_autoptr (DkCallNext) next = NULL;

  if (round == NULL || !dk_call_round_next (store, round, dk_clock_wall_ms (), &next, error))
    return FALSE;
  if (next != NULL && strcmp (next->contact_id, contact) == 0)
    *number = g_strdup (next->number);
  return TRUE;
}

static gboolean
run_tree_try (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *uid = dk_args_word (args, 0);
  const char *contact = dk_args_word (args, 1);
  const char *result = dk_args_word (args, 2);
  g_autofree char *number = g_strdup (dk_args_get (args, "number"));
  g_autofree char *note = NULL;

  if (!read_note (cli, args, &note, error)
      || (number == NULL && !read_next_number (cli, uid, contact, &number, error))
      || !dk_call_round_try (dk_cli_store (cli), uid, contact, number, result, note, error))
    return FALSE;
  if (strcmp (result, DK_CALL_WRONG_NUMBER) == 0)
    dk_cli_say (cli, "If you know the right one: dkit contact correct %s number:KIND VALUE. "
                     "It is reported to the owner.",
                contact);
  return show_round (cli, uid, FALSE, error);
}

static gboolean
run_tree_status (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) rounds = NULL;
  json_t *list;

  if (dk_args_count (args) > 0)
    return show_round (cli, dk_args_word (args, 0), TRUE, error);
  rounds = dk_call_round_list (dk_cli_store (cli), dk_args_has (args, "open"), error);
  if (rounds == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < rounds->len; i++) {
    const DkCallRound *round = g_ptr_array_index (rounds, i);
    g_autofree char *began = dk_time_format_short (round->started_ms, dk_clock_wall_ms ());
    dk_cli_say (cli, "%.*s  %-8s %-40s %s %s, %u reached, %u not settled", UID_SHOWN, round->uid,
                round->ended_ms > 0 ? "ended" : "CALLING", round->title, began, round->started_by,
                round->reached, round->open);
    json_array_append_new (list, round_json (round));
  }
  if (rounds->len == 0 && !cli->quiet)
    dk_cli_say (cli, "No round of calls yet. dkit calltree start ID begins one.");
  dk_cli_take_document (cli, list);
  return TRUE;
}

static gboolean
run_tree_end (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (DkCallRound) round = dk_call_round_load (store, dk_args_word (args, 0), error);
  g_autofree char *note = NULL;

  if (round == NULL || !read_note (cli, args, &note, error))
    return FALSE;
  if (round->ended_ms == 0 && round->open > 0
      && (!dk_args_has (args, "force") || note == NULL)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%u %s not settled yet. The round was not ended: go on with `dkit calltree next "
                 "%.*s`, or end it with --force --note WHY.",
                 round->open, round->open == 1 ? "call is" : "calls are", UID_SHOWN, round->uid);
    return FALSE;
  }
  return dk_call_round_end (store, round->uid, note, error)
         && show_round (cli, round->uid, TRUE, error);
}

/* TRUE if the runbook has a step of this number (as `runbook start` counts them), or one whose id
 * begins so. */
static gboolean
has_step (const DkDocument *document, const char *typed, guint *count)
{
  guint64 number = 0;
  gboolean found = FALSE;

  (void) g_ascii_string_to_unsigned (typed, 10, 1, 9999, &number, NULL);
  *count = 0;
  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    if (block->kind != DK_BLOCK_TASK)
      continue;
    (*count)++;
    found = found || *count == number
            || (strlen (typed) >= STEP_ID_TYPED_MIN && g_str_has_prefix (block->id, typed));
  }
  return found;
}

/* An owner who is told of a step that there is not looks for the fault in vain. */
static gboolean
check_step (DkCli *cli, const char *kind, const char *id, const char *step, GError **error)
{
  g_autoptr (DkRunbook) runbook = NULL;
  g_autoptr (DkDocument) document = NULL;
  guint count = 0;

  if (step == NULL)
    return TRUE;
  if (strcmp (kind, "runbook") != 0)
    return dk_cli_usage (error, "Only a runbook has steps: leave --step out. Nothing was stored.");
  runbook = dk_cli_runbook (cli, id, error);
  if (runbook == NULL)
    return FALSE;
  document = dk_markdown_parse (runbook->markdown != NULL ? runbook->markdown : "",
                                runbook->markdown != NULL ? strlen (runbook->markdown) : 0, error);
  if (document == NULL)
    return FALSE;
  if (has_step (document, step, &count))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "The runbook %s has %u step%s, and none is \"%s\". Nothing was stored; count them "
               "in `dkit runbook show %s`, or leave --step out.",
               runbook->id, count, count == 1 ? "" : "s", step, runbook->id);
  return FALSE;
}

static gboolean
run_feedback (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *typed = dk_args_text (args, 2);
  g_autofree char *words = dk_cli_read_value (cli, typed, "what is wrong", error);
  gboolean ok = words != NULL
                && check_step (cli, dk_args_word (args, 0), dk_args_word (args, 1),
                               dk_args_get (args, "step"), error);
  g_autofree char *number
      = ok ? dk_feedback_report (dk_cli_store (cli), dk_args_word (args, 0),
                                 dk_args_word (args, 1), dk_args_get (args, "step"), words, error)
           : NULL;

  if (number == NULL)
    return FALSE;
  dk_cli_say (cli, "%s", number);
  if (!cli->quiet)
    dk_cli_say (cli, "It goes to the owner with the next hand-over.");
  dk_cli_take_document (cli, json_pack ("{s:s}", "number", number));
  return TRUE;
}

const DkCommand DK_CLI_PLAN_COMMANDS[] = {
  { "oncall", "[--at T] [--service S]", "who is on call, whom to call first, until when\n\n"
    "T is ISO 8601 (2026-11-23T02:00); without an offset by the clock of this PC. The tier that\n"
    "is called first comes first; numbers stand in the order to try.",
    "at service", 0, 0, DK_CLI_NEEDS_KIT, run_oncall },
  { "calltree list", "", "all call trees", "", 0, 0, DK_CLI_NEEDS_KIT, run_tree_list },
  { "calltree show", "ID", "one call tree: who is called by whom, what is said", "", 1, 1,
    DK_CLI_NEEDS_KIT, run_tree_show },
  { "calltree start", "ID", "begin to call", "", 1, 1, DK_CLI_NEEDS_KIT, run_tree_start },
  { "calltree next", "ROUND", "whom to call next, on which number, and what to say", "", 1, 1,
    DK_CLI_NEEDS_KIT, run_tree_next },
  { "calltree try", "ROUND CONTACT RESULT [--number N]", "what came of a call\n\n"
    "N is the number that was called; left out, it is the one that `calltree next` names.\n"
    "RESULT is reached, message-left, no-answer, busy, wrong-number, declined or skipped; the\n"
    "last one needs --note WHY. --note is possible for each.",
    "number note", 3, 3, DK_CLI_NEEDS_KIT, run_tree_try },
  { "calltree status", "[ROUND] [--open]", "all rounds, those under way first; or one of them",
    "open", 0, 1, DK_CLI_NEEDS_KIT, run_tree_status },
  { "calltree end", "ROUND [--force --note WHY]", "end a round of calls\n\n"
    "With calls that are not settled it needs --force and a note that tells why.",
    "force note", 1, 1, DK_CLI_NEEDS_KIT, run_tree_end },
  { "feedback", "KIND ID [--step S] WORDS...", "this is wrong: tell the owner\n\n"
    "KIND is runbook, contact, service, call-tree or form. It becomes a final ticket of the form\n"
    "content-feedback, whose number is printed, and goes out with the next hand-over.",
    "step", 3, -1, DK_CLI_NEEDS_KIT, run_feedback },
  { 0 },
};
