/* SPDX-License-Identifier: MIT */
/* Goal: no flipped bit of a slot directory opens a kit wrongly. Method, on a directory of three
 * slots:
 * (a) damage: every bit of what is in use, and of the rest one bit in each 16 bytes (with DK_LONG=1
 *     every bit), flipped in one copy: the other copy must be taken and open with the true keys;
 * (b) a writer with the file alone flips a bit in both copies and makes the checksum right: nothing
 *     may open;
 * (c) a writer who knows `open` makes the MAC right as well: only fields that are no authority of
 *     the administrator may differ.
 * Control: an administrator who signs as well is accepted, so the experiment can see acceptance. */
#include "tests/crypto/sample.h"

#include <string.h>

#include "tests/support/support.h"

typedef struct {
  DkKeyring *all;
  guint8 *image;
  DkSecret *code;
} Kit;

static void
kit_init (Kit *kit)
{
  g_autoptr (DkDirectory) directory = dk_sample_quick_directory (&kit->all);
  g_autoptr (GBytes) copies = dk_directory_bytes (directory, kit->all);

  kit->image = g_memdup2 (g_bytes_get_data (copies, NULL), DK_IMAGE_SIZE);
  kit->code = dk_sample_code ();
}

static void
kit_clear (Kit *kit)
{
  dk_keyring_free (kit->all);
  g_free (kit->image);
  dk_secret_free (kit->code);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kit, kit_clear)

/* In use: the head but for its two runs of zeros, and three slots. */
static gboolean
is_in_use (guint byte)
{
  return byte < DK_HEAD_ZERO_1 || (byte >= DK_HEAD_SIGNATURE && byte < DK_HEAD_SIZE + 3 * 512);
}

static void
test_damage_of_one_copy (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *both = g_malloc (2 * DK_IMAGE_SIZE);
  gboolean all = dk_test_is_long ();
  guint flipped = 0;
  guint unlocked = 0;

  kit_init (&kit);
  memcpy (both, kit.image, DK_IMAGE_SIZE);
  memcpy (both + DK_IMAGE_SIZE, kit.image, DK_IMAGE_SIZE);
  for (guint bit = 0; bit < DK_IMAGE_SIZE * 8; bit++) {
    guint at = (flipped & 1) * DK_IMAGE_SIZE + bit / 8;
    g_autoptr (DkDirectory) directory = NULL;
    int copy = -1;

    if (!all && !is_in_use (bit / 8) && bit % 128 != 5)
      continue;
    both[at] ^= (guint8) (1u << bit % 8);
    directory = dk_directory_parse (both, 2 * DK_IMAGE_SIZE, &copy, NULL);
    g_assert_nonnull (directory);
    g_assert_cmpint (copy, ==, at < DK_IMAGE_SIZE ? 1 : 0);
    g_assert_cmpmem (directory->image, DK_IMAGE_SIZE, kit.image, DK_IMAGE_SIZE);
    g_assert_null (directory->other);
    if (flipped % 50 == 0) {
      g_autoptr (DkKeyring) keys = dk_sample_unlock (directory, "anna", kit.code, NULL);

      dk_sample_assert_keys (keys, kit.all, DK_ROLE_ADMIN);
      unlocked++;
    }
    both[at] ^= (guint8) (1u << bit % 8);
    flipped++;
  }
  g_test_message ("%u flips in one copy, %u of them unlocked, 0 taken from the damaged copy",
                  flipped, unlocked);
  g_assert_cmpuint (flipped, >=, 16000);
  g_assert_cmpuint (unlocked, >=, 300);
}

/* DK_ERROR_* or -1; the keys that open must be the true ones. */
static int
try_image (const Kit *kit, const guint8 *image)
{
  g_autoptr (GBytes) both = dk_sample_join (image, image);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkDirectory) directory
      = dk_directory_parse (g_bytes_get_data (both, NULL), 2 * DK_IMAGE_SIZE, NULL, &error);
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;

  if (directory == NULL
      || !dk_directory_unlock (directory, "anna", kit->code, 0, &keys, &person, &error))
    return error->code;
  dk_sample_assert_keys (keys, kit->all, DK_ROLE_ADMIN);
  return -1;
}

