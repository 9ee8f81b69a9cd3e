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

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 500
#define RANKED_MAX 2000
#define WORDS_MAX 8
#define TICKET_SHARE 4  /* a quarter of the hits is for them, if there are any */
#define SITE_POOL 4     /* so many times the hits are looked through for those of this site */
#define GUESS_BELOW 5   /* hits */
#define GUESSES_MAX 5   /* for one word */
#define GUESSED_MAX 20  /* hits */

void
dk_search_hit_free (DkSearchHit *hit)
{
  if (hit == NULL)
    return;
  g_free (hit->kind);
  g_free (hit->id);
  g_free (hit->title);
  g_free (hit->snippet);
  g_free (hit->source);
  g_free (hit->imported_by);
  g_free (hit);
}

static gboolean
is_wanted (const DkSearchQuery *q, DkStmt *stmt)
{
  const char *kind = dk_stmt_text (stmt, 1);

  return q->wish->kinds == NULL || q->wish->kinds[0] == NULL
         || g_strv_contains (q->wish->kinds, kind);
}

/* Numbers may stand there with the 1 of their country or without. */
static gboolean
has_number (const char *digits, const char *typed)
{
  g_auto (GStrv) list = g_strsplit (digits, " ", -1);

  for (guint i = 0; list[i] != NULL; i++) {
    g_autofree char *number = dk_search_phone_digits (list[i]);
    if (g_strcmp0 (number, typed) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The whole title, two words or more with which it begins, or the initials behind it in `name`.
 * Folded again only where one may fit. */
static gboolean
is_title (const DkSearchQuery *q, const char *name, const char *title)
{
  gboolean is_end = g_str_has_suffix (name, q->folded);
  g_autofree char *folded = NULL;

  if (!is_end && !g_str_has_prefix (name, q->folded))
    return FALSE;
  /* "ehr down" means the runbook that begins so, not the person on call who knows both words. */
  if (strchr (q->folded, ' ') != NULL && g_str_has_prefix (name, q->folded))
    return TRUE;
  folded = dk_text_fold (title);
  return strcmp (folded, q->folded) == 0
         || (is_end && strlen (name) == strlen (folded) + 1 + strlen (q->folded));
}

static gboolean
is_exact (const DkSearchQuery *q, DkStmt *stmt)
{
  const char *digits = dk_stmt_text (stmt, 6);
  g_autofree char *typed = NULL;

  if (is_title (q, dk_stmt_text (stmt, 8), dk_stmt_text (stmt, 3))
      || g_ascii_strcasecmp (dk_stmt_text (stmt, 2), q->folded) == 0)
    return TRUE;
  typed = *digits != '\0' ? dk_search_phone_digits (q->folded) : NULL;
  return typed != NULL && has_number (digits, typed);
}

static DkFoundHit *
take_hit (DkSearchQuery *q, DkStmt *stmt)
{
  DkFoundHit *found = g_new0 (DkFoundHit, 1);

  found->hit.kind = g_strdup (dk_stmt_text (stmt, 1));
  found->hit.id = g_strdup (dk_stmt_text (stmt, 2));
  found->hit.title = g_strdup (dk_stmt_text (stmt, 3));
  found->hit.snippet = g_strdup (dk_stmt_text (stmt, 4));
  found->is_own = dk_stmt_int (stmt, 7) == DK_CONTENT_OWN;
  found->is_of_site = *q->site != '\0' && strcmp (q->site, dk_stmt_text (stmt, 5)) == 0;
  found->is_exact = is_exact (q, stmt);
  found->place = q->hits->len;
  return found;
}

/* An imported contact whose id the pack in force has is not seen. */
static gboolean
is_hidden (DkSearchQuery *q, DkStmt *row, gboolean *hidden, GError **error)
{
  g_autoptr (DkStmt) stmt = NULL;

  *hidden = FALSE;
  if (dk_stmt_int (row, 7) != DK_CONTENT_OWN)
    return TRUE;
  stmt = dk_stmt_new (dk_store_db (q->store), "SELECT 1 FROM contact WHERE pack = ?1 AND ref = ?2");
  dk_stmt_bind_int (stmt, 1, q->pack);
  dk_stmt_bind_text (stmt, 2, dk_stmt_text (row, 2));
  return dk_stmt_step (stmt, hidden, error);
}

gboolean
dk_search_collect (DkSearchQuery *q, DkStmt *stmt, GError **error)
{
  gboolean has_row;

  while (q->hits->len < q->limit) {
    gboolean hidden;
    gint64 id;
    if (g_cancellable_set_error_if_cancelled (q->cancellable, error)
        || !dk_stmt_step (stmt, &has_row, error))
      return FALSE;
    if (!has_row)
      return TRUE;
    id = dk_stmt_int (stmt, 0);
    if (!is_wanted (q, stmt) || !g_hash_table_add (q->seen, g_memdup2 (&id, sizeof id)))
      continue;
    if (!is_hidden (q, stmt, &hidden, error))
      return FALSE;
    if (!hidden)
      g_ptr_array_add (q->hits, take_hit (q, stmt));
  }
  return TRUE;
}

/* Beginning of the name, or of the ticket number, by the index on (pack, name). */
static gboolean
by_name (DkSearchQuery *q, gint64 pack, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT " DK_FOUND_COLUMNS " FROM found AS f"
                              " WHERE f.pack = ?1 AND f.name >= ?2 AND f.name < ?3"
                              " ORDER BY f.name LIMIT ?4");
  g_autofree char *end = g_strconcat (q->folded, "\xf4\x8f\xbf\xbf", NULL);

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, q->folded);
  dk_stmt_bind_text (stmt, 3, end);
  dk_stmt_bind_int (stmt, 4, q->limit);
  return dk_search_collect (q, stmt, error);
}

static void
bind_pack (DkStmt *stmt, const char *match, gint64 pack)
{
  dk_stmt_bind_text (stmt, 1, match);
  dk_stmt_bind_int (stmt, 2, DK_FOUND_ID_FIRST (pack));
  dk_stmt_bind_int (stmt, 3, DK_FOUND_ID_LAST (pack));
}

/* Quoted, so that nothing in it is an operator, and taken for a beginning. */
static void
append_word (GString *out, const char *word)
{
  g_string_append_c (out, '"');
  for (const char *p = word; *p != '\0'; p++) {
    if (*p == '"')
      g_string_append_c (out, '"');
    g_string_append_c (out, *p);
  }
  g_string_append (out, "\"* ");
}

/* "ward" "b2" -> "ward"* "b2"*. */
static char *
match_expression (const char *folded)
{
  g_auto (GStrv) words = g_strsplit_set (folded, " \t\n", WORDS_MAX + 1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL && i < WORDS_MAX; i++)
    if (*words[i] != '\0')
      append_word (out, words[i]);
  return g_string_free (out, FALSE);
}

static gboolean
count_content_hits (DkSearchQuery *q, const char *match, gint64 *count, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT count(*) FROM (SELECT 1 FROM content_words"
                              " WHERE content_words MATCH ?1 AND rowid BETWEEN ?2 AND ?3"
                              " LIMIT ?4)");
  gboolean has_row;

  bind_pack (stmt, match, q->pack);
  dk_stmt_bind_int (stmt, 4, RANKED_MAX + 1);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *count = dk_stmt_int (stmt, 0);
  return TRUE;
}

#define UNRANKED \
  "SELECT " DK_FOUND_COLUMNS " FROM content_words AS w" \
  " CROSS JOIN found AS f ON f.id = w.rowid WHERE w.content_words MATCH ?1" \
  " AND w.rowid BETWEEN ?2 AND ?3 LIMIT ?4"
#define RANKED \
  "SELECT " DK_FOUND_COLUMNS " FROM (SELECT rowid FROM content_words" \
  " WHERE content_words MATCH ?1 AND rowid BETWEEN ?2 AND ?3" \
  " ORDER BY bm25 (content_words, 10.0, 1.0) LIMIT ?4) AS w" \
  " CROSS JOIN found AS f ON f.id = w.rowid"

static gboolean
by_pack_words (DkSearchQuery *q, const char *sql, gint64 pack, const char *match, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (q->store), sql);

  bind_pack (stmt, match, pack);
  dk_stmt_bind_int (stmt, 4, q->limit + q->hits->len);
  return dk_search_collect (q, stmt, error);
}

