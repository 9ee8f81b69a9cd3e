/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/xlsform/sheet.h"

G_BEGIN_DECLS

/* Writes sheets (of DkSheet) as a workbook, each with its first row frozen and bold. Every cell is
 * a text, so that nothing in it is ever a formula. The same sheets give the same bytes. New bytes;
 * DK_ERROR_INVALID for a text that a workbook cannot hold, DK_ERROR_STORAGE. One at a time. */
GBytes *dk_xlsx_write (GPtrArray *sheets, GError **error) DK_CHECKED;

G_END_DECLS
