/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/base/limits.h"
#include "app/cli/cli.h"
#include "app/crypto/minisign.h"
#include "app/itsm/csv-route.h"
#include "app/itsm/kit-push.h"
#include "app/kit/people.h"
#include "app/store/lead-store.h"
#include "app/plan/rebuild.h"
#include "app/store/ledger.h"
#include "app/store/ticket-store.h"

static GPtrArray *
load_all (DkStore *store, GError **error)
{
  DkTicketFilter filter = { .oldest_first = TRUE, .limit = G_MAXINT32 };
  g_autoptr (GPtrArray) tickets = dk_ticket_store_list (store, &filter, error);
  g_autoptr (GPtrArray) loaded
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_push_ticket_free);

  for (guint i = 0; tickets != NULL && i < tickets->len; i++) {
    const DkTicket *ticket = g_ptr_array_index (tickets, i);
    DkPushTicket *push = dk_kit_push_load (store, ticket->number, error);
    if (push == NULL)
      return NULL;
    push->handed_ms = ticket->handed_over_ms;
    g_ptr_array_add (loaded, push);
  }
  return tickets != NULL ? g_steal_pointer (&loaded) : NULL;
}

/* "shift.csv" has its log beside it in "shift-log.csv". */
static char *
log_path (const char *path)
{
  gsize size = strlen (path);

  if (g_str_has_suffix (path, ".csv"))
    size -= 4;
  return g_strdup_printf ("%.*s-log.csv", (int) size, path);
}

static gboolean
check_log (const char *path, GError **error)
{
  g_autofree char *second = log_path (path);

  return dk_output_check (second, DK_OUTPUT_LOG, error);
}

static gboolean
export_csv (DkStore *store, const char *path, GPtrArray *files, guint *count, GError **error)
{
  g_autoptr (GPtrArray) tickets = load_all (store, error);
  g_autoptr (GBytes) table = NULL;
  g_autoptr (GBytes) log = NULL;
  g_autofree char *second = log_path (path);

  if (tickets == NULL)
    return FALSE;
  table = dk_csv_route_tickets (tickets);
  log = dk_csv_route_log (tickets);
  if (!dk_cli_write_file (path, DK_OUTPUT_TICKETS, table, error))
    return FALSE;
  if (!dk_cli_write_file (second, DK_OUTPUT_LOG, log, error)) {
    g_prefix_error (error, "%s is written, but not the log that belongs to it. ", path);
    return FALSE;
  }
  g_ptr_array_add (files, g_strdup (path));
  g_ptr_array_add (files, g_steal_pointer (&second));
  *count = tickets->len;
  return TRUE;
}

static json_t *
tickets_json (DkStore *store, GError **error)
{
  DkTicketFilter filter = { .oldest_first = TRUE, .limit = G_MAXINT32 };
  g_autoptr (GPtrArray) tickets = dk_ticket_store_list (store, &filter, error);
  g_autoptr (json_t) list = json_array ();

  for (guint i = 0; tickets != NULL && i < tickets->len; i++) {
    json_t *json = dk_ticket_store_json (store, g_ptr_array_index (tickets, i), TRUE, error);
    if (json == NULL)
      return NULL;
    json_array_append_new (list, json);
  }
  return tickets != NULL ? g_steal_pointer (&list) : NULL;
}

static gboolean
export_json (DkStore *store, const char *path, GPtrArray *files, guint *count, GError **error)
{
  const DkStoreIdentity *identity = dk_store_identity (store);
  g_autoptr (json_t) tickets = tickets_json (store, error);
  g_autoptr (json_t) document = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  if (tickets == NULL)
    return FALSE;
  document = json_pack ("{s:i, s:s, s:s, s:s, s:o, s:O}", "v", 1, "kit", identity->kit_id,
                        "station", identity->station, "site", identity->site, "exported_at",
                        dk_cli_time (dk_clock_wall_ms ()), "tickets", tickets);
  text = dk_json_text (document, FALSE);
  bytes = g_bytes_new_take (text, strlen (text));
  if (!dk_cli_write_file (path, DK_OUTPUT_JSON, bytes, error))
    return FALSE;
  g_ptr_array_add (files, g_strdup (path));
  *count = (guint) json_array_size (tickets);
  return TRUE;
}

