/* SPDX-License-Identifier: MIT */
#include "app/crypto/age-private.h"

#include <sodium.h>
#include <string.h>

#define NONCE_SIZE 16
#define CHUNK_SIZE (64u << 10)
#define TAG_SIZE crypto_aead_chacha20poly1305_ietf_ABYTES
#define CHUNK_NONCE_SIZE crypto_aead_chacha20poly1305_ietf_NPUBBYTES

static void
write_chunk_nonce (guint8 nonce[CHUNK_NONCE_SIZE], guint64 counter, gboolean last)
{
  memset (nonce, 0, CHUNK_NONCE_SIZE);
  for (int i = 0; i < 8; i++)
    nonce[10 - i] = (guint8) (counter >> (8 * i));
  nonce[11] = last ? 1 : 0;
}

/* An empty text is one empty chunk; no other chunk may be empty. */
static gsize
count_chunks (gsize size, gsize chunk_size)
{
  return size == 0 ? 1 : (size + chunk_size - 1) / chunk_size;
}

static void
seal_chunks (const guint8 *plain, gsize size, const guint8 key[32], guint8 *out)
{
  gsize chunks = count_chunks (size, CHUNK_SIZE);

  for (gsize i = 0; i < chunks; i++) {
    gboolean last = i + 1 == chunks;
    gsize part = last ? size - i * CHUNK_SIZE : CHUNK_SIZE;
    guint8 nonce[CHUNK_NONCE_SIZE];

    write_chunk_nonce (nonce, i, last);
    crypto_aead_chacha20poly1305_ietf_encrypt (out, NULL, part > 0 ? plain + i * CHUNK_SIZE : NULL,
                                               part, NULL, 0, NULL, nonce, key);
    out += part + TAG_SIZE;
  }
}

GBytes *
dk_age_seal (GBytes *plain, const guint8 *public_keys, guint count, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (plain, &size);
  gsize sealed_size = size + count_chunks (size, CHUNK_SIZE) * TAG_SIZE;
  g_autoptr (GByteArray) header = g_byte_array_new ();
  g_autofree guint8 *out = NULL;
  guint8 file_key[DK_AGE_FILE_KEY_SIZE];
  guint8 key[32];
  gboolean written;

  if (count == 0 || count > DK_AGE_STANZAS_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A file can be sealed to 1 to %d recipients, not to %u. Nothing was written.",
                 DK_AGE_STANZAS_MAX, count);
    return NULL;
  }
  randombytes_buf (file_key, sizeof file_key);
  written = dk_age_header_write (header, file_key, public_keys, count, error);
  if (written)
    out = g_try_malloc (header->len + NONCE_SIZE + sealed_size);
  if (written && out == NULL)
    g_set_error (error, DK_ERROR, DK_ERROR_MEMORY,
                 "There is not enough free memory to seal the file. Nothing was written; close "
                 "other programs and try again.");
  if (out != NULL) {
    guint8 *at = out + header->len;

    memcpy (out, header->data, header->len);
    randombytes_buf (at, NONCE_SIZE);
    dk_age_hkdf (key, file_key, sizeof file_key, at, NONCE_SIZE, "payload");
    seal_chunks (data, size, key, at + NONCE_SIZE);
    dk_secret_wipe (key, sizeof key);
  }
  dk_secret_wipe (file_key, sizeof file_key);
  if (out == NULL)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&out), header->len + NONCE_SIZE + sealed_size);
}

static gboolean
open_chunks (const guint8 *sealed, gsize size, const guint8 key[32], guint8 *out)
{
  gsize chunks = count_chunks (size, CHUNK_SIZE + TAG_SIZE);

  for (gsize i = 0; i < chunks; i++) {
    gboolean last = i + 1 == chunks;
    gsize part = last ? size - i * (CHUNK_SIZE + TAG_SIZE) : CHUNK_SIZE + TAG_SIZE;
    guint8 nonce[CHUNK_NONCE_SIZE];

    write_chunk_nonce (nonce, i, last);
    if (crypto_aead_chacha20poly1305_ietf_decrypt (out + i * CHUNK_SIZE, NULL, NULL,
                                                   sealed + i * (CHUNK_SIZE + TAG_SIZE), part, NULL,
                                                   0, nonce, key)
        != 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
size_is_possible (gsize size)
{
  gsize last = size % (CHUNK_SIZE + TAG_SIZE);

  return size >= TAG_SIZE && (last == 0 || last > TAG_SIZE || size == TAG_SIZE);
}

static GBytes *
open_payload (const guint8 *data, gsize size, const guint8 file_key[DK_AGE_FILE_KEY_SIZE],
              GError **error)
{
  g_autofree guint8 *out = NULL;
  gsize sealed_size = size >= NONCE_SIZE ? size - NONCE_SIZE : 0;
  gsize plain_size;
  guint8 key[32];
  gboolean held = FALSE;

  if (size_is_possible (sealed_size)) {
    plain_size = sealed_size - count_chunks (sealed_size, CHUNK_SIZE + TAG_SIZE) * TAG_SIZE;
    out = g_try_malloc (MAX (plain_size, 1));
    if (out == NULL) {
      g_set_error (error, DK_ERROR, DK_ERROR_MEMORY,
                   "There is not enough free memory to open the sealed file. Nothing was changed; "
                   "close other programs and try again.");
      return NULL;
    }
    dk_age_hkdf (key, file_key, DK_AGE_FILE_KEY_SIZE, data, NONCE_SIZE, "payload");
    held = open_chunks (data + NONCE_SIZE, sealed_size, key, out);
    dk_secret_wipe (key, sizeof key);
    if (!held)
      dk_secret_wipe (out, plain_size);
  }
  if (!held) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "This sealed file is damaged, cut off or was tampered with. Nothing was changed; "
                 "copy the file again or ask its sender.");
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&out), plain_size);
}

GBytes *
dk_age_open (GBytes *sealed, const DkSecret *secret_key, GError **error)
{
  gsize size;
  gsize header_size;
  const guint8 *data = g_bytes_get_data (sealed, &size);
  guint8 file_key[DK_AGE_FILE_KEY_SIZE];
  GBytes *plain = NULL;

  if (dk_age_header_open (data, size, secret_key, file_key, &header_size, error))
    plain = open_payload (data + header_size, size - header_size, file_key, error);
  dk_secret_wipe (file_key, sizeof file_key);
  return plain;
}
