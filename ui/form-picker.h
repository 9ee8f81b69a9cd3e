/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_FORM_PICKER (dk_form_picker_get_type ())
G_DECLARE_FINAL_TYPE (DkFormPicker, dk_form_picker, DK, FORM_PICKER, GtkComboBoxText)

/* The list of forms that a new ticket may have. Signal: `picked (id)` when a person chose one. */

/* Reads the forms of the kit anew, the usual one chosen. A choice of one is none: the list is shown
 * where there are more. */
void dk_form_picker_load (DkFormPicker *self);

/* Hides it, and drops a list that is still on its way. */
void dk_form_picker_hide (DkFormPicker *self);

G_END_DECLS
