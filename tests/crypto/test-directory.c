/* SPDX-License-Identifier: MIT */
/* Goal: the slot directory is the bytes of FORMAT.md, for ever, and opens for the right person with
 * the right keys. Method: a directory that a program in another language wrote from FORMAT.md is
 * read, unlocked by each of its persons and signed and sealed again to the same bytes; names, ends,
 * a full directory, damage of one copy. */
#include "tests/crypto/sample.h"

#include <string.h>
#include <time.h>

#include "tests/support/support.h"

#define FIXTURE "tests/data/crypto/directory-v1.txt"

static void
read_fixture (guint8 image[DK_IMAGE_SIZE])
{
  g_autofree char *path = dk_test_source_path (FIXTURE);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  memset (image, 0, DK_IMAGE_SIZE);
  for (char **line = lines; *line != NULL; line++) {
    g_autoptr (GByteArray) bytes = NULL;
    guint64 offset;

    if (**line == '#' || **line == '\0')
      continue;
    offset = g_ascii_strtoull (*line, NULL, 16);
    bytes = dk_sample_unhex (*line + 6);
    g_assert_cmpuint (offset + bytes->len, <=, DK_IMAGE_SIZE);
    memcpy (image + offset, bytes->data, bytes->len);
  }
}

static DkDirectory *
read_fixture_directory (void)
{
  g_autofree guint8 *image = g_malloc (DK_IMAGE_SIZE);
  g_autoptr (GBytes) copies = NULL;

  read_fixture (image);
  copies = dk_sample_join (image, image);
  return dk_sample_parse (copies);
}

/* The secrets of the fixture are 32 times 0xa0, 0xa1, ... in the order of DkKeyId. */
static DkKeyring *
make_fixture_keys (void)
{
  g_autoptr (DkSecret) packed = dk_secret_new (DK_KEYRING_PACKED_SIZE);

  for (int i = 0; i < DK_KEY_COUNT; i++)
    memset (dk_secret_get_mutable (packed) + 32 * i, 0xa0 + i, 32);
  return dk_keyring_unpack (packed, DK_ROLE_ADMIN);
}

static void
test_reads_what_another_program_wrote (void)
{
  static const struct {
    const char *name;
    const char *passphrase; /* NULL: the recovery code */
    DkSlotKind kind;
    DkRole role;
    guint8 seed;
    gint64 valid_until_ms;
    gboolean renews;
  } persons[] = {
    { "anna", "correct horse", DK_SLOT_PERSON, DK_ROLE_ADMIN, 0x21, 0, FALSE },
    { "recovery", NULL, DK_SLOT_RECOVERY, DK_ROLE_ADMIN, 0x22, 0, TRUE },
    { "J\xc3\xb6rg", "battery staple", DK_SLOT_PERSON, DK_ROLE_FRONTLINE, 0x23, 1800000000000,
      TRUE },
    { "desk", "shared words", DK_SLOT_SHARED, DK_ROLE_LEAD, 0x24, 0, FALSE },
  };
  g_autoptr (DkKeyring) all = make_fixture_keys ();

  for (guint i = 0; i < G_N_ELEMENTS (persons); i++) {
    g_autoptr (DkDirectory) directory = read_fixture_directory ();
    g_autoptr (DkSecret) secret = persons[i].passphrase != NULL
                                      ? dk_sample_secret (persons[i].passphrase)
                                      : dk_sample_code ();
    g_autoptr (DkPerson) person = NULL;
    g_autoptr (DkKeyring) keys = dk_sample_unlock (directory, persons[i].name, secret, &person);
    g_autoptr (DkSecret) seed = dk_sample_fill (persons[i].seed, 32);
    const DkSlotInfo *info = dk_person_info (person);

    dk_sample_assert_keys (keys, all, persons[i].role);
    g_assert_cmpstr (info->name, ==, persons[i].name);
    g_assert_cmpint (info->kind, ==, persons[i].kind);
    g_assert_cmpint (info->role, ==, persons[i].role);
    g_assert_cmpint (info->valid_until_ms, ==, persons[i].valid_until_ms);
    g_assert_cmpint (dk_directory_find (directory, persons[i].name), ==, (int) i);
    g_assert_true (dk_secret_equal (person->seed, seed));
    g_assert_true (dk_directory_needs_write (directory) == persons[i].renews);
    g_assert_false (dk_directory_fell_back (directory));
  }
}

