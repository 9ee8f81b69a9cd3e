/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "forms/layout-private.h"

#include "app/form/form-state.h"
#include "forms/cell-private.h"
#include "forms/choices-private.h"
#include "forms/condition-private.h"
#include "forms/repeat-private.h"

#define GRID_COLUMNS 12
#define SECTION_HEIGHT 17.0
#define SECTION_LINE 12.5
#define SECTION_GAP 3.0
#define SECTION_SIZE 10.0
#define SECTION_GREY 0.88
#define PIECE_MIN 70.0 /* less room than this is not worth beginning a piece */
#define LOG_FIELD "actions"
#define HAPPENED_FIELD "happened_at"
#define MINUTE_MS 60000
#define SAVED_SHARE 0.4 /* of a page: what may stand on a second page that is to be saved */
#define ROWS_TRIED 3
#define ROWS_KEPT 3    /* of a table that asks for as many, if room is short */
#define LEAD_IN_ROOM 45.0 /* of what a note leads to */
#define NOT_ANSWERED "____" /* within a label that tells of an answer */
#define SPLIT_SHARE 0.4 /* of a page: a row higher than this may be split */

typedef struct {
  DkFlow *flow;
  const DkForm *form;
  const json_t *source;  /* the definition; NULL if nothing in it is conditional */
  DkFormState *state;    /* of a ticket, if something is conditional; else NULL */
  GPtrArray *cells;      /* of DkCell: the row being filled */
  GPtrArray *tables;     /* of DkRepeatTable: what cells borrow */
  GPtrArray *strangers;  /* of DkField: so as well */
  GPtrArray *narrowed;   /* likewise: those that offer less */
  GPtrArray *told;       /* of DkField: rows whose words tell of answers */
  json_t *answers;       /* that they tell; NULL on blank paper */
  GPtrArray *log;        /* of char **: the log as rows of a table */
  guint columns;         /* used in the row */
  char *section;         /* title that waits for its first row */
  int rows_more;         /* for the next table; below 0: what tables are to give up */
  GHashTable *given;     /* field name -> blank rows that its table gives up */
  gboolean is_tight;     /* boxes give up room as well */
  gboolean has_table;
  gboolean has_log;      /* the log stands in a table of the form */
  gboolean may_split;    /* the row being filled, however low it is */
  gboolean lead_in;      /* the row being filled begins with a note */
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
  g_autoptr (GPtrArray) lines
      = dk_lines_new (layout->section, DK_FONT_BOLD, SECTION_SIZE, flow->width - 8);
  flow->y += flow->y > flow->top ? SECTION_GAP : 0;
  for (guint i = 0; i < lines->len; i++) {
    const DkLine *line = g_ptr_array_index (lines, i);
    double height = MAX (line->height, SECTION_LINE) + (i == 0 ? 1.5 : 0);
    if (flow->y + height > flow->bottom) {
      dk_flow_new_page (flow);
    }
    dk_page_fill (flow->page, SECTION_GREY, flow->left, flow->y, flow->width, height);
    double y = flow->y + line->ascent + (i == 0 ? 0.9 : -0.6);
    dk_line_draw (line, flow->page, 0, flow->left + 4, y);
    flow->y += height;
  }
  g_clear_pointer (&layout->section, g_free);
}

/* A title within another one that nothing has followed yet stands behind it. */
static void
set_section (Layout *layout, const char *title, const char *condition)
{
  g_autofree char *outer = g_steal_pointer (&layout->section);
  layout->section = g_strdup_printf ("%s%s%s%s%s%s", outer != NULL ? outer : "",
                                     outer != NULL ? " · " : "", title != NULL ? title : "",
                                     condition != NULL ? " (" : "",
                                     condition != NULL ? condition : "",
                                     condition != NULL ? ")" : "");
}

/* Words alone lead to what follows them; they are not left at the foot of a page. */
static gboolean
is_lead_in (const Layout *layout)
{
  return layout->lead_in && layout->cells->len == 1;
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
  double room = flow->bottom - flow->y - title - (is_lead_in (layout) ? LEAD_IN_ROOM : 0);
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
  layout->lead_in = FALSE;
}

static gboolean
takes_log (const Layout *layout, const DkField *field)
{
  return layout->log->len > 0 && !layout->has_log && field->type == DK_FIELD_NOTE
         && field->paper == DK_PAPER_TABLE && g_strcmp0 (field->name, LOG_FIELD) == 0
         && g_strv_length (field->paper_columns) == DK_CELL_LOG_COLUMNS;
}

