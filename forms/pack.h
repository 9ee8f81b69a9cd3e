/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper.h"

G_BEGIN_DECLS

/* Numbered paper for a unit and a shift: a cover sheet, then the blank forms. */

/* Blank forms of one kind. Everything is borrowed. */
typedef struct {
  const DkForm *form;
  const GPtrArray *numbers; /* of char *, in the order of issue, at least one */
} DkPackPart;

/* What stands on the cover. Text is borrowed. */
typedef struct {
  const char *unit;     /* who gets the paper; NULL = not told */
  const char *station;  /* where it comes from and goes back to */
  const char *issued;   /* "22 Nov 2026 09:14 by anna" */
  const char *bring_to; /* in words; NULL = the service desk */
  const char *language; /* "en" or "de"; NULL = English */
  guint hours;          /* it is meant for so many hours; 0 = not told */
  guint rate;           /* at so many forms an hour; 0 = not told */
  const DkPackPart *parts;
  guint n_parts;
} DkPaperPack;

/* Text of the cover: for whom, which forms and numbers, how to use them, where to bring them, and
 * every number to strike out as it comes back. New document. */
DkDocument *dk_paper_pack_cover (const DkPaperPack *pack);

/* Adds the cover, then each form with its numbers. Everything is copied. */
void dk_paper_add_pack (DkPaper *paper, const DkPaperPack *pack);

/* Adds the blank forms of one part without a cover. */
void dk_paper_add_part (DkPaper *paper, const DkPackPart *part);

G_END_DECLS
