/* SPDX-License-Identifier: MIT */
/* Goal: no word is lost on its way to paper, however long or strange it is. Method: values made of
 * numbered words, looked for in what pdftotext reads back; text that libharu would misprint, which
 * must come as an image; pages bounded in number and time. */
#include <string.h>

#include "app/base/platform.h"
#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

static char *folder;

static guint unreadable; /* characters of the paper printed last */

static char *
print_ticket (const DkTicket *ticket, DkPaperSize size, guint *pages)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (DkPaper) paper = paper_draw (form, ticket, size);
  *pages = dk_paper_page_count (paper);
  unreadable = dk_paper_unreadable_count (paper);
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
    g_test_message ("%s: %u characters without a font", strange[i], unreadable);
    g_assert_cmpuint (count_images (path) > 0 || unreadable > 0, ==, TRUE);
    g_assert_cmpuint (pages, ==, 1);
  }
  guint pages = 0;
  g_autoptr (DkTicket) plain = paper_ticket ();
  g_autofree char *path = print_ticket (plain, DK_PAPER_A4, &pages);
  g_assert_cmpuint (count_images (path), ==, 0);
}

/* A form whose title, label, choice, box, comb, column and log hold `text`. */
static DkPaper *
print_everywhere (const char *text)
{
  g_autofree char *definition = g_strdup_printf (
      "{'form_id':'f','version':'1','title':'%s','choices':{'l':[{'name':'a','label':'%s'}]},"
      "'survey':[{'type':'text','name':'summary','label':'%s'},"
      "{'type':'select_one l','name':'pick','label':'P'},"
      "{'type':'text','name':'tag','label':'Tag','pdf':{'as':'comb','cells':6}},"
      "{'type':'begin_repeat','name':'r','label':'R','pdf':{'as':'table','rows':2}},"
      "{'type':'text','name':'cell','label':'C'},{'type':'end_repeat'},"
      "{'type':'note','name':'actions','label':'A','pdf':{'as':'table','rows':2,'columns':["
      "{'label':'%s'},{'label':'Who'},{'label':'What','w':4}]}}]}",
      text, text, text, text);
  g_autoptr (DkForm) form = paper_form (definition);
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 1, 0);
  DkPaper *paper = dk_paper_new (&facts);
  g_autoptr (GPtrArray) log = g_ptr_array_new ();
  DkPaperLine line = { .who = (char *) "operator", .text = (char *) text };
  g_ptr_array_add (log, &line);
  g_free (ticket->summary);
  ticket->summary = g_strdup (text);
  json_object_set_new (ticket->answers, "tag", json_string (text));
  json_object_set_new (json_array_get (json_object_get (ticket->answers, "r"), 0), "cell",
                       json_string (text));
  dk_paper_add_form_with_log (paper, form, ticket, PAPER_NUMBER, log);
  return paper;
}

static void
test_scripts_are_whole_everywhere (void)
{
  static const char *const texts[]
      = { "Ward مرحبا 4", "שלום 4 West", "Bett हिन्दी", "ห้อง ผู้ป่วย 12", "Dr 王小明 4 West",
          "A\xCC\x80\xCC\x81 west" };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (DkPaper) paper = print_everywhere (texts[i]);
    g_autofree char *wrong = paper_walk (paper);
    g_assert_cmpstr (wrong, ==, "");
    g_autofree char *path = paper_save (paper, folder);
    const char *const check[] = { "qpdf", "--check", path, NULL };
    g_free (paper_run (check));
    guint images = count_images (path);
    g_test_message ("%u: %u images, %u unreadable", (guint) i, images,
                    dk_paper_unreadable_count (paper));
    if (dk_paper_unreadable_count (paper) == 0) {
      g_assert_cmpuint (images, ==, 8);
    }
  }
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

