/* SPDX-License-Identifier: MIT */
#include "app/store/form-world.h"

#include <string.h>

#include "app/base/text.h"
#include "app/model/entry.h"
#include "app/store/content-private.h"
#include "app/store/content-store.h"
#include "app/store/ledger-private.h"
#include "app/store/search-private.h"

#define IN_PACK "pack = iif (?2, " G_STRINGIFY (DK_CONTENT_OWN) ", " DK_IN_FORCE ")"

static gboolean
are_same_letters (const char *a, const char *b)
{
  g_autofree char *one = g_utf8_normalize (a, -1, G_NORMALIZE_NFC);
  g_autofree char *other = g_utf8_normalize (b, -1, G_NORMALIZE_NFC);
  g_autofree char *folded = one != NULL ? g_utf8_casefold (one, -1) : NULL;
  g_autofree char *expected = other != NULL ? g_utf8_casefold (other, -1) : NULL;

  return folded != NULL && g_strcmp0 (folded, expected) == 0;
}

/* The index of what is searched has the names without their accents, so those that it gives are
 * compared: Muller is not Müller. */
static char *
find_by_name (DkStore *store, gboolean is_own, const char *key)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT ref, title FROM found WHERE " IN_PACK
                           " AND name = ?1 AND kind = 'contact' ORDER BY id");
  g_autofree char *name = dk_search_name ("contact", key);
  gboolean has_row = FALSE;

  dk_stmt_bind_text (stmt, 1, name);
  dk_stmt_bind_int (stmt, 2, is_own);
  while (dk_stmt_step (stmt, &has_row, NULL) && has_row)
    if (are_same_letters (dk_stmt_text (stmt, 1), key))
      return g_strdup (dk_stmt_text (stmt, 0));
  return NULL;
}

static char *
find_one (DkStore *store, const char *sql, gboolean is_own, const char *key)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), sql);
  gboolean has_row = FALSE;

  dk_stmt_bind_text (stmt, 1, key);
  dk_stmt_bind_int (stmt, 2, is_own);
  if (!dk_stmt_step (stmt, &has_row, NULL) || !has_row)
    return NULL;
  return g_strdup (dk_stmt_text (stmt, 0));
}

static char *
find_by_login (DkStore *store, gboolean is_own, const char *key)
{
  return find_one (store,
                   "SELECT ref FROM contact WHERE " IN_PACK
                   " AND login = ?1 COLLATE NOCASE ORDER BY +ref LIMIT 1",
                   is_own, key);
}

/* Ids have small letters alone. */
static char *
find_by_id (DkStore *store, gboolean is_own, const char *key)
{
  g_autofree char *id = g_ascii_strdown (key, -1);

  return find_one (store, "SELECT ref FROM contact WHERE " IN_PACK " AND ref = ?1", is_own, id);
}

/* The first contact of that name, login or id; one of the pack before one that was imported. */
static char *
find_contact_id (DkStore *store, const char *key_column, const char *key)
{
  static const struct {
    const char *column;
    char *(*find) (DkStore *store, gboolean is_own, const char *key);
  } ways[] = { { "name", find_by_name }, { "login", find_by_login }, { "id", find_by_id } };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    char *id;
    if (strcmp (ways[i].column, key_column) != 0)
      continue;
    id = ways[i].find (store, FALSE, key);
    return id != NULL ? id : ways[i].find (store, TRUE, key);
  }
  return NULL;
}

/* All numbers that everybody may see, each without its blanks. */
static char *
numbers_of (const DkContact *contact)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < contact->numbers->len; i++) {
    const DkContactNumber *number = g_ptr_array_index (contact->numbers, i);
    if (g_strcmp0 (number->audience, "lead") == 0)
      continue;
    if (out->len > 0)
      g_string_append_c (out, ' ');
    for (const char *c = number->value; *c != '\0'; c++)
      if (!g_ascii_isspace (*c))
        g_string_append_c (out, *c);
  }
  return g_string_free (out, FALSE);
}

static char *
manager_of (DkStore *store, const DkContact *contact)
{
  g_autoptr (DkContact) manager
      = contact->manager != NULL ? dk_content_store_contact (store, contact->manager, NULL) : NULL;

  return manager != NULL ? g_strdup (manager->name) : g_strdup (contact->manager);
}

typedef struct {
  const char *name;
  const char *value;
} Column;

static char *
pick (const Column *columns, gsize n, const char *column)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (columns[i].name, column) == 0)
      return g_strdup (columns[i].value);
  return NULL;
}

