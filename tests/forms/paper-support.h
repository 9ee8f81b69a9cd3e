/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper.h"

G_BEGIN_DECLS

#define PAPER_NUMBER "DT-A07-0042-D"

/* Facts as a station prints them. */
DkPaperFacts paper_facts (DkPaperSize size, const char *mode);

/* A ticket of the form it-incident with every field filled. */
DkTicket *paper_ticket (void);

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
