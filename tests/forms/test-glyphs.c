/* SPDX-License-Identifier: MIT */
/* Goal: each letter of the supported scripts is printed as it is, in both weights, from fonts that
 * are cut to each document. A part of a letter can be lost without any error, and the text of the
 * PDF stays right, so only the picture can show it. Method: a grid of all letters, drawn by poppler
 * from the PDF and by cairo from the same list, compared letter by letter in small squares; each
 * script alone as well, so that its glyphs get other numbers. Control: the same with fonts whose
 * composed letters lack a part must fail for all of those. */
#include "forms/draw-private.h"
#include "forms/font-subset-private.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include <math.h>
#include <string.h>

#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

#define PAGE_WIDTH 576.0
#define PAGE_HEIGHT 792.0
#define CELL 24.0
#define COLUMNS 24
#define ROWS 33
#define SIZE 14.0
#define DPI 144
#define PIXELS 48 /* side of a cell */
#define SQUARE 6
#define DIFFERENCE_MAX 25.0 /* of 255, mean of a square */

/* Letters whose glyphs are composites of composites in Noto Sans. */
#define NESTED "ǮḒḓḘḙḚḪḫḬḴḼṊṋṯṰṲṳṶẔẕẖ"

#define SYSTEM_FONT "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"

static char **control_paths;

typedef struct {
  GPtrArray *pages; /* of DkPage */
  GArray *letters;  /* of gunichar, COLUMNS * ROWS a page */
} Grid;

static void
free_grid (Grid *grid)
{
  g_ptr_array_unref (grid->pages);
  g_array_unref (grid->letters);
  g_free (grid);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Grid, free_grid)

/* All letters of the font, or those of `only`. */
static Grid *
make_grid (DkFontWeight weight, const char *only)
{
  Grid *grid = g_new0 (Grid, 1);
  DkPage *page = NULL;
  grid->pages = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_page_free);
  grid->letters = g_array_new (FALSE, FALSE, sizeof (gunichar));
  for (gunichar c = 0x21; c < 0x2100; c++) {
    if (!dk_font_has (weight, c) || (only != NULL && g_utf8_strchr (only, -1, c) == NULL)) {
      continue;
    }
    guint place = grid->letters->len % (COLUMNS * ROWS);
    if (place == 0) {
      page = dk_page_new (PAGE_WIDTH, PAGE_HEIGHT);
      g_ptr_array_add (grid->pages, page);
    }
    char text[7] = { 0 };
    g_unichar_to_utf8 (c, text);
    dk_page_text (page, weight, SIZE, 0, place % COLUMNS * CELL + 3,
                  place / COLUMNS * CELL + CELL - 6, text);
    g_array_append_val (grid->letters, c);
  }
  return grid;
}

static guint8 *
draw_with_cairo (const DkPage *page)
{
  int width = (int) (PAGE_WIDTH * DPI / 72);
  int height = (int) (PAGE_HEIGHT * DPI / 72);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, DPI / 72.0, DPI / 72.0);
  dk_draw_cairo (page, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  guint8 *grey = g_malloc ((gsize) width * (gsize) height);
  for (int i = 0; i < width * height; i++) {
    grey[i] = data[i / width * stride + i % width * 4];
  }
  cairo_surface_destroy (surface);
  return grey;
}

static guint8 *
draw_with_poppler (const char *path, guint page)
{
  g_autofree char *number = g_strdup_printf ("%u", page + 1);
  const char *const argv[] = { "pdftoppm", "-r",         G_STRINGIFY (DPI), "-gray", "-f", number,
                               "-l",       number,       "-singlefile",     path,    NULL };
  g_autoptr (DkTestOutput) output = dk_test_spawn (argv, NULL, 60);
  gsize size = (gsize) (PAGE_WIDTH * DPI / 72) * (gsize) (PAGE_HEIGHT * DPI / 72);
  g_assert_cmpint (output->exit_code, ==, 0);
  g_assert_cmpuint (output->out_size, >, size);
  return g_memdup2 (output->out + output->out_size - size, size);
}

static double
mean_of_square (const guint8 *grey, guint x, guint y)
{
  const guint stride = COLUMNS * PIXELS;
  double sum = 0;
  for (guint i = 0; i < SQUARE * SQUARE; i++) {
    sum += grey[(gsize) (y + i / SQUARE) * stride + x + i % SQUARE];
  }
  return sum / (SQUARE * SQUARE);
}

