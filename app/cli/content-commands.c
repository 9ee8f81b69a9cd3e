/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/cli/cli.h"
#include "app/cli/contact-show.h"
#include "app/cli/lead-content.h"
#include "app/plan/oncall.h"
#include "app/store/content-store.h"
#include "app/store/search.h"

#define SEARCH_DEFAULT 50
#define SEARCH_MAX 500

static json_t *
list_json (char **texts)
{
  json_t *list = json_array ();

  for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_append_new (list, dk_json_string (texts[i]));
  return list;
}

/* Who is on call now, for the order of what is found. New vector. */
static char **
on_call_now (DkStore *store)
{
  g_autoptr (GPtrArray) all = dk_oncall_at (store, NULL, 0, NULL);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; all != NULL && i < all->len; i++)
    g_strv_builder_add (ids, ((const DkOnCall *) g_ptr_array_index (all, i))->contact_id);
  return g_strv_builder_end (ids);
}

/* As dk_cli_origin_json for a contact; null for what is none. */
static json_t *
hit_origin (const DkSearchHit *hit)
{
  const DkContact contact = { .source = hit->source, .imported_ms = hit->imported_ms,
                              .imported_by = hit->imported_by };

  return strcmp (hit->kind, "contact") == 0 ? dk_cli_origin_json (&contact) : json_null ();
}

static void
say_hit (DkCli *cli, const DkSearchHit *hit)
{
  dk_cli_say (cli, "%-9s %s  [%s]%s%s%s", hit->kind, hit->title, hit->id,
              hit->on_call ? "  ON CALL" : "", hit->for_leads ? "  (leads only)" : "",
              hit->is_guess ? "  (a similar name)" : "");
  if (hit->snippet != NULL && *hit->snippet != '\0')
    dk_cli_say (cli, "%9s %s", "", hit->snippet);
}

static json_t *
hit_json (const DkSearchHit *hit)
{
  json_t *json = json_object ();

  json_object_set_new (json, "kind", dk_json_string (hit->kind));
  json_object_set_new (json, "id", dk_json_string (hit->id));
  json_object_set_new (json, "title", dk_json_string (hit->title));
  json_object_set_new (json, "snippet", dk_json_string (hit->snippet));
  json_object_set_new (json, "on_call", json_boolean (hit->on_call));
  json_object_set_new (json, "leads_only", json_boolean (hit->for_leads));
  json_object_set_new (json, "guess", json_boolean (hit->is_guess));
  json_object_set_new (json, "number_changed", dk_cli_time (hit->number_changed_ms));
  json_object_set_new (json, "new_since", dk_cli_time (hit->new_since_ms));
  json_object_set_new (json, "origin", hit_origin (hit));
  return json;
}

static gboolean
run_search (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autofree char *text = dk_args_text (args, 0);
  g_autoptr (GPtrArray) hits = NULL;
  g_auto (GStrv) on_call = NULL;
  DkSearchWish wish = { 0 };
  gint64 limit = SEARCH_DEFAULT;
  json_t *list;

  if (!dk_args_get_int (args, "limit", 1, SEARCH_MAX, &limit, error)
      || !dk_text_check (text, strlen (text), DK_LIMIT_SEARCH_BYTES, "The search text", error))
    return FALSE;
  on_call = on_call_now (dk_cli_store (cli));
  wish.site = dk_store_identity (dk_cli_store (cli))->site;
  wish.on_call = (const char *const *) on_call;
  wish.limit = (guint) limit;
  hits = dk_search_with (dk_cli_store (cli), text, &wish, NULL, error);
  if (hits == NULL || !dk_cli_search_lead (cli, text, hits, (guint) limit, error))
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < hits->len; i++) {
    say_hit (cli, g_ptr_array_index (hits, i));
    json_array_append_new (list, hit_json (g_ptr_array_index (hits, i)));
  }
  if (hits->len == 0 && !cli->quiet)
    dk_cli_say (cli, "Nothing was found.");
  dk_cli_take_document (cli, list);
  return TRUE;
}

