/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_CALLTREES_PAGE (dk_calltrees_page_get_type ())

/* Call trees, and rounds of calls as a checklist: whom to call next with the number large, what to
 * say, and one key for each result. Is opened with "tree:ID" or "round:UID". */
G_DECLARE_FINAL_TYPE (DkCalltreesPage, dk_calltrees_page, DK, CALLTREES_PAGE, DkPage)

G_END_DECLS
