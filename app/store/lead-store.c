/* SPDX-License-Identifier: MIT */
/* A sealed box says nothing of who made it, and everybody of a kit can write its rows. So what was
 * sealed names its own place, and the ledger's entry holds a digest of it: a row that was
 * exchanged, moved or written by somebody else does not count. */
#include "app/store/lead-store.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/lead-private.h"
#include "app/store/ledger.h"
#include "app/store/store-private.h"
#include "app/store/ticket-answers.h"
#include "app/store/ticket-private.h"

#define LABEL "dk-lead v1"
#define TABLE "lead_record"
#define FIELD "note"
#define VERSION 1
#define RANDOM_SIZE 32
#define RECORD_SIZE 16
#define SEAL_SIZE 48
#define HEAD_LINES 9
#define SEALED_BYTES_MAX (DK_LIMIT_FIELD_BYTES + 1024)

void
dk_lead_note_free (DkLeadNote *note)
{
  if (note == NULL)
    return;
  g_free (note->chain);
  g_free (note->author);
  g_free (note->text);
  g_free (note->problem);
  g_free (note);
}

/* The lines before the text, FORMAT.md "Words for leads". */
static char *
head_of (DkStore *store, const char *record, const char *object, const char *author,
         const char *random)
{
  return g_strdup_printf (LABEL "\n%s\n" TABLE "\n%s\n%s\n" FIELD "\n%d\n%s\n%s\n",
                          dk_store_identity (store)->kit_id, record, object, VERSION, author,
                          random);
}

static gboolean
insert_row (DkStore *store, const char *record, const char *object, const guint8 recipient[32],
            const char *plain, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO lead_record (record, object, recipient, sealed)"
                           " VALUES (?1, ?2, ?3, ?4)");
  gsize size = strlen (plain);
  g_autofree guint8 *sealed = g_malloc (size + SEAL_SIZE);

  dk_box_seal (sealed, (const guint8 *) plain, size, recipient);
  dk_stmt_bind_text (stmt, 1, record);
  dk_stmt_bind_text (stmt, 2, object);
  dk_stmt_bind_blob (stmt, 3, recipient, 32);
  dk_stmt_bind_blob (stmt, 4, sealed, size + SEAL_SIZE);
  return dk_stmt_run (stmt, error);
}

void
dk_lead_store_set_recipients (DkStore *store, GPtrArray *keys)
{
  dk_store_set_lead_recipients (store, keys);
}

/* A row for the leads of this kit, and one for each desk. */
static gboolean
insert_rows (DkStore *store, const char *record, const char *object, const guint8 own[32],
             const char *plain, GError **error)
{
  GPtrArray *more = dk_store_lead_recipients (store);

  if (!insert_row (store, record, object, own, plain, error))
    return FALSE;
  for (guint i = 0; more != NULL && i < more->len; i++) {
    gsize size;
    const guint8 *key = g_bytes_get_data (g_ptr_array_index (more, i), &size);
    g_assert (size == 32);
    if (memcmp (key, own, size) != 0
        && !insert_row (store, record, object, key, plain, error))
      return FALSE;
  }
  return TRUE;
}

static json_t *
make_body (const char *record, const guint8 random[RANDOM_SIZE], const char *text)
{
  json_t *body = json_object ();
  guint8 digest[32];
  g_autofree char *hex = NULL;

  dk_hash_pair (digest, random, RANDOM_SIZE, text, strlen (text));
  hex = dk_text_hex (digest, sizeof digest);
  dk_json_set_text (body, "record", record);
  dk_json_set_text (body, "field", FIELD);
  json_object_set_new (body, "version", json_integer (VERSION));
  dk_json_set_text (body, "digest", hex);
  return body;
}

/* In the caller's transaction. */
static gboolean
record_note (DkStore *store, DkTicket *ticket, const char *text, gint64 happened_ms,
             const guint8 recipient[32], GError **error)
{
  guint8 id[RECORD_SIZE];
  guint8 random[RANDOM_SIZE];
  g_autofree char *record = NULL;
  g_autofree char *hex = NULL;
  g_autofree char *head = NULL;
  g_autofree char *plain = NULL;
  g_autoptr (json_t) body = NULL;
  gboolean done;

  dk_random (id, sizeof id);
  dk_random (random, sizeof random);
  record = dk_text_hex (id, sizeof id);
  hex = dk_text_hex (random, sizeof random);
  head = head_of (store, record, ticket->number, dk_store_user (store), hex);
  plain = g_strconcat (head, text, NULL);
  body = make_body (record, random, text);
  done = insert_rows (store, record, ticket->number, recipient, plain, error);
  dk_secret_wipe (plain, strlen (plain));
  dk_secret_wipe (hex, strlen (hex));
  dk_secret_wipe (random, sizeof random);
  return done
         && dk_ticket_record (store, ticket, DK_ENTRY_TICKET_LEAD_NOTE, happened_ms, body, error);
}

