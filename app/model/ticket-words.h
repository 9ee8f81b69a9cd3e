/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/ticket.h"

G_BEGIN_DECLS

/* What a kind of entry does to a ticket: "captured", "amended", ...; "noted" for a note. NULL for
 * entries that do not concern its content, such as steps of the hand-over. Static. Any thread. */
const char *dk_ticket_entry_verb (const DkEntry *entry);

/* What this entry did, for a log: a note word for word, else the verb with the fields that got
 * another value, and the reason. Amendments tell the old value too: "amended: room: 4 -> 5; reason:
 * misread". before is the ticket as the entries before this one made it. Values are cut to
 * characters_max in one line, 0 = whole. NULL where there is no verb. New string. Any thread. */
char *dk_ticket_entry_words (const DkTicket *before, const DkEntry *entry, gsize characters_max);

G_END_DECLS
