/* SPDX-License-Identifier: MIT */
#include "app/authoring/number-check.h"

#include <string.h>

#define DIGITS_MIN 3
#define DIGITS_MAX 15
#define EXTENSION_DIGITS_MAX 8

/* Length without words in brackets at the end and the blanks before them. */
static gsize
length_without_words (const char *value)
{
  const char *open = strrchr (value, '(');
  gsize length = strlen (value);

  if (length > 0 && value[length - 1] == ')' && open != NULL && g_ascii_isalpha (open[1]))
    length = (gsize) (open - value);
  while (length > 0 && value[length - 1] == ' ')
    length--;
  return length;
}

/* "ext. 12", "ext 12", "x12" at the end: where it begins; the end of the text if there is none. */
static const char *
find_extension (const char *value, const char *end)
{
  for (const char *p = value; p < end; p++)
    if (g_ascii_tolower (*p) == 'e' || g_ascii_tolower (*p) == 'x')
      return p;
  return end;
}

static gboolean
is_extension (const char *text, const char *end)
{
  const char *p = text;
  gsize digits;

  if (g_ascii_strncasecmp (p, "ext", 3) == 0)
    p += p[3] == '.' ? 4 : 3;
  else if (g_ascii_tolower (*p) == 'x')
    p++;
  else
    return FALSE;
  while (p < end && *p == ' ')
    p++;
  digits = strspn (p, "0123456789");
  return digits >= 1 && digits <= EXTENSION_DIGITS_MAX && p + digits == end;
}

/* Digits with signs among them; FALSE for another character. */
static gboolean
read_digits (const char *text, const char *end, guint *count, guint64 *value)
{
  *count = 0;
  *value = 1;
  for (const char *p = text; p < end; p++) {
    if (g_ascii_isdigit (*p)) {
      if (++*count <= DIGITS_MAX)
        *value = *value * 10 + (guint64) (*p - '0');
    } else if (strchr (" -()./", *p) == NULL && !(*p == '+' && p == text)) {
      return FALSE;
    }
  }
  return TRUE;
}

static const char *
check_phone (const char *value, gboolean may_extend, guint64 *digits)
{
  const char *end = value + length_without_words (value);
  const char *extension = find_extension (value, end);
  guint count = 0;
  guint64 read = 0;

  if (extension < end && (!may_extend || !is_extension (extension, end)))
    return "cannot be dialled: write digits with blanks and - between them, as +1 919 555 0191, an "
           "extension as ext. 50911, words in brackets behind it";
  if (!read_digits (value, extension, &count, &read))
    return "cannot be dialled: write digits with blanks and - between them, as +1 919 555 0191, an "
           "extension as ext. 50911, words in brackets behind it";
  if (count == 0 && extension < end)
    return NULL;
  if (count < DIGITS_MIN)
    return "is too short to be dialled: 3 to 15 digits are needed, or write ext. before an "
           "extension";
  if (count > DIGITS_MAX)
    return "is too long to be dialled: a number has at most 15 digits; put a second one into a "
           "column of its own";
  if (extension == end)
    *digits = read;
  return NULL;
}

static const char *
check_email (const char *value)
{
  const char *at = strchr (value, '@');
  const char *domain = at != NULL ? at + 1 : "";
  gsize length = strlen (domain);

  if (at == NULL || at == value || strchr (domain, '@') != NULL || strchr (value, ' ') != NULL
      || strchr (domain, '.') == NULL || domain[0] == '.' || domain[length - 1] == '.'
      || strstr (domain, "..") != NULL)
    return "is no e-mail address: write name@domain.example";
  return NULL;
}

const char *
dk_number_fault (const char *kind, const char *value, guint64 *digits)
{
  *digits = 0;
  if (g_str_equal (kind, "email"))
    return check_email (value);
  if (g_str_equal (kind, "desk") || g_str_equal (kind, "mobile"))
    return check_phone (value, TRUE, digits);
  return g_str_equal (kind, "pager") ? check_phone (value, FALSE, digits) : NULL;
}
