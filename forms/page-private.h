/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One page as a list of what stands on it, in points from the upper left corner. Layout writes it,
 * the back ends draw it: so the page count is known before anything is drawn, and the preview shows
 * what is printed. */

typedef enum { DK_FONT_REGULAR, DK_FONT_BOLD } DkFontWeight;
#define DK_FONT_COUNT 2

typedef enum {
  DK_OP_TEXT,  /* x, y of the baseline; size, weight, text */
  DK_OP_MARK,  /* as TEXT, centred on x, y and turned by `angle` */
  DK_OP_LINE,  /* x, y to w, h; size = width of the line */
  DK_OP_RECT,  /* outline; size = width of the line */
  DK_OP_FILL,  /* filled rectangle */
  DK_OP_IMAGE, /* 8 bits of grey a pixel, image_width x image_height of them in x, y, w, h */
} DkOpKind;

typedef struct {
  DkOpKind kind;
  DkFontWeight weight;
  float x, y, w, h;
  float size;
  float grey;  /* 0 black to 1 white */
  float angle; /* counter-clockwise, radians */
  char *text;
  GBytes *pixels;
  guint image_width, image_height;
} DkOp;

typedef struct {
  double width, height;
  GArray *ops;      /* of DkOp */
  guint unreadable; /* characters that no font of this PC has */
  gint64 *pixel_room; /* what images of the form may take yet, shared by its pages; NULL = no end */
} DkPage;

/* How a back end draws; each is called with coordinates of the list. */
typedef struct {
  void (*text) (gpointer data, const DkOp *op);
  void (*mark) (gpointer data, const DkOp *op);
  void (*line) (gpointer data, const DkOp *op, guint count);
  void (*rect) (gpointer data, const DkOp *op, guint count);
  void (*fill) (gpointer data, const DkOp *op, guint count);
  void (*image) (gpointer data, const DkOp *op);
} DkDraw;

DkPage *dk_page_new (double width, double height);
void dk_page_free (DkPage *page);

/* Text must be clean and covered by the fonts: see dk_lines_new. */
void dk_page_text (DkPage *page, DkFontWeight weight, double size, double grey, double x, double y,
                   const char *text);
void dk_page_mark (DkPage *page, double size, double grey, double angle, double x, double y,
                   const char *text);
void dk_page_line (DkPage *page, double width, double grey, double x1, double y1, double x2,
                   double y2);
void dk_page_rect (DkPage *page, double width, double grey, double x, double y, double w, double h);
void dk_page_fill (DkPage *page, double grey, double x, double y, double w, double h);
void dk_page_image (DkPage *page, double x, double y, double w, double h, GBytes *pixels,
                    guint image_width, guint image_height);

/* Hands each op to the back end; equal lines, outlines and fills that follow each other come in
 * one call, so that they can be one path. */
void dk_page_draw (const DkPage *page, const DkDraw *draw, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPage, dk_page_free)

G_END_DECLS
