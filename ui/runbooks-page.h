/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_RUNBOOKS_PAGE (dk_runbooks_page_get_type ())

/* Runbooks and their runs: the list on the left, what to do beside it, people who are named in the
 * right pane. Opened with "runbook:ID" or "run:UID". */
G_DECLARE_FINAL_TYPE (DkRunbooksPage, dk_runbooks_page, DK, RUNBOOKS_PAGE, DkPage)

G_END_DECLS
