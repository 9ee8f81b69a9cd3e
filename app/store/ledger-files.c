/* SPDX-License-Identifier: MIT */
/* Reads an exported ledger and hands it to the rules. Whoever has only the folder can check as much
 * as the kit itself: an auditor, the desk, a person with a backup. */
#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/crypto/aead.h"
#include "app/crypto/minisign.h"
#include "app/store/ledger-check-private.h"

#define SALT_SIZE 16
#define CHAIN_DIGITS 8
#define STATION_MAX 8
#define BODIES "bodies.ndjson"
#define CHECKPOINTS "checkpoints"
#define KEY_MAX 4096

/* Words of one place; in a fork there are several. */
typedef struct Body Body;
struct Body {
  Body *next;
  char *chain;
  gint64 seq;
  guint8 salt[SALT_SIZE];
  char *text; /* NULL: gone, and so is the salt */
  gsize size;
  gboolean is_marked;
  gint64 erased_by;
  gboolean is_used;
};

typedef struct {
  DkLedgerCheck *check;
  GHashTable *files;
  GHashTable *bodies; /* "CHAIN:SEQ" -> Body */
  const DkJob *job;
} Reader;

static void
body_free (gpointer data)
{
  for (Body *body = data; body != NULL;) {
    Body *next = body->next;
    g_free (body->chain);
    g_free (body->text);
    g_free (body);
    body = next;
  }
}

static char *
place_key (const char *chain, gint64 seq)
{
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT, chain, seq);
}

static gboolean
is_lower_hex (const char *text)
{
  return text[strspn (text, "0123456789abcdef")] == '\0';
}

static gboolean
is_chain_id (const char *text, gsize size)
{
  return size == CHAIN_DIGITS && strspn (text, "0123456789abcdef") >= CHAIN_DIGITS;
}

/* One spelling, as for lines: else bytes could change and nobody would notice. */
static gboolean
is_canonical (const json_t *record, const char *line, gsize size)
{
  g_autofree char *again = dk_json_is_plain (record) ? dk_json_canonical (record, NULL) : NULL;

  return again != NULL && strlen (again) + 1 == size && memcmp (again, line, size - 1) == 0
         && line[size - 1] == '\n';
}

/* A record as it is exported; NULL for anything else. */
static Body *
read_body (const char *line, gsize size)
{
  g_autoptr (json_t) record = dk_json_parse (line, size, DK_LIMIT_JSON_BYTES, "A body", NULL);
  const char *chain = dk_json_get_text (record, "chain");
  const char *salt = dk_json_get_text (record, "salt");
  json_t *text = json_object_get (record, "body");
  gint64 seq = dk_json_get_int (record, "seq", 0);
  Body read = { .seq = seq };
  Body *body;

  if (!json_is_object (record) || !is_canonical (record, line, size)
      || json_object_size (record) != (json_object_get (record, "erased_by") != NULL ? 5 : 4)
      || json_object_get (record, "salt") == NULL || (salt != NULL && !is_lower_hex (salt)))
    return NULL;
  if (chain == NULL || !is_chain_id (chain, strlen (chain)) || seq < 1 || text == NULL
      || json_is_null (text) != (salt == NULL)
      || (salt != NULL && (!json_is_string (text) || !dk_text_unhex (salt, read.salt, SALT_SIZE))))
    return NULL;
  body = g_memdup2 (&read, sizeof read);
  body->chain = g_strdup (chain);
  body->is_marked = json_object_get (record, "erased_by") != NULL;
  body->erased_by = dk_json_get_int (record, "erased_by", 0);
  if (salt != NULL) {
    body->size = json_string_length (text);
    body->text = g_strndup (json_string_value (text), body->size);
  }
  return body;
}

static gboolean
step (Reader *reader, guint64 done, GError **error)
{
  return dk_job_step (reader->job, done, 0, "Checking the ledger", error);
}

static gboolean
read_bodies (Reader *reader, GError **error)
{
  GBytes *file = g_hash_table_lookup (reader->files, BODIES);
  gsize left = 0;
  const char *at = file != NULL ? g_bytes_get_data (file, &left) : NULL;

  for (gint64 n = 1; left > 0; n++) {
    const char *end = memchr (at, '\n', left);
    gsize size = end != NULL ? (gsize) (end - at) + 1 : left;
    Body *body = read_body (at, size);
    if (body == NULL) {
      dk_ledger_check_add (reader->check, DK_FINDING_WORDS_STRAY, "", n);
    } else {
      char *key = place_key (body->chain, body->seq);
      gpointer key_before = NULL;
      gpointer before = NULL;
      (void) g_hash_table_steal_extended (reader->bodies, key, &key_before, &before);
      g_free (key_before);
      body->next = before;
      g_hash_table_insert (reader->bodies, key, body);
    }
    if (!step (reader, (guint64) n, error))
      return FALSE;
    at += size;
    left -= size;
  }
  return TRUE;
}

