/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/age.h"

G_BEGIN_DECLS

#define DK_AGE_FILE_KEY_SIZE 16
#define DK_AGE_STANZAS_MAX 2048
#define DK_AGE_HEADER_MAX (256u << 10)

/* HKDF-SHA-256 (RFC 5869) with 32 bytes of output; salt_size 0 is the empty salt. */
void dk_age_hkdf (guint8 out[32], const guint8 *key, gsize key_size, const guint8 *salt,
                  gsize salt_size, const char *info);

/* Fills memory with random bytes; tests give known ones in place of the system's. */
typedef void (*DkAgeDraw) (void *out, gsize size);

/* What is sealed: the arguments of dk_age_seal_stream. */
typedef struct {
  GInputStream *in;
  GOutputStream *out;
  const guint8 *public_keys;
  guint count;
  gboolean armored;
} DkAgeSealing;

/* dk_age_seal_stream with random bytes of the caller, asked for in this order: file key, secret of
 * each stanza, payload nonce. Only for vectors: bytes drawn twice reveal what they sealed. */
gboolean dk_age_seal_drawn (const DkAgeSealing *sealing, DkAgeDraw draw, const DkJob *job,
                            GError **error) DK_CHECKED;

/* The error of what is no age file at all. */
void dk_age_report_no_age_file (GError **error);

/* Appends the whole header, from the version line to the line feed behind its MAC.
 * DK_ERROR_INVALID for bytes that are no public key. */
gboolean dk_age_header_write (GByteArray *out, const guint8 file_key[DK_AGE_FILE_KEY_SIZE],
                              const guint8 *public_keys, guint count, DkAgeDraw draw,
                              GError **error) DK_CHECKED;

/* Reads the header and unwraps the file key; *header_size gets the bytes up to the payload.
 * Errors as dk_age_open. */
gboolean dk_age_header_open (const guint8 *data, gsize size, const DkSecret *secret_key,
                             guint8 file_key[DK_AGE_FILE_KEY_SIZE], gsize *header_size,
                             GError **error) DK_CHECKED;

G_END_DECLS
