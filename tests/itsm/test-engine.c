/* SPDX-License-Identifier: MIT */
/* Goal: each ticket ends in the ITSM exactly once, and a person is told of every one that may not.
 * Method: an ITSM and a kit in memory with a clock of their own; every fault of the matrix at every
 * place; runs killed before and after each durable step and begun again; tickets counted there. */
#include "tests/itsm/fake.h"

#include <string.h>

#include "tests/support/support.h"

#define SETTLE_MS (120 * 1000)

/* Runs again and again as a person would, until nothing is left to do. */
static void
push_until_done (FakeWorld *world)
{
  for (guint i = 0; i < 30 && !fake_world_push (world, 900); i++) {
    g_assert_false (g_error_matches (world->error, DK_ERROR, DK_ERROR_STORAGE));
    world->kit->now.wall_ms += 1000;
    world->kit->now.mono_ms += 1000;
  }
}

/* How many tickets of the kit do not stand there exactly once. */
static guint
count_wrong (const FakeWorld *world)
{
  guint wrong = 0;

  for (guint i = 0; i < world->kit->rows->len; i++)
    wrong += fake_itsm_count (world->itsm, fake_kit_row (world->kit, i)->number) != 1 ? 1 : 0;
  return wrong;
}

static void
assert_all_verified (const FakeWorld *world)
{
  g_assert_no_error (world->error);
  g_assert_cmpuint (fake_kit_count (world->kit, DK_HANDOVER_VERIFIED), ==, world->kit->rows->len);
  g_assert_cmpuint (count_wrong (world), ==, 0);
}

static void
test_hands_over_oldest_first (void)
{
  FakeWorld world = fake_world_begin (9);

  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  g_assert_cmpuint (world.report->sent, ==, 9);
  g_assert_cmpuint (world.report->verified, ==, 9);
  for (guint i = 0; i < 9; i++)
    g_assert_cmpstr (g_ptr_array_index (world.itsm->order, i), ==,
                     fake_kit_row (world.kit, i)->number);
  /* negative and positive control of the canary, then rows in groups of four */
  g_assert_cmpuint (world.itsm->finds, ==, 1 + 1 + 2);
  fake_world_end (&world);
}

static void
test_second_run_sends_nothing (void)
{
  FakeWorld world = fake_world_begin (3);

  g_assert_true (fake_world_push (&world, 0));
  g_assert_true (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->creates, ==, 3);
  g_assert_cmpuint (world.report->items->len, ==, 0);
  fake_world_end (&world);
}

static void
test_lost_reply_is_found (void)
{
  FakeWorld world = fake_world_begin (4);

  fake_itsm_plan (world.itsm, 2, FAKE_LOSE_REPLY);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_PARTIAL);
  g_assert_cmpuint (world.report->unknown, ==, 1);
  g_assert_cmpuint (world.report->verified, ==, 3);
  g_assert_cmpint (world.report->retry_at_ms, >, world.kit->now.wall_ms);
  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  g_assert_cmpuint (world.itsm->creates, ==, 4);
  fake_world_end (&world);
}

static void
test_never_posts_before_settled (void)
{
  FakeWorld world = fake_world_begin (2);

  fake_itsm_plan (world.itsm, 1, FAKE_LOSE_REQUEST);
  g_assert_false (fake_world_push (&world, 0));
  for (guint i = 0; i < 10; i++) {
    g_assert_false (fake_world_push (&world, 0));
    g_assert_cmpuint (world.itsm->creates, ==, 2);
  }
  world.kit->now.wall_ms += SETTLE_MS;
  world.kit->now.mono_ms += SETTLE_MS;
  g_assert_true (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->creates, ==, 3);
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_waits_until_settled (void)
{
  FakeWorld world = fake_world_begin (6);

  fake_itsm_plan (world.itsm, 0, FAKE_LOSE_REPLY);
  fake_itsm_plan (world.itsm, 1, FAKE_LOSE_REQUEST);
  fake_itsm_plan (world.itsm, 3, FAKE_LOSE_REPLY);
  g_assert_true (fake_world_push (&world, 600));
  assert_all_verified (&world);
  g_assert_cmpint (world.kit->slept_ms, >=, SETTLE_MS);
  g_assert_cmpint (world.kit->slept_ms, <, 600 * 1000);
  fake_world_end (&world);
}

/* What is committed within the time to settle is found; what comes later than that doubles, which
 * shows that the time is what protects. */
static void
test_late_commit (void)
{
  FakeWorld good = fake_world_begin (3);
  FakeWorld bad = fake_world_begin (3);

  fake_itsm_plan (good.itsm, 1, FAKE_COMMIT_LATE);
  good.itsm->late_ms = SETTLE_MS - 1000;
  g_assert_true (fake_world_push (&good, 900));
  assert_all_verified (&good);
  fake_itsm_plan (bad.itsm, 1, FAKE_COMMIT_LATE);
  bad.itsm->late_ms = SETTLE_MS + 5000;
  (void) fake_world_push (&bad, 900);
  g_assert_cmpuint (count_wrong (&bad), ==, 1);
  fake_world_end (&good);
  fake_world_end (&bad);
}

static void
test_double_is_named_by_the_next_verify (void)
{
  FakeWorld world = fake_world_begin (3);

  fake_itsm_plan (world.itsm, 1, FAKE_COMMIT_LATE);
  world.itsm->late_ms = SETTLE_MS + 5000;
  (void) fake_world_push (&world, 900);
  world.kit->now.mono_ms += 60000;
  g_assert_false (fake_world_verify (&world));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_PARTIAL);
  g_assert_cmpuint (world.report->verified, ==, 2);
  g_assert_cmpuint (world.report->delivered, ==, 1);
  fake_world_end (&world);
}

