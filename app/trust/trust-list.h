/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/trust/trust.h"

G_BEGIN_DECLS

/* The signed list where keys are made or changed: for the kit's own room. */

/* The first list of a new, migrated database, before the store is made: one signer (text of a
 * minisign public key) or NULL for none. `facts` (an object) gets the member `trust`, which is to
 * stand in the kit's first entry. DK_ERROR_INVALID if it is no key. */
gboolean dk_trust_begin (DkDb *db, const char *kit_id, const DkKeyring *keys, const char *user,
                         const char *signer, json_t *facts, GError **error) DK_CHECKED;

/* In the caller's transaction, when the admin key changes: checks the list with the key before (of
 * the person whom the store was given) and signs the same one with that of `after`. A list that
 * does not hold is left as it is: a change of keys must not make it good. So is a kit without a
 * list. */
gboolean dk_trust_sign_again (DkStore *store, const DkKeyring *after, guint32 key_epoch,
                              GError **error) DK_CHECKED;

G_END_DECLS
