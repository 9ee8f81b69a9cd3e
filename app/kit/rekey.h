/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"

G_BEGIN_DECLS

/* Renews the keys in `renew` (bits 1 << DkKeyId; `open` is always among them) and seals them to
 * everybody who is in the directory now: the database is written into a new file under the new
 * `open` key, with the credentials, seeds and notes for leads in it sealed again, and takes the
 * place of the old one by one rename. A crash leaves the one or the other, whole. What was copied
 * before stays readable with the keys of before.
 *
 * The kit stays open, with another store: what was got from dk_kit_store before is gone. If the
 * file cannot be opened again, dk_kit_store is NULL, and the kit can only be closed. why is a
 * word for the entry `keys-renewed`. Needs the admin key (DK_ERROR_DENIED) and about the size of
 * the kit on its disk (DK_ERROR_STORAGE); a call that fails changes nothing. Slow: progress counts
 * pages. Thread of the kit. */
gboolean dk_kit_rekey (DkKit *kit, guint renew, const char *why, const DkJob *job,
                       GError **error) DK_CHECKED;

/* New device keys, for a PC whose keys may be known to others: dk_kit_rekey with a new chain that
 * is signed by the new key. Whoever seals packs to this kit needs its new recipient; packs on their
 * way still open. Errors as dk_kit_rekey. */
gboolean dk_kit_renew_device (DkKit *kit, const char *reason, const DkJob *job,
                              GError **error) DK_CHECKED;

G_END_DECLS
