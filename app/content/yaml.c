/* SPDX-License-Identifier: MIT */
#include "app/content/yaml.h"

#include <string.h>
#include <yaml.h>

#include "app/content/content-text.h"

#define BYTES_MAX (1u << 20)
#define DEPTH_MAX 16
#define NODES_MAX 100000
#define INTEGER_DIGITS_MAX 15 /* stays within 2^53 */

struct DkYaml {
  json_t *root;
  GHashTable *places; /* JSON Pointer -> DkPlace */
  DkPlace first;
};

typedef struct {
  yaml_parser_t parser;
  DkYaml *yaml;
  const char *text;
  const char *name;
  guint first_line;
  guint depth;
  guint nodes;
  GString *pointer;
} Reader;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (yaml_event_t, yaml_event_delete)

static json_t *read_value (Reader *reader, const yaml_event_t *event, GError **error);

static DkPlace
place_of (const Reader *reader, yaml_mark_t mark)
{
  DkPlace place = { reader->first_line + (guint) mark.line, (guint) mark.column + 1 };

  return place;
}

/* What libyaml found, in its own words where there are no better ones. */
static gboolean
refuse_syntax (const Reader *reader, GError **error)
{
  const yaml_parser_t *parser = &reader->parser;
  DkPlace place = place_of (reader, parser->problem_mark);

  if (parser->error == YAML_MEMORY_ERROR)
    g_error ("out of memory");
  if (parser->error == YAML_READER_ERROR)
    place = dk_content_place (reader->text, parser->problem_offset, reader->first_line);
  return dk_content_refuse (error, reader->name, place, "this is not YAML: %s%s%s",
                            parser->context != NULL ? parser->context : "",
                            parser->context != NULL ? ", " : "",
                            parser->problem != NULL ? parser->problem : "unexpected text");
}

static gboolean
refuse_at (const Reader *reader, const yaml_event_t *event, const char *message, GError **error)
{
  return dk_content_refuse (error, reader->name, place_of (reader, event->start_mark), "%s",
                            message);
}

/* The caller's event must be empty. */
static gboolean
next_event (Reader *reader, yaml_event_t *event, GError **error)
{
  if (!yaml_parser_parse (&reader->parser, event)) {
    memset (event, 0, sizeof *event);
    return refuse_syntax (reader, error);
  }
  if (event->type == YAML_ALIAS_EVENT)
    return refuse_at (reader, event, "aliases (*name) are not read; write the value out", error);
  return TRUE;
}

/* Appends one step to the pointer and returns the length to go back to. */
static gsize
push_step (Reader *reader, const char *key, gsize index)
{
  gsize length = reader->pointer->len;

  g_string_append_c (reader->pointer, '/');
  if (key == NULL)
    g_string_append_printf (reader->pointer, "%" G_GSIZE_FORMAT, index);
  for (const char *p = key; p != NULL && *p != '\0'; p++) {
    if (*p == '~')
      g_string_append (reader->pointer, "~0");
    else if (*p == '/')
      g_string_append (reader->pointer, "~1");
    else
      g_string_append_c (reader->pointer, *p);
  }
  return length;
}

static void
remember_place (Reader *reader, const yaml_event_t *event)
{
  DkPlace *place = g_new (DkPlace, 1);

  *place = place_of (reader, event->start_mark);
  g_hash_table_insert (reader->yaml->places, g_strdup (reader->pointer->str), place);
}

static gboolean
is_integer (const char *text)
{
  const char *digits = text[0] == '-' ? text + 1 : text;
  gsize count = strlen (digits);

  return count >= 1 && count <= INTEGER_DIGITS_MAX && strspn (digits, "0123456789") == count
         && (digits[0] != '0' || (count == 1 && digits == text));
}

static json_t *
convert_plain (const char *text)
{
  if (*text == '\0' || g_str_equal (text, "~") || g_ascii_strcasecmp (text, "null") == 0)
    return json_null ();
  if (g_ascii_strcasecmp (text, "true") == 0)
    return json_true ();
  if (g_ascii_strcasecmp (text, "false") == 0)
    return json_false ();
  if (is_integer (text))
    return json_integer (g_ascii_strtoll (text, NULL, 10));
  return json_string (text);
}

static json_t *
read_scalar (Reader *reader, const yaml_event_t *event, GError **error)
{
  const char *text = (const char *) event->data.scalar.value;
  json_t *value;

  if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL) {
    refuse_at (reader, event, "anchors (&name) and tags (!name) are not read; leave them out",
               error);
    return NULL;
  }
  if (strlen (text) != event->data.scalar.length) {
    refuse_at (reader, event, "a text may not hold the character NUL", error);
    return NULL;
  }
  value = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? convert_plain (text)
                                                              : json_string (text);
  if (value == NULL)
    refuse_at (reader, event, "this text has characters that do not exist", error);
  return value;
}

static gboolean
enter (Reader *reader, const yaml_event_t *event, const void *anchor, const void *tag,
       GError **error)
{
  if (anchor != NULL || tag != NULL)
    return refuse_at (reader, event,
                      "anchors (&name) and tags (!name) are not read; leave them out", error);
  if (++reader->depth > DEPTH_MAX)
    return refuse_at (reader, event, "this is nested too deeply", error);
  return TRUE;
}

