/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/itsm/engine-private.h"

static void
set_item (DkPushItem *item, DkHandover state, const char *reason)
{
  g_autofree char *copy = g_strdup (reason);

  item->state = state;
  g_free (item->reason);
  item->reason = g_steal_pointer (&copy);
}

static gboolean
any_dropped (const GPtrArray *differences)
{
  for (guint i = 0; i < differences->len; i++) {
    const DkPushDifference *difference = g_ptr_array_index (differences, i);
    if (difference->dropped)
      return TRUE;
  }
  return FALSE;
}

/* A ticket that was verified once is worked on there: other values are worth a word, missing ones
 * are not as they should be. Takes the differences. */
static void
judge_different (PushRun *run, const DkPushRow *row, GPtrArray *differences)
{
  DkPushItem *item = dk_push_item (run, row);
  g_autofree char *what = dk_push_describe (differences);
  gboolean worked_on = row->state == DK_HANDOVER_VERIFIED && !any_dropped (differences);
  g_autofree char *reason = g_strdup_printf (
      worked_on ? "Changed there since: %s." : "Differs from what was sent: %s.", what);

  g_ptr_array_extend_and_steal (item->differences, differences);
  set_item (item, worked_on ? DK_HANDOVER_VERIFIED : DK_HANDOVER_DELIVERED, reason);
}

static gboolean
judge_equal (PushRun *run, DkPushRow *row, const DkPushRecord *record, const DkPushTicket *ticket,
             GError **error)
{
  g_autofree char *id = g_strdup (row->itsm_id);
  g_autofree char *pending = NULL;

  if (row->state == DK_HANDOVER_VERIFIED) {
    if (!dk_push_files (run, row, ticket, FALSE, &pending, error))
      return FALSE;
    set_item (dk_push_item (run, row),
              pending != NULL ? DK_HANDOVER_DELIVERED : DK_HANDOVER_VERIFIED, pending);
    return TRUE;
  }
  if (!dk_push_rest (run, row, record, ticket, FALSE, &pending, error))
    return FALSE;
  if (pending != NULL)
    return dk_push_set (run, row, DK_HANDOVER_DELIVERED, id, pending, error);
  return dk_push_set_verified (run, row, ticket->lines->len, error);
}

/* FALSE if the search does not show exactly this ticket under its number. */
static gboolean
stands_once (PushRun *run, const DkPushRow *row, const GPtrArray *hits)
{
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  g_autofree char *reason = NULL;
  const DkPushHit *first;

  dk_push_split_hits (row, hits, ours, others);
  first = ours->len > 0 ? g_ptr_array_index (ours, 0) : NULL;
  if (ours->len == 1 && others->len == 0 && g_strcmp0 (first->remote_id, row->itsm_id) == 0)
    return TRUE;
  reason = g_strdup_printf ("Its number stands there %u times with its identity and %u times with "
                            "another one; it should stand once, as %s.",
                            ours->len, others->len, row->itsm_id);
  set_item (dk_push_item (run, row), DK_HANDOVER_DELIVERED, reason);
  return FALSE;
}

static gboolean
verify_row (PushRun *run, DkPushRow *row, const GPtrArray *hits, GError **error)
{
  g_autoptr (GPtrArray) differences
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_difference_free);
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  g_autoptr (DkPushTicket) ticket = NULL;
  g_autoptr (DkPushRecord) record = NULL;
  g_autoptr (GError) fault = NULL;
  DkConnectorCode code;

  if (row->itsm_id == NULL || !stands_once (run, row, hits))
    return TRUE;
  record = dk_push_load (run, row, 0, &ticket, &fault);
  if (record == NULL && dk_push_is_of_ticket (fault)) {
    set_item (dk_push_item (run, row), DK_HANDOVER_DELIVERED, fault->message);
    return TRUE;
  }
  if (record == NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  code = dk_connector_read (run->connector, record, row->itsm_id, differences, run->job, &reply);
  if (code != DK_CONNECTOR_OK) {
    set_item (dk_push_item (run, row), DK_HANDOVER_DELIVERED, reply.reason);
    dk_push_stop_for (run, code, &reply);
    return TRUE;
  }
  if (differences->len == 0)
    return judge_equal (run, row, record, ticket, error);
  judge_different (run, row, g_steal_pointer (&differences));
  return TRUE;
}

static gboolean
verify_some (PushRun *run, GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_hit_free);

  if (!dk_push_find (run, rows, hits))
    return TRUE;
  for (guint i = 0; i < rows->len && run->stop == PUSH_GO; i++) {
    if (!dk_job_step (run->job, run->report->verified, run->rows->len, "verify", error)
        || !verify_row (run, g_ptr_array_index (rows, i), hits, error))
      return FALSE;
    run->report->verified++;
  }
  return TRUE;
}

static gboolean
verify_rows (PushRun *run, GError **error)
{
  guint i = 0;

  /* What is not read back now counts as not verified, whatever it was before. */
  for (guint j = 0; j < run->rows->len; j++)
    set_item (g_ptr_array_index (run->report->items, j), DK_HANDOVER_DELIVERED,
              "It was not read back.");
  if (run->rows->len > 0)
    dk_push_check (run);
  while (i < run->rows->len && run->stop == PUSH_GO) {
    g_autoptr (GPtrArray) some = g_ptr_array_new ();
    for (; i < run->rows->len && some->len < run->connector->find_max; i++)
      g_ptr_array_add (some, g_ptr_array_index (run->rows, i));
    if (!verify_some (run, some, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_push_verify (DkConnector *connector, const DkPushStore *store, const DkJob *job,
                DkPushReport **report, GError **error)
{
  PushRun run = { 0 };
  gboolean done;

  dk_push_begin (&run, connector, store, NULL, job);
  done = dk_push_list_rows (&run, DK_PUSH_HANDED, error) && verify_rows (&run, error)
         && dk_push_judge (&run, error);
  dk_push_end (&run, report);
  return done;
}
