/* SPDX-License-Identifier: MIT */
/* Goal: who is on call is right at every moment of two years in five time zones, clock changes
 * included; gaps and overlaps are found, and nothing else.
 * Method: a plain walk through the wall clock of each zone in steps of 15 minutes says when each
 * shift lasts; the rota is asked at those moments, all of them around a change of clocks (with
 * DK_LONG=1 everywhere). Control: arithmetic in UTC, which ignores clock changes, must differ where
 * clocks change, and nowhere else. */
#include "app/model/hours.h"
#include "app/model/rota.h"
#include "tests/support/support.h"

#define STEP_S 900
#define DAY_S 86400
#define DAYS 730
#define STEPS (DAYS * DAY_S / STEP_S)
#define FROM_S (G_GINT64_CONSTANT (1735689600)) /* 2025-01-01T00:00:00Z */
#define AROUND (2 * DAY_S / STEP_S)
#define SPARSE 13

static DkShift *
shift_new (const char *contact, const char *zone, const char *starts, const char *ends, int repeat)
{
  DkShift *shift = dk_shift_new ();

  shift->service = g_strdup ("ehr");
  shift->tier = 1;
  shift->contact = g_strdup (contact);
  shift->timezone = g_strdup (zone);
  shift->starts = g_strdup (starts);
  shift->ends = g_strdup (ends);
  shift->repeat_days = repeat;
  return shift;
}

static GPtrArray *
shifts_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) dk_shift_free);
}

/* What the clock on the wall shows at each step, by GLib's calendar. */
static gint64 *
walk_wall (const char *zone_name)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  gint64 *walls = g_new (gint64, STEPS);

  for (guint i = 0; i < STEPS; i++) {
    g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (FROM_S + (gint64) i * STEP_S);
    g_autoptr (GDateTime) there = g_date_time_to_timezone (utc, zone);
    walls[i] = FROM_S + (gint64) i * STEP_S + g_date_time_get_utc_offset (there) / G_USEC_PER_SEC;
  }
  return walls;
}

static gint64
wall_of (const char *text)
{
  g_autofree char *utc = g_strconcat (text, ":00Z", NULL);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (utc, NULL);

  return g_date_time_to_unix (time);
}

/* Steps at which the shift lasts: from the first step whose wall is not before the start, to the
 * last one whose wall is before the end. */
static gboolean *
walk_shift (const DkShift *shift, const gint64 *walls)
{
  gboolean *lasts = g_new0 (gboolean, STEPS);
  gint64 starts = wall_of (shift->starts);
  gint64 length = wall_of (shift->ends) - starts;

  for (gint64 begin = starts; begin < FROM_S + (gint64) DAYS * DAY_S;
       begin += (gint64) shift->repeat_days * DAY_S) {
    gint64 guess = (begin - FROM_S) / STEP_S;
    gint64 low = MAX (0, guess - AROUND);
    gint64 high = MIN (STEPS, guess + length / STEP_S + AROUND);
    gint64 first = low;
    gint64 last = high - 1;
    while (first < high && walls[first] < begin)
      first++;
    while (last > low && walls[last] >= begin + length)
      last--;
    for (gint64 i = first; i <= last && i < STEPS; i++)
      lasts[i] = TRUE;
  }
  return lasts;
}

static gboolean
is_on_call (const GPtrArray *shifts, const char *contact, gint64 at_ms)
{
  g_autoptr (GPtrArray) turns = dk_rota_on_call (shifts, "ehr", at_ms);

  for (guint i = 0; i < turns->len; i++)
    if (g_str_equal (((DkOnCallTurn *) g_ptr_array_index (turns, i))->contact, contact))
      return TRUE;
  return FALSE;
}

/* As if every day had 24 hours. */
static gboolean
is_on_call_in_utc (const DkShift *shift, gint64 at_s)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (shift->timezone);
  gint64 first_s = dk_zone_moment (zone, wall_of (shift->starts), DK_ZONE_FIRST) / 1000;
  gint64 length = wall_of (shift->ends) - wall_of (shift->starts);

  return at_s >= first_s && (at_s - first_s) % (shift->repeat_days * DAY_S) < length;
}

