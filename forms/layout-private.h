/* SPDX-License-Identifier: MIT */
#pragma once

#include "forms/paper-private.h"

G_BEGIN_DECLS

/* Lays the rows of a form out on the pages of a flow that has begun; values come from flow->ticket.
 * What the ticket holds and the form does not know follows at the end, so that no word is lost. On
 * a single page the first table takes the room that is left. */
void dk_layout_form (DkFlow *flow, const DkForm *form);

/* Lays blank records of a form out, many on a page: one for each number (char *);
 * NULL: one sheet of the specimen. */
void dk_layout_records (DkFlow *flow, const DkForm *form, const GPtrArray *numbers);

/* Lays a document out on the pages of a flow that has begun. */
void dk_layout_document (DkFlow *flow, const DkDocument *document);

G_END_DECLS
