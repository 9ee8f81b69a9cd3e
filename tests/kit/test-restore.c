/* SPDX-License-Identifier: MIT */
/* Goal: a backup takes the place of a kit whole or not at all, repeats no number, and lets nobody
 * in again unseen. Method: kits restored over newer, damaged and missing ones and compared; files
 * cut, flipped, signed by others, of other kits and newer programs, after each of which the kit in
 * place must be the same bytes; the states that a crash can leave, put there by hand. */
#include "app/kit/restore.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/base/file.h"
#include "app/crypto/age.h"
#include "app/kit/backup.h"
#include "app/kit/rekey.h"
#include "app/kit/restore-private.h"
#include "app/model/number.h"
#include "tests/kit/kit-fixture.h"

#define WRITE "--write"
#define HEAD_BYTES 2048
#define STRIDE 2003

static const char *program;

typedef struct {
  KitFixture kit;
  char *out;
  char *file; /* the backup, with one ticket in it */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  DkKit *kit;

  kit_fixture_set_up (&f->kit, data);
  f->out = dk_test_folder_new ();
  f->file = g_build_filename (f->out, "a.dkbackup", NULL);
  kit = kit_fixture_open (f->kit.folder);
  g_free (kit_fixture_save (kit));
  g_assert_true (dk_kit_backup (kit, f->file, NULL, &error));
  g_assert_no_error (error);
  kit_fixture_close (kit);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  kit_fixture_tear_down (&f->kit, data);
  g_free (f->out);
  g_free (f->file);
}

/* All steps; NULL if it is in place, else the error. *kept may be NULL. */
static GError *
try_as (const char *folder, const char *file, const char *user, gboolean older_keys, char **kept)
{
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  GError *error = NULL;
  g_autofree char *old = NULL;
  g_autoptr (DkKitRestore) restore = dk_kit_restore_new (folder, file, NULL, &error);

  if (restore == NULL
      || !dk_kit_restore_unlock (restore, user, passphrase, older_keys, NULL, &error)
      || !dk_kit_restore_finish (restore, &old, &error))
    return error;
  if (kept != NULL)
    *kept = g_steal_pointer (&old);
  return NULL;
}

static GError *
try (Fixture *f, char **kept)
{
  return try_as (f->kit.folder, f->file, "anna", FALSE, kept);
}

static void
assert_names (const char *folder, const char *const *expected)
{
  g_autoptr (GPtrArray) names = dk_file_list (folder, 100, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s ", (const char *) g_ptr_array_index (names, i));
  for (guint i = 0; expected[i] != NULL; i++)
    g_assert_nonnull (strstr (text->str, expected[i]));
  g_assert_null (strstr (text->str, "restore-in"));
  g_assert_null (strstr (text->str, "restore-look"));
  g_assert_null (strstr (text->str, "kit.db.restore"));
}

static void
assert_good (DkKit *kit)
{
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (dk_kit_store (kit), NULL, NULL, NULL);

  g_assert_cmpuint (report->problems->len, ==, 0);
  g_assert_cmpuint (kit_fixture_count (kit, "restored"), ==, 1);
  g_assert_cmpuint (kit_fixture_count (kit, "chain-started"), ==, 1);
}

static void
test_elsewhere (Fixture *f, gconstpointer data)
{
  g_autofree char *parent = dk_test_folder_new ();
  g_autofree char *folder = g_build_filename (parent, "new", "kit", NULL);
  g_autoptr (GError) error = try_as (folder, f->file, "anna", FALSE, NULL);
  g_autoptr (GBytes) before = kit_fixture_read (f->kit.database);
  g_autoptr (GBytes) after = NULL;
  g_autofree char *path = g_build_filename (folder, DK_KIT_DATABASE, NULL);
  DkKit *kit;

  g_assert_no_error (error);
  after = kit_fixture_read (path);
  g_assert_true (memcmp ((const char *) g_bytes_get_data (before, NULL) + DK_DIRECTORY_UUID_OFFSET,
                         (const char *) g_bytes_get_data (after, NULL) + DK_DIRECTORY_UUID_OFFSET,
                         16)
                 != 0);
  kit = kit_fixture_open (folder);
  g_assert_true (kit_fixture_told (kit, "restored from a backup"));
  assert_good (kit);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 10000);
  kit_fixture_close (kit);
  kit = kit_fixture_open (folder);
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 0);
  assert_good (kit);
  kit_fixture_close (kit);
}

