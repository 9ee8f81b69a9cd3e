/* SPDX-License-Identifier: MIT */
#include "app/model/device.h"

#include <string.h>

#define KEY_GROUPS 8
#define GROUP_DIGITS 6
#define GROUPS_MIN 5       /* of a key that was cut off */
#define GROUP_MAX 720885   /* 65535 times 11 */
#define MAPPED_MAX 18      /* characters that one decomposes to */
#define MINUS_SIGN 0x2212
#define WIDE_FULL_STOP 0xFF0E
#define WIDE_COMMA 0xFF0C
#define IDEOGRAPHIC_COMMA 0x3001

DkDevice *
dk_device_new (void)
{
  return g_new0 (DkDevice, 1);
}

void
dk_device_free (DkDevice *device)
{
  if (device == NULL)
    return;
  g_free (device->host);
  g_free (device->owner);
  g_free (device->location);
  g_free (device->os);
  g_free (device->serial);
  g_free (device->recovery_key_id);
  g_free (device->note);
  g_free (device);
}

/* The digit that a character stands for, full-width and other ones as well; -1 if it is none. */
static int
read_digit (const char *text)
{
  gunichar plain[MAPPED_MAX];
  if ((guchar) *text < 0x80) {
    return g_ascii_digit_value (*text);
  }
  gunichar c = g_utf8_get_char (text);
  gsize count = g_unichar_fully_decompose (c, TRUE, plain, MAPPED_MAX);
  return count == 1 ? g_unichar_digit_value (plain[0]) : -1;
}

static gboolean
is_divider (const char *text)
{
  gunichar c = g_utf8_get_char (text);
  GUnicodeType type = g_unichar_type (c);
  return (c < 0x80 && c != 0 && strchr (" -\t\r\n._,;|/", (int) c) != NULL)
         || (c >= 0x80
             && (g_unichar_isspace (c) || type == G_UNICODE_DASH_PUNCTUATION
                 || type == G_UNICODE_FORMAT || c == MINUS_SIGN || c == WIDE_FULL_STOP
                 || c == WIDE_COMMA || c == IDEOGRAPHIC_COMMA));
}

static const char *
skip_dividers (const char *text)
{
  while (*text != '\0' && is_divider (text)) {
    text = g_utf8_next_char (text);
  }
  return text;
}

static const char *
skip_digits (const char *text)
{
  while (*text != '\0' && read_digit (text) >= 0) {
    text = g_utf8_next_char (text);
  }
  return text;
}

/* Reads six digits that are a multiple of 11 and moves on; a group of a key is 11 times 16 bits. */
static gboolean
read_group (const char **text, int *value)
{
  const char *p = *text;
  *value = 0;
  for (int i = 0; i < GROUP_DIGITS; i++) {
    int digit = *p != '\0' ? read_digit (p) : -1;
    if (digit < 0) {
      return FALSE;
    }
    *value = *value * 10 + digit;
    p = g_utf8_next_char (p);
  }
  *text = p;
  return *value % 11 == 0;
}

/* Bytes of the key that begins here; 0 if there is none. What is left of one that was cut off is a
 * key too: who has five groups has most of it. Zeros fill many a field, so they are none. */
static gsize
key_length (const char *text)
{
  const char *end = text;
  int groups = 0;
  int telling = 0;
  gboolean fits = TRUE;
  for (const char *p = text; groups < KEY_GROUPS; groups++) {
    int value = 0;
    p = groups > 0 ? skip_dividers (p) : p;
    if (!read_group (&p, &value)) {
      break;
    }
    telling += value > 0 ? 1 : 0;
    fits = fits && value <= GROUP_MAX;
    end = p;
  }
  const char *rest = skip_digits (end);
  if (groups == KEY_GROUPS) {
    return rest > end ? 0 : (gsize) (end - text);
  }
  gboolean is_cut = groups >= GROUPS_MIN && telling >= GROUPS_MIN - 1 && fits
                    && rest - end < GROUP_DIGITS;
  return is_cut ? (gsize) (rest - text) : 0;
}

/* Bytes of a whole key written in other groups than sixes, as it is told by threes on the phone; 0
 * if there is none. */
static gsize
spaced_key_length (const char *text)
{
  const char *p = text;
  int telling = 0;
  for (int i = 0; i < KEY_GROUPS; i++) {
    int value = 0;
    for (int k = 0; k < GROUP_DIGITS; k++) {
      p = i + k > 0 ? skip_dividers (p) : p;
      int digit = *p != '\0' ? read_digit (p) : -1;
      if (digit < 0) {
        return 0;
      }
      value = value * 10 + digit;
      p = g_utf8_next_char (p);
    }
    if (value % 11 != 0 || value > GROUP_MAX) {
      return 0;
    }
    telling += value > 0 ? 1 : 0;
  }
  return telling >= GROUPS_MIN - 1 && skip_digits (p) == p ? (gsize) (p - text) : 0;
}

const char *
dk_device_find_key (const char *text, gsize *size)
{
  gboolean begins = TRUE;
  if (!g_utf8_validate (text, -1, NULL)) {
    return NULL;
  }
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gboolean is_digit = read_digit (p) >= 0;
    gsize length = begins && is_digit ? key_length (p) : 0;
    length = length == 0 && begins && is_digit ? spaced_key_length (p) : length;
    if (length > 0) {
      if (size != NULL) {
        *size = length;
      }
      return p;
    }
    begins = !is_digit;
  }
  return NULL;
}
