/* SPDX-License-Identifier: MIT */
#include "app/cli/paper-print.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/print.h"
#include "app/cli/paper-margins.h"
#include "app/readiness/content-now.h"
#include "app/store/content-store.h"
#include "app/store/form-world.h"
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"

void
dk_cli_margins_clear (DkCliMargins *margins)
{
  g_free (margins->mode);
  g_free (margins->organisation);
  g_free (margins->printed_by);
  g_free (margins->head);
  g_clear_pointer (&margins->choices, json_decref);
}

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
gboolean
dk_cli_fill_margins (DkCli *cli, const DkArgs *args, DkCliMargins *margins, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) pack = dk_content_store_current (store, &failed);
  gint64 now_ms = dk_clock_wall_ms ();

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
  margins->printed_by = g_strdup (dk_store_user (store));
  margins->facts.mode = margins->mode;
  margins->facts.organisation = margins->organisation;
  margins->facts.station = dk_store_identity (store)->station;
  margins->facts.printed_by = margins->printed_by;
  margins->facts.printed_ms = now_ms;
  margins->facts.ledger_head = margins->head;
  return TRUE;
}

void
dk_cli_margins_add_form (DkCli *cli, DkCliMargins *margins, DkForm *form)
{
  DkFormWorld world;

  if (margins->choices == NULL)
    margins->choices = json_object ();
  dk_store_form_world (dk_cli_store (cli), &world);
  dk_paper_add_choices (margins->choices, form, &world);
  margins->facts.choices = margins->choices;
}

/* Where the pages go: a printer, or a file. */
static void
set_place (json_t *body, const DkArgs *args, const char *output)
{
  g_autofree char *name = output != NULL ? g_path_get_basename (output) : NULL;

  dk_json_set_text (body, "file", name);
  dk_json_set_text (body, "printer", output == NULL ? dk_args_get (args, "lp") : NULL);
}

/* The entry comes first, so that nothing is on paper which no entry tells; what then did not come
 * out needs another one. The error stays what it was. */
static void
note_failure (DkStore *store, const DkArgs *args, const char *output, const char *object,
              GError **error)
{
  g_autoptr (json_t) body = json_object ();
  g_autoptr (GError) failed = NULL;

  if (dk_store_is_read_only (store))
    return;
  set_place (body, args, output);
  dk_json_set_text (body, "why", error != NULL && *error != NULL ? (*error)->message : NULL);
  if (!dk_ledger_note (store, "print-failed", object, body, &failed))
    dk_cli_message ("dkit: Nothing came out, and the ledger says that it was printed, since the "
                    "entry of that could not be stored: %s Print it again; tell who reads the "
                    "ledger.",
                    failed->message);
}

/* Where nothing can be stored calls go on on paper, so that blank forms come out all the same. */
static gboolean
note_print (DkStore *store, const char *object, const DkForm *form, json_t *body, GError **error)
{
  if (object == NULL && dk_store_is_read_only (store)) {
    dk_cli_message ("dkit: Nothing can be stored now, so the ledger has no entry of this print. "
                    "The form has no number: give one later, when it is keyed in.");
    return TRUE;
  }
  dk_json_set_text (body, "form", dk_form_id (form));
  dk_json_set_text (body, "form_version", dk_form_version (form));
  return dk_ledger_note (store, "print", object, body, error);
}

/* What every print tells: where to, how much, why. New reference. */
static json_t *
make_body (const DkArgs *args, const char *output, const char *reason,
           const DkCliMargins *margins, guint pages)
{
  json_t *body = json_object ();

  set_place (body, args, output);
  dk_json_set_text (body, "reason", reason);
  dk_json_set_text (body, "head", margins->head);
  json_object_set_new (body, "pages", json_integer (pages));
  return body;
}

gboolean
dk_cli_write_paper (const DkPaper *paper, const char *path, DkOutputKind kind, GError **error)
{
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, error);

  return pdf != NULL && dk_cli_write_file (path, kind, pdf, error);
}

char *
dk_cli_count_words (guint count, const char *word)
{
  return g_strdup_printf ("%u %s%s", count, word, count == 1 ? "" : "s");
}

static GPtrArray *
read_log (DkStore *store, const DkForm *form, const char *number, GError **error)
{
  g_autoptr (GPtrArray) entries = dk_ledger_of_object (store, number, error);

  return entries != NULL ? dk_paper_log_new (form, entries) : NULL;
}

/* What is filled in on a form for leads needs a reason to leave the kit, whatever it is put on. */
static gboolean
read_reason (DkStore *store, const DkArgs *args, const DkForm *form, const DkTicket *ticket,
             char **reason, GError **error)
{
  g_autoptr (DkForm) own
      = ticket != NULL ? dk_content_store_form (store, ticket->form, NULL) : NULL;
  gboolean is_sensitive
      = ticket != NULL
        && (dk_form_is_lead_only (form) || (own != NULL && dk_form_is_lead_only (own)));

  if (!is_sensitive && !dk_args_has (args, "reason"))
    return TRUE;
  *reason = dk_cli_reason (args, error);
  return *reason != NULL;
}

/* To the printer of --lp. */
static gboolean
send_paper (const DkPaper *paper, const DkArgs *args, const char *title, GError **error)
{
  const char *queue = dk_args_get (args, "lp");
  const char *size = dk_args_get (args, "paper");
  g_autoptr (GBytes) pdf = dk_paper_pdf (paper, error);
  g_autofree char *why_not = NULL;

  if (pdf == NULL
      || !dk_print_send (queue, title, g_strcmp0 (size, "letter") == 0 ? "Letter" : "A4", pdf,
                         error))
    return FALSE;
  why_not = dk_print_why_not (queue);
  if (why_not != NULL)
    dk_cli_message ("dkit: The printer %s has the pages, but %s. They wait there until somebody "
                    "starts it.",
                    queue, why_not);
  return TRUE;
}

