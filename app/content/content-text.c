/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/content/content-text.h"

#define KEY_GROUPS 8
#define GROUP_DIGITS 6

gboolean
dk_content_refuse (GError **error, const char *name, DkPlace place, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s:%u:%u: %s", name, place.line, place.column,
               message);
  return FALSE;
}

DkPlace
dk_content_place (const char *text, gsize offset, guint first_line)
{
  DkPlace place = { first_line, 1 };

  for (gsize i = 0; i < offset; i++) {
    if (text[i] == '\n') {
      place.line++;
      place.column = 1;
    } else if (((guint8) text[i] & 0xc0) != 0x80) {
      place.column++;
    }
  }
  return place;
}

gboolean
dk_content_check_text (const char *text, gsize size, gsize size_max, const char *name,
                       guint first_line, GError **error)
{
  const char *end = NULL;
  DkPlace place = { first_line, 1 };

  if (size > size_max)
    return dk_content_refuse (error, name, place,
                              "the file is larger than %" G_GSIZE_FORMAT " bytes; split it",
                              size_max);
  if (g_utf8_validate_len (text, size, &end))
    return TRUE;
  place = dk_content_place (text, (gsize) (end - text), first_line);
  return dk_content_refuse (error, name, place, "this is not UTF-8 text; save the file as UTF-8");
}

gboolean
dk_content_id_is_valid (const char *id)
{
  gsize size = id != NULL ? strlen (id) : 0;

  return size >= 1 && size <= DK_CONTENT_ID_BYTES_MAX && id[0] != '-'
         && strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

/* Length of a group of six digits that is a multiple of 11, else 0. */
static gsize
group_length (const char *text)
{
  int value = 0;

  for (int i = 0; i < GROUP_DIGITS; i++) {
    if (!g_ascii_isdigit (text[i]))
      return 0;
    value = value * 10 + (text[i] - '0');
  }
  return !g_ascii_isdigit (text[GROUP_DIGITS]) && value % 11 == 0 ? GROUP_DIGITS : 0;
}

static gboolean
is_recovery_key (const char *text)
{
  const char *p = text;

  for (int group = 0; group < KEY_GROUPS; group++) {
    gsize length = group_length (p);
    if (length == 0)
      return FALSE;
    p += length;
    p += strspn (p, " -\t\r\n");
  }
  return TRUE;
}

const char *
dk_content_find_recovery_key (const char *text)
{
  for (const char *p = text; *p != '\0'; p++) {
    gboolean begins = p == text || !g_ascii_isdigit (p[-1]);
    if (begins && g_ascii_isdigit (*p) && is_recovery_key (p))
      return p;
  }
  return NULL;
}
