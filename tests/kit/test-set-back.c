/* SPDX-License-Identifier: MIT */
/* Goal: the list of people put back to an older state opens the kit for nobody: no passphrase that
 * was changed, no recovery code that was used, no slot that was exchanged comes back in silence,
 * and no crash or damage is taken for it. Method: the first 128 KiB of kit.db are kept before a
 * change and written over those after it, as `dd` does; one copy is damaged; the states that a
 * crash leaves and kits from before the check are made by hand. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/kit/backup.h"
#include "app/kit/kit-private.h"
#include "app/kit/people.h"
#include "app/kit/recovery.h"
#include "app/kit/rekey.h"
#include "app/kit/restore.h"
#include "tests/kit/kit-fixture.h"

#define NEXT "staple staple staple"

static void
write_head (KitFixture *f, GBytes *head)
{
  int file = open (f->database, O_WRONLY | O_CLOEXEC);
  gsize size;
  const void *bytes = g_bytes_get_data (head, &size);

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (pwrite (file, bytes, size, 0), ==, (gssize) size);
  g_assert_cmpint (close (file), ==, 0);
}

static GBytes *
read_head (KitFixture *f)
{
  g_autoptr (GBytes) whole = kit_fixture_read (f->database);

  return g_bytes_new_from_bytes (whole, 0, DK_DB_DIRECTORY_SIZE);
}

static DkSecret *
secret_of (const char *text)
{
  return dk_secret_new_copy (text, strlen (text));
}

static void
assert_opens (KitFixture *f, const char *user, const char *passphrase)
{
  g_autoptr (GError) error = kit_fixture_try (f->folder, user, passphrase);

  g_assert_no_error (error);
}

static void
assert_set_back (KitFixture *f, const char *user, const char *passphrase)
{
  g_autoptr (GError) error = kit_fixture_try (f->folder, user, passphrase);

  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, "set back to an older state"));
}

/* The head before lets nobody in; the head after goes on, also with one copy of it damaged. */
static void
assert_change_holds (KitFixture *f, GBytes *before, const char *old_user, const char *old,
                     const char *passphrase)
{
  g_autoptr (GBytes) after = read_head (f);

  g_assert_false (g_bytes_equal (before, after));
  write_head (f, before);
  assert_set_back (f, old_user, old);
  write_head (f, after);
  assert_opens (f, "anna", passphrase);
  for (gsize copy = 0; copy < 2; copy++) {
    kit_fixture_flip (f->database, copy * DK_DB_DIRECTORY_COPY_SIZE + 5000);
    assert_opens (f, "anna", passphrase);
  }
  write_head (f, before);
  assert_set_back (f, old_user, old);
}

