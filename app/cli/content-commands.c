/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/cli/cli.h"
#include "app/cli/lead-content.h"
#include "app/content/markdown.h"
#include "app/store/content-store.h"
#include "app/store/search.h"

#define SEARCH_DEFAULT 50
#define SEARCH_MAX 500
#define LEAD_MARK "  (lead only)"

static gboolean
is_for_leads (const char *audience)
{
  return g_strcmp0 (audience, "lead") == 0;
}

static json_t *
list_json (char **texts)
{
  json_t *list = json_array ();

  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_append_new (list, dk_json_string (texts[i]));
  return list;
}

static gboolean
run_search (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *text = dk_args_text (args, 0);
  g_autoptr (GPtrArray) hits = NULL;
  gint64 limit = SEARCH_DEFAULT;
  json_t *list;

  if (!dk_args_get_int (args, "limit", 1, SEARCH_MAX, &limit, error)
      || !dk_text_check (text, strlen (text), DK_LIMIT_SEARCH_BYTES, "The search text", error))
    return FALSE;
  hits = dk_search (dk_cli_store (cli), text, (guint) limit, NULL, error);
  if (hits == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < hits->len; i++) {
    const DkSearchHit *hit = g_ptr_array_index (hits, i);
    dk_cli_say (cli, "%-8s %s  [%s]", hit->kind, hit->title, hit->id);
    if (hit->snippet != NULL && *hit->snippet != '\0')
      dk_cli_say (cli, "%8s %s", "", hit->snippet);
    json_array_append_new (list, json_pack ("{s:s, s:s, s:s, s:o}", "kind", hit->kind, "id",
                                            hit->id, "title", hit->title, "snippet",
                                            dk_json_string (hit->snippet)));
  }
  if (hits->len == 0 && !cli->quiet)
    dk_cli_say (cli, "Nothing was found.");
  dk_cli_take_document (cli, list);
  return TRUE;
}

static json_t *
contact_json (const DkContact *contact)
{
  json_t *numbers = json_array ();
  json_t *json = json_object ();

  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    json_array_append_new (numbers, json_pack ("{s:o, s:o, s:i}", "kind",
                                               dk_json_string (number->kind), "value",
                                               dk_json_string (number->value), "order",
                                               (int) i + 1));
  }
  json_object_set_new (json, "id", dk_json_string (contact->id));
  json_object_set_new (json, "name", dk_json_string (contact->name));
  json_object_set_new (json, "role", dk_json_string (contact->role));
  json_object_set_new (json, "team", dk_json_string (contact->team));
  json_object_set_new (json, "site", dk_json_string (contact->site));
  json_object_set_new (json, "tier", json_integer (contact->tier));
  json_object_set_new (json, "hours", dk_json_string (contact->hours));
  json_object_set_new (json, "timezone", dk_json_string (contact->timezone));
  json_object_set_new (json, "languages", dk_json_string (contact->languages));
  json_object_set_new (json, "audience", dk_json_string (contact->audience));
  json_object_set_new (json, "note", dk_json_string (contact->note));
  json_object_set_new (json, "numbers", numbers);
  return json;
}

