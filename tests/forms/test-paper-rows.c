/* SPDX-License-Identifier: MIT */
/* Goal: what a form can hold beside plain fields is on paper and readable: repeats as tables and as
 * blocks, files, computed values, rows that apply only sometimes, sheets of many records. Method:
 * small definitions, blank and filled; the words read back by pdftotext, the codes by zbar. */
#include <string.h>

#include "app/model/number.h"
#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

#define WRITTEN_MS G_GINT64_CONSTANT (1795338840000) /* 2026-11-22T09:14:00Z */

static char *folder;

static const char sweep[]
    = "{'form_id':'sweep','version':'1','title':'Sweep','choices':{"
      "'states':[{'name':'left','label':'Left over'},{'name':'done','label':'Fixed'},"
      "{'name':'gone','label':'Not found'},{'name':'ok','label':'Works'}]},'survey':["
      "{'type':'text','name':'floor','label':'Floor'},"
      "{'type':'begin_repeat','name':'devices','label':'Devices',"
      "'pdf':{'as':'table','rows':6}},"
      "{'type':'text','name':'host','label':'Host','required':true,'pdf':{'w':4}},"
      "{'type':'select_one states','name':'state','label':'State','pdf':{'w':3}},"
      "{'type':'boolean','name':'key','label':{'en':'Key used','de':'Key used'},'pdf':{'w':3}},"
      "{'type':'end_repeat'},"
      "{'type':'begin_repeat','name':'calls','label':'Call','pdf':{'rows':2}},"
      "{'type':'text','name':'who','label':'Who answered'},"
      "{'type':'text','name':'said','label':'What was said','appearance':'multiline'},"
      "{'type':'end_repeat'},"
      "{'type':'image','name':'photo','label':'Photo'},"
      "{'type':'calculate','name':'total','calculation':'count(${host})'},"
      "{'type':'acknowledge','name':'told','label':'The lead was told','required':true}"
      "]}";

static const char gate[]
    = "{'form_id':'gate','version':'1','title':'Gate','choices':{"
      "'proofs':[{'name':'callback','label':'Call-back'},{'name':'badge','label':'Badge'}]},"
      "'survey':["
      "{'type':'select_one proofs','name':'proof','label':'Proof'},"
      "{'type':'text','name':'number','label':'Number called',"
      "'relevant':'${proof} = ~callback~'},"
      "{'type':'text','name':'badge','label':'If a badge: its number',"
      "'relevant':'${proof} = ~badge~'},"
      "{'type':'begin_group','name':'more','label':'Second person',"
      "'relevant':'${proof} != ~callback~'},"
      "{'type':'text','name':'witness','label':'Witness'},{'type':'end_group'}"
      "]}";

static const char calls[]
    = "{'form_id':'calls','version':'3','title':'Call log',"
      "'pdf':{'lines':8,'orientation':'landscape'},'survey':["
      "{'type':'time','name':'at','label':'Time','pdf':{'w':1}},"
      "{'type':'text','name':'caller','label':'Caller','pdf':{'w':3}},"
      "{'type':'text','name':'summary','label':'What is wrong','required':true,'pdf':{'w':5}},"
      "{'type':'boolean','name':'safety','label':'PATIENT SAFETY?','pdf':{'w':3}}"
      "]}";

/* Conditions hold quotes of their own. */
static DkForm *
parse_form (const char *definition, const char *language)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text
      = g_strdelimit (g_strdelimit (g_strdup (definition), "'", '"'), "~", '\'');
  DkForm *form = dk_form_parse (text, strlen (text), language, &error);
  g_assert_no_error (error);
  return form;
}

static DkForm *
make_form (const char *definition)
{
  return parse_form (definition, "en");
}

static DkPaper *
make_paper (const DkForm *form, const DkTicket *ticket)
{
  DkPaper *paper = paper_draw (form, ticket, DK_PAPER_A4);
  g_autofree char *wrong = paper_walk (paper);
  g_assert_cmpstr (wrong, ==, "");
  return paper;
}

