/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/container/container.h"
#include "app/crypto/directory.h"
#include "app/kit/backup-private.h"
#include "app/kit/restore.h"

#define DK_RESTORE_INCOMING DK_KIT_DATABASE ".restore-in" /* as it came out of the backup */
#define DK_RESTORE_LOOK DK_KIT_DATABASE ".restore-look"   /* a copy of the kit in place, to read */
#define DK_RESTORE_SETTING "restored" /* until the next opening has entered it */

struct DkKitRestore {
  char *folder;
  char *file; /* name of the backup, to be shown */
  gboolean made_folder;
  DkFileLock *lock;
  DkContainer *container;
  DkDirectory *directory; /* of the backup */
  DkDirectory *in_place;  /* of the kit in place; NULL if there is none or it cannot be read */
  DkKeyring *keys;
  DkPerson *person;
  GPtrArray *messages;
  gboolean is_ready; /* kit.db.restore is checked */
};

/* That the people of the backup are not older than those of the kit in place, unless an admin of
 * the latter says so. */
gboolean dk_restore_check_people (DkKitRestore *restore, gboolean older_keys,
                                  GError **error) DK_CHECKED;

/* What the kit in place and its anchor know and the backup may not have, for the next opening: the
 * value of DK_RESTORE_SETTING. New string. */
char *dk_restore_marker (DkKitRestore *restore, const char *user, const DkSecret *passphrase,
                         gboolean older_keys);
