/* SPDX-License-Identifier: MIT */
#include "app/crypto/age-private.h"

#include <sodium.h>
#include <string.h>

#define KEY_SIZE 32
#define DATA_CHARS 52
#define CHECKSUM_CHARS 6
#define RECIPIENT_PREFIX "age"
#define IDENTITY_PREFIX "age-secret-key-"
#define PREFIX_MAX (sizeof IDENTITY_PREFIX - 1)
#define TEXT_MAX (PREFIX_MAX + 1 + DATA_CHARS + CHECKSUM_CHARS + 1)

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* Bech32 (BIP 173) without its limit of 90 characters, as age uses it. */
static guint32
checksum_step (guint32 sum, guint8 value)
{
  static const guint32 generator[5]
      = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
  guint32 top = sum >> 25;

  sum = ((sum & 0x1ffffff) << 5) ^ value;
  for (int i = 0; i < 5; i++)
    if ((top >> i & 1) != 0)
      sum ^= generator[i];
  return sum;
}

static guint32
checksum_of_prefix (const char *prefix)
{
  guint32 sum = 1;

  for (const char *p = prefix; *p != '\0'; p++)
    sum = checksum_step (sum, (guint8) *p >> 5);
  sum = checksum_step (sum, 0);
  for (const char *p = prefix; *p != '\0'; p++)
    sum = checksum_step (sum, (guint8) *p & 31);
  return sum;
}

/* The i-th group of five bits; the last one is filled up with zero bits. */
static guint8
five_bits (const guint8 key[KEY_SIZE], guint i)
{
  guint bit = i * 5;
  guint word = (guint) key[bit / 8] << 8;

  if (bit / 8 + 1 < KEY_SIZE)
    word |= key[bit / 8 + 1];
  return (guint8) (word >> (11 - bit % 8) & 31);
}

static void
encode (const char *prefix, const guint8 key[KEY_SIZE], char out[TEXT_MAX])
{
  guint32 sum = checksum_of_prefix (prefix);
  char *at = out;

  for (const char *p = prefix; *p != '\0'; p++)
    *at++ = *p;
  *at++ = '1';
  for (guint i = 0; i < DATA_CHARS; i++) {
    guint8 value = five_bits (key, i);

    sum = checksum_step (sum, value);
    *at++ = alphabet[value];
  }
  for (int i = 0; i < CHECKSUM_CHARS; i++)
    sum = checksum_step (sum, 0);
  sum ^= 1;
  for (int i = 0; i < CHECKSUM_CHARS; i++)
    *at++ = alphabet[sum >> 5 * (CHECKSUM_CHARS - 1 - i) & 31];
  *at = '\0';
}

static gboolean
decode_data (const char *chars, guint32 sum, guint8 key[KEY_SIZE])
{
  guint32 bits = 0;
  guint held = 0;
  gsize size = 0;

  for (guint i = 0; i < DATA_CHARS + CHECKSUM_CHARS; i++) {
    const char *found = chars[i] != '\0' ? strchr (alphabet, chars[i]) : NULL;
    guint8 value;

    if (found == NULL)
      return FALSE;
    value = (guint8) (found - alphabet);
    sum = checksum_step (sum, value);
    if (i >= DATA_CHARS)
      continue;
    bits = (bits << 5 | value) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      key[size++] = (guint8) (bits >> held);
    }
  }
  return sum == 1 && size == KEY_SIZE && (bits & 15) == 0;
}

/* All letters lower case or all upper case. */
static gboolean
decode (const char *prefix, const char *text, guint8 key[KEY_SIZE])
{
  gsize prefix_size = strlen (prefix);
  gsize size = strnlen (text, TEXT_MAX);
  g_autoptr (DkSecret) lower = dk_secret_new (TEXT_MAX);
  char *chars = (char *) dk_secret_get_mutable (lower);
  gboolean any_lower = FALSE;
  gboolean any_upper = FALSE;

  if (size != prefix_size + 1 + DATA_CHARS + CHECKSUM_CHARS)
    return FALSE;
  for (gsize i = 0; i < size; i++) {
    any_lower |= g_ascii_islower (text[i]);
    any_upper |= g_ascii_isupper (text[i]);
    chars[i] = g_ascii_tolower (text[i]);
  }
  return !(any_lower && any_upper) && memcmp (chars, prefix, prefix_size) == 0
         && chars[prefix_size] == '1'
         && decode_data (chars + prefix_size + 1, checksum_of_prefix (prefix), key);
}

char *
dk_age_recipient_text (const guint8 public_key[32])
{
  char text[TEXT_MAX];

  encode (RECIPIENT_PREFIX, public_key, text);
  return g_strdup (text);
}

DkSecret *
dk_age_identity_text (const DkSecret *secret_key)
{
  DkSecret *text = dk_secret_new (TEXT_MAX);
  char *chars = (char *) dk_secret_get_mutable (text);

  g_assert (dk_secret_size (secret_key) == KEY_SIZE);
  encode (IDENTITY_PREFIX, dk_secret_get (secret_key), chars);
  for (char *p = chars; *p != '\0'; p++)
    *p = g_ascii_toupper (*p);
  return text;
}

gboolean
dk_age_recipient_parse (const char *text, guint8 public_key[32], GError **error)
{
  guint8 key[KEY_SIZE];

  if (!decode (RECIPIENT_PREFIX, text, key)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This is not an age recipient: it begins with age1 and has 62 characters, and a "
                 "mistyped one is noticed. Nothing was changed; copy it again.");
    return FALSE;
  }
  memcpy (public_key, key, sizeof key);
  return TRUE;
}

DkSecret *
dk_age_identity_parse (const char *text, GError **error)
{
  g_autoptr (DkSecret) key = dk_secret_new (KEY_SIZE);

  if (text[0] != 'A' || !decode (IDENTITY_PREFIX, text, dk_secret_get_mutable (key))) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This is not an age identity: it begins with AGE-SECRET-KEY-1 and has 74 "
                 "characters, and a mistyped one is noticed. Nothing was changed; copy it again.");
    return NULL;
  }
  return g_steal_pointer (&key);
}
