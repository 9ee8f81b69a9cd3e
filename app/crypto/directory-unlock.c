/* SPDX-License-Identifier: MIT */
#include "app/crypto/directory-private.h"
#include "app/crypto/keyring-private.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"

/* What one copy gave when a slot of it was opened. */
typedef struct {
  guint position;
  DkSecret *wrap_key;
  DkSecret *seed;
  DkAdminKey admin;
  DkKeyring *keys;
} Opened;

static void
clear_opened (Opened *opened)
{
  g_clear_pointer (&opened->wrap_key, dk_secret_free);
  g_clear_pointer (&opened->seed, dk_secret_free);
  g_clear_pointer (&opened->keys, dk_keyring_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Opened, clear_opened)

static void
report_denied (const char *name, GError **error)
{
  g_autofree char *shown = dk_text_printable (name, FALSE);
  g_autofree char *shortened = dk_text_shorten (shown, DK_SLOT_NAME_SIZE);

  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "That passphrase does not open this kit for %s. Nothing was changed; check the "
               "name and Caps Lock and try again.",
               shortened);
}

static void
report_damaged (GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The passphrase is right, but the list of users in this kit is damaged or was "
               "tampered with, so it was not opened. Nothing was changed; keep the file and tell "
               "the kit administrator.");
}

/* Costs what a passphrase of this kit costs, so that the time does not tell whether a name
 * exists. */
static gboolean
spend_kdf (const guint8 *image, const DkSecret *passphrase, GError **error)
{
  static const guint8 salt[16] = { 0 };
  DkKdfParams params = dk_kdf_default ();
  g_autoptr (DkSecret) key = NULL;

  for (guint i = 0; i < DK_DIRECTORY_SLOTS; i++) {
    const guint8 *slot = dk_image_slot_const (image, i);

    if (!dk_image_is_used (image, i) || slot[DK_SLOT_AT_KDF] != DK_KDF_ARGON2ID)
      continue;
    params.mib = dk_image_get_u32 (slot + DK_SLOT_AT_MIB);
    params.passes = dk_image_get_u32 (slot + DK_SLOT_AT_PASSES);
    break;
  }
  key = dk_kdf_derive (passphrase, salt, params, error);
  return key != NULL;
}

/* The person's public keys must be the seed's, or the sealed keys were made for somebody else. */
static DkKeyring *
open_keys (const guint8 *slot, const DkSecret *seed)
{
  g_autoptr (DkSecret) box_key = dk_seed_box_key (seed);
  g_autoptr (DkSecret) sign_key = dk_seed_sign_key (seed);
  g_autoptr (DkSecret) packed = dk_secret_new (DK_KEYRING_PACKED_SIZE);
  guint8 box_public[32];
  guint8 sign_public[32];

  dk_box_public (box_public, box_key);
  dk_sign_public (sign_public, sign_key);
  if (!dk_equal (box_public, slot + DK_SLOT_AT_BOX_PUBLIC, sizeof box_public)
      || !dk_equal (sign_public, slot + DK_SLOT_AT_SIGN_PUBLIC, sizeof sign_public)
      || !dk_box_open (dk_secret_get_mutable (packed), slot + DK_SLOT_AT_KEYS, DK_SLOT_KEYS_SIZE,
                       box_public, box_key))
    return NULL;
  return dk_keyring_unpack (packed, (DkRole) slot[DK_SLOT_AT_ROLE]);
}

static gboolean
admin_key_fits (const DkKeyring *keys, const guint8 admin_key[32])
{
  guint8 public_key[32];

  if (dk_keyring_get (keys, DK_KEY_ADMIN) == NULL)
    return TRUE;
  dk_keyring_public (keys, DK_KEY_ADMIN, public_key);
  return dk_equal (public_key, admin_key, sizeof public_key);
}

static gboolean
open_image (const guint8 *image, const char *name, const DkSecret *passphrase, Opened *out,
            GError **error)
{
  int position = dk_image_find (image, name);
  const guint8 *slot;

  if (position < 0) {
    if (spend_kdf (image, passphrase, error))
      report_denied (name, error);
    return FALSE;
  }
  slot = dk_image_slot_const (image, (guint) position);
  out->position = (guint) position;
  out->wrap_key = dk_slot_derive (slot, passphrase, error);
  if (out->wrap_key == NULL)
    return FALSE;
  if (!dk_slot_open (slot, image + DK_HEAD_KIT_ID, out->wrap_key, &out->seed, &out->admin)) {
    report_denied (name, error);
    return FALSE;
  }
  if (!dk_image_walk_admin (image, &out->admin)
      || !dk_image_signature_holds (image, out->admin.key)) {
    report_damaged (error);
    return FALSE;
  }
  out->keys = open_keys (slot, out->seed);
  if (out->keys == NULL || !admin_key_fits (out->keys, out->admin.key)
      || !dk_image_mac_holds (image, dk_keyring_get (out->keys, DK_KEY_OPEN))) {
    report_damaged (error);
    return FALSE;
  }
  return TRUE;
}

