/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/statement.h"
#include "app/store/change.h"

/* Public keys that words for leads are sealed to besides the kit's own (GBytes of 32 bytes each),
 * borrowed; NULL if there are none. */
GPtrArray *dk_store_lead_recipients (DkStore *store);

/* Takes a reference to them in the place of those before. */
void dk_store_set_lead_recipients (DkStore *store, GPtrArray *keys);

/* The current chain, borrowed until a new one is started. */
const char *dk_store_chain (DkStore *store);

/* Makes `chain` the current one, in the caller's transaction. */
gboolean dk_store_set_chain (DkStore *store, const char *chain, GError **error) DK_CHECKED;

/* Forgets a chain whose transaction was rolled back. */
void dk_store_restore_chain (DkStore *store, const char *chain);

/* Highest number issued or skipped so far. */
gboolean dk_store_read_counter (DkStore *store, guint64 *counter, GError **error) DK_CHECKED;

/* Writes it, in the caller's transaction. */
gboolean dk_store_write_counter (DkStore *store, guint64 counter, GError **error) DK_CHECKED;

/* Reads the policy of the pack in force anew. */
gboolean dk_store_load_policy (DkStore *store, GError **error) DK_CHECKED;

/* Id of the pack that is being loaded, 0 if none is: known to this process alone. */
gint64 dk_store_loading (DkStore *store);

/* Notes it. */
void dk_store_set_loading (DkStore *store, gint64 pack);

/* Frames that the journal had when it was copied back in a step last: likewise. */
guint dk_store_written_back (DkStore *store);

/* Notes it. */
void dk_store_set_written_back (DkStore *store, guint frames);

/* TRUE if the last step of a load or a removal was housekeeping: likewise. */
gboolean dk_store_has_rested (DkStore *store);

/* Notes it. */
void dk_store_set_rested (DkStore *store, gboolean rested);
