/* SPDX-License-Identifier: MIT */
/* Goal: hours are read as people write them, a slip of the pen is refused, and what is said of them
 * holds at every minute of a week and over midnight, also where clocks change.
 * Method: known answers; and a week minute by minute against the words taken apart by hand. */
#include "app/model/hours.h"
#include "tests/support/support.h"

#define MONDAY_MS (G_GINT64_CONSTANT (1763942400000)) /* 2025-11-24T00:00:00Z */
#define MINUTE_MS 60000

static DkHours *
hours_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  DkHours *hours = dk_hours_parse (text, &error);

  g_assert_no_error (error);
  return hours;
}

/* Minutes of the week that are open. */
static guint
count_open (const char *text, guint *first, guint *last)
{
  g_autoptr (DkHours) hours = hours_of (text);
  guint count = 0;

  *first = *last = 0;
  for (guint minute = 0; minute < 7 * 1440; minute++)
    if (dk_hours_is_open (hours, "UTC", MONDAY_MS + (gint64) minute * MINUTE_MS)) {
      *first = count++ == 0 ? minute : *first;
      *last = minute;
    }
  return count;
}

static void
test_reads_what_people_write (void)
{
  static const struct {
    const char *text;
    guint open, first, last;
  } known[] = {
    { "24x7", 7 * 1440, 0, 7 * 1440 - 1 },
    { "24/7", 7 * 1440, 0, 7 * 1440 - 1 },
    { "closed", 0, 0, 0 },
    { "Mon-Fri 08:00-17:00", 5 * 540, 480, 4 * 1440 + 1019 },
    { "mon-fri 08:00-12:00 13:00-17:00; SAT 09:00-12:00", 5 * 480 + 180, 480, 5 * 1440 + 719 },
    { "Mon-Fri 08:00-12:00,13:00-17:00", 5 * 480, 480, 4 * 1440 + 1019 },
    { "00:00-24:00", 7 * 1440, 0, 7 * 1440 - 1 },
    { "22:00-06:00", 7 * 480, 0, 7 * 1440 - 1 },
    { "Sun 22:00-06:00", 480, 0, 7 * 1440 - 1 },
    { "Sat-Mon 10:00-11:00", 180, 600, 6 * 1440 + 659 },
    { "Mon,Wed,Fri-Sat 10:00-11:00", 240, 600, 5 * 1440 + 659 },
    { "Mon 08:00-10:00; Mon 09:00-12:00", 240, 480, 719 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
    guint first;
    guint last;
    g_test_message ("%s", known[i].text);
    g_assert_cmpuint (count_open (known[i].text, &first, &last), ==, known[i].open);
    g_assert_cmpuint (first, ==, known[i].first);
    g_assert_cmpuint (last, ==, known[i].last);
  }
}

static void
test_refuses_slips_of_the_pen (void)
{
  static const char *const bad[]
      = { "", " ", ";", "Mon", "Mon-Fri", "always", "8-17", "08:00", "08:00-08:00", "25:00-26:00",
          "08:60-09:00", "24:00-02:00", "Mon-Fri 08:00-17:00;", "Mon 08:00-17:00 Tue 08:00-17:00",
          "Mo-Fr 08:00-17:00", "Mon- 08:00-17:00", "Mon-Fri 0800-1700", "24x7 and more",
          "08:00-09:00, 10:00-11:00,", "Mon--Fri 08:00-09:00", "08:00–17:00", "\xff" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (DkHours) hours = dk_hours_parse (bad[i], &error);
    g_test_message ("\"%s\"", bad[i]);
    g_assert_null (hours);
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
}

static void
assert_said (const char *text, const char *zone, gint64 at_ms, const char *said)
{
  g_autoptr (DkHours) hours = text != NULL ? hours_of (text) : NULL;
  g_autofree char *words = dk_hours_describe (hours, zone, at_ms);

  g_assert_cmpstr (words, ==, said);
}

static void
test_says_it_in_words (void)
{
  gint64 ten = MONDAY_MS + 10 * 60 * MINUTE_MS; /* Monday 10:00 UTC */

  assert_said ("Mon-Fri 08:00-17:00", "UTC", ten, "open until 17:00 (now 10:00 there)");
  assert_said ("Mon-Fri 08:00-17:00", "Asia/Tokyo", ten, "now 19:00 there, outside hours");
  assert_said ("Mon-Fri 08:00-17:00", "America/New_York", ten, "now 05:00 there, outside hours");
  assert_said ("22:00-06:00", "Asia/Kolkata", ten + 8 * 60 * MINUTE_MS,
               "open until 06:00 (now 23:30 there)");
  assert_said ("24x7", "UTC", ten, "open (now 10:00 there)");
  assert_said ("00:00-24:00", "UTC", ten, "open (now 10:00 there)");
  assert_said ("Mon-Thu 00:00-24:00", "UTC", ten, "open until Fri 00:00 (now 10:00 there)");
  assert_said ("closed", "UTC", ten, "now 10:00 there, outside hours");
  assert_said (NULL, "UTC", ten, "now 10:00 there");
  assert_said ("24x7", "Mars/Olympus", ten, "time zone \"Mars/Olympus\" is not known here");
}

static void
test_an_unknown_zone_is_an_error (void)
{
  static const char *const bad[]
      = { "Mars/Olympus", "", "/etc/localtime", "../../etc/localtime", "+01:00", "Z", "EST5EDT4,M3",
          "Europe/Berlin\n", "Europe/../Europe/Berlin", "CST" };
  static const char *const good[] = { "Europe/Berlin", "America/Argentina/Ushuaia", "UTC",
                                      "Etc/GMT+5", "America/Port-au-Prince" };
  g_autoptr (DkHours) hours = hours_of ("24x7");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GTimeZone) zone = dk_zone_new (bad[i], &error);
    g_test_message ("%s", bad[i]);
    g_assert_null (zone);
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GTimeZone) zone = dk_zone_new (good[i], &error);
    g_assert_no_error (error);
    g_assert_nonnull (zone);
  }
  g_assert_false (dk_hours_is_open (hours, "Mars/Olympus", MONDAY_MS));
}

