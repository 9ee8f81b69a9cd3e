/* SPDX-License-Identifier: MIT */
/* Goal: whatever is done to the stored ledger is found. Method: a ledger of two chains; in each
 * round one change by raw SQL with the triggers gone, the verifier, and a rollback. A change may
 * mend every hash behind it, as somebody could who has the database key but not the device key;
 * the head of the last entry is held elsewhere, as printed pages do. The controls: the untouched
 * ledger has no finding, and a cut tail without a held head passes. */
#include "tests/store/store-fixture.h"

#include <string.h>

#include "app/base/text.h"
#include "app/crypto/aead.h"

#define ROUNDS 5000
#define ROUNDS_LONG 100000
#define FIRST_CHAIN 20
#define SECOND_CHAIN 90 /* a checkpoint at 64, and 26 entries that only the held head covers */

typedef struct {
  gint64 id;
  char *chain;
  gint64 seq;
  char *line;
} Row;

typedef struct {
  StoreFixture *f;
  GRand *rand;
  GPtrArray *rows; /* of Row: everything in order */
  char *held;
  gboolean refused; /* SQLite would not have the last change */
} Ledger;

typedef gboolean (*Mutate) (Ledger *l); /* FALSE: nothing to change this time */

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->chain);
  g_free (row->line);
  g_free (row);
}

static Row *
any_row (Ledger *l)
{
  return g_ptr_array_index (l->rows, (guint) g_rand_int_range (l->rand, 0, (gint) l->rows->len));
}

static guint
first_of_second (Ledger *l)
{
  for (guint i = 1; i < l->rows->len; i++)
    if (((Row *) g_ptr_array_index (l->rows, i))->seq == 1)
      return i;
  g_assert_not_reached ();
}

/* One value bound as bytes or text, and the row it goes to. */
static void
run (Ledger *l, const char *sql, const void *bytes, gsize size, gint64 a, gint64 b)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (l->f->db, sql);
  g_autoptr (GError) error = NULL;

  if (strstr (sql, "?1") != NULL)
    dk_stmt_bind_blob (stmt, 1, bytes, size);
  if (strstr (sql, "?2") != NULL)
    dk_stmt_bind_int (stmt, 2, a);
  if (strstr (sql, "?3") != NULL)
    dk_stmt_bind_int (stmt, 3, b);
  if (dk_stmt_run (stmt, &error))
    return;
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID); /* a constraint is in the way */
  l->refused = TRUE;
}

static void
put_line (Ledger *l, gint64 id, const char *line, gsize size, gboolean mend_hash)
{
  guint8 hash[32];

  dk_hash (hash, sizeof hash, line, size, NULL);
  run (l, "UPDATE entry SET line = ?1 WHERE id = ?2", line, size, id, 0);
  if (mend_hash)
    run (l, "UPDATE entry SET hash = ?1 WHERE id = ?2", hash, sizeof hash, id, 0);
}

/* Another byte at a random place. */
static gsize
flip (Ledger *l, char *bytes, gsize size)
{
  gsize at = (gsize) g_rand_int_range (l->rand, 0, (gint) size);

  bytes[at] = (char) (bytes[at] ^ (1 << g_rand_int_range (l->rand, 0, 8)));
  return at;
}

static gboolean
flip_line (Ledger *l)
{
  Row *row = any_row (l);
  g_autofree char *line = g_strdup (row->line);
  gsize size = strlen (line);

  (void) flip (l, line, size);
  put_line (l, row->id, line, size, g_rand_boolean (l->rand));
  return TRUE;
}

/* The same length, so that the line stays well-formed: another user, time or kind, and all hashes
 * after it made right again. */
static gboolean
rewrite_from (Ledger *l)
{
  guint at = (guint) g_rand_int_range (l->rand, 0, (gint) l->rows->len);
  const char *chain = ((Row *) g_ptr_array_index (l->rows, at))->chain;
  char prev[65] = "";

  for (guint i = at; i < l->rows->len; i++) {
    Row *row = g_ptr_array_index (l->rows, i);
    g_autofree char *line = g_strdup (row->line);
    char *place = strstr (line, i == at ? "\"user\":\"" : "\"prev\":\"") + strlen ("\"user\":\"");
    guint8 hash[32];
    g_autofree char *hex = NULL;
    if (strcmp (row->chain, chain) != 0)
      break;
    if (i == at)
      *place = 'x';
    else
      memcpy (place, prev, 64);
    put_line (l, row->id, line, strlen (line), TRUE);
    dk_hash (hash, sizeof hash, line, strlen (line), NULL);
    hex = dk_text_hex (hash, sizeof hash);
    memcpy (prev, hex, 64);
  }
  return TRUE;
}

