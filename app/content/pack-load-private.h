/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/pack-load.h"

G_BEGIN_DECLS

/* TRUE if it is the pack in force (NULL = none). */
gboolean dk_pack_is_same (const DkContainer *container, const DkPackFacts *current);

/* Asks if this pack may follow the one in force. */
gboolean dk_pack_check_order (DkStore *store, const DkContainer *container,
                              const DkPackFacts *current, gboolean replace,
                              GError **error) DK_CHECKED;

/* What is kept of a pack. `about` is that of its content. New. */
DkPackFacts *dk_pack_facts_of (const DkContainer *container, const json_t *about,
                               GError **error) DK_CHECKED;

/* Unseals the content with one of these `device-age` keys (DkSecret; at least one). Any thread. */
DkPackReader *dk_pack_open_content (const DkContainer *container, GPtrArray *keys,
                                    const DkJob *job, GError **error) DK_CHECKED;

/* Opens a lead-only part with one of these `lead` keys (DkSecret; at least one); manifest is that
 * of its pack. Errors as dk_pack_read_lead. Any thread. */
DkPackContent *dk_pack_unseal_lead (GBytes *lead, const json_t *manifest, GPtrArray *keys,
                                    const DkJob *job, GError **error) DK_CHECKED;

/* Notes what the lead-only part holds, with `lead` keys (none for others than leads). One that
 * cannot be opened here is told, and no reason to refuse the rest. Any thread. */
void dk_pack_look_into_lead (const DkContainer *container, GPtrArray *keys, const DkJob *job,
                             DkPackApplied *applied);

G_END_DECLS
