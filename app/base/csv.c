/* SPDX-License-Identifier: MIT */
#include "app/base/csv.h"

#include <string.h>

struct DkCsv {
  GString *text;
  gboolean in_row;
};

DkCsv *
dk_csv_new (void)
{
  DkCsv *csv = g_new0 (DkCsv, 1);

  csv->text = g_string_new ("\xef\xbb\xbf");
  return csv;
}

static void
begin_field (DkCsv *csv)
{
  if (csv->in_row)
    g_string_append_c (csv->text, ',');
  csv->in_row = TRUE;
}

/* What spreadsheets evaluate, wherever blanks stand before it. */
static gboolean
looks_like_formula (const char *text)
{
  const char *p = text;

  if (*p == '\t' || *p == '\r' || *p == '\n')
    return TRUE;
  while (*p != '\0' && g_unichar_isspace (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);
  switch (*p != '\0' ? g_utf8_get_char (p) : 0) {
  case '\'': /* so that taking one ' off again is always right */
  case '=':
  case '+':
  case '-':
  case '@':
  case 0xff1d:
  case 0xff0b:
  case 0xff0d:
  case 0xff20:
    return TRUE;
  default:
    return FALSE;
  }
}

const char *
dk_csv_without_escape (const char *text)
{
  return text[0] == '\'' && looks_like_formula (text + 1) ? text + 1 : text;
}

/* Readers take blanks at the ends of a bare field away. */
static gboolean
has_outer_blank (const char *text)
{
  gsize size = strlen (text);

  return size > 0 && (g_ascii_isspace (text[0]) || g_ascii_isspace (text[size - 1]));
}

void
dk_csv_add (DkCsv *csv, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  gboolean formula = looks_like_formula (valid);
  gboolean quoted = formula || has_outer_blank (valid) || strpbrk (valid, ",\"\r\n") != NULL;

  begin_field (csv);
  if (quoted)
    g_string_append_c (csv->text, '"');
  if (formula)
    g_string_append_c (csv->text, '\'');
  for (const char *p = valid; *p != '\0'; p++) {
    if (*p == '"')
      g_string_append_c (csv->text, '"');
    g_string_append_c (csv->text, *p);
  }
  if (quoted)
    g_string_append_c (csv->text, '"');
}

void
dk_csv_add_int (DkCsv *csv, gint64 number)
{
  begin_field (csv);
  g_string_append_printf (csv->text, "%" G_GINT64_FORMAT, number);
}

void
dk_csv_end_row (DkCsv *csv)
{
  g_string_append (csv->text, "\r\n");
  csv->in_row = FALSE;
}

const char *
dk_csv_get (const DkCsv *csv, gsize *size)
{
  if (size != NULL)
    *size = csv->text->len;
  return csv->text->str;
}

void
dk_csv_free (DkCsv *csv)
{
  if (csv == NULL)
    return;
  g_string_free (csv->text, TRUE);
  g_free (csv);
}
