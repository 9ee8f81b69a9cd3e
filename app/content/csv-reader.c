/* SPDX-License-Identifier: MIT */
#include "app/content/csv-reader.h"

#include <csv.h>
#include <string.h>

#include "app/base/csv.h"
#include "app/base/limits.h"
#include "app/content/content-text.h"

#define ROWS_MAX 500000
#define FIELD_BLOCK_BYTES 4096

struct DkCsvTable {
  GStringChunk *texts;
  GPtrArray *columns; /* of text in texts */
  GPtrArray *fields;  /* likewise, row after row */
  GArray *places;     /* of DkPlace, one for each field */
};

typedef struct {
  DkCsvTable *table;
  const char *name;
  DkPlace here; /* of the byte being read */
  DkPlace field_start;
  gsize field_bytes;    /* read since field_start */
  gboolean row_fresh;   /* nothing of a row read yet */
  gboolean field_ended; /* by the byte being read */
  GPtrArray *row;
  GArray *row_places;
  GError *error;
} Reader;

static void
on_field (void *bytes, size_t size, void *data)
{
  Reader *reader = data;
  g_autofree char *text = g_strndup (bytes != NULL ? bytes : "", size);

  g_ptr_array_add (reader->row, g_string_chunk_insert (reader->table->texts,
                                                       dk_csv_without_escape (text)));
  g_array_append_val (reader->row_places, reader->field_start);
  reader->field_ended = TRUE;
}

static void
take_header (Reader *reader)
{
  GPtrArray *columns = reader->table->columns;

  for (guint i = 0; i < reader->row->len && reader->error == NULL; i++) {
    char *column = g_ptr_array_index (reader->row, i);
    DkPlace place = g_array_index (reader->row_places, DkPlace, i);
    if (*column == '\0')
      dk_content_refuse (&reader->error, reader->name, place, "a column without a name");
    else if (dk_csv_table_find (reader->table, column) >= 0)
      dk_content_refuse (&reader->error, reader->name, place, "the column \"%s\" stands here twice",
                         column);
    g_ptr_array_add (columns, column);
  }
}

static void
take_row (Reader *reader)
{
  DkCsvTable *table = reader->table;
  DkPlace place = g_array_index (reader->row_places, DkPlace, 0);

  if (reader->row->len != table->columns->len) {
    dk_content_refuse (&reader->error, reader->name, place,
                       "this row has %u fields, the header has %u; look for a missing comma or "
                       "quote",
                       reader->row->len, table->columns->len);
    return;
  }
  if (dk_csv_table_rows (table) >= ROWS_MAX) {
    dk_content_refuse (&reader->error, reader->name, place, "more than %d rows; split the file",
                       ROWS_MAX);
    return;
  }
  for (guint i = 0; i < reader->row->len; i++)
    g_ptr_array_add (table->fields, g_ptr_array_index (reader->row, i));
  g_array_append_vals (table->places, reader->row_places->data, reader->row_places->len);
}

static void
on_row (int end, void *data)
{
  Reader *reader = data;

  if (reader->error == NULL && reader->row->len > 0) {
    if (reader->table->columns->len == 0)
      take_header (reader);
    else
      take_row (reader);
  }
  g_ptr_array_set_size (reader->row, 0);
  g_array_set_size (reader->row_places, 0);
  reader->row_fresh = TRUE;
}

static void
advance (Reader *reader, char c)
{
  gboolean line_end = c == '\n';

  if (line_end) {
    reader->here.line++;
    reader->here.column = 1;
  } else if (((guint8) c & 0xc0) != 0x80) {
    reader->here.column++;
  }
  if (reader->row_fresh && (line_end || c == '\r')) {
    reader->field_start = reader->here;
    reader->field_bytes = 0;
  } else {
    reader->row_fresh = FALSE;
  }
  if (reader->field_ended) {
    reader->field_start = reader->here;
    reader->field_bytes = 0;
    reader->field_ended = FALSE;
  }
}

static gboolean
check_bounds (Reader *reader)
{
  if (++reader->field_bytes > DK_LIMIT_CSV_FIELD_BYTES)
    return dk_content_refuse (&reader->error, reader->name, reader->field_start,
                              "this field is larger than %u bytes; is a quote missing?",
                              DK_LIMIT_CSV_FIELD_BYTES);
  if (reader->row->len >= DK_LIMIT_CSV_FIELDS)
    return dk_content_refuse (&reader->error, reader->name, reader->field_start,
                              "more than %d fields in a row", DK_LIMIT_CSV_FIELDS);
  return TRUE;
}

