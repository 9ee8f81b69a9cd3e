/* SPDX-License-Identifier: MIT */
/* Goal: no captured word is lost and no rule of a ticket's life is broken. Method: tickets through
 * the public calls; after each refusal the whole state is compared with the one before; at the end
 * of each test the table must be what the ledger says. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/model/number.h"

#define CALL "{\"summary\":\"no labels\",\"caller\":\"Ward 4\",\"safety\":true}"
#define INCIDENT \
  "{\"summary\":\"printer\",\"caller\":\"Ward 4\",\"impact\":3,\"urgency\":3,\"details\":\"d\"}"

typedef gboolean (*Change) (StoreFixture *f, const char *number, GError **error);

/* The change is refused with this code and these words, and nothing is different afterwards. */
static void
assert_refused (StoreFixture *f, Change change, const char *number, DkError code, const char *words)
{
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (change (f, number, &error));
  g_assert_error (error, DK_ERROR, (gint) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not tell \"%s\"", error->message, words);
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
}

static void
assert_done (StoreFixture *f, Change change, const char *number)
{
  g_autoptr (GError) error = NULL;
  gboolean done = change (f, number, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_projection (StoreFixture *f)
{
  g_autoptr (GError) error = NULL;
  gboolean same = dk_ticket_store_check_projection (f->store, &error);

  g_assert_no_error (error);
  g_assert_true (same);
}

static gboolean
save_as (StoreFixture *f, const char *form, const char *number, const char *answers, GError **error)
{
  g_autoptr (DkForm) definition = dk_form_shipped (form, "en");
  g_autoptr (json_t) values = store_fixture_answers (answers);
  g_autofree char *saved = NULL;

  return dk_ticket_store_save (f->store, definition, number, values, 0, FALSE, &saved, error);
}

static gboolean
set_fields (StoreFixture *f, const char *number, const char *answers, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (json_t) values = store_fixture_answers (answers);

  return dk_ticket_store_set (f->store, form, number, values, error);
}

static gboolean
set_urgency (StoreFixture *f, const char *number, GError **error)
{
  return set_fields (f, number, "{\"urgency\":1,\"impact\":2}", error);
}

static gboolean
set_unknown (StoreFixture *f, const char *number, GError **error)
{
  return set_fields (f, number, "{\"sumary\":\"x\"}", error);
}

static gboolean
set_empty_summary (StoreFixture *f, const char *number, GError **error)
{
  return set_fields (f, number, "{\"summary\":null}", error);
}

static gboolean
set_wrong_type (StoreFixture *f, const char *number, GError **error)
{
  return set_fields (f, number, "{\"urgency\":\"soon\"}", error);
}

static gboolean
save_incomplete (StoreFixture *f, const char *number, GError **error)
{
  return save_as (f, "it-incident", number, "{\"details\":\"only\"}", error);
}

static gboolean
save_call (StoreFixture *f, const char *number, GError **error)
{
  return save_as (f, "call-log", number, CALL, error);
}

static gboolean
promote (StoreFixture *f, const char *number, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (json_t) values = store_fixture_answers ("{\"impact\":2,\"urgency\":2}");

  return dk_ticket_store_promote (f->store, form, number, values, error);
}

static gboolean
resolve (StoreFixture *f, const char *number, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (json_t) values = store_fixture_answers ("{\"resolution\":\"paper jam\"}");

  return dk_ticket_store_resolve (f->store, form, number, values, 0, error);
}

static gboolean
finalize (StoreFixture *f, const char *number, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");

  return dk_ticket_store_final (f->store, form, number, error);
}

static gboolean
amend_with (StoreFixture *f, const char *number, const char *reason, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (json_t) values = store_fixture_answers ("{\"details\":\"corrected\"}");

  return dk_ticket_store_amend (f->store, form, number, values, reason, error);
}

static gboolean
amend (StoreFixture *f, const char *number, GError **error)
{
  return amend_with (f, number, "wrong room", error);
}

static gboolean
amend_without_reason (StoreFixture *f, const char *number, GError **error)
{
  return amend_with (f, number, " \n", error);
}

static gboolean
void_it (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_void (f->store, number, "entered twice", error);
}

static gboolean
void_without_reason (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_void (f->store, number, NULL, error);
}

static gboolean
note (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_note (f->store, number, " called\r\nback ", 0, error);
}

static gboolean
empty_note (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_note (f->store, number, " \x01 ", 0, error);
}

static void
test_life (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "call-log", CALL, FALSE);
  g_autoptr (DkTicket) called = store_fixture_load (f, number);
  g_autoptr (DkTicket) promoted = NULL;
  g_autoptr (DkTicket) closed = NULL;

  g_assert_cmpstr (number, ==, "DT-A07-0001-V");
  g_assert_cmpint (called->state, ==, DK_TICKET_OPEN);
  g_assert_cmpint (called->priority, ==, 2); /* patient safety floors it */
  g_assert_cmpuint (strlen (called->uid), ==, 32);
  assert_done (f, promote, number);
  promoted = store_fixture_load (f, " dt-a07-0001-v ");
  g_assert_cmpstr (promoted->form, ==, "it-incident");
  g_assert_cmpstr (promoted->uid, ==, called->uid);
  g_assert_cmpstr (promoted->summary, ==, "no labels");
  g_assert_cmpstr (promoted->caller, ==, "Ward 4");
  assert_done (f, set_urgency, number);
  assert_done (f, note, number);
  assert_done (f, resolve, number);
  assert_done (f, finalize, number);
  assert_done (f, amend, number);
  closed = store_fixture_load (f, number);
  g_assert_cmpint (closed->state, ==, DK_TICKET_CLOSED);
  g_assert_cmpstr (closed->details, ==, "corrected");
  g_assert_cmpstr (closed->resolution, ==, "paper jam");
  g_assert_true (dk_ticket_is_eligible (closed));
  assert_projection (f);
  store_fixture_reopen (f);
  assert_projection (f);
}

static void
test_refusals (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "it-incident", INCIDENT, FALSE);
  g_autofree char *voided = store_fixture_save (f, "it-incident", INCIDENT, FALSE);

  assert_refused (f, set_unknown, number, DK_ERROR_INVALID, "\"sumary\"");
  assert_refused (f, set_empty_summary, number, DK_ERROR_INVALID, "Nothing was changed");
  assert_refused (f, set_wrong_type, number, DK_ERROR_INVALID, "Nothing was changed");
  assert_refused (f, save_incomplete, NULL, DK_ERROR_INVALID, "Nothing was changed");
  assert_refused (f, promote, number, DK_ERROR_INVALID, "has this form already");
  assert_refused (f, amend, number, DK_ERROR_INVALID, "not final");
  assert_refused (f, amend_without_reason, number, DK_ERROR_INVALID, "reason");
  assert_refused (f, void_without_reason, number, DK_ERROR_INVALID, "reason");
  assert_refused (f, empty_note, number, DK_ERROR_INVALID, "empty");
  assert_refused (f, save_call, number, DK_ERROR_INVALID, "in use already");
  assert_refused (f, note, "DT-A07-0042-D", DK_ERROR_NOT_FOUND, "never issued");
  assert_refused (f, note, "DT-B01-0001-F", DK_ERROR_INVALID, "check character");
  assert_refused (f, note, "0001", DK_ERROR_INVALID, "not a downtime number");
  assert_done (f, void_it, voided);
  assert_refused (f, void_it, voided, DK_ERROR_INVALID, "void");
  assert_refused (f, note, voided, DK_ERROR_INVALID, "void");
  assert_refused (f, set_urgency, voided, DK_ERROR_INVALID, "void");
  assert_refused (f, save_call, voided, DK_ERROR_INVALID, "in use already");
  assert_done (f, resolve, number);
  assert_refused (f, resolve, number, DK_ERROR_INVALID, "resolved already");
  assert_done (f, finalize, number);
  assert_refused (f, set_urgency, number, DK_ERROR_INVALID, "amend");
  assert_refused (f, finalize, number, DK_ERROR_INVALID, "final");
  assert_refused (f, promote, number, DK_ERROR_INVALID, "final");
  assert_projection (f);
}

