/* SPDX-License-Identifier: MIT */
#pragma once

#include <hpdf.h>

#include "forms/font-subset-private.h"

G_BEGIN_DECLS

/* Adds a font to a document as an object that pages name in their resources; its texts are glyph
 * numbers of the subset, two bytes each. NULL if libharu could not; its error handler was called.
 * Owned by the document. */
HPDF_Dict dk_haru_font_new (HPDF_Doc doc, DkFontWeight weight, const DkFontSubset *subset);

G_END_DECLS
