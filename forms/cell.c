/* SPDX-License-Identifier: MIT */
#include "forms/cell-private.h"

#include <math.h>
#include <string.h>

#include "forms/font-private.h"

#define LABEL_SIZE 8.0
#define LOUD_SIZE 10.0
#define VALUE_SIZE 10.5
#define NOTE_SIZE 9.0
#define CHECK_SIZE 9.5
#define HINT_GREY 0.35
#define RULE_GREY 0.7
#define PAD 4.0
#define WRITE_HEIGHT 16.0 /* of a line for handwriting */
#define COMB_CELL 15.0
#define COMB_HEIGHT 20.0
#define TICK_SIDE 9.0
#define TICK_STEP 14.0
#define SIGN_HEIGHT 24.0
#define HEAD_LINES_MAX 8
#define LOG_COLUMNS DK_CELL_LOG_COLUMNS
#define LOG_PAD 3.0
#define ROW_KEPT_MAX 90.0 /* a higher row of a table may be divided between pages */
#define NO_TICK (-1)

typedef struct {
  double height;
  gboolean is_ruled; /* a row of a table begins */
} Unit;

typedef struct {
  guint unit;
  double x, y; /* of the baseline, from the upper left corner of the unit */
  DkLine *line;
  int tick; /* NO_TICK, 0 empty, 1 ticked */
} Piece;

struct DkCell {
  const DkField *field;
  const DkPaperWords *words;
  double x, width;
  gboolean is_loud;
  gboolean is_blank;
  gboolean is_record;
  GPtrArray *label; /* of DkLine */
  GPtrArray *hint;
  double head;      /* height of label and hint */
  GArray *units;    /* of Unit */
  GArray *pieces;   /* of Piece, in the order of units */
  double body_min;
  guint next;       /* unit to draw */
  guint next_piece; /* first piece of it */
};

static void
clear_piece (Piece *piece)
{
  dk_line_free (piece->line);
}

void
dk_cell_free (DkCell *cell)
{
  if (cell != NULL) {
    g_ptr_array_unref (cell->label);
    g_ptr_array_unref (cell->hint);
    g_array_unref (cell->units);
    g_array_unref (cell->pieces);
    g_free (cell);
  }
}

static guint
add_unit (DkCell *cell, double height)
{
  Unit unit = { height, FALSE };
  g_array_append_val (cell->units, unit);
  return cell->units->len - 1;
}

static void
add_piece (DkCell *cell, guint unit, double x, DkLine *line, int tick)
{
  Piece piece = { unit, x, line->ascent, line, tick };
  g_array_append_val (cell->pieces, piece);
}

/* Each line of an array as a unit of its own; empties the array. */
static void
add_lines (DkCell *cell, GPtrArray *lines, double x, int tick)
{
  for (guint i = 0; i < lines->len; i++) {
    DkLine *line = g_steal_pointer (&g_ptr_array_index (lines, i));
    add_piece (cell, add_unit (cell, line->height), x, line, tick);
    tick = NO_TICK;
  }
  g_ptr_array_set_size (lines, 0);
}

static double
get_last_width (const GPtrArray *lines)
{
  return lines->len > 0 ? ((const DkLine *) g_ptr_array_index (lines, lines->len - 1))->width : 0;
}

static gboolean
hint_is_beside (const DkCell *cell)
{
  return cell->hint->len == 1
         && get_last_width (cell->label) + get_last_width (cell->hint) + 2 * PAD
                <= cell->width - 2 * PAD;
}

static void
make_head (DkCell *cell)
{
  const DkField *field = cell->field;
  double inner = cell->width - 2 * PAD;
  double size = cell->is_loud ? LOUD_SIZE : LABEL_SIZE;
  gboolean is_words = field->type == DK_FIELD_NOTE && field->paper == DK_PAPER_BOX;
  g_autofree char *label = g_strconcat (field->label, field->required ? " *" : "", NULL);
  const char *hint = field->hint;
  if (hint == NULL && field->type == DK_FIELD_TEXT && field->appearance != NULL) {
    hint = cell->words->privacy_hint;
  }
  if (is_words || field->type == DK_FIELD_ACKNOWLEDGE) {
    label[0] = '\0';
  }
  cell->label = dk_lines_new (label, DK_FONT_BOLD, size, inner);
  cell->hint = dk_lines_new (hint, DK_FONT_REGULAR, LABEL_SIZE, inner);
  g_ptr_array_set_size (cell->label, (int) MIN (cell->label->len, HEAD_LINES_MAX));
  g_ptr_array_set_size (cell->hint, (int) MIN (cell->hint->len, HEAD_LINES_MAX));
  cell->head = dk_lines_height (cell->label);
  if (!hint_is_beside (cell)) {
    cell->head += dk_lines_height (cell->hint);
  }
  cell->head += cell->head > 0 ? 2 : 0;
}

