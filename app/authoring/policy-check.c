/* SPDX-License-Identifier: MIT */
#include "app/authoring/policy-check.h"

#include "app/model/policy.h"

#define PRIORITIES 5

typedef struct {
  const char *pointer;
  const char *keys[12]; /* NULL-terminated */
} Section;

static const char *const top_keys[] = { "priority", "sla", "lock", "content", "capture", "identity",
                                        "backup",   "readiness", NULL };
static const char *const target_keys[] = { "priority", "respond", "resolve", NULL };

static const Section sections[] = {
  { "/priority", { "matrix", "names", "safety_floor", NULL } },
  { "/lock", { "idle_min", NULL } },
  { "/content", { "amber_days", "stale_days", NULL } },
  { "/capture", { "hint", "patterns", NULL } },
  { "/identity", { "proofs", NULL } },
  { "/backup",
    { "folders", "every_hours", "keep", "outage_folder", "outage_every_min", NULL } },
  { "/readiness",
    { "paper_hours", "tickets_per_hour", "shift_check_hours", "unlock_days", "drill_days",
      "cable_days", "recovery_keys_days", "domain_days", "endpoint_protection_days", "power_days",
      "owners", NULL } },
};

static gboolean
check_sections (const json_t *document, DkFault *fault)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++) {
    const json_t *section = json_object_get (document, sections[i].pointer + 1);
    if (section != NULL
        && !dk_fault_check_keys (section, sections[i].pointer, sections[i].keys, fault))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_targets (const json_t *targets, DkFault *fault)
{
  gboolean seen[PRIORITIES + 1] = { FALSE };

  if (targets == NULL)
    return TRUE;
  if (!json_is_array (targets))
    return dk_fault_set (fault, "/sla", "must be a list: each target begins with -");
  for (gsize i = 0; i < json_array_size (targets); i++) {
    const json_t *target = json_array_get (targets, i);
    g_autofree char *at = g_strdup_printf ("/sla/%" G_GSIZE_FORMAT, i);
    gint64 priority = dk_json_get_int (target, "priority", 0);
    if (!dk_fault_check_keys (target, at, target_keys, fault))
      return FALSE;
    if (priority < 1 || priority > PRIORITIES)
      return dk_fault_set (fault, at, "needs a priority from 1 to 5");
    if (seen[priority])
      return dk_fault_set (fault, at, "is a second target for this priority");
    seen[priority] = TRUE;
  }
  return TRUE;
}

typedef gboolean (*CheckList) (const json_t *list, char **place, char **message);

static gboolean
check_list (const json_t *document, const char *section, const char *member, CheckList check,
            DkFault *fault)
{
  g_autofree char *place = NULL;
  g_autofree char *message = NULL;
  g_autofree char *pointer = NULL;

  if (check (json_object_get (json_object_get (document, section), member), &place, &message))
    return TRUE;
  pointer = g_strdup_printf ("/%s/%s%s", section, member, place);
  return dk_fault_set (fault, pointer, "%s", message);
}

gboolean
dk_policy_check (const json_t *document, DkFault *fault)
{
  const json_t *priority = json_object_get (document, "priority");
  const json_t *names = json_object_get (priority, "names");
  const json_t *hint = json_object_get (json_object_get (document, "capture"), "hint");

  if (!dk_fault_check_keys (document, "", top_keys, fault) || !check_sections (document, fault)
      || !check_targets (json_object_get (document, "sla"), fault))
    return FALSE;
  if (names != NULL && json_array_size (names) != PRIORITIES)
    return dk_fault_set (fault, "/priority/names", "must be a list of five words");
  if (hint != NULL && !json_is_string (hint))
    return dk_fault_set (fault, "/capture/hint", "must be text; put it in quotes");
  return check_list (document, "capture", "patterns", dk_policy_check_patterns, fault)
         && check_list (document, "identity", "proofs", dk_policy_check_proofs, fault);
}
