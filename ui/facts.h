/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/content-age.h"
#include "app/store/content-store.h"
#include "app/store/ticket-store.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the frame of the window always shows, read in one go. Text owned. */
typedef struct {
  char *station;
  char *site;
  char *user;
  char *role;
  gboolean may_send;     /* holds the key of the hand-over: every role but the front line */
  char *mode;            /* setting `mode`: normal degraded downtime drill; NULL if not set */
  char *organisation;    /* of the content, NULL if there is none */
  DkContentFacts content;
  int idle_min;
  gboolean recovery_used; /* opened with the printed code, and no new one made since */
  DkTicketCounts counts;
  guint safety_open;     /* open tickets with the patient-safety flag */
  GPtrArray *drafts;     /* numbers of unfinished tickets, oldest first */
  GPtrArray *overdue;    /* titles of runbooks whose review is due */
  GPtrArray *messages;   /* what the unlock wants said */
} DkFacts;

/* Work for dk_kit_run: new DkFacts. */
gpointer dk_facts_load (DkKit *kit, gpointer data, GCancellable *cancellable, GError **error);

/* How far the content may be relied on, and in words (new string) if sentence is not NULL. */
DkContentState dk_facts_content_state (const DkFacts *facts, gint64 now_ms, char **sentence);

/* "content 3 h old", "no content". New string. */
char *dk_facts_content_age (const DkFacts *facts, gint64 now_ms);

/* Frees the facts; NULL is fine. */
void dk_facts_free (DkFacts *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFacts, dk_facts_free)

G_END_DECLS
