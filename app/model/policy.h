/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"
#include "app/model/capture.h"
#include "app/model/readiness-policy.h"

G_BEGIN_DECLS

/* The rules of a site that the kit applies: priority matrix, SLA targets, safety floor. Plain
 * values; a kit without content has the defaults. */
typedef struct {
  int matrix[3][3];      /* [impact - 1][urgency - 1] -> priority 1 to 5 */
  char *names[5];        /* of priority 1 to 5, owned */
  int safety_floor;      /* worst priority that a patient-safety ticket may have */
  int respond_min[5];    /* SLA targets by priority, minutes; 0 = none */
  int resolve_min[5];
  int idle_min;          /* lock after this many idle minutes */
  int amber_days;        /* content older than this is amber, */
  int stale_days;        /* and older than this is STALE */
  char *capture_hint;    /* "Room and bed only, no patient names", owned */
  GPtrArray *capture_patterns; /* DkCapturePattern: what looks like a patient's data; it warns and
                                  never blocks; those of dk_capture_patterns_default unless the
                                  policy has its own */
  char **identity_proofs; /* ways to prove who is calling, the best first, NULL-terminated, owned */
  char **backup_folders; /* absolute paths, NULL-terminated, owned; never NULL */
  int backup_every_hours; /* while the kit is open */
  int backup_keep;        /* so many in each folder */
  char *backup_outage_folder; /* second medium for outages, owned; NULL = none */
  int backup_outage_every_min;
  DkReadinessPolicy readiness;
} DkPolicy;

#define DK_POLICY_PATTERNS_MAX 20
#define DK_POLICY_PATTERN_BYTES_MAX 500
#define DK_POLICY_PROOFS_MAX 10

#define DK_POLICY_BACKUP_FOLDERS_MAX 8

/* TRUE for an absolute path of this system on a local or mounted disk: no share by its network name
 * (two slashes in front), no control characters, no "..", at most 1,000 bytes. */
gboolean dk_policy_folder_is_valid (const char *folder);

/* The defaults: the stock 3 x 3 matrix, floor 2, idle 5 min, 30 and 90 days; no folder for backups,
 * every 4 hours, 10 kept, every 5 min in an outage. Free with
 * dk_policy_free. */
DkPolicy *dk_policy_new (void);

/* TRUE for a list of {name, pattern, message?} and for a list of the ways to prove who is calling
 * (lower-case words with dashes); NULL is fine. Else *place gets what is wrong where below the
 * list ("/2/pattern"), *message the words. New strings. */
gboolean dk_policy_check_patterns (const json_t *patterns, char **place, char **message);
/* Likewise. */
gboolean dk_policy_check_proofs (const json_t *proofs, char **place, char **message);

/* Reads policy as JSON (what pack build makes of policy.yaml); absent members keep the default.
 * DK_ERROR_INVALID names the member (JSON Pointer). */
DkPolicy *dk_policy_parse (const json_t *document, GError **error) DK_CHECKED;

/* The policy as JSON with every member, as dk_policy_parse reads it. New reference. */
json_t *dk_policy_to_json (const DkPolicy *policy);

/* Priority 1 (worst) to 5 of impact and urgency (1 to 3), floored by the safety flag; *floored
 * tells if the flag changed it. */
int dk_policy_priority (const DkPolicy *policy, int impact, int urgency, gboolean safety,
                        gboolean *floored);

/* "impact 2 x urgency 1, raised to 2 High by patient safety". New string. */
char *dk_policy_explain (const DkPolicy *policy, int impact, int urgency, gboolean safety);

/* Frees the policy; NULL is fine. */
void dk_policy_free (DkPolicy *policy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkPolicy, dk_policy_free)

G_END_DECLS
