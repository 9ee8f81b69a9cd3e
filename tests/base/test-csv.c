/* SPDX-License-Identifier: MIT */
/* Goal: no field of a table runs as a formula, and what was written comes back. Method: known
 * payloads, and random tables read by a small RFC 4180 reader of the test. */
#include "app/base/csv.h"

#include <string.h>

#include "tests/support/support.h"

#define TABLES 500
#define BOM "\xef\xbb\xbf"

static void
assert_field (const char *text, const char *written)
{
  g_autoptr (DkCsv) csv = dk_csv_new ();
  g_autofree char *whole = g_strconcat (BOM, written, "\r\n", NULL);

  dk_csv_add (csv, text);
  dk_csv_end_row (csv);
  g_assert_cmpstr (dk_csv_get (csv, NULL), ==, whole);
}

static void
test_formulas (void)
{
  assert_field ("=1+1", "\"'=1+1\"");
  assert_field ("+1 555", "\"'+1 555\"");
  assert_field ("-2", "\"'-2\"");
  assert_field ("@SUM(A1)", "\"'@SUM(A1)\"");
  assert_field ("\t=1", "\"'\t=1\"");
  assert_field ("\r=1", "\"'\r=1\"");
  assert_field ("\n=1", "\"'\n=1\"");
  assert_field ("  =1", "\"'  =1\"");
  assert_field ("\xc2\xa0=1", "\"'\xc2\xa0=1\""); /* no-break space */
  assert_field ("\xef\xbc\x9d"
                "1",
                "\"'\xef\xbc\x9d"
                "1\""); /* full-width = */
  assert_field ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
  assert_field ("'already", "\"''already\"");
  assert_field ("a=b", "a=b");
}

static void
test_quoting (void)
{
  g_autoptr (DkCsv) csv = dk_csv_new ();
  gsize size = 0;

  assert_field ("a,b", "\"a,b\"");
  assert_field ("say \"hi\"", "\"say \"\"hi\"\"\"");
  assert_field ("two\nlines", "\"two\nlines\"");
  assert_field (" blank ", "\" blank \"");
  assert_field (NULL, "");
  assert_field ("Zoë", "Zoë");
  assert_field ("bad\xff", "bad\xef\xbf\xbd");
  dk_csv_add_int (csv, -5);
  dk_csv_add (csv, "x");
  dk_csv_end_row (csv);
  g_assert_cmpstr (dk_csv_get (csv, &size), ==, BOM "-5,x\r\n");
  g_assert_cmpuint (size, ==, 3 + 6);
}

/* Reads one field at *p, takes one ' off, and leaves *p behind the comma or line end. */
static char *
read_field (const char **p)
{
  GString *out = g_string_new (NULL);
  const char *c = *p;

  if (*c == '"') {
    for (c++; *c != '"' || c[1] == '"'; c++) {
      g_assert_cmpint (*c, !=, '\0');
      g_string_append_c (out, *c);
      c += *c == '"' ? 1 : 0;
    }
    c++;
  } else {
    for (; *c != ',' && *c != '\r'; c++)
      g_string_append_c (out, *c);
  }
  g_assert_true (*c == ',' || (c[0] == '\r' && c[1] == '\n'));
  *p = c + (*c == ',' ? 1 : 2);
  if (out->len > 0 && out->str[0] == '\'')
    g_string_erase (out, 0, 1);
  return g_string_free (out, FALSE);
}

static char *
random_text (GRand *rand)
{
  static const char *const parts[] = { "=",  "+",  "-", "@", "'", "\"", ",",           "\r",
                                       "\n", "\t", " ", "a", "9", "ü",  "\xef\xbc\x9d" };
  GString *out = g_string_new (NULL);

  for (int i = g_rand_int_range (rand, 0, 6); i > 0; i--)
    g_string_append (out, parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))]);
  return g_string_free (out, FALSE);
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  guint fields = 0;

  for (guint t = 0; t < TABLES; t++) {
    g_autoptr (DkCsv) csv = dk_csv_new ();
    g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
    const char *p;
    for (guint i = 0; i < 12; i++) {
      g_ptr_array_add (texts, random_text (rand));
      dk_csv_add (csv, g_ptr_array_index (texts, i));
      if (i % 3 == 2)
        dk_csv_end_row (csv);
    }
    p = dk_csv_get (csv, NULL) + strlen (BOM);
    for (guint i = 0; i < texts->len; i++, fields++) {
      g_autofree char *read = read_field (&p);
      g_assert_cmpstr (read, ==, g_ptr_array_index (texts, i));
    }
    g_assert_cmpint (*p, ==, '\0');
  }
  g_test_message ("%u fields came back", fields);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/base/csv/no-field-is-a-formula", test_formulas);
  g_test_add_func ("/base/csv/quotes-as-rfc-4180", test_quoting);
  g_test_add_func ("/base/csv/what-was-written-comes-back", test_round_trip);
  return dk_test_run ();
}
