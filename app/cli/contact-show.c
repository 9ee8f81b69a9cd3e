/* SPDX-License-Identifier: MIT */
#include "app/cli/contact-show.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/cli/lead-content.h"
#include "app/content/lead-change.h"
#include "app/model/hours.h"
#include "app/plan/correction.h"
#include "app/plan/oncall.h"
#include "app/store/content-store.h"

#define LEAD_MARK "  (lead only)"
#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

void
dk_cli_marks_clear (DkCliMarks *marks)
{
  g_clear_pointer (&marks->changes, g_ptr_array_unref);
  g_clear_pointer (&marks->corrections, g_ptr_array_unref);
}

/* Those of numbers for leads alone, which stand in no table. */
static gboolean
add_lead_changes (DkCli *cli, const char *contact, GPtrArray *changes, GError **error)
{
  g_autoptr (GPtrArray) lead = dk_pack_lead_numbers (cli->kit, error);

  while (lead != NULL && lead->len > 0) {
    DkNumberChange *change = g_ptr_array_steal_index_fast (lead, 0);
    if (contact == NULL || strcmp (change->contact, contact) == 0)
      g_ptr_array_add (changes, change);
    else
      dk_number_change_free (change);
  }
  return lead != NULL;
}

gboolean
dk_cli_marks_load (DkCli *cli, const char *contact, DkCliMarks *marks, GError **error)
{
  gint64 since = dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;

  marks->corrections = dk_correction_list (dk_cli_store (cli), contact, TRUE, error);
  if (marks->corrections != NULL)
    marks->changes
        = dk_content_store_number_changes (dk_cli_store (cli), contact, since, error);
  return marks->changes != NULL && add_lead_changes (cli, contact, marks->changes, error);
}

char *
dk_cli_number_mark (const DkCliMarks *marks, const char *contact, const char *number)
{
  const DkCorrection *c = dk_correction_of_number (marks->corrections, contact, number);
  gint64 changed = c == NULL ? dk_number_changes_find (marks->changes, contact, number) : c->at_ms;
  g_autofree char *day = changed > 0 ? dk_time_format_local (changed) : NULL;

  if (day == NULL)
    return g_strdup ("");
  if (c != NULL)
    return g_strdup_printf ("  CORRECTED HERE %.10s by %s%s%s", day, c->person,
                            c->was != NULL ? ", was " : "", c->was != NULL ? c->was : "");
  return g_strdup_printf ("  CHANGED %.10s: if somebody asks you to call it, check who they are "
                          "first",
                          day);
}

json_t *
dk_cli_corrected_json (const DkCliMarks *marks, const char *contact, const char *number)
{
  const DkCorrection *c
      = number != NULL ? dk_correction_of_number (marks->corrections, contact, number) : NULL;

  if (c == NULL)
    return json_null ();
  return json_pack ("{s:o, s:o, s:o, s:o}", "was", dk_json_string (c->was), "by",
                    dk_json_string (c->person), "at", dk_cli_time (c->at_ms), "report",
                    dk_json_string (c->ticket));
}

json_t *
dk_cli_origin_json (const DkContact *contact)
{
  gboolean imported = contact->source != NULL;

  return json_pack ("{s:s, s:o, s:o, s:o}", "kind", imported ? "import" : "pack", "source",
                    dk_json_string (contact->source), "imported_at",
                    dk_cli_time (imported ? contact->imported_ms : 0), "by",
                    dk_json_string (contact->imported_by));
}

char *
dk_cli_new_mark (const DkContact *contact)
{
  gint64 since = contact != NULL ? dk_contact_new_since (contact) : 0;
  g_autofree char *day = since > 0 ? dk_time_format_local (since) : NULL;

  return day == NULL ? g_strdup ("")
                     : g_strdup_printf ("  NEW since %.10s: if somebody asks you to call, check "
                                        "who they are first",
                                        day);
}

gboolean
dk_cli_is_for_leads (const DkContact *contact)
{
  return g_strcmp0 (contact->audience, "lead") == 0;
}

