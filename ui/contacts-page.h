/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

#define DK_TYPE_CONTACTS_PAGE (dk_contacts_page_get_type ())

/* People and teams with their numbers; the card of the selected one on the right. Is opened with
 * the id of a contact, or "device:HOST". */
G_DECLARE_FINAL_TYPE (DkContactsPage, dk_contacts_page, DK, CONTACTS_PAGE, DkPage)

G_END_DECLS
