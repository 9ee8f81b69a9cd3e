/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* When somebody can be reached, and clocks of other places. Any thread.
 *
 *   hours = "24x7" | "closed" | part { ";" part }
 *   part  = [ days ] span { ( " " | "," ) span }     no days = every day
 *   days  = range { "," range },  range = day [ "-" day ],  day = Mon Tue Wed Thu Fri Sat Sun
 *   span  = HH:MM "-" HH:MM
 *
 * Upper and lower case are one. A span that ends at or before its begin goes over midnight and
 * belongs to the day on which it begins: "Fri 22:00-06:00" ends on Saturday. 24:00 may end a span;
 * one of no length is an error. Open is from the first minute on until before the last. The clock
 * of the wall counts, so that daylight saving makes one span of the year shorter or longer. */
typedef struct DkHours DkHours;

/* Reads hours. DK_ERROR_INVALID says which words are not understood, and how hours are written.
 * Free with dk_hours_free. */
DkHours *dk_hours_parse (const char *text, GError **error) DK_CHECKED;

/* TRUE if it is open at that moment (Unix ms) by the clock of the time zone: an IANA name, NULL or
 * "" = of this PC. A zone that is not known is never open. */
gboolean dk_hours_is_open (const DkHours *hours, const char *zone_name, gint64 at_ms);

/* "now 02:10 there, outside hours", "open until 18:00 (now 14:05 there)", "open (now 14:05 there)"
 * if it never closes; without "there" for the time zone of this PC; a zone that is not known is
 * said to be that. hours may be NULL: the time there alone. New string. */
char *dk_hours_describe (const DkHours *hours, const char *zone_name, gint64 at_ms);

/* Frees the hours; NULL is fine. */
void dk_hours_free (DkHours *hours);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkHours, dk_hours_free)

/* The time zone of an IANA name ("America/New_York", "UTC"). DK_ERROR_INVALID for one that this PC
 * does not know, for an offset and for a path. New reference. */
GTimeZone *dk_zone_new (const char *name, GError **error) DK_CHECKED;

/* Which moment is meant by a time of the wall that comes twice, when clocks are set back. */
typedef enum {
  DK_ZONE_FIRST,
  DK_ZONE_LAST,
} DkZoneSide;

/* Moment (Unix ms) of a time of the wall in a zone, given as seconds since 1970-01-01T00:00 there.
 * A time that is left out, when clocks are set forward, is the first moment after the gap. */
gint64 dk_zone_moment (GTimeZone *zone, gint64 wall_s, DkZoneSide side);

/* Time of the wall at a moment: seconds since 1970-01-01T00:00 there. */
gint64 dk_zone_wall (GTimeZone *zone, gint64 at_ms);

G_END_DECLS
