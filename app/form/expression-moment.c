/* SPDX-License-Identifier: MIT */
#include "app/form/expression-private.h"

#include <math.h>
#include <string.h>

#include "app/base/clock.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)

/* Days from 1970-01-01 in the Gregorian calendar, also before it. */
static gint64
count_days (const GDate *date)
{
  /* GDate counts from 1 January of the year 1, which is day 1. */
  return (gint64) g_date_get_julian (date) - 719163;
}

static gboolean
read_digits (const char *text, guint count, guint *out)
{
  guint value = 0;

  for (guint i = 0; i < count; i++) {
    if (!g_ascii_isdigit (text[i])) {
      return FALSE;
    }
    value = value * 10 + (guint) (text[i] - '0');
  }
  *out = value;
  return TRUE;
}

static gboolean
read_date (const char *text, gint64 *days)
{
  guint year = 0;
  guint month = 0;
  guint day = 0;

  if (!read_digits (text, 4, &year) || text[4] != '-' || !read_digits (text + 5, 2, &month)
      || text[7] != '-' || !read_digits (text + 8, 2, &day) || year == 0
      || !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year)) {
    return FALSE;
  }
  GDate date;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  *days = count_days (&date);
  return TRUE;
}

static gboolean
read_clock (const char *text, gint64 *clock_ms)
{
  guint hour = 0;
  guint minute = 0;
  guint second = 0;

  if (!read_digits (text, 2, &hour) || text[2] != ':' || !read_digits (text + 3, 2, &minute)) {
    return FALSE;
  }
  const char *end = text + 5;
  if (*end == ':' && read_digits (end + 1, 2, &second)) {
    end += 3;
  }
  if (*end != '\0' || hour > 23 || minute > 59 || second > 59) {
    return FALSE;
  }
  *clock_ms = (gint64) (hour * 3600 + minute * 60 + second) * 1000;
  return TRUE;
}

static void
read_local (DkMomentText *out)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (out->utc_ms / 1000);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);
  gint64 wall_ms = out->utc_ms + g_date_time_get_utc_offset (local) / 1000;

  out->days = wall_ms / DAY_MS - (wall_ms % DAY_MS < 0 ? 1 : 0);
  out->clock_ms = wall_ms - out->days * DAY_MS;
}

DkMomentText
dk_moment_read (const char *text)
{
  DkMomentText moment = { .kind = DK_MOMENT_NONE };
  gsize size = strnlen (text, 40);

  if (!g_ascii_isdigit (text[0]) || size > 35) {
    return moment;
  }
  if (size == 10 && read_date (text, &moment.days)) {
    moment.kind = DK_MOMENT_DATE;
  } else if (size > 10 && text[10] == 'T' && dk_time_parse (text, "", &moment.utc_ms, NULL)) {
    moment.kind = DK_MOMENT_DATE_TIME;
    read_local (&moment);
  } else if (size <= 8 && read_clock (text, &moment.clock_ms)) {
    moment.kind = DK_MOMENT_CLOCK;
  }
  return moment;
}

double
dk_moment_days (const DkMomentText *moment)
{
  if (moment->kind == DK_MOMENT_DATE) {
    return (double) moment->days;
  }
  if (moment->kind == DK_MOMENT_DATE_TIME) {
    return (double) moment->days + (double) moment->clock_ms / (double) DAY_MS;
  }
  return (double) NAN;
}

static gboolean
to_date (double days, GDate *date)
{
  double julian = floor (days) + 719163;

  if (!(julian >= 1 && julian <= 3652059)) {
    return FALSE;
  }
  g_date_clear (date, 1);
  g_date_set_julian (date, (guint32) julian);
  return TRUE;
}

char *
dk_moment_date_text (double days)
{
  GDate date;

  if (!to_date (days, &date)) {
    return NULL;
  }
  return g_strdup_printf ("%04d-%02d-%02d", g_date_get_year (&date), g_date_get_month (&date),
                          g_date_get_day (&date));
}

/* One letter of format-date(); FALSE if it is none. Names are English in every language, since
 * one form is read at many places. */
static gboolean
append_date_letter (GString *out, char letter, const GDate *date)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  guint month = g_date_get_month (date);

  switch (letter) {
  case 'Y':
    g_string_append_printf (out, "%04d", g_date_get_year (date));
    return TRUE;
  case 'y':
    g_string_append_printf (out, "%02d", g_date_get_year (date) % 100);
    return TRUE;
  case 'm':
    g_string_append_printf (out, "%02u", month);
    return TRUE;
  case 'n':
    g_string_append_printf (out, "%u", month);
    return TRUE;
  case 'b':
    g_string_append (out, months[month - 1]);
    return TRUE;
  case 'd':
    g_string_append_printf (out, "%02d", g_date_get_day (date));
    return TRUE;
  case 'e':
    g_string_append_printf (out, "%d", g_date_get_day (date));
    return TRUE;
  case 'a':
    g_string_append (out, days[g_date_get_weekday (date) - 1]);
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
append_clock_letter (GString *out, char letter, gint64 clock_ms)
{
  int seconds = (int) (clock_ms / 1000);

  switch (letter) {
  case 'H':
    g_string_append_printf (out, "%02d", seconds / 3600);
    return TRUE;
  case 'h':
    g_string_append_printf (out, "%d", seconds / 3600);
    return TRUE;
  case 'M':
    g_string_append_printf (out, "%02d", seconds / 60 % 60);
    return TRUE;
  case 'S':
    g_string_append_printf (out, "%02d", seconds % 60);
    return TRUE;
  case '3':
    g_string_append_printf (out, "%03d", (int) (clock_ms % 1000));
    return TRUE;
  default:
    return FALSE;
  }
}

char *
dk_moment_format (const DkMomentText *moment, const char *format)
{
  GDate date;

  if (!to_date ((double) moment->days, &date)) {
    return NULL;
  }
  GString *out = g_string_new (NULL);
  for (const char *c = format; *c != '\0'; c++) {
    if (*c == '%' && c[1] != '\0'
        && (append_date_letter (out, c[1], &date)
            || append_clock_letter (out, c[1], moment->clock_ms))) {
      c++;
    } else {
      g_string_append_c (out, *c);
    }
  }
  return g_string_free (out, FALSE);
}
