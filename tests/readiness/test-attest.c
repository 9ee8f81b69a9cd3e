/* SPDX-License-Identifier: MIT */
/* Goal: what people attest and the check of a shift are signed, age by policy, and count for
 * nothing without the signature. Method: a real kit and a clock that the test sets; entries written
 * as somebody could who has a program of their own. */
#include <string.h>

#include "app/store/ledger.h"
#include "tests/readiness/scene.h"

/* Each of these for the days that the policy has by default. */
static const struct {
  const char *check;
  int days;
} AGES[] = {
  { "drill", 90 },   { "cable", 30 },
  { "recovery-keys", 90 }, { "domain", 180 },
  { "endpoint-protection", 180 }, { "power", 180 },
};

static void
attest (Scene *s, const char *check, gboolean is_good)
{
  g_autoptr (GError) error = NULL;
  gboolean done = dk_readiness_attest (s->readiness, check, is_good, "in the safe of the desk", 0,
                                       &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static void
test_ages (Scene *s, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (AGES); i++) {
    scene_later (s, 0);
    scene_expect (s, AGES[i].check, DK_READY_RED);
    attest (s, AGES[i].check, TRUE);
    scene_expect (s, AGES[i].check, DK_READY_GREEN);
    scene_later (s, AGES[i].days - 0.1);
    scene_expect (s, AGES[i].check, DK_READY_GREEN);
    scene_later (s, AGES[i].days + 0.1);
    scene_expect (s, AGES[i].check, DK_READY_AMBER);
    scene_later (s, 2 * AGES[i].days + 0.1);
    scene_expect (s, AGES[i].check, DK_READY_RED);
  }
}

/* The newest word counts, also when it is a bad one. */
static void
test_newest_counts (Scene *s, gconstpointer data)
{
  attest (s, "power", TRUE);
  attest (s, "power", FALSE);
  scene_expect (s, "power", DK_READY_RED);
  attest (s, "power", TRUE);
  scene_expect (s, "power", DK_READY_GREEN);
}

static void
assert_refused (Scene *s, const char *check, gboolean is_good, const char *text, gint64 at_ms,
                int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dk_readiness_attest (s->readiness, check, is_good, text, at_ms, &error));
  g_assert_error (error, DK_ERROR, code);
}

static void
test_refusals (Scene *s, gconstpointer data)
{
  g_autofree char *much = g_strnfill (3000, 'x');

  assert_refused (s, "nonsense", TRUE, "x", 0, DK_ERROR_NOT_FOUND);
  assert_refused (s, "backup", TRUE, "x", 0, DK_ERROR_NOT_FOUND);
  assert_refused (s, "recovery-keys", TRUE, NULL, 0, DK_ERROR_INVALID);
  assert_refused (s, "recovery-keys", TRUE, "  ", 0, DK_ERROR_INVALID);
  assert_refused (s, "power", FALSE, NULL, 0, DK_ERROR_INVALID);
  assert_refused (s, "power", TRUE, much, 0, DK_ERROR_INVALID);
  assert_refused (s, "power", TRUE, NULL, s->now_ms + SCENE_DAY_MS, DK_ERROR_INVALID);
  g_assert_cmpuint (kit_fixture_count (s->kit, "readiness-attested"), ==, 0);
}

/* Somebody who writes an entry with a program of their own, without the key of a person. */
static void
test_unsigned_counts_for_nothing (Scene *s, gconstpointer data)
{
  g_autoptr (json_t) body = json_pack ("{s:s}", "answer", "yes");
  g_autoptr (json_t) items = json_pack ("{s:[], s:i}", "items", "seconds", 5);

  g_assert_true (dk_ledger_note (dk_kit_store (s->kit), "readiness-attested", "power", body,
                                 NULL));
  scene_expect (s, "power", DK_READY_RED);
  g_assert_true (dk_ledger_note (dk_kit_store (s->kit), "shift-check", NULL, items, NULL));
  scene_expect (s, "shift-check", DK_READY_RED);
  scene_check_shift (s, NULL);
  scene_expect (s, "shift-check", DK_READY_GREEN);
}

