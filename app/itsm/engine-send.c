/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/itsm/engine-private.h"

#define REFUSALS_IN_ROW_MAX 5
#define WAIT_DEFAULT_S 30

/* A refused one may have a request behind it that has not settled yet. */
static gboolean
is_waiting (const PushRun *run, const DkPushRow *row)
{
  if (row->sent_ms != 0 && dk_push_elapsed (run, row) < run->settle_ms)
    return FALSE;
  switch (row->state) {
  case DK_HANDOVER_NONE:
  case DK_HANDOVER_BUNDLED:
  case DK_HANDOVER_RECEIVED:
  case DK_HANDOVER_QUEUED:
  case DK_HANDOVER_REFUSED:
    return TRUE;
  case DK_HANDOVER_SENDING:
  case DK_HANDOVER_UNKNOWN:
  case DK_HANDOVER_DELIVERED:
  case DK_HANDOVER_VERIFIED:
    break;
  }
  return FALSE;
}

static gboolean
refuse_row (PushRun *run, DkPushRow *row, const char *reason, GError **error)
{
  row->sent_ms = 0;
  g_hash_table_remove (run->sent_at, row->number);
  return dk_push_set (run, row, DK_HANDOVER_REFUSED, NULL, reason, error);
}

/* The request provably made nothing: as if it had never gone out. */
static gboolean
put_back (PushRun *run, DkPushRow *row, DkConnectorCode code, const DkConnectorReply *reply,
          GError **error)
{
  dk_push_stop_for (run, code, reply);
  row->sent_ms = 0;
  row->attempts--;
  run->report->sent--;
  run->limit++;
  g_hash_table_remove (run->sent_at, row->number);
  return dk_push_set (run, row, DK_HANDOVER_QUEUED, NULL, reply->reason, error);
}

static gboolean
keep_unknown (PushRun *run, DkPushRow *row, DkConnectorCode code, const DkConnectorReply *reply,
              GError **error)
{
  dk_push_note_unknown (run, row, code, reply);
  if (!run->canary_passed)
    dk_push_stop (run, PUSH_PAUSE,
                  "The outcome of the first ticket is not known yet, so nothing more is sent.");
  return dk_push_set (run, row, DK_HANDOVER_UNKNOWN, NULL, reply->reason, error);
}

static gboolean
note_refusal (PushRun *run, DkPushRow *row, const DkConnectorReply *reply, GError **error)
{
  if (++run->refused_in_row >= REFUSALS_IN_ROW_MAX && !run->canary_passed)
    dk_push_stop (run, PUSH_REFUSALS,
                  "One ticket after the other is refused and none was taken, so this is not about "
                  "single tickets. Nothing more is sent; look at the reasons.");
  return refuse_row (run, row, reply->reason, error);
}

static gboolean
take_created (PushRun *run, DkPushRow *row, const char *remote_id, GError **error)
{
  run->refused_in_row = 0;
  run->unknown_in_row = 0;
  return dk_push_set (run, row, DK_HANDOVER_DELIVERED, remote_id, NULL, error)
         && dk_push_confirm (run, row, error);
}

static gboolean
judge_create (PushRun *run, DkPushRow *row, DkConnectorCode code, const char *remote_id,
              const DkConnectorReply *reply, GError **error)
{
  switch (code) {
  case DK_CONNECTOR_OK:
    return take_created (run, row, remote_id, error);
  case DK_CONNECTOR_NOT_SENT:
  case DK_CONNECTOR_RETRY_AFTER:
  case DK_CONNECTOR_AUTH:
    return put_back (run, row, code, reply, error);
  case DK_CONNECTOR_REJECTED:
  case DK_CONNECTOR_CONFLICT:
    return note_refusal (run, row, reply, error);
  case DK_CONNECTOR_UNKNOWN:
  case DK_CONNECTOR_LIES:
    break;
  }
  return keep_unknown (run, row, code, reply, error);
}

