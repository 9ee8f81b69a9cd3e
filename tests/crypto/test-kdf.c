/* SPDX-License-Identifier: MIT */
/* Goal: a passphrase always becomes the same key, a file cannot make a PC run out of memory or make
 * guessing cheap, and too little memory is not taken for a wrong passphrase. Method: a vector of
 * the Argon2 reference code, costs at and beyond each bound, a process with a limited address
 * space. */
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
  return dk_test_run ();
}
