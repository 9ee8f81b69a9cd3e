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
#define WRITE_HEIGHT 20.0 /* of a line for handwriting: 7 mm */
#define COMB_CELL 15.0
#define COMB_HEIGHT 22.0
#define TICK_SIDE 9.0
#define TICK_STEP 14.0
#define SIGN_HEIGHT 28.0
#define HEAD_LINES_MAX 8
#define HASH_DIGITS 16
#define ROW_PAD 3.0
#define TITLES_MAX 300.0
#define ROW_KEPT_MAX 90.0 /* a higher row of a table may be divided between pages */
#define NO_TICK (-1)

typedef enum { UNIT_PLAIN, UNIT_ROW, UNIT_COMB, UNIT_SIGN } UnitStyle;

typedef struct {
  double height;
  UnitStyle style; /* UNIT_ROW: a row of a table begins */
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
  DkPaperKind kind; /* what it is drawn as */
  double x, width;
  gboolean is_bare;
  gboolean is_long; /* its label is too long for a head: it stands in units */
  gboolean is_loud;
  gboolean is_blank;
  gboolean is_record;
  gboolean has_no_star;
  GPtrArray *label; /* of DkLine */
  GPtrArray *hint;
  double head;      /* height of label and hint */
  GPtrArray *titles; /* of a table: GPtrArray of DkLine for each column */
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
    g_clear_pointer (&cell->titles, g_ptr_array_unref);
    g_array_unref (cell->units);
    g_array_unref (cell->pieces);
    g_free (cell);
  }
}

