/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/pack-read.h"
#include "app/kit/kit.h"
#include "app/store/content-store.h"

G_BEGIN_DECLS

/* Brings a pack into force in an open kit: verified against the kit's trusted signers, read, loaded
 * in batches that nobody sees, then switched to in one small step. The file is read once, nothing
 * of it is written outside of the database. *facts gets what is in force then (new facts). The pack
 * that is in force already is no error and changes nothing. DK_ERROR_DENIED: nobody whom this kit
 * trusts signed it, or it is not sealed to this kit; DK_ERROR_INVALID: an older sequence, another
 * pack of the same sequence, or more than 1,000 ahead; DK_ERROR_DAMAGED, _NEWER, _NOT_FOUND.
 * Thread of the kit. Slow. */
gboolean dk_pack_apply (DkKit *kit, const char *path, const DkJob *job, DkPackFacts **facts,
                        GError **error) DK_CHECKED;

/* As dk_pack_apply, of a container that is opened already and not verified yet. */
gboolean dk_pack_apply_container (DkKit *kit, DkContainer *container, const DkJob *job,
                                  DkPackFacts **facts, GError **error) DK_CHECKED;

G_END_DECLS
