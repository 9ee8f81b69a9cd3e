/* SPDX-License-Identifier: MIT */
/* Goal: each form that ships is good paper in both languages and on both sizes: as few pages as it
 * was made for, nothing over something else, every answer on it word for word. Method: the pages
 * are walked as lists, blank and filled with short and long answers, and the text of filled ones is
 * read back by poppler. With DK_PAGES=FOLDER the pages are left there as PDF, to be looked at. */
#include "forms/paper.h"

#include <string.h>

#include "tests/forms/paper-support.h"
#include "tests/support/support.h"

#define LONG_ROWS 25
#define LONG_WORDS 60
#define LONG_PAGES 60u
#define GRID 12u
#define PAGE_WIDTH 520u /* points between the margins */
#define WORD_WIDTH 60u

typedef struct {
  const char *id;
  guint a4;
  guint letter;
} Pages;

static const Pages made_for[] = {
  { "it-incident", 1, 1 },
  { "call-log", 1, 1 },
  { "service-request", 1, 1 },
  { "bitlocker-release", 1, 1 },
  { "password-reset", 1, 1 },
  { "equipment-loan", 1, 1 },
  { "device-sweep", 1, 1 },
  { "major-incident-timeline", 1, 1 },
  { "patient-safety-escalation", 1, 1 },
  { "situation-briefing", 2, 2 },
  { "message-slip", 1, 1 },
  { "activity-log", 1, 1 },
  { "communications-list", 1, 1 },
  { "service-status-board", 1, 1 },
  { "workaround-list", 1, 1 },
  { "shift-handover", 1, 1 },
  { "readiness-check", 1, 1 },
  { "content-feedback", 1, 1 },
};

static const char *const languages[] = { "en", "de" };
static char *folder;

static void
keep_pages (const DkPaper *paper, const char *id, const char *kind, const char *language,
            DkPaperSize size)
{
  const char *wanted = g_getenv ("DK_PAGES");
  if (wanted == NULL) {
    return;
  }
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, &error);
  g_assert_no_error (error);
  g_autofree char *name = g_strdup_printf ("%s/%s-%s-%s-%s.pdf", wanted, id, kind, language,
                                           size == DK_PAPER_A4 ? "a4" : "letter");
  gsize bytes = 0;
  const char *data = g_bytes_get_data (pdf, &bytes);
  g_assert_true (g_file_set_contents (name, data, (gssize) bytes, NULL));
}

static void
assert_clean (const DkPaper *paper, const char *what)
{
  g_autofree char *wrong = paper_walk (paper);
  if (*wrong != '\0') {
    g_error ("%s: %s", what, wrong);
  }
}

static void
test_table_names_each_form (void)
{
  g_assert_cmpuint (g_strv_length ((char **) (guintptr) dk_form_shipped_ids ()), ==,
                    G_N_ELEMENTS (made_for));
  for (guint i = 0; i < G_N_ELEMENTS (made_for); i++) {
    g_assert_true (g_strv_contains (dk_form_shipped_ids (), made_for[i].id));
  }
}

static void
test_blank_forms_have_the_pages_they_were_made_for (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (made_for); i++) {
    for (guint k = 0; k < 4; k++) {
      DkPaperSize size = k & 1 ? DK_PAPER_LETTER : DK_PAPER_A4;
      g_autoptr (DkForm) form = dk_form_shipped (made_for[i].id, languages[k >> 1]);
      g_autoptr (DkPaper) paper = paper_draw (form, NULL, size);
      keep_pages (paper, made_for[i].id, "blank", languages[k >> 1], size);
      g_test_message ("%s %s %s: %u", made_for[i].id, languages[k >> 1],
                      size == DK_PAPER_A4 ? "A4" : "Letter", dk_paper_page_count (paper));
      g_assert_cmpuint (dk_paper_page_count (paper), ==,
                        size == DK_PAPER_A4 ? made_for[i].a4 : made_for[i].letter);
      assert_clean (paper, made_for[i].id);
    }
  }
}

/* Words of a value that must be on paper. */
static void
assert_words (const char *text, const char *value, const char *what)
{
  g_auto (GStrv) words = g_strsplit_set (value, " \n", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    if (strstr (text, words[i]) == NULL) {
      g_error ("%s: \"%s\" is not on paper", what, words[i]);
    }
  }
}

/* TRUE if a word of the generated answers has room on one line there; elsewhere it is broken in
 * two, which its reader can join and pdftotext cannot. */
