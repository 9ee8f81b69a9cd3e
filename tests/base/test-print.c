/* SPDX-License-Identifier: MIT */
/* Goal: what the print service says is understood, a service that hangs holds nobody up, and a name
 * is never taken for an option. Method: programs of that name of the test's own, on a PATH that has
 * nothing else. */
#include "app/base/print.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/support/support.h"

static char *folder;

/* A shell script of that name. */
static void
put_program (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *script = g_strconcat ("#!/bin/sh\n", text, "\n", NULL);

  g_assert_true (g_file_set_contents (path, script, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
}

static void
put_service (void)
{
  put_program ("lp", "/bin/cat >\"$0.bytes\"; printf '%s\\n' \"$@\" >\"$0.words\"");
  put_program ("lpstat", "case $1 in -e) echo Ward; echo ED;; "
                         "-d) echo 'system default destination: ED';; "
                         "-p) echo \"printer $2 disabled since today -\"; echo '\tpaper jam';; "
                         "-a) echo \"$2 accepting requests\";; "
                         "-r) echo 'scheduler is running';; esac");
}

static char *
read_beside (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_bytes_and_title_reach_the_service (void)
{
  g_autoptr (GBytes) pdf = g_bytes_new_static ("%PDF bytes", 10);
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  g_autofree char *words = NULL;
  g_autofree char *why_not = NULL;

  put_service ();
  g_assert_true (dk_print_send ("Ward", "$(touch no) -o evil", "A4", pdf, &error));
  g_assert_no_error (error);
  bytes = read_beside ("lp.bytes");
  words = read_beside ("lp.words");
  g_assert_cmpstr (bytes, ==, "%PDF bytes");
  g_assert_cmpstr (words, ==, "-d\nWard\n-t\n$(touch no) -o evil\n-o\nmedia=A4\n");
  why_not = dk_print_why_not ("Ward");
  g_assert_cmpstr (why_not, ==, "it is stopped: paper jam");
}

/* More bytes than a pipe holds, to a program that reads none of them. */
static void
test_a_service_that_does_not_read (void)
{
  gsize size = 4u << 20;
  g_autoptr (GBytes) pdf = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GError) error = NULL;

  put_service ();
  put_program ("lp", "echo 'lp: out of paper' >&2; exit 1");
  g_assert_false (dk_print_send ("Ward", "Form", "A4", pdf, &error));
  g_assert_nonnull (strstr (error->message, "Nothing was printed"));
  g_assert_null (strstr (error->message, "did not answer"));
}

static void
test_default_comes_first (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) queues = NULL;

  put_service ();
  queues = dk_print_queues (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (queues->len, ==, 2);
  g_assert_cmpstr (queues->pdata[0], ==, "ED");
}

static void
test_names_that_are_no_printer (void)
{
  static const char *const names[] = { "", "-oraw", "a b", "a/b", "a#b", "Nowhere" };
  g_autoptr (GBytes) pdf = g_bytes_new_static ("x", 1);

  put_service ();
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    int expected = i + 1 < G_N_ELEMENTS (names) ? DK_ERROR_INVALID : DK_ERROR_NOT_FOUND;
    g_assert_false (dk_print_send (names[i], "title", "A4", pdf, &error));
    g_assert_cmpint (error->code, ==, expected);
    g_assert_nonnull (strstr (error->message, "Nothing was printed"));
  }
}

static void
test_refusal_has_the_words_of_the_service (void)
{
  g_autoptr (GBytes) pdf = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;

  put_service ();
  put_program ("lp", "/bin/cat >/dev/null; echo 'lp: Printer not shared' >&2; exit 1");
  g_assert_false (dk_print_send ("Ward", "title", "A4", pdf, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "lp: Printer not shared"));
}

static void
test_no_printer (void)
{
  g_autoptr (GError) error = NULL;

  put_service ();
  put_program ("lpstat", "[ $1 != -r ] || echo 'scheduler is running'");
  g_assert_null (dk_print_queues (&error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "This PC has no printer"));
}

/* Not taken for a PC without a printer: somebody can start the service. */
static void
test_a_service_that_is_not_there (void)
{
  static const char *const programs[]
      = { "echo 'lpstat: Bad file descriptor' >&2; exit 1",
          "[ $1 != -r ] || echo 'scheduler is not running'",
          "[ $1 != -r ] || { echo 'lpstat: Forbidden' >&2; exit 1; }" };

  put_service ();
  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++) {
    g_autoptr (GError) error = NULL;
    put_program ("lpstat", programs[i]);
    g_assert_null (dk_print_queues (&error));
    g_assert_error (error, DK_ERROR, DK_ERROR_UNREACHABLE);
    g_assert_null (strstr (error->message, "has no printer"));
    g_assert_nonnull (strstr (error->message, "Nothing was printed"));
  }
}

static void
test_service_that_hangs (void)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  put_service ();
  put_program ("lpstat", "exec /bin/sleep 60");
  g_assert_null (dk_print_queues (&error));
  g_assert_error (error, DK_ERROR, DK_ERROR_UNREACHABLE);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 15 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  int result;

  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  g_assert_true (g_setenv ("PATH", folder, TRUE));
  g_test_add_func ("/print/bytes-and-title-reach-the-service",
                   test_bytes_and_title_reach_the_service);
  g_test_add_func ("/print/a-service-that-does-not-read", test_a_service_that_does_not_read);
  g_test_add_func ("/print/default-comes-first", test_default_comes_first);
  g_test_add_func ("/print/refuses-names-that-are-no-printer", test_names_that_are_no_printer);
  g_test_add_func ("/print/refusal-has-the-words-of-the-service",
                   test_refusal_has_the_words_of_the_service);
  g_test_add_func ("/print/no-printer-is-told", test_no_printer);
  g_test_add_func ("/print/no-service-is-not-no-printer", test_a_service_that_is_not_there);
  if (g_getenv ("DK_LONG") != NULL)
    g_test_add_func ("/print/service-that-hangs-holds-nobody-up", test_service_that_hangs);
  result = dk_test_run ();
  g_free (folder);
  return result;
}
