/* SPDX-License-Identifier: MIT */
#include "app/crypto/directory-private.h"
#include "app/crypto/keyring-private.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"

#define WRAP_LABEL "dk-wrap v1"
#define USER_KEY_USE "dk-user1"
#define USER_KEY_BOX 1
#define USER_KEY_SIGN 2

#define AD_SIZE (sizeof WRAP_LABEL - 1 + 16 + 16 + DK_SLOT_NAME_SIZE + 32 + 32 + 1 + 4 + 16 + 4 + 4)

G_STATIC_ASSERT (DK_LIMIT_NAME_BYTES == DK_SLOT_NAME_SIZE);
G_STATIC_ASSERT (DK_KEYRING_PACKED_SIZE + 48 == DK_SLOT_KEYS_SIZE);

static DkSecret *
derive_user_key (const DkSecret *seed, guint64 id)
{
  DkSecret *key = dk_secret_new (DK_KEY_SIZE);

  g_assert (dk_secret_size (seed) == DK_KEY_SIZE);
  dk_derive_key (dk_secret_get_mutable (key), dk_secret_get (seed), id, USER_KEY_USE);
  return key;
}

DkSecret *
dk_seed_box_key (const DkSecret *seed)
{
  return derive_user_key (seed, USER_KEY_BOX);
}

DkSecret *
dk_seed_sign_key (const DkSecret *seed)
{
  return derive_user_key (seed, USER_KEY_SIGN);
}

/* What a wrap is bound to besides its own bytes: label, kit id and these parts of the slot. */
static void
write_ad (const guint8 *slot, const guint8 kit_id[16], guint8 ad[AD_SIZE])
{
  static const struct {
    guint at;
    guint size;
  } parts[] = {
    { DK_SLOT_AT_ID, 16 },          { DK_SLOT_AT_NAME, DK_SLOT_NAME_SIZE },
    { DK_SLOT_AT_BOX_PUBLIC, 32 },  { DK_SLOT_AT_SIGN_PUBLIC, 32 },
    { DK_SLOT_AT_KDF, 1 },          { DK_SLOT_AT_ADMIN_EPOCH, 4 },
    { DK_SLOT_AT_SALT, 16 },        { DK_SLOT_AT_PASSES, 4 },
    { DK_SLOT_AT_MIB, 4 },
  };
  guint8 *at = ad;

  memcpy (at, WRAP_LABEL, sizeof WRAP_LABEL - 1);
  at += sizeof WRAP_LABEL - 1;
  memcpy (at, kit_id, 16);
  at += 16;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    memcpy (at, slot + parts[i].at, parts[i].size);
    at += parts[i].size;
  }
  g_assert (at == ad + AD_SIZE);
}

DkSecret *
dk_slot_derive (const guint8 *slot, const DkSecret *passphrase, GError **error)
{
  DkKdfParams params = { .mib = dk_image_get_u32 (slot + DK_SLOT_AT_MIB),
                         .passes = dk_image_get_u32 (slot + DK_SLOT_AT_PASSES) };

  if (slot[DK_SLOT_AT_KDF] == DK_KDF_ARGON2ID)
    return dk_kdf_derive (passphrase, slot + DK_SLOT_AT_SALT, params, error);
  if (dk_secret_size (passphrase) != DK_RECOVERY_CODE_SIZE) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "This slot opens with the printed recovery code, not with a passphrase. Nothing "
                 "was changed; use \"recovery open\" and type the code from the paper.");
    return NULL;
  }
  return dk_kdf_derive_code (passphrase, slot + DK_SLOT_AT_SALT);
}

void
dk_slot_seal (guint8 *slot, const guint8 kit_id[16], const DkSecret *wrap_key,
              const DkSecret *seed, const DkAdminKey *admin)
{
  g_autoptr (DkSecret) plain = dk_secret_new (DK_SLOT_SEALED_SIZE);
  guint8 *at = dk_secret_get_mutable (plain);
  guint8 ad[AD_SIZE];

  memcpy (at, dk_secret_get (seed), 32);
  memcpy (at + 32, admin->key, 32);
  dk_image_put_u32 (slot + DK_SLOT_AT_ADMIN_EPOCH, admin->epoch);
  dk_random (slot + DK_SLOT_AT_NONCE, DK_NONCE_SIZE);
  write_ad (slot, kit_id, ad);
  dk_aead_seal (slot + DK_SLOT_AT_SEALED, slot + DK_SLOT_AT_TAG, at, DK_SLOT_SEALED_SIZE, ad,
                sizeof ad, slot + DK_SLOT_AT_NONCE, dk_secret_get (wrap_key));
}

gboolean
dk_slot_open (const guint8 *slot, const guint8 kit_id[16], const DkSecret *wrap_key,
              DkSecret **seed, DkAdminKey *admin)
{
  g_autoptr (DkSecret) plain = dk_secret_new (DK_SLOT_SEALED_SIZE);
  guint8 ad[AD_SIZE];

  write_ad (slot, kit_id, ad);
  if (!dk_aead_open (dk_secret_get_mutable (plain), slot + DK_SLOT_AT_SEALED, DK_SLOT_SEALED_SIZE,
                     slot + DK_SLOT_AT_TAG, ad, sizeof ad, slot + DK_SLOT_AT_NONCE,
                     dk_secret_get (wrap_key)))
    return FALSE;
  *seed = dk_secret_new_copy (dk_secret_get (plain), 32);
  admin->epoch = dk_image_get_u32 (slot + DK_SLOT_AT_ADMIN_EPOCH);
  memcpy (admin->key, dk_secret_get (plain) + 32, 32);
  return TRUE;
}

