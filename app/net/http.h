/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/base/secret.h"

G_BEGIN_DECLS

/* One HTTP 1.1 server, spoken to synchronously: never on the thread that owns the store. TLS 1.2 or
 * newer with the certificate checked, plain http to this PC alone, no redirects, no proxy or .netrc
 * from the surroundings, every answer bounded in size and time. One object per thread. */
typedef struct DkHttp DkHttp;

typedef struct {
  guint connect_s; /* 0 = 10 */
  guint total_s;   /* 0 = 120; one request with its answer */
  gsize body_max;  /* 0 = DK_LIMIT_HTTP_BODY_BYTES */
  guint slow_s;    /* give up after so long below 1,000 bytes a second; 0 = total_s alone counts */
  GBytes *ca_pem;  /* the only CAs that count, PEM; NULL = those of the system. Borrowed */
} DkHttpOptions;

/* What is known about the request, which decides if it may be sent again. */
typedef enum {
  DK_HTTP_ANSWERED, /* a whole answer came */
  DK_HTTP_NOT_SENT, /* provably nothing of the request left this PC */
  DK_HTTP_UNKNOWN,  /* some or all of it left, and no whole answer came: it may have been done */
} DkHttpOutcome;

/* Plain values; text is owned. */
typedef struct {
  DkHttpOutcome outcome;
  char *reason;       /* for people, why there is no answer; NULL if answered */
  int status;         /* 200, 404, ...; 0 if not answered */
  char *content_type; /* "application/json", lower case, without parameters; "" if not told */
  char *etag;         /* NULL if not told */
  char *last_modified; /* as the server wrote it; NULL if not told */
  gint64 date_ms;     /* the server's clock, whole seconds; 0 if not told */
  gboolean too_large; /* unanswered since more came, or was announced, than is accepted */
  int retry_after_s;  /* -1 if not told; at most a day */
  GBytes *body;       /* never NULL */
} DkHttpAnswer;

/* Takes the next bytes of an answer. FALSE ends the request; why is the taker's to remember. */
typedef gboolean (*DkHttpSink) (const void *bytes, gsize size, gpointer data);

typedef struct {
  const char *method;       /* "GET", "POST", "PUT", "PATCH", "DELETE", "MOVE", ... */
  const char *path;         /* below the base, with query, percent-encoded: "/REST/2.0/rt" */
  const char *content_type; /* of the body; NULL if there is none */
  const char *if_match;     /* an etag; NULL = none */
  const char *header;       /* one more "Name: value"; NULL = none */
  const char *const *headers; /* further ones, NULL-terminated; NULL = none */
  const void *body;         /* NULL = none */
  gsize body_size;
  DkHttpSink sink;          /* gets the body of a 200 instead of the answer; NULL = the answer */
  gpointer sink_data;
  guint64 sink_max;         /* bytes that may go to the sink */
} DkHttpRequest;

/* Prepares for a base such as "https://rt.hospital.example/rt": scheme, host, port and a path that
 * goes before that of each request. Nothing is sent. options may be NULL. DK_ERROR_INVALID: no such
 * URL, a name or password in it, a query, or plain http to another PC. */
DkHttp *dk_http_new (const char *base, const DkHttpOptions *options, GError **error) DK_CHECKED;

/* "https://rt.hospital.example:8443", lower case, the port only where it is not the scheme's own:
 * what a credential is bound to. Borrowed. */
const char *dk_http_origin (const DkHttp *http);

/* Adds "name: prefix + secret" to every request from now on, in locked memory; never logged, never
 * in a URL. A second call for a name replaces the first. DK_ERROR_INVALID if the secret holds a
 * byte that may not stand in a header. */
gboolean dk_http_set_secret_header (DkHttp *http, const char *name, const char *prefix,
                                    const DkSecret *secret, GError **error) DK_CHECKED;

/* Sends one request and waits. Never NULL: what went wrong is in the outcome, cancelling too. A
 * request other than GET, HEAD, OPTIONS and PROPFIND is sent at most once, whatever happens. Free
 * with dk_http_answer_free. */
DkHttpAnswer *dk_http_send (DkHttp *http, const DkHttpRequest *request, const DkJob *job);

/* Text made fit for a path or query: all but letters, digits and -._~ percent-encoded. New
 * string. Any thread. */
char *dk_http_escape (const char *text);

/* Frees the answer; NULL is fine. */
void dk_http_answer_free (DkHttpAnswer *answer);

/* Ends the connection and frees; NULL is fine. */
void dk_http_free (DkHttp *http);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkHttpAnswer, dk_http_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkHttp, dk_http_free)

G_END_DECLS
