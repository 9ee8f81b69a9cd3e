/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/contact.h"
#include "app/store/contact-list.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the pages ask of the kit about people and teams: functions for dk_kit_run. */

/* A line of the list. Text owned, NULL = absent. */
typedef struct {
  char *id;
  char *name;
  char *role; /* or the team where there is none */
  char *site;
  char *numbers; /* the first ones, in the order to try */
  gboolean is_changed; /* one of its numbers changed lately */
  gboolean is_corrected; /* one of its numbers is as it was corrected here */
  char *marks; /* "NEW, IMPORTED"; NULL = neither */
} DkContactRow;

typedef enum {
  DK_CONTACTS_ALL,
  DK_CONTACTS_SITE,    /* of this station's site, and those for all sites */
  DK_CONTACTS_ON_CALL, /* now; by service and tier */
  DK_CONTACTS_VENDORS,
  DK_CONTACTS_CHANGED, /* a number changed within DK_NUMBER_CHANGE_DAYS */
} DkContactsShown;

/* A piece of the list: what is wanted, and what came. */
typedef struct {
  DkContactsShown shown;
  DkContactPlace place; /* where it goes on */
  GPtrArray *rows;      /* of DkContactRow; NULL in an order */
  gint64 total;         /* contacts in all; only in the first piece, else 0 */
  gboolean is_first;
} DkContactPiece;

/* data: DkContactPiece without rows -> DkContactPiece with at most some hundred of them; a filter
 * may give none although more follow. Never long. */
gpointer dk_contact_work_piece (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* no data -> char *: another text as soon as any contact may be another one. */
gpointer dk_contact_work_stamp (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* An order for the piece behind this one (NULL = the first piece of that list). */
DkContactPiece *dk_contact_piece_new (DkContactsShown shown, const DkContactPiece *before);
/* For the queue; NULL is fine. */
void dk_contact_piece_free (gpointer piece);

/* One number on the card. Text owned. */
typedef struct {
  char *kind;  /* in words */
  char *value;
  char *field; /* as a correction names it: "number:mobile" */
  char *mark;  /* "CHANGED 12 Nov, was 919-555-0100"; NULL = it is as ever */
} DkContactLine;

/* Somebody else to try, or a duty. Text owned. */
typedef struct {
  char *id;     /* of the contact */
  char *why;    /* "second for EHR", "manager" */
  char *name;
  char *number; /* the first one; NULL = none */
} DkContactOther;

/* All that a card shows. Text owned. */
typedef struct {
  DkContact *contact;     /* corrections applied */
  GPtrArray *lines;       /* of DkContactLine, in the order to try */
  char *hours;            /* "open until 18:00 (now 14:05 there)"; NULL = nothing is known */
  gboolean is_outside;    /* nobody is expected to answer now */
  GPtrArray *duties;      /* of char *: "EHR, first, until 17:00" */
  GPtrArray *others;      /* of DkContactOther: if nobody answers */
  GPtrArray *corrections; /* of char *: what was corrected here beside numbers */
  gboolean may_read_lead; /* who is unlocked could ask for what only leads may read */
  gboolean has_lead;      /* it is shown */
} DkContactView;

/* data: char *id -> DkContactView */
gpointer dk_contact_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *host -> DkDevice */
gpointer dk_contact_work_device (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *id -> DkContactView with what only leads may read; an entry tells that it was read */
gpointer dk_contact_work_view_lead (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* Frees the view; NULL is fine. */
void dk_contact_view_free (gpointer view);

/* Words about a piece of content: a correction, or that it is wrong. Text owned, NULL = absent. */
typedef struct {
  char *kind;  /* contact service call-tree runbook form */
  char *id;
  char *field; /* of a correction */
  char *was;
  char *value; /* NULL: it does not exist any more */
  char *words; /* why, or what is wrong */
} DkContentOrder;

/* data: DkContentOrder -> char *number of the report that goes to the owner */
gpointer dk_contact_work_correct (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkContentOrder -> char *number of the report that goes to the owner */
gpointer dk_contact_work_report (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* For the queue; NULL is fine. */
void dk_content_order_free (gpointer order);

/* The name of a contact, or what stands there where the lists do not have it. New string. Thread of
 * the kit. */
char *dk_contact_name (DkStore *store, const char *id);

/* A kind of number as a person says it: "Mobile", "Runner post". Static text. */
const char *dk_number_kind_words (const char *kind);

/* "first", "second", "third", "tier 4". New string. */
char *dk_tier_words (int tier);

G_END_DECLS
