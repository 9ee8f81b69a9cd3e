/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

G_BEGIN_DECLS

/* The seeds of front-line people, each sealed to the kit's `lead` key, so that a lead can give a
 * person who forgot a passphrase a new one (FORMAT.md, table person_seed). Whoever opens such a
 * seed compares its public keys with the person's slot. Thread of the store; changes are made in
 * the caller's transaction if there is one. */

/* Keeps the seed (32 bytes) of the slot with that id, in place of one before. */
gboolean dk_person_seed_keep (DkStore *store, const guint8 slot[16], const DkSecret *seed,
                              GError **error) DK_CHECKED;

/* Forgets it; one that is not there counts as forgotten. */
gboolean dk_person_seed_forget (DkStore *store, const guint8 slot[16], GError **error) DK_CHECKED;

/* *seed becomes a new secret, NULL if none is kept or who is unlocked cannot open it. */
gboolean dk_person_seed_get (DkStore *store, const guint8 slot[16], DkSecret **seed,
                             GError **error) DK_CHECKED;

/* Seals what is sealed to the `lead` key of `before` to that of `after`; what does not open is
 * forgotten, since nobody could use it any more. In the caller's transaction. */
gboolean dk_person_seed_reseal (DkStore *store, const DkKeyring *before, const DkKeyring *after,
                                GError **error) DK_CHECKED;

G_END_DECLS
