/* SPDX-License-Identifier: MIT */
/* What paper costs: one layout written as PDF, drawn by cairo's PDF surface with the same fonts and
 * by Pango on that surface with the font they are made of, interleaved in one run, CPU time of the
 * process, medians. Then 1,000 numbered forms as one document, with the memory it took. Prints one
 * line for each figure, `name value limit`, and ends with 1 if a limit is exceeded. */
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <sys/resource.h>

#include "app/base/platform.h"
#include "app/model/number.h"
#include "forms/draw-private.h"
#include "forms/paper-private.h"
#include "tests/bench/figures.h"
#include "tests/support/support.h"

#define ROUNDS 5
#define PAGES 500
#define FORMS 1000

static DkTicket *
make_ticket (guint i)
{
  DkTicket *ticket = dk_ticket_new ();
  ticket->summary = g_strdup_printf ("Cabinet %u does not open", i);
  ticket->caller = g_strdup_printf ("Nguyễn Văn Đức %u", i);
  ticket->location = g_strdup_printf ("4 West, room %u", i % 40);
  ticket->details = g_strdup_printf ("The cabinet %u shows “Server not available”. Радиология was "
                                     "told at 09:20, ± 0.5 µg, ≥ 2 × dose.\nTried again.",
                                     i);
  ticket->impact = 1 + (int) i % 3;
  ticket->urgency = 1 + (int) i % 2;
  ticket->safety = i % 5 == 0;
  ticket->safety_known = TRUE;
  return ticket;
}

static DkPaper *
make_paper (guint pages)
{
  DkPaperFacts facts = { .size = DK_PAPER_A4, .mode = "DOWNTIME", .organisation = "County Hospital",
                         .station = "A07", .printed = "printed 22 Nov 2026 09:14 by operator" };
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  DkPaper *paper = dk_paper_new (&facts);
  for (guint i = 1; i <= pages; i++) {
    g_autoptr (DkTicket) ticket = make_ticket (i);
    g_autofree char *number = g_strdup_printf ("DT-A07-%04u-D", i);
    dk_paper_add_form (paper, form, ticket, number);
  }
  g_assert_cmpuint (dk_paper_page_count (paper), ==, pages);
  return paper;
}

static cairo_status_t
count_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  *(gsize *) closure += length;
  return CAIRO_STATUS_SUCCESS;
}

static gsize
draw_with_cairo (const DkPaper *paper)
{
  double width = 0;
  double height = 0;
  gsize size = 0;
  dk_paper_page_size_at (paper, 0, &width, &height);
  cairo_surface_t *surface
      = cairo_pdf_surface_create_for_stream (count_bytes, &size, width, height);
  cairo_t *cr = cairo_create (surface);
  for (guint i = 0; i < dk_paper_page_count (paper); i++) {
    dk_paper_draw_page (paper, i, cr);
    cairo_show_page (cr);
  }
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  return size;
}

typedef struct {
  cairo_t *cr;
  PangoLayout *layout;
  PangoFontDescription *fonts[DK_FONT_COUNT];
} Peer;

static void
pango_text (gpointer data, const DkOp *op)
{
  Peer *peer = data;
  cairo_set_source_rgb (peer->cr, op->grey, op->grey, op->grey);
  pango_font_description_set_absolute_size (peer->fonts[op->weight], op->size * PANGO_SCALE);
  pango_layout_set_font_description (peer->layout, peer->fonts[op->weight]);
  pango_layout_set_text (peer->layout, op->text, -1);
  cairo_move_to (peer->cr, op->x,
                 op->y - pango_layout_get_baseline (peer->layout) / (double) PANGO_SCALE);
  pango_cairo_show_layout (peer->cr, peer->layout);
}

static void
pango_line (gpointer data, const DkOp *op, guint count)
{
  dk_draw_cairo_calls ()->line (((Peer *) data)->cr, op, count);
}

static void
pango_rect (gpointer data, const DkOp *op, guint count)
{
  dk_draw_cairo_calls ()->rect (((Peer *) data)->cr, op, count);
}

static void
pango_fill (gpointer data, const DkOp *op, guint count)
{
  dk_draw_cairo_calls ()->fill (((Peer *) data)->cr, op, count);
}

/* The pages measured have neither marks nor images. */
static void
pango_other (gpointer data, const DkOp *op)
{
  g_assert_not_reached ();
}

