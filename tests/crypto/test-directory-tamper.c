/* SPDX-License-Identifier: MIT */
/* Goal: whoever has the file but not the right keys gets in nowhere and raises nobody, and damage
 * of one copy costs nothing. Method: forgeries by three kinds of writer: one with the file alone
 * (can make the checksum right), one who knows `open` as every front-line person does (can make the
 * MAC right), and a power cut between the two copies. */
#include "tests/crypto/sample.h"

#include <string.h>

#include "tests/support/support.h"

typedef struct {
  DkKeyring *all;
  guint8 *image; /* what an honest writer wrote */
  DkSecret *code;
  DkSecret *other;
} Kit;

static void
kit_init (Kit *kit)
{
  g_autoptr (DkDirectory) directory = dk_sample_quick_directory (&kit->all);
  g_autoptr (GBytes) copies = dk_directory_bytes (directory, kit->all);

  kit->image = g_memdup2 (g_bytes_get_data (copies, NULL), DK_IMAGE_SIZE);
  kit->code = dk_sample_code ();
  kit->other = dk_sample_fill (0x5a, DK_RECOVERY_CODE_SIZE);
}

static void
kit_clear (Kit *kit)
{
  dk_keyring_free (kit->all);
  g_free (kit->image);
  dk_secret_free (kit->code);
  dk_secret_free (kit->other);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kit, kit_clear)

static guint8 *
dup_image (const Kit *kit)
{
  return g_memdup2 (kit->image, DK_IMAGE_SIZE);
}

/* What unlocking gives when both copies are these bytes, DK_ERROR_* or -1. */
static int
try_both (const guint8 *image, const char *name, const DkSecret *secret)
{
  g_autoptr (GBytes) both = dk_sample_join (image, image);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkDirectory) directory
      = dk_directory_parse (g_bytes_get_data (both, NULL), 2 * DK_IMAGE_SIZE, NULL, &error);

  return directory == NULL ? error->code : dk_sample_try (directory, name, secret);
}

static guint8 *
slot_of (guint8 *image, const char *name)
{
  return dk_image_slot (image, (guint) dk_image_find (image, name));
}

static void
finish (const Kit *kit, guint8 *image)
{
  dk_image_finish (image, dk_keyring_get (kit->all, DK_KEY_OPEN));
}

static void
test_promotion_is_refused (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;

  kit_init (&kit);
  image = dup_image (&kit);
  slot_of (image, "omar")[DK_SLOT_AT_ROLE] = DK_ROLE_ADMIN;
  dk_sample_fix_checksum (image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DAMAGED);
  g_assert_cmpint (try_both (image, "anna", kit.code), ==, DK_ERROR_DAMAGED);
  finish (&kit, image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DAMAGED);
  g_assert_cmpint (try_both (image, "anna", kit.code), ==, DK_ERROR_DAMAGED);
}

static void
test_longer_access_is_refused (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;

  kit_init (&kit);
  image = dup_image (&kit);
  dk_image_put_u64 (slot_of (image, "omar") + DK_SLOT_AT_VALID_UNTIL, 1u << 30);
  finish (&kit, image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DAMAGED);
}

static void
test_stranger_is_refused (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;
  guint8 *slot;

  kit_init (&kit);
  image = dup_image (&kit);
  slot = dk_image_slot (image, 7);
  memcpy (slot, slot_of (image, "omar"), DK_SLOT_SIZE);
  g_strlcpy ((char *) slot + DK_SLOT_AT_NAME, "eve", DK_SLOT_NAME_SIZE);
  memset (slot + DK_SLOT_AT_ID, 0xee, 16);
  dk_image_set_used (image, 7, TRUE);
  dk_slot_seal_keys (slot, kit.all, DK_ROLE_ADMIN, 1);
  finish (&kit, image);
  g_assert_cmpint (try_both (image, "anna", kit.code), ==, DK_ERROR_DAMAGED);
  g_assert_cmpint (try_both (image, "eve", kit.other), ==, DK_ERROR_DENIED);
}

static void
test_removed_slot_is_noticed (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;
  int position;

  kit_init (&kit);
  image = dup_image (&kit);
  position = dk_image_find (image, "lena");
  memset (dk_image_slot (image, (guint) position), 0, DK_SLOT_SIZE);
  dk_image_set_used (image, (guint) position, FALSE);
  finish (&kit, image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DAMAGED);
}

