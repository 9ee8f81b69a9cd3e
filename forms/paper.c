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
  paper->ledger_head = g_strdup (facts->ledger_head);
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
  g_free (paper->ledger_head);
  g_free (paper->title);
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
dk_paper_page_size (const DkPaper *paper, double *width, double *height)
{
  *width = paper->size == DK_PAPER_LETTER ? LETTER_WIDTH : A4_WIDTH;
  *height = paper->size == DK_PAPER_LETTER ? LETTER_HEIGHT : A4_HEIGHT;
}

/* A drill number makes a drill page, whatever the mode says. */
static gboolean
is_drill (const DkPaper *paper, const char *number)
{
  return (paper->mode != NULL && g_str_has_prefix (paper->mode, "DRILL"))
         || (number != NULL && g_str_has_prefix (number, "DR-"));
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

void
dk_paper_add_form_with_log (DkPaper *paper, const DkForm *form, const DkTicket *ticket,
                            const char *number, const GPtrArray *lines)
{
  g_return_if_fail (paper != NULL && form != NULL);
  paper->has_form = TRUE;
  const DkPaperWords *words = dk_paper_words (dk_form_language (form));
  g_autofree char *hash = g_strndup (dk_form_hash (form), HASH_DIGITS);
  g_autofree char *origin = g_strdup_printf ("%s %s %s %s · %s", words->form, dk_form_id (form),
                                             words->version, dk_form_version (form), hash);
  g_autofree char *mark = make_mark (paper, words, ticket, number);
  DkFlow flow = { .paper = paper,
                  .words = words,
                  .title = dk_form_title (form),
                  .number = number,
                  .origin = origin,
                  .mode = is_drill (paper, number) ? "DRILL" : paper->mode,
                  .mark = mark,
                  .ticket = ticket,
                  .lines = lines,
                  .is_specimen = number == NULL };
  dk_flow_begin (&flow);
  dk_layout_form (&flow, form);
  dk_flow_finish (&flow);
  if (paper->title == NULL) {
    g_autofree char *name
        = g_strdup_printf ("%s %s", flow.title, number != NULL ? number : words->specimen);
    paper->title = dk_text_clean_line (name);
  }
}

void
dk_paper_add_document (DkPaper *paper, const char *title, const char *language,
                       const DkDocument *document)
{
  g_return_if_fail (paper != NULL && document != NULL);
  paper->has_document = TRUE;
  DkFlow flow = { .paper = paper,
                  .words = dk_paper_words (language != NULL ? language : "en"),
                  .title = title != NULL ? title : "",
                  .mode = is_drill (paper, NULL) ? "DRILL" : paper->mode,
                  .mark = is_drill (paper, NULL) ? "DRILL" : NULL };
  dk_flow_begin (&flow);
  dk_layout_document (&flow, document);
  dk_flow_finish (&flow);
  if (paper->title == NULL) {
    paper->title = dk_text_clean_line (flow.title);
  }
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