/* The words whose hash the line names, or else any that are left for this place. */
static Body *
find_body (Reader *reader, const char *chain, gint64 seq, const DkEntry *entry)
{
  g_autofree char *key = place_key (chain, seq);
  Body *first = g_hash_table_lookup (reader->bodies, key);
  Body *found = NULL;

  for (Body *body = first; body != NULL; body = body->next) {
    g_autofree char *hex = NULL;
    guint8 hash[32];
    if (body->is_used)
      continue;
    found = body;
    if (first->next == NULL || body->text == NULL || entry == NULL)
      continue;
    dk_hash_pair (hash, body->salt, SALT_SIZE, body->text, body->size);
    hex = dk_text_hex (hash, sizeof hash);
    if (strcmp (hex, entry->body_hash) == 0)
      break;
  }
  if (found != NULL)
    found->is_used = TRUE;
  return found;
}

static void
feed_line (Reader *reader, const char *station, const char *chain, gint64 *last, const char *line,
           gsize size)
{
  g_autoptr (DkEntry) entry = dk_entry_parse_line (line, size, NULL);
  gint64 seq = entry != NULL ? entry->seq : *last + 1;
  const Body *body = find_body (reader, chain, seq, entry);
  DkLedgerRow row
      = { .station = station, .chain = chain, .seq = seq, .line = line, .line_size = size };

  if (body != NULL) {
    row.salt = body->text != NULL ? body->salt : NULL;
    row.salt_size = SALT_SIZE;
    row.body = body->text;
    row.body_size = body->size;
    row.is_marked = body->is_marked;
    row.erased_by = body->erased_by;
  }
  dk_ledger_check_row (reader->check, &row);
  *last = seq;
}

static gboolean
feed_chain (Reader *reader, const char *name, GError **error)
{
  gsize station_size = strcspn (name, "-");
  g_autofree char *station = g_strndup (name, station_size);
  g_autofree char *chain = NULL;
  gsize left;
  const char *at = g_bytes_get_data (g_hash_table_lookup (reader->files, name), &left);
  gint64 last = 0;

  if (station_size < 1 || station_size > STATION_MAX
      || strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != station_size
      || strlen (name) != station_size + 1 + CHAIN_DIGITS + strlen (".ndjson")
      || !is_chain_id (name + station_size + 1, CHAIN_DIGITS)) {
    g_autofree char *shown = dk_text_printable (name, FALSE);
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is not named like a chain of an export (A07-0badcafe.ndjson). Nothing was "
                 "checked; give the folder as audit export made it.",
                 shown);
    return FALSE;
  }
  chain = g_strndup (name + station_size + 1, CHAIN_DIGITS);
  while (left > 0) {
    const char *end = memchr (at, '\n', left);
    gsize size = end != NULL ? (gsize) (end - at) + 1 : left;
    feed_line (reader, station, chain, &last, at, size);
    if (!step (reader, (guint64) dk_ledger_check_count (reader->check), error))
      return FALSE;
    at += size;
    left -= size;
  }
  return TRUE;
}

static const char *
text_of (GHashTable *files, const char *name, gsize *size)
{
  GBytes *bytes = g_hash_table_lookup (files, name);
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, size) : NULL;

  if (text == NULL)
    *size = 0;
  return text != NULL ? text : "";
}

/* "checkpoints/CHAIN-SEQ.json" with its signature beside it. */
static void
feed_checkpoint (Reader *reader, const char *name)
{
  const char *base = name + strlen (CHECKPOINTS "/");
  g_autofree char *signature_name = g_strconcat (name, ".minisig", NULL);
  g_autofree char *chain = NULL;
  g_autofree char *again = NULL;
  gsize message_size;
  gsize signature_size;
  const char *message = text_of (reader->files, name, &message_size);
  const char *signature = text_of (reader->files, signature_name, &signature_size);
  gint64 seq;

  if (!is_chain_id (base, MIN (strcspn (base, "-"), CHAIN_DIGITS)))
    return;
  chain = g_strndup (base, CHAIN_DIGITS);
  seq = g_ascii_strtoll (base + CHAIN_DIGITS + 1, NULL, 10);
  again = g_strdup_printf ("%s-%" G_GINT64_FORMAT ".json", chain, seq);
  if (strcmp (again, base) == 0)
    dk_ledger_check_checkpoint (reader->check, chain, seq, message, message_size, signature,
                                signature_size);
}