/* To the file of --output or the printer of --lp, one of them; with an entry if it fails. */
static gboolean
hand_out (DkStore *store, const DkPaper *paper, const DkArgs *args, const char *output,
          const char *title, const char *object, GError **error)
{
  if (output != NULL ? dk_cli_write_paper (paper, output, DK_OUTPUT_PAPER, error)
                     : send_paper (paper, args, title, error))
    return TRUE;
  note_failure (store, args, output, object, error);
  return FALSE;
}

/* The pages are on paper, or on their way there. */
static void
say_printed (DkCli *cli, const DkArgs *args, const DkPaper *paper, const char *output,
             const char *object, const DkCliMargins *margins)
{
  const char *queue = dk_args_get (args, "lp");
  g_autofree char *pages = dk_cli_count_words (dk_paper_page_count (paper), "page");

  dk_cli_say (cli, "%s%s: %s, %s", queue != NULL ? "sent to the printer " : "",
              queue != NULL ? queue : output, pages,
              object != NULL ? object : "SPECIMEN, no number");
  dk_cli_take_document (cli, json_pack ("{s:o, s:o, s:i, s:o, s:s}", "file",
                                        dk_json_string (output), "printer",
                                        dk_json_string (queue), "pages",
                                        (int) dk_paper_page_count (paper), "number",
                                        dk_json_string (object), "head", margins->head));
}

gboolean
dk_cli_form_print (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *queue = dk_args_get (args, "lp");
  const char *output = queue == NULL ? dk_cli_output (args, DK_OUTPUT_PAPER, error) : NULL;
  const char *number = dk_args_get (args, "ticket");
  g_autoptr (DkForm) form = NULL;
  g_autoptr (DkTicket) ticket = NULL;
  g_auto (DkCliMargins) margins = { 0 };
  g_autoptr (GPtrArray) log = NULL;
  g_autoptr (DkPaper) paper = NULL;
  g_autoptr (json_t) body = NULL;
  g_autofree char *reason = NULL;
  const char *object;

  if (queue != NULL && dk_args_has (args, "output"))
    return dk_cli_usage (error, "Say either -o or --lp: a file or a printer. Nothing was printed.");
  if (output == NULL && queue == NULL)
    return FALSE;
  form = dk_content_store_form_in (store, dk_args_word (args, 0), dk_args_get (args, "language"),
                                   error);
  if (form == NULL)
    return FALSE;
  ticket = number != NULL ? dk_ticket_store_load (store, number, error) : NULL;
  if ((number != NULL && ticket == NULL)
      || !read_reason (store, args, form, ticket, &reason, error)
      || !dk_cli_fill_margins (cli, args, &margins, error))
    return FALSE;
  object = ticket != NULL ? ticket->number : NULL;
  log = ticket != NULL ? read_log (store, form, object, error) : NULL;
  if (ticket != NULL && log == NULL)
    return FALSE;
  dk_cli_margins_add_form (cli, &margins, form);
  paper = dk_paper_new (&margins.facts);
  dk_paper_add_form_with_log (paper, form, ticket, object, log);
  body = make_body (args, output, reason, &margins, dk_paper_page_count (paper));
  if (!note_print (store, object, form, body, error)
      || !hand_out (store, paper, args, output, object != NULL ? object : dk_form_id (form),
                    object, error))
    return FALSE;
  say_printed (cli, args, paper, output, object, &margins);
  return TRUE;
}

static gboolean
note_document (DkCli *cli, const DkArgs *args, const char *what, const char *object,
               const char *output, const DkCliMargins *margins, guint pages, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autofree char *reason = NULL;
  g_autoptr (json_t) body = NULL;

  if (dk_store_is_read_only (store) && !dk_args_has (args, "reason")) {
    dk_cli_message ("dkit: Nothing can be stored now, so the ledger has no entry of this print.");
    return TRUE;
  }
  if (dk_args_has (args, "reason")) {
    reason = dk_cli_reason (args, error);
    if (reason == NULL)
      return FALSE;
  }
  body = make_body (args, output, reason, margins, pages);
  dk_json_set_text (body, "what", what);
  return dk_ledger_note (store, "print", object, body, error);
}

gboolean
dk_cli_document_print (DkCli *cli, const DkArgs *args, const char *title,
                       const DkDocument *document, const char *what, const char *object,
                       GError **error)
{
  const char *output = dk_cli_output (args, DK_OUTPUT_NEW, error);
  g_auto (DkCliMargins) margins = { 0 };
  g_autoptr (DkPaper) paper = NULL;
  g_autofree char *pages = NULL;

  if (output == NULL || !dk_cli_fill_margins (cli, args, &margins, error))
    return FALSE;
  paper = dk_paper_new (&margins.facts);
  dk_paper_add_document (paper, title, "en", document);
  if (!note_document (cli, args, what, object, output, &margins, dk_paper_page_count (paper),
                      error))
    return FALSE;
  if (!dk_cli_write_paper (paper, output, DK_OUTPUT_NEW, error)) {
    note_failure (dk_cli_store (cli), args, output, object, error);
    return FALSE;
  }
  pages = dk_cli_count_words (dk_paper_page_count (paper), "page");
  dk_cli_say (cli, "%s: %s, %s", output, pages, title);
  dk_cli_take_document (cli, json_pack ("{s:s, s:i, s:s, s:s}", "file", output, "pages",
                                        (int) dk_paper_page_count (paper), what, object, "head",
                                        margins.head));
  return TRUE;
}
