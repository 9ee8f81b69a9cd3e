/* SPDX-License-Identifier: MIT */
/* Goal: what the language shares with XPath 1.0 means the same as in another implementation.
 * Method: random expressions of numbers, texts and booleans are evaluated here and by xmllint (one
 * process, its shell), and their values compared as texts. Control: the same comparison with one
 * operator exchanged for another here must find differences, for each exchange. Numbers are
 * multiples of a power of two, so that both print them in full. */
#include "app/form/expression.h"

#include <string.h>

#include "tests/support/support.h"

#define EXPRESSIONS 3000u
#define BYTES_MAX 380u

static const char *const texts[] = { "''",     "'a'",  "'ab'", "'b'",   "' 5 '", "'5'",   "'-2.5'",
                                     "'x y '", "'0'",  "'.5'", "'5.'",  "'--1'", "'true'", "'NaN'",
                                     "'- 5'",  "\"'\"" };
static const char *const numbers[] = { "0", "1", "2", "3", "0.5", "2.25", "10", "7", "1.75" };

static void write_any (GRand *random, guint depth, GString *out);

static const char *
pick (GRand *random, const char *const *list, gsize count)
{
  return list[g_rand_int_range (random, 0, (gint32) count)];
}

#define PICK(random, list) pick (random, list, G_N_ELEMENTS (list))

static void
write_call (GRand *random, guint depth, const char *name, guint count, GString *out)
{
  g_string_append_printf (out, "%s(", name);
  for (guint i = 0; i < count; i++) {
    g_string_append (out, i > 0 ? ", " : "");
    write_any (random, depth, out);
  }
  g_string_append_c (out, ')');
}

/* The first value has no minus that could stay behind alone: xmllint reads "-" as the number 0,
 * against XPath 1.0, 4.4. */
static void
write_cut (GRand *random, guint depth, GString *out)
{
  static const char *const plain[] = { "'ab'", "' 5 '", "'x y '", "'.5'", "'true'", "'10'",
                                       "true()", "2.25" };
  gboolean is_translation = g_rand_boolean (random);

  g_string_append (out, is_translation ? "translate(" : "substring-before(");
  g_string_append (out, PICK (random, plain));
  g_string_append (out, ", ");
  write_any (random, depth, out);
  if (is_translation) {
    g_string_append (out, ", ");
    write_any (random, depth, out);
  }
  g_string_append_c (out, ')');
}

static void
write_binary (GRand *random, guint depth, const char *sign, GString *out)
{
  gboolean in_parentheses = g_rand_boolean (random);

  g_string_append (out, in_parentheses ? "(" : "");
  write_any (random, depth, out);
  g_string_append_printf (out, " %s ", sign);
  write_any (random, depth, out);
  g_string_append (out, in_parentheses ? ")" : "");
}

/* Factors and divisors are powers of two, so that no digit is lost. */
static void
write_scaled (GRand *random, guint depth, GString *out)
{
  static const char *const scales[] = { " * 2", " * 0.5", " * 0", " div 2", " div 4", " div 0",
                                        " div -1", " mod 3", " mod 2.5", " mod 0", " mod -2" };

  g_string_append_c (out, '(');
  write_any (random, depth, out);
  g_string_append (out, ")");
  g_string_append (out, PICK (random, scales));
}

static void
write_leaf (GRand *random, GString *out)
{
  switch (g_rand_int_range (random, 0, 5)) {
  case 0:
    g_string_append (out, g_rand_boolean (random) ? "true()" : "false()");
    break;
  case 1:
  case 2:
    g_string_append (out, PICK (random, texts));
    break;
  default:
    g_string_append (out, PICK (random, numbers));
    break;
  }
}

static void
write_any (GRand *random, guint depth, GString *out)
{
  static const char *const one[] = { "not", "boolean", "number", "string", "string-length",
                                     "round", "normalize-space" };
  static const char *const two[] = { "concat", "contains", "starts-with", "substring-after" };
  static const char *const signs[] = { "+", "-", "=", "!=", "<", "<=", ">", ">=", "and", "or" };

  if (depth == 0) {
    write_leaf (random, out);
    return;
  }
  switch (g_rand_int_range (random, 0, 9)) {
  case 0:
    write_leaf (random, out);
    break;
  case 1:
    g_string_append (out, "-");
    write_any (random, depth - 1, out);
    break;
  case 2:
    write_call (random, depth - 1, PICK (random, one), 1, out);
    break;
  case 3:
    write_call (random, depth - 1, PICK (random, two), 2, out);
    break;
  case 4:
    write_cut (random, depth - 1, out);
    break;
  case 5:
    write_scaled (random, depth - 1, out);
    break;
  default:
    write_binary (random, depth - 1, PICK (random, signs), out);
    break;
  }
}