static void
test_shift_check (Scene *s, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DkShiftCheck) check = dk_shift_check_new (s->readiness, &error);
  g_autoptr (GPtrArray) records = NULL;
  const DkShiftRecord *record;

  g_assert_no_error (error);
  g_assert_cmpuint (dk_shift_check_items (check)->len, ==, 7);
  g_assert_false (dk_shift_check_sign (check, NULL, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "content, printer"));
  g_clear_error (&error);
  g_assert_false (dk_shift_check_answer (check, "nonsense", TRUE, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_NOT_FOUND);
  for (guint i = 0; i < 7; i++) {
    DkShiftItem *item = g_ptr_array_index (dk_shift_check_items (check), i);
    g_assert_true (dk_shift_check_answer (check, item->name, i != 1, NULL));
  }
  g_assert_true (dk_shift_check_sign (check, "toner is low", NULL));
  g_assert_false (dk_shift_check_sign (check, NULL, NULL));
  records = dk_shift_check_history (s->readiness, 10, NULL);
  g_assert_cmpuint (records->len, ==, 1);
  record = g_ptr_array_index (records, 0);
  g_assert_true (record->holds);
  g_assert_cmpstr (record->user, ==, "anna");
  g_assert_cmpstr (record->note, ==, "toner is low");
  g_assert_cmpuint (record->refused->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (record->refused, 0), ==, "printer");
}

static void
assert_answers_refused (DkShiftCheck *check, const char *text)
{
  g_autoptr (json_t) answers = dk_json_parse (text, strlen (text), 1000, "answers", NULL);

  g_assert_false (dk_shift_check_answer_all (check, answers, NULL));
  for (guint i = 0; i < 7; i++) {
    const DkShiftItem *item = g_ptr_array_index (dk_shift_check_items (check), i);
    g_assert_cmpint (item->answer, ==, DK_SHIFT_OPEN);
  }
}

static void
test_answers_of_a_file (Scene *s, gconstpointer data)
{
  g_autoptr (DkShiftCheck) check = dk_shift_check_new (s->readiness, NULL);

  assert_answers_refused (check, "[]");
  assert_answers_refused (check, "{\"answers\": [true]}");
  assert_answers_refused (check, "{\"answers\": {\"clock\": true, \"nonsense\": true}}");
  assert_answers_refused (check, "{\"answers\": {\"clock\": true, \"printer\": \"yes\"}}");
}

/* A day later the answers are told with the day at which they were given. */
static void
test_history_is_newest_first (Scene *s, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL;

  scene_check_shift (s, NULL);
  scene_later (s, 1);
  scene_check_shift (s, "paper");
  records = dk_shift_check_history (s->readiness, 10, NULL);
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_cmpint (((const DkShiftRecord *) g_ptr_array_index (records, 0))->at_ms, ==,
                   s->now_ms + SCENE_DAY_MS);
  g_assert_cmpuint (((const DkShiftRecord *) g_ptr_array_index (records, 1))->refused->len, ==, 0);
}

int
main (int argc, char **argv)
{
  scene_init (&argc, &argv);
  SCENE_ADD ("/readiness/attest/ages-by-policy", test_ages);
  SCENE_ADD ("/readiness/attest/newest-word-counts", test_newest_counts);
  SCENE_ADD ("/readiness/attest/refusals-enter-nothing", test_refusals);
  SCENE_ADD ("/readiness/attest/unsigned-counts-for-nothing", test_unsigned_counts_for_nothing);
  SCENE_ADD ("/readiness/shift-check/signed-with-every-answer", test_shift_check);
  SCENE_ADD ("/readiness/shift-check/bad-answers-change-nothing", test_answers_of_a_file);
  SCENE_ADD ("/readiness/shift-check/history-is-newest-first", test_history_is_newest_first);
  return dk_test_run ();
}
