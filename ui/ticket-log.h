/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "ui/ticket-work.h"

G_BEGIN_DECLS

#define DK_TYPE_TICKET_LOG (dk_ticket_log_get_type ())
G_DECLARE_FINAL_TYPE (DkTicketLog, dk_ticket_log, DK, TICKET_LOG, GtkBox)

/* The log of a ticket, oldest line first. Notes for leads stand in their place: sealed for most;
 * who may read them opens them with a button, and the ledger says so. */

/* Shows the log of the ticket; view NULL empties it. */
void dk_ticket_log_show (DkTicketLog *self, const DkTicketView *view);

G_END_DECLS
