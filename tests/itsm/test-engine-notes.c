/* SPDX-License-Identifier: MIT */
/* Goal: a note that was written after its ticket was sent reaches the ITSM exactly once, or a
 * person is told; a ticket that lost its number there or cannot be read here keeps to itself.
 * Method: an ITSM and a kit in memory; faults of the comment, kills at every durable step, notes
 * counted there. */
#include "tests/itsm/fake.h"

#include <string.h>

#include "tests/support/support.h"

#define SETTLE_MS (120 * 1000)
#define KILLS_MIN 30

static const char *
number_of (FakeWorld *world, guint i)
{
  return fake_kit_row (world->kit, i)->number;
}

/* Three tickets, the second one sent without an answer, and a note to it then. */
static FakeWorld
begin_with_late_note (void)
{
  FakeWorld world = fake_world_begin (3);

  world.kit->knows_boot = TRUE;
  fake_kit_note (world.kit, number_of (&world, 1), "early words");
  fake_itsm_plan (world.itsm, 1, FAKE_LOSE_REPLY);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 1)->state, ==, DK_HANDOVER_UNKNOWN);
  fake_kit_note (world.kit, number_of (&world, 1), "late words");
  fake_kit_note (world.kit, number_of (&world, 1), "more late words");
  return world;
}

static void
test_late_notes_follow_once (void)
{
  FakeWorld world = begin_with_late_note ();

  g_assert_true (fake_world_push (&world, 0));
  g_assert_no_error (world.error);
  g_assert_cmpuint (world.itsm->updates, ==, 1);
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "more late words"), ==, 1);
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "  late words"), ==, 1);
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "early words"), ==, 0);
  g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_VERIFIED), ==, 3);
  fake_world_end (&world);
}

static void
test_lost_answer_is_looked_for (void)
{
  FakeWorld world = begin_with_late_note ();
  const DkPushRow *row = fake_kit_row (world.kit, 1);

  fake_itsm_plan_note (world.itsm, 0, FAKE_LOSE_REPLY);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_PARTIAL);
  g_assert_cmpint (row->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_nonnull (strstr (row->reason, "2 later notes"));
  g_assert_cmpuint (world.report->delivered, ==, 1);
  g_assert_true (fake_world_verify (&world));
  g_assert_cmpint (row->state, ==, DK_HANDOVER_VERIFIED);
  g_assert_cmpuint (world.itsm->updates, ==, 1);
  fake_world_end (&world);
}

static void
test_never_repeated_before_settled (void)
{
  FakeWorld world = begin_with_late_note ();

  fake_itsm_plan_note (world.itsm, 0, FAKE_LOSE_REQUEST);
  g_assert_false (fake_world_push (&world, 0));
  for (guint i = 0; i < 5; i++) {
    fake_world_pass (&world, 1000);
    g_assert_false (fake_world_push (&world, 0));
    g_assert_cmpuint (world.itsm->updates, ==, 1);
    g_assert_cmpint (world.report->retry_at_ms, >, world.kit->now.wall_ms);
  }
  g_assert_false (fake_world_verify (&world));
  fake_world_pass (&world, SETTLE_MS);
  g_assert_true (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->updates, ==, 2);
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "more late words"), ==, 1);
  fake_world_end (&world);
}

static void
test_waits_for_the_outcome (void)
{
  FakeWorld world = begin_with_late_note ();

  fake_itsm_plan_note (world.itsm, 0, FAKE_LOSE_REQUEST);
  g_assert_true (fake_world_push (&world, 600));
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "more late words"), ==, 1);
  g_assert_cmpint (world.kit->slept_ms, >=, SETTLE_MS);
  g_assert_cmpuint (world.itsm->finds, <, 20);
  fake_world_end (&world);
}

static void
test_refused_note_is_told (void)
{
  FakeWorld world = begin_with_late_note ();
  const DkPushRow *row = fake_kit_row (world.kit, 1);

  fake_itsm_plan_note (world.itsm, 0, FAKE_REJECT);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (row->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_nonnull (strstr (row->reason, "by hand"));
  g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_VERIFIED), ==, 2);
  g_assert_true (fake_world_push (&world, 0));
  fake_world_end (&world);
}

/* The second comment carries what the first one did not. */
static void
test_only_what_is_missing_goes (void)
{
  FakeWorld world = begin_with_late_note ();
  FakeRemote *remote = g_ptr_array_index (world.itsm->remotes, 1);

  g_free (remote->value);
  remote->value = g_strdup ("worked on");
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 1)->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_cmpuint (world.itsm->updates, ==, 1);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->updates, ==, 1);
  fake_kit_note (world.kit, number_of (&world, 1), "last words");
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->updates, ==, 2);
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "more late words"), ==, 1);
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "last words"), ==, 1);
  fake_world_end (&world);
}

static void
test_verify_adds_nothing (void)
{
  FakeWorld world = begin_with_late_note ();
  FakeRemote *remote = g_ptr_array_index (world.itsm->remotes, 1);

  fake_itsm_plan_note (world.itsm, 0, FAKE_NOT_SENT);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (remote->notes->len, ==, 0);
  g_assert_false (fake_world_verify (&world));
  g_assert_cmpuint (world.itsm->updates, ==, 1);
  g_assert_nonnull (strstr (fake_kit_row (world.kit, 1)->reason, "next push"));
  g_assert_true (fake_world_push (&world, 0));
  g_assert_cmpuint (remote->notes->len, ==, 1);
  fake_world_end (&world);
}

