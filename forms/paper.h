/* SPDX-License-Identifier: MIT */
#pragma once

#include <cairo.h>

#include "app/form/form.h"
#include "app/model/document.h"
#include "app/model/ticket.h"

G_BEGIN_DECLS

/* Forms on paper. One layout is drawn by two back ends: libharu makes the PDF that is printed and
 * kept, cairo the preview on screen. Not thread-safe within one call, any thread may call. */

typedef enum { DK_PAPER_A4, DK_PAPER_LETTER } DkPaperSize;

/* What stands on each page beside the form itself. Text is borrowed; NULL = left out. */
typedef struct {
  DkPaperSize size;
  const char *mode;         /* "DOWNTIME", "NORMAL", "DRILL": printed large; DRILL as a watermark */
  const char *organisation;
  const char *station;
  const char *printed;      /* "printed 22 Nov 2026 09:14 by anna" */
  const char *ledger_head;  /* "CHAIN:SEQ:HEX16", as audit verify --head takes it */
} DkPaperFacts;

/* One line of the log of a ticket. Free with dk_paper_line_free. */
typedef struct {
  gint64 when_ms;
  char *who;
  char *text;
} DkPaperLine;

typedef struct DkPaper DkPaper;

/* A document without pages. Free with dk_paper_free. */
DkPaper *dk_paper_new (const DkPaperFacts *facts);

/* Adds one form: blank (ticket NULL) or filled; number NULL makes an unnumbered SPECIMEN. The page
 * count of the form stands on each of its pages ("page 1 of 2"). With a number each page carries it
 * as a QR code ("NUMBER PAGE/PAGES") and as Code 128 (the number alone). Everything is copied. */
void dk_paper_add_form (DkPaper *paper, const DkForm *form, const DkTicket *ticket,
                        const char *number);

/* As dk_paper_add_form, with lines of the log (DkPaperLine, NULL = none). They fill the first rows
 * of the table `actions` if that has three columns (when, who, what), else they follow at the end;
 * what has no room goes on on further pages. */
void dk_paper_add_form_with_log (DkPaper *paper, const DkForm *form, const DkTicket *ticket,
                                 const char *number, const GPtrArray *lines);

/* What belongs on paper of a ticket's entries (DkEntry, in order): notes word for word, what was
 * amended and why, why it is void. In the language of the form, with its labels. New array of
 * DkPaperLine. */
GPtrArray *dk_paper_log_new (const DkForm *form, const GPtrArray *entries);

/* Frees the line; NULL is fine. */
void dk_paper_line_free (DkPaperLine *line);

/* Adds a text with structure (a runbook card, a report): headings, paragraphs, steps with a box to
 * tick, tables. Nothing is cut; it goes on on further pages. Everything is copied. */
void dk_paper_add_document (DkPaper *paper, const char *title, const char *language,
                            const DkDocument *document);

/* Pages so far. */
guint dk_paper_page_count (const DkPaper *paper);

/* Size of a page in points. */
void dk_paper_page_size (const DkPaper *paper, double *width, double *height);

/* The PDF; of forms alone it ends with DK_PAPER_MARK. DK_ERROR_FAILED with libharu's code,
 * DK_ERROR_MEMORY. New reference. */
GBytes *dk_paper_pdf (const DkPaper *paper, GError **error) DK_CHECKED;

/* Draws page i (from 0) in points on cairo, for the preview and for tests. */
void dk_paper_draw_page (const DkPaper *paper, guint i, cairo_t *cr);

/* Frees the document; NULL is fine. */
void dk_paper_free (DkPaper *paper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPaper, dk_paper_free)

G_END_DECLS
