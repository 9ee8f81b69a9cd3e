/* SPDX-License-Identifier: MIT */
/* Goal: following a change through what depends on it gives what evaluating everything gives.
 * Method: forms made at random (conditions, calculations, groups, a repeat, filters), edited at
 * random; after each edit the state equals one made anew from its draft. Control: with one
 * dependant taken away the same comparison must find a difference. */
#include <string.h>

#include "app/form/form-private.h"
#include "app/form/form-state.h"
#include "tests/support/support.h"

#define NOW_MS G_GINT64_CONSTANT (1795340000000)
#define FIELDS 24
#define FORMS 20
#define EDITS 100 /* of each form: 2,000 in all */
#define FORMS_LONG 400
#define CONTROLS 40

static const DkFormWorld world = { .operator_name = "runner", .now_ms = NOW_MS };

/* A condition over fields 0 to max - 1; those from `rows` on lie in the repeat. */
static char *
make_operand (GRand *random, guint max, guint rows, gboolean is_in_row)
{
  guint k = (guint) g_rand_int_range (random, 0, (gint32) max);
  static const char *const totals[] = { "sum", "count", "max" };
  if (k >= rows && (!is_in_row || g_rand_int_range (random, 0, 4) == 0)) {
    return g_strdup_printf ("%s(${f%u})", totals[g_rand_int_range (random, 0, 3)], k);
  }
  return g_strdup_printf ("${f%u}", k);
}

static char *
make_expression (GRand *random, guint max, guint rows, gboolean is_in_row)
{
  g_autofree char *a = make_operand (random, max, rows, is_in_row);
  g_autofree char *b = make_operand (random, max, rows, is_in_row);
  int n = g_rand_int_range (random, 0, 4);
  switch (g_rand_int_range (random, 0, 6)) {
  case 0:
    return g_strdup_printf ("%s = '%d'", a, n);
  case 1:
    return g_strdup_printf ("%s + %s", a, b);
  case 2:
    return g_strdup_printf ("if(%s > %d, %s, '')", a, n, b);
  case 3:
    return g_strdup_printf ("%s != '' or %s > %d", a, b, n);
  case 4:
    return g_strdup_printf ("coalesce(%s, %s)", a, b);
  default:
    return g_strdup_printf ("not(%s = %s)", a, b);
  }
}

static void
add_key (GString *text, GRand *random, const char *key, guint i, guint rows, gboolean is_in_row,
         int one_in)
{
  if (i > 0 && g_rand_int_range (random, 0, one_in) == 0) {
    g_autofree char *expression = make_expression (random, i, rows, is_in_row);
    g_string_append_printf (text, ",\"%s\":\"%s\"", key, expression);
  }
}

static void
add_row (GString *text, GRand *random, guint i, guint rows, gboolean is_in_row)
{
  static const char *const types[] = { "text", "integer", "calculate", "select_one c" };
  const char *type = types[g_rand_int_range (random, 0, i > 0 ? 4 : 2)];
  gboolean is_computed = g_str_equal (type, "calculate");
  g_string_append_printf (text, "%s{\"type\":\"%s\",\"name\":\"f%u\"", i > 0 ? "," : "", type, i);
  add_key (text, random, "calculation", i, rows, is_in_row, is_computed ? 1 : G_MAXINT32);
  add_key (text, random, "relevant", i, rows, is_in_row, 6);
  add_key (text, random, "required", i, rows, is_in_row, 4);
  if (*type == 's' && g_rand_boolean (random)) {
    g_autofree char *operand = make_operand (random, i, rows, is_in_row);
    g_string_append_printf (text, ",\"choice_filter\":\"of = %s\"", operand);
  }
  g_string_append_c (text, '}');
}

static DkForm *
make_form (GRand *random)
{
  guint group = 4;
  guint rows = FIELDS * 2 / 3;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (
      "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",\"choices\":{\"c\":["
      "{\"name\":\"1\",\"of\":\"1\"},{\"name\":\"2\",\"of\":\"2\"},{\"name\":\"3\"}]},"
      "\"survey\":[");
  for (guint i = 0; i < FIELDS; i++) {
    if (i == group || i == rows) {
      g_string_append_printf (text, ",{\"type\":\"begin_%s\",\"name\":\"%s\"",
                              i == rows ? "repeat" : "group", i == rows ? "r" : "g");
      add_key (text, random, "relevant", i, rows, FALSE, 2);
      g_string_append_c (text, '}');
    }
    add_row (text, random, i, rows, i >= rows);
    if (i == group + 5) {
      g_string_append (text, ",{\"type\":\"end_group\"}");
    }
  }
  g_string_append (text, ",{\"type\":\"end_repeat\"},{\"type\":\"select_one c\",\"name\":\"last\","
                         "\"choice_filter\":\"of = ${f0} or name = ${f1}\"}]}");
  DkForm *form = dk_form_parse (text->str, text->len, "en", &error);
  if (form == NULL && strstr (error->message, "have no column") == NULL
      && strstr (error->message, "reads this key") == NULL) {
    g_assert_no_error (error);
  }
  return form;
}

