/* SPDX-License-Identifier: MIT */
#include "app/crypto/recovery.h"

#include <string.h>

#define GROUPS 8
#define GROUP_DIGITS 6
#define CODE_SIZE 16
#define CODE_DIGITS (GROUPS * GROUP_DIGITS)
#define TEXT_SIZE (CODE_DIGITS + GROUPS)
#define TYPED_MAX 1000

DkSecret *
dk_recovery_format (const DkSecret *code)
{
  DkSecret *text = dk_secret_new (TEXT_SIZE);
  const guint8 *bytes = dk_secret_get (code);
  char *at = (char *) dk_secret_get_mutable (text);

  g_assert (dk_secret_size (code) == CODE_SIZE);
  for (guint i = 0; i < GROUPS; i++) {
    guint value = (bytes[2 * i] | (guint) bytes[2 * i + 1] << 8) * 11 + i + 1;

    for (guint j = GROUP_DIGITS; j > 0; j--) {
      at[j - 1] = (char) ('0' + value % 10);
      value /= 10;
    }
    at += GROUP_DIGITS;
    *at++ = i + 1 < GROUPS ? '-' : '\0';
  }
  return text;
}

static gboolean
read_group (const char *digits, guint position, guint16 *out)
{
  guint value = 0;

  for (guint i = 0; i < GROUP_DIGITS; i++) {
    if (!g_ascii_isdigit (digits[i]))
      return FALSE;
    value = value * 10 + (guint) (digits[i] - '0');
  }
  if (value % 11 != position || value / 11 > G_MAXUINT16)
    return FALSE;
  *out = (guint16) (value / 11);
  return TRUE;
}

gboolean
dk_recovery_check_group (const char *digits, int position)
{
  guint16 value;

  g_assert (position >= 1 && position <= GROUPS);
  return strlen (digits) == GROUP_DIGITS && read_group (digits, (guint) position, &value);
}

/* Counts all digits but keeps only as many as a code has. FALSE for any other character. */
static gboolean
collect_digits (const char *text, DkSecret *digits, gsize *count)
{
  char *kept = (char *) dk_secret_get_mutable (digits);
  gsize n = 0;

  for (const char *p = text; *p != '\0'; p++) {
    if (p - text >= TYPED_MAX)
      return FALSE;
    if (g_ascii_isspace (*p) || *p == '-')
      continue;
    if (!g_ascii_isdigit (*p))
      return FALSE;
    if (n < CODE_DIGITS)
      kept[n] = *p;
    n++;
  }
  *count = n;
  return TRUE;
}

DkSecret *
dk_recovery_parse (const char *text, GError **error)
{
  g_autoptr (DkSecret) digits = dk_secret_new (CODE_DIGITS);
  g_autoptr (DkSecret) code = dk_secret_new (CODE_SIZE);
  guint8 *bytes = dk_secret_get_mutable (code);
  gsize count = 0;

  if (!collect_digits (text, digits, &count)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A recovery code has digits only, with blanks or dashes between the groups. "
                 "Nothing was changed; type it as it is printed.");
    return NULL;
  }
  for (guint i = 0; i < GROUPS && (i + 1) * GROUP_DIGITS <= count; i++) {
    const char *group = (const char *) dk_secret_get (digits) + i * GROUP_DIGITS;
    guint16 value;

    if (!read_group (group, i + 1, &value)) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "Group %u of the recovery code is mistyped, or a group before it was left out. "
                   "Nothing was changed; compare group %u with the paper.",
                   i + 1, i + 1);
      return NULL;
    }
    bytes[2 * i] = (guint8) (value & 0xff);
    bytes[2 * i + 1] = (guint8) (value >> 8);
  }
  if (count != CODE_DIGITS) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A recovery code has %u digits in %u groups of %u; %" G_GSIZE_FORMAT
                 " were typed. Nothing was changed; look for what is missing or too much.",
                 CODE_DIGITS, GROUPS, GROUP_DIGITS, count);
    return NULL;
  }
  return g_steal_pointer (&code);
}
