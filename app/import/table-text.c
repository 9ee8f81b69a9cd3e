/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/import/table-text-private.h"

#define LOOK_BYTES 4096

/* 0x80 to 0x9f of Windows-1252; 0 where it has no character. */
static const guint16 high[32] = {
  0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
  0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
  0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

static char *
decode_1252 (const char *bytes, gsize size, gsize *text_size)
{
  GString *text = g_string_sized_new (size + size / 8);

  for (gsize i = 0; i < size; i++) {
    guint8 byte = (guint8) bytes[i];
    gunichar c = byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte;
    if (c < 0x80)
      g_string_append_c (text, (char) (c != 0 ? c : ' '));
    else
      g_string_append_unichar (text, c);
  }
  *text_size = text->len;
  return g_string_free (text, FALSE);
}

/* Halves of pairs that stand alone become U+FFFD: one bad character costs no file. */
static char *
decode_utf16 (const char *bytes, gsize size, gboolean big, gsize *text_size)
{
  GString *text = g_string_sized_new (size);

  for (gsize i = 0; i + 1 < size; i += 2) {
    gunichar c = big ? (guint8) bytes[i] << 8 | (guint8) bytes[i + 1]
                     : (guint8) bytes[i + 1] << 8 | (guint8) bytes[i];
    if (c >= 0xd800 && c < 0xdc00 && i + 3 < size) {
      gunichar low = big ? (guint8) bytes[i + 2] << 8 | (guint8) bytes[i + 3]
                         : (guint8) bytes[i + 3] << 8 | (guint8) bytes[i + 2];
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        i += 2;
      }
    }
    g_string_append_unichar (text, c == 0 ? ' ' : c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
  }
  *text_size = text->len;
  return g_string_free (text, FALSE);
}

/* Zero bytes at every other place are the letters of Latin alphabets in UTF-16. */
static const char *
guess_utf16 (const char *bytes, gsize size)
{
  gsize look = MIN (size, LOOK_BYTES) & ~(gsize) 1;
  gsize zeros[2] = { 0, 0 };

  for (gsize i = 0; i < look; i++)
    if (bytes[i] == '\0')
      zeros[i % 2]++;
  if (zeros[0] + zeros[1] < look / 4)
    return NULL;
  if (zeros[1] > 4 * zeros[0])
    return "UTF-16LE";
  return zeros[0] > 4 * zeros[1] ? "UTF-16BE" : NULL;
}

/* A file of UTF-8 with some broken bytes has more whole characters than broken ones; in
 * Windows-1252 it is the other way round. */
static gboolean
is_mostly_utf8 (const char *bytes, gsize size)
{
  gsize whole = 0;
  gsize broken = 0;
  const char *p = bytes;
  const char *end = bytes + size;

  while (p < end) {
    gunichar c;
    if ((guint8) *p < 0x80) {
      p++;
      continue;
    }
    c = g_utf8_get_char_validated (p, end - p);
    if (c >= 0x80 && c < 0x110000) {
      whole++;
      p = g_utf8_next_char (p);
    } else {
      broken++;
      p++;
    }
  }
  return broken == 0 || whole > broken;
}

const char *
dk_text_decode (const char *bytes, gsize size, gsize *text_size, const char **encoding,
                char **owned)
{
  const char *wide = NULL;

  *owned = NULL;
  if (size >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0) {
    *encoding = "UTF-8 with BOM";
    *text_size = size - 3;
    return bytes + 3;
  }
  if (size >= 2 && memcmp (bytes, "\xff\xfe", 2) == 0)
    wide = "UTF-16LE with BOM";
  else if (size >= 2 && memcmp (bytes, "\xfe\xff", 2) == 0)
    wide = "UTF-16BE with BOM";
  if (wide == NULL)
    wide = guess_utf16 (bytes, size);
  if (wide != NULL) {
    gsize skip = strstr (wide, "BOM") != NULL ? 2 : 0;
    *encoding = wide;
    *owned = decode_utf16 (bytes + skip, size - skip, wide[6] == 'B', text_size);
    return *owned;
  }
  if (memchr (bytes, '\0', MIN (size, LOOK_BYTES)) != NULL)
    return NULL;
  if (is_mostly_utf8 (bytes, size)) {
    *encoding = "UTF-8";
    *text_size = size;
    return bytes;
  }
  *encoding = "Windows-1252";
  *owned = decode_1252 (bytes, size, text_size);
  return *owned;
}
