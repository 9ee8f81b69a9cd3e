/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/itsm/rt-private.h"
#include "app/model/answer-words.h"

#define SUBJECT_BYTES_MAX 200 /* RT cuts off what is more */
#define CUSTOM_CHARS_MAX 250
#define ADDRESS_BYTES_MAX 254

char *
dk_rt_time (gint64 ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (ms / 1000);

  return g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
}

/* RT keeps no order of its own for what happened before it was recorded, so a time that lies after
 * the record, a slip of the pen, is taken as that of the record. */
static gint64
get_created (const DkTicket *ticket)
{
  if (ticket->happened_ms > 0 && ticket->happened_ms < ticket->recorded_ms)
    return ticket->happened_ms;
  return ticket->recorded_ms;
}

static gboolean
is_resolved (const DkTicket *ticket)
{
  return ticket->state == DK_TICKET_RESOLVED || ticket->state == DK_TICKET_CLOSED;
}

static char *
find_address (const char *text)
{
  g_autoptr (GRegex) pattern = g_regex_new (
      "[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *address = NULL;

  if (text == NULL || !g_regex_match (pattern, text, 0, &match))
    return NULL;
  address = g_match_info_fetch (match, 0);
  return strlen (address) <= ADDRESS_BYTES_MAX ? g_steal_pointer (&address) : NULL;
}

static char *
find_requestor (const DkTicket *ticket)
{
  static const char *const answers[] = { "caller_email", "email", "mail" };
  char *address = find_address (ticket->caller);

  for (gsize i = 0; address == NULL && i < G_N_ELEMENTS (answers); i++)
    address = find_address (dk_json_get_text (ticket->answers, answers[i]));
  return address;
}

static void
add_fact (GString *out, const char *name, const char *value)
{
  g_autofree char *line = value != NULL ? dk_text_clean_line (value) : NULL;
  g_autofree char *head = g_strconcat (name, ":", NULL);

  if (line != NULL && line[0] != '\0')
    g_string_append_printf (out, "%-13s%s\n", head, line);
}

static void
add_time (GString *out, const char *name, gint64 ms)
{
  g_autofree char *time = dk_rt_time (ms);
  g_autofree char *value = g_strconcat (time, " UTC", NULL);

  if (ms > 0)
    add_fact (out, name, value);
}

static void
add_section (GString *out, const char *title, const char *text)
{
  g_autofree char *clean = text != NULL ? dk_text_clean (text) : NULL;

  if (clean != NULL && clean[0] != '\0')
    g_string_append_printf (out, "\n%s\n%s\n", title, clean);
}

static void
add_priority (GString *out, const DkTicket *ticket)
{
  if (ticket->safety)
    g_string_append (out, "PATIENT SAFETY IS AT RISK\n");
  if (ticket->priority > 0)
    g_string_append_printf (out, "Priority:    %d of 5 (1 is the most urgent)\n", ticket->priority);
  if (ticket->impact > 0)
    g_string_append_printf (out, "Impact:      %d of 3\n", ticket->impact);
  if (ticket->urgency > 0)
    g_string_append_printf (out, "Urgency:     %d of 3\n", ticket->urgency);
  g_string_append_printf (out, "Safety:      %s\n",
                          ticket->safety         ? "yes, a patient may come to harm"
                          : ticket->safety_known ? "no"
                                                 : "not asked");
}

static void
add_answer (GString *out, const char *name, const json_t *value)
{
  g_autofree char *text = NULL;

  if (!dk_answer_is_rows (value)) {
    text = dk_answer_words (value);
    add_fact (out, name, text);
    return;
  }
  for (gsize i = 0; i < json_array_size (value); i++) {
    g_autofree char *row = g_strdup_printf ("%s %" G_GSIZE_FORMAT, name, i + 1);
    g_autofree char *words = dk_answer_words (json_array_get (value, i));
    add_fact (out, row, words);
  }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_answers (GString *out, json_t *answers)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *name;
  json_t *value;

  json_object_foreach (answers, name, value) {
    if (!json_is_null (value))
      g_ptr_array_add (names, (gpointer) (guintptr) name);
  }
  g_ptr_array_sort (names, compare_names);
  if (names->len > 0)
    g_string_append (out, "\nOther answers\n");
  for (guint i = 0; i < names->len; i++)
    add_answer (out, g_ptr_array_index (names, i),
                json_object_get (answers, g_ptr_array_index (names, i)));
}

static void
add_log (GString *out, const DkPushTicket *push)
{
  gboolean titled = FALSE;

  for (guint i = 0; i < push->lines->len; i++) {
    const DkPushLine *line = g_ptr_array_index (push->lines, i);
    if (line->late)
      continue;
    if (!titled)
      g_string_append (out, "\nLog (times are UTC)\n");
    titled = TRUE;
    dk_push_line_append (out, line);
  }
}

/* The words of the ticket: what the create sends as its content. New string. */
static char *
make_text (const DkPushTicket *push)
{
  const DkTicket *ticket = push->ticket;
  GString *out = g_string_new (NULL);
  g_autofree char *stamp = dk_connector_stamp (ticket->number, ticket->uid);

  g_string_append_printf (out, "%s\nRecorded with Downtime Kit, number %s.\n\n", stamp,
                          ticket->number);
  add_priority (out, ticket);
  g_string_append_c (out, '\n');
  add_time (out, "Happened", ticket->happened_ms);
  add_time (out, "Recorded", ticket->recorded_ms);
  add_time (out, "Resolved", ticket->resolved_ms);
  add_time (out, "Handed over", push->handed_ms);
  g_string_append_c (out, '\n');
  add_fact (out, "Summary", ticket->summary);
  add_fact (out, "Caller", ticket->caller);
  add_fact (out, "Call back", ticket->callback);
  add_fact (out, "Location", ticket->location);
  add_fact (out, "Device", ticket->device);
  add_fact (out, "Service", ticket->service);
  add_fact (out, "Group", ticket->group);
  add_fact (out, "Recorded by", ticket->user);
  add_fact (out, "On paper", ticket->paper ? "yes, keyed in later" : NULL);
  add_fact (out, "Written by", ticket->written_by);
  add_time (out, "Written", ticket->written_ms);
  add_fact (out, "Form", ticket->form);
  add_fact (out, "Outage", ticket->outage);
  add_section (out, "Details", ticket->details);
  add_section (out, "Resolution", ticket->resolution);
  add_answers (out, ticket->answers);
  add_log (out, push);
  return g_string_free (out, FALSE);
}

static void
set_custom (const RtConnector *rt, json_t *custom, RtField field, const char *value)
{
  g_autofree char *line = value != NULL ? dk_text_clean_line (value) : NULL;
  g_autofree char *fitting = line != NULL ? dk_text_shorten (line, CUSTOM_CHARS_MAX) : NULL;

  if (rt->fields[field][0] != '\0' && fitting != NULL && fitting[0] != '\0')
    dk_json_set_text (custom, rt->fields[field], fitting);
}

static json_t *
make_custom_fields (const RtConnector *rt, const DkTicket *ticket)
{
  json_t *custom = json_object ();
  g_autofree char *impact = g_strdup_printf ("%d", ticket->impact);
  g_autofree char *urgency = g_strdup_printf ("%d", ticket->urgency);
  g_autofree char *captured = dk_rt_time (ticket->recorded_ms);

  set_custom (rt, custom, RT_FIELD_NUMBER, ticket->number);
  set_custom (rt, custom, RT_FIELD_IMPACT, ticket->impact > 0 ? impact : NULL);
  set_custom (rt, custom, RT_FIELD_URGENCY, ticket->urgency > 0 ? urgency : NULL);
  set_custom (rt, custom, RT_FIELD_LOCATION, ticket->location);
  set_custom (rt, custom, RT_FIELD_CAPTURED, captured);
  return custom;
}

static char *
make_subject (const DkTicket *ticket)
{
  char *line = dk_text_clean_line (ticket->summary != NULL ? ticket->summary : "");

  for (glong chars = SUBJECT_BYTES_MAX; strlen (line) > SUBJECT_BYTES_MAX; chars--) {
    char *shorter = dk_text_shorten (line, (gsize) chars);
    g_free (line);
    line = shorter;
  }
  return line;
}

static json_t *
make_create (const RtConnector *rt, const DkPushTicket *push, const char *requestor)
{
  const DkTicket *ticket = push->ticket;
  json_t *create = json_object ();
  g_autofree char *subject = make_subject (ticket);
  g_autofree char *created = dk_rt_time (get_created (ticket));
  g_autofree char *resolved = dk_rt_time (MAX (ticket->resolved_ms, get_created (ticket)));
  g_autofree char *text = make_text (push);

  dk_json_set_text (create, "Queue", rt->queue);
  dk_json_set_text (create, "Subject", subject[0] != '\0' ? subject : ticket->number);
  dk_json_set_text (create, "Content", text);
  dk_json_set_text (create, "ContentType", "text/plain");
  dk_json_set_text (create, "Created", created);
  dk_json_set_text (create, "Started", created);
  dk_json_set_text (create, "Status", is_resolved (ticket) ? rt->status_resolved : rt->status_open);
  if (is_resolved (ticket))
    dk_json_set_text (create, "Resolved", resolved);
  if (ticket->priority >= 1 && ticket->priority <= 5)
    json_object_set_new (create, "Priority", json_integer (rt->priorities[ticket->priority - 1]));
  if (requestor != NULL && rt->notify)
    dk_json_set_text (create, "Requestor", requestor);
  json_object_set_new (create, "CustomFields", make_custom_fields (rt, ticket));
  return create;
}

DkPushRecord *
dk_rt_map (const DkConnector *self, const DkPushTicket *push, GError **error)
{
  const RtConnector *rt = (const RtConnector *) self;
  const DkTicket *ticket = push->ticket;
  g_autofree char *requestor = find_requestor (ticket);
  json_t *body;

  if (ticket->number == NULL || ticket->uid == NULL || ticket->recorded_ms <= 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Ticket %s has no number, identity or time of record, so it cannot be handed "
                 "over. Nothing was sent; run `audit verify`.",
                 ticket->number != NULL ? ticket->number : "(none)");
    return NULL;
  }
  body = json_object ();
  json_object_set_new (body, "create", make_create (rt, push, requestor));
  dk_json_set_text (body, "requestor", requestor);
  return dk_push_record_new (ticket->number, ticket->uid, body);
}
