/* SPDX-License-Identifier: MIT */
/* Goal: paper offers what the kit offers: choices that a filter forbids whatever is answered are
 * not printed, in the order that its list has, and no answer is lost. Method: small definitions
 * and a world with a policy; the words read back by pdftotext. */
#include <string.h>

#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

static char *folder;

static const char gate[]
    = "{'form_id':'gate','version':'1','title':'Gate','choices':{"
      "'proofs':[{'name':'call','label':'Phone'},{'name':'badge','label':'Badge'},"
      "{'name':'boss','label':'Vouched'}],"
      "'sites':[{'name':'n','label':'North'},{'name':'s','label':'South'}]},"
      "'survey':["
      "{'type':'select_one proofs','name':'proof','label':'Proof','choice_filter':"
      "'selected(pulldata(~policy~, ~value~, ~name~, ~proofs~), name)'},"
      "{'type':'text','name':'who','label':'Boss seen','relevant':'${proof} = ~boss~'},"
      "{'type':'text','name':'seen','label':'Face seen','relevant':'${proof} = ~badge~'},"
      "{'type':'select_one sites','name':'site','label':'Site','choice_filter':"
      "'${proof} = ~call~ and name = ~n~'},"
      "{'type':'begin_repeat','name':'rows','label':'Rows','pdf':{'as':'table','rows':3}},"
      "{'type':'select_one proofs','name':'again','label':'Again','choice_filter':"
      "'name = ~call~'},"
      "{'type':'end_repeat'}]}";

static const char sheet[]
    = "{'form_id':'sheet','version':'1','title':'Sheet','pdf':{'lines':4},'choices':{"
      "'proofs':[{'name':'call','label':'Phone'},{'name':'badge','label':'Badge'}]},'survey':["
      "{'type':'select_one proofs','name':'proof','label':'Proof','choice_filter':"
      "'selected(pulldata(~policy~, ~value~, ~name~, ~proofs~), name)'}]}";

static char *
pull (gpointer data, const char *table, const char *column, const char *key_column,
      const char *key)
{
  return g_str_equal (key, "proofs") ? g_strdup (data) : NULL;
}

static char *
read_paper (const char *definition, const char *policy, const DkTicket *ticket, const char *number)
{
  g_autofree char *text
      = g_strdelimit (g_strdelimit (g_strdup (definition), "'", '"'), "~", '\'');
  g_autoptr (GError) error = NULL;
  g_autoptr (DkForm) form = dk_form_parse (text, strlen (text), "en", &error);
  g_autoptr (json_t) choices = json_object ();
  const DkFormWorld world = { .pull = pull, .data = (gpointer) (guintptr) policy };
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  g_assert_no_error (error);
  dk_paper_add_choices (choices, form, &world);
  facts.choices = choices;
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  dk_paper_add_form (paper, form, ticket, number);
  g_autofree char *wrong = paper_walk (paper);
  g_assert_cmpstr (wrong, ==, "");
  g_autofree char *path = paper_save (paper, folder);
  return paper_text (path);
}

static void
test_filter_counts_on_blank_paper (void)
{
  static const char *const numbers[] = { PAPER_NUMBER, NULL };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree char *text = read_paper (gate, "badge call", NULL, numbers[i]);
    g_assert_null (strstr (text, "Vouched"));
    g_assert_null (strstr (text, "Boss seen"));
    g_assert_nonnull (strstr (text, "Face seen"));
    g_assert_cmpint (strstr (text, "Badge") - text, <, strstr (text, "Phone") - text);
  }
  g_autofree char *sheets = read_paper (sheet, "call", NULL, NULL);
  g_assert_nonnull (strstr (sheets, "Phone"));
  g_assert_null (strstr (sheets, "Badge"));
}

static void
test_filter_that_reads_answers_leaves_all (void)
{
  g_autofree char *text = read_paper (gate, "badge", NULL, PAPER_NUMBER);
  g_assert_nonnull (strstr (text, "North"));
  g_assert_nonnull (strstr (text, "South"));
}

static void
test_rows_of_tables (void)
{
  g_autofree char *text = read_paper (gate, "badge", NULL, PAPER_NUMBER);
  g_assert_nonnull (strstr (text, "☐ Phone"));
  g_assert_null (strstr (text, "☐ Badge"));
}

static void
test_answer_is_not_lost (void)
{
  g_autoptr (DkTicket) ticket = dk_ticket_new ();
  ticket->number = g_strdup (PAPER_NUMBER);
  json_object_set_new (ticket->answers, "proof", json_string ("boss"));
  g_autofree char *text = read_paper (gate, "badge", ticket, PAPER_NUMBER);
  g_assert_nonnull (strstr (text, "Vouched"));
  g_assert_nonnull (strstr (text, "Badge"));
  g_assert_null (strstr (text, "Phone  "));
}

static void
test_nothing_left_is_a_line_to_write_on (void)
{
  g_autofree char *text = read_paper (gate, "else", NULL, PAPER_NUMBER);
  g_assert_nonnull (strstr (text, "Proof"));
  g_assert_null (strstr (text, "Vouched"));
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  g_test_add_func ("/paper/choices/what-is-forbidden-is-not-printed",
                   test_filter_counts_on_blank_paper);
  g_test_add_func ("/paper/choices/what-depends-on-answers-is-printed",
                   test_filter_that_reads_answers_leaves_all);
  g_test_add_func ("/paper/choices/rows-of-tables-as-well", test_rows_of_tables);
  g_test_add_func ("/paper/choices/answer-is-never-lost", test_answer_is_not_lost);
  g_test_add_func ("/paper/choices/none-left-is-a-line", test_nothing_left_is_a_line_to_write_on);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
