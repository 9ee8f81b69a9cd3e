/* SPDX-License-Identifier: MIT */
/* Goal: a code typed from paper is the code that was printed, and a slip is named by its group.
 * Method: known codes; for random codes every single wrong digit, every swap of neighbours, every
 * exchange of groups, counted, none may pass. Swaps two digits apart are the control: this check
 * cannot see them, so the count must not be zero (the slot refuses such a code later). */
#include "tests/crypto/sample.h"

#include "app/crypto/recovery.h"

#include <string.h>

#include "tests/support/support.h"

#define CODES 30
#define CODES_LONG 2000
#define DIGITS 48

static gboolean
is_accepted (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) code = dk_recovery_parse (text, &error);

  g_assert_true ((code == NULL) == (error != NULL));
  g_assert_true (error == NULL || g_error_matches (error, DK_ERROR, DK_ERROR_INVALID));
  return code != NULL;
}

static void
test_prints_known_codes (void)
{
  static const struct {
    int fill; /* -1: 0, 1, 2, ... */
    const char *text;
  } known[] = {
    { -1, "002817-008472-014127-019782-025437-031092-036747-042402" },
    { 0xff, "720886-720887-720888-720889-720890-720891-720892-720893" },
    { 0x00, "000001-000002-000003-000004-000005-000006-000007-000008" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autoptr (DkSecret) code
        = known[i].fill < 0 ? dk_sample_code () : dk_sample_fill ((guint8) known[i].fill, 16);
    g_autoptr (DkSecret) text = dk_recovery_format (code);
    g_autoptr (GError) error = NULL;
    g_autoptr (DkSecret) read = dk_recovery_parse (known[i].text, &error);

    g_assert_cmpstr ((const char *) dk_secret_get (text), ==, known[i].text);
    g_assert_cmpuint (dk_secret_size (text), ==, 56);
    g_assert_no_error (error);
    g_assert_true (dk_secret_equal (read, code));
  }
}

static void
test_reads_what_people_type (void)
{
  static const char *const fine[] = {
    "002817008472014127019782025437031092036747042402",
    " 002817 008472 014127 019782\n025437 031092 036747 042402\n",
    "0028-17 008472--014127 019782 025437 031092 036747 042402",
  };
  static const char *const wrong[] = {
    "",
    "-",
    "002817",
    "002817-008472-014127-019782-025437-031092-036747",
    "002817-008472-014127-019782-025437-031092-036747-04240",
    "002817-008472-014127-019782-025437-031092-036747-0424021",
    "002817-008472-014127-019782-025437-031092-036747-042402-000009",
    "002817-008472-014127-019782-025437-031092-036747-0424o2",
    "002817-008472-014127-019782-025437-031092-036747-0424\xef\xbc\x90",
    "720897-008472-014127-019782-025437-031092-036747-042402", /* value 65,536 */
    "999990-008472-014127-019782-025437-031092-036747-042402",
  };
  g_autofree char *endless = g_strnfill (1 << 20, ' ');

  for (guint i = 0; i < G_N_ELEMENTS (fine); i++)
    g_assert_true (is_accepted (fine[i]));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (is_accepted (wrong[i]));
  g_assert_false (is_accepted (endless));
}

static void
test_names_the_wrong_group (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_recovery_parse (
      "002817-008472-014137-019782-025437-031092-036747-042402", &error));
  g_assert_nonnull (strstr (error->message, "Group 3"));
  g_assert_true (dk_recovery_check_group ("014127", 3));
  g_assert_false (dk_recovery_check_group ("014127", 4));
  g_assert_false (dk_recovery_check_group ("14127", 3));
  g_assert_false (dk_recovery_check_group ("0141270", 3));
  g_assert_false (dk_recovery_check_group ("01412x", 3));
}

/* Digits of a code without dashes. */
static void
make_digits (char out[DIGITS + 1])
{
  g_autoptr (DkSecret) code = dk_secret_new_random (16);
  g_autoptr (DkSecret) text = dk_recovery_format (code);
  const char *from = (const char *) dk_secret_get (text);

  for (guint i = 0; i < DIGITS; i++)
    out[i] = from[i + i / 6];
  out[DIGITS] = '\0';
  g_assert_true (is_accepted (out));
}

static void
count_wrong_digits (char *digits, guint *tried, guint *missed)
{
  for (guint i = 0; i < DIGITS; i++) {
    char right = digits[i];

    for (char digit = '0'; digit <= '9'; digit++) {
      if (digit == right)
        continue;
      digits[i] = digit;
      *tried += 1;
      *missed += is_accepted (digits);
    }
    digits[i] = right;
  }
}

static void
count_swaps (char *digits, guint distance, guint *tried, guint *missed)
{
  for (guint i = 0; i + distance < DIGITS; i++) {
    char first = digits[i];

    if (i / 6 != (i + distance) / 6 || first == digits[i + distance])
      continue;
    digits[i] = digits[i + distance];
    digits[i + distance] = first;
    *tried += 1;
    *missed += is_accepted (digits);
    digits[i + distance] = digits[i];
    digits[i] = first;
  }
}

/* Two groups exchanged, and one group typed twice. */
static void
count_groups (const char *digits, guint *tried, guint *missed)
{
  for (guint a = 0; a < 8; a++)
    for (guint b = 0; b < 8; b++) {
      char changed[DIGITS + 1];

      if (a == b)
        continue;
      memcpy (changed, digits, sizeof changed);
      memcpy (changed + 6 * a, digits + 6 * b, 6);
      *missed += is_accepted (changed);
      memcpy (changed + 6 * b, digits + 6 * a, 6);
      *missed += is_accepted (changed);
      *tried += 2;
    }
}

static void
test_notices_slips (void)
{
  guint codes = dk_test_is_long () ? CODES_LONG : CODES;
  guint tried[4] = { 0 };
  guint missed[4] = { 0 };

  for (guint i = 0; i < codes; i++) {
    char digits[DIGITS + 1];

    make_digits (digits);
    count_wrong_digits (digits, &tried[0], &missed[0]);
    count_swaps (digits, 1, &tried[1], &missed[1]);
    count_groups (digits, &tried[2], &missed[2]);
    count_swaps (digits, 2, &tried[3], &missed[3]);
  }
  g_test_message ("wrong digits missed %u of %u, neighbours swapped %u of %u, groups %u of %u, "
                  "control (two apart) %u of %u",
                  missed[0], tried[0], missed[1], tried[1], missed[2], tried[2], missed[3],
                  tried[3]);
  g_assert_cmpuint (tried[0], ==, codes * DIGITS * 9);
  g_assert_cmpuint (tried[1], >=, codes * 30);
  g_assert_cmpuint (tried[2], ==, codes * 8 * 7 * 2);
  g_assert_cmpuint (missed[0] + missed[1] + missed[2], ==, 0);
  g_assert_cmpuint (missed[3], >=, codes * 20);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/recovery/prints-known-codes", test_prints_known_codes);
  g_test_add_func ("/crypto/recovery/reads-what-people-type", test_reads_what_people_type);
  g_test_add_func ("/crypto/recovery/names-the-wrong-group", test_names_the_wrong_group);
  g_test_add_func ("/crypto/recovery/notices-slips", test_notices_slips);
  return dk_test_run ();
}
