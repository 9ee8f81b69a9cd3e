/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/secret.h"

G_BEGIN_DECLS

/* The few primitives that the rooms above use, all of libsodium (XChaCha20-Poly1305-IETF,
 * BLAKE2b, SHA-256). Nothing here allocates or fails but where it says so. Any thread. */

#define DK_KEY_SIZE 32
#define DK_NONCE_SIZE 24
#define DK_TAG_SIZE 16

/* Must be called once before anything else of this room; ends the program if libsodium cannot
 * start. Any number of times, any thread. */
void dk_crypto_init (void);

/* Seals size bytes; out may be in. The nonce is the caller's, never used twice with one key. */
void dk_aead_seal (guint8 *out, guint8 tag[DK_TAG_SIZE], const guint8 *in, gsize size,
                   const guint8 *ad, gsize ad_size, const guint8 nonce[DK_NONCE_SIZE],
                   const guint8 key[DK_KEY_SIZE]);

/* Opens what dk_aead_seal made; out may be in. FALSE, and nothing readable in out, if a bit of it
 * differs. */
gboolean dk_aead_open (guint8 *out, const guint8 *in, gsize size, const guint8 tag[DK_TAG_SIZE],
                       const guint8 *ad, gsize ad_size, const guint8 nonce[DK_NONCE_SIZE],
                       const guint8 key[DK_KEY_SIZE]) DK_CHECKED;

/* Random bytes from the system. */
void dk_random (void *out, gsize size);

/* BLAKE2b of 16 to 64 bytes, keyed where key is given (32 bytes). */
void dk_hash (guint8 *out, gsize out_size, const void *in, gsize size, const guint8 *key);

/* BLAKE2b-256 over two pieces: salt and body of a ledger entry. */
void dk_hash_pair (guint8 out[32], const void *a, gsize a_size, const void *b, gsize b_size);

/* SHA-256. */
void dk_sha256 (guint8 out[32], const void *in, gsize size);

/* Derives subkey `id` for the use named by eight characters (libsodium's crypto_kdf). */
void dk_derive_key (guint8 out[DK_KEY_SIZE], const guint8 master[DK_KEY_SIZE], guint64 id,
                    const char use[8]);

/* The keys of one kit file, the ids of dk_file_key. Stored on disk: do not renumber. */
typedef enum {
  DK_FILE_KEY_PAGES = 1,
  DK_FILE_KEY_WAL_FRAMES = 2,
  DK_FILE_KEY_WAL_HEADER = 3, /* MAC */
  DK_FILE_KEY_NOTES = 4,      /* MAC */
  DK_FILE_KEY_DIRECTORY = 5,  /* MAC */
} DkFileKeyId;

/* Derives the key `id` (DkFileKeyId) of the file with this uuid from the kit's `open` key, 32
 * bytes; see FORMAT.md. The caller wipes it. */
void dk_file_key (guint8 out[DK_KEY_SIZE], const guint8 open[DK_KEY_SIZE], const guint8 uuid[16],
                  guint64 id);

/* Constant-time comparison. */
gboolean dk_equal (const void *a, const void *b, gsize size) DK_CHECKED;

/* Seals to an X25519 public key without a sender (crypto_box_seal); out has size + 48 bytes. For
 * bytes that are no public key (low order) out is all zeros, which nobody can open. */
void dk_box_seal (guint8 *out, const guint8 *in, gsize size, const guint8 public_key[32]);

/* Opens what was sealed to the key pair; out has size - 48 bytes. */
gboolean dk_box_open (guint8 *out, const guint8 *in, gsize size, const guint8 public_key[32],
                      const DkSecret *secret_key) DK_CHECKED;

/* X25519 public key of a 32-byte secret key. */
void dk_box_public (guint8 out[32], const DkSecret *secret_key);

/* Ed25519 public key of a 32-byte seed. */
void dk_sign_public (guint8 out[32], const DkSecret *seed);

/* Ed25519 over a short message with a 32-byte seed. */
void dk_sign (guint8 signature[64], const void *message, gsize size, const DkSecret *seed);

/* TRUE if the signature is of this message and key. */
gboolean dk_verify (const guint8 signature[64], const void *message, gsize size,
                    const guint8 public_key[32]) DK_CHECKED;

G_END_DECLS
