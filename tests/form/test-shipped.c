/* SPDX-License-Identifier: MIT */
/* Goal: the forms that ship are whole in both languages, each question of theirs can come up, and
 * no key and no password leaves without a proof that holds. Method: their sources are walked, a few
 * thousand random answers look for conditions that never or always hold (a form with a dead one is
 * the control), and the identity gate is gone through proof by proof with right and wrong
 * answers. */
#include "app/form/form-state.h"

#include <string.h>

#include "app/base/text.h"
#include "tests/support/support.h"

#define TRIES 400
#define STEPS 3
#define NOW_MS G_GINT64_CONSTANT (1795338840000)

/* A definition that changes gets a new version: paper and tickets name both. */
typedef struct {
  const char *id;
  const char *version;
  const char *hash;
} Shipped;

static const Shipped shipped[] = {
  { "it-incident", "1", "1a3aa2a4775d64f0" },
  { "call-log", "2", "69de36b76577e227" },
  { "service-request", "1", "55d8c32595646db6" },
  { "bitlocker-release", "4", "02620088bf772482" },
  { "password-reset", "4", "40f94b6dbb924065" },
  { "equipment-loan", "1", "ae5f3a9e425b4b74" },
  { "device-sweep", "2", "160310c5557d130c" },
  { "major-incident-timeline", "1", "67cdfbc95cac9400" },
  { "patient-safety-escalation", "1", "123a9bb390406ce0" },
  { "situation-briefing", "1", "5efbaf06d7197db5" },
  { "message-slip", "1", "5551f9bc5157801b" },
  { "activity-log", "1", "8d5ea24738aefac3" },
  { "communications-list", "1", "4114a946b1ffb254" },
  { "service-status-board", "1", "af36995fb3dcdd07" },
  { "workaround-list", "1", "f3fa8dd699ab5b66" },
  { "shift-handover", "1", "309c09ab24d2d498" },
  { "readiness-check", "1", "173773245a02117a" },
  { "content-feedback", "1", "f58d2a471662a594" },
};

static const char *proofs_of_policy = "callback in-person manager runner";

static char *
pull (gpointer data, const char *table, const char *column, const char *key_column,
      const char *key)
{
  static const char *const rows[][5] = {
    { "contacts", "numbers", "name", "Charge Nurse", "ext.53220 919-555-0125 (919)555-0187" },
    { "contacts", "manager", "name", "Charge Nurse", "Nurse Manager" },
    { "contacts", "numbers", "name", "Nurse Manager", "919-555-0150" },
    { "locations", "phone", "name", "Intensive Care", "ext.53210 919-555-0193" },
    { "locations", "note", "name", "Intensive Care", "Opposite of Ward 204; runner post R2" },
    { "devices", "recovery_key_id", "host", "PC-1", "3C6EF362" },
    { "services", "support_group", "id", "workstations", "Endpoint Engineering" },
    { "services", "support_group", "id", "directory", "Identity and Access" },
  };
  const char *asked[] = { table, column, key_column, key };
  (void) data;
  if (g_str_equal (table, "policy")) {
    return g_str_equal (key, "identity_proofs") ? g_strdup (proofs_of_policy) : NULL;
  }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint same = 0;
    while (same < G_N_ELEMENTS (asked) && g_str_equal (rows[i][same], asked[same])) {
      same++;
    }
    if (same == G_N_ELEMENTS (asked)) {
      return g_strdup (rows[i][same]);
    }
  }
  return NULL;
}

static const DkFormWorld world = { .operator_name = "anna", .now_ms = NOW_MS, .pull = pull };

static DkFormState *
open_form (const char *id)
{
  g_autoptr (DkForm) form = dk_form_shipped (id, "en");
  g_assert_nonnull (form);
  return dk_form_state_new (form, NULL, &world);
}

/* Types a text into a field, as a person does; "" empties it. */
static void
type (DkFormState *state, const DkForm *form, const char *name, const char *text)
{
  const DkField *field = dk_form_find (form, name);
  g_autoptr (GError) error = NULL;
  g_assert_nonnull (field);
  g_autoptr (json_t) value = dk_form_convert (field, text, &error);
  g_assert_no_error (error);
  dk_form_state_set (state, name, DK_FORM_NO_ROW, value);
}

