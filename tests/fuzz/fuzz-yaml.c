/* SPDX-License-Identifier: MIT */
/* YAML as authors write it, and what is made of it: fleet and policy. */
#include "app/authoring/policy-check.h"
#include "app/content/record.h"
#include "app/content/yaml.h"
#include "app/model/policy.h"
#include "tests/fuzz/fuzz.h"

static void
try_records (const json_t *root)
{
  g_auto (DkFault) fleet_fault = { 0 };
  g_auto (DkFault) policy_fault = { 0 };
  g_autoptr (json_t) fleet = dk_fleet_read (root, &fleet_fault);

  g_assert_true ((fleet == NULL) == (fleet_fault.message != NULL));
  if (dk_policy_check (root, &policy_fault)) {
    g_autoptr (DkPolicy) policy = dk_policy_parse (root, NULL);
    g_autoptr (json_t) document = policy != NULL ? dk_policy_to_json (policy) : NULL;
    g_autoptr (DkPolicy) again = document != NULL ? dk_policy_parse (document, NULL) : NULL;

    g_assert_null (policy_fault.message);
    g_assert_true ((again == NULL) == (policy == NULL));
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkYaml) yaml = dk_yaml_parse ((const char *) data, size, "x.yaml", 1, &error);
  DkPlace place;

  g_assert_true ((yaml == NULL) == (error != NULL));
  if (yaml == NULL)
    return 0;
  place = dk_yaml_place (yaml, "/stations/0/code");
  g_assert_true (place.line >= 1 && place.column >= 1);
  if (dk_yaml_root (yaml) != NULL)
    try_records (dk_yaml_root (yaml));
  return 0;
}
