/* SPDX-License-Identifier: MIT */
/* Both packs are walked in the order of their ids, each row with its partner of the other pack, and
 * left again after some milliseconds: 100,000 contacts take under a second, but never at once. */
#include "app/store/content-change.h"

#include <string.h>

#include "app/base/limits.h"
#include "app/store/content-private.h"

/* Columns: id, name, 0 = as before / 1 = new / 2 = changed, numbers before, numbers now (contacts
 * whose numbers differ alone). ?1 the loaded pack, ?2 the one in force, ?3 the last id. */
static const char *const compared[DK_N_CHANGED] = {
  [DK_CHANGED_CONTACTS]
  = "SELECT n.ref, n.name, iif (o.ref IS NULL, 1, iif ((n.name, n.role, n.team, n.site, n.tier,"
    " n.hours, n.timezone, n.languages, n.audience, n.note, n.numbers, n.type, n.login, n.manager)"
    " IS NOT (o.name, o.role, o.team, o.site, o.tier, o.hours, o.timezone, o.languages, o.audience,"
    " o.note, o.numbers, o.type, o.login, o.manager), 2, 0)),"
    " iif (o.numbers <> n.numbers, o.numbers, NULL), n.numbers"
    " FROM contact AS n LEFT JOIN contact AS o ON o.pack = ?2 AND o.ref = n.ref"
    " WHERE n.pack = ?1 AND n.ref > ?3 ORDER BY n.ref",
  [DK_CHANGED_RUNBOOKS]
  = "SELECT n.ref, n.title, iif (o.ref IS NULL, 1, iif ((n.title, n.service, n.tags, n.owner,"
    " n.reviewed, n.review_every_days, n.audience, n.severity, n.markdown) IS NOT (o.title,"
    " o.service, o.tags, o.owner, o.reviewed, o.review_every_days, o.audience, o.severity,"
    " o.markdown), 2, 0)), NULL, NULL"
    " FROM runbook AS n LEFT JOIN runbook AS o ON o.pack = ?2 AND o.ref = n.ref"
    " WHERE n.pack = ?1 AND n.ref > ?3 ORDER BY n.ref",
  [DK_CHANGED_SERVICES]
  = "SELECT n.ref, n.name, iif (o.ref IS NULL, 1, iif ((n.name, n.criticality, n.depends_on,"
    " n.facts) IS NOT (o.name, o.criticality, o.depends_on, o.facts), 2, 0)), NULL, NULL"
    " FROM service AS n LEFT JOIN service AS o ON o.pack = ?2 AND o.ref = n.ref"
    " WHERE n.pack = ?1 AND n.ref > ?3 ORDER BY n.ref",
  [DK_CHANGED_CALL_TREES]
  = "SELECT n.ref, n.title, iif (o.ref IS NULL, 1, iif (n.source IS NOT o.source, 2, 0)),"
    " NULL, NULL FROM call_tree AS n LEFT JOIN call_tree AS o ON o.pack = ?2 AND o.ref = n.ref"
    " WHERE n.pack = ?1 AND n.ref > ?3 ORDER BY n.ref",
  [DK_CHANGED_DEVICES]
  = "SELECT n.ref, n.ref, iif (o.ref IS NULL, 1, iif ((n.owner, n.location, n.os, n.serial,"
    " n.recovery_key_id, n.note) IS NOT (o.owner, o.location, o.os, o.serial, o.recovery_key_id,"
    " o.note), 2, 0)), NULL, NULL"
    " FROM device AS n LEFT JOIN device AS o ON o.pack = ?2 AND o.ref = n.ref"
    " WHERE n.pack = ?1 AND n.ref > ?3 ORDER BY n.ref",
  [DK_CHANGED_FORMS]
  = "SELECT n.ref, n.ref, iif (o.ref IS NULL, 1, iif (n.source IS NOT o.source, 2, 0)),"
    " NULL, NULL FROM form AS n LEFT JOIN form AS o ON o.pack = ?2 AND o.ref = n.ref"
    " WHERE n.pack = ?1 AND n.ref > ?3 ORDER BY n.ref",
  [DK_CHANGED_LISTS]
  = "SELECT n.name, substr (n.name, 6), iif (o.name IS NULL, 1, iif (n.source IS NOT o.source, 2,"
    " 0)), NULL, NULL FROM document AS n LEFT JOIN document AS o ON o.pack = ?2 AND o.name = n.name"
    " WHERE n.pack = ?1 AND n.name > ?3 AND n.name LIKE 'list %' ORDER BY n.name",
};

