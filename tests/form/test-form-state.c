/* SPDX-License-Identifier: MIT */
/* Goal: a form that is filled in shows what applies, asks for what is needed, computes what is
 * computed and loses no word. Method: small forms, edits as a person makes them, and after each the
 * state, its changes and what would be saved. */
#include "app/form/form-state.h"

#include <string.h>

#include "app/base/platform.h"
#include "tests/support/support.h"

#define NOW_MS G_GINT64_CONSTANT (1795340000000) /* 2026-11-22T09:33:20Z */

static DkForm *
parse_with (const char *top, const char *rows)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text
      = g_strconcat ("{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",", top,
                     "\"survey\":[", rows, "]}", NULL);
  DkForm *form = dk_form_parse (text, strlen (text), "en", &error);
  g_assert_no_error (error);
  return form;
}

static DkForm *
parse_rows (const char *rows)
{
  return parse_with ("", rows);
}

/* What is wrong with these answers, as they would be saved. */
static GPtrArray *
check_answers (DkForm *form, const json_t *answers)
{
  const DkFormWorld world = { .operator_name = "runner" };
  g_autoptr (DkFormState) state = dk_form_state_new (form, answers, &world);
  return dk_form_state_check (state);
}

static char *
pull (gpointer data, const char *table, const char *column, const char *key_column,
      const char *key)
{
  guint *calls = data;
  *calls += 1;
  gboolean is_known = g_str_equal (table, "contacts") && g_str_equal (column, "site")
                      && g_str_equal (key_column, "name") && g_str_equal (key, "IT desk");
  return is_known ? g_strdup ("CARY") : NULL;
}

static void
set_text (DkFormState *state, const char *name, int row, const char *text)
{
  g_autoptr (json_t) value = text != NULL ? json_string (text) : NULL;
  dk_form_state_set (state, name, row, value);
}

static void
set_number (DkFormState *state, const char *name, int row, int number)
{
  g_autoptr (json_t) value = json_integer (number);
  dk_form_state_set (state, name, row, value);
}

static const char *
get_text (DkFormState *state, const char *name, int row)
{
  return json_string_value (dk_form_state_get (state, name, row));
}

static void
expect_json (json_t *taken, const char *expected)
{
  g_autoptr (json_t) value = taken;
  g_autofree char *text = value != NULL ? dk_json_canonical (value, NULL) : g_strdup ("none");
  g_assert_cmpstr (text, ==, expected);
}

static void
expect_problems (DkFormState *state, const char *expected, DkForm *form)
{
  g_autoptr (GPtrArray) problems = dk_form_state_check (state);
  g_autofree char *text = dk_form_problems_text (form, problems);
  g_assert_cmpstr (text, ==, expected);
}

#define CHAIN \
  "{\"type\":\"select_one y\",\"name\":\"a\",\"label\":\"A\"}," \
  "{\"type\":\"begin_group\",\"name\":\"g\",\"relevant\":\"${a} = 'yes'\"}," \
  "{\"type\":\"text\",\"name\":\"b\",\"required\":\"${a} = 'yes'\"}," \
  "{\"type\":\"begin_group\",\"name\":\"h\",\"relevant\":\"${b} = 'x'\"}," \
  "{\"type\":\"text\",\"name\":\"c\",\"required\":true}," \
  "{\"type\":\"end_group\"},{\"type\":\"end_group\"}," \
  "{\"type\":\"text\",\"name\":\"d\",\"relevant\":\"${c} != ''\"}"
#define YES_NO "\"choices\":{\"y\":[{\"name\":\"yes\"},{\"name\":\"no\"}]},"

static void
test_relevance_follows_chains_and_groups (void)
{
  g_autoptr (DkForm) form = parse_with (YES_NO, CHAIN);
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  g_assert_false (dk_form_state_is_relevant (state, "c", -1));
  set_text (state, "a", -1, "yes");
  expect_problems (state, "b: must be filled in.", form);
  set_text (state, "b", -1, "x");
  g_assert_true (dk_form_state_is_relevant (state, "c", -1));
  set_text (state, "c", -1, "words");
  g_assert_true (dk_form_state_is_relevant (state, "d", -1));
  set_text (state, "d", -1, "more");
  set_text (state, "a", -1, "no");
  g_assert_false (dk_form_state_is_relevant (state, "b", -1));
  g_assert_false (dk_form_state_is_relevant (state, "h", -1));
  g_assert_false (dk_form_state_is_relevant (state, "d", -1));
  g_assert_false (dk_form_state_is_required (state, "c", -1));
  expect_problems (state, "", form);
  expect_json (dk_form_state_answers (state), "{\"a\":\"no\"}");
  expect_json (dk_form_state_left_out (state), "{\"b\":\"x\",\"c\":\"words\",\"d\":\"more\"}");
  expect_json (dk_form_state_draft (state),
               "{\"a\":\"no\",\"b\":\"x\",\"c\":\"words\",\"d\":\"more\"}");
  set_text (state, "a", -1, "yes");
  expect_json (dk_form_state_left_out (state), "none");
  g_assert_cmpstr (get_text (state, "d", -1), ==, "more");
}

