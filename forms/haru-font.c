/* SPDX-License-Identifier: MIT */
/* The objects of an embedded TrueType font, PDF 1.7 sections 9.7.4 (CIDFontType2), 9.8
 * (FontDescriptor), 9.9 (FontFile2) and 9.10.3 (ToUnicode). libharu's own way loads the font from a
 * file, looks 65,536 characters up, packs a map of all of them, loses parts of composite glyphs and
 * writes a ToUnicode that readers complain of; so libharu keeps the objects here, and no more. */
#include "forms/haru-font-private.h"

#include <hpdf_doc.h>
#include <math.h>

#define EM 1000
#define FLAG_SYMBOLIC 4 /* glyphs are named by number, not by an encoding */
#define STEM_REGULAR 80
#define STEM_BOLD 140
#define MAP_BLOCK 100u /* entries of one bfchar block, at most */
#define TAG_LETTERS 6

static const char *const font_names[DK_FONT_COUNT] = { "NotoSans-Regular", "NotoSans-Bold" };

/* "ABCDEF+NotoSans-Bold": the tag tells subsets apart. */
static char *
make_name (DkFontWeight weight, const DkFontSubset *subset)
{
  char tag[TAG_LETTERS + 1] = { 0 };
  guint hash = g_bytes_hash (subset->bytes);
  for (guint i = 0; i < TAG_LETTERS; i++) {
    tag[i] = (char) ('A' + hash % 26);
    hash /= 26;
  }
  return g_strdup_printf ("%s+%s", tag, font_names[weight]);
}

static HPDF_Dict
add_stream (HPDF_Doc doc, gconstpointer data, gsize size)
{
  HPDF_Dict dict = HPDF_DictStream_New (doc->mmgr, doc->xref);
  if (dict != NULL) {
    dict->filter = HPDF_STREAM_FILTER_FLATE_DECODE;
    HPDF_Stream_Write (dict->stream, data, (HPDF_UINT) size);
  }
  return dict;
}

static HPDF_Dict
add_dict (HPDF_Doc doc)
{
  HPDF_Dict dict = HPDF_Dict_New (doc->mmgr);
  return dict != NULL && HPDF_Xref_Add (doc->xref, dict) == HPDF_OK ? dict : NULL;
}

