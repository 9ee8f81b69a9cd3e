/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_SHIFT_SHEET (dk_shift_sheet_get_type ())
G_DECLARE_FINAL_TYPE (DkShiftSheet, dk_shift_sheet, DK, SHIFT_SHEET, GtkBox)

/* The look with which a shift begins: big rows, each answered by Y or N, then signed. Belongs on a
 * DkPage. Signals: `signed` once it is entered, `left` for Back and Esc, which throws the answers
 * away. */

/* Begins a new one. */
void dk_shift_sheet_begin (DkShiftSheet *self);

G_END_DECLS
