/* SPDX-License-Identifier: MIT */
/* What a large form costs: 200 fields with 150 expressions are read and opened, then every field is
 * typed into; and a repeat of 500 rows. CPU time of the process. Prints one line for each figure,
 * `name value limit`, and ends with 1 if a limit is exceeded. */
#include "app/base/platform.h"
#include "app/form/form-state.h"
#include "tests/bench/figures.h"
#include "tests/support/support.h"

#define FIELDS 200
#define EXPRESSIONS 150
#define ROUNDS 20
#define ROWS 500

static void
note_since (GArray *times_ms, gint64 start_us)
{
  double time_ms = (double) (dk_platform_cpu_us () - start_us) / 1e3;
  g_array_append_val (times_ms, time_ms);
}

static double
worst_ms (const GArray *times_ms)
{
  return g_array_index (times_ms, double, times_ms->len - 1);
}

/* Every tenth field is read by all ten behind it; the calculations form one long chain. */
static void
add_field (GString *text, guint i)
{
  guint k = i % 10;
  guint base = i - k;
  if (k == 0 || i < FIELDS - EXPRESSIONS - FIELDS / 10) {
    g_string_append_printf (text, "{\"type\":\"text\",\"name\":\"f%u\"},", i);
  } else if (k < 4) {
    g_string_append_printf (text, "{\"type\":\"text\",\"name\":\"f%u\",\"relevant\":"
                            "\"${f%u} = 'yes' or selected(${f%u}, 'x')\"},", i, base, base);
  } else if (k < 7) {
    g_string_append_printf (text, "{\"type\":\"calculate\",\"name\":\"f%u\",\"calculation\":"
                            "\"if(${f%u} = 'yes', concat(${f%u}, '!'), string-length(${f%u}))\"},",
                            i, base, base, i >= 10 ? i - 10 : i - 1);
  } else if (k < 9) {
    g_string_append_printf (text, "{\"type\":\"text\",\"name\":\"f%u\",\"required\":\"${f%u} != ''"
                            " and count-selected(${f%u}) > 1\"},", i, base, base);
  } else {
    g_string_append_printf (text, "{\"type\":\"text\",\"name\":\"f%u\",\"constraint\":"
                            "\"regex(., '[a-z ]{0,40}') and . != ${f%u}\"},", i, base);
  }
}

static char *
make_definition (void)
{
  g_autoptr (GString) text = g_string_new (
      "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",\"survey\":[");
  for (guint i = 0; i < FIELDS; i++) {
    add_field (text, i);
  }
  g_string_append (
      text, "{\"type\":\"begin_repeat\",\"name\":\"r\"},{\"type\":\"text\",\"name\":\"host\"},"
            "{\"type\":\"integer\",\"name\":\"n\"},{\"type\":\"text\",\"name\":\"why\","
            "\"relevant\":\"${n} > 1\"},{\"type\":\"calculate\",\"name\":\"twice\","
            "\"calculation\":\"${n} * 2\"},{\"type\":\"end_repeat\"},{\"type\":\"calculate\","
            "\"name\":\"total\",\"calculation\":\"sum(${twice})\"}]}");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static DkForm *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  DkForm *form = dk_form_parse (text, strlen (text), "en", &error);
  g_assert_no_error (error);
  return form;
}

static void
measure_opening (const char *text)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < ROUNDS; i++) {
    gint64 start_us = dk_platform_cpu_us ();
    g_autoptr (DkForm) form = parse (text);
    g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
    note_since (times, start_us);
    g_assert_nonnull (state);
  }
  bench_figure ("form_200_open_ms", bench_median (times), 100);
}

static void
type_into (DkFormState *state, const char *name, int row, const char *text, GArray *times)
{
  g_autoptr (json_t) value = json_string (text);
  gint64 start_us = dk_platform_cpu_us ();
  dk_form_state_set (state, name, row, value);
  g_autoptr (GArray) changes = dk_form_state_take_changes (state);
  note_since (times, start_us);
  g_assert_nonnull (changes);
}

static void
measure_typing (DkForm *form)
{
  static const char *const typed[] = { "y", "ye", "yes", "x y", "" };
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  for (guint i = 0; i < FIELDS; i++) {
    g_autofree char *name = g_strdup_printf ("f%u", i);
    for (gsize k = 0; k < G_N_ELEMENTS (typed); k++) {
      type_into (state, name, DK_FORM_NO_ROW, typed[k], times);
    }
  }
  for (guint i = 0; i < ROUNDS; i++) {
    gint64 start_us = dk_platform_cpu_us ();
    dk_form_state_refresh (state);
    note_since (whole, start_us);
  }
  bench_figure ("form_200_keystroke_ms", bench_median (times), 1);
  bench_figure ("form_200_keystroke_worst_ms", worst_ms (times), 5);
  bench_figure ("form_200_all_expressions_ms", bench_median (whole), 5);
  bench_figure ("form_200_all_expressions_worst_ms", worst_ms (whole), 5);
}

static void
measure_rows (DkForm *form)
{
  g_autoptr (GArray) adding = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) typing = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) taking = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, NULL);
  for (int row = 0; row < ROWS; row++) {
    gint64 start_us = dk_platform_cpu_us ();
    g_assert_cmpint (dk_form_state_add_row (state, "r"), ==, row);
    note_since (adding, start_us);
  }
  for (int row = 0; row < ROWS; row++) {
    g_autofree char *digits = g_strdup_printf ("%d", row % 4);
    type_into (state, "n", row, digits, typing);
  }
  for (guint i = 0; i < ROUNDS; i++) {
    gint64 start_us = dk_platform_cpu_us ();
    dk_form_state_remove_row (state, "r", 0);
    note_since (taking, start_us);
  }
  bench_figure ("repeat_500_add_row_ms", bench_median (adding), 5);
  bench_figure ("repeat_500_keystroke_ms", bench_median (typing), 1);
  bench_figure ("repeat_500_keystroke_worst_ms", worst_ms (typing), 5);
  bench_figure ("repeat_500_take_row_ms", bench_median (taking), 20);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_autofree char *text = make_definition ();
  measure_opening (text);
  g_autoptr (DkForm) form = parse (text);
  measure_typing (form);
  measure_rows (form);
  return bench_result ();
}
