/* SPDX-License-Identifier: MIT */
/* Typing asks once per key, mostly with one to five letters over 100,000 contacts. So the cheap
 * questions come first (name by its index), full text is cut off by LIMIT, and bm25, which reads
 * every hit, runs only where there are few. */
#include "app/store/search.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/content-store.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"

#define LIMIT_MAX 500
#define RANKED_MAX 2000
#define WORDS_MAX 8
#define DIGITS_MIN 3
#define TICKET_SHARE 4 /* a quarter of the hits is for them, if there are any */

typedef struct {
  DkStore *store;
  GPtrArray *hits;
  GHashTable *seen; /* ids of `found` */
  guint limit;
  gint64 pack;
  GCancellable *cancellable;
} Query;

static void
hit_free (gpointer data)
{
  DkSearchHit *hit = data;

  g_free (hit->kind);
  g_free (hit->id);
  g_free (hit->title);
  g_free (hit->snippet);
  g_free (hit);
}

/* Columns: id kind ref title snippet. */
static gboolean
collect (Query *q, DkStmt *stmt, GError **error)
{
  gboolean has_row;

  while (q->hits->len < q->limit) {
    DkSearchHit *hit;
    gint64 id;
    if (g_cancellable_set_error_if_cancelled (q->cancellable, error)
        || !dk_stmt_step (stmt, &has_row, error))
      return FALSE;
    if (!has_row)
      return TRUE;
    id = dk_stmt_int (stmt, 0);
    if (!g_hash_table_add (q->seen, g_memdup2 (&id, sizeof id)))
      continue;
    hit = g_new0 (DkSearchHit, 1);
    hit->kind = g_strdup (dk_stmt_text (stmt, 1));
    hit->id = g_strdup (dk_stmt_text (stmt, 2));
    hit->title = g_strdup (dk_stmt_text (stmt, 3));
    hit->snippet = g_strdup (dk_stmt_text (stmt, 4));
    g_ptr_array_add (q->hits, hit);
  }
  return TRUE;
}

/* Beginning of the name, or of the ticket number, by the index on (pack, name). */
static gboolean
by_name (Query *q, gint64 pack, const char *folded, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT id, kind, ref, title, snippet FROM found"
                              " WHERE pack = ?1 AND name >= ?2 AND name < ?3"
                              " ORDER BY name LIMIT ?4");
  g_autofree char *end = g_strconcat (folded, "\xf4\x8f\xbf\xbf", NULL);

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, folded);
  dk_stmt_bind_text (stmt, 3, end);
  dk_stmt_bind_int (stmt, 4, q->limit);
  return collect (q, stmt, error);
}

static void
bind_pack (DkStmt *stmt, const char *match, const Query *q)
{
  dk_stmt_bind_text (stmt, 1, match);
  dk_stmt_bind_int (stmt, 2, DK_FOUND_ID_FIRST (q->pack));
  dk_stmt_bind_int (stmt, 3, DK_FOUND_ID_LAST (q->pack));
}