static gboolean
run_contact_list (DkCli *cli, const DkArgs *args, GError **error)
{
  gint64 limit = 0;
  g_autoptr (GPtrArray) contacts = NULL;
  json_t *list;

  if (!dk_args_get_int (args, "limit", 1, G_MAXINT32, &limit, error))
    return FALSE;
  contacts = dk_cli_contacts (cli, (guint) limit, error);
  if (contacts == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < contacts->len; i++) {
    const DkContact *contact = g_ptr_array_index (contacts, i);
    const DkContactNumber *first
        = contact->numbers->len > 0 ? g_ptr_array_index (contact->numbers, 0) : NULL;
    dk_cli_say (cli, "%-24s %s%s%s%s%s%s", contact->id, contact->name, first != NULL ? "  " : "",
                first != NULL ? first->kind : "", first != NULL ? " " : "",
                first != NULL ? first->value : "",
                is_for_leads (contact->audience) ? LEAD_MARK : "");
    json_array_append_new (list, contact_json (contact));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

static void
say_if (DkCli *cli, const char *label, const char *text)
{
  if (text != NULL && *text != '\0')
    dk_cli_say (cli, "%-12s %s", label, text);
}

static gboolean
run_contact_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkContact) contact = dk_cli_contact (cli, dk_args_word (args, 0), error);

  if (contact == NULL)
    return FALSE;
  dk_cli_say (cli, "%s%s", contact->name, is_for_leads (contact->audience) ? LEAD_MARK : "");
  say_if (cli, "role", contact->role);
  say_if (cli, "team", contact->team);
  say_if (cli, "site", contact->site);
  say_if (cli, "hours", contact->hours);
  say_if (cli, "time zone", contact->timezone);
  say_if (cli, "languages", contact->languages);
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    dk_cli_say (cli, "%-12s %s", number->kind, number->value);
  }
  say_if (cli, "note", contact->note);
  dk_cli_take_document (cli, contact_json (contact));
  return TRUE;
}

static json_t *
runbook_json (const DkRunbook *runbook)
{
  json_t *json = json_object ();

  json_object_set_new (json, "id", dk_json_string (runbook->id));
  json_object_set_new (json, "title", dk_json_string (runbook->title));
  json_object_set_new (json, "service", dk_json_string (runbook->service));
  json_object_set_new (json, "tags", list_json (runbook->tags));
  json_object_set_new (json, "owner", dk_json_string (runbook->owner));
  json_object_set_new (json, "reviewed", dk_json_string (runbook->reviewed));
  json_object_set_new (json, "review_every_days", json_integer (runbook->review_every_days));
  json_object_set_new (json, "audience", dk_json_string (runbook->audience));
  json_object_set_new (json, "overdue",
                       json_boolean (dk_runbook_is_overdue (runbook, dk_clock_wall_ms ())));
  return json;
}

static gboolean
run_runbook_list (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) runbooks = dk_cli_runbooks (cli, error);
  json_t *list;

  if (runbooks == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < runbooks->len; i++) {
    const DkRunbook *runbook = g_ptr_array_index (runbooks, i);
    gboolean overdue = dk_runbook_is_overdue (runbook, dk_clock_wall_ms ());
    dk_cli_say (cli, "%-24s %s%s%s", runbook->id, runbook->title,
                is_for_leads (runbook->audience) ? LEAD_MARK : "",
                overdue ? "  (review overdue)" : "");
    json_array_append_new (list, runbook_json (runbook));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

static json_t *
steps_json (const DkDocument *document)
{
  json_t *steps = json_array ();

  for (guint i = 0; i < document->blocks->len; i++) {
    const DkBlock *block = g_ptr_array_index (document->blocks, i);
    g_autofree char *text = NULL;
    if (block->kind != DK_BLOCK_TASK)
      continue;
    text = dk_block_text (block);
    json_array_append_new (steps, json_pack ("{s:o, s:s}", "id", dk_json_string (block->id),
                                             "text", text));
  }
  return steps;
}

static gboolean
run_runbook_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkRunbook) runbook = dk_cli_runbook (cli, dk_args_word (args, 0), error);
  g_autoptr (DkDocument) document = NULL;
  g_autofree char *text = NULL;
  const char *markdown;
  json_t *json;

  if (runbook == NULL)
    return FALSE;
  markdown = runbook->markdown != NULL ? runbook->markdown : "";
  document = dk_markdown_parse (markdown, strlen (markdown), error);
  if (document == NULL)
    return FALSE;
  text = dk_document_text (document);
  dk_cli_say (cli, "%s", runbook->title);
  say_if (cli, "owner", runbook->owner);
  say_if (cli, "reviewed", runbook->reviewed);
  if (dk_runbook_is_overdue (runbook, dk_clock_wall_ms ()))
    dk_cli_say (cli, "REVIEW OVERDUE: ask the owner if this still holds.");
  dk_cli_say (cli, "%s", text);
  json = runbook_json (runbook);
  json_object_set_new (json, "markdown", dk_json_string (markdown));
  json_object_set_new (json, "text", dk_json_string (text));
  json_object_set_new (json, "steps", steps_json (document));
  dk_cli_take_document (cli, json);
  return TRUE;
}

