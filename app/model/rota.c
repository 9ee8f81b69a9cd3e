/* SPDX-License-Identifier: MIT */
#include "app/model/rota.h"

#include <string.h>

#include "app/base/text.h"
#include "app/model/hours.h"

#define DAY_S 86400
#define DAY_MS (G_GINT64_CONSTANT (86400000))
#define TIER_MAX 9
#define FAULTS_MAX 1000

/* A shift made ready to reckon with: seconds of the wall since 1970. */
typedef struct {
  const DkShift *shift;
  guint index;
  GTimeZone *zone;
  gint64 starts_s;
  gint64 ends_s;
  gint64 until_day; /* days since 1970, the last one on which it starts */
} Ready;

/* One time that a shift takes place. */
typedef struct {
  gint64 from_ms;
  gint64 to_ms;
  const Ready *ready;
} Turn;

DkShift *
dk_shift_new (void)
{
  return g_new0 (DkShift, 1);
}

void
dk_shift_free (DkShift *shift)
{
  if (shift == NULL)
    return;
  g_free (shift->service);
  g_free (shift->contact);
  g_free (shift->timezone);
  g_free (shift->starts);
  g_free (shift->ends);
  g_free (shift->until);
  g_free (shift->note);
  g_free (shift);
}

void
dk_on_call_turn_free (DkOnCallTurn *turn)
{
  if (turn == NULL)
    return;
  g_free (turn->service);
  g_free (turn->contact);
  g_free (turn);
}

void
dk_rota_fault_free (DkRotaFault *fault)
{
  if (fault == NULL)
    return;
  g_free (fault->service);
  g_strfreev (fault->contacts);
  g_free (fault);
}

static gint64
floor_div (gint64 a, gint64 b)
{
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

static gboolean
matches (const char *text, const char *pattern)
{
  gsize i = 0;

  for (; pattern[i] != '\0'; i++)
    if (pattern[i] == '0' ? !g_ascii_isdigit (text[i]) : text[i] != pattern[i])
      return FALSE;
  return text[i] == '\0';
}

/* Days since 1970-01-01 of YYYY-MM-DD. */
static gboolean
parse_date (const char *text, gint64 *day)
{
  int year = (int) g_ascii_strtoll (text, NULL, 10);
  int month = (int) g_ascii_strtoll (text + 5, NULL, 10);
  int of_month = (int) g_ascii_strtoll (text + 8, NULL, 10);
  GDate date;
  GDate epoch;

  if (year < 1970 || year > 9998 || month < 1 || month > 12 || of_month < 1
      || !g_date_valid_dmy ((GDateDay) of_month, (GDateMonth) month, (GDateYear) year))
    return FALSE;
  g_date_clear (&date, 1);
  g_date_clear (&epoch, 1);
  g_date_set_dmy (&date, (GDateDay) of_month, (GDateMonth) month, (GDateYear) year);
  g_date_set_dmy (&epoch, 1, G_DATE_JANUARY, 1970);
  *day = g_date_days_between (&epoch, &date);
  return TRUE;
}

static gboolean
parse_wall (const char *text, gint64 *wall_s)
{
  gint64 day;
  gint64 minutes;

  if (text == NULL || !matches (text, "0000-00-00T00:00") || !parse_date (text, &day))
    return FALSE;
  minutes = g_ascii_strtoll (text + 11, NULL, 10) * 60 + g_ascii_strtoll (text + 14, NULL, 10);
  if (text[14] > '5' || minutes >= 24 * 60)
    return FALSE;
  *wall_s = day * DAY_S + minutes * 60;
  return TRUE;
}

static gboolean
refuse_time (const char *what, const char *text, GError **error)
{
  g_autofree char *shown = dk_text_printable (text != NULL ? text : "", FALSE);

  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The %s \"%s\" does not exist or is not understood. It is written like "
               "\"2026-11-23 08:00\", a date alone like \"2026-11-23\".",
               what, shown);
  return FALSE;
}

static gboolean
read_times (const DkShift *shift, Ready *ready, GError **error)
{
  ready->until_day = G_MAXINT64;
  if (!parse_wall (shift->starts, &ready->starts_s))
    return refuse_time ("start", shift->starts, error);
  if (!parse_wall (shift->ends, &ready->ends_s))
    return refuse_time ("end", shift->ends, error);
  if (shift->until != NULL
      && (!matches (shift->until, "0000-00-00") || !parse_date (shift->until, &ready->until_day)))
    return refuse_time ("last date", shift->until, error);
  return TRUE;
}

