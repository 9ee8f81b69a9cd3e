/* SPDX-License-Identifier: MIT */
#include "forms/choices-private.h"

#include <string.h>

#include "app/form/expression.h"
#include "forms/cell-private.h"

/* What reads an answer, the moment, the row or the person is not known when paper is printed. */
static gboolean
is_fixed (const char *filter)
{
  return filter != NULL
         && !g_regex_match_simple ("\\$\\{|\\b(now|today|position|operator)\\s*\\(", filter, 0, 0);
}

/* Names in the order of the list that the filter looks into: it may be a ranking. NULL if the
 * filter is of another kind. */
static char **
find_ranking (const char *filter, const DkFormWorld *world)
{
  static GRegex *looks_into = NULL;
  static gsize ready = 0;
  if (g_once_init_enter (&ready)) {
    looks_into = g_regex_new ("^\\s*selected\\s*\\((.*),\\s*name\\s*\\)\\s*$", G_REGEX_OPTIMIZE, 0,
                              NULL);
    g_once_init_leave (&ready, 1);
  }
  g_autoptr (GMatchInfo) match = NULL;
  if (!g_regex_match (looks_into, filter, 0, &match)) {
    return NULL;
  }
  g_autofree char *text = g_match_info_fetch (match, 1);
  g_autoptr (DkExpression) list = dk_expression_parse (text, NULL);
  const DkExpressionWorld asked = { .pull = world->pull, .data = world->data };
  g_auto (DkValue) value = { 0 };
  if (list == NULL || !dk_expression_evaluate (list, &asked, &value, NULL)) {
    return NULL;
  }
  g_autofree char *names = dk_value_to_text (&value);
  return g_strsplit (names, " ", -1);
}

static gboolean
take_choice (GPtrArray *left, const char *name, json_t *names)
{
  for (guint i = 0; i < left->len; i++) {
    const DkChoice *choice = g_ptr_array_index (left, i);
    if (strcmp (choice->name, name) == 0) {
      json_array_append_new (names, json_string (name));
      g_ptr_array_remove_index (left, i);
      return TRUE;
    }
  }
  return FALSE;
}

/* Names of what the filter leaves. New reference. */
static json_t *
list_offered (DkFormState *state, const DkField *field, const char *filter,
              const DkFormWorld *world)
{
  int row = DK_FORM_NO_ROW;
  if (field->repeat != NULL) {
    row = dk_form_state_row_count (state, field->repeat->name) > 0
              ? 0
              : dk_form_state_add_row (state, field->repeat->name);
  }
  g_autoptr (GPtrArray) left = dk_form_state_choices (state, field->name, row);
  g_auto (GStrv) ranking = find_ranking (filter, world);
  json_t *names = json_array ();
  for (char **name = ranking; name != NULL && *name != NULL; name++) {
    (void) take_choice (left, *name, names);
  }
  while (left->len > 0) {
    (void) take_choice (left, ((const DkChoice *) g_ptr_array_index (left, 0))->name, names);
  }
  return names;
}

void
dk_paper_add_choices (json_t *choices, DkForm *form, const DkFormWorld *world)
{
  g_return_if_fail (json_is_object (choices) && form != NULL && world != NULL);
  g_autoptr (json_t) source = json_loads (dk_form_source (form), 0, NULL);
  g_autoptr (DkFormState) state = NULL;
  json_t *fields = json_object ();
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    const json_t *row = json_array_get (json_object_get (source, "survey"), field->index);
    const char *filter = json_string_value (json_object_get (row, "choice_filter"));
    if (field->choices == NULL || !is_fixed (filter)) {
      continue;
    }
    if (state == NULL) {
      state = dk_form_state_new (form, NULL, world);
    }
    json_object_set_new (fields, field->name, list_offered (state, field, filter, world));
  }
  json_object_set_new (choices, dk_form_id (form), fields);
}

static const json_t *
get_names (const json_t *choices, const DkForm *form, const DkField *field)
{
  return field->name != NULL && field->choices != NULL
             ? json_object_get (json_object_get (choices, dk_form_id (form)), field->name)
             : NULL;
}

static gboolean
has_name (const json_t *names, const char *name)
{
  for (gsize i = 0; i < json_array_size (names); i++) {
    if (g_strcmp0 (json_string_value (json_array_get (names, i)), name) == 0) {
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
dk_choices_offer (const json_t *choices, const DkForm *form, const DkField *field,
                  const char *name)
{
  const json_t *names = get_names (choices, form, field);
  return names == NULL || has_name (names, name);
}

static void
free_copy (gpointer data)
{
  DkField *copy = data;
  g_ptr_array_unref (copy->choices);
  g_free (copy);
}

GPtrArray *
dk_choices_keep_new (void)
{
  return g_ptr_array_new_with_free_func (free_copy);
}

const DkField *
dk_choices_narrow (const json_t *choices, const DkForm *form, const DkField *field,
                   const json_t *value, GPtrArray *keep)
{
  const json_t *names = get_names (choices, form, field);
  if (names == NULL) {
    return field;
  }
  DkField *copy = g_memdup2 (field, sizeof *field);
  copy->choices = g_ptr_array_new ();
  for (gsize k = 0; k < json_array_size (names); k++) {
    const char *name = json_string_value (json_array_get (names, k));
    for (guint i = 0; i < field->choices->len; i++) {
      DkChoice *choice = g_ptr_array_index (field->choices, i);
      if (g_strcmp0 (choice->name, name) == 0) {
        g_ptr_array_add (copy->choices, choice);
      }
    }
  }
  for (guint i = 0; i < field->choices->len; i++) {
    DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (!has_name (names, choice->name) && dk_cell_is_picked (value, choice->name)) {
      g_ptr_array_add (copy->choices, choice);
    }
  }
  g_ptr_array_add (keep, copy);
  return copy;
}
