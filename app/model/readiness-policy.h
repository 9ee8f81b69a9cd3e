/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/base/json.h"

G_BEGIN_DECLS

/* The member `readiness` of the policy: how much paper, how often what is looked at, and who
 * answers for it. Plain values. */
typedef struct {
  int paper_hours;        /* numbered paper lasts so long */
  int tickets_per_hour;   /* of one station in an outage */
  int shift_check_hours;  /* a check at least this often */
  int unlock_days;        /* who did not unlock for longer may have forgotten the passphrase */
  int drill_days;         /* the next six: how long an attestation holds */
  int cable_days;
  int recovery_keys_days;
  int domain_days;
  int endpoint_protection_days;
  int power_days;
  json_t *owners;         /* check -> contact id or words; owned, NULL = none */
} DkReadinessPolicy;

/* Paper 8 hours at 20 an hour, a shift check every 12 hours, unlocks and drills within 60 and 90
 * days, the cable 30, recovery keys 90, independence 180 days. */
void dk_readiness_policy_init (DkReadinessPolicy *policy);

/* Reads the member, which may be NULL; absent members keep what is there. DK_ERROR_INVALID names
 * the JSON Pointer. */
gboolean dk_readiness_policy_read (DkReadinessPolicy *policy, const json_t *readiness,
                                   GError **error) DK_CHECKED;

/* As dk_readiness_policy_read reads it, every member. New reference. */
json_t *dk_readiness_policy_to_json (const DkReadinessPolicy *policy);

/* Who answers for a check by policy, borrowed; NULL if the policy names nobody. */
const char *dk_readiness_policy_owner (const DkReadinessPolicy *policy, const char *check);

/* Frees what it holds. */
void dk_readiness_policy_clear (DkReadinessPolicy *policy);

G_END_DECLS
