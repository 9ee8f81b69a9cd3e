/* SPDX-License-Identifier: MIT */
#include "app/content/pack-read.h"
#include "app/content/record-private.h"

#define NUMBERS_MAX 16
#define SUPPORT_MAX 64

#define CONTACT(member) .offset = G_STRUCT_OFFSET (DkContact, member)
#define NUMBER(member) .offset = G_STRUCT_OFFSET (DkContactNumber, member)
#define SERVICE(member) .offset = G_STRUCT_OFFSET (DkService, member)
#define SUPPORT(member) .offset = G_STRUCT_OFFSET (DkServiceSupport, member)
#define RUNBOOK(member) .offset = G_STRUCT_OFFSET (DkRunbook, member)

static const char *const audiences[] = { "all", "lead", NULL };
static const char *const number_audiences[] = { "lead", NULL };
static const char *const number_kinds[]
    = { "desk", "mobile", "pager", "radio", "runner", "email", NULL };
static const char *const contact_types[] = { "person", "team", "vendor", NULL };

static gpointer
append_number (gpointer contact)
{
  return dk_contact_add_number (contact, NULL, NULL);
}

static gpointer
append_support (gpointer service)
{
  return dk_service_add_support (service);
}

static const DkMember number_fields[] = {
  { .key = "kind", .kind = DK_MEMBER_WORD, NUMBER (kind), .required = TRUE, .words = number_kinds },
  { .key = "value", .kind = DK_MEMBER_LINE, NUMBER (value), .required = TRUE },
  { .key = "audience", .kind = DK_MEMBER_WORD, NUMBER (audience), .words = number_audiences },
  { .key = NULL },
};

static const DkMember contact_fields[] = {
  { .key = "id", .kind = DK_MEMBER_ID, CONTACT (id), .required = TRUE },
  { .key = "name", .kind = DK_MEMBER_LINE, CONTACT (name), .required = TRUE },
  { .key = "type", .kind = DK_MEMBER_WORD, CONTACT (type), .words = contact_types },
  { .key = "role", .kind = DK_MEMBER_LINE, CONTACT (role) },
  { .key = "team", .kind = DK_MEMBER_LINE, CONTACT (team) },
  { .key = "site", .kind = DK_MEMBER_LINE, CONTACT (site) },
  { .key = "tier", .kind = DK_MEMBER_INT, CONTACT (tier), .min = 1, .max = 3 },
  { .key = "hours", .kind = DK_MEMBER_LINE, CONTACT (hours) },
  { .key = "timezone", .kind = DK_MEMBER_LINE, CONTACT (timezone) },
  { .key = "languages", .kind = DK_MEMBER_LINE, CONTACT (languages) },
  { .key = "audience", .kind = DK_MEMBER_WORD, CONTACT (audience), .required = TRUE,
    .words = audiences },
  { .key = "note", .kind = DK_MEMBER_TEXT, CONTACT (note) },
  { .key = "lead_note", .kind = DK_MEMBER_TEXT, CONTACT (lead_note) },
  { .key = "login", .kind = DK_MEMBER_LINE, CONTACT (login) },
  { .key = "manager", .kind = DK_MEMBER_ID, CONTACT (manager) },
  { .key = "numbers", .kind = DK_MEMBER_RECORDS, CONTACT (numbers), .keep_empty = TRUE,
    .max = NUMBERS_MAX, .of = number_fields, .append = append_number },
  { .key = NULL },
};

static const DkMember support_fields[] = {
  { .key = "site", .kind = DK_MEMBER_LINE, SUPPORT (site) },
  { .key = "hours", .kind = DK_MEMBER_LINE, SUPPORT (hours) },
  { .key = "timezone", .kind = DK_MEMBER_LINE, SUPPORT (timezone) },
  { .key = "group", .kind = DK_MEMBER_LINE, SUPPORT (group), .required = TRUE },
  { .key = NULL },
};

