/* SPDX-License-Identifier: MIT */
/* Goal: a definition means the same to everybody who reads it, and what a person types becomes the
 * value that was meant or is refused in words. Method: the shipped definitions, small definitions
 * with one fault each whose place must be named, and tables of typed words with their values. */
#include "app/form/form-state.h"

#include <string.h>

#include "app/base/limits.h"
#include "tests/support/support.h"

#define HEAD "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\","
#define LISTS "\"choices\":{\"n\":[{\"name\":\"1\"},{\"name\":\"2\"},{\"name\":\"3\"}]," \
              "\"c\":[{\"name\":\"red\",\"label\":{\"en\":\"Deep red\",\"de\":\"Tiefrot\"}}," \
              "{\"name\":\"blue\",\"label\":\"Blau\"}]},"

static DkForm *
parse (const char *text, GError **error)
{
  return dk_form_parse (text, strlen (text), "en", error);
}

/* What is wrong with these answers, as they would be saved. */
static GPtrArray *
check_answers (DkForm *form, const json_t *answers)
{
  g_autoptr (DkFormState) state = dk_form_state_new (form, answers, NULL);
  return dk_form_state_check (state);
}

static DkForm *
parse_rows (const char *rows)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strconcat (HEAD LISTS "\"survey\":[", rows, "]}", NULL);
  DkForm *form = parse (text, &error);
  g_assert_no_error (error);
  return form;
}

static void
test_shipped_forms_are_read (void)
{
  for (const char *const *id = dk_form_shipped_ids (); *id != NULL; id++) {
    g_autoptr (DkForm) form = dk_form_shipped (*id, "en");
    g_autoptr (DkForm) german = dk_form_shipped (*id, "de_DE.UTF-8");
    g_assert_cmpstr (dk_form_id (form), ==, *id);
    g_assert_cmpuint (strlen (dk_form_hash (form)), ==, 64);
    g_assert_cmpstr (dk_form_hash (form), ==, dk_form_hash (german));
    g_assert_cmpstr (dk_form_title (form), !=, dk_form_title (german));
    const DkField *summary = dk_form_find (form, "summary");
    const DkField *safety = dk_form_find (form, "safety");
    g_assert_true (summary->required || summary->has_calculation);
    g_assert_true (safety == NULL || safety->type == DK_FIELD_BOOLEAN);
  }
  g_assert_null (dk_form_shipped ("it-incident2", "en"));
}

static void
test_shipped_words_are_in_both_languages (void)
{
  g_autoptr (DkForm) english = dk_form_shipped ("it-incident", "en");
  g_autoptr (DkForm) german = dk_form_shipped ("it-incident", "de");
  guint labels = 0;
  for (guint i = 0; i < dk_form_field_count (english); i++) {
    const DkField *field = dk_form_field (english, i);
    if (field->type != DK_FIELD_GROUP_END) {
      g_assert_cmpstr (field->label, !=, dk_form_field (german, i)->label);
      labels++;
    }
  }
  g_assert_cmpuint (labels, >=, 20);
}

static void
test_hash_is_of_the_canonical_text (void)
{
  const char *one = HEAD "\"survey\":[{\"type\":\"text\",\"name\":\"a\"}]}";
  const char *other = "{\"survey\" : [ { \"name\":\"a\", \"type\":\"text\" } ],"
                      "\"title\":\"T\",\"form_id\":\"t\",\"version\":\"1\"}";
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) first = parse (one, &error);
  g_assert_no_error (error);
  g_autoptr (DkForm) second = parse (other, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dk_form_source (first), ==, dk_form_source (second));
  g_assert_cmpstr (dk_form_hash (first), ==, dk_form_hash (second));
  g_autoptr (DkForm) again = parse (dk_form_source (first), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dk_form_hash (first), ==, dk_form_hash (again));
}

typedef struct {
  const char *text;
  const char *named; /* what the message must name */
} Fault;

