/* SPDX-License-Identifier: MIT */
/* Goal: the tables of tickets and paper are what the ledger says, and can be made anew from it;
 * a damaged row takes no list away. Method: long random histories through the public calls, with
 * every kind of step that a ticket and a paper form know (refusals are part of them); the tables
 * as text; rows removed, changed and garbled; lists before, the tables after writing them anew. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/store/lead-store.h"
#include "app/store/paper-store.h"
#include "app/store/search.h"
#include "app/store/ticket-erase.h"

#define HISTORIES 6
#define STEPS 300
#define DAMAGES 60

typedef struct {
  StoreFixture *f;
  GRand *rng;
  DkForm *call;
  DkForm *incident;
  DkPerson *lead;
  DkPerson *other;
  GPtrArray *numbers; /* everything that was issued */
} History;

typedef gboolean (*Step) (History *h, const char *number, GError **error);

static int
random_below (History *h, int n)
{
  return g_rand_int_range (h->rng, 0, n);
}

static json_t *
random_answers (History *h)
{
  json_t *answers = json_object ();
  static const char *const texts[]
      = { "Printer broken", "Zoë says \"no\"", "Two\nlines", "x", "Cannot sign in" };

  dk_json_set_text (answers, "summary", texts[random_below (h, G_N_ELEMENTS (texts))]);
  dk_json_set_text (answers, "caller", texts[random_below (h, G_N_ELEMENTS (texts))]);
  if (random_below (h, 2) == 0)
    json_object_set_new (answers, "safety", json_boolean (random_below (h, 3) == 0));
  if (random_below (h, 3) == 0)
    json_object_set_new (answers, "location",
                         random_below (h, 4) == 0 ? json_null () : json_string ("Room 12"));
  if (random_below (h, 4) == 0)
    json_object_set_new (answers, "happened_at", json_string ("2026-01-02T03:04:05Z"));
  return answers;
}

static json_t *
incident_answers (History *h)
{
  json_t *answers = random_answers (h);

  json_object_set_new (answers, "impact", json_integer (1 + random_below (h, 3)));
  json_object_set_new (answers, "urgency", json_integer (1 + random_below (h, 3)));
  json_object_set_new (answers, "safety", json_boolean (random_below (h, 3) == 0));
  if (json_is_true (json_object_get (answers, "safety")))
    json_object_set_new (answers, "safety_risk", json_string ("Monitor dark"));
  dk_json_set_text (answers, "workaround", random_below (h, 2) == 0 ? "Use the other one" : NULL);
  return answers;
}

static DkForm *
form_of (History *h, const char *number)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (h->f->store, number, NULL);

  return ticket != NULL && g_strcmp0 (ticket->form, "it-incident") == 0 ? h->incident : h->call;
}

static json_t *
answers_for (History *h, const DkForm *form)
{
  return form == h->incident ? incident_answers (h) : random_answers (h);
}

static gboolean
save (History *h, const DkForm *form, const char *number, GError **error)
{
  g_autoptr (json_t) answers = answers_for (h, form);
  char *saved = NULL;

  if (!dk_ticket_store_save (h->f->store, form, number, answers,
                             random_below (h, 3) == 0 ? G_GINT64_CONSTANT (1767322800000) : 0,
                             random_below (h, 3) == 0, &saved, error))
    return FALSE;
  if (number == NULL)
    g_ptr_array_add (h->numbers, saved);
  else
    g_free (saved);
  return TRUE;
}

static gboolean
step_new (History *h, const char *number, GError **error)
{
  return save (h, random_below (h, 2) == 0 ? h->call : h->incident, NULL, error);
}

static gboolean
step_draft (History *h, const char *number, GError **error)
{
  g_autoptr (json_t) answers = random_answers (h);
  char *drafted = dk_ticket_store_begin (h->f->store, h->call, error);

  if (drafted == NULL)
    return FALSE;
  g_ptr_array_add (h->numbers, drafted);
  return dk_ticket_store_keep_draft (h->f->store, drafted, h->call, answers, error);
}

static gboolean
step_key_in (History *h, const char *number, GError **error)
{
  return save (h, random_below (h, 2) == 0 ? h->call : h->incident, number, error);
}

static gboolean
step_paper (History *h, const char *number, GError **error)
{
  g_autoptr (GPtrArray) issued
      = dk_ticket_store_issue_paper (h->f->store, h->incident, 1 + (guint) random_below (h, 4),
                                     random_below (h, 2) == 0 ? "ED" : NULL, error);

  for (guint i = 0; issued != NULL && i < issued->len; i++)
    g_ptr_array_add (h->numbers, g_strdup (g_ptr_array_index (issued, i)));
  return issued != NULL;
}

