/* SPDX-License-Identifier: MIT */
/* Goal: sealed files are age v1, open for their recipients alone, and nothing that changed opens.
 * Method: keys and a file that the Debian tool made, sizes at the edges of chunks, each bit and
 * each truncation of a small file, headers built by hand for what an honest writer never writes. */
#include "tests/crypto/sample.h"

#include <sodium.h>
#include <string.h>

#include "app/base/platform.h"
#include "app/crypto/age-private.h"
#include "tests/support/support.h"

#define IDENTITY "AGE-SECRET-KEY-1ZF063YEVLGES7LNYYQNV6G8M8F3FPYVQDYAA2DFGX2JQQAMWESTQZYFTNG"
#define RECIPIENT "age1qfch76za5702dea7064f6nspfg05agp8tmpsqvlypdhfkdst0fmqc67m3v"
#define SEALED                                                                                     \
  "6167652d656e6372797074696f6e2e6f72672f76310a2d3e205832353531392030745a7935336f6e58393074337255" \
  "786c6d48463535706c2f484479594d7963772b3341536e4f356f6d770a5242416755504c6b6175764136704e4a556c" \
  "41354f6f4f67466b6c574830453758306f7276445531502b490a2d2d2d204c735349765a717470415070766b5a614b" \
  "54696a70342b444979796359724b5141785a3966724e654b49770a37efe46d7e83bad44dcf80b71adaaaf7939b984d" \
  "fec95dc264866873a782e9bb0973a45429aba543bf37bc90d0d714f011a1fbaa8c845615dd832c32f4"
#define PLAIN "The switchboard is on paper.\n"

static DkSecret *
read_identity (void)
{
  g_autoptr (GError) error = NULL;
  DkSecret *key = dk_age_identity_parse (IDENTITY, &error);

  g_assert_no_error (error);
  return key;
}

/* The error's code, or -1; what opens must be `plain`. */
static int
try_open (const guint8 *bytes, gsize size, const DkSecret *key, const char *plain)
{
  g_autofree guint8 *exact = g_memdup2 (bytes, MAX (size, 1));
  g_autoptr (GBytes) sealed = g_bytes_new_static (exact, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) opened = dk_age_open (sealed, key, &error);

  if (opened == NULL) {
    g_assert_true (error->domain == DK_ERROR);
    return error->code;
  }
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), plain,
                   strlen (plain));
  return -1;
}

static void
test_keys_are_text (void)
{
  g_autoptr (DkSecret) key = read_identity ();
  g_autoptr (DkSecret) text = dk_age_identity_text (key);
  g_autofree char *recipient = NULL;
  g_autofree char *upper = g_ascii_strup (RECIPIENT, -1);
  g_autoptr (GError) error = NULL;
  guint8 public_key[32];
  guint8 parsed[32];

  g_assert_cmpstr ((const char *) dk_secret_get (text), ==, IDENTITY);
  dk_box_public (public_key, key);
  recipient = dk_age_recipient_text (public_key);
  g_assert_cmpstr (recipient, ==, RECIPIENT);
  g_assert_true (dk_age_recipient_parse (RECIPIENT, parsed, &error));
  g_assert_cmpmem (parsed, 32, public_key, 32);
  g_assert_true (dk_age_recipient_parse (upper, parsed, &error));
}

