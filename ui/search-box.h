/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_SEARCH_BOX (dk_search_box_get_type ())
G_DECLARE_FINAL_TYPE (DkSearchBox, dk_search_box, DK, SEARCH_BOX, GtkBox)

/* The one search field with its results. Each key cancels the search before it. Signal
 * `chosen (kind, id)` when a result is opened; Esc gives the focus back to where it was. */

/* Moves the focus into the field and selects its text. */
void dk_search_box_focus (DkSearchBox *self);

/* Starts with a key that was typed while no field had the focus; TRUE if it was taken. */
gboolean dk_search_box_take_key (DkSearchBox *self, GdkEvent *event);

G_END_DECLS
