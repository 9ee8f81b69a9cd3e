/* SPDX-License-Identifier: MIT */
#include "app/base/clock.h"
#include "app/itsm/engine-private.h"

static void
free_item (gpointer data)
{
  DkPushItem *item = data;

  g_free (item->number);
  g_free (item->itsm_id);
  g_free (item->reason);
  g_ptr_array_unref (item->differences);
  g_free (item);
}

DkPushItem *
dk_push_item_new (const char *number)
{
  DkPushItem *item = g_new0 (DkPushItem, 1);

  item->number = g_strdup (number);
  item->differences = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_difference_free);
  return item;
}

DkPushReport *
dk_push_report_new (void)
{
  DkPushReport *report = g_new0 (DkPushReport, 1);

  report->items = g_ptr_array_new_with_free_func (free_item);
  return report;
}

void
dk_push_report_free (DkPushReport *report)
{
  if (report == NULL)
    return;
  g_ptr_array_unref (report->items);
  g_free (report->stopped);
  g_free (report);
}

static void
count_item (DkPushReport *report, const DkPushItem *item)
{
  switch (item->state) {
  case DK_HANDOVER_VERIFIED:
    report->verified++;
    break;
  case DK_HANDOVER_SENDING:
  case DK_HANDOVER_UNKNOWN:
    report->unknown++;
    break;
  case DK_HANDOVER_REFUSED:
    report->refused++;
    break;
  case DK_HANDOVER_DELIVERED:
    report->delivered++;
    break;
  case DK_HANDOVER_NONE:
  case DK_HANDOVER_BUNDLED:
  case DK_HANDOVER_RECEIVED:
  case DK_HANDOVER_QUEUED:
    report->waiting++;
    break;
  }
}

void
dk_push_report_count (DkPushReport *report)
{
  report->verified = report->unknown = report->refused = 0;
  report->delivered = report->waiting = 0;
  for (guint i = 0; i < report->items->len; i++)
    count_item (report, g_ptr_array_index (report->items, i));
}

char *
dk_push_describe (const GPtrArray *differences)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < differences->len; i++) {
    const DkPushDifference *difference = g_ptr_array_index (differences, i);
    g_string_append_printf (out, "%s%s (sent \"%s\", found %s%s%s)", i > 0 ? ", " : "",
                            difference->field, difference->sent,
                            difference->dropped ? "nothing" : "\"", difference->found,
                            difference->dropped ? "" : "\"");
  }
  return g_string_free (out, FALSE);
}

static json_t *
time_json (gint64 ms)
{
  g_autofree char *text = ms > 0 ? dk_time_format_local (ms) : NULL;

  return dk_json_string (text);
}

static json_t *
item_json (const DkPushItem *item)
{
  json_t *object = json_object ();
  json_t *list = json_array ();

  for (guint i = 0; i < item->differences->len; i++) {
    const DkPushDifference *difference = g_ptr_array_index (item->differences, i);
    json_t *entry = json_object ();
    dk_json_set_text (entry, "field", difference->field);
    dk_json_set_text (entry, "sent", difference->sent);
    dk_json_set_text (entry, "found", difference->found);
    json_array_append_new (list, entry);
  }
  dk_json_set_text (object, "number", item->number);
  dk_json_set_text (object, "state", dk_handover_name (item->state));
  json_object_set_new (object, "itsm_id", dk_json_string (item->itsm_id));
  json_object_set_new (object, "reason", dk_json_string (item->reason));
  json_object_set_new (object, "retry_at", time_json (item->retry_ms));
  json_object_set_new (object, "differences", list);
  return object;
}

json_t *
dk_push_report_json (const DkPushReport *report)
{
  json_t *object = json_object ();
  json_t *items = json_array ();
  json_t *unknown = json_array ();

  for (guint i = 0; i < report->items->len; i++) {
    const DkPushItem *item = g_ptr_array_index (report->items, i);
    json_array_append_new (items, item_json (item));
    if (item->state == DK_HANDOVER_UNKNOWN || item->state == DK_HANDOVER_SENDING)
      json_array_append_new (unknown, dk_json_string (item->number));
  }
  json_object_set_new (object, "sent", json_integer (report->sent));
  json_object_set_new (object, "verified", json_integer (report->verified));
  json_object_set_new (object, "refused", json_integer (report->refused));
  json_object_set_new (object, "delivered", json_integer (report->delivered));
  json_object_set_new (object, "waiting", json_integer (report->waiting));
  json_object_set_new (object, "unknown", unknown);
  json_object_set_new (object, "items", items);
  json_object_set_new (object, "retry_at", time_json (report->retry_at_ms));
  json_object_set_new (object, "skew_s",
                       report->skew_known ? json_integer (report->skew_ms / 1000) : json_null ());
  json_object_set_new (object, "stopped", dk_json_string (report->stopped));
  return object;
}

DkPushRow *
dk_push_row_new (void)
{
  return g_new0 (DkPushRow, 1);
}

void
dk_push_row_free (DkPushRow *row)
{
  if (row == NULL)
    return;
  g_free (row->number);
  g_free (row->uid);
  g_free (row->itsm_id);
  g_free (row->reason);
  g_free (row->boot);
  g_free (row);
}
