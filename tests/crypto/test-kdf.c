/* SPDX-License-Identifier: MIT */
/* Goal: a passphrase always becomes the same key, a file cannot make a PC run out of memory or make
 * guessing cheap, too little memory is not taken for a wrong passphrase, and a new kit costs what
 * its PC can bear. Method: a vector of the Argon2 reference code, costs at and beyond each bound, a
 * process with a limited address space, made-up timings. */
#include "tests/crypto/sample.h"

#include <sys/resource.h>

#include "tests/support/support.h"

static const guint8 ramp[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void
test_derives_as_others_do (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) passphrase = dk_sample_secret ("correct horse");
  g_autoptr (DkSecret) key = dk_kdf_derive (passphrase, ramp, dk_sample_cost, &error);

  g_assert_no_error (error);
  dk_sample_assert_hex (dk_secret_get (key), dk_secret_size (key),
                        "d00b90c40f918cf889780d7d3a9ec3c2b1719df87dc5e4d4d93ea6163db04e17");
}

static void
test_derives_from_a_code (void)
{
  guint8 bytes[16];
  g_autoptr (DkSecret) code = NULL;
  g_autoptr (DkSecret) key = NULL;

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (0x30 + i);
  code = dk_secret_new_copy (bytes, sizeof bytes);
  key = dk_kdf_derive_code (code, ramp);
  dk_sample_assert_hex (dk_secret_get (key), dk_secret_size (key),
                        "a37507723e8ff07c98ab70de648edf8a9e9c2bcf4e656feeabaa8ea3124fd17f");
}

static void
test_refuses_hostile_costs (void)
{
  static const DkKdfParams hostile[] = {
    { 1024 * 1024, 3 }, { G_MAXUINT32, 3 }, { 1025, 3 },          { 0, 3 },
    { 18, 3 },          { 256, 0 },         { 256, 1 },           { 256, 11 },
    { 256, G_MAXUINT32 }, { 0, 0 },
  };
  g_autoptr (DkSecret) passphrase = dk_sample_secret ("x");
  struct rusage before;
  struct rusage after;

  getrusage (RUSAGE_SELF, &before);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (dk_kdf_derive (passphrase, ramp, hostile[i], &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  }
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 8 * 1024);
}

static void
test_says_when_memory_is_short (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) passphrase = dk_sample_secret ("x");
  struct rlimit limit = { 512u << 20, 512u << 20 };

  if (!g_test_subprocess ()) {
    if (g_getenv ("ASAN_OPTIONS") != NULL) {
      g_test_skip ("the address sanitizer needs more address space than this test leaves");
      return;
    }
    g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    return;
  }
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
  g_assert_null (dk_kdf_derive (passphrase, ramp, (DkKdfParams){ 1024, 3 }, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_MEMORY);
}

static void
test_bounds_what_is_made (void)
{
  const DkKdfParams usual = dk_kdf_default ();

  dk_kdf_set_floor ((DkKdfParams){ 64, 3 });
  g_assert_cmpuint (usual.mib, ==, 256);
  g_assert_cmpuint (usual.passes, ==, 3);
  for (guint32 mib = 0; mib <= 1100; mib++) {
    g_autoptr (GError) error = NULL;
    gboolean fine = dk_kdf_params_check ((DkKdfParams){ mib, 3 }, &error);

    g_assert_true (fine == (mib >= 64 && mib <= 1024));
    g_assert_true (fine || g_error_matches (error, DK_ERROR, DK_ERROR_USAGE));
  }
  for (guint32 passes = 0; passes <= 12; passes++) {
    g_autoptr (GError) error = NULL;
    gboolean fine = dk_kdf_params_check ((DkKdfParams){ 64, passes }, &error);

    g_assert_true (fine == (passes >= 3 && passes <= 10));
    g_assert_true (fine || g_error_matches (error, DK_ERROR, DK_ERROR_USAGE));
  }
  dk_kdf_set_floor (dk_sample_cost);
}

