/* SPDX-License-Identifier: MIT */
/* Goal: a runbook card on paper has all its words in order, and making paper leaves nothing behind,
 * fails in words and may happen in many threads. Method: documents of every kind of block read back
 * by pdftotext; a page that the format does not allow; eight threads at once. */
#include "forms/draw-private.h"

#include <string.h>

#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

#define THREADS 8
#define ROUNDS 5

static char *folder;

static void
add (DkDocument *document, DkBlockKind kind, guint level, const char *text)
{
  DkBlock *block = dk_document_add_block (document, kind, level);
  dk_block_add_span (block, text, DK_SPAN_PLAIN, NULL, 0);
  if (kind == DK_BLOCK_ITEM) {
    block->marker = g_strdup ("3.");
  }
}

static char *
print_document (const DkDocument *document, guint *pages)
{
  DkPaperFacts facts = paper_facts (DK_PAPER_LETTER, "DOWNTIME");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_document (paper, "Medication cabinets", "en", document);
  *pages = dk_paper_page_count (paper);
  return paper_save (paper, folder);
}

static void
test_every_kind_of_block_is_printed (void)
{
  g_autoptr (DkDocument) document = dk_document_new ();
  add (document, DK_BLOCK_HEADING, 1, "Before anything else");
  DkBlock *block = dk_document_add_block (document, DK_BLOCK_PARAGRAPH, 0);
  dk_block_add_span (block, "Call the ", DK_SPAN_PLAIN, NULL, 0);
  dk_block_add_span (block, "pharmacist", DK_SPAN_STRONG, "contact:pharmacy", 0);
  dk_block_add_span (block, ", then the vendor.", DK_SPAN_PLAIN, NULL, 0);
  add (document, DK_BLOCK_ITEM, 1, "an item");
  add (document, DK_BLOCK_TASK, 2, "a step with שלום in it");
  add (document, DK_BLOCK_TASK, 1, "a step to tick");
  add (document, DK_BLOCK_QUOTE, 1, "words to say");
  add (document, DK_BLOCK_CODE, 0, "first line\n  second line");
  add (document, DK_BLOCK_RULE, 0, "");
  for (guint row = 0; row < 3; row++) {
    block = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, row);
    for (guint cell = 0; cell < 15; cell++) {
      g_autofree char *text = g_strdup_printf ("r%uc%u", row, cell);
      dk_block_add_span (block, text, DK_SPAN_PLAIN, NULL, cell);
    }
  }
  static const char *const expected[]
      = { "Medication cabinets", "Before anything else", "Call the pharmacist, then the vendor.",
          "3. an item",          "a step to tick",       "words to say",
          "first line",          "second line",          "r0c0",
          "r2c14",               "page 1 of 1",          "DOWNTIME" };
  guint pages = 0;
  g_autofree char *path = print_document (document, &pages);
  g_autofree char *text = paper_text (path);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++) {
    if (strstr (text, expected[i]) == NULL) {
      g_error ("\"%s\" is not on the page:\n%s", expected[i], text);
    }
  }
  g_assert_cmpuint (pages, ==, 1);
}

static void
test_long_document_loses_no_word (void)
{
  g_autoptr (DkDocument) document = dk_document_new ();
  guint words = 0;
  for (guint i = 0; i < 400; i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    for (guint j = 0; j < i % 60; j++) {
      g_string_append_printf (text, "word%05u ", words++);
    }
    static const DkBlockKind kinds[] = { DK_BLOCK_PARAGRAPH, DK_BLOCK_ITEM, DK_BLOCK_TASK,
                                         DK_BLOCK_QUOTE, DK_BLOCK_CODE, DK_BLOCK_TABLE_ROW };
    add (document, kinds[i % G_N_ELEMENTS (kinds)], 1, text->str);
  }
  guint pages = 0;
  g_autofree char *path = print_document (document, &pages);
  g_autofree char *text = paper_text (path);
  const char *at = text;
  for (guint i = 0; i < words; i++) {
    g_autofree char *word = g_strdup_printf ("word%05u", i);
    at = strstr (at, word);
    g_assert_nonnull (at);
  }
  g_test_message ("%u words on %u pages", words, pages);
  g_assert_cmpuint (words, >=, 10000);
  g_assert_cmpuint (pages, >=, 10);
}

static void
add_row (DkDocument *document, guint level, const char *const *cells, guint n)
{
  DkBlock *block = dk_document_add_block (document, DK_BLOCK_TABLE_ROW, level);
  for (guint i = 0; i < n; i++) {
    dk_block_add_span (block, cells[i], DK_SPAN_PLAIN, NULL, i);
  }
}

/* Pages of a table below some lines, so that its rows end at different places of a page. */
static char **
print_table (guint lines_above, guint rows, guint numbers, guint *pages)
{
  static const char *const head[] = { "Name", "Role", "Numbers" };
  g_autoptr (DkDocument) document = dk_document_new ();
  for (guint i = 0; i < lines_above; i++) {
    add (document, DK_BLOCK_PARAGRAPH, 0, "A line above.");
  }
  add (document, DK_BLOCK_HEADING, 2, "Heading-of-table");
  add_row (document, 0, head, G_N_ELEMENTS (head));
  for (guint i = 0; i < rows; i++) {
    g_autofree char *name = g_strdup_printf ("N%03u", i);
    g_autoptr (GString) text = g_string_new (NULL);
    for (guint j = 0; j < numbers; j++) {
      g_string_append_printf (text, "%sn%03u-%u", j > 0 ? "\n" : "", i, j);
    }
    const char *cells[] = { name, "Nurse", text->str };
    add_row (document, 1, cells, G_N_ELEMENTS (cells));
  }
  g_autofree char *path = print_document (document, pages);
  g_autofree char *text = paper_text (path);
  return g_strsplit (text, "\f", -1);
}

