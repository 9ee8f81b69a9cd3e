/* SPDX-License-Identifier: MIT */
/* Goal: the printed code opens the kit once, for a reason, and everybody is told from then on; a
 * mistyped one is named by its group. A new code makes it void, and renews the keys if it was used.
 * Method: the code of a fresh kit, right, mistyped, reused, rotated. */
#include <string.h>

#include "app/kit/kit-private.h"
#include "app/kit/recovery.h"
#include "tests/kit/kit-fixture.h"

#define PASSPHRASE "from the safe"

static DkKit *
try_code (KitFixture *f, const char *code, const char *reason, GError **error)
{
  g_autoptr (DkSecret) secret = dk_secret_new_copy (PASSPHRASE, strlen (PASSPHRASE));

  return dk_kit_open_with_recovery (f->folder, code, reason, secret, kit_fixture_kdf, error);
}

static void
assert_entry (DkKit *kit)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_kind (dk_kit_store (kit), "recovery-opened", NULL);
  const DkEntry *entry;

  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (entry->user, ==, "recovery");
  g_assert_cmpstr (dk_json_get_text (entry->body, "reason"), ==, "both admins are ill");
  g_assert_nonnull (json_object_get (entry->body, "signed"));
  g_assert_true (dk_store_check_signed (dk_kit_store (kit), "recovery-opened", "", entry->body));
}

static void
test_opens_once (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) next = dk_secret_new_copy ("staple staple", 13);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  gint64 used_ms = 0;
  DkKit *kit = try_code (f, kit_fixture_code (), "both admins are ill", &error);

  g_assert_no_error (error);
  g_assert_true (kit_fixture_told (kit, "recovery code"));
  assert_entry (kit);
  g_assert_true (
      dk_kit_add_user (kit, "clara", DK_ROLE_ADMIN, next, 0, kit_fixture_kdf, &error));
  kit_fixture_close (kit);
  g_assert_null (try_code (f, kit_fixture_code (), "once more", &again));
  g_assert_error (again, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&again);
  again = kit_fixture_try (f->folder, "recovery", PASSPHRASE);
  g_assert_no_error (again);
  kit = kit_fixture_open (f->folder);
  g_assert_true (kit_fixture_told (kit, "recovery code")); /* everybody, at every unlock */
  g_assert_true (dk_kit_recovery_used (kit, &used_ms, NULL));
  g_assert_cmpint (used_ms, >, 0);
  g_assert_cmpuint (kit_fixture_count (kit, "recovery-opened"), ==, 1);
  kit_fixture_close (kit);
}

