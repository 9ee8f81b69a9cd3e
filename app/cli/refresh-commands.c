/* SPDX-License-Identifier: MIT */
#include "app/cli/refresh-commands.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/file.h"

#define CA_BYTES_MAX (1u << 20)

static json_t *
result_json (const DkRefreshResult *result)
{
  json_t *object = json_object ();

  json_object_set_new (object, "route", dk_json_string (result->route));
  json_object_set_new (object, "state", dk_json_string (dk_refresh_state_name (result->state)));
  json_object_set_new (object, "message", dk_json_string (result->message));
  json_object_set_new (object, "file", dk_json_string (result->file));
  return object;
}

static void
say_result (DkCli *cli, const DkRefreshResult *result)
{
  static const char *const words[] = { [DK_REFRESH_NEW] = "a new pack waits, not yet checked",
                                       [DK_REFRESH_SAME] = "nothing new",
                                       [DK_REFRESH_UNREACHABLE] = "not reached",
                                       [DK_REFRESH_REFUSED] = "refused" };

  dk_cli_say (cli, "%s: %s%s%s", result->route, words[result->state],
              result->message != NULL ? ". " : "", result->message != NULL ? result->message : "");
}

/* Sets the error for what was not fetched. */
static gboolean
judge (GPtrArray *results, GError **error)
{
  guint good = 0;
  guint refused = 0;
  const char *why = NULL;

  for (guint i = 0; i < results->len; i++) {
    const DkRefreshResult *result = g_ptr_array_index (results, i);
    if (result->state == DK_REFRESH_NEW || result->state == DK_REFRESH_SAME)
      good++;
    else if (why == NULL)
      why = result->message;
    refused += result->state == DK_REFRESH_REFUSED;
  }
  if (good == results->len)
    return TRUE;
  if (good > 0)
    g_set_error (error, DK_ERROR, DK_ERROR_PARTIAL, "%u of %u routes gave nothing: %s",
                 results->len - good, results->len, why);
  else
    g_set_error (error, DK_ERROR, refused > 0 ? DK_ERROR_INVALID : DK_ERROR_FAILED,
                 "Nothing was fetched: %s", why);
  return FALSE;
}

static json_t *
results_json (GPtrArray *results)
{
  json_t *list = json_array ();

  for (guint i = 0; i < results->len; i++)
    json_array_append_new (list, result_json (g_ptr_array_index (results, i)));
  return list;
}

/* A path that a person types may be relative to where it is typed. */
static GPtrArray *
typed_routes (const char *const *given)
{
  GPtrArray *routes = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; given[i] != NULL; i++) {
    gboolean is_plain = strstr (given[i], "://") == NULL && !g_path_is_absolute (given[i])
                        && strchr (given[i], '\\') == NULL;
    g_ptr_array_add (routes,
                     is_plain ? g_canonicalize_filename (given[i], NULL) : g_strdup (given[i]));
  }
  g_ptr_array_add (routes, NULL);
  return routes;
}

static gboolean
run_refresh (DkCli *cli, const DkArgs *args, GError **error)
{
  const char *const *from = dk_args_all (args, "from");
  const char *ca_file = dk_args_get (args, "ca-file");
  g_autofree char *folder = dk_cli_folder (cli);
  g_autoptr (GBytes) ca = NULL;
  g_autoptr (GPtrArray) routes = typed_routes (from);
  g_autoptr (GPtrArray) results = NULL;
  DkRefreshOptions options = { .again = dk_args_has (args, "again") };

  if (ca_file != NULL && (ca = dk_file_read (ca_file, CA_BYTES_MAX, error)) == NULL)
    return FALSE;
  options.ca_pem = ca;
  if (from[0] != NULL)
    options.routes = (const char *const *) routes->pdata;
  results = dk_refresh_run (folder, &options, NULL, error);
  if (results == NULL)
    return FALSE;
  for (guint i = 0; i < results->len; i++)
    say_result (cli, g_ptr_array_index (results, i));
  dk_cli_take_document (cli, results_json (results));
  return judge (results, error);
}

