/* SPDX-License-Identifier: MIT */
/* Goal: a disk recovery key is found however it is written, cut off too, and lists of phones and
 * serial numbers are not taken for one. Method: a key in several spellings, and 50,000 random
 * lines of numbers, of which one in ten thousand may be a false alarm; the control is that random
 * keys, cut off after five to eight groups, are all found. */
#include "app/model/device.h"

#include <string.h>

#include "tests/support/support.h"

#define LINES 50000
#define FALSE_ALARMS_MAX 5
#define KEYS 5000
#define FULL_WIDTH_KEY                                                                             \
  "１１００００－２２００００－３３００００－４４００００－５５００００－６６００００－０００"     \
  "０１１－００００２２"

static void
test_a_key_is_found (void)
{
  static const char *const keys[]
      = { "110000-220000-330000-440000-550000-660000-000011-000022",
          "110000220000330000440000550000660000000011000022",
          FULL_WIDTH_KEY,
          "110000 220000 330000 440000 550000 660000 000011 000022",
          "110000–220000–330000–440000–550000–660000–000011–000022",
          "110 000 220 000 330 000 440 000 550 000 660 000 000 011 000 022",
          "110000;220000;330000;440000;550000;660000;000011;000022",
          "110000-220000-330000-440000-550000",
          "110000-220000-330000-440000-550000-66",
          "110000-220000-330000-440000-550000-660000-0000",
          "１１００００ ２２００００ ３３００００ ４４００００ ５５００００" };
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autofree char *text = g_strdup_printf ("key äö %s, so it says", keys[i]);
    gsize size = 0;
    const char *found = dk_device_find_key (text, &size);
    g_test_message ("%s", keys[i]);
    g_assert_nonnull (found);
    g_assert_cmpuint ((gsize) (found - text), ==, strlen ("key äö "));
    g_assert_cmpuint (size, >, strlen (keys[i]) - 6);
  }
}

static void
test_other_numbers_are_none (void)
{
  static const char *const others[]
      = { "110000-220000-330000-440000", "110000-220000-330000-440000-550001",
          "919-555-0125 919-555-0126 919-555-0127 919-555-0128", "",
          "000000000000000000000000000000000000", "2026-11-22 09:14 2026-11-23 10:15",
          "1100002200003300004400005500006600000000110000220", "3C6EF362" };
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_test_message ("%s", others[i]);
    g_assert_null (dk_device_find_key (others[i], NULL));
  }
}

/* Phone numbers, extensions and serial numbers as they stand in lists. */
static char *
make_line (GRand *rand)
{
  GString *line = g_string_new (NULL);
  gint32 count = g_rand_int_range (rand, 3, 12);
  for (gint32 i = 0; i < count; i++) {
    switch (g_rand_int_range (rand, 0, 4)) {
    case 0:
      g_string_append_printf (line, "919-555-%04d ", g_rand_int_range (rand, 0, 10000));
      break;
    case 1:
      g_string_append_printf (line, "%06d ", g_rand_int_range (rand, 0, 1000000));
      break;
    case 2:
      g_string_append_printf (line, "%06d%06d, ", g_rand_int_range (rand, 0, 1000000),
                              g_rand_int_range (rand, 0, 1000000));
      break;
    default:
      g_string_append_printf (line, "SN%010u / ", g_rand_int (rand));
      break;
    }
  }
  return g_string_free (line, FALSE);
}

static void
test_lists_are_no_keys (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  guint alarms = 0;
  for (guint i = 0; i < LINES; i++) {
    g_autofree char *line = make_line (rand);
    alarms += dk_device_find_key (line, NULL) != NULL ? 1 : 0;
  }
  g_test_message ("%u false alarms in %u lines", alarms, LINES);
  g_assert_cmpuint (alarms, <=, FALSE_ALARMS_MAX);
}

static void
test_control_random_keys_are_found (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);
  for (guint i = 0; i < KEYS; i++) {
    g_autoptr (GString) key = g_string_new (NULL);
    gint32 groups = g_rand_int_range (rand, 5, 9);
    for (gint32 k = 0; k < groups; k++) {
      g_string_append_printf (key, "%s%06d", k > 0 ? "-" : "",
                              g_rand_int_range (rand, 1, 65536) * 11);
    }
    g_assert_true (dk_device_find_key (key->str, NULL) == key->str);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/device/key/is-found-however-written", test_a_key_is_found);
  g_test_add_func ("/device/key/other-numbers-are-none", test_other_numbers_are_none);
  g_test_add_func ("/device/key/lists-are-no-keys", test_lists_are_no_keys);
  g_test_add_func ("/device/key/control-random-keys-are-found",
                   test_control_random_keys_are_found);
  return dk_test_run ();
}
