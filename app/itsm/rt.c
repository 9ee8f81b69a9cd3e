/* SPDX-License-Identifier: MIT */
#include "app/itsm/rt.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/itsm/rt-private.h"

#define SETTLE_DEFAULT_S 120
#define SETTLE_MAX_S 86400
#define TIMEOUT_MAX_S 600
#define NAME_BYTES_MAX 200
#define CA_BYTES_MAX (1u << 20)
#define PRIORITY_MAX 1000000
#define KEYS_PER_FIND 20
#define NO_SUCH_NUMBER "DT-NONE-0000-"

static const struct {
  const char *key;
  const char *name;
} field_defaults[RT_FIELDS] = {
  [RT_FIELD_NUMBER] = { "number", "DowntimeNumber" },
  [RT_FIELD_IMPACT] = { "impact", "Impact" },
  [RT_FIELD_URGENCY] = { "urgency", "Urgency" },
  [RT_FIELD_LOCATION] = { "location", "Location" },
  [RT_FIELD_CAPTURED] = { "captured", "CapturedAt" },
};

static const int default_priorities[5] = { 100, 75, 50, 25, 0 };

static gboolean
has_custom_field (json_t *list, const char *field)
{
  gsize i;
  json_t *entry;

  json_array_foreach (list, i, entry) {
    const char *name = dk_json_get_text (entry, "name");
    if (name != NULL && g_ascii_strcasecmp (name, field) == 0)
      return TRUE;
  }
  return FALSE;
}

/* What the queue lacks and the settings do not insist on stands in the text alone. */
static DkConnectorCode
check_fields (RtConnector *rt, json_t *list, DkConnectorProbe *probe, DkConnectorReply *reply)
{
  g_autoptr (GString) left_out = g_string_new (NULL);

  for (gsize i = 0; i < RT_FIELDS; i++) {
    if (rt->fields[i][0] == '\0' || has_custom_field (list, rt->fields[i]))
      continue;
    if (rt->required[i]) {
      dk_connector_reply_set (
          reply,
          "The queue \"%s\" has no custom field \"%s\" that this token can see. "
          "Nothing was sent; add it to the queue, with the rights to see and "
          "set it, or name another one for this connector.",
          rt->queue, rt->fields[i]);
      return DK_CONNECTOR_REJECTED;
    }
    g_string_append_printf (left_out, "%s%s", left_out->len > 0 ? ", " : "", rt->fields[i]);
    g_free (rt->fields[i]);
    rt->fields[i] = g_strdup ("");
  }
  if (left_out->len > 0)
    probe->notes = g_strdup_printf ("The queue has no custom field %s: this stands in the text of "
                                    "the tickets alone.",
                                    left_out->str);
  return DK_CONNECTOR_OK;
}

static DkConnectorCode
check_queue (RtConnector *rt, DkConnectorProbe *probe, const DkJob *job, DkConnectorReply *reply)
{
  g_autofree char *escaped = dk_http_escape (rt->queue);
  g_autofree char *path = g_strconcat ("/queue/", escaped, NULL);
  g_autoptr (json_t) document = NULL;
  DkConnectorCode code = dk_rt_call (rt, "GET", path, NULL, &document, NULL, NULL, job, reply);
  char *id;

  if (code == DK_CONNECTOR_REJECTED) {
    dk_connector_reply_set (reply, "There is no queue \"%s\" in Request Tracker.", rt->queue);
    return DK_CONNECTOR_REJECTED;
  }
  if (code != DK_CONNECTOR_OK)
    return code;
  id = dk_rt_scalar (json_object_get (document, "id"));
  if (id == NULL || !json_is_array (json_object_get (document, "TicketCustomFields"))) {
    g_free (id);
    dk_connector_reply_set (reply,
                            "The answer about the queue \"%s\" is not one that Request "
                            "Tracker 5 gives.",
                            rt->queue);
    return DK_CONNECTOR_LIES;
  }
  g_free (rt->queue_id);
  rt->queue_id = id;
  return check_fields (rt, json_object_get (document, "TicketCustomFields"), probe, reply);
}

