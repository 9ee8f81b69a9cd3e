/* SPDX-License-Identifier: MIT */
/* Goal: JSON from outside cannot exhaust or confuse the reader; what is hashed or signed has one
 * spelling. Method: the vectors of RFC 8785 as far as they hold what the ledger holds, hostile
 * documents, and random documents written and read again. */
#include "app/base/json.h"

#include <string.h>

#include "app/base/limits.h"
#include "tests/support/support.h"

#define DOCUMENTS 3000

static json_t *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  json_t *document = dk_json_parse (text, strlen (text), 1000000, "The file", &error);

  g_assert_no_error (error);
  return document;
}

static void
assert_canonical (const char *text, const char *canonical)
{
  g_autoptr (json_t) document = parse (text);
  gsize size = 0;
  g_autofree char *made = dk_json_canonical (document, &size);

  g_assert_cmpstr (made, ==, canonical);
  g_assert_cmpuint (size, ==, strlen (canonical));
}

/* RFC 8785 sections 3.2.2 and 3.2.3, without fractions and keys that are not ASCII. */
static void
test_canonical (void)
{
  assert_canonical (
      "{\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
      " \"literals\": [null, true, false]}",
      "{\"literals\":[null,true,false],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  assert_canonical ("{\"peach\": 1, \"1\": 2, \"\\r\": 3, \"Peach\": 4, \"\": 5, \"p\": 6}",
                    "{\"\":5,\"\\r\":3,\"1\":2,\"Peach\":4,\"p\":6,\"peach\":1}");
  assert_canonical ("[\"\\b\\t\\n\\f\\r\\u001f\\u007f\"]", "[\"\\b\\t\\n\\f\\r\\u001f\x7f\"]");
  assert_canonical ("[ 9007199254740992, -9007199254740992, 0, -0 ]",
                    "[9007199254740992,-9007199254740992,0,0]");
  assert_canonical ("[\"\\ud83d\\ude00\", {}, []]", "[\"\xf0\x9f\x98\x80\",{},[]]");
}

static void
assert_refused (const char *text, gsize size, gsize size_max, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_json_parse (text, size, size_max, "The file", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "The file"));
  if (strstr (error->message, word) == NULL)
    g_error ("\"%s\" does not tell \"%s\"", error->message, word);
}

static void
test_refuses (void)
{
  g_autofree char *deep = g_strnfill (200000, '[');
  g_autofree char *objects = NULL;
  GString *many = g_string_new (NULL);

  for (guint i = 0; i < DK_LIMIT_JSON_DEPTH + 1; i++)
    g_string_append (many, "{\"a\":");
  objects = g_string_free (many, FALSE);
  assert_refused (deep, 200000, 1000000, "nested");
  assert_refused (objects, strlen (objects), 1000000, "nested");
  assert_refused ("{\"a\":1,\"a\":2}", 13, 1000, "1:");
  assert_refused ("{\n \"a\": x}", 10, 1000, "2:");
  assert_refused ("[1", 2, 1000, "1:");
  assert_refused ("[1] [2]", 7, 1000, "1:");
  assert_refused ("[\"\\u0000\"]", 10, 1000, "1:");
  assert_refused ("[\"\xff\"]", 5, 1000, "1:");
  assert_refused ("[\"\\ud800\"]", 10, 1000, "1:");
  assert_refused ("[1]", 3, 2, "larger");
  assert_refused ("[\"a\0b\"]", 7, 100, "1:");
  assert_refused ("", 0, 100, "1:");
}

static void
test_depth_counts_no_strings (void)
{
  GString *text = g_string_new ("[\"");
  g_autoptr (json_t) document = NULL;
  g_autofree char *whole = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, i % 2 == 0 ? "[{" : "\\\"");
  g_string_append (text, "\"]");
  whole = g_string_free (text, FALSE);
  document = parse (whole);
  g_assert_cmpuint (json_array_size (document), ==, 1);
}

/* 30 MB of "{},{}" would take 2 GB. */
static void
test_too_many_values (void)
{
  static const char *const pieces[] = { "{},", "[],", "1,", "{\"a\":1}," };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++) {
    g_autoptr (GString) text = g_string_new ("[");
    g_autoptr (GError) error = NULL;
    gint64 began_us = g_get_monotonic_time ();
    while (text->len < (30u << 20))
      g_string_append (text, pieces[i]);
    g_string_append (text, "0]");
    g_assert_null (dk_json_parse (text->str, text->len, 64u << 20, "services.json", &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, "more values"));
    g_assert_cmpint (g_get_monotonic_time () - began_us, <, 5 * G_USEC_PER_SEC);
  }
}

