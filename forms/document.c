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
#define TABLE_COLUMNS_MAX 12 /* the last one takes what is beyond */
#define HEADING_ROOM 40.0 /* a heading stays with what follows it */

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
write_heading (DkFlow *flow, const DkBlock *block)
{
  static const double sizes[] = { 14, 12.5, 11.5, 10.5, 10, 10 };
  double size = sizes[CLAMP (block->level, 1, G_N_ELEMENTS (sizes)) - 1];
  ensure_room (flow, size + HEADING_ROOM);
  flow->y += flow->y > flow->top ? BLOCK_GAP : 0;
  write_block (flow, block, 0, size, TRUE);
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

static guint
count_columns (const DkDocument *document, guint first)
{
  guint columns = 1;
  for (guint i = first; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    if (block->kind != DK_BLOCK_TABLE_ROW) {
      break;
    }
    for (guint j = 0; j < block->spans->len; j++) {
      columns = MAX (columns, g_array_index (block->spans, DkSpan, j).cell + 1);
    }
  }
  return columns;
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

static void
write_row (DkFlow *flow, const DkBlock *block, guint columns)
{
  double width = flow->width / columns;
  guint count = 1;
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  for (guint column = 0; column < columns; column++) {
    GPtrArray *lines = break_cell (block, column, column + 1 == columns, width);
    count = MAX (count, lines->len);
    g_ptr_array_add (cells, lines);
  }
  for (guint i = 0; i < count; i++) {
    double height = (row_size (block) + 1) * LEADING;
    for (guint column = 0; column < columns; column++) {
      const GPtrArray *lines = g_ptr_array_index (cells, column);
      height = i < lines->len ? MAX (height, ((DkLine *) lines->pdata[i])->height) : height;
    }
    ensure_room (flow, height + 2);
    for (guint column = 0; column < columns; column++) {
      const GPtrArray *lines = g_ptr_array_index (cells, column);
      if (i < lines->len) {
        const DkLine *line = g_ptr_array_index (lines, i);
        dk_line_draw (line, flow->page, 0, flow->left + column * width + CELL_PAD,
                      flow->y + line->ascent + 1);
      }
    }
    flow->y += height;
  }
  flow->y += 2;
  dk_page_line (flow->page, block->level == 0 ? 1 : 0.5, RULE_GREY, flow->left, flow->y,
                flow->left + flow->width, flow->y);
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

static gboolean
is_last_row (const DkDocument *document, guint i)
{
  return i + 1 == document->blocks->len
         || ((const DkBlock *) document->blocks->pdata[i + 1])->kind != DK_BLOCK_TABLE_ROW;
}

void
dk_layout_document (DkFlow *flow, const DkDocument *document)
{
  guint columns = 0;
  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    gboolean is_row = block->kind == DK_BLOCK_TABLE_ROW;
    columns = is_row && columns == 0 ? count_columns (document, i) : columns;
    switch (block->kind) {
    case DK_BLOCK_HEADING:
      write_heading (flow, block);
      break;
    case DK_BLOCK_ITEM:
    case DK_BLOCK_TASK:
      write_item (flow, block);
      break;
    case DK_BLOCK_TABLE_ROW:
      write_row (flow, block, MIN (columns, TABLE_COLUMNS_MAX));
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
    columns = is_row ? columns : 0;
    flow->y += is_row && !is_last_row (document, i) ? 0 : BLOCK_GAP;
  }
}
