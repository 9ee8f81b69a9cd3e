/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/form-field.h"

G_BEGIN_DECLS

/* Which field of a form has the focus. The field that gets it is scrolled into sight, one that was
 * changed is told when it is left, and the keys that add and remove rows work where it is. Main
 * loop only. */
typedef struct DkFormFocus DkFormFocus;

/* view is the form (borrowed, must live longer); left is called with a field that was changed and
 * has lost the focus. Free with dk_form_focus_free. */
DkFormFocus *dk_form_focus_new (GtkWidget *view, void (*left) (DkFormField *field, gpointer data),
                                gpointer data);

/* The field that has the focus, borrowed; NULL if none has. */
DkFormField *dk_form_focus_get (const DkFormFocus *self);

/* The field that has the focus was changed: it is told when it is left. */
void dk_form_focus_changed (DkFormFocus *self);

/* The fields go: the one that had the focus is not told. */
void dk_form_focus_clear (DkFormFocus *self);

/* Stops listening and frees it; NULL is fine. */
void dk_form_focus_free (DkFormFocus *self);

G_END_DECLS
