/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/error.h"

G_BEGIN_DECLS

/* Who is on call when. Any thread.
 *
 * A shift lasts from `starts` until before `ends`, both times of the wall in its zone. With
 * repeat_days it comes again every so many days by the calendar there, at the same times of the
 * wall, so that daylight saving moves nobody's shift; `until` is the last date on which one starts.
 * A start or an end in the hour that is left out in spring is the first moment after it; of an hour
 * that comes twice in autumn a start means the first, an end the last one, so that nobody is
 * missing. Text owned, NULL = absent. */
typedef struct {
  char *service;  /* id */
  int tier;       /* from 1: who is called first */
  char *contact;  /* id */
  char *timezone; /* IANA name */
  char *starts;   /* YYYY-MM-DDTHH:MM there */
  char *ends;
  int repeat_days; /* 0 = once */
  char *until;     /* YYYY-MM-DD */
  char *note;
} DkShift;

#define DK_SHIFT_REPEAT_MAX 366
#define DK_ROTA_LOOK_DAYS 62 /* how far dk_rota_on_call looks for the next change */

/* An empty shift. Free with dk_shift_free. */
DkShift *dk_shift_new (void);

/* TRUE if it can be reckoned with: zone known, times and dates that exist (years 1970 to 9998), an
 * end after the begin, no longer than its repetition (else it would overlap itself), tier 1 to 9.
 * DK_ERROR_INVALID in words, without the place. */
gboolean dk_shift_check (const DkShift *shift, GError **error) DK_CHECKED;

/* Frees the shift; NULL is fine. */
void dk_shift_free (DkShift *shift);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkShift, dk_shift_free)

/* Somebody on call at one moment. Text owned. */
typedef struct {
  char *service;
  int tier;
  char *contact;
  gint64 until_ms; /* end of this and all shifts of the same person that follow without a break; 0 =
                      not within DK_ROTA_LOOK_DAYS */
  guint shift;     /* index of the shift */
} DkOnCallTurn;

/* Who is on call for a service (NULL = each) at a moment: by service, tier, and order of the
 * shifts; one person once. Shifts that dk_shift_check refuses count for nothing. shifts: of
 * DkShift. New array of DkOnCallTurn. */
GPtrArray *dk_rota_on_call (const GPtrArray *shifts, const char *service, gint64 at_ms);

/* Frees it; NULL is fine. */
void dk_on_call_turn_free (DkOnCallTurn *turn);

typedef enum {
  DK_ROTA_GAP,     /* nobody is on call */
  DK_ROTA_OVERLAP, /* two people or more, of one service and tier */
} DkRotaFaultKind;

typedef struct {
  DkRotaFaultKind kind;
  char *service;
  int tier;
  gint64 from_ms;
  gint64 to_ms;
  char **contacts; /* who is on call together; empty for a gap */
  guint shift;     /* index: of a gap the shift that ended last before it, else the next one; of an
                      overlap the one that began it */
} DkRotaFault;

/* Gaps and overlaps of each service and tier that has a shift, between two moments; what stands
 * before the first start of a service and tier is no gap, and an hour that comes twice no overlap
 * of those who hand over in it. By service, tier, time; at most 1,000.
 * New array of DkRotaFault. */
GPtrArray *dk_rota_faults (const GPtrArray *shifts, gint64 from_ms, gint64 to_ms);

/* Frees it; NULL is fine. */
void dk_rota_fault_free (DkRotaFault *fault);

G_END_DECLS