static void
test_changes_are_told_once (void)
{
  g_autoptr (DkForm) form = parse_with (YES_NO, CHAIN);
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  g_autoptr (GArray) none = dk_form_state_take_changes (state);
  g_assert_cmpuint (none->len, ==, 0);
  set_text (state, "a", -1, "yes");
  g_autoptr (GArray) changes = dk_form_state_take_changes (state);
  g_assert_cmpuint (changes->len, ==, 2);
  const DkFormChange *first = &g_array_index (changes, DkFormChange, 0);
  const DkFormChange *second = &g_array_index (changes, DkFormChange, 1);
  g_assert_cmpstr (first->field->name, ==, "g");
  g_assert_cmpstr (second->field->name, ==, "b");
  g_assert_cmpint ((int) second->what, ==, DK_FORM_CHANGED_RELEVANT | DK_FORM_CHANGED_REQUIRED);
  g_autoptr (GArray) again = dk_form_state_take_changes (state);
  g_assert_cmpuint (again->len, ==, 0);
}

static void
test_calculations_follow (void)
{
  g_autoptr (DkForm) form = parse_rows (
      "{\"type\":\"calculate\",\"name\":\"total\",\"calculation\":\"${half} * 2 + 1\"},"
      "{\"type\":\"calculate\",\"name\":\"half\",\"calculation\":\"${n} div ${m}\"},"
      "{\"type\":\"integer\",\"name\":\"n\"},{\"type\":\"integer\",\"name\":\"m\"},"
      "{\"type\":\"integer\",\"name\":\"whole\",\"readonly\":true,\"calculation\":\"${n} + 1\"},"
      "{\"type\":\"decimal\",\"name\":\"part\",\"readonly\":true,"
      "\"calculation\":\"${half} div 2\"},"
      "{\"type\":\"date\",\"name\":\"day\",\"readonly\":true,\"calculation\":\"now()\"}");
  const DkFormWorld world = { .now_ms = NOW_MS };
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, &world);
  set_number (state, "n", -1, 6);
  set_number (state, "m", -1, 4);
  expect_json (dk_form_state_answers (state),
               "{\"day\":\"2026-11-22\",\"half\":\"1.5\",\"m\":4,\"n\":6,\"part\":\"0.75\","
               "\"total\":\"4\",\"whole\":7}");
  set_number (state, "m", -1, 0);
  g_assert_null (dk_form_state_get (state, "half", -1));
  g_assert_null (dk_form_state_get (state, "total", -1));
  set_text (state, "total", -1, "9");
  g_assert_null (dk_form_state_get (state, "total", -1));
  set_number (state, "m", -1, 3);
  g_assert_cmpstr (get_text (state, "total", -1), ==, "5");
  expect_problems (state, "", form);
}

static void
test_kinds_of_values_read_as_documented (void)
{
  g_autoptr (DkForm) form = parse_with (
      YES_NO,
      "{\"type\":\"boolean\",\"name\":\"t\"},{\"type\":\"acknowledge\",\"name\":\"k\"},"
      "{\"type\":\"select_multiple y\",\"name\":\"m\"},{\"type\":\"file\",\"name\":\"f\"},"
      "{\"type\":\"calculate\",\"name\":\"all\",\"calculation\":"
      "\"concat(${t}, '|', ${k}, '|', ${m}, '|', ${f})\"}");
  g_autoptr (json_t) answers
      = json_pack ("{s:b, s:b, s:[s,s], s:{s:s,s:s,s:i,s:s}}", "t", 0, "k", 1, "m", "yes", "no",
                   "f", "name", "a.txt", "type", "text/plain", "size", 3, "sha256",
                   "0000000000000000000000000000000000000000000000000000000000000000");
  g_autoptr (DkFormState) state = dk_form_state_new (form, answers, NULL);
  g_assert_cmpstr (get_text (state, "all", -1), ==, "no|OK|yes no|a.txt");
  dk_form_state_set (state, "t", -1, NULL);
  dk_form_state_set (state, "k", -1, json_false ());
  g_assert_cmpstr (get_text (state, "all", -1), ==, "||yes no|a.txt");
  expect_problems (state, "", form);
}