static gboolean
change_column (Ledger *l)
{
  static const char *const sql[] = {
    "UPDATE entry SET hash = substr (hash, 2) || x'00' WHERE id = ?2",
    "UPDATE entry SET kind = kind || 'x' WHERE id = ?2",
    "UPDATE entry SET object = object || 'x' WHERE id = ?2",
    "UPDATE entry SET seq = seq + 1000 WHERE id = ?2",
    "UPDATE entry SET chain = 'ffffffff' WHERE id = ?2",
    "UPDATE entry SET station = 'B01' WHERE id = ?2",
    "UPDATE entry_body SET body = replace (body, 'o', '0') WHERE entry = ?2",
    "UPDATE entry_body SET body = body || char (0) || 'x' WHERE entry = ?2",
    "UPDATE entry_body SET body = body || ' ' WHERE entry = ?2",
    "UPDATE entry_body SET salt = salt || x'00' WHERE entry = ?2",
    "UPDATE entry_body SET salt = substr (salt, 2) || substr (salt, 1, 1) WHERE entry = ?2",
    "UPDATE entry_body SET salt = NULL WHERE entry = ?2",
    "UPDATE entry_body SET body = NULL WHERE entry = ?2",
    "UPDATE entry_body SET body = NULL, salt = NULL, erased_by = 3 WHERE entry = ?2",
    "UPDATE entry_body SET erased_by = 3 WHERE entry = ?2",
    "UPDATE entry_body SET entry = entry + 100000 WHERE entry = ?2",
  };
  guint which = (guint) g_rand_int_range (l->rand, 0, G_N_ELEMENTS (sql));

  run (l, sql[which], NULL, 0, any_row (l)->id, 0);
  return dk_db_changes (l->f->db) == 1;
}

static gboolean
delete_row (Ledger *l)
{
  gint64 id = any_row (l)->id;

  run (l, "DELETE FROM entry_body WHERE entry = ?2", NULL, 0, id, 0);
  if (g_rand_boolean (l->rand))
    run (l, "DELETE FROM entry WHERE id = ?2", NULL, 0, id, 0);
  return TRUE;
}

static gboolean
delete_chain (Ledger *l)
{
  guint second = first_of_second (l);
  gboolean first = g_rand_boolean (l->rand);

  for (guint i = first ? 0 : second; i < (first ? second : l->rows->len); i++) {
    Row *row = g_ptr_array_index (l->rows, i);
    run (l, "DELETE FROM checkpoint WHERE chain = (SELECT chain FROM entry WHERE id = ?2)", NULL, 0,
         row->id, 0);
    run (l, "DELETE FROM entry_body WHERE entry = ?2", NULL, 0, row->id, 0);
    run (l, "DELETE FROM entry WHERE id = ?2", NULL, 0, row->id, 0);
  }
  return TRUE;
}

/* A copy of an entry in another place of its chain: replay. */
static gboolean
insert_row (Ledger *l)
{
  Row *row = any_row (l);
  gint64 seq = row->seq + g_rand_int_range (l->rand, -5, 200);

  if (seq == row->seq)
    return FALSE;
  run (l,
       "INSERT INTO entry (station, chain, seq, hash, kind, object, line)"
       " SELECT station, chain, ?3, hash, kind, object, line FROM entry WHERE id = ?2",
       NULL, 0, row->id, seq);
  run (l,
       "INSERT INTO entry_body (entry, salt, body) SELECT last_insert_rowid (), salt, body"
       " FROM entry_body WHERE entry = ?2",
       NULL, 0, row->id, 0);
  return TRUE;
}

/* A line that was never written, well-formed and following from the one before: a fork. */
static gboolean
forge_row (Ledger *l)
{
  Row *row = any_row (l);
  g_autofree char *line = g_strdup (row->line);
  guint8 hash[32];

  strstr (line, "\"user\":\"")[strlen ("\"user\":\"")] = 'x';
  dk_hash (hash, sizeof hash, line, strlen (line), NULL);
  run (l,
       "INSERT INTO entry (station, chain, seq, hash, kind, object, line)"
       " SELECT station, chain, seq, ?1, kind, object, line FROM entry WHERE id = ?2",
       hash, sizeof hash, row->id, 0);
  put_line (l, dk_db_last_id (l->f->db), line, strlen (line), FALSE);
  run (l,
       "INSERT INTO entry_body (entry, salt, body) SELECT last_insert_rowid (), salt, body"
       " FROM entry_body WHERE entry = ?2",
       NULL, 0, row->id, 0);
  return TRUE;
}

