/* SPDX-License-Identifier: MIT */
/* Stands in for libsodium's key derivation, which is slow on purpose: the same inputs give the same
 * key, other inputs another one, and that is all that these experiments need of it. */
#include <glib.h>
#include <string.h>

int quick_pwhash (guint8 *out, unsigned long long size, const char *passphrase,
                  unsigned long long length, const guint8 *salt, unsigned long long passes,
                  size_t memory, int algorithm) __asm__("crypto_pwhash");

int
quick_pwhash (guint8 *out, unsigned long long size, const char *passphrase,
              unsigned long long length, const guint8 *salt, unsigned long long passes,
              size_t memory, int algorithm)
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  guint64 parameters[3] = { passes, memory, (guint64) algorithm };
  gsize hash_size = 32;

  g_assert_cmpuint (size, ==, hash_size);
  g_checksum_update (hash, (const guint8 *) parameters, sizeof parameters);
  g_checksum_update (hash, salt, 16);
  g_checksum_update (hash, (const guint8 *) passphrase, (gssize) length);
  g_checksum_get_digest (hash, out, &hash_size);
  return 0;
}