json_t *
dk_cli_contact_json (const DkContact *contact, const DkCliMarks *marks)
{
  json_t *numbers = json_array ();
  json_t *json = json_object ();

  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    gint64 changed
        = marks != NULL ? dk_number_changes_find (marks->changes, contact->id, number->value) : 0;
    json_t *item = json_pack ("{s:o, s:o, s:i}", "kind", dk_json_string (number->kind), "value",
                              dk_json_string (number->value), "order", (int) i + 1);
    if (marks != NULL) {
      json_object_set_new (item, "changed_at", dk_cli_time (changed));
      json_object_set_new (item, "corrected",
                           dk_cli_corrected_json (marks, contact->id, number->value));
    }
    if (number->audience != NULL)
      dk_json_set_text (item, "audience", number->audience);
    json_array_append_new (numbers, item);
  }
  json_object_set_new (json, "id", dk_json_string (contact->id));
  json_object_set_new (json, "name", dk_json_string (contact->name));
  json_object_set_new (json, "type", dk_json_string (contact->type));
  json_object_set_new (json, "role", dk_json_string (contact->role));
  json_object_set_new (json, "team", dk_json_string (contact->team));
  json_object_set_new (json, "site", dk_json_string (contact->site));
  json_object_set_new (json, "tier", json_integer (contact->tier));
  json_object_set_new (json, "hours", dk_json_string (contact->hours));
  json_object_set_new (json, "timezone", dk_json_string (contact->timezone));
  json_object_set_new (json, "languages", dk_json_string (contact->languages));
  json_object_set_new (json, "audience", dk_json_string (contact->audience));
  json_object_set_new (json, "note", dk_json_string (contact->note));
  if (contact->lead_note != NULL)
    dk_json_set_text (json, "lead_note", contact->lead_note);
  json_object_set_new (json, "login", dk_json_string (contact->login));
  json_object_set_new (json, "manager", dk_json_string (contact->manager));
  json_object_set_new (json, "new_since", dk_cli_time (dk_contact_new_since (contact)));
  json_object_set_new (json, "origin", dk_cli_origin_json (contact));
  json_object_set_new (json, "numbers", numbers);
  return json;
}

static void
say_if (DkCli *cli, const char *label, const char *text)
{
  if (text != NULL && *text != '\0')
    dk_cli_say (cli, "%-12s %s", label, text);
}

/* "now 02:10 there, outside hours"; NULL if nothing is known. New string. */
static char *
describe_hours (const DkContact *contact)
{
  g_autoptr (DkHours) hours = contact->hours != NULL ? dk_hours_parse (contact->hours, NULL) : NULL;

  if (hours == NULL && contact->timezone == NULL)
    return NULL;
  return dk_hours_describe (hours, contact->timezone, dk_clock_wall_ms ());
}

static void
say_numbers (DkCli *cli, const DkContact *contact, const DkCliMarks *marks)
{
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *mark = dk_cli_number_mark (marks, contact->id, number->value);
    dk_cli_say (cli, "%u. %-9s %s%s%s", i + 1, number->kind, number->value,
                number->audience != NULL ? LEAD_MARK : "", mark);
  }
}

static json_t *
say_corrections (DkCli *cli, const GPtrArray *corrections)
{
  json_t *list = json_array ();

  for (guint i = 0; i < corrections->len; i++) {
    const DkCorrection *c = g_ptr_array_index (corrections, i);
    g_autofree char *at = dk_time_format_local (c->at_ms);
    dk_cli_say (cli, "%-12s %s: %s instead of %s, by %s at %s, reported as %s", "corrected",
                c->field, c->value != NULL ? c->value : "nothing",
                c->was != NULL ? c->was : "nothing", c->person, at,
                c->ticket != NULL ? c->ticket : "-");
    json_array_append_new (
        list, json_pack ("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "field", dk_json_string (c->field),
                         "was", dk_json_string (c->was), "value", dk_json_string (c->value),
                         "person", dk_json_string (c->person), "at", dk_cli_time (c->at_ms),
                         "state", dk_json_string (c->state), "ticket", dk_json_string (c->ticket)));
  }
  return list;
}

static json_t *
say_services (DkCli *cli, const char *id, GError **error)
{
  g_autoptr (GPtrArray) services = dk_content_store_services (dk_cli_store (cli), error);
  json_t *list = services != NULL ? json_array () : NULL;

  for (guint i = 0; services != NULL && i < services->len; i++) {
    const DkService *service = g_ptr_array_index (services, i);
    const char *as = g_strcmp0 (service->owner, id) == 0    ? "owner"
                     : g_strcmp0 (service->vendor, id) == 0 ? "vendor"
                     : g_strcmp0 (service->workaround_approved_by, id) == 0
                         ? "approved the workaround"
                         : NULL;
    if (as == NULL)
      continue;
    dk_cli_say (cli, "%-12s %s (%s)", "service", service->name, as);
    json_array_append_new (
        list, json_pack ("{s:s, s:s, s:s}", "id", service->id, "name", service->name, "as", as));
  }
  return list;
}