static char *
list_problems (DkFormState *state)
{
  g_autoptr (GPtrArray) problems = dk_form_state_check (state);
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < problems->len; i++) {
    const DkFormProblem *problem = g_ptr_array_index (problems, i);
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", problem->field);
  }
  return g_string_free (names, FALSE);
}

static void
assert_problems (DkFormState *state, const char *expected)
{
  g_autofree char *names = list_problems (state);
  g_assert_cmpstr (names, ==, expected);
}

/* Every label, hint and message of a source has both languages. */
static void
walk_words (const json_t *node, const char *key, const char *id)
{
  static const char *const spoken[] = { "label", "hint", "title", "constraint_message", NULL };
  if (key != NULL && g_strv_contains (spoken, key)) {
    const char *english = dk_json_get_text (node, "en");
    const char *german = dk_json_get_text (node, "de");
    if (english == NULL || *english == '\0' || german == NULL || *german == '\0') {
      g_autofree char *text = json_dumps (node, JSON_ENCODE_ANY);
      g_error ("%s: %s is not in both languages: %s", id, key, text);
    }
    return;
  }
  const char *member = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) (guintptr) node, member, value) {
    walk_words (value, member, id);
  }
  for (gsize i = 0; i < json_array_size (node); i++) {
    walk_words (json_array_get (node, i), NULL, id);
  }
}

static void
test_both_languages_and_a_known_hash (void)
{
  g_assert_cmpuint (g_strv_length ((char **) (guintptr) dk_form_shipped_ids ()), ==,
                    G_N_ELEMENTS (shipped));
  for (guint i = 0; i < G_N_ELEMENTS (shipped); i++) {
    g_autoptr (DkForm) english = dk_form_shipped (shipped[i].id, "en");
    g_autoptr (DkForm) german = dk_form_shipped (shipped[i].id, "de");
    g_assert_nonnull (english);
    g_assert_cmpstr (dk_form_hash (english), ==, dk_form_hash (german));
    g_assert_cmpstr (dk_form_title (english), !=, dk_form_title (german));
    g_autofree char *hash = g_strndup (dk_form_hash (english), 16);
    g_test_message ("%s %s %s", shipped[i].id, dk_form_version (english), hash);
    g_assert_cmpstr (hash, ==, shipped[i].hash);
    g_assert_cmpstr (dk_form_version (english), ==, shipped[i].version);
    g_autoptr (GError) error = NULL;
    const char *text = dk_form_source (english);
    g_autoptr (json_t) source = dk_json_parse (text, strlen (text), G_MAXINT, "form", &error);
    g_assert_no_error (error);
    walk_words (source, NULL, shipped[i].id);
  }
}

/* What a ticket needs so that it is found and ranked. */
static void
test_each_has_a_summary_and_asks_for_safety (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shipped); i++) {
    g_autoptr (DkForm) form = dk_form_shipped (shipped[i].id, "en");
    const DkField *summary = dk_form_find (form, "summary");
    g_assert_nonnull (summary);
    g_assert_true (summary->required);
    g_assert_true (dk_form_find (form, "safety") != NULL
                   || g_str_equal (shipped[i].id, "communications-list"));
  }
}

static const char *
pick_text (GRand *rand)
{
  static const char *const texts[] = { "",         "PC-1",         "12345678",       "3C6EF362",
                                       "Charge Nurse", "Intensive Care", "919-555-0150", "53220",
                                       "anna",     "ben" };
  return texts[g_rand_int_range (rand, 0, (gint32) G_N_ELEMENTS (texts))];
}

