/* SPDX-License-Identifier: MIT */
/* The full-text tables keep no text of their own (external content): what is taken out must be
 * named exactly as it was put in, so `found` keeps the folded words. */
#include <string.h>

#include "app/base/text.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"

typedef struct {
  gint64 id;
  char *name;
  char *words;
  char *digits;
} Indexed;

static void
indexed_clear (Indexed *indexed)
{
  g_free (indexed->name);
  g_free (indexed->words);
  g_free (indexed->digits);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Indexed, indexed_clear)

static gboolean
index_words (DkStore *store, gboolean is_ticket, const Indexed *indexed, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      is_ticket ? "INSERT INTO ticket_words (rowid, name, words) VALUES (?1, ?2, ?3)"
                : "INSERT INTO content_words (rowid, name, words) VALUES (?1, ?2, ?3)");

  dk_stmt_bind_int (stmt, 1, indexed->id);
  dk_stmt_bind_text (stmt, 2, indexed->name);
  dk_stmt_bind_text (stmt, 3, indexed->words);
  return dk_stmt_run (stmt, error);
}

static gboolean
unindex_words (DkStore *store, gboolean is_ticket, const Indexed *indexed, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store),
                     is_ticket ? "INSERT INTO ticket_words (ticket_words, rowid, name, words)"
                                 " VALUES ('delete', ?1, ?2, ?3)"
                               : "INSERT INTO content_words (content_words, rowid, name, words)"
                                 " VALUES ('delete', ?1, ?2, ?3)");

  dk_stmt_bind_int (stmt, 1, indexed->id);
  dk_stmt_bind_text (stmt, 2, indexed->name);
  dk_stmt_bind_text (stmt, 3, indexed->words);
  return dk_stmt_run (stmt, error);
}

static gboolean
index_digits (DkStore *store, const Indexed *indexed, gboolean remove, GError **error)
{
  g_autoptr (DkStmt) stmt = NULL;

  if (*indexed->digits == '\0')
    return TRUE;
  stmt = dk_stmt_new (dk_store_db (store),
                      remove ? "INSERT INTO content_digits (content_digits, rowid, digits)"
                               " VALUES ('delete', ?1, ?2)"
                             : "INSERT INTO content_digits (rowid, digits) VALUES (?1, ?2)");
  dk_stmt_bind_int (stmt, 1, indexed->id);
  dk_stmt_bind_text (stmt, 2, indexed->digits);
  return dk_stmt_run (stmt, error);
}

/* The row of a ticket that is there already; id 0 if none. */
static gboolean
find_row (DkStore *store, const DkFindable *findable, Indexed *old, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT id, name, words, digits FROM found"
                                          " WHERE kind = ?1 AND ref = ?2 AND pack = ?3");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, findable->kind);
  dk_stmt_bind_text (stmt, 2, findable->ref);
  dk_stmt_bind_int (stmt, 3, findable->pack);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (has_row) {
    old->id = dk_stmt_int (stmt, 0);
    old->name = g_strdup (dk_stmt_text (stmt, 1));
    old->words = g_strdup (dk_stmt_text (stmt, 2));
    old->digits = g_strdup (dk_stmt_text (stmt, 3));
  }
  return TRUE;
}

static gboolean
next_id (DkStore *store, gint64 pack, gint64 *id, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT id FROM found WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, DK_FOUND_ID_FIRST (pack));
  dk_stmt_bind_int (stmt, 2, DK_FOUND_ID_LAST (pack));
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *id = has_row ? dk_stmt_int (stmt, 0) + 1 : DK_FOUND_ID_FIRST (pack) + 1;
  return TRUE;
}

static gboolean
put_row (DkStore *store, const DkFindable *findable, const Indexed *indexed, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO found (id, pack, kind, ref, title, snippet, name, words, digits)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
      " ON CONFLICT (id) DO UPDATE SET title = ?5, snippet = ?6, name = ?7, words = ?8,"
      " digits = ?9");

  dk_stmt_bind_int (stmt, 1, indexed->id);
  dk_stmt_bind_int (stmt, 2, findable->pack);
  dk_stmt_bind_text (stmt, 3, findable->kind);
  dk_stmt_bind_text (stmt, 4, findable->ref);
  dk_stmt_bind_text (stmt, 5, findable->title);
  dk_stmt_bind_text (stmt, 6, findable->snippet != NULL ? findable->snippet : "");
  dk_stmt_bind_text (stmt, 7, indexed->name);
  dk_stmt_bind_text (stmt, 8, indexed->words);
  dk_stmt_bind_text (stmt, 9, indexed->digits);
  return dk_stmt_run (stmt, error);
}

gboolean
dk_search_put (DkStore *store, const DkFindable *findable, GError **error)
{
  gboolean is_ticket = findable->pack == 0;
  g_auto (Indexed) old = { 0 };
  g_auto (Indexed) now = { 0 };

  now.name = dk_text_fold (findable->title);
  now.words = dk_text_fold (findable->words != NULL ? findable->words : "");
  now.digits = g_strdup (findable->digits != NULL ? findable->digits : "");
  if (is_ticket && !find_row (store, findable, &old, error))
    return FALSE;
  now.id = old.id;
  if (now.id == 0 && !next_id (store, findable->pack, &now.id, error))
    return FALSE;
  /* A step of the hand-over changes no words: then the index is left alone. */
  if (old.id > 0 && strcmp (old.name, now.name) == 0 && strcmp (old.words, now.words) == 0)
    return put_row (store, findable, &now, error);
  return (old.id == 0 || unindex_words (store, is_ticket, &old, error))
         && put_row (store, findable, &now, error) && index_words (store, is_ticket, &now, error)
         && (is_ticket || index_digits (store, &now, FALSE, error));
}

gboolean
dk_search_purge (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO ticket_words (ticket_words) VALUES ('optimize')");

  return dk_stmt_run (stmt, error);
}

gboolean
dk_search_remove_pack (DkStore *store, gint64 pack, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT id, name, words, digits FROM found WHERE id BETWEEN ?1 AND ?2");
  g_autoptr (DkStmt) rows
      = dk_stmt_new (dk_store_db (store), "DELETE FROM found WHERE id BETWEEN ?1 AND ?2");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, DK_FOUND_ID_FIRST (pack));
  dk_stmt_bind_int (stmt, 2, DK_FOUND_ID_LAST (pack));
  while (TRUE) {
    g_auto (Indexed) old = { 0 };
    if (!dk_stmt_step (stmt, &has_row, error))
      return FALSE;
    if (!has_row)
      break;
    old.id = dk_stmt_int (stmt, 0);
    old.name = g_strdup (dk_stmt_text (stmt, 1));
    old.words = g_strdup (dk_stmt_text (stmt, 2));
    old.digits = g_strdup (dk_stmt_text (stmt, 3));
    if (!unindex_words (store, FALSE, &old, error) || !index_digits (store, &old, TRUE, error))
      return FALSE;
  }
  dk_stmt_bind_int (rows, 1, DK_FOUND_ID_FIRST (pack));
  dk_stmt_bind_int (rows, 2, DK_FOUND_ID_LAST (pack));
  return dk_stmt_run (rows, error);
}
