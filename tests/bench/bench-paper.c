/* SPDX-License-Identifier: MIT */
/* What paper costs: one layout drawn by libharu and by cairo's PDF surface with the same fonts,
 * interleaved in one run, CPU time of the process, medians. Prints one line for each figure,
 * `name value limit`, and ends with 1 if a limit is exceeded. */
#include <cairo-pdf.h>
#include <stdlib.h>

#include "app/base/platform.h"
#include "forms/paper.h"
#include "tests/support/support.h"

#define ROUNDS 5
#define PAGES 500

static gboolean is_exceeded;

static void
print_figure (const char *name, double value, double limit)
{
  g_print ("%s %.2f %.2f\n", name, value, limit);
  is_exceeded = is_exceeded || value > limit;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;
  return difference < 0 ? -1 : difference > 0;
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

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
  dk_paper_page_size (paper, &width, &height);
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

static gsize
draw_with_libharu (const DkPaper *paper)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, &error);
  g_assert_no_error (error);
  return g_bytes_get_size (pdf);
}

static void
measure (guint pages, const char *prefix, double ratio_max)
{
  double layout[ROUNDS];
  double haru[ROUNDS];
  double cairo[ROUNDS];
  gsize haru_size = 0;
  gsize cairo_size = 0;
  for (guint i = 0; i < ROUNDS; i++) {
    gint64 start_us = dk_platform_cpu_us ();
    g_autoptr (DkPaper) paper = make_paper (pages);
    gint64 laid_us = dk_platform_cpu_us ();
    haru_size = draw_with_libharu (paper);
    gint64 drawn_us = dk_platform_cpu_us ();
    cairo_size = draw_with_cairo (paper);
    layout[i] = (double) (laid_us - start_us) / 1e3;
    haru[i] = (double) (drawn_us - laid_us) / 1e3;
    cairo[i] = (double) (dk_platform_cpu_us () - drawn_us) / 1e3;
  }
  double haru_ms = median (haru);
  g_autofree char *ratio = g_strdup_printf ("%s_libharu_to_cairo_time", prefix);
  g_autofree char *time = g_strdup_printf ("%s_libharu_ms", prefix);
  g_autofree char *layout_time = g_strdup_printf ("%s_layout_ms", prefix);
  g_autofree char *size = g_strdup_printf ("%s_bytes", prefix);
  g_autofree char *size_ratio = g_strdup_printf ("%s_libharu_to_cairo_bytes", prefix);
  print_figure (layout_time, median (layout), pages == 1 ? 50 : 5000);
  print_figure (time, haru_ms, pages == 1 ? 150 : 15000);
  print_figure (ratio, haru_ms / median (cairo), ratio_max);
  print_figure (size, (double) haru_size, pages == 1 ? 45000 : 5e6);
  print_figure (size_ratio, (double) haru_size / (double) cairo_size, pages == 1 ? 4 : 0.8);
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  g_autoptr (DkPaper) warm = make_paper (1);
  draw_with_libharu (warm);
  measure (1, "one_page", 10);
  measure (PAGES, "500_pages", 0.67);
  return is_exceeded ? 1 : 0;
}