static char *
read_paper (const DkForm *form, const DkTicket *ticket)
{
  g_autoptr (DkPaper) paper = make_paper (form, ticket);
  g_autofree char *path = paper_save (paper, folder);
  const char *const check[] = { "qpdf", "--check", path, NULL };
  g_free (paper_run (check));
  return paper_text (path);
}

static guint
count (const char *text, const char *word)
{
  guint found = 0;
  for (const char *at = text; (at = strstr (at, word)) != NULL; at += strlen (word)) {
    found++;
  }
  return found;
}

static void
test_blank_repeats_have_rows_to_write (void)
{
  g_autoptr (DkForm) form = make_form (sweep);
  g_autofree char *text = read_paper (form, NULL);
  g_assert_nonnull (strstr (text, "Host *"));
  g_assert_nonnull (strstr (text, "(Left over / Fixed"));
  g_assert_cmpuint (count (text, "☐ Yes"), >=, 6);
  g_assert_nonnull (strstr (text, "Call 1"));
  g_assert_nonnull (strstr (text, "Call 2"));
  g_assert_null (strstr (text, "Call 3"));
  g_assert_null (strstr (text, "total"));
}

static void
test_filled_repeats_tell_every_row (void)
{
  g_autoptr (DkForm) form = make_form (sweep);
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 3, 0);
  json_t *rows = json_object_get (ticket->answers, "devices");
  for (gsize i = 0; i < json_array_size (rows); i++) {
    g_autofree char *host = g_strdup_printf ("PC-%03u", (guint) i);
    json_object_set_new (json_array_get (rows, i), "host", json_string (host));
  }
  json_object_set_new (ticket->answers, "total", json_string ("3 devices"));
  g_autofree char *text = read_paper (form, ticket);
  static const char *const words[]
      = { "PC-000", "PC-001", "PC-002", "Left over", "Call 3", "photo of the screen.png",
          "120.6 KiB", "0123456789abcdef", "3 devices", "The lead was told" };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strstr (text, words[i]) == NULL) {
      g_error ("\"%s\" is not on the page:\n%s", words[i], text);
    }
  }
}

static void
test_what_was_not_answered_keeps_its_boxes (void)
{
  g_autoptr (DkForm) form = make_form (sweep);
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 1, 0);
  json_t *row = json_array_get (json_object_get (ticket->answers, "devices"), 0);
  json_object_set_new (row, "key", json_true ());
  g_autofree char *answered = read_paper (form, ticket);
  json_object_set_new (row, "key", json_null ());
  g_autofree char *open = read_paper (form, ticket);
  g_assert_cmpuint (count (open, "☐ Yes"), ==, count (answered, "☐ Yes") + 1);
}

static void
test_status_tells_who_wrote_and_who_keyed_in (void)
{
  g_autoptr (DkForm) form = make_form (sweep);
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 1, 0);
  g_autofree char *before = read_paper (form, ticket);
  g_free (ticket->user);
  ticket->user = g_strdup ("ben");
  ticket->recorded_ms = WRITTEN_MS + 7200000;
  g_free (ticket->written_by);
  ticket->written_by = g_strdup ("Night nurse");
  ticket->written_ms = WRITTEN_MS;
  g_autofree char *text = read_paper (form, ticket);
  g_assert_null (strstr (before, "keyed in"));
  g_assert_nonnull (strstr (text, "Written by Night nurse, 22 Nov 2026 09:14; keyed in 11:14 "
                                  "by ben"));
}

