/* SPDX-License-Identifier: MIT */
/* Goal: a number that was misread or mistyped is not taken for another ticket. Method: the two
 * published vectors, then every wrong character and every swap of neighbours in 1,000 numbers; the
 * control, a check character that is always the same, must let errors pass. ISO 7064 MOD 37,36
 * finds every wrong character, but by its construction not quite every swap: at most 1 in 200 may
 * pass here. */
#include "app/model/number.h"

#include <string.h>

#include "tests/support/support.h"

#define NUMBERS 1000

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static void
test_vectors (void)
{
  g_autofree char *number = dk_number_format ("A07", 42, FALSE);
  g_autofree char *drill = dk_number_format ("A07", 12345, TRUE);

  g_assert_cmpint (dk_number_check_character ("A12425GABC1234002"), ==, 'M');
  g_assert_cmpint (dk_number_check_character ("DT-A07-0042"), ==, 'D');
  g_assert_cmpstr (number, ==, "DT-A07-0042-D");
  g_assert_true (g_str_has_prefix (drill, "DR-A07-12345-"));
}

static void
assert_parses (const char *text, const char *station, guint64 counter, gboolean drill)
{
  g_autoptr (GError) error = NULL;
  DkNumber number;
  gboolean done = dk_number_parse (text, &number, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_assert_cmpstr (number.station, ==, station);
  g_assert_cmpuint (number.counter, ==, counter);
  g_assert_true (number.drill == drill);
}

static void
test_as_people_type (void)
{
  g_autofree char *big
      = dk_number_format ("ABCDEFGH", G_GUINT64_CONSTANT (999999999999999999), TRUE);

  assert_parses ("DT-A07-0042-D", "A07", 42, FALSE);
  assert_parses (" dt-a07-0042-d\n", "A07", 42, FALSE);
  assert_parses ("DT - A07 - 0042 - D", "A07", 42, FALSE);
  assert_parses (big, "ABCDEFGH", G_GUINT64_CONSTANT (999999999999999999), TRUE);
}

static void
test_refuses (void)
{
  static const char *const bad[] = {
    "",
    "0042",
    "DT-A07-0042",
    "DT-A07-0042-E",
    "DT-A07-042-D",
    "DX-A07-0042-D",
    "DT--0042-D",
    "DT-A07-0000-0",
    "DT-A07-00042-X",
    "DT-ABCDEFGHI-0042-D",
    "DT-A07-0042-DD",
    "DT-Ä07-0042-D",
    "DT-A07-1234567890123456789-D",
    "\xff\xfe",
    "DT-A07-0042-D\xff",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxDT-A07-0042-D",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    DkNumber number = { .counter = 7 };
    g_assert_false (dk_number_parse (bad[i], &number, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_assert_cmpuint (number.counter, ==, 7);
  }
}

static void
test_wrong_check_is_told (void)
{
  g_autoptr (GError) error = NULL;
  DkNumber number;

  g_assert_false (dk_number_parse ("DT-A07-0042-E", &number, &error));
  g_assert_nonnull (strstr (error->message, "check character"));
}

static char *
random_number (GRand *rand)
{
  char station[9] = "";
  gsize size = (gsize) g_rand_int_range (rand, 1, 9);
  guint64 counter = (guint64) g_rand_int_range (rand, 1, g_rand_boolean (rand) ? 10000 : 10000000);

  for (gsize i = 0; i < size; i++)
    station[i] = alphabet[g_rand_int_range (rand, 0, 36)];
  return dk_number_format (station, counter, g_rand_boolean (rand));
}

/* Right as the numbers are, or by the control's rule that the check character is the same as it
 * was. */
static gboolean
passes (const char *changed, const char *original, gboolean control)
{
  DkNumber number;
  gsize last = strlen (original) - 1;

  if (!control)
    return dk_number_parse (changed, &number, NULL);
  return changed[last] == original[last];
}

typedef struct {
  guint tried;
  guint missed;
} Count;

static void
try_changes (char *number, Count *substitutions, Count *swaps, gboolean control)
{
  g_autofree char *original = g_strdup (number);
  gsize before = 0;

  for (gsize i = 0; number[i] != '\0'; i++) {
    if (number[i] == '-')
      continue;
    for (const char *c = alphabet; *c != '\0'; c++) {
      if (*c == original[i])
        continue;
      number[i] = *c;
      substitutions->tried++;
      substitutions->missed += passes (number, original, control);
    }
    number[i] = original[i];
    if (i > 0 && original[i] != original[before]) {
      number[i] = original[before];
      number[before] = original[i];
      swaps->tried++;
      swaps->missed += passes (number, original, control);
      number[i] = original[i];
      number[before] = original[before];
    }
    before = i;
  }
}

static void
test_mistakes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  Count substitutions = { 0 }, swaps = { 0 }, control1 = { 0 }, control2 = { 0 };

  for (guint i = 0; i < NUMBERS; i++) {
    g_autofree char *number = random_number (rand);
    g_assert_true (passes (number, number, FALSE));
    try_changes (number, &substitutions, &swaps, FALSE);
    try_changes (number, &control1, &control2, TRUE);
  }
  g_test_message ("%d numbers: %u wrong characters, %u missed; %u swaps, %u missed; control missed "
                  "%u and %u",
                  NUMBERS, substitutions.tried, substitutions.missed, swaps.tried, swaps.missed,
                  control1.missed, control2.missed);
  g_assert_cmpuint (substitutions.tried, >, 300000);
  g_assert_cmpuint (swaps.tried, >, 8000);
  g_assert_cmpuint (substitutions.missed, ==, 0);
  g_assert_cmpuint (swaps.missed * 200, <=, swaps.tried);
  g_assert_cmpuint (control1.missed, >, 0);
  g_assert_cmpuint (control2.missed, >, 0);
}

static void
test_spell (void)
{
  g_autofree char *spoken = dk_number_spell ("DT-A07-0042-D");
  g_autofree char *odd = dk_number_spell ("DT-a\xff-0042-");

  g_assert_cmpstr (spoken, ==, "D T, A alpha zero seven, zero zero four two, D delta");
  g_assert_nonnull (odd);
}

/* What a scanner sends on an American and on a German keyboard, and what people paste. */
static void
test_scan (void)
{
  static const struct {
    const char *typed;
    guint page;
    guint pages;
  } good[] = {
    { "DT-A07-0042-D", 0, 0 },
    { "DT-A07-0042-D 1/2", 1, 2 },
    { "  dt-a07-0042-d   2 / 2 \n", 2, 2 },
    { "DT\u00dfA07\u00df0042\u00dfD 1-2", 1, 2 },
    { "DT?A07?0042?D 1-2", 1, 2 },
    { "DT'A07'0042'D", 0, 0 },
    { "DT\u2013A07\u20110042\u2212D", 0, 0 },
  };
  static const char *const bad[]
      = { "", "DT-A07-0042-D 3/2", "DT-A07-0042-D 0/2", "DT-A07-0042-E 1/2", "DT-A07-0042-D 1/2/3",
          "1/2", "DT-A07-0042-D 1/9999" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    DkNumberScan scan;
    g_autoptr (GError) error = NULL;
    g_test_message ("%s", good[i].typed);
    g_assert_true (dk_number_scan (good[i].typed, &scan, &error));
    g_assert_no_error (error);
    g_assert_cmpstr (scan.number.station, ==, "A07");
    g_assert_cmpuint (scan.number.counter, ==, 42);
    g_assert_cmpuint (scan.page, ==, good[i].page);
    g_assert_cmpuint (scan.pages, ==, good[i].pages);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    DkNumberScan scan = { .page = 77 };
    g_autoptr (GError) error = NULL;
    g_assert_false (dk_number_scan (bad[i], &scan, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_cmpuint (scan.page, ==, 77);
  }
}

/* Y and Z change places on the other keyboard; typed with plain dashes they stay what they are. */
static void
test_scan_of_exchanged_letters (void)
{
  for (guint64 counter = 1; counter < 400; counter++) {
    g_autofree char *number = dk_number_format ("YZ7", counter, FALSE);
    GString *typed = g_string_new (NULL);
    g_autofree char *text = NULL;
    DkNumberScan scan;
    for (const char *c = number; *c != '\0'; c++)
      g_string_append (typed, *c == 'Y'   ? "Z"
                              : *c == 'Z' ? "Y"
                              : *c == '-' ? "\u00df"
                                          : (const char[]) { *c, '\0' });
    text = g_string_free (typed, FALSE);
    g_assert_true (dk_number_scan (text, &scan, NULL));
    g_assert_cmpuint (scan.number.counter, ==, counter);
    g_assert_cmpstr (scan.number.station, ==, "YZ7");
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/number/published-vectors", test_vectors);
  g_test_add_func ("/model/number/reads-as-people-type", test_as_people_type);
  g_test_add_func ("/model/number/refuses-what-is-no-number", test_refuses);
  g_test_add_func ("/model/number/tells-a-wrong-check-character", test_wrong_check_is_told);
  g_test_add_func ("/model/number/finds-wrong-and-swapped-characters", test_mistakes);
  g_test_add_func ("/model/number/spells-for-the-phone", test_spell);
  g_test_add_func ("/model/number/takes-what-a-scanner-sends", test_scan);
  g_test_add_func ("/model/number/exchanged-letters-of-a-keyboard",
                   test_scan_of_exchanged_letters);
  return dk_test_run ();
}