/* The older copy counts only where the newer one does not hold. A newer copy whose MAC holds and
 * that merely does not know this passphrase is right: the person was removed or has another
 * passphrase now. */
static gboolean
open_other (DkDirectory *directory, const char *name, const DkSecret *passphrase,
            const GError *reason, Opened *out)
{
  g_auto (Opened) found = { 0 };

  if (directory->other == NULL
      || (!g_error_matches (reason, DK_ERROR, DK_ERROR_DENIED)
          && !g_error_matches (reason, DK_ERROR, DK_ERROR_DAMAGED))
      || !open_image (directory->other, name, passphrase, &found, NULL))
    return FALSE;
  if (g_error_matches (reason, DK_ERROR, DK_ERROR_DENIED)
      && dk_image_mac_holds (directory->image, dk_keyring_get (found.keys, DK_KEY_OPEN)))
    return FALSE;
  memcpy (directory->image, directory->other, DK_IMAGE_SIZE);
  g_clear_pointer (&directory->other, g_free);
  directory->copy = 1 - directory->copy;
  directory->fell_back = TRUE;
  directory->needs_write = TRUE;
  clear_opened (out);
  *out = found;
  memset (&found, 0, sizeof found);
  return TRUE;
}

static gboolean
check_valid_until (const DkSlotInfo *info, gint64 now_ms, GError **error)
{
  g_autofree char *until = NULL;

  if (info->valid_until_ms == 0 || now_ms <= info->valid_until_ms)
    return TRUE;
  until = dk_time_format_short (info->valid_until_ms, now_ms);
  g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
               "The access of %s to this kit ended: %s. Nothing was changed; check the clock of "
               "this PC, or ask the kit administrator to renew the access.",
               info->name, until);
  return FALSE;
}

static DkPerson *
make_person (const DkSlotInfo *info, Opened *opened)
{
  DkPerson *person = g_new0 (DkPerson, 1);

  person->info = *info;
  person->seed = g_steal_pointer (&opened->seed);
  person->sign_seed = dk_seed_sign_key (person->seed);
  person->wrap_key = g_steal_pointer (&opened->wrap_key);
  person->admin_epoch = opened->admin.epoch;
  memcpy (person->admin_key, opened->admin.key, sizeof person->admin_key);
  return person;
}

gboolean
dk_directory_unlock (DkDirectory *directory, const char *name, const DkSecret *passphrase,
                     gint64 now_ms, DkKeyring **keys, DkPerson **person, GError **error)
{
  g_auto (Opened) opened = { 0 };
  g_autoptr (GError) reason = NULL;
  DkSlotInfo info;
  guint8 *slot;

  if (!open_image (directory->image, name, passphrase, &opened, &reason)
      && !open_other (directory, name, passphrase, reason, &opened)) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }
  slot = dk_image_slot (directory->image, opened.position);
  dk_slot_read_info (slot, &info);
  if (!check_valid_until (&info, now_ms, error))
    return FALSE;
  if (dk_image_get_u32 (slot + DK_SLOT_AT_ADMIN_EPOCH) < opened.admin.epoch) {
    dk_slot_seal (slot, directory->image + DK_HEAD_KIT_ID, opened.wrap_key, opened.seed,
                  &opened.admin);
    dk_image_finish (directory->image, dk_keyring_get (opened.keys, DK_KEY_OPEN));
    directory->needs_write = TRUE;
  }
  *person = make_person (&info, &opened);
  *keys = g_steal_pointer (&opened.keys);
  return TRUE;
}

const DkSlotInfo *
dk_person_info (const DkPerson *person)
{
  return &person->info;
}

const guint8 *
dk_person_admin_key (const DkPerson *person)
{
  return person->admin_key;
}

void
dk_person_sign (const DkPerson *person, guint8 signature[64], const void *message, gsize size)
{
  dk_sign (signature, message, size, person->sign_seed);
}

void
dk_person_free (DkPerson *person)
{
  if (person == NULL)
    return;
  dk_secret_free (person->seed);
  dk_secret_free (person->sign_seed);
  dk_secret_free (person->wrap_key);
  g_free (person);
}
