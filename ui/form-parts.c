/* SPDX-License-Identifier: MIT */
#include "ui/form-parts.h"

#include "app/form/form-state.h"

/* So many fields of a repeat stand side by side. */
#define SIDE_BY_SIDE_MAX 3u

struct DkFormParts {
  GPtrArray *list;   /* of DkFormPart, owned */
  GHashTable *by_key; /* key -> DkFormPart */
};

DkFormParts *
dk_form_parts_new (void)
{
  DkFormParts *self = g_new0 (DkFormParts, 1);

  self->list = g_ptr_array_new_with_free_func (g_free);
  self->by_key = g_hash_table_new (NULL, NULL);
  return self;
}

DkFormField *
dk_form_part_field (const DkFormPart *part)
{
  return part != NULL && DK_IS_FORM_FIELD (part->widget) ? DK_FORM_FIELD (part->widget) : NULL;
}

gboolean
dk_form_part_can_be_typed (const DkFormPart *part)
{
  DkFormField *field = dk_form_part_field (part);

  return field != NULL && gtk_widget_get_visible (part->widget)
         && dk_form_field_is_editable (field);
}

guint
dk_form_part_key (const DkField *field, int row)
{
  return field->index * (DK_FORM_ROWS_MAX + 2) + (guint) (row + 2);
}

void
dk_form_parts_add (DkFormParts *self, const DkField *field, int row, GtkWidget *widget)
{
  DkFormPart *part = g_new0 (DkFormPart, 1);

  part->field = field;
  part->row = row;
  part->widget = widget;
  g_ptr_array_add (self->list, part);
  g_hash_table_insert (self->by_key, GUINT_TO_POINTER (dk_form_part_key (field, row)), part);
}

const DkFormPart *
dk_form_parts_find (const DkFormParts *self, const DkField *field, int row)
{
  return g_hash_table_lookup (self->by_key, GUINT_TO_POINTER (dk_form_part_key (field, row)));
}

void
dk_form_parts_remove_rows (DkFormParts *self, const DkField *repeat)
{
  for (guint i = self->list->len; i > 0; i--) {
    const DkFormPart *part = self->list->pdata[i - 1];
    if (part->row < 0 || part->field->repeat != repeat)
      continue;
    g_hash_table_remove (self->by_key, GUINT_TO_POINTER (dk_form_part_key (part->field,
                                                                           part->row)));
    g_ptr_array_remove_index (self->list, i - 1);
  }
}

void
dk_form_parts_clear (DkFormParts *self)
{
  g_hash_table_remove_all (self->by_key);
  g_ptr_array_set_size (self->list, 0);
}

/* Rows of a repeat stand where the repeat does, one after the other. */
static int
compare_parts (gconstpointer a, gconstpointer b)
{
  const DkFormPart *first = *(DkFormPart *const *) a;
  const DkFormPart *second = *(DkFormPart *const *) b;
  guint first_place = first->row >= 0 ? first->field->repeat->index : first->field->index;
  guint second_place = second->row >= 0 ? second->field->repeat->index : second->field->index;

  if (first_place != second_place)
    return first_place < second_place ? -1 : 1;
  if (first->row != second->row)
    return first->row < second->row ? -1 : 1;
  return (int) first->field->index - (int) second->field->index;
}

void
dk_form_parts_sort (DkFormParts *self)
{
  g_ptr_array_sort (self->list, compare_parts);
}

guint
dk_form_parts_count (const DkFormParts *self)
{
  return self->list->len;
}

const DkFormPart *
dk_form_parts_get (const DkFormParts *self, guint i)
{
  return self->list->pdata[i];
}

gboolean
dk_form_part_is_shown (const DkField *field)
{
  gboolean is_nameless = g_strcmp0 (field->label, field->name) == 0;

  if (field->type == DK_FIELD_GROUP_END || field->type == DK_FIELD_REPEAT_END)
    return FALSE;
  if (field->type == DK_FIELD_CALCULATE || field->type == DK_FIELD_GROUP_BEGIN)
    return !is_nameless;
  return field->type != DK_FIELD_NOTE
         || (field->paper != DK_PAPER_SIGNATURE && field->paper != DK_PAPER_TABLE);
}

static gboolean
is_narrow (const DkField *field)
{
  switch (field->type) {
  case DK_FIELD_FILE:
  case DK_FIELD_SELECT_MULTIPLE:
  case DK_FIELD_GROUP_BEGIN:
  case DK_FIELD_NOTE:
  case DK_FIELD_ACKNOWLEDGE:
    return FALSE;
  default:
    return g_strcmp0 (field->appearance, "multiline") != 0;
  }
}

gboolean
dk_form_part_fits_one_line (const DkForm *form, const DkField *repeat)
{
  guint count = 0;

  for (guint i = repeat->index + 1; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (field->type == DK_FIELD_REPEAT_END)
      break;
    if (!is_narrow (field))
      return FALSE;
    count++;
  }
  return count <= SIDE_BY_SIDE_MAX;
}

void
dk_form_parts_free (DkFormParts *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_key);
  g_ptr_array_unref (self->list);
  g_free (self);
}
