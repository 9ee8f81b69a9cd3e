/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_TICKET_PAGE (dk_ticket_page_get_type ())

/* One ticket: a new one (opened with ""), a draft or a saved one by its number, or a call that
 * becomes a full ticket ("promote:NUMBER"). The number is issued
 * with the first change; everything typed is kept as a draft after a short pause. */
G_DECLARE_FINAL_TYPE (DkTicketPage, dk_ticket_page, DK, TICKET_PAGE, DkPage)

G_END_DECLS