/* lena and omar have the same code here, so only what the wraps are bound to can refuse. */
static void
test_swapped_wraps_are_refused (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;
  guint8 wrap[DK_SLOT_AT_KEYS - DK_SLOT_AT_WRAP];

  kit_init (&kit);
  image = dup_image (&kit);
  memcpy (wrap, slot_of (image, "omar") + DK_SLOT_AT_WRAP, sizeof wrap);
  memcpy (slot_of (image, "omar") + DK_SLOT_AT_WRAP, slot_of (image, "lena") + DK_SLOT_AT_WRAP,
          sizeof wrap);
  memcpy (slot_of (image, "lena") + DK_SLOT_AT_WRAP, wrap, sizeof wrap);
  finish (&kit, image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DENIED);
  g_assert_cmpint (try_both (image, "lena", kit.other), ==, DK_ERROR_DENIED);
  g_assert_cmpint (try_both (image, "anna", kit.code), ==, -1);
}

static void
test_other_kit_is_refused (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;

  kit_init (&kit);
  image = dup_image (&kit);
  image[DK_HEAD_KIT_ID] ^= 1;
  finish (&kit, image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DENIED);
  memcpy (image, kit.image, DK_IMAGE_SIZE);
  image[DK_HEAD_UUID] ^= 1;
  dk_sample_fix_checksum (image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DAMAGED);
}

static void
test_slot_of_another_kit_is_refused (void)
{
  g_auto (Kit) kit = { 0 };
  g_auto (Kit) foreign = { 0 };
  g_autofree guint8 *image = NULL;

  kit_init (&kit);
  kit_init (&foreign);
  image = dup_image (&kit);
  memcpy (slot_of (image, "omar"), slot_of (foreign.image, "omar"), DK_SLOT_SIZE);
  finish (&kit, image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DAMAGED);
  g_assert_cmpint (try_both (image, "anna", kit.code), ==, DK_ERROR_DAMAGED);
}

static void
test_exchanged_keys_are_refused (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;
  g_autoptr (DkKeyring) false_keys = dk_keyring_new_random ();

  kit_init (&kit);
  image = dup_image (&kit);
  dk_slot_seal_keys (slot_of (image, "omar"), false_keys, DK_ROLE_FRONTLINE, 1);
  finish (&kit, image);
  g_assert_cmpint (try_both (image, "omar", kit.other), ==, DK_ERROR_DAMAGED);
}

static void
test_lowered_cost_is_refused (void)
{
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) made = dk_sample_directory (&all);
  g_autoptr (GBytes) copies = dk_directory_bytes (made, all);
  g_autofree guint8 *image = g_memdup2 (g_bytes_get_data (copies, NULL), DK_IMAGE_SIZE);
  g_autoptr (DkSecret) omar = dk_sample_secret ("battery staple");
  g_autoptr (DkSecret) sixteen = dk_sample_fill (0x5a, 16);
  guint8 *slot = slot_of (image, "omar");

  dk_image_put_u32 (slot + DK_SLOT_AT_PASSES, 3);
  dk_image_finish (image, dk_keyring_get (all, DK_KEY_OPEN));
  g_assert_cmpint (try_both (image, "omar", omar), ==, DK_ERROR_DENIED);
  dk_image_put_u32 (slot + DK_SLOT_AT_PASSES, 0);
  dk_image_put_u32 (slot + DK_SLOT_AT_MIB, 0);
  slot[DK_SLOT_AT_KDF] = DK_KDF_BLAKE2B;
  dk_image_finish (image, dk_keyring_get (all, DK_KEY_OPEN));
  g_assert_cmpint (try_both (image, "omar", sixteen), ==, DK_ERROR_DAMAGED);
}

static void
test_hostile_head_is_refused (void)
{
  static const struct {
    guint32 mib;
    guint32 passes;
  } hostile[] = { { 1024 * 1024, 3 }, { 256, 0 }, { 18, 3 }, { 256, 11 }, { G_MAXUINT32, 2 } };
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) made = dk_sample_directory (&all);
  g_autoptr (GBytes) copies = dk_directory_bytes (made, all);
  g_autofree guint8 *image = g_memdup2 (g_bytes_get_data (copies, NULL), DK_IMAGE_SIZE);
  g_autoptr (DkSecret) omar = dk_sample_secret ("battery staple");

  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++) {
    guint8 *slot = slot_of (image, "omar");

    dk_image_put_u32 (slot + DK_SLOT_AT_MIB, hostile[i].mib);
    dk_image_put_u32 (slot + DK_SLOT_AT_PASSES, hostile[i].passes);
    dk_sample_fix_checksum (image);
    g_assert_cmpint (try_both (image, "omar", omar), ==, DK_ERROR_DAMAGED);
  }
}

