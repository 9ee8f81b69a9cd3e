/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/aead.h"

G_BEGIN_DECLS

/* The secrets of a kit that a role holds. The numbers are stored on disk (order of the sealed
 * secrets in a slot): do not renumber. */
typedef enum {
  DK_KEY_OPEN = 0,        /* symmetric: the database. All roles */
  DK_KEY_DEVICE_SIGN = 1, /* Ed25519 seed: checkpoints, bundles. All roles */
  DK_KEY_DEVICE_AGE = 2,  /* X25519 secret: packs for this station. All roles */
  DK_KEY_LEAD = 3,        /* X25519 secret: lead-only words. lead, reconciler, admin */
  DK_KEY_SEND = 4,        /* symmetric: ITSM and transport credentials. lead, reconciler, admin */
  DK_KEY_ADMIN = 5,       /* Ed25519 seed: slot directory, trust list. admin */
} DkKeyId;
#define DK_KEY_COUNT 6

/* Stored on disk: do not renumber. A role is a set of keys. */
typedef enum {
  DK_ROLE_FRONTLINE = 1,
  DK_ROLE_LEAD = 2,
  DK_ROLE_RECONCILER = 3,
  DK_ROLE_ADMIN = 4,
} DkRole;

/* "frontline", "lead", "reconciler", "admin". Static text. */
const char *dk_role_name (DkRole role);

/* The role of that name, FALSE if there is none. */
gboolean dk_role_parse (const char *name, DkRole *role) DK_CHECKED;

/* TRUE if the role holds the key. */
gboolean dk_role_holds (DkRole role, DkKeyId key);

typedef struct DkKeyring DkKeyring;

/* Six new random secrets: of a new kit. Free with dk_keyring_free. */
DkKeyring *dk_keyring_new_random (void);

/* The part of a keyring that a role holds. */
DkKeyring *dk_keyring_new_for_role (const DkKeyring *all, DkRole role);

/* The same secrets, those in `renew` (bits 1 << DkKeyId) drawn anew: after somebody who knew them
 * left. */
DkKeyring *dk_keyring_new_renewed (const DkKeyring *keys, guint renew);

/* The secret, borrowed; NULL if this keyring lacks it. */
const DkSecret *dk_keyring_get (const DkKeyring *keys, DkKeyId key);

/* Public key of an Ed25519 or X25519 secret of this keyring. A key that it lacks is a fault of the
 * program. */
void dk_keyring_public (const DkKeyring *keys, DkKeyId key, guint8 out[32]);

/* Wipes and frees; NULL is fine. */
void dk_keyring_free (DkKeyring *keys);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkKeyring, dk_keyring_free)

G_END_DECLS
