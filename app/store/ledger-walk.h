/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/store.h"

G_BEGIN_DECLS

/* The export of the ledger (FORMAT.md section 6) piece by piece, in bounded memory: a piece
 * is a line or a whole attached file. Nothing may be written between two steps. */
typedef struct DkLedgerWalk DkLedgerWalk;

/* Files of tickets are named so, and by the SHA-256 of their bytes. */
#define DK_LEDGER_WALK_FILES "files/"

/* Begins one; with_text includes bodies.ndjson and the attached files. Free with
 * dk_ledger_walk_free. */
DkLedgerWalk *dk_ledger_walk_new (DkStore *store, gboolean with_text);

/* Appends the next piece and tells the file that it belongs to, borrowed until the next call; *name
 * becomes NULL at the end. The pieces of a file come one after the other, and no file twice.
 * DK_ERROR_DAMAGED if an attached file is not what its SHA-256 says. */
gboolean dk_ledger_walk_next (DkLedgerWalk *walk, const char **name, GByteArray *piece,
                              GError **error) DK_CHECKED;

/* Frees it; NULL is fine. */
void dk_ledger_walk_free (DkLedgerWalk *walk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkLedgerWalk, dk_ledger_walk_free)

G_END_DECLS