static void
test_german_paper_has_german_times (void)
{
  g_autofree char *english = dk_paper_stamp ("en", WRITTEN_MS, "anna");
  g_assert_cmpstr (english, ==, "2026-11-22 09:14 by anna");
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  facts.printed = NULL;
  facts.printed_by = "anna";
  facts.printed_ms = WRITTEN_MS;
  g_autoptr (DkForm) german = dk_form_shipped ("it-incident", "de");
  g_autoptr (DkTicket) ticket = paper_ticket ();
  ticket->recorded_ms = WRITTEN_MS;
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_form (paper, german, ticket, PAPER_NUMBER);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  g_assert_nonnull (strstr (text, "gedruckt 22. Nov. 2026 09:14 von anna"));
  g_assert_nonnull (strstr (text, "Aufgenommen 22. Nov. 2026 09:14"));
  g_assert_null (strstr (text, "22 Nov"));
}

static const char starred[]
    = "{'form_id':'starred','version':'1','title':'Starred','choices':{"
      "'proofs':[{'name':'runner','label':'Runner'},{'name':'badge','label':'Badge'}]},"
      "'survey':["
      "{'type':'select_one proofs','name':'proof','label':'Proof','required':true},"
      "{'type':'text','name':'runner','label':'Who ran','required':true,"
      "'relevant':'${proof} = ~runner~','pdf':{'w':6}},"
      "{'type':'text','name':'seal','label':'Seal number','required':true,"
      "'relevant':'${proof} = ~runner~','pdf':{'w':6}},"
      "{'type':'begin_repeat','name':'devices','label':'Devices',"
      "'pdf':{'as':'table','rows':2}},"
      "{'type':'text','name':'host','label':'Host','required':true,'pdf':{'w':4}},"
      "{'type':'text','name':'why','label':'Reason','required':true,"
      "'relevant':'${host} != ~~','pdf':{'w':8}},"
      "{'type':'end_repeat'}]}";

/* A star means "always", or stands beside the words that say when. */
static void
test_stars_stand_with_their_condition (void)
{
  g_autoptr (DkForm) form = make_form (starred);
  g_autofree char *text = read_paper (form, NULL);
  g_assert_nonnull (strstr (text, "Proof *"));
  g_assert_nonnull (strstr (text, "Who ran *"));
  g_assert_nonnull (strstr (text, "only if Proof: Runner"));
  g_assert_nonnull (strstr (text, "Seal number"));
  g_assert_null (strstr (text, "Seal number *"));
  g_assert_nonnull (strstr (text, "Host *"));
  g_assert_null (strstr (text, "Reason *"));
}

/* What is proofed is the sheet as it is issued, but for its numbers. */
static void
test_specimen_of_a_sheet_has_its_records (void)
{
  g_autoptr (DkForm) form = make_form (calls);
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "NORMAL");
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_form (paper, form, NULL, NULL);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  g_autofree char *codes = paper_codes (path);
  g_assert_cmpuint (dk_paper_page_count (paper), ==, 1);
  g_assert_cmpuint (count (text, "SPECIMEN"), >=, 8);
  g_assert_null (strstr (text, "DT-"));
  g_assert_cmpstr (g_strstrip (codes), ==, "");
}

static const char telling[]
    = "{'form_id':'telling','version':'1','title':'Telling','choices':{"
      "'sites':[{'name':'cary','label':'Cary campus'}]},'survey':["
      "{'type':'select_one sites','name':'site','label':'Site'},"
      "{'type':'begin_group','name':'g','label':'Work at ${site}'},"
      "{'type':'text','name':'who','label':'Lead at ${site}','hint':'from ${site}'},"
      "{'type':'end_group'},"
      "{'type':'begin_repeat','name':'calls','label':'Call from ${site}','pdf':{'rows':1}},"
      "{'type':'text','name':'name','label':'Name'},"
      "{'type':'note','name':'ask','label':'Ask ${name} again'},{'type':'end_repeat'}]}";

static void
expect_words (const char *text, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++) {
    if (strstr (text, words[i]) == NULL) {
      g_error ("\"%s\" is not on the page:\n%s", words[i], text);
    }
  }
}

