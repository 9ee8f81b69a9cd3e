/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_RUNBOOKS_PAGE (dk_runbooks_page_get_type ())

/* Runbooks and services: the list on the left, what to do beside it. Opened with "runbook:ID" or
 * "service:ID". */
G_DECLARE_FINAL_TYPE (DkRunbooksPage, dk_runbooks_page, DK, RUNBOOKS_PAGE, DkPage)

G_END_DECLS
