/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1

#include "tests/fault/disk-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_MAX 4096
#define GARBAGE_ONE_IN 6 /* of the sectors that do not reach the disk as they were written */

/* One file as the disk has it: what is durable, and the calls that are not. */
typedef struct {
  GByteArray *durable;
  GPtrArray *pending; /* of DkDiskOp, borrowed */
} DiskFile;

/* The folder while the record is played. */
typedef struct {
  const DkDiskLog *log;
  GPtrArray *files; /* of DiskFile */
  GPtrArray *names; /* of DkDiskOp that change names, borrowed, in order */
  guint durable;    /* how many of those have reached the disk for certain */
  guint mark;
} Disk;

static void
free_file (gpointer data)
{
  DiskFile *file = data;

  g_byte_array_unref (file->durable);
  g_ptr_array_unref (file->pending);
  g_free (file);
}

static void
disk_init (Disk *disk, const DkDiskLog *log)
{
  disk->log = log;
  disk->files = g_ptr_array_new_with_free_func (free_file);
  disk->names = g_ptr_array_new ();
  for (guint i = 0; i < log->files; i++) {
    DiskFile *file = g_new0 (DiskFile, 1);
    const DkDiskStart *start = i < log->start->len ? g_ptr_array_index (log->start, i) : NULL;
    gsize size = 0;
    const guint8 *bytes
        = start != NULL && start->content != NULL ? g_bytes_get_data (start->content, &size) : NULL;
    file->durable = g_byte_array_sized_new ((guint) size + SECTOR_MAX);
    file->pending = g_ptr_array_new ();
    if (size > 0)
      g_byte_array_append (file->durable, bytes, (guint) size);
    g_ptr_array_add (disk->files, file);
  }
}

static void
disk_clear (Disk *disk)
{
  g_ptr_array_unref (disk->files);
  g_ptr_array_unref (disk->names);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Disk, disk_clear)

static void
set_size (GByteArray *bytes, guint size)
{
  guint before = bytes->len;

  g_byte_array_set_size (bytes, size);
  if (size > before)
    memset (bytes->data + before, 0, size - before);
}

static void
put_bytes (GByteArray *bytes, guint offset, const guint8 *data, guint size)
{
  if (bytes->len < offset + size)
    set_size (bytes, offset + size);
  memcpy (bytes->data + offset, data, size);
}

static void
put_garbage (GByteArray *bytes, guint offset, guint size, GRand *rng)
{
  guint8 garbage[SECTOR_MAX];

  for (guint i = 0; i < size; i++)
    garbage[i] = (guint8) g_rand_int (rng);
  put_bytes (bytes, offset, garbage, size);
}

static void
apply (GByteArray *bytes, const DkDiskOp *op)
{
  gsize size;

  if (op->kind == DK_DISK_TRUNCATE) {
    set_size (bytes, (guint) op->offset);
  } else {
    const guint8 *data = g_bytes_get_data (op->data, &size);
    put_bytes (bytes, (guint) op->offset, data, (guint) size);
  }
}

static void
apply_partly (GByteArray *bytes, const DkDiskOp *op, const DkDiskModel *model, GRand *rng,
              double keep)
{
  gsize size;
  const guint8 *data;

  if (op->kind == DK_DISK_TRUNCATE) {
    if (g_rand_double (rng) < keep)
      apply (bytes, op);
    return;
  }
  data = g_bytes_get_data (op->data, &size);
  for (guint done = 0; done < size;) {
    guint at = (guint) op->offset + done;
    guint part = MIN (model->sector - at % model->sector, (guint) size - done);
    guint first = model->whole_garbage ? at - at % model->sector : at;
    guint end = model->whole_garbage ? MIN (first + model->sector, bytes->len) : 0;
    if (g_rand_double (rng) < keep)
      put_bytes (bytes, at, data + done, part);
    else if (g_rand_int_range (rng, 0, GARBAGE_ONE_IN) == 0)
      put_garbage (bytes, first, MAX (end, at + part) - first, rng);
    done += part;
  }
}

static void
sync_file (Disk *disk, guint number)
{
  DiskFile *file = g_ptr_array_index (disk->files, number);

  for (guint i = 0; i < file->pending->len; i++)
    apply (file->durable, g_ptr_array_index (file->pending, i));
  g_ptr_array_set_size (file->pending, 0);
  for (guint i = disk->names->len; i > disk->durable; i--)
    if (((const DkDiskOp *) g_ptr_array_index (disk->names, i - 1))->file == number)
      disk->durable = i;
}

static gboolean
lies_in (const char *name, const char *folder)
{
  g_autofree char *parent = name != NULL ? g_path_get_dirname (name) : NULL;

  return parent != NULL && strcmp (strcmp (parent, ".") == 0 ? "" : parent, folder) == 0;
}