/* Labels tell what was answered; blank paper leaves a line to write it. */
static void
test_labels_tell_answers (void)
{
  static const char *const blank_words[]
      = { "Work at ____", "Lead at ____", "from ____", "Call from ____ 1", "Ask ____ again", NULL };
  static const char *const filled_words[]
      = { "Work at Cary campus", "Lead at Cary campus", "Call from Cary campus 2", "Ask Bo again",
          "Ask ____ again", NULL };
  g_autoptr (DkForm) form = make_form (telling);
  g_autofree char *blank = read_paper (form, NULL);
  expect_words (blank, blank_words);
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 2, 0);
  json_decref (ticket->answers);
  ticket->answers = json_pack ("{s:s, s:[{s:s}, {}]}", "site", "cary", "calls", "name", "Bo");
  g_autofree char *filled = read_paper (form, ticket);
  expect_words (filled, filled_words);
  g_assert_null (strstr (filled, "${"));
}

/* Words that paper adds are in the language of the form, in tables and in the line of the state. */
static void
test_german_paper_says_yes_and_state_in_german (void)
{
  g_autoptr (DkForm) form = parse_form (sweep, "de");
  static const struct {
    DkTicketState state;
    const char *word;
  } states[] = { { DK_TICKET_OPEN, "Stand: offen" },
                 { DK_TICKET_RESOLVED, "Stand: gelöst" },
                 { DK_TICKET_CLOSED, "Stand: geschlossen" } };
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autoptr (DkTicket) ticket = paper_ticket_for (form, 2, 0);
    json_t *rows = json_object_get (ticket->answers, "devices");
    json_object_set_new (json_array_get (rows, 0), "key", json_true ());
    json_object_set_new (json_array_get (rows, 1), "key", json_false ());
    ticket->state = states[i].state;
    g_autofree char *text = read_paper (form, ticket);
    g_assert_nonnull (strstr (text, states[i].word));
    g_assert_nonnull (strstr (text, "Ja"));
    g_assert_nonnull (strstr (text, "Nein"));
    g_assert_null (strstr (text, "Yes"));
  }
}

static void
test_many_rows_go_on_with_their_titles (void)
{
  g_autoptr (DkForm) form = make_form (sweep);
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 500, 0);
  json_t *rows = json_object_get (ticket->answers, "devices");
  for (gsize i = 0; i < json_array_size (rows); i++) {
    g_autofree char *host = g_strdup_printf ("word%05u", (guint) i);
    json_object_set_new (json_array_get (rows, i), "host", json_string (host));
  }
  json_array_clear (json_object_get (ticket->answers, "calls"));
  g_autofree char *text = read_paper (form, ticket);
  guint pages = count (text, "\f");
  g_test_message ("500 rows on %u pages", pages);
  g_assert_cmpuint (pages, >=, 10);
  g_assert_cmpuint (pages, <=, 25);
  g_assert_cmpuint (count (text, "word0"), ==, 500);
  g_assert_cmpuint (count (text, "Host *"), >=, pages - 1);
  g_assert_cmpuint (count (text, "no patient names"), >=, pages);
}

static void
test_conditions_are_told_on_blank_paper (void)
{
  g_autoptr (DkForm) form = make_form (gate);
  g_autofree char *text = read_paper (form, NULL);
  g_assert_nonnull (strstr (text, "only if Proof: Call-back"));
  g_assert_null (strstr (text, "only if Proof: Badge"));
  g_assert_nonnull (strstr (text, "Second person (unless Proof: Call-back)"));
}

static void
test_what_does_not_apply_is_left_out (void)
{
  g_autoptr (DkForm) form = make_form (gate);
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 0, 0);
  json_object_clear (ticket->answers);
  json_object_set_new (ticket->answers, "proof", json_string ("callback"));
  g_autofree char *text = read_paper (form, ticket);
  g_assert_nonnull (strstr (text, "Number called"));
  g_assert_null (strstr (text, "only if"));
  g_assert_null (strstr (text, "its number"));
  g_assert_null (strstr (text, "Second person"));
  json_object_set_new (ticket->answers, "badge", json_string ("4711, given all the same"));
  g_autofree char *kept = read_paper (form, ticket);
  g_assert_nonnull (strstr (kept, "4711, given all the same"));
}

