/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/pack-apply.h"
#include "app/store/content-change.h"

G_BEGIN_DECLS

/* What changes for leads alone: the sealed parts of two packs are opened in memory and compared.
 * Nothing of it is stored, indexed or entered. */

/* {state, changes}: state is one of DK_LEAD_..., changes (where it is DK_LEAD_COMPARED) as
 * dk_content_changes_to_json, of contacts, runbooks and call trees: numbers and notes for leads
 * alone, whole contacts for leads alone, runbooks with sections for leads. was and now are sealed
 * parts (NULL = the pack has none) with the manifest of their pack; keys are `lead` keys
 * (DkSecret). noted, of DkNumberChange, gets numbers for leads alone that are new; NULL is fine.
 * New reference. Any thread, slow. */
json_t *dk_lead_compare (GBytes *was, const json_t *was_manifest, GBytes *now,
                         const json_t *now_manifest, GPtrArray *keys, GPtrArray *noted);

/* As dk_lead_compare, of the pack in force and the one before. *lead is new. Thread of the kit. */
gboolean dk_pack_lead_changes (DkKit *kit, json_t **lead, GError **error) DK_CHECKED;

/* Numbers for leads alone that came with the pack in force, if that was within
 * DK_NUMBER_CHANGE_DAYS; empty for others than leads, and where parts cannot be compared. New array
 * of DkNumberChange. Thread of the kit. */
GPtrArray *dk_pack_lead_numbers (DkKit *kit, GError **error) DK_CHECKED;

G_END_DECLS