static json_t *
read_list (Reader *reader, const yaml_event_t *start, GError **error)
{
  g_autoptr (json_t) list = json_array ();

  if (!enter (reader, start, start->data.sequence_start.anchor, start->data.sequence_start.tag,
              error))
    return NULL;
  for (gsize i = 0;; i++) {
    g_auto (yaml_event_t) event = { 0 };
    json_t *value;
    gsize length;
    if (!next_event (reader, &event, error))
      return NULL;
    if (event.type == YAML_SEQUENCE_END_EVENT)
      break;
    length = push_step (reader, NULL, i);
    value = read_value (reader, &event, error);
    g_string_truncate (reader->pointer, length);
    if (value == NULL)
      return NULL;
    json_array_append_new (list, value);
  }
  reader->depth--;
  return g_steal_pointer (&list);
}

static gboolean
check_key (const Reader *reader, const json_t *map, const yaml_event_t *event, GError **error)
{
  const char *key;

  if (event->type != YAML_SCALAR_EVENT || event->data.scalar.anchor != NULL
      || event->data.scalar.tag != NULL)
    return refuse_at (reader, event, "a key must be plain text", error);
  key = (const char *) event->data.scalar.value;
  if (strlen (key) != event->data.scalar.length || *key == '\0' || !g_str_is_ascii (key)
      || g_str_equal (key, "<<"))
    return refuse_at (reader, event, "a key must be plain text of letters and digits", error);
  if (json_object_get (map, key) != NULL)
    return dk_content_refuse (error, reader->name, place_of (reader, event->start_mark),
                              "\"%s\" stands here a second time; keep one", key);
  return TRUE;
}

static json_t *
read_map (Reader *reader, const yaml_event_t *start, GError **error)
{
  g_autoptr (json_t) map = json_object ();

  if (!enter (reader, start, start->data.mapping_start.anchor, start->data.mapping_start.tag,
              error))
    return NULL;
  for (;;) {
    g_auto (yaml_event_t) key = { 0 };
    g_auto (yaml_event_t) event = { 0 };
    json_t *value;
    gsize length;
    if (!next_event (reader, &key, error))
      return NULL;
    if (key.type == YAML_MAPPING_END_EVENT)
      break;
    if (!check_key (reader, map, &key, error) || !next_event (reader, &event, error))
      return NULL;
    length = push_step (reader, (const char *) key.data.scalar.value, 0);
    value = read_value (reader, &event, error);
    g_string_truncate (reader->pointer, length);
    if (value == NULL)
      return NULL;
    json_object_set_new (map, (const char *) key.data.scalar.value, value);
  }
  reader->depth--;
  return g_steal_pointer (&map);
}

static json_t *
read_value (Reader *reader, const yaml_event_t *event, GError **error)
{
  if (++reader->nodes > NODES_MAX) {
    refuse_at (reader, event, "the file has too many parts; split it", error);
    return NULL;
  }
  remember_place (reader, event);
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    return read_scalar (reader, event, error);
  case YAML_SEQUENCE_START_EVENT:
    return read_list (reader, event, error);
  case YAML_MAPPING_START_EVENT:
    return read_map (reader, event, error);
  default:
    refuse_at (reader, event, "there must be a value here", error);
    return NULL;
  }
}

static gboolean
read_stream (Reader *reader, GError **error)
{
  gboolean have_document = FALSE;

  for (;;) {
    g_auto (yaml_event_t) event = { 0 };
    if (!next_event (reader, &event, error))
      return FALSE;
    if (event.type == YAML_STREAM_END_EVENT)
      return TRUE;
    if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_END_EVENT)
      continue;
    if (have_document)
      return refuse_at (reader, &event, "a second document (---) is not read; use one file each",
                        error);
    if (event.type == YAML_DOCUMENT_START_EVENT)
      continue;
    have_document = TRUE;
    reader->yaml->first = place_of (reader, event.start_mark);
    reader->yaml->root = read_value (reader, &event, error);
    if (reader->yaml->root == NULL)
      return FALSE;
  }
}

DkYaml *
dk_yaml_parse (const char *text, gsize size, const char *name, guint first_line, GError **error)
{
  g_autoptr (DkYaml) yaml = g_new0 (DkYaml, 1);
  g_autoptr (GString) pointer = g_string_new (NULL);
  Reader reader
      = { .yaml = yaml, .text = text, .name = name, .first_line = first_line, .pointer = pointer };
  gboolean ok;

  yaml->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  yaml->first.line = first_line;
  yaml->first.column = 1;
  if (!dk_content_check_text (text, size, BYTES_MAX, name, first_line, error))
    return NULL;
  if (!yaml_parser_initialize (&reader.parser))
    g_error ("out of memory");
  yaml_parser_set_encoding (&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&reader.parser, (const unsigned char *) text, size);
  ok = read_stream (&reader, error);
  yaml_parser_delete (&reader.parser);
  return ok ? g_steal_pointer (&yaml) : NULL;
}

json_t *
dk_yaml_root (const DkYaml *yaml)
{
  return yaml->root;
}

DkPlace
dk_yaml_place (const DkYaml *yaml, const char *pointer)
{
  g_autofree char *path = g_strdup (pointer);

  for (;;) {
    const DkPlace *place = g_hash_table_lookup (yaml->places, path);
    char *slash = strrchr (path, '/');
    if (place != NULL)
      return *place;
    if (slash == NULL)
      return yaml->first;
    *slash = '\0';
  }
}

void
dk_yaml_free (DkYaml *yaml)
{
  if (yaml == NULL)
    return;
  json_decref (yaml->root);
  g_hash_table_unref (yaml->places);
  g_free (yaml);
}
