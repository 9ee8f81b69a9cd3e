/* SPDX-License-Identifier: MIT */
/* Goal: an exported ledger is verified by the same rules as a kit, and each thing that can be wrong
 * with it is told apart in words. Method: clean ledgers of random shape must give no finding; then
 * one known change for each finding, which must be named, with what to do; and one kit, verified as
 * database and as export. */
#include "tests/store/ledger-maker.h"

#include <string.h>

#include "tests/store/store-fixture.h"

#define CLEAN 1000

static void
tell (const DkLedgerReport *report)
{
  for (guint i = 0; i < report->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (report->problems, i);
    g_test_message ("%s/%s %s:%d %s", problem->kind, problem->finding, problem->chain,
                    (int) problem->seq, problem->message);
  }
}

static void
test_clean (void)
{
  g_autoptr (GRand) rng = g_rand_new_with_seed (1000);
  gint64 entries = 0;
  gint64 erased = 0;
  gint64 longest = 0;

  for (guint i = 0; i < CLEAN; i++) {
    guint chains = 1 + i % 4;
    g_autoptr (MadeLedger) ledger = made_ledger_new (rng, chains, i % 20 == 0 ? 200 : 24);
    g_autoptr (DkLedgerReport) report = made_ledger_verify (ledger, ledger->head);
    g_autoptr (GHashTable) files = made_ledger_files (ledger, FALSE);
    g_autoptr (DkLedgerReport) bare
        = dk_ledger_verify_files (files, ledger->keys, ledger->head, NULL, NULL);
    tell (report);
    tell (bare);
    g_assert_cmpuint (report->found, ==, 0);
    g_assert_cmpuint (bare->found, ==, 0);
    g_assert_true (report->with_words);
    g_assert_false (bare->with_words);
    g_assert_cmpint (report->entries, ==, bare->entries);
    entries += report->entries;
    erased += report->erased;
    longest = MAX (longest, report->entries);
  }
  g_test_message ("%d clean ledgers, %d entries, longest %d, %d erased: 0 false alarms", CLEAN,
                  (int) entries, (int) longest, (int) erased);
  g_assert_cmpint (entries, >, 10000);
  g_assert_cmpint (erased, >, 100);
}

/* A ledger of two chains, of 20 and 70 lines at least, with what the changes below need. */
static MadeLedger *
make_ledger (void)
{
  g_autoptr (GRand) rng = g_rand_new_with_seed (4);

  for (;;) {
    g_autoptr (MadeLedger) ledger = made_ledger_new (rng, 2, 100);
    const MadeChain *first = g_ptr_array_index (ledger->chains, 0);
    const MadeChain *second = g_ptr_array_index (ledger->chains, 1);
    if (first->lines->len >= 20 && second->lines->len >= 70 && second->lines->len < 120
        && ledger->keys->len == 2 && memcmp (ledger->keys->data, ledger->keys->data + 32, 32) == 0)
      return g_steal_pointer (&ledger);
  }
}

static MadeChain *
chain_of (MadeLedger *ledger, guint i)
{
  return g_ptr_array_index (ledger->chains, i);
}

static void
set_text (GPtrArray *list, guint at, char *text)
{
  g_free (list->pdata[at]);
  list->pdata[at] = text;
}

static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, 2);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  return g_strjoinv (to, parts);
}

typedef void (*Change) (MadeLedger *ledger);

static void
make_fork (MadeLedger *ledger)
{
  GPtrArray *lines = chain_of (ledger, 1)->lines;

  g_ptr_array_insert (lines, 31,
                      replace (g_ptr_array_index (lines, 30), "\"user\":\"", "\"user\":\"x"));
}

static void
go_on (MadeLedger *ledger)
{
  GPtrArray *lines = chain_of (ledger, 0)->lines;
  g_autofree char *prev = made_ledger_hash (g_ptr_array_index (lines, lines->len - 1));
  g_autoptr (DkEntry) e
      = dk_entry_parse_line (g_ptr_array_index (lines, lines->len - 1),
                             strlen (g_ptr_array_index (lines, lines->len - 1)), NULL);

  g_free (e->prev);
  e->prev = g_steal_pointer (&prev);
  e->seq++;
  g_ptr_array_add (lines, dk_entry_line (e));
}

static void
take_out (MadeLedger *ledger)
{
  g_ptr_array_remove_index (chain_of (ledger, 1)->lines, 30);
}

