/* SPDX-License-Identifier: MIT */
/* Contacts that were imported here, and numbers that are new: a swapped number is how help desks
 * are defrauded. */
#include "app/store/content-store.h"

#include <string.h>

#include "app/base/clock.h"
#include "app/base/limits.h"
#include "app/base/text.h"
#include "app/store/content-change.h"
#include "app/store/content-private.h"
#include "app/store/search-private.h"

#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))

void
dk_number_change_free (DkNumberChange *change)
{
  if (change == NULL)
    return;
  g_free (change->contact);
  g_free (change->value);
  g_free (change->was);
  g_free (change->cause);
  g_free (change);
}

gboolean
dk_content_note_number (DkStore *store, gint64 pack, const DkNumberChange *change, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT OR REPLACE INTO number_change (contact, value, pack, was, changed_ms, cause)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

  dk_stmt_bind_text (stmt, 1, change->contact);
  dk_stmt_bind_text (stmt, 2, change->value);
  dk_stmt_bind_int (stmt, 3, pack);
  dk_stmt_bind_text (stmt, 4, change->was);
  dk_stmt_bind_int (stmt, 5, change->changed_ms);
  dk_stmt_bind_text (stmt, 6, change->cause);
  return dk_stmt_run (stmt, error);
}

gboolean
dk_content_store_note_number (DkStore *store, const char *contact, const char *value,
                              const char *was, const char *cause, GError **error)
{
  const DkNumberChange change = { .contact = (char *) (guintptr) contact,
                                  .value = (char *) (guintptr) value,
                                  .was = (char *) (guintptr) was,
                                  .cause = (char *) (guintptr) cause,
                                  .changed_ms = dk_clock_wall_ms () };

  return dk_content_note_number (store, 0, &change, error);
}

GPtrArray *
dk_content_store_number_changes (DkStore *store, const char *contact, gint64 since_ms,
                                 GError **error)
{
  g_autoptr (GPtrArray) changes
      = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_number_change_free);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      contact != NULL
          ? "SELECT c.contact, c.value, c.was, iif (c.pack = 0, c.changed_ms, p.applied_ms) AS at,"
            " c.cause FROM number_change AS c LEFT JOIN pack AS p ON p.id = c.pack"
            " WHERE c.contact = ?2 AND at > 0 AND at >= ?1 ORDER BY at DESC, c.value"
          : "SELECT c.contact, c.value, c.was, iif (c.pack = 0, c.changed_ms, p.applied_ms) AS at,"
            " c.cause FROM number_change AS c LEFT JOIN pack AS p ON p.id = c.pack"
            " WHERE at > 0 AND at >= ?1 ORDER BY at DESC, c.contact, c.value");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, since_ms);
  if (contact != NULL)
    dk_stmt_bind_text (stmt, 2, contact);
  while (dk_stmt_step (stmt, &has_row, error)) {
    DkNumberChange *change;
    if (!has_row)
      return g_steal_pointer (&changes);
    change = g_new0 (DkNumberChange, 1);
    change->contact = g_strdup (dk_stmt_text (stmt, 0));
    change->value = g_strdup (dk_stmt_text (stmt, 1));
    change->was = g_strdup (dk_stmt_text (stmt, 2));
    change->changed_ms = dk_stmt_int (stmt, 3);
    change->cause = g_strdup (dk_stmt_text (stmt, 4));
    g_ptr_array_add (changes, change);
  }
  return NULL;
}

/* "555-0142" and "555 0142" are one number; addresses have no digits that count. */
static gboolean
is_same_number (const char *a, const char *b)
{
  g_autofree char *x = NULL;
  g_autofree char *y = NULL;

  if (strcmp (a, b) == 0)
    return TRUE;
  if (strchr (a, '@') != NULL || strchr (b, '@') != NULL)
    return g_ascii_strcasecmp (a, b) == 0;
  x = dk_text_digits (a);
  y = dk_text_digits (b);
  return *x != '\0' && strcmp (x, y) == 0;
}

gint64
dk_contact_new_since (const DkContact *contact)
{
  gint64 oldest_ms = dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;

  return contact->since_ms >= oldest_ms ? contact->since_ms : 0;
}

gint64
dk_number_changes_find (GPtrArray *changes, const char *contact, const char *value)
{
  gint64 since = dk_clock_wall_ms () - DK_NUMBER_CHANGE_DAYS * DAY_MS;

  for (guint i = 0; i < changes->len; i++) {
    const DkNumberChange *change = g_ptr_array_index (changes, i);
    if (change->changed_ms >= since && strcmp (change->contact, contact) == 0
        && is_same_number (change->value, value))
      return change->changed_ms;
  }
  return 0;
}

