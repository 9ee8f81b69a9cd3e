/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"

G_BEGIN_DECLS

/* Opens the slot of a second person for a step that needs two: for dk_store_sign_body_second. The
 * kit stays that of who opened it, and no key of the second person's role is kept. DK_ERROR_DENIED
 * in words for the same person, a shared or the recovery slot (on either side), an access that has
 * ended, one of the two who gave the other a passphrase within the last 24 hours, and a wrong
 * passphrase; DK_ERROR_NOT_FOUND for a name that the kit does not have. Free with dk_person_free.
 * Slow (key derivation); thread of the kit. */
DkPerson *dk_kit_unlock_second (DkKit *kit, const char *name, const DkSecret *passphrase,
                                GError **error) DK_CHECKED;

G_END_DECLS
