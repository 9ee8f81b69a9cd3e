/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/import/draft-private.h"

G_BEGIN_DECLS

/* Attributes that are asked for, NULL-terminated. */
extern const char *const DK_LDAP_ATTRIBUTES[];

/* Who is sought unless a filter is given. */
extern const char DK_LDAP_FILTER[];

/* One value of an attribute; FALSE if it is larger than anything that is used here. bytes may hold
 * anything. */
gboolean dk_ldap_take_value (DkDraft *draft, const char *attribute, const char *bytes, gsize size);

G_END_DECLS