static gboolean
note_export (DkStore *store, const char *format, const char *reason, GError **error)
{
  g_autoptr (json_t) body = json_object ();

  dk_json_set_text (body, "format", format);
  dk_json_set_text (body, "reason", reason);
  return dk_ledger_note (store, "export", NULL, body, error);
}

static gboolean
run_export (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *format = dk_args_need (args, "format", error);
  gboolean is_csv = g_strcmp0 (format, "csv") == 0;
  const char *output
      = format != NULL ? dk_cli_output (args, is_csv ? DK_OUTPUT_TICKETS : DK_OUTPUT_JSON, error)
                       : NULL;
  g_autofree char *reason = output != NULL ? dk_cli_reason (args, error) : NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  json_t *list;
  guint count = 0;
  gint64 left_out = 0;

  if (reason == NULL)
    return FALSE;
  if (!is_csv && strcmp (format, "json") != 0)
    return dk_cli_usage (error, "--format is csv or json. Nothing was exported.");
  if (!dk_store_may (store, DK_STORE_EXPORT, error) || (is_csv && !check_log (output, error))
      || !dk_lead_store_count (store, &left_out, error)
      || !note_export (store, format, reason, error)
      || !(is_csv ? export_csv (store, output, files, &count, error)
                  : export_json (store, output, files, &count, error)))
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < files->len; i++) {
    dk_cli_say (cli, "%s", (const char *) g_ptr_array_index (files, i));
    json_array_append_new (list, dk_json_string (g_ptr_array_index (files, i)));
  }
  dk_cli_say (cli, "Tickets: %u. These files can be read by everybody who gets hold of them.",
              count);
  if (left_out > 0)
    dk_cli_say (cli, "Notes for leads that were left out: %" G_GINT64_FORMAT ".", left_out);
  dk_cli_take_document (cli, json_pack ("{s:o, s:i, s:I}", "files", list, "tickets", (int) count,
                                        "lead_notes_left_out", (json_int_t) left_out));
  return TRUE;
}

/* What a finding means is said once. */
static json_t *
problems_json (DkCli *cli, const DkLedgerReport *found)
{
  g_autoptr (GHashTable) said = g_hash_table_new (g_str_hash, g_str_equal);
  json_t *list = json_array ();

  for (guint i = 0; i < found->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (found->problems, i);
    dk_cli_say (cli, "%s (%s) at %s:%" G_GINT64_FORMAT, problem->kind, problem->finding,
                problem->chain, problem->seq);
    if (g_hash_table_add (said, problem->message))
      dk_cli_say (cli, "  %s", problem->message);
    json_array_append_new (list, json_pack ("{s:s, s:s, s:s, s:I, s:s}", "kind", problem->kind,
                                            "finding", problem->finding, "chain", problem->chain,
                                            "seq", (json_int_t) problem->seq, "message",
                                            problem->message));
  }
  if (found->found > found->problems->len)
    dk_cli_say (cli, "and %u more", found->found - found->problems->len);
  return list;
}

static json_t *
stations_json (const DkLedgerReport *found)
{
  json_t *list = json_array ();

  for (guint i = 0; i < found->stations->len; i++)
    json_array_append_new (list, dk_json_string (g_ptr_array_index (found->stations, i)));
  return list;
}

