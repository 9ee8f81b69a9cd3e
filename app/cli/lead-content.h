/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/cli/cli.h"
#include "app/model/call-tree.h"
#include "app/model/contact.h"
#include "app/model/runbook.h"

G_BEGIN_DECLS

/* Content as the person who is unlocked may read it: for holders of the `lead` key together with
 * the lead-only part of the pack, which is opened in memory for this call; what of it is shown has
 * an entry `lead-read`. A part that does not open is told on standard error and left out. */

/* Contacts by name, at most limit (0 = 1,000). New array of DkContact. */
GPtrArray *dk_cli_contacts (DkCli *cli, guint limit, GError **error) DK_CHECKED;

/* One contact. DK_ERROR_NOT_FOUND. New contact. */
DkContact *dk_cli_contact (DkCli *cli, const char *id, GError **error) DK_CHECKED;

/* Runbooks by title; of those with lead-only sections the whole ones. New array of DkRunbook. */
GPtrArray *dk_cli_runbooks (DkCli *cli, GError **error) DK_CHECKED;

/* One runbook with its text, whole where the person may see that. DK_ERROR_NOT_FOUND. New
 * runbook. */
DkRunbook *dk_cli_runbook (DkCli *cli, const char *id, GError **error) DK_CHECKED;

/* Call trees by title. New array of DkCallTree. */
GPtrArray *dk_cli_call_trees (DkCli *cli, GError **error) DK_CHECKED;

/* One call tree. DK_ERROR_NOT_FOUND. New tree. */
DkCallTree *dk_cli_call_tree (DkCli *cli, const char *id, GError **error) DK_CHECKED;

/* Puts what leads alone find among the hits of the store, with one entry for all searches of this
 * run; the words are kept nowhere. */
gboolean dk_cli_search_lead (DkCli *cli, const char *text, GPtrArray *hits, guint limit,
                             GError **error) DK_CHECKED;

/* Enters that a part for leads was shown; `what` names it. id may be NULL. */
gboolean dk_cli_note_lead (DkCli *cli, const char *what, const char *id, GError **error) DK_CHECKED;

G_END_DECLS