static void
test_head_is_read (void)
{
  g_autoptr (DkDirectory) directory = read_fixture_directory ();

  dk_sample_assert_hex (dk_directory_kit_id (directory), 16, "404142434445464748494a4b4c4d4e4f");
  dk_sample_assert_hex (dk_directory_file_uuid (directory), 16,
                        "606162636465666768696a6b6c6d6e6f");
  dk_sample_assert_hex (directory->image + DK_DIRECTORY_UUID_OFFSET, 16,
                        "606162636465666768696a6b6c6d6e6f");
  g_assert_cmpuint (dk_directory_seq (directory), ==, 7);
  g_assert_cmpuint (dk_directory_key_epoch (directory), ==, 3);
  g_assert_true (dk_directory_initialised (directory));
  g_assert_cmpuint (dk_directory_count (directory), ==, 4);
  g_assert_cmpint (dk_directory_find (directory, "jorg"), ==, -1);
  g_assert_cmpint (dk_directory_find (directory, ""), ==, -1);
}

/* Ed25519, the MAC and the checksum are functions of the bytes, so a second writer must arrive at
 * the very same copy. */
static void
test_writes_what_another_program_wrote (void)
{
  g_autoptr (DkDirectory) directory = read_fixture_directory ();
  g_autofree guint8 *before = g_memdup2 (directory->image, DK_IMAGE_SIZE);
  g_autoptr (DkKeyring) all = make_fixture_keys ();
  g_autoptr (GBytes) copies = NULL;
  const guint8 *bytes;

  memset (directory->image + DK_HEAD_SIGNATURE, 0, 64 + 32 + 32);
  dk_image_put_u64 (directory->image + DK_HEAD_DIR_SEQ, 6);
  dk_image_put_u64 (directory->image + DK_HEAD_COPY_SEQ, 8);
  dk_directory_sign (directory, all);
  copies = dk_directory_bytes (directory, all);
  bytes = g_bytes_get_data (copies, NULL);
  g_assert_cmpuint (g_bytes_get_size (copies), ==, 2 * DK_DIRECTORY_COPY_SIZE);
  g_assert_cmpmem (bytes, DK_IMAGE_SIZE, before, DK_IMAGE_SIZE);
  g_assert_cmpmem (bytes + DK_IMAGE_SIZE, DK_IMAGE_SIZE, before, DK_IMAGE_SIZE);
}

static void
test_derives_a_persons_keys (void)
{
  g_autoptr (DkSecret) seed = dk_sample_fill (0x21, 32);
  g_autoptr (DkSecret) box = dk_seed_box_key (seed);
  g_autoptr (DkSecret) sign = dk_seed_sign_key (seed);

  dk_sample_assert_hex (dk_secret_get (box), 32,
                        "3fdbc90bf2d150d36064efde491cd047db908153a0b1da0cf177dc3ae6cb4258");
  dk_sample_assert_hex (dk_secret_get (sign), 32,
                        "a58bcd7ff51939d19204b186630abc20997f97de0d815b79bd6022f64f09a54a");
}

static void
test_makes_and_opens (void)
{
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) made = dk_sample_directory (&all);
  g_autoptr (GBytes) copies = dk_directory_bytes (made, all);
  g_autoptr (DkDirectory) directory = dk_sample_parse (copies);
  g_autoptr (DkSecret) anna = dk_sample_secret ("correct horse");
  g_autoptr (DkSecret) omar = dk_sample_secret ("battery staple");
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (DkKeyring) keys = dk_sample_unlock (directory, "omar", omar, &person);
  guint8 admin[32];
  guint8 signature[64];

  dk_sample_assert_keys (keys, all, DK_ROLE_FRONTLINE);
  dk_keyring_public (all, DK_KEY_ADMIN, admin);
  g_assert_cmpmem (dk_person_admin_key (person), 32, admin, 32);
  dk_person_sign (person, signature, "declare", 7);
  g_assert_true (dk_verify (signature, "declare", 7, dk_person_info (person)->sign_public));
  g_assert_false (dk_directory_needs_write (directory));
  g_assert_cmpint (dk_sample_try (directory, "anna", anna), ==, -1);
  g_assert_cmpint (dk_sample_try (directory, "anna", omar), ==, DK_ERROR_DENIED);
  g_assert_cmpint (dk_sample_try (directory, "Anna", anna), ==, DK_ERROR_DENIED);
  g_assert_cmpint (dk_sample_try (directory, "recovery", anna), ==, DK_ERROR_DENIED);
}

