/* SPDX-License-Identifier: MIT */
#include "app/store/ledger.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/crypto/minisign.h"
#include "app/form/form.h"
#include "app/store/ledger-private.h"
#include "app/store/store-private.h"

#define SALT_SIZE 16
#define COUNTER_STEP 10000
#define COUNTER_MARGIN 1000

gboolean
dk_ledger_is_chain_id (const char *text)
{
  return text != NULL && strlen (text) == 8 && strspn (text, "0123456789abcdef") == 8;
}

/* Last entry of a chain; seq 0 and 64 zeros if there is none. */
static gboolean
read_head (DkStore *store, const char *chain, gint64 *seq, char hash[65], GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT seq, hash FROM entry WHERE station = ?1"
                                          " AND chain = ?2 ORDER BY seq DESC LIMIT 1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, dk_store_identity (store)->station);
  dk_stmt_bind_text (stmt, 2, chain);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *seq = has_row ? dk_stmt_int (stmt, 0) : 0;
  memset (hash, '0', 64);
  hash[64] = '\0';
  if (has_row) {
    gsize size;
    const void *bytes = dk_stmt_blob (stmt, 1, &size);
    g_autofree char *hex = dk_text_hex (bytes, size);
    g_strlcpy (hash, hex, 65);
  }
  return TRUE;
}

static gboolean
insert_line (DkStore *store, const DkEntry *entry, const char *line, gint64 *id, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO entry (station, chain, seq, hash, kind, object, line)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  guint8 hash[32];

  dk_hash (hash, sizeof hash, line, strlen (line), NULL);
  dk_stmt_bind_text (stmt, 1, entry->station);
  dk_stmt_bind_text (stmt, 2, entry->chain);
  dk_stmt_bind_int (stmt, 3, entry->seq);
  dk_stmt_bind_blob (stmt, 4, hash, sizeof hash);
  dk_stmt_bind_text (stmt, 5, entry->kind);
  dk_stmt_bind_text (stmt, 6, entry->object);
  dk_stmt_bind_blob (stmt, 7, line, strlen (line));
  if (!dk_stmt_run (stmt, error))
    return FALSE;
  *id = dk_db_last_id (dk_store_db (store));
  return TRUE;
}

static gboolean
insert_body (DkStore *store, gint64 id, const guint8 *salt, const char *body, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO entry_body (entry, salt, body) VALUES (?1, ?2, ?3)");

  dk_stmt_bind_int (stmt, 1, id);
  dk_stmt_bind_blob (stmt, 2, salt, SALT_SIZE);
  dk_stmt_bind_text (stmt, 3, body);
  return dk_stmt_run (stmt, error);
}

char *
dk_ledger_checkpoint_message (DkStore *store, const char *chain, gint64 seq, const char *head,
                              gint64 at_ms)
{
  g_autoptr (json_t) message = json_object ();
  g_autofree char *at = dk_time_format_utc (at_ms);
  g_autofree char *text = NULL;

  json_object_set_new (message, "v", json_integer (1));
  json_object_set_new (message, "kit", dk_json_string (dk_store_identity (store)->kit_id));
  json_object_set_new (message, "station", dk_json_string (dk_store_identity (store)->station));
  json_object_set_new (message, "chain", dk_json_string (chain));
  json_object_set_new (message, "seq", json_integer (seq));
  json_object_set_new (message, "head", dk_json_string (head));
  json_object_set_new (message, "at", dk_json_string (at));
  text = dk_json_canonical (message, NULL);
  return g_strconcat (text, "\n", NULL);
}

static gboolean
sign_head (DkStore *store, const char *chain, gint64 seq, const char *head, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "INSERT INTO checkpoint (chain, seq, message, signature)"
                                          " VALUES (?1, ?2, ?3, ?4)");
  g_autofree char *message
      = dk_ledger_checkpoint_message (store, chain, seq, head, dk_clock_wall_ms ());
  g_autofree char *comment
      = g_strdup_printf (DK_LEDGER_CHECKPOINT_COMMENT, dk_store_identity (store)->kit_id,
                         dk_store_identity (store)->station, chain, seq);
  g_autofree char *signature = NULL;
  g_auto (DkMinisignSecret) secret = { .seed = NULL };

  dk_minisign_secret_from_seed (dk_keyring_get (dk_store_keys (store), DK_KEY_DEVICE_SIGN),
                                &secret);
  signature = dk_minisign_sign (message, strlen (message), &secret, comment);
  dk_stmt_bind_text (stmt, 1, chain);
  dk_stmt_bind_int (stmt, 2, seq);
  dk_stmt_bind_text (stmt, 3, message);
  dk_stmt_bind_text (stmt, 4, signature);
  return dk_stmt_run (stmt, error);
}

