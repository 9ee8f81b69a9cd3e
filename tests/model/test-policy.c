/* SPDX-License-Identifier: MIT */
/* Goal: the priority is the one that the policy says, patient safety can only raise it, and a
 * policy that makes no sense is refused with its place. Method: the whole matrix, and broken
 * documents. */
#include "app/model/policy.h"

#include <string.h>

#include "tests/support/support.h"

static void
test_defaults (void)
{
  static const int expected[3][3] = { { 1, 2, 3 }, { 2, 3, 4 }, { 3, 4, 5 } };
  g_autoptr (DkPolicy) policy = dk_policy_new ();

  for (int i = 1; i <= 3; i++)
    for (int u = 1; u <= 3; u++) {
      gboolean floored = TRUE;
      int plain = dk_policy_priority (policy, i, u, FALSE, &floored);
      int safe = dk_policy_priority (policy, i, u, TRUE, NULL);
      g_assert_cmpint (plain, ==, expected[i - 1][u - 1]);
      g_assert_false (floored);
      g_assert_cmpint (safe, ==, MIN (plain, 2));
      (void) dk_policy_priority (policy, i, u, TRUE, &floored);
      g_assert_true (floored == (plain > 2));
    }
}

static void
test_explains (void)
{
  g_autoptr (DkPolicy) policy = dk_policy_new ();
  g_autofree char *plain = dk_policy_explain (policy, 2, 2, FALSE);
  g_autofree char *raised = dk_policy_explain (policy, 3, 3, TRUE);
  g_autofree char *not_needed = dk_policy_explain (policy, 1, 1, TRUE);

  g_assert_cmpstr (plain, ==, "impact 2 x urgency 2 = 3 Moderate");
  g_assert_cmpstr (raised, ==, "impact 3 x urgency 3, raised to 2 High by patient safety");
  g_assert_cmpstr (not_needed, ==, "impact 1 x urgency 1 = 1 Critical");
}

static DkPolicy *
parse (const char *text, GError **error)
{
  g_autoptr (json_t) document = dk_json_parse (text, strlen (text), 100000, "policy", NULL);

  g_assert_nonnull (document);
  return dk_policy_parse (document, error);
}

static void
test_reads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPolicy) policy
      = parse ("{\"priority\":{\"matrix\":[[1,1,1],[2,2,2],[3,3,3]],\"names\":[\"A\",\"B\"],"
               "\"safety_floor\":1},\"sla\":[{\"priority\":3,\"respond\":7,\"resolve\":90}],"
               "\"lock\":{\"idle_min\":9},\"content\":{\"amber_days\":3,\"stale_days\":5},"
               "\"capture\":{\"hint\":\"bed only\"}}",
               &error);

  g_assert_no_error (error);
  g_assert_cmpint (dk_policy_priority (policy, 2, 3, FALSE, NULL), ==, 2);
  g_assert_cmpint (dk_policy_priority (policy, 3, 3, TRUE, NULL), ==, 1);
  g_assert_cmpstr (policy->names[1], ==, "B");
  g_assert_cmpstr (policy->names[2], ==, "Moderate");
  g_assert_cmpint (policy->respond_min[2], ==, 7);
  g_assert_cmpint (policy->resolve_min[0], ==, 240);
  g_assert_cmpint (policy->idle_min, ==, 9);
  g_assert_cmpint (policy->stale_days, ==, 5);
  g_assert_cmpstr (policy->capture_hint, ==, "bed only");
}

static void
test_backup (void)
{
  g_autoptr (DkPolicy) policy = parse ("{\"backup\":{\"folders\":[\"/a\",\"/b c\"],\"keep\":3,"
                                       "\"outage_folder\":\"/stick\"}}",
                                       NULL);
  g_autoptr (json_t) document = dk_policy_to_json (policy);
  g_autoptr (DkPolicy) again = dk_policy_parse (document, NULL);

  g_assert_nonnull (again);
  g_assert_cmpuint (g_strv_length (again->backup_folders), ==, 2);
  g_assert_cmpstr (again->backup_folders[1], ==, "/b c");
  g_assert_cmpstr (again->backup_outage_folder, ==, "/stick");
  g_assert_cmpint (again->backup_keep, ==, 3);
  g_assert_cmpint (again->backup_every_hours, ==, 4);
}

