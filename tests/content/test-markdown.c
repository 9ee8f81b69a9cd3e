/* SPDX-License-Identifier: MIT */
/* Goal: a runbook becomes the blocks that screen and paper draw, nothing in it can act, and
 * lead-only sections never stay behind.
 * Method: small texts with their blocks written out, hostile links and HTML, texts made to cost
 * quadratic time, and a search for markers in what is left after the cut. */
#include "app/content/markdown.h"

#include <string.h>

#include "app/base/platform.h"
#include "app/crypto/aead.h"
#include "tests/support/support.h"

static DkDocument *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  DkDocument *document = dk_markdown_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return document;
}

/* A document in one line: "H2(One) P(two <b>three</b>) ...". */
static char *
outline (const char *text)
{
  static const char *const names[] = { "H", "P", "I", "T", "Q", "C", "R", "-" };
  g_autoptr (DkDocument) document = parse (text);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    g_string_append_printf (out, "%s%s%u%s%s(", i > 0 ? " " : "", names[block->kind], block->level,
                            block->marker != NULL ? block->marker : "", block->checked ? "x" : "");
    for (guint k = 0; k < block->spans->len; k++) {
      const DkSpan *span = &g_array_index (block->spans, DkSpan, k);
      g_string_append_printf (out, "%s", k > 0 ? "|" : "");
      if (span->style != 0)
        g_string_append_printf (out, "%d:", (int) span->style);
      if (block->kind == DK_BLOCK_TABLE_ROW)
        g_string_append_printf (out, "%u=", span->cell);
      g_string_append (out, span->text);
      if (span->link != NULL)
        g_string_append_printf (out, "->%s", span->link);
    }
    g_string_append_c (out, ')');
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_blocks (void)
{
  static const char *const cases[][2] = {
    { "# One\n\ntwo\nthree", "H1(One) P0(two three)" },
    { "a **b** *c* `d` ~~e~~", "P0(a |1:b| |2:c| |4:d| |8:e)" },
    { "***x***", "P0(3:x)" },
    { "- a\n- b\n  - c\n", "I1•(a) I1•(b) I2•(c)" },
    { "3. a\n4. b\n", "I13.(a) I14.(b)" },
    { "- [ ] do\n- [x] done\n", "T1(do) T1x(done)" },
    { "1. [ ] do\n   more\n\n   again\n", "T1(do more) P1(again)" },
    { "> said", "Q0(said)" },
    { "```\na\n  b\n```", "C0(4:a\n  b)" },
    { "---", "-0()" },
    { "|A|B|\n|-|-|\n|1|**2**|\n", "R0(0=A|1=B) R1(0=1|1:1=2)" },
    { "|A|B|\n|-|-|\n||x|\n", "R0(0=A|1=B) R1(1=x)" },
    { "a  \nb", "P0(a\nb)" },
    { "[x](runbook:ehr-down) y", "P0(x->runbook:ehr-down| y)" },
    { "[Key\ncustodian](contact:key-custodian)", "P0(Key custodian->contact:key-custodian)" },
    { "[c](tel:+15550142) [m](mailto:a@b.example)",
      "P0(c->tel:+15550142| |m->mailto:a@b.example)" },
    { "see https://example.org", "P0(see https://example.org)" },
    { "-\n", "I1•()" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *out = outline (cases[i][0]);
    g_assert_cmpstr (out, ==, cases[i][1]);
  }
}

static void
test_nothing_acts (void)
{
  static const char *const cases[][2] = {
    { "<script>alert(1)</script>\n", "P0(<script>alert(1)</script>)" },
    { "a <b onclick=x>b</b>", "P0(a <b onclick=x>b</b>)" },
    { "[x](javascript:alert)", "P0(x)" },
    { "[x](JavaScript:alert)", "P0(x)" },
    { "[x](file:///etc/passwd)", "P0(x)" },
    { "[x](data:text/html,y)", "P0(x)" },
    { "[x](//example.org/y)", "P0(x)" },
    { "[x](runbook:../y)", "P0(x)" },
    { "[x](runbook:)", "P0(x)" },
    { "[x](https:)", "P0(x)" },
    { "[x](<https://a b>)", "P0(x)" },
    { "![alt words](https://example.org/a.png)", "P0(alt words)" },
    { "a\xe2\x80\xae"
      "b",
      "P0(ab)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *out = outline (cases[i][0]);
    g_assert_cmpstr (out, ==, cases[i][1]);
  }
}

static const char *
task_id (const DkDocument *document, guint number)
{
  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    if (block->kind == DK_BLOCK_TASK && number-- == 0)
      return block->id;
  }
  g_assert_not_reached ();
}

static void
test_task_ids (void)
{
  g_autoptr (DkDocument) before = parse ("## One\n- [ ] call\n- [ ] wait\n## Two\n- [ ] call\n");
  g_autoptr (DkDocument) after
      = parse ("Intro\n\n## One\n- [ ] new\n- [x] **call**\n- [ ] call\n## Two\n- [ ] call\n");
  guint8 hash[32];
  g_autofree char *expected = NULL;

  g_assert_cmpuint (strlen (task_id (before, 0)), ==, 16);
  g_assert_cmpstr (task_id (before, 0), ==, task_id (after, 1));
  g_assert_cmpstr (task_id (before, 0), !=, task_id (after, 2));
  g_assert_cmpstr (task_id (before, 0), !=, task_id (before, 2));
  g_assert_cmpstr (task_id (before, 2), ==, task_id (after, 3));
  dk_sha256 (hash, "One\ncall", 8);
  expected = g_strdup_printf ("%02x%02x%02x%02x%02x%02x%02x%02x", hash[0], hash[1], hash[2],
                              hash[3], hash[4], hash[5], hash[6], hash[7]);
  g_assert_cmpstr (task_id (before, 0), ==, expected);
}

static void
test_links (void)
{
  const char *text = "a [x](runbook:one)\n\n- [ ] b [y](contact:Two!)\n\n[z](https://a.example)";
  g_autoptr (GPtrArray) links = dk_markdown_links (text, strlen (text), NULL);
  const DkMarkdownLink *second;

  g_assert_cmpuint (links->len, ==, 2);
  second = g_ptr_array_index (links, 1);
  g_assert_cmpstr (second->target, ==, "contact:Two!");
  g_assert_cmpuint (second->line, ==, 3);
}

static void
test_links_of_leads (void)
{
  const char *text = "[x](runbook:one)\r\n\r\n## [lead only] L\r\n[y](contact:two)\r\n\r\n"
                     "## All\r\n[z](contact:three)\r\n";
  static const gboolean expected[] = { FALSE, TRUE, FALSE };
  g_autoptr (GPtrArray) links = dk_markdown_links (text, strlen (text), NULL);

  g_assert_cmpuint (links->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < links->len; i++)
    g_assert_true (((const DkMarkdownLink *) links->pdata[i])->for_leads == expected[i]);
}

static void
test_dead_links (void)
{
  const char *text = "[a](x.md) [b](https://a.example) [c](runbook:Not An Id)\n\n"
                     "![d](https://a.example/d.png)\n\n[e](JavaScript:x)";
  g_autoptr (GPtrArray) links = dk_markdown_dead_links (text, strlen (text), NULL);
  const DkMarkdownLink *second;

  g_assert_cmpuint (links->len, ==, 3);
  second = g_ptr_array_index (links, 1);
  g_assert_cmpstr (second->target, ==, "https://a.example/d.png");
  g_assert_true (second->is_image);
  g_assert_cmpuint (second->line, ==, 3);
  g_assert_false (((const DkMarkdownLink *) links->pdata[2])->is_image);
}

static void
test_lead_sections_are_cut (void)
{
  static const char *const cases[][2] = {
    { "a\n## [lead only] S\nSECRET\n## b\nc", "a\n## b\nc" },
    { "a\n## [Lead Only] S\nSECRET\n### more\nSECRET\n# b\n", "a\n# b\n" },
    { "### [lead only]\nSECRET\n## b", "## b" },
    { "a\n## [lead only] S\nSECRET", "a\n" },
    { "a\r\n## [lead only] S\r\nSECRET\r\n## b\r\n", "a\n## b\n" },
    { "a\r## [lead only] S\rSECRET\r## b\r", "a\n## b\n" },
    { "## [lead only] S\n```\n## no heading\nSECRET\n```\nSECRET\n## b", "## b" },
    { "## [lead only] S\n> ## no end\nSECRET\n\n    ## code\nSECRET\n## b", "## b" },
    { "## [lead only] S\n<!--\n## SECRET\n-->\n## b", "## b" },
    { "[lead only] S\n---\nSECRET\n\nb\n---\nc", "b\n---\nc" },
    { "[lead\nonly] S\n---\nSECRET\n\n# b", "# b" },
    { "## [lead only] S\nSECRET\n## [lead only] T\nSECRET\n## b", "## b" },
    { "## **[lead only]** S\nSECRET\n## b", "## b" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint parts = 0;
    g_autoptr (GError) error = NULL;
    g_autofree char *out
        = dk_markdown_without_lead (cases[i][0], strlen (cases[i][0]), &parts, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (out, ==, cases[i][1]);
    g_assert_null (strstr (out, "SECRET"));
    g_assert_cmpuint (parts, >=, 1);
  }
}

static void
test_slips_of_lead_marks_are_refused (void)
{
  static const char *const cases[] = {
    "a\n\n##[lead only] S\nSECRET",
    "a\n\n## Title [lead only]\nSECRET",
    "a\n\n- ## [lead only] S\n",
    "a\n\n> ## [lead only] S\n",
    "a\n\n**[lead only]** SECRET",
    "a\n\n    ## [lead only] S\n",
    "a\n\n## [lead-only] S\nSECRET",
    "a\n\n## [ LEADS ONLY ] S\nSECRET",
    "a\n\n## [lead only] S\n\n[lead only]: https://a.example\n",
    "```\n\n## [lead only] S\n```\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint parts = 99;
    g_autoptr (GError) error = NULL;
    g_autofree char *out = dk_markdown_without_lead (cases[i], strlen (cases[i]), &parts, &error);
    if (out != NULL)
      g_test_message ("%s -> %s", cases[i], out);
    g_assert_null (out);
    g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
    g_assert_true (g_str_has_prefix (error->message, "line 3: "));
    g_assert_cmpuint (parts, ==, 99);
  }
}

static double
time_of (const char *text, gsize size)
{
  gint64 begin = dk_platform_thread_cpu_us ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DkDocument) document = dk_markdown_parse (text, size, &error);

  g_assert_true ((document == NULL) == (error != NULL));
  return (double) (dk_platform_thread_cpu_us () - begin) / 1000.0;
}

static void
test_hostile_texts_end_soon (void)
{
  static const char *const parts[]
      = { ">",      "> ",       "- ",   "* ",       "1. ",    "[",     "![",        "[]",
          "![[]()", "_",        "*",    "*a ",      "`",      "<",     "<!",        "<?",
          "\\",     "~~",       "|",    "a|b\n",    "[a](",   "&",     "&#",        "***",
          "_a ",    "**a* ",    "<!--", "<a href=", "![l",    "`a``",  "- [ ] ",    "\n\n>",
          "\n- ",   "[a]: b\n", "[^1]", "|-|\n",    "x\n-\n", "a\n\n", "- a\n\n  ", "    ",
          "\t",     "#",        "# a\n" };
  gsize size = dk_test_is_long () ? 200000 : 50000;
  double worst = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autoptr (GString) run = g_string_new (NULL);
    g_autoptr (GString) paragraphs = g_string_new (NULL);
    double ms;
    while (run->len < size)
      g_string_append (run, parts[i]);
    while (paragraphs->len < size) {
      for (gsize k = 0; k < 15000; k += strlen (parts[i]))
        g_string_append (paragraphs, parts[i]);
      g_string_append (paragraphs, "\n\n");
    }
    ms = MAX (time_of (run->str, run->len), time_of (paragraphs->str, paragraphs->len));
    worst = MAX (worst, ms);
    if (ms > 100)
      g_test_message ("\"%s\" takes %.0f ms", parts[i], ms);
    g_assert_cmpfloat (ms, <, 2000);
  }
  g_test_message ("worst of %u texts of %u bytes: %.0f ms", (guint) G_N_ELEMENTS (parts) * 2,
                  (guint) size, worst);
}

static void
test_long_runbook_is_fast (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  double best = 1e9;

  while (text->len < 200000)
    g_string_append (text, "## Section\n\nWords with **weight** and a [link](contact:x).\n\n"
                           "- [ ] First step `code`\n- [ ] Second step\n\n|A|B|\n|-|-|\n|1|2|\n\n");
  for (int i = 0; i < 5; i++)
    best = MIN (best, time_of (text->str, text->len));
  g_test_message ("200 kB in %.1f ms", best);
  g_assert_cmpfloat (best, <, 500);
}

static void
test_bounds (void)
{
  g_autofree char *large = g_strnfill (DK_MARKDOWN_BYTES_MAX + 1, '\n');
  g_autoptr (GError) error = NULL;

  g_assert_null (dk_markdown_parse (large, DK_MARKDOWN_BYTES_MAX + 1, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (dk_markdown_parse ("a\n\xff", 3, &error));
  g_assert_error (error, DK_ERROR, DK_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "line 2: "));
}

/* The box of a step is what stands in front of its words, whatever these say. */
static void
test_boxes (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } cases[] = {
    { "- [ ] type [x] here\n", "T1(type [x] here)" },
    { "- [x] done\n- [X] too\n- [ ] [X] not\n", "T1x(done) T1x(too) T1([X] not)" },
    { "words\n\n1. [ ] a [x]\n   - [x] b [ ]\n   - [ ] c [x]\n",
      "P0(words) T1(a [x]) T2x(b [ ]) T2(c [x])" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *found = outline (cases[i].text);
    g_assert_cmpstr (found, ==, cases[i].expected);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  dk_crypto_init ();
  g_test_add_func ("/content/markdown/blocks-and-spans", test_blocks);
  g_test_add_func ("/content/markdown/nothing-in-it-acts", test_nothing_acts);
  g_test_add_func ("/content/markdown/a-step-is-ticked-by-its-own-box", test_boxes);
  g_test_add_func ("/content/markdown/task-ids-survive-a-new-version", test_task_ids);
  g_test_add_func ("/content/markdown/links-with-lines", test_links);
  g_test_add_func ("/content/markdown/links-in-sections-for-leads", test_links_of_leads);
  g_test_add_func ("/content/markdown/links-that-no-document-holds", test_dead_links);
  g_test_add_func ("/content/markdown/lead-sections-are-cut", test_lead_sections_are_cut);
  g_test_add_func ("/content/markdown/slips-of-lead-marks-are-refused",
                   test_slips_of_lead_marks_are_refused);
  g_test_add_func ("/content/markdown/hostile-texts-end-soon", test_hostile_texts_end_soon);
  g_test_add_func ("/content/markdown/long-runbook-is-fast", test_long_runbook_is_fast);
  g_test_add_func ("/content/markdown/bounds-hold", test_bounds);
  return dk_test_run ();
}