static void
say_if (DkCli *cli, const char *label, const char *text)
{
  if (text != NULL && *text != '\0')
    dk_cli_say (cli, "%-12s %s", label, text);
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
  json_object_set_new (json, "workaround_approved_by",
                       dk_json_string (service->workaround_approved_by));
  json_object_set_new (json, "workaround_valid_until",
                       dk_json_string (service->workaround_valid_until));
  json_object_set_new (
      json, "workaround_expired",
      json_boolean (dk_service_workaround_is_expired (service, dk_clock_wall_ms ())));
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

static json_t *
links_json (GPtrArray *links)
{
  json_t *list = json_array ();

  for (guint i = 0; i < links->len; i++) {
    const DkServiceLink *link = g_ptr_array_index (links, i);
    json_array_append_new (list, json_pack ("{s:s, s:s, s:i, s:i, s:o}", "id", link->id, "name",
                                            link->name, "criticality", link->criticality, "depth",
                                            (int) link->depth, "via", dk_json_string (link->via)));
  }
  return list;
}

static void
say_links (DkCli *cli, const char *label, GPtrArray *links)
{
  for (guint i = 0; i < links->len; i++) {
    const DkServiceLink *link = g_ptr_array_index (links, i);
    dk_cli_say (cli, "%-12s %*s%s%s%s%s", i == 0 ? label : "", (int) (link->depth - 1) * 2, "",
                link->name, link->via != NULL ? " (through " : "",
                link->via != NULL ? link->via : "", link->via != NULL ? ")" : "");
  }
}

/* "Radiology vendor, desk 0800 1234567": whom to call, and where; the id where nothing is known. */
static char *
contact_line (DkCli *cli, const char *id)
{
  g_autoptr (DkContact) contact = id != NULL ? dk_cli_contact (cli, id, NULL) : NULL;
  const DkContactNumber *first = contact != NULL && contact->numbers->len > 0
                                     ? g_ptr_array_index (contact->numbers, 0)
                                     : NULL;

  if (contact == NULL)
    return g_strdup (id);
  return first != NULL ? g_strdup_printf ("%s, %s %s", contact->name, first->kind, first->value)
                       : g_strdup (contact->name);
}

static void
say_workaround (DkCli *cli, const DkService *service)
{
  g_autofree char *approver = contact_line (cli, service->workaround_approved_by);

  if (service->workaround == NULL)
    return;
  if (dk_service_workaround_is_expired (service, dk_clock_wall_ms ()))
    dk_cli_say (cli, "The workaround is EXPIRED since %s: ask %s before you use it.",
                service->workaround_valid_until, approver != NULL ? approver : "its owner");
  say_if (cli, "workaround", service->workaround);
  say_if (cli, "approved by", approver);
  say_if (cli, "valid until", service->workaround_valid_until);
}

static void
say_service (DkCli *cli, const DkService *service, const char *group)
{
  g_autofree char *owner = contact_line (cli, service->owner);
  g_autofree char *vendor = contact_line (cli, service->vendor);

  dk_cli_say (cli, "%s (criticality %d)", service->name, service->criticality);
  say_if (cli, "say", service->say);
  say_workaround (cli, service);
  say_if (cli, "group", group);
  say_if (cli, "owner", owner);
  say_if (cli, "vendor", vendor);
  say_if (cli, "contract", service->contract);
}

/* Who is on call for it, whom to call first first; corrections are applied. */
static json_t *
say_on_call (DkCli *cli, GPtrArray *turns)
{
  json_t *list = json_array ();

  for (guint i = 0; i < turns->len; i++) {
    const DkOnCall *turn = g_ptr_array_index (turns, i);
    const char *name = turn->contact != NULL ? turn->contact->name : turn->contact_id;
    const DkContactNumber *first = turn->contact != NULL && turn->contact->numbers->len > 0
                                       ? g_ptr_array_index (turn->contact->numbers, 0)
                                       : NULL;
    g_autofree char *until
        = turn->until_ms > 0 ? dk_time_format_short (turn->until_ms, dk_clock_wall_ms ()) : NULL;
    dk_cli_say (cli, "%-12s tier %d: %s%s%s%s%s%s%s", i == 0 ? "on call" : "", turn->tier, name,
                first != NULL ? ", " : "", first != NULL ? first->kind : "",
                first != NULL ? " " : "", first != NULL ? first->value : "",
                until != NULL ? ", until " : "", until != NULL ? until : "");
    json_array_append_new (list, json_pack ("{s:i, s:o, s:o, s:o}", "tier", turn->tier, "contact",
                                            dk_json_string (turn->contact_id), "name",
                                            dk_json_string (name), "until",
                                            dk_cli_time (turn->until_ms)));
  }
  return list;
}

static gboolean
run_service_show (DkCli *cli, const DkArgs *args, GError **error)
{
  DkStore *store = dk_cli_store (cli);
  const char *id = dk_args_word (args, 0);
  const char *site = dk_args_get (args, "site");
  const char *at = dk_args_get (args, "at");
  gint64 at_ms = dk_clock_wall_ms ();
  g_autoptr (DkService) service = NULL;
  g_autoptr (GPtrArray) dependents = NULL;
  g_autoptr (GPtrArray) breaks = NULL;
  g_autoptr (GPtrArray) needed = NULL;
  g_autoptr (GPtrArray) turns = NULL;
  const char *group;
  json_t *json;
  json_t *on_call;
  json_t *list = NULL;

  if (at != NULL && !dk_time_parse (at, "--at", &at_ms, error))
    return FALSE;
  service = dk_content_store_service (store, id, error);
  dependents = service != NULL ? dk_content_store_dependents (store, id, error) : NULL;
  breaks = dependents != NULL ? dk_content_store_service_links (store, id, TRUE, error) : NULL;
  needed = breaks != NULL ? dk_content_store_service_links (store, id, FALSE, error) : NULL;
  turns = needed != NULL ? dk_oncall_at (store, id, at_ms, error) : NULL;
  if (turns == NULL)
    return FALSE;
  group = dk_service_group_at (service, site != NULL ? site : dk_store_identity (store)->site,
                               at_ms);
  say_service (cli, service, group);
  on_call = say_on_call (cli, turns);
  say_links (cli, "needs", needed);
  say_links (cli, "breaks", breaks);
  list = json_array ();
  for (guint i = 0; i < dependents->len; i++)
    json_array_append_new (list, dk_json_string (g_ptr_array_index (dependents, i)));
  json = service_json (service);
  json_object_set_new (json, "group_now", dk_json_string (group));
  json_object_set_new (json, "on_call", on_call);
  json_object_set_new (json, "dependents", list);
  json_object_set_new (json, "breaks", links_json (breaks));
  json_object_set_new (json, "needs", links_json (needed));
  dk_cli_take_document (cli, json);
  return TRUE;
}

static json_t *
device_json (const DkDevice *device)
{
  json_t *json = json_object ();

  json_object_set_new (json, "host", dk_json_string (device->host));
  json_object_set_new (json, "owner", dk_json_string (device->owner));
  json_object_set_new (json, "location", dk_json_string (device->location));
  json_object_set_new (json, "os", dk_json_string (device->os));
  json_object_set_new (json, "serial", dk_json_string (device->serial));
  json_object_set_new (json, "recovery_key_id", dk_json_string (device->recovery_key_id));
  json_object_set_new (json, "note", dk_json_string (device->note));
  return json;
}

static gboolean
run_device_list (DkCli *cli, const DkArgs *args, GError **error)
{
  gint64 limit = 0;
  g_autoptr (GPtrArray) devices = NULL;
  json_t *list;

  if (!dk_args_get_int (args, "limit", 1, G_MAXINT32, &limit, error))
    return FALSE;
  devices = dk_content_store_devices (dk_cli_store (cli), (guint) limit, error);
  if (devices == NULL)
    return FALSE;
  list = json_array ();
  for (guint i = 0; i < devices->len; i++) {
    const DkDevice *device = g_ptr_array_index (devices, i);
    dk_cli_say (cli, "%-24s %s  %s", device->host, device->owner != NULL ? device->owner : "",
                device->location != NULL ? device->location : "");
    json_array_append_new (list, device_json (device));
  }
  dk_cli_take_document (cli, list);
  return TRUE;
}

static gboolean
run_device_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkDevice) device
      = dk_content_store_device (dk_cli_store (cli), dk_args_word (args, 0), error);

  if (device == NULL)
    return FALSE;
  dk_cli_say (cli, "%s", device->host);
  say_if (cli, "owner", device->owner);
  say_if (cli, "location", device->location);
  say_if (cli, "os", device->os);
  say_if (cli, "serial", device->serial);
  say_if (cli, "key id", device->recovery_key_id);
  say_if (cli, "note", device->note);
  if (device->recovery_key_id != NULL)
    dk_cli_say (cli, "The key itself is not here: ask at the offline source, after the identity "
                     "check.");
  dk_cli_take_document (cli, device_json (device));
  return TRUE;
}

const DkCommand DK_CLI_CONTENT_COMMANDS[] = {
  { "search", "TEXT... [--limit N]",
    "find a contact, runbook, service, device, call tree or ticket\n\n"
    "All words must match, from their beginning on; accents and case do not matter. Three or more\n"
    "digits also match inside of phone numbers. First comes what is exactly that, who is on call\n"
    "now, and what is of this site. With few hits a name may have one slip in it.",
    "limit", 1, -1, DK_CLI_NEEDS_KIT, run_search },
  { "service list", "", "all services, the most critical first", "", 0, 0, DK_CLI_NEEDS_KIT,
    run_service_list },
  { "service show", "ID [--site S] [--at T]",
    "one service: what to say, whom to call, what it needs, what breaks with it\n\n"
    "The support group is that of the site of this kit and of now, or of --site and --at.",
    "site at", 1, 1, DK_CLI_NEEDS_KIT, run_service_show },
  { "device list", "[--limit N]", "devices of the inventory, by host", "limit", 0, 0,
    DK_CLI_NEEDS_KIT, run_device_list },
  { "device show", "HOST", "whose device it is, where, and the id of its recovery key", "", 1, 1,
    DK_CLI_NEEDS_KIT, run_device_show },
  { 0 },
};
