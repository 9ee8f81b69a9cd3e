/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/font-private.h"

G_BEGIN_DECLS

/* A font of just the characters of one document: most of a small PDF is its fonts. */
typedef struct {
  GBytes *bytes;   /* the font file: outlines and widths alone */
  guint16 *glyphs; /* by character, DK_FONT_CHARS of them; 0 where there is none */
  GArray *chars;   /* by glyph, of gunichar; 0 for the sign of a missing one */
} DkFontSubset;

/* The characters whose bits are set in used (DK_FONT_CHARS / 8 bytes), of the built-in font or of
 * the file `other`. NULL if there is not enough memory or `other` is no font. Any thread. */
DkFontSubset *dk_font_subset_new (DkFontWeight weight, GBytes *other, const guint8 *used);

void dk_font_subset_free (DkFontSubset *subset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFontSubset, dk_font_subset_free)

G_END_DECLS
