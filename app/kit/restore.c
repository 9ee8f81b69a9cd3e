/* SPDX-License-Identifier: MIT */
#include "app/kit/restore.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/text.h"
#include "app/kit/restore-private.h"
#include "app/store/ledger.h"

static gboolean
refuse_file (const DkKitRestore *restore, const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s %s Nothing was changed; choose another file.", restore->file, why);
  return FALSE;
}

static gboolean
check_kind (DkKitRestore *restore, GError **error)
{
  const DkContainer *container = restore->container;

  if (strcmp (dk_container_type (container), DK_BACKUP_TYPE) != 0)
    return refuse_file (restore, "is no backup but another file of this program.", error);
  if (strcmp (dk_container_payload_at (container, 0)->name, DK_BACKUP_SEALED) == 0)
    return refuse_file (restore,
                        "is sealed for reading with other tools (unzip, age): it holds the ledger "
                        "and no kit, so it cannot be put in the place of one.",
                        error);
  if (dk_container_payload_count (container) != 1
      || strcmp (dk_container_payload_at (container, 0)->name, DK_BACKUP_PAYLOAD) != 0)
    return refuse_file (restore, "is a backup of a kind that this program does not know.", error);
  return TRUE;
}

static gboolean
take_folder (DkKitRestore *restore, GError **error)
{
  g_autofree char *lock = dk_kit_file (restore->folder, DK_KIT_LOCK);

  restore->made_folder = !dk_file_exists (restore->folder);
  if (!dk_file_make_folder (restore->folder, error))
    return FALSE;
  restore->lock = dk_platform_lock_file (lock, error);
  return restore->lock != NULL;
}

static DkDirectory *
read_directory (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dk_db_read_directory (path, error);

  return bytes != NULL ? dk_directory_parse (g_bytes_get_data (bytes, NULL),
                                             g_bytes_get_size (bytes), NULL, error)
                       : NULL;
}

/* Id of the kit in place as far as it can be read, in hex. New string, NULL if nothing tells. */
static char *
find_kit_in_place (DkKitRestore *restore)
{
  g_autofree char *path = dk_kit_file (restore->folder, DK_KIT_DATABASE);
  g_autoptr (json_t) facts = NULL;

  restore->in_place = dk_file_exists (path) ? read_directory (path, NULL) : NULL;
  if (restore->in_place != NULL)
    return dk_text_hex (dk_directory_kit_id (restore->in_place), 16);
  facts = dk_kit_locked_facts (restore->folder, NULL);
  return g_strdup (dk_json_get_text (facts, "kit"));
}

static gboolean
check_same_kit (DkKitRestore *restore, GError **error)
{
  g_autofree char *there = find_kit_in_place (restore);
  const json_t *manifest = dk_container_manifest (restore->container);

  if (there == NULL || g_strcmp0 (there, dk_json_get_text (manifest, "kit")) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is a backup of another kit (station %s) than the one in %s. Nothing was "
               "changed; choose the right backup, or name an empty folder with --kit.",
               restore->file, dk_json_get_text (manifest, "station"), restore->folder);
  return FALSE;
}

static gboolean
extract (DkKitRestore *restore, const DkJob *job, GError **error)
{
  g_autofree char *path = dk_kit_file (restore->folder, DK_RESTORE_INCOMING);
  g_autoptr (DkFileWriter) out = NULL;

  dk_kit_discard_database (path);
  out = dk_file_writer_new (path, error);
  return out != NULL
         && dk_container_extract (restore->container, DK_BACKUP_PAYLOAD, out, job, error)
         && dk_file_writer_finish (out, TRUE, error);
}

static gboolean
read_people (DkKitRestore *restore, GError **error)
{
  g_autofree char *path = dk_kit_file (restore->folder, DK_RESTORE_INCOMING);
  g_autofree char *kit_id = NULL;

  restore->directory = read_directory (path, error);
  if (restore->directory == NULL) {
    g_prefix_error (error, "%s: ", restore->file);
    return FALSE;
  }
  kit_id = dk_text_hex (dk_directory_kit_id (restore->directory), 16);
  if (strcmp (kit_id, dk_json_get_text (dk_container_manifest (restore->container), "kit")) == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "%s says that it is of one kit and holds another. Nothing was changed; take another "
               "backup.",
               restore->file);
  return FALSE;
}

