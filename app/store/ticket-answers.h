/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form-state.h"
#include "app/model/ticket.h"
#include "app/store/store.h"

/* Answers of a ticket as they will be saved: computed anew, without what does not apply. */
typedef struct {
  DkFormState *state; /* what the form asks with these answers */
  json_t *body;       /* members `fields`, `priority`, `left_out` of the entry */
} DkTicketAnswers;

/* Lays `changes` over the fields of `ticket` (NULL = a new one) and lets the form work on them.
 * DK_ERROR_INVALID names the form's problems, a field that it does not have, a time that cannot
 * be, and rules that could not be checked in time; nothing was changed then. */
gboolean dk_ticket_answers_prepare (DkStore *store, const DkForm *form, const DkTicket *ticket,
                                    const json_t *changes, DkTicketAnswers *out,
                                    GError **error) DK_CHECKED;

/* What becomes final must have been held against each rule of its form. DK_ERROR_INVALID names the
 * rule that could not be evaluated; nothing was changed then. */
gboolean dk_ticket_answers_check_final (const DkForm *form, const DkTicketAnswers *answers,
                                        GError **error) DK_CHECKED;

/* Follow-ups that the answers of a ticket ask for as they stand; none if that could not be found
 * out. New array of DkFollowUp. */
GPtrArray *dk_ticket_answers_wishes (DkStore *store, const DkForm *form, const DkTicket *ticket);

/* Adds form, version and hash to the body of an entry. */
void dk_ticket_answers_set_form (json_t *body, const DkForm *form);

/* What stands in the place of a required text that was erased. */
#define DK_TICKET_STAND_IN "(erased)"

/* A text with every disk recovery key taken out. New string. */
char *dk_ticket_mask_keys (const char *text);

/* Frees what it holds. */
void dk_ticket_answers_clear (DkTicketAnswers *answers);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkTicketAnswers, dk_ticket_answers_clear)
