/* SPDX-License-Identifier: MIT */
#include "app/cli/answers.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/text.h"
#include "app/form/form-state.h"
#include "app/store/attached-store.h"
#include "app/store/form-world.h"

/* Where a value goes: a field, or one of a row of a repeat. */
typedef struct {
  const DkField *field;
  const DkField *repeat; /* NULL = outside of repeats */
  gsize row;             /* from 1 */
} Place;

static gboolean
takes_value (const DkField *field)
{
  return field->type != DK_FIELD_NOTE && field->type != DK_FIELD_GROUP_BEGIN
         && field->type != DK_FIELD_GROUP_END && field->type != DK_FIELD_CALCULATE
         && field->type != DK_FIELD_REPEAT_END;
}

static const DkField *
find_field (const DkForm *form, const char *name, GError **error)
{
  const DkField *field = dk_form_find (form, name);
  g_autofree char *shown = dk_text_printable (name, FALSE);

  if (field != NULL && takes_value (field))
    return field;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The form %s has no field \"%s\" that takes a value. Nothing was changed; dkit form "
               "show %s lists its fields.",
               dk_form_id (form), shown, dk_form_id (form));
  return NULL;
}

static gboolean
refuse_place (const DkForm *form, const DkField *field, const char *words, GError **error)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s: %s in the form %s. Nothing was changed.",
               field->name, words, dk_form_id (form));
  return FALSE;
}

static gboolean
read_row_number (const char *text, const char *end, Place *place, GError **error)
{
  g_autofree char *number = g_strndup (text, (gsize) (end - text));
  g_autofree char *shown = dk_text_printable (number, FALSE);
  guint64 row = 0;

  if (!g_ascii_string_to_unsigned (number, 10, 1, DK_FORM_ROWS_MAX, &row, NULL))
    return dk_cli_usage (error, "\"%s\" is no row number: rows count from 1 to %u, as in %s[1].%s. "
                                "Nothing was changed.",
                         shown, DK_FORM_ROWS_MAX, place->repeat->name, place->field->name);
  place->row = (gsize) row;
  return TRUE;
}

static gboolean
find_in_repeat (const DkForm *form, const char *name, Place *place, GError **error)
{
  const char *open = strchr (name, '[');
  const char *close = strchr (open, ']');
  g_autofree char *outer = g_strndup (name, (gsize) (open - name));

  if (close == NULL || close[1] != '.')
    return dk_cli_usage (error, "Fields of a repeat are written repeat[1].field. Nothing was "
                                "changed.");
  place->repeat = find_field (form, outer, error);
  place->field = place->repeat != NULL ? find_field (form, close + 2, error) : NULL;
  if (place->field == NULL)
    return FALSE;
  if (!read_row_number (open + 1, close, place, error))
    return FALSE;
  if (place->repeat->type != DK_FIELD_REPEAT_BEGIN)
    return refuse_place (form, place->repeat, "has no rows", error);
  if (place->field->repeat != place->repeat)
    return refuse_place (form, place->field, "is no field of that repeat", error);
  return TRUE;
}

/* Its value comes with the form, or is computed; typed over it would be somebody's word. */
static gboolean
check_typed (const DkForm *form, const DkField *field, GError **error)
{
  if (!field->readonly && !field->has_calculation)
    return TRUE;
  return refuse_place (form, field,
                       field->has_calculation ? "is computed, and nobody types into it"
                                              : "is read only, and nobody types into it",
                       error);
}

static gboolean
find_place (const DkForm *form, const char *name, Place *place, GError **error)
{
  g_autofree char *words = NULL;

  if (strchr (name, '[') != NULL)
    return find_in_repeat (form, name, place, error);
  place->field = find_field (form, name, error);
  if (place->field == NULL || place->field->repeat == NULL)
    return place->field != NULL;
  words = g_strdup_printf ("has a row for each %s: say %s[1].%s=...", place->field->repeat->name,
                           place->field->repeat->name, name);
  return refuse_place (form, place->field, words, error);
}

