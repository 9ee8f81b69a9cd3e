/* SPDX-License-Identifier: MIT */
#include "app/cli/paper-print.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/model/number.h"
#include "app/readiness/content-now.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"
#include "app/store/paper-store.h"
#include "app/store/ticket-store.h"

#define COPIES_MAX 500
#define ROOM_TO_SPARE (64u << 10)

/* What stands on each page, with the texts that it borrows. */
typedef struct {
  DkPaperFacts facts;
  char *mode;
  char *organisation;
  char *printed;
  char *head;
} Margins;

static void
margins_clear (Margins *margins)
{
  g_free (margins->mode);
  g_free (margins->organisation);
  g_free (margins->printed);
  g_free (margins->head);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Margins, margins_clear)

gboolean
dk_cli_paper_size (const DkArgs *args, DkPaperSize *size, GError **error)
{
  const char *name = dk_args_get (args, "paper");

  if (name == NULL || strcmp (name, "a4") == 0)
    *size = DK_PAPER_A4;
  else if (strcmp (name, "letter") == 0)
    *size = DK_PAPER_LETTER;
  else
    return dk_cli_usage (error, "--paper is a4 or letter. Nothing was printed.");
  return TRUE;
}

static gboolean
read_mode (DkStore *store, char **mode, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *name = dk_store_get_setting (store, "mode", &failed);
  DkContentFacts content;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (!dk_content_now (store, &content, error))
    return FALSE;
  *mode = dk_content_state_mode (dk_content_state (&content, dk_clock_wall_ms ()), name);
  return TRUE;
}

/* The head is taken before the entry of the print itself, so that the paper names what was there
 * when its content was read. */
static gboolean
fill_margins (DkCli *cli, const DkArgs *args, Margins *margins, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &failed);
  g_autofree char *now = dk_time_format_local (dk_clock_wall_ms ());

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  if (!dk_cli_paper_size (args, &margins->facts.size, error)
      || !read_mode (store, &margins->mode, error))
    return FALSE;
  margins->head = dk_ledger_head_text (store, error);
  if (margins->head == NULL)
    return FALSE;
  margins->organisation = pack != NULL ? g_strdup (pack->organisation) : NULL;
  now[MIN (strlen (now), 16)] = '\0';
  now[10] = ' ';
  margins->printed = g_strdup_printf ("printed %s by %s", now, dk_store_user (store));
  margins->facts.mode = margins->mode;
  margins->facts.organisation = margins->organisation;
  margins->facts.station = dk_store_identity (store)->station;
  margins->facts.printed = margins->printed;
  margins->facts.ledger_head = margins->head;
  return TRUE;
}

/* Where nothing can be stored calls go on on paper, so that blank forms come out all the same. */
static gboolean
note_print (DkStore *store, const char *object, const DkForm *form, const Margins *margins,
            guint pages, GError **error)
{
  g_autoptr (json_t) body = json_object ();

  if (object == NULL && dk_store_is_read_only (store)) {
    dk_cli_message ("dkit: Nothing can be stored now, so the ledger has no entry of this print. "
                    "The form has no number: give one later, when it is keyed in.");
    return TRUE;
  }
  dk_json_set_text (body, "form", dk_form_id (form));
  dk_json_set_text (body, "form_version", dk_form_version (form));
  dk_json_set_text (body, "head", margins->head);
  json_object_set_new (body, "pages", json_integer (pages));
  return dk_ledger_note (store, "print", object, body, error);
}

static gboolean
write_pdf (const DkPaper *paper, const char *path, DkOutputKind kind, GError **error)
{
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, error);

  return pdf != NULL && dk_cli_write_file (path, kind, pdf, error);
}

/* "1 page", "2 pages". */
static char *
count_words (guint count, const char *word)
{
  return g_strdup_printf ("%u %s%s", count, word, count == 1 ? "" : "s");
}

static GPtrArray *
read_log (DkStore *store, const DkForm *form, const char *number, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, number, error);

  return entries != NULL ? dk_paper_log_new (form, entries) : NULL;
}

/* "DT-A07-0001-X to DT-A07-0003-Z", or the one number. */
static char *
range_words (const GPtrArray *numbers)
{
  const char *first = g_ptr_array_index (numbers, 0);
  const char *last = g_ptr_array_index (numbers, numbers->len - 1);

  return numbers->len == 1 ? g_strdup (first) : g_strdup_printf ("%s to %s", first, last);
}

