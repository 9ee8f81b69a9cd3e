/* SPDX-License-Identifier: MIT */
/* The verifier trusts no column: each is compared with the line, the line with the one before, the
 * body with the line, and the checkpoints with the device key. What is missing is a finding too. */
#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/crypto/minisign.h"
#include "app/store/ledger-private.h"
#include "app/store/store-private.h"

#define UNSIGNED_MAX DK_LEDGER_CHECKPOINT_EVERY
#define SALT_SIZE 16
#define PROBLEMS_MAX 1000
#define HELD_DIGITS_MIN 16

typedef struct {
  DkStore *store;
  DkLedgerReport *report;
  char station[16];
  char chain[16];
  gint64 seq;        /* of the last entry that was read in this chain */
  char prev[65];     /* its hash */
  gint64 signed_seq; /* of the last checkpoint at or before it */
  char boot[40];
  gint64 mono_ms;
  char *held_chain; /* of the head that was held elsewhere, NULL if none */
  gint64 held_seq;
  char *held_hex;
  gboolean held_found;
} Verifier;

static void
problem_free (gpointer data)
{
  DkLedgerProblem *problem = data;

  g_free (problem->kind);
  g_free (problem->chain);
  g_free (problem->message);
  g_free (problem);
}

void
dk_ledger_report_free (DkLedgerReport *report)
{
  if (report == NULL)
    return;
  g_ptr_array_unref (report->stations);
  g_ptr_array_unref (report->problems);
  g_free (report);
}

static void
add_problem (Verifier *v, const char *kind, const char *chain, gint64 seq, const char *message)
{
  DkLedgerProblem *problem;

  if (v->report->problems->len >= PROBLEMS_MAX)
    return;
  problem = g_new0 (DkLedgerProblem, 1);
  problem->kind = g_strdup (kind);
  problem->chain = g_strdup (chain);
  problem->seq = seq;
  problem->message = g_strdup (message);
  g_ptr_array_add (v->report->problems, problem);
}

static void
begin_chain (Verifier *v, const char *station, const char *chain)
{
  g_strlcpy (v->station, station, sizeof v->station);
  g_strlcpy (v->chain, chain, sizeof v->chain);
  v->seq = 0;
  v->signed_seq = 0;
  memset (v->prev, '0', 64);
  v->prev[64] = '\0';
  v->boot[0] = '\0';
  if (!g_ptr_array_find_with_equal_func (v->report->stations, station, g_str_equal, NULL))
    g_ptr_array_add (v->report->stations, g_strdup (station));
}

static gboolean
has_checkpoint (Verifier *v, gint64 seq, gboolean *found, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (v->store),
                                         "SELECT 1 FROM checkpoint WHERE chain = ?1 AND seq = ?2");

  dk_stmt_bind_text (stmt, 1, v->chain);
  dk_stmt_bind_int (stmt, 2, seq);
  return dk_stmt_step (stmt, found, error);
}

/* At the end of a chain: too many entries since the last signature is a finding. */
static void
end_chain (Verifier *v)
{
  if (v->seq - v->signed_seq >= UNSIGNED_MAX)
    add_problem (v, "checkpoint", v->chain, v->seq,
                 "More than 64 entries at the end of this chain were never signed.");
}

static void
check_sequence (Verifier *v, gint64 seq)
{
  if (seq == v->seq)
    add_problem (v, "fork", v->chain, seq,
                 "Two different entries have this sequence number: this kit was copied or "
                 "tampered with. Both are kept.");
  else if (seq != v->seq + 1)
    add_problem (v, "gap", v->chain, seq, "Entries before this one are missing.");
}

static void
check_clock (Verifier *v, const DkEntry *entry)
{
  if (strcmp (v->boot, entry->boot) == 0 && *entry->boot != '\0' && entry->mono_ms < v->mono_ms)
    add_problem (v, "time", v->chain, entry->seq,
                 "The time since the PC was started runs backwards at this entry.");
  g_strlcpy (v->boot, entry->boot, sizeof v->boot);
  v->mono_ms = entry->mono_ms;
}

