/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/draft-keeper.h"
#include "ui/form-picker.h"
#include "ui/form-view.h"
#include "ui/note-entry.h"
#include "ui/ticket-keyback.h"
#include "ui/ticket-log.h"
#include "ui/ticket-page.h"
#include "ui/ticket-steps.h"
#include "ui/ticket-work.h"

G_BEGIN_DECLS

typedef struct DkTicketOrder DkTicketOrder;

/* ticket-page shows a ticket, ticket-orders asks the kit to store what was done with it. */

struct _DkTicketPage {
  DkPage parent_instance;
  GtkLabel *number;
  DkFormPicker *choice; /* of forms, while there is no number */
  GtkLabel *state;
  GtkLabel *spelling;
  GtkLabel *priority;
  DkTicketKeyback *keyback;
  DkFormView *form;
  GtkScrolledWindow *side;
  GtkBox *facts;
  DkTicketLog *log;
  DkNoteEntry *note;
  GtkButton *take_over;
  DkTicketView *view;  /* what is loaded; NULL while a new one has no number */
  DkDraftKeeper *keeper;
  DkPolicy *policy;
  gboolean is_new;     /* asked for last; what of another ticket comes later is not shown */
  gboolean dirty;      /* a saved ticket was changed and not saved again */
  gboolean typed;      /* something of a paper form was keyed in */
  gboolean amending;
  gboolean log_in_sight; /* the side is kept at the newest line of the log */
  gboolean row_removed; /* and nothing was typed since */
  gboolean promoting;  /* a call that becomes a full ticket when it is saved */
  gboolean storing;    /* the draft is becoming a ticket */
  GQueue orders;       /* of DkTicketOrder: no answer yet */
  DkTicketOrder *latest; /* that carries the form; NULL: nothing of it is on its way */
  json_t *sent_before; /* what changes counted from before those that are on their way */
  guint turn;          /* another one with each ticket that is shown */
  gboolean save_waits; /* Save was pressed before the number or the answer came */
  gboolean waits_final;
  gboolean safety_asked; /* the person was told that nobody asked about patient safety */
};

/* The number of what is shown, borrowed; NULL if there is none yet. */
static inline const char *
shown_number (const DkTicketPage *self)
{
  return self->view != NULL ? self->view->number : dk_draft_keeper_number (self->keeper);
}

/* It is stored as a ticket: no draft, and not new. */
static inline gboolean
is_saved (const DkTicketPage *self)
{
  return self->view != NULL && self->view->ticket != NULL;
}

/* The draft of a colleague is read, not typed into. */
static inline gboolean
is_foreign (const DkTicketPage *self)
{
  return self->view != NULL && self->view->draft_of != NULL;
}

/* Finalised or void: only an amendment changes it. */
static inline gboolean
is_frozen (const DkTicketPage *self)
{
  return is_saved (self)
         && (self->view->ticket->finalized || self->view->ticket->state == DK_TICKET_VOID);
}

/* Reads a ticket or a draft from the kit, and shows it. */
void dk_ticket_page_load (DkTicketPage *self, const char *number);
/* Reads it again after it was changed, if it is still the one that is shown. What is typed into its
 * form and not stored stays there. */
void dk_ticket_page_refresh (DkTicketPage *self, const char *number);

/* Save, or Save and finalise: stores it, or says beside the fields why not. Waits for the number of
 * a new one, or for what is on its way; an amendment is asked for its reason. */
void dk_ticket_orders_save (DkTicketPage *self, gboolean final);
/* Asks for the words of a step (DK_STEP_*), and does it with them. */
void dk_ticket_orders_step (DkTicketPage *self, const char *step);
/* Stores the line that was typed for the log. */
void dk_ticket_orders_note (DkTicketPage *self);
/* Makes the draft of a colleague one's own. */
void dk_ticket_orders_take_over (DkTicketPage *self);
/* Does the Save that waited, if it still has something to store. */
void dk_ticket_orders_go_on (DkTicketPage *self);
/* Another ticket, or what is stored, is shown from now on: what is on its way is not of it. */
void dk_ticket_orders_reset (DkTicketPage *self);
/* The page is gone: nobody is answered any more. */
void dk_ticket_orders_clear (DkTicketPage *self);
/* DkPageClass.seal. */
void dk_ticket_orders_seal (DkPage *page);

G_END_DECLS
