/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/authoring/pack-source.h"

G_BEGIN_DECLS

/* A new folder with a small, complete pack: two contacts (one for leads), two services, two
 * runbooks (one for leads, the other with a lead-only section), a list, policy and an empty fleet.
 * Words that must not be seen are MARKER-CONTACT and MARKER-LEAD. New string. */
char *dk_test_pack_folder (void);

/* Writes a file below the folder. */
void dk_test_pack_put (const char *folder, const char *name, const char *text);

/* Takes all records of a part away. */
void dk_test_pack_clear (DkPackSource *source, DkPackPart part);

/* Reads a folder that must be fine. */
DkPackSource *dk_test_pack_source (const char *folder);

G_END_DECLS