/* Columns: id, name, 1 = gone. */
static const char *const gone[DK_N_CHANGED] = {
  [DK_CHANGED_CONTACTS]
  = "SELECT o.ref, o.name, NOT EXISTS (SELECT 1 FROM contact AS n WHERE n.pack = ?1 AND n.ref ="
    " o.ref) FROM contact AS o WHERE o.pack = ?2 AND o.ref > ?3 ORDER BY o.ref",
  [DK_CHANGED_RUNBOOKS]
  = "SELECT o.ref, o.title, NOT EXISTS (SELECT 1 FROM runbook AS n WHERE n.pack = ?1 AND n.ref ="
    " o.ref) FROM runbook AS o WHERE o.pack = ?2 AND o.ref > ?3 ORDER BY o.ref",
  [DK_CHANGED_SERVICES]
  = "SELECT o.ref, o.name, NOT EXISTS (SELECT 1 FROM service AS n WHERE n.pack = ?1 AND n.ref ="
    " o.ref) FROM service AS o WHERE o.pack = ?2 AND o.ref > ?3 ORDER BY o.ref",
  [DK_CHANGED_CALL_TREES]
  = "SELECT o.ref, o.title, NOT EXISTS (SELECT 1 FROM call_tree AS n WHERE n.pack = ?1 AND n.ref ="
    " o.ref) FROM call_tree AS o WHERE o.pack = ?2 AND o.ref > ?3 ORDER BY o.ref",
  [DK_CHANGED_DEVICES]
  = "SELECT o.ref, o.ref, NOT EXISTS (SELECT 1 FROM device AS n WHERE n.pack = ?1 AND n.ref ="
    " o.ref) FROM device AS o WHERE o.pack = ?2 AND o.ref > ?3 ORDER BY o.ref",
  [DK_CHANGED_FORMS]
  = "SELECT o.ref, o.ref, NOT EXISTS (SELECT 1 FROM form AS n WHERE n.pack = ?1 AND n.ref ="
    " o.ref) FROM form AS o WHERE o.pack = ?2 AND o.ref > ?3 ORDER BY o.ref",
  [DK_CHANGED_LISTS]
  = "SELECT o.name, substr (o.name, 6), NOT EXISTS (SELECT 1 FROM document AS n WHERE n.pack = ?1"
    " AND n.name = o.name) FROM document AS o WHERE o.pack = ?2 AND o.name > ?3"
    " AND o.name LIKE 'list %' ORDER BY o.name",
};

struct DkContentCompare {
  DkStore *store;
  gint64 pack;
  gint64 before; /* 0 = there is none */
  char *cause;
  DkContentChanges *changes;
  guint part; /* of 2 * DK_N_CHANGED, then the rest */
  char *last;
  GPtrArray *noted; /* of DkNumberChange, of this step */
};

static void
item_free (gpointer data)
{
  DkChangedItem *item = data;

  g_free (item->id);
  g_free (item->name);
  g_free (item);
}

static void
number_free (gpointer data)
{
  DkChangedNumber *number = data;

  g_free (number->contact);
  g_free (number->name);
  g_free (number->kind);
  g_free (number->was);
  g_free (number->now);
  g_free (number);
}

DkContentChanges *
dk_content_changes_new (void)
{
  DkContentChanges *changes = g_new0 (DkContentChanges, 1);

  for (guint i = 0; i < DK_N_CHANGED; i++) {
    changes->added[i].items = g_ptr_array_new_with_free_func (item_free);
    changes->removed[i].items = g_ptr_array_new_with_free_func (item_free);
    changes->changed[i].items = g_ptr_array_new_with_free_func (item_free);
  }
  changes->numbers = g_ptr_array_new_with_free_func (number_free);
  changes->fleet = g_ptr_array_new_with_free_func (g_free);
  changes->policy = g_ptr_array_new_with_free_func (g_free);
  return changes;
}

void
dk_content_changes_free (DkContentChanges *changes)
{
  if (changes == NULL)
    return;
  for (guint i = 0; i < DK_N_CHANGED; i++) {
    g_ptr_array_unref (changes->added[i].items);
    g_ptr_array_unref (changes->removed[i].items);
    g_ptr_array_unref (changes->changed[i].items);
  }
  g_ptr_array_unref (changes->numbers);
  g_ptr_array_unref (changes->fleet);
  g_ptr_array_unref (changes->policy);
  g_free (changes);
}

void
dk_content_changes_add_item (DkChangedItems *items, const char *id, const char *name)
{
  DkChangedItem *item;

  items->count++;
  if (items->items->len >= DK_CONTENT_CHANGE_NAMES_MAX)
    return;
  item = g_new0 (DkChangedItem, 1);
  item->id = g_strdup (id);
  item->name = g_strdup (name);
  g_ptr_array_add (items->items, item);
}

