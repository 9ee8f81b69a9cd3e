/* SPDX-License-Identifier: MIT */
#include "app/crypto/directory-private.h"

#include <string.h>

#define CHANGE_LABEL "dk-admin-key v1"
#define CHANGE_MESSAGE_SIZE (sizeof CHANGE_LABEL - 1 + 16 + 4 + 32 + 32)

/* What the admin key before signs when another takes its place. */
static void
write_change_message (const guint8 *image, guint32 epoch, const guint8 before[32],
                      const guint8 after[32], guint8 out[CHANGE_MESSAGE_SIZE])
{
  guint8 *at = out;

  memcpy (at, CHANGE_LABEL, sizeof CHANGE_LABEL - 1);
  at += sizeof CHANGE_LABEL - 1;
  memcpy (at, image + DK_HEAD_KIT_ID, 16);
  dk_image_put_u32 (at + 16, epoch);
  memcpy (at + 20, before, 32);
  memcpy (at + 52, after, 32);
}

gboolean
dk_image_walk_admin (const guint8 *image, DkAdminKey *admin)
{
  guint32 count = dk_image_get_u32 (image + DK_HEAD_CHANGE_COUNT);
  DkAdminKey current = *admin;

  for (guint32 i = 0; i < count; i++) {
    const guint8 *record = image + DK_HEAD_CHANGES + i * DK_CHANGE_SIZE;
    guint32 epoch = dk_image_get_u32 (record + DK_CHANGE_EPOCH);
    guint8 message[CHANGE_MESSAGE_SIZE];

    if (epoch <= current.epoch)
      continue;
    write_change_message (image, epoch, current.key, record + DK_CHANGE_KEY, message);
    if (!dk_verify (record + DK_CHANGE_SIGNATURE, message, sizeof message, current.key))
      return FALSE;
    current.epoch = epoch;
    memcpy (current.key, record + DK_CHANGE_KEY, sizeof current.key);
  }
  if (current.epoch != dk_image_get_u32 (image + DK_HEAD_ADMIN_EPOCH))
    return FALSE;
  *admin = current;
  return TRUE;
}

gboolean
dk_image_signature_holds (const guint8 *image, const guint8 admin_key[32])
{
  g_autoptr (GByteArray) part = dk_image_signed_part (image);

  return dk_verify (image + DK_HEAD_SIGNATURE, part->data, part->len, admin_key);
}

void
dk_directory_sign (DkDirectory *directory, const DkKeyring *keys)
{
  guint8 *image = directory->image;
  const DkSecret *admin = dk_keyring_get (keys, DK_KEY_ADMIN);
  g_autoptr (GByteArray) part = NULL;

  g_assert (admin != NULL);
  dk_image_put_u64 (image + DK_HEAD_DIR_SEQ, dk_directory_seq (directory) + 1);
  part = dk_image_signed_part (image);
  dk_sign (image + DK_HEAD_SIGNATURE, part->data, part->len, admin);
  directory->unsigned_change = FALSE;
  directory->needs_write = TRUE;
}

/* Drops the records that every wrap is newer than. */
static void
drop_old_changes (guint8 *image)
{
  guint32 count = dk_image_get_u32 (image + DK_HEAD_CHANGE_COUNT);
  guint8 *records = image + DK_HEAD_CHANGES;
  guint32 oldest = G_MAXUINT32;
  guint32 dropped = 0;

  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++)
    if (dk_image_is_used (image, i))
      oldest = MIN (oldest,
                    dk_image_get_u32 (dk_image_slot_const (image, i) + DK_SLOT_AT_ADMIN_EPOCH));
  while (dropped < count
         && dk_image_get_u32 (records + dropped * DK_CHANGE_SIZE + DK_CHANGE_EPOCH) <= oldest)
    dropped++;
  memmove (records, records + dropped * DK_CHANGE_SIZE, (count - dropped) * DK_CHANGE_SIZE);
  memset (records + (count - dropped) * DK_CHANGE_SIZE, 0, dropped * DK_CHANGE_SIZE);
  dk_image_put_u32 (image + DK_HEAD_CHANGE_COUNT, count - dropped);
}

/* The user whose wrap keeps the oldest record alive. */
static void
name_oldest (const guint8 *image, DkSlotInfo *out)
{
  guint32 oldest = G_MAXUINT32;

  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++) {
    const guint8 *slot = dk_image_slot_const (image, i);

    if (!dk_image_is_used (image, i) || dk_image_get_u32 (slot + DK_SLOT_AT_ADMIN_EPOCH) >= oldest)
      continue;
    oldest = dk_image_get_u32 (slot + DK_SLOT_AT_ADMIN_EPOCH);
    dk_slot_read_info (slot, out);
  }
}

