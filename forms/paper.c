/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/text.h"
#include "forms/draw-private.h"
#include "forms/layout-private.h"

#define A4_WIDTH 595.28
#define A4_HEIGHT 841.89
#define LETTER_WIDTH 612.0
#define LETTER_HEIGHT 792.0
#define HASH_DIGITS 16
/* Of one form: a page for each of 500 rows, and some 20 pages full of foreign script; of sheets, as
 * much more as they have records. */
#define PAGES_MAX 600u
#define PIXELS_MAX (G_GINT64_CONSTANT (64) << 20)
#define PIXELS_RECORD (G_GINT64_CONSTANT (1) << 20)

DkPaper *
dk_paper_new (const DkPaperFacts *facts)
{
  g_return_val_if_fail (facts != NULL, NULL);
  DkPaper *paper = g_new0 (DkPaper, 1);
  paper->size = facts->size;
  paper->mode = g_strdup (facts->mode);
  paper->organisation = g_strdup (facts->organisation);
  paper->station = g_strdup (facts->station);
  paper->printed = g_strdup (facts->printed);
  paper->printed_by = g_strdup (facts->printed_by);
  paper->printed_ms = facts->printed_ms;
  paper->ledger_head = g_strdup (facts->ledger_head);
  paper->choices = facts->choices != NULL ? json_deep_copy (facts->choices) : NULL;
  paper->pages = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_page_free);
  return paper;
}

void
dk_paper_free (DkPaper *paper)
{
  if (paper == NULL) {
    return;
  }
  g_free (paper->mode);
  g_free (paper->organisation);
  g_free (paper->station);
  g_free (paper->printed);
  g_free (paper->printed_by);
  g_free (paper->ledger_head);
  g_clear_pointer (&paper->choices, json_decref);
  g_free (paper->title);
  g_free (paper->fault);
  g_ptr_array_unref (paper->pages);
  g_free (paper);
}

const GPtrArray *
dk_paper_pages (const DkPaper *paper)
{
  return paper->pages;
}

guint
dk_paper_page_count (const DkPaper *paper)
{
  return paper->pages->len;
}

void
dk_paper_page_size_at (const DkPaper *paper, guint i, double *width, double *height)
{
  if (i < paper->pages->len) {
    const DkPage *page = g_ptr_array_index (paper->pages, i);
    *width = page->width;
    *height = page->height;
    return;
  }
  *width = paper->size == DK_PAPER_LETTER ? LETTER_WIDTH : A4_WIDTH;
  *height = paper->size == DK_PAPER_LETTER ? LETTER_HEIGHT : A4_HEIGHT;
}

guint
dk_paper_unreadable_count (const DkPaper *paper)
{
  guint count = 0;
  for (guint i = 0; i < paper->pages->len; i++) {
    count += ((const DkPage *) g_ptr_array_index (paper->pages, i))->unreadable;
  }
  return count;
}

/* A drill number makes a drill page, whatever the mode says. */
static gboolean
is_drill (const DkPaper *paper, const char *number)
{
  return (paper->mode != NULL && g_str_has_prefix (paper->mode, "DRILL"))
         || (number != NULL && g_str_has_prefix (number, "DR-"));
}

/* A blank sheet is written on in an outage, not in the mode that it was printed in. */
static gboolean
waits_for_downtime (const DkPaper *paper, const DkTicket *ticket, const char *number)
{
  return ticket == NULL && number != NULL && !is_drill (paper, number)
         && g_strcmp0 (paper->mode, "NORMAL") == 0;
}

static char *
make_mark (const DkPaper *paper, const DkPaperWords *words, const DkTicket *ticket,
           const char *number)
{
  g_autoptr (GString) mark = g_string_new (is_drill (paper, number) ? "DRILL" : "");
  if (ticket != NULL && ticket->state == DK_TICKET_VOID) {
    g_string_append_printf (mark, "%sVOID", mark->len > 0 ? " " : "");
  } else if (number == NULL) {
    g_string_append_printf (mark, "%s%s", mark->len > 0 ? " " : "", words->specimen);
  }
  return mark->len > 0 ? g_string_free (g_steal_pointer (&mark), FALSE) : NULL;
}

void
dk_paper_add_form (DkPaper *paper, const DkForm *form, const DkTicket *ticket, const char *number)
{
  dk_paper_add_form_with_log (paper, form, ticket, number, NULL);
}

static char *
make_origin (const DkForm *form, const DkPaperWords *words)
{
  return g_strdup_printf ("%s %s %s %s", words->form, dk_form_id (form), words->version,
                          dk_form_version (form));
}

static void
name_paper (DkPaper *paper, const char *title, const char *what)
{
  if (paper->title == NULL) {
    g_autofree char *name = g_strdup_printf ("%s%s%s", title, *what != '\0' ? " " : "", what);
    paper->title = dk_text_clean_line (name);
  }
}

/* Texts that a flow borrows. */
typedef struct {
  char *hash, *origin, *mark;
} FlowTexts;