static void
test_refuses (void)
{
  static const struct {
    const char *text;
    const char *place;
  } bad[] = {
    { "{\"priority\":{\"matrix\":[[1,2,3]]}}", "/priority/matrix" },
    { "{\"priority\":{\"matrix\":[[1,2,3],[1,2],[1,2,3]]}}", "/priority/matrix" },
    { "{\"priority\":{\"matrix\":[[1,2,3],[1,2,6],[1,2,3]]}}", "/priority/matrix" },
    { "{\"priority\":{\"matrix\":[[1,2,3],[1,2,\"x\"],[1,2,3]]}}", "/priority/matrix" },
    { "{\"priority\":{\"matrix\":7}}", "/priority/matrix" },
    { "{\"priority\":{\"names\":[\"A\",\"\"]}}", "/priority/names" },
    { "{\"priority\":{\"safety_floor\":0}}", "/priority/safety_floor" },
    { "{\"priority\":{\"safety_floor\":2.5}}", "/priority/safety_floor" },
    { "{\"sla\":[{\"respond\":5}]}", "/sla" },
    { "{\"sla\":[{\"priority\":9}]}", "/sla/priority" },
    { "{\"sla\":[{\"priority\":1,\"respond\":-1}]}", "/sla/respond" },
    { "{\"lock\":{\"idle_min\":0}}", "/lock/idle_min" },
    { "{\"content\":{\"stale_days\":99999999999}}", "/content/stale_days" },
    { "{\"backup\":{\"folders\":\"/a\"}}", "/backup/folders" },
    { "{\"backup\":{\"folders\":[\"//server/share\"]}}", "/backup/folders" },
    { "{\"backup\":{\"folders\":[\"/a/../b\"]}}", "/backup/folders" },
    { "{\"backup\":{\"folders\":[\"here\"]}}", "/backup/folders" },
    { "{\"backup\":{\"folders\":[\"/a\\nb\"]}}", "/backup/folders" },
    { "{\"backup\":{\"folders\":[7]}}", "/backup/folders" },
    { "{\"backup\":{\"outage_folder\":\"\\\\\\\\s\\\\x\"}}", "/backup/outage_folder" },
    { "{\"backup\":{\"keep\":1}}", "/backup/keep" },
    { "{\"backup\":{\"every_hours\":0}}", "/backup/every_hours" },
    { "{\"capture\":{\"patterns\":[{\"name\":\"a\",\"pattern\":\"(\"}]}}",
      "/capture/patterns/0/pattern" },
    { "{\"capture\":{\"patterns\":[{\"name\":\"a\",\"pattern\":\"(*UCP)MRN\"}]}}",
      "/capture/patterns/0/pattern" },
    { "{\"capture\":{\"patterns\":[{\"name\":\"a\",\"pattern\":\"((MRN){99}){99}\"}]}}",
      "/capture/patterns/0/pattern" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (parse (bad[i].text, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, bad[i].place));
  }
}

static void
test_capture (void)
{
  g_autoptr (DkPolicy) policy = dk_policy_new ();
  g_autoptr (json_t) document
      = json_pack ("{s:{s:[{s:s, s:s}]}, s:{s:[s, s]}}", "capture", "patterns", "name", "case",
                   "pattern", "\\bCASE\\d+", "identity", "proofs", "badge", "callback");
  g_autoptr (DkPolicy) read = dk_policy_parse (document, NULL);
  g_autoptr (json_t) again = dk_policy_to_json (read);
  g_autoptr (DkPolicy) twice = dk_policy_parse (again, NULL);
  const DkCapturePattern *pattern;

  g_assert_cmpuint (policy->capture_patterns->len, ==, 2);
  g_assert_cmpstr (policy->identity_proofs[0], ==, "callback");
  g_assert_cmpuint (twice->capture_patterns->len, ==, 1);
  pattern = g_ptr_array_index (twice->capture_patterns, 0);
  g_assert_cmpstr (pattern->pattern, ==, "\\bCASE\\d+");
  g_assert_nonnull (strstr (pattern->message, "case"));
  g_assert_cmpstr (twice->identity_proofs[0], ==, "badge");
  g_assert_null (twice->identity_proofs[2]);
}

static void
test_capture_refuses (void)
{
  static const char *const broken[][2] = {
    { "{\"capture\":{\"patterns\":[{\"name\":\"a\",\"pattern\":\"(\"}]}}",
      "/capture/patterns/0/pattern" },
    { "{\"capture\":{\"patterns\":[{\"pattern\":\"x\"}]}}", "/capture/patterns/0/name" },
    { "{\"capture\":{\"patterns\":[{\"name\":\"a\",\"pattern\":\"x\",\"flag\":1}]}}",
      "/capture/patterns/0" },
    { "{\"capture\":{\"patterns\":{}}}", "/capture/patterns" },
    { "{\"identity\":{\"proofs\":[]}}", "/identity/proofs" },
    { "{\"identity\":{\"proofs\":[\"a\",\"a\"]}}", "/identity/proofs/1" },
    { "{\"identity\":{\"proofs\":[\"In person\"]}}", "/identity/proofs/0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (json_t) document = json_loads (broken[i][0], 0, NULL);
    g_autoptr (GError) error = NULL;
    g_assert_nonnull (document);
    g_assert_null (dk_policy_parse (document, &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, broken[i][1]));
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/policy/matrix-and-safety-floor", test_defaults);
  g_test_add_func ("/model/policy/explains-itself", test_explains);
  g_test_add_func ("/model/policy/reads-what-a-site-says", test_reads);
  g_test_add_func ("/model/policy/reads-where-backups-go", test_backup);
  g_test_add_func ("/model/policy/refuses-with-the-place", test_refuses);
  g_test_add_func ("/model/policy/what-must-not-stand-in-tickets", test_capture);
  g_test_add_func ("/model/policy/refuses-capture-rules-with-the-place", test_capture_refuses);
  return dk_test_run ();
}