/* "ward" "b2" -> "ward"* "b2"*: each word quoted, so that nothing in it is an operator. */
static char *
match_expression (const char *folded)
{
  g_auto (GStrv) words = g_strsplit_set (folded, " \t\n", WORDS_MAX + 1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL && i < WORDS_MAX; i++) {
    if (*words[i] == '\0')
      continue;
    g_string_append_c (out, '"');
    for (const char *p = words[i]; *p != '\0'; p++) {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
    g_string_append (out, "\"* ");
  }
  return g_string_free (out, FALSE);
}

static gboolean
count_content_hits (Query *q, const char *match, gint64 *count, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT count(*) FROM (SELECT 1 FROM content_words"
                              " WHERE content_words MATCH ?1 AND rowid BETWEEN ?2 AND ?3"
                              " LIMIT ?4)");
  gboolean has_row;

  bind_pack (stmt, match, q);
  dk_stmt_bind_int (stmt, 4, RANKED_MAX + 1);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *count = dk_stmt_int (stmt, 0);
  return TRUE;
}

static gboolean
by_content_words (Query *q, const char *match, GError **error)
{
  g_autoptr (DkStmt) stmt = NULL;
  gint64 count;

  if (!count_content_hits (q, match, &count, error))
    return FALSE;
  stmt = dk_stmt_new (
      dk_store_db (q->store),
      count > RANKED_MAX
          ? "SELECT f.id, f.kind, f.ref, f.title, f.snippet FROM content_words AS w"
            " CROSS JOIN found AS f ON f.id = w.rowid WHERE w.content_words MATCH ?1"
            " AND w.rowid BETWEEN ?2 AND ?3 LIMIT ?4"
          : "SELECT f.id, f.kind, f.ref, f.title, f.snippet FROM (SELECT rowid FROM content_words"
            " WHERE content_words MATCH ?1 AND rowid BETWEEN ?2 AND ?3"
            " ORDER BY bm25 (content_words, 10.0, 1.0) LIMIT ?4) AS w"
            " CROSS JOIN found AS f ON f.id = w.rowid");
  bind_pack (stmt, match, q);
  dk_stmt_bind_int (stmt, 4, q->limit + q->hits->len);
  return collect (q, stmt, error);
}

/* Tickets: the newest first, whatever the rank. */
static gboolean
by_ticket_words (Query *q, const char *match, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store),
      "SELECT f.id, f.kind, f.ref, f.title, f.snippet FROM ticket_words AS w"
      " CROSS JOIN found AS f ON f.id = w.rowid WHERE w.ticket_words MATCH ?1"
      " ORDER BY w.rowid DESC LIMIT ?2");

  dk_stmt_bind_text (stmt, 1, match);
  dk_stmt_bind_int (stmt, 2, q->limit + q->hits->len);
  return collect (q, stmt, error);
}

static gboolean
by_digits (Query *q, const char *digits, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store),
      "SELECT f.id, f.kind, f.ref, f.title, f.snippet FROM content_digits AS d"
      " CROSS JOIN found AS f ON f.id = d.rowid WHERE d.content_digits MATCH ?1"
      " AND d.rowid BETWEEN ?2 AND ?3 LIMIT ?4");
  g_autofree char *phrase = g_strconcat ("\"", digits, "\"", NULL);

  bind_pack (stmt, phrase, q);
  dk_stmt_bind_int (stmt, 4, q->limit + q->hits->len);
  return collect (q, stmt, error);
}

/* Text made of digits and what stands between them in phone numbers. */
static gboolean
is_phone_like (const char *text)
{
  return strspn (text, "0123456789 +-()./") == strlen (text);
}

static gboolean
run (Query *q, const char *folded, GError **error)
{
  g_autofree char *match = match_expression (folded);
  g_autofree char *digits = dk_text_digits (folded);

  guint limit = q->limit;

  if (!by_name (q, 0, folded, error) || !by_name (q, q->pack, folded, error))
    return FALSE;
  if (strlen (digits) >= DIGITS_MIN && is_phone_like (folded) && !by_digits (q, digits, error))
    return FALSE;
  if (*match == '\0')
    return TRUE;
  /* A word that stands in every contact must not hide the tickets with it. */
  q->limit = limit - limit / TICKET_SHARE;
  if (!by_content_words (q, match, error))
    return FALSE;
  q->limit = limit;
  return by_ticket_words (q, match, error);
}

GPtrArray *
dk_search (DkStore *store, const char *text, guint limit, GCancellable *cancellable,
           GError **error)
{
  Query q = { .store = store, .cancellable = cancellable };
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func (hit_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = NULL;
  g_autofree char *folded = NULL;

  if (!dk_text_check (text, strlen (text), DK_LIMIT_SEARCH_BYTES, "The search text", error))
    return NULL;
  pack = dk_content_store_current (store, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  folded = dk_text_fold (text);
  q.hits = hits;
  q.seen = seen;
  q.limit = CLAMP (limit, 1, LIMIT_MAX);
  q.pack = pack != NULL ? pack->id : -1;
  if (*folded != '\0' && !run (&q, folded, error))
    return NULL;
  return g_steal_pointer (&hits);
}
