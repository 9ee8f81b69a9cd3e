/* SPDX-License-Identifier: MIT */
/* Goal: a clean ledger gives no finding, a missing tail is found with a head held elsewhere, and
 * SQL cannot change what was written. Method: 100 chains of random length through the public
 * calls. The mutations are in fault-ledger-mutations.c. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "tests/store/ledger-maker.h"

#define CHAINS 100

static void
note (StoreFixture *f, const char *kind, const char *object)
{
  g_autoptr (json_t) body = json_pack ("{s:s}", "text", "words");
  g_autoptr (GError) error = NULL;
  gboolean done = dk_ledger_note (f->store, kind, object, body, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* Many at once: one transaction. */
static void
append (StoreFixture *f, int count)
{
  DkTransaction *transaction = dk_transaction_new (f->db, NULL);

  for (int i = 0; i < count; i++) {
    g_autoptr (json_t) body = json_pack ("{s:s, s:i}", "text", "words", "n", i);
    const char *object = i % 2 == 0 ? NULL : "DT-A07-0001-V";
    g_assert_true (dk_ledger_append (f->store, "test", object, 0, body, NULL, NULL));
  }
  g_assert_true (dk_transaction_commit (transaction, NULL));
  dk_transaction_free (transaction);
}

static DkLedgerReport *
verify (StoreFixture *f, const char *held)
{
  g_autoptr (GError) error = NULL;
  DkLedgerReport *report = dk_ledger_verify (f->store, held, NULL, &error);

  g_assert_no_error (error);
  return report;
}

static void
assert_clean (StoreFixture *f, gint64 entries)
{
  g_autofree char *held = dk_ledger_head_text (f->store, NULL);
  g_autoptr (DkLedgerReport) report = verify (f, held);

  for (guint i = 0; i < report->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (report->problems, i);
    g_test_message ("%s %s:%d %s", problem->kind, problem->chain, (int) problem->seq,
                    problem->message);
  }
  g_assert_cmpuint (report->problems->len, ==, 0);
  g_assert_cmpint (report->entries, ==, entries);
}

static void
test_clean_chains (StoreFixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  gint64 entries = 1;
  guint checked = 0;

  for (guint c = 0; c < CHAINS; c++) {
    int count = c == 0 ? 200 : g_rand_int_range (rand, 0, 12);
    append (f, count);
    entries += count;
    if (c % 5 == 0)
      g_assert_true (dk_ledger_checkpoint (f->store, NULL));
    if (c % 10 == 9) {
      assert_clean (f, entries);
      checked++;
    }
    g_assert_true (dk_ledger_start_chain (f->store, "copied", 0, NULL));
    entries += 2; /* and the numbers that are skipped */
  }
  assert_clean (f, entries);
  g_test_message ("%d chains, %d entries, %u checks, 0 false alarms", CHAINS, (int) entries,
                  checked + 1);
}

/* After each 64 entries, and where asked for. */
static void
test_checkpoints (StoreFixture *f, gconstpointer data)
{
  g_autofree char *every = NULL;
  g_autofree char *more = NULL;

  append (f, 129);
  every = store_fixture_text (f, "SELECT group_concat (seq) FROM checkpoint");
  g_assert_cmpstr (every, ==, "64,128");
  g_assert_true (dk_ledger_checkpoint (f->store, NULL));
  g_assert_true (dk_ledger_checkpoint (f->store, NULL));
  more = store_fixture_text (f, "SELECT group_concat (seq) FROM checkpoint");
  g_assert_cmpstr (more, ==, "64,128,130");
  assert_clean (f, 130);
}

static gboolean
has_problem (const DkLedgerReport *report, const char *kind)
{
  for (guint i = 0; i < report->problems->len; i++)
    if (strcmp (((DkLedgerProblem *) g_ptr_array_index (report->problems, i))->kind, kind) == 0)
      return TRUE;
  return FALSE;
}