static json_t *
make_random (GRand *rand, const DkField *field)
{
  gint32 dice = g_rand_int_range (rand, 0, 100);
  switch (field->type) {
  case DK_FIELD_BOOLEAN:
  case DK_FIELD_ACKNOWLEDGE:
    return json_boolean (dice < 50);
  case DK_FIELD_SELECT_ONE:
  case DK_FIELD_SELECT_MULTIPLE: {
    guint i = (guint) g_rand_int_range (rand, 0, (gint32) field->choices->len);
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    return dice < 10 ? json_null () : dk_form_convert (field, choice->name, NULL);
  }
  case DK_FIELD_INTEGER:
    return json_integer (dice);
  case DK_FIELD_DECIMAL:
    return json_string ("12.5");
  case DK_FIELD_DATE:
    return dice < 30 ? json_null () : json_string ("2026-11-23");
  case DK_FIELD_TIME:
    return dice < 30 ? json_null () : json_string ("09:14");
  case DK_FIELD_DATE_TIME:
    return dice < 30 ? json_null () : json_string ("2026-11-22T09:14:00+00:00");
  case DK_FIELD_TEXT:
  case DK_FIELD_LOOKUP:
    return json_string (pick_text (rand));
  default:
    return NULL;
  }
}

static void
answer_at_random (DkFormState *state, const DkForm *form, GRand *rand)
{
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (field->type == DK_FIELD_REPEAT_BEGIN
        && dk_form_state_row_count (state, field->name) == 0) {
      dk_form_state_add_row (state, field->name);
    }
    g_autoptr (json_t) value = field->has_calculation ? NULL : make_random (rand, field);
    if (value != NULL) {
      dk_form_state_set (state, field->name, field->repeat != NULL ? 0 : DK_FORM_NO_ROW, value);
    }
  }
}

static void
look_at_conditions (DkFormState *state, const DkForm *form, guint8 *seen)
{
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (field->name != NULL && field->has_condition) {
      int row = field->repeat != NULL ? 0 : DK_FORM_NO_ROW;
      seen[i] |= dk_form_state_is_relevant (state, field->name, row) ? 1 : 2;
    }
  }
}

/* Names of fields whose condition always or never holds. */
static char *
find_dead_conditions (DkForm *form)
{
  g_autofree guint8 *seen = g_new0 (guint8, dk_form_field_count (form));
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  for (guint try = 0; try < TRIES; try++) {
    g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, &world);
    for (guint step = 0; step < STEPS; step++) {
      answer_at_random (state, form, rand);
      look_at_conditions (state, form, seen);
    }
  }
  GString *dead = g_string_new (NULL);
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (field->name != NULL && field->has_condition && seen[i] != 3) {
      g_string_append_printf (dead, "%s (%s) ", field->name, seen[i] == 1 ? "always" : "never");
    }
  }
  return g_string_free (dead, FALSE);
}

static void
test_each_question_can_come_up_and_stay_away (void)
{
  guint conditions = 0;
  for (guint i = 0; i < G_N_ELEMENTS (shipped); i++) {
    g_autoptr (DkForm) form = dk_form_shipped (shipped[i].id, "en");
    g_autofree char *dead = find_dead_conditions (form);
    g_test_message ("%s: dead conditions: %s", shipped[i].id, *dead != '\0' ? dead : "none");
    g_assert_cmpstr (dead, ==, "");
    for (guint k = 0; k < dk_form_field_count (form); k++) {
      conditions += dk_form_field (form, k)->has_condition ? 1 : 0;
    }
  }
  g_test_message ("%u conditions", conditions);
  g_assert_cmpuint (conditions, >=, 60);
}

static void
test_control_a_dead_condition_is_found (void)
{
  static const char text[]
      = "{\"form_id\":\"t\",\"version\":\"1\",\"title\":\"T\",\"survey\":["
        "{\"type\":\"boolean\",\"name\":\"a\"},"
        "{\"type\":\"text\",\"name\":\"b\",\"relevant\":\"${a} = 'maybe'\"}]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse (text, strlen (text), "en", &error);
  g_assert_no_error (error);
  g_autofree char *dead = find_dead_conditions (form);
  g_assert_cmpstr (dead, ==, "b (never) ");
}

