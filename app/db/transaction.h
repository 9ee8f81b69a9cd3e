/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/db/connection.h"

G_BEGIN_DECLS

/* One transaction; freed without commit it rolls back. They do not nest: beginning a second one on
 * a connection is a fault of the program. Thread of the connection. */
typedef struct DkTransaction DkTransaction;

/* Begins a writing transaction (BEGIN IMMEDIATE). Free with dk_transaction_free. */
DkTransaction *dk_transaction_new (DkDb *db, GError **error) DK_CHECKED;

/* Makes everything since the beginning durable: when it returns TRUE a power cut loses nothing.
 * On failure nothing of it is stored. */
gboolean dk_transaction_commit (DkTransaction *transaction, GError **error) DK_CHECKED;

/* Rolls back unless committed; NULL is fine. */
void dk_transaction_free (DkTransaction *transaction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkTransaction, dk_transaction_free)

G_END_DECLS
