/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Where tickets are handed over to. The credential is sealed with `send`: who lacks that key can
 * see that a connector exists, and no more. */
typedef struct {
  char *name;
  char *type;           /* rt, file */
  json_t *config;       /* url, queue, settle_s, ... */
  DkSecret *credential; /* NULL if there is none or this person lacks `send` */
} DkConnectorFacts;

/* Adds or replaces a connector, with an entry (without the credential). DK_ERROR_DENIED without
 * `send`; DK_ERROR_INVALID for another `url` while a ticket may stand at the old one unverified. */
gboolean dk_connector_store_put (DkStore *store, const DkConnectorFacts *facts, GError **error)
    DK_CHECKED;

/* The connector of that name; name NULL = the only one (DK_ERROR_USAGE if there are several).
 * DK_ERROR_NOT_FOUND. New facts. */
DkConnectorFacts *dk_connector_store_get (DkStore *store, const char *name, GError **error)
    DK_CHECKED;

/* Names of all connectors. New array of strings. */
GPtrArray *dk_connector_store_list (DkStore *store, GError **error) DK_CHECKED;

/* Seals every credential anew with the `send` key of `after`; the store's own keyring holds the one
 * before. One that does not open is left as it is: it is refused when it is used, as before. In the
 * caller's transaction. */
gboolean dk_connector_store_reseal (DkStore *store, const DkKeyring *after,
                                    GError **error) DK_CHECKED;

/* Frees the facts; NULL is fine. */
void dk_connector_facts_free (DkConnectorFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkConnectorFacts, dk_connector_facts_free)

G_END_DECLS
