/* SPDX-License-Identifier: MIT */
#include "app/store/attached-store.h"

#include <string.h>

#include "app/base/text.h"
#include "app/model/answer-words.h"
#include "app/model/entry.h"
#include "app/store/attached-private.h"
#include "app/store/ledger.h"
#include "app/store/store-private.h"
#include "app/store/ticket-answers.h"
#include "app/store/ticket-private.h"

#define NAME_CHARACTERS_MAX 100
#define TYPE_BYTES_MAX 100
#define VALUES_DEPTH 8 /* entries, body, fields, rows of a repeat, the value: with room to spare */

/* What it is by its first bytes; else plain bytes, which nobody opens by accident. */
static const char *
guess_type (const guint8 *bytes, gsize size)
{
  static const struct {
    const char *start;
    gsize size;
    const char *type;
  } table[] = {
    { "\x89PNG\r\n\x1a\n", 8, "image/png" }, { "\xff\xd8\xff", 3, "image/jpeg" },
    { "GIF8", 4, "image/gif" },              { "BM", 2, "image/bmp" },
    { "%PDF-", 5, "application/pdf" },       { "PK\x03\x04", 4, "application/zip" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (size >= table[i].size && memcmp (bytes, table[i].start, table[i].size) == 0)
      return table[i].type;
  if (size >= 12 && memcmp (bytes, "RIFF", 4) == 0 && memcmp (bytes + 8, "WEBP", 4) == 0)
    return "image/webp";
  if (memchr (bytes, 0, size) == NULL
      && g_utf8_validate ((const char *) bytes, (gssize) size, NULL))
    return "text/plain";
  return "application/octet-stream";
}

/* The last part of a path of any system, without what a file system or a terminal trips over. New
 * string. */
static char *
clean_name (const char *name)
{
  const char *slash = strrchr (name, '/');
  const char *back = strrchr (name, '\\');
  const char *leaf = MAX (slash != NULL ? slash + 1 : name, back != NULL ? back + 1 : name);
  g_autofree char *masked = dk_ticket_mask_keys (leaf);
  g_autofree char *line = dk_text_clean_line (masked);
  g_autofree char *shown = dk_text_printable (line, FALSE);

  for (char *c = shown; *c != '\0'; c++)
    if (strchr ("\\/:*?\"<>|", *c) != NULL)
      *c = '_';
  while (*shown == '.')
    memmove (shown, shown + 1, strlen (shown));
  return *shown != '\0' ? dk_text_shorten (shown, NAME_CHARACTERS_MAX) : g_strdup ("file");
}

json_t *
dk_attached_value (const char *name, const char *type, GBytes *content, GError **error)
{
  g_autofree char *clean = clean_name (name);
  g_autofree char *sha256 = NULL;
  const guint8 *bytes;
  gsize size;

  bytes = g_bytes_get_data (content, &size);
  if (size < 1 || size > DK_FORM_FILE_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s has %" G_GSIZE_FORMAT " bytes: a file of a ticket has between 1 byte and "
                 "5 MiB. It was not stored; make the picture smaller and try again.",
                 clean, size);
    return NULL;
  }
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);
  return json_pack ("{s:o, s:s, s:I, s:s}", "name", dk_json_string (clean), "type",
                    type != NULL && *type != '\0' && strlen (type) <= TYPE_BYTES_MAX
                        ? type
                        : guess_type (bytes, size),
                    "size", (json_int_t) size, "sha256", sha256);
}

static void
add_value (GPtrArray *list, json_t *value)
{
  for (guint i = 0; i < list->len; i++)
    if (json_equal (g_ptr_array_index (list, i), value))
      return;
  g_ptr_array_add (list, value);
}

static void
add_values (GPtrArray *list, json_t *value, guint depth)
{
  const char *name;
  json_t *member;
  gsize i;

  if (dk_answer_is_file (value)) {
    add_value (list, value);
    return;
  }
  if (depth == 0)
    return;
  json_object_foreach (value, name, member)
    add_values (list, member, depth - 1);
  json_array_foreach (value, i, member)
    add_values (list, member, depth - 1);
}

GPtrArray *
dk_attached_values (const json_t *answers)
{
  GPtrArray *list = g_ptr_array_new ();

  add_values (list, (json_t *) (guintptr) answers, VALUES_DEPTH);
  return list;
}