static gboolean
is_picked (const json_t *value, const char *name)
{
  for (gsize i = 0; i < json_array_size (value); i++) {
    const char *picked = json_string_value (json_array_get (value, i));
    if (g_strcmp0 (picked, name) == 0) {
      return TRUE;
    }
  }
  g_autofree char *number
      = json_is_integer (value) ? g_strdup_printf ("%d", (int) json_integer_value (value)) : NULL;
  return g_strcmp0 (json_string_value (value), name) == 0 || g_strcmp0 (number, name) == 0;
}

/* Puts a choice beside the one before it if it is short enough, else below it. */
static double
add_choice (DkCell *cell, const char *label, gboolean is_ticked, double x)
{
  double inner = cell->width - 2 * PAD;
  g_autoptr (GPtrArray) lines
      = dk_lines_new (label, DK_FONT_REGULAR, CHECK_SIZE, inner - TICK_STEP);
  double width = TICK_STEP + get_last_width (lines);
  if (lines->len == 1 && x > 0 && x + width <= inner) {
    add_piece (cell, cell->units->len - 1, x + TICK_STEP, g_ptr_array_steal_index (lines, 0),
               is_ticked);
    return x + width + 10;
  }
  gboolean is_single = lines->len == 1;
  add_lines (cell, lines, TICK_STEP, is_ticked);
  Unit *unit = &g_array_index (cell->units, Unit, cell->units->len - 1);
  unit->height = MAX (unit->height, TICK_STEP);
  return is_single ? width + 10 : inner;
}

static void
add_remark (DkCell *cell, const char *text, double x)
{
  double inner = cell->width - 2 * PAD;
  g_autoptr (GPtrArray) lines = dk_lines_new (text, DK_FONT_BOLD, CHECK_SIZE, inner);
  if (lines->len == 1 && x + get_last_width (lines) <= inner) {
    add_piece (cell, cell->units->len - 1, x, g_ptr_array_steal_index (lines, 0), NO_TICK);
  } else {
    add_lines (cell, lines, 0, NO_TICK);
  }
}

static void
add_choices (DkCell *cell, const json_t *value)
{
  const DkField *field = cell->field;
  double x = 0;
  if (field->type == DK_FIELD_ACKNOWLEDGE) {
    add_choice (cell, field->label, json_is_true (value), x);
  } else if (field->type == DK_FIELD_BOOLEAN) {
    x = add_choice (cell, cell->words->yes, json_is_true (value), x);
    x = add_choice (cell, cell->words->no, json_is_false (value), x);
    if (cell->is_loud && cell->is_record && cell->is_blank) {
      add_remark (cell, cell->words->not_asked, x);
    }
  } else {
    for (guint i = 0; i < field->choices->len; i++) {
      const DkChoice *choice = g_ptr_array_index (field->choices, i);
      x = add_choice (cell, choice->label, is_picked (value, choice->name), x);
    }
  }
}

/* A blank comb has the cells that were asked for, a filled one as many as its value needs. */
static void
add_comb (DkCell *cell, const char *value)
{
  guint per_row = (guint) MAX ((cell->width - 2 * PAD) / COMB_CELL, 1);
  guint count = MAX (cell->field->paper_cells, (guint) g_utf8_strlen (value, -1));
  const char *c = value;
  for (guint i = 0; i < count; i++) {
    if (i % per_row == 0) {
      add_unit (cell, COMB_HEIGHT);
    }
    g_autofree char *letter = g_strndup (c, (gsize) (g_utf8_next_char (c) - c));
    DkLine *line = dk_line_new_fitting (letter, DK_FONT_REGULAR, VALUE_SIZE, COMB_CELL);
    double x = (i % per_row) * COMB_CELL + (COMB_CELL - line->width) / 2;
    add_piece (cell, cell->units->len - 1, x, line, NO_TICK);
    g_array_index (cell->pieces, Piece, cell->pieces->len - 1).y = COMB_HEIGHT - 6;
    c = *c != '\0' ? g_utf8_next_char (c) : c;
  }
}

