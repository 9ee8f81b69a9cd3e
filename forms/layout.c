/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "forms/layout-private.h"

#include "forms/cell-private.h"

#define GRID_COLUMNS 12
#define SECTION_HEIGHT 17.0
#define SECTION_GAP 3.0
#define SECTION_SIZE 10.0
#define SECTION_GREY 0.88
#define PIECE_MIN 70.0 /* less room than this is not worth beginning a piece */
#define LOG_FIELD "actions"
#define HAPPENED_FIELD "happened_at"
#define MINUTE_MS 60000
#define SPLIT_SHARE 0.4 /* of a page: a row higher than this may be split */

typedef struct {
  DkFlow *flow;
  GPtrArray *cells; /* of DkCell: the row being filled */
  guint columns;    /* used in it */
  const char *section; /* title that waits for its first row */
  guint rows_more;     /* for the next table */
  gboolean has_table;
  gboolean has_log;     /* the log stands in a table of the form */
  gboolean may_split;   /* the row being filled, however low it is */
} Layout;

static double
get_row_height (const Layout *layout)
{
  double height = 0;
  for (guint i = 0; i < layout->cells->len; i++) {
    const DkCell *cell = g_ptr_array_index (layout->cells, i);
    height = dk_cell_is_done (cell) ? height : MAX (height, dk_cell_height (cell));
  }
  return height;
}

static void
draw_section (Layout *layout)
{
  DkFlow *flow = layout->flow;
  flow->y += flow->y > flow->top ? SECTION_GAP : 0;
  g_autoptr (DkLine) line = dk_line_new_fitting (layout->section, DK_FONT_BOLD, SECTION_SIZE,
                                                 flow->width - 8);
  dk_page_fill (flow->page, SECTION_GREY, flow->left, flow->y, flow->width, SECTION_HEIGHT - 3);
  dk_line_draw (line, flow->page, 0, flow->left + 4, flow->y + 10.6);
  flow->y += SECTION_HEIGHT - 3;
  layout->section = NULL;
}

/* Draws the row in as many pieces as its pages need. */
static void
end_row (Layout *layout)
{
  DkFlow *flow = layout->flow;
  if (layout->cells->len == 0) {
    return;
  }
  double title = layout->section != NULL ? SECTION_HEIGHT + SECTION_GAP : 0;
  double height = get_row_height (layout);
  double room = flow->bottom - flow->y - title;
  gboolean may_split
      = layout->may_split || height > (flow->bottom - flow->top) * SPLIT_SHARE;
  if (height > room && (!may_split || room < PIECE_MIN) && flow->y > flow->top) {
    dk_flow_new_page (flow);
  }
  if (layout->section != NULL) {
    draw_section (layout);
  }
  while (height > 0) {
    double piece = MIN (height, flow->bottom - flow->y);
    for (guint i = 0; i < layout->cells->len; i++) {
      dk_cell_draw (g_ptr_array_index (layout->cells, i), flow->page, flow->y, piece);
    }
    flow->y += piece;
    height = get_row_height (layout);
    if (height > 0) {
      dk_flow_new_page (flow);
    }
  }
  g_ptr_array_set_size (layout->cells, 0);
  layout->columns = 0;
  layout->may_split = FALSE;
}

static gboolean
takes_log (const Layout *layout, const DkField *field)
{
  return layout->flow->lines != NULL && layout->flow->lines->len > 0 && !layout->has_log
         && field->paper == DK_PAPER_TABLE && g_strcmp0 (field->name, LOG_FIELD) == 0
         && g_strv_length (field->paper_columns) == DK_CELL_LOG_COLUMNS;
}

static void
add_cell (Layout *layout, const DkField *field, const json_t *value)
{
  DkFlow *flow = layout->flow;
  if (layout->columns + field->paper_width > GRID_COLUMNS) {
    end_row (layout);
  }
  double column = flow->width / GRID_COLUMNS;
  gboolean is_table = field->paper == DK_PAPER_TABLE;
  gboolean is_log = takes_log (layout, field);
  const DkCellPlace place = { .x = flow->left + layout->columns * column,
                              .width = field->paper_width * column,
                              .is_record = flow->ticket != NULL,
                              .rows_more = is_table ? layout->rows_more : 0,
                              .lines = is_log ? flow->lines : NULL,
                              .day_ms = flow->ticket != NULL ? flow->ticket->recorded_ms : 0 };
  g_ptr_array_add (layout->cells, dk_cell_new (field, value, flow->words, &place));
  layout->has_log = layout->has_log || is_log;
  layout->may_split = layout->may_split || is_log;
  layout->rows_more = is_table ? 0 : layout->rows_more;
  layout->has_table = layout->has_table || is_table;
  layout->columns += field->paper_width;
  flow->has_required = flow->has_required || field->required;
}