gboolean
dk_lead_store_note (DkStore *store, const char *number, const char *text, gint64 happened_ms,
                    GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_load_unless_void (store, number, error);
  g_autoptr (DkTransaction) transaction = NULL;
  g_autofree char *masked = NULL;
  g_autofree char *clean = NULL;
  guint8 key[32];

  if (ticket == NULL
      || !dk_text_check (text, strlen (text), DK_LIMIT_FIELD_BYTES, "The note", error)
      || !dk_ticket_check_time ("The time given", happened_ms, error)
      || !dk_lead_store_key (store, key, error))
    return FALSE;
  masked = dk_ticket_mask_keys (text);
  clean = dk_text_clean (masked);
  if (*clean == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: the note is empty. Nothing was changed.",
                 ticket->number);
    return FALSE;
  }
  transaction = dk_store_begin (store, error);
  return transaction != NULL && record_note (store, ticket, clean, happened_ms, key, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

gboolean
dk_lead_store_may_read (DkStore *store)
{
  return dk_keyring_get (dk_store_keys (store), DK_KEY_LEAD) != NULL;
}

/* The row of a record that is sealed to this key; *sealed NULL if there is none. */
static gboolean
read_row (DkStore *store, const char *record, const guint8 recipient[32], GBytes **sealed,
          GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT sealed FROM lead_record WHERE record = ?1"
                                          " AND recipient = ?2 AND length (sealed) <= ?3");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, record);
  dk_stmt_bind_blob (stmt, 2, recipient, 32);
  dk_stmt_bind_int (stmt, 3, SEALED_BYTES_MAX);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (has_row) {
    gsize size;
    const void *bytes = dk_stmt_blob (stmt, 0, &size);
    *sealed = g_bytes_new (bytes, size);
  }
  return TRUE;
}

/* Where the text begins behind the head; NULL if it has not so many lines. */
static const char *
skip_head (const char *plain, const char **random)
{
  for (guint line = 0; line < HEAD_LINES; line++) {
    const char *end = strchr (plain, '\n');
    if (end == NULL)
      return NULL;
    *random = plain;
    plain = end + 1;
  }
  return plain;
}

/* The text, if what was sealed is what this entry names; else NULL. New string. */
static char *
check_plain (DkStore *store, const DkEntry *entry, const char *plain)
{
  const char *record = dk_json_get_text (entry->body, "record");
  const char *random = NULL;
  const char *text = skip_head (plain, &random);
  g_autofree char *hex = text != NULL ? g_strndup (random, (gsize) (text - random - 1)) : NULL;
  g_autofree char *head
      = hex != NULL ? head_of (store, record, entry->object, entry->user, hex) : NULL;
  g_autofree char *digest = NULL;
  guint8 bytes[RANDOM_SIZE];
  guint8 hash[32];

  if (head == NULL || strlen (head) != (gsize) (text - plain)
      || memcmp (head, plain, strlen (head)) != 0 || !dk_text_unhex (hex, bytes, sizeof bytes))
    return NULL;
  dk_hash_pair (hash, bytes, sizeof bytes, text, strlen (text));
  digest = dk_text_hex (hash, sizeof hash);
  return g_strcmp0 (digest, dk_json_get_text (entry->body, "digest")) == 0 ? g_strdup (text) : NULL;
}

/* New string, NULL if it does not open with this keyring. */
static char *
open_sealed (const DkKeyring *keys, GBytes *sealed, gsize *size)
{
  gsize sealed_size;
  const guint8 *bytes = g_bytes_get_data (sealed, &sealed_size);
  g_autofree char *plain = NULL;
  guint8 public_key[32];

  if (sealed_size < SEAL_SIZE)
    return NULL;
  *size = sealed_size - SEAL_SIZE;
  plain = g_malloc0 (*size + 1);
  dk_keyring_public (keys, DK_KEY_LEAD, public_key);
  return dk_box_open ((guint8 *) plain, bytes, sealed_size, public_key,
                      dk_keyring_get (keys, DK_KEY_LEAD))
             ? g_steal_pointer (&plain)
             : NULL;
}

static gboolean
open_note (DkStore *store, const DkEntry *entry, DkLeadNote *note, GError **error)
{
  const DkKeyring *keys = dk_store_keys (store);
  const char *record = dk_json_get_text (entry->body, "record");
  g_autoptr (GBytes) sealed = NULL;
  g_autofree char *plain = NULL;
  guint8 public_key[32];
  gsize size = 0;

  dk_keyring_public (keys, DK_KEY_LEAD, public_key);
  if (record == NULL || !read_row (store, record, public_key, &sealed, error))
    return record == NULL;
  if (sealed == NULL) {
    note->problem = g_strdup ("Its words are not in this kit, or were sealed to another key.");
    return TRUE;
  }
  plain = open_sealed (keys, sealed, &size);
  if (plain != NULL && strlen (plain) == size && g_utf8_validate (plain, -1, NULL))
    note->text = check_plain (store, entry, plain);
  if (plain != NULL)
    dk_secret_wipe (plain, size);
  if (note->text == NULL)
    note->problem = g_strdup ("Its words are damaged, or not those that were entered.");
  return TRUE;
}