void
dk_slot_seal_keys (guint8 *slot, const DkKeyring *all, DkRole role, guint32 key_epoch)
{
  g_autoptr (DkKeyring) part = dk_keyring_new_for_role (all, role);
  g_autoptr (DkSecret) packed = dk_keyring_pack (part);

  for (int i = 0; i < DK_KEY_COUNT; i++)
    g_assert (!dk_role_holds (role, (DkKeyId) i) || dk_keyring_get (part, (DkKeyId) i) != NULL);
  slot[DK_SLOT_AT_ROLE] = (guint8) role;
  dk_image_put_u32 (slot + DK_SLOT_AT_KEY_EPOCH, key_epoch);
  dk_box_seal (slot + DK_SLOT_AT_KEYS, dk_secret_get (packed), dk_secret_size (packed),
               slot + DK_SLOT_AT_BOX_PUBLIC);
}

static gboolean
check_new_name (const DkDirectory *directory, const char *name, GError **error)
{
  g_autofree char *clean = NULL;

  if (!dk_text_check (name, strlen (name), DK_LIMIT_NAME_BYTES, "the name", error))
    return FALSE;
  clean = dk_text_clean_line (name);
  if (name[0] == '\0' || strcmp (clean, name) != 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "A name must have 1 to %d bytes, with no control characters, no blank at its ends "
                 "and no two in a row. Nothing was changed; choose another spelling.",
                 DK_LIMIT_NAME_BYTES);
    return FALSE;
  }
  if (dk_image_find (directory->image, name) >= 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "This kit has a user of the name %s already. Nothing was changed; choose another "
                 "name, or reset that user's passphrase.",
                 name);
    return FALSE;
  }
  return TRUE;
}

static int
find_free (const DkDirectory *directory, GError **error)
{
  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++)
    if (!dk_image_is_used (directory->image, i))
      return (int) i;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This kit has %d users already, which is all that it can hold. Nothing was changed; "
               "remove a user who has left and try again.",
               DK_DIRECTORY_SLOTS);
  return -1;
}

/* States how the wrap's key is derived, with a new salt, and derives it. */
static DkSecret *
start_wrap (guint8 *slot, DkKdfId kdf, const DkSecret *passphrase, DkKdfParams params,
            GError **error)
{
  if (kdf == DK_KDF_BLAKE2B) {
    params = (DkKdfParams){ 0, 0 };
  } else if (!dk_kdf_params_check (params, error)) {
    return NULL;
  }
  slot[DK_SLOT_AT_KDF] = (guint8) kdf;
  dk_random (slot + DK_SLOT_AT_SALT, 16);
  dk_image_put_u32 (slot + DK_SLOT_AT_PASSES, params.passes);
  dk_image_put_u32 (slot + DK_SLOT_AT_MIB, params.mib);
  return dk_slot_derive (slot, passphrase, error);
}

gboolean
dk_directory_add (DkDirectory *directory, DkSlotKind kind, DkRole role, const char *name,
                  gint64 valid_until_ms, const DkSecret *passphrase, DkKdfParams params,
                  const DkKeyring *all, DkSecret **seed, GError **error)
{
  guint8 *image = directory->image;
  guint8 slot[DK_SLOT_SIZE] = { 0 };
  g_autoptr (DkSecret) new_seed = dk_secret_new_random (DK_KEY_SIZE);
  g_autoptr (DkSecret) box_key = dk_seed_box_key (new_seed);
  g_autoptr (DkSecret) sign_key = dk_seed_sign_key (new_seed);
  g_autoptr (DkSecret) wrap_key = NULL;
  DkAdminKey admin = { .epoch = dk_image_get_u32 (image + DK_HEAD_ADMIN_EPOCH) };
  int position;

  g_assert (kind >= DK_SLOT_PERSON && kind <= DK_SLOT_SHARED && valid_until_ms >= 0);
  if (!check_new_name (directory, name, error))
    return FALSE;
  position = find_free (directory, error);
  if (position < 0)
    return FALSE;
  dk_random (slot + DK_SLOT_AT_ID, 16);
  slot[DK_SLOT_AT_KIND] = (guint8) kind;
  dk_image_put_u64 (slot + DK_SLOT_AT_VALID_UNTIL, (guint64) valid_until_ms);
  dk_box_public (slot + DK_SLOT_AT_BOX_PUBLIC, box_key);
  dk_sign_public (slot + DK_SLOT_AT_SIGN_PUBLIC, sign_key);
  memcpy (slot + DK_SLOT_AT_NAME, name, strlen (name));
  dk_slot_seal_keys (slot, all, role, dk_image_get_u32 (image + DK_HEAD_KEY_EPOCH));
  wrap_key = start_wrap (slot, kind == DK_SLOT_RECOVERY ? DK_KDF_BLAKE2B : DK_KDF_ARGON2ID,
                         passphrase, params, error);
  if (wrap_key == NULL)
    return FALSE;
  dk_keyring_public (all, DK_KEY_ADMIN, admin.key);
  dk_slot_seal (slot, image + DK_HEAD_KIT_ID, wrap_key, new_seed, &admin);
  memcpy (dk_image_slot (image, (guint) position), slot, sizeof slot);
  dk_image_set_used (image, (guint) position, TRUE);
  directory->unsigned_change = TRUE;
  if (seed != NULL)
    *seed = g_steal_pointer (&new_seed);
  return TRUE;
}

