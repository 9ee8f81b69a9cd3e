/* SPDX-License-Identifier: MIT */
#include "app/model/runbook.h"

#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

DkRunbook *
dk_runbook_new (void)
{
  return g_new0 (DkRunbook, 1);
}

gboolean
dk_runbook_is_overdue (const DkRunbook *runbook, gint64 now_ms)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autofree char *midnight = NULL;
  g_autoptr (GDateTime) reviewed = NULL;

  if (runbook->reviewed == NULL || runbook->review_every_days <= 0)
    return FALSE;
  midnight = g_strconcat (runbook->reviewed, "T00:00:00Z", NULL);
  reviewed = g_date_time_new_from_iso8601 (midnight, utc);
  if (reviewed == NULL)
    return TRUE;
  return now_ms
         > g_date_time_to_unix (reviewed) * 1000 + (runbook->review_every_days + 1) * DAY_MS;
}

void
dk_runbook_free (DkRunbook *runbook)
{
  if (runbook == NULL)
    return;
  g_free (runbook->id);
  g_free (runbook->title);
  g_free (runbook->service);
  g_strfreev (runbook->tags);
  g_free (runbook->owner);
  g_free (runbook->reviewed);
  g_free (runbook->audience);
  g_free (runbook->markdown);
  g_free (runbook);
}