static void
edit (GRand *random, DkFormState *state)
{
  guint rows = dk_form_state_row_count (state, "r");
  int action = g_rand_int_range (random, 0, 12);
  if (action == 0 || (action == 1 && rows == 0)) {
    dk_form_state_add_row (state, "r");
    return;
  }
  if (action == 1) {
    dk_form_state_remove_row (state, "r", (guint) g_rand_int_range (random, 0, (gint32) rows));
    return;
  }
  g_autofree char *name = g_strdup_printf ("f%d", g_rand_int_range (random, 0, FIELDS));
  int row = rows > 0 ? g_rand_int_range (random, 0, (gint32) rows) : 0;
  int number = g_rand_int_range (random, 0, 5);
  g_autofree char *digits = g_strdup_printf ("%d", number);
  g_autoptr (json_t) value = number == 4  ? json_null ()
                             : action < 7 ? json_integer (number)
                                          : json_string (digits);
  dk_form_state_set (state, name, row, value);
}

/* All that a state says of one field. */
static void
describe (GString *text, DkFormState *state, const DkField *field, int row)
{
  g_autoptr (GPtrArray) choices = dk_form_state_choices (state, field->name, row);
  g_autofree char *problem = dk_form_state_problem (state, field->name, row);
  g_string_append_printf (text, "%s %d %d %d %s", field->name, row,
                          dk_form_state_is_relevant (state, field->name, row),
                          dk_form_state_is_required (state, field->name, row),
                          problem != NULL ? problem : "");
  for (guint i = 0; i < choices->len; i++) {
    g_string_append_printf (text, " %s", ((DkChoice *) choices->pdata[i])->name);
  }
  g_string_append_c (text, '\n');
}

static char *
describe_all (DkForm *form, DkFormState *state)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (json_t) draft = dk_form_state_draft (state);
  g_autoptr (json_t) answers = dk_form_state_answers (state);
  g_autofree char *draft_text = dk_json_canonical (draft, NULL);
  g_autofree char *answers_text = dk_json_canonical (answers, NULL);
  g_string_append_printf (text, "%s\n%s\n", draft_text, answers_text);
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    guint count = field->repeat != NULL ? dk_form_state_row_count (state, "r") : 1;
    for (guint row = 0; row < count; row++) {
      describe (text, state, field, (int) row);
    }
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Number of the first edit after which the two differ; 0 if they never do. */
static guint
find_difference (DkForm *form, GRand *random, guint edits)
{
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, &world);
  for (guint i = 1; i <= edits; i++) {
    edit (random, state);
    g_autoptr (json_t) draft = dk_form_state_draft (state);
    g_autoptr (DkFormState) anew = dk_form_state_new (form, draft, &world);
    g_autofree char *incremental = describe_all (form, state);
    g_autofree char *whole = describe_all (form, anew);
    if (!g_str_equal (incremental, whole)) {
      g_test_message ("they differ after %u edits", i);
      return i;
    }
  }
  return 0;
}

static DkForm *
make_good_form (GRand *random)
{
  DkForm *form = NULL;
  while (form == NULL) {
    form = make_form (random);
  }
  return form;
}

static void
test_following_equals_making_anew (void)
{
  guint forms = dk_test_is_long () ? FORMS_LONG : FORMS;
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  for (guint i = 0; i < forms; i++) {
    g_autoptr (DkForm) form = make_good_form (random);
    guint at = find_difference (form, random, EDITS);
    if (at != 0) {
      g_error ("form %u differs after %u edits: %s", i, at, dk_form_source (form));
    }
  }
  g_test_message ("%u forms, %u edits each: no difference", forms, EDITS);
}

/* Takes away what says that one row depends on another; FALSE if there is nothing. */
static gboolean
forget_a_dependant (DkForm *form, GRand *random)
{
  for (guint tries = 0; tries < 1000; tries++) {
    guint i = (guint) g_rand_int_range (random, 0, (gint32) form->fields->len);
    GArray *dependants = form->logic[i].dependants;
    if (dependants != NULL && dependants->len > 0) {
      g_array_remove_index (dependants,
                            (guint) g_rand_int_range (random, 0, (gint32) dependants->len));
      return TRUE;
    }
  }
  return FALSE;
}

static void
test_control_a_forgotten_dependant_is_found (void)
{
  guint found = 0;
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  for (guint i = 0; i < CONTROLS; i++) {
    g_autoptr (DkForm) form = make_good_form (random);
    g_assert_true (forget_a_dependant (form, random));
    found += find_difference (form, random, EDITS) != 0;
  }
  g_test_message ("%u of %u forgotten dependants were found", found, CONTROLS);
  g_assert_cmpuint (found, >=, CONTROLS / 8);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/form/state/following-equals-making-anew", test_following_equals_making_anew);
  g_test_add_func ("/form/state/control-a-forgotten-dependant-is-found",
                   test_control_a_forgotten_dependant_is_found);
  return dk_test_run ();
}
