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

G_END_DECLS
