/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/cell-private.h"

G_BEGIN_DECLS

/* A repeat as one table: the fields of a row side by side. */
typedef struct {
  DkField *field;     /* of the table: what dk_cell_new draws */
  GPtrArray *rows;    /* char **, the rows that are filled */
  char **row_blank;   /* boxes to tick, where a column asks for a choice of few */
} DkRepeatTable;

/* NULL if the repeat is not to be a table, or has too many or too long columns for one: then its
 * rows are drawn as blocks. value: array of objects or NULL. choices: of DkPaperFacts. */
DkRepeatTable *dk_repeat_table_new (const DkForm *form, const DkField *repeat, const json_t *value,
                                    const json_t *choices, const DkPaperWords *words);

void dk_repeat_table_free (DkRepeatTable *table);

/* A field that no form has: with a name, a label and a table of these columns (copied; NULL = no
 * table). Free with dk_repeat_field_free. */
DkField *dk_repeat_field_new (const char *name, const char *label, char *const *columns,
                              const guint *widths);
void dk_repeat_field_free (DkField *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkRepeatTable, dk_repeat_table_free)

G_END_DECLS
