/* SPDX-License-Identifier: MIT */
#pragma once

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

/* Removes all of a pack. In the caller's transaction. */
gboolean dk_search_remove_pack (DkStore *store, gint64 pack, GError **error) DK_CHECKED;