/* The zone of `ready` is not looked at. */
static gboolean
check_length (const DkShift *shift, const Ready *ready, GError **error)
{
  const char *why = NULL;

  if (shift->service == NULL || shift->contact == NULL)
    why = "A shift needs a service and a contact.";
  else if (shift->tier < 1 || shift->tier > TIER_MAX)
    why = "The tier must be 1 to 9; 1 is called first.";
  else if (shift->repeat_days < 0 || shift->repeat_days > DK_SHIFT_REPEAT_MAX)
    why = "A shift repeats every 1 to 366 days.";
  else if (ready->ends_s <= ready->starts_s)
    why = "The shift ends before it begins, or at once.";
  else if (shift->repeat_days > 0
           && ready->ends_s - ready->starts_s > (gint64) shift->repeat_days * DAY_S)
    why = "The shift is longer than its repetition, so it would overlap itself.";
  else if (ready->until_day < floor_div (ready->starts_s, DAY_S))
    why = "The last date lies before the start.";
  if (why == NULL)
    return TRUE;
  g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID, why);
  return FALSE;
}

static gboolean
make_ready (const DkShift *shift, guint index, Ready *ready, GError **error)
{
  *ready = (Ready){ .shift = shift, .index = index };
  if (!read_times (shift, ready, error) || !check_length (shift, ready, error))
    return FALSE;
  ready->zone = dk_zone_new (shift->timezone, error);
  return ready->zone != NULL;
}

gboolean
dk_shift_check (const DkShift *shift, GError **error)
{
  Ready ready;
  gboolean done = make_ready (shift, 0, &ready, error);

  g_clear_pointer (&ready.zone, g_time_zone_unref);
  return done;
}

static void
clear_ready (gpointer data)
{
  g_clear_pointer (&((Ready *) data)->zone, g_time_zone_unref);
}

/* Those of a service (NULL = all) that can be reckoned with. New array of Ready. */
static GArray *
ready_shifts (const GPtrArray *shifts, const char *service)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Ready));

  g_array_set_clear_func (list, clear_ready);
  for (guint i = 0; i < shifts->len; i++) {
    const DkShift *shift = g_ptr_array_index (shifts, i);
    Ready ready;
    if (service != NULL && g_strcmp0 (shift->service, service) != 0)
      continue;
    if (make_ready (shift, i, &ready, NULL))
      g_array_append_val (list, ready);
    else
      clear_ready (&ready);
  }
  return list;
}

/* The time with this number (from 0); FALSE if it does not take place. */
static gboolean
turn_at (const Ready *ready, gint64 number, Turn *turn)
{
  gint64 later_s = number * ready->shift->repeat_days * DAY_S;

  if (number < 0 || (number > 0 && ready->shift->repeat_days == 0)
      || floor_div (ready->starts_s + later_s, DAY_S) > ready->until_day)
    return FALSE;
  turn->ready = ready;
  turn->from_ms = dk_zone_moment (ready->zone, ready->starts_s + later_s, DK_ZONE_FIRST);
  turn->to_ms = dk_zone_moment (ready->zone, ready->ends_s + later_s, DK_ZONE_LAST);
  return turn->from_ms < turn->to_ms;
}

/* Number of the last time that can have begun by then; one more where clocks were changed. */
static gint64
number_near (const Ready *ready, gint64 at_ms)
{
  gint64 wall_s = dk_zone_wall (ready->zone, at_ms);

  return ready->shift->repeat_days == 0
             ? 0
             : floor_div (wall_s - ready->starts_s, (gint64) ready->shift->repeat_days * DAY_S);
}

/* The turn that lasts at that moment; of two the one that ends later. */
static gboolean
find_turn (const Ready *ready, gint64 at_ms, Turn *turn)
{
  gint64 near = number_near (ready, at_ms);
  gboolean found = FALSE;

  for (gint64 number = near - 1; number <= near + 1; number++) {
    Turn one;
    if (!turn_at (ready, number, &one) || at_ms < one.from_ms || at_ms >= one.to_ms
        || (found && one.to_ms <= turn->to_ms))
      continue;
    *turn = one;
    found = TRUE;
  }
  return found;
}

static gboolean
is_same_place (const DkShift *a, const DkShift *b)
{
  return a->tier == b->tier && strcmp (a->service, b->service) == 0;
}

/* End of the duty of this person that lasts at a moment, through all shifts that follow at once; 0
 * = behind `horizon_ms`. */