/* TRUE near a change of clocks. */
static gboolean *
mark_changes (const gint64 *walls)
{
  gboolean *near = g_new0 (gboolean, STEPS);

  for (gint64 i = 1; i < STEPS; i++)
    for (gint64 k = MAX (0, i - AROUND);
         walls[i] - walls[i - 1] != STEP_S && k < MIN (STEPS, i + AROUND); k++)
      near[k] = TRUE;
  return near;
}

static void
compare_zone (const char *zone, gboolean clocks_change)
{
  g_autoptr (GPtrArray) shifts = shifts_new ();
  g_autofree gint64 *walls = walk_wall (zone);
  g_autofree gboolean *near = mark_changes (walls);
  gboolean dense = g_getenv ("DK_LONG") != NULL;
  guint asked = 0;
  guint control = 0;

  g_ptr_array_add (shifts, shift_new ("night", zone, "2025-01-01T22:00", "2025-01-02T02:30", 1));
  g_ptr_array_add (shifts, shift_new ("early", zone, "2025-01-05T02:30", "2025-01-05T14:15", 1));
  g_ptr_array_add (shifts, shift_new ("sunday", zone, "2025-01-05T01:45", "2025-01-06T01:45", 7));
  g_ptr_array_add (shifts, shift_new ("week", zone, "2025-01-06T08:00", "2025-01-13T08:00", 14));
  for (guint s = 0; s < shifts->len; s++) {
    const DkShift *shift = g_ptr_array_index (shifts, s);
    g_autofree gboolean *lasts = walk_shift (shift, walls);
    for (guint i = AROUND; i + AROUND < STEPS; i++) {
      gint64 at_s = FROM_S + (gint64) i * STEP_S;
      if (!dense && !near[i] && i % SPARSE != 0)
        continue;
      asked++;
      control += is_on_call_in_utc (shift, at_s) != lasts[i];
      if (is_on_call (shifts, shift->contact, at_s * 1000) != lasts[i])
        g_error ("%s %s at %" G_GINT64_FORMAT ": must be %d", zone, shift->contact, at_s,
                 lasts[i]);
    }
  }
  g_test_message ("%s: %u moments, %u of them wrong in UTC", zone, asked, control);
  g_assert_cmpuint (asked, >, 15000);
  if (clocks_change)
    g_assert_cmpuint (control, >, 100);
  else
    g_assert_cmpuint (control, ==, 0);
}

static void
test_two_years_in_five_zones (void)
{
  compare_zone ("America/New_York", TRUE);
  compare_zone ("Europe/Berlin", TRUE);
  compare_zone ("Australia/Lord_Howe", TRUE);
  compare_zone ("Asia/Kolkata", FALSE);
  compare_zone ("America/Santiago", TRUE);
}

static gint64
moment (const char *utc)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (utc, NULL);

  return g_date_time_to_unix (time) * 1000;
}

