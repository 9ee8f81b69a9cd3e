/* SPDX-License-Identifier: MIT */
#include "app/plan/oncall.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/model/hours.h"
#include "app/model/rota.h"
#include "app/plan/correction.h"
#include "app/store/content-store.h"

void
dk_on_call_free (DkOnCall *on_call)
{
  if (on_call == NULL)
    return;
  g_free (on_call->service);
  g_free (on_call->service_name);
  g_free (on_call->contact_id);
  dk_contact_free (on_call->contact);
  g_free (on_call->next);
  g_free (on_call->there);
  g_free (on_call->note);
  g_free (on_call);
}

/* FALSE for an error other than that there is none. */
static gboolean
is_absent (GError **failed, GError **error)
{
  if (*failed == NULL || g_error_matches (*failed, DK_ERROR, DK_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (failed));
  return FALSE;
}

static gboolean
read_service_name (DkStore *store, const char *id, char **name, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkService) service = dk_content_store_service (store, id, &failed);

  *name = g_strdup (service != NULL ? service->name : id);
  return is_absent (&failed, error);
}

static void
describe_hours (DkOnCall *row, gint64 at_ms)
{
  const DkContact *contact = row->contact;
  g_autoptr (DkHours) hours = NULL;

  if (contact == NULL || (contact->hours == NULL && contact->timezone == NULL))
    return;
  hours = contact->hours != NULL ? dk_hours_parse (contact->hours, NULL) : NULL;
  row->there = dk_hours_describe (hours, contact->timezone, at_ms);
  row->outside_hours = hours != NULL && !dk_hours_is_open (hours, contact->timezone, at_ms);
}

/* Who follows in the same service and tier; NULL if nobody. New string. */
static char *
who_follows (const GPtrArray *shifts, const DkOnCallTurn *turn)
{
  g_autoptr (GPtrArray) then = NULL;

  if (turn->until_ms == 0)
    return NULL;
  then = dk_rota_on_call (shifts, turn->service, turn->until_ms);
  for (guint i = 0; i < then->len; i++) {
    const DkOnCallTurn *next = g_ptr_array_index (then, i);
    if (next->tier == turn->tier && strcmp (next->contact, turn->contact) != 0)
      return g_strdup (next->contact);
  }
  return NULL;
}

static DkOnCall *
make_row (DkStore *store, const GPtrArray *shifts, const DkOnCallTurn *turn, gint64 at_ms,
          GError **error)
{
  const DkShift *shift = g_ptr_array_index (shifts, turn->shift);
  DkOnCall *row = g_new0 (DkOnCall, 1);
  g_autoptr (GError) failed = NULL;

  row->service = g_strdup (turn->service);
  row->tier = turn->tier;
  row->contact_id = g_strdup (turn->contact);
  row->until_ms = turn->until_ms;
  row->note = g_strdup (shift->note);
  row->next = who_follows (shifts, turn);
  row->contact = dk_correction_contact (store, turn->contact, &failed);
  if (!is_absent (&failed, error)
      || !read_service_name (store, turn->service, &row->service_name, error)) {
    dk_on_call_free (row);
    return NULL;
  }
  describe_hours (row, at_ms);
  return row;
}

/* A service without a shift has nobody on call; one that nobody knows is a slip of the pen. */
static gboolean
check_service (DkStore *store, const char *service, GError **error)
{
  g_autoptr (DkService) known = dk_content_store_service (store, service, error);

  return known != NULL;
}

GPtrArray *
dk_oncall_at (DkStore *store, const char *service, gint64 at_ms, GError **error)
{
  gint64 moment = at_ms != 0 ? at_ms : dk_clock_wall_ms ();
  g_autoptr (GPtrArray) shifts = dk_content_store_shifts (store, service, error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_on_call_free);
  g_autoptr (GPtrArray) turns = NULL;

  if (shifts == NULL
      || (service != NULL && shifts->len == 0 && !check_service (store, service, error)))
    return NULL;
  turns = dk_rota_on_call (shifts, service, moment);
  for (guint i = 0; i < turns->len; i++) {
    DkOnCall *row = make_row (store, shifts, g_ptr_array_index (turns, i), moment, error);
    if (row == NULL)
      return NULL;
    g_ptr_array_add (rows, row);
  }
  return g_steal_pointer (&rows);
}
