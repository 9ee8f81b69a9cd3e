/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/cli/answers.h"
#include "app/cli/cli.h"
#include "app/cli/ticket-show.h"
#include "app/model/number.h"
#include "app/store/content-store.h"
#include "app/store/lead-store.h"
#include "app/store/ledger.h"
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

/* --at stands for the field where the form has it: its default, now, must not win. */
static gboolean
set_happened (const DkArgs *args, const DkForm *form, json_t *answers, gint64 happened_ms,
              GError **error)
{
  const char *const *pairs = dk_args_all (args, "set");
  g_autofree char *text = NULL;

  if (!dk_args_has (args, "at") || dk_form_find (form, "happened_at") == NULL)
    return TRUE;
  for (gsize i = 0; pairs[i] != NULL; i++)
    if (g_str_has_prefix (pairs[i], "happened_at="))
      return dk_cli_usage (error, "--at and happened_at= both say when. Nothing was stored; give "
                                  "one of them.");
  text = dk_time_format_local (happened_ms);
  dk_json_set_text (answers, "happened_at", text);
  return TRUE;
}

static gboolean
save_new (DkCli *cli, const DkArgs *args, const DkForm *form, json_t *answers, GError **error)
{
  g_autofree char *number = NULL;
  gint64 happened_ms = 0;

  return dk_cli_happened (args, answers, &happened_ms, error)
         && set_happened (args, form, answers, happened_ms, error)
         && dk_ticket_store_save (dk_cli_store (cli), form, dk_args_get (args, "number"), answers,
                                  happened_ms, dk_args_has (args, "final"), &number, error)
         && report (cli, number, error);
}

static gboolean
run_call (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkForm) form = dk_content_store_form (dk_cli_store (cli), CALL_FORM, error);
  g_autoptr (json_t) answers = NULL;
  g_autofree char *joined = dk_args_text (args, 0);
  g_autofree char *text = NULL;

  if (form == NULL)
    return FALSE;
  answers = dk_form_defaults (form);
  text = strcmp (joined, "-") == 0 ? dk_cli_read_value (cli, joined, "summary", error)
                                   : g_strdup (joined);
  if (text == NULL || (*text != '\0' && !dk_cli_set_answer (form, "summary", text, answers, error)))
    return FALSE;
  return dk_cli_set_answers (cli, form, dk_args_all (args, "set"), answers, error)
         && save_new (cli, args, form, answers, error);
}

static gboolean
run_new (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkForm) form
      = dk_content_store_form (dk_cli_store (cli), dk_args_word (args, 0), error);
  g_autoptr (json_t) answers = form != NULL ? dk_form_defaults (form) : NULL;

  return answers != NULL
         && dk_cli_set_answers (cli, form, dk_args_all (args, "set"), answers, error)
         && save_new (cli, args, form, answers, error);
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

static gboolean
read_changes (DkCli *cli, const DkArgs *args, DkForm **form, json_t **answers, gboolean needed,
              GError **error)
{
  g_autoptr (DkForm) own = form_of (cli, dk_args_word (args, 0), error);
  g_autoptr (json_t) changes = json_object ();

  if (own == NULL
      || !dk_cli_set_answers (cli, own, dk_args_all (args, "set"), changes, error))
    return FALSE;
  if (needed && json_object_size (changes) == 0)
    return dk_cli_usage (error, "Say what to change: --set name=value. Nothing was changed.");
  *form = g_steal_pointer (&own);
  *answers = g_steal_pointer (&changes);
  return TRUE;
}

static gboolean
run_set (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  g_autoptr (DkForm) form = NULL;
  g_autoptr (json_t) answers = NULL;

  return read_changes (cli, args, &form, &answers, TRUE, error)
         && dk_ticket_store_set (dk_cli_store (cli), form, number, answers, error)
         && report (cli, number, error);
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
         && dk_cli_set_answers (cli, form, dk_args_all (args, "set"), answers, error)
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

  return read_changes (cli, args, &form, &answers, FALSE, error)
         && dk_cli_happened (args, NULL, &happened_ms, error)
         && dk_ticket_store_resolve (dk_cli_store (cli), form, number, answers, happened_ms, error)
         && report (cli, number, error);
}

static gboolean
run_final (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  g_autoptr (DkForm) form = form_of (cli, number, error);

  return form != NULL && dk_ticket_store_final (dk_cli_store (cli), form, number, error)
         && report (cli, number, error);
}

static gboolean
run_amend (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *number = dk_args_word (args, 0);
  const char *reason = dk_args_need (args, "reason", error);
  g_autoptr (DkForm) form = NULL;
  g_autoptr (json_t) answers = NULL;

  return reason != NULL && read_changes (cli, args, &form, &answers, TRUE, error)
         && dk_ticket_store_amend (dk_cli_store (cli), form, number, answers, reason, error)
         && report (cli, number, error);
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

const DkCommand DK_CLI_TICKET_COMMANDS[] = {
  { "call", "TEXT... [--set name=value...] [--at T]",
    "log a call in one line; prints its number\n\n"
    "TEXT is the summary, or - to read it from standard input, where nobody else on this PC sees\n"
    "it. Later: dkit ticket promote N --form it-incident.",
    "set at final number", 0, -1, DK_CLI_NEEDS_KIT, run_call },
  { "ticket new", "FORM --set name=value... [--final] [--number N] [--at T]",
    "capture a ticket; prints its number\n\n"
    "T is a time of day (14:05, the last time that it was that) or 2026-11-22T14:05.\n"
    "A value can be name=@FILE or name=- (standard input); name=@@TEXT begins with an @. --number\n"
    "keys back a form that was issued on paper, or ends a draft.",
    "set final number at", 1, 1, DK_CLI_NEEDS_KIT, run_new },
  { "ticket list", "[--open] [--safety] [--waiting] [--form F] [--limit N]",
    "tickets, newest first\n\n"
    "--waiting: final ones that are not handed over, or handed over and not verified yet; --open:\n"
    "neither closed nor void.",
    "open safety waiting form limit", 0, 0, DK_CLI_NEEDS_KIT, run_list },
  { "ticket show", "N", "a ticket with its log", "", 1, 1, DK_CLI_NEEDS_KIT, run_show },
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