static gint64
end_of_duty (const GArray *list, const DkShift *shift, gint64 to_ms, gint64 horizon_ms)
{
  gboolean longer = TRUE;

  while (longer) {
    longer = FALSE;
    for (guint i = 0; i < list->len; i++) {
      const Ready *other = &g_array_index (list, Ready, i);
      Turn turn;
      if (!is_same_place (other->shift, shift)
          || strcmp (other->shift->contact, shift->contact) != 0
          || !find_turn (other, to_ms, &turn))
        continue;
      to_ms = turn.to_ms;
      longer = TRUE;
    }
    if (to_ms > horizon_ms)
      return 0;
  }
  return to_ms;
}

static int
compare_turns (gconstpointer a, gconstpointer b)
{
  const DkOnCallTurn *one = *(const DkOnCallTurn *const *) a;
  const DkOnCallTurn *other = *(const DkOnCallTurn *const *) b;
  int order = strcmp (one->service, other->service);

  if (order == 0)
    order = one->tier - other->tier;
  return order != 0 ? order : (one->shift > other->shift) - (one->shift < other->shift);
}

static gboolean
has_turn (const GPtrArray *turns, const DkShift *shift)
{
  for (guint i = 0; i < turns->len; i++) {
    const DkOnCallTurn *turn = g_ptr_array_index (turns, i);
    if (turn->tier == shift->tier && strcmp (turn->service, shift->service) == 0
        && strcmp (turn->contact, shift->contact) == 0)
      return TRUE;
  }
  return FALSE;
}

GPtrArray *
dk_rota_on_call (const GPtrArray *shifts, const char *service, gint64 at_ms)
{
  GPtrArray *turns = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_on_call_turn_free);
  g_autoptr (GArray) list = ready_shifts (shifts, service);

  for (guint i = 0; i < list->len; i++) {
    const Ready *ready = &g_array_index (list, Ready, i);
    DkOnCallTurn *one;
    Turn turn;
    if (!find_turn (ready, at_ms, &turn) || has_turn (turns, ready->shift))
      continue;
    one = g_new0 (DkOnCallTurn, 1);
    one->service = g_strdup (ready->shift->service);
    one->tier = ready->shift->tier;
    one->contact = g_strdup (ready->shift->contact);
    one->shift = ready->index;
    one->until_ms
        = end_of_duty (list, ready->shift, turn.to_ms, at_ms + DK_ROTA_LOOK_DAYS * DAY_MS);
    g_ptr_array_add (turns, one);
  }
  g_ptr_array_sort (turns, compare_turns);
  return turns;
}

static int
compare_begins (gconstpointer a, gconstpointer b)
{
  const Turn *one = a;
  const Turn *other = b;

  if (one->from_ms != other->from_ms)
    return one->from_ms < other->from_ms ? -1 : 1;
  return (one->ready->index > other->ready->index) - (one->ready->index < other->ready->index);
}

/* All shifts of one service and tier. */
typedef struct {
  const Ready *shifts;
  guint count;
} Place;

/* All turns of a place that touch the time between two moments, in order. New array of Turn. */
static GArray *
turns_between (const Place *place, gint64 from_ms, gint64 to_ms)
{
  GArray *turns = g_array_new (FALSE, FALSE, sizeof (Turn));

  for (guint i = 0; i < place->count; i++) {
    const Ready *ready = &place->shifts[i];
    gint64 last = number_near (ready, to_ms) + 1;
    for (gint64 n = MAX (0, number_near (ready, from_ms) - 1); n <= MAX (0, last); n++) {
      Turn turn;
      if (turn_at (ready, n, &turn) && turn.to_ms > from_ms && turn.from_ms < to_ms)
        g_array_append_val (turns, turn);
    }
  }
  g_array_sort (turns, compare_begins);
  return turns;
}

/* The first start of a place at all. */
static gint64
first_start (const Place *place)
{
  gint64 first = G_MAXINT64;

  for (guint i = 0; i < place->count; i++) {
    Turn turn;
    if (turn_at (&place->shifts[i], 0, &turn))
      first = MIN (first, turn.from_ms);
  }
  return first;
}

