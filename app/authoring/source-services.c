/* SPDX-License-Identifier: MIT */
#include "app/authoring/source-yaml.h"

static const DkPlace file_start = { 1, 1 };

/* A service where it stands. */
typedef struct {
  DkSourceReader *reader;
  const char *name;
  const DkYaml *yaml;
  const char *above;
  const DkService *service;
} ServicePlace;

static DkPlace
place_of (const ServicePlace *at, const char *member)
{
  return dk_source_member_place (at->yaml, at->above, member);
}

static void
add_link (const ServicePlace *at, const char *kind, const char *id, const char *member)
{
  dk_source_add_link_for_all (at->reader, kind, id, at->name, place_of (at, member));
}

/* Groups are looked up in lists/groups.csv where there is one. */
static void
add_links (const ServicePlace *at)
{
  const DkService *service = at->service;

  add_link (at, "contact", service->owner, "owner");
  add_link (at, "contact", service->vendor, "vendor");
  add_link (at, "contact", service->workaround_approved_by, "workaround_approved_by");
  for (char **id = service->depends_on; id != NULL && *id != NULL; id++) {
    add_link (at, "service", *id, "depends_on");
    if (g_strcmp0 (*id, service->id) == 0)
      dk_source_problem (at->reader, at->name, place_of (at, "depends_on"),
                         "%s cannot need itself to run: take its own id out of depends_on",
                         service->id);
  }
  add_link (at, "row of groups", service->support_group, "support_group");
}

static void
check_support (const ServicePlace *at, guint i)
{
  const DkServiceSupport *support = g_ptr_array_index (at->service->support, i);
  g_autofree char *group = g_strdup_printf ("support/%u/group", i);
  g_autofree char *hours = g_strdup_printf ("support/%u/hours", i);
  g_autofree char *zone = g_strdup_printf ("support/%u/timezone", i);
  const char *fault
      = support->hours != NULL ? dk_source_hours_fault (at->reader, support->hours) : "";

  add_link (at, "row of groups", support->group, group);
  if (*fault != '\0')
    dk_source_problem (at->reader, at->name, place_of (at, hours), "hours: %s", fault);
  if (support->timezone != NULL && *dk_source_zone_fault (at->reader, support->timezone) != '\0')
    dk_source_problem (at->reader, at->name, place_of (at, zone),
                       "timezone must be a name as America/New_York; \"%s\" is not known",
                       support->timezone);
}

static void
check_words (const ServicePlace *at)
{
  const DkService *service = at->service;
  gint64 until;

  if (service->say == NULL)
    dk_source_warn (at->reader, at->name, place_of (at, "id"),
                    "%s has no words to say to callers: add `say`", service->id);
  if (service->workaround != NULL
      && (service->workaround_approved_by == NULL || service->workaround_valid_until == NULL))
    dk_source_warn (at->reader, at->name, place_of (at, "workaround"),
                    "the workaround of %s needs somebody who approved it and a last day: add "
                    "`%s`, or take it out",
                    service->id,
                    service->workaround_approved_by == NULL ? "workaround_approved_by"
                                                            : "workaround_valid_until");
  if (service->workaround != NULL && dk_source_read_date (service->workaround_valid_until, &until)
      && until + DK_SOURCE_DAY_MS <= at->reader->now_ms)
    dk_source_warn (at->reader, at->name, place_of (at, "workaround_valid_until"),
                    "the workaround of %s is past its last day: have it approved again, or take it "
                    "out",
                    service->id);
}

static void
take_service (const ServicePlace *at)
{
  DkSourceReader *reader = at->reader;
  const DkService *service = at->service;
  DkSourceService kept = { dk_source_place (reader, at->name, place_of (at, "id")),
                           g_strdup (service->id), g_strdup (service->owner),
                           service->criticality };

  dk_source_add_id (reader, "service", service->id, at->name, place_of (at, "id"));
  add_links (at);
  for (guint i = 0; i < service->support->len; i++)
    check_support (at, i);
  check_words (at);
  reader->has_plan = reader->has_plan || service->support->len > 0;
  g_array_append_val (reader->services, kept);
  dk_source_add_record (reader, DK_PACK_SERVICES_PART, service->id, dk_service_to_json (service));
}

void
dk_source_read_services (DkSourceReader *reader, const char *name)
{
  g_autoptr (DkYaml) yaml = dk_source_load_yaml (reader, name);
  const json_t *list = yaml != NULL ? dk_yaml_root (yaml) : NULL;

  if (!json_is_array (list)) {
    if (yaml != NULL)
      dk_source_problem (reader, name, file_start,
                         "this must be a list: each service begins with -");
    dk_source_add_broken (reader, "service", NULL);
    return;
  }
  for (gsize i = 0; i < json_array_size (list); i++) {
    g_autofree char *above = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
    g_autoptr (json_t) object = dk_source_without_empty (json_array_get (list, i));
    g_auto (DkFault) fault = { 0 };
    g_autoptr (DkService) service = dk_service_read (object, &fault);
    ServicePlace at = { reader, name, yaml, above, service };
    if (service != NULL) {
      take_service (&at);
      continue;
    }
    dk_source_report_fault (reader, name, yaml, above, &fault);
    dk_source_add_broken (reader, "service", dk_json_get_text (object, "id"));
  }
}