/* Over a kit that has gone on: its numbers are named, and it opens under its new name. */
static void
test_over_newer (Fixture *f, gconstpointer data)
{
  g_autofree char *second = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *anchor = NULL;
  g_autofree char *kept_path = NULL;
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->kit.folder);

  second = kit_fixture_save (kit);
  kit_fixture_close (kit);
  /* Without its anchor: the kit in place itself must tell. */
  anchor = kit_fixture_anchor (&f->kit);
  g_assert_cmpint (g_unlink (anchor), ==, 0);
  error = try (f, &kept);
  g_assert_no_error (error);
  g_assert_nonnull (kept);
  assert_names (f->kit.folder, (const char *const[]){ kept, "kit.db", "outgoing", NULL });
  kit = kit_fixture_open (f->kit.folder);
  g_assert_true (kit_fixture_told (kit, second));
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 10000);
  assert_good (kit);
  kit_fixture_close (kit);
  kept_path = g_build_filename (f->kit.folder, kept, NULL);
  g_assert_cmpint (g_rename (kept_path, f->kit.database), ==, 0);
  kit = kit_fixture_open (f->kit.folder);
  g_assert_cmpuint (kit_fixture_count (kit, "ticket-new"), ==, 2);
  kit_fixture_close (kit);
}

static void
test_over_damaged (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) whole = kit_fixture_read (f->kit.database);
  const gsize sizes[] = { 0, 1000, 70000, DK_DB_PREFIX_SIZE + 100 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, sizes[i]);
    g_autoptr (GError) error = NULL;
    g_autofree char *kept = NULL;
    g_autofree char *kept_path = NULL;
    g_autoptr (GBytes) old = NULL;
    DkKit *kit;
    kit_fixture_write (f->kit.database, part);
    error = try (f, &kept);
    g_assert_no_error (error);
    kept_path = g_build_filename (f->kit.folder, kept, NULL);
    old = kit_fixture_read (kept_path);
    g_assert_true (g_bytes_equal (old, part));
    g_assert_cmpint (g_unlink (kept_path), ==, 0);
    kit = kit_fixture_open (f->kit.folder);
    assert_good (kit);
    kit_fixture_close (kit);
  }
}

static void
test_over_missing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *kept = NULL;
  DkKit *kit;

  g_assert_cmpint (g_unlink (f->kit.database), ==, 0);
  error = try (f, &kept);
  g_assert_no_error (error);
  g_assert_null (kept);
  kit = kit_fixture_open (f->kit.folder);
  assert_good (kit);
  kit_fixture_close (kit);
}

/* Restores and demands the refusal and an untouched kit in place. */
static void
assert_refused (Fixture *f, const char *file, int code)
{
  g_autoptr (GBytes) before = kit_fixture_read (f->kit.database);
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GError) error = try_as (f->kit.folder, file, "anna", FALSE, NULL);

  g_assert_error (error, DK_ERROR, code);
  after = kit_fixture_read (f->kit.database);
  g_assert_true (g_bytes_equal (before, after));
  assert_names (f->kit.folder, (const char *const[]){ "kit.db", NULL });
}

static void
test_other_kit (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (f->out, "other.dkbackup", NULL);
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  g_autoptr (DkSecret) recovery = NULL;
  DkKitInit init = { .site = "CARY", .station = "B01", .user = "anna", .passphrase = passphrase,
                     .kdf = kit_fixture_kdf };
  DkKit *kit;

  g_assert_true (dk_kit_create (folder, &init, &recovery, NULL));
  kit = kit_fixture_open (folder);
  g_assert_true (dk_kit_backup (kit, file, NULL, NULL));
  kit_fixture_close (kit);
  assert_refused (f, file, DK_ERROR_INVALID);
  kit_fixture_flip (f->kit.database, 100);
  kit_fixture_flip (f->kit.database, 65536 + 100);
  assert_refused (f, file, DK_ERROR_INVALID); /* station.json tells */
}

