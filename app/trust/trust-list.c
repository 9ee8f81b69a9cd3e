/* SPDX-License-Identifier: MIT */
/* Everybody of a kit can write its rows and its settings, and take any of them back to an older
 * state. So the newest list counts only with the admin key in force, and only if nothing names a
 * newer one: not the setting, and not the ledger, which also has a digest of each. */
#include "app/trust/trust-list.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/db/statement.h"
#include "app/model/entry.h"
#include "app/store/ledger.h"
#include "app/trust/trust-private.h"

#define ROWS_MAX 1000
#define INIT_MEMBER "trust"

void
dk_trust_list_free (DkTrustList *list)
{
  if (list == NULL)
    return;
  json_decref (list->document);
  g_free (list->text);
  g_ptr_array_unref (list->faults);
  g_ptr_array_unref (list->entries);
  g_ptr_array_unref (list->broken);
  g_free (list);
}

static char *
comment_of (const char *kit_id, gint64 seq)
{
  return g_strdup_printf ("dk-trust v=1 kit=%s seq=%" G_GINT64_FORMAT, kit_id, seq);
}

static char *
digest_of (const char *text)
{
  guint8 hash[32];

  dk_hash (hash, sizeof hash, text, strlen (text), NULL);
  return dk_text_hex (hash, sizeof hash);
}

char *
dk_trust_line_digest (const void *line, gsize size)
{
  guint8 hash[32];

  dk_hash (hash, sizeof hash, line != NULL ? line : "", size, NULL);
  return dk_text_hex (hash, sizeof hash);
}

/* An entry that cannot be read, unless an administrator has signed that it is passed over. */
static void
take_broken (DkTrustList *list, DkStmt *stmt, const char *fault)
{
  gsize size;
  const char *line = dk_stmt_blob (stmt, 0, &size);
  g_autofree char *digest = dk_trust_line_digest (line, size);

  if (dk_json_get_bool (json_object_get (list->document, "passed"), digest, FALSE))
    return;
  if (list->faults->len == 0)
    g_ptr_array_add (list->faults, g_strdup (fault));
  g_ptr_array_add (list->broken, g_steal_pointer (&digest));
}

/* The document, if this row is a list of this kit that this key has signed; else NULL. */
static json_t *
check_row (DkStore *store, gint64 seq, const char *text, const char *signature)
{
  const DkPerson *person = dk_store_person (store);
  const char *kit_id = dk_store_identity (store)->kit_id;
  g_autofree char *expected = comment_of (kit_id, seq);
  g_autofree char *comment = NULL;
  g_autoptr (json_t) document = NULL;
  DkMinisignPublic key;

  if (person == NULL)
    return NULL;
  dk_minisign_public_from_key (dk_person_admin_key (person), &key);
  if (!dk_minisign_verify (text, strlen (text), signature, strlen (signature), &key, &comment, NULL)
      || strcmp (comment, expected) != 0)
    return NULL;
  document = dk_json_parse (text, strlen (text), DK_TRUST_BYTES_MAX, "The list of signers", NULL);
  if (document == NULL || dk_json_get_int (document, "v", 0) != 1
      || dk_json_get_int (document, "seq", 0) != seq
      || g_strcmp0 (dk_json_get_text (document, "kit"), kit_id) != 0)
    return NULL;
  return g_steal_pointer (&document);
}

static void
note (DkTrustList *list, gint64 seq)
{
  if (seq > 0 && seq <= DK_TRUST_SEQ_MAX)
    list->noted = MAX (list->noted, seq);
}

/* The newest row that holds; others above it leave their sequence alone. */
static gboolean
read_rows (DkStore *store, DkTrustList *list, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT seq, document, signature FROM trust_list"
                                          " ORDER BY seq DESC LIMIT ?1");
  gboolean has_row = TRUE;

  dk_stmt_bind_int (stmt, 1, ROWS_MAX);
  while (list->document == NULL) {
    const char *text;
    const char *signature;
    if (!dk_stmt_step (stmt, &has_row, error))
      return FALSE;
    if (!has_row)
      return TRUE;
    note (list, dk_stmt_int (stmt, 0));
    text = dk_stmt_text (stmt, 1);
    signature = dk_stmt_text (stmt, 2);
    if (text == NULL || signature == NULL)
      continue;
    list->document = check_row (store, dk_stmt_int (stmt, 0), text, signature);
    if (list->document != NULL)
      list->text = g_strdup (text);
  }
  return TRUE;
}

