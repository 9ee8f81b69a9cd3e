/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/job.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* The tables of runs, calls and corrections hold what the entries of this kit say when they are
 * applied in order, and nothing else. */

/* Asks that: DK_ERROR_DAMAGED names the first table that differs. Nothing is changed; of a kit that
 * was opened for reading nothing is asked, since it takes a transaction that is rolled back. */
gboolean dk_plan_check_projection (DkStore *store, GError **error) DK_CHECKED;

/* Writes the tables anew from the ledger if they differ, in one transaction, with an entry
 * `lists-rebuilt`. *mended gets the number of rows that were wrong, missing or too many. */
gboolean dk_plan_rebuild (DkStore *store, guint *mended, const DkJob *job, GError **error)
    DK_CHECKED;

G_END_DECLS
