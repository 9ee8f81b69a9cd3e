/* SPDX-License-Identifier: MIT */
/* SAX and not a tree: a part may have millions of tags, and nothing of it is kept but texts. */
#include <libxml/parser.h>
#include <string.h>

#include "app/xlsform/xlsx-private.h"

#define CHUNK_BYTES (64 << 10)
#define ATTRIBUTES_MAX 100u

typedef struct {
  const DkXmlCalls *calls;
  gpointer data;
  xmlParserCtxtPtr parser;
  GError *error;
} Walk;

static void
stop_on_error (Walk *walk)
{
  if (walk->error != NULL)
    xmlStopParser (walk->parser);
}

static void
on_begin (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
          int namespace_count, const xmlChar **namespaces, int attribute_count,
          int defaulted_count, const xmlChar **attributes)
{
  Walk *walk = data;
  DkXmlTag tag = { (const char *) name, attribute_count, attributes };

  if (walk->error == NULL && walk->calls->begin != NULL)
    walk->calls->begin (walk->data, &tag, &walk->error);
  stop_on_error (walk);
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  Walk *walk = data;

  if (walk->error == NULL && walk->calls->end != NULL)
    walk->calls->end (walk->data, (const char *) name, &walk->error);
  stop_on_error (walk);
}

static void
on_text (void *data, const xmlChar *text, int size)
{
  Walk *walk = data;

  if (walk->error == NULL && walk->calls->text != NULL)
    walk->calls->text (walk->data, (const char *) text, (gsize) size, &walk->error);
  stop_on_error (walk);
}

static void
ignore_message (void *data, xmlErrorPtr message)
{
}

/* An encoding that the parser would take on trust could hide a DTD from the look below. */
static gboolean
names_utf8 (const char *text, gsize size)
{
  g_autofree char *head = g_strndup (text, MIN (size, 200));
  char *end = strstr (head, "?>");
  const char *p;

  if (!g_str_has_prefix (head, "<?xml") || end == NULL)
    return TRUE;
  *end = '\0';
  p = strstr (head, "encoding");
  if (p == NULL)
    return TRUE;
  p += strcspn (p, "\"'");
  return *p != '\0'
         && (g_ascii_strncasecmp (p + 1, "utf-8", 5) == 0
             || g_ascii_strncasecmp (p + 1, "us-ascii", 8) == 0);
}

/* Values in quotes from a '<' to its '>'. */
static guint
count_values (const char *tag, const char *end)
{
  char quote = '\0';
  guint count = 0;

  for (const char *p = tag; p < end && (quote != '\0' || *p != '>'); p++) {
    if (quote == '\0' && (*p == '"' || *p == '\'')) {
      quote = *p;
      count++;
    } else if (*p == quote) {
      quote = '\0';
    }
  }
  return count;
}

/* The parser compares each attribute of a tag with all before it: thousands take minutes. No '<'
 * can stand within a tag, so that every tag ends before the next one at the latest. */
static gboolean
tags_are_short (const char *text, gsize size)
{
  const char *end = text + size;
  const char *tag = memchr (text, '<', size);

  while (tag != NULL) {
    const char *next = memchr (tag + 1, '<', (gsize) (end - tag - 1));
    if (count_values (tag, next != NULL ? next : end) > ATTRIBUTES_MAX)
      return FALSE;
    tag = next;
  }
  return TRUE;
}

static gboolean
check_part (const char *text, gsize size, const char *name, GError **error)
{
  if (size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0) {
    text += 3;
    size -= 3;
  }
  if (!g_utf8_validate_len (text, size, NULL) || !names_utf8 (text, size))
    return dk_xlsx_refuse (error, "its part %s is not UTF-8", name);
  if (g_strstr_len (text, (gssize) size, "<!DOCTYPE") != NULL
      || g_strstr_len (text, (gssize) size, "<!ENTITY") != NULL)
    return dk_xlsx_refuse (error, "its part %s declares entities (a DTD), which no spreadsheet "
                           "program writes", name);
  if (!tags_are_short (text, size))
    return dk_xlsx_refuse (error, "its part %s has a tag with more than %u attributes", name,
                           ATTRIBUTES_MAX);
  return TRUE;
}

/* Its tables are made once, before two threads could do so at the same time. */
static void
start_parser (void)
{
  static gsize started = 0;

  if (g_once_init_enter (&started)) {
    xmlInitParser ();
    g_once_init_leave (&started, 1);
  }
}

static void
feed_parser (Walk *walk, const char *text, gsize size)
{
  for (gsize at = 0; at < size && walk->error == NULL; at += CHUNK_BYTES) {
    int chunk = (int) MIN (size - at, (gsize) CHUNK_BYTES);
    if (xmlParseChunk (walk->parser, text + at, chunk, at + (gsize) chunk >= size) != 0)
      return;
  }
}

gboolean
dk_xml_walk (GBytes *part, const char *part_name, const DkXmlCalls *calls, gpointer data,
             GError **error)
{
  xmlSAXHandler sax = { 0 };
  Walk walk = { calls, data, NULL, NULL };
  gsize size;
  const char *text = g_bytes_get_data (part, &size);
  gboolean whole;

  if (size == 0)
    return dk_xlsx_refuse (error, "its part %s is empty", part_name);
  if (!check_part (text, size, part_name, error))
    return FALSE;
  start_parser ();
  sax.initialized = XML_SAX2_MAGIC;
  sax.startElementNs = on_begin;
  sax.endElementNs = on_end;
  sax.characters = on_text;
  sax.ignorableWhitespace = on_text;
  sax.cdataBlock = on_text;
  sax.serror = ignore_message;
  walk.parser = xmlCreatePushParserCtxt (&sax, &walk, NULL, 0, NULL);
  if (walk.parser == NULL)
    return dk_xlsx_refuse (error, "its part %s cannot be read", part_name);
  xmlCtxtUseOptions (walk.parser, XML_PARSE_NONET);
  feed_parser (&walk, text, size);
  whole = walk.parser->wellFormed != 0;
  xmlFreeParserCtxt (walk.parser);
  if (walk.error != NULL) {
    g_propagate_error (error, walk.error);
    return FALSE;
  }
  return whole ? TRUE : dk_xlsx_refuse (error, "its part %s is damaged: it is no XML", part_name);
}

char *
dk_xml_attribute (const DkXmlTag *tag, const char *name)
{
  for (int i = 0; i < tag->attribute_count; i++) {
    const unsigned char **attribute = tag->attributes + 5 * i;
    if (strcmp ((const char *) attribute[0], name) == 0) {
      g_autoptr (GString) value
          = g_string_new_len ((const char *) attribute[3], attribute[4] - attribute[3]);
      g_string_replace (value, "&#38;", "&", 0);
      return g_string_free (g_steal_pointer (&value), FALSE);
    }
  }
  return NULL;
}
