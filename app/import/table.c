/* SPDX-License-Identifier: MIT */
/* A reader of its own beside app/content/csv-reader.c: authors get their errors, but the export of
 * another program must come in although some of its rows are broken. */
#include "app/import/table.h"

#include <string.h>

#include "app/base/csv.h"
#include "app/base/limits.h"
#include "app/import/table-text-private.h"

/* Quotes that never close make a reader look at the same bytes again and again. */
#define RESCAN_BYTES_MAX (64u << 20)

struct DkTable {
  GBytes *bytes;
  char *owned; /* the text, if it was decoded */
  char *name;
  const char *encoding;
  const char *text;
  const char *end;
  const char *at;
  char delimiter;
  guint line; /* of at */
  GPtrArray *columns;
  GString *cells;  /* of the current row, each ended by a zero byte */
  GArray *offsets; /* of gsize, in cells */
  guint row_line;
  guint folded; /* lines up to at that are no rows: within quotes, or `sep=;` */
  guint row_number;
  gsize rescanned;
  const char *fault;
  gboolean is_over;
};

static const char *
find_line_end (const char *p, const char *end)
{
  while (p < end && *p != '\n' && *p != '\r')
    p++;
  return p;
}

static const char *
skip_line_end (const char *p, const char *end)
{
  if (p < end && *p == '\r')
    return p + 1 < end && p[1] == '\n' ? p + 2 : p + 1;
  return p < end ? p + 1 : p;
}

/* Ends a field at `to`, which is a delimiter or the end of a line; TRUE if the row goes on. */
static gboolean
end_field (DkTable *table, const char *to)
{
  g_string_append_c (table->cells, '\0');
  table->at = to;
  if (to < table->end && *to == table->delimiter) {
    table->at = to + 1;
    return TRUE;
  }
  table->at = skip_line_end (to, table->end);
  if (to < table->end)
    table->line++;
  return FALSE;
}

static void
begin_field (DkTable *table)
{
  gsize offset = table->cells->len;

  g_array_append_val (table->offsets, offset);
}

static void
append (DkTable *table, const char *from, const char *to)
{
  if (table->fault == NULL)
    g_string_append_len (table->cells, from, to - from);
}

/* Reads "..." from its first quote on; what stands behind it, or NULL if it never ends. */
static const char *
read_quoted (DkTable *table, const char *p)
{
  const char *begin = ++p;

  while (p < table->end) {
    const char *quote = memchr (p, '"', (gsize) (table->end - p));
    if (quote == NULL)
      break;
    append (table, p, quote);
    if (quote - begin > DK_LIMIT_CSV_FIELD_BYTES)
      table->fault = "One of its fields is larger than 64 KiB; is a quote missing?";
    if (quote + 1 >= table->end || quote[1] != '"')
      return quote + 1;
    append (table, quote, quote + 1);
    p = quote + 2;
  }
  table->rescanned += (gsize) (table->end - begin);
  return NULL;
}

static guint
count_lines (const char *p, const char *end)
{
  guint count = 0;

  for (; p < end; p++)
    if (*p == '\n' || (*p == '\r' && (p + 1 == end || p[1] != '\n')))
      count++;
  return count;
}

/* One field; TRUE if another one follows in the row. A fault is left in the table. */
static gboolean
read_field (DkTable *table)
{
  const char *p = table->at;
  const char *to;

  begin_field (table);
  if (p < table->end && *p == '"') {
    to = read_quoted (table, p);
    if (to == NULL) {
      table->fault = "A quote is opened and never closed.";
      return FALSE;
    }
    guint lines = count_lines (p, to);
    table->line += lines;
    table->folded += lines;
    while (to < table->end && *to == ' ')
      to++;
    if (to < table->end && *to != table->delimiter && *to != '\r' && *to != '\n') {
      table->fault = "Something stands behind a closing quote: a field with a quote in it stands "
                     "in quotes, and each quote in it is doubled.";
      return FALSE;
    }
    return end_field (table, to);
  }
  for (to = p; to < table->end && *to != table->delimiter && *to != '\r' && *to != '\n';)
    to++;
  if (to - p > DK_LIMIT_CSV_FIELD_BYTES)
    table->fault = "One of its fields is larger than 64 KiB.";
  append (table, p, to);
  return end_field (table, to);
}