static gboolean
set_without_time (StoreFixture *f, const char *number, GError **error)
{
  return set_fields (f, number, "{\"happened_at\":null}", error);
}

static gboolean
set_future (StoreFixture *f, const char *number, GError **error)
{
  return set_fields (f, number, "{\"happened_at\":\"9999-01-01T00:00:00Z\"}", error);
}

static gboolean
note_in_future (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_note (f->store, number, "x", dk_clock_wall_ms () + 3600000, error);
}

static gboolean
save_in_future (StoreFixture *f, const char *number, GError **error)
{
  g_autoptr (DkForm) definition = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) values = store_fixture_answers (CALL);
  g_autofree char *saved = NULL;

  return dk_ticket_store_save (f->store, definition, number, values,
                               dk_clock_wall_ms () + 3600000, FALSE, &saved, error);
}

static gboolean
resolve_without_words (StoreFixture *f, const char *number, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (json_t) values = store_fixture_answers ("{\"resolution\":null}");

  return dk_ticket_store_resolve (f->store, form, number, values, 0, error);
}

/* A ticket keeps a time, and one that can be; what solved it stands in it. */
static void
test_times_and_resolution (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "it-incident", INCIDENT, FALSE);
  g_autoptr (json_t) empty = store_fixture_answers (
      "{\"summary\":\"x\",\"caller\":\"y\",\"happened_at\":null}");
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autofree char *now = NULL;

  assert_refused (f, set_without_time, number, DK_ERROR_INVALID, "cannot be left empty");
  assert_refused (f, set_future, number, DK_ERROR_INVALID, "clock of this PC");
  assert_refused (f, note_in_future, number, DK_ERROR_INVALID, "clock of this PC");
  assert_refused (f, save_in_future, NULL, DK_ERROR_INVALID, "clock of this PC");
  assert_refused (f, resolve_without_words, number, DK_ERROR_INVALID, "what solved it");
  g_assert_true (dk_ticket_store_save (f->store, form, NULL, empty, 0, FALSE, &now, NULL));
  assert_projection (f);
}

