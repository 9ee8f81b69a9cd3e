/* SPDX-License-Identifier: MIT */
#include "app/cli/answers.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"

static const DkField *
find_field (const DkForm *form, const char *name, GError **error)
{
  const DkField *field = dk_form_find (form, name);
  g_autofree char *shown = dk_text_printable (name, FALSE);

  if (field != NULL && field->type != DK_FIELD_NOTE && field->type != DK_FIELD_GROUP_BEGIN
      && field->type != DK_FIELD_GROUP_END)
    return field;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The form %s has no field \"%s\" that takes a value. Nothing was changed; dkit form "
               "show %s lists its fields.",
               dk_form_id (form), shown, dk_form_id (form));
  return NULL;
}

gboolean
dk_cli_set_answer (const DkForm *form, const char *what, const char *text, json_t *answers,
                   GError **error)
{
  const DkField *field = find_field (form, what, error);
  json_t *value = field != NULL ? dk_form_convert (field, text, error) : NULL;

  if (field == NULL)
    return FALSE;
  if (value == NULL) {
    g_prefix_error (error, "%s: ", what);
    return FALSE;
  }
  json_object_set_new (answers, field->name, value);
  return TRUE;
}

gboolean
dk_cli_set_answers (DkCli *cli, const DkForm *form, const char *const *pairs, json_t *answers,
                    GError **error)
{
  for (gsize i = 0; pairs[i] != NULL; i++) {
    const char *equals = strchr (pairs[i], '=');
    g_autofree char *name = equals != NULL ? g_strndup (pairs[i], (gsize) (equals - pairs[i]))
                                           : NULL;
    g_autofree char *text = NULL;
    if (name == NULL || *name == '\0') {
      g_autofree char *shown = dk_text_printable (pairs[i], FALSE);
      return dk_cli_usage (error, "--set takes name=value, not \"%s\". Nothing was changed.",
                           shown);
    }
    if (find_field (form, name, error) == NULL)
      return FALSE;
    text = dk_cli_read_value (cli, equals + 1, name, error);
    if (text == NULL || !dk_cli_set_answer (form, name, text, answers, error))
      return FALSE;
  }
  return TRUE;
}

/* Read as the field happened_at is, so that both take the same times. */
static gboolean
read_at (const char *text, gint64 *ms, GError **error)
{
  char label[] = "--at";
  const DkField field = { .label = label, .type = DK_FIELD_DATE_TIME };
  g_autoptr (json_t) value = dk_form_convert (&field, text, error);

  if (value == NULL)
    return FALSE;
  if (json_is_null (value))
    return dk_cli_usage (error, "--at needs a time, as 14:05 or 2026-11-22T14:05. Nothing was "
                                "done.");
  return dk_time_parse (json_string_value (value), label, ms, error);
}

gboolean
dk_cli_happened (const DkArgs *args, const json_t *answers, gint64 *ms, GError **error)
{
  const char *at = dk_args_get (args, "at");

  if (at != NULL)
    return read_at (at, ms, error);
  at = answers != NULL ? dk_json_get_text (answers, "happened_at") : NULL;
  *ms = 0;
  return at == NULL || dk_time_parse (at, "happened_at", ms, error);
}
