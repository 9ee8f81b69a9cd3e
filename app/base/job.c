/* SPDX-License-Identifier: MIT */
#include "app/base/job.h"

#define INTERVAL_US (G_USEC_PER_SEC / 10)

gboolean
dk_job_step (const DkJob *job, guint64 done, guint64 total, const char *phase, GError **error)
{
  static gint64 last_us; /* atomic enough: a lost race costs one report */

  if (job == NULL)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (job->cancellable, error))
    return FALSE;
  if (job->progress != NULL) {
    gint64 now_us = g_get_monotonic_time ();
    if (done == total || now_us - last_us >= INTERVAL_US) {
      last_us = now_us;
      job->progress (done, total, phase, job->data);
    }
  }
  return TRUE;
}
