/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/document.h"
#include "ui/document-view.h"
#include "ui/kit-thread.h"
#include "ui/paper-work.h"

G_BEGIN_DECLS

/* What the pages ask of the kit about runbooks and runs of them: functions for dk_kit_run. */

/* A line of the list. Text owned. */
typedef struct {
  char *key;   /* "runbook:ID" or "run:UID" */
  char *title;
  char *state; /* "2026-10-01", "REVIEW DUE 2025-01-01", "3 of 12 done", "ended 14:02" */
  char *owner; /* or who started the run */
  gboolean is_run;
  gboolean is_open;    /* a run under way */
  gboolean is_overdue;
} DkRunbookRow;

/* What is wanted. Text owned, NULL = absent. */
typedef struct {
  char *key;
  gboolean with_lead;  /* with what only leads may read; an entry tells that it was read */
  gboolean marks_only; /* of a run: its text is shown already */
  char *step;
  char *state; /* DK_RUN_STEP_* */
  char *words; /* note, reason, what is wrong */
} DkRunbookOrder;

/* An order for that key; set the rest. Free with dk_runbook_order_free. */
DkRunbookOrder *dk_runbook_order_new (const char *key);
/* For the queue; NULL is fine. */
void dk_runbook_order_free (gpointer order);

/* What is shown of a runbook or a run. Text owned. */
typedef struct {
  char *key;
  char *ref; /* id of the runbook */
  char *title;
  char *facts;
  char *warning;        /* review due, a newer version, gone; NULL = nothing */
  DkDocument *document; /* NULL for marks_only */
  gboolean is_run;
  gboolean is_over;
  gboolean has_steps;
  guint open;
  GPtrArray *marks; /* of DkStepMark with text of its own, of a run */
  GPtrArray *notes; /* of char *: why steps were skipped, notes, in order */
} DkRunbookView;

/* data: DkRunbookOrder (with_lead) -> array of DkRunbookRow: runs under way, runbooks, the last
 * runs that ended */
gpointer dk_runbook_work_list (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* no data -> array of DkRunbookRow: runs under way alone */
gpointer dk_runbook_work_open_runs (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkRunbookOrder -> DkRunbookView */
gpointer dk_runbook_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkRunbookOrder of a runbook -> char *key of the new run */
gpointer dk_runbook_work_start (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkRunbookOrder with step, state, words -> DkRunbookView of the run, marks only */
gpointer dk_runbook_work_step (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkRunbookOrder with words -> DkRunbookView of the run, marks only */
gpointer dk_runbook_work_note (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkRunbookOrder with words -> DkRunbookView of the run, marks only */
gpointer dk_runbook_work_end (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkRunbookOrder with step (may be NULL) and words -> char *number of the report */
gpointer dk_runbook_work_report (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkRunbookOrder -> DkPaperJob: the card of a runbook, the record of a run */
gpointer dk_runbook_work_paper (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* no data -> GINT_TO_POINTER: 2 if who is unlocked may read what leads read, else 1 */
gpointer dk_runbook_work_may_lead (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* Frees the view; NULL is fine. */
void dk_runbook_view_free (gpointer view);

/* "AN", "AB": what stands in the margin for a person. New string. */
char *dk_initials (const char *person);

G_END_DECLS
