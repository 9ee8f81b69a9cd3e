/* SPDX-License-Identifier: MIT */
#include "app/net/http.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/net/http-private.h"

#define CONNECT_DEFAULT_S 10
#define TOTAL_DEFAULT_S 120
#define URL_BYTES_MAX 2000
#define SECRET_HEADERS_MAX 4
#define SLOW_BYTES_A_SECOND 1000L

struct DkHttp {
  CURL *curl;
  char *base; /* without a slash at its end */
  char *origin;
  gboolean plain;
  DkHttpOptions options;
  GPtrArray *secrets; /* SecretHeader */
};

typedef struct {
  char *name;
  DkSecret *line; /* the whole header with its NUL: curl reads it where it is */
} SecretHeader;

static void
free_secret_header (gpointer data)
{
  SecretHeader *header = data;

  g_free (header->name);
  dk_secret_free (header->line);
  g_free (header);
}

static void
start_curl (void)
{
  static gsize started;

  if (g_once_init_enter (&started)) {
    if (curl_global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK)
      g_error ("libcurl does not start");
    g_once_init_leave (&started, 1);
  }
}

static char *
get_part (CURLU *url, CURLUPart part, unsigned flags)
{
  char *text = NULL;
  char *copy;

  if (curl_url_get (url, part, &text, flags) != CURLUE_OK)
    return NULL;
  copy = g_strdup (text);
  curl_free (text);
  return copy;
}

static gboolean
refuse_url (const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The address of the server %s. Nothing was changed; write it like "
               "https://rt.hospital.example.",
               why);
  return FALSE;
}

static gboolean
host_is_this_pc (const char *host)
{
  return g_str_has_prefix (host, "127.") || strcmp (host, "localhost") == 0
         || strcmp (host, "[::1]") == 0;
}

static gboolean
check_parts (CURLU *url, gboolean plain, const char *host, GError **error)
{
  g_autofree char *user = get_part (url, CURLUPART_USER, 0);
  g_autofree char *password = get_part (url, CURLUPART_PASSWORD, 0);
  g_autofree char *query = get_part (url, CURLUPART_QUERY, 0);
  g_autofree char *fragment = get_part (url, CURLUPART_FRAGMENT, 0);

  if (user != NULL || password != NULL)
    return refuse_url ("may not hold a name or password", error);
  if (query != NULL || fragment != NULL)
    return refuse_url ("may not hold a query (?) or a fragment (#)", error);
  if (plain && !host_is_this_pc (host))
    return refuse_url ("is plain http, which goes to this PC alone; use https", error);
  return TRUE;
}

/* Sets base, origin and plain. */
static gboolean
read_base (DkHttp *http, const char *base, GError **error)
{
  g_autoptr (GString) clean = g_string_new (base);
  g_autofree char *scheme = NULL, *host = NULL, *port = NULL, *lower = NULL;
  CURLU *url = curl_url ();
  gboolean fine;

  g_assert (url != NULL);
  fine = clean->len <= URL_BYTES_MAX && g_str_is_ascii (base)
         && curl_url_set (url, CURLUPART_URL, base, 0) == CURLUE_OK;
  if (fine) {
    scheme = get_part (url, CURLUPART_SCHEME, 0);
    host = get_part (url, CURLUPART_HOST, 0);
    port = get_part (url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  }
  if (!fine || host == NULL || (strcmp (scheme, "https") != 0 && strcmp (scheme, "http") != 0)) {
    curl_url_cleanup (url);
    return refuse_url ("is not one that begins with https:// and a name", error);
  }
  lower = g_ascii_strdown (host, -1);
  http->plain = strcmp (scheme, "http") == 0;
  fine = check_parts (url, http->plain, lower, error);
  curl_url_cleanup (url);
  if (!fine)
    return FALSE;
  while (clean->len > 0 && clean->str[clean->len - 1] == '/')
    g_string_truncate (clean, clean->len - 1);
  http->base = g_strdup (clean->str);
  http->origin
      = g_strconcat (scheme, "://", lower, port != NULL ? ":" : "", port != NULL ? port : "", NULL);
  return TRUE;
}

DkHttp *
dk_http_new (const char *base, const DkHttpOptions *options, GError **error)
{
  g_autoptr (DkHttp) http = g_new0 (DkHttp, 1);

  start_curl ();
  http->secrets = g_ptr_array_new_with_free_func (free_secret_header);
  if (options != NULL)
    http->options = *options;
  if (http->options.ca_pem != NULL)
    g_bytes_ref (http->options.ca_pem);
  if (http->options.connect_s == 0)
    http->options.connect_s = CONNECT_DEFAULT_S;
  if (http->options.total_s == 0)
    http->options.total_s = TOTAL_DEFAULT_S;
  if (http->options.body_max == 0)
    http->options.body_max = DK_LIMIT_HTTP_BODY_BYTES;
  if (!read_base (http, base, error))
    return NULL;
  http->curl = curl_easy_init ();
  g_assert (http->curl != NULL);
  return g_steal_pointer (&http);
}

const char *
dk_http_origin (const DkHttp *http)
{
  return http->origin;
}

static gboolean
may_stand_in_header (const guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++) {
    if (bytes[i] < 0x20 || bytes[i] >= 0x7f)
      return FALSE;
  }
  return size > 0 && size <= DK_LIMIT_PASSPHRASE_BYTES;
}

