/* SPDX-License-Identifier: MIT */
/* Loading a pack: batch by batch under a new id that nobody sees yet, then one small switch. */
#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/content-store.h"
#include "app/store/ledger.h"
#include "app/store/search-private.h"
#include "app/store/store-private.h"

#define PACKS_KEPT 2

static gboolean
run_for_pack (DkStore *store, const char *sql, gint64 pack, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), sql);

  dk_stmt_bind_int (stmt, 1, pack);
  return dk_stmt_run (stmt, error);
}

static gboolean
remove_pack (DkStore *store, gint64 pack, GError **error)
{
  return dk_search_remove_pack (store, pack, error)
         && run_for_pack (store, "DELETE FROM contact WHERE pack = ?1", pack, error)
         && run_for_pack (store, "DELETE FROM runbook WHERE pack = ?1", pack, error)
         && run_for_pack (store, "DELETE FROM service WHERE pack = ?1", pack, error)
         && run_for_pack (store, "DELETE FROM form WHERE pack = ?1", pack, error)
         && run_for_pack (store, "DELETE FROM document WHERE pack = ?1", pack, error)
         && run_for_pack (store, "DELETE FROM pack WHERE id = ?1", pack, error);
}

/* Packs that are not wanted any more: loads that broke off, or all but the newest applied ones. */
static GArray *
list_superseded (DkStore *store, gboolean unfinished, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      unfinished ? "SELECT id FROM pack WHERE applied_ms = 0"
                 : "SELECT id FROM pack WHERE applied_ms > 0 ORDER BY id DESC LIMIT -1 OFFSET 2");
  gboolean has_row;

  G_STATIC_ASSERT (PACKS_KEPT == 2);
  while (dk_stmt_step (stmt, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&ids);
    gint64 id = dk_stmt_int (stmt, 0);
    g_array_append_val (ids, id);
  }
  return NULL;
}

