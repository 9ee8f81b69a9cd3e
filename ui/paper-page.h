/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_PAPER_PAGE (dk_paper_page_get_type ())
G_DECLARE_FINAL_TYPE (DkPaperPage, dk_paper_page, DK, PAPER_PAGE, DkPage)

/* The account of the paper: by unit how many numbers were issued and what became of them, and what
 * can be done with each. Opened with a number it shows that one. */

G_END_DECLS
