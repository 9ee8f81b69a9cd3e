/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/directory.h"
#include "app/crypto/kdf-private.h"

G_BEGIN_DECLS

/* The bytes of one copy, as FORMAT.md gives them. All numbers are little-endian. */

#define DK_IMAGE_SIZE DK_DIRECTORY_COPY_SIZE
#define DK_IMAGE_VERSION 1
#define DK_IMAGE_CIPHER_XCHACHA 1
#define DK_IMAGE_PAGE_RESERVED 48
#define DK_IMAGE_PAGE_SIZE 4096
#define DK_IMAGE_FLAG_INITIALISED 1u

#define DK_HEAD_SIZE 4096
#define DK_HEAD_MAGIC 0
#define DK_HEAD_VERSION 8
#define DK_HEAD_CIPHER 10
#define DK_HEAD_RESERVED 11
#define DK_HEAD_PAGE_SIZE 12
#define DK_HEAD_UUID 16
#define DK_HEAD_KIT_ID 32
#define DK_HEAD_COPY_SEQ 48
#define DK_HEAD_DIR_SEQ 56
#define DK_HEAD_KEY_EPOCH 64
#define DK_HEAD_ADMIN_EPOCH 68
#define DK_HEAD_FLAGS 72
#define DK_HEAD_SLOT_COUNT 76
#define DK_HEAD_BITMAP 80
#define DK_HEAD_CHANGE_COUNT 96
#define DK_HEAD_ZERO_1 100
#define DK_HEAD_CHANGES 256
#define DK_HEAD_ZERO_2 1856
#define DK_HEAD_SIGNATURE 3968
#define DK_HEAD_MAC 4032
#define DK_HEAD_CHECKSUM 4064

#define DK_BITMAP_SIZE 16

#define DK_CHANGE_SIZE 100
#define DK_CHANGE_MAX 16
#define DK_CHANGE_EPOCH 0
#define DK_CHANGE_KEY 4
#define DK_CHANGE_SIGNATURE 36

#define DK_SLOT_SIZE 512
#define DK_SLOT_AT_ID 0
#define DK_SLOT_AT_KIND 16
#define DK_SLOT_AT_KDF 17
#define DK_SLOT_AT_ROLE 18
#define DK_SLOT_AT_FLAGS 19
#define DK_SLOT_AT_VALID_UNTIL 20
#define DK_SLOT_AT_KEY_EPOCH 28
#define DK_SLOT_AT_BOX_PUBLIC 32
#define DK_SLOT_AT_SIGN_PUBLIC 64
#define DK_SLOT_AT_NAME 96
#define DK_SLOT_AT_WRAP 136
#define DK_SLOT_AT_ADMIN_EPOCH 136
#define DK_SLOT_AT_SALT 140
#define DK_SLOT_AT_PASSES 156
#define DK_SLOT_AT_MIB 160
#define DK_SLOT_AT_NONCE 164
#define DK_SLOT_AT_SEALED 188
#define DK_SLOT_AT_TAG 252
#define DK_SLOT_AT_KEYS 268
#define DK_SLOT_AT_ZERO 508

#define DK_SLOT_NAME_SIZE 40
#define DK_SLOT_SEALED_SIZE 64
#define DK_SLOT_KEYS_SIZE 240

struct DkDirectory {
  guint8 image[DK_IMAGE_SIZE];
  guint8 *other; /* the other copy where it is whole and differs, else NULL */
  guint copy;    /* which of the two in the file `image` was */
  gboolean unsigned_change;
  gboolean needs_write;
  gboolean fell_back;
  gboolean lost_copy;
};

struct DkPerson {
  DkSlotInfo info;
  DkSecret *seed;
  DkSecret *sign_seed;
  DkSecret *wrap_key; /* of the wrap as it was unlocked; a new passphrase makes another */
  guint32 admin_epoch;
  guint8 admin_key[32];
};

/* The verify key that a slot's wrap holds, and the key epoch in which it came into use. */
typedef struct {
  guint32 epoch;
  guint8 key[32];
} DkAdminKey;

typedef enum {
  DK_IMAGE_WHOLE,
  DK_IMAGE_NEWER,
  DK_IMAGE_DAMAGED,
} DkImageState;

guint16 dk_image_get_u16 (const guint8 *at);
guint32 dk_image_get_u32 (const guint8 *at);
guint64 dk_image_get_u64 (const guint8 *at);
void dk_image_put_u16 (guint8 *at, guint16 value);
void dk_image_put_u32 (guint8 *at, guint32 value);
void dk_image_put_u64 (guint8 *at, guint64 value);

/* Checksum, versions, ranges, names and zero bytes of one copy of DK_IMAGE_SIZE bytes. */
DkImageState dk_image_check (const guint8 *image);

/* TRUE if the slot at this position (0 to 119) is in use. */
gboolean dk_image_is_used (const guint8 *image, guint position);

/* Marks a position and keeps the count. */
void dk_image_set_used (guint8 *image, guint position, gboolean used);

/* Position of the slot with this name, or -1. */
int dk_image_find (const guint8 *image, const char *name);

/* Position of the slot with this id, or -1. */
int dk_image_find_id (const guint8 *image, const guint8 id[16]);

/* The 512 bytes of a slot, borrowed. */
guint8 *dk_image_slot (guint8 *image, guint position);
/* The same to read from. */
const guint8 *dk_image_slot_const (const guint8 *image, guint position);

/* What the admin signature covers. New array. */
GByteArray *dk_image_signed_part (const guint8 *image);

/* TRUE if the MAC is right for this `open` key. */
gboolean dk_image_mac_holds (const guint8 *image, const DkSecret *open_key) DK_CHECKED;

/* Writes MAC and checksum. */
void dk_image_finish (guint8 *image, const DkSecret *open_key);

/* Facts of a slot. */
void dk_slot_read_info (const guint8 *slot, DkSlotInfo *out);

/* The key that opens a slot's wrap, of a passphrase or a recovery code, as the slot says.
 * DK_ERROR_DENIED if a recovery code of another length is given. */
DkSecret *dk_slot_derive (const guint8 *slot, const DkSecret *passphrase,
                          GError **error) DK_CHECKED;

/* Seals seed and admin verify key with a key of dk_slot_derive and a new nonce. */
void dk_slot_seal (guint8 *slot, const guint8 kit_id[16], const DkSecret *wrap_key,
                   const DkSecret *seed, const DkAdminKey *admin);

/* Opens the wrap. FALSE if it is not this key's or a byte of it or of what it is bound to
 * changed. New secret. */
gboolean dk_slot_open (const guint8 *slot, const guint8 kit_id[16], const DkSecret *wrap_key,
                       DkSecret **seed, DkAdminKey *admin) DK_CHECKED;

/* Seals a role's part of `all` to the slot's person and states role and key epoch. */
void dk_slot_seal_keys (guint8 *slot, const DkKeyring *all, DkRole role, guint32 key_epoch);

/* X25519 secret key and Ed25519 seed of a person's seed. New secrets. */
DkSecret *dk_seed_box_key (const DkSecret *seed);
/* The Ed25519 seed. */
DkSecret *dk_seed_sign_key (const DkSecret *seed);

/* Walks the change records from a wrap's admin key to the one in force. FALSE if a record is not
 * signed by the key before it, or the walk does not end at the epoch of the head. */
gboolean dk_image_walk_admin (const guint8 *image, DkAdminKey *admin) DK_CHECKED;

/* TRUE if the admin signature of the signed part holds. */
gboolean dk_image_signature_holds (const guint8 *image, const guint8 admin_key[32]) DK_CHECKED;

G_END_DECLS
