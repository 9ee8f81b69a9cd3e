/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A contingency procedure. The body is GFM Markdown. Text owned, NULL = absent. */
typedef struct {
  char *id;
  char *title;
  char *service;
  char **tags; /* NULL-terminated */
  char *owner; /* contact id */
  char *reviewed; /* YYYY-MM-DD */
  int review_every_days;
  char *audience;
  int severity;
  char *markdown;
} DkRunbook;

/* An empty runbook. Free with dk_runbook_free. */
DkRunbook *dk_runbook_new (void);

/* TRUE if its review is due at that moment (Unix time in ms). */
gboolean dk_runbook_is_overdue (const DkRunbook *runbook, gint64 now_ms);

/* Frees the runbook; NULL is fine. */
void dk_runbook_free (DkRunbook *runbook);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkRunbook, dk_runbook_free)

G_END_DECLS