static void
test_rows_of_a_table_stay_together (void)
{
  for (guint above = 0; above < 14; above++) {
    guint count = 0;
    g_auto (GStrv) pages = print_table (above, 60, 3, &count);
    guint found = 0;
    g_assert_cmpuint (count, >=, 3);
    for (guint p = 0; p < count; p++) {
      gboolean has_rows = strstr (pages[p], "-0") != NULL;
      g_assert_cmpint (strstr (pages[p], "Numbers") != NULL, ==, has_rows);
      g_assert_cmpint (strstr (pages[p], "continued") != NULL, ==, p > 0);
      g_assert_true (strstr (pages[p], "Heading-of-table") == NULL || has_rows);
      for (guint i = 0; i < 60; i++) {
        g_autofree char *first = g_strdup_printf ("n%03u-0", i);
        g_autofree char *last = g_strdup_printf ("n%03u-2", i);
        g_assert_cmpint (strstr (pages[p], first) != NULL, ==, strstr (pages[p], last) != NULL);
        found += strstr (pages[p], first) != NULL;
      }
    }
    g_assert_cmpuint (found, ==, 60);
  }
}

/* A row that no page can hold is divided, and none of it is lost. */
static void
test_row_higher_than_a_page (void)
{
  guint count = 0;
  g_auto (GStrv) pages = print_table (3, 2, 150, &count);
  guint found = 0;
  for (guint p = 0; p < count; p++) {
    g_assert_cmpint (strstr (pages[p], "continued") != NULL, ==, p > 0);
    for (guint i = 0; i < 300; i++) {
      g_autofree char *line = g_strdup_printf ("n%03u-%u\n", i / 150, i % 150);
      found += strstr (pages[p], line) != NULL;
    }
  }
  g_assert_cmpuint (found, ==, 300);
  g_assert_cmpuint (count, <=, 8);
}

static gpointer
make_pages (gpointer data)
{
  guint made = 0;
  for (guint i = 0; i < ROUNDS; i++) {
    DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
    g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
    g_autoptr (DkTicket) ticket = paper_ticket ();
    g_autoptr (DkPaper) paper = dk_paper_new (&facts);
    g_free (ticket->summary);
    ticket->summary = g_strdup ("日本 and שלום");
    dk_paper_add_form (paper, form, ticket, PAPER_NUMBER);
    g_autoptr (GBytes) pdf = dk_paper_pdf (paper, NULL);
    cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 600, 850);
    cairo_t *cr = cairo_create (surface);
    dk_paper_draw_page (paper, 0, cr);
    cairo_destroy (cr);
    cairo_surface_destroy (surface);
    made += pdf != NULL && g_bytes_get_size (pdf) > 10000;
  }
  return GUINT_TO_POINTER (made);
}

static void
test_threads_do_not_disturb_each_other (void)
{
  GThread *threads[THREADS];
  for (guint i = 0; i < THREADS; i++) {
    threads[i] = g_thread_new ("paper", make_pages, NULL);
  }
  for (guint i = 0; i < THREADS; i++) {
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, ROUNDS);
  }
}

static void
test_fault_of_the_library_is_an_error_in_words (void)
{
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_page_free);
  DkPage *page = dk_page_new (20000, 20000); /* wider than the format allows */
  dk_page_text (page, DK_FONT_REGULAR, 10, 0, 10, 10, "x");
  g_ptr_array_add (pages, page);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = dk_draw_pdf (pages, "x", &error);
  g_assert_null (pdf);
  g_assert_error (error, DK_ERROR, DK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "Nothing was printed"));
}

static guint
count_font_files (void)
{
  guint count = 0;
  g_autoptr (GDir) dir = g_dir_open (g_get_tmp_dir (), 0, NULL);
  const char *name = NULL;
  while ((name = g_dir_read_name (dir)) != NULL) {
    count += g_str_has_prefix (name, "downtime-kit-") && g_str_has_suffix (name, ".ttf");
  }
  return count;
}

static void
test_no_file_is_left_behind (void)
{
  make_pages (NULL);
  test_fault_of_the_library_is_an_error_in_words ();
  g_assert_cmpuint (count_font_files (), ==, 0);
}

/* So that the files of another program of these tests are not counted. To be called before GLib
 * looks for the folder of temporary files. New string. */
static char *
make_temporary_folder (void)
{
  const char *base = g_getenv ("TMPDIR");
  char *path = g_build_filename (base != NULL ? base : "/tmp", "dk-paper-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (path));
  g_assert_true (g_setenv ("TMPDIR", path, TRUE));
  return path;
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  g_autofree char *temporary = make_temporary_folder ();
  dk_test_init (&argc, &argv);
  g_assert_cmpstr (g_get_tmp_dir (), ==, temporary);
  folder = dk_test_folder_new ();
  g_test_add_func ("/document/every-kind-of-block", test_every_kind_of_block_is_printed);
  g_test_add_func ("/document/loses-no-word", test_long_document_loses_no_word);
  g_test_add_func ("/document/rows-of-a-table-stay-together", test_rows_of_a_table_stay_together);
  g_test_add_func ("/document/row-higher-than-a-page", test_row_higher_than_a_page);
  g_test_add_func ("/paper/threads/do-not-disturb-each-other",
                   test_threads_do_not_disturb_each_other);
  g_test_add_func ("/paper/errors/are-in-words",
                   test_fault_of_the_library_is_an_error_in_words);
  g_test_add_func ("/paper/files/none-is-left-behind", test_no_file_is_left_behind);
  int result = dk_test_run ();
  dk_test_remove (temporary);
  g_free (folder);
  return result;
}