/* Fills every member but body_hash and body. */
static gboolean
fill_entry (DkStore *store, DkEntry *entry, const char *kind, const char *object,
            gint64 happened_ms, GError **error)
{
  DkMoment now;
  char prev[65];
  gint64 seq;

  if (!read_head (store, dk_store_chain (store), &seq, prev, error))
    return FALSE;
  dk_clock_now (&now);
  entry->kit = g_strdup (dk_store_identity (store)->kit_id);
  entry->station = g_strdup (dk_store_identity (store)->station);
  entry->chain = g_strdup (dk_store_chain (store));
  entry->seq = seq + 1;
  entry->prev = g_strdup (prev);
  entry->kind = g_strdup (kind);
  entry->object = g_strdup (object != NULL ? object : "");
  entry->user = g_strdup (dk_store_user (store));
  entry->happened_ms = happened_ms > 0 ? happened_ms : now.wall_ms;
  entry->recorded_ms = now.wall_ms;
  entry->boot = g_strdup (now.boot);
  entry->mono_ms = now.mono_ms;
  return TRUE;
}

static gboolean
store_entry (DkStore *store, DkEntry *entry, GError **error)
{
  g_autofree char *body = NULL;
  g_autofree char *line = NULL;
  gsize body_size;
  guint8 salt[SALT_SIZE];
  guint8 hash[32];
  gint64 id;

  body = dk_json_canonical (entry->body, &body_size);
  if (body_size > DK_LIMIT_ENTRY_BODY_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "That is too much text for one entry (at most %u bytes). Nothing was changed; "
                 "split it.",
                 DK_LIMIT_ENTRY_BODY_BYTES);
    return FALSE;
  }
  dk_random (salt, sizeof salt);
  dk_hash_pair (hash, salt, sizeof salt, body, body_size);
  entry->body_hash = dk_text_hex (hash, sizeof hash);
  line = dk_entry_line (entry);
  if (!insert_line (store, entry, line, &id, error) || !insert_body (store, id, salt, body, error))
    return FALSE;
  if (entry->seq % DK_LEDGER_CHECKPOINT_EVERY != 0)
    return TRUE;
  dk_hash (hash, sizeof hash, line, strlen (line), NULL);
  g_autofree char *head = dk_text_hex (hash, sizeof hash);
  return sign_head (store, entry->chain, entry->seq, head, error);
}

gboolean
dk_ledger_append (DkStore *store, const char *kind, const char *object, gint64 happened_ms,
                  const json_t *body, DkEntry **entry, GError **error)
{
  g_autoptr (DkEntry) made = dk_entry_new ();

  made->body = body != NULL ? json_deep_copy (body) : json_object ();
  (void) dk_form_mask_keys (made->body);
  if (!fill_entry (store, made, kind, object, happened_ms, error)
      || !store_entry (store, made, error))
    return FALSE;
  if (entry != NULL)
    *entry = g_steal_pointer (&made);
  return TRUE;
}

