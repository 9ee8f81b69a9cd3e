/* SPDX-License-Identifier: MIT */
/* From rows to what counts. The ledger has the order in which fleets came into force: a row that it
 * does not name, or not with these bytes, was put there by somebody else. */
#include <string.h>

#include "app/base/text.h"
#include "app/container/container.h"
#include "app/db/statement.h"
#include "app/model/entry.h"
#include "app/trust/trust-pack.h"
#include "app/trust/trust-private.h"

#define ROWS_MAX 1000
#define LIST "list"
#define ASK \
  " No pack is accepted until an administrator has looked at it (dkit trust list) and signed it" \
  " again (dkit trust fold --force); all else works."
#define ADVICE " Tell the kit's administrator: dkit trust list."

static gboolean is_checking = TRUE; /* of dk_trust_set_checking */

void
dk_trust_set_checking (gboolean on)
{
  is_checking = on;
}

static void
add_hash (guint8 key[32], const void *bytes, gsize size)
{
  guint8 one[32];
  guint8 both[64];

  dk_hash (one, sizeof one, bytes != NULL ? bytes : "", size, NULL);
  memcpy (both, key, 32);
  memcpy (both + 32, one, 32);
  dk_hash (key, 32, both, sizeof both, NULL);
}

static gboolean
hash_query (DkStore *store, const char *sql, int count, guint8 key[32], GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), sql);
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    add_hash (key, &has_row, sizeof has_row);
    if (!has_row)
      return TRUE;
    for (int column = 0; column < count; column++) {
      gsize size;
      const void *bytes = dk_stmt_blob (stmt, column, &size);
      add_hash (key, bytes, size);
    }
  }
  return FALSE;
}

gboolean
dk_trust_hash_rows (DkStore *store, guint8 key[32], GError **error)
{
  static const struct {
    const char *sql;
    int columns;
  } queries[] = {
    { "SELECT seq, document, signature FROM trust_list ORDER BY seq", 3 },
    { "SELECT name, sequence, manifest, signatures, fleet FROM fleet_change"
      " ORDER BY name, sequence", 5 },
    { "SELECT e.station, e.kind, e.line, b.salt, b.body FROM entry AS e LEFT JOIN entry_body AS b"
      " ON b.entry = e.id WHERE e.object = '" DK_TRUST_OBJECT "' AND e.object <> ''"
      " ORDER BY e.id", 5 },
    { "SELECT e.line, b.salt, b.body FROM entry AS e LEFT JOIN entry_body AS b"
      " ON b.entry = e.id WHERE e.id = (SELECT min (id) FROM entry)", 3 },
    { "SELECT value FROM setting WHERE key = '" DK_TRUST_SEQ "'", 1 },
  };
  const DkPerson *person = dk_store_person (store);

  memset (key, 0, 32);
  add_hash (key, &is_checking, sizeof is_checking);
  if (person != NULL)
    add_hash (key, dk_person_admin_key (person), 32);
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    if (!hash_query (store, queries[i].sql, queries[i].columns, key, error))
      return FALSE;
  return TRUE;
}

/* A fleet with its proof, as it is stored. */
typedef struct {
  char *name;
  gint64 sequence;
  char *manifest;
  char *signatures;
  char *fleet;
  gboolean is_told; /* an entry names it */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->name);
  g_free (row->manifest);
  g_free (row->signatures);
  g_free (row->fleet);
  g_free (row);
}

static char *
column_text (DkStmt *stmt, int column)
{
  const char *text = dk_stmt_text (stmt, column);

  return g_strdup (text != NULL ? text : "");
}

static GPtrArray *
read_rows (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT name, sequence, manifest, signatures, fleet"
                                          " FROM fleet_change ORDER BY name, sequence LIMIT ?1");
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, ROWS_MAX);
  while (dk_stmt_step (stmt, &has_row, error)) {
    Row *row;
    if (!has_row)
      return g_steal_pointer (&rows);
    row = g_new0 (Row, 1);
    row->name = column_text (stmt, 0);
    row->sequence = dk_stmt_int (stmt, 1);
    row->manifest = column_text (stmt, 2);
    row->signatures = column_text (stmt, 3);
    row->fleet = column_text (stmt, 4);
    g_ptr_array_add (rows, row);
  }
  return NULL;
}

static Row *
find_row (GPtrArray *rows, const char *name, gint64 sequence)
{
  for (guint i = 0; i < rows->len; i++) {
    Row *row = g_ptr_array_index (rows, i);
    if (row->sequence == sequence && g_strcmp0 (row->name, name) == 0)
      return row;
  }
  return NULL;
}