static const Fault faults[] = {
  { "[]", "its top" },
  { "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",\"survey\":[],\"x\":1}", "/x" },
  { "{\"form_id\":\"a b\",\"version\":\"1\",\"title\":\"T\",\"survey\":[]}", "/form_id" },
  { "{\"form_id\":\"t\",\"version\":1,\"title\":\"T\",\"survey\":[]}", "/version" },
  { "{\"form_id\":\"t\",\"version\":\"1\",\"survey\":[]}", "/title" },
  { "{\"form_id\":\"t\",\"version\":\"1\",\"title\":{\"e\":\"T\"},\"survey\":[]}", "/title/e" },
  { "{\"form_id\":\"t\",\"version\":\"1\",\"title\":{},\"survey\":[]}", "/title" },
  { HEAD "\"survey\":[]}", "/survey" },
  { HEAD "\"choices\":{\"a/b\":[]},\"survey\":[]}", "/choices/a~1b" },
  { HEAD "\"choices\":{\"a\":[{\"name\":\"1\"},{\"name\":\"1\"}]},\"survey\":[]}", "/choices/a/1" },
};

static const Fault row_faults[] = {
  { "{\"type\":\"text\"}", "/survey/0/name" },
  { "{\"type\":\"text\",\"name\":\"1a\"}", "/survey/0/name" },
  { "{\"type\":\"txt\",\"name\":\"a\"}", "\"txt\" is not known" },
  { "{\"type\":\"text\",\"name\":\"a\",\"relevent\":\"x\"}",
    "/survey/0/relevent: this key is not kn" },
  { "{\"type\":\"text\",\"name\":\"a\",\"required\":\"yes\"}", "/survey/0/required" },
  { "{\"type\":\"text\",\"name\":\"a\",\"appearance\":\"big\"}", "/survey/0/appearance" },
  { "{\"type\":\"text\",\"name\":\"a\",\"label\":{\"en\":1}}", "/survey/0/label/en" },
  { "{\"type\":\"text\",\"name\":\"a\"},{\"type\":\"text\",\"name\":\"a\"}", "/survey/1" },
  { "{\"type\":\"select_one z\",\"name\":\"a\"}", "/survey/0/type" },
  { "{\"type\":\"select_one\",\"name\":\"a\"}", "/survey/0/type" },
  { "{\"type\":\"text n\",\"name\":\"a\"}", "/survey/0/type" },
  { "{\"type\":\"integer\",\"name\":\"a\",\"default\":\"many\"}", "/survey/0/default" },
  { "{\"type\":\"integer\",\"name\":\"summary\"}", "summary" },
  { "{\"type\":\"text\",\"name\":\"impact\"}", "/survey/0: \"impact\"" },
  { "{\"type\":\"select_one c\",\"name\":\"urgency\"}", "/survey/0: \"urgency\"" },
  { "{\"type\":\"text\",\"name\":\"safety\"}", "\"safety\" must be a boolean" },
  { "{\"type\":\"date\",\"name\":\"happened_at\"}", "\"happened_at\" must be a dateTime" },
  { "{\"type\":\"text\",\"name\":\"a\",\"itsm\":{\"colour\":\"x\"}}", "/survey/0/itsm/colour" },
  { "{\"type\":\"text\",\"name\":\"a\",\"itsm\":{\"field\":1}}", "/survey/0/itsm" },
  { "{\"type\":\"text\",\"name\":\"a\",\"pdf\":{\"w\":13}}", "/survey/0/pdf/w" },
  { "{\"type\":\"text\",\"name\":\"a\",\"pdf\":{\"w\":0.5}}", "/survey/0/pdf/w" },
  { "{\"type\":\"text\",\"name\":\"a\",\"pdf\":{\"as\":\"checks\"}}", "/survey/0/pdf/as" },
  { "{\"type\":\"text\",\"name\":\"a\",\"pdf\":{\"as\":\"table\"}}", "/survey/0/pdf/as" },
  { "{\"type\":\"note\",\"name\":\"a\",\"pdf\":{\"as\":\"table\"}}", "/survey/0/pdf/columns" },
  { "{\"type\":\"note\",\"name\":\"a\",\"pdf\":{\"as\":\"table\",\"columns\":[{}]}}",
    "columns/0/label" },
  { "{\"type\":\"begin_group\",\"name\":\"a\"}", "\"a\" has no end_group" },
  { "{\"type\":\"end_group\"}", "/survey/0" },
  { "{\"type\":\"end_group\",\"name\":\"a\"}", "/survey/0/name" },
};

