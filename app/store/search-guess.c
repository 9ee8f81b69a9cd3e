/* SPDX-License-Identifier: MIT */
/* A word with one slip in it is right in its first half or in its second: so names that begin with
 * the first half, or end with the second, are looked at, and no others. */
#include <string.h>

#include "app/store/search-private.h"
#include "app/store/store-private.h"

#define LOOKED_AT_MAX 4000
#define LETTERS_MAX 40
#define FORWARDS \
  "SELECT word FROM name_word WHERE pack = ?1 AND word >= ?2 AND word < ?3 LIMIT ?4"
#define BACKWARDS \
  "SELECT word FROM name_word WHERE pack = ?1 AND reversed >= ?2 AND reversed < ?3 LIMIT ?4"

/* The texts as characters; 0 ends them. */
typedef struct {
  gunichar a[LETTERS_MAX + 2];
  gunichar b[LETTERS_MAX + 2];
  glong a_size;
  glong b_size;
} Pair;

static glong
spread (const char *text, gunichar *out)
{
  glong n = 0;

  for (const char *p = text; *p != '\0' && n <= LETTERS_MAX; p = g_utf8_next_char (p))
    out[n++] = g_utf8_get_char (p);
  out[n] = 0;
  return n;
}

/* Are the rests equal, b being allowed to go on? */
static gboolean
is_rest (const gunichar *a, const gunichar *b, gboolean is_prefix)
{
  while (*a != 0 && *a == *b) {
    a++;
    b++;
  }
  return *a == 0 && (is_prefix || *b == 0);
}

gboolean
dk_search_is_near (const char *typed, const char *name, gboolean is_prefix)
{
  Pair p;
  const gunichar *a = p.a;
  const gunichar *b = p.b;

  p.a_size = spread (typed, p.a);
  p.b_size = spread (name, p.b);
  if (p.a_size > LETTERS_MAX || (!is_prefix && ABS (p.a_size - p.b_size) > 1))
    return FALSE;
  while (*a != 0 && *a == *b) {
    a++;
    b++;
  }
  if (*a == 0)
    return is_prefix || *b == 0 || b[1] == 0;
  if (*b == 0)
    return a[1] == 0;
  return is_rest (a + 1, b + 1, is_prefix) || is_rest (a, b + 1, is_prefix)
         || is_rest (a + 1, b, is_prefix)
         || (a[0] == b[1] && a[1] == b[0] && is_rest (a + 2, b + 2, is_prefix));
}

static gboolean
collect (DkStore *store, const char *sql, gint64 pack, const char *begin, const char *typed,
         GPtrArray *near, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), sql);
  g_autofree char *end = g_strconcat (begin, "\xf4\x8f\xbf\xbf", NULL);
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, begin);
  dk_stmt_bind_text (stmt, 3, end);
  dk_stmt_bind_int (stmt, 4, LOOKED_AT_MAX);
  while (dk_stmt_step (stmt, &has_row, error)) {
    const char *word;
    if (!has_row)
      return TRUE;
    word = dk_stmt_text (stmt, 0);
    if (dk_search_is_near (typed, word, TRUE)
        && !g_ptr_array_find_with_equal_func (near, word, g_str_equal, NULL))
      g_ptr_array_add (near, g_strdup (word));
  }
  return FALSE;
}

typedef struct {
  const char *typed;
} Nearness;

/* Whole words before those that go on, short before long. */
static int
compare_near (gconstpointer a, gconstpointer b, gpointer data)
{
  const Nearness *nearness = data;
  const char *x = *(const char *const *) a;
  const char *y = *(const char *const *) b;
  gboolean x_whole = dk_search_is_near (nearness->typed, x, FALSE);
  gboolean y_whole = dk_search_is_near (nearness->typed, y, FALSE);

  if (x_whole != y_whole)
    return x_whole ? -1 : 1;
  if (strlen (x) != strlen (y))
    return strlen (x) < strlen (y) ? -1 : 1;
  return strcmp (x, y);
}

/* The word with the two letters around its middle swapped: the one slip that spoils both halves. */
static char *
swap_middle (const char *word, glong middle)
{
  g_autofree gunichar *letters = g_utf8_to_ucs4_fast (word, -1, NULL);
  gunichar letter = letters[middle];

  letters[middle] = letters[middle - 1];
  letters[middle - 1] = letter;
  return g_ucs4_to_utf8 (letters, -1, NULL, NULL, NULL);
}

GPtrArray *
dk_search_guess (DkStore *store, gint64 pack, const char *word, guint limit, GError **error)
{
  g_autoptr (GPtrArray) near = g_ptr_array_new_with_free_func (g_free);
  glong letters = g_utf8_strlen (word, -1);
  glong middle = letters / 2;
  g_autofree char *reversed = dk_search_reverse (word);
  g_autofree char *first = g_utf8_substring (word, 0, middle);
  g_autofree char *last = g_utf8_substring (reversed, 0, letters - middle);
  g_autofree char *swapped = middle > 0 ? swap_middle (word, middle) : g_strdup (word);
  Nearness nearness = { word };

  if (letters > LETTERS_MAX)
    return g_steal_pointer (&near);
  if (!collect (store, FORWARDS, pack, first, word, near, error)
      || !collect (store, FORWARDS, pack, swapped, word, near, error)
      || !collect (store, BACKWARDS, pack, last, word, near, error))
    return NULL;
  g_ptr_array_sort_with_data (near, compare_near, &nearness);
  if (near->len > limit)
    g_ptr_array_set_size (near, (gint) limit);
  return g_steal_pointer (&near);
}
