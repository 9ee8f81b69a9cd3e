/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/readiness/attest.h"
#include "app/readiness/shift-check.h"
#include "ui/kit-thread.h"

G_BEGIN_DECLS

/* Readiness behind the pages: the checks run one by one on the kit's thread, which is free between
 * them. */

/* What the last look found. Borrowed by who asks; NULL members before the first one. */
typedef struct {
  GPtrArray *findings; /* of DkFinding, in the order of the registry */
  guint red;
  guint amber;
  guint green;
  gint64 at_ms;       /* when it was complete; 0 = never */
  gboolean is_running;
} DkReadinessLook;

/* The look that pages share; belongs to the main thread. */
const DkReadinessLook *dk_readiness_look (void);

/* Looks again unless a look is under way, or, without force, the last one is younger than five
 * minutes. done is called on the main loop when it is complete (at once if it is young enough), not
 * once owner is gone. */
void dk_readiness_look_start (gpointer owner, gboolean force, void (*done) (gpointer owner));

/* What a person says of a check. Text owned. */
typedef struct {
  char *check;
  gboolean is_good;
  char *text;
} DkAttestOrder;

/* data: DkAttestOrder -> DK_KIT_DONE */
gpointer dk_readiness_work_attest (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* For the queue; NULL is fine. */
void dk_attest_order_free (gpointer order);

/* A shift check at work: it belongs to the kit's thread, its items are read by the page. */
typedef struct {
  DkReadiness *readiness;
  DkShiftCheck *check;
} DkShiftWork;

/* no data -> DkShiftWork */
gpointer dk_shift_work_begin (DkKit *kit, gpointer data, GCancellable *c, GError **error);

/* What was answered. Text owned; the work is borrowed and outlives the call. */
typedef struct {
  DkShiftWork *work;
  DkShiftAnswer *answers; /* one for each item, none of them open */
  char *note;
} DkShiftOrder;

/* data: DkShiftOrder -> DK_KIT_DONE: answered, signed and entered */
gpointer dk_shift_work_sign (DkKit *kit, gpointer data, GCancellable *c, GError **error);
/* For the queue; NULL is fine. */
void dk_shift_order_free (gpointer order);
/* Frees the work; NULL is fine. No call on it may be under way. */
void dk_shift_work_free (gpointer work);

/* no data -> array of DkShiftRecord, newest first */
gpointer dk_shift_work_history (DkKit *kit, gpointer data, GCancellable *c, GError **error);

G_END_DECLS
