/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/content/content-text.h"

#include "app/model/device.h"

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

const char *
dk_content_find_recovery_key (const char *text)
{
  return dk_device_find_key (text, NULL);
}
