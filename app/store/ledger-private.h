/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/statement.h"
#include "app/store/ledger.h"

/* Entries between two checkpoints that are always signed. */
#define DK_LEDGER_CHECKPOINT_EVERY 64

/* Trusted comment of a checkpoint: kit, station, chain, seq. */
#define DK_LEDGER_CHECKPOINT_COMMENT \
  "dk-checkpoint v=1 kit=%s station=%s chain=%s seq=%" G_GINT64_FORMAT

/* First entry of a kit. */
#define DK_ENTRY_KIT_INIT "kit-init"

/* Draws a new chain id and writes its first entry of this kind, which states kit, station, device
 * keys, the head of the chain before and facts (may be NULL); in the caller's transaction. */
gboolean dk_ledger_begin_chain (DkStore *store, const char *kind, const char *reason,
                                const json_t *facts, GError **error) DK_CHECKED;

/* Bytes of a checkpoint's message for this head. New string. */
char *dk_ledger_checkpoint_message (DkStore *store, const char *chain, gint64 seq,
                                    const char *head, gint64 at_ms);

/* TRUE if text is the id of a chain: 8 hex digits. NULL is none. */
gboolean dk_ledger_is_chain_id (const char *text);