/* Clock of this process alone, so that a busy machine does not matter. */
static gint64
measure_us (DkDirectory *directory, const char *name, const DkSecret *secret)
{
  clock_t start = clock ();

  g_assert_cmpint (dk_sample_try (directory, name, secret), ==, DK_ERROR_DENIED);
  return (gint64) (clock () - start) * G_USEC_PER_SEC / CLOCKS_PER_SEC;
}

static void
test_unknown_name_costs_the_same (void)
{
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) made = dk_sample_directory (&all);
  g_autoptr (GBytes) copies = dk_directory_bytes (made, all);
  g_autoptr (DkDirectory) directory = dk_sample_parse (copies);
  g_autoptr (DkSecret) wrong = dk_sample_secret ("wrong");
  g_autoptr (GError) known = NULL;
  g_autoptr (GError) unknown = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;
  gint64 fast = G_MAXINT64;
  gint64 slow = G_MAXINT64;

  for (int i = 0; i < 3; i++) {
    slow = MIN (slow, measure_us (directory, "anna", wrong));
    fast = MIN (fast, measure_us (directory, "nobody", wrong));
  }
  g_test_message ("a known name takes %d us, an unknown one %d us", (int) slow, (int) fast);
  g_assert_cmpint (fast, >=, slow / 2);
  g_assert_false (dk_directory_unlock (directory, "anna", wrong, 0, &keys, &person, &known));
  g_assert_false (dk_directory_unlock (directory, "abba", wrong, 0, &keys, &person, &unknown));
  g_assert_cmpuint (strlen (known->message), ==, strlen (unknown->message));
  g_assert_nonnull (strstr (known->message, "does not open this kit for anna"));
}

static void
test_access_ends (void)
{
  g_autoptr (DkDirectory) directory = read_fixture_directory ();
  g_autoptr (DkSecret) secret = dk_sample_secret ("battery staple");
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (GError) error = NULL;
  gint64 end = 1800000000000;

  g_assert_true (
      dk_directory_unlock (directory, "J\xc3\xb6rg", secret, end, &keys, &person, &error));
  g_clear_pointer (&keys, dk_keyring_free);
  g_clear_pointer (&person, dk_person_free);
  g_assert_false (
      dk_directory_unlock (directory, "J\xc3\xb6rg", secret, end + 1, &keys, &person, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "ended"));
  g_assert_null (keys);
  g_assert_null (person);
}

static gboolean
add_code (DkDirectory *directory, const char *name, const DkKeyring *all, GError **error)
{
  g_autoptr (DkSecret) code = dk_sample_code ();

  return dk_directory_add (directory, DK_SLOT_RECOVERY, DK_ROLE_LEAD, name, 0, code,
                           dk_kdf_default (), all, NULL, error);
}

