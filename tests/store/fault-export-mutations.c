/* SPDX-License-Identifier: MIT */
/* Goal: whatever is done to an exported ledger is found, and each rule of the verifier is needed.
 * Method: a stock of ledgers made by another hand than the program's writer; in each round one
 * change to a copy, from a flipped bit to a rewritten tail with every hash mended, as somebody
 * could who has everything but the device key; then the verifier, with the head held elsewhere.
 * Controls: the unchanged ledgers have no finding, and for each of the main rules there are changes
 * that nothing else finds, which a verifier without it would let pass. */
#include <string.h>

#include "app/base/platform.h"
#include "app/base/text.h"
#include "tests/store/ledger-maker.h"
#include "tests/support/support.h"

#define ROUNDS 100000
#define ROUNDS_LONG 1000000
#define STOCK 400
#define CPU_LIMIT_S 40

typedef struct {
  GRand *rng;
  MadeLedger *ledger; /* the copy that is changed */
} Round;

typedef gboolean (*Mutate) (Round *r); /* FALSE: nothing to change this time */

static guint
random_below (Round *r, guint n)
{
  return (guint) g_rand_int_range (r->rng, 0, (gint32) n);
}

static MadeChain *
any_chain (Round *r)
{
  return g_ptr_array_index (r->ledger->chains, random_below (r, r->ledger->chains->len));
}

static void
set_text (GPtrArray *list, guint at, char *text)
{
  g_free (list->pdata[at]);
  list->pdata[at] = text;
}

/* Another bit at a random place behind `from`, never a NUL: the files are made of C strings. */
static gboolean
flip_text (Round *r, char *text, gsize from)
{
  gsize size = strlen (text);
  gsize at = from + random_below (r, (guint) (size - from));
  char flipped = (char) (text[at] ^ (1 << random_below (r, 8)));

  if (flipped == '\0')
    return FALSE;
  text[at] = flipped;
  return TRUE;
}

static gboolean
flip_line (Round *r)
{
  MadeChain *chain = any_chain (r);

  return flip_text (r, g_ptr_array_index (chain->lines, random_below (r, chain->lines->len)), 0);
}

static gboolean
flip_body (Round *r)
{
  MadeChain *chain = any_chain (r);

  return flip_text (r, g_ptr_array_index (chain->bodies, random_below (r, chain->bodies->len)), 0);
}

static MadeCheckpoint *
any_checkpoint (Round *r)
{
  if (r->ledger->checkpoints->len == 0)
    return NULL;
  return g_ptr_array_index (r->ledger->checkpoints, random_below (r, r->ledger->checkpoints->len));
}

/* The first line of a signature file is a comment that nobody signs. */
static gboolean
flip_checkpoint (Round *r)
{
  MadeCheckpoint *c = any_checkpoint (r);

  if (c == NULL)
    return FALSE;
  if (g_rand_boolean (r->rng))
    return flip_text (r, c->message, 0);
  return flip_text (r, c->signature, (gsize) (strchr (c->signature, '\n') - c->signature) + 1);
}

static gboolean
delete_line (Round *r)
{
  MadeChain *chain = any_chain (r);
  guint at = random_below (r, chain->lines->len);

  g_ptr_array_remove_index (chain->lines, at);
  if (g_rand_boolean (r->rng))
    g_ptr_array_remove_index (chain->bodies, at);
  return TRUE;
}

static gboolean
delete_body (Round *r)
{
  MadeChain *chain = any_chain (r);

  g_ptr_array_remove_index (chain->bodies, random_below (r, chain->bodies->len));
  return TRUE;
}

static gboolean
insert_line (Round *r)
{
  MadeChain *to = any_chain (r);
  MadeChain *from = any_chain (r);
  guint which = random_below (r, from->lines->len);

  g_ptr_array_insert (to->lines, (gint) random_below (r, to->lines->len + 1),
                      g_strdup (g_ptr_array_index (from->lines, which)));
  if (g_rand_boolean (r->rng))
    g_ptr_array_add (to->bodies, g_strdup (g_ptr_array_index (from->bodies, which)));
  return TRUE;
}

static gboolean
replay_tail (Round *r)
{
  MadeChain *chain = any_chain (r);
  guint size = chain->lines->len;
  guint from = random_below (r, size);

  for (guint i = from; i < size; i++)
    g_ptr_array_add (chain->lines, g_strdup (g_ptr_array_index (chain->lines, i)));
  return TRUE;
}