static void
expect_fault (const char *text, const char *named)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = parse (text, &error);
  g_assert_null (form);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  if (strstr (error->message, named) == NULL) {
    g_error ("\"%s\" is not named in \"%s\" for %s", named, error->message, text);
  }
}

static void
test_faults_are_refused_with_their_place (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++) {
    expect_fault (faults[i].text, faults[i].named);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (row_faults); i++) {
    g_autofree char *text
        = g_strconcat (HEAD LISTS "\"survey\":[", row_faults[i].text, "]}", NULL);
    expect_fault (text, row_faults[i].named);
  }
}

static void
test_hostile_bytes_are_refused (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  const char *source = dk_form_source (form);
  gsize size = strlen (source);
  guint refused = 0;
  for (gsize cut = 0; cut < size; cut += 7) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkForm) part = dk_form_parse (source, cut, "en", &error);
    g_assert_null (part);
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    refused++;
  }
  for (gsize at = 0; at < size; at += 5) {
    g_autofree char *changed = g_strdup (source);
    changed[at] ^= 0x15;
    g_autoptr (DkForm) other = dk_form_parse (changed, size, "en", NULL);
    refused += other == NULL;
  }
  g_test_message ("%u of the damaged definitions were refused", refused);
  g_assert_cmpuint (refused, >=, 500);
}

static void
test_labels_fall_back (void)
{
  const char *text = HEAD "\"survey\":["
                     "{\"type\":\"text\",\"name\":\"a\",\"label\":{\"fr\":\"Un\"}},"
                     "{\"type\":\"text\",\"name\":\"b\",\"label\":{\"fr\":\"Un\",\"en\":\"One\"}},"
                     "{\"type\":\"text\",\"name\":\"c\"}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse (text, strlen (text), "fi", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dk_form_find (form, "a")->label, ==, "Un");
  g_assert_cmpstr (dk_form_find (form, "b")->label, ==, "One");
  g_assert_cmpstr (dk_form_find (form, "c")->label, ==, "c");
}

typedef struct {
  const char *field;
  const char *typed;
  const char *json; /* NULL: refused */
} Typed;

static const Typed typed[] = {
  { "line", "  a \t b\r\nc ", "\"a b c\"" },
  { "text", "a\r\nb", "\"a\\nb\"" },
  { "line", " \n", "null" },
  { "line", "e\xCC\x81", "\"\xC3\xA9\"" },
  { "whole", "-12", "-12" },
  { "whole", "12.0", NULL },
  { "whole", "9007199254740993", NULL },
  { "part", "12,50", "\"12.50\"" },
  { "part", "-3", "\"-3\"" },
  { "part", "1e5", NULL },
  { "part", ".5", NULL },
  { "day", "2026-02-28", "\"2026-02-28\"" },
  { "day", "2026-02-29", NULL },
  { "day", "28.02.2026", NULL },
  { "clock", "914", "\"09:14\"" },
  { "clock", "9:14", "\"09:14\"" },
  { "clock", "2359", "\"23:59\"" },
  { "clock", "2460", NULL },
  { "clock", "24:00", NULL },
  { "happened_at", "2026-11-22 09:14", "\"2026-11-22T09:14:00+00:00\"" },
  { "happened_at", "2026-11-22T09:14:00+01:00", "\"2026-11-22T08:14:00+00:00\"" },
  { "happened_at", "soon", NULL },
  { "colour", "red", "\"red\"" },
  { "colour", "DEEP  RED", "\"red\"" },
  { "colour", "green", NULL },
  { "impact", "2", "2" },
  { "impact", "4", NULL },
  { "other", "2", "\"2\"" },
  { "many", "blue red", "[\"red\",\"blue\"]" },
  { "many", "Blau, Deep red", "[\"red\",\"blue\"]" },
  { "many", "deep red", "[\"red\"]" },
  { "many", "red,pink", NULL },
  { "safety", "Yes", "true" },
  { "safety", "nein", "false" },
  { "safety", "perhaps", NULL },
  { "ack", "x", "true" },
  { "who", " Ann  Lee ", "\"Ann Lee\"" },
  { "words", "text", NULL },
};

