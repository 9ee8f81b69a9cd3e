/* SPDX-License-Identifier: MIT */
#include "ui/drives.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/base/file-pieces.h"
#include "app/base/file.h"
#include "app/base/platform.h"
#include "app/kit/output.h"

#define DRIVES_MAX 20u
#define NAMES_TRIED 1000u
#define PIECE_BYTES (256u << 10)

void
dk_drive_free (DkDrive *drive)
{
  if (drive == NULL)
    return;
  g_free (drive->name);
  g_free (drive->folder);
  g_free (drive);
}

static gboolean
is_known (const GPtrArray *drives, const char *folder)
{
  for (guint i = 0; i < drives->len; i++)
    if (strcmp (((const DkDrive *) drives->pdata[i])->folder, folder) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
can_write (const char *folder)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE,
                                                  G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info != NULL
         && g_file_info_get_attribute_boolean (info, G_FILE_ATTRIBUTE_ACCESS_CAN_WRITE);
}

static void
add_drive (GPtrArray *drives, const char *name, const char *folder)
{
  DkDrive *drive;

  if (drives->len >= DRIVES_MAX || is_known (drives, folder) || !can_write (folder))
    return;
  drive = g_new0 (DkDrive, 1);
  drive->name = g_strdup (name);
  drive->folder = g_strdup (folder);
  g_ptr_array_add (drives, drive);
}

static gboolean
is_removable (GMount *mount, const char *folder)
{
  g_autoptr (GDrive) drive = g_mount_get_drive (mount);

  return (drive != NULL && g_drive_is_removable (drive)) || g_str_has_prefix (folder, "/media/")
         || g_str_has_prefix (folder, "/run/media/");
}

static void
add_mounts (GPtrArray *drives)
{
  g_autoptr (GVolumeMonitor) monitor = g_volume_monitor_get ();
  GList *mounts = g_volume_monitor_get_mounts (monitor);

  for (GList *link = mounts; link != NULL; link = link->next) {
    g_autoptr (GFile) root = g_mount_get_root (link->data);
    g_autofree char *folder = g_file_get_path (root);
    g_autofree char *name = g_mount_get_name (link->data);
    if (folder != NULL && is_removable (link->data, folder))
      add_drive (drives, name, folder);
  }
  g_list_free_full (mounts, g_object_unref);
}

static void
add_folders (GPtrArray *drives, const char *parent)
{
  g_autoptr (GDir) dir = parent != NULL ? g_dir_open (parent, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *folder = g_build_filename (parent, name, NULL);
    if (dk_platform_path_kind (folder) == DK_FILE_FOLDER)
      add_drive (drives, name, folder);
  }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate ((*(const DkDrive *const *) a)->name, (*(const DkDrive *const *) b)->name);
}

GPtrArray *
dk_drives_list (void)
{
  GPtrArray *drives = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_drive_free);

  add_mounts (drives);
  add_folders (drives, g_getenv ("DOWNTIME_KIT_DRIVES"));
  g_ptr_array_sort (drives, compare_names);
  return drives;
}

/* A name that is not taken there. New string; NULL if there is none. */
static char *
free_path (const char *folder, const char *name)
{
  g_autofree char *clean = g_strdup (name);

  g_strdelimit (clean, "/\\:*?\"<>|", '-');
  for (guint i = 1; i <= NAMES_TRIED; i++) {
    g_autofree char *file = i == 1 ? g_strdup_printf ("%s.pdf", clean)
                                   : g_strdup_printf ("%s %u.pdf", clean, i);
    g_autofree char *path = g_build_filename (folder, file, NULL);
    if (!dk_file_exists (path))
      return g_steal_pointer (&path);
  }
  return NULL;
}

/* What the medium gives back, not what the system remembers of it. */
static gboolean
is_same (const char *path, GBytes *pdf, GError **error)
{
  g_autoptr (DkFileReader) reader = dk_file_reader_new (path, error);
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (pdf, &size);

  if (reader == NULL)
    return FALSE;
  dk_file_reader_forget_cached (reader);
  for (gsize done = 0; done < size; done += MIN (PIECE_BYTES, size - done)) {
    gsize wanted = MIN (PIECE_BYTES, size - done);
    if (!dk_file_reader_read (reader, done, piece, wanted, error))
      return FALSE;
    if (memcmp (piece, bytes + done, wanted) != 0) {
      g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                   _ ("The drive gives back other bytes than were written. Do not use the file %s; "
                      "take another drive."),
                   path);
      return FALSE;
    }
  }
  return TRUE;
}

char *
dk_drive_save (const char *folder, const char *name, GBytes *pdf, GError **error)
{
  g_autofree char *path = free_path (folder, name);
  gsize size;
  const void *bytes = g_bytes_get_data (pdf, &size);

  if (path == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 _ ("There are too many files of that name on the drive. Nothing was saved; tidy "
                    "it, or choose a file name."));
    return NULL;
  }
  if (!dk_output_check (path, DK_OUTPUT_NEW, error)
      || !dk_file_replace (path, bytes, size, DK_FILE_DURABLE, error)
      || !is_same (path, pdf, error))
    return NULL;
  return g_steal_pointer (&path);
}
