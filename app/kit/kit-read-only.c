/* SPDX-License-Identifier: MIT */
/* In an outage a telephone number on a medium that cannot be written is worth more than the entry
 * that somebody read it. SQLite and the seal need a journal beside the file, so what is read is a
 * copy in a place that can be written: sealed as it is, private, gone when the kit is closed. */
#include <glib/gstdio.h>
#include <string.h>

#include "app/base/file-pieces.h"
#include "app/base/file.h"
#include "app/kit/kit-private.h"

#define COPY_PREFIX "downtime-kit-reading-"
#define COPY_FILES_MAX 200
#define PLACE_FILES_MAX 100000
#define ROOM_BYTES (8u << 20)

/* Where copies may lie, the memory of the session before a disk. New array. */
static GPtrArray *
list_places (void)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (g_free);
  const char *session = g_getenv ("XDG_RUNTIME_DIR");

  if (session != NULL && g_path_is_absolute (session))
    g_ptr_array_add (places, g_strdup (session));
  g_ptr_array_add (places, g_strdup (g_get_tmp_dir ()));
  return places;
}

/* The lock file goes last: its names sort like that. */
static void
remove_folder (const char *folder)
{
  g_autoptr (GPtrArray) names = dk_file_list (folder, COPY_FILES_MAX, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
    g_autoptr (GError) error = NULL;
    if (!dk_file_remove (path, &error))
      g_debug ("%s", error->message);
  }
  if (g_rmdir (folder) != 0)
    g_debug ("%s was not removed", folder);
}

/* Who reads a copy holds its lock, so one whose lock is free was left by a process that ended. */
static void
remove_if_left (const char *folder)
{
  g_autofree char *path = dk_kit_file (folder, DK_KIT_LOCK);
  g_autoptr (DkFileLock) lock = NULL;

  if (!dk_platform_is_private_folder (folder) || !dk_file_exists (path))
    return;
  lock = dk_platform_lock_file (path, NULL);
  if (lock != NULL)
    remove_folder (folder);
}

static void
remove_left_copies (void)
{
  g_autoptr (GPtrArray) places = list_places ();

  for (guint i = 0; i < places->len; i++) {
    const char *place = g_ptr_array_index (places, i);
    g_autoptr (GPtrArray) names = dk_file_list (place, PLACE_FILES_MAX, NULL);
    for (guint n = 0; names != NULL && n < names->len; n++) {
      const char *name = g_ptr_array_index (names, n);
      g_autofree char *folder = g_build_filename (place, name, NULL);
      if (g_str_has_prefix (name, COPY_PREFIX))
        remove_if_left (folder);
    }
  }
}

static guint64
size_of (const char *folder, const char *name)
{
  g_autofree char *path = dk_kit_file (folder, name);
  GStatBuf facts;

  return g_stat (path, &facts) == 0 ? (guint64) facts.st_size : 0;
}

static gboolean
check_place (DkKit *kit, const char *place, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (place);
  g_autoptr (GFileInfo) info
      = g_file_query_filesystem_info (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
  guint64 needed = size_of (kit->folder, DK_KIT_DATABASE)
                   + size_of (kit->folder, DK_KIT_DATABASE "-wal") + ROOM_BYTES;

  if (info == NULL
      || g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) >= needed)
    return TRUE; /* writing will tell */
  g_set_error (error, DK_ERROR, DK_ERROR_STORAGE,
               "%s has no room for a copy of it: %" G_GUINT64_FORMAT " MiB are needed.", place,
               (needed >> 20) + 1);
  return FALSE;
}

/* A journal that is not there is none; one that cannot be read would be missed. */
static gboolean
copy_file (DkKit *kit, const char *folder, const char *name, gboolean is_needed, GError **error)
{
  g_autofree char *from = dk_kit_file (kit->folder, name);
  g_autofree char *to = dk_kit_file (folder, name);

  if (!is_needed && dk_platform_path_kind (from) == DK_FILE_ABSENT)
    return TRUE;
  return dk_file_copy_new (from, to, error);
}

