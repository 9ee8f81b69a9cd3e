/* SPDX-License-Identifier: MIT */
#include "app/readiness/content-now.h"

#include "app/store/content-store.h"
#include "app/trust/trust-pack.h"

gboolean
dk_content_now (DkStore *store, DkContentFacts *facts, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &failed);
  const DkPolicy *policy = dk_store_policy (store);
  g_autofree char *revoked = NULL;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (!dk_trust_pack_in_force (store, &revoked, error))
    return FALSE;
  *facts = (DkContentFacts) { .is_revoked = revoked != NULL,
                              .amber_days = policy->amber_days,
                              .stale_days = policy->stale_days };
  if (pack != NULL) {
    facts->created_ms = pack->created_ms;
    facts->expires_ms = pack->expires_ms;
  }
  return TRUE;
}