static json_t *
service_json (const DkService *service)
{
  json_t *json = json_object ();

  json_object_set_new (json, "id", dk_json_string (service->id));
  json_object_set_new (json, "name", dk_json_string (service->name));
  json_object_set_new (json, "criticality", json_integer (service->criticality));
  json_object_set_new (json, "depends_on", list_json (service->depends_on));
  json_object_set_new (json, "owner", dk_json_string (service->owner));
  json_object_set_new (json, "vendor", dk_json_string (service->vendor));
  json_object_set_new (json, "contract", dk_json_string (service->contract));
  json_object_set_new (json, "support_group", dk_json_string (service->support_group));
  json_object_set_new (json, "workaround", dk_json_string (service->workaround));
  json_object_set_new (json, "say", dk_json_string (service->say));
  return json;
}

static gboolean
run_service_list (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (GPtrArray) services = dk_content_store_services (dk_cli_store (cli), error);
  json_t *list;

  if (services == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < services->len; i++) {
    const DkService *service = g_ptr_array_index (services, i);
    dk_cli_say (cli, "%d  %-24s %s", service->criticality, service->id, service->name);
    json_array_append_new (list, service_json (service));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

static gboolean
run_service_show (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *id = dk_args_word (args, 0);
  g_autoptr (DkService) service = dk_content_store_service (store, id, error);
  g_autoptr (GPtrArray) dependents
      = service != NULL ? dk_content_store_dependents (store, id, error) : NULL;
  g_autofree char *needs = NULL;
  json_t *json;
  json_t *list;

  if (dependents == NULL)
    return FALSE;
  needs = service->depends_on != NULL ? g_strjoinv (", ", service->depends_on) : NULL;
  dk_cli_say (cli, "%s (criticality %d)", service->name, service->criticality);
  say_if (cli, "owner", service->owner);
  say_if (cli, "group", service->support_group);
  say_if (cli, "vendor", service->vendor);
  say_if (cli, "needs", needs);
  list = json_array ();
  for (guint i = 0; i < dependents->len; i++) {
    dk_cli_say (cli, "%-12s %s", i == 0 ? "breaks" : "",
                (const char *) g_ptr_array_index (dependents, i));
    json_array_append_new (list, dk_json_string (g_ptr_array_index (dependents, i)));
  }
  say_if (cli, "workaround", service->workaround);
  say_if (cli, "say", service->say);
  json = service_json (service);
  json_object_set_new (json, "dependents", list);
  dk_cli_take_document (cli, json);
  return TRUE;
}

const DkCommand DK_CLI_CONTENT_COMMANDS[] = {
  { "search", "TEXT... [--limit N]", "find a contact, a runbook, a service or a ticket\n\n"
    "All words must match, from their beginning on; accents and case do not matter. Three or more\n"
    "digits also match inside of phone numbers.",
    "limit", 1, -1, DK_CLI_NEEDS_KIT, run_search },
  { "contact list", "[--limit N]", "all contacts by name", "limit", 0, 0, DK_CLI_NEEDS_KIT,
    run_contact_list },
  { "contact show", "ID", "one contact with all numbers, in the order to try", "", 1, 1,
    DK_CLI_NEEDS_KIT, run_contact_show },
  { "runbook list", "", "all runbooks by title", "", 0, 0, DK_CLI_NEEDS_KIT, run_runbook_list },
  { "runbook show", "ID", "one runbook with its steps", "", 1, 1, DK_CLI_NEEDS_KIT,
    run_runbook_show },
  { "service list", "", "all services, the most critical first", "", 0, 0, DK_CLI_NEEDS_KIT,
    run_service_list },
  { "service show", "ID", "one service: what it needs, what breaks with it, what to say", "", 1, 1,
    DK_CLI_NEEDS_KIT, run_service_show },
  { 0 },
};