/* The largest difference of a square of a letter's cell. */
static double
compare_cell (const guint8 *a, const guint8 *b, guint place)
{
  guint left = place % COLUMNS * PIXELS;
  guint top = place / COLUMNS * PIXELS;
  double worst = 0;
  for (guint y = 0; y + SQUARE <= PIXELS; y += SQUARE / 2) {
    for (guint x = 0; x + SQUARE <= PIXELS; x += SQUARE / 2) {
      double difference
          = mean_of_square (a, left + x, top + y) - mean_of_square (b, left + x, top + y);
      worst = MAX (worst, fabs (difference));
    }
  }
  return worst;
}

static gboolean
has_ink (const guint8 *grey, guint place)
{
  guint left = place % COLUMNS * PIXELS;
  guint top = place / COLUMNS * PIXELS;
  for (guint i = 0; i < PIXELS * PIXELS; i++) {
    if (grey[(gsize) (top + i / PIXELS) * COLUMNS * PIXELS + left + i % PIXELS] < 128) {
      return TRUE;
    }
  }
  return FALSE;
}

/* Letters that the PDF shows differently from cairo, or not at all. */
static guint
count_wrong (const Grid *grid, const char *path, double *worst, GString *wrong_letters)
{
  guint wrong = 0;
  for (guint i = 0; i < grid->pages->len; i++) {
    g_autofree guint8 *printed = draw_with_poppler (path, i);
    g_autofree guint8 *shown = draw_with_cairo (g_ptr_array_index (grid->pages, i));
    guint first = i * COLUMNS * ROWS;
    for (guint place = 0; place < COLUMNS * ROWS && first + place < grid->letters->len; place++) {
      double difference = compare_cell (printed, shown, place);
      *worst = MAX (*worst, difference);
      gunichar c = g_array_index (grid->letters, gunichar, first + place);
      if (difference > DIFFERENCE_MAX || (g_unichar_isgraph (c) && !has_ink (printed, place))) {
        g_string_append_unichar (wrong_letters, c);
        wrong++;
      }
    }
  }
  return wrong;
}

static char *
save (GBytes *pdf)
{
  static guint count;
  g_autofree char *folder = dk_test_folder_new ();
  g_autofree char *name = g_strdup_printf ("glyphs-%u.pdf", count++);
  char *path = g_build_filename (folder, name, NULL);
  gsize size = 0;
  const char *bytes = g_bytes_get_data (pdf, &size);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  return path;
}

static void
test_every_letter_is_printed_as_it_is (void)
{
  guint letters = 0;
  for (guint weight = 0; weight < DK_FONT_COUNT; weight++) {
    g_autoptr (Grid) grid = make_grid ((DkFontWeight) weight, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) pdf = dk_draw_pdf (grid->pages, "Letters", &error);
    g_assert_no_error (error);
    g_autofree char *path = save (pdf);
    g_autoptr (GString) wrong_letters = g_string_new (NULL);
    double worst = 0;
    guint wrong = count_wrong (grid, path, &worst, wrong_letters);
    g_test_message ("weight %u: %u letters, worst difference %.1f, wrong: %s", weight,
                    grid->letters->len, worst, wrong_letters->str);
    g_assert_cmpuint (wrong, ==, 0);
    letters += grid->letters->len;
  }
  g_assert_cmpuint (letters, >=, 2000);
}

static void
test_control_with_lost_parts_fails (void)
{
  guint wrong = 0;
  GBytes *fonts[DK_FONT_COUNT];
  for (guint i = 0; i < DK_FONT_COUNT; i++) {
    char *bytes = NULL;
    gsize size = 0;
    g_assert_true (g_file_get_contents (control_paths[i], &bytes, &size, NULL));
    fonts[i] = g_bytes_new_take (bytes, size);
  }
  for (guint weight = 0; weight < DK_FONT_COUNT; weight++) {
    g_autoptr (Grid) grid = make_grid ((DkFontWeight) weight, NESTED);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) pdf = dk_draw_pdf_with_fonts (grid->pages, "Letters", fonts, &error);
    g_assert_no_error (error);
    g_autofree char *path = save (pdf);
    g_autoptr (GString) wrong_letters = g_string_new (NULL);
    double worst = 0;
    wrong += count_wrong (grid, path, &worst, wrong_letters);
    g_test_message ("control, weight %u: worst difference %.1f, wrong: %s", weight, worst,
                    wrong_letters->str);
  }
  g_assert_cmpuint (wrong, >=, 20);
  g_bytes_unref (fonts[0]);
  g_bytes_unref (fonts[1]);
}

