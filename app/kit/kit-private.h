/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/platform.h"
#include "app/db/connection.h"
#include "app/kit/backup.h"
#include "app/kit/kit.h"

#define DK_KIT_DATABASE "kit.db"
#define DK_KIT_UNFINISHED DK_KIT_DATABASE ".new" /* as long as init is at work */
#define DK_KIT_LOCK "kit.lock"
#define DK_KIT_OUTGOING "outgoing"
#define DK_KIT_RECOVERY_NAME "recovery" /* of the slot that the printed code opens */
#define DK_KIT_RECOVERY_OPEN "recovery_open" /* setting: when the code was used */
#define DK_KIT_RECOVERY_NUMBER "recovery_number" /* setting: of the envelope, absent = 1 */
#define DK_KIT_BACKUP "backup.making"          /* the sealed copy while a backup is made */
#define DK_KIT_BACKUP_SEALED DK_KIT_BACKUP ".age"
#define DK_KIT_RESTORE DK_KIT_DATABASE ".restore" /* what is to become the kit */
#define DK_KIT_REKEY DK_KIT_DATABASE ".rekey" /* the kit under new keys, until it is whole */
#define DK_KIT_STATION "station.json"
#define DK_KIT_FAILED "failed-unlocks.json"

/* Where the kits of this machine lie, one folder each. */
#define DK_KIT_MACHINE_FOLDER "/var/lib/downtime-kit"
#define DK_KIT_MACHINE_MAX 100

struct DkKit {
  char *folder;
  DkFileLock *lock;
  DkDb *db;
  DkStore *store;
  DkDirectory *directory;
  DkKeyring *keys;
  DkPerson *person;
  GPtrArray *messages;
  char *anchor_path;
  gboolean is_read_only; /* the disk refused at unlocking: there is no unlock entry */
  char *user;      /* as entries name who is there: the slot's name, or "X (asserted, SLOT)" */
  char *as_name;   /* X of that; NULL unless the slot is shared */
  char *journal_given_up; /* why a person goes on without the journal; NULL as a rule */
  DkKitBackup *backup; /* the one under way, borrowed; NULL as a rule */
};

/* Removes what a restore or a backup that was broken off has left in the folder, whose lock is
 * held. Best effort. */
void dk_kit_remove_leftovers (const char *folder);

/* Before the database is closed or replaced: a backup that is still copying is given up (its next
 * step says so), one that is being written goes on by itself. */
void dk_kit_stop_backup (DkKit *kit);

/* Removes an unfinished database and what lies beside it. Best effort. */
void dk_kit_discard_database (const char *path);

/* DK_ERROR_STORAGE unless the disk of the kit has room for another copy of it and more; what was
 * not done for that: "No backup was made". */
gboolean dk_kit_check_room (DkKit *kit, const char *what, GError **error) DK_CHECKED;

/* Opens database and store with the keys and the directory of the kit. */
gboolean dk_kit_open_store (DkKit *kit, GError **error) DK_CHECKED;

/* Takes the name of who is there for a slot of the directory: errors as dk_kit_open_as. */
gboolean dk_kit_take_name (DkKit *kit, const DkSlotInfo *slot, const char *as_name,
                           GError **error) DK_CHECKED;

/* DK_ERROR_INVALID for a name that reads like one that was only asserted. */
gboolean dk_kit_check_no_mark (const char *name, GError **error) DK_CHECKED;

/* As dk_directory_parse of the kit in the folder, with words. */
DkDirectory *dk_kit_read_directory (const char *folder, GError **error) DK_CHECKED;

/* Path of a file in the kit. New string. */
char *dk_kit_file (const char *folder, const char *name);

/* In words what tells that a kit lay in this folder whose database is missing. New string; NULL if
 * nothing does, or the database is there. */
char *dk_kit_find_trace (const char *folder);

/* What was written must open with what was typed, before anybody relies on it. Slow. */
gboolean dk_kit_check_slot (DkKit *kit, const char *name, const DkSecret *passphrase,
                            GError **error) DK_CHECKED;

/* Adds a message if the recovery code was used and not made anew. */
gboolean dk_kit_warn_about_recovery (DkKit *kit, GError **error) DK_CHECKED;

/* At an administrator's unlock: states the leads' key for front-line people, unless that stands. */
gboolean dk_kit_state_lead_key (DkKit *kit, GError **error) DK_CHECKED;

/* Writes station.json as the database says it should be. */
gboolean dk_station_write (DkKit *kit, GError **error) DK_CHECKED;

/* Compares station.json with the database; a difference is a message and an entry, and is
 * overwritten. */
gboolean dk_station_renew (DkKit *kit, GError **error) DK_CHECKED;

/* Writes down that a passphrase was refused, for the entry at the next unlock. Best effort: a
 * failure here must not hide the refusal. */
void dk_failed_unlocks_add (const char *folder, const char *user);

/* What was written down, as members of the unlock entry; the file goes once that is durable. New
 * reference, NULL if there is nothing. */
json_t *dk_failed_unlocks_claim (const char *folder);

/* Removes what was claimed. */
void dk_failed_unlocks_clear (const char *folder);

/* Compares with the anchor and starts a new chain where it must be. */
gboolean dk_kit_check_anchor (DkKit *kit, GError **error) DK_CHECKED;

/* Replaces the anchor. */
gboolean dk_kit_write_anchor (DkKit *kit, gboolean durable, GError **error) DK_CHECKED;

/* Writes both copies of the slot directory, the older one first, each read back. */
gboolean dk_kit_write_directory (DkKit *kit, GError **error) DK_CHECKED;

/* A sentence for the person after this unlock. */
void dk_kit_add_message (DkKit *kit, const char *format, ...) G_GNUC_PRINTF (2, 3);
