/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form-private.h"
#include "app/form/form-state.h"

/* What a row of the form holds; in a repeat there is one for each row of it. */
typedef struct {
  json_t *value;      /* NULL: not answered */
  GPtrArray *choices; /* DkChoice that the filter leaves, borrowed; NULL: not known yet */
  guint8 is_own_relevant;
  guint8 is_relevant; /* that of the groups counted in */
  guint8 is_required;
  guint8 changed; /* DkFormChanges since they were taken */
} DkCell;

struct DkFormState {
  DkForm *form;
  DkFormWorld world;
  gint64 now_ms;
  gboolean is_pull_missing;
  gint64 deadline_us; /* of the thread's CPU time: what one call may spend on expressions */
  char *unchecked;    /* the first expression that could not be evaluated, in words */
  gboolean is_late;   /* the deadline has passed once */
  GArray **cells;       /* of DkCell by index of the field; NULL for ends of groups */
  json_t *strangers;    /* answers to what the form does not have */
  json_t **row_strangers; /* by index of a repeat: an array with an object for each row */
  GPtrArray **row_texts;  /* what expressions read of all rows, by index; NULL: to be made anew */
  guint *dirty;           /* kinds to be looked at again, by index of the field */
  int *dirty_row;         /* in this row alone, or DK_FORM_NO_ROW: in all */
};

/* Cell of a field; row is passed over outside of repeats. NULL if there is none. */
DkCell *dk_form_state_cell (const DkFormState *state, const DkField *field, int row);

/* Rows of cells that a field has: 1 outside of repeats. */
guint dk_form_state_rows_of (const DkFormState *state, const DkField *field);

/* Gives the expressions of one public call their time; past it they fail. */
void dk_form_state_begin (DkFormState *state);

/* Choices that are offered in a cell that exists, borrowed until the next change. */
const GPtrArray *dk_form_state_offered (DkFormState *state, const DkField *field, int row);

/* Evaluates one expression of a field; choice (may be NULL) is what a filter is asked about. */
gboolean dk_form_state_evaluate (DkFormState *state, const DkField *field, int row,
                                 DkLogicKind kind, const DkChoice *choice, DkValue *out,
                                 GError **error) DK_CHECKED;

/* As dk_form_state_evaluate, for an expression of the form as a whole. */
gboolean dk_form_state_evaluate_whole (DkFormState *state, const DkExpression *expression,
                                       DkValue *out, GError **error) DK_CHECKED;

/* Notes that these kinds of a field must be looked at again; row DK_FORM_NO_ROW: in all rows. */
void dk_form_state_mark (DkFormState *state, guint field, guint kinds, int row);

/* Notes that a value or a condition has changed: marks what depends on it. */
void dk_form_state_mark_dependants (DkFormState *state, const DkField *field, int row);

/* Looks again at all that is marked, in order. */
void dk_form_state_settle (DkFormState *state);

