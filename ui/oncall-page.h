/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_ONCALL_PAGE (dk_oncall_page_get_type ())

/* Who is on call, for which service, until when and who then, now or at a time that is typed; the
 * card of the selected one on the right. */
G_DECLARE_FINAL_TYPE (DkOncallPage, dk_oncall_page, DK, ONCALL_PAGE, DkPage)

G_END_DECLS
