/* SPDX-License-Identifier: MIT */
#include "app/itsm/engine.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/itsm/engine-private.h"

#define SLEEP_STEP_MS 100
#define UNREACHABLE_WAIT_MS 5000
#define UNKNOWNS_IN_ROW_MAX 5

void
dk_push_now (const PushRun *run, DkMoment *out)
{
  if (run->store->now != NULL)
    run->store->now (run->store->data, out);
  else
    dk_clock_now (out);
}

void
dk_push_sleep (const PushRun *run, gint64 ms)
{
  gint64 end_us = g_get_monotonic_time () + ms * 1000;

  if (run->store->sleep != NULL) {
    run->store->sleep (run->store->data, ms, run->job);
    return;
  }
  while (g_get_monotonic_time () < end_us) {
    gint64 left_us = end_us - g_get_monotonic_time ();
    if (run->job != NULL && g_cancellable_is_cancelled (run->job->cancellable))
      return;
    g_usleep ((gulong) CLAMP (left_us, 0, SLEEP_STEP_MS * 1000));
  }
}

void
dk_push_stop (PushRun *run, PushStop stop, const char *reason)
{
  if (run->stop != PUSH_GO)
    return;
  run->stop = stop;
  g_free (run->stop_reason);
  run->stop_reason = g_strdup (reason != NULL ? reason : "The ITSM gave no reason.");
}

DkPushItem *
dk_push_item (PushRun *run, const DkPushRow *row)
{
  return g_hash_table_lookup (run->items, row->number);
}

static void
show_row (PushRun *run, const DkPushRow *row)
{
  DkPushItem *item = dk_push_item (run, row);

  item->state = row->state;
  g_free (item->itsm_id);
  item->itsm_id = g_strdup (row->itsm_id);
  g_free (item->reason);
  item->reason = g_strdup (row->reason);
  if (row->state == DK_HANDOVER_VERIFIED)
    g_ptr_array_set_size (item->differences, 0);
}

static gboolean
store_mark (PushRun *run, DkPushRow *row, const DkPushMark *mark, GError **error)
{
  char *id = g_strdup (mark->itsm_id);
  char *why = g_strdup (mark->reason);

  if (!run->store->mark (run->store->data, mark, error)) {
    g_free (id);
    g_free (why);
    return FALSE;
  }
  row->state = mark->state;
  g_free (row->itsm_id);
  row->itsm_id = id;
  g_free (row->reason);
  row->reason = why;
  show_row (run, row);
  return TRUE;
}

gboolean
dk_push_set (PushRun *run, DkPushRow *row, DkHandover state, const char *itsm_id,
             const char *reason, GError **error)
{
  gboolean same = state == row->state && g_strcmp0 (itsm_id, row->itsm_id) == 0
                  && g_strcmp0 (reason, row->reason) == 0 && state != DK_HANDOVER_SENDING
                  && state != DK_HANDOVER_UNKNOWN;
  DkPushMark mark = {
    .number = row->number,
    .state = state,
    .itsm_id = itsm_id,
    .reason = reason,
    .attempts = row->attempts,
  };

  /* What is delivered is there: no request to create it is without an answer any more. */
  if (state == DK_HANDOVER_DELIVERED && row->state != DK_HANDOVER_DELIVERED)
    row->sent_ms = 0;
  mark.sent_ms = row->sent_ms;
  if (!same)
    return store_mark (run, row, &mark, error);
  show_row (run, row);
  return TRUE;
}

gboolean
dk_push_mark_note (PushRun *run, DkPushRow *row, const char *reason, GError **error)
{
  g_autofree char *id = g_strdup (row->itsm_id);
  const DkPushMark mark = {
    .number = row->number,
    .state = DK_HANDOVER_DELIVERED,
    .itsm_id = id,
    .reason = reason,
    .sent_ms = row->sent_ms,
    .attempts = row->attempts,
  };
  DkMoment now;

  if (!store_mark (run, row, &mark, error))
    return FALSE;
  dk_push_now (run, &now);
  g_free (row->boot);
  row->boot = g_strdup (now.boot);
  row->mono_ms = now.mono_ms;
  return TRUE;
}