static json_t *
parse_numbers (const char *text)
{
  json_t *list = dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "The numbers", NULL);

  return list != NULL ? list : json_array ();
}

static const char *
kind_at (const json_t *list, gsize i)
{
  return json_string_value (json_array_get (json_array_get (list, i), 0));
}

static const char *
value_at (const json_t *list, gsize i)
{
  return json_string_value (json_array_get (json_array_get (list, i), 1));
}

/* Takes out of both lists what is in the two: kind and number. */
static void
remove_common (json_t *was, json_t *now)
{
  for (gsize i = 0; i < json_array_size (now);) {
    gsize k = 0;
    while (k < json_array_size (was)
           && (g_strcmp0 (kind_at (was, k), kind_at (now, i)) != 0
               || !is_same_number (value_at (was, k), value_at (now, i))))
      k++;
    if (k < json_array_size (was)) {
      json_array_remove (was, k);
      json_array_remove (now, i);
    } else {
      i++;
    }
  }
}

void
dk_content_compare_numbers (const char *was_text, const char *now_text,
                            void (*changed) (const char *kind, const char *was, const char *now,
                                             gpointer data),
                            gpointer data)
{
  g_autoptr (json_t) was = parse_numbers (was_text);
  g_autoptr (json_t) now = parse_numbers (now_text);

  remove_common (was, now);
  for (gsize i = 0; i < json_array_size (now); i++) {
    gsize k = 0;
    while (k < json_array_size (was) && g_strcmp0 (kind_at (was, k), kind_at (now, i)) != 0)
      k++;
    changed (kind_at (now, i), k < json_array_size (was) ? value_at (was, k) : NULL,
             value_at (now, i), data);
    if (k < json_array_size (was))
      json_array_remove (was, k);
  }
  for (gsize k = 0; k < json_array_size (was); k++)
    changed (kind_at (was, k), value_at (was, k), NULL, data);
}

/* The row of imported contacts in `pack`, which belongs to no file. */
static gboolean
make_own_pack (DkStore *store, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store),
      "INSERT OR IGNORE INTO pack (id, name, organisation, sequence, created_ms, expires_ms,"
      " applied_ms, manifest, signatures) VALUES (?1, '', '', 0, 0, 0, 1, '', '{}')");

  dk_stmt_bind_int (stmt, 1, DK_CONTENT_OWN);
  return dk_stmt_run (stmt, error);
}

char *
dk_content_store_own_contact_id (DkStore *store, const char *source, const char *key,
                                 GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT ref FROM own_contact WHERE source = ?1 AND source_key = ?2");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, source);
  dk_stmt_bind_text (stmt, 2, key);
  if (!dk_stmt_step (stmt, &has_row, error) || !has_row)
    return NULL;
  return g_strdup (dk_stmt_text (stmt, 0));
}

/* Where an own contact comes from must not change: another source would take its id over. */
static gboolean
check_origin (DkStore *store, const char *id, const char *source, const char *key, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT source, source_key FROM own_contact WHERE ref = ?1");
  gboolean has_row;

  dk_stmt_bind_text (stmt, 1, id);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  if (!has_row
      || (strcmp (dk_stmt_text (stmt, 0), source) == 0
          && strcmp (dk_stmt_text (stmt, 1), key) == 0))
    return TRUE;
  g_set_error (error, DK_ERROR, DK_ERROR_INVALID,
               "The id \"%s\" is in use for a contact of \"%s\". It was not changed; give the new "
               "one another id.",
               id, dk_stmt_text (stmt, 0));
  return FALSE;
}

static gboolean
write_origin (DkStore *store, const char *id, const char *source, const char *key, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "INSERT OR REPLACE INTO own_contact (ref, source, source_key,"
                           " imported_ms, imported_by) VALUES (?1, ?2, ?3, ?4, ?5)");

  dk_stmt_bind_text (stmt, 1, id);
  dk_stmt_bind_text (stmt, 2, source);
  dk_stmt_bind_text (stmt, 3, key);
  dk_stmt_bind_int (stmt, 4, dk_clock_wall_ms ());
  dk_stmt_bind_text (stmt, 5, dk_store_user (store));
  return dk_stmt_run (stmt, error);
}

