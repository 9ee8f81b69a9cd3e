/* SPDX-License-Identifier: MIT */
/* Goal: warnings about what is written hold nobody up, however many texts and patterns there are.
 * Method: a pattern that works until its time is over, in one text and in many; the work of the
 * thread is compared. */
#include "app/form/capture-check.h"

#include <string.h>

#include "app/base/platform.h"
#include "tests/support/support.h"

#define TEXTS 6u
#define PATTERNS 6u
#define RATIO_MAX 6
#define LETTERS 60000u

static gint64
search (const DkForm *form, const json_t *answers, guint patterns, guint *found)
{
  g_autoptr (GPtrArray) rules
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_capture_pattern_free);
  g_autoptr (GPtrArray) warnings = NULL;
  gint64 begin_us = dk_platform_thread_cpu_us ();

  g_ptr_array_add (rules, dk_capture_pattern_new ("quick", "MRN", "a record number"));
  for (guint i = 0; i < patterns; i++) {
    g_autofree char *slow = g_strdup_printf ("a{0,%u}a{0,300}[01]", 300 + i);
    g_ptr_array_add (rules, dk_capture_pattern_new ("slow", slow, "slow"));
  }
  warnings = dk_capture_warnings (form, answers, rules);
  *found = warnings->len;
  return dk_platform_thread_cpu_us () - begin_us;
}

static void
test_all_texts_have_one_deadline (void)
{
  g_autoptr (GString) survey = g_string_new (NULL);
  g_autoptr (json_t) one = json_object ();
  g_autoptr (json_t) many = json_object ();
  g_autofree char *text = g_strnfill (LETTERS, 'a');
  g_autofree char *definition = NULL;
  guint found = 0;
  gint64 one_us;
  gint64 many_us;

  for (guint i = 0; i < TEXTS; i++) {
    g_autofree char *name = g_strdup_printf ("t%u", i);
    g_string_append_printf (survey, "%s{\"type\":\"text\",\"name\":\"%s\",\"label\":\"T\"}",
                            i > 0 ? "," : "", name);
    json_object_set_new (many, name, json_string (text));
  }
  json_object_set_new (one, "t0", json_string (text));
  definition = g_strdup_printf ("{\"form_id\":\"f\",\"version\":\"1\",\"title\":\"F\","
                                "\"survey\":[%s]}",
                                survey->str);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse (definition, strlen (definition), "en", &error);
  g_assert_no_error (error);
  one_us = search (form, one, 1, &found);
  many_us = search (form, many, PATTERNS, &found);
  g_test_message ("one text and pattern %d us, %u texts and %u patterns %d us", (int) one_us, TEXTS,
                  PATTERNS, (int) many_us);
  g_assert_cmpuint (found, ==, 0);
  g_assert_cmpint (many_us, <, RATIO_MAX * one_us);
}

/* What was too slow in one text does not take the place of the others. */
static void
test_slow_pattern_leaves_the_others (void)
{
  static const char definition[]
      = "{\"form_id\":\"f\",\"version\":\"1\",\"title\":\"F\",\"survey\":["
        "{\"type\":\"text\",\"name\":\"a\",\"label\":\"A\"},"
        "{\"type\":\"text\",\"name\":\"b\",\"label\":\"B\"},"
        "{\"type\":\"text\",\"name\":\"c\",\"label\":\"C\"}]}";
  g_autoptr (DkForm) form = dk_form_parse (definition, strlen (definition), "en", NULL);
  g_autofree char *text = g_strnfill (LETTERS, 'a');
  g_autoptr (json_t) answers
      = json_pack ("{s:s, s:s, s:s}", "a", text, "b", text, "c", "MRN 12");
  guint found = 0;

  (void) search (form, answers, 1, &found);
  g_assert_cmpuint (found, ==, 1);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/form/capture/all-texts-have-one-deadline", test_all_texts_have_one_deadline);
  g_test_add_func ("/form/capture/slow-pattern-leaves-the-others",
                   test_slow_pattern_leaves_the_others);
  return dk_test_run ();
}
