/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/form/form.h"

G_BEGIN_DECLS

#define DK_TYPE_FORM_FIELD (dk_form_field_get_type ())
G_DECLARE_FINAL_TYPE (DkFormField, dk_form_field, DK, FORM_FIELD, GtkBox)

/* One row of a form on screen: label above, input, words about a problem below. Signals: `edited`
 * when a person changed the value (not when it was set), `looked-up (kind, id)` when a proposal of
 * a look-up was taken. */

/* A row for a field that takes a value; form is kept by reference. */
GtkWidget *dk_form_field_new (DkForm *form, const DkField *field);

/* Name of the field. */
const char *dk_form_field_get_name (DkFormField *self);

/* Shows a value; NULL or JSON null empties it. */
void dk_form_field_set_value (DkFormField *self, json_t *value);

/* The value as typed: of the field's type where it fits, else the text itself, JSON null if empty.
 * New reference. */
json_t *dk_form_field_get_value (DkFormField *self);

/* Types text into an entry that is empty, with `edited`; FALSE if it is none or holds something. */
gboolean dk_form_field_fill (DkFormField *self, const char *text);

/* Words beside the field, NULL = none. */
void dk_form_field_set_problem (DkFormField *self, const char *message);

/* Lets the value be changed or only read. */
void dk_form_field_set_editable (DkFormField *self, gboolean editable);

/* Puts the focus into the input. */
void dk_form_field_focus (DkFormField *self);

G_END_DECLS