#define COMPUTED(type, name, words) \
  "{\"type\":\"" type "\",\"name\":\"" name "\",\"readonly\":true,\"calculation\":\"" words "\"},"

/* A result that is no text becomes what its field holds, as in ODK Collect. */
static void
test_results_fit_their_type (void)
{
  g_autoptr (DkForm) form = parse_rows (
      "{\"type\":\"date\",\"name\":\"d\"},{\"type\":\"dateTime\",\"name\":\"at\"},"
      COMPUTED ("date", "due", "${d} + 7") COMPUTED ("dateTime", "later", "${at} + 0.25")
      COMPUTED ("integer", "half", "(${d} - '2026-01-01') div 2")
      COMPUTED ("integer", "below", "-3 div 2") COMPUTED ("integer", "is", "${d} != ''")
      COMPUTED ("decimal", "part", "1 div 2")
      "{\"type\":\"note\",\"name\":\"end\"}");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  set_text (state, "d", -1, "2026-01-30");
  set_text (state, "at", -1, "2026-01-30T20:30:00+00:00");
  g_assert_cmpstr (get_text (state, "due", -1), ==, "2026-02-06");
  g_assert_cmpstr (get_text (state, "later", -1), ==, "2026-01-31T02:30:00+00:00");
  g_assert_cmpint (json_integer_value (dk_form_state_get (state, "half", -1)), ==, 14);
  g_assert_cmpint (json_integer_value (dk_form_state_get (state, "below", -1)), ==, -1);
  g_assert_cmpint (json_integer_value (dk_form_state_get (state, "is", -1)), ==, 1);
  g_assert_cmpstr (get_text (state, "part", -1), ==, "0.5");
}

/* A second weighing that was typed with another number of zeros is the same weight. */
static void
test_number_answers_are_compared_as_numbers (void)
{
  g_autoptr (DkForm) form = parse_rows (
      "{\"type\":\"decimal\",\"name\":\"a\"},{\"type\":\"text\",\"name\":\"t\"},"
      "{\"type\":\"decimal\",\"name\":\"b\",\"constraint\":\". = ${a}\"},"
      "{\"type\":\"calculate\",\"name\":\"of\",\"calculation\":"
      "\"concat(${a} = '3', ${a} != ${t}, ${t} = '3.0', ${a} = '', ${b} = '')\"}");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  set_text (state, "a", -1, "3.00");
  set_text (state, "t", -1, "3.0");
  g_assert_cmpstr (get_text (state, "of", -1), ==, "truefalsetruefalsetrue");
  set_text (state, "t", -1, "3");
  set_text (state, "b", -1, "3");
  g_assert_null (dk_form_state_problem (state, "b", -1));
  g_assert_cmpstr (get_text (state, "of", -1), ==, "truefalsefalsefalsefalse");
  set_text (state, "b", -1, "3.1");
  g_autofree char *problem = dk_form_state_problem (state, "b", -1);
  g_assert_nonnull (problem);
}

static void
test_constraints_speak_when_answered (void)
{
  g_autoptr (DkForm) form = parse_rows (
      "{\"type\":\"text\",\"name\":\"tag\",\"constraint\":\"regex(., 'WS[0-9]{6}')\","
      "\"constraint_message\":{\"en\":\"WS and 6 digits\"}},"
      "{\"type\":\"integer\",\"name\":\"n\",\"constraint\":\". < ${max}\"},"
      "{\"type\":\"integer\",\"name\":\"max\"},"
      "{\"type\":\"text\",\"name\":\"slow\",\"constraint\":\"regex(., '(a+)+b')\"}");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  g_assert_null (dk_form_state_problem (state, "tag", -1));
  set_text (state, "tag", -1, "WS12345");
  g_autofree char *problem = dk_form_state_problem (state, "tag", -1);
  g_assert_cmpstr (problem, ==, "WS and 6 digits");
  set_text (state, "tag", -1, "WS123456");
  g_assert_null (dk_form_state_problem (state, "tag", -1));
  set_number (state, "max", -1, 5);
  set_number (state, "n", -1, 5);
  expect_problems (state, "n: does not fit the rule of this form.", form);
  g_array_unref (dk_form_state_take_changes (state));
  set_number (state, "max", -1, 6);
  g_autoptr (GArray) changes = dk_form_state_take_changes (state);
  g_assert_cmpuint (changes->len, ==, 1);
  g_assert_true (g_array_index (changes, DkFormChange, 0).what == DK_FORM_CHANGED_PROBLEM);
  g_autofree char *letters = g_strnfill (10000, 'a');
  gint64 start_us = dk_platform_thread_cpu_us ();
  set_text (state, "slow", -1, letters);
  g_autofree char *unsure = dk_form_state_problem (state, "slow", -1);
  g_assert_cmpint (dk_platform_thread_cpu_us () - start_us, <, 2 * G_USEC_PER_SEC);
  g_assert_nonnull (strstr (unsure, "could not be checked"));
  expect_problems (state, "", form);
}

