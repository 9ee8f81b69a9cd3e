/* SPDX-License-Identifier: MIT */
/* Goal: the tables of runs, calls and corrections are what the ledger says, whatever was done and
 * whatever became of the tables.
 * Method: 500 random steps of work by three people with packs in between; the tables are emptied
 * and written anew, and damaged in every table in turn (the controls: each damage must be found,
 * and mended to the byte). */
#include <string.h>

#include "tests/plan/plan-fixture.h"

#define STEPS 500

static GRand *rand_state;

static const char *
choose (const char *const *from)
{
  return from[g_rand_int_range (rand_state, 0, (int) g_strv_length ((char **) from))];
}

/* Uid of some run of that kind, NULL if there is none. New string. */
static char *
some_run (StoreFixture *f, const char *kind)
{
  g_autofree char *list = store_fixture_text (
      f, strcmp (kind, "calls") == 0
             ? "SELECT coalesce (group_concat (uid), '') FROM run WHERE kind = 'calls'"
             : "SELECT coalesce (group_concat (uid), '') FROM run WHERE kind = 'runbook'");
  g_auto (GStrv) uids = g_strsplit (list, ",", -1);

  return *list != '\0' ? g_strdup (choose ((const char *const *) uids)) : NULL;
}

static void
work_on_run (StoreFixture *f)
{
  static const char *const states[] = { "done", "skipped", "open", NULL };
  g_autofree char *uid = some_run (f, "runbook");
  g_autoptr (DkRun) run = uid != NULL ? dk_run_load (f->store, uid, NULL) : NULL;
  const DkRunStep *step;

  if (run == NULL || run->ended_ms > 0 || run->steps->len == 0)
    return;
  step = g_ptr_array_index (run->steps,
                            (guint) g_rand_int_range (rand_state, 0, (int) run->steps->len));
  g_assert_true (dk_run_step (f->store, uid, step->id, choose (states), "why", NULL));
}

static void
end_run (StoreFixture *f)
{
  g_autofree char *uid = some_run (f, "runbook");

  if (uid != NULL && !dk_run_end (f->store, uid, "enough", NULL))
    g_assert_true (dk_run_note (f->store, uid, "later", NULL));
}