static void
test_wrong_files (Fixture *f, gconstpointer data)
{
  g_autofree char *letter = g_build_filename (f->out, "letter", NULL);
  g_autofree char *missing = g_build_filename (f->out, "missing", NULL);
  g_autoptr (DkSecret) wrong = dk_secret_new_copy ("wrong horse", 11);
  g_autoptr (DkKitRestore) restore = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (letter, "dear all, nothing of interest", -1, NULL));
  assert_refused (f, letter, DK_ERROR_INVALID);
  assert_refused (f, missing, DK_ERROR_NOT_FOUND);
  assert_refused (f, f->out, DK_ERROR_INVALID);
  restore = dk_kit_restore_new (f->kit.folder, f->file, NULL, NULL);
  g_assert_false (dk_kit_restore_unlock (restore, "anna", wrong, FALSE, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_pointer (&restore, dk_kit_restore_free);
  assert_names (f->kit.folder, (const char *const[]){ "kit.db", NULL });
}

/* A sealed backup for other tools holds no kit. */
static void
test_sealed_for_others (Fixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->out, "sealed.dkbackup", NULL);
  g_autoptr (GError) error = NULL;
  guint8 key[32];
  g_autofree char *recipient = NULL;
  DkKit *kit = kit_fixture_open (f->kit.folder);

  dk_keyring_public (dk_kit_keys (kit), DK_KEY_LEAD, key);
  recipient = dk_age_recipient_text (key);
  g_assert_false (dk_kit_backup_to (kit, file, recipient, "", NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (dk_kit_backup_to (kit, file, recipient, "yearly test", NULL, &error));
  g_assert_no_error (error);
  kit_fixture_close (kit);
  assert_refused (f, file, DK_ERROR_INVALID);
}

static void
test_running (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->kit.folder);

  error = try (f, NULL);
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  kit_fixture_close (kit);
}

static void
test_newer_schema (Fixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->out, "newer.dkbackup", NULL);
  DkKit *kit = kit_fixture_open (f->kit.folder);
  int version = dk_db_schema_version ();
  g_autofree char *back = g_strdup_printf ("PRAGMA user_version=%d", version);

  g_assert_true (dk_db_exec (dk_store_db (dk_kit_store (kit)), "PRAGMA user_version=999", NULL));
  g_assert_true (dk_kit_backup (kit, file, NULL, NULL));
  g_assert_true (dk_db_exec (dk_store_db (dk_kit_store (kit)), back, NULL));
  kit_fixture_close (kit);
  assert_refused (f, file, DK_ERROR_NEWER);
}