static guint
add_unit (DkCell *cell, double height, UnitStyle style)
{
  Unit unit = { height, style };
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
    add_piece (cell, add_unit (cell, line->height, UNIT_PLAIN), x, line, tick);
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

/* The hint of the form, else what every long text asks for; and when the field applies. */
static char *
make_hint (const DkCell *cell, const char *condition)
{
  const DkField *field = cell->field;
  const char *hint = field->hint;
  if (hint == NULL && field->type == DK_FIELD_TEXT
      && g_strcmp0 (field->appearance, "multiline") == 0) {
    hint = cell->words->privacy_hint;
  }
  if (hint == NULL || condition == NULL) {
    return g_strdup (hint != NULL ? hint : condition);
  }
  return g_strdup_printf ("%s · %s", condition, hint);
}

/* A label longer than a head can be goes on from page to page as the value does. */
static void
move_long_head (DkCell *cell)
{
  cell->is_long = cell->label->len > HEAD_LINES_MAX || cell->hint->len > HEAD_LINES_MAX;
  if (cell->is_long) {
    add_lines (cell, cell->label, 0, NO_TICK);
    add_lines (cell, cell->hint, 0, NO_TICK);
    cell->head = LABEL_SIZE * 1.25 + 2;
  }
}

static const char *
get_star (const DkCell *cell)
{
  return cell->field->required && !cell->has_no_star ? " *" : "";
}

static void
make_head (DkCell *cell, const char *condition)
{
  const DkField *field = cell->field;
  double inner = cell->width - 2 * PAD;
  double size = cell->is_loud ? LOUD_SIZE : LABEL_SIZE;
  gboolean is_words = field->type == DK_FIELD_NOTE && cell->kind == DK_PAPER_BOX;
  g_autofree char *label = g_strconcat (field->label, get_star (cell), NULL);
  g_autofree char *hint = cell->is_bare ? NULL : make_hint (cell, condition);
  if (is_words || field->type == DK_FIELD_ACKNOWLEDGE || cell->is_bare) {
    label[0] = '\0';
  }
  cell->label = dk_lines_new (label, DK_FONT_BOLD, size, inner);
  cell->hint = dk_lines_new (hint, DK_FONT_REGULAR, LABEL_SIZE, inner);
  cell->head = dk_lines_height (cell->label);
  if (!hint_is_beside (cell)) {
    cell->head += dk_lines_height (cell->hint);
  }
  gboolean is_ticked = field->type == DK_FIELD_ACKNOWLEDGE;
  cell->head += cell->head > 0 ? 2 : cell->is_bare || is_ticked ? 3 : 0;
  move_long_head (cell);
}

gboolean
dk_cell_is_picked (const json_t *value, const char *name)
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
    g_autofree char *label = g_strconcat (field->label, get_star (cell), NULL);
    add_choice (cell, label, json_is_true (value), x);
  } else if (field->type == DK_FIELD_BOOLEAN) {
    x = add_choice (cell, cell->words->yes, json_is_true (value), x);
    x = add_choice (cell, cell->words->no, json_is_false (value), x);
    if (cell->is_loud && cell->is_record && cell->is_blank) {
      add_remark (cell, cell->words->not_asked, x);
    }
  } else {
    for (guint i = 0; i < field->choices->len; i++) {
      const DkChoice *choice = g_ptr_array_index (field->choices, i);
      x = add_choice (cell, choice->label, dk_cell_is_picked (value, choice->name), x);
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
      add_unit (cell, COMB_HEIGHT, UNIT_COMB);
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

/* Each line of text is a unit of its own, so that a long entry may go on on the next page. */
static void
add_row (DkCell *cell, char *const *texts)
{
  g_autoptr (GPtrArray) columns
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  guint count = 1;
  for (guint i = 0; cell->field->paper_columns[i] != NULL; i++) {
    double width = get_column (cell, i + 1) - get_column (cell, i) - 2 * PAD;
    GPtrArray *lines = dk_lines_new (texts[i], DK_FONT_REGULAR, NOTE_SIZE, width);
    count = MAX (count, lines->len);
    g_ptr_array_add (columns, lines);
  }
  for (guint k = 0; k < count; k++) {
    double above = k == 0 ? ROW_PAD : 0;
    guint unit = add_unit (cell, 0, k == 0 ? UNIT_ROW : UNIT_PLAIN);
    double height = 0;
    for (guint i = 0; i < columns->len; i++) {
      GPtrArray *lines = g_ptr_array_index (columns, i);
      if (k < lines->len) {
        DkLine *line = g_steal_pointer (&g_ptr_array_index (lines, k));
        height = MAX (height, line->height);
        add_piece (cell, unit, get_column (cell, i), line, NO_TICK);
        g_array_index (cell->pieces, Piece, cell->pieces->len - 1).y += above;
      }
    }
    height += above + (k + 1 == count ? ROW_PAD : 0);
    g_array_index (cell->units, Unit, unit).height
        = count == 1 ? MAX (height, DK_CELL_TABLE_ROW) : height;
  }
}

static void
add_titles (DkCell *cell)
{
  double height = 0;
  cell->titles = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; cell->field->paper_columns[i] != NULL; i++) {
    double width = get_column (cell, i + 1) - get_column (cell, i) - 2 * PAD;
    GPtrArray *lines
        = dk_lines_new (cell->field->paper_columns[i], DK_FONT_REGULAR, LABEL_SIZE, width);
    height = MAX (height, dk_lines_height (lines));
    g_ptr_array_add (cell->titles, lines);
  }
  cell->head += MIN (height, TITLES_MAX) + 4;
}

static void
add_table (DkCell *cell, const DkCellPlace *place)
{
  double used = 0;
  guint first = cell->units->len;
  add_titles (cell);
  for (guint i = 0; place->rows != NULL && i < place->rows->len; i++) {
    add_row (cell, g_ptr_array_index (place->rows, i));
  }
  for (guint i = first; i < cell->units->len; i++) {
    used += g_array_index (cell->units, Unit, i).height;
  }
  int wanted = (int) cell->field->paper_rows - (int) ceil (used / DK_CELL_TABLE_ROW);
  for (int i = 0; i < MAX (wanted, 0) + place->rows_more; i++) {
    if (place->row_blank != NULL) {
      add_row (cell, place->row_blank);
    } else {
      add_unit (cell, DK_CELL_TABLE_ROW, UNIT_ROW);
    }
  }
}

static void
add_value (DkCell *cell, const char *value, gboolean is_tight)
{
  g_autoptr (GPtrArray) lines
      = dk_lines_new (value, DK_FONT_REGULAR, VALUE_SIZE, cell->width - 2 * PAD);
  add_lines (cell, lines, 0, NO_TICK);
  guint room = cell->field->paper_lines - (is_tight && cell->field->paper_lines > 2 ? 1 : 0);
  cell->body_min = room * WRITE_HEIGHT;
}

static char *
show_file (const json_t *value)
{
  const char *name = dk_json_get_text (value, "name");
  const char *hash = dk_json_get_text (value, "sha256");
  g_autofree char *size = g_format_size_full (
      (guint64) MAX (json_integer_value (json_object_get (value, "size")), 0),
      G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *start = g_strndup (hash != NULL ? hash : "", HASH_DIGITS);
  return g_strdup_printf ("%s · %s · SHA-256 %s", name != NULL ? name : "", size, start);
}

/* A moment or a day in these words; NULL for any other value. */
static char *
show_moment (const DkField *field, const json_t *value, const DkPaperWords *words)
{
  const char *text = json_string_value (value);
  gint64 at_ms = 0;
  if (text == NULL || *text == '\0') {
    return NULL;
  }
  if (field->type == DK_FIELD_DATE) {
    return dk_paper_words_date (words, text);
  }
  return field->type == DK_FIELD_DATE_TIME && dk_time_parse (text, field->name, &at_ms, NULL)
             ? dk_paper_words_time (words, at_ms, 0)
             : NULL;
}

char *
dk_cell_show (const DkField *field, const json_t *value, const DkPaperWords *words)
{
  char *moment = show_moment (field, value, words);
  if (moment != NULL) {
    return moment;
  }
  if (json_is_boolean (value)) {
    return g_strdup (json_is_true (value) ? words->yes : words->no);
  }
  if (field->type == DK_FIELD_REPEAT_BEGIN && json_is_array (value)) {
    gsize count = json_array_size (value);
    return g_strdup_printf ("%" G_GSIZE_FORMAT " %s", count, count == 1 ? words->row : words->rows);
  }
  gboolean is_file = field->type == DK_FIELD_FILE && json_is_object (value);
  return is_file ? show_file (value) : dk_form_show (field, value);
}

static void
make_body (DkCell *cell, const json_t *value, const char *text, const DkCellPlace *place)
{
  g_autoptr (GPtrArray) words = NULL;
  switch (cell->kind) {
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
    add_unit (cell, SIGN_HEIGHT, UNIT_SIGN);
    break;
  case DK_PAPER_BOX:
  case DK_PAPER_NONE:
    if (cell->field->type == DK_FIELD_NOTE) {
      words = dk_lines_new (cell->field->label, DK_FONT_REGULAR, NOTE_SIZE, cell->width - 2 * PAD);
      add_lines (cell, words, 0, NO_TICK);
    } else {
      add_value (cell, text, place->is_tight);
    }
    break;
  }
}

/* A comb has one letter for each cell, which joined and combined letters do not keep to; a line to
 * sign on has no room for words; without a choice there is nothing to tick. */
static DkPaperKind
find_kind (const DkField *field, const char *text)
{
  gboolean is_split = field->paper == DK_PAPER_COMB && !dk_lines_are_text (text, DK_FONT_REGULAR);
  gboolean is_signed = field->paper == DK_PAPER_SIGNATURE && *text != '\0';
  gboolean is_empty = field->paper == DK_PAPER_CHECKS && field->choices != NULL
                      && field->choices->len == 0;
  gboolean is_box = is_split || is_signed || is_empty || field->paper == DK_PAPER_NONE;
  return is_box ? DK_PAPER_BOX : field->paper;
}

DkCell *
dk_cell_new (const DkField *field, const json_t *value, const DkPaperWords *words,
             const DkCellPlace *place)
{
  g_autofree char *text = dk_cell_show (field, value, words);
  DkCell *cell = g_new0 (DkCell, 1);
  cell->field = field;
  cell->words = words;
  cell->kind = find_kind (field, text);
  cell->x = place->x;
  cell->width = place->width;
  cell->is_record = place->is_record;
  cell->is_bare = place->is_bare;
  cell->has_no_star = place->has_no_star;
  cell->is_loud = g_strcmp0 (field->name, "safety") == 0;
  cell->is_blank = value == NULL || json_is_null (value);
  cell->units = g_array_new (FALSE, FALSE, sizeof (Unit));
  cell->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_array_set_clear_func (cell->pieces, (GDestroyNotify) clear_piece);
  make_head (cell, place->condition);
  make_body (cell, value, text, place);
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
  if (cell->next > 0 && cell->head < LABEL_SIZE * 1.25) {
    return; /* notes and what is ticked have no head: their words alone go on */
  }
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
  double height = 0;
  for (guint i = 0; i < cell->titles->len; i++) {
    height = MAX (height, dk_lines_height (g_ptr_array_index (cell->titles, i)));
  }
  height = MIN (height, TITLES_MAX) + 4;
  for (guint i = 0; i < cell->titles->len; i++) {
    double x = cell->x + get_column (cell, i);
    draw_lines (g_ptr_array_index (cell->titles, i), page, HINT_GREY, x + PAD, y - height + 1.5);
    if (i > 0) {
      dk_page_line (page, 0.5, 0, x, y - height, x, bottom);
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
  UnitStyle style = g_array_index (cell->units, Unit, unit).style;
  if (style == UNIT_ROW) {
    dk_page_line (page, 0.5, 0, cell->x, y, cell->x + cell->width, y);
  } else if (style == UNIT_SIGN) {
    dk_page_line (page, 0.7, 0, left, y + height, cell->x + cell->width - PAD, y + height);
  } else if (style == UNIT_COMB) {
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
  if (cell->kind != DK_PAPER_BOX || !cell->is_blank || cell->is_long || cell->field->paper_lines < 2
      || cell->field->type == DK_FIELD_NOTE) {
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
  if (unit->style != UNIT_ROW) {
    return height;
  }
  for (guint k = i + 1; k < cell->units->len; k++) {
    const Unit *next = &g_array_index (cell->units, Unit, k);
    if (next->style == UNIT_ROW) {
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
  gboolean is_framed = field->type != DK_FIELD_NOTE || cell->kind == DK_PAPER_TABLE;
  if (cell->kind == DK_PAPER_SIGNATURE && !cell->is_long) {
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
  if (cell->kind == DK_PAPER_TABLE) {
    dk_page_line (page, 0.5, 0, cell->x, y + cell->head, cell->x + cell->width, y + cell->head);
    draw_table_columns (cell, page, y + cell->head, y + height);
  }
  cell->next = MAX (cell->next, 1);
}
