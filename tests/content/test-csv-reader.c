/* SPDX-License-Identifier: MIT */
/* Goal: tables of spreadsheets are read as their authors see them, and each slip is told with its
 * line and column.
 * Method: tables with their expected fields and places, broken ones with their messages, a round
 * trip through the writer, and large ones. */
#include "app/content/csv-reader.h"

#include <string.h>

#include "app/base/csv.h"
#include "tests/support/support.h"

static DkCsvTable *
read_table (const char *text)
{
  g_autoptr (GError) error = NULL;
  DkCsvTable *table = dk_csv_table_parse (text, strlen (text), "x.csv", &error);

  g_assert_no_error (error);
  return table;
}

static void
test_fields (void)
{
  g_autoptr (DkCsvTable) table
      = read_table ("\xef\xbb\xbfid,name,note\r\n\r\na,\"One, \"\"two\"\"\",\r\nb,\"line 1\n"
                    "line 2\""
                    ", trimmed \r\n\nc,,last");
  DkPlace place;

  g_assert_cmpuint (dk_csv_table_columns (table), ==, 3);
  g_assert_cmpuint (dk_csv_table_rows (table), ==, 3);
  g_assert_cmpint (dk_csv_table_find (table, "note"), ==, 2);
  g_assert_cmpint (dk_csv_table_find (table, "other"), ==, -1);
  g_assert_cmpstr (dk_csv_table_column (table, 0), ==, "id");
  g_assert_cmpstr (dk_csv_table_get (table, 0, 1), ==, "One, \"two\"");
  g_assert_cmpstr (dk_csv_table_get (table, 0, 2), ==, "");
  g_assert_cmpstr (dk_csv_table_get (table, 1, 1), ==, "line 1\nline 2");
  g_assert_cmpstr (dk_csv_table_get (table, 1, 2), ==, "trimmed");
  g_assert_cmpstr (dk_csv_table_get (table, 2, 2), ==, "last");
  place = dk_csv_table_place (table, 0, 1);
  g_assert_cmpuint (place.line, ==, 3);
  g_assert_cmpuint (place.column, ==, 3);
  place = dk_csv_table_place (table, 1, 2);
  g_assert_cmpuint (place.line, ==, 5);
  g_assert_cmpuint (place.column, ==, 9);
  place = dk_csv_table_place (table, 2, 0);
  g_assert_cmpuint (place.line, ==, 7);
  g_assert_cmpuint (place.column, ==, 1);
}

static void
test_semicolons (void)
{
  g_autoptr (DkCsvTable) table = read_table ("id;name\na;\"x;y, z\"\n");

  g_assert_cmpuint (dk_csv_table_columns (table), ==, 2);
  g_assert_cmpstr (dk_csv_table_get (table, 0, 1), ==, "x;y, z");
}

static void
test_refusals_with_place (void)
{
  static const char *const cases[][2] = {
    { "", "x.csv:1:1: the first row must name" },
    { "\n\n", "x.csv:3:1: the first row must name" },
    { "id,id\n", "x.csv:1:4: the column \"id\" stands here twice" },
    { "id,,x\n", "x.csv:1:4: a column without a name" },
    { "id,name\na,b\nc\n", "x.csv:3:1: this row has 1 fields, the header has 2" },
    { "id,name\na,b,c\n", "x.csv:2:1: this row has 3 fields" },
    { "id,name\na,x\"y\n", "x.csv:2:4: broken quotes" },
    { "id,name\na,\"x\"y\nb,c\n", "x.csv:2:6: broken quotes" },
    { "id,name\na,\"open\nb,c\n", "x.csv:2:3: broken quotes" },
    { "id,name\nä,x\xff\n", "x.csv:2:4: this is not UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (dk_csv_table_parse (cases[i][0], strlen (cases[i][0]), "x.csv", &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    if (!g_str_has_prefix (error->message, cases[i][1]))
      g_test_message ("%s: %s", cases[i][0], error->message);
    g_assert_true (g_str_has_prefix (error->message, cases[i][1]));
  }
}

static void
test_own_writer (void)
{
  static const char *const texts[] = { "plain",      "+1 555 010 0142", "=1+1",   "@x",     "-5",
                                       "'quoted",    "''twice",         " =lead", "\tx",    "a,b",
                                       "say \"hi\"", "two\nlines",      "＝full", "'=both", "" };
  g_autoptr (DkCsv) csv = dk_csv_new ();
  g_autoptr (DkCsvTable) table = NULL;

  dk_csv_add (csv, "id");
  dk_csv_add (csv, "text");
  dk_csv_end_row (csv);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    dk_csv_add_int (csv, (gint64) i);
    dk_csv_add (csv, texts[i]);
    dk_csv_end_row (csv);
  }
  table = read_table (dk_csv_get (csv, NULL));
  g_assert_cmpuint (dk_csv_table_rows (table), ==, G_N_ELEMENTS (texts));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpstr (dk_csv_table_get (table, i, 1), ==, texts[i]);
}

static void
assert_refused (GString *text)
{
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_assert_null (dk_csv_table_parse (text->str, text->len, "x.csv", &error));
  g_test_message ("%s", error->message);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 2 * G_USEC_PER_SEC);
}

static void
test_bounds (void)
{
  g_autoptr (GString) columns = g_string_new ("a0");
  g_autoptr (GString) field = g_string_new ("id\n\"");
  g_autoptr (GString) rows = g_string_new ("id\n");
  g_autoptr (DkCsvTable) table = NULL;

  for (guint i = 1; i < 100000; i++)
    g_string_append_printf (columns, ",a%u", i);
  assert_refused (columns);
  for (guint i = 0; i < 100000; i++)
    g_string_append (field, "x\"\"y\n");
  assert_refused (field);
  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (rows, "%u\n", i);
  table = read_table (rows->str);
  g_assert_cmpuint (dk_csv_table_rows (table), ==, 20000);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/content/csv/fields-and-their-places", test_fields);
  g_test_add_func ("/content/csv/semicolons-of-european-spreadsheets", test_semicolons);
  g_test_add_func ("/content/csv/refusals-name-line-and-column", test_refusals_with_place);
  g_test_add_func ("/content/csv/own-writer-is-read-back", test_own_writer);
  g_test_add_func ("/content/csv/bounds-hold", test_bounds);
  return dk_test_run ();
}