static void
test_number_of_a_drill (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "it-incident", INCIDENT, FALSE);
  g_autofree char *drill = dk_number_format ("A07", 1, TRUE);
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autofree char *draft = dk_ticket_store_begin (f->store, form, NULL);

  assert_refused (f, note, drill, DK_ERROR_NOT_FOUND, "never issued");
  assert_refused (f, note, drill, DK_ERROR_NOT_FOUND, number);
  assert_refused (f, save_call, drill, DK_ERROR_INVALID, "outside of a drill");
  assert_refused (f, note, draft, DK_ERROR_NOT_FOUND, "no ticket has been saved");
  assert_done (f, void_it, draft);
  assert_refused (f, save_call, draft, DK_ERROR_INVALID, "voided since");
}

static void
test_number_of_other_station (StoreFixture *f, gconstpointer data)
{
  char *other = dk_number_format ("B01", 1, FALSE);

  assert_refused (f, note, other, DK_ERROR_NOT_FOUND, "station B01");
  g_free (other);
}

/* A number that was seen by nobody may be issued again; one that was shown may not. */
static void
test_number_once (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  guint64 counter = 0;

  for (guint i = 0; i < 60; i++) {
    char *number;
    if (i % 7 == 3)
      assert_refused (f, save_incomplete, NULL, DK_ERROR_INVALID, "Nothing was changed");
    if (i % 3 == 0)
      number = dk_ticket_store_begin (f->store, form, NULL);
    else
      number = store_fixture_save (f, "call-log", CALL, FALSE);
    if (i % 10 == 9) {
      assert_done (f, void_it, number);
      store_fixture_reopen (f);
    }
    g_assert_nonnull (number);
    g_assert_true (g_hash_table_add (seen, number));
  }
  g_assert_true (dk_ticket_store_counter (f->store, &counter, NULL));
  g_assert_cmpuint (counter, ==, 60);
  assert_projection (f);
}