static gboolean
swap_lines (Round *r)
{
  MadeChain *chain = any_chain (r);
  guint a = random_below (r, chain->lines->len);
  guint b = random_below (r, chain->lines->len);
  gpointer line = chain->lines->pdata[a];

  chain->lines->pdata[a] = chain->lines->pdata[b];
  chain->lines->pdata[b] = line;
  return a != b;
}

/* Words and salt of one entry at the place of another. */
static gboolean
swap_bodies (Round *r)
{
  MadeChain *from = any_chain (r);
  MadeChain *to = any_chain (r);
  guint a = random_below (r, from->bodies->len);
  guint b = random_below (r, to->bodies->len);
  g_autoptr (json_t) first = json_loads (g_ptr_array_index (from->bodies, a), 0, NULL);
  g_autoptr (json_t) second = json_loads (g_ptr_array_index (to->bodies, b), 0, NULL);
  g_autofree char *text = NULL;

  json_object_set (first, "seq", json_object_get (second, "seq"));
  json_object_set (first, "chain", json_object_get (second, "chain"));
  if (json_equal (first, second))
    return FALSE;
  text = dk_json_canonical (first, NULL);
  set_text (to->bodies, b, g_strconcat (text, "\n", NULL));
  return TRUE;
}

static void
drop_checkpoints (Round *r, const MadeChain *chain, gint64 from)
{
  for (guint i = r->ledger->checkpoints->len; i > 0; i--) {
    const MadeCheckpoint *c = g_ptr_array_index (r->ledger->checkpoints, i - 1);
    if (strcmp (c->chain, chain->id) == 0 && c->seq >= from)
      g_ptr_array_remove_index (r->ledger->checkpoints, i - 1);
  }
}

/* The end goes without a trace: words and checkpoints as well. */
static gboolean
truncate_chain (Round *r)
{
  MadeChain *chain = any_chain (r);
  guint keep = random_below (r, chain->lines->len);

  g_ptr_array_set_size (chain->lines, (gint) keep);
  g_ptr_array_set_size (chain->bodies, (gint) keep);
  if (g_rand_boolean (r->rng))
    drop_checkpoints (r, chain, keep + 1);
  return TRUE;
}

static gboolean
truncate_line (Round *r)
{
  MadeChain *chain = any_chain (r);
  char *line = g_ptr_array_index (chain->lines, random_below (r, chain->lines->len));

  line[random_below (r, (guint) strlen (line))] = '\0';
  return TRUE;
}

/* Every line from `at` on gets the hash of the one before, and the checkpoints from there on go: as
 * good as it gets without the device key. */
static void
mend_from (Round *r, MadeChain *chain, guint at)
{
  for (guint i = at; i < chain->lines->len; i++) {
    char *line = g_ptr_array_index (chain->lines, i);
    g_autofree char *prev
        = i > 0 ? made_ledger_hash (g_ptr_array_index (chain->lines, i - 1)) : g_strnfill (64, '0');
    memcpy (strstr (line, "\"prev\":\"") + strlen ("\"prev\":\""), prev, 64);
  }
  drop_checkpoints (r, chain, at + 1);
}

static gboolean
rewrite_tail (Round *r)
{
  MadeChain *chain = any_chain (r);
  guint at = random_below (r, chain->lines->len);
  char *user = strstr (g_ptr_array_index (chain->lines, at), "\"user\":\"");

  user[strlen ("\"user\":\"")] = 'x';
  mend_from (r, chain, at);
  return TRUE;
}

/* One checkpoint stays, so that it speaks against the rewritten lines before it. */
static gboolean
rewrite_signed (Round *r)
{
  MadeCheckpoint *c = any_checkpoint (r);

  for (guint i = 0; c != NULL && i < r->ledger->chains->len; i++) {
    MadeChain *chain = g_ptr_array_index (r->ledger->chains, i);
    if (strcmp (chain->id, c->chain) != 0)
      continue;
    guint at = random_below (r, (guint) c->seq);
    strstr (g_ptr_array_index (chain->lines, at), "\"user\":\"")[strlen ("\"user\":\"")] = 'x';
    for (guint k = at + 1; k < chain->lines->len; k++) {
      g_autofree char *prev = made_ledger_hash (g_ptr_array_index (chain->lines, k - 1));
      memcpy (strstr (g_ptr_array_index (chain->lines, k), "\"prev\":\"") + strlen ("\"prev\":\""),
              prev, 64);
    }
    return TRUE;
  }
  return FALSE;
}

