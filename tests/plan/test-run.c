/* SPDX-License-Identifier: MIT */
/* Goal: a run keeps the text it began with, each step tells who and when, nothing is skipped or
 * ended without a reason, words for leads are nowhere, and the paper says what the run says.
 * Method: runs of a small runbook in a kit without passphrases; the file is searched for the words
 * that must not be there. */
#include <string.h>

#include "tests/plan/plan-fixture.h"

static DkRun *
start (StoreFixture *f)
{
  g_autoptr (GError) error = NULL;
  DkRun *run = dk_run_start (f->store, "ehr-down", dk_markdown_parse, &error);

  g_assert_no_error (error);
  return run;
}

static DkRun *
load (StoreFixture *f, const char *uid)
{
  g_autoptr (GError) error = NULL;
  DkRun *run = dk_run_load (f->store, uid, &error);

  g_assert_no_error (error);
  return run;
}

static const DkRunStep *
step_at (const DkRun *run, guint i)
{
  g_assert_cmpuint (i, <, run->steps->len);
  return g_ptr_array_index (run->steps, i);
}

static void
tick (StoreFixture *f, const DkRun *run, guint i, const char *state, const char *note)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_run_step (f->store, run->uid, step_at (run, i)->id, state, note, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
test_tells_who_and_when (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkRun) run = start (f);
  g_autoptr (DkRun) after = NULL;

  g_assert_cmpuint (run->steps->len, ==, 3);
  g_assert_cmpuint (run->steps_open, ==, 3);
  g_assert_cmpstr (step_at (run, 1)->text, ==, "Open the bridge");
  g_assert_cmpstr (step_at (run, 2)->section, ==, "Then");
  g_assert_null (step_at (run, 1)->person);
  store_fixture_become (f, "ben", DK_ROLE_FRONTLINE);
  tick (f, run, 0, DK_RUN_STEP_DONE, NULL);
  tick (f, run, 1, DK_RUN_STEP_SKIPPED, "the bridge is down as well");
  after = load (f, run->uid);
  g_assert_cmpstr (step_at (after, 0)->person, ==, "ben");
  g_assert_cmpint (step_at (after, 0)->at_ms, >=, run->started_ms);
  g_assert_cmpstr (step_at (after, 1)->note, ==, "the bridge is down as well");
  g_assert_cmpuint (after->steps_open, ==, 1);
  g_assert_cmpuint (after->steps_done, ==, 1);
  g_assert_cmpuint (after->steps_skipped, ==, 1);
  /* once more is no new entry, opening it again is */
  tick (f, run, 0, DK_RUN_STEP_DONE, NULL);
  tick (f, run, 0, DK_RUN_STEP_OPEN, "it was the wrong desk");
  g_clear_pointer (&after, dk_run_free);
  after = load (f, run->uid);
  g_assert_cmpuint (after->lines->len, ==, 4);
  g_assert_cmpuint (after->steps_open, ==, 2);
}

static void
refuse_step (StoreFixture *f, const char *uid, const char *step, const char *state,
             const char *note, DkError code)
{
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_run_step (f->store, uid, step, state, note, &error));
  g_assert_error (error, DK_ERROR, (int) code);
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
}

