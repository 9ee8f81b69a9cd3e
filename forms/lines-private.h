/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/page-private.h"

G_BEGIN_DECLS

/* Text broken into lines that fit a width. A line whose characters the fonts have is text; any
 * other is an image, drawn with the fonts of this PC, so that nothing is printed wrongly. What
 * these lack too is written as its code point, "U+4E2D". */
typedef struct {
  DkFontWeight weight;
  double size;
  double width;
  double ascent;   /* from the top of the line to its baseline */
  double height;   /* to the top of the next line */
  char *text;      /* of a text line; NULL for an image */
  gpointer layout; /* of an image: its PangoLayout, and which line of that; drawn when needed */
  int layout_line;
  double image_left, image_top;
  guint image_width, image_height;
  double left, top, ink_width, ink_height; /* of an image, from the start of the baseline */
  guint unreadable; /* characters written as code points, of this line and those below */
} DkLine;

/* Makes text fit for paper (valid, NFC, no control characters) and breaks it. An empty text gives
 * no line. New array of DkLine, owned. */
GPtrArray *dk_lines_new (const char *text, DkFontWeight weight, double size, double width);

/* One line, as much of text as fits, with an ellipsis if something is left out. For what stands
 * elsewhere in full. New. */
DkLine *dk_line_new_fitting (const char *text, DkFontWeight weight, double size, double width);

void dk_line_free (DkLine *line);

/* Sum of the heights. */
double dk_lines_height (const GPtrArray *lines);

/* Draws a line with its baseline at y; an image for which the page's document has no more room is
 * left out, and the room is negative from then on. */
void dk_line_draw (const DkLine *line, DkPage *page, double grey, double x, double y);

/* TRUE if text, made fit for paper, can be drawn letter by letter: the font has all of it. */
gboolean dk_lines_are_text (const char *text, DkFontWeight weight);

/* The paragraph with "U+4E2D" for each character that no font of this PC has, and how many those
 * were; NULL if there are none. New string. */
char *dk_lines_name_unknown (const char *paragraph, DkFontWeight weight, guint *count);

/* Pixels of an image line, 8 bits of grey each. New reference. */
GBytes *dk_line_pixels (const DkLine *line);

/* Lines of a paragraph that the fonts lack, as images: line-image.c. */
void dk_lines_add_images (GPtrArray *lines, const char *paragraph, DkFontWeight weight, double size,
                          double width);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkLine, dk_line_free)

G_END_DECLS
