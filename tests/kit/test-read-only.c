/* SPDX-License-Identifier: MIT */
/* Goal: a kit that cannot be written is read all the same, takes no change, is left byte for byte
 * as it was, and leaves no copy behind. Method: rights are taken from its folder and files, by a
 * user whom rights bind; where a file system is mounted for reading is tested with the command
 * line. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/base/file.h"
#include "app/kit/kit-private.h"
#include "app/kit/recovery.h"
#include "tests/kit/kit-fixture.h"

#define NOBODY 65534
#define COPY_PREFIX "downtime-kit-reading-"
#define FAR_TOO_LARGE (G_GINT64_CONSTANT (4) << 40)

/* The lock file as well: of another user it could not be written either. */
static void
take_rights (KitFixture *f)
{
  g_autofree char *lock = g_build_filename (f->folder, DK_KIT_LOCK, NULL);

  g_assert_cmpint (g_chmod (lock, 0400), ==, 0);
  g_assert_cmpint (g_chmod (f->folder, 0500), ==, 0);
}

static void
give_rights (KitFixture *f)
{
  g_autofree char *lock = g_build_filename (f->folder, DK_KIT_LOCK, NULL);

  g_assert_cmpint (g_chmod (f->folder, 0700), ==, 0);
  g_assert_cmpint (g_chmod (lock, 0600), ==, 0);
}

/* Names and contents of all files in the kit's folder. New string. */
static char *
sum_of_folder (KitFixture *f)
{
  g_autoptr (GPtrArray) names = dk_file_list (f->folder, 100, NULL);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path = g_build_filename (f->folder, g_ptr_array_index (names, i), NULL);
    g_autoptr (GBytes) bytes = NULL;
    g_checksum_update (sum, g_ptr_array_index (names, i), -1);
    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      continue;
    bytes = kit_fixture_read (path);
    g_checksum_update (sum, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  }
  return g_strdup (g_checksum_get_string (sum));
}

/* Copies that lie in the place of the session. New array of paths. */
static GPtrArray *
find_copies (void)
{
  const char *place = g_getenv ("XDG_RUNTIME_DIR");
  g_autoptr (GPtrArray) names = dk_file_list (place, 100, NULL);
  GPtrArray *copies = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < names->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (names, i), COPY_PREFIX))
      g_ptr_array_add (copies, g_build_filename (place, g_ptr_array_index (names, i), NULL));
  return copies;
}

static void
check_copies (guint expected)
{
  g_autoptr (GPtrArray) copies = find_copies ();

  g_assert_cmpuint (copies->len, ==, expected);
}

static void
check_refuses_changes (DkKit *kit)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) answers = json_pack ("{s:s}", "summary", "lost?");
  g_autoptr (DkSecret) other = dk_secret_new_copy ("another one", 11);
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;

  g_assert_false (dk_ticket_store_save (dk_kit_store (kit), form, NULL, answers, 0, FALSE, &number,
                                        &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "NOT stored"));
  g_clear_error (&error);
  g_assert_false (dk_store_set_setting (dk_kit_store (kit), "beside", "the gate", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
  g_clear_error (&error);
  g_assert_false (dk_kit_change_passphrase (kit, other, kit_fixture_kdf, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
}

static void
check_reads (KitFixture *f, const char *number)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (dk_kit_store (kit), number, NULL);
  g_autoptr (GPtrArray) copies = find_copies ();
  GStatBuf facts;

  g_assert_nonnull (ticket);
  g_assert_cmpstr (ticket->summary, ==, "no labels");
  g_assert_cmpstr (dk_kit_folder (kit), ==, f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (dk_kit_messages (kit), 0),
                                   "Nothing can be stored now"));
  g_assert_cmpuint (copies->len, ==, 1);
  g_assert_cmpint (g_stat (g_ptr_array_index (copies, 0), &facts), ==, 0);
  g_assert_cmpuint (facts.st_mode & 0777, ==, 0700);
  check_refuses_changes (kit);
  kit_fixture_close (kit);
  check_copies (0);
}

static void
test_folder (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autofree char *number = kit_fixture_save (kit);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  kit_fixture_close (kit);
  before = sum_of_folder (f);
  take_rights (f);
  check_reads (f, number);
  after = sum_of_folder (f);
  g_assert_cmpstr (before, ==, after);
  give_rights (f);
  kit = kit_fixture_open (f->folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  g_assert_cmpuint (kit_fixture_count (kit, "unlock"), ==, 2);
  g_free (kit_fixture_save (kit));
  kit_fixture_close (kit);
}

/* Everything is there but the right to make the journal. */
static void
test_no_journal (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autofree char *number = kit_fixture_save (kit);

  kit_fixture_close (kit);
  g_assert_cmpint (g_chmod (f->folder, 0500), ==, 0);
  check_reads (f, number);
  g_assert_cmpint (g_chmod (f->folder, 0700), ==, 0);
}

/* As a power cut leaves it. */
static void
test_live_journal (KitFixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->database, "-wal", NULL);
  DkKit *kit = kit_fixture_open (f->folder);
  g_autofree char *number = kit_fixture_save (kit);
  g_autoptr (GBytes) database = kit_fixture_read (f->database);
  g_autoptr (GBytes) journal = kit_fixture_read (wal);

  kit_fixture_close (kit);
  kit_fixture_write (f->database, database);
  kit_fixture_write (wal, journal);
  take_rights (f);
  check_reads (f, number);
  g_assert_cmpint (g_chmod (wal, 0), ==, 0);
  {
    g_autoptr (GError) error = kit_fixture_try (f->folder, "anna", KIT_PASSPHRASE);
    g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
    g_assert_nonnull (strstr (error->message, "for reading alone either"));
  }
  check_copies (0);
  g_assert_cmpint (g_chmod (wal, 0600), ==, 0);
  give_rights (f);
}

static void
test_refused (KitFixture *f, gconstpointer data)
{
  g_autofree char *failed_unlocks = g_build_filename (f->folder, DK_KIT_FAILED, NULL);
  g_autoptr (DkSecret) chosen = dk_secret_new_copy ("chosen by finder", 16);
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_close (kit);
  take_rights (f);
  error = kit_fixture_try (f->folder, "anna", "not this one");
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "passphrase"));
  g_assert_false (g_file_test (failed_unlocks, G_FILE_TEST_EXISTS));
  check_copies (0);
  g_clear_error (&error);
  g_assert_null (dk_kit_open_with_recovery (f->folder, kit_fixture_code (), "nobody else is here",
                                            chosen, kit_fixture_kdf, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, "the code is still good"));
  check_copies (0);
  give_rights (f);
  g_clear_error (&error);
  kit = dk_kit_open_with_recovery (f->folder, kit_fixture_code (), "now it can be stored", chosen,
                                   kit_fixture_kdf, &error);
  g_assert_no_error (error);
  kit_fixture_close (kit);
}

