/* SPDX-License-Identifier: MIT */
#include "forms/draw-private.h"

#include <math.h>

#include "forms/font-private.h"

static void
set_font (cairo_t *cr, const DkOp *op)
{
  cairo_set_source_rgb (cr, op->grey, op->grey, op->grey);
  cairo_set_font_face (cr, dk_font_face (op->weight));
  cairo_set_font_size (cr, op->size);
}

static void
draw_text (gpointer data, const DkOp *op)
{
  set_font (data, op);
  cairo_move_to (data, op->x, op->y);
  cairo_show_text (data, op->text);
}

static void
draw_mark (gpointer data, const DkOp *op)
{
  cairo_t *cr = data;
  double width = dk_font_width (op->weight, op->size, op->text);
  cairo_save (cr);
  set_font (cr, op);
  cairo_translate (cr, op->x, op->y);
  cairo_rotate (cr, -op->angle);
  cairo_move_to (cr, -width / 2, op->size * 0.36);
  cairo_show_text (cr, op->text);
  cairo_restore (cr);
}

static void
draw_line (gpointer data, const DkOp *op, guint count)
{
  cairo_t *cr = data;
  cairo_set_source_rgb (cr, op->grey, op->grey, op->grey);
  cairo_set_line_width (cr, op->size);
  for (guint i = 0; i < count; i++) {
    cairo_move_to (cr, op[i].x, op[i].y);
    cairo_line_to (cr, op[i].w, op[i].h);
  }
  cairo_stroke (cr);
}

static void
add_rectangles (cairo_t *cr, const DkOp *op, guint count)
{
  cairo_set_source_rgb (cr, op->grey, op->grey, op->grey);
  for (guint i = 0; i < count; i++) {
    cairo_rectangle (cr, op[i].x, op[i].y, op[i].w, op[i].h);
  }
}

static void
draw_rect (gpointer data, const DkOp *op, guint count)
{
  add_rectangles (data, op, count);
  cairo_set_line_width (data, op->size);
  cairo_stroke (data);
}

static void
draw_fill (gpointer data, const DkOp *op, guint count)
{
  add_rectangles (data, op, count);
  cairo_fill (data);
}

static void
draw_image (gpointer data, const DkOp *op)
{
  cairo_t *cr = data;
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, (int) op->image_width, (int) op->image_height);
  guint8 *target = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  const guint8 *pixels = g_bytes_get_data (op->pixels, NULL);
  for (guint y = 0; y < op->image_height; y++) {
    guint32 *row = (guint32 *) (gpointer) (target + (gsize) y * (gsize) stride);
    for (guint x = 0; x < op->image_width; x++) {
      row[x] = pixels[(gsize) y * op->image_width + x] * 0x010101u;
    }
  }
  cairo_surface_mark_dirty (surface);
  cairo_save (cr);
  cairo_translate (cr, op->x, op->y);
  cairo_scale (cr, op->w / op->image_width, op->h / op->image_height);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_surface_destroy (surface);
}

static const DkDraw cairo_draw = { draw_text, draw_mark, draw_line,
                                   draw_rect, draw_fill, draw_image };

const DkDraw *
dk_draw_cairo_calls (void)
{
  return &cairo_draw;
}

void
dk_draw_cairo (const DkPage *page, cairo_t *cr)
{
  cairo_font_options_t *options = cairo_font_options_create ();
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_save (cr);
  cairo_set_font_options (cr, options);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, 0, 0, page->width, page->height);
  cairo_fill (cr);
  dk_page_draw (page, &cairo_draw, cr);
  cairo_restore (cr);
  cairo_font_options_destroy (options);
}
