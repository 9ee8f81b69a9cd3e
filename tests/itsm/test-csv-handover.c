/* SPDX-License-Identifier: MIT */
/* Goal: by way of a folder each ticket stands in one published file, once, whenever the program is
 * killed. Method: a kit in memory and a real folder; runs killed before and after each durable
 * step, with and without somebody who takes published files away, and begun again; the numbers of
 * all files counted. Control: a second copy of a file must be counted as doubles. */
#include "app/itsm/csv-handover.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/itsm/fake.h"
#include "tests/support/support.h"

#define TICKETS 5
#define KILLS_MIN 60

typedef struct {
  FakeKit *kit;
  char *folder;
  char *archive; /* where the import puts what it has read */
} World;

static World
begin (guint tickets)
{
  World world = { .kit = fake_kit_new (tickets),
                  .folder = dk_test_folder_new (),
                  .archive = dk_test_folder_new () };

  return world;
}

static void
end (World *world)
{
  fake_kit_free (world->kit);
  dk_test_remove (world->folder);
  dk_test_remove (world->archive);
  g_free (world->folder);
  g_free (world->archive);
}

static gboolean
run (World *world, guint *sent, GError **error)
{
  g_auto (DkCsvHandover) handover = { 0 };
  gboolean done = dk_csv_handover_run (world->folder, &world->kit->store, &handover, error);

  if (sent != NULL)
    *sent = handover.report != NULL ? handover.report->sent : 0;
  return done;
}

static void
run_well (World *world, guint sent)
{
  g_autoptr (GError) error = NULL;
  guint count = 0;
  gboolean done = run (world, &count, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  g_assert_cmpuint (count, ==, sent);
}

/* Published files of tickets in a folder. New array of paths. */
static GPtrArray *
list_tables (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    if (g_str_has_suffix (name, "-tickets.csv"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  }
  return paths;
}

static guint
count_in (const char *folder, const char *number)
{
  g_autoptr (GPtrArray) paths = list_tables (folder);
  g_autofree char *row = g_strdup_printf ("\n%s,", number);
  guint count = 0;

  for (guint i = 0; i < paths->len; i++) {
    g_autofree char *text = NULL;
    g_assert_true (g_file_get_contents (g_ptr_array_index (paths, i), &text, NULL, NULL));
    for (const char *p = strstr (text, row); p != NULL; p = strstr (p + 1, row))
      count++;
  }
  return count;
}

/* How many tickets do not stand in the published files exactly once. */
static guint
count_wrong (const World *world)
{
  guint wrong = 0;

  for (guint i = 0; i < world->kit->rows->len; i++) {
    const char *number = fake_kit_row (world->kit, i)->number;
    guint count = count_in (world->folder, number) + count_in (world->archive, number);
    wrong += count != 1 ? 1 : 0;
  }
  return wrong;
}

static void
take_away (const World *world)
{
  g_autoptr (GPtrArray) paths = list_tables (world->folder);

  for (guint i = 0; i < paths->len; i++) {
    g_autofree char *base = g_path_get_basename (g_ptr_array_index (paths, i));
    g_autofree char *to = g_build_filename (world->archive, base, NULL);
    g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
    g_assert_cmpint (g_rename (g_ptr_array_index (paths, i), to), ==, 0);
  }
}

static guint
count_left_over (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint count = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    count += strstr (name, ".part") != NULL ? 1 : 0;
  return count;
}

static void
test_once_and_not_again (void)
{
  World world = begin (TICKETS);
  const DkPushRow *row = fake_kit_row (world.kit, 0);
  g_autoptr (GPtrArray) paths = NULL;
  g_autofree char *text = NULL;
  g_autofree char *copy = g_build_filename (world.archive, "copy-tickets.csv", NULL);

  run_well (&world, TICKETS);
  run_well (&world, 0);
  g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_DELIVERED), ==, TICKETS);
  g_assert_nonnull (strstr (row->reason, "not confirmed by the ITSM"));
  g_assert_cmpint (row->sent_ms, ==, 0);
  g_assert_cmpuint (count_wrong (&world), ==, 0);
  paths = list_tables (world.folder);
  g_assert_cmpuint (paths->len, ==, 1);
  g_assert_true (g_file_get_contents (g_ptr_array_index (paths, 0), &text, NULL, NULL));
  g_assert_true (g_file_set_contents (copy, text, -1, NULL));
  g_assert_cmpuint (count_wrong (&world), ==, TICKETS);
  end (&world);
}

static guint
kill_at_every_mark (gboolean after, gboolean taken)
{
  guint kills = 0;

  for (guint at = 1;; at++) {
    World world = begin (TICKETS);
    world.kit->kill_at = at;
    world.kit->kill_after = after;
    (void) run (&world, NULL, NULL);
    if (!world.kit->dead) {
      end (&world);
      return kills;
    }
    kills++;
    fake_kit_revive (world.kit);
    if (taken)
      take_away (&world);
    /* The run that settles is killed too, at its first mark. */
    world.kit->kill_at = world.kit->marks + 1;
    (void) run (&world, NULL, NULL);
    fake_kit_revive (world.kit);
    if (taken)
      take_away (&world);
    g_assert_true (run (&world, NULL, NULL));
    g_assert_cmpuint (count_wrong (&world), ==, 0);
    g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_DELIVERED), ==, TICKETS);
    g_assert_cmpuint (count_left_over (world.folder), ==, 0);
    end (&world);
  }
}