static void
test_refusals (KitFixture *f, gconstpointer data)
{
  g_autofree char *mistyped = g_strdup (kit_fixture_code ());
  g_autoptr (GError) error = NULL;
  gint64 used_ms = 1;
  DkKit *kit;

  mistyped[2 * 7] = mistyped[2 * 7] == '9' ? '8' : (char) (mistyped[2 * 7] + 1);
  g_assert_null (try_code (f, mistyped, "both", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "Group 3"));
  g_clear_error (&error);
  g_assert_null (try_code (f, kit_fixture_code (), " \n", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (try_code (f, "000001-000002-000003-000004-000005-000006-000007-000008", "both",
                           &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "recovery code"));
  kit = kit_fixture_open (f->folder);
  g_assert_false (kit_fixture_told (kit, "recovery code"));
  g_assert_true (dk_kit_recovery_used (kit, &used_ms, NULL));
  g_assert_cmpint (used_ms, ==, 0);
  kit_fixture_close (kit);
}

static DkSecret *
rotate (DkKit *kit, gboolean with_admin, gboolean renew_keys)
{
  const DkRecoveryRotation rotation = { with_admin, renew_keys };
  g_autoptr (GError) error = NULL;
  DkSecret *code = NULL;
  gboolean done = dk_kit_rotate_recovery (kit, &rotation, NULL, &code, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return code;
}

static void
assert_opens_as (KitFixture *f, const DkSecret *code, DkRole role)
{
  g_autoptr (GError) error = NULL;
  DkKit *kit = try_code (f, (const char *) dk_secret_get (code), "drill", &error);

  g_assert_no_error (error);
  g_assert_cmpint (dk_person_info (kit->person)->role, ==, role);
  g_assert_true ((dk_keyring_get (kit->keys, DK_KEY_ADMIN) != NULL) == (role == DK_ROLE_ADMIN));
  kit_fixture_close (kit);
}

static void
test_rotates (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) second = NULL;
  g_autoptr (DkSecret) third = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  const DkEntry *entry;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_cmpuint (dk_kit_recovery_number (kit), ==, 1);
  second = rotate (kit, FALSE, FALSE);
  g_assert_cmpuint (dk_kit_recovery_number (kit), ==, 2);
  g_assert_cmpuint (dk_directory_key_epoch (kit->directory), ==, 1); /* nobody has used it */
  entries = dk_ledger_of_kind (kit->store, "recovery-rotated", NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_false (dk_json_get_bool (entry->body, "with_admin", TRUE));
  g_assert_nonnull (json_object_get (entry->body, "signed"));
  g_assert_true (dk_store_check_signed (kit->store, "recovery-rotated", "", entry->body));
  kit_fixture_close (kit);
  g_assert_null (try_code (f, kit_fixture_code (), "drill", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  kit = kit_fixture_open (f->folder);
  third = rotate (kit, TRUE, FALSE);
  kit_fixture_close (kit);
  g_assert_null (try_code (f, (const char *) dk_secret_get (second), "drill", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  assert_opens_as (f, third, DK_ROLE_ADMIN);
}

static void
test_rotates_as_lead (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) code = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  code = rotate (kit, FALSE, FALSE);
  kit_fixture_close (kit);
  assert_opens_as (f, code, DK_ROLE_LEAD);
}

/* Whoever used the code held the keys, and may have kept them. */
static void
test_used_code_renews_keys (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) code = NULL;
  g_autoptr (DkKeyring) held = NULL;
  g_autofree char *number = NULL;
  gint64 used_ms = 1;
  DkKit *kit = try_code (f, kit_fixture_code (), "both admins are ill", &error);

  g_assert_no_error (error);
  number = kit_fixture_save (kit);
  held = dk_keyring_new_for_role (kit->keys, DK_ROLE_ADMIN);
  kit_fixture_close (kit);
  kit = kit_fixture_open (f->folder);
  code = rotate (kit, TRUE, FALSE);
  g_assert_cmpuint (dk_directory_key_epoch (kit->directory), ==, 2);
  for (int id = 0; id < DK_KEY_COUNT; id++) {
    gboolean is_device = id == DK_KEY_DEVICE_SIGN || id == DK_KEY_DEVICE_AGE;
    g_assert_true (dk_secret_equal (dk_keyring_get (kit->keys, (DkKeyId) id),
                                    dk_keyring_get (held, (DkKeyId) id))
                   == is_device);
  }
  g_assert_true (dk_kit_recovery_used (kit, &used_ms, NULL));
  g_assert_cmpint (used_ms, ==, 0);
  kit_fixture_close (kit);
  error = kit_fixture_try (f->folder, "recovery", PASSPHRASE);
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  kit = kit_fixture_open (f->folder);
  g_assert_false (kit_fixture_told (kit, "recovery code"));
  kit_fixture_close (kit);
  assert_opens_as (f, code, DK_ROLE_ADMIN);
}

/* The slot of who does it is gone afterwards; the kit stays open all the same. */
static void
test_who_used_the_code_can_rotate (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkSecret) code = NULL;
  g_autofree char *number = NULL;
  DkKit *kit = try_code (f, kit_fixture_code (), "both admins are ill", &error);

  g_assert_no_error (error);
  code = rotate (kit, TRUE, FALSE);
  number = kit_fixture_save (kit);
  kit_fixture_close (kit);
  error = kit_fixture_try (f->folder, "recovery", PASSPHRASE);
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (kit_fixture_count (kit, "recovery-rotated"), ==, 1);
  g_assert_cmpuint (dk_directory_key_epoch (kit->directory), ==, 2);
  kit_fixture_close (kit);
  assert_opens_as (f, code, DK_ROLE_ADMIN);
}

static void
test_seen_code_renews_keys (KitFixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) code = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  code = rotate (kit, FALSE, TRUE);
  g_assert_cmpuint (dk_directory_key_epoch (kit->directory), ==, 2);
  kit_fixture_close (kit);
  assert_opens_as (f, code, DK_ROLE_LEAD);
}

static void
test_rotation_is_for_admins (KitFixture *f, gconstpointer data)
{
  const DkRecoveryRotation rotation = { TRUE, FALSE };
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy ("staple staple", 13);
  g_autoptr (DkSecret) code = NULL;
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (dk_kit_add_user (kit, "ben", DK_ROLE_LEAD, passphrase, 0, kit_fixture_kdf, NULL));
  kit_fixture_close (kit);
  kit = dk_kit_open (f->folder, "ben", passphrase, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (dk_kit_rotate_recovery (kit, &rotation, NULL, &code, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_null (code);
  kit_fixture_close (kit);
  kit = try_code (f, kit_fixture_code (), "drill", NULL);
  g_assert_nonnull (kit);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/recovery/code-opens-once-and-everybody-is-told", test_opens_once);
  KIT_ADD ("/kit/recovery/wrong-codes-and-no-reason-are-refused", test_refusals);
  KIT_ADD ("/kit/recovery/a-new-code-makes-the-one-before-void", test_rotates);
  KIT_ADD ("/kit/recovery/a-new-code-opens-as-lead", test_rotates_as_lead);
  KIT_ADD ("/kit/recovery/a-used-code-renews-the-keys", test_used_code_renews_keys);
  KIT_ADD ("/kit/recovery/who-used-the-code-can-make-a-new-one", test_who_used_the_code_can_rotate);
  KIT_ADD ("/kit/recovery/a-code-that-was-seen-renews-the-keys", test_seen_code_renews_keys);
  KIT_ADD ("/kit/recovery/rotation-is-for-admins", test_rotation_is_for_admins);
  return dk_test_run ();
}
