/* SPDX-License-Identifier: MIT */
/* What app/form would refuse of `${name}`, found for all rows at once: a form that is read again
 * for each fault takes too long. */
#include <string.h>

#include "app/form/expression.h"
#include "app/xlsform/import-private.h"

#define WHYS_MAX 3u

GHashTable *
dk_import_index (DkImport *import)
{
  GHashTable *by_name = g_hash_table_new (g_str_hash, g_str_equal);
  const DkImportRow *repeat = NULL;

  for (guint i = 0; i < import->rows->len; i++) {
    DkImportRow *row = g_ptr_array_index (import->rows, i);
    const char *name = dk_json_get_text (row->row, "name");
    const char *type = dk_json_get_text (row->row, "type");
    row->repeat = repeat;
    if (g_strcmp0 (type, "begin_repeat") == 0)
      repeat = row;
    else if (g_strcmp0 (type, "end_repeat") == 0)
      repeat = NULL;
    if (name != NULL && !g_hash_table_contains (by_name, name))
      g_hash_table_insert (by_name, (gpointer) (guintptr) name, row);
  }
  return by_name;
}

/* Why a row cannot read this name; NULL if it can. New string. */
static char *
refuse_name (GHashTable *by_name, const DkImportRow *from, const char *name, gboolean of_all_rows)
{
  const DkImportRow *target = g_hash_table_lookup (by_name, name);
  const char *type = target != NULL ? dk_json_get_text (target->row, "type") : NULL;
  gboolean is_repeat = g_strcmp0 (type, "begin_repeat") == 0;

  if (target == NULL)
    return g_strdup_printf ("${%s} names no row of this form", name);
  if (of_all_rows && is_repeat)
    return NULL;
  if (type != NULL && (g_str_has_prefix (type, "begin_") || strcmp (type, "note") == 0))
    return g_strdup_printf ("${%s} names a row that has no value", name);
  if (!of_all_rows && target->repeat != NULL && target->repeat != from->repeat)
    return g_strdup_printf ("${%s} lies in the repeat \"%s\"; from outside it can only be read by "
                            "count(), sum(), min() and max()",
                            name, dk_json_get_text (target->repeat->row, "name"));
  return NULL;
}

char *
dk_import_refuse_expression (GHashTable *by_name, const DkImportRow *from,
                             const DkExpression *expression, gboolean is_filter)
{
  const char *const *columns = dk_expression_columns (expression);
  const char *const *values = dk_expression_value_references (expression);
  const char *const *rows = dk_expression_row_references (expression);
  char *why = NULL;

  if (!is_filter && columns[0] != NULL)
    return g_strdup_printf ("\"%s\" is no value; a field is written ${%s}", columns[0],
                            columns[0]);
  for (guint i = 0; why == NULL && values[i] != NULL; i++)
    why = refuse_name (by_name, from, values[i], FALSE);
  for (guint i = 0; why == NULL && rows[i] != NULL; i++)
    why = refuse_name (by_name, from, rows[i], TRUE);
  return why;
}

static void
add_why (GString *out, guint count, const char *why)
{
  if (count < WHYS_MAX)
    g_string_append_printf (out, "%s%s", count > 0 ? "; " : "", why);
  else if (count == WHYS_MAX)
    g_string_append (out, "; and more");
}

/* Words that tell nothing: no "${" stays in them. */
static void
append_plain (GString *out, const char *text)
{
  g_autoptr (GString) plain = g_string_new (text);

  g_string_replace (plain, "${", " {", 0);
  g_string_append (out, plain->str);
}

char *
dk_import_plain_words (GHashTable *by_name, const DkImportRow *from, const char *text, char **why)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) whys = g_string_new (NULL);
  guint faults = 0;

  for (const char *open = strstr (text, "${"); open != NULL; open = strstr (text, "${")) {
    const char *close = strchr (open, '}');
    g_autofree char *name = NULL;
    g_autofree char *refused = NULL;
    g_string_append_len (out, text, open - text);
    if (close == NULL) {
      add_why (whys, faults++, "\"${\" has no \"}\"");
      text = open;
      break;
    }
    name = g_strstrip (g_strndup (open + 2, (gsize) (close - open - 2)));
    refused = refuse_name (by_name, from, name, FALSE);
    if (refused != NULL) {
      add_why (whys, faults++, refused);
      g_string_append_c (out, '[');
      append_plain (out, name);
      g_string_append_c (out, ']');
    } else {
      g_string_append_len (out, open, close + 1 - open);
    }
    text = close + 1;
  }
  if (faults == 0)
    return NULL;
  append_plain (out, text);
  *why = g_strconcat (whys->str, "; its name stands in the words", NULL);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