static void
test_killed_at_every_mark (void)
{
  guint kills = 0;

  for (guint i = 0; i < 4; i++)
    kills += kill_at_every_mark ((i & 1) != 0, (i & 2) != 0);
  g_test_message ("%u kills", kills);
  g_assert_cmpuint (kills, >=, KILLS_MIN);
}

/* Published, taken away, and the last mark is missing. */
static void
test_file_that_is_gone (void)
{
  World world = begin (2);

  world.kit->kill_at = 5; /* two sending, two unknown, then the first delivered */
  (void) run (&world, NULL, NULL);
  g_assert_true (world.kit->dead);
  fake_kit_revive (world.kit);
  g_assert_cmpint (fake_kit_row (world.kit, 0)->state, ==, DK_HANDOVER_UNKNOWN);
  take_away (&world);
  run_well (&world, 0);
  g_assert_cmpint (fake_kit_row (world.kit, 0)->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_nonnull (strstr (fake_kit_row (world.kit, 0)->reason, "no longer there"));
  end (&world);
}

/* Somebody tidied the folder between a kill in the middle of the marks and the next run. */
static void
test_part_that_is_gone (void)
{
  World world = begin (2);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  world.kit->kill_at = 4; /* two sending, the first unknown */
  (void) run (&world, NULL, NULL);
  fake_kit_revive (world.kit);
  dir = g_dir_open (world.folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (world.folder, name, NULL);
    g_assert_cmpint (g_unlink (path), ==, 0);
  }
  run_well (&world, 2);
  g_assert_cmpuint (count_wrong (&world), ==, 0);
  end (&world);
}

static void
test_damaged_one_is_refused (void)
{
  World world = begin (3);
  g_autoptr (GError) error = NULL;
  guint sent = 0;

  world.kit->damaged = fake_kit_row (world.kit, 1)->number;
  g_assert_false (run (&world, &sent, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_PARTIAL);
  g_assert_cmpuint (sent, ==, 2);
  g_assert_cmpint (fake_kit_row (world.kit, 1)->state, ==, DK_HANDOVER_REFUSED);
  world.kit->damaged = NULL;
  run_well (&world, 1);
  g_assert_cmpuint (count_wrong (&world), ==, 0);
  end (&world);
}

static void
test_folder_that_refuses (void)
{
  World world = begin (2);
  g_autoptr (GError) error = NULL;
  g_autofree char *real = world.folder;

  world.folder = g_build_filename (real, "none", NULL);
  g_assert_false (run (&world, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_UNREACHABLE);
  g_assert_cmpuint (world.kit->marks, ==, 0);
  g_clear_error (&error);
  /* A file where the folder should be: nothing can be written into it. */
  g_assert_true (g_file_set_contents (world.folder, "x", -1, NULL));
  g_assert_false (run (&world, NULL, &error));
  g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_QUEUED), ==, 2);
  g_free (world.folder);
  world.folder = g_strdup (real);
  run_well (&world, 2);
  end (&world);
}

static void
test_later_notes_are_told (void)
{
  World world = begin (2);
  const DkPushRow *row = fake_kit_row (world.kit, 1);
  guint marks;

  fake_kit_note (world.kit, row->number, "before");
  run_well (&world, 2);
  g_assert_null (strstr (row->reason, "note"));
  fake_kit_note (world.kit, row->number, "after");
  run_well (&world, 0);
  g_assert_nonnull (strstr (row->reason, "1 note came here"));
  fake_kit_note (world.kit, row->number, "and after that");
  run_well (&world, 0);
  g_assert_nonnull (strstr (row->reason, "2 notes came here"));
  g_assert_null (strstr (row->reason, "1 note"));
  marks = world.kit->marks;
  run_well (&world, 0);
  g_assert_cmpuint (world.kit->marks, ==, marks);
  end (&world);
}

#define ADD(path, function) g_test_add_func ("/itsm/csv-handover/" path, function)

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  ADD ("once-and-not-again", test_once_and_not_again);
  ADD ("killed-at-every-mark-is-once", test_killed_at_every_mark);
  ADD ("file-that-is-gone-counts-as-delivered", test_file_that_is_gone);
  ADD ("part-that-is-gone-was-not-published", test_part_that_is_gone);
  ADD ("damaged-one-is-refused", test_damaged_one_is_refused);
  ADD ("folder-that-refuses-keeps-them-waiting", test_folder_that_refuses);
  ADD ("later-notes-are-told", test_later_notes_are_told);
  return dk_test_run ();
}
