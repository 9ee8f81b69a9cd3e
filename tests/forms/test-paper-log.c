/* SPDX-License-Identifier: MIT */
/* Goal: paper says what was said and nothing that nobody said: no answer where none was given,
 * every note, every amendment with its reason, and why a ticket is void. Method: entries as the
 * store writes them, laid out and read back by pdftotext; ticks are counted in the list that is
 * drawn. */
#include <string.h>

#include "forms/paper-private.h"
#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

#define PAGE_BYTES_MAX 45000
#define TICK_STROKE 1.8
#define START_MS G_GINT64_CONSTANT (1795338960000)

static char *folder;

/* Strokes of ticks: two each. */
static guint
count_ticks (const DkPaper *paper)
{
  const DkPage *page = g_ptr_array_index (dk_paper_pages (paper), 0);
  guint count = 0;
  for (guint i = 0; i < page->ops->len; i++) {
    const DkOp *op = &g_array_index (page->ops, DkOp, i);
    gboolean is_tick = op->kind == DK_OP_LINE && op->size > TICK_STROKE - 0.01
                       && op->size < TICK_STROKE + 0.01;
    count += is_tick ? 1 : 0;
  }
  return count / 2;
}

static DkPaper *
make_paper (const char *form_id, const DkTicket *ticket, const GPtrArray *entries)
{
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  g_autoptr (DkForm) form = dk_form_shipped (form_id, "en");
  g_autoptr (GPtrArray) lines = entries != NULL ? dk_paper_log_new (form, entries) : NULL;
  DkPaper *paper = dk_paper_new (&facts);
  dk_paper_add_form_with_log (paper, form, ticket, PAPER_NUMBER, lines);
  return paper;
}

static char *
read_paper (const DkPaper *paper)
{
  g_autofree char *path = paper_save (paper, folder);
  return paper_text (path);
}

static void
test_not_asked_is_no_answer (void)
{
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autoptr (DkPaper) blank = make_paper ("it-incident", NULL, NULL);
  g_autofree char *blank_text = read_paper (blank);
  g_assert_cmpuint (count_ticks (blank), ==, 0);
  g_assert_null (strstr (blank_text, "not asked"));
  ticket->impact = 0;
  ticket->urgency = 0;
  ticket->priority = 0;
  ticket->safety = FALSE;
  ticket->safety_known = FALSE;
  g_autoptr (DkPaper) silent = make_paper ("it-incident", ticket, NULL);
  g_autofree char *silent_text = read_paper (silent);
  g_assert_cmpuint (count_ticks (silent), ==, 0);
  g_assert_nonnull (strstr (silent_text, "not asked"));
  g_assert_null (strstr (silent_text, "Priority"));
  ticket->safety_known = TRUE;
  g_autoptr (DkPaper) denied = make_paper ("it-incident", ticket, NULL);
  g_autofree char *denied_text = read_paper (denied);
  g_assert_cmpuint (count_ticks (denied), ==, 1);
  g_assert_null (strstr (denied_text, "not asked"));
}

static void
add_entry (GPtrArray *entries, const char *kind, const char *user, json_t *body)
{
  DkEntry *entry = dk_entry_new ();
  entry->kind = g_strdup (kind);
  entry->object = g_strdup (PAPER_NUMBER);
  entry->user = g_strdup (user);
  entry->happened_ms = START_MS + entries->len * G_GINT64_CONSTANT (60000);
  entry->recorded_ms = entry->happened_ms;
  entry->body = body;
  g_ptr_array_add (entries, entry);
}

static GPtrArray *
make_entries (void)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_entry_free);
  add_entry (entries, DK_ENTRY_NUMBER_ISSUED, "anna", json_pack ("{s:s}", "form", "it-incident"));
  add_entry (entries, DK_ENTRY_TICKET_NEW, "anna",
             json_pack ("{s:s, s:s, s:{s:s, s:i}}", "uid", "u", "form", "it-incident", "fields",
                        "caller", "Ward desk", "impact", 3));
  add_entry (entries, DK_ENTRY_TICKET_NOTE, "ben", json_pack ("{s:s}", "text", "Called 3 West"));
  add_entry (entries, DK_ENTRY_TICKET_FINAL, "ben", json_object ());
  add_entry (entries, DK_ENTRY_TICKET_AMEND, "clara",
             json_pack ("{s:{s:s, s:i, s:s}, s:s}", "fields", "caller", "Ward desk 5E", "impact", 2,
                        "device", "PYX", "reason", "heard it wrongly"));
  return entries;
}

static void
assert_has (const char *text, const char *words)
{
  if (strstr (text, words) == NULL) {
    g_error ("\"%s\" is not on paper:\n%s", words, text);
  }
}

static void
test_notes_and_amendments_are_told (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GPtrArray) entries = make_entries ();
  g_autoptr (GPtrArray) lines = dk_paper_log_new (form, entries);
  g_assert_cmpuint (lines->len, ==, 2);
  const DkPaperLine *note = g_ptr_array_index (lines, 0);
  const DkPaperLine *amendment = g_ptr_array_index (lines, 1);
  g_assert_cmpstr (note->who, ==, "ben");
  g_assert_cmpstr (note->text, ==, "Called 3 West");
  g_assert_cmpint (note->when_ms, ==, START_MS + 120000);
  assert_has (amendment->text, "Caller: Ward desk → Ward desk 5E");
  assert_has (amendment->text, "Who is hit: 3 One person → 2 Unit or ward");
  assert_has (amendment->text, "Device: PYX");
  assert_has (amendment->text, "Reason: heard it wrongly");
}

