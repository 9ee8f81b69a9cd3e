/* SPDX-License-Identifier: MIT */
#include "app/crypto/directory-private.h"

#include <string.h>

DkDirectory *
dk_directory_new (const guint8 kit_id[16])
{
  DkDirectory *directory = g_new0 (DkDirectory, 1);
  guint8 *image = directory->image;

  dk_image_put_u16 (image + DK_HEAD_VERSION, DK_IMAGE_VERSION);
  image[DK_HEAD_CIPHER] = DK_IMAGE_CIPHER_XCHACHA;
  image[DK_HEAD_RESERVED] = DK_IMAGE_PAGE_RESERVED;
  dk_image_put_u32 (image + DK_HEAD_PAGE_SIZE, DK_IMAGE_PAGE_SIZE);
  dk_random (image + DK_HEAD_UUID, 16);
  memcpy (image + DK_HEAD_KIT_ID, kit_id, 16);
  dk_image_put_u32 (image + DK_HEAD_KEY_EPOCH, 1);
  dk_image_put_u32 (image + DK_HEAD_ADMIN_EPOCH, 1);
  directory->unsigned_change = TRUE;
  return directory;
}

static gboolean
report_no_copy (DkImageState a, DkImageState b, GError **error)
{
  if (a == DK_IMAGE_NEWER || b == DK_IMAGE_NEWER) {
    g_set_error (error, DK_ERROR, DK_ERROR_NEWER,
                 "This kit was written by a newer version of Downtime Kit. Nothing was changed; "
                 "install the newer version on this PC.");
    return TRUE;
  }
  if (a == DK_IMAGE_DAMAGED && b == DK_IMAGE_DAMAGED) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The list of users in this kit is damaged in both of its copies, so it cannot be "
                 "opened. Nothing was changed; keep the file and restore the last backup.");
    return TRUE;
  }
  return FALSE;
}

DkDirectory *
dk_directory_parse (const guint8 *bytes, gsize size, int *copy, GError **error)
{
  const guint8 *second = bytes + DK_IMAGE_SIZE;
  g_autoptr (DkDirectory) directory = NULL;
  DkImageState states[2];
  gboolean equal;

  if (size != 2 * DK_IMAGE_SIZE) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "This kit file is cut off within its list of users. Nothing was changed; keep the "
                 "file and restore the last backup.");
    return NULL;
  }
  states[0] = dk_image_check (bytes);
  states[1] = dk_image_check (second);
  if (report_no_copy (states[0], states[1], error))
    return NULL;
  equal = memcmp (bytes, second, DK_IMAGE_SIZE) == 0;
  directory = g_new0 (DkDirectory, 1);
  if (states[0] != DK_IMAGE_WHOLE
      || (states[1] == DK_IMAGE_WHOLE
          && dk_image_get_u64 (second + DK_HEAD_COPY_SEQ)
                 > dk_image_get_u64 (bytes + DK_HEAD_COPY_SEQ)))
    directory->copy = 1;
  memcpy (directory->image, directory->copy == 0 ? bytes : second, DK_IMAGE_SIZE);
  if (!equal && states[0] == states[1])
    directory->other = g_memdup2 (directory->copy == 0 ? second : bytes, DK_IMAGE_SIZE);
  directory->needs_write = !equal;
  directory->lost_copy = states[0] != states[1];
  if (copy != NULL)
    *copy = equal ? -1 : (int) directory->copy;
  return g_steal_pointer (&directory);
}

const guint8 *
dk_directory_kit_id (const DkDirectory *directory)
{
  return directory->image + DK_HEAD_KIT_ID;
}

const guint8 *
dk_directory_file_uuid (const DkDirectory *directory)
{
  return directory->image + DK_HEAD_UUID;
}

guint64
dk_directory_seq (const DkDirectory *directory)
{
  return dk_image_get_u64 (directory->image + DK_HEAD_DIR_SEQ);
}

guint64
dk_directory_copy_seq (const DkDirectory *directory)
{
  return dk_image_get_u64 (directory->image + DK_HEAD_COPY_SEQ);
}

guint32
dk_directory_key_epoch (const DkDirectory *directory)
{
  return dk_image_get_u32 (directory->image + DK_HEAD_KEY_EPOCH);
}

