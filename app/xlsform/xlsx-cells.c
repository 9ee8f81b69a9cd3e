/* SPDX-License-Identifier: MIT */
/* One sheet: cells with their kinds to texts. */
#include <math.h>
#include <string.h>

#include "app/xlsform/xlsx-private.h"

#define TAGS_MAX 4000000u

typedef struct {
  const DkXlsxBook *book;
  DkSheet *sheet;
  guint row; /* of the current cell */
  guint column;
  guint next_row;
  guint next_column;
  guint tags;
  char *kind; /* attribute t of the current cell */
  guint8 shows; /* a date, a time: as in the styles */
  GString *value;
  gboolean in_value;
  gboolean has_formula; /* the current cell */
  guint phonetic;
} CellReading;

/* "C12" to column 2, row 11; FALSE for anything else. */
static gboolean
read_reference (const char *text, guint *row, guint *column)
{
  guint64 letters = 0;
  guint64 digits = 0;
  const char *p = text;

  for (; g_ascii_isalpha (*p) && letters < 100000; p++)
    letters = letters * 26 + (guint64) (g_ascii_toupper (*p) - 'A' + 1);
  if (letters == 0 || !g_ascii_isdigit (*p))
    return FALSE;
  for (; g_ascii_isdigit (*p) && digits < 100000000; p++)
    digits = digits * 10 + (guint64) (*p - '0');
  if (*p != '\0' || digits == 0)
    return FALSE;
  *row = (guint) digits - 1;
  *column = (guint) letters - 1;
  return TRUE;
}

static void
begin_row (CellReading *reading, const DkXmlTag *tag)
{
  g_autofree char *number = dk_xml_attribute (tag, "r");
  guint64 row = number != NULL ? g_ascii_strtoull (number, NULL, 10) : 0;

  if (row > 0 && row <= 100000000)
    reading->next_row = (guint) row - 1;
  reading->row = reading->next_row++;
  reading->next_column = 0;
}

static void
begin_cell (CellReading *reading, const DkXmlTag *tag, GError **error)
{
  g_autofree char *reference = dk_xml_attribute (tag, "r");
  g_autofree char *style = dk_xml_attribute (tag, "s");
  guint64 number = style != NULL ? g_ascii_strtoull (style, NULL, 10) : 0;

  reading->column = reading->next_column;
  if (reference != NULL && !read_reference (reference, &reading->row, &reading->column)) {
    (void) dk_xlsx_refuse (error, "its sheet \"%s\" has a cell at no place",
                           dk_sheet_name (reading->sheet));
    return;
  }
  reading->next_column = reading->column + 1;
  g_free (reading->kind);
  reading->kind = dk_xml_attribute (tag, "t");
  reading->shows = number < reading->book->styles->len
                       ? g_array_index (reading->book->styles, guint8, number)
                       : 0;
  g_string_truncate (reading->value, 0);
  reading->has_formula = FALSE;
}

static void
begin_tag (gpointer data, const DkXmlTag *tag, GError **error)
{
  CellReading *reading = data;

  if (++reading->tags > TAGS_MAX)
    (void) dk_xlsx_refuse (error, "its sheet \"%s\" is far larger than a form",
                           dk_sheet_name (reading->sheet));
  else if (strcmp (tag->name, "row") == 0)
    begin_row (reading, tag);
  else if (strcmp (tag->name, "c") == 0)
    begin_cell (reading, tag, error);
  else if (strcmp (tag->name, "rPh") == 0)
    reading->phonetic++;
  else if (strcmp (tag->name, "f") == 0)
    reading->has_formula = TRUE;
  else if (strcmp (tag->name, "v") == 0 || strcmp (tag->name, "t") == 0)
    reading->in_value = reading->phonetic == 0;
}

static void
take_text (gpointer data, const char *text, gsize size, GError **error)
{
  CellReading *reading = data;
  g_autofree char *place = NULL;

  if (!reading->in_value)
    return;
  if (reading->value->len + size <= DK_SHEET_CELL_BYTES_MAX) {
    g_string_append_len (reading->value, text, (gssize) size);
    return;
  }
  place = dk_sheet_place (reading->sheet, reading->row, reading->column);
  (void) dk_xlsx_refuse (error, "%s holds more than 32767 bytes", place);
}

/* Hours and minutes, of a day or more. */
static char *
hours_text (double number)
{
  double minutes = floor (floor (number * 86400 + 0.5) / 60);

  return g_strdup_printf ("%02.0f:%02.0f", floor (minutes / 60), fmod (minutes, 60));
}

/* Days since 1899-12-30. In the count from 1900 there is a 29 February 1900 (ECMA-376 part 1,
 * 18.17.4.1), so days before it lie one further on; *is_no_day for that day itself. */
static double
count_days (double number, gboolean from_1904, gboolean *is_no_day)
{
  double days = floor (number);

  *is_no_day = !from_1904 && days == 60;
  if (from_1904)
    return days + 1462;
  return days >= 1 && days < 60 ? days + 1 : days;
}