static void
check_row (DkTable *table)
{
  guint columns = table->columns->len;

  if (table->fault != NULL)
    return;
  for (guint i = columns; columns > 0 && i < table->offsets->len; i++)
    if (table->cells->str[g_array_index (table->offsets, gsize, i)] != '\0') {
      table->fault = "It has more fields than there are columns; a field with the separator in it "
                     "must stand in quotes.";
      return;
    }
  for (guint i = 0; i < table->offsets->len && table->fault == NULL; i++) {
    gsize from = g_array_index (table->offsets, gsize, i);
    gsize to = i + 1 < table->offsets->len ? g_array_index (table->offsets, gsize, i + 1)
                                           : table->cells->len;
    if (!g_utf8_validate_len (table->cells->str + from, to - from - 1, NULL))
      table->fault = "It is not UTF-8, as the rest of the file is.";
  }
}

/* Reads a row into cells. After a fault that leaves open where the row ends, reading goes on with
 * the line after its first one. */
static void
read_row (DkTable *table)
{
  const char *begin = table->at;
  guint limit = table->columns->len > 0 ? table->columns->len + DK_TABLE_COLUMNS_MAX
                                        : DK_TABLE_COLUMNS_MAX + 1;
  gboolean more = TRUE;

  g_string_truncate (table->cells, 0);
  g_array_set_size (table->offsets, 0);
  table->fault = NULL;
  table->row_line = table->line;
  table->row_number = table->line - table->folded;
  while (more) {
    const char *before = table->at;
    more = read_field (table);
    if (table->fault != NULL && !more && table->at == before) {
      const char *line_end = find_line_end (begin, table->end);
      table->at = skip_line_end (line_end, table->end);
      table->line = table->row_line + 1;
      return;
    }
    if (table->offsets->len > limit) {
      table->fault = "It has far too many fields.";
      table->offsets->len = limit;
      g_string_truncate (table->cells, g_array_index (table->offsets, gsize, limit - 1));
      g_string_append_c (table->cells, '\0');
    }
  }
  check_row (table);
}

static gboolean
row_is_empty (const DkTable *table)
{
  return table->fault == NULL && strspn (table->cells->str, " \t") == strlen (table->cells->str)
         && table->offsets->len <= 1;
}

DkTableStep
dk_table_next (DkTable *table)
{
  while (table->at < table->end && !table->is_over) {
    if (table->rescanned > RESCAN_BYTES_MAX) {
      table->is_over = TRUE;
      table->row_line = table->line;
      table->fault = "Too many quotes are opened and never closed; the rest of the file was not "
                     "read.";
      return DK_TABLE_BROKEN;
    }
    read_row (table);
    if (table->fault != NULL)
      return DK_TABLE_BROKEN;
    if (!row_is_empty (table))
      return DK_TABLE_ROW;
  }
  return DK_TABLE_END;
}

const char *
dk_table_get (const DkTable *table, guint column)
{
  if (column >= table->offsets->len)
    return "";
  return dk_csv_without_escape (table->cells->str
                                + g_array_index (table->offsets, gsize, column));
}

gboolean
dk_table_row_is_short (const DkTable *table)
{
  return table->offsets->len < table->columns->len;
}

char *
dk_table_place (const DkTable *table)
{
  return g_strdup_printf ("%s:%u", table->name, table->row_line);
}

guint
dk_table_row_number (const DkTable *table)
{
  return table->row_number;
}

const char *
dk_table_fault (const DkTable *table)
{
  return table->fault;
}

void
dk_table_progress (const DkTable *table, guint64 *done, guint64 *total)
{
  *done = (guint64) (table->at - table->text);
  *total = (guint64) (table->end - table->text);
}

const char *
dk_table_encoding (const DkTable *table)
{
  return table->encoding;
}

char
dk_table_delimiter (const DkTable *table)
{
  return table->delimiter;
}

guint
dk_table_columns (const DkTable *table)
{
  return table->columns->len;
}

