/* SPDX-License-Identifier: MIT */
/* Goal: what a definition says about conditions, computed values, repeats, choices and follow-ups
 * is either understood or refused at its place, whatever its size. Method: small definitions with
 * one fault each whose JSON Pointer must be named, and definitions over each bound, timed. */
#include <string.h>

#include "app/base/platform.h"
#include "app/form/capture-check.h"
#include "app/form/form-state.h"
#include "tests/support/support.h"

#define TOP "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\","
#define LISTS "\"choices\":{\"n\":[{\"name\":\"1\"},{\"name\":\"2\"}]," \
              "\"c\":[{\"name\":\"a\",\"site\":\"x\"},{\"name\":\"b\",\"site\":\"y\"}]},"
#define A "{\"type\":\"text\",\"name\":\"a\"},"
#define FILTERED \
  "{\"type\":\"select_one c\",\"name\":\"f\",\"choice_filter\":\"site = 'x'\"},"
#define REPEAT "{\"type\":\"begin_repeat\",\"name\":\"r\"},{\"type\":\"integer\",\"name\":\"q\"}," \
               "{\"type\":\"end_repeat\"},"
#define LIMIT_US (2 * G_USEC_PER_SEC)

static DkForm *
parse (const char *text, GError **error)
{
  return dk_form_parse (text, strlen (text), "en", error);
}

static void
expect_fault (const char *text, const char *named)
{
  g_autoptr (GError) error = NULL;
  gint64 start_us = dk_platform_thread_cpu_us ();
  g_autoptr (DkForm) form = parse (text, &error);
  g_assert_cmpint (dk_platform_thread_cpu_us () - start_us, <, LIMIT_US);
  g_assert_null (form);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  if (strstr (error->message, named) == NULL) {
    g_error ("\"%s\" is not named in \"%s\" for %.300s", named, error->message, text);
  }
}

typedef struct {
  const char *rows;
  const char *named;
} Fault;

