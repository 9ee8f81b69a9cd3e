/* SPDX-License-Identifier: MIT */
#include "forms/condition-private.h"

#include <string.h>

#include "forms/choices-private.h"

static const char *
get_condition (const json_t *source, guint row)
{
  const json_t *survey = json_object_get (source, "survey");
  return json_string_value (json_object_get (json_array_get (survey, row), "relevant"));
}

static gboolean
says_when (const char *text)
{
  static const char *const starts[]
      = { "If ", "Only ", "When ", "Unless ", "Wenn ", "Falls ", "Nur ",  "Bei ",  "Sofern ",
          "if ", "only ", "when ", "unless ", "wenn ", "falls ", "nur ",  "bei " };
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (starts); i++) {
    if (g_str_has_prefix (text, starts[i])) {
      return TRUE;
    }
  }
  return FALSE;
}

static const char *
find_choice (const DkField *field, const char *name, const DkPaperWords *words)
{
  if (field->type == DK_FIELD_BOOLEAN || field->type == DK_FIELD_ACKNOWLEDGE) {
    gboolean is_true = strcmp (name, "true") == 0 || strcmp (name, "yes") == 0;
    return is_true ? words->yes : words->no;
  }
  for (guint i = 0; field->choices != NULL && i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    if (strcmp (choice->name, name) == 0) {
      return choice->label;
    }
  }
  return NULL;
}

/* A comparison of one answer with one choice. */
typedef struct {
  char *name, *sign, *value;
} Comparison;

static void
comparison_clear (Comparison *comparison)
{
  g_free (comparison->name);
  g_free (comparison->sign);
  g_free (comparison->value);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Comparison, comparison_clear)

/* FALSE if the condition is anything else. */
static gboolean
read_comparison (const char *condition, Comparison *out)
{
  static GRegex *comparison = NULL;
  static gsize ready = 0;
  if (g_once_init_enter (&ready)) {
    comparison = g_regex_new ("^\\s*(?:selected\\s*\\(\\s*)?\\$\\{([^}]+)\\}\\s*(=|!=|,)\\s*"
                              "(?:'([^']*)'|\"([^\"]*)\")\\s*\\)?\\s*$",
                              G_REGEX_OPTIMIZE, 0, NULL);
    g_once_init_leave (&ready, 1);
  }
  g_autoptr (GMatchInfo) match = NULL;
  if (!g_regex_match (comparison, condition, 0, &match)) {
    return FALSE;
  }
  g_autofree char *single = g_match_info_fetch (match, 3);
  g_autofree char *twofold = g_match_info_fetch (match, 4);
  out->name = g_match_info_fetch (match, 1);
  out->sign = g_match_info_fetch (match, 2);
  out->value = g_strdup (single != NULL && *single != '\0' ? single : twofold);
  return TRUE;
}

/* Anything but a comparison with a choice is said in general. */
static char *
tell (const DkForm *form, const char *condition, const DkPaperWords *words)
{
  g_auto (Comparison) found = { 0 };
  const DkField *other
      = read_comparison (condition, &found) ? dk_form_find (form, found.name) : NULL;
  if (other == NULL || found.value == NULL || *found.value == '\0') {
    return g_strdup (words->if_it_applies);
  }
  const char *choice = find_choice (other, found.value, words);
  return g_strdup_printf ("%s %s: %s",
                          strcmp (found.sign, "!=") == 0 ? words->unless : words->only_if,
                          other->label, choice != NULL ? choice : found.value);
}

gboolean
dk_condition_is_impossible (const DkForm *form, const json_t *source, const DkField *field,
                            const json_t *choices)
{
  const char *condition = get_condition (source, field->index);
  g_auto (Comparison) found = { 0 };
  if (condition == NULL || !read_comparison (condition, &found)
      || strcmp (found.sign, "!=") == 0) {
    return FALSE;
  }
  const DkField *other = dk_form_find (form, found.name);
  return other != NULL && found.value != NULL && *found.value != '\0'
         && !dk_choices_offer (choices, form, other, found.value);
}

static gboolean
is_told_before (const json_t *source, const DkField *field, const char *condition)
{
  return field->index > 0 && g_strcmp0 (get_condition (source, field->index - 1), condition) == 0;
}

gboolean
dk_condition_is_silent (const json_t *source, const DkField *field)
{
  const char *condition = get_condition (source, field->index);
  return condition != NULL && !says_when (field->label) && !says_when (field->hint)
         && is_told_before (source, field, condition);
}

char *
dk_condition_words (const DkForm *form, const json_t *source, const DkField *field,
                    const DkPaperWords *words)
{
  const char *condition = get_condition (source, field->index);
  if (condition == NULL || says_when (field->label) || says_when (field->hint)) {
    return NULL;
  }
  return is_told_before (source, field, condition) ? NULL : tell (form, condition, words);
}
