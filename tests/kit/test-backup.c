/* SPDX-License-Identifier: MIT */
/* Goal: a backup holds everything that was captured before its last step, opens, takes the place of
 * no other file, and holds up nobody. Method: kits with tickets saved between the steps, restored
 * elsewhere and read; folders with files of others; a kit of 20,000 contacts with a clock beside
 * each step, its pages written while another thread writes the copy. */
#include "app/kit/backup.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/platform.h"
#include "app/container/container.h"
#include "app/kit/backup-private.h"
#include "app/kit/restore.h"
#include "tests/kit/kit-fixture.h"

#define STEP_GOAL_MS 50.0 /* of CPU */

static DkKit *
restore_elsewhere (const char *file, const char *folder)
{
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy (KIT_PASSPHRASE, strlen (KIT_PASSPHRASE));
  g_autoptr (GError) error = NULL;
  g_autofree char *kept = NULL;
  g_autoptr (DkKitRestore) restore = dk_kit_restore_new (folder, file, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (dk_kit_restore_unlock (restore, "anna", passphrase, FALSE, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (dk_kit_restore_finish (restore, &kept, &error));
  g_assert_no_error (error);
  g_assert_null (kept);
  return kit_fixture_open (folder);
}

static gboolean
has_ticket (DkKit *kit, const char *number)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (dk_kit_store (kit), number, NULL);

  return ticket != NULL;
}

static void
set_folders (DkKit *kit, const char *folder, const char *outage, int keep)
{
  DkPolicy *policy = (DkPolicy *) (guintptr) dk_store_policy (dk_kit_store (kit));

  g_strfreev (policy->backup_folders);
  policy->backup_folders = g_new0 (char *, 2);
  policy->backup_folders[0] = g_strdup (folder);
  g_free (policy->backup_outage_folder);
  policy->backup_outage_folder = g_strdup (outage);
  policy->backup_keep = keep;
}

static guint
count_files (const char *folder, const char *end)
{
  g_autoptr (GPtrArray) names = dk_file_list (folder, 1000, NULL);
  guint count = 0;

  for (guint i = 0; i < names->len; i++)
    count += g_str_has_suffix (g_ptr_array_index (names, i), end);
  return count;
}

/* Rows as a pack leaves them, without their search index. */
static void
fill_with_contacts (DkKit *kit, guint count)
{
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO pack (id, name, organisation, sequence, created_ms, expires_ms, applied_ms,"
      " manifest, signatures) VALUES (900, 'p', 'o', 1, 1, 1, 0, '{}', '[]');"
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
      " INSERT INTO contact (pack, ref, name, role, tier, note, numbers)"
      " SELECT 900, 'c' || i, 'Service desk of ward ' || i, 'team', 1, hex (randomblob (150)),"
      " '[[\"desk\",\"555 01' || i || '\"]]' FROM n;",
      count);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_db_exec (dk_store_db (dk_kit_store (kit)), sql, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
test_holds_everything (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *other = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (out, "a.dkbackup", NULL);
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  g_autofree char *first = kit_fixture_save (kit);
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autoptr (DkKitBackup) backup = NULL;
  guint steps = 0;
  gboolean more = TRUE;

  fill_with_contacts (kit, 1000);
  backup = dk_kit_backup_new (kit, file, &error);
  g_assert_no_error (error);
  while (more) {
    g_assert_true (dk_kit_backup_step (backup, &more, &error));
    if (steps++ == 0)
      second = kit_fixture_save (kit);
  }
  g_assert_cmpuint (steps, >, 2);
  g_assert_false (dk_file_exists (file));
  third = kit_fixture_save (kit);
  g_assert_true (dk_kit_backup_write (backup, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (dk_kit_backup_finish (backup, &error));
  g_assert_cmpuint (dk_kit_backup_files (backup)->len, ==, 1);
  g_clear_pointer (&backup, dk_kit_backup_free);
  g_assert_cmpuint (kit_fixture_count (kit, "backup-made"), ==, 1);
  kit_fixture_close (kit);
  g_assert_cmpuint (count_files (f->folder, "making"), ==, 0);
  kit = restore_elsewhere (file, other);
  g_assert_true (has_ticket (kit, first));
  g_assert_true (has_ticket (kit, second));
  g_assert_false (has_ticket (kit, third));
  kit_fixture_close (kit);
}

/* The slot directory and the database name each other's sequence: taken at two moments they would
 * not fit. */
static void
test_people_change_meanwhile (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *other = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (out, "a.dkbackup", NULL);
  g_autoptr (DkSecret) passphrase = dk_secret_new_copy ("another horse", 13);
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkKitBackup) backup = NULL;
  guint steps = 0;
  gboolean more = TRUE;

  fill_with_contacts (kit, 1000);
  backup = dk_kit_backup_new (kit, file, NULL);
  while (more) {
    g_assert_true (dk_kit_backup_step (backup, &more, NULL));
    if (steps++ == 0)
      g_assert_true (dk_kit_add_user (kit, "ben", DK_ROLE_FRONTLINE, passphrase, 0,
                                      kit_fixture_kdf, NULL));
  }
  g_assert_true (dk_kit_backup_write (backup, NULL, NULL));
  g_clear_pointer (&backup, dk_kit_backup_free);
  kit_fixture_close (kit);
  kit = restore_elsewhere (file, other);
  kit_fixture_close (kit);
  g_assert_no_error (kit_fixture_try (other, "ben", "another horse"));
}

static void
test_replaces_its_own_only (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (out, "a.dkbackup", NULL);
  g_autofree char *letter = g_build_filename (out, "letter", NULL);
  g_autofree char *missing = g_build_filename (out, "no-such", "a.dkbackup", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  g_assert_true (dk_kit_backup (kit, file, NULL, &error));
  g_assert_true (dk_kit_backup (kit, file, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (letter, "dear all", -1, NULL));
  g_assert_false (dk_kit_backup (kit, letter, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (letter, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "dear all");
  g_assert_false (dk_kit_backup (kit, out, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (dk_kit_backup (kit, missing, NULL, &error));
  g_assert_nonnull (error);
  kit_fixture_close (kit);
  g_assert_cmpuint (count_files (out, ""), ==, 2);
}

static void
save_and_back_up (DkKit *kit)
{
  g_autoptr (GError) error = NULL;

  g_free (kit_fixture_save (kit));
  g_assert_true (dk_kit_backup_auto (kit, DK_BACKUP_AT_LOCK, NULL, &error));
  g_assert_no_error (error);
}

static void
put_file (const char *folder, const char *name, GBytes *bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  kit_fixture_write (path, bytes);
}

/* What only looks like one of ours stays: another station, another kit, other bytes. */
static void
test_keeps_the_newest (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *leftover
      = g_build_filename (out, ".A07-20261122T120000Z-000001.dkbackup.0123456789abcdef", NULL);
  g_autoptr (GBytes) words = g_bytes_new_static ("words", 5);
  DkKit *kit = kit_fixture_open (f->folder);

  put_file (out, "A07-20000101T000000Z-000001.dkbackup", words);
  put_file (out, "A08-20000101T000000Z-000001.dkbackup", words);
  put_file (out, "A07-notes.dkbackup", words);
  put_file (out, ".A07-20261122T120000Z-000001.dkbackup.0123456789abcdef", words);
  set_folders (kit, out, NULL, 2);
  for (guint i = 0; i < 4; i++)
    save_and_back_up (kit);
  g_assert_cmpuint (kit_fixture_count (kit, "backup-made"), ==, 4);
  g_assert_cmpuint (count_files (out, ".dkbackup"), ==, 3 + 2);
  g_assert_cmpuint (count_files (out, "-000004.dkbackup"), ==, 1);
  g_assert_cmpuint (count_files (out, "-000003.dkbackup"), ==, 1);
  g_assert_false (dk_file_exists (leftover));
  g_assert_true (dk_kit_backup_auto (kit, DK_BACKUP_AT_LOCK, NULL, NULL));
  g_assert_cmpuint (kit_fixture_count (kit, "backup-made"), ==, 4);
  kit_fixture_close (kit);
}

/* A kit that was set back goes on behind the sequence that lies in the folder. */
static void
test_sequence_after_setting_back (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autoptr (GBytes) old = NULL;
  DkKit *kit = kit_fixture_open (f->folder);

  kit_fixture_close (kit);
  old = kit_fixture_read (f->database);
  kit = kit_fixture_open (f->folder);
  set_folders (kit, out, NULL, 2);
  for (guint i = 0; i < 3; i++)
    save_and_back_up (kit);
  kit_fixture_close (kit);
  kit_fixture_write (f->database, old);
  kit = kit_fixture_open (f->folder);
  set_folders (kit, out, NULL, 2);
  save_and_back_up (kit);
  g_assert_cmpuint (count_files (out, "-000004.dkbackup"), ==, 1);
  g_assert_cmpuint (count_files (out, "-000003.dkbackup"), ==, 1);
  kit_fixture_close (kit);
}

/* What a key of somebody else signed; its sequence is higher than any. */
static void
plant_backup (DkKit *kit, const char *folder, gint64 sequence)
{
  g_autoptr (DkSecret) seed = dk_secret_new_random (32);
  g_auto (DkMinisignSecret) signer = { .seed = NULL };
  g_autoptr (json_t) fields = dk_backup_fields (dk_kit_store (kit), sequence, dk_clock_wall_ms ());
  g_autoptr (GBytes) words = g_bytes_new_static ("x", 1);
  DkContainerPayload payload = { .name = (char *) "kit.db", .bytes = words };
  g_autofree char *name
      = g_strdup_printf ("A07-20261122T123105Z-%06" G_GINT64_FORMAT ".dkbackup", sequence);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GBytes) made = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_taken_for_one = FALSE;

  dk_minisign_secret_from_seed (seed, &signer);
  made = dk_container_build (DK_BACKUP_TYPE, fields, &payload, 1, &signer, 1, &error);
  g_assert_no_error (error);
  kit_fixture_write (path, made);
  g_assert_true (dk_backup_check_target (path, dk_store_identity (dk_kit_store (kit))->kit_id,
                                         &is_taken_for_one, NULL));
  g_assert_true (is_taken_for_one);
}

/* Anybody can lay files into a folder for backups. */
static void
test_planted_sequences (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  DkKit *kit = kit_fixture_open (f->folder);

  set_folders (kit, out, NULL, 2);
  save_and_back_up (kit);
  plant_backup (kit, out, 999999999);
  plant_backup (kit, out, 1000000000);
  for (guint i = 0; i < 3; i++)
    save_and_back_up (kit);
  g_assert_cmpuint (count_files (out, "-000001.dkbackup"), ==, 0);
  g_assert_cmpuint (count_files (out, "-000003.dkbackup"), ==, 1);
  g_assert_cmpuint (count_files (out, "-000004.dkbackup"), ==, 1);
  g_assert_cmpuint (count_files (out, "-1000000001.dkbackup"), ==, 0);
  kit_fixture_close (kit);
}

static void
test_missing_medium (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *missing = g_build_filename (out, "stick", NULL);
  g_autoptr (GPtrArray) health = NULL;
  const DkBackupHealth *first;
  DkKit *kit = kit_fixture_open (f->folder);

  g_free (kit_fixture_save (kit));
  set_folders (kit, missing, out, 3);
  g_assert_true (dk_kit_backup_auto (kit, DK_BACKUP_AT_LOCK, NULL, NULL));
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (dk_kit_messages (kit), 0), "stick is not there"));
  g_assert_cmpuint (count_files (out, ".dkbackup"), ==, 1);
  g_assert_true (dk_kit_backup_auto (kit, DK_BACKUP_WHILE_OPEN, NULL, NULL));
  g_assert_cmpuint (dk_kit_messages (kit)->len, ==, 1);
  health = dk_kit_backup_health (kit, NULL);
  g_assert_cmpuint (health->len, ==, 2);
  first = g_ptr_array_index (health, 0);
  g_assert_false (first->is_there);
  g_assert_cmpstr (first->state, ==, "red");
  g_assert_cmpstr (((const DkBackupHealth *) g_ptr_array_index (health, 1))->state, ==, "green");
  g_assert_false (dk_file_exists (missing));
  kit_fixture_close (kit);
}

static void
test_lock_gives_it_up (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (out, "a.dkbackup", NULL);
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkKitBackup) backup = dk_kit_backup_new (kit, file, NULL);
  gboolean more = TRUE;

  g_assert_null (dk_kit_backup_new (kit, file, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  g_clear_error (&error);
  kit_fixture_close (kit);
  g_assert_false (dk_kit_backup_step (backup, &more, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_BUSY);
  g_clear_pointer (&backup, dk_kit_backup_free);
  g_assert_cmpuint (count_files (out, ""), ==, 0);
  kit = kit_fixture_open (f->folder);
  kit_fixture_close (kit);
}

/* A copy that does not open is none, and gets no name. */
static void
test_bad_copy_is_none (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (out, "a.dkbackup", NULL);
  g_autoptr (GError) error = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  g_autoptr (DkKitBackup) backup = dk_kit_backup_new (kit, file, NULL);
  gboolean more = TRUE;

  while (more)
    g_assert_true (dk_kit_backup_step (backup, &more, NULL));
  kit_fixture_flip (backup->making, DK_DB_PREFIX_SIZE + 5 * 4096 + 100);
  g_assert_false (dk_kit_backup_write (backup, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_clear_pointer (&backup, dk_kit_backup_free);
  g_assert_cmpuint (count_files (out, ""), ==, 0);
  kit_fixture_close (kit);
}

typedef struct {
  DkKitBackup *backup;
  gint ended;
} Work;

static gpointer
write_on_another_thread (gpointer data)
{
  Work *work = data;
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_backup_write (work->backup, NULL, &error);

  g_assert_no_error (error);
  g_atomic_int_set (&work->ended, 1);
  return GINT_TO_POINTER (done);
}

static double
ms_since (gint64 begin_us)
{
  return (double) (dk_platform_thread_cpu_us () - begin_us) / 1000.0;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return (first > second) - (first < second);
}

static void
report (GArray *times, double begin_ms, double finish_ms, guint tickets)
{
  g_array_sort (times, compare_doubles);
  g_test_message ("%u steps on the thread of the store: median %.1f ms, longest %.1f ms; beginning "
                  "%.1f ms, entry %.1f ms; %u tickets saved while it was written",
                  times->len, g_array_index (times, double, times->len / 2),
                  g_array_index (times, double, times->len - 1), begin_ms, finish_ms, tickets);
  g_assert_cmpuint (times->len, >, 20);
  g_assert_cmpfloat (g_array_index (times, double, times->len / 2), <, STEP_GOAL_MS);
}

static void
test_holds_up_nobody (KitFixture *f, gconstpointer data)
{
  g_autofree char *out = dk_test_folder_new ();
  g_autofree char *file = g_build_filename (out, "a.dkbackup", NULL);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (DkKitBackup) backup = NULL;
  DkKit *kit = kit_fixture_open (f->folder);
  gint64 begin = 0;
  double begin_ms;
  guint tickets = 0;
  gboolean more = TRUE;
  Work work = { 0 };
  GThread *thread;

  fill_with_contacts (kit, 20000);
  begin = dk_platform_thread_cpu_us ();
  backup = dk_kit_backup_new (kit, file, NULL);
  begin_ms = ms_since (begin);
  while (more) {
    double ms;
    begin = dk_platform_thread_cpu_us ();
    g_assert_true (dk_kit_backup_step (backup, &more, NULL));
    ms = ms_since (begin);
    g_array_append_val (times, ms);
  }
  work.backup = backup;
  thread = g_thread_new ("write", write_on_another_thread, &work);
  for (; g_atomic_int_get (&work.ended) == 0; tickets++)
    g_free (kit_fixture_save (kit));
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
  begin = dk_platform_thread_cpu_us ();
  g_assert_true (dk_kit_backup_finish (backup, NULL));
  report (times, begin_ms, ms_since (begin), tickets);
  g_clear_pointer (&backup, dk_kit_backup_free);
  kit_fixture_close (kit);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  KIT_ADD ("/kit/backup/holds-everything-before-its-last-step", test_holds_everything);
  KIT_ADD ("/kit/backup/fits-though-people-change-meanwhile", test_people_change_meanwhile);
  KIT_ADD ("/kit/backup/replaces-its-own-only", test_replaces_its_own_only);
  KIT_ADD ("/kit/backup/keeps-the-newest-and-what-is-not-its-own", test_keeps_the_newest);
  KIT_ADD ("/kit/backup/set-back-kit-goes-on-behind-the-folder", test_sequence_after_setting_back);
  KIT_ADD ("/kit/backup/planted-files-spoil-no-sequence", test_planted_sequences);
  KIT_ADD ("/kit/backup/missing-medium-is-a-message", test_missing_medium);
  KIT_ADD ("/kit/backup/lock-gives-a-copy-up", test_lock_gives_it_up);
  KIT_ADD ("/kit/backup/copy-that-does-not-open-is-none", test_bad_copy_is_none);
  KIT_ADD ("/kit/backup/holds-up-nobody", test_holds_up_nobody);
  return dk_test_run ();
}
