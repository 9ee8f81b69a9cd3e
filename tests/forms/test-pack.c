/* SPDX-License-Identifier: MIT */
/* Goal: a print pack tells who it is for, which numbers it has and where they go back to, in each
 * language; and a pack for a shift is made and shown quickly.
 * Method: packs of shipped forms, read back by pdftotext and zbarimg; CPU time and peak memory of
 * 160 forms are printed and bounded widely, since others are busy on the machine. */
#include "forms/pack.h"

#include <string.h>
#include <sys/resource.h>

#include "app/base/platform.h"
#include "app/model/number.h"
#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

#define SHIFT_FORMS 160u
#define MADE_MS_MAX 8000.0
#define SHOWN_MS_MAX 100.0
#define PEAK_KIB_MAX (250 << 10)

static char *folder;

static GPtrArray *
make_numbers (guint first, guint count)
{
  GPtrArray *numbers = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < count; i++) {
    g_ptr_array_add (numbers, dk_number_format ("A07", first + i, FALSE));
  }
  return numbers;
}

static DkPaper *
draw_pack (const char *language, const DkPackPart *parts, guint n_parts)
{
  const DkPaperPack pack = { .unit = "4 West",
                             .station = "A07",
                             .issued = "2026-11-22 09:14 by anna",
                             .language = language,
                             .hours = 8,
                             .rate = 20,
                             .parts = parts,
                             .n_parts = n_parts };
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  DkPaper *paper = dk_paper_new (&facts);
  dk_paper_add_pack (paper, &pack);
  return paper;
}

static void
check_words (const char *text, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++) {
    if (strstr (text, words[i]) == NULL) {
      g_error ("\"%s\" is not on paper:\n%s", words[i], text);
    }
  }
}

static void
test_cover_tells_what_is_in_it (void)
{
  static const char *const english[]
      = { "Print pack for 4 West", "8 hours at 20 an hour", "2026-11-22 09:14 by anna",
          "station A07", "IT incident", "DT-A07-0001-", "DT-A07-0003-", "DT-A07-0004-",
          "page 1 of 1", NULL };
  static const char *const german[] = { "Druckpaket für 4 West", "8 Stunden mit 20 je Stunde",
                                        "Platz A07", "DT-A07-0003-", "Seite 1 von 1", NULL };
  for (guint i = 0; i < 2; i++) {
    const char *language = i == 0 ? "en" : "de";
    g_autoptr (DkForm) incident = dk_form_shipped ("it-incident", language);
    g_autoptr (DkForm) request = dk_form_shipped ("service-request", language);
    g_autoptr (GPtrArray) first = make_numbers (1, 3);
    g_autoptr (GPtrArray) second = make_numbers (4, 1);
    const DkPackPart parts[] = { { incident, first }, { request, second } };
    g_autoptr (DkPaper) paper = draw_pack (language, parts, 2);
    g_autofree char *path = paper_save (paper, folder);
    g_autofree char *text = paper_text (path);
    g_autofree char *codes = paper_codes (path);
    g_autofree char *wrong = paper_walk (paper);
    g_assert_cmpuint (dk_paper_page_count (paper), ==, 5);
    g_assert_cmpstr (wrong, ==, "");
    check_words (text, i == 0 ? english : german);
    for (guint n = 0; n < 3; n++) {
      g_assert_nonnull (strstr (codes, first->pdata[n]));
    }
    g_assert_nonnull (strstr (codes, second->pdata[0]));
  }
}

static void
test_every_number_of_a_shift_stands_on_the_cover (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GPtrArray) numbers = make_numbers (1, SHIFT_FORMS);
  const DkPackPart part = { form, numbers };
  const DkPaperPack pack = { .parts = &part, .n_parts = 1 };
  g_autoptr (DkDocument) cover = dk_paper_pack_cover (&pack);
  g_autofree char *text = dk_document_text (cover);
  for (guint i = 0; i < numbers->len; i++) {
    g_assert_nonnull (strstr (text, numbers->pdata[i]));
  }
}

static void
test_a_pack_for_a_shift_is_quick (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GPtrArray) numbers = make_numbers (1, SHIFT_FORMS);
  const DkPackPart part = { form, numbers };
  gint64 start = dk_platform_cpu_us ();
  g_autoptr (DkPaper) paper = draw_pack ("en", &part, 1);
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, NULL);
  double made_ms = (double) (dk_platform_cpu_us () - start) / 1000;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 600, 850);
  cairo_t *cr = cairo_create (surface);
  double slowest_ms = 0;
  struct rusage use;

  g_assert_nonnull (pdf);
  for (guint i = 0; i < dk_paper_page_count (paper); i += 10) {
    start = dk_platform_cpu_us ();
    dk_paper_draw_page (paper, i, cr);
    /* The first page opens the fonts. */
    if (i > 0) {
      slowest_ms = MAX (slowest_ms, (double) (dk_platform_cpu_us () - start) / 1000);
    }
  }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  (void) getrusage (RUSAGE_SELF, &use);
  g_test_message ("%u pages: made in %.0f ms of CPU, %zu kB; a page shown in %.1f ms at most; "
                  "peak %ld MiB",
                  dk_paper_page_count (paper), made_ms, g_bytes_get_size (pdf) / 1000, slowest_ms,
                  use.ru_maxrss >> 10);
  g_assert_cmpfloat (made_ms, <=, MADE_MS_MAX);
  g_assert_cmpfloat (slowest_ms, <=, SHOWN_MS_MAX);
  g_assert_cmpint (use.ru_maxrss, <=, PEAK_KIB_MAX);
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  g_test_add_func ("/pack/cover-tells-what-is-in-it", test_cover_tells_what_is_in_it);
  g_test_add_func ("/pack/every-number-of-a-shift-stands-on-the-cover",
                   test_every_number_of_a_shift_stands_on_the_cover);
  g_test_add_func ("/pack/a-pack-for-a-shift-is-quick", test_a_pack_for_a_shift_is_quick);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
