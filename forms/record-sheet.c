/* SPDX-License-Identifier: MIT */
/* Many numbered records on a page. Each is a band: its number and code on the left, the fields of
 * the form beside it. Fields that fit one row of the grid have their labels once, above all bands;
 * else each field has its own. */
#include <string.h>

#include "app/model/number.h"
#include "forms/barcode-private.h"
#include "forms/cell-private.h"
#include "forms/choices-private.h"
#include "forms/layout-private.h"

#define GRID_COLUMNS 12
#define NUMBER_WIDTH 92.0 /* of the code and the number */
#define NUMBER_SIZE 9.0
#define NUMBER_ROOM 14.0
#define CODE_SIDE_MIN 44.0 /* a scanner reads it from 150 dpi */
#define CODE_SIDE_MAX 62.0
#define BAND_MIN (CODE_SIDE_MIN + NUMBER_ROOM)
#define LABEL_SIZE 8.0
#define LABEL_PAD 4.0
#define HINT_GREY 0.35

typedef struct {
  DkFlow *flow;
  GPtrArray *fields; /* of DkField, borrowed */
  GPtrArray *narrowed; /* copies of those that offer less */
  gboolean is_single; /* all of them fit one row */
  double left, width; /* of the fields */
  double band;       /* height of a record */
  double spelled;    /* height of a number spelled below its code */
  double strip;      /* so above the fields, where it has no room below the code; else 0 */
} Sheet;

static gboolean
is_written (const DkField *field)
{
  switch (field->type) {
  case DK_FIELD_NOTE:
  case DK_FIELD_GROUP_BEGIN:
  case DK_FIELD_GROUP_END:
  case DK_FIELD_REPEAT_BEGIN:
  case DK_FIELD_REPEAT_END:
    return FALSE;
  default:
    return field->repeat == NULL && field->paper != DK_PAPER_NONE;
  }
}

static void
find_fields (Sheet *sheet, const DkForm *form)
{
  guint width = 0;
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (is_written (field)) {
      const DkField *offered = dk_choices_narrow (sheet->flow->paper->choices, form, field, NULL,
                                                  sheet->narrowed);
      g_ptr_array_add (sheet->fields, (gpointer) offered);
      width += field->paper_width;
      sheet->flow->has_required = sheet->flow->has_required || field->required;
    }
  }
  sheet->is_single = width <= GRID_COLUMNS;
}

/* The cells of one record, row by row. Returns their height; draws them if page is not NULL, the
 * last row down to y + height. */
static double
lay_record (const Sheet *sheet, DkPage *page, double y, double height)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_cell_free);
  double column = sheet->width / GRID_COLUMNS;
  double used = 0;
  guint columns = 0;
  for (guint i = 0; i <= sheet->fields->len; i++) {
    const DkField *field = i < sheet->fields->len ? g_ptr_array_index (sheet->fields, i) : NULL;
    if (field == NULL || columns + field->paper_width > GRID_COLUMNS) {
      double row = 0;
      for (guint k = 0; k < cells->len; k++) {
        row = MAX (row, dk_cell_height (g_ptr_array_index (cells, k)));
      }
      row = field == NULL ? MAX (row, height - used) : row;
      for (guint k = 0; page != NULL && k < cells->len; k++) {
        dk_cell_draw (g_ptr_array_index (cells, k), page, y + used, row);
      }
      used += row;
      columns = 0;
      g_ptr_array_set_size (cells, 0);
    }
    if (field != NULL) {
      const DkCellPlace place = { .x = sheet->left + columns * column,
                                  .width = field->paper_width * column,
                                  .is_bare = sheet->is_single };
      g_ptr_array_add (cells, dk_cell_new (field, NULL, sheet->flow->words, &place));
      columns += field->paper_width;
    }
  }
  return used;
}

