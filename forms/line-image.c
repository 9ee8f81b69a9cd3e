/* SPDX-License-Identifier: MIT */
/* libharu neither joins nor reorders letters and prints boxes for what the font lacks; Pango does
 * both right with the fonts of this PC. */
#include "forms/lines-private.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define PIXELS_PER_POINT 3.0 /* 216 dpi */
#define LEADING 1.25
#define ASCENT 0.97
#define ASCENT_MAX 2.0 /* of the size; marks piled higher than this are clipped */
#define DESCENT_MAX 1.2
#define NAMING_SIZE 10
#define NAMING_WIDTH 500

static PangoLayout *
new_layout (const char *text, DkFontWeight weight, double size, double width)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  PangoLayout *layout = pango_layout_new (context);
  g_object_unref (context);
  PangoFontDescription *font = pango_font_description_from_string ("Noto Sans, Sans");
  pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
  pango_font_description_set_weight (
      font, weight == DK_FONT_BOLD ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static GBytes *
draw_grey (PangoLayoutLine *line, double left, double top, guint width, guint height)
{
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  cairo_t *cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, PIXELS_PER_POINT, PIXELS_PER_POINT);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_move_to (cr, -left, -top);
  pango_cairo_show_layout_line (cr, line);
  cairo_surface_flush (surface);
  guint8 *pixels = g_malloc ((gsize) width * height);
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  for (guint y = 0; y < height; y++) {
    for (guint x = 0; x < width; x++) {
      guint32 rgb = 0;
      memcpy (&rgb, data + (gsize) y * (gsize) stride + x * sizeof rgb, sizeof rgb);
      pixels[y * width + x]
          = (guint8) (((rgb >> 16 & 255) * 30 + (rgb >> 8 & 255) * 59 + (rgb & 255) * 11) / 100);
    }
  }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return g_bytes_new_take (pixels, (gsize) width * height);
}

GBytes *
dk_line_pixels (const DkLine *line)
{
  return draw_grey (pango_layout_get_line_readonly (line->layout, line->layout_line),
                    line->image_left, line->image_top, line->image_width, line->image_height);
}

/* Line i of a layout. Most lines are measured and not drawn, so no picture is made yet. */
static DkLine *
new_image_line (PangoLayout *layout, int i, DkFontWeight weight, double size, double width)
{
  PangoLayoutLine *pango_line = pango_layout_get_line_readonly (layout, i);
  PangoRectangle ink, logical;
  pango_layout_line_get_extents (pango_line, &ink, &logical);
  DkLine *line = g_new0 (DkLine, 1);
  line->weight = weight;
  line->size = size;
  double left = floor (ink.x / (double) PANGO_SCALE) - 1;
  double top = MAX (floor (ink.y / (double) PANGO_SCALE) - 1, -size * ASCENT_MAX);
  double right = ceil ((ink.x + ink.width) / (double) PANGO_SCALE) + 1;
  double bottom = MIN (ceil ((ink.y + ink.height) / (double) PANGO_SCALE) + 1, size * DESCENT_MAX);
  double shrink = right > width + 1 ? width / right : 1;
  right = MIN (right, left + 2 * width);
  line->image_width = (guint) MAX (ceil ((right - left) * PIXELS_PER_POINT), 1);
  line->image_height = (guint) MAX (ceil ((bottom - top) * PIXELS_PER_POINT), 1);
  line->layout = g_object_ref (layout);
  line->layout_line = i;
  line->image_left = left;
  line->image_top = top;
  line->left = left * shrink;
  line->top = top * shrink;
  line->ink_width = line->image_width / PIXELS_PER_POINT * shrink;
  line->ink_height = line->image_height / PIXELS_PER_POINT * shrink;
  line->width = logical.width / (double) PANGO_SCALE * shrink;
  line->ascent = MAX (size * ASCENT, -line->top);
  line->height = MAX (size * LEADING, line->ascent + line->top + line->ink_height);
  return line;
}

/* Code points of the glyphs that no font has. */
static GHashTable *
find_unknown (PangoLayout *layout)
{
  GHashTable *unknown = g_hash_table_new (NULL, NULL);
  for (int i = 0; i < pango_layout_get_line_count (layout); i++) {
    PangoLayoutLine *line = pango_layout_get_line_readonly (layout, i);
    for (GSList *at = line->runs; at != NULL; at = at->next) {
      const PangoGlyphString *glyphs = ((PangoLayoutRun *) at->data)->glyphs;
      for (int k = 0; k < glyphs->num_glyphs; k++) {
        PangoGlyph glyph = glyphs->glyphs[k].glyph;
        if ((glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0 && glyph != PANGO_GLYPH_INVALID_INPUT) {
          g_hash_table_add (unknown, GUINT_TO_POINTER (glyph & ~PANGO_GLYPH_UNKNOWN_FLAG));
        }
      }
    }
  }
  return unknown;
}

char *
dk_lines_name_unknown (const char *paragraph, DkFontWeight weight, guint *count)
{
  PangoLayout *layout = new_layout (paragraph, weight, NAMING_SIZE, NAMING_WIDTH);
  if (pango_layout_get_unknown_glyphs_count (layout) == 0) {
    g_object_unref (layout);
    return NULL;
  }
  g_autoptr (GHashTable) unknown = find_unknown (layout);
  g_object_unref (layout);
  GString *named = g_string_new (NULL);
  *count = 0;
  for (const char *c = paragraph; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar u = g_utf8_get_char (c);
    if (g_hash_table_contains (unknown, GUINT_TO_POINTER (u))) {
      gboolean follows = named->len > 0 && named->str[named->len - 1] != ' ';
      g_string_append_printf (named, "%sU+%04X ", follows ? " " : "", u);
      (*count)++;
    } else {
      g_string_append_unichar (named, u);
    }
  }
  return g_string_free (named, FALSE);
}

void
dk_lines_add_images (GPtrArray *lines, const char *paragraph, DkFontWeight weight, double size,
                     double width)
{
  PangoLayout *layout = new_layout (paragraph, weight, size, width);
  int count = pango_layout_get_line_count (layout);
  for (int i = 0; i < count; i++) {
    g_ptr_array_add (lines, new_image_line (layout, i, weight, size, width));
  }
  g_object_unref (layout);
}