/* The bytes of a real backup, put together by somebody else. */
static void
test_other_signer (Fixture *f, gconstpointer data)
{
  g_autofree char *payload = g_build_filename (f->out, "payload", NULL);
  g_autofree char *forged = g_build_filename (f->out, "forged.dkbackup", NULL);
  g_autoptr (DkContainer) container = dk_container_open_large (f->file, NULL, NULL);
  g_autoptr (DkFileWriter) out = dk_file_writer_new (payload, NULL);
  g_autoptr (DkFileWriter) made = dk_file_writer_new (forged, NULL);
  g_autoptr (json_t) fields = json_copy ((json_t *) (guintptr) dk_container_manifest (container));
  const DkContainerSource source = { DK_BACKUP_PAYLOAD, payload, NULL };
  g_autoptr (DkSecret) seed = dk_secret_new_random (32);
  g_auto (DkMinisignSecret) signer = { .seed = NULL };
  g_autoptr (GError) error = NULL;

  json_object_del (fields, "payloads");
  json_object_del (fields, "type");
  json_object_del (fields, "v");
  dk_minisign_secret_from_seed (seed, &signer);
  g_assert_true (dk_container_extract (container, DK_BACKUP_PAYLOAD, out, NULL, NULL));
  g_assert_true (dk_file_writer_finish (out, FALSE, NULL));
  g_assert_true (dk_container_write (made, "backup", fields, &source, 1, &signer, 1, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (dk_file_writer_finish (made, FALSE, NULL));
  assert_refused (f, forged, DK_ERROR_DAMAGED);
}

/* Is this changed file refused before anything is unpacked? */
static gboolean
is_refused (Fixture *f, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkKitRestore) restore = dk_kit_restore_new (f->kit.folder, file, NULL, &error);

  g_assert_true ((restore == NULL) == (error != NULL));
  return restore == NULL;
}

static void
test_flipped_or_cut (Fixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->out, "changed.dkbackup", NULL);
  g_autoptr (GBytes) whole = kit_fixture_read (f->file);
  gsize size = g_bytes_get_size (whole);
  guint flips = 0;
  guint cuts = 0;

  kit_fixture_write (file, whole);
  g_assert_false (is_refused (f, file)); /* the control */
  for (gsize i = 0; i < size; i += i < HEAD_BYTES || i + 300 > size ? 7 : STRIDE, flips++) {
    kit_fixture_flip (file, i);
    g_assert_true (is_refused (f, file));
    kit_fixture_flip (file, i);
  }
  for (gsize i = 0; i < size; i += i < HEAD_BYTES ? 61 : STRIDE, cuts++) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, i);
    kit_fixture_write (file, part);
    g_assert_true (is_refused (f, file));
  }
  g_test_message ("%u flipped bytes and %u cuts refused", flips, cuts);
  g_assert_cmpuint (flips, >, 300);
  g_assert_cmpuint (cuts, >, 150);
  assert_names (f->kit.folder, (const char *const[]){ "kit.db", NULL });
}

static void
test_older_people (Fixture *f, gconstpointer data)
{
  g_autoptr (DkSecret) same = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  g_autofree char *with_ben = g_build_filename (f->out, "ben.dkbackup", NULL);
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->kit.folder);

  g_assert_true (dk_kit_add_user (kit, "ben", DK_ROLE_LEAD, same, 0, kit_fixture_kdf, NULL));
  g_assert_true (dk_kit_backup (kit, with_ben, NULL, NULL));
  g_assert_true (dk_kit_add_user (kit, "carl", DK_ROLE_LEAD, same, 0, kit_fixture_kdf, NULL));
  kit_fixture_close (kit);
  error = try_as (f->kit.folder, with_ben, "anna", FALSE, NULL);
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "--older-keys"));
  g_clear_error (&error);
  error = try_as (f->kit.folder, with_ben, "ben", TRUE, NULL);
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  error = try_as (f->kit.folder, with_ben, "anna", TRUE, NULL);
  g_assert_no_error (error);
  kit = kit_fixture_open (f->kit.folder);
  assert_good (kit);
  kit_fixture_close (kit);
}

/* The kit in place has a live journal: both go aside together. Then the state of a crash between
 * rename and removal: the old journal beside the new file. */
static void
test_live_journal (Fixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->kit.database, "-wal", NULL);
  g_autofree char *kept = NULL;
  g_autofree char *kept_wal = NULL;
  g_autoptr (DkTestOutput) child
      = dk_test_spawn ((const char *const[]){ program, WRITE, f->kit.folder, NULL }, NULL, 60);
  g_autoptr (GBytes) journal = kit_fixture_read (wal);
  g_autoptr (GBytes) journal_kept = NULL;
  g_autoptr (GError) error = NULL;
  DkKit *kit;

  g_assert_cmpint (child->exit_code, ==, 0);
  g_assert_cmpuint (g_bytes_get_size (journal), >, 0);
  error = try (f, &kept);
  g_assert_no_error (error);
  kept_wal = g_strdup_printf ("%s/%s-wal", f->kit.folder, kept);
  journal_kept = kit_fixture_read (kept_wal);
  g_assert_true (g_bytes_equal (journal, journal_kept));
  g_assert_false (dk_file_exists (wal));
  kit_fixture_write (wal, journal);
  kit = kit_fixture_open (f->kit.folder);
  assert_good (kit);
  g_assert_cmpuint (kit_fixture_draw (kit), ==, 10000);
  g_assert_true (kit_fixture_told (kit, "Number"));
  kit_fixture_close (kit);
}

