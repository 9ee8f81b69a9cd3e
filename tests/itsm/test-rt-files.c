/* SPDX-License-Identifier: MIT */
/* Goal: files of a Request Tracker ticket are looked through page by page up to a bound, past which
 * nothing is sent, and a file that is sent costs one request. Method: a server of our own on
 * 127.0.0.1 that tells as many attachments as the test wants and counts what it is asked. */
#include <gio/gio.h>
#include <string.h>

#include "app/itsm/open.h"
#include "tests/support/support.h"

#define PAGE 100u
#define PAGES_MAX 20
#define REQUEST_MAX 65536u
#define NAME "ward.png"
#define TEXT "a picture"

typedef struct {
  GSocketListener *listener;
  GCancellable *ended;
  GThread *thread;
  char *url;
  guint total; /* attachments of the ticket */
  guint place; /* of the file among them, 0 = not there */
  int lists;   /* requests, each of its kind */
  int reads;
  int comments;
} Server;

static char *
list_page (const Server *server, guint page)
{
  g_autoptr (json_t) items = json_array ();
  g_autoptr (json_t) answer = json_object ();
  guint last = MIN (server->total, page * PAGE);

  for (guint i = (page - 1) * PAGE + 1; i <= last; i++)
    json_array_append_new (items, json_pack ("{s:i, s:s}", "id", (int) i, "Filename",
                                             i == server->place ? NAME : "other.txt"));
  json_object_set (answer, "items", items);
  return dk_json_canonical (answer, NULL);
}

static char *
answer_to (Server *server, const char *request)
{
  const char *page = strstr (request, "&page=");

  if (g_str_has_prefix (request, "POST /REST/2.0/ticket/7/comment")) {
    server->comments++;
    return g_strdup ("[\"Comments added\"]");
  }
  if (g_str_has_prefix (request, "GET /REST/2.0/ticket/7/attachments?") && page != NULL) {
    server->lists++;
    return list_page (server, (guint) g_ascii_strtoull (page + 6, NULL, 10));
  }
  if (g_str_has_prefix (request, "GET /REST/2.0/attachment/")) {
    g_autofree char *base64 = g_base64_encode ((const guchar *) TEXT, strlen (TEXT));
    server->reads++;
    return g_strdup_printf ("{\"Content\":\"%s\"}", base64);
  }
  return g_strdup ("{\"message\":\"unknown\"}");
}

/* The request up to the end of its body. */
static char *
read_request (GInputStream *in)
{
  g_autoptr (GString) request = g_string_new (NULL);
  gsize expected = G_MAXSIZE;

  while (request->len < expected && request->len < REQUEST_MAX) {
    char piece[4096];
    const char *end;
    const char *length;
    gssize n = g_input_stream_read (in, piece, sizeof piece, NULL, NULL);
    if (n <= 0)
      break;
    g_string_append_len (request, piece, n);
    end = strstr (request->str, "\r\n\r\n");
    length = end != NULL ? strstr (request->str, "Content-Length: ") : NULL;
    if (end != NULL)
      expected = (gsize) (end - request->str) + 4
                 + (length != NULL ? g_ascii_strtoull (length + 16, NULL, 10) : 0);
  }
  return g_string_free (g_steal_pointer (&request), FALSE);
}

static gpointer
serve (gpointer data)
{
  Server *server = data;

  for (;;) {
    g_autoptr (GSocketConnection) client
        = g_socket_listener_accept (server->listener, NULL, server->ended, NULL);
    g_autofree char *request = NULL;
    g_autofree char *body = NULL;
    g_autofree char *answer = NULL;
    if (client == NULL)
      return NULL;
    request = read_request (g_io_stream_get_input_stream (G_IO_STREAM (client)));
    body = answer_to (server, request);
    answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                              strlen (body), body);
    (void) g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (client)), answer,
                                      strlen (answer), NULL, NULL, NULL);
    (void) g_io_stream_close (G_IO_STREAM (client), NULL, NULL);
  }
}