static guint
get_given (const Layout *layout, const DkField *field)
{
  return field->name != NULL
             ? GPOINTER_TO_UINT (g_hash_table_lookup (layout->given, field->name))
             : 0;
}

/* Blank rows that a table may give up: half of them, at first none of the last three. */
static guint
count_spare (const Layout *layout, const DkField *field, int kept)
{
  const DkTicket *ticket = layout->flow->ticket;
  gboolean is_repeat = field->type == DK_FIELD_REPEAT_BEGIN;
  if (field->paper != DK_PAPER_TABLE || field->name == NULL || field->repeat != NULL) {
    return 0;
  }
  g_autoptr (json_t) rows
      = ticket != NULL && is_repeat ? dk_ticket_get_field (ticket, field->name) : NULL;
  gboolean is_log = g_strcmp0 (field->name, LOG_FIELD) == 0;
  int asked = (int) field->paper_rows;
  int filled = (int) json_array_size (rows) + (is_log ? (int) layout->log->len : 0);
  int spare = MIN (MAX (asked - filled, 0) / 2, asked - kept) - (int) get_given (layout, field);
  return (guint) MAX (spare, 0);
}

/* Takes a row from the table that has most of those that may give one; FALSE if none may. */
static gboolean
give_row (Layout *layout, int kept)
{
  const DkField *longest = NULL;
  guint most = 0;
  for (guint i = 0; i < dk_form_field_count (layout->form); i++) {
    const DkField *field = dk_form_field (layout->form, i);
    guint rows = count_spare (layout, field, kept) > 0
                     ? field->paper_rows - get_given (layout, field)
                     : 0;
    longest = rows > most ? field : longest;
    most = MAX (rows, most);
  }
  if (longest == NULL) {
    return FALSE;
  }
  g_hash_table_insert (layout->given, longest->name,
                       GUINT_TO_POINTER (get_given (layout, longest) + 1));
  return TRUE;
}

/* The longest table gives up a row first, and three rows stay as long as that is enough; so the
 * short one of the patients at risk is the last to shrink. */
static void
plan_rows (Layout *layout)
{
  for (int left = -layout->rows_more; left > 0; left--) {
    if (!give_row (layout, ROWS_KEPT) && !give_row (layout, 0)) {
      return;
    }
  }
}

/* What a table gets of the rows that are to be added, or gives up. */
static int
take_rows (Layout *layout, const DkField *field)
{
  if (layout->rows_more < 0) {
    return -(int) get_given (layout, field);
  }
  int taken = layout->rows_more;
  layout->rows_more = 0;
  return taken;
}

static void
place_cell (Layout *layout, const DkField *field, const json_t *value, DkCellPlace *place)
{
  DkFlow *flow = layout->flow;
  if (layout->columns + field->paper_width > GRID_COLUMNS) {
    end_row (layout);
  }
  double column = flow->width / GRID_COLUMNS;
  gboolean is_table = field->paper == DK_PAPER_TABLE;
  place->x = flow->left + layout->columns * column;
  place->width = field->paper_width * column;
  place->is_tight = layout->is_tight;
  place->is_record = flow->ticket != NULL;
  place->rows_more = is_table ? take_rows (layout, field) : 0;
  const DkField *offered
      = dk_choices_narrow (flow->paper->choices, layout->form, field, value, layout->narrowed);
  g_ptr_array_add (layout->cells, dk_cell_new (offered, value, flow->words, place));
  layout->has_table = layout->has_table || is_table;
  layout->columns += field->paper_width;
  layout->lead_in = field->type == DK_FIELD_NOTE && field->paper == DK_PAPER_BOX;
  flow->has_required
      = flow->has_required || (field->required && !place->has_no_star);
}

static void
free_told (gpointer data)
{
  DkField *field = data;
  g_free (field->label);
  g_free (field->hint);
  g_free (field);
}

static char *
tell_words (const Layout *layout, const char *words, const char *plain, const json_t *row)
{
  return words != NULL ? dk_form_fill (layout->form, words, layout->answers, row, NOT_ANSWERED)
                       : g_strdup (plain);
}