static void
change_passphrase (DkKit *kit, const char *passphrase)
{
  g_autoptr (DkSecret) next = secret_of (passphrase);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_change_passphrase (kit, next, kit_fixture_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
add_ben (DkKit *kit)
{
  g_autoptr (DkSecret) phrase = secret_of (KIT_PASSPHRASE);
  g_autoptr (GError) error = NULL;
  gboolean done
      = dk_kit_add_user (kit, "ben", DK_ROLE_FRONTLINE, phrase, 0, kit_fixture_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
test_own_passphrase (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (GBytes) before = read_head (f);

  (void) data;
  change_passphrase (kit, NEXT);
  kit_fixture_close (kit);
  assert_change_holds (f, before, "anna", KIT_PASSPHRASE, NEXT);
}

static void
test_reset (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkSecret) next = secret_of (NEXT);
  g_autoptr (GBytes) before = NULL;

  (void) data;
  add_ben (kit);
  before = read_head (f);
  g_assert_true (dk_kit_reset_user (kit, "ben", next, kit_fixture_kdf, NULL));
  kit_fixture_close (kit);
  assert_change_holds (f, before, "ben", KIT_PASSPHRASE, KIT_PASSPHRASE);
}

static GError *
try_code (KitFixture *f)
{
  g_autoptr (DkSecret) next = secret_of (NEXT);
  GError *error = NULL;
  DkKit *kit = dk_kit_open_with_recovery (f->folder, kit_fixture_code (), "drill", next,
                                          kit_fixture_kdf, &error);

  if (kit != NULL)
    kit_fixture_close (kit);
  return error;
}

static void
test_recovery_code (KitFixture *f, gconstpointer data)
{
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) again = NULL;
  g_autoptr (GBytes) before = read_head (f);

  (void) data;
  assert_opens (f, "anna", KIT_PASSPHRASE);
  first = try_code (f);
  g_assert_no_error (first);
  assert_change_holds (f, before, "anna", KIT_PASSPHRASE, KIT_PASSPHRASE);
  again = try_code (f);
  g_assert_error (again, DK_ERROR, DK_ERROR_DAMAGED);
}

static void
test_rotation (KitFixture *f, gconstpointer data)
{
  const DkRecoveryRotation rotation = { .with_admin = TRUE };
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (GBytes) before = read_head (f);
  g_autoptr (DkSecret) code = NULL;

  (void) data;
  g_assert_true (dk_kit_rotate_recovery (kit, &rotation, NULL, &code, NULL));
  kit_fixture_close (kit);
  assert_change_holds (f, before, "anna", KIT_PASSPHRASE, KIT_PASSPHRASE);
}

static void
test_new_keys (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (GBytes) before = NULL;

  (void) data;
  g_assert_true (dk_kit_rekey (kit, 0, "test", NULL, NULL));
  kit_fixture_close (kit);
  assert_opens (f, "anna", KIT_PASSPHRASE);
  kit = kit_fixture_open (f->folder);
  before = read_head (f);
  change_passphrase (kit, NEXT);
  kit_fixture_close (kit);
  assert_change_holds (f, before, "anna", KIT_PASSPHRASE, NEXT);
}

/* What a crash before the setting leaves: the file is ahead, and the next unlock takes it over. */
static void
test_crash_between (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (GBytes) before = read_head (f);
  g_autofree char *stored = dk_store_get_setting (dk_kit_store (kit), DK_KIT_COPY_SEQ, NULL);

  (void) data;
  g_assert_nonnull (stored);
  change_passphrase (kit, NEXT);
  g_assert_true (dk_store_set_setting (dk_kit_store (kit), DK_KIT_COPY_SEQ, stored, NULL));
  kit_fixture_close (kit);
  assert_opens (f, "anna", NEXT);
  write_head (f, before);
  assert_set_back (f, "anna", KIT_PASSPHRASE);
}

/* Half of a change, and then the half that is newer breaks: the older one is still right. */
static void
test_half_a_change (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkSecret) next = secret_of (NEXT);
  guint first = dk_directory_first_to_write (kit->directory);
  g_autoptr (GBytes) both = NULL;
  g_autoptr (GBytes) copy = NULL;

  (void) data;
  g_assert_true (
      dk_directory_rewrap (kit->directory, kit->person, next, kit_fixture_kdf, NULL));
  both = dk_directory_bytes (kit->directory, kit->keys);
  copy = g_bytes_new_from_bytes (both, 0, DK_DB_DIRECTORY_COPY_SIZE);
  g_assert_true (dk_db_write_directory (kit->db, first, copy, NULL));
  kit_fixture_close (kit);
  kit_fixture_flip (f->database, first * DK_DB_DIRECTORY_COPY_SIZE + 5000);
  assert_opens (f, "anna", KIT_PASSPHRASE);
  assert_opens (f, "anna", KIT_PASSPHRASE);
}

static void
test_earlier_kit (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (GBytes) before = NULL;

  (void) data;
  g_assert_true (dk_store_set_setting (dk_kit_store (kit), DK_KIT_COPY_SEQ, NULL, NULL));
  kit_fixture_close (kit);
  assert_opens (f, "anna", KIT_PASSPHRASE);
  before = read_head (f);
  kit = kit_fixture_open (f->folder);
  change_passphrase (kit, NEXT);
  kit_fixture_close (kit);
  assert_change_holds (f, before, "anna", KIT_PASSPHRASE, NEXT);
}

static void
test_backup (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (out, "a.dkbackup", NULL);
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkKitRestore) restore = NULL;
  g_autoptr (DkSecret) next = secret_of (NEXT);
  g_autoptr (GError) error = NULL;
  g_autofree char *kept = NULL;
  gboolean done;

  (void) data;
  change_passphrase (kit, NEXT);
  g_assert_true (dk_kit_backup (kit, file, NULL, NULL));
  kit_fixture_close (kit);
  restore = dk_kit_restore_new (f->folder, file, NULL, &error);
  done = restore != NULL
         && dk_kit_restore_unlock (restore, "anna", next, FALSE, NULL, &error)
         && dk_kit_restore_finish (restore, &kept, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  g_clear_pointer (&restore, dk_kit_restore_free);
  assert_opens (f, "anna", NEXT);
  assert_opens (f, "anna", NEXT);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/set-back/an-old-passphrase-stays-void", test_own_passphrase);
  KIT_ADD ("/kit/set-back/a-reset-holds", test_reset);
  KIT_ADD ("/kit/set-back/a-used-recovery-code-stays-spent", test_recovery_code);
  KIT_ADD ("/kit/set-back/an-exchanged-recovery-code-stays-void", test_rotation);
  KIT_ADD ("/kit/set-back/also-under-new-keys", test_new_keys);
  KIT_ADD ("/kit/set-back/a-crash-before-the-note-is-no-alarm", test_crash_between);
  KIT_ADD ("/kit/set-back/half-a-change-that-breaks-is-no-alarm", test_half_a_change);
  KIT_ADD ("/kit/set-back/a-kit-of-before-learns-it-at-its-unlock", test_earlier_kit);
  KIT_ADD ("/kit/set-back/a-backup-fits-itself", test_backup);
  return dk_test_run ();
}
