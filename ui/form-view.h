/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/form/form.h"

G_BEGIN_DECLS

#define DK_TYPE_FORM_VIEW (dk_form_view_get_type ())
G_DECLARE_FINAL_TYPE (DkFormView, dk_form_view, DK, FORM_VIEW, GtkBox)

/* A whole form on screen, in one column in the order of its definition. Signals: `edited`,
 * `looked-up (kind, id)`. */

/* Builds the fields; what was there before goes. NULL empties the view. */
void dk_form_view_set_form (DkFormView *self, DkForm *form);

/* The form, borrowed; NULL if there is none. */
DkForm *dk_form_view_get_form (DkFormView *self);

/* Shows answers (field name -> value) and takes them as unchanged. */
void dk_form_view_set_answers (DkFormView *self, const json_t *answers);

/* All values that are not empty. New object. */
json_t *dk_form_view_get_answers (DkFormView *self);

/* Only what differs from the answers that were set; null = was emptied. New object. */
json_t *dk_form_view_get_changes (DkFormView *self);

/* Fills a text field that is empty, as if a person had; FALSE if there is none or it is not
 * empty. */
gboolean dk_form_view_fill (DkFormView *self, const char *name, const char *text);

/* Words beside each field of these problems (DkFormProblem) and the focus in the first. */
void dk_form_view_show_problems (DkFormView *self, const GPtrArray *problems);

/* Lets the fields be changed or only read. */
void dk_form_view_set_editable (DkFormView *self, gboolean editable);

/* Puts the focus into the first field that a person fills in; "happened_at" is filled already. */
void dk_form_view_focus (DkFormView *self);

G_END_DECLS
