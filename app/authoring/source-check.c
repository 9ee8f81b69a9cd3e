/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/authoring/source-private.h"
#include "app/base/clock.h"

#define EXPIRES_SOON_DAYS 14
#define ROTA_DAYS_MAX 800 /* a slip in `expires` must not walk through centuries */
#define EXPIRES_SOON_MS (EXPIRES_SOON_DAYS * DK_SOURCE_DAY_MS)
#define COUNTS_DAYS 400 /* a year, and a month for the next edition to be late */

static const DkPlace file_start = { 1, 1 };

static gboolean
is_broken (const DkSourceReader *reader, const char *target)
{
  g_autofree char *any = g_strndup (target, strcspn (target, ":") + 1);

  return g_hash_table_contains (reader->broken, target)
         || g_hash_table_contains (reader->broken, any);
}

static const char *
home_of (const char *target)
{
  if (g_str_has_prefix (target, "contact:"))
    return "contacts/";
  if (g_str_has_prefix (target, "service:"))
    return "services/";
  return g_str_has_prefix (target, "runbook:") ? "runbooks/" : "lists/groups.csv";
}

/* The front line would see a bare id, with neither a name nor a number. */
static void
check_reader (DkSourceReader *reader, const DkSourceLink *link)
{
  const char *colon = strchr (link->target, ':');

  if (link->for_all && g_hash_table_contains (reader->for_leads, link->target))
    dk_source_warn (reader, link->at.name, link->at.place,
                    "the %.*s \"%s\" is for leads alone, but everybody reads this, and would see "
                    "the bare id: name one that all may see, or keep this for leads as well "
                    "(a heading [lead only], or audience: lead)",
                    (int) (colon - link->target), link->target, colon + 1);
}

void
dk_source_check_links (DkSourceReader *reader)
{
  for (guint i = 0; i < reader->links->len; i++) {
    const DkSourceLink *link = &g_array_index (reader->links, DkSourceLink, i);
    const char *colon = strchr (link->target, ':');
    check_reader (reader, link);
    if (!g_hash_table_contains (reader->ids, link->target) && !is_broken (reader, link->target))
      dk_source_problem (reader, link->at.name, link->at.place,
                         "there is no %.*s with the id \"%s\"; add it to %s or mend the id here",
                         (int) (colon - link->target), link->target, colon + 1,
                         home_of (link->target));
  }
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const DkSourceNumber *left = a;
  const DkSourceNumber *right = b;
  int order = (left->digits > right->digits) - (left->digits < right->digits);

  return order != 0 ? order : strcmp (left->contact, right->contact);
}

void
dk_source_check_numbers (DkSourceReader *reader)
{
  g_array_sort (reader->numbers, compare_numbers);
  for (guint i = 1; i < reader->numbers->len; i++) {
    const DkSourceNumber *number = &g_array_index (reader->numbers, DkSourceNumber, i);
    const DkSourceNumber *before = &g_array_index (reader->numbers, DkSourceNumber, i - 1);
    if (number->digits == before->digits && !g_str_equal (number->contact, before->contact))
      dk_source_warn (reader, number->at.name, number->at.place,
                      "this number is also that of %s (%s:%u); mend the wrong one, or keep it at "
                      "one of them and name the other in its note",
                      before->contact + strlen ("contact:"), before->at.name,
                      before->at.place.line);
  }
}

static DkSourcePlace
place_of_shift (const DkSourceReader *reader, guint i)
{
  return g_array_index (reader->shift_places, DkSourcePlace, i);
}

static void
tell_fault (DkSourceReader *reader, const DkRotaFault *fault)
{
  DkSourcePlace at = place_of_shift (reader, fault->shift);
  const DkShift *shift = g_ptr_array_index (reader->shifts, fault->shift);
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (shift->timezone);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (fault->from_ms / 1000);
  g_autoptr (GDateTime) there = zone != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
  g_autofree char *when
      = g_date_time_format (there != NULL ? there : utc, "%Y-%m-%d %H:%M %Z");
  g_autofree char *who = g_strjoinv (" and ", fault->contacts);

  if (fault->kind == DK_ROTA_OVERLAP)
    dk_source_problem (reader, at.name, at.place,
                       "%s are on call at once for %s, tier %d, from %s; give each a tier of their "
                       "own or mend start and end",
                       who, fault->service, fault->tier, when);
  else
    dk_source_problem (reader, at.name, at.place,
                       "nobody is on call for %s, tier %d, from %s; add a shift that begins there",
                       fault->service, fault->tier, when);
}

/* One gap and one overlap of a service and tier are enough to mend: the others repeat them. */
static gboolean
is_told_already (GHashTable *told, const DkRotaFault *fault)
{
  return !g_hash_table_add (told, g_strdup_printf ("%d %d %s", fault->kind, fault->tier,
                                                   fault->service));
}

/* The last moment at which a rota is known to be staffed; a gap at its end is no gap inside. */
static gboolean
is_end_of_rota (const DkRotaFault *fault, gint64 to_ms)
{
  return fault->kind == DK_ROTA_GAP && fault->to_ms >= to_ms;
}

