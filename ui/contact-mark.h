/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/contact.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* What a number is to be marked by wherever it is shown: a number that somebody swapped is how help
 * desks are defrauded. On the store's thread. */

/* "CORRECTED HERE", "NUMBER CHANGED 12 Nov", "NEW since 12 Nov", "imported, not signed", those that
 * hold, with dots between; NULL if none does, or contact is NULL. number NULL: marks of the contact
 * alone, and no store is needed. New string. */
char *dk_contact_mark (DkStore *store, const DkContact *contact, const char *number);

/* "NEW since 12 Nov"; NULL if it is there for long. New string. */
char *dk_contact_new_words (const DkContact *contact);

G_END_DECLS
