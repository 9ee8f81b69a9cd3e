/* SPDX-License-Identifier: MIT */
/* The command line's JSON of a ticket (DESIGN section 12): other programs build on these keys. */
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"

static void
set_or_null (json_t *object, const char *key, const char *text)
{
  json_object_set_new (object, key, dk_json_string (text));
}

static void
set_time (json_t *object, const char *key, gint64 ms)
{
  g_autofree char *text = ms > 0 ? dk_time_format_local (ms) : NULL;

  set_or_null (object, key, text);
}

static void
set_level (json_t *object, const char *key, int level)
{
  json_object_set_new (object, key, level > 0 ? json_integer (level) : json_null ());
}

static void
set_words (json_t *json, const DkTicket *t)
{
  set_or_null (json, "number", t->number);
  set_or_null (json, "uid", t->uid);
  set_or_null (json, "form", t->form);
  set_or_null (json, "form_version", t->form_version);
  set_or_null (json, "summary", t->summary);
  set_or_null (json, "details", t->details);
  set_or_null (json, "caller", t->caller);
  set_or_null (json, "callback", t->callback);
  set_or_null (json, "location", t->location);
  set_or_null (json, "device", t->device);
  set_or_null (json, "service", t->service);
  set_or_null (json, "group", t->group);
  set_or_null (json, "resolution", t->resolution);
  set_or_null (json, "outage", t->outage);
  set_or_null (json, "user", t->user);
  set_or_null (json, "itsm_id", t->itsm_id);
  set_or_null (json, "disposition", t->disposition);
  set_or_null (json, "handover_target", t->handover_target);
  set_or_null (json, "handover_reason", t->handover_reason);
  set_or_null (json, "written_by", t->written_by);
}

static json_t *
entry_json (const DkEntry *entry)
{
  json_t *json = json_object ();

  set_or_null (json, "chain", entry->chain);
  json_object_set_new (json, "seq", json_integer (entry->seq));
  set_or_null (json, "kind", entry->kind);
  set_or_null (json, "user", entry->user);
  set_time (json, "happened_at", entry->happened_ms);
  set_time (json, "recorded_at", entry->recorded_ms);
  json_object_set_new (json, "body",
                       entry->body != NULL ? json_incref (entry->body) : json_null ());
  return json;
}

json_t *
dk_ticket_store_json (DkStore *store, const DkTicket *t, gboolean with_entries, GError **error)
{
  g_autoptr (json_t) json = json_object ();

  set_words (json, t);
  set_or_null (json, "state", dk_ticket_state_name (t->state));
  set_or_null (json, "handover", dk_handover_name (t->handover));
  json_object_set_new (json, "finalized", json_boolean (t->finalized));
  json_object_set_new (json, "paper", json_boolean (t->paper));
  json_object_set_new (json, "legal_hold", json_boolean (t->legal_hold));
  json_object_set_new (json, "safety", json_boolean (t->safety));
  set_level (json, "impact", t->impact);
  set_level (json, "urgency", t->urgency);
  set_level (json, "priority", t->priority);
  set_time (json, "happened_at", t->happened_ms);
  set_time (json, "recorded_at", t->recorded_ms);
  set_time (json, "handed_over_at", t->handed_over_ms);
  set_time (json, "resolved_at", t->resolved_ms);
  set_time (json, "written_at", t->written_ms);
  json_object_set (json, "answers", t->answers);
  if (with_entries) {
    g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, t->number, error);
    json_t *list = json_array ();
    if (entries == NULL) {
      json_decref (list);
      return NULL;
    }
    for (guint i = 0; i < entries->len; i++)
      json_array_append_new (list, entry_json (g_ptr_array_index (entries, i)));
    json_object_set_new (json, "entries", list);
  }
  return g_steal_pointer (&json);
}
