/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

G_BEGIN_DECLS

/* The X25519 secrets of earlier key epochs (`lead`, `device-age`), so that packs and notes that
 * were sealed to them and are still on their way can be opened. Each is sealed to the public key of
 * its successor in force (FORMAT.md, "Keys of earlier epochs"). Thread of the store. */

/* Keeps the secret of `before` that `after` replaces, and seals those kept already to the one of
 * `after`. Nothing is done if the two are equal. key is DK_KEY_LEAD or DK_KEY_DEVICE_AGE, epoch
 * the last one in which the secret was in force. In the caller's transaction. */
gboolean dk_old_key_store_keep (DkStore *store, DkKeyId key, const DkKeyring *before,
                                const DkKeyring *after, guint32 epoch, GError **error) DK_CHECKED;

/* The secrets of that key which who is unlocked may use: the one in force, then earlier ones, the
 * newest first. Empty for a person without that key. New array of DkSecret. */
GPtrArray *dk_old_key_store_list (DkStore *store, DkKeyId key, GError **error) DK_CHECKED;

/* Opens something with one of the secrets of that list. NULL is a failure, DK_ERROR_DENIED says
 * that it is sealed to another one. */
typedef gpointer (*DkOldKeyOpener) (const DkSecret *key, gpointer data, GError **error);

/* What `open` gives for the first of the secrets (at least one) that fits. What was sealed before
 * the keys were renewed is on its way for weeks: so each is tried until `open` fails for another
 * reason, which is told; if none fits, the first refusal, since that is the one to seal to. Any
 * thread. */
gpointer dk_old_key_store_try (GPtrArray *secrets, DkOldKeyOpener open, gpointer data,
                               GError **error) DK_CHECKED;

G_END_DECLS