static gboolean
has_room (const DkForm *form, const char *name)
{
  const DkField *field = dk_form_find (form, name);
  guint parts = field != NULL ? field->paper_width : GRID;
  guint all = GRID;
  if (field != NULL && field->repeat != NULL && field->repeat->paper == DK_PAPER_TABLE) {
    all = 0;
    for (guint i = 0; i < dk_form_field_count (form); i++) {
      const DkField *other = dk_form_field (form, i);
      all += other->repeat == field->repeat && other->name != NULL ? other->paper_width : 0;
    }
  }
  return PAGE_WIDTH * parts / all >= WORD_WIDTH;
}

static void
assert_answers (const DkForm *form, const char *text, const json_t *answers)
{
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach ((json_t *) (guintptr) answers, name, value) {
    for (gsize i = 0; i < json_array_size (value); i++) {
      if (json_is_object (json_array_get (value, i))) {
        assert_answers (form, text, json_array_get (value, i));
      }
    }
    const char *words = json_string_value (value);
    if (words != NULL && strstr (words, " word") != NULL && has_room (form, name)) {
      assert_words (text, words, dk_form_id (form));
    }
  }
}

static void
fill (guint rows, guint words, const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (made_for); i++) {
    DkPaperSize size = i & 1 ? DK_PAPER_LETTER : DK_PAPER_A4;
    const char *language = languages[i >> 1 & 1];
    g_autoptr (DkForm) form = dk_form_shipped (made_for[i].id, language);
    g_autoptr (DkTicket) ticket = paper_ticket_for (form, rows, words);
    g_autoptr (DkPaper) paper = paper_draw (form, ticket, size);
    keep_pages (paper, made_for[i].id, kind, language, size);
    assert_clean (paper, made_for[i].id);
    g_autofree char *path = paper_save (paper, folder);
    g_autofree char *text = paper_text (path);
    assert_answers (form, text, ticket->answers);
    g_assert_cmpuint (dk_paper_page_count (paper), <=, rows > 5 ? LONG_PAGES : made_for[i].a4 + 1);
  }
}

static void
test_filled_forms_hold_every_answer (void)
{
  fill (3, 1, "filled");
}

static void
test_long_answers_are_not_cut (void)
{
  fill (LONG_ROWS, LONG_WORDS, "long");
}

static void
test_control_a_lost_word_is_found (void)
{
  g_autoptr (DkForm) form = dk_form_shipped ("message-slip", "en");
  g_autoptr (DkTicket) ticket = paper_ticket_for (form, 1, 1);
  g_autoptr (DkPaper) paper = paper_draw (form, NULL, DK_PAPER_A4);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  guint missing = 0;
  const char *name = NULL;
  json_t *value = NULL;
  json_object_foreach (ticket->answers, name, value) {
    const char *words = json_string_value (value);
    missing += words != NULL && strstr (text, words) == NULL ? 1 : 0;
  }
  g_assert_cmpuint (missing, >, 0);
}

/* The gate on paper: what must be ticked, who signs, and never a place for the key itself. */
static void
test_gate_is_whole_on_paper (void)
{
  static const char *const needed[]
      = { "Call-back on", "In person",     "Manager on file",   "Runner with",
          "Number called", "Badge number",  "Seal number",       "NEVER the key",
          "If refused",    "do not write them down", "Witness, date and time",
          "Released by, date and time" };
  g_autoptr (DkForm) form = dk_form_shipped ("bitlocker-release", "en");
  g_autoptr (DkPaper) paper = paper_draw (form, NULL, DK_PAPER_LETTER);
  g_autofree char *path = paper_save (paper, folder);
  g_autofree char *text = paper_text (path);
  for (guint i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_test_message ("%s", needed[i]);
    g_assert_nonnull (strstr (text, needed[i]));
  }
  for (guint i = 0; i < dk_form_field_count (form); i++) {
    g_assert_cmpuint (dk_form_field (form, i)->paper_cells, <=, 8);
  }
}

int
main (int argc, char **argv)
{
  dk_test_init (&argc, &argv);
  if (paper_lacks_tool ()) {
    return 77;
  }
  folder = dk_test_folder_new ();
  g_test_add_func ("/shipped-paper/table-names-each-form", test_table_names_each_form);
  g_test_add_func ("/shipped-paper/blank-forms-have-the-pages-they-were-made-for",
                   test_blank_forms_have_the_pages_they_were_made_for);
  g_test_add_func ("/shipped-paper/filled-forms-hold-every-answer",
                   test_filled_forms_hold_every_answer);
  g_test_add_func ("/shipped-paper/long-answers-are-not-cut", test_long_answers_are_not_cut);
  g_test_add_func ("/shipped-paper/control-a-lost-word-is-found",
                   test_control_a_lost_word_is_found);
  g_test_add_func ("/shipped-paper/gate-is-whole-on-paper", test_gate_is_whole_on_paper);
  int result = dk_test_run ();
  g_free (folder);
  return result;
}
