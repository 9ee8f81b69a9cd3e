/* SPDX-License-Identifier: MIT */
#include "app/model/hours.h"

#include <string.h>

#include "app/base/text.h"

#define DAY_MIN 1440
#define WEEK_MIN (7 * DAY_MIN)
#define SPANS_MAX 100
#define HOW_WRITTEN \
  "Hours are written like \"24x7\", \"Mon-Fri 08:00-17:00; Sat 09:00-12:00\" or \"22:00-06:00\"."

/* Minutes of the week from Monday 00:00; `to` may lie up to a day behind the end of the week. */
typedef struct {
  int from;
  int to;
} Span;

struct DkHours {
  gboolean is_always;
  GArray *spans; /* of Span */
};

static const char *const DAYS[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static gboolean
refuse (const char *text, const char *word, GError **error)
{
  g_autofree char *shown = dk_text_printable (text, FALSE);
  g_autofree char *shown_word = dk_text_printable (word, FALSE);

  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The hours \"%s\" are not understood at \"%s\". " HOW_WRITTEN, shown, shown_word);
  return FALSE;
}

/* -1 if it is no day. */
static int
day_of (const char *text, gsize size)
{
  for (int i = 0; i < (int) G_N_ELEMENTS (DAYS); i++)
    if (size == 3 && g_ascii_strncasecmp (text, DAYS[i], 3) == 0)
      return i;
  return -1;
}

/* "Mon-Fri,Sun" to seven truths. */
static gboolean
parse_days (const char *word, gboolean *days)
{
  g_auto (GStrv) ranges = g_strsplit (word, ",", -1);

  for (int i = 0; i < 7; i++)
    days[i] = FALSE;
  for (guint i = 0; ranges[i] != NULL; i++) {
    const char *dash = strchr (ranges[i], '-');
    int first = day_of (ranges[i], dash != NULL ? (gsize) (dash - ranges[i]) : strlen (ranges[i]));
    int last = dash != NULL ? day_of (dash + 1, strlen (dash + 1)) : first;
    if (first < 0 || last < 0)
      return FALSE;
    for (int day = first;; day = (day + 1) % 7) {
      days[day] = TRUE;
      if (day == last)
        break;
    }
  }
  return TRUE;
}

static gboolean
parse_time (const char *text, int *minutes)
{
  if (!g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1]) || text[2] != ':'
      || !g_ascii_isdigit (text[3]) || !g_ascii_isdigit (text[4]))
    return FALSE;
  *minutes = (text[0] - '0') * 600 + (text[1] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
  return text[3] < '6' && *minutes <= DAY_MIN;
}

static gboolean
parse_span (const char *word, int *from, int *to)
{
  return strlen (word) == 11 && word[5] == '-' && parse_time (word, from)
         && parse_time (word + 6, to) && *from < DAY_MIN && *from != *to;
}

static void
add_span (DkHours *hours, const gboolean *days, int from, int to)
{
  for (int day = 0; day < 7; day++)
    if (days[day]) {
      Span span = { day * DAY_MIN + from, day * DAY_MIN + to + (to < from ? DAY_MIN : 0) };
      g_array_append_val (hours->spans, span);
    }
}

static gboolean
parse_part (DkHours *hours, const char *text, const char *part, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (part, " \t", -1);
  gboolean days[7] = { TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE };
  gboolean days_are_over = FALSE;
  guint spans = 0;

  for (guint i = 0; words[i] != NULL; i++) {
    g_auto (GStrv) times = g_strsplit (words[i], ",", -1);
    if (*words[i] == '\0')
      continue;
    if (!days_are_over && g_ascii_isalpha (*words[i])) {
      if (!parse_days (words[i], days))
        return refuse (text, words[i], error);
      days_are_over = TRUE;
      continue;
    }
    days_are_over = TRUE;
    for (guint k = 0; times[k] != NULL; k++, spans++) {
      int from;
      int to;
      if (!parse_span (times[k], &from, &to) || hours->spans->len > SPANS_MAX)
        return refuse (text, words[i], error);
      add_span (hours, days, from, to);
    }
  }
  return spans > 0 || refuse (text, part, error);
}

