/* SPDX-License-Identifier: MIT */
/* The one place that knows what an entry does to a ticket. The store writes a ticket only as the
 * result of this fold, so the table cannot say what the ledger does not. */
#include <string.h>

#include "app/model/ticket-private.h"

typedef gboolean (*Apply) (DkTicket *ticket, const DkEntry *entry, GError **error);

static gboolean
refuse (const DkEntry *entry, const char *what, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "Entry %s:%" G_GINT64_FORMAT " about %s is damaged: %s.", entry->chain, entry->seq,
               entry->object, what);
  return FALSE;
}

static void
set_text (char **member, const char *text)
{
  if (g_strcmp0 (*member, text) == 0)
    return;
  g_free (*member);
  *member = g_strdup (text);
}

/* Null takes the value away. */
static gboolean
apply_field (DkTicket *ticket, const char *name, json_t *value)
{
  char **text = dk_ticket_text_column (ticket, name);

  if (text != NULL) {
    if (!json_is_string (value) && !json_is_null (value))
      return FALSE;
    set_text (text, json_string_value (value));
    return TRUE;
  }
  if (strcmp (name, "impact") == 0 || strcmp (name, "urgency") == 0) {
    int *member = *name == 'i' ? &ticket->impact : &ticket->urgency;
    *member = (int) json_integer_value (value);
    return *member >= 0 && *member <= 3;
  }
  if (strcmp (name, "safety") == 0) {
    ticket->safety = json_is_true (value);
    ticket->safety_known = json_is_boolean (value);
    return json_is_boolean (value) || json_is_null (value);
  }
  if (strcmp (name, "happened_at") == 0)
    return json_is_null (value)
           || dk_time_parse (json_string_value (value), name, &ticket->happened_ms, NULL);
  if (json_is_null (value))
    json_object_del (ticket->answers, name);
  else
    json_object_set (ticket->answers, name, value);
  return TRUE;
}

static gboolean
apply_fields (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  json_t *fields = json_object_get (entry->body, "fields");
  int priority = (int) dk_json_get_int (entry->body, "priority", 0);
  const char *name;
  json_t *value;

  json_object_foreach (fields, name, value)
    if (!apply_field (ticket, name, value))
      return refuse (entry, name, error);
  if (priority < 0 || priority > 5)
    return refuse (entry, "priority", error);
  if (priority > 0 && (ticket->priority == 0 || priority < ticket->priority))
    ticket->priority = priority;
  return TRUE;
}

static gboolean
apply_form (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  const char *form = dk_json_get_text (entry->body, "form");

  if (entry->body != NULL && form == NULL)
    return refuse (entry, "it names no form", error);
  if (form != NULL) {
    set_text (&ticket->form, form);
    set_text (&ticket->form_version, dk_json_get_text (entry->body, "form_version"));
    set_text (&ticket->form_hash, dk_json_get_text (entry->body, "form_hash"));
  }
  return apply_fields (ticket, entry, error);
}

static gboolean
apply_issued (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  set_text (&ticket->number, entry->object);
  set_text (&ticket->user, entry->user);
  set_text (&ticket->form, dk_json_get_text (entry->body, "form"));
  return TRUE;
}

static gboolean
apply_new (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  set_text (&ticket->number, entry->object);
  set_text (&ticket->user, entry->user);
  set_text (&ticket->uid, dk_json_get_text (entry->body, "uid"));
  ticket->paper = dk_json_get_bool (entry->body, "paper", FALSE);
  set_text (&ticket->written_by, dk_json_get_text (entry->body, "written_by"));
  ticket->written_ms = dk_json_get_int (entry->body, "written_ms", 0);
  ticket->state = DK_TICKET_OPEN;
  ticket->happened_ms = entry->happened_ms;
  ticket->recorded_ms = entry->recorded_ms;
  return apply_form (ticket, entry, error);
}

static gboolean
apply_note (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  return TRUE; /* the words stay in the log */
}

static gboolean
apply_resolve (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  ticket->state = ticket->finalized ? DK_TICKET_CLOSED : DK_TICKET_RESOLVED;
  ticket->resolved_ms = entry->happened_ms;
  return apply_fields (ticket, entry, error);
}

static gboolean
apply_final (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  ticket->finalized = TRUE;
  if (ticket->state == DK_TICKET_RESOLVED)
    ticket->state = DK_TICKET_CLOSED;
  return TRUE;
}

static gboolean
apply_void (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  ticket->state = DK_TICKET_VOID;
  return TRUE;
}

/* What the erased entry had brought and is no word of anybody, or stands where a word was. */
static gboolean
apply_erase (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  const char *uid = dk_json_get_text (entry->body, "uid");

  if (uid != NULL)
    set_text (&ticket->uid, uid);
  ticket->paper = dk_json_get_bool (entry->body, "paper", ticket->paper);
  if (dk_json_get_text (entry->body, "form") != NULL)
    return apply_form (ticket, entry, error);
  return apply_fields (ticket, entry, error);
}

static gboolean
apply_hold (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  ticket->legal_hold = TRUE;
  return TRUE;
}

static gboolean
apply_hold_released (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  ticket->legal_hold = FALSE;
  return TRUE;
}

static gboolean
apply_handover (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  DkHandover state;

  if (entry->body == NULL)
    return TRUE;
  if (!dk_handover_parse (dk_json_get_text (entry->body, "state"), &state))
    return refuse (entry, "its hand-over state is unknown", error);
  ticket->handover = state;
  set_text (&ticket->handover_target, dk_json_get_text (entry->body, "target"));
  set_text (&ticket->handover_reason, dk_json_get_text (entry->body, "reason"));
  ticket->handover_sent_ms = dk_json_get_int (entry->body, "sent_ms", 0);
  ticket->handover_attempts = (int) dk_json_get_int (entry->body, "attempts", 0);
  if (json_object_get (entry->body, "itsm_id") != NULL)
    set_text (&ticket->itsm_id, dk_json_get_text (entry->body, "itsm_id"));
  if (ticket->handed_over_ms == 0
      && (state == DK_HANDOVER_DELIVERED || state == DK_HANDOVER_VERIFIED))
    ticket->handed_over_ms = entry->recorded_ms;
  return TRUE;
}

static Apply
find_apply (const char *kind)
{
  static const struct {
    const char *kind;
    Apply apply;
  } table[] = {
    { DK_ENTRY_NUMBER_ISSUED, apply_issued },  { DK_ENTRY_TICKET_NEW, apply_new },
    { DK_ENTRY_TICKET_SET, apply_fields },     { DK_ENTRY_TICKET_PROMOTE, apply_form },
    { DK_ENTRY_TICKET_NOTE, apply_note },      { DK_ENTRY_TICKET_RESOLVE, apply_resolve },
    { DK_ENTRY_TICKET_FINAL, apply_final },    { DK_ENTRY_TICKET_AMEND, apply_fields },
    { DK_ENTRY_TICKET_VOID, apply_void },      { DK_ENTRY_HANDOVER, apply_handover },
    { DK_ENTRY_TICKET_ERASE, apply_erase },    { DK_ENTRY_TICKET_HOLD, apply_hold },
    { DK_ENTRY_TICKET_HOLD_RELEASED, apply_hold_released },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (kind, table[i].kind) == 0)
      return table[i].apply;
  return NULL;
}

gboolean
dk_ticket_apply (DkTicket *ticket, const DkEntry *entry, GError **error)
{
  Apply apply = find_apply (entry->kind);

  return apply == NULL || apply (ticket, entry, error);
}