static DkConnectorCode
check_version (RtConnector *rt, DkConnectorProbe *probe, const DkJob *job, DkConnectorReply *reply)
{
  g_autoptr (json_t) document = NULL;
  gint64 before_ms = dk_clock_wall_ms ();
  gint64 date_ms = 0;
  DkConnectorCode code = dk_rt_call (rt, "GET", "/rt", NULL, &document, NULL, &date_ms, job, reply);
  const char *version;

  if (code != DK_CONNECTOR_OK)
    return code;
  version = dk_json_get_text (document, "Version");
  if (version == NULL) {
    dk_connector_reply_set (reply, "%s does not answer as Request Tracker does.", rt->base.origin);
    return DK_CONNECTOR_LIES;
  }
  probe->version = dk_text_printable (version, FALSE);
  probe->skew_known = date_ms != 0;
  /* The header has whole seconds: on average the clock is half a second further. */
  if (probe->skew_known)
    probe->skew_ms = date_ms + 500 - (before_ms + dk_clock_wall_ms ()) / 2;
  return DK_CONNECTOR_OK;
}

/* A server that ignores what it does not understand of a query finds this one too. */
static DkConnectorCode
check_search (RtConnector *rt, const DkJob *job, DkConnectorReply *reply)
{
  g_autofree char *key = g_strdup_printf (NO_SUCH_NUMBER "%08X", g_random_int ());
  const char *keys[] = { key };
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_hit_free);
  DkConnectorCode code = dk_connector_find (&rt->base, keys, 1, hits, job, reply);

  if (code == DK_CONNECTOR_OK && hits->len > 0) {
    dk_connector_reply_set (reply, "Request Tracker finds a ticket for a number that cannot exist. "
                                   "Its search cannot be trusted, so nothing was sent.");
    return DK_CONNECTOR_LIES;
  }
  return code;
}

static DkConnectorCode
check (DkConnector *self, DkConnectorProbe *probe, const DkJob *job, DkConnectorReply *reply)
{
  RtConnector *rt = (RtConnector *) self;
  DkConnectorCode code = check_version (rt, probe, job, reply);

  if (code == DK_CONNECTOR_OK)
    code = check_queue (rt, probe, job, reply);
  if (code == DK_CONNECTOR_OK)
    code = check_search (rt, job, reply);
  return code;
}

static DkConnectorCode
create (DkConnector *self, const DkPushRecord *record, char **remote_id, const DkJob *job,
        DkConnectorReply *reply)
{
  RtConnector *rt = (RtConnector *) self;
  g_autoptr (json_t) document = NULL;
  g_autofree char *id = NULL;
  int status = 0;
  guint64 number;
  DkConnectorCode code
      = dk_rt_call (rt, "POST", "/ticket", json_object_get (record->body, "create"), &document,
                    &status, NULL, job, reply);

  if (code == DK_CONNECTOR_REJECTED && (status == 404 || status == 405))
    code = DK_CONNECTOR_LIES;
  if (code != DK_CONNECTOR_OK)
    return code;
  id = dk_rt_scalar (json_object_get (document, "id"));
  if (status != 201 || id == NULL
      || !g_ascii_string_to_unsigned (id, 10, 1, G_MAXINT64, &number, NULL)) {
    dk_connector_reply_set (reply,
                            "The answer to a new ticket is not one that Request Tracker "
                            "gives (status %d). It may have been made.",
                            status);
    return DK_CONNECTOR_LIES;
  }
  *remote_id = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  return DK_CONNECTOR_OK;
}

/* RT 5.0.3 mails the requestor of a new ticket, SquelchMailTo and TransSquelchMailTo
 * notwithstanding; it does not mail one who is added later. */
