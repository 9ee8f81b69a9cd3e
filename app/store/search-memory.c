/* SPDX-License-Identifier: MIT */
/* What leads alone may read is in no index: it is looked through in memory, and its hits join those
 * of the tables. */
#include <string.h>

#include "app/base/text.h"
#include "app/store/search-private.h"

/* Words are also found without the marks between them, as in the index. */
static char *
fold_words (const DkSearchThing *thing)
{
  g_autofree char *whole
      = g_strjoin (" ", thing->title, thing->words != NULL ? thing->words : "", NULL);
  g_autofree char *folded = dk_text_fold (whole);
  g_autofree char *parted = g_strdup (folded);

  for (char *p = parted; *p != '\0'; p++)
    if (g_ascii_ispunct (*p))
      *p = ' ';
  return g_strjoin (" ", folded, parted, NULL);
}

DkSearchHit *
dk_search_try (const DkSearchThing *thing, const char *text)
{
  g_autofree char *query = dk_text_fold (text);
  g_autofree char *words = fold_words (thing);
  DkSearchHit *hit;

  if (*query == '\0'
      || !dk_search_matches (query, words, thing->digits != NULL ? thing->digits : ""))
    return NULL;
  hit = g_new0 (DkSearchHit, 1);
  hit->kind = g_strdup (thing->kind);
  hit->id = g_strdup (thing->id);
  hit->title = g_strdup (thing->title);
  hit->snippet = g_strdup (thing->snippet != NULL ? thing->snippet : "");
  hit->for_leads = TRUE;
  return hit;
}

static gboolean
has_hit (GPtrArray *hits, const DkSearchHit *wanted)
{
  for (guint i = 0; i < hits->len; i++) {
    const DkSearchHit *hit = g_ptr_array_index (hits, i);
    if (strcmp (hit->kind, wanted->kind) == 0 && strcmp (hit->id, wanted->id) == 0)
      return TRUE;
  }
  return FALSE;
}

static guint
first_guess (GPtrArray *hits)
{
  guint i = 0;

  while (i < hits->len && !((const DkSearchHit *) g_ptr_array_index (hits, i))->is_guess)
    i++;
  return i;
}

static gboolean
comes_first (const DkSearchHit *hit, const char *query, gboolean is_number)
{
  g_autofree char *title = dk_text_fold (hit->title);

  return is_number || g_str_has_prefix (title, query) || strcmp (hit->id, query) == 0;
}

/* Room is made at the end of what the tables gave, so that a full list hides nothing. */
void
dk_search_add (GPtrArray *hits, GPtrArray *more, const char *text, guint limit)
{
  g_autofree char *query = dk_text_fold (text);
  g_autofree char *digits = dk_search_phone_digits (query);
  guint front = 0;
  guint room = limit / 2;

  while (more->len > 0 && room > 0) {
    DkSearchHit *hit = g_ptr_array_steal_index (more, 0);
    if (has_hit (hits, hit)) {
      dk_search_hit_free (hit);
      continue;
    }
    if (hits->len >= limit)
      g_ptr_array_set_size (hits, (int) limit - 1);
    g_ptr_array_insert (hits,
                        comes_first (hit, query, digits != NULL) ? (int) front++
                                                                 : (int) first_guess (hits),
                        hit);
    room--;
  }
  g_ptr_array_set_size (more, 0);
}
