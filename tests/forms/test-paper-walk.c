/* SPDX-License-Identifier: MIT */
/* Goal: every page of every form can be read: nothing below 8 points, nothing outside of the page,
 * no words over others, nothing cut, and each page tells what it is. Method: a walk over what
 * stands on the pages of the shipped forms and of one with much too much in it, both papers, both
 * languages; the walk itself is shown to find faults. */
#include <string.h>

#include "forms/draw-private.h"
#include "forms/paper-private.h"
#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

#define FRAME 1.5 /* lines are put on dots by one of the two, between them by the other */

static char *folder;

static void
check_form (const char *id, const char *language, DkPaperSize size)
{
  static const guint words[] = { 0, 5, 60 };
  g_autoptr (DkForm) form = dk_form_shipped (id, language);
  g_autoptr (DkPaper) blank = paper_draw (form, NULL, size);
  g_autofree char *wrong = paper_walk (blank);
  if (*wrong != '\0') {
    g_error ("%s, blank, %s: %s", id, language, wrong);
  }
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autoptr (DkTicket) ticket = paper_ticket_for (form, i * 7, words[i]);
    g_autoptr (DkPaper) filled = paper_draw (form, ticket, size);
    g_autofree char *faults = paper_walk (filled);
    if (*faults != '\0') {
      g_error ("%s, filled, %s: %s", id, language, faults);
    }
  }
}

static void
test_shipped_forms_can_be_read (void)
{
  guint forms = 0;
  for (const char *const *id = dk_form_shipped_ids (); *id != NULL; id++) {
    check_form (*id, "en", DK_PAPER_A4);
    check_form (*id, "de", DK_PAPER_A4);
    check_form (*id, "en", DK_PAPER_LETTER);
    check_form (*id, "de", DK_PAPER_LETTER);
    forms++;
  }
  g_assert_cmpuint (forms, >=, 3);
}

static void
test_control_the_walk_finds_faults (void)
{
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  DkPage *page = dk_page_new (400, 400);
  g_ptr_array_add (paper->pages, page);
  dk_page_text (page, DK_FONT_REGULAR, 7.5, 0, 50, 50, "small");
  dk_page_text (page, DK_FONT_REGULAR, 10, 0, 380, 100, "outside");
  dk_page_text (page, DK_FONT_REGULAR, 10, 0, 50, 200, "below another");
  dk_page_text (page, DK_FONT_REGULAR, 10, 0, 60, 204, "above");
  g_autofree char *wrong = paper_walk (paper);
  g_assert_nonnull (strstr (wrong, "7.5 points: small"));
  g_assert_nonnull (strstr (wrong, "outside: outside"));
  g_assert_nonnull (strstr (wrong, "\"above\" over \"below another\""));
}

static void
append_words (GString *text, const char *stem, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_string_append_printf (text, "%s%s%04u", i > 0 ? " " : "", stem, i);
  }
}

/* Labels, hints, choices, columns and a title that are much too long. */
static DkForm *
make_monster (const char *language)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text
      = g_string_new ("{\"form_id\":\"monster\",\"version\":\"1\",\"title\":\"");
  append_words (text, "title", 6);
  g_string_append (text, "\",\"choices\":{\"many\":[");
  for (guint i = 0; i < 40; i++) {
    g_string_append_printf (text, "%s{\"name\":\"c%u\",\"label\":\"choice%04u of forty\"}",
                            i > 0 ? "," : "", i, i);
  }
  g_string_append (text, "]},\"survey\":[{\"type\":\"begin_group\",\"name\":\"g\",\"label\":\"");
  append_words (text, "group", 40);
  g_string_append (text, "\"},"
                         "{\"type\":\"select_multiple many\",\"name\":\"pick\",\"label\":\"P\"},"
                         "{\"type\":\"text\",\"name\":\"narrow\",\"pdf\":{\"w\":2},\"label\":\"");
  append_words (text, "narrow", 60);
  g_string_append (text, "\"},{\"type\":\"text\",\"name\":\"long\",\"label\":\"");
  append_words (text, "label", 390);
  g_string_append (text, "\",\"hint\":\"");
  append_words (text, "hint", 30);
  g_string_append (text, "\"},{\"type\":\"acknowledge\",\"name\":\"ok\",\"label\":\"");
  append_words (text, "tick", 80);
  g_string_append (text, "\"},{\"type\":\"note\",\"name\":\"sign\",\"pdf\":{\"as\":\"signature\","
                         "\"w\":4},\"label\":\"");
  append_words (text, "sign", 50);
  g_string_append (text, "\"},{\"type\":\"note\",\"name\":\"t\",\"label\":\"T\",\"pdf\":{\"as\":"
                         "\"table\",\"rows\":3,\"columns\":[{\"label\":\"");
  append_words (text, "column", 12);
  g_string_append (text, "\"},{\"label\":\"b\",\"w\":4}]}},{\"type\":\"end_group\"}]}");
  DkForm *form = dk_form_parse (text->str, text->len, language, &error);
  g_assert_no_error (error);
  return form;
}

