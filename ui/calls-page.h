/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_CALLS_PAGE (dk_calls_page_get_type ())

/* The fast way: one line, Enter stores it as a call with a number; Ctrl+Enter on a call in the list
 * makes it a full ticket of the same number. */
G_DECLARE_FINAL_TYPE (DkCallsPage, dk_calls_page, DK, CALLS_PAGE, DkPage)

G_END_DECLS