void
dk_content_changes_add_number (DkContentChanges *changes, const char *contact, const char *name,
                               const char *kind, const char *was, const char *now)
{
  DkChangedNumber *number;

  if (changes->numbers_count++ >= DK_CONTENT_CHANGE_NAMES_MAX)
    return;
  number = g_new0 (DkChangedNumber, 1);
  number->contact = g_strdup (contact);
  number->name = g_strdup (name);
  number->kind = g_strdup (kind);
  number->was = g_strdup (was);
  number->now = g_strdup (now);
  g_ptr_array_add (changes->numbers, number);
}

typedef struct {
  DkContentCompare *compare;
  const char *contact;
  const char *name;
} Numbers;

static void
take_number (const char *kind, const char *was, const char *now, gpointer data)
{
  Numbers *numbers = data;
  DkContentCompare *compare = numbers->compare;
  DkNumberChange *noted;

  dk_content_changes_add_number (compare->changes, numbers->contact, numbers->name, kind, was, now);
  if (now == NULL)
    return;
  noted = g_new0 (DkNumberChange, 1);
  noted->contact = g_strdup (numbers->contact);
  noted->value = g_strdup (now);
  noted->was = g_strdup (was);
  noted->cause = g_strdup (compare->cause);
  g_ptr_array_add (compare->noted, noted);
}

static void
take_compared (DkContentCompare *c, DkChangedKind kind, DkStmt *stmt)
{
  const char *id = dk_stmt_text (stmt, 0);
  const char *name = dk_stmt_text (stmt, 1);
  gint64 state = dk_stmt_int (stmt, 2);
  Numbers numbers = { c, id, name };

  if (state == 1)
    dk_content_changes_add_item (&c->changes->added[kind], id, name);
  else if (state == 2)
    dk_content_changes_add_item (&c->changes->changed[kind], id, name);
  if (state == 2 && dk_stmt_text (stmt, 3) != NULL)
    dk_content_compare_numbers (dk_stmt_text (stmt, 3), dk_stmt_text (stmt, 4), take_number,
                                &numbers);
}

/* Walks until the deadline; the part is over when there is no row left. */
static gboolean
walk (DkContentCompare *c, gint64 deadline_us, GError **error)
{
  DkChangedKind kind = (DkChangedKind) (c->part / 2);
  gboolean is_gone = c->part % 2 == 1;
  g_autoptr (DkStmt) stmt
      = dk_stmt_new (dk_store_db (c->store), is_gone ? gone[kind] : compared[kind]);
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, c->pack);
  dk_stmt_bind_int (stmt, 2, c->before);
  dk_stmt_bind_text (stmt, 3, c->last != NULL ? c->last : "");
  do {
    if (!dk_stmt_step (stmt, &has_row, error))
      return FALSE;
    if (!has_row) {
      c->part++;
      g_clear_pointer (&c->last, g_free);
      return TRUE;
    }
    if (!is_gone)
      take_compared (c, kind, stmt);
    else if (dk_stmt_int (stmt, 2) != 0)
      dk_content_changes_add_item (&c->changes->removed[kind], dk_stmt_text (stmt, 0),
                                   dk_stmt_text (stmt, 1));
  } while (g_get_monotonic_time () < deadline_us);
  g_free (c->last);
  c->last = g_strdup (dk_stmt_text (stmt, 0));
  return TRUE;
}

static gboolean
note_numbers (DkContentCompare *c, GError **error)
{
  g_autoptr (DkTransaction) transaction = NULL;

  if (c->noted->len == 0)
    return TRUE;
  transaction = dk_store_begin (c->store, error);
  if (transaction == NULL)
    return FALSE;
  for (guint i = 0; i < c->noted->len; i++)
    if (!dk_content_note_number (c->store, c->pack, g_ptr_array_index (c->noted, i), error))
      return FALSE;
  g_ptr_array_set_size (c->noted, 0);
  return dk_transaction_commit (transaction, error);
}

#define SHIFT_COLUMNS \
  "service, tier, contact, timezone, starts, ends, repeat_days, until, note FROM shift"

static gboolean
compare_shifts (DkContentCompare *c, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (c->store),
      "SELECT EXISTS (SELECT " SHIFT_COLUMNS " WHERE pack = ?1 EXCEPT SELECT " SHIFT_COLUMNS
      " WHERE pack = ?2) OR EXISTS (SELECT " SHIFT_COLUMNS " WHERE pack = ?2 EXCEPT SELECT "
      SHIFT_COLUMNS " WHERE pack = ?1)");
  gboolean has_row;

  dk_stmt_bind_int (stmt, 1, c->pack);
  dk_stmt_bind_int (stmt, 2, c->before);
  if (!dk_stmt_step (stmt, &has_row, error))
    return FALSE;
  c->changes->oncall_changed = dk_stmt_int (stmt, 0) != 0;
  return TRUE;
}