static gboolean
swap_rows (Ledger *l)
{
  Row *a = any_row (l);
  Row *b = any_row (l);

  if (a == b)
    return FALSE;
  switch (g_rand_int_range (l->rand, 0, 3)) {
  case 0:
    put_line (l, a->id, b->line, strlen (b->line), TRUE);
    put_line (l, b->id, a->line, strlen (a->line), TRUE);
    return TRUE;
  case 1:
    run (l, "UPDATE entry_body SET entry = -1 WHERE entry = ?2", NULL, 0, a->id, 0);
    run (l, "UPDATE entry_body SET entry = ?3 WHERE entry = ?2", NULL, 0, b->id, a->id);
    run (l, "UPDATE entry_body SET entry = ?2 WHERE entry = -1", NULL, 0, b->id, 0);
    return TRUE;
  default:
    run (l, "UPDATE entry SET seq = -1 WHERE id = ?2", NULL, 0, a->id, 0);
    run (l, "UPDATE entry SET seq = ?3 WHERE id = ?2", NULL, 0, b->id, a->seq);
    run (l, "UPDATE entry SET seq = ?3 WHERE id = ?2", NULL, 0, a->id, b->seq);
    return a->seq != b->seq;
  }
}

static void
cut_from (Ledger *l, guint at)
{
  for (guint i = at; i < l->rows->len; i++) {
    Row *row = g_ptr_array_index (l->rows, i);
    run (l,
         "DELETE FROM checkpoint WHERE seq >= ?3 AND chain = (SELECT chain FROM entry"
         " WHERE id = ?2)",
         NULL, 0, row->id, row->seq);
    run (l, "DELETE FROM entry_body WHERE entry = ?2", NULL, 0, row->id, 0);
    run (l, "DELETE FROM entry WHERE id = ?2", NULL, 0, row->id, 0);
  }
}

static gboolean
truncate_tail (Ledger *l)
{
  guint second = first_of_second (l);

  cut_from (l, (guint) g_rand_int_range (l->rand, (gint) second + 1, (gint) l->rows->len));
  return TRUE;
}

/* The tail of the second chain becomes lines of the first one, all with right hashes. */
static gboolean
splice (Ledger *l)
{
  guint second = first_of_second (l);
  guint count = (guint) g_rand_int_range (l->rand, 1, (gint) second);

  for (guint i = 0; i < count; i++) {
    Row *to = g_ptr_array_index (l->rows, l->rows->len - 1 - i);
    Row *from = g_ptr_array_index (l->rows, second - 1 - i);
    put_line (l, to->id, from->line, strlen (from->line), TRUE);
  }
  return TRUE;
}

static gboolean
change_checkpoint (Ledger *l)
{
  static const char *const sql[] = {
    "DELETE FROM checkpoint WHERE seq = 64",
    "UPDATE checkpoint SET message = replace (message, '\"seq\":64', '\"seq\":63') WHERE seq = 64",
    "UPDATE checkpoint SET message = message || ' ' WHERE seq = 64",
    "UPDATE checkpoint SET seq = 63 WHERE seq = 64",
    "UPDATE checkpoint SET seq = 1064 WHERE seq = 64",
    "UPDATE checkpoint SET chain = 'ffffffff' WHERE seq = 64",
    "UPDATE checkpoint SET signature = replace (signature, 'seq=64', 'seq=63') WHERE seq = 64",
    "UPDATE checkpoint SET signature = replace (signature, 'dk-checkpoint', 'dk-container')"
    " WHERE seq = 64",
    "UPDATE checkpoint SET signature = substr (signature, 1, length (signature) - 9)"
    " WHERE seq = 64",
    "UPDATE checkpoint SET signature = '' WHERE seq = 64",
    "UPDATE checkpoint SET message = '' WHERE seq = 64",
    "UPDATE checkpoint SET message = (SELECT message FROM checkpoint WHERE seq < 64 LIMIT 1),"
    " signature = (SELECT signature FROM checkpoint WHERE seq < 64 LIMIT 1) WHERE seq = 64",
  };

  run (l, sql[g_rand_int_range (l->rand, 0, G_N_ELEMENTS (sql))], NULL, 0, 0, 0);
  return dk_db_changes (l->f->db) == 1;
}

static void
read_rows (Ledger *l)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (l->f->db, "SELECT id, chain, seq, line FROM entry ORDER BY id");
  gboolean has_row;

  l->rows = g_ptr_array_new_with_free_func (row_free);
  while (dk_stmt_step (stmt, &has_row, NULL) && has_row) {
    Row *row = g_new0 (Row, 1);
    gsize size;
    const char *line = dk_stmt_blob (stmt, 3, &size);
    row->id = dk_stmt_int (stmt, 0);
    row->chain = g_strdup (dk_stmt_text (stmt, 1));
    row->seq = dk_stmt_int (stmt, 2);
    row->line = g_strndup (line, size);
    g_ptr_array_add (l->rows, row);
  }
}

