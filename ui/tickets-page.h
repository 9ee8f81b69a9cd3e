/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_TICKETS_PAGE (dk_tickets_page_get_type ())

/* All tickets and drafts, patient safety first, then the newest, with filters; details of the
 * selected one on the right. */
G_DECLARE_FINAL_TYPE (DkTicketsPage, dk_tickets_page, DK, TICKETS_PAGE, DkPage)

G_END_DECLS
