/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

/* The anchor: one small MACed file outside of the kit that remembers how far the kit had come and
 * where it lay (DESIGN section 4, app/store/FORMAT.md). It tells accidents (a copied, moved or
 * restored kit), not an attacker who sets both back. */
typedef struct {
  char *chain;
  gint64 seq;
  char *head;     /* 64 hex */
  guint64 number; /* highest counter */
  char *machine;
  char *path;
  guint32 key_epoch; /* of the keys that the kit had; 0 = not stated */
} DkAnchor;

/* File of the anchor for the kit in folder: beside other machine kits, or in the user's state
 * folder. New string. */
char *dk_anchor_path (const char *folder, const char *kit_id);

/* Folders in which kits of this PC lay when they were last open, as far as this person may see. New
 * array of strings. */
GPtrArray *dk_anchor_known_folders (void);

/* What the kit is now. New anchor. */
DkAnchor *dk_anchor_of_kit (DkStore *store, const char *folder, GError **error) DK_CHECKED;

/* Reads and authenticates. NULL without error if it is absent or damaged. */
DkAnchor *dk_anchor_read (const char *path, const char *kit_id, const DkSecret *open_key);

/* Reads what claims to be the anchor of this kit, whoever wrote it: after a change of keys an older
 * state of the kit cannot authenticate it. Good for nothing but a precaution. NULL if it is absent
 * or has not the shape of one. */
DkAnchor *dk_anchor_read_unproven (const char *path, const char *kit_id);

/* Replaces the file; durable only if asked for. */
gboolean dk_anchor_write (const char *path, const char *kit_id, const DkSecret *open_key,
                          const DkAnchor *anchor, gboolean durable, GError **error) DK_CHECKED;

/* Compares the kit with its anchor. *reason gets NULL if the kit goes on as it is, else why it must
 * take a new chain ("copied or moved", "restored from an older copy"); *floor then is the highest
 * number that may have been issued elsewhere; *renew tells that the anchor was absent or damaged
 * and is written anew. */
gboolean dk_anchor_judge (DkStore *store, const DkAnchor *kit, const DkAnchor *anchor,
                          const char **reason, guint64 *floor, gboolean *renew,
                          GError **error) DK_CHECKED;

/* Frees; NULL is fine. */
void dk_anchor_free (DkAnchor *anchor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkAnchor, dk_anchor_free)
