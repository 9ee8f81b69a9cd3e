/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/file-pieces.h"
#include "app/base/job.h"
#include "app/crypto/age.h"

G_BEGIN_DECLS

/* Sealing and opening whole files by their paths, in constant memory. What is at `to` stays until
 * all of the new file is written and synced, and then is replaced by rename; after a failure it is
 * as it was and nothing is left beside it. `from` and `to` may be the same. An empty file is a file
 * like others. Progress is in bytes of `from`. Any thread. */

/* Seals to 1 to 2,048 public keys (32 bytes each, one after the other); `armored` writes text.
 * DK_ERROR_NOT_FOUND, _INVALID, _DENIED, _FAILED, _STORAGE. */
gboolean dk_age_seal_file (const char *from, const char *to, const guint8 *public_keys,
                           guint count, gboolean armored, const DkJob *job,
                           GError **error) DK_CHECKED;

/* Opens with an X25519 secret key; text is found by itself. Errors as dk_age_open and
 * dk_age_seal_file. What is at `to` then is confidential: mode 0600 whatever the folder. */
gboolean dk_age_open_file (const char *from, const char *to, const DkSecret *secret_key,
                           const DkJob *job, GError **error) DK_CHECKED;

/* Opens a part of a file in memory. Only what was sealed stands there, in one piece and once: the
 * part itself is read in pieces. sha256 (may be NULL) gets the hash of the part as it was read.
 * DK_ERROR_MEMORY, else as dk_age_open. New reference; the caller treats it as confidential. */
GBytes *dk_age_open_part (const DkFileReader *file, guint64 offset, guint64 size,
                          const DkSecret *secret_key, guint8 sha256[32], const DkJob *job,
                          GError **error) DK_CHECKED;

G_END_DECLS