/* A day of the calendar or a time of day as ISO 8601 says it; NULL if there is no such day. */
static char *
date_text (double number, guint8 shows, gboolean from_1904)
{
  g_autoptr (GDateTime) begin = g_date_time_new_utc (1899, 12, 30, 0, 0, 0);
  g_autoptr (GDateTime) at = NULL;
  gboolean is_no_day = FALSE;
  double days = count_days (number, from_1904, &is_no_day);
  double seconds = floor ((number - floor (number)) * 86400 + 0.5);

  if (!(number >= 0) || days > 2958465)
    return NULL;
  if (shows == 4)
    return hours_text (number);
  at = g_date_time_add_seconds (begin, days * 86400 + seconds);
  if (at == NULL)
    return NULL;
  if (shows == 2)
    return g_date_time_format (at, "%H:%M");
  if (is_no_day && seconds < 86400)
    return g_date_time_format (at, shows == 1 ? "1900-02-29" : "1900-02-29T%H:%M:%S");
  return g_date_time_format (at, shows == 1 ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S");
}

/* The number without an exponent, which no name and no value of a form has. */
static char *
plain_text (double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE + 32];

  for (guint places = 1; places <= 25; places++) {
    g_autofree char *format = g_strdup_printf ("%%.%uf", places);
    g_ascii_formatd (buffer, sizeof buffer, format, number);
    if (g_ascii_strtod (buffer, NULL) == number)
      return g_strdup (buffer);
  }
  return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, number));
}

/* As few digits as give the same number again, and none behind the point of a whole one. */
static char *
number_text (const char *value, guint8 shows, gboolean from_1904)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  char *end = NULL;
  double number = g_ascii_strtod (value, &end);
  char *date = NULL;

  if (end == value || *end != '\0' || !isfinite (number))
    return g_strdup (value);
  if (shows != 0)
    date = date_text (number, shows, from_1904);
  if (date != NULL)
    return date;
  if (fabs (number) < 1e22 && number == floor (number))
    return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.0f", number));
  if (fabs (number) < 0.001 && fabs (number) > 1e-9)
    return plain_text (number);
  g_ascii_formatd (buffer, sizeof buffer, "%.15g", number);
  return g_strdup (g_ascii_strtod (buffer, NULL) == number
                       ? buffer
                       : g_ascii_dtostr (buffer, sizeof buffer, number));
}

/* Text of a cell by its kind; NULL with an error. New string. */
static char *
cell_text (CellReading *reading, GError **error)
{
  const DkSharedTexts *shared = reading->book->shared;
  const char *kind = reading->kind != NULL ? reading->kind : "n";
  const char *value = reading->value->str;

  if (strcmp (kind, "s") == 0) {
    guint64 index = g_ascii_strtoull (value, NULL, 10);
    if (g_ascii_isdigit (*value) && index < shared->offsets->len)
      return g_strdup (shared->text->str + g_array_index (shared->offsets, guint32, index));
    g_autofree char *place = dk_sheet_place (reading->sheet, reading->row, reading->column);
    (void) dk_xlsx_refuse (error, "%s points to a text that is not there", place);
    return NULL;
  }
  if (strcmp (kind, "b") == 0)
    return g_strdup (strcmp (value, "1") == 0 || strcmp (value, "true") == 0 ? "TRUE" : "FALSE");
  if (strcmp (kind, "n") == 0)
    return number_text (value, reading->shows, reading->book->from_1904);
  if (strcmp (kind, "e") == 0) {
    g_autofree char *place = dk_sheet_place (reading->sheet, reading->row, reading->column);
    (void) dk_xlsx_refuse (error, "%s holds a formula that failed (%s)", place, value);
    return NULL;
  }
  dk_xlsx_unescape (reading->value);
  return g_strdup (reading->value->str);
}

/* Programs that write formulas without computing them leave no result; one that comes to the empty
 * text is marked as a text. */
static void
check_result (const CellReading *reading, GError **error)
{
  g_autofree char *place = NULL;

  if (!reading->has_formula || g_strcmp0 (reading->kind, "str") == 0)
    return;
  place = dk_sheet_place (reading->sheet, reading->row, reading->column);
  (void) dk_xlsx_refuse (error, "%s holds a formula whose result is not in the file", place);
}

static void
end_tag (gpointer data, const char *name, GError **error)
{
  CellReading *reading = data;

  reading->in_value = FALSE;
  if (strcmp (name, "rPh") == 0 && reading->phonetic > 0)
    reading->phonetic--;
  if (strcmp (name, "c") != 0)
    return;
  if (reading->value->len == 0) {
    check_result (reading, error);
    return;
  }
  g_autofree char *text = cell_text (reading, error);
  if (text != NULL && !dk_sheet_set (reading->sheet, reading->row, reading->column, text, error))
    return;
  g_string_truncate (reading->value, 0);
}

DkSheet *
dk_xlsx_read_sheet (GBytes *part, const char *name, const DkXlsxBook *book, GError **error)
{
  static const DkXmlCalls calls = { begin_tag, end_tag, take_text };
  g_autoptr (DkSheet) sheet = dk_sheet_new (name);
  CellReading reading = { .book = book, .sheet = sheet };
  gboolean ok;

  reading.value = g_string_new (NULL);
  ok = dk_xml_walk (part, name, &calls, &reading, error);
  g_string_free (reading.value, TRUE);
  g_free (reading.kind);
  return ok ? g_steal_pointer (&sheet) : NULL;
}