/* Broken off before the rename: the old kit opens, and what was left is gone. */
static void
test_broken_off (Fixture *f, gconstpointer data)
{
  static const char *const left[]
      = { DK_KIT_RESTORE, DK_RESTORE_INCOMING, DK_RESTORE_LOOK, DK_KIT_BACKUP,
          "." DK_RESTORE_INCOMING ".0123456789abcdef" };
  g_autoptr (GBytes) bytes = kit_fixture_read (f->file);
  DkKit *kit;

  for (gsize i = 0; i < G_N_ELEMENTS (left); i++) {
    g_autofree char *path = g_build_filename (f->kit.folder, left[i], NULL);
    kit_fixture_write (path, bytes);
  }
  kit = kit_fixture_open (f->kit.folder);
  g_assert_cmpuint (kit_fixture_count (kit, "restored"), ==, 0);
  kit_fixture_close (kit);
  assert_names (f->kit.folder, (const char *const[]){ "kit.db", NULL });
  for (gsize i = 0; i < G_N_ELEMENTS (left); i++) {
    g_autofree char *path = g_build_filename (f->kit.folder, left[i], NULL);
    g_assert_false (dk_file_exists (path));
  }
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

/* station.json has the keys that the restored kit lost again: no edit. Whatever else it says is. */
static void
test_late_station (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->kit.folder, "station.json", NULL);

  (void) data;
  for (guint edited = 0; edited < 2; edited++) {
    DkKit *kit = kit_fixture_open (f->kit.folder);
    g_autoptr (GError) error = NULL;
    g_autofree char *text = NULL;

    g_assert_true (dk_kit_renew_device (kit, "a test", NULL, NULL));
    kit_fixture_close (kit);
    error = try_as (f->kit.folder, f->file, "anna", TRUE, NULL);
    g_assert_no_error (error);
    if (edited == 1) {
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      memcpy (strstr (text, "CARY"), "EVIL", 4);
      g_assert_true (g_file_set_contents (path, text, -1, NULL));
    }
    kit = kit_fixture_open (f->kit.folder);
    g_assert_true (kit_fixture_told (kit, "restored from a backup"));
    g_assert_cmpint (kit_fixture_told (kit, "station.json"), ==, edited == 1);
    g_assert_cmpuint (kit_fixture_count (kit, "station-rewritten"), ==, edited);
    kit_fixture_close (kit);
  }
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], WRITE) == 0)
    kit_fixture_draw_and_die (argv[2]);
  program = argv[0];
  dk_test_init (&argc, &argv);
  ADD ("/kit/restore/elsewhere-with-higher-numbers", test_elsewhere);
  ADD ("/kit/restore/names-what-the-newer-kit-had", test_over_newer);
  ADD ("/kit/restore/over-a-damaged-kit", test_over_damaged);
  ADD ("/kit/restore/over-a-missing-kit", test_over_missing);
  ADD ("/kit/restore/refuses-another-kits-backup", test_other_kit);
  ADD ("/kit/restore/refuses-wrong-files-and-passphrases", test_wrong_files);
  ADD ("/kit/restore/refuses-what-is-sealed-for-others", test_sealed_for_others);
  ADD ("/kit/restore/refuses-while-the-kit-is-open", test_running);
  ADD ("/kit/restore/refuses-a-newer-schema", test_newer_schema);
  ADD ("/kit/restore/refuses-another-signer", test_other_signer);
  ADD ("/kit/restore/refuses-flipped-and-cut-files", test_flipped_or_cut);
  ADD ("/kit/restore/older-people-need-an-admin", test_older_people);
  ADD ("/kit/restore/station-json-of-newer-keys-is-no-edit", test_late_station);
  ADD ("/kit/restore/live-journal-goes-aside-with-its-kit", test_live_journal);
  ADD ("/kit/restore/broken-off-leaves-the-old-kit", test_broken_off);
  return dk_test_run ();
}
