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
    g_assert_cmpuint (numbers->len, ==, COPIES);
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

/* A kit that was set back: the numbers 3 to `last` are those of the state that is gone. */
static void
lose_numbers (StoreFixture *f, guint64 last)
{
  g_autofree char *from = dk_number_format ("A07", 3, FALSE);
  g_autofree char *to = dk_number_format ("A07", last, FALSE);
  g_autoptr (json_t) facts
      = json_pack ("{s:s, s:s}", "missing_first", from, "missing_last", to);
  g_autoptr (GPtrArray) numbers = issue (f, 2, NULL);

  g_assert_cmpuint (numbers->len, ==, 2);
  g_assert_true (dk_ledger_start_chain_with (f->store, "restored", last, facts, NULL));
}

/* "3-8" and "9" of the ranges that are open, joined by blanks. */
static void
assert_open (StoreFixture *f, const char *expected, gboolean ok)
{
  g_autoptr (DkPaperAccount) account = dk_paper_store_account (f->store, NULL, NULL);
  g_autoptr (json_t) json = dk_paper_account_json (account);
  g_autoptr (GString) open = g_string_new (NULL);

  for (guint i = 0; i < account->unknown->len; i++) {
    g_auto (GStrv) ends = g_strsplit (g_ptr_array_index (account->unknown, i), " to ", 2);
    for (guint k = 0; ends[k] != NULL; k++) {
      DkNumber number;
      g_assert_true (dk_number_parse (ends[k], &number, NULL));
      g_string_append_printf (open, "%s%" G_GUINT64_FORMAT, k > 0 ? "-" : open->len > 0 ? " " : "",
                              number.counter);
    }
  }
  g_assert_cmpstr (open->str, ==, expected);
  g_assert_true (dk_json_get_bool (json, "ok", !ok) == ok);
}

static void
assert_rebuilt (StoreFixture *f, const char *rows)
{
  g_autofree char *before = store_fixture_text (f, rows);
  g_autofree char *after = NULL;
  guint mended = 0;

  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
  g_assert_true (dk_ticket_store_rebuild (f->store, &mended, NULL, NULL));
  g_assert_cmpuint (mended, ==, 0);
  dk_fixture_exec (f->db, "DELETE FROM paper");
  g_assert_false (dk_ticket_store_check_projection (f->store, NULL));
  g_assert_true (dk_ticket_store_rebuild (f->store, &mended, NULL, NULL));
  after = store_fixture_text (f, rows);
  g_assert_cmpstr (before, ==, after);
}

static void
test_lost_state_is_closed (StoreFixture *f, gconstpointer data)
{
  static const Step ways[] = { lose, miss, void_it, key_in, lose, lose };
  static const char *const open[]
      = { "3-4 6-8", "3-4 6 8", "3-4 6", "4 6", "6", "" };
  static const guint64 counters[] = { 5, 7, 8, 3, 4, 6 };
  static const char *const ends[] = { "lost", "missing", "void", "entered", "lost", "lost" };
  g_autofree char *missed = dk_number_format ("A07", 7, FALSE);

  lose_numbers (f, 8);
  for (guint64 i = 1; i <= 2; i++) {
    g_autofree char *mine = dk_number_format ("A07", i, FALSE);
    g_assert_true (key_in (f, mine, NULL));
  }
  assert_open (f, "3-8", FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autofree char *number = dk_number_format ("A07", counters[i], FALSE);
    g_autoptr (GError) error = NULL;
    g_assert_true (ways[i](f, number, &error));
    g_assert_no_error (error);
    assert_state (f, number, ends[i]);
    assert_open (f, open[i], FALSE);
  }
  g_assert_true (lose (f, missed, NULL));
  assert_open (f, "", TRUE);
  assert_rebuilt (f, "SELECT group_concat (json_array (number, form, state, unit, issued_ms)) FROM"
                     " (SELECT * FROM paper ORDER BY number)");
}

static void
test_lost_state_found_again (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = dk_number_format ("A07", 3, FALSE);
  g_autoptr (DkPaperFate) fate = NULL;

  lose_numbers (f, 3);
  g_assert_true (lose (f, number, NULL));
  g_assert_true (find_again (f, number, NULL));
  assert_state (f, number, "issued");
  assert_rebuilt (f, "SELECT group_concat (number || state) FROM paper");
  fate = dk_paper_store_find (f->store, number, NULL);
  g_assert_null (fate->form);
  g_assert_true (key_in (f, number, NULL));
  assert_rebuilt (f, "SELECT group_concat (number || state) FROM paper");
}

/* A ticket that came from such a number before rows were made for them. */
static void
test_old_kit_without_the_row (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = dk_number_format ("A07", 3, FALSE);
  guint mended = 0;

  lose_numbers (f, 3);
  g_assert_true (key_in (f, number, NULL));
  dk_fixture_exec (f->db, "DELETE FROM paper WHERE form = ''");
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
  assert_open (f, "", FALSE);
  g_assert_true (dk_ticket_store_rebuild (f->store, &mended, NULL, NULL));
  g_assert_cmpuint (mended, ==, 1);
  assert_state (f, number, "entered");
}

static void
test_wide_range (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = dk_number_format ("A07", 500000, FALSE);

  lose_numbers (f, 900000);
  g_assert_true (lose (f, number, NULL));
  assert_open (f, "3-499999 500001-900000", FALSE);
}

static void
test_named_twice (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) numbers = issue (f, 2, NULL);
  const char *first = g_ptr_array_index (numbers, 0);
  g_autofree char *lower = g_ascii_strdown (first, -1);
  const char *twice[] = { first, g_ptr_array_index (numbers, 1), lower, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_paper_store_lost (f->store, twice, "flooded", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "named twice"));
  g_assert_null (strstr (error->message, "already"));
  assert_state (f, first, "issued");
}

/* The second form fails after the first one had its numbers. */
static void
test_failed_issue (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) incident = dk_form_shipped ("it-incident", "en");
  g_autoptr (DkForm) call = dk_form_shipped ("call-log", "en");
  DkPaperIssue issues[] = { { .form = incident, .copies = 1 }, { .form = call, .copies = 1 } };

  dk_fixture_exec (f->db, "CREATE TRIGGER stop BEFORE INSERT ON paper WHEN new.form = 'call-log'"
                          " BEGIN SELECT raise (ABORT, 'full'); END");
  g_assert_false (dk_paper_store_issue (f->store, issues, 2, NULL, NULL));
  g_assert_null (issues[0].numbers);
  g_assert_null (issues[1].numbers);
  dk_fixture_exec (f->db, "DROP TRIGGER stop");
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
  STORE_ADD ("/store/paper-state/each-number-of-a-lost-state-can-be-closed",
             test_lost_state_is_closed);
  STORE_ADD ("/store/paper-state/number-of-a-lost-state-is-found-again",
             test_lost_state_found_again);
  STORE_ADD ("/store/paper-state/kit-of-before-needs-no-row", test_old_kit_without_the_row);
  STORE_ADD ("/store/paper-state/wide-range-is-not-walked", test_wide_range);
  STORE_ADD ("/store/paper-state/number-named-twice-is-told", test_named_twice);
  STORE_ADD ("/store/paper-state/failed-issue-leaves-no-numbers", test_failed_issue);
  return dk_test_run ();
}
