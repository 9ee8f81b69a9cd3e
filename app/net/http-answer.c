/* SPDX-License-Identifier: MIT */
#include "app/net/http-private.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"

#define HEADER_BYTES_MAX (64u << 10)
#define STATUS_OK 200
#define RETRY_AFTER_MAX_S 86400

/* What X509_verify_cert reports; the number is part of its stable interface. */
#define CERT_NOT_YET_VALID 9
#define CERT_HAS_EXPIRED 10

static void
reset_headers (DkHttpExchange *exchange)
{
  DkHttpAnswer *answer = exchange->answer;

  g_free (answer->content_type);
  answer->content_type = g_strdup ("");
  g_clear_pointer (&answer->etag, g_free);
  g_clear_pointer (&answer->last_modified, g_free);
  answer->date_ms = 0;
  g_clear_pointer (&exchange->retry_after, g_free);
}

static char *
take_media_type (const char *value)
{
  g_autofree char *type = g_strndup (value, strcspn (value, ";"));

  return g_ascii_strdown (g_strstrip (type), -1);
}

static void
take_header (DkHttpExchange *exchange, const char *name, const char *value)
{
  DkHttpAnswer *answer = exchange->answer;

  if (g_ascii_strcasecmp (name, "Content-Type") == 0) {
    g_free (answer->content_type);
    answer->content_type = take_media_type (value);
  } else if (g_ascii_strcasecmp (name, "ETag") == 0) {
    g_free (answer->etag);
    answer->etag = g_strdup (value);
  } else if (g_ascii_strcasecmp (name, "Last-Modified") == 0) {
    g_free (answer->last_modified);
    answer->last_modified = g_strdup (value);
  } else if (g_ascii_strcasecmp (name, "Date") == 0) {
    time_t seconds = curl_getdate (value, NULL);
    answer->date_ms = seconds > 0 ? (gint64) seconds * 1000 : 0;
  } else if (g_ascii_strcasecmp (name, "Retry-After") == 0) {
    g_free (exchange->retry_after);
    exchange->retry_after = g_strdup (value);
  }
}

size_t
dk_http_on_header (char *bytes, size_t one, size_t size, void *data)
{
  DkHttpExchange *exchange = data;
  g_autofree char *raw = g_strndup (bytes, size);
  g_autofree char *line = g_utf8_make_valid (raw, -1);
  char *colon;

  exchange->header_bytes += size;
  if (exchange->header_bytes > HEADER_BYTES_MAX) {
    exchange->too_big = TRUE;
    return 0;
  }
  g_strstrip (line);
  if (g_str_has_prefix (line, "HTTP/")) {
    reset_headers (exchange);
  } else if ((colon = strchr (line, ':')) != NULL) {
    *colon = '\0';
    take_header (exchange, line, g_strstrip (colon + 1));
  }
  return size;
}

/* Only a 200 is what was asked for; what a server writes to explain an error is not. */
static gboolean
goes_to_sink (const DkHttpExchange *exchange)
{
  long status = 0;

  if (exchange->sink != NULL)
    (void) curl_easy_getinfo (exchange->curl, CURLINFO_RESPONSE_CODE, &status);
  return status == STATUS_OK;
}

static size_t
hand_to_sink (DkHttpExchange *exchange, const char *bytes, size_t size)
{
  if (size > exchange->sink_left) {
    exchange->too_big = TRUE;
    return 0;
  }
  exchange->sink_left -= size;
  if (!exchange->sink (bytes, size, exchange->sink_data)) {
    exchange->sink_refused = TRUE;
    return 0;
  }
  return size;
}

size_t
dk_http_on_body (char *bytes, size_t one, size_t size, void *data)
{
  DkHttpExchange *exchange = data;

  if (size > 0 && goes_to_sink (exchange))
    return hand_to_sink (exchange, bytes, size);
  if (size > exchange->body_max - exchange->body->len) {
    exchange->too_big = TRUE;
    return 0;
  }
  g_byte_array_append (exchange->body, (const guint8 *) bytes, (guint) size);
  return size;
}

int
dk_http_on_progress (void *data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                     curl_off_t up)
{
  DkHttpExchange *exchange = data;

  if (g_cancellable_is_cancelled (exchange->cancellable))
    exchange->cancelled = TRUE;
  return exchange->cancelled ? 1 : 0;
}

static gboolean
is_loopback (const char *address)
{
  return g_str_has_prefix (address, "127.") || strcmp (address, "::1") == 0
         || g_str_has_prefix (address, "::ffff:127.");
}