static void
drop_first_chain (MadeLedger *ledger)
{
  const char *id = chain_of (ledger, 0)->id;

  for (guint i = ledger->checkpoints->len; i > 0; i--)
    if (strcmp (((MadeCheckpoint *) g_ptr_array_index (ledger->checkpoints, i - 1))->chain, id)
        == 0)
      g_ptr_array_remove_index (ledger->checkpoints, i - 1);
  g_ptr_array_remove_index (ledger->chains, 0);
}

static void
cut_first_chain (MadeLedger *ledger)
{
  MadeChain *first = chain_of (ledger, 0);

  for (guint i = ledger->checkpoints->len; i > 0; i--) {
    MadeCheckpoint *c = g_ptr_array_index (ledger->checkpoints, i - 1);
    if (strcmp (c->chain, first->id) == 0 && c->seq == first->lines->len)
      g_ptr_array_remove_index (ledger->checkpoints, i - 1);
  }
  g_ptr_array_set_size (first->bodies, (gint) first->bodies->len - 1);
  g_ptr_array_set_size (first->lines, (gint) first->lines->len - 1);
}

static void
garble_line (MadeLedger *ledger)
{
  GPtrArray *lines = chain_of (ledger, 1)->lines;

  set_text (lines, 30, replace (g_ptr_array_index (lines, 30), "\"user\":", "\"user\": "));
}

static void
change_user (MadeLedger *ledger)
{
  GPtrArray *lines = chain_of (ledger, 1)->lines;

  set_text (lines, 30, replace (g_ptr_array_index (lines, 30), "\"user\":\"", "\"user\":\"x"));
}

static void
put_foreign_line (MadeLedger *ledger)
{
  g_ptr_array_insert (chain_of (ledger, 1)->lines, 30,
                      g_strdup (g_ptr_array_index (chain_of (ledger, 0)->lines, 10)));
}

static void
replay_line (MadeLedger *ledger)
{
  GPtrArray *lines = chain_of (ledger, 1)->lines;

  g_ptr_array_insert (lines, 40, g_strdup (g_ptr_array_index (lines, 30)));
}

static void
swap_lines (MadeLedger *ledger)
{
  GPtrArray *lines = chain_of (ledger, 1)->lines;
  gpointer line = lines->pdata[30];

  lines->pdata[30] = lines->pdata[33];
  lines->pdata[33] = line;
}

static guint
find_body (MadeLedger *ledger, const char *part, gboolean has)
{
  GPtrArray *bodies = chain_of (ledger, 1)->bodies;

  for (guint i = 30; i < bodies->len; i++)
    if ((strstr (g_ptr_array_index (bodies, i), part) != NULL) == has)
      return i;
  g_assert_not_reached ();
}

static void
drop_words (MadeLedger *ledger)
{
  set_text (chain_of (ledger, 1)->bodies, 30, NULL);
}

static void
change_words (MadeLedger *ledger)
{
  GPtrArray *bodies = chain_of (ledger, 1)->bodies;
  guint i = find_body (ledger, "words", TRUE);

  set_text (bodies, i, replace (g_ptr_array_index (bodies, i), "words", "other"));
}

/* Each record keeps its place and gets the words and salt of the other. */
static void
swap_words (MadeLedger *ledger)
{
  GPtrArray *bodies = chain_of (ledger, 1)->bodies;
  guint a = find_body (ledger, "erased_by", FALSE);
  const char *text = g_ptr_array_index (bodies, a);
  g_autoptr (json_t) first = json_loads (text, 0, NULL);
  g_autoptr (json_t) second = NULL;
  g_autofree char *canonical = NULL;
  guint b = a + 1;

  while (strstr (g_ptr_array_index (bodies, b), "erased_by") != NULL)
    b++;
  second = json_loads (g_ptr_array_index (bodies, b), 0, NULL);
  json_object_set (second, "seq", json_object_get (first, "seq"));
  canonical = dk_json_canonical (second, NULL);
  set_text (bodies, a, g_strconcat (canonical, "\n", NULL));
}

static void
add_words (MadeLedger *ledger)
{
  g_ptr_array_add (chain_of (ledger, 1)->bodies,
                   g_strdup_printf ("{\"body\":\"{}\",\"chain\":\"%s\",\"salt\":"
                                    "\"00112233445566778899aabbccddeeff\",\"seq\":99999}\n",
                                    chain_of (ledger, 1)->id));
}

