/* SPDX-License-Identifier: MIT */
/* Goal: a definition that is written as sheets and read again is the same one, byte for byte in its
 * canonical form, whatever its texts are.
 * Method: all forms that ship, and random definitions with every key, type and odd text that
 * app/form takes, go through CSV and through .xlsx; the control changes one letter of a sheet and
 * must be seen. */
#include <string.h>

#include "app/xlsform/xlsform-export.h"
#include "app/xlsform/xlsform-import.h"
#include "app/xlsform/xlsx-read.h"
#include "app/xlsform/xlsx-write.h"
#include "tests/support/support.h"

#define FORMS_CSV 500u
#define FORMS_XLSX 500u

static const char *const odd_texts[] = {
  "=1+1", "+49 30", "-", "-1", "@home", "'quoted", "''", "'=x", "\"", "a \"b\" c", "a,b;c\td|e",
  " leads", "trails ", "two\nlines", "cr\rlf\r\n", "\xc3\xa4\xc3\xb6 \xe6\x97\xa5",
  "\xd8\xb9\xd8\xb1\xd8\xa8", "\xf0\x9f\x9a\x91", "_x000D_", "_x005F_", "bell\x07", "\x01",
  "<b>&amp;</b>", "**a** [b](http://c)", "]]>", "{\"json\":1}",
  "\xef\xbc\x9d" "full", "yes", "TRUE", "0", "1e5", "1/2",
  "\xc2\xa0nbsp", "\xef\xbf\xbe", "x\x7fy", "#N/A", "NULL", "sep=;", "\xef\xbb\xbf" "bom", "${q0}",
  "long long long long long long long long long long long long long long long long long long",
};

static const char *
odd (GRand *rand)
{
  return odd_texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (odd_texts))];
}

/* A text that is never blank. */
static json_t *
text (GRand *rand)
{
  g_autofree char *both = g_strdup_printf ("%s%s%s", g_rand_boolean (rand) ? odd (rand) : "w",
                                           odd (rand), g_rand_boolean (rand) ? odd (rand) : "");
  return json_string (both);
}

static json_t *
label (GRand *rand)
{
  static const char *const languages[] = { "en", "de", "fr", "pt-BR", "english", "ar", "tlh" };
  json_t *out;

  if (g_rand_int_range (rand, 0, 3) == 0)
    return text (rand);
  out = json_object ();
  for (int i = g_rand_int_range (rand, 1, 4); i > 0; i--)
    json_object_set_new (out, languages[g_rand_int_range (rand, 0, G_N_ELEMENTS (languages))],
                         text (rand));
  return out;
}

static gboolean
chance (GRand *rand, int one_of)
{
  return g_rand_int_range (rand, 0, one_of) == 0;
}

static void
add_common (GRand *rand, json_t *row, gboolean answered)
{
  if (chance (rand, 2))
    json_object_set_new (row, "label", label (rand));
  if (chance (rand, 3))
    json_object_set_new (row, "hint", label (rand));
  if (chance (rand, 3))
    json_object_set_new (row, "pdf", json_pack ("{s:i}", "w", g_rand_int_range (rand, 1, 13)));
  if (chance (rand, 3))
    json_object_set_new (row, "itsm", json_pack ("{s:o}", "field", text (rand)));
  if (chance (rand, 4))
    json_object_set_new (row, "relevant", json_string ("${q0} = 'a' or ${q0} != \"=b\""));
  if (!answered)
    return;
  if (chance (rand, 3))
    json_object_set_new (row, "required",
                         chance (rand, 3) ? json_string ("${q0} = ''")
                                          : json_boolean (chance (rand, 2)));
  if (chance (rand, 5))
    json_object_set_new (row, "constraint", json_string (". != ' x' and string-length(.) < 9"));
  if (json_object_get (row, "constraint") != NULL && chance (rand, 2))
    json_object_set_new (row, "constraint_message", label (rand));
  if (chance (rand, 6))
    json_object_set_new (row, "readonly", json_boolean (chance (rand, 2)));
}