static gboolean
by_content_words (DkSearchQuery *q, const char *match, GError **error)
{
  gint64 count;

  return count_content_hits (q, match, &count, error)
         && by_pack_words (q, count > RANKED_MAX ? UNRANKED : RANKED, q->pack, match, error)
         && (!q->has_own || by_pack_words (q, UNRANKED, DK_CONTENT_OWN, match, error));
}

/* Tickets: the newest first, whatever the rank. */
static gboolean
by_ticket_words (DkSearchQuery *q, const char *match, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store),
      "SELECT " DK_FOUND_COLUMNS " FROM ticket_words AS w"
      " CROSS JOIN found AS f ON f.id = w.rowid WHERE w.ticket_words MATCH ?1"
      " ORDER BY w.rowid DESC LIMIT ?2");

  dk_stmt_bind_text (stmt, 1, match);
  dk_stmt_bind_int (stmt, 2, q->limit + q->hits->len);
  return dk_search_collect (q, stmt, error);
}

static gboolean
by_pack_digits (DkSearchQuery *q, gint64 pack, const char *digits, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store),
      "SELECT " DK_FOUND_COLUMNS " FROM content_digits AS d"
      " CROSS JOIN found AS f ON f.id = d.rowid WHERE d.content_digits MATCH ?1"
      " AND d.rowid BETWEEN ?2 AND ?3 LIMIT ?4");
  g_autofree char *phrase = g_strconcat ("\"", digits, "\"", NULL);

  bind_pack (stmt, phrase, pack);
  dk_stmt_bind_int (stmt, 4, q->limit + q->hits->len);
  return dk_search_collect (q, stmt, error);
}

