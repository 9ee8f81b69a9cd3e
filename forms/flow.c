/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "app/base/text.h"
#include "app/model/number.h"
#include "forms/barcode-private.h"
#include "forms/font-private.h"
#include "forms/paper-private.h"

#define MARGIN_SIDE 36.0
#define MARGIN_TOP 28.0
#define MARGIN_BOTTOM 26.0
#define GAP 6.0
#define QR_SIDE 66.0
#define NUMBER_SIZE 20.0
#define NUMBER_WIDTH 200.0
#define CODE_WIDTH 200.0
#define CODE_HEIGHT 24.0
#define MODE_SIZE 13.0
#define TITLE_SIZE 15.0
#define SMALL 8.0
#define MARK_GREY 0.9
#define MARK_SHARE 0.62 /* of the diagonal */
#define MARK_SIZE_MAX 110.0
#define HEAD_HEIGHT 68.0
#define STATUS_HEIGHT 15.0
#define FOOT_LINE 10.5
#define CODE_CHARS_MAX 40

static void
draw_fitting (DkPage *page, const char *text, DkFontWeight weight, double size, double grey,
              double x, double y, double width)
{
  g_autoptr (DkLine) line = dk_line_new_fitting (text, weight, size, width);
  dk_line_draw (line, page, grey, x, y);
}

static void
draw_right (DkPage *page, const char *text, DkFontWeight weight, double size, double right,
            double y, double width)
{
  g_autoptr (DkLine) line = dk_line_new_fitting (text, weight, size, width);
  dk_line_draw (line, page, 0, right - line->width, y);
}

/* The largest size up to `size` at which text fits, not below `least`. */
static double
fit_size (const char *text, DkFontWeight weight, double size, double least, double width)
{
  double needed = dk_font_width (weight, size, text);
  return needed <= width ? size : MAX (size * width / needed * 0.99, least);
}

static gboolean
can_be_coded (const char *number)
{
  gsize size = strlen (number);
  for (gsize i = 0; i < size; i++) {
    if (!g_ascii_isgraph (number[i])) {
      return FALSE;
    }
  }
  return size > 0 && size <= CODE_CHARS_MAX;
}

/* White on black, so that a downtime page cannot be taken for another. Returns its width. */
static double
draw_mode (const DkFlow *flow, DkPage *page, double x, double y)
{
  const char *mode = flow->waits ? flow->words->for_downtime : flow->mode;
  if (mode == NULL || *mode == '\0') {
    return 0;
  }
  g_autoptr (DkLine) line = dk_line_new_fitting (mode, DK_FONT_BOLD, MODE_SIZE, 150);
  double width = line->width + 14;
  gboolean is_plain = flow->waits || strcmp (mode, "NORMAL") == 0 || line->text == NULL;
  if (is_plain) {
    dk_page_rect (page, 1, 0, x, y, width, 20);
  } else {
    dk_page_fill (page, 0, x, y, width, 20);
  }
  dk_line_draw (line, page, is_plain ? 0 : 1, x + 7, y + 14.7);
  return width + 8;
}

static void
draw_number (const DkFlow *flow, DkPage *page, double right, double y, const char *page_of_code)
{
  const char *number = flow->number;
  double size = fit_size (number, DK_FONT_BOLD, NUMBER_SIZE, SMALL, NUMBER_WIDTH);
  draw_right (page, number, DK_FONT_BOLD, size, right - QR_SIDE - GAP, y + 16, NUMBER_WIDTH);
  if (!can_be_coded (number)) {
    return;
  }
  g_autofree char *code = g_strdup_printf ("%s %s", number, page_of_code);
  dk_barcode_qr (page, right - QR_SIDE, y - 3, QR_SIDE, code);
  dk_barcode_code128 (page, right - QR_SIDE - GAP - CODE_WIDTH + 10, y + 23, CODE_WIDTH,
                      CODE_HEIGHT, number);
}