/* The field as it is drawn: with the answers that its words tell of. Borrowed. */
static const DkField *
tell_field (Layout *layout, const DkField *field, const json_t *row)
{
  if (field->label_words == NULL && field->hint_words == NULL) {
    return field;
  }
  DkField *told = g_memdup2 (field, sizeof *field);
  told->label = tell_words (layout, field->label_words, field->label, row);
  told->hint = tell_words (layout, field->hint_words, field->hint, row);
  g_ptr_array_add (layout->told, told);
  return told;
}

static void
add_cell (Layout *layout, const DkField *field, const json_t *value)
{
  gboolean is_log = takes_log (layout, field);
  gboolean is_blank = layout->flow->ticket == NULL && layout->source != NULL;
  g_autofree char *condition = is_blank ? dk_condition_words (layout->form, layout->source, field,
                                                              layout->flow->words)
                                        : NULL;
  DkCellPlace place = { .rows = is_log ? layout->log : NULL,
                        .condition = condition,
                        .has_no_star
                        = is_blank && dk_condition_is_silent (layout->source, field) };
  place_cell (layout, field, value, &place);
  layout->has_log = layout->has_log || is_log;
  layout->may_split = layout->may_split || is_log;
}

/* A row that does not apply and holds nothing is left out; of a blank form one that never can. */
static gboolean
is_left_out (const Layout *layout, const DkField *field, int row, const json_t *value)
{
  gboolean is_empty = value == NULL || json_is_null (value)
                      || (json_is_array (value) && json_array_size (value) == 0);
  if (!is_empty) {
    return FALSE;
  }
  return field->paper == DK_PAPER_NONE
         || (layout->flow->ticket == NULL && layout->source != NULL
             && dk_condition_is_impossible (layout->form, layout->source, field,
                                            layout->flow->paper->choices))
         || (layout->state != NULL
             && !dk_form_state_is_relevant (layout->state, field->name, row));
}

static void
begin_group (Layout *layout, const DkField *field, int row)
{
  g_autofree char *condition = NULL;
  if (layout->source != NULL && layout->flow->ticket == NULL) {
    condition = dk_condition_words (layout->form, layout->source, field, layout->flow->words);
  }
  end_row (layout);
  if (layout->state == NULL || dk_form_state_is_relevant (layout->state, field->name, row)) {
    set_section (layout, field->label, condition);
  }
}

static void
end_group (Layout *layout)
{
  end_row (layout);
  g_clear_pointer (&layout->section, g_free);
}

static void
add_field (Layout *layout, const DkField *plain, int row, const json_t *value,
           const json_t *row_values)
{
  const DkField *field = tell_field (layout, plain, row_values);
  if (field->type == DK_FIELD_GROUP_BEGIN) {
    begin_group (layout, field, row);
  } else if (field->type == DK_FIELD_GROUP_END) {
    end_group (layout);
  } else if (!is_left_out (layout, field, row, value)) {
    add_cell (layout, field, value);
  }
}

/* The fields of one row below each other, under "Devices 2". */
static void
add_block (Layout *layout, const DkField *repeat, guint last, int row, const json_t *values)
{
  g_autofree char *title = g_strdup_printf ("%s %d", repeat->label, row + 1);
  end_row (layout);
  set_section (layout, title, NULL);
  for (guint i = repeat->index + 1; i < last; i++) {
    const DkField *field = dk_form_field (layout->form, i);
    add_field (layout, field, row, json_object_get (values, field->name), values);
  }
  end_group (layout);
}

static void
add_repeat_table (Layout *layout, DkRepeatTable *table, const DkField *repeat)
{
  g_autofree char *condition = NULL;
  if (layout->source != NULL && layout->flow->ticket == NULL) {
    condition = dk_condition_words (layout->form, layout->source, repeat, layout->flow->words);
  }
  DkCellPlace place
      = { .rows = table->rows, .row_blank = table->row_blank, .condition = condition };
  g_ptr_array_add (layout->tables, table);
  end_row (layout);
  place_cell (layout, table->field, NULL, &place);
  layout->may_split = table->rows->len > 0;
  end_row (layout);
}

static void
retitle (DkField *table, const DkField *told)
{
  g_free (table->label);
  g_free (table->hint);
  table->label = g_strdup (told->label);
  table->hint = g_strdup (told->hint);
}

