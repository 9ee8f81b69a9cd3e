/* SPDX-License-Identifier: MIT */
/* The full-text tables keep no text of their own (external content): what is taken out must be
 * named exactly as it was put in, so `found` keeps the folded words. */
#include <string.h>

#include "app/base/text.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"

#define NAME_WORDS_MAX 8
#define GUESS_LETTERS_MIN 4
#define INITIALS_MIN 2
#define INITIALS_MIN_OF_MANY 3 /* two are those of hundreds of people and devices */
#define INITIALS_MAX 8
#define AUTOMERGE 4 /* pieces of one size: FTS5's own default */
#define CRISIS 16
#define CRISIS_STEPWISE 1000
#define MERGE_PAGES 80 /* some 10 ms */

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

static gboolean
take_row (DkStmt *stmt, Indexed *old, GError **error)
{
  gboolean has_row;

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

/* The row of a thing that is there already; id 0 if none. */
static gboolean
find_row (DkStore *store, const DkFindable *findable, Indexed *old, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT id, name, words, digits FROM found"
                                          " WHERE kind = ?1 AND ref = ?2 AND pack = ?3");

  dk_stmt_bind_text (stmt, 1, findable->kind);
  dk_stmt_bind_text (stmt, 2, findable->ref);
  dk_stmt_bind_int (stmt, 3, findable->pack);
  return take_row (stmt, old, error);
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
      "INSERT INTO found (id, pack, kind, ref, title, snippet, name, words, digits, site)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
      " ON CONFLICT (id) DO UPDATE SET title = ?5, snippet = ?6, name = ?7, words = ?8,"
      " digits = ?9");
  g_autofree char *site = dk_text_fold (findable->site != NULL ? findable->site : "");

  dk_stmt_bind_int (stmt, 1, indexed->id);
  dk_stmt_bind_int (stmt, 2, findable->pack);
  dk_stmt_bind_text (stmt, 3, findable->kind);
  dk_stmt_bind_text (stmt, 4, findable->ref);
  dk_stmt_bind_text (stmt, 5, findable->title);
  dk_stmt_bind_text (stmt, 6, findable->snippet != NULL ? findable->snippet : "");
  dk_stmt_bind_text (stmt, 7, indexed->name);
  dk_stmt_bind_text (stmt, 8, indexed->words);
  dk_stmt_bind_text (stmt, 9, indexed->digits);
  dk_stmt_bind_text (stmt, 10, site);
  return dk_stmt_run (stmt, error);
}

GPtrArray *
dk_search_split (const char *folded)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  const char *start = NULL;

  for (const char *p = folded; words->len < NAME_WORDS_MAX; p = g_utf8_next_char (p)) {
    gboolean is_letter = *p != '\0' && g_unichar_isalpha (g_utf8_get_char (p));
    if (is_letter && start == NULL)
      start = p;
    if (!is_letter && start != NULL && g_utf8_pointer_to_offset (start, p) >= GUESS_LETTERS_MIN)
      g_ptr_array_add (words, g_strndup (start, (gsize) (p - start)));
    if (!is_letter)
      start = NULL;
    if (*p == '\0')
      break;
  }
  return words;
}

char *
dk_search_reverse (const char *word)
{
  return g_utf8_strreverse (word, -1);
}

static gboolean
put_name_words (DkStore *store, const DkFindable *findable, const char *folded, GError **error)
{
  g_autoptr (GPtrArray) words = dk_search_split (folded);

  for (guint i = 0; i < words->len; i++) {
    g_autoptr (DkStmt) stmt = dk_stmt_new (
        dk_store_db (store),
        "INSERT OR IGNORE INTO name_word (pack, word, reversed) VALUES (?1, ?2, ?3)");
    g_autofree char *reversed = dk_search_reverse (words->pdata[i]);
    dk_stmt_bind_int (stmt, 1, findable->pack);
    dk_stmt_bind_text (stmt, 2, words->pdata[i]);
    dk_stmt_bind_text (stmt, 3, reversed);
    if (!dk_stmt_run (stmt, error))
      return FALSE;
  }
  return TRUE;
}

/* Folded title, and its initials up to a bracket: "Active Directory (sign-in)" is asked for as AD,
 * "Hospital Information Management" as HIM. */
char *
dk_search_name (const char *kind, const char *title)
{
  g_autofree char *folded = dk_text_fold (title);
  g_autoptr (GString) initials = g_string_new (NULL);
  gboolean is_of_many = strcmp (kind, "contact") == 0 || strcmp (kind, "device") == 0;
  glong least = is_of_many ? INITIALS_MIN_OF_MANY : INITIALS_MIN;
  gboolean is_inside = FALSE;

  for (const char *p = folded; *p != '\0' && *p != '('; p = g_utf8_next_char (p)) {
    gboolean is_word = g_unichar_isalnum (g_utf8_get_char (p));
    if (is_word && !is_inside)
      g_string_append_unichar (initials, g_utf8_get_char (p));
    is_inside = is_word;
  }
  if (g_utf8_strlen (initials->str, -1) < least || g_utf8_strlen (initials->str, -1) > INITIALS_MAX)
    return g_steal_pointer (&folded);
  return g_strdup_printf ("%s %s", folded, initials->str);
}

