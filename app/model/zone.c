/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "app/model/hours.h"

#define NAME_MAX_BYTES 64
#define HOUR_S 3600
/* No clock on Earth is further than that ahead of, or behind, UTC. */
#define AHEAD_S (15 * HOUR_S)
#define BEHIND_S (13 * HOUR_S)

/* What an IANA name is made of: a path or an offset would be taken by the system as well. */
static gboolean
is_zone_name (const char *name)
{
  if (strlen (name) > NAME_MAX_BYTES || !g_ascii_isalpha (*name) || strstr (name, "..") != NULL)
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("/_-+", *c) == NULL)
      return FALSE;
  return strchr (name, '/') != NULL || strcmp (name, "UTC") == 0 || strcmp (name, "GMT") == 0;
}

/* GLib forgets a zone with its last reference and would read its file again at the next question;
 * what is kept is at most every zone there is. */
static GTimeZone *
find_zone (const char *name)
{
  static GMutex mutex;
  static GHashTable *known;
  GTimeZone *zone;

  g_mutex_lock (&mutex);
  if (known == NULL)
    known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                   (GDestroyNotify) g_time_zone_unref);
  zone = g_hash_table_lookup (known, name);
  if (zone == NULL) {
    zone = g_time_zone_new_identifier (name);
    if (zone != NULL)
      g_hash_table_insert (known, g_strdup (name), zone);
  }
  if (zone != NULL)
    (void) g_time_zone_ref (zone);
  g_mutex_unlock (&mutex);
  return zone;
}

GTimeZone *
dk_zone_new (const char *name, GError **error)
{
  g_autofree char *shown = NULL;
  GTimeZone *zone = name != NULL && is_zone_name (name) ? find_zone (name) : NULL;

  if (zone != NULL)
    return zone;
  shown = dk_text_printable (name != NULL ? name : "", FALSE);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The time zone \"%s\" is not known. Write an area and a city, like "
               "\"America/New_York\", or \"UTC\".",
               shown);
  return NULL;
}

static gint64
offset_at (GTimeZone *zone, gint64 utc_s)
{
  return g_time_zone_get_offset (zone,
                                 g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, utc_s));
}

/* Seconds of a moment, rounded down. */
static gint64
floor_s (gint64 ms)
{
  return ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
}

gint64
dk_zone_wall (GTimeZone *zone, gint64 at_ms)
{
  gint64 utc_s = floor_s (at_ms);

  return utc_s + offset_at (zone, utc_s);
}

/* The first second in (low, high] with another offset than at low. */
static gint64
find_change (GTimeZone *zone, gint64 low, gint64 high)
{
  gint64 before = offset_at (zone, low);

  while (high - low > 1) {
    gint64 middle = low + (high - low) / 2;
    if (offset_at (zone, middle) == before)
      low = middle;
    else
      high = middle;
  }
  return high;
}

gint64
dk_zone_moment (GTimeZone *zone, gint64 wall_s, DkZoneSide side)
{
  gint64 before = wall_s - offset_at (zone, wall_s - AHEAD_S);
  gint64 after = wall_s - offset_at (zone, wall_s + BEHIND_S);
  gboolean before_holds = before + offset_at (zone, before) == wall_s;
  gboolean after_holds = after + offset_at (zone, after) == wall_s;

  if (before_holds && after_holds)
    return (side == DK_ZONE_FIRST ? MIN (before, after) : MAX (before, after)) * 1000;
  if (before_holds || after_holds)
    return (before_holds ? before : after) * 1000;
  return find_change (zone, MIN (before, after) - 1, MAX (before, after)) * 1000;
}
