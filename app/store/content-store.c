/* SPDX-License-Identifier: MIT */
#include "app/store/content-store.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/content-private.h"
#include "app/store/form-world.h"

#define LIST_DEFAULT 1000
#define IN_FORCE DK_IN_FORCE

/* Of the pack in force, and those imported here whose id it has not. ?9 is DK_CONTENT_OWN. */
#define SEEN_CONTACTS \
  "(pack = " IN_FORCE " OR (pack = ?9 AND NOT EXISTS (SELECT 1 FROM contact AS c" \
  " WHERE c.pack = " IN_FORCE " AND c.ref = contact.ref)))"

void
dk_pack_facts_free (DkPackFacts *facts)
{
  if (facts == NULL)
    return;
  g_free (facts->name);
  g_free (facts->organisation);
  g_free (facts->manifest);
  g_free (facts->signatures);
  g_free (facts);
}

gboolean
dk_content_not_found (GError **error, const char *what, const char *id)
{
  g_autofree char *shown = dk_text_printable (id, FALSE);

  g_set_error (error, DK_ERROR, DK_ERROR_NOT_FOUND, "There is no %s \"%s\" in this kit.", what,
               shown);
  return FALSE;
}

#define PACK_COLUMNS \
  "id, name, organisation, sequence, created_ms, expires_ms, applied_ms, manifest, signatures, lead"

/* Of the row that `stmt` stands on. */
static DkPackFacts *
read_facts (DkStmt *stmt)
{
  DkPackFacts *facts = g_new0 (DkPackFacts, 1);

  facts->id = dk_stmt_int (stmt, 0);
  facts->name = g_strdup (dk_stmt_text (stmt, 1));
  facts->organisation = g_strdup (dk_stmt_text (stmt, 2));
  facts->sequence = dk_stmt_int (stmt, 3);
  facts->created_ms = dk_stmt_int (stmt, 4);
  facts->expires_ms = dk_stmt_int (stmt, 5);
  facts->applied_ms = dk_stmt_int (stmt, 6);
  facts->manifest = g_strdup (dk_stmt_text (stmt, 7));
  facts->signatures = g_strdup (dk_stmt_text (stmt, 8));
  return facts;
}

DkPackFacts *
dk_content_store_current (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT " PACK_COLUMNS " FROM pack WHERE id = " IN_FORCE);
  gboolean has_row;

  if (!dk_stmt_step (stmt, &has_row, error) || !has_row)
    return NULL;
  return read_facts (stmt);
}

DkPackFacts *
dk_content_store_before (DkStore *store, GBytes **lead, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT " PACK_COLUMNS " FROM pack WHERE applied_ms > 0"
                           " AND id < " IN_FORCE " ORDER BY id DESC LIMIT 1");
  const void *bytes;
  gboolean has_row;
  gsize size;

  *lead = NULL;
  if (!dk_stmt_step (stmt, &has_row, error) || !has_row)
    return NULL;
  bytes = dk_stmt_blob (stmt, 9, &size);
  if (bytes != NULL)
    *lead = g_bytes_new (bytes, size);
  return read_facts (stmt);
}

GBytes *
dk_content_store_lead (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT lead FROM pack WHERE id = " IN_FORCE
                                          " AND lead IS NOT NULL");
  const void *bytes;
  gboolean has_row;
  gsize size;

  if (!dk_stmt_step (stmt, &has_row, error) || !has_row)
    return NULL;
  bytes = dk_stmt_blob (stmt, 0, &size);
  return g_bytes_new (bytes, size);
}

gboolean
dk_content_store_count_contacts (DkStore *store, gint64 pack, gint64 *count, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), pack == 0 ? "SELECT count (*) FROM contact WHERE pack = " IN_FORCE
                                     : "SELECT count (*) FROM contact WHERE pack = ?1");
  gboolean has_row;

  if (pack != 0)
    dk_stmt_bind_int (stmt, 1, pack);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *count = dk_stmt_int (stmt, 0);
  return TRUE;
}

/* What this room wrote itself and the file's seal protects: a fault here is a fault of the
 * program, but it must not end it. */
static json_t *
parse_own (const char *text, const char *what, GError **error)
{
  return dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, what, error);
}