/* Left edge of a column of a table, from that of the cell; that of the column behind the last is
 * its right edge. */
static double
get_column (const DkCell *cell, guint column)
{
  const DkField *field = cell->field;
  guint total = 0;
  guint before = 0;
  for (guint i = 0; field->paper_columns[i] != NULL; i++) {
    before += i < column ? field->paper_column_widths[i] : 0;
    total += field->paper_column_widths[i];
  }
  return cell->width * before / total;
}

static guint
add_table_unit (DkCell *cell, double height, gboolean is_ruled)
{
  guint unit = add_unit (cell, height);
  g_array_index (cell->units, Unit, unit).is_ruled = is_ruled;
  return unit;
}

/* Each line of text is a unit of its own, so that a long entry may go on on the next page. */
static void
add_log_row (DkCell *cell, const char *const *texts)
{
  GPtrArray *columns[LOG_COLUMNS];
  guint count = 1;
  for (guint i = 0; i < LOG_COLUMNS; i++) {
    double width = get_column (cell, i + 1) - get_column (cell, i) - 2 * PAD;
    columns[i] = dk_lines_new (texts[i], DK_FONT_REGULAR, NOTE_SIZE, width);
    count = MAX (count, columns[i]->len);
  }
  for (guint k = 0; k < count; k++) {
    double above = k == 0 ? LOG_PAD : 0;
    guint unit = add_table_unit (cell, 0, k == 0);
    double height = 0;
    for (guint i = 0; i < LOG_COLUMNS; i++) {
      if (k < columns[i]->len) {
        DkLine *line = g_steal_pointer (&g_ptr_array_index (columns[i], k));
        height = MAX (height, line->height);
        add_piece (cell, unit, get_column (cell, i), line, NO_TICK);
        g_array_index (cell->pieces, Piece, cell->pieces->len - 1).y += above;
      }
    }
    height += above + (k + 1 == count ? LOG_PAD : 0);
    g_array_index (cell->units, Unit, unit).height
        = count == 1 ? MAX (height, DK_CELL_TABLE_ROW) : height;
  }
  for (guint i = 0; i < LOG_COLUMNS; i++) {
    g_ptr_array_unref (columns[i]);
  }
}

static void
add_table (DkCell *cell, const DkCellPlace *place)
{
  double used = 0;
  for (guint i = 0; place->lines != NULL && i < place->lines->len; i++) {
    const DkPaperLine *line = g_ptr_array_index (place->lines, i);
    g_autofree char *when = dk_time_format_short (line->when_ms, place->day_ms);
    const char *texts[LOG_COLUMNS] = { when, line->who, line->text };
    add_log_row (cell, texts);
  }
  for (guint i = 0; i < cell->units->len; i++) {
    used += g_array_index (cell->units, Unit, i).height;
  }
  double blank = cell->field->paper_rows - ceil (used / DK_CELL_TABLE_ROW);
  for (guint i = 0; i < MAX (blank, 0) + place->rows_more; i++) {
    add_table_unit (cell, DK_CELL_TABLE_ROW, TRUE);
  }
  cell->head += LABEL_SIZE * 1.25 + 4;
}

static void
add_value (DkCell *cell, const char *value)
{
  g_autoptr (GPtrArray) lines
      = dk_lines_new (value, DK_FONT_REGULAR, VALUE_SIZE, cell->width - 2 * PAD);
  add_lines (cell, lines, 0, NO_TICK);
  cell->body_min = cell->field->paper_lines * WRITE_HEIGHT;
}