static const Fault row_faults[] = {
  { A "{\"type\":\"calculate\",\"name\":\"k\"}", "/survey/2/calculation: a calculate needs" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"calculation\":\"1\"}", "/survey/2/calculation: only a" },
  { A "{\"type\":\"note\",\"name\":\"k\",\"calculation\":\"1\"}", "/survey/2/calculation" },
  { A "{\"type\":\"calculate\",\"name\":\"k\",\"calculation\":\". + 1\"}",
    "/survey/2/calculation: \".\" stands alone" },
  { A "{\"type\":\"calculate\",\"name\":\"k\",\"calculation\":\"if(. = 1, 2, 1)\"}",
    "/survey/2/calculation: \".\" stands alone" },
  { A "{\"type\":\"calculate\",\"name\":\"k\",\"calculation\":\"if(${a}, concat(., 'x'), .)\"}",
    "/survey/2/calculation: \".\" stands alone" },
  { A "{\"type\":\"calculate\",\"name\":\"k\",\"calculation\":\"string-length()\"}",
    "/survey/2/calculation: \".\" stands alone" },
  { A "{\"type\":\"note\",\"name\":\"k\",\"label\":\"of ${b}\"}",
    "/survey/2/label: ${b} names no row" },
  { A "{\"type\":\"note\",\"name\":\"k\",\"label\":{\"en\":\"of\",\"de\":\"von ${b}\"}}",
    "/survey/2/label/de: ${b} names no row" },
  { A "{\"type\":\"note\",\"name\":\"k\",\"label\":\"of ${a\"}",
    "/survey/2/label: \"${\" has no \"}\"" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"hint\":\"of ${b}\"}",
    "/survey/2/hint: ${b} names no row" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"constraint\":\". > 1\","
      "\"constraint_message\":\"of ${b}\"}",
    "/survey/2/constraint_message: ${b} names no row" },
  { A "{\"type\":\"begin_repeat\",\"name\":\"rp\"},{\"type\":\"text\",\"name\":\"in\"},"
      "{\"type\":\"end_repeat\"},{\"type\":\"note\",\"name\":\"k\",\"label\":\"of ${in}\"}",
    "/survey/5/label: ${in} lies in the repeat" },
  { A "{\"type\":\"calculate\",\"name\":\"k\",\"calculation\":\"concat(once(${a}), '!')\"}",
    "/survey/2/calculation: once() stands alone" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"\"}", "/survey/2/relevant" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"relevant\":true}", "/survey/2/relevant: an expression" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"${a} = = 1\"}",
    "/survey/2/relevant: column 8" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"${b} = 1\"}",
    "/survey/2/relevant: ${b} names no row" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"a = 1\"}", "is written ${a}" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"shout(${a})\"}", "shout" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"required\":\"yes\"}", "/survey/2/required" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"required\":1}", "/survey/2/required: true, false or" },
  { A "{\"type\":\"note\",\"name\":\"k\",\"constraint\":\". != ''\"}", "/survey/2/constraint" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"constraint\":\"regex(., '(')\"}",
    "/survey/2/constraint: column" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"constraint_message\":\"x\"}",
    "/survey/2/constraint_message" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"constraint\":\"1\",\"constraint_message\":1}",
    "/survey/2/constraint_message" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"choice_filter\":\"1\"}",
    "/survey/2/choice_filter: only" },
  { A "{\"type\":\"select_one c\",\"name\":\"k\",\"choice_filter\":\"town = 'x'\"}",
    "/survey/2/choice_filter: the choices of \"c\" have no column \"town\"" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"default\":\"nothing(1)\"}",
    "/survey/2/default: column" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"default\":\"${b}\"}", "/survey/2/default: ${b} names" },
  { A "{\"type\":\"file\",\"name\":\"k\",\"default\":\"x\"}", "/survey/2/default" },
  { A "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"${k} = 1\"}",
    "/survey/2/relevant: each of these rows depends on the next: k -> k" },
  { A "{\"type\":\"calculate\",\"name\":\"k\",\"calculation\":\"${m}\"},"
      "{\"type\":\"calculate\",\"name\":\"m\",\"calculation\":\"${k} + 1\"}",
    "k -> m -> k" },
  { A "{\"type\":\"begin_group\",\"name\":\"g\",\"relevant\":\"${k} = 1\"},"
      "{\"type\":\"text\",\"name\":\"k\"},{\"type\":\"end_group\"}",
    "-> g" },
  { REPEAT "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"${q} = 1\"}",
    "${q} lies in the repeat \"r\"" },
  { REPEAT "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"sum(${q}) + ${q} > 1\"}",
    "${q} lies in the repeat" },
  { REPEAT "{\"type\":\"text\",\"name\":\"k\",\"relevant\":\"${r} = 1\"}", "has no value" },
  { REPEAT "{\"type\":\"begin_repeat\",\"name\":\"s\"},{\"type\":\"text\",\"name\":\"k\","
           "\"relevant\":\"${q} = 1\"},{\"type\":\"end_repeat\"}",
    "${q} lies in the repeat" },
  { "{\"type\":\"begin_repeat\",\"name\":\"r\"},{\"type\":\"begin_repeat\",\"name\":\"s\"},"
    "{\"type\":\"end_repeat\"},{\"type\":\"end_repeat\"}",
    "/survey/2: a repeat cannot lie in the repeat \"r\"" },
  { "{\"type\":\"begin_repeat\",\"name\":\"r\"},{\"type\":\"end_group\"}",
    "/survey/2: the repeat \"r\" must end first" },
  { "{\"type\":\"begin_repeat\",\"name\":\"r\"}", "\"r\" has no end_repeat" },
  { "{\"type\":\"end_repeat\"}", "/survey/1: no repeat is open" },
  { "{\"type\":\"begin_repeat\",\"name\":\"r\"},{\"type\":\"text\",\"name\":\"caller\"},"
    "{\"type\":\"end_repeat\"}",
    "/survey/2: \"caller\" feeds the ticket" },
  { REPEAT "{\"type\":\"text\",\"name\":\"q\"}", "/survey/4: the name \"q\" is taken" },
  { "{\"type\":\"begin_repeat\",\"name\":\"r\",\"pdf\":{\"as\":\"table\",\"columns\":[]}},"
    "{\"type\":\"end_repeat\"}",
    "/survey/1/pdf/columns" },
  { A "{\"type\":\"end_group\",\"relevant\":\"1\"}", "/survey/2/relevant" },
};