/* One character exchanged, left out or doubled: Bech32 notices every one of them. */
static void
test_mistyped_keys_are_refused (void)
{
  guint tried = 0;
  guint8 parsed[32];

  for (gsize i = 0; i < strlen (RECIPIENT); i++) {
    g_autofree char *shorter = g_strdup (RECIPIENT);
    g_autofree char *longer = g_strdup_printf ("%.*s%s", (int) i + 1, RECIPIENT, &RECIPIENT[i]);

    memmove (shorter + i, shorter + i + 1, strlen (shorter) - i);
    g_assert_false (dk_age_recipient_parse (shorter, parsed, NULL));
    g_assert_false (dk_age_recipient_parse (longer, parsed, NULL));
    for (const char *c = "023456789acdefghjklmnpqrstuvwxyz1Bbi o"; *c != '\0'; c++) {
      g_autofree char *changed = g_strdup (RECIPIENT);
      g_autoptr (GError) error = NULL;

      if (changed[i] == *c)
        continue;
      changed[i] = *c;
      g_assert_false (dk_age_recipient_parse (changed, parsed, &error));
      g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
      tried++;
    }
  }
  g_assert_cmpuint (tried, >=, 2000);
  g_assert_false (dk_age_recipient_parse ("", parsed, NULL));
  g_assert_false (dk_age_recipient_parse (IDENTITY, parsed, NULL));
  g_assert_null (dk_age_identity_parse (RECIPIENT, NULL));
  g_assert_null (dk_age_identity_parse ("", NULL));
}

static void
test_opens_what_the_tool_sealed (void)
{
  g_autoptr (DkSecret) key = read_identity ();
  g_autoptr (DkSecret) other = dk_sample_fill (9, 32);
  g_autoptr (GByteArray) sealed = dk_sample_unhex (SEALED);

  g_assert_cmpint (try_open (sealed->data, sealed->len, key, PLAIN), ==, -1);
  g_assert_cmpint (try_open (sealed->data, sealed->len, other, PLAIN), ==, DK_ERROR_DENIED);
}

static void
test_each_bit_counts (void)
{
  g_autoptr (DkSecret) key = read_identity ();
  g_autoptr (GByteArray) sealed = dk_sample_unhex (SEALED);
  guint refused = 0;

  for (guint bit = 0; bit < sealed->len * 8; bit++) {
    sealed->data[bit / 8] ^= (guint8) (1u << bit % 8);
    g_assert_cmpint (try_open (sealed->data, sealed->len, key, ""), !=, -1);
    sealed->data[bit / 8] ^= (guint8) (1u << bit % 8);
    refused++;
  }
  for (guint size = 0; size < sealed->len; size++) {
    g_assert_cmpint (try_open (sealed->data, size, key, ""), !=, -1);
    refused++;
  }
  g_byte_array_append (sealed, (const guint8 *) "", 1);
  g_assert_cmpint (try_open (sealed->data, sealed->len, key, ""), ==, DK_ERROR_DAMAGED);
  sealed->len--;
  g_test_message ("%u damaged files refused", refused);
  g_assert_cmpuint (refused, >=, 2000);
  g_assert_cmpint (try_open (sealed->data, sealed->len, key, PLAIN), ==, -1);
}

static void
test_chunk_edges (void)
{
  static const gsize sizes[] = { 0, 1, 65535, 65536, 65537, 131071, 131072, 131073 };
  g_autoptr (DkSecret) key = read_identity ();
  guint8 public_key[32];

  dk_box_public (public_key, key);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *text = g_strnfill (sizes[i], 'q');
    g_autoptr (GBytes) plain = g_bytes_new_static (text, sizes[i]);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) sealed = dk_age_seal (plain, public_key, 1, &error);
    const guint8 *bytes = g_bytes_get_data (sealed, NULL);
    gsize size = g_bytes_get_size (sealed);

    g_assert_no_error (error);
    g_assert_cmpint (try_open (bytes, size, key, text), ==, -1);
    for (gsize cut = 1; cut <= 18; cut++)
      g_assert_cmpint (try_open (bytes, size - cut, key, ""), ==, DK_ERROR_DAMAGED);
    if (sizes[i] > 65536) {
      gsize rest = sizes[i] - 65536 > 65536 ? sizes[i] - 131072 : sizes[i] - 65536;

      g_assert_cmpint (try_open (bytes, size - rest - 16, key, ""), ==, DK_ERROR_DAMAGED);
    }
  }
}