static HPDF_Dict
add_unicode_map (HPDF_Doc doc, const DkFontSubset *subset)
{
  g_autoptr (GString) map = g_string_new (
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
      "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
      "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
      "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
  for (guint i = 1; i < subset->chars->len; i += MAP_BLOCK) {
    guint count = MIN (MAP_BLOCK, subset->chars->len - i);
    g_string_append_printf (map, "%u beginbfchar\n", count);
    for (guint glyph = i; glyph < i + count; glyph++) {
      gunichar c = g_array_index (subset->chars, gunichar, glyph);
      g_string_append_printf (map, "<%04X> <%04X>\n", glyph, c != 0 ? c : 0xFFFD);
    }
    g_string_append (map, "endbfchar\n");
  }
  g_string_append (map, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
  return add_stream (doc, map->str, map->len);
}

static HPDF_Dict
add_descriptor (HPDF_Doc doc, DkFontWeight weight, const DkFontSubset *subset, const char *name)
{
  DkFontMetrics metrics = dk_font_metrics (weight);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (subset->bytes, &size);
  HPDF_Dict file = add_stream (doc, data, size);
  HPDF_Dict descriptor = add_dict (doc);
  HPDF_Array box = HPDF_Array_New (doc->mmgr);
  if (file == NULL || descriptor == NULL || box == NULL) {
    return NULL;
  }
  HPDF_Dict_AddNumber (file, "Length1", (HPDF_INT32) size);
  for (guint i = 0; i < G_N_ELEMENTS (metrics.box); i++) {
    HPDF_Array_AddNumber (box, metrics.box[i]);
  }
  HPDF_Dict_AddName (descriptor, "Type", "FontDescriptor");
  HPDF_Dict_AddName (descriptor, "FontName", name);
  HPDF_Dict_AddNumber (descriptor, "Flags", FLAG_SYMBOLIC);
  HPDF_Dict_Add (descriptor, "FontBBox", box);
  HPDF_Dict_AddNumber (descriptor, "ItalicAngle", 0);
  HPDF_Dict_AddNumber (descriptor, "Ascent", metrics.ascent);
  HPDF_Dict_AddNumber (descriptor, "Descent", metrics.descent);
  HPDF_Dict_AddNumber (descriptor, "CapHeight", metrics.cap_height);
  HPDF_Dict_AddNumber (descriptor, "StemV",
                       weight == DK_FONT_BOLD ? STEM_BOLD : STEM_REGULAR);
  HPDF_Dict_Add (descriptor, "FontFile2", file);
  return descriptor;
}

static HPDF_Array
make_widths (HPDF_Doc doc, DkFontWeight weight, const DkFontSubset *subset)
{
  HPDF_Array runs = HPDF_Array_New (doc->mmgr);
  HPDF_Array widths = HPDF_Array_New (doc->mmgr);
  if (runs == NULL || widths == NULL) {
    return NULL;
  }
  for (guint i = 0; i < subset->chars->len; i++) {
    gunichar c = g_array_index (subset->chars, gunichar, i);
    double advance = dk_font_advance (weight, c != 0 ? c : 0xFFFD);
    HPDF_Array_AddNumber (widths, (HPDF_INT32) lround (advance * EM));
  }
  HPDF_Array_AddNumber (runs, 0);
  HPDF_Array_Add (runs, widths);
  return runs;
}

static HPDF_Dict
add_descendant (HPDF_Doc doc, DkFontWeight weight, const DkFontSubset *subset, const char *name)
{
  HPDF_Dict font = add_dict (doc);
  HPDF_Dict system = HPDF_Dict_New (doc->mmgr);
  HPDF_Dict descriptor = add_descriptor (doc, weight, subset, name);
  HPDF_Array widths = make_widths (doc, weight, subset);
  if (font == NULL || system == NULL || descriptor == NULL || widths == NULL) {
    return NULL;
  }
  HPDF_Dict_Add (system, "Registry", HPDF_String_New (doc->mmgr, "Adobe", NULL));
  HPDF_Dict_Add (system, "Ordering", HPDF_String_New (doc->mmgr, "Identity", NULL));
  HPDF_Dict_AddNumber (system, "Supplement", 0);
  HPDF_Dict_AddName (font, "Type", "Font");
  HPDF_Dict_AddName (font, "Subtype", "CIDFontType2");
  HPDF_Dict_AddName (font, "BaseFont", name);
  HPDF_Dict_AddName (font, "CIDToGIDMap", "Identity");
  HPDF_Dict_Add (font, "CIDSystemInfo", system);
  HPDF_Dict_Add (font, "FontDescriptor", descriptor);
  HPDF_Dict_Add (font, "W", widths);
  return font;
}

HPDF_Dict
dk_haru_font_new (HPDF_Doc doc, DkFontWeight weight, const DkFontSubset *subset)
{
  g_autofree char *name = make_name (weight, subset);
  HPDF_Dict font = add_dict (doc);
  HPDF_Dict descendant = add_descendant (doc, weight, subset, name);
  HPDF_Dict map = add_unicode_map (doc, subset);
  HPDF_Array descendants = HPDF_Array_New (doc->mmgr);
  if (font == NULL || descendant == NULL || map == NULL || descendants == NULL) {
    return NULL;
  }
  HPDF_Array_Add (descendants, descendant);
  HPDF_Dict_AddName (font, "Type", "Font");
  HPDF_Dict_AddName (font, "Subtype", "Type0");
  HPDF_Dict_AddName (font, "BaseFont", name);
  HPDF_Dict_AddName (font, "Encoding", "Identity-H");
  HPDF_Dict_Add (font, "DescendantFonts", descendants);
  HPDF_Dict_Add (font, "ToUnicode", map);
  return font;
}
