/* SPDX-License-Identifier: MIT */
#include "app/itsm/connector.h"

#include <stdlib.h>
#include <string.h>

#include "app/base/text.h"

#define UID_DIGITS 32
#define MARK_BYTES_MAX 64
#define KIND_PREFIX "ticket-"
#define LATE_MS (60 * 1000) /* a note written down later than this shows both times */

DkConnectorCode
dk_connector_check (DkConnector *connector, DkConnectorProbe *probe, const DkJob *job,
                    DkConnectorReply *reply)
{
  dk_connector_probe_clear (probe);
  return connector->class->check (connector, probe, job, reply);
}

DkPushRecord *
dk_connector_map (const DkConnector *connector, const DkPushTicket *ticket, GError **error)
{
  return connector->class->map (connector, ticket, error);
}

static int
compare_hits (gconstpointer a, gconstpointer b)
{
  const DkPushHit *one = *(const DkPushHit *const *) a;
  const DkPushHit *two = *(const DkPushHit *const *) b;
  guint64 x = g_ascii_strtoull (one->remote_id, NULL, 10);
  guint64 y = g_ascii_strtoull (two->remote_id, NULL, 10);

  if (x != y)
    return x < y ? -1 : 1;
  return strcmp (one->remote_id, two->remote_id);
}

DkConnectorCode
dk_connector_find (DkConnector *connector, const char *const *keys, gsize n, GPtrArray *hits,
                   const DkJob *job, DkConnectorReply *reply)
{
  DkConnectorCode code;

  g_assert (n > 0 && n <= connector->find_max);
  code = connector->class->find (connector, keys, n, hits, job, reply);
  g_ptr_array_sort (hits, compare_hits);
  return code;
}

DkConnectorCode
dk_connector_search (DkConnector *connector, const DkPushRecord *record, GPtrArray *hits,
                     const DkJob *job, DkConnectorReply *reply)
{
  DkConnectorCode code = DK_CONNECTOR_OK;

  if (connector->class->search != NULL)
    code = connector->class->search (connector, record, hits, job, reply);
  g_ptr_array_sort (hits, compare_hits);
  return code;
}

DkConnectorCode
dk_connector_create (DkConnector *connector, const DkPushRecord *record, char **remote_id,
                     const DkJob *job, DkConnectorReply *reply)
{
  return connector->class->create (connector, record, remote_id, job, reply);
}

DkConnectorCode
dk_connector_finish (DkConnector *connector, const DkPushRecord *record, const char *remote_id,
                     const DkJob *job, DkConnectorReply *reply)
{
  if (connector->class->finish == NULL)
    return DK_CONNECTOR_OK;
  return connector->class->finish (connector, record, remote_id, job, reply);
}

DkConnectorCode
dk_connector_read (DkConnector *connector, const DkPushRecord *record, const char *remote_id,
                   GPtrArray *differences, const DkJob *job, DkConnectorReply *reply)
{
  return connector->class->read (connector, record, remote_id, differences, job, reply);
}

static DkConnectorCode
refuse_missing (DkConnectorReply *reply)
{
  dk_connector_reply_set (reply, "This connector cannot do that. Nothing was sent.");
  return DK_CONNECTOR_REJECTED;
}

DkConnectorCode
dk_connector_notes (DkConnector *connector, const DkPushRecord *record, const char *remote_id,
                    GPtrArray *marks, const DkJob *job, DkConnectorReply *reply)
{
  if (connector->class->notes == NULL)
    return refuse_missing (reply);
  return connector->class->notes (connector, record, remote_id, marks, job, reply);
}

DkConnectorCode
dk_connector_update (DkConnector *connector, const char *remote_id, const char *text,
                     const DkJob *job, DkConnectorReply *reply)
{
  if (connector->class->update == NULL)
    return refuse_missing (reply);
  return connector->class->update (connector, remote_id, text, job, reply);
}

DkConnectorCode
dk_connector_attach (DkConnector *connector, const char *remote_id, const char *name,
                     const char *content_type, GBytes *content, const DkJob *job,
                     DkConnectorReply *reply)
{
  if (connector->class->attach == NULL)
    return refuse_missing (reply);
  return connector->class->attach (connector, remote_id, name, content_type, content, job, reply);
}

DkConnectorCode
dk_connector_has_file (DkConnector *connector, const char *remote_id, const DkPushFile *file,
                       gboolean *found, const DkJob *job, DkConnectorReply *reply)
{
  if (connector->class->has_file == NULL)
    return refuse_missing (reply);
  return connector->class->has_file (connector, remote_id, file, found, job, reply);
}

char *
dk_connector_stamp (const char *number, const char *uid)
{
  return g_strdup_printf ("[%s %s]", number, uid);
}

static gboolean
is_uid (const char *text)
{
  for (gsize i = 0; i < UID_DIGITS; i++) {
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
  }
  return text[UID_DIGITS] == ']';
}

char *
dk_connector_find_stamp (const char *text, const char *number)
{
  g_autofree char *head = g_strdup_printf ("[%s ", number);

  for (const char *p = strstr (text, head); p != NULL; p = strstr (p + 1, head)) {
    const char *uid = p + strlen (head);
    if (is_uid (uid)) {
      g_autofree char *found = g_strndup (uid, UID_DIGITS);
      return g_ascii_strdown (found, -1);
    }
  }
  return NULL;
}

char *
dk_connector_note_stamp (const char *number, const char *uid, const char *mark)
{
  return g_strdup_printf ("[%s %s note %s]", number, uid, mark);
}