/* Stores the bytes for a number; what is there stays. */
static gboolean
put_content (DkStore *store, const char *number, GBytes *content, GError **error)
{
  g_autofree char *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO attached (number, sha256, content) VALUES (?1, ?2, ?3)"
                           " ON CONFLICT (number, sha256) DO NOTHING");
  gsize size;
  const void *bytes = g_bytes_get_data (content, &size);

  if (size < 1 || size > DK_FORM_FILE_BYTES) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A file of a ticket has between 1 byte and 5 MiB. Nothing was changed.");
    return FALSE;
  }
  dk_stmt_bind_text (stmt, 1, number);
  dk_stmt_bind_text (stmt, 2, sha256);
  dk_stmt_bind_blob (stmt, 3, bytes, size);
  return dk_stmt_run (stmt, error);
}

static gboolean
check_count (DkStore *store, const char *number, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT count (*) FROM attached WHERE number = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, number);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (dk_stmt_int (stmt, 0) <= DK_ATTACHED_FILES_MAX)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s has %u files already, and no ticket has more. Nothing was changed; capture a "
               "second ticket for the others.",
               number, DK_ATTACHED_FILES_MAX);
  return FALSE;
}

gboolean
dk_attached_store_keep (DkStore *store, const char *number, GBytes *content, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autoptr (DkTransaction) transaction = NULL;

  return dk_ticket_check_number (store, number, &canonical, error)
         && (transaction = dk_store_begin (store, error)) != NULL
         && put_content (store, canonical, content, error)
         && check_count (store, canonical, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

static gboolean
has_content (DkStore *store, const char *number, const char *sha256, gboolean *found,
             GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT 1 FROM attached WHERE number = ?1 AND sha256 = ?2");

  dk_stmt_bind_text (stmt, 1, number);
  dk_stmt_bind_text (stmt, 2, sha256);
  return dk_stmt_step (stmt, found, error);
}

gboolean
dk_attached_table_take (DkStore *store, const char *number, const json_t *answers,
                        const GPtrArray *files, GError **error)
{
  g_autoptr (GPtrArray) values = dk_attached_values (answers);

  for (guint i = 0; files != NULL && i < files->len; i++)
    if (!put_content (store, number, g_ptr_array_index (files, i), error))
      return FALSE;
  for (guint i = 0; i < values->len; i++) {
    const json_t *value = g_ptr_array_index (values, i);
    gboolean found;
    if (!has_content (store, number, dk_json_get_text (value, "sha256"), &found, error))
      return FALSE;
    if (!found) {
      g_autofree char *shown = dk_text_printable (dk_json_get_text (value, "name"), FALSE);
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "The file \"%s\" is named, but its content is not here. Nothing was changed; "
                   "choose the file again.",
                   shown);
      return FALSE;
    }
  }
  return check_count (store, number, error);
}

/* Hashes of the files that these answers name, as a JSON array for json_each. New string. */
static char *
hashes_text (const json_t *answers)
{
  g_autoptr (GPtrArray) values = dk_attached_values (answers);
  g_autoptr (json_t) list = json_array ();

  for (guint i = 0; i < values->len; i++)
    json_array_append (list, json_object_get (g_ptr_array_index (values, i), "sha256"));
  return dk_json_canonical (list, NULL);
}

gboolean
dk_attached_table_keep_only (DkStore *store, const char *number, const json_t *answers,
                             GError **error)
{
  g_autofree char *kept = hashes_text (answers);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "DELETE FROM attached WHERE number = ?1"
                           " AND sha256 NOT IN (SELECT value FROM json_each (?2))");

  dk_stmt_bind_text (stmt, 1, number);
  dk_stmt_bind_text (stmt, 2, kept);
  return dk_stmt_run (stmt, error);
}

/* What any entry still says counts: a file that an amendment replaced is part of the record. */
gboolean
dk_attached_table_drop_erased (DkStore *store, const char *number, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, number, error);
  g_autoptr (json_t) said = json_array ();

  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    if (entry->body != NULL && strcmp (entry->kind, DK_ENTRY_FILE_TAKEN) != 0)
      json_array_append (said, entry->body);
  }
  return dk_attached_table_keep_only (store, number, said, error);
}