static void
test_refuses_bad_names (void)
{
  static const char *const bad[] = {
    "", " ", " anna", "anna ", "an  na", "an\nna", "an\tna", "an\x7fna", "\xff", "a\xcc\x88",
    "12345678901234567890123456789012345678901", "lena",
  };
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) directory = dk_sample_quick_directory (&all);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (add_code (directory, bad[i], all, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
  g_assert_cmpuint (dk_directory_count (directory), ==, 3);
  g_assert_false (dk_directory_needs_write (directory) && directory->unsigned_change);
}

static void
test_refuses_a_cheap_passphrase (void)
{
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) directory = dk_sample_quick_directory (&all);
  g_autoptr (DkSecret) passphrase = dk_sample_secret ("x");
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_directory_add (directory, DK_SLOT_PERSON, DK_ROLE_LEAD, "new", 0, passphrase,
                                    (DkKdfParams){ 18, 3 }, all, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_false (dk_directory_add (directory, DK_SLOT_RECOVERY, DK_ROLE_LEAD, "new", 0,
                                    passphrase, dk_sample_cost, all, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_cmpuint (dk_directory_count (directory), ==, 3);
}

static void
test_holds_120 (void)
{
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) made = dk_sample_quick_directory (&all);
  g_autoptr (DkSecret) code = dk_sample_code ();
  g_autoptr (DkDirectory) directory = NULL;
  g_autoptr (GBytes) copies = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *longest = g_strnfill (38, 'n');
  g_autofree char *longest_umlaut = g_strconcat (longest, "\xc3\xbc", NULL);

  for (int i = 3; i < 119; i++) {
    g_autofree char *name = g_strdup_printf ("user %d", i);

    g_assert_true (add_code (made, name, all, &error));
  }
  g_assert_true (add_code (made, longest_umlaut, all, &error));
  g_assert_false (add_code (made, "one more", all, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  dk_directory_sign (made, all);
  copies = dk_directory_bytes (made, all);
  directory = dk_sample_parse (copies);
  g_assert_cmpuint (dk_directory_count (directory), ==, DK_DIRECTORY_SLOTS);
  g_assert_cmpint (dk_sample_try (directory, longest_umlaut, code), ==, -1);
  g_assert_cmpint (dk_sample_try (directory, "user 118", code), ==, -1);
  g_assert_cmpint (dk_directory_find (directory, "user 118"), ==, 118);
  dk_directory_remove (directory, 5);
  g_assert_cmpint (dk_directory_find (directory, "user 5"), ==, -1);
  g_assert_cmpint (dk_directory_find (directory, "user 118"), ==, 117);
  g_assert_true (add_code (directory, "one more", all, &error));
  g_assert_cmpint (dk_directory_find (directory, "one more"), ==, 5);
}

static void
test_makes_bytes_for_a_new_file (void)
{
  static const guint8 uuid[16] = "another file....";
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) made = dk_sample_quick_directory (&all);
  g_autoptr (GBytes) copies = dk_directory_bytes (made, all);
  g_autoptr (DkSecret) code = dk_sample_code ();
  g_autoptr (DkSecret) wrong = dk_secret_new_random (32);
  const DkSecret *open = dk_keyring_get (all, DK_KEY_OPEN);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) other = dk_directory_bytes_for_new_file (copies, uuid, open, &error);
  g_autoptr (DkDirectory) directory = NULL;

  g_assert_no_error (error);
  directory = dk_sample_parse (other);
  g_assert_cmpmem (dk_directory_file_uuid (directory), 16, uuid, 16);
  g_assert_true (memcmp (dk_directory_file_uuid (made), uuid, 16) != 0);
  g_assert_cmpint (dk_sample_try (directory, "anna", code), ==, -1);
  g_assert_null (dk_directory_bytes_for_new_file (copies, uuid, wrong, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/directory/reads-what-another-program-wrote",
                   test_reads_what_another_program_wrote);
  g_test_add_func ("/crypto/directory/reads-the-head", test_head_is_read);
  g_test_add_func ("/crypto/directory/writes-what-another-program-wrote",
                   test_writes_what_another_program_wrote);
  g_test_add_func ("/crypto/directory/derives-a-persons-keys", test_derives_a_persons_keys);
  g_test_add_func ("/crypto/directory/opens-for-the-right-person", test_makes_and_opens);
  g_test_add_func ("/crypto/directory/unknown-name-costs-the-same",
                   test_unknown_name_costs_the_same);
  g_test_add_func ("/crypto/directory/access-ends", test_access_ends);
  g_test_add_func ("/crypto/directory/refuses-bad-names", test_refuses_bad_names);
  g_test_add_func ("/crypto/directory/refuses-a-cheap-passphrase",
                   test_refuses_a_cheap_passphrase);
  g_test_add_func ("/crypto/directory/holds-120-and-no-more", test_holds_120);
  g_test_add_func ("/crypto/directory/makes-bytes-for-a-new-file",
                   test_makes_bytes_for_a_new_file);
  return dk_test_run ();
}
