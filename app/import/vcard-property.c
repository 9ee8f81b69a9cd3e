/* SPDX-License-Identifier: MIT */
/* Debian 12 has libvformat and libvc (2.1 and 3.0, no version for many years), libbelcard (4.0
 * alone, C++) and libebook-contacts (with all of Evolution's data server). What is needed here is
 * the lines and their encodings, bounded, so they are read here. */
#include "app/import/vcard-private.h"

#include <string.h>

#include "app/import/table-text-private.h"

#define HEAD_BYTES_MAX 8192
#define VALUE_BYTES_MAX (64u << 10)
#define TYPES_MAX 50

void
dk_vcard_property_init (DkVcardProperty *property)
{
  *property = (DkVcardProperty){ .group = g_strdup (""),
                                 .name = g_strdup (""),
                                 .types = g_ptr_array_new_with_free_func (g_free),
                                 .value = g_string_new (NULL) };
}

void
dk_vcard_property_clear (DkVcardProperty *property)
{
  g_free (property->group);
  g_free (property->name);
  g_free (property->label);
  g_free (property->charset);
  g_ptr_array_unref (property->types);
  g_string_free (property->value, TRUE);
}

static void
reset (DkVcardProperty *property)
{
  dk_vcard_property_clear (property);
  dk_vcard_property_init (property);
}

gboolean
dk_vcard_has_type (const DkVcardProperty *property, const char *type)
{
  return g_ptr_array_find_with_equal_func (property->types, type, g_str_equal, NULL);
}

/* The end of the line at p: where CR or LF stands. */
static const char *
line_end (const char *p, const char *end)
{
  while (p < end && *p != '\n' && *p != '\r')
    p++;
  return p;
}

static void
go_behind (DkVcardReader *reader, const char *stop)
{
  reader->at = stop;
  if (reader->at < reader->end && *reader->at == '\r')
    reader->at++;
  if (reader->at < reader->end && *reader->at == '\n' && reader->at <= stop + 1)
    reader->at++;
  reader->line++;
}

static gboolean
is_folded (const DkVcardReader *reader)
{
  return reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t');
}

static void
append (DkVcardProperty *property, const char *from, const char *to)
{
  if (property->value->len + (gsize) (to - from) > VALUE_BYTES_MAX)
    property->too_long = TRUE;
  if (!property->too_long)
    g_string_append_len (property->value, from, to - from);
}

static void
take_type_list (DkVcardProperty *property, const char *list)
{
  g_auto (GStrv) words = g_strsplit (list, ",", TYPES_MAX);

  for (char **word = words; *word != NULL && property->types->len < TYPES_MAX; word++) {
    char *type = g_ascii_strdown (g_strstrip (*word), -1);
    if (g_str_equal (type, "pref"))
      property->preference = 1;
    g_ptr_array_add (property->types, type);
  }
}

/* One parameter: NAME=VALUE, or a bare word as version 2.1 has it. */
static void
take_parameter (DkVcardProperty *property, char *text)
{
  char *equals = strchr (text, '=');
  g_autofree char *name = NULL;
  char *value;

  if (equals == NULL) {
    if (g_ascii_strcasecmp (text, "QUOTED-PRINTABLE") == 0)
      property->quoted_printable = TRUE;
    else if (g_ascii_strcasecmp (text, "BASE64") == 0)
      property->base64 = TRUE;
    else
      take_type_list (property, text);
    return;
  }
  *equals = '\0';
  name = g_ascii_strup (g_strstrip (text), -1);
  value = g_strstrip (equals + 1);
  if (g_str_equal (name, "TYPE")) {
    take_type_list (property, value);
  } else if (g_str_equal (name, "ENCODING")) {
    property->quoted_printable = g_ascii_strcasecmp (value, "QUOTED-PRINTABLE") == 0;
    property->base64
        = g_ascii_strcasecmp (value, "BASE64") == 0 || g_ascii_strcasecmp (value, "B") == 0;
  } else if (g_str_equal (name, "CHARSET")) {
    g_free (property->charset);
    property->charset = g_strdup (value);
  } else if (g_str_equal (name, "PREF")) {
    property->preference = (int) CLAMP (g_ascii_strtoll (value, NULL, 10), 0, 100);
  } else if (g_str_equal (name, "LABEL") || g_str_equal (name, "X-LABEL")) {
    g_free (property->label);
    property->label = g_strdup (value);
  }
}

/* Splits "item1.TEL;TYPE=\"work,voice\";PREF=1"; quotes protect what is in them. */
static void
take_head (DkVcardProperty *property, const char *from, const char *to)
{
  g_autoptr (GString) part = g_string_new (NULL);
  gboolean quoted = FALSE;
  gboolean named = FALSE;

  for (const char *p = from; p <= to; p++) {
    if (p < to && *p == '"') {
      quoted = !quoted;
    } else if (p < to && (*p != ';' || quoted)) {
      g_string_append_c (part, *p);
    } else {
      if (named)
        take_parameter (property, part->str);
      else {
        char *dot = strrchr (part->str, '.');
        g_free (property->name);
        g_free (property->group);
        property->name = g_ascii_strup (dot != NULL ? dot + 1 : part->str, -1);
        property->group
            = dot != NULL ? g_ascii_strdown (part->str, dot - part->str) : g_strdup ("");
        g_strstrip (property->name);
        named = TRUE;
      }
      g_string_truncate (part, 0);
    }
  }
}

