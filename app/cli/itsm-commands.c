/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"
#include "app/cli/cli.h"
#include "app/itsm/csv-handover.h"
#include "app/itsm/kit-push.h"
#include "app/itsm/open.h"
#include "app/store/connector-store.h"

#define KIND_FILE "file"
#define KIND_RT "rt"
#define CA_BYTES_MAX (256u << 10)

static gboolean
set_rt (const DkArgs *args, DkConnectorFacts *facts, GError **error)
{
  const char *url = dk_args_need (args, "url", error);
  const char *queue = url != NULL ? dk_args_need (args, "queue", error) : NULL;
  const char *token = queue != NULL ? dk_args_need (args, "token-file", error) : NULL;
  const char *ca_file = dk_args_get (args, "ca-file");
  gint64 settle_s = -1;

  if (token == NULL || !dk_args_get_int (args, "settle-s", 1, 86400, &settle_s, error))
    return FALSE;
  dk_json_set_text (facts->config, "url", url);
  dk_json_set_text (facts->config, "queue", queue);
  if (settle_s >= 0)
    json_object_set_new (facts->config, "settle_s", json_integer (settle_s));
  if (ca_file != NULL) {
    g_autoptr (GBytes) ca = dk_file_read (ca_file, CA_BYTES_MAX, error);
    g_autofree char *text = NULL;
    if (ca == NULL)
      return FALSE;
    text = g_strndup (g_bytes_get_data (ca, NULL), g_bytes_get_size (ca));
    if (!g_utf8_validate (text, -1, NULL)) {
      g_set_error (error, DK_ERROR, DK_ERROR_INVALID, "%s is no PEM file. Nothing was changed.",
                   ca_file);
      return FALSE;
    }
    dk_json_set_text (facts->config, "ca", text);
  }
  facts->credential = dk_secret_new_from_file (token, error);
  return facts->credential != NULL;
}

static gboolean
set_file (const DkArgs *args, DkConnectorFacts *facts, GError **error)
{
  const char *folder = dk_args_need (args, "folder", error);
  g_autofree char *absolute = folder != NULL ? g_canonicalize_filename (folder, NULL) : NULL;

  if (folder == NULL)
    return FALSE;
  if (!dk_file_exists (absolute)) {
    g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND,
                 "There is no folder %s. Nothing was changed; make it first.", absolute);
    return FALSE;
  }
  dk_json_set_text (facts->config, "folder", absolute);
  return TRUE;
}

/* The settings must open before they are kept. */
static gboolean
check_settings (const DkConnectorFacts *facts, GError **error)
{
  g_autoptr (DkConnector) connector = NULL;

  if (strcmp (facts->type, KIND_FILE) == 0)
    return TRUE;
  connector = dk_itsm_open (facts->type, facts->config, facts->credential, error);
  return connector != NULL;
}

static gboolean
run_add (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *kind = dk_args_word (args, 0);
  const char *name = dk_args_get (args, "name");
  g_autoptr (DkConnectorFacts) facts = g_new0 (DkConnectorFacts, 1);
  gboolean is_rt = strcmp (kind, KIND_RT) == 0;

  if (!is_rt && strcmp (kind, KIND_FILE) != 0)
    return dk_cli_usage (error, "`itsm add %s` is not part of this version, which has rt and file. "
                                "Nothing was changed.",
                         kind);
  facts->type = g_strdup (kind);
  facts->name = g_strdup (name != NULL ? name : kind);
  facts->config = json_object ();
  dk_json_set_text (facts->config, "name", facts->name);
  if (!(is_rt ? set_rt (args, facts, error) : set_file (args, facts, error))
      || !check_settings (facts, error)
      || !dk_connector_store_put (dk_cli_store (cli), facts, error))
    return FALSE;
  dk_cli_say (cli, "%s is set up. dkit itsm check --name %s asks if it answers.", facts->name,
              facts->name);
  dk_cli_take_document (cli, json_pack ("{s:s, s:s, s:O}", "name", facts->name, "type",
                                        facts->type, "config", facts->config));
  return TRUE;
}

static gboolean
run_list (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  g_autoptr (GPtrArray) names = dk_connector_store_list (store, error);
  json_t *list;

  if (names == NULL)
    return FALSE;
  list = json_array ();
  dk_cli_take_document (cli, list);
  for (guint i = 0; i < names->len; i++) {
    g_autoptr (DkConnectorFacts) facts
        = dk_connector_store_get (store, g_ptr_array_index (names, i), error);
    const char *where;
    if (facts == NULL)
      return FALSE;
    where = dk_json_get_text (facts->config, "url");
    if (where == NULL)
      where = dk_json_get_text (facts->config, "folder");
    dk_cli_say (cli, "%-16s %-6s %s", facts->name, facts->type, where != NULL ? where : "");
    json_array_append_new (list, json_pack ("{s:s, s:s, s:O}", "name", facts->name, "type",
                                            facts->type, "config", facts->config));
  }
  return TRUE;
}

