/* SPDX-License-Identifier: MIT */
/* Goal: the YAML reader gives the values that an author means, refuses what could surprise, tells
 * the place, and stays within its bounds.
 * Method: tables of documents with their JSON, tables of refused ones with their message, and
 * documents made large and deep. */
#include "app/content/yaml.h"

#include <string.h>

#include "tests/support/support.h"

static char *
as_json (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkYaml) yaml = dk_yaml_parse (text, strlen (text), "x.yaml", 1, &error);

  g_assert_no_error (error);
  return dk_json_canonical (dk_yaml_root (yaml), NULL);
}

static void
test_values (void)
{
  static const char *const cases[][2] = {
    { "a: 1", "{\"a\":1}" },
    { "a: -17", "{\"a\":-17}" },
    { "a: 007", "{\"a\":\"007\"}" },
    { "a: -0", "{\"a\":\"-0\"}" },
    { "a: 1.5", "{\"a\":\"1.5\"}" },
    { "a: 12345678901234567890", "{\"a\":\"12345678901234567890\"}" },
    { "a: \"1\"", "{\"a\":\"1\"}" },
    { "a: true", "{\"a\":true}" },
    { "a: no", "{\"a\":\"no\"}" },
    { "a: ~", "{\"a\":null}" },
    { "a:", "{\"a\":null}" },
    { "a: \"\"", "{\"a\":\"\"}" },
    { "a: 2026-11-20T08:00:00Z", "{\"a\":\"2026-11-20T08:00:00Z\"}" },
    { "a: [1, x, {b: 2}] # words", "{\"a\":[1,\"x\",{\"b\":2}]}" },
    { "- a\n- b", "[\"a\",\"b\"]" },
    { "a: >-\n  one\n  two\n", "{\"a\":\"one two\"}" },
    { "a: |\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\"}" },
    { "\xef\xbb\xbf"
      "a: 1",
      "{\"a\":1}" },
    { "---\na: 1\n...\n", "{\"a\":1}" },
    { "a: Grüße", "{\"a\":\"Grüße\"}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *json = as_json (cases[i][0]);
    g_assert_cmpstr (json, ==, cases[i][1]);
  }
}

static void
test_refusals_with_place (void)
{
  static const char *const cases[][2] = {
    { "a: &x 1\nb: 2", "x.yaml:1:4: anchors" },
    { "a: 1\nb: *x", "x.yaml:2:4: aliases" },
    { "a: !!python/object x", "x.yaml:1:4: anchors" },
    { "a: 1\nb: 2\na: 3", "x.yaml:3:1: \"a\" stands here a second time" },
    { "<<: {a: 1}", "x.yaml:1:1: a key must be" },
    { "? [a]\n: 1", "x.yaml:1:3: a key must be" },
    { "ü: 1", "x.yaml:1:1: a key must be" },
    { "a: 1\n---\nb: 2", "x.yaml:2:1: a second document" },
    { "a: [1, 2", "x.yaml:2:1: this is not YAML" },
    { "a: 1\n\tb: 2", "x.yaml:2:1: this is not YAML" },
    { "a: \"x", "x.yaml:1:6: this is not YAML" },
    { "a: \"\\0\"", "x.yaml:1:4: a text may not hold" },
    { "a: 1\nb: \x01", "x.yaml:2:4: this is not YAML" },
    { "a: 1\nb: x\xff", "x.yaml:2:5: this is not UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (dk_yaml_parse (cases[i][0], strlen (cases[i][0]), "x.yaml", 1, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    if (!g_str_has_prefix (error->message, cases[i][1]))
      g_test_message ("%s: %s", cases[i][0], error->message);
    g_assert_true (g_str_has_prefix (error->message, cases[i][1]));
  }
}

static void
test_places (void)
{
  const char *text = "a: 1\nlist:\n  - x: 1\n    yy: 22\n  - [3, 4]\n";
  g_autoptr (DkYaml) yaml = dk_yaml_parse (text, strlen (text), "x.yaml", 10, NULL);
  static const struct {
    const char *pointer;
    DkPlace place;
  } cases[] = { { "/a", { 10, 4 } },
                { "/list/0/yy", { 13, 9 } },
                { "/list/0/zz", { 12, 5 } },
                { "/list/1/1", { 14, 9 } },
                { "/other/deep/one", { 10, 1 } } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    DkPlace place = dk_yaml_place (yaml, cases[i].pointer);
    g_assert_cmpuint (place.line, ==, cases[i].place.line);
    g_assert_cmpuint (place.column, ==, cases[i].place.column);
  }
}

static void
test_empty (void)
{
  g_autoptr (DkYaml) yaml = dk_yaml_parse ("# words\n", 8, "x.yaml", 1, NULL);

  g_assert_nonnull (yaml);
  g_assert_null (dk_yaml_root (yaml));
  g_assert_cmpuint (dk_yaml_place (yaml, "/a").line, ==, 1);
}

static void
assert_refused_soon (GString *text)
{
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  double seconds;

  g_assert_null (dk_yaml_parse (text->str, text->len, "x.yaml", 1, &error));
  seconds = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  g_test_message ("%.3f s: %s", seconds, error->message);
  g_assert_cmpfloat (seconds, <, 2.0);
}

static void
test_bombs (void)
{
  static const char *const openers[] = { "[", "{a: ", "- ", "? ", "\"", "a: &b " };
  g_autoptr (GString) laughs = g_string_new ("a: &a [x,x,x,x,x,x,x,x,x]\n");
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (GString) large = g_string_new ("a: ");

  for (char c = 'b'; c <= 'i'; c++)
    g_string_append_printf (laughs, "%c: &%c [*%c,*%c,*%c,*%c]\n", c, c, c - 1, c - 1, c - 1,
                            c - 1);
  assert_refused_soon (laughs);
  for (guint i = 0; i < 200000; i++)
    g_string_append (many, "-\n");
  assert_refused_soon (many);
  while (large->len <= 1 << 20)
    g_string_append (large, "xxxxxxxxxxxxxxxx");
  assert_refused_soon (large);
  for (gsize i = 0; i < G_N_ELEMENTS (openers); i++) {
    g_autoptr (GString) deep = g_string_new (NULL);
    while (deep->len < 500000)
      g_string_append (deep, openers[i]);
    assert_refused_soon (deep);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/content/yaml/values-are-what-authors-mean", test_values);
  g_test_add_func ("/content/yaml/refusals-name-the-place", test_refusals_with_place);
  g_test_add_func ("/content/yaml/places-by-pointer", test_places);
  g_test_add_func ("/content/yaml/empty-document", test_empty);
  g_test_add_func ("/content/yaml/bombs-are-refused-soon", test_bombs);
  return dk_test_run ();
}