static void
sync_folder (Disk *disk, const char *folder)
{
  for (guint i = disk->names->len; i > disk->durable; i--) {
    const DkDiskOp *op = g_ptr_array_index (disk->names, i - 1);
    if (lies_in (op->name, folder) || lies_in (op->to, folder)
        || (op->kind == DK_DISK_MAKE_FOLDER && strcmp (op->name, folder) == 0))
      disk->durable = i;
  }
}

static void
play_op (Disk *disk, DkDiskOp *op, gboolean syncs_ignored)
{
  if (op->kind <= DK_DISK_LAST_OF_NAMES) {
    g_ptr_array_add (disk->names, op);
  } else if (op->kind == DK_DISK_MARK) {
    disk->mark = (guint) op->offset;
  } else if (op->kind == DK_DISK_WRITE || op->kind == DK_DISK_TRUNCATE) {
    DiskFile *file = g_ptr_array_index (disk->files, op->file);
    g_ptr_array_add (file->pending, op);
  } else if (syncs_ignored) {
    return;
  } else if (op->kind == DK_DISK_SYNC) {
    sync_file (disk, op->file);
  } else {
    sync_folder (disk, op->name);
  }
}

/* A folder that gets another name takes what is below it along. */
static void
rename_below (GHashTable *tree, const char *from, const char *to)
{
  g_autoptr (GPtrArray) moved = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *prefix = g_strconcat (from, "/", NULL);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, tree);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (strcmp (name, from) == 0 || g_str_has_prefix (name, prefix))
      g_ptr_array_add (moved, g_strdup (name));
  for (guint i = 0; i < moved->len; i++) {
    const char *old = g_ptr_array_index (moved, i);
    gpointer value = g_hash_table_lookup (tree, old);
    g_hash_table_replace (tree, g_strconcat (to, old + strlen (from), NULL), value);
    g_hash_table_remove (tree, old);
  }
}

/* Name to number of file, in order of the changes up to `count`. */
static GHashTable *
make_tree (const Disk *disk, guint count)
{
  GHashTable *tree = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < disk->log->start->len; i++) {
    const DkDiskStart *start = g_ptr_array_index (disk->log->start, i);
    guint file = start->content != NULL ? i : DK_DISK_NO_FILE;
    g_hash_table_replace (tree, g_strdup (start->name), GUINT_TO_POINTER (file));
  }
  for (guint i = 0; i < count; i++) {
    const DkDiskOp *op = g_ptr_array_index (disk->names, i);
    if (op->kind == DK_DISK_RENAME)
      rename_below (tree, op->name, op->to);
    else if (op->kind == DK_DISK_REMOVE || op->kind == DK_DISK_REMOVE_FOLDER)
      g_hash_table_remove (tree, op->name);
    else
      g_hash_table_replace (tree, g_strdup (op->name), GUINT_TO_POINTER (op->file));
  }
  return tree;
}

/* Over what is there, since new room for each cut would cost more than the cut itself. */
static void
write_file (const char *path, const GByteArray *bytes)
{
  int fd = dk_disk_real_open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes->data, bytes->len), ==, (gssize) bytes->len);
  g_assert_cmpint (ftruncate (fd, bytes->len), ==, 0);
  g_assert_cmpint (close (fd), ==, 0);
}

static void
write_image (const char *path, const DiskFile *file, const DkDiskModel *model, GRand *rng,
             double keep)
{
  g_autoptr (GByteArray) bytes = NULL;

  if (file->pending->len == 0) {
    write_file (path, file->durable);
    return;
  }
  bytes = g_byte_array_sized_new (file->durable->len + SECTOR_MAX);
  g_byte_array_append (bytes, file->durable->data, file->durable->len);
  for (guint i = 0; i < file->pending->len; i++)
    apply_partly (bytes, g_ptr_array_index (file->pending, i), model, rng, keep);
  write_file (path, bytes);
}

static gboolean
is_folder (const char *path)
{
  struct stat facts;

  return lstat (path, &facts) == 0 && S_ISDIR (facts.st_mode);
}

/* Removes what the tree does not have, or has as something else, and files of two names. */
static void
remove_others (GHashTable *tree, const char *path, const char *name)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *child;

  while ((child = g_dir_read_name (folder)) != NULL) {
    g_autofree char *below = g_build_filename (path, child, NULL);
    g_autofree char *below_name = g_build_filename (name, child, NULL);
    gpointer value;
    gboolean is_known = g_hash_table_lookup_extended (tree, below_name, NULL, &value);
    struct stat facts;
    g_assert_cmpint (lstat (below, &facts), ==, 0);
    if (S_ISDIR (facts.st_mode)) {
      remove_others (tree, below, below_name);
      if (!is_known || GPOINTER_TO_UINT (value) != DK_DISK_NO_FILE)
        g_assert_cmpint (g_rmdir (below), ==, 0);
    } else if (!is_known || GPOINTER_TO_UINT (value) == DK_DISK_NO_FILE || facts.st_nlink > 1) {
      g_assert_cmpint (g_unlink (below), ==, 0);
    }
  }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, so that folders come before what they hold. New array of borrowed names. */
