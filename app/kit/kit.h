/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/crypto/directory.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* One station's sealed folder. A kit is made once, opened by a person with a passphrase, and
 * belongs to the thread that opened it until it is closed (locked). */
typedef struct DkKit DkKit;

/* What dk_kit_create needs. Text borrowed. */
typedef struct {
  const char *site;    /* 1 to 32 bytes */
  const char *station; /* 1 to 8 of A-Z 0-9 */
  const char *user;    /* the first person: an admin */
  const DkSecret *passphrase;
  DkKdfParams kdf;
  const char *trust;   /* text of a minisign public key whose packs are accepted, or NULL */
  gboolean is_sample;  /* to try things out: its station may be on this PC already */
} DkKitInit;

/* The kit folder that --kit, DOWNTIME_KIT or the system's default name: given may be NULL. New
 * string. Any thread. */
char *dk_kit_default_folder (const char *given);

/* Makes a new kit in folder, which must not hold one, for a station that no other kit of this PC
 * has, since both would issue the same numbers (DK_ERROR_INVALID). *recovery gets the
 * recovery code as text, to be shown once (new secret with a NUL at the end). A call that fails
 * removes what it made; one that was killed leaves nothing that opens. Slow (key derivation). */
gboolean dk_kit_create (const char *folder, const DkKitInit *init, DkSecret **recovery,
                        GError **error) DK_CHECKED;

/* TRUE if the folder holds a kit. Any thread. */
gboolean dk_kit_exists (const char *folder);

/* As dk_kit_exists with words: DK_ERROR_NOT_FOUND, or DK_ERROR_DAMAGED where a kit lay (its other
 * files or its anchor are there) and the database is missing. Any thread. */
gboolean dk_kit_check_there (const char *folder, GError **error) DK_CHECKED;

/* Names of the people who can open it, in slot order, readable while it is locked. New array of
 * strings. Any thread. */
GPtrArray *dk_kit_people (const char *folder, GError **error) DK_CHECKED;

/* What station.json says while the kit is locked: station, site, ... Trusted for nothing. New
 * reference. Any thread. */
json_t *dk_kit_locked_facts (const char *folder, GError **error) DK_CHECKED;

/* Opens the kit for user. DK_ERROR_DENIED (wrong passphrase), _BUSY (holder named), _DAMAGED (file
 * named), _NOT_FOUND, _NEWER, _MEMORY. Writes an unlock entry; compares anchor and station.json and
 * does what DESIGN section 4 says. With a full disk it opens all the same, so that people and
 * runbooks can be read; a message says that nothing can be stored. So it does where its folder or
 * its disk cannot be written, as a private copy that is removed at closing. Slow (key derivation);
 * the calling thread owns the kit. */
DkKit *dk_kit_open (const char *folder, const char *user, const DkSecret *passphrase,
                    const DkJob *job, GError **error) DK_CHECKED;

/* The kind of the slot of that name, readable while the kit is locked and trusted for nothing but
 * the question whether to ask for a name. DK_ERROR_NOT_FOUND. Any thread. */
gboolean dk_kit_slot_kind (const char *folder, const char *user, DkSlotKind *kind,
                           GError **error) DK_CHECKED;

/* dk_kit_open for a slot that several people share: as_name is who says to be there. Entries then
 * have "AS_NAME (asserted, USER)". DK_ERROR_USAGE for a shared slot without as_name and for one
 * that is not shared with it, DK_ERROR_INVALID if as_name is no name (1 to 40 bytes) or that of
 * somebody of the kit. as_name NULL: dk_kit_open. */
DkKit *dk_kit_open_as (const char *folder, const char *user, const char *as_name,
                       const DkSecret *passphrase, const DkJob *job, GError **error) DK_CHECKED;

/* Opens a kit whose journal is missing, old or damaged (dk_kit_open said so) with what is in the
 * database alone: what was captured last may be lost. The whole file is checked first. Needs the
 * lead's key (DK_ERROR_DENIED) and a reason; both stand in an entry, and the kit goes on with a new
 * chain and higher numbers. Otherwise as dk_kit_open. */