gboolean
dk_attached_store_tidy (DkStore *store, const char *number, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autoptr (DkTransaction) transaction = NULL;
  gboolean is_draft = FALSE;

  if (!dk_ticket_check_number (store, number, &canonical, error)
      || !dk_draft_table_has (store, canonical, &is_draft, error))
    return FALSE;
  if (is_draft)
    return TRUE;
  transaction = dk_store_begin (store, error);
  return transaction != NULL && dk_attached_table_drop_erased (store, canonical, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

GBytes *
dk_attached_store_read (DkStore *store, const char *number, const char *sha256, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT content FROM attached WHERE number = ?1 AND sha256 = ?2");
  g_autofree char *canonical = NULL;
  g_autofree char *found = NULL;
  g_autoptr (GBytes) content = NULL;
  const void *bytes;
  gboolean has_row;
  gsize size;

  if (!dk_ticket_check_number (store, number, &canonical, error))
    return NULL;
  dk_stmt_bind_text (stmt, 1, canonical);
  dk_stmt_bind_text (stmt, 2, sha256);
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (!has_row) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "%s has no such file in this kit; its words may have been erased.", canonical);
    return NULL;
  }
  bytes = dk_stmt_blob (stmt, 0, &size);
  content = g_bytes_new (bytes, size);
  found = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);
  if (strcmp (found, sha256) == 0)
    return g_steal_pointer (&content);
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "A file of %s is not what the ledger says of it (its SHA-256 differs). The words of "
               "the ticket are whole; take the file from a backup.",
               canonical);
  return NULL;
}

/* "devices[2].photo" to its parts; row 0 = none. */
static gboolean
cut_field (const char *field, char **repeat, guint64 *row, char **name)
{
  g_autoptr (GRegex) pattern
      = g_regex_new ("^([A-Za-z0-9_.-]+)\\[([0-9]{1,4})\\]\\.([A-Za-z0-9_.-]+)$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *digits = NULL;

  if (!g_regex_match (pattern, field, 0, &match)) {
    *name = g_strdup (field);
    return FALSE;
  }
  *repeat = g_match_info_fetch (match, 1);
  digits = g_match_info_fetch (match, 2);
  *row = g_ascii_strtoull (digits, NULL, 10);
  *name = g_match_info_fetch (match, 3);
  return *row > 0;
}

static void
append_place (GString *out, const char *prefix, const json_t *answers)
{
  const char *name;
  json_t *value;

  json_object_foreach ((json_t *) (guintptr) answers, name, value)
    if (dk_answer_is_file (value))
      g_string_append_printf (out, "%s%s%s", out->len > 0 ? ", " : "", prefix, name);
}

/* "photo, devices[1].photo": what the ticket has. New string. */
static char *
list_places (const json_t *answers)
{
  GString *out = g_string_new (NULL);
  const char *name;
  json_t *value;

  append_place (out, "", answers);
  json_object_foreach ((json_t *) (guintptr) answers, name, value)
    for (gsize i = 0; json_is_array (value) && i < json_array_size (value); i++) {
      g_autofree char *prefix = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "].", name, i + 1);
      append_place (out, prefix, json_array_get (value, i));
    }
  return g_string_free (out, FALSE);
}

/* The file answer of a field. New reference. */
static json_t *
find_value (DkStore *store, const char *number, const char *field, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (store, number, error);
  g_autofree char *repeat = NULL;
  g_autofree char *name = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *places = NULL;
  json_t *value;
  guint64 row = 0;

  if (ticket == NULL)
    return NULL;
  value = cut_field (field, &repeat, &row, &name)
              ? json_object_get (
                  json_array_get (json_object_get (ticket->answers, repeat), row - 1), name)
              : json_object_get (ticket->answers, name);
  if (dk_answer_is_file (value))
    return json_incref (value);
  shown = dk_text_printable (field, FALSE);
  places = list_places (ticket->answers);
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "%s has no file \"%s\"%s%s.", ticket->number,
               shown, *places != '\0' ? "; it has " : ", and no other", places);
  return NULL;
}

GBytes *
dk_attached_store_take (DkStore *store, const char *number, const char *field, const char *reason,
                        json_t **value, GError **error)
{
  g_autofree char *canonical = NULL;
  g_autofree char *clean = NULL;
  g_autoptr (json_t) found = NULL;
  g_autoptr (json_t) body = json_object ();
  g_autoptr (GBytes) content = NULL;

  if (!dk_store_may (store, DK_STORE_EXPORT, error)
      || !dk_ticket_check_number (store, number, &canonical, error)
      || !dk_ticket_clean_reason (canonical, reason, &clean, error)
      || (found = find_value (store, canonical, field, error)) == NULL)
    return NULL;
  content = dk_attached_store_read (store, canonical, dk_json_get_text (found, "sha256"), error);
  dk_json_set_text (body, "field", field);
  dk_json_set_text (body, "name", dk_json_get_text (found, "name"));
  dk_json_set_text (body, "sha256", dk_json_get_text (found, "sha256"));
  dk_json_set_text (body, "reason", clean);
  if (content == NULL || !dk_ledger_note (store, DK_ENTRY_FILE_TAKEN, canonical, body, error))
    return NULL;
  if (value != NULL)
    *value = g_steal_pointer (&found);
  return g_steal_pointer (&content);
}
