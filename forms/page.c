/* SPDX-License-Identifier: MIT */
#include "forms/page-private.h"

#include <math.h>

static void
clear_op (DkOp *op)
{
  g_free (op->text);
  g_clear_pointer (&op->pixels, g_bytes_unref);
}

DkPage *
dk_page_new (double width, double height)
{
  DkPage *page = g_new0 (DkPage, 1);
  page->width = width;
  page->height = height;
  page->ops = g_array_new (FALSE, TRUE, sizeof (DkOp));
  g_array_set_clear_func (page->ops, (GDestroyNotify) clear_op);
  return page;
}

void
dk_page_free (DkPage *page)
{
  if (page != NULL) {
    g_array_unref (page->ops);
    g_free (page);
  }
}

/* Nothing finer than 0.01 is written to a PDF, so none is drawn on the screen. */
static float
round_point (double value)
{
  g_assert (isfinite (value));
  return (float) (round (value * 100) / 100);
}

static DkOp *
add_op (DkPage *page, DkOpKind kind, double grey, double x, double y, double w, double h)
{
  DkOp op = { .kind = kind,
              .grey = (float) grey,
              .x = round_point (x),
              .y = round_point (y),
              .w = round_point (w),
              .h = round_point (h) };
  g_array_append_val (page->ops, op);
  return &g_array_index (page->ops, DkOp, page->ops->len - 1);
}

void
dk_page_text (DkPage *page, DkFontWeight weight, double size, double grey, double x, double y,
              const char *text)
{
  DkOp *op = add_op (page, DK_OP_TEXT, grey, x, y, 0, 0);
  op->weight = weight;
  op->size = (float) size;
  op->text = g_strdup (text);
}

void
dk_page_mark (DkPage *page, double size, double grey, double angle, double x, double y,
              const char *text)
{
  DkOp *op = add_op (page, DK_OP_MARK, grey, x, y, 0, 0);
  op->weight = DK_FONT_BOLD;
  op->size = (float) size;
  op->angle = (float) angle;
  op->text = g_strdup (text);
}

void
dk_page_line (DkPage *page, double width, double grey, double x1, double y1, double x2, double y2)
{
  add_op (page, DK_OP_LINE, grey, x1, y1, x2, y2)->size = (float) width;
}

void
dk_page_rect (DkPage *page, double width, double grey, double x, double y, double w, double h)
{
  add_op (page, DK_OP_RECT, grey, x, y, w, h)->size = (float) width;
}

void
dk_page_fill (DkPage *page, double grey, double x, double y, double w, double h)
{
  add_op (page, DK_OP_FILL, grey, x, y, w, h);
}

static gboolean
lies_below_images (const DkOp *op)
{
  return op->kind == DK_OP_IMAGE || op->kind == DK_OP_FILL || op->kind == DK_OP_MARK;
}

/* An image is white where it has no ink, so that lines and letters are drawn above it. */
void
dk_page_image (DkPage *page, double x, double y, double w, double h, GBytes *pixels,
               guint image_width, guint image_height)
{
  g_assert (g_bytes_get_size (pixels) == (gsize) image_width * image_height);
  DkOp op = *add_op (page, DK_OP_IMAGE, 0, x, y, w, h);
  guint at = page->ops->len - 1;
  op.pixels = g_bytes_ref (pixels);
  op.image_width = image_width;
  op.image_height = image_height;
  while (at > 0 && !lies_below_images (&g_array_index (page->ops, DkOp, at - 1))) {
    at--;
  }
  g_array_set_size (page->ops, (guint) page->ops->len - 1);
  g_array_insert_val (page->ops, at, op);
}

/* Ops from i on that can be drawn as one path. */
static guint
count_alike (const DkPage *page, guint i)
{
  const DkOp *first = &g_array_index (page->ops, DkOp, i);
  guint count = 1;
  while (i + count < page->ops->len) {
    const DkOp *next = &g_array_index (page->ops, DkOp, i + count);
    gboolean alike = next->kind == first->kind && !(next->grey < first->grey)
                     && !(next->grey > first->grey) && !(next->size < first->size)
                     && !(next->size > first->size);
    if (!alike) {
      break;
    }
    count++;
  }
  return count;
}

void
dk_page_draw (const DkPage *page, const DkDraw *draw, gpointer data)
{
  guint step = 1;
  for (guint i = 0; i < page->ops->len; i += step) {
    const DkOp *op = &g_array_index (page->ops, DkOp, i);
    step = 1;
    switch (op->kind) {
    case DK_OP_TEXT:
      draw->text (data, op);
      break;
    case DK_OP_MARK:
      draw->mark (data, op);
      break;
    case DK_OP_IMAGE:
      draw->image (data, op);
      break;
    case DK_OP_LINE:
      step = count_alike (page, i);
      draw->line (data, op, step);
      break;
    case DK_OP_RECT:
      step = count_alike (page, i);
      draw->rect (data, op, step);
      break;
    case DK_OP_FILL:
      step = count_alike (page, i);
      draw->fill (data, op, step);
      break;
    }
  }
}
