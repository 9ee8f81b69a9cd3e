/* SPDX-License-Identifier: MIT */
#include "app/net/folder.h"

#include <gio/gio.h>
#include <string.h>

#include "app/base/file.h"
#include "app/base/platform.h"

#define PATH_BYTES_MAX 1000
#define NAMES_MAX 20000

void
dk_folder_file_free (DkFolderFile *file)
{
  if (file == NULL)
    return;
  g_free (file->name);
  g_free (file->path);
  g_free (file);
}

static gboolean
refuse_path (const char *why, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The path of this route %s. Nothing was read; a route to a folder is written like "
               "/srv/packs or /media/stick.",
               why);
  return FALSE;
}

static gboolean
has_control (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return TRUE;
  return FALSE;
}

static gboolean
climbs (const char *path)
{
  g_auto (GStrv) parts = g_strsplit_set (path, "/\\", -1);

  return g_strv_contains ((const char *const *) parts, "..");
}

gboolean
dk_folder_check (const char *path, gboolean only_local, GError **error)
{
  const char *kind = NULL;

  if (*path == '\0' || strlen (path) > PATH_BYTES_MAX || !g_utf8_validate (path, -1, NULL)
      || has_control (path))
    return refuse_path ("is empty, too long or holds characters that no path has", error);
  if (g_str_has_prefix (path, "//") || strchr (path, '\\') != NULL || strstr (path, "://") != NULL)
    return refuse_path ("is a network name", error);
  if (!g_path_is_absolute (path) || climbs (path))
    return refuse_path ("is not absolute, or has \"..\" in it", error);
  if (only_local && dk_platform_is_shared_path (path, &kind)) {
    g_autofree char *why = g_strdup_printf ("leads to a network place (%s)", kind);
    return refuse_path (why, error);
  }
  return TRUE;
}

static gboolean
ends_in (const char *name, const char *suffix)
{
  gsize size = strlen (name);
  gsize end = strlen (suffix);

  return size > end && g_ascii_strcasecmp (name + size - end, suffix) == 0;
}

/* The file with its facts, NULL if it is none that counts. `home`: real path of its folder. */
static DkFolderFile *
look_at (const char *folder, const char *home, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *real = dk_platform_real_path (path);
  g_autofree char *real_folder = g_path_get_dirname (real);
  g_autoptr (GFile) file = g_file_new_for_path (real);
  g_autoptr (GFileInfo) info = NULL;
  DkFolderFile *found;

  if (strcmp (real_folder, home) != 0 || dk_platform_path_kind (real) != DK_FILE_REGULAR)
    return NULL;
  info = g_file_query_info (file,
                            G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_TIME_MODIFIED
                                                           "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC,
                            G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  if (info == NULL)
    return NULL;
  found = g_new0 (DkFolderFile, 1);
  found->name = g_strdup (name);
  found->path = g_steal_pointer (&real);
  found->size = (guint64) MAX (0, g_file_info_get_size (info));
  found->modified_ms
      = (gint64) g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED) * 1000
        + g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC) / 1000;
  return found;
}

static int
compare_names (const char *a, const char *b)
{
  g_autofree char *key_a = g_utf8_collate_key_for_filename (a, -1);
  g_autofree char *key_b = g_utf8_collate_key_for_filename (b, -1);

  return strcmp (key_a, key_b);
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const DkFolderFile *left = *(const DkFolderFile *const *) a;
  const DkFolderFile *right = *(const DkFolderFile *const *) b;

  if (left->modified_ms != right->modified_ms)
    return left->modified_ms > right->modified_ms ? -1 : 1;
  return -compare_names (left->name, right->name);
}

static void
free_file (gpointer file)
{
  dk_folder_file_free (file);
}

static gboolean
say_none (const char *path, const char *suffix, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
               "No %s file is in %s, or it is not there: is the stick plugged in? Nothing was "
               "changed.",
               suffix, path);
  return FALSE;
}

/* Files that are too large go to the end, where they are met only if there is nothing else. */
static void
leave_out_large (GPtrArray *files, guint64 size_max)
{
  g_autoptr (GPtrArray) small = g_ptr_array_new ();

  for (guint i = 0; i < files->len; i++)
    if (((const DkFolderFile *) g_ptr_array_index (files, i))->size <= size_max)
      g_ptr_array_add (small, g_ptr_array_index (files, i));
  for (guint i = files->len; small->len > 0 && i > 0; i--)
    if (!g_ptr_array_find (small, g_ptr_array_index (files, i - 1), NULL))
      g_ptr_array_remove_index (files, i - 1);
}

static GPtrArray *
look_through (const char *path, const char *suffix, GError **error)
{
  g_autofree char *home = dk_platform_real_path (path);
  g_autoptr (GPtrArray) names = dk_file_list (home, NAMES_MAX, error);
  GPtrArray *files;

  if (names == NULL)
    return NULL;
  files = g_ptr_array_new_with_free_func (free_file);
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    DkFolderFile *file;
    if (name[0] == '.' || !ends_in (name, suffix) || !g_utf8_validate (name, -1, NULL))
      continue;
    file = look_at (home, home, name);
    if (file != NULL)
      g_ptr_array_add (files, file);
  }
  return files;
}

static GPtrArray *
take_one (const char *path, const char *suffix)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *home = dk_platform_real_path (folder);
  GPtrArray *files = g_ptr_array_new_with_free_func (free_file);
  DkFolderFile *file = ends_in (name, suffix) ? look_at (home, home, name) : NULL;

  if (file != NULL)
    g_ptr_array_add (files, file);
  return files;
}

GPtrArray *
dk_folder_find (const char *path, const char *suffix, guint64 size_max, guint count_max,
                GError **error)
{
  g_autoptr (GPtrArray) files = NULL;
  g_autofree char *real = NULL;

  if (!dk_folder_check (path, FALSE, error))
    return NULL;
  real = dk_platform_real_path (path);
  if (dk_platform_path_kind (real) == DK_FILE_FOLDER)
    files = look_through (path, suffix, error);
  else
    files = take_one (path, suffix);
  if (files == NULL)
    return NULL;
  if (files->len == 0 && !say_none (path, suffix, error))
    return NULL;
  leave_out_large (files, size_max);
  g_ptr_array_sort (files, compare_files);
  if (files->len > count_max)
    g_ptr_array_remove_range (files, count_max, files->len - count_max);
  return g_steal_pointer (&files);
}