/* The policy of a pack; an empty object if it has none. */
static json_t *
read_policy (DkContentCompare *c, gint64 pack, GError **error)
{
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (c->store), "SELECT source FROM document WHERE pack = ?1 AND name = 'policy'");
  gboolean has_row;
  const char *text;

  dk_stmt_bind_int (stmt, 1, pack);
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  if (!has_row)
    return json_object ();
  text = dk_stmt_text (stmt, 0);
  return dk_json_parse (text, strlen (text), DK_LIMIT_JSON_BYTES, "The policy", error);
}

static char *
show_value (const json_t *value)
{
  g_autofree char *text = value != NULL ? dk_json_text (value, TRUE) : NULL;

  return text != NULL ? g_strdup (g_strchomp (text)) : g_strdup ("its default");
}

/* One sentence for each rule that differs; maps are gone into, lists and values are told whole. */
static void
compare_rules (const char *path, const json_t *was, const json_t *now, GPtrArray *out)
{
  const char *key;
  json_t *value;

  if (was != NULL && now != NULL && json_equal (was, now))
    return;
  if ((was == NULL || json_is_object (was)) && (now == NULL || json_is_object (now))) {
    json_object_foreach ((json_t *) (guintptr) now, key, value)
    {
      g_autofree char *inner = g_strdup_printf ("%s%s%s", path, *path != '\0' ? "." : "", key);
      compare_rules (inner, json_object_get (was, key), value, out);
    }
    json_object_foreach ((json_t *) (guintptr) was, key, value)
    {
      g_autofree char *inner = g_strdup_printf ("%s%s%s", path, *path != '\0' ? "." : "", key);
      if (json_object_get (now, key) == NULL)
        compare_rules (inner, value, NULL, out);
    }
    return;
  }
  g_autofree char *before = show_value (was);
  g_autofree char *after = show_value (now);
  g_ptr_array_add (out, g_strdup_printf ("%s was %s and becomes %s", path, before, after));
}

static gboolean
compare_policies (DkContentCompare *c, GError **error)
{
  g_autoptr (json_t) was = read_policy (c, c->before, error);
  g_autoptr (json_t) now = was != NULL ? read_policy (c, c->pack, error) : NULL;

  if (now == NULL)
    return FALSE;
  compare_rules ("", was, now, c->changes->policy);
  return TRUE;
}

DkContentCompare *
dk_content_compare_new (DkStore *store, gint64 pack, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (DkPackFacts) before = dk_content_store_current (store, &failed);
  g_autoptr (DkStmt) stmt = dk_stmt_new (
      dk_store_db (store), "SELECT 'pack ' || name || ' ' || sequence FROM pack WHERE id = ?1");
  DkContentCompare *compare;
  gboolean has_row;

  if (failed != NULL) {
    g_propagate_error (error, g_steal_pointer (&failed));
    return NULL;
  }
  dk_stmt_bind_int (stmt, 1, pack);
  if (!dk_stmt_step (stmt, &has_row, error))
    return NULL;
  compare = g_new0 (DkContentCompare, 1);
  compare->store = store;
  compare->pack = pack;
  compare->before = before != NULL ? before->id : 0;
  compare->cause = g_strdup (has_row ? dk_stmt_text (stmt, 0) : "pack");
  compare->changes = dk_content_changes_new ();
  compare->changes->is_first = before == NULL;
  compare->noted = g_ptr_array_new_with_free_func ((GDestroyNotify) dk_number_change_free);
  return compare;
}

gboolean
dk_content_compare_step (DkContentCompare *c, gboolean *more, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + DK_STEP_US;

  *more = FALSE;
  if (c->changes->is_first)
    return TRUE;
  *more = TRUE;
  if (c->part < 2 * DK_N_CHANGED)
    return walk (c, deadline_us, error) && note_numbers (c, error);
  *more = FALSE;
  return compare_shifts (c, error) && compare_policies (c, error);
}

DkContentChanges *
dk_content_compare_changes (DkContentCompare *compare)
{
  return compare->changes;
}

void
dk_content_compare_free (DkContentCompare *compare)
{
  if (compare == NULL)
    return;
  g_free (compare->cause);
  g_free (compare->last);
  dk_content_changes_free (compare->changes);
  g_ptr_array_unref (compare->noted);
  g_free (compare);
}