static guint
count_words (const DkPaper *paper, const char *stem)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const GPtrArray *pages = dk_paper_pages (paper);
  for (guint i = 0; i < pages->len; i++) {
    const DkPage *page = g_ptr_array_index (pages, i);
    for (guint k = 0; k < page->ops->len; k++) {
      const char *at = g_array_index (page->ops, DkOp, k).text;
      while (at != NULL && (at = strstr (at, stem)) != NULL) {
        if (strspn (at + strlen (stem), "0123456789") == 4) {
          g_hash_table_add (seen, g_strndup (at, strlen (stem) + 4));
        }
        at++;
      }
    }
  }
  return g_hash_table_size (seen);
}

static void
check_monster (const char *language, DkPaperSize size)
{
  static const struct {
    const char *stem;
    guint n;
  } expected[] = { { "group", 40 }, { "narrow", 60 }, { "label", 390 }, { "hint", 30 },
                   { "tick", 80 },  { "sign", 50 },   { "column", 12 },  { "choice", 40 },
                   { "answer", 500 } };
  g_autoptr (DkForm) form = make_monster (language);
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 0, 0);
  g_autoptr (GString) text = g_string_new (NULL);
  append_words (text, "answer", 500);
  json_object_set_new (ticket->answers, "long", json_string (text->str));
  g_autofree char *solid = g_strnfill (60, 'W');
  json_object_set_new (ticket->answers, "narrow", json_string (solid));
  g_autoptr (DkPaper) paper = paper_draw (form, ticket, size);
  g_autofree char *wrong = paper_walk (paper);
  g_assert_cmpstr (wrong, ==, "");
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_test_message ("%s", expected[i].stem);
    g_assert_cmpuint (count_words (paper, expected[i].stem), ==, expected[i].n);
  }
  g_assert_cmpuint (dk_paper_page_count (paper), <=, 12);
}

static void
test_nothing_is_cut_however_long (void)
{
  check_monster ("en", DK_PAPER_A4);
  check_monster ("en", DK_PAPER_LETTER);
  check_monster ("de", DK_PAPER_A4);
}

/* Texts of a page as one. */
static char *
join_page (const DkPage *page)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < page->ops->len; i++) {
    const DkOp *op = &g_array_index (page->ops, DkOp, i);
    g_string_append_printf (text, "%s\n", op->text != NULL ? op->text : "");
  }
  return g_string_free (text, FALSE);
}

static void
test_every_page_tells_what_it_is (void)
{
  g_autoptr (DkForm) form = make_monster ("en");
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 0, 300);
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  const char *number = "DR-A07-0042-B";
  dk_paper_add_form (paper, form, ticket, number);
  guint pages = dk_paper_page_count (paper);
  g_autofree char *hash = g_strndup (dk_form_hash (form), 16);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *codes = paper_codes (path);
  g_assert_cmpuint (pages, >=, 3);
  for (guint i = 1; i <= pages; i++) {
    g_autofree char *text = join_page (g_ptr_array_index (dk_paper_pages (paper), i - 1));
    g_autofree char *page_of = g_strdup_printf ("page %u of %u\n", i, pages);
    g_autofree char *code = g_strdup_printf ("QR-Code:%s %u/%u\n", number, i, pages);
    const char *const expected[]
        = { "DRILL\n", number, page_of, hash, "Form monster version 1\n",
            "room and bed only, no patient names." };
    for (guint k = 0; k < G_N_ELEMENTS (expected); k++) {
      if (strstr (text, expected[k]) == NULL) {
        g_error ("page %u lacks \"%s\":\n%s", i, expected[k], text);
      }
    }
    g_assert_nonnull (strstr (codes, code));
  }
  g_auto (GStrv) lines = g_strsplit (codes, "\n", -1);
  guint bars = 0;
  for (guint i = 0; lines[i] != NULL; i++) {
    bars += g_str_has_prefix (lines[i], "CODE-128:DR-A07-0042-B");
  }
  g_assert_cmpuint (bars, ==, pages);
}