static void
test_number_over_failure (StoreFixture *f, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *first = NULL;

  /* The row is refused in the middle of the transaction: number and entry must go with it. */
  dk_fixture_exec (f->db, "CREATE TRIGGER fail BEFORE INSERT ON ticket BEGIN"
                          " SELECT RAISE (ABORT, 'no'); END");
  before = store_fixture_state (f);
  g_assert_false (save_call (f, NULL, NULL));
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
  dk_fixture_exec (f->db, "DROP TRIGGER fail");
  first = store_fixture_save (f, "call-log", CALL, FALSE);
  g_assert_cmpstr (first, ==, "DT-A07-0001-V");
}

static void
test_drafts (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autofree char *number = dk_ticket_store_begin (f->store, form, NULL);
  g_autofree char *second = dk_ticket_store_begin (f->store, form, NULL);
  g_autoptr (json_t) half = store_fixture_answers ("{\"summary\":\"half a wo\",\"rate\":0.5,"
                                                   "\"größe\":1}");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkDraft) kept = NULL;
  g_autoptr (GPtrArray) drafts = NULL;
  g_autoptr (DkTicket) ticket = NULL;

  g_assert_true (dk_ticket_store_keep_draft (f->store, number, form, half, &error));
  g_assert_no_error (error);
  store_fixture_reopen (f);
  kept = dk_ticket_store_load_draft (f->store, number, NULL);
  g_assert_true (json_equal (kept->answers, half));
  g_assert_null (dk_ticket_store_load (f->store, number, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  g_clear_error (&error);
  assert_refused (f, save_incomplete, number, DK_ERROR_INVALID, "Nothing was changed");
  assert_done (f, save_call, number);
  assert_done (f, void_it, second);
  drafts = dk_ticket_store_drafts (f->store, NULL);
  g_assert_cmpuint (drafts->len, ==, 0);
  ticket = store_fixture_load (f, number);
  g_assert_cmpstr (ticket->number, ==, number);
  assert_refused (f, save_call, second, DK_ERROR_INVALID, "voided since");
  g_assert_null (dk_ticket_store_load_draft (f->store, number, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  assert_projection (f);
}

static gboolean
keep_half (StoreFixture *f, const char *number, GError **error)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) half = store_fixture_answers ("{\"summary\":\"half a wo\"}");

  return dk_ticket_store_keep_draft (f->store, number, form, half, error);
}

static gboolean
take_over (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_take_over (f->store, number, NULL, error);
}

static void
test_draft_of_a_colleague (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autofree char *number = dk_ticket_store_begin (f->store, form, NULL);
  g_autofree char *before = g_strdup (dk_store_user (f->store));
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (DkDraft) draft = NULL;
  const DkEntry *entry;

  assert_done (f, keep_half, number);
  store_fixture_become (f, "zoe", DK_ROLE_FRONTLINE);
  assert_refused (f, keep_half, number, DK_ERROR_INVALID, before);
  assert_refused (f, save_call, number, DK_ERROR_INVALID, "take the draft over");
  assert_done (f, take_over, number);
  assert_done (f, take_over, number);
  draft = dk_ticket_store_load_draft (f->store, number, NULL);
  g_assert_nonnull (draft);
  g_assert_true (draft->is_mine);
  g_assert_cmpstr (draft->user, ==, "zoe");
  g_assert_cmpstr (dk_json_get_text (draft->answers, "summary"), ==, "half a wo");
  assert_done (f, save_call, number);
  entries = dk_ledger_of_object (f->store, number, NULL);
  g_assert_cmpuint (entries->len, ==, 3);
  entry = entries->pdata[1];
  g_assert_cmpstr (entry->kind, ==, DK_ENTRY_DRAFT_TAKEN_OVER);
  g_assert_cmpstr (entry->user, ==, "zoe");
  g_assert_cmpstr (dk_json_get_text (entry->body, "from"), ==, before);
  assert_refused (f, take_over, number, DK_ERROR_NOT_FOUND, "saved or voided meanwhile");
  assert_projection (f);
}

static gboolean
keep_reason (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_keep_words (f->store, number, DK_STEP_VOID, "twice the sa", error);
}

static gboolean
keep_resolution (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_keep_words (f->store, number, DK_STEP_RESOLVE, " Toner, größe 1/2 ",
                                     error);
}

static gboolean
discard_reason (StoreFixture *f, const char *number, GError **error)
{
  return dk_ticket_store_keep_words (f->store, number, DK_STEP_VOID, " ", error);
}

/* Steps for which words are kept, in order, each with its words and who typed them. */
static char *
kept_text (StoreFixture *f, const char *number)
{
  g_autoptr (GPtrArray) list = dk_ticket_store_kept_words (f->store, number, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++) {
    const DkKeptWords *kept = list->pdata[i];
    g_string_append_printf (text, "%s|%s|%s\n", kept->step, kept->words, kept->user);
    g_assert_cmpint (kept->updated_ms, >, 0);
  }
  return g_string_free (text, FALSE);
}

static void
assert_kept (StoreFixture *f, const char *number, const char *expected)
{
  g_autofree char *text = kept_text (f, number);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_words_of_a_step (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "it-incident", INCIDENT, FALSE);
  g_autofree char *other = store_fixture_save (f, "it-incident", INCIDENT, FALSE);
  g_autofree char *user = g_strdup (dk_store_user (f->store));
  g_autofree char *expected
      = g_strdup_printf ("resolve| Toner, größe 1/2 |%s\nvoid|twice the sa|zoe\n", user);
  g_autoptr (GPtrArray) drafts = NULL;
  g_autoptr (GPtrArray) listed = NULL;

  assert_refused (f, keep_reason, "DT-A07-0009-P", DK_ERROR_INVALID, "");
  assert_done (f, keep_resolution, number);
  g_usleep (2000);
  store_fixture_become (f, "zoe", DK_ROLE_FRONTLINE);
  assert_done (f, keep_reason, number);
  assert_done (f, keep_reason, other);
  store_fixture_reopen (f);
  store_fixture_become (f, "zoe", DK_ROLE_FRONTLINE);
  assert_kept (f, number, expected);
  /* They are no drafts: nothing is taken over or saved under their key. */
  drafts = dk_ticket_store_drafts (f->store, NULL);
  listed = dk_ticket_store_list_drafts (f->store, NULL);
  g_assert_cmpuint (drafts->len + listed->len, ==, 0);
  assert_refused (f, take_over, number, DK_ERROR_NOT_FOUND, "no draft");
  assert_refused (f, save_call, number, DK_ERROR_INVALID, "in use already");
  assert_done (f, discard_reason, number);
  g_clear_pointer (&expected, g_free);
  expected = g_strdup_printf ("resolve| Toner, größe 1/2 |%s\n", user);
  assert_kept (f, number, expected);
  assert_done (f, void_it, number);
  assert_kept (f, number, expected); /* not done, so not lost */
  assert_done (f, void_it, other);
  assert_kept (f, other, "");
  assert_projection (f);
}

static void
test_worst_priority (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "it-incident", INCIDENT, FALSE);
  g_autoptr (DkTicket) low = store_fixture_load (f, number);
  g_autoptr (DkTicket) high = NULL;
  g_autoptr (DkTicket) low_again = NULL;

  g_assert_cmpint (low->priority, ==, 5);
  assert_done (f, set_urgency, number);
  high = store_fixture_load (f, number);
  g_assert_cmpint (high->priority, ==, 2);
  g_assert_true (set_fields (f, number, "{\"impact\":3,\"urgency\":3}", NULL));
  low_again = store_fixture_load (f, number);
  g_assert_cmpint (low_again->priority, ==, 2);
  g_assert_cmpint (low_again->impact, ==, 3);
}