#define PLACES \
  "\"choices\":{\"s\":[{\"name\":\"cary\"},{\"name\":\"apex\"}],\"u\":[" \
  "{\"name\":\"icu\",\"site\":\"cary\"},{\"name\":\"er\",\"site\":\"apex\"}," \
  "{\"name\":\"lab\",\"site\":\"cary\"}]},"

static void
test_filters_leave_choices (void)
{
  g_autoptr (DkForm) form
      = parse_with (PLACES, "{\"type\":\"select_one s\",\"name\":\"site\"},"
                            "{\"type\":\"select_multiple u\",\"name\":\"unit\","
                            "\"choice_filter\":\"site = ${site}\"}");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  g_autoptr (GPtrArray) none = dk_form_state_choices (state, "unit", -1);
  g_assert_cmpuint (none->len, ==, 0);
  set_text (state, "site", -1, "cary");
  g_autoptr (GPtrArray) two = dk_form_state_choices (state, "unit", -1);
  g_assert_cmpuint (two->len, ==, 2);
  g_assert_cmpstr (((DkChoice *) two->pdata[1])->name, ==, "lab");
  g_autoptr (json_t) unit = json_pack ("[s]", "lab");
  dk_form_state_set (state, "unit", -1, unit);
  expect_problems (state, "", form);
  set_text (state, "site", -1, "apex");
  expect_problems (state, "unit: is not one of the choices for what is answered above; "
                          "choose from er.", form);
  g_assert_true (json_equal (dk_form_state_get (state, "unit", -1), unit));
  g_autoptr (GPtrArray) one = dk_form_state_choices (state, "unit", -1);
  g_assert_cmpuint (one->len, ==, 1);
}

static void
test_defaults_are_made_once (void)
{
  guint calls = 0;
  const DkFormWorld world
      = { .operator_name = "runner", .now_ms = NOW_MS, .pull = pull, .data = &calls };
  g_autoptr (DkForm) form = parse_rows (
      "{\"type\":\"dateTime\",\"name\":\"at\",\"default\":\"now()\"},"
      "{\"type\":\"operator\",\"name\":\"who\",\"default\":\"operator()\"},"
      "{\"type\":\"text\",\"name\":\"desk\",\"default\":\"IT desk\"},"
      "{\"type\":\"text\",\"name\":\"site\",\"default\":"
      "\"pulldata('contacts', 'site', 'name', ${desk})\"},"
      "{\"type\":\"text\",\"name\":\"copy\",\"default\":\"${desk}\"},"
      "{\"type\":\"calculate\",\"name\":\"first\",\"calculation\":\"once(${desk})\"},"
      "{\"type\":\"begin_repeat\",\"name\":\"r\"},{\"type\":\"integer\",\"name\":\"q\","
      "\"default\":\"2\"},{\"type\":\"text\",\"name\":\"of\",\"default\":\"${desk}\"},"
      "{\"type\":\"end_repeat\"}");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, &world);
  expect_json (dk_form_state_draft (state),
               "{\"at\":\"2026-11-22T09:33:20+00:00\",\"copy\":\"IT desk\",\"desk\":\"IT desk\","
               "\"first\":\"IT desk\",\"site\":\"CARY\",\"who\":\"runner\"}");
  g_assert_cmpuint (calls, ==, 1);
  set_text (state, "desk", -1, "Other");
  g_assert_cmpint (dk_form_state_add_row (state, "r"), ==, 0);
  expect_json (dk_form_state_draft (state),
               "{\"at\":\"2026-11-22T09:33:20+00:00\",\"copy\":\"IT desk\",\"desk\":\"Other\","
               "\"first\":\"IT desk\",\"r\":[{\"of\":\"Other\",\"q\":2}],\"site\":\"CARY\","
               "\"who\":\"runner\"}");
  g_autoptr (json_t) draft = dk_form_state_draft (state);
  g_autoptr (DkFormState) later = dk_form_state_new (form, draft, NULL);
  g_autoptr (json_t) same = dk_form_state_draft (later);
  g_assert_true (json_equal (draft, same));
}