static void
flow_texts_clear (FlowTexts *texts)
{
  g_free (texts->hash);
  g_free (texts->origin);
  g_free (texts->mark);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowTexts, flow_texts_clear)

/* What every sheet of a form has; number: its own, or the first of a sheet of records. */
static DkFlow
make_flow (DkPaper *paper, const DkForm *form, const DkTicket *ticket, const char *number,
           FlowTexts *texts)
{
  const DkPaperWords *words = dk_paper_words (dk_form_language (form));
  texts->hash = g_strndup (dk_form_hash (form), HASH_DIGITS);
  texts->origin = make_origin (form, words);
  texts->mark = make_mark (paper, words, ticket, number);
  paper->has_form = TRUE;
  return (DkFlow) { .paper = paper,
                    .language = dk_form_language (form),
                    .words = words,
                    .title = dk_form_title (form),
                    .origin = texts->origin,
                    .hash = texts->hash,
                    .mode = is_drill (paper, number) ? "DRILL" : paper->mode,
                    .waits = waits_for_downtime (paper, ticket, number),
                    .mark = texts->mark,
                    .is_landscape = dk_form_is_landscape (form),
                    .is_specimen = number == NULL,
                    .pixels_max = PIXELS_MAX };
}

/* Sheets of records; numbers NULL: one SPECIMEN of a sheet. */
static void
add_records (DkPaper *paper, const DkForm *form, const GPtrArray *numbers)
{
  const char *first = numbers != NULL ? g_ptr_array_index (numbers, 0) : NULL;
  g_auto (FlowTexts) texts = { 0 };
  DkFlow flow = make_flow (paper, form, NULL, first, &texts);
  flow.is_sheet = TRUE;
  flow.pixels_max += (numbers != NULL ? numbers->len : 0) * PIXELS_RECORD;
  dk_flow_begin (&flow);
  dk_layout_records (&flow, form, numbers);
  dk_flow_finish (&flow);
  name_paper (paper, flow.title, first != NULL ? first : flow.words->specimen);
}

void
dk_paper_add_form_with_log (DkPaper *paper, const DkForm *form, const DkTicket *ticket,
                            const char *number, const GPtrArray *lines)
{
  g_return_if_fail (paper != NULL && form != NULL);
  if (ticket == NULL && number == NULL && dk_form_paper_lines (form) > 0) {
    add_records (paper, form, NULL);
    return;
  }
  g_auto (FlowTexts) texts = { 0 };
  DkFlow flow = make_flow (paper, form, ticket, number, &texts);
  flow.number = number;
  flow.ticket = ticket;
  flow.lines = lines;
  flow.pages_max = PAGES_MAX;
  dk_flow_begin (&flow);
  dk_layout_form (&flow, form);
  dk_flow_finish (&flow);
  name_paper (paper, flow.title, number != NULL ? number : flow.words->specimen);
}

void
dk_paper_add_lines (DkPaper *paper, const DkForm *form, const GPtrArray *numbers)
{
  g_return_if_fail (paper != NULL && form != NULL && numbers != NULL && numbers->len > 0);
  add_records (paper, form, numbers);
}

void
dk_paper_add_document (DkPaper *paper, const char *title, const char *language,
                       const DkDocument *document)
{
  g_return_if_fail (paper != NULL && document != NULL);
  paper->has_document = TRUE;
  DkFlow flow = { .paper = paper,
                  .language = language,
                  .words = dk_paper_words (language != NULL ? language : "en"),
                  .title = title != NULL ? title : "",
                  .mode = is_drill (paper, NULL) ? "DRILL" : paper->mode,
                  .mark = is_drill (paper, NULL) ? "DRILL" : NULL };
  dk_flow_begin (&flow);
  dk_layout_document (&flow, document);
  dk_flow_finish (&flow);
  name_paper (paper, flow.title, "");
}

/* What follows the end of a PDF is a comment. */
static GBytes *
add_mark (GBytes *pdf)
{
  GByteArray *bytes = g_byte_array_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (pdf, &size);
  g_byte_array_append (bytes, data, (guint) size);
  g_byte_array_append (bytes, (const guint8 *) DK_PAPER_MARK, strlen (DK_PAPER_MARK));
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
dk_paper_pdf (const DkPaper *paper, GError **error)
{
  g_return_val_if_fail (paper->pages->len > 0, NULL);
  if (paper->fault != NULL) {
    g_set_error_literal (error, DK_ERROR, DK_ERROR_INVALID, paper->fault);
    return NULL;
  }
  g_autoptr (GBytes) pdf
      = dk_draw_pdf (paper->pages, paper->title != NULL ? paper->title : "", error);
  if (pdf == NULL || !paper->has_form || paper->has_document) {
    return g_steal_pointer (&pdf);
  }
  return add_mark (pdf);
}

void
dk_paper_draw_page (const DkPaper *paper, guint i, cairo_t *cr)
{
  g_return_if_fail (i < paper->pages->len);
  dk_draw_cairo (g_ptr_array_index (paper->pages, i), cr);
}