static gboolean
step_set (History *h, const char *number, GError **error)
{
  DkForm *form = form_of (h, number);
  g_autoptr (json_t) answers = answers_for (h, form);

  return dk_ticket_store_set (h->f->store, form, number, answers, error);
}

static gboolean
step_promote (History *h, const char *number, GError **error)
{
  g_autoptr (json_t) answers = incident_answers (h);

  return dk_ticket_store_promote (h->f->store, h->incident, number, answers, error);
}

static gboolean
step_note (History *h, const char *number, GError **error)
{
  return dk_ticket_store_note (h->f->store, number, "Calls again", 0, error);
}

static gboolean
step_lead_note (History *h, const char *number, GError **error)
{
  return dk_lead_store_note (h->f->store, number, "For leads alone", 0, error);
}

static gboolean
step_resolve (History *h, const char *number, GError **error)
{
  g_autoptr (json_t) answers = json_pack ("{s:s}", "resolution", "Cable");

  return dk_ticket_store_resolve (h->f->store, form_of (h, number), number, answers, 0, error);
}

static gboolean
step_final (History *h, const char *number, GError **error)
{
  return dk_ticket_store_final (h->f->store, form_of (h, number), number, error);
}

static gboolean
step_amend (History *h, const char *number, GError **error)
{
  DkForm *form = form_of (h, number);
  g_autoptr (json_t) answers = answers_for (h, form);

  return dk_ticket_store_amend (h->f->store, form, number, answers, "forgotten", error);
}

static gboolean
step_void (History *h, const char *number, GError **error)
{
  return dk_ticket_store_void (h->f->store, number, "twice", error);
}

static gboolean
step_handover (History *h, const char *number, GError **error)
{
  DkHandover state = (DkHandover) random_below (h, DK_HANDOVER_VERIFIED + 1);

  return dk_ticket_store_mark (h->f->store, number, state, random_below (h, 4) == 0 ? NULL : "rt",
                               random_below (h, 2) == 0 ? "4711" : NULL,
                               random_below (h, 2) == 0 ? "No answer in time" : NULL,
                               random_below (h, 2) * 1000, error);
}

static gboolean
step_astray (History *h, const char *number, GError **error)
{
  const char *const numbers[] = { number, NULL };

  switch (random_below (h, 3)) {
  case 0:
    return dk_paper_store_missing (h->f->store, numbers, NULL, error);
  case 1:
    return dk_paper_store_lost (h->f->store, numbers, "flooded", error);
  default:
    return dk_paper_store_found (h->f->store, numbers, NULL, error);
  }
}

/* Paper with a name and a photo. */
static gboolean
step_key_in_whole (History *h, const char *number, GError **error)
{
  g_autoptr (json_t) answers = random_answers (h);
  const DkTicketCapture capture = { .number = number,
                                    .answers = answers,
                                    .written_by = "Nurse K",
                                    .written_ms = G_GINT64_CONSTANT (1767322800000) };
  g_auto (DkTicketSaved) saved = { 0 };

  return dk_ticket_store_save_order (h->f->store, h->call, &capture, &saved, error);
}

static gboolean
step_hold (History *h, const char *number, GError **error)
{
  return dk_ticket_store_hold (h->f->store, number, "the lawyers", error);
}

static gboolean
step_release (History *h, const char *number, GError **error)
{
  return dk_ticket_store_release_hold (h->f->store, number, "done", h->other, error);
}

static gboolean
step_erase (History *h, const char *number, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (h->f->store, number, error);
  g_autofree char *place = NULL;
  const char *places[2] = { NULL, NULL };

  if (entries == NULL)
    return FALSE;
  place = g_strdup_printf (
      "%" G_GINT64_FORMAT,
      entries->len > 0
          ? ((DkEntry *) g_ptr_array_index (entries, random_below (h, (int) entries->len)))->seq
          : 1);
  places[0] = place;
  return dk_ticket_store_erase (h->f->store, number, places, "a patient's name", h->other, error);
}