/* Erased words are fine only if an entry about the same object says that they were. */
static gboolean
is_erased (Verifier *v, const DkEntry *entry, gint64 erased_by, gboolean *erased, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (v->store),
      "SELECT 1 FROM entry AS e JOIN entry_body AS b ON b.entry = e.id WHERE e.station = ?1"
      " AND e.seq = ?2 AND e.object = ?3 AND e.kind = '" DK_ENTRY_TICKET_ERASE "'"
      " AND json_extract (b.body, '$.chain') = ?4 AND json_extract (b.body, '$.seq') = ?5");

  dk_stmt_bind_text (stmt, 1, entry->station);
  dk_stmt_bind_int (stmt, 2, erased_by);
  dk_stmt_bind_text (stmt, 3, entry->object);
  dk_stmt_bind_text (stmt, 4, entry->chain);
  dk_stmt_bind_int (stmt, 5, entry->seq);
  return dk_stmt_step (stmt, erased, error);
}

/* What a person signed in the body; entries of other kits are checked where they come in. */
static void
check_person (Verifier *v, const DkEntry *entry, const char *body, gsize size)
{
  g_autoptr (json_t) parsed = NULL;

  if (g_strstr_len (body, (gssize) size, "\"signed\":") == NULL
      || strcmp (entry->kit, dk_store_identity (v->store)->kit_id) != 0)
    return;
  parsed = dk_json_parse (body, size, DK_LIMIT_ENTRY_BODY_BYTES, "A body", NULL);
  if (parsed == NULL || !dk_store_check_signed (v->store, entry->kind, entry->object, parsed))
    add_problem (v, "signature", v->chain, entry->seq,
                 "The person named here did not sign these words.");
}

static gboolean
check_body (Verifier *v, DkStmt *stmt, const DkEntry *entry, GError **error)
{
  gsize salt_size;
  gsize body_size;
  const void *salt = dk_stmt_blob (stmt, 6, &salt_size);
  const void *body = dk_stmt_blob (stmt, 7, &body_size);
  gboolean marked = !dk_stmt_is_null (stmt, 8);
  gboolean erased = FALSE;
  guint8 hash[32];
  g_autofree char *hex = NULL;

  if (marked && !is_erased (v, entry, dk_stmt_int (stmt, 8), &erased, error))
    return FALSE;
  if (body == NULL && salt == NULL && erased)
    return TRUE;
  if (body == NULL || salt == NULL || marked) {
    add_problem (v, "body", v->chain, entry->seq,
                 "The words of this entry are missing, and no entry says that they were erased.");
    return TRUE;
  }
  dk_hash_pair (hash, salt, salt_size, body, body_size);
  hex = dk_text_hex (hash, sizeof hash);
  if (salt_size != SALT_SIZE || strcmp (hex, entry->body_hash) != 0)
    add_problem (v, "body", v->chain, entry->seq, "The words of this entry were changed.");
  else
    check_person (v, entry, body, body_size);
  return TRUE;
}

/* The first entry of a later chain names the head of the one before: so a whole chain cannot go
 * without a trace. */
static gboolean
check_first (Verifier *v, DkStmt *stmt, const DkEntry *entry, GError **error)
{
  const char *text = dk_stmt_text (stmt, 7);
  g_autoptr (json_t) body = NULL;
  g_autofree char *hash = NULL;
  const char *chain;

  if (entry->seq != 1 || strcmp (entry->station, dk_store_identity (v->store)->station) != 0)
    return TRUE;
  if (text != NULL)
    body = dk_json_parse (text, strlen (text), DK_LIMIT_ENTRY_BODY_BYTES, "A body", NULL);
  chain = dk_json_get_text (body, "prev_chain");
  if (strcmp (entry->kind, "kit-init") == 0 && chain == NULL)
    return TRUE;
  if (chain != NULL
      && !dk_ledger_hash_at (v->store, chain, dk_json_get_int (body, "prev_seq", 0), &hash, error))
    return FALSE;
  if (hash == NULL || g_strcmp0 (hash, dk_json_get_text (body, "prev_head")) != 0)
    add_problem (v, "gap", v->chain, 1,
                 "The chain that went before this one is missing or was replaced.");
  return TRUE;
}