gboolean
dk_ledger_note_at (DkStore *store, const char *kind, const char *object, gint64 happened_ms,
                   const json_t *body, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  return transaction != NULL
         && dk_ledger_append (store, kind, object, happened_ms, body, NULL, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

gboolean
dk_ledger_note (DkStore *store, const char *kind, const char *object, const json_t *body,
                GError **error)
{
  return dk_ledger_note_at (store, kind, object, 0, body, error);
}

gboolean
dk_ledger_head (DkStore *store, char **chain, gint64 *seq, char **hash, GError **error)
{
  char text[65];
  gint64 last;

  if (!read_head (store, dk_store_chain (store), &last, text, error))
    return FALSE;
  if (chain != NULL)
    *chain = g_strdup (dk_store_chain (store));
  if (seq != NULL)
    *seq = last;
  if (hash != NULL)
    *hash = g_strdup (text);
  return TRUE;
}

char *
dk_ledger_head_text (DkStore *store, GError **error)
{
  g_autofree char *chain = NULL;
  g_autofree char *hash = NULL;
  gint64 seq;

  if (!dk_ledger_head (store, &chain, &seq, &hash, error))
    return NULL;
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT ":%.16s", chain, seq, hash);
}

static gboolean
has_checkpoint (DkStore *store, const char *chain, gint64 seq, gboolean *found, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT 1 FROM checkpoint WHERE chain = ?1 AND seq = ?2");

  dk_stmt_bind_text (stmt, 1, chain);
  dk_stmt_bind_int (stmt, 2, seq);
  return dk_stmt_step (stmt, found, error);
}

gboolean
dk_ledger_checkpoint (DkStore *store, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;
  g_autofree char *chain = NULL;
  g_autofree char *hash = NULL;
  gboolean found = FALSE;
  gint64 seq;

  if (!dk_ledger_head (store, &chain, &seq, &hash, error)
      || !has_checkpoint (store, chain, seq, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  transaction = dk_store_begin (store, error);
  return transaction != NULL && sign_head (store, chain, seq, hash, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

static json_t *
chain_body (DkStore *store, const char *reason, const char *old_chain, gint64 old_seq,
            const char *old_hash)
{
  const DkStoreIdentity *identity = dk_store_identity (store);
  g_autofree char *sign = dk_text_hex (identity->device_sign_public, 32);
  g_autofree char *age = dk_text_hex (identity->device_age_public, 32);
  json_t *body = json_object ();

  dk_json_set_text (body, "kit", identity->kit_id);
  dk_json_set_text (body, "station", identity->station);
  dk_json_set_text (body, "site", identity->site);
  dk_json_set_text (body, "device_sign", sign);
  dk_json_set_text (body, "device_age", age);
  dk_json_set_text (body, "reason", reason);
  if (old_chain != NULL) {
    dk_json_set_text (body, "prev_chain", old_chain);
    json_object_set_new (body, "prev_seq", json_integer (old_seq));
    dk_json_set_text (body, "prev_head", old_hash);
  }
  return body;
}

gboolean
dk_ledger_begin_chain (DkStore *store, const char *kind, const char *reason, const json_t *facts,
                       GError **error)
{
  g_autofree char *old_chain
      = *dk_store_chain (store) != '\0' ? g_strdup (dk_store_chain (store)) : NULL;
  g_autofree char *chain = NULL;
  g_autoptr (json_t) body = NULL;
  char old_hash[65] = "";
  gint64 old_seq = 0;
  guint8 id[4];

  if (old_chain != NULL && !read_head (store, old_chain, &old_seq, old_hash, error))
    return FALSE;
  dk_random (id, sizeof id);
  chain = dk_text_hex (id, sizeof id);
  body = chain_body (store, reason, old_chain, old_seq, old_hash);
  if (facts != NULL)
    (void) json_object_update_missing (body, (json_t *) (guintptr) facts);
  return dk_store_set_chain (store, chain, error)
         && dk_ledger_append (store, kind, NULL, 0, body, NULL, error);
}

/* The counter goes on at the next multiple of 10,000 that is not near, so that numbers issued by
 * the other copy of this kit, now or soon, are not issued again. */
static gboolean
skip_numbers (DkStore *store, guint64 floor, GError **error)
{
  g_autoptr (json_t) body = json_object ();
  guint64 counter;
  guint64 next;

  if (!dk_store_read_counter (store, &counter, error))
    return FALSE;
  next = ((MAX (counter, floor) + COUNTER_MARGIN) / COUNTER_STEP + 1) * COUNTER_STEP;
  json_object_set_new (body, "from", json_integer ((json_int_t) counter + 1));
  json_object_set_new (body, "to", json_integer ((json_int_t) next - 1));
  return dk_store_write_counter (store, next - 1, error)
         && dk_ledger_append (store, "skipped", NULL, 0, body, NULL, error);
}

gboolean
dk_ledger_hash_at (DkStore *store, const char *chain, gint64 seq, char **hash, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT hash FROM entry WHERE station = ?1 AND chain = ?2 AND seq = ?3");
  gboolean has_row;
  gsize size;

  dk_stmt_bind_text (stmt, 1, dk_store_identity (store)->station);
  dk_stmt_bind_text (stmt, 2, chain);
  dk_stmt_bind_int (stmt, 3, seq);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (has_row) {
    const void *bytes = dk_stmt_blob (stmt, 0, &size);
    *hash = dk_text_hex (bytes, size);
  }
  return TRUE;
}

gboolean
dk_ledger_start_chain (DkStore *store, const char *reason, guint64 counter_floor, GError **error)
{
  return dk_ledger_start_chain_with (store, reason, counter_floor, NULL, error);
}

gboolean
dk_ledger_start_chain_with (DkStore *store, const char *reason, guint64 counter_floor,
                            const json_t *facts, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  g_autofree char *old = g_strdup (dk_store_chain (store));

  if (transaction != NULL && dk_ledger_begin_chain (store, "chain-started", reason, facts, error)
      && skip_numbers (store, counter_floor, error)
      && dk_store_commit (store, transaction, TRUE, error))
    return TRUE;
  dk_store_restore_chain (store, old);
  return FALSE;
}

gboolean
dk_ledger_start_chain_of_device (DkStore *store, const json_t *facts, GError **error)
{
  return dk_ledger_begin_chain (store, "chain-started", "given new device keys", facts, error);
}

static DkEntry *
read_entry (DkStmt *stmt, GError **error)
{
  g_autoptr (DkEntry) entry = NULL;
  gsize size;
  const char *line = dk_stmt_blob (stmt, 0, &size);
  const char *body = dk_stmt_text (stmt, 1);

  entry = dk_entry_parse_line (line, size, error);
  if (entry != NULL && body != NULL)
    entry->body
        = dk_json_parse (body, strlen (body), DK_LIMIT_ENTRY_BODY_BYTES, "A ledger body", error);
  if (entry == NULL || (body != NULL && entry->body == NULL))
    return NULL;
  return g_steal_pointer (&entry);
}

GPtrArray *
dk_ledger_read (DkStmt *stmt, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_entry_free);
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    DkEntry *entry;
    if (!has_row)
      return g_steal_pointer (&entries);
    entry = read_entry (stmt, error);
    if (entry == NULL)
      return NULL;
    g_ptr_array_add (entries, entry);
  }
  return NULL;
}

GPtrArray *
dk_ledger_of_object (DkStore *store, const char *object, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT e.line, b.body FROM entry AS e"
                                          " LEFT JOIN entry_body AS b ON b.entry = e.id"
                                          " WHERE e.object = ?1 AND e.object <> ''"
                                          " ORDER BY e.id");

  dk_stmt_bind_text (stmt, 1, object);
  return dk_ledger_read (stmt, error);
}

GPtrArray *
dk_ledger_of_kind (DkStore *store, const char *kind, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT e.line, b.body FROM entry AS e"
                                          " LEFT JOIN entry_body AS b ON b.entry = e.id"
                                          " WHERE e.kind = ?1 ORDER BY e.id");

  dk_stmt_bind_text (stmt, 1, kind);
  return dk_ledger_read (stmt, error);
}

gboolean
dk_ledger_each (DkStore *store, const char *const *kinds,
                gboolean (*each) (const DkEntry *entry, gpointer data, GError **error),
                gpointer data, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store),
                     "SELECT e.line, b.body FROM entry AS e"
                     " LEFT JOIN entry_body AS b ON b.entry = e.id WHERE e.station = ?1"
                     " AND e.kind IN (SELECT value FROM json_each (?2)) ORDER BY e.id");
  g_autoptr (json_t) list = json_array ();
  g_autofree char *text = NULL;
  gboolean has_row;

  for (guint i = 0; kinds[i] != NULL; i++)
    json_array_append_new (list, json_string (kinds[i]));
  text = dk_json_canonical (list, NULL);
  dk_stmt_bind_text (stmt, 1, dk_store_identity (store)->station);
  dk_stmt_bind_text (stmt, 2, text);
  while (dk_stmt_step (stmt, &has_row, error)) {
    g_autoptr (DkEntry) entry = NULL;
    if (!has_row)
      return TRUE;
    entry = read_entry (stmt, error);
    if (entry == NULL || !each (entry, data, error))
      return FALSE;
  }
  return FALSE;
}