gboolean
dk_push_set_verified (PushRun *run, DkPushRow *row, guint lines, GError **error)
{
  g_autofree char *id = g_strdup (row->itsm_id);
  const DkPushMark mark = {
    .number = row->number,
    .state = DK_HANDOVER_VERIFIED,
    .itsm_id = id,
    .attempts = row->attempts,
    .lines = lines,
  };
  g_autoptr (GError) fault = NULL;

  row->sent_ms = 0;
  if (store_mark (run, row, &mark, &fault))
    return TRUE;
  if (g_error_matches (fault, DK_ERROR, DK_ERROR_INVALID))
    return dk_push_set (run, row, DK_HANDOVER_DELIVERED, id,
                        "A note was written while it was handed over; the next push adds it there.",
                        error);
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

static gboolean
is_of_this_boot (const DkPushRow *row, const DkMoment *now)
{
  return row->boot != NULL && row->boot[0] != '\0' && strcmp (row->boot, now->boot) == 0
         && row->mono_ms <= now->mono_ms;
}

gint64
dk_push_elapsed (const PushRun *run, const DkPushRow *row)
{
  const gint64 *sent_at = g_hash_table_lookup (run->sent_at, row->number);
  DkMoment now;

  dk_push_now (run, &now);
  /* The wall clock is set right after many an outage; time since boot is not. */
  if (sent_at != NULL)
    return now.mono_ms - *sent_at;
  return dk_push_elapsed_since_mark (run, row);
}

gint64
dk_push_elapsed_since_mark (const PushRun *run, const DkPushRow *row)
{
  DkMoment now;

  dk_push_now (run, &now);
  if (is_of_this_boot (row, &now))
    return now.mono_ms - row->mono_ms;
  /* It left before this boot, or on another PC. */
  if (row->boot != NULL && row->boot[0] != '\0')
    return MIN (now.mono_ms, now.wall_ms - row->sent_ms);
  return now.wall_ms - row->sent_ms;
}

static gboolean
check_eligible (const DkPushTicket *push, const DkPushRow *row, GError **error)
{
  const DkTicket *ticket = push->ticket;

  if (g_strcmp0 (ticket->number, row->number) != 0 || g_strcmp0 (ticket->uid, row->uid) != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The kit gave another ticket than %s. Nothing was sent; run `audit verify`.",
                 row->number);
    return FALSE;
  }
  if (g_str_has_prefix (row->number, "DR-")
      || (row->state <= DK_HANDOVER_SENDING && !dk_ticket_is_eligible (ticket))) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s may not be handed over: it is not finalized, void, a drill, or settled "
                 "otherwise. It was not sent.",
                 row->number);
    return FALSE;
  }
  return TRUE;
}

DkPushRecord *
dk_push_load (PushRun *run, const DkPushRow *row, gint64 handed_ms, DkPushTicket **ticket,
              GError **error)
{
  g_autoptr (DkPushTicket) push = run->store->load (run->store->data, row->number, error);
  DkPushRecord *record;

  if (push == NULL || !check_eligible (push, row, error))
    return NULL;
  push->handed_ms = handed_ms;
  record = dk_connector_map (run->connector, push, error);
  if (record != NULL && ticket != NULL)
    *ticket = g_steal_pointer (&push);
  return record;
}

gboolean
dk_push_is_of_ticket (const GError *error)
{
  return g_error_matches (error, DK_ERROR, DK_ERROR_INVALID)
         || g_error_matches (error, DK_ERROR, DK_ERROR_DAMAGED);
}