/* `by` vouches for the admin key. It may have changed since that person unlocked, so the way to the
 * one in force is walked again. */
static gboolean
rewrap_slot (DkDirectory *directory, const guint8 id[16], const DkSecret *seed, const DkPerson *by,
             const DkSecret *passphrase, DkKdfParams params, GError **error)
{
  int position = dk_image_find_id (directory->image, id);
  guint8 slot[DK_SLOT_SIZE];
  DkAdminKey admin = { .epoch = by->admin_epoch };
  g_autoptr (DkSecret) wrap_key = NULL;

  if (position < 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "This user is not in the kit any more. Nothing was changed; ask the kit "
                 "administrator to add the user again.");
    return FALSE;
  }
  memcpy (admin.key, by->admin_key, sizeof admin.key);
  if (!dk_image_walk_admin (directory->image, &admin)) {
    g_set_error (error, DK_ERROR, DK_ERROR_FAILED,
                 "The administrator key of this kit has changed since it was unlocked. The "
                 "passphrase was not changed; lock the kit, unlock it and try again.");
    return FALSE;
  }
  memcpy (slot, dk_image_slot_const (directory->image, (guint) position), sizeof slot);
  wrap_key = start_wrap (slot, DK_KDF_ARGON2ID, passphrase, params, error);
  if (wrap_key == NULL)
    return FALSE;
  dk_slot_seal (slot, directory->image + DK_HEAD_KIT_ID, wrap_key, seed, &admin);
  memcpy (dk_image_slot (directory->image, (guint) position), slot, sizeof slot);
  directory->needs_write = TRUE;
  return TRUE;
}

gboolean
dk_directory_rewrap (DkDirectory *directory, const DkPerson *person, const DkSecret *passphrase,
                     DkKdfParams params, GError **error)
{
  return rewrap_slot (directory, person->info.id, person->seed, person, passphrase, params, error);
}

gboolean
dk_directory_reset (DkDirectory *directory, guint i, const DkSecret *seed, const DkPerson *by,
                    const DkSecret *passphrase, DkKdfParams params, GError **error)
{
  DkSlotInfo info;
  g_autoptr (DkSecret) box_key = dk_seed_box_key (seed);
  g_autoptr (DkSecret) sign_key = dk_seed_sign_key (seed);
  guint8 box_public[32];
  guint8 sign_public[32];

  dk_directory_info (directory, i, &info);
  dk_box_public (box_public, box_key);
  dk_sign_public (sign_public, sign_key);
  if (!dk_equal (box_public, info.box_public, sizeof box_public)
      || !dk_equal (sign_public, info.sign_public, sizeof sign_public)) {
    g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
                 "What is kept for resetting %s does not belong to this user's slot: it is damaged "
                 "or was exchanged. Nothing was changed; ask the kit administrator to remove the "
                 "user and add the user again.",
                 info.name);
    return FALSE;
  }
  return rewrap_slot (directory, info.id, seed, by, passphrase, params, error);
}

gboolean
dk_directory_renew_seed (DkDirectory *directory, guint i, const DkPerson *by,
                         const DkSecret *passphrase, DkKdfParams params, const DkKeyring *all,
                         DkSecret **seed, GError **error)
{
  g_autoptr (DkSecret) new_seed = dk_secret_new_random (DK_KEY_SIZE);
  g_autoptr (DkSecret) box_key = dk_seed_box_key (new_seed);
  g_autoptr (DkSecret) sign_key = dk_seed_sign_key (new_seed);
  guint8 before[DK_SLOT_SIZE];
  DkSlotInfo info;
  guint8 *slot;

  dk_directory_info (directory, i, &info);
  slot = dk_image_slot (directory->image, (guint) dk_image_find_id (directory->image, info.id));
  memcpy (before, slot, sizeof before);
  dk_box_public (slot + DK_SLOT_AT_BOX_PUBLIC, box_key);
  dk_sign_public (slot + DK_SLOT_AT_SIGN_PUBLIC, sign_key);
  dk_slot_seal_keys (slot, all, info.role, dk_directory_key_epoch (directory));
  if (!rewrap_slot (directory, info.id, new_seed, by, passphrase, params, error)) {
    memcpy (slot, before, sizeof before);
    return FALSE;
  }
  directory->unsigned_change = TRUE;
  if (seed != NULL)
    *seed = g_steal_pointer (&new_seed);
  return TRUE;
}
