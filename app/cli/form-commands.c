/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/cli/cli.h"
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
    dk_cli_say (cli, "%-20s %s (version %s)", dk_form_id (form), dk_form_title (form),
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

static void
say_field (DkCli *cli, const DkField *field)
{
  const char *required = field->required ? "  required" : "";

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
      = dk_content_store_form (dk_cli_store (cli), dk_args_word (args, 0), error);
  json_t *fields;

  if (form == NULL)
    return FALSE;
  dk_cli_say (cli, "%s (%s, version %s)", dk_form_title (form), dk_form_id (form),
              dk_form_version (form));
  fields = json_array ();
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    say_field (cli, field);
    json_array_append_new (
        fields, json_pack ("{s:o, s:s, s:o, s:o, s:o, s:b, s:o}", "name",
                           dk_json_string (field->name), "type", type_name (field->type), "lookup",
                           dk_json_string (field->lookup), "label", dk_json_string (field->label),
                           "hint", dk_json_string (field->hint), "required", field->required,
                           "choices", choices_json (field)));
  }
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:s, s:s, s:o}", "id", dk_form_id (form),
                                        "title", dk_form_title (form), "version",
                                        dk_form_version (form), "hash", dk_form_hash (form),
                                        "fields", fields));
  return TRUE;
}

static gboolean
run_check (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *path = dk_args_word (args, 0);
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_LIMIT_JSON_BYTES, error);
  g_autoptr (DkForm) form = NULL;
  gsize size;
  const char *text;

  if (bytes == NULL)
    return FALSE;
  text = g_bytes_get_data (bytes, &size);
  form = dk_form_parse (text != NULL ? text : "", size, "en", error);
  if (form == NULL) {
    g_prefix_error (error, "%s: ", path);
    return FALSE;
  }
  dk_cli_say (cli, "%s: form %s, version %s, %u rows: all well", path, dk_form_id (form),
              dk_form_version (form), dk_form_field_count (form));
  dk_cli_take_document (cli, json_pack ("{s:b, s:s, s:s, s:s, s:s}", "ok", TRUE, "file", path,
                                        "id", dk_form_id (form), "version",
                                        dk_form_version (form), "hash", dk_form_hash (form)));
  return TRUE;
}

const DkCommand DK_CLI_FORM_COMMANDS[] = {
  { "form list", "", "forms of this kit", "", 0, 0, DK_CLI_NEEDS_KIT, run_list },
  { "form show", "FORM", "the fields of a form, as --set takes them", "", 1, 1, DK_CLI_NEEDS_KIT,
    run_show },
  { "form check", "F.json", "is this a form definition that a kit takes?", "", 1, 1, 0, run_check },
  { "form print", "FORM -o F.pdf [--ticket N] [--paper a4|letter]",
    "a ticket on paper, or an unnumbered specimen\n\n"
    "The footer has the head of the ledger, which audit verify --head takes. Printing is an entry.",
    "output ticket paper", 1, 1, DK_CLI_NEEDS_KIT, dk_cli_form_print },
  { "paper issue", "FORM --copies N [--unit U] [--paper a4|letter] -o F.pdf",
    "blank forms, each with a downtime number of its own\n\n"
    "The numbers count as issued even if nobody prints the file. Key a form back with\n"
    "dkit ticket new FORM --number N; a spoiled one is dkit ticket void N --reason T.",
    "copies unit paper output", 1, 1, DK_CLI_NEEDS_KIT, dk_cli_paper_issue },
  { "paper list", "", "numbers on paper, and what became of each", "", 0, 0, DK_CLI_NEEDS_KIT,
    dk_cli_paper_list },
  { "paper account", "", "how many were issued, keyed in, voided; which are still out", "", 0, 0,
    DK_CLI_NEEDS_KIT, dk_cli_paper_account },
  { 0 },
};