static DkConnectorCode
finish (DkConnector *self, const DkPushRecord *record, const char *remote_id, const DkJob *job,
        DkConnectorReply *reply)
{
  RtConnector *rt = (RtConnector *) self;
  const char *requestor = dk_json_get_text (record->body, "requestor");
  g_autofree char *path = g_strdup_printf ("/ticket/%s", remote_id);
  g_autoptr (json_t) ticket = NULL;
  g_autoptr (json_t) body = NULL;
  DkConnectorCode code;

  if (requestor == NULL)
    return DK_CONNECTOR_OK;
  code = dk_rt_call (rt, "GET", path, NULL, &ticket, NULL, NULL, job, reply);
  if (code != DK_CONNECTOR_OK || json_array_size (json_object_get (ticket, "Requestor")) > 0)
    return code;
  body = json_object ();
  dk_json_set_text (body, "Requestor", requestor);
  code = dk_rt_call (rt, "PUT", path, body, NULL, NULL, NULL, job, reply);
  return code == DK_CONNECTOR_REJECTED ? DK_CONNECTOR_OK : code; /* reading back will tell */
}

static DkConnectorCode
update (DkConnector *self, const char *remote_id, const char *text, const DkJob *job,
        DkConnectorReply *reply)
{
  g_autofree char *path = g_strdup_printf ("/ticket/%s/comment", remote_id);
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "Content", text);
  dk_json_set_text (body, "ContentType", "text/plain");
  return dk_rt_call ((RtConnector *) self, "POST", path, body, NULL, NULL, NULL, job, reply);
}

static void
free_rt (DkConnector *self)
{
  RtConnector *rt = (RtConnector *) self;

  dk_http_free (rt->http);
  for (gsize i = 0; i < RT_FIELDS; i++)
    g_free (rt->fields[i]);
  g_free (rt->queue);
  g_free (rt->queue_id);
  g_free (rt->status_open);
  g_free (rt->status_resolved);
  g_free (rt);
}

static const DkConnectorClass rt_class = {
  .kind = "rt",
  .check = check,
  .map = dk_rt_map,
  .find = dk_rt_find,
  .create = create,
  .finish = finish,
  .read = dk_rt_read,
  .update = update,
  .attach = dk_rt_attach,
  .has_file = dk_rt_has_file,
  .search = dk_rt_search,
  .notes = dk_rt_notes,
  .free = free_rt,
};

static gboolean
refuse (const char *member, const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The setting \"%s\" of the connector %s. Nothing was changed.", member, why);
  return FALSE;
}

static gboolean
take_text (const json_t *settings, const char *member, const char *fallback, char **out,
           GError **error)
{
  const char *text = dk_json_get_text (settings, member);
  g_autofree char *clean = NULL;

  if (text == NULL)
    text = fallback;
  clean = text != NULL ? dk_text_clean_line (text) : NULL;
  if (clean == NULL || clean[0] == '\0')
    return refuse (member, "is missing", error);
  if (strcmp (clean, text) != 0 || strlen (clean) > NAME_BYTES_MAX)
    return refuse (member, "is too long or holds blanks or control characters where none belong",
                   error);
  *out = g_steal_pointer (&clean);
  return TRUE;
}

static gboolean
take_seconds (const json_t *settings, const char *member, gint64 fallback, gint64 max, guint *out,
              GError **error)
{
  gint64 value = dk_json_get_int (settings, member, fallback);

  if (value < 1 || value > max)
    return refuse (member, "is not a sensible number of seconds", error);
  *out = (guint) value;
  return TRUE;
}

/* The name goes into queries, between braces and quotes. */
static gboolean
is_field_name (const char *name)
{
  for (const char *p = name; *p != '\0'; p++) {
    if (!g_ascii_isalnum (*p) && strchr (" _-.", *p) == NULL)
      return FALSE;
  }
  return strlen (name) <= NAME_BYTES_MAX;
}

static gboolean
take_fields (RtConnector *rt, const json_t *settings, GError **error)
{
  const json_t *fields = json_object_get (settings, "fields");

  for (gsize i = 0; i < RT_FIELDS; i++) {
    const char *given = dk_json_get_text (fields, field_defaults[i].key);
    rt->required[i] = given != NULL || i == RT_FIELD_NUMBER;
    rt->fields[i] = g_strdup (given != NULL ? given : field_defaults[i].name);
    if (!is_field_name (rt->fields[i]) || (i == RT_FIELD_NUMBER && rt->fields[i][0] == '\0'))
      return refuse ("fields",
                     "names no custom field for \"number\", or one with characters other "
                     "than letters, digits, blanks, dashes, dots and underscores",
                     error);
  }
  return TRUE;
}

