/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/cli/answers.h"
#include "app/cli/cli.h"
#include "app/cli/ticket-show.h"
#include "app/form/capture-check.h"
#include "app/model/number.h"
#include "app/store/attached-store.h"
#include "app/store/content-store.h"
#include "app/store/lead-store.h"
#include "app/store/ledger.h"
#include "app/store/paper-store.h"
#include "app/store/ticket-store.h"

#define CALL_FORM "call-log"

/* Notes for leads as this person may see them, as a member of the ticket's JSON. */
static void
set_lead_notes (json_t *ticket, const GPtrArray *notes)
{
  json_t *list = json_array ();

  for (guint i = 0; i < notes->len; i++) {
    const DkLeadNote *note = g_ptr_array_index (notes, i);
    json_array_append_new (
        list, json_pack ("{s:s, s:o, s:s, s:I, s:o, s:b}", "author", note->author, "recorded_at",
                         dk_cli_time (note->recorded_ms), "chain", note->chain, "seq",
                         (json_int_t) note->seq, "text", dk_json_string (note->text), "erased",
                         note->is_erased));
  }
  json_object_set_new (ticket, "lead_notes", list);
}

/* Loads the ticket as it is now and makes it the output. */
static gboolean
report (DkCli *cli, const char *number, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (dk_cli_store (cli), number, error);
  json_t *json
      = ticket != NULL ? dk_ticket_store_json (dk_cli_store (cli), ticket, TRUE, error) : NULL;

  g_autoptr (GPtrArray) notes
      = json != NULL ? dk_lead_store_list (dk_cli_store (cli), number, error) : NULL;

  if (notes == NULL) {
    json_decref (json);
    return FALSE;
  }
  set_lead_notes (json, notes);
  dk_cli_say (cli, "%s", ticket->number);
  if (!cli->quiet && !cli->in_batch) {
    g_autofree char *spelled = dk_number_spell (ticket->number);
    dk_cli_say (cli, "%s%s%s", dk_ticket_state_name (ticket->state),
                ticket->finalized ? ", final: " : ": ", spelled);
  }
  dk_cli_take_document (cli, json);
  return TRUE;
}

static gboolean
sets_happened (const DkArgs *args)
{
  const char *const *pairs = dk_args_all (args, "set");

  for (gsize i = 0; pairs[i] != NULL; i++)
    if (g_str_has_prefix (pairs[i], "happened_at="))
      return TRUE;
  return FALSE;
}

/* --at, or else the time on the paper, stands for the field where the form has it: its default,
 * now, must not win. */
static gboolean
set_happened (const DkArgs *args, const DkForm *form, json_t *answers, DkTicketCapture *capture,
              GError **error)
{
  g_autofree char *text = NULL;

  if (!dk_args_has (args, "at")) {
    if (capture->written_ms == 0 || sets_happened (args))
      return TRUE;
    capture->happened_ms = capture->written_ms;
  }
  if (dk_form_find (form, "happened_at") == NULL)
    return TRUE;
  if (sets_happened (args))
    return dk_cli_usage (error, "--at and happened_at= both say when. Nothing was stored; give "
                                "one of them.");
  text = dk_time_format_local (capture->happened_ms);
  dk_json_set_text (answers, "happened_at", text);
  return TRUE;
}

/* What a person should know of a ticket that is saved: on standard error, and in the document. */
static void
tell_saved (DkCli *cli, const DkForm *form, const DkTicketCapture *capture,
            const DkTicketSaved *saved, const char *left_out)
{
  g_autoptr (GPtrArray) found
      = dk_capture_warnings (form, capture->answers,
                             dk_store_policy (dk_cli_store (cli))->capture_patterns);
  json_t *warnings = json_array ();
  json_t *numbers = json_array ();

  for (guint i = 0; i < saved->warnings->len; i++)
    json_array_append_new (warnings, dk_json_string (g_ptr_array_index (saved->warnings, i)));
  for (guint i = 0; i < found->len; i++) {
    const DkFormProblem *problem = g_ptr_array_index (found, i);
    g_autofree char *text = g_strdup_printf ("%s: %s", problem->field, problem->message);
    json_array_append_new (warnings, dk_json_string (text));
  }
  if (left_out != NULL)
    json_array_append_new (warnings, dk_json_string (left_out));
  for (gsize i = 0; i < json_array_size (warnings); i++)
    dk_cli_message ("dkit: %s: %s", saved->number,
                    json_string_value (json_array_get (warnings, i)));
  for (guint i = 0; i < saved->follow_ups->len; i++) {
    const char *number = g_ptr_array_index (saved->follow_ups, i);
    json_array_append_new (numbers, dk_json_string (number));
    if (!cli->quiet)
      dk_cli_message ("dkit: %s: follow-up %s", saved->number, number);
  }
  json_object_set_new (cli->document, "warnings", warnings);
  json_object_set_new (cli->document, "follow_ups", numbers);
}