static void
make_body (DkCell *cell, const json_t *value, const DkCellPlace *place)
{
  g_autofree char *text = dk_form_show (cell->field, value);
  g_autoptr (GPtrArray) words = NULL;
  switch (cell->field->paper) {
  case DK_PAPER_CHECKS:
    add_choices (cell, value);
    cell->body_min = TICK_STEP;
    break;
  case DK_PAPER_COMB:
    add_comb (cell, text);
    break;
  case DK_PAPER_TABLE:
    add_table (cell, place);
    break;
  case DK_PAPER_SIGNATURE:
    add_unit (cell, SIGN_HEIGHT);
    break;
  case DK_PAPER_BOX:
  case DK_PAPER_NONE:
    if (cell->field->type == DK_FIELD_NOTE) {
      words = dk_lines_new (cell->field->label, DK_FONT_REGULAR, NOTE_SIZE, cell->width - 2 * PAD);
      add_lines (cell, words, 0, NO_TICK);
    } else {
      add_value (cell, text);
    }
    break;
  }
}

DkCell *
dk_cell_new (const DkField *field, const json_t *value, const DkPaperWords *words,
             const DkCellPlace *place)
{
  DkCell *cell = g_new0 (DkCell, 1);
  cell->field = field;
  cell->words = words;
  cell->x = place->x;
  cell->width = place->width;
  cell->is_record = place->is_record;
  cell->is_loud = g_strcmp0 (field->name, "safety") == 0;
  cell->is_blank = value == NULL || json_is_null (value);
  cell->units = g_array_new (FALSE, FALSE, sizeof (Unit));
  cell->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_array_set_clear_func (cell->pieces, (GDestroyNotify) clear_piece);
  make_head (cell);
  make_body (cell, value, place);
  return cell;
}

gboolean
dk_cell_is_done (const DkCell *cell)
{
  return cell->next >= cell->units->len && cell->next > 0;
}

double
dk_cell_height (const DkCell *cell)
{
  double body = 0;
  for (guint i = cell->next; i < cell->units->len; i++) {
    body += g_array_index (cell->units, Unit, i).height;
  }
  return cell->head + (cell->next == 0 ? MAX (body, cell->body_min) : body) + 3;
}

static double
draw_lines (const GPtrArray *lines, DkPage *page, double grey, double x, double y)
{
  for (guint i = 0; i < lines->len; i++) {
    const DkLine *line = g_ptr_array_index (lines, i);
    dk_line_draw (line, page, grey, x, y + line->ascent);
    y += line->height;
  }
  return y;
}

static void
draw_head (const DkCell *cell, DkPage *page, double y)
{
  double x = cell->x + PAD;
  if (cell->next > 0) {
    g_autofree char *label
        = g_strdup_printf ("%s (%s)", cell->field->label, cell->words->continued);
    g_autoptr (DkLine) line
        = dk_line_new_fitting (label, DK_FONT_BOLD, LABEL_SIZE, cell->width - 2 * PAD);
    dk_line_draw (line, page, 0, x, y + 1 + line->ascent);
    return;
  }
  double below = draw_lines (cell->label, page, 0, x, y + 1);
  if (!hint_is_beside (cell)) {
    draw_lines (cell->hint, page, HINT_GREY, x, below);
  } else {
    const DkLine *hint = g_ptr_array_index (cell->hint, 0);
    double beside = cell->label->len > 0 ? get_last_width (cell->label) + 2 * PAD : 0;
    dk_line_draw (hint, page, HINT_GREY, x + beside, below - 2.2);
  }
}

static void
draw_tick (DkPage *page, double x, double y, gboolean is_ticked)
{
  if (is_ticked) {
    dk_page_line (page, 1.8, 0, x + 1.6, y + 4.6, x + 3.9, y + 7.4);
    dk_page_line (page, 1.8, 0, x + 3.9, y + 7.4, x + 8.2, y + 0.8);
  }
  dk_page_rect (page, 0.9, 0, x, y, TICK_SIDE, TICK_SIDE);
}

static void
draw_table_columns (const DkCell *cell, DkPage *page, double y, double bottom)
{
  const DkField *field = cell->field;
  for (guint i = 0; field->paper_columns[i] != NULL; i++) {
    double x = cell->x + get_column (cell, i);
    double width = get_column (cell, i + 1) - get_column (cell, i);
    g_autoptr (DkLine) title = dk_line_new_fitting (field->paper_columns[i], DK_FONT_REGULAR,
                                                    LABEL_SIZE, width - 2 * PAD);
    dk_line_draw (title, page, HINT_GREY, x + PAD, y - 4);
    if (i > 0) {
      dk_page_line (page, 0.5, 0, x, y - LABEL_SIZE * 1.25 - 4, x, bottom);
    }
  }
}

