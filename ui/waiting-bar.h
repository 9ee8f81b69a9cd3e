/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_WAITING_BAR (dk_waiting_bar_get_type ())
G_DECLARE_FINAL_TYPE (DkWaitingBar, dk_waiting_bar, DK, WAITING_BAR, GtkBox)

/* Above the pages while a pack waits that nobody has checked yet. Signal `chosen (file)` for its
 * button. */

/* Looks again what waits. */
void dk_waiting_bar_refresh (DkWaitingBar *self);

G_END_DECLS
