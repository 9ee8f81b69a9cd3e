/* SPDX-License-Identifier: MIT */
#include "app/kit/kit-private.h"
#include "app/store/lead-store.h"

gboolean
dk_kit_state_lead_key (DkKit *kit, GError **error)
{
  gboolean holds;

  if (dk_keyring_get (kit->keys, DK_KEY_ADMIN) == NULL)
    return TRUE;
  if (!dk_lead_store_check_key (kit->store, &holds, error))
    return FALSE;
  return holds
         || dk_lead_store_sign_key (kit->db, dk_store_identity (kit->store)->kit_id, kit->keys,
                                    dk_directory_key_epoch (kit->directory), error);
}