static json_t *
random_row (GRand *rand, guint i)
{
  static const char *const types[]
      = { "text", "integer", "decimal", "date", "time", "dateTime", "select_one a",
          "select_multiple b", "select_one c", "boolean", "acknowledge", "contact", "device",
          "location", "service", "group", "operator", "image", "file", "note", "calculate" };
  const char *type = types[g_rand_int_range (rand, 0, G_N_ELEMENTS (types))];
  g_autofree char *name = g_strdup_printf ("q%u", i);
  json_t *row = json_pack ("{s:s, s:s}", "type", type, "name", name);

  add_common (rand, row, strcmp (type, "note") != 0 && strcmp (type, "calculate") != 0);
  if (strcmp (type, "calculate") == 0)
    json_object_set_new (row, "calculation", json_string ("concat('=1 ', ${q0}, ' \xc3\xa4 ')"));
  if (strcmp (type, "text") == 0 && chance (rand, 3))
    json_object_set_new (row, "default", text (rand));
  if (strcmp (type, "text") == 0 && chance (rand, 3))
    json_object_set_new (row, "appearance", json_string ("multiline"));
  if (strcmp (type, "select_one c") == 0)
    json_object_set_new (row, "choice_filter", json_string ("part = ${q0} or value = 'v'"));
  return row;
}

static json_t *
bracket (GRand *rand, const char *type, guint i)
{
  g_autofree char *name = g_strdup_printf ("b%u", i);
  json_t *row = json_pack ("{s:s, s:s}", "type", type, "name", name);

  add_common (rand, row, FALSE);
  return row;
}

static json_t *
random_list (GRand *rand, gboolean columns)
{
  json_t *list = json_array ();

  for (int i = 0, n = g_rand_int_range (rand, 1, 6); i < n; i++) {
    g_autofree char *name = g_strdup_printf ("%s%d", chance (rand, 3) ? "=-" : "n", i);
    json_t *choice = json_pack ("{s:s}", "name", name);
    if (chance (rand, 2))
      json_object_set_new (choice, "label", label (rand));
    if (columns && (i == 0 || chance (rand, 2)))
      json_object_set_new (choice, "part", text (rand));
    if (columns && (i == 0 || chance (rand, 2)))
      json_object_set_new (choice, "value", text (rand));
    json_array_append_new (list, choice);
  }
  return list;
}

static void
add_head (GRand *rand, json_t *root)
{
  json_object_set_new (root, "title", label (rand));
  if (chance (rand, 2))
    json_object_set_new (root, "default_language", json_string (chance (rand, 2) ? "de" : "tlh"));
  if (chance (rand, 2))
    json_object_set_new (root, "itsm", json_pack ("{s:o}", "table", text (rand)));
  if (chance (rand, 3))
    json_object_set_new (root, "classification", json_string ("lead"));
  if (chance (rand, 3))
    json_object_set_new (root, "pdf", json_pack ("{s:s}", "orientation", "landscape"));
  if (chance (rand, 3))
    json_object_set_new (root, "follow_up",
                         json_pack ("[{s:s, s:s, s:{s:o}}]", "form", "call-log", "relevant",
                                    "${q0} != ''", "set", "summary", json_string ("=\n${q0}")));
}

/* With every key and type, some of it each time. New reference. */
static json_t *
random_definition (GRand *rand)
{
  json_t *root = json_pack ("{s:s, s:s}", "form_id", "random", "version", "=1.2");
  json_t *survey = json_array ();
  json_t *filtered = json_pack ("{s:s, s:s, s:s}", "type", "select_one c", "name", "c0",
                                "choice_filter", "part = ${q0} or value = 'v'");
  guint open = 0;
  gboolean in_repeat = FALSE;

  add_head (rand, root);
  json_array_append_new (survey, json_pack ("{s:s, s:s}", "type", "text", "name", "q0"));
  json_array_append_new (survey, filtered);
  for (guint i = 1, n = (guint) g_rand_int_range (rand, 2, 25); i < n; i++) {
    if (chance (rand, 6) && open == 0) {
      in_repeat = chance (rand, 2);
      json_array_append_new (survey,
                             bracket (rand, in_repeat ? "begin_repeat" : "begin_group", i));
      open++;
    }
    json_array_append_new (survey, random_row (rand, i));
    if (open > 0 && chance (rand, 3)) {
      json_array_append_new (survey,
                             json_pack ("{s:s}", "type", in_repeat ? "end_repeat" : "end_group"));
      open--;
    }
  }
  if (open > 0)
    json_array_append_new (survey,
                           json_pack ("{s:s}", "type", in_repeat ? "end_repeat" : "end_group"));
  json_object_set_new (root, "survey", survey);
  json_object_set_new (root, "choices",
                       json_pack ("{s:o, s:o, s:o}", "a", random_list (rand, FALSE), "b",
                                  random_list (rand, FALSE), "c", random_list (rand, TRUE)));
  return root;
}

static gboolean
is_taken (const json_t *definition)
{
  g_autofree char *source = dk_json_text (definition, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse (source, strlen (source), "en", &error);

  if (form == NULL)
    g_test_message ("not taken: %s", error->message);
  return form != NULL;
}

static DkSheet *
through_csv (const DkSheet *sheet)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = dk_sheet_to_csv (sheet);
  DkSheet *again = dk_sheet_from_csv (bytes, "x.csv", dk_sheet_name (sheet), &error);

  g_assert_no_error (error);
  return again;
}

