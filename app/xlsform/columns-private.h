/* SPDX-License-Identifier: MIT */
#pragma once

#include "app/xlsform/sheet.h"

/* A column of a sheet by the name in its first row. */
typedef struct {
  const char *key; /* what it is to us: "label", "relevant", ...; "" for a name that is not known */
  char *why;       /* why it is left out; NULL for what is read */
  char *title;     /* as it stands there */
  char *language;  /* code; NULL if the column has none */
  guint column;
} DkColumn;

/* One of the names that a column may have. */
typedef struct {
  const char *title; /* small letters, "_" for blanks */
  const char *key;
  const char *why;
} DkColumnName;

extern const DkColumnName DK_SURVEY_COLUMNS[];
extern const DkColumnName DK_CHOICE_COLUMNS[];
extern const DkColumnName DK_SETTING_COLUMNS[];

/* Columns of a sheet (of DkColumn) by its first row that has a cell, whose index is set. Of two
 * columns for one key and language the one with the very name is taken, else the first; the other
 * one has the key "left" and says which one counts. In the sheet of choices a second name is a
 * column that a choice_filter may read: it has the key "". New array. */
GArray *dk_columns_read (const DkSheet *sheet, const DkColumnName *names, guint *header);

/* The first column of that key, borrowed; NULL if there is none. */
const DkColumn *dk_columns_find (const GArray *columns, const char *key);

/* "en" of "English (en)", "en" or "English". A name that is not known becomes a code of its own
 * letters. NULL if there are none. New string. */
char *dk_language_code (const char *title);

/* "English (en)" of "en". New string. */
char *dk_language_title (const char *code);
