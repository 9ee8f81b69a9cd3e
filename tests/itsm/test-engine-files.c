/* SPDX-License-Identifier: MIT */
/* Goal: each file of a ticket stands in the ITSM exactly once, whenever an answer is lost or the
 * program is killed; and a person is told what is missing there. Method: an ITSM and a kit in
 * memory; faults of the attach, kills at every durable step, before and after it, files counted
 * there. The control repeats a request at once, and makes doubles. */
#include "tests/itsm/fake.h"

#include <string.h>

#include "tests/support/support.h"

#define SETTLE_MS (120 * 1000)
#define KILLS_MIN 90
#define NAME "ward.png"

/* Two tickets; the second has two files and a note that came late. */
static FakeWorld
begin_with_files (void)
{
  FakeWorld world = fake_world_begin (2);
  const char *number = fake_kit_row (world.kit, 1)->number;

  world.kit->knows_boot = TRUE;
  fake_kit_file (world.kit, number, NAME, "a picture");
  fake_kit_file (world.kit, number, NAME, "another picture");
  return world;
}

static void
assert_once (const FakeWorld *world)
{
  g_assert_cmpuint (fake_itsm_count_files (world->itsm, NAME, "a picture"), ==, 1);
  g_assert_cmpuint (fake_itsm_count_files (world->itsm, NAME, "another picture"), ==, 1);
}

static void
test_each_file_once (void)
{
  FakeWorld world = begin_with_files ();

  g_assert_true (fake_world_push (&world, 0));
  g_assert_no_error (world.error);
  assert_once (&world);
  g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_VERIFIED), ==, 2);
  g_assert_true (fake_world_push (&world, 0));
  g_assert_true (fake_world_verify (&world));
  g_assert_cmpuint (world.itsm->attaches, ==, 2);
  fake_world_end (&world);
}

static void
test_lost_answer_is_looked_for (void)
{
  FakeWorld world = begin_with_files ();

  fake_itsm_plan_file (world.itsm, 0, FAKE_LOSE_REPLY);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 1)->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_nonnull (strstr (fake_kit_row (world.kit, 1)->reason, NAME));
  g_assert_cmpuint (world.itsm->attaches, ==, 1);
  fake_world_pass (&world, SETTLE_MS);
  g_assert_true (fake_world_push (&world, 0));
  assert_once (&world);
  g_assert_cmpuint (world.itsm->attaches, ==, 2);
  fake_world_end (&world);
}

static void
test_never_repeated_before_settled (void)
{
  FakeWorld world = begin_with_files ();

  world.itsm->late_ms = SETTLE_MS - 5000;
  fake_itsm_plan_file (world.itsm, 0, FAKE_COMMIT_LATE);
  for (guint i = 0; i < 6; i++) {
    g_assert_false (fake_world_push (&world, 0));
    g_assert_cmpuint (world.itsm->attaches, ==, 1);
    fake_world_pass (&world, 1000);
  }
  fake_world_pass (&world, SETTLE_MS);
  g_assert_true (fake_world_push (&world, 0));
  assert_once (&world);
  fake_world_end (&world);
}

static void
test_refused_file_is_told (void)
{
  FakeWorld world = begin_with_files ();

  fake_itsm_plan_file (world.itsm, 0, FAKE_REJECT);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_nonnull (strstr (fake_kit_row (world.kit, 1)->reason, "by hand"));
  g_assert_true (fake_world_push (&world, 0));
  assert_once (&world);
  fake_world_end (&world);
}

/* Somebody removes a file there: verify finds that, and changes nothing. */
static void
test_verify_reads_names_back (void)
{
  FakeWorld world = begin_with_files ();
  FakeRemote *remote;

  g_assert_true (fake_world_push (&world, 0));
  remote = g_ptr_array_index (world.itsm->remotes, 1);
  g_ptr_array_remove_index (remote->files, 0);
  g_assert_false (fake_world_verify (&world));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_PARTIAL);
  g_assert_cmpuint (world.report->delivered, ==, 1);
  g_assert_cmpuint (world.itsm->attaches, ==, 2);
  fake_world_end (&world);
}

