/* SPDX-License-Identifier: MIT */
#include "app/crypto/directory-private.h"

#include <sodium.h>
#include <string.h>

#define SIGNED_LABEL "dk-directory v1"

static const guint8 magic[8] = { 'D', 'K', 'K', 'I', 'T', 0x0d, 0x0a, 0x1a };

G_STATIC_ASSERT (DK_HEAD_SIZE + DK_DIRECTORY_SLOTS * DK_SLOT_SIZE == DK_IMAGE_SIZE);
G_STATIC_ASSERT (DK_HEAD_CHANGES + DK_CHANGE_MAX * DK_CHANGE_SIZE == DK_HEAD_ZERO_2);
G_STATIC_ASSERT (DK_SLOT_AT_NAME + DK_SLOT_NAME_SIZE == DK_SLOT_AT_WRAP);
G_STATIC_ASSERT (DK_SLOT_AT_SEALED + DK_SLOT_SEALED_SIZE == DK_SLOT_AT_TAG);
G_STATIC_ASSERT (DK_SLOT_AT_TAG + DK_TAG_SIZE == DK_SLOT_AT_KEYS);
G_STATIC_ASSERT (DK_SLOT_AT_KEYS + DK_SLOT_KEYS_SIZE == DK_SLOT_AT_ZERO);
G_STATIC_ASSERT (DK_HEAD_UUID == DK_DIRECTORY_UUID_OFFSET);

guint16
dk_image_get_u16 (const guint8 *at)
{
  return (guint16) (at[0] | at[1] << 8);
}

guint32
dk_image_get_u32 (const guint8 *at)
{
  return (guint32) at[0] | (guint32) at[1] << 8 | (guint32) at[2] << 16 | (guint32) at[3] << 24;
}

guint64
dk_image_get_u64 (const guint8 *at)
{
  return dk_image_get_u32 (at) | (guint64) dk_image_get_u32 (at + 4) << 32;
}

void
dk_image_put_u16 (guint8 *at, guint16 value)
{
  at[0] = (guint8) value;
  at[1] = (guint8) (value >> 8);
}

void
dk_image_put_u32 (guint8 *at, guint32 value)
{
  dk_image_put_u16 (at, (guint16) value);
  dk_image_put_u16 (at + 2, (guint16) (value >> 16));
}

void
dk_image_put_u64 (guint8 *at, guint64 value)
{
  dk_image_put_u32 (at, (guint32) value);
  dk_image_put_u32 (at + 4, (guint32) (value >> 32));
}

gboolean
dk_image_is_used (const guint8 *image, guint position)
{
  g_assert (position < DK_DIRECTORY_SLOTS);
  return (image[DK_HEAD_BITMAP + position / 8] >> (position % 8) & 1) != 0;
}

void
dk_image_set_used (guint8 *image, guint position, gboolean used)
{
  guint32 count = dk_image_get_u32 (image + DK_HEAD_SLOT_COUNT);

  g_assert (dk_image_is_used (image, position) != used);
  image[DK_HEAD_BITMAP + position / 8] ^= (guint8) (1u << position % 8);
  dk_image_put_u32 (image + DK_HEAD_SLOT_COUNT, used ? count + 1 : count - 1);
}

guint8 *
dk_image_slot (guint8 *image, guint position)
{
  g_assert (position < DK_DIRECTORY_SLOTS);
  return image + DK_HEAD_SIZE + position * DK_SLOT_SIZE;
}

const guint8 *
dk_image_slot_const (const guint8 *image, guint position)
{
  g_assert (position < DK_DIRECTORY_SLOTS);
  return image + DK_HEAD_SIZE + position * DK_SLOT_SIZE;
}

int
dk_image_find (const guint8 *image, const char *name)
{
  guint8 padded[DK_SLOT_NAME_SIZE] = { 0 };
  gsize size = strlen (name);

  if (size == 0 || size > sizeof padded)
    return -1;
  memcpy (padded, name, size);
  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++)
    if (dk_image_is_used (image, i)
        && memcmp (dk_image_slot_const (image, i) + DK_SLOT_AT_NAME, padded, sizeof padded) == 0)
      return (int) i;
  return -1;
}

int
dk_image_find_id (const guint8 *image, const guint8 id[16])
{
  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++)
    if (dk_image_is_used (image, i)
        && memcmp (dk_image_slot_const (image, i) + DK_SLOT_AT_ID, id, 16) == 0)
      return (int) i;
  return -1;
}

static void
hash_image (const guint8 *image, gsize head_size, const guint8 *key, guint8 out[32])
{
  crypto_generichash_state state;

  crypto_generichash_init (&state, key, key != NULL ? DK_KEY_SIZE : 0, 32);
  crypto_generichash_update (&state, image, head_size);
  crypto_generichash_update (&state, image + DK_HEAD_SIZE, DK_IMAGE_SIZE - DK_HEAD_SIZE);
  crypto_generichash_final (&state, out, 32);
}