static gboolean
take_priorities (RtConnector *rt, const json_t *settings, GError **error)
{
  const json_t *list = json_object_get (settings, "priorities");

  memcpy (rt->priorities, default_priorities, sizeof rt->priorities);
  if (list == NULL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (rt->priorities); i++) {
    const json_t *value = json_array_get (list, i);
    gint64 number = json_is_integer (value) ? json_integer_value (value) : -1;
    if (json_array_size (list) != G_N_ELEMENTS (rt->priorities) || number < 0
        || number > PRIORITY_MAX)
      return refuse ("priorities", "is not a list of five numbers from 0 to 1000000", error);
    rt->priorities[i] = (int) number;
  }
  return TRUE;
}

/* People copy the address of the REST interface as often as that of the server. */
static char *
server_address (const char *url)
{
  g_autofree char *address = g_strdup (url);

  for (gsize n = strlen (address); n > 0 && address[n - 1] == '/'; n--)
    address[n - 1] = '\0';
  if (g_str_has_suffix (address, RT_REST_PATH))
    address[strlen (address) - strlen (RT_REST_PATH)] = '\0';
  return g_steal_pointer (&address);
}

static gboolean
take_http (RtConnector *rt, const json_t *settings, const DkSecret *token, GError **error)
{
  const char *url = dk_json_get_text (settings, "url");
  const char *ca = dk_json_get_text (settings, "ca");
  g_autofree char *address = NULL;
  g_autoptr (GBytes) pem = NULL;
  DkHttpOptions options = { 0 };

  if (url == NULL)
    return refuse ("url", "is missing", error);
  if (ca != NULL && (strlen (ca) > CA_BYTES_MAX || strstr (ca, "-----BEGIN CERT") == NULL))
    return refuse ("ca", "is not a certificate in PEM form", error);
  if (!take_seconds (settings, "timeout_s", 60, TIMEOUT_MAX_S, &options.total_s, error))
    return FALSE;
  rt->base.call_s = options.total_s;
  pem = ca != NULL ? g_bytes_new (ca, strlen (ca)) : NULL;
  options.ca_pem = pem;
  address = server_address (url);
  rt->http = dk_http_new (address, &options, error);
  if (rt->http == NULL)
    return FALSE;
  rt->base.origin = g_strdup (dk_http_origin (rt->http));
  return dk_http_set_secret_header (rt->http, "Authorization", "token ", token, error);
}

static gboolean
take_settings (RtConnector *rt, const json_t *settings, const DkSecret *token, GError **error)
{
  rt->notify = dk_json_get_bool (settings, "notify", FALSE);
  return take_text (settings, "name", "rt", &rt->base.name, error)
         && take_text (settings, "queue", NULL, &rt->queue, error)
         && take_text (settings, "status_open", "open", &rt->status_open, error)
         && take_text (settings, "status_resolved", "resolved", &rt->status_resolved, error)
         && take_seconds (settings, "settle_s", SETTLE_DEFAULT_S, SETTLE_MAX_S, &rt->base.settle_s,
                          error)
         && take_fields (rt, settings, error) && take_priorities (rt, settings, error)
         && take_http (rt, settings, token, error);
}

DkConnector *
dk_rt_new (const json_t *settings, const DkSecret *token, GError **error)
{
  RtConnector *rt = g_new0 (RtConnector, 1);
  g_autoptr (DkConnector) connector = &rt->base;

  connector->class = &rt_class;
  connector->find_max = KEYS_PER_FIND;
  rt->queue_id = g_strdup ("");
  if (!take_settings (rt, settings, token, error))
    return NULL;
  return g_steal_pointer (&connector);
}
