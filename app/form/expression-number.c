/* SPDX-License-Identifier: MIT */
#include "app/form/expression-private.h"

#include <math.h>
#include <string.h>

/* The digits that are shown, "12345", and where the point stands before them: 0.12345 * 10^point.
 * These are the fewest digits that read back to the same number. */
typedef struct {
  char digits[24];
  int point;
  gboolean is_negative;
} Decimal;

static void
read_decimal (const char *text, Decimal *out)
{
  const char *exponent = strchr (text, 'e');
  gsize length = 0;

  out->is_negative = *text == '-';
  for (const char *c = text; c < exponent; c++) {
    if (g_ascii_isdigit (*c) && length < sizeof out->digits - 1) {
      out->digits[length++] = *c;
    }
  }
  while (length > 1 && out->digits[length - 1] == '0') {
    length--;
  }
  out->digits[length] = '\0';
  out->point = (int) g_ascii_strtoll (exponent + 1, NULL, 10) + 1;
}

static void
split (double number, Decimal *out)
{
  static const char *const formats[] = { "%.14e", "%.15e", "%.16e" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_ascii_formatd (text, sizeof text, formats[i], number);
    if (g_ascii_strtod (text, NULL) == number) {
      break;
    }
  }
  read_decimal (text, out);
}

static void
append_zeros (GString *out, int count)
{
  for (int i = 0; i < count; i++) {
    g_string_append_c (out, '0');
  }
}

static char *
join (const Decimal *decimal)
{
  GString *out = g_string_new (decimal->is_negative ? "-" : "");
  int length = (int) strlen (decimal->digits);

  if (decimal->point <= 0) {
    g_string_append (out, "0.");
    append_zeros (out, -decimal->point);
    g_string_append (out, decimal->digits);
  } else if (decimal->point >= length) {
    g_string_append (out, decimal->digits);
    append_zeros (out, decimal->point - length);
  } else {
    g_string_append_len (out, decimal->digits, decimal->point);
    g_string_append_c (out, '.');
    g_string_append (out, decimal->digits + decimal->point);
  }
  return g_string_free (out, FALSE);
}

char *
dk_number_to_text (double number)
{
  Decimal decimal;

  if (isnan (number)) {
    return g_strdup ("NaN");
  }
  if (isinf (number)) {
    return g_strdup (number < 0 ? "-Infinity" : "Infinity");
  }
  if (number == trunc (number) && fabs (number) < 1e15) {
    return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) number);
  }
  split (number, &decimal);
  return join (&decimal);
}

double
dk_number_from_text (const char *text)
{
  static const char blanks[] = " \t\r\n";
  const char *start = text + strspn (text, blanks);
  const char *digits = start + (*start == '-' ? 1 : 0);
  gsize whole = strspn (digits, "0123456789");
  gsize part = digits[whole] == '.' ? strspn (digits + whole + 1, "0123456789") : 0;
  const char *end = digits + whole + (digits[whole] == '.' ? 1 + part : 0);

  if (whole + part == 0 || end[strspn (end, blanks)] != '\0') {
    return (double) NAN;
  }
  /* What follows is a blank or the end, so that no exponent is read. */
  return g_ascii_strtod (start, NULL);
}

/* Adds one to the last of the digits that are kept. */
static void
carry (Decimal *decimal, int kept)
{
  int i = kept - 1;

  while (i >= 0 && decimal->digits[i] == '9') {
    decimal->digits[i--] = '0';
  }
  if (i >= 0) {
    decimal->digits[i]++;
    return;
  }
  memmove (decimal->digits + 1, decimal->digits, (gsize) kept + 1);
  decimal->digits[0] = '1';
  decimal->point++;
}

double
dk_number_round (double number, int places)
{
  Decimal decimal;

  if (places < -30 || places > 30) {
    return (double) NAN;
  }
  if (!isfinite (number) || number == 0) {
    return number;
  }
  split (number, &decimal);
  int kept = decimal.point + places;
  int length = (int) strlen (decimal.digits);
  if (kept >= length) {
    return number;
  }
  if (kept < 0) {
    return 0;
  }
  /* Halves go up: 2.5 to 3, -2.5 to -2. */
  gboolean is_half = decimal.digits[kept] == '5' && decimal.digits[kept + 1] == '\0';
  gboolean goes_away = decimal.digits[kept] >= '5' && !(is_half && decimal.is_negative);
  decimal.digits[kept] = '\0';
  if (goes_away) {
    carry (&decimal, kept);
  }
  if (decimal.digits[0] == '\0') {
    return 0;
  }
  g_autofree char *text = join (&decimal);
  return g_ascii_strtod (text, NULL);
}
