/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/ticket.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Words that must not stay (a patient's name, the wrong patient), and words that must: steps of two
 * people. `second` is the other person (dk_kit_unlock_second). Refusals change nothing. Thread of
 * the store. */

/* Erases the words of some entries of one number for good: entry, table, search index, notes for
 * leads; the lines stay and the ledger still verifies. places are "SEQ" or "CHAIN:SEQ", ended by
 * NULL. What the entries had brought and is no word (form, priority, safety, choices that a form
 * requires) stays; a required text becomes "(erased)", and a value that another entry gave later
 * stands. The journal is emptied afterwards.
 * Needs the `lead` key and a second person of any role (DK_ERROR_DENIED). DK_ERROR_NOT_FOUND for a
 * place that the ledger does not have; DK_ERROR_INVALID for an entry of another number, without
 * words or erased before, a ticket under a legal hold or on its way to the ITSM, and a blank
 * reason. */
gboolean dk_ticket_store_erase (DkStore *store, const char *number, const char *const *places,
                                const char *reason, const DkPerson *second,
                                GError **error) DK_CHECKED;

/* Puts a ticket under a legal hold: none of its words can be erased. Needs the `lead` key. */
gboolean dk_ticket_store_hold (DkStore *store, const char *number, const char *reason,
                               GError **error) DK_CHECKED;

/* Ends the legal hold. Needs the `lead` key, of both people. */
gboolean dk_ticket_store_release_hold (DkStore *store, const char *number, const char *reason,
                                       const DkPerson *second, GError **error) DK_CHECKED;

G_END_DECLS