static GPtrArray *
sort_names (GHashTable *tree)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, tree);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* Files that have two names become two files: nothing here writes to one of them later on. */
static void
write_tree (const Disk *disk, guint count, const DkDiskModel *model, GRand *rng, double keep)
{
  g_autoptr (GHashTable) tree = make_tree (disk, count);
  g_autoptr (GPtrArray) names = sort_names (tree);

  remove_others (tree, disk->log->root, "");
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    guint file = GPOINTER_TO_UINT (g_hash_table_lookup (tree, name));
    g_autofree char *path = g_build_filename (disk->log->root, name, NULL);
    if (*name == '\0')
      continue;
    if (file != DK_DISK_NO_FILE)
      write_image (path, g_ptr_array_index (disk->files, file), model, rng, keep);
    else if (!is_folder (path))
      g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  }
}

guint
dk_disk_cut (const DkDiskLog *log, guint point, const DkDiskModel *model, GRand *rng)
{
  static const double keeps[] = { 0.0, 0.3, 0.7, 0.95, 1.0 };
  g_auto (Disk) disk = { 0 };
  double keep = keeps[g_rand_int_range (rng, 0, G_N_ELEMENTS (keeps))];
  guint count;

  g_assert_true (model->sector > 0 && model->sector <= SECTOR_MAX && point <= log->ops->len);
  disk_init (&disk, log);
  for (guint i = 0; i < point; i++)
    play_op (&disk, &g_array_index (log->ops, DkDiskOp, i), model->syncs_ignored);
  count = (guint) g_rand_int_range (rng, (gint32) disk.durable, (gint32) disk.names->len + 1);
  write_tree (&disk, count, model, rng, keep);
  return disk.mark;
}

void
dk_disk_finish (const DkDiskLog *log)
{
  g_auto (Disk) disk = { 0 };

  disk_init (&disk, log);
  for (guint i = 0; i < log->ops->len; i++)
    play_op (&disk, &g_array_index (log->ops, DkDiskOp, i), FALSE);
  for (guint i = 0; i < log->files; i++)
    sync_file (&disk, i);
  write_tree (&disk, disk.names->len, NULL, NULL, 1.0);
}

guint
dk_disk_log_length (const DkDiskLog *log)
{
  return log->ops->len;
}

guint
dk_disk_log_count (const DkDiskLog *log, guint phase)
{
  guint count = 0;

  for (guint i = 0; i < log->ops->len; i++) {
    const DkDiskOp *op = &g_array_index (log->ops, DkDiskOp, i);
    count += op->phase == phase && op->kind != DK_DISK_MARK;
  }
  return count;
}

guint
dk_disk_log_pick (const DkDiskLog *log, guint phase, GRand *rng)
{
  guint count = dk_disk_log_count (log, phase);
  guint point = 0;
  guint left;

  g_assert_cmpuint (count, >, 0);
  left = (guint) g_rand_int_range (rng, 0, (gint32) count);
  for (;; point++) {
    const DkDiskOp *op = &g_array_index (log->ops, DkDiskOp, point);
    if (op->phase == phase && op->kind != DK_DISK_MARK && left-- == 0)
      break;
  }
  point += (guint) g_rand_int_range (rng, 0, 2);
  if (point < log->ops->len && g_rand_boolean (rng)
      && g_array_index (log->ops, DkDiskOp, point).kind == DK_DISK_MARK)
    point++;
  return point;
}

static void
describe (GString *text, const char *path, const char *name)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *hash = NULL;
  g_autofree char *bytes = NULL;
  const char *child;
  gsize size;

  if (folder == NULL) {
    g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
    hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
    g_string_append_printf (text, "%s %" G_GSIZE_FORMAT " %s\n", name, size, hash);
    return;
  }
  g_string_append_printf (text, "%s/\n", name);
  while ((child = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (names, g_strdup (child));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *below = g_build_filename (path, g_ptr_array_index (names, i), NULL);
    g_autofree char *below_name = g_build_filename (name, g_ptr_array_index (names, i), NULL);
    describe (text, below, below_name);
  }
}

char *
dk_disk_describe (const char *root)
{
  GString *text = g_string_new (NULL);

  describe (text, root, "");
  return g_string_free (text, FALSE);
}