static gboolean
refuse_quote (Reader *reader, DkPlace place)
{
  return dk_content_refuse (&reader->error, reader->name, place,
                            "broken quotes: a field with a comma, quote or line end stands in \" "
                            "and each quote in it is doubled");
}

/* libcsv tells no positions, so it is fed byte by byte. */
static gboolean
feed (Reader *reader, struct csv_parser *parser, const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++) {
    if (!check_bounds (reader))
      return FALSE;
    if (csv_parse (parser, text + i, 1, on_field, on_row, reader) != 1)
      return refuse_quote (reader, reader->here);
    if (reader->error != NULL)
      return FALSE;
    advance (reader, text[i]);
  }
  if (csv_fini (parser, on_field, on_row, reader) != 0)
    return refuse_quote (reader, reader->field_start);
  return reader->error == NULL;
}

/* Spreadsheets of half of Europe write semicolons. */
static char
find_delimiter (const char *text, gsize size)
{
  gboolean quoted = FALSE;
  gboolean semicolon = FALSE;

  for (gsize i = 0; i < size && (quoted || text[i] != '\n'); i++) {
    if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && text[i] == ',')
      return ',';
    else if (!quoted && text[i] == ';')
      semicolon = TRUE;
  }
  return semicolon ? ';' : ',';
}

static gboolean
read_table (DkCsvTable *table, const char *text, gsize size, const char *name, GError **error)
{
  g_autoptr (GPtrArray) row = g_ptr_array_new ();
  g_autoptr (GArray) row_places = g_array_new (FALSE, FALSE, sizeof (DkPlace));
  Reader reader = { .table = table,
                    .name = name,
                    .here = { 1, 1 },
                    .field_start = { 1, 1 },
                    .row_fresh = TRUE,
                    .row = row,
                    .row_places = row_places };
  struct csv_parser parser;
  gboolean ok;

  if (csv_init (&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
    g_error ("out of memory");
  csv_set_blk_size (&parser, FIELD_BLOCK_BYTES);
  csv_set_delim (&parser, (unsigned char) find_delimiter (text, size));
  ok = feed (&reader, &parser, text, size);
  csv_free (&parser);
  if (!ok) {
    g_propagate_error (error, reader.error);
    return FALSE;
  }
  if (table->columns->len == 0)
    return dk_content_refuse (error, name, reader.here, "the first row must name the columns");
  return TRUE;
}

DkCsvTable *
dk_csv_table_parse (const char *text, gsize size, const char *name, GError **error)
{
  g_autoptr (DkCsvTable) table = NULL;
  gsize bom = size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  if (!dk_content_check_text (text, size, DK_LIMIT_CONTENT_FILE_BYTES, name, 1, error))
    return NULL;
  table = g_new0 (DkCsvTable, 1);
  table->texts = g_string_chunk_new (FIELD_BLOCK_BYTES);
  table->columns = g_ptr_array_new ();
  table->fields = g_ptr_array_new ();
  table->places = g_array_new (FALSE, FALSE, sizeof (DkPlace));
  if (!read_table (table, text + bom, size - bom, name, error))
    return NULL;
  return g_steal_pointer (&table);
}

guint
dk_csv_table_columns (const DkCsvTable *table)
{
  return table->columns->len;
}

const char *
dk_csv_table_column (const DkCsvTable *table, guint column)
{
  return g_ptr_array_index (table->columns, column);
}

int
dk_csv_table_find (const DkCsvTable *table, const char *name)
{
  for (guint i = 0; i < table->columns->len; i++)
    if (g_str_equal (g_ptr_array_index (table->columns, i), name))
      return (int) i;
  return -1;
}

guint
dk_csv_table_rows (const DkCsvTable *table)
{
  return table->columns->len > 0 ? table->fields->len / table->columns->len : 0;
}

const char *
dk_csv_table_get (const DkCsvTable *table, guint row, guint column)
{
  return g_ptr_array_index (table->fields, row * table->columns->len + column);
}

DkPlace
dk_csv_table_place (const DkCsvTable *table, guint row, guint column)
{
  return g_array_index (table->places, DkPlace, row * table->columns->len + column);
}

void
dk_csv_table_free (DkCsvTable *table)
{
  if (table == NULL)
    return;
  g_string_chunk_free (table->texts);
  g_ptr_array_unref (table->columns);
  g_ptr_array_unref (table->fields);
  g_array_unref (table->places);
  g_free (table);
}