static void
add_field (Layout *layout, const DkField *field)
{
  if (field->type == DK_FIELD_GROUP_BEGIN || field->type == DK_FIELD_GROUP_END) {
    end_row (layout);
    layout->section = field->type == DK_FIELD_GROUP_BEGIN ? field->label : NULL;
    return;
  }
  const DkTicket *ticket = layout->flow->ticket;
  g_autoptr (json_t) value = ticket != NULL ? dk_ticket_get_field (ticket, field->name) : NULL;
  gboolean is_filled = value != NULL && !json_is_null (value);
  if (field->paper != DK_PAPER_NONE || is_filled) {
    add_cell (layout, field, value);
  }
}

static void
add_stranger (Layout *layout, GPtrArray *strangers, const char *name, const json_t *value)
{
  if (value == NULL || json_is_null (value)) {
    return;
  }
  DkField *field = g_new0 (DkField, 1);
  field->name = g_strdup (name);
  field->label = g_strdelimit (g_strdup (name), "_", ' ');
  if (strcmp (name, HAPPENED_FIELD) == 0) {
    field->type = DK_FIELD_DATE_TIME;
  }
  field->paper_width = GRID_COLUMNS;
  field->paper_lines = 1;
  g_ptr_array_add (strangers, field);
  add_cell (layout, field, value);
}

/* The head of the page names the minute of recording already. */
static gboolean
happened_when_recorded (const DkTicket *ticket)
{
  return ticket->happened_ms / MINUTE_MS == ticket->recorded_ms / MINUTE_MS;
}

static void
free_stranger (DkField *field)
{
  g_free (field->name);
  g_free (field->label);
  g_strfreev (field->paper_columns);
  g_free (field->paper_column_widths);
  g_free (field);
}

/* For a log whose form has no table that could take it. */
static void
add_log (Layout *layout, GPtrArray *strangers)
{
  static const guint widths[DK_CELL_LOG_COLUMNS] = { 2, 3, 7 };
  const DkPaperWords *words = layout->flow->words;
  const char *titles[DK_CELL_LOG_COLUMNS + 1] = { words->when, words->who, words->what, NULL };
  DkField *field = g_new0 (DkField, 1);
  field->type = DK_FIELD_NOTE;
  field->name = g_strdup (LOG_FIELD);
  field->label = g_strdup (words->log);
  field->paper = DK_PAPER_TABLE;
  field->paper_width = GRID_COLUMNS;
  field->paper_columns = g_strdupv ((char **) titles);
  field->paper_column_widths = g_memdup2 (widths, sizeof widths);
  g_ptr_array_add (strangers, field);
  if (takes_log (layout, field)) {
    add_cell (layout, field, NULL);
  }
}

static void
add_strangers (Layout *layout, GPtrArray *strangers, const DkForm *form)
{
  static const char *const columns[]
      = { "caller",  "callback", "location", "device",  "service", "summary",
          "details", "safety",   "impact",   "urgency", "group",   "resolution" };
  const DkTicket *ticket = layout->flow->ticket;
  if (dk_form_find (form, HAPPENED_FIELD) == NULL && !happened_when_recorded (ticket)) {
    g_autoptr (json_t) when = dk_ticket_get_field (ticket, HAPPENED_FIELD);
    add_stranger (layout, strangers, HAPPENED_FIELD, when);
  }
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++) {
    if (dk_form_find (form, columns[i]) == NULL) {
      g_autoptr (json_t) value = dk_ticket_get_field (ticket, columns[i]);
      add_stranger (layout, strangers, columns[i], value);
    }
  }
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach (ticket->answers, name, value) {
    if (dk_form_find (form, name) == NULL && !dk_ticket_is_column (name)) {
      add_stranger (layout, strangers, name, value);
    }
  }
}

/* Returns TRUE if there is a table that could take what room is left. */
static gboolean
layout_rows (DkFlow *flow, const DkForm *form, guint rows_more)
{
  g_autoptr (GPtrArray) strangers
      = g_ptr_array_new_with_free_func ((GDestroyNotify) free_stranger);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_cell_free);
  Layout layout = { .flow = flow, .cells = cells, .rows_more = rows_more };
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    add_field (&layout, dk_form_field (form, i));
  }
  end_row (&layout);
  if (flow->ticket != NULL) {
    add_strangers (&layout, strangers, form);
  }
  add_log (&layout, strangers);
  end_row (&layout);
  return layout.has_table;
}

void
dk_layout_form (DkFlow *flow, const DkForm *form)
{
  gboolean has_table = layout_rows (flow, form, 0);
  guint pages = flow->paper->pages->len - flow->first_page;
  double room = flow->bottom - flow->y;
  if (has_table && pages == 1 && room >= DK_CELL_TABLE_ROW) {
    g_ptr_array_set_size (flow->paper->pages, (int) flow->first_page);
    dk_flow_new_page (flow);
    layout_rows (flow, form, (guint) (room / DK_CELL_TABLE_ROW));
  }
}