static gboolean
has_name_words (const DkFindable *findable)
{
  return findable->pack != 0 && strcmp (findable->kind, "device") != 0;
}

gboolean
dk_search_put (DkStore *store, const DkFindable *findable, GError **error)
{
  gboolean is_ticket = findable->pack == 0;
  g_auto (Indexed) old = { 0 };
  g_auto (Indexed) now = { 0 };

  now.name = is_ticket ? dk_text_fold (findable->title)
                       : dk_search_name (findable->kind, findable->title);
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
         && (is_ticket || index_digits (store, &now, FALSE, error))
         && (!has_name_words (findable) || put_name_words (store, findable, now.name, error));
}

gboolean
dk_search_purge (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO ticket_words (ticket_words) VALUES ('optimize')");

  return dk_stmt_run (stmt, error);
}

static gboolean
remove_row (DkStore *store, const Indexed *old, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), "DELETE FROM found WHERE id = ?1");

  dk_stmt_bind_int (stmt, 1, old->id);
  return unindex_words (store, FALSE, old, error) && index_digits (store, old, TRUE, error)
         && dk_stmt_run (stmt, error);
}

/* The first thing of a pack; id 0 if there is none. */
static gboolean
find_first (DkStore *store, gint64 pack, Indexed *first, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT id, name, words, digits FROM found"
                           " WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1");

  dk_stmt_bind_int (stmt, 1, DK_FOUND_ID_FIRST (pack));
  dk_stmt_bind_int (stmt, 2, DK_FOUND_ID_LAST (pack));
  return take_row (stmt, first, error);
}

gboolean
dk_search_remove_some (DkStore *store, gint64 pack, gint64 deadline_us, gboolean *is_empty,
                       GError **error)
{
  *is_empty = FALSE;
  do {
    g_auto (Indexed) old = { 0 };
    if (!find_first (store, pack, &old, error))
      return FALSE;
    *is_empty = old.id == 0;
    if (!*is_empty && !remove_row (store, &old, error))
      return FALSE;
  } while (!*is_empty && g_get_monotonic_time () < deadline_us);
  return TRUE;
}

gboolean
dk_search_remove_one (DkStore *store, gint64 pack, const char *kind, const char *ref,
                      GError **error)
{
  const DkFindable findable = { .pack = pack, .kind = kind, .ref = ref };
  g_auto (Indexed) old = { 0 };

  return find_row (store, &findable, &old, error)
         && (old.id == 0 || remove_row (store, &old, error));
}

gboolean
dk_search_set_stepwise (DkStore *store, gboolean stepwise, GError **error)
{
  static const char *const settings[] = {
    "INSERT INTO content_words (content_words, rank) VALUES ('automerge', ?1)",
    "INSERT INTO content_digits (content_digits, rank) VALUES ('automerge', ?1)",
    "INSERT INTO content_words (content_words, rank) VALUES ('crisismerge', ?1)",
    "INSERT INTO content_digits (content_digits, rank) VALUES ('crisismerge', ?1)",
  };
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  if (transaction == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), settings[i]);
    if (i < 2)
      dk_stmt_bind_int (stmt, 1, stepwise ? 0 : AUTOMERGE);
    else
      dk_stmt_bind_int (stmt, 1, stepwise ? CRISIS_STEPWISE : CRISIS);
    if (!dk_stmt_run (stmt, error))
      return FALSE;
  }
  return dk_transaction_commit (transaction, error);
}

gboolean
dk_search_is_stepwise (DkStore *store, gboolean *stepwise, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT v FROM content_words_config WHERE k = 'automerge'");
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *stepwise = has_row && dk_stmt_int (stmt, 0) == 0;
  return TRUE;
}

/* What a merge changes tells if it had anything to do: less than two rows, and it had not. */
static gboolean
merge_one (DkStore *store, const char *sql, gboolean *more, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), sql);
  gint64 before = dk_db_total_changes (dk_store_db (store));

  dk_stmt_bind_int (stmt, 1, MERGE_PAGES);
  if (!dk_stmt_run (stmt, error))
    return FALSE;
  *more = dk_db_total_changes (dk_store_db (store)) - before >= 2;
  return TRUE;
}

gboolean
dk_search_merge_some (DkStore *store, gboolean *more, GError **error)
{
  static const char *const tables[] = {
    "INSERT INTO content_words (content_words, rank) VALUES ('merge', ?1)",
    "INSERT INTO content_digits (content_digits, rank) VALUES ('merge', ?1)",
  };
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  *more = FALSE;
  if (transaction == NULL)
    return FALSE;
  for (guint i = 0; !*more && i < G_N_ELEMENTS (tables); i++)
    if (!merge_one (store, tables[i], more, error))
      return FALSE;
  return dk_transaction_commit (transaction, error);
}