DkContact *
dk_content_read_contact (DkStmt *stmt, GError **error)
{
  g_autoptr (json_t) numbers = parse_own (dk_stmt_text (stmt, 11), "A contact", error);
  DkContact *contact;

  if (numbers == NULL)
    return NULL;
  contact = dk_contact_new ();
  contact->id = g_strdup (dk_stmt_text (stmt, 0));
  contact->name = g_strdup (dk_stmt_text (stmt, 1));
  contact->role = g_strdup (dk_stmt_text (stmt, 2));
  contact->team = g_strdup (dk_stmt_text (stmt, 3));
  contact->site = g_strdup (dk_stmt_text (stmt, 4));
  contact->tier = (int) dk_stmt_int (stmt, 5);
  contact->hours = g_strdup (dk_stmt_text (stmt, 6));
  contact->timezone = g_strdup (dk_stmt_text (stmt, 7));
  contact->languages = g_strdup (dk_stmt_text (stmt, 8));
  contact->audience = g_strdup (dk_stmt_text (stmt, 9));
  contact->note = g_strdup (dk_stmt_text (stmt, 10));
  contact->type = g_strdup (dk_stmt_text (stmt, 12));
  contact->login = g_strdup (dk_stmt_text (stmt, 13));
  contact->manager = g_strdup (dk_stmt_text (stmt, 14));
  contact->since_ms = dk_stmt_int (stmt, 15);
  contact->source = g_strdup (dk_stmt_text (stmt, 16));
  contact->imported_ms = dk_stmt_int (stmt, 17);
  contact->imported_by = g_strdup (dk_stmt_text (stmt, 18));
  for (gsize i = 0; i < json_array_size (numbers); i++) {
    const json_t *pair = json_array_get (numbers, i);
    dk_contact_add_number (contact, json_string_value (json_array_get (pair, 0)),
                           json_string_value (json_array_get (pair, 1)));
  }
  return contact;
}

GPtrArray *
dk_content_store_contacts (DkStore *store, guint limit, GError **error)
{
  g_autoptr (GPtrArray) contacts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_contact_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT " DK_CONTACT_COLUMNS " FROM contact WHERE " SEEN_CONTACTS
                           " ORDER BY name COLLATE NOCASE LIMIT ?1");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, limit > 0 ? limit : LIST_DEFAULT);
  dk_stmt_bind_int (stmt, 9, DK_CONTENT_OWN);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&contacts);
    DkContact *contact = dk_content_read_contact (stmt, error);
    if (contact == NULL)
      return NULL;
    g_ptr_array_add (contacts, contact);
  }
  return NULL;
}

DkContact *
dk_content_store_contact (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "SELECT " DK_CONTACT_COLUMNS
                                          " FROM contact WHERE pack IN (" IN_FORCE
                                          ", ?2) AND ref = ?1 ORDER BY pack LIMIT 1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, id);
  dk_stmt_bind_int (stmt, 2, DK_CONTENT_OWN);
  if (!dk_stmt_step (stmt, &has_row, error)
      || (!has_row && !dk_content_not_found (error, "contact", id)))
    return NULL;
  return dk_content_read_contact (stmt, error);
}

/* A JSON array of strings as a NULL-terminated vector. */
static char **
parse_strings (const char *text)
{
  g_autoptr (json_t) list = parse_own (text, "A list", NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; i < json_array_size (list); i++)
    g_strv_builder_add (builder, json_string_value (json_array_get (list, i)));
  return g_strv_builder_end (builder);
}

static DkRunbook *
read_runbook (DkStmt *stmt)
{
  DkRunbook *runbook = dk_runbook_new ();

  runbook->id = g_strdup (dk_stmt_text (stmt, 0));
  runbook->title = g_strdup (dk_stmt_text (stmt, 1));
  runbook->service = g_strdup (dk_stmt_text (stmt, 2));
  runbook->tags = parse_strings (dk_stmt_text (stmt, 3));
  runbook->owner = g_strdup (dk_stmt_text (stmt, 4));
  runbook->reviewed = g_strdup (dk_stmt_text (stmt, 5));
  runbook->review_every_days = (int) dk_stmt_int (stmt, 6);
  runbook->audience = g_strdup (dk_stmt_text (stmt, 7));
  runbook->severity = (int) dk_stmt_int (stmt, 8);
  runbook->markdown = g_strdup (dk_stmt_text (stmt, 9));
  return runbook;
}

#define RUNBOOK_COLUMNS \
  "ref, title, service, tags, owner, reviewed, review_every_days, audience, severity"

GPtrArray *
dk_content_store_runbooks (DkStore *store, GError **error)
{
  g_autoptr (GPtrArray) runbooks
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_runbook_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT " RUNBOOK_COLUMNS ", NULL FROM runbook WHERE pack = " IN_FORCE
                           " ORDER BY title COLLATE NOCASE");
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&runbooks);
    g_ptr_array_add (runbooks, read_runbook (stmt));
  }
  return NULL;
}

DkRunbook *
dk_content_store_runbook (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "SELECT " RUNBOOK_COLUMNS ", markdown FROM runbook WHERE pack = " IN_FORCE " AND ref = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, id);
  if (!dk_stmt_step (stmt, &has_row, error)
      || (!has_row && !dk_content_not_found (error, "runbook", id)))
    return NULL;
  return read_runbook (stmt);
}

static void
read_support (DkService *service, const json_t *list)
{
  for (gsize i = 0; i < json_array_size (list); i++) {
    const json_t *line = json_array_get (list, i);
    DkServiceSupport *support = dk_service_add_support (service);
    support->site = g_strdup (dk_json_get_text (line, "site"));
    support->hours = g_strdup (dk_json_get_text (line, "hours"));
    support->timezone = g_strdup (dk_json_get_text (line, "timezone"));
    support->group = g_strdup (dk_json_get_text (line, "group"));
  }
}