static GPtrArray *
make_expressions (guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  GPtrArray *made = g_ptr_array_new_with_free_func (g_free);

  while (made->len < EXPRESSIONS) {
    g_autoptr (GString) text = g_string_new (NULL);

    write_any (random, (guint) g_rand_int_range (random, 1, 5), text);
    if (text->len <= BYTES_MAX) {
      g_ptr_array_add (made, g_strdup (text->str));
    }
  }
  return made;
}

/* Values in the order of the expressions; NULL where xmllint gave none. */
static GPtrArray *
ask_xmllint (GPtrArray *expressions)
{
  static const char mark[] = "Object is a string : ";
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *document = g_build_filename (folder, "a.xml", NULL);
  const char *argv[] = { "xmllint", "--shell", document, NULL };
  GString *input = g_string_new (NULL);
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);

  g_assert_true (g_file_set_contents (document, "<a/>", -1, NULL));
  for (guint i = 0; i < expressions->len; i++) {
    g_string_append_printf (input, "xpath string('@%u')\nxpath string(%s)\n", i,
                            (const char *) expressions->pdata[i]);
  }
  g_string_append (input, "bye\n");
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (input);
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, bytes, 60);
  g_auto (GStrv) lines = g_strsplit (output->out, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    const char *value = strstr (*line, mark);
    if (value == NULL) {
      continue;
    }
    value += strlen (mark);
    if (*value == '@') {
      g_ptr_array_add (values, NULL);
    } else if (values->len > 0 && values->pdata[values->len - 1] == NULL) {
      values->pdata[values->len - 1] = g_strdup (value);
    }
  }
  g_assert_cmpuint (values->len, ==, expressions->len);
  return values;
}

static char *
evaluate (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkExpression) expression = dk_expression_parse (text, &error);
  g_auto (DkValue) value = { 0 };

  g_assert_no_error (error);
  g_assert_true (dk_expression_evaluate (expression, NULL, &value, &error));
  return dk_value_to_text (&value);
}

static guint
count_differences (GPtrArray *expressions, GPtrArray *values, const char *instead,
                   const char *replacement, gboolean tell)
{
  guint count = 0;

  for (guint i = 0; i < expressions->len; i++) {
    g_autoptr (GString) text = g_string_new (expressions->pdata[i]);

    if (instead != NULL) {
      g_string_replace (text, instead, replacement, 0);
    }
    g_autofree char *value = evaluate (text->str);
    if (g_strcmp0 (value, values->pdata[i]) != 0) {
      count++;
      if (tell && count <= 10) {
        g_test_message ("%s: %s, xmllint %s", text->str, value, (char *) values->pdata[i]);
      }
    }
  }
  return count;
}

static void
test_same_as_xmllint (void)
{
  static const char *const exchanges[][2] = {
    { " <= ", " < " }, { " mod ", " div " },   { " and ", " or " },  { " = ", " != " },
    { " - ", " + " },         { "not(", "boolean(" }, { "round(", "int(" },
  };

  if (!dk_test_have_program ("xmllint")) {
    return;
  }
  g_autoptr (GPtrArray) expressions = make_expressions (20261122);
  g_autoptr (GPtrArray) values = ask_xmllint (expressions);
  g_assert_cmpuint (count_differences (expressions, values, NULL, NULL, TRUE), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (exchanges); i++) {
    guint found
        = count_differences (expressions, values, exchanges[i][0], exchanges[i][1], FALSE);
    g_test_message ("control %s to %s: %u of %u differ", exchanges[i][0], exchanges[i][1], found,
                    expressions->len);
    g_assert_cmpuint (found, >=, 5);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/form/expression/is-xpath-where-it-says-so", test_same_as_xmllint);
  return dk_test_run ();
}