static void
test_refuses_what_nobody_could_follow (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkRun) run = start (f);
  const char *id = step_at (run, 0)->id;
  g_autoptr (GError) error = NULL;

  refuse_step (f, run->uid, id, DK_RUN_STEP_SKIPPED, NULL, DK_ERROR_INVALID);
  refuse_step (f, run->uid, id, DK_RUN_STEP_SKIPPED, " \n ", DK_ERROR_INVALID);
  refuse_step (f, run->uid, id, "perhaps", NULL, DK_ERROR_INVALID);
  refuse_step (f, run->uid, "not an id", DK_RUN_STEP_DONE, NULL, DK_ERROR_NOT_FOUND);
  refuse_step (f, "ffffffff", id, DK_RUN_STEP_DONE, NULL, DK_ERROR_NOT_FOUND);
  refuse_step (f, "", id, DK_RUN_STEP_DONE, NULL, DK_ERROR_NOT_FOUND);
  g_assert_false (dk_run_end (f->store, run->uid, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (dk_run_end (f->store, run->uid, "the EHR is back", &error));
  g_assert_no_error (error);
  refuse_step (f, run->uid, id, DK_RUN_STEP_DONE, NULL, DK_ERROR_INVALID);
  g_assert_false (dk_run_end (f->store, run->uid, "again", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (dk_run_note (f->store, run->uid, "told the lead", &error));
  g_assert_null (dk_run_start (f->store, "nothing", dk_markdown_parse, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

static void
test_stays_with_its_text (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkRun) run = start (f);
  g_autoptr (DkRun) second = NULL;
  g_autoptr (DkRun) now = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GError) error = NULL;

  tick (f, run, 0, DK_RUN_STEP_DONE, NULL);
  g_assert_false (run->newer);
  plan_fixture_pack (f, 2, RUNBOOK_LATER, "919-555-0101");
  now = load (f, run->uid);
  g_assert_true (now->newer);
  g_assert_cmpstr (now->source, ==, RUNBOOK);
  g_assert_cmpuint (now->steps->len, ==, 3);
  g_assert_cmpstr (now->pack, ==, "Test 1");
  tick (f, run, 2, DK_RUN_STEP_DONE, NULL);
  second = start (f);
  g_assert_cmpuint (second->steps->len, ==, 4);
  g_assert_false (second->newer);
  /* the step that both have has one id */
  g_assert_cmpstr (step_at (second, 2)->id, ==, step_at (run, 2)->id);
  runs = dk_run_list (f->store, TRUE, &error);
  g_assert_cmpuint (runs->len, ==, 2);
  g_assert_cmpstr (((DkRun *) g_ptr_array_index (runs, 0))->uid, ==, second->uid);
  g_assert_cmpuint (((DkRun *) g_ptr_array_index (runs, 1))->steps_open, ==, 1);
  plan_fixture_pack (f, 3, NULL, "919-555-0101");
  g_clear_pointer (&now, dk_run_free);
  now = load (f, run->uid);
  g_assert_true (now->is_gone);
}

static void
test_keeps_a_text_once (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkRun) one = start (f);
  g_autoptr (DkRun) two = start (f);
  g_autofree char *sources = NULL;
  g_autofree char *told = NULL;

  g_assert_cmpstr (one->version, ==, two->version);
  g_assert_cmpstr (one->uid, !=, two->uid);
  sources = store_fixture_text (f, "SELECT count (*) FROM run_source");
  told = store_fixture_text (f, "SELECT count (*) FROM entry_body"
                                " WHERE body LIKE '%Open the bridge%'");
  g_assert_cmpstr (sources, ==, "1");
  g_assert_cmpstr (told, ==, "1");
}

static void
test_leads_tick_by_id (StoreFixture *f, gconstpointer data)
{
  static const char id[] = "0123456789abcdef";
  g_autoptr (DkRun) run = start (f);
  g_autoptr (DkRun) after = NULL;
  g_autoptr (GError) error = NULL;

  store_fixture_become (f, "ben", DK_ROLE_FRONTLINE);
  refuse_step (f, run->uid, id, DK_RUN_STEP_DONE, NULL, DK_ERROR_NOT_FOUND);
  g_assert_null (dk_run_start_for_leads (f->store, "secret", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  store_fixture_become (f, "clara", DK_ROLE_LEAD);
  g_assert_true (dk_run_step (f->store, run->uid, id, DK_RUN_STEP_DONE, NULL, &error));
  g_assert_no_error (error);
  after = load (f, run->uid);
  g_assert_cmpuint (after->steps->len, ==, 4);
  g_assert_null (step_at (after, 3)->text);
  g_assert_cmpstr (step_at (after, 3)->person, ==, "clara");
  g_assert_cmpuint (after->steps_open, ==, 3);
  g_assert_cmpuint (after->steps_done, ==, 1);
  g_clear_pointer (&run, dk_run_free);
  run = dk_run_start_for_leads (f->store, "secret", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (run->source, ==, "");
  g_assert_true (dk_run_step (f->store, run->uid, id, DK_RUN_STEP_DONE, NULL, &error));
  g_assert_true (dk_run_end (f->store, run->uid, NULL, &error));
  g_assert_no_error (error);
}

static void
test_a_text_without_steps_is_no_run (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  plan_fixture_pack (f, 2, "# Down\n\nJust words.\n", "919-555-0101");
  g_assert_null (dk_run_start (f->store, "ehr-down", dk_markdown_parse, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

static void
test_a_text_that_is_too_long_is_told (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("# Down\n");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1900; i++)
    g_string_append_printf (text, "\n- [ ] step %u %0300u\n", i, i);
  plan_fixture_pack (f, 2, text->str, "919-555-0101");
  g_assert_null (dk_run_start (f->store, "ehr-down", dk_markdown_parse, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
}

static void
test_the_record_says_it_all (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkRun) run = start (f);
  g_autoptr (DkRun) now = NULL;
  g_autoptr (DkDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  static const char *const needed[]
      = { "Call the desk", "Done ", ", anna", "SKIPPED ", "no bridge", "1 done, 1 skipped, 1 open",
          "the rest is for tomorrow", "told the wards in person", "Test 1",
          "started the run", "ended the run" };

  tick (f, run, 0, DK_RUN_STEP_DONE, NULL);
  tick (f, run, 1, DK_RUN_STEP_SKIPPED, "no bridge");
  g_assert_true (dk_run_note (f->store, run->uid, "told the wards in person", &error));
  g_assert_true (dk_run_end (f->store, run->uid, "the rest is for tomorrow", &error));
  now = load (f, run->uid);
  document = dk_run_document (now, dk_markdown_parse, &error);
  g_assert_no_error (error);
  text = dk_document_text (document);
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    if (strstr (text, needed[i]) == NULL)
      g_error ("\"%s\" is not in:\n%s", needed[i], text);
}

static void
test_the_card_says_its_age (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkRunbook) runbook = dk_content_store_runbook (f->store, "ehr-down", &error);
  DkRunbookCard facts
      = { .owner = "Bob Example", .pack = "Test 1", .now_ms = G_GINT64_CONSTANT (1795000000000) };
  g_autoptr (DkDocument) card = dk_runbook_card (runbook, &facts, dk_markdown_parse, &error);
  g_autofree char *text = dk_document_text (card);
  g_autofree char *version = dk_run_version (RUNBOOK);
  g_autofree char *shown = g_strndup (version, 12);

  g_assert_nonnull (strstr (text, "REVIEW OVERDUE"));
  g_assert_nonnull (strstr (text, "2026-01-10"));
  g_assert_nonnull (strstr (text, "Bob Example"));
  g_assert_nonnull (strstr (text, shown));
  g_assert_nonnull (strstr (text, "Tell the wards"));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  PLAN_ADD ("/plan/run/tells-who-and-when", test_tells_who_and_when);
  PLAN_ADD ("/plan/run/refuses-what-nobody-could-follow", test_refuses_what_nobody_could_follow);
  PLAN_ADD ("/plan/run/stays-with-its-text", test_stays_with_its_text);
  PLAN_ADD ("/plan/run/keeps-a-text-once", test_keeps_a_text_once);
  PLAN_ADD ("/plan/run/leads-tick-by-id", test_leads_tick_by_id);
  PLAN_ADD ("/plan/run/a-text-without-steps-is-no-run", test_a_text_without_steps_is_no_run);
  PLAN_ADD ("/plan/run/a-text-that-is-too-long-is-told", test_a_text_that_is_too_long_is_told);
  PLAN_ADD ("/plan/run/the-record-says-it-all", test_the_record_says_it_all);
  PLAN_ADD ("/plan/run/the-card-says-its-age", test_the_card_says_its_age);
  return g_test_run ();
}
