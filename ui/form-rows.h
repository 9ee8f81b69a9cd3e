/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/form/form.h"

G_BEGIN_DECLS

#define DK_TYPE_FORM_ROWS (dk_form_rows_get_type ())
G_DECLARE_FINAL_TYPE (DkFormRows, dk_form_rows, DK, FORM_ROWS, GtkBox)

/* The rows of a repeat: each a card with a button that takes it out, and a button below that adds
 * one. What lies in a card is up to the form. Signals: `add-row`, `remove-row (row)`. */

/* No rows yet. */
GtkWidget *dk_form_rows_new (const DkField *repeat);

/* Shows another title. */
void dk_form_rows_set_title (DkFormRows *self, const char *title);

/* Adds a card; the box for its fields, borrowed. side_by_side: they stand in one line. */
GtkWidget *dk_form_rows_append (DkFormRows *self, gboolean side_by_side);

/* Number of cards. */
guint dk_form_rows_count (DkFormRows *self);

/* Takes all cards out. */
void dk_form_rows_clear (DkFormRows *self);

/* Lets rows be added and taken out, or not. */
void dk_form_rows_set_editable (DkFormRows *self, gboolean editable);

/* Ctrl+Enter adds a row and Ctrl+Shift+Delete takes one out, where the focus lies in rows. To be
 * asked before the input sees the key: in a text of many lines Enter is one more line. TRUE if it
 * was one of these. */
gboolean dk_form_rows_take_key (GtkWidget *focus, const GdkEventKey *event);

/* Puts the focus on the button that adds a row. */
void dk_form_rows_focus_add (DkFormRows *self);

G_END_DECLS
