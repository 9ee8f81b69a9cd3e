/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/keyring.h"

G_BEGIN_DECLS

#define DK_KEYRING_PACKED_SIZE (DK_KEY_COUNT * 32)

/* The secrets one after the other in the order of DkKeyId, zeros where one is lacking. A new
 * secret of DK_KEYRING_PACKED_SIZE bytes. */
DkSecret *dk_keyring_pack (const DkKeyring *keys);

/* The keyring of a role out of packed secrets, or NULL unless exactly those of the role are
 * there. */
DkKeyring *dk_keyring_unpack (const DkSecret *packed, DkRole role);

G_END_DECLS
