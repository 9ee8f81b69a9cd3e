/* SPDX-License-Identifier: MIT */
/* A kit is made under another name and renamed when it is whole: a broken-off init leaves a file
 * that nothing opens, and the next init removes it. Its lock is not that of an open kit, which
 * would tell that a kit was in use here. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/json.h"
#include "app/base/text.h"
#include "app/crypto/minisign.h"
#include "app/crypto/recovery.h"
#include "app/db/statement.h"
#include "app/kit/anchor-private.h"
#include "app/kit/kit-private.h"
#include "app/model/number.h"
#include "app/store/lead-store.h"
#include "app/store/store.h"
#include "app/trust/trust-list.h"

#define INIT_LOCK "kit.init"
#define RECOVERY_SIZE 16
#define SITE_MAX 32

typedef struct {
  DkKeyring *keys;
  DkDirectory *directory;
  DkSecret *recovery;
  DkStoreIdentity identity;
} Made;

static void
made_clear (Made *made)
{
  dk_keyring_free (made->keys);
  dk_directory_free (made->directory);
  dk_secret_free (made->recovery);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Made, made_clear)

/* Two kits of one station on one PC would issue the same numbers. What tells of them can be edited,
 * so this finds an accident: machine kits, and those that this person had open. */
static gboolean
check_station_is_new (const char *station, GError **error)
{
  g_autoptr (GPtrArray) folders = dk_anchor_known_folders ();
  g_autoptr (GPtrArray) names = dk_file_list (DK_KIT_MACHINE_FOLDER, DK_KIT_MACHINE_MAX, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++)
    g_ptr_array_add (folders, g_build_filename (DK_KIT_MACHINE_FOLDER,
                                                g_ptr_array_index (names, i), NULL));
  for (guint i = 0; i < folders->len; i++) {
    const char *other = g_ptr_array_index (folders, i);
    g_autoptr (json_t) facts = dk_kit_locked_facts (other, NULL);
    if (facts == NULL || g_strcmp0 (dk_json_get_text (facts, "station"), station) != 0)
      continue;
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Station %s has a kit on this PC already, in %s. Nothing was made; use that one, "
                 "or choose another code.",
                 station, other);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_folder (const char *folder, gboolean is_sample, GError **error)
{
  g_autofree char *trace = is_sample ? NULL : dk_kit_find_trace (folder);

  if (dk_kit_exists (folder))
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s holds a kit already. It was left as it is; choose another folder.", folder);
  else if (trace != NULL)
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A kit was in %s (%s), and only its " DK_KIT_DATABASE " is missing. Nothing was "
                 "made. Put back the latest backup; do not make a new kit in its place: it would "
                 "give out the same numbers again. If that kit is gone for ever, take another "
                 "folder and another station code.",
                 folder, trace);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_init (const char *folder, const DkKitInit *init, GError **error)
{
  gsize site = init->site != NULL ? strlen (init->site) : 0;

  if (!check_folder (folder, init->is_sample, error)
      || !dk_kit_check_spelling (init->user, error))
    return FALSE;
  if (init->station == NULL || !dk_number_station_is_valid (init->station)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A station code has 1 to 8 of A-Z and 0-9, such as A07. Nothing was made.");
    return FALSE;
  }
  if (!init->is_sample && !check_station_is_new (init->station, error))
    return FALSE;
  if (site < 1 || site > SITE_MAX || !g_utf8_validate (init->site, -1, NULL)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A site has 1 to %d bytes, such as CARY. Nothing was made.", SITE_MAX);
    return FALSE;
  }
  return TRUE;
}

static void
fill_identity (Made *made, const DkKitInit *init, const guint8 kit_id[16])
{
  g_autofree char *hex = dk_text_hex (kit_id, 16);
  DkStoreIdentity *identity = &made->identity;

  g_strlcpy (identity->kit_id, hex, sizeof identity->kit_id);
  g_strlcpy (identity->station, init->station, sizeof identity->station);
  g_strlcpy (identity->site, init->site, sizeof identity->site);
  dk_keyring_public (made->keys, DK_KEY_DEVICE_SIGN, identity->device_sign_public);
  dk_keyring_public (made->keys, DK_KEY_DEVICE_AGE, identity->device_age_public);
  dk_keyring_public (made->keys, DK_KEY_LEAD, identity->lead_public);
}

/* Keys, the first person, and the recovery slot. */
static gboolean
make_keys (Made *made, const DkKitInit *init, GError **error)
{
  guint8 kit_id[16];

  dk_random (kit_id, sizeof kit_id);
  made->keys = dk_keyring_new_random ();
  made->directory = dk_directory_new (kit_id);
  made->recovery = dk_secret_new_random (RECOVERY_SIZE);
  fill_identity (made, init, kit_id);
  if (!dk_directory_add (made->directory, DK_SLOT_PERSON, DK_ROLE_ADMIN, init->user, 0,
                         init->passphrase, init->kdf, made->keys, NULL, error)
      || !dk_directory_add (made->directory, DK_SLOT_RECOVERY, DK_ROLE_ADMIN,
                            DK_KIT_RECOVERY_NAME, 0,
                            made->recovery, (DkKdfParams){ 0, 0 }, made->keys, NULL, error))
    return FALSE;
  dk_directory_sign (made->directory, made->keys);
  return TRUE;
}

static gboolean
put_setting (DkDb *db, const char *key, const char *value, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (db, "INSERT INTO setting (key, value) VALUES (?1, ?2)");

  dk_stmt_bind_text (stmt, 1, key);
  dk_stmt_bind_text (stmt, 2, value);
  return dk_stmt_run (stmt, error);
}

/* Where the kit lies: what tells a copy from the original when the anchor is gone. */
static gboolean
put_place (DkDb *db, const Made *made, const char *folder, GError **error)
{
  g_autofree char *machine = dk_platform_machine_id ();
  g_autofree char *path = dk_platform_real_path (folder);
  g_autofree char *seq = g_strdup_printf ("%" G_GUINT64_FORMAT, dk_directory_seq (made->directory));

  return put_setting (db, "machine", machine, error) && put_setting (db, "path", path, error)
         && put_setting (db, "dir_seq", seq, error)
         && put_setting (db, DK_KIT_PEOPLE_STATED, "1", error);
}

/* From here on an empty file behind this directory is damage. */
static gboolean
mark_initialised (DkDb *db, Made *made, GError **error)
{
  g_autoptr (GBytes) both = NULL;
  g_autoptr (GBytes) copy = NULL;

  dk_directory_set_initialised (made->directory);
  both = dk_directory_bytes (made->directory, made->keys);
  copy = g_bytes_new_from_bytes (both, 0, DK_DB_DIRECTORY_COPY_SIZE);
  return dk_db_write_directory (db, 0, copy, error) && dk_db_write_directory (db, 1, copy, error);
}

static gboolean
make_database (Made *made, const char *path, const char *folder, const DkKitInit *init,
               GError **error)
{
  g_autoptr (GBytes) directory = dk_directory_bytes (made->directory, made->keys);
  g_autoptr (DkDb) db = NULL;
  DkDbKeys keys = { .open_key = dk_keyring_get (made->keys, DK_KEY_OPEN) };
  g_autoptr (json_t) facts = dk_kit_people_body (made->directory);

  memcpy (keys.uuid, dk_directory_file_uuid (made->directory), sizeof keys.uuid);
  db = dk_db_create (path, directory, &keys, error);
  return db != NULL && dk_db_migrate (db, error) && put_place (db, made, folder, error)
         && dk_trust_begin (db, made->identity.kit_id, made->keys, init->user, init->trust, facts,
                            error)
         && dk_store_init_with (db, &made->identity, made->keys, init->user, facts, error)
         && dk_lead_store_sign_key (db, made->identity.kit_id, made->keys,
                                    dk_directory_key_epoch (made->directory), error)
         && mark_initialised (db, made, error) && dk_db_close (&db, error);
}

/* The files of a broken-off init: nothing in them was ever used. */
static gboolean
remove_unfinished (const char *path, GError **error)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *making = g_strconcat (path, ".new", NULL);

  return dk_file_remove (wal, error) && dk_file_remove (making, error)
         && dk_file_remove (path, error);
}

