/* SPDX-License-Identifier: MIT */
#include "app/cli/ticket-show.h"

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/model/ticket-words.h"
#include "app/store/content-store.h"
#include "app/store/lead-store.h"

#define SUMMARY_CHARACTERS 60
#define LOG_CHARACTERS 500

void
dk_cli_say_ticket_line (DkCli *cli, const DkTicket *ticket)
{
  g_autofree char *when = dk_time_format_short (ticket->recorded_ms, dk_clock_wall_ms ());
  g_autofree char *summary
      = dk_text_shorten (ticket->summary != NULL ? ticket->summary : "", SUMMARY_CHARACTERS);
  g_autofree char *priority
      = ticket->priority > 0 ? g_strdup_printf ("P%d", ticket->priority) : g_strdup ("");

  dk_cli_say (cli, "%-16s %-3s%-7s %-8s %-9s %-12s %s", ticket->number, priority,
              ticket->safety ? "SAFETY" : "", dk_ticket_state_name (ticket->state),
              dk_handover_name (ticket->handover), when, summary);
}

static void
say_if (DkCli *cli, const char *label, const char *text)
{
  if (text != NULL && *text != '\0')
    dk_cli_say (cli, "%-12s %s", label, text);
}

static void
say_times (DkCli *cli, const DkTicket *ticket)
{
  g_autofree char *happened = dk_time_format_local (ticket->happened_ms);
  g_autofree char *recorded = dk_time_format_local (ticket->recorded_ms);
  g_autofree char *handed
      = ticket->handed_over_ms > 0 ? dk_time_format_local (ticket->handed_over_ms) : NULL;
  g_autofree char *written
      = ticket->written_ms > 0 ? dk_time_format_local (ticket->written_ms) : NULL;

  say_if (cli, "happened", happened);
  say_if (cli, "recorded", recorded);
  say_if (cli, "handed over", handed);
  say_if (cli, "written by", ticket->written_by);
  say_if (cli, "written", written);
}

static const char *
or_nothing (const char *text)
{
  return text != NULL ? text : "";
}

/* What is no content of the ticket: where the hand-over stands, what was erased. */
static char *
other_words (const DkEntry *entry)
{
  const char *state = dk_json_get_text (entry->body, "state");
  const char *target = dk_json_get_text (entry->body, "target");
  const char *reason = dk_json_get_text (entry->body, "reason");

  if (g_str_equal (entry->kind, DK_ENTRY_TICKET_ERASE))
    return g_strdup_printf ("words of entry %" G_GINT64_FORMAT " erased, with %s: %s",
                            dk_json_get_int (entry->body, "seq", 0),
                            or_nothing (dk_json_get_text (entry->body, "with")),
                            or_nothing (reason));
  if (!g_str_equal (entry->kind, DK_ENTRY_HANDOVER) || state == NULL)
    return g_strdup (reason != NULL ? reason : "");
  return g_strjoin ("", state, target != NULL ? ", " : "", target != NULL ? target : "",
                    reason != NULL ? ": " : "", reason != NULL ? reason : "", NULL);
}

static gboolean
is_of_one_chain (const GPtrArray *entries)
{
  for (guint i = 1; i < entries->len; i++) {
    const DkEntry *before = g_ptr_array_index (entries, i - 1);
    const DkEntry *entry = g_ptr_array_index (entries, i);
    if (!g_str_equal (before->chain, entry->chain))
      return FALSE;
  }
  return TRUE;
}

/* The ticket is folded anew beside the log, so that each line can tell what it changed, with the
 * place of its entry in the ledger. */
static void
say_log (DkCli *cli, const GPtrArray *entries)
{
  g_autoptr (DkTicket) before = dk_ticket_new ();
  gboolean has_one_chain = is_of_one_chain (entries);

  for (guint i = 0; i < entries->len; i++) {
    const DkEntry *entry = g_ptr_array_index (entries, i);
    g_autofree char *words = dk_ticket_entry_words (before, entry, LOG_CHARACTERS);
    g_autofree char *when = dk_time_format_local (entry->recorded_ms);
    g_autofree char *place = NULL;
    if (words == NULL)
      words = other_words (entry);
    if (i == 0)
      dk_cli_say (cli, "\nLog");
    place = has_one_chain ? g_strdup_printf ("%" G_GINT64_FORMAT, entry->seq)
                          : g_strdup_printf ("%s:%" G_GINT64_FORMAT, entry->chain, entry->seq);
    dk_cli_say (cli, "  %.16s  %*s  %-16s %s%s%s", when, has_one_chain ? 5 : 14, place, entry->kind,
                entry->user, *words != '\0' ? ": " : "", words);
    if (!dk_ticket_apply (before, entry, NULL))
      g_debug ("an entry could not be folded");
  }
}

