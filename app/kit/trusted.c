/* SPDX-License-Identifier: MIT */
#include "app/kit/kit-private.h"
#include "app/trust/trust.h"

GPtrArray *
dk_kit_trusted_signers (DkKit *kit, GError **error)
{
  g_autoptr (DkTrust) trust = dk_trust_effective (kit->store, error);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  if (trust == NULL)
    return NULL;
  for (guint i = 0; i < trust->signers->len; i++) {
    const DkTrustSigner *signer = g_ptr_array_index (trust->signers, i);
    g_ptr_array_add (texts, dk_minisign_public_text (&signer->public_key));
  }
  return g_steal_pointer (&texts);
}

gboolean
dk_kit_trust (DkKit *kit, const char *public_key_text, GError **error)
{
  return dk_trust_add (kit->store, public_key_text, NULL, error)
         && dk_kit_write_station (kit, error);
}

gboolean
dk_kit_write_station (DkKit *kit, GError **error)
{
  return dk_station_write (kit, error);
}
