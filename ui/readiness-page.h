/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_READINESS_PAGE (dk_readiness_page_get_type ())

/* Is this kit ready for an outage: what was found, the gravest first, with owner and remedy; what
 * people attest; the shift check and those before. Opened with "shift" for the shift check. */
G_DECLARE_FINAL_TYPE (DkReadinessPage, dk_readiness_page, DK, READINESS_PAGE, DkPage)

G_END_DECLS
