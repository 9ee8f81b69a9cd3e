/* SPDX-License-Identifier: MIT */
#include "app/base/file.h"
#include "app/base/file-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/base/platform.h"

/* What a person can do about it. */
static const char *
advise (int saved)
{
  switch (saved) {
  case ENOENT:
  case ENOTDIR:
    return "Check the name.";
  case EACCES:
  case EPERM:
    return "Check who may read and write it and its folder.";
  case EEXIST:
    return "Choose another name.";
  case EROFS:
    return "Choose a place that can be written.";
  case ENOSPC:
  case EFBIG:
    return "Make room there and try again.";
  default:
    return "Check the disk or the medium and try again.";
  }
}

void
dk_file_set_error (GError **error, int saved, gboolean writing, const char *verb, const char *path)
{
  DkError code = writing ? DK_ERROR_STORAGE : DK_ERROR_FAILED;

  if (saved == ENOENT || saved == ENOTDIR)
    code = DK_ERROR_NOT_FOUND;
  else if (saved == EACCES || saved == EPERM)
    code = DK_ERROR_DENIED;
  else if (saved == EEXIST)
    code = DK_ERROR_BUSY;
  g_set_error (error, DK_ERROR, code, "Could not %s %s: %s. %s", verb, path, g_strerror (saved),
               advise (saved));
}

#define FIRST_BYTES (64u << 10)

int
dk_file_open (const char *path, DkFileKind *kind, guint64 *size, GError **error)
{
  int fd = dk_platform_open_file (path);

  if (fd < 0 || !dk_platform_file_facts (fd, kind, size)) {
    dk_file_set_error (error, errno, FALSE, "read", path);
    if (fd >= 0)
      (void) g_close (fd, NULL);
    return -1;
  }
  if (*kind == DK_FILE_FOLDER) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s is a folder, not a file.", path);
    (void) g_close (fd, NULL);
    return -1;
  }
  return fd;
}

static guint8 *
resize (guint8 *buffer, gsize size, const char *path, GError **error)
{
  guint8 *larger = g_try_realloc (buffer, size);

  if (larger == NULL) {
    g_free (buffer);
    g_set_error (error, DK_ERROR, DK_ERROR_MEMORY, "Not enough free memory to read %s.", path);
  }
  return larger;
}

/* The size that a file tells is a hint: pipes tell none, and a file may grow while it is read. So
 * one byte more than is allowed is asked for, and the end is where the system says so. */
static GBytes *
read_to_end (int fd, const char *path, guint64 hint, gsize size_max, GError **error)
{
  gsize room = (gsize) MIN (hint > 0 ? hint : FIRST_BYTES, size_max) + 1;
  guint8 *buffer = NULL;
  gsize size = 0;

  for (;;) {
    gssize got;
    buffer = resize (buffer, room, path, error);
    if (buffer == NULL)
      return NULL;
    got = dk_platform_read_on (fd, buffer + size, room - size);
    if (got < 0)
      dk_file_set_error (error, errno, FALSE, "read", path);
    else if (size + (gsize) got > size_max)
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "%s is larger than the %" G_GSIZE_FORMAT " bytes that are accepted.", path,
                   size_max);
    else if (size + (gsize) got < room)
      return g_bytes_new_take (buffer, size + (gsize) got);
    if (got < 0 || size + (gsize) got > size_max) {
      g_free (buffer);
      return NULL;
    }
    size += (gsize) got;
    room = (room - 1 > size_max / 2 ? size_max : (room - 1) * 2) + 1;
  }
}

/* Half of an old text and half of a new one must not be taken for either. A file of the system that
 * tells size 0 and has content all the same is fine. */
