/* SPDX-License-Identifier: MIT */
/* Goal: what is printed can be read by people, by scanners and by other programs, on one page where
 * it fits. Method: pages of the shipped forms, read back by qpdf, poppler and zbar, which share no
 * code with what made them; the two back ends are compared by their ink. */
#include "forms/paper.h"

#include <math.h>
#include <string.h>

#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

#define PAGE_BYTES_MAX 45000

static char *folder;

static DkPaper *
make_paper (DkPaperSize size, const char *form_id, const char *language, const DkTicket *ticket,
            const char *number)
{
  DkPaperFacts facts = paper_facts (size, "DOWNTIME");
  g_autoptr (DkForm) form = dk_form_shipped (form_id, language);
  DkPaper *paper = dk_paper_new (&facts);
  dk_paper_add_form (paper, form, ticket, number);
  return paper;
}

static void
test_each_shipped_form_is_small (void)
{
  static const char *const languages[] = { "en", "de" };
  for (const char *const *id = dk_form_shipped_ids (); *id != NULL; id++) {
    for (guint i = 0; i < 8; i++) {
      g_autoptr (DkTicket) ticket = g_str_equal (*id, "it-incident") ? paper_ticket () : NULL;
      g_autoptr (DkPaper) paper
          = make_paper (i & 1 ? DK_PAPER_LETTER : DK_PAPER_A4, *id, languages[i >> 1 & 1],
                        i & 4 ? ticket : NULL, PAPER_NUMBER);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) pdf = dk_paper_pdf (paper, &error);
      g_assert_no_error (error);
      g_test_message ("%s: %" G_GSIZE_FORMAT " bytes", *id, g_bytes_get_size (pdf));
      g_assert_cmpuint (dk_paper_page_count (paper), <=,
                        g_str_equal (*id, "situation-briefing") ? 2 : 1);
      g_assert_cmpuint (g_bytes_get_size (pdf), <=, PAGE_BYTES_MAX);
    }
  }
}

static void
test_file_is_whole_and_fonts_are_in_it (void)
{
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autoptr (DkPaper) paper = make_paper (DK_PAPER_A4, "it-incident", "en", ticket, PAPER_NUMBER);
  g_autofree char *path = paper_save (paper, folder);
  const char *const check[] = { "qpdf", "--check", path, NULL };
  g_autofree char *checked = paper_run (check);
  g_assert_nonnull (strstr (checked, "No syntax or stream encoding errors"));
  const char *const list[] = { "pdffonts", path, NULL };
  g_autofree char *fonts = paper_run (list);
  g_auto (GStrv) lines = g_strsplit (fonts, "\n", -1);
  guint count = 0;
  for (guint i = 2; lines[i] != NULL && *lines[i] != '\0'; i++) {
    g_assert_nonnull (strstr (lines[i], " yes yes yes "));
    count++;
  }
  g_assert_cmpuint (count, ==, 2);
}

static void
test_title_names_form_and_number (void)
{
  g_autoptr (DkPaper) paper = make_paper (DK_PAPER_A4, "it-incident", "de", NULL, PAPER_NUMBER);
  g_autofree char *path = paper_save (paper, folder);
  const char *const argv[] = { "pdfinfo", path, NULL };
  g_autofree char *info = paper_run (argv);
  g_assert_nonnull (strstr (info, "IT-Störung " PAPER_NUMBER "\n"));
  g_assert_nonnull (strstr (info, "(A4)"));
  g_autoptr (DkPaper) letter = make_paper (DK_PAPER_LETTER, "call-log", "en", NULL, PAPER_NUMBER);
  g_autofree char *letter_path = paper_save (letter, folder);
  const char *const letter_argv[] = { "pdfinfo", letter_path, NULL };
  g_autofree char *letter_info = paper_run (letter_argv);
  g_assert_nonnull (strstr (letter_info, "(letter)"));
}

static void
test_codes_are_read_by_a_scanner (void)
{
  DkPaperFacts facts = paper_facts (DK_PAPER_LETTER, "DOWNTIME");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  dk_paper_add_form (paper, form, NULL, "DT-A07-0042-D");
  dk_paper_add_form (paper, form, NULL, "DT-STATION8-123456789-X");
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *codes = paper_codes (path);
  g_assert_nonnull (strstr (codes, "QR-Code:DT-A07-0042-D 1/1\n"));
  g_assert_nonnull (strstr (codes, "CODE-128:DT-A07-0042-D\n"));
  g_assert_nonnull (strstr (codes, "QR-Code:DT-STATION8-123456789-X 1/1\n"));
  g_assert_nonnull (strstr (codes, "CODE-128:DT-STATION8-123456789-X\n"));
}

static void
test_without_number_it_is_a_specimen (void)
{
  g_autoptr (DkPaper) paper = make_paper (DK_PAPER_A4, "it-incident", "en", NULL, NULL);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  g_autofree char *codes = paper_codes (path);
  g_assert_nonnull (strstr (text, "SPECIMEN"));
  g_assert_nonnull (strstr (text, "do not fill in"));
  g_assert_cmpstr (codes, ==, "");
  g_autoptr (DkPaper) numbered
      = make_paper (DK_PAPER_A4, "it-incident", "en", NULL, PAPER_NUMBER);
  g_autofree char *numbered_path = paper_save (numbered, folder);
  g_autofree char *numbered_text = paper_text (numbered_path);
  g_assert_null (strstr (numbered_text, "SPECIMEN"));
}