static gboolean
tree_names (const DkCallTree *tree, const char *id)
{
  for (guint i = 0; i < tree->calls->len; i++) {
    const DkCall *call = g_ptr_array_index (tree->calls, i);
    if (g_strcmp0 (call->contact, id) == 0 || g_strcmp0 (call->instead, id) == 0)
      return TRUE;
  }
  return g_strcmp0 (tree->owner, id) == 0;
}

static json_t *
say_trees (DkCli *cli, const char *id, GError **error)
{
  g_autoptr (GPtrArray) trees = dk_content_store_call_trees (dk_cli_store (cli), error);
  json_t *list = trees != NULL ? json_array () : NULL;

  for (guint i = 0; trees != NULL && i < trees->len; i++) {
    const DkCallTree *tree = g_ptr_array_index (trees, i);
    if (!tree_names (tree, id))
      continue;
    dk_cli_say (cli, "%-12s %s", "call tree", tree->title);
    json_array_append_new (list, json_pack ("{s:s, s:s}", "id", tree->id, "title", tree->title));
  }
  return list;
}

static json_t *
say_on_call (DkCli *cli, const char *id, GError **error)
{
  g_autoptr (GPtrArray) turns = dk_oncall_at (dk_cli_store (cli), NULL, 0, error);
  json_t *list = turns != NULL ? json_array () : NULL;

  for (guint i = 0; turns != NULL && i < turns->len; i++) {
    const DkOnCall *turn = g_ptr_array_index (turns, i);
    g_autofree char *until = turn->until_ms > 0 ? dk_time_format_local (turn->until_ms) : NULL;
    if (g_strcmp0 (turn->contact_id, id) != 0)
      continue;
    dk_cli_say (cli, "%-12s %s, tier %d%s%s", "ON CALL NOW", turn->service_name, turn->tier,
                until != NULL ? ", until " : "", until != NULL ? until : "");
    json_array_append_new (list, json_pack ("{s:s, s:i, s:o}", "service", turn->service, "tier",
                                            turn->tier, "until", dk_cli_time (turn->until_ms)));
  }
  return list;
}

/* Where the contact is named; FALSE with the error set. */
static gboolean
add_places (DkCli *cli, json_t *json, const char *id, GError **error)
{
  json_t *(*const places[]) (DkCli *, const char *, GError **)
      = { say_on_call, say_services, say_trees };
  static const char *const keys[] = { "on_call", "services", "call_trees" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    json_t *list = places[i](cli, id, error);
    if (list == NULL)
      return FALSE;
    json_object_set_new (json, keys[i], list);
  }
  return TRUE;
}

static void
say_facts (DkCli *cli, const DkContact *contact, const char *there)
{
  g_autofree char *origin = dk_contact_origin_words (contact);

  g_autofree char *mark = dk_cli_new_mark (contact);

  dk_cli_say (cli, "%s%s%s", contact->name, dk_cli_is_for_leads (contact) ? LEAD_MARK : "", mark);
  say_if (cli, "from", origin);
  say_if (cli, "type", contact->type);
  say_if (cli, "role", contact->role);
  say_if (cli, "team", contact->team);
  say_if (cli, "site", contact->site);
  if (contact->tier > 0)
    dk_cli_say (cli, "%-12s %d", "tier", contact->tier);
  say_if (cli, "hours", contact->hours);
  say_if (cli, "time zone", contact->timezone);
  say_if (cli, "there", there);
  say_if (cli, "languages", contact->languages);
  say_if (cli, "login", contact->login);
  say_if (cli, "manager", contact->manager);
}

gboolean
dk_cli_contact_show (DkCli *cli, const DkArgs *args, GError **error)
{
  g_autoptr (DkContact) contact = dk_cli_contact (cli, dk_args_word (args, 0), error);
  g_auto (DkCliMarks) marks = { NULL, NULL };
  g_autoptr (json_t) json = NULL;
  g_autofree char *there = NULL;

  if (contact == NULL || !dk_cli_marks_load (cli, contact->id, &marks, error))
    return FALSE;
  dk_correction_apply (contact, marks.corrections);
  there = describe_hours (contact);
  say_facts (cli, contact, there);
  say_numbers (cli, contact, &marks);
  json = dk_cli_contact_json (contact, &marks);
  json_object_set_new (json, "there", dk_json_string (there));
  json_object_set_new (json, "corrections", say_corrections (cli, marks.corrections));
  say_if (cli, "note", contact->note);
  say_if (cli, "for leads", contact->lead_note);
  if (!add_places (cli, json, contact->id, error))
    return FALSE;
  dk_cli_take_document (cli, g_steal_pointer (&json));
  return TRUE;
}
