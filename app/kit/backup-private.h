/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/file-pieces.h"
#include "app/crypto/minisign.h"
#include "app/kit/kit-private.h"

#define DK_BACKUP_END ".dkbackup"
#define DK_BACKUP_PAYLOAD "kit.db"
#define DK_BACKUP_SEALED "backup.zip.age"
#define DK_BACKUP_TYPE "backup"
#define DK_BACKUP_FILES_MAX 10000

/* One place of a backup. */
typedef struct {
  char *folder; /* of the policy; NULL for a file that a person named */
  char *path;
  gboolean replace;
  DkFileWriter *writer;
  gboolean is_done;
} DkBackupTarget;

struct DkKitBackup {
  DkKit *kit;     /* owner's thread; NULL once the kit is closed */
  DkDbCopy *copy; /* NULL once it is made */
  GBytes *directory; /* of the kit as it was when the copying began */
  char *making;
  DkSecret *open_key;
  guint8 uuid[16];
  DkMinisignSecret signer;
  DkMinisignPublic device;
  json_t *fields;
  GPtrArray *targets;  /* of DkBackupTarget */
  GPtrArray *files;    /* of char * */
  GPtrArray *messages; /* of char * */
  gint64 made_ms;
  gint64 last_entry;
  int keep;
  guint attempts;
  gboolean was_stopped;
};

/* What is remembered of a place. */
typedef struct {
  char *place; /* folder, or "" for files that people named */
  gint64 at_ms;
  gint64 entry; /* id of the last entry that it holds */
} DkBackupPlace;

/* Places in the setting `backups` and the highest sequence so far. New array of DkBackupPlace. */
GPtrArray *dk_backup_places_load (DkStore *store, gint64 *sequence, GError **error) DK_CHECKED;

/* Sets the setting, in the caller's transaction. */
gboolean dk_backup_places_save (DkStore *store, GPtrArray *places, gint64 sequence,
                                GError **error) DK_CHECKED;

/* The place of that name, borrowed; NULL if it is not known. */
DkBackupPlace *dk_backup_places_find (GPtrArray *places, const char *place);

/* Sets or adds a place. */
void dk_backup_places_put (GPtrArray *places, const char *place, gint64 at_ms, gint64 entry);

/* Facts of the manifest for a new backup of this kit. New reference. */
json_t *dk_backup_fields (DkStore *store, gint64 sequence, gint64 made_ms);

/* FALSE with words if something stands at path that is no earlier backup of this kit; *replace
 * tells if it is one. */
gboolean dk_backup_check_target (const char *path, const char *kit_id, gboolean *replace,
                                 GError **error) DK_CHECKED;

/* TRUE if name is that of an automatic backup of this station. */
gboolean dk_backup_name_is_ours (const char *name, const char *station);

/* Highest sequence of this kit's backups in a folder that this device signed; 0 if there are
 * none. */
gint64 dk_backup_highest_in (const char *folder, const char *station, const char *kit_id,
                             const DkMinisignPublic *device);

/* Removes this kit's oldest automatic backups beyond `keep` that this device signed, and what
 * broken-off writing has left. Best effort. */
void dk_backup_prune (const char *folder, const char *station, const char *kit_id,
                      const DkMinisignPublic *device, int keep);

/* Reads a container back from its medium and checks it; the file was synced before. */
gboolean dk_backup_check_written (const char *path, const DkMinisignPublic *device,
                                  const DkJob *job, GError **error) DK_CHECKED;

/* Begins a backup without targets. */
DkKitBackup *dk_kit_backup_begin (DkKit *kit, GError **error) DK_CHECKED;

/* Adds a target; strings copied. */
void dk_kit_backup_add (DkKitBackup *backup, const char *folder, const char *path,
                        gboolean replace);