/* Commas inside of strings are text: a long runbook is no list. */
static void
test_commas_in_strings (void)
{
  g_autoptr (GString) text = g_string_new ("[\"");
  g_autoptr (json_t) document = NULL;

  while (text->len < (5u << 20))
    g_string_append (text, ",{[");
  g_string_append (text, "\"]");
  document = dk_json_parse (text->str, text->len, 64u << 20, "a runbook", NULL);
  g_assert_nonnull (document);
}

static json_t *
random_value (GRand *rand, guint depth)
{
  switch (g_rand_int_range (rand, 0, depth > 0 ? 6 : 4)) {
  case 0:
    return json_null ();
  case 1:
    return json_boolean (g_rand_boolean (rand));
  case 2:
    return json_integer ((json_int_t) (g_rand_double (rand) * 9007199254740992.0));
  case 3: {
    char text[8] = "";
    for (guint i = 0; i < 6; i++)
      text[i] = (char) g_rand_int_range (rand, 1, 128);
    return json_string (text);
  }
  case 4: {
    json_t *list = json_array ();
    for (int i = g_rand_int_range (rand, 0, 4); i > 0; i--)
      json_array_append_new (list, random_value (rand, depth - 1));
    return list;
  }
  default: {
    json_t *object = json_object ();
    for (int i = g_rand_int_range (rand, 0, 5); i > 0; i--) {
      char key[4] = "";
      for (guint k = 0; k < 3; k++)
        key[k] = (char) g_rand_int_range (rand, 1, 128);
      json_object_set_new (object, key, random_value (rand, depth - 1));
    }
    return object;
  }
  }
}

/* Equal documents give equal bytes, whatever the order in which they were made. */
static void
test_one_spelling (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < DOCUMENTS; i++) {
    g_autoptr (json_t) document = json_pack ("[o]", random_value (rand, 4));
    g_autofree char *canonical = dk_json_canonical (document, NULL);
    g_autofree char *pretty = dk_json_text (document, FALSE);
    g_autoptr (json_t) again = parse (canonical);
    g_autoptr (json_t) other = parse (pretty);
    g_autofree char *second = dk_json_canonical (other, NULL);
    g_assert_true (json_equal (document, again));
    g_assert_cmpstr (canonical, ==, second);
  }
  g_test_message ("%d documents", DOCUMENTS);
}

static void
test_members (void)
{
  g_autoptr (json_t) object = parse ("{\"t\":\"x\",\"n\":5,\"b\":true,\"z\":null}");

  g_assert_cmpstr (dk_json_get_text (object, "t"), ==, "x");
  g_assert_null (dk_json_get_text (object, "z"));
  g_assert_null (dk_json_get_text (object, "n"));
  g_assert_null (dk_json_get_text (NULL, "n"));
  g_assert_cmpint (dk_json_get_int (object, "n", 7), ==, 5);
  g_assert_cmpint (dk_json_get_int (object, "t", 7), ==, 7);
  g_assert_true (dk_json_get_bool (object, "b", FALSE));
  g_assert_true (dk_json_get_bool (object, "n", TRUE));
  dk_json_set_text (object, "none", NULL);
  g_assert_null (json_object_get (object, "none"));
}

/* What the canonical writer would end the program for, asked beforehand. */
static void
test_plain (void)
{
  static const char *const plain[] = { "{}", "[1,\"x\",null,true,{\"a\":[-9007199254740992]}]" };
  static const char *const odd[] = { "[1.0]", "{\"a\":[{\"b\":1e3}]}", "[9007199254740993]",
                                     "[-9007199254740993]", "{\"\u00e9\":1}" };

  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++) {
    g_autoptr (json_t) document = parse (plain[i]);
    g_assert_true (dk_json_is_plain (document));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++) {
    g_autoptr (json_t) document = parse (odd[i]);
    g_assert_false (dk_json_is_plain (document));
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/base/json/canonical-vectors", test_canonical);
  g_test_add_func ("/base/json/refuses-hostile-documents", test_refuses);
  g_test_add_func ("/base/json/too-many-values", test_too_many_values);
  g_test_add_func ("/base/json/commas-in-strings-count-nothing", test_commas_in_strings);
  g_test_add_func ("/base/json/depth-counts-no-strings", test_depth_counts_no_strings);
  g_test_add_func ("/base/json/one-spelling", test_one_spelling);
  g_test_add_func ("/base/json/members", test_members);
  g_test_add_func ("/base/json/plain-documents", test_plain);
  return dk_test_run ();
}