/* A row as it begins: with the defaults of its fields. New reference. */
static json_t *
new_row (DkCli *cli, const DkForm *form, const DkField *repeat, const json_t *answers)
{
  DkFormWorld world;
  g_autoptr (DkFormState) state = NULL;
  g_autoptr (json_t) draft = NULL;
  json_t *row;
  int at;

  dk_store_form_world (dk_cli_store (cli), &world);
  state = dk_form_state_new ((DkForm *) (guintptr) form, answers, &world);
  at = dk_form_state_add_row (state, repeat->name);
  draft = dk_form_state_draft (state);
  row = at >= 0 ? json_array_get (json_object_get (draft, repeat->name), (size_t) at) : NULL;
  return row != NULL ? json_incref (row) : json_object ();
}

/* The object that the value goes into; rows come one after the other. Borrowed. */
static json_t *
find_target (DkCli *cli, const DkForm *form, const Place *place, json_t *answers, GError **error)
{
  json_t *rows;

  if (place->repeat == NULL)
    return answers;
  rows = json_object_get (answers, place->repeat->name);
  if (!json_is_array (rows)) {
    rows = json_array ();
    json_object_set_new (answers, place->repeat->name, rows);
  }
  if (place->row == json_array_size (rows) + 1 && place->row <= DK_FORM_ROWS_MAX)
    json_array_append_new (rows, new_row (cli, form, place->repeat, answers));
  if (place->row >= 1 && place->row <= json_array_size (rows))
    return json_array_get (rows, place->row - 1);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s has %" G_GSIZE_FORMAT " rows so far, so [%" G_GSIZE_FORMAT "] cannot be the "
               "next one (at most %u) in the form %s. Nothing was changed.",
               place->repeat->name, json_array_size (rows), place->row, DK_FORM_ROWS_MAX,
               dk_form_id (form));
  return NULL;
}

/* The bytes of @FILE, and the answer that names them. New reference. */
static json_t *
read_file (const DkField *field, const char *given, GPtrArray *files, GError **error)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (json_t) value = NULL;

  if (*given == '\0')
    return json_null ();
  if (*given != '@' || files == NULL) {
    if (files == NULL)
      dk_cli_usage (error, "%s is a file, which cannot be given here. Nothing was changed.",
                    field->name);
    else
      dk_cli_usage (error, "%s is a file: write %s=@FILE. Nothing was changed.", field->name,
                    field->name);
    return NULL;
  }
  content = dk_file_read (given + 1, DK_FORM_FILE_BYTES, error);
  value = content != NULL ? dk_attached_value (given + 1, NULL, content, error) : NULL;
  if (value == NULL)
    return NULL;
  if (field->is_image && !g_str_has_prefix (dk_json_get_text (value, "type"), "image/")) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s takes a picture, and %s is none that can be shown. Nothing was changed.",
                 field->name, given + 1);
    return NULL;
  }
  g_ptr_array_add (files, g_steal_pointer (&content));
  return g_steal_pointer (&value);
}

static json_t *
read_value (DkCli *cli, const DkForm *form, const DkField *field, const char *given,
            GPtrArray *files, GError **error)
{
  g_autofree char *text = NULL;
  json_t *value;

  if (field->type == DK_FIELD_FILE)
    return read_file (field, given, files, error);
  text = dk_cli_read_value (cli, given, field->name, error);
  if (text == NULL)
    return NULL;
  if (field->type == DK_FIELD_REPEAT_BEGIN)
    value = dk_form_convert_rows (form, field, text, error);
  else
    value = dk_form_convert (field, text, error);
  if (value == NULL)
    g_prefix_error (error, "%s: ", field->name);
  return value;
}

gboolean
dk_cli_set_answer (const DkForm *form, const char *what, const char *text, json_t *answers,
                   GError **error)
{
  const DkField *field = find_field (form, what, error);
  json_t *value;

  if (field == NULL || !check_typed (form, field, error))
    return FALSE;
  value = dk_form_convert (field, text, error);
  if (value == NULL) {
    g_prefix_error (error, "%s: ", what);
    return FALSE;
  }
  json_object_set_new (answers, field->name, value);
  return TRUE;
}

