/* SPDX-License-Identifier: MIT */
#include "app/kit/kit-private.h"

gboolean
dk_kit_confirm (DkKit *kit, const DkSecret *passphrase, GError **error)
{
  const char *name = dk_person_info (kit->person)->name;
  g_autoptr (GError) failed = NULL;

  if (dk_kit_check_slot (kit, name, passphrase, &failed))
    return TRUE;
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED))
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "That is not the passphrase of %s, who opened this kit. Nothing was changed; "
                 "check Caps Lock and try again.",
                 name);
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}
