/* SPDX-License-Identifier: MIT */
/* Loading a pack: batch by batch under a new id that nobody sees yet. */
#include "app/store/content-store.h"

#include "app/base/clock.h"
#include "app/base/text.h"
#include "app/store/content-private.h"
#include "app/store/search-private.h"

/* Ids grow by one, below that of contacts imported here. */
static gboolean
next_pack_id (DkStore *store, gint64 *id, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT coalesce (max (id), 0) + 1 FROM pack WHERE id < ?1");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, DK_CONTENT_OWN);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  *id = dk_stmt_int (stmt, 0);
  return TRUE;
}

gboolean
dk_content_store_begin (DkStore *store, DkPackFacts *facts, GError **error)
{
  g_autoptr (DkStmt) stmt = NULL;
  gint64 id;

  if (!next_pack_id (store, &id, error))
    return FALSE;
  stmt = dk_stmt_new (dk_store_db (store),
                      "INSERT INTO pack (id, name, organisation, sequence, created_ms, expires_ms,"
                      " applied_ms, manifest, signatures)"
                      " VALUES (?8, ?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)");
  dk_stmt_bind_text (stmt, 1, facts->name);
  dk_stmt_bind_text (stmt, 2, facts->organisation);
  dk_stmt_bind_int (stmt, 3, facts->sequence);
  dk_stmt_bind_int (stmt, 4, facts->created_ms);
  dk_stmt_bind_int (stmt, 5, facts->expires_ms);
  dk_stmt_bind_text (stmt, 6, facts->manifest != NULL ? facts->manifest : "");
  dk_stmt_bind_text (stmt, 7, facts->signatures != NULL ? facts->signatures : "{}");
  dk_stmt_bind_int (stmt, 8, id);
  if (!dk_stmt_run (stmt, error))
    return FALSE;
  facts->id = id;
  dk_store_set_loading (store, id);
  return dk_search_set_stepwise (store, TRUE, error);
}

gboolean
dk_content_store_is_loading (DkStore *store, gint64 pack)
{
  return pack != 0 && dk_store_loading (store) == pack;
}

void
dk_content_store_abandon (DkStore *store, gint64 pack)
{
  if (dk_content_store_is_loading (store, pack))
    dk_store_set_loading (store, 0);
}

char *
dk_content_numbers_text (const DkContact *contact)
{
  g_autoptr (json_t) list = json_array ();

  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    json_t *pair = json_array ();
    json_array_append_new (pair, dk_json_string (number->kind));
    json_array_append_new (pair, dk_json_string (number->value));
    json_array_append_new (list, pair);
  }
  return dk_json_canonical (list, NULL);
}

/* What a contact's numbers add to what it is found by: digits to digits, addresses to words. */
static void
describe_numbers (const DkContact *contact, GString *snippet, GString *words, GString *digits)
{
  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    g_autofree char *bare = dk_text_digits (number->value);
    g_string_append_printf (snippet, "%s%s %s", snippet->len > 0 ? " · " : "", number->kind,
                            number->value);
    if (g_str_equal (number->kind, "email"))
      g_string_append_printf (words, " %s", number->value);
    else if (*bare != '\0')
      g_string_append_printf (digits, "%s%s", digits->len > 0 ? " " : "", bare);
  }
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static gboolean
put_contact (DkStore *store, gint64 pack, const DkContact *c, gint64 since_ms, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO contact (pack, ref, name, role, team, site, tier, hours, timezone, languages,"
      " audience, note, numbers, type, login, manager, since_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
      " iif (?17 >= 0, ?17, iif (" DK_IN_FORCE " IS NULL, 0, coalesce ((SELECT p.since_ms FROM"
      " contact AS p WHERE p.pack = " DK_IN_FORCE " AND p.ref = ?2 AND p.name = ?3), ?18))))");
  g_autofree char *numbers = dk_content_numbers_text (c);

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
  dk_stmt_bind_text (stmt, 14, c->type);
  dk_stmt_bind_text (stmt, 15, c->login);
  dk_stmt_bind_text (stmt, 16, c->manager);
  dk_stmt_bind_int (stmt, 17, since_ms);
  dk_stmt_bind_int (stmt, 18, dk_clock_wall_ms ());
  return dk_stmt_run (stmt, error);
}