static DkService *
read_service (DkStmt *stmt, GError **error)
{
  g_autoptr (json_t) facts = parse_own (dk_stmt_text (stmt, 4), "A service", error);
  DkService *service;

  if (facts == NULL)
    return NULL;
  service = dk_service_new ();
  service->id = g_strdup (dk_stmt_text (stmt, 0));
  service->name = g_strdup (dk_stmt_text (stmt, 1));
  service->criticality = (int) dk_stmt_int (stmt, 2);
  service->depends_on = parse_strings (dk_stmt_text (stmt, 3));
  service->owner = g_strdup (dk_json_get_text (facts, "owner"));
  service->vendor = g_strdup (dk_json_get_text (facts, "vendor"));
  service->contract = g_strdup (dk_json_get_text (facts, "contract"));
  service->support_group = g_strdup (dk_json_get_text (facts, "support_group"));
  read_support (service, json_object_get (facts, "support"));
  service->workaround = g_strdup (dk_json_get_text (facts, "workaround"));
  service->workaround_approved_by = g_strdup (dk_json_get_text (facts, "workaround_approved_by"));
  service->workaround_valid_until = g_strdup (dk_json_get_text (facts, "workaround_valid_until"));
  service->say = g_strdup (dk_json_get_text (facts, "say"));
  return service;
}

GPtrArray *
dk_content_store_services (DkStore *store, GError **error)
{
  g_autoptr (GPtrArray) services
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_service_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT ref, name, criticality, depends_on, facts FROM service"
                           " WHERE pack = " IN_FORCE " ORDER BY criticality, name COLLATE NOCASE");
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&services);
    DkService *service = read_service (stmt, error);
    if (service == NULL)
      return NULL;
    g_ptr_array_add (services, service);
  }
  return NULL;
}

DkService *
dk_content_store_service (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT ref, name, criticality, depends_on, facts FROM service"
                           " WHERE pack = " IN_FORCE " AND ref = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, id);
  if (!dk_stmt_step (stmt, &has_row, error)
      || (!has_row && !dk_content_not_found (error, "service", id)))
    return NULL;
  return read_service (stmt, error);
}

GPtrArray *
dk_content_store_dependents (DkStore *store, const char *id, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT s.ref FROM service AS s, json_each (s.depends_on) AS d"
                           " WHERE s.pack = " IN_FORCE " AND d.value = ?1"
                           " ORDER BY s.criticality, s.ref");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, id);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&ids);
    g_ptr_array_add (ids, g_strdup (dk_stmt_text (stmt, 0)));
  }
  return NULL;
}

DkForm *
dk_content_store_form (DkStore *store, const char *id, GError **error)
{
  return dk_content_store_form_in (store, id, NULL, error);
}

DkForm *
dk_content_store_form_in (DkStore *store, const char *id, const char *language, GError **error)
{
  g_autofree char *shown
      = language != NULL ? g_strdup (language) : dk_store_form_language (store);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT source FROM form WHERE pack = " IN_FORCE " AND ref = ?1");
  DkForm *shipped;
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, id);
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (has_row)
    return dk_form_parse (dk_stmt_text (stmt, 0), strlen (dk_stmt_text (stmt, 0)), shown, error);
  shipped = dk_form_shipped (id, shown);
  if (shipped == NULL)
    (void) dk_content_not_found (error, "form", id);
  return shipped;
}

GPtrArray *
dk_content_store_form_ids (DkStore *store, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT ref FROM form WHERE pack = " IN_FORCE " ORDER BY ref");
  const char *const *shipped = dk_form_shipped_ids ();
  gboolean has_row;

  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row) {
      for (guint i = 0; shipped[i] != NULL; i++)
        if (!g_ptr_array_find_with_equal_func (ids, shipped[i], g_str_equal, NULL))
          g_ptr_array_add (ids, g_strdup (shipped[i]));
      return g_steal_pointer (&ids);
    }
    g_ptr_array_add (ids, g_strdup (dk_stmt_text (stmt, 0)));
  }
  return NULL;
}

GBytes *
dk_content_store_document_text (DkStore *store, const char *name, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT source FROM document WHERE pack = " IN_FORCE " AND name = ?1");
  gboolean has_row;
  const char *text;

  dk_stmt_bind_text (stmt, 1, name);
  if (!dk_stmt_step (stmt, &has_row, error) || !has_row)
    return NULL;
  text = dk_stmt_text (stmt, 0);
  return text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
}

json_t *
dk_content_store_document (DkStore *store, const char *name, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT source FROM document WHERE pack = " IN_FORCE " AND name = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, name);
  if (!dk_stmt_step (stmt, &has_row, error) || !has_row)
    return NULL;
  return parse_own (dk_stmt_text (stmt, 0), name, error);
}
