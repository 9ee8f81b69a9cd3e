/* SPDX-License-Identifier: MIT */
#include "app/crypto/base64-private.h"

#include <sodium.h>

gboolean
dk_base64_read (const char *text, gsize text_size, gboolean padded, guint8 *out, gsize size_max,
                gsize *size)
{
  int variant = padded ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING;

  /* libsodium 1.0.18 takes some bytes above 0x7f for letters of the alphabet. */
  for (gsize i = 0; i < text_size; i++)
    if ((guint8) text[i] <= ' ' || (guint8) text[i] >= 0x7f)
      return FALSE;
  *size = 0;
  return sodium_base642bin (out, size_max, text, text_size, NULL, size, NULL, variant) == 0;
}
