/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Keeps what has the focus where it is on the screen while something above it comes or goes: the
 * page is laid out at once and scrolled by the difference, before anything is painted. */
typedef struct {
  GtkWidget *scroller; /* NULL: nothing is to be held */
  GtkWidget *focus;
  int y;
} DkFormPlace;

/* Remembers where the focus inside of `view` is. */
void dk_form_place_hold (DkFormPlace *place, GtkWidget *view);

/* Puts it there again. Where the page cannot be scrolled so far, one of the two blanks, the first
 * and the last child of the view, grows. */
void dk_form_place_return (DkFormPlace *place, GtkWidget *top, GtkWidget *bottom);

G_END_DECLS