/* When it happened, when it was recorded, when it was handed over. */
static void
test_three_times (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (json_t) values = store_fixture_answers (CALL);
  gint64 before = dk_clock_wall_ms ();
  g_autofree char *number = NULL;
  g_autoptr (DkTicket) ticket = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  g_assert_true (
      dk_ticket_store_save (f->store, form, NULL, values, before - 3600000, TRUE, &number, NULL));
  g_assert_true (
      dk_ticket_store_mark (f->store, number, DK_HANDOVER_SENDING, "rt", NULL, NULL, before, NULL));
  g_assert_true (
      dk_ticket_store_mark (f->store, number, DK_HANDOVER_DELIVERED, "rt", "77", NULL, 0, NULL));
  assert_refused (f, void_it, number, DK_ERROR_INVALID, "verify the hand-over first");
  assert_refused (f, amend, number, DK_ERROR_INVALID, "verify the hand-over first");
  g_assert_true (
      dk_ticket_store_mark (f->store, number, DK_HANDOVER_VERIFIED, "rt", "77", NULL, 0, NULL));
  ticket = store_fixture_load (f, number);
  g_assert_cmpint (ticket->happened_ms, ==, before - 3600000);
  g_assert_cmpint (ticket->recorded_ms, >=, before);
  g_assert_cmpint (ticket->handed_over_ms, >=, ticket->recorded_ms);
  g_assert_cmpint (ticket->handover_attempts, ==, 1);
  entries = dk_ledger_of_object (f->store, number, NULL);
  g_assert_cmpuint (entries->len, ==, 5);
  assert_refused (f, amend, number, DK_ERROR_INVALID, "continue in 77");
  assert_projection (f);
}