static DkConnectorFacts *
read_facts (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkConnectorFacts) facts
      = dk_connector_store_get (dk_cli_store (cli), dk_args_get (args, "name"), error);

  if (facts == NULL)
    return NULL;
  if (dk_keyring_get (dk_store_keys (dk_cli_store (cli)), DK_KEY_SEND) == NULL) {
    g_set_error (error, DK_ERROR, DK_ERROR_DENIED,
                 "%s may not hand tickets over: that needs a lead, a reconciler or an "
                 "administrator. Nothing was sent.",
                 dk_store_user (dk_cli_store (cli)));
    return NULL;
  }
  return g_steal_pointer (&facts);
}

static gboolean
judge_check (DkConnectorCode code, const DkConnectorReply *reply, GError **error)
{
  const char *reason = reply->reason != NULL ? reply->reason : "no reason was given.";

  if (code == DK_CONNECTOR_OK)
    return TRUE;
  g_set_error (error, DK_ERROR,
               code == DK_CONNECTOR_AUTH       ? DK_ERROR_DENIED
               : code == DK_CONNECTOR_REJECTED ? DK_ERROR_INVALID
                                               : DK_ERROR_UNREACHABLE,
               "Nothing was sent. The ITSM cannot be used: %s", reason);
  return FALSE;
}

static gboolean
check_folder (DkCli *cli, const DkConnectorFacts *facts, GError **error)
{
  const char *folder = dk_json_get_text (facts->config, "folder");

  if (folder == NULL || !dk_file_exists (folder)) {
    g_set_error (error, DK_ERROR, DK_ERROR_UNREACHABLE,
                 "The folder %s is not there. Nothing was written; make or mount it.",
                 folder != NULL ? folder : "?");
    return FALSE;
  }
  dk_cli_say (cli, "%s: the folder %s is there", facts->name, folder);
  dk_cli_take_document (cli, json_pack ("{s:b, s:s, s:s}", "ok", TRUE, "name", facts->name,
                                        "folder", folder));
  return TRUE;
}

static gboolean
run_check (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkConnectorFacts) facts = read_facts (cli, args, error);
  g_autoptr (DkConnector) connector = NULL;
  g_auto (DkConnectorReply) reply = DK_CONNECTOR_REPLY_INIT;
  g_auto (DkConnectorProbe) probe = { 0 };
  DkConnectorCode code;

  if (facts == NULL)
    return FALSE;
  if (strcmp (facts->type, KIND_FILE) == 0)
    return check_folder (cli, facts, error);
  connector = dk_itsm_open (facts->type, facts->config, facts->credential, error);
  if (connector == NULL)
    return FALSE;
  code = dk_connector_check (connector, &probe, NULL, &reply);
  if (!judge_check (code, &reply, error))
    return FALSE;
  dk_cli_say (cli, "%s answers%s%s", facts->name, probe.version != NULL ? ", version " : "",
              probe.version != NULL ? probe.version : "");
  if (probe.notes != NULL)
    dk_cli_say (cli, "%s", probe.notes);
  dk_cli_take_document (
      cli, json_pack ("{s:b, s:s, s:o, s:o, s:o}", "ok", TRUE, "name", facts->name, "version",
                      dk_json_string (probe.version), "notes", dk_json_string (probe.notes),
                      "skew_s", probe.skew_known ? json_integer (probe.skew_ms / 1000)
                                                 : json_null ()));
  return TRUE;
}

static void
say_report (DkCli *cli, const DkPushReport *found)
{
  for (guint i = 0; i < found->items->len; i++) {
    const DkPushItem *item = g_ptr_array_index (found->items, i);
    dk_cli_say (cli, "%-16s %-9s %s%s%s", item->number, dk_handover_name (item->state),
                item->itsm_id != NULL ? item->itsm_id : "", item->reason != NULL ? "  " : "",
                item->reason != NULL ? item->reason : "");
    for (guint d = 0; item->differences != NULL && d < item->differences->len; d++) {
      const DkPushDifference *difference = g_ptr_array_index (item->differences, d);
      dk_cli_say (cli, "%16s %s: sent \"%s\", found \"%s\"", "", difference->field,
                  difference->sent, difference->found);
    }
  }
  dk_cli_say (cli, "sent %u, verified %u, unknown %u, refused %u, waiting %u", found->sent,
              found->verified, found->unknown, found->refused, found->waiting);
  if (found->stopped != NULL)
    dk_cli_say (cli, "%s", found->stopped);
  if (found->retry_at_ms > 0) {
    g_autofree char *when = dk_time_format_local (found->retry_at_ms);
    dk_cli_say (cli, "Try again after %s.", when);
  }
}

