/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

G_BEGIN_DECLS

/* Notes that only leads read (FORMAT.md, "Words for leads"). Everybody of the kit can write one: it
 * is sealed to public keys, so that not even its author opens it again without the `lead` key.
 * The entry names a record and a digest, never the words; search, paper, exports and the hand-over
 * do not see them. Thread of the store. */

/* One such note, as this person may see it. Text owned. */
typedef struct {
  char *chain; /* place of its entry */
  gint64 seq;
  char *author;
  gint64 happened_ms;
  gint64 recorded_ms;
  char *text;    /* NULL if it is sealed, was erased or cannot be opened */
  char *problem; /* why it has no text although this person may read it, in words; else NULL */
  gboolean is_erased;
} DkLeadNote;

/* Adds a note for leads to a ticket; happened_ms 0 = now. Refused like any note once the ticket is
 * void or verified in the ITSM, and with DK_ERROR_DENIED, in words, as long as no administrator
 * has stated the leads' key (dk_lead_store_sign_key): what is sealed to a key that anybody could
 * have put there would be sealed to nobody in particular. */
gboolean dk_lead_store_note (DkStore *store, const char *number, const char *text,
                             gint64 happened_ms, GError **error) DK_CHECKED;

/* Public keys (GBytes of 32 bytes each) that such notes are sealed to besides the leads of this
 * kit: of desks that the kit trusts, as the caller has checked. Those before count no more. */
void dk_lead_store_set_recipients (DkStore *store, GPtrArray *keys);

/* TRUE if who is unlocked can read such notes. */
gboolean dk_lead_store_may_read (DkStore *store);

/* The notes for leads of a ticket in order, all without text, for everybody; erased ones are
 * among them. New array of DkLeadNote. */
GPtrArray *dk_lead_store_list (DkStore *store, const char *number, GError **error) DK_CHECKED;

/* The same with their text, for holders of the `lead` key (others get what dk_lead_store_list
 * gives). If there is any text, one entry `lead-read` is written first; on a disk that refuses,
 * they are shown all the same. New array of DkLeadNote. */
GPtrArray *dk_lead_store_show (DkStore *store, const char *number, GError **error) DK_CHECKED;

/* How many notes for leads the kit holds, erased ones not counted: what an export leaves out. */
gboolean dk_lead_store_count (DkStore *store, gint64 *count, GError **error) DK_CHECKED;

/* States with the admin key which key the leads of this kit have, as a setting: {kit, key epoch,
 * public key}, so that front-line people can seal to it. `keys` hold `lead` and `admin`. At init,
 * at each change of keys, and at an admin's unlock where it is missing. In the caller's transaction
 * if there is one. */
gboolean dk_lead_store_sign_key (DkDb *db, const char *kit_id, const DkKeyring *keys,
                                 guint32 key_epoch, GError **error) DK_CHECKED;

/* TRUE in *holds if the statement is there, signed by the admin key that the person's own slot
 * vouches for, and of this kit and key epoch (dk_store_set_key_epoch). */
gboolean dk_lead_store_check_key (DkStore *store, gboolean *holds, GError **error) DK_CHECKED;

/* The public key of this kit's leads: that of the own keyring, or else of the statement that
 * holds. DK_ERROR_DENIED in words if there is neither. */
gboolean dk_lead_store_key (DkStore *store, guint8 out[32], GError **error) DK_CHECKED;

/* Seals all notes anew that are sealed to the `lead` key of `before`, to that of `after`; a row
 * that does not open is left as it is. In the caller's transaction. */
gboolean dk_lead_store_reseal (DkStore *store, const DkKeyring *before, const DkKeyring *after,
                               GError **error) DK_CHECKED;

/* Frees the note; NULL is fine. */
void dk_lead_note_free (DkLeadNote *note);

G_END_DECLS
