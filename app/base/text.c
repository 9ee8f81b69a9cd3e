/* SPDX-License-Identifier: MIT */
#include "app/base/text.h"

#include <string.h>

gboolean
dk_text_check (const char *text, gsize size, gsize size_max, const char *what, GError **error)
{
  const char *end = NULL;

  if (size > size_max) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is %" G_GSIZE_FORMAT " bytes long, more than the %" G_GSIZE_FORMAT
                 " that fit. Nothing was changed; shorten it.",
                 what, size, size_max);
    return FALSE;
  }
  if (!g_utf8_validate_len (text, size, &end)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is not valid UTF-8 text (byte %" G_GSIZE_FORMAT "). Nothing was changed.",
                 what, (gsize) (end - text) + 1);
    return FALSE;
  }
  return TRUE;
}

static gboolean
is_control (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Bidirectional controls can make a text read as another: never shown raw, never stored in one
 * line fields. */
static gboolean
is_deceptive (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e
         || c == 0x200f || c == 0x061c || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

char *
dk_text_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c == '\r') {
      if (p[1] != '\n')
        g_string_append_c (out, '\n');
      continue;
    }
    if (c == 0x2028 || c == 0x2029)
      c = '\n'; /* line and paragraph separators: dropped, they would glue two words together */
    if (c == '\n' || c == '\t' || (!is_control (c) && !is_deceptive (c)))
      g_string_append_unichar (out, c);
  }
  /* Last, since what was taken out may have stood between a letter and its accent. */
  return g_strstrip (g_utf8_normalize (out->str, -1, G_NORMALIZE_NFC));
}

/* Shown as nothing, or as a blank that is none. */
static gboolean
is_unseen (gunichar c)
{
  return g_unichar_type (c) == G_UNICODE_FORMAT || c == 0x034f || c == 0x115f || c == 0x1160
         || c == 0x17b4 || c == 0x17b5 || (c >= 0x180b && c <= 0x180f)
         || (c >= 0x2060 && c <= 0x206f) || c == 0x2800 || c == 0x3164
         || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xffa0 || (c >= 0xfff0 && c <= 0xfff8)
         || (c >= 0xe0000 && c <= 0xe0fff);
}

/* Scripts with letters that look like those of each other; 0 for all others. */
static guint
script_bit (gunichar c)
{
  switch (g_unichar_get_script (c)) {
  case G_UNICODE_SCRIPT_LATIN:
    return 1;
  case G_UNICODE_SCRIPT_GREEK:
    return 2;
  case G_UNICODE_SCRIPT_CYRILLIC:
    return 4;
  case G_UNICODE_SCRIPT_ARMENIAN:
    return 8;
  case G_UNICODE_SCRIPT_CHEROKEE:
    return 16;
  case G_UNICODE_SCRIPT_COPTIC:
    return 32;
  default:
    return 0;
  }
}

gboolean
dk_text_check_name (const char *name, GError **error)
{
  guint scripts = 0;

  if (!dk_text_check (name, strlen (name), strlen (name), "The name", error))
    return FALSE;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (is_unseen (c)) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "A name must not have characters that are not seen (U+%04X): it could be taken "
                   "for another. Nothing was changed; type the name anew.",
                   c);
      return FALSE;
    }
    scripts = g_unichar_isalpha (c) || g_unichar_ismark (c) ? scripts | script_bit (c) : 0;
    if ((scripts & (scripts - 1)) != 0) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "A word of this name mixes letters of two alphabets, such as Latin and "
                   "Cyrillic, and could be taken for another. Nothing was changed; type the name "
                   "anew.");
      return FALSE;
    }
  }
  return TRUE;
}

/* Appends c, folding white space: a run becomes one blank, none at the start. */
static void
append_folding_space (GString *out, gunichar c)
{
  if (!g_unichar_isspace (c))
    g_string_append_unichar (out, c);
  else if (out->len > 0 && out->str[out->len - 1] != ' ')
    g_string_append_c (out, ' ');
}

