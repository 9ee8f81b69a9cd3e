/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/container/container.h"

G_BEGIN_DECLS

/* What honest writers made, for targets and seeds. */

/* The one trusted signer. */
void dk_fuzz_signer (DkMinisignSecret *secret, DkMinisignPublic *public_key);

/* A signed container with two payloads; type "pack", "bundle", "receipt" or "backup". New
 * reference. */
GBytes *dk_fuzz_container (const char *type);

/* The payloads of those containers, static. */
const DkContainerPayload *dk_fuzz_payloads (guint *count);

/* An exported ledger in one text: "@NAME" and a line feed before each file. */
GBytes *dk_fuzz_ledger (void);

/* The key that signed its checkpoint. */
void dk_fuzz_ledger_key (guint8 key[32]);

G_END_DECLS
