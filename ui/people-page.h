/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_PEOPLE_PAGE (dk_people_page_get_type ())
G_DECLARE_FINAL_TYPE (DkPeoplePage, dk_people_page, DK, PEOPLE_PAGE, DkPage)

/* Who can open this kit, as what, until when; a lead gives front-line people a new passphrase, an
 * admin does the rest. Reached through the menu. */

/* Asks for a new passphrase of who unlocked; works on any page. */
void dk_people_change_own (DkPage *page);

G_END_DECLS
