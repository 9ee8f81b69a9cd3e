/* SPDX-License-Identifier: MIT */
/* Goal: a power cut during any operation on a kit leaves the state before it or the one after it,
 * and the one after it once the operation was acknowledged: the right people open with the right
 * passphrases, no number is lost, the ledger holds, the file is whole, and work goes on. Method:
 * each operation is recorded with all that it does in the kit's folder and beside it (disk.h); the
 * folder is rebuilt as cuts at random moments could have left it, and the kit is opened and looked
 * at. Controls: the same on a disk that lies about its syncs, and a slot that is written in place
 * into one copy of the directory only, must lose. */
#include <glib/gstdio.h>

#include "app/crypto/recovery.h"
#include "app/kit/backup.h"
#include "app/kit/kit-private.h"
#include "app/kit/people.h"
#include "app/kit/recovery.h"
#include "app/kit/rekey.h"
#include "app/kit/restore.h"
#include "tests/fault/kit-scene.h"
#include "tests/support/support.h"

#define LONG_FACTOR 10
#define CAPTURES 12
#define ALL_KEYS \
  ((1u << DK_KEY_OPEN) | (1u << DK_KEY_LEAD) | (1u << DK_KEY_SEND) | (1u << DK_KEY_ADMIN))

static GRand *rng;
static guint cuts_made;

static void
make_kit_with_tickets (Scene *scene)
{
  DkKit *kit;

  scene_make_kit (scene);
  kit = scene_open (scene, "anna", "one");
  scene_capture (scene, kit);
  scene_close (kit);
}

static void
make_kit_with_people (Scene *scene)
{
  DkKit *kit;

  scene_make_kit (scene);
  kit = scene_open (scene, "anna", "one");
  scene_capture (scene, kit);
  scene_add (kit, "ben", DK_ROLE_FRONTLINE, "two");
  scene_close (kit);
}

static void
act_init (Scene *scene)
{
  dk_disk_phase (SCENE_ACT);
  scene_make_kit (scene);
  dk_disk_mark (1);
}

/* A kit that is there is whole; where none is there, it can be made. */
static gboolean
judge_init (Scene *scene, guint mark)
{
  if (mark == 0 && !dk_kit_exists (scene->folder))
    scene_make_kit (scene);
  return scene_judge (scene, 0);
}

