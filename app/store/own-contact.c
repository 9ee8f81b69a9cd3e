/* SPDX-License-Identifier: MIT */
#include "app/store/own-contact.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/store/content-private.h"
#include "app/store/ledger.h"

DkOwnContact *
dk_own_contact_new (DkContact *contact, const char *source, const char *key)
{
  DkOwnContact *own = g_new0 (DkOwnContact, 1);

  own->contact = contact;
  own->source = g_strdup (source);
  own->key = g_strdup (key);
  return own;
}

void
dk_own_contact_free (DkOwnContact *own)
{
  if (own == NULL)
    return;
  dk_contact_free (own->contact);
  g_free (own->source);
  g_free (own->key);
  g_free (own);
}

GPtrArray *
dk_own_contact_page (DkStore *store, const char *after, guint limit, GError **error)
{
  g_autoptr (GPtrArray) page
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_own_contact_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT " DK_CONTACT_COLUMNS ", o.source_key FROM contact JOIN own_contact AS o"
      " USING (ref) WHERE pack = ?1 AND ref > ?2 ORDER BY ref LIMIT ?3");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, DK_CONTENT_OWN);
  dk_stmt_bind_text (stmt, 2, after != NULL ? after : "");
  dk_stmt_bind_int (stmt, 3, limit);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkContact *contact = has_row ? dk_content_read_contact (stmt, error) : NULL;
    if (!has_row)
      return g_steal_pointer (&page);
    if (contact == NULL)
      return NULL;
    g_ptr_array_add (page, dk_own_contact_new (contact, contact->source,
                                               dk_stmt_text (stmt, DK_CONTACT_COLUMNS_COUNT)));
  }
  return NULL;
}

GPtrArray *
dk_pack_contact_page (DkStore *store, const char *after, guint limit, GError **error)
{
  g_autoptr (GPtrArray) page = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT " DK_CONTACT_COLUMNS " FROM contact WHERE pack = " DK_IN_FORCE
                           " AND ref > ?1 ORDER BY ref LIMIT ?2");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, after != NULL ? after : "");
  dk_stmt_bind_int (stmt, 2, limit);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkContact *contact = has_row ? dk_content_read_contact (stmt, error) : NULL;
    if (!has_row)
      return g_steal_pointer (&page);
    if (contact == NULL)
      return NULL;
    g_ptr_array_add (page, contact);
  }
  return NULL;
}

/* How old a list is is told by its youngest contact: one that was compared and found unchanged is
 * as young as the list. */
static gboolean
renew_source (DkStore *store, const char *source, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "UPDATE own_contact SET imported_ms = ?2, imported_by = ?3"
                           " WHERE source = ?1 AND source_key = (SELECT source_key FROM own_contact"
                           " WHERE source = ?1 LIMIT 1)");

  dk_stmt_bind_text (stmt, 1, source);
  dk_stmt_bind_int (stmt, 2, dk_clock_wall_ms ());
  dk_stmt_bind_text (stmt, 3, dk_store_user (store));
  return dk_stmt_run (stmt, error);
}

gboolean
dk_own_contact_store (DkStore *store, const char *source, const GPtrArray *puts,
                      const GPtrArray *gone, const json_t *entry, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  if (transaction == NULL)
    return FALSE;
  for (guint i = 0; puts != NULL && i < puts->len; i++) {
    const DkOwnContact *own = g_ptr_array_index (puts, i);
    if (!dk_content_store_put_own_contact (store, own->contact, source, own->key, error))
      return FALSE;
  }
  for (guint i = 0; gone != NULL && i < gone->len; i++)
    if (!dk_content_store_remove_own_contact (store, g_ptr_array_index (gone, i), error))
      return FALSE;
  return (entry == NULL
          || (renew_source (store, source, error)
              && dk_ledger_append (store, "contacts-imported", source, 0, entry, NULL, error)))
         && dk_store_commit (store, transaction, FALSE, error);
}

json_t *
dk_own_contact_mapping (DkStore *store, const char *source, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT mapping FROM import_mapping WHERE source = ?1");
  const char *text;
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, source);
  if (!dk_stmt_step (stmt, &has_row, error) || !has_row)
    return NULL;
  text = dk_stmt_text (stmt, 0);
  return dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "The mapping of columns", error);
}

gboolean
dk_own_contact_set_mapping (DkStore *store, const char *source, const json_t *mapping,
                            GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  g_autoptr (json_t) body = json_object ();
  g_autoptr (DkStmt) stmt = NULL;
  g_autofree char *text = dk_json_text (mapping, TRUE);

  if (transaction == NULL)
    return FALSE;
  json_object_set (body, "mapping", (json_t *) (guintptr) mapping);
  stmt = dk_stmt_new (dk_store_db (store),
                      "INSERT INTO import_mapping (source, mapping) VALUES (?1, ?2)"
                      " ON CONFLICT (source) DO UPDATE SET mapping = excluded.mapping");
  dk_stmt_bind_text (stmt, 1, source);
  dk_stmt_bind_text (stmt, 2, text);
  return dk_stmt_run (stmt, error)
         && dk_ledger_append (store, "import-mapped", source, 0, body, NULL, error)
         && dk_store_commit (store, transaction, FALSE, error);
}