/* The entry with its body, if the body is the one that the line was made for; else NULL. */
static DkEntry *
read_entry (DkStmt *stmt)
{
  g_autoptr (DkEntry) entry = NULL;
  g_autofree char *hex = NULL;
  guint8 hash[32];
  gsize line_size;
  gsize salt_size;
  const char *line = dk_stmt_blob (stmt, 0, &line_size);
  const void *salt = dk_stmt_blob (stmt, 1, &salt_size);
  const char *body = dk_stmt_text (stmt, 2);

  if (line == NULL || salt == NULL || body == NULL)
    return NULL;
  entry = dk_entry_parse_line (line, line_size, NULL);
  dk_hash_pair (hash, salt, salt_size, body, strlen (body));
  hex = dk_text_hex (hash, sizeof hash);
  if (entry == NULL || strcmp (entry->body_hash, hex) != 0)
    return NULL;
  entry->body = dk_json_parse (body, strlen (body), DK_LIMIT_ENTRY_BODY_BYTES, "An entry", NULL);
  return entry->body != NULL ? g_steal_pointer (&entry) : NULL;
}

/* What the first entry of the kit says of its first list, NULL if nothing. New reference. */
static gboolean
read_init (DkStore *store, DkTrustList *list, json_t **init, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT e.line, b.salt, b.body FROM entry AS e LEFT JOIN entry_body AS b"
                           " ON b.entry = e.id WHERE e.id = (SELECT min (id) FROM entry)");
  g_autoptr (DkEntry) entry = NULL;
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  entry = has_row ? read_entry (stmt) : NULL;
  if (entry == NULL && has_row)
    take_broken (list, stmt, "The first entry of this kit was erased or changed.");
  else if (entry == NULL)
    g_ptr_array_add (list->faults, g_strdup ("The first entry of this kit is gone."));
  else if (strcmp (entry->kind, "kit-init") == 0)
    *init = json_incref (json_object_get (entry->body, INIT_MEMBER));
  return TRUE;
}

static gboolean
read_entries (DkStore *store, DkTrustList *list, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT e.line, b.salt, b.body FROM entry AS e LEFT JOIN entry_body AS b"
                           " ON b.entry = e.id WHERE e.object = '" DK_TRUST_OBJECT "' AND"
                           " e.object <> '' AND e.station = ?1 AND e.kind IN"
                           " ('" DK_ENTRY_TRUST_SIGNED "', '" DK_ENTRY_FLEET_CHANGED "')"
                           " ORDER BY e.id");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, dk_store_identity (store)->station);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkEntry *entry = has_row ? read_entry (stmt) : NULL;
    if (!has_row)
      return TRUE;
    if (entry != NULL)
      g_ptr_array_add (list->entries, entry);
    else
      take_broken (list, stmt,
                   "An entry about the signers whom this kit trusts was erased or changed.");
  }
  return FALSE;
}

/* What the ledger says the digest of this list is, borrowed; NULL if it does not know it. */
static const char *
find_digest (const DkTrustList *list, const json_t *init, gint64 seq)
{
  const char *found
      = dk_json_get_int (init, "seq", 0) == seq ? dk_json_get_text (init, "digest") : NULL;

  for (guint i = 0; i < list->entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (list->entries, i);
    if (g_str_equal (entry->kind, DK_ENTRY_TRUST_SIGNED)
        && dk_json_get_int (entry->body, "seq", 0) == seq)
      found = dk_json_get_text (entry->body, "digest");
  }
  return found;
}

