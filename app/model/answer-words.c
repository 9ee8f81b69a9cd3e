/* SPDX-License-Identifier: MIT */
#include "app/model/answer-words.h"

#include <string.h>

#define DEPTH_MAX 4
#define HASH_DIGITS 64

gboolean
dk_answer_is_rows (const json_t *value)
{
  return json_array_size (value) > 0 && json_is_object (json_array_get (value, 0));
}

gboolean
dk_answer_is_file (const json_t *value)
{
  const char *sha256 = dk_json_get_text (value, "sha256");

  return dk_json_get_text (value, "name") != NULL && sha256 != NULL
         && strlen (sha256) == HASH_DIGITS
         && strspn (sha256, "0123456789abcdef") == HASH_DIGITS;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void append (GString *out, const json_t *value, guint depth);

/* In the order of the names: the order in memory is nobody's. */
static void
append_members (GString *out, const json_t *object, guint depth)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  gboolean is_first = TRUE;
  const char *name;
  json_t *value;

  json_object_foreach ((json_t *) (guintptr) object, name, value)
    if (!json_is_null (value))
      g_ptr_array_add (names, (gpointer) (guintptr) name);
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    name = g_ptr_array_index (names, i);
    g_string_append_printf (out, "%s%s: ", is_first ? "" : "; ", name);
    append (out, json_object_get (object, name), depth - 1);
    is_first = FALSE;
  }
}

static void
append_list (GString *out, const json_t *list, guint depth)
{
  for (gsize i = 0; i < json_array_size (list); i++) {
    g_string_append (out, i == 0 ? "" : ", ");
    append (out, json_array_get (list, i), depth - 1);
  }
}

static void
append (GString *out, const json_t *value, guint depth)
{
  if (depth == 0 || value == NULL || json_is_null (value))
    return;
  if (json_is_string (value))
    g_string_append (out, json_string_value (value));
  else if (json_is_boolean (value))
    g_string_append (out, json_is_true (value) ? "yes" : "no");
  else if (json_is_integer (value))
    g_string_append_printf (out, "%" JSON_INTEGER_FORMAT, json_integer_value (value));
  else if (dk_answer_is_file (value))
    g_string_append_printf (out, "%s (%" G_GINT64_FORMAT " bytes, SHA-256 %s)",
                            dk_json_get_text (value, "name"), dk_json_get_int (value, "size", 0),
                            dk_json_get_text (value, "sha256"));
  else if (json_is_object (value))
    append_members (out, value, depth);
  else if (json_is_array (value))
    append_list (out, value, depth);
}

char *
dk_answer_words (const json_t *value)
{
  GString *out = g_string_new (NULL);

  append (out, value, DEPTH_MAX);
  return g_string_free (out, FALSE);
}
