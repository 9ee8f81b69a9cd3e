/* SPDX-License-Identifier: MIT */
/* Files of a ticket. Each follows it in a request of its own, marked before it leaves; it is looked
 * for by its name and content before it is sent, and a request without an answer is given its time
 * before the file is sent again. */
#include <string.h>

#include "app/itsm/engine-private.h"

static char *
describe (const DkPushRow *row, const DkPushFile *file, const char *rest, const char *reason)
{
  return g_strdup_printf ("%s %s the file %s: %s%s%s", row->itsm_id,
                          row->sent_ms != 0 ? "may lack" : "lacks", file->name, rest,
                          reason != NULL ? " " : "", reason != NULL ? reason : "");
}

static char *
describe_unknown (PushRun *run, const DkPushRow *row, const DkPushFile *file)
{
  g_hash_table_add (run->unread, g_strdup (row->number));
  return describe (row, file, "sent, but no answer came. The next push or verify looks for it.",
                   NULL);
}

static char *
judge_attach (PushRun *run, DkPushRow *row, const DkPushFile *file, DkConnectorCode code,
              const DkConnectorReply *reply)
{
  switch (dk_push_judge_following (run, row, code, reply)) {
  case PUSH_FOLLOWED:
    return NULL;
  case PUSH_FOLLOWS_LATER:
    return describe (row, file, "the next push adds it.", reply->reason);
  case PUSH_NOT_TAKEN:
    return describe (row, file, "not taken; add it there by hand (`dkit ticket file`).",
                     reply->reason);
  case PUSH_MAY_BE_THERE:
    break;
  }
  return describe_unknown (run, row, file);
}

/* The bytes; *pending tells why there are none. */
static GBytes *
read_content (PushRun *run, const DkPushRow *row, const DkPushFile *file, char **pending,
              GError **error)
{
  g_autoptr (GError) fault = NULL;
  GBytes *content = NULL;

  if (run->store->file != NULL)
    content = run->store->file (run->store->data, row->number, file->sha256, &fault);
  if (content != NULL)
    return content;
  if (fault != NULL && !dk_push_is_of_ticket (fault)
      && !g_error_matches (fault, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&fault));
    return NULL;
  }
  *pending = describe (row, file, "its content is not in this kit.",
                       fault != NULL ? fault->message : NULL);
  return NULL;
}

static gboolean
send_file (PushRun *run, DkPushRow *row, const DkPushFile *file, char **pending, GError **error)
{
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  g_autoptr (GBytes) content = NULL;
  g_autofree char *reason = NULL;
  DkConnectorCode code;
  DkMoment now;

  row->sent_ms = 0;
  content = read_content (run, row, file, pending, error);
  if (content == NULL)
    return *pending != NULL;
  dk_push_now (run, &now);
  row->sent_ms = now.wall_ms;
  reason = describe (row, file, "it leaves now.", NULL);
  if (!dk_push_mark_note (run, row, reason, error))
    return FALSE;
  code = dk_connector_attach (run->connector, row->itsm_id, file->name, file->type, content,
                              run->job, &reply);
  *pending = judge_attach (run, row, file, code, &reply);
  return *pending == NULL || row->sent_ms == 0 || dk_push_mark_note (run, row, *pending, error);
}

/* One file: there, sent, or *pending says why neither. */
static gboolean
settle_file (PushRun *run, DkPushRow *row, const DkPushFile *file, gboolean may_send,
             char **pending, GError **error)
{
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  gboolean found = FALSE;
  DkConnectorCode code = dk_connector_has_file (run->connector, row->itsm_id, file, &found,
                                                run->job, &reply);

  if (code != DK_CONNECTOR_OK) {
    dk_push_stop_for (run, code, &reply);
    *pending = describe (row, file,
                         code == DK_CONNECTOR_CONFLICT ? "a person must look."
                                                       : "its files there could not be read.",
                         reply.reason);
    return TRUE;
  }
  if (found)
    return TRUE;
  if (row->sent_ms != 0 && dk_push_elapsed_since_mark (run, row) < run->settle_ms) {
    *pending = describe_unknown (run, row, file);
    return TRUE;
  }
  if (may_send && run->stop == PUSH_GO)
    return send_file (run, row, file, pending, error);
  row->sent_ms = 0;
  *pending = describe (row, file, "the next push adds it.", NULL);
  return TRUE;
}

gboolean
dk_push_files (PushRun *run, DkPushRow *row, const DkPushTicket *ticket, gboolean may_send,
               char **pending, GError **error)
{
  if (run->connector->class->has_file == NULL || run->connector->class->attach == NULL)
    return TRUE;
  for (guint i = 0; i < ticket->files->len && *pending == NULL; i++)
    if (!settle_file (run, row, g_ptr_array_index (ticket->files, i), may_send, pending, error))
      return FALSE;
  return TRUE;
}

gboolean
dk_push_rest (PushRun *run, DkPushRow *row, const DkPushRecord *record, const DkPushTicket *ticket,
              gboolean may_send, char **pending, GError **error)
{
  /* Files first: while one of them is unknown no note may change the time that it left. */
  return dk_push_files (run, row, ticket, may_send, pending, error)
         && (*pending != NULL
             || dk_push_notes (run, row, record, ticket, may_send, pending, error));
}