/* Between the reading back and the mark that closes the ticket in the kit. */
static void
test_note_at_the_last_moment (void)
{
  FakeWorld world = fake_world_begin (2);

  world.kit->note_before_verified = TRUE;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 0)->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_true (fake_world_push (&world, 0));
  g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "in between"), ==, 1);
  fake_world_end (&world);
}

static guint
kill_at_every_mark (gboolean after, FakeFault fault)
{
  guint kills = 0;

  for (guint at = 1;; at++) {
    FakeWorld world = begin_with_late_note ();
    fake_itsm_plan_note (world.itsm, 0, fault);
    world.kit->kill_at = world.kit->marks + at;
    world.kit->kill_after = after;
    (void) fake_world_push (&world, 900);
    if (!world.kit->dead) {
      fake_world_end (&world);
      return kills;
    }
    kills++;
    fake_kit_revive (world.kit);
    for (guint i = 0; i < 5 && !fake_world_push (&world, 900); i++)
      fake_world_pass (&world, 1000);
    g_assert_no_error (world.error);
    g_assert_cmpuint (fake_itsm_count_notes (world.itsm, "more late words"), ==, 1);
    g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_VERIFIED), ==, 3);
    fake_world_end (&world);
  }
}

static void
test_killed_at_every_mark (void)
{
  static const FakeFault faults[]
      = { FAKE_FINE, FAKE_LOSE_REPLY, FAKE_LOSE_REQUEST, FAKE_NOT_SENT, FAKE_REJECT };
  guint kills = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    kills += kill_at_every_mark (FALSE, faults[i]) + kill_at_every_mark (TRUE, faults[i]);
  g_test_message ("%u kills", kills);
  g_assert_cmpuint (kills, >=, KILLS_MIN);
}

/* The ITSM took the first ticket and dropped the field by which it is found. */
static void
test_lost_key_is_found_by_words (void)
{
  FakeWorld world = fake_world_begin (3);

  fake_itsm_plan (world.itsm, 0, FAKE_LOSE_REPLY_AND_KEY);
  g_assert_false (fake_world_push (&world, 900));
  g_assert_cmpuint (fake_itsm_count (world.itsm, number_of (&world, 0)), ==, 1);
  g_assert_cmpuint (world.itsm->creates, ==, 1);
  g_assert_cmpint (fake_kit_row (world.kit, 0)->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_nonnull (world.report->stopped);
  fake_world_end (&world);
}

static void
test_damaged_one_is_refused (void)
{
  FakeWorld world = fake_world_begin (4);

  world.kit->damaged = number_of (&world, 0);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_PARTIAL);
  g_assert_cmpint (fake_kit_row (world.kit, 0)->state, ==, DK_HANDOVER_REFUSED);
  g_assert_nonnull (strstr (fake_kit_row (world.kit, 0)->reason, "damaged"));
  g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_VERIFIED), ==, 3);
  g_assert_cmpuint (world.itsm->creates, ==, 3);
  fake_world_end (&world);
}

static void
test_damaged_ones_that_left (void)
{
  FakeWorld world = fake_world_begin (4);

  fake_itsm_plan (world.itsm, 1, FAKE_LOSE_REPLY);
  g_assert_false (fake_world_push (&world, 0));
  world.kit->damaged = number_of (&world, 1);
  fake_kit_row (world.kit, 3)->state = DK_HANDOVER_QUEUED;
  g_ptr_array_set_size (world.itsm->remotes, 3);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 1)->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_nonnull (strstr (fake_kit_row (world.kit, 1)->reason, "damaged"));
  g_assert_cmpuint (fake_kit_count (world.kit, DK_HANDOVER_VERIFIED), ==, 3);
  g_assert_false (fake_world_verify (&world));
  g_assert_cmpuint (world.report->verified, ==, 3);
  world.kit->damaged = NULL;
  g_assert_true (fake_world_push (&world, 0));
  fake_world_end (&world);
}

#define ADD(path, function) g_test_add_func ("/itsm/engine-notes/" path, function)

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  ADD ("late-notes-follow-once", test_late_notes_follow_once);
  ADD ("lost-answer-is-looked-for", test_lost_answer_is_looked_for);
  ADD ("never-repeated-before-settled", test_never_repeated_before_settled);
  ADD ("waits-for-the-outcome", test_waits_for_the_outcome);
  ADD ("refused-note-is-told", test_refused_note_is_told);
  ADD ("only-what-is-missing-goes", test_only_what_is_missing_goes);
  ADD ("verify-adds-nothing", test_verify_adds_nothing);
  ADD ("note-at-the-last-moment", test_note_at_the_last_moment);
  ADD ("killed-at-every-mark-is-once", test_killed_at_every_mark);
  ADD ("lost-key-is-found-by-words", test_lost_key_is_found_by_words);
  ADD ("damaged-one-is-refused", test_damaged_one_is_refused);
  ADD ("damaged-ones-that-left-stay", test_damaged_ones_that_left);
  return dk_test_run ();
}
