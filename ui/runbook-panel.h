/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DK_TYPE_RUNBOOK_PANEL (dk_runbook_panel_get_type ())
G_DECLARE_FINAL_TYPE (DkRunbookPanel, dk_runbook_panel, DK, RUNBOOK_PANEL, GtkBox)

/* One runbook to read, or a run of it to work through. Belongs on a DkPage. Signals: `started
 * (key)` for a new run, `link-opened (target)` for a link of the text. */

/* Shows "runbook:ID" or "run:UID"; with_lead with what only leads may read. */
void dk_runbook_panel_show (DkRunbookPanel *self, const char *key, gboolean with_lead);

/* The key that is shown, borrowed; NULL = none. */
const char *dk_runbook_panel_key (DkRunbookPanel *self);

/* Loads the steps of a run again; its place stays. */
void dk_runbook_panel_refresh (DkRunbookPanel *self);

/* Puts the focus into the text. */
void dk_runbook_panel_focus (DkRunbookPanel *self);

/* Prints the card of the runbook, or the record of the run; to_file saves the PDF. */
void dk_runbook_panel_print (DkRunbookPanel *self, gboolean to_file);

/* Keeps at once what was typed. */
void dk_runbook_panel_seal (DkRunbookPanel *self);

G_END_DECLS
