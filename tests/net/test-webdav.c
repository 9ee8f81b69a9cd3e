/* SPDX-License-Identifier: MIT */
/* Goal: lists of servers are read as RFC 4918 has them, whatever prefixes they use, and nothing in
 * them leads elsewhere or costs more than its bytes.
 * Method: answers in the words of nginx, Apache and Nextcloud; hostile names; DTDs, entities, depth
 * and length; every cut and 2,000 changed bytes of a good one. */
#include "app/net/webdav.h"

#include <string.h>

#include "tests/support/support.h"

#define NGINX \
  "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<D:multistatus xmlns:D=\"DAV:\">\n<D:response>\n" \
  "<D:href>/packs/</D:href>\n<D:propstat>\n<D:prop>\n<D:resourcetype><D:collection/>" \
  "</D:resourcetype>\n</D:prop>\n<D:status>HTTP/1.1 200 OK</D:status>\n</D:propstat>\n" \
  "</D:response>\n<D:response>\n<D:href>/packs/old.dkpack</D:href>\n<D:propstat><D:prop>\n" \
  "<D:getcontentlength>17</D:getcontentlength><D:getlastmodified>Sun, 15 Nov 2026 08:00:00 GMT" \
  "</D:getlastmodified>\n<D:resourcetype></D:resourcetype></D:prop></D:propstat></D:response>\n" \
  "<D:response><D:href>/packs/new%20one.dkpack</D:href><D:propstat><D:prop>\n" \
  "<D:getlastmodified>Sun, 22 Nov 2026 08:00:00 GMT</D:getlastmodified></D:prop></D:propstat>" \
  "</D:response>\n<D:response><D:href>/packs/readme.txt</D:href><D:propstat><D:prop>" \
  "<D:getlastmodified>Mon, 23 Nov 2026 08:00:00 GMT</D:getlastmodified></D:prop></D:propstat>" \
  "</D:response></D:multistatus>\n"

static GPtrArray *
parse (const char *text, gsize size, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);

  return dk_webdav_parse (bytes, ".dkpack", error);
}

static char *
names_in (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = parse (text, strlen (text), &error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (entries == NULL) {
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    return g_strdup ("refused");
  }
  for (guint i = 0; i < entries->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? "|" : "",
                            ((const DkWebdavEntry *) g_ptr_array_index (entries, i))->name);
  return g_strdup (names->str);
}

static void
expect (const char *text, const char *names)
{
  g_autofree char *got = names_in (text);

  g_assert_cmpstr (got, ==, names);
}

/* A list of one file with this address. */
static void
expect_href (const char *href, const char *names)
{
  g_autofree char *text = g_strdup_printf ("<multistatus xmlns=\"DAV:\"><response><href>%s</href>"
                                           "</response></multistatus>",
                                           href);

  expect (text, names);
}

static void
test_servers (void)
{
  expect (NGINX, "new one.dkpack|old.dkpack");
  expect ("\xef\xbb\xbf<a:multistatus xmlns:a='DAV:'><a:response xmlns:lp1='DAV:'>"
          "<a:href>https://dav.example/x/a.dkpack</a:href><a:propstat><a:prop>"
          "<lp1:resourcetype/><lp1:getcontentlength>5</lp1:getcontentlength></a:prop></a:propstat>"
          "</a:response></a:multistatus>",
          "a.dkpack");
  expect ("<multistatus xmlns='DAV:'><response><href><![CDATA[/x/pack-9.dkpack]]></href></response>"
          "<response><href> /x/pack-10.dkpack </href></response></multistatus>",
          "pack-10.dkpack|pack-9.dkpack");
  expect ("<multistatus xmlns='DAV:'></multistatus>", "");
}

static void
test_names (void)
{
  expect_href ("/packs/a.dkpack", "a.dkpack");
  expect_href ("a.dkpack", "a.dkpack");
  expect_href ("/packs/..%2f..%2fetc%2fa.dkpack", "");
  expect_href ("/packs/..%5ca.dkpack", "");
  expect_href ("/packs/a%00b.dkpack", "");
  expect_href ("/packs/a%0d%0aX-Y:%20z.dkpack", "");
  expect_href ("/packs/.dkpack", "");
  expect_href ("/packs/.hidden.dkpack", "");
  expect_href ("/packs/%ff%fe.dkpack", "");
  expect_href ("/packs/a.dkpack/", "");
  expect_href ("", "");
}

static void
test_folder_is_none (void)
{
  expect ("<multistatus xmlns='DAV:'><response><href>/x/folder.dkpack</href><propstat><prop>"
          "<resourcetype><collection/></resourcetype></prop></propstat></response></multistatus>",
          "");
}

static void
test_bombs (void)
{
  g_autoptr (GString) deep = g_string_new ("<multistatus>");
  g_autoptr (GString) many = g_string_new ("<multistatus>");

  expect ("<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><multistatus><response>"
          "<href>&b;.dkpack</href></response></multistatus>",
          "refused");
  expect ("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><multistatus></multistatus>", "");
  expect ("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><multistatus><response><href>"
          "&a;.dkpack</href></response></multistatus>",
          "refused");
  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, "<x>");
  expect (deep->str, "refused");
  for (guint i = 0; i < 2001; i++)
    g_string_append (many, "<response><href>/a.dkpack</href></response>");
  g_string_append (many, "</multistatus>");
  expect (many->str, "refused");
  expect ("", "refused");
  expect ("<html><body>Welcome</body></html>", "refused");
}

/* Broken or not: it comes back, and what it names is a plain name. */
static void
survive (const char *text, gsize size)
{
  g_autoptr (GPtrArray) entries = parse (text, size, NULL);

  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    const DkWebdavEntry *entry = g_ptr_array_index (entries, i);
    g_assert_null (strchr (entry->name, '/'));
    g_assert_true (g_str_has_suffix (entry->name, ".dkpack")
                   || g_ascii_strcasecmp (entry->name + strlen (entry->name) - 7, ".dkpack") == 0);
  }
}

static void
test_mutants (void)
{
  g_autoptr (GRand) dice = g_rand_new_with_seed (7);
  const gsize size = strlen (NGINX);

  for (gsize cut = 0; cut < size; cut++)
    survive (NGINX, cut);
  for (guint i = 0; i < 2000; i++) {
    g_autofree char *text = g_strdup (NGINX);
    text[g_rand_int_range (dice, 0, (gint32) size)] = (char) g_rand_int_range (dice, 1, 256);
    survive (text, size);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/net/webdav/lists-of-known-servers", test_servers);
  g_test_add_func ("/net/webdav/names-lead-nowhere-else", test_names);
  g_test_add_func ("/net/webdav/a-folder-is-no-file", test_folder_is_none);
  g_test_add_func ("/net/webdav/no-entities-no-depth-no-length", test_bombs);
  g_test_add_func ("/net/webdav/changed-bytes-do-no-harm", test_mutants);
  return dk_test_run ();
}
