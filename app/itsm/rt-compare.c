/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/itsm/rt-private.h"

#define SHOWN_CHARS_MAX 80
#define HANDED_OVER "Handed over:"
#define ATTACHMENTS_MAX "100"

static void
add_difference (GPtrArray *differences, const char *field, const char *sent, const char *found)
{
  g_autofree char *short_sent = dk_text_shorten (sent, SHOWN_CHARS_MAX);
  g_autofree char *safe = dk_text_printable (found != NULL ? found : "", FALSE);
  g_autofree char *short_found = dk_text_shorten (safe, SHOWN_CHARS_MAX);

  g_ptr_array_add (differences, dk_push_difference_new (field, short_sent, short_found));
}

static gboolean
read_utc (const char *text, gint64 *ms)
{
  g_autofree char *zoned = NULL;

  if (strlen (text) == strlen ("2026-11-20 08:15:00") && text[10] == ' ') {
    zoned = g_strdup_printf ("%sZ", text);
    zoned[10] = 'T';
  }
  return dk_time_parse (zoned != NULL ? zoned : text, "the time", ms, NULL);
}

static gboolean
same_time (const char *sent, const char *found)
{
  gint64 one, two;

  return read_utc (sent, &one) && read_utc (found, &two) && one == two;
}

/* RT tells "never" as the start of 1970. */
static void
compare_time (GPtrArray *differences, const json_t *create, const json_t *ticket, const char *name)
{
  const char *sent = dk_json_get_text (create, name);
  const char *found = dk_json_get_text (ticket, name);

  if (sent == NULL || (found != NULL && same_time (sent, found)))
    return;
  if (found != NULL && g_str_has_prefix (found, "1970-01-01"))
    found = "";
  add_difference (differences, name, sent, found);
}

static void
compare_scalar (GPtrArray *differences, const json_t *create, const json_t *ticket,
                const char *name)
{
  g_autofree char *sent = dk_rt_scalar (json_object_get (create, name));
  g_autofree char *found = dk_rt_scalar (json_object_get (ticket, name));

  if (sent != NULL && g_strcmp0 (sent, found) != 0)
    add_difference (differences, name, sent, found);
}

const json_t *
dk_rt_custom_values (const json_t *ticket, const char *field)
{
  const json_t *fields = json_object_get (ticket, "CustomFields");
  gsize i;
  json_t *entry;

  json_array_foreach (fields, i, entry) {
    const char *name = dk_json_get_text (entry, "name");
    if (name != NULL && g_ascii_strcasecmp (name, field) == 0)
      return json_object_get (entry, "values");
  }
  return NULL;
}

/* The first value of a custom field in a ticket; NULL if there is none. Borrowed. */
static const char *
first_value (const json_t *ticket, const char *field)
{
  return json_string_value (json_array_get (dk_rt_custom_values (ticket, field), 0));
}

static void
compare_custom (GPtrArray *differences, json_t *create, const json_t *ticket)
{
  json_t *custom = json_object_get (create, "CustomFields");
  const char *name;
  json_t *value;

  json_object_foreach (custom, name, value) {
    const char *sent = json_string_value (value);
    const char *found = first_value (ticket, name);
    if (found == NULL || (strcmp (sent, found) != 0 && !same_time (sent, found)))
      add_difference (differences, name, sent, found);
  }
}

static void
compare_queue (const RtConnector *rt, GPtrArray *differences, const json_t *ticket)
{
  const json_t *queue = json_object_get (ticket, "Queue");
  g_autofree char *found = dk_rt_scalar (json_object_get (queue, "id"));
  g_autofree char *shown = NULL;

  if (rt->queue_id[0] == '\0' || g_strcmp0 (found, rt->queue_id) == 0)
    return;
  shown = g_strdup_printf ("queue %s", found != NULL ? found : "?");
  add_difference (differences, "Queue", rt->queue, shown);
}

/* An address that RT knows is told as the name of its user, so being there is what counts. */
static void
compare_requestor (GPtrArray *differences, const DkPushRecord *record, const json_t *ticket)
{
  const char *sent = dk_json_get_text (record->body, "requestor");

  if (sent != NULL && json_array_size (json_object_get (ticket, "Requestor")) == 0)
    add_difference (differences, "Requestor", sent, NULL);
}

/* Lines without the time of the hand-over, which each attempt sets anew, and without blanks at the
 * ends. */
static char *
normalise_text (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *out = g_string_new (NULL);

  for (char **line = lines; *line != NULL; line++) {
    if (!g_str_has_prefix (*line, HANDED_OVER))
      g_string_append_printf (out, "%s\n", g_strchomp (*line));
  }
  return g_strchomp (g_string_free (out, FALSE));
}