static gboolean
say_no (StoreFixture *f, const char *number, GError **error)
{
  return set_fields (f, number, "{\"safety\":false}", error);
}

static gboolean
say_nothing (StoreFixture *f, const char *number, GError **error)
{
  return set_fields (f, number, "{\"safety\":null}", error);
}

static void
test_not_asked_is_kept (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number
      = store_fixture_save (f, "it-incident", "{\"summary\":\"s\",\"caller\":\"c\"}", FALSE);
  g_autoptr (DkTicket) fresh = store_fixture_load (f, number);
  g_autoptr (DkTicket) denied = NULL;
  g_autoptr (DkTicket) silent = NULL;

  g_assert_false (fresh->safety_known);
  g_assert_cmpint (fresh->priority, ==, 0);
  assert_done (f, say_no, number);
  denied = store_fixture_load (f, number);
  g_assert_true (denied->safety_known && !denied->safety);
  assert_projection (f);
  assert_done (f, say_nothing, number);
  silent = store_fixture_load (f, number);
  g_assert_false (silent->safety_known);
  assert_projection (f);
}

static void
test_lists_and_counts (StoreFixture *f, gconstpointer data)
{
  g_autofree char *a = store_fixture_save (f, "call-log", CALL, FALSE);
  g_autofree char *b = store_fixture_save (f, "it-incident", INCIDENT, TRUE);
  g_autofree char *c = store_fixture_save (f, "it-incident", INCIDENT, FALSE);
  DkTicketFilter filter = { .waiting_only = TRUE };
  g_autoptr (GPtrArray) waiting = dk_ticket_store_list (f->store, &filter, NULL);
  g_autoptr (GPtrArray) all = dk_ticket_store_list (f->store, NULL, NULL);
  DkTicketCounts counts;

  g_assert_cmpuint (waiting->len, ==, 1);
  g_assert_cmpstr (((DkTicket *) g_ptr_array_index (waiting, 0))->number, ==, b);
  g_assert_cmpuint (all->len, ==, 3);
  g_assert_cmpstr (((DkTicket *) g_ptr_array_index (all, 0))->number, ==, a); /* safety first */
  g_assert_cmpstr (((DkTicket *) g_ptr_array_index (all, 1))->number, ==, c);
  filter = (DkTicketFilter){ .safety_only = TRUE, .oldest_first = TRUE };
  g_ptr_array_unref (all);
  all = dk_ticket_store_list (f->store, &filter, NULL);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_true (dk_ticket_store_count (f->store, &counts, NULL));
  g_assert_cmpuint (counts.calls, ==, 1);
  g_assert_cmpuint (counts.open, ==, 2);
  g_assert_cmpuint (counts.waiting, ==, 1);
  g_assert_cmpuint (counts.not_handed_over, ==, 3);
}

