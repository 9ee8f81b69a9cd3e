/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/form/form.h"
#include "ui/form-field.h"

G_BEGIN_DECLS

/* What stands on the screen for one row of a form, or for one field of one row of a repeat. */
typedef struct {
  const DkField *field;
  int row;           /* -1 outside of repeats */
  GtkWidget *widget; /* DkFormField, DkFormRows or GtkLabel, borrowed */
} DkFormPart;

/* All of them, in the order in which they stand. */
typedef struct DkFormParts DkFormParts;

/* No parts. Free with dk_form_parts_free. */
DkFormParts *dk_form_parts_new (void);

/* Adds one. */
void dk_form_parts_add (DkFormParts *self, const DkField *field, int row, GtkWidget *widget);

/* The part of a field, borrowed until parts are removed; NULL if it is not on the screen. */
const DkFormPart *dk_form_parts_find (const DkFormParts *self, const DkField *field, int row);

/* Forgets the parts in the rows of a repeat. */
void dk_form_parts_remove_rows (DkFormParts *self, const DkField *repeat);

/* Forgets all. */
void dk_form_parts_clear (DkFormParts *self);

/* Puts them in order, after some were added out of it. */
void dk_form_parts_sort (DkFormParts *self);

/* How many there are. */
guint dk_form_parts_count (const DkFormParts *self);
/* Number i, borrowed until parts are removed. */
const DkFormPart *dk_form_parts_get (const DkFormParts *self, guint i);

/* Its field, borrowed; NULL if it is none, or part is NULL. */
DkFormField *dk_form_part_field (const DkFormPart *part);

/* TRUE for a field that a person can type into now: only one that is seen can have the focus. */
gboolean dk_form_part_can_be_typed (const DkFormPart *part);

/* A number for a field of a row, never 0. */
guint dk_form_part_key (const DkField *field, int row);

/* FALSE for what has no place on the screen: ends of groups, the signature lines and blank tables
 * of the paper (the log stands for them), and what is computed for other fields alone. */
gboolean dk_form_part_is_shown (const DkField *field);

/* TRUE if the fields of a repeat are few and narrow enough to stand side by side. */
gboolean dk_form_part_fits_one_line (const DkForm *form, const DkField *repeat);

/* Frees it; NULL is fine. */
void dk_form_parts_free (DkFormParts *self);

G_END_DECLS