/* The topmost folder on the way to this one that is not there yet. New string, NULL if all are. */
static char *
find_first_new (const char *folder)
{
  g_autofree char *at = dk_platform_real_path (folder);
  char *first = NULL;

  while (!dk_file_exists (at)) {
    char *parent = g_path_get_dirname (at);
    g_free (first);
    first = g_steal_pointer (&at);
    at = parent;
  }
  return first;
}

/* Folders go only if they are empty, and only those that this init made. */
static void
remove_folders (const char *folder, const char *first_new)
{
  g_autofree char *at = dk_platform_real_path (folder);

  while (first_new != NULL && g_str_has_prefix (at, first_new) && g_rmdir (at) == 0) {
    char *parent = g_path_get_dirname (at);
    g_free (at);
    at = parent;
  }
}

/* What a failed init has made, and nothing else. */
static void
undo (const char *folder, const char *first_new, gboolean had_outgoing, gboolean had_incoming)
{
  g_autofree char *unfinished = dk_kit_file (folder, DK_KIT_UNFINISHED);
  g_autofree char *lock = dk_kit_file (folder, INIT_LOCK);
  g_autofree char *incoming = dk_kit_file (folder, "incoming");
  g_autofree char *outgoing = dk_kit_file (folder, DK_KIT_OUTGOING);
  g_autoptr (GError) error = NULL;

  if (!remove_unfinished (unfinished, &error) || !dk_file_remove (lock, &error))
    g_debug ("what was begun could not be removed: %s", error->message);
  if (!had_incoming)
    (void) g_rmdir (incoming);
  if (!had_outgoing)
    (void) g_rmdir (outgoing);
  remove_folders (folder, first_new);
}