static void
test_canary_stops_before_the_second (void)
{
  static const FakeFault faults[] = { FAKE_DROP_FIELD, FAKE_CHANGE_FIELD };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++) {
    FakeWorld world = fake_world_begin (5);
    const DkPushItem *item;
    fake_itsm_plan (world.itsm, 0, faults[i]);
    g_assert_false (fake_world_push (&world, 0));
    g_assert_error (world.error, DK_ERROR, DK_ERROR_PARTIAL);
    g_assert_cmpuint (world.itsm->creates, ==, 1);
    item = g_ptr_array_index (world.report->items, 0);
    g_assert_cmpint (item->state, ==, DK_HANDOVER_DELIVERED);
    g_assert_cmpuint (item->differences->len, ==, 1);
    g_assert_nonnull (world.report->stopped);
    fake_world_end (&world);
  }
}

static void
test_dropped_canary_stops_every_run_until_mended (void)
{
  FakeWorld world = fake_world_begin (5);
  FakeRemote *remote;

  fake_itsm_plan (world.itsm, 0, FAKE_DROP_FIELD);
  for (guint i = 0; i < 3; i++)
    g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->creates, ==, 1);
  remote = g_ptr_array_index (world.itsm->remotes, 0);
  g_free (remote->value);
  remote->value = g_strdup ("sent");
  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_single_faults_do_not_block (void)
{
  FakeWorld world = fake_world_begin (6);

  fake_itsm_plan (world.itsm, 1, FAKE_REJECT);
  fake_itsm_plan (world.itsm, 3, FAKE_DROP_FIELD);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_PARTIAL);
  g_assert_cmpuint (world.report->refused, ==, 1);
  g_assert_cmpuint (world.report->delivered, ==, 1);
  g_assert_cmpuint (world.report->verified, ==, 4);
  g_assert_cmpstr (fake_kit_row (world.kit, 1)->reason, !=, NULL);
  fake_world_end (&world);
}

static void
test_refused_one_is_tried_again_by_the_next_run (void)
{
  FakeWorld world = fake_world_begin (3);

  fake_itsm_plan (world.itsm, 1, FAKE_REJECT);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_refusals_in_a_row_stop (void)
{
  FakeWorld world = fake_world_begin (20);

  for (guint i = 0; i < 20; i++)
    fake_itsm_plan (world.itsm, i, FAKE_REJECT);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->creates, ==, 5);
  g_assert_cmpuint (world.report->waiting, ==, 15);
  fake_world_end (&world);
}

static void
test_credential_is_refused (void)
{
  FakeWorld world = fake_world_begin (3);

  world.itsm->check_code = DK_CONNECTOR_AUTH;
  world.itsm->check_failures = 1;
  g_assert_false (fake_world_push (&world, 600));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_DENIED);
  g_assert_cmpuint (world.itsm->creates, ==, 0);
  g_assert_cmpuint (world.report->waiting, ==, 3);
  g_assert_cmpint (world.kit->slept_ms, ==, 0);
  fake_world_end (&world);
}