static void
act_capture (Scene *scene)
{
  DkKit *kit = scene_open (scene, "anna", "one");

  dk_disk_phase (SCENE_ACT);
  for (guint i = 1; i <= CAPTURES; i++) {
    scene_capture (scene, kit);
    dk_disk_mark (i);
  }
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

static void
act_add (Scene *scene)
{
  DkKit *kit = scene_open (scene, "anna", "one");

  dk_disk_phase (SCENE_ACT);
  scene_add (kit, "ben", DK_ROLE_FRONTLINE, "two");
  dk_disk_mark (1);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

static void
change_passphrase (DkKit *kit, const char *passphrase)
{
  g_autoptr (DkSecret) secret = scene_secret (passphrase);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_change_passphrase (kit, secret, scene_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
act_passwd (Scene *scene)
{
  DkKit *kit = scene_open (scene, "anna", "one");

  dk_disk_phase (SCENE_ACT);
  change_passphrase (kit, "three");
  dk_disk_mark (1);
  change_passphrase (kit, "four");
  dk_disk_mark (2);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

static void
act_recovery (Scene *scene)
{
  g_autoptr (DkSecret) passphrase = scene_secret ("five");
  g_autoptr (GError) error = NULL;
  DkKit *kit;

  dk_disk_phase (SCENE_ACT);
  kit = dk_kit_open_with_recovery (scene->folder, g_ptr_array_index (scene->codes, 0),
                                   "nobody is here", passphrase, scene_kdf, &error);
  g_assert_no_error (error);
  g_assert_nonnull (kit);
  dk_disk_mark (1);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

static void
act_rekey (Scene *scene)
{
  g_autoptr (GError) error = NULL;
  DkKit *kit = scene_open (scene, "anna", "one");
  gboolean done;

  dk_disk_phase (SCENE_ACT);
  scene_capture (scene, kit);
  dk_disk_mark (1);
  done = dk_kit_rekey (kit, ALL_KEYS, "test", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  dk_disk_mark (2);
  scene_capture (scene, kit);
  dk_disk_mark (3);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

/* The keys of before open it until the change was acknowledged; those who are in the kit open it in
 * any case. The number of the second call is the third mark. */
static gboolean
judge_rekey (Scene *scene, guint mark)
{
  guint epoch = scene_key_epoch (scene);

  if (epoch > 2 || (mark >= 2 && epoch < 2))
    return scene_complain (scene, "the keys are of epoch %u", epoch);
  return scene_judge (scene, mark >= 3 ? 2 : MIN (mark, 1));
}

/* Two people leave: one of the front line, and an admin, whose leaving changes `admin` too. */
static void
act_remove (Scene *scene)
{
  g_autoptr (GError) error = NULL;
  DkKit *kit = scene_open (scene, "anna", "one");
  gboolean done;

  dk_disk_phase (SCENE_ACT);
  done = dk_kit_remove_user (kit, "ben", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  dk_disk_mark (1);
  done = dk_kit_remove_user (kit, "dora", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  dk_disk_mark (2);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

static void
make_kit_with_two_admins (Scene *scene)
{
  DkKit *kit;

  make_kit_with_people (scene);
  kit = scene_open (scene, "anna", "one");
  scene_add (kit, "dora", DK_ROLE_ADMIN, "six");
  scene_close (kit);
}

static void
reset (DkKit *kit, const char *name, const char *passphrase)
{
  g_autoptr (DkSecret) secret = scene_secret (passphrase);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_kit_reset_user (kit, name, secret, scene_kdf, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* By the seed that is kept, and with new keys. */
static void
act_reset (Scene *scene)
{
  DkKit *kit = scene_open (scene, "anna", "one");

  dk_disk_phase (SCENE_ACT);
  reset (kit, "ben", "seven");
  dk_disk_mark (1);
  reset (kit, "dora", "eight");
  dk_disk_mark (2);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

static void
act_rotate (Scene *scene)
{
  const DkRecoveryRotation rotation = { .with_admin = TRUE, .renew_keys = TRUE };
  g_autoptr (DkSecret) code = NULL;
  g_autoptr (GError) error = NULL;
  DkKit *kit = scene_open (scene, "anna", "one");
  gboolean done;

  dk_disk_phase (SCENE_ACT);
  done = dk_kit_rotate_recovery (kit, &rotation, NULL, &code, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  dk_disk_mark (1);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
  g_ptr_array_add (scene->codes, g_strdup ((const char *) dk_secret_get (code)));
}

/* Exactly one of the two printed codes opens it. */
static gboolean
judge_rotate (Scene *scene, guint mark)
{
  gboolean opens[2];

  if (!scene_judge (scene, 0))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    g_autoptr (DkSecret) code = dk_recovery_parse (g_ptr_array_index (scene->codes, i), NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (DkKit) kit = dk_kit_open (scene->folder, "recovery", code, NULL, &error);
    opens[i] = kit != NULL;
  }
  return opens[0] != opens[1] && (mark == 0 || opens[1])
             ? TRUE
             : scene_complain (scene, "the code before opens: %d, the new one: %d", opens[0],
                               opens[1]);
}

#define BACKUP "copy.dkbackup"

static void
act_backup (Scene *scene)
{
  g_autofree char *path = g_build_filename (scene->beside, BACKUP, NULL);
  g_autoptr (GError) error = NULL;
  DkKit *kit = scene_open (scene, "anna", "one");
  gboolean done;

  dk_disk_phase (SCENE_ACT);
  scene_capture (scene, kit);
  dk_disk_mark (1);
  done = dk_kit_backup (kit, path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  dk_disk_mark (2);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

static gboolean
restore (Scene *scene)
{
  g_autofree char *path = g_build_filename (scene->beside, BACKUP, NULL);
  g_autofree char *kept = NULL;
  g_autoptr (DkSecret) passphrase = scene_secret ("one");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkKitRestore) restoring = dk_kit_restore_new (scene->folder, path, NULL, &error);

  return (restoring != NULL
          && dk_kit_restore_unlock (restoring, "anna", passphrase, FALSE, NULL, &error)
          && dk_kit_restore_finish (restoring, &kept, &error))
         || scene_complain (scene, "restore: %s", error->message);
}

/* The kit is as it was; a backup that has its name is whole, and brings the kit back. */
static gboolean
judge_backup (Scene *scene, guint mark)
{
  g_autofree char *path = g_build_filename (scene->beside, BACKUP, NULL);
  guint numbers = scene->numbers_before + (mark > 0 ? 1 : 0);
  DkKit *kit;

  if (!scene_judge (scene, MIN (mark, 1)))
    return FALSE;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return mark < 2 || scene_complain (scene, "the backup is not there");
  dk_test_remove (scene->folder);
  if (!restore (scene))
    return FALSE;
  scene->may_restart = TRUE;
  kit = scene_look (scene, "anna", "one", numbers);
  scene->may_restart = FALSE;
  dk_kit_free (kit);
  return kit != NULL;
}

/* A backup, and after it one more call, which the restored kit does not have. */
static void
make_kit_and_backup (Scene *scene)
{
  g_autofree char *path = g_build_filename (scene->beside, BACKUP, NULL);
  g_autoptr (GError) error = NULL;
  gboolean done;
  DkKit *kit;

  make_kit_with_people (scene);
  kit = scene_open (scene, "anna", "one");
  done = dk_kit_backup (kit, path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  change_passphrase (kit, "three");
  scene_close (kit);
}

static void
act_restore (Scene *scene)
{
  DkKit *kit;

  dk_disk_phase (SCENE_ACT);
  g_assert_true (restore (scene));
  dk_disk_mark (1);
  dk_disk_phase (SCENE_CLOSE);
  kit = scene_open (scene, "anna", "one");
  scene_close (kit);
}

/* Worlds in which nobody's passphrase has changed. */
#define ANNA_ALONE { "anna", { { "anna", "one" } }, { { NULL } } }
#define ANNA_AND_BEN { "anna ben", { { "anna", "one" }, { "ben", "two" } }, { { NULL } } }

static Scene scenes[] = {
  { .name = "init",
    .act = act_init,
    .judge = judge_init,
    .cuts = 240,
    .world_count = 1,
    .worlds = { { "anna", { { "anna", "one" } }, { { "anna", "other" } } } } },
  { .name = "capture and close",
    .prepare = make_kit_with_tickets,
    .act = act_capture,
    .cuts = 400,
    .world_count = 1,
    .worlds = { ANNA_ALONE } },
  { .name = "add a person",
    .prepare = make_kit_with_tickets,
    .act = act_add,
    .cuts = 240,
    .world_count = 2,
    .worlds = { { "anna", { { "anna", "one" } }, { { "ben", "two" } } },
                ANNA_AND_BEN } },
  { .name = "two new passphrases",
    .prepare = make_kit_with_people,
    .act = act_passwd,
    .cuts = 240,
    .world_count = 3,
    .worlds = { { "anna ben", { { "anna", "one" }, { "ben", "two" } }, { { "anna", "three" } } },
                { "anna ben",
                  { { "anna", "three" }, { "ben", "two" } },
                  { { "anna", "one" }, { "anna", "four" } } },
                { "anna ben",
                  { { "anna", "four" }, { "ben", "two" } },
                  { { "anna", "one" }, { "anna", "three" } } } } },
  { .name = "open with the recovery code",
    .prepare = make_kit_with_people,
    .act = act_recovery,
    .cuts = 240,
    .world_count = 2,
    .worlds = { { "anna ben", { { "anna", "one" }, { "ben", "two" } }, { { "recovery", "five" } } },
                { "anna ben",
                  { { "recovery", "five" }, { "anna", "one" }, { "ben", "two" } },
                  { { NULL } } } } },
  { .name = "new keys",
    .prepare = make_kit_with_people,
    .act = act_rekey,
    .judge = judge_rekey,
    .cuts = 300,
    .world_count = 1,
    .worlds = { ANNA_AND_BEN } },
  { .name = "remove two people",
    .prepare = make_kit_with_two_admins,
    .act = act_remove,
    .cuts = 300,
    .world_count = 3,
    .worlds = { { "anna ben dora",
                  { { "anna", "one" }, { "ben", "two" }, { "dora", "six" } },
                  { { NULL } } },
                { "anna dora", { { "anna", "one" }, { "dora", "six" } }, { { "ben", "two" } } },
                { "anna", { { "anna", "one" } }, { { "ben", "two" }, { "dora", "six" } } } } },
  { .name = "reset two people",
    .prepare = make_kit_with_two_admins,
    .act = act_reset,
    .cuts = 240,
    .world_count = 3,
    .worlds = { { "anna ben dora",
                  { { "anna", "one" }, { "ben", "two" }, { "dora", "six" } },
                  { { "ben", "seven" } } },
                { "anna ben dora",
                  { { "anna", "one" }, { "ben", "seven" }, { "dora", "six" } },
                  { { "ben", "two" }, { "dora", "eight" } } },
                { "anna ben dora",
                  { { "anna", "one" }, { "ben", "seven" }, { "dora", "eight" } },
                  { { "ben", "two" }, { "dora", "six" } } } } },
  { .name = "new recovery code",
    .prepare = make_kit_with_people,
    .act = act_rotate,
    .judge = judge_rotate,
    .cuts = 240,
    .world_count = 1,
    .worlds = { ANNA_AND_BEN } },
  { .name = "backup",
    .prepare = make_kit_with_tickets,
    .act = act_backup,
    .judge = judge_backup,
    .cuts = 240,
    .world_count = 1,
    .worlds = { ANNA_ALONE } },
  { .name = "restore",
    .prepare = make_kit_and_backup,
    .act = act_restore,
    .cuts = 240,
    .may_restart = TRUE,
    .world_count = 2,
    .worlds
    = { { "anna ben", { { "anna", "three" }, { "ben", "two" } }, { { "anna", "one" } } },
        { "anna ben", { { "anna", "one" }, { "ben", "two" } }, { { "anna", "three" } } } } },
};

static void
print_messages (GHashTable *said)
{
  GHashTableIter iter;
  gpointer message;

  g_hash_table_iter_init (&iter, said);
  while (g_hash_table_iter_next (&iter, &message, NULL))
    g_test_message ("  said after a cut: %s", (const char *) message);
}

static void
test_operation (gconstpointer data)
{
  Scene *scene = &scenes[GPOINTER_TO_UINT (data)];
  guint cuts = dk_test_is_long () ? scene->cuts * LONG_FACTOR : scene->cuts;
  gint64 start_us = dk_platform_cpu_us ();
  guint bad;

  scene->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  scene_record (scene);
  bad = scene_cut (scene, cuts, FALSE, rng);
  g_test_message ("%s: %u cuts in %u + %u + %u calls: %u lost or bad (%.1f s)", scene->name, cuts,
                  dk_disk_log_count (scene->log, SCENE_OPEN),
                  dk_disk_log_count (scene->log, SCENE_ACT),
                  dk_disk_log_count (scene->log, SCENE_CLOSE), bad,
                  (double) (dk_platform_cpu_us () - start_us) / G_USEC_PER_SEC);
  print_messages (scene->said);
  g_clear_pointer (&scene->said, g_hash_table_unref);
  scene_clear (scene);
  cuts_made += cuts;
  g_assert_cmpuint (bad, ==, 0);
}

static void
test_lying_disk (void)
{
  guint bad = 0;
  guint cuts = 0;

  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++) {
    scene_record (&scenes[i]);
    bad += scene_cut (&scenes[i], 30, TRUE, rng);
    cuts += 30;
    scene_clear (&scenes[i]);
  }
  g_test_message ("control, a disk that lies about syncs: %u cuts: %u lost or bad", cuts, bad);
  g_assert_cmpuint (bad * 10, >=, cuts * 3);
}

/* As if there were one copy: the newer one is written over, the older one never. */
static void
write_in_place (DkKit *kit, const char *passphrase)
{
  g_autoptr (DkSecret) secret = scene_secret (passphrase);
  g_autoptr (GBytes) both = NULL;
  g_autoptr (GBytes) copy = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (dk_directory_rewrap (kit->directory, kit->person, secret, scene_kdf, &error));
  both = dk_directory_bytes (kit->directory, kit->keys);
  copy = g_bytes_new_from_bytes (both, 0, DK_DB_DIRECTORY_COPY_SIZE);
  g_assert_true (dk_db_write_directory (kit->db, 0, copy, &error));
}

static void
act_in_place (Scene *scene)
{
  DkKit *kit = scene_open (scene, "anna", "one");

  write_in_place (kit, "three");
  dk_disk_mark (1);
  dk_disk_phase (SCENE_ACT);
  write_in_place (kit, "four");
  dk_disk_mark (2);
  dk_disk_phase (SCENE_CLOSE);
  scene_close (kit);
}

static void
test_in_place (void)
{
  Scene scene = { .name = "control in place",
                  .is_control = TRUE,
                  .prepare = make_kit_with_tickets,
                  .act = act_in_place,
                  .world_count = 3,
                  .worlds = { ANNA_ALONE,
                              { "anna", { { "anna", "three" } }, { { NULL } } },
                              { "anna", { { "anna", "four" } }, { { NULL } } } } };
  guint bad;

  scene_record (&scene);
  bad = scene_cut (&scene, 100, FALSE, rng);
  g_test_message ("control, slots written in place into one copy: 100 cuts: %u lost or bad", bad);
  scene_clear (&scene);
  g_assert_cmpuint (bad, >=, 3);
}

static void
test_enough (void)
{
  g_test_message ("%u cuts over all operations", cuts_made);
  g_assert_cmpuint (cuts_made, >=, 2500);
}

int
main (int argc, char **argv)
{
  dk_disk_use_memory ();
  dk_test_init (&argc, &argv);
  scene_init ();
  rng = g_rand_new_with_seed (20261122);
  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++) {
    g_autofree char *path = g_strconcat ("/fault/kit-power-cut/", scenes[i].name, NULL);
    g_test_add_data_func (g_strdelimit (path, " ", '-'), GUINT_TO_POINTER (i), test_operation);
  }
  g_test_add_func ("/fault/kit-power-cut/control-lying-disk-loses", test_lying_disk);
  g_test_add_func ("/fault/kit-power-cut/control-slot-in-place-loses", test_in_place);
  g_test_add_func ("/fault/kit-power-cut/zz-enough-cuts", test_enough);
  return dk_test_run ();
}
