/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"
#include "app/store/ledger.h"

G_BEGIN_DECLS

/* Who may open the kit. All calls: thread of the kit; slow where a passphrase is given (key
 * derivation) or keys are renewed (the kit is written anew; see dk_kit_rekey: the store is another
 * one afterwards). Each is an entry that the person who does it signs. DK_ERROR_NOT_FOUND for a
 * name that the kit does not have, DK_ERROR_STORAGE while nothing can be stored. A call that fails
 * changes nothing. */

/* Role and end of a person. */
typedef struct {
  DkRole role;
  gint64 valid_until_ms;      /* ms, UTC; 0 = no end */
  const DkSecret *passphrase; /* a new one, where dk_kit_needs_new_passphrase; borrowed */
  DkKdfParams kdf;            /* with it */
} DkAccess;

/* Adds a slot that several people use with one passphrase (a desk): frontline, whatever else is
 * asked. Unlocking asks for a name, which entries show as asserted; see dk_store_may. Needs the
 * admin key; otherwise as dk_kit_add_user. */
gboolean dk_kit_add_shared (DkKit *kit, const char *name, const DkSecret *passphrase,
                            gint64 valid_until_ms, DkKdfParams kdf, GError **error) DK_CHECKED;

/* Takes a person out and renews open, lead and send, and `admin` if an admin leaves: with what that
 * person still knows, nothing that is written from now on can be read. A copy of the kit from
 * before stays readable. Needs the admin key. DK_ERROR_INVALID for oneself, the recovery slot and
 * the last admin. */
gboolean dk_kit_remove_user (DkKit *kit, const char *name, const DkJob *job,
                             GError **error) DK_CHECKED;

/* TRUE if a person who gets that role must get a new passphrase and new keys with it: leads can
 * open the seeds of front-line people, and would hold the new role. */
gboolean dk_kit_needs_new_passphrase (DkRole before, DkRole after);

/* Gives a person another role or end. Where the new role holds fewer keys, those are renewed as if
 * the person had left. Needs the admin key. DK_ERROR_INVALID as dk_kit_remove_user, for another
 * role of a shared slot, and for a new passphrase that is missing. Slow where there is one. */
gboolean dk_kit_set_user (DkKit *kit, const char *name, const DkAccess *access, const DkJob *job,
                          GError **error) DK_CHECKED;

/* Gives a person who forgot it a new passphrase. A lead can do that for front-line people, an admin
 * for everybody (others than front-line people get new keys of their own with it). DK_ERROR_DENIED,
 * DK_ERROR_INVALID for oneself (dk_kit_change_passphrase) and the recovery slot. */
gboolean dk_kit_reset_user (DkKit *kit, const char *name, const DkSecret *passphrase,
                            DkKdfParams kdf, GError **error) DK_CHECKED;

/* Who may open the kit that is open, as its file says. New directory. */
DkDirectory *dk_kit_read_people (DkKit *kit, GError **error) DK_CHECKED;

/* dk_ledger_verify, in which what the ledger states of people must also be what the signed list of
 * people says. New report. */
DkLedgerReport *dk_kit_verify_ledger (DkKit *kit, const char *held_head, const DkJob *job,
                                      GError **error) DK_CHECKED;

G_END_DECLS
