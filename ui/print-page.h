/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_PRINT_PAGE (dk_print_page_get_type ())

/* Forms on paper: preview, PDF, printer, numbered blanks. Opened with the number of a ticket it
 * shows that ticket. */
G_DECLARE_FINAL_TYPE (DkPrintPage, dk_print_page, DK, PRINT_PAGE, DkPage)

G_END_DECLS
