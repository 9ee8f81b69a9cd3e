/* SPDX-License-Identifier: MIT */
#include "app/cli/form-sheets.h"

#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/store/content-store.h"
#include "app/xlsform/xlsform-export.h"
#include "app/xlsform/xlsform-import.h"

#define STRICT_SHOWN 5u

static void
say_findings (DkCli *cli, const DkXlsform *xlsform)
{
  for (guint i = 0; i < xlsform->findings->len; i++) {
    const DkXlsformFinding *finding = g_ptr_array_index (xlsform->findings, i);
    dk_cli_say (cli, "%s %s: \"%s\": %s", finding->kept ? "changed " : "LEFT OUT", finding->place,
                finding->what, finding->why);
  }
}

/* What of a form can be told in a line, and as JSON. */
static json_t *
report_form (DkCli *cli, const char *path, const DkForm *form)
{
  dk_cli_say (cli, "%s: form %s, version %s, %u rows", path, dk_form_id (form),
              dk_form_version (form), dk_form_field_count (form));
  return json_pack ("{s:b, s:o, s:s, s:s, s:s, s:i}", "ok", TRUE, "file", dk_json_string (path),
                    "id", dk_form_id (form), "version", dk_form_version (form), "hash",
                    dk_form_hash (form), "rows", (int) dk_form_field_count (form));
}

static gboolean
fail_strictly (const DkXlsform *xlsform, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < xlsform->findings->len && i < STRICT_SHOWN; i++) {
    const DkXlsformFinding *finding = g_ptr_array_index (xlsform->findings, i);
    g_string_append_printf (text, " %s: \"%s\": %s.", finding->place, finding->what, finding->why);
  }
  if (xlsform->findings->len > STRICT_SHOWN)
    g_string_append (text, " ...");
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%u places of this form are not supported as they stand:%s Nothing was written; "
               "without --strict they are changed or left out.",
               xlsform->findings->len, text->str);
  return FALSE;
}

/* Left out is never the same as done: the exit code says so. */
static gboolean
report_import (DkCli *cli, const char *path, const DkXlsform *xlsform, const DkForm *form,
               GError **error)
{
  json_t *json;

  say_findings (cli, xlsform);
  json = report_form (cli, path, form);
  json_object_set_new (json, "left_out", dk_xlsform_findings_json (xlsform, FALSE));
  json_object_set_new (json, "changed", dk_xlsform_findings_json (xlsform, TRUE));
  dk_cli_take_document (cli, json);
  if (xlsform->left_out == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_PARTIAL,
               "%u places of the sheets are not supported and were left out; each is named above "
               "(left_out). All else is there; look at the form before it is used.",
               xlsform->left_out);
  return FALSE;
}

static DkForm *
parse_definition (const json_t *definition, char **text, GError **error)
{
  *text = dk_json_text (definition, FALSE);
  return dk_form_parse (*text, strlen (*text), "en", error);
}

static DkXlsform *
import_sheets (const DkArgs *args, GError **error)
{
  const char *path = dk_args_word (args, 0);
  const char *survey = dk_args_get (args, "survey");
  g_autoptr (DkFormSheets) sheets = NULL;

  if (path == NULL && survey == NULL) {
    (void) dk_cli_usage (error, "Name a workbook, a folder of CSV files or the CSV file of a "
                                "survey, or give --survey F. Nothing was done.");
    return NULL;
  }
  sheets = dk_form_sheets_open (path, survey, dk_args_get (args, "choices"),
                                dk_args_get (args, "settings"), error);
  return sheets != NULL ? dk_xlsform_import (sheets, error) : NULL;
}