char *
dk_text_clean_line (const char *text)
{
  g_autofree char *clean = dk_text_clean (text);
  GString *out = g_string_new (NULL);

  for (const char *p = clean; *p != '\0'; p = g_utf8_next_char (p))
    append_folding_space (out, g_utf8_get_char (p));
  return g_strchomp (g_string_free (out, FALSE));
}

/* Letters that stay whole under NFKD but that people type without their stroke or ligature. */
static const char *
plain_letter (gunichar c)
{
  switch (c) {
  case 0x00e6:
    return "ae";
  case 0x00f8:
    return "o";
  case 0x00df:
    return "ss";
  case 0x0111:
  case 0x00f0:
    return "d";
  case 0x0127:
    return "h";
  case 0x0131:
    return "i";
  case 0x0142:
    return "l";
  case 0x0153:
    return "oe";
  case 0x00fe:
    return "th";
  default:
    return NULL;
  }
}

/* Most names are ASCII, and an import folds each several times. */
static char *
fold_ascii (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p++)
    if (g_unichar_isspace ((guchar) *p))
      append_folding_space (out, (guchar) *p);
    else
      g_string_append_c (out, g_ascii_tolower (*p));
  return g_strchomp (g_string_free (out, FALSE));
}

static char *
fold_any (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *folded = g_utf8_casefold (valid, -1);
  g_autofree char *nfkd = g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
  /* Taking signs such as the one for "Tel" apart gives capitals again. */
  g_autofree char *letters = g_utf8_casefold (nfkd, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = letters; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    const char *plain = plain_letter (c);
    if (g_unichar_ismark (c) || is_deceptive (c))
      continue;
    if (plain != NULL)
      g_string_append (out, plain);
    else
      append_folding_space (out, c);
  }
  return g_strchomp (g_string_free (out, FALSE));
}

char *
dk_text_fold (const char *text)
{
  return g_str_is_ascii (text) ? fold_ascii (text) : fold_any (text);
}

char *
dk_text_digits (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_isdigit (*p))
      g_string_append_c (out, *p);
  return g_string_free (out, FALSE);
}

char *
dk_text_printable (const char *text, gboolean keep_lines)
{
  GString *out = g_string_new (NULL);
  const char *p = text;
  const char *end = text + strlen (text);

  while (p < end) {
    gunichar c = g_utf8_get_char_validated (p, end - p);
    if (c == (gunichar) -1 || c == (gunichar) -2) {
      g_string_append_printf (out, "\\x%02X", (guint8) *p);
      p++;
      continue;
    }
    if (c == '\n' && keep_lines)
      g_string_append_c (out, '\n');
    else if (is_control (c))
      g_string_append_printf (out, "\\x%02X", c);
    else if (is_deceptive (c))
      g_string_append_printf (out, "\\u{%04X}", c);
    else
      g_string_append_unichar (out, c);
    p = g_utf8_next_char (p);
  }
  return g_string_free (out, FALSE);
}

char *
dk_text_shorten (const char *text, gsize n)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  if ((gsize) g_utf8_strlen (valid, -1) <= n)
    return g_steal_pointer (&valid);
  g_autofree char *head = g_utf8_substring (valid, 0, n > 0 ? (glong) n - 1 : 0);
  return g_strconcat (g_strchomp (head), "…", NULL);
}

char *
dk_text_hex (const void *bytes, gsize size)
{
  static const char digits[] = "0123456789abcdef";
  const guint8 *in = bytes;
  char *out = g_malloc (size * 2 + 1);

  for (gsize i = 0; i < size; i++) {
    out[2 * i] = digits[in[i] >> 4];
    out[2 * i + 1] = digits[in[i] & 15];
  }
  out[size * 2] = '\0';
  return out;
}

gboolean
dk_text_unhex (const char *hex, void *out, gsize size)
{
  guint8 *bytes = out;

  if (hex == NULL || strlen (hex) != size * 2)
    return FALSE;
  for (gsize i = 0; i < size * 2; i++)
    if (g_ascii_xdigit_value (hex[i]) < 0)
      return FALSE;
  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4
                         | g_ascii_xdigit_value (hex[2 * i + 1]));
  return TRUE;
}