static void
check_end (DkSourceReader *reader, const DkRotaFault *fault)
{
  DkSourcePlace at = place_of_shift (reader, fault->shift);
  g_autofree char *ends = dk_time_format_utc (fault->from_ms);

  dk_source_warn (reader, at.name, at.place,
                  "the rota of %s, tier %d, ends on %.10s, before the pack expires; continue it, "
                  "or let the pack expire earlier",
                  fault->service, fault->tier, ends);
}

static void
check_rota (DkSourceReader *reader)
{
  gint64 from = reader->created_ms;
  gint64 to = MIN (reader->expires_ms, from + ROTA_DAYS_MAX * DK_SOURCE_DAY_MS);
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) faults = NULL;

  if (reader->shifts->len == 0 || to <= from)
    return;
  faults = dk_rota_faults (reader->shifts, from, to);
  for (guint i = 0; i < faults->len; i++) {
    const DkRotaFault *fault = g_ptr_array_index (faults, i);
    if (fault->kind == DK_ROTA_GAP && fault->from_ms <= from)
      continue;
    if (is_end_of_rota (fault, to))
      check_end (reader, fault);
    else if (!is_told_already (told, fault))
      tell_fault (reader, fault);
  }
}

static gboolean
has_rota (const DkSourceReader *reader, const char *service)
{
  for (guint i = 0; i < reader->shifts->len; i++)
    if (g_str_equal (((const DkShift *) g_ptr_array_index (reader->shifts, i))->service, service))
      return TRUE;
  return FALSE;
}

/* Before the first start of a rota there is no gap by the rule of the model, but for a reader of
 * the pack on its first day there is. */
static void
check_begin (DkSourceReader *reader)
{
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gint64 now = reader->created_ms;

  if (reader->shifts->len == 0 || now == 0)
    return;
  for (guint i = 0; i < reader->shifts->len; i++) {
    const DkShift *shift = g_ptr_array_index (reader->shifts, i);
    DkSourcePlace at = place_of_shift (reader, i);
    g_autofree char *key = g_strdup_printf ("%d %s", shift->tier, shift->service);
    g_autoptr (GPtrArray) turns = NULL;
    gboolean someone = FALSE;
    if (!g_hash_table_add (told, g_steal_pointer (&key)))
      continue;
    turns = dk_rota_on_call (reader->shifts, shift->service, now);
    for (guint k = 0; k < turns->len; k++)
      someone = someone
                || ((const DkOnCallTurn *) g_ptr_array_index (turns, k))->tier == shift->tier;
    if (!someone)
      dk_source_problem (reader, at.name, at.place,
                         "nobody is on call for %s, tier %d, when the pack is created; let the "
                         "first shift begin before `created` of pack.yaml",
                         shift->service, shift->tier);
  }
}

/* An owner with a problem of its own counts as well: one slip is told once. */
static gboolean
is_always_there (const DkSourceReader *reader, const char *contact)
{
  g_autofree char *target = g_strconcat ("contact:", contact, NULL);

  return g_hash_table_contains (reader->always, contact) || is_broken (reader, target)
         || !g_hash_table_contains (reader->ids, target);
}

static void
check_services (DkSourceReader *reader)
{
  for (guint i = 0; i < reader->services->len; i++) {
    const DkSourceService *service = &g_array_index (reader->services, DkSourceService, i);
    if (service->criticality != 1 || has_rota (reader, service->id)
        || (service->owner != NULL && is_always_there (reader, service->owner)))
      continue;
    dk_source_warn (reader, service->at.name, service->at.place,
                    "nobody is known to answer for %s at night, which is of criticality 1: give it "
                    "a rota in oncall/, or an owner with the hours 24x7",
                    service->id);
  }
}

void
dk_source_check_plan (DkSourceReader *reader)
{
  if (!g_hash_table_contains (reader->broken, "shift:")) {
    check_begin (reader);
    check_rota (reader);
  }
  check_services (reader);
}

void
dk_source_check_dates (DkSourceReader *reader)
{
  if (reader->expires_ms == 0)
    return;
  if (reader->created_ms > reader->now_ms + DK_SOURCE_DAY_MS)
    dk_source_warn (reader, "pack.yaml", file_start,
                    "`created` lies in the future: no kit takes the pack before; set it to today");
  if (reader->expires_ms - reader->created_ms > COUNTS_DAYS * DK_SOURCE_DAY_MS)
    dk_source_warn (reader, "pack.yaml", file_start,
                    "`expires` is more than %d days after `created`: numbers and people change "
                    "faster, and no kit would tell that its content is old; set it to a year after",
                    COUNTS_DAYS);
  if (reader->expires_ms < reader->now_ms)
    dk_source_warn (reader, "pack.yaml", file_start,
                    "the pack has expired already: every kit would show it with a red banner; set "
                    "`created` and `expires` anew");
  else if (reader->expires_ms - reader->now_ms < EXPIRES_SOON_MS)
    dk_source_warn (reader, "pack.yaml", file_start,
                    "the pack expires in less than %d days; set `expires` later, at most a year "
                    "after `created`",
                    EXPIRES_SOON_DAYS);
}
