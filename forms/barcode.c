/* SPDX-License-Identifier: MIT */
#include "forms/barcode-private.h"

#include <string.h>
#include <zint.h>

#define QR_QUIET 4 /* modules, as ISO 18004 asks for */
#define CODE128_QUIET 10
#define QR_LEVEL_M 2

static gboolean
is_dark (const struct zint_symbol *symbol, int row, int column)
{
  return (symbol->encoded_data[row][column >> 3] >> (column & 7) & 1) != 0;
}

/* Each run of dark modules is one rectangle. */
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
    if (end > column) {
      dk_page_fill (page, 0, x + column * module, y, (end - column) * module, height);
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
  double module = side / (symbol->width + 2 * QR_QUIET);
  dk_page_fill (page, 1, x, y, side, side);
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
