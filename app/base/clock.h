/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* One moment as three clocks saw it: the wall clock may be wrong or jump, so the boot id and the
 * time since boot are kept beside it. Plain value, may be copied. */
typedef struct {
  gint64 wall_ms;  /* Unix time, UTC */
  gint64 mono_ms;  /* since boot, suspended time included */
  char boot[40];   /* random id of this boot, "" where the system has none */
} DkMoment;

/* Reads the clocks of this PC. Any thread. */
void dk_clock_now (DkMoment *out);

/* Unix time in ms, UTC. Any thread. */
gint64 dk_clock_wall_ms (void);

/* "2026-11-22T12:31:05.123Z": the ledger's form. New string. Any thread. */
char *dk_time_format_utc (gint64 wall_ms);

/* ISO 8601 in local time with offset, whole seconds: "2026-11-22T13:31:05+01:00". New string. */
char *dk_time_format_local (gint64 wall_ms);

/* For paper, local time: "2026-11-22 13:31". New string. Any thread. */
char *dk_time_format_minute (gint64 wall_ms);

/* For people, local time, 24 hours: "13:31" if it is the day of now_ms, else "22 Nov 13:31", with
 * the year if that differs. New string. Any thread. */
char *dk_time_format_short (gint64 wall_ms, gint64 now_ms);

/* "4 min", "2 h 06", "3 days": for people. New string. Any thread. */
char *dk_time_format_age (gint64 age_ms);

/* Reads ISO 8601 with Z or an offset; without one it is local time. Seconds and fraction may be
 * missing. Years 1970 to 9999. DK_ERROR_INVALID names `what`. Any thread. */
gboolean dk_time_parse (const char *text, const char *what, gint64 *wall_ms,
                        GError **error) DK_CHECKED;

G_END_DECLS
