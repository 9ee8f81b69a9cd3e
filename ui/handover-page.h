/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_HANDOVER_PAGE (dk_handover_page_get_type ())

/* What waits for the ITSM, why, and what happens next; and the button that hands it over. */
G_DECLARE_FINAL_TYPE (DkHandoverPage, dk_handover_page, DK, HANDOVER_PAGE, DkPage)

G_END_DECLS
