/* SPDX-License-Identifier: MIT */
/* Goal: people change their own passphrase and administrators change roles and keys without
 * anybody else's passphrase; what was taken away is gone; nobody is locked out by it. Method: each
 * change, written, read again and unlocked by those concerned; the chain of admin keys to its
 * end. */
#include "tests/crypto/sample.h"

#include <string.h>

#include "tests/support/support.h"

#define EVERY_KEY ((1u << DK_KEY_COUNT) - 1)

typedef struct {
  DkKeyring *all;
  DkDirectory *directory;
  DkSecret *code;
  DkSecret *other;
} Kit;

/* Written to the file and read again. */
static void
write_and_read (Kit *kit)
{
  g_autoptr (GBytes) copies = dk_directory_bytes (kit->directory, kit->all);

  g_assert_false (dk_directory_needs_write (kit->directory));
  dk_directory_free (kit->directory);
  kit->directory = dk_sample_parse (copies);
}

static void
kit_init (Kit *kit)
{
  kit->directory = dk_sample_quick_directory (&kit->all);
  kit->code = dk_sample_code ();
  kit->other = dk_sample_fill (0x5a, DK_RECOVERY_CODE_SIZE);
  write_and_read (kit);
}

static void
kit_clear (Kit *kit)
{
  dk_keyring_free (kit->all);
  dk_directory_free (kit->directory);
  dk_secret_free (kit->code);
  dk_secret_free (kit->other);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kit, kit_clear)

static void
rekey (Kit *kit, guint renew)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkKeyring) after = dk_keyring_new_renewed (kit->all, renew);

  g_assert_true (dk_directory_rekey (kit->directory, kit->all, after, &error));
  g_assert_no_error (error);
  dk_directory_sign (kit->directory, after);
  dk_keyring_free (kit->all);
  kit->all = g_steal_pointer (&after);
  write_and_read (kit);
}

/* A kit with somebody unlocked, and a passphrase to come. */
typedef struct {
  Kit kit;
  DkPerson *person;
  DkKeyring *keys;
  DkSecret *new;
} Session;

static void
session_init (Session *session, const char *name, gboolean by_code)
{
  kit_init (&session->kit);
  session->keys = dk_sample_unlock (session->kit.directory, name,
                                    by_code ? session->kit.code : session->kit.other,
                                    &session->person);
  session->new = dk_sample_secret ("purple monkey");
}

