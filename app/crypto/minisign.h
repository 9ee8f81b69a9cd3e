/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/crypto/aead.h"

G_BEGIN_DECLS

/* Signatures in minisign's file formats (jedisct1.github.io/minisign, prehashed 'ED' only), so that
 * the Debian tool checks what this program signs and the other way round. Stricter than the tool:
 * legacy 'Ed' signatures, control characters, text after the global signature and files over 16 KiB
 * are refused. Any thread. */

typedef struct {
  guint8 id[8];
  guint8 key[32];
} DkMinisignPublic;

typedef struct {
  guint8 id[8];
  DkSecret *seed; /* 32 bytes, owned */
} DkMinisignSecret;

/* Reads a .pub file or its base64 line alone. DK_ERROR_INVALID. */
gboolean dk_minisign_public_parse (const char *text, DkMinisignPublic *out,
                                   GError **error) DK_CHECKED;

/* The .pub file's text. New string. */
char *dk_minisign_public_text (const DkMinisignPublic *key);

/* Key id as minisign prints it: 16 upper-case hex digits. New string. */
char *dk_minisign_id_text (const guint8 id[8]);

/* Public key made of an Ed25519 public key; the id is the first 8 bytes of its BLAKE2b-256. */
void dk_minisign_public_from_key (const guint8 key[32], DkMinisignPublic *out);

/* Reads a secret key file of minisign, with passphrase NULL for one made with -W.
 * DK_ERROR_DENIED for a missing or wrong passphrase, DK_ERROR_INVALID, _MEMORY. Slow with a
 * passphrase. */
gboolean dk_minisign_secret_parse (const char *text, const DkSecret *passphrase,
                                   DkMinisignSecret *out, GError **error) DK_CHECKED;

/* Secret made of an Ed25519 seed (copied); id as dk_minisign_public_from_key. */
void dk_minisign_secret_from_seed (const DkSecret *seed, DkMinisignSecret *out);

/* The public half. */
void dk_minisign_secret_public (const DkMinisignSecret *secret, DkMinisignPublic *out);

/* Wipes the fields. */
void dk_minisign_secret_clear (DkMinisignSecret *secret);

/* The signature file over data with this trusted comment (clean text, at most 8,000 bytes, begins
 * with the kind: dk-container, dk-checkpoint, ...). New string. */
char *dk_minisign_sign (const void *data, gsize size, const DkMinisignSecret *secret,
                        const char *trusted_comment);

/* Checks a signature file over data. *trusted_comment gets a new string. DK_ERROR_NOT_FOUND if it
 * was made by another key (unknown signer), DK_ERROR_DAMAGED if by this key but the bytes or the
 * comment changed, DK_ERROR_INVALID if it is no signature file. */
gboolean dk_minisign_verify (const void *data, gsize size, const char *signature,
                             gsize signature_size, const DkMinisignPublic *key,
                             char **trusted_comment, GError **error) DK_CHECKED;

/* The key id that a signature file names, unverified. */
gboolean dk_minisign_signature_id (const char *signature, gsize size, guint8 id[8],
                                   GError **error) DK_CHECKED;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkMinisignSecret, dk_minisign_secret_clear)

G_END_DECLS