static guint
count_pieces (const DkCell *cell, guint unit)
{
  guint count = 0;
  while (cell->next_piece + count < cell->pieces->len
         && g_array_index (cell->pieces, Piece, cell->next_piece + count).unit == unit) {
    count++;
  }
  return count;
}

static void
draw_unit (DkCell *cell, DkPage *page, guint unit, double y, double height)
{
  double left = cell->x + PAD;
  guint count = count_pieces (cell, unit);
  if (g_array_index (cell->units, Unit, unit).is_ruled) {
    dk_page_line (page, 0.5, 0, cell->x, y, cell->x + cell->width, y);
  } else if (cell->field->paper == DK_PAPER_COMB) {
    double low = y + height - 2;
    dk_page_line (page, 0.7, 0, left, low, left + count * COMB_CELL, low);
    for (guint i = 0; i <= count; i++) {
      dk_page_line (page, 0.7, 0, left + i * COMB_CELL, y + 5, left + i * COMB_CELL, low);
    }
  }
  for (guint i = 0; i < count; i++) {
    const Piece *piece = &g_array_index (cell->pieces, Piece, cell->next_piece + i);
    dk_line_draw (piece->line, page, 0, left + piece->x, y + piece->y);
    if (piece->tick != NO_TICK) {
      draw_tick (page, left + piece->x - TICK_STEP, y + piece->y - TICK_SIDE + 1, piece->tick != 0);
    }
  }
  cell->next_piece += count;
}

/* Faint lines to write on, where more than one line is asked for. */
static void
draw_rules (const DkCell *cell, DkPage *page, double y, double bottom)
{
  if (cell->field->paper != DK_PAPER_BOX || !cell->is_blank || cell->field->paper_lines < 2) {
    return;
  }
  for (double at = y + WRITE_HEIGHT; at < bottom - WRITE_HEIGHT / 2; at += WRITE_HEIGHT) {
    dk_page_line (page, 0.4, RULE_GREY, cell->x + PAD, at, cell->x + cell->width - PAD, at);
  }
}

static void
draw_signature (DkCell *cell, DkPage *page, double y)
{
  double low = y + SIGN_HEIGHT;
  dk_page_line (page, 0.7, 0, cell->x + PAD, low, cell->x + cell->width - PAD, low);
  draw_lines (cell->label, page, 0, cell->x + PAD, low + 2);
  cell->next = 1;
}

/* Height that must fit below each other: a unit, or a row of a table that is not long. */
static double
get_kept_height (const DkCell *cell, guint i)
{
  const Unit *unit = &g_array_index (cell->units, Unit, i);
  double height = unit->height;
  if (!unit->is_ruled) {
    return height;
  }
  for (guint k = i + 1; k < cell->units->len; k++) {
    const Unit *next = &g_array_index (cell->units, Unit, k);
    if (next->is_ruled) {
      break;
    }
    height += next->height;
  }
  return height <= ROW_KEPT_MAX ? height : unit->height;
}

void
dk_cell_draw (DkCell *cell, DkPage *page, double y, double height)
{
  const DkField *field = cell->field;
  gboolean is_framed = field->type != DK_FIELD_NOTE || field->paper == DK_PAPER_TABLE;
  if (field->paper == DK_PAPER_SIGNATURE) {
    draw_signature (cell, page, y);
    return;
  }
  if (is_framed) {
    dk_page_rect (page, cell->is_loud ? 2.0 : 0.6, 0, cell->x, y, cell->width, height);
  }
  if (dk_cell_is_done (cell)) {
    return;
  }
  draw_head (cell, page, y);
  guint first = cell->next;
  double at = y + cell->head;
  draw_rules (cell, page, at, y + height);
  while (cell->next < cell->units->len) {
    double unit = g_array_index (cell->units, Unit, cell->next).height;
    if (at + get_kept_height (cell, cell->next) > y + height && cell->next > first) {
      break;
    }
    draw_unit (cell, page, cell->next, at, unit);
    at += unit;
    cell->next++;
  }
  if (field->paper == DK_PAPER_TABLE) {
    dk_page_line (page, 0.5, 0, cell->x, y + cell->head, cell->x + cell->width, y + cell->head);
    draw_table_columns (cell, page, y + cell->head, y + height);
  }
  cell->next = MAX (cell->next, 1);
}