/* Returns the row of the form that ends the repeat. */
static guint
add_repeat (Layout *layout, const DkField *repeat, const json_t *value)
{
  const DkField *told = tell_field (layout, repeat, NULL);
  guint last = repeat->index + 1;
  while (dk_form_field (layout->form, last)->type != DK_FIELD_REPEAT_END) {
    last++;
  }
  if (layout->flow->ticket != NULL
      && is_left_out (layout, repeat, DK_FORM_NO_ROW, value)) {
    return last;
  }
  DkRepeatTable *table = repeat->paper != DK_PAPER_NONE || json_array_size (value) > 0
                             ? dk_repeat_table_new (layout->form, repeat, value,
                                                    layout->flow->paper->choices,
                                                    layout->flow->words)
                             : NULL;
  if (table != NULL) {
    retitle (table->field, told);
    add_repeat_table (layout, table, repeat);
    return last;
  }
  gsize rows = json_array_size (value);
  if (layout->flow->ticket == NULL && repeat->paper != DK_PAPER_NONE) {
    rows = MAX (rows, MAX (repeat->paper_rows, 1));
  }
  for (gsize i = 0; i < rows; i++) {
    add_block (layout, told, last, (int) i, json_array_get (value, i));
  }
  return last;
}

static void
add_rows (Layout *layout)
{
  const DkTicket *ticket = layout->flow->ticket;
  for (guint i = 0; i < dk_form_field_count (layout->form); i++) {
    const DkField *field = dk_form_field (layout->form, i);
    g_autoptr (json_t) value
        = ticket != NULL && field->name != NULL ? dk_ticket_get_field (ticket, field->name) : NULL;
    if (field->type == DK_FIELD_REPEAT_BEGIN) {
      i = add_repeat (layout, field, value);
    } else {
      add_field (layout, field, DK_FORM_NO_ROW, value, NULL);
    }
  }
}

static void
add_stranger (Layout *layout, const char *name, const json_t *value)
{
  if (value == NULL || json_is_null (value)) {
    return;
  }
  g_autofree char *label = g_strdelimit (g_strdup (name), "_", ' ');
  DkField *field = dk_repeat_field_new (name, label, NULL, NULL);
  if (strcmp (name, HAPPENED_FIELD) == 0) {
    field->type = DK_FIELD_DATE_TIME;
  }
  g_ptr_array_add (layout->strangers, field);
  add_cell (layout, field, value);
}

/* The head of the page names the minute of recording already. */
static gboolean
happened_when_recorded (const DkTicket *ticket)
{
  return ticket->happened_ms / MINUTE_MS == ticket->recorded_ms / MINUTE_MS;
}

/* For a log whose form has no table that could take it. */
static void
add_log (Layout *layout)
{
  static const guint widths[DK_CELL_LOG_COLUMNS] = { 2, 3, 7 };
  const DkPaperWords *words = layout->flow->words;
  char *titles[DK_CELL_LOG_COLUMNS + 1]
      = { (char *) words->when, (char *) words->who, (char *) words->what, NULL };
  DkField *field = dk_repeat_field_new (LOG_FIELD, words->log, titles, widths);
  g_ptr_array_add (layout->strangers, field);
  if (takes_log (layout, field)) {
    add_cell (layout, field, NULL);
  }
}

static void
add_strangers (Layout *layout)
{
  static const char *const columns[]
      = { "caller",  "callback", "location", "device",  "service", "summary",
          "details", "safety",   "impact",   "urgency", "group",   "resolution" };
  const DkForm *form = layout->form;
  const DkTicket *ticket = layout->flow->ticket;
  if (dk_form_find (form, HAPPENED_FIELD) == NULL && !happened_when_recorded (ticket)) {
    g_autoptr (json_t) when = dk_ticket_get_field (ticket, HAPPENED_FIELD);
    add_stranger (layout, HAPPENED_FIELD, when);
  }
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++) {
    if (dk_form_find (form, columns[i]) == NULL) {
      g_autoptr (json_t) value = dk_ticket_get_field (ticket, columns[i]);
      add_stranger (layout, columns[i], value);
    }
  }
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach (ticket->answers, name, value) {
    if (dk_form_find (form, name) == NULL && !dk_ticket_is_column (name)) {
      add_stranger (layout, name, value);
    }
  }
}

static GPtrArray *
make_log (const DkFlow *flow)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  gint64 day_ms = flow->ticket != NULL ? flow->ticket->recorded_ms : 0;
  for (guint i = 0; flow->lines != NULL && i < flow->lines->len; i++) {
    const DkPaperLine *line = g_ptr_array_index (flow->lines, i);
    char **row = g_new0 (char *, DK_CELL_LOG_COLUMNS + 1);
    row[0] = dk_paper_words_time (flow->words, line->when_ms, day_ms);
    row[1] = g_strdup (line->who != NULL ? line->who : "");
    row[2] = g_strdup (line->text != NULL ? line->text : "");
    g_ptr_array_add (rows, row);
  }
  return rows;
}