static GPtrArray *
read_notes (DkStore *store, const char *number, gboolean with_text, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) notes
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_lead_note_free);

  if (dk_ticket_check_number (store, number, &canonical, error))
    entries = dk_ledger_of_object (store, canonical, error);
  if (entries == NULL)
    return NULL;
  for (guint i = 0; i < entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    DkLeadNote *note;
    if (strcmp (entry->kind, DK_ENTRY_TICKET_LEAD_NOTE) != 0)
      continue;
    note = g_new0 (DkLeadNote, 1);
    g_ptr_array_add (notes, note);
    note->chain = g_strdup (entry->chain);
    note->seq = entry->seq;
    note->author = g_strdup (entry->user);
    note->happened_ms = entry->happened_ms;
    note->recorded_ms = entry->recorded_ms;
    note->is_erased = entry->body == NULL;
    if (with_text && entry->body != NULL && !open_note (store, entry, note, error))
      return NULL;
  }
  return g_steal_pointer (&notes);
}

GPtrArray *
dk_lead_store_list (DkStore *store, const char *number, GError **error)
{
  return read_notes (store, number, FALSE, error);
}

/* On a full disk a word that a lead needs is worth more than the entry that says who read it. */
static gboolean
note_shown (DkStore *store, const char *number, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autoptr (json_t) body = json_object ();
  g_autoptr (GError) failed = NULL;

  dk_json_set_text (body, "what", "notes");
  if (!dk_ticket_check_number (store, number, &canonical, error))
    return FALSE;
  if (dk_ledger_note (store, "lead-read", canonical, body, &failed)
      || g_error_matches (failed, DK_ERROR, DK_ERROR_STORAGE))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

GPtrArray *
dk_lead_store_show (DkStore *store, const char *number, GError **error)
{
  g_autoptr (GPtrArray) notes = read_notes (store, number, dk_lead_store_may_read (store), error);
  gboolean has_text = FALSE;

  for (guint i = 0; notes != NULL && i < notes->len; i++)
    has_text = has_text || ((const DkLeadNote *) g_ptr_array_index (notes, i))->text != NULL;
  return notes != NULL && (!has_text || note_shown (store, number, error))
             ? g_steal_pointer (&notes)
             : NULL;
}

gboolean
dk_lead_store_count (DkStore *store, gint64 *count, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT count(*) FROM entry AS e JOIN entry_body AS b ON b.entry = e.id"
                           " WHERE e.kind = '" DK_ENTRY_TICKET_LEAD_NOTE
                           "' AND b.body IS NOT NULL");
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *count = dk_stmt_int (stmt, 0);
  return TRUE;
}

gboolean
dk_lead_table_remove (DkStore *store, const char *record, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "DELETE FROM lead_record WHERE record = ?1");

  dk_stmt_bind_text (stmt, 1, record);
  return dk_stmt_run (stmt, error);
}

static gboolean
update_row (DkStore *store, gint64 id, const DkKeyring *after, const char *plain, gsize size,
            GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "UPDATE lead_record SET recipient = ?2, sealed = ?3 WHERE id = ?1");
  g_autofree guint8 *sealed = g_malloc (size + SEAL_SIZE);
  guint8 public_key[32];

  dk_keyring_public (after, DK_KEY_LEAD, public_key);
  dk_box_seal (sealed, (const guint8 *) plain, size, public_key);
  dk_stmt_bind_int (stmt, 1, id);
  dk_stmt_bind_blob (stmt, 2, public_key, sizeof public_key);
  dk_stmt_bind_blob (stmt, 3, sealed, size + SEAL_SIZE);
  return dk_stmt_run (stmt, error);
}

/* The next row behind `id` that is sealed to this key; *sealed NULL behind the last one. */
static gboolean
next_row (DkStore *store, const guint8 recipient[32], gint64 *id, GBytes **sealed, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT id, sealed FROM lead_record WHERE id > ?1"
                                          " AND recipient = ?2 ORDER BY id LIMIT 1");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, *id);
  dk_stmt_bind_blob (stmt, 2, recipient, 32);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (has_row) {
    gsize size;
    const void *bytes = dk_stmt_blob (stmt, 1, &size);
    *id = dk_stmt_int (stmt, 0);
    *sealed = g_bytes_new (bytes, size);
  }
  return TRUE;
}

gboolean
dk_lead_store_reseal (DkStore *store, const DkKeyring *before, const DkKeyring *after,
                      GError **error)
{
  guint8 old_key[32];
  gint64 id = 0;

  dk_keyring_public (before, DK_KEY_LEAD, old_key);
  while (TRUE) {
    g_autoptr (GBytes) sealed = NULL;
    g_autofree char *plain = NULL;
    gboolean done = TRUE;
    gsize size = 0;
    if (!next_row (store, old_key, &id, &sealed, error))
      return FALSE;
    if (sealed == NULL)
      return TRUE;
    plain = open_sealed (before, sealed, &size);
    if (plain != NULL) {
      done = update_row (store, id, after, plain, size, error);
      dk_secret_wipe (plain, size);
    }
    if (!done)
      return FALSE;
  }
}
