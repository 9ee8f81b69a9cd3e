/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/itsm/engine-private.h"

#define UNREAD_IN_ROW_MAX 5

gboolean
dk_push_find (PushRun *run, GPtrArray *rows, GPtrArray *hits)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  DkConnectorCode code;

  for (guint i = 0; i < rows->len; i++) {
    const DkPushRow *row = g_ptr_array_index (rows, i);
    g_ptr_array_add (keys, row->number);
  }
  code = dk_connector_find (run->connector, (const char *const *) keys->pdata, keys->len, hits,
                            run->job, &reply);
  if (code == DK_CONNECTOR_OK)
    return TRUE;
  if (!dk_push_stop_for (run, code, &reply))
    dk_push_stop (run, PUSH_LIES, reply.reason);
  return FALSE;
}

void
dk_push_split_hits (const DkPushRow *row, const GPtrArray *hits, GPtrArray *ours, GPtrArray *others)
{
  for (guint i = 0; i < hits->len; i++) {
    DkPushHit *hit = g_ptr_array_index (hits, i);
    if (strcmp (hit->key, row->number) == 0)
      g_ptr_array_add (g_strcmp0 (hit->uid, row->uid) == 0 ? ours : others, hit);
  }
}

static char *
join_ids (const GPtrArray *hits, guint from)
{
  GString *out = g_string_new (NULL);

  for (guint i = from; i < hits->len; i++) {
    const DkPushHit *hit = g_ptr_array_index (hits, i);
    g_string_append_printf (out, "%s%s", out->len > 0 ? ", " : "", hit->remote_id);
  }
  return g_string_free (out, FALSE);
}

static gboolean
keep_apart (PushRun *run, DkPushRow *row, const GPtrArray *others, GError **error)
{
  g_autofree char *ids = join_ids (others, 0);
  g_autofree char *reason = g_strdup_printf (
      "Ticket %s there answers to this number, but is another one, has lost its stamp, or its "
      "number was changed there by hand. Nothing was sent; look at it and decide by hand.",
      ids);

  return dk_push_set (run, row, DK_HANDOVER_REFUSED, NULL, reason, error);
}

static gboolean
keep_doubled (PushRun *run, DkPushRow *row, const GPtrArray *ours, const GPtrArray *others,
              GError **error)
{
  const DkPushHit *first = g_ptr_array_index (ours, 0);
  g_autofree char *twins = join_ids (ours, 1);
  g_autofree char *strangers = join_ids (others, 0);
  g_autofree char *reason = g_strdup_printf (
      "It stands there as %s, and the same number also in %s%s%s. Merge or correct those there, "
      "then run the push again.",
      first->remote_id, twins, twins[0] != '\0' && strangers[0] != '\0' ? ", " : "", strangers);

  return dk_push_set (run, row, DK_HANDOVER_DELIVERED, first->remote_id, reason, error);
}

gboolean
dk_push_adopt (PushRun *run, DkPushRow *row, const GPtrArray *hits, gboolean *found, GError **error)
{
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  const DkPushHit *first;

  dk_push_split_hits (row, hits, ours, others);
  *found = ours->len > 0 || others->len > 0;
  if (ours->len == 0)
    return others->len == 0 || keep_apart (run, row, others, error);
  if (ours->len > 1 || others->len > 0)
    return keep_doubled (run, row, ours, others, error);
  first = g_ptr_array_index (ours, 0);
  if ((row->state != DK_HANDOVER_DELIVERED || g_strcmp0 (row->itsm_id, first->remote_id) != 0)
      && !dk_push_set (run, row, DK_HANDOVER_DELIVERED, first->remote_id, NULL, error))
    return FALSE;
  return dk_push_confirm (run, row, error);
}

/* The search must find what was just made, or it could not have told that something was there. */
static gboolean
search_finds (PushRun *run, DkPushRow *row)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_hit_free);
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  g_ptr_array_add (rows, row);
  if (!dk_push_find (run, rows, hits))
    return FALSE;
  dk_push_split_hits (row, hits, ours, others);
  if (ours->len == 1 && others->len == 0)
    return TRUE;
  dk_push_stop (run, PUSH_MISMATCH,
                "The search of the ITSM does not find the ticket that was just handed over exactly "
                "once, so it could not be noticed if one went there twice. Nothing more is sent.");
  return FALSE;
}