static void
test_credential_expires_in_the_run (void)
{
  FakeWorld world = fake_world_begin (5);

  fake_itsm_plan (world.itsm, 2, FAKE_AUTH);
  g_assert_false (fake_world_push (&world, 600));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_PARTIAL);
  g_assert_cmpuint (world.itsm->creates, ==, 3);
  g_assert_cmpuint (world.report->verified, ==, 2);
  g_assert_cmpuint (world.report->waiting, ==, 3);
  fake_world_end (&world);
}

static void
test_liar_leaves_unknown_and_stops (void)
{
  FakeWorld world = fake_world_begin (4);

  fake_itsm_plan (world.itsm, 1, FAKE_LIE);
  g_assert_false (fake_world_push (&world, 600));
  g_assert_cmpuint (world.itsm->creates, ==, 2);
  g_assert_cmpuint (world.report->unknown, ==, 1);
  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_unreachable_waits_or_says_so (void)
{
  FakeWorld world = fake_world_begin (3);

  world.itsm->check_code = DK_CONNECTOR_NOT_SENT;
  world.itsm->check_failures = 1;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_error (world.error, DK_ERROR, DK_ERROR_UNREACHABLE);
  world.itsm->check_failures = 3;
  g_assert_true (fake_world_push (&world, 60));
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_not_sent_is_no_attempt (void)
{
  FakeWorld world = fake_world_begin (3);

  fake_itsm_plan (world.itsm, 1, FAKE_NOT_SENT);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 1)->state, ==, DK_HANDOVER_QUEUED);
  g_assert_cmpint (fake_kit_row (world.kit, 1)->attempts, ==, 0);
  g_assert_cmpint (fake_kit_row (world.kit, 1)->sent_ms, ==, 0);
  g_assert_cmpuint (world.report->unknown, ==, 0);
  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_retry_after_is_kept (void)
{
  FakeWorld world = fake_world_begin (3);

  fake_itsm_plan (world.itsm, 1, FAKE_RETRY_AFTER);
  g_assert_false (fake_world_push (&world, 5));
  g_assert_cmpint (world.report->retry_at_ms, >=, world.kit->now.wall_ms + 6900);
  g_assert_cmpint (world.kit->slept_ms, ==, 0);
  fake_itsm_plan (world.itsm, 2, FAKE_RETRY_AFTER);
  g_assert_true (fake_world_push (&world, 30));
  g_assert_cmpint (world.kit->slept_ms, >=, 7000);
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
put_there (FakeWorld *world, const char *key, const char *uid)
{
  FakeRemote *remote = g_new0 (FakeRemote, 1);

  remote->id = g_strdup_printf ("%u", 100 + world->itsm->remotes->len);
  remote->key = g_strdup (key);
  remote->uid = g_strdup (uid);
  remote->value = g_strdup ("sent");
  remote->notes = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (world->itsm->remotes, remote);
}

static void
test_foreign_identity_is_never_taken_over (void)
{
  static const char *const uids[] = { "ffffffffffffffffffffffffffffffff", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (uids); i++) {
    FakeWorld world = fake_world_begin (3);
    put_there (&world, fake_kit_row (world.kit, 1)->number, uids[i]);
    g_assert_false (fake_world_push (&world, 0));
    g_assert_cmpint (fake_kit_row (world.kit, 1)->state, ==, DK_HANDOVER_REFUSED);
    g_assert_null (fake_kit_row (world.kit, 1)->itsm_id);
    g_assert_cmpuint (world.itsm->creates, ==, 2);
    fake_world_end (&world);
  }
}

static void
test_own_ticket_is_taken_over (void)
{
  FakeWorld world = fake_world_begin (3);

  put_there (&world, fake_kit_row (world.kit, 0)->number, fake_kit_row (world.kit, 0)->uid);
  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  g_assert_cmpuint (world.itsm->creates, ==, 2);
  fake_world_end (&world);
}

static void
test_doubles_are_named (void)
{
  FakeWorld world = fake_world_begin (3);
  const DkPushRow *row = fake_kit_row (world.kit, 1);

  put_there (&world, row->number, row->uid);
  put_there (&world, row->number, row->uid);
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (row->state, ==, DK_HANDOVER_DELIVERED);
  g_assert_cmpstr (row->itsm_id, ==, "100");
  g_assert_nonnull (strstr (row->reason, "101"));
  g_ptr_array_remove_index (world.itsm->remotes, 1);
  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_blind_search_stops (void)
{
  FakeWorld world = fake_world_begin (5);

  world.itsm->finds_nothing = TRUE;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->creates, ==, 1);
  fake_world_end (&world);
}

static void
test_unreadable_one_does_not_block (void)
{
  FakeWorld world = fake_world_begin (5);

  fake_itsm_plan (world.itsm, 1, FAKE_FINE);
  g_assert_true (fake_world_push (&world, 0));
  fake_kit_row (world.kit, 0)->state = DK_HANDOVER_DELIVERED;
  fake_kit_row (world.kit, 4)->state = DK_HANDOVER_QUEUED;
  fake_kit_row (world.kit, 4)->sent_ms = 0;
  g_ptr_array_set_size (world.itsm->remotes, 4);
  world.itsm->read_code = DK_CONNECTOR_UNKNOWN;
  world.itsm->read_failures = 1;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 4)->state, ==, DK_HANDOVER_VERIFIED);
  g_assert_true (fake_world_push (&world, 60));
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_clock_set_back (void)
{
  FakeWorld world = fake_world_begin (2);

  fake_itsm_plan (world.itsm, 1, FAKE_LOSE_REQUEST);
  g_assert_false (fake_world_push (&world, 0));
  world.kit->now.wall_ms -= 5 * 3600 * 1000;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->creates, ==, 2);
  world.kit->now.wall_ms += SETTLE_MS + 1000;
  g_assert_true (fake_world_push (&world, 0));
  assert_all_verified (&world);
  fake_world_end (&world);
}