void
dk_push_check (PushRun *run)
{
  g_auto (DkConnectorProbe) probe = { 0 };
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  DkConnectorCode code;

  if (run->checked)
    return;
  code = dk_connector_check (run->connector, &probe, run->job, &reply);
  run->report->skew_known = probe.skew_known;
  run->report->skew_ms = probe.skew_ms;
  run->checked = code == DK_CONNECTOR_OK;
  if (code != DK_CONNECTOR_OK && !dk_push_stop_for (run, code, &reply))
    dk_push_stop (run, PUSH_MISMATCH, reply.reason);
}

void
dk_push_note_unknown (PushRun *run, DkPushRow *row, DkConnectorCode code,
                      const DkConnectorReply *reply)
{
  DkMoment now;

  /* The time to settle counts from the end of the call: the server may have got it late. */
  dk_push_now (run, &now);
  row->sent_ms = MAX (row->sent_ms, now.wall_ms);
  if (code == DK_CONNECTOR_LIES)
    dk_push_stop (run, PUSH_LIES, reply->reason);
  else if (reply->retry_after_s >= 0)
    dk_push_stop_for (run, DK_CONNECTOR_RETRY_AFTER, reply);
  else if (++run->unknown_in_row >= UNKNOWNS_IN_ROW_MAX)
    dk_push_stop (run, PUSH_PAUSE, "The ITSM has stopped answering; it gets a rest.");
}

PushFollowing
dk_push_judge_following (PushRun *run, DkPushRow *row, DkConnectorCode code,
                         const DkConnectorReply *reply)
{
  if (code != DK_CONNECTOR_UNKNOWN && code != DK_CONNECTOR_LIES)
    row->sent_ms = 0;
  switch (code) {
  case DK_CONNECTOR_OK:
    return PUSH_FOLLOWED;
  case DK_CONNECTOR_NOT_SENT:
  case DK_CONNECTOR_RETRY_AFTER:
    dk_push_stop_for (run, code, reply);
    return PUSH_FOLLOWS_LATER;
  case DK_CONNECTOR_AUTH:
  case DK_CONNECTOR_REJECTED:
  case DK_CONNECTOR_CONFLICT:
    return PUSH_NOT_TAKEN;
  case DK_CONNECTOR_UNKNOWN:
  case DK_CONNECTOR_LIES:
    break;
  }
  dk_push_note_unknown (run, row, code, reply);
  return PUSH_MAY_BE_THERE;
}

int
dk_push_compare_rows (gconstpointer a, gconstpointer b)
{
  const DkPushRow *one = *(const DkPushRow *const *) a;
  const DkPushRow *two = *(const DkPushRow *const *) b;

  if (one->recorded_ms != two->recorded_ms)
    return one->recorded_ms < two->recorded_ms ? -1 : 1;
  return strcmp (one->number, two->number);
}

gboolean
dk_push_list_rows (PushRun *run, DkPushList which, GError **error)
{
  if (!run->store->list (run->store->data, which, run->rows, error))
    return FALSE;
  g_ptr_array_sort (run->rows, dk_push_compare_rows);
  for (guint i = 0; i < run->rows->len; i++) {
    const DkPushRow *row = g_ptr_array_index (run->rows, i);
    DkPushItem *item = dk_push_item_new (row->number);
    g_ptr_array_add (run->report->items, item);
    g_hash_table_insert (run->items, item->number, item);
    show_row (run, row);
  }
  return TRUE;
}

/* The mark was made before the call began, so the request may have left at the end of it. */
static void
allow_for_call (const PushRun *run, DkPushRow *row, const DkMoment *now)
{
  gint64 call_ms = 1000 * (gint64) run->connector->call_s;

  if (is_of_this_boot (row, now))
    row->mono_ms = MIN (row->mono_ms + call_ms, now->mono_ms);
  else
    row->sent_ms = MIN (row->sent_ms + call_ms, now->wall_ms);
}

