/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/document.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* What the page of call trees asks of the kit: functions for dk_kit_run. A key is "tree:ID", or
 * "round:UID" for a tree at work. */

/* A line of the list: rounds under way, then the trees, then rounds that ended. Text owned. */
typedef struct {
  char *key;
  char *title;
  char *state; /* "UNDER WAY, 3 open, since 13:31", "8 calls", "ended 22 Nov 13:31" */
  gboolean is_open; /* a round under way */
} DkCallTreeRow;

/* Somebody to be called, with the number to try. Text owned, NULL = absent. */
typedef struct {
  char *contact; /* id */
  char *name;
  char *kind;    /* of the number, in words */
  char *number;
  char *field;   /* as a correction names it */
  char *mark;    /* as dk_contact_mark */
  char *say;
  char *words;   /* "instead of NAME, who was not reached", "not before 19:40" */
  char *state;   /* in words: where this call stands */
  char *last;    /* "no answer 19:22 anna (her cover letter)" */
  gboolean is_open; /* not settled */
} DkCallTarget;

/* A tree or a round. Text owned. */
typedef struct {
  char *key;
  char *title;
  char *facts;
  char *say;         /* of the tree; NULL = none */
  DkDocument *sheet; /* who is called in which order; NULL for a round */
  char *uid;         /* of the round; NULL for a tree */
  gboolean is_over;  /* the round has ended */
  guint open;        /* calls that are not settled */
  GPtrArray *calls;  /* of DkCallTarget, in order; empty for a tree */
  DkCallTarget *next; /* NULL: nothing is left */
} DkCallView;

/* One step of a round. Text owned, NULL = absent. */
typedef struct {
  char *uid;
  char *contact;
  char *number;
  char *result; /* DK_CALL_* */
  char *note;
} DkCallOrder;

/* no data -> array of DkCallTreeRow */
gpointer dk_calltree_work_list (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *key -> DkCallView */
gpointer dk_calltree_work_view (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: char *id of a tree -> char *key of the round */
gpointer dk_calltree_work_start (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkCallOrder -> DK_KIT_DONE */
gpointer dk_calltree_work_try (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* data: DkCallOrder with uid and note -> DK_KIT_DONE */
gpointer dk_calltree_work_end (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* For the queue; NULL is fine. */
void dk_call_view_free (gpointer view);
/* For the queue; NULL is fine. */
void dk_call_order_free (gpointer order);

G_END_DECLS
