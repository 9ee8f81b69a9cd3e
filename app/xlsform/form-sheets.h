/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/xlsform/sheet.h"

G_BEGIN_DECLS

/* The sheets of an XLSForm. */
typedef struct {
  char *id;          /* for a form that does not tell its own: the name of the file or folder */
  DkSheet *survey;
  DkSheet *choices;  /* NULL if there is none */
  DkSheet *settings; /* NULL if there is none */
  GPtrArray *others; /* names of further sheets, texts */
} DkFormSheets;

/* Sheets of bytes that are read: a workbook, the CSV of a survey alone, or one CSV of all sheets,
 * whose first column has their names. `name` is the file in messages. DK_ERROR_INVALID in words.
 * Free with dk_form_sheets_free. */
DkFormSheets *dk_form_sheets_from_bytes (GBytes *bytes, const char *name,
                                         GError **error) DK_CHECKED;

/* Sheets of a workbook F.xlsx, of a CSV file of the survey, or of a folder with survey.csv,
 * choices.csv and settings.csv. survey, choices and settings name CSV files that are taken
 * instead; each may be NULL, and so may path if survey is not. As above; further
 * DK_ERROR_NOT_FOUND, _DENIED. */
DkFormSheets *dk_form_sheets_open (const char *path, const char *survey, const char *choices,
                                   const char *settings, GError **error) DK_CHECKED;

/* TRUE for a file or folder that dk_form_sheets_open may read: a folder, or a file that is no
 * JSON by its first sign. */
gboolean dk_form_sheets_may_be (const char *path);

/* Writes sheets as a workbook if path ends in .xlsx, else as CSV files into a new folder.
 * DK_ERROR_INVALID, _STORAGE. */
gboolean dk_form_sheets_write (const DkFormSheets *sheets, const char *path,
                               GError **error) DK_CHECKED;

/* Frees them; NULL is fine. */
void dk_form_sheets_free (DkFormSheets *sheets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkFormSheets, dk_form_sheets_free)

G_END_DECLS
