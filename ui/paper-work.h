/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* A document for paper. The kit's thread gathers what stands on it, a thread of its own lays it out
 * and makes the PDF, the main one shows it. Text owned. */
typedef struct {
  char *title;  /* "IT incident, specimen", "DT-A07-0042-D" */
  char *object; /* ticket number, or the form: what the ledger notes */
  DkForm *form;
  DkTicket *ticket;   /* NULL: blank */
  GPtrArray *log;     /* of DkPaperLine: of the ticket; NULL if blank */
  GPtrArray *numbers; /* of char *: one blank form for each; empty = a specimen */
  DkDocument *document; /* in place of a form: a card, a record */
  char *mode;
  char *organisation;
  char *station;
  char *printed;
  char *head;
  DkPaper *paper; /* NULL until it is laid out */
  GBytes *pdf;
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

/* Work for dk_kit_run: order -> DkPaperJob that is not laid out yet. */
gpointer dk_paper_work_gather (DkKit *kit, gpointer order, GCancellable *c, GError **error);
/* On the kit's thread: a job for a document, which it takes, with what stands on each page. object
 * is what the ledger notes. */
DkPaperJob *dk_paper_job_new_document (DkKit *kit, const char *title, const char *object,
                                       DkDocument *document, GError **error);
/* Lays the job out and makes its PDF on another thread; takes it. ready is called on the main loop
 * with the finished job, which then belongs to it, or NULL with error; not once owner is gone. */
void dk_paper_job_lay_out (GObject *owner, DkPaperJob *job,
                           void (*ready) (gpointer owner, DkPaperJob *job, const GError *error));
/* data: DkPaperOrder -> DK_KIT_DONE: an entry that this was printed (form_id: the way, "pdf" or
 * "printer"; number: the object). */
gpointer dk_paper_work_note_printed (DkKit *kit, gpointer order, GCancellable *c, GError **error);

/* For the queue; NULL is fine. */
void dk_paper_job_free (gpointer job);

G_END_DECLS