static void
test_held (KitFixture *f, gconstpointer data)
{
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (GError) error = NULL;

  take_rights (f);
  error = kit_fixture_try (f->folder, "anna", KIT_PASSPHRASE);
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  check_copies (0);
  give_rights (f);
  kit_fixture_close (kit);
}

static void
test_no_room (KitFixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->database, "-wal", NULL);
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_close (kit);
  g_assert_true (g_file_set_contents (wal, "", 0, NULL));
  if (truncate (wal, FAR_TOO_LARGE) != 0) {
    g_test_skip ("this file system has no files that are large and empty");
    return;
  }
  take_rights (f);
  error = kit_fixture_try (f->folder, "anna", KIT_PASSPHRASE);
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, DK_KIT_LOCK));
  g_assert_nonnull (strstr (error->message, "has no room"));
  check_copies (0);
  give_rights (f);
}

/* New string: a folder that looks like a copy, with a lock file. */
static char *
make_left_copy (const char *name, int mode)
{
  char *folder = g_build_filename (g_getenv ("XDG_RUNTIME_DIR"), name, NULL);
  g_autofree char *lock = g_build_filename (folder, DK_KIT_LOCK, NULL);
  g_autofree char *database = g_build_filename (folder, DK_KIT_DATABASE, NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (lock, "1 nobody\n", -1, NULL));
  g_assert_true (g_file_set_contents (database, "sealed", -1, NULL));
  g_assert_cmpint (g_chmod (folder, mode), ==, 0);
  return folder;
}

/* Only what a process of this user left behind that has ended; in use or strange, it stays. */
static void
test_left (KitFixture *f, gconstpointer data)
{
  g_autofree char *left = make_left_copy (COPY_PREFIX "abcdef", 0700);
  g_autofree char *used = make_left_copy (COPY_PREFIX "ghijkl", 0700);
  g_autofree char *open = make_left_copy (COPY_PREFIX "mnopqr", 0755);
  g_autofree char *other = make_left_copy ("other-abcdef", 0700);
  g_autofree char *lock_path = g_build_filename (used, DK_KIT_LOCK, NULL);
  g_autoptr (DkFileLock) lock = dk_platform_lock_file (lock_path, NULL);

  g_assert_nonnull (lock);
  kit_fixture_close (kit_fixture_open (f->folder));
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (used, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (open, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
  dk_test_remove (used);
  dk_test_remove (open);
  dk_test_remove (other);
}

int
main (int argc, char **argv)
{
  /* Rights bind nobody who may do everything, and whose folder for temporary files root keeps to
   * itself cannot use it. */
  if (geteuid () == 0) {
    (void) g_setenv ("TMPDIR", "/tmp", TRUE);
    if (setgid (NOBODY) != 0 || setuid (NOBODY) != 0)
      return 77;
  }
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/read-only/a-folder-without-the-right-to-write-is-read", test_folder);
  KIT_ADD ("/kit/read-only/where-no-journal-can-be-made-is-read", test_no_journal);
  KIT_ADD ("/kit/read-only/what-only-the-journal-has-is-read", test_live_journal);
  KIT_ADD ("/kit/read-only/refusals-leave-nothing-and-the-code-stays-good", test_refused);
  KIT_ADD ("/kit/read-only/a-kit-that-somebody-has-open-is-busy", test_held);
  KIT_ADD ("/kit/read-only/no-room-for-a-copy-is-told", test_no_room);
  KIT_ADD ("/kit/read-only/left-copies-of-ended-processes-go", test_left);
  return dk_test_run ();
}