/* Without somebody who answers, what was looked up stays as it is. */
static void
test_lookups_wait_for_their_answer (void)
{
  guint calls = 0;
  const DkFormWorld world = { .pull = pull, .data = &calls };
  g_autoptr (DkForm) form = parse_rows (
      "{\"type\":\"contact\",\"name\":\"who\"},{\"type\":\"calculate\",\"name\":\"site\","
      "\"calculation\":\"pulldata('contacts', 'site', 'name', ${who})\"},"
      "{\"type\":\"text\",\"name\":\"x\",\"relevant\":\"${site} = 'CARY'\"}");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, &world);
  set_text (state, "who", -1, "IT desk");
  g_assert_true (dk_form_state_is_relevant (state, "x", -1));
  g_autoptr (json_t) saved = dk_form_state_answers (state);
  g_autoptr (DkFormState) other = dk_form_state_new (form, saved, NULL);
  g_assert_cmpstr (get_text (other, "site", -1), ==, "CARY");
  guint before = calls;
  dk_form_state_refresh (state);
  g_assert_cmpuint (calls, >, before);
  set_text (state, "who", -1, "Nobody");
  g_assert_null (dk_form_state_get (state, "site", -1));
}

#define DEVICES \
  "{\"type\":\"text\",\"name\":\"floor\"}," \
  "{\"type\":\"begin_repeat\",\"name\":\"devices\",\"label\":\"Devices\",\"required\":true}," \
  "{\"type\":\"text\",\"name\":\"host\",\"label\":\"Host\",\"required\":true}," \
  "{\"type\":\"integer\",\"name\":\"n\",\"label\":\"Count\"}," \
  "{\"type\":\"begin_group\",\"name\":\"more\",\"relevant\":\"${n} > 1\"}," \
  "{\"type\":\"text\",\"name\":\"why\",\"label\":\"Why\"}," \
  "{\"type\":\"end_group\"}," \
  "{\"type\":\"calculate\",\"name\":\"share\",\"calculation\":\"${n} div sum(${n})\"}," \
  "{\"type\":\"end_repeat\"}," \
  "{\"type\":\"calculate\",\"name\":\"total\",\"calculation\":\"sum(${n})\"}," \
  "{\"type\":\"calculate\",\"name\":\"rows\",\"calculation\":\"count(${devices})\"}," \
  "{\"type\":\"text\",\"name\":\"many\",\"relevant\":\"${total} > 5\"}"

static void
test_repeats_have_rows_of_their_own (void)
{
  g_autoptr (DkForm) form = parse_rows (DEVICES);
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  expect_problems (state, "Devices: needs at least one row.", form);
  g_assert_cmpint (dk_form_state_add_row (state, "devices"), ==, 0);
  g_assert_cmpint (dk_form_state_add_row (state, "devices"), ==, 1);
  set_text (state, "host", 0, "PC-1");
  set_number (state, "n", 0, 1);
  set_number (state, "n", 1, 3);
  expect_problems (state, "Devices 2, Host: must be filled in.", form);
  set_text (state, "host", 1, "PC-2");
  set_text (state, "why", 1, "spare");
  g_assert_false (dk_form_state_is_relevant (state, "why", 0));
  g_assert_true (dk_form_state_is_relevant (state, "why", 1));
  expect_json (dk_form_state_answers (state),
               "{\"devices\":[{\"host\":\"PC-1\",\"n\":1,\"share\":\"0.25\"},"
               "{\"host\":\"PC-2\",\"n\":3,\"share\":\"0.75\",\"why\":\"spare\"}],"
               "\"rows\":\"2\",\"total\":\"4\"}");
  set_number (state, "n", 1, 1);
  expect_json (dk_form_state_left_out (state), "{\"devices\":[{},{\"why\":\"spare\"}]}");
  set_number (state, "n", 1, 7);
  g_assert_true (dk_form_state_is_relevant (state, "many", -1));
  dk_form_state_remove_row (state, "devices", 0);
  expect_json (dk_form_state_answers (state),
               "{\"devices\":[{\"host\":\"PC-2\",\"n\":7,\"share\":\"1\",\"why\":\"spare\"}],"
               "\"rows\":\"1\",\"total\":\"7\"}");
  dk_form_state_remove_row (state, "devices", 0);
  g_assert_false (dk_form_state_is_relevant (state, "many", -1));
  expect_json (dk_form_state_answers (state), "{\"rows\":\"0\",\"total\":\"0\"}");
}

