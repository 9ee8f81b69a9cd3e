/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_SEARCH_BOX (dk_search_box_get_type ())
G_DECLARE_FINAL_TYPE (DkSearchBox, dk_search_box, DK, SEARCH_BOX, GtkBox)

/* The one search field with its results. Each key cancels the search before it. Signal
 * `chosen (kind, id)` when a result is opened, with the kind "number" for Enter behind a number of
 * a ticket or a paper form; Esc gives the focus back to where it was. */

/* Moves the focus into the field and selects its text. */
void dk_search_box_focus (DkSearchBox *self);

/* As Esc does, if the field has the focus; what was typed into it is forgotten. */
void dk_search_box_leave (DkSearchBox *self);

/* Starts with a key that was typed while no field had the focus; TRUE if it was taken. */
gboolean dk_search_box_take_key (DkSearchBox *self, GdkEvent *event);

G_END_DECLS
