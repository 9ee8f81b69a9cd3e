/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper.h"
#include "ui/contact-work.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* A document for paper. The kit's thread gathers what stands on it, a thread of its own lays it out
 * and makes the PDF, the main one shows it page by page. */

typedef enum {
  DK_PRINT_SPECIMEN, /* form_id: a blank form without a number */
  DK_PRINT_TICKET,   /* number: a ticket as it stands */
  DK_PRINT_ISSUE,    /* form_id, copies, unit, hours, rate, with_cover: numbers are issued */
  DK_PRINT_AGAIN,    /* numbers, unit, with_cover: blank forms of numbers that were issued before */
  DK_PRINT_CONTACTS, /* shown: a phone list */
  DK_PRINT_DEVICES,  /* the inventory */
} DkPrintWhat;

/* What is to be laid out. Text owned, NULL = absent; free with dk_print_order_free. */
typedef struct {
  DkPrintWhat what;
  DkPaperSize size;
  char *form_id;
  char *language; /* of the form; NULL = that of the kit */
  char *number;
  GPtrArray *numbers; /* of char * */
  guint copies;
  char *unit;
  guint hours; /* a pack for so many hours, 0 = not told */
  guint rate;  /* at so many forms an hour */
  gboolean with_cover;
  DkContactsShown shown;
} DkPrintOrder;

/* Blank forms of one kind with their numbers. */
typedef struct {
  DkForm *form;
  GPtrArray *numbers; /* of char * */
} DkPaperPart;

/* Shared by reference; text owned. */
typedef struct {
  gatomicrefcount refs;
  DkPrintWhat what; /* of a form */
  char *title;  /* "IT incident, specimen", "DT-A07-0042-D" */
  char *object; /* ticket number, or the form: what the ledger notes */
  DkPaperSize size;
  DkForm *form;         /* of a specimen or a ticket; NULL else */
  DkTicket *ticket;     /* NULL: blank */
  GPtrArray *log;       /* of DkPaperLine: of the ticket; NULL if blank */
  GPtrArray *parts;     /* of DkPaperPart: numbered blank forms; may be empty */
  DkDocument *document; /* in place of a form: a card, a record, a list */
  gboolean with_cover;
  char *unit;
  guint hours;
  guint rate;
  char *mode;
  char *organisation;
  char *station;
  char *printed_by;
  gint64 printed_ms;
  char *head;
  json_t *choices; /* what its forms offer: DkPaperFacts.choices; NULL = not asked */
  char *sensitive; /* what leaves, in words: it is asked again who prints and why; NULL = no */
  char *reason;    /* that was given */
  DkPaper *paper;  /* NULL until it is laid out */
  GBytes *pdf;
} DkPaperJob;

/* A new order for a form or a ticket, whichever belongs to `what`; copies the text. */
DkPrintOrder *dk_print_order_new (DkPrintWhat what, const char *form_or_number, DkPaperSize size);
/* A copy of it. */
DkPrintOrder *dk_print_order_copy (const DkPrintOrder *order);
/* For the queue; NULL is fine. */
void dk_print_order_free (gpointer order);

/* Work for dk_kit_run: DkPrintOrder -> DkPaperJob that is not laid out yet. */
gpointer dk_paper_work_gather (DkKit *kit, gpointer order, GCancellable *c, GError **error);
/* On the kit's thread: a job for a document, which it takes, with what stands on each page. object
 * is what the ledger notes. */
DkPaperJob *dk_paper_job_new_document (DkKit *kit, const char *title, const char *object,
                                       DkDocument *document, GError **error);
/* Lays the job out and makes its PDF on another thread; takes it. ready is called on the main loop
 * with the finished job, which then belongs to it, or NULL with error; not once owner is gone. */
void dk_paper_job_lay_out (GObject *owner, DkPaperJob *job,
                           void (*ready) (gpointer owner, DkPaperJob *job, const GError *error));

/* How many numbers its blank forms have. */
guint dk_paper_job_count_numbers (const DkPaperJob *job);
/* "A4" or "Letter". Static text. */
const char *dk_paper_size_media (DkPaperSize size);

/* Main thread, once and before any other call: which size this PC uses where none was chosen. */
void dk_paper_work_note_usual_size (void);
/* What the page for printing needs: the size that was chosen last. no data -> DkPaperSize + 1 as a
 * pointer. */
gpointer dk_paper_work_size (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* Remembers the size. data: as the result above -> DK_KIT_DONE */
gpointer dk_paper_work_keep_size (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* Another reference. */
DkPaperJob *dk_paper_job_ref (DkPaperJob *job);
/* Gives a reference back; for the queue. NULL is fine. */
void dk_paper_job_free (gpointer job);

G_END_DECLS