static void
count_words (const char *number, const char *mode, const char *word, gboolean expected)
{
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, mode);
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_form (paper, form, NULL, number);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  g_assert_true ((strstr (text, word) != NULL) == expected);
}

static void
test_mode_is_a_word_on_the_page (void)
{
  count_words (PAPER_NUMBER, "DOWNTIME", "DOWNTIME", TRUE);
  count_words (PAPER_NUMBER, "DEGRADED", "DEGRADED", TRUE);
  count_words (PAPER_NUMBER, "NORMAL", "NORMAL", TRUE);
  count_words (PAPER_NUMBER, "NORMAL", "DOWNTIME FORM", TRUE);
  count_words (PAPER_NUMBER, "DEGRADED", "DOWNTIME FORM", FALSE);
  count_words ("DR-A07-0042-X", "NORMAL", "DOWNTIME FORM", FALSE);
  count_words (PAPER_NUMBER, "NORMAL", "DRILL", FALSE);
  count_words ("DR-A07-0042-X", "NORMAL", "DRILL", TRUE);
  count_words ("DR-A07-0042-X", "DRILL", "DRILL", TRUE);
}

static void
test_void_ticket_is_marked (void)
{
  g_autoptr (DkTicket) ticket = paper_ticket ();
  ticket->state = DK_TICKET_VOID;
  g_autoptr (DkPaper) paper = make_paper (DK_PAPER_A4, "it-incident", "en", ticket, PAPER_NUMBER);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  g_assert_nonnull (strstr (text, "State: void"));
}

/* Darkness of each square of a page, 0 to 255, squares of `side` pixels. */
static GArray *
measure_ink (const guint8 *pixels, guint width, guint height, guint stride, guint side)
{
  GArray *ink = g_array_new (FALSE, TRUE, sizeof (double));
  for (guint y = 0; y + side <= height; y += side) {
    for (guint x = 0; x + side <= width; x += side) {
      double sum = 0;
      for (guint i = 0; i < side * side; i++) {
        sum += 255 - pixels[(gsize) (y + i / side) * stride + x + i % side];
      }
      sum /= side * side;
      g_array_append_val (ink, sum);
    }
  }
  return ink;
}

static GArray *
ink_of_cairo (const DkPaper *paper, guint width, guint height, double scale, guint side)
{
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  cairo_t *cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  dk_paper_draw_page (paper, 0, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  const guint8 *data = cairo_image_surface_get_data (surface);
  guint stride = (guint) cairo_image_surface_get_stride (surface);
  g_autofree guint8 *grey = g_malloc ((gsize) width * height);
  for (guint i = 0; i < width * height; i++) {
    grey[i] = data[(gsize) (i / width) * stride + (i % width) * 4];
  }
  cairo_surface_destroy (surface);
  return measure_ink (grey, width, height, width, side);
}

static void
test_preview_shows_what_is_printed (void)
{
  const guint side = 8;
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autoptr (DkPaper) paper = make_paper (DK_PAPER_A4, "it-incident", "en", ticket, PAPER_NUMBER);
  g_autofree char *path = paper_save (paper, folder);
  const char *const argv[] = { "pdftoppm", "-r", "96", "-gray", "-singlefile", path, NULL };
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 30);
  guint width = 0;
  guint height = 0;
  g_assert_cmpint (sscanf (output->out, "P5 %u %u 255", &width, &height), ==, 2);
  const guint8 *pixels
      = (const guint8 *) output->out + output->out_size - (gsize) width * height;
  g_autoptr (GArray) printed = measure_ink (pixels, width, height, width, side);
  g_autoptr (GArray) shown = ink_of_cairo (paper, width, height, 96.0 / 72, side);
  double worst = 0;
  double total = 0;
  for (guint i = 0; i < printed->len; i++) {
    double a = g_array_index (printed, double, i);
    double b = g_array_index (shown, double, i);
    worst = MAX (worst, fabs (a - b));
    total += a;
  }
  g_test_message ("worst difference of a square %.1f of 255, mean ink %.1f", worst,
                  total / printed->len);
  g_assert_cmpfloat (total / printed->len, >, 5);
  g_assert_cmpfloat (worst, <, 50);
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  g_test_add_func ("/paper/form/is-one-small-page", test_each_shipped_form_is_small);
  g_test_add_func ("/paper/pdf/is-whole-with-its-fonts", test_file_is_whole_and_fonts_are_in_it);
  g_test_add_func ("/paper/pdf/title-names-form-and-number", test_title_names_form_and_number);
  g_test_add_func ("/paper/codes/are-read-by-a-scanner", test_codes_are_read_by_a_scanner);
  g_test_add_func ("/paper/specimen/without-number", test_without_number_it_is_a_specimen);
  g_test_add_func ("/paper/mode/is-a-word-on-the-page", test_mode_is_a_word_on_the_page);
  g_test_add_func ("/paper/void/is-marked", test_void_ticket_is_marked);
  g_test_add_func ("/paper/preview/shows-what-is-printed", test_preview_shows_what_is_printed);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
