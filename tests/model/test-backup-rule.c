/* SPDX-License-Identifier: MIT */
/* Goal: a backup is due when something could be lost, and not at every breath. Method: the rule
 * asked with a made-up clock around each of its limits. */
#include "app/model/backup-rule.h"

#include "tests/support/support.h"

#define MIN_MS G_GINT64_CONSTANT (60000)
#define HOUR_MS (60 * MIN_MS)
#define NOW (G_GINT64_CONSTANT (20000) * 24 * HOUR_MS)

static gboolean
is_due (gint64 age_ms, gboolean changed, gboolean is_outage, DkBackupMode mode)
{
  g_autoptr (DkPolicy) policy = dk_policy_new ();
  DkBackupState state = { .last_ms = NOW - age_ms, .changed = changed, .is_outage = is_outage };

  return dk_backup_rule_is_due (policy, &state, mode, NOW);
}

static void
test_first (void)
{
  g_autoptr (DkPolicy) policy = dk_policy_new ();
  DkBackupState state = { 0 };

  g_assert_true (dk_backup_rule_is_due (policy, &state, DK_BACKUP_WHILE_OPEN, NOW));
  g_assert_true (dk_backup_rule_is_due (policy, &state, DK_BACKUP_AT_LOCK, NOW));
}

static void
test_while_open (void)
{
  g_assert_false (is_due (4 * HOUR_MS - 1, TRUE, FALSE, DK_BACKUP_WHILE_OPEN));
  g_assert_true (is_due (4 * HOUR_MS, TRUE, FALSE, DK_BACKUP_WHILE_OPEN));
  g_assert_false (is_due (23 * HOUR_MS, FALSE, FALSE, DK_BACKUP_WHILE_OPEN));
  g_assert_true (is_due (24 * HOUR_MS, FALSE, FALSE, DK_BACKUP_WHILE_OPEN));
}

static void
test_at_lock (void)
{
  g_assert_true (is_due (1, TRUE, FALSE, DK_BACKUP_AT_LOCK));
  g_assert_false (is_due (HOUR_MS, FALSE, FALSE, DK_BACKUP_AT_LOCK));
}

static void
test_in_outage (void)
{
  g_assert_true (is_due (5 * MIN_MS, TRUE, TRUE, DK_BACKUP_IN_OUTAGE));
  g_assert_false (is_due (5 * MIN_MS - 1, TRUE, TRUE, DK_BACKUP_IN_OUTAGE));
  g_assert_false (is_due (5 * MIN_MS, TRUE, FALSE, DK_BACKUP_IN_OUTAGE));
  g_assert_false (is_due (5 * MIN_MS, TRUE, TRUE, DK_BACKUP_WHILE_OPEN));
}

static void
test_clock_set_back (void)
{
  g_assert_true (is_due (-HOUR_MS, FALSE, FALSE, DK_BACKUP_WHILE_OPEN));
}

static void
test_health (void)
{
  g_autoptr (DkPolicy) policy = dk_policy_new ();
  const struct {
    gint64 age_ms;
    gboolean is_there;
    const char *state;
  } cases[] = {
    { 0, TRUE, "green" },           { 28 * HOUR_MS, TRUE, "green" },
    { 28 * HOUR_MS + 1, TRUE, "amber" }, { HOUR_MS, FALSE, "amber" },
    { 48 * HOUR_MS, TRUE, "amber" }, { 48 * HOUR_MS + 1, TRUE, "red" },
    { NOW, TRUE, "red" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (dk_backup_rule_health (policy, NOW - cases[i].age_ms, cases[i].is_there, NOW),
                     ==, cases[i].state);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/model/backup-rule/first-is-due", test_first);
  g_test_add_func ("/model/backup-rule/every-few-hours-while-open", test_while_open);
  g_test_add_func ("/model/backup-rule/at-lock-if-something-changed", test_at_lock);
  g_test_add_func ("/model/backup-rule/outage-folder-every-few-minutes", test_in_outage);
  g_test_add_func ("/model/backup-rule/clock-set-back-is-due", test_clock_set_back);
  g_test_add_func ("/model/backup-rule/age-has-a-colour", test_health);
  return dk_test_run ();
}