static void
say_files (DkCli *cli, const DkCsvHandover *handover)
{
  const DkPushReport *found = handover->report;
  json_t *document = dk_push_report_json (found);

  for (guint i = 0; i < found->items->len; i++) {
    const DkPushItem *item = g_ptr_array_index (found->items, i);
    dk_cli_say (cli, "%-16s %-9s %s", item->number, dk_handover_name (item->state),
                item->reason != NULL ? item->reason : "");
  }
  dk_cli_say (cli, "%u %s written%s%s", found->sent, found->sent == 1 ? "ticket" : "tickets",
              handover->tickets_path != NULL ? " to " : "",
              handover->tickets_path != NULL ? handover->tickets_path : "");
  json_object_set_new (document, "tickets_file", dk_json_string (handover->tickets_path));
  json_object_set_new (document, "log_file", dk_json_string (handover->log_path));
  dk_cli_take_document (cli, document);
}

/* Writes what is new to the folder; from there on people or an import set answer for it. */
static gboolean
push_to_folder (DkCli *cli, const DkConnectorFacts *facts, GError **error)
{
  DkKitPush kit = { .store = dk_cli_store (cli), .target = facts->name };
  DkPushStore queue = dk_kit_push_store (&kit);
  g_auto (DkCsvHandover) handover = { 0 };
  gboolean done;

  if (!dk_kit_push_begin (kit.store, facts->name, error))
    return FALSE;
  done = dk_csv_handover_run (dk_json_get_text (facts->config, "folder"), &queue, &handover, error);
  if (handover.report != NULL)
    say_files (cli, &handover);
  return done;
}

static gboolean
run_engine (DkCli *cli, const DkConnectorFacts *facts, const DkPushOptions *options,
            GError **error)
{
  g_autoptr (DkConnector) connector
      = dk_itsm_open (facts->type, facts->config, facts->credential, error);
  DkKitPush kit = { .store = dk_cli_store (cli), .target = facts->name };
  DkPushStore queue = dk_kit_push_store (&kit);
  g_autoptr (DkPushReport) found = NULL;
  gboolean done;

  if (connector == NULL
      || (options != NULL && !dk_kit_push_begin (kit.store, facts->name, error)))
    return FALSE;
  done = options != NULL ? dk_push_run (connector, &queue, options, NULL, &found, error)
                         : dk_push_verify (connector, &queue, NULL, &found, error);
  if (found != NULL) {
    say_report (cli, found);
    dk_cli_take_document (cli, dk_push_report_json (found));
  }
  return done;
}

static gboolean
run_push (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkConnectorFacts) facts = read_facts (cli, args, error);
  DkPushOptions options = { 0 };
  gint64 wait_s = 0;
  gint64 limit = 0;

  if (facts == NULL || !dk_args_get_int (args, "wait", 0, 86400, &wait_s, error)
      || !dk_args_get_int (args, "limit", 1, G_MAXINT32, &limit, error))
    return FALSE;
  if (strcmp (facts->type, KIND_FILE) == 0)
    return push_to_folder (cli, facts, error);
  options.wait_s = (guint) wait_s;
  options.limit = (guint) limit;
  return run_engine (cli, facts, &options, error);
}

static gboolean
run_verify (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkConnectorFacts) facts = read_facts (cli, args, error);

  if (facts == NULL)
    return FALSE;
  if (strcmp (facts->type, KIND_FILE) == 0) {
    g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
                 "%s is a folder: what was written there cannot be read back from the ITSM. Look "
                 "the tickets up there by their numbers.",
                 facts->name);
    return FALSE;
  }
  return run_engine (cli, facts, NULL, error);
}

const DkCommand DK_CLI_ITSM_COMMANDS[] = {
  { "itsm add",
    "rt --url U --queue Q --token-file F [--name N] [--settle-s N] [--ca-file F], or "
    "file --folder DIR [--name N]",
    "say where tickets are handed over to\n\n"
    "rt is Request Tracker 5; file writes CSV for an import or for people. The token is sealed so\n"
    "that leads, reconcilers and administrators can use it.",
    "url queue token-file name settle-s ca-file folder", 1, 1, DK_CLI_NEEDS_KIT, run_add },
  { "itsm list", "", "where tickets can be handed over to", "", 0, 0, DK_CLI_NEEDS_KIT, run_list },
  { "itsm check", "[--name N]", "does it answer, and know what we need? Changes nothing there",
    "name", 0, 0, DK_CLI_NEEDS_KIT, run_check },
  { "itsm push", "[--name N] [--wait S] [--limit N]",
    "hand final tickets over, each exactly once\n\n"
    "Exit code 8 if some were refused or their outcome is not known yet: each is named, with the\n"
    "time to try again. --wait stays up to S seconds for what is unknown.",
    "name wait limit", 0, 0, DK_CLI_NEEDS_KIT, run_push },
  { "itsm verify", "[--name N]", "read back what was handed over and compare every field", "name",
    0, 0, DK_CLI_NEEDS_KIT, run_verify },
  { 0 },
};
