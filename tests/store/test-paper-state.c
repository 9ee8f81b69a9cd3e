/* SPDX-License-Identifier: MIT */
/* Goal: every number on paper has one state, changes it only where that makes sense, and what it
 * became is told with who, when and why. Method: each step from each state; the account by unit;
 * numbers that are wrong, foreign, void or keyed in before. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/platform.h"
#include "app/model/number.h"
#include "app/store/paper-store.h"
#include "app/store/ticket-store.h"

#define UNITS 100u
#define COPIES 20u
#define ACCOUNT_RATIO_MAX 20 /* of the time of reading its numbers alone */
#define CALL "{\"summary\":\"from paper\"}"

typedef gboolean (*Step) (StoreFixture *f, const char *number, GError **error);

static gboolean
key_in (StoreFixture *f, const char *number, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) answers = store_fixture_answers (CALL);
  const DkTicketCapture capture
      = { .number = number, .answers = answers, .written_by = "Nurse K", .written_ms = 1000 };
  g_auto (DkTicketSaved) saved = { 0 };

  return dk_ticket_store_save_order (f->store, form, &capture, &saved, error);
}

static gboolean
void_it (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_void (f->store, number, "coffee", error);
}

static gboolean
miss (StoreFixture *f, const char *number, GError **error)
{
  const char *const numbers[] = { number, NULL };

  return dk_paper_store_missing (f->store, numbers, NULL, error);
}

static gboolean
lose (StoreFixture *f, const char *number, GError **error)
{
  const char *const numbers[] = { number, NULL };

  return dk_paper_store_lost (f->store, numbers, "flooded", error);
}

static gboolean
find_again (StoreFixture *f, const char *number, GError **error)
{
  const char *const numbers[] = { number, NULL };

  return dk_paper_store_found (f->store, numbers, "in a drawer", error);
}

static const struct {
  const char *name;
  Step step;
  const char *to;
} steps[] = {
  { "key in", key_in, "entered" }, { "void", void_it, "void" },      { "missing", miss, "missing" },
  { "lost", lose, "lost" },        { "found", find_again, "issued" },
};

/* From each state which of the steps above may be taken. */
static const struct {
  const char *state;
  Step way;
  const char *allowed;
} states[] = {
  { "issued", NULL, "yyyy." },  { "entered", key_in, ".y..." }, { "void", void_it, "....." },
  { "missing", miss, "yy.yy" }, { "lost", lose, "yy..y" },
};

static GPtrArray *
issue (StoreFixture *f, guint copies, const char *unit)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GError) error = NULL;
  GPtrArray *numbers = dk_ticket_store_issue_paper (f->store, form, copies, unit, &error);

  g_assert_no_error (error);
  return numbers;
}

static void
assert_state (StoreFixture *f, const char *number, const char *state)
{
  g_autoptr (DkPaperFate) fate = dk_paper_store_find (f->store, number, NULL);

  g_assert_nonnull (fate);
  g_assert_cmpstr (fate->state, ==, state);
}

static void
try_step (StoreFixture *f, const char *number, gsize from, gsize step)
{
  gboolean may = states[from].allowed[step] == 'y';
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = steps[step].step (f, number, &error);

  g_test_message ("%s, %s: %s", states[from].state, steps[step].name,
                  done ? "done" : error->message);
  g_assert_true (done == may);
  if (done) {
    /* A ticket that is voided leaves its paper keyed in. */
    assert_state (f, number, strcmp (states[from].state, "entered") == 0 ? "entered"
                                                                         : steps[step].to);
    return;
  }
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, number));
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
}

static void
test_each_step_from_each_state (StoreFixture *f, gconstpointer data)
{
  for (gsize from = 0; from < G_N_ELEMENTS (states); from++)
    for (gsize step = 0; step < G_N_ELEMENTS (steps); step++) {
      g_autoptr (GPtrArray) numbers = issue (f, 1, NULL);
      const char *number = g_ptr_array_index (numbers, 0);
      if (states[from].way != NULL)
        g_assert_true (states[from].way (f, number, NULL));
      assert_state (f, number, states[from].state);
      try_step (f, number, from, step);
    }
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

static void
test_all_or_none (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) numbers = issue (f, 2, NULL);
  const char *both[] = { g_ptr_array_index (numbers, 0), g_ptr_array_index (numbers, 1), NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (void_it (f, both[1], NULL));
  g_assert_false (dk_paper_store_missing (f->store, both, NULL, &error));
  g_assert_nonnull (strstr (error->message, both[1]));
  assert_state (f, both[0], "issued");
  g_clear_error (&error);
  g_assert_false (dk_paper_store_lost (f->store, both, " ", &error));
  g_assert_nonnull (strstr (error->message, "reason"));
}

/* Units are typed by hand, so there may be many, in any letters: each number is sorted into them
 * once, and not compared with each. */
static void
test_many_units (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkPaperAccount) account = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  gint64 begin_us;
  gint64 read_us;
  gint64 account_us;

  for (guint i = 0; i < UNITS; i++) {
    g_autofree char *unit = g_strdup_printf ("Überwachung %u", i);
    g_autoptr (GPtrArray) numbers = issue (f, COPIES, unit);
  }
  begin_us = dk_platform_thread_cpu_us ();
  rows = dk_paper_store_list (f->store, NULL, NULL);
  read_us = dk_platform_thread_cpu_us () - begin_us;
  account = dk_paper_store_account (f->store, NULL, NULL);
  account_us = dk_platform_thread_cpu_us () - begin_us - read_us;
  g_test_message ("%u numbers: %d us to read, %d us to account for", rows->len, (int) read_us,
                  (int) account_us);
  g_assert_cmpuint (account->units->len, ==, UNITS);
  g_assert_cmpuint (account->all->total, ==, UNITS * COPIES);
  g_assert_cmpint (account_us, <, ACCOUNT_RATIO_MAX * read_us);
}