static void
fill (Ledger *l, guint count)
{
  for (guint i = 0; i < count; i++) {
    g_autoptr (json_t) body = json_pack ("{s:s, s:i}", "text", "some words", "n", (int) i);
    g_assert_true (dk_ledger_note (l->f->store, "ticket-note", "DT-A07-0001-V", body, NULL));
  }
}

static void
prepare (Ledger *l, StoreFixture *f)
{
  l->f = f;
  l->rand = g_rand_new_with_seed (17);
  fill (l, FIRST_CHAIN);
  g_assert_true (dk_ledger_checkpoint (f->store, NULL));
  g_assert_true (dk_ledger_start_chain (f->store, "restored", 0, NULL));
  fill (l, SECOND_CHAIN - 2);
  l->held = dk_ledger_head_text (f->store, NULL);
  read_rows (l);
  dk_fixture_exec (f->db, "DROP TRIGGER entry_no_update; DROP TRIGGER entry_no_delete;"
                          " DROP TRIGGER entry_body_no_delete; DROP TRIGGER entry_body_erase_only;"
                          " DROP TRIGGER checkpoint_no_update; DROP TRIGGER checkpoint_no_delete;");
}

static guint
count_problems (Ledger *l, const char *held)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (l->f->store, held, NULL, &error);

  g_assert_no_error (error);
  return report->problems->len;
}

/* TRUE if it was found; *tried tells if there was anything to find. */
static gboolean
try_change (Ledger *l, Mutate mutate, gboolean *tried)
{
  DkTransaction *transaction = dk_transaction_new (l->f->db, NULL);
  gboolean found;

  g_assert_nonnull (transaction);
  l->refused = FALSE;
  *tried = mutate (l) && !l->refused;
  found = *tried && count_problems (l, l->held) > 0;
  dk_transaction_free (transaction);
  return found;
}

static void
test_mutations (StoreFixture *f, gconstpointer data)
{
  static const struct {
    const char *name;
    Mutate mutate;
  } kinds[] = {
    { "flip", flip_line },
    { "rewrite", rewrite_from },
    { "column", change_column },
    { "delete", delete_row },
    { "chain", delete_chain },
    { "insert", insert_row },
    { "forge", forge_row },
    { "swap", swap_rows },
    { "truncate", truncate_tail },
    { "splice", splice },
    { "checkpoint", change_checkpoint },
  };
  guint tried[G_N_ELEMENTS (kinds)] = { 0 };
  guint rounds = dk_test_is_long () ? ROUNDS_LONG : ROUNDS;
  Ledger l = { 0 };
  guint total = 0;

  prepare (&l, f);
  g_assert_cmpuint (count_problems (&l, l.held), ==, 0);
  for (guint i = 0; total < rounds; i++) {
    guint kind = i % G_N_ELEMENTS (kinds);
    gboolean changed;
    gboolean found = try_change (&l, kinds[kind].mutate, &changed);
    if (changed && !found)
      g_error ("a change of kind %s was not found (round %u)", kinds[kind].name, i);
    tried[kind] += changed;
    total += changed;
  }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_test_message ("%-10s %6u tried, all found", kinds[i].name, tried[i]);
    g_assert_cmpuint (tried[i], >=, rounds / 40);
  }
  g_assert_cmpuint (count_problems (&l, l.held), ==, 0);
  g_ptr_array_unref (l.rows);
  g_rand_free (l.rand);
  g_free (l.held);
}

/* What SECURITY.md admits: only a head held elsewhere shows a tail that was cut since the last
 * checkpoint. */
static void
test_control (StoreFixture *f, gconstpointer data)
{
  Ledger l = { 0 };
  DkTransaction *transaction;

  prepare (&l, f);
  transaction = dk_transaction_new (f->db, NULL);
  cut_from (&l, l.rows->len - 3);
  g_assert_cmpuint (count_problems (&l, NULL), ==, 0);
  g_assert_cmpuint (count_problems (&l, l.held), ==, 1);
  dk_transaction_free (transaction);
  g_ptr_array_unref (l.rows);
  g_rand_free (l.rand);
  g_free (l.held);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  STORE_ADD ("/store/ledger-mutations/all-found", test_mutations);
  STORE_ADD ("/store/ledger-mutations/control-a-cut-tail-needs-a-held-head", test_control);
  return dk_test_run ();
}