static gboolean
save_new (DkCli *cli, const DkArgs *args, DkForm *form, json_t *answers, const json_t *defaults,
          GPtrArray *files, GError **error)
{
  g_auto (DkTicketSaved) saved = { 0 };
  g_autofree char *left_out = NULL;
  DkTicketCapture capture = { .number = dk_args_get (args, "number"),
                              .answers = answers,
                              .final = dk_args_has (args, "final"),
                              .written_by = dk_args_get (args, "written-by"),
                              .files = files };

  if (!dk_cli_happened (args, answers, &capture.happened_ms, error)
      || !dk_cli_time_of (args, "written-at", &capture.written_ms, error)
      || !set_happened (args, form, answers, &capture, error)
      || !dk_ticket_store_save_order (dk_cli_store (cli), form, &capture, &saved, error)
      || !report (cli, saved.number, error))
    return FALSE;
  left_out = dk_cli_left_out (cli, form, answers, defaults);
  tell_saved (cli, form, &capture, &saved, left_out);
  return TRUE;
}

static gboolean
run_call (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkForm) form = dk_content_store_form (dk_cli_store (cli), CALL_FORM, error);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (json_t) answers = NULL;
  g_autoptr (json_t) defaults = NULL;
  g_autofree char *joined = dk_args_text (args, 0);
  g_autofree char *text = NULL;

  if (form == NULL)
    return FALSE;
  answers = dk_cli_new_answers (cli, form);
  defaults = json_deep_copy (answers);
  text = strcmp (joined, "-") == 0 ? dk_cli_read_value (cli, joined, "summary", error)
                                   : g_strdup (joined);
  if (text == NULL || (*text != '\0' && !dk_cli_set_answer (form, "summary", text, answers, error)))
    return FALSE;
  return dk_cli_set_answers (cli, form, dk_args_all (args, "set"), answers, files, error)
         && save_new (cli, args, form, answers, defaults, files, error);
}

/* The form that was named, or that the number was issued for. */
static DkForm *
find_form (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *number = dk_args_get (args, "number");
  const char *language = dk_args_get (args, "language");
  g_autoptr (DkPaperFate) fate = NULL;

  if (dk_args_word (args, 0) != NULL)
    return dk_content_store_form_in (store, dk_args_word (args, 0), language, error);
  if (number == NULL) {
    dk_cli_usage (error, "Say which form: dkit ticket new FORM. `dkit form list` lists them.");
    return NULL;
  }
  fate = dk_paper_store_find (store, number, error);
  if (fate == NULL || !dk_paper_fate_check (fate, error))
    return NULL;
  if (fate->form == NULL) {
    dk_cli_usage (error, "%s may have been issued by a copy of this kit that is gone, so the form "
                         "is not known: say dkit ticket new FORM --number %s.",
                  fate->number, fate->number);
    return NULL;
  }
  return dk_content_store_form_in (store, fate->form, language, error);
}

/* A number that cannot be right is told before anything that is asked for in the form. */
static gboolean
check_number (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *typed = dk_args_get (args, "number");
  DkStore *store = dk_cli_store (cli);
  g_autoptr (DkPaperFate) fate = NULL;
  DkNumberScan scan;

  if (typed == NULL
      || (dk_number_scan (typed, &scan, NULL)
          && strcmp (scan.number.station, dk_store_identity (store)->station) == 0))
    return TRUE;
  fate = dk_paper_store_find (store, typed, error);
  return fate != NULL;
}

