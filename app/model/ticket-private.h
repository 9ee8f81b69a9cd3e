/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/ticket.h"

/* Place of the text column of that name, NULL if there is none. */
char **dk_ticket_text_column (DkTicket *ticket, const char *name);
