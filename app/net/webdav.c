/* SPDX-License-Identifier: MIT */
#include "app/net/webdav.h"

#include <string.h>

#define LISTING_BYTES_MAX (2u << 20)
#define TOTAL_DEFAULT_S 300
#define SLOW_S 30
#define MARK_BYTES_MAX 200

/* What RFC 4918 calls an answer of several parts. */
#define STATUS_MULTI 207

static const char wanted[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
                             "<propfind xmlns=\"DAV:\"><prop><getlastmodified/><getcontentlength/>"
                             "<resourcetype/></prop></propfind>";

void
dk_webdav_result_clear (DkWebdavResult *result)
{
  g_clear_pointer (&result->reason, g_free);
  g_clear_pointer (&result->name, g_free);
  g_clear_pointer (&result->etag, g_free);
  g_clear_pointer (&result->last_modified, g_free);
}

static gboolean
settle (DkWebdavResult *result, DkWebdavOutcome outcome, char *reason)
{
  result->outcome = outcome;
  g_free (result->reason);
  result->reason = reason;
  return FALSE;
}

/* A mark of a server goes back to it as a header: only what may stand in one. */
static gboolean
is_usable_mark (const char *mark)
{
  if (mark == NULL || *mark == '\0' || strlen (mark) > MARK_BYTES_MAX)
    return FALSE;
  for (const char *p = mark; *p != '\0'; p++)
    if (!g_ascii_isprint (*p))
      return FALSE;
  return TRUE;
}

static gboolean
explain_status (DkWebdavResult *result, const char *origin, int status, gboolean is_list)
{
  if (status >= 300 && status < 400)
    return settle (result, DK_WEBDAV_REFUSED,
                   g_strdup_printf ("%s points to another address (%d), which is not followed. "
                                    "Give the route the address where the file really lies.",
                                    origin, status));
  if (status == 401 || status == 403 || status == 407)
    return settle (result, DK_WEBDAV_REFUSED,
                   g_strdup_printf ("%s wants a login (%d), and a locked kit has none. Put the "
                                    "packs where they can be read without one; their signature "
                                    "protects them.",
                                    origin, status));
  if (status == 404 || status == 410)
    return settle (result, DK_WEBDAV_REFUSED,
                   g_strdup_printf ("%s has nothing at this address (%d).", origin, status));
  if (is_list && (status == 405 || status == 501 || status == 200))
    return settle (result, DK_WEBDAV_REFUSED,
                   g_strdup_printf ("%s lists no files here (%d): it is no WebDAV collection. Give "
                                    "the route the address of the file itself.",
                                    origin, status));
  return settle (result, status >= 500 ? DK_WEBDAV_UNREACHABLE : DK_WEBDAV_REFUSED,
                 g_strdup_printf ("%s answered with status %d.", origin, status));
}

/* Sets the name in the result to the newest file of the collection. */
static gboolean
choose (DkHttp *http, const DkWebdavOptions *options, const DkJob *job, DkWebdavResult *result)
{
  const DkHttpRequest request = { .method = "PROPFIND",
                                  .path = "/",
                                  .content_type = "application/xml",
                                  .header = "Depth: 1",
                                  .body = wanted,
                                  .body_size = sizeof wanted - 1 };
  g_autoptr (DkHttpAnswer) answer = dk_http_send (http, &request, job);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) failed = NULL;
  const char *origin = dk_http_origin (http);

  if (answer->outcome != DK_HTTP_ANSWERED)
    return settle (result, DK_WEBDAV_UNREACHABLE, g_strdup (answer->reason));
  if (answer->status != STATUS_MULTI)
    return explain_status (result, origin, answer->status, TRUE);
  entries = dk_webdav_parse (answer->body, options->suffix, &failed);
  if (entries == NULL)
    return settle (result, DK_WEBDAV_REFUSED, g_strdup (failed->message));
  if (entries->len == 0)
    return settle (result, DK_WEBDAV_REFUSED,
                   g_strdup_printf ("%s has no %s file there.", origin, options->suffix));
  result->name = g_strdup (((const DkWebdavEntry *) g_ptr_array_index (entries, 0))->name);
  return TRUE;
}