static gboolean
by_digits (DkSearchQuery *q, GError **error)
{
  g_autofree char *digits = dk_search_phone_digits (q->folded);

  return digits == NULL
         || (by_pack_digits (q, q->pack, digits, error)
             && (!q->has_own || by_pack_digits (q, DK_CONTENT_OWN, digits, error))
             && dk_search_corrected_digits (q, digits, error));
}

static gboolean
gather (DkSearchQuery *q, GError **error)
{
  g_autofree char *match = match_expression (q->folded);
  guint limit = q->limit;

  if (!dk_search_on_call (q, error) || !by_name (q, 0, error) || !by_name (q, q->pack, error)
      || (q->has_own && !by_name (q, DK_CONTENT_OWN, error)) || !by_digits (q, error))
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

static gboolean
append_near (DkSearchQuery *q, gint64 pack, GString *out, const char *word, guint *guessed,
             GError **error)
{
  g_autoptr (GPtrArray) near = dk_search_guess (q->store, pack, word, GUESSES_MAX, error);

  if (near == NULL)
    return FALSE;
  *guessed += near->len;
  for (guint i = 0; i < near->len; i++) {
    g_string_append (out, "OR name : ");
    append_word (out, near->pdata[i]);
  }
  return TRUE;
}

/* A word, or what else it may have been meant to be. */
static gboolean
append_guesses (DkSearchQuery *q, GString *out, const char *word, guint *guessed, GError **error)
{
  g_autoptr (GPtrArray) letters = dk_search_split (word);
  gboolean is_word = letters->len == 1 && strcmp (letters->pdata[0], word) == 0;

  g_string_append_c (out, '(');
  append_word (out, word);
  if (is_word && (!append_near (q, q->pack, out, word, guessed, error)
                  || (q->has_own && !append_near (q, DK_CONTENT_OWN, out, word, guessed, error))))
    return FALSE;
  g_string_append (out, ") ");
  return TRUE;
}

static gboolean
gather_guesses (DkSearchQuery *q, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (q->folded, " \t\n", WORDS_MAX + 1);
  g_autoptr (GString) match = g_string_new (NULL);
  guint before = q->hits->len;
  guint guessed = 0;

  for (guint i = 0; words[i] != NULL && i < WORDS_MAX; i++) {
    if (*words[i] == '\0')
      continue;
    if (match->len > 0)
      g_string_append (match, "AND ");
    if (!append_guesses (q, match, words[i], &guessed, error))
      return FALSE;
  }
  if (guessed == 0)
    return TRUE;
  q->limit = MIN (q->limit, before + GUESSED_MAX);
  if (!by_pack_words (q, RANKED, q->pack, match->str, error)
      || (q->has_own && !by_pack_words (q, UNRANKED, DK_CONTENT_OWN, match->str, error)))
    return FALSE;
  for (guint i = before; i < q->hits->len; i++)
    ((DkSearchHit *) q->hits->pdata[i])->is_guess = TRUE;
  return TRUE;
}

static gboolean
has_own_contacts (DkStore *store, gboolean *has, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT 1 FROM own_contact LIMIT 1");

  return dk_stmt_step (stmt, has, error);
}

static gboolean
read_pack (DkStore *store, gint64 *pack, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = dk_store_get_setting (store, "pack", &failed);

  *pack = text != NULL ? g_ascii_strtoll (text, NULL, 10) : -1;
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
run (DkSearchQuery *q, guint limit, GError **error)
{
  if (!read_pack (q->store, &q->pack, error)
      || !has_own_contacts (q->store, &q->has_own, error))
    return FALSE;
  q->limit = *q->site != '\0' ? MIN (limit * SITE_POOL, LIMIT_MAX) : limit;
  if (!gather (q, error) || (q->hits->len < GUESS_BELOW && !gather_guesses (q, error))
      || !dk_search_rank (q, error))
    return FALSE;
  if (q->hits->len > limit)
    g_ptr_array_set_size (q->hits, (gint) limit);
  return TRUE;
}

GPtrArray *
dk_search_with (DkStore *store, const char *text, const DkSearchWish *wish,
                GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_search_hit_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autofree char *folded = NULL;
  g_autofree char *site = NULL;
  DkSearchQuery q = { .store = store, .wish = wish, .cancellable = cancellable };
  guint limit = wish->limit > 0 ? MIN (wish->limit, LIMIT_MAX) : LIMIT_DEFAULT;

  if (!dk_text_check (text, strlen (text), DK_LIMIT_SEARCH_BYTES, "The search text", error))
    return NULL;
  folded = dk_text_fold (text);
  site = dk_text_fold (wish->site != NULL ? wish->site : "");
  q.folded = folded;
  q.site = site;
  q.hits = hits;
  q.seen = seen;
  if (*folded != '\0' && !run (&q, limit, error))
    return NULL;
  return g_steal_pointer (&hits);
}

GPtrArray *
dk_search (DkStore *store, const char *text, guint limit, GCancellable *cancellable,
           GError **error)
{
  const DkSearchWish wish = { .limit = MAX (limit, 1) };

  return dk_search_with (store, text, &wish, cancellable, error);
}
