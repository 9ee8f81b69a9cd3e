/* SPDX-License-Identifier: MIT */
#include "app/base/file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/base/platform.h"

/* Turns errno into the code that says what the user can do about it. */
static void
set_errno_error (GError **error, int saved, gboolean writing, const char *verb, const char *path)
{
  DkError code = writing ? DK_ERROR_STORAGE : DK_ERROR_FAILED;

  if (saved == ENOENT || saved == ENOTDIR)
    code = DK_ERROR_NOT_FOUND;
  else if (saved == EACCES || saved == EPERM)
    code = DK_ERROR_DENIED;
  else if (saved == EEXIST)
    code = DK_ERROR_BUSY;
  g_set_error (error, DK_ERROR, code, "Could not %s %s: %s.", verb, path, g_strerror (saved));
}

static int
open_for_reading (const char *path, GStatBuf *facts, GError **error)
{
  int fd = dk_platform_open_file (path);

  if (fd < 0 || g_stat (path, facts) != 0) {
    set_errno_error (error, errno, FALSE, "read", path);
    if (fd >= 0)
      (void) g_close (fd, NULL);
    return -1;
  }
  if ((facts->st_mode & S_IFMT) == S_IFDIR) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s is a folder, not a file.", path);
    (void) g_close (fd, NULL);
    return -1;
  }
  return fd;
}

static GBytes *
read_from (int fd, const char *path, guint64 offset, gsize size_max, GError **error)
{
  g_autofree guint8 *buffer = g_try_malloc (size_max + 1);
  gssize got;

  if (buffer == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_MEMORY, "Not enough free memory to read %s.", path);
    return NULL;
  }
  got = dk_platform_read_at (fd, buffer, size_max, offset);
  if (got < 0) {
    set_errno_error (error, errno, FALSE, "read", path);
    return NULL;
  }
  buffer = g_realloc (buffer, (gsize) got + 1);
  return g_bytes_new_take (g_steal_pointer (&buffer), (gsize) got);
}

GBytes *
dk_file_read (const char *path, gsize size_max, GError **error)
{
  GStatBuf facts;
  GBytes *bytes;
  int fd = open_for_reading (path, &facts, error);

  if (fd < 0)
    return NULL;
  if (facts.st_size < 0 || (guint64) facts.st_size > size_max) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is larger than the %" G_GSIZE_FORMAT " bytes that are accepted.", path,
                 size_max);
    (void) g_close (fd, NULL);
    return NULL;
  }
  bytes = read_from (fd, path, 0, (gsize) facts.st_size, error);
  (void) g_close (fd, NULL);
  return bytes;
}

GBytes *
dk_file_read_part (const char *path, guint64 offset, gsize size, GError **error)
{
  GStatBuf facts;
  GBytes *bytes;
  int fd = open_for_reading (path, &facts, error);

  if (fd < 0)
    return NULL;
  bytes = read_from (fd, path, offset, size, error);
  (void) g_close (fd, NULL);
  return bytes;
}

/* A new file of a random name in the folder of path; *name tells it. */
static int
open_temporary (const char *path, char **name, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *temporary
      = g_strdup_printf ("%s%c.%s.%08x%08x", folder, G_DIR_SEPARATOR, base, g_random_int (),
                         g_random_int ());
  int fd = dk_platform_create_file (temporary, dk_platform_file_mode (folder));

  if (fd < 0)
    set_errno_error (error, errno, TRUE, "write", path);
  else
    *name = g_steal_pointer (&temporary);
  return fd;
}

gboolean
dk_file_replace (const char *path, const void *data, gsize size, DkFileDurability durability,
                 GError **error)
{
  g_autofree char *temporary = NULL;
  gboolean written;
  int saved;
  int fd = open_temporary (path, &temporary, error);

  if (fd < 0)
    return FALSE;
  written = dk_platform_write_all (fd, data, size)
            && (durability == DK_FILE_NOT_SYNCED || dk_platform_sync_fd (fd));
  saved = errno;
  if (!g_close (fd, NULL) && written) {
    written = FALSE;
    saved = EIO;
  }
  if (written && g_rename (temporary, path) != 0) {
    written = FALSE;
    saved = errno;
  }
  if (!written) {
    (void) g_unlink (temporary);
    set_errno_error (error, saved, TRUE, "write", path);
    return FALSE;
  }
  if (durability == DK_FILE_NOT_SYNCED)
    return TRUE;
  g_autofree char *folder = g_path_get_dirname (path);
  return dk_file_sync_folder (folder, error);
}

gboolean
dk_file_rename (const char *from, const char *to, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (to);

  if (g_rename (from, to) != 0) {
    set_errno_error (error, errno, TRUE, "replace", to);
    return FALSE;
  }
  return dk_file_sync_folder (folder, error);
}

gboolean
dk_file_rename_new (const char *from, const char *to, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (to);
  int done = dk_platform_rename_new (from, to);

  if (done == 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_BUSY, "%s exists already; it was left as it is.", to);
    return FALSE;
  }
  if (done < 0) {
    set_errno_error (error, errno, TRUE, "write", to);
    return FALSE;
  }
  return dk_file_sync_folder (folder, error);
}

gboolean
dk_file_remove (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  set_errno_error (error, errno, TRUE, "remove", path);
  return FALSE;
}

gboolean
dk_file_make_folder (const char *path, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (g_mkdir_with_parents (path, 0700) == 0
      && (dk_platform_file_mode (parent) == 0600 || g_chmod (path, 02770) == 0))
    return TRUE;
  set_errno_error (error, errno, TRUE, "make the folder", path);
  return FALSE;
}

gboolean
dk_file_sync_folder (const char *path, GError **error)
{
  if (dk_platform_sync_folder (path))
    return TRUE;
  set_errno_error (error, errno, TRUE, "make durable what was changed in", path);
  return FALSE;
}

gboolean
dk_file_exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
dk_file_list (const char *path, guint count_max, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  if (folder == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "The folder %s cannot be read.", path);
    return NULL;
  }
  while ((name = g_dir_read_name (folder)) != NULL) {
    if (names->len >= count_max) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s holds more than %u files.", path,
                   count_max);
      return NULL;
    }
    g_ptr_array_add (names, g_strdup (name));
  }
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}