static void
work_on_calls (StoreFixture *f)
{
  static const char *const contacts[] = { "ann", "bob", "carl", "desk", NULL };
  g_autofree char *uid = some_run (f, "calls");
  g_autoptr (GError) error = NULL;

  if (uid == NULL)
    return;
  if (g_rand_int_range (rand_state, 0, 12) == 0) {
    if (!dk_call_round_end (f->store, uid, "enough", NULL))
      g_test_message ("ended before");
  } else if (!dk_call_round_try (f->store, uid, choose (contacts), "1", choose (dk_call_results ()),
                                 "n", &error)) {
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
}

static void
correct (StoreFixture *f)
{
  static const char *const contacts[] = { "ann", "bob", NULL };
  static const char *const fields[] = { "number:mobile", "note", "site", NULL };
  g_autofree char *value = g_strdup_printf ("919-555-%04d", g_rand_int_range (rand_state, 0, 200));
  g_autofree char *ticket
      = dk_correction_add (f->store, choose (contacts), choose (fields), NULL, value, NULL, NULL);

  if (ticket != NULL && g_rand_int_range (rand_state, 0, 4) == 0)
    g_assert_true (dk_correction_withdraw (f->store, ticket, "no", NULL));
}

static void
change_pack (StoreFixture *f, guint step)
{
  g_autofree char *mobile
      = g_strdup_printf ("919-555-%04d", g_rand_int_range (rand_state, 0, 200));
  g_autoptr (GError) error = NULL;

  plan_fixture_pack (f, 2 + step, step % 2 == 0 ? RUNBOOK : RUNBOOK_LATER, mobile);
  g_assert_true (dk_correction_settle (f->store, NULL, &error));
  g_assert_no_error (error);
}

static void
begin_something (StoreFixture *f)
{
  g_autoptr (DkRun) run = NULL;
  g_autoptr (DkCallRound) round = NULL;
  g_autoptr (GError) error = NULL;

  if (g_rand_boolean (rand_state))
    run = dk_run_start (f->store, "ehr-down", dk_markdown_parse, &error);
  else
    round = dk_call_round_start (f->store, "major", &error);
  g_assert_no_error (error);
}

static void
do_something (StoreFixture *f, guint step)
{
  static const char *const people[] = { "anna", "ben", "clara", NULL };
  int what = g_rand_int_range (rand_state, 0, 100);

  if (what < 3)
    store_fixture_become (f, choose (people), DK_ROLE_LEAD);
  else if (what < 6)
    change_pack (f, step);
  else if (what < 12)
    begin_something (f);
  else if (what < 50)
    work_on_run (f);
  else if (what < 54)
    end_run (f);
  else if (what < 85)
    work_on_calls (f);
  else
    correct (f);
}

static void
execute (StoreFixture *f, const char *sql)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (f->db, g_intern_string (sql));
  g_autoptr (GError) error = NULL;
  gboolean done = dk_stmt_run (stmt, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_mends (StoreFixture *f, const char *expected, gboolean damaged)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tables = NULL;
  guint mended = 77;

  if (damaged) {
    g_assert_false (dk_plan_check_projection (f->store, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    g_clear_error (&error);
  }
  g_assert_true (dk_plan_rebuild (f->store, &mended, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mended > 0, ==, damaged);
  g_assert_true (dk_plan_check_projection (f->store, &error));
  g_assert_no_error (error);
  tables = plan_fixture_tables (f);
  g_assert_cmpstr (tables, ==, expected);
}

static void
test_tables_are_the_replay_of_the_ledger (StoreFixture *f, gconstpointer data)
{
  static const char *const damages[] = {
    "DELETE FROM run_step",
    "DELETE FROM call_attempt",
    "DELETE FROM correction",
    "UPDATE run_step SET person = 'mallory'",
    "UPDATE call_attempt SET result = 'reached' WHERE id = (SELECT min (id) FROM call_attempt"
    " WHERE result <> 'reached')",
    "UPDATE correction SET value = '666' WHERE id = 1",
    "UPDATE run SET ended_ms = 1, ended_by = 'mallory' WHERE ended_ms = 0",
    "UPDATE run_source SET source = source || ' '",
    "INSERT INTO correction (contact, field, person, at_ms, state) VALUES ('ann', 'note', 'm', 1,"
    " 'open')",
    "INSERT INTO call_attempt (run, contact, result, person, at_ms) SELECT min (id), 'ann', 'busy',"
    " 'mallory', 1 FROM run WHERE kind = 'calls'",
  };
  g_autofree char *expected = NULL;
  g_autofree char *counts = NULL;

  rand_state = g_rand_new_with_seed (20261122);
  for (guint i = 0; i < STEPS; i++)
    do_something (f, i);
  g_rand_free (rand_state);
  counts = store_fixture_text (
      f, "SELECT (SELECT count (*) FROM run) || ' runs, ' || (SELECT count (*) FROM run_step)"
         " || ' steps, ' || (SELECT count (*) FROM call_attempt) || ' attempts, '"
         " || (SELECT count (*) FROM correction) || ' corrections, ' || (SELECT count (*) FROM"
         " correction WHERE state <> 'open') || ' of them settled, ' || (SELECT count (*) FROM"
         " run_source) || ' texts'");
  g_test_message ("%s", counts);
  expected = plan_fixture_tables (f);
  assert_mends (f, expected, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_test_message ("%s", damages[i]);
    execute (f, damages[i]);
    assert_mends (f, expected, TRUE);
  }
  execute (f, "DELETE FROM run_step");
  execute (f, "DELETE FROM call_attempt");
  execute (f, "DELETE FROM correction");
  execute (f, "DELETE FROM run");
  execute (f, "DELETE FROM run_source");
  assert_mends (f, expected, TRUE);
}

static void
test_an_empty_ledger_gives_empty_tables (StoreFixture *f, gconstpointer data)
{
  g_autofree char *expected = plan_fixture_tables (f);

  assert_mends (f, expected, FALSE);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  PLAN_ADD ("/plan/rebuild/tables-are-the-replay-of-the-ledger",
            test_tables_are_the_replay_of_the_ledger);
  PLAN_ADD ("/plan/rebuild/an-empty-ledger-gives-empty-tables",
            test_an_empty_ledger_gives_empty_tables);
  return g_test_run ();
}
