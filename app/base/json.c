/* SPDX-License-Identifier: MIT */
#include "app/base/json.h"

#include <stdlib.h>
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"

#define INTEGER_MAX (G_GINT64_CONSTANT (1) << 53)

typedef enum { SHAPE_FINE, SHAPE_DEEP, SHAPE_FULL } Shape;

/* A list or object takes about as much memory as this many plain values. */
#define OPEN_COST 4

/* jansson recurses and takes a hundred times the size of "{},{}": so depth and number of the values
 * are bounded before it sees the text; what stands inside of strings does not count. */
static Shape
judge_shape (const char *text, gsize size)
{
  guint depth = 0;
  gsize cost = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < size; i++) {
    char c = text[i];
    if (in_string) {
      if (c == '\\')
        i++;
      else if (c == '"')
        in_string = FALSE;
    } else if (c == '"') {
      in_string = TRUE;
    } else if (c == '{' || c == '[') {
      cost += OPEN_COST;
      if (++depth > DK_LIMIT_JSON_DEPTH)
        return SHAPE_DEEP;
    } else if (c == ',') {
      cost++;
    } else if ((c == '}' || c == ']') && depth > 0) {
      depth--;
    }
  }
  return cost > DK_LIMIT_JSON_VALUES ? SHAPE_FULL : SHAPE_FINE;
}

json_t *
dk_json_parse (const char *text, gsize size, gsize size_max, const char *what, GError **error)
{
  json_error_t where;
  json_t *document;
  Shape shape;

  if (size > size_max) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is larger than the %" G_GSIZE_FORMAT " bytes that are accepted.", what,
                 size_max);
    return NULL;
  }
  shape = judge_shape (text, size);
  if (shape == SHAPE_DEEP) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s is nested more than %d levels deep.", what,
                 DK_LIMIT_JSON_DEPTH);
    return NULL;
  }
  if (shape == SHAPE_FULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s holds more values than are accepted (about %d).", what, DK_LIMIT_JSON_VALUES);
    return NULL;
  }
  document = json_loadb (text, size, JSON_REJECT_DUPLICATES, &where);
  if (document == NULL) {
    g_autofree char *reason = dk_text_printable (where.text, FALSE);
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s is not valid JSON at %d:%d: %s.", what,
                 where.line, where.column, reason);
  }
  return document;
}

static void append_canonical (GString *out, const json_t *value);

/* RFC 8785 section 3.2.2.2 */
static void
append_string (GString *out, const char *text, gsize size)
{
  g_string_append_c (out, '"');
  for (gsize i = 0; i < size; i++) {
    guint8 c = (guint8) text[i];
    switch (c) {
    case '"':
      g_string_append (out, "\\\"");
      break;
    case '\\':
      g_string_append (out, "\\\\");
      break;
    case '\b':
      g_string_append (out, "\\b");
      break;
    case '\t':
      g_string_append (out, "\\t");
      break;
    case '\n':
      g_string_append (out, "\\n");
      break;
    case '\f':
      g_string_append (out, "\\f");
      break;
    case '\r':
      g_string_append (out, "\\r");
      break;
    default:
      if (c < 0x20)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_c (out, (char) c);
    }
  }
  g_string_append_c (out, '"');
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Keys in ASCII: bytewise order is the UTF-16 order that RFC 8785 section 3.2.3 asks for. */
static void
append_object (GString *out, const json_t *object)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  void *cursor = json_object_iter ((json_t *) (guintptr) object);

  while (cursor != NULL) {
    const char *key = json_object_iter_key (cursor);
    g_assert (g_str_is_ascii (key));
    g_ptr_array_add (keys, (gpointer) (guintptr) key);
    cursor = json_object_iter_next ((json_t *) (guintptr) object, cursor);
  }
  g_ptr_array_sort (keys, compare_keys);
  g_string_append_c (out, '{');
  for (guint i = 0; i < keys->len; i++) {
    const char *key = g_ptr_array_index (keys, i);
    if (i > 0)
      g_string_append_c (out, ',');
    append_string (out, key, strlen (key));
    g_string_append_c (out, ':');
    append_canonical (out, json_object_get (object, key));
  }
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, const json_t *array)
{
  g_string_append_c (out, '[');
  for (gsize i = 0; i < json_array_size (array); i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    append_canonical (out, json_array_get (array, i));
  }
  g_string_append_c (out, ']');
}

static void
append_canonical (GString *out, const json_t *value)
{
  switch (json_typeof (value)) {
  case JSON_OBJECT:
    append_object (out, value);
    break;
  case JSON_ARRAY:
    append_array (out, value);
    break;
  case JSON_STRING:
    append_string (out, json_string_value (value), json_string_length (value));
    break;
  case JSON_INTEGER:
    g_assert (json_integer_value (value) >= -INTEGER_MAX
              && json_integer_value (value) <= INTEGER_MAX);
    g_string_append_printf (out, "%" G_GINT64_FORMAT, (gint64) json_integer_value (value));
    break;
  case JSON_TRUE:
    g_string_append (out, "true");
    break;
  case JSON_FALSE:
    g_string_append (out, "false");
    break;
  case JSON_NULL:
    g_string_append (out, "null");
    break;
  case JSON_REAL:
  default:
    g_assert_not_reached ();
  }
}

gboolean
dk_json_is_plain (const json_t *document)
{
  const char *key;
  json_t *value;
  gsize i;

  if (json_is_real (document))
    return FALSE;
  if (json_is_integer (document))
    return json_integer_value (document) >= -INTEGER_MAX
           && json_integer_value (document) <= INTEGER_MAX;
  json_array_foreach ((json_t *) (guintptr) document, i, value)
    if (!dk_json_is_plain (value))
      return FALSE;
  json_object_foreach ((json_t *) (guintptr) document, key, value)
    if (!g_str_is_ascii (key) || !dk_json_is_plain (value))
      return FALSE;
  return TRUE;
}

char *
dk_json_canonical (const json_t *document, gsize *size)
{
  GString *out = g_string_new (NULL);

  g_assert (document != NULL);
  append_canonical (out, document);
  if (size != NULL)
    *size = out->len;
  return g_string_free (out, FALSE);
}

char *
dk_json_text (const json_t *document, gboolean compact)
{
  size_t flags = JSON_SORT_KEYS | JSON_ENCODE_ANY | (compact ? JSON_COMPACT : JSON_INDENT (2));
  char *text = json_dumps (document, flags);
  char *out;

  g_assert (text != NULL);
  out = g_strdup (text);
  free (text);
  return out;
}

json_t *
dk_json_string (const char *text)
{
  json_t *value = text != NULL ? json_string (text) : json_null ();

  g_assert (value != NULL);
  return value;
}

void
dk_json_set_text (json_t *object, const char *key, const char *text)
{
  if (text != NULL)
    json_object_set_new (object, key, dk_json_string (text));
}

const char *
dk_json_get_text (const json_t *object, const char *key)
{
  return json_string_value (json_object_get (object, key));
}

gint64
dk_json_get_int (const json_t *object, const char *key, gint64 fallback)
{
  const json_t *value = json_object_get (object, key);

  return json_is_integer (value) ? json_integer_value (value) : fallback;
}

gboolean
dk_json_get_bool (const json_t *object, const char *key, gboolean fallback)
{
  const json_t *value = json_object_get (object, key);

  return json_is_boolean (value) ? json_is_true (value) : fallback;
}