static void
add_fault (GPtrArray *faults, DkRotaFaultKind kind, const Turn *turn, const Turn *other,
           gint64 from_ms, gint64 to_ms)
{
  const char *const both[] = { turn->ready->shift->contact,
                               other != NULL ? other->ready->shift->contact : NULL, NULL };
  const char *const none[] = { NULL };
  DkRotaFault *fault;

  if (faults->len >= FAULTS_MAX || from_ms >= to_ms)
    return;
  fault = g_new0 (DkRotaFault, 1);
  fault->kind = kind;
  fault->service = g_strdup (turn->ready->shift->service);
  fault->tier = turn->ready->shift->tier;
  fault->from_ms = from_ms;
  fault->to_ms = to_ms;
  fault->contacts = g_strdupv ((char **) (other != NULL ? both : none));
  fault->shift = other != NULL ? other->ready->index : turn->ready->index;
  g_ptr_array_add (faults, fault);
}

/* TRUE if one begins where the other ends by the wall, in the hour that comes twice: both are there
 * then, and nobody has to mend that. */
static gboolean
meets_by_the_wall (const Turn *turn, const Turn *later)
{
  return dk_zone_wall (turn->ready->zone, turn->to_ms)
         == dk_zone_wall (turn->ready->zone, later->from_ms);
}

/* Each later turn against each before it that still lasts. */
static void
find_overlaps (GPtrArray *faults, const GArray *turns, gint64 from_ms, gint64 to_ms)
{
  for (guint i = 0; i < turns->len; i++) {
    const Turn *turn = &g_array_index (turns, Turn, i);
    for (guint k = i + 1; k < turns->len && faults->len < FAULTS_MAX; k++) {
      const Turn *later = &g_array_index (turns, Turn, k);
      if (later->from_ms >= turn->to_ms)
        break;
      if (strcmp (later->ready->shift->contact, turn->ready->shift->contact) != 0
          && !meets_by_the_wall (turn, later))
        add_fault (faults, DK_ROTA_OVERLAP, turn, later, MAX (later->from_ms, from_ms),
                   MIN (MIN (turn->to_ms, later->to_ms), to_ms));
    }
  }
}

static void
find_gaps (GPtrArray *faults, const GArray *turns, const Place *place, gint64 from_ms,
           gint64 to_ms)
{
  gint64 covered_ms = MAX (from_ms, first_start (place));
  const Ready *before = NULL;
  Turn edge = { 0 };

  for (guint i = 0; i < turns->len; i++) {
    const Turn *turn = &g_array_index (turns, Turn, i);
    edge.ready = before != NULL ? before : turn->ready;
    add_fault (faults, DK_ROTA_GAP, &edge, NULL, covered_ms, turn->from_ms);
    if (turn->to_ms > covered_ms) {
      covered_ms = turn->to_ms;
      before = turn->ready;
    }
  }
  edge.ready = before != NULL ? before : place->shifts;
  add_fault (faults, DK_ROTA_GAP, &edge, NULL, covered_ms, to_ms);
}

static int
compare_faults (gconstpointer a, gconstpointer b)
{
  const DkRotaFault *one = *(const DkRotaFault *const *) a;
  const DkRotaFault *other = *(const DkRotaFault *const *) b;
  int order = strcmp (one->service, other->service);

  if (order == 0)
    order = one->tier - other->tier;
  return order != 0 ? order : (one->from_ms > other->from_ms) - (one->from_ms < other->from_ms);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Ready *one = a;
  const Ready *other = b;
  int order = strcmp (one->shift->service, other->shift->service);

  if (order == 0)
    order = one->shift->tier - other->shift->tier;
  return order != 0 ? order : (one->index > other->index) - (one->index < other->index);
}

/* The place that begins there in a list in the order of places. */
static Place
place_from (const GArray *list, guint begin)
{
  Place place = { &g_array_index (list, Ready, begin), 1 };

  while (begin + place.count < list->len
         && is_same_place (place.shifts[0].shift, place.shifts[place.count].shift))
    place.count++;
  return place;
}

GPtrArray *
dk_rota_faults (const GPtrArray *shifts, gint64 from_ms, gint64 to_ms)
{
  GPtrArray *faults = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_rota_fault_free);
  g_autoptr (GArray) list = ready_shifts (shifts, NULL);

  g_array_sort (list, compare_places);
  for (guint i = 0; i < list->len && faults->len < FAULTS_MAX;) {
    Place place = place_from (list, i);
    g_autoptr (GArray) turns = turns_between (&place, from_ms, to_ms);
    find_overlaps (faults, turns, from_ms, to_ms);
    find_gaps (faults, turns, &place, from_ms, to_ms);
    i += place.count;
  }
  g_ptr_array_sort (faults, compare_faults);
  return faults;
}
