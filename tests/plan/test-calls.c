/* SPDX-License-Identifier: MIT */
/* Goal: a round of calls tells at each moment whom to call on which number, leaves nobody out and
 * calls nobody for nothing; who is on call is told with numbers and hours of that place.
 * Method: a tree of three calls (one with a stand-in, one that another person makes) worked off in
 * several ways; the clock is given. */
#include <string.h>

#include "app/base/clock.h"
#include "tests/plan/plan-fixture.h"

#define MINUTE_MS 60000

static DkCallRound *
load (StoreFixture *f, const char *uid)
{
  g_autoptr (GError) error = NULL;
  DkCallRound *round = dk_call_round_load (f->store, uid, &error);

  g_assert_no_error (error);
  return round;
}

static void
attempt (StoreFixture *f, const char *uid, const char *contact, const char *number,
         const char *result)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_call_round_try (f->store, uid, contact, number, result, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* Demands that this is to be called next; contact NULL = nobody. New string: what is said. */
static char *
demand (StoreFixture *f, const char *uid, gint64 later_ms, const char *contact, const char *number)
{
  g_autoptr (DkCallRound) round = load (f, uid);
  g_autoptr (DkCallNext) next = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done
      = dk_call_round_next (f->store, round, dk_clock_wall_ms () + later_ms, &next, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  if (contact == NULL) {
    g_assert_null (next);
    return NULL;
  }
  g_assert_nonnull (next);
  g_assert_cmpstr (next->contact_id, ==, contact);
  g_assert_cmpstr (next->number, ==, number);
  return g_strdup (next->say);
}

static char *
start (StoreFixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkCallRound) round = dk_call_round_start (f->store, "major", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (round->open, ==, 3);
  return g_strdup (round->uid);
}

static void
test_goes_through_the_tree (StoreFixture *f, gconstpointer data)
{
  g_autofree char *uid = start (f);
  g_autofree char *first = demand (f, uid, 0, "ann", "919-555-0101");
  g_autofree char *second = NULL;
  g_autoptr (DkCallRound) round = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (first, ==, "The EHR is down.");
  attempt (f, uid, "ann", "919-555-0101", DK_CALL_REACHED);
  second = demand (f, uid, 0, "desk", "919-555-0100");
  g_assert_cmpstr (second, ==, "Use paper.");
  attempt (f, uid, "desk", "919-555-0100", DK_CALL_REACHED);
  /* carl is called by ann, so the desk has nothing to do */
  g_free (demand (f, uid, 0, NULL, NULL));
  round = load (f, uid);
  g_assert_cmpint (dk_call_round_state (round, 2), ==, DK_CALL_DELEGATED);
  g_assert_cmpuint (round->open, ==, 1);
  g_assert_false (dk_call_round_end (f->store, uid, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  attempt (f, uid, "carl", NULL, DK_CALL_REACHED); /* as ann reports */
  g_assert_true (dk_call_round_end (f->store, uid, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (dk_call_round_try (f->store, uid, "ann", NULL, DK_CALL_BUSY, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

static void
test_tries_numbers_then_the_stand_in_then_waits (StoreFixture *f, gconstpointer data)
{
  g_autofree char *uid = start (f);
  g_autoptr (DkCallRound) round = NULL;
  g_autoptr (DkCallNext) next = NULL;
  g_autoptr (GError) error = NULL;

  attempt (f, uid, "ann", "919-555-0101", DK_CALL_NO_ANSWER);
  g_free (demand (f, uid, 0, "ann", "4711"));
  attempt (f, uid, "ann", "4711", DK_CALL_MESSAGE_LEFT);
  g_free (demand (f, uid, 0, "bob", "919-555-0102"));
  attempt (f, uid, "bob", "919-555-0102", DK_CALL_BUSY);
  g_free (demand (f, uid, 0, "desk", "919-555-0100"));
  attempt (f, uid, "desk", "919-555-0100", DK_CALL_REACHED);
  /* ann was not reached, so that her call falls back to the desk */
  g_free (demand (f, uid, 0, "carl", "919-555-0103"));
  attempt (f, uid, "carl", "919-555-0103", DK_CALL_REACHED);
  /* only ann is left, and the wait of ten minutes is not over */
  round = load (f, uid);
  g_assert_true (dk_call_round_next (f->store, round, dk_clock_wall_ms (), &next, &error));
  g_assert_cmpstr (next->contact_id, ==, "ann");
  g_assert_cmpint (next->due_ms, >, dk_clock_wall_ms () + 9 * MINUTE_MS);
  g_assert_cmpuint (next->attempts, ==, 3);
  /* then from the first number on */
  g_free (demand (f, uid, 11 * MINUTE_MS, "ann", "919-555-0101"));
  attempt (f, uid, "bob", "919-555-0102", DK_CALL_REACHED);
  g_free (demand (f, uid, 0, NULL, NULL));
}

static void
test_a_wrong_number_is_not_called_again (StoreFixture *f, gconstpointer data)
{
  g_autofree char *uid = start (f);

  attempt (f, uid, "ann", "919-555-0101", DK_CALL_WRONG_NUMBER);
  g_free (demand (f, uid, 0, "ann", "4711"));
  g_free (demand (f, uid, 60 * MINUTE_MS, "ann", "4711"));
  attempt (f, uid, "ann", "4711", DK_CALL_DECLINED);
  g_free (demand (f, uid, 0, "bob", "919-555-0102"));
  g_free (demand (f, uid, 60 * MINUTE_MS, "bob", "919-555-0102"));
}

static void
test_uses_corrected_numbers (StoreFixture *f, gconstpointer data)
{
  g_autofree char *uid = start (f);
  g_autoptr (GError) error = NULL;
  g_autofree char *ticket = dk_correction_add (f->store, "ann", "number:mobile", NULL,
                                               "919-555-0199", "told on the phone", &error);

  g_assert_no_error (error);
  g_assert_nonnull (ticket);
  g_free (demand (f, uid, 0, "ann", "919-555-0199"));
}

static void
test_refuses_what_nobody_could_follow (StoreFixture *f, gconstpointer data)
{
  g_autofree char *uid = start (f);
  static const struct {
    const char *contact, *result, *note;
    DkError code;
  } bad[] = {
    { "nobody", DK_CALL_REACHED, NULL, DK_ERROR_NOT_FOUND },
    { "ann", "perhaps", NULL, DK_ERROR_INVALID },
    { "ann", DK_CALL_SKIPPED, NULL, DK_ERROR_INVALID },
    { "ann", DK_CALL_SKIPPED, "  ", DK_ERROR_INVALID },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (dk_call_round_try (f->store, uid, bad[i].contact, NULL, bad[i].result,
                                       bad[i].note, &error));
    g_assert_error (error, DK_ERROR, (int) bad[i].code);
  }
}

static gint64
moment (const char *utc)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (utc, NULL);

  return g_date_time_to_unix (time) * 1000;
}

static void
test_tells_who_is_on_call (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows
      = dk_oncall_at (f->store, "ehr", moment ("2026-03-04T02:30:00Z"), &error);
  const DkOnCall *row;

  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 2);
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpstr (row->contact_id, ==, "ann");
  g_assert_cmpstr (row->service_name, ==, "Service ehr");
  g_assert_cmpstr (row->there, ==, "now 03:30 there, outside hours");
  g_assert_true (row->outside_hours);
  g_assert_cmpstr (row->next, ==, "bob");
  g_assert_cmpint (row->until_ms, ==, moment ("2026-03-09T07:00:00Z"));
  row = g_ptr_array_index (rows, 1);
  g_assert_cmpstr (row->contact_id, ==, "carl");
  g_assert_cmpint (row->tier, ==, 2);
  g_assert_cmpint (row->until_ms, ==, 0);
  g_ptr_array_unref (rows);
  rows = dk_oncall_at (f->store, "lab", 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, 0);
  g_assert_null (dk_oncall_at (f->store, "nothing", 0, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  PLAN_ADD ("/plan/calls/goes-through-the-tree", test_goes_through_the_tree);
  PLAN_ADD ("/plan/calls/tries-numbers-then-the-stand-in-then-waits",
            test_tries_numbers_then_the_stand_in_then_waits);
  PLAN_ADD ("/plan/calls/a-wrong-number-is-not-called-again",
            test_a_wrong_number_is_not_called_again);
  PLAN_ADD ("/plan/calls/uses-corrected-numbers", test_uses_corrected_numbers);
  PLAN_ADD ("/plan/calls/refuses-what-nobody-could-follow", test_refuses_what_nobody_could_follow);
  PLAN_ADD ("/plan/oncall/tells-who-is-on-call", test_tells_who_is_on_call);
  return g_test_run ();
}
