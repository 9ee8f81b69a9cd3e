/* SPDX-License-Identifier: MIT */
/* Goal: erased words are gone from every page of the file, and nothing else is: the rest of the
 * ticket, the chain and its signatures hold, and nobody erases alone. Method: marker words in every
 * place where a ticket keeps words, over random histories; all pages in clear are searched before
 * and after, with the search that found them before as the control. */
#define _GNU_SOURCE
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/store/lead-store.h"
#include "app/store/search.h"
#include "app/store/ticket-erase.h"

#define MARKER_SIZE 16
#define LOOKED_AT_ALONE 12 /* erasures after each of which all pages are read */
#define REASON "a patient's name"

typedef struct {
  DkPerson *lead;
  DkPerson *other; /* front-line */
} People;

static void
people_free (People *people)
{
  dk_person_free (people->lead);
  dk_person_free (people->other);
  g_free (people);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (People, people_free)

/* clara, a lead, is unlocked; ben is the second person. */
static People *
let_in (StoreFixture *f)
{
  People *people = g_new0 (People, 1);

  people->lead = store_fixture_person (f, "clara", DK_ROLE_LEAD);
  people->other = store_fixture_person (f, "ben", DK_ROLE_FRONTLINE);
  store_fixture_become (f, "clara", DK_ROLE_LEAD);
  dk_store_set_person (f->store, people->lead);
  return people;
}

/* Random letters: no two begin alike, so that an index stores them whole. */
static char *
make_marker (GRand *rand)
{
  char *marker = g_malloc0 (MARKER_SIZE + 1);

  for (guint i = 0; i < MARKER_SIZE; i++)
    marker[i] = (char) ('a' + g_rand_int_range (rand, 0, 26));
  return marker;
}

/* How often a marker stands there. Its end is enough: an index leaves out what it shares. */
static guint
count_in (GBytes *pages, const char *marker)
{
  gsize size;
  const char *at = g_bytes_get_data (pages, &size);
  const char *end = at + size;
  guint found = 0;

  while ((at = memmem (at, (gsize) (end - at), marker + 4, MARKER_SIZE - 4)) != NULL) {
    found++;
    at++;
  }
  return found;
}

static gint64
last_seq (StoreFixture *f)
{
  gint64 seq = 0;

  g_assert_true (dk_ledger_head (f->store, NULL, &seq, NULL, NULL));
  return seq;
}

static gboolean
try_erase (StoreFixture *f, const char *number, gint64 seq, const DkPerson *second, GError **error)
{
  g_autofree char *place = g_strdup_printf ("%" G_GINT64_FORMAT, seq);
  const char *const places[] = { place, NULL };

  return dk_ticket_store_erase (f->store, number, places, REASON, second, error);
}

static void
erase (StoreFixture *f, const char *number, gint64 seq, const People *people)
{
  g_autoptr (GError) error = NULL;
  gboolean done = try_erase (f, number, seq, people->other, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
assert_whole (StoreFixture *f, gint64 erased)
{
  g_autoptr (GError) error = NULL;
  gboolean same = dk_ticket_store_check_projection (f->store, &error);
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (f->store, NULL, NULL, NULL);

  g_assert_no_error (error);
  g_assert_true (same);
  for (guint i = 0; i < report->problems->len; i++)
    g_test_message ("%s", ((DkLedgerProblem *) g_ptr_array_index (report->problems, i))->message);
  g_assert_cmpuint (report->problems->len, ==, 0);
  g_assert_cmpint (report->erased, ==, erased);
  g_assert_true (dk_db_check (f->db, NULL));
}

/* One entry with a marker in it, and where it stands. */
typedef struct {
  char *number;
  char *marker;
  gint64 seq;
  gboolean is_sealed;
} Said;

static void
said_free (gpointer data)
{
  Said *said = data;

  g_free (said->number);
  g_free (said->marker);
  g_free (said);
}

static void
set_field (StoreFixture *f, const char *number, const char *name, const char *text)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (json_t) answers = json_pack ("{s:s}", name, text);
  g_autoptr (GError) error = NULL;
  gboolean done = dk_ticket_store_set (f->store, form, number, answers, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* A random step that says the marker. New number if it made a ticket, else NULL. */
static char *
say (StoreFixture *f, GRand *rand, const char *number, const char *marker, gboolean *is_sealed)
{
  static const char *const fields[]
      = { "summary", "details", "caller", "callback", "location", "device", "safety_risk" };
  g_autofree char *answers = NULL;
  g_autofree char *text = g_strdup_printf ("words about %s here", marker);
  int step = g_rand_int_range (rand, 0, 10);

  if (number == NULL || step < 2) {
    answers = g_strdup_printf ("{\"summary\":\"%s\",\"caller\":\"Ward %s\",\"details\":\"%s\","
                               "\"safety_risk\":\"%s\",\"impact\":2,\"urgency\":2}",
                               text, marker, text, text);
    return store_fixture_save (f, "it-incident", answers, FALSE);
  }
  *is_sealed = step == 2;
  if (step == 2)
    g_assert_true (dk_lead_store_note (f->store, number, text, 0, NULL));
  else if (step == 3)
    g_assert_true (dk_ticket_store_note (f->store, number, text, 0, NULL));
  else
    set_field (f, number, fields[g_rand_int_range (rand, 0, G_N_ELEMENTS (fields))], text);
  return NULL;
}

static GPtrArray *
make_history (StoreFixture *f, GRand *rand, guint steps)
{
  GPtrArray *history = g_ptr_array_new_with_free_func (said_free);
  g_autofree char *number = NULL;

  for (guint i = 0; i < steps; i++) {
    Said *said = g_new0 (Said, 1);
    char *made;
    said->marker = make_marker (rand);
    made = say (f, rand, number, said->marker, &said->is_sealed);
    if (made != NULL) {
      g_free (number);
      number = made;
    }
    said->number = g_strdup (number);
    said->seq = last_seq (f);
    g_ptr_array_add (history, said);
  }
  return history;
}

static void
assert_found (GBytes *pages, const Said *said, gboolean expected)
{
  guint found = count_in (pages, said->marker);

  if ((found > 0) != expected)
    g_error ("%s of %s, entry %" G_GINT64_FORMAT ": found %u times", said->marker, said->number,
             said->seq, found);
}

static void
test_gone_from_every_page (StoreFixture *f, gconstpointer data)
{
  g_autoptr (People) people = let_in (f);
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261122);
  g_autoptr (GPtrArray) history = make_history (f, rand, g_getenv ("DK_LONG") != NULL ? 3000 : 400);
  g_autoptr (GBytes) before = dk_fixture_pages (f->db);
  g_autoptr (GBytes) after = NULL;
  g_autofree char *wal = dk_fixture_wal (f->path);
  g_autoptr (GBytes) journal = NULL;
  guint erased = 0;
  guint controls = 0;

  for (guint i = 0; i < history->len; i++) {
    const Said *said = g_ptr_array_index (history, i);
    assert_found (before, said, !said->is_sealed);
    controls += said->is_sealed ? 0 : 1;
  }
  for (guint i = 0; i < history->len; i += 4, erased++) {
    const Said *said = g_ptr_array_index (history, i);
    erase (f, said->number, said->seq, people);
    if (erased < LOOKED_AT_ALONE) {
      g_autoptr (GBytes) now = dk_fixture_pages (f->db);
      assert_found (now, said, FALSE);
    }
  }
  after = dk_fixture_pages (f->db);
  journal = dk_fixture_read (wal);
  g_assert_cmpuint (journal != NULL ? g_bytes_get_size (journal) : 0, ==, 0);
  for (guint i = 0; i < history->len; i++) {
    const Said *said = g_ptr_array_index (history, i);
    assert_found (after, said, !said->is_sealed && i % 4 != 0);
  }
  g_print ("# %u entries erased of %u; control: %u markers found before\n", erased, history->len,
           controls);
  g_assert_cmpuint (erased, >=, 100);
  g_assert_cmpuint (controls, >=, 300);
  assert_whole (f, erased);
}

static guint
count_hits (StoreFixture *f, const char *word)
{
  g_autoptr (GPtrArray) hits = dk_search (f->store, word, 50, NULL, NULL);

  g_assert_nonnull (hits);
  return hits->len;
}

/* What the entry had brought and is no word stays, and a required text is seen to be missing. */
static void
test_what_takes_its_place (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (
      f, "it-incident", "{\"summary\":\"Canary fell\",\"caller\":\"Canary\",\"details\":\"d\","
                        "\"safety\":true,\"safety_risk\":\"r\",\"impact\":1,\"urgency\":1}",
      TRUE);
  g_autoptr (People) people = let_in (f);
  g_autoptr (DkTicket) before = store_fixture_load (f, number);
  g_autoptr (DkTicket) after = NULL;
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (json_t) answers = json_pack ("{s:s}", "details", "room 4");
  g_autoptr (GPtrArray) kept = NULL;

  g_assert_cmpuint (count_hits (f, "canary"), ==, 1);
  g_assert_true (
      dk_ticket_store_keep_words (f->store, number, DK_STEP_VOID, "Canary twice", NULL));
  erase (f, number, last_seq (f) - 1, people);
  kept = dk_ticket_store_kept_words (f->store, number, NULL);
  g_assert_cmpuint (kept->len, ==, 0);
  after = store_fixture_load (f, number);
  g_assert_cmpstr (after->summary, ==, "(erased)");
  g_assert_cmpstr (after->caller, ==, "(erased)");
  g_assert_null (after->details);
  g_assert_cmpuint (json_object_size (after->answers), ==, 0);
  g_assert_cmpstr (after->uid, ==, before->uid);
  g_assert_cmpstr (after->form, ==, "it-incident");
  g_assert_cmpstr (after->form_hash, ==, before->form_hash);
  g_assert_cmpint (after->priority, ==, before->priority);
  g_assert_cmpint (after->impact, ==, 1);
  g_assert_cmpint (after->happened_ms, ==, before->happened_ms);
  g_assert_true (after->safety && after->safety_known && after->finalized);
  g_assert_cmpuint (count_hits (f, "canary"), ==, 0);
  g_assert_cmpuint (count_hits (f, number), ==, 1);
  /* It is still a ticket that its form accepts. */
  g_assert_true (dk_ticket_store_amend (f->store, form, number, answers, "room", NULL));
  assert_whole (f, 1);
}

static char *
text_of (StoreFixture *f, const char *number, const char *name)
{
  g_autoptr (DkTicket) ticket = store_fixture_load (f, number);
  g_autoptr (json_t) value = dk_ticket_get_field (ticket, name);

  return g_strdup (json_string_value (value));
}

/* A value that was replaced must not come back, and one that was given later stays. */
static void
test_values_before_and_after (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number
      = store_fixture_save (f, "it-incident", "{\"summary\":\"s\",\"caller\":\"c\"}", FALSE);
  g_autoptr (People) people = let_in (f);
  g_autofree char *gone = NULL;
  g_autofree char *stays = NULL;
  gint64 first;
  gint64 second;

  set_field (f, number, "details", "the first name");
  first = last_seq (f);
  set_field (f, number, "details", "the second name");
  second = last_seq (f);
  erase (f, number, second, people);
  gone = text_of (f, number, "details");
  g_assert_null (gone);
  set_field (f, number, "details", "room 4, bed 2");
  erase (f, number, first, people);
  stays = text_of (f, number, "details");
  g_assert_cmpstr (stays, ==, "room 4, bed 2");
  assert_whole (f, 2);
}

/* Clearing a value is said by an entry too: without it the value would be back. */
static void
test_cleared_value_stays_cleared (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number
      = store_fixture_save (f, "it-incident",
                            "{\"summary\":\"s\",\"caller\":\"c\",\"details\":\"Canary\","
                            "\"safety_risk\":\"Canary\"}",
                            FALSE);
  g_autoptr (People) people = let_in (f);
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (json_t) answers
      = json_pack ("{s:n, s:n, s:s}", "details", "safety_risk", "device", "Canary's own PC");
  g_autofree char *details = NULL;
  g_autofree char *risk = NULL;

  g_assert_true (dk_ticket_store_set (f->store, form, number, answers, NULL));
  erase (f, number, last_seq (f), people);
  details = text_of (f, number, "details");
  risk = text_of (f, number, "safety_risk");
  g_assert_null (details);
  g_assert_null (risk);
  assert_whole (f, 1);
}

static void
test_several_at_once (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "call-log", "{\"summary\":\"Canary\"}", FALSE);
  g_autoptr (People) people = let_in (f);
  gint64 seq = last_seq (f);
  g_autofree char *first = g_strdup_printf ("%" G_GINT64_FORMAT, seq);
  g_autofree char *second
      = g_strdup_printf ("%s:%" G_GINT64_FORMAT, "00000000", seq + 1);
  const char *places[] = { first, second, NULL };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *chain = NULL;

  g_assert_true (dk_ticket_store_note (f->store, number, "Canary again", 0, NULL));
  before = store_fixture_state (f);
  g_assert_false (
      dk_ticket_store_erase (f->store, number, places, REASON, people->other, NULL));
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after); /* one that is not there, and none is erased */
  g_assert_true (dk_ledger_head (f->store, &chain, NULL, NULL, NULL));
  memcpy (second, chain, 8);
  g_assert_true (dk_ticket_store_erase (f->store, number, places, REASON, people->other, NULL));
  assert_whole (f, 2);
}

/* A number can be voided before it was a ticket, with a reason that says too much. */
static void
test_reason_of_a_void_draft (StoreFixture *f, gconstpointer data)
{
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autofree char *number = dk_ticket_store_begin (f->store, form, NULL);
  g_autoptr (People) people = let_in (f);
  g_autoptr (GPtrArray) entries = NULL;

  g_assert_true (dk_ticket_store_void (f->store, number, "Mrs Canary hung up", NULL));
  erase (f, number, last_seq (f), people);
  entries = dk_ledger_of_object (f->store, number, NULL);
  g_assert_null (((DkEntry *) g_ptr_array_index (entries, 1))->body);
  assert_whole (f, 1);
}

/* The refusal has this code and these words, and nothing is different afterwards. */
static void
assert_refused (StoreFixture *f, const char *number, const char *place, const char *reason,
                const DkPerson *second, DkError code, const char *words)
{
  const char *const places[] = { place, NULL };
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_ticket_store_erase (f->store, number, places, reason, second, &error));
  g_assert_error (error, DK_ERROR, (gint) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not tell \"%s\"", error->message, words);
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
}

