/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/kit/kit.h"

G_BEGIN_DECLS

/* Is this kit ready for an outage? A registry of checks, each of which gives one finding with an
 * owner and a remedy: for `dkit doctor`, the readiness page and the shift check. Everything here
 * belongs to the thread of the kit. A check takes that thread for less than 50 ms, unless it reads
 * the whole kit (is_whole). */

typedef enum { DK_READY_GREEN, DK_READY_AMBER, DK_READY_RED } DkReadyState;

/* One check. Static. */
typedef struct {
  const char *name;  /* "backup", as `doctor --only` takes it */
  const char *title; /* "Age of the second copy" */
  const char *owner; /* who answers for it unless policy.readiness.owners says otherwise */
  gboolean is_whole; /* reads every page or every entry: minutes in a big kit */
} DkCheck;

/* What a check found. Text owned. */
typedef struct {
  const DkCheck *check;
  DkReadyState state;
  char *detail;
  char *remedy; /* NULL if, and only if, the state is green */
  char *owner;  /* contact id or words */
  char *owner_name; /* name of that contact; NULL if the owner is no contact of this kit */
} DkFinding;

/* The checks of one kit at one moment. */
typedef struct DkReadiness DkReadiness;

/* For this kit, borrowed, which outlives it. Free with dk_readiness_free. */
DkReadiness *dk_readiness_new (DkKit *kit);

/* From now on it is this moment (ms, UTC) for every check, 0 = the clock of this PC again. */
void dk_readiness_set_now (DkReadiness *readiness, gint64 now_ms);

/* Files of the system are looked for below this folder, NULL = "/": for tests and for looking at
 * the disk of another PC. */
void dk_readiness_set_root (DkReadiness *readiness, const char *root);

/* All checks in the order in which they are shown. Borrowed array of const DkCheck. */
const GPtrArray *dk_readiness_checks (void);

/* The check of that name; NULL if there is none. */
const DkCheck *dk_readiness_find (const char *name);

/* Runs one check. What could not be checked is red, and says why. One that is_whole also keeps its
 * result, for dk_readiness_recall. New finding. */
DkFinding *dk_readiness_run (DkReadiness *readiness, const DkCheck *check);

/* The result that a check of the whole kit had last, with its age, amber if that is more than a
 * month: what a page shows that must not wait. For other checks the same as dk_readiness_run. New
 * finding. */
DkFinding *dk_readiness_recall (DkReadiness *readiness, const DkCheck *check);

/* {check, title, state, detail, remedy, owner, owner_name}. New reference. */
json_t *dk_finding_to_json (const DkFinding *finding);

/* "green", "amber", "red". Static. */
const char *dk_ready_state_name (DkReadyState state);

/* Frees the finding; NULL is fine. */
void dk_finding_free (DkFinding *finding);

/* Frees it; NULL is fine. */
void dk_readiness_free (DkReadiness *readiness);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFinding, dk_finding_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkReadiness, dk_readiness_free)

G_END_DECLS