/* Many a clock is set right when the network is back, which is when tickets are handed over. */
static void
test_clock_set_forward (void)
{
  FakeWorld world = fake_world_begin (2);

  world.kit->knows_boot = TRUE;
  fake_itsm_plan (world.itsm, 1, FAKE_COMMIT_LATE);
  world.itsm->late_ms = SETTLE_MS - 1000;
  g_assert_false (fake_world_push (&world, 0));
  world.kit->now.wall_ms += 5 * 3600 * 1000;
  world.kit->now.mono_ms += 1000;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (world.itsm->creates, ==, 2);
  push_until_done (&world);
  assert_all_verified (&world);
  g_assert_cmpuint (world.itsm->creates, ==, 2);
  fake_world_end (&world);
}

/* Killed while a slow request was under way: the time to settle counts from when it can have left
 * at the latest. */
static void
test_killed_in_a_slow_call (void)
{
  FakeWorld world = fake_world_begin (2);

  world.kit->knows_boot = TRUE;
  world.itsm->base.call_s = 60;
  world.itsm->slow_ms = 59 * 1000;
  world.itsm->late_ms = SETTLE_MS - 1000;
  fake_itsm_plan (world.itsm, 0, FAKE_COMMIT_LATE);
  world.kit->kill_at = 2; /* the mark that nothing is known */
  g_assert_false (fake_world_push (&world, 0));
  g_assert_true (world.kit->dead);
  fake_kit_revive (world.kit);
  world.kit->now.wall_ms += SETTLE_MS - 59 * 1000;
  world.kit->now.mono_ms += SETTLE_MS - 59 * 1000;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 0)->state, ==, DK_HANDOVER_UNKNOWN);
  push_until_done (&world);
  assert_all_verified (&world);
  fake_world_end (&world);
}

/* The server may have got the request at the end of a slow call. */
static void
test_slow_call_counts_from_its_end (void)
{
  FakeWorld world = fake_world_begin (2);

  world.itsm->slow_ms = 59 * 1000;
  world.itsm->late_ms = SETTLE_MS - 1000;
  fake_itsm_plan (world.itsm, 1, FAKE_COMMIT_LATE);
  g_assert_false (fake_world_push (&world, 0));
  world.kit->now.wall_ms += SETTLE_MS - 59 * 1000;
  world.kit->now.mono_ms += SETTLE_MS - 59 * 1000;
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpint (fake_kit_row (world.kit, 1)->state, ==, DK_HANDOVER_UNKNOWN);
  push_until_done (&world);
  assert_all_verified (&world);
  fake_world_end (&world);
}

static void
test_drill_never_leaves (void)
{
  FakeWorld world = fake_world_begin (2);

  g_free (fake_kit_row (world.kit, 0)->number);
  fake_kit_row (world.kit, 0)->number = g_strdup ("DR-A07-0001-X");
  g_assert_false (fake_world_push (&world, 0));
  g_assert_cmpuint (fake_itsm_count (world.itsm, "DR-A07-0001-X"), ==, 0);
  g_assert_cmpuint (world.itsm->creates, ==, 1);
  fake_world_end (&world);
}