DkKitRestore *
dk_kit_restore_new (const char *folder, const char *file, const DkJob *job, GError **error)
{
  g_autoptr (DkKitRestore) restore = g_new0 (DkKitRestore, 1);
  g_autofree char *name = g_path_get_basename (file);

  restore->folder = g_canonicalize_filename (folder, NULL);
  restore->file = g_filename_display_name (name);
  restore->messages = g_ptr_array_new_with_free_func (g_free);
  restore->container = dk_container_open_large (file, job, error);
  if (restore->container == NULL || !check_kind (restore, error) || !take_folder (restore, error)
      || !check_same_kit (restore, error) || !extract (restore, job, error)
      || !read_people (restore, error))
    return NULL;
  return g_steal_pointer (&restore);
}

GPtrArray *
dk_kit_restore_people (DkKitRestore *restore)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < dk_directory_count (restore->directory); i++) {
    DkSlotInfo info;
    dk_directory_info (restore->directory, i, &info);
    if (info.kind != DK_SLOT_RECOVERY)
      g_ptr_array_add (names, g_strdup (info.name));
  }
  return names;
}

const json_t *
dk_kit_restore_facts (DkKitRestore *restore)
{
  return dk_container_manifest (restore->container);
}

GPtrArray *
dk_kit_restore_messages (DkKitRestore *restore)
{
  return restore->messages;
}

static gboolean
check_signature (DkKitRestore *restore, const DkJob *job, GError **error)
{
  guint8 key[32];
  DkMinisignPublic device;
  g_autoptr (GError) failed = NULL;

  dk_keyring_public (restore->keys, DK_KEY_DEVICE_SIGN, key);
  dk_minisign_public_from_key (key, &device);
  if (dk_container_verify (restore->container, DK_BACKUP_TYPE, &device, 1, NULL, job, &failed))
    return TRUE;
  if (g_error_matches (failed, DK_ERROR, DK_ERROR_DENIED))
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "%s is not signed by the device key of the kit that it holds, so somebody else "
                 "put it together. Nothing was changed; take another backup.",
                 restore->file);
  else
    g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* A clock that was wrong is told by the verifier too, and is no damage. */
static gboolean
check_ledger (DkKitRestore *restore, DkStore *store, const DkJob *job, GError **error)
{
  g_autoptr (DkLedgerReport) report = dk_ledger_verify (store, NULL, job, error);

  for (guint i = 0; report != NULL && i < report->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (report->problems, i);
    if (strcmp (problem->kind, "time") == 0)
      continue;
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The ledger in %s does not hold (%s). Nothing was changed; take another backup.",
                 restore->file, problem->message);
    return FALSE;
  }
  return report != NULL;
}

static gboolean
check_identity (DkKitRestore *restore, DkStore *store, GError **error)
{
  const DkStoreIdentity *identity = dk_store_identity (store);
  guint64 seq = 0;
  guint64 copies = 0;
  guint8 key[32];

  if (!dk_kit_read_sequence (store, "dir_seq", &seq, error)
      || !dk_kit_read_sequence (store, DK_KIT_COPY_SEQ, &copies, error))
    return FALSE;
  dk_keyring_public (restore->keys, DK_KEY_DEVICE_SIGN, key);
  if (memcmp (key, identity->device_sign_public, sizeof key) == 0
      && dk_directory_seq (restore->directory) >= seq
      && dk_directory_copy_seq (restore->directory) >= copies)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The two halves of %s (people and database) do not belong together. Nothing was "
               "changed; take another backup.",
               restore->file);
  return FALSE;
}

/* station.json is trusted for nothing, but a difference is worth a sentence. */
static void
compare_device (DkKitRestore *restore, DkStore *store)
{
  g_autoptr (json_t) facts = dk_kit_locked_facts (restore->folder, NULL);
  const char *there = dk_json_get_text (facts, "signer");
  DkMinisignPublic key;
  g_autofree char *text = NULL;

  if (there == NULL)
    return;
  dk_minisign_public_from_key (dk_store_identity (store)->device_sign_public, &key);
  text = dk_minisign_public_text (&key);
  if (strstr (text, there) == NULL)
    g_ptr_array_add (restore->messages,
                     g_strdup ("The device key in the backup is another one than that of the kit "
                               "in place (station.json). If the device keys were renewed after "
                               "this backup was made, renew them again; if not, tell the kit's "
                               "administrator."));
}