static void
take_marks (DkWebdavResult *result, const DkHttpAnswer *answer)
{
  if (is_usable_mark (answer->etag))
    result->etag = g_strdup (answer->etag);
  if (is_usable_mark (answer->last_modified))
    result->last_modified = g_strdup (answer->last_modified);
}

/* The headers that ask for the file only if it is another one than before. New vector; NULL if
 * nothing is known of it. */
static char **
make_conditions (const DkWebdavOptions *options, const char *name)
{
  g_autoptr (GPtrArray) headers = NULL;

  if (g_strcmp0 (options->known_name, name) != 0)
    return NULL;
  headers = g_ptr_array_new_with_free_func (g_free);
  if (is_usable_mark (options->etag))
    g_ptr_array_add (headers, g_strdup_printf ("If-None-Match: %s", options->etag));
  if (is_usable_mark (options->last_modified))
    g_ptr_array_add (headers, g_strdup_printf ("If-Modified-Since: %s", options->last_modified));
  if (headers->len == 0)
    return NULL;
  g_ptr_array_add (headers, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&headers), FALSE);
}

static void
get_file (DkHttp *http, const DkWebdavOptions *options, const char *path, DkHttpSink sink,
          gpointer data, const DkJob *job, DkWebdavResult *result)
{
  g_auto (GStrv) conditions = make_conditions (options, result->name);
  const DkHttpRequest request = { .method = "GET",
                                  .path = path,
                                  .headers = (const char *const *) conditions,
                                  .sink = sink,
                                  .sink_data = data,
                                  .sink_max = options->size_max };
  g_autoptr (DkHttpAnswer) answer = dk_http_send (http, &request, job);

  if (answer->outcome != DK_HTTP_ANSWERED) {
    (void) settle (result, answer->too_large ? DK_WEBDAV_REFUSED : DK_WEBDAV_UNREACHABLE,
                   g_strdup (answer->reason));
  } else if (answer->status == 200) {
    take_marks (result, answer);
    result->outcome = DK_WEBDAV_FETCHED;
  } else if (answer->status == 304 && conditions != NULL) {
    result->etag = g_strdup (options->etag);
    result->last_modified = g_strdup (options->last_modified);
    result->outcome = DK_WEBDAV_SAME;
  } else if (answer->status == 304) {
    (void) settle (result, DK_WEBDAV_REFUSED,
                   g_strdup_printf ("%s says that nothing changed (304), though it was asked for "
                                    "the whole file.",
                                    dk_http_origin (http)));
  } else {
    (void) explain_status (result, dk_http_origin (http), answer->status, FALSE);
  }
}

gboolean
dk_webdav_fetch (const char *url, const DkWebdavOptions *options, DkHttpSink sink, gpointer data,
                 const DkJob *job, DkWebdavResult *result, GError **error)
{
  const DkHttpOptions limits
      = { .total_s = options->total_s != 0 ? options->total_s : TOTAL_DEFAULT_S,
          .slow_s = SLOW_S,
          .body_max = LISTING_BYTES_MAX,
          .ca_pem = options->ca_pem };
  g_autoptr (DkHttp) http = dk_http_new (url, &limits, error);
  g_autofree char *path = NULL;

  if (http == NULL)
    return FALSE;
  if (g_str_has_suffix (url, "/")) {
    g_autofree char *escaped = NULL;
    if (!choose (http, options, job, result))
      return TRUE;
    escaped = dk_http_escape (result->name);
    path = g_strconcat ("/", escaped, NULL);
  } else {
    const char *slash = strrchr (url, '/');
    result->name = g_strdup (slash != NULL ? slash + 1 : url);
    path = g_strdup ("");
  }
  get_file (http, options, path, sink, data, job, result);
  return TRUE;
}
