/* SPDX-License-Identifier: MIT */
#pragma once

#include <cairo.h>

#include "app/base/error.h"
#include "forms/page-private.h"

G_BEGIN_DECLS

/* Draws a page on cairo, in points. */
void dk_draw_cairo (const DkPage *page, cairo_t *cr);

/* The calls behind it; data is a cairo_t. */
const DkDraw *dk_draw_cairo_calls (void);

/* The PDF of pages (of DkPage) with a title. DK_ERROR_FAILED with libharu's code, DK_ERROR_MEMORY.
 * New reference. */
GBytes *dk_draw_pdf (const GPtrArray *pages, const char *title, GError **error) DK_CHECKED;

/* As dk_draw_pdf, with font files of the caller: for the test that shows what they are made for. */
GBytes *dk_draw_pdf_with_fonts (const GPtrArray *pages, const char *title,
                                GBytes *const fonts[DK_FONT_COUNT], GError **error) DK_CHECKED;

G_END_DECLS
