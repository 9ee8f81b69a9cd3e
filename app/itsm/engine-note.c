/* SPDX-License-Identifier: MIT */
/* Notes that were written after their ticket was sent. They follow it as one comment that carries
 * the mark of the last of them, so that the history there tells which have arrived. */
#include <string.h>

#include "app/itsm/engine-private.h"

static gboolean
has_mark (const GPtrArray *marks, const char *mark)
{
  for (guint i = 0; mark != NULL && i < marks->len; i++) {
    if (strcmp (g_ptr_array_index (marks, i), mark) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Place of the first line that is neither part of what was sent nor of what marks tell. */
static guint
find_first (const DkPushTicket *ticket, const GPtrArray *marks)
{
  guint first = ticket->lines->len;

  while (first > 0) {
    const DkPushLine *line = g_ptr_array_index (ticket->lines, first - 1);
    if (!line->late || (marks != NULL && has_mark (marks, line->mark)))
      break;
    first--;
  }
  return first;
}

static char *
make_text (const DkPushRecord *record, const DkPushTicket *ticket, guint first)
{
  GString *out = g_string_new (NULL);
  const DkPushLine *last = g_ptr_array_index (ticket->lines, ticket->lines->len - 1);
  g_autofree char *stamp
      = dk_connector_note_stamp (record->key, record->uid, last->mark != NULL ? last->mark : "?");

  g_string_append_printf (out,
                          "%s\nWritten in the Downtime Kit after the ticket was handed over "
                          "(times are UTC)\n\n",
                          stamp);
  for (guint i = first; i < ticket->lines->len; i++)
    dk_push_line_append (out, g_ptr_array_index (ticket->lines, i));
  return g_string_free (out, FALSE);
}

static char *
describe (const DkPushRow *row, guint count, gboolean known, const char *rest, const char *reason)
{
  return g_strdup_printf ("%s %s %u later note%s: %s%s%s", row->itsm_id,
                          known ? "lacks" : "may lack", count, count == 1 ? "" : "s", rest,
                          reason != NULL ? " " : "", reason != NULL ? reason : "");
}

static char *
describe_unknown (PushRun *run, const DkPushRow *row, guint count)
{
  g_hash_table_add (run->unread, g_strdup (row->number));
  return describe (row, count, FALSE,
                   "sent, but no answer came. The next push or verify looks for them.", NULL);
}

static char *
judge_update (PushRun *run, DkPushRow *row, DkConnectorCode code, guint count,
              const DkConnectorReply *reply)
{
  switch (dk_push_judge_following (run, row, code, reply)) {
  case PUSH_FOLLOWED:
    return NULL;
  case PUSH_FOLLOWS_LATER:
    return describe (row, count, TRUE, "the next push adds them.", reply->reason);
  case PUSH_NOT_TAKEN:
    return describe (row, count, TRUE, "not taken; add there by hand what they say.",
                     reply->reason);
  case PUSH_MAY_BE_THERE:
    break;
  }
  return describe_unknown (run, row, count);
}

static gboolean
send_notes (PushRun *run, DkPushRow *row, const DkPushRecord *record, const DkPushTicket *ticket,
            guint first, char **pending, GError **error)
{
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  g_autofree char *text = make_text (record, ticket, first);
  guint count = ticket->lines->len - first;
  g_autofree char *reason = describe (row, count, FALSE, "they leave now.", NULL);
  DkConnectorCode code;
  DkMoment now;

  dk_push_now (run, &now);
  row->sent_ms = now.wall_ms;
  if (!dk_push_mark_note (run, row, reason, error))
    return FALSE;
  code = dk_connector_update (run->connector, row->itsm_id, text, run->job, &reply);
  *pending = judge_update (run, row, code, count, &reply);
  return *pending == NULL || row->sent_ms == 0 || dk_push_mark_note (run, row, *pending, error);
}

gboolean
dk_push_notes (PushRun *run, DkPushRow *row, const DkPushRecord *record, const DkPushTicket *ticket,
               gboolean may_send, char **pending, GError **error)
{
  g_autoptr (GPtrArray) marks = g_ptr_array_new_with_free_func (g_free);
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  guint count = ticket->lines->len - find_first (ticket, NULL);
  DkConnectorCode code;
  guint first;

  if (count == 0)
    return TRUE;
  code = dk_connector_notes (run->connector, record, row->itsm_id, marks, run->job, &reply);
  if (code != DK_CONNECTOR_OK) {
    dk_push_stop_for (run, code, &reply);
    *pending = describe (row, count, FALSE, "its history could not be read.", reply.reason);
    return TRUE;
  }
  first = find_first (ticket, marks);
  count = ticket->lines->len - first;
  if (count == 0) {
    row->sent_ms = 0;
    return TRUE;
  }
  if (row->sent_ms != 0 && dk_push_elapsed_since_mark (run, row) < run->settle_ms) {
    *pending = describe_unknown (run, row, count);
    return TRUE;
  }
  if (may_send && run->stop == PUSH_GO)
    return send_notes (run, row, record, ticket, first, pending, error);
  *pending = describe (row, count, TRUE, "the next push adds them.", NULL);
  return TRUE;
}