/* A request was on its way when an earlier run ended: nobody knows what became of it. */
static gboolean
own_up_row (PushRun *run, DkPushRow *row, const DkMoment *now, GError **error)
{
  gboolean was_sending = row->state == DK_HANDOVER_SENDING;
  gboolean has_note = row->state == DK_HANDOVER_DELIVERED && row->sent_ms != 0;
  /* In the future: the clock was set back since, so the time to settle starts anew. */
  gboolean anew = row->sent_ms <= 0 || row->sent_ms > now->wall_ms;

  if (!was_sending && !has_note && row->state != DK_HANDOVER_UNKNOWN)
    return TRUE;
  if (anew)
    row->sent_ms = now->wall_ms;
  if (anew && has_note)
    return dk_push_mark_note (run, row, row->reason, error);
  if (was_sending || has_note)
    allow_for_call (run, row, now);
  if (has_note || (!was_sending && !anew))
    return TRUE;
  return dk_push_set (run, row, DK_HANDOVER_UNKNOWN, NULL,
                      was_sending ? "The program ended before an answer came." : row->reason,
                      error);
}

static gboolean
own_up (PushRun *run, GError **error)
{
  DkMoment now;

  dk_push_now (run, &now);
  for (guint i = 0; i < run->rows->len; i++) {
    if (!own_up_row (run, g_ptr_array_index (run->rows, i), &now, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
run_pass (PushRun *run, gboolean first, GError **error)
{
  run->stop = PUSH_GO;
  g_clear_pointer (&run->stop_reason, g_free);
  run->unknown_in_row = 0;
  run->pause_ms = 0;
  if (run->rows->len > 0)
    dk_push_check (run);
  if (run->stop != PUSH_GO)
    return dk_job_step (run->job, 0, 0, "check", error);
  return dk_push_resolve (run, first, error) && dk_push_send (run, error)
         && dk_job_step (run->job, 0, 0, "done", error);
}

/* Sets when unknown ones may be looked for again. How long from now until the next step is worth a
 * try; -1 = it is not by waiting. */
static gint64
plan_next (PushRun *run)
{
  gint64 wait_ms = -1;
  DkMoment now;

  dk_push_now (run, &now);
  for (guint i = 0; i < run->rows->len; i++) {
    const DkPushRow *row = g_ptr_array_index (run->rows, i);
    DkPushItem *item = dk_push_item (run, row);
    gint64 left_ms;
    gboolean has_note = row->state == DK_HANDOVER_DELIVERED && row->sent_ms != 0
                        && g_hash_table_contains (run->unread, row->number);
    item->retry_ms = 0;
    if (row->state != DK_HANDOVER_UNKNOWN && !has_note)
      continue;
    left_ms = MAX (
        run->settle_ms
            - (has_note ? dk_push_elapsed_since_mark (run, row) : dk_push_elapsed (run, row)),
        0);
    item->retry_ms = now.wall_ms + left_ms;
    wait_ms = wait_ms < 0 ? left_ms : MIN (wait_ms, left_ms);
  }
  if (g_hash_table_size (run->unread) > 0 && wait_ms < 0)
    wait_ms = UNREACHABLE_WAIT_MS;
  if (run->pause_ms != 0)
    wait_ms = MAX (wait_ms, run->pause_ms - now.mono_ms);
  else if (run->stop == PUSH_UNREACHABLE)
    wait_ms = MAX (wait_ms, UNREACHABLE_WAIT_MS);
  run->report->retry_at_ms = wait_ms >= 0 ? now.wall_ms + wait_ms : 0;
  return wait_ms;
}

static gboolean
waiting_helps (const PushRun *run)
{
  return run->stop == PUSH_GO || run->stop == PUSH_PAUSE || run->stop == PUSH_UNREACHABLE;
}

static gboolean
run_passes (PushRun *run, guint wait_s, GError **error)
{
  DkMoment now;
  gint64 end_ms;
  gboolean first = TRUE;

  dk_push_now (run, &now);
  end_ms = now.mono_ms + 1000 * (gint64) wait_s;
  for (;;) {
    gint64 wait_ms;
    if (!run_pass (run, first, error))
      return FALSE;
    first = FALSE;
    wait_ms = plan_next (run);
    dk_push_now (run, &now);
    if (!waiting_helps (run) || wait_ms < 0 || now.mono_ms + wait_ms > end_ms)
      return TRUE;
    dk_push_sleep (run, MAX (wait_ms, SLEEP_STEP_MS));
    if (!dk_job_step (run->job, 0, 0, "wait", error))
      return FALSE;
  }
}

void
dk_push_begin (PushRun *run, DkConnector *connector, const DkPushStore *store,
               const DkPushOptions *options, const DkJob *job)
{
  guint settle_s
      = options != NULL && options->settle_s != 0 ? options->settle_s : connector->settle_s;

  run->connector = connector;
  run->store = store;
  run->job = job;
  run->settle_ms = 1000 * (gint64) settle_s;
  run->limit = options != NULL && options->limit != 0 ? options->limit : G_MAXUINT;
  run->pace_ms = options != NULL ? options->pace_ms : 0;
  run->report = dk_push_report_new ();
  run->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_row_free);
  run->items = g_hash_table_new (g_str_hash, g_str_equal);
  run->sent_at = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  run->unread = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
dk_push_end (PushRun *run, DkPushReport **report)
{
  dk_push_report_count (run->report);
  run->report->stopped = g_steal_pointer (&run->stop_reason);
  if (report != NULL)
    *report = run->report;
  else
    dk_push_report_free (run->report);
  g_clear_pointer (&run->stop_reason, g_free);
  g_hash_table_unref (run->sent_at);
  g_hash_table_unref (run->unread);
  g_hash_table_unref (run->items);
  g_ptr_array_unref (run->rows);
}

static gboolean
fail_early (const PushRun *run, GError **error)
{
  gboolean auth = run->stop == PUSH_AUTH;

  g_set_error (error, DK_ERROR, auth ? DK_ERROR_DENIED : DK_ERROR_UNREACHABLE,
               "Nothing was handed over and nothing is lost. %s", run->stop_reason);
  return FALSE;
}

static gboolean
fail_partly (const PushRun *run, GError **error)
{
  const DkPushReport *report = run->report;
  g_autoptr (GString) rest = g_string_new (NULL);
  const struct {
    guint count;
    const char *words;
  } parts[] = {
    { report->unknown, "unknown" },
    { report->refused, "refused" },
    { report->delivered, "delivered but different" },
    { report->waiting, "waiting" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    if (parts[i].count > 0)
      g_string_append_printf (rest, "%s%u %s", rest->len > 0 ? ", " : "", parts[i].count,
                              parts[i].words);
  }
  g_set_error (error, DK_ERROR, DK_ERROR_PARTIAL,
               "%u verified, %s. Nothing is lost, and running it again makes no doubles.%s%s",
               report->verified, rest->str, run->stop_reason != NULL ? " " : "",
               run->stop_reason != NULL ? run->stop_reason : "");
  return FALSE;
}

gboolean
dk_push_judge (PushRun *run, GError **error)
{
  DkPushReport *report = run->report;
  gboolean stopped_early
      = run->stop == PUSH_AUTH || run->stop == PUSH_LIES || run->stop == PUSH_UNREACHABLE;

  dk_push_report_count (report);
  if (report->unknown + report->refused + report->delivered + report->waiting == 0)
    return TRUE;
  if (stopped_early && report->sent == 0 && report->verified == 0 && report->unknown == 0
      && report->delivered == 0)
    return fail_early (run, error);
  return fail_partly (run, error);
}

gboolean
dk_push_run (DkConnector *connector, const DkPushStore *store, const DkPushOptions *options,
             const DkJob *job, DkPushReport **report, GError **error)
{
  PushRun run = { 0 };
  gboolean done;

  dk_push_begin (&run, connector, store, options, job);
  done = dk_push_list_rows (&run, DK_PUSH_PENDING, error) && own_up (&run, error)
         && run_passes (&run, options != NULL ? options->wait_s : 0, error)
         && dk_push_judge (&run, error);
  dk_push_end (&run, report);
  return done;
}
