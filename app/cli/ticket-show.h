/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"
#include "app/model/ticket.h"

G_BEGIN_DECLS

/* Appends a ticket as one line of a list to the text. */
void dk_cli_say_ticket_line (DkCli *cli, const DkTicket *ticket);

/* Appends a whole ticket with its log: entries are all of it (DkEntry), oldest first. */
void dk_cli_say_ticket (DkCli *cli, const DkTicket *ticket, const GPtrArray *entries);

/* Appends the notes for leads (DkLeadNote): their words, or how many there are where this person
 * may not read them. */
void dk_cli_say_lead_notes (DkCli *cli, const GPtrArray *notes);

G_END_DECLS