static GPtrArray *
make_title (const Sheet *sheet, const DkField *field)
{
  double width = sheet->width / GRID_COLUMNS * field->paper_width - 2 * LABEL_PAD;
  gboolean has_star = field->required && !field->has_condition;
  g_autofree char *label = g_strconcat (field->label, has_star ? " *" : "", NULL);
  g_autoptr (GPtrArray) hints = dk_lines_new (field->hint, DK_FONT_REGULAR, LABEL_SIZE, width);
  GPtrArray *lines = dk_lines_new (label, DK_FONT_BOLD, LABEL_SIZE, width);
  for (guint i = 0; i < hints->len; i++) {
    g_ptr_array_add (lines, g_steal_pointer (&g_ptr_array_index (hints, i)));
  }
  g_ptr_array_set_size (hints, 0);
  return lines;
}

/* The labels of all fields, once above the records of a page. Returns their height. */
static double
draw_titles (const Sheet *sheet, DkPage *page, double y)
{
  double height = 0;
  guint columns = 0;
  for (guint i = 0; sheet->is_single && i < sheet->fields->len; i++) {
    const DkField *field = g_ptr_array_index (sheet->fields, i);
    g_autoptr (GPtrArray) lines = make_title (sheet, field);
    double x = sheet->left + columns * sheet->width / GRID_COLUMNS + LABEL_PAD;
    double at = y;
    for (guint k = 0; page != NULL && k < lines->len; k++) {
      const DkLine *line = g_ptr_array_index (lines, k);
      dk_line_draw (line, page, line->weight == DK_FONT_BOLD ? 0 : HINT_GREY, x,
                    at + line->ascent);
      at += line->height;
    }
    height = MAX (height, dk_lines_height (lines));
    columns += field->paper_width;
  }
  return height > 0 ? height + 3 : 0;
}

/* How to say a number on the phone; no lines if it is none. */
static GPtrArray *
spell (const char *number, double width)
{
  DkNumber parsed;
  gboolean is_number = dk_number_parse (number, &parsed, NULL);
  g_autofree char *spelled = is_number ? dk_number_spell (number) : g_strdup ("");
  return dk_lines_new (spelled, DK_FONT_REGULAR, LABEL_SIZE, width - 2 * LABEL_PAD);
}

static void
draw_spelled (const Sheet *sheet, double x, double width, double y, const char *number)
{
  g_autoptr (GPtrArray) lines = spell (number, width);
  for (guint i = 0; i < lines->len; i++) {
    const DkLine *line = g_ptr_array_index (lines, i);
    dk_line_draw (line, sheet->flow->page, 0, x + LABEL_PAD, y + line->ascent);
    y += line->height;
  }
}

/* In place of the number and its code. */
static void
draw_specimen (const Sheet *sheet, double y)
{
  DkFlow *flow = sheet->flow;
  g_autoptr (DkLine) line = dk_line_new_fitting (flow->words->specimen, DK_FONT_BOLD, NUMBER_SIZE,
                                                 NUMBER_WIDTH - 4);
  dk_page_rect (flow->page, 0.6, 0, flow->left, y, NUMBER_WIDTH, sheet->band);
  dk_line_draw (line, flow->page, 0, flow->left + (NUMBER_WIDTH - line->width) / 2, y + 10.5);
  if (sheet->strip > 0) {
    dk_page_rect (flow->page, 0.6, 0, sheet->left, y, sheet->width, sheet->strip);
  }
}

static void
draw_number (const Sheet *sheet, double y, const char *number)
{
  DkFlow *flow = sheet->flow;
  if (flow->is_specimen) {
    draw_specimen (sheet, y);
    return;
  }
  gboolean is_below = sheet->strip <= 0;
  double room = sheet->band - NUMBER_ROOM - (is_below ? sheet->spelled + 2 : 0);
  double side = MIN (room, CODE_SIDE_MAX);
  g_autoptr (DkLine) line
      = dk_line_new_fitting (number, DK_FONT_BOLD, NUMBER_SIZE, NUMBER_WIDTH - 4);
  dk_page_rect (flow->page, 0.6, 0, flow->left, y, NUMBER_WIDTH, sheet->band);
  dk_line_draw (line, flow->page, 0, flow->left + (NUMBER_WIDTH - line->width) / 2, y + 10.5);
  dk_barcode_qr (flow->page, flow->left + (NUMBER_WIDTH - side) / 2, y + NUMBER_ROOM - 1, side,
                 number);
  if (is_below) {
    draw_spelled (sheet, flow->left, NUMBER_WIDTH, y + NUMBER_ROOM + side, number);
  } else {
    dk_page_rect (flow->page, 0.6, 0, sheet->left, y, sheet->width, sheet->strip);
    draw_spelled (sheet, sheet->left, sheet->width, y + 0.5, number);
  }
}

