/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/platform.h"
#include "app/db/connection.h"
#include "app/kit/kit.h"

#define DK_KIT_DATABASE "kit.db"
#define DK_KIT_UNFINISHED DK_KIT_DATABASE ".new" /* as long as init is at work */
#define DK_KIT_LOCK "kit.lock"
#define DK_KIT_OUTGOING "outgoing"
#define DK_KIT_RECOVERY_NAME "recovery" /* of the slot that the printed code opens */
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
  char *journal_given_up; /* why a person goes on without the journal; NULL as a rule */
};

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