/* Everything but the proof. */
static DkFormState *
begin_gate (const char *id, const DkForm *form)
{
  gboolean is_key = g_str_equal (id, "bitlocker-release");
  DkFormState *state = open_form (id);
  type (state, form, "caller", "Charge Nurse");
  type (state, form, "location", "Intensive Care");
  type (state, form, "details", "Blue page after the update");
  type (state, form, "outcome", is_key ? "released" : "done");
  type (state, form, "witness", "ben");
  type (state, form, "channel", "phone");
  type (state, form, "released_at", "2026-11-22T08:05:00Z");
  if (is_key) {
    type (state, form, "device", "PC-1");
    type (state, form, "key_id", "3c6ef362");
    type (state, form, "belongs", "yes");
    type (state, form, "unlocked", "yes");
  } else {
    type (state, form, "account", "cnurse");
    type (state, form, "privileged", "no");
    type (state, form, "action", "password");
    type (state, form, "signed_in", "yes");
    type (state, form, "one_time", "yes");
  }
  return state;
}

static const char *const gates[] = { "bitlocker-release", "password-reset" };

static void
test_no_proof_no_key (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gates); i++) {
    g_autoptr (DkForm) form = dk_form_shipped (gates[i], "en");
    g_autoptr (DkFormState) state = begin_gate (gates[i], form);
    assert_problems (state, "proof proof_at");
    type (state, form, "proof_at", "2026-11-22T08:00:00Z");
    assert_problems (state, "proof");
    type (state, form, "proof", "callback");
    assert_problems (state, "number_called reached");
    type (state, form, "proof", "in-person");
    assert_problems (state, "badge badge_photo proof_first");
    type (state, form, "proof", "manager");
    assert_problems (state, "manager_number manager_reached proof_first");
    type (state, form, "proof", "runner");
    assert_problems (state, "runner seal received_by proof_first");
  }
}

static void
test_call_back_only_to_a_number_on_file (void)
{
  static const char *const good[] = { "919-555-0125", "(919) 555 0187", "ext. 53220", "53220",
                                      "919.555.0125", "53210", "919-555-0193",
                                      "+1 (919) 555-0125", "1-919-555-0125" };
  static const char *const bad[] = { "919-555-0126", "555-0125", "0125", "2", "nurse", "5322",
                                     "919-555-0125 919-555-0126", "53220 53210", "()",
                                     "Ward 204", "204", "555",
                                     "919-555-O125", "+44 919 555 0125", "55 919-555-0125" };
  g_autoptr (DkForm) form = dk_form_shipped ("bitlocker-release", "en");
  g_autoptr (DkFormState) state = begin_gate ("bitlocker-release", form);
  type (state, form, "proof", "callback");
  type (state, form, "proof_at", "2026-11-22T08:00:00Z");
  type (state, form, "reached", "Second nurse, caller is beside her");
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    type (state, form, "number_called", good[i]);
    assert_problems (state, "");
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    type (state, form, "number_called", bad[i]);
    g_test_message ("%s", bad[i]);
    assert_problems (state, "number_called");
  }
  g_autofree char *why = dk_form_state_problem (state, "number_called", DK_FORM_NO_ROW);
  g_assert_nonnull (strstr (why, "not on file"));
  g_assert_nonnull (strstr (why, "letter O"));
  type (state, form, "number_called", "53220");
  type (state, form, "caller", "Somebody else");
  assert_problems (state, "number_called");
}

static void
test_other_proofs_need_their_own_words (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gates); i++) {
    g_autoptr (DkForm) form = dk_form_shipped (gates[i], "en");
    g_autoptr (DkFormState) state = begin_gate (gates[i], form);
    type (state, form, "proof_at", "2026-11-22T08:00:00Z");
    type (state, form, "proof", "in-person");
    type (state, form, "proof_first", "no phones");
    type (state, form, "badge", "B-4471");
    type (state, form, "badge_photo", "no");
    assert_problems (state, "badge_photo");
    type (state, form, "badge_photo", "yes");
    assert_problems (state, "");
    type (state, form, "proof", "manager");
    g_assert_cmpstr (json_string_value (dk_form_state_get (state, "manager", DK_FORM_NO_ROW)), ==,
                     "Nurse Manager");
    type (state, form, "manager_reached", "Nurse Manager, knows the voice");
    type (state, form, "manager_number", "919-555-0125");
    assert_problems (state, "manager_number");
    type (state, form, "manager_number", "919-555-0150");
    assert_problems (state, "");
    type (state, form, "proof", "runner");
    type (state, form, "runner", "Runner of post R2");
    type (state, form, "seal", "00412");
    assert_problems (state, "received_by");
    type (state, form, "received_by", "ben");
    assert_problems (state, "");
    g_autoptr (json_t) left_out = dk_form_state_left_out (state);
    g_assert_cmpstr (dk_json_get_text (left_out, "badge"), ==, "B-4471");
  }
}

