/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/statement.h"
#include "app/store/search.h"

/* One thing that can be found. Text borrowed; NULL = "". */
typedef struct {
  gint64 pack; /* 0 = ticket */
  const char *kind;
  const char *ref;
  const char *title;
  const char *snippet;
  const char *words;  /* everything else that it should be found by, not folded */
  const char *digits; /* phone numbers, digits only, a blank between them */
  const char *site;
} DkFindable;

/* Ids of `found` tell the pack (0 = tickets) in their upper half, so that full text can be asked
 * for one pack alone: the pack before, which stays, costs a query nothing. */
#define DK_FOUND_ID_FIRST(pack) ((gint64) (pack) * (G_GINT64_CONSTANT (1) << 32))
#define DK_FOUND_ID_LAST(pack) (DK_FOUND_ID_FIRST (pack) | G_GINT64_CONSTANT (0xffffffff))

/* Adds it, or replaces what is there for the same kind and ref (tickets only). In the caller's
 * transaction. */
gboolean dk_search_put (DkStore *store, const DkFindable *findable, GError **error) DK_CHECKED;

/* Makes the index of tickets one piece without what was taken out of it: until then the terms of
 * removed words may still stand in its older pieces. In the caller's transaction. */
gboolean dk_search_purge (DkStore *store, GError **error) DK_CHECKED;

/* While a pack is loaded or removed the pieces of the full-text indexes are merged in steps of
 * their own: a commit would do it beside its own work, some hundred pages at a time. FALSE: from
 * now on commits do it again. */
gboolean dk_search_set_stepwise (DkStore *store, gboolean stepwise, GError **error) DK_CHECKED;

/* TRUE in *stepwise until dk_search_set_stepwise (FALSE), also after a program that ended amid. */
gboolean dk_search_is_stepwise (DkStore *store, gboolean *stepwise, GError **error) DK_CHECKED;

/* Merges some pages; *more tells if there was work. A transaction of its own. */
gboolean dk_search_merge_some (DkStore *store, gboolean *more, GError **error) DK_CHECKED;

/* Removes things of a pack until a moment (of g_get_monotonic_time); *is_empty tells that none is
 * left. In the caller's transaction. */
gboolean dk_search_remove_some (DkStore *store, gint64 pack, gint64 deadline_us,
                                gboolean *is_empty, GError **error) DK_CHECKED;

/* Removes one thing of a pack; none of that kind and ref is fine. In the caller's transaction. */
gboolean dk_search_remove_one (DkStore *store, gint64 pack, const char *kind, const char *ref,
                               GError **error) DK_CHECKED;

/* Words of four or more letters of a folded text, at most 8. New array of strings. */
GPtrArray *dk_search_split (const char *folded);

/* A word with its characters in the other order. New string. */
char *dk_search_reverse (const char *word);

/* Words of names of a pack that are `word`, or begin with it, but for one slip: a letter too many,
 * one missing, one wrong, or two swapped. The nearest first, at most `limit`. New array of
 * strings. */
GPtrArray *dk_search_guess (DkStore *store, gint64 pack, const char *word, guint limit,
                            GError **error) DK_CHECKED;

/* TRUE if the texts are the same but for one slip; with is_prefix also if `name` goes on. */
gboolean dk_search_is_near (const char *typed, const char *name, gboolean is_prefix);

/* One search at work. Borrowed, but for what it gathers. */
typedef struct {
  DkStore *store;
  const DkSearchWish *wish;
  GCancellable *cancellable;
  const char *folded;
  char *site;       /* folded, "" = none */
  gint64 pack;      /* in force, -1 = none */
  gboolean has_own; /* contacts were imported here */
  guint limit;      /* of what is gathered now */
  GPtrArray *hits;  /* of DkFoundHit */
  GHashTable *seen; /* ids of `found` */
} DkSearchQuery;

/* A hit on its way. */
typedef struct {
  DkSearchHit hit; /* first: freed as one */
  gboolean is_of_site;
  gboolean is_own; /* was imported here */
  gboolean is_exact;
  guint place; /* in the order in which it was found */
} DkFoundHit;

/* The `name` of what has this title in `found`, unless it is a ticket. New string. */
char *dk_search_name (const char *kind, const char *title);

/* The columns that dk_search_collect reads, of `found` as f. */
#define DK_FOUND_COLUMNS "f.id, f.kind, f.ref, f.title, f.snippet, f.site, f.digits, f.pack, f.name"

/* Takes the rows of `stmt` that are wanted and not there yet, up to the limit. */
gboolean dk_search_collect (DkSearchQuery *q, DkStmt *stmt, GError **error) DK_CHECKED;

/* Gathers those of the wish's contacts on call that match. */
gboolean dk_search_on_call (DkSearchQuery *q, GError **error) DK_CHECKED;

/* TRUE if all words of a folded query begin words of this folded text, or its digits stand in
 * these. */
gboolean dk_search_matches (const char *folded, const char *text, const char *digits);

/* Puts what was gathered in order and tells which contacts have new numbers. */
gboolean dk_search_rank (DkSearchQuery *q, GError **error) DK_CHECKED;

/* Gathers contacts of which an open correction says a number with these digits. */
gboolean dk_search_corrected_digits (DkSearchQuery *q, const char *digits, GError **error)
    DK_CHECKED;

/* What was found says the numbers and names that open corrections say. */
gboolean dk_search_lay_corrections (DkSearchQuery *q, GError **error) DK_CHECKED;

/* What was imported here tells so, with source, day and person. */
gboolean dk_search_lay_origins (DkSearchQuery *q, GError **error) DK_CHECKED;

/* Digits of a text that can only be a phone number, however it is written: without +1 or a leading
 * 1 of eleven digits; NULL if it is none, or has fewer than three. New string. */
char *dk_search_phone_digits (const char *folded);