static void
test_forgery_of_both_copies (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;
  guint step = dk_test_is_long () ? 1 : 5;
  guint tried = 0;

  kit_init (&kit);
  image = g_memdup2 (kit.image, DK_IMAGE_SIZE);
  for (guint bit = 0; bit < (DK_HEAD_SIZE + 4 * 512) * 8; bit += step) {
    guint at = bit / 8;

    if (!is_in_use (at) || (at >= DK_HEAD_CHECKSUM && at < DK_HEAD_SIZE))
      continue;
    image[at] ^= (guint8) (1u << bit % 8);
    dk_sample_fix_checksum (image);
    g_assert_cmpint (try_image (&kit, image), !=, -1);
    image[at] ^= (guint8) (1u << bit % 8);
    tried++;
  }
  g_test_message ("%u forgeries without a key, 0 accepted", tried);
  g_assert_cmpuint (tried, >=, 2700);
}

/* What whoever knows `open` may change unnoticed here: counters and marks that are under the MAC
 * alone, and the wraps of other people, who would be refused by them. */
static gboolean
is_under_mac_alone (guint at)
{
  guint in_slot = (at - DK_HEAD_SIZE) % DK_SLOT_SIZE;

  if (at < DK_HEAD_SIZE)
    return (at >= DK_HEAD_UUID && at < DK_HEAD_KIT_ID)
           || (at >= DK_HEAD_COPY_SEQ && at < DK_HEAD_DIR_SEQ)
           || (at >= DK_HEAD_FLAGS && at < DK_HEAD_SLOT_COUNT)
           || (at >= DK_HEAD_MAC && at < DK_HEAD_SIZE);
  return at >= DK_HEAD_SIZE + DK_SLOT_SIZE
         && (in_slot == DK_SLOT_AT_KDF
             || (in_slot >= DK_SLOT_AT_WRAP && in_slot < DK_SLOT_AT_KEYS));
}

static void
test_forgery_with_the_open_key (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;
  guint step = dk_test_is_long () ? 1 : 5;
  guint tried = 0;
  guint accepted = 0;

  kit_init (&kit);
  for (guint bit = 0; bit < (DK_HEAD_SIZE + 3 * 512) * 8; bit += step) {
    guint at = bit / 8;
    int code;

    if (!is_in_use (at))
      continue;
    g_free (image);
    image = g_memdup2 (kit.image, DK_IMAGE_SIZE);
    image[at] ^= (guint8) (1u << bit % 8);
    dk_image_finish (image, dk_keyring_get (kit.all, DK_KEY_OPEN));
    code = try_image (&kit, image);
    if (at >= DK_HEAD_MAGIC + 8 && !is_under_mac_alone (at))
      g_assert_cmpint (code, !=, -1);
    accepted += code == -1;
    tried++;
  }
  g_test_message ("%u forgeries with `open`, %u accepted, all under the MAC alone", tried,
                  accepted);
  g_assert_cmpuint (tried, >=, 2700);
  g_assert_cmpuint (accepted, >=, 100);
}

static void
test_control_administrator_is_accepted (void)
{
  g_auto (Kit) kit = { 0 };
  guint accepted = 0;

  kit_init (&kit);
  for (guint i = 0; i < 100; i++) {
    g_autoptr (GBytes) both = dk_sample_join (kit.image, kit.image);
    g_autoptr (DkDirectory) directory = dk_sample_parse (both);
    g_autoptr (GBytes) changed = NULL;

    dk_image_slot (directory->image, 2)[DK_SLOT_AT_VALID_UNTIL + i % 7] ^= (guint8) (1u << i % 8);
    dk_directory_sign (directory, kit.all);
    changed = dk_directory_bytes (directory, kit.all);
    accepted += try_image (&kit, g_bytes_get_data (changed, NULL)) == -1;
  }
  g_test_message ("control: %u of 100 signed changes accepted", accepted);
  g_assert_cmpuint (accepted, ==, 100);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/directory-bits/damage-of-one-copy-costs-nothing",
                   test_damage_of_one_copy);
  g_test_add_func ("/crypto/directory-bits/nothing-opens-without-a-key",
                   test_forgery_of_both_copies);
  g_test_add_func ("/crypto/directory-bits/open-key-gives-no-authority",
                   test_forgery_with_the_open_key);
  g_test_add_func ("/crypto/directory-bits/control-administrator-is-accepted",
                   test_control_administrator_is_accepted);
  return dk_test_run ();
}
