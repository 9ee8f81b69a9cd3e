/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"

G_BEGIN_DECLS

/* Putting a backup in the place of a kit. Until dk_kit_restore_finish renames the checked copy, the
 * kit in place is as it was; afterwards it lies beside the new one under a name with the date. One
 * thread. */
typedef struct DkKitRestore DkKitRestore;

/* Takes the folder (which may hold a kit of the same kit id, damaged or not, or none at all), reads
 * the backup's shape and hashes, and unpacks it beside the kit in place. DK_ERROR_BUSY if the kit
 * is open, _INVALID for a file of another kind or of another kit, _DAMAGED, _NEWER, _STORAGE. Slow.
 * Free with dk_kit_restore_free. */
DkKitRestore *dk_kit_restore_new (const char *folder, const char *file, const DkJob *job,
                                  GError **error) DK_CHECKED;

/* Names of the people who can open the backup. New array of strings. */
GPtrArray *dk_kit_restore_people (DkKitRestore *restore);

/* Facts of the manifest: station, kit, sequence, created. Borrowed; trusted once
 * dk_kit_restore_unlock has passed. */
const json_t *dk_kit_restore_facts (DkKitRestore *restore);

/* Opens the backup with a passphrase as it was when the backup was made, and checks its signature
 * by the device key that it holds, all of its pages, its ledger, and that its list of people is not
 * older than that of the kit in place. older_keys lets an admin of the kit in place go on
 * nevertheless. DK_ERROR_DENIED, _DAMAGED, _NEWER, _MEMORY. Slow. */
gboolean dk_kit_restore_unlock (DkKitRestore *restore, const char *user, const DkSecret *passphrase,
                                gboolean older_keys, const DkJob *job, GError **error) DK_CHECKED;

/* Puts it in place: the old kit.db is kept beside it under a name with the date, never deleted. The
 * next opening starts a new chain with higher numbers and makes the entry `restored`. Whatever
 * breaks off, the old kit opens or the new one. The folder is free afterwards. *kept becomes the
 * name that the old file has now (new string), or NULL. */
gboolean dk_kit_restore_finish (DkKitRestore *restore, char **kept, GError **error) DK_CHECKED;

/* Sentences for the person (another device key in place, people who can open it again, ...):
 * strings, borrowed. */
GPtrArray *dk_kit_restore_messages (DkKitRestore *restore);

/* Removes what is unfinished and frees the folder; NULL is fine. */
void dk_kit_restore_free (DkKitRestore *restore);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkKitRestore, dk_kit_restore_free)

G_END_DECLS
