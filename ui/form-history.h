/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "app/base/json.h"

G_BEGIN_DECLS

/* What a form held before each step, so that steps are taken back one by one: typed words, a
 * choice, a cleared field, a row that was removed. Letters typed into one field without a pause are
 * one step. At most 200 steps; the oldest go. */
typedef struct DkFormHistory DkFormHistory;

/* An empty history. Free with dk_form_history_free. */
DkFormHistory *dk_form_history_new (void);

/* TRUE if a change of what has this key (a number of the field and row; 0 = never goes on) begins a
 * step, so that the answers before it are to be given to dk_form_history_add. length is the length
 * of the text after the change, time_us the monotonic time. */
gboolean dk_form_history_begins (DkFormHistory *self, guint key, gsize length, gint64 time_us);

/* The answers before a step (taken). What was taken back before cannot be done again then. */
void dk_form_history_add (DkFormHistory *self, json_t *before);

/* The answers to go back to (undo) or forth to (redo); now (taken) are those of the form. New
 * reference; NULL if there is no step. */
json_t *dk_form_history_undo (DkFormHistory *self, json_t *now);
/* See undo. */
json_t *dk_form_history_redo (DkFormHistory *self, json_t *now);

/* Whether there is a step to take back. */
gboolean dk_form_history_can_undo (const DkFormHistory *self);
/* Whether there is a step that was taken back. */
gboolean dk_form_history_can_redo (const DkFormHistory *self);

/* Forgets every step. */
void dk_form_history_clear (DkFormHistory *self);

/* Frees it; NULL is fine. */
void dk_form_history_free (DkFormHistory *self);

G_END_DECLS