static const struct {
  const char *name;
  Step step;
  guint weight;
  guint min; /* done over all histories */
} steps[] = {
  { "new", step_new, 8, 60 },           { "draft", step_draft, 2, 10 },
  { "key-in", step_key_in, 6, 10 },     { "paper", step_paper, 2, 10 },
  { "set", step_set, 8, 20 },           { "promote", step_promote, 3, 5 },
  { "note", step_note, 4, 20 },         { "lead-note", step_lead_note, 2, 5 },
  { "resolve", step_resolve, 5, 10 },   { "final", step_final, 5, 10 },
  { "amend", step_amend, 6, 10 },       { "void", step_void, 3, 10 },
  { "handover", step_handover, 6, 20 }, { "hold", step_hold, 2, 5 },
  { "release", step_release, 4, 1 },    { "erase", step_erase, 4, 10 },
  { "astray", step_astray, 10, 5 },     { "key-in-whole", step_key_in_whole, 4, 10 },
};

static guint done_count[G_N_ELEMENTS (steps)];

static void
take_step (History *h)
{
  guint total = 0;
  guint which = 0;
  int dice;
  const char *number = h->numbers->len > 0
                           ? g_ptr_array_index (h->numbers, random_below (h, (int) h->numbers->len))
                           : "DT-A07-0001-V";
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    total += steps[i].weight;
  for (dice = random_below (h, (int) total); dice >= (int) steps[which].weight; which++)
    dice -= (int) steps[which].weight;
  if (steps[which].step (h, number, &error))
    done_count[which]++;
  else
    g_assert_true (g_error_matches (error, DK_ERROR, DK_ERROR_INVALID)
                   || g_error_matches (error, DK_ERROR, DK_ERROR_NOT_FOUND)
                   || g_error_matches (error, DK_ERROR, DK_ERROR_DENIED));
}

/* Every column but the row's own id. */
static char *
dump_tables (StoreFixture *f)
{
  return store_fixture_text (
      f, "SELECT (SELECT coalesce (group_concat (x, char (10)), '') FROM (SELECT"
         " json_array (number, uid, form, form_version, form_hash, state, finalized, paper, impact,"
         " urgency, priority, safety, safety_known, summary, details, caller, callback, location,"
         " device, service, support_group, resolution, happened_ms, recorded_ms, handed_over_ms,"
         " resolved_ms, outage, user, handover, handover_target, handover_reason, handover_sent_ms,"
         " handover_attempts, itsm_id, disposition, legal_hold, answers) AS x FROM ticket ORDER BY"
         " number)) || (SELECT coalesce (group_concat (x, char (10)), '') FROM (SELECT"
         " json_array (number, form, state, unit, issued_ms) AS x FROM paper ORDER BY number))");
}

static void
begin (History *h, StoreFixture *f, guint32 seed)
{
  h->f = f;
  h->rng = g_rand_new_with_seed (seed);
  h->call = dk_form_shipped ("call-log", "en");
  h->incident = dk_form_shipped ("it-incident", "en");
  h->lead = store_fixture_person (f, "clara", DK_ROLE_LEAD);
  h->other = store_fixture_person (f, "ben", DK_ROLE_LEAD);
  h->numbers = g_ptr_array_new_with_free_func (g_free);
  store_fixture_become (f, "clara", DK_ROLE_LEAD);
  dk_store_set_person (f->store, h->lead);
}

static void
end (History *h)
{
  dk_store_set_person (h->f->store, NULL);
  g_rand_free (h->rng);
  dk_form_unref (h->call);
  dk_form_unref (h->incident);
  dk_person_free (h->lead);
  dk_person_free (h->other);
  g_ptr_array_unref (h->numbers);
}