static void
check_columns (Verifier *v, DkStmt *stmt, const DkEntry *entry)
{
  if (strcmp (entry->station, dk_stmt_text (stmt, 0)) != 0
      || strcmp (entry->chain, dk_stmt_text (stmt, 1)) != 0 || entry->seq != dk_stmt_int (stmt, 2)
      || strcmp (entry->kind, dk_stmt_text (stmt, 9)) != 0
      || strcmp (entry->object, dk_stmt_text (stmt, 10)) != 0)
    add_problem (v, "line", v->chain, dk_stmt_int (stmt, 2),
                 "The row of this entry does not say what its line says.");
  if (strcmp (entry->prev, v->prev) != 0 && entry->seq == v->seq + 1)
    add_problem (v, "hash", v->chain, entry->seq,
                 "This entry does not follow from the one before it.");
}

static void
check_held_head (Verifier *v, gint64 seq, const char *hash)
{
  if (v->held_chain != NULL && strcmp (v->held_chain, v->chain) == 0 && seq == v->held_seq
      && g_str_has_prefix (hash, v->held_hex))
    v->held_found = TRUE;
}

/* Columns: station chain seq hash line id salt body erased_by kind object. */
static gboolean
check_row (Verifier *v, DkStmt *stmt, GError **error)
{
  gsize line_size;
  gsize hash_size;
  gint64 seq = dk_stmt_int (stmt, 2);
  const void *stored = dk_stmt_blob (stmt, 3, &hash_size);
  const char *line = dk_stmt_blob (stmt, 4, &line_size);
  g_autoptr (DkEntry) entry = NULL;
  g_autofree char *hex = NULL;
  gboolean is_signed;
  guint8 hash[32];

  if (strcmp (v->station, dk_stmt_text (stmt, 0)) != 0
      || strcmp (v->chain, dk_stmt_text (stmt, 1)) != 0) {
    end_chain (v);
    begin_chain (v, dk_stmt_text (stmt, 0), dk_stmt_text (stmt, 1));
  }
  check_sequence (v, seq);
  dk_hash (hash, sizeof hash, line, line_size, NULL);
  hex = dk_text_hex (hash, sizeof hash);
  if (hash_size != sizeof hash || memcmp (hash, stored, sizeof hash) != 0)
    add_problem (v, "hash", v->chain, seq, "The line of this entry was changed.");
  entry = dk_entry_parse_line (line, line_size, NULL);
  if (entry == NULL) {
    add_problem (v, "line", v->chain, seq, "The line of this entry cannot be read.");
  } else {
    check_columns (v, stmt, entry);
    check_clock (v, entry);
    if (!check_body (v, stmt, entry, error) || !check_first (v, stmt, entry, error))
      return FALSE;
  }
  check_held_head (v, seq, hex);
  if (!has_checkpoint (v, seq, &is_signed, error))
    return FALSE;
  if (is_signed)
    v->signed_seq = seq;
  else if (seq % DK_LEDGER_CHECKPOINT_EVERY == 0)
    add_problem (v, "checkpoint", v->chain, seq, "The checkpoint that was signed here is missing.");
  v->seq = seq;
  g_strlcpy (v->prev, hex, sizeof v->prev);
  v->report->entries++;
  return TRUE;
}

static gboolean
check_entries (Verifier *v, const DkJob *job, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (v->store),
      "SELECT e.station, e.chain, e.seq, e.hash, e.line, e.id, b.salt, b.body, b.erased_by,"
      " e.kind, e.object FROM entry AS e LEFT JOIN entry_body AS b ON b.entry = e.id"
      " ORDER BY e.station, e.chain, e.seq, e.hash");
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row) {
      end_chain (v);
      return TRUE;
    }
    if (!check_row (v, stmt, error)
        || !dk_job_step (job, (guint64) v->report->entries, 0, "Checking the ledger", error))
      return FALSE;
  }
  return FALSE;
}