static void
test_refusals (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "call-log", "{\"summary\":\"one\"}", TRUE);
  g_autofree char *other = store_fixture_save (f, "call-log", "{\"summary\":\"two\"}", FALSE);
  g_autofree char *place = g_strdup_printf ("%" G_GINT64_FORMAT, last_seq (f) - 2);
  g_autofree char *final = g_strdup_printf ("%" G_GINT64_FORMAT, last_seq (f) - 1);
  g_autoptr (People) people = let_in (f);
  const DkPerson *ben = people->other;

  assert_refused (f, other, place, REASON, ben, DK_ERROR_INVALID, number);
  assert_refused (f, number, "999", REASON, ben, DK_ERROR_NOT_FOUND, "no entry 999");
  assert_refused (f, number, "0badcafe:2", REASON, ben, DK_ERROR_NOT_FOUND, "no entry");
  assert_refused (f, number, "1", REASON, ben, DK_ERROR_INVALID, "not about");
  assert_refused (f, number, "none", REASON, ben, DK_ERROR_USAGE, "CHAIN:NUMBER");
  assert_refused (f, number, final, REASON, ben, DK_ERROR_INVALID, "no words");
  assert_refused (f, number, place, " ", ben, DK_ERROR_INVALID, "reason");
  assert_refused (f, number, place, REASON, NULL, DK_ERROR_DENIED, "two different people");
  assert_refused (f, number, place, REASON, people->lead, DK_ERROR_DENIED, "two different people");
  assert_refused (f, "DT-B01-0001-T", place, REASON, ben, DK_ERROR_INVALID, "");
  g_assert_true (dk_ticket_store_mark (f->store, number, DK_HANDOVER_UNKNOWN, "rt", NULL, NULL, 1,
                                       NULL));
  assert_refused (f, number, place, REASON, ben, DK_ERROR_INVALID, "on its way");
  g_assert_true (dk_ticket_store_mark (f->store, number, DK_HANDOVER_VERIFIED, "rt", "17", NULL, 0,
                                       NULL));
  erase (f, number, g_ascii_strtoll (place, NULL, 10), people);
  assert_refused (f, number, place, REASON, ben, DK_ERROR_INVALID, "erased before");
  store_fixture_become (f, "ben", DK_ROLE_FRONTLINE);
  dk_store_set_person (f->store, ben);
  assert_refused (f, number, place, REASON, people->lead, DK_ERROR_DENIED, "lead");
  assert_whole (f, 1);
}

