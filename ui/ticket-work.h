/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/store/content-store.h"
#include "app/store/lead-store.h"
#include "app/store/paper-store.h"
#include "app/store/ticket-store.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the pages ask of the kit about tickets: functions for dk_kit_run. */

/* A ticket or a draft with its form and its log. Text owned. */
typedef struct {
  char *number;
  DkForm *form;
  DkTicket *ticket;   /* NULL for a draft */
  json_t *answers;    /* field name -> value, of the ticket or the draft */
  char *draft_of;     /* the colleague who types this draft; NULL if it is one's own */
  GPtrArray *entries; /* of DkEntry */
  GPtrArray *lead_notes; /* of DkLeadNote; without text until they are asked for */
  GPtrArray *kept;    /* of DkKeptWords: steps that were begun and not done */
  gboolean may_read_lead; /* who is unlocked can read them */
  DkPolicy *policy;   /* rules that explain the priority: matrix and floor alone */
  DkPaperFate *paper; /* of a paper form that is being keyed in; NULL otherwise */
  GPtrArray *patterns; /* DkCapturePattern of the policy */
  char *operator_name;
} DkTicketView;

/* The number of a draft that is being begun, for calls that are queued before it is known on the
 * main thread. The number is written and read on the kit's thread alone. */
typedef struct {
  char *number; /* NULL until dk_ticket_work_keep drew one */
} DkTicketBegun;

/* A new one, without a number; a reference of the caller. */
DkTicketBegun *dk_ticket_begun_new (void);
/* Any thread. */
DkTicketBegun *dk_ticket_begun_ref (DkTicketBegun *begun);
/* Any thread; NULL is fine. */
void dk_ticket_begun_unref (DkTicketBegun *begun);

/* What is to be done with a ticket. Text owned; free with dk_ticket_job_free. */
typedef struct {
  DkForm *form;
  char *number;    /* NULL: a new one */
  DkTicketBegun *begun; /* of the draft, while number is NULL; owned reference; may be NULL */
  json_t *answers;
  char *text;      /* reason or note */
  gboolean final;
  gboolean lead_only; /* a note that is sealed to the leads */
  char *written_by;   /* of paper that is keyed in; NULL = not told */
  gint64 written_ms;  /* likewise; 0 = not told */
} DkTicketJob;

/* A new order; takes the answers (may be NULL), copies the rest. */
DkTicketJob *dk_ticket_job_new (DkForm *form, const char *number, json_t *answers,
                                    const char *text);
/* For the queue. */
void dk_ticket_job_free (gpointer order);

/* data: char *number of a ticket, a draft, or a paper form that may be keyed in -> DkTicketView */
gpointer dk_ticket_work_load (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *number of a call -> DkTicketView with the form of a full ticket */
gpointer dk_ticket_work_load_promoted (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* A form by its name. Text owned. */
typedef struct {
  char *id;
  char *title;
} DkFormTitle;

/* no data -> array of DkFormTitle: every form that there is */
gpointer dk_ticket_work_forms (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *form id, "" = the usual one -> DkTicketView of a new ticket, without number */
gpointer dk_ticket_work_load_new (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *form id, "" = the usual one -> DkForm */
gpointer dk_ticket_work_form (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *number of a colleague's draft -> char *number: it is one's own now */
gpointer dk_ticket_work_take_over (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* order: form, number or begun, answers -> DK_KIT_DONE; draws the number of a draft that has none
 * yet */
gpointer dk_ticket_work_keep (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* What came of saving. Text owned; free with dk_ticket_done_free. */
typedef struct {
  char *number;
  char *more; /* follow-ups and what should be looked at, in words; NULL if there is nothing */
} DkTicketDone;

/* For the queue. */
void dk_ticket_done_free (gpointer done);

/* order: form, number, answers, final, written_by, written_ms -> DkTicketDone */
gpointer dk_ticket_work_save (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* order: form, number, answers = what changed (may be empty), final -> DkTicketDone */
gpointer dk_ticket_work_change (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* The same order, when a page is left -> char *number; what the form refuses becomes a line of the
 * log, so that no word is lost */
gpointer dk_ticket_work_seal_changes (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* order: form, number, answers = what changed, text = reason -> char *number */
gpointer dk_ticket_work_amend (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* order: form, number, text = words of the resolution -> char *number */
gpointer dk_ticket_work_resolve (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* order: number, text = reason -> char *number */
gpointer dk_ticket_work_void (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* order: number, text, lead_only -> char *number */
gpointer dk_ticket_work_note (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *number -> array of DkLeadNote with their words; an entry tells that they were read */
gpointer dk_ticket_work_show_lead (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* order: form, number, answers = changes -> char *number; they are stored as one line of the log */
gpointer dk_ticket_work_note_changes (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* order: form = of the full ticket, number, answers = what was added -> char *number */
gpointer dk_ticket_work_promote (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *id -> DkContact, corrections applied */
gpointer dk_ticket_work_contact (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *id -> DkService */
gpointer dk_ticket_work_service (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* data: DkTicketJob with number = kind ("location"), text = id -> json_t: that row of the list */
gpointer dk_ticket_work_row (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* "13:31 anna: called back": one line of a log for people. New string. */
char *dk_ticket_entry_text (const DkForm *form, const DkEntry *entry, gint64 now_ms);

/* "finalised, waits for hand-over", "open", ...: where a ticket stands. New string. */
char *dk_ticket_standing (const DkTicket *ticket);

/* The same in a word or two for lists: "open", "final", "refused". Static text. */
const char *dk_ticket_standing_word (const DkTicket *ticket);

/* Name of a priority: "2 High", "" for 0. New string. */
char *dk_ticket_priority_text (int priority);
/* What the answers typed so far make of the priority, and why: "Priority not known yet" until
 * there is enough, "Patient safety was not asked" until there is an answer; nothing about what the
 * form does not ask. New string. */
char *dk_ticket_priority_words (const DkPolicy *policy, const DkForm *form, const json_t *answers);

/* Frees the view; NULL is fine. */
void dk_ticket_view_free (DkTicketView *view);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkTicketView, dk_ticket_view_free)

#define DK_FORM_CALL "call-log"

G_END_DECLS