static char *
pull_contact (DkStore *store, const char *column, const char *key_column, const char *key)
{
  g_autofree char *id = find_contact_id (store, key_column, key);
  g_autoptr (DkContact) contact
      = id != NULL ? dk_content_store_contact (store, id, NULL) : NULL;

  if (contact == NULL || g_strcmp0 (contact->audience, "lead") == 0)
    return NULL;
  if (strcmp (column, "numbers") == 0)
    return numbers_of (contact);
  if (strcmp (column, "manager") == 0)
    return manager_of (store, contact);
  const Column columns[] = {
    { "id", contact->id },       { "name", contact->name },   { "role", contact->role },
    { "team", contact->team },   { "site", contact->site },   { "hours", contact->hours },
    { "login", contact->login }, { "note", contact->note },
  };
  return pick (columns, G_N_ELEMENTS (columns), column);
}

static char *
pull_device (DkStore *store, const char *column, const char *key_column, const char *key)
{
  g_autoptr (DkDevice) device
      = strcmp (key_column, "host") == 0 ? dk_content_store_device (store, key, NULL) : NULL;

  if (device == NULL)
    return NULL;
  const Column columns[] = {
    { "host", device->host },
    { "owner", device->owner },
    { "location", device->location },
    { "os", device->os },
    { "serial", device->serial },
    { "recovery_key_id", device->recovery_key_id },
    { "note", device->note },
  };
  return pick (columns, G_N_ELEMENTS (columns), column);
}

static DkService *
find_service (DkStore *store, const char *key_column, const char *key)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT ref FROM service WHERE pack = " DK_IN_FORCE
                           " AND CASE ?2 WHEN 'id' THEN ref WHEN 'name' THEN name END = ?1"
                           " COLLATE NOCASE ORDER BY ref LIMIT 1");
  gboolean has_row = FALSE;

  dk_stmt_bind_text (stmt, 1, key);
  dk_stmt_bind_text (stmt, 2, key_column);
  if (!dk_stmt_step (stmt, &has_row, NULL) || !has_row)
    return NULL;
  return dk_content_store_service (store, dk_stmt_text (stmt, 0), NULL);
}

static char *
pull_service (DkStore *store, const char *column, const char *key_column, const char *key)
{
  g_autoptr (DkService) service = find_service (store, key_column, key);
  g_autofree char *criticality = NULL;

  if (service == NULL)
    return NULL;
  criticality = g_strdup_printf ("%d", service->criticality);
  const Column columns[] = {
    { "id", service->id },
    { "name", service->name },
    { "criticality", criticality },
    { "support_group", service->support_group },
    { "vendor_line", service->vendor },
    { "workaround", service->workaround },
  };
  return pick (columns, G_N_ELEMENTS (columns), column);
}

/* Column of the rows of a list whose key is that text; two sites may both have an Emergency
 * Department, so what differs is joined. */