/* Each of these is out of its range in a copy whose checksum is right. */
static void
test_impossible_values_are_refused (void)
{
  static const struct {
    guint at;
    guint8 value;
    int code;
  } changes[] = {
    { DK_HEAD_MAGIC, 'X', DK_ERROR_DAMAGED },       { DK_HEAD_VERSION, 0, DK_ERROR_DAMAGED },
    { DK_HEAD_VERSION, 2, DK_ERROR_NEWER },         { DK_HEAD_VERSION + 1, 1, DK_ERROR_NEWER },
    { DK_HEAD_CIPHER, 2, DK_ERROR_NEWER },          { DK_HEAD_CIPHER, 0, DK_ERROR_DAMAGED },
    { DK_HEAD_RESERVED, 40, DK_ERROR_DAMAGED },     { DK_HEAD_PAGE_SIZE + 1, 8, DK_ERROR_DAMAGED },
    { DK_HEAD_KEY_EPOCH, 0, DK_ERROR_DAMAGED },     { DK_HEAD_ADMIN_EPOCH, 0, DK_ERROR_DAMAGED },
    { DK_HEAD_ADMIN_EPOCH, 2, DK_ERROR_DAMAGED },   { DK_HEAD_FLAGS, 2, DK_ERROR_NEWER },
    { DK_HEAD_SLOT_COUNT, 4, DK_ERROR_DAMAGED },    { DK_HEAD_BITMAP, 0x0f, DK_ERROR_DAMAGED },
    { DK_HEAD_BITMAP, 0x03, DK_ERROR_DAMAGED },     { DK_HEAD_BITMAP + 15, 1, DK_ERROR_DAMAGED },
    { DK_HEAD_CHANGE_COUNT, 1, DK_ERROR_DAMAGED },  { DK_HEAD_CHANGE_COUNT, 17, DK_ERROR_DAMAGED },
    { DK_HEAD_ZERO_1, 1, DK_ERROR_DAMAGED },        { DK_HEAD_CHANGES, 1, DK_ERROR_DAMAGED },
    { DK_HEAD_ZERO_2 - 1, 1, DK_ERROR_DAMAGED },    { DK_HEAD_ZERO_2, 1, DK_ERROR_DAMAGED },
    { DK_HEAD_SIGNATURE - 1, 1, DK_ERROR_DAMAGED }, { DK_HEAD_VERSION, 9, DK_ERROR_NEWER },
    { 4096 + 16, 0, DK_ERROR_DAMAGED },             { 4096 + 16, 4, DK_ERROR_DAMAGED },
    { 4096 + 17, 3, DK_ERROR_DAMAGED },             { 4096 + 18, 0, DK_ERROR_DAMAGED },
    { 4096 + 18, 5, DK_ERROR_DAMAGED },             { 4096 + 19, 1, DK_ERROR_DAMAGED },
    { 4096 + 27, 0x80, DK_ERROR_DAMAGED },          { 4096 + 28, 0, DK_ERROR_DAMAGED },
    { 4096 + 28, 2, DK_ERROR_DAMAGED },             { 4096 + 96, 0, DK_ERROR_DAMAGED },
    { 4096 + 96, 0x80, DK_ERROR_DAMAGED },          { 4096 + 96, '\n', DK_ERROR_DAMAGED },
    { 4096 + 135, 'x', DK_ERROR_DAMAGED },          { 4096 + 136, 0, DK_ERROR_DAMAGED },
    { 4096 + 136, 2, DK_ERROR_DAMAGED },            { 4096 + 156, 1, DK_ERROR_DAMAGED },
    { 4096 + 160, 64, DK_ERROR_DAMAGED },           { 4096 + 508, 1, DK_ERROR_DAMAGED },
    { 4096 + 511, 1, DK_ERROR_DAMAGED },            { 4096 + 3 * 512, 1, DK_ERROR_DAMAGED },
    { DK_IMAGE_SIZE - 1, 1, DK_ERROR_DAMAGED },
  };
  g_auto (Kit) kit = { 0 };

  kit_init (&kit);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree guint8 *image = dup_image (&kit);
    g_autoptr (GBytes) both = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (DkDirectory) directory = NULL;

    image[changes[i].at] = changes[i].value;
    dk_sample_fix_checksum (image);
    both = dk_sample_join (image, image);
    directory = dk_directory_parse (g_bytes_get_data (both, NULL), 2 * DK_IMAGE_SIZE, NULL, &error);
    g_test_message ("offset %u value %u", changes[i].at, changes[i].value);
    g_assert_error (error, DK_ERROR, changes[i].code);
    g_assert_null (directory);
  }
}

