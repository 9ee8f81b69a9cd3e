/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/itsm/engine.h"

G_BEGIN_DECLS

/* The hand-over to a folder: each ticket stands in one published file, once, whenever the program
 * is killed. A file is published by its name: what ends in .part is not for anybody else yet. */

/* Text is owned; clear with dk_csv_handover_clear. */
typedef struct {
  char *tickets_path;   /* new file of this run; NULL if nothing waited */
  char *log_path;
  DkPushReport *report; /* tickets of this run, of an interrupted one, and those that were
                           delivered before and have notes since; sent = tickets in the new file */
} DkCsvHandover;

/* Settles what an interrupted run left, then hands what waits over to one new pair of files:
 * marked as sending, written aside, marked as unknown, published, marked as delivered. Nothing
 * confirms that it was imported, so it is never verified. out is set in any case but for an error
 * of the first step; start with zeros.
 * DK_ERROR_UNREACHABLE: no such folder; DK_ERROR_PARTIAL: some refused or unknown, each one in the
 * report, the others done; DK_ERROR_STORAGE, _DENIED and errors of the store: what was begun is
 * settled by the next run. Thread of the functions of the store. */
gboolean dk_csv_handover_run (const char *folder, const DkPushStore *store, DkCsvHandover *out,
                              GError **error) DK_CHECKED;

/* Frees what it holds and makes it empty. */
void dk_csv_handover_clear (DkCsvHandover *handover);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DkCsvHandover, dk_csv_handover_clear)

G_END_DECLS
