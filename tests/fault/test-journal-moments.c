/* SPDX-License-Identifier: MIT */
/* Goal: a database and a journal that do not belong together never make a state that was never
 * there. Method: database and journal are copied at forty moments of one kit's life; each journal
 * is put beside each other database, also none at all, those of another kit, and those of a copy of
 * the same kit, which has the same key and a uuid of its own. What opens must show the content of a
 * moment exactly. Control: without the notes some of it is a mixture. */
#include <glib/gstdio.h>

#include "tests/db/db-fixture.h"

#define MOMENTS 40
#define CONTROL_STEP 3

typedef struct {
  GBytes *file;
  GBytes *wal;
  char *content; /* as seen by the program at that moment */
} Moment;

static Moment moments[MOMENTS];
static GBytes *foreign;
static DkDbKeys copy_keys; /* the same `open` key, another uuid */
static GBytes *copied;     /* the copy as it was made */
static GBytes *of_copy;    /* its journal */
static char *last_content; /* of the kit, and so of the copy */
static char *folder;
static char *path;
static char *wal_path;

static char *
get_content (DkDb *db)
{
  g_autofree char *dump = dk_fixture_dump (db->handle);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, dump, -1);
}

/* A change that touches many pages, so that a mixture shows. */
static void
change (DkDb *db, guint n)
{
  g_autofree char *sql = g_strdup_printf (
      "BEGIN; UPDATE t SET v = %u WHERE id %% 5 = %u; INSERT INTO t VALUES (NULL, %u, "
      "zeroblob(1500)); COMMIT",
      n, n % 5, n);

  dk_fixture_exec (db, sql);
}

static void
keep_moment (DkDb *db, guint n)
{
  moments[n].file = NULL;
  moments[n].content = get_content (db);
}

static void
copy_files (guint n)
{
  moments[n].file = dk_fixture_read (path);
  moments[n].wal = dk_fixture_read (wal_path);
}

/* Reading the open file would drop its locks; nobody else wants them here. */
static void
live_through (void)
{
  DkDb *db = dk_fixture_create (path, 0);
  guint n = 0;

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, v, pad)");
  for (guint i = 0; i < 30; i++)
    change (db, 1);
  for (guint moment = 0; moment < MOMENTS; moment++) {
    for (guint i = 0; i < 3; i++)
      change (db, 2 + n++);
    if (moment % 3 == 1)
      g_assert_true (dk_db_checkpoint (db, FALSE, NULL));
    if (moment % 5 == 3)
      g_assert_true (dk_db_checkpoint (db, TRUE, NULL));
    keep_moment (db, moment);
    if (moment == 6) {
      dk_fixture_close (db);
      copy_files (moment);
      db = dk_fixture_open (path, 0);
    } else {
      copy_files (moment);
    }
  }
  last_content = get_content (db);
  dk_fixture_close (db);
}

static void
live_elsewhere (void)
{
  g_autofree char *other = g_build_filename (folder, "other.db", NULL);
  g_autofree char *other_wal = dk_fixture_wal (other);
  DkDb *db = dk_fixture_create (other, 1);

  dk_fixture_exec (db, "CREATE TABLE t (id INTEGER PRIMARY KEY, v, pad)");
  for (guint i = 0; i < 10; i++)
    change (db, 900 + i);
  foreign = dk_fixture_read (other_wal);
  dk_fixture_close (db);
}

static void
live_as_copy (void)
{
  g_autofree char *other = g_build_filename (folder, "copy.db", NULL);
  g_autofree char *other_wal = dk_fixture_wal (other);
  g_autoptr (GBytes) directory = dk_fixture_directory ();
  DkDb *db = dk_fixture_open (path, 0);

  copy_keys = *dk_fixture_keys (0);
  copy_keys.uuid[3] ^= 0xff;
  g_assert_true (dk_db_copy (db, other, directory, &copy_keys, NULL, NULL));
  dk_fixture_close (db);
  copied = dk_fixture_read (other);
  db = dk_db_open (other, &copy_keys, NULL);
  g_assert_nonnull (db);
  for (guint i = 0; i < 10; i++)
    change (db, 700 + i);
  of_copy = dk_fixture_read (other_wal);
  dk_fixture_close (db);
}

typedef struct {
  guint refused;
  guint own;   /* the database's own moment */
  guint other; /* the journal's moment: more of, or less of, the same generation */
  guint mixed; /* neither: must never be */
} Outcomes;

/* Else there are too many of them after a while, which is refused as well. */
static void
remove_set_aside (void)
{
  g_autofree char *aside = g_strconcat (wal_path, ".set-aside-1", NULL);

  dk_test_remove (aside);
}

static void
try_pair (guint i, GBytes *wal, const char *wal_content, Outcomes *outcomes)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  DkDb *db;

  remove_set_aside ();
  dk_fixture_write (path, moments[i].file);
  dk_fixture_write (wal_path, wal);
  db = dk_db_open (path, dk_fixture_keys (0), &error);
  if (db == NULL || !dk_db_check (db, &error)) {
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    outcomes->refused++;
    if (db != NULL)
      dk_fixture_kill (db);
    return;
  }
  content = get_content (db);
  dk_fixture_kill (db);
  if (g_str_equal (content, moments[i].content))
    outcomes->own++;
  else if (wal_content != NULL && g_str_equal (content, wal_content))
    outcomes->other++;
  else
    outcomes->mixed++;
}

