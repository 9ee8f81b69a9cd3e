/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tests/crypto/sample.h"
#include "tests/fuzz/fuzz.h"

#define RECORD_HEAD 5

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  (void) g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
  dk_sample_init ();
  return 0;
}

guint
dk_fuzz_edit (guint8 *image, gsize size, const guint8 *script, gsize script_size)
{
  guint done = 0;

  while (script_size >= RECORD_HEAD && size > 0) {
    gsize offset = (script[1] | (gsize) script[2] << 8 | (gsize) script[3] << 16) % size;
    gsize length = MIN (script[4], size - offset);
    gsize there = MIN (script[4], script_size - RECORD_HEAD);
    const guint8 *bytes = script + RECORD_HEAD;

    if (script[0] % 3 == 2) {
      gsize from = there >= 3 ? (bytes[0] | (gsize) bytes[1] << 8 | (gsize) bytes[2] << 16) : 0;

      from %= size;
      memmove (image + offset, image + from, MIN (length, size - from));
    }
    for (gsize i = 0; i < MIN (length, there) && script[0] % 3 != 2; i++)
      image[offset + i] = script[0] % 3 == 0 ? bytes[i] : image[offset + i] ^ bytes[i];
    script += RECORD_HEAD + there;
    script_size -= RECORD_HEAD + there;
    done++;
  }
  return done;
}

void
dk_fuzz_add_edit (GByteArray *script, guint offset, const void *bytes, guint8 size)
{
  const guint8 head[RECORD_HEAD]
      = { 0, (guint8) offset, (guint8) (offset >> 8), (guint8) (offset >> 16), size };

  g_byte_array_append (script, head, sizeof head);
  g_byte_array_append (script, bytes, size);
}

char *
dk_fuzz_text (const guint8 *data, gsize size)
{
  return memchr (data, '\0', size) == NULL ? g_strndup ((const char *) data, size) : NULL;
}