static void
hash_with_open_key (const guint8 *image, const DkSecret *open_key, guint8 out[32])
{
  guint8 key[DK_KEY_SIZE];

  g_assert (dk_secret_size (open_key) == DK_KEY_SIZE);
  dk_file_key (key, dk_secret_get (open_key), image + DK_HEAD_UUID, DK_FILE_KEY_DIRECTORY);
  hash_image (image, DK_HEAD_MAC, key, out);
  dk_secret_wipe (key, sizeof key);
}

gboolean
dk_image_mac_holds (const guint8 *image, const DkSecret *open_key)
{
  guint8 mac[32];

  hash_with_open_key (image, open_key, mac);
  return dk_equal (mac, image + DK_HEAD_MAC, sizeof mac);
}

void
dk_image_finish (guint8 *image, const DkSecret *open_key)
{
  memcpy (image + DK_HEAD_MAGIC, magic, sizeof magic);
  hash_with_open_key (image, open_key, image + DK_HEAD_MAC);
  hash_image (image, DK_HEAD_CHECKSUM, NULL, image + DK_HEAD_CHECKSUM);
}

GByteArray *
dk_image_signed_part (const guint8 *image)
{
  GByteArray *part = g_byte_array_new ();

  g_byte_array_append (part, (const guint8 *) SIGNED_LABEL, sizeof SIGNED_LABEL - 1);
  g_byte_array_append (part, image + DK_HEAD_KIT_ID, 16);
  g_byte_array_append (part, image + DK_HEAD_DIR_SEQ, 8);
  g_byte_array_append (part, image + DK_HEAD_KEY_EPOCH, 4);
  g_byte_array_append (part, image + DK_HEAD_ADMIN_EPOCH, 4);
  g_byte_array_append (part, image + DK_HEAD_BITMAP, DK_BITMAP_SIZE);
  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++) {
    const guint8 *slot = dk_image_slot_const (image, i);
    guint8 fixed[DK_SLOT_AT_WRAP];

    if (!dk_image_is_used (image, i))
      continue;
    memcpy (fixed, slot, sizeof fixed);
    fixed[DK_SLOT_AT_KDF] = 0;
    g_byte_array_append (part, fixed, sizeof fixed);
    g_byte_array_append (part, slot + DK_SLOT_AT_KEYS, DK_SLOT_KEYS_SIZE);
  }
  return part;
}

void
dk_slot_read_info (const guint8 *slot, DkSlotInfo *out)
{
  DkSlotInfo info = { 0 };

  memcpy (info.id, slot + DK_SLOT_AT_ID, sizeof info.id);
  info.kind = (DkSlotKind) slot[DK_SLOT_AT_KIND];
  info.role = (DkRole) slot[DK_SLOT_AT_ROLE];
  info.valid_until_ms = (gint64) dk_image_get_u64 (slot + DK_SLOT_AT_VALID_UNTIL);
  memcpy (info.box_public, slot + DK_SLOT_AT_BOX_PUBLIC, sizeof info.box_public);
  memcpy (info.sign_public, slot + DK_SLOT_AT_SIGN_PUBLIC, sizeof info.sign_public);
  memcpy (info.name, slot + DK_SLOT_AT_NAME, DK_SLOT_NAME_SIZE);
  *out = info;
}