static void
test_rows_are_bounded_and_named (void)
{
  g_autoptr (DkForm) form = parse_rows (DEVICES);
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  for (guint i = 0; i < DK_FORM_ROWS_MAX; i++) {
    g_assert_cmpint (dk_form_state_add_row (state, "devices"), ==, (int) i);
  }
  g_assert_cmpint (dk_form_state_add_row (state, "devices"), ==, -1);
  g_assert_cmpint (dk_form_state_add_row (state, "floor"), ==, -1);
  dk_form_state_remove_row (state, "devices", DK_FORM_ROWS_MAX);
  g_assert_cmpuint (dk_form_state_row_count (state, "devices"), ==, DK_FORM_ROWS_MAX);
  set_text (state, "host", DK_FORM_ROWS_MAX, "x");
  set_text (state, "host", -1, "x");
  set_text (state, "nothing", 0, "x");
  g_autoptr (json_t) odd = json_pack ("{s:s}", "devices", "three");
  g_autoptr (json_t) strange = json_pack ("{s:[{s:s,s:s}],s:s}", "devices", "host", "a", "colour",
                                          "red", "host", "b");
  g_autoptr (GPtrArray) first = check_answers (form, odd);
  g_autofree char *first_text = dk_form_problems_text (form, first);
  g_assert_cmpstr (first_text, ==, "Devices: must be a list of rows.");
  g_autoptr (GPtrArray) second = check_answers (form, strange);
  g_assert_cmpuint (second->len, ==, 2);
  const DkFormProblem *colour = g_ptr_array_index (second, 0);
  g_assert_cmpstr (colour->field, ==, "colour");
  g_assert_cmpint (colour->row, ==, 0);
  g_autoptr (DkFormState) kept = dk_form_state_new (form, strange, NULL);
  g_autoptr (json_t) draft = dk_form_state_draft (kept);
  g_assert_cmpstr (dk_json_get_text (json_array_get (json_object_get (draft, "devices"), 0),
                                     "colour"), ==, "red");
}

static void
test_rows_are_read_and_shown (void)
{
  g_autoptr (DkForm) form = parse_rows (DEVICES);
  const DkField *repeat = dk_form_find (form, "devices");
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) rows = dk_form_convert_rows (
      form, repeat, "[{\"host\":\" PC-1 \",\"n\":\"2\"},{\"host\":\"PC-2\"}]", &error);
  g_assert_no_error (error);
  g_autofree char *shown = dk_form_show_rows (form, repeat, rows);
  g_autofree char *count = dk_form_show (repeat, rows);
  g_assert_cmpstr (shown, ==, "Devices 1: Host PC-1, Count 2\nDevices 2: Host PC-2");
  g_assert_cmpstr (count, ==, "2 rows");
  static const char *const bad[][2] = {
    { "[{\"n\":\"two\"}]", "Devices 1, Count" }, { "[1]", "no row" },
    { "{}", "list of rows" },                    { "[{\"n\":1.5}]", "decimal numbers" },
    { "[", "Devices" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) reason = NULL;
    g_autoptr (json_t) refused = dk_form_convert_rows (form, repeat, bad[i][0], &reason);
    g_assert_null (refused);
    g_assert_error (reason, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (reason->message, bad[i][1]));
  }
}

static void
test_follow_ups_are_asked_for (void)
{
  g_autoptr (DkForm) form = parse_with (
      YES_NO "\"follow_up\":[{\"form\":\"rotate\",\"relevant\":\"${done} = 'no'\",\"set\":{"
             "\"summary\":\"Rotate key ${key} (${done})\",\"device\":\"${key}\","
             "\"choice\":\"${done}\"}},{\"form\":\"always\"}],",
      "{\"type\":\"text\",\"name\":\"key\"},{\"type\":\"boolean\",\"name\":\"done\"}");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  g_autoptr (GPtrArray) one = dk_form_state_follow_ups (state);
  g_assert_cmpuint (one->len, ==, 1);
  set_text (state, "key", -1, "A1B2");
  dk_form_state_set (state, "done", -1, json_false ());
  g_autoptr (GPtrArray) two = dk_form_state_follow_ups (state);
  g_assert_cmpuint (two->len, ==, 2);
  const DkFollowUp *rotate = g_ptr_array_index (two, 0);
  g_assert_cmpstr (rotate->form, ==, "rotate");
  expect_json (json_incref (rotate->answers),
               "{\"choice\":\"no\",\"device\":\"A1B2\",\"summary\":\"Rotate key A1B2 (No)\"}");
}

