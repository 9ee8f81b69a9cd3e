/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper-private.h"

G_BEGIN_DECLS

/* A field on its columns of the grid: a head (label and hint) and units, each of which stays on one
 * page: lines of a value, rows of check boxes, rows of a table. A cell too high for its page is
 * drawn in pieces. */
typedef struct DkCell DkCell;

#define DK_CELL_LOG_COLUMNS 3 /* when, who, what */
#define DK_CELL_TABLE_ROW 20.0 /* height of a blank row of a table: a hand needs 7 mm */

/* Where a cell stands and what it gets beside its value. Borrowed. */
typedef struct {
  double x, width;
  gboolean is_record;     /* of a ticket: what is not answered was not asked */
  gboolean is_bare;       /* its label stands elsewhere */
  gboolean has_no_star;   /* when it must be filled in is not told here */
  int rows_more;          /* of a table: blank rows beyond those that its field asks for; or less */
  gboolean is_tight;      /* a box for long text gives up a line of its room */
  const GPtrArray *rows;  /* of a table: its first rows, char ** of a text for each column; NULL */
  char *const *row_blank; /* of a table: what stands in the columns of a blank row; NULL */
  const char *condition;  /* when the field applies, in words; NULL = not told */
} DkCellPlace;

/* Text of a value as paper shows it: a truth in these words, a file with its size and the start of
 * its hash. New string. */
char *dk_cell_show (const DkField *field, const json_t *value, const DkPaperWords *words);

/* TRUE if the value is that choice, or has it among others. */
gboolean dk_cell_is_picked (const json_t *value, const char *name);

/* Borrows field and words; value NULL or JSON null = blank. */
DkCell *dk_cell_new (const DkField *field, const json_t *value, const DkPaperWords *words,
                     const DkCellPlace *place);

void dk_cell_free (DkCell *cell);

/* Height of what is not drawn yet. */
double dk_cell_height (const DkCell *cell);

/* TRUE if all of it is drawn. */
gboolean dk_cell_is_done (const DkCell *cell);

/* Draws as many units as fit into height, at least one. */
void dk_cell_draw (DkCell *cell, DkPage *page, double y, double height);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkCell, dk_cell_free)

G_END_DECLS
