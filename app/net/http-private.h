/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>

#include "app/net/http.h"

/* An answer while it comes in: what the callbacks of curl add up. */
typedef struct {
  DkHttpAnswer *answer;
  GByteArray *body;
  gsize body_max;
  gsize header_bytes;
  CURL *curl;
  DkHttpSink sink;     /* NULL where the body goes to the answer */
  gpointer sink_data;
  guint64 sink_left;   /* bytes */
  guint64 sink_max;
  char *retry_after;   /* raw */
  GCancellable *cancellable;
  gboolean must_be_loopback;
  gboolean started;    /* the connection stands and the request goes out next */
  gboolean too_big;
  gboolean sink_refused;
  gboolean cancelled;
  gboolean not_loopback;
} DkHttpExchange;

/* Callbacks of curl, all with a DkHttpExchange. */
size_t dk_http_on_header (char *bytes, size_t one, size_t size, void *data);
size_t dk_http_on_body (char *bytes, size_t one, size_t size, void *data);
int dk_http_on_progress (void *data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                         curl_off_t up);
int dk_http_on_connected (void *data, char *remote, char *local, int remote_port, int local_port);

/* Turns the result of curl into the outcome and its reason; takes the body over. */
void dk_http_finish (DkHttpExchange *exchange, CURL *curl, CURLcode result, const char *origin);
