/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "forms/font-private.h"
#include "forms/layout-private.h"

#define TEXT_SIZE 10.0
#define LEADING 1.25
#define BLOCK_GAP 4.0
#define INDENT 16.0
#define LEVEL_MAX 6
#define BOX_SIDE 9.0
#define CELL_PAD 4.0
#define RULE_GREY 0.5
#define CODE_GREY 0.93
#define LARGE_SIZE 24.0
#define WRITE_HEIGHT 20.0 /* of a row that a hand writes into: 7 mm */
#define TABLE_COLUMNS_MAX 12 /* the last one takes what is beyond */
#define HEADING_ROOM 40.0 /* a heading stays with what follows it */
#define CONTINUED_SIZE 8.0
#define ROW_GAP 2.0
#define HEAD_SHARE 0.3 /* of a page: what a head may take on each of them */

/* A pen that writes words in one column and goes on on the next page. */
typedef struct {
  DkFlow *flow;
  double left, right;
  double x;
  double size;
} Pen;

static void
ensure_room (DkFlow *flow, double height)
{
  if (flow->y + height > flow->bottom && flow->y > flow->top) {
    dk_flow_new_page (flow);
  }
}

static void
end_line (Pen *pen)
{
  pen->flow->y += pen->size * LEADING;
  ensure_room (pen->flow, pen->size * LEADING);
  pen->x = pen->left;
}

static void
write_word (Pen *pen, const char *word, DkFontWeight weight)
{
  DkFlow *flow = pen->flow;
  double width = dk_font_width (weight, pen->size, word);
  if (pen->x + width > pen->right && pen->x > pen->left) {
    end_line (pen);
  }
  g_autoptr (GPtrArray) parts = dk_lines_new (word, weight, pen->size, pen->right - pen->left);
  for (guint i = 0; i < parts->len; i++) {
    const DkLine *part = g_ptr_array_index (parts, i);
    if (i > 0) {
      end_line (pen);
    }
    dk_line_draw (part, flow->page, 0, pen->x, flow->y + part->ascent);
    pen->x += part->width;
  }
}

static gboolean
is_covered (const DkBlock *block)
{
  g_autofree char *text = dk_block_text (block);
  g_autofree char *clean = dk_text_clean_line (text);
  return dk_font_covers (DK_FONT_REGULAR, clean) && dk_font_covers (DK_FONT_BOLD, clean);
}

/* Words one by one, so that strong ones can stand among others. */
static void
write_spans (Pen *pen, const DkBlock *block, gboolean is_strong)
{
  double blank = dk_font_advance (DK_FONT_REGULAR, ' ') * pen->size;
  for (guint i = 0; i < block->spans->len; i++) {
    const DkSpan *span = &g_array_index (block->spans, DkSpan, i);
    DkFontWeight weight
        = is_strong || (span->style & DK_SPAN_STRONG) != 0 ? DK_FONT_BOLD : DK_FONT_REGULAR;
    g_autofree char *valid = g_utf8_make_valid (span->text != NULL ? span->text : "", -1);
    g_auto (GStrv) words = g_strsplit_set (valid, " \n\t", -1);
    for (guint j = 0; words[j] != NULL; j++) {
      if (j > 0 && pen->x > pen->left) {
        pen->x += blank;
      }
      if (*words[j] != '\0') {
        write_word (pen, words[j], weight);
      }
    }
  }
}

/* Lines as they come, for what the fonts lack and for code. */
static void
write_lines (Pen *pen, const char *text, DkFontWeight weight, gboolean is_code)
{
  DkFlow *flow = pen->flow;
  g_autoptr (GPtrArray) lines = dk_lines_new (text, weight, pen->size, pen->right - pen->left);
  for (guint i = 0; i < lines->len; i++) {
    const DkLine *line = g_ptr_array_index (lines, i);
    ensure_room (flow, line->height);
    if (is_code) {
      dk_page_fill (flow->page, CODE_GREY, pen->left - 2, flow->y, pen->right - pen->left + 4,
                    line->height);
    }
    dk_line_draw (line, flow->page, 0, pen->left, flow->y + line->ascent);
    flow->y += line->height;
  }
}

static void
write_block (DkFlow *flow, const DkBlock *block, double indent, double size, gboolean is_strong)
{
  Pen pen = { flow, flow->left + indent, flow->left + flow->width, flow->left + indent, size };
  ensure_room (flow, size * LEADING);
  if (!is_covered (block) || block->kind == DK_BLOCK_CODE) {
    g_autofree char *text = dk_block_text (block);
    write_lines (&pen, text, is_strong ? DK_FONT_BOLD : DK_FONT_REGULAR,
                 block->kind == DK_BLOCK_CODE);
    return;
  }
  write_spans (&pen, block, is_strong);
  flow->y += size * LEADING;
}