/* Says what was found; a finding is an error of the command. */
static gboolean
report_ledger (DkCli *cli, const DkLedgerReport *found, const char *what, GError **error)
{
  json_t *problems = problems_json (cli, found);

  dk_cli_say (cli, "%" G_GINT64_FORMAT " %s, %u %s", found->entries,
              found->entries == 1 ? "entry" : "entries", found->found,
              found->found == 1 ? "problem" : "problems");
  if (found->erased > 0)
    dk_cli_say (cli, "The words of %" G_GINT64_FORMAT " entries were erased, as other entries say.",
                found->erased);
  if (found->unbound > 0)
    dk_cli_say (cli,
                "Of %" G_GINT64_FORMAT " signed entries nothing here says whose key signed them: "
                "they are from before this kit stated its people, or none were stated yet. An "
                "administrator who unlocks the kit states them.",
                found->unbound);
  if (!found->with_words)
    dk_cli_say (cli, "The words of the entries are not in this export, and were not checked.");
  dk_cli_take_document (
      cli, json_pack ("{s:b, s:I, s:I, s:I, s:b, s:o, s:i, s:o}", "ok", found->found == 0,
                      "entries", (json_int_t) found->entries, "erased",
                      (json_int_t) found->erased, "unbound", (json_int_t) found->unbound,
                      "words_checked", found->with_words, "stations", stations_json (found),
                      "found", (int) found->found, "problems", problems));
  if (found->found == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The ledger does not hold: %u %s, named above. Nothing was changed; keep a "
               "copy of %s as it is and tell your administrator.",
               found->found, found->found == 1 ? "problem" : "problems", what);
  return FALSE;
}

/* Keys of --pub; NULL without error if it was not given. */
static gboolean
take_keys (const DkArgs *args, GArray **keys, GError **error)
{
  const char *const *given = dk_args_all (args, "pub");

  *keys = NULL;
  if (*given == NULL)
    return TRUE;
  *keys = g_array_new (FALSE, FALSE, 32);
  for (guint i = 0; given[i] != NULL; i++) {
    g_autofree char *text = dk_cli_public_key (given[i], error);
    DkMinisignPublic key;
    if (text == NULL || !dk_minisign_public_parse (text, &key, error))
      return FALSE;
    g_array_append_vals (*keys, key.key, 1);
  }
  return TRUE;
}

/* Names of the keys that lie in an export, with blanks between; "" for none. New string. */
static char *
key_files (const char *folder)
{
  g_autoptr (GPtrArray) names = dk_file_list (folder, DK_LIMIT_LEDGER_FILES, NULL);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    if (g_str_has_prefix (name, "device") && g_str_has_suffix (name, ".pub"))
      g_string_append_printf (found, "%s%s", found->len > 0 ? " " : "", name);
  }
  return g_strdup (found->str);
}

static void
tell_whose_keys (const char *folder)
{
  g_autofree char *names = key_files (folder);

  if (*names == '\0')
    dk_cli_message ("There is no key of the station in %s (device.pub), so no signature could be "
                    "checked. Give its keys from your records with --pub.",
                    folder);
  else
    dk_cli_message ("The key of the station was taken from %s itself (%s), so this shows only that "
                    "the export agrees with itself. To know that the station made it, give its key "
                    "from your records with --pub; more than one where there are several.",
                    folder, names);
}

static gboolean
is_given (const GArray *keys, const char *path)
{
  g_autofree char *text = dk_cli_public_key (path, NULL);
  DkMinisignPublic key;

  if (text == NULL || !dk_minisign_public_parse (text, &key, NULL))
    return FALSE;
  for (guint i = 0; i < keys->len; i++)
    if (memcmp (keys->data + (gsize) i * 32, key.key, 32) == 0)
      return TRUE;
  return FALSE;
}

/* After new keys for the PC an export has older ones beside device.pub; without its words nothing
 * in it says that they are the station's. */
static void
tell_older_keys (const char *folder, const GArray *keys, const DkLedgerReport *found)
{
  g_autoptr (GHashTable) said = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < found->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (found->problems, i);
    g_autofree char *name = g_strdup_printf ("device-%s.pub", problem->chain);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (strcmp (problem->kind, "signature") != 0 || strchr (problem->chain, '/') != NULL
        || !g_hash_table_add (said, problem->chain) || !dk_file_exists (path)
        || is_given (keys, path))
      continue;
    dk_cli_message ("Chain %s was signed with another key of before: %s. Compare it with the keys "
                    "of this station in your records; if it is there, give it as well (another "
                    "--pub) and check again. If not, the chain is not the station's.",
                    problem->chain, path);
  }
}

