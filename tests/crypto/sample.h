/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/directory-private.h"
#include "app/crypto/keyring-private.h"

G_BEGIN_DECLS

/* Test data: kits with known secrets, quick to open. */

/* The cheapest cost that may be read; dk_sample_init lets it be made. */
extern const DkKdfParams dk_sample_cost;

/* Starts the room and lowers the floor of what a passphrase must cost. */
void dk_sample_init (void);

/* A passphrase as a secret. */
DkSecret *dk_sample_secret (const char *text);

/* The 16 bytes of the sample recovery code. */
DkSecret *dk_sample_code (void);

/* size bytes of this value, as a secret. */
DkSecret *dk_sample_fill (guint8 value, gsize size);

/* Bytes of hex text; a fault of the test otherwise. New array. */
GByteArray *dk_sample_unhex (const char *hex);

/* Fails the test unless bytes are what the hex text says. */
void dk_sample_assert_hex (const void *bytes, gsize size, const char *hex);

/* A directory with `anna` (admin, passphrase "correct horse"), `recovery` (admin, the code) and
 * `omar` (frontline, "battery staple"), signed, not yet made into bytes. `keys` gets all keys. */
DkDirectory *dk_sample_directory (DkKeyring **keys);

/* The same without Argon2: three slots of kind recovery, `anna` with the code. */
DkDirectory *dk_sample_quick_directory (DkKeyring **keys);

/* Reads two copies; a fault of the test if that fails. */
DkDirectory *dk_sample_parse (GBytes *copies);

/* Two copies of 64 KiB joined. */
GBytes *dk_sample_join (const guint8 *first, const guint8 *second);

/* Makes the checksum right, as anybody can who has the file. */
void dk_sample_fix_checksum (guint8 *image);

/* The code of the error, or -1 if unlocking went well. The directory may change. */
int dk_sample_try (DkDirectory *directory, const char *name, const DkSecret *secret);

/* Unlocks and gives the keys; a fault of the test if that fails. */
DkKeyring *dk_sample_unlock (DkDirectory *directory, const char *name, const DkSecret *secret,
                             DkPerson **person);

/* Fails the test unless `keys` is exactly the part of `all` that the role holds. */
void dk_sample_assert_keys (const DkKeyring *keys, const DkKeyring *all, DkRole role);

G_END_DECLS