static gboolean
settle_equal (PushRun *run, DkPushRow *row, const DkPushRecord *record, const DkPushTicket *ticket,
              GError **error)
{
  g_autofree char *id = g_strdup (row->itsm_id);
  g_autofree char *pending = NULL;

  if (!run->canary_passed && !search_finds (run, row))
    return dk_push_set (run, row, DK_HANDOVER_DELIVERED, id, run->stop_reason, error);
  run->canary_passed = TRUE;
  if (!dk_push_rest (run, row, record, ticket, TRUE, &pending, error))
    return FALSE;
  if (pending != NULL)
    return dk_push_set (run, row, DK_HANDOVER_DELIVERED, id, pending, error);
  return dk_push_set_verified (run, row, ticket->lines->len, error);
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

/* Takes the differences. */
static gboolean
settle_different (PushRun *run, DkPushRow *row, const DkPushRecord *record,
                  const DkPushTicket *ticket, GPtrArray *differences, GError **error)
{
  g_autofree char *id = g_strdup (row->itsm_id);
  g_autofree char *what = dk_push_describe (differences);
  g_autofree char *pending = NULL;
  g_autofree char *reason = NULL;
  DkPushItem *item = dk_push_item (run, row);
  /* What was delivered in an earlier run may have been worked on since. */
  gboolean fresh = g_hash_table_contains (run->sent_at, row->number);

  g_ptr_array_set_size (item->differences, 0);
  g_ptr_array_extend_and_steal (item->differences, differences);
  if (!run->canary_passed && (fresh || any_dropped (item->differences))) {
    g_autofree char *stop = g_strdup_printf (
        "The first ticket, %s, does not stand in the ITSM as it was sent: %s. Nothing more is sent "
        "before this is mended there; then run the push again.",
        row->number, what);
    dk_push_stop (run, PUSH_MISMATCH, stop);
  }
  if (!dk_push_rest (run, row, record, ticket, run->stop == PUSH_GO, &pending, error))
    return FALSE;
  reason = g_strdup_printf ("It stands there as %s, but differs: %s.%s%s", id, what,
                            pending != NULL ? " " : "", pending != NULL ? pending : "");
  return dk_push_set (run, row, DK_HANDOVER_DELIVERED, id, reason, error);
}

static gboolean
settle_unread (PushRun *run, DkPushRow *row, DkConnectorCode code, const DkConnectorReply *reply,
               GError **error)
{
  g_autofree char *id = g_strdup (row->itsm_id);
  g_autofree char *reason
      = g_strdup_printf ("It stands there as %s, but could not be compared: %s", id,
                         reply->reason != NULL ? reply->reason : "no reason was given.");
  /* One ticket that cannot be read must not stand in the way of the others. */
  gboolean fresh = g_hash_table_contains (run->sent_at, row->number);

  g_hash_table_add (run->unread, g_strdup (row->number));
  if (code != DK_CONNECTOR_UNKNOWN || (fresh && !run->canary_passed)
      || ++run->unknown_in_row >= UNREAD_IN_ROW_MAX)
    dk_push_stop_for (run, code, reply);
  return dk_push_set (run, row, DK_HANDOVER_DELIVERED, id, reason, error);
}

/* What this kit cannot read of its own is that ticket's trouble. */
static gboolean
settle_unreadable (PushRun *run, DkPushRow *row, const GError *fault, GError **error)
{
  g_autofree char *id = g_strdup (row->itsm_id);
  g_autofree char *reason = g_strdup_printf (
      "It stands there as %s, but could not be compared with the kit: %s", id, fault->message);

  return dk_push_set (run, row, DK_HANDOVER_DELIVERED, id, reason, error);
}

gboolean
dk_push_confirm (PushRun *run, DkPushRow *row, GError **error)
{
  g_autoptr (GPtrArray) differences
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_difference_free);
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  g_autoptr (GError) fault = NULL;
  g_autoptr (DkPushTicket) ticket = NULL;
  g_autoptr (DkPushRecord) record = dk_push_load (run, row, 0, &ticket, &fault);
  DkConnectorCode code;

  if (record == NULL && dk_push_is_of_ticket (fault))
    return settle_unreadable (run, row, fault, error);
  if (record == NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  g_hash_table_remove (run->unread, row->number);
  code = dk_connector_finish (run->connector, record, row->itsm_id, run->job, &reply);
  if (code == DK_CONNECTOR_OK)
    code = dk_connector_read (run->connector, record, row->itsm_id, differences, run->job, &reply);
  if (code != DK_CONNECTOR_OK)
    return settle_unread (run, row, code, &reply, error);
  if (differences->len > 0)
    return settle_different (run, row, record, ticket, g_steal_pointer (&differences), error);
  return settle_equal (run, row, record, ticket, error);
}

/* Where it cannot be told either way, the next look is worth it after the time to settle. */
static gboolean
stay_unknown (PushRun *run, DkPushRow *row, const char *reason, GError **error)
{
  DkMoment now;

  dk_push_now (run, &now);
  g_hash_table_remove (run->sent_at, row->number);
  g_free (row->boot);
  row->boot = g_strdup (now.boot);
  row->mono_ms = now.mono_ms;
  row->sent_ms = now.wall_ms;
  return dk_push_set (run, row, DK_HANDOVER_UNKNOWN, NULL, reason, error);
}

/* The field that holds the number may be what the ITSM lost. *done: the row needs no more. */
static gboolean
search_by_words (PushRun *run, DkPushRow *row, gboolean *done, GError **error)
{
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_hit_free);
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  g_autoptr (DkPushRecord) record = NULL;
  g_autoptr (GError) fault = NULL;
  DkConnectorCode code;

  *done = TRUE;
  record = dk_push_load (run, row, row->sent_ms, NULL, &fault);
  if (record == NULL && dk_push_is_of_ticket (fault))
    return stay_unknown (run, row, fault->message, error);
  if (record == NULL) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return FALSE;
  }
  code = dk_connector_search (run->connector, record, hits, run->job, &reply);
  if (code == DK_CONNECTOR_OK)
    return dk_push_adopt (run, row, hits, done, error);
  if (dk_push_stop_for (run, code, &reply))
    return TRUE;
  return stay_unknown (run, row, reply.reason, error);
}