static gboolean
copy_to (DkKit *kit, const char *place, GError **error)
{
  g_autofree char *folder = g_build_filename (place, COPY_PREFIX "XXXXXX", NULL);
  g_autofree char *lock_path = NULL;
  DkFileLock *lock;

  if (!check_place (kit, place, error))
    return FALSE;
  if (g_mkdtemp (folder) == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_STORAGE, "no folder could be made in %s.", place);
    return FALSE;
  }
  lock_path = dk_kit_file (folder, DK_KIT_LOCK);
  lock = dk_platform_lock_file (lock_path, error);
  if (lock == NULL || !copy_file (kit, folder, DK_KIT_DATABASE, TRUE, error)
      || !copy_file (kit, folder, DK_KIT_DATABASE "-wal", FALSE, error)) {
    remove_folder (folder);
    dk_file_lock_free (lock);
    return FALSE;
  }
  dk_file_lock_free (kit->lock);
  kit->lock = lock;
  kit->copy_folder = g_steal_pointer (&folder);
  return TRUE;
}

/* Where the person cannot write is told first: that is to be mended. */
static gboolean
make_copy (DkKit *kit, const GError *cause, GError **error)
{
  g_autoptr (GPtrArray) places = list_places ();
  g_autoptr (GError) failed = NULL;

  for (guint i = 0; i < places->len; i++) {
    g_clear_error (&failed);
    if (copy_to (kit, g_ptr_array_index (places, i), &failed))
      return TRUE;
  }
  g_set_error (error, cause->domain, cause->code,
               "%s It could not be opened for reading alone either: %s", cause->message,
               failed->message);
  return FALSE;
}

static gboolean
is_about_writing (const GError *error)
{
  return g_error_matches (error, DK_ERROR, DK_ERROR_STORAGE)
         || g_error_matches (error, DK_ERROR, DK_ERROR_DENIED);
}

gboolean
dk_kit_take_lock (DkKit *kit, GError **error)
{
  g_autofree char *path = dk_kit_file (kit->folder, DK_KIT_LOCK);
  g_autoptr (GError) failed = NULL;

  remove_left_copies ();
  kit->lock = dk_platform_lock_file (path, &failed);
  if (kit->lock != NULL) {
    dk_kit_remove_leftovers (kit->folder);
    return TRUE;
  }
  if (!is_about_writing (failed) || kit->journal_given_up != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  kit->is_read_only = TRUE;
  kit->not_written = g_steal_pointer (&failed);
  return dk_platform_share_lock (path, &kit->lock, error);
}

/* The person must look for the kit where it lies. */
static void
name_own_folder (DkKit *kit, GError *failed)
{
  g_auto (GStrv) parts = g_strsplit (failed->message, kit->copy_folder, -1);

  g_free (failed->message);
  failed->message = g_strjoinv (kit->folder, parts);
}

static gboolean
open_copy (DkKit *kit, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (!make_copy (kit, kit->not_written, error))
    return FALSE;
  if (!dk_kit_open_store (kit, &failed) || !dk_db_refuse_changes (kit->db, &failed)) {
    name_own_folder (kit, failed);
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  dk_store_set_read_only (kit->store);
  dk_kit_add_message (
      kit, "Nothing can be stored now: the folder of the kit, its disk or its medium cannot be "
           "written. People, runbooks and tickets can be read. Take calls on paper, have the right "
           "to the folder or the disk put in order, then lock the kit and open it again.");
  return TRUE;
}

gboolean
dk_kit_open_store_or_copy (DkKit *kit, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (kit->is_read_only)
    return open_copy (kit, error);
  if (dk_kit_open_store (kit, &failed))
    return TRUE;
  if (!is_about_writing (failed) || kit->journal_given_up != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  g_clear_pointer (&kit->store, dk_store_free);
  g_clear_pointer (&kit->db, dk_db_free);
  kit->is_read_only = TRUE;
  kit->not_written = g_steal_pointer (&failed);
  return open_copy (kit, error);
}

void
dk_kit_remove_copy (DkKit *kit)
{
  if (kit->copy_folder != NULL)
    remove_folder (kit->copy_folder);
  g_clear_pointer (&kit->copy_folder, g_free);
  g_clear_error (&kit->not_written);
}