gboolean
dk_cli_form_print (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *output = dk_cli_output (args, DK_OUTPUT_PAPER, error);
  const char *number = dk_args_get (args, "ticket");
  g_autoptr (DkForm) form = NULL;
  g_autoptr (DkTicket) ticket = NULL;
  g_auto (Margins) margins = { 0 };
  g_autoptr (GPtrArray) log = NULL;
  g_autoptr (DkPaper) paper = NULL;
  g_autofree char *pages = NULL;
  const char *object;

  if (output == NULL)
    return FALSE;
  form = dk_content_store_form (store, dk_args_word (args, 0), error);
  if (form == NULL)
    return FALSE;
  ticket = number != NULL ? dk_ticket_store_load (store, number, error) : NULL;
  if ((number != NULL && ticket == NULL) || !fill_margins (cli, args, &margins, error))
    return FALSE;
  object = ticket != NULL ? ticket->number : NULL;
  log = ticket != NULL ? read_log (store, form, object, error) : NULL;
  if (ticket != NULL && log == NULL)
    return FALSE;
  paper = dk_paper_new (&margins.facts);
  dk_paper_add_form_with_log (paper, form, ticket, object, log);
  if (!note_print (store, object, form, &margins, dk_paper_page_count (paper), error)
      || !write_pdf (paper, output, DK_OUTPUT_PAPER, error))
    return FALSE;
  pages = count_words (dk_paper_page_count (paper), "page");
  dk_cli_say (cli, "%s: %s, %s", output, pages,
              object != NULL ? object : "SPECIMEN, no number");
  dk_cli_take_document (cli, json_pack ("{s:s, s:i, s:o, s:s}", "file", output, "pages",
                                        (int) dk_paper_page_count (paper), "number",
                                        dk_json_string (object), "head", margins.head));
  return TRUE;
}

static gboolean
note_document (DkStore *store, const char *what, const char *object, const Margins *margins,
               guint pages, GError **error)
{
  g_autoptr (json_t) body = json_object ();

  if (dk_store_is_read_only (store)) {
    dk_cli_message ("dkit: Nothing can be stored now, so the ledger has no entry of this print.");
    return TRUE;
  }
  dk_json_set_text (body, "what", what);
  dk_json_set_text (body, "head", margins->head);
  json_object_set_new (body, "pages", json_integer (pages));
  return dk_ledger_note (store, "print", object, body, error);
}

gboolean
dk_cli_document_print (DkCli *cli, const DkArgs *args, const char *title,
                       const DkDocument *document, const char *what, const char *object,
                       GError **error)
{
  const char *output = dk_cli_output (args, DK_OUTPUT_NEW, error);
  g_auto (Margins) margins = { 0 };
  g_autoptr (DkPaper) paper = NULL;
  g_autofree char *pages = NULL;

  if (output == NULL || !fill_margins (cli, args, &margins, error))
    return FALSE;
  paper = dk_paper_new (&margins.facts);
  dk_paper_add_document (paper, title, "en", document);
  if (!note_document (dk_cli_store (cli), what, object, &margins, dk_paper_page_count (paper),
                      error)
      || !write_pdf (paper, output, DK_OUTPUT_NEW, error))
    return FALSE;
  pages = count_words (dk_paper_page_count (paper), "page");
  dk_cli_say (cli, "%s: %s, %s", output, pages, title);
  dk_cli_take_document (cli, json_pack ("{s:s, s:i, s:s, s:s}", "file", output, "pages",
                                        (int) dk_paper_page_count (paper), what, object, "head",
                                        margins.head));
  return TRUE;
}

static DkPaper *
draw_blank (const DkForm *form, const GPtrArray *numbers, const Margins *margins)
{
  DkPaper *paper = dk_paper_new (&margins->facts);

  for (guint i = 0; i < numbers->len; i++)
    dk_paper_add_form (paper, form, NULL, g_ptr_array_index (numbers, i));
  return paper;
}

/* Bytes that such a file will have; the numbers in it are those that come next, so that it is as
 * long, and it is thrown away. */
static gboolean
measure (DkStore *store, const DkForm *form, guint copies, const Margins *margins, gsize *size,
         GError **error)
{
  g_autoptr (GPtrArray) numbers = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DkPaper) paper = NULL;
  g_autoptr (GBytes) pdf = NULL;
  guint64 counter = 0;

  if (!dk_ticket_store_counter (store, &counter, error))
    return FALSE;
  for (guint i = 0; i < copies; i++)
    g_ptr_array_add (numbers, dk_number_format (margins->facts.station, counter + 1 + i, FALSE));
  paper = draw_blank (form, numbers, margins);
  pdf = dk_paper_pdf (paper, error);
  if (pdf == NULL)
    return FALSE;
  *size = g_bytes_get_size (pdf);
  return TRUE;
}

/* Numbers cannot be given back, so that the file is tried before they are issued: it is written in
 * its full length, without content, and taken away again when the real one comes. */
static gboolean
hold_place (const char *output, gsize size, GError **error)
{
  g_autofree char *nothing = g_malloc0 (size + ROOM_TO_SPARE);

  if (dk_file_exists (output)) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s exists already. No number was issued; choose another name, so that no "
                 "numbered form is lost.",
                 output);
    return FALSE;
  }
  if (!dk_file_replace (output, nothing, size + ROOM_TO_SPARE, DK_FILE_DURABLE, error)) {
    g_prefix_error (error, "No number was issued. ");
    return FALSE;
  }
  return TRUE;
}

static json_t *
numbers_json (GPtrArray *numbers)
{
  json_t *list = json_array ();

  for (guint i = 0; i < numbers->len; i++)
    json_array_append_new (list, dk_json_string (g_ptr_array_index (numbers, i)));
  return list;
}