static gboolean
is_conditional (const DkForm *form)
{
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    if (dk_form_field (form, i)->has_condition) {
      return TRUE;
    }
  }
  return FALSE;
}

static json_t *
get_answers (const DkForm *form, const DkTicket *ticket)
{
  json_t *answers = json_object ();
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    json_t *value = field->name != NULL && field->repeat == NULL
                        ? dk_ticket_get_field (ticket, field->name)
                        : NULL;
    if (value != NULL) {
      json_object_set_new (answers, field->name, value);
    }
  }
  return answers;
}

/* Returns TRUE if there is a table that could take what room is left. */
static gboolean
layout_rows (DkFlow *flow, const DkForm *form, int rows_more)
{
  gboolean is_blank = flow->ticket == NULL;
  gboolean has_conditions = is_conditional (form);
  g_autoptr (GPtrArray) strangers
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_repeat_field_free);
  g_autoptr (GPtrArray) tables
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_repeat_table_free);
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (free_told);
  g_autoptr (GPtrArray) narrowed = dk_choices_keep_new ();
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_cell_free);
  g_autoptr (GPtrArray) log = make_log (flow);
  g_autoptr (GHashTable) given = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (json_t) source
      = is_blank && has_conditions ? json_loads (dk_form_source (form), 0, NULL) : NULL;
  g_autoptr (json_t) answers = !is_blank ? get_answers (form, flow->ticket) : NULL;
  g_autoptr (DkFormState) state
      = !is_blank && has_conditions ? dk_form_state_new ((DkForm *) form, answers, NULL) : NULL;
  Layout layout = { .flow = flow, .form = form, .source = source, .state = state, .cells = cells,
                    .tables = tables, .strangers = strangers, .told = told,
                    .narrowed = narrowed, .answers = answers, .log = log,
                    .rows_more = rows_more, .given = given, .is_tight = rows_more < 0 };
  plan_rows (&layout);
  add_rows (&layout);
  end_row (&layout);
  if (!is_blank) {
    add_strangers (&layout);
  }
  add_log (&layout);
  end_row (&layout);
  g_free (layout.section);
  return layout.has_table;
}

static guint
count_pages (const DkFlow *flow)
{
  return flow->paper->pages->len - flow->first_page;
}

static void
layout_again (DkFlow *flow, const DkForm *form, int rows_more)
{
  dk_flow_restart (flow);
  layout_rows (flow, form, rows_more);
}

/* As many rows more as leave the form on its page: one with boxes to tick may be higher than a
 * plain one. */
static void
fill_page (DkFlow *flow, const DkForm *form, int rows)
{
  int fits = 0;
  int too_many = rows + 1;
  for (int tried = rows; tried > fits; tried = fits + (too_many - fits) / 2) {
    layout_again (flow, form, tried);
    if (count_pages (flow) == 1) {
      fits = tried;
    } else {
      too_many = tried;
    }
  }
  if (count_pages (flow) > 1) {
    layout_again (flow, form, fits);
  }
}

/* Blank rows of tables and lines of high boxes go if a second page with little on it goes too. */
static void
save_page (DkFlow *flow, const DkForm *form)
{
  int needed = (int) ((flow->y - flow->top) / DK_CELL_TABLE_ROW);
  for (int more = 0; more <= ROWS_TRIED && count_pages (flow) > 1; more++) {
    layout_again (flow, form, -1 - MAX (needed - 2, 0) - more);
  }
  if (count_pages (flow) > 1) {
    layout_again (flow, form, 0);
  }
}

void
dk_layout_form (DkFlow *flow, const DkForm *form)
{
  gboolean has_table = layout_rows (flow, form, 0);
  double room = flow->bottom - flow->y;
  if (has_table && count_pages (flow) == 1 && room >= DK_CELL_TABLE_ROW) {
    fill_page (flow, form, (int) (room / DK_CELL_TABLE_ROW));
  } else if (count_pages (flow) == 2
             && flow->y - flow->top < (flow->bottom - flow->top) * SAVED_SHARE) {
    save_page (flow, form);
  }
}
