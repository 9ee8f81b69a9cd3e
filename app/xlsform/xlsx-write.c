/* SPDX-License-Identifier: MIT */
#include "app/xlsform/xlsx-write.h"

#include <glib/gstdio.h>
#include <xlsxwriter.h>

#include "app/base/file.h"
#include "app/xlsform/xlsx-read.h"

#define COLUMN_WIDTH 24.0
#define CREATED_S 946684800 /* a fixed moment, so that the same form gives the same file */

static lxw_error
write_cells (lxw_worksheet *worksheet, const DkSheet *sheet, lxw_format *head)
{
  lxw_error failed = LXW_NO_ERROR;

  worksheet_freeze_panes (worksheet, 1, 0);
  failed = worksheet_set_column (worksheet, 0,
                                 (lxw_col_t) MAX (dk_sheet_columns (sheet), 1) - 1, COLUMN_WIDTH,
                                 NULL);
  for (guint row = 0; row < dk_sheet_rows (sheet); row++)
    for (guint column = 0; column < dk_sheet_columns (sheet); column++) {
      const char *text = dk_sheet_get (sheet, row, column);
      if (*text != '\0' && failed == LXW_NO_ERROR)
        failed = worksheet_write_string (worksheet, row, (lxw_col_t) column, text,
                                         row == 0 ? head : NULL);
    }
  return failed;
}

static lxw_error
write_book (const char *path, const char *folder, GPtrArray *sheets)
{
  lxw_workbook_options options = { LXW_TRUE, (char *) (guintptr) folder, LXW_FALSE };
  lxw_workbook *book = workbook_new_opt (path, &options);
  lxw_doc_properties properties = { .created = CREATED_S };
  lxw_error failed = LXW_NO_ERROR;
  lxw_format *head;

  if (book == NULL)
    return LXW_ERROR_CREATING_XLSX_FILE;
  workbook_set_properties (book, &properties);
  head = workbook_add_format (book);
  format_set_bold (head);
  for (guint i = 0; i < sheets->len && failed == LXW_NO_ERROR; i++) {
    const DkSheet *sheet = g_ptr_array_index (sheets, i);
    lxw_worksheet *worksheet = workbook_add_worksheet (book, dk_sheet_name (sheet));
    failed = worksheet != NULL ? write_cells (worksheet, sheet, head)
                               : LXW_ERROR_PARAMETER_VALIDATION;
  }
  if (failed == LXW_NO_ERROR)
    return workbook_close (book);
  lxw_workbook_free (book);
  return failed;
}

static gboolean
check_written (GBytes *bytes, GPtrArray *sheets, GError **error)
{
  g_autoptr (GPtrArray) again = dk_xlsx_read (bytes, "the workbook", NULL, error);

  if (again == NULL)
    return FALSE;
  for (guint i = 0; i < sheets->len; i++)
    if (i >= again->len
        || !dk_sheet_equals (g_ptr_array_index (sheets, i), g_ptr_array_index (again, i))) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                   "A text of this form cannot stand in a workbook. Nothing was written; export "
                   "it to a folder of CSV files instead.");
      return FALSE;
    }
  return TRUE;
}

GBytes *
dk_xlsx_write (GPtrArray *sheets, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("dk-xlsx-XXXXXX", error);
  g_autofree char *path = NULL;
  g_autoptr (GBytes) bytes = NULL;
  lxw_error failed;

  if (folder == NULL)
    return NULL;
  path = g_build_filename (folder, "form.xlsx", NULL);
  failed = write_book (path, folder, sheets);
  if (failed == LXW_NO_ERROR)
    bytes = dk_file_read (path, DK_XLSX_BYTES_MAX, error);
  else
    g_set_error (error, DK_ERROR,
                 failed == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED ? DK_ERROR_INVALID
                                                                : DK_ERROR_STORAGE,
                 "The workbook could not be made: %s. Nothing was written.",
                 lxw_strerror (failed));
  (void) g_unlink (path);
  (void) g_rmdir (folder);
  if (bytes == NULL || !check_written (bytes, sheets, error))
    return NULL;
  return g_steal_pointer (&bytes);
}