static DkFormState *
pass_gate (const char *id, const DkForm *form)
{
  DkFormState *state = begin_gate (id, form);
  type (state, form, "proof", "callback");
  type (state, form, "proof_at", "2026-11-22T08:00:00Z");
  type (state, form, "number_called", "53220");
  type (state, form, "reached", "Second nurse");
  return state;
}

static void
test_the_witness_is_another_person (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gates); i++) {
    g_autoptr (DkForm) form = dk_form_shipped (gates[i], "en");
    g_autoptr (DkFormState) state = pass_gate (gates[i], form);
    assert_problems (state, "");
    g_assert_cmpstr (json_string_value (dk_form_state_get (state, "released_by", DK_FORM_NO_ROW)),
                     ==, "anna");
    type (state, form, "witness", "Anna");
    assert_problems (state, "witness");
    type (state, form, "witness",
          json_string_value (dk_form_state_get (state, "caller", DK_FORM_NO_ROW)));
    assert_problems (state, "witness");
    type (state, form, "witness", "");
    assert_problems (state, "witness");
  }
}

static void
test_policy_filters_and_ranks_the_proofs (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("password-reset", "en");
  g_autoptr (DkFormState) state = pass_gate ("password-reset", form);
  g_autoptr (GPtrArray) all = dk_form_state_choices (state, "proof", DK_FORM_NO_ROW);
  g_assert_cmpuint (all->len, ==, 4);
  proofs_of_policy = "in-person runner";
  g_autoptr (DkFormState) strict = pass_gate ("password-reset", form);
  g_autoptr (GPtrArray) few = dk_form_state_choices (strict, "proof", DK_FORM_NO_ROW);
  g_assert_cmpuint (few->len, ==, 2);
  g_autofree char *names = list_problems (strict);
  g_assert_true (g_str_has_prefix (names, "proof"));
  type (strict, form, "proof", "in-person");
  type (strict, form, "badge", "B-4471");
  type (strict, form, "badge_photo", "yes");
  assert_problems (strict, "");
  proofs_of_policy = "callback in-person manager runner";
}

static void
test_the_key_itself_is_never_taken (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("bitlocker-release", "en");
  g_autoptr (DkFormState) state = pass_gate ("bitlocker-release", form);
  static const char *const bad[] = { "3C6EF36", "3C6EF3621", "3C6EF36G", "3C6E F362" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    type (state, form, "key_id", bad[i]);
    assert_problems (state, "key_id");
  }
  type (state, form, "key_id", "3C6EF362");
  type (state, form, "details",
        "it says 000011-000022-000033-000044-000055-000066-000077-000088");
  assert_problems (state, "details");
}

/* Times around midnight, and two that were typed within one minute. */
static void
test_no_proof_after_the_release (void)
{
  static const char *const good[][2] = { { "2026-11-21T23:58:00Z", "2026-11-22T00:03:00Z" },
                                         { "2026-11-22T09:14:40Z", "2026-11-22T09:14:00Z" },
                                         { "2026-11-22T09:14:00Z", "2026-11-22T09:14:00Z" } };
  static const char *const bad[][2] = { { "2026-11-22T00:03:00Z", "2026-11-21T23:58:00Z" },
                                        { "2026-11-22T09:15:00Z", "2026-11-22T09:14:00Z" },
                                        { "2026-11-22T23:58:00Z", "2026-11-22T00:03:00Z" } };
  for (guint i = 0; i < G_N_ELEMENTS (gates); i++) {
    g_autoptr (DkForm) form = dk_form_shipped (gates[i], "en");
    g_autoptr (DkFormState) state = pass_gate (gates[i], form);
    for (guint k = 0; k < G_N_ELEMENTS (good); k++) {
      type (state, form, "proof_at", good[k][0]);
      type (state, form, "released_at", good[k][1]);
      assert_problems (state, "");
    }
    for (guint k = 0; k < G_N_ELEMENTS (bad); k++) {
      type (state, form, "proof_at", bad[k][0]);
      type (state, form, "released_at", bad[k][1]);
      assert_problems (state, "proof_at");
    }
    g_autofree char *why = dk_form_state_problem (state, "proof_at", DK_FORM_NO_ROW);
    g_assert_nonnull (strstr (why, "later than"));
    type (state, form, "released_at", "");
    assert_problems (state, "released_at");
  }
}