gboolean
dk_cli_form_import (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *output = dk_cli_output (args, DK_OUTPUT_FORM, error);
  g_autoptr (DkXlsform) xlsform = NULL;
  g_autoptr (DkForm) form = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_autofree char *lines = NULL;

  if (output == NULL)
    return FALSE;
  xlsform = import_sheets (args, error);
  if (xlsform == NULL)
    return FALSE;
  if (dk_args_has (args, "strict") && xlsform->findings->len > 0)
    return fail_strictly (xlsform, error);
  form = parse_definition (xlsform->definition, &text, error);
  if (form == NULL)
    return FALSE;
  lines = g_strconcat (text, "\n", NULL);
  bytes = g_bytes_new (lines, strlen (lines));
  return dk_cli_write_file (output, DK_OUTPUT_FORM, bytes, error)
         && report_import (cli, output, xlsform, form, error);
}

static DkForm *
read_definition (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_LIMIT_JSON_BYTES, error);
  gsize size;
  const char *text;
  DkForm *form;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &size);
  form = dk_form_parse (text != NULL ? text : "", size, "en", error);
  if (form == NULL)
    g_prefix_error (error, "%s: ", path);
  return form;
}

static gboolean
check_sheets (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkXlsform) xlsform = import_sheets (args, error);
  g_autoptr (DkForm) form = NULL;
  g_autofree char *text = NULL;

  if (xlsform == NULL)
    return FALSE;
  form = parse_definition (xlsform->definition, &text, error);
  return form != NULL && report_import (cli, dk_args_word (args, 0), xlsform, form, error);
}

gboolean
dk_cli_form_check (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *path = dk_args_word (args, 0);
  g_autoptr (DkForm) form = NULL;

  if (dk_form_sheets_may_be (path) && !g_str_has_suffix (path, ".json"))
    return check_sheets (cli, args, error);
  form = read_definition (path, error);
  if (form == NULL)
    return FALSE;
  dk_cli_take_document (cli, report_form (cli, path, form));
  dk_cli_say (cli, "all well");
  return TRUE;
}

/* A file, one of the kit if a kit is named, one that ships. */
static DkForm *
find_form (DkCli *cli, const char *word, GError **error)
{
  DkForm *form = NULL;

  if (g_str_has_suffix (word, ".json") || strchr (word, G_DIR_SEPARATOR) != NULL)
    return read_definition (word, error);
  if (cli->kit == NULL && cli->folder_given == NULL)
    form = dk_form_shipped (word, "en");
  if (form != NULL)
    return form;
  return dk_cli_open_kit (cli, error) ? dk_content_store_form (dk_cli_store (cli), word, error)
                                      : NULL;
}

/* A workbook that somebody has worked on is never replaced. */
static gboolean
check_export_output (const char *output, GError **error)
{
  g_autofree char *survey = g_build_filename (output, "survey.csv", NULL);

  if (g_str_has_suffix (output, ".xlsx") || !dk_file_exists (survey))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s holds the sheets of a form already. They were left as they are and nothing was "
               "written; choose another folder.",
               output);
  return FALSE;
}

gboolean
dk_cli_form_export (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *given = dk_args_get (args, "output");
  gboolean is_book = given != NULL && g_str_has_suffix (given, ".xlsx");
  const char *output = dk_cli_output (args, is_book ? DK_OUTPUT_NEW : DK_OUTPUT_FOLDER, error);
  g_autoptr (DkForm) form = NULL;
  g_autoptr (DkFormSheets) sheets = NULL;
  g_autoptr (json_t) definition = NULL;
  const char *source;

  if (output == NULL || !check_export_output (output, error))
    return FALSE;
  form = find_form (cli, dk_args_word (args, 0), error);
  if (form == NULL)
    return FALSE;
  source = dk_form_source (form);
  definition = dk_json_parse (source, strlen (source), DK_LIMIT_JSON_BYTES, "the form", error);
  sheets = definition != NULL ? dk_xlsform_export (definition, error) : NULL;
  if (sheets == NULL || !dk_form_sheets_write (sheets, output, error))
    return FALSE;
  dk_cli_take_document (cli, report_form (cli, output, form));
  return TRUE;
}
