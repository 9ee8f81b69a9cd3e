/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/statement.h"
#include "app/db/transaction.h"
#include "app/store/store.h"

/* A transaction of the store. Asserts the owner of the database by its first statement. */
DkTransaction *dk_store_begin (DkStore *store, GError **error) DK_CHECKED;

/* Commits and then tells the watchers. */
gboolean dk_store_commit (DkStore *store, DkTransaction *transaction, gboolean number_issued,
                          GError **error) DK_CHECKED;

/* Who signs in person, borrowed; NULL if nobody was set. */
const DkPerson *dk_store_person (DkStore *store);

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