/* The files that were being written mean nothing to the person: there is no kit. */
static void
report_failed (const char *folder, GError **failed, GError **error)
{
  if (g_error_matches (*failed, DK_ERROR, DK_ERROR_STORAGE)
      || g_error_matches (*failed, DK_ERROR, DK_ERROR_DAMAGED)) {
    g_debug ("%s", (*failed)->message);
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "No kit was made in %s: the disk is full or refuses. Nothing was left behind. "
                 "Make room on the disk, or choose a folder on another one, and try again.",
                 folder);
    return;
  }
  g_propagate_error (error, g_steal_pointer (failed));
}

static gboolean
make (const char *folder, const DkKitInit *init, Made *made, GError **error)
{
  g_autofree char *path = dk_kit_file (folder, DK_KIT_DATABASE);
  g_autofree char *unfinished = dk_kit_file (folder, DK_KIT_UNFINISHED);
  g_autofree char *incoming = dk_kit_file (folder, "incoming");
  g_autofree char *outgoing = dk_kit_file (folder, DK_KIT_OUTGOING);

  return remove_unfinished (unfinished, error) && make_keys (made, init, error)
         && make_database (made, unfinished, folder, init, error)
         && dk_file_make_folder (incoming, error) && dk_file_make_folder (outgoing, error)
         && dk_file_rename_new (unfinished, path, error);
}

gboolean
dk_kit_create (const char *folder, const DkKitInit *init, DkSecret **recovery, GError **error)
{
  g_autofree char *lock_path = dk_kit_file (folder, INIT_LOCK);
  g_autofree char *incoming = dk_kit_file (folder, "incoming");
  g_autofree char *outgoing = dk_kit_file (folder, DK_KIT_OUTGOING);
  gboolean had_incoming = dk_file_exists (incoming);
  gboolean had_outgoing = dk_file_exists (outgoing);
  g_autofree char *first_new = find_first_new (folder);
  g_autoptr (DkFileLock) lock = NULL;
  g_autoptr (GError) failed = NULL;
  g_auto (Made) made = { 0 };

  if (!check_init (folder, init, error))
    return FALSE;
  if (dk_file_make_folder (folder, &failed))
    lock = dk_platform_lock_file (lock_path, &failed);
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_BUSY)) {
    g_propagate_error (error, g_steal_pointer (&failed)); /* another init is at work here */
    return FALSE;
  }
  if (lock == NULL || !make (folder, init, &made, &failed)) {
    undo (folder, first_new, had_outgoing, had_incoming);
    report_failed (folder, &failed, error);
    return FALSE;
  }
  if (!dk_file_remove (lock_path, &failed))
    g_debug ("%s", failed->message);
  *recovery = dk_recovery_format (made.recovery);
  return TRUE;
}
