/* SPDX-License-Identifier: MIT */
#include "ui/form-marks.h"

void
dk_form_marks_clear (const DkFormParts *parts)
{
  for (guint i = 0; i < dk_form_parts_count (parts); i++) {
    DkFormField *field = dk_form_part_field (dk_form_parts_get (parts, i));
    if (field != NULL)
      dk_form_field_set_problem (field, NULL);
  }
}

static const DkFormPart *
part_of (const DkFormParts *parts, const DkForm *form, const DkFormProblem *problem)
{
  const DkField *field = dk_form_find (form, problem->field);

  return field != NULL ? dk_form_parts_find (parts, field, problem->row) : NULL;
}

DkFormField *
dk_form_marks_show (const DkFormParts *parts, const DkForm *form, const GPtrArray *problems,
                    GPtrArray *placeless)
{
  DkFormField *first = NULL;

  for (guint i = 0; i < problems->len; i++) {
    const DkFormProblem *problem = problems->pdata[i];
    const DkFormPart *part = part_of (parts, form, problem);
    DkFormField *field = dk_form_part_field (part);
    if (field == NULL) {
      g_ptr_array_add (placeless, (gpointer) problem);
      continue;
    }
    dk_form_field_set_problem (field, problem->message);
    if (first == NULL && dk_form_part_can_be_typed (part))
      first = field;
  }
  return first;
}

static const char *
warning_for (const GPtrArray *warnings, const DkFormPart *part)
{
  for (guint i = 0; i < warnings->len; i++) {
    const DkFormProblem *warning = warnings->pdata[i];
    if (warning->row == part->row && g_strcmp0 (warning->field, part->field->name) == 0)
      return warning->message;
  }
  return NULL;
}

void
dk_form_marks_warn (const DkFormParts *parts, const GPtrArray *warnings)
{
  for (guint i = 0; i < dk_form_parts_count (parts); i++) {
    const DkFormPart *part = dk_form_parts_get (parts, i);
    if (dk_form_part_field (part) != NULL)
      dk_form_field_set_warning (dk_form_part_field (part), warning_for (warnings, part));
  }
}
