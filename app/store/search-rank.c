/* SPDX-License-Identifier: MIT */
/* What comes first, whatever the words weigh: exactly that, on call now, of this site. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/store/content-store.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"

#define DIGITS_MIN 3
#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))
#define COUNTRY_DIGITS 11 /* of a number with the 1 of its country */

/* Words that people type before a number, as it stands in the list. */
static const char *const number_words[]
    = { "desk", "mobile", "pager", "radio", "phone", "tel", "ext", "call", NULL };

static const char *
skip_number_word (const char *folded)
{
  for (guint i = 0; number_words[i] != NULL; i++) {
    gsize size = strlen (number_words[i]);
    if (g_str_has_prefix (folded, number_words[i]) && strchr (" .:", folded[size]) != NULL
        && folded[size] != '\0')
      return folded + size + 1;
  }
  return folded;
}

char *
dk_search_phone_digits (const char *folded)
{
  const char *number = skip_number_word (folded);
  g_autofree char *digits = NULL;

  if (strspn (number, "0123456789 +-()./") != strlen (number))
    return NULL;
  digits = dk_text_digits (number);
  if (strlen (digits) < DIGITS_MIN)
    return NULL;
  if (*digits == '1' && strlen (digits) == COUNTRY_DIGITS)
    return g_strdup (digits + 1);
  return g_steal_pointer (&digits);
}

gboolean
dk_search_matches (const char *folded, const char *text, const char *digits)
{
  g_auto (GStrv) typed = g_strsplit_set (folded, " \t\n", -1);
  g_autofree char *phone = dk_search_phone_digits (folded);
  g_autofree char *inside = g_strconcat (" ", text, NULL);

  if (phone != NULL && strstr (digits, phone) != NULL)
    return TRUE;
  for (guint i = 0; typed[i] != NULL; i++) {
    g_autofree char *wanted = g_strconcat (" ", typed[i], NULL);
    if (*typed[i] != '\0' && strstr (inside, wanted) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_on_call (DkSearchQuery *q, const char *contact, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT id, name || ' ' || words, digits FROM found"
                              " WHERE kind = 'contact' AND ref = ?1 AND pack IN (?2, ?3)"
                              " ORDER BY pack LIMIT 1");
  g_autoptr (DkStmt) row = dk_stmt_new (
      dk_store_db (q->store), "SELECT " DK_FOUND_COLUMNS " FROM found AS f WHERE f.id = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, contact);
  dk_stmt_bind_int (stmt, 2, q->pack);
  dk_stmt_bind_int (stmt, 3, DK_CONTENT_OWN);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row || !dk_search_matches (q->folded, dk_stmt_text (stmt, 1), dk_stmt_text (stmt, 2)))
    return TRUE;
  dk_stmt_bind_int (row, 1, dk_stmt_int (stmt, 0));
  return dk_search_collect (q, row, error);
}

gboolean
dk_search_on_call (DkSearchQuery *q, GError **error)
{
  for (gsize i = 0; q->wish->on_call != NULL && q->wish->on_call[i] != NULL; i++)
    if (!add_on_call (q, q->wish->on_call[i], error))
      return FALSE;
  for (guint i = 0; i < q->hits->len; i++)
    ((DkSearchHit *) q->hits->pdata[i])->on_call = TRUE;
  return TRUE;
}

static int
class_of (const DkFoundHit *found)
{
  if (found->hit.is_guess)
    return 4;
  return found->is_exact ? 0 : found->hit.on_call ? 1 : found->is_of_site ? 2 : 3;
}

static int
compare_hits (gconstpointer a, gconstpointer b)
{
  const DkFoundHit *x = *(const DkFoundHit *const *) a;
  const DkFoundHit *y = *(const DkFoundHit *const *) b;

  if (class_of (x) != class_of (y))
    return class_of (x) - class_of (y);
  return x->place < y->place ? -1 : x->place > y->place;
}

/* The latest change of a number of this contact, 0 if there is none of late. */
static gboolean
read_changed (DkSearchQuery *q, DkSearchHit *hit, gint64 since_ms, GError **error)
{
  g_autoptr (GPtrArray) changes
      = dk_content_store_number_changes (q->store, hit->id, since_ms, error);
  g_autofree char *when = NULL;
  g_autofree char *before = NULL;

  if (changes == NULL || changes->len == 0)
    return changes != NULL;
  hit->number_changed_ms = ((const DkNumberChange *) g_ptr_array_index (changes, 0))->changed_ms;
  when = dk_time_format_local (hit->number_changed_ms);
  before = hit->snippet;
  hit->snippet = g_strdup_printf ("%s%snumber changed %.10s", before, *before != '\0' ? " · " : "",
                                  when);
  return TRUE;
}

/* Somebody new is told as such, as a number that changed is. */
static gboolean
read_new (DkSearchQuery *q, DkSearchHit *hit, gint64 since_ms, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (q->store), "SELECT since_ms FROM contact WHERE pack IN (?1, ?2) AND ref = ?3"
                              " ORDER BY pack LIMIT 1");
  g_autofree char *when = NULL;
  g_autofree char *before = NULL;
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, q->pack);
  dk_stmt_bind_int (stmt, 2, DK_CONTENT_OWN);
  dk_stmt_bind_text (stmt, 3, hit->id);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row || dk_stmt_int (stmt, 0) < since_ms)
    return TRUE;
  hit->new_since_ms = dk_stmt_int (stmt, 0);
  when = dk_time_format_local (hit->new_since_ms);
  before = hit->snippet;
  hit->snippet
      = g_strdup_printf ("%s%sNEW since %.10s", before, *before != '\0' ? " · " : "", when);
  return TRUE;
}

static gboolean
has_changes (DkStore *store, gboolean *has, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT 1 FROM number_change LIMIT 1");

  return dk_stmt_step (stmt, has, error);
}

gboolean
dk_search_rank (DkSearchQuery *q, GError **error)
{
  gint64 since_ms = dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;
  gboolean has = FALSE;

  g_ptr_array_sort (q->hits, compare_hits);
  if (!dk_search_lay_corrections (q, error) || !has_changes (q->store, &has, error))
    return FALSE;
  for (guint i = 0; i < q->hits->len; i++) {
    DkSearchHit *hit = q->hits->pdata[i];
    if (strcmp (hit->kind, "contact") == 0
        && ((has && !read_changed (q, hit, since_ms, error))
            || !read_new (q, hit, since_ms, error)))
      return FALSE;
  }
  return dk_search_lay_origins (q, error);
}
