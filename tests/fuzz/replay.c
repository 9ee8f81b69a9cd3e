/* SPDX-License-Identifier: MIT */
/* Goal: what a fuzz target found once is not found again, and its seeds run with every compiler.
 * Method: each seed of the folder that is the argument, and a fixed sequence of changes of it.
 * DK_LONG=1 makes it a hundred times as many. */
#include <string.h>

#include "app/base/file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/support.h"

#define SEEDS_MAX 1000
#define SEED_BYTES_MAX (1u << 20)
#define CHANGES 200
#define CHANGES_LONG 20000

static const char *seed_folder;

static void
change (GRand *random, GByteArray *bytes)
{
  guint at = (guint) g_rand_int_range (random, 0, (gint32) bytes->len + 1);
  guint wanted = (guint) g_rand_int_range (random, 1, 30);
  guint length = MIN (wanted, bytes->len - at);
  guint8 value = (guint8) g_rand_int (random);

  switch (g_rand_int_range (random, 0, 5)) {
  case 0:
    if (at < bytes->len)
      bytes->data[at] ^= (guint8) (1u << g_rand_int_range (random, 0, 8));
    break;
  case 1:
    if (at < bytes->len)
      bytes->data[at] = value;
    break;
  case 2:
    if (length > 0)
      g_byte_array_remove_range (bytes, at, length);
    break;
  case 3: {
    g_autofree guint8 *copy = g_memdup2 (bytes->data + at, length);
    g_byte_array_append (bytes, copy, length);
    break;
  }
  default:
    g_byte_array_set_size (bytes, at);
  }
}

/* The exact size, so that a read behind the end is noticed by a sanitizer. */
static void
run (const guint8 *data, gsize size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);

  g_assert_cmpint (LLVMFuzzerTestOneInput (exact != NULL ? exact : (const guint8 *) "", size), ==,
                   0);
}

static void
test_seeds_and_changes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = dk_file_list (seed_folder, SEEDS_MAX, &error);
  g_autoptr (GRand) random = g_rand_new_with_seed (20261122);
  guint changes = dk_test_is_long () ? CHANGES_LONG : CHANGES;
  guint runs = 1;

  g_assert_no_error (error);
  g_assert_cmpuint (names->len, >, 0);
  run ((const guint8 *) "", 0);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (seed_folder, g_ptr_array_index (names, i), NULL);
    g_autoptr (GBytes) seed = dk_file_read (path, SEED_BYTES_MAX, &error);
    gsize size;
    const guint8 *data;

    g_assert_no_error (error);
    data = g_bytes_get_data (seed, &size);
    run (data, size);
    for (guint k = 0; k < changes; k++) {
      g_autoptr (GByteArray) changed = g_byte_array_new ();

      g_byte_array_append (changed, data, (guint) size);
      for (int n = g_rand_int_range (random, 1, 4); n > 0; n--)
        change (random, changed);
      run (changed->data, changed->len);
    }
    runs += 1 + changes;
  }
  g_test_message ("%u seeds, %u runs", names->len, runs);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_assert_cmpint (argc, ==, 2);
  seed_folder = argv[1];
  (void) LLVMFuzzerInitialize (&argc, &argv);
  g_test_add_func ("/fuzz/seeds-and-changes", test_seeds_and_changes);
  return dk_test_run ();
}