/* Numbers of the own contact that this one replaces, and since when the kit has somebody of this id
 * and name; NULL without error, and now, if there is none. */
static char *
read_own_numbers (DkStore *store, const DkContact *contact, gint64 *since_ms, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT numbers, iif (name = ?3, since_ms, -1) FROM contact"
                           " WHERE pack = ?1 AND ref = ?2");
  gboolean has_row;

  *since_ms = dk_clock_wall_ms ();
  dk_stmt_bind_int (stmt, 1, DK_CONTENT_OWN);
  dk_stmt_bind_text (stmt, 2, contact->id);
  dk_stmt_bind_text (stmt, 3, contact->name);
  if (!dk_stmt_step (stmt, &has_row, error) || !has_row)
    return NULL;
  if (dk_stmt_int (stmt, 1) >= 0)
    *since_ms = dk_stmt_int (stmt, 1);
  return g_strdup (dk_stmt_text (stmt, 0));
}

static gboolean
remove_own_row (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "DELETE FROM contact WHERE pack = ?1 AND ref = ?2");

  dk_stmt_bind_int (stmt, 1, DK_CONTENT_OWN);
  dk_stmt_bind_text (stmt, 2, id);
  return dk_search_remove_one (store, DK_CONTENT_OWN, "contact", id, error)
         && dk_stmt_run (stmt, error);
}

typedef struct {
  DkStore *store;
  const char *contact;
  char *cause;
  GError *error;
} Noting;

static void
note_changed (const char *kind, const char *was, const char *now, gpointer data)
{
  Noting *noting = data;

  if (now != NULL && noting->error == NULL)
    (void) !dk_content_store_note_number (noting->store, noting->contact, now, was, noting->cause,
                                          &noting->error);
}

static gboolean
note_numbers (DkStore *store, const DkContact *contact, const char *was, const char *source,
              GError **error)
{
  g_autofree char *now = dk_content_numbers_text (contact);
  g_autofree char *cause = g_strdup_printf ("import %s", source);
  Noting noting = { .store = store, .contact = contact->id, .cause = cause };

  if (was == NULL || strcmp (was, now) == 0)
    return TRUE;
  dk_content_compare_numbers (was, now, note_changed, &noting);
  if (noting.error == NULL)
    return TRUE;
  g_propagate_error (error, noting.error);
  return FALSE;
}

/* A source that names somebody anew under the same key has one contact still. */
static gboolean
remove_renamed (DkStore *store, const char *id, const char *source, const char *key,
                GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *before = dk_content_store_own_contact_id (store, source, key, &failed);

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  return before == NULL || strcmp (before, id) == 0 || remove_own_row (store, before, error);
}

static gboolean
put_own (DkStore *store, const DkContact *contact, const char *source, const char *key,
         GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 since_ms;
  g_autofree char *was = read_own_numbers (store, contact, &since_ms, &failed);

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return FALSE;
  }
  return check_origin (store, contact->id, source, key, error)
         && remove_renamed (store, contact->id, source, key, error) && make_own_pack (store, error)
         && note_numbers (store, contact, was, source, error)
         && (was == NULL || remove_own_row (store, contact->id, error))
         && dk_content_add_contact_row (store, DK_CONTENT_OWN, contact, since_ms, error)
         && write_origin (store, contact->id, source, key, error);
}

gboolean
dk_content_store_put_own_contact (DkStore *store, const DkContact *contact, const char *source,
                                  const char *key, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;

  if (dk_db_in_transaction (dk_store_db (store)))
    return put_own (store, contact, source, key, error);
  transaction = dk_store_begin (store, error);
  return transaction != NULL && put_own (store, contact, source, key, error)
         && dk_store_commit (store, transaction, FALSE, error);
}

static gboolean
remove_own (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (store), "DELETE FROM own_contact WHERE ref = ?1");

  dk_stmt_bind_text (stmt, 1, id);
  if (!dk_stmt_run (stmt, error))
    return FALSE;
  if (dk_db_changes (dk_store_db (store)) == 0)
    return dk_content_not_found (error, "imported contact", id);
  return remove_own_row (store, id, error);
}

gboolean
dk_content_store_remove_own_contact (DkStore *store, const char *id, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;

  if (dk_db_in_transaction (dk_store_db (store)))
    return remove_own (store, id, error);
  transaction = dk_store_begin (store, error);
  return transaction != NULL && remove_own (store, id, error)
         && dk_store_commit (store, transaction, FALSE, error);
}