static guint
rebuild (StoreFixture *f)
{
  g_autoptr (GError) error = NULL;
  guint mended = 0;
  gboolean done = dk_ticket_store_rebuild (f->store, &mended, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return mended;
}

static void
assert_right (StoreFixture *f, const char *expected)
{
  g_autofree char *now = dump_tables (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (f->store, NULL, NULL, &error);
  gboolean same = dk_ticket_store_check_projection (f->store, &error);

  g_assert_no_error (error);
  g_assert_true (same);
  g_assert_cmpstr (now, ==, expected);
  g_assert_cmpuint (report->found, ==, 0);
}

static gint64
count_of (StoreFixture *f, const char *sql)
{
  return dk_fixture_int (f->db, sql);
}

static void
test_histories (StoreFixture *f, gconstpointer data)
{
  gint64 tickets = 0;
  gint64 paper = 0;

  for (guint i = 0; i < HISTORIES; i++) {
    History h = { 0 };
    g_autofree char *before = NULL;
    begin (&h, f, 100 + i);
    for (guint k = 0; k < STEPS; k++)
      take_step (&h);
    before = dump_tables (f);
    assert_right (f, before);
    g_assert_cmpuint (rebuild (f), ==, 0);
    tickets = count_of (f, "SELECT count(*) FROM ticket");
    paper = count_of (f, "SELECT count(*) FROM paper");
    dk_fixture_exec (f->db, "DELETE FROM ticket; DELETE FROM paper");
    g_assert_false (dk_ticket_store_check_projection (f->store, NULL));
    g_assert_cmpuint (rebuild (f), ==, tickets + paper);
    assert_right (f, before);
    end (&h);
  }
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_test_message ("%-10s %5u done", steps[i].name, done_count[i]);
    g_assert_cmpuint (done_count[i], >=, steps[i].min);
  }
  g_test_message ("%d histories of %d steps, at the end %d tickets and %d paper numbers: all equal",
                  HISTORIES, STEPS, (int) tickets, (int) paper);
}

/* One row of one table in a way that no program writes, or that only a fault would. */
static void
damage (History *h)
{
  static const char *const sql[] = {
    "UPDATE ticket SET answers = '{\"x\":' WHERE number = '",
    "UPDATE ticket SET answers = '[]' WHERE number = '",
    "UPDATE ticket SET answers = '{\"x\":1.5}' WHERE number = '",
    "UPDATE ticket SET state = 99 WHERE number = '",
    "UPDATE ticket SET handover = -1 WHERE number = '",
    "UPDATE ticket SET summary = 'other' WHERE number = '",
    "UPDATE ticket SET handover_reason = 'other' WHERE number = '",
    "UPDATE ticket SET form_hash = NULL WHERE number = '",
    "UPDATE ticket SET handover_attempts = 77 WHERE number = '",
    "DELETE FROM ticket WHERE number = '",
    "DELETE FROM paper WHERE number = '",
    "UPDATE paper SET unit = 'other' WHERE number = '",
  };
  const char *number = g_ptr_array_index (h->numbers, random_below (h, (int) h->numbers->len));
  g_autofree char *statement
      = g_strconcat (sql[random_below (h, G_N_ELEMENTS (sql))], number, "'", NULL);

  dk_fixture_exec (h->f->db, statement);
}

static void
test_damaged_rows (StoreFixture *f, gconstpointer data)
{
  History h = { 0 };
  g_autofree char *before = NULL;
  guint mended = 0;

  begin (&h, f, 9);
  for (guint k = 0; k < STEPS; k++)
    take_step (&h);
  before = dump_tables (f);
  for (guint i = 0; i < DAMAGES; i++) {
    g_autoptr (GPtrArray) list = NULL;
    g_autoptr (GError) error = NULL;
    damage (&h);
    list = dk_ticket_store_list (f->store, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (list->len, ==, count_of (f, "SELECT count(*) FROM ticket"));
    mended += rebuild (f);
    assert_right (f, before);
  }
  g_test_message ("%d damages, %u rows written anew; every list came, all tables right again",
                  DAMAGES, mended);
  g_assert_cmpuint (mended, >=, DAMAGES / 4);
  end (&h);
}

/* What the list shows of a damaged row is what the ledger has. */
static void
test_list_survives (StoreFixture *f, gconstpointer data)
{
  g_autofree char *first
      = store_fixture_save (f, "call-log", "{\"summary\":\"Printer\",\"caller\":\"A\"}", FALSE);
  g_autofree char *second
      = store_fixture_save (f, "call-log", "{\"summary\":\"Fax\",\"caller\":\"B\"}", FALSE);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (DkTicket) loaded = NULL;
  g_autoptr (GError) error = NULL;

  dk_fixture_exec (f->db, "UPDATE ticket SET answers = '{', summary = 'garbled' WHERE id = 1");
  list = dk_ticket_store_list (f->store, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((DkTicket *) g_ptr_array_index (list, 0))->number, ==, second);
  g_assert_cmpstr (((DkTicket *) g_ptr_array_index (list, 1))->summary, ==, "Printer");
  loaded = dk_ticket_store_load (f->store, first, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (loaded->summary, ==, "Printer");
  g_assert_cmpuint (rebuild (f), ==, 1);
  g_assert_cmpuint (rebuild (f), ==, 0);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/rebuild/random-histories-give-the-same-tables", test_histories);
  STORE_ADD ("/store/rebuild/damaged-rows-are-written-anew", test_damaged_rows);
  STORE_ADD ("/store/rebuild/a-damaged-row-takes-no-list-away", test_list_survives);
  return dk_test_run ();
}