/* A tail of one chain becomes a tail of another: renamed, numbered anew, every hash mended. */
static gboolean
splice (Round *r)
{
  MadeChain *to = any_chain (r);
  MadeChain *from = any_chain (r);
  guint at = random_below (r, to->lines->len);
  gboolean rename = g_rand_boolean (r->rng);

  if (from == to || at == 0)
    return FALSE;
  g_ptr_array_set_size (to->lines, (gint) at);
  g_ptr_array_set_size (to->bodies, (gint) at);
  for (guint i = random_below (r, from->lines->len); i < from->lines->len; i++) {
    const char *line = g_ptr_array_index (from->lines, i);
    g_autoptr (DkEntry) e = dk_entry_parse_line (line, strlen (line), NULL);
    g_autoptr (json_t) body = json_loads (g_ptr_array_index (from->bodies, i), 0, NULL);
    g_autofree char *text = NULL;
    if (rename) {
      g_free (e->chain);
      e->chain = g_strdup (to->id);
    }
    e->seq = (gint64) to->lines->len + 1;
    g_ptr_array_add (to->lines, dk_entry_line (e));
    json_object_set_new (body, "seq", json_integer (e->seq));
    json_object_set_new (body, "chain", json_string (to->id));
    text = dk_json_canonical (body, NULL);
    g_ptr_array_add (to->bodies, g_strconcat (text, "\n", NULL));
  }
  mend_from (r, to, at);
  return TRUE;
}

static gboolean
fork_line (Round *r)
{
  MadeChain *chain = any_chain (r);
  guint at = random_below (r, chain->lines->len);
  char *line = g_strdup (g_ptr_array_index (chain->lines, at));

  strstr (line, "\"user\":\"")[strlen ("\"user\":\"")] = 'x';
  g_ptr_array_insert (chain->lines, (gint) at + (g_rand_boolean (r->rng) ? 1 : 0), line);
  g_ptr_array_insert (chain->bodies, (gint) at, g_strdup (g_ptr_array_index (chain->bodies, at)));
  return TRUE;
}

static gboolean
drop_chain (Round *r)
{
  guint which = random_below (r, r->ledger->chains->len);

  if (r->ledger->chains->len < 2)
    return FALSE;
  drop_checkpoints (r, g_ptr_array_index (r->ledger->chains, which), 1);
  g_ptr_array_remove_index (r->ledger->chains, which);
  return TRUE;
}

