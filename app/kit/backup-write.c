/* SPDX-License-Identifier: MIT */
/* The slow half of a backup: no call here uses the kit. */
#include <string.h>

#include "app/container/container.h"
#include "app/crypto/directory.h"
#include "app/kit/backup-private.h"

gboolean
dk_backup_check_written (const char *path, const DkMinisignPublic *device, const DkJob *job,
                         GError **error)
{
  g_autoptr (DkFileReader) reader = dk_file_reader_new (path, error);
  g_autoptr (DkContainer) container = NULL;

  if (reader == NULL)
    return FALSE;
  dk_file_reader_forget_cached (reader);
  container = dk_container_open_large (path, job, error);
  return container != NULL
         && dk_container_verify (container, DK_BACKUP_TYPE, device, 1, NULL, job, error);
}

static gboolean
write_target (DkKitBackup *backup, DkBackupTarget *target, const DkJob *job, GError **error)
{
  const DkContainerSource source = { DK_BACKUP_PAYLOAD, backup->making, NULL };

  target->writer = dk_file_writer_new (target->path, error);
  return target->writer != NULL
         && dk_container_write (target->writer, DK_BACKUP_TYPE, backup->fields, &source, 1,
                                &backup->signer, 1, job, error)
         && dk_file_writer_sync (target->writer, error)
         && dk_backup_check_written (dk_file_writer_temporary (target->writer), &backup->device,
                                     job, error);
}

/* The bytes that were written are those of this file, as their hash has told. */
static gboolean
check_copy (DkKitBackup *backup, GError **error)
{
  g_autoptr (GBytes) bytes = dk_db_read_directory (backup->making, error);
  g_autoptr (DkDirectory) directory = NULL;
  g_autoptr (DkDb) db = NULL;
  DkDbKeys keys = { .open_key = backup->open_key };
  gboolean whole;

  if (bytes != NULL)
    directory = dk_directory_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL,
                                    error);
  if (directory == NULL)
    return FALSE;
  memcpy (keys.uuid, backup->uuid, sizeof keys.uuid);
  db = dk_db_open (backup->making, &keys, error);
  whole = db != NULL && dk_db_check (db, error);
  if (!whole)
    g_prefix_error (error, "The copy that was made does not open, so it is no backup. ");
  return whole;
}

static void
tell_failed (DkKitBackup *backup, DkBackupTarget *target, const GError *failed)
{
  g_autofree char *shown = g_filename_display_name (target->path);

  g_ptr_array_add (backup->messages,
                   g_strdup_printf ("No backup was made in %s: %s What was there is untouched.",
                                    shown, failed->message));
  g_clear_pointer (&target->writer, dk_file_writer_free);
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The reason of the last place stands for all, since none got a copy. */
static gboolean
fail (DkKitBackup *backup, GError **failed, GError **error)
{
  if (backup->files->len == 0) {
    g_propagate_error (error, g_steal_pointer (failed));
    return FALSE;
  }
  g_clear_error (failed);
  return TRUE;
}

static gboolean
write_targets (DkKitBackup *backup, const DkJob *job, guint *count, GError **failed)
{
  for (guint i = 0; i < backup->targets->len; i++) {
    DkBackupTarget *target = g_ptr_array_index (backup->targets, i);
    g_clear_error (failed);
    if (write_target (backup, target, job, failed)) {
      (*count)++;
      continue;
    }
    if (is_cancelled (*failed))
      return FALSE;
    tell_failed (backup, target, *failed);
  }
  return TRUE;
}

static void
name_targets (DkKitBackup *backup, GError **failed)
{
  const char *station = dk_json_get_text (backup->fields, "station");
  const char *kit_id = dk_json_get_text (backup->fields, "kit");

  for (guint i = 0; i < backup->targets->len; i++) {
    DkBackupTarget *target = g_ptr_array_index (backup->targets, i);
    if (target->writer == NULL)
      continue;
    g_clear_error (failed);
    if (!dk_file_writer_finish (target->writer, target->replace, failed)) {
      tell_failed (backup, target, *failed);
      continue;
    }
    target->is_done = TRUE;
    g_ptr_array_add (backup->files, g_strdup (target->path));
    if (target->folder != NULL)
      dk_backup_prune (target->folder, station, kit_id, &backup->device, backup->keep);
  }
}

gboolean
dk_kit_backup_write (DkKitBackup *backup, const DkJob *job, GError **error)
{
  g_autoptr (GError) failed = NULL;
  guint count = 0;

  g_assert (backup->copy == NULL && !backup->was_stopped && backup->targets->len > 0);
  if (!write_targets (backup, job, &count, &failed) || count == 0)
    return fail (backup, &failed, error);
  if (!check_copy (backup, error))
    return FALSE;
  name_targets (backup, &failed);
  return fail (backup, &failed, error);
}
