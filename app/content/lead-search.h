/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/content/pack-read.h"
#include "app/store/content-store.h"
#include "app/store/search.h"

G_BEGIN_DECLS

/* Looks through an opened lead-only part as dk_search does: words as prefixes, digits inside of
 * numbers, accents and case folded; no guesses. changes (of DkNumberChange) may be NULL. Nothing of
 * the text or of the part is kept. New array of DkSearchHit for dk_search_add. Any thread. */
GPtrArray *dk_lead_search (const DkPackContent *lead, const char *text, GPtrArray *changes);

G_END_DECLS
