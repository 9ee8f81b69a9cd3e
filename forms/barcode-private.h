/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/page-private.h"

G_BEGIN_DECLS

/* Draws a QR code (error correction M) of an ASCII text, quiet zone included, into a square. FALSE
 * if the text does not fit a code. */
gboolean dk_barcode_qr (DkPage *page, double x, double y, double side, const char *text);

/* Draws a Code 128 of an ASCII text, quiet zone included, into a box. FALSE if it cannot be
 * encoded. */
gboolean dk_barcode_code128 (DkPage *page, double x, double y, double width, double height,
                             const char *text);

G_END_DECLS
