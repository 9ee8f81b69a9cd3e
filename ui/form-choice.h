/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/form/form.h"

G_BEGIN_DECLS

#define DK_TYPE_FORM_CHOICE (dk_form_choice_get_type ())
G_DECLARE_FINAL_TYPE (DkFormChoice, dk_form_choice, DK, FORM_CHOICE, GtkBox)

/* One or several of some choices: buttons where there are few, a list where there are many, boxes
 * where several may be taken; yes and no are two buttons. Signal: `changed` when a person chose. */

/* For a select, a boolean or an acknowledge; the field stays the form's. */
GtkWidget *dk_form_choice_new (const DkField *field);

/* Shows other choices (DkChoice) of a select; what was chosen and is still there stays chosen. No
 * signal. */
void dk_form_choice_set_choices (DkFormChoice *self, const GPtrArray *choices);

/* Names the choice anew; an acknowledge says it beside its box. */
void dk_form_choice_set_label (DkFormChoice *self, const char *label);

/* Chooses what the value names; NULL = nothing. No signal. */
void dk_form_choice_set_value (DkFormChoice *self, const json_t *value);

/* Names of what is chosen, one a line; NULL = nothing. New string. */
char *dk_form_choice_get_text (DkFormChoice *self);

/* Lets it be changed or only read. */
void dk_form_choice_set_editable (DkFormChoice *self, gboolean editable);

/* What has the focus first, borrowed; NULL if there is no choice. */
GtkWidget *dk_form_choice_get_input (DkFormChoice *self);

/* TRUE if it is a list that drops down, which wants a label of its own. */
gboolean dk_form_choice_is_list (DkFormChoice *self);

G_END_DECLS