/* Nothing was found: it may still come until the time to settle is over. */
static gboolean
judge_missing (PushRun *run, DkPushRow *row, gint64 elapsed_ms, GError **error)
{
  gboolean done;

  if (row->state == DK_HANDOVER_DELIVERED)
    return dk_push_confirm (run, row, error);
  if (elapsed_ms < run->settle_ms)
    return TRUE;
  if (!search_by_words (run, row, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  row->sent_ms = 0;
  g_hash_table_remove (run->sent_at, row->number);
  return dk_push_set (run, row, DK_HANDOVER_QUEUED, NULL, NULL, error);
}

static gboolean
resolve_some (PushRun *run, GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_hit_free);
  g_autofree gint64 *elapsed = g_new0 (gint64, rows->len);

  /* Before the search: what it does not find must have had its time by then. */
  for (guint i = 0; i < rows->len; i++)
    elapsed[i] = dk_push_elapsed (run, g_ptr_array_index (rows, i));
  if (!dk_push_find (run, rows, hits))
    return TRUE;
  for (guint i = 0; i < rows->len && run->stop == PUSH_GO; i++) {
    DkPushRow *row = g_ptr_array_index (rows, i);
    gboolean found;
    if (!dk_push_adopt (run, row, hits, &found, error))
      return FALSE;
    if (!found && !judge_missing (run, row, elapsed[i], error))
      return FALSE;
  }
  return dk_job_step (run->job, 0, 0, "resolve", error);
}

gboolean
dk_push_resolve (PushRun *run, gboolean first, GError **error)
{
  guint i = 0;

  while (i < run->rows->len && run->stop == PUSH_GO) {
    g_autoptr (GPtrArray) some = g_ptr_array_new ();
    for (; i < run->rows->len && some->len < run->connector->find_max; i++) {
      DkPushRow *row = g_ptr_array_index (run->rows, i);
      gboolean again = first || g_hash_table_contains (run->unread, row->number);
      if (row->state == DK_HANDOVER_UNKNOWN || (again && row->state == DK_HANDOVER_DELIVERED))
        g_ptr_array_add (some, row);
    }
    if (some->len > 0 && !resolve_some (run, some, error))
      return FALSE;
  }
  return TRUE;
}