static gboolean
send_record (PushRun *run, DkPushRow *row, const DkPushRecord *record, GError **error)
{
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  g_autofree char *remote_id = NULL;
  gint64 *sent_at;
  DkMoment after;
  DkConnectorCode code;

  run->report->sent++;
  run->limit--;
  code = dk_connector_create (run->connector, record, &remote_id, run->job, &reply);
  sent_at = g_new (gint64, 1);
  dk_push_now (run, &after);
  *sent_at = after.mono_ms;
  g_hash_table_insert (run->sent_at, g_strdup (row->number), sent_at);
  return judge_create (run, row, code, remote_id, &reply, error);
}

/* Marks before the request leaves, so that a run that is killed here looks for the ticket later;
 * and before the ticket is read, so that nobody changes it between the two. */
static gboolean
send_row (PushRun *run, DkPushRow *row, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkPushRecord) record = NULL;
  DkMoment now;

  dk_push_now (run, &now);
  row->attempts++;
  row->sent_ms = now.wall_ms;
  if (!dk_push_set (run, row, DK_HANDOVER_SENDING, NULL, NULL, error))
    return FALSE;
  record = dk_push_load (run, row, now.wall_ms, NULL, &fault);
  if (record != NULL)
    return send_record (run, row, record, error);
  if (!dk_push_is_of_ticket (fault)) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  row->attempts--;
  return refuse_row (run, row, fault->message, error);
}

/* The waiting rows from `from` on, as many as one search takes; a canary comes alone. */
static GPtrArray *
take_window (PushRun *run, guint *from)
{
  GPtrArray *window = g_ptr_array_new ();
  gsize size = run->canary_passed ? run->connector->find_max : 1;

  size = MIN (size, run->limit);
  for (; *from < run->rows->len && window->len < size; (*from)++) {
    DkPushRow *row = g_ptr_array_index (run->rows, *from);
    if (is_waiting (run, row))
      g_ptr_array_add (window, row);
  }
  return window;
}

static gboolean
send_window (PushRun *run, GPtrArray *window, GError **error)
{
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_hit_free);

  if (!dk_push_find (run, window, hits))
    return TRUE;
  for (guint i = 0; i < window->len && run->stop == PUSH_GO; i++) {
    DkPushRow *row = g_ptr_array_index (window, i);
    gboolean found;
    if (!dk_job_step (run->job, run->report->sent, run->rows->len, "send", error)
        || !dk_push_adopt (run, row, hits, &found, error)
        || (!found && !send_row (run, row, error)))
      return FALSE;
    if (!found && run->pace_ms > 0 && run->stop == PUSH_GO)
      dk_push_sleep (run, run->pace_ms);
  }
  return TRUE;
}

gboolean
dk_push_send (PushRun *run, GError **error)
{
  guint next = 0;

  while (run->stop == PUSH_GO && run->limit > 0) {
    g_autoptr (GPtrArray) window = take_window (run, &next);
    if (window->len == 0)
      break;
    if (!send_window (run, window, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_push_stop_for (PushRun *run, DkConnectorCode code, const DkConnectorReply *reply)
{
  DkMoment now;

  switch (code) {
  case DK_CONNECTOR_NOT_SENT:
  case DK_CONNECTOR_UNKNOWN:
    dk_push_stop (run, PUSH_UNREACHABLE, reply->reason);
    return TRUE;
  case DK_CONNECTOR_RETRY_AFTER:
    dk_push_now (run, &now);
    run->pause_ms
        = now.mono_ms
          + 1000 * (gint64) (reply->retry_after_s >= 0 ? reply->retry_after_s : WAIT_DEFAULT_S);
    dk_push_stop (run, PUSH_PAUSE, reply->reason);
    return TRUE;
  case DK_CONNECTOR_AUTH:
    dk_push_stop (run, PUSH_AUTH, reply->reason);
    return TRUE;
  case DK_CONNECTOR_LIES:
    dk_push_stop (run, PUSH_LIES, reply->reason);
    return TRUE;
  case DK_CONNECTOR_OK:
  case DK_CONNECTOR_REJECTED:
  case DK_CONNECTOR_CONFLICT:
    break;
  }
  return FALSE;
}