static void
test_account_by_unit (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) ward = issue (f, 4, "Ward 4");
  g_autoptr (GPtrArray) none = issue (f, 1, NULL);
  g_autoptr (GPtrArray) more = issue (f, 1, "ward 4");
  g_autoptr (DkPaperAccount) account = NULL;
  g_autoptr (json_t) json = NULL;
  const DkPaperCount *first;

  g_assert_true (key_in (f, g_ptr_array_index (ward, 0), NULL));
  g_assert_true (void_it (f, g_ptr_array_index (ward, 1), NULL));
  g_assert_true (miss (f, g_ptr_array_index (ward, 2), NULL));
  g_assert_true (lose (f, g_ptr_array_index (ward, 3), NULL));
  account = dk_paper_store_account (f->store, NULL, NULL);
  g_assert_cmpuint (account->units->len, ==, 2);
  first = g_ptr_array_index (account->units, 0);
  g_assert_cmpstr (first->unit, ==, "Ward 4");
  g_assert_cmpuint (first->total, ==, 5);
  g_assert_cmpuint (first->issued + first->entered + first->voided + first->missing + first->lost,
                    ==, 5);
  json = dk_paper_account_json (account);
  g_assert_cmpint (dk_json_get_int (json, "total", 0), ==, 6);
  g_assert_cmpuint (json_array_size (json_object_get (json, "outstanding")), ==, 3);
  g_assert_false (dk_json_get_bool (json, "ok", TRUE));
  g_assert_cmpuint (none->len + more->len, ==, 2);
}

static void
test_what_a_number_is (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) numbers = issue (f, 2, "ICU");
  const char *number = g_ptr_array_index (numbers, 1);
  g_autofree char *scanned = g_strconcat (number, " 1/2", NULL);
  g_autofree char *foreign = dk_number_format ("B02", 1, FALSE);
  g_autoptr (DkPaperFate) fate = dk_paper_store_find (f->store, scanned, NULL);
  g_autoptr (DkPaperFate) after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (fate->unit, ==, "ICU");
  g_assert_cmpstr (fate->issued_by, ==, "anna");
  g_assert_cmpstr (fate->form, ==, "it-incident");
  g_assert_true (dk_paper_fate_check (fate, NULL));
  store_fixture_become (f, "ben", DK_ROLE_FRONTLINE);
  g_assert_true (key_in (f, scanned, NULL));
  after = dk_paper_store_find (f->store, number, NULL);
  g_assert_cmpstr (after->changed_by, ==, "ben");
  g_assert_cmpstr (after->keyed_form, ==, "call-log");
  g_assert_cmpstr (after->written_by, ==, "Nurse K");
  g_assert_cmpint (after->written_ms, ==, 1000);
  g_assert_false (dk_paper_fate_check (after, &error));
  g_assert_nonnull (strstr (error->message, "keyed in before by ben"));
  g_assert_nonnull (strstr (error->message, "as call-log"));
  g_clear_error (&error);
  g_assert_null (dk_paper_store_find (f->store, foreign, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "B02 keys it in; keep the paper"));
}

/* Keyed in half, left as a draft, and found to be waste paper. */
static void
test_half_keyed_in (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GPtrArray) numbers = issue (f, 2, NULL);
  g_autoptr (json_t) answers = store_fixture_answers (CALL);

  for (guint i = 0; i < numbers->len; i++)
    g_assert_true (dk_ticket_store_keep_draft (f->store, g_ptr_array_index (numbers, i), form,
                                               answers, NULL));
  g_assert_true (void_it (f, g_ptr_array_index (numbers, 0), NULL));
  g_assert_true (key_in (f, g_ptr_array_index (numbers, 1), NULL));
  assert_state (f, g_ptr_array_index (numbers, 0), "void");
  assert_state (f, g_ptr_array_index (numbers, 1), "entered");
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

static void
test_pack_is_one_step (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) incident = dk_form_shipped ("it-incident", "en");
  g_autoptr (DkForm) call = dk_form_shipped ("call-log", "en");
  DkPaperIssue issues[] = { { .form = incident, .copies = 3 }, { .form = call, .copies = 2 } };
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  issues[1].copies = DK_PAPER_COPIES_MAX;
  g_assert_false (dk_paper_store_issue (f->store, issues, 2, "ED", &error));
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
  issues[1].copies = 2;
  g_assert_true (dk_paper_store_issue (f->store, issues, 2, " ED ", NULL));
  g_assert_cmpstr (g_ptr_array_index (issues[0].numbers, 0), ==, "DT-A07-0001-V");
  g_assert_cmpuint (issues[1].numbers->len, ==, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (issues); i++)
    dk_paper_issue_clear (&issues[i]);
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/paper-state/each-step-from-each-state", test_each_step_from_each_state);
  STORE_ADD ("/store/paper-state/all-or-none", test_all_or_none);
  STORE_ADD ("/store/paper-state/account-compares-no-unit-with-each", test_many_units);
  STORE_ADD ("/store/paper-state/account-by-unit", test_account_by_unit);
  STORE_ADD ("/store/paper-state/what-a-number-is", test_what_a_number_is);
  STORE_ADD ("/store/paper-state/half-keyed-in", test_half_keyed_in);
  STORE_ADD ("/store/paper-state/pack-is-one-step", test_pack_is_one_step);
  return dk_test_run ();
}