static void
judge (DkTrustList *list, const json_t *init)
{
  gint64 seq = dk_json_get_int (list->document, "seq", 0);
  g_autofree char *digest = list->text != NULL ? digest_of (list->text) : NULL;

  if (list->noted == 0)
    return; /* of a kit of before: there is no list */
  if (list->document == NULL)
    g_ptr_array_add (list->faults,
                     g_strdup ("The list of signers whom this kit trusts is gone, or the kit's "
                               "administrator did not sign what is there."));
  else if (seq < list->noted)
    g_ptr_array_add (list->faults,
                     g_strdup_printf ("The list of signers whom this kit trusts was changed or set "
                                      "back: number %" G_GINT64_FORMAT " was signed, and number "
                                      "%" G_GINT64_FORMAT " is the newest that holds.",
                                      list->noted, seq));
  else if (g_strcmp0 (digest, find_digest (list, init, seq)) != 0)
    g_ptr_array_add (list->faults,
                     g_strdup_printf ("The list of signers number %" G_GINT64_FORMAT " is signed, "
                                      "but the ledger does not know it.",
                                      seq));
}

static gboolean
read_setting (DkStore *store, DkTrustList *list, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = dk_store_get_setting (store, DK_TRUST_SEQ, &failed);

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (text != NULL)
    note (list, g_ascii_strtoll (text, NULL, 10));
  return TRUE;
}

DkTrustList *
dk_trust_list_read (DkStore *store, GError **error)
{
  g_autoptr (DkTrustList) list = g_new0 (DkTrustList, 1);
  g_autoptr (json_t) init = NULL;

  list->faults = g_ptr_array_new_with_free_func (g_free);
  list->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_entry_free);
  list->broken = g_ptr_array_new_with_free_func (g_free);
  if (!read_rows (store, list, error) || !read_setting (store, list, error)
      || !read_init (store, list, &init, error) || !read_entries (store, list, error))
    return NULL;
  note (list, dk_json_get_int (init, "seq", 0));
  for (guint i = 0; i < list->entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (list->entries, i);
    if (g_str_equal (entry->kind, DK_ENTRY_TRUST_SIGNED))
      note (list, dk_json_get_int (entry->body, "seq", 0));
  }
  judge (list, init);
  return g_steal_pointer (&list);
}

json_t *
dk_trust_document (const DkTrust *trust)
{
  json_t *document = json_object ();
  json_t *signers = json_array ();
  json_t *revoked = json_array ();

  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    json_t *made = json_object ();
    dk_json_set_text (made, "key", signer->key);
    dk_json_set_text (made, "name", signer->name);
    dk_json_set_text (made, "since", signer->since);
    json_array_append_new (signers, made);
  }
  for (guint i = 0; i < trust->revoked->len; i++) {
    const DkTrustRevoked *one = g_ptr_array_index (trust->revoked, i);
    json_array_append_new (revoked, dk_json_string (one->key != NULL ? one->key : one->id));
  }
  json_object_set_new (document, "signers", signers);
  json_object_set_new (document, "revoked", revoked);
  json_object_set (document, "folded", trust->sequences);
  if (json_object_size (trust->passed) > 0)
    json_object_set (document, "passed", trust->passed);
  if (trust->fleet != NULL) {
    json_object_set (document, "fleet", trust->fleet);
    dk_json_set_text (document, "fleet_origin", trust->fleet_origin);
  }
  return document;
}

/* The text of the list. New string. */
static char *
finish_document (const json_t *document, const char *kit_id, gint64 seq, guint32 key_epoch,
                 const char *by)
{
  g_autoptr (json_t) whole = json_copy ((json_t *) (guintptr) document);
  g_autofree char *at = dk_time_format_utc (dk_clock_wall_ms ());

  json_object_set_new (whole, "v", json_integer (1));
  dk_json_set_text (whole, "kit", kit_id);
  json_object_set_new (whole, "seq", json_integer (seq));
  json_object_set_new (whole, "key_epoch", json_integer (key_epoch));
  dk_json_set_text (whole, "at", at);
  dk_json_set_text (whole, "by", by);
  return dk_json_canonical (whole, NULL);
}