const char *
dk_table_column (const DkTable *table, guint column)
{
  return g_ptr_array_index (table->columns, column);
}

/* `sep=;` is how Excel is told the separator. */
static gboolean
take_separator_line (DkTable *table)
{
  const char *p = table->at;

  if (table->end - p < 5 || g_ascii_strncasecmp (p, "sep=", 4) != 0
      || strchr (",;\t|", p[4]) == NULL || (p + 5 < table->end && p[5] != '\r' && p[5] != '\n'))
    return FALSE;
  table->delimiter = p[4];
  table->at = skip_line_end (p + 5, table->end);
  table->line++;
  table->folded++;
  return TRUE;
}

/* The sign that stands most often outside of quotes in the first line that says anything. */
static char
find_delimiter (const char *p, const char *end)
{
  static const char signs[] = ",;\t|";
  guint counts[4] = { 0 };
  gboolean quoted = FALSE;
  guint best = 0;

  while (p < end && (*p == '\r' || *p == '\n' || *p == ' '))
    p++;
  for (; p < end && (quoted || (*p != '\n' && *p != '\r')); p++) {
    const char *sign = *p != '\0' ? strchr (signs, *p) : NULL;
    if (*p == '"')
      quoted = !quoted;
    else if (!quoted && sign != NULL)
      counts[sign - signs]++;
  }
  for (guint i = 1; i < 4; i++)
    if (counts[i] > counts[best])
      best = i;
  return signs[best];
}

static gboolean
refuse (const DkTable *table, GError **error, const char *message)
{
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s:%u: %s", table->name, table->row_line,
               message);
  return FALSE;
}

static gboolean
read_header (DkTable *table, GError **error)
{
  DkTableStep step;

  if (!take_separator_line (table))
    table->delimiter = find_delimiter (table->at, table->end);
  step = dk_table_next (table);
  if (step == DK_TABLE_END)
    return refuse (table, error, "the table is empty; its first row must name the columns");
  if (table->offsets->len > DK_TABLE_COLUMNS_MAX)
    return refuse (table, error, "more than 1000 columns; this is no list of people");
  if (step == DK_TABLE_BROKEN) {
    g_autofree char *message
        = g_strdup_printf ("the row that names the columns cannot be read. %s", table->fault);
    return refuse (table, error, message);
  }
  for (guint i = 0; i < table->offsets->len; i++) {
    char *column = g_strdup (dk_table_get (table, i));
    g_ptr_array_add (table->columns, g_strstrip (column));
  }
  return TRUE;
}

void
dk_table_widen (DkTable *table, guint columns)
{
  while (table->columns->len < MIN (columns, DK_TABLE_COLUMNS_MAX))
    g_ptr_array_add (table->columns, g_strdup (""));
}

DkTable *
dk_table_new (GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (DkTable) table = g_new0 (DkTable, 1);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  gsize text_size = 0;

  table->bytes = g_bytes_ref (bytes);
  table->name = g_strdup (name);
  table->columns = g_ptr_array_new_with_free_func (g_free);
  table->cells = g_string_new (NULL);
  table->offsets = g_array_new (FALSE, FALSE, sizeof (gsize));
  table->line = table->row_line = 1;
  if (size > DK_LIMIT_CONTENT_FILE_BYTES) {
    (void) refuse (table, error, "the file is larger than 64 MiB; split it");
    return NULL;
  }
  if (size > 0)
    table->text = dk_text_decode (data, size, &text_size, &table->encoding, &table->owned);
  else
    table->text = "";
  if (table->text == NULL) {
    (void) refuse (table, error,
                   "this is no table in text form (CSV); in a spreadsheet choose "
                   "\"Save as\", \"CSV UTF-8\"");
    return NULL;
  }
  table->at = table->text;
  table->end = table->text + text_size;
  return read_header (table, error) ? g_steal_pointer (&table) : NULL;
}

void
dk_table_free (DkTable *table)
{
  if (table == NULL)
    return;
  g_bytes_unref (table->bytes);
  g_free (table->owned);
  g_free (table->name);
  g_ptr_array_unref (table->columns);
  g_string_free (table->cells, TRUE);
  g_array_unref (table->offsets);
  g_free (table);
}
