/* SPDX-License-Identifier: MIT */
#include "forms/font-private.h"

#include <cairo-ft.h>

#include "forms/font-resources.h"

#define ABSENT G_MAXUINT16

typedef struct {
  GBytes *bytes;
  cairo_font_face_t *face;
  DkFontMetrics metrics;
  double units;
  guint16 *advances; /* by character, ABSENT where the font has no glyph */
} Font;

static Font fonts[DK_FONT_COUNT];
static const char *const paths[DK_FONT_COUNT]
    = { "/org/downtimekit/paper/paper-regular.ttf", "/org/downtimekit/paper/paper-bold.ttf" };

static void
read_advances (Font *font, FT_Face face)
{
  font->units = face->units_per_EM;
  font->advances = g_new (guint16, DK_FONT_CHARS);
  for (guint i = 0; i < DK_FONT_CHARS; i++) {
    font->advances[i] = ABSENT;
  }
  FT_UInt glyph = 0;
  FT_ULong c = FT_Get_First_Char (face, &glyph);
  while (glyph != 0) {
    if (c < DK_FONT_CHARS && FT_Load_Glyph (face, glyph, FT_LOAD_NO_SCALE) == 0) {
      font->advances[c] = (guint16) face->glyph->metrics.horiAdvance;
    }
    c = FT_Get_Next_Char (face, c, &glyph);
  }
}

static void
read_metrics (Font *font, FT_Face face)
{
  const FT_Pos box[] = { face->bbox.xMin, face->bbox.yMin, face->bbox.xMax, face->bbox.yMax };
  for (guint i = 0; i < G_N_ELEMENTS (box); i++) {
    font->metrics.box[i] = (int) (box[i] * 1000 / face->units_per_EM);
  }
  font->metrics.ascent = face->ascender * 1000 / face->units_per_EM;
  font->metrics.descent = face->descender * 1000 / face->units_per_EM;
  if (FT_Load_Char (face, 'H', FT_LOAD_NO_SCALE) == 0) {
    font->metrics.cap_height
        = (int) (face->glyph->metrics.horiBearingY * 1000 / face->units_per_EM);
  }
}

static gpointer
load_fonts (gpointer data)
{
  FT_Library library = NULL;
  if (FT_Init_FreeType (&library) != 0) {
    g_error ("the font library cannot be started");
  }
  for (guint i = 0; i < DK_FONT_COUNT; i++) {
    g_autoptr (GError) error = NULL;
    FT_Face face = NULL;
    fonts[i].bytes = g_resource_lookup_data (dk_paper_get_resource (), paths[i],
                                             G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
    if (fonts[i].bytes == NULL) {
      g_error ("a built-in font is missing: %s", error->message);
    }
    gsize size = 0;
    const FT_Byte *bytes = g_bytes_get_data (fonts[i].bytes, &size);
    if (FT_New_Memory_Face (library, bytes, (FT_Long) size, 0, &face) != 0) {
      g_error ("a built-in font cannot be read");
    }
    read_advances (&fonts[i], face);
    read_metrics (&fonts[i], face);
    fonts[i].face = cairo_ft_font_face_create_for_ft_face (face, FT_LOAD_NO_HINTING);
  }
  return NULL;
}

static const Font *
get_font (DkFontWeight weight)
{
  static GOnce once = G_ONCE_INIT;
  g_once (&once, load_fonts, NULL);
  g_assert (weight < DK_FONT_COUNT);
  return &fonts[weight];
}

GBytes *
dk_font_bytes (DkFontWeight weight)
{
  return g_bytes_ref (get_font (weight)->bytes);
}

cairo_font_face_t *
dk_font_face (DkFontWeight weight)
{
  return get_font (weight)->face;
}

DkFontMetrics
dk_font_metrics (DkFontWeight weight)
{
  return get_font (weight)->metrics;
}

gboolean
dk_font_has (DkFontWeight weight, gunichar c)
{
  return c < DK_FONT_CHARS && get_font (weight)->advances[c] != ABSENT;
}

gboolean
dk_font_covers (DkFontWeight weight, const char *text)
{
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c)) {
    if (!dk_font_has (weight, g_utf8_get_char (c))) {
      return FALSE;
    }
  }
  return TRUE;
}

double
dk_font_advance (DkFontWeight weight, gunichar c)
{
  const Font *font = get_font (weight);
  return dk_font_has (weight, c) ? font->advances[c] / font->units : 0;
}

double
dk_font_width (DkFontWeight weight, double size, const char *text)
{
  double width = 0;
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c)) {
    width += dk_font_advance (weight, g_utf8_get_char (c));
  }
  return width * size;
}
