/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/base/job.h"
#include "app/crypto/aead.h"

G_BEGIN_DECLS

/* The age v1 file format (C2SP age.md) with X25519 recipients, binary or as text ("armor"), on
 * libsodium's primitives. A scrypt stanza is refused unread; unknown stanzas are skipped. At most
 * 2,048 stanzas and 256 KiB of header. age does not say who sealed: sign inside or around it.
 * Files by their paths: app/container/age-file.h. Any thread. */

/* "age1..." of a public key. New string. */
char *dk_age_recipient_text (const guint8 public_key[32]);

/* "AGE-SECRET-KEY-1..." of a secret key, in a secret with a NUL at the end. */
DkSecret *dk_age_identity_text (const DkSecret *secret_key);

/* Reads a recipient. DK_ERROR_INVALID. */
gboolean dk_age_recipient_parse (const char *text, guint8 public_key[32],
                                 GError **error) DK_CHECKED;

/* Reads an identity. DK_ERROR_INVALID. New secret of 32 bytes. */
DkSecret *dk_age_identity_parse (const char *text, GError **error) DK_CHECKED;

/* Seals to 1 to 2,048 public keys (32 bytes each, one after the other). DK_ERROR_INVALID,
 * DK_ERROR_MEMORY. New reference. */
GBytes *dk_age_seal (GBytes *plain, const guint8 *public_keys, guint count,
                     GError **error) DK_CHECKED;

/* As dk_age_seal, as text between BEGIN and END lines, for what is printed or mailed. */
GBytes *dk_age_seal_armored (GBytes *plain, const guint8 *public_keys, guint count,
                             GError **error) DK_CHECKED;

/* Opens with an X25519 secret key; text is found by itself. DK_ERROR_DENIED if it is not sealed to
 * this key, DK_ERROR_DAMAGED if a byte of it changed, DK_ERROR_INVALID if it is no age file,
 * DK_ERROR_MEMORY. New reference; the caller treats it as confidential. */
GBytes *dk_age_open (GBytes *sealed, const DkSecret *secret_key, GError **error) DK_CHECKED;

/* Seals all that comes from `in` in constant memory (some 200 KiB and the header). Neither stream
 * is closed; after a failure the caller throws away what was written. Progress is in bytes of `in`,
 * total 0. Also DK_ERROR_FAILED if `in` fails, DK_ERROR_STORAGE if `out` does. */
gboolean dk_age_seal_stream (GInputStream *in, GOutputStream *out, const guint8 *public_keys,
                             guint count, gboolean armored, const DkJob *job,
                             GError **error) DK_CHECKED;

/* Opens all that comes from `in`, text or binary, in constant memory. What is written to `out` is
 * what was sealed, but the end counts as well: after a failure the caller must throw away all that
 * was written, whole as it may look. Errors as dk_age_open and dk_age_seal_stream. */
gboolean dk_age_open_stream (GInputStream *in, GOutputStream *out, const DkSecret *secret_key,
                             const DkJob *job, GError **error) DK_CHECKED;

G_END_DECLS
