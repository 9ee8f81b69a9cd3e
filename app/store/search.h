/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/store/store.h"

G_BEGIN_DECLS

/* One field finds contacts (of the pack and imported here), runbooks, services, tickets, devices
 * and call trees. Order: what is exactly the title, number, id or host, or begins with two words
 * or more as typed; who is on call; what is of this site; then beginning of the name or ticket
 * number by an indexed column, digits of a phone number, and full text: content, ranked by bm25
 * only up to 2,000 hits, and tickets, newest first, for which a quarter of the hits is kept. Where
 * that gives fewer than 5 hits, words of four or more letters are also taken for the beginning of a
 * name with one slip in it. */
typedef struct {
  char *kind;    /* contact runbook service ticket device call-tree */
  char *id;      /* contact, runbook, service, call tree id; host; ticket number */
  char *title;
  char *snippet; /* one line: numbers of a contact, caller and state of a ticket, ... */
  gboolean on_call;          /* it is one of the wish's contacts on call */
  gint64 number_changed_ms;  /* a number of this contact is new since then; 0 = none is */
  gint64 new_since_ms;       /* of a contact, as dk_contact_new_since */
  char *source;              /* of a contact that was imported here: its import; NULL = a pack's */
  gint64 imported_ms;        /* of that one */
  char *imported_by;         /* likewise */
  gboolean for_leads;        /* only who may read what is for leads finds it; never in the index */
  gboolean is_guess;         /* found only by taking a slip of the keyboard back */
} DkSearchHit;

/* What a search should put first, and how much it should give. All may be empty. */
typedef struct {
  const char *site;           /* of this kit */
  const char *const *on_call; /* ids of contacts who are on call now, NULL-terminated */
  const char *const *kinds;   /* kinds that are wanted, NULL-terminated; NULL = all */
  guint limit;                /* 1 to 500; 0 = 50 */
} DkSearchWish;

/* At most limit hits (1 to 500). Words are prefixes, all must match; accents and case do not
 * matter; three or more digits also match inside phone numbers, however they are grouped and with
 * or without +1; the initials of a title find it (of contacts and devices those of three or more
 * words), and so do ids and the contract of a service. Cancelling (or
 * dk_db_interrupt) gives G_IO_ERROR_CANCELLED. New array of DkSearchHit. */
GPtrArray *dk_search (DkStore *store, const char *text, guint limit, GCancellable *cancellable,
                      GError **error) DK_CHECKED;

/* A thing in memory, to be searched as those of the store are. Text borrowed. */
typedef struct {
  const char *kind;
  const char *id;
  const char *title;
  const char *snippet;
  const char *words;  /* what else it is found by; NULL = nothing */
  const char *digits; /* phone numbers, digits only, a blank between them; NULL = none */
} DkSearchThing;

/* A hit for leads if all words of the text begin words of the thing, or three or more digits stand
 * in one of its numbers; NULL if it does not match. New. Any thread. */
DkSearchHit *dk_search_try (const DkSearchThing *thing, const char *text);

/* Puts hits of dk_search_try among those of dk_search, at most limit in all: what begins as typed
 * or was found by its digits comes first, the rest before guesses. What the search found itself
 * stays as it is. `more` is left empty. */
void dk_search_add (GPtrArray *hits, GPtrArray *more, const char *text, guint limit);

/* Frees a hit; NULL is fine. */
void dk_search_hit_free (DkSearchHit *hit);

/* As dk_search, with what should come first. */
GPtrArray *dk_search_with (DkStore *store, const char *text, const DkSearchWish *wish,
                           GCancellable *cancellable, GError **error) DK_CHECKED;

G_END_DECLS