static void
write_item (DkFlow *flow, const DkBlock *block)
{
  double indent = CLAMP (block->level, 1, LEVEL_MAX) * INDENT;
  double x = flow->left + indent - INDENT;
  ensure_room (flow, TEXT_SIZE * LEADING);
  if (block->kind == DK_BLOCK_TASK) {
    double y = flow->y + 1.5;
    if (block->checked) {
      dk_page_line (flow->page, 1.8, 0, x + 1.6, y + 4.6, x + 3.9, y + 7.4);
      dk_page_line (flow->page, 1.8, 0, x + 3.9, y + 7.4, x + 8.2, y + 0.8);
    }
    dk_page_rect (flow->page, 0.9, 0, x, y, BOX_SIDE, BOX_SIDE);
  } else {
    g_autoptr (DkLine) marker = dk_line_new_fitting (block->marker != NULL ? block->marker : "•",
                                                     DK_FONT_REGULAR, TEXT_SIZE, INDENT + 8);
    dk_line_draw (marker, flow->page, 0, x + INDENT - 4 - marker->width,
                  flow->y + marker->ascent);
  }
  write_block (flow, block, indent, TEXT_SIZE, FALSE);
}

/* A table on its way: its head stands again on each page that it goes on to. */
typedef struct {
  DkFlow *flow;
  guint columns;
  double start;        /* below the head on this page */
  const DkBlock *head; /* NULL: none, or not written yet */
} Table;

/* A row that is broken into lines. */
typedef struct {
  GPtrArray *cells; /* of arrays of DkLine */
  guint count;      /* lines */
  double least;     /* height of a line */
  double height;    /* with the gap below */
  gboolean is_head;
} Row;

static void
clear_row (Row *row)
{
  g_clear_pointer (&row->cells, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Row, clear_row)

static const DkBlock *
row_at (const DkDocument *document, guint i)
{
  const DkBlock *block = i < document->blocks->len ? document->blocks->pdata[i] : NULL;
  return block != NULL && block->kind == DK_BLOCK_TABLE_ROW ? block : NULL;
}

static guint
count_columns (const DkDocument *document, guint first)
{
  guint columns = 1;
  const DkBlock *block = NULL;
  for (guint i = first; (block = row_at (document, i)) != NULL; i++) {
    for (guint j = 0; j < block->spans->len; j++) {
      columns = MAX (columns, g_array_index (block->spans, DkSpan, j).cell + 1);
    }
  }
  return MIN (columns, TABLE_COLUMNS_MAX);
}

static double
row_size (const DkBlock *block)
{
  for (guint i = 0; i < block->spans->len; i++) {
    if ((g_array_index (block->spans, DkSpan, i).style & DK_SPAN_LARGE) != 0) {
      return LARGE_SIZE;
    }
  }
  return TEXT_SIZE - 1;
}

/* A cell that holds a blank alone is one to write into. */
static gboolean
is_written_on (const DkBlock *block)
{
  for (guint i = 0; i < block->spans->len; i++) {
    if (g_strcmp0 (g_array_index (block->spans, DkSpan, i).text, " ") == 0) {
      return TRUE;
    }
  }
  return FALSE;
}

static GPtrArray *
break_cell (const DkBlock *block, guint column, gboolean is_last, double width)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint j = 0; j < block->spans->len; j++) {
    const DkSpan *span = &g_array_index (block->spans, DkSpan, j);
    if ((span->cell == column || (is_last && span->cell > column)) && span->text != NULL) {
      g_string_append_printf (text, "%s%s", span->cell > column ? " " : "", span->text);
    }
  }
  return dk_lines_new (text->str, block->level == 0 ? DK_FONT_BOLD : DK_FONT_REGULAR,
                       row_size (block), width - 2 * CELL_PAD);
}

static double
line_height (const Row *row, guint i)
{
  double height = row->least;
  for (guint column = 0; column < row->cells->len; column++) {
    const GPtrArray *lines = row->cells->pdata[column];
    height = i < lines->len ? MAX (height, ((const DkLine *) lines->pdata[i])->height) : height;
  }
  return height;
}

static void
break_row (const Table *table, const DkBlock *block, Row *row)
{
  double width = table->flow->width / table->columns;
  row->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  row->count = 1;
  row->least = is_written_on (block) ? WRITE_HEIGHT - ROW_GAP : (row_size (block) + 1) * LEADING;
  row->is_head = block->level == 0;
  for (guint column = 0; column < table->columns; column++) {
    GPtrArray *lines = break_cell (block, column, column + 1 == table->columns, width);
    row->count = MAX (row->count, lines->len);
    g_ptr_array_add (row->cells, lines);
  }
  row->height = ROW_GAP;
  for (guint i = 0; i < row->count; i++) {
    row->height += line_height (row, i);
  }
}

static double
height_of_row (const Table *table, const DkBlock *block)
{
  g_auto (Row) row = { 0 };
  if (block == NULL) {
    return 0;
  }
  break_row (table, block, &row);
  return row.height;
}

static void
draw_row_line (const Table *table, const Row *row, guint i)
{
  DkFlow *flow = table->flow;
  double width = flow->width / table->columns;
  for (guint column = 0; column < row->cells->len; column++) {
    const GPtrArray *lines = row->cells->pdata[column];
    if (i < lines->len) {
      const DkLine *line = lines->pdata[i];
      dk_line_draw (line, flow->page, 0, flow->left + column * width + CELL_PAD,
                    flow->y + line->ascent + 1);
    }
  }
  flow->y += line_height (row, i);
}