DkHours *
dk_hours_parse (const char *text, GError **error)
{
  g_autoptr (DkHours) hours = g_new0 (DkHours, 1);
  g_autofree char *line = NULL;
  g_auto (GStrv) parts = NULL;

  hours->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  if (!dk_text_check (text, strlen (text), 1000, "The hours", error))
    return NULL;
  line = dk_text_clean_line (text);
  hours->is_always = g_ascii_strcasecmp (line, "24x7") == 0 || strcmp (line, "24/7") == 0;
  if (hours->is_always || g_ascii_strcasecmp (line, "closed") == 0)
    return g_steal_pointer (&hours);
  parts = g_strsplit (line, ";", -1);
  if (parts[0] == NULL && !refuse (text, text, error))
    return NULL;
  for (guint i = 0; parts[i] != NULL; i++)
    if (!parse_part (hours, text, parts[i], error))
      return NULL;
  return g_steal_pointer (&hours);
}

static GTimeZone *
zone_or_local (const char *zone_name, GError **error)
{
  return zone_name == NULL || *zone_name == '\0' ? g_time_zone_new_local ()
                                                 : dk_zone_new (zone_name, error);
}

/* Minute of the week on the wall; 1970-01-01 was a Thursday. */
static int
minute_of_week (gint64 wall_s)
{
  gint64 minute = (wall_s - (wall_s % 60 + 60) % 60) / 60 + 3 * DAY_MIN;

  return (int) ((minute % WEEK_MIN + WEEK_MIN) % WEEK_MIN);
}

/* TRUE if it is open at that minute of the week; *until is the latest end of a span around it. */
static gboolean
find_span (const DkHours *hours, int minute, int *until)
{
  gboolean found = FALSE;

  for (guint i = 0; i < hours->spans->len; i++) {
    const Span *span = &g_array_index (hours->spans, Span, i);
    int at = minute < span->from ? minute + WEEK_MIN : minute;
    if (at >= span->to)
      continue;
    *until = found ? MAX (*until, span->to - at) : span->to - at;
    found = TRUE;
  }
  return found;
}

gboolean
dk_hours_is_open (const DkHours *hours, const char *zone_name, gint64 at_ms)
{
  g_autoptr (GTimeZone) zone = zone_or_local (zone_name, NULL);
  int until;

  return zone != NULL
         && (hours->is_always
             || find_span (hours, minute_of_week (dk_zone_wall (zone, at_ms)), &until));
}

/* Minutes until it closes, spans that follow without a break taken as one; -1 = never. */
static int
minutes_open (const DkHours *hours, int minute)
{
  int sum = 0;
  int more;

  if (hours->is_always)
    return -1;
  while (sum < WEEK_MIN && find_span (hours, (minute + sum) % WEEK_MIN, &more))
    sum += more;
  return sum < WEEK_MIN ? sum : -1;
}

char *
dk_hours_describe (const DkHours *hours, const char *zone_name, gint64 at_ms)
{
  g_autoptr (GTimeZone) zone = zone_or_local (zone_name, NULL);
  const char *there = zone_name == NULL || *zone_name == '\0' ? "" : " there";
  g_autofree char *now = NULL;
  g_autofree char *shown = NULL;
  int minute;
  int left;

  if (zone == NULL) {
    shown = dk_text_printable (zone_name, FALSE);
    return g_strdup_printf ("time zone \"%s\" is not known here", shown);
  }
  minute = minute_of_week (dk_zone_wall (zone, at_ms));
  now = g_strdup_printf ("now %02d:%02d%s", minute % DAY_MIN / 60, minute % 60, there);
  if (hours == NULL)
    return g_steal_pointer (&now);
  if (!dk_hours_is_open (hours, zone_name, at_ms))
    return g_strdup_printf ("%s, outside hours", now);
  left = minutes_open (hours, minute);
  if (left < 0)
    return g_strdup_printf ("open (%s)", now);
  if (left >= DAY_MIN)
    return g_strdup_printf ("open until %.3s %02d:%02d (%s)",
                            &"MonTueWedThuFriSatSun"[(minute + left) % WEEK_MIN / DAY_MIN * 3],
                            (minute + left) % DAY_MIN / 60, (minute + left) % 60, now);
  return g_strdup_printf ("open until %02d:%02d (%s)", (minute + left) % DAY_MIN / 60,
                          (minute + left) % 60, now);
}

void
dk_hours_free (DkHours *hours)
{
  if (hours == NULL)
    return;
  g_array_unref (hours->spans);
  g_free (hours);
}