static gboolean
draw_issued (const DkForm *form, GPtrArray *numbers, const Margins *margins, const char *output,
             guint *pages, GError **error)
{
  g_autoptr (DkPaper) paper = draw_blank (form, numbers, margins);
  g_autofree char *range = NULL;

  *pages = dk_paper_page_count (paper);
  if (dk_file_remove (output, error) && write_pdf (paper, output, DK_OUTPUT_NEW, error))
    return TRUE;
  range = range_words (numbers);
  g_prefix_error (error,
                  numbers->len == 1
                      ? "%s is issued, but not on paper: void it with a reason. "
                      : "%s are issued, but not on paper: void them with a reason. ",
                  range);
  return FALSE;
}

static void
say_issued (DkCli *cli, const char *output, const GPtrArray *numbers, guint pages)
{
  g_autofree char *forms_text = count_words (numbers->len, "form");
  g_autofree char *pages_text = count_words (pages, "page");
  g_autofree char *range = range_words (numbers);

  dk_cli_say (cli, "%s: %s on %s, %s", output, forms_text, pages_text, range);
}

gboolean
dk_cli_paper_issue (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *output;
  g_autoptr (DkForm) form = NULL;
  g_autoptr (GPtrArray) numbers = NULL;
  g_auto (Margins) margins = { 0 };
  gint64 copies = 0;
  guint pages = 0;
  gsize size = 0;

  if (dk_args_need (args, "copies", error) == NULL
      || !dk_args_get_int (args, "copies", 1, COPIES_MAX, &copies, error))
    return FALSE;
  output = dk_cli_output (args, DK_OUTPUT_NEW, error);
  if (output == NULL)
    return FALSE;
  form = dk_content_store_form (store, dk_args_word (args, 0), error);
  if (form == NULL || !fill_margins (cli, args, &margins, error)
      || !measure (store, form, (guint) copies, &margins, &size, error)
      || !hold_place (output, size, error))
    return FALSE;
  numbers = dk_ticket_store_issue_paper (store, form, (guint) copies, dk_args_get (args, "unit"),
                                         error);
  if (numbers == NULL) {
    if (!dk_file_remove (output, NULL))
      g_debug ("a file without content stays behind");
    return FALSE;
  }
  if (!draw_issued (form, numbers, &margins, output, &pages, error))
    return FALSE;
  say_issued (cli, output, numbers, pages);
  dk_cli_take_document (cli, json_pack ("{s:s, s:i, s:o, s:s}", "file", output, "pages",
                                        (int) pages, "numbers", numbers_json (numbers), "head",
                                        margins.head));
  return TRUE;
}

gboolean
dk_cli_paper_list (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) rows = dk_paper_store_list (dk_cli_store (cli), NULL, error);
  json_t *list;

  if (rows == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < rows->len; i++) {
    const DkPaperRow *row = g_ptr_array_index (rows, i);
    g_autofree char *issued = dk_time_format_short (row->issued_ms, dk_clock_wall_ms ());
    dk_cli_say (cli, "%-16s %-8s %-12s %s%s%s", row->number, row->state, row->form, issued,
                row->unit != NULL ? "  " : "", row->unit != NULL ? row->unit : "");
    json_array_append_new (list, json_pack ("{s:s, s:s, s:s, s:o, s:o}", "number", row->number,
                                            "state", row->state, "form", row->form, "unit",
                                            dk_json_string (row->unit), "issued_at",
                                            dk_cli_time (row->issued_ms)));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

gboolean
dk_cli_paper_account (DkCli *cli, const DkArgs *args, GError **error)
{
  static const char *const states[] = { "issued", "entered", "void", "missing", "lost" };
  g_autoptr (GPtrArray) rows = dk_paper_store_list (dk_cli_store (cli), NULL, error);
  json_t *document;
  json_t *out;

  if (rows == NULL)
    return FALSE;
  document = json_object ();
  out = json_array ();
  for (gsize s = 0; s < G_N_ELEMENTS (states); s++) {
    int count = 0;
    for (guint i = 0; i < rows->len; i++) {
      const DkPaperRow *row = g_ptr_array_index (rows, i);
      gboolean counts = strcmp (row->state, states[s]) == 0;
      count += counts ? 1 : 0;
      if (counts && s == 0)
        json_array_append_new (out, dk_json_string (row->number));
    }
    dk_cli_say (cli, "%-8s %d", states[s], count);
    json_object_set_new (document, states[s], json_integer (count));
  }
  json_object_set_new (document, "total", json_integer (rows->len));
  json_object_set_new (document, "ok", json_boolean (json_array_size (out) == 0));
  for (gsize i = 0; i < json_array_size (out); i++)
    dk_cli_say (cli, "%s%s", i == 0 ? "still out: " : "           ",
                json_string_value (json_array_get (out, i)));
  json_object_set_new (document, "outstanding", out);
  dk_cli_take_document (cli, document);
  return TRUE;
}
