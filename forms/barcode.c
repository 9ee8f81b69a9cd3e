/* SPDX-License-Identifier: MIT */
#include "forms/barcode-private.h"

#include <math.h>
#include <string.h>
#include <zint.h>

#define QR_QUIET 4 /* modules, as ISO 18004 asks for */
#define CODE128_QUIET 10
#define QR_LEVEL_M 2
#define DOT 0.48 /* of 150 dpi: printers and scanners see whole dots */

static gboolean
is_dark (const struct zint_symbol *symbol, int row, int column)
{
  return (symbol->encoded_data[row][column >> 3] >> (column & 7) & 1) != 0;
}

/* A run of dark modules of a row, and how many rows below have the same one. */
static int
count_rows (const struct zint_symbol *symbol, int row, int first, int end)
{
  int rows = 1;
  while (row + rows < symbol->rows) {
    for (int i = first; i < end; i++) {
      if (!is_dark (symbol, row + rows, i)) {
        return rows;
      }
    }
    rows++;
  }
  return rows;
}

static gboolean
is_run_above (const struct zint_symbol *symbol, int row, int first, int end)
{
  if (row == 0) {
    return FALSE;
  }
  gboolean is_bounded = (first == 0 || !is_dark (symbol, row - 1, first - 1))
                        && (end == symbol->width || !is_dark (symbol, row - 1, end));
  for (int i = first; i < end && is_bounded; i++) {
    is_bounded = is_dark (symbol, row - 1, i);
  }
  return is_bounded;
}

/* Each run of dark modules is one rectangle, as high as it is the same: a page's codes are most of
 * what is drawn on it. A run may lie upon a wider one below; both are black. */
static void
draw_row (DkPage *page, const struct zint_symbol *symbol, int row, double x, double y,
          double module, double height)
{
  int column = 0;
  while (column < symbol->width) {
    int end = column;
    while (end < symbol->width && is_dark (symbol, row, end)) {
      end++;
    }
    if (end > column && !is_run_above (symbol, row, column, end)) {
      dk_page_fill (page, 0, x + column * module, y, (end - column) * module,
                    count_rows (symbol, row, column, end) * height);
    }
    column = end + 1;
  }
}

static struct zint_symbol *
encode (int symbology, int option, const char *text)
{
  struct zint_symbol *symbol = ZBarcode_Create ();
  if (symbol == NULL) {
    return NULL;
  }
  symbol->symbology = symbology;
  symbol->option_1 = option;
  if (ZBarcode_Encode (symbol, (const unsigned char *) text, (int) strlen (text))
      >= ZINT_ERROR) {
    ZBarcode_Delete (symbol);
    return NULL;
  }
  return symbol;
}

gboolean
dk_barcode_qr (DkPage *page, double x, double y, double side, const char *text)
{
  struct zint_symbol *symbol = encode (BARCODE_QRCODE, QR_LEVEL_M, text);
  if (symbol == NULL) {
    return FALSE;
  }
  int modules = symbol->width + 2 * QR_QUIET;
  double module = MAX (floor (side / modules / DOT), 1) * DOT;
  dk_page_fill (page, 1, x, y, side, side);
  module = module * modules <= side ? module : side / modules;
  x += (side - module * modules) / 2;
  y += (side - module * modules) / 2;
  for (int row = 0; row < symbol->rows; row++) {
    draw_row (page, symbol, row, x + QR_QUIET * module, y + (QR_QUIET + row) * module, module,
              module);
  }
  ZBarcode_Delete (symbol);
  return TRUE;
}

gboolean
dk_barcode_code128 (DkPage *page, double x, double y, double width, double height,
                    const char *text)
{
  struct zint_symbol *symbol = encode (BARCODE_CODE128, -1, text);
  if (symbol == NULL) {
    return FALSE;
  }
  double module = width / (symbol->width + 2 * CODE128_QUIET);
  dk_page_fill (page, 1, x, y, width, height);
  draw_row (page, symbol, 0, x + CODE128_QUIET * module, y, module, height);
  ZBarcode_Delete (symbol);
  return TRUE;
}