static gboolean
run_new (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkForm) form
      = check_number (cli, args, error) ? find_form (cli, args, error) : NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (json_t) answers = form != NULL ? dk_cli_new_answers (cli, form) : NULL;
  g_autoptr (json_t) defaults = json_deep_copy (answers);

  return answers != NULL
         && dk_cli_set_answers (cli, form, dk_args_all (args, "set"), answers, files, error)
         && save_new (cli, args, form, answers, defaults, files, error);
}

/* Tickets may have a form that the content of today does not bring any more. */
static gboolean
check_form (DkStore *store, const char *form, guint found, GError **error)
{
  g_autoptr (DkForm) known
      = form != NULL && found == 0 ? dk_content_store_form (store, form, error) : NULL;

  return form == NULL || found > 0 || known != NULL;
}

static gboolean
run_list (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  DkTicketFilter filter = { .open_only = dk_args_has (args, "open"),
                            .safety_only = dk_args_has (args, "safety"),
                            .waiting_only = dk_args_has (args, "waiting"),
                            .form = dk_args_get (args, "form") };
  g_autoptr (GPtrArray) tickets = NULL;
  gint64 limit = 0;
  json_t *list;

  if (!dk_args_get_int (args, "limit", 1, G_MAXINT32, &limit, error))
    return FALSE;
  filter.limit = limit > 0 ? (guint) limit : G_MAXINT32;
  tickets = dk_ticket_store_list (store, &filter, error);
  if (tickets == NULL || !check_form (store, filter.form, tickets->len, error))
    return FALSE;
  list = json_array ();
  dk_cli_take_document (cli, list);
  for (guint i = 0; i < tickets->len; i++) {
    const DkTicket *ticket = g_ptr_array_index (tickets, i);
    json_t *json = dk_ticket_store_json (store, ticket, FALSE, error);
    if (json == NULL)
      return FALSE;
    json_array_append_new (list, json);
    dk_cli_say_ticket_line (cli, ticket);
  }
  return TRUE;
}

static gboolean
run_show (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (store, dk_args_word (args, 0), error);
  g_autoptr (GPtrArray) entries
      = ticket != NULL ? dk_ledger_of_object (store, ticket->number, error) : NULL;
  json_t *json = entries != NULL ? dk_ticket_store_json (store, ticket, TRUE, error) : NULL;
  g_autoptr (GPtrArray) notes
      = json != NULL ? dk_lead_store_show (store, ticket->number, error) : NULL;

  if (notes == NULL) {
    json_decref (json);
    return FALSE;
  }
  set_lead_notes (json, notes);
  dk_cli_take_document (cli, json);
  dk_cli_say_ticket (cli, ticket, entries);
  dk_cli_say_lead_notes (cli, notes);
  return TRUE;
}

/* The form of a ticket, to know the types of its fields. */
static DkForm *
form_of (DkCli *cli, const char *number, GError **error)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (dk_cli_store (cli), number, error);

  return ticket != NULL ? dk_content_store_form (dk_cli_store (cli), ticket->form, error) : NULL;
}

/* One row of a repeat is changed within those that are there. */
static gboolean
read_old_rows (DkCli *cli, const DkArgs *args, const DkForm *form, json_t *changes, GError **error)
{
  const char *const *pairs = dk_args_all (args, "set");
  g_autoptr (DkTicket) ticket
      = dk_ticket_store_load (dk_cli_store (cli), dk_args_word (args, 0), error);

  if (ticket == NULL)
    return FALSE;
  for (gsize i = 0; pairs[i] != NULL; i++) {
    g_autofree char *name = g_strndup (pairs[i], strcspn (pairs[i], "[="));
    json_t *rows = json_object_get (ticket->answers, name);
    if (strchr (pairs[i], '[') != NULL && dk_form_find (form, name) != NULL && json_is_array (rows)
        && json_object_get (changes, name) == NULL)
      json_object_set_new (changes, name, json_deep_copy (rows));
  }
  return TRUE;
}

