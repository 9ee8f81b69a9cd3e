/* SPDX-License-Identifier: MIT */
/* Goal: a time that was written is read again as the same moment, whatever the zone and season;
 * what is no time is refused and named. Method: known pairs, and random moments in several
 * zones. */
#include "app/base/clock.h"

#include <string.h>
#include <time.h>

#include "tests/support/support.h"

#define MOMENTS 5000
#define LAST_MS G_GINT64_CONSTANT (253402300799999)

static void
set_zone (const char *name)
{
  g_assert_true (g_setenv ("TZ", name, TRUE));
  tzset ();
}

static gint64
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  gint64 ms = -1;
  gboolean done = dk_time_parse (text, "The time", &ms, &error);

  g_assert_no_error (error);
  g_assert_true (done);
  return ms;
}

static void
test_reads (void)
{
  set_zone ("UTC");
  g_assert_cmpint (parse ("1970-01-01T00:00:00Z"), ==, 0);
  g_assert_cmpint (parse ("2026-11-22T12:31:05.123Z"), ==, G_GINT64_CONSTANT (1795350665123));
  g_assert_cmpint (parse ("2026-11-22T13:31:05.123+01:00"), ==, G_GINT64_CONSTANT (1795350665123));
  g_assert_cmpint (parse ("2026-11-22T12:31"), ==, G_GINT64_CONSTANT (1795350660000));
  g_assert_cmpint (parse (" 2026-11-22 12:31 "), ==, G_GINT64_CONSTANT (1795350660000));
  g_assert_cmpint (parse ("2026-11-22T13:31+0100"), ==, G_GINT64_CONSTANT (1795350660000));
  g_assert_cmpint (parse ("2026-11-22T12:31Z"), ==, G_GINT64_CONSTANT (1795350660000));
  g_assert_cmpint (parse ("9999-12-31T23:59:59.999Z"), ==, LAST_MS);
}

static void
test_refuses (void)
{
  static const char *const bad[] = {
    NULL,
    "",
    "now",
    "22.11.2026",
    "2026-13-01T00:00Z",
    "2026-02-30T00:00Z",
    "2026-11-22T25:00Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "10000-01-01T00:00:00Z",
    "2026-11-22T12:31:05Zx",
    "2026-11-22T12:31:05\xff",
    "\xff\xfe",
    "2026-11-22T12:31\n2026",
    "12:31",
    "2026-11-22T12:31:05+99:99",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    gint64 ms = 42;
    g_assert_false (dk_time_parse (bad[i], "The begin", &ms, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, "The begin"));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_assert_cmpint (ms, ==, 42);
  }
}

static void
test_round_trips (void)
{
  static const char *const zones[]
      = { "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint z = 0; z < G_N_ELEMENTS (zones); z++) {
    set_zone (zones[z]);
    for (guint i = 0; i < MOMENTS / G_N_ELEMENTS (zones); i++) {
      gint64 ms = (gint64) (g_rand_double (rand) * 4102444800000.0);
      g_autofree char *utc = dk_time_format_utc (ms);
      g_autofree char *local = dk_time_format_local (ms);
      g_assert_cmpint (parse (utc), ==, ms);
      g_assert_cmpuint (strlen (utc), ==, 24);
      g_assert_cmpint (parse (local), ==, ms / 1000 * 1000);
    }
  }
  set_zone ("UTC");
  g_test_message ("%d moments in %d zones", MOMENTS, (int) G_N_ELEMENTS (zones));
}

/* In the night in which clocks are set back one local hour happens twice; only the offset tells. */
static void
test_summer_time (void)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  gint64 ms = 0;

  if (!g_file_test ("/usr/share/zoneinfo/Europe/Berlin", G_FILE_TEST_EXISTS)) {
    g_test_skip ("the time zone database is not installed");
    return;
  }
  set_zone ("Europe/Berlin");
  first = dk_time_format_local (parse ("2026-10-25T00:30:00Z"));
  second = dk_time_format_local (parse ("2026-10-25T01:30:00Z"));
  g_assert_cmpstr (first, ==, "2026-10-25T02:30:00+02:00");
  g_assert_cmpstr (second, ==, "2026-10-25T02:30:00+01:00");
  g_assert_cmpint (parse (second) - parse (first), ==, 3600 * 1000);
  /* An hour that does not exist is read as one that does, or refused; never as another day. */
  if (dk_time_parse ("2026-03-29T02:30", "The time", &ms, NULL))
    g_assert_cmpint (ABS (ms - parse ("2026-03-29T01:00:00Z")), <=, 2 * 3600 * 1000);
  set_zone ("UTC");
}

static void
test_for_people (void)
{
  gint64 now = 0;
  g_autofree char *today = NULL;
  g_autofree char *this_year = NULL;
  g_autofree char *before = NULL;
  g_autofree char *minutes = dk_time_format_age (4 * 60000);
  g_autofree char *hours = dk_time_format_age (126 * 60000);
  g_autofree char *days = dk_time_format_age (G_GINT64_CONSTANT (3) * 86400000);
  g_autofree char *future = dk_time_format_age (-5);
  g_autofree char *paper = NULL;

  set_zone ("UTC");
  paper = dk_time_format_minute (parse ("2026-11-02T03:05:59Z"));
  g_assert_cmpstr (paper, ==, "2026-11-02 03:05");
  now = parse ("2026-11-22T15:00Z");
  today = dk_time_format_short (parse ("2026-11-22T13:31Z"), now);
  this_year = dk_time_format_short (parse ("2026-11-02T13:31Z"), now);
  before = dk_time_format_short (parse ("2025-11-22T13:31Z"), now);
  g_assert_cmpstr (today, ==, "13:31");
  g_assert_cmpstr (this_year, ==, "2 Nov 13:31");
  g_assert_cmpstr (before, ==, "22 Nov 2025 13:31");
  g_assert_cmpstr (minutes, ==, "4 min");
  g_assert_cmpstr (hours, ==, "2 h 06");
  g_assert_cmpstr (days, ==, "3 days");
  g_assert_cmpstr (future, ==, "0 min");
}

static void
test_now (void)
{
  DkMoment a;
  DkMoment b;

  dk_clock_now (&a);
  dk_clock_now (&b);
  g_assert_cmpint (b.mono_ms, >=, a.mono_ms);
  g_assert_cmpstr (a.boot, ==, b.boot);
  g_assert_cmpint (ABS (dk_clock_wall_ms () - a.wall_ms), <, 60000);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/base/clock/reads-what-people-and-programs-write", test_reads);
  g_test_add_func ("/base/clock/refuses-what-is-no-time", test_refuses);
  g_test_add_func ("/base/clock/round-trips-in-every-zone", test_round_trips);
  g_test_add_func ("/base/clock/keeps-the-doubled-hour-apart", test_summer_time);
  g_test_add_func ("/base/clock/formats-for-people", test_for_people);
  g_test_add_func ("/base/clock/one-boot-one-direction", test_now);
  return dk_test_run ();
}