static void
erase_untold (MadeLedger *ledger)
{
  guint i = find_body (ledger, "words", TRUE);

  set_text (chain_of (ledger, 1)->bodies, i,
            g_strdup_printf ("{\"body\":null,\"chain\":\"%s\",\"erased_by\":60,\"salt\":null,"
                             "\"seq\":%u}\n",
                             chain_of (ledger, 1)->id, i + 1));
}

static void
undo_erasure (MadeLedger *ledger)
{
  GPtrArray *bodies = chain_of (ledger, 1)->bodies;
  guint i = find_body (ledger, "erased_by", TRUE);

  set_text (bodies, i,
            g_strdup_printf ("{\"body\":\"{}\",\"chain\":\"%s\",\"salt\":"
                             "\"00112233445566778899aabbccddeeff\",\"seq\":%u}\n",
                             chain_of (ledger, 1)->id, i + 1));
}

static guint
find_checkpoint (MadeLedger *ledger, gint64 seq)
{
  for (guint i = 0; i < ledger->checkpoints->len; i++) {
    MadeCheckpoint *c = g_ptr_array_index (ledger->checkpoints, i);
    if (c->seq == seq && strcmp (c->chain, chain_of (ledger, 1)->id) == 0)
      return i;
  }
  g_assert_not_reached ();
}

static void
drop_checkpoint (MadeLedger *ledger)
{
  g_ptr_array_remove_index (ledger->checkpoints, find_checkpoint (ledger, 64));
}

static void
drop_checkpoints (MadeLedger *ledger)
{
  g_ptr_array_set_size (ledger->checkpoints, 0);
}

static void
change_signature (MadeLedger *ledger)
{
  MadeCheckpoint *c = g_ptr_array_index (ledger->checkpoints, find_checkpoint (ledger, 64));
  char *place = strstr (c->signature, "seq=64");

  place[4] = '7';
}

static void
exchange_checkpoint (MadeLedger *ledger)
{
  MadeCheckpoint *c = g_ptr_array_index (ledger->checkpoints, find_checkpoint (ledger, 64));
  g_autoptr (MadeLedger) other = made_ledger_copy (ledger);

  for (guint i = 0; i < other->checkpoints->len; i++) {
    const MadeCheckpoint *from = g_ptr_array_index (other->checkpoints, i);
    if (strcmp (from->message, c->message) == 0)
      continue;
    g_free (c->message);
    g_free (c->signature);
    c->message = g_strdup (from->message);
    c->signature = g_strdup (from->signature);
    return;
  }
  g_assert_not_reached ();
}

static void
change_key (MadeLedger *ledger)
{
  ledger->key[0] ^= 1;
}

static void
cut_signed_tail (MadeLedger *ledger)
{
  MadeChain *chain = chain_of (ledger, 1);

  g_ptr_array_set_size (chain->lines, 63);
  g_ptr_array_set_size (chain->bodies, 63);
}

/* What each change must be called; more may be found besides. */
static void
test_named (void)
{
  static const struct {
    const char *kind;
    const char *finding;
    Change change;
  } table[] = {
    { "fork", "fork", make_fork },
    { "fork", "goes-on", go_on },
    { "gap", "missing", take_out },
    { "gap", "chain-before-missing", drop_first_chain },
    { "gap", "chain-before-replaced", cut_first_chain },
    { "line", "unreadable", garble_line },
    { "hash", "broken", change_user },
    { "line", "spliced", put_foreign_line },
    { "line", "replayed", replay_line },
    { "line", "moved", swap_lines },
    { "body", "words-missing", drop_words },
    { "body", "words-changed", change_words },
    { "body", "words-swapped", swap_words },
    { "body", "words-stray", add_words },
    { "body", "erased-untold", erase_untold },
    { "body", "erasure-undone", undo_erasure },
    { "checkpoint", "checkpoint-missing", drop_checkpoint },
    { "checkpoint", "checkpoint-other", exchange_checkpoint },
    { "checkpoint", "tail-unsigned", drop_checkpoints },
    { "signature", "not-signed", change_signature },
    { "signature", "other-key", change_key },
    { "tail", "cut-off", cut_signed_tail },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (MadeLedger) ledger = make_ledger ();
    g_autoptr (DkLedgerReport) clean = made_ledger_verify (ledger, NULL);
    g_autoptr (DkLedgerReport) report = NULL;
    gboolean named = FALSE;
    g_assert_cmpuint (clean->found, ==, 0);
    table[i].change (ledger);
    report = made_ledger_verify (ledger, NULL);
    for (guint k = 0; k < report->problems->len; k++) {
      const DkLedgerProblem *problem = g_ptr_array_index (report->problems, k);
      named = named
              || (strcmp (problem->finding, table[i].finding) == 0
                  && strcmp (problem->kind, table[i].kind) == 0);
      g_assert_cmpuint (strlen (problem->message), >, 60);
    }
    if (!named) {
      tell (report);
      g_error ("a change was not called %s", table[i].finding);
    }
    g_assert_cmpuint (report->found, <=, 8);
  }
}

