/* SPDX-License-Identifier: MIT */
#include "app/kit/backup.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/crypto/directory.h"
#include "app/db/statement.h"
#include "app/db/transaction.h"
#include "app/kit/backup-private.h"
#include "app/store/ledger.h"

#define ROOM_BYTES (G_GUINT64_CONSTANT (64) << 20)
#define ATTEMPTS_MAX 5

static void
target_free (gpointer data)
{
  DkBackupTarget *target = data;

  dk_file_writer_free (target->writer);
  g_free (target->folder);
  g_free (target->path);
  g_free (target);
}

void
dk_kit_discard_database (const char *path)
{
  static const char *const ends[] = { "", "-wal", ".new" };
  g_autoptr (GError) failed = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *file = g_strconcat (path, ends[i], NULL);
    if (!dk_file_remove (file, &failed)) {
      g_debug ("%s", failed->message);
      g_clear_error (&failed);
    }
  }
}

/* A kit file is never opened a second time by the process that has it open, so its size is asked
 * of the file system. */
gboolean
dk_kit_check_room (DkKit *kit, const char *what, GError **error)
{
  g_autofree char *path = dk_kit_file (kit->folder, DK_KIT_DATABASE);
  g_autoptr (GFile) folder = g_file_new_for_path (kit->folder);
  g_autoptr (GFileInfo) info
      = g_file_query_filesystem_info (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
  guint64 free_bytes;
  guint64 needed;
  GStatBuf facts;

  if (info == NULL || g_stat (path, &facts) != 0)
    return TRUE; /* writing will tell */
  free_bytes = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  needed = 2 * (guint64) facts.st_size + ROOM_BYTES;
  if (free_bytes >= needed)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
               "%s: it needs %" G_GUINT64_FORMAT " MiB for a while on the disk of the kit, and "
               "%" G_GUINT64_FORMAT " MiB are free; tickets come first. Make room there and try "
               "again.",
               what, (needed >> 20) + 1, free_bytes >> 20);
  return FALSE;
}

/* A change of the slot directory while the pages are copied would leave a copy whose two halves do
 * not fit; so the bytes that were taken are compared at the end. */
static gboolean
start_copy (DkKitBackup *backup, GError **error)
{
  g_autoptr (GBytes) fit = NULL;
  DkDbKeys keys = { .open_key = backup->open_key };

  dk_kit_discard_database (backup->making);
  g_clear_pointer (&backup->directory, g_bytes_unref);
  backup->directory = dk_db_get_directory (backup->kit->db, error);
  if (backup->directory == NULL)
    return FALSE;
  dk_random (backup->uuid, sizeof backup->uuid);
  memcpy (keys.uuid, backup->uuid, sizeof keys.uuid);
  fit = dk_directory_bytes_for_new_file (backup->directory, keys.uuid, backup->open_key, error);
  if (fit == NULL)
    return FALSE;
  backup->copy = dk_db_copy_new (backup->kit->db, backup->making, fit, &keys, error);
  if (backup->copy == NULL)
    return FALSE;
  dk_db_copy_leave_unsynced (backup->copy);
  return TRUE;
}

static gboolean
may_begin (DkKit *kit, GError **error)
{
  if (kit->is_read_only)
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
                 "No backup was made: the disk refuses, and this kit is open for reading alone. "
                 "Make room on the disk, lock the kit and open it again.");
  else if (kit->backup != NULL)
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
                 "Another backup of this kit is being made. Wait until it is done.");
  else
    return dk_kit_check_room (kit, "No backup was made", error);
  return FALSE;
}