/* 2,000 rules, each of which would take its few ms. */
static void
test_hostile_rules_end_in_time (void)
{
  g_autoptr (GString) rows = g_string_new ("{\"type\":\"text\",\"name\":\"a\"}");
  for (guint i = 0; i < 1999; i++) {
    g_string_append_printf (rows, ",{\"type\":\"text\",\"name\":\"f%u\",\"relevant\":"
                            "\"regex(${a}, '(a+)+b')\"}", i);
  }
  g_autoptr (DkForm) form = parse_rows (rows->str);
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  g_autofree char *letters = g_strnfill (10000, 'a');
  g_assert_false (dk_form_state_is_relevant (state, "f1998", -1));
  gint64 start_us = dk_platform_thread_cpu_us ();
  set_text (state, "a", -1, letters);
  g_assert_cmpint (dk_platform_thread_cpu_us () - start_us, <, 2 * G_USEC_PER_SEC);
  g_assert_true (dk_form_state_is_relevant (state, "f0", -1));
  g_assert_true (dk_form_state_is_relevant (state, "f1998", -1));
}

static guint
take_what (DkFormState *state, const char *name, int row)
{
  g_autoptr (GArray) changes = dk_form_state_take_changes (state);
  for (guint i = 0; i < changes->len; i++) {
    const DkFormChange *change = &g_array_index (changes, DkFormChange, i);
    if (g_str_equal (change->field->name, name) && change->row == row) {
      return change->what;
    }
  }
  return 0;
}

static void
expect_label (DkFormState *state, DkForm *form, const char *name, int row, const char *expected)
{
  g_autofree char *text = dk_form_state_text (state, dk_form_find (form, name)->label_words, row);
  g_assert_cmpstr (text, ==, expected);
}

/* What a label tells follows the answers, in the same row of a repeat. */
static void
test_labels_tell_answers (void)
{
  g_autoptr (DkForm) form = parse_with (
      "\"choices\":{\"s\":[{\"name\":\"cary\",\"label\":\"Cary campus\"}]},",
      "{\"type\":\"select_one s\",\"name\":\"site\"},"
      "{\"type\":\"text\",\"name\":\"why\",\"relevant\":\"${site} = 'cary'\"},"
      "{\"type\":\"note\",\"name\":\"n\",\"label\":\"At ${ site }: ${why}.\"},"
      "{\"type\":\"integer\",\"name\":\"most\"},"
      "{\"type\":\"begin_repeat\",\"name\":\"rp\"},{\"type\":\"text\",\"name\":\"who\"},"
      "{\"type\":\"integer\",\"name\":\"age\",\"label\":\"Age of ${who}\","
      "\"constraint\":\". <= ${most}\",\"constraint_message\":\"${who}: at most ${most}\"},"
      "{\"type\":\"end_repeat\"}");
  g_assert_cmpstr (dk_form_find (form, "n")->label, ==, "At …: ….");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  expect_label (state, form, "n", -1, "At …: ….");
  set_text (state, "site", -1, "cary");
  g_assert_cmpuint (take_what (state, "n", -1), ==, DK_FORM_CHANGED_LABEL);
  set_text (state, "why", -1, "flood\nin\tthe cellar");
  expect_label (state, form, "n", -1, "At Cary campus: flood in the cellar.");
  set_text (state, "site", -1, NULL);
  g_assert_cmpuint (take_what (state, "n", -1), ==, DK_FORM_CHANGED_LABEL);
  expect_label (state, form, "n", -1, "At …: ….");
  g_assert_cmpint (dk_form_state_add_row (state, "rp"), ==, 0);
  g_assert_cmpint (dk_form_state_add_row (state, "rp"), ==, 1);
  set_text (state, "who", 1, "runner");
  g_assert_cmpuint (take_what (state, "age", 0), !=, DK_FORM_CHANGED_LABEL);
  expect_label (state, form, "age", 0, "Age of …");
  expect_label (state, form, "age", 1, "Age of runner");
  set_number (state, "most", -1, 9);
  set_number (state, "age", 1, 10);
  g_autofree char *problem = dk_form_state_problem (state, "age", 1);
  g_assert_cmpstr (problem, ==, "runner: at most 9");
}

static void
test_labels_stay_short (void)
{
  g_autofree char *many = g_strnfill (300, '#');
  g_autoptr (GString) words = g_string_new (NULL);
  for (guint i = 0; i < 300; i++) {
    g_string_append (words, "${a} ");
  }
  g_autofree char *rows
      = g_strconcat ("{\"type\":\"text\",\"name\":\"a\"},{\"type\":\"note\",\"name\":\"n\","
                     "\"label\":\"", words->str, "\"}", NULL);
  g_autoptr (DkForm) form = parse_rows (rows);
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  set_text (state, "a", -1, "äääääääääääääääääää");
  g_autofree char *text = dk_form_state_text (state, dk_form_find (form, "n")->label_words, -1);
  g_assert_cmpuint (strlen (text), <=, 4000);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (g_str_has_suffix (text, "…"));
  g_autoptr (json_t) answers = json_pack ("{s:s}", "a", many);
  g_autofree char *one = dk_form_fill (form, "<${a}>", answers, NULL, "____");
  g_assert_cmpint (g_utf8_strlen (one, -1), <=, 204);
  g_autofree char *blank = dk_form_fill (form, "<${a}>", NULL, NULL, "____");
  g_assert_cmpstr (blank, ==, "<____>");
}