static void
say_level (DkCli *cli, const char *label, int level)
{
  if (level > 0)
    dk_cli_say (cli, "%-12s %d", label, level);
}

/* Rows of a repeat one below the other; what no field of the form is, as it is stored. */
static void
say_answer (DkCli *cli, const DkForm *form, const char *name, const json_t *value)
{
  const DkField *field = form != NULL ? dk_form_find (form, name) : NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (json_is_string (value))
    text = g_strdup (json_string_value (value));
  else if (field != NULL && field->type == DK_FIELD_REPEAT_BEGIN)
    text = dk_form_show_rows (form, field, value);
  else if (field != NULL && (json_is_object (value) || json_is_array (value)))
    text = dk_form_show (field, value);
  else
    text = dk_json_text (value, TRUE);
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    say_if (cli, i == 0 ? name : "", lines[i]);
}

static void
say_answers (DkCli *cli, const DkTicket *ticket)
{
  g_autoptr (DkForm) form = ticket->form != NULL
                                ? dk_content_store_form (dk_cli_store (cli), ticket->form, NULL)
                                : NULL;
  const char *name;
  json_t *value;

  json_object_foreach (ticket->answers, name, value)
    say_answer (cli, form, name, value);
}

void
dk_cli_say_ticket (DkCli *cli, const DkTicket *ticket, const GPtrArray *entries)
{
  dk_cli_say (cli, "%s  %s%s", ticket->number, dk_ticket_state_name (ticket->state),
              ticket->finalized ? ", final" : "");
  if (ticket->safety)
    dk_cli_say (cli, "PATIENT SAFETY");
  if (ticket->legal_hold)
    dk_cli_say (cli, "LEGAL HOLD: its words must be kept");
  say_level (cli, "priority", ticket->priority);
  say_level (cli, "impact", ticket->impact);
  say_level (cli, "urgency", ticket->urgency);
  say_if (cli, "summary", ticket->summary);
  say_if (cli, "details", ticket->details);
  say_if (cli, "caller", ticket->caller);
  say_if (cli, "call back", ticket->callback);
  say_if (cli, "location", ticket->location);
  say_if (cli, "device", ticket->device);
  say_if (cli, "service", ticket->service);
  say_if (cli, "group", ticket->group);
  say_if (cli, "resolution", ticket->resolution);
  say_times (cli, ticket);
  say_answers (cli, ticket);
  dk_cli_say (cli, "%-12s %s%s%s", "hand-over", dk_handover_name (ticket->handover),
              ticket->itsm_id != NULL ? ": " : "",
              ticket->itsm_id != NULL ? ticket->itsm_id : "");
  say_if (cli, "", ticket->handover_reason);
  say_log (cli, entries);
}

static void
say_lead_note (DkCli *cli, const DkLeadNote *note)
{
  g_autofree char *when = dk_time_format_local (note->recorded_ms);
  const char *words = note->text != NULL      ? note->text
                      : note->is_erased       ? "(the words were erased)"
                      : note->problem != NULL ? note->problem
                                              : "(sealed)";

  dk_cli_say (cli, "  %.16s  %5" G_GINT64_FORMAT "  %s: %s", when, note->seq, note->author, words);
}

void
dk_cli_say_lead_notes (DkCli *cli, const GPtrArray *notes)
{
  if (notes->len == 0)
    return;
  if (!dk_lead_store_may_read (dk_cli_store (cli))) {
    dk_cli_say (cli, "\n%u note%s for leads (sealed)", notes->len, notes->len == 1 ? "" : "s");
    return;
  }
  dk_cli_say (cli, "\nFor leads alone");
  for (guint i = 0; i < notes->len; i++)
    say_lead_note (cli, g_ptr_array_index (notes, i));
}
