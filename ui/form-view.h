/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/form/form-state.h"

G_BEGIN_DECLS

#define DK_TYPE_FORM_VIEW (dk_form_view_get_type ())
G_DECLARE_FINAL_TYPE (DkFormView, dk_form_view, DK, FORM_VIEW, GtkBox)

/* A whole form on screen, in one column in the order of its definition, over a DkFormState: what
 * does not apply is not shown, computed values follow, problems are told when a field is left. The
 * field with the focus never moves on the screen while others come and go. Signals: `edited`,
 * `looked-up (kind, id)`, `row-removed (words)` after a row was taken out, `rows-full (words)` for
 * a row that there is no room for, `attached (bytes)` for the GBytes of a file that was chosen. */

/* Who is at work, for forms that name them, and what is warned of (DkCapturePattern, kept by
 * reference); both may be NULL. For forms shown from now on. */
void dk_form_view_set_world (DkFormView *self, const char *operator_name, GPtrArray *patterns);

/* Builds the fields; what was there before goes. NULL empties the view. */
void dk_form_view_set_form (DkFormView *self, DkForm *form);

/* The form, borrowed; NULL if there is none. */
DkForm *dk_form_view_get_form (DkFormView *self);

/* Shows answers (field name -> value) and takes them as unchanged; NULL = a new form with its
 * defaults. The steps to undo are forgotten. */
void dk_form_view_set_answers (DkFormView *self, const json_t *answers);

/* The values that apply and are not empty. New object. */
json_t *dk_form_view_get_answers (DkFormView *self);

/* All values, of what does not apply as well: what a draft keeps. New object. */
json_t *dk_form_view_get_draft (DkFormView *self);

/* Only what differs from the answers that were set; null = was emptied. New object. */
json_t *dk_form_view_get_changes (DkFormView *self);

/* Whether anything differs from the answers that were set. */
gboolean dk_form_view_is_changed (DkFormView *self);

/* Changes count from this draft on, NULL: from what is in the form now. Takes `draft`; returns what
 * they counted from until now, which belongs to the caller. The steps to undo stay. */
json_t *dk_form_view_count_from (DkFormView *self, json_t *draft);

/* Fills a text field that is empty, as if a person had; FALSE if there is none or it is not
 * empty. */
gboolean dk_form_view_fill (DkFormView *self, const char *name, const char *text);

/* All that is wrong with the form as it stands, beside the fields, and the focus in the first.
 * Returns what has no field to stand beside, in words: new string, "" if there is nothing of the
 * kind; NULL if nothing is wrong. */
char *dk_form_view_check (DkFormView *self);

/* One problem beside its field, and the focus there; words NULL takes it away. */
void dk_form_view_show_problem (DkFormView *self, const char *name, const char *words);

/* Takes the last step back; FALSE if there is none. */
gboolean dk_form_view_undo (DkFormView *self);
/* Does the step that was taken back last. */
gboolean dk_form_view_redo (DkFormView *self);
/* Whether there is a step to take back. */
gboolean dk_form_view_can_undo (DkFormView *self);
/* Whether there is one that was taken back. */
gboolean dk_form_view_can_redo (DkFormView *self);

/* Lets the fields be changed or only read. */
void dk_form_view_set_editable (DkFormView *self, gboolean editable);

/* Puts the focus into the first field that a person fills in; "happened_at" is filled already. */
void dk_form_view_focus (DkFormView *self);

G_END_DECLS