static gboolean
feed (Reader *reader, GError **error)
{
  g_autoptr (GList) names
      = g_list_sort (g_hash_table_get_keys (reader->files), (GCompareFunc) strcmp);
  guint chains = 0;

  if (!read_bodies (reader, error))
    return FALSE;
  for (const GList *i = names; i != NULL; i = i->next) {
    const char *name = i->data;
    if (g_str_has_prefix (name, CHECKPOINTS "/") && g_str_has_suffix (name, ".json"))
      feed_checkpoint (reader, name);
    if (strchr (name, '/') != NULL || !g_str_has_suffix (name, ".ndjson")
        || strcmp (name, BODIES) == 0)
      continue;
    if (!feed_chain (reader, name, error))
      return FALSE;
    chains++;
  }
  if (chains > 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "There is no ledger here: no file like A07-0badcafe.ndjson. Nothing was checked; "
               "give the folder as audit export made it.");
  return FALSE;
}

static void
add_stray_bodies (Reader *reader)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, reader->bodies);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    for (const Body *body = value; body != NULL; body = body->next)
      if (!body->is_used)
        dk_ledger_check_add (reader->check, DK_FINDING_WORDS_STRAY, body->chain, body->seq);
}

DkLedgerReport *
dk_ledger_verify_files (GHashTable *files, const GArray *keys, const char *held_head,
                        const DkJob *job, GError **error)
{
  g_autoptr (DkLedgerCheck) check
      = dk_ledger_check_new (keys, NULL, g_hash_table_contains (files, BODIES));
  g_autoptr (GHashTable) bodies
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, body_free);
  Reader reader = { .check = check, .files = files, .bodies = bodies, .job = job };

  if ((held_head != NULL && !dk_ledger_check_hold (check, held_head, error))
      || !feed (&reader, error))
    return NULL;
  add_stray_bodies (&reader);
  return dk_ledger_check_finish (check);
}

static gboolean
read_file (GHashTable *files, const char *folder, const char *name, guint64 *total, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_LIMIT_LEDGER_FILE_BYTES, error);

  if (bytes == NULL)
    return FALSE;
  *total += g_bytes_get_size (bytes);
  if (*total > DK_LIMIT_LEDGER_BYTES) {
    g_set_error (
        error, DK_ERROR, DK_ERROR_INVALID,
        "The export in %s is larger than what can be checked at once. Nothing was changed.",
        folder);
    return FALSE;
  }
  g_hash_table_insert (files, g_strdup (name), g_steal_pointer (&bytes));
  return TRUE;
}

static gboolean
read_names (GHashTable *files, const char *folder, const char *below, guint64 *total,
            GError **error)
{
  g_autofree char *path = g_build_filename (folder, below, NULL);
  g_autoptr (GPtrArray) names = dk_file_list (path, DK_LIMIT_LEDGER_FILES, error);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *base = g_ptr_array_index (names, i);
    g_autofree char *name = below != NULL ? g_strconcat (below, "/", base, NULL) : g_strdup (base);
    if ((g_str_has_suffix (base, ".ndjson") || g_str_has_suffix (base, ".pub")
         || g_str_has_suffix (base, ".json") || g_str_has_suffix (base, ".minisig"))
        && !read_file (files, folder, name, total, error))
      return FALSE;
  }
  return names != NULL;
}

/* Keys out of device.pub and, where chains were signed with others, device-CHAIN.pub. */
static GArray *
read_keys (GHashTable *files, GError **error)
{
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, 32);
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (files), (GCompareFunc) strcmp);

  for (const GList *i = names; i != NULL; i = i->next) {
    g_autofree char *text = NULL;
    DkMinisignPublic key;
    gsize size;
    const char *content = text_of (files, i->data, &size);
    if (!g_str_has_prefix (i->data, "device") || !g_str_has_suffix (i->data, ".pub"))
      continue;
    text = g_strndup (content, MIN (size, KEY_MAX));
    if (!dk_minisign_public_parse (text, &key, error)) {
      g_prefix_error (error, "%s: ", (const char *) i->data);
      return NULL;
    }
    g_array_append_vals (keys, key.key, 1);
  }
  return g_steal_pointer (&keys);
}

DkLedgerReport *
dk_ledger_verify_folder (const char *folder, const GArray *keys, const char *held_head,
                         const DkJob *job, GError **error)
{
  g_autoptr (GHashTable) files
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_autofree char *checkpoints = g_build_filename (folder, CHECKPOINTS, NULL);
  g_autoptr (GArray) own = NULL;
  guint64 total = 0;

  if (!read_names (files, folder, NULL, &total, error)
      || (dk_file_exists (checkpoints) && !read_names (files, folder, CHECKPOINTS, &total, error)))
    return NULL;
  own = keys == NULL ? read_keys (files, error) : NULL;
  if (keys == NULL && own == NULL)
    return NULL;
  return dk_ledger_verify_files (files, keys != NULL ? keys : own, held_head, job, error);
}
