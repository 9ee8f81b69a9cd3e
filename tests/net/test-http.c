/* SPDX-License-Identifier: MIT */
/* Goal: an answer is whole, or it is said exactly if the request may have been done; nothing goes
 * to where it should not. Method: a server on 127.0.0.1 that misbehaves by path and counts what it
 * got, in plain and with certificates that are good, foreign, expired and of another name. */
#include "app/net/http.h"

#include <string.h>

#include "tests/support/support.h"

#define BODY_MAX (1u << 20)

static char *base;

static GSubprocess *
start_server (const char *cert, const char *key, char **port)
{
  g_autofree char *script = dk_test_source_path ("tests/net/hostile_server.py");
  const char *argv[]
      = { "/usr/bin/python3", script, "--seconds", "90", NULL, NULL, NULL, NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  GSubprocess *server;

  if (cert != NULL) {
    argv[4] = "--cert";
    argv[5] = cert;
    argv[6] = "--key";
    argv[7] = key;
  }
  server = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  *port = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (*port);
  return server;
}

static void
stop_server (GSubprocess *server)
{
  g_subprocess_force_exit (server);
  g_assert_true (g_subprocess_wait (server, NULL, NULL));
  g_object_unref (server);
}

static DkHttp *
open_for (const char *url, GBytes *ca, guint total_s)
{
  DkHttpOptions options
      = { .connect_s = 3, .total_s = total_s, .body_max = BODY_MAX, .ca_pem = ca };
  g_autoptr (GError) error = NULL;
  DkHttp *http = dk_http_new (url, &options, &error);

  g_assert_no_error (error);
  return http;
}

static DkHttp *
open_at (const char *url, GBytes *ca)
{
  return open_for (url, ca, 10);
}

static DkHttpAnswer *
ask (DkHttp *http, const char *method, const char *path)
{
  DkHttpRequest request = { .method = method, .path = path };

  if (strcmp (method, "GET") != 0) {
    request.body = "{}";
    request.body_size = 2;
    request.content_type = "application/json";
  }
  return dk_http_send (http, &request, NULL);
}

static guint
count (const char *name)
{
  g_autoptr (DkHttp) http = open_at (base, NULL);
  g_autofree char *path = g_strdup_printf ("/count/%s", name);
  g_autoptr (DkHttpAnswer) answer = ask (http, "GET", path);
  g_autofree char *text = NULL;

  g_assert_cmpint (answer->outcome, ==, DK_HTTP_ANSWERED);
  text = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  return (guint) g_ascii_strtoull (text, NULL, 10);
}

static void
test_answer (void)
{
  g_autoptr (DkHttp) http = open_at (base, NULL);
  g_autoptr (DkHttpAnswer) answer = ask (http, "GET", "/echo");

  g_assert_cmpint (answer->outcome, ==, DK_HTTP_ANSWERED);
  g_assert_cmpint (answer->status, ==, 200);
  g_assert_cmpstr (answer->content_type, ==, "application/json");
  g_assert_cmpstr (answer->etag, ==, "\"7\"");
  g_assert_cmpint (answer->date_ms, ==, G_GINT64_CONSTANT (1795348800000));
  g_assert_cmpint (answer->retry_after_s, ==, -1);
  g_assert_null (answer->reason);
  g_assert_cmpuint (g_bytes_get_size (answer->body), >, 10);
}

static void
test_retry_after (void)
{
  g_autoptr (DkHttp) http = open_at (base, NULL);
  g_autoptr (DkHttpAnswer) seconds = ask (http, "GET", "/retry");
  g_autoptr (DkHttpAnswer) date = ask (http, "GET", "/retry-date");
  g_autoptr (DkHttpAnswer) hints = ask (http, "GET", "/continue");

  g_assert_cmpint (seconds->status, ==, 429);
  g_assert_cmpint (seconds->retry_after_s, ==, 7);
  g_assert_cmpint (date->status, ==, 503);
  g_assert_cmpint (date->retry_after_s, ==, 30);
  g_assert_cmpstr (hints->content_type, ==, "application/json");
}

/* Each of these must be UNKNOWN, with the request at the server exactly once. */
static void
test_broken_answers_are_unknown (void)
{
  static const char *const names[]
      = { "hang", "slow", "reset", "silent", "part", "garbage", "big", "big-head", "big-length" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (DkHttp) http = open_for (base, NULL, i < 2 ? 1 : 10);
    g_autofree char *path = g_strdup_printf ("/%s", names[i]);
    gint64 start_us = g_get_monotonic_time ();
    g_autoptr (DkHttpAnswer) answer = ask (http, "POST", path);
    g_test_message ("%s: %s", names[i], answer->reason);
    g_assert_cmpint (answer->outcome, ==, DK_HTTP_UNKNOWN);
    g_assert_nonnull (answer->reason);
    g_assert_cmpint (answer->status, ==, 0);
    g_assert_cmpuint (g_bytes_get_size (answer->body), ==, 0);
    g_assert_cmpint (g_get_monotonic_time () - start_us, <, 6 * G_USEC_PER_SEC);
    g_assert_cmpuint (count (names[i]), ==, 1);
  }
}

/* curl alone would send the second POST twice: shown by GET, which it does repeat. */
static void
test_change_is_sent_once_on_a_used_connection (void)
{
  g_autoptr (DkHttp) http = open_at (base, NULL);
  g_autoptr (DkHttpAnswer) first = ask (http, "GET", "/json");
  g_autoptr (DkHttpAnswer) post = ask (http, "POST", "/silent-if-used");
  g_autoptr (DkHttpAnswer) get = NULL;

  g_assert_cmpint (first->outcome, ==, DK_HTTP_ANSWERED);
  g_assert_cmpint (post->outcome, ==, DK_HTTP_ANSWERED);
  g_assert_cmpuint (count ("silent-if-used"), ==, 1);
  get = ask (http, "GET", "/silent-if-used");
  g_assert_cmpint (get->outcome, ==, DK_HTTP_ANSWERED);
  g_assert_cmpuint (count ("silent-if-used"), ==, 3);
}

static void
test_nothing_listens_is_not_sent (void)
{
  g_autoptr (DkHttp) http = open_at ("http://127.0.0.1:1", NULL);
  g_autoptr (DkHttpAnswer) answer = ask (http, "POST", "/x");

  g_assert_cmpint (answer->outcome, ==, DK_HTTP_NOT_SENT);
  g_assert_nonnull (strstr (answer->reason, "Nothing was sent"));
}

static void
test_redirect_is_not_followed (void)
{
  g_autoptr (DkHttp) http = open_at (base, NULL);
  guint before = count ("echo");
  g_autoptr (DkHttpAnswer) answer = ask (http, "GET", "/redirect");

  g_assert_cmpint (answer->status, ==, 302);
  g_assert_cmpuint (count ("echo"), ==, before);
}

static void
test_secret_header (void)
{
  g_autoptr (DkHttp) http = open_at (base, NULL);
  g_autoptr (DkSecret) token = dk_secret_new_copy ("1-31-abc", 8);
  g_autoptr (DkSecret) bad = dk_secret_new_copy ("a\r\nX: y", 7);
  g_autoptr (DkSecret) empty = dk_secret_new (0);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkHttpAnswer) answer = NULL;
  g_autofree char *text = NULL;

  g_assert_false (dk_http_set_secret_header (http, "Authorization", "token ", bad, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (dk_http_set_secret_header (http, "Authorization", "token ", empty, &error));
  g_clear_error (&error);
  g_assert_true (dk_http_set_secret_header (http, "authorization", "old ", token, &error));
  g_assert_true (dk_http_set_secret_header (http, "Authorization", "token ", token, &error));
  answer = ask (http, "POST", "/echo");
  text = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  g_assert_nonnull (strstr (text, "\"authorization\": \"token 1-31-abc\""));
  g_assert_null (strstr (text, "expect"));
}

static void
test_surroundings_do_not_count (void)
{
  g_autoptr (DkHttp) http = open_at (base, NULL);
  g_autoptr (DkHttpAnswer) answer = NULL;

  g_assert_nonnull (g_getenv ("http_proxy")); /* set by main */
  answer = ask (http, "GET", "/json");
  g_assert_cmpint (answer->outcome, ==, DK_HTTP_ANSWERED);
}

static void
test_addresses (void)
{
  static const char *const bad[] = {
    "",
    "rt.example",
    "ftp://rt.example",
    "http://rt.example",
    "https://u:p@rt.example",
    "https://u@rt.example",
    "https://rt.example/?a=b",
    "https://rt.example/#x",
    "https://",
    "http://127.evil.example.com@x",
    "http://localhost.example",
    "https://rt.example/\n",
    "file:///etc/passwd",
    "https://rt .example",
  };
  static const char *const good[][2] = {
    { "https://RT.Example/rt/", "https://rt.example" },
    { "https://rt.example:443", "https://rt.example" },
    { "https://rt.example:8443/x", "https://rt.example:8443" },
    { "http://localhost:8080", "http://localhost:8080" },
    { "http://[::1]:8080", "http://[::1]:8080" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkHttp) http = dk_http_new (bad[i], NULL, &error);
    g_test_message ("%s", bad[i]);
    g_assert_null (http);
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkHttp) http = dk_http_new (good[i][0], NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (dk_http_origin (http), ==, good[i][1]);
  }
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (G_USEC_PER_SEC / 5);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (DkHttp) http = open_at (base, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DkJob job = { .cancellable = cancellable };
  DkHttpRequest request = { .method = "GET", .path = "/hang" };
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_autoptr (DkHttpAnswer) sent = dk_http_send (http, &request, &job);
  g_autoptr (DkHttpAnswer) unsent = dk_http_send (http, &request, &job);

  g_thread_join (thread);
  g_assert_cmpint (sent->outcome, ==, DK_HTTP_UNKNOWN);
  g_assert_cmpint (unsent->outcome, ==, DK_HTTP_NOT_SENT);
}

static gboolean
run_openssl (const char *const *argv)
{
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 30);

  return output->exit_code == 0;
}

/* A certificate for localhost that signs itself; days may be negative. */
static gboolean
make_certificate (const char *folder, const char *name, const char *days)
{
  g_autofree char *key = g_strdup_printf ("%s/%s.key", folder, name);
  g_autofree char *request = g_strdup_printf ("%s/%s.csr", folder, name);
  g_autofree char *cert = g_strdup_printf ("%s/%s.pem", folder, name);
  g_autofree char *names = g_strdup_printf ("%s/names", folder);
  const char *const ask[]
      = { "openssl", "req", "-newkey", "ec",    "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
          "-keyout", key,   "-out",    request, "-subj",    "/CN=localhost",           NULL };
  const char *const sign[] = { "openssl", "x509", "-req",     "-in", request, "-signkey", key,
                               "-days",   days,   "-extfile", names, "-out",  cert,       NULL };

  return g_file_set_contents (names, "subjectAltName=DNS:localhost\n", -1, NULL)
         && run_openssl (ask) && run_openssl (sign);
}

static DkHttpAnswer *
ask_tls (const char *folder, const char *name, const char *host, gboolean with_ca)
{
  g_autofree char *key = g_strdup_printf ("%s/%s.key", folder, name);
  g_autofree char *cert = g_strdup_printf ("%s/%s.pem", folder, name);
  g_autofree char *port = NULL;
  g_autofree char *pem = NULL;
  g_autofree char *url = NULL;
  g_autoptr (GBytes) ca = NULL;
  g_autoptr (DkHttp) http = NULL;
  GSubprocess *server = start_server (cert, key, &port);
  DkHttpAnswer *answer;

  g_assert_true (g_file_get_contents (cert, &pem, NULL, NULL));
  ca = g_bytes_new (pem, strlen (pem));
  url = g_strdup_printf ("https://%s:%s", host, port);
  http = open_at (url, with_ca ? ca : NULL);
  answer = ask (http, "POST", "/json");
  stop_server (server);
  g_test_message ("%s at %s: %s", name, host, answer->reason);
  return answer;
}

static void
test_certificates (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autoptr (DkHttpAnswer) good = NULL;
  g_autoptr (DkHttpAnswer) foreign = NULL;
  g_autoptr (DkHttpAnswer) other_name = NULL;
  g_autoptr (DkHttpAnswer) expired = NULL;

  if (!dk_test_have_program ("openssl"))
    return;
  g_assert_true (make_certificate (folder, "good", "30"));
  g_assert_true (make_certificate (folder, "expired", "-1"));
  good = ask_tls (folder, "good", "localhost", TRUE);
  g_assert_cmpint (good->outcome, ==, DK_HTTP_ANSWERED);
  foreign = ask_tls (folder, "good", "localhost", FALSE);
  g_assert_cmpint (foreign->outcome, ==, DK_HTTP_NOT_SENT);
  other_name = ask_tls (folder, "good", "127.0.0.1", TRUE);
  g_assert_cmpint (other_name->outcome, ==, DK_HTTP_NOT_SENT);
  expired = ask_tls (folder, "expired", "localhost", TRUE);
  g_assert_cmpint (expired->outcome, ==, DK_HTTP_NOT_SENT);
  g_assert_nonnull (strstr (expired->reason, "clock"));
}

static void
test_plain_server_under_https (void)
{
  g_autofree char *url = g_strdup_printf ("https%s", base + strlen ("http"));
  g_autoptr (DkHttp) http = open_at (url, NULL);
  g_autoptr (DkHttpAnswer) answer = ask (http, "POST", "/json");

  g_assert_cmpint (answer->outcome, ==, DK_HTTP_NOT_SENT);
}

static void
test_escape (void)
{
  g_autofree char *text = dk_http_escape ("Service Desk & 'x'/ü");

  g_assert_cmpstr (text, ==, "Service%20Desk%20%26%20%27x%27%2F%C3%BC");
}

#define ADD(path, function) g_test_add_func ("/net/http/" path, function)

int
main (int argc, char **argv)
{
  g_autofree char *port = NULL;
  GSubprocess *server;
  int result;

  dk_test_init (&argc, &argv);
  g_assert_true (g_setenv ("http_proxy", "http://127.0.0.1:1", TRUE));
  g_assert_true (g_setenv ("ALL_PROXY", "http://127.0.0.1:1", TRUE));
  server = start_server (NULL, NULL, &port);
  base = g_strdup_printf ("http://127.0.0.1:%s", port);
  ADD ("answer", test_answer);
  ADD ("retry-after", test_retry_after);
  ADD ("broken-answers-are-unknown", test_broken_answers_are_unknown);
  ADD ("change-is-sent-once-on-a-used-connection", test_change_is_sent_once_on_a_used_connection);
  ADD ("nothing-listens-is-not-sent", test_nothing_listens_is_not_sent);
  ADD ("redirect-is-not-followed", test_redirect_is_not_followed);
  ADD ("secret-header", test_secret_header);
  ADD ("surroundings-do-not-count", test_surroundings_do_not_count);
  ADD ("addresses", test_addresses);
  ADD ("cancel", test_cancel);
  ADD ("certificates", test_certificates);
  ADD ("plain-server-under-https", test_plain_server_under_https);
  ADD ("escape", test_escape);
  result = dk_test_run ();
  stop_server (server);
  g_free (base);
  return result;
}
