/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper.h"

G_BEGIN_DECLS

#define PAPER_NUMBER "DT-A07-0042-D"

/* Facts as a station prints them. */
DkPaperFacts paper_facts (DkPaperSize size, const char *mode);

/* A ticket of the form it-incident with every field filled. */
DkTicket *paper_ticket (void);

/* A ticket of any form with every field filled, each repeat with so many rows; longer texts the
 * more `words`. */
DkTicket *paper_ticket_for (const DkForm *form, guint rows, guint words);

/* A form of a definition written in a test, '"' as "'". */
DkForm *paper_form (const char *definition);

/* A form with PAPER_NUMBER; ticket NULL: blank. */
DkPaper *paper_draw (const DkForm *form, const DkTicket *ticket, DkPaperSize size);

/* Checks the pages as lists: no text below 8 points, nothing outside of the page, no text over
 * another one. New string of what is wrong, "" if nothing is. */
char *paper_walk (const DkPaper *paper);

/* Writes the PDF of paper into folder and returns its path. */
char *paper_save (const DkPaper *paper, const char *folder);

/* Output of a program that must end with 0. New string. */
char *paper_run (const char *const *argv);

/* Text of a PDF as pdftotext reads it, pages divided by form feeds. New string. */
char *paper_text (const char *path);

/* What zbarimg reads from the pages drawn at 150 dpi, one code a line. New string. */
char *paper_codes (const char *path);

/* TRUE, with the reason printed, if a program that these tests read pages with is missing; main
 * then ends with 77. */
gboolean paper_lacks_tool (void);

G_END_DECLS
