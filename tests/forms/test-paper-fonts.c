/* SPDX-License-Identifier: MIT */
/* Goal: on a PC without fonts for a script no name becomes a box or is lost: it is printed as code
 * points and counted. Method: fontconfig is given the two fonts of paper alone; text in boxes,
 * combs and log lines. */
#include <string.h>

#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

static char *folder;

static void
limit_fonts (void)
{
  g_autofree char *path = g_build_filename (folder, "fonts.conf", NULL);
  g_autofree char *conf = g_strdup_printf (
      "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>"
      "<dir>%s/forms</dir><cachedir>%s</cachedir></fontconfig>",
      g_getenv ("DK_BUILD_ROOT"), folder);
  g_assert_true (g_file_set_contents (path, conf, -1, NULL));
  g_setenv ("FONTCONFIG_FILE", path, TRUE);
}

static char *
print (const char *summary, const char *comb, guint *unreadable)
{
  g_autoptr (DkForm) form = paper_form (
      "{'form_id':'f','version':'1','title':'F','survey':["
      "{'type':'text','name':'summary','label':'S'},"
      "{'type':'text','name':'tag','label':'Tag','pdf':{'as':'comb','cells':6}},"
      "{'type':'note','name':'actions','label':'A','pdf':{'as':'table','rows':2,'columns':["
      "{'label':'Time'},{'label':'Who'},{'label':'What','w':4}]}}]}");
  DkPaperFacts facts = paper_facts (DK_PAPER_A4, "DOWNTIME");
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 0, 0);
  g_autoptr (DkPaper) paper = dk_paper_new (&facts);
  g_autoptr (GPtrArray) log = g_ptr_array_new ();
  DkPaperLine line = { .who = (char *) comb, .text = (char *) summary };
  g_ptr_array_add (log, &line);
  g_free (ticket->summary);
  ticket->summary = g_strdup (summary);
  json_object_set_new (ticket->answers, "tag", json_string (comb));
  dk_paper_add_form_with_log (paper, form, ticket, PAPER_NUMBER, log);
  g_autofree char *wrong = paper_walk (paper);
  g_assert_cmpstr (wrong, ==, "");
  *unreadable = dk_paper_unreadable_count (paper);
  g_autofree char *path = paper_save (paper, folder);
  return paper_text (path);
}

static void
test_letters_without_a_font_are_named (void)
{
  guint unreadable = 0;
  g_autofree char *text = print ("Ward 中文 4", "王", &unreadable);
  g_assert_nonnull (strstr (text, "Ward U+4E2D U+6587 4"));
  g_assert_nonnull (strstr (text, "U+738B"));
  g_assert_cmpuint (unreadable, ==, 6);
}

static void
test_letters_with_a_font_are_not (void)
{
  guint unreadable = 1;
  g_autofree char *text = print ("Šárka Nguyễn Радиология Ελλάδα", "WS0042", &unreadable);
  g_assert_null (strstr (text, "U+"));
  g_assert_nonnull (strstr (text, "Радиология"));
  g_assert_cmpuint (unreadable, ==, 0);
}

int
main (int argc, char **argv)
{
  if (paper_lacks_tool ()) {
    return 77;
  }
  dk_test_init (&argc, &argv);
  folder = dk_test_folder_new ();
  limit_fonts ();
  g_test_add_func ("/paper/fonts/none-has-it-is-named", test_letters_without_a_font_are_named);
  g_test_add_func ("/paper/fonts/known-letters-are-text", test_letters_with_a_font_are_not);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