static DkForm *
typed_form (void)
{
  return parse_rows (
      "{\"type\":\"text\",\"name\":\"line\",\"required\":true},"
      "{\"type\":\"text\",\"name\":\"text\",\"appearance\":\"multiline\"},"
      "{\"type\":\"integer\",\"name\":\"whole\",\"default\":\"7\"},"
      "{\"type\":\"decimal\",\"name\":\"part\"},{\"type\":\"date\",\"name\":\"day\"},"
      "{\"type\":\"time\",\"name\":\"clock\"},"
      "{\"type\":\"dateTime\",\"name\":\"happened_at\",\"default\":\"now()\"},"
      "{\"type\":\"select_one c\",\"name\":\"colour\"},"
      "{\"type\":\"select_one n\",\"name\":\"impact\"},"
      "{\"type\":\"select_one n\",\"name\":\"other\"},"
      "{\"type\":\"select_multiple c\",\"name\":\"many\"},"
      "{\"type\":\"boolean\",\"name\":\"safety\"},"
      "{\"type\":\"acknowledge\",\"name\":\"ack\",\"required\":true},"
      "{\"type\":\"contact\",\"name\":\"who\"},{\"type\":\"note\",\"name\":\"words\"}");
}

static void
test_typed_words_become_values (void)
{
  g_autoptr (DkForm) form = typed_form ();
  for (gsize i = 0; i < G_N_ELEMENTS (typed); i++) {
    g_autoptr (GError) error = NULL;
    const DkField *field = dk_form_find (form, typed[i].field);
    g_autoptr (json_t) value = dk_form_convert (field, typed[i].typed, &error);
    if (typed[i].json == NULL) {
      g_assert_null (value);
      g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
      continue;
    }
    g_assert_no_error (error);
    g_autofree char *text = dk_json_canonical (value, NULL);
    g_assert_cmpstr (text, ==, typed[i].json);
  }
}

static void
test_time_of_day_is_the_last_one (void)
{
  const GTimeSpan ahead_max = 10 * G_TIME_SPAN_MINUTE; /* a clock on the wall may be ahead */
  g_autoptr (DkForm) form = typed_form ();
  const DkField *field = dk_form_find (form, "happened_at");
  for (guint hour = 0; hour < 24; hour++) {
    g_autofree char *text = g_strdup_printf ("%02u:59", hour);
    g_autoptr (json_t) value = dk_form_convert (field, text, NULL);
    g_autoptr (GDateTime) at = g_date_time_new_from_iso8601 (json_string_value (value), NULL);
    g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
    GTimeSpan age = g_date_time_difference (now, at);
    g_assert_cmpint (age, >=, -ahead_max);
    g_assert_cmpint (age, <=, G_TIME_SPAN_DAY - ahead_max + G_TIME_SPAN_MINUTE);
  }
}