static json_t *
waiting_json (const DkWaitingPack *pack)
{
  json_t *object = json_object ();

  json_object_set_new (object, "file", dk_json_string (pack->file));
  json_object_set_new (object, "name", dk_json_string (pack->name));
  json_object_set_new (object, "sequence", json_integer (pack->sequence));
  json_object_set_new (object, "created", dk_cli_time (pack->created_ms));
  json_object_set_new (object, "fetched_at", dk_cli_time (pack->fetched_ms));
  json_object_set_new (object, "route", dk_json_string (pack->route));
  json_object_set_new (object, "bytes", json_integer ((json_int_t) pack->size));
  json_object_set_new (object, "sealed_here", json_boolean (pack->sealed));
  json_object_set_new (object, "checked", json_false ());
  return object;
}

static void
say_waiting (DkCli *cli, const DkWaitingPack *pack)
{
  g_autofree char *fetched = dk_time_format_local (pack->fetched_ms);

  dk_cli_say (cli, "%s", pack->file);
  dk_cli_say (cli,
              "  says it is \"%s\", sequence %" G_GINT64_FORMAT "; fetched %.16s; not yet "
              "checked",
              pack->name != NULL ? pack->name : "?", pack->sequence, fetched);
}

static gboolean
run_waiting (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *folder = dk_cli_folder (cli);
  const char *discard = dk_args_get (args, "discard");
  g_autoptr (GPtrArray) packs = NULL;
  json_t *list;

  if (discard != NULL && !dk_refresh_discard (folder, discard, error))
    return FALSE;
  packs = dk_refresh_waiting (folder, error);
  if (packs == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < packs->len; i++) {
    json_array_append_new (list, waiting_json (g_ptr_array_index (packs, i)));
    say_waiting (cli, g_ptr_array_index (packs, i));
  }
  if (packs->len == 0)
    dk_cli_say (cli, "No pack waits.");
  else
    dk_cli_say (cli, "Bring the first that counts into force: dkit pack apply");
  dk_cli_take_document (cli, list);
  return TRUE;
}

gboolean
dk_cli_try_waiting (DkCli *cli, DkWaitingUse use, gpointer data, json_t **more, GError **error)
{
  g_autofree char *file = NULL;
  g_autoptr (GPtrArray) refusals = NULL;
  json_t *refused;

  if (!dk_refresh_try (cli->kit, use, data, &file, &refusals, NULL, error))
    return FALSE;
  refused = json_array ();
  for (guint i = 0; i < refusals->len; i++) {
    const char *sentence = g_ptr_array_index (refusals, i);
    dk_cli_message ("Not taken: %s", sentence);
    json_array_append_new (refused, dk_json_string (sentence));
  }
  *more = json_object ();
  json_object_set_new (*more, "file", dk_json_string (file));
  json_object_set_new (*more, "refused", refused);
  return TRUE;
}

const DkCommand DK_CLI_REFRESH_COMMANDS[] = {
  { "pack refresh", "[--from ROUTE...] [--ca-file F] [--again]",
    "fetch new packs; works while the kit is locked\n\n"
    "Without --from: the routes that the fleet of the pack in force names. A route is the path of\n"
    "a folder, stick or .dkpack, the https address of a .dkpack, or the address of a WebDAV\n"
    "collection, which ends in a slash. What comes waits sealed and unchecked for `pack apply`.\n"
    "--ca-file F: CAs for https, PEM, instead of those of this PC. --again fetches also what was\n"
    "applied before. Needs no passphrase.",
    "from ca-file again", 0, 0, 0, run_refresh },
  { "pack waiting", "[--discard FILE]",
    "packs that were fetched and wait to be applied\n\n"
    "Name and sequence are what the files say of themselves. --discard removes one of them. Needs\n"
    "no passphrase.",
    "discard", 0, 0, 0, run_waiting },
  { 0 },
};