/* Bytes of files are kept first; what no entry names in the end goes again. */
static gboolean
keep_files (DkCli *cli, const char *number, const GPtrArray *files, GError **error)
{
  for (guint i = 0; i < files->len; i++)
    if (!dk_attached_store_keep (dk_cli_store (cli), number, g_ptr_array_index (files, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
end_change (DkCli *cli, const char *number, const GPtrArray *files, gboolean done, GError **error)
{
  if (!done && files->len > 0 && !dk_attached_store_tidy (dk_cli_store (cli), number, NULL))
    g_debug ("files that no entry names stay behind");
  return done && report (cli, number, error);
}

static gboolean
read_changes (DkCli *cli, const DkArgs *args, DkForm **form, json_t **answers, GPtrArray *files,
              gboolean needed, GError **error)
{
  g_autoptr (DkForm) own = form_of (cli, dk_args_word (args, 0), error);
  g_autoptr (json_t) changes = json_object ();

  if (own == NULL || !read_old_rows (cli, args, own, changes, error)
      || !dk_cli_set_answers (cli, own, dk_args_all (args, "set"), changes, files, error))
    return FALSE;
  if (needed && json_object_size (changes) == 0)
    return dk_cli_usage (error, "Say what to change: --set name=value. Nothing was changed.");
  *form = g_steal_pointer (&own);
  *answers = g_steal_pointer (&changes);
  return TRUE;
}

/* What the change leaves out of the ticket; to be asked before it is made. NULL if nothing. */
static char *
find_left_out (DkCli *cli, DkForm *form, const char *number, const json_t *changes)
{
  g_autoptr (DkTicket) ticket = dk_ticket_store_load (dk_cli_store (cli), number, NULL);
  g_autoptr (json_t) answers = json_object ();

  for (guint i = 0; ticket != NULL && i < dk_form_field_count (form); i++) {
    const DkField *field = dk_form_field (form, i);
    if (field->name != NULL && field->repeat == NULL)
      json_object_set_new (answers, field->name, dk_ticket_get_field (ticket, field->name));
  }
  json_object_update (answers, (json_t *) (guintptr) changes);
  return dk_cli_left_out (cli, form, answers, NULL);
}

static void
tell_left_out (DkCli *cli, const char *number, const char *left_out)
{
  json_t *warnings = json_array ();

  if (left_out != NULL) {
    json_array_append_new (warnings, dk_json_string (left_out));
    dk_cli_message ("dkit: %s: %s", number, left_out);
  }
  json_object_set_new (cli->document, "warnings", warnings);
}

static gboolean
run_set (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  g_autoptr (DkForm) form = NULL;
  g_autoptr (json_t) answers = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree char *left_out = NULL;
  gboolean done = read_changes (cli, args, &form, &answers, files, TRUE, error)
                  && keep_files (cli, number, files, error);

  if (done) {
    left_out = find_left_out (cli, form, number, answers);
    done = dk_ticket_store_set (dk_cli_store (cli), form, number, answers, error);
  }
  if (!end_change (cli, number, files, done, error))
    return FALSE;
  tell_left_out (cli, number, left_out);
  return TRUE;
}

static gboolean
run_promote (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  const char *id = dk_args_need (args, "form", error);
  g_autoptr (DkForm) form
      = id != NULL ? dk_content_store_form (dk_cli_store (cli), id, error) : NULL;
  g_autoptr (json_t) answers = json_object ();

  return form != NULL
         && dk_cli_set_answers (cli, form, dk_args_all (args, "set"), answers, NULL, error)
         && dk_ticket_store_promote (dk_cli_store (cli), form, number, answers, error)
         && report (cli, number, error);
}

static gboolean
run_assign (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  g_autofree char *joined = dk_args_text (args, 1);
  g_autofree char *group = dk_text_clean_line (joined);
  g_autoptr (DkForm) form = form_of (cli, number, error);
  g_autoptr (json_t) answers = json_object ();

  if (form != NULL && *group == '\0') {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "Say which group takes it. Nothing was changed; dkit ticket set %s --set group= "
                 "takes the group away.",
                 number);
    return FALSE;
  }
  return form != NULL && dk_cli_set_answer (form, "group", group, answers, error)
         && dk_ticket_store_set (dk_cli_store (cli), form, number, answers, error)
         && report (cli, number, error);
}

static gboolean
run_note (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  g_autofree char *joined = dk_args_text (args, 1);
  g_autofree char *text = NULL;
  gint64 happened_ms = 0;

  text = strcmp (joined, "-") == 0 ? dk_cli_read_value (cli, joined, "the note", error)
                                   : g_strdup (joined);
  if (text == NULL || !dk_cli_happened (args, NULL, &happened_ms, error))
    return FALSE;
  if (!(dk_args_has (args, "lead-only")
            ? dk_lead_store_note (dk_cli_store (cli), number, text, happened_ms, error)
            : dk_ticket_store_note (dk_cli_store (cli), number, text, happened_ms, error)))
    return FALSE;
  return report (cli, number, error);
}

static gboolean
run_resolve (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  g_autoptr (DkForm) form = NULL;
  g_autoptr (json_t) answers = NULL;
  gint64 happened_ms = 0;

  return read_changes (cli, args, &form, &answers, NULL, FALSE, error)
         && dk_cli_happened (args, NULL, &happened_ms, error)
         && dk_ticket_store_resolve (dk_cli_store (cli), form, number, answers, happened_ms, error)
         && report (cli, number, error);
}

/* Those from the one with the number `first` on. */
static gboolean
tell_follow_ups (DkCli *cli, const char *number, guint first, GError **error)
{
  g_autoptr (GPtrArray) found = dk_ticket_store_follow_ups (dk_cli_store (cli), number, error);
  json_t *numbers;

  if (found == NULL)
    return FALSE;
  numbers = json_array ();
  for (guint i = first; i < found->len; i++) {
    json_array_append_new (numbers, dk_json_string (g_ptr_array_index (found, i)));
    if (!cli->quiet)
      dk_cli_message ("dkit: %s: follow-up %s", number,
                      (const char *) g_ptr_array_index (found, i));
  }
  json_object_set_new (cli->document, "follow_ups", numbers);
  return TRUE;
}

static gboolean
run_final (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  g_autoptr (DkForm) form = form_of (cli, number, error);

  return form != NULL && dk_ticket_store_final (dk_cli_store (cli), form, number, error)
         && report (cli, number, error) && tell_follow_ups (cli, number, 0, error);
}

static gboolean
run_amend (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  const char *reason = dk_args_need (args, "reason", error);
  g_autoptr (DkForm) form = NULL;
  g_autoptr (json_t) answers = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) before = dk_ticket_store_follow_ups (dk_cli_store (cli), number, NULL);
  gboolean done
      = reason != NULL && read_changes (cli, args, &form, &answers, files, TRUE, error)
        && keep_files (cli, number, files, error)
        && dk_ticket_store_amend (dk_cli_store (cli), form, number, answers, reason, error);

  return end_change (cli, number, files, done, error)
         && tell_follow_ups (cli, number, before != NULL ? before->len : 0, error);
}

/* Numbers of drafts and paper can be voided as well; then there is no ticket to show. */
static gboolean
run_void (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  const char *reason = dk_args_need (args, "reason", error);
  g_autoptr (GError) missing = NULL;

  if (reason == NULL || !dk_ticket_store_void (dk_cli_store (cli), number, reason, error))
    return FALSE;
  if (report (cli, number, &missing))
    return TRUE;
  if (!g_error_matches (missing, DK_ERROR, DK_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&missing));
    return FALSE;
  }
  dk_cli_say (cli, "%s", number);
  dk_cli_take_document (cli, json_pack ("{s:s, s:s}", "number", number, "state", "void"));
  return TRUE;
}

static gboolean
run_file (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *output = dk_cli_output (args, DK_OUTPUT_NEW, error);
  g_autofree char *reason = output != NULL ? dk_cli_reason (args, error) : NULL;
  g_autoptr (json_t) value = NULL;
  g_autoptr (GBytes) content = NULL;

  if (reason == NULL)
    return FALSE;
  content = dk_attached_store_take (dk_cli_store (cli), dk_args_word (args, 0),
                                    dk_args_word (args, 1), reason, &value, error);
  if (content == NULL || !dk_cli_write_file (output, DK_OUTPUT_NEW, content, error))
    return FALSE;
  dk_cli_say (cli, "%s: %s, %" G_GSIZE_FORMAT " bytes", output, dk_json_get_text (value, "name"),
              g_bytes_get_size (content));
  json_object_set_new (value, "file", dk_json_string (output));
  dk_cli_take_document (cli, g_steal_pointer (&value));
  return TRUE;
}

const DkCommand DK_CLI_TICKET_COMMANDS[] = {
  { "call", "TEXT... [--set name=value...] [--at T]",
    "log a call in one line; prints its number\n\n"
    "TEXT is the summary, or - to read it from standard input, where nobody else on this PC sees\n"
    "it. Later: dkit ticket promote N --form it-incident.",
    "set at final number", 0, -1, DK_CLI_NEEDS_KIT, run_call },
  { "ticket new", "[FORM] --set name=value... [--final] [--number N] [--at T]",
    "capture a ticket; prints its number\n\n"
    "T is a time of day (14:05, the last time that it was that) or 2026-11-22T14:05.\n"
    "A value can be name=@FILE or name=- (standard input); name=@@TEXT begins with an @. A photo\n"
    "or file is name=@FILE; rows of a repeat are repeat[1].name=value or repeat=@ROWS.json.\n"
    "--number keys back a form that was issued on paper, as typed or scanned, or ends a draft;\n"
    "the form is then known. --written-by NAME --written-at T: who wrote the paper, and when.\n"
    "--language L is that of the words in messages.",
    "set final number at written-by written-at language", 0, 1, DK_CLI_NEEDS_KIT, run_new },
  { "ticket list", "[--open] [--safety] [--waiting] [--form F] [--limit N]",
    "tickets, newest first\n\n"
    "--waiting: final ones that are not handed over, or handed over and not verified yet; --open:\n"
    "neither closed nor void.",
    "open safety waiting form limit", 0, 0, DK_CLI_NEEDS_KIT, run_list },
  { "ticket show", "N", "a ticket with its log", "", 1, 1, DK_CLI_NEEDS_KIT, run_show },
  { "ticket file", "N FIELD -o F --reason T",
    "take a photo or file of a ticket out of the kit\n\n"
    "FIELD is its name, or repeat[1].name. It is an entry, with the reason.",
    "output reason", 2, 2, DK_CLI_NEEDS_KIT, run_file },
  { "ticket set", "N --set name=value...", "change a ticket that is not final", "set", 1, 1,
    DK_CLI_NEEDS_KIT, run_set },
  { "ticket promote", "N --form F [--set name=value...]",
    "make a call a full ticket: same number, its words kept", "form set", 1, 1, DK_CLI_NEEDS_KIT,
    run_promote },
  { "ticket assign", "N GROUP...", "name the group that takes it", "", 2, -1, DK_CLI_NEEDS_KIT,
    run_assign },
  { "ticket note", "N [--lead-only] TEXT... [--at T]",
    "add a note to the log; TEXT - is standard input\n\n"
    "With --lead-only it is sealed to the leads: everybody can write such a note, and only a\n"
    "lead, a reconciler or an admin can read it. It is not printed, exported, searched or handed\n"
    "over.",
    "lead-only at", 2, -1, DK_CLI_NEEDS_KIT, run_note },
  { "ticket resolve", "N --set resolution=... [--at T]",
    "say how it was solved; a resolution is required", "set at", 1, 1, DK_CLI_NEEDS_KIT,
    run_resolve },
  { "ticket final", "N", "freeze it: only amendments then, and it may be handed over", "", 1, 1,
    DK_CLI_NEEDS_KIT, run_final },
  { "ticket amend", "N --set name=value... --reason T", "correct a final ticket", "set reason", 1,
    1, DK_CLI_NEEDS_KIT, run_amend },
  { "ticket void", "N --reason T", "void it; the number stays on the account", "reason", 1, 1,
    DK_CLI_NEEDS_KIT, run_void },
  { 0 },
};