static void
draw_spelled (const DkFlow *flow, DkPage *page, double y, double width)
{
  DkNumber parsed;
  if (flow->number == NULL) {
    const char *hint = flow->is_specimen ? flow->words->specimen_hint : "";
    draw_fitting (page, hint, DK_FONT_REGULAR, 9, 0, flow->left, y, width);
  } else if (dk_number_parse (flow->number, &parsed, NULL)) {
    g_autofree char *spelled = dk_number_spell (flow->number);
    draw_fitting (page, spelled, DK_FONT_REGULAR, 9, 0, flow->left, y, width);
  }
}

static char *
make_status (const DkFlow *flow)
{
  const DkTicket *ticket = flow->ticket;
  const DkPaperWords *words = flow->words;
  g_autoptr (GString) text = g_string_new (NULL);
  if (ticket->priority > 0) {
    g_string_append_printf (text, "%s %d · ", words->priority, ticket->priority);
  }
  g_string_append_printf (text, "%s: %s", words->state,
                          dk_paper_words_state (words, ticket->state));
  if (ticket->written_by != NULL) {
    g_autofree char *at
        = ticket->written_ms != 0 ? dk_paper_words_time (words, ticket->written_ms, 0) : NULL;
    g_string_append_printf (text, " · %s %s%s%s", words->written_by, ticket->written_by,
                            at != NULL ? ", " : "", at != NULL ? at : "");
  }
  if (ticket->recorded_ms != 0) {
    gboolean is_keyed = ticket->written_by != NULL;
    g_autofree char *at = dk_paper_words_time (words, ticket->recorded_ms,
                                               is_keyed ? ticket->written_ms : 0);
    g_string_append_printf (text, "%s%s %s", is_keyed ? "; " : " · ",
                            is_keyed ? words->keyed_in : words->recorded, at);
    if (ticket->user != NULL) {
      g_string_append_printf (text, " %s %s", words->by, ticket->user);
    }
  }
  if (ticket->itsm_id != NULL) {
    g_string_append_printf (text, " · ITSM: %s", ticket->itsm_id);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static double
get_safety_width (const DkFlow *flow)
{
  return flow->ticket->safety
             ? dk_font_width (DK_FONT_BOLD, 9.5, flow->words->safety) + 18
             : 0;
}

/* One line if small letters make it fit, else as many as it needs: who wrote it, and when, is never
 * cut. */
static GPtrArray *
make_status_lines (const DkFlow *flow)
{
  g_autofree char *status = make_status (flow);
  double room = flow->width - get_safety_width (flow);
  double size = fit_size (status, DK_FONT_BOLD, 9.5, SMALL, room);
  return dk_lines_new (status, DK_FONT_BOLD, size, room);
}

static double
get_status_height (const DkFlow *flow)
{
  g_autoptr (GPtrArray) lines = make_status_lines (flow);
  const DkLine *first = g_ptr_array_index (lines, 0);
  return STATUS_HEIGHT + dk_lines_height (lines) - first->height;
}

static void
draw_status (const DkFlow *flow, DkPage *page, double y)
{
  double safety_width = get_safety_width (flow);
  if (safety_width > 0) {
    dk_page_fill (page, 0, flow->left, y - 10, safety_width - 8, 13);
    dk_page_text (page, DK_FONT_BOLD, 9.5, 1, flow->left + 5, y, flow->words->safety);
  }
  g_autoptr (GPtrArray) lines = make_status_lines (flow);
  for (guint i = 0; i < lines->len; i++) {
    const DkLine *line = g_ptr_array_index (lines, i);
    dk_line_draw (line, page, 0, flow->left + safety_width, y);
    y += line->height;
  }
}

/* One line, or two smaller ones. */
static void
draw_organisation (const DkFlow *flow, DkPage *page, double x, double y, double width)
{
  const char *name = flow->paper->organisation != NULL ? flow->paper->organisation : "";
  g_autoptr (GPtrArray) lines = dk_lines_new (name, DK_FONT_BOLD, 9, width);
  if (lines->len < 2) {
    draw_fitting (page, name, DK_FONT_BOLD, 9, 0, x, y + 13.5, width);
    return;
  }
  const DkLine *first = g_ptr_array_index (lines, 0);
  dk_line_draw (first, page, 0, x, y + 8);
  if (lines->len == 2 || first->text == NULL) {
    dk_line_draw (g_ptr_array_index (lines, 1), page, 0, x, y + 19);
    return;
  }
  const char *rest = strstr (name, first->text);
  rest = rest != NULL ? rest + strlen (first->text) : "";
  draw_fitting (page, rest, DK_FONT_BOLD, 9, 0, x, y + 19, width);
}

static void
draw_title (const DkFlow *flow, DkPage *page, double y, double width)
{
  double station_width = 0;
  if (flow->paper->station != NULL) {
    g_autofree char *station
        = g_strdup_printf ("%s %s", flow->words->station, flow->paper->station);
    g_autoptr (DkLine) line = dk_line_new_fitting (station, DK_FONT_REGULAR, 10, width / 3);
    dk_line_draw (line, page, 0, flow->left + width - line->width - GAP, y);
    station_width = line->width + 3 * GAP;
  }
  width -= station_width;
  double size = fit_size (flow->title, DK_FONT_BOLD, TITLE_SIZE, 9, width);
  draw_fitting (page, flow->title, DK_FONT_BOLD, size, 0, flow->left, y, width);
}

static void
draw_head (const DkFlow *flow, DkPage *page, const char *page_of_code)
{
  double y = MARGIN_TOP;
  double right = flow->left + flow->width;
  gboolean is_coded = flow->number != NULL;
  double title_right = is_coded ? right - QR_SIDE - CODE_WIDTH - GAP : right;
  double x = flow->left + draw_mode (flow, page, flow->left, y);
  double beside = title_right - x;
  if (is_coded) {
    draw_number (flow, page, right, y, page_of_code);
  } else if (flow->is_specimen) {
    draw_right (page, flow->words->specimen, DK_FONT_BOLD, NUMBER_SIZE, right, y + 16, 200);
    beside -= 150;
  }
  draw_organisation (flow, page, x, y, beside);
  draw_title (flow, page, y + 41, title_right - flow->left);
  draw_spelled (flow, page, y + 58, flow->width - (is_coded ? QR_SIDE + GAP : 0));
  if (flow->ticket != NULL) {
    draw_status (flow, page, y + HEAD_HEIGHT + 6);
  }
  dk_page_line (page, 1.2, 0, flow->left, flow->top - GAP, right, flow->top - GAP);
}

static char *
make_printed (const DkFlow *flow)
{
  const DkPaper *paper = flow->paper;
  if (paper->printed != NULL || paper->printed_by == NULL) {
    return g_strdup (paper->printed);
  }
  g_autofree char *stamp
      = dk_paper_stamp (flow->language, paper->printed_ms, paper->printed_by);
  return g_strdup_printf ("%s %s", flow->words->printed, stamp);
}

static char *
make_facts (const DkFlow *flow)
{
  const DkPaper *paper = flow->paper;
  g_autofree char *printed = make_printed (flow);
  g_autoptr (GString) text = g_string_new (printed);
  if (flow->waits) {
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", flow->mode);
  }
  if (paper->ledger_head != NULL) {
    g_string_append_printf (text, "%s%s %s", text->len > 0 ? " · " : "", flow->words->ledger,
                            paper->ledger_head);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A long id may be shortened, the hash that tells one form from all others may not. */
static void
draw_origin (const DkFlow *flow, DkPage *page, double y, double width)
{
  const char *hash = flow->hash != NULL ? flow->hash : "";
  double hash_width = *hash != '\0' ? dk_font_width (DK_FONT_REGULAR, SMALL, hash) + GAP : 0;
  g_autoptr (DkLine) line
      = dk_line_new_fitting (flow->origin, DK_FONT_REGULAR, SMALL, width - hash_width);
  dk_line_draw (line, page, 0, flow->left, y);
  if (*hash != '\0') {
    dk_page_text (page, DK_FONT_REGULAR, SMALL, 0, flow->left + line->width + GAP, y, hash);
  }
}

static void
draw_foot (const DkFlow *flow, DkPage *page, const char *page_of)
{
  double y = page->height - MARGIN_BOTTOM - 2 * FOOT_LINE;
  double right = flow->left + flow->width;
  g_autofree char *facts = make_facts (flow);
  double page_width = 90;
  dk_page_line (page, 0.6, 0, flow->left, y - FOOT_LINE, right, y - FOOT_LINE);
  if (flow->ticket != NULL || flow->number != NULL || flow->is_specimen || flow->is_sheet) {
    draw_fitting (page, flow->words->privacy, DK_FONT_BOLD, SMALL, 0, flow->left, y,
                  flow->width - page_width);
  }
  if (flow->has_required) {
    draw_right (page, flow->words->required, DK_FONT_REGULAR, SMALL, right, y, page_width);
  }
  draw_origin (flow, page, y + FOOT_LINE, flow->width - page_width);
  draw_right (page, page_of, DK_FONT_BOLD, 9, right, y + FOOT_LINE, page_width);
  draw_fitting (page, facts, DK_FONT_REGULAR, SMALL, 0, flow->left, y + 2 * FOOT_LINE,
                flow->width);
}

static void
draw_mark (const DkFlow *flow, DkPage *page)
{
  if (flow->mark == NULL || !dk_font_covers (DK_FONT_BOLD, flow->mark)) {
    return;
  }
  double diagonal = hypot (page->width, page->height) * MARK_SHARE;
  double size = diagonal / dk_font_width (DK_FONT_BOLD, 1, flow->mark);
  dk_page_mark (page, MIN (size, MARK_SIZE_MAX), MARK_GREY, atan2 (page->height, page->width),
                page->width / 2, page->height / 2, flow->mark);
}

void
dk_flow_new_page (DkFlow *flow)
{
  if (flow->pages_max > 0 && flow->paper->pages->len - flow->first_page >= flow->pages_max) {
    flow->is_over = TRUE;
    g_array_set_size (flow->page->ops, 0);
    flow->y = flow->top;
    return;
  }
  double width = 0;
  double height = 0;
  dk_paper_page_size_at (flow->paper, G_MAXUINT, &width, &height);
  if (flow->is_landscape) {
    double upright = width;
    width = height;
    height = upright;
  }
  flow->page = dk_page_new (width, height);
  flow->page->pixel_room = flow->pixels_max > 0 ? &flow->paper->pixel_room : NULL;
  flow->left = MARGIN_SIDE;
  flow->width = width - 2 * MARGIN_SIDE;
  flow->top = MARGIN_TOP + HEAD_HEIGHT + GAP;
  flow->top += flow->ticket != NULL ? get_status_height (flow) : 0;
  flow->bottom = height - MARGIN_BOTTOM - 3 * FOOT_LINE - GAP;
  flow->y = flow->top;
  g_ptr_array_add (flow->paper->pages, flow->page);
  draw_mark (flow, flow->page);
}

void
dk_flow_begin (DkFlow *flow)
{
  flow->first_page = flow->paper->pages->len;
  dk_flow_restart (flow);
}

void
dk_flow_restart (DkFlow *flow)
{
  g_ptr_array_set_size (flow->paper->pages, (int) flow->first_page);
  flow->paper->pixel_room = flow->pixels_max;
  flow->is_over = FALSE;
  dk_flow_new_page (flow);
}

static void
note_fault (const DkFlow *flow)
{
  DkPaper *paper = flow->paper;
  if (paper->fault != NULL || (!flow->is_over && paper->pixel_room >= 0)) {
    return;
  }
  g_autofree char *title = dk_text_printable (flow->title, FALSE);
  g_autofree char *what
      = flow->is_over ? g_strdup_printf ("more than %u pages", flow->pages_max)
                      : g_strdup ("more text in scripts that are printed as pictures than a form "
                                  "may have");
  paper->fault = g_strdup_printf (
      "%s (%s) cannot be printed: it comes to %s. Nothing was printed; the form or the answers "
      "must be shorter. On the screen they are whole.",
      flow->origin, title, what);
}

void
dk_flow_finish (DkFlow *flow)
{
  guint count = flow->paper->pages->len - flow->first_page;
  for (guint i = 0; i < count; i++) {
    DkPage *page = g_ptr_array_index (flow->paper->pages, flow->first_page + i);
    g_autofree char *code = g_strdup_printf ("%u/%u", i + 1, count);
    g_autofree char *page_of = dk_paper_words_page (flow->words, i + 1, count);
    draw_head (flow, page, code);
    draw_foot (flow, page, page_of);
  }
  note_fault (flow);
}