DkKitBackup *
dk_kit_backup_begin (DkKit *kit, GError **error)
{
  g_autoptr (DkKitBackup) backup = NULL;
  g_autoptr (GPtrArray) places = NULL;
  gint64 sequence = 0;

  if (!may_begin (kit, error))
    return NULL;
  places = dk_backup_places_load (kit->store, &sequence, error);
  if (places == NULL)
    return NULL;
  backup = g_new0 (DkKitBackup, 1);
  backup->making = dk_kit_file (kit->folder, DK_KIT_BACKUP);
  backup->open_key = dk_secret_dup (dk_keyring_get (kit->keys, DK_KEY_OPEN));
  dk_minisign_secret_from_seed (dk_keyring_get (kit->keys, DK_KEY_DEVICE_SIGN), &backup->signer);
  dk_minisign_secret_public (&backup->signer, &backup->device);
  backup->made_ms = dk_clock_wall_ms ();
  backup->fields = dk_backup_fields (kit->store, sequence + 1, backup->made_ms);
  backup->targets = g_ptr_array_new_with_free_func (target_free);
  backup->files = g_ptr_array_new_with_free_func (g_free);
  backup->messages = g_ptr_array_new_with_free_func (g_free);
  backup->keep = dk_store_policy (kit->store)->backup_keep;
  backup->kit = kit;
  kit->backup = backup;
  return start_copy (backup, error) ? g_steal_pointer (&backup) : NULL;
}

void
dk_kit_backup_add (DkKitBackup *backup, const char *folder, const char *path, gboolean replace)
{
  DkBackupTarget *target = g_new0 (DkBackupTarget, 1);

  target->folder = g_strdup (folder);
  target->path = g_strdup (path);
  target->replace = replace;
  g_ptr_array_add (backup->targets, target);
}

DkKitBackup *
dk_kit_backup_new (DkKit *kit, const char *path, GError **error)
{
  gboolean replace = FALSE;
  DkKitBackup *backup;

  if (!dk_backup_check_target (path, dk_store_identity (kit->store)->kit_id, &replace, error))
    return NULL;
  backup = dk_kit_backup_begin (kit, error);
  if (backup != NULL)
    dk_kit_backup_add (backup, NULL, path, replace);
  return backup;
}

void
dk_kit_stop_backup (DkKit *kit)
{
  DkKitBackup *backup = kit->backup;

  if (backup == NULL)
    return;
  backup->was_stopped = backup->copy != NULL;
  g_clear_pointer (&backup->copy, dk_db_copy_free);
  if (backup->was_stopped)
    dk_kit_discard_database (backup->making);
  backup->kit = NULL;
  kit->backup = NULL;
}

/* What the copy holds up to, for the question whether something was captured since. */
static gboolean
read_last_entry (DkKitBackup *backup, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (backup->kit->db, "SELECT max(id) FROM entry");
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  backup->last_entry = has_row ? dk_stmt_int (stmt, 0) : 0;
  return TRUE;
}

static gboolean
end_copy (DkKitBackup *backup, gboolean *more, GError **error)
{
  g_autoptr (GBytes) now = dk_db_get_directory (backup->kit->db, error);

  g_clear_pointer (&backup->copy, dk_db_copy_free);
  if (now == NULL)
    return FALSE;
  *more = !g_bytes_equal (now, backup->directory);
  if (!*more)
    return read_last_entry (backup, error);
  if (backup->attempts++ < ATTEMPTS_MAX)
    return start_copy (backup, error);
  g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
               "No backup was made: the list of people is being changed all the time. Try again "
               "later.");
  return FALSE;
}

gboolean
dk_kit_backup_step (DkKitBackup *backup, gboolean *more, GError **error)
{
  guint left = 0;

  if (backup->was_stopped) {
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY,
                 "The backup was given up, since the kit was locked or its keys were renewed "
                 "meanwhile. Nothing else changed; make it again.");
    return FALSE;
  }
  g_assert (backup->copy != NULL);
  if (!dk_db_copy_step (backup->copy, DK_DB_COPY_PAGES, &left, error))
    return FALSE;
  *more = TRUE;
  return left > 0 || end_copy (backup, more, error);
}

