/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/form/form-state.h"
#include "app/store/paper-store.h"
#include "app/store/ticket-store.h"

/* Writes the row of a ticket, new or known, and its place in the search index. */
gboolean dk_ticket_table_put (DkStore *store, const DkTicket *ticket, GError **error) DK_CHECKED;

/* Appends an entry about the ticket, folds it in, and writes the row: every change of a ticket goes
 * through here. In the caller's transaction. */
gboolean dk_ticket_record (DkStore *store, DkTicket *ticket, const char *kind, gint64 happened_ms,
                           const json_t *body, GError **error) DK_CHECKED;

/* The ticket as its row has it; *ticket NULL if there is none, or it is not what this program
 * writes. */
gboolean dk_ticket_table_get (DkStore *store, const char *number, DkTicket **ticket,
                              GError **error) DK_CHECKED;

/* One ticket folded anew from the ledger; its number is NULL if no entry made it one. New
 * ticket. */
DkTicket *dk_ticket_fold (DkStore *store, const char *number, GError **error) DK_CHECKED;

/* The ticket if words may still be added to it: neither void nor verified in the ITSM. New
 * ticket. */
DkTicket *dk_ticket_load_unless_void (DkStore *store, const char *number,
                                      GError **error) DK_CHECKED;

/* TRUE if a request is under way or was answered: the ITSM may have it, unverified. */
gboolean dk_ticket_may_be_there (const DkTicket *ticket);

/* FALSE with DK_ERROR_INVALID for a time that the clock of this PC has not reached. */
gboolean dk_ticket_check_time (const char *what, gint64 ms, GError **error) DK_CHECKED;

/* A reason made fit to store. DK_ERROR_INVALID if it is blank or too long. New string. */
gboolean dk_ticket_clean_reason (const char *number, const char *reason, char **clean,
                                 GError **error) DK_CHECKED;

/* Canonical form of a number as typed, checked to be of this station and issued. *number gets a
 * new string. */
gboolean dk_ticket_check_number (DkStore *store, const char *typed, char **number,
                                 GError **error) DK_CHECKED;

/* Says in words, under this code, why a number of this station that has no ticket, or may take
 * none, is refused: in use, issued without a ticket, a drill's, or never given out. Always
 * FALSE. */
gboolean dk_ticket_refuse_number (DkStore *store, const char *number, DkError code,
                                  GError **error);

/* Draws the next number. In the caller's transaction. New string. */
char *dk_ticket_next_number (DkStore *store, GError **error) DK_CHECKED;

/* TRUE if the number lies in a range that was skipped when this kit took a new chain, and no ticket
 * has it: a paper form with it may turn up, issued by the copy that is gone. */
gboolean dk_ticket_number_was_skipped (DkStore *store, const char *number, gboolean *skipped,
                                       GError **error) DK_CHECKED;

/* Makes what this final ticket asks for: final tickets of their own, or drafts where an answer is
 * missing; each is named in a note of both. A follow-up makes no follow-ups. before (of DkFollowUp,
 * NULL = none): what it asked for already, which is not made again. Adds the numbers. In the
 * caller's transaction. */
gboolean dk_ticket_follow_up (DkStore *store, DkTicket *parent, DkFormState *state,
                              const GPtrArray *before, GPtrArray *numbers,
                              GError **error) DK_CHECKED;

/* Appends the entry of a new ticket, whose number and `paper` are set, and writes the row. body is
 * that of its answers, and gets what else the entry says. In the caller's transaction. */
gboolean dk_ticket_record_new (DkStore *store, const DkForm *form, DkTicket *ticket, json_t *body,
                               gint64 happened_ms, GError **error) DK_CHECKED;

/* Writes what was typed under a number or a step. Disk recovery keys are taken out. */
gboolean dk_draft_table_put (DkStore *store, const char *key, const char *form,
                             const json_t *answers, GError **error) DK_CHECKED;

/* As dk_paper_store_find, without who issued it: that takes a look at the whole ledger. */
DkPaperFate *dk_paper_find (DkStore *store, const char *typed, GError **error) DK_CHECKED;

/* State of a paper number; *state NULL if it was not issued on paper. */
gboolean dk_paper_table_get (DkStore *store, const char *number, char **state,
                             GError **error) DK_CHECKED;

/* Changes the state of a paper number. */
gboolean dk_paper_table_set (DkStore *store, const char *number, const char *state,
                             GError **error) DK_CHECKED;

#define DK_PAPER_FORM_NOT_KNOWN "" /* `form` of a skipped number; its issued_ms is 0 */

/* Writes a row, new or known. */
gboolean dk_paper_table_put (DkStore *store, const DkPaperRow *row, GError **error) DK_CHECKED;

/* Writes the row of a number that was skipped (dk_ticket_number_was_skipped): a step names it. */
gboolean dk_paper_table_put_skipped (DkStore *store, const char *number, const char *state,
                                     GError **error) DK_CHECKED;

/* Removes a draft, and the words kept for steps of this number; none there is fine. */
gboolean dk_draft_table_remove (DkStore *store, const char *number, GError **error) DK_CHECKED;

/* Removes the words kept for the step that this kind of entry ends; none there is fine, and so is a
 * kind that ends no step. */
gboolean dk_draft_table_end_step (DkStore *store, const char *number, const char *kind,
                                  GError **error) DK_CHECKED;

/* TRUE if a draft of that number stands. One that a colleague types is DK_ERROR_INVALID if it is to
 * be one's own. */
gboolean dk_draft_table_has_mine (DkStore *store, const char *number, gboolean *found,
                                  GError **error) DK_CHECKED;

/* TRUE if a draft of that number stands, whoever types it. */
gboolean dk_draft_table_has (DkStore *store, const char *number, gboolean *found,
                             GError **error) DK_CHECKED;
