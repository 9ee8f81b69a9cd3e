/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/ticket-store.h"
#include "ui/page.h"

G_BEGIN_DECLS

/* Steps of a saved ticket that ask for words first: resolve, amend, void (DK_STEP_*). What is typed
 * for one is kept with the ticket until the step is done or the person discards it, and stands in
 * the field again for whoever opens the step next. */

/* Does the step with these words. */
typedef void (*DkTicketStepDone) (GtkWidget *page, const char *number, const char *step,
                                  const char *words);

/* Asks for the words of a step of this ticket; done is called with them once the person says so. */
void dk_ticket_step_ask (DkPage *page, const char *number, const char *step, DkTicketStepDone done);

/* Keeps at once what was typed for a step that this page asks about, if any. */
void dk_ticket_step_seal (DkPage *page);

/* The step as a person calls it. Static text. */
const char *dk_ticket_step_word (const char *step);

/* What was done with a ticket. */
typedef enum {
  DK_TICKET_DID_SAVE,
  DK_TICKET_DID_NOTE,
  DK_TICKET_DID_RESOLVE,
  DK_TICKET_DID_AMEND,
  DK_TICKET_DID_VOID,
} DkTicketDid;

/* What a person is told then: what happened, what stays, what comes next. final: it was finalised
 * with that. New string. */
char *dk_ticket_did_words (DkTicketDid did, gboolean final, const char *number);

G_END_DECLS