static void
session_clear (Session *session)
{
  dk_secret_free (session->new);
  dk_keyring_free (session->keys);
  dk_person_free (session->person);
  kit_clear (&session->kit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Session, session_clear)

static void
test_passphrase_changes (void)
{
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) made = dk_sample_directory (&all);
  g_autoptr (GBytes) copies = dk_directory_bytes (made, all);
  g_autoptr (DkDirectory) directory = dk_sample_parse (copies);
  g_autoptr (DkSecret) old = dk_sample_secret ("battery staple");
  g_autoptr (DkSecret) new = dk_sample_secret ("purple monkey");
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (DkKeyring) keys = dk_sample_unlock (directory, "omar", old, &person);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (DkDirectory) again = NULL;
  guint64 seq = dk_directory_seq (directory);

  g_assert_true (dk_directory_rewrap (directory, person, new, dk_sample_cost, &error));
  g_assert_true (dk_directory_needs_write (directory));
  g_assert_cmpuint (dk_directory_seq (directory), ==, seq);
  changed = dk_directory_bytes (directory, keys);
  again = dk_sample_parse (changed);
  g_assert_cmpint (dk_sample_try (again, "omar", old), ==, DK_ERROR_DENIED);
  g_assert_cmpint (dk_sample_try (again, "omar", new), ==, -1);
  g_assert_false (dk_directory_rewrap (directory, person, new, (DkKdfParams){ 1, 1 }, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_USAGE);
}

static void
test_removed_person_cannot_change (void)
{
  g_auto (Session) omar = { { NULL } };
  DkDirectory *directory;
  g_autoptr (GError) error = NULL;

  session_init (&omar, "omar", FALSE);
  directory = omar.kit.directory;
  dk_directory_remove (directory, (guint) dk_directory_find (directory, "omar"));
  g_assert_false (dk_directory_rewrap (directory, omar.person, omar.new, dk_sample_cost, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

static void
test_code_is_spent (void)
{
  g_auto (Kit) kit = { 0 };
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkKeyring) found = NULL;
  g_autoptr (DkSecret) new = dk_sample_secret ("sixteen byte one");
  g_autoptr (GError) error = NULL;

  kit_init (&kit);
  keys = dk_sample_unlock (kit.directory, "anna", kit.code, &person);
  g_assert_true (dk_directory_rewrap (kit.directory, person, new, dk_sample_cost, &error));
  write_and_read (&kit);
  g_assert_cmpint (dk_sample_try (kit.directory, "anna", kit.code), ==, DK_ERROR_DENIED);
  found = dk_sample_unlock (kit.directory, "anna", new, NULL);
  dk_sample_assert_keys (found, kit.all, DK_ROLE_ADMIN);
}

static void
test_role_changes (void)
{
  g_auto (Kit) kit = { 0 };
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkPerson) person = NULL;

  kit_init (&kit);
  dk_directory_set_role (kit.directory, (guint) dk_directory_find (kit.directory, "omar"),
                         DK_ROLE_RECONCILER, 77, kit.all);
  dk_directory_sign (kit.directory, kit.all);
  write_and_read (&kit);
  keys = dk_sample_unlock (kit.directory, "omar", kit.other, &person);
  dk_sample_assert_keys (keys, kit.all, DK_ROLE_RECONCILER);
  g_assert_cmpint (dk_person_info (person)->valid_until_ms, ==, 77);
}

static void
test_lead_resets (void)
{
  g_autoptr (DkKeyring) all = NULL;
  g_autoptr (DkDirectory) directory = dk_sample_quick_directory (&all);
  g_autoptr (DkSecret) lead = dk_sample_fill (0x5a, DK_RECOVERY_CODE_SIZE);
  g_autoptr (DkSecret) old = dk_sample_secret ("forgotten");
  g_autoptr (DkSecret) new = dk_sample_secret ("written down");
  g_autoptr (DkSecret) seed = NULL;
  g_autoptr (DkSecret) false_seed = dk_secret_new_random (32);
  g_autoptr (DkPerson) by = NULL;
  g_autoptr (DkKeyring) lead_keys = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) copies = NULL;
  g_autoptr (GBytes) changed = NULL;
  g_autoptr (DkDirectory) again = NULL;
  guint ida;

  g_assert_true (dk_directory_add (directory, DK_SLOT_PERSON, DK_ROLE_FRONTLINE, "ida", 0, old,
                                   dk_sample_cost, all, &seed, &error));
  dk_directory_sign (directory, all);
  copies = dk_directory_bytes (directory, all);
  lead_keys = dk_sample_unlock (directory, "lena", lead, &by);
  ida = (guint) dk_directory_find (directory, "ida");
  g_assert_false (
      dk_directory_reset (directory, ida, false_seed, by, new, dk_sample_cost, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_clear_error (&error);
  g_assert_true (dk_directory_reset (directory, ida, seed, by, new, dk_sample_cost, &error));
  changed = dk_directory_bytes (directory, lead_keys);
  again = dk_sample_parse (changed);
  g_assert_cmpint (dk_sample_try (again, "ida", old), ==, DK_ERROR_DENIED);
  keys = dk_sample_unlock (again, "ida", new, NULL);
  dk_sample_assert_keys (keys, all, DK_ROLE_FRONTLINE);
}

static void
test_rekey_leaves_the_removed_behind (void)
{
  g_auto (Kit) kit = { 0 };
  g_autoptr (DkKeyring) before = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  guint8 uuid[16];

  kit_init (&kit);
  memcpy (uuid, dk_directory_file_uuid (kit.directory), sizeof uuid);
  before = dk_keyring_new_for_role (kit.all, DK_ROLE_ADMIN);
  dk_directory_remove (kit.directory, (guint) dk_directory_find (kit.directory, "omar"));
  rekey (&kit, 1u << DK_KEY_OPEN | 1u << DK_KEY_LEAD | 1u << DK_KEY_SEND);
  g_assert_cmpint (dk_sample_try (kit.directory, "omar", kit.other), ==, DK_ERROR_DENIED);
  keys = dk_sample_unlock (kit.directory, "lena", kit.other, NULL);
  dk_sample_assert_keys (keys, kit.all, DK_ROLE_LEAD);
  g_assert_false (dk_secret_equal (dk_keyring_get (keys, DK_KEY_OPEN),
                                   dk_keyring_get (before, DK_KEY_OPEN)));
  g_assert_true (memcmp (uuid, dk_directory_file_uuid (kit.directory), sizeof uuid) != 0);
  g_assert_cmpuint (dk_directory_key_epoch (kit.directory), ==, 2);
  g_assert_cmpuint (dk_image_get_u32 (kit.directory->image + DK_HEAD_CHANGE_COUNT), ==, 0);
}

static void
test_admin_key_changes (void)
{
  g_auto (Kit) kit = { 0 };
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  guint8 admin[32];

  kit_init (&kit);
  rekey (&kit, EVERY_KEY);
  rekey (&kit, 1u << DK_KEY_ADMIN);
  rekey (&kit, 1u << DK_KEY_SEND);
  keys = dk_sample_unlock (kit.directory, "omar", kit.other, &person);
  dk_sample_assert_keys (keys, kit.all, DK_ROLE_FRONTLINE);
  dk_keyring_public (kit.all, DK_KEY_ADMIN, admin);
  g_assert_cmpmem (dk_person_admin_key (person), 32, admin, 32);
  g_assert_true (dk_directory_needs_write (kit.directory));
  g_assert_cmpint (dk_sample_try (kit.directory, "lena", kit.other), ==, -1);
  g_assert_cmpint (dk_sample_try (kit.directory, "anna", kit.code), ==, -1);
  write_and_read (&kit);
  g_assert_cmpint (dk_sample_try (kit.directory, "omar", kit.other), ==, -1);
  g_assert_false (dk_directory_needs_write (kit.directory));
}

/* Somebody unlocked, and the admin key changed behind their back. */
/* The newest change of the admin key, and keys for anna, as somebody would have them who holds the
 * admin key of before, and `open`. */
static void
forge_change (Kit *kit, const DkKeyring *before)
{
  guint8 *image = kit->directory->image;
  guint8 *record = image + DK_HEAD_CHANGES;
  guint8 *slot = dk_image_slot (image, (guint) dk_image_find (image, "anna"));
  g_autoptr (DkKeyring) mine = dk_keyring_new_renewed (kit->all, 1u << DK_KEY_ADMIN);
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (GByteArray) part = NULL;
  guint8 key[32];

  dk_keyring_public (before, DK_KEY_ADMIN, key);
  g_byte_array_append (message, (const guint8 *) "dk-admin-key v1", 15);
  g_byte_array_append (message, image + DK_HEAD_KIT_ID, 16);
  g_byte_array_append (message, record + DK_CHANGE_EPOCH, 4);
  g_byte_array_append (message, key, sizeof key);
  dk_keyring_public (mine, DK_KEY_ADMIN, key);
  g_byte_array_append (message, key, sizeof key);
  memcpy (record + DK_CHANGE_KEY, key, sizeof key);
  dk_sign (record + DK_CHANGE_SIGNATURE, message->data, message->len,
           dk_keyring_get (before, DK_KEY_ADMIN));
  dk_slot_seal_keys (slot, mine, DK_ROLE_ADMIN, dk_directory_key_epoch (kit->directory));
  part = dk_image_signed_part (image);
  dk_sign (image + DK_HEAD_SIGNATURE, part->data, part->len, dk_keyring_get (mine, DK_KEY_ADMIN));
  write_and_read (kit);
}

/* Who was an admin keeps that key: who changed it must not be led to another one. Control: without
 * the renewed wrap anna is. */
static void
test_former_admin_leads_nobody (void)
{
  for (guint i = 0; i < 2; i++) {
    g_auto (Kit) kit = { 0 };
    g_autoptr (DkPerson) anna = NULL;
    g_autoptr (DkKeyring) before = NULL;
    gboolean is_renewed = i == 0;

    kit_init (&kit);
    before = dk_sample_unlock (kit.directory, "anna", kit.code, &anna);
    rekey (&kit, 1u << DK_KEY_OPEN | 1u << DK_KEY_ADMIN);
    if (is_renewed)
      dk_directory_renew_wrap (kit.directory, anna);
    forge_change (&kit, before);
    g_assert_cmpint (dk_sample_try (kit.directory, "anna", kit.code), ==,
                     is_renewed ? (int) DK_ERROR_DAMAGED : -1);
  }
}

/* The key of the wrap is the one of the passphrase before. */
static void
test_wrap_of_another_passphrase_stays (void)
{
  g_auto (Session) anna = { { NULL } };
  g_autoptr (GError) error = NULL;

  session_init (&anna, "anna", TRUE);
  g_assert_true (dk_directory_rewrap (anna.kit.directory, anna.person, anna.new, dk_sample_cost,
                                      &error));
  rekey (&anna.kit, 1u << DK_KEY_OPEN | 1u << DK_KEY_ADMIN);
  dk_directory_renew_wrap (anna.kit.directory, anna.person);
  write_and_read (&anna.kit);
  g_assert_cmpint (dk_sample_try (anna.kit.directory, "anna", anna.new), ==, -1);
}

static void
test_late_change_finds_the_admin_key (void)
{
  g_auto (Kit) kit = { 0 };
  g_autoptr (DkPerson) person = NULL;
  g_autoptr (DkKeyring) keys = NULL;
  g_autoptr (DkSecret) new = dk_sample_secret ("purple monkey");
  g_autoptr (GError) error = NULL;

  kit_init (&kit);
  keys = dk_sample_unlock (kit.directory, "omar", kit.other, &person);
  rekey (&kit, 1u << DK_KEY_ADMIN);
  g_assert_true (dk_directory_rewrap (kit.directory, person, new, dk_sample_cost, &error));
  write_and_read (&kit);
  g_assert_cmpint (dk_sample_try (kit.directory, "omar", new), ==, -1);
  g_assert_false (dk_directory_needs_write (kit.directory));
  g_assert_cmpint (dk_sample_try (kit.directory, "anna", kit.code), ==, -1);
  g_assert_cmpint (dk_sample_try (kit.directory, "lena", kit.other), ==, -1);
  rekey (&kit, 1u << DK_KEY_ADMIN);
  g_assert_false (dk_directory_rewrap (kit.directory, person, new, dk_sample_cost, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  g_assert_cmpint (dk_sample_try (kit.directory, "omar", new), ==, -1);
}

static void
test_changes_are_bounded (void)
{
  g_auto (Kit) kit = { 0 };
  g_autoptr (DkKeyring) after = NULL;
  g_autoptr (GError) error = NULL;

  kit_init (&kit);
  for (int i = 0; i < DK_CHANGE_MAX; i++) {
    rekey (&kit, 1u << DK_KEY_ADMIN);
    g_assert_cmpint (dk_sample_try (kit.directory, "anna", kit.code), ==, -1);
    g_assert_cmpint (dk_sample_try (kit.directory, "lena", kit.other), ==, -1);
  }
  g_assert_cmpuint (dk_image_get_u32 (kit.directory->image + DK_HEAD_CHANGE_COUNT), ==, 16);
  after = dk_keyring_new_renewed (kit.all, 1u << DK_KEY_ADMIN);
  g_assert_false (dk_directory_rekey (kit.directory, kit.all, after, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "omar"));
  g_assert_cmpuint (dk_directory_key_epoch (kit.directory), ==, 17);
  g_assert_cmpint (dk_sample_try (kit.directory, "omar", kit.other), ==, -1);
  rekey (&kit, 1u << DK_KEY_ADMIN);
  g_assert_cmpuint (dk_image_get_u32 (kit.directory->image + DK_HEAD_CHANGE_COUNT), ==, 1);
  g_assert_cmpint (dk_sample_try (kit.directory, "omar", kit.other), ==, -1);
}

/* A chain whose middle was not signed by the key before it leads nowhere, whoever wrote it. */
static void
test_chain_cannot_be_forged (void)
{
  g_auto (Kit) kit = { 0 };
  g_autofree guint8 *image = NULL;

  kit_init (&kit);
  rekey (&kit, 1u << DK_KEY_ADMIN);
  rekey (&kit, 1u << DK_KEY_ADMIN);
  image = g_memdup2 (kit.directory->image, DK_IMAGE_SIZE);
  for (guint at = DK_HEAD_CHANGES; at < DK_HEAD_CHANGES + 2 * DK_CHANGE_SIZE; at += 7) {
    g_autofree guint8 *forged = g_memdup2 (image, DK_IMAGE_SIZE);
    g_autoptr (GBytes) both = NULL;
    g_autoptr (DkDirectory) directory = NULL;
    int result;

    forged[at] ^= 0x01;
    dk_image_finish (forged, dk_keyring_get (kit.all, DK_KEY_OPEN));
    both = dk_sample_join (forged, forged);
    directory = dk_directory_parse (g_bytes_get_data (both, NULL), 2 * DK_IMAGE_SIZE, NULL, NULL);
    result = directory == NULL ? DK_ERROR_DAMAGED
                               : dk_sample_try (directory, "omar", kit.other);
    g_assert_cmpint (result, ==, DK_ERROR_DAMAGED);
  }
}

static void
test_initialised_is_kept (void)
{
  g_auto (Kit) kit = { 0 };

  kit_init (&kit);
  g_assert_false (dk_directory_initialised (kit.directory));
  dk_directory_set_initialised (kit.directory);
  g_assert_true (dk_directory_needs_write (kit.directory));
  write_and_read (&kit);
  g_assert_true (dk_directory_initialised (kit.directory));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_sample_init ();
  g_test_add_func ("/crypto/directory/passphrase-changes-without-a-signature",
                   test_passphrase_changes);
  g_test_add_func ("/crypto/directory/removed-person-cannot-change",
                   test_removed_person_cannot_change);
  g_test_add_func ("/crypto/directory/recovery-code-is-spent", test_code_is_spent);
  g_test_add_func ("/crypto/directory/role-changes-without-a-passphrase", test_role_changes);
  g_test_add_func ("/crypto/directory/lead-resets-with-the-seed", test_lead_resets);
  g_test_add_func ("/crypto/directory/rekey-leaves-the-removed-behind",
                   test_rekey_leaves_the_removed_behind);
  g_test_add_func ("/crypto/directory/admin-key-is-followed", test_admin_key_changes);
  g_test_add_func ("/crypto/directory/former-admin-leads-nobody-elsewhere",
                   test_former_admin_leads_nobody);
  g_test_add_func ("/crypto/directory/wrap-of-another-passphrase-stays",
                   test_wrap_of_another_passphrase_stays);
  g_test_add_func ("/crypto/directory/late-change-finds-the-admin-key",
                   test_late_change_finds_the_admin_key);
  g_test_add_func ("/crypto/directory/admin-changes-are-bounded", test_changes_are_bounded);
  g_test_add_func ("/crypto/directory/admin-chain-cannot-be-forged", test_chain_cannot_be_forged);
  g_test_add_func ("/crypto/directory/initialised-is-kept", test_initialised_is_kept);
  return dk_test_run ();
}
