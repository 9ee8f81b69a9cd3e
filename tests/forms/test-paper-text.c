/* SPDX-License-Identifier: MIT */
/* Goal: no word is lost on its way to paper, however long or strange it is. Method: values made of
 * numbered words, looked for in what pdftotext reads back; text that libharu would misprint, which
 * must come as an image; pages bounded in number and time. */
#include <string.h>

#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

static char *folder;

static char *
print_ticket (const DkTicket *ticket, DkPaperSize size, guint *pages)
{
  DkPaperFacts facts = paper_facts (size, "DOWNTIME");
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_form (paper, form, ticket, PAPER_NUMBER);
  *pages = dk_paper_page_count (paper);
  return paper_save (paper, folder);
}

static void
test_every_value_is_on_the_page (void)
{
  static const char *const values[]
      = { "Cabinet does not open",   "Server not available", "Tried twice.",
          "Nguyễn Văn Đức",          "ext. 53220",           "4 West, room 412, bed 2",
          "PYX-4W-02",               "Шкафы Ελλάδα",         "Pharmacy systems",
          "Cable put back at 09:40", "Doses for six beds",   "Use the cabinet of 3 West",
          "Pharmacist, 09:20",       "22 Nov 2026 09:14",    "PATIENT SAFETY",
          "Priority 2",              PAPER_NUMBER,           "County Hospital",
          "Station A07",             "page 1 of 1",          "0f3a9c21:1042:9d41aa0173cc5e02",
          "A alpha",                 "it-incident",          "by operator",
          "no patient names" };
  guint pages = 0;
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autofree char *path = print_ticket (ticket, DK_PAPER_A4, &pages);
  g_autofree char *text = paper_text (path);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    if (strstr (text, values[i]) == NULL) {
      g_error ("\"%s\" is not on the page:\n%s", values[i], text);
    }
  }
}

static void
test_what_the_form_does_not_know_is_printed_too (void)
{
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  g_autoptr (DkForm) form = dk_form_shipped ("call-log", "en");
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  json_object_set_new (ticket->answers, "old_field", json_string ("of an older form"));
  dk_paper_add_form (paper, form, ticket, PAPER_NUMBER);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  g_assert_nonnull (strstr (text, "of an older form"));
  g_assert_nonnull (strstr (text, "Use the cabinet of 3 West"));
  g_assert_nonnull (strstr (text, "Tried twice."));
}

static char *
numbered_words (gsize size, char divider)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; text->len < size; i++) {
    g_string_append_printf (text, "word%05u%c", i, divider);
  }
  return g_string_free (text, FALSE);
}

/* Counts the numbered words in order. */
static guint
count_words (const char *text)
{
  guint count = 0;
  g_autofree char *next = g_strdup ("word00000");
  for (const char *at = text; (at = strstr (at, next)) != NULL; at++) {
    count++;
    g_free (next);
    next = g_strdup_printf ("word%05u", count);
  }
  return count;
}

static void
check_overflow (gsize size, char divider, guint pages_min, guint pages_max, DkPaperSize paper_size)
{
  guint pages = 0;
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_free (ticket->details);
  ticket->details = numbered_words (size, divider);
  guint words = (guint) (strlen (ticket->details) / strlen ("word00000 "));
  g_autofree char *path = print_ticket (ticket, paper_size, &pages);
  g_autofree char *text = paper_text (path);
  g_test_message ("%" G_GSIZE_FORMAT " bytes, %u words on %u pages", size, words, pages);
  g_assert_cmpuint (count_words (text), ==, words);
  g_assert_cmpuint (pages, >=, pages_min);
  g_assert_cmpuint (pages, <=, pages_max);
  g_autofree char *last = g_strdup_printf ("page %u of %u", pages, pages);
  g_assert_nonnull (strstr (text, last));
  g_assert_nonnull (strstr (text, "Cable put back at 09:40"));
  g_assert_nonnull (strstr (text, "Details (continued)"));
}

static void
test_long_text_continues_on_the_next_page (void)
{
  check_overflow (5000, ' ', 2, 3, DK_PAPER_A4);
  check_overflow (1200, '\n', 3, 4, DK_PAPER_LETTER);
  check_overflow (64000, ' ', 10, 25, DK_PAPER_LETTER);
}

static void
test_each_page_carries_its_code (void)
{
  guint pages = 0;
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_free (ticket->details);
  ticket->details = numbered_words (9000, ' ');
  g_autofree char *path = print_ticket (ticket, DK_PAPER_A4, &pages);
  g_autofree char *codes = paper_codes (path);
  g_assert_cmpuint (pages, >=, 3);
  for (guint i = 1; i <= pages; i++) {
    g_autofree char *code = g_strdup_printf ("QR-Code:%s %u/%u\n", PAPER_NUMBER, i, pages);
    g_assert_nonnull (strstr (codes, code));
  }
}

