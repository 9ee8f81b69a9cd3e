/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/model/call-tree.h"
#include "app/model/contact.h"
#include "app/store/store.h"

G_BEGIN_DECLS

/* A call tree at work: a checklist of who was tried, when, by whom, with what result. The tree is
 * kept as it was at the start. */

#define DK_CALL_REACHED "reached"
#define DK_CALL_MESSAGE_LEFT "message-left"
#define DK_CALL_NO_ANSWER "no-answer"
#define DK_CALL_BUSY "busy"
#define DK_CALL_WRONG_NUMBER "wrong-number"
#define DK_CALL_DECLINED "declined" /* was reached and cannot help */
#define DK_CALL_SKIPPED "skipped"   /* needs a note */

/* All of them, NULL-terminated, static. */
const char *const *dk_call_results (void);

/* One attempt. Text owned. */
typedef struct {
  char *contact;
  char *number; /* as called; NULL if none */
  char *result;
  char *person; /* who tried */
  gint64 at_ms;
  char *note;
} DkCallAttempt;

typedef struct {
  char *uid; /* 32 hex */
  char *ref; /* id of the tree */
  char *title;
  char *pack;
  gint64 started_ms;
  char *started_by;
  gint64 ended_ms; /* 0 = under way */
  char *ended_by;
  char *note;
  guint reached;       /* calls that are settled by somebody reached */
  guint open;          /* calls that are not settled */
  DkCallTree *tree;    /* NULL in lists */
  GPtrArray *attempts; /* of DkCallAttempt, in order; NULL in lists */
} DkCallRound;

/* A call is settled when its contact, or who is to be tried instead, was reached, or it was
 * skipped. */
typedef enum {
  DK_CALL_OPEN,      /* nobody tried yet */
  DK_CALL_TRYING,    /* tried, not reached */
  DK_CALL_DELEGATED, /* somebody who was reached makes this call and has not reported */
  DK_CALL_SETTLED,
} DkCallState;

/* How far the call of that place (from 0) in the tree is. */
DkCallState dk_call_round_state (const DkCallRound *round, guint call);

/* What to do next. Text owned. */
typedef struct {
  guint call;         /* place in the tree */
  char *contact_id;
  DkContact *contact; /* corrections applied; NULL if the lists that everybody may read have none */
  char *kind;         /* of the number; NULL: there is no number left, or none is known */
  char *number;
  char *say;
  char *instead_of;   /* id of who was not reached */
  guint attempts;     /* so far, for this call */
  gint64 due_ms;      /* not before: the wait is not over; 0 = now */
} DkCallNext;

/* Starts a round. DK_ERROR_NOT_FOUND. New round. */
DkCallRound *dk_call_round_start (DkStore *store, const char *tree, GError **error) DK_CHECKED;

/* As dk_call_round_start for a tree that is for leads alone (audience lead), which the caller has
 * opened: who is called by whom is kept, title and words are not. DK_ERROR_DENIED without the
 * `lead` key. New round. */
DkCallRound *dk_call_round_start_for_leads (DkStore *store, const DkCallTree *tree,
                                            GError **error) DK_CHECKED;

/* Keeps an attempt. contact is of the tree (also as `instead`); number may be NULL; a skip needs a
 * note. uid as for dk_run_load. DK_ERROR_INVALID once the round has ended. */
gboolean dk_call_round_try (DkStore *store, const char *uid, const char *contact,
                            const char *number, const char *result, const char *note,
                            GError **error) DK_CHECKED;

/* Whom to call next at a moment (Unix ms). The calls that are open or tried come in the order of
 * the tree, those that wait behind; a call of somebody who was reached is left to that person, and
 * falls back to the desk if that person was not. Of a contact the numbers come in order, each once;
 * after the last one `instead` is tried; after its last one the call comes again when the wait of
 * the call is over since the last attempt. *next NULL: nothing is left for the desk. */
gboolean dk_call_round_next (DkStore *store, const DkCallRound *round, gint64 now_ms,
                             DkCallNext **next, GError **error) DK_CHECKED;

/* Ends it; calls that are not settled need a note. */
gboolean dk_call_round_end (DkStore *store, const char *uid, const char *note, GError **error)
    DK_CHECKED;

/* Rounds, those under way first, then the newest. New array of DkCallRound. */
GPtrArray *dk_call_round_list (DkStore *store, gboolean only_open, GError **error) DK_CHECKED;

/* One round with tree and attempts; uid as for dk_run_load. New round. */
DkCallRound *dk_call_round_load (DkStore *store, const char *uid, GError **error) DK_CHECKED;

/* Frees the round; NULL is fine. */
void dk_call_round_free (DkCallRound *round);

/* Frees it; NULL is fine. */
void dk_call_next_free (DkCallNext *next);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkCallRound, dk_call_round_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkCallNext, dk_call_next_free)

G_END_DECLS
