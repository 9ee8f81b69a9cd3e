/* SPDX-License-Identifier: MIT */
/* Goal: the primitives are the standard ones and every derivation of FORMAT.md stays what it is.
 * Method: published vectors (XChaCha20-Poly1305 of the CFRG draft, SHA-256, BLAKE2b) and values
 * computed by an implementation in another language; refusals bit by bit. */
#include "tests/crypto/sample.h"

#include <string.h>

#include "tests/support/support.h"

static const char sunscreen[]
    = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
      "future, sunscreen would be it.";
#define SUNSCREEN_SIZE (sizeof sunscreen - 1)

static void
fill_ramp (guint8 *out, gsize size, guint8 first)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8) (first + i);
}

static void
test_seals_as_the_draft_says (void)
{
  g_autoptr (GByteArray) ad = dk_sample_unhex ("50515253c0c1c2c3c4c5c6c7");
  guint8 key[32];
  guint8 nonce[24];
  guint8 out[SUNSCREEN_SIZE];
  guint8 tag[16];

  fill_ramp (key, sizeof key, 0x80);
  fill_ramp (nonce, sizeof nonce, 0x40);
  dk_aead_seal (out, tag, (const guint8 *) sunscreen, sizeof out, ad->data, ad->len, nonce, key);
  dk_sample_assert_hex (out, sizeof out,
                        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b"
                        "0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945"
                        "b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da976881"
                        "2f615c68b13b52e");
  dk_sample_assert_hex (tag, sizeof tag, "c0875924c1c7987947deafd8780acf49");
  g_assert_true (dk_aead_open (out, out, sizeof out, tag, ad->data, ad->len, nonce, key));
  g_assert_cmpmem (out, sizeof out, sunscreen, SUNSCREEN_SIZE);
}

static void
test_opens_nothing_that_changed (void)
{
  guint8 key[32] = { 1 };
  guint8 nonce[24] = { 2 };
  guint8 ad[8] = { 3 };
  guint8 sealed[16 + 24];
  guint8 plain[24] = { 0 };

  dk_aead_seal (sealed + 16, sealed, plain, sizeof plain, ad, sizeof ad, nonce, key);
  for (guint bit = 0; bit < sizeof sealed * 8; bit++) {
    guint8 out[24];

    sealed[bit / 8] ^= (guint8) (1u << bit % 8);
    g_assert_false (
        dk_aead_open (out, sealed + 16, sizeof out, sealed, ad, sizeof ad, nonce, key));
    sealed[bit / 8] ^= (guint8) (1u << bit % 8);
  }
  ad[7] ^= 1;
  g_assert_false (
      dk_aead_open (plain, sealed + 16, sizeof plain, sealed, ad, sizeof ad, nonce, key));
}

