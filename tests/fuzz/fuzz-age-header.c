/* SPDX-License-Identifier: MIT */
/* Headers of sealed files whose MAC is right: all lines between the version and the MAC are the
 * input, and the one true stanza stands before or behind them. */
#include <string.h>

#include "tests/crypto/age-sample.h"
#include "tests/fuzz/fuzz.h"

#define VERSION "age-encryption.org/v1\n"

static guint8 file_key[DK_AGE_FILE_KEY_SIZE];
static GBytes *stanza; /* the true one */

static void
make_stanza (void)
{
  g_autofree guint8 *public_key = dk_age_sample_public (1);
  g_autoptr (GByteArray) header = g_byte_array_new ();
  const char *end;

  memset (file_key, 0x81, sizeof file_key);
  dk_age_sample_draw_first ();
  g_assert_true (dk_age_header_write (header, file_key, public_key, 1, dk_age_sample_draw, NULL));
  end = g_strrstr_len ((const char *) header->data, header->len, "--- ");
  stanza = g_bytes_new (header->data + strlen (VERSION),
                        (gsize) (end - (const char *) header->data) - strlen (VERSION));
}

static void
append_mac (GByteArray *header)
{
  guint8 key[32];
  g_autoptr (GHmac) hmac = NULL;
  g_autofree char *text = NULL;
  guint8 mac[32];
  gsize size = sizeof mac;

  g_byte_array_append (header, (const guint8 *) "---", 3);
  dk_age_hkdf (key, file_key, sizeof file_key, NULL, 0, "header");
  hmac = g_hmac_new (G_CHECKSUM_SHA256, key, sizeof key);
  g_hmac_update (hmac, header->data, header->len);
  g_hmac_get_digest (hmac, mac, &size);
  text = g_base64_encode (mac, sizeof mac);
  g_byte_array_append (header, (const guint8 *) " ", 1);
  g_byte_array_append (header, (const guint8 *) text, 43);
  g_byte_array_append (header, (const guint8 *) "\n", 1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) header = g_byte_array_new ();
  g_autoptr (DkSecret) key = dk_age_sample_key (1);
  g_autoptr (GError) error = NULL;
  guint8 found[DK_AGE_FILE_KEY_SIZE];
  gboolean before = size > 0 && data[0] % 2 == 0;
  gsize header_size = 0;

  if (stanza == NULL)
    make_stanza ();
  g_byte_array_append (header, (const guint8 *) VERSION, strlen (VERSION));
  if (before)
    g_byte_array_append (header, g_bytes_get_data (stanza, NULL),
                         (guint) g_bytes_get_size (stanza));
  if (size > 1)
    g_byte_array_append (header, data + 1, (guint) size - 1);
  if (!before)
    g_byte_array_append (header, g_bytes_get_data (stanza, NULL),
                         (guint) g_bytes_get_size (stanza));
  append_mac (header);
  if (dk_age_header_open (header->data, header->len, key, found, &header_size, &error)) {
    g_assert_cmpuint (header_size, ==, header->len);
    g_assert_cmpmem (found, sizeof found, file_key, sizeof file_key);
  } else {
    g_assert_true (error->domain == DK_ERROR);
  }
  return 0;
}