static gboolean
drop_checkpoint (Round *r)
{
  for (guint i = 0; i < r->ledger->checkpoints->len; i++) {
    const MadeCheckpoint *c = g_ptr_array_index (r->ledger->checkpoints, i);
    if (c->seq % 64 == 0) {
      g_ptr_array_remove_index (r->ledger->checkpoints, i);
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
swap_checkpoints (Round *r)
{
  MadeCheckpoint *a = any_checkpoint (r);
  MadeCheckpoint *b = any_checkpoint (r);
  char *text;

  if (a == NULL || a == b || strcmp (a->message, b->message) == 0)
    return FALSE;
  text = a->message;
  a->message = b->message;
  b->message = text;
  text = a->signature;
  a->signature = b->signature;
  b->signature = text;
  return TRUE;
}

static gboolean
erase_untold (Round *r)
{
  MadeChain *chain = any_chain (r);
  guint at = random_below (r, chain->bodies->len);

  if (strstr (g_ptr_array_index (chain->bodies, at), "\"erased_by\"") != NULL)
    return FALSE;
  set_text (chain->bodies, at,
            g_strdup_printf ("{\"body\":null,\"chain\":\"%s\",\"erased_by\":%u,\"salt\":null,"
                             "\"seq\":%u}\n",
                             chain->id, random_below (r, chain->lines->len) + 1, at + 1));
  return TRUE;
}

/* Somebody with a key of their own signs a rewritten chain. */
static gboolean
sign_otherwise (Round *r)
{
  g_autoptr (DkSecret) seed = dk_secret_new_random (32);
  MadeCheckpoint *c = any_checkpoint (r);

  for (guint i = 0; c != NULL && i < r->ledger->chains->len; i++) {
    const MadeChain *chain = g_ptr_array_index (r->ledger->chains, i);
    if (strcmp (chain->id, c->chain) == 0) {
      MadeCheckpoint *made = made_checkpoint_new (r->ledger, chain, (guint) c->seq - 1, seed);
      g_free (c->signature);
      c->signature = g_steal_pointer (&made->signature);
      made_checkpoint_free (made);
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
rename_chain (Round *r)
{
  MadeChain *chain = any_chain (r);
  char **name = g_rand_boolean (r->rng) ? &chain->station : &chain->id;

  g_free (*name);
  *name = g_strdup (name == &chain->station ? "B01" : "ffffffff");
  return TRUE;
}

static const struct {
  const char *name;
  Mutate mutate;
} kinds[] = {
  { "flip-line", flip_line },
  { "flip-body", flip_body },
  { "flip-checkpoint", flip_checkpoint },
  { "delete-line", delete_line },
  { "delete-body", delete_body },
  { "insert-line", insert_line },
  { "replay-tail", replay_tail },
  { "swap-lines", swap_lines },
  { "swap-bodies", swap_bodies },
  { "truncate-chain", truncate_chain },
  { "truncate-line", truncate_line },
  { "rewrite-tail", rewrite_tail },
  { "rewrite-signed", rewrite_signed },
  { "splice", splice },
  { "fork", fork_line },
  { "drop-chain", drop_chain },
  { "drop-checkpoint", drop_checkpoint },
  { "swap-checkpoints", swap_checkpoints },
  { "erase-untold", erase_untold },
  { "sign-otherwise", sign_otherwise },
  { "rename-chain", rename_chain },
};

/* How often a rule alone found something: what a verifier without it would have let pass. */
static void
count_alone (GHashTable *alone, const DkLedgerReport *report)
{
  const char *only = NULL;

  for (guint i = 0; i < report->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (report->problems, i);
    if (only != NULL && strcmp (only, problem->kind) != 0)
      return;
    only = problem->kind;
  }
  if (only != NULL)
    g_hash_table_insert (
        alone, (gpointer) (guintptr) only,
        GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (alone, only)) + 1));
}

/* TRUE if there was something to change. */
static gboolean
try_one (GRand *rng, const MadeLedger *from, guint kind, GHashTable *alone)
{
  Round r = { .rng = rng, .ledger = made_ledger_copy (from) };
  g_autoptr (MadeLedger) changed = r.ledger;
  g_autoptr (DkLedgerReport) report = NULL;

  if (!kinds[kind].mutate (&r))
    return FALSE;
  report = made_ledger_verify (changed, from->head);
  if (report->found == 0)
    g_error ("a change of kind %s was not found", kinds[kind].name);
  count_alone (alone, report);
  return TRUE;
}

static GPtrArray *
make_stock (GRand *rng)
{
  GPtrArray *stock = g_ptr_array_new_with_free_func ((GDestroyNotify) made_ledger_free);

  for (guint i = 0; i < STOCK; i++) {
    MadeLedger *ledger = made_ledger_new (rng, 1 + i % 3, i % 20 == 0 ? 90 : 16);
    g_autoptr (DkLedgerReport) report = made_ledger_verify (ledger, ledger->head);
    g_assert_cmpuint (report->found, ==, 0);
    g_ptr_array_add (stock, ledger);
  }
  return stock;
}

static void
check_rules_are_needed (GHashTable *alone, guint rounds)
{
  static const char *const rules[]
      = { "hash", "body", "line", "gap", "fork", "checkpoint", "signature", "tail" };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    guint count = GPOINTER_TO_UINT (g_hash_table_lookup (alone, rules[i]));
    g_test_message ("control: without the rule %-10s %6u changes would not be found", rules[i],
                    count);
    g_assert_cmpuint (count, >=, rounds / 5000);
  }
}

static void
test_mutations (void)
{
  g_autoptr (GRand) rng = g_rand_new_with_seed (100000);
  g_autoptr (GPtrArray) stock = make_stock (rng);
  g_autoptr (GHashTable) alone = g_hash_table_new (g_str_hash, g_str_equal);
  guint rounds = dk_test_is_long () ? ROUNDS_LONG : ROUNDS;
  guint tried[G_N_ELEMENTS (kinds)] = { 0 };
  gint64 start = dk_platform_cpu_us ();
  guint total = 0;
  gint64 seconds;

  for (guint i = 0; total < rounds; i++) {
    guint kind = i % G_N_ELEMENTS (kinds);
    const MadeLedger *from = g_ptr_array_index (stock, g_rand_int_range (rng, 0, STOCK));
    gboolean changed = try_one (rng, from, kind, alone);
    tried[kind] += changed;
    total += changed;
  }
  seconds = (dk_platform_cpu_us () - start) / 1000000;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_test_message ("%-16s %6u tried, all found", kinds[i].name, tried[i]);
    g_assert_cmpuint (tried[i], >=, rounds / 1000);
  }
  g_test_message ("%u changes over %d clean ledgers, all found, %d s CPU (meant: %d)", total, STOCK,
                  (int) seconds, CPU_LIMIT_S);
  check_rules_are_needed (alone, rounds);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/store/export-mutations/all-found-and-each-rule-needed", test_mutations);
  return dk_test_run ();
}