static void
compare_text (GPtrArray *differences, const char *sent, const char *found)
{
  g_autofree char *one = normalise_text (sent);
  g_autofree char *two = normalise_text (found);
  gsize at = 0;
  g_autofree char *sent_there = NULL, *found_there = NULL;

  if (strcmp (one, two) == 0)
    return;
  while (one[at] != '\0' && one[at] == two[at])
    at++;
  while (at > 0 && one[at - 1] != '\n')
    at--;
  sent_there = g_strndup (one + at, strcspn (one + at, "\n"));
  found_there = g_utf8_make_valid (two + at, (gssize) strcspn (two + at, "\n"));
  add_difference (differences, "Content", sent_there,
                  found[0] != '\0' && found_there[0] == '\0' ? "(ends here)" : found_there);
}

static char *
decode_text (const char *content, const char *number)
{
  g_autofree char *uid = dk_connector_find_stamp (content, number);
  g_autofree char *decoded = NULL;
  gsize size = 0;

  if (uid != NULL)
    return g_strdup (content);
  decoded = (char *) g_base64_decode (content, &size);
  return g_utf8_make_valid (decoded, (gssize) size);
}

DkConnectorCode
dk_rt_read_text (RtConnector *rt, const char *remote_id, const char *number, char **text,
                 const DkJob *job, DkConnectorReply *reply)
{
  g_autofree char *path = g_strdup_printf (
      "/ticket/%s/attachments?fields=Content,ContentType&per_page=20", remote_id);
  g_autoptr (json_t) document = NULL;
  DkConnectorCode code = dk_rt_call (rt, "GET", path, NULL, &document, NULL, NULL, job, reply);
  gsize i;
  json_t *item;

  if (code != DK_CONNECTOR_OK)
    return code;
  json_array_foreach (json_object_get (document, "items"), i, item) {
    const char *content = dk_json_get_text (item, "Content");
    g_autofree char *plain = content != NULL ? decode_text (content, number) : NULL;
    g_autofree char *uid = plain != NULL ? dk_connector_find_stamp (plain, number) : NULL;
    if (uid != NULL) {
      *text = g_steal_pointer (&plain);
      return DK_CONNECTOR_OK;
    }
  }
  *text = g_strdup ("");
  return DK_CONNECTOR_OK;
}

static void
compare_ticket (const RtConnector *rt, const DkPushRecord *record, const json_t *ticket,
                GPtrArray *differences)
{
  json_t *create = json_object_get (record->body, "create");

  compare_custom (differences, create, ticket);
  compare_time (differences, create, ticket, "Created");
  compare_time (differences, create, ticket, "Started");
  compare_time (differences, create, ticket, "Resolved");
  compare_scalar (differences, create, ticket, "Subject");
  compare_scalar (differences, create, ticket, "Status");
  compare_scalar (differences, create, ticket, "Priority");
  compare_queue (rt, differences, ticket);
  compare_requestor (differences, record, ticket);
}

static DkConnectorCode
judge_ticket (const json_t *ticket, const char *remote_id, DkConnectorReply *reply)
{
  g_autofree char *id = dk_rt_scalar (json_object_get (ticket, "id"));

  if (id == NULL || !json_is_array (json_object_get (ticket, "CustomFields"))) {
    dk_connector_reply_set (reply,
                            "The answer about ticket %s is not one that Request Tracker "
                            "gives.",
                            remote_id);
    return DK_CONNECTOR_LIES;
  }
  if (strcmp (id, remote_id) != 0) {
    dk_connector_reply_set (reply, "Ticket %s was merged into %s there.", remote_id, id);
    return DK_CONNECTOR_CONFLICT;
  }
  return DK_CONNECTOR_OK;
}

DkConnectorCode
dk_rt_read (DkConnector *self, const DkPushRecord *record, const char *remote_id,
            GPtrArray *differences, const DkJob *job, DkConnectorReply *reply)
{
  RtConnector *rt = (RtConnector *) self;
  g_autofree char *path = g_strdup_printf ("/ticket/%s", remote_id);
  g_autofree char *text = NULL;
  g_autoptr (json_t) ticket = NULL;
  const char *sent;
  int status = 0;
  DkConnectorCode code;

  code = dk_rt_call (rt, "GET", path, NULL, &ticket, &status, NULL, job, reply);
  if (code == DK_CONNECTOR_REJECTED && status == 404)
    dk_connector_reply_set (reply, "There is no ticket %s any more.", remote_id);
  if (code == DK_CONNECTOR_OK)
    code = judge_ticket (ticket, remote_id, reply);
  if (code == DK_CONNECTOR_OK)
    code = dk_rt_read_text (rt, remote_id, record->key, &text, job, reply);
  if (code != DK_CONNECTOR_OK)
    return code;
  compare_ticket (rt, record, ticket, differences);
  sent = dk_json_get_text (json_object_get (record->body, "create"), "Content");
  compare_text (differences, sent, text);
  return DK_CONNECTOR_OK;
}
