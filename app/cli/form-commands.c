/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/cli/cli.h"
#include "app/cli/form-sheets.h"
#include "app/cli/paper-print.h"
#include "app/store/content-store.h"

static const char *
type_name (DkFieldType type)
{
  switch (type) {
  case DK_FIELD_TEXT:
    return "text";
  case DK_FIELD_INTEGER:
    return "integer";
  case DK_FIELD_DECIMAL:
    return "decimal";
  case DK_FIELD_DATE:
    return "date";
  case DK_FIELD_TIME:
    return "time";
  case DK_FIELD_DATE_TIME:
    return "dateTime";
  case DK_FIELD_SELECT_ONE:
    return "select_one";
  case DK_FIELD_SELECT_MULTIPLE:
    return "select_multiple";
  case DK_FIELD_BOOLEAN:
    return "boolean";
  case DK_FIELD_NOTE:
    return "note";
  case DK_FIELD_ACKNOWLEDGE:
    return "acknowledge";
  case DK_FIELD_LOOKUP:
    return "lookup";
  case DK_FIELD_GROUP_BEGIN:
    return "begin_group";
  case DK_FIELD_GROUP_END:
    return "end_group";
  case DK_FIELD_CALCULATE:
    return "calculate";
  case DK_FIELD_FILE:
    return "file";
  case DK_FIELD_REPEAT_BEGIN:
    return "begin_repeat";
  case DK_FIELD_REPEAT_END:
    return "end_repeat";
  }
  return "text";
}

static gboolean
run_list (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (GPtrArray) ids = dk_content_store_form_ids (store, error);
  json_t *list;

  if (ids == NULL)
    return FALSE;
  list = json_array ();
  dk_cli_take_document (cli, list);
  for (guint i = 0; i < ids->len; i++) {
    g_autoptr (DkForm) form
        = dk_content_store_form (store, g_ptr_array_index (ids, i), error);
    if (form == NULL)
      return FALSE;
    dk_cli_say (cli, "%-26s %s (version %s)", dk_form_id (form), dk_form_title (form),
                dk_form_version (form));
    json_array_append_new (list, json_pack ("{s:s, s:s, s:s, s:s}", "id", dk_form_id (form),
                                            "title", dk_form_title (form), "version",
                                            dk_form_version (form), "hash", dk_form_hash (form)));
  }
  return TRUE;
}

static json_t *
choices_json (const DkField *field)
{
  json_t *list = json_array ();

  for (guint i = 0; field->choices != NULL && i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    json_array_append_new (list, json_pack ("{s:o, s:o}", "name", dk_json_string (choice->name),
                                            "label", dk_json_string (choice->label)));
  }
  return list;
}

/* When a field must be filled in: its own expression, or when it is asked at all; NULL if always
 * or never. */
static const char *
required_if (const json_t *source, const DkField *field)
{
  const json_t *row = json_array_get (json_object_get (source, "survey"), field->index);
  const char *own = dk_json_get_text (row, "required");
  const char *relevant = dk_json_get_text (row, "relevant");

  return own != NULL ? own : field->required ? relevant : NULL;
}

static void
say_field (DkCli *cli, const DkField *field, const char *condition)
{
  g_autofree char *when
      = condition != NULL ? g_strdup_printf ("  required if %s", condition) : NULL;
  const char *required = when != NULL ? when : field->required ? "  required" : "";

  if (field->type == DK_FIELD_GROUP_BEGIN)
    dk_cli_say (cli, "\n%s", field->label != NULL ? field->label : "");
  if (field->type == DK_FIELD_GROUP_BEGIN || field->type == DK_FIELD_GROUP_END
      || field->name == NULL)
    return;
  dk_cli_say (cli, "  %-16s %-16s %s%s", field->name, type_name (field->type),
              field->label != NULL ? field->label : "", required);
  for (guint i = 0; field->choices != NULL && i < field->choices->len; i++) {
    const DkChoice *choice = g_ptr_array_index (field->choices, i);
    dk_cli_say (cli, "  %33s %s = %s", "", choice->name, choice->label);
  }
}

static gboolean
run_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkForm) form
      = dk_content_store_form_in (dk_cli_store (cli), dk_args_word (args, 0),
                                  dk_args_get (args, "language"), error);
  g_autoptr (json_t) source = NULL;
  json_t *fields;

  if (form == NULL)
    return FALSE;
  source = json_loads (dk_form_source (form), 0, NULL);
  dk_cli_say (cli, "%s (%s, version %s)", dk_form_title (form), dk_form_id (form),
              dk_form_version (form));
  fields = json_array ();
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    const char *condition = required_if (source, field);
    say_field (cli, field, condition);
    json_array_append_new (
        fields, json_pack ("{s:o, s:s, s:o, s:o, s:o, s:b, s:o, s:o}", "name",
                           dk_json_string (field->name), "type", type_name (field->type), "lookup",
                           dk_json_string (field->lookup), "label", dk_json_string (field->label),
                           "hint", dk_json_string (field->hint), "required", field->required,
                           "required_if", dk_json_string (condition), "choices",
                           choices_json (field)));
  }
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:s, s:s, s:o}", "id", dk_form_id (form),
                                        "title", dk_form_title (form), "version",
                                        dk_form_version (form), "hash", dk_form_hash (form),
                                        "fields", fields));
  return TRUE;
}

const DkCommand DK_CLI_FORM_COMMANDS[] = {
  { "form list", "", "forms of this kit", "", 0, 0, DK_CLI_NEEDS_KIT, run_list },
  { "form show", "FORM [--language L]", "the fields of a form, as --set takes them", "language",
    1, 1, DK_CLI_NEEDS_KIT,
    run_show },
  { "form check", "F.json|F.xlsx|DIR|F.csv", "is this a form that a kit takes?",
    "survey choices settings", 1, 1, 0, dk_cli_form_check },
  { "form import", "F.xlsx|DIR|F.csv [--survey F --choices F --settings F] -o F.json [--strict]",
    "make a form definition of an XLSForm\n\n"
    "A folder holds survey.csv, choices.csv and settings.csv. What is not supported is named with\n"
    "its cell and left out (exit code 8); with --strict nothing is written then.",
    "survey choices settings output strict", 0, 1, 0, dk_cli_form_import },
  { "form export", "FORM|F.json -o DIR|F.xlsx",
    "write a form as the sheets of an XLSForm\n\n"
    "FORM is one of the kit if --kit is given, else one that ships with the program.",
    "output", 1, 1, 0, dk_cli_form_export },
  { "form print",
    "FORM -o F.pdf|--lp PRINTER [--ticket N [--reason T]] [--paper a4|letter] [--language L]",
    "a ticket on paper, or an unnumbered specimen\n\n"
    "The footer has the head of the ledger, which audit verify --head takes. Printing is an\n"
    "entry. A ticket on a form for leads needs a reason, which is recorded.",
    "output lp ticket paper language reason", 1, 1, DK_CLI_NEEDS_KIT, dk_cli_form_print },
  { 0 },
};