static void
draw_with_pango (const DkPaper *paper)
{
  static const DkDraw draw
      = { pango_text, pango_other, pango_line, pango_rect, pango_fill, pango_other };
  const GPtrArray *pages = dk_paper_pages (paper);
  const DkPage *first = g_ptr_array_index (pages, 0);
  gsize size = 0;
  cairo_surface_t *surface
      = cairo_pdf_surface_create_for_stream (count_bytes, &size, first->width, first->height);
  Peer peer = { .cr = cairo_create (surface) };
  peer.layout = pango_cairo_create_layout (peer.cr);
  peer.fonts[DK_FONT_REGULAR] = pango_font_description_from_string ("Noto Sans");
  peer.fonts[DK_FONT_BOLD] = pango_font_description_from_string ("Noto Sans Bold");
  for (guint i = 0; i < pages->len; i++) {
    dk_page_draw (g_ptr_array_index (pages, i), &draw, &peer);
    cairo_show_page (peer.cr);
  }
  pango_font_description_free (peer.fonts[DK_FONT_REGULAR]);
  pango_font_description_free (peer.fonts[DK_FONT_BOLD]);
  g_object_unref (peer.layout);
  cairo_destroy (peer.cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
}

static gsize
draw_with_libharu (const DkPaper *paper)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, &error);
  g_assert_no_error (error);
  return g_bytes_get_size (pdf);
}

static void
note_span (GArray *times_ms, gint64 from_us, gint64 to_us)
{
  double time_ms = (double) (to_us - from_us) / 1e3;
  g_array_append_val (times_ms, time_ms);
}

static void
measure (guint pages, const char *prefix, double ratio_max, double pango_ratio_max)
{
  g_autoptr (GArray) layout = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) haru = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) cairo = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) pango = g_array_new (FALSE, FALSE, sizeof (double));
  gsize haru_size = 0;
  gsize cairo_size = 0;
  for (guint i = 0; i < ROUNDS; i++) {
    gint64 start_us = dk_platform_cpu_us ();
    g_autoptr (DkPaper) paper = make_paper (pages);
    gint64 laid_us = dk_platform_cpu_us ();
    haru_size = draw_with_libharu (paper);
    gint64 drawn_us = dk_platform_cpu_us ();
    cairo_size = draw_with_cairo (paper);
    gint64 shown_us = dk_platform_cpu_us ();
    draw_with_pango (paper);
    note_span (layout, start_us, laid_us);
    note_span (haru, laid_us, drawn_us);
    note_span (cairo, drawn_us, shown_us);
    note_span (pango, shown_us, dk_platform_cpu_us ());
  }
  double haru_ms = bench_median (haru);
  g_autofree char *ratio = g_strdup_printf ("%s_libharu_to_cairo_time", prefix);
  g_autofree char *pango_ratio = g_strdup_printf ("%s_libharu_to_pango_time", prefix);
  g_autofree char *time = g_strdup_printf ("%s_libharu_ms", prefix);
  g_autofree char *layout_time = g_strdup_printf ("%s_layout_ms", prefix);
  g_autofree char *size = g_strdup_printf ("%s_bytes", prefix);
  g_autofree char *size_ratio = g_strdup_printf ("%s_libharu_to_cairo_bytes", prefix);
  bench_figure (layout_time, bench_median (layout), pages == 1 ? 50 : 5000);
  bench_figure (time, haru_ms, pages == 1 ? 150 : 15000);
  bench_figure (ratio, haru_ms / bench_median (cairo), ratio_max);
  bench_figure (pango_ratio, haru_ms / bench_median (pango), pango_ratio_max);
  bench_figure (size, (double) haru_size, pages == 1 ? 45000 : 5e6);
  bench_figure (size_ratio, (double) haru_size / (double) cairo_size, pages == 1 ? 4 : 0.7);
}

/* Blank numbered forms, from the definition to the bytes. */
static void
measure_many (void)
{
  DkPaperFacts facts = { .size = DK_PAPER_A4, .mode = "DOWNTIME", .station = "A07" };
  gint64 start_us = dk_platform_cpu_us ();
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  for (guint i = 1; i <= FORMS; i++) {
    g_autofree char *number = dk_number_format ("A07", i, FALSE);
    dk_paper_add_form (paper, form, NULL, number);
  }
  gsize size = draw_with_libharu (paper);
  struct rusage usage;
  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  bench_figure ("1000_forms_ms", (double) (dk_platform_cpu_us () - start_us) / 1e3, 5000);
  bench_figure ("1000_forms_bytes", (double) size, 5e6);
  bench_figure ("1000_forms_peak_rss_mb", (double) usage.ru_maxrss / 1024, 100);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  measure_many ();
  g_autoptr (DkPaper) warm = make_paper (1);
  draw_with_libharu (warm);
  draw_with_pango (warm);
  measure (1, "one_page", 1.5, 1.5);
  measure (PAGES, "500_pages", 0.33, 0.25);
  return bench_result ();
}