static void
test_another_key_id_is_acknowledged (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("bitlocker-release", "en");
  g_autoptr (DkFormState) state = pass_gate ("bitlocker-release", form);
  type (state, form, "key_id", "3C6EF363");
  assert_problems (state, "id_checked");
  type (state, form, "id_checked", "no");
  assert_problems (state, "id_checked");
  type (state, form, "id_checked", "yes");
  assert_problems (state, "");
  type (state, form, "id_checked", "no");
  type (state, form, "device", "PC-9");
  assert_problems (state, "");
}

static void
test_second_factor_needs_the_lead (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("password-reset", "en");
  g_autoptr (DkFormState) state = pass_gate ("password-reset", form);
  type (state, form, "action", "password, mfa-reset");
  assert_problems (state, "approver");
  type (state, form, "approver", "anna");
  assert_problems (state, "approver");
  type (state, form, "approver", "charge nurse"); /* who asks for it */
  assert_problems (state, "approver");
  type (state, form, "approver", "lead");
  assert_problems (state, "");
  type (state, form, "action", "bypass");
  assert_problems (state, "expires");
  type (state, form, "expires", "2030-01-01 10:00");
  assert_problems (state, "expires");
}

/* Makes the tickets that follow and checks that they could be saved as final ones. */
static guint
take_follow_ups (DkFormState *state, const char *summary)
{
  g_autoptr (GPtrArray) all = dk_form_state_follow_ups (state);
  for (guint i = 0; i < all->len; i++) {
    const DkFollowUp *next = g_ptr_array_index (all, i);
    g_autoptr (DkForm) form = dk_form_shipped (next->form, "en");
    g_autoptr (DkFormState) following = open_form (next->form);
    const char *name = NULL;
    json_t *value = NULL;
    g_assert_nonnull (form);
    json_object_foreach (next->answers, name, value) {
      g_test_message ("%s: %s: %s", next->form, name, json_string_value (value));
      type (following, form, name, json_string_value (value));
    }
    assert_problems (following, "");
    g_assert_nonnull (strstr (dk_json_get_text (next->answers, "summary"), summary));
  }
  return all->len;
}

static void
test_what_was_released_is_followed_up (void)
{
  g_autoptr (DkForm) key = dk_form_shipped ("bitlocker-release", "en");
  g_autoptr (DkFormState) state = pass_gate ("bitlocker-release", key);
  g_autoptr (GPtrArray) all = dk_form_state_follow_ups (state);
  g_assert_cmpuint (all->len, ==, 1);
  const DkFollowUp *next = g_ptr_array_index (all, 0);
  g_assert_cmpstr (next->form, ==, "service-request");
  g_assert_cmpstr (dk_json_get_text (next->answers, "summary"), ==,
                   "Rotate the BitLocker key 3c6ef362 of PC-1");
  g_assert_cmpstr (dk_json_get_text (next->answers, "group"), ==, "Endpoint Engineering");
  g_assert_cmpuint (take_follow_ups (state, "Rotate"), ==, 1);
  g_assert_cmpstr (json_string_value (dk_form_state_get (state, "rotation_due", DK_FORM_NO_ROW)),
                   ==, "2026-11-23");
  g_autoptr (DkForm) action = dk_form_shipped ("password-reset", "en");
  g_autoptr (DkFormState) reset = pass_gate ("password-reset", action);
  g_assert_cmpuint (take_follow_ups (reset, "Check"), ==, 0);
  type (reset, action, "action", "mfa-reset");
  type (reset, action, "approver", "lead");
  g_assert_cmpuint (take_follow_ups (reset, "Check the account cnurse"), ==, 1);
}

