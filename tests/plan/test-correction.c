/* SPDX-License-Identifier: MIT */
/* Goal: what the desk knows better is shown at once, reaches the owner once, and goes when a pack
 * says it; what is wrong with a runbook reaches the owner of its service.
 * Method: corrections against packs that adopt them, contradict them, or say nothing. */
#include <string.h>

#include "app/store/search.h"
#include "tests/plan/plan-fixture.h"

static DkContact *
contact (StoreFixture *f, const char *id)
{
  g_autoptr (GError) error = NULL;
  DkContact *found = dk_correction_contact (f->store, id, &error);

  g_assert_no_error (error);
  return found;
}

/* "mobile 1, pager 2". New string. */
static char *
numbers (StoreFixture *f, const char *id)
{
  g_autoptr (DkContact) found = contact (f, id);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < found->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (found->numbers, i);
    g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", number->kind, number->value);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_numbers (StoreFixture *f, const char *id, const char *expected)
{
  g_autofree char *text = numbers (f, id);

  g_assert_cmpstr (text, ==, expected);
}

static char *
correct (StoreFixture *f, const char *id, const char *field, const char *was, const char *value)
{
  g_autoptr (GError) error = NULL;
  char *ticket = dk_correction_add (f->store, id, field, was, value, "said so", &error);

  g_assert_no_error (error);
  return ticket;
}

static guint
count_open (StoreFixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = dk_correction_list (f->store, NULL, TRUE, &error);

  g_assert_no_error (error);
  return list->len;
}

static guint
settle (StoreFixture *f)
{
  g_autoptr (GError) error = NULL;
  guint adopted = 0;

  g_assert_true (dk_correction_settle (f->store, &adopted, &error));
  g_assert_no_error (error);
  return adopted;
}

static void
test_is_shown_and_reported_at_once (StoreFixture *f, gconstpointer data)
{
  g_autofree char *ticket = correct (f, "ann", "number:mobile", NULL, "919-555-0199");
  g_autoptr (DkTicket) report = store_fixture_load (f, ticket);
  g_autofree char *changed = NULL;

  assert_numbers (f, "ann", "mobile 919-555-0199, pager 4711");
  g_assert_true (report->finalized);
  g_assert_true (dk_ticket_is_eligible (report));
  g_assert_cmpstr (report->form, ==, DK_FORM_FEEDBACK);
  g_assert_cmpstr (report->group, ==, "EHR team");
  g_assert_nonnull (strstr (report->details, "919-555-0199"));
  g_assert_nonnull (strstr (report->details, "919-555-0101"));
  g_assert_nonnull (strstr (report->details, "said so"));
  changed = store_fixture_text (f, "SELECT contact || ' ' || value || ' ' || was || ' ' || cause"
                                   " FROM number_change");
  g_assert_cmpstr (changed, ==, "ann 919-555-0199 919-555-0101 correction");
}

static void
test_goes_when_a_pack_says_it (StoreFixture *f, gconstpointer data)
{
  g_free (correct (f, "ann", "number:mobile", NULL, "919-555-0199"));
  g_free (correct (f, "ann", "hours", NULL, "24x7"));

  g_assert_cmpuint (settle (f), ==, 0);
  plan_fixture_pack (f, 2, RUNBOOK, "(919) 555-0199");
  g_assert_cmpuint (settle (f), ==, 1);
  g_assert_cmpuint (count_open (f), ==, 1);
  assert_numbers (f, "ann", "mobile (919) 555-0199, pager 4711");
  g_assert_cmpuint (settle (f), ==, 0);
}

static void
test_stays_where_a_pack_says_something_else (StoreFixture *f, gconstpointer data)
{
  g_free (correct (f, "ann", "number:mobile", NULL, "919-555-0199"));

  plan_fixture_pack (f, 2, RUNBOOK, "919-555-0150");
  g_assert_cmpuint (settle (f), ==, 0);
  /* nobody can tell which one is right: both are shown, that of the pack first */
  assert_numbers (f, "ann", "mobile 919-555-0150, pager 4711, mobile 919-555-0199");
}

/* The right number may stand among the others already, or the pack may add it and keep the wrong
 * one: as long as it has the wrong one, that must not be called. */
static void
test_a_wrong_number_does_not_come_back (StoreFixture *f, gconstpointer data)
{
  g_free (correct (f, "carl", "number:desk", "919-555-0103", "919-555-0104"));
  assert_numbers (f, "carl", "desk 919-555-0104");
  plan_fixture_pack (f, 2, RUNBOOK, "919-555-0101");
  g_assert_cmpuint (settle (f), ==, 0);
  assert_numbers (f, "carl", "desk 919-555-0104");
}

/* Written another way it is the same number still. */
static void
test_another_spelling_is_shown (StoreFixture *f, gconstpointer data)
{
  g_free (correct (f, "ann", "number:mobile", NULL, "(919) 555-0101"));
  assert_numbers (f, "ann", "mobile (919) 555-0101, pager 4711");
  g_assert_cmpuint (settle (f), ==, 1);
}

static void
test_a_chain_of_corrections_ends (StoreFixture *f, gconstpointer data)
{
  g_free (correct (f, "ann", "number:mobile", NULL, "919-555-0198"));
  g_free (correct (f, "ann", "number:mobile", NULL, "919-555-0199"));
  g_free (correct (f, "ann", "note", NULL, "calls back"));
  g_free (correct (f, "ann", "note", NULL, "never calls back"));

  assert_numbers (f, "ann", "mobile 919-555-0199, pager 4711");
  plan_fixture_pack (f, 2, RUNBOOK, "919-555-0199");
  g_assert_cmpuint (settle (f), ==, 2);
  assert_numbers (f, "ann", "mobile 919-555-0199, pager 4711");
  g_assert_cmpuint (count_open (f), ==, 2);
}

/* "ann: Ann Example, mobile 1 · pager 2" of the one contact that is found. New string. */
static char *
find_contact (StoreFixture *f, const char *typed)
{
  static const char *const contacts[] = { "contact", NULL };
  const DkSearchWish wish = { .kinds = contacts };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = dk_search_with (f->store, typed, &wish, NULL, &error);
  const DkSearchHit *hit;
  const char *mark;

  g_assert_no_error (error);
  if (hits->len == 0)
    return g_strdup ("");
  g_assert_cmpuint (hits->len, ==, 1);
  hit = g_ptr_array_index (hits, 0);
  mark = strstr (hit->snippet, " · number changed ");
  return g_strdup_printf ("%s: %s, %.*s", hit->id, hit->title,
                          (int) (mark != NULL ? (gsize) (mark - hit->snippet)
                                              : strlen (hit->snippet)),
                          hit->snippet);
}

static void
assert_found (StoreFixture *f, const char *typed, const char *expected)
{
  g_autofree char *found = find_contact (f, typed);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_the_search_says_it_too (StoreFixture *f, gconstpointer data)
{
  static const char corrected[] = "ann: Ann Example-Jones, "
                                  "mobile 919-555-0199 (corrected here) · "
                                  "pager out of use (corrected here) · "
                                  "radio channel 7 (corrected here)";
  g_autoptr (GError) error = NULL;
  g_autofree char *one = NULL;

  assert_found (f, "ann", "ann: Ann Example, mobile 919-555-0101 · pager 4711");
  assert_found (f, "5550199", "");
  one = correct (f, "ann", "number:mobile", NULL, "919-555-0199");
  g_free (correct (f, "ann", "number:pager", NULL, NULL));
  g_free (correct (f, "ann", "number:radio", NULL, "channel 7"));
  g_free (correct (f, "ann", "name", NULL, "Ann Example-Jones"));
  assert_found (f, "ann", corrected);
  assert_found (f, "5550199", corrected);
  /* A second one on top of the first. */
  g_free (correct (f, "ann", "number:radio", NULL, "channel 8"));
  g_free (correct (f, "ann", "number:radio", NULL, "channel 7"));
  assert_found (f, "ann", corrected);
  assert_found (f, "5550101", corrected); /* the old one still tells whose it was */
  g_assert_true (dk_correction_withdraw (f->store, one, "it was right", &error));
  assert_found (f, "5550199", "");
}

static void
test_takes_away_and_adds (StoreFixture *f, gconstpointer data)
{
  g_autofree char *one = correct (f, "ann", "number:pager", NULL, NULL);
  g_free (correct (f, "ann", "number:radio", NULL, "channel 7"));
  g_free (correct (f, "carl", "number:desk", "(919) 555-0104", "919-555-0105"));
  g_autoptr (GError) error = NULL;

  assert_numbers (f, "ann", "mobile 919-555-0101, radio channel 7");
  assert_numbers (f, "carl", "desk 919-555-0103, desk 919-555-0105");
  g_assert_true (dk_correction_withdraw (f->store, one, "the pager works", &error));
  g_assert_no_error (error);
  assert_numbers (f, "ann", "mobile 919-555-0101, pager 4711, radio channel 7");
  g_assert_false (dk_correction_withdraw (f->store, one, "again", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

static void
test_refuses_what_cannot_be (StoreFixture *f, gconstpointer data)
{
  static const struct {
    const char *contact, *field, *was, *value;
    DkError code;
  } bad[] = {
    { "nobody", "note", NULL, "x", DK_ERROR_NOT_FOUND },
    { "ann", "id", NULL, "x", DK_ERROR_INVALID },
    { "ann", "audience", NULL, "all", DK_ERROR_INVALID },
    { "ann", "number:fax", NULL, "1", DK_ERROR_INVALID },
    { "ann", "number:mobile", NULL, "no digits", DK_ERROR_INVALID },
    { "ann", "number:mobile", "1", "2", DK_ERROR_INVALID },
    { "ann", "number:mobile", NULL, "919-555-0101", DK_ERROR_INVALID },
    { "ann", "number:email", NULL, "nobody", DK_ERROR_INVALID },
    { "ann", "number:radio", NULL, NULL, DK_ERROR_INVALID },
    { "carl", "number:desk", NULL, "919-555-0105", DK_ERROR_INVALID },
    { "ann", "hours", NULL, "sometimes", DK_ERROR_INVALID },
    { "ann", "timezone", NULL, "Mars/Olympus", DK_ERROR_INVALID },
    { "ann", "name", NULL, NULL, DK_ERROR_INVALID },
    { "ann", "note", NULL, "\xff", DK_ERROR_INVALID },
  };
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_test_message ("%s %s", bad[i].field, bad[i].value);
    g_assert_null (dk_correction_add (f->store, bad[i].contact, bad[i].field, bad[i].was,
                                      bad[i].value, NULL, &error));
    g_assert_error (error, DK_ERROR, (int) bad[i].code);
  }
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
}

static void
test_feedback_is_a_final_ticket (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *number = dk_feedback_report (f->store, "runbook", "ehr-down", "3",
                                                "this step is wrong:\nthe bridge moved", &error);
  g_autoptr (DkTicket) report = NULL;
  g_autofree char *version = dk_run_version (RUNBOOK);

  g_assert_no_error (error);
  report = store_fixture_load (f, number);
  g_assert_true (dk_ticket_is_eligible (report));
  g_assert_cmpstr (report->group, ==, "EHR-L2");
  g_assert_cmpstr (report->service, ==, "ehr");
  g_assert_cmpstr (report->summary, ==,
                   "Runbook ehr-down, step 3: this step is wrong: the bridge moved");
  g_assert_cmpstr (report->details, ==, "this step is wrong:\nthe bridge moved");
  g_assert_cmpstr (dk_json_get_text (report->answers, "content_version"), ==, version);
  g_assert_cmpstr (dk_json_get_text (report->answers, "content_pack"), ==, "Test 1");
  g_assert_cmpstr (dk_json_get_text (report->answers, "content_owner"), ==,
                   "Bob Example (bob), mobile 919-555-0102");
  g_assert_cmpstr (dk_json_get_text (report->answers, "content_step"), ==, "3");
  g_assert_cmpstr (dk_json_get_text (report->answers, "category"), ==, "content");
}

static void
test_feedback_finds_its_owner (StoreFixture *f, gconstpointer data)
{
  static const struct {
    const char *kind, *id, *group;
  } known[] = { { "service", "ehr", "EHR-L2" },
                { "service", "lab", "Bob Example" },
                { "call-tree", "major", "EHR-L2" },
                { "contact", "ann", "EHR team" },
                { "contact", "bob", NULL },
                { "form", "it-incident", NULL } };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *number
        = dk_feedback_report (f->store, known[i].kind, known[i].id, NULL, "wrong", &error);
    g_autoptr (DkTicket) report = NULL;
    g_assert_no_error (error);
    report = store_fixture_load (f, number);
    g_assert_cmpstr (report->group, ==, known[i].group);
  }
}

static void
test_feedback_needs_words_and_a_thing (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_feedback_report (f->store, "runbook", "ehr-down", NULL, " ", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_feedback_report (f->store, "service", "nothing", NULL, "wrong", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (dk_feedback_report (f->store, "weather", "rain", NULL, "wrong", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_USAGE);
  g_clear_error (&error);
  store_fixture_become (f, "ben", DK_ROLE_FRONTLINE);
  g_assert_null (dk_feedback_report (f->store, "runbook", "secret", NULL, "wrong", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  PLAN_ADD ("/plan/correction/is-shown-and-reported-at-once", test_is_shown_and_reported_at_once);
  PLAN_ADD ("/plan/correction/goes-when-a-pack-says-it", test_goes_when_a_pack_says_it);
  PLAN_ADD ("/plan/correction/stays-where-a-pack-says-something-else",
            test_stays_where_a_pack_says_something_else);
  PLAN_ADD ("/plan/correction/a-wrong-number-does-not-come-back",
            test_a_wrong_number_does_not_come_back);
  PLAN_ADD ("/plan/correction/another-spelling-is-shown", test_another_spelling_is_shown);
  PLAN_ADD ("/plan/correction/a-chain-of-corrections-ends", test_a_chain_of_corrections_ends);
  PLAN_ADD ("/plan/correction/takes-away-and-adds", test_takes_away_and_adds);
  PLAN_ADD ("/plan/correction/the-search-says-it-too", test_the_search_says_it_too);
  PLAN_ADD ("/plan/correction/refuses-what-cannot-be", test_refuses_what_cannot_be);
  PLAN_ADD ("/plan/feedback/is-a-final-ticket", test_feedback_is_a_final_ticket);
  PLAN_ADD ("/plan/feedback/finds-its-owner", test_feedback_finds_its_owner);
  PLAN_ADD ("/plan/feedback/needs-words-and-a-thing", test_feedback_needs_words_and_a_thing);
  return g_test_run ();
}