/* Letters alone in a document: nothing else brings their parts along. */
static void
test_composed_letters_alone_are_whole (void)
{
  for (guint weight = 0; weight < DK_FONT_COUNT; weight++) {
    g_autoptr (Grid) grid = make_grid ((DkFontWeight) weight, NESTED);
    g_autoptr (GBytes) pdf = dk_draw_pdf (grid->pages, "Letters", NULL);
    g_autofree char *path = save (pdf);
    g_autoptr (GString) wrong_letters = g_string_new (NULL);
    double worst = 0;
    g_assert_cmpuint (count_wrong (grid, path, &worst, wrong_letters), ==, 0);
    g_assert_cmpuint (grid->letters->len, ==, g_utf8_strlen (NESTED, -1));
  }
}

static guint
count_composites (GBytes *font, guint *glyphs)
{
  FT_Library library = NULL;
  FT_Face face = NULL;
  gsize size = 0;
  const FT_Byte *data = g_bytes_get_data (font, &size);
  guint composites = 0;
  g_assert_cmpint (FT_Init_FreeType (&library), ==, 0);
  g_assert_cmpint (FT_New_Memory_Face (library, data, (FT_Long) size, 0, &face), ==, 0);
  *glyphs = (guint) face->num_glyphs;
  for (guint i = 0; i < *glyphs; i++) {
    g_assert_cmpint (FT_Load_Glyph (face, i, FT_LOAD_NO_SCALE | FT_LOAD_NO_RECURSE), ==, 0);
    composites += face->glyph->format == FT_GLYPH_FORMAT_COMPOSITE;
  }
  FT_Done_Face (face);
  FT_Done_FreeType (library);
  return composites;
}

/* What goes into a PDF: its glyphs are whole by themselves, as many as were asked for. */
static void
test_fonts_of_documents_have_no_composites (void)
{
  g_autofree guint8 *used = g_new0 (guint8, DK_FONT_CHARS / 8);
  for (const char *c = NESTED; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar u = g_utf8_get_char (c);
    used[u / 8] |= (guint8) (1 << u % 8);
  }
  guint glyphs = 0;
  for (guint weight = 0; weight < DK_FONT_COUNT; weight++) {
    g_autoptr (DkFontSubset) subset = dk_font_subset_new ((DkFontWeight) weight, NULL, used);
    g_assert_cmpuint (count_composites (subset->bytes, &glyphs), ==, 0);
    g_assert_cmpuint (glyphs, ==, g_utf8_strlen (NESTED, -1) + 1);
    g_assert_cmpuint (subset->chars->len, ==, glyphs);
  }
  char *bytes = NULL;
  gsize size = 0;
  if (g_file_get_contents (SYSTEM_FONT, &bytes, &size, NULL)) {
    g_autoptr (GBytes) whole = g_bytes_new_take (bytes, size);
    g_autoptr (DkFontSubset) subset = dk_font_subset_new (DK_FONT_REGULAR, whole, used);
    g_assert_cmpuint (count_composites (subset->bytes, &glyphs), >=, 10);
  }
}

static void
test_text_can_be_found (void)
{
  g_autoptr (Grid) grid = make_grid (DK_FONT_REGULAR, NULL);
  g_autoptr (GBytes) pdf = dk_draw_pdf (grid->pages, "Letters", NULL);
  g_autofree char *path = save (pdf);
  g_autofree char *text = paper_text (path);
  guint lost = 0;
  for (guint i = 0; i < grid->letters->len; i++) {
    gunichar c = g_array_index (grid->letters, gunichar, i);
    lost += g_unichar_isgraph (c) && g_utf8_strchr (text, -1, c) == NULL;
  }
  g_assert_cmpuint (lost, ==, 0);
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  g_assert_cmpint (argc, ==, 3);
  control_paths = argv + 1;
  g_test_add_func ("/glyphs/every-letter-is-printed-as-it-is",
                   test_every_letter_is_printed_as_it_is);
  g_test_add_func ("/glyphs/composed-letters-alone-are-whole",
                   test_composed_letters_alone_are_whole);
  g_test_add_func ("/glyphs/fonts-of-documents-have-no-composites",
                   test_fonts_of_documents_have_no_composites);
  g_test_add_func ("/glyphs/text-can-be-found", test_text_can_be_found);
  g_test_add_func ("/glyphs/control-with-lost-parts-fails", test_control_with_lost_parts_fails);
  return dk_test_run ();
}