static gint64
moment (const char *utc)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (utc, NULL);

  return g_date_time_to_unix (time) * 1000;
}

/* Seconds since 1970 of what a clock on the wall shows. */
static gint64
wall (const char *text)
{
  g_autofree char *utc = g_strconcat (text, ":00Z", NULL);

  return moment (utc) / 1000;
}

static void
test_a_time_of_the_wall_has_one_moment (void)
{
  static const struct {
    const char *zone, *wall, *first, *last;
  } known[] = {
    { "Europe/Berlin", "2026-01-10T08:00", "2026-01-10T07:00:00Z", "2026-01-10T07:00:00Z" },
    { "Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00Z", "2026-03-29T00:59:00Z" },
    { "Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z" },
    { "Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z" },
    { "Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z" },
    { "Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z" },
    { "Europe/Berlin", "2026-10-25T02:59", "2026-10-25T00:59:00Z", "2026-10-25T01:59:00Z" },
    { "Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z" },
    { "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z" },
    { "America/New_York", "2026-03-08T02:15", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z" },
    { "Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z" },
    { "Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z" },
    { "Asia/Kolkata", "2026-06-01T05:30", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autoptr (GTimeZone) zone = dk_zone_new (known[i].zone, NULL);
    g_test_message ("%s %s", known[i].zone, known[i].wall);
    g_assert_cmpint (dk_zone_moment (zone, wall (known[i].wall), DK_ZONE_FIRST), ==,
                     moment (known[i].first));
    g_assert_cmpint (dk_zone_moment (zone, wall (known[i].wall), DK_ZONE_LAST), ==,
                     moment (known[i].last));
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/hours/reads-what-people-write", test_reads_what_people_write);
  g_test_add_func ("/model/hours/refuses-slips-of-the-pen", test_refuses_slips_of_the_pen);
  g_test_add_func ("/model/hours/says-it-in-words", test_says_it_in_words);
  g_test_add_func ("/model/zone/an-unknown-zone-is-an-error", test_an_unknown_zone_is_an_error);
  g_test_add_func ("/model/zone/a-time-of-the-wall-has-one-moment",
                   test_a_time_of_the_wall_has_one_moment);
  return g_test_run ();
}