gboolean
dk_content_add_contact_row (DkStore *store, gint64 pack, const DkContact *c, gint64 since_ms,
                            GError **error)
{
  g_autoptr (GString) snippet = g_string_new (c->role);
  g_autoptr (GString) digits = g_string_new (NULL);
  g_autoptr (GString) words = g_string_new (c->role);
  DkFindable findable = { .pack = pack, .kind = "contact", .ref = c->id, .title = c->name,
                          .site = c->site };

  g_string_append_printf (words, " %s %s %s %s %s", c->id, or_empty (c->team),
                          or_empty (c->site), or_empty (c->login), or_empty (c->note));
  describe_numbers (c, snippet, words, digits);
  findable.snippet = snippet->str;
  findable.words = words->str;
  findable.digits = digits->str;
  return put_contact (store, pack, c, since_ms, error)
         && dk_search_put (store, &findable, error);
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
add_runbook (DkStore *store, gint64 pack, gconstpointer item, GError **error)
{
  const DkRunbook *r = item;
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO runbook (pack, ref, title, service, tags, owner, reviewed, review_every_days,"
      " audience, severity, markdown) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  g_autofree char *tags = strings_text (r->tags);
  g_autofree char *words = g_strjoin (" ", r->id, tags, or_empty (r->service),
                                      or_empty (r->markdown), NULL);
  g_autofree char *snippet = g_strdup_printf ("runbook · reviewed %s", or_empty (r->reviewed));
  DkFindable findable = { .pack = pack, .kind = "runbook", .ref = r->id, .title = r->title,
                          .snippet = snippet, .words = words };

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

static json_t *
support_json (GPtrArray *support)
{
  json_t *list = json_array ();

  for (guint i = 0; i < support->len; i++) {
    const DkServiceSupport *line = g_ptr_array_index (support, i);
    json_t *object = json_object ();
    dk_json_set_text (object, "site", line->site);
    dk_json_set_text (object, "hours", line->hours);
    dk_json_set_text (object, "timezone", line->timezone);
    dk_json_set_text (object, "group", line->group);
    json_array_append_new (list, object);
  }
  return list;
}

static char *
service_facts (const DkService *s)
{
  g_autoptr (json_t) facts = json_object ();

  dk_json_set_text (facts, "owner", s->owner);
  dk_json_set_text (facts, "vendor", s->vendor);
  dk_json_set_text (facts, "contract", s->contract);
  dk_json_set_text (facts, "support_group", s->support_group);
  if (s->support->len > 0)
    json_object_set_new (facts, "support", support_json (s->support));
  dk_json_set_text (facts, "workaround", s->workaround);
  dk_json_set_text (facts, "workaround_approved_by", s->workaround_approved_by);
  dk_json_set_text (facts, "workaround_valid_until", s->workaround_valid_until);
  dk_json_set_text (facts, "say", s->say);
  return dk_json_canonical (facts, NULL);
}

static gboolean
add_service (DkStore *store, gint64 pack, gconstpointer item, GError **error)
{
  const DkService *s = item;
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "INSERT INTO service (pack, ref, name, criticality,"
                                          " depends_on, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  g_autofree char *depends = strings_text (s->depends_on);
  g_autofree char *facts = service_facts (s);
  g_autofree char *words = g_strjoin (" ", s->id, or_empty (s->contract),
                                      or_empty (s->workaround), or_empty (s->say), NULL);
  g_autofree char *snippet = g_strdup_printf ("service · criticality %d", s->criticality);
  DkFindable findable = { .pack = pack, .kind = "service", .ref = s->id, .title = s->name,
                          .snippet = snippet, .words = words };

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, s->id);
  dk_stmt_bind_text (stmt, 3, s->name);
  dk_stmt_bind_int (stmt, 4, s->criticality);
  dk_stmt_bind_text (stmt, 5, depends);
  dk_stmt_bind_text (stmt, 6, facts);
  return dk_stmt_run (stmt, error) && dk_search_put (store, &findable, error);
}

static gboolean
add_form (DkStore *store, gint64 pack, gconstpointer item, GError **error)
{
  const DkForm *form = item;
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT INTO form (pack, ref, source) VALUES (?1, ?2, ?3)");

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, dk_form_id (form));
  dk_stmt_bind_text (stmt, 3, dk_form_source (form));
  return dk_stmt_run (stmt, error);
}

static gboolean
add_shift (DkStore *store, gint64 pack, gconstpointer item, GError **error)
{
  const DkShift *s = item;
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO shift (pack, service, tier, contact, timezone, starts, ends, repeat_days, until,"
      " note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, s->service);
  dk_stmt_bind_int (stmt, 3, s->tier);
  dk_stmt_bind_text (stmt, 4, s->contact);
  dk_stmt_bind_text (stmt, 5, s->timezone);
  dk_stmt_bind_text (stmt, 6, s->starts);
  dk_stmt_bind_text (stmt, 7, s->ends);
  dk_stmt_bind_int (stmt, 8, s->repeat_days);
  dk_stmt_bind_text (stmt, 9, s->until);
  dk_stmt_bind_text (stmt, 10, s->note);
  return dk_stmt_run (stmt, error);
}

static gboolean
add_call_tree (DkStore *store, gint64 pack, gconstpointer item, GError **error)
{
  const DkCallTree *tree = item;
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO call_tree (pack, ref, title, source) VALUES (?1, ?2, ?3, ?4)");
  g_autoptr (json_t) json = dk_call_tree_to_json (tree);
  g_autofree char *source = dk_json_canonical (json, NULL);
  g_autofree char *words
      = g_strjoin (" ", tree->id, or_empty (tree->service), or_empty (tree->say), NULL);
  g_autofree char *snippet = g_strdup_printf ("call tree · %u to call", tree->calls->len);
  DkFindable findable = { .pack = pack, .kind = "call-tree", .ref = tree->id, .title = tree->title,
                          .snippet = snippet, .words = words };

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, tree->id);
  dk_stmt_bind_text (stmt, 3, tree->title);
  dk_stmt_bind_text (stmt, 4, source);
  return dk_stmt_run (stmt, error) && dk_search_put (store, &findable, error);
}

static char *
join_shown (const char *const *texts)
{
  GString *shown = g_string_new (NULL);

  for (; *texts != NULL; texts++)
    if (**texts != '\0')
      g_string_append_printf (shown, "%s%s", shown->len > 0 ? " · " : "", *texts);
  return g_string_free (shown, FALSE);
}

static gboolean
add_device (DkStore *store, gint64 pack, gconstpointer item, GError **error)
{
  const DkDevice *d = item;
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT INTO device (pack, ref, owner, location, os, serial, recovery_key_id, note)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  g_autofree char *words = g_strjoin (" ", or_empty (d->owner), or_empty (d->location),
                                      or_empty (d->serial), or_empty (d->recovery_key_id), NULL);
  const char *const shown[]
      = { or_empty (d->owner), or_empty (d->location), or_empty (d->os), NULL };
  g_autofree char *snippet = join_shown (shown);
  DkFindable findable = { .pack = pack, .kind = "device", .ref = d->host, .title = d->host,
                          .snippet = snippet, .words = words };

  dk_stmt_bind_int (stmt, 1, pack);
  dk_stmt_bind_text (stmt, 2, d->host);
  dk_stmt_bind_text (stmt, 3, d->owner);
  dk_stmt_bind_text (stmt, 4, d->location);
  dk_stmt_bind_text (stmt, 5, d->os);
  dk_stmt_bind_text (stmt, 6, d->serial);
  dk_stmt_bind_text (stmt, 7, d->recovery_key_id);
  dk_stmt_bind_text (stmt, 8, d->note);
  return dk_stmt_run (stmt, error) && dk_search_put (store, &findable, error);
}

typedef gboolean (*AddItem) (DkStore *store, gint64 pack, gconstpointer item, GError **error);

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
add_contact (DkStore *store, gint64 pack, gconstpointer item, GError **error)
{
  return dk_content_add_contact_row (store, pack, item, DK_SINCE_PACK, error);
}

gboolean
dk_content_store_add_shifts (DkStore *store, gint64 pack, GPtrArray *shifts, GError **error)
{
  return add_batch (store, pack, shifts, add_shift, error);
}

gboolean
dk_content_store_add_call_trees (DkStore *store, gint64 pack, GPtrArray *trees, GError **error)
{
  return add_batch (store, pack, trees, add_call_tree, error);
}

gboolean
dk_content_store_add_devices (DkStore *store, gint64 pack, GPtrArray *devices, GError **error)
{
  return add_batch (store, pack, devices, add_device, error);
}

gboolean
dk_content_store_add_contacts (DkStore *store, gint64 pack, GPtrArray *contacts, GError **error)
{
  return add_batch (store, pack, contacts, add_contact, error);
}

gboolean
dk_content_store_add_runbooks (DkStore *store, gint64 pack, GPtrArray *runbooks, GError **error)
{
  return add_batch (store, pack, runbooks, add_runbook, error);
}

gboolean
dk_content_store_add_services (DkStore *store, gint64 pack, GPtrArray *services, GError **error)
{
  return add_batch (store, pack, services, add_service, error);
}

gboolean
dk_content_store_add_forms (DkStore *store, gint64 pack, GPtrArray *forms, GError **error)
{
  return add_batch (store, pack, forms, add_form, error);
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
