/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_SERVICES_PAGE (dk_services_page_get_type ())

/* The catalogue by criticality: what to say to callers, what to do meanwhile, whom to call, what
 * else breaks. Cards of people open on the right, so that the place is not lost. */
G_DECLARE_FINAL_TYPE (DkServicesPage, dk_services_page, DK, SERVICES_PAGE, DkPage)

G_END_DECLS