gboolean
dk_trust_is_taken_in (const DkTrust *trust, const char *name, gint64 sequence)
{
  return sequence <= dk_json_get_int (trust->sequences, name, 0);
}

static json_t *
parse (const char *text)
{
  return dk_json_parse (text, strlen (text), DK_TRUST_BYTES_MAX, "A row about trust", NULL);
}

/* NULL if the row is what the entry and its signatures say; else why not. Static. */
static const char *
judge_row (const DkTrust *trust, const Row *row, const DkEntry *entry, const json_t *manifest,
           const json_t *fleet)
{
  g_autoptr (json_t) signatures = parse (row->signatures);
  g_autoptr (GPtrArray) found = NULL;
  guint8 digest[32];
  guint8 hash[32];
  g_autofree char *digest_hex = NULL;
  g_autofree char *hex = NULL;

  dk_hash (hash, sizeof hash, row->manifest, strlen (row->manifest), NULL);
  hex = dk_text_hex (hash, sizeof hash);
  dk_sha256 (digest, row->fleet, strlen (row->fleet));
  digest_hex = dk_text_hex (digest, sizeof digest);
  if (g_strcmp0 (hex, dk_json_get_text (entry->body, "manifest")) != 0)
    return "it is another one than was applied";
  if (manifest == NULL || g_strcmp0 (dk_json_get_text (manifest, "type"), "pack") != 0
      || g_strcmp0 (dk_json_get_text (manifest, "name"), row->name) != 0
      || dk_json_get_int (manifest, "sequence", 0) != row->sequence)
    return "its manifest is of another pack";
  if (fleet == NULL
      || g_strcmp0 (dk_json_get_text (manifest, "fleet_sha256"), digest_hex) != 0)
    return "its fleet list was changed";
  found = dk_trust_find_signatures (trust, row->manifest, signatures);
  if (found->len < dk_trust_needed (trust))
    return "it is not signed by whom this kit trusted then";
  if (dk_trust_count_after (trust, fleet) == 0)
    return "no signer would be left";
  return NULL;
}

/* A revocation may be in what is lost, or the signer that makes one alone too few: so nobody counts
 * until an administrator has passed over this entry. */
static void
miss (DkTrust *trust, const DkEntry *entry, const char *fault)
{
  g_autofree char *line = dk_entry_line (entry);
  g_autofree char *digest = dk_trust_line_digest (line, strlen (line));

  if (json_object_get (trust->passed, digest) != NULL)
    return;
  trust->holds = FALSE;
  if (json_object_size (trust->passed) < DK_TRUST_PASSED_MAX)
    json_object_set_new (trust->passed, digest, json_true ());
  dk_trust_add_problem (trust, "%s" ASK, fault);
}

static void
take_row (DkTrust *trust, const Row *row, const DkEntry *entry)
{
  g_autoptr (json_t) manifest = parse (row->manifest);
  g_autoptr (json_t) fleet = parse (row->fleet);
  g_autofree char *origin = g_strdup_printf ("%s %" G_GINT64_FORMAT, row->name, row->sequence);
  g_autofree char *shown = dk_text_printable (origin, FALSE);
  const char *wrong = is_checking ? judge_row (trust, row, entry, manifest, fleet) : NULL;

  if (wrong != NULL) {
    g_autofree char *fault
        = g_strdup_printf ("What the pack %s changed of the signers, stations and desks does not "
                           "hold: %s.",
                           shown, wrong);
    miss (trust, entry, fault);
    return;
  }
  dk_trust_take_fleet (trust, fleet, origin, dk_json_get_text (manifest, "created"));
  json_object_set_new (trust->sequences, row->name, json_integer (row->sequence));
}

/* The row that an entry names, if it is still to be taken in. */
static void
follow_entry (DkTrust *trust, GPtrArray *rows, const DkEntry *entry)
{
  const char *name = dk_json_get_text (entry->body, "name");
  gint64 sequence = dk_json_get_int (entry->body, "sequence", 0);
  g_autofree char *shown = dk_text_printable (name != NULL ? name : "", FALSE);
  g_autofree char *fault = NULL;
  Row *row;

  if (strcmp (entry->kind, DK_ENTRY_FLEET_CHANGED) != 0 || name == NULL)
    return;
  row = find_row (rows, name, sequence);
  if (row != NULL)
    row->is_told = TRUE;
  if (dk_trust_is_taken_in (trust, name, sequence))
    return;
  fault = g_strdup_printf ("What the pack %s %" G_GINT64_FORMAT " changed of the signers, stations "
                           "and desks was removed from this kit; a revoked key might count again.",
                           shown, sequence);
  if (row != NULL)
    take_row (trust, row, entry);
  else
    miss (trust, entry, fault);
}

