/* SPDX-License-Identifier: MIT */
#include "app/store/ticket-erase.h"

#include "app/cli/cli.h"
#include "app/store/ticket-store.h"

static gboolean
is_unknown (const GError *error)
{
  return g_error_matches (error, DK_ERROR, DK_ERROR_NOT_FOUND);
}

/* What else holds the words, which nobody here can reach. */
static void
say_elsewhere (DkCli *cli, const DkTicket *ticket)
{
  if (ticket != NULL && ticket->handed_over_ms > 0)
    dk_cli_say (cli, "The ITSM has the words too (%s): erase them there as well.",
                ticket->itsm_id != NULL ? ticket->itsm_id : "handed over by file");
  dk_cli_say (cli, "Look at `dkit ticket show` if other entries hold the same words. Backups, "
                   "exports and paper made before hold them still.");
}

static gboolean
run_erase (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *number = dk_args_word (args, 0);
  const char *const *places = dk_args_all (args, "seq");
  const char *reason = dk_args_need (args, "seq", error) != NULL
                           ? dk_args_need (args, "reason", error)
                           : NULL;
  g_autoptr (DkPerson) second = reason != NULL ? dk_cli_second (cli, args, error) : NULL;
  g_autoptr (DkTicket) ticket = NULL;
  g_autoptr (GError) failed = NULL;
  g_autofree char *named = NULL;
  gboolean in_itsm;
  json_t *list;

  if (second == NULL
      || !dk_ticket_store_erase (store, number, places, reason, second, error))
    return FALSE;
  ticket = dk_ticket_store_load (store, number, &failed);
  if (ticket == NULL && !is_unknown (failed)) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  in_itsm = ticket != NULL && ticket->handed_over_ms > 0;
  list = json_array ();
  for (gsize i = 0; places[i] != NULL; i++)
    json_array_append_new (list, dk_json_string (places[i]));
  named = g_strjoinv (", ", (char **) (guintptr) places);
  dk_cli_say (cli, "%s: the words of entry %s are erased. The lines stay in the ledger.",
              ticket != NULL ? ticket->number : number, named);
  say_elsewhere (cli, ticket);
  dk_cli_take_document (cli, json_pack ("{s:s, s:o, s:s, s:b, s:o}", "number",
                                        ticket != NULL ? ticket->number : number, "erased", list,
                                        "second", dk_person_info (second)->name, "in_itsm",
                                        in_itsm, "itsm_id",
                                        dk_json_string (in_itsm ? ticket->itsm_id : NULL)));
  return TRUE;
}

static gboolean
release (DkCli *cli, const DkArgs *args, const char *number, const char *reason, GError **error)
{
  g_autoptr (DkPerson) second = dk_cli_second (cli, args, error);

  return second != NULL
         && dk_ticket_store_release_hold (dk_cli_store (cli), number, reason, second, error);
}

static gboolean
run_hold (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *number = dk_args_word (args, 0);
  const char *reason = dk_args_need (args, "reason", error);
  gboolean ends = dk_args_has (args, "release");
  g_autoptr (DkTicket) ticket = NULL;

  if (reason == NULL
      || !(ends ? release (cli, args, number, reason, error)
                : dk_ticket_store_hold (store, number, reason, error)))
    return FALSE;
  ticket = dk_ticket_store_load (store, number, error);
  if (ticket == NULL)
    return FALSE;
  dk_cli_say (cli, ends ? "%s is not under a legal hold any more."
                        : "%s is under a legal hold: none of its words can be erased.",
              ticket->number);
  dk_cli_take_document (cli, json_pack ("{s:s, s:b}", "number", ticket->number, "legal_hold",
                                        ticket->legal_hold));
  return TRUE;
}

const DkCommand DK_CLI_ERASE_COMMANDS[] = {
  { "ticket erase", "N --seq S... --reason T --second NAME [--second-passphrase-file F]",
    "erase the words of an entry for good: two people, a reason\n\n"
    "S is the number of the entry as `ticket show` prints it (CHAIN:S where there are several\n"
    "chains); --seq may be repeated. The line of the entry stays, and the ledger still verifies.\n"
    "Whoever unlocked must be a lead, a reconciler or an admin; the second person may have any\n"
    "role. Not while the ticket is under a legal hold.",
    "seq reason second second-passphrase-file", 1, 1, DK_CLI_NEEDS_KIT, run_erase },
  { "ticket hold", "N --reason T [--release --second NAME [--second-passphrase-file F]]",
    "legal hold: keep all words of a ticket\n\n"
    "--release ends it, which takes two of lead, reconciler and admin.",
    "reason release second second-passphrase-file", 1, 1, DK_CLI_NEEDS_KIT, run_hold },
  { 0 },
};
