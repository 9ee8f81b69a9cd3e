/* SPDX-License-Identifier: MIT */
#pragma once

#include <cairo.h>

#include "app/form/form-state.h"
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
  const char *printed;      /* "printed 22 Nov 2026 09:14 by anna"; NULL: from the two below */
  const char *printed_by;   /* who prints; told in the language of the form */
  gint64 printed_ms;        /* and when */
  const char *ledger_head;  /* "CHAIN:SEQ:HEX16", as audit verify --head takes it */
  const json_t *choices;    /* what forms offer, see dk_paper_add_choices; NULL: all choices */
} DkPaperFacts;

/* One line of the log of a ticket. Free with dk_paper_line_free. */
typedef struct {
  gint64 when_ms;
  char *who;
  char *text;
} DkPaperLine;

typedef struct DkPaper DkPaper;

/* "2026-11-22 09:14 by anna", in German "22. Nov. 2026 09:14 von anna". New string. */
char *dk_paper_stamp (const char *language, gint64 wall_ms, const char *user);

/* Adds to `choices` (an object) what a form offers in this world: names of the choices that each
 * choice_filter leaves which reads no answer, no clock, no row and not who is at work; in the order
 * of its list where it is `selected(LIST, name)`. All others are printed. A choice that a ticket
 * holds is always printed; on blank paper what asks for one that is not offered is left out. Thread
 * of the world. */
void dk_paper_add_choices (json_t *choices, DkForm *form, const DkFormWorld *world);

/* A document without pages. Free with dk_paper_free. */
DkPaper *dk_paper_new (const DkPaperFacts *facts);

/* Adds one form: blank (ticket NULL) or filled; number NULL makes an unnumbered SPECIMEN, of a form
 * with `pdf.lines` one of the sheet that dk_paper_add_lines makes, without codes. The page
 * count of the form stands on each of its pages ("page 1 of 2"). With a number each page carries it
 * as a QR code ("NUMBER PAGE/PAGES") and as Code 128 (the number alone). Everything is copied. */
void dk_paper_add_form (DkPaper *paper, const DkForm *form, const DkTicket *ticket,
                        const char *number);

/* As dk_paper_add_form, with lines of the log (DkPaperLine, NULL = none). They fill the first rows
 * of the table `actions` if that has three columns (when, who, what), else they follow at the end;
 * what has no room goes on on further pages. */
void dk_paper_add_form_with_log (DkPaper *paper, const DkForm *form, const DkTicket *ticket,
                                 const char *number, const GPtrArray *lines);

/* Adds blank sheets of a form with `pdf.lines`: as many records on a page as it asks for and have
 * room, each with its number (array of char *), its code and the form's own fields side by side.
 * Each sheet tells mode, page and form as every page does. Everything is copied. */
void dk_paper_add_lines (DkPaper *paper, const DkForm *form, const GPtrArray *numbers);

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

/* Size of page i (from 0) in points: a form may lie on its long side. Of one that stands upright
 * if there is no such page. */
void dk_paper_page_size_at (const DkPaper *paper, guint i, double *width, double *height);

/* Characters that no font of this PC has. They are on paper as code points ("U+4E2D"); whoever
 * prints should be told. */
guint dk_paper_unreadable_count (const DkPaper *paper);

/* The PDF; of forms alone it ends with DK_PAPER_MARK. DK_ERROR_INVALID names a form that comes to
 * more than 600 pages, or to more than 64 MiB of pixels of scripts that are drawn as images;
 * DK_ERROR_FAILED with libharu's code, DK_ERROR_MEMORY. New reference. */
GBytes *dk_paper_pdf (const DkPaper *paper, GError **error) DK_CHECKED;

/* Draws page i (from 0) in points on cairo, for the preview and for tests. */
void dk_paper_draw_page (const DkPaper *paper, guint i, cairo_t *cr);

/* Frees the document; NULL is fine. */
void dk_paper_free (DkPaper *paper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPaper, dk_paper_free)

G_END_DECLS