static void
test_twins_are_refused (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;

  kit_init (&kit);
  image = dup_image (&kit);
  memcpy (slot_of (image, "omar") + DK_SLOT_AT_NAME, "lena", 4);
  dk_sample_fix_checksum (image);
  g_assert_cmpint (try_both (image, "lena", kit.other), ==, DK_ERROR_DAMAGED);
  memcpy (image, kit.image, DK_IMAGE_SIZE);
  memcpy (slot_of (image, "omar"), slot_of (image, "lena"), 16);
  dk_sample_fix_checksum (image);
  g_assert_cmpint (try_both (image, "lena", kit.other), ==, DK_ERROR_DAMAGED);
}

static DkDirectory *
parse_pair (const guint8 *first, const guint8 *second, int copy)
{
  g_autoptr (GBytes) both = dk_sample_join (first, second);
  g_autoptr (GError) error = NULL;
  int chosen = 7;
  DkDirectory *directory
      = dk_directory_parse (g_bytes_get_data (both, NULL), 2 * DK_IMAGE_SIZE, &chosen, &error);

  g_assert_no_error (error);
  g_assert_cmpint (chosen, ==, copy);
  return directory;
}

/* A newer copy that the file's owner could have forged gives way to the older one, and is the one
 * to be written first. */
static void
test_falls_back (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *forged = NULL;

  kit_init (&kit);
  forged = dup_image (&kit);
  slot_of (forged, "omar")[DK_SLOT_AT_ROLE] = DK_ROLE_ADMIN;
  dk_image_put_u64 (forged + DK_HEAD_COPY_SEQ, G_MAXUINT64);
  dk_sample_fix_checksum (forged);
  for (int swap = 0; swap < 2; swap++) {
    g_autoptr (DkDirectory) directory
        = swap ? parse_pair (kit.image, forged, 1) : parse_pair (forged, kit.image, 0);
    g_autoptr (GBytes) mended = NULL;
    g_autoptr (DkKeyring) keys = NULL;

    keys = dk_sample_unlock (directory, "omar", kit.other, NULL);
    dk_sample_assert_keys (keys, kit.all, DK_ROLE_FRONTLINE);
    g_assert_true (dk_directory_fell_back (directory));
    g_assert_true (dk_directory_needs_write (directory));
    g_assert_cmpuint (dk_directory_first_to_write (directory), ==, swap);
    mended = dk_directory_bytes (directory, keys);
    g_assert_false (dk_directory_fell_back (directory));
    g_assert_cmpint (dk_image_get_u64 ((const guint8 *) g_bytes_get_data (mended, NULL)
                                       + DK_HEAD_COPY_SEQ),
                     ==, 2);
  }
}

/* The wrap itself was spoilt in the newer copy: the passphrase is still right. */
static void
test_falls_back_from_a_spoilt_wrap (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *forged = NULL;
  g_autoptr (DkDirectory) directory = NULL;

  kit_init (&kit);
  forged = dup_image (&kit);
  slot_of (forged, "omar")[DK_SLOT_AT_SEALED] ^= 1;
  dk_image_put_u64 (forged + DK_HEAD_COPY_SEQ, 2);
  dk_sample_fix_checksum (forged);
  directory = parse_pair (kit.image, forged, 1);
  g_assert_cmpint (dk_sample_try (directory, "omar", kit.code), ==, DK_ERROR_DENIED);
  g_assert_false (dk_directory_fell_back (directory));
  g_assert_cmpint (dk_sample_try (directory, "omar", kit.other), ==, -1);
  g_assert_true (dk_directory_fell_back (directory));
}

