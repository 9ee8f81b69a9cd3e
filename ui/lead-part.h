/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/lead-change.h"
#include "app/content/lead-search.h"

G_BEGIN_DECLS

/* The part of the content for leads alone, opened once a session and kept in memory until the kit
 * is locked, which ends the process. All calls belong to the thread of the kit. */

/* Puts what leads alone find among the hits, at most limit in all; nothing for others. The first
 * find of a session is entered, without its words. */
gboolean dk_lead_part_search (DkKit *kit, const char *text, GPtrArray *hits, guint limit,
                              GError **error) DK_CHECKED;

/* What the pack in force changed for leads alone, as dk_pack_lead_changes tells it, borrowed. */
const json_t *dk_lead_part_changes (DkKit *kit, GError **error) DK_CHECKED;

/* Numbers for leads alone that are new, as dk_pack_lead_numbers tells them, borrowed. */
GPtrArray *dk_lead_part_numbers (DkKit *kit, GError **error) DK_CHECKED;

/* Enters, once a session, that a lead sees what changes for leads alone; nothing if `lead` does not
 * tell that. NULL is fine. */
gboolean dk_lead_part_note_changes (DkKit *kit, const json_t *lead, GError **error) DK_CHECKED;

G_END_DECLS
