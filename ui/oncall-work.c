/* SPDX-License-Identifier: MIT */
#include "ui/oncall-work.h"

#include <glib/gi18n.h>

#include "app/plan/oncall.h"
#include "app/store/content-store.h"
#include "ui/contact-mark.h"
#include "ui/contact-work.h"

#define NOT_RATED 9

void
dk_oncall_row_free (gpointer data)
{
  DkOnCallRow *row = data;

  if (row == NULL)
    return;
  g_free (row->key);
  g_free (row->service);
  g_free (row->service_name);
  g_free (row->contact);
  g_free (row->name);
  g_free (row->kind);
  g_free (row->number);
  g_free (row->mark);
  g_free (row->next);
  g_free (row);
}

gint64 *
dk_oncall_work_moment (gint64 at_ms)
{
  return g_memdup2 (&at_ms, sizeof at_ms);
}

static DkOnCallRow *
new_row (const GPtrArray *services, const char *service, int tier, const char *contact)
{
  const DkService *found = dk_service_find (services, service);
  DkOnCallRow *row = g_new0 (DkOnCallRow, 1);

  row->key = g_strdup_printf ("%s/%d/%s", service, tier, contact != NULL ? contact : "");
  row->service = g_strdup (service);
  row->service_name = g_strdup (found != NULL ? found->name : service);
  row->criticality = found != NULL && found->criticality > 0 ? found->criticality : NOT_RATED;
  row->tier = tier;
  row->contact = g_strdup (contact);
  return row;
}

static void
add_turn (DkStore *store, GPtrArray *rows, const GPtrArray *services, const DkOnCall *turn)
{
  DkOnCallRow *row = new_row (services, turn->service, turn->tier, turn->contact_id);

  row->until_ms = turn->until_ms;
  row->is_outside = turn->outside_hours;
  row->next = turn->next != NULL ? dk_contact_name (store, turn->next) : NULL;
  g_ptr_array_add (rows, row);
  if (turn->contact == NULL) {
    row->name = g_strdup_printf (_ ("%s (only leads may see the numbers)"), turn->contact_id);
    return;
  }
  row->name = g_strdup (turn->contact->name);
  if (turn->contact->numbers->len > 0) {
    const DkContactNumber *number = turn->contact->numbers->pdata[0];
    row->kind = g_strdup (dk_number_kind_words (number->kind));
    row->number = g_strdup (number->value);
  }
  row->mark = dk_contact_mark (store, turn->contact, row->number);
}

static gboolean
has_row (const GPtrArray *rows, const char *service, int tier)
{
  for (guint i = 0; i < rows->len; i++) {
    const DkOnCallRow *row = rows->pdata[i];
    if (row->tier == tier && g_str_equal (row->service, service))
      return TRUE;
  }
  return FALSE;
}

/* A tier that the rota knows and that nobody has now is told, not left out. */
static gboolean
add_gaps (DkStore *store, GPtrArray *rows, const GPtrArray *services, GError **error)
{
  g_autoptr (GPtrArray) shifts = dk_content_store_shifts (store, NULL, error);

  for (guint i = 0; shifts != NULL && i < shifts->len; i++) {
    const DkShift *shift = shifts->pdata[i];
    DkOnCallRow *row;
    if (has_row (rows, shift->service, shift->tier))
      continue;
    row = new_row (services, shift->service, shift->tier, NULL);
    row->name = g_strdup (_ ("NOBODY is on call"));
    g_ptr_array_add (rows, row);
  }
  return shifts != NULL;
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const DkOnCallRow *one = *(const DkOnCallRow *const *) a;
  const DkOnCallRow *two = *(const DkOnCallRow *const *) b;
  int by_name = g_utf8_collate (one->service_name, two->service_name);

  if (one->criticality != two->criticality)
    return one->criticality - two->criticality;
  if (by_name != 0)
    return by_name;
  return one->tier - two->tier;
}

gpointer
dk_oncall_work_rows (DkKit *kit, gpointer data, GCancellable *c, GError **error)
{
  DkStore *store = dk_kit_store (kit);
  const gint64 *at_ms = data;
  g_autoptr (GPtrArray) turns = dk_oncall_at (store, NULL, *at_ms, error);
  g_autoptr (GPtrArray) services
      = turns != NULL ? dk_content_store_services (store, error) : NULL;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (dk_oncall_row_free);

  if (services == NULL)
    return NULL;
  for (guint i = 0; i < turns->len; i++)
    add_turn (store, rows, services, turns->pdata[i]);
  if (!add_gaps (store, rows, services, error))
    return NULL;
  g_ptr_array_sort (rows, compare_rows);
  return g_steal_pointer (&rows);
}

char *
dk_oncall_until_words (const DkOnCallRow *row, gint64 now_ms)
{
  g_autofree char *until = NULL;

  if (row->contact == NULL)
    return g_strdup ("");
  if (row->until_ms == 0)
    return g_strdup (_ ("further notice"));
  until = dk_time_format_short (row->until_ms, now_ms);
  return g_steal_pointer (&until);
}
