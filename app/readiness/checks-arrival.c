/* SPDX-License-Identifier: MIT */
/* How newer content gets here: what waits for a person, and the ways on which it comes. */
#include "app/content/refresh.h"
#include "app/readiness/readiness-private.h"
#include "app/store/content-store.h"

#define WAITING_RED_DAYS 14
#define ROUTE_AMBER_DAYS 2
#define ROUTE_RED_DAYS 14

/* The newest pack that waits and is newer than that in force, as it says of itself. */
static const DkWaitingPack *
find_newer (const GPtrArray *waiting, const DkPackFacts *pack)
{
  for (guint i = 0; i < waiting->len; i++) {
    const DkWaitingPack *next = g_ptr_array_index (waiting, i);
    if (pack == NULL || next->name == NULL || g_strcmp0 (next->name, pack->name) != 0
        || next->sequence > pack->sequence)
      return next;
  }
  return NULL;
}

static gboolean
check_waiting (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (GPtrArray) waiting = dk_refresh_waiting (dk_kit_folder (readiness->kit), error);
  g_autoptr (DkPackFacts) pack = NULL;
  g_autofree char *age = NULL;
  const DkWaitingPack *next;
  gint64 old_ms;

  if (waiting == NULL)
    return FALSE;
  pack = dk_content_store_current (readiness->store, &failed);
  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  next = find_newer (waiting, pack);
  if (next == NULL)
    return dk_ready_green (finding, "No newer pack waits to be applied.");
  old_ms = next->fetched_ms > 0 ? MAX (0, dk_ready_now (readiness) - next->fetched_ms) : 0;
  age = dk_time_format_age (old_ms);
  return dk_ready_found (finding,
                         old_ms > WAITING_RED_DAYS * DK_READY_DAY_MS ? DK_READY_RED
                                                                     : DK_READY_AMBER,
                         g_strdup_printf ("A pack waits, not yet checked, for %s: %s.", age,
                                          next->name != NULL ? next->name : next->file),
                         "Look what it changes, then apply it: dkit pack apply --dry-run, dkit "
                         "pack apply.");
}

/* Days since the last success of a route; -1 if there was none. */
static int
days_since (DkReadiness *readiness, const DkRouteState *route)
{
  if (route->last_success_ms == 0)
    return -1;
  return (int) (MAX (0, dk_ready_now (readiness) - route->last_success_ms) / DK_READY_DAY_MS);
}

/* One way that works is enough; one that does not is worth a word. */
static gboolean
check_routes (DkReadiness *readiness, DkFinding *finding, GError **error)
{
  static const char remedy[]
      = "Plug the medium in or ask who runs the server; see it at work: dkit pack refresh.";
  g_autoptr (GPtrArray) routes = dk_refresh_routes (dk_kit_folder (readiness->kit), error);
  g_autoptr (GString) text = g_string_new (NULL);
  int best = G_MAXINT;
  int worst = 0;

  if (routes == NULL)
    return FALSE;
  if (routes->len == 0)
    return dk_ready_amber (finding, "Name routes in fleet.yaml of the content.",
                           "No route is known: newer packs are carried here by hand.");
  for (guint i = 0; i < routes->len; i++) {
    const DkRouteState *route = g_ptr_array_index (routes, i);
    int days = days_since (readiness, route);
    best = MIN (best, days < 0 ? G_MAXINT : days);
    worst = MAX (worst, days < 0 ? G_MAXINT : days);
    if (days < 0)
      g_string_append_printf (text, "%s%s: never", i > 0 ? "; " : "", route->route);
    else
      g_string_append_printf (text, "%s%s: %d %s ago", i > 0 ? "; " : "", route->route, days,
                              days == 1 ? "day" : "days");
  }
  if (best > ROUTE_RED_DAYS)
    return dk_ready_red (finding, remedy, "No route has brought anything for long: %s.",
                         text->str);
  if (worst > ROUTE_AMBER_DAYS)
    return dk_ready_amber (finding, remedy, "A route did not answer lately: %s.", text->str);
  return dk_ready_green (finding, "Every route answered: %s.", text->str);
}

const DkReadyCheck DK_READY_ARRIVAL_CHECKS[] = {
  { { "waiting", "Packs that wait", "shift lead", FALSE }, check_waiting },
  { { "routes", "Routes of refresh", "administrator", FALSE }, check_routes },
  { { NULL, NULL, NULL, FALSE }, NULL },
};
