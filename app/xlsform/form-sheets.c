/* SPDX-License-Identifier: MIT */
#include "app/xlsform/form-sheets.h"

#include <string.h>

#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/base/platform.h"
#include "app/base/text.h"
#include "app/import/table.h"
#include "app/xlsform/xlsx-read.h"
#include "app/xlsform/xlsx-write.h"

static DkFormSheets *
sheets_new (const char *name)
{
  DkFormSheets *sheets = g_new0 (DkFormSheets, 1);
  g_autofree char *base = g_path_get_basename (name);
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  sheets->id = g_utf8_make_valid (base, -1);
  sheets->others = g_ptr_array_new_with_free_func (g_free);
  return sheets;
}

void
dk_form_sheets_free (DkFormSheets *sheets)
{
  if (sheets == NULL)
    return;
  g_free (sheets->id);
  dk_sheet_free (sheets->survey);
  dk_sheet_free (sheets->choices);
  dk_sheet_free (sheets->settings);
  g_ptr_array_unref (sheets->others);
  g_free (sheets);
}

/* Where in the list of sheets of a form this one stands; -1 for another one. */
static int
find_part (const char *title)
{
  static const char *const parts[] = { "survey", "choices", "settings" };
  g_autofree char *name = g_strstrip (g_ascii_strdown (title, -1));

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_equal (name, parts[i]))
      return (int) i;
  return -1;
}

static DkSheet **
slot_of (DkFormSheets *sheets, int part)
{
  DkSheet **const slots[] = { &sheets->survey, &sheets->choices, &sheets->settings };

  return part >= 0 ? slots[part] : NULL;
}

/* What else a workbook holds is told by its name: no form waits for its cells to be in order. */
static gboolean
is_part (const char *title)
{
  return find_part (title) >= 0;
}

/* Takes the sheet; of two of one name the first counts. */
static void
place_sheet (DkFormSheets *sheets, DkSheet *sheet)
{
  DkSheet **slot = slot_of (sheets, find_part (dk_sheet_name (sheet)));

  if (slot != NULL && *slot == NULL) {
    *slot = sheet;
    return;
  }
  g_ptr_array_add (sheets->others, dk_text_printable (dk_sheet_name (sheet), FALSE));
  dk_sheet_free (sheet);
}

static char *
list_names (const DkFormSheets *sheets)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < sheets->others->len; i++)
    g_string_append_printf (out, "%s\"%s\"", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (sheets->others, i));
  return g_string_free (out, FALSE);
}

static gboolean
take_workbook (DkFormSheets *sheets, GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (GPtrArray) found = dk_xlsx_read (bytes, name, is_part, error);
  g_autofree char *names = NULL;

  if (found == NULL)
    return FALSE;
  g_ptr_array_set_free_func (found, NULL);
  for (guint i = 0; i < found->len; i++)
    place_sheet (sheets, g_ptr_array_index (found, i));
  if (sheets->survey != NULL)
    return TRUE;
  names = list_names (sheets);
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "%s: this is no XLSForm: it has no sheet \"survey\", but %s. Nothing was changed.",
               name, names);
  return FALSE;
}

/* TRUE for a CSV file of all sheets, as pyxform reads it: it begins with the name of one. */
static gboolean
is_of_all_sheets (GBytes *bytes, const char *name)
{
  g_autoptr (DkTable) table = dk_table_new (bytes, name, NULL);

  return table != NULL && is_part (dk_table_column (table, 0));
}

/* The sheet that a name in the first column begins; *slot is NULL for one that is not read. */
static gboolean
begin_part (DkFormSheets *sheets, const DkSheet *all, guint row, DkSheet ***slot, GError **error)
{
  g_autofree char *title = g_strstrip (g_ascii_strdown (dk_sheet_get (all, row, 0), -1));
  g_autofree char *shown = dk_text_printable (title, FALSE);

  *slot = slot_of (sheets, find_part (title));
  if (*slot == NULL) {
    g_ptr_array_add (sheets->others, g_steal_pointer (&shown));
  } else if (**slot != NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "No form can be made of this. In row %u the sheet \"%s\" begins a second time. "
                 "Nothing was written; put its rows together.",
                 row + 1, shown);
    return FALSE;
  } else {
    **slot = dk_sheet_new (title);
  }
  return TRUE;
}

/* Each cell keeps its place: findings name that of the file. */
static gboolean
split_sheets (DkFormSheets *sheets, const DkSheet *all, GError **error)
{
  DkSheet **slot = NULL;

  for (guint row = 0; row < dk_sheet_rows (all); row++) {
    if (*dk_sheet_get (all, row, 0) != '\0' && !begin_part (sheets, all, row, &slot, error))
      return FALSE;
    for (guint i = 1; slot != NULL && i < dk_sheet_columns (all); i++)
      if (!dk_sheet_set (*slot, row, i, dk_sheet_get (all, row, i), error))
        return FALSE;
  }
  if (sheets->survey != NULL)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "This is no XLSForm: no row has \"survey\" in its first column, as in a CSV file of "
               "all sheets. Nothing was changed.");
  return FALSE;
}

