/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/form-parts.h"

G_BEGIN_DECLS

/* What is wrong with a form, beside its fields. Problems and warnings are DkFormProblem. */

/* Takes the problems away from all fields. */
void dk_form_marks_clear (const DkFormParts *parts);

/* Puts each problem beside its field; those that have none on the screen go into placeless,
 * borrowed. The first field that a person can type into; NULL if there is none. */
DkFormField *dk_form_marks_show (const DkFormParts *parts, const DkForm *form,
                                 const GPtrArray *problems, GPtrArray *placeless);

/* Puts the warnings beside their fields and takes others away. */
void dk_form_marks_warn (const DkFormParts *parts, const GPtrArray *warnings);

G_END_DECLS
