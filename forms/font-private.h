/* SPDX-License-Identifier: MIT */
#pragma once

#include <cairo.h>
#include <gio/gio.h>

#include "forms/page-private.h"

G_BEGIN_DECLS

/* The two fonts of paper, made at build time (fonts/make-font.py) and built in. Loaded once, then
 * only read: any thread. */

#define DK_FONT_CHARS 0x10000u /* characters that a font of paper can have lie below */

/* In thousandths of the size. */
typedef struct {
  int ascent, descent, cap_height;
  int box[4]; /* of all glyphs: left, bottom, right, top */
} DkFontMetrics;

DkFontMetrics dk_font_metrics (DkFontWeight weight);

/* The font file. New reference. */
GBytes *dk_font_bytes (DkFontWeight weight);

/* The font for cairo, borrowed for the life of the process. */
cairo_font_face_t *dk_font_face (DkFontWeight weight);

/* TRUE if the font has a glyph for each character of text. */
gboolean dk_font_covers (DkFontWeight weight, const char *text);

/* TRUE if the font has this character. */
gboolean dk_font_has (DkFontWeight weight, gunichar c);

/* Width of a character in points at size 1; 0 if the font lacks it. */
double dk_font_advance (DkFontWeight weight, gunichar c);

/* Width of text in points. */
double dk_font_width (DkFontWeight weight, double size, const char *text);

G_END_DECLS
