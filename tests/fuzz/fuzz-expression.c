/* SPDX-License-Identifier: MIT */
/* Expressions: the first line is one, the others are answers. What is refused has a column within
 * the text; what is read has one value, in UTF-8, as often as it is asked. */
#include <string.h>

#include "app/form/expression.h"
#include "tests/fuzz/fuzz.h"

typedef struct {
  char **lines;
  guint count;
} Answers;

static char *
answer (gpointer data, const char *name)
{
  const Answers *answers = data;

  if (answers->count == 0) {
    return NULL;
  }
  return g_utf8_make_valid (answers->lines[g_str_hash (name) % answers->count], -1);
}

static GPtrArray *
rows (gpointer data, const char *name)
{
  const Answers *answers = data;
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < answers->count; i++) {
    g_ptr_array_add (texts, i % 3 == 2 ? NULL : g_utf8_make_valid (answers->lines[i], -1));
  }
  return texts;
}

static char *
pull (gpointer data, const char *table, const char *column, const char *key_column,
      const char *key)
{
  return g_strconcat (table, column, key_column, key, NULL);
}

static void
check_refusal (const char *text, const GError *error)
{
  guint64 column = 0;

  g_assert_true (g_str_has_prefix (error->message, "column "));
  column = g_ascii_strtoull (error->message + strlen ("column "), NULL, 10);
  g_assert_cmpuint (column, >=, 1);
  g_assert_cmpuint (column, <=, strlen (text) + 2);
  g_assert_true (g_utf8_validate (error->message, -1, NULL)
                 || !g_utf8_validate (text, -1, NULL));
}

static char *
evaluate (const DkExpression *expression, const DkExpressionWorld *world)
{
  g_autoptr (GError) error = NULL;
  g_auto (DkValue) value = { 0 };

  if (!dk_expression_evaluate (expression, world, &value, &error)) {
    g_assert_nonnull (error);
    g_assert_null (value.text);
    return g_strconcat ("refused: ", error->message, NULL);
  }
  g_assert_no_error (error);
  g_assert_true ((value.kind == DK_VALUE_TEXT) == (value.text != NULL));
  (void) dk_value_to_truth (&value);
  return dk_value_to_text (&value);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = dk_fuzz_text (data, size);
  g_autoptr (GError) error = NULL;

  if (text == NULL)
    return 0;
  g_auto (GStrv) lines = g_strsplit (text, "\n", 20);
  const char *first = lines[0] != NULL ? lines[0] : "";
  g_autoptr (DkExpression) expression = dk_expression_parse (first, &error);
  g_assert_true ((expression == NULL) == (error != NULL));
  if (expression == NULL) {
    check_refusal (first, error);
    return 0;
  }
  Answers answers = { lines + 1, g_strv_length (lines) - 1 };
  DkExpressionWorld world = { .field = answer,
                              .rows = rows,
                              .column = answer,
                              .pull = pull,
                              .current = answers.count > 0 && g_utf8_validate (lines[1], -1, NULL)
                                             ? lines[1]
                                             : NULL,
                              .operator_name = "desk",
                              .now_ms = G_GINT64_CONSTANT (1795350665000),
                              .data = &answers,
                              .row = 2 };
  gint64 start = g_get_monotonic_time ();
  g_autofree char *value = evaluate (expression, &world);
  g_autofree char *again = evaluate (expression, &world);
  g_assert_cmpstr (value, ==, again);
  g_assert_true (g_utf8_validate (value, -1, NULL));
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
  return 0;
}