static gboolean
note_target (DkKitBackup *backup, const DkBackupTarget *target, GPtrArray *places, GError **error)
{
  g_autofree char *name = g_path_get_basename (target->path);
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *place = target->folder != NULL ? g_strdup (target->folder) : g_strdup ("");
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "file", shown);
  dk_json_set_text (body, "target", target->folder != NULL ? "folder" : "file");
  dk_json_set_text (body, "folder", target->folder);
  json_object_set_new (body, "sequence",
                       json_integer (dk_json_get_int (backup->fields, "sequence", 0)));
  dk_backup_places_put (places, place, backup->made_ms, backup->last_entry);
  return dk_ledger_append (backup->kit->store, "backup-made", shown, 0, body, NULL, error);
}

gboolean
dk_kit_backup_finish (DkKitBackup *backup, GError **error)
{
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (DkTransaction) transaction = NULL;
  gint64 before = 0;

  if (backup->kit == NULL)
    return TRUE; /* the files are good; the kit was locked before they could be entered */
  places = dk_backup_places_load (backup->kit->store, &before, error);
  transaction = places != NULL ? dk_transaction_new (backup->kit->db, error) : NULL;
  if (transaction == NULL)
    return FALSE;
  for (guint i = 0; i < backup->targets->len; i++) {
    const DkBackupTarget *target = g_ptr_array_index (backup->targets, i);
    if (target->is_done && !note_target (backup, target, places, error))
      return FALSE;
  }
  return dk_backup_places_save (backup->kit->store, places,
                                dk_json_get_int (backup->fields, "sequence", before), error)
         && dk_transaction_commit (transaction, error);
}

GPtrArray *
dk_kit_backup_files (DkKitBackup *backup)
{
  return backup->files;
}

GPtrArray *
dk_kit_backup_messages (DkKitBackup *backup)
{
  return backup->messages;
}

void
dk_kit_backup_free (DkKitBackup *backup)
{
  if (backup == NULL)
    return;
  dk_db_copy_free (backup->copy);
  if (backup->kit != NULL) {
    backup->kit->backup = NULL;
    /* Without the kit's lock the file may be that of somebody else's backup by now; the next
     * unlock removes it. */
    dk_kit_discard_database (backup->making);
  }
  g_clear_pointer (&backup->directory, g_bytes_unref);
  dk_secret_free (backup->open_key);
  dk_minisign_secret_clear (&backup->signer);
  json_decref (backup->fields);
  g_ptr_array_unref (backup->targets);
  g_ptr_array_unref (backup->files);
  g_ptr_array_unref (backup->messages);
  g_free (backup->making);
  g_free (backup);
}

/* Copying, writing and entering in one call, on the thread of the kit. */
static gboolean
run (DkKitBackup *backup, const DkJob *job, GError **error)
{
  gboolean more = TRUE;

  while (more)
    if (!dk_kit_backup_step (backup, &more, error) || !dk_job_step (job, 0, 0, "Copying", error))
      return FALSE;
  return dk_kit_backup_write (backup, job, error) && dk_kit_backup_finish (backup, error);
}

gboolean
dk_kit_backup (DkKit *kit, const char *path, const DkJob *job, GError **error)
{
  g_autoptr (DkKitBackup) backup = dk_kit_backup_new (kit, path, error);

  return backup != NULL && run (backup, job, error);
}

static void
add_message_once (DkKit *kit, const char *message)
{
  if (!g_ptr_array_find_with_equal_func (kit->messages, message, g_str_equal, NULL))
    dk_kit_add_message (kit, "%s", message);
}

gboolean
dk_kit_backup_auto (DkKit *kit, DkBackupMode mode, const DkJob *job, GError **error)
{
  g_autoptr (DkKitBackup) backup = NULL;
  g_autoptr (GError) failed = NULL;
  gboolean done;

  if (!dk_kit_backup_new_due (kit, mode, &backup, error))
    return FALSE;
  if (backup == NULL)
    return TRUE;
  done = run (backup, job, &failed);
  for (guint i = 0; i < backup->messages->len; i++)
    add_message_once (kit, g_ptr_array_index (backup->messages, i));
  if (done)
    return TRUE;
  /* Each place has said why already. */
  if (backup->messages->len > 0 && !g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}
