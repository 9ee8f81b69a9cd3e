/* SPDX-License-Identifier: MIT */
#include "app/crypto/aead.h"

#include <sodium.h>
#include <string.h>

G_STATIC_ASSERT (DK_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
G_STATIC_ASSERT (DK_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
G_STATIC_ASSERT (DK_TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES);
G_STATIC_ASSERT (DK_KEY_SIZE == crypto_kdf_KEYBYTES);

#define FILE_KEY_LABEL "dk-file v1"
#define FILE_KEY_USE "dk-file1"

void
dk_crypto_init (void)
{
  if (sodium_init () < 0)
    g_error ("The cryptographic library did not start. Nothing was changed; start the program "
             "again, and if this stays, install libsodium again.");
}

void
dk_aead_seal (guint8 *out, guint8 tag[DK_TAG_SIZE], const guint8 *in, gsize size,
              const guint8 *ad, gsize ad_size, const guint8 nonce[DK_NONCE_SIZE],
              const guint8 key[DK_KEY_SIZE])
{
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached (out, tag, NULL, in, size, ad, ad_size,
                                                       NULL, nonce, key);
}

gboolean
dk_aead_open (guint8 *out, const guint8 *in, gsize size, const guint8 tag[DK_TAG_SIZE],
              const guint8 *ad, gsize ad_size, const guint8 nonce[DK_NONCE_SIZE],
              const guint8 key[DK_KEY_SIZE])
{
  return crypto_aead_xchacha20poly1305_ietf_decrypt_detached (out, NULL, in, size, tag, ad,
                                                              ad_size, nonce, key) == 0;
}

void
dk_random (void *out, gsize size)
{
  randombytes_buf (out, size);
}

void
dk_hash (guint8 *out, gsize out_size, const void *in, gsize size, const guint8 *key)
{
  g_assert (out_size >= crypto_generichash_BYTES_MIN && out_size <= crypto_generichash_BYTES_MAX);
  crypto_generichash (out, out_size, in, size, key, key != NULL ? DK_KEY_SIZE : 0);
}

void
dk_hash_pair (guint8 out[32], const void *a, gsize a_size, const void *b, gsize b_size)
{
  crypto_generichash_state state;

  crypto_generichash_init (&state, NULL, 0, 32);
  crypto_generichash_update (&state, a, a_size);
  crypto_generichash_update (&state, b, b_size);
  crypto_generichash_final (&state, out, 32);
}

void
dk_sha256 (guint8 out[32], const void *in, gsize size)
{
  crypto_hash_sha256 (out, in, size);
}

void
dk_derive_key (guint8 out[DK_KEY_SIZE], const guint8 master[DK_KEY_SIZE], guint64 id,
               const char use[8])
{
  crypto_kdf_derive_from_key (out, DK_KEY_SIZE, id, use, master);
}

void
dk_file_key (guint8 out[DK_KEY_SIZE], const guint8 open[DK_KEY_SIZE], const guint8 uuid[16],
             guint64 id)
{
  guint8 message[sizeof FILE_KEY_LABEL - 1 + 16];
  guint8 file_key[DK_KEY_SIZE];

  memcpy (message, FILE_KEY_LABEL, sizeof FILE_KEY_LABEL - 1);
  memcpy (message + sizeof FILE_KEY_LABEL - 1, uuid, 16);
  dk_hash (file_key, sizeof file_key, message, sizeof message, open);
  dk_derive_key (out, file_key, id, FILE_KEY_USE);
  dk_secret_wipe (file_key, sizeof file_key);
}

gboolean
dk_equal (const void *a, const void *b, gsize size)
{
  return sodium_memcmp (a, b, size) == 0;
}

void
dk_box_seal (guint8 *out, const guint8 *in, gsize size, const guint8 public_key[32])
{
  G_STATIC_ASSERT (crypto_box_SEALBYTES == 48);
  if (crypto_box_seal (out, in, size, public_key) != 0)
    memset (out, 0, size + crypto_box_SEALBYTES);
}

gboolean
dk_box_open (guint8 *out, const guint8 *in, gsize size, const guint8 public_key[32],
             const DkSecret *secret_key)
{
  g_assert (dk_secret_size (secret_key) == crypto_box_SECRETKEYBYTES);
  if (size < crypto_box_SEALBYTES)
    return FALSE;
  return crypto_box_seal_open (out, in, size, public_key, dk_secret_get (secret_key)) == 0;
}

void
dk_box_public (guint8 out[32], const DkSecret *secret_key)
{
  g_assert (dk_secret_size (secret_key) == crypto_box_SECRETKEYBYTES);
  crypto_scalarmult_base (out, dk_secret_get (secret_key));
}

void
dk_sign_public (guint8 out[32], const DkSecret *seed)
{
  guint8 secret_key[crypto_sign_SECRETKEYBYTES];

  g_assert (dk_secret_size (seed) == crypto_sign_SEEDBYTES);
  crypto_sign_seed_keypair (out, secret_key, dk_secret_get (seed));
  dk_secret_wipe (secret_key, sizeof secret_key);
}

void
dk_sign (guint8 signature[64], const void *message, gsize size, const DkSecret *seed)
{
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
  guint8 secret_key[crypto_sign_SECRETKEYBYTES];

  g_assert (dk_secret_size (seed) == crypto_sign_SEEDBYTES);
  crypto_sign_seed_keypair (public_key, secret_key, dk_secret_get (seed));
  crypto_sign_detached (signature, NULL, message, size, secret_key);
  dk_secret_wipe (secret_key, sizeof secret_key);
}

gboolean
dk_verify (const guint8 signature[64], const void *message, gsize size,
           const guint8 public_key[32])
{
  return crypto_sign_verify_detached (signature, message, size, public_key) == 0;
}