static gboolean
take_csv (DkFormSheets *sheets, GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (DkSheet) all = NULL;

  if (!is_of_all_sheets (bytes, name)) {
    sheets->survey = dk_sheet_from_csv (bytes, name, "survey", error);
    return sheets->survey != NULL;
  }
  all = dk_sheet_from_wide_csv (bytes, name, "survey", error);
  return all != NULL && split_sheets (sheets, all, error);
}

DkFormSheets *
dk_form_sheets_from_bytes (GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (DkFormSheets) sheets = sheets_new (name);

  if (dk_xlsx_is_binary (bytes)) {
    if (!take_workbook (sheets, bytes, name, error))
      return NULL;
    return g_steal_pointer (&sheets);
  }
  if (g_str_has_suffix (name, ".xlsx")) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is called .xlsx and is no workbook: it may be empty, or a copy that did not "
                 "arrive whole. Nothing was changed; get the file again.",
                 name);
    return NULL;
  }
  return take_csv (sheets, bytes, name, error) ? g_steal_pointer (&sheets) : NULL;
}

/* Reads a CSV file in place of what a workbook may have had. */
static gboolean
read_csv (DkSheet **slot, const char *path, const char *name, GError **error)
{
  g_autoptr (GBytes) bytes = dk_file_read (path, DK_XLSX_BYTES_MAX, error);
  DkSheet *sheet;

  if (bytes == NULL)
    return FALSE;
  if (dk_xlsx_is_binary (bytes)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is a workbook where a CSV file of the sheet \"%s\" is expected. Nothing was "
                 "changed; name the workbook alone.",
                 path, name);
    return FALSE;
  }
  sheet = dk_sheet_from_csv (bytes, path, name, error);
  if (sheet == NULL)
    return FALSE;
  dk_sheet_free (*slot);
  *slot = sheet;
  return TRUE;
}

static gboolean
read_of_folder (DkSheet **slot, const char *folder, const char *name, gboolean needed,
                GError **error)
{
  g_autofree char *file = g_strconcat (name, ".csv", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);

  if (!needed && !dk_file_exists (path))
    return TRUE;
  return read_csv (slot, path, name, error);
}

static DkFormSheets *
open_path (const char *path, gboolean survey_given, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (DkFormSheets) sheets = NULL;

  if (dk_platform_path_kind (path) != DK_FILE_FOLDER) {
    bytes = dk_file_read (path, DK_XLSX_BYTES_MAX, error);
    return bytes != NULL ? dk_form_sheets_from_bytes (bytes, path, error) : NULL;
  }
  sheets = sheets_new (path);
  if (!read_of_folder (&sheets->survey, path, "survey", !survey_given, error)
      || !read_of_folder (&sheets->choices, path, "choices", FALSE, error)
      || !read_of_folder (&sheets->settings, path, "settings", FALSE, error))
    return NULL;
  return g_steal_pointer (&sheets);
}

DkFormSheets *
dk_form_sheets_open (const char *path, const char *survey, const char *choices,
                     const char *settings, GError **error)
{
  g_autoptr (DkFormSheets) sheets
      = path != NULL ? open_path (path, survey != NULL, error) : sheets_new (survey);

  if (sheets == NULL || (survey != NULL && !read_csv (&sheets->survey, survey, "survey", error))
      || (choices != NULL && !read_csv (&sheets->choices, choices, "choices", error))
      || (settings != NULL && !read_csv (&sheets->settings, settings, "settings", error)))
    return NULL;
  return g_steal_pointer (&sheets);
}

gboolean
dk_form_sheets_may_be (const char *path)
{
  g_autoptr (GBytes) head = NULL;
  gsize size = 0;
  const char *text;

  if (dk_platform_path_kind (path) == DK_FILE_FOLDER)
    return TRUE;
  head = dk_file_read_part (path, 0, 64, NULL);
  text = head != NULL ? g_bytes_get_data (head, &size) : NULL;
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isspace (text[i]))
      return text[i] != '{' && text[i] != '[';
  return FALSE;
}

static gboolean
write_csv (const DkSheet *sheet, const char *folder, GError **error)
{
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const void *data;

  if (sheet == NULL)
    return TRUE;
  file = g_strconcat (dk_sheet_name (sheet), ".csv", NULL);
  path = g_build_filename (folder, file, NULL);
  bytes = dk_sheet_to_csv (sheet);
  data = g_bytes_get_data (bytes, &size);
  return dk_file_replace (path, data, size, DK_FILE_DURABLE, error);
}

static gboolean
write_workbook (const DkFormSheets *sheets, const char *path, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const void *data;

  g_ptr_array_add (list, sheets->survey);
  if (sheets->choices != NULL)
    g_ptr_array_add (list, sheets->choices);
  if (sheets->settings != NULL)
    g_ptr_array_add (list, sheets->settings);
  bytes = dk_xlsx_write (list, error);
  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  return dk_file_replace (path, data, size, DK_FILE_DURABLE, error);
}

gboolean
dk_form_sheets_write (const DkFormSheets *sheets, const char *path, GError **error)
{
  if (g_str_has_suffix (path, ".xlsx"))
    return write_workbook (sheets, path, error);
  return dk_file_make_folder (path, error) && write_csv (sheets->survey, path, error)
         && write_csv (sheets->choices, path, error) && write_csv (sheets->settings, path, error);
}