static gboolean
check_final (DkKitRestore *restore, const char *path, GError **error)
{
  g_autoptr (DkDirectory) directory = read_directory (path, error);
  g_autoptr (DkDb) db = NULL;
  DkDbKeys keys = { .open_key = dk_keyring_get (restore->keys, DK_KEY_OPEN) };

  if (directory == NULL)
    return FALSE;
  memcpy (keys.uuid, dk_directory_file_uuid (directory), sizeof keys.uuid);
  db = dk_db_open (path, &keys, error);
  return db != NULL && dk_db_check (db, error) && dk_db_close (&db, error);
}

/* The file that came out of the backup is read, and copied into a file with a uuid of its own: no
 * record of the backup is good in the kit that goes on from it. */
static gboolean
prepare (DkKitRestore *restore, DkDb *db, const char *marker, const DkJob *job, GError **error)
{
  g_autofree char *path = dk_kit_file (restore->folder, DK_KIT_RESTORE);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autoptr (DkStore) store = NULL;

  if (!dk_db_check (db, error) || !dk_db_migrate (db, error))
    return FALSE;
  store = dk_store_new (db, dk_person_info (restore->person)->name, restore->keys, error);
  if (store == NULL || !check_identity (restore, store, error)
      || !check_ledger (restore, store, job, error)
      || !dk_store_set_setting (store, DK_RESTORE_SETTING, marker, error))
    return FALSE;
  compare_device (restore, store);
  dk_kit_discard_database (path);
  return dk_db_backup (db, path, job, error) && check_final (restore, path, error)
         && dk_file_remove (wal, error);
}

gboolean
dk_kit_restore_unlock (DkKitRestore *restore, const char *user, const DkSecret *passphrase,
                       gboolean older_keys, const DkJob *job, GError **error)
{
  g_autofree char *incoming = dk_kit_file (restore->folder, DK_RESTORE_INCOMING);
  g_autofree char *marker = NULL;
  g_autoptr (DkDb) db = NULL;
  DkDbKeys keys = { 0 };
  gboolean done;

  g_clear_pointer (&restore->keys, dk_keyring_free);
  g_clear_pointer (&restore->person, dk_person_free);
  if (!dk_directory_unlock (restore->directory, user, passphrase, dk_clock_wall_ms (),
                            &restore->keys, &restore->person, error)
      || !check_signature (restore, job, error)
      || !dk_restore_check_people (restore, older_keys, error))
    return FALSE;
  marker = dk_restore_marker (restore, user, passphrase, older_keys);
  keys.open_key = dk_keyring_get (restore->keys, DK_KEY_OPEN);
  memcpy (keys.uuid, dk_directory_file_uuid (restore->directory), sizeof keys.uuid);
  db = dk_db_open (incoming, &keys, error);
  done = db != NULL && prepare (restore, db, marker, job, error);
  g_clear_pointer (&db, dk_db_free);
  dk_kit_discard_database (incoming);
  restore->is_ready = done;
  if (!done && error != NULL && strstr ((*error)->message, restore->file) == NULL)
    g_prefix_error (error, "%s: ", restore->file);
  return done;
}

#define KEPT_IN_A_SECOND_MAX 100

/* A name that nothing in the folder has: two restores may fall into one second. New string. */
static char *
name_for_old (const char *folder)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  char *name = g_strconcat (DK_KIT_DATABASE ".before-restore-", date, NULL);

  for (guint i = 2; i < KEPT_IN_A_SECOND_MAX; i++) {
    g_autofree char *path = dk_kit_file (folder, name);
    g_autofree char *wal = g_strconcat (path, "-wal", NULL);
    if (!dk_file_exists (path) && !dk_file_exists (wal))
      break;
    g_free (name);
    name = g_strdup_printf (DK_KIT_DATABASE ".before-restore-%s-%u", date, i);
  }
  return name;
}