static gboolean
check_name (const guint8 *name)
{
  gsize size = strnlen ((const char *) name, DK_SLOT_NAME_SIZE);

  if (size == 0 || !sodium_is_zero (name + size, DK_SLOT_NAME_SIZE - size)
      || !g_utf8_validate ((const char *) name, (gssize) size, NULL))
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if (name[i] < 0x20 || name[i] == 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
check_cost (const guint8 *slot)
{
  DkKdfParams params = { .mib = dk_image_get_u32 (slot + DK_SLOT_AT_MIB),
                         .passes = dk_image_get_u32 (slot + DK_SLOT_AT_PASSES) };

  if (slot[DK_SLOT_AT_KDF] == DK_KDF_ARGON2ID)
    return dk_kdf_params_readable (params);
  return slot[DK_SLOT_AT_KDF] == DK_KDF_BLAKE2B && slot[DK_SLOT_AT_KIND] == DK_SLOT_RECOVERY
         && params.mib == 0 && params.passes == 0;
}

static gboolean
check_slot (const guint8 *image, const guint8 *slot)
{
  guint32 key_epoch = dk_image_get_u32 (slot + DK_SLOT_AT_KEY_EPOCH);
  guint32 admin_epoch = dk_image_get_u32 (slot + DK_SLOT_AT_ADMIN_EPOCH);
  const guint8 *name = slot + DK_SLOT_AT_NAME;

  return slot[DK_SLOT_AT_KIND] >= DK_SLOT_PERSON && slot[DK_SLOT_AT_KIND] <= DK_SLOT_SHARED
         && slot[DK_SLOT_AT_ROLE] >= DK_ROLE_FRONTLINE && slot[DK_SLOT_AT_ROLE] <= DK_ROLE_ADMIN
         && slot[DK_SLOT_AT_FLAGS] == 0
         && dk_image_get_u64 (slot + DK_SLOT_AT_VALID_UNTIL) <= G_MAXINT64 && key_epoch >= 1
         && key_epoch <= dk_image_get_u32 (image + DK_HEAD_KEY_EPOCH) && admin_epoch >= 1
         && admin_epoch <= dk_image_get_u32 (image + DK_HEAD_ADMIN_EPOCH) && check_name (name)
         && check_cost (slot) && sodium_is_zero (slot + DK_SLOT_AT_ZERO, 4);
}

/* Names and ids stand for one slot each: the first match must be the slot itself. */
static gboolean
check_slots (const guint8 *image)
{
  guint count = 0;

  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++) {
    const guint8 *slot = dk_image_slot_const (image, i);
    char name[DK_SLOT_NAME_SIZE + 1] = { 0 };

    if (!dk_image_is_used (image, i)) {
      if (!sodium_is_zero (slot, DK_SLOT_SIZE))
        return FALSE;
      continue;
    }
    count++;
    if (!check_slot (image, slot))
      return FALSE;
    memcpy (name, slot + DK_SLOT_AT_NAME, DK_SLOT_NAME_SIZE);
    if (dk_image_find (image, name) != (int) i
        || dk_image_find_id (image, slot + DK_SLOT_AT_ID) != (int) i)
      return FALSE;
  }
  return count == dk_image_get_u32 (image + DK_HEAD_SLOT_COUNT)
         && image[DK_HEAD_BITMAP + DK_BITMAP_SIZE - 1] == 0;
}

static gboolean
check_changes (const guint8 *image)
{
  guint32 count = dk_image_get_u32 (image + DK_HEAD_CHANGE_COUNT);
  guint32 last = 1;
  const guint8 *at = image + DK_HEAD_CHANGES;

  if (count > DK_CHANGE_MAX)
    return FALSE;
  for (guint32 i = 0; i < count; i++, at += DK_CHANGE_SIZE) {
    guint32 epoch = dk_image_get_u32 (at + DK_CHANGE_EPOCH);

    if (epoch <= last)
      return FALSE;
    last = epoch;
  }
  return sodium_is_zero (at, (DK_CHANGE_MAX - count) * DK_CHANGE_SIZE)
         && (count == 0 || last == dk_image_get_u32 (image + DK_HEAD_ADMIN_EPOCH));
}

static gboolean
check_head (const guint8 *image)
{
  guint32 key_epoch = dk_image_get_u32 (image + DK_HEAD_KEY_EPOCH);
  guint32 admin_epoch = dk_image_get_u32 (image + DK_HEAD_ADMIN_EPOCH);

  return image[DK_HEAD_RESERVED] == DK_IMAGE_PAGE_RESERVED
         && dk_image_get_u32 (image + DK_HEAD_PAGE_SIZE) == DK_IMAGE_PAGE_SIZE && admin_epoch >= 1
         && admin_epoch <= key_epoch
         && sodium_is_zero (image + DK_HEAD_ZERO_1, DK_HEAD_CHANGES - DK_HEAD_ZERO_1)
         && sodium_is_zero (image + DK_HEAD_ZERO_2, DK_HEAD_SIGNATURE - DK_HEAD_ZERO_2);
}

DkImageState
dk_image_check (const guint8 *image)
{
  guint8 checksum[32];
  guint16 version = dk_image_get_u16 (image + DK_HEAD_VERSION);

  hash_image (image, DK_HEAD_CHECKSUM, NULL, checksum);
  if (memcmp (image + DK_HEAD_MAGIC, magic, sizeof magic) != 0
      || memcmp (image + DK_HEAD_CHECKSUM, checksum, sizeof checksum) != 0 || version == 0)
    return DK_IMAGE_DAMAGED;
  if (version > DK_IMAGE_VERSION || image[DK_HEAD_CIPHER] > DK_IMAGE_CIPHER_XCHACHA
      || dk_image_get_u32 (image + DK_HEAD_FLAGS) > DK_IMAGE_FLAG_INITIALISED)
    return DK_IMAGE_NEWER;
  if (image[DK_HEAD_CIPHER] != DK_IMAGE_CIPHER_XCHACHA || !check_head (image)
      || !check_changes (image) || !check_slots (image))
    return DK_IMAGE_DAMAGED;
  return DK_IMAGE_WHOLE;
}