static guint
fit_bands (Sheet *sheet, guint wanted)
{
  double room = sheet->flow->bottom - sheet->flow->top - draw_titles (sheet, NULL, 0);
  double least = MAX (lay_record (sheet, NULL, 0, 0) + sheet->strip, BAND_MIN);
  guint count = (guint) CLAMP (room / least, 1, wanted);
  sheet->band = room / count;
  return count;
}

/* Records on a page: as many as wanted, if there is room. */
static guint
count_bands (Sheet *sheet, guint wanted, const char *longest)
{
  g_autoptr (GPtrArray) below = spell (longest, NUMBER_WIDTH);
  g_autoptr (GPtrArray) above = spell (longest, sheet->width);
  sheet->spelled = dk_lines_height (below);
  guint count = fit_bands (sheet, wanted);
  if (sheet->band < BAND_MIN + sheet->spelled + 2) {
    sheet->strip = dk_lines_height (above) + 1;
    count = fit_bands (sheet, wanted);
  }
  return count;
}

/* Numbers of one sheet differ by their counters alone; the longest has the most digits. */
static const char *
find_longest (const GPtrArray *numbers)
{
  const char *longest = g_ptr_array_index (numbers, 0);
  for (guint i = 1; i < numbers->len; i++) {
    const char *number = g_ptr_array_index (numbers, i);
    g_autofree char *spelled = dk_number_spell (number);
    g_autofree char *so_far = dk_number_spell (longest);
    longest = strlen (spelled) > strlen (so_far) ? number : longest;
  }
  return longest;
}

/* As many records as a sheet has, with a number that is as long as others of this station; none of
 * them is drawn. */
static GPtrArray *
make_specimens (const DkFlow *flow, guint count)
{
  GPtrArray *numbers = g_ptr_array_new_with_free_func (g_free);
  const char *station = flow->paper->station;
  gboolean is_valid = station != NULL && dk_number_station_is_valid (station);
  for (guint i = 0; i < count; i++) {
    g_ptr_array_add (numbers, dk_number_format (is_valid ? station : "A00", i + 1, FALSE));
  }
  return numbers;
}

void
dk_layout_records (DkFlow *flow, const DkForm *form, const GPtrArray *numbers)
{
  guint wanted = MAX (dk_form_paper_lines (form), 1);
  g_autoptr (GPtrArray) narrowed = dk_choices_keep_new ();
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();
  g_autoptr (GPtrArray) specimens = numbers == NULL ? make_specimens (flow, wanted) : NULL;
  Sheet sheet = { .flow = flow,
                  .fields = fields,
                  .narrowed = narrowed,
                  .left = flow->left + NUMBER_WIDTH,
                  .width = flow->width - NUMBER_WIDTH };
  numbers = numbers != NULL ? numbers : specimens;
  find_fields (&sheet, form);
  guint bands = count_bands (&sheet, wanted, find_longest (numbers));
  guint count = specimens != NULL ? bands : numbers->len;
  for (guint i = 0; i < count; i++) {
    if (i > 0 && i % bands == 0) {
      dk_flow_new_page (flow);
    }
    if (i % bands == 0) {
      flow->y += draw_titles (&sheet, flow->page, flow->y);
    }
    draw_number (&sheet, flow->y, g_ptr_array_index (numbers, i));
    lay_record (&sheet, flow->page, flow->y + sheet.strip, sheet.band - sheet.strip);
    flow->y += sheet.band;
  }
}