static GPtrArray *
make_numbers (guint n)
{
  GPtrArray *numbers = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 1; i <= n; i++) {
    g_ptr_array_add (numbers, dk_number_format ("A07", i, FALSE));
  }
  return numbers;
}

static void
check_sheet (const DkForm *form, DkPaperSize size, guint records, gboolean is_landscape)
{
  DkPaperFacts facts = paper_facts (size, "DOWNTIME");
  g_autoptr (GPtrArray) numbers = make_numbers (records);
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_lines (paper, form, numbers);
  double width = 0;
  double height = 0;
  dk_paper_page_size_at (paper, 0, &width, &height);
  g_assert_true ((width > height) == is_landscape);
  g_autofree char *wrong = paper_walk (paper);
  g_assert_cmpstr (wrong, ==, "");
  guint pages = dk_paper_page_count (paper);
  g_assert_cmpuint (pages, >=, 2);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  g_autofree char *codes = paper_codes (path);
  g_assert_cmpuint (count (codes, "QR-Code:"), ==, records);
  for (guint i = 0; i < records; i++) {
    const char *number = g_ptr_array_index (numbers, i);
    g_autofree char *code = g_strdup_printf ("QR-Code:%s\n", number);
    g_assert_cmpuint (count (codes, code), ==, 1);
    g_assert_cmpuint (count (text, number), ==, 1);
  }
  g_assert_cmpuint (count (text, "D T, A alpha"), ==, records);
  g_assert_cmpuint (count (text, "DOWNTIME"), ==, pages);
  g_assert_cmpuint (count (text, "no patient names."), >=, pages);
  g_autofree char *last = g_strdup_printf ("page %u of %u", pages, pages);
  g_assert_nonnull (strstr (text, last));
}

static void
test_sheets_of_records_are_read_by_a_scanner (void)
{
  g_autoptr (DkForm) wide = make_form (calls);
  g_autoptr (DkForm) shipped = dk_form_shipped ("call-log", "en");
  check_sheet (wide, DK_PAPER_A4, 20, TRUE);
  check_sheet (wide, DK_PAPER_LETTER, 20, TRUE);
  check_sheet (shipped, DK_PAPER_LETTER, 12, FALSE);
}

/* Three boxes take two lines of a narrow column, so that a row is higher than a plain one. */
static void
test_rows_more_stay_on_the_page (void)
{
  g_autoptr (DkForm) form = make_form (
      "{'form_id':'wards','version':'1','title':'Wards','choices':{'states':["
      "{'name':'a','label':'open'},{'name':'b','label':'closed'},{'name':'c','label':'shut'}]},"
      "'survey':[{'type':'begin_repeat','name':'wards','label':'Wards',"
      "'pdf':{'as':'table','rows':8}},"
      "{'type':'text','name':'ward','label':'Ward','pdf':{'w':3}},"
      "{'type':'select_one states','name':'state','label':'State','pdf':{'w':2}},"
      "{'type':'text','name':'remark','label':'Remark','pdf':{'w':7}},{'type':'end_repeat'}]}");
  g_autofree char *text = read_paper (form, NULL);
  g_assert_nonnull (strstr (text, "page 1 of 1"));
  g_assert_cmpuint (count (text, "☐ shut"), >, 16);
}

/* Blocks and no table, where the words above a narrow column would leave no room for rows. */
static void
test_long_hints_make_blocks (void)
{
  g_autofree char *hint = g_strnfill (400, 'h');
  g_autofree char *definition = g_strdup_printf (
      "{'form_id':'hints','version':'1','title':'Hints','survey':["
      "{'type':'begin_repeat','name':'r','label':'Device','pdf':{'as':'table','rows':2}},"
      "{'type':'text','name':'a','label':'Host','hint':'%s','pdf':{'w':1}},"
      "{'type':'text','name':'b','label':'Place','pdf':{'w':11}},{'type':'end_repeat'},"
      "{'type':'text','name':'after','label':'After'}]}",
      hint);
  g_autoptr (DkForm) form = make_form (definition);
  g_autofree char *text = read_paper (form, NULL);
  g_assert_nonnull (strstr (text, "Device 2"));
}