gboolean
dk_directory_initialised (const DkDirectory *directory)
{
  return (dk_image_get_u32 (directory->image + DK_HEAD_FLAGS) & DK_IMAGE_FLAG_INITIALISED) != 0;
}

void
dk_directory_set_initialised (DkDirectory *directory)
{
  dk_image_put_u32 (directory->image + DK_HEAD_FLAGS, DK_IMAGE_FLAG_INITIALISED);
  directory->needs_write = TRUE;
}

gboolean
dk_directory_needs_write (const DkDirectory *directory)
{
  return directory->needs_write || directory->unsigned_change;
}

gboolean
dk_directory_fell_back (const DkDirectory *directory)
{
  return directory->fell_back;
}

gboolean
dk_directory_lost_copy (const DkDirectory *directory)
{
  return directory->lost_copy;
}

guint
dk_directory_first_to_write (const DkDirectory *directory)
{
  return 1 - directory->copy;
}

guint
dk_directory_count (const DkDirectory *directory)
{
  return dk_image_get_u32 (directory->image + DK_HEAD_SLOT_COUNT);
}

/* The i-th slot in use stands at this position. */
static guint
find_position (const DkDirectory *directory, guint i)
{
  guint position = 0;

  g_assert (i < dk_directory_count (directory));
  for (;; position++)
    if (dk_image_is_used (directory->image, position) && i-- == 0)
      return position;
}

void
dk_directory_info (const DkDirectory *directory, guint i, DkSlotInfo *out)
{
  dk_slot_read_info (dk_image_slot_const (directory->image, find_position (directory, i)), out);
}

int
dk_directory_find (const DkDirectory *directory, const char *name)
{
  int position = dk_image_find (directory->image, name);
  int before = 0;

  for (int i = 0; i < position; i++)
    before += dk_image_is_used (directory->image, (guint) i);
  return position < 0 ? -1 : before;
}

void
dk_directory_remove (DkDirectory *directory, guint i)
{
  guint position = find_position (directory, i);

  memset (dk_image_slot (directory->image, position), 0, DK_SLOT_SIZE);
  dk_image_set_used (directory->image, position, FALSE);
  directory->unsigned_change = TRUE;
}

static GBytes *
join_copies (const guint8 *image)
{
  guint8 *copies = g_malloc (2 * DK_IMAGE_SIZE);

  memcpy (copies, image, DK_IMAGE_SIZE);
  memcpy (copies + DK_IMAGE_SIZE, image, DK_IMAGE_SIZE);
  return g_bytes_new_take (copies, 2 * DK_IMAGE_SIZE);
}

GBytes *
dk_directory_bytes (DkDirectory *directory, const DkKeyring *keys)
{
  guint8 *image = directory->image;

  g_assert (!directory->unsigned_change);
  g_assert (dk_keyring_get (keys, DK_KEY_OPEN) != NULL);
  dk_image_put_u64 (image + DK_HEAD_COPY_SEQ, dk_image_get_u64 (image + DK_HEAD_COPY_SEQ) + 1);
  dk_image_finish (image, dk_keyring_get (keys, DK_KEY_OPEN));
  g_clear_pointer (&directory->other, g_free);
  directory->needs_write = FALSE;
  directory->fell_back = FALSE;
  directory->lost_copy = FALSE;
  return join_copies (image);
}

GBytes *
dk_directory_bytes_for_new_file (GBytes *copies, const guint8 uuid[16], const DkSecret *open_key,
                                 GError **error)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (copies, &size);
  g_autoptr (DkDirectory) directory = dk_directory_parse (bytes, size, NULL, error);
  guint8 *image;

  if (directory == NULL)
    return NULL;
  image = directory->image;
  if (!dk_image_mac_holds (image, open_key) && directory->other != NULL)
    image = directory->other;
  if (!dk_image_mac_holds (image, open_key)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "The list of users in this kit is damaged or was tampered with, so no copy of the "
                 "kit was made. The kit itself was not changed; tell the kit administrator.");
    return NULL;
  }
  memcpy (image + DK_HEAD_UUID, uuid, 16);
  dk_image_finish (image, open_key);
  return join_copies (image);
}

void
dk_directory_free (DkDirectory *directory)
{
  if (directory == NULL)
    return;
  g_free (directory->other);
  g_free (directory);
}