static const Fault top_faults[] = {
  { "\"default_language\":\"German\",", "/default_language" },
  { "\"classification\":\"secret\",", "/classification" },
  { "\"pdf\":{\"lines\":0},", "/pdf/lines" },
  { "\"pdf\":{\"lines\":31},", "/pdf/lines" },
  { "\"pdf\":{\"orientation\":\"upright\"},", "/pdf/orientation" },
  { "\"pdf\":{\"paper\":\"A3\"},", "/pdf/paper" },
  { "\"follow_up\":{},", "/follow_up" },
  { "\"follow_up\":[{}],", "/follow_up/0/form" },
  { "\"follow_up\":[{\"form\":\"x\",\"relevant\":\"${b}\"}],", "/follow_up/0/relevant: ${b}" },
  { "\"follow_up\":[{\"form\":\"x\",\"relevant\":\"1 +\"}],", "/follow_up/0/relevant: column" },
  { "\"follow_up\":[{\"form\":\"x\",\"set\":{\"s\":\"${b}\"}}],", "/follow_up/0/set/s: ${b}" },
  { "\"follow_up\":[{\"form\":\"x\",\"set\":{\"s\":\"${b\"}}],", "/follow_up/0/set/s: \"${\"" },
  { "\"follow_up\":[{\"form\":\"x\",\"set\":{\"s\":\"${q}\"}}],", "/follow_up/0/set/s: ${q}" },
  { "\"follow_up\":[{\"form\":\"x\",\"set\":{\"s\":1}}],", "/follow_up/0/set/s" },
  { "\"follow_up\":[{\"form\":\"x\",\"sets\":{}}],", "/follow_up/0/sets" },
};

static void
test_faults_are_refused_with_their_place (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (row_faults); i++) {
    g_autofree char *rows = g_strconcat (FILTERED, row_faults[i].rows, NULL);
    g_autofree char *text = g_strconcat (TOP LISTS "\"survey\":[", rows, "]}", NULL);
    expect_fault (text, row_faults[i].named);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (top_faults); i++) {
    g_autofree char *text = g_strconcat (TOP, top_faults[i].rows, "\"survey\":[", REPEAT,
                                         "{\"type\":\"text\",\"name\":\"a\"}]}", NULL);
    expect_fault (text, top_faults[i].named);
  }
}

static void
test_columns_that_nobody_reads_are_refused (void)
{
  expect_fault (TOP LISTS "\"survey\":[{\"type\":\"select_one c\",\"name\":\"k\"}]}",
                "/choices/c/0/site: no choice_filter of this form reads this key");
  expect_fault (TOP "\"choices\":{\"c\":[{\"name\":\"a\",\"site\":1}]},\"survey\":[]}",
                "/choices/c/0/site: a text");
}

