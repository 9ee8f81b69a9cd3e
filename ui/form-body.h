/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form-state.h"
#include "ui/form-parts.h"
#include "ui/form-place.h"
#include "ui/form-rows.h"

G_BEGIN_DECLS

/* The widgets of a form in a box, in the order of its definition: made once, rows as they come, and
 * shown as a DkFormState has it. They never ask the state by themselves and change nothing in it.
 * Main loop only. */
typedef struct DkFormBody DkFormBody;

/* box gets the widgets (borrowed, must live longer); made is called with each DkFormField and
 * DkFormRows that was made, to listen to it. Free with dk_form_body_free. */
DkFormBody *dk_form_body_new (GtkContainer *box, void (*made) (GtkWidget *widget, gpointer data),
                              gpointer data);

/* Makes the widgets of a form (kept by reference), without rows; what was there before goes. NULL
 * empties the box. */
void dk_form_body_set_form (DkFormBody *self, DkForm *form);

/* Its parts, borrowed. */
const DkFormParts *dk_form_body_get_parts (const DkFormBody *self);

/* The field of that name in a row of its repeat (DK_FORM_NO_ROW outside), borrowed; NULL if it is
 * not on the screen. */
DkFormField *dk_form_body_find (const DkFormBody *self, const char *name, int row);

/* The repeat whose rows these are, borrowed of the form. */
const DkField *dk_form_body_repeat_of (const DkFormBody *self, DkFormRows *rows);

/* Lets all fields be changed or only read, those of rows to come as well. */
void dk_form_body_set_editable (DkFormBody *self, gboolean editable);

/* Shows all of the state anew; the first field to type into whose value is another one now,
 * borrowed, NULL if none is. */
DkFormField *dk_form_body_show_all (DkFormBody *self, DkFormState *state);

/* Shows what changed in the state since this was asked last. What is typed in the current field
 * (NULL = none) is left as it is. */
void dk_form_body_show_changes (DkFormBody *self, DkFormState *state, DkFormField *current);

/* What has the focus stays where it is on the screen from hold to release; in between anything may
 * be shown. */
void dk_form_body_hold (DkFormBody *self, DkFormPlace *place);
/* See hold. */
void dk_form_body_release (DkFormBody *self, DkFormPlace *place);

/* Puts the focus into the first field of a row that a person fills in; FALSE if it has none. */
gboolean dk_form_body_focus_row (DkFormBody *self, const DkField *repeat, int row);

/* Puts it into the first row that two drafts do not share, if a repeat has more or fewer rows. */
void dk_form_body_focus_changed_row (DkFormBody *self, const json_t *before, const json_t *now);

/* Puts it into the first field that a person fills in; "happened_at" is filled already. */
void dk_form_body_focus_first (DkFormBody *self);

/* Frees it, not the widgets; NULL is fine. */
void dk_form_body_free (DkFormBody *self);

G_END_DECLS