gboolean
dk_http_set_secret_header (DkHttp *http, const char *name, const char *prefix,
                           const DkSecret *secret, GError **error)
{
  g_autofree char *head = g_strconcat (name, ": ", prefix, NULL);
  gsize head_size = strlen (head);
  gsize size = dk_secret_size (secret);
  SecretHeader *header;

  if (!may_stand_in_header (dk_secret_get (secret), size)) {
    g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID,
                         "The credential is empty, longer than 1,024 bytes, or holds characters "
                         "that no token has. Nothing was changed; copy it again.");
    return FALSE;
  }
  for (guint i = http->secrets->len; i > 0; i--) {
    SecretHeader *old = g_ptr_array_index (http->secrets, i - 1);
    if (g_ascii_strcasecmp (old->name, name) == 0)
      g_ptr_array_remove_index (http->secrets, i - 1);
  }
  g_assert (http->secrets->len < SECRET_HEADERS_MAX);
  header = g_new0 (SecretHeader, 1);
  header->name = g_strdup (name);
  header->line = dk_secret_new (head_size + size + 1);
  memcpy (dk_secret_get_mutable (header->line), head, head_size);
  memcpy (dk_secret_get_mutable (header->line) + head_size, dk_secret_get (secret), size);
  g_ptr_array_add (http->secrets, header);
  return TRUE;
}

static gboolean
is_repeatable (const char *method)
{
  static const char *const repeatable[] = { "GET", "HEAD", "OPTIONS", "PROPFIND", NULL };

  return g_strv_contains (repeatable, method);
}

static void
check_request (const DkHttpRequest *request)
{
  g_assert (request->path[0] == '/' || request->path[0] == '\0');
  for (const char *p = request->path; *p != '\0'; p++)
    g_assert (g_ascii_isgraph (*p));
  for (const char *p = request->method; *p != '\0'; p++)
    g_assert (g_ascii_isupper (*p));
  g_assert (request->body != NULL || request->body_size == 0);
}

static struct curl_slist *
append_header (struct curl_slist *list, const char *name, const char *value)
{
  g_autofree char *line = g_strdup_printf ("%s: %s", name, value);
  struct curl_slist *longer;

  for (const char *p = line; *p != '\0'; p++)
    g_assert (!g_ascii_iscntrl (*p));
  longer = curl_slist_append (list, line);
  g_assert (longer != NULL);
  return longer;
}

static struct curl_slist *
make_headers (const DkHttpRequest *request)
{
  struct curl_slist *list = curl_slist_append (NULL, "Expect:");

  g_assert (list != NULL);
  if (request->content_type != NULL)
    list = append_header (list, "Content-Type", request->content_type);
  if (request->if_match != NULL)
    list = append_header (list, "If-Match", request->if_match);
  if (request->header != NULL) {
    list = curl_slist_append (list, request->header);
    g_assert (list != NULL);
  }
  for (gsize i = 0; request->headers != NULL && request->headers[i] != NULL; i++) {
    list = curl_slist_append (list, request->headers[i]);
    g_assert (list != NULL);
  }
  return list;
}

static void
set_limits (DkHttp *http)
{
  CURL *curl = http->curl;

  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, http->plain ? "http" : "https");
  curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  curl_easy_setopt (curl, CURLOPT_MAXCONNECTS, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, (long) http->options.connect_s);
  curl_easy_setopt (curl, CURLOPT_TIMEOUT, (long) http->options.total_s);
  if (http->options.slow_s > 0) {
    curl_easy_setopt (curl, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES_A_SECOND);
    curl_easy_setopt (curl, CURLOPT_LOW_SPEED_TIME, (long) http->options.slow_s);
  }
  curl_easy_setopt (curl, CURLOPT_USERAGENT, "downtime-kit/" DK_VERSION);
}