/* The sheets after they were a file of their own each, or one workbook. New sheets. */
static DkFormSheets *
through_files (const DkFormSheets *sheets, gboolean workbook)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  DkFormSheets *again;

  if (workbook) {
    g_ptr_array_add (list, sheets->survey);
    g_ptr_array_add (list, sheets->choices);
    g_ptr_array_add (list, sheets->settings);
    bytes = dk_xlsx_write (list, &error);
    g_assert_no_error (error);
    again = dk_form_sheets_from_bytes (bytes, "x.xlsx", &error);
    g_assert_no_error (error);
    return again;
  }
  again = g_new0 (DkFormSheets, 1);
  again->id = g_strdup ("x");
  again->others = g_ptr_array_new_with_free_func (g_free);
  again->survey = through_csv (sheets->survey);
  again->choices = through_csv (sheets->choices);
  again->settings = through_csv (sheets->settings);
  return again;
}

static void
assert_round_trip (const json_t *definition, gboolean workbook)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkFormSheets) sheets = dk_xlsform_export (definition, &error);
  g_autoptr (DkFormSheets) files = NULL;
  g_autoptr (DkXlsform) again = NULL;
  g_autofree char *wanted = dk_json_canonical (definition, NULL);
  g_autofree char *got = NULL;

  g_assert_no_error (error);
  files = through_files (sheets, workbook);
  again = dk_xlsform_import (files, &error);
  g_assert_no_error (error);
  got = dk_json_canonical (again->definition, NULL);
  g_assert_cmpstr (got, ==, wanted);
  for (guint i = 0; i < again->findings->len; i++) {
    const DkXlsformFinding *finding = g_ptr_array_index (again->findings, i);
    if (strstr (finding->what, "${q0}") == NULL) /* odd text of a choice */
      g_error ("%s \"%s\" %s", finding->place, finding->what, finding->why);
  }
}

static void
test_shipped (void)
{
  const char *const *ids = dk_form_shipped_ids ();
  guint count = 0;

  for (; ids[count] != NULL; count++) {
    g_autoptr (DkForm) form = dk_form_shipped (ids[count], "en");
    const char *source = dk_form_source (form);
    g_autoptr (json_t) definition
        = dk_json_parse (source, strlen (source), 8u << 20, "form", NULL);
    assert_round_trip (definition, FALSE);
    assert_round_trip (definition, TRUE);
  }
  g_assert_cmpuint (count, >=, 3);
  g_test_message ("%u forms that ship, each through CSV and .xlsx", count);
}

static void
run_random (guint wanted, gboolean workbook)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (workbook ? 11 : 7);
  guint done = 0;
  guint refused = 0;

  while (done < wanted) {
    g_autoptr (json_t) definition = random_definition (rand);
    if (!is_taken (definition)) {
      g_assert_cmpuint (++refused, <, wanted);
      continue;
    }
    assert_round_trip (definition, workbook);
    done++;
  }
  g_test_message ("%u random definitions the same again, %u were no form", done, refused);
}

static void
test_random_csv (void)
{
  run_random (FORMS_CSV, FALSE);
}

static void
test_random_xlsx (void)
{
  run_random (FORMS_XLSX, TRUE);
}

/* The comparison must be able to fail. */
static void
test_control (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  guint seen = 0;

  for (guint i = 0; i < 20; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (json_t) definition = random_definition (rand);
    g_autoptr (DkFormSheets) sheets
        = is_taken (definition) ? dk_xlsform_export (definition, &error) : NULL;
    g_autoptr (DkXlsform) again = NULL;
    if (sheets == NULL)
      continue;
    g_assert_true (dk_sheet_set (sheets->survey, dk_sheet_rows (sheets->survey), 0, "note",
                                 &error));
    again = dk_xlsform_import (sheets, &error);
    g_assert_no_error (error);
    g_assert_false (json_equal (again->definition, definition));
    seen++;
  }
  g_assert_cmpuint (seen, >, 5);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/xlsform/round-trip/shipped-forms-are-the-same-again", test_shipped);
  g_test_add_func ("/xlsform/round-trip/random-forms-through-csv", test_random_csv);
  g_test_add_func ("/xlsform/round-trip/random-forms-through-xlsx", test_random_xlsx);
  g_test_add_func ("/xlsform/round-trip/a-changed-sheet-is-seen", test_control);
  return dk_test_run ();
}