/* First the old file gets its second name, then the new one takes the first: at no moment is there
 * no kit. A journal that stays behind is foreign to the new file, which sets it aside. */
static gboolean
keep_old (DkKitRestore *restore, char **kept, GError **error)
{
  g_autofree char *path = dk_kit_file (restore->folder, DK_KIT_DATABASE);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *name = name_for_old (restore->folder);
  g_autofree char *old = dk_kit_file (restore->folder, name);
  g_autofree char *old_wal = g_strconcat (old, "-wal", NULL);

  if (!dk_file_exists (path) && !dk_file_exists (wal))
    return TRUE;
  if ((dk_file_exists (wal) && !dk_file_keep_as (wal, old_wal, error))
      || (dk_file_exists (path) && !dk_file_keep_as (path, old, error)))
    return FALSE;
  *kept = g_steal_pointer (&name);
  return dk_file_sync_folder (restore->folder, error);
}

gboolean
dk_kit_restore_finish (DkKitRestore *restore, char **kept, GError **error)
{
  g_autofree char *path = dk_kit_file (restore->folder, DK_KIT_DATABASE);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *new_path = dk_kit_file (restore->folder, DK_KIT_RESTORE);
  g_autofree char *incoming = dk_kit_file (restore->folder, "incoming");
  g_autofree char *outgoing = dk_kit_file (restore->folder, DK_KIT_OUTGOING);
  g_autofree char *old = NULL;

  g_assert (restore->is_ready);
  if (!dk_file_make_folder (incoming, error) || !dk_file_make_folder (outgoing, error)
      || !keep_old (restore, &old, error) || !dk_file_rename (new_path, path, error))
    return FALSE;
  restore->is_ready = FALSE;
  restore->made_folder = FALSE;
  *kept = g_steal_pointer (&old);
  if (!dk_file_remove (wal, error) || !dk_file_sync_folder (restore->folder, error))
    return FALSE;
  g_clear_pointer (&restore->lock, dk_file_lock_free);
  return TRUE;
}

static void
remove_folder (DkKitRestore *restore)
{
  static const char *const made[] = { "incoming", DK_KIT_OUTGOING };
  g_autofree char *lock = dk_kit_file (restore->folder, DK_KIT_LOCK);

  (void) g_unlink (lock);
  for (gsize i = 0; i < G_N_ELEMENTS (made); i++) {
    g_autofree char *path = dk_kit_file (restore->folder, made[i]);
    (void) g_rmdir (path);
  }
  (void) g_rmdir (restore->folder);
}

/* Every name that the program writes in a kit's folder through a hidden one. */
static gboolean
is_written_by_us (const char *base)
{
  return g_str_has_prefix (base, DK_KIT_DATABASE) || g_str_has_prefix (base, DK_KIT_BACKUP)
         || strcmp (base, DK_KIT_STATION) == 0;
}

void
dk_kit_remove_leftovers (const char *folder)
{
  static const char *const unfinished[]
      = { DK_RESTORE_INCOMING, DK_RESTORE_LOOK, DK_KIT_RESTORE, DK_KIT_BACKUP, DK_KIT_REKEY };
  g_autoptr (GPtrArray) names = dk_file_list (folder, DK_BACKUP_FILES_MAX, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (unfinished); i++) {
    g_autofree char *path = dk_kit_file (folder, unfinished[i]);
    dk_kit_discard_database (path);
  }
  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *base = dk_file_writer_leftover_base (name);
    g_autofree char *path = dk_kit_file (folder, name);
    if (base != NULL && is_written_by_us (base))
      (void) g_unlink (path);
  }
}

void
dk_kit_restore_free (DkKitRestore *restore)
{
  if (restore == NULL)
    return;
  dk_container_free (restore->container);
  if (restore->lock != NULL)
    dk_kit_remove_leftovers (restore->folder);
  if (restore->made_folder)
    remove_folder (restore);
  dk_file_lock_free (restore->lock);
  dk_directory_free (restore->directory);
  dk_directory_free (restore->in_place);
  dk_keyring_free (restore->keys);
  dk_person_free (restore->person);
  g_ptr_array_unref (restore->messages);
  g_free (restore->file);
  g_free (restore->folder);
  g_free (restore);
}