DkKit *dk_kit_open_without_journal (const char *folder, const char *user,
                                    const DkSecret *passphrase, const char *reason,
                                    GError **error) DK_CHECKED;

/* Opens the kit with its printed recovery code and gives the recovery slot a passphrase of its own:
 * from then on `recovery` opens with that, and the code opens nothing any more. The entry with the
 * reason comes first; every unlock says so until a new code is made. DK_ERROR_INVALID names a
 * mistyped group or a missing reason, DK_ERROR_DENIED is a code that does not open this kit;
 * otherwise as dk_kit_open. Slow. */
DkKit *dk_kit_open_with_recovery (const char *folder, const char *code, const char *reason,
                                  const DkSecret *passphrase, DkKdfParams kdf,
                                  GError **error) DK_CHECKED;

/* Locks: lock entry, checkpoint, write-back, anchor synced, file released. The kit is gone in
 * either case, and nothing that was committed is lost. *kit becomes NULL. */
gboolean dk_kit_close (DkKit **kit, GError **error) DK_CHECKED;

/* Store, folder, person, borrowed. The store is another one after a change of keys (rekey.h), and
 * NULL if the kit could not be opened again then: it can only be closed. */
DkStore *dk_kit_store (DkKit *kit);
/* Folder of the kit. */
const char *dk_kit_folder (DkKit *kit);
/* Keys of who opened it. */
const DkKeyring *dk_kit_keys (DkKit *kit);

/* What the person should be told after this unlock (copied or restored kit, a directory that was
 * repaired, ...): sentences, oldest first, borrowed. Empty array if nothing. */
GPtrArray *dk_kit_messages (DkKit *kit);

/* What another state of this kit recorded and this one does not have, in words, if that was found
 * within the last 30 days; *text becomes NULL or a new string. */
gboolean dk_kit_missing (DkKit *kit, char **text, GError **error) DK_CHECKED;

/* When the recovery code was used, 0 if it was not. */
gboolean dk_kit_recovery_used (DkKit *kit, gint64 *used_ms, GError **error) DK_CHECKED;

/* Adds a person. Needs the admin key (DK_ERROR_DENIED). A name that differs from another one
 * only in case or accents is DK_ERROR_INVALID. The new slot is written, read back, and unwrapped
 * before the old copy goes. Slow. */
gboolean dk_kit_add_user (DkKit *kit, const char *name, DkRole role, const DkSecret *passphrase,
                          gint64 valid_until_ms, DkKdfParams kdf, GError **error) DK_CHECKED;

/* New passphrase for the person who is unlocked. Slow. */
gboolean dk_kit_change_passphrase (DkKit *kit, const DkSecret *passphrase, DkKdfParams kdf,
                                   GError **error) DK_CHECKED;

/* Checks that this is the passphrase of who unlocked: before a step about people or keys, since an
 * open kit tells only that somebody unlocked it. DK_ERROR_DENIED. Slow. */
gboolean dk_kit_confirm (DkKit *kit, const DkSecret *passphrase, GError **error) DK_CHECKED;

/* `info`: station, kit, signer (device minisign public key), recipient, lead_recipient (age), ...
 * New reference. */
json_t *dk_kit_info (DkKit *kit, GError **error) DK_CHECKED;

/* Signers of content packs that count now (app/trust/trust.h has all that is known): texts of
 * minisign public keys. New array of strings. */
GPtrArray *dk_kit_trusted_signers (DkKit *kit, GError **error) DK_CHECKED;

/* Trusts a signer: dk_trust_add, and station.json. Needs the admin key. */
gboolean dk_kit_trust (DkKit *kit, const char *public_key_text, GError **error) DK_CHECKED;

/* Writes station.json anew, after a change of trust: signers and routes of who is locked out are
 * read from it. What was changed stands in any case, and the next unlock does this as well. */
gboolean dk_kit_write_station (DkKit *kit, GError **error) DK_CHECKED;

/* Closes without caring for the result; NULL is fine. */
void dk_kit_free (DkKit *kit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkKit, dk_kit_free)

G_END_DECLS
