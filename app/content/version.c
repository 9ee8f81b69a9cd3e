/* SPDX-License-Identifier: MIT */
#include "app/content/version.h"

#define NUMBERS_MAX 3
#define NUMBER_MAX 1000000

/* FALSE if the text is no version. */
static gboolean
read_version (const char *text, guint64 numbers[NUMBERS_MAX])
{
  g_auto (GStrv) parts = g_strsplit (text, ".", NUMBERS_MAX + 1);
  guint count = g_strv_length (parts);

  if (count < 1 || count > NUMBERS_MAX)
    return FALSE;
  for (guint i = 0; i < NUMBERS_MAX; i++) {
    numbers[i] = 0;
    if (i < count && !g_ascii_string_to_unsigned (parts[i], 10, 0, NUMBER_MAX, &numbers[i], NULL))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_version_is_valid (const char *text)
{
  guint64 numbers[NUMBERS_MAX];

  return read_version (text, numbers);
}

int
dk_version_compare (const char *a, const char *b)
{
  guint64 first[NUMBERS_MAX] = { 0 };
  guint64 second[NUMBERS_MAX] = { 0 };
  gboolean ok = read_version (a, first) && read_version (b, second);

  g_assert (ok);
  for (guint i = 0; i < NUMBERS_MAX; i++)
    if (first[i] != second[i])
      return first[i] < second[i] ? -1 : 1;
  return 0;
}
