/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/crypto/kdf.h"
#include "app/crypto/keyring.h"

G_BEGIN_DECLS

/* The slot directory: who may open a kit. 120 slots; FORMAT.md gives the bytes. It is a value in
 * memory: reading it from and writing it to the file is the database room's work. The signed part
 * (who has which role) is signed by the kit's admin key; each person's wrap (their passphrase) is
 * outside of the signature; a MAC with a key from `open` covers a whole copy. Not thread-safe, may
 * change threads. */
typedef struct DkDirectory DkDirectory;

#define DK_DIRECTORY_COPY_SIZE (64u << 10)
#define DK_DIRECTORY_SLOTS 120

/* Where the uuid of the file (16 bytes) lies in each copy. */
#define DK_DIRECTORY_UUID_OFFSET 16

/* Stored on disk: do not renumber. */
typedef enum {
  DK_SLOT_PERSON = 1,
  DK_SLOT_RECOVERY = 2,
  DK_SLOT_SHARED = 3,
} DkSlotKind;

/* What can be read of a slot without a key. */
typedef struct {
  guint8 id[16];
  DkSlotKind kind;
  DkRole role;
  gint64 valid_until_ms; /* 0 = no end */
  guint8 box_public[32];
  guint8 sign_public[32];
  char name[41];
} DkSlotInfo;

/* Who has been unlocked: the slot and the seed from which the person's own keys come. */
typedef struct DkPerson DkPerson;

/* An empty directory of a new kit and file: random file uuid, dir_seq 0, key epoch 1. Free with
 * dk_directory_free. */
DkDirectory *dk_directory_new (const guint8 kit_id[16]);

/* Reads both copies (2 * DK_DIRECTORY_COPY_SIZE bytes) and takes the newer of those with a right
 * checksum; *copy, if wanted, tells which (0 or 1), or -1 if both are equal. Bounds are checked
 * before anything is allocated. DK_ERROR_DAMAGED if neither is whole, DK_ERROR_NEWER if a copy is
 * whole and of a newer format. Nothing is authenticated before dk_directory_unlock. */
DkDirectory *dk_directory_parse (const guint8 *bytes, gsize size, int *copy,
                                 GError **error) DK_CHECKED;

/* Id of the kit, 16 bytes, borrowed. */
const guint8 *dk_directory_kit_id (const DkDirectory *directory);
/* Uuid of this file, 16 bytes, borrowed. */
const guint8 *dk_directory_file_uuid (const DkDirectory *directory);
/* Sequence of the signed part; grows with each change of who may open. */
guint64 dk_directory_seq (const DkDirectory *directory);

/* Sequence of the whole copy: grows with each write, that is with each new passphrase as well. */
guint64 dk_directory_copy_seq (const DkDirectory *directory);

/* Counts the changes of the kit's keys, from 1. */
guint32 dk_directory_key_epoch (const DkDirectory *directory);

/* TRUE once the file has held a database: empty behind the directory it is then damaged. */
gboolean dk_directory_initialised (const DkDirectory *directory);

/* Says that the file holds a database now. No signature is needed; the caller writes. */
void dk_directory_set_initialised (DkDirectory *directory);

/* TRUE if the file differs from this value: a change, copies that differ, or a wrap that unlocking
 * has renewed. */
gboolean dk_directory_needs_write (const DkDirectory *directory);

/* TRUE if dk_directory_unlock had to take the older copy, since the newer one does not hold: worth
 * a warning, and gone with the next write. */
gboolean dk_directory_fell_back (const DkDirectory *directory);

/* TRUE if one of the two copies that were read could not be used at all (checksum, shape): worth a
 * warning, and gone with the next write. */
gboolean dk_directory_lost_copy (const DkDirectory *directory);

/* The copy (0 or 1) to write first: the one that this value does not stand for, so that a power
 * cut leaves the other. */
guint dk_directory_first_to_write (const DkDirectory *directory);

/* Number of slots in use. */
guint dk_directory_count (const DkDirectory *directory);

/* Facts of slot i (0 to count - 1). */
void dk_directory_info (const DkDirectory *directory, guint i, DkSlotInfo *out);

/* Index of the person of that name (exact), or -1. */
int dk_directory_find (const DkDirectory *directory, const char *name);

/* Adds a slot with the role's part of `all` (which must hold every key of the role, and `admin`),
 * wrapped by a passphrase (Argon2id) or, kind recovery, by the 16 bytes of the recovery code (then
 * without params). Name 1 to 40 bytes of clean UTF-8, not yet used. The caller signs and writes
 * afterwards. *seed, if wanted, gets the person's 32-byte seed (new secret). DK_ERROR_INVALID
 * (name, full), _USAGE (params), _DENIED (a recovery code of another length), _MEMORY. Slow. */
gboolean dk_directory_add (DkDirectory *directory, DkSlotKind kind, DkRole role, const char *name,
                           gint64 valid_until_ms, const DkSecret *passphrase, DkKdfParams params,
                           const DkKeyring *all, DkSecret **seed, GError **error) DK_CHECKED;

/* Removes slot i. The caller re-keys the kit, signs and writes afterwards. */
void dk_directory_remove (DkDirectory *directory, guint i);

/* Gives slot i another role and end (0 = none) and seals that role's part of `all` to it; no
 * passphrase is needed. The caller signs and writes afterwards. */
void dk_directory_set_role (DkDirectory *directory, guint i, DkRole role, gint64 valid_until_ms,
                            const DkKeyring *all);