static void
test_each_page_spells_its_number (void)
{
  g_autoptr (DkForm) form = make_monster ("en");
  g_autoptr (DkPaper) paper = paper_draw (form, NULL, DK_PAPER_LETTER);
  for (guint i = 0; i < dk_paper_page_count (paper); i++) {
    g_autofree char *text = join_page (g_ptr_array_index (dk_paper_pages (paper), i));
    g_assert_nonnull (strstr (text, "D T, A alpha zero seven, zero zero four two, D delta\n"));
  }
}

/* Mean ink of a part of a grey page, of 255. */
static double
measure (const guint8 *pixels, guint width, const double *box)
{
  double sum = 0;
  guint n = 0;
  for (guint y = (guint) box[1]; y < (guint) box[3]; y++) {
    for (guint x = (guint) box[0]; x < (guint) box[2]; x++) {
      sum += 255 - pixels[(gsize) y * width + x];
      n++;
    }
  }
  return n > 0 ? sum / n : 0;
}

static guint8 *
draw_with_cairo (const DkPage *page, guint width, guint height, double scale)
{
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  cairo_t *cr = cairo_create (surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  dk_draw_cairo (page, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  const guint8 *data = cairo_image_surface_get_data (surface);
  guint stride = (guint) cairo_image_surface_get_stride (surface);
  guint8 *grey = g_malloc ((gsize) width * height);
  for (guint i = 0; i < width * height; i++) {
    grey[i] = data[(gsize) (i / width) * stride + (i % width) * 4];
  }
  cairo_surface_destroy (surface);
  return grey;
}

static void
compare_ink (const DkForm *form, guint *boxes, double *worst)
{
  const double scale = 150.0 / 72;
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 2, 3);
  g_autoptr (DkPaper) paper = paper_draw (form, ticket, DK_PAPER_A4);
  const DkPage *page = g_ptr_array_index (dk_paper_pages (paper), 0);
  g_autofree char *path = paper_save (paper, folder);
  const char *const argv[]
      = { "pdftoppm", "-r", "150", "-gray", "-l", "1", "-singlefile", path, NULL };
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 30);
  guint width = 0;
  guint height = 0;
  g_assert_cmpint (sscanf (output->out, "P5 %u %u 255", &width, &height), ==, 2);
  const guint8 *printed
      = (const guint8 *) output->out + output->out_size - (gsize) width * height;
  g_autofree guint8 *shown = draw_with_cairo (page, width, height, scale);
  for (guint i = 0; i < page->ops->len; i++) {
    const DkOp *op = &g_array_index (page->ops, DkOp, i);
    if (op->kind != DK_OP_RECT || op->w < 40) {
      continue;
    }
    const double box[] = { (op->x + FRAME) * scale, (op->y + FRAME) * scale,
                           (op->x + op->w - FRAME) * scale, (op->y + op->h - FRAME) * scale };
    double difference = measure (printed, width, box) - measure (shown, width, box);
    *worst = MAX (*worst, MAX (difference, -difference) / 255);
    (*boxes)++;
  }
}

static void
test_boxes_hold_the_same_ink (void)
{
  guint boxes = 0;
  double worst = 0;
  for (const char *const *id = dk_form_shipped_ids (); *id != NULL; id++) {
    g_autoptr (DkForm) form = dk_form_shipped (*id, "en");
    compare_ink (form, &boxes, &worst);
  }
  g_test_message ("%u boxes, worst difference %.2f %%", boxes, worst * 100);
  g_assert_cmpuint (boxes, >=, 20);
  g_assert_cmpfloat (worst, <=, 0.02);
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  g_test_add_func ("/paper/walk/control-finds-faults", test_control_the_walk_finds_faults);
  g_test_add_func ("/paper/walk/shipped-forms-can-be-read", test_shipped_forms_can_be_read);
  g_test_add_func ("/paper/walk/nothing-is-cut", test_nothing_is_cut_however_long);
  g_test_add_func ("/paper/walk/every-page-tells-what-it-is", test_every_page_tells_what_it_is);
  g_test_add_func ("/paper/walk/every-page-spells-its-number", test_each_page_spells_its_number);
  g_test_add_func ("/paper/walk/boxes-hold-the-same-ink", test_boxes_hold_the_same_ink);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