/* A power cut left the old passphrase in the older copy: it is refused all the same. */
static void
test_power_cut_between_copies (void)
{
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) made = dk_sample_directory (&all);
  g_autoptr (GBytes) before = dk_directory_bytes (made, all);
  g_autoptr (DkDirectory) work = dk_sample_parse (before);
  g_autoptr (DkSecret) old = dk_sample_secret ("battery staple");
  g_autoptr (DkSecret) new = dk_sample_secret ("purple monkey");
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (DkKeyring) keys = dk_sample_unlock (work, "omar", old, &person);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autoptr (DkDirectory) directory = NULL;

  g_assert_true (dk_directory_rewrap (work, person, new, dk_sample_cost, &error));
  after = dk_directory_bytes (work, keys);
  directory = parse_pair (g_bytes_get_data (after, NULL), g_bytes_get_data (before, NULL), 0);
  g_assert_cmpint (dk_sample_try (directory, "omar", old), ==, DK_ERROR_DENIED);
  g_assert_cmpint (dk_sample_try (directory, "omar", new), ==, -1);
  g_assert_false (dk_directory_fell_back (directory));
  g_assert_true (dk_directory_needs_write (directory));
  g_assert_cmpuint (dk_directory_first_to_write (directory), ==, 1);
}

static void
test_new_file_needs_a_true_copy (void)
{
  static const guint8 uuid[16] = "yet another file";
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *forged = NULL;
  g_autoptr (GBytes) one = NULL;
  g_autoptr (GBytes) both = NULL;
  g_autoptr (GBytes) copies = NULL;
  g_autoptr (GError) error = NULL;

  kit_init (&kit);
  forged = dup_image (&kit);
  slot_of (forged, "omar")[DK_SLOT_AT_ROLE] = DK_ROLE_ADMIN;
  dk_image_put_u64 (forged + DK_HEAD_COPY_SEQ, 99);
  dk_sample_fix_checksum (forged);
  one = dk_sample_join (forged, kit.image);
  copies = dk_directory_bytes_for_new_file (one, uuid, dk_keyring_get (kit.all, DK_KEY_OPEN),
                                            &error);
  g_assert_no_error (error);
  g_assert_cmpint (try_both (g_bytes_get_data (copies, NULL), "omar", kit.other), ==, -1);
  both = dk_sample_join (forged, forged);
  g_assert_null (dk_directory_bytes_for_new_file (
      both, uuid, dk_keyring_get (kit.all, DK_KEY_OPEN), &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

static void
test_cut_off_is_damage (void)
{
  g_auto (Kit) kit = { 0 };
  g_autoptr (GBytes) both = NULL;
  guint tried = 0;

  kit_init (&kit);
  both = dk_sample_join (kit.image, kit.image);
  for (gsize size = 0; size < 2 * DK_IMAGE_SIZE; size += size < 600 ? 1 : 61) {
    g_autofree guint8 *part = g_memdup2 (g_bytes_get_data (both, NULL), MAX (size, 1));
    g_autoptr (GError) error = NULL;

    g_assert_null (dk_directory_parse (part, size, NULL, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    tried++;
  }
  g_assert_cmpuint (tried, >=, 2000);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
#define ADD(path, function) g_test_add_func ("/crypto/directory/" path, function)
  ADD ("refuses-a-promoted-role", test_promotion_is_refused);
  ADD ("refuses-a-longer-access", test_longer_access_is_refused);
  ADD ("refuses-a-stranger", test_stranger_is_refused);
  ADD ("notices-a-removed-slot", test_removed_slot_is_noticed);
  ADD ("refuses-swapped-wraps", test_swapped_wraps_are_refused);
  ADD ("refuses-another-kit", test_other_kit_is_refused);
  ADD ("refuses-a-slot-of-another-kit", test_slot_of_another_kit_is_refused);
  ADD ("refuses-exchanged-keys", test_exchanged_keys_are_refused);
  ADD ("refuses-a-lowered-cost", test_lowered_cost_is_refused);
  ADD ("refuses-a-hostile-head", test_hostile_head_is_refused);
  ADD ("refuses-impossible-values", test_impossible_values_are_refused);
  ADD ("refuses-twins", test_twins_are_refused);
  ADD ("falls-back-to-the-true-copy", test_falls_back);
  ADD ("falls-back-from-a-spoilt-wrap", test_falls_back_from_a_spoilt_wrap);
  ADD ("survives-a-power-cut-between-copies", test_power_cut_between_copies);
  ADD ("makes-a-new-file-of-a-true-copy-alone", test_new_file_needs_a_true_copy);
  ADD ("takes-a-cut-off-file-for-damaged", test_cut_off_is_damage);
#undef ADD
  return dk_test_run ();
}