/* Where the value begins: the first colon outside of quotes; NULL. */
static const char *
find_colon (const char *from, const char *to)
{
  gboolean quoted = FALSE;

  to = MIN (to, from + HEAD_BYTES_MAX);
  for (const char *p = from; p < to; p++) {
    if (*p == '"')
      quoted = !quoted;
    else if (*p == ':' && !quoted)
      return p;
  }
  return memchr (from, ':', (gsize) (to - from));
}

static gboolean
is_binary (const DkVcardProperty *property)
{
  static const char *const names[] = { "PHOTO", "LOGO", "SOUND", "KEY", NULL };

  return property->base64 || g_strv_contains (names, property->name);
}

static int
hex_digit (char c)
{
  return g_ascii_xdigit_value (c);
}

static void
decode_quoted (GString *value)
{
  gsize n = 0;

  for (gsize i = 0; i < value->len; i++) {
    const char *p = value->str + i;
    if (*p == '=' && i + 2 < value->len && hex_digit (p[1]) >= 0 && hex_digit (p[2]) >= 0) {
      value->str[n++] = (char) (hex_digit (p[1]) << 4 | hex_digit (p[2]));
      i += 2;
    } else {
      value->str[n++] = *p;
    }
  }
  g_string_truncate (value, n);
}

/* From the charset that was named; what cannot be read so is left as it is. */
static void
convert (GString *value, const char *charset)
{
  gsize size;
  g_autofree char *converted
      = g_convert (value->str, (gssize) value->len, "UTF-8", charset, NULL, &size, NULL);

  if (converted == NULL)
    return;
  g_string_truncate (value, 0);
  g_string_append_len (value, converted, (gssize) size);
}

/* Bytes of the file are UTF-8 by now; those that were encoded may be of any charset. */
static void
make_utf8 (DkVcardProperty *property)
{
  GString *value = property->value;
  g_autofree char *valid = NULL;
  g_autofree char *owned = NULL;
  const char *encoding = NULL;
  gsize size = 0;

  if (property->quoted_printable && property->charset != NULL
      && g_ascii_strcasecmp (property->charset, "UTF-8") != 0)
    convert (value, property->charset);
  if (g_utf8_validate_len (value->str, value->len, NULL))
    return;
  (void) dk_text_decode (value->str, value->len, &size, &encoding, &owned);
  valid = g_utf8_make_valid (owned != NULL ? owned : value->str,
                             (gssize) (owned != NULL ? size : value->len));
  g_string_assign (value, valid);
}

/* Reads on as long as lines belong to this property. */
static void
read_value (DkVcardReader *reader, DkVcardProperty *property, const char *from)
{
  const char *stop = line_end (from, reader->end);
  gboolean wanted = !is_binary (property);

  for (;;) {
    gboolean soft = wanted && property->quoted_printable && stop > from && stop[-1] == '=';
    if (wanted)
      append (property, from, soft ? stop - 1 : stop);
    go_behind (reader, stop);
    if (!is_folded (reader) && !(soft && reader->at < reader->end))
      break;
    from = reader->at + (is_folded (reader) && !soft && !reader->keeps_blanks ? 1 : 0);
    stop = line_end (from, reader->end);
  }
  if (property->quoted_printable)
    decode_quoted (property->value);
  make_utf8 (property);
}

gboolean
dk_vcard_next (DkVcardReader *reader, DkVcardProperty *property)
{
  reset (property);
  while (reader->at < reader->end) {
    const char *stop = line_end (reader->at, reader->end);
    const char *colon = find_colon (reader->at, stop);
    property->line = reader->line;
    if (colon != NULL) {
      take_head (property, reader->at, colon);
      read_value (reader, property, colon + 1);
      return TRUE;
    }
    go_behind (reader, stop); /* a blank line, or one that is no property */
  }
  return FALSE;
}

static void
append_escaped (GString *part, char c)
{
  g_string_append_c (part, c == 'n' || c == 'N' ? '\n' : c);
}

char **
dk_vcard_split (const char *value, char separator)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_autoptr (GString) part = g_string_new (NULL);

  for (const char *p = value; *p != '\0'; p++) {
    if (*p == '\\' && p[1] != '\0') {
      append_escaped (part, *++p);
    } else if (*p == separator && separator != '\0') {
      g_strv_builder_add (parts, part->str);
      g_string_truncate (part, 0);
    } else {
      g_string_append_c (part, *p);
    }
  }
  g_strv_builder_add (parts, part->str);
  return g_strv_builder_end (parts);
}

char *
dk_vcard_text (const char *value)
{
  g_auto (GStrv) parts = dk_vcard_split (value, '\0');

  return g_strdup (parts[0]);
}