static void
test_held_head (StoreFixture *f, gconstpointer data)
{
  static const char *const bad[] = { "",
                                     "x",
                                     "0badcafe:1:0123",
                                     "0badcafe:0:0123456789abcdef",
                                     "0badcafe:1x:0123456789abcdef",
                                     "a:b:c:d",
                                     "0badcafe::0123456789abcdef",
                                     "0badcafe:1:0123456789abcdeg" };
  g_autofree char *held = NULL;
  g_autofree char *upper = NULL;
  g_autofree char *wrong = NULL;
  g_autoptr (DkLedgerReport) found = NULL;
  g_autoptr (DkLedgerReport) missing = NULL;

  note (f, "test", NULL);
  held = dk_ledger_head_text (f->store, NULL);
  upper = g_ascii_strup (held, -1);
  note (f, "test", NULL);
  found = verify (f, upper);
  g_assert_cmpuint (found->problems->len, ==, 0);
  wrong = g_strdup (held);
  wrong[strlen (wrong) - 1] = wrong[strlen (wrong) - 1] == '0' ? '1' : '0';
  missing = verify (f, wrong);
  g_assert_true (has_problem (missing, "tail"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (dk_ledger_verify (f->store, bad[i], NULL, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_USAGE);
  }
}

static void
assert_sql_refused (StoreFixture *f, const char *sql)
{
  g_autofree char *before = store_fixture_state (f);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_db_exec (f->db, sql, &error));
  g_assert_nonnull (error);
  after = store_fixture_state (f);
  g_assert_cmpstr (before, ==, after);
}

static void
test_triggers (StoreFixture *f, gconstpointer data)
{
  note (f, "test", NULL);
  g_assert_true (dk_ledger_checkpoint (f->store, NULL));
  assert_sql_refused (f, "UPDATE entry SET kind = 'x'");
  assert_sql_refused (f, "DELETE FROM entry WHERE seq = 2");
  assert_sql_refused (f, "REPLACE INTO entry SELECT * FROM entry WHERE seq = 1");
  assert_sql_refused (f, "INSERT OR REPLACE INTO entry (id, station, chain, seq, hash, kind,"
                         " object, line) SELECT id, station, chain, 9, x'00', kind, object, line"
                         " FROM entry WHERE seq = 1");
  assert_sql_refused (f, "UPDATE entry_body SET body = '{}'");
  assert_sql_refused (f, "UPDATE entry_body SET body = NULL, salt = NULL");
  assert_sql_refused (f, "DELETE FROM entry_body");
  assert_sql_refused (f, "REPLACE INTO entry_body SELECT * FROM entry_body");
  assert_sql_refused (f, "UPDATE checkpoint SET seq = 5");
  assert_sql_refused (f, "DELETE FROM checkpoint");
  assert_sql_refused (f, "REPLACE INTO checkpoint SELECT * FROM checkpoint");
  assert_clean (f, 2);
}

/* Erased words: fine with an entry that says so, a finding without. */
static void
test_erasing (StoreFixture *f, gconstpointer data)
{
  g_autofree char *chain = NULL;
  g_autofree char *sql = NULL;
  g_autoptr (json_t) body = NULL;
  g_autoptr (DkLedgerReport) report = NULL;

  note (f, "ticket-note", "DT-A07-0001-V");
  note (f, "ticket-note", "DT-A07-0001-V");
  g_assert_true (dk_ledger_head (f->store, &chain, NULL, NULL, NULL));
  body = json_pack ("{s:s, s:i, s:s}", "chain", chain, "seq", 2, "reason", "another patient");
  made_ledger_sign_body (dk_store_identity (f->store)->kit_id, DK_ENTRY_TICKET_ERASE,
                         "DT-A07-0001-V", body, TRUE);
  g_assert_true (dk_ledger_note (f->store, DK_ENTRY_TICKET_ERASE, "DT-A07-0001-V", body, NULL));
  dk_fixture_exec (f->db, "UPDATE entry_body SET body = NULL, salt = NULL, erased_by = 4"
                          " WHERE entry = (SELECT id FROM entry WHERE seq = 2)");
  assert_clean (f, 4);
  sql = g_strdup_printf ("UPDATE entry_body SET body = NULL, salt = NULL, erased_by = 4"
                         " WHERE entry = (SELECT id FROM entry WHERE chain = '%s' AND seq = 3)",
                         chain);
  dk_fixture_exec (f->db, sql);
  report = verify (f, NULL);
  g_assert_true (has_problem (report, "body"));
}

static void
assert_named (StoreFixture *f, const char *sql, const char *finding)
{
  DkTransaction *transaction = dk_transaction_new (f->db, NULL);
  g_autoptr (DkLedgerReport) report = NULL;
  gboolean named = FALSE;

  dk_fixture_exec (f->db, sql);
  report = verify (f, NULL);
  dk_transaction_free (transaction);
  for (guint i = 0; i < report->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (report->problems, i);
    named = named || strcmp (problem->finding, finding) == 0;
  }
  g_assert_true (named);
}

/* What only a database can have: columns and hashes beside the line, and where it writes to. The
 * other names are in test-ledger-files.c. */
static void
test_named (StoreFixture *f, gconstpointer data)
{
  note (f, "ticket-note", "DT-A07-0001-V");
  dk_fixture_exec (f->db, "DROP TRIGGER entry_no_update; DROP TRIGGER entry_no_delete;"
                          " DROP TRIGGER entry_body_no_delete");
  assert_named (f, "UPDATE entry SET kind = 'x' WHERE seq = 2", "row-differs");
  assert_named (f, "UPDATE entry SET object = 'x' WHERE seq = 2", "row-differs");
  assert_named (f, "UPDATE entry SET hash = zeroblob (32) WHERE seq = 2", "line-changed");
  assert_named (f, "UPDATE entry SET hash = x'00' WHERE seq = 2", "line-changed");
  assert_named (f, "UPDATE entry SET chain = 'ffffffff' WHERE seq = 2", "spliced");
  assert_named (f, "UPDATE entry SET seq = 9 WHERE seq = 2", "moved");
  assert_named (f, "DELETE FROM entry_body; DELETE FROM entry", "chain-empty");
  assert_clean (f, 2);
}

/* A broken-off start of a chain leaves the old one current. */
static void
test_failed_chain (StoreFixture *f, gconstpointer data)
{
  g_autofree char *before = dk_ledger_head_text (f->store, NULL);
  g_autofree char *after = NULL;

  dk_fixture_exec (f->db, "CREATE TRIGGER fail BEFORE INSERT ON entry WHEN NEW.kind = 'skipped'"
                          " BEGIN SELECT RAISE (ABORT, 'no'); END");
  g_assert_false (dk_ledger_start_chain (f->store, "copied", 0, NULL));
  after = dk_ledger_head_text (f->store, NULL);
  g_assert_cmpstr (before, ==, after);
  dk_fixture_exec (f->db, "DROP TRIGGER fail");
  note (f, "test", NULL);
  assert_clean (f, 2);
}

static void
test_too_long (StoreFixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (2 << 20, 'x');
  g_autoptr (json_t) body = json_pack ("{s:s}", "text", text);
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_ledger_note (f->store, "test", NULL, body, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  assert_clean (f, 1);
}

/* A reason, a step's note, a unit's name: whatever is told, a recovery key does not stay. The same
 * digits with two groups changed, so that no five that fit are left, are no key, and stay. */
static void
test_no_recovery_key_stays (StoreFixture *f, gconstpointer data)
{
  const char *key = "123453-440000-715000-013574-597531-244442-366663-660011";
  const char *other = "123453-440000-715000-013575-597531-244442-366664-660011";
  g_autoptr (json_t) body
      = json_pack ("{s:s, s:{s:[s]}}", "reason", key, "deep", "list", other);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *kept = NULL;

  g_assert_true (dk_ledger_note (f->store, "test", "key", body, NULL));
  entries = dk_ledger_of_object (f->store, "key", NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  kept = dk_json_canonical (((const DkEntry *) g_ptr_array_index (entries, 0))->body, NULL);
  g_assert_null (strstr (kept, key));
  g_assert_nonnull (strstr (kept, "[recovery key removed]"));
  g_assert_nonnull (strstr (kept, other));
  assert_clean (f, 2);
}

/* Everybody of a kit can write its rows, and others hand its ledger out and open it. */
static void
assert_not_exported (StoreFixture *f, const char *sql)
{
  g_autofree char *out = g_build_filename (f->folder, "out", NULL);
  g_autofree char *outside = g_build_filename (f->folder, "x-0badcafe.ndjson", NULL);
  g_autofree char *outside_too = g_build_filename (f->folder, "x-7.json", NULL);
  g_autoptr (GError) error = NULL;

  dk_fixture_exec (f->db, sql);
  g_assert_false (dk_ledger_export (f->store, out, TRUE, "a test", &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
  g_assert_false (g_file_test (outside, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (outside_too, G_FILE_TEST_EXISTS));
  dk_fixture_exec (f->db, "DELETE FROM entry WHERE id = 99; DELETE FROM checkpoint WHERE seq = 7");
  dk_test_remove (out);
}

static void
test_names_are_no_paths (StoreFixture *f, gconstpointer data)
{
  static const char *const settings[]
      = { "'kit_id', '../../../../../../tmp/aaaaaaaaaa'", "'kit_id', ''", "'station', '../../x'",
          "'chain', '../../xx'" };

  dk_fixture_exec (f->db, "DROP TRIGGER entry_no_delete; DROP TRIGGER checkpoint_no_delete");
  assert_not_exported (f, "INSERT INTO entry VALUES (99, 'A07',"
                          " '/../../x', 1, zeroblob (32), 'x', '', 'y')");
  assert_not_exported (f, "INSERT INTO entry VALUES (99, '../x', '0badcafe', 1, zeroblob (32), 'x',"
                          " '', 'y')");
  assert_not_exported (f, "INSERT INTO checkpoint VALUES ('../../x', 7, 'y', 'z')");
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++) {
    g_autofree char *sql
        = g_strdup_printf ("INSERT OR REPLACE INTO setting (key, value) VALUES (%s)", settings[i]);
    g_autoptr (GError) error = NULL;
    g_autoptr (DkStore) store = NULL;
    dk_fixture_exec (f->db, "CREATE TABLE kept AS SELECT * FROM setting");
    dk_fixture_exec (f->db, sql);
    store = dk_store_new (f->db, "anna", f->keys, &error);
    g_assert_error (error, DK_ERROR, DK_ERROR_DAMAGED);
    dk_fixture_exec (f->db, "INSERT OR REPLACE INTO setting SELECT * FROM kept; DROP TABLE kept");
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/ledger/clean-chains-give-no-alarm", test_clean_chains);
  STORE_ADD ("/store/ledger/checkpoint-every-64", test_checkpoints);
  STORE_ADD ("/store/ledger/head-held-elsewhere", test_held_head);
  STORE_ADD ("/store/ledger/sql-cannot-change-it", test_triggers);
  STORE_ADD ("/store/ledger/erased-words-need-an-entry", test_erasing);
  STORE_ADD ("/store/ledger/findings-have-names", test_named);
  STORE_ADD ("/store/ledger/failed-chain-leaves-the-old-one", test_failed_chain);
  STORE_ADD ("/store/ledger/too-long-is-refused", test_too_long);
  STORE_ADD ("/store/ledger/no-recovery-key-stays", test_no_recovery_key_stays);
  STORE_ADD ("/store/ledger/names-in-the-database-are-no-paths", test_names_are_no_paths);
  return dk_test_run ();
}
