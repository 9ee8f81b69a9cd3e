/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_NOW_PAGE (dk_now_page_get_type ())

/* What a person who comes on shift needs in one look. */
G_DECLARE_FINAL_TYPE (DkNowPage, dk_now_page, DK, NOW_PAGE, DkPage)

G_END_DECLS