static void
assert_head (const MadeLedger *ledger, const char *head, const char *finding)
{
  g_autoptr (DkLedgerReport) report = made_ledger_verify (ledger, head);

  if (finding == NULL) {
    g_assert_cmpuint (report->found, ==, 0);
    return;
  }
  g_assert_cmpuint (report->found, ==, 1);
  g_assert_cmpstr (((DkLedgerProblem *) g_ptr_array_index (report->problems, 0))->kind, ==, "tail");
  g_assert_cmpstr (((DkLedgerProblem *) g_ptr_array_index (report->problems, 0))->finding, ==,
                   finding);
}

static void
test_heads (void)
{
  g_autoptr (MadeLedger) ledger = make_ledger ();
  g_auto (GStrv) parts = g_strsplit (ledger->head, ":", 3);
  g_autofree char *printed = g_strdup_printf ("%s:%s:%.16s", parts[0], parts[1], parts[2]);
  g_autofree char *beyond = g_strdup_printf ("%s:5000:%.16s", parts[0], parts[2]);
  g_autofree char *other_line = g_strdup_printf ("%s:5:%.16s", parts[0], parts[2]);
  g_autofree char *other_chain = g_strdup_printf ("ffffffff:%s:%.16s", parts[1], parts[2]);

  assert_head (ledger, ledger->head, NULL);
  assert_head (ledger, printed, NULL);
  assert_head (ledger, beyond, "head-beyond");
  assert_head (ledger, other_line, "head-other-line");
  assert_head (ledger, other_chain, "head-of-other-chain");
}

static void
test_no_export (void)
{
  static const char *const names[] = { "",
                                       "bodies.ndjson",
                                       "A07.ndjson",
                                       "a07-0badcafe.ndjson",
                                       "A07-0badcafe2.ndjson",
                                       "A07-0BADCAFE.ndjson",
                                       "TOOLONG01-0badcafe.ndjson",
                                       "../A07-0badcafe.ndjson" };
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, 32);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GHashTable) files
        = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_bytes_unref);
    g_autoptr (GError) error = NULL;
    g_hash_table_insert (files, (gpointer) (guintptr) names[i], g_bytes_new ("x\n", 2));
    g_assert_null (dk_ledger_verify_files (files, keys, NULL, NULL, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
}

/* The same rules for the kit and its export. */
static void
test_kit_and_export (StoreFixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->folder, "export", NULL);
  g_autofree char *head = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) kit = NULL;
  g_autoptr (DkLedgerReport) export = NULL;

  for (guint i = 0; i < 150; i++) {
    g_autoptr (json_t) body = json_pack ("{s:s}", "text", "Zoë\n");
    g_assert_true (dk_ledger_note (f->store, "ticket-note", "DT-A07-0001-V", body, NULL));
    if (i == 70)
      g_assert_true (dk_ledger_start_chain (f->store, "restored", 0, NULL));
  }
  g_assert_true (dk_ledger_export (f->store, folder, TRUE, "audit of the year", &error));
  g_assert_no_error (error);
  head = dk_ledger_head_text (f->store, NULL);
  kit = dk_ledger_verify (f->store, head, NULL, NULL);
  export = dk_ledger_verify_folder (folder, NULL, head, NULL, &error);
  g_assert_no_error (error);
  tell (export);
  g_assert_cmpuint (kit->found, ==, 0);
  g_assert_cmpuint (export->found, ==, 0);
  g_assert_cmpint (export->entries, ==, kit->entries);
  g_assert_cmpstr (g_ptr_array_index (export->stations, 0), ==, "A07");
  g_assert_null (dk_ledger_verify_folder ("/nowhere", NULL, NULL, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/store/ledger-files/clean-ledgers-give-no-alarm", test_clean);
  g_test_add_func ("/store/ledger-files/each-change-has-its-name", test_named);
  g_test_add_func ("/store/ledger-files/heads-held-elsewhere", test_heads);
  g_test_add_func ("/store/ledger-files/refuses-what-is-no-export", test_no_export);
  STORE_ADD ("/store/ledger-files/kit-and-export-agree", test_kit_and_export);
  return dk_test_run ();
}
