/* SPDX-License-Identifier: MIT */
/* Goal: what is remembered of routes is true for those that station.json names, survives anything
 * that somebody writes into it, and names of files in incoming/ mean one thing.
 * Method: folders that look like a locked kit (the database is never opened, so any file does); no
 * keys. What comes in and is applied is tested with real kits in tests/cli/test_refresh.py. */
#include "app/content/refresh.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/content/refresh-private.h"
#include "tests/support/support.h"

#define ID "0000000000000007-0123456789abcdef0123456789abcdef"

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_file_replace (path, text, strlen (text), DK_FILE_NOT_SYNCED, &error));
  g_assert_no_error (error);
}

/* A locked kit whose only route is `route`. */
static char *
make_kit (const char *route)
{
  char *folder = dk_test_folder_new ();
  g_autofree char *facts = g_strdup_printf ("{\"routes\": [\"%s\", 7, \"\"]}", route);
  g_autofree char *incoming = dk_refresh_folder (folder);
  g_autoptr (GError) error = NULL;

  put (folder, "kit.db", "sealed");
  put (folder, "station.json", facts);
  g_assert_true (dk_file_make_folder (incoming, &error));
  g_assert_no_error (error);
  return folder;
}

static DkRouteState *
only_route (const char *kit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) states = dk_refresh_routes (kit, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (states->len, ==, 1);
  return g_ptr_array_steal_index (states, 0);
}

static void
test_routes (void)
{
  g_autofree char *route = dk_test_folder_new ();
  g_autofree char *kit = make_kit (route);
  g_autoptr (DkRouteState) before = only_route (kit);
  g_autoptr (DkRouteState) after = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = dk_clock_wall_ms ();
  g_autoptr (GPtrArray) results = dk_refresh_run (kit, NULL, NULL, &error);
  const DkRefreshResult *result;

  g_assert_no_error (error);
  g_assert_cmpint (before->last_try_ms, ==, 0);
  g_assert_cmpint (before->last_success_ms, ==, 0);
  g_assert_cmpuint (results->len, ==, 1);
  result = g_ptr_array_index (results, 0);
  g_assert_cmpint (result->state, ==, DK_REFRESH_UNREACHABLE);
  after = only_route (kit);
  g_assert_cmpstr (after->route, ==, route);
  g_assert_cmpint (after->state, ==, DK_REFRESH_UNREACHABLE);
  g_assert_cmpint (after->last_try_ms, >=, start);
  g_assert_cmpint (after->last_success_ms, ==, 0);
  g_assert_cmpstr (after->last_error, ==, result->message);
}

static void
test_success_is_kept (void)
{
  g_autofree char *kit = make_kit ("/none/such");
  g_autofree char *incoming = dk_refresh_folder (kit);
  g_autoptr (DkRouteState) state = NULL;
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;

  put (incoming, "routes.json",
       "{\"routes\": {\"/none/such\": {\"success_ms\": 1234, \"state\": \"same\"}}}");
  results = dk_refresh_run (kit, NULL, NULL, &error);
  g_assert_no_error (error);
  state = only_route (kit);
  g_assert_cmpint (state->last_success_ms, ==, 1234);
  g_assert_cmpint (state->state, ==, DK_REFRESH_UNREACHABLE);
  g_assert_nonnull (state->last_error);
}

static void
test_no_kit (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_refresh_run (folder, NULL, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (dk_refresh_waiting (folder, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

static void
test_names (void)
{
  static const char *const wrong[]
      = { ID, ID ".dkpack.tmp", "x" ID ".dkpack", "../" ID ".dkpack", "7-0123.dkpack", "",
          ".dkpack",
          "000000000000000x-0123456789abcdef0123456789abcdef.dkpack" };

  g_assert_true (dk_refresh_is_own_name (ID ".dkpack"));
  g_assert_true (dk_refresh_is_own_name (ID ".dkpack.age"));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (dk_refresh_is_own_name (wrong[i]));
}

static void
test_book_is_bounded (void)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autoptr (DkRefreshBook) book = dk_refresh_book_read (folder);
  g_autoptr (DkRefreshBook) again = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 500; i++) {
    g_autofree char *route = g_strdup_printf ("/route/%u", i);
    g_autofree char *file
        = g_strdup_printf ("%016u-0123456789abcdef0123456789abcdef.dkpack", i);
    json_object_set_new (dk_refresh_book_route (book, route), "tried_ms", json_integer (1000 + i));
    dk_refresh_book_settle (book, file);
  }
  g_assert_true (dk_refresh_book_write (book, &error));
  g_assert_no_error (error);
  again = dk_refresh_book_read (folder);
  g_assert_nonnull (dk_refresh_book_find (again, "/route/499"));
  g_assert_null (dk_refresh_book_find (again, "/route/0"));
  g_assert_true (
      dk_refresh_book_is_settled (again, "0000000000000499-0123456789abcdef0123456789abcdef"));
  g_assert_false (
      dk_refresh_book_is_settled (again, "0000000000000000-0123456789abcdef0123456789abcdef"));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/content/refresh/tells-the-last-try-of-a-route", test_routes);
  g_test_add_func ("/content/refresh/a-failure-keeps-the-last-success", test_success_is_kept);
  g_test_add_func ("/content/refresh/needs-a-kit", test_no_kit);
  g_test_add_func ("/content/refresh/names-mean-one-thing", test_names);
  g_test_add_func ("/content/refresh/what-is-remembered-is-bounded", test_book_is_bounded);
  return dk_test_run ();
}
