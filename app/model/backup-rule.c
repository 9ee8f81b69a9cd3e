/* SPDX-License-Identifier: MIT */
#include "app/model/backup-rule.h"

#define MIN_MS G_GINT64_CONSTANT (60000)
#define HOUR_MS (60 * MIN_MS)
#define DAY_MS (24 * HOUR_MS)
#define RED_MS (2 * DAY_MS)

gboolean
dk_backup_rule_is_due (const DkPolicy *policy, const DkBackupState *state, DkBackupMode mode,
                       gint64 now_ms)
{
  gint64 age_ms = now_ms - state->last_ms;
  gint64 every_ms = policy->backup_every_hours * HOUR_MS;

  /* None yet, or the clock was set back: what is there tells nothing. */
  if (state->last_ms == 0 || age_ms < 0)
    return TRUE;
  /* Nothing new, but a medium should not go unchecked for days. */
  if (!state->changed)
    return age_ms >= DAY_MS;
  if (mode == DK_BACKUP_AT_LOCK)
    return TRUE;
  if (mode == DK_BACKUP_IN_OUTAGE && state->is_outage)
    every_ms = policy->backup_outage_every_min * MIN_MS;
  return age_ms >= every_ms;
}

const char *
dk_backup_rule_health (const DkPolicy *policy, gint64 last_ms, gboolean is_there, gint64 now_ms)
{
  gint64 age_ms = now_ms - last_ms;

  if (last_ms == 0 || age_ms > RED_MS)
    return "red";
  return !is_there || age_ms > DAY_MS + policy->backup_every_hours * HOUR_MS ? "amber" : "green";
}
