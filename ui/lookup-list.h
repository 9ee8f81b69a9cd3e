/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* The long lists of the content (locations, groups) in memory, to be searched at each key. The
 * kit's thread only hands out the text; it is read beside. At most 8 MiB of text each. */

/* One row that was found. Text borrowed until the list is loaded anew. */
typedef struct {
  const char *id;
  const char *name;
  const char *site; /* NULL = not told */
} DkLookupRow;

/* Sees to it that the list of this kind ("location", "group") is that of the pack in force. loaded
 * may be NULL; it is called on the main loop if the list is another one now, unless the owner is
 * gone. */
void dk_lookup_list_prepare (const char *kind, GObject *owner,
                             void (*loaded) (GObject *owner));

/* Rows that hold these words in name or id, those that begin with them first, at most max. NULL
 * while the list is not loaded. New array of DkLookupRow. */
GPtrArray *dk_lookup_list_find (const char *kind, const char *words, guint max);

G_END_DECLS