static void
test_a_refusal_is_kept_and_told (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (gates); i++) {
    g_autoptr (DkForm) form = dk_form_shipped (gates[i], "en");
    g_autoptr (DkFormState) state = begin_gate (gates[i], form);
    type (state, form, "outcome", "refused");
    type (state, form, "witness", "");
    assert_problems (state, "refused_why");
    type (state, form, "refused_why", "would not be called back");
    assert_problems (state, "");
    g_assert_cmpuint (take_follow_ups (state, "Refused"), ==, 1);
    const char *summary
        = json_string_value (dk_form_state_get (state, "summary", DK_FORM_NO_ROW));
    g_assert_nonnull (strstr (summary, "refused"));
  }
}

static void
test_a_fault_of_the_readiness_check_is_an_incident (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("readiness-check", "en");
  g_autoptr (DkFormState) state = open_form ("readiness-check");
  type (state, form, "location", "Intensive Care");
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (field->type == DK_FIELD_SELECT_ONE) {
      type (state, form, field->name, "ok");
    }
  }
  assert_problems (state, "");
  g_assert_cmpuint (take_follow_ups (state, "not OK"), ==, 0);
  type (state, form, "printer", "no");
  assert_problems (state, "details told");
  type (state, form, "details", "no toner, Print Services, tonight");
  type (state, form, "told", "shift lead");
  assert_problems (state, "");
  g_assert_cmpuint (take_follow_ups (state, "not OK at Intensive Care"), ==, 1);
}

static void
test_rows_are_counted_in_the_summary (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("device-sweep", "en");
  g_autoptr (DkFormState) state = open_form ("device-sweep");
  type (state, form, "location", "Intensive Care");
  for (int row = 0; row < 3; row++) {
    g_autoptr (json_t) host = json_string ("PC-1");
    g_assert_cmpint (dk_form_state_add_row (state, "devices"), ==, row);
    dk_form_state_set (state, "host", row, host);
  }
  g_assert_cmpstr (json_string_value (dk_form_state_get (state, "summary", DK_FORM_NO_ROW)), ==,
                   "Sweep Intensive Care: 3 seen");
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_test_add_func ("/shipped/both-languages-and-a-known-hash",
                   test_both_languages_and_a_known_hash);
  g_test_add_func ("/shipped/summary-and-safety", test_each_has_a_summary_and_asks_for_safety);
  g_test_add_func ("/shipped/each-question-can-come-up-and-stay-away",
                   test_each_question_can_come_up_and_stay_away);
  g_test_add_func ("/shipped/control-a-dead-condition-is-found",
                   test_control_a_dead_condition_is_found);
  g_test_add_func ("/shipped/gate/no-proof-no-key", test_no_proof_no_key);
  g_test_add_func ("/shipped/gate/call-back-only-to-a-number-on-file",
                   test_call_back_only_to_a_number_on_file);
  g_test_add_func ("/shipped/gate/other-proofs-need-their-own-words",
                   test_other_proofs_need_their_own_words);
  g_test_add_func ("/shipped/gate/the-witness-is-another-person",
                   test_the_witness_is_another_person);
  g_test_add_func ("/shipped/gate/policy-filters-and-ranks-the-proofs",
                   test_policy_filters_and_ranks_the_proofs);
  g_test_add_func ("/shipped/gate/the-key-itself-is-never-taken",
                   test_the_key_itself_is_never_taken);
  g_test_add_func ("/shipped/gate/no-proof-after-the-release", test_no_proof_after_the_release);
  g_test_add_func ("/shipped/gate/another-key-id-is-acknowledged",
                   test_another_key_id_is_acknowledged);
  g_test_add_func ("/shipped/gate/second-factor-needs-the-lead",
                   test_second_factor_needs_the_lead);
  g_test_add_func ("/shipped/gate/what-was-released-is-followed-up",
                   test_what_was_released_is_followed_up);
  g_test_add_func ("/shipped/gate/a-refusal-is-kept-and-told", test_a_refusal_is_kept_and_told);
  g_test_add_func ("/shipped/readiness-fault-is-an-incident",
                   test_a_fault_of_the_readiness_check_is_an_incident);
  g_test_add_func ("/shipped/rows-are-counted-in-the-summary",
                   test_rows_are_counted_in_the_summary);
  return dk_test_run ();
}