static void
test_long_words_are_broken_not_cut (void)
{
  guint pages = 0;
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_free (ticket->details);
  g_free (ticket->caller);
  ticket->details = g_strnfill (10000, 'x');
  ticket->caller = g_strnfill (3000, 'y');
  g_autofree char *path = print_ticket (ticket, DK_PAPER_A4, &pages);
  g_autofree char *text = paper_text (path);
  guint x = 0;
  guint y = 0;
  for (const char *c = text; *c != '\0'; c++) {
    x += *c == 'x';
    y += *c == 'y';
  }
  g_assert_cmpuint (x, >=, 10000);
  g_assert_cmpuint (y, >=, 3000);
  g_assert_cmpuint (x, <, 10100);
  g_assert_cmpuint (y, <, 3100);
}

static guint
count_images (const char *path)
{
  const char *const argv[] = { "pdfimages", "-list", path, NULL };
  g_autofree char *list = paper_run (argv);
  g_auto (GStrv) lines = g_strsplit (list, "\n", -1);
  guint count = g_strv_length (lines);
  return count > 3 ? count - 3 : 0; /* two lines of head, the last one empty */
}

static void
test_strange_text_becomes_an_image (void)
{
  static const char *const strange[]
      = { "مرحبا بالعالم", "שלום עולם", "日本語のテキスト", "हिन्दी", "fire 🔥 in 4 West",
          "A\xCC\x80\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85", "a family 👨‍👩‍👧" };
  for (gsize i = 0; i < G_N_ELEMENTS (strange); i++) {
    guint pages = 0;
    g_autoptr (DkTicket) ticket = paper_ticket ();
    g_free (ticket->summary);
    ticket->summary = g_strdup (strange[i]);
    g_autofree char *path = print_ticket (ticket, DK_PAPER_A4, &pages);
    const char *const check[] = { "qpdf", "--check", path, NULL };
    g_free (paper_run (check));
    g_assert_cmpuint (count_images (path), ==, 1);
    g_assert_cmpuint (pages, ==, 1);
  }
  guint pages = 0;
  g_autoptr (DkTicket) plain = paper_ticket ();
  g_autofree char *path = print_ticket (plain, DK_PAPER_A4, &pages);
  g_assert_cmpuint (count_images (path), ==, 0);
}

static void
test_hostile_text_stays_bounded (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  while (text->len < 30000) {
    g_string_append (text, "🔥\xCC\x81مرحبا\n\t\xE2\x80\xAE" "x\xE2\x80\x8B ﷽ \xF3\xA0\x81\x81");
  }
  guint pages = 0;
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_free (ticket->details);
  ticket->details = g_string_free (g_steal_pointer (&text), FALSE);
  gint64 start_us = g_get_monotonic_time ();
  g_autofree char *path = print_ticket (ticket, DK_PAPER_A4, &pages);
  g_test_message ("%u pages in %.1f s", pages,
                  (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC);
  const char *const check[] = { "qpdf", "--check", path, NULL };
  g_free (paper_run (check));
  g_assert_cmpuint (pages, <, 60);
}

static void
test_bytes_that_are_no_text_do_not_swallow_text (void)
{
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  facts.organisation = "County \xFF\xC3 Hospital";
  facts.printed = "printed\x01\x1B[31m by \xED\xA0\x80 operator";
  facts.mode = "";
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_form (paper, form, NULL, "\xFF\xFE no number");
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  g_assert_nonnull (strstr (text, "Hospital"));
  g_assert_nonnull (strstr (text, "operator"));
  g_assert_nonnull (strstr (text, "no number"));
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  g_test_add_func ("/paper/values/are-all-on-the-page", test_every_value_is_on_the_page);
  g_test_add_func ("/paper/values/unknown-to-the-form-too",
                   test_what_the_form_does_not_know_is_printed_too);
  g_test_add_func ("/paper/overflow/continues-on-the-next-page",
                   test_long_text_continues_on_the_next_page);
  g_test_add_func ("/paper/overflow/each-page-carries-its-code", test_each_page_carries_its_code);
  g_test_add_func ("/paper/overflow/long-words-are-broken-not-cut",
                   test_long_words_are_broken_not_cut);
  g_test_add_func ("/paper/strange/becomes-an-image", test_strange_text_becomes_an_image);
  g_test_add_func ("/paper/strange/stays-bounded", test_hostile_text_stays_bounded);
  g_test_add_func ("/paper/strange/bytes-do-not-swallow-text",
                   test_bytes_that_are_no_text_do_not_swallow_text);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
