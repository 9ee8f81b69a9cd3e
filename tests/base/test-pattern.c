/* SPDX-License-Identifier: MIT */
/* Goal: a pattern from outside finds what it says and never holds up the program. Method: tables of
 * patterns with what they match, faulty ones with their place, and known ways to make a matcher
 * explode, with the time they took; sensible patterns on a long text as the control. */
#include "app/base/pattern.h"

#include <string.h>

#include "app/base/platform.h"
#include "tests/support/support.h"

/* Of CPU, so that a busy PC does not matter: without a bound these take minutes. */
#define COST_MAX_US G_USEC_PER_SEC

static const struct {
  const char *pattern;
  const char *text;
  gboolean whole;
  gboolean part;
} matches[] = {
  { "abc", "abc", TRUE, TRUE },       { "abc", "xabcx", FALSE, TRUE },
  { "a|ab", "ab", TRUE, TRUE },       { "^a$", "a", TRUE, TRUE },
  { "a", "a\n", FALSE, TRUE },        { "^a$", "a\n", FALSE, TRUE },
  { "", "", TRUE, TRUE },             { "", "a", FALSE, TRUE },
  { "(?i)ABC", "abc", TRUE, TRUE },   { "Z.rich", "Zürich", TRUE, TRUE },
  { "[0-9]{4}", "12345", FALSE, TRUE }, { "\\d{2}-\\d{2}", "12-34", TRUE, TRUE },
  { "(a)\\1", "aa", TRUE, TRUE },      { "(?:[A-Z]{2}\\d{3},?){1,50}", "AB123,CD456", TRUE, TRUE },
  { "([(]\\d{3}[)] ?){1,3}", "(123)", TRUE, TRUE },     { "x", "y", FALSE, FALSE },
};

static void
test_matches (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (matches); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkPattern) pattern = dk_pattern_new (matches[i].pattern, NULL, &error);
    gboolean whole = -1;
    gboolean part = -1;

    g_assert_no_error (error);
    g_assert_true (dk_pattern_matches (pattern, matches[i].text, &whole, &error));
    g_assert_true (dk_pattern_finds (pattern, matches[i].text, &part, &error));
    g_assert_cmpint (whole, ==, matches[i].whole);
    g_assert_cmpint (part, ==, matches[i].part);
  }
}

static const struct {
  const char *pattern;
  gsize position;
  const char *words;
} faults[] = {
  { "a(b", 3, "missing" },
  { "ab[c", 4, "" },
  { "*a", 0, "" },
  { "a)|(?:b", 1, "missing" },
  { "üü(b", 4, "missing" },
  { "(*LIMIT_MATCH=999999999)a", 0, "begin with" },
  { "(*UTF)a", 0, "begin with" },
  { "a\xff", 0, "UTF-8" },
  { "((a{1,90}){1,90}){1,9}", 0, "counts too much" },
  { "(abcdefghij){999}", 0, "counts too much" },
  { "((((((((((((((((((((((((((((((((((((((((((((((((((a))))))))))", 0, "deep" },
};