static void
test_legal_hold (StoreFixture *f, gconstpointer data)
{
  g_autofree char *number = store_fixture_save (f, "call-log", "{\"summary\":\"one\"}", FALSE);
  g_autofree char *place = g_strdup_printf ("%" G_GINT64_FORMAT, last_seq (f));
  g_autoptr (People) people = let_in (f);
  g_autoptr (DkPerson) admin = store_fixture_person (f, "anna", DK_ROLE_ADMIN);
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_ticket_store_release_hold (f->store, number, "r", admin, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (dk_ticket_store_hold (f->store, number, "claim 12", &error));
  g_assert_no_error (error);
  g_assert_false (dk_ticket_store_hold (f->store, number, "again", NULL));
  assert_refused (f, number, place, REASON, people->other, DK_ERROR_INVALID, "legal hold");
  g_assert_false (dk_ticket_store_release_hold (f->store, number, "r", people->other, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
  g_clear_error (&error);
  g_assert_false (dk_ticket_store_release_hold (f->store, number, "r", NULL, NULL));
  g_assert_false (dk_ticket_store_release_hold (f->store, number, " ", admin, NULL));
  assert_whole (f, 0);
  g_assert_true (dk_ticket_store_release_hold (f->store, number, "settled", admin, &error));
  erase (f, number, g_ascii_strtoll (place, NULL, 10), people);
  assert_whole (f, 1);
  store_fixture_become (f, "ben", DK_ROLE_FRONTLINE);
  dk_store_set_person (f->store, people->other);
  g_assert_false (dk_ticket_store_hold (f->store, number, "r", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DENIED);
}

static guint
count_signature_problems (StoreFixture *f)
{
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (f->store, NULL, NULL, NULL);
  guint found = 0;

  for (guint i = 0; i < report->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (report->problems, i);
    found += strcmp (problem->kind, "signature") == 0 ? 1 : 0;
  }
  return found;
}

/* What somebody with the device key and one passphrase could write. */
static void
test_verifier_misses_the_second (StoreFixture *f, gconstpointer data)
{
  static const char kind[] = DK_ENTRY_TICKET_HOLD_RELEASED;
  g_autofree char *number = store_fixture_save (f, "call-log", "{\"summary\":\"one\"}", FALSE);
  g_autoptr (People) people = let_in (f);
  g_autoptr (json_t) bare = json_pack ("{s:s}", "reason", "r");
  g_autoptr (json_t) alone = json_deep_copy (bare);
  g_autoptr (json_t) twice = json_deep_copy (bare);
  g_autoptr (json_t) both = json_deep_copy (bare);
  g_autoptr (json_t) copied = NULL;

  dk_store_sign_body (f->store, kind, number, alone);
  dk_store_sign_body (f->store, kind, number, twice);
  dk_store_sign_body_second (f->store, people->lead, kind, number, twice);
  dk_store_sign_body (f->store, kind, number, both);
  dk_store_sign_body_second (f->store, people->other, kind, number, both);
  copied = json_deep_copy (both);
  json_object_set_new (copied, "reason", json_string ("another"));
  g_assert_true (dk_store_check_signed (f->store, kind, number, both));
  g_assert_false (dk_store_check_signed (f->store, kind, number, bare));
  g_assert_false (dk_store_check_signed (f->store, kind, number, alone));
  g_assert_false (dk_store_check_signed (f->store, kind, number, twice));
  g_assert_false (dk_store_check_signed (f->store, kind, number, copied));
  g_assert_true (dk_ledger_note (f->store, kind, number, both, NULL));
  g_assert_cmpuint (count_signature_problems (f), ==, 0);
  g_assert_true (dk_ledger_note (f->store, kind, number, bare, NULL));
  g_assert_true (dk_ledger_note (f->store, kind, number, alone, NULL));
  g_assert_true (dk_ledger_note (f->store, kind, number, twice, NULL));
  g_assert_true (dk_ledger_note (f->store, kind, number, copied, NULL));
  g_assert_cmpuint (count_signature_problems (f), ==, 4);
}

/* As FORMAT.md, "Signed bodies" gives the bytes. */
static void
test_format_of_second (StoreFixture *f, gconstpointer data)
{
  g_autoptr (People) people = let_in (f);
  g_autoptr (json_t) body = json_pack ("{s:s}", "reason", "r");
  g_autofree char *first = NULL;
  g_autofree char *message = NULL;
  const json_t *second;
  guint8 key[32];
  guint8 signature[64];

  dk_store_sign_body (f->store, "k", "o", body);
  first = dk_json_canonical (body, NULL);
  dk_store_sign_body_second (f->store, people->other, "k", "o", body);
  message = g_strconcat ("dk-second v1\n00112233445566778899aabbccddeeff\nk\no\n", first, NULL);
  second = json_object_get (body, "second");
  g_assert_cmpuint (json_object_size (second), ==, 3);
  g_assert_true (dk_text_unhex (dk_json_get_text (second, "key"), key, sizeof key));
  g_assert_true (
      dk_text_unhex (dk_json_get_text (second, "signature"), signature, sizeof signature));
  g_assert_true (dk_verify (signature, message, strlen (message), key));
  g_assert_cmpmem (key, 32, dk_person_info (people->other)->sign_public, 32);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/erase/words-are-gone-from-every-page", test_gone_from_every_page);
  STORE_ADD ("/store/erase/facts-stay-and-required-words-are-marked", test_what_takes_its_place);
  STORE_ADD ("/store/erase/no-earlier-value-comes-back", test_values_before_and_after);
  STORE_ADD ("/store/erase/cleared-value-stays-cleared", test_cleared_value_stays_cleared);
  STORE_ADD ("/store/erase/several-entries-are-one-step", test_several_at_once);
  STORE_ADD ("/store/erase/reason-of-a-void-draft", test_reason_of_a_void_draft);
  STORE_ADD ("/store/erase/refusals-change-nothing", test_refusals);
  STORE_ADD ("/store/erase/legal-hold-takes-two-to-end", test_legal_hold);
  STORE_ADD ("/store/erase/verifier-misses-the-second-person", test_verifier_misses_the_second);
  STORE_ADD ("/store/erase/second-signature-by-the-text-of-the-format", test_format_of_second);
  return dk_test_run ();
}
