/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/store/content-store.h"

G_BEGIN_DECLS

/* What an import needs to know of the contacts that are there, page by page, and the batches that
 * it stores. */

/* A contact that was imported here. */
typedef struct {
  DkContact *contact;
  char *source;
  char *key;
} DkOwnContact;

/* Takes contact; copies source and key. Free with dk_own_contact_free. */
DkOwnContact *dk_own_contact_new (DkContact *contact, const char *source, const char *key);

/* Frees it; NULL is fine. */
void dk_own_contact_free (DkOwnContact *own);

/* At most limit own contacts of all sources behind `after` (an id; NULL = from the first one), in
 * the order of their ids. New array of DkOwnContact; empty at the end. */
GPtrArray *dk_own_contact_page (DkStore *store, const char *after, guint limit, GError **error)
    DK_CHECKED;

/* Likewise contacts of the pack in force alone. New array of DkContact. */
GPtrArray *dk_pack_contact_page (DkStore *store, const char *after, guint limit, GError **error)
    DK_CHECKED;

/* One batch of an import, in one transaction: `puts` (of DkOwnContact, may be NULL) come in or
 * replace what is there, those of the ids `gone` (may be NULL) go, and `entry`, if not NULL,
 * becomes an entry `contacts-imported` about the source, whose list is of this moment then. */
gboolean dk_own_contact_store (DkStore *store, const char *source, const GPtrArray *puts,
                               const GPtrArray *gone, const json_t *entry, GError **error)
    DK_CHECKED;

/* How the columns of a source were mapped; NULL without error if that was never kept. New
 * reference. */
json_t *dk_own_contact_mapping (DkStore *store, const char *source, GError **error);

/* Keeps a mapping, with an entry `import-mapped`. */
gboolean dk_own_contact_set_mapping (DkStore *store, const char *source, const json_t *mapping,
                                     GError **error) DK_CHECKED;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkOwnContact, dk_own_contact_free)

G_END_DECLS