/* Notes follow once the files are there, whatever became of these. */
static void
test_late_note_beside_files (void)
{
  FakeWorld world = begin_with_files ();

  fake_itsm_plan_file (world.itsm, 1, FAKE_LOSE_REQUEST);
  g_assert_false (fake_world_push (&world, 0));
  fake_kit_note (world.kit, fake_kit_row (world.kit, 1)->number, "late words");
  g_assert_false (fake_world_push (&world, 0));
  fake_world_pass (&world, SETTLE_MS);
  g_assert_true (fake_world_push (&world, 0));
  assert_once (&world);
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "late words"), ==, 1);
  fake_world_end (&world);
}

static void
test_content_that_is_gone (void)
{
  FakeWorld world = begin_with_files ();

  world.kit->store.file = NULL;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->attaches, ==, 0);
  g_assert_nonnull (strstr (fake_kit_row (world.kit, 1)->reason, "not in this kit"));
  fake_world_end (&world);
}

/* What cannot be looked through gets no file, and the others are not held up. */
static void
test_too_many_files_there (void)
{
  FakeWorld world = begin_with_files ();

  world.itsm->has_too_many_files = TRUE;
  fake_kit_file (world.kit, fake_kit_row (world.kit, 0)->number, NAME, "of the first ticket");
  for (guint i = 0; i < 2; i++) {
    g_assert_false (fake_world_push (&world, 0));
    g_assert_cmpuint (world.itsm->attaches, ==, 0);
    for (guint row = 0; row < 2; row++) {
      g_assert_cmpint (fake_kit_row (world.kit, row)->state, ==, DK_HANDOVER_DELIVERED);
      g_assert_nonnull (strstr (fake_kit_row (world.kit, row)->reason, "a person must look"));
    }
    fake_world_pass (&world, SETTLE_MS);
  }
  fake_world_end (&world);
}

static guint
kill_at_every_mark (gboolean after, FakeFault fault)
{
  guint kills = 0;

  for (guint at = 1;; at++) {
    FakeWorld world = begin_with_files ();
    world.itsm->late_ms = 30000;
    fake_itsm_plan_file (world.itsm, 0, fault);
    world.kit->kill_at = at;
    world.kit->kill_after = after;
    (void) fake_world_push (&world, 900);
    if (!world.kit->dead) {
      fake_world_end (&world);
      return kills;
    }
    fake_kit_revive (world.kit);
    (void) fake_world_push (&world, 900);
    g_assert_true (fake_world_push (&world, 900));
    assert_once (&world);
    kills++;
    fake_world_end (&world);
  }
}

static void
test_kills (void)
{
  static const FakeFault faults[] = { FAKE_FINE,        FAKE_LOSE_REPLY, FAKE_LOSE_REQUEST,
                                      FAKE_COMMIT_LATE, FAKE_REJECT,     FAKE_NOT_SENT };
  guint kills = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    for (guint after = 0; after < 2; after++)
      kills += kill_at_every_mark (after == 1, faults[i]);
  g_test_message ("%u kills, each file there once after each of them", kills);
  g_assert_cmpuint (kills, >=, KILLS_MIN);
}

static void
test_control_without_waiting (void)
{
  FakeWorld world = begin_with_files ();

  world.itsm->late_ms = 30000;
  world.itsm->base.settle_s = 1;
  fake_itsm_plan_file (world.itsm, 0, FAKE_COMMIT_LATE);
  g_assert_false (fake_world_push (&world, 0));
  fake_world_pass (&world, 2000);
  (void) fake_world_push (&world, 0);
  g_assert_cmpuint (fake_itsm_count_files (world.itsm, NAME, "a picture"), ==, 2);
  fake_world_end (&world);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/itsm/files/each-once", test_each_file_once);
  g_test_add_func ("/itsm/files/lost-answer-is-looked-for", test_lost_answer_is_looked_for);
  g_test_add_func ("/itsm/files/not-repeated-before-it-settled",
                   test_never_repeated_before_settled);
  g_test_add_func ("/itsm/files/refused-one-is-told", test_refused_file_is_told);
  g_test_add_func ("/itsm/files/verify-reads-names-back", test_verify_reads_names_back);
  g_test_add_func ("/itsm/files/late-note-beside-files", test_late_note_beside_files);
  g_test_add_func ("/itsm/files/content-that-is-gone", test_content_that_is_gone);
  g_test_add_func ("/itsm/files/too-many-there-are-told", test_too_many_files_there);
  g_test_add_func ("/itsm/files/killed-at-every-mark", test_kills);
  g_test_add_func ("/itsm/files/control-without-waiting-doubles", test_control_without_waiting);
  return dk_test_run ();
}