static const DkMember service_fields[] = {
  { .key = "id", .kind = DK_MEMBER_ID, SERVICE (id), .required = TRUE },
  { .key = "name", .kind = DK_MEMBER_LINE, SERVICE (name), .required = TRUE },
  { .key = "criticality", .kind = DK_MEMBER_INT, SERVICE (criticality), .required = TRUE, .min = 1,
    .max = 4 },
  { .key = "depends_on", .kind = DK_MEMBER_IDS, SERVICE (depends_on) },
  { .key = "owner", .kind = DK_MEMBER_ID, SERVICE (owner) },
  { .key = "vendor", .kind = DK_MEMBER_ID, SERVICE (vendor) },
  { .key = "contract", .kind = DK_MEMBER_LINE, SERVICE (contract) },
  { .key = "support_group", .kind = DK_MEMBER_LINE, SERVICE (support_group) },
  { .key = "support", .kind = DK_MEMBER_RECORDS, SERVICE (support), .max = SUPPORT_MAX,
    .of = support_fields, .append = append_support },
  { .key = "workaround", .kind = DK_MEMBER_TEXT, SERVICE (workaround) },
  { .key = "workaround_approved_by", .kind = DK_MEMBER_ID, SERVICE (workaround_approved_by) },
  { .key = "workaround_valid_until", .kind = DK_MEMBER_DATE, SERVICE (workaround_valid_until) },
  { .key = "say", .kind = DK_MEMBER_TEXT, SERVICE (say) },
  { .key = NULL },
};

static const DkMember runbook_fields[] = {
  { .key = "id", .kind = DK_MEMBER_ID, RUNBOOK (id), .required = TRUE },
  { .key = "title", .kind = DK_MEMBER_LINE, RUNBOOK (title), .required = TRUE },
  { .key = "service", .kind = DK_MEMBER_ID, RUNBOOK (service) },
  { .key = "tags", .kind = DK_MEMBER_TAGS, RUNBOOK (tags) },
  { .key = "owner", .kind = DK_MEMBER_ID, RUNBOOK (owner) },
  { .key = "reviewed", .kind = DK_MEMBER_DATE, RUNBOOK (reviewed) },
  { .key = "review_every_days", .kind = DK_MEMBER_INT, RUNBOOK (review_every_days), .min = 1,
    .max = 3660 },
  { .key = "audience", .kind = DK_MEMBER_WORD, RUNBOOK (audience), .required = TRUE,
    .words = audiences },
  { .key = "severity", .kind = DK_MEMBER_INT, RUNBOOK (severity), .min = 1, .max = 4 },
  { .key = "markdown", .kind = DK_MEMBER_BODY, RUNBOOK (markdown), .required = TRUE },
  { .key = NULL },
};

DkContact *
dk_contact_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkContact) contact = dk_contact_new ();

  if (!dk_record_read (contact, contact_fields, object, fault))
    return NULL;
  return g_steal_pointer (&contact);
}

DkService *
dk_service_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkService) service = dk_service_new ();

  if (!dk_record_read (service, service_fields, object, fault))
    return NULL;
  return g_steal_pointer (&service);
}

DkRunbook *
dk_runbook_read (const json_t *object, DkFault *fault)
{
  g_autoptr (DkRunbook) runbook = dk_runbook_new ();

  if (!dk_record_read (runbook, runbook_fields, object, fault))
    return NULL;
  return g_steal_pointer (&runbook);
}

DkContact *
dk_contact_from_json (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkContact *contact = dk_contact_read (object, &fault);

  if (contact == NULL)
    dk_fault_to_error (&fault, "The contact", error);
  return contact;
}

DkService *
dk_service_from_json (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkService *service = dk_service_read (object, &fault);

  if (service == NULL)
    dk_fault_to_error (&fault, "The service", error);
  return service;
}

DkRunbook *
dk_runbook_from_json (const json_t *object, GError **error)
{
  g_auto (DkFault) fault = { 0 };
  DkRunbook *runbook = dk_runbook_read (object, &fault);

  if (runbook == NULL)
    dk_fault_to_error (&fault, "The runbook", error);
  return runbook;
}

json_t *
dk_contact_to_json (const DkContact *contact)
{
  return dk_record_write (contact, contact_fields);
}

json_t *
dk_service_to_json (const DkService *service)
{
  return dk_record_write (service, service_fields);
}

json_t *
dk_runbook_to_json (const DkRunbook *runbook)
{
  return dk_record_write (runbook, runbook_fields);
}