static gboolean
insert_row (DkDb *db, const char *kit_id, gint64 seq, const char *text, const DkKeyring *keys,
            GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      db, "INSERT INTO trust_list (seq, document, signature) VALUES (?1, ?2, ?3)"
          " ON CONFLICT (seq) DO UPDATE SET document = excluded.document,"
          " signature = excluded.signature");
  g_autofree char *comment = comment_of (kit_id, seq);
  g_autofree char *signature = NULL;
  g_auto (DkMinisignSecret) secret = { .seed = NULL };

  dk_minisign_secret_from_seed (dk_keyring_get (keys, DK_KEY_ADMIN), &secret);
  signature = dk_minisign_sign (text, strlen (text), &secret, comment);
  dk_stmt_bind_int (stmt, 1, seq);
  dk_stmt_bind_text (stmt, 2, text);
  dk_stmt_bind_text (stmt, 3, signature);
  return dk_stmt_run (stmt, error);
}

static gboolean
store_sequence (DkDb *db, gint64 seq, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (db, "INSERT INTO setting (key, value) VALUES ('" DK_TRUST_SEQ "', ?1)"
                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, seq);

  dk_stmt_bind_text (stmt, 1, text);
  return dk_stmt_run (stmt, error);
}

static gboolean
write_entry (DkStore *store, gint64 seq, const char *text, const DkTrustCause *cause,
             GError **error)
{
  g_autoptr (json_t) body = json_object ();
  g_autofree char *digest = digest_of (text);

  json_object_set_new (body, "seq", json_integer (seq));
  dk_json_set_text (body, "digest", digest);
  dk_json_set_text (body, "change", cause->change);
  dk_json_set_text (body, "signer", cause->signer);
  dk_json_set_text (body, "reason", cause->reason);
  if (cause->passed_over > 0)
    json_object_set_new (body, "passed_over", json_integer (cause->passed_over));
  dk_store_sign_body (store, DK_ENTRY_TRUST_SIGNED, DK_TRUST_OBJECT, body);
  return dk_ledger_append (store, DK_ENTRY_TRUST_SIGNED, DK_TRUST_OBJECT, 0, body, NULL, error);
}

gboolean
dk_trust_list_write (DkStore *store, const json_t *document, gint64 seq, const DkKeyring *keys,
                     guint32 key_epoch, const DkTrustCause *cause, GError **error)
{
  const char *kit_id = dk_store_identity (store)->kit_id;
  g_autofree char *text
      = finish_document (document, kit_id, seq, key_epoch, dk_store_user (store));
  DkDb *db = dk_store_db (store);

  return insert_row (db, kit_id, seq, text, keys, error) && store_sequence (db, seq, error)
         && write_entry (store, seq, text, cause, error);
}

gboolean
dk_trust_begin (DkDb *db, const char *kit_id, const DkKeyring *keys, const char *user,
                const char *signer, json_t *facts, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_new ();
  g_autofree char *at = dk_time_format_utc (dk_clock_wall_ms ());
  g_autoptr (json_t) document = NULL;
  g_autofree char *text = NULL;
  g_autofree char *digest = NULL;
  DkMinisignPublic key;

  if (signer != NULL) {
    if (!dk_minisign_public_parse (signer, &key, error))
      return FALSE;
    (void) dk_trust_put_signer (trust, &key, NULL, at, "list");
  }
  document = dk_trust_document (trust);
  text = finish_document (document, kit_id, 1, 1, user);
  digest = digest_of (text);
  json_object_set_new (facts, INIT_MEMBER,
                       json_pack ("{s:i, s:s}", "seq", 1, "digest", digest));
  return insert_row (db, kit_id, 1, text, keys, error) && store_sequence (db, 1, error);
}

gboolean
dk_trust_sign_again (DkStore *store, const DkKeyring *after, guint32 key_epoch, GError **error)
{
  static const char *const made_anew[] = { "v", "kit", "seq", "key_epoch", "at", "by", NULL };
  const DkTrustCause cause = { .change = "keys" };
  g_autoptr (DkTrustList) list = dk_trust_list_read (store, error);
  g_autoptr (json_t) document = NULL;

  if (list == NULL)
    return FALSE;
  if (list->faults->len > 0 || list->document == NULL)
    return TRUE;
  document = json_copy (list->document);
  for (const char *const *member = made_anew; *member != NULL; member++)
    json_object_del (document, *member);
  return dk_trust_list_write (store, document, list->noted + 1, after, key_epoch, &cause, error);
}
