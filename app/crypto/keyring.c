/* SPDX-License-Identifier: MIT */
#include "app/crypto/keyring-private.h"

#include <sodium.h>
#include <string.h>

#define SECRET_SIZE 32

struct DkKeyring {
  DkSecret *secrets[DK_KEY_COUNT];
};

#define BIT(key) (1u << (key))
#define FRONTLINE_KEYS (BIT (DK_KEY_OPEN) | BIT (DK_KEY_DEVICE_SIGN) | BIT (DK_KEY_DEVICE_AGE))
#define LEAD_KEYS (FRONTLINE_KEYS | BIT (DK_KEY_LEAD) | BIT (DK_KEY_SEND))

static const struct {
  const char *name;
  guint keys;
} roles[] = {
  [DK_ROLE_FRONTLINE] = { "frontline", FRONTLINE_KEYS },
  [DK_ROLE_LEAD] = { "lead", LEAD_KEYS },
  [DK_ROLE_RECONCILER] = { "reconciler", LEAD_KEYS },
  [DK_ROLE_ADMIN] = { "admin", LEAD_KEYS | BIT (DK_KEY_ADMIN) },
};

const char *
dk_role_name (DkRole role)
{
  g_assert (role >= DK_ROLE_FRONTLINE && role <= DK_ROLE_ADMIN);
  return roles[role].name;
}

gboolean
dk_role_parse (const char *name, DkRole *role)
{
  for (guint i = DK_ROLE_FRONTLINE; i <= DK_ROLE_ADMIN; i++)
    if (strcmp (name, roles[i].name) == 0) {
      *role = (DkRole) i;
      return TRUE;
    }
  return FALSE;
}

gboolean
dk_role_holds (DkRole role, DkKeyId key)
{
  g_assert (role >= DK_ROLE_FRONTLINE && role <= DK_ROLE_ADMIN);
  return (roles[role].keys & BIT (key)) != 0;
}

DkKeyring *
dk_keyring_new_random (void)
{
  DkKeyring *keys = g_new0 (DkKeyring, 1);

  for (int i = 0; i < DK_KEY_COUNT; i++)
    keys->secrets[i] = dk_secret_new_random (SECRET_SIZE);
  return keys;
}

DkKeyring *
dk_keyring_new_for_role (const DkKeyring *all, DkRole role)
{
  DkKeyring *keys = g_new0 (DkKeyring, 1);

  for (int i = 0; i < DK_KEY_COUNT; i++)
    if (dk_role_holds (role, (DkKeyId) i))
      keys->secrets[i] = dk_secret_dup (all->secrets[i]);
  return keys;
}

DkKeyring *
dk_keyring_new_renewed (const DkKeyring *keys, guint renew)
{
  DkKeyring *renewed = g_new0 (DkKeyring, 1);

  g_assert (renew < BIT (DK_KEY_COUNT));
  for (int i = 0; i < DK_KEY_COUNT; i++)
    renewed->secrets[i] = (renew & BIT (i)) != 0 ? dk_secret_new_random (SECRET_SIZE)
                                                 : dk_secret_dup (keys->secrets[i]);
  return renewed;
}

const DkSecret *
dk_keyring_get (const DkKeyring *keys, DkKeyId key)
{
  g_assert ((int) key >= 0 && key < DK_KEY_COUNT);
  return keys->secrets[key];
}

void
dk_keyring_public (const DkKeyring *keys, DkKeyId key, guint8 out[32])
{
  const DkSecret *secret = dk_keyring_get (keys, key);

  g_assert (secret != NULL);
  g_assert (key != DK_KEY_OPEN && key != DK_KEY_SEND);
  if (key == DK_KEY_ADMIN || key == DK_KEY_DEVICE_SIGN) {
    dk_sign_public (out, secret);
  } else {
    dk_box_public (out, secret);
  }
}

DkSecret *
dk_keyring_pack (const DkKeyring *keys)
{
  DkSecret *packed = dk_secret_new (DK_KEYRING_PACKED_SIZE);
  guint8 *at = dk_secret_get_mutable (packed);

  for (int i = 0; i < DK_KEY_COUNT; i++)
    if (keys->secrets[i] != NULL)
      memcpy (at + i * SECRET_SIZE, dk_secret_get (keys->secrets[i]), SECRET_SIZE);
  return packed;
}

DkKeyring *
dk_keyring_unpack (const DkSecret *packed, DkRole role)
{
  g_autoptr (DkKeyring) keys = g_new0 (DkKeyring, 1);

  g_assert (dk_secret_size (packed) == DK_KEYRING_PACKED_SIZE);
  for (int i = 0; i < DK_KEY_COUNT; i++) {
    const guint8 *at = dk_secret_get (packed) + i * SECRET_SIZE;
    gboolean there = !sodium_is_zero (at, SECRET_SIZE);

    if (there != dk_role_holds (role, (DkKeyId) i))
      return NULL;
    if (there)
      keys->secrets[i] = dk_secret_new_copy (at, SECRET_SIZE);
  }
  return g_steal_pointer (&keys);
}

void
dk_keyring_free (DkKeyring *keys)
{
  if (keys == NULL)
    return;
  for (int i = 0; i < DK_KEY_COUNT; i++)
    dk_secret_free (keys->secrets[i]);
  g_free (keys);
}