static void
test_chunks_cannot_change_places (void)
{
  g_autoptr (DkSecret) key = read_identity ();
  g_autofree char *text = g_strnfill (3 * 65536, 'q');
  g_autoptr (GBytes) plain = g_bytes_new_static (text, 3 * 65536);
  g_autoptr (GBytes) sealed = NULL;
  g_autofree guint8 *bytes = NULL;
  g_autofree guint8 *first = NULL;
  guint8 public_key[32];
  guint8 *at;
  gsize size;

  dk_box_public (public_key, key);
  sealed = dk_age_seal (plain, public_key, 1, NULL);
  size = g_bytes_get_size (sealed);
  bytes = g_memdup2 (g_bytes_get_data (sealed, NULL), size);
  at = bytes + size - (gsize) 3 * (65536 + 16);
  first = g_memdup2 (at, 65536 + 16);
  memcpy (at, at + 65536 + 16, 65536 + 16);
  memcpy (at + 65536 + 16, first, 65536 + 16);
  g_assert_cmpint (try_open (bytes, size, key, ""), ==, DK_ERROR_DAMAGED);
}

static void
test_many_recipients (void)
{
  g_autofree guint8 *public_keys = g_malloc (2049 * 32);
  g_autoptr (DkSecret) last = NULL;
  g_autoptr (DkSecret) stranger = dk_sample_fill (7, 32);
  g_autoptr (GBytes) plain = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2049; i++) {
    dk_secret_free (last);
    last = dk_secret_new_random (32);
    dk_box_public (public_keys + 32 * i, last);
    if (i == 2047)
      break;
  }
  sealed = dk_age_seal (plain, public_keys, 2048, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      try_open (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), last, "x"), ==, -1);
  g_assert_cmpint (
      try_open (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), stranger, "x"), ==,
      DK_ERROR_DENIED);
  g_assert_null (dk_age_seal (plain, public_keys, 2049, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_age_seal (plain, public_keys, 0, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  memset (public_keys + 32, 0, 32);
  g_assert_null (dk_age_seal (plain, public_keys, 2, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

/* A file with these lines before (or after) the true stanza, and a MAC that is right. */
static GByteArray *
build (const char *before, const char *after, guint repeat)
{
  g_autoptr (DkSecret) key = read_identity ();
  g_autoptr (GByteArray) sealed = dk_sample_unhex (SEALED);
  GByteArray *out = g_byte_array_new ();
  const char *stanza = strstr ((const char *) sealed->data, "-> X25519");
  const char *end = strstr (stanza, "--- ");
  guint8 file_key[DK_AGE_FILE_KEY_SIZE];
  guint8 mac_key[32];
  guint8 mac[32];
  char text[64];
  gsize header_size;

  g_assert_true (
      dk_age_header_open (sealed->data, sealed->len, key, file_key, &header_size, NULL));
  g_byte_array_append (out, sealed->data, (guint) (stanza - (const char *) sealed->data));
  for (guint i = 0; i < repeat; i++)
    g_byte_array_append (out, (const guint8 *) before, (guint) strlen (before));
  g_byte_array_append (out, (const guint8 *) stanza, (guint) (end - stanza));
  g_byte_array_append (out, (const guint8 *) after, (guint) strlen (after));
  g_byte_array_append (out, (const guint8 *) "---", 3);
  dk_age_hkdf (mac_key, file_key, sizeof file_key, NULL, 0, "header");
  crypto_auth_hmacsha256 (mac, out->data, out->len, mac_key);
  sodium_bin2base64 (text, sizeof text, mac, 32, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  g_byte_array_append (out, (const guint8 *) " ", 1);
  g_byte_array_append (out, (const guint8 *) text, 43);
  g_byte_array_append (out, (const guint8 *) "\n", 1);
  g_byte_array_append (out, sealed->data + header_size, sealed->len - (guint) header_size);
  return out;
}

static int
try_built (const char *before, const char *after, guint repeat)
{
  g_autoptr (DkSecret) key = read_identity ();
  g_autoptr (GByteArray) file = build (before, after, repeat);

  return try_open (file->data, file->len, key, PLAIN);
}

#define FULL_LINE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define ZERO_SHARE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void
test_unknown_stanzas_are_skipped (void)
{
  g_assert_cmpint (try_built ("", "", 0), ==, -1);
  g_assert_cmpint (try_built ("-> grease\n\n", "", 1), ==, -1);
  g_assert_cmpint (try_built ("-> piv-p256 a b c ~!\n" FULL_LINE "AAAA\n", "", 1), ==, -1);
  g_assert_cmpint (try_built ("", "-> x25519 a\n" FULL_LINE FULL_LINE "\n", 1), ==, -1);
  g_assert_cmpint (try_built ("-> g\n\n", "", 2047), ==, -1);
  g_assert_cmpint (try_built ("-> g\n\n", "", 2048), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_built ("-> g\n" FULL_LINE FULL_LINE FULL_LINE FULL_LINE FULL_LINE FULL_LINE
                                  FULL_LINE FULL_LINE FULL_LINE "\n",
                              "", 2000),
                   ==, DK_ERROR_INVALID);
}

static void
test_hostile_headers_are_refused (void)
{
  static const char *const stanzas[] = {
    "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 22\n" ZERO_SHARE "\n",
    "-> scrypt\n\n",
    "->\n\n",
    "-> \n\n",
    "->  X25519 a\n\n",
    "-> a \n\n",
    "-> a  b\n\n",
    "-> a\tb\n\n",
    "-> a\xc3\xa4\n\n",
    "-> a\r\n\r\n",
    "-> a\nAB\n", /* bits set behind the last byte */
    "-> a\nAAAA=\n",
    "-> a\nAA\xaf/\n", /* a byte that libsodium alone takes for a slash */
    "-> a\nAA A\n",
    "-> a\n" FULL_LINE,
    "-> a\nA" FULL_LINE "\n",
    "words\n",
    "\n",
    "-> X25519\n" ZERO_SHARE "\n",
    "-> X25519 " ZERO_SHARE " more\n" ZERO_SHARE "\n",
    "-> X25519 AAAA\n" ZERO_SHARE "\n",
    "-> X25519 " ZERO_SHARE "\nAAAA\n",
    "-> X25519 " ZERO_SHARE "\n" FULL_LINE "\n",
    "-> X25519 " ZERO_SHARE "\n" ZERO_SHARE "\n",
    "--- " ZERO_SHARE "\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (stanzas); i++) {
    int code = try_built (stanzas[i], "", 1);

    g_test_message ("stanza %u", i);
    g_assert_cmpint (code, ==, DK_ERROR_INVALID);
  }
}

/* The points of small order: with them the shared secret would be zero whatever the key. */
static void
test_low_order_points_are_refused (void)
{
  static const char *const points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  g_autoptr (GBytes) plain = g_bytes_new_static ("x", 1);

  for (guint i = 0; i < G_N_ELEMENTS (points); i++) {
    g_autoptr (GByteArray) point = dk_sample_unhex (points[i]);
    g_autofree char *stanza = NULL;
    g_autoptr (GError) error = NULL;
    char text[64];

    sodium_bin2base64 (text, sizeof text, point->data, 32,
                       sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    stanza = g_strdup_printf ("-> X25519 %s\n" ZERO_SHARE "\n", text);
    g_assert_cmpint (try_built (stanza, "", 1), ==, DK_ERROR_INVALID);
    g_assert_null (dk_age_seal (plain, point->data, 1, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
}

/* A header of exactly `size` bytes, filled by stanzas of another type. */
static GByteArray *
build_header_of (gsize size)
{
  g_autofree char *argument = NULL;
  g_autofree char *stanza = NULL;
  g_autoptr (GByteArray) plain = build ("", "", 0);
  gsize header_size = (gsize) (strstr ((const char *) plain->data, "--- ") - (char *) plain->data)
                      + strlen ("--- " ZERO_SHARE "\n");

  argument = g_strnfill (size - header_size - strlen ("-> \n\n"), 'a');
  stanza = g_strdup_printf ("-> %s\n\n", argument);
  return build (stanza, "", 1);
}

static void
test_header_has_a_limit (void)
{
  g_autoptr (DkSecret) key = read_identity ();
  g_autoptr (GByteArray) largest = build_header_of (DK_AGE_HEADER_MAX);
  g_autoptr (GByteArray) larger = build_header_of (DK_AGE_HEADER_MAX + 1);
  g_autofree char *endless = g_strnfill (1u << 20, 'a');
  g_autofree char *line = g_strconcat ("age-encryption.org/v1\n-> ", endless, NULL);

  g_assert_cmpint (try_open (largest->data, largest->len, key, PLAIN), ==, -1);
  g_assert_cmpint (try_open (larger->data, larger->len, key, PLAIN), ==, DK_ERROR_INVALID);
  g_assert_cmpint (try_open ((const guint8 *) line, strlen (line), key, ""), ==,
                   DK_ERROR_INVALID);
}

/* Refused before scrypt is asked for 4 GiB and a minute. */
static void
test_passphrase_files_are_refused_unread (void)
{
  static const char *const files[] = {
    "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 18\n" ZERO_SHARE
    "\n--- " ZERO_SHARE "\n0123456789abcdef0123456789abcdef",
    "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 22\n" ZERO_SHARE
    "\n--- " ZERO_SHARE "\n0123456789abcdef0123456789abcdef",
  };
  g_autoptr (DkSecret) key = read_identity ();
  gint64 start = dk_platform_thread_cpu_us ();

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_assert_cmpint (try_open ((const guint8 *) files[i], strlen (files[i]), key, ""), ==,
                     DK_ERROR_INVALID);
  g_assert_cmpint (try_built ("", "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 22\n" ZERO_SHARE "\n", 1), ==,
                   DK_ERROR_INVALID);
  g_assert_cmpint (dk_platform_thread_cpu_us () - start, <, G_USEC_PER_SEC / 2);
}

static void
test_other_files_are_refused (void)
{
  static const char *const files[] = {
    "",
    "a",
    "age-encryption.org/v1",
    "age-encryption.org/v1\n",
    "age-encryption.org/v2\n-> a\n\n--- " ZERO_SHARE "\n",
    "age-encryption.org/v1\r\n-> a\n\n--- " ZERO_SHARE "\n",
    "age-encryption.org/v1\n--- " ZERO_SHARE "\n0123456789abcdef0123456789abcdef",
    "-----BEGIN AGE ENCRYPTED FILE\n",
    " age-encryption.org/v1\n-> a\n\n--- " ZERO_SHARE "\n",
    "PK\x03\x04",
  };
  g_autoptr (DkSecret) key = read_identity ();

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_assert_cmpint (try_open ((const guint8 *) files[i], strlen (files[i]), key, ""), ==,
                     DK_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
#define ADD(path, function) g_test_add_func ("/crypto/age/" path, function)
  ADD ("keys-are-text", test_keys_are_text);
  ADD ("mistyped-keys-are-refused", test_mistyped_keys_are_refused);
  ADD ("opens-what-the-debian-tool-sealed", test_opens_what_the_tool_sealed);
  ADD ("each-bit-counts", test_each_bit_counts);
  ADD ("chunk-edges", test_chunk_edges);
  ADD ("chunks-cannot-change-places", test_chunks_cannot_change_places);
  ADD ("2048-recipients-and-no-more", test_many_recipients);
  ADD ("unknown-stanzas-are-skipped", test_unknown_stanzas_are_skipped);
  ADD ("hostile-headers-are-refused", test_hostile_headers_are_refused);
  ADD ("low-order-points-are-refused", test_low_order_points_are_refused);
  ADD ("header-has-a-limit", test_header_has_a_limit);
  ADD ("passphrase-files-are-refused-unread", test_passphrase_files_are_refused_unread);
  ADD ("other-files-are-refused", test_other_files_are_refused);
#undef ADD
  return dk_test_run ();
}