static void
test_values_are_shown_as_read (void)
{
  g_autoptr (DkForm) form = typed_form ();
  static const char *const shown[][3] = {
    { "colour", "red", "Deep red" },  { "many", "red blue", "Deep red, Blau" },
    { "safety", "y", "Yes" },         { "whole", "12", "12" },
    { "part", "1,5", "1.5" },         { "happened_at", "2026-11-22 09:14", "22 Nov 2026 09:14" },
    { "impact", "2", "2" },           { "line", "", "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++) {
    const DkField *field = dk_form_find (form, shown[i][0]);
    g_autoptr (json_t) value = dk_form_convert (field, shown[i][1], NULL);
    g_autofree char *text = dk_form_show (field, value);
    g_assert_cmpstr (text, ==, shown[i][2]);
  }
}

static void
test_limits_hold (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autofree char *long_text = g_strnfill (DK_LIMIT_FIELD_BYTES + 1, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) value = dk_form_convert (dk_form_find (form, "details"), long_text, &error);
  g_assert_null (value);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  long_text[DK_LIMIT_FIELD_BYTES] = '\0';
  g_autoptr (json_t) fits = dk_form_convert (dk_form_find (form, "details"), long_text, NULL);
  g_assert_nonnull (fits);
  g_autoptr (json_t) summary = dk_form_convert (dk_form_find (form, "summary"), long_text, NULL);
  g_assert_null (summary);
}

static void
test_answers_are_checked (void)
{
  g_autoptr (DkForm) form = typed_form ();
  g_autoptr (json_t) answers = json_pack ("{s:s, s:s, s:b, s:i, s:[s], s:s, s:s}", "line", " ",
                                          "whole", "x", "ack", 0, "impact", 4, "many", "pink",
                                          "stranger", "x", "caller", "a column of the ticket");
  g_autoptr (GPtrArray) problems = check_answers (form, answers);
  g_autofree char *text = dk_form_problems_text (form, problems);
  g_assert_cmpstr (text, ==,
                   "line: must be filled in. whole: must be a whole number. "
                   "impact: must be one of the choices. "
                   "many: holds something that is not one of the choices. "
                   "ack: must be ticked. stranger: this form has no such field.");
  g_autoptr (json_t) good = json_pack ("{s:s, s:b, s:n}", "line", "x", "ack", 1, "whole");
  g_autoptr (GPtrArray) none = check_answers (form, good);
  g_assert_cmpuint (none->len, ==, 0);
}

/* An incident that nobody assessed has no impact, urgency or safety that somebody chose for it; an
 * escalation for the safety of patients is one by its nature. */
static void
test_shipped_defaults_answer_for_nobody (void)
{
  for (const char *const *id = dk_form_shipped_ids (); *id != NULL; id++) {
    g_autoptr (DkForm) form = dk_form_shipped (*id, "en");
    g_autoptr (json_t) answers = dk_form_defaults (form);
    g_assert_null (json_object_get (answers, "impact"));
    g_assert_null (json_object_get (answers, "urgency"));
    g_assert_true (json_object_get (answers, "safety") == NULL
                   || g_str_equal (*id, "patient-safety-escalation"));
  }
}

static void
test_defaults_pass_the_check (void)
{
  g_autoptr (DkForm) form = typed_form ();
  g_autoptr (json_t) answers = dk_form_defaults (form);
  g_assert_cmpint (dk_json_get_int (answers, "whole", 0), ==, 7);
  g_assert_nonnull (dk_json_get_text (answers, "happened_at"));
  json_object_set_new (answers, "line", json_string ("x"));
  json_object_set_new (answers, "ack", json_true ());
  g_autoptr (GPtrArray) problems = check_answers (form, answers);
  g_assert_cmpuint (problems->len, ==, 0);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/form/shipped/are-read", test_shipped_forms_are_read);
  g_test_add_func ("/form/shipped/in-both-languages", test_shipped_words_are_in_both_languages);
  g_test_add_func ("/form/parse/hash-is-of-the-canonical-text", test_hash_is_of_the_canonical_text);
  g_test_add_func ("/form/parse/faults-are-refused-with-their-place",
                   test_faults_are_refused_with_their_place);
  g_test_add_func ("/form/parse/hostile-bytes-are-refused", test_hostile_bytes_are_refused);
  g_test_add_func ("/form/parse/labels-fall-back", test_labels_fall_back);
  g_test_add_func ("/form/convert/typed-words-become-values", test_typed_words_become_values);
  g_test_add_func ("/form/convert/time-of-day-is-the-last-one",
                   test_time_of_day_is_the_last_one);
  g_test_add_func ("/form/convert/limits-hold", test_limits_hold);
  g_test_add_func ("/form/show/values-are-shown-as-read", test_values_are_shown_as_read);
  g_test_add_func ("/form/check/answers-are-checked", test_answers_are_checked);
  g_test_add_func ("/form/check/defaults-pass", test_defaults_pass_the_check);
  g_test_add_func ("/form/shipped/defaults-answer-for-nobody",
                   test_shipped_defaults_answer_for_nobody);
  return dk_test_run ();
}