static gboolean
remove_superseded (DkStore *store, gboolean unfinished, GError **error)
{
  g_autoptr (GArray) ids = list_superseded (store, unfinished, error);

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++) {
    g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
    if (transaction == NULL || !remove_pack (store, g_array_index (ids, gint64, i), error)
        || !dk_transaction_commit (transaction, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
dk_content_store_begin (DkStore *store, DkPackFacts *facts, GError **error)
{
  g_autoptr (DkStmt) stmt = NULL;

  if (!remove_superseded (store, TRUE, error))
    return FALSE;
  stmt = dk_stmt_new (dk_store_db (store),
                      "INSERT INTO pack (name, organisation, sequence, created_ms, expires_ms,"
                      " applied_ms, manifest, signatures) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)");
  dk_stmt_bind_text (stmt, 1, facts->name);
  dk_stmt_bind_text (stmt, 2, facts->organisation);
  dk_stmt_bind_int (stmt, 3, facts->sequence);
  dk_stmt_bind_int (stmt, 4, facts->created_ms);
  dk_stmt_bind_int (stmt, 5, facts->expires_ms);
  dk_stmt_bind_text (stmt, 6, facts->manifest != NULL ? facts->manifest : "");
  dk_stmt_bind_text (stmt, 7, facts->signatures != NULL ? facts->signatures : "{}");
  if (!dk_stmt_run (stmt, error))
    return FALSE;
  facts->id = dk_db_last_id (dk_store_db (store));
  return TRUE;
}

static char *
numbers_text (const DkContact *contact, char **snippet, char **digits)
{
  g_autoptr (json_t) list = json_array ();
  GString *shown = g_string_new (contact->role);
  GString *found = g_string_new (NULL);

  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *bare = dk_text_digits (number->value);
    json_t *pair = json_array ();
    json_array_append_new (pair, dk_json_string (number->kind));
    json_array_append_new (pair, dk_json_string (number->value));
    json_array_append_new (list, pair);
    g_string_append_printf (shown, "%s%s %s", shown->len > 0 ? " · " : "", number->kind,
                            number->value);
    if (*bare != '\0')
      g_string_append_printf (found, "%s%s", found->len > 0 ? " " : "", bare);
  }
  *snippet = g_string_free (shown, FALSE);
  *digits = g_string_free (found, FALSE);
  return dk_json_canonical (list, NULL);
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static gboolean
add_contact (DkStore *store, gint64 pack, const DkContact *c, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO contact (pack, ref, name, role, team, site, tier, hours, timezone, languages,"
      " audience, note, numbers)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
  g_autofree char *snippet = NULL;
  g_autofree char *digits = NULL;
  g_autofree char *numbers = numbers_text (c, &snippet, &digits);
  g_autofree char *words = g_strjoin (" ", or_empty (c->role), or_empty (c->team),
                                      or_empty (c->site), or_empty (c->note), NULL);
  DkFindable findable = { pack, "contact", c->id, c->name, snippet, words, digits };

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, c->id);
  dk_stmt_bind_text (stmt, 3, c->name);
  dk_stmt_bind_text (stmt, 4, c->role);
  dk_stmt_bind_text (stmt, 5, c->team);
  dk_stmt_bind_text (stmt, 6, c->site);
  dk_stmt_bind_int (stmt, 7, c->tier);
  dk_stmt_bind_text (stmt, 8, c->hours);
  dk_stmt_bind_text (stmt, 9, c->timezone);
  dk_stmt_bind_text (stmt, 10, c->languages);
  dk_stmt_bind_text (stmt, 11, c->audience);
  dk_stmt_bind_text (stmt, 12, c->note);
  dk_stmt_bind_text (stmt, 13, numbers);
  return dk_stmt_run (stmt, error) && dk_search_put (store, &findable, error);
}

static char *
strings_text (char **strings)
{
  g_autoptr (json_t) list = json_array ();

  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    json_array_append_new (list, dk_json_string (strings[i]));
  return dk_json_canonical (list, NULL);
}

static gboolean
add_runbook (DkStore *store, gint64 pack, const DkRunbook *r, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO runbook (pack, ref, title, service, tags, owner, reviewed, review_every_days,"
      " audience, severity, markdown) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  g_autofree char *tags = strings_text (r->tags);
  g_autofree char *words = g_strjoin (" ", tags, or_empty (r->service), or_empty (r->markdown),
                                      NULL);
  g_autofree char *snippet = g_strdup_printf ("runbook · reviewed %s", or_empty (r->reviewed));
  DkFindable findable = { pack, "runbook", r->id, r->title, snippet, words, NULL };

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, r->id);
  dk_stmt_bind_text (stmt, 3, r->title);
  dk_stmt_bind_text (stmt, 4, r->service);
  dk_stmt_bind_text (stmt, 5, tags);
  dk_stmt_bind_text (stmt, 6, r->owner);
  dk_stmt_bind_text (stmt, 7, r->reviewed);
  dk_stmt_bind_int (stmt, 8, r->review_every_days);
  dk_stmt_bind_text (stmt, 9, r->audience);
  dk_stmt_bind_int (stmt, 10, r->severity);
  dk_stmt_bind_text (stmt, 11, or_empty (r->markdown));
  return dk_stmt_run (stmt, error) && dk_search_put (store, &findable, error);
}

static char *
service_facts (const DkService *s)
{
  g_autoptr (json_t) facts = json_object ();

  dk_json_set_text (facts, "owner", s->owner);
  dk_json_set_text (facts, "vendor", s->vendor);
  dk_json_set_text (facts, "contract", s->contract);
  dk_json_set_text (facts, "support_group", s->support_group);
  dk_json_set_text (facts, "workaround", s->workaround);
  dk_json_set_text (facts, "workaround_approved_by", s->workaround_approved_by);
  dk_json_set_text (facts, "workaround_valid_until", s->workaround_valid_until);
  dk_json_set_text (facts, "say", s->say);
  return dk_json_canonical (facts, NULL);
}

static gboolean
add_service (DkStore *store, gint64 pack, const DkService *s, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "INSERT INTO service (pack, ref, name, criticality,"
                                          " depends_on, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  g_autofree char *depends = strings_text (s->depends_on);
  g_autofree char *facts = service_facts (s);
  g_autofree char *words
      = g_strjoin (" ", s->id, or_empty (s->workaround), or_empty (s->say), NULL);
  g_autofree char *snippet = g_strdup_printf ("service · criticality %d", s->criticality);
  DkFindable findable = { pack, "service", s->id, s->name, snippet, words, NULL };

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, s->id);
  dk_stmt_bind_text (stmt, 3, s->name);
  dk_stmt_bind_int (stmt, 4, s->criticality);
  dk_stmt_bind_text (stmt, 5, depends);
  dk_stmt_bind_text (stmt, 6, facts);
  return dk_stmt_run (stmt, error) && dk_search_put (store, &findable, error);
}

static gboolean
add_form (DkStore *store, gint64 pack, const DkForm *form, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO form (pack, ref, source) VALUES (?1, ?2, ?3)");

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, dk_form_id (form));
  dk_stmt_bind_text (stmt, 3, dk_form_source (form));
  return dk_stmt_run (stmt, error);
}

typedef gboolean (*AddItem) (DkStore *store, gint64 pack, const gpointer item, GError **error);

static gboolean
add_batch (DkStore *store, gint64 pack, GPtrArray *items, AddItem add, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);

  if (transaction == NULL)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    if (!add (store, pack, g_ptr_array_index (items, i), error))
      return FALSE;
  return dk_transaction_commit (transaction, error);
}

static gboolean
add_contact_item (DkStore *store, gint64 pack, const gpointer item, GError **error)
{
  return add_contact (store, pack, item, error);
}

static gboolean
add_runbook_item (DkStore *store, gint64 pack, const gpointer item, GError **error)
{
  return add_runbook (store, pack, item, error);
}

