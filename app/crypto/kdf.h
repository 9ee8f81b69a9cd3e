/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/secret.h"

G_BEGIN_DECLS

/* Argon2id (RFC 9106, libsodium's argon2id13, one lane). */
typedef struct {
  guint32 mib;    /* memory; 64 to 1024 when made, 19 to 1024 when read */
  guint32 passes; /* 3 to 10 when made, 2 to 10 when read */
} DkKdfParams;

/* 256 MiB, 3 passes: where nothing was measured. */
DkKdfParams dk_kdf_default (void);

/* What this PC can bear when somebody unlocks: 256 MiB if that takes at most about two seconds
 * here, else 192, 128, 96 or 64 MiB, always 3 passes; but for the 64 at most half of the memory
 * that is free now. Times one or two derivations of 64 MiB, about a second: never on the main
 * thread. */
DkKdfParams dk_kdf_calibrate (void);

/* Parameters for --kdf-mib; DK_ERROR_USAGE outside of 64 to 1024. */
gboolean dk_kdf_params_check (DkKdfParams params, GError **error) DK_CHECKED;

/* Derives 32 bytes from a passphrase. The bounds for reading are checked before any memory is
 * asked for: DK_ERROR_DAMAGED outside of them; DK_ERROR_MEMORY if there is not enough, which is
 * never to be shown as a wrong passphrase. Slow by design: never on the main thread. */
DkSecret *dk_kdf_derive (const DkSecret *passphrase, const guint8 salt[16], DkKdfParams params,
                         GError **error) DK_CHECKED;

G_END_DECLS