/* "." keeps what stands there: it cannot be made longer by each change. */
static void
test_own_value_is_kept (void)
{
  g_autoptr (DkForm) form = parse_rows (
      "{\"type\":\"integer\",\"name\":\"a\"},{\"type\":\"calculate\",\"name\":\"last\","
      "\"calculation\":\"if(${a} > 5, ${a}, .)\"}");
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  set_number (state, "a", -1, 7);
  g_assert_cmpstr (json_string_value (dk_form_state_get (state, "last", -1)), ==, "7");
  set_number (state, "a", -1, 3);
  dk_form_state_refresh (state);
  g_assert_cmpstr (json_string_value (dk_form_state_get (state, "last", -1)), ==, "7");
}

/* A computed field is what it comes to, whatever is given. */
static void
test_files_and_computed_fields (void)
{
  g_autoptr (DkForm) form = parse_rows (
      "{\"type\":\"calculate\",\"name\":\"by\",\"calculation\":\"operator()\",\"required\":true},"
      "{\"type\":\"image\",\"name\":\"photo\"}");
  g_autoptr (json_t) answers = json_pack ("{s:s}", "by", "somebody else");
  g_autoptr (GPtrArray) none = check_answers (form, answers);
  g_assert_cmpuint (none->len, ==, 0);
  g_autoptr (json_t) bad = json_pack (
      "{s:s, s:{s:s,s:s,s:i,s:s}}", "by", "x", "photo", "name", "../a.png", "type", "image/png",
      "size", 3, "sha256", "0000000000000000000000000000000000000000000000000000000000000000");
  g_autoptr (GPtrArray) path = check_answers (form, bad);
  g_assert_cmpuint (path->len, ==, 1);
  json_object_set_new (json_object_get (bad, "photo"), "name", json_string ("a.png"));
  g_autoptr (GPtrArray) good = check_answers (form, bad);
  g_assert_cmpuint (good->len, ==, 0);
  json_object_set_new (json_object_get (bad, "photo"), "type", json_string ("text/plain"));
  g_autoptr (GPtrArray) text = check_answers (form, bad);
  g_assert_cmpuint (text->len, ==, 1);
  g_autoptr (json_t) defaults = dk_form_defaults (form);
  g_assert_cmpuint (json_object_size (defaults), ==, 0);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/form/state/relevance-follows-chains-and-groups",
                   test_relevance_follows_chains_and_groups);
  g_test_add_func ("/form/state/changes-are-told-once", test_changes_are_told_once);
  g_test_add_func ("/form/state/calculations-follow", test_calculations_follow);
  g_test_add_func ("/form/state/kinds-of-values-read-as-documented",
                   test_kinds_of_values_read_as_documented);
  g_test_add_func ("/form/state/results-fit-their-type", test_results_fit_their_type);
  g_test_add_func ("/form/state/number-answers-are-compared-as-numbers",
                   test_number_answers_are_compared_as_numbers);
  g_test_add_func ("/form/state/constraints-speak-when-answered",
                   test_constraints_speak_when_answered);
  g_test_add_func ("/form/state/filters-leave-choices", test_filters_leave_choices);
  g_test_add_func ("/form/state/labels-tell-answers", test_labels_tell_answers);
  g_test_add_func ("/form/state/labels-stay-short", test_labels_stay_short);
  g_test_add_func ("/form/state/own-value-is-kept", test_own_value_is_kept);
  g_test_add_func ("/form/state/defaults-are-made-once", test_defaults_are_made_once);
  g_test_add_func ("/form/state/lookups-wait-for-their-answer",
                   test_lookups_wait_for_their_answer);
  g_test_add_func ("/form/state/repeats-have-rows-of-their-own",
                   test_repeats_have_rows_of_their_own);
  g_test_add_func ("/form/state/rows-are-bounded-and-named", test_rows_are_bounded_and_named);
  g_test_add_func ("/form/state/rows-are-read-and-shown", test_rows_are_read_and_shown);
  g_test_add_func ("/form/state/follow-ups-are-asked-for", test_follow_ups_are_asked_for);
  g_test_add_func ("/form/state/hostile-rules-end-in-time", test_hostile_rules_end_in_time);
  g_test_add_func ("/form/state/checks-files-and-computed-fields",
                   test_files_and_computed_fields);
  return dk_test_run ();
}