char *
dk_connector_find_note (const char *text, const char *number, const char *uid)
{
  g_autofree char *head = g_strdup_printf ("[%s %s note ", number, uid);
  const char *found = strstr (text, head);
  gsize size;

  if (found == NULL)
    return NULL;
  found += strlen (head);
  size = strcspn (found, "]\n ");
  return found[size] == ']' && size > 0 && size <= MARK_BYTES_MAX ? g_strndup (found, size) : NULL;
}

static char *
format_utc (gint64 ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (ms / 1000);

  return g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
}

void
dk_push_line_append (GString *out, const DkPushLine *line)
{
  g_autofree char *happened = format_utc (line->happened_ms);
  g_autofree char *recorded = format_utc (line->recorded_ms);
  g_autofree char *text = dk_text_clean (line->text != NULL ? line->text : "");
  g_auto (GStrv) parts = g_strsplit (text, "\n", -1);
  gboolean late = line->recorded_ms - line->happened_ms > LATE_MS;
  const char *kind = line->kind;

  if (g_str_has_prefix (kind, KIND_PREFIX))
    kind += strlen (KIND_PREFIX);
  g_string_append_printf (out, "%s  %s, %s", happened, line->user, kind);
  if (late)
    g_string_append_printf (out, " (written down %s)", recorded);
  g_string_append (out, text[0] != '\0' ? ":\n" : "\n");
  for (char **part = parts; *part != NULL; part++) {
    if (text[0] != '\0')
      g_string_append_printf (out, "  %s\n", *part);
  }
}

void
dk_connector_reply_set (DkConnectorReply *reply, const char *format, ...)
{
  va_list args;

  g_free (reply->reason);
  va_start (args, format);
  reply->reason = g_strdup_vprintf (format, args);
  va_end (args);
}

void
dk_connector_reply_clear (DkConnectorReply *reply)
{
  g_clear_pointer (&reply->reason, g_free);
  reply->retry_after_s = -1;
}

void
dk_connector_probe_clear (DkConnectorProbe *probe)
{
  g_clear_pointer (&probe->version, g_free);
  g_clear_pointer (&probe->notes, g_free);
  probe->skew_known = FALSE;
  probe->skew_ms = 0;
}

DkPushLine *
dk_push_line_new (void)
{
  return g_new0 (DkPushLine, 1);
}

void
dk_push_line_free (DkPushLine *line)
{
  if (line == NULL)
    return;
  g_free (line->mark);
  g_free (line->kind);
  g_free (line->user);
  g_free (line->text);
  g_free (line);
}

static void
free_line (gpointer data)
{
  dk_push_line_free (data);
}

DkPushFile *
dk_push_file_new (const char *name, const char *type, const char *sha256, gint64 size)
{
  DkPushFile *file = g_new0 (DkPushFile, 1);

  file->name = g_strdup (name);
  file->type = g_strdup (type);
  file->sha256 = g_strdup (sha256);
  file->size = size;
  return file;
}

void
dk_push_file_free (DkPushFile *file)
{
  if (file == NULL)
    return;
  g_free (file->name);
  g_free (file->type);
  g_free (file->sha256);
  g_free (file);
}

static void
free_file (gpointer data)
{
  dk_push_file_free (data);
}

DkPushTicket *
dk_push_ticket_new (DkTicket *ticket)
{
  DkPushTicket *push = g_new0 (DkPushTicket, 1);

  push->ticket = ticket;
  push->lines = g_ptr_array_new_with_free_func (free_line);
  push->files = g_ptr_array_new_with_free_func (free_file);
  return push;
}

void
dk_push_ticket_free (DkPushTicket *ticket)
{
  if (ticket == NULL)
    return;
  dk_ticket_free (ticket->ticket);
  g_ptr_array_unref (ticket->lines);
  g_ptr_array_unref (ticket->files);
  g_free (ticket);
}

DkPushRecord *
dk_push_record_new (const char *key, const char *uid, json_t *body)
{
  DkPushRecord *record = g_new0 (DkPushRecord, 1);

  record->key = g_strdup (key);
  record->uid = g_strdup (uid);
  record->body = body;
  return record;
}

void
dk_push_record_free (DkPushRecord *record)
{
  if (record == NULL)
    return;
  g_free (record->key);
  g_free (record->uid);
  json_decref (record->body);
  g_free (record);
}

DkPushHit *
dk_push_hit_new (const char *key, const char *uid, const char *remote_id)
{
  DkPushHit *hit = g_new0 (DkPushHit, 1);

  hit->key = g_strdup (key);
  hit->uid = g_strdup (uid);
  hit->remote_id = g_strdup (remote_id);
  return hit;
}

void
dk_push_hit_free (DkPushHit *hit)
{
  if (hit == NULL)
    return;
  g_free (hit->key);
  g_free (hit->uid);
  g_free (hit->remote_id);
  g_free (hit);
}

DkPushDifference *
dk_push_difference_new (const char *field, const char *sent, const char *found)
{
  DkPushDifference *difference = g_new0 (DkPushDifference, 1);

  difference->field = g_strdup (field);
  difference->sent = g_strdup (sent);
  difference->found = g_strdup (found != NULL ? found : "");
  difference->dropped = difference->found[0] == '\0';
  return difference;
}

void
dk_push_difference_free (DkPushDifference *difference)
{
  if (difference == NULL)
    return;
  g_free (difference->field);
  g_free (difference->sent);
  g_free (difference->found);
  g_free (difference);
}

void
dk_connector_free (DkConnector *connector)
{
  if (connector == NULL)
    return;
  g_clear_pointer (&connector->name, g_free);
  g_clear_pointer (&connector->origin, g_free);
  connector->class->free (connector);
}
