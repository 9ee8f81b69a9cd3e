/* SPDX-License-Identifier: MIT */
/* Goal: paper draws on the same numbers, and each sheet is keyed back at most once. Method: sheets
 * issued, keyed back in, voided, and numbers that another copy of the kit issued. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/model/number.h"

#define CALL "{\"summary\":\"from paper\"}"

static gboolean
key_in (StoreFixture *f, const char *number, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) values = store_fixture_answers (CALL);
  g_autofree char *saved = NULL;

  return dk_ticket_store_save (f->store, form, number, values, 0, FALSE, &saved, error);
}

static void
assert_refused (StoreFixture *f, const char *number, const char *words)
{
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (key_in (f, number, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not tell \"%s\"", error->message, words);
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
}

static void
test_issue (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) numbers = dk_ticket_store_issue_paper (f->store, form, 3, "Ward 4", &error);
  g_autofree char *saved = NULL;
  g_autofree char *state = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (numbers->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (numbers, 0), ==, "DT-A07-0001-V");
  saved = store_fixture_save (f, "call-log", CALL, FALSE);
  g_assert_true (g_str_has_prefix (saved, "DT-A07-0004-"));
  g_assert_null (dk_ticket_store_issue_paper (f->store, form, 0, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_ticket_store_issue_paper (f->store, form, 1001, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  state = store_fixture_text (f, "SELECT group_concat (state || unit) FROM paper");
  g_assert_cmpstr (state, ==, "issuedWard 4,issuedWard 4,issuedWard 4");
}

static void
test_key_back (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GPtrArray) numbers = dk_ticket_store_issue_paper (f->store, form, 3, NULL, NULL);
  const char *first = g_ptr_array_index (numbers, 0);
  const char *second = g_ptr_array_index (numbers, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkTicket) ticket = NULL;

  g_assert_true (key_in (f, first, &error));
  g_assert_no_error (error);
  ticket = store_fixture_load (f, first);
  g_assert_true (ticket->paper);
  assert_refused (f, first, "keyed in before");
  g_assert_true (dk_ticket_store_void (f->store, second, "spoiled", &error));
  g_assert_no_error (error);
  assert_refused (f, second, "void");
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

/* Sheets that the lost copy of a kit had issued may still turn up. */
static void
test_skipped_range (StoreFixture *f, gconstpointer data)
{
  g_autofree char *mine = store_fixture_save (f, "call-log", CALL, FALSE);
  g_autofree char *theirs = dk_number_format ("A07", 5, FALSE);
  g_autofree char *drill = dk_number_format ("A07", 1, TRUE);
  g_autofree char *twin = dk_number_format ("A07", 5, TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkTicket) ticket = NULL;

  g_assert_true (dk_ledger_start_chain (f->store, "restored", 1, &error));
  g_assert_no_error (error);
  g_assert_true (key_in (f, theirs, &error));
  g_assert_no_error (error);
  ticket = store_fixture_load (f, theirs);
  g_assert_true (ticket->paper);
  assert_refused (f, theirs, "keyed in before by anna");
  assert_refused (f, mine, "in use already");
  assert_refused (f, drill, "never issued");
  assert_refused (f, twin, "never issued");
  g_assert_true (dk_ticket_store_check_projection (f->store, NULL));
}

/* The other copy goes on as well, so the numbers of the new chain begin well ahead of it. */
static void
test_copy_near_the_next_step (StoreFixture *f, gconstpointer data)
{
  const guint64 floors[] = { 8999, 9000, 9999, 20000 };
  const guint64 firsts[] = { 10000, 20000, 30000, 40000 };

  for (gsize i = 0; i < G_N_ELEMENTS (floors); i++) {
    guint64 counter = 0;
    g_assert_true (dk_ledger_start_chain (f->store, "copied", floors[i], NULL));
    g_assert_true (dk_ticket_store_counter (f->store, &counter, NULL));
    g_assert_cmpuint (counter, ==, firsts[i] - 1);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/paper/draws-on-the-same-numbers", test_issue);
  STORE_ADD ("/store/paper/is-keyed-back-once", test_key_back);
  STORE_ADD ("/store/paper/numbers-of-a-lost-copy", test_skipped_range);
  STORE_ADD ("/store/paper/copy-near-the-next-step-jumps-further", test_copy_near_the_next_step);
  return dk_test_run ();
}