static void
start (Server *server)
{
  g_autoptr (GInetAddress) home = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (home, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  server->listener = g_socket_listener_new ();
  server->ended = g_cancellable_new ();
  g_assert_true (g_socket_listener_add_address (server->listener, address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error));
  g_assert_no_error (error);
  server->url = g_strdup_printf (
      "http://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  server->thread = g_thread_new ("rt", serve, server);
}

static void
stop (Server *server)
{
  g_cancellable_cancel (server->ended);
  g_thread_join (server->thread);
  g_socket_listener_close (server->listener);
  g_object_unref (server->listener);
  g_object_unref (server->ended);
  g_free (server->url);
}

static DkConnector *
open_rt (const Server *server)
{
  g_autoptr (json_t) settings = json_pack ("{s:s, s:s, s:i}", "url", server->url, "queue", "Desk",
                                           "timeout_s", 20);
  g_autoptr (DkSecret) token = dk_secret_new_copy ("1-31-abc", 8);
  g_autoptr (GError) error = NULL;
  DkConnector *rt = dk_itsm_open ("rt", settings, token, &error);

  g_assert_no_error (error);
  return rt;
}

/* Asks for the file; reason (may be NULL) gets what the connector says. */
static DkConnectorCode
ask (const Server *server, gboolean *found, char **reason)
{
  g_autofree char *sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, TEXT, -1);
  const DkPushFile file = { .name = (char *) NAME, .sha256 = sha256 };
  g_autoptr (DkConnector) rt = open_rt (server);
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  DkConnectorCode code = dk_connector_has_file (rt, "7", &file, found, NULL, &reply);

  if (reason != NULL)
    *reason = g_strdup (reply.reason);
  return code;
}

static void
test_pages (void)
{
  static const struct {
    guint total, place;
    int lists;
  } cases[] = { { 0, 0, 1 }, { 99, 0, 1 }, { 100, 0, 2 }, { 250, 0, 3 }, { 250, 250, 3 },
                { 1999, 0, 20 }, { 5000, 1, 1 }, { 5000, 2000, 20 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    Server server = { .total = cases[i].total, .place = cases[i].place };
    gboolean found = cases[i].place == 0;
    start (&server);
    g_assert_cmpint (ask (&server, &found, NULL), ==, DK_CONNECTOR_OK);
    g_assert_cmpint (found, ==, cases[i].place != 0);
    stop (&server);
    g_assert_cmpint (server.lists, ==, cases[i].lists);
    g_assert_cmpint (server.reads, ==, cases[i].place != 0);
  }
}

static void
test_too_many (void)
{
  Server server = { .total = 5000, .place = 2001 };
  g_autofree char *reason = NULL;
  gboolean found = TRUE;

  start (&server);
  g_assert_cmpint (ask (&server, &found, &reason), ==, DK_CONNECTOR_CONFLICT);
  stop (&server);
  g_assert_true (found); /* untouched */
  g_assert_cmpint (server.lists, ==, PAGES_MAX);
  g_assert_nonnull (strstr (reason, "2000 attachments"));
  g_assert_nonnull (strstr (reason, "dkit ticket file"));
}

static void
test_attach_is_one_request (void)
{
  Server server = { .total = 5000 };
  g_autoptr (GBytes) content = g_bytes_new_static (TEXT, strlen (TEXT));
  g_autoptr (DkConnector) rt = NULL;
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;

  start (&server);
  rt = open_rt (&server);
  g_assert_cmpint (dk_connector_attach (rt, "7", NAME, "image/png", content, NULL, &reply), ==,
                   DK_CONNECTOR_OK);
  stop (&server);
  g_assert_cmpint (server.comments, ==, 1);
  g_assert_cmpint (server.lists, ==, 0);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/itsm/rt-files/are-looked-through", test_pages);
  g_test_add_func ("/itsm/rt-files/too-many-are-told", test_too_many);
  g_test_add_func ("/itsm/rt-files/one-request-sends-one", test_attach_is_one_request);
  return dk_test_run ();
}
