/* SPDX-License-Identifier: MIT */
#include "app/base/clock.h"

#include <string.h>

#include "app/base/platform.h"
#include "app/base/text.h"

gint64
dk_clock_wall_ms (void)
{
  return g_get_real_time () / 1000;
}

void
dk_clock_now (DkMoment *out)
{
  g_autofree char *boot = dk_platform_boot_id ();

  out->wall_ms = dk_clock_wall_ms ();
  out->mono_ms = dk_platform_boottime_ms ();
  g_strlcpy (out->boot, boot, sizeof out->boot);
}

static GDateTime *
date_time (gint64 wall_ms, gboolean local)
{
  return local ? g_date_time_new_from_unix_local (wall_ms / 1000)
               : g_date_time_new_from_unix_utc (wall_ms / 1000);
}

char *
dk_time_format_utc (gint64 wall_ms)
{
  g_autoptr (GDateTime) t = date_time (wall_ms, FALSE);
  g_autofree char *seconds = g_date_time_format (t, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf ("%s.%03dZ", seconds, (int) (wall_ms % 1000));
}

char *
dk_time_format_local (gint64 wall_ms)
{
  g_autoptr (GDateTime) t = date_time (wall_ms, TRUE);

  return g_date_time_format (t, "%Y-%m-%dT%H:%M:%S%:z");
}

char *
dk_time_format_minute (gint64 wall_ms)
{
  g_autoptr (GDateTime) t = date_time (wall_ms, TRUE);

  return g_date_time_format (t, "%Y-%m-%d %H:%M");
}

char *
dk_time_format_short (gint64 wall_ms, gint64 now_ms)
{
  g_autoptr (GDateTime) t = date_time (wall_ms, TRUE);
  g_autoptr (GDateTime) now = date_time (now_ms, TRUE);

  if (g_date_time_get_year (t) != g_date_time_get_year (now))
    return g_date_time_format (t, "%-d %b %Y %H:%M");
  if (g_date_time_get_day_of_year (t) != g_date_time_get_day_of_year (now))
    return g_date_time_format (t, "%-d %b %H:%M");
  return g_date_time_format (t, "%H:%M");
}

char *
dk_time_format_age (gint64 age_ms)
{
  gint64 minutes = MAX (age_ms, 0) / 60000;

  if (minutes < 60)
    return g_strdup_printf ("%d min", (int) minutes);
  if (minutes < 48 * 60)
    return g_strdup_printf ("%d h %02d", (int) (minutes / 60), (int) (minutes % 60));
  return g_strdup_printf ("%d days", (int) (minutes / (24 * 60)));
}

/* What the formatter can write again: 1970-01-01 to the end of 9999, whatever the offset. */
#define SECONDS_MAX G_GINT64_CONSTANT (253402300799)
#define TEXT_MAX 64
#define MINUTES_END 16 /* of YYYY-MM-DDTHH:MM */

/* GLib wants seconds; people leave them out. */
static char *
with_seconds (const char *text)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  if (strlen (trimmed) >= MINUTES_END && trimmed[4] == '-' && trimmed[7] == '-'
      && trimmed[13] == ':' && strchr ("Z+-", trimmed[MINUTES_END]) != NULL)
    return g_strdup_printf ("%.16s:00%s", trimmed, trimmed + MINUTES_END);
  return g_steal_pointer (&trimmed);
}

gboolean
dk_time_parse (const char *text, const char *what, gint64 *wall_ms, GError **error)
{
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  g_autoptr (GDateTime) t = NULL;

  if (text != NULL && strlen (text) <= TEXT_MAX && g_str_is_ascii (text)) {
    g_autofree char *full = with_seconds (text);
    t = g_date_time_new_from_iso8601 (full, local);
  }
  if (t == NULL || g_date_time_to_unix (t) < 0 || g_date_time_to_unix (t) > SECONDS_MAX) {
    g_autofree char *shown = dk_text_printable (text != NULL ? text : "", FALSE);
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is not a time that can be read: \"%s\". Write it like 2026-11-22T09:14 or "
                 "2026-11-22T09:14:00+01:00. Nothing was changed.",
                 what, shown);
    return FALSE;
  }
  *wall_ms = g_date_time_to_unix (t) * 1000 + g_date_time_get_microsecond (t) / 1000;
  return TRUE;
}
