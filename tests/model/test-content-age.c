/* SPDX-License-Identifier: MIT */
/* Goal: one rule tells how far content may be relied on, and the policy of readiness is read as it
 * is written. Method: the edges of each state by the clock of the test; values out of bounds. */
#include "app/model/content-age.h"

#include <string.h>

#include "app/model/policy.h"
#include "tests/support/support.h"

#define DAY_MS (G_GINT64_CONSTANT (86400) * 1000)
#define NOW_MS (20000 * DAY_MS)

static void
assert_state (double days_old, double expires_days, gboolean is_revoked, DkContentState state)
{
  const DkContentFacts facts
      = { .created_ms = days_old < 0 ? 0 : NOW_MS - (gint64) (days_old * DAY_MS),
          .expires_ms = expires_days == 0 ? 0 : NOW_MS + (gint64) (expires_days * DAY_MS),
          .is_revoked = is_revoked,
          .amber_days = 30,
          .stale_days = 90 };
  g_autofree char *sentence = dk_content_state_sentence (state, &facts, NOW_MS);

  g_assert_cmpint (dk_content_state (&facts, NOW_MS), ==, state);
  g_assert_true (g_str_has_suffix (sentence, "."));
}

static void
test_states (void)
{
  assert_state (30, 0, FALSE, DK_CONTENT_NORMAL);
  assert_state (30.1, 0, FALSE, DK_CONTENT_AMBER);
  assert_state (1, 14, FALSE, DK_CONTENT_NORMAL);
  assert_state (1, 13.9, FALSE, DK_CONTENT_AMBER);
  assert_state (90, 0, FALSE, DK_CONTENT_AMBER);
  assert_state (90.1, 0, FALSE, DK_CONTENT_STALE);
  assert_state (1, -0.1, FALSE, DK_CONTENT_EXPIRED);
  assert_state (1, 50, TRUE, DK_CONTENT_REVOKED);
  assert_state (-1, 50, TRUE, DK_CONTENT_NONE);
}

static void
assert_mode (DkContentState state, const char *mode, const char *shown)
{
  g_autofree char *made = dk_content_state_mode (state, mode);

  g_assert_cmpstr (made, ==, shown);
}

static void
test_mode_on_paper (void)
{
  assert_mode (DK_CONTENT_NORMAL, NULL, "NORMAL");
  assert_mode (DK_CONTENT_AMBER, "downtime", "DOWNTIME");
  assert_mode (DK_CONTENT_NONE, "downtime", "DOWNTIME");
  assert_mode (DK_CONTENT_STALE, "drill", "DRILL, STALE CONTENT");
  assert_mode (DK_CONTENT_REVOKED, "normal", "NORMAL, REVOKED CONTENT");
  g_assert_false (dk_content_state_is_loud (DK_CONTENT_AMBER));
  g_assert_true (dk_content_state_is_loud (DK_CONTENT_STALE));
}

static DkPolicy *
read_policy (const char *text, GError **error)
{
  g_autoptr (json_t) document = dk_json_parse (text, strlen (text), 10000, "policy", NULL);

  g_assert_nonnull (document);
  return dk_policy_parse (document, error);
}

static void
test_policy (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkPolicy) policy
      = read_policy ("{\"readiness\":{\"drill_days\":7,\"owners\":{\"disk\":\"ops\"}}}", &error);
  g_autoptr (json_t) written = NULL;
  g_autoptr (DkPolicy) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (policy->readiness.drill_days, ==, 7);
  g_assert_cmpint (policy->readiness.paper_hours, ==, 8);
  g_assert_cmpint (policy->readiness.tickets_per_hour, ==, 20);
  g_assert_cmpstr (dk_readiness_policy_owner (&policy->readiness, "disk"), ==, "ops");
  g_assert_null (dk_readiness_policy_owner (&policy->readiness, "clock"));
  written = dk_policy_to_json (policy);
  again = dk_policy_parse (written, &error);
  g_assert_cmpint (again->readiness.drill_days, ==, 7);
  g_assert_cmpstr (dk_readiness_policy_owner (&again->readiness, "disk"), ==, "ops");
}

static void
test_policy_refused (void)
{
  static const char *const texts[] = {
    "{\"readiness\":{\"drill_days\":0}}",     "{\"readiness\":{\"drill_days\":\"7\"}}",
    "{\"readiness\":{\"paper_hours\":1001}}", "{\"readiness\":{\"owners\":[\"ops\"]}}",
    "{\"readiness\":{\"owners\":{\"disk\":\"\"}}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (read_policy (texts[i], &error));
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, "/readiness/"));
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/content-age/states-by-the-clock", test_states);
  g_test_add_func ("/model/content-age/mode-on-paper", test_mode_on_paper);
  g_test_add_func ("/model/readiness-policy/read-as-written", test_policy);
  g_test_add_func ("/model/readiness-policy/refuses-values-out-of-bounds", test_policy_refused);
  return dk_test_run ();
}