static void
test_erased_words_leave_their_line (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("it-incident", "en");
  g_autoptr (GPtrArray) entries = make_entries ();
  DkEntry *note = g_ptr_array_index (entries, 2);
  g_clear_pointer (&note->body, json_decref);
  g_autoptr (GPtrArray) lines = dk_paper_log_new (form, entries);
  g_assert_cmpuint (lines->len, ==, 2);
  assert_has (((DkPaperLine *) g_ptr_array_index (lines, 0))->text, "erased");
}

static void
test_log_fills_the_table_on_one_page (void)
{
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autoptr (GPtrArray) entries = make_entries ();
  g_autoptr (DkPaper) paper = make_paper ("it-incident", ticket, entries);
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, NULL);
  g_autofree char *text = read_paper (paper);
  g_assert_cmpuint (dk_paper_page_count (paper), ==, 1);
  g_assert_cmpuint (g_bytes_get_size (pdf), <=, PAGE_BYTES_MAX);
  assert_has (text, "Called 3 West");
  assert_has (text, "heard it wrongly");
}

static void
test_void_ticket_tells_its_reason (void)
{
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autoptr (GPtrArray) entries = make_entries ();
  add_entry (entries, DK_ENTRY_TICKET_VOID, "clara",
             json_pack ("{s:s}", "reason", "twice the same"));
  ticket->state = DK_TICKET_VOID;
  g_autoptr (DkPaper) paper = make_paper ("it-incident", ticket, entries);
  g_autofree char *text = read_paper (paper);
  assert_has (text, "Void: twice the same");
}

static void
test_long_log_goes_on_on_further_pages (void)
{
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autoptr (GPtrArray) entries = make_entries ();
  for (guint i = 0; i < 60; i++) {
    g_autofree char *words = g_strdup_printf ("line %02u: %s end%02u", i,
                                              "called back, still waits for the pharmacist and "
                                              "for the vendor, next look in ten minutes",
                                              i);
    add_entry (entries, DK_ENTRY_TICKET_NOTE, "ben", json_pack ("{s:s}", "text", words));
  }
  g_autofree char *huge = g_strnfill (9000, 'x');
  add_entry (entries, DK_ENTRY_TICKET_NOTE, "ben", json_pack ("{s:s}", "text", huge));
  g_autoptr (DkPaper) paper = make_paper ("it-incident", ticket, entries);
  g_autofree char *text = read_paper (paper);
  guint pages = dk_paper_page_count (paper);
  g_assert_cmpuint (pages, >=, 3);
  g_assert_cmpuint (pages, <=, 7);
  for (guint i = 0; i < 60; i++) {
    g_autofree char *first = g_strdup_printf ("line %02u:", i);
    g_autofree char *last = g_strdup_printf ("end%02u", i);
    assert_has (text, first);
    assert_has (text, last);
  }
  guint crosses = 0;
  for (const char *c = text; *c != '\0'; c++) {
    crosses += *c == 'x' ? 1 : 0;
  }
  g_assert_cmpuint (crosses, >=, 9000);
  assert_has (text, "(continued)");
  g_assert_true (strstr (text, "line 00:") < strchr (text, '\f')); /* it begins on the first page */
}

/* A form of another day need not have a table for it. */
static void
test_form_without_a_table_gets_one (void)
{
  static const char source[]
      = "{\"form_id\":\"plain\",\"version\":\"1\",\"title\":\"Plain\",\"survey\":["
        "{\"type\":\"text\",\"name\":\"summary\",\"label\":\"Summary\"}]}";
  DkPaperFacts facts = paper_facts (DK_PAPER_LETTER, "DOWNTIME");
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse (source, strlen (source), "en", &error);
  g_assert_no_error (error);
  g_autoptr (DkTicket) ticket = paper_ticket ();
  g_autoptr (GPtrArray) entries = make_entries ();
  g_autoptr (GPtrArray) lines = dk_paper_log_new (form, entries);
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_form_with_log (paper, form, ticket, PAPER_NUMBER, lines);
  g_autofree char *text = read_paper (paper);
  assert_has (text, "Log");
  assert_has (text, "Called 3 West");
  assert_has (text, "heard it wrongly");
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  g_test_add_func ("/paper/safety/not-asked-is-no-answer", test_not_asked_is_no_answer);
  g_test_add_func ("/paper/log/tells-notes-and-amendments", test_notes_and_amendments_are_told);
  g_test_add_func ("/paper/log/erased-words-leave-their-line", test_erased_words_leave_their_line);
  g_test_add_func ("/paper/log/fills-the-table-on-one-page", test_log_fills_the_table_on_one_page);
  g_test_add_func ("/paper/log/void-tells-its-reason", test_void_ticket_tells_its_reason);
  g_test_add_func ("/paper/log/goes-on-on-further-pages", test_long_log_goes_on_on_further_pages);
  g_test_add_func ("/paper/log/needs-no-table-in-the-form", test_form_without_a_table_gets_one);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
