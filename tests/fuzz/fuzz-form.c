/* SPDX-License-Identifier: MIT */
/* Form definitions: what is taken reads to the same form from its own canonical text, and however
 * it is filled in, what is kept of it opens to the same state. Input: a definition; behind a zero
 * byte edits of three bytes each (field, row, what is typed). Without them some edits are made. */
#include <string.h>

#include "app/form/form-state.h"
#include "tests/fuzz/fuzz.h"

#define EDITS_MAX 64
#define NOW_MS G_GINT64_CONSTANT (1795340000000)

static const DkFormWorld world = { .operator_name = "runner", .now_ms = NOW_MS };

static void
fill_in (DkForm *form)
{
  g_autoptr (json_t) answers = json_object ();

  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    g_autoptr (json_t) value = dk_form_convert (field, "1", NULL);
    g_autofree char *shown = value != NULL ? dk_form_show (field, value) : NULL;

    if (value != NULL && field->name != NULL)
      json_object_set (answers, field->name, value);
    g_assert_true (shown == NULL || g_utf8_validate (shown, -1, NULL));
  }
  g_autoptr (DkFormState) state = dk_form_state_new (form, answers, &world);
  g_autoptr (GPtrArray) problems = dk_form_state_check (state);
  g_assert_nonnull (problems);
}

static void
edit (DkFormState *state, const DkForm *form, guint8 which, guint8 row, guint8 what)
{
  static const char *const typed[]
      = { "1", "0", "yes", "no", "x", "2026-11-22", "14:05", "", "-3", "12.5", "aaaaaaaaaaaaaaaa" };
  const DkField *field = dk_form_field (form, which % dk_form_field_count (form));
  if (field->type == DK_FIELD_REPEAT_BEGIN && what % 3 == 0) {
    dk_form_state_remove_row (state, field->name, row);
    return;
  }
  if (field->type == DK_FIELD_REPEAT_BEGIN) {
    g_assert_cmpint (dk_form_state_add_row (state, field->name), >=, 0);
    return;
  }
  const char *name = field->choices != NULL
                         ? ((DkChoice *) field->choices->pdata[what % field->choices->len])->name
                         : typed[what % G_N_ELEMENTS (typed)];
  g_autoptr (json_t) value = dk_form_convert (field, name, NULL);
  dk_form_state_set (state, field->name, row, value);
}

static void
ask_everything (DkFormState *state, const DkForm *form)
{
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const char *name = dk_form_field (form, i)->name;
    g_autofree char *problem = dk_form_state_problem (state, name, 0);
    g_autoptr (GPtrArray) choices = dk_form_state_choices (state, name, 0);
    g_assert_nonnull (choices);
    g_assert_true (problem == NULL || g_utf8_validate (problem, -1, NULL));
    g_assert_true (dk_form_state_is_relevant (state, name, 0)
                   || !dk_form_state_is_required (state, name, 0));
  }
  g_autoptr (GPtrArray) follow_ups = dk_form_state_follow_ups (state);
  g_autoptr (GArray) changes = dk_form_state_take_changes (state);
  g_autoptr (json_t) left_out = dk_form_state_left_out (state);
  g_autoptr (json_t) answers = dk_form_state_answers (state);
  g_autofree char *text = dk_json_canonical (answers, NULL);
  g_assert_true (follow_ups != NULL && changes != NULL && text != NULL);
  g_assert_true (left_out == NULL || json_object_size (left_out) > 0);
}

static void
run_edits (DkForm *form, const guint8 *script, gsize size)
{
  static const guint8 usual[]
      = { 0, 0, 0, 1, 0, 2, 2, 0, 1, 3, 0, 3, 4, 0, 2, 5, 0, 1, 6, 1, 0, 7, 0, 4, 8, 0, 1 };
  g_autoptr (DkFormState) state = dk_form_state_new (form, NULL, &world);
  gsize count = size / 3 < EDITS_MAX ? size / 3 : EDITS_MAX;
  for (gsize i = 0; size > 0 && i < count; i++)
    edit (state, form, script[3 * i], script[3 * i + 1] % 4, script[3 * i + 2]);
  for (gsize i = 0; size == 0 && i < sizeof usual / 3; i++)
    edit (state, form, usual[3 * i], usual[3 * i + 1], usual[3 * i + 2]);
  ask_everything (state, form);
  g_autoptr (json_t) draft = dk_form_state_draft (state);
  g_autoptr (DkFormState) opened = dk_form_state_new (form, draft, &world);
  g_autoptr (json_t) same = dk_form_state_draft (opened);
  g_assert_true (json_equal (draft, same));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const guint8 *end = size > 0 ? memchr (data, 0, size) : NULL;
  gsize text_size = end != NULL ? (gsize) (end - data) : size;
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse ((const char *) data, text_size, "en", &error);
  g_autoptr (DkForm) again = NULL;

  g_assert_true ((form == NULL) == (error != NULL));
  if (form == NULL)
    return 0;
  again = dk_form_parse (dk_form_source (form), strlen (dk_form_source (form)), "en", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dk_form_hash (again), ==, dk_form_hash (form));
  fill_in (form);
  run_edits (form, end != NULL ? end + 1 : NULL, end != NULL ? size - text_size - 1 : 0);
  return 0;
}
