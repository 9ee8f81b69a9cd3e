/* SPDX-License-Identifier: MIT */
#include "app/model/ticket.h"

#include <string.h>

#include "app/model/ticket-private.h"

DkTicket *
dk_ticket_new (void)
{
  DkTicket *ticket = g_new0 (DkTicket, 1);

  ticket->answers = json_object ();
  return ticket;
}

const char *
dk_ticket_state_name (DkTicketState state)
{
  switch (state) {
  case DK_TICKET_DRAFT:
    return "draft";
  case DK_TICKET_OPEN:
    return "open";
  case DK_TICKET_RESOLVED:
    return "resolved";
  case DK_TICKET_CLOSED:
    return "closed";
  case DK_TICKET_VOID:
    return "void";
  }
  g_assert_not_reached ();
}

static const char *const handover_names[] = {
  [DK_HANDOVER_NONE] = "none",           [DK_HANDOVER_BUNDLED] = "bundled",
  [DK_HANDOVER_RECEIVED] = "received",   [DK_HANDOVER_QUEUED] = "queued",
  [DK_HANDOVER_SENDING] = "sending",     [DK_HANDOVER_UNKNOWN] = "unknown",
  [DK_HANDOVER_REFUSED] = "refused",     [DK_HANDOVER_DELIVERED] = "delivered",
  [DK_HANDOVER_VERIFIED] = "verified",
};

const char *
dk_handover_name (DkHandover handover)
{
  g_assert ((gsize) handover < G_N_ELEMENTS (handover_names));
  return handover_names[handover];
}

gboolean
dk_handover_parse (const char *name, DkHandover *out)
{
  for (gsize i = 0; i < G_N_ELEMENTS (handover_names); i++)
    if (g_strcmp0 (name, handover_names[i]) == 0) {
      *out = (DkHandover) i;
      return TRUE;
    }
  return FALSE;
}

#define TEXT(member) { #member, G_STRUCT_OFFSET (DkTicket, member) }
static const struct {
  const char *name;
  gsize offset;
} text_columns[] = {
  TEXT (summary), TEXT (details), TEXT (caller), TEXT (callback), TEXT (location),
  TEXT (device),  TEXT (service), TEXT (group),  TEXT (resolution),
};
#undef TEXT

char **
dk_ticket_text_column (DkTicket *ticket, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (text_columns); i++)
    if (strcmp (name, text_columns[i].name) == 0)
      return G_STRUCT_MEMBER_P (ticket, text_columns[i].offset);
  return NULL;
}

gboolean
dk_ticket_is_column (const char *name)
{
  DkTicket none = { 0 };

  return dk_ticket_text_column (&none, name) != NULL
         || g_strv_contains (
             (const char *const[]) { "impact", "urgency", "safety", "happened_at", NULL }, name);
}

json_t *
dk_ticket_get_field (const DkTicket *ticket, const char *name)
{
  char **text = dk_ticket_text_column ((DkTicket *) (guintptr) ticket, name);

  if (text != NULL)
    return *text != NULL ? dk_json_string (*text) : NULL;
  if (strcmp (name, "impact") == 0)
    return ticket->impact > 0 ? json_integer (ticket->impact) : NULL;
  if (strcmp (name, "urgency") == 0)
    return ticket->urgency > 0 ? json_integer (ticket->urgency) : NULL;
  if (strcmp (name, "safety") == 0)
    return ticket->safety_known ? json_boolean (ticket->safety) : NULL;
  if (strcmp (name, "happened_at") == 0) {
    g_autofree char *when = dk_time_format_local (ticket->happened_ms);
    return ticket->happened_ms > 0 ? dk_json_string (when) : NULL;
  }
  return json_incref (json_object_get (ticket->answers, name));
}

gboolean
dk_ticket_is_eligible (const DkTicket *ticket)
{
  return ticket->finalized && ticket->state != DK_TICKET_VOID
         && !g_str_has_prefix (ticket->number, "DR-")
         && (ticket->disposition == NULL || strcmp (ticket->disposition, "accepted") == 0)
         && ticket->handover != DK_HANDOVER_VERIFIED;
}

void
dk_ticket_free (DkTicket *ticket)
{
  if (ticket == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (text_columns); i++)
    g_free (*(char **) G_STRUCT_MEMBER_P (ticket, text_columns[i].offset));
  g_free (ticket->number);
  g_free (ticket->uid);
  g_free (ticket->form);
  g_free (ticket->form_version);
  g_free (ticket->form_hash);
  g_free (ticket->outage);
  g_free (ticket->user);
  g_free (ticket->handover_target);
  g_free (ticket->handover_reason);
  g_free (ticket->itsm_id);
  g_free (ticket->disposition);
  g_free (ticket->written_by);
  json_decref (ticket->answers);
  g_free (ticket);
}
