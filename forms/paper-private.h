/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/lines-private.h"
#include "forms/paper.h"
#include "forms/words-private.h"

G_BEGIN_DECLS

struct DkPaper {
  DkPaperSize size;
  char *mode;
  char *organisation;
  char *station;
  char *printed;    /* NULL: from the two below */
  char *printed_by;
  gint64 printed_ms;
  char *ledger_head;
  json_t *choices; /* of DkPaperFacts; NULL */
  char *title; /* of the PDF; NULL as long as nothing was added */
  gboolean has_form;
  gboolean has_document;
  gint64 pixel_room; /* of the form that is laid out, negative once it was not enough */
  char *fault;       /* why there is no PDF; NULL as a rule */
  GPtrArray *pages; /* of DkPage */
};

/* Pages of this document, for the back ends and their tests. Borrowed. */
const GPtrArray *dk_paper_pages (const DkPaper *paper);

/* Where the next block goes. Pages are added as they are needed; their head and foot are drawn at
 * the end, when the page count is known. Everything is borrowed. */
typedef struct {
  DkPaper *paper;
  const char *language;
  const DkPaperWords *words;
  const char *title;
  const char *number;     /* NULL if there is none */
  const char *origin;     /* "Form it-incident version 1" */
  const char *hash;       /* of the form: its first digits; NULL if there is none */
  const char *mode;       /* "DOWNTIME", ... */
  gboolean waits;         /* printed in NORMAL, to be written on in an outage */
  const char *mark;       /* across the page, NULL if none */
  const DkTicket *ticket; /* NULL if blank */
  const GPtrArray *lines; /* of DkPaperLine; NULL if there is no log */
  gboolean is_specimen;
  gboolean is_sheet;      /* its numbers stand beside its records */
  gboolean is_landscape;
  gboolean has_required;
  guint pages_max;     /* of this form, and pixels of images: 0 = no end */
  gint64 pixels_max;
  gboolean is_over;    /* it has more pages: what follows is laid out, and not kept */
  guint first_page;
  DkPage *page;
  double left, width; /* of the body */
  double top, bottom;
  double y;
} DkFlow;

/* Begins the first page; the fields above `first_page` are set by the caller. */
void dk_flow_begin (DkFlow *flow);

/* Takes all its pages away and begins the first one again. */
void dk_flow_restart (DkFlow *flow);

/* Begins the next page. */
void dk_flow_new_page (DkFlow *flow);

/* Draws head and foot of all pages of the flow, and notes if it was more than a form may be. */
void dk_flow_finish (DkFlow *flow);

G_END_DECLS