static void
set_tls (DkHttp *http)
{
  CURL *curl = http->curl;

  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  if (http->options.ca_pem != NULL) {
    gsize size;
    struct curl_blob blob = { .flags = CURL_BLOB_COPY };
    blob.data = (gpointer) (guintptr) g_bytes_get_data (http->options.ca_pem, &size);
    blob.len = size;
    /* Without these two the CAs of the system would count beside the given ones. */
    curl_easy_setopt (curl, CURLOPT_CAINFO, NULL);
    curl_easy_setopt (curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt (curl, CURLOPT_CAINFO_BLOB, &blob);
  }
}

static void
set_request (DkHttp *http, const DkHttpRequest *request)
{
  CURL *curl = http->curl;

  curl_off_t bytes_max = (curl_off_t) http->options.body_max;

  if (request->sink != NULL)
    bytes_max = MAX (bytes_max, (curl_off_t) request->sink_max);
  curl_easy_setopt (curl, CURLOPT_MAXFILESIZE_LARGE, bytes_max);
  if (strcmp (request->method, "HEAD") == 0)
    curl_easy_setopt (curl, CURLOPT_NOBODY, 1L);
  if (request->body != NULL) {
    curl_easy_setopt (curl, CURLOPT_POSTFIELDS, request->body);
    curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body_size);
  }
  curl_easy_setopt (curl, CURLOPT_CUSTOMREQUEST, request->method);
  /* On a connection that was used before curl sends a request again, a POST too, if the server
   * closes it without a word: then the first one may have been done. */
  if (!is_repeatable (request->method))
    curl_easy_setopt (curl, CURLOPT_FRESH_CONNECT, 1L);
}

static void
set_callbacks (DkHttp *http, DkHttpExchange *exchange)
{
  CURL *curl = http->curl;

  curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, dk_http_on_header);
  curl_easy_setopt (curl, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, dk_http_on_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, exchange);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, dk_http_on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, exchange);
  curl_easy_setopt (curl, CURLOPT_PREREQFUNCTION, dk_http_on_connected);
  curl_easy_setopt (curl, CURLOPT_PREREQDATA, exchange);
}

/* The secret headers go before the others in nodes of their own, so that curl does not copy them
 * into a list of its own. */
static CURLcode
perform (DkHttp *http, struct curl_slist *headers)
{
  struct curl_slist nodes[SECRET_HEADERS_MAX];
  struct curl_slist *first = headers;
  CURLcode result;

  for (guint i = 0; i < http->secrets->len; i++) {
    SecretHeader *header = g_ptr_array_index (http->secrets, i);
    nodes[i].data = (char *) dk_secret_get_mutable (header->line);
    nodes[i].next = first;
    first = &nodes[i];
  }
  curl_easy_setopt (http->curl, CURLOPT_HTTPHEADER, first);
  result = curl_easy_perform (http->curl);
  curl_easy_setopt (http->curl, CURLOPT_HTTPHEADER, NULL);
  return result;
}

DkHttpAnswer *
dk_http_send (DkHttp *http, const DkHttpRequest *request, const DkJob *job)
{
  g_autoptr (DkHttpAnswer) answer = g_new0 (DkHttpAnswer, 1);
  g_autofree char *url = g_strconcat (http->base, request->path, NULL);
  DkHttpExchange exchange = { .answer = answer,
                              .body = g_byte_array_new (),
                              .body_max = http->options.body_max,
                              .curl = http->curl,
                              .sink = request->sink,
                              .sink_data = request->sink_data,
                              .sink_left = request->sink_max,
                              .sink_max = request->sink_max,
                              .cancellable = job != NULL ? job->cancellable : NULL,
                              .must_be_loopback = http->plain };
  struct curl_slist *headers;
  CURLcode result;

  check_request (request);
  answer->content_type = g_strdup ("");
  answer->retry_after_s = -1;
  curl_easy_reset (http->curl); /* keeps the connection */
  set_limits (http);
  set_tls (http);
  set_request (http, request);
  set_callbacks (http, &exchange);
  curl_easy_setopt (http->curl, CURLOPT_URL, url);
  headers = make_headers (request);
  if (g_cancellable_is_cancelled (exchange.cancellable))
    result = CURLE_ABORTED_BY_CALLBACK;
  else
    result = perform (http, headers);
  curl_slist_free_all (headers);
  dk_http_finish (&exchange, http->curl, result, http->origin);
  g_free (exchange.retry_after);
  return g_steal_pointer (&answer);
}

char *
dk_http_escape (const char *text)
{
  return g_uri_escape_string (text, NULL, FALSE);
}

void
dk_http_free (DkHttp *http)
{
  if (http == NULL)
    return;
  if (http->curl != NULL)
    curl_easy_cleanup (http->curl);
  g_clear_pointer (&http->secrets, g_ptr_array_unref);
  g_clear_pointer (&http->options.ca_pem, g_bytes_unref);
  g_free (http->base);
  g_free (http->origin);
  g_free (http);
}
