/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/paper-store.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the account of the paper asks of the kit: functions for dk_kit_run. */

/* The account, and every number. Free with dk_paper_view_free. */
typedef struct {
  DkPaperAccount *account;
  GPtrArray *rows; /* of DkPaperRow, in the order of issue */
} DkPaperView;

typedef enum { DK_PAPER_MISS, DK_PAPER_LOSE, DK_PAPER_FIND, DK_PAPER_VOID } DkPaperStep;

/* A step with numbers. Text owned. */
typedef struct {
  DkPaperStep step;
  char **numbers; /* NULL-terminated */
  char *reason;   /* NULL if none is asked for */
} DkPaperStepOrder;

/* no data -> DkPaperView */
gpointer dk_paper_rows_load (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *number -> DkPaperFate */
gpointer dk_paper_rows_fate (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkPaperStepOrder -> char *: what was done, in words */
gpointer dk_paper_rows_step (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* A step with one number; copies both. */
DkPaperStepOrder *dk_paper_step_order_new (DkPaperStep step, const char *number,
                                           const char *reason);
/* For the queue; NULL is fine. */
void dk_paper_step_order_free (gpointer order);
/* For the queue; NULL is fine. */
void dk_paper_view_free (gpointer view);

/* A state for people: "still out", "keyed in", "void", "missing", "lost". Static text. */
const char *dk_paper_state_words (const char *state);

G_END_DECLS
