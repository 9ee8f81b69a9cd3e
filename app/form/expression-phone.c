/* SPDX-License-Identifier: MIT */
/* Whether a telephone number is one of those on file. Who called back a number that only looks like
 * one on file has proved nothing, so two ways to write a number are one number only if both must
 * ring at the same desk: a prefix that was typed counts only where it is that of North America,
 * whose numbers have ten digits; a prefix on file may be left out. */
#include "app/form/expression-private.h"

#include <string.h>

#define DIGITS_MAX 24
#define DIGITS_MIN 3      /* of an extension */
#define NATIONAL_MIN 8    /* of a number that may stand with and without its country */
#define PREFIX_MAX 4      /* a country of three digits, and the 0 of "+49 (0)30" */
#define AMERICAN_DIGITS 10

typedef struct {
  char digits[DIGITS_MAX + 1]; /* "" if there are more */
  gboolean has_country;        /* written with + or 00 */
} Phone;

static Phone
read_phone (const char *text, gsize size)
{
  Phone phone = { "", FALSE };
  gsize count = 0;
  for (gsize i = 0; i < size; i++) {
    phone.has_country = phone.has_country || (text[i] == '+' && count == 0);
    if (!g_ascii_isdigit (text[i])) {
      continue;
    }
    if (count == DIGITS_MAX) {
      return (Phone) { "", FALSE };
    }
    phone.digits[count++] = text[i];
  }
  phone.digits[count] = '\0';
  if (g_str_has_prefix (phone.digits, "00")) {
    phone.has_country = TRUE;
    memmove (phone.digits, phone.digits + 2, count - 1);
  }
  return phone;
}

/* The ten digits of a number of North America; NULL if it is none. */
static const char *
find_american (const Phone *phone)
{
  gsize size = strlen (phone->digits);
  gboolean with_country = size == AMERICAN_DIGITS + 1 && phone->digits[0] == '1';
  gboolean is_whole = with_country || (size == AMERICAN_DIGITS && !phone->has_country);
  const char *number = phone->digits + (with_country ? 1 : 0);
  return is_whole && number[0] >= '2' ? number : NULL;
}

static gboolean
is_same_phone (const Phone *filed, const Phone *typed)
{
  const char *american = find_american (filed);
  if (strcmp (filed->digits, typed->digits) == 0
      || (american != NULL && g_strcmp0 (american, find_american (typed)) == 0)) {
    return TRUE;
  }
  const char *national = typed->digits + strspn (typed->digits, "0");
  gsize size = strlen (national);
  return filed->has_country && !typed->has_country && size >= NATIONAL_MIN
         && strlen (filed->digits) <= size + PREFIX_MAX
         && g_str_has_suffix (filed->digits, national);
}

static gboolean
is_on_file (const char *numbers, const Phone *typed)
{
  while (*numbers != '\0') {
    gsize size = strcspn (numbers, " \t\r\n");
    Phone filed = read_phone (numbers, size);
    if (is_same_phone (&filed, typed)) {
      return TRUE;
    }
    numbers += size + strspn (numbers + size, " \t\r\n");
  }
  return FALSE;
}

gboolean
dk_call_number_on_file (DkRun *run, const DkNode *call, DkTerm *out, GError **error)
{
  g_auto (DkTerm) numbers = { 0 };
  g_auto (DkTerm) text = { 0 };
  if (!dk_run_text (run, call, 0, &numbers, error) || !dk_run_text (run, call, 1, &text, error)
      || !dk_run_charge (run, strlen (numbers.text) + strlen (text.text), error)) {
    return FALSE;
  }
  Phone typed = read_phone (text.text, strlen (text.text));
  dk_term_set_truth (out, strlen (typed.digits) >= DIGITS_MIN
                              && is_on_file (numbers.text, &typed));
  return TRUE;
}
