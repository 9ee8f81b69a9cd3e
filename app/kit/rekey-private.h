/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit-private.h"

/* What makes new keys necessary. Borrowed. */
typedef struct {
  guint renew;
  const char *why;
  const char *kind;           /* entry that is written with `keys-renewed`; NULL for none */
  const char *object;
  json_t *body;               /* of that entry, to be signed by the person */
  const guint8 *forget_seed;  /* slot id of a person who left; NULL as a rule */
  GBytes *before;             /* the directory of the file, if it was changed in memory already */
} DkRekeyCause;

/* dk_kit_rekey with the entry of its cause in the same transaction. The directory in memory holds
 * the change already; if this fails, it is as it stands in the file again. */
gboolean dk_kit_rekey_for (DkKit *kit, const DkRekeyCause *cause, const DkJob *job,
                           GError **error) DK_CHECKED;

/* What is done by then, for tests that end the process there. */
typedef enum {
  DK_REKEY_COPIED = 1, /* the copy has its name, sealed with the new `open` key */
  DK_REKEY_SEALED,     /* its transaction is committed */
  DK_REKEY_MADE,       /* closed and durable */
  DK_REKEY_OLD_CLOSED,
  DK_REKEY_RENAMED,
  DK_REKEY_REOPENED,
  DK_REKEY_ANCHORED,
} DkRekeyStep;

#define DK_REKEY_STEPS DK_REKEY_ANCHORED

/* Calls `call` when that step is done; 0 never. For tests alone. Not thread-safe. */
void dk_kit_rekey_set_stop (int step, void (*call) (void));

/* The directory as it stands in the file (dk_db_get_directory): what was not written must not come
 * in with a later write. */
void dk_kit_take_back_directory (DkKit *kit, GBytes *before);

/* What is stored with a change of the directory. Borrowed. */
typedef struct {
  const char *kind;
  const char *object;
  json_t *body;        /* signed here by who is unlocked */
  const guint8 *slot;  /* id; with the two below */
  const DkSecret *seed; /* to be kept for the leads; NULL as a rule */
  gboolean forget_seed;
} DkPeopleNote;

/* Writes the directory as it is in memory, with its entry: both are there afterwards, or, if this
 * fails, neither, in memory as in the file; where the disk does not let it be put back, the error
 * says that the change may hold. before is the directory of the file (dk_db_get_directory). A crash
 * between the two leaves the directory, which the next unlock enters as taken over. */
gboolean dk_kit_write_people (DkKit *kit, GBytes *before, const DkPeopleNote *note,
                              GError **error) DK_CHECKED;

/* What entries about a slot say: name, role, slot. New reference. */
json_t *dk_kit_slot_body (const DkSlotInfo *info, DkRole role);

/* Says which key the slot signs with from now on: member sign_key. */
void dk_kit_state_key (json_t *body, const DkSlotInfo *info);

/* DK_ERROR_DENIED unless who is unlocked holds the admin key; what: "add people", ... Also
 * DK_ERROR_STORAGE while nothing can be stored. */
gboolean dk_kit_require_admin (DkKit *kit, const char *what, GError **error) DK_CHECKED;
