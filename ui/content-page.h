/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_CONTENT_PAGE (dk_content_page_get_type ())

/* The pack in force, packs that wait, and the way of one into force: checked, compared, looked at,
 * then switched to or not. Opened with "waiting:FILE", which begins to check that one. */
G_DECLARE_FINAL_TYPE (DkContentPage, dk_content_page, DK, CONTENT_PAGE, DkPage)

G_END_DECLS
