/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"

G_BEGIN_DECLS

/* The escrow: one text with every key that opens what a station holds, sealed with age to an
 * administrator's recipient, for the day on which nobody and nothing else opens it
 * (app/store/FORMAT.md, "The escrow"). Thread of the kit. */

/* What is on record. Text owned. */
typedef struct {
  char *recipient; /* age1..., NULL if there is no escrow */
  char *path;      /* where it is to lie */
  char *written;   /* where the newest one was put: path, or a file in the kit's outgoing/ */
  char *hash;      /* BLAKE2b-256 of that file, 64 hex; NULL if an earlier version wrote it */
  guint32 key_epoch;
  gint64 written_ms;
  gboolean is_current; /* it holds the keys in force */
  gboolean is_elsewhere; /* the kit was copied, moved or restored since: path is not written to */
} DkEscrowState;

/* What lies where the newest escrow was put. */
typedef enum {
  DK_ESCROW_SAME,      /* the very file */
  DK_ESCROW_UNKNOWN,   /* a file, and there is no hash to compare it with */
  DK_ESCROW_AWAY,      /* nothing that can be read: gone, or the medium is not plugged in */
  DK_ESCROW_DIFFERENT, /* another file */
} DkEscrowFile;

/* The text itself, with the keys in it and a NUL at the end. Needs every key of the kit
 * (DK_ERROR_DENIED for others than admins). New secret. */
DkSecret *dk_escrow_text (DkKit *kit, GError **error) DK_CHECKED;

/* Seals the text to recipient ("age1...") and writes it to path, as text between BEGIN and END
 * lines if is_armored; recipient and path are remembered, so that each change of the keys writes it
 * anew. The entry with the reason comes first. Needs the admin key. DK_ERROR_INVALID (recipient,
 * path, no reason), _STORAGE (an escrow from before is kept as it is). */
gboolean dk_escrow_write (DkKit *kit, const char *recipient, const char *path,
                          gboolean is_armored, const char *reason, GError **error) DK_CHECKED;

/* Writes the escrow anew if one is on record and does not hold the keys in force: after each change
 * of the keys, and at an unlock by an admin. Without the admin key, or with nothing to do, it does
 * nothing. Where the remembered path cannot be written, or was forgotten, it goes to the kit's
 * outgoing/, with a message; a recipient that the admin key in force does not vouch for gets
 * nothing, with a message too. FALSE only if the store fails. */
gboolean dk_escrow_renew (DkKit *kit, GError **error) DK_CHECKED;

/* The kit was copied, moved or restored: what lies at the remembered path may be the escrow of
 * another copy, so nothing is written there until an admin chooses a place again. The recipient
 * stays. */
gboolean dk_escrow_forget_place (DkKit *kit, GError **error) DK_CHECKED;

/* At a change of keys, in the caller's transaction: the recipient on record that `before` vouched
 * for in epoch - 1 gets the signature of `after` for this epoch; both hold the admin key. Any other
 * one stays as it is, and gets no escrow. */
gboolean dk_escrow_vouch_again (DkStore *store, const DkKeyring *before, const DkKeyring *after,
                                guint32 epoch, GError **error) DK_CHECKED;

/* What is on record, for `doctor` and the window. New state; recipient is NULL if there is none. */
DkEscrowState *dk_escrow_get_state (DkKit *kit, GError **error) DK_CHECKED;

/* Looks at the file that state->written names; state has a recipient. Reads it: slow on a
 * medium. */
DkEscrowFile dk_escrow_look (const DkEscrowState *state);

/* Frees the state; NULL is fine. */
void dk_escrow_state_free (DkEscrowState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkEscrowState, dk_escrow_state_free)

G_END_DECLS