static gboolean
add_service_item (DkStore *store, gint64 pack, const gpointer item, GError **error)
{
  return add_service (store, pack, item, error);
}

static gboolean
add_form_item (DkStore *store, gint64 pack, const gpointer item, GError **error)
{
  return add_form (store, pack, item, error);
}

gboolean
dk_content_store_add_contacts (DkStore *store, gint64 pack, GPtrArray *contacts, GError **error)
{
  return add_batch (store, pack, contacts, add_contact_item, error);
}

gboolean
dk_content_store_add_runbooks (DkStore *store, gint64 pack, GPtrArray *runbooks, GError **error)
{
  return add_batch (store, pack, runbooks, add_runbook_item, error);
}

gboolean
dk_content_store_add_services (DkStore *store, gint64 pack, GPtrArray *services, GError **error)
{
  return add_batch (store, pack, services, add_service_item, error);
}

gboolean
dk_content_store_add_forms (DkStore *store, gint64 pack, GPtrArray *forms, GError **error)
{
  return add_batch (store, pack, forms, add_form_item, error);
}

gboolean
dk_content_store_add_document (DkStore *store, gint64 pack, const char *name,
                               const json_t *document, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO document (pack, name, source) VALUES (?1, ?2, ?3)");
  g_autofree char *text = dk_json_text (document, TRUE);

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, name);
  dk_stmt_bind_text (stmt, 3, text);
  return dk_stmt_run (stmt, error);
}

gboolean
dk_content_store_add_lead (DkStore *store, gint64 pack, GBytes *sealed, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "UPDATE pack SET lead = ?2 WHERE id = ?1");

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_blob (stmt, 2, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  return dk_stmt_run (stmt, error);
}

static gboolean
mark_applied (DkStore *store, const DkPackFacts *facts, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "UPDATE pack SET applied_ms = ?2 WHERE id = ?1");
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, facts->id);

  dk_stmt_bind_int (stmt, 1, facts->id);
  dk_stmt_bind_int (stmt, 2, dk_clock_wall_ms ());
  return dk_stmt_run (stmt, error) && dk_store_set_setting (store, "pack", id, error);
}

/* A policy that cannot be read must not come into force: every unlock reads it. */
static gboolean
check_policy (DkStore *store, gint64 pack, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT source FROM document WHERE pack = ?1 AND name = 'policy'");
  g_autoptr (json_t) document = NULL;
  g_autoptr (DkPolicy) policy = NULL;
  gboolean has_row;
  const char *text;

  dk_stmt_bind_int (stmt, 1, pack);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  text = dk_stmt_text (stmt, 0);
  document = dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "The policy", error);
  policy = document != NULL ? dk_policy_parse (document, error) : NULL;
  return policy != NULL;
}

/* The new pack is in force by now: what cannot be removed goes with the next one. */
static gboolean
remove_old (DkStore *store)
{
  g_autoptr (GError) error = NULL;

  if (!remove_superseded (store, FALSE, &error))
    g_debug ("an old pack was not removed: %s", error->message);
  return TRUE;
}

/* The body of the entry: what comes into force, and what it takes the place of. */
static json_t *
make_applied_body (DkStore *store, const DkPackFacts *facts, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) before = dk_content_store_current (store, &failed);
  g_autofree char *manifest_hash
      = g_compute_checksum_for_string (G_CHECKSUM_SHA256, or_empty (facts->manifest), -1);
  gint64 contacts_before = 0;
  gint64 contacts = 0;
  json_t *body;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  if (!dk_content_store_count_contacts (store, 0, &contacts_before, error)
      || !dk_content_store_count_contacts (store, facts->id, &contacts, error))
    return NULL;
  body = json_object ();
  dk_json_set_text (body, "name", facts->name);
  json_object_set_new (body, "sequence", json_integer (facts->sequence));
  dk_json_set_text (body, "manifest_sha256", manifest_hash);
  json_object_set_new (body, "contacts_before", json_integer (contacts_before));
  json_object_set_new (body, "contacts_after", json_integer (contacts));
  if (before != NULL && g_strcmp0 (before->name, facts->name) != 0)
    dk_json_set_text (body, "replaces", before->name);
  return body;
}

gboolean
dk_content_store_switch (DkStore *store, const DkPackFacts *facts, GError **error)
{
  g_autoptr (DkTransaction) transaction = dk_store_begin (store, error);
  g_autoptr (json_t) body = NULL;

  if (transaction == NULL || !check_policy (store, facts->id, error))
    return FALSE;
  body = make_applied_body (store, facts, error);
  return body != NULL && mark_applied (store, facts, error)
         && dk_ledger_append (store, "pack-applied", facts->name, 0, body, NULL, error)
         && dk_store_commit (store, transaction, FALSE, error)
         && dk_store_load_policy (store, error) && remove_old (store);
}