static gboolean
set_pair (DkCli *cli, const DkForm *form, const char *pair, json_t *answers, GPtrArray *files,
          GError **error)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *name = equals != NULL ? g_strndup (pair, (gsize) (equals - pair)) : NULL;
  Place place = { 0 };
  json_t *target;
  json_t *value;

  if (name == NULL || *name == '\0') {
    g_autofree char *shown = dk_text_printable (pair, FALSE);
    return dk_cli_usage (error, "--set takes name=value, not \"%s\". Nothing was changed.", shown);
  }
  if (!find_place (form, name, &place, error) || !check_typed (form, place.field, error)
      || (target = find_target (cli, form, &place, answers, error)) == NULL)
    return FALSE;
  value = read_value (cli, form, place.field, equals + 1, files, error);
  if (value == NULL)
    return FALSE;
  json_object_set_new (target, place.field->name, value);
  return TRUE;
}

gboolean
dk_cli_set_answers (DkCli *cli, const DkForm *form, const char *const *pairs, json_t *answers,
                    GPtrArray *files, GError **error)
{
  for (gsize i = 0; pairs[i] != NULL; i++)
    if (!set_pair (cli, form, pairs[i], answers, files, error))
      return FALSE;
  return TRUE;
}

static void
name_field (const DkForm *form, const char *name, GString *names)
{
  const DkField *field = dk_form_find (form, name);
  const char *label = field != NULL ? field->label : name;

  g_string_append_printf (names, "%s\"%s\"", names->len > 0 ? ", " : "", label);
}

/* Fields of rows, each once. */
static void
name_in_rows (const DkForm *form, const json_t *rows, GString *names)
{
  g_autoptr (json_t) all = json_object ();
  const char *name = NULL;
  json_t *value = NULL;

  for (size_t i = 0; i < json_array_size (rows); i++)
    json_object_update (all, json_array_get (rows, i));
  json_object_foreach (all, name, value)
    name_field (form, name, names);
}

char *
dk_cli_left_out (DkCli *cli, DkForm *form, const json_t *answers, const json_t *defaults)
{
  DkFormWorld world;
  g_autoptr (DkFormState) state = NULL;
  g_autoptr (json_t) left_out = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  const char *name = NULL;
  json_t *value = NULL;

  dk_store_form_world (dk_cli_store (cli), &world);
  state = dk_form_state_new (form, answers, &world);
  left_out = dk_form_state_left_out (state);
  json_object_foreach (left_out, name, value) {
    const DkField *field = dk_form_find (form, name);
    if (json_equal (value, json_object_get (defaults, name)))
      continue;
    if (field != NULL && field->type == DK_FIELD_REPEAT_BEGIN)
      name_in_rows (form, value, names);
    else
      name_field (form, name, names);
  }
  if (names->len == 0)
    return NULL;
  return g_strdup_printf ("%s: what was given there does not apply to the other answers. It is not "
                          "among the answers of the ticket; the words are kept in its entry "
                          "(left_out). Change the answer that it depends on, and give it again, if "
                          "it should count.",
                          names->str);
}

json_t *
dk_cli_new_answers (DkCli *cli, DkForm *form)
{
  DkFormWorld world;
  g_autoptr (DkFormState) state = NULL;

  dk_store_form_world (dk_cli_store (cli), &world);
  state = dk_form_state_new (form, NULL, &world);
  return dk_form_state_draft (state);
}

/* Read as the field happened_at is, so that both take the same times. */
static gboolean
read_time (const char *option, const char *text, gint64 *ms, GError **error)
{
  g_autofree char *label = g_strconcat ("--", option, NULL);
  const DkField field = { .label = label, .type = DK_FIELD_DATE_TIME };
  g_autoptr (json_t) value = dk_form_convert (&field, text, error);

  if (value == NULL)
    return FALSE;
  if (json_is_null (value))
    return dk_cli_usage (error, "%s needs a time, as 14:05 or 2026-11-22T14:05. Nothing was "
                                "done.",
                         label);
  return dk_time_parse (json_string_value (value), label, ms, error);
}

gboolean
dk_cli_time_of (const DkArgs *args, const char *option, gint64 *ms, GError **error)
{
  const char *text = dk_args_get (args, option);

  *ms = 0;
  return text == NULL || read_time (option, text, ms, error);
}

gboolean
dk_cli_happened (const DkArgs *args, const json_t *answers, gint64 *ms, GError **error)
{
  const char *at = NULL;

  if (dk_args_has (args, "at"))
    return dk_cli_time_of (args, "at", ms, error);
  at = answers != NULL ? dk_json_get_text (answers, "happened_at") : NULL;
  *ms = 0;
  return at == NULL || dk_time_parse (at, "happened_at", ms, error);
}