/* Words without a head of their own go on without one. */
static void
test_long_words_go_on (void)
{
  g_autoptr (GString) words = g_string_new (NULL);
  for (guint i = 0; i < 360; i++) {
    g_string_append_printf (words, "word%u ", i);
  }
  g_autofree char *definition = g_strdup_printf (
      "{'form_id':'words','version':'1','title':'Words','survey':["
      "{'type':'text','name':'a','label':'Above','pdf':{'h':20,'w':12}},"
      "{'type':'acknowledge','name':'b','label':'%s','pdf':{'w':4}},"
      "{'type':'note','name':'c','label':'%s','pdf':{'w':4}}]}",
      words->str, words->str);
  g_autoptr (DkForm) form = make_form (definition);
  g_autofree char *text = read_paper (form, NULL);
  g_assert_null (strstr (text, "page 1 of 1"));
  g_assert_cmpuint (count (text, "word359"), ==, 2);
}

/* The name of who wrote it may be long; when, and who keyed it in, still stand behind it. */
static void
test_status_is_never_cut (void)
{
  g_autoptr (DkForm) form = make_form (gate);
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 0, 0);
  g_free (ticket->written_by);
  ticket->written_by = g_strnfill (180, 'n');
  ticket->written_ms = WRITTEN_MS;
  ticket->safety = TRUE;
  g_autofree char *text = read_paper (form, ticket);
  g_assert_nonnull (strstr (text, "22 Nov 2026"));
  g_assert_nonnull (strstr (text, "keyed in"));
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  g_test_add_func ("/paper/repeats/blank-have-rows-to-write",
                   test_blank_repeats_have_rows_to_write);
  g_test_add_func ("/paper/repeats/filled-tell-every-row", test_filled_repeats_tell_every_row);
  g_test_add_func ("/paper/repeats/not-answered-keeps-its-boxes",
                   test_what_was_not_answered_keeps_its_boxes);
  g_test_add_func ("/paper/repeats/rows-more-stay-on-the-page", test_rows_more_stay_on_the_page);
  g_test_add_func ("/paper/repeats/long-hints-make-blocks", test_long_hints_make_blocks);
  g_test_add_func ("/paper/rows/long-words-go-on", test_long_words_go_on);
  g_test_add_func ("/paper/status/is-never-cut", test_status_is_never_cut);
  g_test_add_func ("/paper/status/who-wrote-and-who-keyed-in",
                   test_status_tells_who_wrote_and_who_keyed_in);
  g_test_add_func ("/paper/german/times-are-german", test_german_paper_has_german_times);
  g_test_add_func ("/paper/rows/stars-stand-with-their-condition",
                   test_stars_stand_with_their_condition);
  g_test_add_func ("/paper/sheets/specimen-has-its-records",
                   test_specimen_of_a_sheet_has_its_records);
  g_test_add_func ("/paper/rows/labels-tell-answers", test_labels_tell_answers);
  g_test_add_func ("/paper/rows/german-yes-and-state",
                   test_german_paper_says_yes_and_state_in_german);
  g_test_add_func ("/paper/repeats/go-on-with-their-titles",
                   test_many_rows_go_on_with_their_titles);
  g_test_add_func ("/paper/conditions/are-told-on-blank-paper",
                   test_conditions_are_told_on_blank_paper);
  g_test_add_func ("/paper/conditions/left-out-when-filled",
                   test_what_does_not_apply_is_left_out);
  g_test_add_func ("/paper/sheets/are-read-by-a-scanner",
                   test_sheets_of_records_are_read_by_a_scanner);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