static void
test_tells_when_it_changes (void)
{
  g_autoptr (GPtrArray) shifts = shifts_new ();
  g_autoptr (GPtrArray) turns = NULL;
  g_autoptr (GPtrArray) later = NULL;
  const DkOnCallTurn *turn;

  /* two weeks of ann in a row, then bob; carl always, in another tier */
  g_ptr_array_add (shifts, shift_new ("ann", "UTC", "2026-01-05T08:00", "2026-01-12T08:00", 21));
  g_ptr_array_add (shifts, shift_new ("ann", "UTC", "2026-01-12T08:00", "2026-01-19T08:00", 21));
  g_ptr_array_add (shifts, shift_new ("bob", "UTC", "2026-01-19T08:00", "2026-01-26T08:00", 21));
  g_ptr_array_add (shifts, shift_new ("carl", "UTC", "2026-01-01T00:00", "2026-01-02T00:00", 1));
  ((DkShift *) g_ptr_array_index (shifts, 3))->tier = 2;
  turns = dk_rota_on_call (shifts, NULL, moment ("2026-01-06T00:00:00Z"));
  g_assert_cmpuint (turns->len, ==, 2);
  turn = g_ptr_array_index (turns, 0);
  g_assert_cmpstr (turn->contact, ==, "ann");
  g_assert_cmpint (turn->until_ms, ==, moment ("2026-01-19T08:00:00Z"));
  turn = g_ptr_array_index (turns, 1);
  g_assert_cmpstr (turn->contact, ==, "carl");
  g_assert_cmpint (turn->tier, ==, 2);
  g_assert_cmpint (turn->until_ms, ==, 0);
  later = dk_rota_on_call (shifts, "ehr", moment ("2026-01-19T08:00:00Z"));
  g_assert_cmpstr (((DkOnCallTurn *) g_ptr_array_index (later, 0))->contact, ==, "bob");
  g_ptr_array_unref (g_steal_pointer (&later));
  later = dk_rota_on_call (shifts, "lab", moment ("2026-01-19T08:00:00Z"));
  g_assert_cmpuint (later->len, ==, 0);
}

static void
test_the_last_date_is_of_the_start (void)
{
  g_autoptr (GPtrArray) shifts = shifts_new ();
  DkShift *shift = shift_new ("ann", "Europe/Berlin", "2026-01-05T22:00", "2026-01-06T06:00", 1);

  shift->until = g_strdup ("2026-01-07");
  g_ptr_array_add (shifts, shift);
  g_assert_true (is_on_call (shifts, "ann", moment ("2026-01-08T04:59:59Z")));
  g_assert_false (is_on_call (shifts, "ann", moment ("2026-01-08T05:00:00Z")));
  g_assert_false (is_on_call (shifts, "ann", moment ("2026-01-08T22:00:00Z")));
  g_assert_false (is_on_call (shifts, "ann", moment ("2026-01-05T20:59:59Z")));
  g_assert_true (is_on_call (shifts, "ann", moment ("2026-01-05T21:00:00Z")));
}

static void
assert_fault (const GPtrArray *faults, guint i, DkRotaFaultKind kind, const char *from,
              const char *to, guint shift)
{
  const DkRotaFault *fault = g_ptr_array_index (faults, i);

  g_assert_cmpint (fault->kind, ==, kind);
  g_assert_cmpint (fault->from_ms, ==, moment (from));
  g_assert_cmpint (fault->to_ms, ==, moment (to));
  g_assert_cmpuint (fault->shift, ==, shift);
  g_assert_cmpuint (g_strv_length (fault->contacts), ==, kind == DK_ROTA_GAP ? 0 : 2);
}

static void
test_finds_gaps_and_overlaps (void)
{
  g_autoptr (GPtrArray) shifts = shifts_new ();
  g_autoptr (GPtrArray) faults = NULL;

  g_ptr_array_add (shifts, shift_new ("ann", "UTC", "2026-01-05T08:00", "2026-01-05T20:00", 0));
  g_ptr_array_add (shifts, shift_new ("bob", "UTC", "2026-01-05T19:00", "2026-01-06T08:00", 0));
  g_ptr_array_add (shifts, shift_new ("carl", "UTC", "2026-01-06T09:00", "2026-01-06T20:00", 0));
  faults = dk_rota_faults (shifts, moment ("2026-01-01T00:00:00Z"),
                           moment ("2026-01-07T00:00:00Z"));
  g_assert_cmpuint (faults->len, ==, 3);
  assert_fault (faults, 0, DK_ROTA_OVERLAP, "2026-01-05T19:00:00Z", "2026-01-05T20:00:00Z", 1);
  assert_fault (faults, 1, DK_ROTA_GAP, "2026-01-06T08:00:00Z", "2026-01-06T09:00:00Z", 1);
  assert_fault (faults, 2, DK_ROTA_GAP, "2026-01-06T20:00:00Z", "2026-01-07T00:00:00Z", 2);
}