static Outcomes
try_all_pairs (const char *what, guint step)
{
  Outcomes outcomes = { 0 };
  guint pairs = 0;

  for (guint i = 0; i < MOMENTS; i += step)
    for (guint j = 0; j < MOMENTS; j += step)
      if (i != j) {
        try_pair (i, moments[j].wal, moments[j].content, &outcomes);
        pairs++;
      }
  g_test_message ("%s: %u pairs: %u refused, %u own moment, %u the journal's moment, %u mixed",
                  what, pairs, outcomes.refused, outcomes.own, outcomes.other, outcomes.mixed);
  return outcomes;
}

static void
test_own (void)
{
  Outcomes outcomes = { 0 };

  for (guint i = 0; i < MOMENTS; i++)
    try_pair (i, moments[i].wal, NULL, &outcomes);
  g_assert_cmpuint (outcomes.own, ==, MOMENTS);
}

static void
test_pairs (void)
{
  Outcomes outcomes = try_all_pairs ("with notes", 1);

  g_assert_cmpuint (outcomes.mixed, ==, 0);
  g_assert_cmpuint (outcomes.refused, >=, 1000);
}

static void
test_none_and_foreign (void)
{
  Outcomes none = { 0 };
  Outcomes other_kit = { 0 };
  Outcomes copy = { 0 };

  for (guint i = 0; i < MOMENTS; i++) {
    try_pair (i, NULL, NULL, &none);
    try_pair (i, foreign, NULL, &other_kit);
    try_pair (i, of_copy, NULL, &copy);
  }
  g_test_message ("removed: %u refused, %u own; of another kit: %u refused, %u own; of a copy of "
                  "this kit: %u refused, %u own",
                  none.refused, none.own, other_kit.refused, other_kit.own, copy.refused, copy.own);
  g_assert_cmpuint (none.mixed + none.other + other_kit.mixed + other_kit.other, ==, 0);
  g_assert_cmpuint (copy.mixed + copy.other, ==, 0);
  g_assert_cmpuint (none.refused, >=, 30);
  g_assert_cmpuint (none.own, >=, 1); /* where everything is in the database */
  g_assert_cmpuint (other_kit.refused, ==, none.refused);
  g_assert_cmpuint (copy.refused, ==, none.refused);
}

/* A copy is made with a closed note, so each of these is foreign to it and set aside. */
static void
test_journals_beside_copy (void)
{
  guint own = 0;
  guint told = 0;
  guint empty = 0;

  for (guint i = 0; i < MOMENTS; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *content = NULL;
    DkDb *db;
    dk_fixture_write (path, copied);
    dk_fixture_write (wal_path, moments[i].wal);
    db = dk_db_open (path, &copy_keys, &error);
    g_assert_no_error (error);
    content = get_content (db);
    own += g_str_equal (content, last_content);
    told += dk_db_notice (db) != NULL;
    empty += moments[i].wal == NULL || g_bytes_get_size (moments[i].wal) == 0;
    dk_fixture_kill (db);
    remove_set_aside ();
  }
  g_test_message ("%u journals of the kit beside a copy of it: %u times the copy alone, %u told",
                  MOMENTS, own, told);
  g_assert_cmpuint (own, ==, MOMENTS);
  g_assert_cmpuint (told, ==, MOMENTS - empty);
  g_assert_cmpuint (told, >=, 30);
}

static void
test_control (void)
{
  Outcomes outcomes;

  dk_sealed_vfs_set_notes (FALSE);
  outcomes = try_all_pairs ("control, without notes", CONTROL_STEP);
  dk_sealed_vfs_set_notes (TRUE);
  g_assert_cmpuint (outcomes.mixed, >=, 5);
}

int
main (int argc, char **argv)
{
  int rc;

  if (g_access ("/dev/shm", 3) == 0)
    g_assert_true (g_setenv ("TMPDIR", "/dev/shm", TRUE));
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  path = g_build_filename (folder, "kit.db", NULL);
  wal_path = dk_fixture_wal (path);
  live_through ();
  live_elsewhere ();
  live_as_copy ();
  g_test_add_func ("/fault/journal-moments/own-journal-opens", test_own);
  g_test_add_func ("/fault/journal-moments/no-mixed-state", test_pairs);
  g_test_add_func ("/fault/journal-moments/no-journal-or-a-foreign-one", test_none_and_foreign);
  g_test_add_func ("/fault/journal-moments/journals-beside-a-copy", test_journals_beside_copy);
  g_test_add_func ("/fault/journal-moments/control-mixes", test_control);
  rc = dk_test_run ();
  g_free (wal_path);
  g_free (path);
  g_free (folder);
  return rc;
}
