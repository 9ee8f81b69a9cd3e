/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/kdf.h"

G_BEGIN_DECLS

/* What the KDF byte of a slot says. Stored on disk: do not renumber. */
typedef enum {
  DK_KDF_ARGON2ID = 1, /* of a passphrase */
  DK_KDF_BLAKE2B = 2,  /* of a 16-byte recovery code, which needs no slow function */
} DkKdfId;

#define DK_RECOVERY_CODE_SIZE 16

/* Bounds for reading, which hold before any memory is asked for. */
gboolean dk_kdf_params_readable (DkKdfParams params) DK_CHECKED;

/* The choice of dk_kdf_calibrate: `us` is how long a derivation with 64 MiB and 3 passes took,
 * `available` the free memory in bytes, 0 = not known. */
DkKdfParams dk_kdf_choose (gint64 us, guint64 available);

/* Derives 32 bytes from a recovery code. Fast. */
DkSecret *dk_kdf_derive_code (const DkSecret *code, const guint8 salt[16]);

/* The cost below which dk_kdf_params_check refuses. Lowered by tests so that they stay quick; the
 * bounds for reading hold all the same. Not thread-safe. */
void dk_kdf_set_floor (DkKdfParams floor);

G_END_DECLS