static void
test_hashes (void)
{
  guint8 out[64];
  guint8 key[32];

  fill_ramp (key, sizeof key, 0);
  dk_hash (out, 64, "abc", 3, NULL);
  dk_sample_assert_hex (out, 64,
                        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  dk_hash (out, 32, "abc", 3, key);
  dk_sample_assert_hex (out, 32,
                        "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
  dk_hash_pair (out, "salt", 4, "body", 4);
  dk_sample_assert_hex (out, 32,
                        "bdcffdf48663d23f93f3fec6968a12e9f51d0b0eccca478180a0e6a83d1fdb0f");
  dk_sha256 (out, "abc", 3);
  dk_sample_assert_hex (out, 32,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_derives_the_keys_of_a_file (void)
{
  static const char *const expected[] = {
    "b9ee8356d6b0751f0d37be91defa0e6e301c1b9b1f1cf723b27baf4c883fdf46",
    "8bf3c18765127db2e9af6ad8ed78074dadf725b87d78b4097f93ad817eb36521",
    "fa644c6707d7427c50b5c883d209e1dd7f5f51a33f8afe3c69a09b90f87b8ce0",
    "07506eb24f734fa26155aece378f10453a3e802ab977d02a178d89307512f2d4",
    "d0c78fe54f7cd5d8e970febcebde8ce7dca65704c591cf7c20b9a5349e3409bd",
  };
  guint8 open[32];
  guint8 uuid[16];
  guint8 out[32];

  fill_ramp (open, sizeof open, 0);
  fill_ramp (uuid, sizeof uuid, 0);
  for (guint id = 1; id <= G_N_ELEMENTS (expected); id++) {
    dk_file_key (out, open, uuid, id);
    dk_sample_assert_hex (out, sizeof out, expected[id - 1]);
  }
  g_assert_cmpint (DK_FILE_KEY_PAGES, ==, 1);
  g_assert_cmpint (DK_FILE_KEY_DIRECTORY, ==, 5);
  dk_derive_key (out, open, 7, "dk-test1");
  dk_sample_assert_hex (out, sizeof out,
                        "ec05df38eb96df9a045f08dbb187a61a765fa2942979c6e130cd859122d58359");
}

static void
test_opens_a_sealed_box (void)
{
  g_autoptr (DkSecret) secret = dk_sample_fill (0x77, 32);
  g_autoptr (GByteArray) sealed = dk_sample_unhex (
      "9b4ad50baf0346faa5d828c9b2482804ee9c0a3527429a7a92a1d5aa4db3b62622edea38274ac46cae8fe5ce8d"
      "e16e6085caf6aa828b624af1d6d574ee77247349");
  guint8 public_key[32];
  guint8 out[17];
  guint8 again[17 + 48];

  dk_box_public (public_key, secret);
  dk_sample_assert_hex (public_key, sizeof public_key,
                        "1cf579aba45a10ba1d1ef06d91fca2aa9ed0a1150515653155405d0b18cb9a67");
  g_assert_true (dk_box_open (out, sealed->data, sealed->len, public_key, secret));
  g_assert_cmpmem (out, sizeof out, "for the lead only", 17);
  dk_box_seal (again, out, sizeof out, public_key);
  g_assert_true (dk_box_open (out, again, sizeof again, public_key, secret));
  again[60] ^= 1;
  g_assert_false (dk_box_open (out, again, sizeof again, public_key, secret));
  g_assert_false (dk_box_open (out, again, 47, public_key, secret));
}

static void
test_seals_nothing_to_what_is_no_key (void)
{
  static const guint8 no_key[32] = { 0 };
  static const guint8 zeros[4 + 48] = { 0 };
  guint8 out[4 + 48];

  memset (out, 0xee, sizeof out);
  dk_box_seal (out, (const guint8 *) "word", 4, no_key);
  g_assert_cmpmem (out, sizeof out, zeros, sizeof zeros);
}

static void
test_signs (void)
{
  g_autoptr (DkSecret) seed = dk_sample_fill (0x21, 32);
  guint8 public_key[32];
  guint8 signature[64];

  dk_sign_public (public_key, seed);
  dk_sample_assert_hex (public_key, sizeof public_key,
                        "884b8857f4eaa1613c61504db34d4beaf346517a0e31de3cddd4d9b4201d9d0b");
  dk_sign (signature, "declare", 7, seed);
  dk_sample_assert_hex (signature, sizeof signature,
                        "19fb6745b6b4c829d43a63381301edf5b3a523f9bec7fe0bde7b81c8de181f56"
                        "6c3996d0ca1e5acccf373cb8995a5629bc168754ad993eb609094a704dfdae04");
  g_assert_true (dk_verify (signature, "declare", 7, public_key));
  g_assert_false (dk_verify (signature, "declarE", 7, public_key));
  signature[63] ^= 0x10;
  g_assert_false (dk_verify (signature, "declare", 7, public_key));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/aead/seals-as-the-draft-says", test_seals_as_the_draft_says);
  g_test_add_func ("/crypto/aead/opens-nothing-that-changed", test_opens_nothing_that_changed);
  g_test_add_func ("/crypto/aead/hashes-as-others-do", test_hashes);
  g_test_add_func ("/crypto/aead/derives-the-keys-of-a-file", test_derives_the_keys_of_a_file);
  g_test_add_func ("/crypto/aead/opens-a-box-sealed-elsewhere", test_opens_a_sealed_box);
  g_test_add_func ("/crypto/aead/seals-nothing-to-what-is-no-key",
                   test_seals_nothing_to_what_is_no_key);
  g_test_add_func ("/crypto/aead/signs-as-others-do", test_signs);
  return dk_test_run ();
}
