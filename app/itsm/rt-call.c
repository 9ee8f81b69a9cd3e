/* SPDX-License-Identifier: MIT */
#include "app/itsm/rt-private.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"

#define MESSAGE_CHARS_MAX 300

static json_t *
parse_body (const DkHttpAnswer *answer)
{
  gsize size;
  const char *text = g_bytes_get_data (answer->body, &size);

  if (strcmp (answer->content_type, "application/json") != 0 || size == 0)
    return NULL;
  return dk_json_parse (text, size, DK_LIMIT_JSON_BYTES, "the answer", NULL);
}

/* What RT says about a refusal, made fit to show. */
static char *
read_message (const json_t *document)
{
  const char *message = dk_json_get_text (document, "message");
  g_autofree char *safe = dk_text_printable (message != NULL ? message : "", FALSE);
  g_autofree char *line = dk_text_clean_line (safe);

  return line[0] != '\0' ? dk_text_shorten (line, MESSAGE_CHARS_MAX) : g_strdup ("no reason");
}

static DkConnectorCode
judge_liar (const RtConnector *rt, const DkHttpAnswer *answer, DkConnectorReply *reply)
{
  g_autofree char *type = dk_text_printable (answer->content_type, FALSE);

  if (answer->status >= 300 && answer->status < 400)
    dk_connector_reply_set (reply,
                            "%s sends us on to another address (status %d). That is not followed; "
                            "set the address that Request Tracker really has.",
                            rt->base.origin, answer->status);
  else
    dk_connector_reply_set (reply,
                            "%s did not answer as Request Tracker does (status %d, %s). A portal "
                            "or proxy may stand between; open the address in a browser on this PC.",
                            rt->base.origin, answer->status,
                            type[0] != '\0' ? type : "no content type");
  return DK_CONNECTOR_LIES;
}

static DkConnectorCode
judge_busy (const RtConnector *rt, const DkHttpAnswer *answer, gboolean changes,
            DkConnectorReply *reply)
{
  gboolean unknown = changes && answer->status != 429;

  reply->retry_after_s = answer->retry_after_s;
  dk_connector_reply_set (reply, "%s asks to wait (status %d)%s.", rt->base.origin, answer->status,
                          unknown ? "; what was sent may have been done all the same" : "");
  return unknown ? DK_CONNECTOR_UNKNOWN : DK_CONNECTOR_RETRY_AFTER;
}

static DkConnectorCode
judge_refusal (const RtConnector *rt, const DkHttpAnswer *answer, const json_t *document,
               DkConnectorReply *reply)
{
  g_autofree char *message = read_message (document);

  if (answer->status == 401) {
    dk_connector_reply_set (reply,
                            "Request Tracker at %s does not accept the token. Nothing was changed; "
                            "make a new token there and enter it for this connector.",
                            rt->base.origin);
    return DK_CONNECTOR_AUTH;
  }
  if (document == NULL)
    return judge_liar (rt, answer, reply);
  if (answer->status == 403) {
    dk_connector_reply_set (reply,
                            "Request Tracker refuses it: %s. Is there a queue \"%s\", and may the "
                            "user of this token see it and create and change tickets there?",
                            message, rt->queue);
    return DK_CONNECTOR_AUTH;
  }
  dk_connector_reply_set (reply, "Request Tracker refuses it: %s (status %d).", message,
                          answer->status);
  return DK_CONNECTOR_REJECTED;
}

static DkConnectorCode
judge (const RtConnector *rt, const DkHttpAnswer *answer, const json_t *document, gboolean changes,
       DkConnectorReply *reply)
{
  if (answer->outcome != DK_HTTP_ANSWERED) {
    dk_connector_reply_set (reply, "%s", answer->reason);
    return answer->outcome == DK_HTTP_NOT_SENT ? DK_CONNECTOR_NOT_SENT : DK_CONNECTOR_UNKNOWN;
  }
  if (answer->status == 429 || answer->status == 503)
    return judge_busy (rt, answer, changes, reply);
  if (answer->status >= 500) {
    dk_connector_reply_set (reply, "%s failed (status %d).", rt->base.origin, answer->status);
    return DK_CONNECTOR_UNKNOWN;
  }
  if (answer->status >= 400)
    return judge_refusal (rt, answer, document, reply);
  if (answer->status < 200 || answer->status >= 300 || document == NULL)
    return judge_liar (rt, answer, reply);
  return DK_CONNECTOR_OK;
}

DkConnectorCode
dk_rt_call (RtConnector *rt, const char *method, const char *path, const json_t *body,
            json_t **document, int *status, gint64 *date_ms, const DkJob *job,
            DkConnectorReply *reply)
{
  g_autofree char *full = g_strconcat (RT_REST_PATH, path, NULL);
  g_autofree char *text = body != NULL ? dk_json_text (body, TRUE) : NULL;
  g_autoptr (DkHttpAnswer) answer = NULL;
  g_autoptr (json_t) parsed = NULL;
  DkHttpRequest request = { .method = method,
                            .path = full,
                            .header = "Accept: application/json",
                            .content_type = body != NULL ? "application/json" : NULL,
                            .body = text,
                            .body_size = text != NULL ? strlen (text) : 0 };
  DkConnectorCode code;

  answer = dk_http_send (rt->http, &request, job);
  parsed = parse_body (answer);
  code = judge (rt, answer, parsed, strcmp (method, "GET") != 0, reply);
  if (status != NULL)
    *status = answer->status;
  if (date_ms != NULL)
    *date_ms = answer->date_ms;
  if (code == DK_CONNECTOR_OK && document != NULL)
    *document = g_steal_pointer (&parsed);
  return code;
}

char *
dk_rt_scalar (const json_t *value)
{
  if (json_is_string (value))
    return g_strdup (json_string_value (value));
  if (json_is_integer (value))
    return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) json_integer_value (value));
  return NULL;
}