/* Seals the keys of `after` to everybody, each by role, and raises the key epoch. If `admin`
 * differs, a change record signed by `before` leads everybody's wrap to the new one; if `open`
 * differs, the uuid of the file is drawn anew, since this is for a new file. Both keyrings hold all
 * keys. The caller signs with `after` and writes. DK_ERROR_FAILED, nothing changed, if 16 change
 * records are in use by wraps that are older; it names the user. */
gboolean dk_directory_rekey (DkDirectory *directory, const DkKeyring *before,
                             const DkKeyring *after, GError **error) DK_CHECKED;

/* After dk_directory_rekey: the wrap of who did it vouches for the admin key in force at once, so
 * that nobody who has only the one before can lead that person elsewhere. The others' wraps follow
 * as they unlock. Nothing happens if the passphrase was changed since the unlocking, or the person
 * is not in the directory. The caller writes. */
void dk_directory_renew_wrap (DkDirectory *directory, const DkPerson *person);

/* Wraps the unlocked person's seed with a new passphrase; no signature is needed. A recovery
 * slot opens with the passphrase from then on, no longer with its code. DK_ERROR_NOT_FOUND if the
 * person was removed, _FAILED if the admin key changed so often since the unlocking that the way to
 * it is gone (unlock again), _USAGE (params), _MEMORY. Slow. */
gboolean dk_directory_rewrap (DkDirectory *directory, const DkPerson *person,
                              const DkSecret *passphrase, DkKdfParams params,
                              GError **error) DK_CHECKED;

/* Gives slot i a new passphrase for a person who forgot theirs: `seed` is that person's (as
 * dk_directory_add gave it), `by` the one who resets. No signature is needed. DK_ERROR_DAMAGED if
 * the seed's public keys are not those of the slot; otherwise as dk_directory_rewrap. Slow. */
gboolean dk_directory_reset (DkDirectory *directory, guint i, const DkSecret *seed,
                             const DkPerson *by, const DkSecret *passphrase, DkKdfParams params,
                             GError **error) DK_CHECKED;

/* Gives slot i a new seed, and with it new keys of its person, for somebody who forgot a passphrase
 * and whose seed nobody keeps; `all` holds every key of the role, and `admin`. *seed, if wanted,
 * gets the seed (new secret). The caller signs and writes afterwards. Errors as
 * dk_directory_rewrap, and then nothing changed. Slow. */
gboolean dk_directory_renew_seed (DkDirectory *directory, guint i, const DkPerson *by,
                                  const DkSecret *passphrase, DkKdfParams params,
                                  const DkKeyring *all, DkSecret **seed,
                                  GError **error) DK_CHECKED;

/* Opens the slot of that name and checks signature and MAC with what it holds, of the directory as
 * it was read or last made into bytes. If the newer copy does not hold, the directory becomes the
 * older one (dk_directory_fell_back); a wrap that knows only an earlier `admin` is renewed. A
 * wrong name and a wrong passphrase cost the same and are one message: DK_ERROR_DENIED.
 * DK_ERROR_DENIED also when valid_until is over (said so); DK_ERROR_DAMAGED if signature or MAC
 * does not hold; _MEMORY. New keyring and person. Slow: never on the main thread. */
gboolean dk_directory_unlock (DkDirectory *directory, const char *name,
                              const DkSecret *passphrase, gint64 now_ms, DkKeyring **keys,
                              DkPerson **person, GError **error) DK_CHECKED;

/* Raises the sequence and signs the signed part with the admin key of `keys`. */
void dk_directory_sign (DkDirectory *directory, const DkKeyring *keys);

/* Both copies as they are to be written, with the next copy_seq and the MAC of `keys`:
 * 2 * DK_DIRECTORY_COPY_SIZE bytes, the copies equal. A change that needs a signature must have
 * been signed. New reference. */
GBytes *dk_directory_bytes (DkDirectory *directory, const DkKeyring *keys);

/* The same directory for a new file: the bytes with another file uuid and MAC, for VACUUM INTO and
 * backups. `copies` are the bytes of both copies, `open_key` is the kit's: a copy counts only if
 * its MAC holds. DK_ERROR_DAMAGED, _NEWER. New reference. */
GBytes *dk_directory_bytes_for_new_file (GBytes *copies, const guint8 uuid[16],
                                         const DkSecret *open_key, GError **error) DK_CHECKED;

/* Frees the directory; NULL is fine. */
void dk_directory_free (DkDirectory *directory);

/* Facts of the unlocked person, borrowed. */
const DkSlotInfo *dk_person_info (const DkPerson *person);

/* The verify key of `admin` as this person's slot vouches for it: 32 bytes, borrowed. */
const guint8 *dk_person_admin_key (const DkPerson *person);

/* Brings facts and admin verify key of an unlocked person to what the directory says now, after a
 * change of keys or role. FALSE if the person is not in it any more, or no change record leads to
 * the admin key in force. */
gboolean dk_directory_renew_person (const DkDirectory *directory, DkPerson *person) DK_CHECKED;

/* The person's own signature over a short message (declare, push, void, ...). */
void dk_person_sign (const DkPerson *person, guint8 signature[64], const void *message,
                     gsize size);

/* Wipes and frees; NULL is fine. */
void dk_person_free (DkPerson *person);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkDirectory, dk_directory_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPerson, dk_person_free)

G_END_DECLS