static void
end_row (DkFlow *flow, const Row *row)
{
  flow->y += ROW_GAP;
  dk_page_line (flow->page, row->is_head ? 1 : 0.5, RULE_GREY, flow->left, flow->y,
                flow->left + flow->width, flow->y);
}

static void
turn_page (Table *table)
{
  DkFlow *flow = table->flow;
  dk_flow_new_page (flow);
  if (table->head != NULL) {
    g_autoptr (DkLine) continued = dk_line_new_fitting (
        flow->words->continued, DK_FONT_REGULAR, CONTINUED_SIZE, flow->width);
    g_auto (Row) row = { 0 };
    dk_line_draw (continued, flow->page, 0, flow->left + CELL_PAD, flow->y + continued->ascent);
    flow->y += continued->height;
    break_row (table, table->head, &row);
    for (guint i = 0; i < row.count; i++) {
      draw_row_line (table, &row, i);
    }
    end_row (flow, &row);
  }
  table->start = flow->y;
}

/* What stands on a page below the head. */
static double
room_of_page (const Table *table)
{
  double head = table->head != NULL ? height_of_row (table, table->head)
                                          + CONTINUED_SIZE * 2
                                    : 0;
  return table->flow->bottom - table->flow->top - head;
}

/* A row stays in one piece if a page can hold it, a head with the row below. */
static void
write_row (Table *table, const DkBlock *block, const DkBlock *next)
{
  DkFlow *flow = table->flow;
  g_auto (Row) row = { 0 };
  break_row (table, block, &row);
  double together = row.height + (row.is_head ? height_of_row (table, next) : 0);
  if (together > room_of_page (table)) {
    together = row.height;
  }
  if (flow->y + together > flow->bottom && together <= room_of_page (table)) {
    turn_page (table);
  }
  for (guint i = 0; i < row.count; i++) {
    if (flow->y + line_height (&row, i) + ROW_GAP > flow->bottom && flow->y > table->start) {
      turn_page (table);
    }
    draw_row_line (table, &row, i);
  }
  end_row (flow, &row);
  if (row.is_head && row.height <= (flow->bottom - flow->top) * HEAD_SHARE) {
    table->head = block;
  }
}

/* Writes the rows from `first` on; returns the place of the last one. */
static guint
write_table (DkFlow *flow, const DkDocument *document, guint first)
{
  Table table = { flow, count_columns (document, first), flow->top, NULL };
  guint i = first;
  for (; row_at (document, i) != NULL; i++) {
    write_row (&table, row_at (document, i), row_at (document, i + 1));
  }
  return i - 1;
}

/* A heading stays with what follows it: some lines, or the begin of a table. */
static double
room_below_heading (DkFlow *flow, const DkDocument *document, guint i)
{
  if (row_at (document, i + 1) == NULL) {
    return HEADING_ROOM;
  }
  Table table = { flow, count_columns (document, i + 1), flow->top, NULL };
  double rows = height_of_row (&table, row_at (document, i + 1))
                + height_of_row (&table, row_at (document, i + 2)) + 2 * BLOCK_GAP;
  return rows < (flow->bottom - flow->top) / 2 ? MAX (rows, HEADING_ROOM) : HEADING_ROOM;
}

static void
write_heading (DkFlow *flow, const DkDocument *document, guint i)
{
  const DkBlock *block = document->blocks->pdata[i];
  static const double sizes[] = { 14, 12.5, 11.5, 10.5, 10, 10 };
  double size = sizes[CLAMP (block->level, 1, G_N_ELEMENTS (sizes)) - 1];
  ensure_room (flow, size * LEADING + room_below_heading (flow, document, i));
  flow->y += flow->y > flow->top ? BLOCK_GAP : 0;
  write_block (flow, block, 0, size, TRUE);
}

static void
write_rule (DkFlow *flow)
{
  ensure_room (flow, BLOCK_GAP);
  dk_page_line (flow->page, 0.7, RULE_GREY, flow->left, flow->y, flow->left + flow->width,
                flow->y);
}

/* What belongs to an item stands below its words. */
static double
indent_of (const DkBlock *block)
{
  double indent = MIN (block->level, LEVEL_MAX) * INDENT;
  return block->kind == DK_BLOCK_PARAGRAPH ? indent : MAX (indent, INDENT);
}

void
dk_layout_document (DkFlow *flow, const DkDocument *document)
{
  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    switch (block->kind) {
    case DK_BLOCK_HEADING:
      write_heading (flow, document, i);
      break;
    case DK_BLOCK_ITEM:
    case DK_BLOCK_TASK:
      write_item (flow, block);
      break;
    case DK_BLOCK_TABLE_ROW:
      i = write_table (flow, document, i);
      break;
    case DK_BLOCK_RULE:
      write_rule (flow);
      break;
    case DK_BLOCK_PARAGRAPH:
    case DK_BLOCK_QUOTE:
    case DK_BLOCK_CODE:
      write_block (flow, block, indent_of (block), TEXT_SIZE, FALSE);
      break;
    }
    flow->y += BLOCK_GAP;
  }
}
