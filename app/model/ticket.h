/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/entry.h"
#include "app/model/policy.h"

G_BEGIN_DECLS

/* Stored on disk: do not renumber. */
typedef enum {
  DK_TICKET_DRAFT = 0,
  DK_TICKET_OPEN = 1,
  DK_TICKET_RESOLVED = 2,
  DK_TICKET_CLOSED = 3,
  DK_TICKET_VOID = 4,
} DkTicketState;

/* Life of a ticket on its way to the ITSM (DESIGN section 10). Stored on disk: do not renumber. */
typedef enum {
  DK_HANDOVER_NONE = 0,
  DK_HANDOVER_BUNDLED = 1,
  DK_HANDOVER_RECEIVED = 2,
  DK_HANDOVER_QUEUED = 3,
  DK_HANDOVER_SENDING = 4,
  DK_HANDOVER_UNKNOWN = 5,
  DK_HANDOVER_REFUSED = 6,
  DK_HANDOVER_DELIVERED = 7,
  DK_HANDOVER_VERIFIED = 8,
} DkHandover;

/* One captured record. A projection: folding its entries in order with dk_ticket_apply gives it
 * again, which is how the store writes it and how it is rebuilt. Text is owned, NULL = absent;
 * times in ms, 0 = absent. */
typedef struct {
  char *number;
  char *uid; /* 32 hex, random */
  char *form;
  char *form_version;
  char *form_hash;
  DkTicketState state;
  gboolean finalized;
  gboolean paper; /* the number was issued on paper */
  int impact;     /* 1 to 3, 0 = not given */
  int urgency;
  int priority;   /* 1 to 5, 0 = not known; the worst value reached is kept */
  gboolean safety;       /* a patient may come to harm */
  gboolean safety_known; /* FALSE: nobody asked; safety is FALSE then and says nothing */
  char *summary;
  char *details;
  char *caller;
  char *callback;
  char *location;
  char *device;
  char *service;
  char *group;
  char *resolution;
  gint64 happened_ms;
  gint64 recorded_ms;
  gint64 handed_over_ms;
  gint64 resolved_ms;
  char *outage;
  char *user;        /* who made it */
  DkHandover handover;
  char *handover_target; /* name of the connector */
  char *handover_reason; /* why it was refused or is unknown, in words */
  gint64 handover_sent_ms; /* when the request went out that has no known answer yet */
  int handover_attempts;
  char *itsm_id;     /* number of the ticket in the ITSM */
  char *disposition;
  gboolean legal_hold; /* its words may not be erased */
  char *written_by;    /* who wrote the paper that was keyed in; NULL if not told */
  gint64 written_ms;   /* and when; 0 if not told */
  json_t *answers;   /* object: fields that feed no column */
} DkTicket;

/* An empty ticket in state draft. Free with dk_ticket_free. */
DkTicket *dk_ticket_new (void);

/* "open", "none", ... as the command line shows them. Static text. */
const char *dk_ticket_state_name (DkTicketState state);
/* Name of a hand-over state. Static text. */
const char *dk_handover_name (DkHandover handover);
/* The state of that name; FALSE if there is none. */
gboolean dk_handover_parse (const char *name, DkHandover *out) DK_CHECKED;

/* TRUE if name is one of the fields that feed a column (summary details caller callback location
 * device service group impact urgency safety resolution happened_at). */
gboolean dk_ticket_is_column (const char *name);

/* Value of a field as JSON, column or answer; NULL if absent. New reference. */
json_t *dk_ticket_get_field (const DkTicket *ticket, const char *name);

/* Folds one entry with its body into the ticket. Kinds that do not concern a ticket leave it as it
 * is; an entry whose body was erased keeps the facts of its line. DK_ERROR_DAMAGED for a body that
 * this program cannot have written. */
gboolean dk_ticket_apply (DkTicket *ticket, const DkEntry *entry, GError **error) DK_CHECKED;

/* TRUE if the ticket may be handed over: finalized, not void, no drill, disposition none or
 * accepted, not verified yet. */
gboolean dk_ticket_is_eligible (const DkTicket *ticket);

/* Frees the ticket; NULL is fine. */
void dk_ticket_free (DkTicket *ticket);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkTicket, dk_ticket_free)

G_END_DECLS