/* A form of so many texts, each with a label of that many words in Arabic. */
static DkForm *
make_foreign (guint fields, guint words)
{
  g_autoptr (GString) text = g_string_new (
      "{\"form_id\":\"foreign\",\"version\":\"1\",\"title\":{\"en\":\"Foreign\"},\"survey\":[");
  for (guint i = 0; i < fields; i++) {
    g_string_append_printf (text, "%s{\"type\":\"text\",\"name\":\"f%u\",\"label\":{\"en\":\"",
                            i > 0 ? "," : "", i);
    for (guint k = 0; k < words; k++) {
      g_string_append (text, "مرحبا ");
    }
    g_string_append (text, "\"}}");
  }
  g_string_append (text, "]}");
  g_autoptr (GError) error = NULL;
  DkForm *form = dk_form_parse (text->str, text->len, "en", &error);
  g_assert_no_error (error);
  return form;
}

/* The control, a tenth of it, is printed. */
static void
test_too_many_pictures_are_refused (void)
{
  const DkPaperFacts facts = { .mode = "DOWNTIME" };
  g_autoptr (DkForm) form = make_foreign (450, 230);
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  g_autoptr (GError) error = NULL;
  gint64 start_us = dk_platform_thread_cpu_us ();
  dk_paper_add_form (paper, form, NULL, NULL);
  g_autoptr (GBytes) none = dk_paper_pdf (paper, &error);
  g_test_message ("refused after %.1f s",
                  (double) (dk_platform_thread_cpu_us () - start_us) / G_USEC_PER_SEC);
  g_assert_null (none);
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "foreign"));
  g_autoptr (DkForm) small = make_foreign (45, 230);
  g_autoptr (DkPaper) control = dk_paper_new (&facts);
  dk_paper_add_form (control, small, NULL, NULL);
  g_autoptr (GError) fault = NULL;
  g_autoptr (GBytes) pdf = dk_paper_pdf (control, &fault);
  g_assert_no_error (fault);
  g_assert_nonnull (pdf);
}

/* A repeat of blocks, none of which a page has more than some of; and more than any form may be. */
static void
test_pages_have_an_end (void)
{
  static const char definition[]
      = "{\"form_id\":\"blocks\",\"version\":\"1\",\"title\":{\"en\":\"Blocks\"},\"survey\":["
        "{\"type\":\"begin_repeat\",\"name\":\"r\",\"label\":{\"en\":\"R\"}},"
        "{\"type\":\"text\",\"name\":\"t\",\"label\":{\"en\":\"T\"},\"appearance\":\"multiline\"},"
        "{\"type\":\"end_repeat\"}]}";
  static const gsize sizes[] = { 1500, 12000 };
  g_autoptr (DkForm) form = dk_form_parse (definition, strlen (definition), "en", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *words = g_strnfill (sizes[i], 'w');
    g_autoptr (DkTicket) ticket = paper_ticket ();
    json_t *rows = json_array ();
    for (guint k = 0; k < 500; k++) {
      json_array_append_new (rows, json_pack ("{s:s}", "t", words));
    }
    json_object_set_new (ticket->answers, "r", rows);
    const DkPaperFacts facts = { .mode = "DOWNTIME" };
    g_autoptr (DkPaper) paper = dk_paper_new (&facts);
    dk_paper_add_form (paper, form, ticket, NULL);
    g_test_message ("%u pages", dk_paper_page_count (paper));
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) pdf = dk_paper_pdf (paper, &error);
    g_assert_true ((pdf != NULL) == (i == 0));
    g_assert_cmpuint (dk_paper_page_count (paper), <=, 600);
  }
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
  g_test_add_func ("/paper/strange/is-whole-everywhere", test_scripts_are_whole_everywhere);
  g_test_add_func ("/paper/budget/too-many-pictures-are-refused",
                   test_too_many_pictures_are_refused);
  g_test_add_func ("/paper/budget/pages-have-an-end", test_pages_have_an_end);
  g_test_add_func ("/paper/strange/stays-bounded", test_hostile_text_stays_bounded);
  g_test_add_func ("/paper/strange/bytes-do-not-swallow-text",
                   test_bytes_that_are_no_text_do_not_swallow_text);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