static void
test_choice_follows_the_pc (void)
{
  static const struct {
    gint64 ms;
    guint64 free_mib;
    guint32 mib;
  } cases[] = {
    { 0, 0, 256 },       { 420, 0, 256 },   { 420, 8000, 256 },   { 454, 8000, 256 },
    { 455, 8000, 192 },  { 606, 8000, 192 }, { 607, 8000, 128 },  { 909, 8000, 128 },
    { 910, 8000, 96 },   { 1212, 8000, 96 }, { 1213, 8000, 64 },  { 1900, 8000, 64 },
    { 60000, 8000, 64 }, { 420, 512, 256 },  { 420, 511, 192 },   { 420, 384, 192 },
    { 420, 383, 128 },   { 420, 255, 96 },   { 420, 191, 64 },    { 420, 1, 64 },
    { 910, 300, 96 },    { 910, 191, 64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    DkKdfParams chosen = dk_kdf_choose (cases[i].ms * 1000, cases[i].free_mib << 20);

    g_assert_cmpuint (chosen.mib, ==, cases[i].mib);
    g_assert_cmpuint (chosen.passes, ==, 3);
  }
  g_assert_cmpuint (dk_kdf_choose (G_MAXINT64, G_MAXUINT64).mib, ==, 64);
  for (gint64 us = 0; us < 2000000; us += 1000)
    g_assert_cmpuint (dk_kdf_choose (us, 0).mib, >=, dk_kdf_choose (us + 1000, 0).mib);
}

/* Whatever this machine is doing, the answer is one that a kit may be made with. */
static void
test_calibrates (void)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  DkKdfParams chosen = dk_kdf_calibrate ();

  g_test_message ("%u MiB, %u passes, after %" G_GINT64_FORMAT " ms", chosen.mib, chosen.passes,
                  (g_get_monotonic_time () - start) / 1000);
  dk_kdf_set_floor ((DkKdfParams){ 64, 3 });
  g_assert_true (dk_kdf_params_check (chosen, &error));
  g_assert_no_error (error);
  dk_kdf_set_floor (dk_sample_cost);
  g_assert_cmpuint (chosen.mib, <=, 256);
}

/* With this limit an attempt to get the memory would end as DK_ERROR_MEMORY: that the answer is
 * another one shows that nothing was asked for. */
static void
test_hostile_slots_ask_for_nothing (void)
{
  static const struct {
    guint32 mib;
    guint32 passes;
  } hostile[] = {
    { 64 * 1024, 3 },       { 1025, 3 },   { 256, 0 },    { G_MAXUINT32, 3 },
    { 4 * 1024 * 1024, 3 }, { 1024, 11 },  { 0, 3 },      { 18, 2 },
    { 256, G_MAXUINT32 },   { 1u << 31, 2 }, { 256, 1 },
  };
  struct rlimit limit = { 400u << 20, 400u << 20 };
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkDirectory) directory = NULL;
  g_autoptr (GBytes) copies = NULL;
  g_autoptr (DkSecret) passphrase = dk_sample_secret ("correct horse");
  guint8 *slot;

  if (!g_test_subprocess ()) {
    if (g_getenv ("ASAN_OPTIONS") != NULL) {
      g_test_skip ("the address sanitizer needs more address space than this test leaves");
      return;
    }
    g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    return;
  }
  directory = dk_sample_directory (&keys);
  copies = dk_directory_bytes (directory, keys);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
  for (guint i = 0; i <= G_N_ELEMENTS (hostile); i++) {
    g_autofree guint8 *image = g_memdup2 (g_bytes_get_data (copies, NULL), DK_IMAGE_SIZE);
    g_autoptr (GBytes) both = NULL;
    g_autoptr (DkDirectory) read = NULL;
    g_autoptr (GError) error = NULL;

    slot = dk_image_slot (image, (guint) dk_image_find (image, "anna"));
    dk_image_put_u32 (slot + DK_SLOT_AT_MIB,
                      i < G_N_ELEMENTS (hostile) ? hostile[i].mib : 1024); /* the control */
    dk_image_put_u32 (slot + DK_SLOT_AT_PASSES,
                      i < G_N_ELEMENTS (hostile) ? hostile[i].passes : 2);
    dk_sample_fix_checksum (image);
    both = dk_sample_join (image, image);
    read = dk_directory_parse (g_bytes_get_data (both, NULL), 2 * DK_IMAGE_SIZE, NULL, &error);
    if (i < G_N_ELEMENTS (hostile))
      g_assert_cmpint (read == NULL ? error->code : dk_sample_try (read, "anna", passphrase), ==,
                       DK_ERROR_DAMAGED);
    else
      g_assert_cmpint (dk_sample_try (read, "anna", passphrase), ==, DK_ERROR_MEMORY);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/kdf/derives-as-others-do", test_derives_as_others_do);
  g_test_add_func ("/crypto/kdf/derives-from-a-code", test_derives_from_a_code);
  g_test_add_func ("/crypto/kdf/refuses-hostile-costs-unallocated", test_refuses_hostile_costs);
  g_test_add_func ("/crypto/kdf/says-when-memory-is-short", test_says_when_memory_is_short);
  g_test_add_func ("/crypto/kdf/bounds-what-is-made", test_bounds_what_is_made);
  g_test_add_func ("/crypto/kdf/choice-follows-the-pc", test_choice_follows_the_pc);
  g_test_add_func ("/crypto/kdf/calibrates", test_calibrates);
  g_test_add_func ("/crypto/kdf/hostile-slots-ask-for-nothing", test_hostile_slots_ask_for_nothing);
  return dk_test_run ();
}