/* An exported ledger needs no kit and no passphrase. */
static gboolean
verify_folder (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *folder = dk_args_get (args, "from");
  g_autoptr (DkLedgerReport) found = NULL;
  g_autoptr (GArray) keys = NULL;

  if (!take_keys (args, &keys, error))
    return FALSE;
  found = dk_ledger_verify_folder (folder, keys, dk_args_get (args, "head"), NULL, error);
  if (found == NULL)
    return FALSE;
  if (keys == NULL)
    tell_whose_keys (folder);
  else
    tell_older_keys (folder, keys, found);
  return report_ledger (cli, found, "the export", error);
}

static gboolean
run_verify (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkLedgerReport) found = NULL;

  if (dk_args_has (args, "from"))
    return verify_folder (cli, args, error);
  if (dk_args_has (args, "pub"))
    return dk_cli_usage (error, "--pub goes with --from; an open kit knows its own key.");
  if (!dk_cli_open_kit (cli, error))
    return FALSE;
  found = dk_kit_verify_ledger (cli->kit, dk_args_get (args, "head"), NULL, error);
  return found != NULL && report_ledger (cli, found, "the kit folder", error);
}

static gboolean
run_audit_export (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *folder = dk_cli_output (args, DK_OUTPUT_FOLDER, error);
  g_autofree char *reason = folder != NULL ? dk_cli_reason (args, error) : NULL;

  if (reason == NULL
      || !dk_ledger_export (dk_cli_store (cli), folder, dk_args_has (args, "with-text"), reason,
                            error))
    return FALSE;
  dk_cli_say (cli, "The ledger is in %s. b2sum and minisign check it.%s", folder,
              dk_args_has (args, "with-text") ? " Notes for leads are not in it." : "");
  dk_cli_take_document (cli, json_pack ("{s:s, s:b}", "folder", folder, "with_text",
                                        dk_args_has (args, "with-text")));
  return TRUE;
}

static gboolean
run_repair (DkCli *cli, const DkArgs *args, GError **error)
{
  guint mended;
  guint plan;

  if (!dk_ticket_store_rebuild (dk_cli_store (cli), &mended, NULL, error)
      || !dk_plan_rebuild (dk_cli_store (cli), &plan, NULL, error))
    return FALSE;
  if (mended + plan > 0)
    dk_cli_say (cli, "%u rows of tickets and paper and %u of runs, calls and corrections were "
                     "written anew from the ledger.",
                mended, plan);
  else
    dk_cli_say (cli, "The lists of tickets, paper, runs, calls and corrections say what the ledger "
                     "says. Nothing was changed.");
  dk_cli_take_document (cli, json_pack ("{s:i}", "mended", (int) (mended + plan)));
  return TRUE;
}

const DkCommand DK_CLI_EVIDENCE_COMMANDS[] = {
  { "export", "--format csv|json -o F --reason T", "write all tickets to a readable file\n\n"
    "csv writes two files: F with one row per ticket, and F-log.csv with their notes. The reason\n"
    "is recorded.",
    "format output reason", 0, 0, DK_CLI_NEEDS_KIT, run_export },
  { "audit verify", "[--head CHAIN:SEQ:HEX] [--from DIR [--pub KEY...]]",
    "does the ledger hold?\n\n"
    "--head is a head as printed in footers, at least 16 digits: it must be in the ledger still.\n"
    "--from checks a folder that audit export made, without a kit; --pub is the station's device\n"
    "key (device.pub) from your records, repeated if an export without words has older ones\n"
    "(device-CHAIN.pub).",
    "head from pub", 0, 0, 0, run_verify },
  { "kit repair", "", "write the lists anew from the ledger", "", 0, 0,
    DK_CLI_NEEDS_KIT, run_repair },
  { "audit export", "-o DIR [--with-text] --reason T",
    "write the ledger so that standard tools can check it", "output with-text reason", 0, 0,
    DK_CLI_NEEDS_KIT, run_audit_export },
  { 0 },
};