static void
refuse_change (const guint8 *image, GError **error)
{
  DkSlotInfo info = { 0 };

  name_oldest (image, &info);
  if (info.kind == DK_SLOT_RECOVERY)
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "The administrator key has changed %d times since the recovery code (%s) was "
                 "made, and no more changes can be kept for that. Nothing was changed; make a new "
                 "recovery code (dkit recovery rotate) and try again.",
                 DK_CHANGE_MAX, info.name);
  else
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "The administrator key has changed %d times since %s last unlocked this kit, and "
                 "no more changes can be kept for that. Nothing was changed; let %s unlock once, "
                 "or remove that user, and try again.",
                 DK_CHANGE_MAX, info.name, info.name);
}

static gboolean
add_change (guint8 *image, guint32 epoch, const DkKeyring *before, const DkKeyring *after,
            GError **error)
{
  guint32 count;
  guint8 *record;
  guint8 old_key[32];
  guint8 message[CHANGE_MESSAGE_SIZE];

  drop_old_changes (image);
  count = dk_image_get_u32 (image + DK_HEAD_CHANGE_COUNT);
  if (count == DK_CHANGE_MAX) {
    refuse_change (image, error);
    return FALSE;
  }
  record = image + DK_HEAD_CHANGES + count * DK_CHANGE_SIZE;
  dk_image_put_u32 (record + DK_CHANGE_EPOCH, epoch);
  dk_keyring_public (before, DK_KEY_ADMIN, old_key);
  dk_keyring_public (after, DK_KEY_ADMIN, record + DK_CHANGE_KEY);
  write_change_message (image, epoch, old_key, record + DK_CHANGE_KEY, message);
  dk_sign (record + DK_CHANGE_SIGNATURE, message, sizeof message,
           dk_keyring_get (before, DK_KEY_ADMIN));
  dk_image_put_u32 (image + DK_HEAD_CHANGE_COUNT, count + 1);
  dk_image_put_u32 (image + DK_HEAD_ADMIN_EPOCH, epoch);
  return TRUE;
}

gboolean
dk_directory_rekey (DkDirectory *directory, const DkKeyring *before, const DkKeyring *after,
                    GError **error)
{
  guint8 *image = directory->image;
  guint32 epoch = dk_directory_key_epoch (directory) + 1;

  if (!dk_secret_equal (dk_keyring_get (before, DK_KEY_ADMIN),
                        dk_keyring_get (after, DK_KEY_ADMIN))
      && !add_change (image, epoch, before, after, error))
    return FALSE;
  dk_image_put_u32 (image + DK_HEAD_KEY_EPOCH, epoch);
  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++) {
    guint8 *slot = dk_image_slot (image, i);

    if (dk_image_is_used (image, i))
      dk_slot_seal_keys (slot, after, (DkRole) slot[DK_SLOT_AT_ROLE], epoch);
  }
  if (!dk_secret_equal (dk_keyring_get (before, DK_KEY_OPEN), dk_keyring_get (after, DK_KEY_OPEN)))
    dk_random (image + DK_HEAD_UUID, 16);
  directory->unsigned_change = TRUE;
  return TRUE;
}

void
dk_directory_renew_wrap (DkDirectory *directory, const DkPerson *person)
{
  guint8 *image = directory->image;
  int position = dk_image_find_id (image, person->info.id);
  guint8 *slot = position >= 0 ? dk_image_slot (image, (guint) position) : NULL;
  g_autoptr (DkSecret) seed = NULL;
  DkAdminKey admin;

  /* Where the passphrase was changed since, the key is that of another wrap. */
  if (slot == NULL || person->wrap_key == NULL
      || !dk_slot_open (slot, image + DK_HEAD_KIT_ID, person->wrap_key, &seed, &admin)
      || !dk_image_walk_admin (image, &admin))
    return;
  dk_slot_seal (slot, image + DK_HEAD_KIT_ID, person->wrap_key, seed, &admin);
  directory->needs_write = TRUE;
}

void
dk_directory_set_role (DkDirectory *directory, guint i, DkRole role, gint64 valid_until_ms,
                       const DkKeyring *all)
{
  DkSlotInfo info;
  guint8 *slot;

  g_assert (valid_until_ms >= 0);
  dk_directory_info (directory, i, &info);
  slot = dk_image_slot (directory->image, (guint) dk_image_find_id (directory->image, info.id));
  dk_image_put_u64 (slot + DK_SLOT_AT_VALID_UNTIL, (guint64) valid_until_ms);
  dk_slot_seal_keys (slot, all, role, dk_directory_key_epoch (directory));
  directory->unsigned_change = TRUE;
}

gboolean
dk_directory_renew_person (const DkDirectory *directory, DkPerson *person)
{
  int position = dk_image_find_id (directory->image, person->info.id);
  DkAdminKey admin = { .epoch = person->admin_epoch };

  if (position < 0)
    return FALSE;
  memcpy (admin.key, person->admin_key, sizeof admin.key);
  if (!dk_image_walk_admin (directory->image, &admin))
    return FALSE;
  dk_slot_read_info (dk_image_slot_const (directory->image, (guint) position), &person->info);
  person->admin_epoch = admin.epoch;
  memcpy (person->admin_key, admin.key, sizeof admin.key);
  return TRUE;
}
