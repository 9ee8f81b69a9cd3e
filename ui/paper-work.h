/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* A document for paper, made on the kit's thread and drawn on the main one. */
typedef struct {
  DkPaper *paper;
  char *form_id;
  char *title;  /* "IT incident, specimen", "DT-A07-0042-D" */
  char *object; /* ticket number, or the form: what the ledger notes */
  guint issued; /* numbers that were issued for it */
} DkPaperJob;

/* What to lay out: one of form and number. */
typedef struct {
  char *form_id;
  char *number;
  guint copies; /* > 0: issue so many numbers, a blank form for each */
} DkPaperOrder;

/* A new order; copies the texts. */
DkPaperOrder *dk_paper_order_new (const char *form_id, const char *number, guint copies);
/* For the queue. */
void dk_paper_order_free (gpointer order);

/* Work for dk_kit_run: order -> DkPaperJob. */
gpointer dk_paper_work_lay_out (DkKit *kit, gpointer order, GCancellable *c, GError **error);
/* data: DkPaperOrder -> DK_KIT_DONE: an entry that this was printed (form_id: the way, "pdf" or
 * "printer"; number: the object). */
gpointer dk_paper_work_note_printed (DkKit *kit, gpointer order, GCancellable *c, GError **error);

/* For the queue; NULL is fine. */
void dk_paper_job_free (gpointer job);

G_END_DECLS
