/* SPDX-License-Identifier: MIT */
#include "app/model/readiness-policy.h"

#include <stddef.h>
#include <string.h>

#define OWNERS_MAX 100
#define OWNER_BYTES_MAX 200

static const struct {
  const char *key;
  gsize at;
  int fallback;
  int min;
  int max;
} NUMBERS[] = {
  { "paper_hours", offsetof (DkReadinessPolicy, paper_hours), 8, 1, 1000 },
  { "tickets_per_hour", offsetof (DkReadinessPolicy, tickets_per_hour), 20, 1, 1000 },
  { "shift_check_hours", offsetof (DkReadinessPolicy, shift_check_hours), 12, 1, 1000 },
  { "unlock_days", offsetof (DkReadinessPolicy, unlock_days), 60, 1, 3650 },
  { "drill_days", offsetof (DkReadinessPolicy, drill_days), 90, 1, 3650 },
  { "cable_days", offsetof (DkReadinessPolicy, cable_days), 30, 1, 3650 },
  { "recovery_keys_days", offsetof (DkReadinessPolicy, recovery_keys_days), 90, 1, 3650 },
  { "domain_days", offsetof (DkReadinessPolicy, domain_days), 180, 1, 3650 },
  { "endpoint_protection_days", offsetof (DkReadinessPolicy, endpoint_protection_days), 180, 1,
    3650 },
  { "power_days", offsetof (DkReadinessPolicy, power_days), 180, 1, 3650 },
};

static int *
number_at (DkReadinessPolicy *policy, gsize i)
{
  return (int *) (void *) ((char *) policy + NUMBERS[i].at);
}

void
dk_readiness_policy_init (DkReadinessPolicy *policy)
{
  for (gsize i = 0; i < G_N_ELEMENTS (NUMBERS); i++)
    *number_at (policy, i) = NUMBERS[i].fallback;
  policy->owners = NULL;
}

static gboolean
read_owners (DkReadinessPolicy *policy, const json_t *owners, GError **error)
{
  const char *check;
  json_t *owner;

  if (owners == NULL || json_is_null (owners))
    return TRUE;
  if (!json_is_object (owners) || json_object_size (owners) > OWNERS_MAX) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The policy at /readiness/owners must be a map from checks to contacts. Nothing "
                 "was changed.");
    return FALSE;
  }
  json_object_foreach ((json_t *) (guintptr) owners, check, owner) {
    const char *text = json_string_value (owner);
    if (text != NULL && *text != '\0' && strlen (text) <= OWNER_BYTES_MAX)
      continue;
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "The policy at /readiness/owners/%s must be the id of a contact, or words. "
                 "Nothing was changed.",
                 check);
    return FALSE;
  }
  json_decref (policy->owners);
  policy->owners = json_deep_copy (owners);
  return TRUE;
}

gboolean
dk_readiness_policy_read (DkReadinessPolicy *policy, const json_t *readiness, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (NUMBERS); i++) {
    const json_t *value = json_object_get (readiness, NUMBERS[i].key);
    if (value == NULL)
      continue;
    if (!json_is_integer (value) || json_integer_value (value) < NUMBERS[i].min
        || json_integer_value (value) > NUMBERS[i].max) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "The policy at /readiness/%s must be a whole number from %d to %d. Nothing was "
                   "changed.",
                   NUMBERS[i].key, NUMBERS[i].min, NUMBERS[i].max);
      return FALSE;
    }
    *number_at (policy, i) = (int) json_integer_value (value);
  }
  return read_owners (policy, json_object_get (readiness, "owners"), error);
}

json_t *
dk_readiness_policy_to_json (const DkReadinessPolicy *policy)
{
  json_t *made = json_object ();

  for (gsize i = 0; i < G_N_ELEMENTS (NUMBERS); i++)
    json_object_set_new (made, NUMBERS[i].key,
                         json_integer (*number_at ((DkReadinessPolicy *) (guintptr) policy, i)));
  json_object_set_new (made, "owners", policy->owners != NULL ? json_deep_copy (policy->owners)
                                                              : json_object ());
  return made;
}

const char *
dk_readiness_policy_owner (const DkReadinessPolicy *policy, const char *check)
{
  return dk_json_get_text (policy->owners, check);
}

void
dk_readiness_policy_clear (DkReadinessPolicy *policy)
{
  json_decref (policy->owners);
  policy->owners = NULL;
}