static char *
pull_listed (DkStore *store, const char *list, const char *column, const char *key_column,
             const char *key)
{
  g_autoptr (json_t) rows = dk_content_store_document (store, list, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autofree char *wanted = dk_text_fold (key);

  if (!g_strv_contains ((const char *const[]) { "id", "name", NULL }, key_column))
    return NULL;
  for (gsize i = 0; i < json_array_size (rows); i++) {
    const json_t *row = json_array_get (rows, i);
    const char *text = dk_json_get_text (row, key_column);
    const char *value = dk_json_get_text (row, column);
    g_autofree char *folded = dk_text_fold (text != NULL ? text : "");
    if (value != NULL && strcmp (folded, wanted) == 0
        && !g_ptr_array_find_with_equal_func (found, value, g_str_equal, NULL))
      g_ptr_array_add (found, (gpointer) (guintptr) value);
  }
  g_ptr_array_add (found, NULL);
  return found->len > 1 ? g_strjoinv ("; ", (char **) found->pdata) : NULL;
}

/* "ext. 53110; 919-555-0192" -> "ext.53110 919-555-0192", so that a blank divides numbers and is in
 * none of them. New string. */
static char *
divide_numbers (const char *listed)
{
  GString *out = g_string_new (NULL);
  gboolean is_next = FALSE;

  for (const char *c = listed; *c != '\0'; c++) {
    is_next = is_next || *c == ';';
    if (*c == ';' || g_ascii_isspace (*c))
      continue;
    if (is_next && out->len > 0)
      g_string_append_c (out, ' ');
    is_next = FALSE;
    g_string_append_c (out, *c);
  }
  return g_string_free (out, FALSE);
}

/* A location may be answered by its id as well; a form asks by name. */
static char *
pull_location (DkStore *store, const char *column, const char *key_column, const char *key)
{
  g_autofree char *listed = pull_listed (store, "list locations", column, key_column, key);

  if (listed == NULL && strcmp (key_column, "name") == 0)
    listed = pull_listed (store, "list locations", column, "id", key);
  return listed != NULL && strcmp (column, "phone") == 0 ? divide_numbers (listed)
                                                         : g_steal_pointer (&listed);
}

static char *
pull_group (DkStore *store, const char *column, const char *key_column, const char *key)
{
  return pull_listed (store, "list groups", column, key_column, key);
}

/* Roles by folded name, as the entries about people leave them. */
static void
take_person (GHashTable *roles, const char *name, const char *role)
{
  if (name == NULL)
    return;
  if (role != NULL)
    g_hash_table_insert (roles, dk_text_fold (name), g_strdup (role));
}

static void
read_people (GHashTable *roles, const DkEntry *entry)
{
  const json_t *people = json_object_get (entry->body, "people");
  g_autofree char *folded = dk_text_fold (entry->object);

  for (gsize i = 0; i < json_array_size (people); i++) {
    const json_t *person = json_array_get (people, i);
    take_person (roles, dk_json_get_text (person, "name"), dk_json_get_text (person, "role"));
  }
  if (strcmp (entry->kind, "user-removed") == 0)
    g_hash_table_remove (roles, folded);
  else if (people == NULL)
    take_person (roles, dk_json_get_text (entry->body, "name"),
                 dk_json_get_text (entry->body, "role"));
}

/* In the words of the index entry_people, without which the whole ledger would be read. */
#define PEOPLE_SQL \
  "SELECT e.line, b.body FROM entry AS e LEFT JOIN entry_body AS b ON b.entry = e.id" \
  " WHERE e.station = ?1 AND (e.kind = 'kit-init' OR e.kind = 'people-stated'" \
  " OR e.kind = 'user-added' OR e.kind = 'user-changed' OR e.kind = 'user-removed')" \
  " ORDER BY e.id"

static char *
pull_person (DkStore *store, const char *column, const char *key_column, const char *key)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (dk_store_db (store), PEOPLE_SQL);
  g_autoptr (GHashTable) roles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *folded = dk_text_fold (key);
  g_autoptr (GPtrArray) entries = NULL;
  const char *role;

  if (strcmp (key_column, "name") != 0)
    return NULL;
  dk_stmt_bind_text (stmt, 1, dk_store_identity (store)->station);
  entries = dk_ledger_read (stmt, NULL);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    read_people (roles, g_ptr_array_index (entries, i));
  role = g_hash_table_lookup (roles, folded);
  if (role == NULL)
    return NULL;
  const Column columns[] = { { "name", key }, { "role", role } };
  return pick (columns, G_N_ELEMENTS (columns), column);
}

static char *
pull_policy (DkStore *store, const char *column, const char *key_column, const char *key)
{
  const DkPolicy *policy = dk_store_policy (store);

  if (strcmp (key_column, "name") != 0 || strcmp (column, "value") != 0)
    return NULL;
  if (strcmp (key, "identity_proofs") == 0)
    return g_strjoinv (" ", policy->identity_proofs);
  return strcmp (key, "capture_hint") == 0 ? g_strdup (policy->capture_hint) : NULL;
}

char *
dk_store_form_pull (DkStore *store, const char *table, const char *column, const char *key_column,
                    const char *key)
{
  static const struct {
    const char *name;
    char *(*pull) (DkStore *store, const char *column, const char *key_column, const char *key);
  } tables[] = {
    { "contacts", pull_contact },   { "devices", pull_device }, { "services", pull_service },
    { "locations", pull_location }, { "groups", pull_group },   { "people", pull_person },
    { "policy", pull_policy },
  };

  if (key == NULL || *key == '\0')
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (strcmp (table, tables[i].name) == 0)
      return tables[i].pull (store, column, key_column, key);
  return NULL;
}

static char *
pull (gpointer data, const char *table, const char *column, const char *key_column,
      const char *key)
{
  return dk_store_form_pull (data, table, column, key_column, key);
}

void
dk_store_form_world (DkStore *store, DkFormWorld *out)
{
  *out = (DkFormWorld){ .operator_name = dk_store_user (store), .pull = pull, .data = store };
}

char *
dk_store_form_language (DkStore *store)
{
  g_autofree char *set = dk_store_get_setting (store, "language", NULL);
  const char *const *names = g_get_language_names ();
  g_auto (GStrv) parts = NULL;

  if (set != NULL && *set != '\0')
    return g_steal_pointer (&set);
  parts = g_strsplit_set (names[0] != NULL ? names[0] : "en", "_.@", 2);
  return g_strdup (strcmp (parts[0], "C") == 0 || *parts[0] == '\0' ? "en" : parts[0]);
}
