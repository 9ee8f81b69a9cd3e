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
/* Setting: the ledger states everybody who is in the directory. */
#define DK_KIT_PEOPLE_STATED "people_stated"
/* Setting: hash of station.json as this kit wrote it last, or that a restore came in between. */
#define DK_KIT_STATION_WRITTEN "station_written"
#define DK_KIT_STATION_RESTORED "restored"
/* Setting: how often the slot directory had been written at least. */
#define DK_KIT_COPY_SEQ "copy_seq"

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
  GError *not_written;   /* why even opening could not write; NULL as a rule */
  char *copy_folder;     /* of the private copy that is read then; NULL as a rule */
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

/* Takes the lock of the kit and removes what was left over. Where that cannot be written the kit is
 * to be read alone: is_read_only is set, and the lock only shared. Errors as dk_kit_open. */
gboolean dk_kit_take_lock (DkKit *kit, GError **error) DK_CHECKED;

/* dk_kit_open_store, and if writing is refused, or was by dk_kit_take_lock, the same with a private
 * copy of the kit that takes no change, with a message. */
gboolean dk_kit_open_store_or_copy (DkKit *kit, GError **error) DK_CHECKED;

/* Removes that copy, if there is one, after its database was closed. Best effort. */
void dk_kit_remove_copy (DkKit *kit);

/* Opens database and store with the keys and the directory of the kit. */
gboolean dk_kit_open_store (DkKit *kit, GError **error) DK_CHECKED;

/* Takes the name of who is there for a slot of the directory: errors as dk_kit_open_as. */
gboolean dk_kit_take_name (DkKit *kit, const DkSlotInfo *slot, const char *as_name,
                           GError **error) DK_CHECKED;

/* DK_ERROR_INVALID for a name that reads like one that was only asserted, and as
 * dk_text_check_name. */
gboolean dk_kit_check_spelling (const char *name, GError **error) DK_CHECKED;

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

/* {people: [{name role sign_key slot}]} of everybody in the directory. New reference. */
json_t *dk_kit_people_body (const DkDirectory *directory);

/* At an administrator's unlock: enters the people and their keys where the ledger may not have
 * them: in a kit of an earlier version, and after a change of people that was broken off. */
gboolean dk_kit_state_people (DkKit *kit, GError **error) DK_CHECKED;

/* Writes station.json as the database says it should be. */
gboolean dk_station_write (DkKit *kit, GError **error) DK_CHECKED;

/* Compares station.json with the database and overwrites what differs. That is a message and an
 * entry, unless the file is as this kit wrote it last (a crash after a change of keys), or only its
 * keys differ after a restore. */
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

/* The decimal number of a setting, `dir_seq` or DK_KIT_COPY_SEQ; 0 if it was never stored. */
gboolean dk_kit_read_sequence (DkStore *store, const char *key, guint64 *value,
                               GError **error) DK_CHECKED;

/* The database remembers how often the slot directory was written (dk_directory_copy_seq), so that
 * passphrases, which nobody signs, cannot be set back alone. Only when both copies stand: it must
 * never be ahead of the file. */
gboolean dk_kit_note_copies (DkStore *store, const DkDirectory *directory,
                             GError **error) DK_CHECKED;

/* The same after the change is stored already. Best effort: the next unlock does it too. */
void dk_kit_try_note_copies (DkKit *kit);

/* A sentence for the person after this unlock. */
void dk_kit_add_message (DkKit *kit, const char *format, ...) G_GNUC_PRINTF (2, 3);
