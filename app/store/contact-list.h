/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

G_BEGIN_DECLS

/* Contacts in the order of their names, page by page: a list of 100,000 is shown without ever
 * holding the store's thread for long. Those of the pack in force and the kit's own ones. */

/* Which contacts are wanted. */
typedef struct {
  const char *site;        /* of this site, and those for all sites ("ALL"); NULL = of every site */
  gboolean vendors_only;   /* of the type `vendor` */
  gint64 changed_since_ms; /* with a number that changed since then; 0 = whether or not */
} DkContactWish;

/* Where the last page ended. Begin with { 0 }; free with dk_contact_place_clear. */
typedef struct {
  char *name;
  gint64 row;
  gboolean is_over; /* there is nothing behind it */
} DkContactPlace;

/* The next page: at most limit ids (new array of strings), and place moves behind them. It looks at
 * no more than some thousand contacts, so that a page may be short, even empty, although more
 * follow: ask again until place->is_over. Contacts that come in between with a new pack are not
 * told; begin anew then. */
GPtrArray *dk_contact_list_page (DkStore *store, const DkContactWish *wish, DkContactPlace *place,
                                 guint limit, GError **error) DK_CHECKED;

/* Frees what the place holds; it is at the beginning again. */
void dk_contact_place_clear (DkContactPlace *place);

G_END_DECLS
