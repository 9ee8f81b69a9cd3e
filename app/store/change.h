/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/transaction.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* Changes of rooms that keep tables of their own in the kit: begin, append the entry
 * (dk_ledger_append), write what it says, commit. */

/* A transaction of the store. Asserts the owner of the database by its first statement.
 * DK_ERROR_STORAGE for a kit that was opened for reading. Free with dk_transaction_free. */
DkTransaction *dk_store_begin (DkStore *store, GError **error) DK_CHECKED;

/* Commits and then tells the watchers. */
gboolean dk_store_commit (DkStore *store, DkTransaction *transaction, gboolean number_issued,
                          GError **error) DK_CHECKED;

G_END_DECLS
