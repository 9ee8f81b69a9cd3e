/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/form/form.h"

G_BEGIN_DECLS

#define DK_TYPE_FORM_FIELD (dk_form_field_get_type ())
G_DECLARE_FINAL_TYPE (DkFormField, dk_form_field, DK, FORM_FIELD, GtkBox)

/* One row of a form on screen: label above, input, words about a problem or a warning below.
 * Signals: `edited` when a person changed the value (not when it was set), `looked-up (kind, id)`
 * when a proposal of a look-up was taken. */

/* A row for a field that takes a value or shows a computed one; form is kept by reference. row is
 * that of its repeat, -1 outside of repeats. */
GtkWidget *dk_form_field_new (DkForm *form, const DkField *field, int row);

/* The field, borrowed of the form. */
const DkField *dk_form_field_get_field (DkFormField *self);

/* Row of its repeat, -1 = outside of repeats. */
int dk_form_field_get_row (DkFormField *self);

/* Shows a value; NULL or JSON null empties it. */
void dk_form_field_set_value (DkFormField *self, json_t *value);

/* The value as typed: of the field's type where it fits, else the text itself, JSON null if empty.
 * New reference. */
json_t *dk_form_field_get_value (DkFormField *self);

/* TRUE if it is typed into letter by letter. */
gboolean dk_form_field_takes_text (DkFormField *self);
/* Length of what is typed, in bytes; 0 for what is not typed. */
gsize dk_form_field_get_length (DkFormField *self);

/* The bytes of a file that was chosen here, borrowed; NULL if there are none. */
GBytes *dk_form_field_get_bytes (DkFormField *self);

/* Types text into an entry that is empty, with `edited`; FALSE if it is none or holds something. */
gboolean dk_form_field_fill (DkFormField *self, const char *text);

/* Marks it as needed now or not. */
void dk_form_field_set_needed (DkFormField *self, gboolean needed);

/* Shows a label, and a hint (NULL: as it was), that tell of other answers. To be followed by
 * dk_form_field_set_needed. */
void dk_form_field_set_words (DkFormField *self, const char *label, const char *hint);

/* Shows other choices (DkChoice). */
void dk_form_field_set_choices (DkFormField *self, const GPtrArray *choices);

/* Words beside the field, NULL = none. */
void dk_form_field_set_problem (DkFormField *self, const char *message);

/* Words that warn and hold nothing up, NULL = none. */
void dk_form_field_set_warning (DkFormField *self, const char *message);

/* Lets the value be changed or only read. What nobody types stays read-only. */
void dk_form_field_set_editable (DkFormField *self, gboolean editable);

/* Whether a person can change it, as it is set. */
gboolean dk_form_field_is_editable (DkFormField *self);

/* Puts the focus into the input. */
void dk_form_field_focus (DkFormField *self);

G_END_DECLS