static void
tell_strays (DkTrust *trust, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++) {
    const Row *row = g_ptr_array_index (rows, i);
    g_autofree char *shown = dk_text_printable (row->name, FALSE);
    if (dk_trust_is_taken_in (trust, row->name, row->sequence))
      continue;
    if (!is_checking) {
      take_row (trust, row, NULL);
      continue;
    }
    if (!row->is_told)
      dk_trust_add_problem (trust,
                            "A change of signers, stations and desks by the pack %s %"
                            G_GINT64_FORMAT " lies in this kit, and no entry says that it was "
                            "applied. It counts for nothing." ADVICE,
                            shown, row->sequence);
  }
}

static gboolean
take_rows (DkStore *store, DkTrust *trust, const DkTrustList *list, GError **error)
{
  g_autoptr (GPtrArray) rows = read_rows (store, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < list->entries->len; i++)
    follow_entry (trust, rows, g_ptr_array_index (list->entries, i));
  tell_strays (trust, rows);
  return TRUE;
}

static void
take_document (DkTrust *trust, const json_t *document)
{
  const json_t *signers = json_object_get (document, "signers");
  const json_t *revoked = json_object_get (document, "revoked");
  json_t *folded = json_object_get (document, "folded");
  json_t *passed = json_object_get (document, "passed");

  trust->seq = dk_json_get_int (document, "seq", 0);
  for (gsize i = 0; i < json_array_size (revoked); i++) {
    const char *text = json_string_value (json_array_get (revoked, i));
    if (text != NULL)
      (void) dk_trust_put_revoked (trust, text, LIST);
  }
  for (gsize i = 0; i < json_array_size (signers); i++) {
    const json_t *signer = json_array_get (signers, i);
    const char *text = dk_json_get_text (signer, "key");
    DkMinisignPublic key;
    if (text != NULL && dk_minisign_public_parse (text, &key, NULL))
      (void) dk_trust_put_signer (trust, &key, dk_json_get_text (signer, "name"),
                                  dk_json_get_text (signer, "since"), LIST);
  }
  if (json_is_object (folded))
    (void) json_object_update (trust->sequences, folded);
  if (json_is_object (passed))
    (void) json_object_update (trust->passed, passed);
  if (json_is_object (json_object_get (document, "fleet")))
    dk_trust_keep_fleet (trust, json_object_get (document, "fleet"),
                         dk_json_get_text (document, "fleet_origin"));
}

/* Anybody of the kit can make it look like one of before, so what such a kit says of its signers,
 * in settings or in entries, is not read: nobody counts. */
static void
refuse_without_list (DkTrust *trust)
{
  trust->is_unsigned = TRUE;
  if (trust->holds)
    dk_trust_add_problem (trust, "%s", DK_TRUST_OLDER);
}

/* A list that is not to be relied on gives nobody. */
static void
refuse_list (DkTrust *trust, const DkTrustList *list)
{
  trust->holds = FALSE;
  for (guint i = 0; i < list->faults->len; i++)
    dk_trust_add_problem (trust,
                          "%s" ASK, (const char *) g_ptr_array_index (list->faults, i));
}

DkTrust *
dk_trust_compute (DkStore *store, gboolean is_lenient, GError **error)
{
  g_autoptr (DkTrustList) list = dk_trust_list_read (store, error);
  g_autoptr (DkTrust) trust = dk_trust_new ();

  if (list == NULL)
    return NULL;
  trust->seq_noted = list->noted;
  if (list->faults->len > 0)
    refuse_list (trust, list);
  if (list->faults->len > 0 && !is_lenient)
    return g_steal_pointer (&trust);
  if (list->document != NULL)
    take_document (trust, list->document);
  for (guint i = 0; i < list->broken->len; i++)
    json_object_set_new (trust->passed, g_ptr_array_index (list->broken, i), json_true ());
  if (!take_rows (store, trust, list, error))
    return NULL;
  if (list->noted == 0)
    refuse_without_list (trust);
  dk_trust_read_fleet (trust);
  trust->one_signer = trust->signers->len == 1;
  return g_steal_pointer (&trust);
}