static gboolean
check_unchanged (int fd, const char *path, guint64 size_before, gsize got, GError **error)
{
  DkFileKind kind;
  guint64 size;

  if (!dk_platform_file_facts (fd, &kind, &size)) {
    dk_file_set_error (error, errno, FALSE, "read", path);
    return FALSE;
  }
  if (kind != DK_FILE_REGULAR || (size == size_before && (size == 0 || size == got)))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
               "%s was written to while it was read. Nothing was taken from it; try again.", path);
  return FALSE;
}

GBytes *
dk_file_read (const char *path, gsize size_max, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  DkFileKind kind;
  guint64 size = 0;
  gboolean whole;
  int fd = dk_file_open (path, &kind, &size, error);

  if (fd < 0)
    return NULL;
  bytes = read_to_end (fd, path, size, size_max, error);
  whole = bytes != NULL && check_unchanged (fd, path, size, g_bytes_get_size (bytes), error);
  (void) g_close (fd, NULL);
  return whole ? g_steal_pointer (&bytes) : NULL;
}

static GBytes *
read_at (int fd, const char *path, guint64 offset, gsize size, GError **error)
{
  guint8 *buffer = resize (NULL, size + 1, path, error);
  gssize got;

  if (buffer == NULL)
    return NULL;
  got = dk_platform_read_at (fd, buffer, size, offset);
  if (got < 0) {
    dk_file_set_error (error, errno, FALSE, "read", path);
    g_free (buffer);
    return NULL;
  }
  return g_bytes_new_take (g_realloc (buffer, (gsize) got + 1), (gsize) got);
}

GBytes *
dk_file_read_part (const char *path, guint64 offset, gsize size, GError **error)
{
  GBytes *bytes;
  DkFileKind kind;
  guint64 whole;
  int fd = dk_file_open (path, &kind, &whole, error);

  if (fd < 0)
    return NULL;
  bytes = read_at (fd, path, offset, size, error);
  (void) g_close (fd, NULL);
  return bytes;
}

int
dk_file_open_temporary (const char *path, gboolean is_private, char **name, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *temporary
      = g_strdup_printf ("%s%c.%s.%08x%08x", folder, G_DIR_SEPARATOR, base, g_random_int (),
                         g_random_int ());
  int mode = is_private ? 0600 : dk_platform_file_mode (folder);
  int fd = dk_platform_create_file (temporary, mode);

  if (fd < 0)
    dk_file_set_error (error, errno, TRUE, "write", path);
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
  int fd = dk_file_open_temporary (path, FALSE, &temporary, error);

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
    dk_file_set_error (error, saved, TRUE, "write", path);
    return FALSE;
  }
  if (durability == DK_FILE_NOT_SYNCED)
    return TRUE;
  g_autofree char *folder = g_path_get_dirname (path);
  return dk_file_sync_folder (folder, error);
}

gboolean
dk_file_check_output (const char *path, GError **error)
{
  DkFileKind kind = dk_platform_path_kind (path);

  if (kind == DK_FILE_ABSENT || kind == DK_FILE_REGULAR)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s is %s. It was left as it is and nothing was written; name a new file.", path,
               kind == DK_FILE_FOLDER ? "a folder"
               : kind == DK_FILE_LINK ? "a link to something else"
                                      : "no file but a device or a pipe");
  return FALSE;
}

gboolean
dk_file_rename (const char *from, const char *to, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (to);

  if (g_rename (from, to) != 0) {
    dk_file_set_error (error, errno, TRUE, "replace", to);
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
    dk_file_set_error (error, errno, TRUE, "write", to);
    return FALSE;
  }
  return dk_file_sync_folder (folder, error);
}

gboolean
dk_file_remove (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  dk_file_set_error (error, errno, TRUE, "remove", path);
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
  dk_file_set_error (error, errno, TRUE, "make the folder", path);
  return FALSE;
}

gboolean
dk_file_sync_folder (const char *path, GError **error)
{
  if (dk_platform_sync_folder (path))
    return TRUE;
  dk_file_set_error (error, errno, TRUE, "make durable what was changed in", path);
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