static void
test_faults (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++) {
    g_autoptr (GError) error = NULL;
    gsize position = 99;

    g_assert_null (dk_pattern_new (faults[i].pattern, &position, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_cmpuint (position, ==, faults[i].position);
    g_assert_nonnull (strstr (error->message, faults[i].words));
  }
  g_autofree char *longest = g_strnfill (DK_PATTERN_BYTES_MAX + 1, 'a');
  g_autoptr (GError) error = NULL;
  g_assert_null (dk_pattern_new (longest, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

static gint64
time_match (const char *text, const char *letters, gboolean *found, GError **error)
{
  g_autoptr (DkPattern) pattern = dk_pattern_new (text, NULL, error);
  gint64 start = dk_platform_thread_cpu_us ();

  if (pattern != NULL) {
    (void) !dk_pattern_matches (pattern, letters, found, error);
  }
  return dk_platform_thread_cpu_us () - start;
}

static void
test_explosions (void)
{
  static const char *const evil[] = { "(a+)+$b", "(a|aa)+b", "(.*)*b", "(a*)*(a*)*b",
                                      "(?:(?:a?){1,30}){1,30}b", "(a|b|ab)*c",
                                      "(?=(a+))a*(?=(a+))a*b" };
  g_autofree char *letters = g_strnfill (10000, 'a');
  guint stopped = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (evil); i++) {
    g_autoptr (GError) error = NULL;
    gboolean found = FALSE;
    gint64 taken = time_match (evil[i], letters, &found, &error);

    g_test_message ("%s: %" G_GINT64_FORMAT " us, %s", evil[i], taken,
                    error != NULL ? error->message : "finished");
    g_assert_cmpint (taken, <, COST_MAX_US);
    g_assert_false (found);
    stopped += error != NULL ? 1 : 0;
  }
  g_assert_cmpuint (stopped, >=, 4);
}

/* A search starts anew at each place: what is harmless at one is not at 60,000. */
static void
test_searches_are_bounded (void)
{
  static const char *const evil[] = { "(a+)+[bc]",     "a{0,300}a{0,300}[bc]",
                                      "(?=.*[xy])[bc]", "(?:a|aa)+[bc]",
                                      "(?=(a+))a*(?=(a+))a*[bc]", "(a?){100}[bc]",
                                      "a{0,60}[bc]" };
  g_autofree char *letters = g_strnfill (64000, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (evil); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkPattern) pattern = dk_pattern_new (evil[i], NULL, &error);
    gboolean found = FALSE;
    gint64 start = dk_platform_thread_cpu_us ();
    gboolean finished = dk_pattern_finds (pattern, letters, &found, &error);
    gint64 taken = dk_platform_thread_cpu_us () - start;

    g_test_message ("%s: %" G_GINT64_FORMAT " us, %s", evil[i], taken,
                    finished ? "finished" : error->message);
    g_assert_false (found);
    g_assert_cmpint (taken, <, 2 * COST_MAX_US);
  }
}

static void
assert_found (const char *pattern_text, const char *text, gboolean wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPattern) pattern = dk_pattern_new (pattern_text, NULL, &error);
  gboolean found = !wanted;

  g_assert_true (dk_pattern_finds (pattern, text, &found, &error));
  g_assert_cmpint (found, ==, wanted);
}

/* At every place around the ends of the slices, with letters of two bytes. */
static void
test_slices_lose_nothing (void)
{
  g_autofree char *longest = g_strnfill (DK_PATTERN_TEXT_BYTES_MAX + 1, 'a');
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPattern) pattern = dk_pattern_new ("a+", NULL, &error);
  gboolean found = FALSE;

  for (guint place = 3400; place < 4100; place += 7) {
    g_autoptr (GString) text = g_string_new (NULL);
    for (guint i = 0; i < place; i += 2) {
      g_string_append (text, "ü");
    }
    g_string_append (text, " MRN 1234567 ");
    for (guint i = 0; i < 6000; i += 2) {
      g_string_append (text, "ö");
    }
    assert_found ("MRN \\d{7}\\b", text->str, TRUE);
    assert_found ("(?:M|MR|MRN)+ (?:\\d|\\d\\d){7} ", text->str, TRUE);
    assert_found ("MRN \\d{8}", text->str, FALSE);
    assert_found ("\\b\\d{1,6}\\b", text->str, FALSE);
    assert_found ("ü$|^ö", text->str, FALSE);
    assert_found ("ö$", text->str, TRUE);
    assert_found ("^ü", text->str, TRUE);
  }
  g_assert_false (dk_pattern_matches (pattern, longest, &found, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

static void
test_long_texts_are_fine (void)
{
  static const char *const sane[] = { "a*",    "(?:a|b)*", "[a-z ]+",
                                      ".*a.*", "(a)+",     "(?:a{1,50})+" };
  g_autofree char *letters = g_strnfill (4000, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (sane); i++) {
    g_autoptr (GError) error = NULL;
    gboolean found = FALSE;

    time_match (sane[i], letters, &found, &error);
    g_assert_no_error (error);
    g_assert_true (found);
  }
}

/* Nested counts are unrolled by the compiler of patterns: refused or done, but soon. */
static void
test_large_patterns (void)
{
  static const char *const large[] = { "(((a{1,200}){1,200}){1,200}){1,200}",
                                       "(?:(?:(?:a{60000}){60000}){60000})",
                                       "((((((((((a))))))))))" };

  for (gsize i = 0; i < G_N_ELEMENTS (large); i++) {
    g_autoptr (GError) error = NULL;
    gint64 start = dk_platform_thread_cpu_us ();
    g_autoptr (DkPattern) pattern = dk_pattern_new (large[i], NULL, &error);

    g_assert_true ((pattern == NULL) == (error != NULL));
    g_assert_cmpint (dk_platform_thread_cpu_us () - start, <, COST_MAX_US);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/base/pattern/matches-the-whole-or-a-part", test_matches);
  g_test_add_func ("/base/pattern/faults-have-a-place", test_faults);
  g_test_add_func ("/base/pattern/stops-what-explodes", test_explosions);
  g_test_add_func ("/base/pattern/searches-are-bounded", test_searches_are_bounded);
  g_test_add_func ("/base/pattern/slices-lose-nothing", test_slices_lose_nothing);
  g_test_add_func ("/base/pattern/long-texts-are-fine", test_long_texts_are_fine);
  g_test_add_func ("/base/pattern/large-patterns-are-soon-refused", test_large_patterns);
  return dk_test_run ();
}