static void
test_limit (void)
{
  FakeWorld world = fake_world_begin (5);
  DkPushOptions options = { .limit = 2 };

  g_assert_false (dk_push_run (&world.itsm->base, &world.kit->store, &options, NULL, &world.report,
                               &world.error));
  g_assert_cmpuint (world.itsm->creates, ==, 2);
  g_assert_cmpuint (world.report->waiting, ==, 3);
  fake_world_end (&world);
}

static void
test_cancel_keeps_what_is_known (void)
{
  FakeWorld world = fake_world_begin (3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  DkJob job = { .cancellable = cancellable };

  g_cancellable_cancel (cancellable);
  g_assert_false (
      dk_push_run (&world.itsm->base, &world.kit->store, NULL, &job, &world.report, &world.error));
  g_assert_error (world.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (world.itsm->creates, ==, 0);
  fake_world_end (&world);
}

static void
test_verify_tells_what_changed (void)
{
  FakeWorld world = fake_world_begin (3);
  FakeRemote *remote;

  g_assert_true (fake_world_push (&world, 0));
  remote = g_ptr_array_index (world.itsm->remotes, 1);
  g_free (remote->value);
  remote->value = g_strdup ("worked on");
  g_assert_true (fake_world_verify (&world));
  g_assert_cmpuint (world.report->verified, ==, 3);
  remote->value[0] = '\0';
  g_assert_false (fake_world_verify (&world));
  g_assert_cmpuint (world.report->verified, ==, 2);
  g_ptr_array_remove_index (world.itsm->remotes, 1);
  g_assert_false (fake_world_verify (&world));
  g_assert_cmpuint (world.report->delivered, ==, 1);
  fake_world_end (&world);
}

static void
test_report_as_json (void)
{
  FakeWorld world = fake_world_begin (3);
  g_autoptr (json_t) json = NULL;

  fake_itsm_plan (world.itsm, 2, FAKE_LOSE_REPLY);
  g_assert_false (fake_world_push (&world, 0));
  json = dk_push_report_json (world.report);
  g_assert_cmpint (dk_json_get_int (json, "sent", 0), ==, 3);
  g_assert_cmpint (dk_json_get_int (json, "verified", 0), ==, 2);
  g_assert_cmpuint (json_array_size (json_object_get (json, "items")), ==, 3);
  g_assert_cmpuint (json_array_size (json_object_get (json, "unknown")), ==, 1);
  g_assert_nonnull (dk_json_get_text (json, "retry_at"));
  g_assert_cmpint (dk_json_get_int (json, "skew_s", 0), ==, 5);
  fake_world_end (&world);
}

static guint
kill_at_every_mark (gboolean after, const FakeFault *fault)
{
  guint kills = 0;

  for (guint at = 1;; at++) {
    FakeWorld world = fake_world_begin (6);
    if (fault != NULL)
      fake_itsm_plan (world.itsm, 2, *fault);
    world.kit->kill_at = at;
    world.kit->kill_after = after;
    (void) fake_world_push (&world, 900);
    if (!world.kit->dead) {
      fake_world_end (&world);
      return kills;
    }
    kills++;
    fake_kit_revive (world.kit);
    push_until_done (&world);
    assert_all_verified (&world);
    fake_world_end (&world);
  }
}

static void
test_killed_at_every_mark (void)
{
  static const FakeFault faults[]
      = { FAKE_LOSE_REPLY, FAKE_LOSE_REQUEST, FAKE_NOT_SENT, FAKE_RETRY_AFTER };
  guint kills = kill_at_every_mark (FALSE, NULL) + kill_at_every_mark (TRUE, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    kills += kill_at_every_mark (FALSE, &faults[i]) + kill_at_every_mark (TRUE, &faults[i]);
  g_test_message ("%u kills", kills);
  g_assert_cmpuint (kills, >=, 150);
}

/* Every mix of faults and kills, from a seed that is printed where it fails. */
static guint
run_random (guint32 seed)
{
  static const FakeFault faults[]
      = { FAKE_LOSE_REPLY, FAKE_LOSE_REQUEST, FAKE_COMMIT_LATE, FAKE_REJECT,
          FAKE_NOT_SENT,   FAKE_RETRY_AFTER,  FAKE_LIE };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  FakeWorld world = fake_world_begin ((guint) g_rand_int_range (rand, 1, 12));
  guint count = 0;

  world.itsm->late_ms = g_rand_int_range (rand, 0, SETTLE_MS - 1000);
  for (guint i = 0; i < 40; i++) {
    if (g_rand_int_range (rand, 0, 3) == 0) {
      fake_itsm_plan (world.itsm, i, faults[g_rand_int_range (rand, 0, G_N_ELEMENTS (faults))]);
      count++;
    }
  }
  for (guint i = 0; i < 4; i++) {
    world.kit->kill_at = world.kit->marks + (guint) g_rand_int_range (rand, 1, 20);
    world.kit->kill_after = g_rand_boolean (rand);
    (void) fake_world_push (&world, (guint) g_rand_int_range (rand, 0, 300));
    count += world.kit->dead ? 1 : 0;
    fake_kit_revive (world.kit);
  }
  push_until_done (&world);
  if (world.error != NULL || count_wrong (&world) != 0)
    g_error ("seed %u: %u tickets are not there once; %s", seed, count_wrong (&world),
             world.error != NULL ? world.error->message : "no error");
  fake_world_end (&world);
  return count;
}

static void
test_random_faults_and_kills (void)
{
  guint worlds = dk_test_is_long () ? 20000 : 1000;
  guint count = 0;

  for (guint i = 0; i < worlds; i++)
    count += run_random (i);
  g_test_message ("%u faults and kills in %u worlds", count, worlds);
  g_assert_cmpuint (count, >=, 5 * worlds);
}

#define ADD(path, function) g_test_add_func ("/itsm/engine/" path, function)

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  ADD ("hands-over-oldest-first", test_hands_over_oldest_first);
  ADD ("second-run-sends-nothing", test_second_run_sends_nothing);
  ADD ("lost-reply-is-found", test_lost_reply_is_found);
  ADD ("never-posts-before-settled", test_never_posts_before_settled);
  ADD ("waits-until-settled", test_waits_until_settled);
  ADD ("late-commit-is-found-within-the-time-to-settle-only", test_late_commit);
  ADD ("double-is-named-by-the-next-verify", test_double_is_named_by_the_next_verify);
  ADD ("canary-stops-before-the-second", test_canary_stops_before_the_second);
  ADD ("dropped-canary-stops-every-run-until-mended",
       test_dropped_canary_stops_every_run_until_mended);
  ADD ("single-faults-do-not-block", test_single_faults_do_not_block);
  ADD ("refused-one-is-tried-again-by-the-next-run",
       test_refused_one_is_tried_again_by_the_next_run);
  ADD ("refusals-in-a-row-stop", test_refusals_in_a_row_stop);
  ADD ("refused-credential-sends-nothing", test_credential_is_refused);
  ADD ("credential-that-expires-stops-the-run", test_credential_expires_in_the_run);
  ADD ("liar-leaves-unknown-and-stops", test_liar_leaves_unknown_and_stops);
  ADD ("unreachable-waits-or-says-so", test_unreachable_waits_or_says_so);
  ADD ("not-sent-is-no-attempt", test_not_sent_is_no_attempt);
  ADD ("retry-after-is-kept", test_retry_after_is_kept);
  ADD ("foreign-identity-is-never-taken-over", test_foreign_identity_is_never_taken_over);
  ADD ("own-ticket-is-taken-over", test_own_ticket_is_taken_over);
  ADD ("doubles-are-named", test_doubles_are_named);
  ADD ("blind-search-stops", test_blind_search_stops);
  ADD ("unreadable-one-does-not-block", test_unreadable_one_does_not_block);
  ADD ("clock-set-back-starts-the-wait-anew", test_clock_set_back);
  ADD ("clock-set-forward-does-not-shorten-the-wait", test_clock_set_forward);
  ADD ("killed-in-a-slow-call-waits-for-it", test_killed_in_a_slow_call);
  ADD ("slow-call-counts-from-its-end", test_slow_call_counts_from_its_end);
  ADD ("drill-never-leaves", test_drill_never_leaves);
  ADD ("limit-leaves-the-rest", test_limit);
  ADD ("cancel-keeps-what-is-known", test_cancel_keeps_what_is_known);
  ADD ("verify-tells-what-changed", test_verify_tells_what_changed);
  ADD ("report-as-json", test_report_as_json);
  ADD ("killed-at-every-mark-is-once", test_killed_at_every_mark);
  ADD ("random-faults-and-kills-are-once", test_random_faults_and_kills);
  return dk_test_run ();
}