static void
test_drill_numbers (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = NULL;
  g_autoptr (DkTicket) ticket = NULL;

  g_assert_true (dk_store_set_setting (f->store, "mode", "drill", NULL));
  number = store_fixture_save (f, "call-log", CALL, TRUE);
  g_assert_true (g_str_has_prefix (number, "DR-A07-0001-"));
  ticket = store_fixture_load (f, number);
  g_assert_false (dk_ticket_is_eligible (ticket));
}

static void
test_time_of_the_form (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number
      = store_fixture_save (f, "it-incident",
                            "{\"summary\":\"s\",\"caller\":\"c\",\"impact\":3,\"urgency\":3,"
                            "\"happened_at\":\"2026-01-02T03:04:05+01:00\"}",
                            FALSE);
  g_autoptr (DkTicket) ticket = store_fixture_load (f, number);
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (f->store, number, NULL);
  const DkEntry *entry = g_ptr_array_index (entries, 0);

  g_assert_cmpint (ticket->happened_ms, ==, G_GINT64_CONSTANT (1767319445000));
  g_assert_cmpint (entry->happened_ms, ==, ticket->happened_ms);
  g_assert_cmpint (ticket->recorded_ms, !=, ticket->happened_ms);
}

/* The control of every assert_projection above: a changed row must be found. */
static void
test_projection_finds_a_change (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "call-log", CALL, FALSE);
  g_autoptr (GError) error = NULL;

  dk_fixture_exec (f->db, "UPDATE ticket SET summary = 'other'");
  g_assert_false (dk_ticket_store_check_projection (f->store, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_nonnull (strstr (error->message, number));
  g_clear_error (&error);
  dk_fixture_exec (f->db, "DELETE FROM ticket");
  g_assert_false (dk_ticket_store_check_projection (f->store, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/tickets/life", test_life);
  STORE_ADD ("/store/tickets/a-refusal-changes-nothing", test_refusals);
  STORE_ADD ("/store/tickets/keeps-a-time-and-what-solved-it", test_times_and_resolution);
  STORE_ADD ("/store/tickets/number-of-a-drill", test_number_of_a_drill);
  STORE_ADD ("/store/tickets/number-of-another-station", test_number_of_other_station);
  STORE_ADD ("/store/tickets/a-number-is-issued-once", test_number_once);
  STORE_ADD ("/store/tickets/a-failure-issues-no-number", test_number_over_failure);
  STORE_ADD ("/store/tickets/drafts-keep-every-word", test_drafts);
  STORE_ADD ("/store/tickets/words-of-a-step-are-kept-until-it-is-done", test_words_of_a_step);
  STORE_ADD ("/store/tickets/a-draft-of-a-colleague-is-taken-over",
             test_draft_of_a_colleague);
  STORE_ADD ("/store/tickets/worst-priority-is-kept", test_worst_priority);
  STORE_ADD ("/store/tickets/three-times-are-kept", test_three_times);
  STORE_ADD ("/store/tickets/the-entry-tells-the-time-of-the-form", test_time_of_the_form);
  STORE_ADD ("/store/tickets/not-asked-is-kept", test_not_asked_is_kept);
  STORE_ADD ("/store/tickets/lists-and-counts", test_lists_and_counts);
  STORE_ADD ("/store/tickets/drill-numbers", test_drill_numbers);
  STORE_ADD ("/store/tickets/projection-finds-a-change", test_projection_finds_a_change);
  return dk_test_run ();
}
