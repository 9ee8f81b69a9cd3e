/* SPDX-License-Identifier: MIT */
#pragma once

#include <gtk/gtk.h>

#include "app/model/document.h"

G_BEGIN_DECLS

#define DK_TYPE_DOCUMENT_VIEW (dk_document_view_get_type ())
G_DECLARE_FINAL_TYPE (DkDocumentView, dk_document_view, DK, DOCUMENT_VIEW, GtkTextView)

/* A document as text with tags: no child widgets, so a long runbook is there at once. Steps are
 * written with a box. Signal `link-opened (target)`: by mouse, or by Enter with the caret in it. */
void dk_document_view_show (DkDocumentView *self, const DkDocument *document);

/* The same for a text that may be long: takes it, writes more than a screen of it at once and the
 * rest when that is painted. */
void dk_document_view_take (DkDocumentView *self, DkDocument *document);

typedef enum { DK_STEP_OPEN, DK_STEP_DONE, DK_STEP_SKIPPED } DkStepState;

/* How far a step of a run is. Text borrowed. */
typedef struct {
  const char *id;
  DkStepState state;
  const char *margin; /* "14:02 AN"; NULL = nothing */
} DkStepMark;

/* The document of a run, which it takes: its steps have a margin and can be chosen and ticked.
 * Signals `step-picked (id)` when another one is chosen (caret, Ctrl+Up, Ctrl+Down) and
 * `step-toggled (id)` for a click on its box or the space bar. */
void dk_document_view_take_run (DkDocumentView *self, DkDocument *document);

/* Writes how far that step is; the place in the text stays. */
void dk_document_view_mark_step (DkDocumentView *self, const DkStepMark *mark);

/* Id of the chosen step and, if not NULL, its words, both borrowed; NULL = none. */
const char *dk_document_view_current_step (DkDocumentView *self, const char **words);

/* Chooses the first open step from the chosen one on; FALSE if none is open. */
gboolean dk_document_view_go_to_open (DkDocumentView *self);

G_END_DECLS
