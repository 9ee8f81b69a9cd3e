/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/base/error.h"

G_BEGIN_DECLS

/* How a long call is watched and stopped. All fields may be empty, and a NULL job is one that
 * nobody watches. The progress function is called on the thread that does the work. */
typedef struct {
  GCancellable *cancellable;
  void (*progress) (guint64 done, guint64 total, const char *phase, gpointer data);
  gpointer data;
} DkJob;

/* Called between two steps of a long call: reports progress (at most ten times a second for the
 * whole program, always at done == total) and fails with G_IO_ERROR_CANCELLED if it was cancelled.
 * total 0 = not known. */
gboolean dk_job_step (const DkJob *job, guint64 done, guint64 total, const char *phase,
                      GError **error) DK_CHECKED;

G_END_DECLS