/* count calculates, each of which reads the next and the last one the first. */
static char *
make_ring (guint count, gboolean is_closed)
{
  g_autoptr (GString) text = g_string_new (TOP "\"survey\":[");
  for (guint i = 0; i < count; i++) {
    g_autofree char *next = i + 1 < count ? g_strdup_printf ("${k%u}", i + 1)
                                          : g_strdup (is_closed ? "${k0}" : "1");
    g_string_append_printf (text, "%s{\"type\":\"calculate\",\"name\":\"k%u\","
                            "\"calculation\":\"%s + 1\"}", i > 0 ? "," : "", i, next);
  }
  g_string_append (text, "]}");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_cycles_are_named (void)
{
  g_autofree char *small = make_ring (2, TRUE);
  g_autofree char *large = make_ring (500, TRUE);
  g_autofree char *largest = make_ring (2000, TRUE);
  g_autofree char *open = make_ring (500, FALSE);
  g_autoptr (GError) error = NULL;
  expect_fault (small, "/survey/0/calculation: each of these rows depends on the next: "
                       "k0 -> k1 -> k0.");
  expect_fault (large, "k10 -> k11 -> ... -> k0 (500 rows)");
  expect_fault (largest, "(2000 rows)");
  g_autoptr (DkForm) form = parse (open, &error);
  g_assert_no_error (error);
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  g_assert_cmpstr (json_string_value (dk_form_state_get (state, "k0", -1)), ==, "501");
}

static char *
make_rows (guint count, const char *more)
{
  g_autoptr (GString) text = g_string_new (TOP "\"survey\":[");
  for (guint i = 0; i < count; i++) {
    g_string_append_printf (text, "%s{\"type\":\"text\",\"name\":\"f%u\"%s}", i > 0 ? "," : "", i,
                            more);
  }
  g_string_append (text, "]}");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_bounds_hold (void)
{
  g_autofree char *many = make_rows (10000, "");
  g_autofree char *letters = g_strnfill (10000, 'x');
  g_autofree char *label = g_strdup_printf (",\"label\":\"%s\"", letters);
  g_autofree char *long_label = make_rows (1, label);
  g_autofree char *rule = g_strdup_printf (",\"relevant\":\"'%s'\"", letters);
  g_autofree char *long_rule = make_rows (1, rule);
  g_autofree char *most = make_rows (2000, ",\"relevant\":\"${f0} = '' or ${f1} = 'x'\"");
  expect_fault (many, "/survey: a list of 1 to 2000 rows");
  expect_fault (long_label, "/survey/0/label: this text has more than 4000 bytes");
  expect_fault (long_rule, "/survey/0/relevant");
  expect_fault (most, "f0 -> f0");
  g_autoptr (GError) error = NULL;
  g_autofree char *large = make_rows (2000, ",\"required\":\"${f0} = '' or ${f1} = 'x'\"");
  gint64 start_us = dk_platform_thread_cpu_us ();
  g_autoptr (DkForm) form = parse (large, &error);
  g_assert_no_error (error);
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  g_assert_true (dk_form_state_is_required (state, "f1999", -1));
  g_assert_cmpint (dk_platform_thread_cpu_us () - start_us, <, LIMIT_US);
}

/* A list of many choices is read once, however many rows use it. */
static void
test_large_lists_are_shared (void)
{
  g_autoptr (GString) text = g_string_new (TOP "\"choices\":{\"c\":[");
  for (guint i = 0; i < 1000; i++) {
    g_string_append_printf (text, "%s{\"name\":\"c%u\"}", i > 0 ? "," : "", i);
  }
  g_string_append (text, "]},\"survey\":[");
  for (guint i = 0; i < 2000; i++) {
    g_string_append_printf (text, "%s{\"type\":\"select_one c\",\"name\":\"f%u\"}",
                            i > 0 ? "," : "", i);
  }
  g_string_append (text, "]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = parse (text->str, &error);
  g_assert_no_error (error);
  g_assert_true (dk_form_find (form, "f0")->choices == dk_form_find (form, "f1999")->choices);
  g_assert_cmpstr (dk_form_find (form, "f7")->list, ==, "c");
}

static void
test_default_language_stands_in (void)
{
  const char *text = TOP "\"default_language\":\"de\",\"survey\":[{\"type\":\"text\","
                         "\"name\":\"a\",\"label\":{\"en\":\"One\",\"de\":\"Eins\"}}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) finnish = dk_form_parse (text, strlen (text), "fi", &error);
  g_assert_no_error (error);
  g_autoptr (DkForm) english = dk_form_parse (text, strlen (text), "en", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dk_form_find (finnish, "a")->label, ==, "Eins");
  g_assert_cmpstr (dk_form_find (english, "a")->label, ==, "One");
}

static void
test_top_keys_are_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) plain = parse (TOP "\"survey\":[{\"type\":\"text\",\"name\":\"a\"}]}", &error);
  g_assert_no_error (error);
  g_autoptr (DkForm) form
      = parse (TOP "\"classification\":\"lead\",\"pdf\":{\"lines\":8,"
                   "\"orientation\":\"landscape\"},\"survey\":[{\"type\":\"text\","
                   "\"name\":\"a\"}]}",
               &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dk_form_paper_lines (form), ==, 8);
  g_assert_true (dk_form_is_landscape (form) && dk_form_is_lead_only (form));
  g_assert_cmpuint (dk_form_paper_lines (plain), ==, 0);
  g_assert_false (dk_form_is_landscape (plain) || dk_form_is_lead_only (plain));
}

static void
test_rows_know_where_they_lie (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form
      = parse (TOP "\"survey\":[{\"type\":\"begin_group\",\"name\":\"g\",\"relevant\":\"true()\"},"
                   "{\"type\":\"begin_repeat\",\"name\":\"r\",\"pdf\":{\"as\":\"table\"}},"
                   "{\"type\":\"image\",\"name\":\"p\"},{\"type\":\"end_repeat\"},"
                   "{\"type\":\"end_group\"},{\"type\":\"calculate\",\"name\":\"k\","
                   "\"calculation\":\"count(${r})\"}]}",
               &error);
  g_assert_no_error (error);
  const DkField *photo = dk_form_find (form, "p");
  g_assert_true (photo->group == photo->repeat && photo->repeat == dk_form_find (form, "r"));
  g_assert_true (photo->repeat->group == dk_form_find (form, "g"));
  g_assert_true (photo->has_condition && photo->is_image && photo->index == 2);
  g_assert_cmpint (photo->repeat->paper, ==, DK_PAPER_TABLE);
  g_assert_cmpuint (photo->repeat->paper_rows, ==, 4);
  g_assert_cmpint (dk_form_find (form, "k")->paper, ==, DK_PAPER_NONE);
  g_assert_true (dk_form_find (form, "k")->has_calculation);
}

#define KEY "110000-220000-330000-440000-550000-660000-000011-000022"

static void
test_keys_are_masked (void)
{
  g_autoptr (json_t) document = json_pack ("{s:s, s:[s, {s:s}], s:i}", "a", "key " KEY ", noted",
                                           "b", "110000 220000 330000 440000 550000 660000 000011 "
                                                "000022",
                                           "c", "110000220000330000440000550000660000000011000022",
                                           "n", 7);
  g_autoptr (json_t) clean = json_pack ("{s:s}", "a", "111111-222222 and 48 digits are no key");
  g_assert_cmpuint (dk_form_mask_keys (document), ==, 3);
  g_autofree char *text = dk_json_canonical (document, NULL);
  g_assert_cmpstr (text, ==,
                   "{\"a\":\"key [recovery key removed], noted\",\"b\":[\"[recovery key removed]\","
                   "{\"c\":\"[recovery key removed]\"}],\"n\":7}");
  g_assert_cmpuint (dk_form_mask_keys (clean), ==, 0);
}

/* What is wrong with these answers, as they would be saved. */
static GPtrArray *
check_answers (DkForm *form, const json_t *answers)
{
  g_autoptr (DkFormState) state = dk_form_state_new (form, answers, NULL);
  return dk_form_state_check (state);
}

static void
test_keys_are_a_problem_in_every_text (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = parse (TOP "\"survey\":[" REPEAT "{\"type\":\"begin_repeat\",\"name\":"
                                       "\"s\"},{\"type\":\"device\",\"name\":\"d\"},{\"type\":"
                                       "\"end_repeat\"},{\"type\":\"text\",\"name\":\"a\"}]}",
                                   &error);
  g_assert_no_error (error);
  g_autoptr (json_t) answers
      = json_pack ("{s:s, s:[{s:s}]}", "a", "it is " KEY, "s", "d", KEY);
  g_autoptr (GPtrArray) problems = check_answers (form, answers);
  g_autofree char *text = dk_form_problems_text (form, problems);
  g_assert_cmpuint (problems->len, ==, 2);
  g_assert_nonnull (strstr (text, "s 1, d: holds a disk recovery key"));
  g_assert_nonnull (strstr (text, "a: holds a disk recovery key"));
}

static void
test_capture_warns_and_never_blocks (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = parse (TOP "\"survey\":[{\"type\":\"text\",\"name\":\"a\"},"
                                       "{\"type\":\"text\",\"name\":\"b\"},{\"type\":"
                                       "\"begin_repeat\",\"name\":\"r\"},{\"type\":\"text\","
                                       "\"name\":\"t\"},{\"type\":\"end_repeat\"}]}",
                                   &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) patterns = dk_capture_patterns_default ();
  g_ptr_array_insert (patterns, 0, dk_capture_pattern_new ("broken", "(", "x"));
  g_ptr_array_insert (patterns, 0, dk_capture_pattern_new ("slow", "(a+)+$", "x"));
  g_autofree char *slow = g_strnfill (30000, 'a');
  g_autofree char *slow_text = g_strconcat (slow, "! MRN 12345678", NULL);
  g_autoptr (json_t) answers
      = json_pack ("{s:s, s:s, s:[{s:s}, {s:s}]}", "a", slow_text, "b", "bed 12, room 3 at 14:05",
                   "r", "t", "nothing", "t", "born on 12.03.1954");
  gint64 start_us = dk_platform_thread_cpu_us ();
  g_autoptr (GPtrArray) warnings = dk_capture_warnings (form, answers, patterns);
  g_assert_cmpint (dk_platform_thread_cpu_us () - start_us, <, LIMIT_US);
  g_assert_cmpuint (warnings->len, ==, 2);
  const DkFormProblem *number = g_ptr_array_index (warnings, 0);
  const DkFormProblem *birth = g_ptr_array_index (warnings, 1);
  g_assert_cmpstr (number->field, ==, "a");
  g_assert_nonnull (strstr (number->message, "record number"));
  g_assert_cmpstr (birth->field, ==, "t");
  g_assert_cmpint (birth->row, ==, 1);
  g_autoptr (GPtrArray) problems = check_answers (form, answers);
  g_assert_cmpuint (problems->len, ==, 0);
  g_autoptr (GPtrArray) none = dk_capture_warnings (form, answers, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

/* What authors copy from the description must be a form. */
static void
test_example_is_a_form (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path
      = g_build_filename (g_getenv ("DK_SOURCE_ROOT"), "app", "form", "FORMAT.md", NULL);
  g_autofree char *text = NULL;
  gboolean is_read = g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (is_read);
  char *begin = strstr (text, "```json\n");
  g_assert_nonnull (begin);
  char *end = strstr (begin + 3, "```");
  g_assert_nonnull (end);
  g_autoptr (DkForm) form
      = dk_form_parse (begin + 8, (gsize) (end - begin - 8), "de", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dk_form_title (form), ==, "Stationsbesuch");
  g_assert_cmpstr (dk_form_find (form, "ward")->label, ==, "Ward in …");
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/form/logic/faults-are-refused-with-their-place",
                   test_faults_are_refused_with_their_place);
  g_test_add_func ("/form/logic/columns-that-nobody-reads-are-refused",
                   test_columns_that_nobody_reads_are_refused);
  g_test_add_func ("/form/logic/cycles-are-named", test_cycles_are_named);
  g_test_add_func ("/form/logic/bounds-hold", test_bounds_hold);
  g_test_add_func ("/form/logic/large-lists-are-shared", test_large_lists_are_shared);
  g_test_add_func ("/form/logic/default-language-stands-in", test_default_language_stands_in);
  g_test_add_func ("/form/logic/top-keys-are-read", test_top_keys_are_read);
  g_test_add_func ("/form/logic/rows-know-where-they-lie", test_rows_know_where_they_lie);
  g_test_add_func ("/form/keys/are-masked", test_keys_are_masked);
  g_test_add_func ("/form/keys/are-a-problem-in-every-text", test_keys_are_a_problem_in_every_text);
  g_test_add_func ("/form/capture/warns-and-never-blocks", test_capture_warns_and_never_blocks);
  g_test_add_func ("/form/logic/the-described-example-is-a-form", test_example_is_a_form);
  return dk_test_run ();
}
