/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/crypto/aead.h"

G_BEGIN_DECLS

/* The age v1 file format (C2SP age.md) with X25519 recipients, binary form, on libsodium's
 * primitives. A scrypt stanza is refused unread; unknown stanzas are skipped. At most 2,048
 * stanzas. Any thread. */

/* "age1..." of a public key. New string. */
char *dk_age_recipient_text (const guint8 public_key[32]);

/* "AGE-SECRET-KEY-1..." of a secret key, in a secret with a NUL at the end. */
DkSecret *dk_age_identity_text (const DkSecret *secret_key);

/* Reads a recipient. DK_ERROR_INVALID. */
gboolean dk_age_recipient_parse (const char *text, guint8 public_key[32],
                                 GError **error) DK_CHECKED;

/* Reads an identity. DK_ERROR_INVALID. New secret of 32 bytes. */
DkSecret *dk_age_identity_parse (const char *text, GError **error) DK_CHECKED;

/* Seals to 1 to 2,048 public keys (32 bytes each, one after the other). New reference. */
GBytes *dk_age_seal (GBytes *plain, const guint8 *public_keys, guint count,
                     GError **error) DK_CHECKED;

/* Opens with an X25519 secret key. DK_ERROR_DENIED if it is not sealed to this key,
 * DK_ERROR_DAMAGED if a byte of it changed, DK_ERROR_INVALID if it is no age file. New reference;
 * the caller treats it as confidential. */
GBytes *dk_age_open (GBytes *sealed, const DkSecret *secret_key, GError **error) DK_CHECKED;

G_END_DECLS
