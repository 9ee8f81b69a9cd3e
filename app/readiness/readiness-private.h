/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/clock.h"
#include "app/db/statement.h"
#include "app/kit/people.h"
#include "app/model/entry.h"
#include "app/readiness/attest.h"
#include "app/readiness/check.h"

#define DK_READY_DAY_MS (G_GINT64_CONSTANT (86400) * 1000)
#define DK_READY_HOUR_MS (G_GINT64_CONSTANT (3600) * 1000)

struct DkReadiness {
  DkKit *kit;
  DkStore *store;
  const DkPolicy *policy;
  gint64 now_ms; /* 0 = the clock's */
  char *root;    /* NULL = "/" */
};

/* A check as the registry has it. run leaves a state, a detail and, unless green, a remedy. */
typedef struct {
  DkCheck facts;
  gboolean (*run) (DkReadiness *readiness, DkFinding *finding, GError **error);
} DkReadyCheck;

/* The checks of each file, ended by a member without a name. */
extern const DkReadyCheck DK_READY_KIT_CHECKS[];
extern const DkReadyCheck DK_READY_PEOPLE_CHECKS[];
extern const DkReadyCheck DK_READY_CONTENT_CHECKS[];
extern const DkReadyCheck DK_READY_ARRIVAL_CHECKS[];
extern const DkReadyCheck DK_READY_PC_CHECKS[];
extern const DkReadyCheck DK_READY_ATTESTED_CHECKS[];

/* The moment of the checks. */
gint64 dk_ready_now (const DkReadiness *readiness);

/* Sets what was found; detail is taken. Always TRUE. */
gboolean dk_ready_found (DkFinding *finding, DkReadyState state, char *detail, const char *remedy);

/* In order: the detail. Always TRUE, as the next two. */
gboolean dk_ready_green (DkFinding *finding, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Soon a fault: what to do, and the detail. */
gboolean dk_ready_amber (DkFinding *finding, const char *remedy, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* A fault in an outage: what to do, and the detail. */
gboolean dk_ready_red (DkFinding *finding, const char *remedy, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Appends ", name". */
void dk_ready_append_name (GString *names, const char *name);

/* The newest entries of a kind that the index entry_readiness has (unlock, readiness-attested,
 * shift-check), newest first, at most limit; object NULL = "". New array of DkEntry. */
GPtrArray *dk_ready_entries (DkReadiness *readiness, const char *kind, const char *object,
                             guint limit, GError **error) DK_CHECKED;

/* When the entry was recorded whose `line` a query gives (ms, UTC); 0 if it gives none. */
gboolean dk_ready_recorded (DkStmt *stmt, gint64 *at_ms, GError **error) DK_CHECKED;

/* A number that a query gives, e.g. a count; text, if not NULL, is bound to ?1. sql is a
 * literal. */
gboolean dk_ready_number (DkReadiness *readiness, const char *sql, const char *text,
                          gint64 *number, GError **error) DK_CHECKED;

/* Green, amber or red for so much free space. */
DkReadyState dk_ready_judge_disk (guint64 mib);

/* The check of the shift check. */
gboolean dk_ready_check_shift (DkReadiness *readiness, DkFinding *finding, GError **error);
