/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/cli/cli.h"
#include "app/itsm/csv-route.h"
#include "app/itsm/kit-push.h"
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

static gboolean
write_bytes (const char *path, GBytes *bytes, GError **error)
{
  return dk_cli_write_file (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
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
export_csv (DkStore *store, const char *path, GPtrArray *files, guint *count, GError **error)
{
  g_autoptr (GPtrArray) tickets = load_all (store, error);
  g_autoptr (GBytes) table = NULL;
  g_autoptr (GBytes) log = NULL;
  g_autofree char *second = log_path (path);

  if (tickets == NULL || !dk_file_check_output (second, error))
    return FALSE;
  table = dk_csv_route_tickets (tickets);
  log = dk_csv_route_log (tickets);
  if (!write_bytes (path, table, error))
    return FALSE;
  if (!write_bytes (second, log, error)) {
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
  g_autofree char *text = NULL;

  if (tickets == NULL)
    return FALSE;
  document = json_pack ("{s:i, s:s, s:s, s:s, s:o, s:O}", "v", 1, "kit", identity->kit_id,
                        "station", identity->station, "site", identity->site, "exported_at",
                        dk_cli_time (dk_clock_wall_ms ()), "tickets", tickets);
  text = dk_json_text (document, FALSE);
  if (!dk_cli_write_file (path, text, strlen (text), error))
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
  const char *output = format != NULL ? dk_cli_output (args, FALSE, error) : NULL;
  g_autofree char *reason = output != NULL ? dk_cli_reason (args, error) : NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  gboolean is_csv = g_strcmp0 (format, "csv") == 0;
  json_t *list;
  guint count = 0;

  if (reason == NULL)
    return FALSE;
  if (!is_csv && strcmp (format, "json") != 0)
    return dk_cli_usage (error, "--format is csv or json. Nothing was exported.");
  if (!note_export (store, format, reason, error)
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
  dk_cli_take_document (cli, json_pack ("{s:o, s:i}", "files", list, "tickets", (int) count));
  return TRUE;
}

static json_t *
problems_json (DkCli *cli, const DkLedgerReport *found)
{
  json_t *list = json_array ();

  for (guint i = 0; i < found->problems->len; i++) {
    const DkLedgerProblem *problem = g_ptr_array_index (found->problems, i);
    dk_cli_say (cli, "%-10s %s:%" G_GINT64_FORMAT "  %s", problem->kind,
                problem->chain != NULL ? problem->chain : "", problem->seq, problem->message);
    json_array_append_new (list, json_pack ("{s:s, s:o, s:I, s:s}", "kind", problem->kind, "chain",
                                            dk_json_string (problem->chain), "seq",
                                            (json_int_t) problem->seq, "message",
                                            problem->message));
  }
  return list;
}

static gboolean
run_verify (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkLedgerReport) found
      = dk_ledger_verify (dk_cli_store (cli), dk_args_get (args, "head"), NULL, error);
  json_t *stations;
  json_t *problems;

  if (found == NULL)
    return FALSE;
  stations = json_array ();
  for (guint i = 0; i < found->stations->len; i++)
    json_array_append_new (stations, dk_json_string (g_ptr_array_index (found->stations, i)));
  problems = problems_json (cli, found);
  dk_cli_say (cli, "%" G_GINT64_FORMAT " entries, %u problems", found->entries,
              found->problems->len);
  dk_cli_take_document (cli, json_pack ("{s:b, s:I, s:o, s:o}", "ok", found->problems->len == 0,
                                        "entries", (json_int_t) found->entries, "stations",
                                        stations, "problems", problems));
  if (found->problems->len == 0)
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_DAMAGED,
               "The ledger does not hold: %u problems, named above. Nothing was changed; keep a "
               "copy of the kit folder as it is and tell your administrator.",
               found->problems->len);
  return FALSE;
}

static gboolean
run_audit_export (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *folder = dk_cli_output (args, TRUE, error);
  g_autofree char *reason = folder != NULL ? dk_cli_reason (args, error) : NULL;

  if (reason == NULL
      || !dk_ledger_export (dk_cli_store (cli), folder, dk_args_has (args, "with-text"), reason,
                            error))
    return FALSE;
  dk_cli_say (cli, "The ledger is in %s. b2sum and minisign check it.", folder);
  dk_cli_take_document (cli, json_pack ("{s:s, s:b}", "folder", folder, "with_text",
                                        dk_args_has (args, "with-text")));
  return TRUE;
}

const DkCommand DK_CLI_EVIDENCE_COMMANDS[] = {
  { "export", "--format csv|json -o F --reason T", "write all tickets to a readable file\n\n"
    "csv writes two files: F with one row per ticket, and F-log.csv with their notes. The reason\n"
    "is recorded.",
    "format output reason", 0, 0, DK_CLI_NEEDS_KIT, run_export },
  { "audit verify", "[--head CHAIN:SEQ:HEX]", "does the ledger hold?\n\n"
    "--head is a head as printed in footers, at least 16 digits: it must be in the ledger still.",
    "head", 0, 0, DK_CLI_NEEDS_KIT, run_verify },
  { "audit export", "-o DIR [--with-text] --reason T",
    "write the ledger so that standard tools can check it", "output with-text reason", 0, 0,
    DK_CLI_NEEDS_KIT, run_audit_export },
  { 0 },
};