int
dk_http_on_connected (void *data, char *remote, char *local, int remote_port, int local_port)
{
  DkHttpExchange *exchange = data;

  if (exchange->must_be_loopback && !is_loopback (remote)) {
    exchange->not_loopback = TRUE;
    return CURL_PREREQFUNC_ABORT;
  }
  exchange->started = TRUE;
  return CURL_PREREQFUNC_OK;
}

static int
read_retry_after (const DkHttpExchange *exchange)
{
  const char *text = exchange->retry_after;
  guint64 seconds;
  gint64 from_ms, wait_s;
  time_t date;

  if (text == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &seconds, NULL))
    return (int) MIN (seconds, RETRY_AFTER_MAX_S);
  date = curl_getdate (text, NULL);
  if (date <= 0)
    return -1;
  from_ms = exchange->answer->date_ms != 0 ? exchange->answer->date_ms : dk_clock_wall_ms ();
  wait_s = (gint64) date - from_ms / 1000;
  return (int) CLAMP (wait_s, 0, RETRY_AFTER_MAX_S);
}

static char *
explain_certificate (CURL *curl, const char *origin)
{
  long verdict = 0;

  (void) curl_easy_getinfo (curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
  if (verdict == CERT_NOT_YET_VALID || verdict == CERT_HAS_EXPIRED) {
    g_autofree char *now = dk_time_format_local (dk_clock_wall_ms ());
    return g_strdup_printf ("The certificate of %s is not valid at this PC's date, %s. Nothing was "
                            "sent. Check the clock of this PC first, then the certificate.",
                            origin, now);
  }
  return g_strdup_printf (
      "The certificate of %s is not one that this kit trusts. Nothing was sent. "
      "Ask the administrator which CA signs it; it is set with the connector.",
      origin);
}

static char *
explain_aborted (const DkHttpExchange *exchange, const char *origin)
{
  if (exchange->not_loopback)
    return g_strdup_printf ("%s is not on this PC, and plain http goes to this PC alone. Nothing "
                            "was sent; use https.",
                            origin);
  return g_strdup ("It was cancelled.");
}

static guint64
bytes_max (const DkHttpExchange *exchange)
{
  return exchange->sink != NULL ? exchange->sink_max : exchange->body_max;
}

static char *
explain (const DkHttpExchange *exchange, CURL *curl, CURLcode result, const char *origin)
{
  switch (result) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return g_strdup_printf ("The name of %s could not be looked up. Nothing was sent. The network "
                            "or DNS may still be down; try again later.",
                            origin);
  case CURLE_COULDNT_CONNECT:
    return g_strdup_printf ("%s takes no connections. Nothing was sent; try again when it is up.",
                            origin);
  case CURLE_PEER_FAILED_VERIFICATION:
    return explain_certificate (curl, origin);
  case CURLE_SSL_CONNECT_ERROR:
    return g_strdup_printf ("%s does not offer a secure connection (TLS 1.2 or newer). Nothing was "
                            "sent. Is the address right?",
                            origin);
  case CURLE_SSL_CACERT_BADFILE:
    return g_strdup ("The CA certificate that is set for this connection is not readable as PEM. "
                     "Nothing was sent.");
  case CURLE_ABORTED_BY_CALLBACK:
    return explain_aborted (exchange, origin);
  case CURLE_OPERATION_TIMEDOUT:
    return g_strdup_printf ("%s did not answer in time.", origin);
  default:
    break;
  }
  if (exchange->too_big || result == CURLE_FILESIZE_EXCEEDED)
    return g_strdup_printf ("%s answered with more than the %" G_GUINT64_FORMAT " bytes that are "
                            "accepted.",
                            origin, bytes_max (exchange));
  if (exchange->sink_refused)
    return g_strdup_printf ("What %s sent was refused while it came in.", origin);
  return g_strdup_printf ("The connection to %s broke before the whole answer had come (%s).",
                          origin, curl_easy_strerror (result));
}

void
dk_http_finish (DkHttpExchange *exchange, CURL *curl, CURLcode result, const char *origin)
{
  DkHttpAnswer *answer = exchange->answer;
  long status = 0;

  if (result == CURLE_OK) {
    (void) curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
    answer->outcome = DK_HTTP_ANSWERED;
    answer->status = (int) status;
    answer->retry_after_s = read_retry_after (exchange);
    answer->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
    return;
  }
  reset_headers (exchange);
  answer->outcome = exchange->started ? DK_HTTP_UNKNOWN : DK_HTTP_NOT_SENT;
  answer->reason = explain (exchange, curl, result, origin);
  answer->too_large = exchange->too_big || result == CURLE_FILESIZE_EXCEEDED;
  answer->body = g_bytes_new_static ("", 0);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
}

void
dk_http_answer_free (DkHttpAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->reason);
  g_free (answer->content_type);
  g_free (answer->etag);
  g_free (answer->last_modified);
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_free (answer);
}