static gboolean
check_checkpoint (Verifier *v, DkStmt *stmt, const DkMinisignPublic *key, GError **error)
{
  const char *chain = dk_stmt_text (stmt, 0);
  gint64 seq = dk_stmt_int (stmt, 1);
  const char *message = dk_stmt_text (stmt, 2);
  const char *signature = dk_stmt_text (stmt, 3);
  g_autofree char *comment = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (json_t) parsed = dk_json_parse (message, strlen (message), 4096, "checkpoint", NULL);

  if (!dk_minisign_verify (message, strlen (message), signature, strlen (signature), key, &comment,
                           NULL)
      || !g_str_has_prefix (comment, "dk-checkpoint v=1 ")) {
    add_problem (v, "signature", chain, seq,
                 "The checkpoint here was not signed by this station's device key.");
    return TRUE;
  }
  if (!dk_ledger_hash_at (v->store, chain, seq, &hash, error))
    return FALSE;
  if (hash == NULL)
    add_problem (v, "tail", chain, seq,
                 "A signed checkpoint names this entry, but it is missing: the end of the chain "
                 "was cut off.");
  else if (g_strcmp0 (dk_json_get_text (parsed, "head"), hash) != 0
           || dk_json_get_int (parsed, "seq", 0) != seq
           || g_strcmp0 (dk_json_get_text (parsed, "chain"), chain) != 0)
    add_problem (v, "checkpoint", chain, seq,
                 "A signed checkpoint names another entry than the one that stands here.");
  return TRUE;
}

static gboolean
check_checkpoints (Verifier *v, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (v->store), "SELECT chain, seq, message, signature"
                                             " FROM checkpoint ORDER BY chain, seq");
  DkMinisignPublic key;
  gboolean has_row;

  dk_minisign_public_from_key (dk_store_identity (v->store)->device_sign_public, &key);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return TRUE;
    if (!check_checkpoint (v, stmt, &key, error))
      return FALSE;
  }
  return FALSE;
}

static gboolean
has_rows (Verifier *v, const char *sql, gboolean *found, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (v->store), sql);

  return dk_stmt_step (stmt, found, error);
}

/* What no entry leads to: a current chain without entries, words without an entry. */
static gboolean
check_rest (Verifier *v, GError **error)
{
  g_autofree char *head = NULL;
  gint64 seq;
  gboolean stray;

  if (!dk_ledger_head (v->store, NULL, &seq, &head, error)
      || !has_rows (v, "SELECT 1 FROM entry_body WHERE entry NOT IN (SELECT id FROM entry)", &stray,
                    error))
    return FALSE;
  if (seq == 0)
    add_problem (v, "tail", dk_store_chain (v->store), 0,
                 "The chain that this kit writes to has no entries: they were removed.");
  if (stray)
    add_problem (v, "body", "", 0, "There are words in the ledger that belong to no entry.");
  return TRUE;
}

/* "CHAIN:SEQ:HEX", as printed in footers. */
static gboolean
parse_held_head (Verifier *v, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 4);
  char *end = NULL;

  if (g_strv_length (parts) == 3 && strlen (parts[2]) >= HELD_DIGITS_MIN && strlen (parts[2]) <= 64
      && strspn (parts[2], "0123456789abcdefABCDEF") == strlen (parts[2])) {
    v->held_seq = g_ascii_strtoll (parts[1], &end, 10);
    if (*end == '\0' && v->held_seq > 0) {
      v->held_chain = g_ascii_strdown (parts[0], -1);
      v->held_hex = g_ascii_strdown (parts[2], -1);
      return TRUE;
    }
  }
  g_set_error (error, DK_ERROR, DK_ERROR_USAGE,
               "A head looks like CHAIN:SEQ:HEX with at least 16 hex digits, as it is printed in "
               "the footer of a form.");
  return FALSE;
}

DkLedgerReport *
dk_ledger_verify (DkStore *store, const char *held_head, const DkJob *job, GError **error)
{
  g_autoptr (DkLedgerReport) report = g_new0 (DkLedgerReport, 1);
  Verifier v = { .store = store, .report = report };
  gboolean done;

  report->stations = g_ptr_array_new_with_free_func (g_free);
  report->problems = g_ptr_array_new_with_free_func (problem_free);
  if (held_head != NULL && !parse_held_head (&v, held_head, error))
    return NULL;
  done = check_entries (&v, job, error) && check_checkpoints (&v, error) && check_rest (&v, error);
  if (done && v.held_chain != NULL && !v.held_found)
    add_problem (&v, "tail", v.held_chain, v.held_seq,
                 "The head that you gave is not in this ledger: entries that once stood here are "
                 "missing or were replaced.");
  g_free (v.held_chain);
  g_free (v.held_hex);
  return done ? g_steal_pointer (&report) : NULL;
}
