/* SPDX-License-Identifier: MIT */
/* The parts that all sheets share: texts and styles. */
#include <string.h>

#include "app/xlsform/xlsx-private.h"

#define TEXTS_MAX 500000u
#define TEXT_BYTES_MAX (32u << 20)
#define STYLES_MAX 65536u

void
dk_xlsx_unescape (GString *text)
{
  for (char *p = strstr (text->str, "_x"); p != NULL; p = strstr (p, "_x")) {
    gsize at = (gsize) (p - text->str);
    guint value = 0;
    gboolean whole = text->len - at >= 7 && p[6] == '_';
    for (guint i = 2; i < 6 && whole; i++) {
      whole = g_ascii_isxdigit (p[i]);
      value = value * 16 + (whole ? (guint) g_ascii_xdigit_value (p[i]) : 0);
    }
    if (whole && ((value > 0 && value < 0x20) || value == '_')) {
      text->str[at] = (char) value;
      g_string_erase (text, (gssize) at + 1, 6);
    }
    p = text->str + at + 1;
  }
}

typedef struct {
  DkSharedTexts *out;
  GString *text; /* of the current item */
  gboolean in_text;
  guint phonetic; /* depth in rPh, how a text is read aloud */
} SharedReading;

static void
begin_shared (gpointer data, const DkXmlTag *tag, GError **error)
{
  SharedReading *reading = data;

  if (strcmp (tag->name, "si") == 0)
    g_string_truncate (reading->text, 0);
  else if (strcmp (tag->name, "rPh") == 0)
    reading->phonetic++;
  else if (strcmp (tag->name, "t") == 0)
    reading->in_text = reading->phonetic == 0;
}

static void
end_shared (gpointer data, const char *name, GError **error)
{
  SharedReading *reading = data;
  guint32 offset = (guint32) reading->out->text->len;

  reading->in_text = FALSE;
  if (strcmp (name, "rPh") == 0 && reading->phonetic > 0)
    reading->phonetic--;
  if (strcmp (name, "si") != 0)
    return;
  if (reading->out->offsets->len >= TEXTS_MAX
      || offset + reading->text->len + 1 > TEXT_BYTES_MAX) {
    (void) dk_xlsx_refuse (error, "it holds far more text than a form has");
    return;
  }
  dk_xlsx_unescape (reading->text);
  g_array_append_val (reading->out->offsets, offset);
  g_string_append_len (reading->out->text, reading->text->str, (gssize) reading->text->len);
  g_string_append_c (reading->out->text, '\0');
}

static void
text_shared (gpointer data, const char *text, gsize size, GError **error)
{
  SharedReading *reading = data;

  if (!reading->in_text)
    return;
  if (reading->text->len + size > DK_SHEET_CELL_BYTES_MAX)
    (void) dk_xlsx_refuse (error, "text %u of its list of texts is longer than 32767 bytes",
                           reading->out->offsets->len + 1);
  else
    g_string_append_len (reading->text, text, (gssize) size);
}

gboolean
dk_xlsx_read_shared (GBytes *part, DkSharedTexts *out, GError **error)
{
  static const DkXmlCalls calls = { begin_shared, end_shared, text_shared };
  SharedReading reading = { out, NULL, FALSE, 0 };
  gboolean ok;

  if (part == NULL)
    return TRUE;
  reading.text = g_string_new (NULL);
  ok = dk_xml_walk (part, "sharedStrings.xml", &calls, &reading, error);
  g_string_free (reading.text, TRUE);
  return ok;
}

typedef struct {
  GHashTable *formats; /* id of a format of the workbook's own -> kind + 1 */
  GArray *styles;
  gboolean in_cells;
} StyleReading;

/* "[h]", "[mm]", "[s]": the time that went by, also more than a day of it. */
static gboolean
is_elapsed (const char *open, const char *close)
{
  gsize size = (gsize) (close - open - 1);

  return size > 0 && strspn (open + 1, "hHmMsS") == size;
}

/* What a format code shows: letters outside of quotes, brackets and escapes. */
static guint8
kind_of_format (const char *code)
{
  guint8 kind = 0;

  for (const char *p = code; *p != '\0' && *p != ';'; p++) {
    if (*p == '"' || *p == '[') {
      const char *close = strchr (p + 1, *p == '"' ? '"' : ']');
      if (close == NULL)
        break;
      kind |= *p == '[' && is_elapsed (p, close) ? 4 : 0;
      p = close;
    } else if ((*p == '\\' || *p == '_' || *p == '*') && p[1] != '\0') {
      p++;
    } else if (strchr ("yYdD", *p) != NULL) {
      kind |= 1;
    } else if (strchr ("hHsS", *p) != NULL) {
      kind |= 2;
    }
  }
  return (kind & 4) != 0 ? 4 : kind;
}

/* The numbers that ECMA-376 gives to formats of dates and times. */
static guint8
kind_of_number (guint64 id)
{
  if (id >= 14 && id <= 17)
    return 1;
  if ((id >= 18 && id <= 21) || id == 45 || id == 47)
    return 2;
  if (id == 46)
    return 4;
  return id == 22 ? 3 : 0;
}

static void
add_style (StyleReading *reading, const DkXmlTag *tag, GError **error)
{
  g_autofree char *id = dk_xml_attribute (tag, "numFmtId");
  guint64 number = id != NULL ? g_ascii_strtoull (id, NULL, 10) : 0;
  gpointer own = g_hash_table_lookup (reading->formats, GUINT_TO_POINTER ((guint) number));
  guint8 kind = own != NULL ? (guint8) (GPOINTER_TO_UINT (own) - 1) : kind_of_number (number);

  if (reading->styles->len >= STYLES_MAX)
    (void) dk_xlsx_refuse (error, "it has more than %u styles", STYLES_MAX);
  else
    g_array_append_val (reading->styles, kind);
}

static void
begin_style (gpointer data, const DkXmlTag *tag, GError **error)
{
  StyleReading *reading = data;

  if (strcmp (tag->name, "cellXfs") == 0) {
    reading->in_cells = TRUE;
  } else if (strcmp (tag->name, "numFmt") == 0
             && g_hash_table_size (reading->formats) < STYLES_MAX) {
    g_autofree char *id = dk_xml_attribute (tag, "numFmtId");
    g_autofree char *code = dk_xml_attribute (tag, "formatCode");
    if (id != NULL && code != NULL)
      g_hash_table_insert (reading->formats,
                           GUINT_TO_POINTER ((guint) g_ascii_strtoull (id, NULL, 10)),
                           GUINT_TO_POINTER (kind_of_format (code) + 1u));
  } else if (strcmp (tag->name, "xf") == 0 && reading->in_cells) {
    add_style (reading, tag, error);
  }
}

static void
end_style (gpointer data, const char *name, GError **error)
{
  StyleReading *reading = data;

  if (strcmp (name, "cellXfs") == 0)
    reading->in_cells = FALSE;
}

GArray *
dk_xlsx_read_styles (GBytes *part, GError **error)
{
  static const DkXmlCalls calls = { begin_style, end_style, NULL };
  g_autoptr (GHashTable) formats = g_hash_table_new (g_direct_hash, g_direct_equal);
  g_autoptr (GArray) styles = g_array_new (FALSE, FALSE, sizeof (guint8));
  StyleReading reading = { formats, styles, FALSE };

  if (part != NULL && !dk_xml_walk (part, "styles.xml", &calls, &reading, error))
    return NULL;
  return g_steal_pointer (&styles);
}