/* Two who hand over at 01:30 and 02:30 each night of two years: no fault where clocks change. */
static void
test_a_hand_over_at_night_is_no_fault (void)
{
  static const char *const zones[] = { "America/New_York", "Europe/Berlin", "Australia/Lord_Howe" };
  static const char *const times[] = { "01:30", "01:45", "02:30", "03:00" };

  for (gsize z = 0; z < G_N_ELEMENTS (zones); z++)
    for (gsize t = 0; t < G_N_ELEMENTS (times); t++) {
      g_autoptr (GPtrArray) shifts = shifts_new ();
      g_autoptr (GPtrArray) faults = NULL;
      g_autofree char *night = g_strconcat ("2025-01-05T", times[t], NULL);
      g_ptr_array_add (shifts, shift_new ("ann", zones[z], "2025-01-04T14:00", night, 1));
      g_ptr_array_add (shifts, shift_new ("bob", zones[z], night, "2025-01-05T14:00", 1));
      faults = dk_rota_faults (shifts, moment ("2025-01-10T00:00:00Z"),
                               moment ("2027-01-01T00:00:00Z"));
      g_assert_cmpuint (faults->len, ==, 0);
      /* control: without bob each night has its gap */
      g_ptr_array_remove_index (shifts, 1);
      g_ptr_array_unref (g_steal_pointer (&faults));
      faults = dk_rota_faults (shifts, moment ("2025-01-10T00:00:00Z"),
                               moment ("2027-01-01T00:00:00Z"));
      g_assert_cmpuint (faults->len, >=, 720);
    }
}

static void
test_refuses_what_cannot_be (void)
{
  static const struct {
    const char *zone, *starts, *ends;
    int repeat;
  } bad[] = {
    { "Mars/Olympus", "2026-01-05T08:00", "2026-01-05T20:00", 0 },
    { NULL, "2026-01-05T08:00", "2026-01-05T20:00", 0 },
    { "UTC", "2026-02-29T08:00", "2026-03-05T20:00", 0 },
    { "UTC", "2026-01-05 08:00", "2026-01-05T20:00", 0 },
    { "UTC", "2026-01-05T24:00", "2026-01-06T20:00", 0 },
    { "UTC", "2026-01-05T08:60", "2026-01-06T20:00", 0 },
    { "UTC", "2026-01-05T08:00", "2026-01-05T08:00", 0 },
    { "UTC", "2026-01-05T08:00", "2026-01-04T08:00", 0 },
    { "UTC", "2026-01-05T08:00", "2026-01-06T08:01", 1 },
    { "UTC", "2026-01-05T08:00", "2026-01-05T09:00", -1 },
    { "UTC", "2026-01-05T08:00", "2026-01-05T09:00", 367 },
    { "UTC", NULL, "2026-01-05T09:00", 0 },
    { "UTC", "9999-01-05T08:00", "9999-01-05T09:00", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GPtrArray) shifts = shifts_new ();
    g_autoptr (GError) error = NULL;
    DkShift *shift = shift_new ("ann", bad[i].zone, bad[i].starts, bad[i].ends, bad[i].repeat);
    g_ptr_array_add (shifts, shift);
    g_assert_false (dk_shift_check (shift, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_false (is_on_call (shifts, "ann", moment ("2026-01-05T08:30:00Z")));
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/rota/two-years-in-five-zones", test_two_years_in_five_zones);
  g_test_add_func ("/model/rota/tells-when-it-changes", test_tells_when_it_changes);
  g_test_add_func ("/model/rota/the-last-date-is-of-the-start", test_the_last_date_is_of_the_start);
  g_test_add_func ("/model/rota/finds-gaps-and-overlaps", test_finds_gaps_and_overlaps);
  g_test_add_func ("/model/rota/a-hand-over-at-night-is-no-fault",
                   test_a_hand_over_at_night_is_no_fault);
  g_test_add_func ("/model/rota/refuses-what-cannot-be", test_refuses_what_cannot_be);
  return g_test_run ();
}
