/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>

#include "app/store/store.h"

G_BEGIN_DECLS

/* One field finds contacts, runbooks, services and tickets. Order: beginning of the name or ticket
 * number by an indexed column, digits of a phone number, then full text: content, ranked by bm25
 * only up to 2,000 hits, and tickets, newest first, for which a quarter of the hits is kept. */
typedef struct {
  char *kind;    /* contact runbook service ticket */
  char *id;      /* contact, runbook, service id; ticket number */
  char *title;
  char *snippet; /* one line: numbers of a contact, caller and state of a ticket, ... */
} DkSearchHit;

/* At most limit hits (1 to 500). Words are prefixes, all must match; accents and case do not
 * matter; three or more digits also match inside phone numbers. Cancelling (or dk_db_interrupt)
 * gives G_IO_ERROR_CANCELLED. New array of DkSearchHit. */
GPtrArray *dk_search (DkStore *store, const char *text, guint limit, GCancellable *cancellable,
                      GError **error) DK_CHECKED;

G_END_DECLS
